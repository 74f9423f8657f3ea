"""What is wrong in records on an engine? Counted there; the first rows come here to be explained.

The engine only sorts out which records may be wrong, by the declarations of `socialvalue.schemas`.
What is wrong with them is said by the same rules as for a spreadsheet, on the few rows fetched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.adjustments import FIELDS
from socialvalue.assumptions import Assumptions
from socialvalue.columns import EARLIEST, LATEST, NUMERIC, Column
from socialvalue.cross_checks import across_tables
from socialvalue.engine_outcomes import EngineOutcomes
from socialvalue.engine_reading import RAW, ROW, HeldTable
from socialvalue.engines import Frame, fetch
from socialvalue.impact_map import KEYS, SHARES
from socialvalue.parse import Parsed, parse_table
from socialvalue.problem_rows import once_a_cell, shown
from socialvalue.proxies import ProxySet
from socialvalue.proxy_rules import rows_net_of
from socialvalue.records import Records
from socialvalue.schemas import OUTCOMES, TABLES
from socialvalue.table_checks import LARGEST, as_frame, of_one_table, problem

FIRST_ROWS = 100
"""Rows of each rule that are fetched; the rest is counted."""
UNIQUE = "outcome_id must be unique"


@dataclass(frozen=True)
class Suspect:
    """Records of which one column may be wrong in one way.

    Attributes
    ----------
    column : str
    records : int
        How many there are.
    where : narwhals expression, optional
        Which they are.
    found : DataFrame, optional
        Rows of ``collapsed.found`` in which they lie, where only some do.
    rule : str
        The rule as it is told, where one column has several.
    """

    column: str
    records: int
    where: nw.Expr | None = None
    found: pd.DataFrame | None = None
    rule: str = ""


@dataclass(frozen=True)
class Checking:
    """What every step of one check needs."""

    read: EngineOutcomes
    parsed: Parsed
    proxies: ProxySet | None
    assumptions: Assumptions
    sources: Mapping[str, str]


def problems_on_engine(checking: Checking) -> pd.DataFrame:
    """Problems of outcome records on an engine, and of other tables with them.

    Parameters
    ----------
    checking : Checking

    Returns
    -------
    DataFrame
        table, row, column, value, rule, what_to_do, source, record, count: the first rows of each
        rule, with the number of all.
    """
    held = checking.read.held
    found = [held.problems.assign(record="", count=1), _unread(checking)]
    found += [_explained(checking, each) for each in _on_cells(held)]
    found += [_explained(checking, each) for each in _activities(checking)]
    found.append(_repeated(checking))
    on_map, elsewhere = _on_map(checking)
    found += [_explained(checking, each) for each in (*on_map, *_net_already(checking))]
    filled = [each for each in found if len(each)]
    problems = pd.concat([*filled, elsewhere]) if filled else elsewhere
    of_table = problems["table"] == OUTCOMES.name
    return problems.assign(source=problems["source"].where(~of_table, str(held.origin)))


# --- rules of single cells ---------------------------------------------------------------------


def _on_cells(held: HeldTable) -> Iterator[Suspect]:
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


def _unread(checking: Checking) -> pd.DataFrame:
    """Cells that cannot be read, each explained as its parser does."""
    held = checking.read.held
    found = []
    for (name, rule), group in held.unread.groupby(["column", "rule"], sort=False):
        todo = group.set_index("value")["what_to_do"]
        values = todo.index.tolist()
        rows = _first(held, held.frame.filter(nw.col(RAW + str(name)).is_in(values)))
        lines = [
            problem(OUTCOMES, row, str(name), value, str(rule), todo[value])
            for row, value in rows[name].items()
        ]
        found.append(_told(as_frame(lines), rows, int(group["records"].sum())))
    return pd.concat(found) if found else as_frame([]).assign(source="", record="", count=0)


# --- rules between records and tables ----------------------------------------------------------


def _activities(checking: Checking) -> Iterator[Suspect]:
    held, strange = checking.read.held, checking.read.strange
    if len(strange):
        names = strange["value"].tolist()
        yield Suspect(
            "activity_id", int(strange["records"].sum()), nw.col("activity_id").is_in(names)
        )
    if checking.parsed.tables["activities"].empty:
        return
    if "activity_id" not in held.names:
        yield Suspect("activity_id", _size(held.frame), nw.lit(True))
        return
    missing = held.missing("activity_id")
    count = fetch(held.frame.select(missing.cast(nw.Int64).sum())).iloc[0, 0]
    if count:
        yield Suspect("activity_id", int(count), missing)


def _size(frame: Frame) -> int:
    return int(fetch(frame.select(nw.len())).iloc[0, 0])


def _repeated(checking: Checking) -> pd.DataFrame:
    """Records whose identifier another has already."""
    held = checking.read.held
    if "outcome_id" not in held.names:
        return as_frame([])
    ids = held.frame.filter(~nw.col("outcome_id").is_null()).group_by("outcome_id")
    repeated = ids.agg(nw.len().alias("records")).filter(nw.col("records") > 1)
    sizes = repeated.select(nw.len().alias("ids"), nw.col("records").sum())
    number, records = fetch(sizes).iloc[0].fillna(0).astype("int64")
    if not number:
        return as_frame([])
    names = fetch(repeated.sort("outcome_id").head(FIRST_ROWS))["outcome_id"].tolist()
    frame = held.frame.filter(nw.col("outcome_id").is_in(names))
    rows = _first(held, frame, 10 * FIRST_ROWS)
    problems = _by_the_rules(checking, rows)
    problems = problems[problems["rule"] == UNIQUE].head(FIRST_ROWS)
    if ROW not in held.frame.collect_schema().names():
        todo = "Another record has it too. Give each record its own, or remove the copy."
        problems = problems.assign(what_to_do=todo)
    return _told(problems, rows, int(records - number))


def _on_map(checking: Checking) -> tuple[list[Suspect], pd.DataFrame]:
    """Rules of the keys of the map, and rules of other tables with records: on the map's rows."""
    read, parsed = checking.read, checking.parsed
    witnesses = _witnesses(checking)
    weights = pd.Series(0, index=witnesses.index)
    weights[: len(read.collapsed.found)] = read.collapsed.found["records"].to_numpy()
    tables = {**parsed.tables, OUTCOMES.name: witnesses}
    across = replace(parsed, tables=tables, weights=weights)
    problems = across_tables(across, checking.proxies, checking.assumptions)
    broken = of_one_table(witnesses, OUTCOMES, parsed.problems)
    elsewhere = problems[problems["table"] != OUTCOMES.name]
    elsewhere = elsewhere.assign(
        source=elsewhere["table"].map(checking.sources), record="", count=1
    )
    ours = once_a_cell(pd.concat([broken, problems]))
    ours = ours[(ours["table"] == OUTCOMES.name) & ours["column"].isin(KEYS)]
    suspects = []
    for (column, rule), group in ours.groupby(["column", "rule"], sort=False):
        rows = pd.Index(group["row"]).unique()
        rows = rows[weights[rows] > 0]
        found = read.collapsed.found.loc[rows]
        suspects.append(Suspect(str(column), int(weights[rows].sum()), None, found, str(rule)))
    return suspects, elsewhere


def _witnesses(checking: Checking) -> pd.DataFrame:
    """One record for each row of the map as it was found, and for each record others name."""
    read, parsed = checking.read, checking.parsed
    found = read.collapsed.found.reset_index(drop=True)
    year = found["first_year"]
    month = checking.assumptions.year_start_month
    dates = pd.to_datetime(
        {"year": year.fillna(2000).astype("int64"), "month": month, "day": 1}, errors="coerce"
    ).where(year.notna())
    table = found[[key for key in KEYS if key in OUTCOMES.names]].assign(
        outcome_id=[f"\x00{at}" for at in range(len(found))],
        quantity=1.0,
        date=dates,
        **{share: found[f"states_{share}"].map({True: 0.0}).astype("float64") for share in SHARES},
    )
    if "project" in read.held.names or not parsed.tables["activities"].empty:
        table["project"] = found["project"]
    named = _named_elsewhere(checking)
    if len(named) and len(table):
        table = pd.concat([table, table.iloc[[0] * len(named)].assign(outcome_id=named)])
    activities = parsed.tables["activities"]["activity_id"].dropna()
    table["activity_id"] = activities.iloc[0] if len(activities) else None
    table = table.reset_index(drop=True).reindex(columns=OUTCOMES.names)
    return table.astype({column.name: column.dtype for column in OUTCOMES.columns})


def _named_elsewhere(checking: Checking) -> list[str]:
    """Those records that other tables name and that are there."""
    tables = checking.parsed.tables
    stated = {
        str(value)
        for name, table in TABLES.items()
        if name != OUTCOMES.name and "outcome_id" in table.names
        for value in tables[name]["outcome_id"].dropna()
    }
    if not stated or "outcome_id" not in checking.read.held.names:
        return []
    ids = checking.read.held.frame.select("outcome_id")
    there = fetch(ids.filter(nw.col("outcome_id").is_in(sorted(stated))).unique())
    return there["outcome_id"].tolist()


def _net_already(checking: Checking) -> Iterator[Suspect]:
    """Shares that records state again though their proxy has taken them off."""
    if checking.proxies is None:
        return
    read = checking.read
    found = read.collapsed.found
    witnesses = _witnesses(checking).iloc[: len(found)]
    month = checking.assumptions.year_start_month
    net = rows_net_of(witnesses, checking.proxies, month)
    for share in [name for name in FIELDS[:4] if name in SHARES and name in read.held.names]:
        rows = found.loc[found.index.isin(net[share]) & found[f"states_{share}"]]
        if rows.empty:
            continue
        where = (nw.col(share) > 0) & (nw.col(share) <= 1)
        frame = read.records.placed(replace(read.collapsed, found=rows))
        count = _size(frame.filter(where))
        if count:
            yield Suspect(share, count, where, rows, f"the proxy is already net of {share}")


# --- the first rows of a rule ------------------------------------------------------------------


def _first(held: HeldTable, frame: Frame, most: int = FIRST_ROWS) -> pd.DataFrame:
    """The first rows of some records as they were found, by their row number where there is one."""
    there = frame.collect_schema().names()
    order = [ROW] if ROW in there else ["outcome_id"] if "outcome_id" in there else []
    ordered = frame.sort(*order) if order else frame
    columns = [RAW + name if name in held.text else name for name in held.names]
    numbered = [ROW] if ROW in there else []
    rows = fetch(ordered.select(*columns, *numbered).head(most))
    rows = rows.rename(columns={RAW + name: name for name in held.text})
    return rows.set_index(ROW).rename_axis(None) if numbered else rows


def _by_the_rules(checking: Checking, rows: pd.DataFrame, records: int = 0) -> pd.DataFrame:
    """Problems of some rows, by the rules for a spreadsheet; ``records`` is how many there are."""
    held, parsed = checking.read.held, checking.parsed
    typed, found, _ = parse_table(rows, OUTCOMES, held.origin, dates=held.dates)
    kept = ("activities", "stakeholders")
    tables = {n: t if n in kept else t.iloc[:0] for n, t in parsed.tables.items()}
    small = replace(
        parsed,
        tables={**tables, OUTCOMES.name: typed},
        given=(OUTCOMES.name,),
        outcome_records=records or len(rows),
    )
    across = across_tables(small, checking.proxies, checking.assumptions)
    problems = pd.concat([found, of_one_table(typed, OUTCOMES, found), across])
    return once_a_cell(problems[problems["table"] == OUTCOMES.name])


def _explained(checking: Checking, suspect: Suspect) -> pd.DataFrame:
    read = checking.read
    frame = read.held.frame
    if suspect.found is not None:
        frame = read.records.placed(replace(read.collapsed, found=suspect.found))
    if suspect.where is not None:
        frame = frame.filter(suspect.where)
    rows = _first(read.held, frame)
    everyone = read.collapsed.found["records"].sum()
    # Rows like these alone are no sign that all records are like them.
    records = len(rows) + (suspect.records < everyone)
    problems = _by_the_rules(checking, rows, records)
    problems = problems[(problems["column"] == suspect.column) & (problems["rule"] != UNIQUE)]
    if suspect.rule:
        problems = problems[problems["rule"] == suspect.rule]
    if problems.empty:
        rule = suspect.rule or f"{suspect.column} breaks a rule"
        todo = f"Look at this column: {suspect.records:,} records are counted as wrong in it."
        problems = as_frame([problem(OUTCOMES, None, suspect.column, None, rule, todo)])
    return _told(problems, rows, suspect.records)


def _told(problems: pd.DataFrame, rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Problems with their values as written and the number of all records that have them."""
    told = shown(problems.assign(source=""), Records(outcomes=rows)).assign(count=count)
    if isinstance(rows.index, pd.RangeIndex):
        # An engine's rows have no numbers: a record is known by its identifier.
        told["row"] = None
    return told
