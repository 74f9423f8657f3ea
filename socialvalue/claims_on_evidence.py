"""What would an assessor challenge in how it is known?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.findings import MATERIAL, MOST, Claim, finding, first_three, names_of, size_of
from socialvalue.records_behind import FEW_ANSWERS

WEAK = ("self_report", "testimony", "estimate")
"""Grades of evidence that rest on what somebody says or supposes, without a measured change."""
TOO_MANY_LOST = 0.2
"""Share of people lost to follow-up from which a result is in doubt (Sackett and others 1997,
Evidence-based Medicine: more than 20%)."""


def one_proxy_carries_most(claim: Claim) -> Iterator[dict]:
    """One proxy that carries more than half of the value."""
    sizes = claim.counted["present_value"].abs().groupby(claim.counted["proxy_id"]).sum()
    for proxy, size in sizes.items():
        if claim.share(size) > MOST:
            rows = claim.counted[claim.counted["proxy_id"] == proxy]
            yield finding(
                "one_proxy_carries_most",
                "medium",
                f"{claim.share(size):.0%} of the value rests on one proxy: {proxy}.",
                rows,
                why="If that one figure is wrong or does not fit, the headline falls with it.",
                what_to_do="Say so beside the headline, give its range, and check that it fits "
                "these people and this change.",
            )


def weak_evidence_carries_most(claim: Claim) -> Iterator[dict]:
    """Self-report, testimony and estimates that carry more than half of the value."""
    rows = claim.counted[claim.counted["evidence"].isin(WEAK)]
    if claim.share(size_of(rows)) > MOST:
        grades = first_three(rows["evidence"].str.replace("_", " "))
        yield finding(
            "weak_evidence_carries_most",
            "medium",
            f"{claim.share(size_of(rows)):.0%} of the value rests on {grades} alone.",
            rows,
            why="What is said once, afterwards, is not a change that was measured.",
            what_to_do="Ask before and after, compare with people who took no part, or use records "
            "of a third party; until then say so beside the headline.",
        )


def evidence_not_stated(claim: Claim) -> Iterator[dict]:
    """More than half of the value without a grade of evidence."""
    rows = claim.counted[claim.counted["evidence"].isna()]
    if claim.share(size_of(rows)) > MOST:
        yield finding(
            "evidence_not_stated",
            "medium",
            f"{claim.share(size_of(rows)):.0%} of the value does not say how it is known.",
            rows,
            why="A reader cannot tell a measured change from a supposed one.",
            what_to_do="Record evidence: self_report, before_after, comparison_group, trial, "
            "admin_record, testimony or estimate.",
        )


def small_sample(claim: Claim) -> Iterator[dict]:
    """Value that rests on few people asked: stated on records, or pairs of a survey."""
    stated = claim.answers.samples
    few = stated[stated["value"].abs() > 0]
    stake = float(few["value"].abs().sum())
    if claim.share(stake) >= MATERIAL:
        rows = claim.counted[claim.counted["row_id"].isin(few["row_id"])]
        yield _small(claim, rows, stake, f"Samples of fewer than {FEW_ANSWERS} people")
    pairs = claim.survey_change["pairs"] if len(claim.survey_change) else pd.Series(dtype=float)
    measured = claim.counted[
        (claim.counted["evidence"] == "before_after")
        & ~claim.counted["row_id"].isin(stated["row_id"])
    ]
    if len(pairs) and pairs.max() < FEW_ANSWERS and claim.share(size_of(measured)) >= MATERIAL:
        what = f"Surveys with fewer than {FEW_ANSWERS} pairs of answers"
        yield _small(claim, measured, size_of(measured), what)


def _small(claim: Claim, rows: pd.DataFrame, stake: float, what: str) -> dict:
    share = claim.share(stake)
    return {
        **finding(
            "small_sample",
            "medium" if share > MOST else "low",
            f"{what} carry {share:.0%} of the value: {names_of(rows)}.",
            rows,
            why="With so few answers chance alone moves the mean a long way.",
            what_to_do="Give the interval (quantity_low and quantity_high), ask more people, or "
            "say so beside the figure.",
        ),
        "value_at_stake": stake,
    }


def answers_lost(claim: Claim) -> Iterator[dict]:
    """Surveys in which many who answered before did not answer after."""
    change = claim.survey_change
    if change.empty:
        return
    lost = change[change["missing_pair_rate"] > TOO_MANY_LOST]
    rows = claim.counted[claim.counted["evidence"] == "before_after"]
    if len(lost) and len(rows):
        worst = lost["missing_pair_rate"].max()
        yield finding(
            "answers_lost",
            "medium" if claim.share(size_of(rows)) > MOST else "low",
            f"Up to {worst:.0%} of those asked before or after have no pair of answers "
            f"({first_three(lost['instrument'])}).",
            rows,
            why="Those who stay and answer have often gained more than those who left.",
            what_to_do="Count the change for those who were seen to change, compare who is "
            "missing, and say so beside the figure.",
        )


def not_yet_happened(claim: Claim) -> Iterator[dict]:
    """Outcomes that are dated after the day of the assessment."""
    ahead = claim.answers.ahead
    rows = claim.counted[claim.counted["row_id"].isin(ahead["row_id"])]
    if rows.empty:
        return
    # Of a row of which some records lie ahead, only those are a forecast.
    stake = float(ahead["value"].abs().sum())
    yield {
        **finding(
            "not_yet_happened",
            "high" if claim.share(stake) > MOST else "medium",
            f"Records of {names_of(rows)} are dated after the day of the assessment "
            f"({claim.day.isoformat()}): a forecast.",
            rows,
            why="What is hoped for reads as what was achieved.",
            what_to_do="Call the result a forecast, or leave those records out until they happen.",
        ),
        "value_at_stake": stake,
    }
