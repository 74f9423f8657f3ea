"""Do adjustments and links say what they are for, and is there such a thing?"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.adjustments import FIELDS, SCOPE
from socialvalue.assumptions import Assumptions
from socialvalue.columns import plain_name
from socialvalue.frameworks import SCOPES, load_framework, shipped_frameworks
from socialvalue.parse import Parsed
from socialvalue.proxies import ProxySet
from socialvalue.records import did_you_mean
from socialvalue.schemas import TABLES
from socialvalue.table_checks import problem, rows_with_problems
from socialvalue.years import parse_year, year_label, year_of_dates


def scope_problems(
    parsed: Parsed, proxies: ProxySet | None, assumptions: Assumptions
) -> Iterator[dict]:
    """Every problem of the scopes of adjustments and links."""
    if "links" in parsed.given:
        yield from _links_for_nothing(parsed)
        yield from _frameworks(parsed.tables["links"], proxies)
        yield from _shares_of_links(parsed.tables["links"])
    if "adjustments" in parsed.given:
        yield from _adjustments_of_nothing(parsed)
        yield from _repeated_adjustments(parsed.tables["adjustments"])
        yield from _tied_adjustments(parsed, assumptions)
        yield from _years(parsed.tables["adjustments"], assumptions)
    yield from _misspelt(parsed)
    if proxies is not None and "adjustments" in parsed.given:
        yield from _proxies(parsed.tables["adjustments"], proxies)


def _problem(table: str, row: Any, column: str, value: Any, rule: str, what_to_do: str) -> dict:
    return problem(TABLES[table], row, column, value, rule, what_to_do)


def _links_for_nothing(parsed: Parsed) -> Iterator[dict]:
    links = parsed.tables["links"]
    scopes = [scope for scope in SCOPES if scope in links]
    blank = links.index[links[scopes].isna().all(axis=1)]
    for row in blank.difference(rows_with_problems(parsed.problems, "links", scopes), sort=False):
        yield _problem(
            "links",
            row,
            "outcome",
            None,
            "a link must say what it is for",
            f"Fill at least one of: {', '.join(SCOPES)}.",
        )


def _frameworks(links: pd.DataFrame, proxies: ProxySet | None) -> Iterator[dict]:
    own = proxies.frameworks if proxies else {}
    known = [*shipped_frameworks(), *own]
    for framework, group in links.groupby("framework"):
        if framework in own:
            categories = own[framework]["category"].tolist()
        elif framework in known:
            categories = load_framework(str(framework))["category"].tolist()
        else:
            todo = f"Write one of: {', '.join(known)}.{did_you_mean(str(framework), known)}"
            rule = "there is no framework of this name"
            for row in group.index:
                yield _problem("links", row, "framework", framework, rule, todo)
            continue
        wrong = group["category"].notna() & ~group["category"].isin(categories)
        rule = f"the framework {framework} has no such category"
        for row, value in group.loc[wrong, "category"].items():
            todo = f"Write one of: {', '.join(categories)}."
            yield _problem("links", row, "category", value, rule, todo)


def _shares_of_links(links: pd.DataFrame) -> Iterator[dict]:
    scopes = [scope for scope in SCOPES if scope in links]
    stated = links[links["share"].between(0, 1) & links["framework"].notna()]
    scope = stated.fillna(dict.fromkeys(scopes, ""))
    totals = scope.groupby([*scopes, "framework"])["share"].transform("sum")
    for row in stated.index[totals > 1 + 1e-9]:
        yield _problem(
            "links",
            row,
            "share",
            stated.loc[row, "share"],
            "shares of one scope over one framework sum to at most 1",
            f"They sum to {totals[row]:.10g}. Lower the shares; what they leave over is shown as "
            "unallocated.",
        )


def _adjustments_of_nothing(parsed: Parsed) -> Iterator[dict]:
    adjustments = parsed.tables["adjustments"]
    fields = list(FIELDS)
    blank = adjustments.index[adjustments[fields].isna().all(axis=1)]
    # A field that could not be read is not a field left blank.
    unread = rows_with_problems(parsed.problems, "adjustments", fields)
    for row in blank.difference(unread, sort=False):
        yield _problem(
            "adjustments",
            row,
            "deadweight",
            None,
            "an adjustment must adjust something",
            f"Fill at least one of: {', '.join(fields)}.",
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


def _repeated_adjustments(adjustments: pd.DataFrame) -> Iterator[dict]:
    scope = adjustments[list(SCOPE)].fillna("")
    for field in FIELDS:
        stated = scope[adjustments[field].notna()]
        if not stated.duplicated().any():
            continue
        first = stated.drop_duplicates().reset_index(names="_row")
        again = stated[stated.duplicated()].reset_index(names="_again")
        pairs = again.merge(first, on=list(SCOPE), validate="many_to_one")
        for row, at in zip(pairs["_again"], pairs["_row"], strict=True):
            yield _problem(
                "adjustments",
                row,
                field,
                adjustments.loc[row, field],
                "two rows adjust the same thing for the same scope",
                f"Row {at} does so too. Keep one of the two.",
            )


def _tied_adjustments(parsed: Parsed, assumptions: Assumptions) -> Iterator[dict]:
    """Rows of different scopes that fit one record equally well: neither is the one that holds."""
    adjustments = parsed.tables["adjustments"]
    if len(adjustments) < 2:
        return
    outcomes = _scoped(parsed, assumptions)
    ones = pd.Series(1, index=outcomes.index)
    weights = (ones if parsed.weights is None else parsed.weights).to_numpy()
    scopes = adjustments[list(SCOPE)]
    fits = {row: _fits(outcomes, scope) for row, scope in scopes.iterrows()}
    size = scopes.notna().sum(axis=1)
    for field in FIELDS:
        # Two rows of one scope are named as such already.
        rows = scopes[adjustments[field].notna()].drop_duplicates().index
        undecided = outcomes[field].isna().to_numpy(copy=True)
        for columns in sorted(size[rows].unique(), reverse=True):
            taken = np.full(len(outcomes), -1)
            for at, row in enumerate(rows):
                here = fits[row] & undecided & (size[row] == columns)
                tied = here & (taken >= 0)
                if weights[tied].any():
                    first = rows[taken[tied][0]]
                    yield _tie(adjustments, field, row, first, int(weights[tied].sum()))
                taken[here & ~tied] = at
            undecided &= taken < 0


def _tie(adjustments: pd.DataFrame, field: str, row: Any, first: Any, records: int) -> dict:
    return _problem(
        "adjustments",
        row,
        field,
        adjustments.loc[row, field],
        "two rows fit the same records equally well",
        f"Row {first} does so too, for {records:,} outcome record{'s' * (records != 1)}. Make the "
        "one that is meant more specific, such as by its project.",
    )


def _fits(outcomes: pd.DataFrame, scope: pd.Series) -> np.ndarray:
    fits = np.ones(len(outcomes), dtype=bool)
    for column, value in scope.dropna().items():
        fits &= (outcomes[str(column)].fillna("") == value).to_numpy(bool)
    return fits


def _scoped(parsed: Parsed, assumptions: Assumptions) -> pd.DataFrame:
    """Outcome records with the project of their activity and the label of their year."""
    outcomes, activities = parsed.tables["outcomes"], parsed.tables["activities"]
    projects = activities.drop_duplicates("activity_id").set_index("activity_id")["project"]
    starts = year_of_dates(outcomes["date"], assumptions.year_start_month)
    labels = {
        year: year_label(int(year), assumptions.financial_years)
        for year in starts.dropna().unique()
    }
    return outcomes.assign(
        project=outcomes["project"].fillna(outcomes["activity_id"].map(projects).astype("string")),
        year=starts.map(labels),
    )


def _years(adjustments: pd.DataFrame, assumptions: Assumptions) -> Iterator[dict]:
    """A year of the other kind than the analysis's would fit no record, and say nothing."""
    wanted = (
        "financial years, such as 2024-25"
        if assumptions.financial_years
        else "calendar years, such as 2024"
    )
    for row, label in adjustments["year"].dropna().items():
        if parse_year(label).financial != assumptions.financial_years:
            yield _problem(
                "adjustments",
                row,
                "year",
                label,
                "year must be of the kind the analysis uses",
                f"Write {wanted}.",
            )


_NAMED_IN = {
    "adjustments": ("project", "stakeholder_group"),
    "links": ("outcome", "project"),
}


def _misspelt(parsed: Parsed) -> Iterator[dict]:
    """A name that no record has, but one is spelt nearly so: it would take no effect, unsaid."""
    outcomes, activities = parsed.tables["outcomes"], parsed.tables["activities"]
    for table, columns in _NAMED_IN.items():
        for column in columns:
            stated = parsed.tables[table][column].dropna()
            if stated.empty:
                continue
            names = set(outcomes[column].dropna().unique())
            if column in activities:
                names |= set(activities[column].dropna().unique())
            for row, value in stated.items():
                near = "" if value in names else _near(value, names)
                if near:
                    yield _problem(
                        table,
                        row,
                        column,
                        value,
                        f"no record has this {column}, and one has nearly the same",
                        f"Write it as the records do: {near}.",
                    )


def _near(value: str, names: set[str]) -> str:
    """The name that a slip of one letter, or of capitals and spaces, makes of this one."""
    return next((name for name in sorted(names) if _is_slip(plain_name(value), name)), "")


def _is_slip(plain: str, name: str) -> bool:
    # A letter put for another is no sign of a slip: Group A and Group B are two groups.
    short, long = sorted((plain, plain_name(name)), key=len)
    if len(short) == len(long):
        apart = [at for at in range(len(short)) if short[at] != long[at]]
        swapped = len(apart) == 2 and apart[1] == apart[0] + 1
        return not apart or (swapped and short[apart[0]] == long[apart[1]])
    if len(long) - len(short) > 1:
        return False
    at = next((at for at in range(len(short)) if short[at] != long[at]), len(short))
    return not long[at].isdigit() and long[:at] + long[at + 1 :] == short


def _proxies(adjustments: pd.DataFrame, proxies: ProxySet) -> Iterator[dict]:
    table = proxies.proxies
    known = table["proxy_id"].unique()
    net_of = table.groupby("proxy_id")["already_net_of"].first().fillna("")
    for row, value in adjustments["proxy_id"].dropna().items():
        if value not in known:
            yield _problem(
                "adjustments",
                row,
                "proxy_id",
                value,
                f"there is no such proxy in the set {proxies.name}",
                f"Correct it or leave the row out.{did_you_mean(value, known)}",
            )
            continue
        for field in FIELDS[:4]:
            stated = adjustments.loc[row, field]
            if pd.notna(stated) and stated != 0 and field in re.split(r"[;,\s]+", net_of[value]):
                yield _problem(
                    "adjustments",
                    row,
                    field,
                    stated,
                    f"the proxy is already net of {field}",
                    f"Leave {field} blank: {value} has it taken off already.",
                )
