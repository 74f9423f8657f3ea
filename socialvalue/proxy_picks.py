"""Which row of a proxy holds in a year?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

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


class Span(NamedTuple):
    """From when to when one row of a proxy is valid; an open end is None."""

    position: int
    begins: datetime | None
    ends: datetime | None

    def __str__(self) -> str:
        begins, ends = ("open" if day is None else f"{day:%Y-%m-%d}" for day in self[1:])
        return f"{begins} to {ends}"


@dataclass(frozen=True)
class Validity:
    """When the rows of each proxy are valid, read once for all the years that are asked about.

    Attributes
    ----------
    spans : mapping of str to sequence of Span
        By proxy_id, in the order of the set's table.
    """

    spans: Mapping[str, Sequence[Span]]

    def position_in(self, proxy_id: str, year: int, year_start_month: int) -> int | None:
        """Position in the set's table of the row that holds in a year; None where none does."""
        first = datetime(year, year_start_month, 1)
        last = datetime(year + 1, year_start_month, 1) - timedelta(days=1)
        fits = [
            span
            for span in self.spans.get(proxy_id, ())
            if (span.begins is None or span.begins <= last)
            and (span.ends is None or span.ends >= first)
        ]
        # Of rows that hold on the same day, the first of the table: `min` keeps their order.
        found = min(fits, key=lambda span: max(span.begins or first, first), default=None)
        return None if found is None else found.position


def validity_of(proxies: ProxySet) -> Validity:
    """When the rows of each proxy of a set are valid."""
    table = proxies.proxies
    spans: dict[str, list[Span]] = {}
    rows = zip(table["proxy_id"], table["valid_from"], table["valid_to"], strict=True)
    for position, (proxy_id, begins, ends) in enumerate(rows):
        days = (None if pd.isna(day) else day for day in (begins, ends))
        spans.setdefault(proxy_id, []).append(Span(position, *days))
    return Validity(spans)


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
    validity = validity_of(proxies)
    positions = []
    for each in distinct.itertuples():
        proxy_id, year = str(each.proxy_id), int(each.year)
        position = validity.position_in(proxy_id, year, year_start_month)
        if position is None:
            raise InputError(_not_valid(proxies, validity, proxy_id, year))
        positions.append(position)
    distinct = distinct.assign(position=positions)
    # Rows that are not priced stay in, with nothing beside them.
    at = asked.merge(distinct, on=["proxy_id", "year"], how="left")["position"]
    table = proxies.proxies
    renamed = {f: f"default_{f}" for f in DEFAULTS} | {"name": "proxy_name", "unit": "proxy_unit"}
    table = table[[*_PICKED, *DEFAULTS, "defaults_source", "name", "unit"]].rename(columns=renamed)
    table = table.rename(columns={"defaults_source": "default_source"}).reset_index(drop=True)
    return table.reindex(at.fillna(-1).astype("int64")).reset_index(drop=True)


def _not_valid(proxies: ProxySet, validity: Validity, proxy_id: str, year: int) -> str:
    spans = validity.spans.get(proxy_id)
    if spans is None:
        return no_such_proxy(proxies, proxy_id)
    told = "; ".join(str(span) for span in spans[:3]) + (" and more" if len(spans) > 3 else "")
    return (
        f"Proxy {proxy_id!r} of the set {proxies.name} has no row valid in the year that starts in "
        f"{year}: it is valid {told}. Use a proxy of that year, or add a dated row."
    )
