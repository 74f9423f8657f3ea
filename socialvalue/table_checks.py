"""Which rules does one table break by itself? By pandera, on the typed frame, in plain words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.columns import EARLIEST, LATEST, NUMERIC, Column, Table
from socialvalue.raw_tables import HIDDEN, as_shown
from socialvalue.records import PROBLEM_COLUMNS, did_you_mean

COLUMNS = list(PROBLEM_COLUMNS[:-1])
LARGEST = 1e15
"""Numbers beyond this are slips of the hand, and their sums could not be written down."""
_PLAIN = {
    "whole": ("must be a whole number", "Write a number without decimals."),
    "finite": ("must be a finite number", "Write an ordinary number."),
    "size": ("is larger than anything that can be meant", "Correct the number."),
    "plausible": ("must lie between 1990 and 2100", "Correct the year of the date."),
}
_CHECK_NAMES = {
    "greater_than_or_equal_to": "minimum",
    "less_than_or_equal_to": "maximum",
    "isin": "codes",
    "in_range": "plausible",
}


def problem(
    table: Table, row: Any, column: str, value: Any, rule: str, what_to_do: str
) -> dict[str, Any]:
    """One problem; a private value is hidden."""
    shown = as_shown(value)
    if shown is not None and column in table.names and table[column].private:
        shown = HIDDEN
    return dict(zip(COLUMNS, (table.name, row, column, shown, rule, what_to_do), strict=True))


def rows_with_problems(problems: pd.DataFrame, table: str, columns: Sequence[str]) -> pd.Index:
    """Rows of a table that have a problem in one of some columns already."""
    at = (problems["table"] == table) & problems["column"].isin(columns)
    return pd.Index(problems.loc[at, "row"].dropna())


def as_frame(problems: list[dict]) -> pd.DataFrame:
    """Problems as a table."""
    return pd.DataFrame(problems, columns=COLUMNS, dtype=object)


@lru_cache
def schema_of(table: Table, names: tuple[str, ...] | None = None) -> Any:
    """The pandera schema of a table's typed frame, or of some of its columns."""
    import pandera.pandas as pa

    columns = {}
    for column in table.columns if names is None else [table[name] for name in names]:
        columns[column.name] = pa.Column(
            column.dtype, checks=_checks(column), nullable=not column.required, required=True
        )
    return pa.DataFrameSchema(columns, strict=False, coerce=False)


def _checks(column: Column) -> list[Any]:
    import pandera.pandas as pa

    checks = []
    if column.kind in NUMERIC:
        checks.append(pa.Check(np.isfinite, name="finite"))
        checks.append(pa.Check(lambda values: values.abs() <= LARGEST, name="size"))
    if column.kind == "integer":
        checks.append(pa.Check(lambda values: values % 1 == 0, name="whole"))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, name="minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, name="maximum"))
    if column.codes:
        checks.append(pa.Check.isin(column.codes, name="codes"))
    if column.kind == "date":
        checks.append(pa.Check.in_range(EARLIEST, LATEST, name="plausible"))
    return checks


def of_one_table(typed: pd.DataFrame, table: Table, known: pd.DataFrame) -> pd.DataFrame:
    """Rules of single cells, by pandera, and repeated identifiers."""
    import pandera.errors

    # pandera names rows by index label, so each row gets a number of its own.
    rows = typed.index
    numbered = typed.reset_index(drop=True)
    # Where nothing is written and nothing is needed there is nothing to check.
    names = [c.name for c in table.columns if c.required or numbered[c.name].notna().any()]
    rest = []
    try:
        schema_of(table, tuple(names)).validate(numbered[names], lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        of_table = known[known["table"] == table.name]
        said = set(zip(of_table["row"], of_table["column"], strict=True))
        missing = {column for row, column in said if row is None}
        for case in cases.itertuples():
            if case.index is None or pd.isna(case.index) or case.column in missing:
                continue
            row = rows[int(case.index)]
            if (row, case.column) not in said:
                # What is not finite is no whole number either: the first rule says enough.
                said.add((row, case.column))
                rest.append(_explained(table, row, table[case.column], case))
    return pd.concat([as_frame(rest), repeated_keys(typed, table)])


def _explained(table: Table, row: Any, column: Column, case: Any) -> dict:
    value = case.failure_case
    check = _CHECK_NAMES.get(str(case.check).split("(")[0], str(case.check))
    rule, todo = _words(table, column, check, value)
    return problem(table, row, column.name, value, rule, todo)


def _words(table: Table, column: Column, check: str, value: Any) -> tuple[str, str]:
    """Rule and what to do, in plain words."""
    name = column.name
    if check == "not_nullable":
        return f"{name} is required", f"Fill it in: {column.meaning}{_words_for_kind(column)}."
    if check == "codes":
        allowed = ", ".join(column.codes)
        return f"{name} must be one of its codes", (
            f"Write one of: {allowed}.{did_you_mean(str(value), column.codes)}"
        )
    if check in _PLAIN:
        rule, todo = _PLAIN[check]
        return f"{name} {rule}", todo
    if column.kind == "share":
        return f"{name} must be a share between 0 and 1", _percentage(float(value))
    if check == "minimum":
        return f"{name} must be at least {column.minimum:g}", "Correct the number or its sign."
    return f"{name} must be at most {column.maximum:g}", "Correct the number."


def _words_for_kind(column: Column) -> str:
    if column.kind == "date":
        return ", such as 2024-03-25"
    return f" ({', '.join(column.codes)})" if column.codes else ""


def _percentage(value: float) -> str:
    # 1.2 is sooner a slip of the decimal point than 1.2 per cent.
    if 2 <= value <= 100:
        return f"{value:.10g} looks like a percentage; write {value / 100:.10g}."
    return "Write a number between 0 and 1, such as 0.35."


def repeated_keys(typed: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Rows whose identifier stands in an earlier row already."""
    if not table.key:
        return as_frame([])
    key = list(table.key)
    complete = typed[typed[key].notna().all(axis=1)]
    repeated = complete[complete.duplicated(key)]
    first = complete.drop_duplicates(key).reset_index(names="_row").set_index(key)["_row"]
    problems = []
    for row, each in zip(repeated.index, repeated[key].itertuples(index=False), strict=True):
        at = first[tuple(each)] if len(key) > 1 else first[each[0]]
        rule = f"{' and '.join(key)} must be unique"
        todo = f"It is also in row {at}. Give each record its own, or remove the copy."
        problems.append(problem(table, row, key[0], each[0], rule, todo))
    return as_frame(problems)
