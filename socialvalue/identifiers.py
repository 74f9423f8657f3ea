"""Which identifiers stand in several records? Counted where the records lie; no names but a few.

On any engine each identifier is looked at once, on the way of finding those that stand twice. A
DuckDB of our own is quicker: there a hash of each is sorted, and only identifiers whose hash stands
twice are compared by name (`socialvalue.text_screen`).
"""

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from socialvalue.engine_tables import HeldTable
from socialvalue.engines import Frame, fetch, frame_of, quoted
from socialvalue.odd_cells import is_odd

_MANY = 100_000
"""More shared hashes than this are not looked up: a group for each identifier is quicker."""


class Identifiers(NamedTuple):
    """How many identifiers stand in several records, those records, and records without one.

    ``hashes`` are those that several records share, where they are known; else None.
    """

    repeated: int
    records: int
    blank: int
    hashes: np.ndarray | None = None


def plain_identifiers(held: HeldTable, name: str) -> Identifiers | None:
    """What there is to say of a column of identifiers that are all plain; in one pass.

    Looking at each identifier once, on the way of finding those that stand twice, spares a pass
    over all records.

    Parameters
    ----------
    held : HeldTable
    name : str
        A column of identifiers.

    Returns
    -------
    Identifiers or None
        None where some cell is not plain, or the column was not found as text: that takes more than
        one look.
    """
    if name not in held.text:
        return None
    cell = held.as_found(name)
    blank, several = nw.col(cell).is_null(), nw.col("records") > 1
    ids = held.frame.group_by(cell, drop_null_keys=False).agg(nw.len().alias("records"))
    counts = ids.with_columns(
        is_odd(held, name).cast(nw.Int64).alias("odd_"),
        (several & ~blank).cast(nw.Int64).alias("twice_"),
        blank.cast(nw.Int64).alias("blank_"),
    )
    sums = counts.select(
        nw.col("odd_", "twice_").sum(),
        *[
            (nw.col("records") * nw.col(which)).sum().alias(f"records_{which}")
            for which in ("twice_", "blank_")
        ],
    )
    odd, repeated, records, none = fetch(sums).iloc[0].fillna(0).astype("int64")
    return None if odd else Identifiers(int(repeated), int(records), int(none))


def identifiers_of_hashes(
    held: HeldTable, name: str, hashes: np.ndarray, blank: int
) -> Identifiers | None:
    """What there is to say of identifiers, of which some have a hash that several records share.

    Equal identifiers have equal hashes, so all others stand once. These are counted by name, for
    two identifiers may share a hash; where there are many, all are.

    Parameters
    ----------
    held : HeldTable
        On DuckDB.
    name : str
    hashes : ndarray
    blank : int
        Records without an identifier.
    """
    if not len(hashes):
        return Identifiers(0, 0, blank, hashes)
    if len(hashes) > _MANY:
        return plain_identifiers(held, name)
    number, records = _number_of(_repeated(_with_hashes(held, name, hashes), name))
    return Identifiers(number, records, blank, hashes)


def repeated_identifiers(
    held: HeldTable, name: str, known: Identifiers | None, most: int
) -> tuple[int, int, list[str]]:
    """How many identifiers stand in several records, those records, and the first identifiers.

    Parameters
    ----------
    held : HeldTable
        Its cells read.
    name : str
    known : Identifiers or None
        What was found on the way.
    most : int
        Identifiers to name.
    """
    if known is not None and not known.repeated:
        return 0, 0, []
    frame = held.frame
    if known is not None and known.hashes is not None:
        frame = _with_hashes(held, name, known.hashes)
    repeated = _repeated(frame, name)
    number, records = known[:2] if known else _number_of(repeated)
    names = fetch(repeated.sort(name).head(most))[name].tolist() if number else []
    return number, records, names


def _with_hashes(held: HeldTable, name: str, hashes: np.ndarray) -> Frame:
    native: Any = held.frame.to_native()
    # DuckDB finds the hashes by their name here, and keeps hold of them.
    few = pd.DataFrame({"hash_": hashes})
    column = quoted(name)
    query = f"SELECT {column} FROM held WHERE hash({column}) IN (SELECT hash_ FROM few)"
    found = frame_of(native.query("held", query))
    del few
    return found


def _repeated(frame: Frame, name: str) -> Frame:
    ids = frame.filter(~nw.col(name).is_null()).group_by(name)
    return ids.agg(nw.len().alias("records")).filter(nw.col("records") > 1)


def _number_of(repeated: Frame) -> tuple[int, int]:
    sizes = repeated.select(nw.len().alias("ids"), nw.col("records").sum())
    ids, records = fetch(sizes).iloc[0].fillna(0).astype("int64")
    return int(ids), int(records)
