"""What would an assessor challenge in the WELLBYs: can a life change by so much in a year?"""

from collections.abc import Iterator

from socialvalue.findings import MANY, Claim, by_stake, names_of
from socialvalue.wellbys_of_people import POINTS, QUESTION


def more_wellbys_than_a_life_has(claim: Claim) -> Iterator[dict]:
    """More WELLBYs of a person in a year than life satisfaction has points, or than is likely."""
    found = claim.answers.wellbys
    for impossible in (True, False):
        told = found[(found["impossible_"] == 1) == impossible]
        if told.empty:
            continue
        stake, people = float(told["value"].sum()), float(told["people"].sum())
        ids = set().union(*told["row_ids"])
        rows = claim.rows[claim.rows["row_id"].isin(ids)]
        who = f"{people:,.0f} people" if people >= MANY else "some people"
        limit = POINTS if impossible else QUESTION
        yield {
            "rule": "more_wellbys_than_a_life_has",
            "severity": by_stake(claim, stake) if impossible else "low",
            "message": f"More than {limit:g} WELLBYs in a year are recorded for {who} in "
            f"{names_of(rows)}: "
            + (
                f"life satisfaction has {POINTS:g} points from bottom to top."
                if impossible
                else "from the mean of the UK, about 7.5, nobody can rise by so much."
            ),
            "value_at_stake": stake,
            "rows": len(rows),
            "why": "A WELLBY is one point of life satisfaction for one person and year.",
            "what_to_do": "Record the change of each person in points of the scale from 0 to 10. "
            "Where a record is of several people, say how many in people"
            + ("." if impossible else "; where somebody rose from far down, accept this finding."),
            "row_ids": rows["row_id"].tolist(),
        }
