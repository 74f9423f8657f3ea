"""What is a change in scores worth in WELLBYs? From paired change to outcome records."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.instruments import LIFE_SATISFACTION, conversion
from socialvalue.surveys import t_margin

_NEEDED = ("instrument", "pairs", "improvement", "low", "high")


def product_standard_error(first: Any, first_error: Any, second: Any, second_error: Any) -> Any:
    """Standard error of the product of two independent estimates.

    Parameters
    ----------
    first, second : numeric
        Estimates.
    first_error, second_error : numeric
        Their standard errors.

    References
    ----------
    Goodman (1960), On the exact variance of products, Journal of the American Statistical
    Association 55: 708-713: var(xy) = x^2 var(y) + y^2 var(x) + var(x) var(y).

    Examples
    --------
    >>> round(float(product_standard_error(2.0, 0.5, 0.25, 0.1)), 4)
    0.2411
    """
    a, b = first * second_error, second * first_error
    return np.sqrt(a**2 + b**2 + (first_error * second_error) ** 2)


def wellbys(
    changes: pd.DataFrame,
    *,
    people: str | float | Sequence[float],
    duration_years: float,
    factor: float | str | None = None,
    factor_standard_error: float | None = None,
    factor_source: str = "",
) -> pd.DataFrame:
    """WELLBYs of a change in scores, with the uncertainty of the change carried on.

    Parameters
    ----------
    changes : DataFrame
        Rows of `paired_change` (or of a published study: instrument, pairs, improvement, low,
        high and, with ``factor_standard_error``, standard_error and confidence).
    people : "pairs", float or sequence of float
        How many people the change is taken for. ``"pairs"``: those who were seen to change, and
        nobody else. A number, one for each row, takes the mean change for people who were not
        seen: a choice that is written into ``people_note``. [people]
    duration_years : float
        How long the change lasts; a judgement unless a follow-up shows it. [years]
    factor : float or str, optional
        Points of life satisfaction for one point of improvement on the instrument, or the name
        of a shipped conversion. Needed unless the instrument is ``ons4_life_satisfaction``, for
        which it is 1.
    factor_standard_error : float, optional
        Where it is given, it widens the range.
    factor_source : str
        Where the factor is from; needed with a number.

    Returns
    -------
    DataFrame
        ``changes`` with people_counted, people_note, duration_years, factor, factor_source,
        wellbys_per_year, wellbys_per_year_low, wellbys_per_year_high, wellbys, wellbys_low,
        wellbys_high. Low and high are null where the change has no interval. Nothing is
        discounted, and nothing is taken off for what would have happened anyway.

    Raises
    ------
    SettingsError
        If people, duration or factor are not stated, or do not fit.

    Notes
    -----
    wellbys_per_year = people x improvement x factor; wellbys = that x duration_years.

    Range, for a factor without a standard error: people x factor x (low, high) of the change.
    With one: people x (improvement x factor +- t x se), where se is the standard error of the
    product of two independent estimates, `product_standard_error`, and t has the degrees of
    freedom of the change (pairs - 1, or those the row states). The number of people and the
    duration are taken as known.

    Examples
    --------
    >>> study = pd.DataFrame(
    ...     {
    ...         "instrument": ["ons4_life_satisfaction"],
    ...         "pairs": [40],
    ...         "improvement": [0.5],
    ...         "low": [0.1],
    ...         "high": [0.9],
    ...     }
    ... )
    >>> found = wellbys(study, people="pairs", duration_years=2)
    >>> found[["wellbys", "wellbys_low", "wellbys_high"]].values.tolist()
    [[40.0, 8.0, 72.0]]
    """
    missing = [name for name in _NEEDED if name not in changes]
    if missing:
        raise SettingsError(f"changes lacks {', '.join(missing)}; take it from paired_change.")
    if not (math.isfinite(duration_years) and duration_years > 0):
        raise SettingsError("duration_years must be more than 0: say how long the change lasts.")
    points, error, source = _factor(changes, factor, factor_standard_error, factor_source)
    counted, note = _people(changes, people)
    middle = changes["improvement"] * points
    low, high = changes["low"] * points, changes["high"] * points
    if error is not None:
        margin = _margin_with_factor(changes, points, error)
        low, high = middle - margin, middle + margin
    yearly = {"": middle * counted, "_low": low * counted, "_high": high * counted}
    return changes.assign(
        people_counted=counted,
        people_note=note,
        duration_years=float(duration_years),
        factor=points,
        factor_source=source,
        **{f"wellbys_per_year{end}": values for end, values in yearly.items()},
        **{f"wellbys{end}": values * duration_years for end, values in yearly.items()},
    )


def _margin_with_factor(changes: pd.DataFrame, points: float, error: float) -> Any:
    lacking = [name for name in ("standard_error", "confidence") if name not in changes]
    if lacking:
        raise SettingsError(
            f"changes lacks {', '.join(lacking)}, which a factor with a standard error takes."
        )
    spread = product_standard_error(
        changes["improvement"], changes["standard_error"], points, error
    )
    freedom = changes.get("degrees_of_freedom", changes["pairs"] - 1)
    # Where the change itself has no interval, the product has none either.
    spread = spread.where(changes["low"].notna() & changes["high"].notna())
    return t_margin(spread, freedom, _one(changes, "confidence", "level of confidence"))


def _one(changes: pd.DataFrame, column: str, what: str) -> Any:
    values = changes[column].unique()
    if len(values) != 1:
        raise SettingsError(
            f"The rows have more than one {what}; take them one {what} at a time. "
            f"There are: {', '.join(map(str, values))}."
        )
    return values[0]


def _factor(
    changes: pd.DataFrame, factor: float | str | None, error: float | None, source: str
) -> tuple[float, float | None, str]:
    """Factor, its standard error and its source, for the one instrument of the rows."""
    name = _one(changes, "instrument", "instrument")
    if isinstance(factor, str):
        published = conversion(factor)
        if (published["from_instrument"], published["to_instrument"]) != (name, LIFE_SATISFACTION):
            raise SettingsError(
                f"The conversion {factor} is for {published['from_instrument']}, not for {name}."
            )
        if error is None and pd.notna(published["standard_error"]):
            error = float(published["standard_error"])
        return float(published["factor"]), error, f"conversion {factor}"
    if name == LIFE_SATISFACTION:
        if factor not in (None, 1) or error is not None:
            raise SettingsError(f"A point of {name} is a point of life satisfaction: factor is 1.")
        return 1.0, None, "asked as life satisfaction from 0 to 10"
    return _stated_factor(name, factor, error, source)


def _stated_factor(
    name: str, factor: float | None, error: float | None, source: str
) -> tuple[float, float | None, str]:
    if factor is None:
        raise SettingsError(
            f"State factor: points of life satisfaction for one point of {name}, or the name of a "
            "conversion in load_conversions(). There is no default."
        )
    if not (math.isfinite(factor) and factor > 0):
        raise SettingsError("factor must be more than 0: it multiplies the improvement.")
    if error is not None and not (math.isfinite(error) and error > 0):
        raise SettingsError("factor_standard_error must be more than 0, or left out.")
    if not source.strip():
        raise SettingsError("State factor_source: where the factor is published.")
    return float(factor), error, source.strip()


def _people(changes: pd.DataFrame, people: Any) -> tuple[pd.Series, list[str]]:
    """How many people each row is taken for, and what that choice says."""
    pairs = changes["pairs"].astype("float64")
    if isinstance(people, str):
        if people != "pairs":
            raise SettingsError(f'people is "pairs" or a number for each row, not {people!r}.')
        return pairs, [f"counted for the {n:g} pairs only" for n in pairs]
    given = np.atleast_1d(np.asarray(people, dtype=float))
    if len(given) != len(changes):
        raise SettingsError(
            f"There are {len(changes)} rows of change and {len(given)} numbers of people: state "
            'one for each row, in order, or "pairs".'
        )
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise SettingsError("A number of people must be 0 or more.")
    counted = pd.Series(given, index=changes.index)
    notes = [
        f"the mean change of {n:g} pairs is taken for {many:g} people"
        + (", most of whom were not seen to change" if many > 2 * n else "")
        for n, many in zip(pairs, counted, strict=True)
    ]
    return counted, notes


def outcome_rows(
    valued: pd.DataFrame,
    *,
    proxy_id: str,
    date: str | pd.Timestamp,
    stakeholder_group: str = "",
    outcome: str = "Change in life satisfaction",
    prefix: str = "survey",
) -> pd.DataFrame:
    """Outcome records of WELLBYs, ready for ``Records(outcomes=...)``.

    Parameters
    ----------
    valued : DataFrame
        From `wellbys`.
    proxy_id : str
        The value of a WELLBY in the proxy set, such as ``wb_wellby`` of uk-public.
    date : str or Timestamp
        When the change was seen, as 2025-03-14.
    stakeholder_group : str
        Who changed; not needed where ``valued`` is broken down by it.
    outcome : str
        The change, in words.
    prefix : str
        Start of each outcome_id.

    Returns
    -------
    DataFrame
        One record for each row with a change: outcome_id, outcome, indicator, proxy_id,
        stakeholder_group, quantity, quantity_low, quantity_high, quantity_level (of the change's
        interval), unit (wellby), people, sample_size, date, duration_years, evidence, note, and the
        columns ``valued`` was broken down by. ``quantity`` is WELLBYs in one year; the valuation
        carries it over ``duration_years``, with the drop-off you state. Deadweight, displacement
        and attribution are not there: a before and after says nothing of them, and they stay to be
        stated.

    Raises
    ------
    SettingsError
        If a row has no change, people are not whole, or nobody is said to have changed.

    Notes
    -----
    A fall is a negative quantity: a harm. An interval that spans nought gives a
    ``quantity_low`` below nought. ``evidence`` is before_after, or what the rows state.

    Examples
    --------
    >>> study = pd.DataFrame(
    ...     {
    ...         "instrument": ["ons4_life_satisfaction"],
    ...         "pairs": [40],
    ...         "improvement": [0.5],
    ...         "low": [-0.1],
    ...         "high": [1.1],
    ...     }
    ... )
    >>> rows = outcome_rows(
    ...     wellbys(study, people="pairs", duration_years=1),
    ...     proxy_id="wb_wellby",
    ...     stakeholder_group="participants",
    ...     date="2025-03-14",
    ... )
    >>> rows[["quantity", "quantity_low", "quantity_high", "evidence"]].values.tolist()
    [[20.0, -4.0, 44.0, 'before_after']]
    """
    broken_down_by = _broken_down_by(valued)
    _check_valued(valued, stakeholder_group or "stakeholder_group" in broken_down_by)
    numbers = [f"{prefix}-{place:03d}" for place in range(1, len(valued) + 1)]
    rows = pd.DataFrame(
        {
            "outcome_id": numbers,
            **{name: valued[name] for name in broken_down_by},
            "outcome": outcome,
            "indicator": valued["instrument"],
            "proxy_id": proxy_id,
            "stakeholder_group": valued.get("stakeholder_group", stakeholder_group),
            "quantity": valued["wellbys_per_year"],
            "quantity_low": valued["wellbys_per_year_low"],
            "quantity_high": valued["wellbys_per_year_high"],
            "quantity_level": valued.get("confidence", np.nan),
            "unit": "wellby",
            "people": valued["people_counted"],
            "sample_size": valued["pairs"].astype("float64"),
            "date": pd.Timestamp(date),
            "duration_years": valued["duration_years"],
            "evidence": valued.get("evidence", "before_after"),
            "note": [_note(each) for each in valued.to_dict("records")],
        }
    )
    return rows.reset_index(drop=True)


def _check_valued(valued: pd.DataFrame, group: str | bool) -> None:
    if "wellbys_per_year" not in valued:
        raise SettingsError("outcome_rows takes what wellbys returns.")
    if not group:
        raise SettingsError("State stakeholder_group: who changed.")
    without = valued.index[valued["wellbys_per_year"].isna()]
    if len(without):
        raise SettingsError(
            f"Rows {', '.join(map(str, without[:5]))} have no change, for want of pairs. Leave "
            "them out by name, and say so in the report: valued.dropna(subset=['improvement'])."
        )
    if (valued["people_counted"] % 1 != 0).any():
        raise SettingsError("People must be a whole number in a record; state one to wellbys.")


def _broken_down_by(valued: pd.DataFrame) -> list[str]:
    """Columns before the instrument: `paired_change` puts what it breaks down by there."""
    return list(valued.columns[: list(valued.columns).index("instrument")])


def _note(row: dict[str, Any]) -> str:
    """What was done, in the record itself."""
    said = [
        f"Improvement of {row['improvement']:.3g} points of {row['instrument']} x {row['factor']:g}"
        f" ({row['factor_source']})",
        row["people_note"],
    ]
    if pd.isna(row["wellbys_per_year_low"]):
        said.append("the change has no interval")
    else:
        level = f" ({row['confidence']:.0%})" if pd.notna(row.get("confidence")) else ""
        said.append(f"low and high{level} carry the sampling uncertainty of the change only")
    if row.get("caution"):
        said.append(row["caution"].rstrip("."))
    return "; ".join(said) + "."
