"""Every row of every shipped set, and what happens with a set of one's own."""

import csv
import dataclasses
import hashlib
import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue import prices
from socialvalue.errors import InputError
from socialvalue.parse import parse_table
from socialvalue.price_tables import price_series
from socialvalue.proxies import shipped_sets
from socialvalue.proxy_picks import pick
from socialvalue.proxy_rules import proxy_problems
from socialvalue.records import Origin
from socialvalue.schemas import OUTCOMES
from socialvalue.years import parse_year

ROOT = Path(__file__).parents[1]
PROXIES = ROOT / "proxies"
SETS = ("gmca-ucd-1.4", "uk-public")

UNITS = frozenset(
    [
        *("application", "assessment", "attendance", "bed_day", "case", "casualty", "child"),
        *("claimant", "collision", "contact", "course_start", "credit", "hour", "household"),
        *("incident", "job", "meal", "offence", "person", "person_year", "prisoner", "pupil"),
        *("qaly", "school_day", "service_user", "stay", "tonne", "tonne_co2e", "victim"),
        *("volunteer", "volunteer_hour", "week", "wellby"),
    ]
)
"""What one of a proxy may be. A new unit goes here and, with its meaning, into the glossary."""

LICENCES = (
    "Open Government Licence v3.0",
    "Creative Commons Attribution 4.0 International",
)


@cache
def rows_of(name: str) -> list[dict]:
    """Rows as they stand in the file, all text."""
    with (PROXIES / name / "proxies.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def table_of(name: str, table: str) -> list[dict]:
    with (PROXIES / name / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def every_row() -> list:
    return [
        pytest.param(name, row, id=f"{name}: {row['proxy_id']} {row['valid_from'][:4]}".strip())
        for name in SETS
        for row in rows_of(name)
    ]


def test_the_sets_are_those_tested_here():
    assert shipped_sets() == SETS
    # 83 values and 31 years of carbon; 40 of the workbook's rows.
    assert [len(rows_of(name)) for name in SETS] == [40, 114]
    assert [len({row["proxy_id"] for row in rows_of(name)}) for name in SETS] == [40, 84]


# Each row by itself.


def a_row_says_what_it_is_and_where_it_is_from(name, row):
    assert None not in row and None not in row.values()
    for column in ("proxy_id", "theme", "name", "payer", "source_id", "page", "notes"):
        assert row[column].strip() == row[column] != "", column
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row["proxy_id"])
    assert row["unit"] in UNITS
    assert row["currency"] == "GBP"
    assert row["evidence"] in {"official_page", "transcribed", "secondary", "derived"}
    assert pd.Timestamp(row["review_by"]).year >= 2017
    [source] = [each for each in table_of(name, "sources") if each["source_id"] == row["source_id"]]
    assert all(source[column] for column in source), source
    assert source["licence"].startswith(LICENCES)


def a_value_lies_in_its_range_and_in_the_price_series(name, row):
    value = float(row["unit_value"])
    assert value > 0
    # Both ends or neither: a range with one end would be drawn as if it had two.
    assert bool(row["low"]) == bool(row["high"])
    if row["low"]:
        assert float(row["low"]) < value < float(row["high"])
    assert row["distribution"] == ""
    year = parse_year(row["price_year"])
    series = price_series()
    if row["uprating"] != "none":
        # A calendar year after the calendar deflator's last is bridged by two financial years.
        assert year.start in series.financial.values
        assert year.financial or year.start - 1 in series.financial.values
    if row["uprating"] == "income":
        assert year.start in series.income.values


def how_a_row_is_repriced_and_discounted(name, row):
    assert row["uprating"] in {"deflator", "income", "none", "carbon"}
    wellbeing_unit = row["unit"] in {"wellby", "qaly"}
    # The health schedule is for values that are constant in real terms: WELLBY and QALY only.
    assert (row["discount_class"] == "health") == wellbeing_unit
    elasticity = ""
    if wellbeing_unit:
        elasticity = "1.3"
    elif row["source_id"] == "dft_tag_2026":
        elasticity = "1.0"
    assert row["income_elasticity"] == elasticity
    assert (row["uprating"] == "income") == bool(elasticity)
    # Only a path with a row for each year of emission is looked up year by year.
    assert (row["uprating"] == "carbon") == (row["proxy_id"] == "env_carbon_tco2e")
    if row["uprating"] == "none":
        assert row["valid_from"], "a rate that is not uprated says from when it holds"
        assert "ever uprated" in row["notes"]


def what_a_unit_covers(name, row):
    events = {"hour", "meal", "offence", "collision", "casualty", "attendance", "stay", "contact"}
    events |= {"incident", "bed_day", "week", "assessment", "application", "credit", "tonne"}
    events |= {"volunteer_hour"}
    if row["unit"] in events:
        assert row["value_covers"] == "once"
    if row["unit"] in {"job", "claimant", "volunteer", "prisoner", "household", "wellby", "qaly"}:
        assert row["value_covers"] == "year"
    if re.search(r"lifetime|over ten years|whole period|to age 30", row["name"]):
        assert row["value_covers"] == "duration"
    if re.search(r", a year\b|for a year\b|^Year ", row["name"]):
        assert row["value_covers"] == "year"
    if row["value_covers"] == "duration":
        assert "counted once" in row["notes"] or "covers the whole" in row["notes"]


def transfers_are_benefits_and_taxes_and_only_those(name, row):
    said = "transfer" in row["notes"].replace("not marked as a transfer", "")
    assert (row["transfer"] == "yes") == said
    if row["transfer"] == "yes":
        assert row["value_type"] == "fiscal"
    assert row["transfer"] in {"yes", "no"}


def wellbeing_of_a_person_is_one_overlap_group(name, row):
    own = {"road_safety", "work_safety", "travel_time"}
    if row["value_type"] == "wellbeing":
        assert row["overlap_group"] in own | {"wellbeing_of_person"}


def end_of(year: str, later: int) -> str:
    return f"{max(map(int, re.findall(r'20[0-9]{2}', year))) + later}-12-31"


# Figures that their publisher renews each year, by the changelog of the set.
YEARLY = {
    "dft_tag_2026",
    "ons_earnings_2025",
    "nhs_cost_collection_2024_25",
    "dhsc_social_care_2024_25",
    "moj_prison_costs_2024",
    "mhclg_temporary_accommodation_2025",
}


def review_by_follows_the_rule_of_the_changelog(name, row):
    sources = {each["source_id"]: each["year"] for each in table_of(name, "sources")}
    if row["valid_to"] and row["unit"] != "tonne_co2e":
        assert row["review_by"] == row["valid_to"]
    elif row["unit"] == "tonne_co2e":
        assert row["review_by"] == "2026-12-31"
    else:
        later = 1 if row["source_id"] in YEARLY else 3
        assert row["review_by"] == end_of(sources[row["source_id"]], later)


RULES = (
    a_row_says_what_it_is_and_where_it_is_from,
    a_value_lies_in_its_range_and_in_the_price_series,
    how_a_row_is_repriced_and_discounted,
    what_a_unit_covers,
    transfers_are_benefits_and_taxes_and_only_those,
    wellbeing_of_a_person_is_one_overlap_group,
    review_by_follows_the_rule_of_the_changelog,
)


@pytest.mark.parametrize(("name", "row"), every_row())
def test_a_row_keeps_every_rule(name, row):
    for rule in RULES:
        rule(name, row)


# Rows together.


@pytest.mark.parametrize("name", SETS)
def test_rows_of_one_proxy_follow_one_another_without_gap_or_overlap(name):
    for proxy_id in {row["proxy_id"] for row in rows_of(name)}:
        rows = [row for row in rows_of(name) if row["proxy_id"] == proxy_id]
        rows.sort(key=lambda row: row["valid_from"])
        for before, after in zip(rows, rows[1:], strict=False):
            gap = pd.Timestamp(after["valid_from"]) - pd.Timestamp(before["valid_to"])
            assert gap == pd.Timedelta(days=1)


def test_these_rows_and_no_others_are_transfers():
    # Benefits no longer paid, savings that are mostly benefit and tax, taxes avoided, free meals.
    found = {row["proxy_id"] for name in SETS for row in rows_of(name) if row["transfer"] == "yes"}
    assert found == {
        "emp_disabled_full_time_fiscal",
        "emp_disabled_part_time_fiscal",
        "emp_uc_standard_allowance_year",
        "emp_jsa_claimant_into_work",
        "emp_esa_claimant_into_work",
        "emp_income_support_claimant_into_work",
        "emp_neet_18_24_year",
        "emp_neet_lifetime",
        "env_landfill_tonne_standard",
        "env_landfill_tonne_lower",
        "food_free_school_meals_year",
    }


def test_everything_superseded_says_by_what():
    assert {row["superseded_by"] for row in rows_of("gmca-ucd-1.4")} == {
        "GMCA Unit Cost Database v3.0 (2026)"
    }
    for row in rows_of("uk-public"):
        newer = "newer values" in row["notes"].lower() or "Newer years" in row["notes"]
        assert bool(row["superseded_by"]) >= newer, row["proxy_id"]


@pytest.mark.parametrize("name", SETS)
def test_each_link_is_one_primary_category_with_a_reason(name):
    links = pd.DataFrame(table_of(name, "links"))
    ids = {row["proxy_id"] for row in rows_of(name)}
    assert set(links["proxy_id"]) <= ids
    assert (links["share"].astype(float) == 1).all()
    assert not links.duplicated(["proxy_id", "framework"]).any()
    assert (links["rationale"].str.len() > 20).all()
    for framework, group in links.groupby("framework"):
        categories = pd.read_csv(PROXIES / "frameworks" / f"{framework}.csv", dtype=str)["category"]
        assert set(group["category"]) <= set(categories)
    # What cannot be justified stays unallocated, and says so in its notes.
    for framework in ("sdg", "marmot", "marmot-8"):
        left = ids - set(links.loc[links["framework"] == framework, "proxy_id"])
        for row in rows_of(name):
            assert row["proxy_id"] not in left or "unallocated" in row["notes"]


@pytest.mark.parametrize("name", SETS)
def test_the_two_marmot_lists_agree(name):
    # A to F are 1 to 6 of the eight, except what the environment and racism have of their own.
    links = pd.DataFrame(table_of(name, "links")).set_index(["proxy_id", "framework"])
    both = pd.DataFrame(
        {each: links["category"].xs(each, level="framework") for each in ("marmot", "marmot-8")}
    ).dropna()
    assert len(both) > 35
    same = both["marmot-8"] == both["marmot"].map(dict(zip("ABCDEF", "123456", strict=True)))
    assert set(both[~same]["marmot-8"]) <= {"8"}
    assert all(proxy_id.startswith("env_") for proxy_id in both[~same].index)


@pytest.mark.parametrize("folder", ["frameworks", "gmca-ucd-1.4", "prices", "uk-public"])
def test_a_package_describes_the_files_beside_it(folder):
    package = json.loads((PROXIES / folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["name"] == folder
    described = {resource["path"] for resource in package["resources"]}
    assert described == {path.name for path in (PROXIES / folder).glob("*.csv")}
    for resource in package["resources"]:
        content = (PROXIES / folder / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert resource["bytes"] == len(content)
        with (PROXIES / folder / resource["path"]).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert resource["rows"] == len(rows)
        # A cell with a comma that is not quoted makes its row longer than the header.
        assert {len(row) for row in rows} == {len(header)}
        assert [field["name"] for field in resource["schema"]["fields"]] == header
    said = (PROXIES / folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {package['version']} " in said


def test_the_script_that_packs_agrees_and_notices_a_change(tmp_path):
    script = [sys.executable, str(ROOT / "tools" / "pack_proxies.py")]
    folders = [str(PROXIES / name) for name in ("frameworks", "gmca-ucd-1.4", "prices")]
    done = subprocess.run([*script, "--check", *folders], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    (tmp_path / "proxies.csv").write_text('proxy_id,unit_value,low\na,10,1.5\n"b\nc",20,\n')
    done = subprocess.run([*script, "--check", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert not (tmp_path / "datapackage.json").exists()
    subprocess.run([*script, str(tmp_path)], check=True, capture_output=True)
    [resource] = json.loads((tmp_path / "datapackage.json").read_text())["resources"]
    assert resource["rows"] == 2
    assert [field["type"] for field in resource["schema"]["fields"]] == [
        *("string", "integer", "number")
    ]


# Figures as their publishers print them.

PRINTED = {
    # HM Treasury 2021: a WELLBY is 13,000, from 10,000 to 16,000, at 2019 prices.
    "wb_wellby": (13_000, 10_000, 16_000, "2019"),
    # Treasury, HL5283: 70,000 a QALY at 2020-21 prices.
    "wb_qaly_green_book": (70_000, None, None, "2020-21"),
    # TAG A4.1.1: a road death prevented, 2,652,796 at 2023 prices.
    "safety_road_fatality_prevented": (2_652_796, None, None, "2023"),
    # TAG A1.3.1, market prices: an hour of commuting 15.51, of other time 7.08.
    "transport_time_commuting": (15.51, None, None, "2023"),
    "transport_time_other": (7.08, None, None, "2023"),
    # HSE 2015: 1,597,000 a fatal injury; 8,200 any other.
    "safety_work_fatal_injury": (1_597_000, None, None, "2015"),
    "safety_work_nonfatal_injury": (8_200, None, None, "2015"),
    # National Living Wage from April 2026.
    "emp_hour_national_living_wage": (12.71, None, None, "2026-27"),
    # 424.90 a month x 12 = 5,098.80.
    "emp_uc_standard_allowance_year": (424.90 * 12, None, None, "2026-27"),
    # 12.71 x 37.5 hours x 52 weeks = 24,784.50.
    "emp_job_year_living_wage": (24_784.5, None, None, "2026-27"),
    # Home Office: 68,700 + 2,637,190 + 640,780 = 3,346,670, printed as 3,346,680.
    "crime_homicide": (3_346_680, None, None, "2019-20"),
    # 274 + 2,256 + 354 = 2,884.
    "crime_fraud_individual": (274 + 2_256 + 354, None, None, "2023-24"),
    # 66,192 million / 1,946,000 victims = 34,014.4, printed as 34,015.
    "crime_domestic_abuse_victim": (34_015, None, None, "2016-17"),
    # NHS England, National Cost Collection 2024/25.
    "health_ae_attendance": (280, None, None, "2024-25"),
    # DCMS 2024: 1,339 of time and 673 of wellbeing are 2,012 a volunteer.
    "vol_volunteer_year_replacement": (2_012 - 673, None, None, "2021-22"),
    # HMRC: landfill tax 130.75 a tonne from April 2026.
    "env_landfill_tonne_standard": (130.75, None, None, "2026-27"),
    # DESNZ annex 1: 280 a tonne in 2030, half more or less, at 2020 prices.
    "env_carbon_tco2e_2030": (280, 140, 420, "2020"),
    # GMCA: 9,234 of benefits + 566 of health; 10,000 + 2,700; 3,218 + 1,039.
    "emp_jsa_claimant_into_work": (9_234 + 566, None, None, "2012-13"),
    "health_hip_fracture": (10_000 + 2_700, None, None, "2008-09"),
    "emp_neet_18_24_year": (3_218 + 1_039, None, None, "2010-11"),
    # GMCA: 375 + 477 + 230 + 79.50 + 4 x 334.95 = 2,501.30, printed as 2,501.
    "housing_statutory_homelessness_case": (2_501, None, None, "2010-11"),
}


@pytest.mark.parametrize("proxy_id", PRINTED)
def test_a_figure_is_as_its_publisher_prints_it(proxy_id):
    [row] = [row for name in SETS for row in rows_of(name) if row["proxy_id"] == proxy_id]
    value, low, high, year = PRINTED[proxy_id]
    assert float(row["unit_value"]) == pytest.approx(value, rel=1e-12)
    assert (row["low"], row["high"]) == tuple(
        "" if end is None else str(end) for end in (low, high)
    )
    assert row["price_year"] == year


def test_carbon_by_the_year_of_emission():
    # DESNZ 2023, data table 3, 2022 prices: 253.19 in 2020 and, as in annex 1, half on each side.
    path = [row for row in rows_of("uk-public") if row["proxy_id"] == "env_carbon_tco2e"]
    assert [row["valid_from"][:4] for row in path] == [str(year) for year in range(2020, 2051)]
    assert {row["price_year"] for row in path} == {"2022"}
    first = path[0]
    assert [first[column] for column in ("low", "unit_value", "high")] == [
        *("126.6", "253.19", "379.79")
    ]
    for row in path:
        # Printed to pennies, each end rounded by itself.
        assert float(row["low"]) == pytest.approx(float(row["unit_value"]) / 2, abs=0.011)
        assert float(row["high"]) == pytest.approx(float(row["unit_value"]) * 1.5, abs=0.011)


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_loads_as_it_stands(name):
    loaded = sv.load_proxies(name)
    assert loaded.name == name
    assert loaded.version == "2026.1"
    assert loaded.proxies["proxy_id"].tolist() == [row["proxy_id"] for row in rows_of(name)]
    assert loaded.proxies["unit_value"].tolist() == [float(r["unit_value"]) for r in rows_of(name)]
    assert len(loaded.links) == len(table_of(name, "links"))
    assert loaded.frameworks == {}
    parts = [(PROXIES / name / f"{t}.csv").read_bytes() for t in ("proxies", "links", "sources")]
    assert loaded.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()


def test_loading_again_shares_nothing():
    first = sv.load_proxies("uk-public")
    first.proxies.loc[:, "unit_value"] = 0.0
    first.links.loc[:, "share"] = 0.0
    again = sv.load_proxies("uk-public")
    assert (again.proxies["unit_value"] > 0).all()
    assert (again.links["share"] == 1).all()


# Which row holds in a year.


def picked(proxy_id, years, month=4, proxies=None):
    proxies = proxies or sv.load_proxies("uk-public")
    ids = pd.Series([proxy_id] * len(years))
    return pick(proxies, ids, pd.Series(years), month)


def test_carbon_takes_the_row_of_the_year():
    path = [row for row in rows_of("uk-public") if row["proxy_id"] == "env_carbon_tco2e"]
    by_year = {row["valid_from"][:4]: float(row["unit_value"]) for row in path}
    assert by_year["2020"] == 253.19
    # By calendar years the row of the year; 2025-26 begins in April 2025, so it takes 2025.
    for month in (1, 4):
        found = picked("env_carbon_tco2e", [2020, 2025, 2050], month)["unit_value"].tolist()
        assert found == [by_year["2020"], by_year["2025"], by_year["2050"]]


def test_a_year_without_a_row_says_when_the_proxy_holds():
    with pytest.raises(InputError, match="no row valid in the year that starts in 2051"):
        picked("env_carbon_tco2e", [2051])
    with pytest.raises(InputError, match="valid 2026-04-01 to 2027-03-31.*add a dated row"):
        picked("emp_hour_national_living_wage", [2024])
    # Of 31 dated rows the first three are told, as they stand in the file.
    path = [row for row in rows_of("uk-public") if row["proxy_id"] == "env_carbon_tco2e"]
    told = "; ".join(f"{row['valid_from']} to {row['valid_to']}" for row in path[:3])
    with pytest.raises(InputError, match=f"it is valid {told} and more"):
        picked("env_carbon_tco2e", [2051])


def test_a_value_without_dates_holds_in_any_year():
    assert picked("wb_wellby", [1995, 2060])["unit_value"].tolist() == [13_000, 13_000]


def test_the_row_valid_on_the_first_day_of_the_year_holds(proxy_set):
    mine = proxy_set(
        {"unit_value": 1, "valid_to": "2024-06-30"},
        {"unit_value": 2, "valid_from": "2024-07-01", "valid_to": "2025-12-31"},
        {"unit_value": 3, "valid_from": "2026-06-01"},
    )
    # April 2024: the first; April 2025: the second; April 2026: none yet, so the one of June.
    assert picked("tea", [2024, 2025, 2026], 4, mine)["unit_value"].tolist() == [1, 2, 3]
    # January 2024, January 2025, January 2026.
    assert picked("tea", [2024, 2025, 2026], 1, mine)["unit_value"].tolist() == [1, 2, 3]


def test_of_rows_that_hold_on_the_same_day_the_first_of_the_table_is_taken(proxy_set):
    # Files with periods that overlap are refused; frames changed in memory can have them.
    mine = proxy_set(
        {"unit_value": 1, "valid_to": "2019-03-31"},
        {"unit_value": 2, "valid_from": "2024-08-01", "valid_to": "2025-03-31"},
        {"unit_value": 3, "valid_from": "2025-04-01", "valid_to": "2026-03-31"},
        {"unit_value": 4, "valid_from": "2027-04-01"},
    )
    mine.proxies["valid_from"] = pd.to_datetime(["", "2024-08-01", "2023-04-02", "2023-05-01"])
    # 2023-24: the third begins on 2 April, the fourth on 1 May. 2024-25: both hold on 1 April, the
    # second begins later. 2026-27: the fourth alone, as the third ended in March 2026.
    assert picked("tea", [2023, 2024, 2026], 4, mine)["unit_value"].tolist() == [3, 3, 4]
    turned = dataclasses.replace(mine, proxies=mine.proxies.iloc[::-1])
    assert picked("tea", [2023, 2024, 2026], 4, turned)["unit_value"].tolist() == [3, 4, 4]


class CountedSet:
    """A proxy set that counts how often its table is asked for."""

    def __init__(self, proxies):
        self.name, self.table, self.times = proxies.name, proxies.proxies, 0

    @property
    def proxies(self):
        self.times += 1
        return self.table


def test_a_set_is_read_no_oftener_for_many_proxies_and_years_than_for_one(proxy_set, outcomes):
    def times(step, *ids_and_years):
        counted = CountedSet(proxy_set({}, *({"proxy_id": f"p{i}"} for i in range(9))))
        step(counted, *zip(*ids_and_years, strict=True))
        return counted.times

    def picking(proxies, ids, years):
        assert pick(proxies, pd.Series(ids), pd.Series(years), 4)["unit_value"].eq(100).all()

    def checking(proxies, ids, years):
        records = ({"proxy_id": i, "date": f"{y}-06-01"} for i, y in zip(ids, years, strict=True))
        table = parse_table(outcomes(*records), OUTCOMES, Origin())[0]
        assert proxy_problems(table, proxies, 4) == []

    many = [(f"p{i}", year) for i in range(9) for year in range(2015, 2025)]
    for step in (picking, checking):
        assert times(step, *many) == times(step, many[0])


def test_what_is_not_priced_stays_in_with_nothing_beside_it(proxy_set):
    ids = pd.Series(["tea", None, "tea"])
    found = pick(proxy_set(), ids, pd.Series([2024, 2024, 2024]), 4)
    assert found["unit_value"].tolist()[::2] == [100, 100]
    assert pd.isna(found["unit_value"][1])


def test_an_unknown_proxy_is_named_with_the_nearest():
    with pytest.raises(InputError, match=r"no proxy 'wb_welby'.*Did you mean wb_wellby"):
        picked("wb_welby", [2024])
    with pytest.raises(InputError, match="Did you mean wb_wellby"):
        sv.load_proxies("uk-public").describe("wb_welby")


def test_everything_known_of_a_proxy_is_told():
    told = "\n".join(sv.load_proxies("uk-public").describe("wb_wellby"))
    for part in ("unit_value: 13000", "low: 10000", "price_year: 2019", "HM Treasury", "sdg 3: 1"):
        assert part in told


def test_a_statutory_rate_keeps_its_figure(assess):
    # 10 hours at 12.71 of 2026-27 stay 127.10 whatever the price year; a deflated one does not.
    proxies = sv.load_proxies("uk-public")
    change = {
        "proxy_id": "emp_hour_national_living_wage",
        "quantity": 10,
        "unit": "hour",
        "date": "2026-05-01",
    }
    result = assess(change, proxies=proxies, assumptions={"price_year": "2024-25"})
    assert result.totals["gross_value"] == pytest.approx(127.10)


# A set of one's own.

HEADER = "proxy_id,name,unit,unit_value,currency,price_year,value_type,value_covers,discount_class,"
HEADER += "uprating"
ROW = "tea,A cup,person,10,GBP,2020,wellbeing,year,standard,deflator"


@pytest.fixture
def folder(tmp_path):
    """Make a folder with a set: text of proxies.csv (header and rows) and of other files."""

    def make(rows=(ROW,), header=HEADER, encoding="utf-8", **files):
        place = tmp_path / "ours"
        place.mkdir(exist_ok=True)
        text = "\n".join([header, *rows]) + "\n"
        (place / "proxies.csv").write_text(text, encoding=encoding)
        for name, content in files.items():
            path = place / (name.replace("__", "/") + ".csv")
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return place

    return make


def problems_of(place) -> pd.DataFrame:
    with pytest.raises(InputError) as caught:
        sv.load_proxies(place)
    assert "cannot be used" in str(caught.value)
    return caught.value.problems


def test_one_file_is_enough(folder):
    loaded = sv.load_proxies(folder())
    assert (loaded.name, loaded.version) == ("ours", "")
    assert loaded.proxies["unit_value"].tolist() == [10]
    assert loaded.links.empty and loaded.sources.empty
    assert repr(loaded) == "ProxySet('ours', 1 proxy)"
    assert repr(sv.load_proxies()) == "ProxySet('uk-public', version 2026.1, 84 proxies)"


def test_a_set_without_rows_is_no_set(folder):
    problems = problems_of(folder([]))
    assert problems["rule"].tolist() == ["a set has at least one proxy"]


def test_text_of_spreadsheets_is_read_as_meant(folder):
    # A pound sign and a comma in a number, spaces, a code with a capital, leading noughts.
    row = ' 007 , A cup ,person,"£1,250.50",GBP,2020/21,Wellbeing,year,standard,deflator'
    [found] = sv.load_proxies(folder([row])).proxies.to_dict("records")
    assert (found["proxy_id"], found["unit_value"]) == ("007", 1250.5)
    assert (found["price_year"], found["value_type"]) == ("2020-21", "wellbeing")


def test_a_negative_value_is_a_harm_and_may_stand(folder):
    assert sv.load_proxies(folder([ROW.replace("10", "-10")])).proxies["unit_value"][2] == -10


def test_a_row_with_a_comma_too_many_is_refused_not_cut_short(folder):
    with pytest.raises(InputError, match="line 2 has 11 cells where the headings are 10"):
        sv.load_proxies(folder([ROW.replace("A cup", "A cup, large")]))


def test_a_set_that_was_changed_is_read_again(folder):
    assert sv.load_proxies(folder()).proxies["unit_value"].tolist() == [10]
    assert sv.load_proxies(folder([ROW.replace("10", "12")])).proxies["unit_value"].tolist() == [12]


def test_missing_columns_are_all_named_at_once(folder):
    problems = problems_of(folder(["tea,A cup,10"], header="proxy_id,name,unit_value"))
    missing = problems[problems["rule"] == "a required column is missing"]
    assert set(missing["column"]) == {
        *("unit", "currency", "price_year", "value_type", "value_covers", "discount_class"),
        "uprating",
    }


def test_a_column_that_is_not_of_a_set_is_refused_not_dropped(folder):
    problems = problems_of(folder([ROW + ",x"], header=HEADER + ",our_reference"))
    assert problems[["column", "row"]].to_numpy().tolist() == [["our_reference", 1]]
    assert "proxies has no column of this name" in problems["rule"].tolist()


def test_a_column_called_only_attribution_is_refused_with_both_meanings(folder):
    problems = problems_of(folder([ROW + ",0.2"], header=HEADER + ",attribution"))
    assert problems["rule"].tolist() == ["attribution has two meanings"]
    assert "attribution_to_others" in problems["what_to_do"].iloc[0]


BAD_ROWS = [
    # the row of the file, its column, part of the rule, part of what to do
    (",A cup,person,10,GBP,2020,wellbeing,year,standard,deflator", "proxy_id", "required", ""),
    (ROW.replace("10", "ten"), "unit_value", "", ""),
    (ROW.replace("10", ""), "unit_value", "required", ""),
    (ROW.replace("GBP", "pounds"), "currency", "three-letter code", "GBP"),
    (ROW.replace("2020", "20-21"), "price_year", "", ""),
    (ROW.replace("2020", "2020-22"), "price_year", "", ""),
    (ROW.replace("wellbeing", "welbeing"), "value_type", "codes", "Did you mean wellbeing"),
    (ROW.replace("year", "yearly"), "value_covers", "codes", "year"),
    (ROW.replace("standard", "normal"), "discount_class", "codes", "health"),
    (ROW.replace("deflator", "cpi"), "uprating", "codes", "income"),
    (ROW.replace("deflator", "income"), "income_elasticity", "needs an elasticity", "1.3"),
]


@pytest.mark.parametrize(("row", "column", "rule", "todo"), BAD_ROWS)
def test_a_bad_cell_is_named_by_row_and_column(folder, row, column, rule, todo):
    good = ROW.replace("tea", "water")
    problems = problems_of(folder([good, row]))
    assert problems[["table", "row", "column", "source"]].to_numpy().tolist() == [
        ["proxies", 3, column, "proxies.csv"]
    ]
    assert rule in problems["rule"].iloc[0]
    assert todo in problems["what_to_do"].iloc[0]
    assert problems["what_to_do"].iloc[0]


MORE = "low,high,deadweight,duration_years,already_net_of,income_elasticity,valid_from,valid_to"
BAD_MORE = [
    ("11,20,,,,,,", "unit_value", "low <= unit_value <= high"),
    ("1,9,,,,,,", "unit_value", "low <= unit_value <= high"),
    (",,35,,,,,", "deadweight", "share"),
    (",,,-1,,,,", "duration_years", "at least 0"),
    (",,,,deadwieght,,,", "already_net_of", "names reductions"),
    (",,,,,1.3,,", "income_elasticity", "acts only with income"),
    (",,,,,,2024-04-01,2024-03-31", "valid_to", "on or after the day it begins"),
    (",,,,,,01/04/2024,", "valid_from", ""),
]


@pytest.mark.parametrize(("more", "column", "rule"), BAD_MORE)
def test_a_bad_cell_of_the_further_columns(folder, more, column, rule):
    problems = problems_of(folder([f"{ROW},{more}"], header=f"{HEADER},{MORE}"))
    assert problems[["row", "column"]].to_numpy().tolist() == [[2, column]]
    assert rule in problems["rule"].iloc[0]


@pytest.mark.parametrize(
    ("covers", "unit", "rule"),
    [("once", "person", "has a duration of 1"), ("year", "person_year", "of at most 1")],
)
def test_a_duration_that_would_count_years_twice(folder, covers, unit, rule):
    row = f"tea,A cup,{unit},10,GBP,2020,wellbeing,{covers},standard,deflator,3"
    problems = problems_of(folder([row], header=HEADER + ",duration_years"))
    assert problems["column"].tolist() == ["duration_years"]
    assert rule in problems["rule"].iloc[0]


def test_rows_of_one_proxy_may_neither_overlap_nor_change_their_unit(folder):
    header = HEADER + ",valid_from,valid_to"
    rows = [
        ROW + ",,2024-03-31",
        ROW + ",2024-03-31,",
        ROW.replace("person", "hour") + ",2030-01-01,",
    ]
    problems = problems_of(folder(rows, header=header))
    found = problems[["row", "column"]].to_numpy().tolist()
    assert [3, "valid_from"] in found
    assert [4, "unit"] in found
    assert [2, "valid_from"] not in found


def test_every_problem_is_listed_not_only_those_of_one_rule(folder):
    rows = [ROW.replace("10", "ten"), ROW.replace("tea", "b").replace("GBP", "£")]
    problems = problems_of(folder(rows, links="proxy_id,framework,category,share\nnone,sdg,3,1\n"))
    assert set(problems["table"]) == {"proxies", "links"}
    assert set(problems["row"]) == {2, 3}
    assert len(problems) == 3


BAD_LINKS = [
    ("coffee,sdg,3,1", "proxy_id", "proxy not in proxies.csv"),
    ("tea,sdgs,3,1", "framework", "there is no framework of this name"),
    ("tea,sdg,18,1", "category", "the framework sdg has no such category"),
    ("tea,marmot,a,1", "category", "the framework marmot has no such category"),
    ("tea,sdg,3,100", "share", "share"),
    ("tea,sdg,3,", "share", "required"),
]


@pytest.mark.parametrize(("link", "column", "rule"), BAD_LINKS)
def test_a_link_names_a_proxy_a_framework_and_one_of_its_categories(folder, link, column, rule):
    problems = problems_of(folder(links=f"proxy_id,framework,category,share\n{link}\n"))
    assert problems["source"].unique().tolist() == ["links.csv"]
    assert problems[["row", "column"]].to_numpy().tolist()[0] == [2, column]
    assert rule in problems["rule"].iloc[0]


def test_shares_over_one_framework_sum_to_at_most_one(folder):
    header = "proxy_id,framework,category,share\n"
    thirds = "tea,sdg,1,0.333\ntea,sdg,2,0.333\ntea,sdg,3,0.334\n"
    assert len(sv.load_proxies(folder(links=header + thirds)).links) == 3
    over = problems_of(folder(links=header + thirds + "tea,sdg,4,0.01\n"))
    assert over["row"].tolist() == [2, 3, 4, 5]
    assert "unallocated" in over["what_to_do"].iloc[0]
    twice = problems_of(folder(links=header + "tea,sdg,1,0.2\ntea,sdg,1,0.2\n"))
    assert "unique" in twice["rule"].iloc[0]


def test_a_source_must_be_listed_where_there_is_a_list(folder):
    place = folder([ROW + ",s9"], header=HEADER + ",source_id")
    assert len(sv.load_proxies(place).proxies) == 1
    place = folder(
        [ROW + ",s9"], header=HEADER + ",source_id", sources="source_id,title\ns1,A book\n"
    )
    problems = problems_of(place)
    assert problems[["column", "value"]].to_numpy().tolist() == [["source_id", "s9"]]


def test_a_file_in_the_encoding_of_older_spreadsheets(folder):
    place = folder([ROW.replace("A cup", "Café £")], encoding="cp1252")
    assert sv.load_proxies(place).proxies["name"].tolist() == ["Café £"]


@pytest.mark.parametrize(
    ("content", "said"),
    [("{'name': 'x'}", "is not JSON"), ('["a"]', "must hold one object"), ("", "is not JSON")],
)
def test_a_malformed_package_says_what_to_do(folder, content, said):
    place = folder()
    (place / "datapackage.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        sv.load_proxies(place)
    assert "datapackage.json" in str(caught.value)
    assert "take it away" in " ".join(str(caught.value).split())


def test_name_and_version_come_from_the_package(folder):
    place = folder()
    (place / "datapackage.json").write_text('{"name": "teas", "version": 2}', encoding="utf-8-sig")
    loaded = sv.load_proxies(place)
    assert (loaded.name, loaded.version) == ("teas", "2")


def test_a_set_in_another_currency_needs_assumptions_in_it(folder, assess):
    place = folder([ROW.replace("GBP", "NZD")])
    record = {"proxy_id": "tea", "date": "2020-05-01", "quantity": 3}
    with pytest.raises(sv.SettingsError, match="NZD.*GBP.*never mixed"):
        assess(record, proxies=sv.load_proxies(place))
    settings = {"currency": "NZD", "price_year": "2020", "year_start_month": 1}
    result = assess(record, proxies=sv.load_proxies(place), assumptions=settings)
    # 3 x 10 at the prices the set is in: nothing is re-priced.
    assert result.totals["gross_value"] == pytest.approx(30)


@pytest.mark.parametrize("name", ["uk_public", "uk-publc"])
def test_an_unknown_set_is_named_with_the_nearest(name):
    with pytest.raises(
        InputError, match="Did you mean uk-public.*Shipped: gmca-ucd-1.4, uk-public"
    ):
        sv.load_proxies(name)


def test_a_file_in_place_of_its_folder_is_explained(folder):
    with pytest.raises(InputError, match="A set is a folder: did you mean '.*ours'"):
        sv.load_proxies(folder() / "proxies.csv")


def test_a_folder_named_like_a_shipped_set_is_not_passed_over(folder, monkeypatch):
    place = folder().rename(folder().parent / "uk-public")
    monkeypatch.chdir(place.parent)
    with pytest.raises(InputError, match=r"shipped proxy set and a folder of yours.*\./uk-public"):
        sv.load_proxies("uk-public")
    assert len(sv.load_proxies("./uk-public").proxies) == 1
    assert len(sv.load_proxies(Path("uk-public")).proxies) == 1
    monkeypatch.chdir(PROXIES)
    assert len(sv.load_proxies("uk-public").proxies) == 114


def test_the_example_of_a_repriced_value():
    # 13,000 of 2019 is 16,178 in 2024-25 prices on the deflator alone, as published.
    value = float(rows_of("uk-public")[0]["unit_value"])
    assert round(value * prices.price_factor("2019", "2024-25").factor) == 16_178


def test_a_changed_copy_does_not_go_by_the_name_of_what_it_was_copied_from(tmp_path):
    ours = tmp_path / "ours"
    shutil.copytree(PROXIES / "uk-public", ours)
    assert sv.load_proxies(ours).name == "uk-public"
    with (ours / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("ours,Our own survey,Us,2025,,,\n")
    changed = sv.load_proxies(ours)
    assert (changed.name, changed.version) == ("ours", "changed from uk-public 2026.1")


def test_frames_changed_in_memory_are_said_in_the_provenance():
    shipped = sv.load_proxies("uk-public")
    as_shipped = shipped.identity
    assert (as_shipped["name"], as_shipped["version"]) == ("uk-public", "2026.1")
    shipped.proxies.loc[:, "unit_value"] = 1.0
    assert shipped.identity["version"] == "2026.1, changed after it was read"
    assert shipped.identity["sha256"] != as_shipped["sha256"]


def test_dates_of_a_proxy_are_described_as_days():
    lines = sv.load_proxies("uk-public").describe("health_ae_attendance")
    assert any(re.fullmatch(r"review_by: \d{4}-\d\d-\d\d", line) for line in lines)
