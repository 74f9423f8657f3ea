"""What is wrong in the data? Every problem at once, with row, column, value and what to do."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from socialvalue import cross_checks
from socialvalue.assumptions import Assumptions
from socialvalue.engine_checks import problems_on_engine
from socialvalue.engine_outcomes import EngineOutcomes, read_outcomes
from socialvalue.engine_tables import open_table
from socialvalue.file_tables import FileTable
from socialvalue.large_frames import LargeFrame
from socialvalue.parse import Parsed, parse_records
from socialvalue.problem_rows import once_a_cell, shown
from socialvalue.progress import progress_bar
from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.records import PROBLEM_COLUMNS, Records, no_problems
from socialvalue.schemas import OUTCOMES, TABLES
from socialvalue.suspects import Checking
from socialvalue.table_checks import of_one_table
from socialvalue.tables import stacked


def check(
    records: Records,
    proxies: ProxySet | str | Path | None = None,
    assumptions: Assumptions | None = None,
    *,
    progress: bool = True,
) -> pd.DataFrame:
    """Find every problem in records at once.

    Parameters
    ----------
    records : Records
    proxies : ProxySet, or name or folder of one, optional
        Without it, proxies and units are not checked.
    assumptions : Assumptions, optional
        For the month in which a year starts.
    progress : bool
        Whether to show a bar where it takes longer than two seconds.

    Returns
    -------
    DataFrame
        table, row (as the spreadsheet shows it; of several files with the file, as in ``3 of
        april.csv``), column, value (as written; hidden where it would identify somebody), rule,
        what_to_do, source, record (its identifier), count (of all
        problems of the rule in the column). Empty where nothing is wrong. Of records on an
        engine, in files given by their path and in frames of more than 250,000 rows, the first
        100 rows of each rule are listed and all are counted; where an engine numbers no rows, row
        is null.

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
    assumptions = assumptions or Assumptions()
    with progress_bar("Checking", progress):
        parsed = parse_records(records)
        engine = engine_outcomes(records, parsed, units_of(proxies), assumptions)
        return check_parsed(parsed, records, proxies, assumptions, engine)


def notes_on(records: Records) -> pd.DataFrame:
    """What was written otherwise than it was read: table, column, what, count, first_rows."""
    parsed = parse_records(records)
    engine = engine_outcomes(records, parsed, units_of(None), Assumptions())
    return parsed.coerced if engine is None else stacked(parsed.coerced, engine.held.notes)


def engine_outcomes(
    records: Records,
    parsed: Parsed,
    units: pd.Series,
    assumptions: Assumptions,
    breakdowns: Sequence[str] = (),
) -> EngineOutcomes | None:
    """Outcome records that lie on an engine, read and collapsed; None where they are in pandas."""
    if OUTCOMES.name not in records.held:
        return None
    given = records.held[OUTCOMES.name]
    is_ours = isinstance(given, FileTable | LargeFrame)
    native = given.relation() if is_ours else given
    held = open_table(native, OUTCOMES, records.origin(OUTCOMES.name), records.dates)
    held = replace(held.noted(given.notes), source=given) if is_ours else held
    return read_outcomes(held, parsed.tables, units, assumptions, breakdowns)


def units_of(proxies: ProxySet | None) -> pd.Series:
    """Unit of each proxy, by proxy_id; empty where there is no set."""
    return pd.Series(dtype="string") if proxies is None else proxies.units


def check_parsed(
    parsed: Parsed,
    records: Records,
    proxies: ProxySet | None,
    assumptions: Assumptions,
    engine: EngineOutcomes | None = None,
) -> pd.DataFrame:
    """The same for records that were parsed already."""
    found = [parsed.problems]
    sources = {name: str(records.origin(name)) for name in parsed.given}
    on_engine = engine is not None and len(engine.collapsed.found) > 0
    if "outcomes" not in parsed.given:
        found.append(cross_checks.missing_outcomes())
    elif _none_said(parsed) and not on_engine:
        found.append(cross_checks.no_outcomes(sources["outcomes"]))
    for name in records.small:
        of_table = of_one_table(parsed.tables[name], TABLES[name], parsed.problems)
        found.append(of_table.assign(source=sources[name]))
    if engine is not None and on_engine:
        there, across = problems_on_engine(Checking(engine, parsed, proxies, assumptions))
    else:
        there, across = no_problems(), cross_checks.across_tables(parsed, proxies, assumptions)
    found.append(across.assign(source=across["table"].map(sources)))
    problems = pd.concat([each for each in found if len(each)] or [parsed.problems])
    problems = _counted(shown(_in_order(once_a_cell(problems)), records))
    return _together(problems, there)


def _none_said(parsed: Parsed) -> bool:
    """Whether there are no outcomes, and no problem says why."""
    return parsed.tables["outcomes"].empty and "outcomes" not in set(parsed.problems["table"])


def _counted(problems: pd.DataFrame) -> pd.DataFrame:
    """The same with how many problems there are of each rule of a column."""
    sizes = problems.groupby(["table", "column", "rule"], dropna=False)["rule"].transform("size")
    return problems.assign(count=sizes.astype("int64"))


def _together(problems: pd.DataFrame, on_engine: pd.DataFrame) -> pd.DataFrame:
    if on_engine.empty:
        return problems
    both = pd.concat([each for each in (problems, on_engine[problems.columns]) if len(each)])
    order = {name: place for place, name in enumerate(TABLES)}
    place = both["table"].map(order).fillna(-1)
    both = both.assign(_place=place, _row=pd.to_numeric(both["row"], errors="coerce").fillna(0))
    both = both.sort_values(["_place", "_row"], kind="stable").drop(columns=["_place", "_row"])
    return both.reset_index(drop=True)


def _in_order(problems: pd.DataFrame) -> pd.DataFrame:
    problems = problems[list(PROBLEM_COLUMNS)].drop_duplicates()
    number = pd.to_numeric(problems["row"], errors="coerce").fillna(0)
    order = {name: place for place, name in enumerate(TABLES)}
    place = problems["table"].map(order).fillna(-1)
    problems = problems.assign(_place=place, _row=number)
    problems = problems.sort_values(["_place", "_row"], kind="stable")
    return problems[list(PROBLEM_COLUMNS)].reset_index(drop=True)
