"""How much did people's scores change? Before and after, in pairs, with who is missing counted."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.instruments import load_instruments
from socialvalue.records import did_you_mean
from socialvalue.survey_checks import TOLERANCE, WAVES, numbered, usable_answers
from socialvalue.survey_pairs import answer_pairs

MOST_MISSING = 1 / 3
"""Missing pairs above this share are said in the caution."""

_NO_MEANINGFUL = "no meaningful change is known for this instrument; declare one to count them"


def paired_change(  # noqa: PLR0913, each setting is one a statistician asks for
    surveys: pd.DataFrame,
    instruments: pd.DataFrame | None = None,
    *,
    waves: tuple[str, str] = ("before", "after"),
    within: str | None = "activity_id",
    by: Sequence[str] = (),
    confidence: float = 0.95,
    fewest_pairs: int = 30,
) -> pd.DataFrame:
    """Change between two waves of the same people, for each instrument.

    A pair is one person's two answers on one instrument within one activity, or within whatever
    else ``within`` names, so a person with two activities can be two pairs. Nobody is dropped in
    silence: pairs + only_before + only_after + neither = asked.

    Parameters
    ----------
    surveys : DataFrame
        The table ``surveys``: person_id, activity_id, instrument, wave, score (blank: asked, no
        answer) and any column to break down by. The index is the row shown in messages.
    instruments : DataFrame, optional
        From `load_instruments`; by default the shipped ones.
    waves : pair of str
        The earlier and the later wave: of before, after, follow_up.
    within : str or None
        What the two answers must share beside person and instrument: ``activity_id``; another
        column, such as ``project`` where people are asked at its first and its last activity; or
        None for the person alone. Of several answers to the earlier wave the first counts, of
        several to the later wave the last, by date, and the caution says how often.
    by : sequence of str
        Columns to break down by, such as activity_id; one value for each person and ``within``.
    confidence : float
        Level of the interval. [share]
    fewest_pairs : int
        Fewer pairs than this are cautioned against. [pairs]

    Returns
    -------
    DataFrame
        One row for each instrument and value of ``by``:

        - wave_from, wave_to, asked, people (distinct), answered_before, answered_after, pairs,
          only_before, only_after, neither;
        - missing_pair_rate: share of those asked who are not a pair; attrition: share of those
          with an earlier answer who have no later one;
        - mean_before, mean_after: of the pairs; mean_before_only: of those lost on the way;
        - change: mean_after - mean_before; improvement: the same, positive where it is better;
        - standard_deviation_of_change, standard_error, low, high (of improvement), confidence,
          method;
        - effect_size_dz, effect_size_dav: in the direction of improvement;
        - improved, unchanged, worsened and their shares; meaningful_change,
          share_meaningfully_improved, share_meaningfully_worsened, meaningful_reason;
        - caution: what to say beside the figures; empty where nothing is.

        What cannot be worked out is null.

    Raises
    ------
    InputError
        If scores cannot be right; every problem is listed, never with a person_id.
    SettingsError
        If a setting is not one of those above.

    Notes
    -----
    Interval: improvement +- t x s / sqrt(n), with s the standard deviation (n - 1) of the n
    changes and t the quantile of Student's t with n - 1 degrees of freedom. d_z = improvement / s;
    d_av = improvement / ((s_before + s_after) / 2), over the pairs. With no spread in the
    changes there is no interval: it would have a width of nought.

    The default of ``fewest_pairs`` is the rule of thumb of the makers of WEMWBS: at least 30
    people with data at two points in time.

    References
    ----------
    Warwick Medical School, Collect, score, analyse and interpret WEMWBS. Lakens (2013),
    Calculating and reporting effect sizes, Frontiers in Psychology 4: 863, for d_z and d_av.

    Examples
    --------
    >>> answers = pd.DataFrame(
    ...     {
    ...         "person_id": ["a", "a", "b", "b", "c"],
    ...         "activity_id": "choir",
    ...         "instrument": "ons4_life_satisfaction",
    ...         "wave": ["before", "after", "before", "after", "before"],
    ...         "score": [5, 7, 6, 7, 4],
    ...     }
    ... )
    >>> paired_change(answers)[["asked", "pairs", "only_before", "improvement"]].values.tolist()
    [[3.0, 2.0, 1.0, 1.5]]
    """
    _check_settings(surveys, waves, within, by)
    _check_numbers(confidence, fewest_pairs)
    known = load_instruments() if instruments is None else instruments
    unit = ["person_id", *([within] if within else []), "instrument"]
    answers = usable_answers(surveys, known, [*by, *([within] if within else [])])
    people = answer_pairs(answers, known, waves, unit, by)
    result = _summary(people, [*by, "instrument"])
    result = _with_interval(result, confidence)
    result = result.join(known.set_index("instrument")["meaningful_change"], on="instrument")
    result["meaningful_reason"] = ""
    unknown = result["meaningful_change"].isna()
    result.loc[unknown, "meaningful_reason"] = _NO_MEANINGFUL
    result.loc[unknown, ["share_meaningfully_improved", "share_meaningfully_worsened"]] = np.nan
    result["caution"] = [_caution(each, fewest_pairs) for each in result.to_dict("records")]
    result = result.drop(columns="_several")
    result.insert(len(by) + 1, "wave_from", waves[0])
    result.insert(len(by) + 2, "wave_to", waves[1])
    return result


def _check_settings(
    surveys: pd.DataFrame,
    waves: tuple[str, str],
    within: str | None,
    by: Sequence[str],
) -> None:
    if (
        len(waves) != 2
        or not set(waves) <= set(WAVES)
        or WAVES.index(waves[0]) >= WAVES.index(waves[1])
    ):
        raise SettingsError(
            f"waves must be an earlier and a later one of {', '.join(WAVES)}, not {waves!r}."
        )
    if isinstance(by, str):
        raise SettingsError(f"by must be a list of columns, such as [{by!r}].")
    for name in [*by, *([within] if within not in (None, "activity_id") else [])]:
        if name in ("person_id", "instrument", "wave", "score", "date"):
            raise SettingsError(f"{name} can be neither within nor by.")
        if name not in surveys:
            hint = did_you_mean(name, surveys.columns)
            raise SettingsError(f"surveys has no column {name!r} to pair within or go by.{hint}")


def _check_numbers(confidence: float, fewest_pairs: int) -> None:
    if not 0 < confidence < 1:
        raise SettingsError(f"confidence must be a share between 0 and 1, not {confidence!r}.")
    if fewest_pairs < 2:
        raise SettingsError("fewest_pairs must be at least 2: one change has no spread.")


def _summary(people: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Counts, means and shares of each group."""
    first, second = people["before"].notna(), people["after"].notna()
    pair = first & second
    gain, enough = people["gain"], people["enough"] - TOLERANCE
    marks = people[keys].assign(
        asked=True,
        answered_before=first,
        answered_after=second,
        pairs=pair,
        only_before=first & ~second,
        only_after=second & ~first,
        neither=~first & ~second,
        improved=gain > TOLERANCE,
        unchanged=gain.abs() <= TOLERANCE,
        worsened=gain < -TOLERANCE,
        _several=people["several"],
        _much_better=gain >= enough,
        _much_worse=gain <= -enough,
    )
    groups = {"sort": True, "observed": True, "dropna": False}
    table = marks.groupby(keys, **groups).sum().astype("int64")
    distinct = people.assign(_person=numbered(people, ["person_id"])).groupby(keys, **groups)
    table.insert(1, "people", distinct["_person"].nunique())
    paired = people[pair].groupby(keys, **groups)
    means = paired[["before", "after", "difference", "gain"]].mean()
    spread = paired[["before", "after", "gain"]].std()
    lost = people[first & ~second].groupby(keys, **groups)["before"].mean()
    table["missing_pair_rate"] = (table["asked"] - table["pairs"]) / table["asked"]
    table["attrition"] = _share(table["only_before"], table["answered_before"])
    table["mean_before"], table["mean_after"] = means["before"], means["after"]
    table["mean_before_only"] = lost
    table["change"], table["improvement"] = means["difference"], means["gain"]
    table["standard_deviation_of_change"] = spread["gain"]
    table["_spread_of_scores"] = (spread["before"] + spread["after"]) / 2
    for name in ("improved", "unchanged", "worsened"):
        table[f"share_{name}"] = _share(table[name], table["pairs"])
    table["share_meaningfully_improved"] = _share(table.pop("_much_better"), table["pairs"])
    table["share_meaningfully_worsened"] = _share(table.pop("_much_worse"), table["pairs"])
    return table.reset_index()


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def t_margin(standard_error: Any, degrees_of_freedom: Any, confidence: float) -> Any:
    """Half the width of a t interval [points]; nan where there are no degrees of freedom.

    Examples
    --------
    >>> round(float(t_margin(1.25, 15, 0.95)), 2)
    2.66
    """
    # scipy.stats has the same quantile, and takes a second to import.
    from scipy.special import stdtrit

    freedom = np.asarray(degrees_of_freedom, dtype=float)
    quantile = stdtrit(np.where(freedom > 0, freedom, np.nan), 0.5 + confidence / 2)
    return quantile * np.asarray(standard_error, dtype=float)


def _with_interval(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    spread = table["standard_deviation_of_change"]
    # Equal changes written with decimals differ in their last binary digit.
    spread = spread.mask(spread <= TOLERANCE, 0.0)
    some = spread.where(spread > 0)
    error = spread / np.sqrt(table["pairs"])
    margin = t_margin(error.where(spread > 0), table["pairs"] - 1, confidence)
    between = table.pop("_spread_of_scores")
    return table.assign(
        standard_deviation_of_change=spread,
        standard_error=error,
        low=table["improvement"] - margin,
        high=table["improvement"] + margin,
        confidence=confidence,
        method="paired t interval",
        effect_size_dz=table["improvement"] / some,
        effect_size_dav=table["improvement"] / between.where(between > TOLERANCE),
    )


def _caution(row: dict[str, Any], fewest_pairs: int) -> str:
    """What to say beside one row, in a sentence each."""
    said = []
    pairs, asked = row["pairs"], row["asked"]
    if pairs == 0:
        return f"No pairs among {asked} asked: no change can be worked out."
    if pairs < fewest_pairs:
        said.append(f"Only {pairs} pairs, fewer than {fewest_pairs}: too few to lean on.")
    if row["missing_pair_rate"] > MOST_MISSING:
        said.append(
            f"{asked - pairs} of {asked} asked are not a pair: those who answered twice may "
            "differ from the rest."
        )
    if pairs > 1 and row["standard_deviation_of_change"] == 0:
        said.append("Every change is the same, so there is no interval.")
    if row["people"] < asked:
        said.append(
            f"{asked} answers come from {row['people']} people: some are in several activities, "
            "and one change may be counted in each."
        )
    if row["_several"]:
        said.append(
            f"{row['_several']} answered a wave more than once: the first of the earlier wave and "
            "the last of the later one were taken."
        )
    return " ".join(said)


def difference_in_change(
    group: pd.Series, comparison: pd.Series, *, confidence: float = 0.95
) -> pd.Series:
    """How much more one group improved than another, by Welch's interval.

    Parameters
    ----------
    group, comparison : Series
        A row each of `paired_change`, of one instrument.
    confidence : float
        [share]

    Returns
    -------
    Series
        instrument, pairs (of the group), improvement (the difference), standard_error,
        degrees_of_freedom, low, high, confidence, method, evidence. It may take the place of a row
        of `paired_change` in `socialvalue.survey_outcomes.wellbys`.

    Raises
    ------
    SettingsError
        If the two rows are of different instruments.

    Notes
    -----
    Difference +- t x sqrt(s1^2/n1 + s2^2/n2), with the degrees of freedom of Welch and
    Satterthwaite. It takes away what would have happened anyway only so far as the two groups
    were alike to begin with.

    Examples
    --------
    >>> row = {"instrument": "phq9", "improvement": 3.0, "standard_error": 1.0, "pairs": 20}
    >>> other = pd.Series({**row, "improvement": 1.0})
    >>> float(difference_in_change(pd.Series(row), other)["improvement"])
    2.0
    """
    if group["instrument"] != comparison["instrument"]:
        raise SettingsError("Two groups can be compared on one instrument only.")
    first, second = group["standard_error"] ** 2, comparison["standard_error"] ** 2
    total, parts = first + second, 0.0
    for square, row in ((first, group), (second, comparison)):
        parts += square**2 / (row["pairs"] - 1) if row["pairs"] > 1 else np.nan
    freedom = total**2 / parts if parts > 0 else np.nan
    difference = group["improvement"] - comparison["improvement"]
    margin = t_margin(np.sqrt(total), freedom, confidence)
    return pd.Series(
        {
            "instrument": group["instrument"],
            "pairs": group["pairs"],
            "improvement": difference,
            "standard_error": np.sqrt(total),
            "degrees_of_freedom": freedom,
            "low": difference - margin,
            "high": difference + margin,
            "confidence": confidence,
            "method": "Welch interval of the difference between two groups",
            "evidence": "comparison_group",
        }
    )
