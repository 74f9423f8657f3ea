"""What would an assessor challenge in what was put in: is all of it in the ratio?"""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from socialvalue.findings import MOST, Claim, by_share_of_inputs, first_three
from socialvalue.totals import inputs_of_projects
from socialvalue.years import parse_year

UK_YEAR_STARTS = 4
"""Month in which a year of prices that is written 2024-25 starts, as in the deflators."""
PENNY = 0.005
"""Less than half a penny is rounding. [money]"""


def inputs_outside_ratio(claim: Claim) -> Iterator[dict]:
    """Inputs of projects without outcomes, which the ratio leaves out."""
    inputs = claim.inputs
    left_out = inputs[~inputs_of_projects(claim.rows, inputs)]
    stake = float(left_out["present_value"].sum())
    # Where there is no ratio, that is a finding of its own.
    if claim.ratio_missing or stake < PENNY:
        return
    yield {
        "rule": "inputs_outside_ratio",
        "severity": by_share_of_inputs(claim, stake),
        "message": "The ratio leaves out inputs of projects that have no outcomes: "
        f"{first_three(left_out['project'])}.",
        "value_at_stake": stake,
        "rows": len(left_out),
        "why": "What was put in and is compared with nothing makes the ratio too high, if it "
        "served the outcomes of other projects.",
        "what_to_do": "Record the outcomes of those projects. Name the project that a cost served, "
        "or leave the project of shared costs blank: they then count for all projects.",
    }


def costs_missing_from_inputs(claim: Claim) -> Iterator[dict]:
    """Costs that activities state and the inputs of their projects do not show."""
    activities, inputs = claim.tables["activities"], claim.inputs
    # Time that is given is no part of what an activity cost in money.
    paid = inputs[inputs["input_type"] != "volunteer_time"]
    amount = paid.groupby("project", dropna=False)["amount"].sum()
    short = shortfalls(stated_by_activities(claim, "cost"), amount.astype(float))
    missing = float(short.sum())
    if missing <= PENNY:
        return
    projects = first_three(short.index[short > PENNY].to_series())
    yield {
        "rule": "costs_missing_from_inputs",
        "severity": by_share_of_inputs(claim, missing),
        "message": "The activities state more cost than the inputs of their projects show"
        + (f": {projects}." if projects else "."),
        "value_at_stake": missing,
        "rows": int(activities["cost"].notna().sum()),
        "why": "Only the inputs feed the ratio, which is then too high.",
        "what_to_do": "Add what is missing to the inputs of the project it served, or correct the "
        "activities.",
    }


def stated_by_activities(claim: Claim, column: str) -> pd.Series:
    """Costs or hours that activities state, by project; of projects without outcomes under none.

    What those cost is outside the ratio; it need only be somewhere among the inputs.
    """
    activities = claim.tables["activities"]
    with_outcomes = activities["project"].isin(set(claim.rows["project"].dropna()))
    project = activities["project"].astype(object).where(with_outcomes, None)
    return activities[column].astype(float).groupby(project, dropna=False).sum()


def shortfalls(stated: pd.Series, shown: pd.Series) -> pd.Series:
    """What the activities of each project state and its inputs do not show.

    Inputs that name no project serve all of them. What activities of no project state may be in the
    inputs of any project.

    Parameters
    ----------
    stated, shown : Series
        Of activities and of inputs, by project; those of no project under a null.

    Returns
    -------
    Series
        By project, those of no project under a null; nought where nothing is missing.
    """
    shared, stray = (float(each[each.index.isna()].sum()) for each in (shown, stated))
    of_projects = stated[stated.index.notna()]
    own = shown[shown.index.notna()]
    short = (of_projects - own.reindex(of_projects.index).fillna(0.0)).clip(lower=0.0)
    spare = float((own - of_projects.reindex(own.index).fillna(0.0)).clip(lower=0.0).sum())
    whole = pd.concat([short, pd.Series({None: max(0.0, stray - spare)}, dtype="float64")])
    # What serves all projects covers as much of every shortfall.
    left = max(0.0, float(whole.sum()) - shared)
    return whole * (left / whole.sum()) if left else whole * 0.0


def inputs_dated_ahead(claim: Claim) -> Iterator[dict]:
    """Inputs that are dated after the day of the assessment."""
    dates = pd.to_datetime(claim.tables["inputs"]["date"])
    ahead = claim.inputs[(dates > pd.Timestamp(claim.day)).to_numpy(bool)]
    if ahead.empty:
        return
    yield {
        "rule": "inputs_dated_ahead",
        "severity": "high" if _share_of_inputs(claim, ahead) > MOST else "medium",
        "message": f"{_share_of_inputs(claim, ahead):.0%} of the inputs are dated after the day of "
        f"the assessment ({claim.day.isoformat()}): a budget, and not yet a cost.",
        "value_at_stake": float(ahead["present_value"].sum()),
        "rows": len(ahead),
        "why": "What is paid later is discounted more, so that a date put ahead makes the ratio "
        "higher; and what will be paid nobody knows yet.",
        "what_to_do": "Date each input by the day on which it was put in; where it lies ahead, "
        "call the result a forecast.",
    }


def inputs_at_later_prices(claim: Claim) -> Iterator[dict]:
    """Inputs whose prices are said to be those of a later year than they were put in."""
    stated = claim.tables["inputs"]
    settled = stated["already_present_value"].fillna(False).astype(bool)
    stated = stated[stated["price_year"].notna() & ~settled]
    # Without re-pricing the year of the prices moves nothing.
    if stated.empty or not claim.assumptions.uprate:
        return
    after_date = [_begins_after(*each) for each in stated[["price_year", "date"]].to_numpy()]
    to_come = [_begins_after(year, claim.day) for year in stated["price_year"]]
    later = pd.Series(after_date, index=stated.index)
    coming = pd.Series(to_come, index=stated.index) & later
    for part, words in (
        (coming, "prices of a year that has not begun"),
        (later & ~coming, "prices of a later year than they were put in"),
    ):
        rows = claim.inputs.loc[part.index[part]]
        if rows.empty:
            continue
        stake = float(rows["present_value"].sum())
        much = _share_of_inputs(claim, rows) > MOST
        yield {
            "rule": "inputs_at_later_prices",
            "severity": by_share_of_inputs(claim, stake)
            if part is coming
            else ("medium" if much else "low"),
            "message": f"{_share_of_inputs(claim, rows):.0%} of the inputs are stated at {words}.",
            "value_at_stake": stake,
            "rows": len(rows),
            "why": "Re-priced from a later year to the price year of the result, a cost becomes "
            "smaller; money that was paid has the prices of its own year.",
            "what_to_do": "Leave price_year blank where the amount is what was paid; where it was "
            "restated at later prices, accept this finding and say how.",
        }


def _share_of_inputs(claim: Claim, rows: pd.DataFrame) -> float:
    spent = float(claim.inputs["present_value"].sum())
    return float(rows["present_value"].sum()) / spent if spent > 0 else 0.0


def _begins_after(label: str, day: date) -> bool:
    """Whether a year of prices begins after the year in which a day lies."""
    year = parse_year(label)
    before = year.financial and day.month < UK_YEAR_STARTS
    return year.start > day.year - before
