"""How is a problem shown? Once a cell, with the value as written and the record it is of."""

import pandas as pd

from socialvalue.columns import Table
from socialvalue.raw_tables import as_shown, as_written
from socialvalue.records import Records
from socialvalue.schemas import TABLES


def once_a_cell(problems: pd.DataFrame) -> pd.DataFrame:
    """The first problem of each cell: what is no number is not out of bounds as well."""
    in_cell = problems["row"].notna() & problems["column"].astype(bool)
    return problems[~(in_cell & problems.duplicated(["table", "row", "column"]))]


def shown(problems: pd.DataFrame, records: Records) -> pd.DataFrame:
    """The same with each value as it was written, and the record it is of by its identifier."""
    problems = problems.assign(record="")
    for (name, column), group in problems.groupby(["table", "column"], sort=False):
        if name not in records.tables:
            continue
        table = TABLES[name]
        written = as_written(records.tables[name], table)
        group = group[group["row"].isin(written.index)]
        rows = written.loc[group["row"]]
        problems.loc[group.index, "record"] = _named(table, rows, column)
        if column in written and not table[column].private:
            values = [as_shown(cell) for cell in rows[column]]
            problems.loc[group.index, "value"] = pd.Series(values, group.index, dtype=object)
    return problems


def _named(table: Table, rows: pd.DataFrame, column: str) -> list[str]:
    """Identifiers of records, where the message is not about them anyway."""
    keys = [key for key in table.key if key in rows and key != column and not table[key].private]
    named = [
        [f"{key} {as_shown(cell)}" if pd.notna(cell) else "" for cell in rows[key]] for key in keys
    ]
    return ["   ".join(filter(None, each)) for each in zip(*named, strict=True)] or [""] * len(rows)
