"""Which day does a cell say? ISO and, as declared, day-first; never a guess between two readings.

A column that holds a month-first date shows that somebody, or a spreadsheet, wrote the month
first; then no date in it that could be read either way is trusted.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.cells import Cell
from socialvalue.columns import EARLIEST, LATEST, clean_text

_TIME = r"(?:[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"^(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}$")
_SLASHED = re.compile(rf"^(\d{{1,2}})([/.\-])(\d{{1,2}})\2(\d{{2}}|\d{{4}}){_TIME}$")
_DAY_NAMED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([a-z]{3,9})\.?,?[\s\-]+(\d{2}|\d{4})$")
_NAMED_DAY = re.compile(r"^([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{2}|\d{4})$")
# Of our own: those of the system's language would read other words on another computer.
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_SERIAL_START = date(1899, 12, 30)
_FORMS = "Write it as 2024-03-25 or 25/03/2024."
TIME_LEFT_OUT = "times of day left out of dates"


def parse_date(cell: Any, dates: str = "day-first") -> Cell:
    """Day of a cell that is not blank.

    Parameters
    ----------
    cell : object
    dates : {"day-first", "iso"}
        How dates written as text are read; ISO dates and those with the month in words always are.

    Returns
    -------
    Cell
    """
    if isinstance(cell, datetime | date):
        day = pd.Timestamp(cell).tz_localize(None)
        return Cell(day.normalize(), note=TIME_LEFT_OUT if day != day.normalize() else "")
    if isinstance(cell, bool | int | float | np.number | np.bool_):
        return _serial(str(cell))
    written = clean_text(str(cell))
    iso, slashed = _ISO.match(written), _SLASHED.match(written)
    if iso:
        # 2024/03/25 says the same as 2024-03-25: a year first has its month second.
        note = "" if iso[2] == "-" else "dates written as 2024/03/25 read as 2024-03-25"
        return _day(int(iso[1]), int(iso[3]), int(iso[4]), _timed(iso[5], note))
    return _slashed_date(slashed, dates) if slashed else _in_words(written)


def _serial(written: str) -> Cell:
    """A number: perhaps how a spreadsheet stores a day."""
    todo = "Write it as 2024-03-25, or format the cell as a date."
    try:
        day = pd.Timestamp(_SERIAL_START + timedelta(days=float(written)))
    except (ValueError, OverflowError):
        return Cell(rule="must be a date", what_to_do=todo)
    if EARLIEST <= day <= LATEST:
        todo = (
            f"A spreadsheet stores {day:%Y-%m-%d} as this number: write that, or format the cell "
            "as a date."
        )
    return Cell(rule="must be a date", what_to_do=todo)


def _timed(time: str | None, note: str) -> str:
    return TIME_LEFT_OUT if time and re.search("[1-9]", time) else note


def _in_words(written: str) -> Cell:
    low = written.lower()
    first, second = _DAY_NAMED.match(low), _NAMED_DAY.match(low)
    if first:
        day, word, year = first[1], first[2], first[3]
    elif second:
        word, day, year = second[1], second[2], second[3]
    elif re.fullmatch(r"\d{5}(\.\d+)?", low):
        return _serial(low)
    else:
        return Cell(rule="must be a date", what_to_do=_FORMS)
    month = next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(word)), 0)
    # "sept" is the one usual form that is longer than three letters and not the whole word.
    if not month or not (len(word) == 3 or word in (*_MONTHS, "sept")):
        return Cell(rule="must be a date", what_to_do=_FORMS)
    if len(year) == 2:
        return _short_year(f"{_century(year)}-{month:02d}-{int(day):02d}")
    return _day(int(year), month, int(day), "dates in words read as dates")


def _slashed_date(found: re.Match[str], dates: str) -> Cell:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    month_first = second > 12 >= first
    if len(found[4]) == 2:
        year = int(_century(found[4]))
        full = f"{found[1]}{found[2]}{found[3]}{found[2]}{year}"
        return _short_year(f"{year}-{first:02d}-{second:02d}" if month_first else full)
    if dates == "iso":
        return Cell(rule="must be an ISO date, as declared", what_to_do="Write it as 2024-03-25.")
    if month_first:
        return Cell(
            rule="is a month-first date where dates are day-first",
            what_to_do=f"If the day is {second}, write {year}-{first:02d}-{second:02d}.",
        )
    note = _timed(found[5], "dates as text read with the day first")
    return _day(year, second, first, note)


def _century(year: str) -> str:
    """The year in full that is nearest to what can be entered: 1990 to 2089."""
    return f"{19 if int(year) >= EARLIEST.year % 100 else 20}{year}"


def _short_year(full: str) -> Cell:
    return Cell(
        rule="must be a date with a year of four digits",
        what_to_do=f"Write the year in full: {full}, if that is the one meant.",
    )


def _day(year: int, month: int, day: int, note: str) -> Cell:
    try:
        return Cell(pd.Timestamp(year, month, day), note=note)
    except ValueError:
        return Cell(rule="must be a date that exists", what_to_do=_FORMS)


def refuse_mixed_orders(cells: Sequence[Any], found: list[Cell]) -> list[Cell]:
    """Turn dates that can be read either way into problems, where a column holds both orders.

    Parameters
    ----------
    cells : sequence
        Cells of one column as they were found.
    found : list of Cell
        What each of them was read as.

    Returns
    -------
    list of Cell
    """
    wrong = [clean_text(cell) for cell in cells if _is_month_first(cell)]
    if not wrong:
        return found
    # The same one on every engine, whatever order it keeps its rows in.
    start = min(wrong)
    return [
        _either_way(cell, each, start)
        if not each.rule and _is_either_way(cell, each.value)
        else each
        for cell, each in zip(cells, found, strict=True)
    ]


def _is_month_first(cell: Any) -> bool:
    match = _SLASHED.match(clean_text(cell)) if isinstance(cell, str) else None
    return match is not None and int(match[3]) > 12 >= int(match[1])


def _is_either_way(cell: Any, day: pd.Timestamp) -> bool:
    """Whether a slashed date, or one the spreadsheet made, has a day that may be the month."""
    slashed = not isinstance(cell, str) or _SLASHED.match(clean_text(cell)) is not None
    return slashed and day.day <= 12 and day.day != day.month


def _either_way(cell: Any, each: Cell, start: str) -> Cell:
    day = each.value
    made = "" if isinstance(cell, str) else " The spreadsheet may have turned it round."
    return Cell(
        rule="can be read day-first or month-first, in a column that holds both orders",
        what_to_do=f"Start with the month-first {start}: once it is mended, this is read as it "
        f"stands. If this is wrong too, write {day:%Y-%m-%d} as text if the day is {day.day}, "
        f"{day:%Y-%d-%m} if it is {day.month}.{made}",
    )
