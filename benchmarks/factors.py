"""What is one unit worth in each year? The small table that a job by hand joins records to.

Deflators, real income and discount rates are the library's own tables; everything else is written
out again, so that an error of the library would show as a difference.
"""

import math
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import pandas as pd

BASE, FIRST_YEARS = 2021, (2021, 2022, 2023, 2024)
PRICE_YEAR, BASE_YEAR = "2024-25", "2021-22"
MEASURES = ("gross_value", "net_value", "present_value")
_REDUCTIONS = ("deadweight", "displacement", "attribution_to_others")


def factor_table(proxies: pd.DataFrame, stated: Collection[str] = ()) -> pd.DataFrame:
    """Money per unit of quantity for each proxy, year of the record and year of the value.

    Parameters
    ----------
    proxies : DataFrame
        proxies.csv of the set, typed.
    stated : collection of str
        Shares that the records state themselves, which are not taken off here.

    Returns
    -------
    DataFrame
        proxy_id, first_year, year (both as the calendar year they start in), gross_value,
        net_value, present_value [money per unit].
    """
    columns = ["proxy_id", "first_year", "year", *MEASURES]
    lines = [line for proxy in proxies.to_dict("records") for line in _lines(proxy, stated)]
    return pd.DataFrame(lines, columns=columns)


def _lines(proxy: dict[str, Any], stated: Collection[str]) -> Iterator[tuple[Any, ...]]:
    by_year = proxy["value_covers"] == "year"
    duration = _or(proxy["duration_years"], 1.0) if by_year else 1.0
    drop_off = _or(proxy["drop_off"], 0.0) if by_year else 0.0
    left = 1.0
    for share in _REDUCTIONS:
        left *= 1.0 if share in stated else 1.0 - _or(proxy[share], 0.0)
    unit_value = proxy["unit_value"] * _repriced(proxy)
    for k in range(math.ceil(duration)):
        gross = unit_value * min(1.0, duration - k)
        net = gross * left * (1.0 - drop_off) ** k
        for first_year in FIRST_YEARS:
            year = first_year + k
            present = net * _discount(proxy["discount_class"], year - BASE)
            yield proxy["proxy_id"], first_year, year, gross, net, present


def _or(value: Any, otherwise: float) -> float:
    return otherwise if value is None or math.isnan(value) else float(value)


def _repriced(proxy: dict[str, Any]) -> float:
    from socialvalue.prices import price_factor

    if proxy["uprating"] == "none":
        return 1.0
    growth = float(proxy["income_elasticity"]) if proxy["uprating"] == "income" else 0.0
    return price_factor(proxy["price_year"], PRICE_YEAR, growth).factor


@cache
def _discount(discount_class: str, years: int) -> float:
    from socialvalue.prices import discount_schedule

    name = "green-book-health" if discount_class == "health" else "green-book"
    return discount_schedule(name).factor(years)


def slot_table(
    proxies: pd.DataFrame, links: pd.DataFrame, stated: Collection[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The factor table split by links, with a number for each thing to add up to.

    Parameters
    ----------
    proxies, links : DataFrame
        Of the set, typed.
    stated : collection of str
        Shares that the records state themselves.

    Returns
    -------
    factors : DataFrame
        proxy_id, first_year, slot and the three values per unit.
    slots : DataFrame
        slot, framework, category, year (as a label, such as 2024-25).
    """
    shares = links[["proxy_id", "framework", "category", "share"]]
    table = factor_table(proxies, stated).merge(shares, on="proxy_id")
    for measure in MEASURES:
        table[measure] = table[measure] * table["share"]
    keys = ["framework", "category", "year"]
    table["slot"] = table.groupby(keys).ngroup().astype("int16")
    slots = table[["slot", *keys]].drop_duplicates(ignore_index=True)
    slots["year"] = [f"{year}-{(year + 1) % 100:02d}" for year in slots["year"]]
    columns = ["proxy_id", "first_year", "slot", *MEASURES]
    factors = table[columns].astype({"first_year": "int16", "proxy_id": object})
    return factors, slots.astype({"framework": object, "category": object, "year": object})
