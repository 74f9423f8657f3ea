"""Which survey answers cannot be right? Unknown scales, impossible scores, repeats, dates."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import InputError
from socialvalue.records import Origin, did_you_mean
from socialvalue.schemas import SURVEYS
from socialvalue.table_checks import as_frame, problem

UNIT = ["person_id", "activity_id", "instrument"]
"""What a before and an after must share to be a pair."""

WAVES = ("before", "after", "follow_up")

TOLERANCE = 1e-9
"""Scores written with decimals are equal up to the rounding of binary numbers."""


def numbered(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """A number for each combination of values of some columns, in order of first sight.

    Examples
    --------
    >>> numbered(pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 1, 1]}), ["a", "b"]).tolist()
    [0, 1, 0]
    """
    number = np.zeros(len(frame), dtype="int64")
    # Texts are turned into integers one column at a time: ten times faster than grouping by them.
    for name in columns:
        codes, values = pd.factorize(frame[name], use_na_sentinel=False)
        number, _ = pd.factorize(number * max(len(values), 1) + codes)
    return number


def survey_problems(surveys: pd.DataFrame, instruments: pd.DataFrame) -> list[dict[str, Any]]:
    """Rules of the table ``surveys`` that take more than one cell, or the instrument.

    Parameters
    ----------
    surveys : DataFrame
        Typed; the index is the row shown in messages.
    instruments : DataFrame
        From `socialvalue.instruments.load_instruments`.

    Returns
    -------
    list of dict
        In the shape of `socialvalue.table_checks.problem`. No message holds a person_id.

    Notes
    -----
    An unknown instrument; a score outside its range, or with decimals where only whole scores are
    possible; a wave that a person has twice for one activity and instrument; waves whose dates run
    backwards. Blank cells are left to the rules of single cells.
    """
    known = instruments.set_index("instrument")
    return [
        *_unknown(surveys, known),
        *_impossible(surveys, known),
        *_repeated(surveys),
        *_backwards(surveys),
    ]


def _unknown(surveys: pd.DataFrame, known: pd.DataFrame) -> Iterator[dict[str, Any]]:
    names = surveys["instrument"]
    wrong = names[names.notna() & ~names.isin(known.index)]
    hints = {name: did_you_mean(name, known.index) for name in wrong.unique()}
    for row, name in wrong.items():
        todo = f"Correct it, or declare the scale in a table instruments.{hints[name]}"
        rule = "there is no instrument of this code"
        yield problem(SURVEYS, row, "instrument", name, rule, todo)


def _impossible(surveys: pd.DataFrame, known: pd.DataFrame) -> Iterator[dict[str, Any]]:
    answered = surveys[surveys["score"].notna() & surveys["instrument"].isin(known.index)]
    scale = known.take(known.index.get_indexer(answered["instrument"]))
    score = answered["score"].to_numpy(dtype=float)
    low, high = scale["minimum"].to_numpy(dtype=float), scale["maximum"].to_numpy(dtype=float)
    outside = (score < low - TOLERANCE) | (score > high + TOLERANCE) | ~np.isfinite(score)
    whole = scale["whole_numbers"].to_numpy(dtype=bool)
    inside = np.where(outside, 0.0, score)
    broken = whole & (np.abs(inside - np.round(inside)) > TOLERANCE)
    for at in np.flatnonzero(outside):
        name = answered["instrument"].iloc[at]
        rule = f"a score of {name} must lie between {low[at]:g} and {high[at]:g}"
        todo = "Correct the score, or the instrument; leave it blank if there was no answer."
        yield problem(SURVEYS, answered.index[at], "score", score[at], rule, todo)
    for at in np.flatnonzero(broken):
        rule = f"a score of {answered['instrument'].iloc[at]} must be a whole number"
        todo = "Correct the score; a score that was converted or averaged is another instrument."
        yield problem(SURVEYS, answered.index[at], "score", score[at], rule, todo)


def _repeated(surveys: pd.DataFrame) -> Iterator[dict[str, Any]]:
    key = [*UNIT, "wave"]
    complete = surveys.loc[surveys[key].notna().all(axis=1), key]
    numbers = pd.Series(numbered(complete, key), index=complete.index)
    again = numbers.duplicated()
    if not again.any():
        return
    first = numbers[~again]
    rows = pd.Series(first.index, index=first.to_numpy())
    waves = complete.loc[again.to_numpy(), "wave"]
    for (row, wave), number in zip(waves.items(), numbers[again], strict=True):
        todo = (
            f"It is also in row {rows[number]}. Keep one; if it is a later answer, call it "
            "follow_up."
        )
        rule = "one person has one answer for each activity, instrument and wave"
        yield problem(SURVEYS, row, "wave", wave, rule, todo)


def _backwards(surveys: pd.DataFrame) -> Iterator[dict[str, Any]]:
    if "date" not in surveys or not pd.api.types.is_datetime64_dtype(surveys["date"]):
        return
    stated = surveys[[*UNIT, "wave", "date"]].dropna()
    stated = stated.assign(_unit=numbered(stated, UNIT), at=stated.index)
    waves = {
        wave: stated[stated["wave"] == wave].drop_duplicates("_unit").set_index("_unit")
        for wave in WAVES
    }
    told = set()
    for earlier, later in (("before", "after"), ("after", "follow_up"), ("before", "follow_up")):
        both = waves[earlier].join(waves[later].add_suffix("_later"), how="inner")
        for each in both[both["date_later"] < both["date"]].itertuples():
            if each.at_later in told:
                continue
            told.add(each.at_later)
            todo = (
                f"{earlier} is dated {each.date:%Y-%m-%d} in row {each.at}. Correct one of the "
                "dates, or the waves."
            )
            rule = f"{later} must not be dated before {earlier}"
            shown = f"{each.date_later:%Y-%m-%d}"
            yield problem(SURVEYS, each.at_later, "date", shown, rule, todo)


def usable_answers(
    surveys: pd.DataFrame, instruments: pd.DataFrame, by: Sequence[str] = ()
) -> pd.DataFrame:
    """The columns that are needed, scores as numbers, if nothing is wrong with them.

    Parameters
    ----------
    surveys : DataFrame
        The index is the row shown in messages. Scores may be text, as read from a file; dates are
        looked at where they are dates.
    instruments : DataFrame
    by : sequence of str
        Further columns to keep.

    Returns
    -------
    DataFrame

    Raises
    ------
    InputError
        With every problem of `survey_problems`.
    """
    needed = [*UNIT, "wave", "score"]
    missing = [name for name in needed if name not in surveys]
    if missing:
        raise InputError(f"surveys lacks {', '.join(missing)}. It needs {', '.join(needed)}.")
    kept = dict.fromkeys([*needed, *(["date"] if "date" in surveys else []), *by])
    answers = surveys[list(kept)].copy()
    for name in [*UNIT, "wave", "score"]:
        if not pd.api.types.is_numeric_dtype(answers[name]):
            answers[name] = answers[name].mask(answers[name].isin(["", " "]))
    score = pd.to_numeric(answers["score"], errors="coerce").astype("float64")
    unread = answers["score"].notna() & score.isna()
    blank = answers[[*UNIT, "wave"]].isna().any(axis=1) | ~answers["wave"].isin(WAVES)
    for wrong, what in (
        (unread, "a score that is not a number; leave it blank if there was no answer"),
        (blank, f"no {', '.join(UNIT)} or none of the waves {', '.join(WAVES)}"),
    ):
        if wrong.any():
            rows = ", ".join(map(str, answers.index[wrong][:5]))
            raise InputError(f"{int(wrong.sum())} rows of surveys have {what}: row {rows}.")
    answers["score"] = score
    problems = survey_problems(answers, instruments)
    if problems:
        raise InputError(
            "The survey answers cannot be used.", as_frame(problems).assign(source=str(Origin()))
        )
    return answers
