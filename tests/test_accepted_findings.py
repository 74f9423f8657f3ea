"""Is an accepted finding told with its reason in every output, and never counted as open?"""

import json
from functools import cache

import openpyxl
import pandas as pd
import pytest
from programmes import WORKED

import socialvalue as sv
from socialvalue import cli
from socialvalue.errors import SettingsError
from socialvalue.findings import PARTS_OF_ROWS
from socialvalue.report.csv_tables import tables_of

RULE, REASON = "no_published_range", "The sets we may use publish none; see annex A."


@cache
def result():
    settings = sv.Assumptions(
        price_year="2024-25", base_year="2024-25", accepted_findings={RULE: REASON}
    )
    return sv.assess(sv.read_records(WORKED), WORKED / "proxies", settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return result().write_folder(tmp_path_factory.mktemp("out"), profile="internal")


def test_it_is_in_the_result():
    accepted = result().findings.dropna(subset=["accepted_because"])
    assert accepted["rule"].unique().tolist() == [RULE]
    assert accepted["accepted_because"].unique().tolist() == [REASON]


def test_it_is_on_the_page_under_its_own_heading(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    still_open, accepted = page.split('aria-label="Accepted findings"')
    [message] = result().findings.query("rule == @RULE")["message"]
    assert f"Accepted because: {REASON}" in accepted
    assert message in accepted and message not in still_open


def test_it_is_in_the_workbook(folder):
    sheet = openpyxl.load_workbook(folder / "impact_map.xlsx")["Findings"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heading = next(row for row in cells if "Severity" in row)
    place = heading.index("Accepted because")
    assert [row[place] for row in cells if row[place]] == ["Accepted because", REASON]


def test_the_workbook_has_no_empty_column_where_nothing_is_accepted(tmp_path):
    plain = sv.assess(sv.read_records(WORKED), WORKED / "proxies")
    sheet = openpyxl.load_workbook(plain.write_workbook(tmp_path / "m.xlsx"))["Findings"]
    assert all(cell.value != "Accepted because" for row in sheet.iter_rows() for cell in row)


def test_it_is_in_the_data_and_the_tables(folder):
    data = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
    reasons = {each["rule"]: each["accepted_because"] for each in data["findings"]}
    assert reasons.pop(RULE) == REASON
    assert set(reasons.values()) == {None}
    assert data["assumptions"]["accepted_findings"] == [f"{RULE}: {REASON}"]
    assert "1 accepted with a reason" in data["headline"]
    assert REASON in tables_of(result())["findings"]["accepted_because"].tolist()


HEADINGS = ["outcome_id", "stakeholder_group", "outcome", "proxy_id", "quantity", "date", "people"]
# An hour of travel saved for ten people, of which nothing says what would have happened anyway.
ROW = ["O1", "people", "Time saved", "transport_time_other", 10, "2024-05-01", 10]


def test_strict_passes_what_is_accepted_and_the_command_line_prints_why(
    tmp_path, capsys, monkeypatch
):
    records, settings = tmp_path / "in", tmp_path / "settings.toml"
    records.mkdir()
    pd.DataFrame([ROW], columns=HEADINGS).to_csv(records / "outcomes.csv", index=False)

    def run(*words):
        command = ["socialvalue", "assess", records, "--out", tmp_path / "out", "--strict", *words]
        monkeypatch.setattr("sys.argv", [str(word) for word in command])
        try:
            cli.main()
        except SystemExit as stopped:
            return stopped.code or 0, capsys.readouterr()
        return 0, capsys.readouterr()

    assert run()[0] == 3
    why = "A pilot: to be asked next year."
    settings.write_text(
        f'[accepted_findings]\nadjustment_stated_nowhere = "{why}"\n', encoding="utf-8"
    )
    code, said = run("--assumptions", settings)
    assert code == 0 and said.err == ""
    assert f"accepted, adjustment_stated_nowhere: {why}" in said.out
    blank = settings.with_name("blank.toml")
    blank.write_text('[accepted_findings]\nno_harms = ""\n', encoding="utf-8")
    code, said = run("--assumptions", blank)
    assert code == 2 and "no_harms has no reason" in said.err


def test_what_a_few_people_are_counted_twice_for_is_not_published(assess):
    twice = {"person_id": "p1", "quantity": 1}
    others = [{"person_id": f"q{i}", "quantity": 1} for i in range(9)]
    found = assess(twice, twice, *others)
    [inside] = found.findings.query("rule == 'recorded_twice'")["value_at_stake"]
    assert inside == 100
    [told] = found.for_output().findings.query("rule == 'recorded_twice'").to_dict("records")
    assert pd.isna(told["value_at_stake"]) and "not published" in told["message"]
    assert told["rule"] in PARTS_OF_ROWS


def test_a_reason_can_be_of_one_finding_alone():
    def told(reasons):
        settings = sv.Assumptions(accepted_findings=reasons)
        found = sv.assess(sv.datasets.load_network(), assumptions=settings).findings
        return found.query("rule == 'adjustment_stated_nowhere'").set_index("message")

    rule, reason = "adjustment_stated_nowhere", "Asked the partners; none known."
    every = told({rule: reason})["accepted_because"]
    assert len(every) == 4
    assert set(every) == {f"{reason} (one reason for 4 findings)"}, "several are said to be"
    one = told({f"{rule}: displacement": reason})["accepted_because"].dropna()
    assert one.to_list() == [reason]
    assert one.index[0].startswith("Displacement")
    both = told({rule: "Another.", f"{rule}: displacement": reason})["accepted_because"]
    assert sorted(both) == ["Another. (one reason for 3 findings)"] * 3 + [reason]


@pytest.mark.parametrize("key", ["no_harms:", "no_harm: any"])
def test_a_reason_for_no_finding_there_is_is_refused(key):
    with pytest.raises(SettingsError, match="accepted_findings"):
        sv.Assumptions(accepted_findings={key: "Asked."})
