"""Which two answers of a person belong together? Pairs of an earlier and a later wave."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import InputError
from socialvalue.survey_checks import numbered


def answer_pairs(
    answers: pd.DataFrame,
    known: pd.DataFrame,
    waves: tuple[str, str],
    unit_columns: list[str],
    by: Sequence[str],
) -> pd.DataFrame:
    """One row for each person, activity and instrument, with both scores and the improvement.

    Parameters
    ----------
    answers : DataFrame
        From `socialvalue.survey_checks.usable_answers`.
    known : DataFrame
        Instruments.
    waves : pair of str
        The earlier and the later wave.
    unit_columns : list of str
        What two answers must share to be a pair.
    by : sequence of str
        Further columns to keep: one value in each pair.

    Returns
    -------
    DataFrame
        The columns named, before, after, difference, gain (positive is better), enough (the
        meaningful change) and several (whether a wave was answered more than once).

    Raises
    ------
    InputError
        If a pair has several values of ``by``, or answers of one wave that cannot be told apart.
    """
    unit = numbered(answers, unit_columns)
    known_unit = answers.assign(_unit=unit)
    kept = list(dict.fromkeys([*unit_columns, *by]))
    people = known_unit.drop_duplicates("_unit").set_index("_unit")[kept]
    extra = [name for name in by if name not in unit_columns]
    if extra:
        several = known_unit.drop_duplicates(["_unit", *extra])
        twice = several[several["_unit"].duplicated()]
        if len(twice):
            raise InputError(
                f"{', '.join(extra)} differ between the answers that make one pair, so it has no "
                f"one group: row {', '.join(map(str, twice.index[:5]))}. Give each person and "
                "activity one value, or pair within that column."
            )
    people["several"] = False
    for name, wave, keep in zip(("before", "after"), waves, ("first", "last"), strict=True):
        of_wave = known_unit[(known_unit["wave"] == wave).to_numpy(dtype=bool)]
        one, several = _one_answer_each(of_wave, keep)
        people[name] = one
        people.loc[several, "several"] = True
    scale = known.take(pd.Index(known["instrument"]).get_indexer(people["instrument"]))
    sign = np.where(scale["higher_is_better"].to_numpy(dtype=bool), 1.0, -1.0)
    people["difference"] = people["after"] - people["before"]
    people["gain"] = sign * people["difference"]
    people["enough"] = scale["meaningful_change"].to_numpy(dtype=float)
    return people


def _one_answer_each(answers: pd.DataFrame, keep: Any) -> tuple[pd.Series, pd.Index]:
    """The score that counts for each unit in one wave, and the units that answered it again."""
    again = answers["_unit"].duplicated(keep=False)
    several = pd.Index(answers.loc[again, "_unit"].unique())
    if len(several):
        dates = answers.get("date")
        # Dates as text would be put in the order of their letters.
        known = dates is not None and pd.api.types.is_datetime64_any_dtype(dates)
        if not known or dates[again].isna().any():
            rows = ", ".join(map(str, answers.index[again][:5]))
            raise InputError(
                f"Some people answered one wave more than once: rows {rows}. Give every answer its "
                "date, as a date and not as text, so that the first before and the last after can "
                "be taken."
            )
        # Where an answer was left blank, another that was given counts.
        order = answers.assign(_blank=answers["score"].isna() == (keep == "first"))
        answers = order.sort_values(["_blank", "date"], kind="stable")
    counted = answers.drop_duplicates("_unit", keep=keep)
    return counted.set_index("_unit")["score"], several
