"""What do surveys among the records say, and what of it may be published? By hand."""

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import InputError

ACTIVITIES = pd.DataFrame(
    {
        "activity_id": ["open", "close"],
        "activity_type": "training",
        "start_date": ["2024-05-01", "2024-09-01"],
        "project": "choir",
    }
)


def surveys(*people):
    """Before and after of each person: asked at the opening, and again at the close."""
    rows = []
    for number, (before, after) in enumerate(people):
        common = {"person_id": f"p{number}", "instrument": "ons4_life_satisfaction"}
        opening = {"activity_id": "open", "wave": "before", "date": "2024-05-01", "score": before}
        closing = {"activity_id": "close", "wave": "after", "date": "2024-09-01", "score": after}
        rows += [{**common, **opening}, {**common, **closing}]
    return pd.DataFrame(rows)


@pytest.fixture
def result(assess):
    def make(*people):
        many = [{"activity_id": "open", "person_id": f"p{i}"} for i in range(9)]
        return assess(*many, activities=ACTIVITIES, surveys=surveys(*people))

    return make


def test_before_and_after_within_a_project(result):
    # Changes 2, 1, 0, -1, 3 and one never asked again: mean 5 / 5 = 1.
    table = result((5, 7), (5, 6), (5, 5), (5, 4), (4, 7), (2, None)).survey_change
    [row] = table.to_dict("records")
    assert (row["asked"], row["pairs"]) == (6, 5)
    assert row["improvement"] == pytest.approx(1)
    assert (row["improved"], row["unchanged"], row["worsened"]) == (3, 1, 1)
    assert row["mean_before_only"] == 2
    assert row["missing_pair_rate"] == pytest.approx(1 / 6)


def test_published_counts_of_few_people_are_withheld_together(result):
    # Twelve better by one, two worse by one: the two would follow from the rest.
    people = [(5, 6)] * 12 + [(5, 4)] * 2
    [row] = result(*people).for_output().survey_change.to_dict("records")
    assert row["improvement"] == pytest.approx(10 / 14)
    assert pd.isna([row["improved"], row["unchanged"], row["worsened"]]).all()
    [shown] = result(*people, *[(5, 4)] * 3).for_output().survey_change.to_dict("records")
    assert (shown["improved"], shown["worsened"]) == (12, 5)


def test_published_change_of_few_people_is_withheld(result):
    [row] = result((5, 7), (5, 6), (5, 5)).for_output().survey_change.to_dict("records")
    assert pd.isna([row["improvement"], row["mean_before"], row["low"]]).all()
    assert row["caution"] == "Too few people to show."


def test_published_means_of_the_few_who_were_lost_are_withheld(result):
    people = [(5, 6)] * 8
    [row] = result(*people, *[(1, None)] * 4).for_output().survey_change.to_dict("records")
    assert pd.isna(row["mean_before_only"])
    [row] = result(*people, *[(1, None)] * 5).for_output().survey_change.to_dict("records")
    assert row["mean_before_only"] == 1


def test_without_surveys_there_is_no_row(assess):
    assert assess({}).survey_change.empty


def test_a_scale_of_ones_own_is_declared_beside_the_records(assess):
    own = {"instrument": "hope", "minimum": 0, "maximum": 100, "whole_numbers": "yes"}
    own = pd.DataFrame([{**own, "higher_is_better": "yes", "meaningful_change": 10}])
    answers = surveys((50, 65), (50, 55)).assign(instrument="hope")
    tables = {"activities": ACTIVITIES, "surveys": answers, "instruments": own}
    table = assess({"activity_id": "open"}, **tables).survey_change
    # 15 and 5: a mean of 10, and one of two by at least 10.
    assert table["improvement"].tolist() == [10]
    assert table["share_meaningfully_improved"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"instrument": "ons4_life_satisfacton"}, "there is no instrument of this code"),
        ({"score": 11}, "must lie between 0 and 10"),
        ({"score": 6.5}, "must be a whole number"),
    ],
)
def test_answers_that_cannot_be_stop_an_assessment(assess, change, rule):
    answers = surveys((5, 6)).assign(**change)
    with pytest.raises(InputError) as error:
        assess({"activity_id": "open"}, activities=ACTIVITIES, surveys=answers)
    assert rule in str(error.value)
    assert "p0" not in str(error.value)


def test_the_network_has_pairs():
    network = sv.datasets.load_network()
    table = sv.assess(network).survey_change.set_index("instrument")
    # Counted in the file itself: 115 people before, 94 of them again after; 60 and 60.
    assert table["pairs"].to_dict() == {"ons4_life_satisfaction": 94, "ucla3_loneliness": 60}


def test_published_means_never_rest_on_one_person_lost_on_the_way(result):
    # Ten pairs, one with only a before, six with only an after: the mean of the one is hers.
    people = [(5, 6)] * 10 + [(2, None)] + [(None, 7)] * 6
    [row] = result(*people).for_output().survey_change.to_dict("records")
    assert pd.isna(row["mean_before_only"])


def test_published_pairs_are_counted_by_people(assess):
    # One person in six projects is six pairs, and one person.
    activities = pd.concat(
        [
            ACTIVITIES.assign(activity_id=[f"open{i}", f"close{i}"], project=f"choir {i}")
            for i in range(6)
        ]
    )
    answers = pd.concat(
        [surveys((4, 6)).replace({"open": f"open{i}", "close": f"close{i}"}) for i in range(6)]
    )
    many = [{"activity_id": "open0", "person_id": f"p{i}"} for i in range(9)]
    result = assess(*many, activities=activities, surveys=answers)
    assert result.survey_change["pairs"].tolist() == [6]
    [row] = result.for_output().survey_change.to_dict("records")
    assert pd.isna(row["improvement"])


def test_a_published_share_of_two_people_is_withheld(assess):
    # PHQ-9: 2 better by at least 5, 18 by 1, 10 unchanged.
    people = [(12, 6)] * 2 + [(12, 11)] * 18 + [(12, 12)] * 10
    answers = surveys(*people).assign(instrument="phq9")
    many = [{"activity_id": "open", "person_id": f"p{i}"} for i in range(9)]
    result = assess(*many, activities=ACTIVITIES, surveys=answers)
    assert result.survey_change["share_meaningfully_improved"].tolist() == pytest.approx([2 / 30])
    [row] = result.for_output().survey_change.to_dict("records")
    assert pd.isna(row["share_meaningfully_improved"])
    assert row["improvement"] == pytest.approx((2 * 6 + 18) / 30)


def test_activities_of_no_project_stand_by_themselves(assess):
    # Up by 6 in one, down by 4 in the other: two pairs, and no pair across them.
    activities = ACTIVITIES.assign(project=None)
    one = surveys((2, 8)).assign(activity_id="open")
    other = surveys((8, 4)).assign(activity_id="close")
    tables = {"activities": activities, "surveys": pd.concat([one, other])}
    [row] = assess({"activity_id": "open"}, **tables).survey_change.to_dict("records")
    assert (row["pairs"], row["improvement"]) == (2, 1)
