"""Is all text of some columns plain, and do identifiers stand twice? Told in one pass, from bytes.

For a DuckDB of our own, of which the cells come by in batches and are let go: the patterns of
`socialvalue.plain_cells` take longer there, and so does a group for each of millions of
identifiers. What this does not prove is asked of the engine, as on every other.
"""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from socialvalue.arrow_batches import batches_of
from socialvalue.engine_tables import HeldTable
from socialvalue.engines import fetch, quoted
from socialvalue.identifiers import Identifiers, identifiers_of_hashes
from socialvalue.plain_cells import surely_plain

LONGEST = 100
"""Longer text is not handed over: a batch must not grow with what somebody writes into a note."""
SORTED_AT_ONCE = 1 << 26
"""Hashes in one sort: half a gigabyte. Those of more records are sorted a part at a time."""
_KINDS = ("id", "text")


class Screened(NamedTuple):
    """Columns in which every cell is plain, and what there is to say of the identifiers.

    The latter is None where not all identifiers are plain.
    """

    plain: frozenset[str]
    identifiers: Identifiers | None


def screen(held: HeldTable, columns: Sequence[str], identifier: str) -> Screened:
    """Columns of text in which every cell is plain, and identifiers that several records share.

    Parameters
    ----------
    held : HeldTable
        On a DuckDB of our own.
    columns : sequence of str
        Those of other kinds than identifiers and text are passed over.
    identifier : str
        The column of identifiers, one of the columns.

    Returns
    -------
    Screened
    """
    asked = [name for name in columns if name in held.text and _kind(held, name) in _KINDS]
    if identifier not in asked or find_spec("pyarrow") is None:
        return Screened(frozenset(), None)
    records = int(fetch(held.frame.select(nw.len())).iloc[0, 0])
    parts = max(1, -(-records // SORTED_AT_ONCE))
    plain, hashes = set(asked), _Hashes(0, parts, records)
    cells = [held.as_found(name) for name in asked]
    for batch in _batches(held, identifier, cells):
        hashes.add(batch.column(0))
        plain -= {
            name
            for at, name in enumerate(asked, 1)
            if name in plain and not surely_plain(batch.column(at), held.column(name))
        }
    if identifier not in plain:
        return Screened(frozenset(plain), None)
    shared, blank = [hashes.shared()], records - hashes.seen
    for part in range(1, parts):
        hashes = _Hashes(part, parts, records)
        for batch in _batches(held, identifier, []):
            hashes.add(batch.column(0))
        shared.append(hashes.shared())
    found = identifiers_of_hashes(held, identifier, np.concatenate(shared), blank)
    return Screened(frozenset(plain), found)


class _Hashes:
    """Hashes of identifiers, one part of them all.

    Parameters
    ----------
    part, parts : int
        Which part, of how many.
    records : int
        How many records there are.
    """

    def __init__(self, part: int, parts: int, records: int) -> None:
        self.part, self.parts, self.seen, self._filled = part, parts, 0, 0
        # A part is about so large; where many identifiers are the same it may be larger.
        room = records if parts == 1 else int(1.05 * records / parts)
        self._hashes = np.empty(room, dtype="uint64")

    def add(self, column: Any) -> None:
        """Take the hashes of one batch that are of this part; nulls are blank identifiers."""
        hashes = column.drop_null().to_numpy()
        self.seen += len(hashes)
        if self.parts > 1:
            hashes = hashes[hashes % self.parts == self.part]
        if self._filled + len(hashes) > len(self._hashes):
            self._thin_out(len(hashes))
        filled = self._filled + len(hashes)
        self._hashes[self._filled : filled] = hashes
        self._filled = filled

    def _thin_out(self, more: int) -> None:
        """Make room: of a hash that stands often two are enough to say so."""
        kept = self._hashes[: self._filled]
        kept.sort()
        often = np.zeros(len(kept), dtype=bool)
        often[2:] = kept[2:] == kept[:-2]
        kept = kept[~often]
        self._filled = len(kept)
        if 2 * self._filled + more > len(self._hashes):
            self._hashes = np.empty(2 * (self._filled + more), dtype="uint64")
        self._hashes[: self._filled] = kept

    def shared(self) -> np.ndarray:
        """Hashes that stand more than once."""
        hashes = self._hashes[: self._filled]
        hashes.sort()
        return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def _batches(held: HeldTable, identifier: str, cells: Sequence[str]) -> Iterator[Any]:
    """A hash of each identifier, null where there is none, and cells, as Arrow record batches."""
    name = quoted(held.as_found(identifier))
    columns = [
        f"CASE WHEN {name} IS NOT NULL THEN hash({name}) END AS hash_",
        # A blank in its place is not plain: the engine is asked of the whole column.
        *[f"CASE WHEN strlen({c}) > {LONGEST} THEN ' ' ELSE {c} END" for c in map(quoted, cells)],
    ]
    query = f"SELECT {', '.join(columns)} FROM held"
    yield from batches_of(held.frame.to_native().query("held", query))


def _kind(held: HeldTable, name: str) -> str:
    column = held.column(name)
    return column.kind if column else "text"
