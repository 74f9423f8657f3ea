"""Does the audit see the ways in which value can be made to look larger than it is?

As in test_claims: unit values are 100 (`tea`, a wellbeing value of a person and year), nothing is
discounted unless said, and the day of the assessment is 1 June 2025.
"""

from functools import cache

import pandas as pd
import pytest
from engines import QUICK_ENGINES, on_engine
from test_claims import activities, found, frame, inputs, on_a_fixed_day, one
from test_published_findings import assess as assess_case
from test_published_findings import case_named

import socialvalue as sv

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


@pytest.mark.parametrize("project", [None, "Choir"], ids=["no project", "without outcomes"])
def test_activities_outside_the_ratio_may_be_paid_from_any(assess, project):
    cost = activities(activity_id=["a1", "a2"], project=["Walks", project], cost=[50.0, 30.0])
    record = {"activity_id": "a1"}
    for amount, missing in ((80, []), (70, [10])):
        paid = inputs({**WALKS, "amount": amount})
        told = found(assess(record, activities=cost, inputs=paid), "costs_missing_from_inputs")
        assert [each["value_at_stake"] for each in told] == missing


# Hours and not their presence

HOUR = {"unit": "volunteer_hour", "value_covers": "once", "value_type": "economic"}
GIVEN = {"duration_years": None, "drop_off": None, **WALKS}


def given(hours, rate=10, **changes):
    row = {"input_type": "volunteer_time", "amount": None, "hours": hours, "rate": rate}
    return inputs({**WALKS, "amount": 1000}, {**WALKS, **row, **changes})


def test_hours_of_activities_are_compared_with_those_put_in(assess):
    rule = "volunteer_time_missing_from_inputs"
    took = activities(project=["Walks"], volunteer_hours=[100])

    def told(put_in):
        return found(assess({"activity_id": "a1"}, activities=took, inputs=put_in), rule)

    # A tenth of 100 may be missing, and no more.
    assert told(given(90)) == []
    [finding] = told(given(89))
    assert finding["message"].startswith("The inputs show 89% of the volunteer hours")
    # 11 hours at 10 are 110; with 1,000 and 890 put in that is just over a twentieth (94.50).
    assert (finding["value_at_stake"], finding["severity"]) == (pytest.approx(110), "high")
    assert told(given(89, rate=1))[0]["severity"] == "medium", "11 of 1,089"
    [token] = told(given(None, rate=None, amount=1))
    assert "The inputs show 1%" in token["message"] and pd.isna(token["value_at_stake"])
    assert token["severity"] == "medium"
    [worthless] = told(given(100, rate=0.01))
    assert "The inputs show 1%" in worthless["message"], "100 x 0.01 pays for one hour at 1"
    assert told(given(None, rate=None, amount=90)) == []
    [elsewhere] = told(given(100, project="Choir"))
    assert "The inputs show 0%" in elsewhere["message"]
    assert told(given(100, project=None)) == [], "they serve all projects"


def test_hours_that_are_valued_are_compared_with_those_put_in(assess, proxy_set):
    rules = ["volunteer_hours_one_sided", "volunteer_hours_on_both_sides"]
    rate = {"proxies": proxy_set(HOUR)}

    def told(put_in, *more):
        result = assess({**GIVEN, "quantity": 100}, *more, inputs=put_in, **rate)
        return [found(result, rule) for rule in rules]

    [one_sided], both = told(given(89))
    # All 100 x 100 are concerned; 11% of them have no hour put in.
    assert (one_sided["value_at_stake"], one_sided["severity"]) == (10_000, "high")
    assert "the inputs show fewer hours" in one_sided["message"] and both == []
    for enough in (given(90), given(None, rate=None, amount=90)):
        assert [len(each) for each in told(enough)] == [0, 1]
    assert [len(each) for each in told(given(None, rate=None, amount=1))] == [1, 0]
    # 11 of the 100 hours beside a value of 30,000 are 1,100 of 40,000.
    other = {**GIVEN, "outcome": "Else", "quantity": 300}
    walks = {"proxies": proxy_set(HOUR, {"proxy_id": "cake", "value_covers": "once"}, links=[])}
    result = assess(
        {**GIVEN, "quantity": 100}, {**other, "proxy_id": "cake"}, inputs=given(89), **walks
    )
    assert one(result, rules[0])["severity"] == "medium"


def test_hours_of_volunteers_valued_as_hours_of_paid_work(assess, proxy_set):
    rule = "volunteer_hours_one_sided"
    paid = {"unit": "hour", "value_covers": "once", "overlap_group": "employment_of_person"}
    hours = {**GIVEN, "outcome": "Time given", "stakeholder_group": "volunteers"}

    def told(record, **change):
        proxies = proxy_set({**paid, **change})
        return found(assess(record, inputs=inputs({}), proxies=proxies), rule)

    assert told(hours)[0]["value_at_stake"] == 1000
    assert told({**hours, "outcome": "Into paid work"}) == []
    assert told({**hours, "stakeholder_group": "participants"}) == []
    assert told(hours, overlap_group="travel_time") == []


# Harms


def test_harms_that_are_next_to_none(assess):
    # 1 of 1,000 + 1 counted in size is just less than a thousandth.
    [finding] = found(assess({"quantity": 1000}, {"quantity": -1}), "no_harms")
    assert (finding["value_at_stake"], finding["severity"]) == (100, "medium")
    assert "The harms that are recorded come to less than 0.1% of the value" in finding["message"]
    assert found(assess({"quantity": 998}, {"quantity": -1}), "no_harms") == []
    told = {"proxy_id": None, "quantity": -1}
    assert found(assess({"quantity": 1000}, {"quantity": -1}, told), "no_harms") == []


def test_harms_of_a_project_that_are_reduced_more_than_its_gains(assess):
    rule = "harms_reduced_more"
    gain = {**WALKS, "deadweight": 0.2, "attribution_to_others": 0.5, "quantity": 20}

    def told(deadweight, **changes):
        harm = {**gain, "quantity": -10, "deadweight": deadweight, **changes}
        return found(assess(gain, harm), rule)

    # 0.8 x 0.5 = 0.4 of the gains is kept and 0.3 x 0.5 = 0.15 of the harms: 1,000 x 0.25.
    [finding] = told(0.7)
    assert finding["value_at_stake"] == pytest.approx(250)
    # 800 of gains and 150 of harms: a quarter of the value, and no reason on records.
    assert (finding["severity"], finding["rows"]) == ("high", 1)
    assert "85% is taken off the harms of Walks, and 60% off the gains" in finding["message"]
    # Nothing is left of the harms.
    assert told(1.0)[0]["value_at_stake"] == pytest.approx(400)
    # 0.45 x 0.5 = 0.225 kept is 0.175 less.
    assert told(0.55) == []
    assert told(0.7, project="Choir") == [], "another project, with no gains to compare with"
    assert told(0.7, evidence="trial") == []


def test_more_taken_off_harms_with_a_reason_or_of_little_weight(assess):
    rule = "harms_reduced_more"
    gain = {**WALKS, "quantity": 20}
    blank = {"deadweight": None, "displacement": None, "attribution_to_others": None}
    harm = {**WALKS, "stakeholder_group": "neighbours", "quantity": -10, **blank}
    shares = {"deadweight": 0.5, "displacement": 0, "attribution_to_others": 0}
    group = {"stakeholder_group": "neighbours", "reason": "the road was busy before"}
    stated = frame({**group, **shares})
    # 10 x 100 x 0.5 beside 2,000 and 500.
    finding = one(assess(gain, harm, adjustments=stated), rule)
    assert (finding["value_at_stake"], finding["severity"]) == (pytest.approx(500), "medium")
    # 50 beside 2,000 and 50 is less than a twentieth.
    light = {**harm, "quantity": -1, **shares}
    assert one(assess(gain, light), rule)["severity"] == "low"


# How it is known


def test_one_large_sample_does_not_answer_for_small_ones(assess):
    small = {"sample_size": 5, "quantity": 2}
    large = {"sample_size": 1000, "quantity": 1}
    [finding] = found(assess(small, small, small, large), "small_sample")
    # 6 of the 7 of one row, at 100 each.
    assert (finding["value_at_stake"], finding["rows"]) == (pytest.approx(600), 1)
    assert finding["severity"] == "medium" and "carry 86% of the value" in finding["message"]
    # 2 of 42 is less than a twentieth, though one of the two samples is small.
    assert found(assess(small, {**large, "quantity": 40}), "small_sample") == []
    assert found(assess(small, {**large, "quantity": 38}), "small_sample")[0]["severity"] == "low"


# Follow-ups that count: 4 x 10 people x 100 from 2024-25, of which the fourth year is 2027-28

SCALE = {"instrument": "ons4_life_satisfaction", "activity_id": "a1", "score": 5}
DAYS = {"before": "2024-05-01", "after": "2024-09-01", "follow_up": "2025-05-01"}


def answers(person, *waves, **changes):
    return [{"person_id": person, "wave": w, "date": DAYS[w], **SCALE, **changes} for w in waves]


def beyond(assess, records, rows, **places):
    tables = {"activities": activities(**places), "surveys": frame(*rows)}
    told = found(assess(*records, **tables), "long_duration")
    return [each["value_at_stake"] for each in told]


LASTS = {"duration_years": 4, "activity_id": "a1"}
FIRST = ("before", "after")


def test_a_follow_up_holds_for_three_years(assess):
    asked = answers("p", *FIRST, "follow_up")
    assert beyond(assess, [LASTS], asked) == []
    # 2025-26, when they were asked again, and the two years after: not 2028-29.
    assert beyond(assess, [{**LASTS, "duration_years": 5}], asked) == [1000]
    # By the end of the first year nothing more is known.
    soon = answers("p", *FIRST) + answers("p", "follow_up", date="2025-03-01")
    assert beyond(assess, [LASTS], soon) == [1000]


@pytest.mark.parametrize(
    "change",
    [
        {"score": None},
        {"instrument": "ons4_happy"},
        {"date": "2025-07-01"},
        {"activity_id": "a2"},
    ],
    ids=["blank", "a scale not asked before", "a day to come", "another project"],
)
def test_a_follow_up_that_says_nothing(assess, change):
    rows = answers("p", *FIRST) + answers("p", "follow_up", **change)
    places = {"activity_id": ["a1", "a2"], "project": ["Walks", "Choir"]}
    assert beyond(assess, [LASTS], rows, **places) == [1000]


def test_half_of_the_people_behind_a_row_must_have_been_asked_again(assess):
    def told(again, of=4):
        people = [{**LASTS, "person_id": f"p{i}", "quantity": 1} for i in range(of)]
        rows = [row for i in range(again) for row in answers(f"p{i}", *FIRST, "follow_up")]
        return beyond(assess, people, rows)

    assert told(2) == [] and told(1) == [400]
    # 30 of many are enough to tell a mean.
    assert told(30, of=70) == [] and told(29, of=70) == [7000]
    # Others of the project are no follow-up of people who are named.
    named = [{**LASTS, "person_id": "q", "quantity": 1}]
    assert beyond(assess, named, answers("p", *FIRST, "follow_up")) == [100]


def test_where_nobody_is_named_half_of_those_asked_in_the_project(assess):
    rows = [row for i in range(3) for row in answers(f"p{i}", *FIRST)]
    once = answers("p0", "follow_up")
    assert beyond(assess, [LASTS], rows + once) == [1000], "one of three"
    assert beyond(assess, [LASTS], rows + once + answers("p1", "follow_up")) == []


def test_a_register_has_seen_what_is_past(assess):
    register = {"duration_years": 8, "date": "2021-05-01", "evidence": "admin_record"}
    # 2024-25 and 2025-26, which has begun on 1 June 2025, are seen; 2026-27 to 2028-29 are not.
    finding = one(assess(register), "long_duration")
    assert finding["value_at_stake"] == pytest.approx(3000)
    assert found(assess({**register, "duration_years": 5}), "long_duration") == []
    assert found(assess({**register, "evidence": "trial"}), "long_duration") == []


# Costs to come, and costs at prices to come


def test_inputs_dated_after_the_day_of_the_assessment(assess):
    rule = "inputs_dated_ahead"
    ahead = {"date": "2025-06-02", "amount": 100}

    def told(*rows):
        return found(assess({}, inputs=inputs(*rows), assumptions={"uprate": False}), rule)

    # Half of the inputs, and just more than half.
    [finding] = told({}, ahead)
    assert (finding["value_at_stake"], finding["severity"]) == (100, "medium")
    assert "50% of the inputs are dated after" in finding["message"]
    assert told({"amount": 99}, ahead)[0]["severity"] == "high"
    assert told({}, {"date": "2025-06-01"}) == []


def test_inputs_at_prices_of_a_later_year(assess):
    rule = "inputs_at_later_prices"

    def told(*rows, **settings):
        return found(assess({}, inputs=inputs(*rows), assumptions=settings), rule)

    # 2025-26 has begun on 1 June 2025, 2026-27 has not, nor has 2026.
    restated = {"price_year": "2025-26"}
    assert [each["severity"] for each in told(restated)] == ["medium"]
    assert [each["severity"] for each in told({}, {}, restated)] == ["low"]
    for year in ("2026-27", "2026"):
        [finding] = told({"price_year": year}, {"amount": 1000})
        assert finding["severity"] == "high" and "has not begun" in finding["message"], year
        # 100 at later prices are less than 100: of 1,100 more than a twentieth, of 2,100 less.
        assert 90 < finding["value_at_stake"] < 100
        assert told({"price_year": year}, {"amount": 2000})[0]["severity"] == "medium"
    for own in ("2024-25", "2024", "2023-24"):
        assert told({"price_year": own}) == [], own
    # March 2025 is in 2024-25, and after the start of the calendar year 2025.
    assert told({"date": "2025-03-31", "price_year": "2025"}) == []
    assert told({"price_year": "2026-27"}, uprate=False) == []
    assert told({"price_year": "2026-27", "already_present_value": "yes"}) == []


# Discounting


def test_a_base_year_after_years_with_value(assess):
    rule = "base_year_after_outcomes"
    rate = {"discount_rate": 0.25}

    def told(record, **settings):
        return found(assess(record, assumptions={**rate, **settings}), rule)

    # From 2024-25 the second of two years of 1,000 would be worth 1,000 / 1.25 = 800.
    [finding] = told({"duration_years": 2}, base_year="2025-26")
    assert finding["value_at_stake"] == pytest.approx(200)
    assert finding["severity"] == "medium", "a tenth of 2,000"
    assert "The base year 2025-26" in finding["message"]
    # At 10% it would be 1,000 / 1.1 = 909: 91 of 2,000 is less than a twentieth.
    tenth = told({"duration_years": 2}, base_year="2025-26", discount_rate=0.1)
    assert tenth[0]["severity"] == "low"
    assert told({"duration_years": 2}) == []
    assert told({"duration_years": 2}, base_year="2023-24") == []
    assert told({}, base_year="2025-26") == [], "one year of value is of one year"


def test_what_was_put_in_before_says_from_when_to_discount(assess):
    put_in = inputs({"date": "2023-05-01"})
    settings = {"discount_rate": 0.25, "base_year": "2025-26"}
    finding = one(assess({}, inputs=put_in, assumptions=settings), "base_year_after_outcomes")
    # From 2023-24, when inputs began, the 1,000 of 2024-25 would be worth 800.
    assert finding["value_at_stake"] == pytest.approx(200)


def test_later_years_that_are_as_good_as_not_discounted(assess):
    rule = "next_to_no_discounting"

    def told(rate, **record):
        return found(assess(record, assumptions={"discount_rate": rate}), rule)

    # At the Green Book's 3.5% the second year is worth 1,000 / 1.035 = 966.18.
    [finding] = told(0, duration_years=2)
    assert finding["value_at_stake"] == pytest.approx(1000 - 1000 / 1.035)
    assert (finding["severity"], finding["rows"]) == ("low", 1)
    assert "after 2024-25 is discounted at less than 0.5%" in finding["message"]
    # Of five years the last four lose 33.82, 66.49, 98.06 and 128.56 of 5,000: 6.5%.
    [more] = told(0, duration_years=5)
    assert more["value_at_stake"] == pytest.approx(326.92, abs=0.01)
    assert more["severity"] == "medium"
    assert told(0.0049, duration_years=2) and told(0.0051, duration_years=2) == []
    assert told(0, duration_years=1) == []
    assert told("green-book-health-no-pure-time-preference", duration_years=100) == []


# WELLBYs that no life has


def test_more_wellbys_of_a_person_than_life_satisfaction_has_points(assess, proxy_set):
    proxies = proxy_set({"unit": "wellby"})

    def told(*records):
        result = assess(*records, proxies=proxies)
        each = found(result, "more_wellbys_than_a_life_has")
        return [(line["severity"], line["value_at_stake"]) for line in each]

    p = {"person_id": "p", "quantity": 6, "project": "Walks"}
    choir = {**p, "outcome": "Fitter", "project": "Choir"}
    # 6 + 5 points of one person and year, all of them in doubt.
    assert told(p, {**choir, "quantity": 5}) == [("high", pytest.approx(1100))]
    assert told(p, {**choir, "quantity": 4}) == [("low", pytest.approx(1000))]
    assert told(p, {**choir, "quantity": 5, "date": "2025-05-01"}) == [("low", 1100)]
    assert told({**p, "quantity": 3}) == [] and told({**p, "quantity": 3.1})[0][0] == "low"
    # Gains and harms of a person are no sum: 6 up, and 5 down.
    assert told(p, {**choir, "quantity": -5}) == [("low", 1100)]
    # 11 for one of many: 1,100 of 23,100 is less than a twentieth.
    others = {"person_id": None, "quantity": 220, "people": 100}
    assert told({**p, "quantity": 11}, others) == [("medium", 1100)]


def test_wellbys_of_a_record_of_several_people(assess, proxy_set):
    rule = "more_wellbys_than_a_life_has"
    proxies = proxy_set({"unit": "wellby"})

    def told(**record):
        return found(assess(record, proxies=proxies), rule)

    [finding] = told(people=60, quantity=660)
    assert "60 people" in finding["message"] and "points from bottom to top" in finding["message"]
    assert told(people=60, quantity=600)[0]["severity"] == "low", "10 each"
    assert told(people=60, quantity=180) == [], "3 each"
    # It names one of them, and is of all.
    assert told(people=60, quantity=180, person_id="p") == []
    assert told(quantity=180) == [], "nobody knows of how many"
    [few] = told(people=2, quantity=22)
    assert "some people" in few["message"]
    state = assess({"person_id": "p", "quantity": 11})
    assert found(state, rule) == [], "years of a state and not points"


# On every engine: what is asked of the records here


def on_engines() -> pd.DataFrame:
    small = [{"sample_size": 5.0 if i else 1000.0, "quantity": 2.0} for i in range(4)]
    lasting = [{"person_id": f"p{i}", "duration_years": 6.0, "quantity": 1.0} for i in range(4)]
    wellby = {"proxy_id": "wb_wellby", "outcome": "Calmer", "quantity": 6.0, "person_id": "q"}
    points = [wellby, {**wellby, "quantity": 5.0}, {**wellby, "person_id": "r"}]
    points += [{**wellby, "person_id": None, "people": 2.0, "quantity": 30.0}]
    base = {
        "outcome": "Less lonely",
        "proxy_id": "lonely_chronic_loneliness_year",
        "stakeholder_group": "all",
        "activity_id": "a1",
        "project": "Walks",
        "date": "2024-05-01",
        "duration_years": 1.0,
        "drop_off": 0.2,
    }
    rows = [{**base, **change} for change in (*small, *lasting, *points)]
    table = pd.DataFrame(rows).assign(outcome_id=[f"o{i}" for i in range(len(rows))])
    return table.assign(date=pd.to_datetime(table["date"]))


def findings_on(frame_of_records) -> pd.DataFrame:
    waves = [row for i in range(2) for row in answers(f"p{i}", *FIRST, "follow_up")]
    tables = {"activities": activities(project=["Walks"]), "surveys": frame(*waves)}
    records = sv.Records(outcomes=frame_of_records, **tables)
    return sv.assess(records, progress=False).findings


@cache
def expected() -> pd.DataFrame:
    return findings_on(on_engines())


@pytest.mark.parametrize("engine", QUICK_ENGINES)
def test_every_engine_gives_the_same_findings(engine):
    rules = expected()["rule"].tolist()
    assert {"small_sample", "long_duration"} <= set(rules)
    assert rules.count("more_wellbys_than_a_life_has") == 2, "impossible, and a question"
    found_ = findings_on(on_engine(engine, on_engines()))
    # To 1e-9: engines add up in another order.
    pd.testing.assert_frame_equal(found_, expected(), check_dtype=False, rtol=1e-9, atol=1e-9)


def test_the_case_that_adds_up_four_years_says_what_discounting_would_take_off():
    case = case_named("lyr_active_row_wellby")
    result = assess_case(case)
    stake = one(result, "next_to_no_discounting")["value_at_stake"]
    # As the page of published cases says.
    assert round(stake / result.totals["present_value"], 3) == 0.022
