"""Closed forms of every kind of spread, from textbooks and from scipy's own distributions."""

from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from socialvalue.distributions import beta, pert
from socialvalue.errors import SettingsError
from socialvalue.evidence_spreads import from_grade, grade_spreads
from socialvalue.spreads import (
    DEFAULT_KIND,
    Spread,
    from_ends,
    from_interval,
    from_share,
    from_standard_error,
    unvaried,
)

P = np.array([0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999])
MIDDLES = (np.arange(200_000) + 0.5) / 200_000
# Of a curve without ends, the middles of 200,000 slices leave out some of the outermost slices'
# variance: 3 parts in 100,000 of a normal curve's, more of a lognormal's long tail.
OF_SLICES = 2e-4

# Each spread beside the same distribution as scipy states it.
KNOWN = {
    "uniform": (Spread("uniform", 3.0, 2.0, 6.0), stats.uniform(2, 4)),
    "triangular": (Spread("triangular", 3.0, 2.0, 6.0), stats.triang(0.25, 2, 4)),
    # PERT: exponents 1 + 4 x 1/4 = 2 and 1 + 4 x 3/4 = 4.
    "pert": (Spread("pert", 3.0, 2.0, 6.0), stats.beta(2, 4, 2, 4)),
    "normal": (Spread("normal", 10.0, 8.0, 12.0, 0.9), stats.norm(10, 2 / stats.norm.ppf(0.95))),
    # Limits 2 and 8 of 95%: the median is 4, the logarithm 1.96 deviations from it.
    "lognormal": (
        Spread("lognormal", 4.0, 2.0, 8.0, 0.95),
        stats.lognorm(log(2) / stats.norm.ppf(0.975), scale=4),
    ),
    "beta": (
        Spread("beta", 0.3, *stats.beta(3, 7).ppf([0.025, 0.975]), 0.95),
        stats.beta(3, 7),
    ),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_quantiles_are_those_of_scipy(kind):
    spread, known = KNOWN[kind]
    # 1e-9: the exponents of the beta distribution are found by a root to about 1e-13.
    assert spread.quantile(P) == pytest.approx(known.ppf(P), rel=1e-9)


@pytest.mark.parametrize("kind", KNOWN)
def test_moments_are_those_of_scipy_and_of_the_quantiles(kind):
    spread, known = KNOWN[kind]
    assert spread.mean == pytest.approx(known.mean(), rel=1e-9)
    assert spread.standard_deviation == pytest.approx(known.std(), rel=1e-9)
    slices = spread.quantile(MIDDLES)
    assert slices.mean() == pytest.approx(spread.mean, rel=OF_SLICES)
    assert slices.std() == pytest.approx(spread.standard_deviation, rel=OF_SLICES)


@pytest.mark.parametrize("kind", KNOWN)
def test_the_stated_share_lies_between_low_and_high(kind):
    spread, known = KNOWN[kind]
    between = known.cdf(spread.high) - known.cdf(spread.low)
    assert between == pytest.approx(1.0 if spread.level is None else spread.level, abs=1e-9)


def test_the_wellby_by_hand():
    # Triangle of 10, 13 and 16 thousand: variance (6^2 + 3^2 + 3^2) / 36 = 1.5 million^2.
    triangle = from_ends(13_000, 10_000, 16_000)
    assert (triangle.kind, DEFAULT_KIND) == ("triangular", "triangular")
    assert triangle.standard_deviation == pytest.approx(1_000 * sqrt(1.5))
    # PERT: variance (mean - low)(high - mean) / 7 = 3 x 3 / 7.
    assert from_ends(13_000, 10_000, 16_000, "pert").standard_deviation == pytest.approx(
        1_000 * sqrt(9 / 7)
    )


def test_pert_mean_by_hand():
    # (0 + 4 x 1 + 8) / 6 = 2
    assert Spread("pert", 1.0, 0.0, 8.0).mean == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("a", "b"), [(3, 3), (1, 5), (5, 1), (1.001, 4.999), (0.5, 9), (20, 180), (2_000, 30_000)]
)
def test_many_quantiles_of_a_beta_are_as_exact_as_one(a, b):
    # What a draw reads from a table agrees with the incomplete beta function to the 1e-8 that
    # the table is refused beyond; 10,000 draws are good to 1e-2.
    p = np.concatenate([10.0 ** -np.arange(1, 16), np.linspace(1e-4, 1 - 1e-4, 10_000)])
    many = beta(a, b).quantile(p)
    assert np.abs(special.betainc(a, b, many) - p).max() < 1e-8
    assert (np.diff(many[15:]) > 0).all()


def test_a_table_that_is_not_exact_is_not_used():
    # So steep at both ends that a spline cannot follow.
    p = np.linspace(0.01, 0.99, 5_000)
    assert (beta(0.05, 0.1).quantile(p) == special.betaincinv(0.05, 0.1, p)).all()


def test_ends_of_a_pert_are_never_passed():
    p = np.linspace(0, 1, 5_001)
    values = pert(2.0, 3.0, 6.0).quantile(p)
    assert (values[0], values[-1]) == (2.0, 6.0)
    assert ((values >= 2) & (values <= 6)).all()


def test_a_missing_end_stays_at_the_central_value():
    spread = from_ends(10.0, high=16.0)
    assert (spread.low, spread.high) == (10.0, 16.0)
    # A triangle from its likeliest value down to an end: mean (10 + 10 + 16) / 3.
    assert spread.mean == pytest.approx(12.0)


@pytest.mark.parametrize("ends", [(), (np.nan, np.nan), (None, None), (10.0, 10.0)])
def test_no_ends_no_spread(ends):
    spread = from_ends(10.0, *ends, source="a proxy")
    assert spread.fixed
    assert spread.quantile([0.1, 0.9]).tolist() == [10.0, 10.0]
    assert (spread.mean, spread.standard_deviation, spread.level) == (10.0, 0.0, None)
    assert np.isnan(spread.low)


def test_a_blank_column_is_the_default_kind():
    assert from_ends(3.0, 2.0, 4.0, np.nan).kind == DEFAULT_KIND
    assert from_ends(3.0, 2.0, 4.0, "fixed").fixed


def test_a_standard_error_is_kept_by_every_kind():
    for kind in ("normal", "lognormal", "beta"):
        spread = from_standard_error(0.25, 0.06, kind)
        assert spread.mean == pytest.approx(0.25, rel=1e-9)
        assert spread.standard_deviation == pytest.approx(0.06, rel=1e-9)
        assert spread.level == 0.95


def test_an_estimate_may_be_the_mean_of_a_lognormal():
    # Limits 2 and 8: median 4, mean 4 exp(s^2 / 2).
    deviation = log(2) / stats.norm.ppf(0.975)
    mean = 4 * exp(deviation**2 / 2)
    assert from_interval(mean, 2.0, 8.0, kind="lognormal").mean == pytest.approx(mean)


def test_what_lies_beyond_a_bound_is_cut_off_and_not_moved_onto_it():
    # Normal, mean 1, deviation 1, cut at 0: the mean of a truncated normal curve is
    # mu + sigma phi(a) / (1 - Phi(a)) with a = -1.
    half = stats.norm.ppf(0.975)
    spread = Spread("normal", 1.0, 1 - half, 1 + half, 0.95, least=0.0)
    expected = 1 + stats.norm.pdf(-1) / stats.norm.sf(-1)
    assert spread.mean == pytest.approx(expected, rel=1e-7)
    values = spread.quantile(MIDDLES)
    assert values.min() > 0
    assert (values < 0.001).mean() == pytest.approx(
        stats.truncnorm(-1, np.inf, 1, 1).cdf(0.001), abs=1 / len(MIDDLES)
    )
    assert spread.ends == (0.0, 1 + half)


@given(
    central=st.floats(0.02, 0.98),
    down=st.floats(0.05, 0.95),
    up=st.floats(0.05, 0.95),
    level=st.floats(0.5, 0.99),
)
def test_shares_stay_shares(central, down, up, level):
    low, high = central * (1 - down), central + (1 - central) * up
    try:
        spread = from_share(central, low, high, level)
    except SettingsError as error:
        assert "no beta distribution" in str(error)
        return
    values = spread.quantile(P)
    assert ((values >= 0) & (values <= 1)).all()
    # 1e-7: the steepest of these are solved at exponents far below 1.
    assert spread.shape.below(high) - spread.shape.below(low) == pytest.approx(level, abs=1e-7)
    assert spread.mean == pytest.approx(central)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: from_ends(5.0, 6.0, 7.0, source="proxy bus"), "proxy bus: low 6"),
        (lambda: from_ends(5.0, 4.0, 4.5), "not in this order"),
        (lambda: from_ends(np.nan, 4.0, 6.0), "central value is nan"),
        (lambda: from_ends(5.0, 4.0, np.inf), "needs a low and a high"),
        (lambda: from_ends(5.0, 4.0, 6.0, "gamma"), "no kind 'gamma'"),
        (lambda: from_ends(5.0, 4.0, 6.0, level=0.9), "hard, so it has no level"),
        (lambda: from_ends(5.0, 0.0, 6.0, "lognormal"), "above zero"),
        (lambda: from_ends(5.0, 4.0, 9.0, "normal"), "not in the middle"),
        (lambda: from_ends(5.0, high=9.0, kind="normal"), "not in the middle"),
        (lambda: from_ends(5.0, 4.0, 9.0, "lognormal"), None),
        (lambda: from_ends(5.0, 1.0, 6.0, "lognormal"), "not in the middle"),
        (lambda: from_ends(0.9, 0.8, 1.2, least=0.0, most=1.0), "1.2 is not between 0 and 1"),
        (lambda: from_ends(35, 30, 40, least=0.0, most=1.0), "35% is 0.35"),
        (lambda: from_interval(5.0, 4.0, 6.0, level=95), "level = 95"),
        (lambda: from_interval(5.0, 4.0, 6.0, level=0.0), "level = 0.0"),
        (lambda: from_interval(5.0, 4.0, 6.0, kind="pert"), "has no level"),
        (lambda: from_share(0.3, 0.2, 1.3), "0 <= low < central < high <= 1"),
        (lambda: from_share(0.0, 0.0, 0.1), "0 <= low < central < high <= 1"),
        (lambda: from_standard_error(5.0, 0.0), "is no error"),
        (lambda: from_standard_error(5.0, np.nan), "is no error"),
        (lambda: from_standard_error(5.0, 1.0, "uniform"), "does not fit a standard error"),
        (lambda: from_standard_error(0.5, 0.5, "beta"), "no share has a mean of 0.5"),
        (lambda: from_standard_error(-1.0, 0.5, "lognormal"), "not above zero"),
        (lambda: from_standard_error(0.05, 0.04, least=0.0, most=1.0), "choose kind 'beta'"),
        (lambda: from_standard_error(1.0, 0.9, least=0.0), "choose kind 'lognormal'"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_in_words(made, words):
    if words is None:
        # 4 to 9: the middle of the logarithms is 6, and 5 is off by more than rounding too.
        words = "not in the middle"
    with pytest.raises(SettingsError, match=words.replace("(", r"\(")):
        made()


STATED = pd.DataFrame(
    {
        "evidence": ["self_report", "trial", None, "admin_record"],
        "down": [0.5, 0.1, 0.6, 0.0],
        "up": [0.25, 0.1, 0.0, 0.0],
        "kind": ["", "normal", "uniform", ""],
    }
)


def test_spreads_by_grade_are_those_the_user_states():
    assert from_grade(100.0, "self_report", STATED).ends == (50.0, 125.0)
    # A harm of 100 may be as large as 125 and as small as 50.
    assert from_grade(-100.0, "self_report", STATED).ends == (-125.0, -50.0)
    trial = from_grade(100.0, " trial ", STATED)
    assert trial.ends == pytest.approx((90.0, 110.0))
    assert (trial.kind, trial.level) == ("normal", 0.95)
    assert from_grade(100.0, None, STATED).ends == (40.0, 100.0)
    assert from_grade(100.0, "admin_record", STATED).fixed
    assert from_grade(0.0, "self_report", STATED).fixed


def test_nothing_is_made_up_for_a_grade_that_is_not_stated():
    spread = from_grade(100.0, "testimony", grade_spreads(STATED), source="proxy bus")
    assert spread.fixed
    assert spread.source == "proxy bus: no spread is stated for evidence 'testimony'"


def test_a_share_that_a_grade_would_take_beyond_1_is_cut_off_there():
    # Triangle of 0.45, 0.9, 1.125 cut at 1: (1.125 - 1)^2 / (0.675 x 0.225) of it is left off.
    spread = from_grade(0.9, "self_report", STATED, least=0.0, most=1.0)
    assert spread.quantile(1.0) == pytest.approx(1.0)
    left = 1 - 0.125**2 / (0.675 * 0.225)
    assert spread.quantile(0.3) == pytest.approx(0.45 + sqrt(0.3 * left * 0.675 * 0.45))
    assert spread.ends == (0.45, 1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"down": [50, 10, 60, 0]}, "down: write shares between 0 and 1"),
        ({"up": [-0.1, 0, 0, 0]}, "up: write shares of 0 or more"),
        ({"evidence": ["trial", "trial", "a", "b"]}, "several rows for trial"),
        ({"kind": ["gamma", "", "", ""]}, "there is no gamma"),
    ],
)
def test_a_table_of_grades_that_does_not_fit_is_refused(change, words):
    with pytest.raises(SettingsError, match=words):
        grade_spreads(STATED.assign(**change))


def test_a_table_of_grades_needs_its_columns_and_its_file(tmp_path):
    with pytest.raises(SettingsError, match="lacks: up"):
        grade_spreads(STATED.drop(columns="up"))
    with pytest.raises(SettingsError, match="cannot be read"):
        grade_spreads(tmp_path / "absent.csv")
    STATED.to_csv(tmp_path / "spreads.csv", index=False)
    of_file, of_frame = grade_spreads(tmp_path / "spreads.csv"), grade_spreads(STATED)
    assert list(of_file) == list(of_frame)
    for grade, spread in of_frame.items():
        assert of_file[grade][:-1] == spread[:-1]
    # Rows of a frame go from 1; of a file the headings are row 1.
    assert (of_frame["trial"].where, of_file["trial"].where) == (
        "grades, row 2",
        "spreads.csv, row 3",
    )


def test_a_file_of_grades_says_which_row_is_wrong(tmp_path):
    path = tmp_path / "judged.csv"
    for rows, words in (
        ("trial,10%,0.1\n", "judged.csv, row 3, down: write shares between 0 and 1"),
        ("trial,0.1,0.1\n,,\ntrial,0.2,0.2\n", "judged.csv, row 3, 5: several rows for trial"),
    ):
        path.write_text("evidence,down,up\n,0.5,0.5\n" + rows)
        with pytest.raises(SettingsError, match=words):
            grade_spreads(path)
    path.write_text("evidence,down,up,distribution\ntrial,0.1,0.1,pert\n")
    with pytest.raises(SettingsError, match="judged.csv has the column 'distribution'"):
        grade_spreads(path)


def test_an_unvaried_parameter_keeps_its_reason():
    assert unvaried(3, "no range is published").source == "no range is published"
