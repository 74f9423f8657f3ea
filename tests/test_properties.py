"""What holds for any records at all? Properties of the valuation, on records drawn at random.

`make properties` draws 2,000 examples of each; the fast tests draw a few.
"""

import os
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import socialvalue as sv
from socialvalue import formulas
from socialvalue.appraisal import appraise, basis_of
from socialvalue.frameworks import allocate, load_framework
from socialvalue.parse import parse_table
from socialvalue.prices import price_factor
from socialvalue.records import Origin
from socialvalue.schemas import TABLES
from socialvalue.summary import bounds_by_proxy, summarise
from socialvalue.value_model import value_model
from socialvalue.value_outputs import TOTALS

# One valuation takes ten programmes at once, each a project of its own and an example of its own.
AT_ONCE = 10
EXAMPLES = int(os.environ.get("SOCIALVALUE_EXAMPLES", "20"))
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SOME = settings(max_examples=max(EXAMPLES // AT_ONCE, 1), **QUIET)
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
programme = st.lists(records, min_size=1, max_size=4)
some_programmes = st.lists(programme, min_size=AT_ONCE, max_size=AT_ONCE)
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
    """What programmes come to: the valuation without checks, which random records would not pass.

    Returns the appraisal, its basis, and the totals of each programme.
    """
    rows = [{**each, "project": f"p{n}"} for n, records in enumerate(some) for each in records]
    frame = pd.DataFrame(rows).assign(outcome_id=[f"o{i}" for i in range(len(rows))])
    frame.loc[frame["proxy_id"] == "event", "duration_years"] = None
    tables = {**empty_tables(), "outcomes": typed("outcomes", frame)}
    if adjustments is not None:
        tables["adjustments"] = typed("adjustments", pd.DataFrame(adjustments))
    settled = sv.Assumptions(**choices)
    basis = basis_of(tables, proxies, settled)
    appraisal = appraise(basis, settled)
    harms = appraisal.lines.assign(harm=appraisal.lines["present_value"].clip(upper=0.0))
    sums = harms.groupby("project")[["gross_value", "net_value", "present_value", "harm"]].sum()
    return appraisal, basis, sums.reindex([f"p{n}" for n in range(len(some))]).fillna(0.0)


def totals(some, choices, proxies, **more):
    return value(some, choices, proxies, **more)[2]


def slack(some):
    """Tolerance of each programme: a part of the largest value its records could have [money]."""
    largest = [sum(abs(each["quantity"]) for each in records) * 150 * 8 for records in some]
    return RELATIVE * np.maximum(1.0, np.array(largest))


def alike(left, right, some):
    """Whether two amounts of each programme differ by no more than rounding."""
    return bool((np.abs(np.asarray(left) - np.asarray(right)) <= slack(some)).all())


def each_record(some, change):
    return [[{**each, **change(each)} for each in records] for records in some]


@SOME
@given(some=some_programmes, choices=assumptions, times=st.sampled_from([0.0, 0.5, 3.0, -1.0]))
def test_value_is_linear_in_quantity(proxies, some, choices, times):
    scaled = each_record(some, lambda each: {"quantity": each["quantity"] * times})
    base, found = totals(some, choices, proxies), totals(scaled, choices, proxies)
    for measure in ("gross_value", "net_value", "present_value"):
        assert alike(found[measure], base[measure] * times, some), measure


@SOME
@given(some=some_programmes, choices=assumptions, cut=thousandths)
def test_splitting_a_record_in_two_changes_nothing(proxies, some, choices, cut):
    two = []
    for first, *rest in some:
        amount = first["quantity"]
        parts = amount * cut, amount - amount * cut
        two.append([*({**first, "quantity": part} for part in parts), *rest])
    assert alike(
        totals(two, choices, proxies)["present_value"],
        totals(some, choices, proxies)["present_value"],
        some,
    )


@SOME
@given(some=some_programmes, choices=assumptions, order=st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(proxies, some, choices, order):
    shuffled = [order.sample(records, len(records)) for records in some]
    (left, _, before), (right, _, after) = (
        value(each, choices, proxies) for each in (some, shuffled)
    )
    assert len(left.valued.rows) == len(right.valued.rows)
    for measure in ("gross_value", "net_value", "present_value", "harm"):
        assert alike(before[measure], after[measure], some), measure


@SOME
@given(some=some_programmes, choices=assumptions)
def test_the_collapse_equals_each_record_valued_alone(proxies, some, choices):
    # Records of their own are never collapsed together: each is a programme here.
    choices = {**choices, "base_year": "2019" if choices["year_start_month"] == 1 else "2018-19"}
    alone = totals([[each] for records in some for each in records], choices, proxies)
    owner = [n for n, records in enumerate(some) for _ in records]
    added = alone["present_value"].groupby(np.array(owner)).sum()
    assert alike(totals(some, choices, proxies)["present_value"], added, some)


@SOME
@given(some=some_programmes, choices=assumptions)
def test_allocation_conserves_the_whole(proxies, some, choices):
    appraisal, _, sums = value(some, choices, proxies)
    rows = appraisal.valued.rows
    frameworks = {"sdg": load_framework("sdg")}
    for way in ("shares", "primary"):
        links = pd.DataFrame(columns=["link_set", "framework", "category", "share"])
        shares = allocate(rows, proxies.links, links, way)
        keys = ["project", "sdg"]
        table = summarise(appraisal.lines, rows[rows["counted"]], keys, shares, frameworks)
        parts = table.groupby("project")["present_value"].sum().reindex(sums.index).fillna(0.0)
        assert alike(parts, sums["present_value"], some), way


@SOME
@given(some=some_programmes, choices=assumptions)
def test_each_step_takes_away_in_size_row_by_row(proxies, some, choices):
    values = value(some, choices, proxies)[0].valued.values
    room = slack(some).max()
    steps = ["gross_value", "after_deadweight", "after_displacement", "after_attribution"]
    steps += ["after_drop_off", "net_value", "present_value"]
    for before, after in zip(steps, steps[1:], strict=False):
        assert (values[after].abs() <= values[before].abs() + room).all(), (before, after)
    # Nothing changes sign on the way: a reduction never turns a harm into a benefit.
    assert (values["gross_value"] * values["present_value"] >= -room).all()


@SOME
@given(
    some=some_programmes,
    choices=assumptions,
    share=st.sampled_from([*SHARES, "drop_off"]),
    to=thousandths,
)
def test_value_falls_as_a_reduction_rises(proxies, some, choices, share, to):
    sizes = []
    for end in (min, max):
        moved = each_record(some, lambda each, end=end: {share: end(each[share] or 0.0, to)})
        lines = value(moved, choices, proxies)[0].lines
        sizes.append(lines.assign(size=lines["net_value"].abs()).groupby("project")["size"].sum())
    least, most = (each.reindex([f"p{n}" for n in range(len(some))]).fillna(0.0) for each in sizes)
    assert (most <= least + slack(some)).all()


@SOME
@given(some=some_programmes, choices=assumptions, share=st.sampled_from(SHARES))
def test_all_or_nothing(proxies, some, choices, share):
    off = dict.fromkeys([*SHARES, "drop_off"], 0.0)
    nothing = totals(each_record(some, lambda each: off), choices, proxies)
    assert alike(nothing["net_value"], nothing["gross_value"], some)
    everything = totals(each_record(some, lambda each: {share: 1.0}), choices, proxies)
    assert alike(everything["net_value"], 0.0, some)


@SOME
@given(some=some_programmes, choices=assumptions, shares=st.tuples(*[thousandths] * 3))
def test_shares_stated_on_records_or_in_the_table_are_the_same(proxies, some, choices, shares):
    named = dict(zip(SHARES, shares, strict=True))
    on_records = totals(each_record(some, lambda each: named), choices, proxies)
    unstated = each_record(some, lambda each: dict.fromkeys(SHARES))
    by_table = totals(unstated, choices, proxies, adjustments=[{**named, "reason": "same"}])
    assert alike(on_records["present_value"], by_table["present_value"], some)


@SOME
@given(some=some_programmes, choices=assumptions)
def test_settings_that_mean_the_same_give_the_same(proxies, some, choices):
    base, basis, _ = value(some, choices, proxies)
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
    for choice in same:
        again = appraise(basis, used.changed(**choice)).lines
        changed = again.groupby("project")["present_value"].sum()
        before = base.lines.groupby("project")["present_value"].sum()
        assert np.allclose(changed, before.reindex(changed.index), atol=slack(some).max()), choice


@SOME
@given(some=some_programmes, choices=assumptions)
def test_whole_years_count_alike_under_every_rule_for_part_years(proxies, some, choices):
    whole = each_record(some, lambda each: {"duration_years": np.ceil(each["duration_years"] or 1)})
    found = {
        rule: totals(whole, {**choices, "part_years": rule}, proxies)["present_value"]
        for rule in ("prorata", "up", "down")
    }
    assert alike(found["up"], found["prorata"], some)
    assert alike(found["down"], found["prorata"], some)


@SOME
@given(some=some_programmes, choices=assumptions)
def test_later_timing_never_raises_value_in_size(proxies, some, choices):
    sizes = [
        value(some, {**choices, "timing": timing}, proxies)[0].lines["present_value"].abs()
        for timing in ("start", "mid", "end")
    ]
    room = slack(some).max()
    assert (sizes[2] <= sizes[1] + room).all()
    assert (sizes[1] <= sizes[0] + room).all()


@SOME
@given(some=some_programmes, choices=assumptions)
def test_the_range_holds_the_total_of_each_programme(proxies, some, choices):
    appraisal, _, sums = value(some, choices, proxies)
    lines = appraisal.lines
    if lines.empty:
        return
    band = bounds_by_proxy(lines, ["project"]).groupby("project")
    low = band["present_value_low"].sum(min_count=1)
    high = band["present_value_high"].sum(min_count=1)
    middle = sums["present_value"].reindex(low.index)
    room = slack(some).max()
    known = low.notna()
    assert (low[known] <= middle[known] + room).all()
    assert (high[known] >= middle[known] - room).all()


# Both shipped series hold all of these.
YEARS = [str(year) for year in range(1990, 2025)]
YEARS += [f"{year}-{(year + 1) % 100:02d}" for year in range(1990, 2025)]


def model_of(appraisal, basis):
    """The value model of an appraisal, with what it reads of a result."""
    inputs = pd.DataFrame({"project": [], "input_type": [], "present_value": []})
    valued = replace(appraisal.valued, rows=appraisal.valued.rows.assign(merged=False))
    links = allocate(valued.rows, basis.proxies.links, basis.link_sets, "shares")
    result = SimpleNamespace(
        basis=basis,
        assumptions=appraisal.assumptions,
        valued=valued,
        breakdowns={},
        inputs=inputs,
        adjustments=basis.adjustments,
        ratio_missing="no inputs",
        allocations={"": links},
        frameworks={"sdg": load_framework("sdg")},
    )
    return value_model(result, by=[("sdg",), ("project",)])


taken = st.fixed_dictionaries(
    {
        **dict.fromkeys((*SHARES, "drop_off"), thousandths),
        "duration_years": st.integers(1, 40).map(lambda n: n / 10),
    }
)


@SOME
@given(some=some_programmes, choices=assumptions, first=taken, other=taken)
def test_the_value_model_is_the_valuation_at_any_numbers(proxies, some, choices, first, other):
    appraisal, basis, _ = value(some, choices, proxies, [{**first, "reason": "judged"}])
    if not appraisal.valued.rows["counted"].any():
        return
    model = model_of(appraisal, basis)
    names = model.parameters["parameter"].tolist()
    values = np.array([model.central, model.central])
    for field, number in other.items():
        for place, name in enumerate(names):
            # A number that stands in no row that counts is no parameter.
            if name.startswith(f"{field}: adjustments"):
                values[1, place] = number
    at = model.with_tables().evaluate(values)[:, :4]
    for found, numbers in zip(at, (first, other), strict=True):
        expected = totals(some, choices, proxies, adjustments=[{**numbers, "reason": "judged"}])
        np.testing.assert_allclose(found, expected.sum(), rtol=0, atol=slack(some).sum())
    tables = model.evaluate(model.central[None, :])[0][len(TOTALS) :]
    of = model.outputs["table"].iloc[len(TOTALS) :].to_numpy()
    for key in ("sdg", "project"):
        np.testing.assert_allclose(tables[of == key].sum(), at[0][2], atol=slack(some).sum())


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
