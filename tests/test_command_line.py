"""Exit codes and messages of the command line; nothing is written where something is wrong."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue import cli

REAL = Path(__file__).parents[1].parent / "shared" / "data"
HEADINGS = ["outcome_id", "stakeholder_group", "outcome", "proxy_id", "quantity", "date", "people"]
# An hour of travel saved for ten people: enough of them to be published, with no range stated.
ROW = ["O1", "people", "Time saved", "transport_time_other", 10, "2024-05-01", 10]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line here: exit code, what it printed, and its errors."""

    def command(*words):
        monkeypatch.setattr(sys, "argv", ["socialvalue", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as stopped:
            code = stopped.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


@pytest.fixture
def hub(tmp_path):
    """Make a workbook of outcomes in a folder of its own."""

    def make(*rows, name="hub.xlsx", sheet="outcomes"):
        book = openpyxl.Workbook()
        book.active.title = sheet
        for row in rows:
            book.active.append(row)
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        book.save(folder / name)
        return folder / name

    return make


def one_paragraph(text: str) -> bool:
    return bool(text.strip()) and "\n\n" not in text.strip() and "Traceback" not in text


# 0: fine


def test_a_good_workbook_has_no_problems(run, hub):
    code, out, err = run("check", hub(HEADINGS, ROW))
    assert (code, err) == (0, "")
    assert out.endswith("No problems found.\n")


def test_a_good_workbook_is_assessed_whole(run, hub, tmp_path):
    path = hub(HEADINGS, ROW)
    before = path.read_bytes()
    code, out, _ = run("assess", path, "--out", tmp_path / "out")
    assert code == 0
    made = {each.name for each in (tmp_path / "out").iterdir()}
    assert {"assessment.json", "impact_map.xlsx", "report.html", "charts", "tables"} <= made
    totals = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))["totals"]
    assert totals["present_value"] > 0
    assert "report.html" in out
    assert path.read_bytes() == before


def test_what_was_read_otherwise_is_said(run, hub):
    code, out, _ = run("check", hub(HEADINGS, [*ROW[:4], "1,250", "14/05/2024", 10]))
    assert code == 0
    assert "outcomes, quantity: numbers written with a pound sign or thousands" in out
    assert "outcomes, date: dates as text read with the day first (1)" in out


def test_template_and_its_columns(run, tmp_path):
    code, out, _ = run("template", tmp_path / "blank.xlsx")
    assert code == 0 and (tmp_path / "blank.xlsx").is_file()
    code, out, _ = run("template", "--describe", "outcomes")
    assert code == 0
    assert "stakeholder_group" in out and "required" in out


def test_version_and_help(run):
    assert run("--version")[:2] == (0, f"socialvalue {sv.__version__}\n")
    code, out, _ = run("check", "--help")
    assert code == 0 and "annotate" in out


# 1: bad input, or nowhere to write to


def test_every_planted_mistake_is_named_in_one_go_and_nothing_is_written(run, tmp_path):
    code, out, err = run("check", sv.datasets.messy_workbook_path())
    assert code == 1
    for words in (
        "row 4   outcome_id MO-003   displacement 10",
        "10 looks like a percentage; write 0.1.",
        "row 8   activity_id MA-07   activity_type trainning",
        "Did you mean outcomes?",
        "stories (messy_workbook.xlsx, sheet stories): 1 problem, 1 rule.",
    ):
        assert words in err
    assert "No problems found" not in out
    code, _, err = run("assess", sv.datasets.messy_workbook_path(), "--out", tmp_path / "out")
    assert code == 1 and "10 looks like a percentage" in err
    assert list(tmp_path.iterdir()) == []


def test_a_marked_copy_is_made_with_exit_code_1(run, tmp_path):
    copy = tmp_path / "marked.xlsx"
    code, out, _ = run("check", sv.datasets.messy_workbook_path(), "--annotate", copy)
    assert code == 1
    assert str(copy) in out and copy.is_file()


def made(tmp_path, kind):
    """An input that cannot be read, of a kind."""
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    path = folder / "hub.xlsx"
    if kind == "text":
        path.write_text("outcome_id,quantity\n1,2\n")
    elif kind == "empty workbook":
        openpyxl.Workbook().save(path)
    elif kind == "csv":
        path = folder / "outcomes.csv"
        path.write_text("outcome_id\n1\n")
    elif kind == "parquet":
        path = folder / "outcomes.parquet"
        path.write_bytes(b"PAR1")
    elif kind == "folder":
        path = folder
    elif kind == "semicolons":
        (folder / "outcomes.csv").write_text("outcome_id;quantity;date\n1;2;3\n")
        path = folder
    return path


UNREADABLE = {
    "missing": "There is no file or folder",
    "text": "is not a workbook, whatever its name says",
    "empty workbook": "has no sheet with records in it. Name each sheet",
    "csv": "is neither a workbook (.xlsx, .xlsm, .ods) nor a folder",
    "parquet": "Put it in a folder as outcomes.parquet, and name that folder.",
    "folder": "has no file with records in it",
    "semicolons": "has semicolons between its cells",
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_one_paragraph_and_exit_code_1(run, tmp_path, kind):
    path = made(tmp_path, kind)
    for words in (["check", path], ["assess", path, "--out", tmp_path / "out"]):
        code, out, err = run(*words)
        assert (code, out) == (1, "")
        assert one_paragraph(err)
        assert UNREADABLE[kind] in err
    assert not (tmp_path / "out").exists()


def test_only_headings(run, hub, tmp_path):
    code, _, err = run("assess", hub(HEADINGS), "--out", tmp_path / "out")
    assert code == 1
    assert "the table outcomes has no rows" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["check", "assess"])
def test_a_set_that_is_not_known(run, hub, tmp_path, command):
    words = ["--out", tmp_path / "out"] if command == "assess" else []
    code, _, err = run(command, hub(HEADINGS, ROW), "--proxies", "uk-pubic", *words)
    assert code == 1
    assert one_paragraph(err)
    assert "no proxy set called 'uk-pubic'" in err and "Did you mean uk-public?" in err
    assert not (tmp_path / "out").exists()


def test_an_output_over_the_input(run, hub, tmp_path):
    path = hub(HEADINGS, ROW, name="impact_map.xlsx")
    before = path.read_bytes()
    code, _, err = run("assess", path, "--out", path.parent)
    assert code == 1 and one_paragraph(err)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["impact_map.xlsx"]
    code, _, err = run("check", path, "--annotate", path)
    assert code == 1 and "is the input itself" in err
    assert path.read_bytes() == before


def test_an_output_folder_that_is_a_file(run, hub, tmp_path):
    (tmp_path / "out").write_text("kept")
    code, _, err = run("assess", hub(HEADINGS, ROW), "--out", tmp_path / "out")
    assert code == 1 and one_paragraph(err)
    assert (tmp_path / "out").read_text() == "kept"


def test_an_output_that_is_open_in_another_program(run, hub, tmp_path, monkeypatch):
    def locked(*_):
        raise PermissionError(13, "Permission denied")

    path = hub(HEADINGS, [*ROW[:4], "x", *ROW[5:]])
    monkeypatch.setattr(os, "replace", locked)
    code, _, err = run("check", path, "--annotate", tmp_path / "marked.xlsx")
    assert code == 1
    assert "may be open in another program: close it" in err
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_a_template_over_a_file(run, hub):
    path = hub(HEADINGS, ROW)
    before = path.read_bytes()
    code, _, err = run("template", path)
    assert code == 1 and one_paragraph(err)
    assert path.read_bytes() == before


# 2: what was asked for


def toml(tmp_path, text):
    path = tmp_path / "in" / "settings.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("price_year = 2024-25\n", "settings.toml"),
        ("price_year = [\n", "settings.toml"),
        ('discount_rat = "green-book"\n', "discount_rat"),
        ('price_year = "2024-26"\n', "2024-26"),
        ('timing = "late"\n', "late"),
    ],
)
def test_bad_settings(run, hub, tmp_path, text, words):
    path = hub(HEADINGS, ROW)
    settings = toml(tmp_path, text)
    code, out, err = run("assess", path, "--out", tmp_path / "out", "--assumptions", settings)
    assert (code, out) == (2, "")
    assert one_paragraph(err) and words in err
    assert not (tmp_path / "out").exists()


def test_settings_that_are_missing(run, hub, tmp_path):
    path = hub(HEADINGS, ROW)
    code, _, err = run(
        "assess", path, "--out", tmp_path / "out", "--assumptions", tmp_path / "no.toml"
    )
    assert code in (1, 2)
    assert one_paragraph(err) and "no.toml" in err
    assert not (tmp_path / "out").exists()


def test_a_breakdown_that_is_not_there(run, hub, tmp_path):
    path = hub(HEADINGS, ROW)
    code, _, err = run("assess", path, "--out", tmp_path / "out", "--by", "gendre")
    assert code == 2 and one_paragraph(err)
    assert "Cannot break down by 'gendre'" in err and "Did you mean gender?" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["chekc"],
        ["check", "x", "--nonsense"],
        ["assess", "x"],
        ["template"],
        ["template", "--describe", "outcom"],
        ["check", "x", "--dates", "american"],
    ],
)
def test_a_command_that_is_not_understood(run, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*words)
    assert code == 2
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_dates_are_read_as_declared(run, hub):
    path = hub(HEADINGS, [*ROW[:5], "14/05/2024", 10])
    assert run("check", path)[0] == 0
    code, _, err = run("check", path, "--dates", "iso")
    assert code == 1
    assert "must be an ISO date, as declared" in err


# 3: findings of severity high


def test_strict_stops_at_what_an_assessor_would_challenge(run, hub, tmp_path):
    # Deadweight is stated nowhere, which is a finding of severity high.
    path = hub(HEADINGS, ROW)
    code, _, err = run("assess", path, "--out", tmp_path / "out", "--strict")
    assert code == 3
    assert err.startswith("High: ")
    # Everything is written first: what stands in the way can be read.
    data = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    assert any(finding["severity"] == "high" for finding in data["findings"])
    assert {"report.html", "impact_map.xlsx"} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_without_strict_the_same_findings_are_only_told(run, hub, tmp_path):
    code, out, err = run("assess", hub(HEADINGS, ROW), "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    data = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    # The headline, with the number of open findings, is the first line.
    assert out.splitlines()[0] == data["headline"]
    high = sum(finding["severity"] == "high" for finding in data["findings"])
    assert f"{len(data['findings'])} open finding" in out and f", {high} high." in out


def test_strict_lets_pass_what_has_no_high_finding(run, hub, tmp_path):
    shares = ["deadweight", "displacement", "attribution_to_others", "drop_off"]
    path = hub([*HEADINGS, *shares], [*ROW, 0.1, 0.1, 0.1, 0])
    code, _, err = run("assess", path, "--out", tmp_path / "out", "--strict")
    assert (code, err) == (0, "")


def test_strict_is_1_where_the_input_is_wrong_and_2_where_a_setting_is(run, hub, tmp_path):
    wrong = hub(HEADINGS, [*ROW[:4], "ten", *ROW[5:]], name="wrong.xlsx")
    assert run("assess", wrong, "--out", tmp_path / "out", "--strict")[0] == 1
    path = hub(HEADINGS, ROW)
    words = ("assess", path, "--out", tmp_path / "out", "--strict", "--disclosure", "all")
    assert run(*words)[0] == 2
    assert not (tmp_path / "out").exists()


# What changed


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    """Two quarters, assessed: ten hours of travel saved, then fifteen."""
    folder = tmp_path_factory.mktemp("quarters")
    made = []
    for name, row in (("a", ROW), ("b", [*ROW[:4], 15, "2024-08-01", 10])):
        records = sv.Records(outcomes=pd.DataFrame([row], columns=HEADINGS))
        made.append(sv.assess(records).write_json(folder / f"{name}.json"))
    return made


@pytest.fixture
def twice(quarters, tmp_path):
    """The two files, each in a folder of its own."""
    made = []
    for path in quarters:
        (tmp_path / path.stem).mkdir()
        made.append(Path(shutil.copy(path, tmp_path / path.stem / "assessment.json")))
    return made


def test_compare_prints_the_parts(run, twice, tmp_path):
    code, out, err = run("compare", *twice, "--by", "sdg", "--out", tmp_path / "change.json")
    assert (code, err) == (0, "")
    data = json.loads((tmp_path / "change.json").read_text("utf-8"))
    # Five hours more, at the value of ten.
    before = data["totals"][2]
    assert before["total"] == "present_value"
    volume = {row["part"]: row["change"] for row in data["parts"]}["volume"]
    assert volume == pytest.approx(before["last"] / 2, rel=1e-12)
    assert out.startswith(data["summary"])
    lines = [line.split() for line in out.splitlines()]
    assert ["Volume", f"+£{volume:,.0f}"] in [line[:2] for line in lines]
    assert any(line[:2] == ["SDG", "Last"] for line in lines)
    # The folder of each does as well.
    assert run("compare", *[path.parent for path in twice])[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--by", "colour"), 2, "cannot both be split by 'colour'"),
        (("--out", "change.xlsx"), 2, "ends in neither .csv nor .json"),
        (("--last-covers", "spring"), 2, "'spring' is no span of months"),
        (("--last-covers", "2024-06:2024-04"), 2, "is no span of months"),
    ],
)
def test_compare_says_what_it_cannot_do(run, twice, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    found, _, err = run("compare", *twice, *words)
    assert found == code and said in err and one_paragraph(err)
    assert not (tmp_path / "change.xlsx").exists()


def test_compare_without_a_file_is_bad_input(run, twice, tmp_path):
    code, _, err = run("compare", twice[0], tmp_path / "none")
    assert code == 1 and one_paragraph(err) and "cannot be read" in err


def test_compare_leaves_the_two_alone(run, twice):
    before = twice[0].read_bytes()
    code, _, err = run("compare", *twice, "--out", twice[0])
    assert code == 1 and "is one of the two that are compared" in err
    assert twice[0].read_bytes() == before


# The program itself, and files of the world


def test_the_installed_program_ends_without_a_traceback(tmp_path):
    code = "from socialvalue.cli import main; main()"
    command = [sys.executable, "-c", code, "check", str(tmp_path / "no.xlsx")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "" and one_paragraph(done.stderr)


REAL_BOOKS = sorted(REAL.rglob("*.xlsx")) if REAL.is_dir() else []


@pytest.mark.skipif(not REAL_BOOKS, reason="the published workbooks are not beside this folder")
def test_published_workbooks_of_other_shapes_get_a_plain_message(run, tmp_path):
    for path in REAL_BOOKS:
        code, _, err = run("assess", path, "--out", tmp_path / "out")
        assert code == 1 and one_paragraph(err)
        assert "has no sheet with records in it. It has: " in err
    assert list(tmp_path.iterdir()) == []


def test_draws_are_in_every_output(run, hub, tmp_path):
    # A WELLBY is published with a range: 10,000 to 16,000 pounds of 2019.
    row = ["O1", "people", "Better life", "wb_wellby", 10, "2024-05-01", 10]
    out = tmp_path / "out"
    code, said, _ = run("assess", hub(HEADINGS, row), "--out", out, "--draws", "800", "--seed", "4")
    assert code == 0 and "simulated from 800 draws at 95%" in said
    data = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    assert (data["simulation"]["draws"], data["simulation"]["seed"]) == (800, 4)
    assert (out / "charts" / "distribution.png").is_file()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "800 times (seed 4)" in page and "simulated from 800 draws at 95%" in page


SPREADS = """field,outcome,down,up,low,distribution,source
unit_value,,0.1,0.1,,uniform,judged by the panel
,,,,,,

quantity,Better life,0.4,,,,asked the coordinator
"""


def stated_files(folder, spreads=SPREADS, grades=None):
    (folder / "judged.csv").write_text(spreads, encoding="utf-8")
    words = ["--spreads", folder / "judged.csv"]
    if grades is not None:
        (folder / "by_grade.csv").write_text(grades, encoding="utf-8-sig")
        words += ["--grades", folder / "by_grade.csv"]
    return words


def test_spreads_of_a_file_are_drawn_from_and_told(run, hub, tmp_path):
    headings = [*HEADINGS, "evidence"]
    rows = [
        ["O1", "people", "Better life", "wb_wellby", 10, "2024-05-01", 10, "before_after"],
        ["O2", "people", "Less lonely", "wb_wellby", 10, "2024-05-01", 10, "self_report"],
    ]
    book, out = hub(headings, *rows), tmp_path / "out"
    files = stated_files(book.parent, SPREADS, "evidence,down,up\nself_report,0.5,0.25\n")
    code, said, err = run("assess", book, "--out", out, "--draws", "320", "--internal", *files)
    assert (code, err) == (0, "")
    told = pd.read_csv(out / "tables" / "spreads.csv").set_index("kind")
    assert told.loc["unit_value", ["low", "central", "high"]].tolist() == [11_700, 13_000, 14_300]
    assert told.loc["unit_value", ["distribution", "source"]].tolist() == [
        "uniform",
        "judged by the panel",
    ]
    quantities = told.loc["quantity"].set_index("source")
    assert quantities.loc["asked the coordinator", ["low", "high"]].tolist() == [6, 10]
    assert quantities.loc["grade of evidence self_report", ["low", "high"]].tolist() == [5, 12.5]
    data = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    assert {row["source"] for row in data["simulation"]["parameters"]} == set(told["source"])
    page = (out / "report.html").read_text(encoding="utf-8")
    part = page[page.index('<h2 id="moved">') : page.index('<h2 id="unpriced">')]
    assert "Who says so" in part and "<td>judged by the panel</td>" in part
    # Published, the size of a change is in none of them, nor who judged it.
    code, _, _ = run("assess", book, "--out", out, "--draws", "320", *files)
    told = pd.read_csv(out / "tables" / "spreads.csv")
    assert code == 0 and told["source"].tolist() == ["judged by the panel"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "judged by the panel" in page and "asked the coordinator" not in page


@pytest.mark.parametrize(
    ("spreads", "grades", "words"),
    [
        (SPREADS.replace("0.4", "40%"), None, "judged.csv, row 5: down is '40%'. Write a number"),
        (SPREADS.replace("quantity", "amount"), None, "judged.csv, row 5: there is no field 'amou"),
        (SPREADS.replace("low,", "lowest,"), None, "judged.csv has the column 'lowest'"),
        (
            "field,low,high,source\nunit_value,14000,15000,the panel\n",
            None,
            "judged.csv, row 2: the panel: low 14000, central 13000 and high 15000",
        ),
        ("field;down;up\nquantity;1;1\n", None, "judged.csv has semicolons between its cells"),
        ("field,down,up\n,,\n", None, "judged.csv has no row below its headings"),
        ("field,down,down\nquantity,1,1\n", None, "judged.csv has several columns down"),
        (SPREADS, "evidence,down,up\ntrail,0.1,0.1\n", "by_grade.csv, row 2, evidence: there is"),
        (SPREADS, "evidence,down,up\ntrial,0.1,\n", "by_grade.csv, row 2, up: write shares"),
        (SPREADS, "evidence,down\ntrial,0.1\n", "by_grade.csv lacks: up"),
    ],
)
def test_a_bad_file_of_spreads_is_said_with_its_row(run, hub, tmp_path, spreads, grades, words):
    book = hub(HEADINGS, ["O1", "people", "Better life", "wb_wellby", 10, "2024-05-01", 10])
    files = stated_files(book.parent, spreads, grades)
    code, _, err = run("assess", book, "--out", tmp_path / "out", "--draws", "320", *files)
    assert code == 2 and words in err and one_paragraph(err)
    assert not (tmp_path / "out").exists()


def test_spreads_need_draws_and_their_file(run, hub, tmp_path):
    book = hub(HEADINGS, ROW)
    files = stated_files(book.parent)
    code, _, err = run("assess", book, "--out", tmp_path / "out", *files)
    assert code == 2 and "judged.csv says what to draw from: add --draws 10000." in err
    files[1] = files[1].with_name("absent.csv")
    code, _, err = run("assess", book, "--out", tmp_path / "out", "--draws", "320", *files)
    assert code == 2 and "absent.csv cannot be read (No such file or directory)" in err


def test_draws_of_nothing_are_refused(run, hub, tmp_path):
    out = tmp_path / "out"
    code, _, errors = run("assess", hub(HEADINGS, ROW), "--out", out, "--draws", "800")
    assert code == 2 and "Nothing can be drawn" in errors and one_paragraph(errors)
    assert not out.exists()
