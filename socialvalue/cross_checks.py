"""Which rules hold between rows and tables? Keys, proxies, units, shares and the order of dates."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.adjustments import FIELDS, SCOPE
from socialvalue.assumptions import Assumptions
from socialvalue.frameworks import SCOPES, load_framework, shipped_frameworks
from socialvalue.parse import Parsed
from socialvalue.proxies import ProxySet
from socialvalue.proxy_rules import proxy_problems
from socialvalue.records import did_you_mean
from socialvalue.schemas import TABLES
from socialvalue.table_checks import as_frame, problem


def _problem(table: str, row: Any, column: str, value: Any, rule: str, what_to_do: str) -> dict:
    return problem(TABLES[table], row, column, value, rule, what_to_do)


def missing_outcomes() -> pd.DataFrame:
    """The problem of records without a table of outcomes."""
    todo = "Add a sheet or file called outcomes: it is the one table that is needed."
    return as_frame(
        [_problem("outcomes", None, "", None, "the table outcomes is missing", todo)]
    ).assign(source="")


def across_tables(
    parsed: Parsed, proxies: ProxySet | None, assumptions: Assumptions
) -> pd.DataFrame:
    """Every rule that takes more than one cell."""
    problems = [
        *_foreign_keys(parsed),
        *_order_of_values(parsed),
        *_input_amounts(parsed.tables["inputs"]),
        *_links(parsed.tables["links"], proxies),
        *_adjustments(parsed.tables["adjustments"], proxies),
        *_shares_of_activities(parsed.tables["activity_grants"]),
    ]
    if proxies is not None:
        problems += proxy_problems(parsed.tables["outcomes"], proxies, assumptions.year_start_month)
    return as_frame(problems)


_REFERENCES = {
    "activity_id": ("activities", "activity_id"),
    "stakeholder_group": ("stakeholders", "stakeholder_group"),
}


def _foreign_keys(parsed: Parsed) -> Iterator[dict]:
    for column, (home, key) in _REFERENCES.items():
        if home not in parsed.given:
            continue
        known = parsed.tables[home][key].dropna()
        for name in parsed.given:
            typed = parsed.tables[name]
            if name == home or column not in TABLES[name].names:
                continue
            needed = typed[column]
            if name == "outcomes" and column == "activity_id":
                for row in needed.index[needed.isna()]:
                    yield _problem(
                        name,
                        row,
                        column,
                        None,
                        "activity_id is required where there is a table of activities",
                        "Write the activity the outcome came from.",
                    )
            wrong = needed[needed.notna() & ~needed.isin(known)]
            hints = {value: did_you_mean(value, known) for value in wrong.unique()}
            for row, value in wrong.items():
                todo = f"Add it to {home}, or correct it.{hints[value]}"
                yield _problem(name, row, column, value, f"{column} must be in {home}", todo)


def _order_of_values(parsed: Parsed) -> Iterator[dict]:
    activities = parsed.tables["activities"]
    for row, each in activities[activities["end_date"] < activities["start_date"]].iterrows():
        yield _problem(
            "activities",
            row,
            "end_date",
            f"{each['end_date']:%Y-%m-%d}",
            "end_date must not be before start_date",
            "Correct one of the two dates.",
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
    undecided = outcomes[outcomes["imd_decile"].notna() & (outcomes["imd_decile"] % 1 != 0)]
    for row, value in undecided["imd_decile"].items():
        yield _problem(
            "outcomes",
            row,
            "imd_decile",
            value,
            "imd_decile must be a whole number",
            "Write 1 (most deprived) to 10.",
        )


def _input_amounts(inputs: pd.DataFrame) -> Iterator[dict]:
    whole = inputs["amount"].notna()
    parts = inputs["hours"].notna() & inputs["rate"].notna()
    for row in inputs.index[~whole & ~parts]:
        yield _problem(
            "inputs",
            row,
            "amount",
            None,
            "amount is required, or hours and rate",
            "Write the amount, or the hours and the money per hour.",
        )
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


def _links(links: pd.DataFrame, proxies: ProxySet | None) -> Iterator[dict]:
    scopes = [scope for scope in SCOPES if scope in links]
    for row in links.index[links[scopes].isna().all(axis=1)]:
        yield _problem(
            "links",
            row,
            "outcome",
            None,
            "a link must say what it is for",
            f"Fill at least one of: {', '.join(SCOPES)}.",
        )
    own = proxies.frameworks if proxies else {}
    for framework, group in links.groupby("framework"):
        if framework in own:
            categories = own[framework]["category"].tolist()
        elif framework in shipped_frameworks():
            categories = load_framework(str(framework))["category"].tolist()
        else:
            known = [*shipped_frameworks(), *own]
            for row in group.index:
                yield _problem(
                    "links",
                    row,
                    "framework",
                    framework,
                    "there is no framework of this name",
                    f"Write one of: {', '.join(known)}.{did_you_mean(str(framework), known)}",
                )
            continue
        for row, value in group.loc[~group["category"].isin(categories), "category"].items():
            yield _problem(
                "links",
                row,
                "category",
                value,
                f"the framework {framework} has no such category",
                f"Write one of: {', '.join(categories)}.",
            )
    totals = links.fillna(dict.fromkeys(scopes, "")).groupby([*scopes, "framework"])["share"]
    over = totals.transform("sum") > 1 + 1e-9
    for row in links.index[over.reindex(links.index, fill_value=False)]:
        yield _problem(
            "links",
            row,
            "share",
            links.loc[row, "share"],
            "shares of one scope over one framework sum to at most 1",
            "Lower the shares; what they leave over is shown as unallocated.",
        )


def _adjustments(adjustments: pd.DataFrame, proxies: ProxySet | None) -> Iterator[dict]:
    fields = [field for field in FIELDS if field in adjustments]
    for row in adjustments.index[adjustments[fields].isna().all(axis=1)]:
        yield _problem(
            "adjustments",
            row,
            "deadweight",
            None,
            "an adjustment must adjust something",
            f"Fill at least one of: {', '.join(fields)}.",
        )
    scope = adjustments[list(SCOPE)].fillna("")
    for field in fields:
        stated = scope[adjustments[field].notna()]
        for row in stated.index[stated.duplicated()]:
            yield _problem(
                "adjustments",
                row,
                field,
                adjustments.loc[row, field],
                "two rows adjust the same thing for the same scope",
                "Keep one of the two.",
            )
    lasting = adjustments["duration_years"]
    for row, value in lasting[lasting == 0].items():
        yield _problem(
            "adjustments",
            row,
            "duration_years",
            value,
            "duration_years must be more than 0",
            "Write how long the outcome lasts.",
        )
    if proxies is None:
        return
    known = proxies.proxies["proxy_id"]
    for row, value in adjustments["proxy_id"].dropna().items():
        if value not in set(known):
            yield _problem(
                "adjustments",
                row,
                "proxy_id",
                value,
                f"there is no such proxy in the set {proxies.name}",
                f"Correct it or leave the row out.{did_you_mean(value, known.unique())}",
            )


def _shares_of_activities(grants: pd.DataFrame) -> Iterator[dict]:
    totals = grants.groupby("activity_id")["share"].transform("sum")
    for row in grants.index[totals.reindex(grants.index) > 1 + 1e-9]:
        yield _problem(
            "activity_grants",
            row,
            "share",
            grants.loc[row, "share"],
            "grants cannot pay for more than the whole of an activity",
            "Lower the shares of this activity so that they sum to at most 1.",
        )
