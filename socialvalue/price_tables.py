"""What do the price tables say? Deflators, real income and discount rates, read and checked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import inf, isfinite
from pathlib import Path
from typing import Any, NamedTuple

from socialvalue.errors import SettingsError
from socialvalue.read import read_csv_as_text
from socialvalue.shipped import data_root
from socialvalue.years import parse_year

SERIES_FILES = {
    "financial": "gdp_deflator_financial.csv",
    "calendar": "gdp_deflator_calendar.csv",
    "income": "gdp_per_head.csv",
}
_SHOWN = 10

Row = dict[str, Any]
Band = tuple[int, float, float]


class Index(NamedTuple):
    """A yearly index: values and forecasts by the year each starts in, and its release."""

    values: dict[int, float]
    forecast: frozenset[int]
    vintage: str


@dataclass(frozen=True, eq=False)
class PriceSeries:
    """The indices that money is re-priced with.

    Attributes
    ----------
    name : str
        What messages call it.
    currency : str
        The currency whose prices it follows; empty for a user's own, which is taken at its word.
    financial, calendar, income : Index or None
        GDP deflator by financial and by calendar year, and real income per head by calendar year;
        None where there is no such table.
    """

    name: str
    currency: str
    financial: Index | None
    calendar: Index | None
    income: Index | None


def price_series(folder: str | Path | None = None) -> PriceSeries:
    """The shipped price series, or those of a folder of the same shape.

    Parameters
    ----------
    folder : str or Path, optional
        Holds one or more of gdp_deflator_financial.csv, gdp_deflator_calendar.csv (columns year,
        index and, if wanted, status, release and release_date) and gdp_per_head.csv (year,
        gdp_per_head). None for the shipped ones. Nothing is mixed: a folder's series stand alone.

    Returns
    -------
    PriceSeries

    Raises
    ------
    SettingsError
        If the folder has none of these files, or one of them cannot be used; every problem of a
        file is listed.

    Examples
    --------
    >>> price_series().calendar.values[2024]
    100.0
    """
    if folder is None:
        return _series_of(data_root() / "prices", True, ())
    place = Path(folder)
    files = [place / name for name in SERIES_FILES.values()]
    if not any(path.is_file() for path in files):
        raise SettingsError(
            f"There are no price series in {str(folder)!r}: put at least one of "
            f"{', '.join(SERIES_FILES.values())} there, in the shape of the shipped ones."
        )
    # A file that was changed is read again.
    stamps = tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in files)
    return _series_of(place.resolve(), False, stamps)


@cache
def _series_of(place: Path, shipped: bool, stamps: tuple[int, ...]) -> PriceSeries:
    del stamps
    return PriceSeries(
        name="the shipped series" if shipped else f"the series in {place}",
        currency="GBP" if shipped else "",
        financial=_read_index(place / SERIES_FILES["financial"], "index", True),
        calendar=_read_index(place / SERIES_FILES["calendar"], "index", False),
        income=_read_index(place / SERIES_FILES["income"], "gdp_per_head", False),
    )


def _read_index(path: Path, column: str, financial: bool) -> Index | None:
    if not path.is_file():
        return None
    rows = _newest_release(path, _rows(path, ("year", column)))
    problems: list[str] = []
    values: dict[int, float] = {}
    forecast = set()
    for row in rows:
        start = _checked(row, "year", problems, lambda text: _year(text, financial))
        value = _checked(row, column, problems, _above_zero)
        if start is None or value is None:
            continue
        if start in values:
            problems.append(f"row {row['row']}: {row['year']} stands twice. Keep one of the two.")
        values[start] = value
        if row.get("status", "") not in ("", "outturn"):
            forecast.add(start)
    _refuse(path, problems)
    release = rows[0].get("release", "") or rows[0].get("source", "") or path.name
    return Index(values, frozenset(forecast), release)


def _newest_release(path: Path, rows: list[Row]) -> list[Row]:
    """Rows of one release: two of them differ in base and revisions, so they are never mixed."""
    releases = {row.get("release", "") for row in rows}
    dates = {row.get("release_date", "") for row in rows}
    if len(releases) > 1 and len(dates) == 1:
        raise SettingsError(
            f"{path} holds several releases ({', '.join(sorted(releases))}) and does not say which "
            "is the newest: write their release_date, as 2025-12, or keep one release."
        )
    newest = max(dates)
    return [row for row in rows if row.get("release_date", "") == newest]


@cache
def schedule_names() -> tuple[str, ...]:
    """Names of the shipped discount schedules."""
    rows = _rows(data_root() / "prices" / "discount_rates.csv", ("schedule",))
    return tuple(dict.fromkeys(row["schedule"] for row in rows))


@cache
def shipped_bands(name: str) -> tuple[Band, ...]:
    """Bands (first year, last year, rate) of a shipped discount schedule."""
    path = data_root() / "prices" / "discount_rates.csv"
    rows = _rows(path, ("schedule", "year_from", "year_to", "rate"))
    return _bands(path, [row for row in rows if row["schedule"] == name])


def read_bands(path: Path) -> tuple[Band, ...]:
    """Bands (first year, last year, rate) of a user's discount schedule, in order.

    Raises
    ------
    SettingsError
        If bands leave a gap or overlap, or a rate is no share per year; every problem is listed.
    """
    rows = _rows(path, ("year_from", "year_to", "rate"))
    names = list(dict.fromkeys(row["schedule"] for row in rows if row.get("schedule")))
    if len(names) > 1:
        raise SettingsError(
            f"{path} holds several discount schedules ({', '.join(names)}): keep the rows of one."
        )
    return _bands(path, rows)


def _bands(path: Path, rows: list[Row]) -> tuple[Band, ...]:
    problems: list[str] = []
    bands = []
    for row in rows:
        first = _checked(row, "year_from", problems, _whole)
        last = _checked(row, "year_to", problems, lambda text: _whole(text) if text else inf)
        rate = _checked(row, "rate", problems, _rate)
        if first is not None and last is not None and rate is not None:
            bands.append((first, last, rate, row["row"]))
    _refuse(path, problems)
    bands.sort()
    _refuse(path, _between(bands))
    return tuple((first, last, rate) for first, last, rate, _ in bands)


def _between(bands: list[tuple[int, float, float, int]]) -> list[str]:
    """Problems of bands with one another: where they start, end, overlap or leave a gap."""
    problems = []
    if bands[0][0] > 1:
        problems.append(
            f"row {bands[0][3]}: the first band starts in year {bands[0][0]}. Start it in year 0: "
            "years are counted from the base year."
        )
    for first, last, _, row in bands:
        if last < first:
            problems.append(f"row {row}: year_to {last:g} is before year_from {first}. Swap them.")
    for (_, last, _, row), (following, _, _, below) in zip(bands, bands[1:], strict=False):
        if last >= following:
            ends = "never ends (year_to is blank)" if last == inf else f"ends in year {last:g}"
            problems.append(
                f"rows {row} and {below} overlap: the one {ends}, the other starts in year "
                f"{following}. Write {following - 1} as year_to of row {row}."
            )
        elif last + 1 < following:
            problems.append(
                f"rows {row} and {below} leave a gap: years {last + 1:g} to {following - 1} have "
                f"no rate. Write {following - 1} as year_to of row {row}, or add a band."
            )
    return problems


def _rows(path: Path, needed: tuple[str, ...]) -> list[Row]:
    """Rows of a CSV as text, each with the number a spreadsheet shows as ``row``."""
    table = read_csv_as_text(path, [])
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise SettingsError(
            f"{path} lacks {', '.join(missing)}: its columns are {', '.join(table.columns)}."
        )
    rows = [
        {"row": number, **{name: str(cell).strip() for name, cell in cells.items()}}
        for number, cells in enumerate(table.fillna("").to_dict("records"), start=2)
    ]
    filled = [row for row in rows if any(row[name] for name in needed)]
    if not filled:
        raise SettingsError(f"{path} has no rows: write at least one below the column names.")
    return filled


def _checked(row: Row, column: str, problems: list[str], parse: Callable[[str], Any]) -> Any:
    try:
        return parse(row[column])
    except ValueError as error:
        problems.append(f"row {row['row']}, {column}: {row[column] or '(blank)'} {error}")
        return None


def _refuse(path: Path, problems: list[str]) -> None:
    if not problems:
        return
    more = len(problems) - _SHOWN
    shown = [f"  {each}" for each in problems[:_SHOWN]] + [f"  ... and {more} more"] * (more > 0)
    raise SettingsError(f"{path} cannot be used.\n" + "\n".join(shown))


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise ValueError("is not a number. Write it as 0.035 or 103.2.") from None
    if not isfinite(value):
        raise ValueError("is not a finite number.")
    return value


def _above_zero(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise ValueError("is not above 0, as an index must be.")
    return value


def _whole(text: str) -> int:
    value = _number(text)
    if value < 0 or value % 1:
        raise ValueError("is not a whole number of years from the base year, such as 31.")
    return int(value)


def _rate(text: str) -> float:
    value = _number(text.removesuffix("%"))
    if value < 0:
        raise ValueError("is below 0. A discount rate is a share per year; check its sign.")
    if value >= 1 or text.endswith("%"):
        raise ValueError(f"looks like a percentage; write {value / 100:g}.")
    return value


def _year(text: str, financial: bool) -> int:
    form = "a financial year, as 2024-25" if financial else "a calendar year, as 2024"
    try:
        year = parse_year(text)
    except SettingsError:
        raise ValueError(f"is not a year. Write {form}.") from None
    if year.financial != financial:
        raise ValueError(f"is not {form}, which this table is by.")
    return year.start
