"""What is money of one year worth in another? Deflators, real income and discount factors."""

from collections.abc import Sequence
from functools import cache
from math import inf, nan
from pathlib import Path
from typing import NamedTuple

import numpy as np

from socialvalue import formulas
from socialvalue.assumptions import Assumptions
from socialvalue.errors import SettingsError
from socialvalue.price_tables import (
    Band,
    Index,
    PriceSeries,
    price_series,
    read_bands,
    schedule_names,
    shipped_bands,
)
from socialvalue.years import Year, parse_year, year_label


class PriceFactor(NamedTuple):
    """A factor to the prices of another year, and what to say of it."""

    factor: float
    forecast: bool
    income_held: bool


class PriceSteps(NamedTuple):
    """What a factor to the prices of another year is made of.

    The factor is (deflator_now / deflator_then) x (income_now / income_then) ^ elasticity; incomes
    are nan where the elasticity is 0.
    """

    deflator_then: float
    deflator_now: float
    income_then: float
    income_now: float
    elasticity: float
    forecast: bool
    income_held: bool

    @property
    def factor(self) -> float:
        """Factor to the prices of the other year [ratio]."""
        factor = self.deflator_now / self.deflator_then
        if not self.elasticity:
            return factor
        growth = formulas.real_income_factor(self.income_now, self.income_then, self.elasticity)
        return factor * growth


def _index(series: PriceSeries, start: int, financial: bool) -> tuple[float, bool]:
    """GDP deflator of a year, and whether it is a forecast."""
    index = series.financial if financial else series.calendar
    kind = "financial" if financial else "calendar"
    if index is None:
        raise SettingsError(
            f"{series.name} has no GDP deflator by {kind} year (gdp_deflator_{kind}.csv), which "
            f"re-pricing of {year_label(start, financial)} needs. Add it, or state price years the "
            "series has."
        )
    if start in index.values:
        return index.values[start], start in index.forecast
    hint = "" if financial or series.financial is None else _other_series(series.financial)
    raise SettingsError(
        f"The GDP deflator has no figure for {year_label(start, financial)}: {series.name} by "
        f"{kind} year ({index.vintage}) runs {_span(index, financial)}. Choose a price year inside "
        f"it{hint}, or turn re-pricing off (uprate = false)."
    )


def _span(index: Index, financial: bool) -> str:
    first, last = (year_label(end(index.values), financial) for end in (min, max))
    return f"from {first} to {last}"


def _other_series(index: Index) -> str:
    return f" or a financial year as price_year (that series runs {_span(index, True)})"


def _financial_index(series: PriceSeries, year: Year) -> tuple[float, bool]:
    if year.financial:
        return _index(series, year.start, True)
    # A calendar year is the last quarter of one financial year and three quarters of the next.
    earlier, guess = _index(series, year.start - 1, True)
    later, guess_too = _index(series, year.start, True)
    return earlier / 4 + 3 * later / 4, guess or guess_too


def _income(series: PriceSeries, year: Year) -> tuple[float, bool]:
    index = series.income
    if index is None:
        raise SettingsError(
            f"{series.name} has no real income per head (gdp_per_head.csv), which a value that "
            "grows with income (uprating = income) needs. Add it, or use uprating = deflator."
        )
    last = max(index.values)

    def at(start: int) -> float:
        # After the last year of data growth is held at zero, and said.
        if min(start, last) in index.values:
            return index.values[min(start, last)]
        raise SettingsError(
            f"Real income per head has no figure for {start}: {series.name} ({index.vintage}) runs "
            f"{_span(index, False)}. Use a value of a year inside it, or turn re-pricing off "
            "(uprate = false)."
        )

    if not year.financial:
        return at(year.start), year.start > last
    return 3 * at(year.start) / 4 + at(year.start + 1) / 4, year.start + 1 > last


def price_factor(
    from_year: str,
    to_year: str,
    income_elasticity: float = 0.0,
    series: PriceSeries | None = None,
    currency: str = "GBP",
) -> PriceFactor:
    """Factor that takes money at prices of one year to the prices of another.

    From calendar to calendar year the calendar deflator is used, otherwise the financial-year
    one. With an elasticity the value also grows with real income per head.

    Parameters
    ----------
    from_year, to_year : str
        Year labels, ``2024-25`` or ``2024``.
    income_elasticity : float
        0 for the deflator alone; 1.3 for WELLBY and QALY. [ratio]
    series : PriceSeries, optional
        From `socialvalue.price_tables.price_series`. None for the shipped series.
    currency : str
        Currency of the money. The shipped series are of the UK, so they re-price pounds only.

    Returns
    -------
    PriceFactor
        factor [ratio]; forecast: whether a forecast deflator was used; income_held: whether real
        income was held at the last year of data.

    Raises
    ------
    SettingsError
        If a series has no figure for a year that is needed, or is of another currency.

    References
    ----------
    HM Treasury, GDP deflators at market prices; Wellbeing Guidance for Appraisal (2021).

    Examples
    --------
    >>> round(13_000 * price_factor("2019", "2024-25").factor)
    16178
    """
    if from_year == to_year:
        return PriceFactor(1.0, False, False)
    steps = price_steps(from_year, to_year, income_elasticity, series, currency)
    return PriceFactor(steps.factor, steps.forecast, steps.income_held)


def price_steps(
    from_year: str,
    to_year: str,
    income_elasticity: float = 0.0,
    series: PriceSeries | None = None,
    currency: str = "GBP",
) -> PriceSteps:
    """What `price_factor` is made of, so that it can be worked out again by hand.

    Parameters
    ----------
    from_year, to_year, income_elasticity, series, currency
        As for `price_factor`.

    Returns
    -------
    PriceSteps

    Raises
    ------
    SettingsError
        As `price_factor` says.

    Examples
    --------
    >>> steps = price_steps("2019", "2024-25")
    >>> bool(steps.factor == price_factor("2019", "2024-25").factor)
    True
    """
    used = price_series() if series is None else series
    if used.currency not in ("", currency):
        raise SettingsError(
            f"Money in {currency} cannot be re-priced from {from_year} to {to_year}: {used.name} "
            f"follows prices in {used.currency}. State price_year = {from_year}, turn re-pricing "
            f"off (uprate = false), or give a price series of {currency}."
        )
    return _steps(from_year, to_year, income_elasticity, used)


@cache
def _steps(from_year: str, to_year: str, elasticity: float, series: PriceSeries) -> PriceSteps:
    old, new = parse_year(from_year), parse_year(to_year)
    if old.financial or new.financial:
        index_old, guess_old = _financial_index(series, old)
        index_new, guess_new = _financial_index(series, new)
    else:
        index_old, guess_old = _index(series, old.start, False)
        index_new, guess_new = _index(series, new.start, False)
    forecast = guess_old or guess_new
    if not elasticity:
        return PriceSteps(index_old, index_new, nan, nan, 0.0, forecast, False)
    (income_old, held_old), (income_new, held_new) = _income(series, old), _income(series, new)
    held = held_old or held_new
    return PriceSteps(
        index_old, index_new, income_old, income_new, float(elasticity), forecast, held
    )


class Schedule(NamedTuple):
    """Discount rates by year: bands of (first year, last year, rate), and a name to print."""

    name: str
    bands: tuple[Band, ...]

    def rate(self, year: int) -> float:
        """Rate of the year that is ``year`` years after the base year [share per year]."""
        for first, last, rate in self.bands:
            # A first band from year 1 holds for year 0 too, whose rate discounts nothing.
            if (first <= year or year == 0) and year <= last:
                return rate
        raise SettingsError(
            f"The discount schedule {self.name!r} has no rate for year {year}: it ends at year "
            f"{max(last for _, last, _ in self.bands):g}. Add the later band, or set "
            "horizon_years."
        )

    def factor(self, t: float) -> float:
        """Cumulative factor ``t`` years after the base year; 1 in the past [ratio]."""
        if t <= 0:
            return 1.0
        whole = int(np.floor(t))
        factor = 1.0
        for year in range(1, whole + 1):
            factor /= 1 + self.rate(year)
        fraction = t - whole
        return factor / (1 + self.rate(whole + 1)) ** fraction if fraction else factor


def discount_schedule(rate: float | str) -> Schedule:
    """Schedule of a constant rate, of a shipped schedule's name, or of a CSV file.

    A file has columns year_from, year_to (blank: for ever) and rate, like the shipped one. Its
    bands may stand in any order, but follow one another without a gap.

    Parameters
    ----------
    rate : float or str
        [share per year], a name or a path.

    Raises
    ------
    SettingsError
        If no schedule has that name and no file that path, a file's bands leave a gap or overlap,
        or a rate is not from 0 up to 1.

    Examples
    --------
    >>> round(discount_schedule("green-book").factor(1), 6)
    0.966184
    """
    if isinstance(rate, int | float):
        if not 0 <= rate < 1:
            raise SettingsError(
                f"A discount rate of {rate:g}: it is a share per year from 0 up to 1, so 3.5% is "
                "0.035."
            )
        return Schedule(f"{rate:g}", ((0, inf, float(rate)),))
    names = schedule_names()
    if rate in names:
        return Schedule(rate, shipped_bands(rate))
    if not Path(rate).is_file():
        raise SettingsError(
            f"There is no discount schedule or file called {rate!r}. The shipped schedules are "
            f"{', '.join(names)}; a constant rate is a number such as 0.035."
        )
    return Schedule(rate, read_bands(Path(rate)))


def discount_factors(schedule: Schedule, t: Sequence[int], offset: float) -> np.ndarray:
    """Factors for whole years ``t`` after the base year, each taken ``offset`` years in.

    Years before the base year are neither discounted nor offset.

    Parameters
    ----------
    schedule : Schedule
    t : sequence of int, shape (n,)
        Years from the base year. [years]
    offset : float
        0 start, 0.5 mid, 1 end of the year. [years]

    Returns
    -------
    ndarray, shape (n,)
        [ratio]

    References
    ----------
    HM Treasury, The Green Book (2022), annex 6; in force in the 2026 edition.

    Examples
    --------
    >>> discount_factors(discount_schedule(0.25), [-1, 0, 1], 1.0).tolist()
    [1.0, 0.8, 0.64]
    """
    return np.array([schedule.factor(year + offset) if year >= 0 else 1.0 for year in t])


def vintages(series: PriceSeries | None = None) -> dict[str, str]:
    """Releases of the price series used, for the provenance of a result."""
    used = price_series() if series is None else series
    named = {
        "gdp_deflator_financial": used.financial,
        "gdp_deflator_calendar": used.calendar,
        "gdp_per_head": used.income,
    }
    return {name: index.vintage for name, index in named.items() if index is not None}


def schedules(assumptions: Assumptions) -> tuple[Schedule, Schedule]:
    """Discount schedules of the standard and the health class."""
    standard = discount_schedule(assumptions.discount_rate)
    if assumptions.health_discount_rate is None:
        return standard, standard
    return standard, discount_schedule(assumptions.health_discount_rate)
