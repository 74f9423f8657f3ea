"""What is a column? Its kind, unit, bounds and meaning, from which checks and templates follow."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

KINDS = ("text", "id", "number", "integer", "share", "money", "date", "year", "yes_no", "code")
NUMERIC = ("number", "integer", "share", "money")
DTYPES = {
    "text": "string",
    "id": "string",
    "code": "string",
    "year": "string",
    "yes_no": "boolean",
    "date": "datetime64[us]",
} | dict.fromkeys(NUMERIC, "float64")
OWN = "socialvalue_"
"""Begins the names of columns that the library adds to records for its own use."""
LOOKED_AT = 20
"""Rows that are looked at for the headings."""
EARLIEST, LATEST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-12-31")
# A zero-width space, a word joiner, a byte order mark and a soft hyphen: nobody sees them.
# Characters that cannot be seen, and controls that no keyboard writes into a cell.
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f]")


def clean_text(text: str) -> str:
    """Text as it looks: without spaces around it or characters that cannot be seen.

    Examples
    --------
    >>> clean_text(" Group\u00a0A\ufeff ")
    'Group A'
    """
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").strip()


def plain_name(name: object) -> str:
    """A name of a table or column as people vary it: capitals, spaces and hyphens.

    Examples
    --------
    >>> plain_name(" Activity-Grants ")
    'activity_grants'
    """
    return re.sub(r"[\s\-]+", "_", clean_text(str(name)).lower())


@dataclass(frozen=True)
class Column:
    """One column of a table: everything said of it is said here.

    Attributes
    ----------
    name, kind : str
        The kind is one of `KINDS`.
    label, meaning : str
        For people: in templates, documents and messages.
    unit : str
        What a value is counted in.
    required : bool
        Whether every record must have a value.
    minimum, maximum : float or None
        Bounds, both allowed.
    codes : tuple of str
        The values a code may take.
    private : bool
        Whether a value identifies somebody; masked wherever it would be shown.
    """

    name: str
    kind: str
    label: str
    meaning: str
    unit: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    codes: tuple[str, ...] = ()
    private: bool = False

    @property
    def dtype(self) -> str:
        """Type of the column in a typed frame."""
        return DTYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A table: its columns in order, its key, and whether further columns are welcome."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    open: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]

    def name_of(self, heading: object) -> str:
        """The column that a heading names, by name or label; the plain heading if there is none."""
        plain = plain_name(heading)
        labels = {plain_name(column.label): column.name for column in self.columns}
        return plain if plain in self.names else labels.get(plain, plain)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def text(name: str, label: str, meaning: str, **more: Any) -> Column:
    """Free text."""
    return Column(name, "text", label, meaning, **more)


def ident(name: str, label: str, meaning: str, **more: Any) -> Column:
    """An identifier: text, leading zeros kept."""
    return Column(name, "id", label, meaning, **more)


def code(name: str, label: str, meaning: str, codes: tuple[str, ...], **more: Any) -> Column:
    """One of a list of codes."""
    return Column(name, "code", label, meaning, codes=codes, **more)


def number(name: str, label: str, meaning: str, unit: str = "", **more: Any) -> Column:
    """Any finite number."""
    return Column(name, "number", label, meaning, unit=unit, **more)


def count(name: str, label: str, meaning: str, unit: str = "", **more: Any) -> Column:
    """A whole number of at least 0."""
    return Column(name, "integer", label, meaning, unit=unit, minimum=0, **more)


def integer(name: str, label: str, meaning: str, **more: Any) -> Column:
    """A whole number with bounds of its own."""
    return Column(name, "integer", label, meaning, **more)


def share(name: str, label: str, meaning: str, **more: Any) -> Column:
    """A share in [0, 1]."""
    return Column(name, "share", label, meaning, unit="share", minimum=0, maximum=1, **more)


def money(name: str, label: str, meaning: str, **more: Any) -> Column:
    """An amount of money."""
    return Column(name, "money", label, meaning, unit="money", **more)


def date(name: str, label: str, meaning: str, **more: Any) -> Column:
    """A day."""
    return Column(name, "date", label, meaning, unit="date", **more)


def year(name: str, label: str, meaning: str, **more: Any) -> Column:
    """A year label: 2024-25 or 2024."""
    return Column(name, "year", label, meaning, unit="year", **more)


def yes_no(name: str, label: str, meaning: str, **more: Any) -> Column:
    """Yes or no."""
    return Column(name, "yes_no", label, meaning, **more)


def required(column: Column) -> Column:
    """The same column, with a value needed in every record."""
    return replace(column, required=True)


def heading_position(rows: list[list[Any]], table: Table) -> int:
    """Position of the row of headings: the first, unless a later one names more columns."""
    named = [sum(table.name_of(cell) in table.names for cell in row) for row in rows[:LOOKED_AT]]
    best = max(named, default=0)
    # A title may happen to name one column; two more than the first row name is no chance.
    return named.index(best) if best >= 2 and named[0] <= best - 2 else 0
