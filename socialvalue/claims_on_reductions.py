"""What would an assessor challenge in what was taken off, and in how long value was counted?"""

from collections.abc import Iterator

from socialvalue.adjustments import IN_PROXY, NOWHERE, RECORD
from socialvalue.findings import MOST, Claim, finding, names_of, size_of

COUNTERFACTUAL = ("comparison_group", "trial")
"""Grades of evidence in which what would have happened anyway is measured and taken off."""
NOTHING = 0.005
"""Share below which nothing is taken off: it rounds to 0%, and moves no figure that is printed. A
deadweight of 0.001 is a nought that somebody had to type as something else. [share]"""
_JOBS = "employment_of_person"


def zero_taken_off(claim: Claim) -> Iterator[dict]:
    """Deadweight or attribution to others stated, as next to nothing, on most of the value."""
    gains = claim.counted[~claim.counted["is_harm"].astype(bool)]
    for field, why in (
        ("deadweight", "Some of nearly every change would have happened anyway."),
        ("attribution_to_others", "Few changes are the work of one organisation alone."),
    ):
        origin = gains[f"{field}_from"]
        rows = gains[(gains[field] < NOTHING) & ~origin.isin([NOWHERE, IN_PROXY])]
        if field == "deadweight":
            rows = rows[~rows["evidence"].isin(COUNTERFACTUAL)]
        if claim.share(size_of(rows)) <= MOST:
            continue
        without_reason = size_of(rows[rows[f"{field}_from"] == RECORD]) > MOST * size_of(rows)
        words = field.replace("_", " ").capitalize()
        yield finding(
            "zero_taken_off",
            "high" if without_reason else "medium",
            f"{words} is stated as less than half a percent on "
            f"{claim.share(size_of(rows)):.0%} of the value"
            + (", mostly on records, where no reason is given." if without_reason else "."),
            rows,
            why=f"{why} The headline is then gross value, and reads as if it were net.",
            what_to_do=f"Ask those who changed, or take a published figure, and state {field}; "
            "where 0 is right, state it in the adjustments table, with the reason.",
        )


def jobs_without_displacement(claim: Claim) -> Iterator[dict]:
    """Paid work valued with a displacement that is stated as 0."""
    rows = claim.counted
    jobs = (rows["overlap_group"] == _JOBS) | (rows["unit"] == "job")
    origin = rows["displacement_from"]
    rows = rows[
        jobs.fillna(False).astype(bool)
        & (rows["displacement"] == 0)
        & ~origin.isin([NOWHERE, IN_PROXY])
        & (rows["present_value"] > 0)
    ]
    if len(rows):
        yield finding(
            "jobs_without_displacement",
            "medium",
            f"Displacement is stated as 0 for {names_of(rows)}, which values paid work.",
            rows,
            why="A job that one person takes is often one that another would have had.",
            what_to_do="State displacement, or the reason for 0 in the adjustments table.",
        )
