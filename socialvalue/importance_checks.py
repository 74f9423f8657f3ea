"""Does what people said matters fit the outcomes recorded? Known, and said once for each group."""

from collections.abc import Iterator

import pandas as pd

from socialvalue.parse import Parsed
from socialvalue.records import did_you_mean
from socialvalue.schemas import IMPORTANCE
from socialvalue.table_checks import problem


def importance_problems(parsed: Parsed) -> Iterator[dict]:
    """Every problem of the importance table with itself and with the outcomes."""
    table, outcomes = parsed.tables["importance"], parsed.tables["outcomes"]
    if table.empty:
        return
    said = table[table["outcome"].notna()]
    known = outcomes["outcome"].dropna().unique()
    for row, outcome in said.loc[~said["outcome"].isin(known), "outcome"].items():
        todo = f"Write it as in outcomes, or leave the row out.{did_you_mean(outcome, known)}"
        rule = "no outcome of this name was recorded"
        yield problem(IMPORTANCE, row, "outcome", outcome, rule, todo)
    groups = set(outcomes["stakeholder_group"].dropna().unique())
    groups |= set(parsed.tables["stakeholders"]["stakeholder_group"].dropna().unique())
    named = table["stakeholder_group"].dropna()
    for row, group in named[~named.isin(groups)].items():
        todo = f"Write it as in outcomes, or leave the row out.{did_you_mean(group, groups)}"
        rule = "no stakeholder group of this name was recorded"
        yield problem(IMPORTANCE, row, "stakeholder_group", group, rule, todo)
    yield from _said_twice(said)


def _said_twice(said: pd.DataFrame) -> Iterator[dict]:
    """Rows that say again how much an outcome matters to a group."""
    # Two rows for all groups contradict each other as two rows for one group do.
    keys = said[["stakeholder_group", "outcome"]].fillna("")
    for row in said.index[keys.duplicated()]:
        same = (keys == keys.loc[row]).all(axis=1)
        todo = f"It is said in row {said.index[same][0]} already: keep one of the two."
        rule = "the importance of an outcome to a group is said once"
        yield problem(IMPORTANCE, row, "importance", said.loc[row, "importance"], rule, todo)
