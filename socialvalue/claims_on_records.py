"""What would an assessor challenge in the records and the costs behind the values?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.adjustments import SCOPE
from socialvalue.findings import Claim, finding
from socialvalue.outcome_records import Collapsed


def protection_not_applied(claim: Claim) -> Iterator[dict]:
    """Rows with neither person_id nor people: small groups among them cannot be seen."""
    rows = claim.rows[claim.rows["people"].isna()]
    if len(rows):
        yield finding(
            "protection_not_applied",
            "medium",
            "No people are stated for some of the impact map "
            f"({len(rows)} row{'s' * (len(rows) != 1)}): whether a group is small enough to be "
            "identifiable could not be checked.",
            rows,
            why="Published figures on very few people can identify them.",
            what_to_do="Record person_id or people for outcomes that happen to people.",
        )


def no_ratio(claim: Claim) -> Iterator[dict]:
    """Why there is no ratio, or which value it does not cover."""
    counted = claim.rows[claim.rows["counted"]]
    if claim.ratio_missing:
        yield finding(
            "no_ratio",
            "medium",
            f"There is no ratio: {claim.ratio_missing}.",
            counted.iloc[0:0],
            why="Value alone does not say whether it was worth what was put in.",
            what_to_do="Record the inputs of each project: cash, staff, volunteer time, goods.",
        )
        return
    rows = counted[counted["row_id"].isin(claim.outside_ratio)]
    if len(rows):
        projects = ", ".join(sorted(rows["project"].fillna("(no project)").unique())[:5])
        yield finding(
            "value_outside_ratio",
            "medium",
            f"The ratio leaves out projects with no inputs: {projects}.",
            rows,
            why="Value with no cost beside it would flatter the ratio.",
            what_to_do="Record what those projects cost.",
        )


def inputs_for_all_projects(claim: Claim) -> Iterator[dict]:
    """Inputs that name no project, taken to serve all of them."""
    unnamed = claim.inputs[claim.inputs["project"].isna()]
    named = claim.rows["project"].notna().any()
    if named and len(unnamed):
        yield {
            "rule": "inputs_for_all_projects",
            "severity": "low",
            "message": "Some inputs name no project and are taken to serve all projects.",
            "value_at_stake": float(unnamed["present_value"].sum()),
            "rows": len(unnamed),
            "why": "They are in the ratio of the whole and belong to no project.",
            "what_to_do": "Name the project of each input where there is one.",
        }


def stated_for_nothing(claim: Claim) -> Iterator[dict]:
    """Adjustments and links that fit no record, so that what they say was left out."""
    unused = [*_unused_adjustments(claim), *claim.fits_nothing.itertuples(index=False, name=None)]
    if not unused:
        return
    said = "; ".join(f"{table}, row {row} ({what})" for table, row, what in unused[:5])
    more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
    yield finding(
        "stated_for_nothing",
        "medium",
        f"No record is meant by {said}{more}.",
        claim.rows.iloc[0:0],
        why="What it states was not used; a name may be misspelt, or records may be missing.",
        what_to_do="Correct the name, or take the row out.",
    )


def _unused_adjustments(claim: Claim) -> Iterator[tuple[str, object, str]]:
    for row, adjustment in claim.tables["adjustments"].iterrows():
        scope = {c: adjustment[c] for c in SCOPE if pd.notna(adjustment.get(c))}
        fits = pd.Series(True, index=claim.rows.index)
        for column, value in scope.items():
            fits = fits & (claim.rows[column].fillna("") == value)
        if not fits.any():
            yield "adjustments", row, ", ".join(f"{c} {v}" for c, v in scope.items())


def links_for_nothing(
    collapsed: Collapsed, activities: pd.DataFrame, links: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the links table that name what neither records nor activities have.

    Parameters
    ----------
    collapsed : Collapsed
        The impact map, in which every value that a link names is a key.
    activities, links : DataFrame
        Typed tables.

    Returns
    -------
    DataFrame
        table, row, what.
    """
    found = []
    for column in ("outcome_id", "outcome", "activity_id", "activity_type", "project"):
        stated = links[column].dropna()
        if stated.empty:
            continue
        known = collapsed.names_in(column)
        known |= set(activities[column].dropna()) if column in activities else set()
        for row, value in stated[~stated.isin(known)].items():
            found.append(("links", row, f"{column} {value}"))
    return pd.DataFrame(found, columns=["table", "row", "what"])
