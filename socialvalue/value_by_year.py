"""What is each row of an impact map worth in each year, from gross to present value?"""

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.impact_map import RANGED
from socialvalue.optimism import benefits_down_by
from socialvalue.prices import discount_factors, schedules
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import pick
from socialvalue.years import labels_of

STEPS = (
    "gross_value",
    "after_deadweight",
    "after_displacement",
    "after_attribution",
    "after_drop_off",
    "net_value",
    "present_value",
)
QUANTITIES = (
    "quantity",
    "quantity_after_deadweight",
    "quantity_after_displacement",
    "quantity_after_attribution",
)
PER_UNIT = ("unit_gross", "unit_net", "unit_present")
"""Value of one unit of a row over its years, after what every unit of it loses alike."""
COUNTED = ("net_quantity", "present_quantity")
"""Units left after every reduction, and the same discounted as the money is [units]."""
BOUNDS = ("at_low_least", "at_low_most", "at_high_least", "at_high_most")
"""Present value with the proxy at its low or high and the quantity where value is least or most."""
_UNIT_VALUES = (("unit_value_now", "unit_value"), ("low_now", "low"), ("high_now", "high"))
_NEEDED = (
    "row_id",
    "proxy_id",
    "first_year",
    "starts",
    "duration_years",
    "drop_off",
    "value_covers",
    "discount_class",
    "uprating",
    "evidence",
    "is_harm",
    "price_factor",
    *[column for _, column in _UNIT_VALUES],
    *QUANTITIES,
    *RANGED,
    "has_quantity_range",
)
"""Columns of the map that its value is made of; there are many more, and a line for every year."""


def value_by_year(rows: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions) -> pd.DataFrame:
    """Value of each priced row in each year in which its outcome counts.

    Parameters
    ----------
    rows : DataFrame
        Map rows with their proxies and settled adjustments.
    proxies : ProxySet
    assumptions : Assumptions
        With ``base_year`` set.

    Returns
    -------
    DataFrame
        row_id, year, t [years from the base year], k [year of the outcome], the steps from gross to
        present value [money], the units counted, the value of one unit, and the bounds (null where
        neither the proxy nor the quantity has a range).
    """
    grid = year_grid(rows.loc[rows["proxy_id"].notna(), list(_NEEDED)], assumptions)
    weight, kept = lasting(grid, assumptions)
    grid = _with_unit_values(grid, proxies, assumptions)
    for step, name in zip(STEPS, QUANTITIES, strict=False):
        grid[step] = formulas.gross_value(grid[name], grid["unit_value_now"], weight)
    grid["after_drop_off"] = grid["after_attribution"] * kept
    # Optimism is about benefits: cutting a harm would flatter the total.
    down = np.where(grid["is_harm"], 0.0, benefits_down_by(grid["evidence"], assumptions))
    grid["net_value"] = grid["after_drop_off"] * (1 - down)
    discount = _discount(grid, assumptions)
    grid["present_value"] = grid["net_value"] * discount
    left = weight * kept * (1 - down)
    grid["net_quantity"] = grid[QUANTITIES[-1]] * left
    grid["present_quantity"] = grid["net_quantity"] * discount
    grid[list(BOUNDS)] = _bounds(grid, left * discount)[list(BOUNDS)]
    grid["unit_gross"] = grid["unit_value_now"] * weight
    grid["unit_net"] = grid["unit_value_now"] * left
    grid["unit_present"] = grid["unit_net"] * discount
    columns = ["row_id", "year", "t", "k", *STEPS, *COUNTED, *BOUNDS, *PER_UNIT]
    return grid[columns].reset_index(drop=True)


def year_grid(rows: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """One line for each row and year in which its outcome counts: year, t and k beside the row."""
    duration = rows["duration_years"].to_numpy(float)
    whole = np.floor(duration) if assumptions.part_years == "down" else np.ceil(duration)
    once = rows["value_covers"].isin(["duration", "once"]).to_numpy(bool)
    years = np.where(once, 1, whole).astype(int)
    of_row = np.repeat(np.arange(len(rows)), years)
    grid = rows.take(of_row).reset_index(drop=True)
    grid["k"] = np.arange(len(grid)) - np.repeat(np.cumsum(years) - years, years)
    start = grid["first_year"].astype(int) + grid["starts"].astype(int) + grid["k"]
    base = int(str(assumptions.base_year)[:4])
    grid["year_start"], grid["t"] = start, start - base
    if assumptions.horizon_years is not None:
        grid = grid[grid["t"] < assumptions.horizon_years]
    labels = labels_of(grid["year_start"], assumptions.financial_years)
    return grid.assign(year=labels).reset_index(drop=True)


def lasting(grid: pd.DataFrame, assumptions: Assumptions) -> tuple[pd.Series, pd.Series]:
    """Part of each year that an outcome lasts, and what drop-off leaves of it [shares]."""
    by_year = ~grid["value_covers"].isin(["duration", "once"])
    weight = formulas.part_year_weight(grid["k"], grid["duration_years"], assumptions.part_years)
    exponent = formulas.drop_off_exponent(grid["k"], grid["starts"], assumptions.drop_off_from)
    kept = formulas.remaining_after_drop_off(grid["drop_off"], exponent)
    return weight.where(by_year, 1.0), kept.where(by_year, 1.0)


def _bounds(grid: pd.DataFrame, left: pd.Series) -> pd.DataFrame:
    """Present value at the ends of the proxy's and the quantity's ranges.

    Value is linear in unit value and in quantity, so each end is the same product at other numbers.
    An end that is not published stays at the central value; with no end at all there is no bound.
    """
    central = grid["unit_value_now"]
    has_range = grid["has_quantity_range"].astype(bool)
    for end in (grid["low_now"], grid["high_now"]):
        # An end at the value itself says nothing of how far it may be off.
        has_range = has_range | (end.notna() & (end != central))
    # A year without a range of its own stands still beside the years of its row that have one.
    has_range = has_range.groupby(grid["row_id"]).transform("any").astype(bool)
    ends = [grid["quantity_low_left"], grid["quantity_high_left"]]
    found = {}
    for name, column in (("low", "low_now"), ("high", "high_now")):
        unit = grid[column].fillna(central)
        values = np.array([quantity * unit * left for quantity in ends])
        found[f"at_{name}_least"] = values.min(axis=0)
        found[f"at_{name}_most"] = values.max(axis=0)
    return pd.DataFrame(found, index=grid.index).where(has_range)


def _with_unit_values(
    grid: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions
) -> pd.DataFrame:
    factor = grid["price_factor"]
    for now, column in _UNIT_VALUES:
        grid[now] = grid[column] * factor
    carbon = (grid["uprating"] == "carbon").to_numpy(bool)
    if carbon.any():
        # A tonne is worth what the year it is emitted in says, then re-priced.
        lines = grid[carbon]
        picked = pick(proxies, lines["proxy_id"], lines["year_start"], assumptions.year_start_month)
        for now, column in _UNIT_VALUES:
            values = picked[column].to_numpy(float) * factor[carbon].to_numpy(float)
            grid.loc[carbon, now] = values
    return grid


def _discount(grid: pd.DataFrame, assumptions: Assumptions) -> np.ndarray:
    standard, health = schedules(assumptions)
    offset = TIMING_OFFSET[assumptions.timing]
    factors = np.ones(len(grid))
    is_health = (grid["discount_class"] == "health").to_numpy(bool)
    for schedule, lines in ((standard, ~is_health), (health, is_health)):
        times = grid.loc[lines, "t"]
        of_year = dict(
            zip(times.unique(), discount_factors(schedule, times.unique(), offset), strict=True)
        )
        factors[lines] = times.map(of_year).to_numpy(float)
    return factors
