"""Is docs/explanation/what_the_audit_finds_in_published_cases.md true?"""

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_published import CASES, inputs_of

import socialvalue as sv
from socialvalue import provenance
from socialvalue.errors import InputError

PAGE = Path(__file__).parents[1] / ("docs/explanation/what_the_audit_finds_in_published_cases.md")
TEXT = PAGE.read_text(encoding="utf-8")
LINES = re.findall(r"^\| `(\w+)` \|(.*)\|(.*)\|(.*)\|$", TEXT, flags=re.MULTILINE)


@pytest.fixture(autouse=True)
def on_the_day_of_the_page(monkeypatch):
    monkeypatch.setattr(provenance, "today", lambda: date(2026, 11, 25))


def case_named(start: str) -> Path:
    [case] = [case for case in CASES if case.name.startswith(start)]
    return case


def assess(case: Path, outcomes=None) -> sv.Assessment:
    records, proxies, assumptions = inputs_of(case)
    tables = dict(records.tables)
    if outcomes is not None:
        tables["outcomes"] = outcomes(tables["outcomes"])
    return sv.assess(sv.Records(**tables), proxies, assumptions)


def test_the_page_has_every_case():
    assert [line[0] for line in LINES] == [case.name for case in CASES]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_the_page_says_what_is_found(line):
    findings = assess(case_named(line[0])).findings
    told = dict(zip(("high", "medium", "low"), line[1:], strict=True))
    for severity, cell in told.items():
        found = set(findings.loc[findings["severity"] == severity, "rule"])
        assert set(re.findall(r"`(\w+)`", cell)) == found, severity


# The published total, which counts the three environmental rows twice, and what they come to:
# 4,137,865.50 - 4,127,175.55.
TWICE = ["o17", "o18", "o19"]


def once_more(table: pd.DataFrame) -> pd.DataFrame:
    again = table[table["outcome_id"].isin(TWICE)]
    return pd.concat([table, again.assign(outcome_id=again["outcome_id"] + "-again")])


def test_three_rows_counted_twice():
    ohio = case_named("ohio")
    assert "recorded_twice" not in set(assess(ohio).findings["rule"])
    result = assess(ohio, once_more)
    assert result.totals["present_value"] == pytest.approx(4_137_865.50, abs=0.005)
    assert result.totals["sroi_ratio"] == pytest.approx(5.8679, abs=0.00005)
    [finding] = result.findings.query("rule == 'recorded_twice'").to_dict("records")
    assert finding["value_at_stake"] == pytest.approx(10_689.95, abs=0.005)
    assert finding["severity"] == "medium"


def test_mixed_units_are_refused_before_any_audit():
    def at_risk(table):
        return table.assign(unit=table["unit"].replace("student", "student at risk"))

    with pytest.raises(InputError) as refused:
        assess(case_named("pbe"), at_risk)
    assert "unit must equal the proxy's unit" in str(refused.value)


# By hand from what the report prints: its total, its rate, and the first year of each harm, the
# last of them over four years less 1/15 a year.
TOTAL, RATE, INPUTS = 59_845_804_079, 1.01047, 3_402_343_773
LARGEST = 535_517_609.05 / RATE
MORALE = (17_123.81 + 75_478.82) / RATE
FANS = sum(21_434_889.30 * (14 / 15) ** k / RATE ** (k + 1) for k in range(4))
HARMS = ["m14", "m15", "m40", "m50"]
DROPPED = {"the largest": (["m50"], LARGEST), "all": (HARMS, LARGEST + MORALE + FANS)}


@pytest.mark.parametrize("which", DROPPED)
def test_dropped_harms(which):
    ids, size = DROPPED[which]
    result = assess(case_named("ctbc"), lambda table: table[~table["outcome_id"].isin(ids)])
    # The total is printed in whole dollars, yearly values to the cent: a dollar for the rounding.
    assert result.totals["present_value"] == pytest.approx(TOTAL + size, abs=1)
    assert f"| {TOTAL + size:,.0f} | {(TOTAL + size) / INPUTS:.2f} |" in TEXT
    assert ("no_harms" in set(result.findings["rule"])) == (which == "all")


def test_a_benefit_avoided_is_a_transfer():
    findings = assess(case_named("voyce")).findings
    [finding] = findings.query("rule == 'transfer_in_public_value'").to_dict("records")
    assert "voyce_3" in finding["message"]
    # 1% of the value, as the page says.
    total = assess(case_named("voyce")).totals["present_value"]
    assert round(finding["value_at_stake"] / total, 2) == 0.01


def test_several_records_of_a_persons_wellbys_in_a_year_are_the_rule():
    outcomes = sv.datasets.load_network().outcomes
    wellbys = outcomes[(outcomes["proxy_id"] == "wb_wellby") & outcomes["person_id"].notna()]
    # The financial year of a day is the calendar year of the day three months before it.
    year = (pd.to_datetime(wellbys["date"]) - pd.DateOffset(months=3)).dt.year
    records = wellbys.groupby(["person_id", "outcome", year]).size()
    told = f"{(records > 1).sum()} of {len(records)} persons' years of one outcome have several"
    assert told in " ".join(TEXT.split())
