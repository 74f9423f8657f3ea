"""How many people are behind each part of a map? Told from numbers, sorted by person.

A record is three numbers here: a hash of the person, its row of the map, and the number of its
value in each column to break down by. There is nothing to look up, so that all of it is numpy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

BITS = 60
"""Parts in one whole number: a bit each, short of the sign."""
_LOW = np.int64(0xFFFF_FFFF)


@dataclass(frozen=True)
class Parts:
    """What people are counted by.

    Attributes
    ----------
    rows : int
        The highest ``row_id``; arrays by row have one place more.
    one_of_each : dict of numpy.ndarray
        By name: the number of the part that each row of the map is in, -1 where it is in none.
    any_of_each : dict of numpy.ndarray
        By name: for each row and part, whether the row is in the part. For splits in which a row
        may be in several parts, and for those of few parts.
    values : dict of Series
        By column of the records: its values, each once, no null.
    counted : numpy.ndarray of bool
        Rows whose records are counted by value.
    kin : list of numpy.ndarray
        Of each row the number of its kin, -1 where it has none, in one way after another: people
        with several records of rows of one kin are told.
    """

    rows: int
    one_of_each: Mapping[str, np.ndarray]
    any_of_each: Mapping[str, np.ndarray]
    values: Mapping[str, pd.Series]
    counted: np.ndarray
    kin: Sequence[np.ndarray]


class Counts(NamedTuple):
    """Distinct people who are named.

    Attributes
    ----------
    rows : numpy.ndarray
        People of each ``row_id``.
    parts : dict of numpy.ndarray
        By name: people of the part of each number.
    values : dict of numpy.ndarray
        By column: people of the value of each number, and then those of records without one.
    several : numpy.ndarray of uint64
        Hash of each person with several records of rows of one kin.
    records : int
        Records that name somebody.
    """

    rows: np.ndarray
    parts: dict[str, np.ndarray]
    values: dict[str, np.ndarray]
    several: np.ndarray
    records: int


class SameHash(Exception):
    """Two people have the same hash."""


def count_sorted(columns: Sequence[np.ndarray], parts: Parts) -> Counts:
    """Distinct people of each row and part, and of each value of some columns.

    Parameters
    ----------
    columns : sequence of numpy.ndarray
        Of each record: a hash of the person (unsigned, 64 bits), another one to check it by, the
        ``row_id``, and the number of the value in each column of the parts, in their order; that
        of a record without a value is how many values there are.
    parts : Parts

    Returns
    -------
    Counts

    Raises
    ------
    SameHash
        If two people have one hash and another to check it by.

    Examples
    --------
    >>> hashes, rows = np.array([7, 7, 9], "uint64"), np.array([1, 1, 1])
    >>> alone = np.array([-1, 0])
    >>> parts = Parts(1, {}, {}, {}, np.array([False, True]), [alone])
    >>> found = count_sorted([hashes, hashes, rows], parts)
    >>> found.rows.tolist(), found.several.tolist()
    ([0, 2], [7])
    """
    order = np.argsort(columns[0])
    hashes, checks, rows, *values = (column[order] for column in columns)
    first = _first(hashes)
    if (_first(checks) & ~first).any():
        raise SameHash
    person = np.cumsum(first) - 1
    own, own_rows = _distinct(person, rows)
    of_parts = {
        name: _tally(own, part_of[own_rows], part_of.max(initial=-1) + 1)
        for name, part_of in parts.one_of_each.items()
    }
    of_parts |= _of_several(own, own_rows, parts.any_of_each)
    left_out = ~parts.counted[rows]
    of_values = {}
    for name, number in zip(parts.values, values, strict=True):
        number[left_out] = -1
        of_values[name] = _tally(person, number, len(parts.values[name]) + 1)
    several = np.unique(np.concatenate([[], *_with_several(person, rows, parts.kin)]).astype(int))
    return Counts(
        np.bincount(own_rows, minlength=parts.rows + 1),
        of_parts,
        of_values,
        hashes[first][several],
        len(rows),
    )


def _first(values: np.ndarray) -> np.ndarray:
    """Which of some values in a row are not what is before them."""
    found = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _sorted_pairs(person: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Person and number in one whole number, sorted."""
    pairs = person << 32
    pairs |= number
    pairs.sort()
    return pairs


def _distinct(person: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each pair of a person and a number once, by person."""
    pairs = _sorted_pairs(person, number)
    pairs = pairs[_first(pairs)]
    return pairs >> 32, pairs & _LOW


def _tally(person: np.ndarray, number: np.ndarray, numbers: int) -> np.ndarray:
    """Distinct people of each number from nought on; numbers below it count nowhere."""
    if numbers <= BITS:
        # The last place is that of -1.
        bits = np.append(np.left_shift(np.int64(1), np.arange(numbers)), 0)
        return _of_bits(person, bits[number], numbers)
    there = number >= 0
    return np.bincount(_distinct(person[there], number[there])[1], minlength=numbers)


def _of_several(
    person: np.ndarray, rows: np.ndarray, any_of_each: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Distinct people of parts of which a row may be in several, as many at a time as have bits."""
    if not any_of_each:
        return {}
    is_in = np.hstack(list(any_of_each.values()))
    counts = []
    for begin in range(0, is_in.shape[1], BITS):
        few = is_in[:, begin : begin + BITS]
        bits = few @ np.left_shift(np.int64(1), np.arange(few.shape[1]))
        counts.append(_of_bits(person, bits[rows], few.shape[1]))
    ends = np.cumsum([each.shape[1] for each in any_of_each.values()])
    return dict(zip(any_of_each, np.split(np.concatenate(counts), ends[:-1]), strict=True))


def _of_bits(person: np.ndarray, bits: np.ndarray, numbers: int) -> np.ndarray:
    """People of each bit; who is sorted has one place after another."""
    starts = np.flatnonzero(_first(person))
    of_people = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    return np.array([np.count_nonzero(of_people >> bit & 1) for bit in range(numbers)], dtype=int)


def _with_several(
    person: np.ndarray, rows: np.ndarray, kin: Sequence[np.ndarray]
) -> Iterator[np.ndarray]:
    """People with several records of rows of one kin, in each way of telling kin."""
    for kin_of in kin:
        number = kin_of[rows]
        there = number >= 0
        pairs = _sorted_pairs(person[there], number[there])
        yield np.unique(pairs[1:][pairs[1:] == pairs[:-1]] >> 32)
