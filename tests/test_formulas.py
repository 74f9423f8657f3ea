"""Hand arithmetic, with the working in the comment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialvalue import formulas

shares = st.floats(0, 1)


def test_shares_multiply_and_are_not_added():
    # 510,000 less 40% and 30%: 510,000 x 0.6 x 0.7 = 214,200; added up it would be 153,000.
    assert 510_000 * formulas.net_share(0.4, 0.0, 0.3) == pytest.approx(214_200, abs=1e-6)


def test_nothing_taken_off_leaves_all_and_full_deadweight_leaves_nothing():
    assert formulas.net_share(0, 0, 0) == 1
    assert formulas.net_share(1, 0.3, 0.2) == 0


@given(shares, shares, shares)
def test_net_share_is_a_share(deadweight, displacement, attribution):
    assert 0 <= formulas.net_share(deadweight, displacement, attribution) <= 1


@given(shares, shares, shares, shares)
def test_net_share_falls_when_a_reduction_rises(low, other, displacement, attribution):
    low, high = sorted((low, other))
    assert formulas.net_share(high, displacement, attribution) <= formulas.net_share(
        low, displacement, attribution
    )


@pytest.mark.parametrize(
    ("part_years", "expected"),
    [("prorata", [1, 0.75, 0]), ("up", [1, 1, 0]), ("down", [1, 0, 0])],
)
def test_a_last_part_year(part_years, expected):
    # 1.75 years: a whole year, then three quarters of one.
    weights = [formulas.part_year_weight(k, 1.75, part_years) for k in range(3)]
    assert weights == pytest.approx(expected)


@pytest.mark.parametrize(
    ("drop_off_from", "starts", "expected"),
    [
        ("second_year", 0, [0, 1, 2]),
        ("second_year", 1, [0, 1, 2]),
        ("first_year", 0, [1, 2, 3]),
        ("end_of_activity", 0, [0, 1, 2]),
        # An outcome that starts the year after the activity has already lost one year's.
        ("end_of_activity", 1, [1, 2, 3]),
    ],
)
def test_years_of_drop_off_seen(drop_off_from, starts, expected):
    found = [formulas.drop_off_exponent(k, starts, drop_off_from) for k in range(3)]
    assert found == expected


def test_drop_off_compounds():
    # 0.78 x 0.78 = 0.6084
    assert formulas.remaining_after_drop_off(0.22, 2) == pytest.approx(0.6084)


def test_ratio_needs_inputs():
    assert formulas.ratio_of_return(300.0, 120.0) == 2.5
    assert np.isnan(formulas.ratio_of_return(300.0, 0.0))


@pytest.mark.parametrize(
    ("present_values", "inputs", "expected"),
    [
        # 100 after a year, then 50 of the next year's 200: a quarter of it.
        ([100, 200], 150, 1.25),
        # A loss first: -50, then 150 needed of 300.
        ([-50, 300], 100, 1.5),
        ([100, 100], 100, 1.0),
        ([100, 100], 201, float("nan")),
    ],
)
def test_payback(present_values, inputs, expected):
    assert formulas.payback_years(present_values, inputs) == pytest.approx(expected, nan_ok=True)
