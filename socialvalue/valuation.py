"""What is an impact map worth, year by year? Impact map x proxies -> value."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.adjustments import remaining_quantities, settle
from socialvalue.assumptions import Assumptions
from socialvalue.errors import InputError, SettingsError
from socialvalue.impact_map import RANGED, RANGED_LEFT, SHARES, SUMS, as_row_key, left_of_records
from socialvalue.price_tables import price_series
from socialvalue.prices import price_factor
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import pick
from socialvalue.value_by_year import BOUNDS, COUNTED, PER_UNIT, QUANTITIES, value_by_year
from socialvalue.years import labels_of, year_label

_TOTALS = ("gross_value", "net_value", "present_value")
_REMAINING = (*QUANTITIES, "deadweight", "displacement", "attribution_to_others", "net_share")

STATED_ENDS = {end: end.replace("_left", "_of_records") for end in RANGED}
"""Ends of the quantity less the shares that records state themselves, and no others."""

MAP_COLUMNS = (
    "row_id",
    "project",
    "stakeholder_group",
    "outcome",
    "proxy_id",
    "proxy_name",
    "theme",
    "value_type",
    "payer",
    "first_year",
    "starts",
    "duration_years",
    "drop_off",
    "evidence",
    "is_harm",
    "records",
    "people",
    "quantity",
    "unit",
    "unit_value",
    "price_year",
    "price_factor",
    "unit_value_repriced",
    "value_covers",
    "discount_class",
    "uprating",
    "deadweight",
    "displacement",
    "attribution_to_others",
    "net_share",
    "deadweight_from",
    "displacement_from",
    "attribution_to_others_from",
    "drop_off_from",
    "duration_years_from",
    "starts_from",
    "counted",
    "not_counted_because",
    "gross_value",
    "net_value",
    "present_value",
    "present_value_low",
    "present_value_high",
    "merged",
)
"""Columns of an impact map as it is shown, in order."""


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
    rows["year"] = labels_of(rows["first_year"], assumptions.financial_years)
    rows = _with_proxies(rows, proxies, assumptions)
    rows = settle(rows, adjustments)
    rows["left_unstated"] = _left_unstated(rows)
    _check_covers(rows)
    rows = _with_perspective(rows, assumptions)
    return _valued(rows, proxies, assumptions)


def value_parts(
    valued: ValuedMap, parts: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions
) -> ValuedMap:
    """Value parts of the rows of a valued map: a breakdown of them by one more column.

    A part has the proxy and the adjustments of its row, whose keys it shares.

    Parameters
    ----------
    valued : ValuedMap
        From `value_map`.
    parts : DataFrame
        From `socialvalue.outcome_records.OutcomeRecords.collapse_rows`.
    proxies : ProxySet
    assumptions : Assumptions

    Returns
    -------
    ValuedMap
        One row for each part.
    """
    places = pd.Index(valued.rows["row_id"]).get_indexer(parts["row_id"])
    of_row = valued.rows.take(places).reset_index(drop=True)
    own = {name: parts[name].to_numpy() for name in ("records", *SUMS)}
    more = [name for name in parts if name not in (*own, "row_id")]
    row_key = of_row["row_key"]
    for name in more:
        row_key = row_key + " " + as_row_key(parts[name])
    rows = of_row.assign(
        **own,
        **{name: parts[name] for name in more},
        row_key=row_key,
        row_id=np.arange(1, len(parts) + 1),
    )
    return _valued(rows, proxies, assumptions)


def _valued(rows: pd.DataFrame, proxies: ProxySet, assumptions: Assumptions) -> ValuedMap:
    """Rows with proxies and settled adjustments, valued from the sums of their records."""
    rows = rows.assign(
        **{STATED_ENDS[end]: rows[end] for end in RANGED},
        **{end: rows[end] * rows["left_unstated"] for end in RANGED},
        has_quantity_range=rows["records_with_range"] > 0,
    )
    remaining = remaining_quantities(rows)
    rows = rows.assign(**{name: remaining[name] for name in _REMAINING})
    values = value_by_year(rows, proxies, assumptions)
    return ValuedMap(_with_shares_ranged(_with_totals(rows, values)), values)


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
    # A negative amount of a good and a positive amount of something bad are both harms.
    rows["is_harm"] = rows["is_harm"].astype(bool) ^ (rows["unit_value"] < 0).to_numpy(bool)
    return rows


def _price_factor(
    price_year: str, uprating: str, elasticity: float, assumptions: Assumptions
) -> tuple[float, bool, bool]:
    if not assumptions.uprate or uprating == "none":
        return 1.0, False, False
    growth = float(elasticity) if uprating == "income" else 0.0
    series = price_series(assumptions.price_series)
    return price_factor(
        str(price_year), assumptions.price_year, growth, series, assumptions.currency
    )


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


def _left_unstated(rows: pd.DataFrame) -> pd.Series:
    """What the shares that records do not state themselves leave of an outcome [share]."""
    left = pd.Series(1.0, index=rows.index)
    for share in SHARES:
        left = left * (1 - rows[share].where(~rows[f"states_{share}"].astype(bool), 0.0))
    return left


def _with_shares_ranged(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of each row's quantity, and of its value, that have a range."""
    left = left_of_records(rows)
    # Of a whole row the two sums differ by rounding alone, and a share is never beyond it.
    of_quantity = (rows[RANGED_LEFT] / left.where(left != 0)).fillna(0.0).clip(0.0, 1.0)
    of_proxy = (rows["low"] != rows["unit_value"]) & rows["low"].notna()
    of_proxy |= (rows["high"] != rows["unit_value"]) & rows["high"].notna()
    # What has bounds and no range of a quantity has them from a proxy, of carbon by its years.
    of_proxy |= ~rows["has_quantity_range"]
    bounded = rows[["present_value_low", "present_value_high"]].notna().any(axis=1)
    of_value = of_quantity.mask(of_proxy, 1.0).where(bounded, 0.0)
    return rows.assign(quantity_share_with_range=of_quantity, share_with_range=of_value)


def _with_totals(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    grouped = values.groupby("row_id")
    sums = grouped[[*_TOTALS, *COUNTED, *PER_UNIT]].sum()
    ends = grouped[list(BOUNDS)].sum(min_count=1)
    bounds = pd.DataFrame(
        {"present_value_low": ends.min(axis=1), "present_value_high": ends.max(axis=1)}
    )
    unpriced = rows["proxy_id"].isna()
    found = {name: rows["row_id"].map(sums[name]) for name in (*COUNTED, *PER_UNIT, *_TOTALS)}
    # A priced outcome whose years all fall outside the horizon is worth nothing, not unknown.
    found = {name: each.where(each.notna() | unpriced, 0.0) for name, each in found.items()}
    return rows.assign(**found, **{name: rows["row_id"].map(bounds[name]) for name in bounds})


def with_base_year(assumptions: Assumptions, years: pd.Series) -> Assumptions:
    """The assumptions with their base year set: the first year with inputs or outcomes."""
    if assumptions.base_year is not None:
        return assumptions
    first = int(years.min())
    return replace(assumptions, base_year=year_label(first, assumptions.financial_years))
