"""Which cells say just what they look like? Text that no parser need look at, read in one go.

Almost all cells of almost all files are plain: an identifier of letters and digits, a number of
digits, an ISO date. Patterns here take only what the parsers of `socialvalue.cells` and
`socialvalue.date_cells` would read as it stands; every other cell is left to those, one by one.
"""

import narwhals.stable.v2 as nw
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


def _matches(values: pd.Series, pattern: str) -> pd.Series:
    return values.str.fullmatch(pattern).eq(True).fillna(False).astype(bool)


def _kept(values: pd.Series, plain: pd.Series) -> pd.Series:
    return values if plain.all() else values.where(plain, None)


def _days(values: pd.Series) -> pd.Series:
    """Days written in ISO; those that no calendar has are left to the parser, which says so."""
    written = _kept(values, _matches(values, _ISO_DAY))
    days = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    return days.astype("datetime64[us]")
