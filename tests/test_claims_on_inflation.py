"""Does the audit see the ways in which value can be made to look larger than it is?

As in test_claims: unit values are 100 (`tea`, a wellbeing value of a person and year), nothing is
discounted unless said, and the day of the assessment is 1 June 2025.
"""

import pytest
from test_claims import activities, found, inputs, on_a_fixed_day, one

__all__ = ["on_a_fixed_day"]
WALKS = {"project": "Walks"}


# Inputs that the ratio leaves out


def test_inputs_of_a_project_without_outcomes(assess):
    core = {"project": "Core costs"}
    result = assess(WALKS, inputs=inputs({**WALKS, "amount": 96}, {**core, "amount": 5}))
    finding = one(result, "inputs_outside_ratio")
    # 5 of 101 is less than a twentieth of the inputs.
    assert (finding["value_at_stake"], finding["severity"]) == (5, "medium")
    assert finding["message"].endswith("Core costs.")
    # 10 x 100 over 96, and the 5 are said beside it.
    assert "£10.42 for each £1 put in (no range" in result.headline
    assert "; £5 of inputs left out)" in result.headline
    more = assess(WALKS, inputs=inputs({**WALKS, "amount": 95}, {**core, "amount": 5}))
    assert one(more, "inputs_outside_ratio")["severity"] == "high", "5 of 100"
    for project in (WALKS, {"project": None}):
        inside = assess(WALKS, inputs=inputs(WALKS, project))
        assert found(inside, "inputs_outside_ratio") == []
        assert "left out" not in inside.headline
    told = assess(WALKS, {**core, "proxy_id": None}, inputs=inputs(WALKS, core))
    assert found(told, "inputs_outside_ratio") == [], "its outcomes are told, and its inputs count"
    none = assess(WALKS, inputs=inputs(core))
    assert found(none, "no_ratio") and found(none, "inputs_outside_ratio") == []


def of_projects(**columns):
    return activities(activity_id=["a1", "a2"], project=["Walks", "Choir"], **columns)


def test_costs_are_compared_project_by_project(assess):
    rule = "costs_missing_from_inputs"
    records = ({"activity_id": "a1"}, {"activity_id": "a2"})
    cost = of_projects(cost=[90.0, 80.0])

    def told(*rows):
        return found(assess(*records, activities=cost, inputs=inputs(*rows)), rule)

    walks, choir = {**WALKS, "amount": 1}, {"project": "Choir", "amount": 80}
    elsewhere = {"project": "Elsewhere", "amount": 500}
    [finding] = told(walks, choir, elsewhere)
    assert finding["value_at_stake"] == pytest.approx(90 - 1)
    assert finding["severity"] == "high" and finding["message"].endswith(": Walks.")
    # What serves all projects covers what is missing in any.
    shared = {"project": None, "amount": 89}
    assert told(walks, choir, shared) == []
    [part] = told(walks, choir, {**shared, "amount": 80})
    assert part["value_at_stake"] == pytest.approx(9)
    # 9 of 181 put in is just less than a twentieth of it, 9 of 180 is one.
    assert (
        told(walks, {**choir, "amount": 100}, {**shared, "amount": 80})[0]["severity"] == "medium"
    )
    assert told(walks, {**choir, "amount": 99}, {**shared, "amount": 80})[0]["severity"] == "high"


def test_activities_of_no_project_may_be_paid_from_any(assess):
    cost = activities(activity_id=["a1", "a2"], project=["Walks", None], cost=[50.0, 30.0])
    record = {"activity_id": "a1"}
    for amount, missing in ((80, []), (70, [10])):
        paid = inputs({**WALKS, "amount": amount})
        told = found(assess(record, activities=cost, inputs=paid), "costs_missing_from_inputs")
        assert [each["value_at_stake"] for each in told] == missing
