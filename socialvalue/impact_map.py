"""How do records become an impact map? The collapse, which is the only step that sees them all."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.errors import SettingsError

SHARES = ("deadweight", "displacement", "attribution_to_others")
STATES = tuple(f"states_{share}" for share in SHARES)
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
SUMS = (*PRODUCTS, *RANGED, "records_with_range")
ROW_CAP = 200_000
_NULL = "-"
_NO_NUMBER, _NO_TEXT = -1e300, "\x00"


def prepare(outcomes: Any, year_start_month: int) -> Any:
    """Outcome records with the keys of the impact map beside them, on the engine that holds them.

    Parameters
    ----------
    outcomes : DataFrame
        Typed outcome records, with the columns of the ``outcomes`` table.
    year_start_month : int
        Month in which a year starts.

    Returns
    -------
    narwhals frame
        One row a record: the keys, ``quantity``, the eight products of quantity and shares, and
        the low and high of the quantity less the record's own shares.
    """
    frame = nw.from_native(outcomes)
    date, quantity = nw.col("date"), nw.col("quantity")
    in_earlier_year = (date.dt.month() < year_start_month).cast(nw.Int64)
    frame = frame.with_columns(
        (date.dt.year().cast(nw.Int64) - in_earlier_year).alias("first_year"),
        (quantity < 0).alias("is_harm"),
        # Adding 0.0 turns -0.0 into 0.0, which would otherwise be a key of its own.
        *[nw.col(key) + 0.0 for key in ("starts", "duration_years", "drop_off")],
        *[(~nw.col(share).is_null()).alias(f"states_{share}") for share in SHARES],
        *[nw.col(share).fill_null(0.0).alias(f"_{share}") for share in SHARES],
    )
    own_left = nw.lit(1.0)
    for share in SHARES:
        own_left = own_left * (1.0 - nw.col(f"_{share}"))
    ends = [nw.col(end) for end in RANGED.values()]
    return frame.with_columns(
        *[_product(quantity, shares).alias(name) for name, shares in PRODUCTS.items()],
        # A record without a range has its quantity at both ends.
        *[(nw.coalesce(nw.col(end), quantity) * own_left).alias(n) for n, end in RANGED.items()],
        (~ends[0].is_null() | ~ends[1].is_null()).cast(nw.Int64).alias("records_with_range"),
    )


def _product(quantity: nw.Expr, shares: Sequence[str]) -> nw.Expr:
    for share in shares:
        quantity = quantity * nw.col(f"_{share}")
    return quantity


def collapse(prepared: Any, extra: Sequence[str] = ()) -> pd.DataFrame:
    """Collapse prepared records into an impact map: one row a key, with the sums it needs.

    Every social value method is linear in quantity and multilinear in the three shares, so the
    sums of quantity and of its products with the shares hold all that valuation needs.

    Parameters
    ----------
    prepared : narwhals frame
        From `prepare`.
    extra : sequence of str
        Further key columns: breakdowns and the link set.

    Returns
    -------
    DataFrame
        Key columns, ``row_key`` (text), ``records``, the eight sums, the ends of the quantity and
        ``records_with_range``, in a fixed order of rows.

    Raises
    ------
    SettingsError
        If there are more rows than the cap, with the column that made the map grow.
    """
    keys = [*KEYS, *extra]
    grouped = prepared.group_by(keys, drop_null_keys=False).agg(
        nw.len().alias("records"), *[nw.col(name).sum() for name in SUMS]
    )
    table = nw.to_native(grouped)
    if len(table) > ROW_CAP:
        widest = max(keys, key=lambda key: table[key].nunique(dropna=False))
        raise SettingsError(
            f"The impact map would have {len(table):,} rows, over the cap of {ROW_CAP:,}. "
            f"It grows by the column {widest!r} ({table[widest].nunique():,} values). Use "
            "fewer or broader values, or leave it out of the breakdowns."
        )
    table = table.assign(row_key=_encoded(table, keys))
    # Engines return groups in any order; a fixed one makes results repeatable.
    return table.sort_values("row_key", kind="stable").reset_index(drop=True)


def _encoded(table: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """The keys of each row of the map as one text, by which two maps can be compared."""
    # Each key is written out behind its length, nulls as a mark that has none, so that no text can
    # look like another one or like two.
    written = pd.Series("", index=table.index, dtype="string")
    for key in keys:
        text = table[key].astype("string")
        written += (text.str.len().astype("string") + ":" + text).fillna(_NULL) + " "
    return written.str.slice(stop=-1)


def with_row_keys(prepared: Any, collapsed: pd.DataFrame, extra: Sequence[str] = ()) -> Any:
    """Prepared records with the ``row_key`` of their row of the map.

    Parameters
    ----------
    prepared : narwhals frame
        From `prepare`.
    collapsed : DataFrame
        From `collapse` of the same records; it may have fewer rows: records of others are left out.
    extra : sequence of str
        As in `collapse`.

    Returns
    -------
    narwhals frame
    """
    keys = [*KEYS, *extra]
    joined_by = [f"_key_{key}" for key in keys]
    found = nw.from_native(collapsed[[*keys, "row_key"]])
    there = prepared.collect_schema()
    rows = found.select(*_without_nulls(keys, there), "row_key")
    lines = prepared.with_columns(*_without_nulls(keys, there))
    return lines.join(rows, on=joined_by, how="inner").drop(joined_by)


def _without_nulls(keys: Sequence[str], there: Any) -> list[nw.Expr]:
    # Joins must never be on a null: a value that no key has stands for what is missing.
    filled = []
    for key in keys:
        column = nw.col(key)
        if there[key].is_numeric():
            column = column.cast(nw.Float64).fill_null(_NO_NUMBER)
        else:
            column = column.cast(nw.String).fill_null(_NO_TEXT)
        filled.append(column.alias(f"_key_{key}"))
    return filled


def count_people(prepared: Any, keys: Sequence[str]) -> pd.DataFrame:
    """Distinct people for each combination of keys, counted where the records lie.

    People with a ``person_id`` count once; records without one count their ``people``. Where a
    group states neither, the count is null.

    Parameters
    ----------
    prepared : narwhals frame
        With the columns ``keys``, ``person_id`` and ``people``.
    keys : sequence of str
        Columns without nulls, such as ``row_key``. Empty for the total.

    Returns
    -------
    DataFrame
        The keys and ``people`` (float, null where unknown).
    """
    if not keys:
        prepared, keys = prepared.with_columns(nw.lit(0).alias("_all")), ["_all"]
    named = prepared.filter(~nw.col("person_id").is_null())
    # Group by person first and count afterwards: a plain distinct count takes null for a person.
    pairs = named.group_by([*keys, "person_id"]).agg(nw.len().alias("_records"))
    counted = nw.to_native(pairs.group_by(list(keys)).agg(nw.len().alias("people")))
    unnamed = prepared.filter(nw.col("person_id").is_null() & ~nw.col("people").is_null())
    stated = nw.to_native(unnamed.group_by(list(keys)).agg(nw.col("people").sum()))
    filled = [each for each in (counted, stated) if len(each)] or [counted]
    # A blank category is a category: its people count like any other's.
    both = pd.concat(filled).groupby(list(keys), as_index=False, dropna=False)["people"].sum()
    return both.astype({"people": "float64"})


def people_of_small_rows(prepared: Any, row_keys: Sequence[str]) -> pd.DataFrame:
    """Who is behind some rows of the map: distinct (row_key, person), as codes and not names.

    Needed to merge small groups before anything is published. Few rows, few people in each.
    """
    chosen = prepared.filter(nw.col("row_key").is_in(list(row_keys)))
    chosen = chosen.filter(~nw.col("person_id").is_null())
    pairs = nw.to_native(chosen.select("row_key", "person_id").unique(["row_key", "person_id"]))
    return pd.DataFrame(
        {"row_key": pairs["row_key"].to_numpy(), "person": pd.factorize(pairs["person_id"])[0]}
    )
