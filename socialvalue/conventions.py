"""How much hangs on a convention? The same records under each, side by side.

A setting at a time is changed and everything else is kept, so that a row says what that choice
alone is worth. The conventions and who uses which are in ``docs/explanation/conventions.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.appraisal import Appraisal, Basis, appraise
from socialvalue.assumptions import CHOICES, Assumptions
from socialvalue.errors import SocialValueError
from socialvalue.prices import discount_schedule
from socialvalue.years import year_label

STANDARD, HEALTH = "green-book", "green-book-health"
HORIZONS = (1, 5, 10)
"""Years counted, beside all of them: what happened, and two spans that reports often stop at."""
COLUMNS = (
    "setting",
    "choice",
    "used",
    "present_value",
    "change",
    "input_value",
    "net_present_value",
    "sroi_ratio",
    "payback_years",
    "reason_missing",
)
_MONEY = ("present_value", "input_value", "net_present_value", "sroi_ratio", "payback_years")


def alternatives(assumptions: Assumptions) -> Iterator[dict[str, Any]]:
    """Choices of each convention, one setting at a time, the one in use among them."""
    chosen = ("timing", "input_timing", "drop_off_from", "part_years")
    choices: dict[str, Sequence[Any]] = {setting: CHOICES[setting] for setting in chosen}
    used = assumptions
    constant = discount_schedule(STANDARD).rate(1)
    choices["discount_rate"] = [used.discount_rate, STANDARD, constant, 0.0]
    choices["health_discount_rate"] = [used.health_discount_rate, HEALTH, None]
    choices["horizon_years"] = [used.horizon_years, None, *HORIZONS]
    choices["year_start_month"] = [used.year_start_month, 4, 1]
    choices["uprate"] = [True, False]
    if used.optimism_bias is not None:
        yield {"optimism_bias": used.optimism_bias}
        yield {"optimism_bias": None}
    for setting, values in choices.items():
        for value in dict.fromkeys(values):
            yield {setting: value}


def side_by_side(
    basis: Basis,
    assumptions: Assumptions,
    choices: Sequence[Mapping[str, Any]] | None = None,
) -> pd.DataFrame:
    """Value the same records under each convention.

    Parameters
    ----------
    basis : Basis
    assumptions : Assumptions
        Those in use; every row changes them in one thing.
    choices : sequence of mapping, optional
        Settings to change together, one mapping a row, such as
        ``[{"timing": "end", "health_discount_rate": None}]``. By default every convention in turn.

    Returns
    -------
    DataFrame
        setting, choice, used, present_value, change (from the assumptions in use), input_value,
        net_present_value [money], sroi_ratio [ratio], payback_years [years], reason_missing (why a
        row has no figures).

    Raises
    ------
    SettingsError
        If a choice names no setting, or a value it does not take.
    """
    asked = list(alternatives(assumptions) if choices is None else choices)
    base = appraise(basis, assumptions)
    rows = [_row(basis, assumptions, base, choice) for choice in asked]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(
    basis: Basis, assumptions: Assumptions, base: Appraisal, choice: Mapping[str, Any]
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_MONEY, np.nan) | {
        "setting": ", ".join(choice) or "as assessed",
        "choice": ", ".join(_in_words(name, value) for name, value in choice.items()),
        "used": all(_same(getattr(assumptions, name, None), v) for name, v in choice.items()),
        "change": np.nan,
        "reason_missing": None,
    }
    changed = assumptions.changed(**fitting(basis, assumptions, choice))
    if row["used"]:
        found = base
    else:
        try:
            found = appraise(basis, changed)
        except SocialValueError as error:
            # A schedule that ends too early or a proxy that is not valid in a calendar year: said.
            return {**row, "reason_missing": str(error)}
    row |= {name: float(found.totals[name]) for name in _MONEY}
    row["change"] = row["present_value"] - float(base.totals["present_value"])
    row["reason_missing"] = found.ratio_missing
    return row


def fitting(basis: Basis, assumptions: Assumptions, choice: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a choice; a base year follows when years start elsewhere."""
    settings = dict(choice)
    month = settings.get("year_start_month", assumptions.year_start_month)
    if (month == 1) == assumptions.financial_years and "base_year" not in settings:
        # A base year that was stated is kept, in the other form; one that was found is found anew.
        stated = basis.base_year
        settings["base_year"] = stated and year_label(int(stated[:4]), month != 1)
    return settings


def _same(used: Any, choice: Any) -> bool:
    if used is None or choice is None:
        return used is choice
    return used is choice if isinstance(used, pd.DataFrame) else bool(used == choice)


def _in_words(setting: str, value: Any) -> str:
    if setting == "health_discount_rate" and value is None:
        return "as the others"
    if setting == "horizon_years" and value is None:
        return "all years"
    if setting == "optimism_bias":
        return "none" if value is None else "the table given"
    if setting == "year_start_month":
        return "calendar years" if value == 1 else f"years from month {value}"
    if setting == "uprate":
        return "re-priced" if value else "prices as published"
    return f"{value:g}" if isinstance(value, float) else str(value)
