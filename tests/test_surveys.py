"""Paired change: hand arithmetic, printed examples, and that nobody is lost on the way."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialvalue.errors import InputError, SettingsError
from socialvalue.instruments import load_instruments
from socialvalue.schemas import SURVEYS
from socialvalue.survey_checks import survey_problems
from socialvalue.surveys import difference_in_change, paired_change, t_margin

LIFE = "ons4_life_satisfaction"
# A scale wide enough for printed examples of other things than wellbeing.
WIDE = load_instruments(
    pd.DataFrame(
        {
            "instrument": ["wide", "wide_down"],
            "minimum": [-1000, -1000],
            "maximum": [1000, 1000],
            "whole_numbers": ["no", "no"],
            "higher_is_better": ["yes", "no"],
            "meaningful_change": [2, 2],
        }
    )
)


def answers(before, after, instrument="wide", **columns):
    """One person a place; None: not asked; nan: asked, no answer."""
    rows = []
    for wave, scores in (("before", before), ("after", after)):
        for person, score in enumerate(scores):
            if score is not None:
                rows.append((f"p{person}", "a1", instrument, wave, score))
    names = ["person_id", "activity_id", "instrument", "wave", "score"]
    return pd.DataFrame(rows, columns=names).astype({"score": float}).assign(**columns)


def change_of(before, after, instrument="wide", **options):
    table = paired_change(answers(before, after, instrument), WIDE, **options)
    assert len(table) == 1
    return table.iloc[0]


def test_four_pairs_by_hand():
    row = change_of([2, 4, 6, 8], [4, 5, 9, 8])
    # Changes 2, 1, 3, 0: mean 6/4 = 1.5; squares from it 0.25 + 0.25 + 2.25 + 2.25 = 5;
    # s = sqrt(5/3) = 1.2910; standard error 1.2910/2 = 0.6455; t(3 df, 97.5%) = 3.1824 in tables;
    # margin 2.0542.
    assert row["change"] == row["improvement"] == 1.5
    assert row["standard_deviation_of_change"] == pytest.approx(math.sqrt(5 / 3), rel=1e-12)
    assert row["standard_error"] == pytest.approx(0.6455, abs=5e-5)
    assert row["low"] == pytest.approx(1.5 - 2.0542, abs=1e-4)
    assert row["high"] == pytest.approx(1.5 + 2.0542, abs=1e-4)
    assert (row["mean_before"], row["mean_after"]) == (5.0, 6.5)
    # d_z = 1.5 / 1.2910 = 1.1619. Before: 2, 4, 6, 8 has s = sqrt(20/3) = 2.5820; after: 4, 5,
    # 9, 8 has mean 6.5, squares 6.25 + 2.25 + 6.25 + 2.25 = 17, s = sqrt(17/3) = 2.3805;
    # d_av = 1.5 / ((2.5820 + 2.3805) / 2) = 0.6045.
    assert row["effect_size_dz"] == pytest.approx(1.1619, abs=5e-5)
    assert row["effect_size_dav"] == pytest.approx(0.6045, abs=5e-5)
    # 2, 1 and 3 are up, 0 is not; 2 points or more is meaningful: 2 and 3.
    assert (row["improved"], row["unchanged"], row["worsened"]) == (3, 1, 0)
    assert row["share_improved"] == 0.75
    assert row["share_meaningfully_improved"] == 0.5
    assert row["share_meaningfully_worsened"] == 0.0
    assert "Only 4 pairs, fewer than 30" in row["caution"]


def test_a_printed_interval():
    # Course notes, UMSL MTH 1320, exercise 10.5.161, worked in R: differences of 8 students who
    # retook a test; mean -1.25, s 50.55, 95% interval from -43.51131 to 41.01131.
    # https://sileaderwt.github.io/UMSL-MTH1320/paired-t-test-with-confidence-interval.html
    differences = [-30, 30, -40, -40, 80, 60, -50, -20]
    row = change_of([0] * 8, differences)
    assert row["change"] == -1.25
    assert row["standard_deviation_of_change"] == pytest.approx(50.55, abs=0.005)
    assert row["low"] == pytest.approx(-43.51131, abs=5e-6)
    assert row["high"] == pytest.approx(41.01131, abs=5e-6)


@pytest.mark.parametrize(
    ("mean", "error", "freedom", "low", "high", "printed"),
    [
        # Minitab's help on the paired t: 15 pairs, mean 2.333, standard error 0.866, 95% interval
        # 0.477 to 4.190. The mean and the error are printed to three decimals: half a unit of
        # each is 0.0005 + 2.14 x 0.0005.
        (2.333, 0.866, 14, 0.477, 4.190, 0.0016),
        # A school exercise: -8, s 5, n 16, so 5/4 = 1.25; 95% interval -10.66 to -5.34.
        (-8.0, 1.25, 15, -10.66, -5.34, 0.005),
    ],
)
def test_printed_intervals_from_mean_and_error(mean, error, freedom, low, high, printed):
    margin = t_margin(error, freedom, 0.95)
    assert mean - margin == pytest.approx(low, abs=printed)
    assert mean + margin == pytest.approx(high, abs=printed)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_interval_is_that_of_scipy(confidence):
    from scipy import stats

    before = [3.0, 5.5, 7.25, 4.0, 6.0, 9.5, 2.0]
    after = [4.0, 5.0, 8.5, 6.25, 6.5, 9.0, 5.0]
    row = change_of(before, after, confidence=confidence)
    theirs = stats.ttest_rel(after, before)
    interval = theirs.confidence_interval(confidence)
    # Two roads to one number: only binary rounding may differ.
    assert row["low"] == pytest.approx(interval.low, rel=1e-9)
    assert row["high"] == pytest.approx(interval.high, rel=1e-9)
    # t = d_z x sqrt(n).
    assert row["effect_size_dz"] * math.sqrt(7) == pytest.approx(theirs.statistic, rel=1e-9)


def test_where_less_is_better_a_fall_is_an_improvement():
    row = change_of([10, 12, 14], [8, 11, 15], "wide_down")
    # Changes -2, -1, +1: mean -2/3, an improvement of 2/3; two better, one worse.
    assert row["change"] == pytest.approx(-2 / 3)
    assert row["improvement"] == pytest.approx(2 / 3)
    assert row["low"] < row["improvement"] < row["high"]
    assert (row["improved"], row["worsened"]) == (2, 1)
    # 2 points is meaningful: the first person only.
    assert row["share_meaningfully_improved"] == pytest.approx(1 / 3)
    assert row["effect_size_dz"] > 0


nan = float("nan")


def test_everybody_asked_is_in_one_of_four_places():
    # p0, p1: both. p2: before only (asked after, no answer). p3: before only (not asked again).
    # p4: after only. p5: asked twice, no answer at all.
    row = change_of([1, 2, 5, 7, None, nan], [3, 4, nan, None, 6, nan])
    places = row[["pairs", "only_before", "only_after", "neither"]]
    assert places.tolist() == [2, 2, 1, 1]
    assert places.sum() == row["asked"] == row["people"] == 6
    assert (row["answered_before"], row["answered_after"]) == (4, 3)
    # 4 of 6 are not a pair; 2 of the 4 who answered before gave no later answer.
    assert row["missing_pair_rate"] == pytest.approx(4 / 6)
    assert row["attrition"] == 0.5
    assert row["mean_before_only"] == 6.0
    assert "4 of 6 asked are not a pair" in row["caution"]


def test_a_third_missing_is_not_yet_said():
    # 2 pairs of 3 asked: one third, which is not over a third.
    row = change_of([1, 2, 5], [3, 5, None], fewest_pairs=2)
    assert row["missing_pair_rate"] == pytest.approx(1 / 3)
    assert row["caution"] == ""


def test_no_pairs_gives_nulls_and_a_caution():
    row = change_of([1, 2, None], [None, None, 3])
    worked_out = ["change", "improvement", "low", "high", "effect_size_dz", "share_improved"]
    assert row[worked_out].isna().all()
    assert row["asked"] == 3
    assert row["caution"] == "No pairs among 3 asked: no change can be worked out."


def test_nobody_answered_before():
    row = change_of([None], [3])
    assert math.isnan(row["attrition"])


def test_one_pair_has_a_change_but_no_interval():
    row = change_of([1], [3])
    assert row["improvement"] == 2
    assert row[["low", "high", "standard_error", "effect_size_dz"]].isna().all()
    assert "Only 1 pairs" in row["caution"]


def test_equal_changes_have_no_interval_rather_than_one_of_width_nought():
    # 0.3 - 0.1 and 0.7 - 0.5 differ in the last binary digit only.
    row = change_of([0.1, 0.5, 0.9], [0.3, 0.7, 1.1])
    assert row["standard_deviation_of_change"] == 0
    assert row[["low", "high", "effect_size_dz"]].isna().all()
    assert "Every change is the same" in row["caution"]


def test_without_a_meaningful_change_the_share_is_null_with_the_reason():
    row = paired_change(answers([4, 5], [6, 6], LIFE)).iloc[0]
    assert row[["share_meaningfully_improved", "share_meaningfully_worsened"]].isna().all()
    assert "declare one" in row["meaningful_reason"]
    known = paired_change(answers([10, 9], [4, 8], "phq9")).iloc[0]
    # PHQ-9: 5 points are meaningful; falls of 6 and 1.
    assert known["share_meaningfully_improved"] == 0.5
    assert known["meaningful_reason"] == ""


def test_a_person_with_two_activities_is_two_pairs_and_it_is_said():
    both = pd.concat(
        [answers([2, 3], [4, 6]), answers([5, 5], [6, 7]).assign(activity_id="a2")],
        ignore_index=True,
    )
    row = paired_change(both, WIDE, fewest_pairs=2).iloc[0]
    # Changes 2, 3 in one, 1, 2 in the other: mean 8/4.
    assert (row["asked"], row["people"], row["pairs"], row["change"]) == (4, 2, 4, 2.0)
    assert "4 answers come from 2 people" in row["caution"]
    apart = paired_change(both, WIDE, by=["activity_id"], fewest_pairs=2)
    assert apart[["activity_id", "change"]].values.tolist() == [["a1", 2.5], ["a2", 1.5]]
    assert (apart["caution"] == "").all()


def test_break_down_by_a_column_keeps_blanks():
    table = answers([1, 2, 3], [2, 4, 6])
    place = table["person_id"].map({"p0": "north", "p1": "north"})
    found = paired_change(table.assign(place=place), WIDE, by=["place"])
    # North: changes 1, 2; the person without a place: 3.
    assert found["asked"].tolist() == [2, 1]
    assert found["change"].tolist() == [1.5, 3.0]
    assert found["place"].isna().tolist() == [False, True]
    assert list(found.columns[:2]) == ["place", "instrument"]


def test_a_person_cannot_be_in_two_groups_at_once():
    table = answers([1, 2], [2, 4])
    table["place"] = ["north", "north", "north", "south"]
    with pytest.raises(InputError, match="place differ.*row 3"):
        paired_change(table, WIDE, by=["place"])


def test_before_to_follow_up():
    table = answers([1, 2], [5, 5])
    later = table[table["wave"] == "after"].assign(wave="follow_up", score=[2.0, 4.0])
    row = paired_change(
        pd.concat([table, later], ignore_index=True), WIDE, waves=("before", "follow_up")
    ).iloc[0]
    # Changes 1 and 2; the answers straight after do not count.
    assert row["change"] == 1.5
    assert (row["wave_from"], row["wave_to"]) == ("before", "follow_up")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"waves": ("after", "before")}, "an earlier and a later one"),
        ({"waves": ("before", "later")}, "an earlier and a later one"),
        ({"confidence": 95}, "share between 0 and 1"),
        ({"fewest_pairs": 1}, "at least 2"),
        ({"by": "activity_id"}, "list of columns"),
        ({"by": ["person_id"]}, "can be neither within nor by"),
        ({"by": ["activty_id"]}, "Did you mean activity_id"),
    ],
)
def test_settings_that_cannot_be(options, words):
    with pytest.raises(SettingsError, match=words):
        paired_change(answers([1], [2]), WIDE, **options)


def test_what_is_wrong_in_the_answers_stops_it_without_naming_anybody():
    table = answers([1, 2], [2, 2000])
    with pytest.raises(InputError, match="must lie between -1000 and 1000") as caught:
        paired_change(table.assign(person_id="SECRET-" + table["person_id"]), WIDE)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": "four"}, "score that is not a number.*row 0"),
        ({"wave": "during"}, "none of the waves"),
        ({"activity_id": None}, "no person_id, activity_id, instrument"),
    ],
)
def test_rows_that_cannot_be_read(change, words):
    with pytest.raises(InputError, match=words):
        paired_change(answers([1], [2]).assign(**change), WIDE)


def test_scores_as_text_from_a_file():
    table = answers([1, 2, 3], [2, 4, nan]).astype(object)
    table["score"] = ["1", "2.0", "3", "2", "4", ""]
    row = paired_change(table, WIDE).iloc[0]
    # Changes 1 and 2; a blank cell is no answer.
    assert (row["change"], row["pairs"], row["only_before"]) == (1.5, 2, 1)
    table.loc[0, "person_id"] = ""
    with pytest.raises(InputError, match="no person_id"):
        paired_change(table, WIDE)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="lacks activity_id"):
        paired_change(answers([1], [2]).drop(columns="activity_id"), WIDE)


def test_the_table_given_is_not_changed():
    table = answers([1, nan], [2, 3])
    copy = table.copy()
    paired_change(table, WIDE)
    pd.testing.assert_frame_equal(table, copy)


# ---- difference between two groups ---------------------------------------------------------


def test_welch_by_hand():
    first = change_of([0] * 4, [2, 4, 6, 8])
    second = change_of([0] * 4, [1, 2, 1, 2])
    found = difference_in_change(first, second)
    # Means 5 and 1.5; variances 20/3 and 1/3; errors squared 5/3 and 1/12, sum 1.75.
    # Degrees of freedom 1.75^2 / ((5/3)^2/3 + (1/12)^2/3) = 3.0625 / (0.925926 + 0.002315)
    # = 3.299; difference 3.5, standard error 1.3229.
    assert found["improvement"] == 3.5
    assert found["standard_error"] == pytest.approx(1.3229, abs=5e-5)
    assert found["degrees_of_freedom"] == pytest.approx(3.299, abs=5e-4)
    assert found["evidence"] == "comparison_group"


def test_welch_is_that_of_scipy():
    from scipy import stats

    first, second = [2.0, 4.5, 6.0, 8.0, 3.0], [1.0, 2.0, 1.5, 2.5]
    found = difference_in_change(change_of([0] * 5, first), change_of([0] * 4, second))
    theirs = stats.ttest_ind(first, second, equal_var=False).confidence_interval()
    assert found["low"] == pytest.approx(theirs.low, rel=1e-9)
    assert found["high"] == pytest.approx(theirs.high, rel=1e-9)


def test_welch_needs_one_instrument_and_two_pairs():
    with pytest.raises(SettingsError, match="one instrument"):
        difference_in_change(change_of([0, 0], [1, 2]), change_of([0, 0], [1, 2], "wide_down"))
    alone = difference_in_change(change_of([0, 0], [1, 2]), change_of([0], [1]))
    assert math.isnan(alone["low"])


# ---- properties ----------------------------------------------------------------------------

scores = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=20
).filter(lambda pairs: len({b - a for a, b in pairs}) > 1)
FIGURES = ["improvement", "low", "high", "effect_size_dz", "effect_size_dav"]


def columns(pairs):
    return [a for a, _ in pairs], [b for _, b in pairs]


@settings(max_examples=10, deadline=None)
@given(scores, st.integers(-20, 20))
def test_shifting_all_scores_changes_nothing(pairs, by):
    before, after = columns(pairs)
    moved = change_of([a + by for a in before], [b + by for b in after])
    found = change_of(before, after)
    assert moved[FIGURES].astype(float).to_numpy() == pytest.approx(
        found[FIGURES].astype(float).to_numpy(), rel=1e-9, abs=1e-9, nan_ok=True
    )


@settings(max_examples=10, deadline=None)
@given(scores)
def test_turning_the_scale_round_turns_the_sign(pairs):
    up, down = change_of(*columns(pairs)), change_of(*columns(pairs), "wide_down")
    assert down["improvement"] == -up["improvement"]
    assert (down["low"], down["high"]) == (-up["high"], -up["low"])
    assert (down["improved"], down["worsened"]) == (up["worsened"], up["improved"])
    assert down["change"] == up["change"]


@settings(max_examples=10, deadline=None)
@given(scores, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs, random):
    table = answers(*columns(pairs))
    order = list(range(len(table)))
    random.shuffle(order)
    first = paired_change(table, WIDE)
    second = paired_change(table.iloc[order], WIDE)
    # Sums in another order may differ in the last binary digit.
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(scores, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_people_without_a_pair_change_no_figure_but_are_counted(pairs, only, late, silent):
    before, after = columns(pairs)
    alone = change_of(before, after)
    more = change_of(
        [*before, *[50] * only, *[None] * late, *[nan] * silent],
        [*after, *[None] * only, *[0] * late, *[nan] * silent],
    )
    # Sums in another order may differ in the last binary digit.
    assert more[FIGURES].astype(float).to_numpy() == pytest.approx(
        alone[FIGURES].astype(float).to_numpy(), rel=1e-9, abs=1e-9, nan_ok=True
    )
    assert more["asked"] == alone["asked"] + only + late + silent
    counts = more[["pairs", "only_before", "only_after", "neither"]]
    assert counts.tolist() == [len(pairs), only, late, silent]


# ---- checks --------------------------------------------------------------------------------


def typed(rows):
    names = ["person_id", "activity_id", "instrument", "wave", "date", "score"]
    table = pd.DataFrame(rows, columns=names)
    table["date"] = pd.to_datetime(table["date"]).astype("datetime64[us]")
    table.index = pd.RangeIndex(2, len(table) + 2)
    return table.astype({name: SURVEYS[name].dtype for name in names})


GOOD = ["SECRET", "a1", LIFE, "before", "2024-05-01", 5]


def problems_of(*rows):
    return survey_problems(typed(rows), load_instruments())


def with_(**changes):
    names = ["person_id", "activity_id", "instrument", "wave", "date", "score"]
    return [changes.get(name, value) for name, value in zip(names, GOOD, strict=True)]


def test_good_answers_have_no_problems():
    after = with_(wave="after", date="2024-07-01")
    unanswered = with_(wave="follow_up", date="2024-07-01", score=None)
    assert problems_of(GOOD, after, unanswered) == []


@pytest.mark.parametrize(
    ("row", "column", "rule", "todo"),
    [
        (with_(instrument="swembs"), "instrument", "no instrument of this code", "mean swemwbs"),
        (with_(score=11), "score", "must lie between 0 and 10", "leave it blank"),
        (with_(score=-1), "score", "must lie between 0 and 10", "Correct the score"),
        (with_(score=5.5), "score", "must be a whole number", "another instrument"),
        (with_(score=float("inf")), "score", "must lie between", "Correct the score"),
    ],
)
def test_one_bad_answer(row, column, rule, todo):
    (found,) = problems_of(row)
    assert (found["table"], found["row"], found["column"]) == ("surveys", 2, column)
    assert rule in found["rule"]
    assert todo in found["what_to_do"]
    assert "SECRET" not in str(found)


def test_an_index_may_have_decimals_and_be_below_nought():
    index = with_(instrument="eq5d_3l_uk_index", score=-0.594)
    assert problems_of(index) == []
    (found,) = problems_of(with_(instrument="eq5d_3l_uk_index", score=-0.6))
    assert "-0.594 and 1" in found["rule"]


def test_the_same_wave_twice_says_where_else():
    (found,) = problems_of(GOOD, with_(person_id="OTHER"), with_(score=None))
    assert (found["row"], found["column"]) == (4, "wave")
    assert "also in row 2" in found["what_to_do"]
    assert "SECRET" not in str(found)


def test_another_activity_or_instrument_is_no_repeat():
    assert problems_of(GOOD, with_(activity_id="a2"), with_(instrument="ons4_happy")) == []


def test_dates_that_run_backwards():
    found = problems_of(
        with_(date="2024-05-02"),
        with_(wave="after", date="2024-05-01"),
        with_(wave="follow_up", date="2024-04-01"),
    )
    assert [(each["row"], each["column"], each["value"]) for each in found] == [
        (3, "date", "2024-05-01"),
        (4, "date", "2024-04-01"),
    ]
    assert found[0]["rule"] == "after must not be dated before before"
    assert "2024-05-02 in row 2" in found[0]["what_to_do"]
    assert found[1]["rule"] == "follow_up must not be dated before after"


def test_a_follow_up_before_the_start_is_found_without_an_after():
    (found,) = problems_of(GOOD, with_(wave="follow_up", date="2023-05-01"))
    assert found["rule"] == "follow_up must not be dated before before"


def test_the_same_day_is_allowed():
    assert problems_of(GOOD, with_(wave="after")) == []


def test_blank_keys_are_left_to_the_rules_of_single_cells():
    assert problems_of(with_(instrument=None), with_(wave=None), with_(person_id=None)) == []


def test_pairs_within_a_project_are_of_its_first_and_last_activity():
    # Asked at one activity and again at another of the same project: 3 to 7, and never again.
    answers = pd.DataFrame(
        {
            "person_id": ["a", "a", "b"],
            "activity_id": ["first", "last", "first"],
            "project": "choir",
            "instrument": "ons4_life_satisfaction",
            "wave": ["before", "after", "before"],
            "date": pd.to_datetime(["2024-05-01", "2024-09-01", "2024-05-01"]),
            "score": [3, 7, 5],
        }
    )
    assert paired_change(answers)["pairs"].tolist() == [0]
    [row] = paired_change(answers, within="project").to_dict("records")
    assert (row["asked"], row["pairs"], row["only_before"], row["improvement"]) == (2, 1, 1, 4)
    [row] = paired_change(answers, within=None).to_dict("records")
    assert (row["pairs"], row["improvement"]) == (1, 4)


def test_of_several_answers_the_first_before_and_the_last_after_count():
    dates = ["2024-05-01", "2024-06-01", "2024-09-01", "2024-10-01", "2024-11-01"]
    answers = pd.DataFrame(
        {
            "person_id": "a",
            "activity_id": [f"a{i}" for i in range(5)],
            "project": "choir",
            "instrument": "ons4_life_satisfaction",
            "wave": ["before", "before", "after", "after", "after"],
            "date": pd.to_datetime(dates),
            # The last after was asked and not answered, so the one before it counts: 8 - 3.
            "score": [3, 6, 5, 8, None],
        }
    )
    [row] = paired_change(answers.iloc[::-1], within="project").to_dict("records")
    assert (row["improvement"], row["asked"], row["pairs"]) == (5, 1, 1)
    assert "answered a wave more than once" in row["caution"]
    with pytest.raises(InputError, match="Give every answer its date"):
        paired_change(answers.drop(columns="date"), within="project")


def test_dates_as_text_do_not_decide_which_answer_was_first():
    answers = pd.DataFrame(
        {
            "person_id": "a",
            "activity_id": ["x", "y", "z"],
            "project": "choir",
            "instrument": "ons4_life_satisfaction",
            "wave": ["before", "before", "after"],
            "date": ["14/01/2025", "02/03/2025", "01/06/2025"],
            "score": [3, 6, 8],
        }
    )
    with pytest.raises(InputError, match="as a date and not as text"):
        paired_change(answers, within="project")
    [row] = paired_change(
        answers.assign(date=pd.to_datetime(answers["date"], dayfirst=True)), within="project"
    ).to_dict("records")
    assert row["improvement"] == 8 - 3
