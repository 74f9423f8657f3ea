"""Files and frames of every kind are read as they are, or refused with what to do."""

import datetime as dt
import decimal
import os
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

import socialvalue as sv
from socialvalue.csv_files import read_csv_as_text
from socialvalue.errors import InputError, SettingsError
from socialvalue.parse import parse_records
from socialvalue.spreadsheet_errors import unread_cells

HEADINGS = ["outcome_id", "stakeholder_group", "quantity", "date", "deadweight", "intended"]
ROWS = [
    ["007", "people", 4, "2024-05-01", 0.25, "yes"],
    ["008", "people", 6, "2024-06-01", 0, "no"],
]
BUILT = pd.DataFrame(ROWS, columns=HEADINGS)


def book_of(path, sheets, **options):
    """A workbook made by openpyxl: name of a sheet and its rows."""
    book = openpyxl.Workbook(**options)
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def typed(records, table="outcomes"):
    return parse_records(records).tables[table]


def problems_of(records):
    return sv.check(records)[["table", "row", "column", "rule"]].to_numpy().tolist()


def notes_of(records):
    return parse_records(records).coerced["what"].tolist()


def is_whole(records):
    """Whether the two outcomes were read as they were built."""
    found = typed(records)
    assert problems_of(records) == []
    assert found["outcome_id"].tolist() == ["007", "008"]
    assert found["quantity"].tolist() == [4, 6]
    assert found["deadweight"].tolist() == [0.25, 0]
    assert found["intended"].tolist() == [True, False]
    assert found["date"].tolist() == [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-06-01")]
    return True


# Workbooks


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".XLSX"])
def test_a_workbook(tmp_path, suffix):
    made = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    path = made.rename(tmp_path / f"Hub{suffix}")
    records = sv.read_records(path)
    assert is_whole(records)
    assert str(records.origin("outcomes")) == f"Hub{suffix}, sheet outcomes"
    assert typed(records).index.tolist() == [2, 3]


def test_an_open_document_workbook(tmp_path):
    BUILT.to_excel(tmp_path / "hub.ods", sheet_name="outcomes", index=False, engine="odf")
    assert is_whole(sv.read_records(tmp_path / "hub.ods"))


def test_real_dates_and_numbers_of_a_spreadsheet_are_read_without_a_word(tmp_path):
    row = ["007", "people", 4, dt.date(2024, 5, 1), 0.25, True]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, row]}))
    assert typed(records)["date"].item() == pd.Timestamp("2024-05-01")
    assert notes_of(records) == []


def test_dates_of_a_workbook_that_counts_from_1904(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "hub.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet("outcomes")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, ROWS[0])
    sheet.write_datetime(1, 3, dt.datetime(2024, 5, 1), book.add_format({"num_format": "d/m/yy"}))
    book.close()
    records = sv.read_records(tmp_path / "hub.xlsx")
    assert typed(records)["date"].item() == pd.Timestamp("2024-05-01")


@pytest.mark.parametrize("name", ["Outcomes", " outcomes ", "OUTCOMES"])
def test_names_of_sheets_and_headings_in_capitals_spaces_and_labels(tmp_path, name):
    headings = [
        "Outcome ID",
        " Stakeholder-Group",
        "QUANTITY",
        "Date\u00a0",
        "Dead weight",
        "Intended",
    ]
    headings[4] = "Deadweight"
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {name: [headings, *ROWS]}))
    assert is_whole(records)
    assert "the heading 'Outcome ID' read as outcome_id" in notes_of(records)


def test_a_name_of_two_words(tmp_path):
    grants = [["activity_id", "grant_id", "share"], ["a", "g", 0.5]]
    sheets = {"outcomes": [HEADINGS, *ROWS], "Activity Grants": grants, "Partner-Claims": []}
    assert "activity_grants" in sv.read_records(book_of(tmp_path / "hub.xlsx", sheets)).tables


def test_two_sheets_of_one_table_are_refused(tmp_path):
    sheets = {"outcomes": [HEADINGS, ROWS[0]], "Outcomes ": [HEADINGS, ROWS[1]]}
    with pytest.raises(InputError, match="outcomes stands twice.*sheet Outcomes .*Keep one"):
        sv.read_records(book_of(tmp_path / "hub.xlsx", sheets))


@pytest.mark.parametrize("above", [1, 3])
def test_headings_further_down_are_named_with_all_else_that_is_wrong(tmp_path, above):
    title = [["Our hub's records, 2024-25"], [], ["Ask Sam about Date"]][:above]
    rows = [*title, HEADINGS, ROWS[0], [*ROWS[1][:4], 35, "no"]]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": rows}))
    found = sv.check(records)
    assert found[["row", "column"]].to_numpy().tolist() == [
        [above + 1, ""],
        [above + 3, "deadweight"],
    ]
    assert found["rule"][0] == f"the headings are in row {above + 1}, not in row 1"
    assert found["what_to_do"][0].startswith("Delete row")
    assert found["record"][1] == "outcome_id 008"


def test_blank_rows_are_passed_over_and_notes_below_the_table_are_problems(tmp_path):
    rows = [HEADINGS, ROWS[0], [], ROWS[1], [], ["Two forms still to come"], []]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": rows}))
    assert problems_of(records) == [["outcomes", 6, "outcome_id", "a note stands below the table"]]
    assert "blank rows passed over" in notes_of(records)
    assert typed(records).index.tolist() == [2, 4]


def test_a_total_below_the_table_never_passes_for_a_record(tmp_path):
    rows = [HEADINGS, *ROWS, [], ["Total", None, 10]]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": rows}))
    assert [each[1] for each in problems_of(records)] == [5, 5]


def test_hidden_sheets_are_read_and_said(tmp_path):
    sheets = {"outcomes": [HEADINGS, *ROWS], "addin storage": [["x"]], "inputz": [["x"]]}
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", sheets))
    for sheet in book.worksheets:
        sheet.sheet_state = "hidden"
    book.create_sheet("notes")
    book.save(tmp_path / "hub.xlsx")
    records = sv.read_records(tmp_path / "hub.xlsx")
    assert "the sheet is hidden, and was read" in notes_of(records)
    assert "this hidden sheet is not a table and was not read" in notes_of(records)
    # What may be a misspelt table is a problem, seen or not.
    assert problems_of(records) == [
        ["inputz", None, "", "there is no table of the name of this hidden sheet"]
    ]


def test_sheets_of_notes_and_charts_are_left_alone(tmp_path):
    sheets = {"outcomes": [HEADINGS, *ROWS], "_working": [["x"]], "README": [["x"]], "Notes": []}
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", sheets))
    book.create_chartsheet("Picture")
    book.save(tmp_path / "hub.xlsx")
    assert is_whole(sv.read_records(tmp_path / "hub.xlsx"))


def test_merged_cells_are_named_where_they_start(tmp_path):
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]}))
    book["outcomes"].merge_cells("B2:B3")
    book.save(tmp_path / "hub.xlsx")
    found = sv.check(sv.read_records(tmp_path / "hub.xlsx"))
    first = found.iloc[0]
    assert (first["row"], first["column"]) == (2, "column 2")
    assert first["rule"] == "cells are merged: only the first of them holds the value"
    assert "rows 2 to 3" in first["what_to_do"]


def test_formulas_are_read_by_the_values_saved_with_them(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "hub.xlsx"))
    sheet = book.add_worksheet("outcomes")
    sheet.write_row(0, 0, HEADINGS)
    for number, row in enumerate(ROWS, start=1):
        sheet.write_row(number, 0, row)
    sheet.write_formula("C2", "=2*2", None, 4)
    sheet.write_formula("G1", '=""', None, "")  # text, and rightly blank
    book.close()
    assert is_whole(sv.read_records(tmp_path / "hub.xlsx"))


def test_a_formula_without_a_saved_value_is_not_blank(tmp_path):
    # openpyxl writes formulas without values; a fast reader shows them as blank cells.
    rows = [HEADINGS, [*ROWS[0][:4], "=1/4", "yes"], ROWS[1]]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": rows}))
    found = sv.check(records)
    assert found[["row", "column", "value", "rule"]].to_numpy().tolist() == [
        [2, "deadweight", "=1/4", "is a formula without its value"]
    ]
    assert "save it again" in found["what_to_do"].item()


def test_error_cells_are_named_wherever_they_are(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "hub.xlsx"))
    for name in ("notes", "outcomes"):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROWS[0])
        sheet.write_formula("E2", "=1/0", None, "#DIV/0!")
    book.close()
    assert problems_of(sv.read_records(tmp_path / "hub.xlsx")) == [
        ["outcomes", 2, "deadweight", "is a spreadsheet error"]
    ]


def test_errors_in_an_open_document_workbook_are_refused(tmp_path):
    BUILT.to_excel(tmp_path / "hub.ods", sheet_name="outcomes", index=False, engine="odf")
    with zipfile.ZipFile(tmp_path / "hub.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = parts["content.xml"].replace(
        b"<table:table-cell ", b'<table:table-cell calcext:value-type="error" ', 1
    )
    with zipfile.ZipFile(tmp_path / "bad.ods", "w") as archive:
        for name, part in (parts | {"content.xml": content}).items():
            archive.writestr(name, part)
    with pytest.raises(InputError, match="spreadsheet errors.*save it as .xlsx"):
        sv.read_records(tmp_path / "bad.ods")


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ1048576"])
def test_a_stray_cell_far_out_is_refused_before_memory_is_filled(tmp_path, cell):
    # The fast reader makes room for every cell up to the last one: 17 billion of them.
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]}))
    book["outcomes"][cell] = " "
    book.save(tmp_path / "hub.xlsx")
    with pytest.raises(InputError, match="sheet outcomes reaches to column .* row 1,048,576"):
        sv.read_records(tmp_path / "hub.xlsx")


def test_a_stray_cell_is_seen_where_tags_have_a_prefix(tmp_path):
    # Some programs write <x:row> and <x:c>: the same sheet, in other letters.
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    book = openpyxl.load_workbook(path)
    book["outcomes"]["ZZ1048576"] = " "
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    sheet = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", parts[name])
    parts[name] = sheet.replace(b"xmlns=", b"xmlns:x=", 1)
    with zipfile.ZipFile(tmp_path / "prefixed.xlsx", "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(InputError, match="sheet outcomes reaches to column .* row 1,048,576"):
        sv.read_records(tmp_path / "prefixed.xlsx")


def rewritten(path, name, change):
    """The same workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts = {each: change(each, content) for each, content in parts.items()}
    with zipfile.ZipFile(path.with_name(name), "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return path.with_name(name)


def strict(name, content):
    """A part as a strict workbook has it: of other namespaces."""
    content = content.replace(
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    return content.replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )


def test_errors_are_found_in_a_strict_workbook(tmp_path):
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]}))
    book["outcomes"].cell(2, 1).value = "#REF!"
    book["outcomes"].cell(3, 1).value = "=1+1"
    book.save(tmp_path / "hub.xlsx")
    path = rewritten(tmp_path / "hub.xlsx", "strict.xlsx", strict)
    assert unread_cells(path) == {"outcomes": [(2, 1, "#REF!"), (3, 1, "=1+1")]}


@pytest.mark.parametrize("empty", [b"<x:v></x:v>", b"<x:v/>", b"<x:v />", b""])
def test_a_formula_without_result_is_found_where_tags_have_a_prefix(tmp_path, empty):
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]}))
    book["outcomes"].cell(3, 1).value = "=1+1"
    book.save(tmp_path / "hub.xlsx")

    def prefixed(name, content):
        if name != "xl/worksheets/sheet1.xml":
            return content
        sheet = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", content)
        sheet = re.sub(rb"</x:f>(<x:v ?/>|<x:v></x:v>)?", b"</x:f>" + empty, sheet)
        return sheet.replace(b"xmlns=", b"xmlns:x=", 1)

    path = rewritten(tmp_path / "hub.xlsx", "prefixed.xlsx", prefixed)
    assert unread_cells(path) == {"outcomes": [(3, 1, "=1+1")]}


def test_a_stray_cell_to_the_right_costs_nothing(tmp_path):
    book = openpyxl.load_workbook(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]}))
    book["outcomes"]["ZZ3"] = " "
    book.save(tmp_path / "hub.xlsx")
    assert is_whole(sv.read_records(tmp_path / "hub.xlsx"))


# What cannot be read


def refused(path, *words):
    with pytest.raises(InputError) as error:
        sv.read_records(path)
    message = str(error.value)
    assert path.name in message or str(path) in message
    for word in words:
        assert word in message
    assert "\n" not in message.strip()


def test_a_missing_file(tmp_path):
    refused(tmp_path / "no.xlsx", "There is no file or folder", "Check the name")


@pytest.mark.parametrize("name", ["hub.xls", "hub.csv", "hub.pdf", "hub"])
def test_a_file_of_another_kind(tmp_path, name):
    (tmp_path / name).write_text("outcome_id\n1\n")
    refused(tmp_path / name, "neither a workbook", ".xlsx", "folder of CSV")


@pytest.mark.parametrize(
    "content", [b"outcome_id,quantity\n", b"", b"\xd0\xcf\x11\xe0" + b"0" * 600]
)
def test_what_only_calls_itself_a_workbook(tmp_path, content):
    # The last is how a workbook with a password, or an old .xls, begins.
    (tmp_path / "hub.xlsx").write_bytes(content)
    refused(tmp_path / "hub.xlsx", "not a workbook", "password", "save it as .xlsx")


def test_a_zip_file_that_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "hub.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    refused(tmp_path / "hub.xlsx", "damaged")


@pytest.mark.parametrize("start", [30, 400, 1500])
def test_a_damaged_workbook(tmp_path, start):
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    content = bytearray(path.read_bytes())
    content[start : start + 200] = b"x" * 200
    path.write_bytes(content)
    try:
        assert is_whole(sv.read_records(path))
    except InputError as error:
        assert "hub.xlsx" in str(error)


def test_a_workbook_cut_short(tmp_path):
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    path.write_bytes(path.read_bytes()[:-200])
    refused(path, "not a workbook")


def test_a_zip_bomb_is_not_opened(tmp_path):
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/bomb.xml", b"0" * 60_000_000)
    assert path.stat().st_size < 100_000
    refused(path, "would unpack to 60 MB", "CSV or Parquet")


def test_a_workbook_whose_parts_name_things_outside_is_refused(tmp_path):
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    book = parts["xl/workbook.xml"].decode()
    start = book.index("<workbook")
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    parts["xl/workbook.xml"] = (book[:start] + entity + book[start:]).encode()
    with zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    refused(tmp_path / "bad.xlsx", "damaged")


def test_an_empty_workbook(tmp_path):
    refused(book_of(tmp_path / "hub.xlsx", {"Sheet1": []}), "no sheet with records", "(activities,")


def test_blank_sheets_are_no_problem(tmp_path):
    # Older spreadsheets start with three sheets.
    sheets = {"outcomes": [HEADINGS, *ROWS], "Sheet2": [], "Sheet3": [[None]]}
    assert is_whole(sv.read_records(book_of(tmp_path / "hub.xlsx", sheets)))


def test_a_workbook_of_something_else(tmp_path):
    path = book_of(tmp_path / "hub.xlsx", {"Contents": [["x"]], "Crime": [["x"]]})
    refused(path, "no sheet with records", "Contents, Crime", "socialvalue template")


def test_only_headings(tmp_path):
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS]}))
    assert problems_of(records) == [["outcomes", None, "", "the table outcomes has no rows"]]


def test_without_outcomes(tmp_path):
    inputs = [["input_id", "amount", "date", "input_type"], ["i", 5, "2024-05-01", "cash"]]
    records = sv.read_records(book_of(tmp_path / "hub.xlsx", {"inputs": inputs}))
    assert problems_of(records) == [["outcomes", None, "", "the table outcomes is missing"]]


def test_an_order_of_dates_that_is_not_known(tmp_path):
    with pytest.raises(SettingsError, match="day-first, iso"):
        sv.read_records(tmp_path, dates="month-first")


# Folders of CSV and Parquet files


def folder_of(tmp_path, **files):
    for name, content in files.items():
        path = tmp_path / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


GOOD = BUILT.to_csv(index=False)


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_folder_of_csv_files(tmp_path, bom, end):
    folder_of(tmp_path, outcomes__csv=bom + GOOD.replace("\n", end).encode())
    records = sv.read_records(tmp_path)
    assert is_whole(records)
    assert notes_of(records) == []
    assert str(records.origin("outcomes")) == "outcomes.csv"


def test_windows_text_is_read_and_said(tmp_path):
    folder_of(tmp_path, outcomes__csv=GOOD.replace("people", "caf\u00e9 \u20ac").encode("cp1252"))
    records = sv.read_records(tmp_path)
    assert typed(records)["stakeholder_group"].tolist() == ["caf\u00e9 \u20ac"] * 2
    assert notes_of(records) == ["the file is not UTF-8 and was read as Windows-1252"]


@pytest.mark.parametrize("name", ["Outcomes.CSV", "OUTCOMES.csv", "outcomes .csv"])
def test_the_case_of_a_name(tmp_path, name):
    (tmp_path / name).write_text(GOOD)
    assert is_whole(sv.read_records(tmp_path))


def test_two_words_in_the_name_of_a_file(tmp_path):
    grants = "activity_id,grant_id,share\na,g,0.5\n"
    folder_of(tmp_path, outcomes__csv=GOOD)
    (tmp_path / "Activity Grants.csv").write_text(grants)
    assert "activity_grants" in sv.read_records(tmp_path).tables


def test_a_folder_of_parquet_files(tmp_path):
    BUILT.assign(date=pd.to_datetime(BUILT["date"])).to_parquet(tmp_path / "outcomes.parquet")
    records = sv.read_records(tmp_path)
    assert is_whole(records)
    assert typed(records).index.tolist() == [2, 3]


def test_a_parquet_file_that_kept_its_index(tmp_path):
    BUILT.set_index("outcome_id").to_parquet(tmp_path / "outcomes.parquet")
    assert is_whole(sv.read_records(tmp_path))


def test_a_parquet_file_that_is_none(tmp_path):
    folder_of(tmp_path, outcomes__parquet="outcome_id\n1\n")
    with pytest.raises(InputError, match=r"outcomes\.parquet cannot be read as Parquet"):
        sv.read_records(tmp_path)


def test_one_table_as_csv_and_as_parquet(tmp_path):
    folder_of(tmp_path, outcomes__csv=GOOD)
    BUILT.to_parquet(tmp_path / "outcomes.parquet")
    with pytest.raises(InputError, match=r"twice: outcomes\.csv and outcomes\.parquet"):
        sv.read_records(tmp_path)


def test_other_files_are_left_alone_and_said_where_they_may_hold_records(tmp_path):
    folder_of(tmp_path, outcomes__csv=GOOD, README__md="hello", _old__csv="x", inputs__xlsx="x")
    (tmp_path / "more").mkdir()
    records = sv.read_records(tmp_path)
    assert is_whole(records)
    assert notes_of(records) == ["this file is neither CSV nor Parquet and was not read"]


def test_a_file_of_no_table(tmp_path):
    folder_of(tmp_path, outcomes__csv=GOOD, input__csv="x\n1\n", zebras__csv="x\n1\n")
    found = sv.check(sv.read_records(tmp_path))
    assert found["table"].tolist() == ["input.csv", "zebras.csv"]
    assert found["what_to_do"][0].startswith("Did you mean inputs? Rename the file")
    assert found["what_to_do"][1] == (
        "Rename the file after its table, or start its name with _ to leave it out."
    )


def test_an_empty_folder(tmp_path):
    with pytest.raises(InputError, match=r"has no file with records in it.*outcomes\.csv"):
        sv.read_records(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (GOOD.encode("utf-16"), "not a CSV file in UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a CSV file in UTF-8"),
        (b"outcome_id,quantity\na\x81,1\n", "cannot be read as CSV"),
        (GOOD.replace(",", ";").encode(), "semicolons between its cells, not commas"),
        (GOOD.replace(",", "\t").encode(), "tabs between its cells, not commas"),
        (b'outcome_id,quantity\n"a,1\nb,2\n', "quotation mark is opened and not closed"),
        (
            b"outcome_id,quantity\na,1\nb,2,3\nc,1,200\n",
            "line 3 has 3 cells where the headings are 2, and 1 more lines likewise. Put values",
        ),
    ],
)
def test_a_csv_file_that_cannot_be_read(tmp_path, content, words):
    folder_of(tmp_path, outcomes__csv=content)
    with pytest.raises(InputError, match="outcomes.csv") as error:
        sv.read_records(tmp_path)
    assert words in str(error.value)


def test_rows_shorter_than_the_headings_end_in_blanks(tmp_path):
    # Spreadsheets leave out the commas of trailing blank cells.
    content = "outcome_id,stakeholder_group,quantity,date,note\na,b,1,2024-05-01\nc,d,2\n"
    records = sv.read_records(folder_of(tmp_path, outcomes__csv=content))
    assert problems_of(records) == [["outcomes", 3, "date", "date is required"]]
    assert typed(records)["note"].isna().all()


def test_two_columns_of_one_name_in_a_csv_file(tmp_path):
    content = GOOD.replace("deadweight", "Quantity")
    found = sv.check(sv.read_records(folder_of(tmp_path, outcomes__csv=content)))
    assert found[["row", "column", "rule"]].to_numpy().tolist() == [
        [1, "Quantity", "a column stands twice"]
    ]


def test_values_in_a_column_without_a_name(tmp_path):
    content = GOOD.replace("deadweight", "")
    found = sv.check(sv.read_records(folder_of(tmp_path, outcomes__csv=content)))
    assert found[["row", "column", "rule"]].to_numpy().tolist() == [
        [1, "column 5", "a column with values has no name"]
    ]


def test_rows_of_a_csv_file_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    # A line break within a cell is one row of a spreadsheet; blank lines are rows.
    content = (
        "outcome_id,stakeholder_group,quantity,date,note\n"
        'a,b,1,2024-05-01,"two\nlines"\n'
        "\n"
        "c,d,x,2024-05-01,\n"
    )
    records = sv.read_records(folder_of(tmp_path, outcomes__csv=content))
    assert problems_of(records) == [["outcomes", 4, "quantity", "must be a number"]]
    assert typed(records)["note"].tolist()[0] == "two\nlines"


def test_headings_further_down_in_a_csv_file(tmp_path):
    records = sv.read_records(folder_of(tmp_path, outcomes__csv=f"Our hub\n\n{GOOD}"))
    assert problems_of(records) == [["outcomes", 3, "", "the headings are in row 3, not in row 1"]]
    assert typed(records)["quantity"].tolist() == [4, 6]


def test_text_that_looks_missing_stays_text(tmp_path):
    content = GOOD.replace("people", "NA")
    assert typed(sv.read_records(folder_of(tmp_path, outcomes__csv=content)))[
        "stakeholder_group"
    ].tolist() == ["NA", "NA"]


def test_the_function_for_one_csv_file(tmp_path):
    folder_of(tmp_path, one__csv="a,b\n01,\n")
    notes = []
    assert read_csv_as_text(tmp_path / "one.csv", notes).to_dict("list") == {"a": ["01"], "b": [""]}
    assert notes == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    path = book_of(tmp_path / "hub.xlsx", {"outcomes": [HEADINGS, *ROWS]})
    path.chmod(0)
    refused(path, "cannot be read")


# Frames by name


def frame(**columns):
    return sv.Records(outcomes=BUILT.assign(**columns))


DAYS = ["2024-05-01", "2024-06-01"]


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {
            "quantity": pd.array([4, 6], dtype="Int64"),
            "intended": pd.array([True, False], "boolean"),
        },
        {"quantity": pd.array([4, 6], dtype="Float32"), "deadweight": ["0.25", "0"]},
        {"quantity": pd.array([4, 6], dtype="int64[pyarrow]"), "intended": [1, 0]},
        {"quantity": pd.Categorical([4, 6]), "outcome_id": pd.Categorical(["007", "008"])},
        {"quantity": [decimal.Decimal(4), decimal.Decimal("6.0")]},
        {"quantity": ["4", "6.0"], "outcome_id": pd.array(["007", "008"], "string[pyarrow]")},
        {"date": pd.to_datetime(DAYS)},
        {"date": pd.to_datetime(DAYS).astype("datetime64[s]")},
        {"date": pd.to_datetime(DAYS).tz_localize("America/New_York")},
        {"date": [dt.date(2024, 5, 1), dt.date(2024, 6, 1)]},
        {"date": [np.datetime64("2024-05-01"), np.datetime64("2024-06-01")]},
        {"date": pd.array([dt.date(2024, 5, 1), dt.date(2024, 6, 1)], "date32[day][pyarrow]")},
        {"date": pd.array(pd.to_datetime(DAYS), "timestamp[us][pyarrow]")},
        {"date": pd.Categorical(DAYS), "intended": np.array([True, False])},
        {"intended": ["Yes", "No"]},
    ],
)
def test_a_frame_of_any_types(columns):
    assert is_whole(frame(**columns))


@pytest.mark.parametrize(
    "missing",
    [None, np.nan, pd.NA, pd.NaT, "", "  ", "\u00a0", "\ufeff", decimal.Decimal("NaN")],
)
def test_every_kind_of_missing_is_blank(missing):
    records = frame(deadweight=pd.Series([missing, 0.5], dtype=object))
    assert typed(records)["deadweight"].isna().tolist() == [True, False]
    assert problems_of(records) == []


def test_nullable_columns_with_gaps():
    records = frame(
        quantity=pd.array([4, None], dtype="Int64"),
        deadweight=pd.array([None, 0.5], dtype="double[pyarrow]"),
        intended=pd.array([None, True], dtype="boolean"),
        date=pd.to_datetime(["2024-05-01", None]),
    )
    assert problems_of(records) == [
        ["outcomes", 1, "quantity", "quantity is required"],
        ["outcomes", 1, "date", "date is required"],
    ]
    assert typed(records)["deadweight"].isna().tolist() == [True, False]


def test_a_time_zone_is_put_aside_and_not_converted():
    late = pd.to_datetime(["2024-05-01 23:30", "2024-06-01 00:00"]).tz_localize("America/New_York")
    records = frame(date=late)
    assert is_whole(records)
    assert notes_of(records) == ["times of day left out of dates"]


def test_true_and_false_are_no_numbers():
    rules = problems_of(frame(quantity=[True, False]))
    assert rules == [["outcomes", 0, "quantity", "must be a number"]] + [
        ["outcomes", 1, "quantity", "must be a number"]
    ]


def test_one_and_true_are_told_apart_in_one_column():
    records = frame(quantity=pd.Series([1, True], dtype=object))
    assert problems_of(records) == [["outcomes", 1, "quantity", "must be a number"]]


def test_a_cell_that_holds_a_list():
    records = frame(quantity=pd.Series([[1, 2], 3], dtype=object), region=[["a"], {"b": 1}])
    assert problems_of(records) == [
        ["outcomes", 0, "quantity", "is a list where one value belongs"]
    ]


def test_a_year_out_of_reach_of_nanoseconds_is_a_problem_and_no_crash():
    records = frame(date=pd.Series([dt.datetime(9999, 1, 1), "0001-01-01"], dtype=object))
    assert [each[3] for each in problems_of(records)] == ["date must lie between 1990 and 2100"] * 2


def test_rows_of_a_frame_are_named_by_its_own_index():
    records = sv.Records(outcomes=BUILT.assign(quantity="x").set_axis(["first", "second"]))
    assert [each[1] for each in problems_of(records)] == ["first", "second"]


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([5, 5]),
        pd.Index([np.nan, 1]),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2)]),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 1)], names=["ward", "line"]),
    ],
)
def test_rows_that_an_index_does_not_tell_apart_are_counted(index):
    records = sv.Records(outcomes=BUILT.assign(deadweight=[0.5, 35]).set_axis(index))
    found = sv.check(records)
    assert found[["row", "column", "value", "record"]].to_numpy().tolist() == [
        [1, "deadweight", 35, "outcome_id 008"]
    ]


def test_columns_that_were_made_the_index_are_columns():
    assert is_whole(sv.Records(outcomes=BUILT.set_index("outcome_id")))
    assert is_whole(sv.Records(outcomes=BUILT.set_index(["outcome_id", "date"])))
    assert is_whole(sv.Records(outcomes=BUILT.set_index("outcome_id", drop=False)))


def test_people_who_were_made_the_index_are_never_named():
    records = sv.Records(
        outcomes=BUILT.assign(person_id=["Ada", "Bob"], quantity="x").set_index("person_id")
    )
    found = sv.check(records)
    assert found["row"].tolist() == [0, 1]
    assert "Ada" not in found.to_string()


def test_a_frame_is_not_changed():
    before = BUILT.assign(date=["1/5/2024", "01/06/2024"])
    kept = before.copy(deep=True)
    sv.check(sv.Records(outcomes=before))
    pd.testing.assert_frame_equal(before, kept)


def test_headings_of_a_frame_that_are_no_text():
    records = sv.Records(outcomes=BUILT.assign(**{"x": 1}).rename(columns={"x": 2024}))
    assert is_whole(records)
    assert typed(records)["2024"].tolist() == [1, 1]


def test_further_columns_are_kept_as_they_are():
    records = frame(ward=[" North ", None], band=[3, 4])
    found = typed(records)
    assert found["ward"].iloc[0] == "North" and pd.isna(found["ward"].iloc[1])
    assert found["band"].tolist() == [3, 4]


def test_a_table_that_is_none_and_a_frame_that_is_none():
    with pytest.raises(InputError, match="no table called 'outcome'. Did you mean outcomes"):
        sv.Records(outcome=BUILT)
    with pytest.raises(InputError, match="outcomes is a list; give a frame of pandas"):
        sv.Records(outcomes=ROWS)


def test_records_say_what_they_hold():
    records = sv.Records(outcomes=BUILT, inputs=pd.DataFrame({"input_id": ["a"]}))
    assert repr(records) == "Records(outcomes: 2 rows, inputs: 1 row)"
    assert list(records) == ["outcomes", "inputs"]
    pd.testing.assert_frame_equal(records.outcomes, BUILT)
    with pytest.raises(AttributeError, match="no table 'stories'"):
        _ = records.stories
