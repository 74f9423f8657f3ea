"""How do records become an impact map? The collapse, which is the only step that sees them all.

Written once, for whichever engine holds the records: only the map leaves it.
"""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.columns import OWN
from socialvalue.engines import Frame, carry, fetch
from socialvalue.errors import SettingsError

SHARES = ("deadweight", "displacement", "attribution_to_others")
STATES = tuple(f"states_{share}" for share in SHARES)
TEXT_KEYS = ("project", "stakeholder_group", "outcome", "proxy_id", "unit", "evidence")
NUMBER_KEYS = ("first_year", "starts", "duration_years", "drop_off")
_TRUE_OR_FALSE = ("is_harm", *STATES)
KEYS = (
    "project",
    "stakeholder_group",
    "outcome",
    "proxy_id",
    "unit",
    "first_year",
    "starts",
    "duration_years",
    "drop_off",
    "evidence",
    "is_harm",
    *STATES,
)
PRODUCTS = {
    "q": (),
    "qd": ("deadweight",),
    "qp": ("displacement",),
    "qa": ("attribution_to_others",),
    "qdp": ("deadweight", "displacement"),
    "qda": ("deadweight", "attribution_to_others"),
    "qpa": ("displacement", "attribution_to_others"),
    "qdpa": SHARES,
}
RANGED = {"quantity_low_left": "quantity_low", "quantity_high_left": "quantity_high"}
"""Sums of the ends of each record's quantity, less the shares that the record states itself."""
RANGED_LEFT = "quantity_ranged_left"
"""Sum of the quantities that state a range, less the shares that the records state themselves."""
SUMS = (*PRODUCTS, *RANGED, RANGED_LEFT, "records_with_range")
ROW_CAP = 200_000
_JOIN = f"{OWN}join_"
_NULL = "-"
_NO_NUMBER, _NO_TEXT = -1e300, ""


def keyed(
    records: Frame, year_start_month: int, extra: Sequence[str] = (), *, to_join: bool = False
) -> Frame:
    """Outcome records with the keys of the impact map, on the engine that holds them.

    Parameters
    ----------
    records : narwhals frame
        Typed outcome records: ``date``, ``quantity``, and those columns of the ``outcomes`` table
        that are there.
    year_start_month : int
        Month in which a year starts.
    extra : sequence of str
        Further columns kept as keys.
    to_join : bool
        Whether the rows of a map are to be joined to them, by `with_rows`.

    Returns
    -------
    narwhals frame
        The same with the keys of the map, blanks as nulls.
    """
    there = records.collect_schema()
    if to_join:
        # From text as it was found: DuckDB works each word out once, but not a word of a word.
        text = [n for n in (*TEXT_KEYS, *extra) if n in there and isinstance(there[n], nw.String)]
        records = records.with_columns(*[_join_key(name, False) for name in text])
    # Whole numbers as floats: not every engine casts a missing one to an integer.
    in_earlier_year = (nw.col("date").dt.month() < year_start_month).cast(nw.Float64)
    first_year = nw.col("date").dt.year().cast(nw.Float64) - in_earlier_year
    as_found = (*TEXT_KEYS, *NUMBER_KEYS[1:], *extra)
    shares = [share for share in SHARES if share in there]
    return records.with_columns(
        first_year.alias("first_year"),
        *[_key(name, there[name]).alias(name) for name in as_found if name in there],
        (nw.col("quantity") < 0).fill_null(False).alias("is_harm"),
        *[(~nw.col(share).is_null()).alias(f"states_{share}") for share in shares],
    )


def _key(name: str, dtype: Any) -> nw.Expr:
    """A key with one mark for what is missing, and one zero."""
    column = nw.col(name)
    if isinstance(dtype, nw.String):
        return nw.when(column != "").then(column).otherwise(None)
    if dtype.is_numeric():
        # Adding 0.0 turns -0.0 into 0.0, which would otherwise be a key of its own.
        return column.cast(nw.Float64) + 0.0
    if isinstance(dtype, nw.Boolean):
        # Engines write true, True or 1.
        words = nw.when(column).then(nw.lit("True")).otherwise(nw.lit("False"))
        return nw.when(~column.is_null()).then(words)
    return column.cast(nw.String)


def collapse(records: Frame, extra: Sequence[str] = ()) -> pd.DataFrame:
    """Collapse keyed records into an impact map: one row a key, with the sums it needs.

    Every social value method is linear in quantity and multilinear in the three shares, so the
    sums of quantity and of its products with the shares hold all that valuation needs.

    Parameters
    ----------
    records : narwhals frame
        From `keyed`, with the same ``extra``.
    extra : sequence of str
        Further key columns.

    Returns
    -------
    DataFrame
        Key columns, ``records``, the eight sums, the ends of the quantity and
        ``records_with_range``, in any order of rows.

    Raises
    ------
    SettingsError
        If there are more rows than the cap, with the column that made the map grow.
    """
    there = records.collect_schema()
    keys = [key for key in (*KEYS, *extra) if key in there]
    table = _added_up(records, keys)
    _refuse_too_many(table, keys)
    return _complete(table, extra)


def collapse_rows(placed: Frame, column: str) -> pd.DataFrame:
    """Collapse records once more: one row for each row of the map and value of a column.

    Parameters
    ----------
    placed : narwhals frame
        Keyed records with the ``row_id`` of their row of a map.
    column : str
        Keyed like the keys of the map.

    Returns
    -------
    DataFrame
        row_id, the column, ``records`` and the sums, in any order of rows.

    Raises
    ------
    SettingsError
        If there are more rows than the cap.
    """
    there = placed.collect_schema()
    keys = [key for key in ("row_id", column) if key in there]
    table = _added_up(placed, keys)
    _refuse_too_many(table, keys[1:])
    # A column in which nothing is written is no key of anything.
    table = table if column in table else table.assign(**{column: None})
    return _with_types(_with_sums(table), [column]).astype({"row_id": "int64"})


def _added_up(records: Frame, keys: Sequence[str]) -> pd.DataFrame:
    """Records and sums by keys: one row more than the cap is enough to know it is too many."""
    parts, sums = _sums(records.collect_schema())
    grouped = records.with_columns(*parts).group_by(list(keys), drop_null_keys=False)
    counted = grouped.agg(nw.len().alias("records"), *[nw.col(name).sum() for name in sums])
    return fetch(counted.head(ROW_CAP + 1))


def _refuse_too_many(table: pd.DataFrame, keys: Sequence[str]) -> None:
    if len(table) <= ROW_CAP:
        return
    widest = max(keys, key=lambda key: table[key].nunique(dropna=False))
    raise SettingsError(
        f"The impact map would have more than {ROW_CAP:,} rows, its cap. It grows by the "
        f"column {widest!r} ({table[widest].nunique():,} values and more). Use fewer or "
        "broader values, or leave it out of the breakdowns."
    )


def _sums(there: Any) -> tuple[list[nw.Expr], list[str]]:
    """What is summed, of the columns that are there: the rest is known to be nothing."""
    quantity = nw.col("quantity")
    filled = {share: nw.col(share).fill_null(0.0) for share in SHARES if share in there}
    products = {n: shares for n, shares in PRODUCTS.items() if set(shares) <= set(filled)}
    parts = [
        _times(quantity, [filled[share] for share in shares]).alias(name)
        for name, shares in products.items()
    ]
    ends = {name: nw.col(end) for name, end in RANGED.items() if end in there}
    if not ends:
        return parts, list(products)
    left = [1.0 - share for share in filled.values()]
    wide = nw.lit(False)
    for name in RANGED:
        # A record without a range has its quantity at both ends.
        end = nw.coalesce(ends[name], quantity) if name in ends else quantity
        parts.append(_times(end, left).alias(name))
    for end in ends.values():
        # An end at the quantity itself says nothing of how far it may be off.
        wide = wide | (~end.is_null() & (end != quantity).fill_null(False))
    has_range = wide.cast(nw.Int64)
    parts.append(_times(quantity * has_range.cast(nw.Float64), left).alias(RANGED_LEFT))
    parts.append(has_range.alias("records_with_range"))
    return parts, [*products, *RANGED, RANGED_LEFT, "records_with_range"]


def _times(quantity: nw.Expr, factors: Sequence[nw.Expr]) -> nw.Expr:
    for factor in factors:
        quantity = quantity * factor
    return quantity


def _complete(table: pd.DataFrame, extra: Sequence[str]) -> pd.DataFrame:
    """The map with every key and sum: those whose columns are not there are null, or nothing."""
    missing: dict[str, Any] = {key: None for key in (*TEXT_KEYS, *extra) if key not in table}
    missing |= {key: float("nan") for key in NUMBER_KEYS if key not in table}
    missing |= dict.fromkeys([state for state in STATES if state not in table], False)
    table = _with_sums(table.assign(**missing))
    types = dict.fromkeys(NUMBER_KEYS, "float64") | dict.fromkeys(TEXT_KEYS, "string")
    types |= dict.fromkeys(_TRUE_OR_FALSE, "bool")
    if table["first_year"].notna().all():
        types["first_year"] = "int64"
    table = _with_types(table.astype(types), extra)
    # Not every engine has turned -0.0 into 0.0: some leave an addition of nothing out.
    return table.assign(**{key: table[key] + 0 for key in NUMBER_KEYS})


def _with_sums(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(**dict.fromkeys([name for name in PRODUCTS if name not in table], 0.0))
    if "quantity_low_left" in table:
        return table
    # Without ranges both ends are what the records' own shares leave of the quantity.
    ends = dict.fromkeys(RANGED, left_of_records(table))
    return table.assign(**ends, **{RANGED_LEFT: 0.0}, records_with_range=0)


def left_of_records(table: pd.DataFrame) -> pd.Series:
    """Quantity of each row less the shares that its records state themselves [units]."""
    signs = {name: (-1) ** len(shares) for name, shares in PRODUCTS.items()}
    return sum((table[name] * sign for name, sign in signs.items()), start=0.0)


def _with_types(table: pd.DataFrame, extra: Sequence[str]) -> pd.DataFrame:
    types: dict[str, str] = dict.fromkeys((*PRODUCTS, *RANGED, RANGED_LEFT), "float64")
    types |= {"records": "int64", "records_with_range": "int64"}
    types |= {name: "string" for name in extra if not _is_number(table[name])}
    return table.astype(types)


def _is_number(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values)


def with_row_keys(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """A map with ``row_key``, its keys as one text, by which two maps can be compared."""
    written = pd.Series("", index=table.index, dtype="string")
    for key in keys:
        written += as_row_key(table[key]) + " "
    return table.assign(row_key=written.str.slice(stop=-1))


def as_row_key(values: pd.Series) -> pd.Series:
    """Values of one key as they stand in a row's key.

    Each is written out behind its length, nulls as a mark that has none, so that no text can look
    like another one or like two.

    Examples
    --------
    >>> as_row_key(pd.Series(["Mersey", None])).tolist()
    ['6:Mersey', '-']
    """
    text = values.astype("string")
    return (text.str.len().astype("string") + ":" + text).fillna(_NULL)


def with_rows(
    records: Frame, found: pd.DataFrame, extra: Sequence[str], columns: Sequence[str]
) -> Frame:
    """Keyed records with columns of their row of the map; records of no row are left out.

    Parameters
    ----------
    records : narwhals frame
        From `keyed`, with the same ``extra``, to be joined.
    found : DataFrame
        Keys from `collapse`, with the ``columns``, which have no nulls.
    extra : sequence of str
    columns : sequence of str

    Returns
    -------
    narwhals frame
    """
    there = records.collect_schema()
    keys = [key for key in (*KEYS, *extra) if key in there]
    numbers = {key for key in keys if there[key].is_numeric()}
    names = [_JOIN + key for key in keys]
    small = found[list(columns)].copy()
    for key in keys:
        small[_JOIN + key] = _without_nulls(found[key], key in numbers)
    # Joins must never be on a null: a value that no key has stands for what is missing.
    missing = [key for key in keys if _JOIN + key not in there]
    beside = records.with_columns(*[_join_key(key, key in numbers) for key in missing])
    return beside.join(carry(small, records), on=names, how="inner").drop(names)  # type: ignore[arg-type]


def _join_key(key: str, is_number: bool) -> nw.Expr:
    if is_number:
        column = nw.col(key).fill_null(_NO_NUMBER)
    elif key in _TRUE_OR_FALSE:
        column = nw.col(key).cast(nw.Int64)
    else:
        column = nw.col(key).fill_null(_NO_TEXT)
    return column.alias(_JOIN + key)


def _without_nulls(values: pd.Series, is_number: bool) -> pd.Series:
    if is_number:
        return values.astype("float64").fillna(_NO_NUMBER)
    if pd.api.types.is_bool_dtype(values):
        return values.astype("int64")
    return values.astype("string").fillna(_NO_TEXT)
