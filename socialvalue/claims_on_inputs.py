"""What would an assessor challenge in what was put in: is all of it in the ratio?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.findings import Claim, by_share_of_inputs, first_three
from socialvalue.totals import inputs_of_projects

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
    cost = activities.groupby("project", dropna=False)["cost"].sum()
    amount = paid.groupby("project", dropna=False)["amount"].sum()
    short = shortfalls(cost.astype(float), amount.astype(float))
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
