"""What two files of assessments can say of a change, and what they cannot."""

import json

import pandas as pd
import pytest
from test_compare import ALL, BREAD, CLOSE, FED, SPRING, SUMMER, parts
from test_compare import two as two_of_one_year

import socialvalue as sv
from socialvalue.comparison import PARTS
from socialvalue.errors import InputError, OutputError, SettingsError
from socialvalue.report.change_files import write_comparison
from socialvalue.report.change_words import as_text

two = two_of_one_year
YEARS = {"last_covers": ("2023-04", "2024-03"), "this_covers": ("2023-04", "2025-03")}


@pytest.fixture
def files(tmp_path):
    """Write results as files of a profile, one folder each."""

    def make(*results, profile="internal"):
        made = []
        for number, result in enumerate(results):
            path = tmp_path / f"{profile}{number}" / "assessment.json"
            made.append(result.write_json(path, profile=profile))
        return made

    return make


def same(found, expected):
    """Two comparisons have the same parts, whole and by goal, year and group."""
    assert parts(found) == pytest.approx(parts(expected), abs=CLOSE)
    for key in ("sdg", "year", "stakeholder_group", "proxy_id", "evidence"):
        one, other = (each.by(key).set_index(key) for each in (found, expected))
        assert list(one.index) == list(other.index) or one.index.equals(other.index)
        for column in ("last", "this", "change", *PARTS):
            assert one[column].tolist() == pytest.approx(other[column].tolist(), abs=CLOSE)


# As exact as the assessments themselves


@pytest.mark.parametrize("when", [SPRING, SUMMER])
def test_files_of_the_same_or_of_other_months(assess, proxy_set, files, when):
    rate = {"discount_rate": 0.1}
    last = assess(SPRING, {**SPRING, **FED}, proxies=proxy_set({}, BREAD), assumptions=rate)
    this = assess(
        {**when, "quantity": 20, "duration_years": 2.5, "drop_off": 0.1},
        {**when, **FED, "deadweight": 0.3},
        {**when, "outcome": "Rested", "stakeholder_group": "some"},
        proxies=proxy_set({"unit_value": 90.0}, {**BREAD, "uprating": "none"}),
        assumptions={**rate, "timing": "end", "price_year": "2023-24"},
    )
    same(sv.compare(*files(last, this)), sv.compare(last, this))


def test_files_of_years(assess, files):
    before, after = {"date": "2023-06-01"}, {"date": "2024-06-01"}
    last, this = assess(before), assess({**before, "quantity": 8}, {**after, "quantity": 12})
    comparison = sv.compare(*files(last, this), **YEARS)
    # Twelve people more, and two fewer in the year that both cover.
    assert parts(comparison) == pytest.approx({"volume": 1200, "data_corrections": -200}, abs=CLOSE)


def test_a_file_beside_a_result(assess, files):
    last, this = assess(SPRING), assess(SPRING, {**SUMMER, "quantity": 5})
    [path] = files(last)
    # All of the file lies in the month that both cover, and the result knows its months.
    same(sv.compare(path, this), sv.compare(last, this))


def test_the_network_as_a_file(files):
    records = sv.datasets.load_network()
    last = sv.assess(records)
    this = sv.assess(records, assumptions=sv.Assumptions(timing="mid", horizon_years=2))
    same(sv.compare(*files(last, this)), sv.compare(last, this))


def test_optimism_travels_with_the_file(assess, files):
    table = pd.DataFrame(
        [("self_report", 0.4, 0.0), (None, 0.5, 0.0)],
        columns=["evidence", "benefits_down", "costs_up"],
    )
    last = assess({**SPRING, "evidence": "self_report"})
    this = assess({**SPRING, "evidence": "self_report"}, assumptions={"optimism_bias": table})
    assert parts(sv.compare(*files(last, this))) == pytest.approx({"method": -400}, abs=CLOSE)


def test_a_finding_that_is_accepted_travels_with_the_file(assess, files):
    reason = {"no_ratio": "What was put in is reported elsewhere: by the council."}
    last, this = assess(SPRING), assess(SUMMER, assumptions={"accepted_findings": reason})
    for comparison in (sv.compare(last, this), sv.compare(*files(last, this))):
        found = comparison.findings.set_index("rule").loc["no_ratio"]
        assert (found["status"], found["accepted_because"]) == ("accepted", reason["no_ratio"])
        assert " 1 accepted" in repr(comparison)
    # The reason is withdrawn again: the finding is open once more.
    again = sv.compare(this, last).findings.set_index("rule")
    assert again.loc["no_ratio", "status"] == "opened"


# What files cannot say


def test_months_of_one_year_cannot_be_told_apart(two, files):
    comparison = sv.compare(*files(*two))
    table = comparison.parts.set_index("part")["change"]
    assert pd.isna(table["data_corrections"])
    # All but what was in spring is as before: the corrections are in volume and mix.
    last, this = (each.totals["present_value"] for each in two)
    assert table.sum() == pytest.approx(this - last, abs=CLOSE)
    assert "Both cover part of 2024" in repr(comparison)
    # 8 and 20 tea and 10 bread: 38 people instead of 10, at 90 each.
    assert table["volume"] == pytest.approx(28 * 90, abs=CLOSE)
    assert table["prices"] == pytest.approx(ALL["prices"] * 28 / 30, abs=CLOSE)


def people(count, first=0, **change):
    return [{"person_id": f"p{first + i}", "quantity": 1, **change} for i in range(count)]


def test_small_groups_that_were_merged_are_not_split(assess, proxy_set, files):
    proxies = proxy_set({}, BREAD)
    small = [*people(3, 100, **FED), *people(3, 200, duration_years=2)]
    last = assess(*people(9), *small, proxies=proxies)
    this = assess(*people(12), *small, *people(1, 300, **FED), proxies=proxies)
    comparison = sv.compare(*files(last, this, profile="publish"))
    table = comparison.parts.set_index("part")["change"]
    whole = this.totals["present_value"] - last.totals["present_value"]
    # Three people more at 100 and one at 50; some of it in groups that nothing can be told of.
    assert whole == pytest.approx(350, abs=CLOSE)
    assert table.sum() == pytest.approx(whole, abs=CLOSE)
    assert "not_split" in table.index and table["not_split"] != 0
    assert "Small groups were merged" in repr(comparison)
    goals = comparison.by("sdg")
    assert goals["change"].sum() == pytest.approx(whole, abs=CLOSE)
    assert goals["not_split"].sum() == pytest.approx(table["not_split"], abs=CLOSE)
    # The same from the published results themselves.
    shown = [each.for_output() for each in (last, this)]
    again = sv.compare(*shown).parts
    assert again["change"].tolist() == pytest.approx(table.tolist(), abs=CLOSE, nan_ok=True)


def test_a_group_that_is_merged_in_one_file_only_is_neither_volume_nor_mix(
    assess, proxy_set, files
):
    proxies = proxy_set({}, BREAD)
    # Three people with bread are merged; ten are shown. Nine people with tea stay as they are.
    last = assess(
        *people(12), *people(9, 20, outcome="Rested"), *people(3, 100, **FED), proxies=proxies
    )
    this = assess(
        *people(12, deadweight=0.5),
        *people(9, 20, outcome="Rested"),
        *people(10, 100, **FED),
        proxies=proxies,
    )
    comparison = sv.compare(*files(last, this, profile="publish"))
    table = comparison.parts.set_index("part")["change"]
    assert table[["volume", "mix", "data_corrections"]].isna().all()
    # Half of 12 x 100 is taken off; the seven with bread cannot be told from what was merged.
    assert table["adjustments"] == pytest.approx(-600, abs=CLOSE)
    assert table["not_split"] == pytest.approx(7 * 50, abs=CLOSE)
    assert comparison.by("sdg")["volume"].isna().all()
    assert "volume, mix and what is merged cannot be told apart" in repr(comparison)
    # Both used bread: that one shows it says nothing of the other.
    assert comparison.proxies[["proxy_id", "what"]].to_numpy().tolist() == [
        ["bread", "shown this time only"]
    ]
    assert "bread: shown this time only; the other may have it among" in as_text(comparison)
    back = sv.compare(*files(this, last, profile="publish")).proxies["what"].tolist()
    assert back == ["shown last time only"]
    # From files that hide nothing all of it is split.
    internal = sv.compare(*files(last, this)).parts.set_index("part")["change"]
    assert internal.notna().all() and "not_split" not in internal.index


def test_harms_that_some_are_merged_of_are_called_those_shown(assess, files):
    last = assess(*people(12), *people(6, 20, quantity=-1))
    hidden = assess(*people(12), *people(1, 40, quantity=-2))
    plain = as_text(sv.compare(*files(last, hidden)))
    assert "of which harms" in plain and "harms shown" not in plain
    told = as_text(sv.compare(*files(last, hidden, profile="publish")))
    assert "of which harms shown (some are merged)" in told


def test_a_published_file_has_what_its_tables_have(files):
    result = sv.assess(sv.datasets.load_network(), breakdowns=["imd_decile"])
    [path] = files(result, profile="publish")
    data = json.loads(path.read_text("utf-8"))
    shown = result.for_output()
    table = shown.impact_map.set_index("row_id")
    for row in data["impact_map"]:
        line = table.loc[row["row_id"]]
        year = row.pop("first_year")
        label = str(line["first_year"])
        assert label[:4] == str(year) if year else not label[:4].isdigit()
        stated = row.pop("shares_stated")
        assert stated == [n for n in stated if line[f"{n}_from"] == "record"]
        for name, value in row.items():
            if name != "row_id":
                assert value == line[name] or (value is None and pd.isna(line[name]))
    assert {row["proxy_id"] for row in data["proxies"]} == set(shown.proxies_used["proxy_id"])


def test_a_breakdown_of_a_file_has_sums_alone(assess, files):
    place = {"place": "north", "people": 10}
    last = assess({**SPRING, **place}, breakdowns=["place"])
    this = assess({**SPRING, **place, "quantity": 30}, breakdowns=["place"])
    [row] = sv.compare(*files(last, this)).by("place").to_dict("records")
    assert (row["place"], row["last"], row["this"], row["change"]) == ("north", 1000, 3000, 2000)
    assert all(pd.isna(row[part]) for part in PARTS)


def test_a_file_of_an_older_form_has_totals_alone(assess, files):
    made = files(assess(SPRING), assess({**SUMMER, "quantity": 12}))
    data = json.loads(made[0].read_text("utf-8"))
    for name in ("covers", "impact_map", "allocation", "proxies", "optimism_bias"):
        del data[name]
    made[0].write_text(json.dumps({**data, "schema_version": "1.1"}), encoding="utf-8")
    comparison = sv.compare(*made)
    table = comparison.parts.set_index("part")["change"]
    assert table["not_split"] == 200 and table.drop("not_split").isna().all()
    assert "holds no impact map" in repr(comparison)
    assert comparison.by("sdg").set_index("sdg").loc["3", "change"] == 200
    with pytest.raises(SettingsError, match="cannot both be split by 'outcome'"):
        comparison.by("outcome")


def test_what_is_no_assessment_file_is_refused(tmp_path, assess):
    result = assess()
    with pytest.raises(InputError, match=r"assessment\.json cannot be read"):
        sv.compare(result, tmp_path)
    path = tmp_path / "other.json"
    for text, said in (("{", "is not a JSON file"), ("[]", "no assessment of form 1"), ("{}", "")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said or "says schema_version nowhere"):
            sv.compare(result, path)
    path.write_text('{"schema_version": "2.0"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"says schema_version 2\.0"):
        sv.compare(result, path)


# Writing


def test_it_is_written_as_data(two, tmp_path):
    comparison = sv.compare(*two)
    path = write_comparison(comparison, tmp_path / "change.json")
    data = json.loads(path.read_text("utf-8"), parse_constant=pytest.fail)
    found = {row["part"]: row["change"] for row in data["parts"]}
    assert found == pytest.approx(ALL, abs=CLOSE)
    assert data["summary"] == repr(comparison)
    assert {row["category"] for row in data["by"]["sdg"]} == {"2", "3", "unallocated"}
    assert data["covered_by_both"] == ["2024-05", "2024-05"]


def test_it_is_written_as_a_table(two, tmp_path):
    path = write_comparison(sv.compare(*two), tmp_path / "change.csv", ["stakeholder_group"])
    table = pd.read_csv(path, encoding="utf-8-sig")
    assert table["key"].tolist() == ["whole", "stakeholder_group"]
    for row in table.to_dict("records"):
        assert row["change"] == pytest.approx(sum(row[part] for part in PARTS), abs=CLOSE)


def test_a_file_of_another_kind_or_an_input_is_refused(two, files, tmp_path):
    comparison = sv.compare(*two)
    with pytest.raises(SettingsError, match=r"neither \.csv nor \.json"):
        write_comparison(comparison, tmp_path / "change.xlsx")
    made = files(*two)
    with pytest.raises(OutputError, match="is one of the two that are compared"):
        write_comparison(comparison, made[0], protect=[made[0].parent, made[1]])
    assert json.loads(made[0].read_text("utf-8"))["schema_version"] == "1.2"
