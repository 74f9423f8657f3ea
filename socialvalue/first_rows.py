"""What is wrong with suspected records? The first rows of each rule, told by the ordinary rules."""

from collections.abc import Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.columns import OWN
from socialvalue.cross_checks import across_tables
from socialvalue.engine_tables import HeldTable
from socialvalue.engines import Frame, fetch
from socialvalue.file_tables import ROW, FileTable
from socialvalue.parse import parse_table
from socialvalue.problem_rows import once_a_cell, shown
from socialvalue.records import Records
from socialvalue.schemas import OUTCOMES
from socialvalue.suspects import Checking, Suspect
from socialvalue.table_checks import as_frame, of_one_table, problem

FIRST_ROWS = 100
"""Rows of each rule that are fetched; the rest is counted."""
UNIQUE = "outcome_id must be unique"
_AT_ONCE = 6
"""Suspects asked for in one query: planners lose themselves in longer ones."""


def first_rows(
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
    if ROW not in order:
        return rows
    is_file = isinstance(held.source, FileTable)
    names = held.source.row_names(rows[ROW]) if is_file else rows[ROW].tolist()
    return rows.drop(columns=ROW).set_axis(pd.Index(names, dtype=object))


def is_numbered(held: HeldTable) -> bool:
    """Whether records have a number by which they can be found; those of many engines have none."""
    return ROW in held.frame.collect_schema().names()


def by_the_rules(checking: Checking, rows: pd.DataFrame, records: int = 0) -> pd.DataFrame:
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


def explained(checking: Checking, suspects: Sequence[Suspect], frame: Frame) -> list[pd.DataFrame]:
    """Problems of suspected records of a frame: the first rows of each, and how many there are."""
    groups = [suspects[at : at + _AT_ONCE] for at in range(0, len(suspects), _AT_ONCE)]
    return [told for group in groups for told in _explained_at_once(checking, group, frame)]


def _explained_at_once(
    checking: Checking, suspects: Sequence[Suspect], frame: Frame
) -> list[pd.DataFrame]:
    held = checking.read.held
    marks = {f"{OWN}mark_{at}": each.where.fill_null(False) for at, each in enumerate(suspects)}
    marked = frame.with_columns(*[expr.alias(name) for name, expr in marks.items()])
    any_of_them = nw.any_horizontal(*[nw.col(name) for name in marks], ignore_nulls=True)
    # Most files have few problems: all of them come in one go, and only long lists one by one.
    most = FIRST_ROWS * len(suspects)
    rows = first_rows(held, marked.filter(any_of_them), most, list(marks))
    found = []
    for name, suspect in zip(marks, suspects, strict=True):
        of_one = rows[rows[name].astype(bool)]
        if len(of_one) < min(suspect.records, FIRST_ROWS):
            of_one = first_rows(held, marked.filter(nw.col(name)), FIRST_ROWS, list(marks))
        found.append(_of_suspect(checking, suspect, of_one.drop(columns=list(marks))))
    return found


def _of_suspect(checking: Checking, suspect: Suspect, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.head(FIRST_ROWS)
    held = checking.read.held
    rows = rows if is_numbered(held) else rows.reset_index(drop=True)
    if suspect.todo is not None:
        lines = [
            problem(OUTCOMES, row, suspect.column, value, suspect.rule, suspect.todo[value])
            for row, value in rows[suspect.column].items()
        ]
        return told(held, as_frame(lines), rows, suspect.records)
    everyone = checking.read.collapsed.found["records"].sum()
    # Rows like these alone are no sign that all records are like them.
    records = len(rows) + (suspect.records < everyone)
    problems = by_the_rules(checking, rows, records)
    problems = problems[(problems["column"] == suspect.column) & (problems["rule"] != UNIQUE)]
    if suspect.rule:
        problems = problems[problems["rule"] == suspect.rule]
    if len(problems) and problems["row"].isna().all():
        # What holds for all records is one problem of the table.
        return told(held, problems, rows, 1)
    if problems.empty:
        rule = suspect.rule or f"{suspect.column} breaks a rule"
        todo = f"Look at this column: {suspect.records:,} records are counted as wrong in it."
        problems = as_frame([problem(OUTCOMES, None, suspect.column, None, rule, todo)])
    return told(held, problems, rows, suspect.records)


def told(held: HeldTable, problems: pd.DataFrame, rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """Problems with their values as written and the number of all records that have them."""
    told = shown(problems.assign(source=""), Records(outcomes=rows)).assign(count=count)
    if not is_numbered(held):
        # An engine's rows have no numbers: a record is known by its identifier.
        told["row"] = None
    return told
