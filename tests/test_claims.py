"""Does every rule of the claims audit fire on its case, and keep quiet on the near miss?

Unit values are 100 (`tea`, a wellbeing value of a person and year) and nothing is discounted, so
that values at stake are seen at a glance.
"""

from datetime import date
from pathlib import Path

import pandas as pd
import programmes
import pytest

import socialvalue as sv
from socialvalue import claims, provenance
from socialvalue.claims_on_proxies import TRANSFERS
from socialvalue.errors import SettingsError
from socialvalue.finding_rules import RULE_NAMES
from socialvalue.proxies import shipped_sets

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "claims_audit.md"
TEA = {"proxy_id": "tea", "review_by": "2030-12-31"}


@pytest.fixture(autouse=True)
def on_a_fixed_day(monkeypatch):
    monkeypatch.setattr(provenance, "today", lambda: date(2025, 6, 1))


def found(result, rule) -> list[dict]:
    return result.findings.query("rule == @rule").to_dict("records")


def one(result, rule) -> dict:
    [finding] = found(result, rule)
    return finding


def frame(*rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def activities(**columns) -> pd.DataFrame:
    base = {"activity_id": ["a1"], "activity_type": "training", "start_date": "2024-05-01"}
    return pd.DataFrame({**base, **columns})


def inputs(*rows) -> pd.DataFrame:
    base = {"amount": 100, "date": "2024-05-01", "input_type": "cash"}
    return frame(*[{"input_id": f"i{i}", **base, **row} for i, row in enumerate(rows)])


# Every rule is on its page, and says nothing under another name


def test_every_rule_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    headings = [line[4:].strip("`") for line in page.splitlines() if line.startswith("### ")]
    assert headings == list(RULE_NAMES)


def test_every_rule_on_the_page_says_what_fires_it_how_severe_it_is_and_why():
    parts = PAGE.read_text(encoding="utf-8").split("\n### ")[1:]
    for part in parts:
        said = " ".join(part.split())
        for word in ("Fires", "Severity", "Why", "What to do"):
            assert f"**{word}**" in said, part.splitlines()[0]


# What was taken off


def test_a_deadweight_of_nought_on_most_of_the_value(assess):
    stated = {"deadweight": 0.2, "attribution_to_others": 0.2, "outcome": "Fitter"}
    result = assess({"quantity": 6, "attribution_to_others": 0.2}, {"quantity": 5, **stated})
    # 6 x 100 x 0.8 of 480 + 5 x 100 x 0.8 x 0.8 = 320 is 60% of the value.
    finding = one(result, "zero_taken_off")
    assert finding["value_at_stake"] == pytest.approx(480)
    assert finding["severity"] == "high" and finding["message"].startswith("Deadweight")
    # 5 x 100 x 0.8 = 400 of 400 + 7 x 100 x 0.64 = 448 is less than half.
    miss = assess({"quantity": 5, "attribution_to_others": 0.2}, {"quantity": 7, **stated})
    assert found(miss, "zero_taken_off") == []


def test_a_nought_with_a_reason_is_less_severe_and_one_that_was_measured_is_none(assess):
    blank = {"deadweight": None, "attribution_to_others": 0.2}
    reason = frame({"proxy_id": "tea", "deadweight": 0, "reason": "nobody else offers it"})
    assert one(assess(blank, adjustments=reason), "zero_taken_off")["severity"] == "medium"
    trial = {"deadweight": 0, "attribution_to_others": 0.2, "evidence": "trial"}
    assert found(assess(trial), "zero_taken_off") == []


@pytest.mark.parametrize(("share", "fires"), [(0.001, 1), (0.0049, 1), (0.005, 0), (0.01, 0)])
def test_what_rounds_to_nothing_takes_nothing_off(assess, share, fires):
    told = found(assess({"deadweight": share, "attribution_to_others": 0.2}), "zero_taken_off")
    assert len(told) == fires
    if fires:
        # True of 0.001 as it is of 0; all of 10 x 100 x (1 - share) x 0.8 is at stake.
        said = "Deadweight is stated as less than half a percent on 100% of the value"
        assert told[0]["message"].startswith(said)
        assert told[0]["value_at_stake"] == pytest.approx(800 * (1 - share))


def test_jobs_that_displace_nobody(assess, proxy_set):
    jobs = proxy_set({"unit": "job", "value_type": "economic"})
    assert one(assess({}, proxies=jobs), "jobs_without_displacement")["value_at_stake"] == 1000
    assert found(assess({"displacement": 0.1}, proxies=jobs), "jobs_without_displacement") == []


def test_a_fourth_year_that_nobody_followed_up(assess):
    long = {"duration_years": 4, "activity_id": "a1"}
    # The fourth of four equal years of 1,000.
    assert one(assess(long), "long_duration")["value_at_stake"] == pytest.approx(1000)
    assert one(assess(long), "long_duration")["severity"] == "medium"
    assert found(assess({"duration_years": 3}), "long_duration") == []
    scale = {"instrument": "ons4_life_satisfaction", "activity_id": "a1", "score": 5}
    asked = [
        {"person_id": "p", "wave": wave, "date": day, **scale}
        for wave, day in (("before", "2024-05-01"), ("after", "2024-09-01"))
    ]
    later = {"person_id": "p", "wave": "follow_up", "date": "2025-05-01", **scale}
    tables = {"activities": activities()}
    assert found(assess(long, surveys=frame(*asked), **tables), "long_duration")
    assert found(assess(long, surveys=frame(*asked, later), **tables), "long_duration") == []


# What is counted twice


def test_a_record_that_repeats_another_of_the_same_person(assess):
    twice = {"person_id": "p1", "quantity": 0.5}
    others = [{"person_id": f"q{i}", "quantity": 0.5} for i in range(3)]
    # One of five records of 50 each is a repeat.
    finding = one(assess(twice, twice, *others), "recorded_twice")
    assert finding["value_at_stake"] == pytest.approx(50)
    assert finding["severity"] == "high", "a fifth of the value"
    another_day = {**twice, "date": "2024-06-01"}
    assert found(assess(twice, another_day, *others), "recorded_twice") == []
    assert found(assess(twice, {**twice, "person_id": "p2"}, *others), "recorded_twice") == []


def test_uses_of_one_day_repeat_one_another_only_at_the_same_activity(assess, proxy_set):
    hours = proxy_set({"unit": "hour", "value_covers": "once"})
    use = {"person_id": "p1", "duration_years": None, "activity_id": "a1"}
    tables = {"proxies": hours, "activities": activities(activity_id=["a1", "a2"])}
    assert found(assess(use, use, **tables), "recorded_twice")
    other = {**use, "activity_id": "a2"}
    assert found(assess(use, other, **tables), "recorded_twice") == []


def test_records_that_name_nobody_repeat_one_another_where_there_are_few(assess):
    same = {"quantity": 40}
    finding = one(assess(same, same), "recorded_twice")
    assert finding["value_at_stake"] == pytest.approx(4000)
    assert found(assess(same, {"quantity": 41}), "recorded_twice") == []
    # A log of sessions has many records that look alike.
    assert found(assess(*[{"quantity": 1}] * 13), "recorded_twice") == []
    # Half of the value, and still a question: two sessions of equal groups look alike.
    assert finding["severity"] == "medium" and "may repeat" in finding["message"]


def test_one_person_under_two_outcomes_of_one_value(assess, proxy_set):
    job = {"unit": "job", "value_type": "economic", "overlap_group": "employment_of_person"}
    rule, one_use = "more_than_one_person_can", {**job, "value_covers": "once"}

    def of(*records, proxy=job):
        named = [{"person_id": "ann", "proxy_id": "tea", **record} for record in records]
        return assess(*named, proxies=proxy_set(proxy))

    moved, stayed = {"outcome": "Moved into work"}, {"outcome": "Stayed in work"}
    three_quarters = {"quantity": 0.75}
    twice = one(of({**moved, **three_quarters}, {**stayed, **three_quarters}), rule)
    # Half a year of a job beyond one, of 150 pounds in all.
    assert (twice["value_at_stake"], twice["severity"], twice["rows"]) == (50, "high", 2)
    half = {"quantity": 0.5}
    assert found(of({**moved, **half}, {**stayed, **half}), rule) == []
    two = of({**moved, "quantity": 1}, {**stayed, "quantity": 1, "person_id": "bea"})
    assert found(two, rule) == []
    later = {**stayed, "quantity": 1, "date": "2025-05-01"}
    assert found(of({**moved, "quantity": 1}, later), rule) == []
    uses = [{**moved, "quantity": 1}, {**stayed, "quantity": 1}]
    assert found(of(*uses, proxy=one_use), rule) == []


def test_who_is_counted_twice_is_charged_by_the_size_of_the_records(assess, proxy_set):
    wellby = {"unit": "wellby"}
    large = [{"outcome": name, "person_id": "ann", "quantity": 4} for name in ("Calm", "Glad")]
    small = [
        {"outcome": name, "person_id": f"{name} {n}", "quantity": 0.1}
        for name in ("Calm", "Glad")
        for n in range(9)
    ]
    result = assess(*large, *small, proxies=proxy_set(wellby))
    # Ann's 4 at 100 pounds, and not the 49 of a mean record.
    assert one(result, "two_wellbeing_values")["value_at_stake"] == pytest.approx(400)


def test_a_person_is_no_more_than_one_person_in_a_year(assess):
    first = {"person_id": "p1", "quantity": 1}
    second = {"person_id": "p1", "quantity": 0.5, "date": "2024-09-01"}
    finding = one(assess(first, second), "more_than_one_person_can")
    assert finding["value_at_stake"] == pytest.approx(50)
    next_year = {**second, "date": "2025-05-01"}
    assert found(assess(first, next_year), "more_than_one_person_can") == []
    halves = ({**second, "date": "2024-05-01"}, second)
    assert found(assess(*halves), "more_than_one_person_can") == []
    # A record of ten people names one of them: it does not count that one ten times.
    assert (
        found(assess({"person_id": "p1"}, {**second, "quantity": 10}), "more_than_one_person_can")
        == []
    )


def test_one_change_of_a_person_claimed_by_two_projects(assess):
    walks = {"person_id": "p1", "quantity": 0.5, "project": "Walks"}
    choir = {**walks, "project": "Choir", "quantity": 0.25, "date": "2024-09-01"}
    finding = one(assess(walks, choir), "claimed_by_two_projects")
    # The lesser of 50 and 25.
    assert finding["value_at_stake"] == pytest.approx(25)
    assert found(assess(walks, {**choir, "person_id": "p2"}), "claimed_by_two_projects") == []
    assert found(assess(walks, {**choir, "outcome": "Fitter"}), "claimed_by_two_projects") == []


def test_one_repeat_is_charged_once(assess, group):
    rules = ["recorded_twice", "claimed_by_two_projects", "overlapping_values"]

    def told(*records, **tables):
        found = assess(*records, **tables).findings
        return found[found["rule"].isin(rules)].set_index("rule")["value_at_stake"].to_dict()

    # The same day and quantity in two projects: one record recorded twice, and no second claim.
    walks = {"person_id": "p1", "quantity": 0.5, "project": "Walks"}
    choir = {**walks, "project": "Choir"}
    assert told(walks, choir) == {"recorded_twice": pytest.approx(50)}
    # The change that stands twice counts for the choir, whose row comes first. A further one of the
    # walks is claimed beside it: the lesser of 50 and 20.
    more = {**walks, "quantity": 0.2, "date": "2024-08-01"}
    both = {"recorded_twice": pytest.approx(50), "claimed_by_two_projects": pytest.approx(20)}
    assert told(walks, choir, more) == both
    # 2 x 100 of p, one of them a repeat, beside 10 x 30 of q: 100 by each rule, 200 in all.
    p = {**P, "duration_years": 1}
    q = {**Q, "date": "2024-05-01", "quantity": 10}
    twice = {"recorded_twice": pytest.approx(100), "overlapping_values": pytest.approx(100)}
    assert told(p, p, q, proxies=group) == twice


PAIRS = {
    "overlapping_values": ({"value_type": "economic"}, {"value_type": "economic"}),
    "fiscal_inside_societal": ({"value_type": "fiscal"}, {"value_type": "economic"}),
    "lifetime_with_yearly": ({"value_covers": "year"}, {"value_covers": "duration"}),
    "two_wellbeing_values": ({}, {}),
}


@pytest.mark.parametrize("rule", PAIRS)
def test_two_values_of_one_overlap_group_meet_in_a_person(assess, proxy_set, rule):
    first, second = PAIRS[rule]
    group = {"overlap_group": "g", "unit": "person"}
    links = [("p", "sdg", "3", 1.0)]
    proxies = proxy_set(
        {"proxy_id": "p", **group, **first},
        {"proxy_id": "q", **group, **second, "unit_value": 30},
        links=links,
    )
    p = {"proxy_id": "p", "person_id": "p1", "quantity": 1, "outcome": "one", "drop_off": None}
    q = {**p, "proxy_id": "q", "outcome": "two", "duration_years": None}
    finding = one(assess(p, q, proxies=proxies), rule)
    assert finding["value_at_stake"] == pytest.approx(30), "the lesser of 100 and 30"
    assert finding["severity"] == "high"
    for miss in ({"person_id": "p2"}, {"date": "2025-05-01"}, {"quantity": -1}):
        quiet = assess(p, {**q, **miss}, proxies=proxies)
        assert not set(PAIRS) & set(quiet.findings["rule"]), miss
    # Where nobody is named they may be of the same people: one project, group and year.
    nobody = {"person_id": None}
    maybe = one(assess({**p, **nobody}, {**q, **nobody}, proxies=proxies), rule)
    assert maybe["message"].startswith("The same people may be")
    assert maybe["severity"] == "medium"
    elsewhere = {**q, **nobody, "stakeholder_group": "others"}
    assert found(assess({**p, **nobody}, elsewhere, proxies=proxies), rule) == []


def test_events_of_one_overlap_group_are_different_events(assess, proxy_set):
    once = {"overlap_group": "g", "value_covers": "once", "unit": "stay"}
    proxies = proxy_set({"proxy_id": "p", **once}, {"proxy_id": "q", **once}, links=[])
    stay = {"proxy_id": "p", "person_id": "p1", "duration_years": None}
    result = assess(stay, {**stay, "proxy_id": "q"}, proxies=proxies)
    assert not set(PAIRS) & set(result.findings["rule"])


def test_values_of_one_outcome_without_an_overlap_group(assess, proxy_set):
    def rules(first, second, **changes):
        proxies = proxy_set({"proxy_id": "p", **first}, {"proxy_id": "q", **second}, links=[])
        p = {"proxy_id": "p", "person_id": "p1", "drop_off": None, "duration_years": None}
        result = assess(p, {**p, "proxy_id": "q", **changes}, proxies=proxies)
        return set(PAIRS) & set(result.findings["rule"])

    fiscal, economic = {"value_type": "fiscal"}, {"value_type": "economic"}
    assert rules(fiscal, economic) == {"fiscal_inside_societal"}
    assert rules(fiscal, economic, outcome="another") == set()
    assert rules(fiscal, {}) == set(), "a saving and a gain in wellbeing are two effects"
    lifetime = {**economic, "value_covers": "duration"}
    assert rules(economic, lifetime) == {"lifetime_with_yearly"}
    assert rules(economic, lifetime, outcome="another") == set()
    assert rules({}, {}, outcome="another") == {"two_wellbeing_values"}
    assert rules({}, {"value_covers": "once"}, outcome="another") == set()


def test_a_lasting_change_recorded_again_in_a_year_it_still_counts_in(assess):
    rule = "recorded_again_while_it_lasts"
    first = {"person_id": "p1", "quantity": 1, "duration_years": 3}
    again = {**first, "date": "2025-05-01", "quantity": 0.5}
    finding = one(assess(first, again), rule)
    # 2025-26 and 2026-27 count for both: the lesser record, 50 a year, is counted again.
    assert finding["value_at_stake"] == pytest.approx(2 * 50)
    assert (finding["severity"], finding["rows"]) == ("high", 2)
    misses = ({"person_id": "p2"}, {"date": "2027-05-01"}, {"outcome": "Fitter"}, {"quantity": -1})
    for miss in misses:
        assert found(assess(first, {**again, **miss}), rule) == [], miss
    once = {"duration_years": 1}
    assert found(assess({**first, **once}, {**again, **once}), rule) == []


@pytest.fixture
def group(proxy_set):
    """A yearly value of 100, one of 30, a lifetime of 250 and an event of 60, all of one group."""
    shared = {"overlap_group": "g", "unit": "person", "value_type": "economic"}
    return proxy_set(
        {"proxy_id": "p", **shared},
        {"proxy_id": "q", **shared, "unit_value": 30},
        {"proxy_id": "life", **shared, "unit_value": 250, "value_covers": "duration"},
        {"proxy_id": "event", **shared, "unit_value": 60, "value_covers": "once"},
        links=[],
    )


P = {"proxy_id": "p", "outcome": "one", "person_id": "p1", "quantity": 1, "duration_years": 3}
Q = {**P, "proxy_id": "q", "outcome": "two", "date": "2025-05-01", "duration_years": 1}
LIFE = {**P, "proxy_id": "life", "duration_years": None, "drop_off": None}
EACH_YEAR = [
    {**P, "outcome": "two", "duration_years": 1, "date": f"{y}-05-01"} for y in range(2025, 2028)
]


def test_two_values_of_one_group_recorded_in_different_years(assess, group):
    def told(*records):
        return found(assess(*records, proxies=group), "overlapping_values")

    # p counts in 2024-25 to 2026-27: the lesser, 30, is counted twice in one year, or in two.
    assert [each["value_at_stake"] for each in told(P, Q)] == [pytest.approx(30)]
    [finding] = told(P, {**Q, "duration_years": 2})
    assert finding["value_at_stake"] == pytest.approx(60)
    assert "p and q in the same years" in finding["message"]
    assert (finding["severity"], finding["rows"]) == ("high", 2)
    for miss in ({"person_id": "p2"}, {"date": "2027-05-01"}, {"quantity": -1}):
        assert told(P, {**Q, **miss}) == [], miss
    assert told({**P, "duration_years": 1}, Q) == []
    # Where nobody is named others may have come in the second year.
    nobody = {"person_id": None}
    assert told({**P, **nobody}, {**Q, **nobody}) == []


def test_a_person_is_told_once_for_a_pair_and_never_for_more_than_the_lesser_value(assess, group):
    people = [f"n{i}" for i in range(50)]
    lasting = {"date": "2024-05-01", "duration_years": 3}
    records = [{**each, "person_id": who} for who in people for each in (P, {**Q, **lasting})]
    finding = one(assess(*records, proxies=group), "overlapping_values")
    # 50 people in three years each, recorded in the same year: 50 x 30 x 3.
    assert finding["message"].startswith("50 times a person is")
    assert finding["value_at_stake"] == pytest.approx(4500)
    # 3 x 100 of p stand beside 10 x 30 in each of the years: p is the lesser in each of them.
    every = [{**Q, "date": f"{y}-05-01", "quantity": 10} for y in (2024, 2025, 2026)]
    finding = one(assess(P, *every, proxies=group), "overlapping_values")
    assert finding["value_at_stake"] == pytest.approx(300)


def test_a_year_recorded_within_an_earlier_lifetime(assess, group):
    rule = "lifetime_with_yearly"

    def told(*records):
        return [each["value_at_stake"] for each in found(assess(*records, proxies=group), rule)]

    assert told(LIFE, EACH_YEAR[0]) == [pytest.approx(100)]
    # Three years of 100 are more than the 250 of the lifetime: no more than that is twice.
    assert told(LIFE, *EACH_YEAR) == [pytest.approx(250)]
    # Where it is stated, a lifetime holds as many years: 2024-25 and 2025-26.
    assert told({**LIFE, "duration_years": 1.5}, *EACH_YEAR) == [pytest.approx(100)]
    assert told({**LIFE, "duration_years": 1}, *EACH_YEAR) == []
    # A yearly value that lasts into a lifetime recorded later: one of its three years.
    assert told(P, {**LIFE, "date": "2026-05-01"}) == [pytest.approx(100)]
    for miss in ({"person_id": "p2"}, {"date": "2028-05-01"}):
        assert told({**LIFE, **miss}, *EACH_YEAR) == [], miss


def test_an_event_in_a_later_year_of_a_lifetime_is_one_of_its_own(assess, group):
    event = {**LIFE, "proxy_id": "event", "outcome": "three", "date": "2025-05-01"}
    other = {**EACH_YEAR[0], "person_id": "p2"}
    quiet = assess(LIFE, event, other, proxies=group)
    assert not set(PAIRS) & set(quiet.findings["rule"])
    # In the year that it was recorded in it is looked at, as it is where nothing lasts.
    same = assess(LIFE, {**event, "date": "2024-05-01"}, other, proxies=group)
    assert one(same, "overlapping_values")["value_at_stake"] == pytest.approx(60)


def test_wellbys_of_one_person_under_two_names(assess, proxy_set):
    wellby = {"proxies": proxy_set({"unit": "wellby"})}
    calmer = {"person_id": "p1", "quantity": 0.5}
    fitter = {**calmer, "outcome": "Fitter", "quantity": 0.25}
    assert one(assess(calmer, fitter, **wellby), "two_wellbeing_values")["value_at_stake"] == 25
    for miss in ({"person_id": "p2"}, {"date": "2025-05-01"}, {"outcome": "Calmer"}):
        quiet = assess(calmer, {**fitter, **miss}, **wellby)
        assert found(quiet, "two_wellbeing_values") == [], miss
    assert found(assess(calmer, fitter), "two_wellbeing_values") == [], "persons, not WELLBYs"
    state = {"proxies": proxy_set({"overlap_group": "wellbeing_of_person"})}
    assert one(assess(calmer, fitter, **state), "two_wellbeing_values")["rows"] == 2


def test_the_severity_of_a_mistake_turns_at_a_twentieth_of_the_value(assess):
    twice = {"person_id": "p1", "quantity": 1, "duration_years": 1}
    for others, severity in ((18, "high"), (19, "medium")):
        people = [{**twice, "person_id": f"q{i}"} for i in range(others)]
        # The repeat is one of 20, then one of 21, of the same value.
        found_ = one(assess(twice, twice, *people), "recorded_twice")
        assert found_["severity"] == severity


HOUR = {"unit": "volunteer_hour", "value_covers": "once", "value_type": "economic"}
GIVEN = {"duration_years": None, "drop_off": None}


def test_an_hour_of_a_volunteer_paid_twice(assess, proxy_set):
    rates = proxy_set(
        {"proxy_id": "p", **HOUR}, {"proxy_id": "q", **HOUR, "unit_value": 20}, links=[]
    )
    p = {"proxy_id": "p", "activity_id": "a1", **GIVEN}
    q = {**p, "proxy_id": "q"}
    tables = {"proxies": rates, "activities": activities(activity_id=["a1", "a2"])}
    finding = one(assess(p, q, **tables), "volunteer_hour_paid_twice")
    assert finding["value_at_stake"] == pytest.approx(10 * 20)
    elsewhere = {**q, "activity_id": "a2"}
    assert found(assess(p, elsewhere, **tables), "volunteer_hour_paid_twice") == []
    # Without activities the hours of one project and year may be the same.
    plain = [{**each, "activity_id": None} for each in (p, q)]
    assert "project" in one(assess(*plain, proxies=rates), "volunteer_hour_paid_twice")["message"]


def test_hours_of_volunteers_as_an_outcome_and_among_the_inputs(assess, proxy_set):
    rate = {"proxies": proxy_set(HOUR)}
    given = {"input_type": "volunteer_time"}
    rules = ("volunteer_hours_one_sided", "volunteer_hours_on_both_sides")
    alone = assess(GIVEN, inputs=inputs({}), **rate)
    assert [len(found(alone, rule)) for rule in rules] == [1, 0]
    both = assess(GIVEN, inputs=inputs({}, given), **rate)
    assert [len(found(both, rule)) for rule in rules] == [0, 1]
    neither = assess({}, inputs=inputs({}, given))
    assert [len(found(neither, rule)) for rule in rules] == [0, 0]


def test_more_people_than_a_group_has(assess):
    def told(number, *records):
        groups = frame({"stakeholder_group": "all", "number": number, "included": "yes"})
        return found(assess(*records, stakeholders=groups), "more_people_than_there_are")

    # 60 + 60 people where there are 100: a sixth of them are too many.
    [finding] = told(100, {"people": 60}, {"people": 60, "outcome": "Fitter"})
    assert "120 people" in finding["message"] and finding["severity"] == "high"
    assert told(120, {"people": 60}, {"people": 60, "outcome": "Fitter"}) == []
    # Named people count once.
    assert told(1, {"person_id": "p"}, {"person_id": "p", "outcome": "Fitter"}) == []


def test_more_people_than_took_part(assess):
    record = {"people": 60, "activity_id": "a1"}
    took_part = activities(people=[50], project=["Walks"])
    assert found(assess(record, activities=took_part), "more_people_than_there_are")
    family = {"people": 60, "activity_id": "a1", "stakeholder_group": "families"}
    both = assess(record, family, activities=took_part)
    assert found(both, "more_people_than_there_are") == [], "families took no part themselves"
    for people in (60, None):
        enough = activities(people=[people], project=["Walks"])
        assert found(assess(record, activities=enough), "more_people_than_there_are") == []


def test_shares_of_partners_beyond_the_whole(assess):
    def told(share, others):
        claims = frame(
            {"activity_id": "a1", "partner": "Library", "share": share},
            {"activity_id": "a1", "partner": "Surgery", "share": 0.1},
        )
        record = {"activity_id": "a1", "attribution_to_others": others}
        tables = {"activities": activities(), "partner_claims": claims}
        return found(assess(record, **tables), "shares_beyond_whole")

    # 0.4 + 0.1 of partners and 0.6 kept: 0.1 of the 10 x 100 is claimed twice.
    assert [each["value_at_stake"] for each in told(0.4, 0.4)] == [pytest.approx(100)]
    assert told(0.3, 0.4) == []
    # More than all of it by themselves.
    assert len(told(0.95, 1.0)) == 1


# How it is known


def test_one_proxy_that_carries_most(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "cake"}, links=[])
    cake = {"proxy_id": "cake", "quantity": 9}
    finding = one(assess({"quantity": 10}, cake, proxies=proxies), "one_proxy_carries_most")
    assert finding["value_at_stake"] == 1000 and "53%" in finding["message"]
    even = assess({"quantity": 9}, cake, proxies=proxies)
    assert found(even, "one_proxy_carries_most") == []


@pytest.mark.parametrize(
    ("rule", "weak"),
    [("weak_evidence_carries_most", "self_report"), ("evidence_not_stated", None)],
)
def test_evidence_that_carries_most(assess, rule, weak):
    strong = {"evidence": "before_after", "quantity": 9}
    assert one(assess({"evidence": weak, "quantity": 10}, strong), rule)["value_at_stake"] == 1000
    assert found(assess({"evidence": weak, "quantity": 9}, strong), rule) == []


def test_a_sample_too_small_for_its_weight(assess):
    rest = {"quantity": 90, "outcome": "Fitter", "sample_size": 30}
    assert one(assess({"sample_size": 29}, rest), "small_sample")["value_at_stake"] == 1000
    assert found(assess({"sample_size": 30}, rest), "small_sample") == []
    # 4 of 94 is less than a twentieth of the value.
    assert found(assess({"sample_size": 29, "quantity": 4}, rest), "small_sample") == []


def surveyed(pairs, lost=0):
    waves = (("before", "2024-05-01", 5), ("after", "2024-09-01", 6))
    rows = [
        {"person_id": f"p{i}", "wave": wave, "date": day, "score": score}
        for i in range(pairs + lost)
        for wave, day, score in waves
        if wave == "before" or i < pairs
    ]
    return frame(*rows).assign(activity_id="a1", instrument="ons4_life_satisfaction")


def test_few_pairs_of_answers_and_many_lost(assess):
    measured = {"evidence": "before_after", "activity_id": "a1"}

    def rules(record, surveys):
        result = assess(record, surveys=surveys, activities=activities())
        return {"small_sample", "answers_lost"} & set(result.findings["rule"])

    assert rules(measured, surveyed(29)) == {"small_sample"}
    assert rules(measured, surveyed(30)) == set()
    assert rules({**measured, "evidence": "trial"}, surveyed(29, lost=20)) == set()
    # 9 of 39 is more than a fifth, 7 of 37 is less.
    assert rules(measured, surveyed(30, lost=9)) == {"answers_lost"}
    assert rules(measured, surveyed(30, lost=7)) == set()


def test_what_has_not_happened_yet(assess):
    rule = "not_yet_happened"
    assert one(assess({"date": "2026-05-01"}), rule)["severity"] == "high"
    # The day of the assessment, 1 June 2025, has happened; the day after has not.
    assert found(assess({"date": "2025-06-01"}), rule) == []
    assert one(assess({"date": "2025-06-02"}), rule)["value_at_stake"] == 1000
    # One row of the map, of which 3 of 12 lie ahead: 3 x 100, a quarter of the value.
    past, ahead = {"date": "2025-05-01", "quantity": 9}, {"date": "2026-03-01", "quantity": 3}
    finding = one(assess(past, ahead), rule)
    assert (finding["value_at_stake"], finding["rows"]) == (pytest.approx(300), 1)
    assert finding["severity"] == "medium" and "2025-06-01" in finding["message"]
    assert found(assess(past, {**ahead, "proxy_id": None}), rule) == [], "no value, no forecast"


def test_a_calendar_year_that_runs(assess):
    calendar = {"year_start_month": 1, "price_year": "2025", "base_year": "2025"}
    year = {"assumptions": calendar}
    assert found(assess({"date": "2025-12-01"}, **year), "not_yet_happened")
    assert found(assess({"date": "2025-05-31"}, **year), "not_yet_happened") == []


# The proxies


def test_a_proxy_past_its_day_of_review(assess, proxy_set):
    for day, fires in (("2025-05-31", 1), ("2025-06-01", 0)):
        result = assess({}, proxies=proxy_set({"review_by": day}))
        assert len(found(result, "past_review")) == fires, day


def test_a_superseded_proxy(assess, proxy_set):
    newer = proxy_set({"superseded_by": "coffee", "review_by": "2020-01-01"})
    result = assess({}, proxies=newer)
    assert one(result, "superseded_proxy")["value_at_stake"] == 1000
    assert found(result, "past_review") == [], "the newer one is known"
    assert found(assess({}), "superseded_proxy") == []


def test_prices_more_than_ten_years_old(assess, proxy_set):
    for year, fires in (("2013-14", 1), ("2014-15", 0)):
        old = proxy_set({"price_year": year, "uprating": "none"})
        assert len(found(assess({}, proxies=old), "old_prices")) == fires, year


def test_what_looks_like_a_transfer(assess, proxy_set):
    name = "Housing benefit no longer paid"
    for change, fires in (({}, 1), ({"transfer": "yes"}, 0), ({"name": "Net benefit"}, 0)):
        proxies = proxy_set({"name": name, "value_type": "fiscal", **change})
        assert len(found(assess({}, proxies=proxies), "transfer_in_public_value")) == fires
    # Where the set denies it, it is a question; where it says nothing, an assessor would ask.
    for said, severity in (("no", "low"), (None, "medium")):
        proxies = proxy_set({"name": name, "value_type": "fiscal", "transfer": said})
        assert one(assess({}, proxies=proxies), "transfer_in_public_value")["severity"] == severity
    fiscal = {"perspective": "fiscal"}
    benefit = proxy_set({"name": name, "value_type": "fiscal"})
    result = assess({}, proxies=benefit, assumptions=fiscal)
    assert found(result, "transfer_in_public_value") == []


@pytest.mark.parametrize(
    "name",
    [
        "PIP award",
        "Personal Independence Payment, enhanced rate",
        "Employment and Support Allowance",
        "A year of ESA",
        "Pension credit claimed",
        "Child Benefit taken up",
        "Working tax credits",
        "State Pension, a year",
        "Attendance allowance",
        "Move from DLA",
        "Adult Disability Payment",
    ],
)
def test_benefits_are_known_by_their_names(name):
    assert TRANSFERS.search(name)


@pytest.mark.parametrize(
    "name",
    [
        "Benefits of volunteering",
        "What a child benefits from",
        "Pipe insulation fitted; the pip of an apple",
        "Esa's garden",
        "Works beyond state pension age",
        "Credit union account",
    ],
)
def test_what_only_sounds_like_a_benefit_is_none(name):
    assert not TRANSFERS.search(name)


def test_fiscal_value_that_does_not_say_whether_it_is_a_transfer(assess, proxy_set):
    for said, fires in ((None, 1), ("no", 0)):
        proxies = proxy_set({"value_type": "fiscal", "transfer": said})
        assert len(found(assess({}, proxies=proxies), "transfer_not_said")) == fires
    other = proxy_set({"value_type": "economic", "transfer": None})
    assert found(assess({}, proxies=other), "transfer_not_said") == []


def test_recorded_crimes_without_the_multiplier(assess):
    theft = {"proxy_id": "crime_theft_from_person", "duration_years": None, "drop_off": None}

    def told(**changes):
        records = {**theft, "evidence": "admin_record", **changes}
        return found(assess(records, proxies=sv.load_proxies()), "recorded_crimes")

    assert len(told()) == 1
    # 10 recorded x 3.43, the Home Office's multiplier.
    assert told(quantity=34.3) == []
    assert told(evidence="self_report") == []


def test_average_costs_are_not_savings(assess, proxy_set):
    def told(notes, **settings):
        proxies = proxy_set({"value_type": "fiscal", "notes": notes})
        return found(assess({}, proxies=proxies, assumptions=settings), "savings_not_cashable")

    assert told("An average cost.", perspective="fiscal")
    assert told("A marginal cost.", perspective="fiscal") == []
    assert told("An average cost.") == []


# What was looked for


def test_no_harm_anywhere(assess, proxy_set):
    assert found(assess({}), "no_harms")
    assert found(assess({}, {"quantity": -1}), "no_harms") == []
    told = {"proxy_id": None, "quantity": -1}
    assert found(assess({}, told), "no_harms") == [], "told without a price"
    bad = proxy_set({}, {"proxy_id": "bad", "unit_value": -5}, links=[])
    assert found(assess({}, {"proxy_id": "bad"}, proxies=bad), "no_harms") == []


def test_a_mixed_programme_in_which_everything_has_a_price(assess):
    mixed = [{"outcome": f"outcome {i}"} for i in range(4)]
    mixed[0]["stakeholder_group"] = "others"
    assert found(assess(*mixed), "everything_priced")
    assert found(assess(*mixed, {"proxy_id": None}), "everything_priced") == []
    assert found(assess(*mixed[1:]), "everything_priced") == []


def test_groups_left_out(assess):
    def told(**group):
        groups = frame(
            {"stakeholder_group": "all", "included": "yes"}, {"stakeholder_group": "x", **group}
        )
        return found(assess({}, stakeholders=groups), "stakeholders_left_out")

    assert told(included="no")[0]["severity"] == "medium"
    assert told(included="no", reason="could not be asked") == []
    assert told(included="yes")[0]["severity"] == "low"
    groups = frame({"stakeholder_group": "all", "included": "no", "reason": "why"})
    assert found(assess({}, stakeholders=groups), "stakeholders_left_out")


def test_nobody_was_asked(assess):
    group = {"stakeholder_group": "all", "included": "yes"}
    assert found(assess({}, stakeholders=frame(group)), "nobody_involved")
    asked = frame({**group, "how_involved": "Interviews"})
    assert found(assess({}, stakeholders=asked), "nobody_involved") == []


# What was put in


def test_inputs_of_money_alone(assess):
    assert found(assess({}, inputs=inputs({})), "inputs_without_in_kind")
    kind = inputs({}, {"input_type": "in_kind"})
    assert found(assess({}, inputs=kind), "inputs_without_in_kind") == []
    assert found(assess({}), "inputs_without_in_kind") == [], "no inputs at all: no ratio"


def test_activities_that_cost_more_than_the_inputs_show(assess):
    record = {"activity_id": "a1"}
    cost = activities(cost=[150.0])
    given = {"input_type": "volunteer_time", "amount": 100}
    result = assess(record, activities=cost, inputs=inputs({}, given))
    # Time that is given pays no bill: 150 less 100 of cash.
    assert one(result, "costs_missing_from_inputs")["value_at_stake"] == pytest.approx(50)
    enough = assess(record, activities=cost, inputs=inputs({"amount": 150}))
    assert found(enough, "costs_missing_from_inputs") == []


def test_hours_of_volunteers_that_inputs_do_not_show(assess):
    record, hours = {"activity_id": "a1"}, activities(volunteer_hours=[8])
    rule = "volunteer_time_missing_from_inputs"
    assert found(assess(record, activities=hours, inputs=inputs({})), rule)
    given = inputs({}, {"input_type": "volunteer_time"})
    assert found(assess(record, activities=hours, inputs=given), rule) == []


def test_inputs_that_name_no_project(assess):
    record = {"project": "Walks"}
    assert found(assess(record, inputs=inputs({})), "inputs_for_all_projects")
    named = inputs({"project": "Walks"})
    assert found(assess(record, inputs=named), "inputs_for_all_projects") == []


def test_no_ratio_and_value_outside_it(assess):
    assert found(assess({}), "no_ratio")
    records = ({"project": "Walks"}, {"project": "Choir"})
    outside = assess(*records, inputs=inputs({"project": "Walks"}))
    assert one(outside, "value_outside_ratio")["value_at_stake"] == 1000
    inside = assess(*records, inputs=inputs({}))
    assert {"no_ratio", "value_outside_ratio"} & set(inside.findings["rule"]) == set()


# The rules that were there before and have no case elsewhere


def test_what_the_perspective_leaves_out(assess, proxy_set):
    transfer = proxy_set({"transfer": "yes"})
    assert found(assess({}, proxies=transfer), "outside_perspective")
    assert found(assess({}), "outside_perspective") == []


def test_outcomes_without_a_price(assess):
    assert found(assess({}, {"proxy_id": None}), "not_priced")
    assert found(assess({}), "not_priced") == []


def test_value_without_a_range(assess, proxy_set):
    assert found(assess({}), "no_published_range")
    ranged = proxy_set({"low": 50, "high": 150})
    assert found(assess({}, proxies=ranged), "no_published_range") == []


def test_prices_and_income_of_years_to_come(assess):
    rules = {"forecast_prices", "real_income_held"}
    later = assess({}, assumptions={"price_year": "2029-30"})
    assert rules & set(later.findings["rule"]) == {"forecast_prices"}
    assert rules & set(assess({}).findings["rule"]) == set()
    wellby = {"proxy_id": "wb_wellby", "unit": "wellby"}
    grown = assess(wellby, proxies=sv.load_proxies(), assumptions={"price_year": "2025-26"})
    assert "real_income_held" in set(grown.findings["rule"])


# No false alarms


@pytest.mark.parametrize("name", shipped_sets())
def test_no_shipped_value_that_is_no_transfer_reads_as_one(name):
    shipped = sv.load_proxies(name).proxies
    others = shipped[~shipped["transfer"].fillna(False).astype(bool)]
    assert [each for each in others["name"] if TRANSFERS.search(each)] == []
    # And the search finds those that are: most transfers say so in their name.
    assert sum(bool(TRANSFERS.search(each)) for each in shipped["name"]) >= 1


def test_all_that_is_found_in_the_example_network_is_true_of_it():
    result = programmes.network()
    assert set(result.findings["rule"]) == {
        # Left out on purpose, as the network's README says.
        "adjustment_stated_nowhere",
        # Everything measured on the scale of life satisfaction is a WELLBY.
        "one_proxy_carries_most",
        # Partners claim 0.3 where adjustments leave others 0, 0.1 or 0.25.
        "shares_beyond_whole",
        # Nine volunteers have two part-years that come to more than one.
        "more_than_one_person_can",
        # Emissions happen to nobody in particular.
        "protection_not_applied",
        # wb_wellby was to be looked at by the end of 2024.
        "past_review",
        # Its second year runs to March 2026, and the day of the assessment here is in June 2025.
        "not_yet_happened",
        "real_income_held",
        "no_published_range",
        "forecast_prices",
        "not_priced",
        # Inputs of its second year, after the day of the assessment here.
        "inputs_dated_ahead",
    }
    volunteers = sv.datasets.load_network().outcomes.query(
        'outcome == "Volunteers\' own wellbeing"'
    )
    month = pd.to_datetime(volunteers["date"]).dt
    years = (
        volunteers["quantity"]
        .astype(float)
        .groupby([volunteers["person_id"], month.year - (month.month < 4)])
    )
    assert (years.sum() > 1).sum() == 9


# Accepted with a reason


REASON = {"no_harms": "We asked all 40 participants, and nobody named one."}


def test_an_accepted_finding_is_shown_with_its_reason_and_is_not_open(assess):
    before = assess({})
    after = assess({}, assumptions={"accepted_findings": REASON})
    assert one(after, "no_harms")["accepted_because"] == REASON["no_harms"]
    others = after.findings.query("rule != 'no_harms'")
    assert others["accepted_because"].isna().all()
    assert len(after.findings) == len(before.findings)
    count = len(before.findings)
    assert f"{count} open findings" in before.headline and "accepted" not in before.headline
    assert f"{count - 1} open findings" in after.headline
    assert "1 accepted with a reason" in after.headline


def test_reasons_are_read_from_the_settings_file(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('[accepted_findings]\nno_harms = "We asked."\n', encoding="utf-8")
    assert sv.Assumptions.from_toml(file).accepted_findings == (("no_harms", "We asked."),)
    rows = sv.Assumptions.from_toml(file).to_rows().set_index("setting")["value"]
    assert rows["accepted_findings"] == "no_harms: We asked."


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({"no_harm": "x"}, "no rule 'no_harm'. Did you mean no_harms.*The rules are"),
        ({"no_harms": " "}, "no_harms has no reason"),
        ({"no_harms": None}, "no_harms has no reason"),
        ("no_harms", "each rule with its reason"),
        (["no_harms"], "each rule with its reason"),
    ],
)
def test_no_finding_is_silenced_without_a_reason(reasons, said):
    with pytest.raises(SettingsError, match=said):
        sv.Assumptions(accepted_findings=reasons)


def test_a_reason_for_what_was_not_found_is_itself_a_finding(assess):
    result = assess({}, {"quantity": -1}, assumptions={"accepted_findings": REASON})
    assert "no_harms" in one(result, "stated_for_nothing")["message"]


def test_accepting_an_unstated_reduction_leaves_the_caveat_in_the_headline(assess):
    reason = {"accepted_findings": {"adjustment_stated_nowhere": "To be asked next year."}}
    result = assess({"deadweight": None}, assumptions=reason)
    assert "before unstated adjustments" in result.headline


# In general


def test_a_finding_has_a_name_a_severity_and_words(assess):
    result = assess({"deadweight": None}, {"proxy_id": None, "person_id": "p"})
    assert set(result.findings["rule"]) <= set(RULE_NAMES)
    assert set(result.findings["severity"]) <= {"high", "medium", "low"}
    for column in ("message", "why", "what_to_do"):
        assert result.findings[column].str.endswith(".").all()


def test_names_of_people_are_in_no_finding(assess):
    twice = {"person_id": "NAMED-1", "quantity": 1}
    result = assess(twice, twice, {**twice, "date": "2024-08-01"})
    assert found(result, "recorded_twice") and found(result, "more_than_one_person_can")
    assert not result.findings.to_csv().count("NAMED")


@pytest.mark.parametrize(
    ("index", "names"),
    [([0, 1], (0, 1)), ([7, 8], (7, 8)), (["a", "b"], ("a", "b")), ([3, 3], (0, 1))],
)
def test_a_row_of_a_frame_has_one_name_in_all_that_is_said_of_it(assess, outcomes, index, names):
    """As docs/how-to/fix_bad_input.md says: its index, or from 0 where that tells none apart."""
    used = {"proxy_id": "tea", "deadweight": 0.1, "reason": "asked"}
    unused = {"project": "nowhere", "deadweight": 0.2, "reason": "asked"}
    adjustments = frame(used, unused).set_index(pd.Index(index))
    result = assess({"deadweight": None}, adjustments=adjustments)
    origin = result.valued.rows["deadweight_from"].item()
    assert origin == f"adjustments, row {names[0]}: asked"
    assert f"adjustments, row {names[1]} (" in one(result, "stated_for_nothing")["message"]
    wrong = adjustments.assign(deadweight=[0.1, 35])
    problems = sv.check(sv.Records(outcomes=outcomes({}), adjustments=wrong))
    assert problems.query("table == 'adjustments'")["row"].tolist() == [names[1]]


def test_rules_are_functions_with_a_line_each_and_stand_in_the_audit_once():
    assert len(set(claims.RULES)) == len(claims.RULES)
    assert all(rule.__doc__ for rule in claims.RULES)
