"""What mattered most, without money? Points by hand."""

import pandas as pd
import programmes
import pytest

from socialvalue.errors import InputError

UNPRICED = {"proxy_id": None, "unit": "person"}


def said(*rows):
    columns = ["stakeholder_group", "outcome", "importance"]
    return pd.DataFrame(rows, columns=columns)


def test_points_are_what_is_left_over_the_years_times_importance(assess):
    # 10 x (1 - 0.4) x (1 - 0.5) = 3 a year; three years at a drop-off of a half: 3 + 1.5 + 0.75.
    change = {**UNPRICED, "deadweight": 0.4, "attribution_to_others": 0.5}
    change |= {"duration_years": 3, "drop_off": 0.5}
    [row] = assess(change, importance=said((None, "Calmer", 8))).weighted().to_dict("records")
    assert (row["quantity"], row["importance"]) == (10, 8)
    assert row["quantity_left"] == pytest.approx(3)
    assert row["quantity_over_years"] == pytest.approx(5.25)
    assert row["points"] == pytest.approx(42)


def test_points_are_not_discounted_and_follow_the_conventions(assess):
    change = {**UNPRICED, "duration_years": 1.5, "drop_off": 0.5}
    settings = {"discount_rate": 0.2, "timing": "end", "part_years": "up"}
    result = assess(change, assumptions=settings, importance=said((None, "Calmer", 1)))
    # 10 and, a part-year rounded up, 5.
    assert result.weighted()["points"].tolist() == pytest.approx([15])


def test_a_groups_own_view_wins_over_everybodys(assess):
    changes = [{**UNPRICED, "stakeholder_group": group} for group in ("young", "old")]
    table = said((None, "Calmer", 2), ("young", "Calmer", 9))
    found = assess(*changes, importance=table).weighted().set_index("stakeholder_group")
    assert found["importance"].to_dict() == {"young": 9, "old": 2}
    # 90 of 110 points.
    assert found.loc["young", "share_of_points"] == pytest.approx(90 / 110)


def test_a_harm_takes_points_away(assess):
    hurt = {**UNPRICED, "outcome": "Hurt", "quantity": -2}
    table = said((None, "Calmer", 5), (None, "Hurt", 10))
    found = assess(UNPRICED, hurt, importance=table).weighted().set_index("outcome")["points"]
    assert found.to_dict() == {"Calmer": 50, "Hurt": -20}


def test_priced_outcomes_have_points_too_and_what_nobody_was_asked_says_so(assess):
    found = assess({}, {**UNPRICED, "outcome": "Fitter"}, importance=said((None, "Calmer", 5)))
    table = found.weighted().set_index("outcome")
    assert table.loc["Calmer", "points"] == 50
    assert pd.isna(table.loc["Fitter", "points"])
    assert table.loc["Fitter", "reason_missing"] == "its importance is stated nowhere"


def test_points_by_goal_add_up(assess):
    links = pd.DataFrame(
        [("Fitter", "sdg", "3", 0.25)], columns=["outcome", "framework", "category", "share"]
    )
    fitter = {**UNPRICED, "outcome": "Fitter"}
    table = said((None, "Calmer", 5), (None, "Fitter", 4))
    result = assess({}, fitter, importance=table, links=links)
    found = result.weighted_by("sdg").set_index("sdg")["points"].to_dict()
    # All 50 of the priced one are in SDG 3, and a quarter of the other's 40.
    assert found == pytest.approx({"3": 60, "unallocated": 30})


@pytest.mark.parametrize(
    ("rows", "rule", "todo"),
    [
        ([(None, "Calmr", 5)], "no outcome of this name was recorded", "Did you mean Calmer?"),
        ([(None, "Calmer", 11)], "importance must be at most 10", "Correct the number."),
        (
            [(None, "Calmer", 5), (None, "Calmer", 6)],
            "the importance of an outcome to a group is said once",
            "keep one of the two",
        ),
    ],
)
def test_importance_that_does_not_fit_is_a_problem(assess, rows, rule, todo):
    with pytest.raises(InputError) as error:
        assess({}, importance=said(*rows))
    [found] = error.value.problems.to_dict("records")
    assert found["rule"].lower().startswith(rule.lower()[:20])
    assert todo.lower() in found["what_to_do"].lower()


def test_a_published_result_has_no_points_for_merged_groups(assess):
    many = [{**UNPRICED, "person_id": f"p{i}"} for i in range(9)]
    few = [{**UNPRICED, "outcome": "Fitter", "person_id": "p1"}]
    priced = [{"person_id": f"p{i}", "outcome": "Priced"} for i in range(9)]
    table = said((None, "Calmer", 5), (None, "Fitter", 4))
    published = assess(*many, *few, *priced, importance=table).for_output()
    found = published.weighted().set_index("outcome")
    assert found.loc["Calmer", "points"] == 90 * 5
    assert pd.isna(found.loc["Fitter", "points"])
    assert found.loc["Fitter", "reason_missing"] == "too few people to show"


def test_records_without_the_table_have_no_points(assess):
    assert assess({}).weighted()["points"].isna().all()


def test_in_the_network_what_matters_most_is_not_what_is_worth_most():
    result = programmes.network()
    points = result.weighted().groupby("outcome")["points"].sum()
    # 200 check-ins are 200 x 9 points; an hour saved has 2, and there are some hundred of them.
    assert points["Feels less lonely at the check-in"] == 1800
    assert points["Job held"] < points["Feels less lonely at the check-in"]
    value = result.by("outcome").set_index("outcome")["present_value"]
    assert "Feels less lonely at the check-in" not in value


def test_points_do_not_depend_on_how_an_outcome_is_priced(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "whole", "value_covers": "duration"})
    lasting = {"duration_years": 5, "stakeholder_group": "all"}
    records = lasting, {**lasting, "proxy_id": "whole"}, {**lasting, **UNPRICED}
    table = assess(*records, proxies=proxies, importance=said((None, "Calmer", 5))).weighted()
    # 10 x 5 years x 5 points, each.
    assert table["points"].tolist() == [250, 250, 250]


def test_importance_for_a_group_nobody_is_in_is_a_problem(assess):
    with pytest.raises(InputError, match="no stakeholder group of this name"):
        assess({}, importance=said(("nobody", "Calmer", 5)))
