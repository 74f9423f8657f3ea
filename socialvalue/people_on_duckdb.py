"""How many people are behind each part of a map, on DuckDB? Everyone by a hash, sorted once.

A group for each person and part is what takes longest of an assessment with named people. Here
only numbers leave DuckDB, a batch at a time, and `socialvalue.sorted_people` counts them, on all
cores.

Two people are taken for one only if two hashes of their names, which do not hang together and are
96 bits long, are both the same: of a hundred million people that is one chance in ten million
million. If the longer hash alone is the same, it is seen, and nothing is counted here.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.arrow_batches import batches_of
from socialvalue.engines import Frame, frame_of, quoted
from socialvalue.sorted_people import Counts, Parts, SameHash, count_sorted

AT_ONCE = 1 << 25
"""Records whose numbers are held at once: some 20 bytes of each. More are read in several goes,
each of other people."""
IN_ONE_SORT = 1 << 18
"""Records in one sort: so few that their numbers lie near. Each core has one sort at a time."""
_Columns = list[np.ndarray]


def count_on_duckdb(placed: Any, parts: Parts, records: int) -> Counts | None:
    """Distinct people of each row and part, and of each value of some columns.

    Parameters
    ----------
    placed : DuckDB relation
        With ``row_id``, ``person_id`` and the columns.
    parts : Parts
    records : int
        How many records there are.

    Returns
    -------
    Counts or None
        None where it cannot be told so: without pyarrow, or where two people have one hash.

    Raises
    ------
    EngineError
        If DuckDB cannot read the records.
    """
    if find_spec("pyarrow") is None:
        return None
    goes = max(1, -(-records // AT_ONCE))
    sorts = 2
    while sorts * goes * IN_ONE_SORT < records:
        sorts *= 2
    total: Counts | None = None
    several = []
    for go in range(goes):
        found = _read(placed, parts, f"hash(person_id) % {goes} = {go}", sorts)
        try:
            # Numpy lets other threads run while it sorts and looks up.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for each in pool.map(lambda batches: _counted(batches, parts), found):
                    several.append(each.several)
                    total = each if total is None else _added(total, each)
        except SameHash:
            return None
    return None if total is None else total._replace(several=np.concatenate(several))


def of_people(placed: Frame, hashes: np.ndarray) -> Frame:
    """The records of some people.

    Parameters
    ----------
    placed : narwhals frame
        On DuckDB.
    hashes : numpy.ndarray of uint64
        DuckDB's hash of their ``person_id``. Others with the same hash come along.
    """
    query = "SELECT * FROM placed WHERE hash(person_id) IN (SELECT hash FROM known)"
    return frame_of(_asked(placed.to_native(), pd.DataFrame({"hash": hashes}), query))


def _added(some: Counts, more: Counts) -> Counts:
    """Counts of some people and of others, but for those with several records."""
    return Counts(
        some.rows + more.rows,
        _summed(some.parts, more.parts),
        _summed(some.values, more.values),
        more.several,
        some.records + more.records,
    )


def _summed(
    some: Mapping[str, np.ndarray], more: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    return {name: counts + more[name] for name, counts in some.items()}


def _counted(batches: list[_Columns], parts: Parts) -> Counts:
    columns = [np.concatenate(column) for column in zip(*batches, strict=True)]
    batches.clear()
    return count_sorted(columns, parts)


def _read(placed: Any, parts: Parts, whose: str, sorts: int) -> list[list[_Columns]]:
    """The numbers of each record that names somebody, in batches for each sort."""
    joins, codes = "", ["row_id::INTEGER"]
    for at, (name, values) in enumerate(parts.values.items()):
        joins += f" LEFT JOIN known AS k{at} ON placed.{quoted(name)} = k{at}.value_{at}"
        code = f"CASE WHEN placed.{quoted(name)} IS NULL THEN {len(values)} ELSE k{at}.code END"
        codes.append(f"{code}::INTEGER")
    query = (
        f"SELECT hash(person_id), (hash('~' || person_id::VARCHAR) >> 32)::UINTEGER, "
        f"{', '.join(codes)} FROM placed{joins} WHERE person_id IS NOT NULL AND {whose}"
    )
    relation = _asked(placed, _side_by_side(list(parts.values.values())), query)
    kinds = ("uint64", "uint32", *["int32"] * len(codes))
    found: list[list[_Columns]] = [[[np.empty(0, k) for k in kinds]] for _ in range(sorts)]
    for batch in batches_of(relation):
        for of_sort, columns in zip(found, _apart(batch, sorts), strict=True):
            of_sort.append(columns)
    return found


def _apart(batch: Any, sorts: int) -> list[_Columns]:
    """The numbers of a batch, for one sort after another: by the first bits of the hash."""
    columns = [column.to_numpy() for column in batch.columns]
    high = np.uint64(64 - (sorts.bit_length() - 1))
    sort_of = (columns[0] >> high).astype("uint16")
    order = np.argsort(sort_of, kind="stable")
    ends = np.cumsum(np.bincount(sort_of, minlength=sorts))[:-1]
    split = [np.split(column[order], ends) for column in columns]
    return [list(each) for each in zip(*split, strict=True)]


def _asked(placed: Any, known: pd.DataFrame, query: str) -> Any:
    """A question to the records beside what is known; DuckDB finds both by their names here."""
    return placed.query("placed", query)


def _side_by_side(columns: Sequence[pd.Series]) -> pd.DataFrame:
    """Values of several columns in one table, each beside its number."""
    longest = max((len(values) for values in columns), default=0)
    table = {f"value_{at}": _padded(values, longest) for at, values in enumerate(columns)}
    return pd.DataFrame({"code": np.arange(longest, dtype="int32"), **table})


def _padded(values: pd.Series, length: int) -> pd.Series:
    kind = "float64" if pd.api.types.is_numeric_dtype(values) else object
    return pd.Series([*values, *[None] * (length - len(values))], dtype=kind)
