"""Was it worth its cost, to whom? Cases, rates of return and unit costs by hand."""

import numpy as np
import pandas as pd
import pytest

from socialvalue.cost_benefit import internal_rate

SAVING = {"proxy_id": "bed", "value_type": "fiscal", "payer": "NHS", "unit_value": 50.0}
BENEFIT = {
    "proxy_id": "benefit",
    "value_type": "fiscal",
    "payer": "DWP",
    "transfer": "yes",
    "unit_value": 20.0,
}
LIFE = {"payer": "individual"}


@pytest.fixture
def three(proxy_set):
    return proxy_set(LIFE, SAVING, BENEFIT)


@pytest.fixture
def spent():
    row = {"input_id": "i1", "amount": 600, "date": "2024-05-01", "input_type": "cash"}
    return pd.DataFrame([row])


def records():
    # 10 x 100 wellbeing, 10 x 50 saved by the NHS, 10 x 20 of benefits not paid.
    return [
        {"stakeholder_group": "all"},
        {"proxy_id": "bed", "outcome": "Fewer nights"},
        {"proxy_id": "benefit", "outcome": "Off benefits"},
    ]


@pytest.mark.parametrize("perspective", ["public", "fiscal"])
def test_the_two_cases_are_the_same_from_either_view(assess, three, spent, perspective):
    settings = {"perspective": perspective}
    result = assess(*records(), proxies=three, inputs=spent, assumptions=settings)
    whole = result.cases().query("value_type.isna()").set_index("case")
    # Public: 1000 + 500, the transfer left out. Fiscal: 500 + 200, the transfer in.
    assert whole["present_value"].to_dict() == {"public value": 1500, "fiscal": 700}
    assert whole["benefit_cost_ratio"].to_dict() == pytest.approx(
        {"public value": 2.5, "fiscal": 700 / 600}
    )
    assert whole["net_present_value"].to_dict() == {"public value": 900, "fiscal": 100}
    used = "public value" if perspective == "public" else "fiscal"
    assert whole.loc[used, "present_value"] == result.totals["present_value"]


def test_the_parts_of_a_case_add_up_to_it(assess, three, spent):
    table = assess(*records(), proxies=three, inputs=spent).cases()
    parts = table[table["value_type"].notna()]
    found = parts.set_index(["case", "value_type", "payer"])["present_value"].to_dict()
    assert found == {
        ("public value", "wellbeing", "individual"): 1000,
        ("public value", "fiscal", "NHS"): 500,
        ("fiscal", "fiscal", "NHS"): 500,
        ("fiscal", "fiscal", "DWP"): 200,
    }


def test_without_inputs_a_case_has_its_value_and_a_reason(assess, three):
    whole = assess(*records(), proxies=three).cases().query("value_type.isna()")
    assert whole["present_value"].tolist() == [1500, 700]
    assert whole["benefit_cost_ratio"].isna().all()
    assert (whole["reason_missing"] == "no inputs were recorded").all()


def test_the_rate_of_return_is_of_the_undiscounted_flow(assess):
    # 1000 put in at once gives 600 in each of the two years after: 600/x + 600/x^2 = 1000, so
    # x = 0.3 + sqrt(0.09 + 0.6) = 1.130662. The discount rate plays no part.
    change = {"quantity": 6, "starts": 1, "duration_years": 2}
    cost = {"input_id": "i", "amount": 1000, "date": "2024-05-01", "input_type": "cash"}
    result = assess(change, inputs=pd.DataFrame([cost]), assumptions={"discount_rate": 0.2})
    rate = result.cases()["internal_rate_of_return"].iloc[0]
    assert rate == pytest.approx(0.3 + np.sqrt(0.69) - 1)


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        ([100, 50], "never turns from cost to gain"),
        ([-100, -50], "never turns from cost to gain"),
        ([-100, 300, -150], "turns more than once"),
        ([0, 0], "never turns from cost to gain"),
    ],
)
def test_no_rate_of_return_says_why(flow, why):
    rate, reason = internal_rate(np.array(flow, dtype=float))
    assert np.isnan(rate)
    assert why in reason


def test_what_one_outcome_cost(assess, three, spent):
    done = records()
    # 10 nights less half that would have happened anyway; worth 5 x 50 / 1.25 when a year later.
    done[1] |= {"deadweight": 0.5, "starts": 1}
    people = [{"people": 4}, {"people": 2}, {}]
    rows = [{**each, **more} for each, more in zip(done, people, strict=True)]
    result = assess(*rows, proxies=three, inputs=spent, assumptions={"discount_rate": 0.25})
    table = result.cost_effectiveness().set_index("what")
    nights = table.loc["Fewer nights"]
    assert (nights["quantity"], nights["quantity_left"]) == (10, 5)
    assert nights["present_quantity"] == pytest.approx(4)
    assert nights["cost_per_unit"] == pytest.approx(600 / 5)
    assert nights["cost_per_present_unit"] == pytest.approx(600 / 4)
    # All three are in persons: 10 + 5 + 10.
    assert table.loc["all outcomes in person", "cost_per_unit"] == pytest.approx(600 / 25)


def test_cost_per_person_counts_people_once(assess, spent):
    people = [{"person_id": name} for name in ("a", "a", "b")]
    table = assess(*people, inputs=spent).cost_effectiveness().set_index("what")
    assert table.loc["a person reached", "cost_per_unit"] == pytest.approx(600 / 2)


def test_unit_costs_without_inputs_or_people_say_why(assess, spent):
    assert set(assess({}).cost_effectiveness()["reason_missing"]) == {"no inputs to divide"}
    table = assess({}, inputs=spent).cost_effectiveness().set_index("what")
    assert table.loc["a person reached", "reason_missing"] == "people were not counted"


def test_harms_are_no_outcome_to_divide_cost_by(assess, spent):
    table = assess({}, {"outcome": "Hurt", "quantity": -2}, inputs=spent).cost_effectiveness()
    assert "Hurt" not in set(table["what"])


def test_a_published_fiscal_case_does_not_give_a_small_group_away(assess, three, spent):
    # Two people are behind the only fiscal row, merged with wellbeing: the case would be theirs.
    many = [{"person_id": f"p{i}"} for i in range(8)]
    few = [{"proxy_id": "bed", "person_id": f"p{i}", "outcome": "Nights"} for i in range(2)]
    result = assess(*many, *few, proxies=three, inputs=spent)
    whole = result.for_output().cases().query("value_type.isna()").set_index("case")
    assert whole.loc["public value", "present_value"] == result.totals["present_value"]
    assert pd.isna(whole.loc["fiscal", "present_value"])
    assert "merged" in whole.loc["fiscal", "reason_missing"]
    internal = result.cases().query("value_type.isna()").set_index("case")
    assert internal.loc["fiscal", "present_value"] == 1000


def test_people_of_merged_groups_are_among_all_the_people(assess, three, spent):
    # Two with nights saved are too few to show: merged with the eight calmer, nine fitter are left.
    groups = [({}, 8), ({"proxy_id": "bed", "outcome": "Nights"}, 2), ({"outcome": "Fitter"}, 9)]
    records = [
        {"outcome": "Calmer", **each, "person_id": f"{i} of {count}"}
        for each, count in groups
        for i in range(count)
    ]
    result = assess(*records, proxies=three, inputs=spent).for_output()
    table = result.cost_effectiveness().set_index("what")
    assert list(table.index) == ["a person reached", "Fitter"]
    assert table.loc["a person reached", "quantity"] == 8 + 2 + 9
    assert pd.isna(table.loc["a person reached", "reason_missing"])
    merged = "small groups that were merged are not in it"
    assert table.loc["Fitter", "reason_missing"] == merged


def inputs_of(**projects):
    rows = [
        {"input_id": name, "project": name, "amount": amount, "date": "2024-05-01"}
        for name, amount in projects.items()
    ]
    return pd.DataFrame(rows).assign(input_type="cash")


def test_cost_is_divided_by_outcomes_of_projects_with_inputs_alone(assess):
    records = {"project": "a", "people": 4}, {"project": "b", "outcome": "Far", "quantity": 90}
    table = assess(*records, inputs=inputs_of(a=600)).cost_effectiveness().set_index("what")
    assert table.loc["Calmer", "cost_per_unit"] == pytest.approx(60)
    assert table.loc["Far", "reason_missing"] == "its project has no inputs"
    assert pd.isna(table.loc["a person reached", "cost_per_unit"])


def test_an_outcome_without_a_unit_is_named_with_the_reason(assess, spent):
    bare = {"proxy_id": None, "outcome": "Braver"}
    table = assess({}, bare, inputs=spent).cost_effectiveness().set_index("what")
    assert table.loc["Braver", "reason_missing"] == "no unit was recorded"
    assert pd.isna(table.loc["Calmer", "reason_missing"])


def test_a_cost_over_the_years_that_is_not_known_says_why(assess, spent):
    half = {"proxy_id": None, "unit": "person"}
    table = assess({}, half, inputs=spent).cost_effectiveness().set_index("what")
    assert table.loc["Calmer", "cost_per_unit"] == pytest.approx(600 / 20)
    assert table.loc["Calmer", "reason_missing"] == "over its years: not all of it is priced"


def test_an_outcome_without_any_price_is_not_called_priced_in_part(assess, spent):
    bare = [{"proxy_id": None, "unit": "meal", "outcome": name} for name in ("Fed", "Warm")]
    partly = [{"outcome": "Fit"}, {"outcome": "Fit", "proxy_id": None, "unit": "person"}]
    table = assess({}, *bare, *partly, inputs=spent).cost_effectiveness().set_index("what")
    none, part = "it is not priced", "over its years: not all of it is priced"
    assert table["reason_missing"].dropna().to_dict() == {
        "a person reached": "people were not counted",
        "Fed": none,
        "Warm": none,
        "Fit": part,
        "all outcomes in meal": none,
        "all outcomes in person": part,
    }
    # What one meal of the 20 cost is known all the same.
    assert table.loc["all outcomes in meal", "cost_per_unit"] == pytest.approx(600 / 20)


def test_nothing_left_is_said_of_an_outcome_without_a_price_too(assess, spent):
    bare = {"proxy_id": None, "unit": "meal", "deadweight": 1}
    table = assess(bare, inputs=spent).cost_effectiveness().set_index("what")
    assert table.loc["Calmer", "reason_missing"] == "nothing is left after the reductions"


@pytest.mark.parametrize(
    ("records", "settings", "why"),
    [
        ([{"proxy_id": None}], {}, "no outcome of this case was priced"),
        ([{"date": "2027-05-01"}], {"horizon_years": 1}, "none of it falls in the years counted"),
        (
            [{"project": "a", "proxy_id": None}, {"project": "b"}],
            {},
            "no project has both",
        ),
    ],
)
def test_a_case_has_no_ratio_where_the_total_has_none(assess, records, settings, why):
    inputs = inputs_of(a=600) if len(records) > 1 else inputs_of(a=600).assign(project=None)
    whole = assess(*records, inputs=inputs, assumptions=settings).cases()
    public = whole.query("case == 'public value' and value_type.isna()").iloc[0]
    assert pd.isna([public["benefit_cost_ratio"], public["net_present_value"]]).all()
    assert public["reason_missing"] == why
    fiscal = whole.query("case == 'fiscal'").iloc[0]
    assert pd.isna(fiscal["benefit_cost_ratio"])
    assert fiscal["reason_missing"] == "no outcome of this case was priced"
