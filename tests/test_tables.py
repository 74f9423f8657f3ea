"""The joins refuse what is missing or repeated, and splitting conserves."""

import pandas as pd
import pytest

from socialvalue.errors import InputError
from socialvalue.tables import lookup, split

ROWS = pd.DataFrame({"id": ["a", "b", "a"], "value": [1.0, 2.0, 4.0]}, index=[7, 8, 9])


def test_lookup_keeps_rows_order_and_index():
    reference = pd.DataFrame({"id": ["b", "a"], "price": [20.0, 10.0]})
    found = lookup(ROWS, reference, "id", "prices")
    assert found["price"].to_dict() == {7: 10.0, 8: 20.0, 9: 10.0}


def test_lookup_refuses_a_missing_key():
    with pytest.raises(InputError, match="none for id 'b'"):
        lookup(ROWS, pd.DataFrame({"id": ["a"], "price": [1.0]}), "id", "prices")


def test_lookup_refuses_a_repeated_key():
    reference = pd.DataFrame({"id": ["a", "b", "a"], "price": [1.0, 2.0, 3.0]})
    with pytest.raises(InputError, match="'a' stands more than once"):
        lookup(ROWS, reference, "id", "prices")


def test_split_conserves_what_shares_allocate():
    shares = pd.DataFrame({"id": ["a", "a", "b"], "part": [1, 2, 1], "share": [0.25, 0.75, 0.5]})
    parts = split(ROWS, shares, "id", ["value"])
    # a: 5 in all, of which 1.25 and 3.75; b: half of 2.
    assert parts.groupby(["id", "part"])["value"].sum().to_dict() == {
        ("a", 1): 1.25,
        ("a", 2): 3.75,
        ("b", 1): 1.0,
    }


def test_split_refuses_shares_over_one():
    shares = pd.DataFrame({"id": ["a", "a"], "part": [1, 2], "share": [0.6, 0.6]})
    with pytest.raises(InputError, match="'a' sum to more than 1"):
        split(ROWS, shares, "id", ["value"])
