"""Do simulated distributions have the moments that can be worked out, and say what they leave out?

Monte Carlo figures are held to closed forms within four of their own standard errors: were the
errors right and normal, one check in 16,000 would fail by chance, and the seeds are fixed. The
plain error of a mean is the standard deviation over the root of the draws; of a standard deviation
of near-normal draws, itself over the root of twice their number.
"""

import math

import numpy as np
import pandas as pd
import pytest
from programmes import network, worked_example

import socialvalue as sv
from socialvalue.draw_statistics import BATCHES
from socialvalue.errors import SettingsError
from socialvalue.report import json_file

ERRORS = 4.0
DRAWS = 4_000
PRICES = {"price_year": "2024-25"}
TEA = {"low": 60.0, "high": 160.0, "distribution": "uniform"}
COFFEE = {"proxy_id": "coffee", "unit_value": 50.0, "low": 40.0, "high": 60.0}
INPUTS = pd.DataFrame(
    {"input_id": ["i"], "amount": [1500.0], "date": ["2024-05-01"], "input_type": ["cash"]}
)


def plain_errors(sd, draws=DRAWS):
    return ERRORS * sd / math.sqrt(draws), ERRORS * sd / math.sqrt(2 * draws)


def total(simulation, name="present_value"):
    return simulation.totals.set_index("total").loc[name]


@pytest.fixture
def cups(assess, proxy_set):
    """Ten cups of tea at 60 to 160 pounds (110 in the middle), and twenty of coffee at 40 to 60."""

    def make(*records, proxies=({**TEA, "unit_value": 110.0}, COFFEE), **more):
        links = (("tea", "sdg", "3", 1.0), ("coffee", "sdg", "4", 1.0))
        made = proxy_set(*proxies, links=links)
        records = records or ({}, {"proxy_id": "coffee", "quantity": 20, "outcome": "Awake"})
        return assess(*records, proxies=made, assumptions=PRICES, **more)

    return make


def test_independent_parameters_add_their_variances(cups):
    # Uniform, 100 wide: variance 100^2 / 12; triangular about 50, 10 either side: 10^2 / 6.
    sd = math.sqrt(10**2 * 100**2 / 12 + 20**2 * 10**2 / 6)
    simulation = cups().simulate(DRAWS, 1, sampler="random")
    row = total(simulation)
    of_mean, of_sd = plain_errors(sd)
    assert row["central"] == 10 * 110 + 20 * 50
    assert row["mean"] == pytest.approx(2100, abs=of_mean)
    # A sum of a uniform and a triangular has thinner tails than a normal: its own error is less.
    assert row["sd"] == pytest.approx(sd, abs=of_sd)
    # Ends of tea alone: the middle 95% of 600 to 1,600 is 625 to 1,575.
    tea = simulation.by("sdg").set_index("sdg").loc["3"]
    density = 1 / 1000
    of_end = ERRORS * math.sqrt(0.025 * 0.975 / DRAWS) / density
    assert (tea["low"], tea["high"]) == pytest.approx((625, 1575), abs=of_end)


def test_a_shared_parameter_adds_standard_deviations(cups):
    # The same tea for two groups in two years is one number: 30 x 100 / sqrt(12), and not the root
    # of the sum of squares, 22.4 x 100 / sqrt(12).
    simulation = cups(
        {}, {"quantity": 20, "stakeholder_group": "others", "date": "2025-05-01"}
    ).simulate(DRAWS, 2)
    sd = 30 * 100 / math.sqrt(12)
    assert total(simulation)["sd"] == pytest.approx(sd, abs=plain_errors(sd)[1])
    parts = simulation.by("stakeholder_group").set_index("stakeholder_group")
    assert parts["sd"].sum() == pytest.approx(total(simulation)["sd"], rel=1e-9)
    # In step, ends add up as well.
    assert parts["low"].sum() == pytest.approx(total(simulation)["low"], rel=1e-9)


def test_latin_hypercubes_are_as_even_as_they_claim(cups):
    # The mean of evenly laid uniform draws is off by far less than chance has it; the error printed
    # must cover what it is off, and be less than the plain one.
    simulation = cups().simulate(DRAWS, 3)
    row, error = total(simulation), simulation.convergence_error
    assert abs(row["mean"] - 2100) <= ERRORS * error["mean"]
    assert error["mean"] < 0.1 * row["sd"] / math.sqrt(DRAWS)


def test_the_error_printed_is_that_of_repeated_simulations(cups):
    # Over 40 seeds the ends scatter by about what each simulation says of itself: the standard
    # deviation of 40 numbers is known to 1 / sqrt(78) = 11%, an error from 16 samples to 18%, and
    # the mean of 40 such to 3%; four such errors are 0.45.
    result = cups()
    found = [result.simulate(480, seed) for seed in range(40)]
    ends = np.std([total(each)["low"] for each in found], ddof=1)
    said = np.sqrt(np.mean([each.convergence_error["low"] ** 2 for each in found]))
    assert ends == pytest.approx(said, rel=0.45)


def test_the_same_seed_gives_the_same_numbers(cups):
    one, same, other = (cups().simulate(320, seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(one.draws, same.draws)
    pd.testing.assert_frame_equal(one.by("sdg"), same.by("sdg"))
    assert not one.draws.equals(other.draws)


@pytest.mark.parametrize("sampler", ["latin-hypercube", "sobol", "random"])
def test_every_sampler_agrees(cups, sampler):
    simulation = cups().simulate(4_096, 7, sampler=sampler)
    sd = math.sqrt(10**2 * 100**2 / 12 + 20**2 * 10**2 / 6)
    assert total(simulation)["mean"] == pytest.approx(2100, abs=plain_errors(sd, 4_096)[0])
    assert simulation.sampler == sampler and len(simulation.draws) == 4_096


def test_the_chance_that_value_exceeds_cost(cups):
    # Ten cups of 60 to 160 pounds are worth 600 to 1,600; more than 1,500 in one case in ten.
    simulation = cups({}, inputs=INPUTS).simulate(DRAWS, 8, sampler="random")
    of_share = ERRORS * math.sqrt(0.1 * 0.9 / DRAWS)
    assert simulation.probability_value_exceeds_cost == pytest.approx(0.1, abs=of_share)
    # From 16 samples of 250: the error of an error is 18%, so four are 0.72.
    plain = math.sqrt(0.1 * 0.9 / DRAWS)
    assert simulation.probability_error == pytest.approx(plain, rel=0.72)
    ratio = total(simulation, "sroi_ratio")
    assert ratio["high"] == pytest.approx(total(simulation)["high"] / 1500, rel=1e-12)
    assert total(simulation, "net_present_value")["low"] == pytest.approx(
        total(simulation)["low"] - 1500, rel=1e-12
    )


def test_uncertain_costs_move_the_ratio_and_not_the_value(cups):
    stated = pd.DataFrame([{"field": "input_value", "down": 0.2, "up": 0.2}])
    simulation = cups({}, inputs=INPUTS).simulate(DRAWS, 9, spreads=stated, sampler="random")
    # Triangular, 300 either side of 1,500: a standard deviation of 300 / sqrt(6).
    sd = 300 / math.sqrt(6)
    assert total(simulation, "input_value")["sd"] == pytest.approx(sd, abs=plain_errors(sd)[1])
    draws = simulation.draws
    np.testing.assert_allclose(
        draws["sroi_ratio"], draws["present_value"] / draws["input_value"], rtol=1e-12
    )


def test_a_range_of_no_width_is_fixed(cups):
    proxies = ({**TEA, "unit_value": 110.0}, {**COFFEE, "low": 50.0, "high": 50.0})
    simulation = cups(proxies=proxies).simulate(320, 1)
    kinds = simulation.parameters.set_index("parameter")["distribution"]
    assert kinds["unit_value: coffee"] == "fixed" and kinds["unit_value: tea"] == "uniform"
    # Coffee is 1,000 of 2,100 pounds.
    assert simulation.share_fixed == pytest.approx(1000 / 2100)
    coffee = simulation.by("sdg").set_index("sdg").loc["4"]
    assert coffee[["present_value", "mean", "sd", "mean_error"]].tolist() == [1000, 1000, 0, 0]
    assert coffee[["low", "high"]].isna().all()


def test_with_nothing_to_draw_it_says_so(cups):
    plain = ({"unit_value": 110.0}, {"proxy_id": "coffee", "unit_value": 50.0})
    with pytest.raises(SettingsError, match="Nothing can be drawn"):
        cups(proxies=plain).simulate()
    by_grade = pd.DataFrame({"evidence": [""], "down": [0.5], "up": [0.5]})
    assert cups(proxies=plain).simulate(320, grades=by_grade).share_fixed == 0


def test_correlated_parameters_widen_the_sum(cups):
    together = sv.CorrelationGroup("drinks", ["unit_value: tea", "unit_value: coffee"], 1.0)
    result = cups()
    apart = total(result.simulate(DRAWS, 4))["sd"]
    found = total(result.simulate(DRAWS, 4, correlations=[together]))["sd"]
    # Ranks in step: a uniform and a triangular quantile of one share u. E[(u - 1/2) x quantile]
    # makes their correlation 0.9899 (sqrt(2) x 7/10), so the variance of the sum is
    # a^2 + b^2 + 2 x 0.98995 ab.
    a, b = 10 * 100 / math.sqrt(12), 20 * 10 / math.sqrt(6)
    sd = math.sqrt(a**2 + b**2 + 2 * 0.7 * math.sqrt(2) * a * b)
    assert found == pytest.approx(sd, abs=plain_errors(sd)[1])
    assert apart == pytest.approx(math.hypot(a, b), abs=plain_errors(sd)[1])


def test_an_uncertain_duration_reaches_years_that_the_assessment_does_not(cups):
    # Lasting 1 to 3 years, 2 as a rule: drop-off none, rate nought, so value is in proportion.
    stated = pd.DataFrame(
        [
            {"field": "duration_years", "low": 1.0, "high": 3.0, "distribution": "uniform"},
            {"parameter": "unit_value: tea", "distribution": "fixed"},
        ]
    )
    result = cups({"duration_years": 2})
    simulation = result.simulate(DRAWS, 5, spreads=stated, sampler="random")
    table = simulation.by("year").set_index("year")
    assert table["present_value"].to_dict() == {"2024-25": 1100, "2025-26": 1100, "2026-27": 0}
    # The third year is lived in from 2 on: half of the draws, half of it on average, so 275.
    of_mean = plain_errors(1100 * math.sqrt(5 / 48))[0]
    assert table.loc["2026-27", "mean"] == pytest.approx(275, abs=of_mean)
    assert table["mean"].sum() == pytest.approx(total(simulation)["mean"], rel=1e-9)
    # The result's own table keeps to its own years.
    assert set(result.with_range(simulation).by("year")["year"]) == {"2024-25", "2025-26"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"draws": 20}, "at least 160, which is ten in each of 16 independent samples"),
        ({"draws": 1000.0}, "whole number"),
        ({"seed": -1}, "whole number"),
        ({"level": 95}, "between 0 and 1"),
        ({"sampler": "halton"}, "choose one of"),
        ({"sampler": "sobol", "draws": 10_000}, "8,192 or 16,384"),
    ],
)
def test_settings_that_do_not_fit_are_refused(cups, settings, message):
    with pytest.raises(SettingsError, match=message):
        cups().simulate(**settings)


def test_a_sobol_sequence_is_a_power_of_two_in_every_sample():
    # 16 samples of a power of two each are a power of two together, and at least 256.
    assert BATCHES & (BATCHES - 1) == 0


def test_every_output_carries_one_kind_of_range():
    result = network()
    simulation = result.simulate(800, 1)
    ranged = result.with_range(simulation)
    assert ranged.range.level == 0.95 and ranged.range.kind.startswith("simulated from 800 draws")
    assert "simulated from 800 draws" in ranged.headline
    for key in ("sdg", "imd_decile", "year"):
        found = ranged.by(key).set_index(key)[["present_value_low", "present_value_high"]]
        drawn = simulation.by(key).set_index(key)[["low", "high"]]
        np.testing.assert_array_equal(found, drawn.reindex(found.index))
    whole = ranged.by()[["present_value_low", "present_value_high"]].iloc[0].tolist()
    assert whole == [ranged.range.present_value_low, ranged.range.present_value_high]
    told = json_file.to_json(ranged)
    assert told["range"]["level"] == 0.95 and told["share_without_range"] == simulation.share_fixed
    # Nothing else is moved.
    pd.testing.assert_series_equal(ranged.totals, result.totals)
    assert result.range.level is None


def test_a_range_of_another_result_is_refused():
    simulation = network().simulate(320)
    with pytest.raises(SettingsError, match="another result"):
        worked_example().with_range(simulation)


def test_a_published_simulation_shows_published_groups_only():
    result = network()
    ranged = result.with_range(result.simulate(800, 1))
    published = ranged.for_output()
    simulation = published.simulation
    for key in ("stakeholder_group", "outcome", "project", "sdg", "year"):
        shown = set(published.by(key)[key])
        assert set(simulation.by(key)[key]) == shown
    # In the network two groups rest on few people; they are in no table, parameter or draw.
    hidden = set(result.by("outcome")["outcome"]) - set(published.by("outcome")["outcome"])
    assert hidden
    told = simulation.parameters.astype(str).to_csv() + "".join(
        table.to_csv() for table in simulation.tables.values()
    )
    assert not any(str(outcome) in told for outcome in hidden)
    assert "value_behind" not in simulation.parameters
    # Nor whether records state shares of their own: those may be the merged ones.
    assert ranged.simulation.shares_on_records and not simulation.shares_on_records
    assert simulation.model is None and simulation.values is None
    # Breakdowns have no range when published, simulated or not.
    assert published.by("imd_decile")["present_value_low"].isna().all()
    with pytest.raises(SettingsError, match="no table by imd_decile"):
        simulation.by("imd_decile")
    # Merged rows are the same draws together: their ends are inside the sum of their parts' ends.
    merged = simulation.by("stakeholder_group").set_index("stakeholder_group")
    whole = result.by("stakeholder_group").set_index("stakeholder_group")["present_value"]
    assert merged["present_value"].sum() == pytest.approx(whole.sum())
    assert merged["mean"].sum() == pytest.approx(total(simulation)["mean"], rel=1e-9)
    # The harms of merged groups are in no total, so their distribution is not shown.
    assert "harm_present_value" not in simulation.draws
    with pytest.raises(SettingsError, match="published result"):
        published.simulate()


def test_the_repr_says_what_it_rests_on():
    said = repr(network().simulate(800, 3))
    for part in (
        "at 95%",
        "800 draws",
        "seed 3",
        "Monte Carlo error",
        "stand still",
        "31%",
        "cost",
    ):
        assert part in said
    bare = repr(network().simulate(800, 3, level=0.8))
    assert "at 80%" in bare


def test_shares_that_records_state_are_said_to_stand_still(cups):
    # Ten cups of tea at 110 less half, and twenty of coffee at 50 less a fifth by the table: 550
    # and 800 pounds, so that 550 of 1,350 rest on a share of the records' own.
    table = pd.DataFrame({"deadweight": [0.2], "reason": ["judged"]})
    silent = dict.fromkeys(("deadweight", "displacement", "attribution_to_others"))
    coffee = {**silent, "proxy_id": "coffee", "quantity": 20, "outcome": "Awake"}
    result = cups({**silent, "deadweight": 0.5}, coffee, adjustments=table)
    simulation = result.simulate(800, 1)
    assert simulation.shares_on_records == pytest.approx({"deadweight": 550 / 1350})
    assert (
        "Records state the deadweight of 41% of the value themselves, which no spread can vary."
    ) in repr(simulation)
    assert "2 numbers vary; " in repr(simulation)
    # Less half and a tenth of that, 495 pounds, beside coffee of which nothing is said: 1,000.
    three = cups({"deadweight": 0.5, "displacement": 0.0, "attribution_to_others": 0.1}, coffee)
    assert (
        "the deadweight of 33% of the value, the displacement of 33% of the value and the "
        "attribution to others of 33% of the value themselves"
    ) in repr(three.simulate(800, 1))


def test_one_number_varies_and_two_vary(assess, proxy_set):
    result = assess(proxies=proxy_set({**TEA, "unit_value": 110.0}), assumptions=PRICES)
    assert "1 number varies; " in repr(result.simulate(800, 1))


@pytest.mark.parametrize(
    ("tea", "mean"),
    # One line from an end to the likeliest value at the other: a third of the way from that one.
    [({"low": 70.0}, 100.0 - 30.0 / 3), ({"high": 130.0}, 100.0 + 30.0 / 3)],
)
def test_a_range_to_one_side_can_be_drawn(assess, proxy_set, tea, mean):
    result = assess(proxies=proxy_set(tea), assumptions=PRICES)
    row = total(result.simulate(DRAWS, 1, sampler="random"))
    of_mean, _ = plain_errors(10 * 30.0 / math.sqrt(18))
    assert row["mean"] == pytest.approx(10 * mean, abs=of_mean)


def test_costs_are_never_below_nought(cups):
    wide = {"field": "input_value", "standard_error": 0.8}
    with pytest.raises(SettingsError, match="choose kind 'lognormal'"):
        cups(inputs=INPUTS).simulate(400, spreads=pd.DataFrame([wide]))
    spread = pd.DataFrame([{**wide, "distribution": "lognormal"}])
    simulation = cups(inputs=INPUTS).simulate(400, spreads=spread)
    assert (simulation.draws["input_value"] > 0).all()


@pytest.mark.parametrize("width", [{"down": 30.0, "up": 20.0}, {"up": 20.0}])
def test_a_percentage_for_a_share_is_refused(cups, width):
    spread = pd.DataFrame([{"field": "unit_value", **width}])
    with pytest.raises(SettingsError, match="so 20% is 0.2"):
        cups().simulate(400, spreads=spread)


@pytest.mark.parametrize("groups", ["x", [("a", "b")], 3 * ["x"]])
def test_correlations_that_are_no_groups_are_refused(cups, groups):
    with pytest.raises(SettingsError, match="correlations is a list of groups"):
        cups().simulate(400, correlations=groups)


def test_the_finding_on_ranges_speaks_of_the_range_that_is_shown(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "coffee", "unit_value": 50.0, "low": 40.0, "high": 60.0})
    result = assess({}, {"proxy_id": "coffee", "outcome": "Awake"}, proxies=proxies)
    rule = "no_published_range"
    # Ten cups of tea at 100 stand still beside ten of coffee at 50: two thirds of the value.
    told = result.with_range(result.simulate(400)).findings.set_index("rule").loc[rule]
    assert told["message"].startswith("67% of the value rests on unit values and quantities of")
    assert told["value_at_stake"] == pytest.approx(1000)
    spread = pd.DataFrame([{"field": "unit_value", "down": 0.2, "up": 0.2}])
    every = result.with_range(result.simulate(400, spreads=spread))
    assert rule not in set(every.findings["rule"])
    assert len(every.findings) == len(every.finding_rows) == len(result.findings) - 1


def test_where_costs_alone_vary_the_value_is_said_to_stand(assess):
    spread = pd.DataFrame([{"field": "input_value", "down": 0.1, "up": 0.1}])
    simulation = assess(inputs=INPUTS).simulate(400, spreads=spread)
    assert "Present value GBP 1,000, which nothing moves, from 400 draws" in repr(simulation)
    assert "nan" not in repr(simulation)


def of_grades(*grades):
    return pd.DataFrame({"evidence": list(grades), "down": 0.5, "up": 0.5})


@pytest.mark.parametrize(
    ("grade", "near"),
    [("self report", "self_report"), ("Trial", "trial"), ("beforeafter", "before_after")],
)
@pytest.mark.parametrize("ask", ["simulate", "sensitivity", "switching_values"])
def test_a_word_that_is_no_grade_of_evidence_is_refused(cups, grade, near, ask):
    result = cups({"evidence": "self_report"}, inputs=INPUTS)
    with pytest.raises(SettingsError, match="no grade") as refused:
        getattr(result, ask)(grades=of_grades("estimate", grade))
    said = str(refused.value)
    assert f"{grade!r} (did you mean {near}?)" in said
    # The grades of docs/reference/glossary.md, in order.
    assert (
        "self_report, before_after, comparison_group, trial, admin_record, testimony, estimate"
    ) in said


def test_how_many_rows_of_grades_were_used_is_said(cups):
    records = ({"evidence": "self_report"}, {"evidence": "self_report", "outcome": "Awake"}, {})
    own = {"evidence": "trial", "outcome": "Warm", "quantity_low": 8, "quantity_high": 12}
    simulation = cups(*records, own).simulate(
        320, grades=of_grades("self_report", "", "trial", "estimate")
    )
    # Calmer and Awake were told by people; one more Calmer states no grade. Warm has its own range.
    assert simulation.grades.set_index("evidence")["quantities"].to_dict() == {
        "self_report": 2,
        "": 1,
        "trial": 0,
        "estimate": 0,
    }
    assert repr(simulation).endswith(
        "2 of 4 rows of grades were used; no quantity takes its spread from trial, estimate."
    )
    every = cups(*records).simulate(320, grades=of_grades("self_report"))
    assert repr(every).endswith("1 of 1 rows of grades were used.")
    assert "grades" not in repr(cups().simulate(320))


def test_a_grade_whose_quantities_are_stated_by_name_is_not_used(cups):
    result = cups({"evidence": "self_report"})
    grades = of_grades("self_report")
    graded = result.simulate(320, grades=grades).parameters
    name = graded.loc[graded["kind"] == "quantity", "parameter"].item()
    by_name = pd.DataFrame([{"parameter": name, "low": 9.0, "high": 11.0}])
    simulation = result.simulate(320, grades=grades, spreads=by_name)
    assert simulation.grades["quantities"].tolist() == [0]
    # For all quantities at once: the same, in the other way of saying it.
    in_field = pd.DataFrame([{"field": "quantity", "down": 0.1, "up": 0.1}])
    other = result.simulate(320, grades=grades, spreads=in_field)
    assert other.grades["quantities"].tolist() == [0]


def test_a_published_simulation_does_not_say_how_changes_are_known():
    result = network()
    simulation = result.simulate(320, grades=of_grades("self_report", "before_after"))
    assert len(simulation.grades) == 2
    assert result.with_range(simulation).for_output().simulation.grades.empty


STILL_COFFEE = ({**TEA, "unit_value": 110.0}, {"proxy_id": "coffee", "unit_value": 50.0})
DRINKS = sv.CorrelationGroup("drinks", ["unit_value: tea", "unit_value: coffee"], 0.8)


def test_a_correlation_group_of_which_one_moves_is_refused(cups):
    # Coffee publishes no range: nothing is correlated, whatever the group says.
    with pytest.raises(SettingsError) as refused:
        cups(proxies=STILL_COFFEE).simulate(320, correlations=[DRINKS])
    assert str(refused.value) == (
        "Correlation group 'drinks': one of its members moves, so it correlates nothing. No "
        "spread is stated for 'unit_value: coffee': state one in spreads or grades, or leave the "
        "group out."
    )
    # With a spread for it there is something to correlate.
    stated = pd.DataFrame([{"field": "unit_value", "proxy_id": "coffee", "down": 0.1, "up": 0.1}])
    simulation = cups(proxies=STILL_COFFEE).simulate(320, spreads=stated, correlations=[DRINKS])
    assert simulation.still_members == {} and "drinks" not in repr(simulation)


def test_a_correlation_group_of_which_none_moves_names_them_all(cups):
    costs = pd.DataFrame([{"field": "input_value", "down": 0.1, "up": 0.1}])
    plain = ({"unit_value": 110.0}, STILL_COFFEE[1])
    with pytest.raises(SettingsError, match="no member moves.*'unit_value: tea', 'unit_value: cof"):
        cups(proxies=plain, inputs=INPUTS).simulate(320, spreads=costs, correlations=[DRINKS])


def test_members_that_stand_still_beside_two_that_move_are_named(cups):
    costs = pd.DataFrame([{"field": "input_value", "down": 0.1, "up": 0.1}])
    members = ["unit_value: tea", "unit_value: coffee", "input_value: cash"]
    group = sv.CorrelationGroup("all", members, 0.8)
    result = cups(proxies=STILL_COFFEE, inputs=INPUTS)
    simulation = result.simulate(320, spreads=costs, correlations=[group])
    assert simulation.still_members == {"all": ("unit_value: coffee",)}
    assert repr(simulation).endswith(
        " In the correlation group 'all' unit_value: coffee stands still and goes with no other."
    )
    # Those that move do go together: dear tea with dear inputs.
    draws = simulation.draws[["present_value", "input_value"]].corr("spearman").iloc[0, 1]
    # Three standard errors of a rank correlation, as in test_draws.
    assert draws == pytest.approx(0.8, abs=3 * 1.07 * (1 - 0.8**2) / math.sqrt(320))


def test_two_correlation_groups_of_one_name_are_refused(cups):
    result, grades = cups(), of_grades("")
    parameters = result.simulate(320, grades=grades).parameters.query("distribution != 'fixed'")
    first, second, third, fourth = parameters["parameter"]
    groups = [
        sv.CorrelationGroup("drinks", pair, 0.1) for pair in ([first, second], [third, fourth])
    ]
    with pytest.raises(SettingsError, match="Two correlation groups are called 'drinks'"):
        result.simulate(320, grades=grades, correlations=groups)


def test_a_published_simulation_names_no_members_of_groups():
    result = network()
    names = result.simulate(320).parameters
    moving = names.loc[names["distribution"] != "fixed", "parameter"].tolist()
    still = names.loc[names["distribution"] == "fixed", "parameter"].iloc[0]
    group = sv.CorrelationGroup("both", [*moving[:2], still], 0.2)
    simulation = result.simulate(320, correlations=[group])
    assert simulation.still_members == {"both": (still,)}
    published = result.with_range(simulation).for_output().simulation
    assert published.still_members == {} and "both" not in repr(published)


def test_why_a_published_breakdown_has_no_range(cups):
    """With a range the two people who had coffee in one band could be solved for."""
    teas = [
        {"person_id": f"t{i}", "quantity": 1, "band": band} for i, band in enumerate("abab" * 5)
    ]
    coffee = {"proxy_id": "coffee", "quantity": 1, "outcome": "Awake"}
    few = [{**coffee, "person_id": f"c{i}", "band": "a"} for i in range(2)]
    more = [{**coffee, "person_id": f"d{i}", "band": "b"} for i in range(9)]
    still = ({**TEA, "unit_value": 110.0}, {"proxy_id": "coffee", "unit_value": 50.0})
    result = cups(*teas, *few, *more, proxies=still, breakdowns=["band"])
    simulation = result.simulate(1_600, 1)
    inside = simulation.by("band").set_index("band").loc["a"]
    # Tea is 60 to 160, evenly: its upper end at 95% is 157.5, 47.5 above 110. The error of an end
    # of the range is far less than one tea moves it.
    teas_in_a = (inside["high"] - inside["present_value"]) / 47.5
    assert round(teas_in_a) == 10
    assert (inside["present_value"] - 10 * 110) / 50 == pytest.approx(2)
    shown = result.with_range(simulation).for_output()
    bands = shown.by("band").set_index("band")
    # Twelve and nineteen people: neither is merged, and neither has any second figure.
    assert bands["present_value"].to_dict() == {"a": 1200, "b": 10 * 110 + 9 * 50}
    second = ["gross_value", "net_value", "present_value_low", "present_value_high"]
    assert bands[second].isna().all(axis=None)
    assert ("band",) not in shown.simulation.tables


def test_a_group_that_is_a_key_of_the_map_is_published_with_its_range(cups):
    # What the page on uncertainty says to do: the bands as stakeholder groups.
    def drinks(count, first, **more):
        return [{"person_id": f"p{first + i}", "quantity": 1, **more} for i in range(count)]

    coffee = {"proxy_id": "coffee", "outcome": "Awake"}
    result = cups(
        *drinks(10, 0, stakeholder_group="band a"),
        *drinks(2, 20, stakeholder_group="band a", **coffee),
        *drinks(12, 30, stakeholder_group="band b"),
        *drinks(9, 50, stakeholder_group="band b", **coffee),
    )
    simulation = result.simulate(1_600, 1)
    shown = result.with_range(simulation).for_output()
    found = shown.by("stakeholder_group").set_index("stakeholder_group")
    assert found[["present_value_low", "present_value_high"]].notna().all(axis=None)
    # The two coffees of band a are merged with the nine of band b: in each draw the row of both is
    # eleven coffees, band a ten teas and band b twelve. Added up here, draw by draw.
    names = simulation.parameters["parameter"].tolist()
    moving = [names[place] for place in simulation.model.moving]
    tea, drawn = (
        simulation.values[:, moving.index(f"unit_value: {each}")] for each in ("tea", "coffee")
    )
    by_hand = {"band a": 10 * tea, "band b": 12 * tea, "small groups, merged": 11 * drawn}
    for group, values in by_hand.items():
        ends = found.loc[group, ["present_value_low", "present_value_high"]].tolist()
        assert ends == pytest.approx(np.quantile(values, [0.025, 0.975]).tolist(), rel=1e-9)


def of_tea(simulation):
    """The price of a cup of tea in each draw."""
    names = simulation.parameters["parameter"].tolist()
    moving = [names[place] for place in simulation.model.moving]
    return simulation.values[:, moving.index("unit_value: tea")]


def test_payback_draw_by_draw(cups):
    # Ten cups of tea in each of three years, at 60 to 160 pounds; 2,250 were put in. A year is
    # worth 10 x price, so value reaches inputs after 2,250 / (10 x price) = 225 / price years: of
    # 110 after 2.045, of 75 after 3, and of less never. That is (75 - 60) / 100 = 15% of the draws.
    inputs = INPUTS.assign(amount=2250.0)
    result = cups({"duration_years": 3}, inputs=inputs)
    assert result.totals["payback_years"] == pytest.approx(225 / 110)
    simulation = result.simulate(DRAWS, 3, sampler="random", level=0.5)
    price, found = of_tea(simulation), simulation.payback()
    by_hand = np.sort(np.where(price >= 75, 225 / price, np.inf))
    # A quarter, a half and three quarters of 4,000 draws.
    ends = [by_hand[999], by_hand[1999], by_hand[2999]]
    assert found[["low", "median", "high"]].tolist() == pytest.approx(ends, rel=1e-9)
    assert found["central"] == result.totals["payback_years"]
    assert found["share_never"] == np.isinf(by_hand).mean()
    of_share = ERRORS * math.sqrt(0.15 * 0.85 / DRAWS)
    assert found["share_never"] == pytest.approx(0.15, abs=of_share)
    # In theory a quarter of the draws is above 135: 225 / 135 = 1.667, where a draw more moves
    # the end by 225 / 135^2 x 100 a share.
    of_end = ERRORS * math.sqrt(0.25 * 0.75 / DRAWS) * 100 * 225 / 135**2
    assert found["low"] == pytest.approx(225 / 135, abs=of_end)
    # At 95% the upper end is among the draws that never pay back.
    assert np.isnan(result.simulate(DRAWS, 3, level=0.95).payback()["high"])


def test_payback_counts_what_the_ratio_compares_and_years_without_value(cups):
    # Walks cost 1,500 in 2024-25; its tea comes in 2026-27 alone, ten cups: two years without value
    # and then 1,500 / (10 x price) of a year. Coffee is of a project without inputs.
    project = {"project": "Walks", "date": "2026-05-01"}
    coffee = {"proxy_id": "coffee", "quantity": 900, "outcome": "Awake", "project": "Bar"}
    result = cups(project, coffee, inputs=INPUTS.assign(project="Walks"))
    simulation = result.simulate(DRAWS, 2, level=0.5)
    price = of_tea(simulation)
    by_hand = np.where(price >= 150, 2 + 150 / price, np.nan)
    found = simulation.payback()
    # A price above 150 has one draw in ten: even the lower end is never.
    assert found["share_never"] == np.isnan(by_hand).mean() == pytest.approx(0.9, abs=0.01)
    assert found[["low", "median", "high"]].isna().all()
    assert np.isnan(found["central"])
    wide = result.simulate(DRAWS, 2, level=0.95).payback()
    ends = np.sort(np.where(np.isnan(by_hand), np.inf, by_hand))
    assert wide["low"] == pytest.approx(ends[99], rel=1e-9)


def test_dearer_inputs_pay_back_later(cups):
    stated = pd.DataFrame(
        [
            {"field": "input_value", "low": 1.0, "high": 1.5, "distribution": "uniform"},
            {"parameter": "unit_value: tea", "distribution": "fixed"},
        ]
    )
    inputs = INPUTS.assign(amount=1100.0)
    simulation = cups({"duration_years": 2}, inputs=inputs).simulate(
        DRAWS, 1, spreads=stated, level=0.5, sampler="random"
    )
    # 1,100 a year against 1,100 to 1,650: 1 to 1.5 years, the middle half 1.125 to 1.375.
    of_end = ERRORS * math.sqrt(0.25 * 0.75 / DRAWS) * 0.5
    found = simulation.payback()
    assert found[["low", "high"]].tolist() == pytest.approx([1.125, 1.375], abs=of_end)
    assert found[["share_never", "share_never_error"]].tolist() == [0, 0]


def test_where_there_is_no_payback_the_reason_is_said(cups):
    with pytest.raises(SettingsError, match="There is no payback: no inputs were recorded"):
        cups().simulate(320).payback()
    result = network()
    published = result.with_range(result.simulate(320)).for_output().simulation
    with pytest.raises(SettingsError, match="the years of merged groups are not shown"):
        published.payback()


@pytest.mark.parametrize("by_name", [False, True])
def test_a_shape_without_ends_keeps_those_of_the_grade(cups, by_name):
    result, grades = cups({"evidence": "self_report"}), of_grades("self_report")
    graded = result.simulate(320, grades=grades).parameters
    name = graded.loc[graded["kind"] == "quantity", "parameter"].item()
    about = {"parameter": name} if by_name else {"field": "quantity"}
    spreads = pd.DataFrame([{**about, "distribution": "uniform"}])
    simulation = result.simulate(320, grades=grades, spreads=spreads)
    row = simulation.parameters.set_index("kind").loc["quantity"]
    # Ten, half of it down and up.
    assert row[["low", "high", "distribution"]].tolist() == [5.0, 15.0, "uniform"]
    assert simulation.grades["quantities"].tolist() == [1]


def test_a_value_near_an_end_of_its_draws_says_so(assess, proxy_set):
    # Every draw of a range that reaches down alone is at most the published value.
    proxies = proxy_set({"low": 50.0, "high": 100.0})
    result = assess(proxies=proxies)
    ranged = result.with_range(result.simulate(400))
    assert "(100% of them below the value assessed)" in ranged.headline
    even = assess(proxies=proxy_set({"low": 50.0, "high": 150.0}))
    assert "of them" not in even.with_range(even.simulate(400)).headline
    up = assess(proxies=proxy_set({"low": 100.0, "high": 150.0}))
    assert "(100% of them above the value assessed)" in up.with_range(up.simulate(400)).headline
