"""Can few people be worked out from what is published? One attack a test, by hand."""

import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import SettingsError


def people(number, first=0, **change):
    return [{"person_id": f"p{first + i}", **change} for i in range(number)]


@pytest.fixture
def two(proxy_set):
    links = [("tea", "sdg", "3", 1.0), ("cake", "sdg", "3", 1.0)]
    return proxy_set({}, {"proxy_id": "cake", "unit_value": 70.0}, links=links)


def amounts(table, key, measure="present_value"):
    return {None if pd.isna(k) else k: v for k, v in zip(table[key], table[measure], strict=True)}


def spent(**projects):
    rows = [
        {"input_id": name, "project": name, "amount": amount, "date": "2024-05-01"}
        for name, amount in projects.items()
    ]
    return pd.DataFrame(rows).assign(input_type="cash")


def test_row_keys_cannot_be_forged(assess):
    # Joined by a separator alone, these two would be one row of twelve people.
    few = people(3, project="P 3:all", stakeholder_group="z", outcome="y")
    many = people(9, first=20, project="P", stakeholder_group="all", outcome="z 1:y")
    result = assess(*few, *many)
    assert sorted(result.impact_map["people"]) == [3, 9]
    rows = assess(*people(3), *people(3, first=9, evidence="trial")).impact_map
    assert rows["people"].tolist() == [3, 3]


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_rows_with_other_goals_of_their_own_do_not_share_them(assess, proxy_set, share):
    proxies = proxy_set({}, links=[("tea", "sdg", "3", 0.4)])
    links = pd.DataFrame(
        [{"outcome": "Brave", "framework": "sdg", "category": "4", "share": share}]
    )
    records = [*people(9), *people(3, first=20, outcome="Brave")]
    result = assess(*(each | {"quantity": 1} for each in records), proxies=proxies, links=links)
    published = amounts(result.for_output().by("sdg"), "sdg")
    # 9 x 100 x 0.4 would be goal 3's; merged, neither goal's part is shown.
    assert published["merged"] == pytest.approx(1200)
    assert sum(v for v in published.values() if not np.isnan(v)) == pytest.approx(1200)


def test_a_year_in_which_only_a_merged_group_falls_is_not_shown(assess):
    result = assess(*people(9), *people(2, first=40, date="2025-05-01"))
    published = result.for_output()
    assert amounts(published.by("year"), "year") == {"small groups, merged": 11 * 1000}
    assert published.values["t"].isna().all()
    assert published.by("year")["present_value"].sum() == result.totals["present_value"]


def test_the_ratio_does_not_give_away_what_it_leaves_out(assess):
    records = [
        *people(9, project="P"),
        *people(7, first=20, project="Q"),
        *people(2, first=40, project="R"),
    ]
    result = assess(*records, inputs=spent(P=400, Q=400))
    assert result.totals["sroi_ratio"] == pytest.approx(16_000 / 800)
    published = result.for_output()
    hidden = ["sroi_ratio", "net_present_value", "payback_years"]
    assert published.totals[hidden].isna().all()
    assert "too few people" in published.ratio_missing
    whole = published.cases().query("value_type.isna()")
    assert whole["benefit_cost_ratio"].isna().all()
    assert not any("R" in m.split() for m in published.findings["message"])
    # With enough people outside, it is shown.
    enough = assess(*records, *people(3, first=60, project="R"), inputs=spent(P=400, Q=400))
    assert enough.for_output().totals["sroi_ratio"] == pytest.approx(20)


def test_draws_do_not_give_away_what_the_ratio_leaves_out(assess, proxy_set):
    records = [*people(9, project="P"), *people(7, first=20, project="Q")]
    records += people(2, first=40, project="R")
    result = assess(
        *records,
        proxies=proxy_set({"low": 60.0, "high": 160.0}),
        assumptions={"price_year": "2024-25"},
        inputs=spent(P=400, Q=400),
    )
    simulation = result.simulate(160)
    # The ratio's value is 16 of 18 parts: what is left over would be the value of two people.
    assert simulation.probability_value_exceeds_cost == 1
    shown = result.with_range(simulation).for_output().simulation
    assert not {"net_present_value", "sroi_ratio"} & set(shown.draws)
    hidden = shown.totals.set_index("total").loc[["net_present_value", "sroi_ratio"]]
    assert hidden.isna().all(axis=None)
    assert np.isnan(shown.probability_value_exceeds_cost)
    assert "too few people" in repr(shown) and "100%" not in repr(shown)
    # The project of two is in no table, and what it is merged with is drawn together with it.
    parts = shown.by("project")
    assert "R" not in set(parts["project"])
    assert parts["mean"].sum() == pytest.approx(shown.draws["present_value"].mean())


def test_draws_in_a_year_in_which_only_a_merged_group_falls_are_not_shown(assess, proxy_set):
    records = [*people(9), *people(2, first=40, date="2025-05-01")]
    result = assess(
        *records,
        proxies=proxy_set({"low": 60.0, "high": 160.0}),
        assumptions={"price_year": "2024-25"},
    )
    longer = pd.DataFrame([{"field": "duration_years", "low": 1.0, "high": 3.0}])
    simulation = result.simulate(160, spreads=longer)
    # Only the two people's outcomes can last into the last year.
    assert simulation.by("year")["year"].iloc[-1] == "2027-28"
    shown = result.with_range(simulation).for_output().simulation
    assert shown.by("year")["year"].tolist() == ["small groups, merged"]


def test_a_blank_category_is_a_category(assess):
    records = [
        *people(9, age_band="old"),
        *people(7, first=20, age_band="mid"),
        *people(2, first=40, age_band=None),
    ]
    published = assess(*records, breakdowns=["age_band"]).for_output().by("age_band")
    assert amounts(published, "age_band") == {"old": 9000, "small groups, merged": 9000}


def test_a_blank_category_can_be_what_a_small_one_joins(assess):
    records = [*people(2, first=40, age_band="young"), *people(16, age_band=None)]
    published = assess(*records, breakdowns=["age_band"]).for_output().by("age_band")
    assert amounts(published, "age_band") == {"small groups, merged": 18_000}


def test_a_project_less_the_place_inside_it_does_not_show_a_few(assess):
    records = [
        *people(9, project="A", gender="a1"),
        *people(2, first=20, project="A", gender="a2"),
        *people(7, first=40, project="B", gender="b1"),
    ]
    result = assess(*records, breakdowns=["gender"])
    published = amounts(result.for_output().by("gender"), "gender")
    # a2 joins the smallest, b1; then A less a1 would be a2, so a1 joins them too.
    assert published == {"small groups, merged": 18_000}


def test_a_breakdown_inside_another_does_not_show_a_few(assess):
    records = [
        *people(9, gender="x", age_band="x1"),
        *people(3, first=20, gender="x", age_band="x2"),
        *people(9, first=40, gender="y", age_band="y1"),
        *people(9, first=60, gender="z", age_band="z1"),
    ]
    result = assess(*records, breakdowns=["gender", "age_band"])
    published = result.for_output()
    by_age = amounts(published.by("age_band"), "age_band")
    assert "x1" not in by_age
    assert sum(by_age.values()) == 30_000


def test_withheld_rows_show_no_bounds_and_no_stake(assess, proxy_set):
    benefit = {"proxy_id": "benefit", "transfer": "yes", "low": 50.0, "high": 200.0}
    benefit |= {"value_type": "fiscal"}
    result = assess(
        *people(9), *people(2, first=20, proxy_id="benefit"), proxies=proxy_set({}, benefit)
    )
    published = result.for_output()
    row = published.impact_map.query("proxy_id == 'benefit'").iloc[0]
    assert pd.isna([row["quantity"], row["present_value_low"], row["present_value_high"]]).all()
    [stake] = published.findings.query("rule == 'outside_perspective'")["value_at_stake"]
    assert pd.isna(stake)


def test_stakes_and_rows_are_of_the_published_rows(assess):
    # Twelve benefits of 1000, nine of 1000, and one person's harm of 200, merged with the nine.
    result = assess(
        *people(12),
        *people(9, first=20, outcome="Rested"),
        *people(1, first=40, quantity=-2),
    )
    [internal] = result.findings.query("rule == 'no_published_range'").to_dict("records")
    assert (internal["value_at_stake"], internal["rows"]) == (pytest.approx(21_200), 3)
    [told] = result.for_output().findings.query("rule == 'no_published_range'").to_dict("records")
    assert (told["value_at_stake"], told["rows"]) == (pytest.approx(12_000), 1)
    assert "Small groups are left out" in told["message"]


def test_a_merged_row_of_several_values_does_not_say_which(assess, two):
    records = [
        *people(9),
        *people(6, first=20, outcome="Rested"),
        *people(2, first=40, outcome="Fed", proxy_id="cake"),
    ]
    published = assess(*records, proxies=two).for_output()
    row = published.impact_map.query("merged").iloc[0]
    assert pd.isna([row["records"], row["people"], row["quantity"]]).all()
    assert set(published.proxies_used["proxy_id"]) == {"tea"}


def test_a_published_breakdown_is_not_crossed(assess):
    published = assess(*people(9, gender="x"), breakdowns=["gender"]).for_output()
    with pytest.raises(SettingsError, match="cannot cross"):
        published.by("gender", "outcome")


def test_nothing_that_is_parsed_shows_who_took_part():
    frame = pd.DataFrame({"person_id": ["Ann Smith"], "activity_id": ["a"]})
    assert "Ann" not in repr(sv.parse_records(sv.Records(participation=frame)))


@pytest.mark.parametrize("policy", ["under-5", "under-10"])
def test_findings_count_the_rows_that_the_published_map_shows(policy):
    result = sv.assess(sv.datasets.load_network())
    published = result.for_output("publish", policy)
    shown = published.impact_map.query("counted")["proxy_id"]
    rows = dict(zip(published.findings["rule"], published.findings["rows"], strict=True))
    assert rows["one_proxy_carries_most"] == (shown == "wb_wellby").sum() > 0
    late = shown.isin(["wb_wellby", "lonely_chronic_loneliness_year"]).sum()
    assert rows["past_review"] == late
    inside = dict(zip(result.findings["rule"], result.findings["rows"], strict=True))
    assert (inside["one_proxy_carries_most"], inside["past_review"]) == (15, 17)
