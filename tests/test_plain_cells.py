"""Plain cells are read in one go: just as their parsers would read them, one by one."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import socialvalue as sv
from socialvalue.cells import Cell, not_a_value, parse_cell
from socialvalue.date_cells import parse_date
from socialvalue.plain_cells import is_text, plain_text, read_plain, surely_filled, surely_plain
from socialvalue.raw_tables import filled_cells, is_filled
from socialvalue.schemas import OUTCOMES

KINDS = ("outcome_id", "note", "quantity", "date", "evidence", "intended", "deadweight", "people")

# What people write, and what is next to it: slips are where two readings could part.
CELLS = st.one_of(
    st.text(max_size=8),
    st.text(alphabet="0123456789.-+eE,£% ", max_size=10),
    st.text(alphabet="0123456789-/", min_size=8, max_size=10),
    st.text(alphabet="nNaA/?-unkowtbcle #=", max_size=8),
    st.dates().map(date.isoformat),
    st.sampled_from(
        ["N/A", "#REF!", "=A1", "trial", "Trial", "\u200b", "\u00a0x", "caf\u0065\u0301"]
    ),
)


def one_by_one(cell: str, name: str) -> Cell:
    """What the parsers of single cells say, errors and formulas first."""
    column = OUTCOMES[name]
    if column.kind == "date":
        return not_a_value(cell) or parse_date(cell)
    return not_a_value(cell) or parse_cell(cell, column)


@pytest.mark.parametrize("name", KINDS)
@given(cells=st.lists(CELLS, min_size=1, max_size=5))
@example(cells=["2024-02-30", "2024-02-29", "0000-01-01", "9999-12-31"])
@example(cells=["unknown", "Tbc", "nAn", "NONE", "none1"])
@example(cells=["1e3", "+5", ".5", "5.", "-0", "007", "1_000", "1234567890123456789"])
@example(cells=["a\x00b", "a\u200bb", "a b ", "\ta", "a\nb", "ﬁ", "٣"])
def test_a_plain_cell_is_read_as_its_parser_reads_it(name, cells):
    read = read_plain(pd.Series(cells, dtype="str"), OUTCOMES[name])
    for cell, value in zip(cells, read, strict=True):
        if not pd.isna(value):
            assert one_by_one(cell, name) == Cell(value)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("outcome_id", "O-013", "O-013"),
        ("outcome_id", "007", "007"),
        ("note", "Went well (twice).", "Went well (twice)."),
        ("quantity", "-12.25", -12.25),
        ("evidence", "trial", "trial"),
        ("date", "2024-03-25", pd.Timestamp(2024, 3, 25)),
    ],
)
def test_what_most_cells_hold_is_plain(name, cell, value):
    # A pattern that took nothing would be right, and of no use.
    assert read_plain(pd.Series([cell, None], dtype="str"), OUTCOMES[name])[0] == value


@given(cells=st.lists(st.one_of(st.none(), CELLS), min_size=1, max_size=6))
@example(cells=["\u200b", "\u00a0", " ", "", None, "x"])
def test_a_blank_cell_is_the_same_however_it_is_found(cells):
    values = pd.Series(cells, dtype="str")
    one_by_one_filled = filled_cells(values).notna().tolist()
    assert is_filled(values).tolist() == one_by_one_filled
    assert not (surely_filled(values) & ~filled_cells(values).notna()).any()


def test_text_is_told_from_what_only_holds_some():
    assert is_text(pd.Series(["a", None]))
    assert is_text(pd.Series(["a", None], dtype=object))
    assert not is_text(pd.Series(["a", 1], dtype=object))
    assert not is_text(pd.Series([1.0, None]))
    assert not plain_text(pd.Series(["=SUM(A1)"]))[0]


def test_the_order_of_dates_is_judged_over_the_cells_that_are_not_plain():
    # 03/25/2024 can only be month-first; then 04/05/2024 is trusted no more, the ISO date is.
    frame = pd.DataFrame({"outcome_id": ["a", "b", "c"], "stakeholder_group": "g", "quantity": 1})
    frame["date"] = ["03/25/2024", "04/05/2024", "2024-05-04"]
    found = sv.check(sv.Records(outcomes=frame))
    assert found["row"].tolist() == [0, 1]
    assert found["value"].tolist() == ["03/25/2024", "04/05/2024"]


def test_days_of_a_database_are_days():
    frame = pd.DataFrame({"outcome_id": ["a", "b"], "date": [date(2024, 3, 25), None]})
    typed = sv.parse_records(sv.Records(outcomes=frame)).tables["outcomes"]["date"]
    assert typed[0] == pd.Timestamp(2024, 3, 25)
    assert pd.isna(typed[1])
    assert typed.dtype == "datetime64[us]"


@pytest.mark.parametrize("name", ["outcome_id", "note"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@given(cells=st.lists(st.none() | CELLS, max_size=6), start=st.integers(0, 2))
@example(cells=["O-1", None, "O-2"], start=0)
@example(cells=["n/a", "O-1", "tbc"], start=1)
@example(cells=["none", "none1", ""], start=0)
@example(cells=["a~", "b", "c d"], start=1)
@example(cells=[None, None], start=0)
def test_a_batch_is_surely_plain_just_where_each_of_its_cells_is(name, kind, cells, start):
    batch = pa.array(cells, type=kind)[start:]
    column = OUTCOMES[name]
    # The parsers see every cell: a plain one is read as it stands, a null has nothing to say.
    said = [cell for cell in cells[start:] if cell is not None]
    read = read_plain(pd.Series(said, dtype="str"), column)
    assert surely_plain(batch, column) == bool(read.notna().all())


def test_a_batch_stored_in_another_way_is_not_said_to_be_plain():
    assert surely_plain(pa.array(["A", "B"]), None)
    assert not surely_plain(pa.array(["A", "B"]).dictionary_encode(), None)
    assert not surely_plain(pa.array(["A", "B"], type=pa.string_view()), None)
