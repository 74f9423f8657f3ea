"""Which rules hold between rows and tables? Keys, proxies, units, shares and the order of dates."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.columns import EARLIEST, LATEST
from socialvalue.importance_checks import importance_problems
from socialvalue.instruments import beside_shipped, instrument_problems, load_instruments
from socialvalue.parse import Parsed
from socialvalue.proxies import ProxySet
from socialvalue.proxy_rules import proxy_problems
from socialvalue.records import did_you_mean
from socialvalue.schemas import TABLES
from socialvalue.scope_checks import scope_problems
from socialvalue.survey_checks import survey_problems
from socialvalue.table_checks import as_frame, problem, rows_with_problems


def _problem(table: str, row: Any, column: str, value: Any, rule: str, what_to_do: str) -> dict:
    return problem(TABLES[table], row, column, value, rule, what_to_do)


def missing_outcomes() -> pd.DataFrame:
    """The problem of records without a table of outcomes."""
    todo = "Add a sheet or file called outcomes: it is the one table that is needed."
    return as_frame(
        [_problem("outcomes", None, "", None, "the table outcomes is missing", todo)]
    ).assign(source="")


def no_outcomes(source: str) -> pd.DataFrame:
    """The problem of a table of outcomes in which there is none."""
    todo = "Write one row for each outcome, below the headings."
    problems = [_problem("outcomes", None, "", None, "the table outcomes has no rows", todo)]
    return as_frame(problems).assign(source=source)


def across_tables(
    parsed: Parsed, proxies: ProxySet | None, assumptions: Assumptions
) -> pd.DataFrame:
    """Every rule that takes more than one cell."""
    problems = [
        *_foreign_keys(parsed),
        *_order_of_values(parsed),
        *_input_amounts(parsed),
        *_targets(parsed),
        *_shares_of_activities(parsed.tables["activity_grants"]),
        *scope_problems(parsed, proxies, assumptions),
        *importance_problems(parsed),
    ]
    if {"surveys", "instruments"} & set(parsed.given):
        problems += _surveys(parsed)
    if proxies is not None:
        problems += proxy_problems(parsed.tables["outcomes"], proxies, assumptions.year_start_month)
    return as_frame(problems)


def _surveys(parsed: Parsed) -> list[dict]:
    shipped, own = load_instruments(), parsed.tables["instruments"]
    return [
        *instrument_problems(own, taken=shipped["instrument"]),
        *survey_problems(parsed.tables["surveys"], beside_shipped(own, shipped)),
    ]


# Column: the table, and the column of it, that names all there are.
_REFERENCES = {
    "activity_id": ("activities", "activity_id"),
    "stakeholder_group": ("stakeholders", "stakeholder_group"),
    "outcome_id": ("outcomes", "outcome_id"),
}


def _foreign_keys(parsed: Parsed) -> Iterator[dict]:
    for column, (home, key) in _REFERENCES.items():
        known = parsed.tables[home][key].dropna()
        # A table that is missing, blank or without its key names nothing that could be wrong.
        if known.empty:
            continue
        for name in parsed.given:
            if name == home or column not in TABLES[name].names:
                continue
            if name == "outcomes" and column == "activity_id":
                yield from _without_activity(parsed)
            needed = parsed.tables[name][column]
            wrong = needed[needed.notna() & ~needed.isin(known)]
            hints = {value: did_you_mean(value, known) for value in wrong.unique()}
            for row, value in wrong.items():
                todo = f"Add it to {home}, or correct it.{hints[value]}"
                yield _problem(name, row, column, value, f"{column} must be in {home}", todo)


def _without_activity(parsed: Parsed) -> Iterator[dict]:
    outcomes = parsed.tables["outcomes"]
    rule = "activity_id is required where there is a table of activities"
    blank = outcomes.index[outcomes["activity_id"].isna()]
    if len(blank) and len(blank) == (parsed.outcome_records or len(outcomes)):
        todo = "Write the activity of each outcome, or take the activities out: it names none."
        yield _problem("outcomes", None, "activity_id", None, rule, todo)
        return
    for row in blank:
        todo = "Write the activity the outcome came from."
        yield _problem("outcomes", row, "activity_id", None, rule, todo)


def _order_of_values(parsed: Parsed) -> Iterator[dict]:
    activities = parsed.tables["activities"]
    # A date out of all bounds is said to be so; that it is out of order too says no more.
    plausible = activities["end_date"] >= EARLIEST
    plausible &= activities["start_date"] <= LATEST
    wrong = plausible & (activities["end_date"] < activities["start_date"])
    for row, each in activities[wrong].iterrows():
        yield _problem(
            "activities",
            row,
            "end_date",
            each["end_date"],
            "end_date must not be before start_date",
            f"It starts on {each['start_date']:%Y-%m-%d}: correct one of the two dates.",
        )
    outcomes = parsed.tables["outcomes"]
    for column, wrong in (
        ("quantity_low", outcomes["quantity_low"] > outcomes["quantity"]),
        ("quantity_high", outcomes["quantity_high"] < outcomes["quantity"]),
    ):
        for row, value in outcomes.loc[wrong, column].items():
            yield _problem(
                "outcomes",
                row,
                column,
                value,
                "quantity must lie between its low and its high",
                "Correct the quantity or its range.",
            )
    lasting = outcomes["duration_years"]
    for row, value in lasting[lasting == 0].items():
        yield _problem(
            "outcomes",
            row,
            "duration_years",
            value,
            "duration_years must be more than 0",
            "Write how long the outcome lasts; leave the record out if it did not happen.",
        )


def _input_amounts(parsed: Parsed) -> Iterator[dict]:
    inputs = parsed.tables["inputs"]
    whole = inputs["amount"].notna()
    parts = inputs["hours"].notna() & inputs["rate"].notna()
    unread = rows_with_problems(parsed.problems, "inputs", ["amount", "hours", "rate"])
    neither = inputs.index[~whole & ~parts].difference(unread, sort=False)
    rule = "amount is required, or hours and rate"
    todo = "Write the amount, or the hours and the money per hour."
    if len(neither) > 1 and not (whole | parts).any():
        neither = pd.Index([None])
    for row in neither:
        yield _problem("inputs", row, "amount", None, rule, todo)
    product = inputs["hours"] * inputs["rate"]
    for row in inputs.index[whole & parts & ~np.isclose(product, inputs["amount"], atol=0.005)]:
        yield _problem(
            "inputs",
            row,
            "amount",
            inputs.loc[row, "amount"],
            "amount must equal hours x rate where all three are given",
            f"Hours x rate is {product[row]:g}: correct one of them, or leave amount blank.",
        )


def _targets(parsed: Parsed) -> Iterator[dict]:
    targets = parsed.tables["targets"]
    nobody = targets.index[targets["grant_id"].isna() & targets["project"].isna()]
    unread = rows_with_problems(parsed.problems, "targets", ["grant_id", "project"])
    for row in nobody.difference(unread, sort=False):
        rule = "a target must name its grant or its project"
        todo = "Write the grant_id, or the project, it was promised for."
        yield _problem("targets", row, "grant_id", None, rule, todo)


def _shares_of_activities(grants: pd.DataFrame) -> Iterator[dict]:
    stated = grants[grants["share"].between(0, 1) & grants["activity_id"].notna()]
    totals = stated.groupby("activity_id")["share"].transform("sum")
    for row in stated.index[totals > 1 + 1e-9]:
        yield _problem(
            "activity_grants",
            row,
            "share",
            grants.loc[row, "share"],
            "grants cannot pay for more than the whole of an activity",
            f"The shares of this activity sum to {totals[row]:.10g}: lower them to at most 1.",
        )
