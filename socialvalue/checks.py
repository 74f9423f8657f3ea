"""What is wrong in the data? Every problem at once, with row, column, value and what to do."""

from pathlib import Path

import pandas as pd

from socialvalue import cross_checks
from socialvalue.assumptions import Assumptions
from socialvalue.columns import Table
from socialvalue.parse import Parsed, parse_records
from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.raw_tables import as_shown, as_written
from socialvalue.records import PROBLEM_COLUMNS, Records
from socialvalue.schemas import TABLES
from socialvalue.table_checks import of_one_table


def check(
    records: Records,
    proxies: ProxySet | str | Path | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Find every problem in records at once.

    Parameters
    ----------
    records : Records
    proxies : ProxySet, or name or folder of one, optional
        Without it, proxies and units are not checked.
    assumptions : Assumptions, optional
        For the month in which a year starts.

    Returns
    -------
    DataFrame
        table, row (as the spreadsheet shows it), column, value (as written; hidden where it would
        identify somebody), rule, what_to_do, source, record (its identifier). Empty where nothing
        is wrong.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "outcome_id": ["O-013"],
    ...         "stakeholder_group": ["participants"],
    ...         "quantity": [1],
    ...         "date": ["2024-05-01"],
    ...         "deadweight": [35],
    ...     }
    ... )
    >>> check(Records(outcomes=frame))["what_to_do"].tolist()
    ['35 looks like a percentage; write 0.35.']
    """
    if isinstance(proxies, str | Path):
        proxies = load_proxies(proxies)
    return check_parsed(parse_records(records), records, proxies, assumptions or Assumptions())


def check_parsed(
    parsed: Parsed,
    records: Records,
    proxies: ProxySet | None,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """The same for records that were parsed already."""
    found = [parsed.problems]
    if "outcomes" not in parsed.given:
        found.append(cross_checks.missing_outcomes())
    elif parsed.tables["outcomes"].empty and "outcomes" not in set(parsed.problems["table"]):
        found.append(cross_checks.no_outcomes(str(records.origin("outcomes"))))
    for name in parsed.given:
        of_table = of_one_table(parsed.tables[name], TABLES[name], parsed.problems)
        found.append(of_table.assign(source=str(records.origin(name))))
    across = cross_checks.across_tables(parsed, proxies, assumptions)
    sources = {name: str(records.origin(name)) for name in parsed.given}
    found.append(across.assign(source=across["table"].map(sources)))
    problems = pd.concat([each for each in found if len(each)] or [parsed.problems])
    return _shown(_in_order(_once_a_cell(problems)), records)


def _once_a_cell(problems: pd.DataFrame) -> pd.DataFrame:
    """The first problem of each cell: what is no number is not out of bounds as well."""
    in_cell = problems["row"].notna() & problems["column"].astype(bool)
    return problems[~(in_cell & problems.duplicated(["table", "row", "column"]))]


def _shown(problems: pd.DataFrame, records: Records) -> pd.DataFrame:
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


def _in_order(problems: pd.DataFrame) -> pd.DataFrame:
    problems = problems[list(PROBLEM_COLUMNS)].drop_duplicates()
    number = pd.to_numeric(problems["row"], errors="coerce").fillna(0)
    order = {name: place for place, name in enumerate(TABLES)}
    place = problems["table"].map(order).fillna(-1)
    problems = problems.assign(_place=place, _row=number)
    problems = problems.sort_values(["_place", "_row"], kind="stable")
    return problems[list(PROBLEM_COLUMNS)].reset_index(drop=True)
