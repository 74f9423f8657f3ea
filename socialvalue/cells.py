"""What does one cell say? Parsers of our own: explicit rules, no guesses, everything said.

Each takes a cell that is not blank and returns a `Cell`: the value, or the problem; and a note
where what was written was changed. What a date says is decided in `date_cells`.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from socialvalue.columns import NUMERIC, Column, clean_text
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
    | {"#spill!", "#calc!", "#field!", "#blocked!", "#connect!", "#unknown!", "#busy!"}
)
MISSING = frozenset({"n/a", "na", "-", "--", "?", "none", "null", "nan", "unknown", "tbc"})
_BLANK_INSTEAD = "Leave the cell blank where it is not known."
_FORMULA = re.compile(r"^=[\w+\-('\"$@\[]")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_GROUPED = r"(\d{1,3}(?:,\d{3})+|\d+)((?:\.\d+)?)"
_MONEY = re.compile(rf"^([+-]?)\s*(£?)\s*([+-]?){_GROUPED}$")
_ACCOUNTING = re.compile(rf"^\(\s*£?\s*{_GROUPED}\s*\)$")
_PERCENTAGE = re.compile(r"^([+-]?\d+\.?\d*)\s*%$")
_DECIMAL_COMMA = re.compile(r"^([+-]?\d+),(\d{1,2})$")


def parse_cell(cell: Any, column: Column) -> Cell:
    """Value of a cell that is not blank, by the kind of its column, which is not a date."""
    if column.kind in NUMERIC:
        return _number(cell, column)
    if column.kind == "yes_no":
        return _yes_no(cell)
    if column.kind == "year":
        return _year(cell)
    if column.kind == "code":
        return _code(cell, column)
    return _ident(cell) if column.kind == "id" else _text(cell)


def not_a_value(cell: Any) -> Cell | None:
    """The problem of a cell that holds an error or a formula in place of a value, if it does."""
    if not isinstance(cell, str):
        return None
    written = clean_text(cell)
    if written.lower() in _ERRORS:
        return Cell(rule="is a spreadsheet error", what_to_do="Mend the formula or type the value.")
    if _FORMULA.match(written):
        return Cell(
            rule="is a formula without its value",
            what_to_do="Open the file in a spreadsheet program and save it again, or type the "
            "value.",
        )
    return None


def _text(cell: Any) -> Cell:
    if isinstance(cell, float) and cell.is_integer():
        return Cell(str(int(cell)))
    if isinstance(cell, datetime | date | time):
        return Cell(
            rule="is a date or time where text belongs",
            what_to_do="The spreadsheet took it for one: format the cell as text and retype it.",
        )
    written = str(cell)
    clean = clean_text(written)
    note = "spaces around text, or that cannot be seen, taken out" if clean != written else ""
    return Cell(clean, note=note)


def _ident(cell: Any) -> Cell:
    found = _text(cell)
    if isinstance(cell, str) and str(found.value).lower() in MISSING:
        return Cell(rule="is a word for a missing value", what_to_do=_BLANK_INSTEAD)
    return found


def _code(cell: Any, column: Column) -> Cell:
    written = clean_text(str(cell))
    if written in column.codes:
        return Cell(written)
    plain = re.sub(r"[\s\-]+", "_", written.lower())
    if plain in column.codes:
        return Cell(plain, note="codes written with capitals or spaces read as codes")
    return Cell(written)


def _number(cell: Any, column: Column) -> Cell:
    if isinstance(cell, bool | np.bool_):
        return Cell(rule="must be a number", what_to_do="Write a number, not true or false.")
    if isinstance(cell, int | float | np.number | Decimal):
        return Cell(float(cell))
    if isinstance(cell, datetime | date):
        return Cell(
            rule="must be a number",
            what_to_do="The spreadsheet holds a date here: format the cell as a number.",
        )
    if isinstance(cell, time | timedelta):
        return Cell(
            rule="must be a number",
            what_to_do="The spreadsheet holds a time here: an hour and a half is 1.5. Format the "
            "cell as a number.",
        )
    # A minus sign and an en dash both stand for minus where a number follows.
    written = clean_text(str(cell)).replace("\u2212", "-").replace("\u2013", "-")
    if _PLAIN.match(written):
        return Cell(float(written))
    found = _MONEY.match(written)
    if found and not (found[1] and found[3]):
        return _grouped(found, column)
    return Cell(rule=_rule(written, column), what_to_do=_instead(written, column))


def _grouped(found: re.Match[str], column: Column) -> Cell:
    """A number with a pound sign or thousands separators."""
    sign, digits = found[1] + found[3], found[4].replace(",", "") + found[5]
    if found[2] and column.kind != "money":
        return Cell(
            rule="is an amount of money where a number belongs",
            what_to_do=f"Write {sign}{digits}, if that is the number meant.",
        )
    note = "numbers written with a pound sign or thousands separators read as numbers"
    return Cell(float(sign + digits), note=note)


def _rule(written: str, column: Column) -> str:
    if column.kind == "share" and _PERCENTAGE.match(written):
        return "must be a share, not a percentage"
    return "must be a number"


def _instead(written: str, column: Column) -> str:
    """What to write in place of text that is not a number."""
    if written.lower() in MISSING:
        return _BLANK_INSTEAD
    percentage = _PERCENTAGE.match(written)
    if percentage and column.kind == "share":
        # Ten digits hold any percentage people write, and none of the noise of the division.
        return f"{written} is a percentage; write {float(percentage[1]) / 100:.10g}."
    accounting = _ACCOUNTING.match(written)
    if accounting:
        amount = f"-{accounting[1].replace(',', '')}{accounting[2]}"
        return f"If the brackets mean a negative amount, write {amount}."
    comma = _DECIMAL_COMMA.match(written)
    if comma:
        return f"Write decimals with a point: {comma[1]}.{comma[2]}."
    return "Write digits only, such as 1234.5."


def _yes_no(cell: Any) -> Cell:
    if isinstance(cell, bool | np.bool_):
        return Cell(bool(cell))
    word = str(_text(cell).value).lower()
    if word in YES | NO:
        return Cell(word in YES)
    return Cell(rule="must be yes or no", what_to_do="Write yes or no, or leave it blank.")


def _year(cell: Any) -> Cell:
    found = _text(cell)
    if found.rule:
        return Cell(rule="must be a year", what_to_do="Write it as text: 2024-25, or 2024.")
    written = str(found.value)
    label = re.sub(r"^(\d{4})[/\u2013](\d{2})$", r"\1-\2", written)
    try:
        parse_year(label)
    except SettingsError as error:
        return Cell(rule="must be a year", what_to_do=str(error))
    note = "years written with a slash read as 2024-25" if label != written else ""
    return Cell(label, note=note)
