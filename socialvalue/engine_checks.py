"""What is wrong in records on an engine? Counted there; the first rows come here to be explained.

The engine only sorts out which records may be wrong, by the declarations of `socialvalue.schemas`.
What is wrong with them is said by the same rules as for a spreadsheet, on the few rows fetched.
"""

from collections.abc import Iterator
from dataclasses import replace

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.adjustments import FIELDS
from socialvalue.columns import OWN
from socialvalue.cross_checks import across_tables
from socialvalue.engine_outcomes import EngineOutcomes
from socialvalue.engines import Frame, fetch
from socialvalue.first_rows import (
    FIRST_ROWS,
    UNIQUE,
    by_the_rules,
    explained,
    first_rows,
    is_numbered,
    told,
)
from socialvalue.identifiers import repeated_identifiers
from socialvalue.impact_map import KEYS, SHARES
from socialvalue.problem_rows import once_a_cell
from socialvalue.proxy_rules import rows_net_of
from socialvalue.schemas import OUTCOMES, TABLES
from socialvalue.suspects import Checking, Suspect, on_cells, unread
from socialvalue.table_checks import as_frame, of_one_table

_NOBODY = "\x00"
"""Begins identifiers that no record can have."""
_FOUND = f"{OWN}found"


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
    of_cells = [*unread(held), *on_cells(held), *_activities(checking)]
    on_map, elsewhere = _on_map(checking)
    of_rows = [*on_map, *_net_already(checking)]
    found = [held.problems.assign(record="", count=1), *explained(checking, of_cells, held.frame)]
    found.append(_repeated(checking))
    if of_rows:
        numbers = read.collapsed.found.index.to_numpy("int64")
        found += explained(checking, of_rows, _numbered(read, pd.Index(numbers)))
    filled = [each for each in found if len(each)]
    if not filled:
        return as_frame([]), elsewhere
    return pd.concat(filled).assign(source=str(held.origin)), elsewhere


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
    known = checking.read.identifiers
    number, records, names = repeated_identifiers(held, "outcome_id", known, FIRST_ROWS)
    if not number:
        return as_frame([])
    frame = held.frame.filter(nw.col("outcome_id").is_in(names))
    rows = first_rows(held, frame, 10 * FIRST_ROWS)
    problems = by_the_rules(checking, rows)
    problems = problems[problems["rule"] == UNIQUE].head(FIRST_ROWS)
    if not is_numbered(held):
        todo = "Another record has it too. Give each record its own, or remove the copy."
        problems = problems.assign(what_to_do=todo)
    return told(held, problems, rows, records - number)


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
    # That a required column is not there was said of the table, once.
    absent = [c.name for c in OUTCOMES.columns if c.required and c.name not in read.held.names]
    keys = [key for key in KEYS if key not in absent]
    ours = ours[(ours["table"] == OUTCOMES.name) & ours["column"].isin(keys)]
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
    keyed = impact_map.keyed(
        read.records.frame, read.collapsed.year_start_month, extra, to_join=True
    )
    return impact_map.with_rows(keyed, found, extra, [_FOUND])
