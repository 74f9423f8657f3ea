"""Does the workbook compute what Python does, follow changes, and stay safe and printable?"""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import formualizer
import openpyxl
import pandas as pd
import programmes
import pytest

import socialvalue as sv
from socialvalue.report.labels import headline
from socialvalue.report.workbook import write_workbook

# Formulas add in another order than numpy, on amounts up to millions: some 1e-16 of them each.
CLOSE = 1e-9
# All that the workbook may use; none is newer than Excel 2007.
FUNCTIONS = {"SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "IF", "MIN", "MAX", "ROUNDUP", "ROUNDDOWN"}
INPUTS = pd.DataFrame(
    [
        {"input_id": "i1", "amount": 300, "date": "2024-05-01", "input_type": "cash"},
        {"input_id": "i2", "amount": 200, "date": "2025-05-01", "input_type": "cash"},
    ]
)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Workbooks of whole programmes, written once: the result as shown, and its path."""
    folder = tmp_path_factory.mktemp("books")
    shown = {
        "worked": programmes.worked_example(),
        "diabetes": programmes.diabetes().for_output(),
        "network": programmes.network_published(),
        "network, internal": programmes.network(),
        "parts": programmes.all_parts(),
    }
    for name, result in shown.items():
        write_workbook(result, folder / f"{name}.xlsx")
    return {name: (result, folder / f"{name}.xlsx") for name, result in shown.items()}


BOOKS = ("worked", "diabetes", "network", "network, internal", "parts")


@pytest.fixture
def write(tmp_path):
    def make(result, profile="internal"):
        return result.write_workbook(tmp_path / "book.xlsx", profile=profile)

    return make


def formulas(path):
    """Sheet, address, row, column, formula and stored value of every formula."""
    written, stored = (openpyxl.load_workbook(path, data_only=only) for only in (False, True))
    return [
        (sheet.title, cell.coordinate, cell.row, cell.column, cell.value, stored)
        for sheet in written
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def assert_formulas_equal_python(path, engine=None):
    """Each formula, computed afresh, gives the number this library stored beside it."""
    engine = engine or formualizer.Workbook.from_path(str(path))
    engine.evaluate_all()
    found = formulas(path)
    assert found
    for sheet, address, row, column, formula, stored in found:
        computed = engine.evaluate_cell(sheet, row, column)
        ours = stored[sheet][address].value
        where = f"{sheet}!{address}: {formula}: {computed!r}, stored {ours!r}"
        if isinstance(ours, int | float):
            assert computed == pytest.approx(ours, rel=CLOSE, abs=CLOSE), where
        else:
            assert (computed or "") == (ours or ""), where


def named(path):
    """What the workbook calls its totals: name -> (sheet, row, column)."""
    book = openpyxl.load_workbook(path)
    found = {}
    for name, defined in book.defined_names.items():
        sheet, address = next(defined.destinations)
        cell = book[sheet][address.replace("$", "")]
        found[name] = (sheet, cell.row, cell.column)
    return found


def assert_totals(engine, path, result):
    for name, (sheet, row, column) in named(path).items():
        computed = engine.evaluate_cell(sheet, row, column)
        assert computed == pytest.approx(result.totals[name], rel=CLOSE, abs=CLOSE), name


@pytest.mark.parametrize("name", BOOKS)
def test_every_formula_of_a_programme_equals_python(books, name):
    result, path = books[name]
    assert_formulas_equal_python(path)
    engine = formualizer.Workbook.from_path(str(path))
    engine.evaluate_all()
    assert set(named(path)) >= {"gross_value", "net_value", "present_value", "sroi_ratio"}
    assert_totals(engine, path, result)


LONG = {"duration_years": 2.5, "drop_off": 0.2, "starts": 1, "deadweight": 0.25}


@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"timing": "mid", "drop_off_from": "first_year", "part_years": "up"},
        {"timing": "end", "drop_off_from": "end_of_activity", "part_years": "down"},
        {"horizon_years": 2},
        {"horizon_years": 1, "drop_off_from": "first_year"},
        {"base_year": "2026-27", "timing": "end"},
        {"base_year": "2019-20", "timing": "mid"},
        {
            "base_year": "2025-26",
            "discount_rate": "green-book",
            "health_discount_rate": "green-book-health",
        },
        {"year_start_month": 1, "price_year": "2024", "uprate": False},
    ],
    ids=lambda setting: ", ".join(f"{k}={v}" for k, v in setting.items()) or "defaults",
)
def test_every_formula_equals_python_under_every_setting(assess, proxy_set, write, setting):
    price_year = setting.get("price_year", "2024-25")
    proxies = proxy_set(
        {"price_year": price_year},
        {"proxy_id": "calm", "discount_class": "health", "price_year": price_year},
        {"proxy_id": "call", "value_covers": "once", "price_year": price_year},
        {"proxy_id": "course", "value_covers": "duration", "price_year": price_year},
        {"proxy_id": "gift", "transfer": "yes", "price_year": price_year},
    )
    result = assess(
        LONG,
        {"proxy_id": "calm", **LONG},
        {"proxy_id": "call", "drop_off": None, "date": "2025-06-01"},
        {"proxy_id": "course", "duration_years": 3, "drop_off": 0.5},
        # Not counted, and outlasting every row that is.
        {"proxy_id": "gift", "duration_years": 9},
        {"quantity": -3, "outcome": "Hurt"},
        {"duration_years": 0.5, "outcome": "Brief"},
        {"drop_off": 1, "duration_years": 2, "outcome": "Gone"},
        proxies=proxies,
        inputs=INPUTS,
        assumptions={"discount_rate": 0.1, **setting},
    )
    path = write(result)
    assert_formulas_equal_python(path)
    engine = formualizer.Workbook.from_path(str(path))
    engine.evaluate_all()
    assert_totals(engine, path, result)


def test_carbon_by_year_of_emission(assess, proxy_set, write):
    rows = [
        {
            "uprating": "carbon",
            "unit_value": value,
            "valid_from": f"{year}-04-01",
            "valid_to": f"{year + 1}-03-31",
        }
        for year, value in ((2024, 100.0), (2025, 120.0), (2026, 150.0))
    ]
    result = assess({"duration_years": 2.5, "drop_off": 0.1}, proxies=proxy_set(*rows))
    # 10 x (100 + 120 + 150 / 2)
    assert result.totals["gross_value"] == pytest.approx(2950)
    assert_formulas_equal_python(write(result))


def test_optimism_bias(assess, write):
    table = pd.DataFrame(
        {"evidence": ["trial", ""], "benefits_down": [0.1, 1.0], "costs_up": [0.0, 0.2]}
    )
    changes = (
        {"evidence": "trial", "duration_years": 2, "drop_off": 0.5, "outcome": "Calm"},
        # A bias of 1 takes all, and what was there before it is not known from what is left.
        {"outcome": "Fed"},
        # Harms are never cut.
        {"outcome": "Hurt", "quantity": -1},
    )
    result = assess(*changes, inputs=INPUTS, assumptions={"optimism_bias": table})
    path = write(result)
    assert_formulas_equal_python(path)
    rows = sheet_rows(openpyxl.load_workbook(path, data_only=True)["Impact map"])
    shares = {row["Outcome"]: row["Optimism bias (share)"] for row in rows}
    assert shares == {"Calm": 0.1, "Fed": 1, "Hurt": 0}
    # 1000 x 0.9 + 500 x 0.9 + 0 - 100
    assert result.totals["net_value"] == pytest.approx(1250)


def test_the_fiscal_view(assess, proxy_set, write):
    proxies = proxy_set(
        {}, {"proxy_id": "benefit", "value_type": "fiscal", "transfer": "yes", "payer": "NHS"}
    )
    settings = {"perspective": "fiscal"}
    result = assess({}, {"proxy_id": "benefit"}, proxies=proxies, assumptions=settings)
    path = write(result)
    assert_formulas_equal_python(path)
    rows = sheet_rows(openpyxl.load_workbook(path, data_only=True)["Impact map"])
    assert {row["Proxy"]: row["Counted"] for row in rows} == {"tea": "no", "benefit": "yes"}


def people(count, first, **change):
    return [{"person_id": f"p{first + i}", "quantity": 1, **change} for i in range(count)]


def test_groups_merged_over_years_are_what_the_years_leave_over(assess, write):
    path = write(assess(*people(9, 0), *people(2, 40, date="2025-05-01")), "publish")
    assert_formulas_equal_python(path)
    book = openpyxl.load_workbook(path, data_only=True)
    rows = {row[0].value: row for row in book["Summary"].rows}
    # Eleven people at 1 x 100 each; neither year is shown.
    assert rows["Small groups, merged over years"][3].value == pytest.approx(1100)
    assert rows["2024-25"][3].value == 0
    assert [cell.value for cell in book["Present value by year"][4]][2:] == [None, None]


def test_merged_rows(assess, proxy_set, write):
    proxies = proxy_set({}, {"proxy_id": "cake"})
    result = assess(
        *people(9, 0),
        *people(3, 20, outcome="Brave", deadweight=0.5),
        *people(3, 30, outcome="Rested"),
        *people(6, 40, outcome="Fed", proxy_id="cake"),
        *people(2, 50, outcome="Sung", proxy_id="cake", duration_years=2),
        proxies=proxies,
        inputs=INPUTS,
    )
    path = write(result, "publish")
    assert result.for_output().impact_map["merged"].any()
    assert_formulas_equal_python(path)
    assert "small groups, merged" in str(list(openpyxl.load_workbook(path)["Impact map"].values))


@pytest.mark.parametrize(
    ("changes", "tables"),
    [
        ([{}], {}),
        ([{"proxy_id": None, "unit": "meal"}], {}),
        ([{"proxy_id": None, "unit": "meal"}], {"inputs": INPUTS}),
    ],
    ids=["no inputs", "nothing priced", "nothing priced, with inputs"],
)
def test_what_is_missing_is_said(assess, write, changes, tables):
    path = write(assess(*changes, **tables))
    # Where nothing was priced and nothing put in, there is nothing to work out.
    if tables or changes == [{}]:
        assert_formulas_equal_python(path)
    summary = openpyxl.load_workbook(path, data_only=True)["Summary"]
    words = " ".join(str(cell) for row in summary.values for cell in row if cell)
    assert "none: no " in words


def sheet_rows(sheet):
    """Rows of a sheet with its headings in the third row, as dicts."""
    rows = list(sheet.values)
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:] if any(row)]


def place(path, heading, outcome):
    """Row and column (from 1) of an outcome's cell in the impact map."""
    sheet = openpyxl.load_workbook(path)["Impact map"]
    rows = list(sheet.values)
    outcomes = [row[rows[2].index("Outcome")] for row in rows]
    return outcomes.index(outcome) + 1, rows[2].index(heading) + 1


@pytest.mark.parametrize(
    ("heading", "outcome", "record", "column", "value"),
    [
        ("Deadweight (share)", "More satisfied with life", "W2", "deadweight", 0.6),
        ("Drop-off (share a year)", "Keeps active", "W1", "drop_off", 0.9),
        ("Lasts (years)", "Keeps active", "W1", "duration_years", 1.25),
        ("Quantity", "Hurt on a walk", "W5", "quantity", -30.0),
        ("Attribution to others (share)", "Finishes a course", "W4", "attribution_to_others", 1.0),
    ],
)
def test_a_change_in_the_workbook_is_the_change_in_python(
    books, heading, outcome, record, column, value
):
    before, path = books["worked"]
    records = sv.read_records(programmes.WORKED)
    outcomes = records.outcomes.copy()
    hit = outcomes["outcome_id"] == record
    assert hit.sum() == 1
    outcomes[column] = outcomes[column].astype(object).where(~hit, value)
    after = programmes.worked_example_of(sv.Records(**{**records.tables, "outcomes": outcomes}))
    engine = formualizer.Workbook.from_path(str(path))
    row, at = place(path, heading, outcome)
    engine.set_value("Impact map", row, at, value)
    engine.evaluate_all()
    assert after.totals["present_value"] != pytest.approx(before.totals["present_value"], abs=1)
    assert_totals(engine, path, after)
    # The goals follow, and still add up.
    summary = openpyxl.load_workbook(path)["Summary"]
    labels = [row[0] for row in summary.values]
    goal = labels.index("3 Good Health and Well-being") + 1
    found = after.by("sdg").set_index("sdg").loc["3", "present_value"]
    assert engine.evaluate_cell("Summary", goal, 2) == pytest.approx(found, rel=CLOSE)


def test_the_ratio_follows_only_what_it_covers(assess, write):
    inputs = INPUTS.assign(project="A")
    two = ({"project": "A", "outcome": "Calm"}, {"project": "B", "outcome": "Fed"})
    path = write(assess(*two, inputs=inputs, assumptions={"uprate": False}))
    engine = formualizer.Workbook.from_path(str(path))
    engine.set_value("Impact map", *place(path, "Deadweight (share)", "Fed"), 0.5)
    engine.evaluate_all()
    # Only A has inputs: 1000 / (300 + 200); what B gains or loses is no part of it.
    sheet, row, column = named(path)["sroi_ratio"]
    assert engine.evaluate_cell(sheet, row, column) == pytest.approx(2)
    sheet, row, column = named(path)["present_value"]
    assert engine.evaluate_cell(sheet, row, column) == pytest.approx(1500)


def test_without_cost_left_the_ratio_is_no_error(books):
    _, path = books["worked"]
    engine = formualizer.Workbook.from_path(str(path))
    for row in (4, 5):
        engine.set_value("Inputs", row, 6, 0)
    engine.evaluate_all()
    assert engine.evaluate_cell(*named(path)["sroi_ratio"]) == "none"


def test_a_category_without_a_proxy_shows_no_nought(books):
    _, path = books["worked"]
    rows = list(openpyxl.load_workbook(path, data_only=True)["Summary"].values)
    found = {row[0]: row[1:3] for row in rows}
    assert found["1 No Poverty"] == ("–", "No proxy serves this, so it was not valued")
    assert found["4 Quality Education"][0] == pytest.approx(13056.03, abs=0.005)


@pytest.mark.parametrize("name", BOOKS)
def test_no_function_is_new_and_nothing_leads_outside(books, name):
    _, path = books[name]
    for *_, formula, _ in formulas(path):
        assert set(re.findall(r"([A-Z][A-Z0-9.]*)\(", formula)) <= FUNCTIONS, formula
        assert "[" not in formula
        # A number with a small exponent would be read as a name.
        assert not re.search(r"\de-", formula)
    with zipfile.ZipFile(path) as parts:
        names = parts.namelist()
        assert not [part for part in names if "external" in part.lower() or "vba" in part.lower()]
        for part in names:
            if part.endswith(".rels"):
                assert b'TargetMode="External"' not in parts.read(part)


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1', "http://a.example"]


def with_texts(result, texts):
    """The result with these as its outcomes and groups, whatever reading records would refuse."""
    rows = result.valued.rows
    assert len(rows) == len(texts)
    named = dict.fromkeys(("outcome", "stakeholder_group", "project", "proxy_name"), texts)
    return replace(result, valued=replace(result.valued, rows=rows.assign(**named)))


def test_text_never_becomes_a_formula_or_a_link(assess, tmp_path):
    result = assess(*({"outcome": str(place)} for place in range(len(HOSTILE))))
    path = tmp_path / "book.xlsx"
    write_workbook(with_texts(result, HOSTILE), path)
    seen = set()
    for sheet in openpyxl.load_workbook(path):
        assert not sheet._hyperlinks
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.value in HOSTILE:
                assert cell.data_type == "s"
                seen.add(cell.value)
    assert seen == set(HOSTILE)
    assert_formulas_equal_python(path)


def test_a_text_longer_than_a_cell_is_cut_not_lost(assess, write):
    reason = "because " * 5_000
    adjustments = pd.DataFrame([{"proxy_id": "tea", "starts": 0, "reason": reason}])
    book = openpyxl.load_workbook(write(assess({}, adjustments=adjustments)))
    assert [row["Reason"] for row in sheet_rows(book["Adjustments"])] == [reason[:32_767]]


SHEETS = [
    *("Summary", "About", "Assumptions", "Discounting", "Impact map", "Gross by year"),
    *("Net by year", "Present value by year", "Allocation", "Inputs", "Cases", "Unit costs"),
    *("Conventions", "Surveys", "Importance"),
    *("Unpriced", "Findings", "Proxies", "Adjustments", "Re-pricing", "Provenance"),
]
WITHOUT = {
    "worked": {"Conventions", "Surveys", "Importance"},
    "diabetes": {"Conventions", "Surveys", "Importance", "Re-pricing"},
    "network": {"Conventions"},
    "network, internal": {"Conventions"},
    "parts": set(),
}


@pytest.mark.parametrize("name", BOOKS)
def test_sheets_freeze_their_headings_and_print_on_a4(books, name):
    _, path = books[name]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [sheet for sheet in SHEETS if sheet not in WITHOUT[name]]
    assert book.active.title == "Summary"
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToWidth or 1) >= 1
        # The summary is one page; the others are as long as they are.
        assert (sheet.page_setup.fitToHeight != 0) == (sheet.title == "Summary")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "Page" in sheet.oddFooter.right.text
        if sheet.title not in ("Summary", "About"):
            row = int(re.sub(r"\D", "", sheet.freeze_panes))
            assert row == 4
            assert sheet.print_title_rows.endswith("$3")
    about = [row[0] for row in book["About"].values]
    assert set(book.sheetnames) - {"About"} == set(about) & set(SHEETS)


@pytest.mark.parametrize("name", BOOKS)
def test_every_sheet_of_the_internal_profile_says_so(books, name):
    result, path = books[name]
    marked = result.profile == "internal"
    for sheet in openpyxl.load_workbook(path):
        top = " ".join(str(c.value) for row in sheet.iter_rows(max_row=2) for c in row if c.value)
        assert ("Not for publication" in top) == marked, sheet.title
        assert ("Not for publication" in (sheet.oddHeader.left.text or "")) == marked


@pytest.mark.parametrize("name", BOOKS)
def test_headings_are_words_and_numbers_fit_their_columns(books, name):
    _, path = books[name]
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows(min_row=3, max_row=3) for cell in row):
            if cell.value and cell.font.b:
                assert "_" not in str(cell.value)
                assert not str(cell.value)[0].islower() or cell.value == "of which harm"
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, int | float):
                width = sheet.column_dimensions[group_of(sheet, cell)].width
                assert len(shown(cell)) <= width, (sheet.title, cell.coordinate, shown(cell))


def group_of(sheet, cell):
    """Letter under which openpyxl keeps the width of a cell's column."""
    for letter, each in sheet.column_dimensions.items():
        if each.min <= cell.column <= each.max:
            return letter
    raise AssertionError(f"{sheet.title}!{cell.column_letter} has no width")


def shown(cell):
    """A number as its format shows it, near enough to count its characters."""
    form = cell.number_format
    if form == "0%":
        return f"{cell.value:.0%}"
    if "#,##0.00" in form:
        return f"-£{abs(cell.value):,.2f}"
    if form == "General":
        # A spreadsheet shortens what is General to the width of its column.
        return f"{cell.value:.0f}"
    decimals = len(form.split(";")[0].partition(".")[2])
    return f"{cell.value:,.{decimals}f}"


def test_no_format_leaves_a_lone_decimal_point(books):
    # "0.####" shows 1 as "1."
    for _, path in books.values():
        with zipfile.ZipFile(path) as parts:
            assert not re.search(rb'formatCode="[^"]*0\.#', parts.read("xl/styles.xml"))


def test_wrapped_text_has_room(books):
    _, path = books["network"]
    sheet = openpyxl.load_workbook(path)["Findings"]
    rows = list(sheet.iter_rows(min_row=4))
    assert rows
    for row in rows:
        lines = max(
            -(-len(str(cell.value)) // int(sheet.column_dimensions[group_of(sheet, cell)].width))
            for cell in row
            if isinstance(cell.value, str)
        )
        assert (sheet.row_dimensions[row[0].row].height or 15) >= 13 * lines


def cells_of(path, sheet):
    """Rows of a sheet of plain values, by their first cell."""
    rows = sheet_rows(openpyxl.load_workbook(path, data_only=True)[sheet])
    return {next(iter(row.values())): row for row in rows}


def test_sheets_of_cases_costs_and_conventions(books):
    _, path = books["parts"]
    book = openpyxl.load_workbook(path, data_only=True)
    wholes = {
        row["Case"]: row
        for row in sheet_rows(book["Cases"])
        if row["Type of value"] == "the whole case"
    }
    # As printed in docs/explanation/worked_example.md; the fiscal case is the ambulance calls.
    assert wholes["Public value"]["Present value"] == pytest.approx(82290.32, abs=0.005)
    assert wholes["Fiscal"]["Present value"] == pytest.approx(1404.72, abs=0.005)
    assert "never added" in book["Cases"]["A2"].value
    # 9,743.49 / (20 x 0.684)
    active = cells_of(path, "Unit costs")["Keeps active"]
    assert active["Cost of one that is left"] == pytest.approx(712.24, abs=0.005)
    choices = [row for row in sheet_rows(book["Conventions"]) if row["Choice"] == "1"]
    # The value of 2024-25 alone, as printed.
    assert [row["Present value"] for row in choices] == [pytest.approx(6876.72, abs=0.005)]
    # All choices, those that change nothing too.
    assert len(sheet_rows(book["Conventions"])) == len(books["parts"][0].shown_conventions)


def test_sheets_of_surveys_and_importance(books):
    result, path = books["parts"]
    [row] = cells_of(path, "Surveys").values()
    assert (row["Answered both times"], row["Improvement"]) == (6, 1)
    assert row["Caution"] == result.survey_change["caution"].iloc[0]
    points = {row["Outcome"]: row for row in cells_of(path, "Importance").values()}
    # 14 x 0.95 x 0.9 x 5
    assert points["Makes new friends"]["Points"] == pytest.approx(59.85)
    assert points["Finishes a course"]["Why there are none"] == "its importance is stated nowhere"
    assert "no money" in openpyxl.load_workbook(path)["Importance"]["A2"].value


def test_the_summary_says_what_does_not_follow(books):
    result, path = books["network"]
    sheet = openpyxl.load_workbook(path, data_only=True)["Summary"]
    assert sheet["A3"].value == f"As assessed: {headline(result)}"
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert "of which harms shown (some are merged)" in rows
    share = rows["Part of the value without a range"][1]
    assert share.number_format == "0%"
    # A file holds 16 digits of it.
    assert share.value == pytest.approx(result.range.share_without_range, rel=1e-15)
    # A heading of words stands clear of the number's heading before it.
    status = rows["Marmot priority"][2]
    assert status.value == "Status, as assessed"
    assert status.alignment.indent == 1


def test_nothing_priced_is_not_nought(assess, write):
    told = {"proxy_id": None, "unit": "meal", "outcome": "Fed"}
    sheet = openpyxl.load_workbook(write(assess(told, inputs=INPUTS)), data_only=True)["Summary"]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert [rows[name] for name in ("Gross value", "Net value", "Present value")] == ["–"] * 3
    assert "No outcome was priced" in sheet["A3"].value


def test_a_currency_without_a_sign_of_its_own_is_named(assess, proxy_set, write):
    settings = {"currency": "CHF", "uprate": False}
    result = assess({}, proxies=proxy_set({"currency": "CHF"}), assumptions=settings)
    summary = openpyxl.load_workbook(write(result))["Summary"]
    cell = next(row[1] for row in summary.iter_rows() if row[0].value == "Present value")
    assert "CHF" in cell.number_format


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", BOOKS)
def test_another_spreadsheet_program_agrees(books, tmp_path, name):
    _, path = books[name]
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command += ["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    # LibreOffice trusts stored values of others, so they are taken out first.
    bare = openpyxl.load_workbook(path)
    bare.save(tmp_path / "bare.xlsx")
    out = tmp_path / "out"
    done = subprocess.run(
        [*command, "--outdir", str(out), str(tmp_path / "bare.xlsx")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    recalculated = openpyxl.load_workbook(out / "bare.xlsx", data_only=True)
    for sheet, address, _, _, formula, stored in formulas(path):
        ours, theirs = stored[sheet][address].value, recalculated[sheet][address].value
        if isinstance(ours, int | float):
            assert theirs == pytest.approx(ours, rel=CLOSE, abs=CLOSE), (sheet, address, formula)
        else:
            assert (theirs or "") == (ours or ""), (sheet, address, formula)
