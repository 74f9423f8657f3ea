"""What would an assessor challenge? Findings, each with the value at stake and what to do.

A finding never stops an assessment. Each rule is one small function; add a rule by adding one
and naming it in `RULES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from socialvalue.adjustments import NOWHERE
from socialvalue.assumptions import Assumptions
from socialvalue.impact_map import SHARES
from socialvalue.totals import Range

COLUMNS = ("rule", "severity", "message", "value_at_stake", "rows", "why", "what_to_do")
UNSTATED = "adjustment_stated_nowhere"
_ORDER = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Claim:
    """What the rules read: the valued map, the inputs and the activities behind it."""

    rows: pd.DataFrame
    inputs: pd.DataFrame
    activities: pd.DataFrame
    range: Range
    ratio_missing: str | None
    outside_ratio: pd.Series
    assumptions: Assumptions
    sources: frozenset[str] = frozenset()


def audit(claim: Claim) -> tuple[pd.DataFrame, list[list[int]]]:
    """All findings on a claim, the most severe and valuable first.

    Returns
    -------
    findings : DataFrame
        rule, severity (high, medium, low), message, value_at_stake [money; nan where none can be
        put on it], rows (of the impact map), why, what_to_do.
    rows : list of list of int
        For each finding, the row_id of the rows it concerns.
    """
    found = [finding for rule in RULES for finding in rule(claim)]
    order = in_order(pd.DataFrame(found, columns=[*COLUMNS, "row_ids"]))
    ids = [each if isinstance(each, list) else [] for each in order["row_ids"]]
    return order[list(COLUMNS)], ids


def in_order(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with the most severe first, and of those the most valuable."""
    keys = findings.assign(
        _severity=findings["severity"].map(_ORDER),
        _size=-pd.to_numeric(findings["value_at_stake"]).fillna(0.0),
    )
    keys = keys.sort_values(["_severity", "_size"], kind="stable")
    return findings.loc[keys.index].reset_index(drop=True)


def _finding(
    rule: str, severity: str, message: str, rows: pd.DataFrame, *, why: str, what_to_do: str
) -> dict:
    stake = rows["present_value"].abs().sum() if len(rows) else float("nan")
    return {
        "rule": rule,
        "severity": severity,
        "message": message,
        "value_at_stake": float(stake),
        "rows": len(rows),
        "why": why,
        "what_to_do": what_to_do,
        "row_ids": rows["row_id"].tolist(),
    }


def adjustment_stated_nowhere(claim: Claim) -> Iterator[dict]:
    """A reduction that neither records, adjustments nor proxies state, so nothing was taken off."""
    counted = claim.rows[claim.rows["counted"]]
    for field in (*SHARES, "drop_off", "duration_years"):
        rows = counted[counted[f"{field}_from"] == NOWHERE]
        if field == "drop_off":
            rows = rows[(rows["duration_years"] > 1) & (rows["value_covers"] == "year")]
        if rows.empty:
            continue
        if field == "duration_years":
            yield _duration_unstated(rows)
            continue
        words = field.replace("_", " ").capitalize()
        yield _finding(
            UNSTATED,
            "high",
            f"{words} is stated nowhere for {_outcomes(rows)}: nothing was taken off.",
            rows,
            why="Leaving a reduction out claims all of a change that would partly have happened "
            "anyway or was partly caused by others.",
            what_to_do=f"State {field} on the records or, with a reason, in the adjustments table; "
            "write 0 where you have grounds for 0.",
        )


def _duration_unstated(rows: pd.DataFrame) -> dict:
    return _finding(
        UNSTATED,
        "medium",
        f"How long they last is stated nowhere for {_outcomes(rows)}: one year was counted.",
        rows,
        why="A change that fades sooner is worth less, and one that lasts is worth more.",
        what_to_do="State duration_years on the records or, with a reason, in the adjustments "
        "table; write 1 where a year is right.",
    )


def no_published_range(claim: Claim) -> Iterator[dict]:
    """Value without a range of its proxy or its quantity, so that it stands fixed in the range."""
    counted = claim.rows[claim.rows["counted"]]
    fixed = counted[counted["present_value_low"].isna() & counted["present_value_high"].isna()]
    if len(fixed):
        yield _finding(
            "no_published_range",
            "medium" if claim.range.missing else "low",
            f"{claim.range.share_without_range:.0%} of the value has no published range and stands "
            "fixed in the range of the total.",
            fixed,
            why="The true range is wider than the one printed.",
            what_to_do="Say so beside the range, or use a proxy set that states low and high.",
        )


def drop_off_not_taken(claim: Claim) -> Iterator[dict]:
    """Drop-off that records state and that cannot be taken, because of what the value covers."""
    counted = claim.rows[claim.rows["counted"]]
    rows = counted[counted["drop_off_ignored"].astype(bool)]
    if len(rows):
        yield _finding(
            "drop_off_not_taken",
            "low",
            f"Records state a drop-off for {_outcomes(rows)}, whose values cover one use or the "
            "whole duration: none was taken.",
            rows,
            why="Such a value counts once, so there is no later year to take drop-off in.",
            what_to_do="Leave drop_off blank there, or use a proxy whose value is for a year.",
        )


def not_priced(claim: Claim) -> Iterator[dict]:
    """Outcomes kept whole: counted and told, not priced."""
    rows = claim.rows[claim.rows["proxy_id"].isna()]
    if len(rows):
        yield _finding(
            "not_priced",
            "low",
            f"{_count(rows['outcome'].fillna('(unnamed)').nunique(), 'outcome')} counted and not "
            "priced.",
            rows.iloc[0:0],
            why="The total leaves them out; they are no less real.",
            what_to_do="Report them beside the money.",
        )


def outside_perspective(claim: Claim) -> Iterator[dict]:
    """Priced outcomes that the perspective leaves out."""
    priced = claim.rows[claim.rows["proxy_id"].notna()]
    for reason, rows in priced[~priced["counted"]].groupby("not_counted_because"):
        yield _finding(
            "outside_perspective",
            "low",
            f"{_outcomes(rows)} left out of the {claim.assumptions.perspective} view: {reason}.",
            rows,
            why="Money that only changes hands is no gain to the public as a whole.",
            what_to_do="Nothing, if the perspective is the one your reader needs.",
        )


def source_missing(claim: Claim) -> Iterator[dict]:
    """Value that rests on a proxy whose set does not say who published it."""
    counted = claim.rows[claim.rows["counted"] & claim.rows["proxy_id"].notna()]
    rows = counted[~counted["source_id"].isin(claim.sources)]
    if len(rows):
        yield _finding(
            "source_missing",
            "high",
            "Some values name no source: "
            f"{', '.join(sorted(rows['proxy_id'].astype(str).unique())[:5])}.",
            rows,
            why="A value that nobody is known to have published cannot be audited.",
            what_to_do="Give each proxy a source_id, and each source a row in sources.csv.",
        )


def superseded_proxy(claim: Claim) -> Iterator[dict]:
    """Value that rests on a proxy its publisher has replaced."""
    counted = claim.rows[claim.rows["counted"]]
    rows = counted[counted["superseded_by"].notna()]
    if len(rows):
        yield _finding(
            "superseded_proxy",
            "medium",
            f"Superseded proxies are in use ({rows['proxy_id'].nunique()}): "
            f"{', '.join(sorted(rows['proxy_id'].unique())[:5])}.",
            rows,
            why="A newer figure exists and may differ.",
            what_to_do="Use the newer figure, or say why the older one is right here.",
        )


def forecast_prices(claim: Claim) -> Iterator[dict]:
    """Value re-priced with a deflator that is a forecast, or with real income held."""
    counted = claim.rows[claim.rows["counted"]]
    guessed = counted[counted["forecast_prices"].astype(bool)]
    if len(guessed):
        yield _finding(
            "forecast_prices",
            "low",
            "Some values are re-priced with a forecast deflator.",
            guessed,
            why="The figure will move when the outturn is published.",
            what_to_do="Choose a price year with an outturn, or update when it is out.",
        )
    held = counted[counted["income_held"].astype(bool)]
    if len(held):
        yield _finding(
            "real_income_held",
            "low",
            "Growth in real income per head after the last year of data is taken as zero.",
            held,
            why="Wellbeing and health values grow with real income.",
            what_to_do="Say so, or use a newer release of the series.",
        )


def protection_not_applied(claim: Claim) -> Iterator[dict]:
    """Rows with neither person_id nor people: small groups among them cannot be seen."""
    rows = claim.rows[claim.rows["people"].isna()]
    if len(rows):
        yield _finding(
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
        yield _finding(
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
        yield _finding(
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


def costs_missing_from_inputs(claim: Claim) -> Iterator[dict]:
    """Costs and volunteer hours that activities state and inputs do not show."""
    activities, inputs = claim.activities, claim.inputs
    if activities.empty:
        return
    cost, amount = activities["cost"].sum(), inputs["amount"].sum() if len(inputs) else 0.0
    if cost > amount:
        yield {
            "rule": "costs_missing_from_inputs",
            "severity": "medium",
            "message": "The activities state more cost than the inputs show.",
            "value_at_stake": float(cost - amount),
            "rows": int(activities["cost"].notna().sum()),
            "why": "Only the inputs feed the ratio, which is then too high.",
            "what_to_do": "Add what is missing to the inputs, or correct the activities.",
        }
    types = set(inputs["input_type"].dropna()) if len(inputs) else set()
    if activities["volunteer_hours"].sum() > 0 and "volunteer_time" not in types:
        yield {
            "rule": "volunteer_time_missing_from_inputs",
            "severity": "medium",
            "message": "The activities state volunteer hours and no input is volunteer_time.",
            "value_at_stake": float("nan"),
            "rows": int((activities["volunteer_hours"] > 0).sum()),
            "why": "Time given is a cost of the change, whoever bears it.",
            "what_to_do": "Add an input of type volunteer_time with hours and rate.",
        }


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s are' if number != 1 else ' is'}"


def _outcomes(rows: pd.DataFrame) -> str:
    names = list(dict.fromkeys(rows["outcome"].fillna(rows["proxy_id"]).astype(str)))
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


RULES = (
    adjustment_stated_nowhere,
    no_published_range,
    drop_off_not_taken,
    not_priced,
    outside_perspective,
    source_missing,
    superseded_proxy,
    forecast_prices,
    protection_not_applied,
    no_ratio,
    inputs_for_all_projects,
    costs_missing_from_inputs,
)
