"""Small groups never show, totals never change, and nothing can be subtracted to find them."""

import itertools

import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import OutputError, SettingsError


def people(count, first=0, **change):
    """One record for each of so many people."""
    return [{"person_id": f"p{first + i}", "quantity": 1, **change} for i in range(count)]


def published(result, policy="under-5"):
    return result.for_output("publish", policy)


def test_a_safe_row_is_untouched(assess):
    result = assess(*people(5))
    after = published(result)
    assert after.impact_map["people"].tolist() == [5]
    assert not after.impact_map["merged"].any()
    assert after.totals.equals(result.totals)


def test_small_rows_of_one_proxy_merge_and_keep_their_goal(assess):
    result = assess(
        *people(6, outcome="Calmer"),
        *people(3, first=10, outcome="Rested"),
        *people(3, first=20, outcome="Brave"),
    )
    after = published(result)
    assert sorted(after.impact_map["people"]) == [6, 6]
    assert set(after.impact_map["outcome"]) == {"Calmer", "small groups, merged"}
    # 12 people x 100, all to SDG 3.
    assert after.by("sdg").set_index("sdg").loc["3", "present_value"] == 1200


def test_the_same_person_counts_once_when_groups_merge(assess):
    # Two small rows with the same three people are three people, not six.
    same = [*people(3, outcome="Rested"), *people(3, outcome="Brave")]
    with pytest.raises(OutputError, match="Fewer than 5 people"):
        published(assess(*same))


def test_one_small_row_takes_in_the_smallest_safe_one(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "cake"})
    result = assess(
        *people(9, outcome="Calmer"),
        *people(6, first=20, outcome="Rested"),
        *people(2, first=40, outcome="Fed", proxy_id="cake"),
        proxies=proxies,
    )
    after = published(result)
    merged = after.impact_map[after.impact_map["merged"]]
    assert merged["present_value"].tolist() == [800]
    # Several proxies: neither quantity nor unit value is told.
    assert merged[["quantity", "unit_value"]].isna().all(axis=None)
    assert after.by("sdg")["present_value"].sum() == pytest.approx(1700)


def test_a_category_that_lost_its_rows_is_not_called_empty(assess, proxy_set):
    proxies = proxy_set(
        {}, {"proxy_id": "cake"}, links=(("tea", "sdg", "3", 1), ("cake", "sdg", "2", 1))
    )
    result = assess(
        *people(9), *people(2, first=40, proxy_id="cake", outcome="Fed"), proxies=proxies
    )
    found = published(result).by("sdg").set_index("sdg")
    assert found.loc["2", "status"] == "merged"
    assert pd.isna(found.loc["2", "present_value"])


def test_harms_too_few_to_show_stay_subtracted_and_are_said(assess):
    result = assess(*people(9), *people(1, first=40, quantity=-2))
    after = published(result)
    assert after.totals["present_value"] == result.totals["present_value"] == 700
    assert after.totals["harm_present_value"] == 0
    assert "harms_merged" in set(after.findings["rule"])


def test_people_stated_as_a_number_count_too(assess):
    result = assess({"people": 30}, {"people": 3, "outcome": "Rested"})
    after = published(result)
    assert len(after.impact_map) == 1


def test_without_people_nothing_is_merged_and_a_finding_says_so(assess):
    result = assess({}, {"outcome": "Rested"})
    assert len(published(result).impact_map) == 2
    assert "protection_not_applied" in set(result.findings["rule"])


def test_unpriced_small_groups_are_withheld(assess):
    told = {"proxy_id": None, "unit": "smile", "outcome": "Smiled"}
    result = assess(*people(9), *people(2, first=40, **told))
    row = published(result).unpriced.iloc[0]
    assert pd.isna(row["quantity"])
    assert pd.isna(row["people"])


def test_a_breakdown_merges_at_least_two_categories(assess):
    groups = [*people(9, age_band="old"), *people(7, first=20, age_band="mid")]
    result = assess(*groups, *people(2, first=40, age_band="young"), breakdowns=["age_band"])
    table = published(result).by("age_band")
    assert set(table["age_band"]) == {"old", "small groups, merged"}
    # One figure a category: several could be solved for the few behind one proxy.
    assert table[["gross_value", "net_value", "harm_present_value"]].isna().all(axis=None)
    assert table["present_value"].sum() == 1800


def test_value_at_stake_leaves_small_groups_out(assess):
    unstated = {"deadweight": None}
    result = assess(
        *people(9, outcome="Calmer", **unstated),
        *people(6, first=20, outcome="Rested"),
        *people(2, first=40, outcome="Brave", **unstated),
    )
    rule = "rule == 'adjustment_stated_nowhere'"
    assert result.findings.query(rule)["value_at_stake"].tolist() == [1100]
    # The two of "Brave" are merged with "Rested", which the finding does not concern.
    assert published(result).findings.query(rule)["value_at_stake"].tolist() == [900]


@pytest.mark.parametrize("policy", ["under-1", "under-51", "nhs", "5"])
def test_unknown_policies_are_refused(assess, policy):
    with pytest.raises(SettingsError, match="under-5"):
        published(assess(*people(9)), policy)


@pytest.mark.parametrize("policy", ["under-5", "under-10"])
def test_the_example_network_shows_no_small_group(policy):
    result = sv.assess(sv.datasets.load_network(), breakdowns=["imd_decile", "age_band"])
    after = result.for_output("publish", policy)
    fewest = int(policy.removeprefix("under-"))
    shown = after.impact_map["people"].dropna()
    assert (shown >= fewest).all()
    for key in ("sdg", "marmot", "project", "stakeholder_group", "imd_decile", "age_band"):
        table = after.by(key)
        assert (table["people"].dropna() >= fewest).all()
        assert table["present_value"].sum() == pytest.approx(
            result.totals["present_value"], abs=0.005
        )


def test_no_sum_of_shown_rows_leaves_a_small_row(assess):
    """Subtracting any set of shown rows from the total never leaves one small row alone."""
    result = assess(
        *people(9, outcome="Calmer"),
        *people(7, first=20, outcome="Rested", quantity=3),
        *people(2, first=40, outcome="Brave", quantity=7),
    )
    small = result.impact_map.set_index("outcome").loc["Brave", "present_value"]
    shown = published(result).impact_map["present_value"].to_numpy()
    for size in range(len(shown) + 1):
        for chosen in itertools.combinations(shown, size):
            left = result.totals["present_value"] - sum(chosen)
            assert not np.isclose(left, small)


def test_merged_groups_of_several_kinds_stand_still_in_ranges(assess, proxy_set):
    # Two people behind a value with a range, two behind one without: 20 x 80 to 150, and 500. A
    # range of both would be 700 wide, 35 for each of the 20 units of the two.
    proxies = proxy_set({}, {"proxy_id": "wide", "low": 80.0, "high": 150.0}, {"proxy_id": "flat"})
    many = [{"person_id": f"p{i}", "proxy_id": "wide"} for i in range(9)]
    wide = [{"proxy_id": "wide", "outcome": "w", "person_id": f"p{i}"} for i in range(2)]
    flat = {"proxy_id": "flat", "outcome": "f", "quantity": 5, "person_id": "p3"}
    others = [{**flat, "quantity": 0, "person_id": f"p{i}"} for i in (4, 5)]
    published = assess(*many, *wide, flat, *others, proxies=proxies).for_output()
    assert len(published.impact_map) == 2
    merged = published.impact_map.query("merged").iloc[0]
    assert merged["present_value"] == pytest.approx(2000 + 500)
    assert pd.isna([merged["present_value_low"], merged["present_value_high"]]).all()
    # Nine people at 10 x 80 to 150, and 2500 that stand still.
    whole = published.by().iloc[0]
    assert whole["present_value_low"] == pytest.approx(7200 + 2500)
    assert whole["present_value_high"] == pytest.approx(13_500 + 2500)
    assert published.range.present_value_low == pytest.approx(9700)
    assert published.range.share_without_range == pytest.approx(2500 / 11_500)


def test_findings_do_not_name_what_is_merged(assess):
    big = {"project": "Big", "outcome": "Calmer", "deadweight": None}
    alone = {"project": "Secret", "outcome": "Left abuser", "deadweight": None}
    inputs = pd.DataFrame(
        {"input_id": ["i"], "amount": [500.0], "date": ["2024-05-01"], "input_type": ["cash"]}
    ).assign(project="Big")
    # The lone one joins the smallest group that is safe, whose name goes too.
    rested = {**big, "outcome": "Rested"}
    result = assess(
        *people(20, **big),
        *people(6, first=20, **rested),
        *people(1, first=30, **alone),
        inputs=inputs,
    )
    before = " ".join(result.findings["message"])
    assert "Left abuser" in before and "Secret" in before
    told = published(result).findings[["message", "why", "what_to_do"]].to_numpy().ravel()
    after = " ".join(told)
    assert "Left abuser" not in after and "Secret" not in after
    assert "Calmer" in after and "a small group" in after


def test_what_is_published_can_be_written_and_not_published_again(assess, tmp_path):
    once = published(assess(*people(6)))
    once.write_json(tmp_path / "a.json")
    assert published(once) is once
    for profile, policy in (("internal", "under-5"), ("publish", "under-10")):
        with pytest.raises(SettingsError, match="published already, under-5"):
            once.for_output(profile, policy)


def test_rows_of_two_versions_of_a_value_can_be_merged(assess, proxy_set):
    # From when a value holds is a date, and of two dates no merged row has one.
    proxies = proxy_set(
        {"valid_from": "2024-04-01", "valid_to": "2025-03-31"},
        {"valid_from": "2025-04-01", "unit_value": 150.0},
    )
    result = assess(
        *people(9),
        *people(3, first=20, outcome="Rested"),
        *people(3, first=40, outcome="Rested", date="2025-05-01"),
        proxies=proxies,
        assumptions={"price_year": "2024-25"},
    )
    after = published(result)
    merged = after.valued.rows[after.valued.rows["merged"]]
    # Three at 100 and three at 150.
    assert merged["present_value"].tolist() == [750]
    assert merged["valid_from"].isna().all()
