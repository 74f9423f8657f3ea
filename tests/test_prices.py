"""Published factors and figures, restated; the working is in the comments."""

import os
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue import formulas, prices
from socialvalue.errors import SettingsError
from socialvalue.price_tables import price_series
from socialvalue.report.sources import re_pricing
from socialvalue.years import parse_year

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


# What is published, restated in `published/`.

PUBLISHED = Path(__file__).parent / "published"
FACTORS = pd.read_csv(PUBLISHED / "green_book_factors" / "expected.csv", index_col="year")
UPRATED = pd.read_csv(PUBLISHED / "wellby_qaly_uprating" / "expected.csv")


@pytest.mark.parametrize("name", FACTORS.columns)
def test_shipped_schedules_are_the_published_table_for_years_0_to_125(name):
    assert list(FACTORS.index) == list(range(126))
    schedule = prices.discount_schedule(name)
    found = [schedule.factor(year) for year in FACTORS.index]
    # Printed to 15 or 16 digits; 125 divisions round by about 125 x 1.1e-16.
    assert found == pytest.approx(FACTORS[name].to_list(), rel=2e-14)


def test_present_value_of_1000_in_whole_pounds_as_printed():
    printed = [1000, 966, 934, 902, 871, 842, 814, 786, 759, 734, 709]
    schedule = prices.discount_schedule("green-book")
    assert [round(1000 * schedule.factor(year)) for year in range(11)] == printed


@pytest.mark.parametrize(("cost", "benefit", "npsv"), [(10, 2.5, -0.82), (5, 1.5, 0.51)])
def test_box_15_of_the_green_book(cost, benefit, npsv):
    # A cost at once, a benefit in each of years 1 to 4, in millions; printed to two decimals.
    schedule = prices.discount_schedule("green-book")
    found = sum(benefit * schedule.factor(year) for year in (1, 2, 3, 4)) - cost
    assert round(found, 2) == npsv


@pytest.mark.parametrize("line", UPRATED.to_dict("records"), ids=lambda line: line["series"])
def test_published_upratings_with_the_series_of_their_day(line):
    series = price_series(PUBLISHED / "wellby_qaly_uprating" / line["series"])
    years = str(line["from_year"]), str(line["to_year"])
    found = prices.price_factor(*years, line["income_elasticity"], series).factor
    assert line["base_value"] * found == pytest.approx(line["value"], abs=line["tolerance"])


def test_the_published_qaly_mixes_a_financial_deflator_with_a_calendar_income():
    # Cell J4: 70,000 x 100 / mean of four quarters x (33,257 / 32,468) ^ 1.3 = 80,371.27.
    quarters = [92.5738, 88.9267, 88.5626, 89.3658]
    priced = formulas.repriced(70_000, 100 / (sum(quarters) / 4))
    grown = priced * formulas.real_income_factor(33_257, 32_468, 1.3)
    assert grown == pytest.approx(80371.26994349099, abs=0.00005)


# Which series, and what is said of it.


@pytest.fixture
def series(tmp_path):
    """Make a folder of price series from CSV texts."""

    def make(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        return price_series(tmp_path)

    return make


def test_calendar_to_calendar_takes_the_newest_release_only(series):
    # The older release has another base: mixing 50 (of 2020) with 110 would give 2.2.
    mine = series(
        gdp_deflator_calendar="year,index,release,release_date\n"
        "2020,50,old,2024-10\n2021,60,old,2024-10\n"
        "2020,100,new,2025-12\n2022,110,new,2025-12\n"
    )
    assert prices.price_factor("2020", "2022", series=mine).factor == pytest.approx(1.1)
    with pytest.raises(SettingsError, match="no figure for 2021.*new.*from 2020 to 2022"):
        prices.price_factor("2020", "2021", series=mine)


def test_shipped_calendar_years_end_where_the_newest_release_ends():
    # The release of October 2024 has 1985; the newer one starts in 1990.
    with pytest.raises(SettingsError, match="1985.*December 2025.*from 1990 to 2024"):
        prices.price_factor("1985", "2024")
    with pytest.raises(SettingsError, match="no figure for 2026.*financial year as price_year"):
        prices.price_factor("2019", "2026")


def test_a_calendar_year_is_a_quarter_of_one_financial_year_and_three_of_the_next(series):
    mine = series(gdp_deflator_financial="year,index\n2018-19,96\n2019-20,100\n2020-21,120\n")
    # 2019 is 96 / 4 + 3 x 100 / 4 = 24 + 75 = 99; to 2020-21 at 120 that is 120 / 99.
    assert prices.price_factor("2019", "2020-21", series=mine).factor == pytest.approx(120 / 99)
    assert prices.price_factor("2020-21", "2019", series=mine).factor == pytest.approx(99 / 120)


def test_income_of_a_financial_year_is_three_quarters_of_the_year_it_starts_in(series):
    mine = series(
        gdp_deflator_financial="year,index\n2019-20,100\n2020-21,100\n",
        gdp_per_head="year,gdp_per_head\n2019,80\n2020,120\n2021,160\n",
    )
    # 2019-20: 60 + 30 = 90. 2020-21: 90 + 40 = 130. Elasticity 2: (130 / 90) squared.
    found = prices.price_factor("2019-20", "2020-21", 2.0, mine)
    assert found.factor == pytest.approx((130 / 90) ** 2)
    assert not found.income_held
    # 2021-22 would need income of 2022: held at 160, and said.
    held = prices._income(mine, parse_year("2021-22"))
    assert held == (160.0, True)


def test_forecast_years_are_marked_in_either_direction():
    # The shipped deflator is a forecast from 2025-26 on.
    assert not prices.price_factor("2019", "2024-25").forecast
    assert prices.price_factor("2024-25", "2025-26").forecast
    assert prices.price_factor("2025-26", "2024-25").forecast
    # Calendar 2025 is a quarter of 2024-25 and three of 2025-26.
    assert prices.price_factor("2025", "2024-25").forecast


def test_real_income_has_no_figure_before_it_starts():
    with pytest.raises(SettingsError, match="1954.*from 1955 to 2023"):
        prices._income(price_series(), parse_year("1954"))


def test_one_year_needs_no_series_at_all():
    assert prices.price_factor("1850", "1850", 1.3, currency="NZD") == (1.0, False, False)


def test_pounds_have_a_series_and_other_money_needs_its_own(series):
    with pytest.raises(SettingsError, match="NZD cannot be re-priced.*GBP.*uprate = false"):
        prices.price_factor("2020", "2023", currency="NZD")
    mine = series(gdp_deflator_calendar="year,index\n2020,100\n2023,121\n")
    assert prices.price_factor("2020", "2023", series=mine, currency="NZD").factor == 1.21


def test_a_series_that_lacks_what_is_needed_says_which_file(series):
    mine = series(gdp_deflator_calendar="year,index\n2020,100\n2023,121\n")
    with pytest.raises(SettingsError, match=r"gdp_deflator_financial\.csv"):
        prices.price_factor("2020", "2023-24", series=mine)
    with pytest.raises(SettingsError, match=r"gdp_per_head\.csv.*uprating = deflator"):
        prices.price_factor("2020", "2023", 1.3, mine)


def test_a_folder_without_series_says_what_belongs_there(tmp_path):
    with pytest.raises(SettingsError, match=r"gdp_deflator_financial\.csv"):
        price_series(tmp_path / "nowhere")


def test_a_changed_file_is_read_again(series, tmp_path):
    first = series(gdp_deflator_calendar="year,index\n2020,100\n2021,110\n")
    assert price_series(tmp_path) is first
    os.utime(tmp_path / "gdp_deflator_calendar.csv", ns=(1, 1))
    assert price_series(tmp_path) is not first


BAD_SERIES = [
    ("year,index\n2019-20,100\n", "row 2, year: 2019-20 is not a calendar year, as 2024"),
    ("year,index\n2019/20,100\n", "row 2, year: 2019/20 is not a year"),
    ("year,index\n2019,100\n2019,101\n", "row 3: 2019 stands twice"),
    ("year,index\n2019,0\n", "row 2, index: 0 is not above 0"),
    ("year,index\n2019,\n", r"row 2, index: \(blank\) is not a number"),
    ("year,index\n2019,inf\n", "row 2, index: inf is not a finite number"),
    ("year,value\n2019,1\n", "lacks index: its columns are year, value"),
    ("year,index\n", "has no rows"),
    ("year,index,release\n2019,1,a\n2020,1,b\n", "several releases.*release_date"),
]


@pytest.mark.parametrize(("text", "message"), BAD_SERIES)
def test_a_bad_series_names_row_column_value_and_mend(series, text, message):
    with pytest.raises(SettingsError, match=message):
        series(gdp_deflator_calendar=text)


def test_every_problem_of_a_series_is_listed(series):
    with pytest.raises(SettingsError) as caught:
        series(gdp_deflator_calendar="year,index\nx,1\n2020,y\n2021,1\n")
    assert "row 2, year" in str(caught.value)
    assert "row 3, index" in str(caught.value)


# A user's own schedule.


def schedule_of(tmp_path, text):
    path = tmp_path / "rates.csv"
    path.write_text("year_from,year_to,rate\n" + text, encoding="utf-8")
    return prices.discount_schedule(str(path))


def test_bands_may_stand_in_any_order(tmp_path):
    schedule = schedule_of(tmp_path, "2,,0.0\n0,1,0.25\n")
    # 1 / 1.25 = 0.8, and nothing more after year 1.
    assert [schedule.factor(t) for t in (1, 2, 9)] == pytest.approx([0.8, 0.8, 0.8])


def test_a_schedule_may_start_in_year_1_because_year_0_is_not_discounted(tmp_path):
    schedule = schedule_of(tmp_path, "1,,0.25\n")
    assert schedule.rate(0) == 0.25
    assert schedule.factor(1) == pytest.approx(0.8)


def test_a_schedule_that_ends_too_early_says_where(tmp_path):
    schedule = schedule_of(tmp_path, "0,10,0.035\n")
    assert schedule.factor(10) == pytest.approx(1.035**-10)
    with pytest.raises(SettingsError, match="year 11: it ends at year 10.*horizon_years"):
        schedule.factor(10.5)


def test_part_years_by_the_rate_of_the_year_that_follows(tmp_path):
    # Year 1 at 25%, year 2 at 90%: half a year into year 2 is 0.8 / 1.9 ** 0.5.
    schedule = schedule_of(tmp_path, "0,1,0.25\n2,2,0.9\n3,,0\n")
    assert schedule.factor(0.5) == pytest.approx(1.25**-0.5)
    assert schedule.factor(1.5) == pytest.approx(0.8 / 1.9**0.5)
    middle = prices.discount_factors(schedule, [0, 1], 0.5)
    assert middle == pytest.approx([1.25**-0.5, 0.8 / 1.9**0.5])


BAD_SCHEDULES = [
    ("0,30,0.035\n41,,0.03\n", "rows 2 and 3 leave a gap: years 31 to 40.*Write 40"),
    ("0,30,0.035\n30,,0.03\n", "rows 2 and 3 overlap: .*year 30.*Write 29 as year_to of row 2"),
    ("0,,0.035\n31,,0.03\n", "rows 2 and 3 overlap.*never ends.*Write 30 as year_to of row 2"),
    ("5,,0.035\n", "row 2: the first band starts in year 5. Start it in year 0"),
    ("0,30,0.035\n31,20,0.03\n", "row 3: year_to 20 is before year_from 31"),
    ("0,,3.5\n", "row 2, rate: 3.5 looks like a percentage; write 0.035"),
    ("0,,3.5%\n", "row 2, rate: 3.5% looks like a percentage; write 0.035"),
    ("0,,-0.02\n", "row 2, rate: -0.02 is below 0"),
    ("0,,\n", r"row 2, rate: \(blank\) is not a number"),
    ("0,soon,0.02\n", "row 2, year_to: soon is not a number"),
    ("0.5,,0.02\n", "row 2, year_from: 0.5 is not a whole number"),
    ("", "has no rows"),
]


@pytest.mark.parametrize(("text", "message"), BAD_SCHEDULES)
def test_a_bad_schedule_names_rows_and_mend(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        schedule_of(tmp_path, text)


def test_a_file_of_several_schedules_is_refused(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("schedule,year_from,year_to,rate\na,0,,0.03\nb,0,,0.01\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"several discount schedules \(a, b\)"):
        prices.discount_schedule(str(path))


@pytest.mark.parametrize("rate", [3.5, 1, -0.01])
def test_a_constant_rate_is_a_share(rate):
    with pytest.raises(SettingsError, match=r"3\.5% is 0\.035"):
        prices.discount_schedule(rate)


def test_every_price_factor_can_be_worked_out_again_from_the_table():
    result = sv.assess(sv.datasets.load_network()).for_output()
    table = re_pricing(result)
    assert set(table["to_year"]) == {"2024-25"}
    incomes = (table["income_now"] / table["income_then"]).fillna(1.0)
    factors = table["deflator_now"] / table["deflator_then"] * incomes ** table["income_elasticity"]
    known = {1.0, *factors.round(12)}
    rows = result.impact_map.loc[result.impact_map["uprating"] != "none", "price_factor"].dropna()
    assert len(rows) > 5 and set(rows.round(12)) <= known
    assert set(result.inputs["price_factor"].round(12)) <= known
    # The WELLBY: HM Treasury's deflators for 2019 are a quarter of 2018-19 and three of 2019-20.
    wellby = table[(table["from_year"] == "2019") & (table["income_elasticity"] == 1.3)].iloc[0]
    index = price_series().financial.values
    assert wellby["deflator_then"] == pytest.approx(index[2018] / 4 + 3 * index[2019] / 4)
    assert wellby["income_held"]


def test_without_re_pricing_there_is_nothing_to_work_out(assess):
    assert re_pricing(assess(assumptions={"uprate": False})).empty
