"""What one cell says: every way of writing a value, and every way that is refused."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from socialvalue.cells import not_a_value, parse_cell
from socialvalue.columns import Column, clean_text, plain_name
from socialvalue.date_cells import parse_date, refuse_mixed_orders

NBSP, MINUS, EN_DASH = "\u00a0", "\u2212", "\u2013"


def column(kind: str, **more) -> Column:
    return Column("it", kind, "It", "What it is", **more)


def said(cell, kind: str, **more) -> tuple[str, str]:
    """Rule and advice of a cell that must be refused."""
    found = parse_cell(cell, column(kind, **more))
    assert found.value is None and found.rule and found.what_to_do
    return found.rule, found.what_to_do


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        (" 12.5 ", 12.5),
        ("+3", 3),
        (".5", 0.5),
        ("5.", 5),
        ("-7", -7),
        (f"{MINUS}7", -7),
        (f"{EN_DASH}7", -7),
        (f"{NBSP}12{NBSP}", 12),
        ("\ufeff12", 12),
        ("1.5e3", 1500),
        ("2E-2", 0.02),
        ("0012", 12),
        (3, 3),
        (2.25, 2.25),
        (np.int64(4), 4),
        (np.float32(0.5), 0.5),
        (Decimal("1.10"), 1.1),
    ],
)
def test_a_plain_number_is_read_and_nothing_is_said(cell, value):
    found = parse_cell(cell, column("number"))
    assert (found.value, found.note, found.rule) == (value, "", "")
    assert isinstance(found.value, float)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("£1,200.50", 1200.5),
        ("£ 1,200", 1200),
        ("-£5", -5),
        ("£-5", -5),
        ("1,250", 1250),
        ("12,345,678.9", 12345678.9),
        (f"{MINUS}1,250", -1250),
        ("£0.35", 0.35),
    ],
)
def test_money_with_its_sign_and_separators_is_read_and_said(cell, value):
    found = parse_cell(cell, column("money"))
    assert (found.value, found.rule) == (value, "")
    assert "pound sign or thousands separators" in found.note


def test_thousands_separators_are_read_in_any_number_but_a_pound_sign_is_not():
    assert parse_cell("1,250", column("number")).value == 1250
    rule, todo = said("£1,250", "number")
    assert rule == "is an amount of money where a number belongs"
    assert todo == "Write 1250, if that is the number meant."


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("twelve", "Write digits only, such as 1234.5."),
        ("12 people", "Write digits only, such as 1234.5."),
        ("1,25", "Write decimals with a point: 1.25."),
        ("1,2500", "Write digits only"),
        ("12,50,000", "Write digits only"),
        ("1.250,00", "Write digits only"),
        ("1 250", "Write digits only"),
        ("$5", "Write digits only"),
        ("--5", "Write digits only"),
        ("-£-5", "Write digits only"),
        ("1e", "Write digits only"),
        ("0x10", "Write digits only"),
        ("1_000", "Write digits only"),
        ("inf", "Write digits only"),
        ("-Infinity", "Write digits only"),
        ("nan", "Leave the cell blank"),
        ("n/a", "Leave the cell blank"),
        ("-", "Leave the cell blank"),
        ("TBC", "Leave the cell blank"),
        ("(1,200.50)", "If the brackets mean a negative amount, write -1200.50."),
        ("(£40)", "If the brackets mean a negative amount, write -40."),
        ("25%", "Write digits only"),
        (True, "not true or false"),
        (np.False_, "not true or false"),
        (dt.date(2024, 5, 1), "format the cell as a number"),
        (dt.datetime(2024, 5, 1), "format the cell as a number"),
        (dt.time(1, 30), "an hour and a half is 1.5"),
        (dt.timedelta(hours=30), "an hour and a half is 1.5"),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_write(cell, advice):
    rule, todo = said(cell, "number")
    assert rule == "must be a number"
    assert advice in todo


def test_an_exponent_out_of_reach_is_left_to_the_rule_that_numbers_are_finite():
    assert parse_cell("1e999", column("number")).value == float("inf")


@pytest.mark.parametrize(
    ("cell", "share"), [("25%", "0.25"), ("7 %", "0.07"), ("0.5%", "0.005"), ("33.3%", "0.333")]
)
def test_a_percentage_in_a_column_of_shares_says_which_share_to_write(cell, share):
    rule, todo = said(cell, "share")
    assert rule == "must be a share, not a percentage"
    assert todo == f"{cell} is a percentage; write {share}."


@pytest.mark.parametrize("cell", ["yes", "Yes", " Y ", "TRUE", "t", "1", 1, 1.0, True, np.True_])
def test_yes(cell):
    assert parse_cell(cell, column("yes_no")).value is True


@pytest.mark.parametrize("cell", ["no", "NO", "n", "False", "F", "0", 0, 0.0, False])
def test_no(cell):
    assert parse_cell(cell, column("yes_no")).value is False


@pytest.mark.parametrize("cell", ["maybe", "2", 2, "yes/no", dt.date(2024, 5, 1)])
def test_neither_yes_nor_no(cell):
    assert said(cell, "yes_no")[0] == "must be yes or no"


@pytest.mark.parametrize(
    "cell", ["Self report", "self-report", " SELF_REPORT ", f"self{NBSP}report"]
)
def test_a_code_is_read_however_it_is_written_and_said(cell):
    found = parse_cell(cell, column("code", codes=("self_report", "trial")))
    assert found.value == "self_report"
    assert "capitals or spaces" in found.note


def test_a_code_as_it_stands_is_not_said_and_one_unknown_is_left_to_its_rule():
    codes = column("code", codes=("self_report", "trial"))
    assert parse_cell("trial", codes) == ("trial", "", "", "")
    assert parse_cell("selfreport", codes).value == "selfreport"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("007", "007"),
        ("E01000001", "E01000001"),
        ("1e5", "1e5"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (1e15, "1000000000000000"),
        (True, "True"),
    ],
)
def test_an_identifier_keeps_its_zeros_and_a_whole_number_has_no_point(cell, value):
    assert parse_cell(cell, column("id")) == (value, "", "", "")


@pytest.mark.parametrize("cell", ["n/a", "NA", "-", "?", "unknown", "None", "nan", "TBC"])
def test_a_word_for_missing_is_no_identifier(cell):
    # Read as one, all whose identifier is not known would count as one person.
    rule, todo = said(cell, "id")
    assert rule == "is a word for a missing value"
    assert "blank" in todo
    # In plain text such a word may be an answer.
    assert parse_cell(cell, column("text")).value == cell


@pytest.mark.parametrize(
    "cell", [" Group A", f"Group{NBSP}A", "Group A\ufeff", "\u200bGroup A ", "Group\u00ad A"]
)
def test_text_is_read_as_it_looks_and_said(cell):
    found = parse_cell(cell, column("text"))
    assert found.value == "Group A"
    assert "spaces" in found.note


def test_letters_written_in_two_ways_are_one():
    # e with an acute accent as one character, and as two.
    assert parse_cell("Cafe\u0301", column("text")).value == "Caf\u00e9"


@pytest.mark.parametrize("cell", [dt.date(2024, 10, 5), dt.datetime(2024, 10, 5), dt.time(10, 0)])
def test_an_age_band_that_the_spreadsheet_took_for_a_date_is_refused(cell):
    assert said(cell, "text")[0] == "is a date or time where text belongs"
    assert said(cell, "id")[0] == "is a date or time where text belongs"


@pytest.mark.parametrize(
    ("cell", "label", "is_said"),
    [
        ("2024-25", "2024-25", False),
        ("2024/25", "2024-25", True),
        (f"2024{EN_DASH}25", "2024-25", True),
        ("1999-00", "1999-00", False),
        ("2024", "2024", False),
        (2024, "2024", False),
        (2024.0, "2024", False),
    ],
)
def test_a_year(cell, label, is_said):
    found = parse_cell(cell, column("year"))
    assert found.value == label
    assert bool(found.note) == is_said


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("2024-26", "2024-25"),
        ("24/25", "2024-25"),
        ("2024-2025", "2024-25"),
        ("last", "2024-25"),
        (dt.date(2024, 4, 1), "2024-25"),
    ],
)
def test_what_is_no_year(cell, advice):
    rule, todo = said(cell, "year")
    assert rule == "must be a year"
    assert advice in todo and "None" not in todo


@pytest.mark.parametrize("cell", ["#REF!", " #div/0! ", "#N/A", "#SPILL!", "#NAME?"])
def test_an_error_of_the_spreadsheet(cell):
    assert not_a_value(cell).rule == "is a spreadsheet error"


@pytest.mark.parametrize("cell", ["=A1*2", "=SUM(A1:A3)", "='sheet 2'!A1", "=-B2"])
def test_a_formula_is_not_its_value(cell):
    assert not_a_value(cell).rule == "is a formula without its value"


@pytest.mark.parametrize("cell", ["A1", "=", "= yes", "=)", "#1", 4, None, True])
def test_other_cells_may_be_values(cell):
    assert not_a_value(cell) is None


# Dates: the 25th of March 2024 however it is written.
@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("2024-03-25", ""),
        ("2024-3-25", ""),
        ("2024-03-25T00:00:00", ""),
        ("2024-03-25 00:00:00", ""),
        ("2024-03-25 13:45", "times of day left out of dates"),
        ("2024-03-25T13:45:10.5Z", "times of day left out of dates"),
        ("2024-03-25T13:45:10+01:00", "times of day left out of dates"),
        ("2024/03/25", "dates written as 2024/03/25 read as 2024-03-25"),
        ("25/03/2024", "dates as text read with the day first"),
        ("25.3.2024", "dates as text read with the day first"),
        ("25-03-2024", "dates as text read with the day first"),
        (f"{NBSP}25/03/2024 ", "dates as text read with the day first"),
        ("25/03/2024 13:45:10", "times of day left out of dates"),
        ("25 March 2024", "dates in words read as dates"),
        ("25th March 2024", "dates in words read as dates"),
        ("25 Mar 2024", "dates in words read as dates"),
        ("25-MAR-2024", "dates in words read as dates"),
        ("March 25, 2024", "dates in words read as dates"),
        ("Mar 25 2024", "dates in words read as dates"),
        (dt.date(2024, 3, 25), ""),
        (dt.datetime(2024, 3, 25), ""),
        (dt.datetime(2024, 3, 25, 13, 45), "times of day left out of dates"),
        (pd.Timestamp("2024-03-25 23:30", tz="Europe/London"), "times of day left out of dates"),
    ],
)
def test_a_date_however_it_is_written(cell, note):
    found = parse_date(cell)
    assert found.value == pd.Timestamp("2024-03-25")
    assert (found.note, found.rule) == (note, "")


def test_the_day_comes_first():
    assert parse_date("02/03/2024").value == pd.Timestamp("2024-03-02")
    assert parse_date("1 Sept 2024").value == pd.Timestamp("2024-09-01")


def test_text_in_iso_form_only_where_that_is_declared():
    found = parse_date("25/03/2024", "iso")
    assert found.rule == "must be an ISO date, as declared"
    assert parse_date("2024-03-25", "iso").value == pd.Timestamp("2024-03-25")
    assert parse_date("25 March 2024", "iso").value == pd.Timestamp("2024-03-25")


@pytest.mark.parametrize(
    ("cell", "rule", "advice"),
    [
        ("03/14/2024", "is a month-first date where dates are day-first", "write 2024-03-14"),
        ("14/03/24", "must be a date with a year of four digits", "14/03/2024"),
        ("14/03/98", "must be a date with a year of four digits", "14/03/1998"),
        ("03/14/24", "must be a date with a year of four digits", "2024-03-14"),
        ("14-Mar-24", "must be a date with a year of four digits", "2024-03-14"),
        ("31/02/2024", "must be a date that exists", "2024-03-25"),
        ("2023-02-29", "must be a date that exists", "2024-03-25"),
        ("2024-13-01", "must be a date that exists", "2024-03-25"),
        ("30 February 2024", "must be a date that exists", "2024-03-25"),
        ("13/13/2024", "must be a date that exists", "2024-03-25"),
        ("March 2024", "must be a date", "2024-03-25"),
        ("12 Marc 2024", "must be a date", "2024-03-25"),
        ("12 Mud 2024", "must be a date", "2024-03-25"),
        ("last week", "must be a date", "2024-03-25"),
        ("20240325", "must be a date", "2024-03-25"),
        ("25/03-2024", "must be a date", "2024-03-25"),
        # 1 January 1900 is day 1 of a spreadsheet, and 45376 days later is 25 March 2024:
        # 124 years of 365 days, 30 leap days before 2024 (1904 to 2020), one of a 29 February 1900
        # that never was, 31 + 29 + 25 days in 2024: 45260 + 30 + 1 + 85 = 45376.
        (45376, "must be a date", "stores 2024-03-25 as this number"),
        (45376.0, "must be a date", "stores 2024-03-25 as this number"),
        ("45376", "must be a date", "stores 2024-03-25 as this number"),
        (7, "must be a date", "Write it as 2024-03-25"),
        (1e300, "must be a date", "Write it as 2024-03-25"),
        (True, "must be a date", "Write it as 2024-03-25"),
    ],
)
def test_what_is_no_date(cell, rule, advice):
    found = parse_date(cell)
    assert found.value is None
    assert found.rule == rule
    assert advice in found.what_to_do


def mixed(*cells):
    return refuse_mixed_orders(cells, [parse_date(cell) for cell in cells])


def test_in_a_column_of_both_orders_every_date_that_can_be_read_either_way_is_refused():
    cells = [
        "03/14/2024",  # the month first, for there is no 14th month
        "25/03/2024",  # the day first, for there is no 25th month
        "02/03/2024",  # either
        "05/05/2024",  # the same either way
        "2024-03-02",  # ISO
        dt.datetime(2024, 3, 2),  # made a date by the spreadsheet, perhaps from 02/03
        dt.datetime(2024, 5, 14),  # cannot have been turned round
    ]
    rules = [each.rule for each in mixed(*cells)]
    either = "can be read day-first or month-first, in a column that holds both orders"
    month_first = "is a month-first date where dates are day-first"
    assert rules == [month_first, "", either, "", "", either, ""]
    todo = mixed(*cells)[2].what_to_do
    assert "2024-03-02 as text if the day is 2, 2024-02-03 if it is 3" in todo
    assert todo.startswith("Start with the month-first 03/14/2024: once it is mended, this is read")
    # And that is so: with that cell mended, the others are read as they stand.
    assert not any(each.rule for each in mixed("2024-03-14", *cells[1:]))
    # Whatever the order of the rows, the same cell is named.
    two = ["04/15/2024", "02/03/2024", "03/14/2024"]
    assert mixed(*two)[1] == mixed(*two[::-1])[1]


def test_a_month_first_date_with_a_short_year_spoils_its_column_too():
    assert mixed("03/14/24", "02/03/2024")[1].rule.startswith("can be read day-first")


def test_day_first_dates_alone_are_read():
    assert [each.value.month for each in mixed("25/03/2024", "02/03/2024")] == [3, 3]


def test_names_are_matched_as_people_vary_them():
    assert plain_name(" Activity - Grants") == "activity_grants"
    assert plain_name(f"Activity{NBSP}Grants\u200b") == "activity_grants"
    assert clean_text("a\u200db") == "a\u200db"  # a joiner is part of some scripts
