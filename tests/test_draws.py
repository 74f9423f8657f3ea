"""What a sample must be whatever its seed: even, repeatable, kept in its margins, correlated."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from socialvalue.correlation import CorrelationGroup
from socialvalue.draws import SAMPLERS, draw
from socialvalue.errors import SettingsError
from socialvalue.spreads import Spread, from_interval, unvaried

UNIT = Spread("uniform", 0.5, 0.0, 1.0)
NORMAL = from_interval(0.0, stats.norm.ppf(0.025), stats.norm.ppf(0.975))
SKEWED = Spread("lognormal", 4.0, 2.0, 8.0, 0.95)
WELLBY = Spread("triangular", 13_000.0, 10_000.0, 16_000.0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_same_seed_gives_the_same_numbers_and_another_does_not(sampler):
    spreads = [UNIT, NORMAL, SKEWED]
    first, again, other = (draw(spreads, 64, seed, sampler) for seed in (7, 7, 8))
    assert (first == again).all()
    assert not np.isclose(first, other).any(axis=1).all()


def test_a_latin_hypercube_is_made_from_the_generator_of_its_seed():
    # What scipy does, by hand: from a child of the generator one place in a slice for each draw,
    # then each column's slices shuffled. A change here would change everybody's numbers.
    generator = np.random.default_rng(3).spawn(1)[0]
    within = generator.uniform(size=(16, 2))
    slices = np.tile(np.arange(1, 17), (2, 1))
    for column in slices:
        generator.shuffle(column)
    assert (draw([UNIT, UNIT], 16, 3) == (slices.T - within) / 16).all()


@pytest.mark.parametrize("sampler", ["latin-hypercube", "sobol"])
def test_every_slice_of_equal_probability_has_exactly_one_draw(sampler):
    values = draw([UNIT] * 5, 128, 1, sampler)
    for column in values.T:
        assert sorted(np.floor(column * 128).astype(int)) == list(range(128))


def test_a_sobol_sequence_is_even_in_two_dimensions():
    # Its first two dimensions are a (0, m, 2)-net: of 256 points one in each of 16 x 16 squares.
    squares = np.floor(draw([UNIT, UNIT], 256, 1, "sobol") * 16)
    assert len(np.unique(squares, axis=0)) == 256


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_values_without_ends_are_finite(sampler):
    assert np.isfinite(draw([NORMAL] * 40, 2**14, 1, sampler)).all()


def test_a_fixed_parameter_takes_no_dimension():
    without = draw([UNIT, NORMAL], 32, 1)
    beside = draw([UNIT, unvaried(3.0), NORMAL], 32, 1)
    assert (beside[:, [0, 2]] == without).all()
    assert (beside[:, 1] == 3.0).all()


def test_with_nothing_uncertain_every_draw_is_the_assessment():
    assert draw([unvaried(3.0), unvaried(4.0)], 2, 1).tolist() == [[3.0, 4.0], [3.0, 4.0]]
    assert draw([], 3, 1).shape == (3, 0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_means_and_variances_are_those_of_the_closed_forms(sampler):
    n = 2**13
    values = draw([WELLBY, NORMAL, SKEWED], n, 1, sampler)
    for column, spread in zip(values.T, [WELLBY, NORMAL, SKEWED], strict=True):
        # Four standard errors of plain random numbers, the least exact of the three. The variance
        # of a sample variance takes the fourth moment, 9.2 for this lognormal.
        error = spread.standard_deviation / np.sqrt(n)
        assert abs(column.mean() - spread.mean) < 4 * error
        ratio = column.var() / spread.standard_deviation**2
        assert abs(ratio - 1) < 4 * np.sqrt((9.2 - 1) / n)


def test_a_latin_hypercube_is_closer_to_the_mean_than_random_numbers():
    # The error of a mean falls from 1 / sqrt(n) towards 1 / n: here it must be 10 times smaller.
    errors = [abs(draw([WELLBY], 4_096, seed)[:, 0].mean() - 13_000) for seed in range(5)]
    assert max(errors) < WELLBY.standard_deviation / np.sqrt(4_096) / 10


def test_the_fourth_moment_used_above():
    deviation = np.log(2) / stats.norm.ppf(0.975)
    assert stats.lognorm(deviation).stats("k") + 3 < 9.2


# --- groups


def rank_correlation(values):
    return stats.spearmanr(values).statistic


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("wanted", [-0.9, -0.3, 0.5, 0.95])
def test_a_group_has_the_rank_correlation_asked_for(sampler, wanted):
    group = CorrelationGroup("pair", [0, 2], wanted)
    values = draw([WELLBY, NORMAL, SKEWED], 2**13, 1, sampler, [group])
    # Three standard errors of a rank correlation of plain random numbers, (1 - r^2) / sqrt(n)
    # times at most 1.07; the correlation of the scores themselves is exact.
    error = 3 * 1.07 * (1 - wanted**2) / np.sqrt(2**13)
    found = rank_correlation(values)
    assert abs(found[0, 2] - wanted) < error
    # Who is in no group stays apart.
    assert abs(found[0, 1]) < 3 / np.sqrt(2**13)


def test_a_matrix_gives_each_pair_its_own():
    matrix = np.array([[1, 0.8, 0.2], [0.8, 1, -0.3], [0.2, -0.3, 1]])
    values = draw([UNIT] * 3, 10_000, 5, groups=[CorrelationGroup("three", [0, 1, 2], matrix)])
    assert np.abs(rank_correlation(values) - matrix).max() < 3 * 1.07 / np.sqrt(10_000)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_margin_keeps_exactly_its_values(sampler):
    spreads = [WELLBY, NORMAL, SKEWED]
    apart = draw(spreads, 256, 1, sampler)
    together = draw(spreads, 256, 1, sampler, [CorrelationGroup("all", [0, 1, 2], 0.7)])
    assert (np.sort(apart, axis=0) == np.sort(together, axis=0)).all()
    assert (apart != together).any()


def test_members_that_are_alike_or_opposite_move_as_one():
    alike = draw([WELLBY, SKEWED], 500, 1, groups=[CorrelationGroup("alike", [0, 1], 1.0)])
    assert rank_correlation(alike) == pytest.approx(1.0)
    opposite = draw([WELLBY, SKEWED], 500, 1, groups=[CorrelationGroup("not", [0, 1], -1)])
    assert rank_correlation(opposite) == pytest.approx(-1.0)


def test_members_go_by_name_and_those_fixed_take_no_part():
    group = CorrelationGroup("wages", ["teacher", "nurse", "cook"], 0.6)
    spreads = [UNIT, unvaried(2.0), UNIT]
    values = draw(spreads, 2_000, 1, groups=[group], names=["teacher", "nurse", "cook"])
    # As above: 3 x 1.07 x (1 - 0.36) / sqrt(2,000) = 0.046.
    assert stats.spearmanr(values[:, 0], values[:, 2]).statistic == pytest.approx(0.6, abs=0.046)
    alone = [unvaried(1.0), unvaried(2.0), UNIT]
    kept = draw(alone, 20, 1, groups=[group], names=["teacher", "nurse", "cook"])
    assert (kept == draw(alone, 20, 1)).all()


def test_the_variance_of_a_sum_rises_with_what_is_shared():
    # Two normal values, each of variance 1, whose ranks are correlated 0.5: the correlation of the
    # values is 2 sin(pi / 12) = 0.5176, the variance of their sum 2 + 2 x 0.5176.
    values = draw([NORMAL, NORMAL], 2**13, 1, groups=[CorrelationGroup("g", [0, 1], 0.5)])
    expected = 2 + 4 * np.sin(np.pi / 12)
    # Four standard errors of a sample variance, sqrt(2 / n).
    assert values.sum(axis=1).var() == pytest.approx(expected, rel=4 * np.sqrt(2 / 2**13))


# --- what is refused


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sampler": "halton"}, "choose one of latin-hypercube, sobol, random"),
        ({"draws": 0}, "whole number of 1 or more"),
        ({"draws": 10.5}, "whole number"),
        ({"draws": True}, "whole number"),
        ({"seed": -1}, "whole number of 0 or more"),
        ({"seed": None}, "whole number"),
        ({"sampler": "sobol", "draws": 10_000}, "8,192 or 16,384"),
        ({"names": ["a"]}, "1 names for 3 parameters"),
        ({"groups": [CorrelationGroup("g", [0, 3], 0.5)]}, "no parameter 3"),
        ({"groups": [CorrelationGroup("g", [0, "bus"], 0.5)]}, "no parameter 'bus'"),
        (
            {"groups": [CorrelationGroup("g", [0, 1], 0.5), CorrelationGroup("h", [1, 2], 0.5)]},
            "'g' and 'h'",
        ),
        ({"draws": 2, "groups": [CorrelationGroup("g", [0, 1, 2], 0.5)]}, "too few"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused_in_words(settings, words):
    with pytest.raises(SettingsError, match=words):
        draw([UNIT] * 3, **{"draws": 16, "seed": 1} | settings)


@pytest.mark.parametrize(
    ("members", "correlation", "words"),
    [
        ([0], 0.5, "two members or more"),
        ([0, 0], 0.5, "each once"),
        ([0, 1], 1.5, "from -1 to 1"),
        ([0, 1], float("nan"), "from -1 to 1"),
        ([0, 1], "high", "their correlation"),
        ([0, 1], np.eye(3), "not 2 x 2"),
        ([0, 1], [[1, 0.5], [0.4, 1]], "not symmetric"),
        ([0, 1], [[0.9, 0.5], [0.5, 1]], "ones on the diagonal"),
        # 1 - 2 x 0.6 < 0: three cannot each go against the other two so strongly.
        ([0, 1, 2], -0.6, "not positive semi-definite"),
        # Two that go with a third go with each other.
        ([0, 1, 2], [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]], "not positive semi-definite"),
    ],
)
def test_correlations_that_cannot_be_are_refused_in_words(members, correlation, words):
    with pytest.raises(SettingsError, match=words):
        CorrelationGroup("g", members, correlation)


def test_the_lowest_that_members_alike_can_have_is_said_and_can_be_had():
    with pytest.raises(SettingsError, match=r"-0\.483 at the lowest"):
        CorrelationGroup("g", [0, 1, 2], -0.5)
    # 6 / pi x arcsin(-1 / 4) = -0.4826
    CorrelationGroup("g", [0, 1, 2], -0.482)


def test_memory_is_little_more_than_the_values():
    # 4,096 x 200 x 8 bytes = 6.6 MB; the shares, scipy's own copy and its slices beside it.
    draw([UNIT] * 2, 16, 1)
    tracemalloc.start()
    values = draw([WELLBY] * 200, 4_096, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * values.nbytes
