"""The value model says what an assessment says, and what it would say at other numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from socialvalue.errors import SettingsError
from socialvalue.value_model import value_model
from socialvalue.value_outputs import TOTALS
from tests.programmes import network, worked_example

# Sums of a few thousand products of doubles, added up in another order: some 1e-12 of the whole.
CLOSE = 1e-9
NAMES = [name for name in TOTALS if not name.startswith("compared")]


def text(values):
    return values.astype("string").fillna("(blank)").astype(object)


def assert_same(model, values, result, of=None):
    """Every output of a model at some values is what a result says."""
    found = model.evaluate(values, of)[0]
    size = max(1.0, abs(result.totals["gross_value"]))
    outputs = model.outputs.assign(found=found)
    totals = outputs[outputs["table"] == ""].set_index("measure")["found"]
    for name in NAMES:
        assert totals[name] == pytest.approx(result.totals[name], abs=CLOSE * size, nan_ok=True)
    assert totals["compared_value"] == pytest.approx(result.compared_value, abs=CLOSE * size)
    assert totals["compared_inputs"] == pytest.approx(result.compared_inputs, abs=CLOSE * size)
    for keys in model.by:
        told = result.by(*keys)
        told = told.assign(**{key: text(told[key]) for key in keys}).set_index(list(keys))
        mine = outputs[outputs["table"] == ", ".join(keys)]
        mine = mine.assign(**{key: text(mine[key]) for key in keys}).set_index(list(keys))
        # A category without records has no output, and a year that only a longer duration reaches
        # is in no table: neither has a value.
        both = told.index.union(mine.index)
        expected = told["present_value"].reindex(both).fillna(0.0)
        given = mine["found"].reindex(both).fillna(0.0)
        np.testing.assert_allclose(given, expected, rtol=0, atol=CLOSE * size, err_msg=str(keys))


def at_central(result):
    model = value_model(result)
    central = model.central[None, :]
    assert_same(model, central, result)
    # With nothing that moves all is in the weights, and it comes to the same.
    assert_same(model, np.empty((1, 0)), result, of=[])
    return model


MESSY = [
    {"quantity": 10, "deadweight": None, "displacement": 0.1, "duration_years": 2.5},
    {"quantity": 7, "deadweight": 0.25, "displacement": None, "duration_years": 2.5},
    {"quantity": 5, "deadweight": 1.0, "attribution_to_others": 0.5},
    {"quantity": -3, "deadweight": None, "stakeholder_group": "walkers"},
    {"quantity": 8, "duration_years": None, "drop_off": None, "starts": 1, "outcome": "Later"},
    {"quantity": 4, "quantity_low": 2, "quantity_high": 9, "date": "2025-06-01"},
    {"quantity": 4, "quantity_low": 3, "deadweight": 0.5, "date": "2025-07-01"},
    {"quantity": 6, "quantity_low": -2, "quantity_high": 8, "deadweight": None, "outcome": "Odd"},
    {"quantity": 9, "proxy_id": "coal", "deadweight": 0.5, "duration_years": 3},
    {"quantity": 2, "proxy_id": "fall", "date": "2025-05-01", "evidence": "estimate"},
    {"quantity": 2, "proxy_id": "once", "deadweight": None},
    {"quantity": 2, "proxy_id": None},
]


@pytest.fixture
def cups_of_tea(assess):
    """Ten cups, with what is said of them."""

    def make(adjustments=None, **said):
        tables = {} if adjustments is None else {"adjustments": adjustments}
        return assess(said, **tables)

    return make


ADJUSTMENTS = pd.DataFrame(
    {
        "proxy_id": [None, "once", None],
        "project": [None, None, "Walks"],
        "deadweight": [0.2, 1.0, 0.3],
        "displacement": [0.05, None, None],
        "drop_off": [0.15, None, None],
        "duration_years": [3.5, None, None],
        "reason": ["judged", "all would have come", "walked before"],
    }
)
INPUTS = pd.DataFrame(
    {
        "input_id": ["i1", "i2"],
        "amount": [300.0, 200.0],
        "date": ["2024-05-01", "2025-05-01"],
        "input_type": ["cash", "volunteer_time"],
    }
)


def coal(year, value):
    day = {"valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31"}
    ends = {"low": value / 2, "high": value * 1.5}
    kind = {"uprating": "carbon", "value_type": "environmental", "price_year": "2022"}
    return {"proxy_id": "coal", "unit_value": value, **ends, **day, **kind}


PROXIES = [
    {"low": 80.0, "high": 150.0, "distribution": "pert"},
    *[coal(year, 200.0 + year - 2020) for year in range(2024, 2031)],
    {"proxy_id": "fall", "unit_value": -50.0, "low": -80.0, "high": -20.0},
    {"proxy_id": "once", "unit_value": 30.0, "value_covers": "once", "drop_off": None},
]
LINKS = [
    ("tea", "sdg", "3", 0.6),
    ("tea", "sdg", "4", 0.3),
    ("tea", "marmot", "B", 1.0),
    ("coal", "sdg", "13", 1.0),
    ("once", "sdg", "3", 1.0),
]


@pytest.fixture
def messy(assess, proxy_set):
    """Assess records of every kind, under settings of choice, with other proxies or adjustments."""

    def make(proxies=PROXIES, adjustments=ADJUSTMENTS, records=MESSY, **settings):
        made = proxy_set(*proxies, links=LINKS)
        settings = {"price_year": "2024-25", "discount_rate": "green-book", **settings}
        rows = [{"place": "north" if row["quantity"] > 5 else "south", **row} for row in records]
        return assess(
            *rows,
            proxies=made,
            assumptions=settings,
            breakdowns=["place"],
            adjustments=adjustments,
            inputs=INPUTS,
        )

    return make


@pytest.mark.parametrize("result", [worked_example, network])
def test_at_central_values_it_is_the_assessment(result):
    at_central(result())


OPTIMISM = pd.DataFrame(
    {"evidence": ["", "estimate"], "benefits_down": [0.1, 0.4], "costs_up": [0.2, 0.0]}
)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"timing": "mid"},
        {"timing": "end", "drop_off_from": "first_year"},
        {"drop_off_from": "end_of_activity", "part_years": "up"},
        {"part_years": "down"},
        {"horizon_years": 2},
        {"allocation": "primary", "uprate": False},
        {"optimism_bias": OPTIMISM},
        {"health_discount_rate": "green-book-health", "base_year": "2023-24"},
        {"perspective": "fiscal"},
    ],
    ids=str,
)
def test_every_kind_of_record_under_every_convention(messy, settings):
    if settings.get("perspective") == "fiscal":
        with pytest.raises(SettingsError, match="No priced outcome counts"):
            value_model(messy(**settings))
        return
    at_central(messy(**settings))


def test_where_no_year_counts_there_is_nothing(assess, proxy_set):
    # The outcome starts a year after the base year, and only that first year counts.
    record = {"starts": 1, "quantity": 5}
    settings = {"price_year": "2024-25", "base_year": "2024-25", "horizon_years": 1}
    model = at_central(assess(record, proxies=proxy_set(), assumptions=settings))
    assert model.share_fixed == 1.0


def test_a_ratio_that_is_not_there_is_not_made(messy):
    result = messy()
    bare = replace(result, ratio_missing="no inputs", totals=result.totals.copy())
    names = totals_at(value_model(bare, by=()), {})
    assert np.isnan(names["sroi_ratio"]) and np.isnan(names["net_present_value"])
    assert names["present_value"] == pytest.approx(result.totals["present_value"])


def other_values(model, **changes):
    """Central values with some parameters at others, by name."""
    names = model.parameters["parameter"].tolist()
    values = model.central.copy()
    for name, value in changes.items():
        values[names.index(name)] = value
    return values[None, :]


def totals_at(model, changes):
    found = model.with_tables().evaluate(other_values(model, **changes))[0]
    return dict(zip(TOTALS, found, strict=True))


@pytest.mark.parametrize("part_years", ["prorata", "up", "down"])
def test_at_other_numbers_it_is_the_assessment_made_with_them(messy, part_years):
    # The same records assessed with other proxies and another adjustments table, written out.
    settings = {"part_years": part_years, "timing": "end", "drop_off_from": "first_year"}
    # The years of the outputs reach as far as a spread lets an outcome last.
    longer = pd.DataFrame({"field": ["duration_years"], "low": [1.0], "high": [6.0]})
    model = value_model(messy(**settings), spreads=longer)
    changes = {
        "unit_value: tea": 120.0,
        "unit_value: fall": -70.0,
        "unit_value: coal": 1.25,
        "deadweight: adjustments, row 0": 0.35,
        "deadweight: adjustments, row 1": 0.6,
        "displacement: adjustments, row 0": 0.0,
        "drop_off: adjustments, row 0": 0.4,
        "duration_years: adjustments, row 0": 5.2,
        "input_value: cash": 1.5,
    }
    others = [{**row, "unit_value": row.get("unit_value", 100.0)} for row in PROXIES]
    factor = {"tea": 1.2, "fall": 1.4, "coal": 1.25, "once": 1.0}
    for row in others:
        row["unit_value"] *= factor[row.get("proxy_id", "tea")]
        for end in ("low", "high"):
            row.pop(end, None)
    table = ADJUSTMENTS.assign(
        deadweight=[0.35, 0.6, 0.3],
        displacement=[0.0, None, None],
        drop_off=[0.4, None, None],
        duration_years=[5.2, None, None],
    )
    changed = messy(others, table, **settings)
    # Cash was 300 pounds in the first year, so half as much again costs 150 pounds more.
    found = model.evaluate(other_values(model, **changes))[0]
    put_in = list(TOTALS).index("input_value")
    assert found[put_in] == pytest.approx(changed.totals["input_value"] + 150.0)
    assert_same(model, other_values(model, **{**changes, "input_value: cash": 1.0}), changed)


def test_quantities_move_together_between_the_ends_that_records_state(messy):
    # Two records of "Calmer" in 2025-26 state ends: 4 (2 to 9), and 4 (3 to 4) of which they keep
    # half; so the change is 6, with ends of 2 + 1.5 and 9 + 2. "Odd" is 6, from -2 to 8.
    model = value_model(messy())
    table = model.parameters.set_index("parameter")
    calmer = "quantity: not stated / all / Calmer / tea, recorded"
    odd = "quantity: not stated / all / Odd / tea, recorded"
    assert table.loc[calmer, ["low", "central", "high"]].tolist() == [3.5, 6.0, 11.0]
    assert table.loc[odd, ["low", "central", "high"]].tolist() == [-2.0, 6.0, 8.0]

    for end, ends in (("low", {calmer: 3.5, odd: -2.0}), ("high", {calmer: 11.0, odd: 8.0})):
        records = [
            {**row, "quantity": row.get(f"quantity_{end}", row["quantity"])} for row in MESSY
        ]
        plain = [{k: v for k, v in row.items() if "quantity_" not in k} for row in records]
        expected = messy(records=plain).totals
        found = totals_at(model, ends)
        assert found["present_value"] == pytest.approx(expected["present_value"], rel=CLOSE)
        # The harms are those of the assessment: "Odd" at its low end is no harm recorded.
        harms = messy().totals["harm_present_value"]
        assert found["harm_present_value"] == pytest.approx(harms, rel=CLOSE)
    # Half way from central to high, each record is half way.
    half = other_values(model, **{calmer: 8.5})
    top = other_values(model, **{calmer: 11.0})
    middle = (model.evaluate(model.central[None, :]) + model.evaluate(top)) / 2
    np.testing.assert_allclose(model.evaluate(half)[:, :4], middle[:, :4], rtol=CLOSE)


def test_a_share_of_one_hides_no_range(assess, proxy_set):
    # 4 (2 to 9) of which adjustments take everything: with half taken and the quantity at its high
    # end there are 9 x 0.5 x 100 pounds.
    table = pd.DataFrame({"deadweight": [1.0], "reason": ["all"]})
    record = {"quantity": 4, "quantity_low": 2, "quantity_high": 9, "deadweight": None}
    result = assess(
        {**record, "place": "north"},
        proxies=proxy_set(),
        adjustments=table,
        breakdowns=["place"],
        assumptions={"price_year": "2024-25"},
    )
    model = value_model(result)
    changes = {
        "deadweight: adjustments, row 0": 0.5,
        "quantity: not stated / all / Calmer / tea, recorded": 9.0,
    }
    found = model.evaluate(other_values(model, **changes))[0]
    outputs = model.outputs.assign(found=found)
    assert outputs.loc[outputs["measure"] == "present_value", "found"].iloc[0] == 450.0
    assert outputs.loc[outputs["table"] == "place", "found"].tolist() == [450.0]


def test_versions_of_a_proxy_move_as_one(assess, proxy_set):
    # 10 people at 100 (90 to 120) and 10 at 200 (100 to 260): the ratio's ends are those of the
    # versions weighed by 1,000 and 2,000 pounds: (900 + 1000) / 3000 and (1200 + 2600) / 3000.
    proxies = proxy_set(
        {"low": 90, "high": 120, "valid_from": "2024-04-01", "valid_to": "2025-03-31"},
        {"unit_value": 200, "low": 100, "high": 260, "valid_from": "2025-04-01"},
    )
    settings = {"price_year": "2024-25"}
    result = assess({}, {"date": "2025-05-01"}, proxies=proxies, assumptions=settings)
    model = at_central(result)
    row = model.parameters.set_index("parameter").loc["unit_value: tea"]
    assert row["unit"] == "ratio to the published values"
    assert row[["low", "central", "high"]].tolist() == pytest.approx([1900 / 3000, 1, 3800 / 3000])


def test_only_what_is_stated_is_uncertain(messy):
    model = value_model(messy())
    varied = set(model.parameters.loc[model.moving, "parameter"])
    assert varied == {
        "unit_value: tea",
        "unit_value: coal",
        "unit_value: fall",
        "quantity: not stated / all / Calmer / tea, recorded",
        "quantity: not stated / all / Odd / tea, recorded",
    }
    kinds = model.parameters.set_index("parameter")["distribution"]
    assert kinds["unit_value: tea"] == "pert" and kinds["unit_value: coal"] == "triangular"
    # Only "once", all of which deadweight takes, has no range: nothing of the value is fixed.
    assert model.share_fixed == 0.0
    without = value_model(worked_example())
    # The worked example prints 20.1% without a range.
    assert without.share_fixed == pytest.approx(0.201, abs=0.0005)


def test_spreads_are_stated_by_field_scope_and_name(messy):
    stated = pd.DataFrame(
        [
            {"field": "deadweight", "low": 0.1, "high": 0.3},
            {"field": "deadweight", "outcome": "Later", "standard_error": 0.05},
            {"field": "quantity", "outcome": "Odd", "distribution": "uniform"},
            {"field": "quantity", "proxy_id": "coal", "down": 0.5, "up": 0.25},
            {"parameter": "input_value: cash", "down": 0.1, "up": 0.1, "distribution": "uniform"},
        ]
    ).replace({np.nan: None})
    records = [row for row in MESSY if row.get("proxy_id") != "once"]
    records[4] = {**records[4], "deadweight": None}
    model = value_model(messy(records=records), spreads=stated)
    table = model.parameters.set_index("parameter")
    at = table.loc
    assert at["deadweight: adjustments, row 0 (spreads, row 1)", ["low", "high"]].tolist() == [
        0.1,
        0.3,
    ]
    later = at["deadweight: adjustments, row 0 (spreads, row 2)"]
    assert later["distribution"] == "normal" and later["level"] == 0.95
    odd = at["quantity: not stated / all / Odd / tea, recorded"]
    assert odd[["distribution", "low", "high"]].tolist() == ["uniform", -2.0, 8.0]
    # Nine tonnes of which the record keeps half.
    carbon = at["quantity: not stated / all / Calmer / coal, stated"]
    assert carbon[["low", "central", "high"]].tolist() == [2.25, 4.5, 5.625]
    assert at["input_value: cash", ["low", "high"]].tolist() == [0.9, 1.1]
    central = model.central[None, :]
    assert_same(model, central, model.result)


@pytest.mark.parametrize(
    ("levels", "kind"),
    [((0.9, 0.9), "normal"), ((0.9, 0.95), "triangular"), ((0.9, None), "triangular")],
)
def test_an_interval_of_records_is_normal_at_its_level(assess, proxy_set, levels, kind):
    # 4 (2 to 6) and 6 (3 to 9) are 10 (5 to 15) together; at 90% an end is 1.645 deviations off.
    ends = [(4, 2, 6), (6, 3, 9)]
    records = [
        {"quantity": q, "quantity_low": low, "quantity_high": high, "quantity_level": level}
        for (q, low, high), level in zip(ends, levels, strict=True)
    ]
    result = assess(*records, proxies=proxy_set(), assumptions={"price_year": "2024-25"})
    model = value_model(result)
    spread = model.spreads[model.moving[0]]
    assert spread.kind == kind
    if kind == "normal":
        assert spread.level == 0.9
        assert spread.standard_deviation == pytest.approx(5 / 1.6449, rel=1e-4)


def test_a_lopsided_interval_is_taken_as_its_ends(assess, proxy_set):
    record = {"quantity": 4, "quantity_low": 3, "quantity_high": 9, "quantity_level": 0.95}
    model = value_model(assess(record, proxies=proxy_set(), assumptions={"price_year": "2024-25"}))
    spread = model.spreads[model.moving[0]]
    assert spread.kind == "triangular" and "lopsided" in spread.source


def test_grades_of_evidence_move_quantities_without_a_range(messy):
    grades = pd.DataFrame({"evidence": ["estimate"], "down": [0.5], "up": [0.2]})
    model = value_model(messy(), grades=grades)
    row = model.parameters.set_index("parameter").loc[
        "quantity: not stated / all / Calmer / fall (harm), grade estimate"
    ]
    assert row[["low", "central", "high"]].tolist() == pytest.approx([1.0, 2.0, 2.4])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"field": "deadweights", "low": 0.1}, "no field 'deadweights'"),
        ({"low": 0.1}, "name either a parameter or a field"),
        ({"field": "deadweight"}, "it states nothing"),
        ({"field": "deadweight", "low": 0.1, "standard_error": 0.1}, "not two of them"),
        ({"field": "unit_value", "project": "Walks", "down": 0.1}, "cannot be narrowed by project"),
        ({"field": "deadweight", "outcome": "Nobody's", "low": 0.1}, "fits no number"),
        ({"parameter": "unit_value: cake", "low": 0.1}, "fits no number"),
        ({"field": "deadweight", "low": "some"}, "Write a number"),
        ({"field": "deadweight", "lowest": 0.1}, "means nothing there"),
        ({"field": "deadweight", "down": -0.1}, "cannot be below 0"),
    ],
)
def test_statements_that_do_not_fit_are_refused(messy, row, message):
    with pytest.raises(SettingsError, match=message):
        value_model(messy(), spreads=pd.DataFrame([row]))


def test_a_share_on_records_is_refused_with_what_to_do(cups_of_tea):
    spreads = pd.DataFrame(
        [
            {"field": "displacement", "down": 0.5, "up": 0.5},
            {"field": "deadweight", "down": 0.5, "up": 0.5},
            {"field": "drop_off", "outcome": "Nobody's", "low": 0.1},
        ]
    )
    with pytest.raises(SettingsError) as refused:
        value_model(cups_of_tea(deadweight=0.2, displacement=None), spreads=spreads)
    ours, other = str(refused.value).splitlines()
    assert ours.startswith("spreads, row 2: deadweight cannot be varied here.")
    assert "state their deadweight themselves" in ours and "table adjustments" in ours
    assert other.startswith("spreads, row 3: fits no number of this assessment.")
    # What it says to do is what works: in the table it is one number, which varies.
    told = pd.DataFrame({"deadweight": [0.2], "reason": ["judged"]})
    moved = value_model(cups_of_tea(deadweight=None, adjustments=told), spreads=spreads.iloc[1:2])
    assert moved.parameters["kind"].iloc[moved.moving].tolist() == ["deadweight"]


def test_two_statements_that_fit_alike_are_refused(messy):
    rows = pd.DataFrame(
        [
            {"field": "deadweight", "outcome": "Calmer", "low": 0.1},
            {"field": "deadweight", "proxy_id": "tea", "low": 0.1},
        ]
    )
    with pytest.raises(SettingsError, match="rows 1 and 2: both state deadweight"):
        value_model(messy(), spreads=rows)


def test_published_results_and_wrong_values_are_refused(messy):
    with pytest.raises(SettingsError, match="published result"):
        value_model(network().for_output())
    model = value_model(messy())
    with pytest.raises(SettingsError, match="a column for each"):
        model.evaluate(np.zeros((2, 3)))
    with pytest.raises(SettingsError, match="finite"):
        model.evaluate(np.full((1, len(model.central)), np.nan))
