"""The marked copy: each problem coloured and commented, all else as it was."""

import hashlib
import os
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.annotate import LIST, RED, annotate
from socialvalue.errors import InputError, OutputError

HEADINGS = ["Record", "Stakeholder Group", "quantity", "Date", "DEADWEIGHT"]
ROWS = [
    ["O1", "people", 4, "2024-05-01", 0.2],
    ["O2", "people", "four", "2024-05-01", 35],
    ["O2", "people", "=C2*2", None, 0.1],
]


def book_of(path: Path, above: int = 0, name: str = "Outcomes") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in [*[["Our hub"]] * above, HEADINGS, *ROWS]:
        sheet.append(row)
    sheet.cell(row=above + 2, column=2).comment = openpyxl.comments.Comment("Mine", "me")
    sheet.column_dimensions["A"].width = 33
    other = book.create_sheet("_working")
    other["A1"], other["A2"], other["A3"] = 1, 2, "=SUM(A1:A2)"
    other["A3"].number_format = "0.00"
    book.save(path)
    return path


def marked(path: Path, copy: Path) -> tuple[openpyxl.Workbook, pd.DataFrame]:
    problems = sv.check(sv.read_records(path))
    annotate(path, problems, copy)
    return openpyxl.load_workbook(copy), problems


def coloured(sheet) -> set[str]:
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return {cell.coordinate for cell in cells if cell.fill.fgColor.rgb == RED.fgColor.rgb}


def test_each_problem_is_coloured_with_what_to_do(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    book, problems = marked(path, tmp_path / "marked.xlsx")
    sheet = book["Outcomes"]
    # four is no number; 35 a percentage; O2 twice; a formula never calculated; no date.
    assert coloured(sheet) == {"C3", "E3", "A4", "C4", "D4"}
    assert sheet["E3"].comment.text == (
        "deadweight: deadweight must be a share between 0 and 1\n"
        "35 looks like a percentage; write 0.35."
    )
    assert "also in row 3" in sheet["A4"].comment.text
    assert len(problems) == 5
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


def test_all_problems_are_listed_on_a_sheet(tmp_path):
    book, problems = marked(book_of(tmp_path / "hub.xlsx"), tmp_path / "marked.xlsx")
    rows = list(book[LIST].iter_rows(values_only=True))
    assert list(rows[0]) == list(problems.columns)
    assert len(rows) == 1 + len(problems)
    at = problems.columns.get_loc("value")
    assert {row[at] for row in rows[1:]} == {"four", "35", "O2", "=C2*2", None}
    # Text that begins with = is text there, not a formula.
    assert all(cell.data_type != "f" for row in book[LIST].iter_rows() for cell in row)


def test_formulas_formats_comments_and_other_sheets_are_in_the_copy(tmp_path):
    book, _ = marked(book_of(tmp_path / "hub.xlsx"), tmp_path / "marked.xlsx")
    assert book.sheetnames == ["Outcomes", "_working", LIST]
    assert book["_working"]["A3"].value == "=SUM(A1:A2)"
    assert book["_working"]["A3"].number_format == "0.00"
    assert book["Outcomes"]["C4"].value == "=C2*2"
    assert book["Outcomes"]["B2"].comment.text == "Mine"
    assert book["Outcomes"].column_dimensions["A"].width == 33


def test_headings_further_down_are_found(tmp_path):
    book, _ = marked(book_of(tmp_path / "hub.xlsx", above=2), tmp_path / "marked.xlsx")
    # The same cells two rows down, and the headings themselves.
    assert coloured(book["Outcomes"]) == {"A3", "C5", "E5", "A6", "C6", "D6"}
    assert "the headings are in row 3" in book["Outcomes"]["A3"].comment.text


def test_a_comment_of_the_users_is_kept_above_ours(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    book = openpyxl.load_workbook(path)
    book["Outcomes"]["E3"].comment = openpyxl.comments.Comment("Ask Sam", "me")
    book.save(path)
    book, _ = marked(path, tmp_path / "marked.xlsx")
    assert book["Outcomes"]["E3"].comment.text.startswith("Ask Sam\n\ndeadweight: ")


def test_two_problems_of_one_cell_share_its_comment(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    twice = pd.concat([sv.check(sv.read_records(path)).query("column == 'deadweight'")] * 2)
    annotate(path, twice, tmp_path / "marked.xlsx")
    text = openpyxl.load_workbook(tmp_path / "marked.xlsx")["Outcomes"]["E3"].comment.text
    assert text.count("35 looks like a percentage") == 2


def test_merged_cells_are_marked_where_the_value_is(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    book = openpyxl.load_workbook(path)
    book["Outcomes"].merge_cells("B2:B3")
    book.save(path)
    book, _ = marked(path, tmp_path / "marked.xlsx")
    assert "B2" in coloured(book["Outcomes"])
    comment = book["Outcomes"]["B2"].comment.text
    # The first row of the merge says so, and the blank below it is marked there too.
    assert "cells are merged" in comment and "stakeholder_group is required" in comment


def test_what_has_no_cell_is_marked_at_the_headings(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "outcomes"
    book.active.append(["outcome_id", "stakeholder_group", "", "deadwieght", "date"])
    book.active.append(["O1", "people", 5, 0.1, "2024-05-01"])
    book.create_sheet("Inputz").append(["input_id"])
    book.save(tmp_path / "hub.xlsx")
    book, problems = marked(tmp_path / "hub.xlsx", tmp_path / "marked.xlsx")
    # A missing column at the first heading; the others where they stand.
    assert coloured(book["outcomes"]) == {"A1", "C1", "D1"}
    assert "Add a column quantity" in book["outcomes"]["A1"].comment.text
    assert "Did you mean deadweight?" in book["outcomes"]["D1"].comment.text
    assert coloured(book["Inputz"]) == {"A1"}
    assert "Did you mean inputs?" in book["Inputz"]["A1"].comment.text
    assert len(problems) == 4


def test_a_sheet_that_is_missing_is_listed(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "stakeholders"
    book.active.append(["stakeholder_group"])
    book.active.append(["people"])
    book.save(tmp_path / "hub.xlsx")
    book, problems = marked(tmp_path / "hub.xlsx", tmp_path / "marked.xlsx")
    assert problems["rule"].tolist() == ["the table outcomes is missing"]
    assert book[LIST]["A2"].value == "outcomes"
    assert coloured(book["stakeholders"]) == set()


def test_a_copy_of_a_marked_copy_has_one_list(tmp_path):
    first = tmp_path / "marked.xlsx"
    marked(book_of(tmp_path / "hub.xlsx"), first)
    book, problems = marked(first, tmp_path / "again.xlsx")
    assert book.sheetnames.count(LIST) == 1
    assert len(problems) == 5


def test_control_characters_do_not_spoil_the_copy(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    problems = sv.check(sv.read_records(path)).assign(value="a\x07b", what_to_do="c\x0bd")
    annotate(path, problems, tmp_path / "marked.xlsx")
    assert openpyxl.load_workbook(tmp_path / "marked.xlsx")[LIST]["D2"].value == "ab"


def test_private_values_are_not_added_to_the_copy(tmp_path):
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx"))
    for row, value in enumerate(["person_id", "=ADA()", "Bob"], start=1):
        book["Outcomes"].cell(row=row, column=6, value=value)
    book.save(tmp_path / "hub.xlsx")
    book, _ = marked(tmp_path / "hub.xlsx", tmp_path / "marked.xlsx")
    listed = [str(value) for row in book[LIST].iter_rows(values_only=True) for value in row]
    assert "(hidden)" in listed
    assert not any("ADA" in value or "Bob" in value for value in listed)


def test_the_messy_workbook_is_marked_where_it_is_wrong(tmp_path):
    book, problems = marked(sv.datasets.messy_workbook_path(), tmp_path / "marked.xlsx")
    # By their letters: the columns of the sheet as the script that makes it lists them.
    assert {"F10", "H16", "J1", "K4", "L5", "A6", "A27"} <= coloured(book["outcomes"])
    assert coloured(book["surveys"]) == {"D2"}
    assert coloured(book["links"]) == {"D2", "D3", "C4"}
    assert book[LIST].max_row == len(problems) + 1


@pytest.mark.parametrize("name", ["hub.xlsx", "sub/../hub.xlsx"])
def test_the_input_is_never_overwritten(tmp_path, name):
    (tmp_path / "sub").mkdir()
    path = book_of(tmp_path / "hub.xlsx")
    before = path.read_bytes()
    with pytest.raises(OutputError, match="is the input itself. Give the copy another name"):
        annotate(path, sv.check(sv.read_records(path)), tmp_path / name)
    assert path.read_bytes() == before


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_input_is_not_overwritten_through_another_name(tmp_path, link):
    path = book_of(tmp_path / "hub.xlsx")
    link(path, tmp_path / "other.xlsx")
    with pytest.raises(OutputError, match="is the input itself"):
        annotate(path, sv.check(sv.read_records(path)), tmp_path / "other.xlsx")


def test_a_copy_of_another_kind_or_of_no_workbook(tmp_path):
    path = book_of(tmp_path / "hub.xlsx")
    problems = sv.check(sv.read_records(path))
    with pytest.raises(OutputError, match=r"end its name in \.xlsx"):
        annotate(path, problems, tmp_path / "marked.ods")
    with pytest.raises(InputError, match="cells cannot be marked. Run the check without"):
        annotate(tmp_path, problems, tmp_path / "marked.xlsx")
    (tmp_path / "text.xlsx").write_text("text")
    with pytest.raises(InputError, match="cannot be copied.*Run the check without"):
        annotate(tmp_path / "text.xlsx", problems, tmp_path / "marked.xlsx")
    assert not (tmp_path / "marked.xlsx").exists()


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    path = book_of(tmp_path / "hub.xlsx")
    problems = sv.check(sv.read_records(path))
    (tmp_path / "marked.xlsx").write_text("kept")

    def locked(*_):
        raise PermissionError(13, "Permission denied")

    # A workbook that is open in another program refuses to be replaced.
    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(OutputError, match="may be open in another program: close it"):
        annotate(path, problems, tmp_path / "marked.xlsx")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hub.xlsx", "marked.xlsx"]
    assert (tmp_path / "marked.xlsx").read_text() == "kept"


def test_a_copy_may_be_read_by_whom_the_system_says(tmp_path):
    before = os.umask(0o077)
    try:
        marked(book_of(tmp_path / "hub.xlsx"), tmp_path / "marked.xlsx")
    finally:
        os.umask(before)
    if os.name != "nt":
        assert (tmp_path / "marked.xlsx").stat().st_mode & 0o777 == 0o600
