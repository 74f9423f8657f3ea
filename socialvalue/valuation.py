"""What is an impact map worth, year by year? Impact map x proxies -> value."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.adjustments import remaining_quantities, settle
from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.errors import InputError, SettingsError
from socialvalue.impact_map import SHARES
from socialvalue.optimism import benefits_down_by
from socialvalue.prices import discount_factors, price_factor, schedules
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import pick
from socialvalue.years import year_label

STEPS = (
    "gross_value",
    "after_deadweight",
    "after_displacement",
    "after_attribution",
    "after_drop_off",
    "net_value",
    "present_value",
)
_TOTALS = ("gross_value", "net_value", "present_value")
QUANTITIES = (
    "quantity",
    "quantity_after_deadweight",
    "quantity_after_displacement",
    "quantity_after_attribution",
)
PER_UNIT = ("unit_gross", "unit_net", "unit_present")
"""Value of one unit of a row over its years, after what every unit of it loses alike."""
_REMAINING = (*QUANTITIES, "deadweight", "displacement", "attribution_to_others", "net_share")


@dataclass(frozen=True)
class ValuedMap:
    """An impact map with its value.

    Attributes
    ----------
    rows : DataFrame
        One row a map row: keys, sums, proxy, settled adjustments, value over all years.
    values : DataFrame
        Long: row_id, year, t [years from the base year], k [year of the outcome], and the steps
        from gross to present value [money]. Priced rows only.
    """

    rows: pd.DataFrame
    values: pd.DataFrame


def value_map(
    collapsed: pd.DataFrame,
    proxies: ProxySet,
    adjustments: pd.DataFrame,
    assumptions: Assumptions,
) -> ValuedMap:
    """Value a collapsed impact map.

    Parameters
    ----------
    collapsed : DataFrame
        From `socialvalue.impact_map.collapse`.
    proxies : ProxySet
    adjustments : DataFrame
        The adjustments table; may be empty.
    assumptions : Assumptions
        With ``base_year`` set.

    Returns
    -------
    ValuedMap

    Raises
    ------
    InputError, SettingsError
        If a proxy, price year, schedule or adjustment does not fit.
    """
    rows = collapsed.assign(row_id=np.arange(1, len(collapsed) + 1))
    rows["year"] = [year_label(y, assumptions.financial_years) for y in rows["first_year"]]
    rows = _with_proxies(rows, proxies, assumptions)
    rows = settle(rows, adjustments)
    rows["left_unstated"] = _left_unstated(rows)
    rows[list(_REMAINING)] = remaining_quantities(rows)[list(_REMAINING)]
    _check_covers(rows)
    rows = _with_perspective(rows, assumptions)
    values = _by_year(rows, proxies, assumptions)
    return ValuedMap(_with_totals(rows, values), values)


def _with_proxies(rows: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions) -> pd.DataFrame:
    picked = pick(proxies, rows["proxy_id"], rows["first_year"], assumptions.year_start_month)
    wrong = sorted(set(picked["currency"].dropna()) - {assumptions.currency})
    if wrong:
        raise SettingsError(
            f"The proxies are in {', '.join(wrong)} and the assumptions in {assumptions.currency}. "
            "Currencies are never mixed: set currency, or use a proxy set in that currency."
        )
    for column in picked.columns:
        rows[column] = picked[column].to_numpy()
    rows["unit"] = rows["unit"].fillna(rows["proxy_unit"])
    priced = rows["proxy_id"].notna()
    rows["price_factor"] = np.nan
    rows["forecast_prices"] = False
    rows["income_held"] = False
    columns = ["price_year", "uprating", "income_elasticity"]
    for (price_year, uprating, elasticity), group in rows[priced].groupby(columns, dropna=False):
        found = _price_factor(price_year, uprating, elasticity, assumptions)
        rows.loc[group.index, "price_factor"] = found[0]
        rows.loc[group.index, "forecast_prices"] = found[1]
        rows.loc[group.index, "income_held"] = found[2]
    rows["unit_value_repriced"] = formulas.repriced(rows["unit_value"], rows["price_factor"])
    return rows


def _price_factor(
    price_year: str, uprating: str, elasticity: float, assumptions: Assumptions
) -> tuple[float, bool, bool]:
    if not assumptions.uprate or uprating == "none":
        return 1.0, False, False
    growth = float(elasticity) if uprating == "income" else 0.0
    return price_factor(str(price_year), assumptions.price_year, growth)


def _check_covers(rows: pd.DataFrame) -> None:
    long = rows["duration_years"] > 1
    wrong = rows[(rows["unit"] == "person_year") & long & rows["proxy_id"].notna()]
    if len(wrong):
        raise InputError(
            f"{wrong['proxy_id'].iloc[0]} is per person_year and lasts "
            f"{wrong['duration_years'].iloc[0]:g} years ({wrong['duration_years_from'].iloc[0]}): "
            "the years would count twice. Put all years into quantity and leave duration_years 1."
        )


def _with_perspective(rows: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    priced = rows["proxy_id"].notna()
    because = pd.Series("", index=rows.index, dtype=object)
    if assumptions.perspective == "public":
        transfer = rows["transfer"].astype("boolean").fillna(False).to_numpy(bool)
        because[priced & transfer] = "a transfer, which the public view leaves out"
    else:
        because[priced & (rows["value_type"] != "fiscal")] = "not fiscal value"
        if assumptions.payers:
            payers = rows["payer"].fillna("").astype(str).str.split(r"\s*[/;]\s*", regex=True)
            wanted = payers.map(lambda names: bool(set(names) & set(assumptions.payers)))
            because[priced & (because == "") & ~wanted] = "another payer"
    rows["counted"] = priced & (because == "")
    rows["not_counted_because"] = because.where(priced, "not priced")
    return rows


def _by_year(rows: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions) -> pd.DataFrame:
    priced = rows[rows["proxy_id"].notna()]
    grid = _year_grid(priced, assumptions)
    per_year = grid["value_covers"] == "year"
    weight = formulas.part_year_weight(grid["k"], grid["duration_years"], assumptions.part_years)
    weight = weight.where(per_year, 1.0)
    exponent = formulas.drop_off_exponent(grid["k"], grid["starts"], assumptions.drop_off_from)
    kept = formulas.remaining_after_drop_off(grid["drop_off"], exponent).where(per_year, 1.0)
    grid = _with_unit_values(grid, proxies, assumptions)
    for step, name in zip(STEPS, QUANTITIES, strict=False):
        grid[step] = formulas.gross_value(grid[name], grid["unit_value_now"], weight)
    grid["after_drop_off"] = grid["after_attribution"] * kept
    down = benefits_down_by(grid["evidence"], assumptions)
    grid["net_value"] = grid["after_drop_off"] * (1 - down)
    discount = _discount(grid, assumptions)
    grid["present_value"] = grid["net_value"] * discount
    # Value is linear in the unit value, so a bound is the same quantity at another unit value.
    present_quantity = grid[QUANTITIES[-1]] * weight * kept * (1 - down) * discount
    for bound in ("low", "high"):
        grid[f"present_value_{bound}"] = present_quantity * grid[f"{bound}_now"]
    per_unit = grid["unit_value_now"] * weight
    grid["unit_gross"] = per_unit
    grid["unit_net"] = per_unit * kept * (1 - down)
    grid["unit_present"] = grid["unit_net"] * discount
    columns = ["row_id", "year", "t", "k", *STEPS, "present_value_low", "present_value_high"]
    return grid[[*columns, *PER_UNIT]].reset_index(drop=True)


def _left_unstated(rows: pd.DataFrame) -> pd.Series:
    """What the shares that records do not state themselves leave of an outcome [share]."""
    left = pd.Series(1.0, index=rows.index)
    for share in SHARES:
        left = left * (1 - rows[share].where(~rows[f"states_{share}"].astype(bool), 0.0))
    return left


def _year_grid(priced: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """One line for each row and year in which its outcome counts."""
    duration = priced["duration_years"].to_numpy(float)
    whole = np.floor(duration) if assumptions.part_years == "down" else np.ceil(duration)
    years = np.where(priced["value_covers"] == "year", whole, 1).astype(int)
    grid = priced.loc[priced.index.repeat(years)].reset_index(drop=True)
    grid["k"] = grid.groupby("row_id").cumcount()
    start = grid["first_year"].astype(int) + grid["starts"].astype(int) + grid["k"]
    base = int(str(assumptions.base_year)[:4])
    grid["year_start"], grid["t"] = start, start - base
    if assumptions.horizon_years is not None:
        grid = grid[grid["t"] < assumptions.horizon_years]
    labels = [year_label(y, assumptions.financial_years) for y in grid["year_start"]]
    return grid.assign(year=labels).reset_index(drop=True)


def _with_unit_values(
    grid: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions
) -> pd.DataFrame:
    factor = grid["price_factor"]
    for bound, column in (
        ("unit_value_now", "unit_value"),
        ("low_now", "low"),
        ("high_now", "high"),
    ):
        grid[bound] = grid[column] * factor
    carbon = (grid["uprating"] == "carbon").to_numpy(bool)
    if carbon.any():
        # A tonne is worth what the year it is emitted in says, then re-priced.
        lines = grid[carbon]
        picked = pick(proxies, lines["proxy_id"], lines["year_start"], assumptions.year_start_month)
        for bound, column in (
            ("unit_value_now", "unit_value"),
            ("low_now", "low"),
            ("high_now", "high"),
        ):
            values = picked[column].to_numpy(float) * factor[carbon].to_numpy(float)
            grid.loc[carbon, bound] = values
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


def _with_totals(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    sums = values.groupby("row_id")[list(_TOTALS)].sum()
    bounds = values.groupby("row_id")[["present_value_low", "present_value_high"]].sum(min_count=1)
    factors = values.groupby("row_id")[list(PER_UNIT)].sum()
    rows = rows.copy()
    for column in PER_UNIT:
        rows[column] = rows["row_id"].map(factors[column])
    for column in _TOTALS:
        rows[column] = rows["row_id"].map(sums[column])
        # A priced outcome whose years all fall outside the horizon is worth nothing, not unknown.
        rows[column] = rows[column].where(rows[column].notna() | rows["proxy_id"].isna(), 0.0)
    for column in bounds:
        rows[column] = rows["row_id"].map(bounds[column])
    return rows


def with_base_year(assumptions: Assumptions, years: pd.Series) -> Assumptions:
    """The assumptions with their base year set: the first year with inputs or outcomes."""
    if assumptions.base_year is not None:
        return assumptions
    first = int(years.min())
    return replace(assumptions, base_year=year_label(first, assumptions.financial_years))
