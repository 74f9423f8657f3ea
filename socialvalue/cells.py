"""What does one cell say? Parsers of our own: explicit rules, no guesses, everything said.

Each takes a cell that is not blank and returns a `Cell`: the value, or the problem; and a note
where what was written was changed.
"""

import re
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from socialvalue.columns import NUMERIC, Column
from socialvalue.errors import SettingsError
from socialvalue.years import parse_year


class Cell(NamedTuple):
    """A parsed cell: value, or rule and what_to_do; and a note of what was changed."""

    value: Any = None
    note: str = ""
    rule: str = ""
    what_to_do: str = ""


YES = frozenset({"yes", "y", "true", "t", "1"})
NO = frozenset({"no", "n", "false", "f", "0"})
_ERRORS = frozenset(
    {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!", "#getting_data"}
)
_MISSING = frozenset({"n/a", "na", "-", "--", "?", "none", "null", "nan", "unknown", "tbc"})
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_MONEY = re.compile(r"^([+-]?)\s*£?\s*([+-]?)((\d{1,3}(,\d{3})+|\d+)(\.\d+)?)$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_SLASHED = re.compile(r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})$")
_NAMED = ("%d %B %Y", "%d %b %Y")


def parse_cell(cell: Any, column: Column, dates: str = "day-first") -> Cell:
    """Value of a cell that is not blank, by the kind of its column."""
    if isinstance(cell, str) and cell.strip().lower() in _ERRORS:
        return Cell(rule="is a spreadsheet error", what_to_do="Mend the formula or type the value.")
    if column.kind in NUMERIC:
        return _number(cell, column)
    if column.kind == "date":
        return _date(cell, dates)
    if column.kind == "yes_no":
        return _yes_no(cell)
    if column.kind == "year":
        return _year(cell)
    return _code(cell, column) if column.kind == "code" else _text(cell)


def _text(cell: Any) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return Cell(str(int(cell)))
    if isinstance(cell, datetime | date):
        return Cell(
            rule="is a date where text belongs", what_to_do="Format the cell as text and retype it."
        )
    return Cell(str(cell).strip())


def _code(cell: Any, column: Column) -> Cell:
    written = str(cell).strip()
    if written in column.codes:
        return Cell(written)
    plain = re.sub(r"[\s\-]+", "_", written.lower())
    if plain in column.codes:
        return Cell(plain, note="codes written with capitals or spaces read as codes")
    return Cell(written)


def _number(cell: Any, column: Column) -> Cell:
    if isinstance(cell, bool | np.bool_):
        return Cell(rule="must be a number", what_to_do="Write a number, not true or false.")
    if isinstance(cell, int | float | np.number):
        return Cell(float(cell))
    if isinstance(cell, datetime | date):
        return Cell(
            rule="must be a number",
            what_to_do="The spreadsheet holds a date here: format the cell as a number.",
        )
    written = str(cell).strip().replace("\u00a0", " ").replace("\u2212", "-")
    if _PLAIN.match(written):
        return Cell(float(written))
    found = _MONEY.match(written.replace(" ,", ","))
    if found:
        sign = -1 if "-" in (found[1] + found[2]) else 1
        note = "numbers written with a pound sign or thousands separators read as numbers"
        return Cell(sign * float(found[3].replace(",", "")), note=note)
    return _not_a_number(written, column)


def _not_a_number(written: str, column: Column) -> Cell:
    percentage = re.match(r"^([+-]?\d+\.?\d*)\s*%$", written)
    if percentage and column.kind == "share":
        as_share = f"{float(percentage[1]) / 100:g}"
        return Cell(
            rule="must be a share, not a percentage",
            what_to_do=f"{written} is a percentage; write {as_share}.",
        )
    if written.lower() in _MISSING:
        return Cell(
            rule="must be a number", what_to_do="Leave the cell blank where it is not known."
        )
    return Cell(rule="must be a number", what_to_do="Write digits only, such as 1234.5.")


def _yes_no(cell: Any) -> Cell:
    if isinstance(cell, bool | np.bool_):
        return Cell(bool(cell))
    written = _text(cell).value
    word = str(written).lower()
    if word in YES | NO:
        return Cell(word in YES)
    return Cell(rule="must be yes or no", what_to_do="Write yes or no, or leave it blank.")


def _year(cell: Any) -> Cell:
    written = str(_text(cell).value)
    label = re.sub(r"^(\d{4})[/–](\d{2})$", r"\1-\2", written)
    try:
        parse_year(label)
    except SettingsError as error:
        return Cell(rule="must be a year", what_to_do=str(error))
    note = "years written with a slash read as 2024-25" if label != written else ""
    return Cell(label, note=note)


def _date(cell: Any, dates: str) -> Cell:
    if isinstance(cell, datetime | date):
        return Cell(pd.Timestamp(cell).normalize())
    if isinstance(cell, bool | int | float | np.number):
        return Cell(
            rule="must be a date",
            what_to_do="Write it as 2024-03-25, or format the cell as a date.",
        )
    written = str(cell).strip()
    iso, slashed = _ISO.match(written), _SLASHED.match(written)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]), "")
    if slashed:
        return _slashed_date(slashed, dates)
    for form in _NAMED:
        try:
            return Cell(pd.Timestamp(datetime.strptime(written, form)), note="dates in words read")
        except ValueError:
            continue
    return Cell(rule="must be a date", what_to_do="Write it as 2024-03-25 or 25/03/2024.")


def _slashed_date(found: re.Match[str], dates: str) -> Cell:
    first, second, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:
        return Cell(
            rule="must be a date with a year of four digits",
            what_to_do=f"Write the year in full: {found[1]}/{found[2]}/20{found[3]}.",
        )
    if dates == "iso":
        return Cell(rule="must be an ISO date, as declared", what_to_do="Write it as 2024-03-25.")
    if second > 12 >= first:
        return Cell(
            rule="is a month-first date where dates are day-first",
            what_to_do=f"If the day is {second}, write {year}-{first:02d}-{second:02d}.",
        )
    return _day(year, second, first, "dates as text read with the day first")


def _day(year: int, month: int, day: int, note: str) -> Cell:
    try:
        return Cell(pd.Timestamp(year, month, day), note=note)
    except ValueError:
        return Cell(
            rule="must be a date that exists", what_to_do="Write it as 2024-03-25 or 25/03/2024."
        )


def is_day_first_only(cell: Any) -> bool:
    """Whether a date as text can only be read with the day first."""
    found = _SLASHED.match(str(cell).strip())
    return bool(found) and int(found[1]) > 12 >= int(found[2])  # type: ignore[index]


def is_either_way(cell: Any) -> bool:
    """Whether a date as text can be read with the day or the month first."""
    found = _SLASHED.match(str(cell).strip())
    return bool(found) and int(found[1]) <= 12 and int(found[2]) <= 12  # type: ignore[index]
