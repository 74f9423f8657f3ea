"""Which records on an engine may be wrong? Sorted out there, by the declarations, and counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.columns import EARLIEST, LATEST, NUMERIC, Column
from socialvalue.engine_outcomes import EngineOutcomes
from socialvalue.engine_tables import HeldTable
from socialvalue.engines import fetch
from socialvalue.impact_map import KEYS
from socialvalue.parse import Parsed
from socialvalue.proxies import ProxySet
from socialvalue.schemas import OUTCOMES
from socialvalue.table_checks import LARGEST


@dataclass(frozen=True)
class Suspect:
    """Records of which one column may be wrong in one way.

    Attributes
    ----------
    column : str
    records : int
        How many there are.
    where : narwhals expression
        Which they are.
    rule : str
        The rule as it is told, where one column has several.
    todo : Series, optional
        What to do, by the value as it is written: of cells that cannot be read.
    """

    column: str
    records: int
    where: nw.Expr
    rule: str = ""
    todo: pd.Series | None = None


@dataclass(frozen=True)
class Checking:
    """What every step of one check needs."""

    read: EngineOutcomes
    parsed: Parsed
    proxies: ProxySet | None
    assumptions: Assumptions


def on_cells(held: HeldTable) -> Iterator[Suspect]:
    """Rules of one record by itself, counted in one pass."""
    rules = list(_cell_rules(held))
    sums = [
        expr.fill_null(False).cast(nw.Int64).sum().alias(f"rule_{at}")
        for at, (_, expr) in enumerate(rules)
    ]
    if not sums:
        return
    counts = fetch(held.frame.select(*sums)).iloc[0].fillna(0).astype("int64")
    for (column, expr), count in zip(rules, counts, strict=True):
        if count:
            yield Suspect(column, int(count), expr)


def _cell_rules(held: HeldTable) -> Iterator[tuple[str, nw.Expr]]:
    there = held.names
    for column in OUTCOMES.columns:
        # What holds for a key of the map is looked for on the map.
        if column.name not in there or column.name in (*KEYS, "activity_id"):
            continue
        if column.required:
            yield column.name, held.missing(column.name)
        if column.kind in NUMERIC:
            yield from ((column.name, expr) for expr in _number_rules(column))
        if column.kind == "date":
            day = nw.col(column.name)
            implausible = (day.dt.year() < EARLIEST.year) | (day.dt.year() > LATEST.year)
            yield column.name, implausible & ~day.is_null()
    if "quantity" in there:
        yield from _range_rules(there)


def _range_rules(there: Sequence[str]) -> Iterator[tuple[str, nw.Expr]]:
    # A number that is out of all bounds is said to be so; that it is out of order says no more.
    low, high, quantity = (nw.col(f"quantity{end}") for end in ("_low", "_high", ""))
    if "quantity_low" in there:
        yield "quantity_low", (low > quantity) & (low.abs() <= LARGEST)
    if "quantity_high" in there:
        yield "quantity_high", (high < quantity) & (high.abs() <= LARGEST)


def _number_rules(column: Column) -> Iterator[nw.Expr]:
    """Rules of a number, of which a cell breaks the first alone."""
    number = nw.col(column.name)
    rules = [number.abs() > LARGEST]
    if column.kind == "integer":
        rules.append(number != number.round(0))
    if column.minimum is not None:
        rules.append(number < column.minimum)
    if column.maximum is not None:
        rules.append(number > column.maximum)
    # What is missing compares otherwise on each engine, so it is put aside first.
    sound = ~number.is_null()
    for rule in [~number.is_finite(), *rules]:
        yield rule & sound
        sound = sound & ~rule


def unread(held: HeldTable) -> Iterator[Suspect]:
    """Cells that cannot be read, by the rule of their parser."""
    for (name, rule), group in held.unread.groupby(["column", "rule"], sort=False):
        todo = group.set_index("value")["what_to_do"]
        where = nw.col(held.as_found(str(name))).is_in(todo.index.tolist())
        yield Suspect(str(name), int(group["records"].sum()), where, str(rule), todo)
