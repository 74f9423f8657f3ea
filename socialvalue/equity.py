"""How unequal is an outcome across deprivation? Slope and relative index of inequality.

A straight line is fitted to the value of each group (quantile) at its place in the population, from
the most deprived (0) to the least (1), each group counting by its share of people. The slope
index is the difference between the two ends of the line, the relative index their ratio: all groups
count, not only the first and the last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import InputError, SettingsError

FEWEST, MOST, SHAKY_ABOVE = 5, 100, 10
"""Fewest and most quantiles for which an index is given, and the number above which it is shaky."""
DRAWS = 100_000
NEEDED = ("quantile", "population", "value")
LIMITS = ("lower", "upper")
_LIMITS_ARE = NormalDist().inv_cdf(0.975)
_Curve = Callable[[Any], Any]


@dataclass(frozen=True)
class _Scale:
    """A scale on which errors are normal, the way back from it, and what values it takes."""

    name: str
    onto: _Curve
    back: _Curve
    above: float
    below: float


_PLAIN = _Scale("value", lambda value: value, lambda value: value, -np.inf, np.inf)
_LOG = _Scale("log of the value", np.log, np.exp, 0.0, np.inf)
_LOGIT = _Scale(
    "logit of the value", lambda p: np.log(p / (1 - p)), lambda x: 1 / (1 + np.exp(-x)), 0.0, 1.0
)
_SCALES = {"mean": _PLAIN, "rate": _LOG, "proportion": _LOGIT}


def slope_index(
    table: pd.DataFrame,
    kind: str = "mean",
    *,
    transform: bool = False,
    multiplier: float = 1.0,
    confidence: float | Sequence[float] = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Slope and relative index of inequality of a value across quantiles of deprivation.

    Parameters
    ----------
    table : DataFrame
        One row a quantile: quantile (1 is the most deprived), population [people], value, and for
        limits either standard_error (on the scale of ``kind``: log of a rate, logit of a
        proportion) or lower and upper, the 95% limits of the value.
    kind : {"mean", "rate", "proportion"}
        What the value is, and so the scale on which its errors are normal.
    transform : bool
        Whether the line is fitted on that scale too, for a gradient that is not straight.
    multiplier : float
        The slope index is stated times this: 100 turns proportions into percentage points. A
        negative one turns both indices round, for values of which more is worse.
    confidence : float or sequence of float
        Levels of the limits. [share]
    seed : int
        The same seed gives the same simulated limits.

    Returns
    -------
    DataFrame
        Two rows for each level of confidence: statistic (``sii`` or ``rii``), value [as the value
        times the multiplier; ratio], lower, upper, confidence [share], method, quantiles,
        at_most_deprived and at_least_deprived (ends of the fitted line) [as the value], caution.
        Where the table gives neither errors nor limits, lower and upper are null and the caution
        says so.

    Raises
    ------
    InputError
        If there are fewer than 5 quantiles or more than 100, if one is missing, repeated or without
        people, or if a value, error or limit is missing or impossible.
    SettingsError
        If an argument does not fit.

    References
    ----------
    Low, A. and Low, A. (2004), Measuring the gap: quantifying and comparing local health
    inequalities, Journal of Public Health 26(4), doi:10.1093/pubmed/fdh175.

    Examples
    --------
    Five equal groups with values 1 to 5 lie on a line that runs from 0.5 to 5.5.

    >>> groups = pd.DataFrame({"quantile": range(1, 6), "population": 100, "value": range(1, 6)})
    >>> slope_index(groups)[["statistic", "value"]].round(6).to_numpy().tolist()
    [['sii', 5.0], ['rii', 11.0]]
    """
    levels = _levels(kind, multiplier, confidence)
    scale = _SCALES[kind]
    groups = _groups(table, scale)
    fitted = scale if transform else _PLAIN
    errors = _standard_errors(groups, scale)
    ends = _ends(groups, fitted)
    drawn = None if errors is None else _drawn_ends(groups, errors, scale, fitted, seed)
    simulated = "" if drawn is None else f"; limits from {DRAWS:,} draws, seed {seed}"
    about = {
        "method": f"weighted line on the {fitted.name}{simulated}",
        "quantiles": len(groups),
        "at_most_deprived": float(ends[0]),
        "at_least_deprived": float(ends[1]),
        "caution": _caution(len(groups), ends, has_limits=drawn is not None),
    }
    found = [
        {**_index(statistic, ends, drawn, multiplier, level), **about}
        for level in levels
        for statistic in ("sii", "rii")
    ]
    return pd.DataFrame(found)


def _index(
    statistic: str,
    ends: tuple[Any, Any],
    drawn: tuple[Any, Any] | None,
    multiplier: float,
    level: float,
) -> dict[str, Any]:
    of_ends = _slope if statistic == "sii" else _relative
    value = lower = upper = np.nan
    # A ratio of what is not above zero is no ratio.
    if statistic == "sii" or min(ends) > 0:
        value = of_ends(*ends, multiplier)
        if drawn is not None:
            lower, upper = np.quantile(
                of_ends(*drawn, multiplier), [(1 - level) / 2, (1 + level) / 2]
            )
    return {
        "statistic": statistic,
        "value": float(value),
        "lower": float(lower),
        "upper": float(upper),
        "confidence": level,
    }


def _slope(most: Any, least: Any, multiplier: float) -> Any:
    return multiplier * (least - most)


def _relative(most: Any, least: Any, multiplier: float) -> Any:
    return most / least if multiplier < 0 else least / most


def _line(groups: pd.DataFrame, values: np.ndarray) -> tuple[Any, Any]:
    """Height at the middle rank and slope of the weighted least-squares line.

    With weights that are shares of the population and ranks at the middle of each share, the
    weighted mean of the ranks is exactly 1/2, which leaves one sum for each.
    """
    share = (groups["population"] / groups["population"].sum()).to_numpy(float)
    from_middle = share.cumsum() - share / 2 - 0.5
    slope = values @ (share * from_middle) / (share @ from_middle**2)
    return values @ share, slope


def _ends(groups: pd.DataFrame, fitted: _Scale) -> tuple[Any, Any]:
    middle, slope = _line(groups, fitted.onto(groups["value"].to_numpy(float)))
    return fitted.back(middle - slope / 2), fitted.back(middle + slope / 2)


def _drawn_ends(
    groups: pd.DataFrame, errors: np.ndarray, scale: _Scale, fitted: _Scale, seed: int
) -> tuple[Any, Any]:
    """Ends of the line for each draw of the values within their errors."""
    values = scale.onto(groups["value"].to_numpy(float))
    normal = np.random.default_rng(seed).standard_normal((DRAWS, len(groups)))
    middle, slope = _line(groups, fitted.onto(scale.back(values + errors * normal)))
    if fitted is not _PLAIN:
        # On a curve only the slope is drawn; the line turns about its fitted middle.
        middle = _line(groups, values)[0]
    return fitted.back(middle - slope / 2), fitted.back(middle + slope / 2)


def _standard_errors(groups: pd.DataFrame, scale: _Scale) -> np.ndarray | None:
    """Standard error of each value on its scale; None where the table says nothing of it."""
    if "standard_error" in groups:
        return groups["standard_error"].to_numpy(float)
    if not set(LIMITS) <= set(groups):
        return None
    lower, upper = (scale.onto(groups[name].to_numpy(float)) for name in LIMITS)
    return (upper - lower) / (2 * _LIMITS_ARE)


def _caution(quantiles: int, ends: tuple[Any, Any], has_limits: bool) -> str:
    found = []
    if quantiles > SHAKY_ABOVE:
        found.append(
            f"{quantiles} quantiles: with more than {SHAKY_ABOVE} the groups are small and the "
            "index is shaky"
        )
    if min(ends) <= 0:
        found.append("the line falls to zero or below at one end, so there is no ratio of the two")
    if not has_limits:
        found.append("no limits: the table has neither standard_error nor lower and upper")
    return "; ".join(found)


def _levels(kind: str, multiplier: float, confidence: float | Sequence[float]) -> list[float]:
    if kind not in _SCALES:
        raise SettingsError(f"kind = {kind!r}: choose one of {', '.join(_SCALES)}.")
    if multiplier == 0 or not np.isfinite(multiplier):
        raise SettingsError(
            f"multiplier = {multiplier}: a number other than 0, such as 100, or -1 where more is "
            "worse."
        )
    levels = [float(level) for level in np.atleast_1d(np.asarray(confidence, dtype=float))]
    for level in levels:
        if not 0 < level < 1:
            raise SettingsError(f"confidence = {level:g}: a share, so 95% is 0.95.")
    return levels


def _groups(table: pd.DataFrame, scale: _Scale) -> pd.DataFrame:
    """The quantiles in order, with every number that is used checked."""
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise InputError(
            f"The table of quantiles has no column {' or '.join(missing)}. It needs "
            f"{', '.join(NEEDED)}, one row for each quantile."
        )
    spread = [name for name in ("standard_error", *LIMITS) if name in table]
    groups = table[[*NEEDED, *spread]].apply(pd.to_numeric, errors="coerce").astype(float)
    if not FEWEST <= len(groups) <= MOST:
        raise InputError(
            f"There are {len(groups)} quantiles. A slope needs at least {FEWEST}, and with more "
            f"than {MOST} each holds too few people: use fifths, tenths or the like."
        )
    for name in groups:
        _refuse(groups, groups[name].isna(), name, "is missing or not a number")
    _refuse(groups, groups["quantile"].duplicated(), "quantile", "is there twice")
    strange = ~groups["quantile"].isin(range(1, len(groups) + 1))
    _refuse(groups, strange, "quantile", f"is not one of 1 to {len(groups)}, so one is missing")
    _refuse(groups, groups["population"] <= 0, "population", "must be more than 0")
    bounded = [name for name in ("value", *LIMITS) if name in groups]
    for name in bounded:
        outside = ~groups[name].between(scale.above, scale.below, inclusive="neither")
        _refuse(groups, outside, name, f"must lie between {scale.above:g} and {scale.below:g}")
    if "standard_error" in groups:
        _refuse(groups, groups["standard_error"] < 0, "standard_error", "must not be negative")
    if set(LIMITS) <= set(groups):
        _refuse(groups, groups["lower"] > groups["value"], "lower", "must not be above the value")
        _refuse(groups, groups["upper"] < groups["value"], "upper", "must not be below the value")
    return groups.sort_values("quantile")


def _refuse(groups: pd.DataFrame, wrong: pd.Series, column: str, rule: str) -> None:
    if wrong.any():
        rows = [
            f"row {label} (quantile {row['quantile']:g}): {row[column]:g}"
            for label, row in groups[wrong.to_numpy(bool)].head(5).iterrows()
        ]
        more = f" and {int(wrong.sum()) - 5} more" if wrong.sum() > 5 else ""
        raise InputError(
            f"{column} {rule}: {'; '.join(rows)}{more}. Correct the row, or merge the quantile "
            "with its neighbour."
        )
