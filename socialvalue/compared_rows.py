"""What does each of two assessments bring to a comparison? Rows that can be valued again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from socialvalue.adjustments import RECORD
from socialvalue.appraisal import Basis
from socialvalue.assumptions import Assumptions
from socialvalue.covered_months import covered_months, covering
from socialvalue.engines import fetch
from socialvalue.frameworks import allocate
from socialvalue.impact_map import SHARES
from socialvalue.outcome_records import Collapsed, OutcomeRecords, collapse_rows
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import Validity, validity_of
from socialvalue.results import Result
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap, value_map, value_parts

KEYS = ("project", "stakeholder_group", "outcome", "unit", "proxy_id", "evidence")
ADJUSTMENTS = (*SHARES, "starts", "duration_years", "drop_off")
SHOWN = ("theme", "value_type", "payer")
COLUMNS = (
    "row_id",
    *KEYS,
    *SHOWN,
    "first_year",
    *ADJUSTMENTS,
    "stated",
    "quantity",
    "counted",
    "merged",
    "whole",
    "position",
    "present_value",
)
"""Columns of the rows that a comparison reads."""
BREAKDOWN = "breakdown"
"""Column of the categories of a declared breakdown, whatever its name is."""


@dataclass(frozen=True)
class Rows:
    """Rows of one impact map, as they are compared.

    Attributes
    ----------
    table : DataFrame
        Of each row its keys, ``first_year``, the adjustments taken, ``stated`` (which shares the
        records state), quantity, ``counted``, ``merged``, ``whole`` (can it be valued again),
        ``position`` (of its proxy; -1 where it is not priced), present_value, and ``in_both``
        (whether its records fall in a period that both assessments cover).
    values : DataFrame or None
        row_id, year, present_value of counted rows; None where a file holds only their sums.
    allocation : DataFrame
        row_id, framework, category, share.
    """

    table: pd.DataFrame
    values: pd.DataFrame | None
    allocation: pd.DataFrame


@dataclass(frozen=True)
class Side:
    """One of two assessments.

    Attributes
    ----------
    name : str
        ``last`` or ``this``.
    assumptions : Assumptions
        With the base year that was used.
    proxies : ProxySet
        With every dated row that can hold for its records.
    months : tuple of int or None
        First and last month that its records cover, as year x 12 + month - 1.
    first_year : int
        First year with records or inputs.
    basis : Basis or None
        None where only the rows below are there: a published result, or a file.
    stored : Rows or None
        Rows without records behind them.
    maps : mapping of str to tuple
        The valued map with its allocation, whole and for each declared breakdown.
    """

    name: str
    assumptions: Assumptions
    proxies: ProxySet
    months: tuple[int, int] | None
    first_year: int
    basis: Basis | None
    stored: Rows | None
    maps: Mapping[str, tuple[ValuedMap, pd.DataFrame]] = field(default_factory=dict)

    @property
    def covered(self) -> frozenset[int]:
        """Months from the first to the last."""
        return frozenset(range(self.months[0], self.months[1] + 1) if self.months else ())

    def year_of(self, month: int) -> int:
        """Calendar year in which the (financial) year of a month starts."""
        return month // 12 - (month % 12 + 1 < self.assumptions.year_start_month)

    def not_told_apart(self, both: frozenset[int]) -> set[int]:
        """Years whose records would lie inside and outside some months, with nothing to say which.

        Rows without records know the year of an outcome, not its month.
        """
        if self.basis is not None:
            return set()
        inside = {self.year_of(month) for month in self.covered & both}
        outside = {self.year_of(month) for month in self.covered - both}
        return inside & outside

    def rows(self, both: frozenset[int], breakdown: str = "") -> Rows:
        """The rows, each wholly inside or outside the months that both assessments cover."""
        if (both, breakdown) not in self._found:
            self._found[both, breakdown] = self._rows(both, breakdown)
        return self._found[both, breakdown]

    @cached_property
    def _found(self) -> dict[tuple[frozenset[int], str], Rows]:
        # The records behind them may be many; they are gone through once for each question.
        return {}

    def _rows(self, both: frozenset[int], breakdown: str) -> Rows:
        if self.basis is not None:
            return _of_basis(self, both, breakdown)
        assert self.stored is not None
        years = {self.year_of(month) for month in self.covered & both}
        table = self.stored.table
        return replace(self.stored, table=table.assign(in_both=table["first_year"].isin(years)))


def side_of(result: Result, name: str, covers: tuple[str, str] | None) -> Side:
    """A result as one side of a comparison.

    Parameters
    ----------
    result : Result
    name : str
        ``last`` or ``this``.
    covers : tuple of str, optional
        First and last month it covers, as ``2024-04``; by default those of its records.

    Raises
    ------
    SettingsError
        If records fall outside.
    """
    proxies = result.basis.proxies if result.basis else set_of(result.proxies_used)
    return Side(
        name=name,
        assumptions=result.assumptions,
        proxies=proxies,
        months=covering(covers, months_of(result)),
        first_year=first_year(result.period, result.assumptions),
        basis=result.basis,
        stored=None if result.basis else _stored(result, proxies),
        maps={
            name: (result.breakdowns.get(name, result.valued), allocation)
            for name, allocation in result.allocations.items()
        },
    )


def first_year(period: str, assumptions: Assumptions) -> int:
    """First year with records or inputs, by the calendar year in which it starts."""
    return int((period or str(assumptions.base_year))[:4])


def months_of(result: Result) -> tuple[str, str] | None:
    """First and last month in which outcome records fall, as ``2024-04``; None if not known."""
    return result.shown_months if result.basis is None else covered_months(result.basis.records)


def _stored(result: Result, proxies: ProxySet) -> Rows:
    month = result.assumptions.year_start_month
    return _rows_of(result.valued, result.allocation, (proxies, month))


def set_of(proxies: pd.DataFrame) -> ProxySet:
    """A set of the dated rows of proxies alone."""
    nothing = pd.DataFrame()
    return ProxySet("of an assessment", "", proxies.reset_index(drop=True), nothing, nothing, "")


def _of_basis(side: Side, both: frozenset[int], breakdown: str) -> Rows:
    inside, outside = side.covered & both, side.covered - both
    if not inside or not outside:
        return _with_category(side, *side.maps[breakdown], bool(inside), breakdown)
    size, tables = 0, []
    for within, records, collapsed in _apart(side, both):
        valued = _valued(side, records, collapsed, breakdown)
        part = _with_category(side, *valued, within, breakdown)
        tables.append([_numbered_on(t, size) for t in (part.table, part.values, part.allocation)])
        size += len(part.table)
    return Rows(*(stacked(*found) for found in zip(*tables, strict=True)))


def _numbered_on(table: pd.DataFrame, size: int) -> pd.DataFrame:
    return table.assign(row_id=table["row_id"] + size)


def _apart(side: Side, both: frozenset[int]) -> Iterable[tuple[bool, OutcomeRecords, Collapsed]]:
    """The records inside the months that both cover, and those outside, with their maps."""
    assert side.basis is not None
    records, start = side.basis.records, side.assumptions.year_start_month
    date = nw.col("date")
    month = date.dt.year().cast(nw.Int64) * 12 + date.dt.month().cast(nw.Int64) - 1
    within = month.is_in(sorted(both))
    for inside, kept in ((True, within), (False, ~within)):
        chosen = replace(records, frame=records.frame.filter(kept))
        if len(fetch(chosen.frame.select("date").head(1))):
            yield inside, chosen, chosen.collapse(start)


def _valued(
    side: Side, records: OutcomeRecords, collapsed: Collapsed, breakdown: str
) -> tuple[ValuedMap, pd.DataFrame]:
    basis, settings = side.basis, side.assumptions
    assert basis is not None
    valued = value_map(collapsed.rows, basis.proxies, basis.adjustments, settings)
    if breakdown:
        parts = collapse_rows(records.narrowly(collapsed, (breakdown,)), breakdown)
        valued = value_parts(valued, parts, basis.proxies, settings)
    links = allocate(valued.rows, basis.proxies.links, collapsed.link_sets, settings.allocation)
    return replace(valued, rows=valued.rows.assign(merged=False)), links


def _with_category(
    side: Side, valued: ValuedMap, links: pd.DataFrame, inside: bool, breakdown: str
) -> Rows:
    found = _rows_of(valued, links, (side.proxies, side.assumptions.year_start_month))
    table = found.table.assign(in_both=inside)
    if breakdown:
        table[BREAKDOWN] = valued.rows[breakdown].astype(object).to_numpy()
    return replace(found, table=table)


def _rows_of(
    valued: ValuedMap, allocation: pd.DataFrame, picked_from: tuple[ProxySet, int]
) -> Rows:
    rows, values = valued.rows, valued.values
    values = values[values["row_id"].isin(rows.loc[rows["counted"], "row_id"])]
    values = values[["row_id", "year", "present_value"]].reset_index(drop=True)
    return Rows(with_positions(comparable(rows), *picked_from)[[*COLUMNS]], values, allocation)


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a map with which shares the records state, and whether each can be valued again."""
    stated = [rows[f"{share}_from"].eq(RECORD).map({True: "1", False: "0"}) for share in SHARES]
    # What was merged over proxies, years or durations has no one formula.
    known = rows[[*ADJUSTMENTS, "quantity"]].astype(float).notna().all(axis=1)
    told = rows["proxy_id"].isna() & ~rows["counted"].astype(bool)
    whole = known & (rows["proxy_id"].notna() | told)
    return rows.assign(
        stated=stated[0] + stated[1] + stated[2],
        whole=whole,
        present_value=rows["present_value"].where(rows["counted"].astype(bool), 0.0),
    ).reset_index(drop=True)


def with_positions(rows: pd.DataFrame, proxies: ProxySet, year_start_month: int) -> pd.DataFrame:
    """Rows with the place in the proxy table of the dated row that holds for each; -1 for none."""
    validity = validity_of(proxies)
    asked = rows[["proxy_id", "first_year"]].where(rows["proxy_id"].notna() & rows["whole"])
    places = {
        (proxy_id, year): position_near(validity, proxy_id, year, year_start_month)
        for proxy_id, year in set(asked.dropna().itertuples(index=False, name=None))
    }
    found = [places.get(pair, -1) for pair in asked.itertuples(index=False, name=None)]
    return rows.assign(position=np.array(found, dtype=int))


def position_near(validity: Validity, proxy_id: str, year: float, year_start_month: int) -> int:
    """Place of the row of a proxy that holds in a year, or of the one that begins nearest to it.

    -1 where there is no such proxy.
    """
    spans = validity.spans.get(proxy_id)
    if not spans:
        return -1
    position = validity.position_in(proxy_id, int(year), year_start_month)
    if position is not None:
        return position
    return min(spans, key=lambda s: abs((s.begins.year if s.begins else 0) - year)).position
