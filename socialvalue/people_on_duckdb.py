"""How many people are behind each part, on DuckDB? Every person once, with a bit for each part.

One pass groups the records by person and sets a bit for each part of the map that the person is
in, and for each value of some columns; the bits are then counted. It takes the place of a group
for each person and part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.engines import quoted

BITS = 60
"""Parts in one whole number: a bit each, short of the sign."""
MOST_VALUES = 600
"""Values of a column that bits are set for: ten whole numbers for each person."""


@dataclass(frozen=True)
class _Split:
    """What people are counted by: a table of bits, and what each bit stands for."""

    table: str
    meanings: Sequence[Any]

    @property
    def words(self) -> list[str]:
        """Columns of the table that hold the bits."""
        return [f"{self.table}.word_{at}" for at in range(-(-len(self.meanings) // BITS))]


def people_of_each_row(placed: Any) -> pd.DataFrame:
    """Distinct people of each row of the map.

    Parameters
    ----------
    placed : DuckDB relation
        With ``row_id`` and ``person_id``.

    Returns
    -------
    DataFrame
        row_id, people; rows without any person are left out.
    """
    query = (
        "SELECT row_id, count(*)::DOUBLE AS people FROM (SELECT DISTINCT row_id, person_id "
        "FROM placed WHERE person_id IS NOT NULL) GROUP BY row_id"
    )
    return placed.query("placed", query).df()


def people_of_parts(
    placed: Any, parts: pd.DataFrame, columns: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Distinct people of each part, and of each value of some columns.

    Parameters
    ----------
    placed : DuckDB relation
        With ``row_id``, ``person_id`` and the columns.
    parts : DataFrame
        row_id, part_ (a number): which rows of the map belong to which part. Records of other
        rows count nowhere.
    columns : sequence of str
        Columns of the records to count by. One with more values than `MOST_VALUES` is passed over.

    Returns
    -------
    of_parts : DataFrame
        part_, people; parts without any person are left out.
    of_values : dict of DataFrame
        By column: its values, of which one may be missing, and people.
    """
    codes, numbers = pd.factorize(parts["part_"])
    splits = {"part_": _Split("masks", numbers)}
    for name in columns:
        values = _values_of(placed, name)
        if len(values) <= MOST_VALUES:
            splits[name] = _Split(f"values_{len(splits)}", values)
    counts = _counted(placed, _masks(parts["row_id"].to_numpy("int64"), codes), splits)
    of_parts = counts.pop("part_")
    return of_parts, counts


def _values_of(placed: Any, name: str) -> list[Any]:
    column = quoted(name)
    query = f"SELECT DISTINCT {column} AS value FROM placed ORDER BY value NULLS LAST"
    return [row[0] for row in placed.query("placed", query).limit(MOST_VALUES + 1).fetchall()]


def _counted(
    placed: Any, masks: pd.DataFrame, splits: dict[str, _Split]
) -> dict[str, pd.DataFrame]:
    """People of each bit of some splits; DuckDB finds the table of masks by its name here."""
    words = [word for split in splits.values() for word in split.words]
    any_of = ", ".join(f"bit_or({word}) AS bits_{at}" for at, word in enumerate(words))
    own = {name: split for name, split in splits.items() if split.table != "masks"}
    joins = "".join(
        f" LEFT JOIN {split.table} "
        f"ON placed.{quoted(name)} IS NOT DISTINCT FROM {split.table}.value"
        for name, split in own.items()
    )
    places = [
        (words.index(split.words[bit // BITS]), bit % BITS)
        for split in splits.values()
        for bit in range(len(split.meanings))
    ]
    sums = ", ".join(f"sum((bits_{word} >> {bit}) & 1)::BIGINT" for word, bit in places)
    tables = ", ".join(_bit_table(name, split) for name, split in own.items())
    query = (
        f"{'WITH ' if own else ''}{tables} SELECT {sums} FROM (SELECT {any_of} FROM placed "
        f"JOIN masks USING (row_id){joins} WHERE person_id IS NOT NULL GROUP BY person_id)"
    )
    counts = iter(placed.query("placed", query).fetchall()[0])
    found = {
        name: pd.DataFrame(
            {name: split.meanings, "people": [float(next(counts) or 0) for _ in split.meanings]}
        )
        for name, split in splits.items()
    }
    return {name: table[table["people"] > 0] for name, table in found.items()}


def _bit_table(name: str, split: _Split) -> str:
    """One row for each value of a column, with its bit."""
    bits = ", ".join(
        f"CASE WHEN code // {BITS} = {at} THEN 1::BIGINT << (code % {BITS})::INT ELSE 0 END "
        f"AS word_{at}"
        for at in range(len(split.words))
    )
    return (
        f"{split.table} AS (SELECT value, {bits} FROM (SELECT value, "
        "row_number() OVER (ORDER BY value NULLS LAST) - 1 AS code "
        f"FROM (SELECT DISTINCT {quoted(name)} AS value FROM placed)))"
    )


def _masks(row_ids: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """One row for each row of the map: its parts as bits of whole numbers."""
    word, bit = np.divmod(codes.astype("int64"), BITS)
    rows, at = np.unique(row_ids, return_inverse=True)
    bits = np.zeros((len(rows), int(word.max()) + 1), dtype="int64")
    np.bitwise_or.at(bits, (at, word), np.left_shift(np.int64(1), bit))
    table = pd.DataFrame(bits, columns=[f"word_{number}" for number in range(bits.shape[1])])
    return table.assign(row_id=rows)
