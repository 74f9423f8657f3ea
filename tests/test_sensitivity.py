"""One programme small enough to work by hand, moved one number at a time, and more at once."""

import numpy as np
import pandas as pd
import pytest
from programmes import network, network_published, worked_example
from scipy import stats

import socialvalue as sv
from socialvalue.errors import SettingsError
from socialvalue.sensitivity import NO_RANGE
from socialvalue.spreads import Spread
from socialvalue.value_model import value_model
from socialvalue.variance_shares import indices

# 10 cups of tea at 100 pounds, less deadweight 20% and attribution 25%: 10 x 100 x 0.8 x 0.75 =
# 600 pounds against 500 put in. Prices and discounting are off.
NONE = {"deadweight": None, "displacement": None, "attribution_to_others": None}
CUPS = NONE | {"drop_off": None, "duration_years": None}
STATED = {
    "reason": ["judged"],
    "deadweight": [0.2],
    "displacement": [0.0],
    "attribution_to_others": [0.25],
    "drop_off": [0.1],
    "duration_years": [1.0],
}
SETTINGS = {"uprate": False, "discount_rate": 0.0, "base_year": "2024-25"}
# Sums of a few products of doubles.
EXACT = 1e-9


def put_in(amount):
    return pd.DataFrame(
        {
            "input_id": ["i1"],
            "amount": [amount],
            "date": ["2024-05-01"],
            "input_type": ["cash"],
        }
    )


ASSESSED = {}
"""Assessments, by what is in them: several tests ask the same one."""


@pytest.fixture
def tea(assess, proxy_set):
    """Assess cups of tea: other records, adjustments, inputs or settings where they are given."""

    def make(*records, **changes):
        key = repr((records, changes))
        if key not in ASSESSED:
            ASSESSED[key] = assessed(*records, **changes)
        return ASSESSED[key]

    def assessed(*records, inputs=500.0, proxies=({"low": 80.0, "high": 150.0},), **changes):
        stated = pd.DataFrame(STATED | {k: [v] for k, v in changes.items() if k in STATED})
        settings = SETTINGS | {k: v for k, v in changes.items() if k not in STATED}
        return assess(
            *(records or (CUPS,)),
            proxies=proxy_set(*proxies),
            assumptions=settings,
            adjustments=stated,
            **({"inputs": put_in(inputs)} if inputs else {}),
        )

    return make


def by_name(table):
    return table.set_index("parameter")


# --- one way


def test_one_way_moves_a_parameter_to_its_own_ends(tea):
    found = by_name(tea().sensitivity())
    row = found.loc["unit_value: tea"]
    # 10 x 80 x 0.6 = 480 and 10 x 150 x 0.6 = 900, against 500.
    assert (row["low"], row["high"], row["note"]) == (80.0, 150.0, "")
    assert row["present_value_at_low"] == pytest.approx(480.0, abs=EXACT)
    assert row["present_value_at_high"] == pytest.approx(900.0, abs=EXACT)
    assert row["net_present_value_at_low"] == pytest.approx(-20.0, abs=EXACT)
    assert row["sroi_ratio_at_high"] == pytest.approx(1.8, abs=EXACT)
    assert row["net_present_value_as_assessed"] == pytest.approx(100.0, abs=EXACT)
    assert (row["swing_of"], row["swing"]) == ("net_present_value", pytest.approx(420.0))


def test_what_has_no_range_is_listed_and_not_moved(tea):
    table = tea().sensitivity()
    still = table[table["note"] == NO_RANGE]
    assert set(still["kind"]) == {
        "deadweight",
        "displacement",
        "attribution_to_others",
        "drop_off",
        "duration_years",
        "input_value",
    }
    assert still[["low", "high", "swing", "present_value_at_low"]].isna().all(axis=None)
    assert table["note"].tolist() == ["", *[NO_RANGE] * 6]


SPREADS = pd.DataFrame(
    {
        "field": ["deadweight", "input_value"],
        "low": [0.1, 0.9],
        "high": [0.4, 1.5],
        "distribution": "uniform",
    }
)


def test_the_widest_swing_stands_first_by_the_answer_that_is_asked(tea):
    # Deadweight 0.1 to 0.4: 675 to 450, a swing of 225; the value of a cup: 480 to 900, 420.
    # Inputs 450 to 750: of net present value a swing of 300, of the present value none.
    result = tea()
    net = result.sensitivity(spreads=SPREADS)
    assert net["kind"].tolist()[:3] == ["unit_value", "input_value", "deadweight"]
    assert net["swing"].tolist()[:3] == pytest.approx([420.0, 300.0, 225.0])
    present = result.sensitivity("present_value", spreads=SPREADS)
    assert present["kind"].tolist()[:3] == ["unit_value", "deadweight", "input_value"]
    assert present["swing"].iloc[2] == 0.0
    # The ratio at inputs of 750: 600 / 750.
    ratio = by_name(result.sensitivity("sroi_ratio", spreads=SPREADS))
    assert ratio.loc["input_value: cash", "sroi_ratio_at_high"] == pytest.approx(0.8)


def test_without_inputs_the_present_value_is_what_moves(tea):
    result = tea(inputs=None)
    assert result.sensitivity()["swing_of"].unique().tolist() == ["present_value"]
    with pytest.raises(SettingsError, match="no inputs were recorded"):
        result.sensitivity("sroi_ratio")


def test_an_answer_that_is_none_is_refused(tea):
    with pytest.raises(SettingsError, match="of = 'payback'"):
        tea().sensitivity("payback")


def test_with_no_range_at_all_everything_is_listed(tea):
    table = tea(proxies=({},)).sensitivity()
    assert (table["note"] == NO_RANGE).all()
    assert len(table) == 7


# --- switching values


def test_switching_values_by_hand(tea):
    found = by_name(tea().switching_values())
    # 600 must become 500, so each is solved from 10 x 100 x 0.8 x 0.75 with one number let go.
    expected = {
        "unit_value: tea": 500 / 6,
        "deadweight: adjustments, row 0": 1 / 3,
        "displacement: adjustments, row 0": 1 / 6,
        "attribution_to_others: adjustments, row 0": 0.375,
        "duration_years: adjustments, row 0": 5 / 6,
        "input_value: cash": 1.2,
    }
    assert found["switching_value"].dropna().to_dict() == pytest.approx(expected, abs=EXACT)
    assert (found["net_present_value"].dropna().abs() < 0.005).all()
    tea_row = found.loc["unit_value: tea"]
    assert tea_row["change"] == pytest.approx(-1 / 6)
    assert tea_row["within_range"] is True
    assert found.loc["input_value: cash", "within_range"] is None
    # What lasts one year drops off in none.
    assert "does not depend on it" in found.loc["drop_off: adjustments, row 0", "note"]


def test_the_nearest_switch_stands_first(tea):
    table = tea().switching_values()
    change = table["change"].abs().dropna().tolist()
    assert change == sorted(change)
    assert table["switching_value"].isna().tolist() == [False] * 6 + [True]


def test_a_drop_off_that_switches_by_hand(tea):
    # Three years of 600: 600 (1 + x + x^2) = 1,050 where x = 1 - drop-off is 0.5.
    found = by_name(tea(inputs=1_050.0, duration_years=3.0).switching_values())
    row = found.loc["drop_off: adjustments, row 0"]
    assert row["switching_value"] == pytest.approx(0.5, abs=EXACT)
    # With a drop-off of 0.1: 600 + 540 x 5/6 = 1,050 after a year and five sixths.
    row = found.loc["duration_years: adjustments, row 0"]
    assert row["switching_value"] == pytest.approx(1 + 5 / 6, abs=EXACT)


def test_why_a_parameter_cannot_switch(tea):
    # A bun of 10 pounds beside it: 10 x 10 x 0.6 = 60 more. Even for nothing, 600 - 500 is left.
    buns = CUPS | {"outcome_id": "o2", "proxy_id": "bun", "outcome": "Full"}
    bun = {"proxy_id": "bun", "unit_value": 10.0}
    found = by_name(tea(CUPS, buns, proxies=({}, bun)).switching_values())
    assert found.loc["unit_value: bun", "note"] == (
        "cannot switch: net present value comes no nearer to nought than 100, at 0"
    )
    assert np.isnan(found.loc["unit_value: bun", "switching_value"])
    assert found.loc["unit_value: tea", "note"] == ""


def test_a_loss_has_switching_values_too(tea):
    # 600 against 700: a cup must be worth 700 / 6, and no deadweight would not be enough: 750 - 700
    # is more than nought, at 1 - 700 / 750.
    found = by_name(tea(inputs=700.0).switching_values())
    assert found.loc["unit_value: tea", "switching_value"] == pytest.approx(700 / 6)
    row = found.loc["deadweight: adjustments, row 0"]
    assert row["switching_value"] == pytest.approx(1 - 700 / 750)
    # No displacement can be taken back that was never taken off: 600 is all there is.
    assert (
        "no nearer to nought than -100, at 0"
        in (found.loc["displacement: adjustments, row 0", "note"])
    )


def test_a_quantity_that_moves_differently_above_and_below(tea):
    # 10 cups, from 5 to 20, and 10 that have no range: as the change is drawn from its central 20
    # to its low 15, all of the 5 come off the first. 1,200 must become 1,000: 20 x 5/6 cups.
    ranged = CUPS | {"quantity_low": 5, "quantity_high": 20}
    more = CUPS | {"outcome_id": "o2", "date": "2024-06-01"}
    found = tea(ranged, more, inputs=1_000.0).switching_values()
    row = found[found["kind"] == "quantity"].iloc[0]
    assert row["switching_value"] == pytest.approx(20 * 5 / 6)
    assert row["within_range"] is True


def test_years_that_count_whole_jump_over_nought(tea):
    # Each begun year counts 600 x 0.9^k: 600, then 1,140; nothing lies between.
    found = by_name(tea(inputs=800.0, duration_years=2.0, part_years="up").switching_values())
    row = found.loc["duration_years: adjustments, row 0"]
    assert np.isnan(row["switching_value"])
    assert "jumps over nought between 1 and 2 years" in row["note"]


def test_a_duration_is_tried_as_far_as_it_can_be_valued(tea, tmp_path):
    # A schedule of three years: a fourth cannot be discounted, and says so.
    path = tmp_path / "schedule.csv"
    path.write_text("year_from,year_to,rate\n1,3,0.0\n", encoding="utf-8")
    found = by_name(
        tea(inputs=5_000.0, discount_rate=str(path), health_discount_rate=None).switching_values()
    )
    note = found.loc["duration_years: adjustments, row 0", "note"]
    assert note.startswith("cannot switch: net present value comes no nearer to nought than -")
    assert "tried up to 4 years, as of more:" in note


@pytest.mark.parametrize("programme", [network, worked_example])
def test_put_back_it_gives_nought_to_the_penny(programme):
    result = programme()
    table = result.switching_values()
    switched = table.dropna(subset="switching_value")
    assert len(switched)
    model = value_model(result, by=())
    names = model.parameters["parameter"].tolist()
    place = model.outputs["measure"].tolist().index("net_present_value")
    for row in switched.itertuples():
        values = model.central.copy()
        values[names.index(row.parameter)] = row.switching_value
        assert abs(model.evaluate(values)[0, place]) < 0.005
        assert row.least <= row.switching_value <= row.most
    assert (table["note"].eq("") == table["switching_value"].notna()).all()


@pytest.mark.parametrize("inputs", [500.0, 1_400.0, 9_000.0])
def test_no_nearer_switch_is_passed_over(tea, inputs):
    # Goods and a harm, one with a range, over two and a half years: each parameter is tried at 600
    # values of its own. Up to its switching value the answer keeps its sign; where a parameter
    # cannot switch, everywhere.
    scald = {"proxy_id": "scald", "unit_value": -30.0}
    harm = CUPS | {"outcome_id": "o2", "proxy_id": "scald", "outcome": "Scalded", "quantity": 4}
    ranged = CUPS | {"outcome_id": "o3", "outcome": "Warm", "quantity_low": 5, "quantity_high": 30}
    result = tea(CUPS, harm, ranged, proxies=({}, scald), duration_years=2.5, inputs=inputs)
    model = value_model(result, by=())
    names = model.parameters["parameter"].tolist()
    place = model.outputs["measure"].tolist().index("net_present_value")
    for row in result.switching_values().itertuples():
        reach = 50 * max(abs(row.central), 1.0)
        least, most = max(row.least, -reach), min(row.most, reach)
        at = np.unique([*np.linspace(least, most, 599), row.central])
        net = model.evaluate(at[:, None], [names.index(row.parameter)])[:, place]
        if not row.note:
            nearer = np.abs(at - row.central) < abs(row.switching_value - row.central)
            net = net[nearer]
        assert len(set(np.sign(net))) <= 1, row


def test_put_back_into_the_tables_it_gives_nought_to_the_penny(tea):
    # Not the model but the whole assessment, made again with another adjustments table.
    found = by_name(tea(duration_years=3.0, inputs=1_000.0).switching_values())
    for field in ("deadweight", "attribution_to_others", "drop_off", "duration_years"):
        value = found.loc[f"{field}: adjustments, row 0", "switching_value"]
        again = tea(inputs=1_000.0, **{"duration_years": 3.0, field: value})
        assert abs(again.totals["net_present_value"]) < 0.005


def test_without_inputs_nothing_can_switch(tea):
    with pytest.raises(SettingsError, match="no inputs were recorded.* Add what the work cost"):
        tea(inputs=None).switching_values()


# --- two way


def test_a_grid_by_hand(tea):
    result = tea()
    deadweight = "deadweight: adjustments, row 0"
    table = result.two_way("unit_value: tea", deadweight, [100, 120], [0.2, 0.5])
    # 10 x value x (1 - deadweight) x 0.75
    assert table["first"].tolist() == [100, 100, 120, 120]
    assert table["second"].tolist() == [0.2, 0.5, 0.2, 0.5]
    assert table["present_value"].tolist() == pytest.approx([600, 375, 720, 450])
    assert table["net_present_value"].tolist() == pytest.approx([100, -125, 220, -50])
    assert table["sroi_ratio"].tolist() == pytest.approx([1.2, 0.75, 1.44, 0.9])


def test_values_of_a_grid_are_by_default_those_of_the_range(tea):
    table = tea().two_way("unit_value: tea", "input_value: cash", second_values=[1.0])
    assert table["first"].tolist() == [80.0, 90.0, 100.0, 125.0, 150.0]
    table = tea().two_way("input_value: cash", "unit_value: tea", spreads=SPREADS)
    assert table["first"].unique().tolist() == pytest.approx([0.9, 0.95, 1.0, 1.25, 1.5])
    assert len(table) == 25


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("unit_value: te", "input_value: cash"), "Did you mean 'unit_value: tea'"),
        (("unit_value: tea", "unit_value: tea"), "not 'unit_value: tea' twice"),
        (("unit_value: tea", "input_value: cash"), "no range is stated"),
        (("unit_value: tea", "deadweight: adjustments, row 0", None, [20]), "from 0 to 1"),
        (("unit_value: tea", "input_value: cash", [], [1.0]), "one or more"),
        (("unit_value: tea", "input_value: cash", ["cheap"], [1.0]), "write numbers"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_in_words(tea, asked, words):
    with pytest.raises(SettingsError, match=words):
        tea().two_way(*asked)


# --- shares of variance


def test_indices_match_the_ishigami_function():
    # Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, x from -pi to pi. Its parts
    # of variance: V1 = (1 + 0.1 pi^4 / 5)^2 / 2, V2 = 7^2 / 8, V3 = 0, and together
    # V13 = 0.1^2 pi^8 (1/18 - 1/50).
    one = (1 + 0.1 * np.pi**4 / 5) ** 2 / 2
    two, together = 49 / 8, 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + together

    def ishigami(x):
        return np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2

    angle = Spread("uniform", 0.0, -np.pi, np.pi)
    found = indices(ishigami, [angle] * 3, draws=2**13, seed=1)
    first = np.array([one, two, 0]) / whole
    total = np.array([one + together, two, together]) / whole
    # Four standard errors of the estimates, of which the largest is 1 in 50.
    assert (np.abs(found.first_order - first) < 4 * found.first_order_error + EXACT).all()
    assert (np.abs(found.total - total) < 4 * found.total_error + EXACT).all()
    assert max(found.first_order_error.max(), found.total_error.max()) < 0.02


def test_shares_of_the_variance_of_a_product_by_hand(tea):
    # Present value is 7.5 v (1 - d) with v triangular and d uniform from 0.1 to 0.4. Of a product
    # of independent x and y with means m and n, variances p and q: x alone brings n^2 p, y alone
    # m^2 q, both together p q.
    deadweight = SPREADS[SPREADS["field"] == "deadweight"]
    table = tea().variance_shares("present_value", draws=2**12, seed=3, spreads=deadweight)
    value, share = stats.triang(2 / 7, 80, 70), stats.uniform(0.6, 0.3)
    m, p, n, q = value.mean(), value.var(), share.mean(), share.var()
    whole = n**2 * p + m**2 * q + p * q
    assert table["kind"].tolist() == ["unit_value", "deadweight"]
    assert table["share_of"].unique().tolist() == ["present_value"]
    expected = np.array([n**2 * p, m**2 * q]) / whole
    errors = table["first_order_error"].to_numpy(), table["total_error"].to_numpy()
    assert (np.abs(table["first_order"] - expected) < 4 * errors[0]).all()
    assert (np.abs(table["total"] - expected - p * q / whole) < 4 * errors[1]).all()


def test_one_parameter_brings_all_of_the_variance(tea):
    table = tea().variance_shares(draws=256)
    assert table["first_order"].tolist() == pytest.approx([1.0], abs=4 * 0.1)
    assert abs(table["first_order"] - 1).iloc[0] < 4 * table["first_order_error"].iloc[0]


def test_shares_of_variance_are_the_same_for_the_same_seed(tea):
    result = tea()
    one, same, other = (result.variance_shares(draws=64, seed=seed)["total"] for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).all()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"draws": 1_000}, "512 or 1,024"),
        ({"of": "gross"}, "of = 'gross'"),
    ],
)
def test_shares_of_variance_that_cannot_be_are_refused_in_words(tea, settings, words):
    with pytest.raises(SettingsError, match=words):
        tea().variance_shares(**settings)


def test_without_ranges_there_is_no_variance_to_share(tea):
    with pytest.raises(SettingsError, match="No parameter has a range"):
        tea(proxies=({},)).variance_shares()
    inputs = SPREADS[SPREADS["field"] == "input_value"]
    with pytest.raises(SettingsError, match="does not vary"):
        # Inputs do not move the present value.
        tea(proxies=({},)).variance_shares("present_value", spreads=inputs)


# --- scenarios


def test_scenarios_are_assessments_made_again(tea):
    result = tea(duration_years=3.0)
    end = sv.Assumptions(**SETTINGS | {"discount_rate": 0.1, "timing": "end"})
    table = result.scenarios(
        {
            "dear": {"discount_rate": 0.1},
            "as a guide has it": end,
            "one year": {"horizon_years": 1},
        }
    ).set_index("scenario")
    # 600, 540, 486 in three years; at 10% from the start of the first.
    expected = [1626.0, 600 + 540 / 1.1 + 486 / 1.21, 600 / 1.1 + 540 / 1.21 + 486 / 1.331, 600.0]
    assert table["present_value"].tolist() == pytest.approx(expected)
    assert table["change"].tolist() == pytest.approx([each - 1626 for each in expected])
    assert table["sroi_ratio"].iloc[0] == pytest.approx(1626 / 500)
    assert table["payback_years"].iloc[0] == pytest.approx(500 / 600)
    assert table["differs"].tolist() == [
        "",
        "discount_rate: 0.1 (was 0.0)",
        "discount_rate: 0.1 (was 0.0); health_discount_rate: green-book-health (was as the "
        "others); timing: end (was start)",
        "horizon_years: 1 (was none)",
    ]


def test_a_scenario_may_change_parameters_and_settings_together(tea):
    result = tea(duration_years=3.0)
    deadweight = "deadweight: adjustments, row 0"
    table = result.scenarios({"cautious": {"horizon_years": 1, deadweight: 0.5}})
    row = table.iloc[1]
    # One year of 10 x 100 x 0.5 x 0.75.
    assert row["present_value"] == pytest.approx(375.0)
    assert row["net_present_value"] == pytest.approx(-125.0)
    assert row["differs"] == f"horizon_years: 1 (was none); {deadweight}: 0.5 (was 0.2)"
    assert np.isnan(row["payback_years"])


def test_scenarios_leave_the_records_and_the_result_alone():
    result = network()
    before = result.valued.rows.copy(), result.totals.copy(), result.assumptions
    result.scenarios({"fiscal": {"perspective": "fiscal"}, "calendar": {"year_start_month": 1}})
    pd.testing.assert_frame_equal(result.valued.rows, before[0])
    pd.testing.assert_series_equal(result.totals, before[1])
    assert result.assumptions == before[2]


def test_a_scenario_that_cannot_be_valued_says_why(tea):
    row = tea().scenarios({"long ago": {"uprate": True, "price_year": "1900-01"}}).iloc[1]
    assert np.isnan(row["present_value"])
    assert "The GDP deflator has no figure for 1900-01" in row["reason_missing"]


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({}, "Give scenarios by name"),
        ([{"timing": "end"}], "Give scenarios by name"),
        ({"a": "end"}, "Scenario 'a': give Assumptions"),
        ({"a": {"timming": "end"}}, "'timming' is neither a setting nor a parameter"),
        ({"a": {"timing": "late"}}, "choose one of start, mid, end"),
        ({"a": {"deadweight: adjustments, row 0": 2}}, "write numbers from 0 to 1"),
    ],
)
def test_scenarios_that_cannot_be_are_refused_in_words(tea, named, words):
    with pytest.raises(SettingsError, match=words):
        tea().scenarios(named)


# --- published


@pytest.mark.parametrize(
    "ask",
    [
        lambda result: result.sensitivity(),
        lambda result: result.switching_values(),
        lambda result: result.two_way("a", "b"),
        lambda result: result.variance_shares(),
        lambda result: result.scenarios({"a": {}}),
    ],
)
def test_a_published_result_asks_for_the_assessment_itself(ask):
    with pytest.raises(SettingsError, match="Ask the assessment itself"):
        ask(network_published())
