"""The blank workbook: every column with its note and drop-down, and it reads back."""

import datetime as dt

import openpyxl
import pytest

import socialvalue as sv
from socialvalue.errors import InputError, OutputError, SettingsError
from socialvalue.schemas import TABLES
from socialvalue.template import describe, write_template


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "hub.xlsx"
    write_template(path)
    return path


@pytest.fixture(scope="module")
def book(blank):
    return openpyxl.load_workbook(blank)


def test_a_sheet_for_each_table_and_one_about_them(book):
    assert book.sheetnames == ["about", *TABLES]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_has_its_heading_and_a_note(book, table):
    headings = [cell for cell in book[table.name][1] if cell.value is not None]
    assert [cell.value for cell in headings] == table.names
    for cell, column in zip(headings, table.columns, strict=True):
        assert column.label in cell.comment.text
        assert ("Required." in cell.comment.text) == column.required
        assert all(code in cell.comment.text for code in column.codes)
    assert book[table.name].freeze_panes == "B2"


def drop_downs(sheet) -> dict[str, str]:
    """First formula of each validation, by the heading of its column."""
    return {
        sheet[f"{str(each.sqref).partition(':')[0].rstrip('0123456789')}1"].value: each.formula1
        for each in sheet.data_validations.dataValidation
        if each.type == "list"
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_codes_and_yes_no_are_chosen_from_a_list(book, table):
    lists = drop_downs(book[table.name])
    expected = {c.name: f'"{",".join(c.codes)}"' for c in table.columns if c.codes}
    expected |= {c.name: '"yes,no"' for c in table.columns if c.kind == "yes_no"}
    assert lists == expected


def test_a_share_is_limited_with_a_word_of_help(book):
    validations = book["outcomes"].data_validations.dataValidation
    shares = [each for each in validations if each.type == "decimal"]
    # the level of a range, deadweight, displacement, attribution to others and drop-off
    assert len(shares) == 5
    assert {(each.formula1, each.formula2) for each in shares} == {("0", "1")}
    assert {each.error for each in shares} == {"Write a share between 0 and 1: 35% is 0.35."}


def test_identifiers_are_text_cells_so_that_zeros_are_kept(book):
    column = book["outcomes"].column_dimensions
    styles = {
        book["outcomes"][f"{letter}1"].value: column[letter].number_format for letter in "ABF"
    }
    assert styles == {"outcome_id": "@", "activity_id": "@", "proxy_id": "@"}


def test_about_explains_every_column(book):
    rows = {tuple(row[:2]) for row in book["about"].iter_rows(min_row=5, values_only=True)}
    assert rows == {(table.name, name) for table in TABLES.values() for name in table.names}


def test_the_blank_workbook_asks_for_outcomes_and_nothing_else(blank):
    found = sv.check(sv.read_records(blank))
    assert found["rule"].tolist() == ["the table outcomes has no rows"]


FILLED = {
    "text": "words",
    "id": "007",
    "number": 2,
    "integer": 2,
    "share": 0.5,
    "money": 10,
    "date": dt.date(2024, 5, 1),
    "year": "2024-25",
    "yes_no": "yes",
}
# Columns that must name something, or go with another.
SPECIAL = {
    "proxy_id": None,
    "framework": "sdg",
    "category": "3",
    "amount": 4,
    "quantity_low": 1,
    "instrument": "ons4_life_satisfaction",
    "minimum": 0,
    "maximum": 10,
}


def filled(blank, path, tables):
    book = openpyxl.load_workbook(blank)
    for name in tables:
        for place, column in enumerate(TABLES[name].columns, start=1):
            value = column.codes[0] if column.codes else FILLED[column.kind]
            value = SPECIAL.get(column.name, value)
            if name == "instruments" and column.name == "instrument":
                value = "our_scale"
            book[name].cell(row=2, column=place, value=value)
    book.save(path)
    return sv.read_records(path)


def test_a_filled_template_reads_back_with_no_problems(blank, tmp_path):
    # hours x rate is 2 x 2 = 4, the amount; a money of 10 would not go with them.
    tables = [name for name in TABLES if name != "inputs"]
    assert sv.check(filled(blank, tmp_path / "hub.xlsx", tables)).to_dict("records") == []


def test_inputs_of_a_filled_template(blank, tmp_path):
    book = openpyxl.load_workbook(blank)
    values = {"input_id": "I1", "hours": 2, "rate": 15, "amount": 30, "input_type": "staff_time"}
    values["date"] = dt.date(2024, 5, 1)
    for cell in book["inputs"][1]:
        book["inputs"].cell(row=2, column=cell.column, value=values.get(cell.value))
    book.save(tmp_path / "inputs.xlsx")
    found = sv.check(sv.read_records(tmp_path / "inputs.xlsx"))
    assert found["rule"].tolist() == ["the table outcomes has no rows"]


def test_outcomes_alone_may_be_filled_in(blank, tmp_path):
    records = filled(blank, tmp_path / "hub.xlsx", ["outcomes"])
    assert sv.check(records).to_dict("records") == []
    assert records.outcomes["outcome_id"].tolist() == ["007"]


def test_a_template_never_replaces_what_somebody_filled_in(blank):
    before = blank.read_bytes()
    with pytest.raises(InputError, match="is there already and is never overwritten"):
        write_template(blank)
    assert blank.read_bytes() == before


def test_a_template_is_a_workbook_or_nothing(tmp_path):
    with pytest.raises(OutputError, match=r"end its name in \.xlsx"):
        write_template(tmp_path / "hub.csv")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_template(tmp_path / "file" / "hub.xlsx")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_table_is_described_column_by_column():
    found = describe("stories").set_index("column")
    assert found.index.tolist() == TABLES["stories"].names
    assert found.loc["consent", "meaning"] == "Who may read it (none, internal, public)"
    assert found.loc["consent", "required"] == "required"
    assert found.loc["withdrawn_on", "kind"] == "date"


def test_a_table_that_is_none_is_not_described():
    with pytest.raises(SettingsError, match="no table called 'outcom'. Did you mean outcomes"):
        describe("outcom")
