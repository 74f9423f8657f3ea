"""Are repeated identifiers found by their hashes just as by their names, and blanks counted?"""

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import socialvalue as sv
from socialvalue import arrow_batches, identifiers, text_screen
from socialvalue.engine_tables import open_table
from socialvalue.identifiers import plain_identifiers, repeated_identifiers
from socialvalue.schemas import OUTCOMES
from socialvalue.text_screen import screen

DUCKDB = duckdb.connect()
NAMES = st.none() | st.sampled_from(["O-1", "O-2", "O-3", "o-1", "UUID-ab", "7", "A"])


def held_of(ids, **columns):
    frame = pd.DataFrame({"outcome_id": pd.Series(ids, dtype="str"), **columns})
    relation = DUCKDB.from_df(frame).select("*")
    return open_table(relation, OUTCOMES, sv.Records(outcomes=frame).origin("outcomes"), "iso")


def by_hand(ids):
    counts = pd.Series(ids, dtype="object").value_counts()
    twice = counts[counts > 1]
    blank = sum(each is None for each in ids)
    return len(twice), int(twice.sum()), blank, sorted(twice.index)


@pytest.mark.parametrize("at_once", [1, 3, 1 << 26])
@pytest.mark.parametrize("batch", [2, 1 << 18])
@settings(max_examples=25, deadline=None)
@given(ids=st.lists(NAMES, max_size=12))
def test_hashes_find_what_a_count_by_hand_finds(at_once, batch, ids):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_screen, "SORTED_AT_ONCE", at_once)
        patch.setattr(arrow_batches, "BATCH", batch)
        held = held_of(ids)
        found = screen(held, ["outcome_id"], "outcome_id").identifiers
        repeated, records, blank, names = by_hand(ids)
        assert (found.repeated, found.records, found.blank) == (repeated, records, blank)
        told = repeated_identifiers(held, "outcome_id", found, 2)
        assert told == (repeated, records, names[:2])


@settings(max_examples=25, deadline=None)
@given(ids=st.lists(NAMES, max_size=12))
def test_every_way_of_looking_finds_the_same(ids):
    held = held_of(ids)
    by_hash = screen(held, ["outcome_id"], "outcome_id").identifiers
    once = plain_identifiers(held, "outcome_id")
    assert once[:3] == by_hash[:3]
    told = repeated_identifiers(held, "outcome_id", by_hash, 5)
    assert repeated_identifiers(held, "outcome_id", once, 5) == told
    assert repeated_identifiers(held, "outcome_id", None, 5) == told


def test_identifiers_that_only_share_a_hash_are_not_repeated(monkeypatch):
    held = held_of(["O-1", "O-2", "O-3", "O-3"])
    native = held.frame.to_native()
    query = "SELECT hash(outcome_id) AS hash_ FROM held WHERE outcome_id IN ('O-1', 'O-3')"
    hashes = native.query("held", query).df()["hash_"].drop_duplicates().to_numpy("uint64")
    # As if the hash of O-1 had stood twice: its name stands once.
    found = identifiers.identifiers_of_hashes(held, "outcome_id", hashes, 0)
    assert found[:3] == (1, 2, 0)
    assert repeated_identifiers(held, "outcome_id", found, 5) == (1, 2, ["O-3"])


def test_columns_that_are_not_all_plain_are_left_to_the_engine():
    held = held_of(["O-1", "O-2"], note=["well", " spaced"], ward=["A", "B"], quantity=["1", "2"])
    found = screen(held, ["outcome_id", "note", "ward", "quantity"], "outcome_id")
    assert found.plain == {"outcome_id", "ward"}
    assert found.identifiers[:3] == (0, 0, 0)
    odd = screen(held_of(["O-1", "n/a"]), ["outcome_id"], "outcome_id")
    assert odd == (frozenset(), None)


def test_without_pyarrow_the_engine_is_asked_instead(monkeypatch):
    frame = pd.DataFrame({"outcome_id": ["O-1", "O-1"]})
    held = held_of(frame["outcome_id"])
    monkeypatch.setattr(text_screen, "find_spec", lambda name: None)
    assert screen(held, ["outcome_id"], "outcome_id") == (frozenset(), None)
