"""Which row of a proxy holds in a year?"""

import numpy as np
import pandas as pd

from socialvalue.errors import InputError
from socialvalue.proxies import DEFAULTS, ProxySet, no_such_proxy

_PICKED = (
    "theme",
    "unit_value",
    "low",
    "high",
    "currency",
    "price_year",
    "value_type",
    "value_covers",
    "discount_class",
    "transfer",
    "payer",
    "overlap_group",
    "uprating",
    "income_elasticity",
    "already_net_of",
    "source_id",
    "valid_from",
    "review_by",
    "superseded_by",
)


def pick(
    proxies: ProxySet, proxy_ids: pd.Series, years: pd.Series, year_start_month: int
) -> pd.DataFrame:
    """The row of each proxy that is valid in a year, in the order asked for.

    A row holds for a year if it is valid on the year's first day; where none is, the first one
    that becomes valid during the year holds.

    Parameters
    ----------
    proxies : ProxySet
    proxy_ids : Series of str
        Null for what is not priced: all columns are null there.
    years : Series of int
        Calendar year in which each year starts.
    year_start_month : int

    Returns
    -------
    DataFrame
        Positions 0..n-1; the proxy's columns, its defaults as ``default_<field>``.

    Raises
    ------
    InputError
        If a proxy is not in the set or has no row valid in the year.
    """
    asked = pd.DataFrame(
        {"proxy_id": proxy_ids.to_numpy(object), "year": years.to_numpy(dtype="int64")}
    )
    distinct = asked.dropna().drop_duplicates()
    positions = [
        _valid_position(proxies, str(each.proxy_id), int(each.year), year_start_month)
        for each in distinct.itertuples()
    ]
    distinct = distinct.assign(position=positions)
    # Rows that are not priced stay in, with nothing beside them.
    at = asked.merge(distinct, on=["proxy_id", "year"], how="left")["position"]
    table = proxies.proxies
    renamed = {f: f"default_{f}" for f in DEFAULTS} | {"name": "proxy_name", "unit": "proxy_unit"}
    table = table[[*_PICKED, *DEFAULTS, "defaults_source", "name", "unit"]].rename(columns=renamed)
    table = table.rename(columns={"defaults_source": "default_source"}).reset_index(drop=True)
    return table.reindex(at.fillna(-1).astype("int64")).reset_index(drop=True)


def _valid_position(proxies: ProxySet, proxy_id: str, year: int, year_start_month: int) -> int:
    positions = valid_positions(proxies, proxy_id, year, year_start_month)
    if positions:
        return positions[0]
    table = proxies.proxies
    rows = table[table["proxy_id"] == proxy_id]
    if rows.empty:
        raise InputError(no_such_proxy(proxies, proxy_id))
    raise InputError(
        f"Proxy {proxy_id!r} of the set {proxies.name} has no row valid in the year that starts in "
        f"{year}: it is valid {_validity(rows)}. Use a proxy of that year, or add a dated row."
    )


def valid_positions(
    proxies: ProxySet, proxy_id: str, year: int, year_start_month: int
) -> list[int]:
    """Positions of the rows of a proxy valid at some time in a year, the one that holds first."""
    table = proxies.proxies
    first = pd.Timestamp(year, year_start_month, 1)
    last = first + pd.DateOffset(years=1) - pd.Timedelta(days=1)
    fits = (
        (table["proxy_id"] == proxy_id)
        & (table["valid_from"].isna() | (table["valid_from"] <= last))
        & (table["valid_to"].isna() | (table["valid_to"] >= first))
    ).to_numpy(dtype=bool)
    starts = table["valid_from"].fillna(first).clip(lower=first)
    return sorted(np.flatnonzero(fits).tolist(), key=lambda position: starts.iloc[position])


def _validity(rows: pd.DataFrame) -> str:
    def shown(date: pd.Timestamp) -> str:
        return "open" if pd.isna(date) else f"{date:%Y-%m-%d}"

    spans = [f"{shown(r.valid_from)} to {shown(r.valid_to)}" for r in rows.itertuples()]
    return "; ".join(spans[:3]) + (" and more" if len(spans) > 3 else "")
