"""Published factors and figures, restated; the working is in the comments."""

import pytest

from socialvalue import prices
from socialvalue.errors import SettingsError

# Treasury discount factors as published for years 1 to 5, 31 and 76 (four to six decimals are
# the product of 1/(1 + rate); year 31 is factor 30 / 1.03, year 76 is factor 75 / 1.025).
GREEN_BOOK = {0: 1.0, 1: 0.9662, 2: 0.9335, 3: 0.9019, 4: 0.8714}


@pytest.mark.parametrize(("year", "factor"), GREEN_BOOK.items())
def test_green_book_factors_as_printed(year, factor):
    schedule = prices.discount_schedule("green-book")
    # Printed to four decimals.
    assert schedule.factor(year) == pytest.approx(factor, abs=0.00005)


def test_bands_apply_to_the_marginal_year():
    schedule = prices.discount_schedule("green-book")
    assert schedule.factor(31) == pytest.approx(schedule.factor(30) / 1.03, rel=1e-12)
    assert schedule.factor(76) == pytest.approx(schedule.factor(75) / 1.025, rel=1e-12)
    assert schedule.factor(30) == pytest.approx(1.035**-30, rel=1e-12)


def test_health_schedule():
    schedule = prices.discount_schedule("green-book-health")
    assert schedule.factor(30) == pytest.approx(1.015**-30, rel=1e-12)
    assert schedule.factor(31) == pytest.approx(1.015**-30 / 1.0129, rel=1e-12)


def test_between_whole_years_the_next_years_rate_holds():
    schedule = prices.discount_schedule("green-book")
    assert schedule.factor(30.5) == pytest.approx(1.035**-30 * 1.03**-0.5, rel=1e-12)


def test_the_past_is_not_discounted():
    factors = prices.discount_factors(prices.discount_schedule(0.035), [-2, 0, 1], 0.5)
    assert factors == pytest.approx([1.0, 1.035**-0.5, 1.035**-1.5], rel=1e-12)


def test_a_schedule_that_ends_names_the_fix():
    schedule = prices.discount_schedule("green-book-health-no-pure-time-preference")
    with pytest.raises(SettingsError, match="ends at year 125.*horizon_years"):
        schedule.factor(126)


def test_wellby_of_2019_at_2024_25_prices():
    # Published rule: 13,000 of 2019 is 16,178 in 2024-25 prices on the deflator alone.
    factor = prices.price_factor("2019", "2024-25").factor
    assert 13_000 * factor == pytest.approx(16_178, abs=0.5)


def test_wellby_of_2019_at_2023_prices():
    # 15,427 on the deflator alone; about 15,316 with real income x 1.3 (calendar series).
    assert 13_000 * prices.price_factor("2019", "2023").factor == pytest.approx(15_427, abs=0.5)
    grown = 13_000 * prices.price_factor("2019", "2023", 1.3).factor
    assert grown == pytest.approx(15_316, abs=0.5)


def test_financial_year_of_an_old_unit_cost():
    # 9,800 in 2012-13 is about 14,141 in 2025-26 prices, which is a forecast deflator.
    found = prices.price_factor("2012-13", "2025-26")
    assert 9_800 * found.factor == pytest.approx(14_141, abs=0.5)
    assert found.forecast


def test_there_and_back_is_the_identity():
    there = prices.price_factor("2019", "2024-25", 1.3).factor
    back = prices.price_factor("2024-25", "2019", 1.3).factor
    assert there * back == pytest.approx(1.0, rel=1e-12)


def test_real_income_is_held_after_the_last_year_of_data_and_said():
    found = prices.price_factor("2023", "2024-25", 1.3)
    assert found.income_held
    assert found.factor == pytest.approx(prices.price_factor("2023", "2024-25").factor, rel=1e-12)
    assert not prices.price_factor("2019", "2022", 1.3).income_held


def test_a_year_outside_the_series_is_an_error_and_never_filled():
    with pytest.raises(SettingsError, match="2031-32.*runs from 1955-56 to 2030-31"):
        prices.price_factor("2019", "2031-32")


def test_an_unknown_schedule_names_those_there_are():
    with pytest.raises(SettingsError, match="green-book-health"):
        prices.discount_schedule("treasury")


def test_a_schedule_from_a_file(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("year_from,year_to,rate\n0,1,0.25\n2,,0.0\n")
    schedule = prices.discount_schedule(str(path))
    assert [schedule.factor(t) for t in (1, 2, 9)] == pytest.approx([0.8, 0.8, 0.8])
