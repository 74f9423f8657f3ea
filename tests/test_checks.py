"""One bad row for each rule, with its message; nothing twice, nothing that is right."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import PROXY

import socialvalue as sv
from socialvalue.errors import InputError, format_problems
from socialvalue.parse import parse_records
from socialvalue.schemas import TABLES
from socialvalue.table_checks import _PLAIN

PACKAGE = Path(sv.__file__).parent

PROXIES = [
    PROXY,
    {"proxy_id": "talk", "unit": "hour", "value_covers": "once", "already_net_of": "deadweight"},
    {"proxy_id": "job", "unit": "person_year"},
    {"proxy_id": "old", "valid_to": "2020-03-31"},
]
GOOD = {
    "activities": {
        "activity_id": "A1",
        "activity_type": "training",
        "start_date": "2024-05-01",
        "end_date": "2024-05-31",
        "people": 12,
        "hours": 2.5,
        "cost": 100,
    },
    "outcomes": {
        "outcome_id": "O1",
        "activity_id": "A1",
        "project": "Youth club",
        "outcome": "Calmer",
        "proxy_id": "tea",
        "stakeholder_group": "people",
        "quantity": 4,
        "unit": "person",
        "date": "2024-05-14",
        "deadweight": 0.1,
        "person_id": "secret-1",
    },
    "inputs": {
        "input_id": "I1",
        "amount": 30,
        "hours": 2,
        "rate": 15,
        "date": "2024-05-01",
        "input_type": "cash",
        "activity_id": "A1",
        "grant_id": "G1",
        "price_year": "2024-25",
    },
    "adjustments": {"project": "Youth club", "displacement": 0.1, "reason": "Survey"},
    "links": {"outcome": "Calmer", "framework": "sdg", "category": "3", "share": 0.5},
    "stakeholders": {"stakeholder_group": "people", "number": 20, "included": "yes"},
    "participation": {"person_id": "secret-1", "activity_id": "A1", "date": "2024-05-01"},
    "activity_grants": {"activity_id": "A1", "grant_id": "G1", "share": 0.6},
    "targets": {"grant_id": "G1", "measure": "people", "target": 10},
    "partner_claims": {"activity_id": "A1", "partner": "Club", "share": 0.5},
    "surveys": {
        "person_id": "secret-1",
        "activity_id": "A1",
        "instrument": "ons4_life_satisfaction",
        "wave": "before",
        "date": "2024-05-01",
        "score": 6,
    },
    "stories": {
        "story_id": "S1",
        "activity_id": "A1",
        "text": "It was good.",
        "consent": "public",
        "outcome_id": "O1",
    },
}


HOMES = ("activities", "outcomes", "stakeholders")


@pytest.fixture(scope="module")
def proxies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set") / "invented"
    folder.mkdir()
    rows = [{**PROXY, **each} for each in PROXIES]
    pd.DataFrame(rows).to_csv(folder / "proxies.csv", index=False)
    (folder / "sources.csv").write_text("source_id,title\ns1,Invented\n", encoding="utf-8")
    return sv.load_proxies(folder)


def records_with(table=None, *rows):
    """Good records; in one table, a row for each of the changes to a good one.

    With a table there are only those beside it that others refer to, which is faster.
    """
    needed = GOOD if table is None else {*HOMES, table}
    tables = {name: pd.DataFrame([row]) for name, row in GOOD.items() if name in needed}
    if table is not None:
        tables[table] = pd.DataFrame([{**GOOD[table], **row} for row in rows]).astype(object)
    return sv.Records(**tables)


def test_good_records_have_no_problem(proxies):
    assert sv.check(records_with(), proxies).empty
    assert parse_records(records_with()).coerced.empty


# A case: table, changes to its good row (one for each row), and of the one problem to be found:
# row, column, value as it is shown, rule, and what to do.
SHARE, AT_LEAST_0 = "must be a share between 0 and 1", "Correct the number or its sign."
CELLS = [
    (
        "outcomes",
        {"quantity": "2e15"},
        "quantity",
        "2e15",
        "quantity is larger than anything that can be meant",
        "Correct the number.",
    ),
    ("outcomes", {"outcome_id": None}, "outcome_id", None, "outcome_id is required", "Fill it in"),
    ("outcomes", {"quantity": ""}, "quantity", None, "quantity is required", "Amount of outcome"),
    ("outcomes", {"date": None}, "date", None, "date is required", "such as 2024-03-25."),
    (
        "stories",
        {"consent": None},
        "consent",
        None,
        "consent is required",
        "Fill it in: Who may read it (none, internal, public).",
    ),
    (
        "outcomes",
        {"evidence": "self reported"},
        "evidence",
        "self reported",
        "evidence must be one of its codes",
        "Write one of: self_report, before_after, comparison_group, trial, admin_record, "
        "testimony, estimate. Did you mean self_report?",
    ),
    (
        "outcomes",
        {"people": 2.5},
        "people",
        2.5,
        "people must be a whole number",
        "Write a number without decimals.",
    ),
    (
        "outcomes",
        {"quantity": np.inf},
        "quantity",
        np.inf,
        "quantity must be a finite number",
        "Write an ordinary number.",
    ),
    (
        "outcomes",
        {"quantity": "1e999"},
        "quantity",
        "1e999",
        "quantity must be a finite number",
        "Write an ordinary number.",
    ),
    (
        "outcomes",
        {"date": "2204-05-14"},
        "date",
        "2204-05-14",
        "date must lie between 1990 and 2100",
        "Correct the year of the date.",
    ),
    (
        "outcomes",
        {"date": pd.Timestamp("1924-05-14")},
        "date",
        "1924-05-14",
        "date must lie between 1990 and 2100",
        "Correct the year of the date.",
    ),
    (
        "outcomes",
        {"deadweight": 35},
        "deadweight",
        35,
        f"deadweight {SHARE}",
        "35 looks like a percentage; write 0.35.",
    ),
    (
        "outcomes",
        {"deadweight": "12.5"},
        "deadweight",
        "12.5",
        f"deadweight {SHARE}",
        "12.5 looks like a percentage; write 0.125.",
    ),
    (
        "outcomes",
        {"deadweight": 350},
        "deadweight",
        350,
        f"deadweight {SHARE}",
        "Write a number between 0 and 1, such as 0.35.",
    ),
    (
        "outcomes",
        {"deadweight": -0.1},
        "deadweight",
        -0.1,
        f"deadweight {SHARE}",
        "Write a number between 0 and 1, such as 0.35.",
    ),
    (
        "outcomes",
        {"duration_years": -1.0},
        "duration_years",
        -1,
        "duration_years must be at least 0",
        AT_LEAST_0,
    ),
    (
        "outcomes",
        {"duration_years": 101},
        "duration_years",
        101,
        "duration_years must be at most 100",
        "Correct the number.",
    ),
    (
        "outcomes",
        {"imd_decile": 11},
        "imd_decile",
        11,
        "imd_decile must be at most 10",
        "Correct the number.",
    ),
    (
        "outcomes",
        {"imd_decile": 3.5},
        "imd_decile",
        3.5,
        "imd_decile must be a whole number",
        "Write a number without decimals.",
    ),
    ("activities", {"cost": "-£5"}, "cost", "-£5", "cost must be at least 0", AT_LEAST_0),
    (
        "inputs",
        {"price_year": "2024-26"},
        "price_year",
        "2024-26",
        "must be a year",
        "2024-25",
    ),
    # A mistake in a private cell is named without the cell.
    (
        "outcomes",
        {"person_id": "n/a"},
        "person_id",
        "(hidden)",
        "is a word for a missing value",
        "Leave the cell blank where it is not known.",
    ),
    (
        "stories",
        {"text": "#N/A"},
        "text",
        "(hidden)",
        "is a spreadsheet error",
        "Mend the formula or type the value.",
    ),
    # Rules between cells of one record
    (
        "activities",
        {"end_date": "2024-04-30"},
        "end_date",
        "2024-04-30",
        "end_date must not be before start_date",
        "It starts on 2024-05-01: correct one of the two dates.",
    ),
    (
        "outcomes",
        {"quantity_low": 5},
        "quantity_low",
        5,
        "quantity must lie between its low and its high",
        "Correct the quantity or its range.",
    ),
    (
        "outcomes",
        {"quantity_high": 3},
        "quantity_high",
        3,
        "quantity must lie between its low and its high",
        "Correct the quantity or its range.",
    ),
    (
        "outcomes",
        {"duration_years": 0},
        "duration_years",
        0,
        "duration_years must be more than 0",
        "leave the record out if it did not happen.",
    ),
    (
        "inputs",
        {"amount": None, "rate": None},
        "amount",
        None,
        "amount is required, or hours and rate",
        "Write the amount, or the hours and the money per hour.",
    ),
    (
        "inputs",
        {"amount": 31},
        "amount",
        31,
        "amount must equal hours x rate where all three are given",
        "Hours x rate is 30: correct one of them, or leave amount blank.",
    ),
    (
        "targets",
        {"grant_id": None},
        "grant_id",
        None,
        "a target must name its grant or its project",
        "Write the grant_id, or the project, it was promised for.",
    ),
    # Rules with proxies
    (
        "outcomes",
        {"proxy_id": "tae"},
        "proxy_id",
        "tae",
        "there is no such proxy in the set invented",
        "Correct it, or leave it blank to keep the outcome unpriced.",
    ),
    (
        "outcomes",
        {"unit": "hour"},
        "unit",
        "hour",
        "unit must equal the proxy's unit",
        "tea is per person: state the quantity in it.",
    ),
    (
        "outcomes",
        {"proxy_id": "talk", "unit": "hour", "deadweight": 0, "duration_years": 3},
        "duration_years",
        3,
        "a value per event, hour or item has a duration of 1",
        "talk is worth its value once: leave duration_years blank and put every event into "
        "quantity.",
    ),
    (
        "outcomes",
        {"proxy_id": "job", "unit": "person_year", "duration_years": 2},
        "duration_years",
        2,
        "a value per person_year has a duration of at most 1",
        "The years would count twice: put all the years into quantity.",
    ),
    (
        "outcomes",
        {"proxy_id": "talk", "unit": "hour", "deadweight": 0.2},
        "deadweight",
        0.2,
        "the proxy is already net of deadweight",
        "Leave deadweight blank: talk has it taken off already.",
    ),
    (
        "outcomes",
        {"proxy_id": "old"},
        "proxy_id",
        "old",
        "the proxy must be valid in the year of the record (2024-25)",
        "old holds for other years: use the proxy of that year, or add a dated row.",
    ),
    # Scopes of adjustments and links
    (
        "links",
        {"outcome": None},
        "outcome",
        None,
        "a link must say what it is for",
        "Fill at least one of: ",
    ),
    (
        "links",
        {"framework": "sgd"},
        "framework",
        "sgd",
        "there is no framework of this name",
        "Write one of: ",
    ),
    (
        "links",
        {"category": 18},
        "category",
        18,
        "the framework sdg has no such category",
        "Write one of: 1, 2, 3, 4,",
    ),
    (
        "links",
        {"activity_type": "trainning"},
        "activity_type",
        "trainning",
        "activity_type must be one of its codes",
        "Did you mean training?",
    ),
    (
        "links",
        {"outcome": "Calmr"},
        "outcome",
        "Calmr",
        "no record has this outcome, and one has nearly the same",
        "Write it as the records do: Calmer.",
    ),
    (
        "links",
        {"project": "youth  club"},
        "project",
        "youth  club",
        "no record has this project, and one has nearly the same",
        "Write it as the records do: Youth club.",
    ),
    (
        "adjustments",
        {"project": "Yuoth club"},
        "project",
        "Yuoth club",
        "no record has this project, and one has nearly the same",
        "Write it as the records do: Youth club.",
    ),
    (
        "adjustments",
        {"displacement": None},
        "deadweight",
        None,
        "an adjustment must adjust something",
        "Fill at least one of: deadweight, displacement, attribution_to_others, drop_off, "
        "duration_years, starts.",
    ),
    (
        "adjustments",
        {"duration_years": 0},
        "duration_years",
        0,
        "duration_years must be more than 0",
        "Write how long the outcome lasts.",
    ),
    (
        "adjustments",
        {"year": "2024"},
        "year",
        "2024",
        "year must be of the kind the analysis uses",
        "Write financial years, such as 2024-25.",
    ),
    (
        "adjustments",
        {"proxy_id": "teas"},
        "proxy_id",
        "teas",
        "there is no such proxy in the set invented",
        "Correct it or leave the row out. Did you mean tea?",
    ),
    (
        "adjustments",
        {"proxy_id": "talk", "deadweight": 0.1},
        "deadweight",
        0.1,
        "the proxy is already net of deadweight",
        "Leave deadweight blank: talk has it taken off already.",
    ),
]
# Every reference to another table.
REFERENCES = [
    (table.name, {column: value}, column, value, f"{column} must be in {home}", advice)
    for column, home, value, advice in (
        ("activity_id", "activities", "A2", "Add it to activities, or correct it."),
        ("activity_id", "activities", "A01", "Did you mean A1?"),
        ("stakeholder_group", "stakeholders", "peopel", "Did you mean people?"),
        ("outcome_id", "outcomes", "O9", "Add it to outcomes, or correct it."),
    )
    for table in TABLES.values()
    if column in table.names and table.name != home and table.name in GOOD
]


@pytest.mark.parametrize(
    ("table", "change", "column", "value", "rule", "todo"),
    [*CELLS, *REFERENCES],
    ids=lambda case: case if isinstance(case, str) and len(case) < 40 else "",
)
def test_one_bad_cell_is_one_problem(proxies, table, change, column, value, rule, todo):
    found = sv.check(records_with(table, change), proxies)
    assert found[["table", "row", "column", "rule"]].to_numpy().tolist() == [
        [table, 0, column, rule]
    ]
    shown = found["value"].item()
    assert shown == value or (shown is None and value is None)
    assert todo in found["what_to_do"].item()
    assert found["what_to_do"].item().endswith((".", "?"))
    assert found["source"].item() == "data frame"


# Rules between rows: the rows, and which of them has the problem in which column.
ROWS = [
    (
        "outcomes",
        [{}, {}],
        [(1, "outcome_id")],
        "outcome_id must be unique",
        "It is also in row 0. Give each record its own, or remove the copy.",
    ),
    (
        "activity_grants",
        [{"share": 0.1}, {"share": 0.2}],
        [(1, "activity_id")],
        "activity_id and grant_id must be unique",
        "It is also in row 0.",
    ),
    (
        "activity_grants",
        [{}, {"grant_id": "G2"}],
        [(0, "share"), (1, "share")],
        "grants cannot pay for more than the whole of an activity",
        "The shares of this activity sum to 1.2: lower them to at most 1.",
    ),
    (
        "links",
        [{"share": 0.7}, {"category": "4"}],
        [(0, "share"), (1, "share")],
        "shares of one scope over one framework sum to at most 1",
        "They sum to 1.2. Lower the shares; what they leave over is shown as unallocated.",
    ),
    (
        "adjustments",
        [{}, {"displacement": 0.2}],
        [(1, "displacement")],
        "two rows adjust the same thing for the same scope",
        "Row 0 does so too. Keep one of the two.",
    ),
    (
        "adjustments",
        [{}, {"project": None, "stakeholder_group": "people"}],
        [(1, "displacement")],
        "two rows fit the same records equally well",
        "Row 0 does so too, for 1 outcome record. Make the one that is meant more specific",
    ),
]


@pytest.mark.parametrize(
    ("table", "rows", "places", "rule", "todo"), ROWS, ids=[case[3] for case in ROWS]
)
def test_rows_that_do_not_go_together(proxies, table, rows, places, rule, todo):
    found = sv.check(records_with(table, *rows), proxies)
    assert list(zip(found["row"], found["column"], strict=True)) == places
    assert set(found["rule"]) == {rule}
    assert todo in found["what_to_do"].iloc[0]


def test_rows_that_do_go_together(proxies):
    fine = {
        # Shares of two scopes, and of two frameworks, are not added up.
        "links": [{"share": 1}, {"framework": "marmot", "category": "A"}, {"project": "Other"}],
        "activity_grants": [{}, {"grant_id": "G2", "share": 0.4}],
        # The second row is more specific; the third fits no record; the fourth adjusts another.
        "adjustments": [
            {},
            {"stakeholder_group": "people"},
            {"project": None, "proxy_id": "job"},
            {"displacement": None, "drop_off": 0.1},
        ],
        # A row that fits equally well is no tie where a third one decides.
        "outcomes": [{}, {"outcome_id": "O2", "quantity": -4, "quantity_low": -5}],
    }
    for table, rows in fine.items():
        assert sv.check(records_with(table, *rows), proxies).empty, table


def test_a_tie_that_a_more_specific_row_decides_is_none(proxies):
    tied = [{}, {"project": None, "stakeholder_group": "people"}]
    decided = [*tied, {"stakeholder_group": "people", "displacement": 0.3}]
    assert len(sv.check(records_with("adjustments", *tied), proxies)) == 1
    assert sv.check(records_with("adjustments", *decided), proxies).empty


def test_records_that_state_a_share_themselves_are_in_no_tie(proxies):
    records = records_with("adjustments", {}, {"project": None, "stakeholder_group": "people"})
    outcomes = records.outcomes.assign(displacement=0)
    tables = {**records.tables, "outcomes": outcomes}
    assert sv.check(sv.Records(**tables), proxies).empty


@pytest.mark.parametrize("name", ["Old club", "Youth club 2", "Youth klub", "Youth clubs north"])
def test_names_that_no_record_has_are_no_slip(proxies, name):
    # A standing table of adjustments may name projects without records this year.
    assert sv.check(records_with("adjustments", {"project": name}), proxies).empty


# What is said once


@pytest.mark.parametrize(
    ("table", "change", "columns"),
    [
        # Not also "a value per hour has a duration of 1".
        ("outcomes", {"proxy_id": "talk", "unit": "hour", "deadweight": 0, "duration_years": -1},
         ["duration_years"]),
        # Not also "amount is required", nor "hours and rate".
        ("inputs", {"amount": "#N/A"}, ["amount"]),
        ("inputs", {"amount": None, "hours": "two"}, ["hours"]),
        # Not also "must adjust something".
        ("adjustments", {"displacement": "a third"}, ["displacement"]),
        # Not also that the shares sum to more than 1.
        ("links", {"share": 35}, ["share"]),
        ("activity_grants", {"share": 60}, ["share"]),
        # Not also that the proxy is not valid then, nor that the end is before the start.
        ("outcomes", {"date": "2204-05-14"}, ["date"]),
        ("activities", {"start_date": "2204-05-01"}, ["start_date"]),
        # Not also that it is more than 10.
        ("outcomes", {"imd_decile": 10.5}, ["imd_decile"]),
        # Not also that it names nobody.
        ("targets", {"grant_id": "n/a"}, ["grant_id"]),
        ("links", {"outcome": None, "outcome_id": "n/a"}, ["outcome_id"]),
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(proxies, table, change, columns):
    assert sv.check(records_with(table, change), proxies)["column"].tolist() == columns


def without(table, *columns):
    records = records_with()
    tables = {**records.tables, table: records.tables[table].drop(columns=list(columns))}
    return sv.Records(**tables)


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("outcomes", "quantity", "a required column is missing"),
        ("outcomes", "stakeholder_group", "a required column is missing"),
        ("activities", "activity_id", "a required column is missing"),
        ("outcomes", "activity_id", "activity_id is required where there is a table of activities"),
    ],
)
def test_a_missing_column_is_one_problem_and_not_one_a_row(proxies, table, column, said):
    found = sv.check(without(table, column), proxies)
    assert found[["table", "row", "column", "rule"]].to_numpy().tolist() == [
        [table, None, column, said]
    ]


def test_inputs_without_any_amounts_are_one_problem(proxies):
    records = without("inputs", "amount", "hours", "rate")
    tables = {**records.tables, "inputs": pd.concat([records.inputs] * 2, ignore_index=True)}
    tables["inputs"]["input_id"] = ["I1", "I2"]
    found = sv.check(sv.Records(**tables), proxies)
    assert found[["row", "rule"]].to_numpy().tolist() == [
        [None, "amount is required, or hours and rate"]
    ]


def test_a_blank_activity_where_others_have_one(proxies):
    rows = [{}, {"outcome_id": "O2", "activity_id": None}]
    found = sv.check(records_with("outcomes", *rows), proxies)
    assert found[["row", "column", "rule", "what_to_do"]].to_numpy().tolist() == [
        [
            1,
            "activity_id",
            "activity_id is required where there is a table of activities",
            "Write the activity the outcome came from.",
        ]
    ]


@pytest.mark.parametrize("home", ["activities", "stakeholders"])
def test_where_a_table_is_missing_or_blank_nothing_must_be_in_it(proxies, home):
    # A template has a sheet for every table, and most of them stay blank.
    tables = dict(records_with().tables)
    blank = {**tables, home: tables[home].head(0)}
    missing = {name: table for name, table in tables.items() if name != home}
    assert sv.check(sv.Records(**blank), proxies).empty
    assert sv.check(sv.Records(**missing), proxies).empty


def test_outcomes_alone_are_enough(outcomes, proxies):
    assert sv.check(sv.Records(outcomes=outcomes({})), proxies).empty
    assert sv.check(sv.Records(outcomes=outcomes({}))).empty


def test_no_outcomes():
    found = sv.check(sv.Records(outcomes=pd.DataFrame()))
    assert set(found["rule"]) == {"a required column is missing"}
    found = sv.check(sv.Records(outcomes=pd.DataFrame([GOOD["outcomes"]]).head(0)))
    assert found["rule"].tolist() == ["the table outcomes has no rows"]
    found = sv.check(sv.Records(inputs=pd.DataFrame([GOOD["inputs"]])))
    assert found["rule"].tolist() == ["the table outcomes is missing"]


# Headings


@pytest.mark.parametrize(
    ("table", "heading", "rule", "todo"),
    [
        (
            "outcomes",
            "deadwieght",
            "outcomes has no column of this name",
            "Did you mean deadweight? Rename the column, or take it out.",
        ),
        (
            "inputs",
            "colour",
            "inputs has no column of this name",
            "Take it out. The columns are: input_id, amount, date,",
        ),
        (
            "outcomes",
            "Attribution",
            "attribution has two meanings",
            "Is it the share caused by others? Call it attribution_to_others. Is it your own "
            "share? Write 1 minus it in attribution_to_others.",
        ),
    ],
)
def test_a_heading_that_is_not_read_is_a_problem(proxies, table, heading, rule, todo):
    found = sv.check(records_with(table, {heading: 0.1}), proxies)
    assert found[["column", "value", "rule"]].to_numpy().tolist() == [[heading, heading, rule]]
    assert todo in found["what_to_do"].item()


def test_a_further_column_is_welcome_and_said(proxies):
    records = records_with("outcomes", {"ward": "North"})
    assert sv.check(records, proxies).empty
    coerced = parse_records(records).coerced
    assert coerced[["table", "column"]].to_numpy().tolist() == [["outcomes", "ward"]]


# Messages


def test_a_message_names_row_record_column_and_value_as_they_were_written():
    rows = [{"deadweight": 0.2}, {"deadweight": 35}, {"deadweight": "20"}, {"outcome_id": "O0"}]
    rows = [{"outcome_id": f"O{number}"} | row for number, row in enumerate(rows)]
    found = sv.check(sv.Records(outcomes=records_with("outcomes", *rows).outcomes))
    assert format_problems(found) == (
        "outcomes (data frame): 3 problems, 2 rules.\n"
        "\n"
        "  deadweight must be a share between 0 and 1\n"
        "      row 1   outcome_id O1   deadweight 35\n"
        "      row 2   outcome_id O2   deadweight 20\n"
        "      35 looks like a percentage; write 0.35.\n"
        "      20 looks like a percentage; write 0.2.\n"
        "\n"
        "  outcome_id must be unique\n"
        "      row 3   outcome_id O0\n"
        "      It is also in row 0. Give each record its own, or remove the copy."
    )


def test_a_message_shows_five_rows_of_a_rule_and_counts_the_rest():
    rows = [{"outcome_id": f"O{number}", "quantity": "x"} for number in range(8)]
    shown = format_problems(sv.check(sv.Records(outcomes=records_with("outcomes", *rows).outcomes)))
    assert shown.count("quantity x") == 5
    assert "... and 3 more" in shown


def test_a_message_says_of_each_missing_column_what_it_is():
    shown = format_problems(sv.check(sv.Records(outcomes=pd.DataFrame({"place": ["here"]}))))
    for column in ("outcome_id", "stakeholder_group", "quantity", "date"):
        assert f"Add a column {column}: " in shown


@pytest.mark.parametrize("cell", ["twelve", " 12 people ", "1,2,3", "(12)", 1e400])
def test_a_value_is_shown_as_it_was_written(cell):
    found = sv.check(sv.Records(outcomes=records_with("outcomes", {"quantity": cell}).outcomes))
    assert found["value"].item() == cell


def test_problems_stand_in_the_order_of_tables_and_rows(proxies):
    rows = [{"outcome_id": "a", "quantity": "x"}, {"outcome_id": "b", "deadweight": 35}]
    tables = dict(records_with("outcomes", *rows).tables)
    tables["activities"] = tables["activities"].assign(hours=-1)
    tables["stories"] = pd.DataFrame([{**GOOD["stories"], "outcome_id": "a", "consent": "maybe"}])
    found = sv.check(sv.Records(**tables), proxies)
    assert found["table"].tolist() == ["activities", "outcomes", "outcomes", "stories"]
    assert found["row"].tolist() == [0, 0, 1, 0]


def test_no_message_shows_a_private_value(proxies):
    # Every rule that a person's identifier or words can break, in every table that has one.
    secret = "Ada Lovelace"
    tables = dict(records_with().tables)
    for name, column in [(n, c) for n in tables for c in TABLES[n].columns if c.private]:
        tables[name] = pd.concat([tables[name]] * 3, ignore_index=True).astype(object)
        tables[name][column.name] = [secret, "", f"={secret}"]
    tables["surveys"]["wave"] = "before"
    found = sv.check(sv.Records(**tables), proxies)
    assert {"outcomes", "participation", "surveys", "stories"} <= set(found["table"])
    assert "(hidden)" in found["value"].tolist()
    with pytest.raises(InputError) as refused:
        sv.assess(sv.Records(**tables), proxies)
    everything = found.to_string() + str(refused.value) + repr(sv.Records(**tables))
    assert secret not in everything and "Lovelace" not in everything


def test_assess_refuses_what_check_finds(proxies):
    records = records_with("outcomes", {"deadweight": 35})
    with pytest.raises(InputError, match="35 looks like a percentage; write 0.35") as refused:
        sv.assess(records, proxies)
    pd.testing.assert_frame_equal(refused.value.problems, sv.check(records, proxies))


def test_years_of_adjustments_follow_the_settings(proxies):
    calendar = sv.Assumptions(price_year="2024", year_start_month=1)
    found = sv.check(records_with("adjustments", {"year": "2024-25"}), proxies, calendar)
    assert found["what_to_do"].tolist() == ["Write calendar years, such as 2024."]
    assert sv.check(records_with("adjustments", {"year": "2024"}), proxies, calendar).empty


# The messy workbook


def messy_cells():
    """Every cell planted by tools/make_messy_workbook.py: sheet, row, column."""
    rows = {
        "outcomes": {
            1: "deadwieght", 4: "displacement", 5: "attribution_to_others", 6: "outcome_id",
            7: "proxy_id", 8: "unit", 10: "quantity", 11: "stakeholder_group", 12: "activity_id",
            13: "duration_years", 14: "quantity", 16: "date", 17: "evidence", 18: "quantity",
            19: "duration_years", 20: "intended", 21: "quantity", 22: "imd_decile",
            23: "quantity_low", 24: "stakeholder_group", 27: "outcome_id",
        },
        "activities": {
            3: "activity_id", 4: "end_date", 5: "start_date", 7: "start_date",
            8: "activity_type", 9: "start_date", 10: "end_date", 11: "hours",
        },
        "inputs": {
            1: "payor", 4: "amount", 5: "input_type", 6: "activity_id", 7: "date", 8: "amount",
        },
        "adjustments": {1: "attribution", 2: "reason", 3: "deadweight", 5: "deadweight"},
        "links": {2: "share", 3: "share", 4: "category"},
        "surveys": {2: "wave"},
        "stories": {2: "consent"},
        "participation": {3: "person_id"},
        "Outcoms": {None: ""},
    }  # fmt: skip
    return sorted((t, r or 0, c) for t, cells in rows.items() for r, c in cells.items())


@pytest.fixture(scope="module")
def messy():
    return sv.check(
        sv.read_records(sv.datasets.messy_workbook_path()), sv.load_proxies("uk-public")
    )


def test_every_planted_mistake_is_found_once_and_nothing_else(messy):
    found = [
        (table, 0 if row is None else row, column)
        for table, row, column in messy[["table", "row", "column"]].to_numpy().tolist()
    ]
    assert sorted(found) == messy_cells()


def test_the_messy_workbook_is_what_its_script_makes(tmp_path):
    tool = Path(__file__).parents[1] / "tools" / "make_messy_workbook.py"
    made = tmp_path / "made.xlsx"
    subprocess.run([sys.executable, str(tool), str(made)], check=True)
    shipped, again = sv.read_records(sv.datasets.messy_workbook_path()), sv.read_records(made)
    assert list(shipped) == list(again)
    for name, table in shipped.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


# Every rule has a case


def calls(module: str, name: str) -> int:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    found = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return sum(isinstance(func, ast.Name) and func.id == name for func in found)


@pytest.mark.parametrize(
    ("module", "count"), [("cross_checks", 12), ("scope_checks", 12), ("proxy_rules", 6)]
)
def test_a_new_rule_needs_a_case(module, count):
    # Each call makes the message of one rule, and each has a case above. Add the case, then count.
    assert calls(module, "_problem") == count


def test_every_rule_of_single_cells_has_a_case():
    source = (PACKAGE / "table_checks.py").read_text(encoding="utf-8")
    rules = re.findall(r'f"\{name\} ((?:must|is)[^"{]*)', source)
    rules += [rule for rule, _ in _PLAIN.values()]
    cases = " ".join(case[4] for case in CELLS)
    assert len(rules) >= 8
    assert [rule for rule in rules if rule.strip() not in cases] == []
