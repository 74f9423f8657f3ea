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


def prepare(outcomes: Any, year_start_month: int, extra: Sequence[str] = ()) -> Any:
    """Outcome records with the keys of the impact map beside them, on the engine that holds them.

    Parameters
    ----------
    outcomes : DataFrame
        Typed outcome records, with the columns of the ``outcomes`` table.
    year_start_month : int
        Month in which a year starts.
    extra : sequence of str
        Further columns kept as keys: breakdowns and the link set.

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
        _encoded([*KEYS, *extra]).alias("row_key"),
    )


def _product(quantity: nw.Expr, shares: Sequence[str]) -> nw.Expr:
    for share in shares:
        quantity = quantity * nw.col(f"_{share}")
    return quantity


def _encoded(keys: Sequence[str]) -> nw.Expr:
    # Joins must never be on a null: each key is written out behind its length, nulls as a mark that
    # has none, so that no text can look like another one or like two.
    written = []
    for key in keys:
        text = nw.col(key).cast(nw.String)
        size = text.str.len_chars().cast(nw.String)
        written.append(nw.concat_str([size, text], separator=":").fill_null(_NULL))
    return nw.concat_str(written, separator=" ")


def collapse(prepared: Any, extra: Sequence[str] = ()) -> pd.DataFrame:
    """Collapse prepared records into an impact map: one row a key, with the sums it needs.

    Every social value method is linear in quantity and multilinear in the three shares, so the
    sums of quantity and of its products with the shares hold all that valuation needs.

    Parameters
    ----------
    prepared : narwhals frame
        From `prepare`, with the same ``extra``.
    extra : sequence of str
        Further key columns.

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
    grouped = prepared.group_by([*keys, "row_key"], drop_null_keys=False).agg(
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
    # Engines return groups in any order; a fixed one makes results repeatable.
    return table.sort_values("row_key", kind="stable").reset_index(drop=True)


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
