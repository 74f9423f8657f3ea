"""What changed between two assessments: each part by hand, and all of them to the penny."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

import socialvalue as sv
from socialvalue.comparison import PARTS
from socialvalue.errors import InputError, SettingsError
from socialvalue.report import change_words, charts
from socialvalue.totals import Range

ROOT = Path(__file__).parents[1]
SPRING, SUMMER = {"date": "2024-05-01"}, {"date": "2024-08-01"}
BREAD = {"proxy_id": "bread", "unit_value": 50.0}
FED = {"proxy_id": "bread", "outcome": "Fed"}
# Sums of binary numbers; every amount here is under a million.
CLOSE = 1e-7


def parts(comparison):
    """The parts that moved, by name; what did not move is nothing but rounding."""
    table = comparison.parts
    assert list(table["part"]) == list(PARTS)
    return {row.part: row.change for row in table.itertuples() if abs(row.change) > CLOSE}


def alone(part, change):
    return pytest.approx({part: change}, abs=CLOSE)


# One thing changes, and only its part moves


def test_nothing_changed(assess):
    comparison = sv.compare(assess(), assess())
    assert parts(comparison) == {}
    assert "No part of it moved." in repr(comparison)


def test_volume(assess):
    # Five people more in the next quarter, x 100.
    comparison = sv.compare(assess({**SPRING}), assess({**SUMMER, "quantity": 15}))
    assert parts(comparison) == alone("volume", 500)
    assert comparison.months is None


def test_volume_of_each_unit_by_itself(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "meal", "unit": "meal", "unit_value": 3.0})
    meals = {"proxy_id": "meal", "unit": "meal", "outcome": "Fed"}
    last = assess(SPRING, {**SPRING, **meals, "quantity": 1000}, proxies=proxies)
    this = assess({**SUMMER, "quantity": 20}, {**SUMMER, **meals, "quantity": 500}, proxies=proxies)
    # Ten people more x 100; 500 meals fewer x 3. Added up, 1,010 things would have become 520.
    assert parts(sv.compare(last, this)) == alone("volume", 1000 - 1500)


def test_mix(assess, proxy_set):
    proxies = proxy_set({}, BREAD)
    last = assess(SPRING, {**SPRING, **FED}, proxies=proxies)
    this = assess({**SUMMER, "quantity": 5}, {**SUMMER, **FED, "quantity": 15}, proxies=proxies)
    # 20 people both times; five of them at 50 instead of 100.
    assert parts(sv.compare(last, this)) == alone("mix", -250)


def test_volume_and_mix_together(assess, proxy_set):
    proxies = proxy_set({}, BREAD)
    last = assess(SPRING, {**SPRING, **FED}, proxies=proxies)
    this = assess({**SUMMER, "quantity": 10}, {**SUMMER, **FED, "quantity": 20}, proxies=proxies)
    # 20 people become 30: 1,500 x 1.5 = 2,250. Their real mix is worth 10 x 100 + 20 x 50 = 2,000.
    assert parts(sv.compare(last, this)) == pytest.approx({"volume": 750, "mix": -250}, abs=CLOSE)


def test_a_unit_of_one_time_only_is_mix(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "meal", "unit": "meal", "unit_value": 3.0})
    meals = {**SUMMER, "proxy_id": "meal", "unit": "meal", "outcome": "Fed", "quantity": 100}
    last, this = assess(SPRING, proxies=proxies), assess(SUMMER, meals, proxies=proxies)
    assert parts(sv.compare(last, this)) == alone("mix", 300)
    assert parts(sv.compare(this, assess(SUMMER, proxies=proxies))) == alone(
        "data_corrections", -300
    )


def test_harms_have_a_volume_of_their_own(assess):
    last = assess(SPRING, {**SPRING, "quantity": -2})
    this = assess(SUMMER, {**SUMMER, "quantity": -3})
    # One more harm x 100; 8 net people have not become 7 of one kind.
    assert parts(sv.compare(last, this)) == alone("volume", -100)


@pytest.mark.parametrize("when", [SPRING, SUMMER])
def test_prices(assess, proxy_set, when):
    this = assess(when, proxies=proxy_set({"unit_value": 120.0}))
    # 10 x 20, in the same quarter as in the next.
    comparison = sv.compare(assess(SPRING), this)
    assert parts(comparison) == alone("prices", 200)
    [row] = comparison.proxies.to_dict("records")
    assert (row["proxy_id"], row["what"], row["changed"]) == ("tea", "changed", "unit_value")
    assert (row["last_unit_value"], row["this_unit_value"]) == (100, 120)


def test_a_proxy_row_of_the_next_year_is_a_price(assess, proxy_set):
    proxies = proxy_set(
        {"valid_to": "2024-03-31"}, {"unit_value": 130.0, "valid_from": "2024-04-01"}
    )
    last = assess({"date": "2023-06-01"}, proxies=proxies)
    this = assess({"date": "2024-06-01"}, proxies=proxies)
    assert parts(sv.compare(last, this)) == alone("prices", 300)


@pytest.mark.parametrize("when", [SPRING, SUMMER])
def test_another_proxy_for_the_same_outcome_is_a_price(assess, proxy_set, when):
    proxies = proxy_set({}, BREAD)
    last = assess(SPRING, proxies=proxies)
    this = assess({**when, "proxy_id": "bread"}, proxies=proxies)
    comparison = sv.compare(last, this)
    assert parts(comparison) == alone("prices", -500)
    assert dict(comparison.proxies[["proxy_id", "what"]].to_numpy()) == {
        "bread": "added",
        "tea": "removed",
    }


@pytest.mark.parametrize("when", [SPRING, SUMMER])
def test_a_price_for_what_had_none(assess, when):
    told = {"proxy_id": None, "unit": "person"}
    assert parts(sv.compare(assess({**SPRING, **told}), assess(when))) == alone("prices", 1000)
    assert parts(sv.compare(assess(SPRING), assess({**when, **told}))) == alone("prices", -1000)


@pytest.mark.parametrize(
    ("changed", "change", "when"),
    [
        ({"deadweight": 0.2}, -200, SPRING),
        ({"displacement": 0.3}, -300, SUMMER),
        ({"attribution_to_others": 0.5}, -500, SUMMER),
        ({"duration_years": 2}, 1000, SPRING),
        ({"duration_years": 1.5}, 500, SUMMER),
    ],
)
def test_adjustments(assess, when, changed, change):
    assert parts(sv.compare(assess(SPRING), assess({**when, **changed}))) == alone(
        "adjustments", change
    )


def test_drop_off_and_start_are_adjustments(assess):
    rate = {"assumptions": {"discount_rate": 0.1}}
    last = assess({**SPRING, "duration_years": 2}, **rate)
    drop = assess({**SUMMER, "duration_years": 2, "drop_off": 0.5}, **rate)
    # Half of the second year's 1,000, over 1.1.
    assert parts(sv.compare(last, drop)) == alone("adjustments", -500 / 1.1)
    late = assess({**SUMMER, "duration_years": 2, "starts": 1}, **rate)
    # Years 1 and 2 instead of 0 and 1: 1,000 / 1.21 - 1,000.
    assert parts(sv.compare(last, late)) == alone("adjustments", 1000 / 1.21 - 1000)


def test_a_row_of_the_adjustments_table(assess):
    blank = {"deadweight": None}
    table = pd.DataFrame([{"proxy_id": "tea", "deadweight": 0.25, "reason": "survey"}])
    last, this = assess({**SPRING, **blank}), assess({**SUMMER, **blank}, adjustments=table)
    comparison = sv.compare(last, this)
    assert parts(comparison) == alone("adjustments", -250)
    closed = comparison.findings.set_index("status").loc["closed", "rule"]
    assert closed == "adjustment_stated_nowhere"


def test_longer_outcomes_among_others_are_mix(assess):
    short, long = {"quantity": 10}, {"quantity": 10, "duration_years": 3}
    last = assess({**SPRING, **short}, {**SPRING, **long})
    this = assess({**SUMMER, "quantity": 5}, {**SUMMER, **long, "quantity": 15})
    # The same two kinds of record, five people more of the one that lasts: 5 x 200.
    assert parts(sv.compare(last, this)) == alone("mix", 1000)


@pytest.mark.parametrize(
    "other", [{"proxy_id": "bread"}, {"duration_years": 2}, {"evidence": "trial"}]
)
def test_two_kinds_that_change_places_are_mix(assess, proxy_set, other):
    proxies, here, there = proxy_set({}, BREAD), {"project": "here"}, {"project": "there"}
    last = assess({**SPRING, **here}, {**SPRING, **there, **other}, proxies=proxies)
    this = assess({**SUMMER, **there}, {**SUMMER, **here, **other}, proxies=proxies)
    comparison = sv.compare(last, this)
    # Both kinds were there both times, each in another project: neither was changed into the other.
    assert parts(comparison) == {}
    by = comparison.by("project").set_index("project")
    assert by[["prices", "adjustments"]].abs().to_numpy().max() < CLOSE
    moved = this.by("project").set_index("project")["present_value"]
    moved = moved - last.by("project").set_index("project")["present_value"]
    assert by["mix"].to_dict() == pytest.approx(moved.to_dict(), abs=CLOSE)


@pytest.mark.parametrize("when", [SPRING, SUMMER])
def test_method(assess, when):
    rate = {"discount_rate": 0.1}
    last = assess({**SPRING, "duration_years": 2}, assumptions=rate)
    this = assess({**when, "duration_years": 2}, assumptions={**rate, "timing": "end"})
    comparison = sv.compare(last, this)
    # (1,000 + 1,000 / 1.1) x (1 / 1.1 - 1)
    assert parts(comparison) == alone("method", (1000 + 1000 / 1.1) * (1 / 1.1 - 1))
    assert comparison.settings[["setting", "last", "this"]].values.tolist() == [
        ["timing", "start", "end"]
    ]


def test_a_price_year_is_method(assess):
    last = assess(SPRING, assumptions={"price_year": "2023-24"})
    this = assess(SUMMER, assumptions={"price_year": "2024-25"})
    deflated = last.totals["present_value"]
    comparison = sv.compare(last, this)
    # The proxy is at 2024-25 prices, so this time's is 1,000 and the rest is the price year.
    assert parts(comparison) == alone("method", 1000 - deflated)
    assert "at prices of 2023-24 and 2024-25; what that changes is method." in repr(comparison)


def test_a_perspective_is_method(assess, proxy_set):
    proxies = proxy_set({"transfer": "yes", "value_type": "fiscal"})
    last = assess(SPRING, proxies=proxies, assumptions={"perspective": "fiscal"})
    this = assess(SUMMER, proxies=proxies)
    assert parts(sv.compare(last, this)) == alone("method", -1000)


def test_the_first_year_moving_on_is_no_change_of_method(assess):
    rate = {"assumptions": {"discount_rate": 0.1}}
    last = assess({"date": "2023-06-01", "duration_years": 2}, **rate)
    this = assess({"date": "2024-06-01", "duration_years": 2}, **rate)
    comparison = sv.compare(last, this)
    assert parts(comparison) == {}
    assert comparison.settings.empty


def test_a_later_year_from_a_fixed_base_is_mix(assess):
    fixed = {"assumptions": {"discount_rate": 0.1, "base_year": "2023-24"}}
    last, this = assess({"date": "2023-06-01"}, **fixed), assess({"date": "2024-06-01"}, **fixed)
    assert parts(sv.compare(last, this)) == alone("mix", 1000 / 1.1 - 1000)


def test_data_corrections(assess):
    # Two people fewer in the quarter that both cover.
    comparison = sv.compare(assess(SPRING), assess({**SPRING, "quantity": 8}))
    assert parts(comparison) == alone("data_corrections", -200)
    assert comparison.months == ("2024-05", "2024-05")
    assert "Both cover 2024-05." in repr(comparison)


def test_a_year_to_date_beside_its_first_quarter(assess):
    last = assess(SPRING)
    this = assess({**SPRING, "quantity": 8}, {**SUMMER, "quantity": 30})
    # The spring as it was, 10, and 30 in the summer: volume 30 x 100. Then 8 instead of 10.
    assert parts(sv.compare(last, this)) == pytest.approx(
        {"volume": 3000, "data_corrections": -200}, abs=CLOSE
    )


def test_what_a_period_is_can_be_said(assess):
    # Nothing happened in June; last time's report covers it, and a late record is a correction.
    last = assess(SPRING)
    this = assess(SPRING, {"date": "2024-06-20", "quantity": 3})
    assert parts(sv.compare(last, this)) == alone("volume", 300)
    quarter = ("2024-04", "2024-06")
    comparison = sv.compare(last, this, last_covers=quarter, this_covers=quarter)
    assert parts(comparison) == alone("data_corrections", 300)


@pytest.mark.parametrize(
    ("covers", "said"),
    [
        (("2024-06", "2024-09"), "Records fall in 2024-05 to 2024-05, which is more than the"),
        (("spring", "summer"), "'spring:summer' is no span of months"),
        (("2024-06", "2024-04"), "is no span of months"),
        (("2024-13", "2024-14"), "is no span of months"),
    ],
)
def test_what_is_said_to_be_covered_must_hold_the_records(assess, covers, said):
    with pytest.raises(SettingsError, match=said):
        sv.compare(assess(SPRING), assess(SPRING), this_covers=covers)


# Everything changes


@pytest.fixture
def two(assess, proxy_set):
    """One quarter, and the year to date with another value, share, timing and record."""
    rate = {"discount_rate": 0.1}
    inputs = pd.DataFrame([("i", 500, "2024-04-01", "cash")]).set_axis(
        ["input_id", "amount", "date", "input_type"], axis=1
    )
    last = assess({**SPRING, "deadweight": 0.1}, assumptions=rate, inputs=inputs)
    new = {**SUMMER, "deadweight": 0.2, "place": "north"}
    this = assess(
        {**SPRING, "quantity": 8, "deadweight": 0.2},
        {**new, "quantity": 20},
        {**new, **FED, "quantity": 10},
        proxies=proxy_set(
            {"unit_value": 120.0},
            BREAD,
            links=[("tea", "sdg", "3", 1.0), ("bread", "sdg", "2", 0.5)],
        ),
        assumptions={**rate, "timing": "end"},
        inputs=inputs.assign(amount=800),
    )
    return last, this


ALL = {
    # 10 people at 100 x 0.9 = 900; 40 of them (10 in spring, 30 in summer) 3,600.
    "volume": 2700,
    # 30 tea x 100 x 0.9 = 2,700; 10 bread have no last time: 10 x 50 x 0.8 = 400.
    "mix": 3100 - 3600,
    # 30 x 20 x 0.9
    "prices": 540,
    # 30 x 120 x (0.8 - 0.9)
    "adjustments": -360,
    # 3,280 x (1 / 1.1 - 1)
    "method": 3280 / 1.1 - 3280,
    # Two people fewer in spring: 2 x 120 x 0.8 / 1.1.
    "data_corrections": -2 * 120 * 0.8 / 1.1,
}


def test_all_together(two):
    comparison = sv.compare(*two)
    assert parts(comparison) == pytest.approx(ALL, abs=CLOSE)
    last, this = (each.totals["present_value"] for each in two)
    assert comparison.parts["change"].sum() == pytest.approx(this - last, abs=CLOSE)


def test_the_page_prints_what_is_tested():
    page = (ROOT / "docs/explanation/comparing_two_assessments.md").read_text("utf-8")
    for amount in (900, *ALL.values(), 900 + sum(ALL.values())):
        assert f"| {amount:,.2f} |" in page


def test_the_parts_of_each_goal(two):
    table = sv.compare(*two).by("sdg").set_index("sdg")
    # Half of the bread, 400, goes to goal 2 and half to none.
    for category in ("2", "unallocated"):
        assert table.loc[category, "mix"] == pytest.approx(200, abs=CLOSE)
        assert table.loc[category, "method"] == pytest.approx(200 / 1.1 - 200, abs=CLOSE)
    assert table.loc["3", "prices"] == pytest.approx(ALL["prices"], abs=CLOSE)
    for part, change in ALL.items():
        assert table[part].sum() == pytest.approx(change, abs=CLOSE)
    by = two[1].by("sdg").set_index("sdg")["present_value"]
    assert table["this"].to_dict() == pytest.approx(by[table.index].to_dict(), abs=CLOSE)


def test_every_total_stands_beside_the_other(two):
    comparison = sv.compare(*two)
    table = comparison.totals.set_index("total")
    assert table.loc["input_value"].tolist() == [500, 800, 300]
    for name, value in two[0].totals.items():
        assert table.loc[name, "last"] == value or pd.isna(value)
    assert table.loc["sroi_ratio", "last"] == 900 / 500
    said = repr(comparison)
    assert "went from £900 (2024-25, public value, 2024-25 prices, no range) to £2,807 (" in said
    assert ": +£1,907." in said
    assert "volume +£2,700, mix -£500, prices +£540, adjustments -£360, method -£298, data" in said


def test_the_level_of_a_simulated_range_is_said(two):
    simulated = Range("simulated interval", 0.9, 700.0, 1100.0, 1.4, 2.2, None, 0.0)
    said = repr(sv.compare(replace(two[0], range=simulated), two[1]))
    assert "£900 (2024-25, public value, 2024-25 prices, range £700 to £1,100 at 90%)" in said


def test_a_link_to_another_goal_is_method(assess, proxy_set):
    last = assess(SPRING)
    this = assess(SUMMER, proxies=proxy_set(links=[("tea", "sdg", "8", 1.0)]))
    comparison = sv.compare(last, this)
    assert parts(comparison) == {}
    method = comparison.by("sdg").set_index("sdg")["method"]
    assert (method["3"], method["8"]) == (-1000, 1000)


def test_a_declared_breakdown(assess):
    north, south = {"place": "north"}, {"place": "south"}
    last = assess({**SPRING, **north}, {**SPRING, **south, "deadweight": 0.5}, breakdowns=["place"])
    this = assess(
        {**SUMMER, **north, "quantity": 20},
        {**SUMMER, **south, "deadweight": 0.5, "quantity": 20},
        breakdowns=["place"],
    )
    table = sv.compare(last, this).by("place").set_index("place")
    # Twice as many people in each place: 10 x 100, and 10 x 100 x 0.5.
    assert table["volume"].to_dict() == pytest.approx({"north": 1000, "south": 500}, abs=CLOSE)
    others = [part for part in PARTS if part != "volume"]
    assert table[others].abs().to_numpy().max() < CLOSE


def test_a_path_of_carbon(assess, proxy_set):
    def path(*values):
        dates = [("2023-04-01", "2024-03-31"), ("2024-04-01", "2025-03-31")]
        tonne = {"proxy_id": "tonne", "unit": "tonne_co2e", "uprating": "carbon"}
        rows = [
            {**tonne, "unit_value": value, "valid_from": begins, "valid_to": ends}
            for value, (begins, ends) in zip(values, dates, strict=True)
        ]
        return proxy_set(*rows, links=[("tonne", "sdg", "13", 1.0)])

    tonne = {"proxy_id": "tonne", "unit": "tonne_co2e", "outcome": "Cut"}
    last = assess({"date": "2023-06-01", **tonne, "duration_years": 2}, proxies=path(100.0, 110.0))
    this = assess({"date": "2023-06-01", **tonne, "duration_years": 2}, proxies=path(105.0, 130.0))
    # Ten tonnes in each of two years: 10 x 5, then 10 x 20.
    comparison = sv.compare(last, this)
    assert parts(comparison) == alone("prices", 250)
    by = comparison.by("year").set_index("year")["prices"]
    assert by.to_dict() == pytest.approx({"2023-24": 50, "2024-25": 200}, abs=CLOSE)


# What is refused


def test_what_cannot_be_valued_as_last_time_is_said(assess, tmp_path):
    rates = tmp_path / "short.csv"
    rates.write_text("schedule,year_from,year_to,rate\nshort,1,2,0.03\n", encoding="utf-8")
    last = assess(SPRING, assumptions={"discount_rate": str(rates)})
    this = assess({**SUMMER, "duration_years": 9})
    with pytest.raises(SettingsError, match="cannot be valued with what the other was valued"):
        sv.compare(last, this)


def test_two_currencies_are_refused(assess, proxy_set):
    euro = assess(
        proxies=proxy_set({"currency": "EUR"}), assumptions={"currency": "EUR", "uprate": False}
    )
    with pytest.raises(SettingsError, match="in GBP and EUR. Currencies are never mixed"):
        sv.compare(assess(), euro)


def test_years_that_start_elsewhere_are_refused(assess):
    with pytest.raises(SettingsError, match="Assess last time's records again with year_start"):
        sv.compare(assess(), assess(assumptions={"year_start_month": 1}))


def test_a_key_that_only_one_has_is_refused(assess):
    place = {"place": "north"}
    last, this = assess(place, breakdowns=["place"]), assess(place)
    with pytest.raises(SettingsError, match="cannot both be split by 'place'. They can be by"):
        sv.compare(last, this).by("place")


@pytest.mark.parametrize("wrong", [None, 3, pd.DataFrame()])
def test_what_is_no_assessment_is_refused(assess, wrong):
    with pytest.raises(InputError, match="is no assessment: give what sv.assess returns"):
        sv.compare(assess(), wrong)


# Findings


def test_findings_that_opened_and_closed(assess):
    told = {"proxy_id": None, "unit": "meal", "outcome": "Fed"}
    last = assess({**SPRING, "deadweight": None})
    this = assess(SUMMER, {**SUMMER, **told})
    found = sv.compare(last, this).findings
    status = dict(found[["rule", "status"]].to_numpy())
    assert status["adjustment_stated_nowhere"] == "closed"
    assert status["not_priced"] == "opened"
    assert status["no_ratio"] == "still open"


# Whatever the records


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.sampled_from(["2023-06-01", "2024-05-01", "2024-08-01", "2025-02-01"]),
            "quantity": st.integers(-20, 50),
            "proxy_id": st.sampled_from(["tea", "bread", None]),
            "outcome": st.sampled_from(["Calmer", "Fed"]),
            "stakeholder_group": st.sampled_from(["all", "some"]),
            "evidence": st.sampled_from(["self_report", "trial", None]),
            "deadweight": st.sampled_from([None, 0, 0.2, 1]),
            "attribution_to_others": st.sampled_from([None, 0.5]),
            "duration_years": st.sampled_from([None, 1, 2.5]),
            "starts": st.sampled_from([0, 1]),
            "drop_off": st.sampled_from([None, 0.3]),
            "unit": st.just("person"),
        }
    ),
    min_size=1,
    max_size=6,
)
SETTINGS = st.fixed_dictionaries(
    {
        "discount_rate": st.sampled_from([0.0, 0.035]),
        "timing": st.sampled_from(["start", "mid"]),
        "price_year": st.sampled_from(["2023-24", "2024-25"]),
        "horizon_years": st.sampled_from([None, 2]),
        "base_year": st.sampled_from([None, "2023-24"]),
    }
)


QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
ANY = (RECORDS, RECORDS, SETTINGS, SETTINGS)


@settings(max_examples=4, **QUIET)
@given(*ANY)
def test_the_parts_always_sum_to_the_change(assess, proxy_set, then, now, before, after):
    sums_hold(assess, proxy_set, (then, now), (before, after))


@pytest.mark.slow
@settings(max_examples=150, **QUIET)
@given(*ANY)
def test_the_parts_sum_to_many_changes(assess, proxy_set, then, now, before, after):
    sums_hold(assess, proxy_set, (then, now), (before, after))


def sums_hold(assess, proxy_set, records, assumptions):
    """The parts sum to the change, in total and by any key, and each key to the results' own."""
    (then, now), (before, after) = records, assumptions
    links = [("tea", "sdg", "3", 0.5), ("bread", "sdg", "2", 1.0)]
    last = assess(*then, proxies=proxy_set({}, BREAD, links=links), assumptions=before)
    worth = proxy_set({"unit_value": 90.0}, {**BREAD, "uprating": "none"}, links=links)
    this = assess(*now, proxies=worth, assumptions=after)
    comparison = sv.compare(last, this)
    # Where nothing is priced the value is not known, and the sum of it is nothing.
    ends = [
        0.0 if pd.isna(r.totals["present_value"]) else r.totals["present_value"]
        for r in (last, this)
    ]
    assert comparison.parts["change"].sum() == pytest.approx(ends[1] - ends[0], abs=1e-6)
    for key in ("sdg", "year", "stakeholder_group", "proxy_id"):
        table = comparison.by(key)
        assert table["last"].sum() == pytest.approx(ends[0], abs=1e-6)
        assert table["this"].sum() == pytest.approx(ends[1], abs=1e-6)
        sums = table[list(PARTS)].sum().to_numpy()
        assert sums == pytest.approx(comparison.parts["change"].to_numpy(), abs=1e-6)
        by = last.by(key).set_index(key)["present_value"].dropna()
        found = table.set_index(key)["last"]
        for category, value in by.items():
            if not pd.isna(category) and value:
                assert found[category] == pytest.approx(value, abs=1e-6)


# Pictures


def drawn(ax):
    names = [text.get_text().replace("\n", " ") for text in ax.get_yticklabels()]
    return dict(zip(names, ax.containers[0].patches, strict=True))


@pytest.mark.parametrize("narrow", [False, True])
def test_the_chart_goes_from_last_to_this(two, narrow):
    comparison = sv.compare(*two)
    bars = drawn(charts.change(comparison, narrow=narrow))
    names = ["Last: 2024-25", *change_words.PARTS.values(), "This: 2024-25"]
    names.remove("Not split")
    assert list(bars) == names
    end = 0.0
    for name, bar in bars.items():
        if name.startswith(("Last", "This")):
            assert bar.get_x() == 0
            assert name == "Last: 2024-25" or bar.get_width() == pytest.approx(end, abs=CLOSE)
            end = bar.get_width()
        else:
            # Each bar starts where the one before ended.
            assert bar.get_x() == pytest.approx(end, abs=CLOSE)
            end += bar.get_width()
    said = [text.get_text() for text in charts.change(comparison, narrow=narrow).texts]
    assert said[:4] == ["£900", "+£2,700", "-£500", "+£540"]


def test_the_chart_of_one_goal(two):
    bars = drawn(charts.change(sv.compare(*two), of=("sdg", "2")))
    # Half of the bread: it was not there last time.
    assert bars["Last: 2024-25"].get_width() == 0
    assert bars["Mix"].get_width() == pytest.approx(200, abs=CLOSE)
    with pytest.raises(SettingsError, match="no category '9' of sdg in either. There is: 2, 3"):
        charts.change(sv.compare(*two), of=("sdg", "9"))


def test_a_figure_of_ones_own(two):
    ax = Figure().subplots()
    assert charts.change(sv.compare(*two), ax) is ax


# Records on an engine


def test_records_that_lie_on_an_engine(outcomes, proxy_set):
    def assessed(*changes, **more):
        frame = duckdb.from_df(outcomes(*changes))
        return sv.assess(sv.Records(outcomes=frame), proxy_set(), **more)

    last = assessed({**SPRING})
    this = assessed({**SPRING, "quantity": 8}, {**SUMMER, "quantity": 30})
    comparison = sv.compare(last, this)
    # As above, from frames.
    assert parts(comparison) == pytest.approx({"volume": 3000, "data_corrections": -200}, abs=CLOSE)
    assert comparison.by("sdg")["change"].sum() == pytest.approx(2800, abs=CLOSE)
