"""Which cells say just what they look like? Text that no parser need look at, read in one go.

Almost all cells of almost all files are plain: an identifier of letters and digits, a number of
digits, an ISO date. Patterns here take only what the parsers of `socialvalue.cells` and
`socialvalue.date_cells` would read as it stands; every other cell is left to those, one by one.
"""

import string
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from socialvalue.cells import MISSING
from socialvalue.columns import NUMERIC, Column

# A letter or digit at both ends: no space to take off, no formula, no error, nothing unseen.
_TEXT = r"[0-9A-Za-z](?:[ -~]*[0-9A-Za-z.)!?])?"
_NUMBERED = "^[0-9A-Za-z](?:[ -~]*[0-9])?$"
# Few enough digits that every reader of numbers makes the same of them; no sign but a minus.
_NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_ISO_DAY = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_VISIBLE = "[!-~]"
_LETTERS = string.digits + string.ascii_letters
_LONGEST_MISSING = max(map(len, MISSING))


def _among(characters: str) -> np.ndarray:
    """Which bytes are some characters, as a table of true and false."""
    table = np.zeros(256, dtype=bool)
    table[list(characters.encode())] = True
    return table


# The bytes of `_TEXT`: what a cell may begin with, end with, and hold.
_FIRST, _LAST, _DIGIT = _among(_LETTERS), _among(_LETTERS + ".)!?"), _among(string.digits)
_LEAST, _MOST = ord(" "), ord("~")


def is_text(values: pd.Series) -> bool:
    """Whether every cell of a column that is not null is text."""
    if isinstance(values.dtype, pd.StringDtype):
        return True
    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string"


def surely_filled(values: pd.Series) -> pd.Series:
    """Cells of a column of text in which something can be seen; of the others more must be asked.

    Examples
    --------
    >>> surely_filled(pd.Series(["a", " ", None])).tolist()
    [True, False, False]
    """
    return values.str.contains(_VISIBLE, regex=True).eq(True).fillna(False).astype(bool)


def plain_text(values: pd.Series) -> pd.Series:
    """Cells of a column of text that stand for themselves.

    Examples
    --------
    >>> plain_text(pd.Series(["Group A", " Group A", "#N/A", None])).tolist()
    [True, False, False, False]
    """
    return _matches(values, _TEXT)


def read_plain(values: pd.Series, column: Column) -> pd.Series:
    """Read the plain cells of a column of text; every other cell is null.

    Parameters
    ----------
    values : Series of str
    column : Column

    Returns
    -------
    Series
        Of the column's own type.

    Examples
    --------
    >>> from socialvalue.schemas import OUTCOMES
    >>> read_plain(pd.Series(["12.5", "£12.50"]), OUTCOMES["quantity"]).tolist()
    [12.5, nan]
    """
    if column.kind in NUMERIC:
        return _kept(values, _matches(values, _NUMBER)).astype("float64")
    if column.kind == "date":
        return _days(values)
    if column.kind in ("yes_no", "year"):
        return pd.Series(None, index=values.index, dtype=column.dtype)
    plain = values.isin(column.codes) if column.kind == "code" else plain_text(values)
    if column.kind == "id":
        plain &= ~values.str.lower().isin(MISSING)
    return _kept(values, plain).astype(column.dtype)


def plain_on_engine(column: Column | None, cell: nw.Expr) -> nw.Expr:
    """The same for a column of text on an engine: which cells are plain, as true or false.

    Parameters
    ----------
    column : Column or None
        None for a column that no table declares.
    cell : narwhals expression
        Text.
    """
    kind = column.kind if column else "text"
    if kind in NUMERIC:
        return cell.str.contains(f"^{_NUMBER}$")
    if column and kind == "code":
        return cell.is_in(list(column.codes))
    if kind in ("date", "yes_no", "year"):
        # There are few different ones: each is read by the parsers.
        return cell.is_null()
    plain = cell.str.contains(f"^{_TEXT}$")
    if kind != "id":
        return plain
    # No word for a missing value ends with a digit, as almost all identifiers do.
    known = ~cell.str.to_lowercase().is_in(sorted(MISSING))
    return nw.when(cell.str.contains(_NUMBERED)).then(nw.lit(True)).otherwise(plain & known)


def surely_plain(cells: Any, column: Column | None) -> bool:
    """Whether every cell of a batch of identifiers or text that is not null is plain, by its bytes.

    Parameters
    ----------
    cells : pyarrow.Array of str
    column : Column or None
        None for a column that no table declares.

    Returns
    -------
    bool
        False also where the batch is stored in a way that is not looked into.

    Examples
    --------
    >>> import pyarrow as pa
    >>> surely_plain(pa.array(["Group A", None]), None), surely_plain(pa.array([" Group A"]), None)
    (True, False)
    """
    starts, ends, content = _bytes_of(cells)
    if content is None:
        return False
    filled = ends > starts
    if int(filled.sum()) != len(cells) - cells.null_count:
        return False
    starts, ends = starts[filled], ends[filled]
    if not len(starts):
        return True
    first, last = content[starts], content[ends - 1]
    written = content[starts[0] : ends[-1]]
    if written.min() < _LEAST or written.max() > _MOST:
        return False
    if not (_FIRST[first].all() and _LAST[last].all()):
        return False
    if column is None or column.kind != "id":
        return True
    # No word for a missing value ends with a digit, as almost all identifiers do, or is long.
    asked = ~_DIGIT[last] & (ends - starts <= _LONGEST_MISSING)
    words = {content[a:b].tobytes() for a, b in zip(starts[asked], ends[asked], strict=True)}
    return MISSING.isdisjoint(word.decode().lower() for word in words)


def _bytes_of(cells: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Where each cell of a batch begins and ends in the bytes of all, and these."""
    width = {"string": "int32", "large_string": "int64"}.get(str(cells.type))
    none = np.array([], dtype="int64")
    if width is None:
        return none, none, None
    _, offsets, content = cells.buffers()
    if offsets is None or content is None:
        return none, none, np.array([], dtype="uint8")
    places = np.frombuffer(offsets, dtype=width)[cells.offset : cells.offset + len(cells) + 1]
    return places[:-1], places[1:], np.frombuffer(content, dtype="uint8")


def _matches(values: pd.Series, pattern: str) -> pd.Series:
    return values.str.fullmatch(pattern).eq(True).fillna(False).astype(bool)


def _kept(values: pd.Series, plain: pd.Series) -> pd.Series:
    return values if plain.all() else values.where(plain, None)


def _days(values: pd.Series) -> pd.Series:
    """Days written in ISO; those that no calendar has are left to the parser, which says so."""
    written = _kept(values, _matches(values, _ISO_DAY))
    days = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    return days.astype("datetime64[us]")
