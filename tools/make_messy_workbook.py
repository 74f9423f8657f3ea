"""How was the messy workbook made? By this script; its test lists every mistake planted here.

Run ``python tools/make_messy_workbook.py`` to write it again. All of it is synthetic.
"""

import sys
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

PATH = Path(__file__).parents[1] / "socialvalue" / "example_data" / "messy_workbook.xlsx"
ERRORS = ("#DIV/0!", "#N/A", "#REF!")
MAY, JUNE = date(2024, 5, 14), date(2024, 6, 20)
HOUR, WELLBY = "transport_time_other", "wb_wellby"

# One line a row of the sheet, row 2 first; the comment says what is wrong, or what is only odd.
OUTCOME_COLUMNS = [
    "outcome_id",
    "activity_id",
    "outcome",
    "proxy_id",
    "stakeholder_group",
    "quantity",
    "unit",
    "date",
    "duration_years",
    "deadwieght",
    "displacement",
    "attribution_to_others",
    "evidence",
    "intended",
    "imd_decile",
    "quantity_low",
    "person_id",
]
OUTCOMES = [
    {},  # nothing wrong
    {"quantity": "1,250"},  # a thousands separator: read, and said
    {"displacement": 10},  # a percentage
    {"attribution_to_others": "25%"},  # a percentage with its sign
    {"outcome_id": "MO-002"},  # the same as two rows above
    {"proxy_id": "transport_time_othr"},  # no such proxy
    {"unit": "minute"},  # the proxy is per hour
    None,  # a blank row: skipped, and said
    {"quantity": None},  # required
    {"stakeholder_group": None},  # required
    {"activity_id": "MA-99"},  # no such activity
    {"duration_years": -1},  # lasts less than nothing
    {"quantity": "#DIV/0!"},  # an error of Excel's
    {"date": "14/06/2024"},  # text, day first: read, and said
    {"date": None},  # required
    {"evidence": "selfreported"},  # the code is self_report
    {"quantity": "n/a"},  # a word for "missing"
    {"duration_years": 3},  # an hour is worth what it is worth once
    {"intended": "maybe"},  # neither yes nor no
    {"quantity": "twelve"},  # a word for a number
    {"imd_decile": 11},  # deciles end at 10
    {"quantity_low": 9},  # more than the quantity
    {"stakeholder_group": "particpants"},  # not among the stakeholders
    {"evidence": "Self report"},  # read as the code, and said
    None,
    {
        "outcome_id": "Checked with the Tuesday group, two forms still to come"
    },  # a note, not a record
]

ACTIVITY_COLUMNS = ["activity_id", "title", "activity_type", "start_date", "end_date", "hours"]
ACTIVITIES = [
    {},
    {"activity_id": "MA-01"},  # twice
    {"start_date": JUNE, "end_date": MAY},  # ends before it starts
    {"start_date": "03/14/2024", "end_date": None},  # can only be month first ...
    {"start_date": "25/03/2024", "end_date": None},  # ... and this only day first
    {"start_date": "01/02/24"},  # which century?
    {"activity_type": "trainning"},  # the code is training
    {"start_date": None},  # required
    {"end_date": date(2204, 5, 14)},  # a slip of the finger
    {"hours": "#REF!"},  # an error of Excel's, where a blank would be fine
]

INPUT_COLUMNS = ["input_id", "amount", "date", "input_type", "payor", "activity_id"]
INPUTS = [
    {"amount": "£1,200.50"},  # read, and said
    {"amount": "2,000"},  # read, and said
    {"amount": None},  # neither an amount nor hours and a rate
    {"input_type": "volunteering"},  # the code is volunteer_time
    {"activity_id": "MA-77"},  # no such activity
    {"date": "2024-13-01"},  # no such month
    {"amount": "#N/A"},  # an error of Excel's
]

ADJUSTMENT_COLUMNS = ["proxy_id", "stakeholder_group", "deadweight", "attribution", "reason"]
ADJUSTMENTS = [
    (WELLBY, None, 0.3, None, None),  # no reason given
    (HOUR, "participants", 35, None, "A third would have done it anyway"),  # a percentage
    (HOUR, None, 0.2, 0.5, "As last year"),  # whose share is attribution?
    (HOUR, None, 0.4, 0.5, "As the year before"),  # ties with the row above
]

LINK_COLUMNS = ["outcome", "framework", "category", "share", "rationale"]
LINKS = [
    ("Time saved", "sdg", "11", 0.7, "Getting about"),
    ("Time saved", "sdg", "3", 0.6, "Less stress"),  # 0.7 + 0.6 is more than the whole
    ("Feels better", "sdg", "18", 1, "There are 17"),  # no such goal
]

SHEETS = {
    "surveys": (
        ["person_id", "activity_id", "instrument", "wave", "date", "score"],
        [("MP-1", "MA-01", "ons4_life_satisfaction", "befor", MAY, 5)],  # the wave is before
    ),
    "stories": (
        ["story_id", "activity_id", "text", "consent"],
        [("MS-1", "MA-01", "(synthetic) It was a good day.", "yes")],  # consent to what?
    ),
    "participation": (
        ["person_id", "activity_id", "date"],
        [("MP-1", "MA-01", MAY), (None, "MA-01", MAY)],  # who was there?
    ),
    "stakeholders": (
        ["stakeholder_group", "number", "included", "reason"],
        [("participants", 40, "yes", None)],
    ),
    "Outcoms": (["outcome_id", "quantity"], [("MO-100", 4)]),  # no table of that name
    "notes": (["Synthetic: made to show what check finds"], []),  # notes are left alone
}


def outcome(row: int) -> dict:
    """An outcome with nothing wrong, by its row in the sheet."""
    return {
        "outcome_id": f"MO-{row - 1:03d}",
        "activity_id": "MA-01",
        "outcome": "Time saved",
        "proxy_id": HOUR,
        "stakeholder_group": "participants",
        "quantity": 4,
        "unit": "hour",
        "date": MAY,
        "duration_years": 1,
        "displacement": 0,
        "attribution_to_others": 0.1,
        "evidence": "self_report",
        "intended": "yes",
        "imd_decile": 3,
        "person_id": f"MP-{row}",
    }


def activity(row: int) -> dict:
    """An activity with nothing wrong, by its row in the sheet."""
    return {
        "activity_id": f"MA-{row - 1:02d}",
        "title": "Drop-in",
        "activity_type": "training",
        "start_date": MAY,
        "end_date": JUNE,
        "hours": 2,
    }


def given(row: int) -> dict:
    """An input with nothing wrong, by its row in the sheet."""
    return {"input_id": f"MI-{row - 1}", "amount": 500, "date": MAY, "input_type": "cash"}


def lines(columns: list[str], changes: list[dict | None], whole: object) -> list[tuple]:
    """Rows of a sheet: a good row with its change; a row of one cell stays as it is."""
    rows = []
    for number, change in enumerate(changes, start=2):
        alone = change is None or "Checked" in str(change.get("outcome_id", ""))
        row = (change or {}) if alone else {**whole(number), **change}
        rows.append(tuple(row.get(column) for column in columns))
    return rows


def write_sheet(book: xlsxwriter.Workbook, name: str, columns: list[str], rows: list) -> None:
    """Write one sheet, dates as dates and errors as errors."""
    sheet, day = book.add_worksheet(name), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    sheet.set_column(0, len(columns), 16)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, place, datetime(*value.timetuple()[:3]), day)
            elif value in ERRORS:
                sheet.write_formula(number, place, "=NA()" if "N" in value else "=1/0", None, value)
            elif value is not None:
                sheet.write(number, place, value)


def main() -> None:
    """Write the workbook, at the path named or among the example data."""
    book = xlsxwriter.Workbook(str(sys.argv[1] if len(sys.argv) > 1 else PATH))
    book.set_properties({"title": "A synthetic messy workbook", "created": datetime(2026, 11, 24)})
    write_sheet(book, "outcomes", OUTCOME_COLUMNS, lines(OUTCOME_COLUMNS, OUTCOMES, outcome))
    write_sheet(book, "activities", ACTIVITY_COLUMNS, lines(ACTIVITY_COLUMNS, ACTIVITIES, activity))
    write_sheet(book, "inputs", INPUT_COLUMNS, lines(INPUT_COLUMNS, INPUTS, given))
    write_sheet(book, "adjustments", ADJUSTMENT_COLUMNS, ADJUSTMENTS)
    write_sheet(book, "links", LINK_COLUMNS, LINKS)
    for name, (columns, rows) in SHEETS.items():
        write_sheet(book, name, columns, rows)
    book.close()


if __name__ == "__main__":
    main()
