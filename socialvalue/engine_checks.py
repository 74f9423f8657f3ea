"""What is wrong in records on an engine? Counted there; the first rows come here to be explained.

The engine only sorts out which records may be wrong, by the declarations of `socialvalue.schemas`.
What is wrong with them is said by the same rules as for a spreadsheet, on the few rows fetched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.adjustments import FIELDS
from socialvalue.assumptions import Assumptions
from socialvalue.columns import EARLIEST, LATEST, NUMERIC, Column
from socialvalue.cross_checks import across_tables
from socialvalue.engine_outcomes import EngineOutcomes
from socialvalue.engine_reading import HeldTable
from socialvalue.engines import Frame, fetch
from socialvalue.file_tables import ROW
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
_NOBODY = "\x00"
"""Begins identifiers that no record can have."""
_FOUND = "found_"
_AT_ONCE = 6
"""Suspects asked for in one query: planners lose themselves in longer ones."""


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


def problems_on_engine(checking: Checking) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Problems of outcome records on an engine, and of other tables with them.

    Parameters
    ----------
    checking : Checking

    Returns
    -------
    problems : DataFrame
        table, row, column, value, rule, what_to_do, source, record, count: the first rows of each
        rule, with the number of all.
    elsewhere : DataFrame
        Problems of other tables, as `socialvalue.cross_checks.across_tables` returns them.
    """
    held, read = checking.read.held, checking.read
    of_cells = [*_unread(held), *_on_cells(held), *_activities(checking)]
    on_map, elsewhere = _on_map(checking)
    of_rows = [*on_map, *_net_already(checking)]
    found = [held.problems.assign(record="", count=1), *_explained(checking, of_cells, held.frame)]
    found.append(_repeated(checking))
    if of_rows:
        numbers = read.collapsed.found.index.to_numpy("int64")
        found += _explained(checking, of_rows, _numbered(read, pd.Index(numbers)))
    filled = [each for each in found if len(each)]
    if not filled:
        return as_frame([]), elsewhere
    return pd.concat(filled).assign(source=str(held.origin)), elsewhere


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


def _unread(held: HeldTable) -> Iterator[Suspect]:
    """Cells that cannot be read, by the rule of their parser."""
    for (name, rule), group in held.unread.groupby(["column", "rule"], sort=False):
        todo = group.set_index("value")["what_to_do"]
        where = nw.col(held.as_found(str(name))).is_in(todo.index.tolist())
        yield Suspect(str(name), int(group["records"].sum()), where, str(rule), todo)


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
    if len(parsed.tables["activities"]):
        # Witnesses have their project already: they are of an activity that has none.
        tables["activities"] = _with_row(parsed.tables["activities"], activity_id=_NOBODY)
    across = replace(parsed, tables=tables, weights=weights)
    problems = across_tables(across, checking.proxies, checking.assumptions)
    broken = of_one_table(witnesses, OUTCOMES, parsed.problems)
    elsewhere = problems[problems["table"] != OUTCOMES.name]
    ours = once_a_cell(pd.concat([broken, problems]))
    ours = ours[(ours["table"] == OUTCOMES.name) & ours["column"].isin(KEYS)]
    suspects = []
    for (column, rule), group in ours.groupby(["column", "rule"], sort=False):
        rows = pd.Index(group["row"]).unique()
        rows = rows[weights[rows] > 0]
        where = nw.col(_FOUND).is_in(rows.tolist())
        suspects.append(Suspect(str(column), int(weights[rows].sum()), where, str(rule)))
    return suspects, elsewhere


def _with_row(table: pd.DataFrame, **values: str) -> pd.DataFrame:
    row = pd.DataFrame([values]).reindex(columns=table.columns).astype(table.dtypes)
    return pd.concat([table, row], ignore_index=True)


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
        outcome_id=[f"{_NOBODY}{at}" for at in range(len(found))],
        quantity=1.0,
        date=dates,
        **{share: found[f"states_{share}"].map({True: 0.0}).astype("float64") for share in SHARES},
    )
    if "project" in read.held.names or not parsed.tables["activities"].empty:
        table["project"] = found["project"]
    named = _named_elsewhere(checking)
    if len(named) and len(table):
        table = pd.concat([table, table.iloc[[0] * len(named)].assign(outcome_id=named)])
    table["activity_id"] = _NOBODY if len(parsed.tables["activities"]) else None
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
        rows = found.index[found.index.isin(net[share]) & found[f"states_{share}"]]
        if rows.empty:
            continue
        where = (nw.col(share) > 0) & (nw.col(share) <= 1)
        count = _size(_numbered(read, rows).filter(where))
        if count:
            of_them = nw.col(_FOUND).is_in(rows.tolist()) & where
            yield Suspect(share, count, of_them, f"the proxy is already net of {share}")


def _numbered(read: EngineOutcomes, rows: pd.Index) -> Frame:
    """Records of some rows of the map as it was found, with the number of their row."""
    found = read.collapsed.found.loc[rows].assign(**{_FOUND: rows.to_numpy("int64")})
    extra = read.collapsed.extra
    keyed = impact_map.keyed(read.records.frame, read.collapsed.year_start_month, extra)
    return impact_map.with_rows(keyed, found, extra, [_FOUND])


# --- the first rows of a rule ------------------------------------------------------------------


def _first(
    held: HeldTable, frame: Frame, most: int = FIRST_ROWS, marks: Sequence[str] = ()
) -> pd.DataFrame:
    """The first rows of some records as they were found, by their row number where there is one."""
    there = frame.collect_schema().names()
    order = [name for name in (ROW, "outcome_id") if name in there][:1]
    # What is sorted by must be among what is selected: not every engine looks further.
    found = {held.as_found(name): name for name in held.names}
    chosen = frame.select(*dict.fromkeys([*found, *order, *marks]))
    rows = fetch((chosen.sort(*order) if order else chosen).head(most))
    rows = rows.drop(columns=[name for name in order if name not in (*found, ROW)])
    rows = rows.rename(columns=found)
    return rows.set_index(ROW).rename_axis(None) if ROW in order else rows


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


def _explained(checking: Checking, suspects: Sequence[Suspect], frame: Frame) -> list[pd.DataFrame]:
    """Problems of suspected records of a frame: the first rows of each, and how many there are."""
    groups = [suspects[at : at + _AT_ONCE] for at in range(0, len(suspects), _AT_ONCE)]
    return [told for group in groups for told in _explained_at_once(checking, group, frame)]


def _explained_at_once(
    checking: Checking, suspects: Sequence[Suspect], frame: Frame
) -> list[pd.DataFrame]:
    held = checking.read.held
    marks = {f"mark_{at}": each.where.fill_null(False) for at, each in enumerate(suspects)}
    marked = frame.with_columns(*[expr.alias(name) for name, expr in marks.items()])
    any_of_them = nw.any_horizontal(*[nw.col(name) for name in marks], ignore_nulls=True)
    # Most files have few problems: all of them come in one go, and only long lists one by one.
    most = FIRST_ROWS * len(suspects)
    rows = _first(held, marked.filter(any_of_them), most, list(marks))
    found = []
    for name, suspect in zip(marks, suspects, strict=True):
        of_one = rows[rows[name].astype(bool)]
        if len(of_one) < min(suspect.records, FIRST_ROWS):
            of_one = _first(held, marked.filter(nw.col(name)), FIRST_ROWS, list(marks))
        found.append(_of_suspect(checking, suspect, of_one.drop(columns=list(marks))))
    return found


def _of_suspect(checking: Checking, suspect: Suspect, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.head(FIRST_ROWS)
    numbered = ROW in checking.read.held.frame.collect_schema().names()
    rows = rows if numbered else rows.reset_index(drop=True)
    if suspect.todo is not None:
        lines = [
            problem(OUTCOMES, row, suspect.column, value, suspect.rule, suspect.todo[value])
            for row, value in rows[suspect.column].items()
        ]
        return _told(as_frame(lines), rows, suspect.records)
    everyone = checking.read.collapsed.found["records"].sum()
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
