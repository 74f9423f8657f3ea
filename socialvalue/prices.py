"""What is money of one year worth in another? Deflators, real income and discount factors."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.assumptions import Assumptions
from socialvalue.errors import SettingsError
from socialvalue.shipped import data_root
from socialvalue.years import Year, parse_year, year_label


class PriceFactor(NamedTuple):
    """A factor to the prices of another year, and what to say of it."""

    factor: float
    forecast: bool
    income_held: bool


class Series(NamedTuple):
    """A yearly index: values and status by the year each starts in, and where it comes from."""

    values: dict[int, float]
    forecast: frozenset[int]
    vintage: str


def _read_prices(name: str) -> pd.DataFrame:
    return pd.read_csv(data_root() / "prices" / name, dtype={"year": str})


@cache
def deflator_series(financial: bool) -> Series:
    """GDP deflator by financial or calendar year, from the newest release that is shipped."""
    name = "gdp_deflator_financial.csv" if financial else "gdp_deflator_calendar.csv"
    table = _read_prices(name)
    # Two releases of an index have different bases and revisions, so they are never mixed.
    newest = table[table["release_date"] == table["release_date"].max()]
    starts = [parse_year(label).start for label in newest["year"]]
    forecast = [
        s for s, status in zip(starts, newest["status"], strict=True) if status != "outturn"
    ]
    values = dict(zip(starts, newest["index"].astype(float), strict=True))
    return Series(values, frozenset(forecast), str(newest["release"].iloc[0]))


@cache
def income_series() -> Series:
    """Real GDP per head by calendar year."""
    table = _read_prices("gdp_per_head.csv")
    starts = [int(year) for year in table["year"]]
    values = dict(zip(starts, table["gdp_per_head"].astype(float), strict=True))
    return Series(values, frozenset(), str(table["source"].iloc[0]))


def _index(series: Series, start: int, financial: bool) -> float:
    if start in series.values:
        return series.values[start]
    label = year_label(start, financial)
    first, last = (year_label(f(series.values), financial) for f in (min, max))
    raise SettingsError(
        f"The GDP deflator has no figure for {label}: the shipped series ({series.vintage}) runs "
        f"from {first} to {last}. Choose a price year inside it, or turn re-pricing off "
        "(uprate = false)."
    )


def _financial_index(year: Year) -> tuple[float, bool]:
    series = deflator_series(True)
    if year.financial:
        return _index(series, year.start, True), year.start in series.forecast
    # A calendar year is the last quarter of one financial year and three quarters of the next.
    earlier, later = _index(series, year.start - 1, True), _index(series, year.start, True)
    return earlier / 4 + 3 * later / 4, bool({year.start - 1, year.start} & series.forecast)


def _income(year: Year) -> tuple[float, bool]:
    series = income_series()
    last = max(series.values)

    def at(start: int) -> float:
        if start < min(series.values):
            raise SettingsError(
                f"Real income per head has no figure for {start}: the shipped series starts in "
                f"{min(series.values)}."
            )
        return series.values[min(start, last)]

    if not year.financial:
        return at(year.start), year.start > last
    return 3 * at(year.start) / 4 + at(year.start + 1) / 4, year.start + 1 > last


@cache
def price_factor(from_year: str, to_year: str, income_elasticity: float = 0.0) -> PriceFactor:
    """Factor that takes money at prices of one year to the prices of another.

    From calendar to calendar year the calendar deflator is used, otherwise the financial-year
    one. With an elasticity the value also grows with real income per head.

    Parameters
    ----------
    from_year, to_year : str
        Year labels, ``2024-25`` or ``2024``.
    income_elasticity : float
        0 for the deflator alone; 1.3 for WELLBY and QALY. [ratio]

    Returns
    -------
    PriceFactor
        factor [ratio]; forecast: whether a forecast deflator was used; income_held: whether real
        income was held at the last year of data.

    Raises
    ------
    SettingsError
        If a series has no figure for a year that is needed.

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
    old, new = parse_year(from_year), parse_year(to_year)
    if old.financial or new.financial:
        (index_old, guess_old), (index_new, guess_new) = (
            _financial_index(old),
            _financial_index(new),
        )
        forecast = guess_old or guess_new
    else:
        series = deflator_series(False)
        index_old, index_new = (_index(series, year.start, False) for year in (old, new))
        forecast = bool({old.start, new.start} & series.forecast)
    factor = index_new / index_old
    if not income_elasticity:
        return PriceFactor(factor, forecast, False)
    (income_old, held_old), (income_new, held_new) = _income(old), _income(new)
    growth = formulas.real_income_factor(income_new, income_old, income_elasticity)
    return PriceFactor(factor * growth, forecast, held_old or held_new)


class Schedule(NamedTuple):
    """Discount rates by year: bands of (first year, last year, rate), and a name to print."""

    name: str
    bands: tuple[tuple[int, float, float], ...]

    def rate(self, year: int) -> float:
        """Rate of the year that is ``year`` years after the base year [share per year]."""
        for first, last, rate in self.bands:
            if first <= year <= last:
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

    A file has columns year_from, year_to (blank: for ever) and rate, like the shipped one.

    Raises
    ------
    SettingsError
        If no schedule has that name and no file that path.

    Examples
    --------
    >>> round(discount_schedule("green-book").factor(1), 6)
    0.966184
    """
    if isinstance(rate, int | float):
        return Schedule(f"{rate:g}", ((0, float("inf"), float(rate)),))
    table = _read_prices("discount_rates.csv")
    if rate in set(table["schedule"]):
        table = table[table["schedule"] == rate]
    else:
        table = _schedule_file(rate, sorted(set(table["schedule"])))
    last = table["year_to"].astype(float).fillna(float("inf"))
    bands = zip(table["year_from"].astype(int), last, table["rate"].astype(float), strict=True)
    return Schedule(rate, tuple(bands))


def _schedule_file(path: str, names: Sequence[str]) -> pd.DataFrame:
    if not Path(path).is_file():
        raise SettingsError(
            f"There is no discount schedule or file called {path!r}. The shipped schedules are "
            f"{', '.join(names)}; a constant rate is a number such as 0.035."
        )
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise SettingsError(f"The discount schedule {path} is not a CSV table: {error}.") from error
    missing = {"year_from", "year_to", "rate"} - set(table.columns)
    if missing:
        raise SettingsError(f"The discount schedule {path} lacks: {', '.join(sorted(missing))}.")
    return table


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


def vintages() -> dict[str, str]:
    """Releases of the shipped price series, for the provenance of a result."""
    return {
        "gdp_deflator_financial": deflator_series(True).vintage,
        "gdp_deflator_calendar": deflator_series(False).vintage,
        "gdp_per_head": income_series().vintage,
    }


def schedules(assumptions: Assumptions) -> tuple[Schedule, Schedule]:
    """Discount schedules of the standard and the health class."""
    standard = discount_schedule(assumptions.discount_rate)
    if assumptions.health_discount_rate is None:
        return standard, standard
    return standard, discount_schedule(assumptions.health_discount_rate)
