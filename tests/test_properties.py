"""What holds for any records at all? Properties of the valuation, on records drawn at random.

`make properties` draws 2,000 examples of each; the fast tests draw a few.
"""

import os
from functools import cache

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings

import socialvalue as sv
from socialvalue import formulas
from socialvalue.appraisal import appraise, basis_of
from socialvalue.conventions import side_by_side
from socialvalue.frameworks import allocate, load_framework
from socialvalue.parse import parse_table
from socialvalue.prices import price_factor
from socialvalue.records import Origin
from socialvalue.schemas import TABLES
from socialvalue.summary import summarise

EXAMPLES = int(os.environ.get("SOCIALVALUE_EXAMPLES", "5"))
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SOME = settings(max_examples=EXAMPLES, **QUIET)
# Sums of a few products of floats: twelve digits are safe, sixteen are not.
RELATIVE = 1e-9
SHARES = ("deadweight", "displacement", "attribution_to_others")

PROXIES = [
    {"proxy_id": "yearly", "value_covers": "year"},
    {"proxy_id": "whole", "value_covers": "duration"},
    {"proxy_id": "event", "value_covers": "once", "unit_value": 7.5},
    {"proxy_id": "bad", "value_covers": "year", "unit_value": -40.0},
    {
        "proxy_id": "life",
        "value_covers": "year",
        "price_year": "2019",
        "uprating": "income",
        "income_elasticity": 1.3,
        "discount_class": "health",
        "low": 80.0,
        "high": 150.0,
    },
]
LINKS = [
    ("yearly", "sdg", "3", 0.7),
    ("yearly", "sdg", "11", 0.3),
    ("whole", "sdg", "4", 0.5),
    ("life", "sdg", "3", 1 / 3),
    ("life", "sdg", "10", 1 / 3),
    ("life", "sdg", "1", 1 / 3),
]


@pytest.fixture(scope="module")
def proxies(tmp_path_factory):
    common = {
        "name": "Invented",
        "unit": "person",
        "unit_value": 100.0,
        "currency": "GBP",
        "price_year": "2024-25",
        "value_type": "wellbeing",
        "discount_class": "standard",
        "uprating": "deflator",
    }
    folder = tmp_path_factory.mktemp("set")
    pd.DataFrame([common | each for each in PROXIES]).to_csv(folder / "proxies.csv", index=False)
    columns = ["proxy_id", "framework", "category", "share"]
    pd.DataFrame(LINKS, columns=columns).to_csv(folder / "links.csv", index=False)
    return sv.load_proxies(folder)


# Thousandths and tenths, as people write them; the arithmetic is the same for every float.
thousandths = st.integers(0, 1000).map(lambda n: n / 1000)
quantities = st.integers(-1_000_000, 1_000_000).map(lambda n: n / 1000)
maybe_share = st.none() | thousandths
records = st.fixed_dictionaries(
    {
        "quantity": quantities,
        "proxy_id": st.sampled_from(["yearly", "whole", "event", "bad", "life", None]),
        "stakeholder_group": st.sampled_from(["x", "y"]),
        "project": st.sampled_from([None, "a", "b"]),
        "outcome": st.sampled_from(["calmer", "fitter"]),
        "date": st.dates(pd.Timestamp("2019-01-01").date(), pd.Timestamp("2025-12-31").date()).map(
            str
        ),
        "duration_years": st.none() | st.integers(1, 70).map(lambda n: n / 10),
        "starts": st.none() | st.integers(0, 3),
        "drop_off": maybe_share,
        **dict.fromkeys(SHARES, maybe_share),
    }
)
some_records = st.lists(records, min_size=1, max_size=6)
assumptions = st.fixed_dictionaries(
    {
        "timing": st.sampled_from(["start", "mid", "end"]),
        "drop_off_from": st.sampled_from(["second_year", "first_year", "end_of_activity"]),
        "part_years": st.sampled_from(["prorata", "up", "down"]),
        "discount_rate": st.sampled_from([0.0, 0.035, 0.2, "green-book"]),
        "health_discount_rate": st.sampled_from([None, 0.0, "green-book-health"]),
        "horizon_years": st.none() | st.integers(1, 8),
        "year_start_month": st.sampled_from([4, 1, 9]),
    }
)


@cache
def empty_tables():
    return {name: typed(name, pd.DataFrame(columns=TABLES[name].names)) for name in TABLES}


def typed(name, frame):
    return parse_table(frame, TABLES[name], Origin())[0]


def value(some, choices, proxies, adjustments=None):
    """What records come to: the valuation without checks, which random records would not pass."""
    frame = pd.DataFrame(some).assign(outcome_id=[f"o{i}" for i in range(len(some))])
    frame.loc[frame["proxy_id"] == "event", "duration_years"] = None
    tables = {**empty_tables(), "outcomes": typed("outcomes", frame)}
    if adjustments is not None:
        tables["adjustments"] = typed("adjustments", pd.DataFrame(adjustments))
    settled = sv.Assumptions(**choices)
    basis = basis_of(tables, proxies, settled)
    return appraise(basis, settled), basis


def total(some, choices, proxies, measure="present_value", **more):
    return value(some, choices, proxies, **more)[0].totals[measure]


def size(some):
    """Scale of a tolerance: the largest value the records could have [money]."""
    return max(1.0, sum(abs(each["quantity"]) for each in some) * 150 * 8)


@SOME
@given(some=some_records, choices=assumptions, times=st.sampled_from([0.0, 0.5, 3.0, -1.0]))
def test_value_is_linear_in_quantity(proxies, some, choices, times):
    scaled = [{**each, "quantity": each["quantity"] * times} for each in some]
    base, _ = value(some, choices, proxies)
    found, _ = value(scaled, choices, proxies)
    for measure in ("gross_value", "net_value", "present_value"):
        expected = base.totals[measure] * times
        assert found.totals[measure] == pytest.approx(expected, abs=RELATIVE * size(some))


@SOME
@given(some=some_records, choices=assumptions, cut=thousandths)
def test_splitting_a_record_in_two_changes_nothing(proxies, some, choices, cut):
    first, *rest = some
    amount = first["quantity"]
    two = [
        {**first, "quantity": amount * cut},
        {**first, "quantity": amount - amount * cut},
        *rest,
    ]
    assert total(two, choices, proxies) == pytest.approx(
        total(some, choices, proxies), abs=RELATIVE * size(some)
    )


@SOME
@given(some=some_records, choices=assumptions, order=st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(proxies, some, choices, order):
    shuffled = list(some)
    order.shuffle(shuffled)
    left, right = (value(each, choices, proxies)[0] for each in (some, shuffled))
    assert len(left.valued.rows) == len(right.valued.rows)
    for measure in ("gross_value", "net_value", "present_value", "harm_present_value"):
        assert left.totals[measure] == pytest.approx(
            right.totals[measure], abs=RELATIVE * size(some)
        )


@SOME
@given(some=some_records, choices=assumptions)
def test_the_collapse_equals_each_record_valued_alone(proxies, some, choices):
    # Alone, a record would have a base year of its own.
    choices = {**choices, "base_year": "2019" if choices["year_start_month"] == 1 else "2018-19"}
    alone = sum(total([each], choices, proxies) for each in some)
    assert total(some, choices, proxies) == pytest.approx(alone, abs=RELATIVE * size(some))


@SOME
@given(some=some_records, choices=assumptions)
def test_allocation_conserves_the_whole(proxies, some, choices):
    appraisal, _ = value(some, choices, proxies)
    rows = appraisal.valued.rows
    frameworks = {"sdg": load_framework("sdg")}
    for way in ("shares", "primary"):
        links = pd.DataFrame(columns=["link_set", "framework", "category", "share"])
        shares = allocate(rows, proxies.links, links, way)
        table = summarise(appraisal.lines, rows[rows["counted"]], ["sdg"], shares, frameworks)
        assert table["present_value"].sum() == pytest.approx(
            appraisal.totals["present_value"], abs=RELATIVE * size(some)
        )


@SOME
@given(some=some_records, choices=assumptions)
def test_each_step_takes_away_in_size_row_by_row(proxies, some, choices):
    values = value(some, choices, proxies)[0].valued.values
    slack = RELATIVE * size(some)
    steps = ["gross_value", "after_deadweight", "after_displacement", "after_attribution"]
    steps += ["after_drop_off", "net_value", "present_value"]
    for before, after in zip(steps, steps[1:], strict=False):
        assert (values[after].abs() <= values[before].abs() + slack).all(), (before, after)
    # Nothing changes sign on the way: a reduction never turns a harm into a benefit.
    assert (values["gross_value"] * values["present_value"] >= -slack).all()


@SOME
@given(
    some=some_records,
    choices=assumptions,
    share=st.sampled_from([*SHARES, "drop_off"]),
    to=thousandths,
)
def test_value_falls_as_a_reduction_rises(proxies, some, choices, share, to):
    lower = [{**each, share: min(each[share] or 0.0, to)} for each in some]
    higher = [{**each, share: max(each[share] or 0.0, to)} for each in some]
    sizes = [
        value(each, choices, proxies)[0].valued.values["net_value"].abs().sum()
        for each in (lower, higher)
    ]
    assert sizes[1] <= sizes[0] + RELATIVE * size(some)


@SOME
@given(some=some_records, choices=assumptions, share=st.sampled_from(SHARES))
def test_all_or_nothing(proxies, some, choices, share):
    nothing_off = [{**each, **dict.fromkeys([*SHARES, "drop_off"], 0.0)} for each in some]
    appraisal, _ = value(nothing_off, choices, proxies)
    assert appraisal.totals["net_value"] == pytest.approx(
        appraisal.totals["gross_value"], abs=RELATIVE * size(some)
    )
    all_off = [{**each, share: 1.0} for each in some]
    assert total(all_off, choices, proxies, "net_value") == pytest.approx(
        0, abs=RELATIVE * size(some)
    )


@SOME
@given(some=some_records, choices=assumptions, shares=st.tuples(*[thousandths] * 3))
def test_shares_stated_on_records_or_in_the_table_are_the_same(proxies, some, choices, shares):
    named = dict(zip(SHARES, shares, strict=True))
    on_records = [{**each, **named} for each in some]
    unstated = [{**each, **dict.fromkeys(SHARES)} for each in some]
    by_table = total(unstated, choices, proxies, adjustments=[{**named, "reason": "same"}])
    assert total(on_records, choices, proxies) == pytest.approx(by_table, abs=RELATIVE * size(some))


@SOME
@given(some=some_records, choices=assumptions)
def test_settings_that_mean_the_same_give_the_same(proxies, some, choices):
    base, basis = value(some, choices, proxies)
    used = base.assumptions
    same = [
        # The base year found is the one that could have been stated.
        {"base_year": used.base_year},
        # A horizon past the last year there can be keeps every year.
        {"horizon_years": used.horizon_years or 99},
        {"discount_rate": used.discount_rate, "health_discount_rate": used.health_discount_rate},
    ]
    if used.discount_rate == 0 and used.health_discount_rate in (None, 0.0):
        same.append({"timing": "end"})
    if used.health_discount_rate is None:
        same.append({"health_discount_rate": used.discount_rate})
    table = side_by_side(basis, used, same)
    slack = RELATIVE * size(some)
    assert (table["change"].abs() <= slack).all(), table[["setting", "change"]]


@SOME
@given(some=some_records, choices=assumptions)
def test_whole_years_count_alike_under_every_rule_for_part_years(proxies, some, choices):
    whole = [{**each, "duration_years": np.ceil(each["duration_years"] or 1)} for each in some]
    found = {
        rule: total(whole, {**choices, "part_years": rule}, proxies)
        for rule in ("prorata", "up", "down")
    }
    assert found["up"] == pytest.approx(found["prorata"], abs=RELATIVE * size(some))
    assert found["down"] == pytest.approx(found["prorata"], abs=RELATIVE * size(some))


@SOME
@given(some=some_records, choices=assumptions)
def test_later_timing_never_raises_value_in_size(proxies, some, choices):
    sizes = [
        value(some, {**choices, "timing": timing}, proxies)[0]
        .valued.values["present_value"]
        .abs()
        .sum()
        for timing in ("start", "mid", "end")
    ]
    slack = RELATIVE * size(some)
    assert sizes[2] <= sizes[1] + slack
    assert sizes[1] <= sizes[0] + slack


@SOME
@given(some=some_records, choices=assumptions)
def test_the_range_holds_the_total(proxies, some, choices):
    appraisal, _ = value(some, choices, proxies)
    found = appraisal.range
    assume(found.missing is None)
    slack, middle = RELATIVE * size(some), appraisal.totals["present_value"]
    assert found.present_value_low <= middle + slack
    assert found.present_value_high >= middle - slack


# Both shipped series hold all of these.
YEARS = [str(year) for year in range(1990, 2025)]
YEARS += [f"{year}-{(year + 1) % 100:02d}" for year in range(1990, 2025)]


@settings(max_examples=max(EXAMPLES, 200), **QUIET)
@given(
    amount=st.floats(0.01, 1e9),
    there=st.sampled_from(YEARS),
    back=st.sampled_from(YEARS),
    elasticity=st.sampled_from([0.0, 1.0, 1.3]),
)
def test_to_another_price_year_and_back_is_the_identity(amount, there, back, elasticity):
    out, home = price_factor(there, back, elasticity), price_factor(back, there, elasticity)
    assert amount * out.factor * home.factor == pytest.approx(amount, rel=1e-12)


@settings(max_examples=max(EXAMPLES, 200), **QUIET)
@given(shares=st.tuples(*[st.floats(0, 1)] * 3), order=st.permutations(range(3)))
def test_what_is_left_does_not_depend_on_the_order_of_reductions(shares, order):
    left = formulas.net_share(*shares)
    assert 0 <= left <= 1
    assert formulas.net_share(*(shares[i] for i in order)) == pytest.approx(left, abs=1e-15)


@settings(max_examples=max(EXAMPLES, 200), **QUIET)
@given(flow=st.lists(st.integers(-1000, 1000), min_size=1, max_size=12), cost=st.integers(1, 5000))
def test_payback_is_when_the_running_total_first_reaches_the_cost(flow, cost):
    years = formulas.payback_years(flow, cost)
    running = np.cumsum(flow)
    reached = np.flatnonzero(running >= cost)
    assert np.isnan(years) == (len(reached) == 0)
    if len(reached):
        assert reached[0] <= years <= reached[0] + 1
