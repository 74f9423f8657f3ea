"""What would an assessor challenge in the hours that volunteers give: on which side are they?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from socialvalue.claims_on_inputs import shortfalls, stated_by_activities
from socialvalue.counted_twice import HOUR_UNIT, VOLUNTEER_UNIT, volunteer_hours
from socialvalue.findings import (
    Claim,
    by_share_of_inputs,
    by_stake,
    finding,
    first_three,
    size_of,
)
from socialvalue.joined_columns import with_projects

HOURS_MAY_DIFFER = 0.1
"""Share of the hours by which inputs may fall short of what else is said of them.

A choice: hours are written down to the half hour, which on a session of two and a half hours is up
to a tenth (a quarter of an hour off). More is no rounding.
"""
LEAST_FOR_AN_HOUR = 1.0
"""An hour counts as put in where it is put in for this much at least: less than one unit of money
for an hour is a token, whatever the currency. [money per hour]"""


def hours_put_in(claim: Claim) -> pd.DataFrame:
    """Volunteers' time among the inputs: project, hours that count as put in, amount [money].

    Where an input states an amount and no hours, it stands for as many as it could pay at least.
    """
    inputs = with_projects(claim.tables["inputs"], claim.tables["activities"])
    given = inputs[inputs["input_type"] == "volunteer_time"]
    stated = given["hours"].astype(float)
    amount = given["amount"].astype(float).fillna(stated * given["rate"].astype(float))
    hours = np.minimum(stated.fillna(np.inf), amount / LEAST_FOR_AN_HOUR)
    return pd.DataFrame(
        {"project": given["project"], "stated": stated, "hours": hours, "amount": amount}
    )


def _missing(stated: pd.Series, put_in: pd.DataFrame) -> float:
    """Hours by project that the inputs lack; nought where they lack no more than they may."""
    shown = put_in.groupby("project", dropna=False)["hours"].sum()
    missing = float(shortfalls(stated.astype(float), shown.astype(float)).sum())
    return missing if missing > HOURS_MAY_DIFFER * float(stated.sum()) else 0.0


def volunteer_time_missing_from_inputs(claim: Claim) -> Iterator[dict]:
    """Hours of volunteers that activities state and the inputs of their projects do not show."""
    activities, put_in = claim.tables["activities"], hours_put_in(claim)
    stated = stated_by_activities(claim, "volunteer_hours")
    missing = _missing(stated, put_in)
    if not missing:
        return
    with_hours = put_in.dropna(subset=["stated"])
    with_hours = with_hours[with_hours["hours"] == with_hours["stated"]]
    hours = float(with_hours["hours"].sum())
    stake = missing * float(with_hours["amount"].sum()) / hours if hours else float("nan")
    shown = 1 - missing / float(stated.sum())
    yield {
        "rule": "volunteer_time_missing_from_inputs",
        # Where no rate is known, nobody can say how much that is.
        "severity": by_share_of_inputs(claim, stake) if hours else "medium",
        "message": f"The inputs show {shown:.0%} of the volunteer hours that the activities state."
        if len(put_in)
        else "The activities state volunteer hours and no input is volunteer_time.",
        "value_at_stake": stake,
        "rows": int((activities["volunteer_hours"] > 0).sum()),
        "why": "Time given is a cost of the change, whoever bears it.",
        "what_to_do": "Add inputs of type volunteer_time with hours and rate, as many hours as the "
        "activities of each project took; or correct the activities.",
    }


def volunteer_hours_and_inputs(claim: Claim) -> Iterator[dict]:
    """Hours of volunteers as an outcome: missing from the inputs, or among them as well."""
    hours = volunteer_hours(claim.rows)
    hours = hours[hours["present_value"] > 0]
    if hours.empty:
        return
    put_in = hours_put_in(claim)
    # What is not counted in hours can only be looked for.
    counted = hours[hours["unit"].isin([VOLUNTEER_UNIT, HOUR_UNIT])]
    valued = counted.groupby("project", dropna=False)["quantity"].sum()
    missing = _missing(valued, put_in) / float(valued.sum()) if len(valued) else 0.0
    missing = missing if len(put_in) else 1.0
    names = first_three(hours["proxy_id"])
    if not missing:
        yield finding(
            "volunteer_hours_on_both_sides",
            "low",
            f"Hours of volunteers are an outcome and an input: {names}.",
            hours,
            why="What it costs to give an hour is not what the hour achieves; on both sides it "
            "draws the ratio towards 1.",
            what_to_do="Keep the hours among the inputs, and value what they achieved.",
        )
        return
    yield finding(
        "volunteer_hours_one_sided",
        by_stake(claim, missing * size_of(hours)),
        f"Hours of volunteers are an outcome, and the inputs show fewer hours: {names}."
        if len(put_in)
        else f"Hours of volunteers are an outcome and no input is volunteer_time: {names}.",
        hours,
        why="Time that is given is a cost of the change; as an outcome alone it is a gain for "
        "nothing, and the ratio is too high.",
        what_to_do="Add the hours to the inputs with hours and rate, and value what they achieved.",
    )
