"""How many people are behind each part, on DuckDB? Every person once, with a bit for each part.

One pass groups the records by person and sets a bit for each part of the map that the person is
in; the bits are then counted. It takes the place of a group for each person and part.
"""

from typing import Any

import numpy as np
import pandas as pd

BITS = 60
"""Parts in one whole number: a bit each, short of the sign."""


def people_of_parts(placed: Any, parts: pd.DataFrame) -> pd.DataFrame:
    """Distinct people of each part.

    Parameters
    ----------
    placed : DuckDB relation
        With ``row_id`` and ``person_id``.
    parts : DataFrame
        row_id, part_ (a number): which rows of the map belong to which part.

    Returns
    -------
    DataFrame
        part_, people; parts without any person are left out.
    """
    codes, numbers = pd.factorize(parts["part_"])
    masks = _masks(parts["row_id"].to_numpy("int64"), codes)
    words = [name for name in masks if name != "row_id"]
    any_of = ", ".join(f"bit_or({word}) AS {word}" for word in words)
    bits = [(word, bit) for word in words for bit in range(BITS)][: len(numbers)]
    sums = ", ".join(f"sum(({word} >> {bit}) & 1)::BIGINT" for word, bit in bits)
    # DuckDB finds the table of masks by its name here.
    query = (
        f"SELECT {sums} FROM (SELECT {any_of} FROM placed JOIN masks USING (row_id) "
        "WHERE person_id IS NOT NULL GROUP BY person_id)"
    )
    found = placed.query("placed", query).fetchall()[0]
    people = pd.DataFrame({"part_": numbers, "people": [int(count or 0) for count in found]})
    return people[people["people"] > 0].reset_index(drop=True)


def _masks(row_ids: np.ndarray, codes: np.ndarray) -> pd.DataFrame:
    """One row for each row of the map: its parts as bits of whole numbers."""
    word, bit = np.divmod(codes.astype("int64"), BITS)
    rows, at = np.unique(row_ids, return_inverse=True)
    bits = np.zeros((len(rows), int(word.max()) + 1), dtype="int64")
    np.bitwise_or.at(bits, (at, word), np.left_shift(np.int64(1), bit))
    table = pd.DataFrame(bits, columns=[f"word_{number}" for number in range(bits.shape[1])])
    return table.assign(row_id=rows)
