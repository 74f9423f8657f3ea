"""What is wrong in the data? Every problem at once, with row, column, value and what to do."""

import pandas as pd

from socialvalue import cross_checks
from socialvalue.assumptions import Assumptions
from socialvalue.parse import Parsed, parse_records
from socialvalue.proxies import ProxySet
from socialvalue.records import PROBLEM_COLUMNS, Records
from socialvalue.schemas import TABLES
from socialvalue.table_checks import of_one_table


def check(
    records: Records, proxies: ProxySet | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Find every problem in records at once.

    Parameters
    ----------
    records : Records
    proxies : ProxySet, optional
        Without it, proxies and units are not checked.
    assumptions : Assumptions, optional
        For the month in which a year starts.

    Returns
    -------
    DataFrame
        table, row (as the spreadsheet shows it), column, value (hidden where it would identify
        somebody), rule, what_to_do, source. Empty where nothing is wrong.

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
    for name in parsed.given:
        of_table = of_one_table(parsed.tables[name], TABLES[name], parsed.problems)
        found.append(of_table.assign(source=str(records.origin(name))))
    across = cross_checks.across_tables(parsed, proxies, assumptions)
    sources = {name: str(records.origin(name)) for name in parsed.given}
    found.append(across.assign(source=across["table"].map(sources)))
    problems = pd.concat([each for each in found if len(each)] or [parsed.problems])
    return _in_order(problems)


def _in_order(problems: pd.DataFrame) -> pd.DataFrame:
    problems = problems[list(PROBLEM_COLUMNS)].drop_duplicates(["table", "row", "column", "rule"])
    number = pd.to_numeric(problems["row"], errors="coerce").fillna(0)
    order = {name: place for place, name in enumerate(TABLES)}
    place = problems["table"].map(order).fillna(-1)
    problems = problems.assign(_place=place, _row=number)
    problems = problems.sort_values(["_place", "_row"], kind="stable")
    return problems[list(PROBLEM_COLUMNS)].reset_index(drop=True)
