"""People behind parts of a map, told from sorted numbers, against sets of names."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialvalue.sorted_people import BITS, Parts, SameHash, count_sorted

ROWS, WARDS = 6, 3
records = st.lists(
    st.tuples(st.integers(0, 7), st.integers(1, ROWS), st.integers(0, WARDS)), max_size=40
)


def hashed(people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two numbers that stand for each person, spread over all there are."""
    ends = np.random.default_rng(7).integers(0, 2**64, (2, 16), dtype="uint64")
    return ends[0][people], ends[1][people].astype("uint32")


def parts(of_rows: dict, any_of_each: dict, kin: list, counted: list) -> Parts:
    wards = pd.Series([f"Ward {at}" for at in range(WARDS)])
    return Parts(ROWS, of_rows, any_of_each, {"ward": wards}, np.array(counted), kin)


@given(
    records,
    st.lists(st.integers(-1, 2), min_size=ROWS + 1, max_size=ROWS + 1),
    st.lists(st.booleans(), min_size=ROWS + 1, max_size=ROWS + 1),
)
def test_counts_are_those_of_sets_of_names(found, number_of, counted):
    person, row, ward = (np.array([each[at] for each in found], dtype=int) for at in range(3))
    number_of = np.array(number_of)
    # More parts than one whole number has bits, of which a row is in several.
    is_in = np.array([[(at + part) % 3 == 0 for part in range(BITS + 7)] for at in range(ROWS + 1)])
    one = {"few": number_of, "many": np.where(number_of >= 0, number_of + BITS, -1)}
    asked = parts(one, {"a": is_in, "b": is_in[:, :2]}, [number_of], counted)
    told = count_sorted([*hashed(person), row, ward], asked)

    of_each = [{who for who, row, _ in found if row == at} for at in range(ROWS + 1)]
    assert told.rows.tolist() == [len(people) for people in of_each]

    def of_rows(chosen: np.ndarray) -> int:
        return len(set().union(*(of_each[at] for at in np.flatnonzero(chosen))))

    of_few = [of_rows(number_of == number) for number in range(number_of.max() + 1)]
    assert told.parts["few"].tolist() == of_few
    if number_of.max() >= 0:
        assert told.parts["many"].tolist() == [0] * BITS + of_few
    for name, many in (("a", BITS + 7), ("b", 2)):
        assert told.parts[name].tolist() == [of_rows(is_in[:, part]) for part in range(many)]
    in_wards = [{e[0] for e in found if e[2] == at and counted[e[1]]} for at in range(WARDS + 1)]
    assert told.values["ward"].tolist() == [len(people) for people in in_wards]
    kinds = [(who, number_of[at]) for who, at, _ in found if number_of[at] >= 0]
    several = {who for who, kind in kinds if kinds.count((who, kind)) > 1}
    assert set(told.several.tolist()) == set(hashed(np.array(sorted(several), int))[0].tolist())
    assert told.records == len(found)


def test_two_people_with_one_hash_are_not_taken_for_one():
    one = np.array([5, 5], dtype="uint64")
    none = parts({}, {}, [], [True] * (ROWS + 1))
    rows, wards = np.array([1, 2]), np.array([0, 0])
    assert count_sorted([one, np.array([8, 8]), rows, wards], none).rows[:3].tolist() == [0, 1, 1]
    with pytest.raises(SameHash):
        count_sorted([one, np.array([8, 9]), rows, wards], none)
