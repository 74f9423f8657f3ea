"""Does assessment.json keep to its published schema, and say exactly what the result says?"""

import json
import math
from pathlib import Path

import jsonschema
import pandas as pd
import programmes
import pytest

import socialvalue as sv
from socialvalue.report.json_file import to_json, write_json

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "docs/reference/assessment.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
# Money adds up to the penny; half of one is what rounding may take.
PENNY = 0.005


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def written(result, folder):
    write_json(result, folder / "assessment.json")
    text = (folder / "assessment.json").read_text("utf-8")
    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Result as shown, and its file, for whole programmes."""
    folder = tmp_path_factory.mktemp("json")
    shown = {
        ("network", "publish"): programmes.network_published(),
        ("network", "internal"): programmes.network(),
        ("worked", "publish"): programmes.worked_example().for_output(),
        ("worked", "internal"): programmes.worked_example(),
        ("diabetes", "publish"): programmes.diabetes().for_output(),
        ("parts", "publish"): programmes.all_parts().for_output(),
        ("parts", "internal"): programmes.all_parts(),
    }
    return {case: (result, written(result, folder)) for case, result in shown.items()}


CASES = [
    *(
        (name, profile)
        for name in ("network", "worked", "parts")
        for profile in ("publish", "internal")
    ),
    ("diabetes", "publish"),
]


def test_the_schema_is_a_schema_in_which_every_field_says_what_it_is():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    bare = []

    def visit(node, where):
        for name, each in node.get("properties", {}).items():
            if not each.get("description") and "$ref" not in each:
                bare.append(f"{where}.{name}")
            visit(each, f"{where}.{name}")
        for name, each in node.get("$defs", {}).items():
            visit(each, name)
        for part in ("items", "additionalProperties"):
            if isinstance(node.get(part), dict):
                visit(node[part], where)

    visit(SCHEMA, "")
    assert bare == []


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_every_case_keeps_to_the_schema(cases, case):
    _, data = cases[case]
    VALIDATOR.validate(data)
    assert data["profile"] == case[1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["totals"].update(present_value="12"),
        lambda data: data["totals"].pop("sroi_ratio"),
        lambda data: data["by"].pop("marmot"),
        lambda data: data["by"]["sdg"][0].update(surprise=1),
        lambda data: data.update(profile="secret"),
        lambda data: data["provenance"]["proxy_set"].update(sha256="abc"),
        lambda data: data["by"].update(imd_decile=[{"category": "1"}]),
        lambda data: data.pop("cases"),
        lambda data: data["cases"][0].update(total=1),
        lambda data: data["cases"][0].update(case="both"),
        lambda data: data["cost_effectiveness"][0].pop("cost_per_unit"),
        lambda data: data["survey_change"][0].update(person_id="p1"),
        lambda data: data.update(conventions={}),
        lambda data: data.update(weighted=[]),
    ],
)
def test_the_schema_refuses_what_is_wrong(cases, spoil):
    data = json.loads(json.dumps(cases["network", "publish"][1]))
    spoil(data)
    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_fields_of_the_design_are_there(cases, case):
    result, data = cases[case]
    assert list(data["totals"]) == [
        *("gross_value", "net_value", "present_value", "harm_present_value"),
        *("input_value", "net_present_value", "sroi_ratio", "payback_years"),
    ]
    assert {"sdg", "marmot", "stakeholder_group", "value_type", "year"} <= set(data["by"])
    assert set(result.breakdowns) <= set(data["by"])
    for rows in data["by"].values():
        for row in rows:
            assert {"category", "title", "range", "quantity", "people"} <= set(row)
    assert [row["category"] for row in data["by"]["sdg"]][:17] == [str(n) for n in range(1, 18)]
    assert [row["category"] for row in data["by"]["marmot"]][:6] == list("ABCDEF")
    for framework in ("sdg", "marmot"):
        assert "unallocated" in [row["category"] for row in data["by"][framework]]
    for each in data["provenance"]["inputs"]:
        assert each["sha256"] is None if each["file"] is None else len(each["sha256"]) == 64
    assert data["provenance"]["package_version"] == sv.__version__
    assert (data["disclosure"] is None) == (case[1] == "internal")


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_numbers_are_exactly_those_of_the_result(cases, case):
    result, data = cases[case]
    for name, value in result.totals.items():
        assert data["totals"][name] == (None if math.isnan(value) else value)
    for key, rows in data["by"].items():
        table = result.by(key)
        for name in ("gross_value", "net_value", "present_value", "harm_present_value", "people"):
            ours = [None if pd.isna(value) else value for value in table[name]]
            assert [row[name] for row in rows] == ours
        low = [None if pd.isna(value) else value for value in table["present_value_low"]]
        assert [row["range"] and row["range"]["low"] for row in rows] == low
    assert len(data["findings"]) == len(result.findings)
    assert len(data["unpriced"]) == len(result.unpriced)


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_parts_of_every_list_add_up_to_the_total(cases, case):
    _, data = cases[case]
    for key, rows in data["by"].items():
        parts = sum(row["present_value"] or 0.0 for row in rows)
        assert parts == pytest.approx(data["totals"]["present_value"], abs=PENNY), key


def test_the_worked_example_by_hand(cases):
    # As printed in docs/explanation/worked_example.md.
    _, data = cases["worked", "internal"]
    sdg = {row["category"]: row["present_value"] for row in data["by"]["sdg"]}
    marmot = {row["category"]: row["present_value"] for row in data["by"]["marmot"]}
    assert sdg["3"] == pytest.approx(66106.98, abs=PENNY)
    assert marmot["unallocated"] == pytest.approx(30441.73, abs=PENNY)
    assert data["range"]["present_value"]["low"] == pytest.approx(65634.20, abs=PENNY)
    assert data["range_missing"] is None
    assert data["before_unstated_adjustments"] is True
    [friends] = data["unpriced"]
    assert (friends["outcome"], friends["goals"]) == (
        "Makes new friends",
        {"sdg": ["11"], "marmot": ["E"]},
    )
    # Nothing serves Goal 1, which is not nought.
    assert data["by"]["sdg"][0] == {
        "category": "1",
        "title": "No Poverty",
        "status": "no proxy",
        **dict.fromkeys(("gross_value", "net_value", "present_value", "harm_present_value")),
        **dict.fromkeys(("range", "quantity", "unit", "people")),
    }


def test_without_a_range_it_is_null_and_the_reason_is_said(cases):
    _, data = cases["diabetes", "publish"]
    assert data["range"] is None
    assert "publishes a low and a high" in data["range_missing"]
    assert data["share_without_range"] == 1
    assert data["totals"]["sroi_ratio"] == pytest.approx(5.80, abs=PENNY)


@pytest.mark.parametrize(
    "changes", [[{}], [{"proxy_id": None, "unit": "meal"}]], ids=["no inputs", "nothing priced"]
)
def test_without_a_ratio_it_is_null_and_the_reason_is_said(assess, changes):
    data = json.loads(json.dumps(to_json(assess(*changes)), allow_nan=False))
    VALIDATOR.validate(data)
    assert data["totals"]["sroi_ratio"] is None
    assert data["totals"]["input_value"] is None
    assert data["ratio_missing"]


def test_a_framework_that_nothing_links_to_is_unallocated_as_a_whole(assess, proxy_set):
    data = to_json(assess({}, proxies=proxy_set(links=(("tea", "sdg", "3", 1.0),))))
    VALIDATOR.validate(data)
    [rest] = [row for row in data["by"]["marmot"] if row["present_value"]]
    # 10 x 100
    assert (rest["category"], rest["present_value"]) == ("unallocated", 1000)


def test_a_category_that_is_not_stated_is_null(assess):
    data = to_json(assess({"age_band": "old"}, {"age_band": None}, breakdowns=["age_band"]))
    VALIDATOR.validate(data)
    assert [(r["category"], r["title"]) for r in data["by"]["age_band"]] == [
        ("old", "old"),
        (None, "not stated"),
    ]


def test_settings_with_tables_and_lists_are_plain(assess, proxy_set):
    proxies = proxy_set({"value_type": "fiscal", "payer": "NHS"})
    settings = {"perspective": "fiscal", "payers": ["NHS"], "horizon_years": 3}
    data = to_json(assess({}, proxies=proxies, assumptions=settings))
    VALIDATOR.validate(json.loads(json.dumps(data)))
    assert data["assumptions"]["payers"] == ["NHS"]
    assert data["assumptions"]["horizon_years"] == 3
    assert data["assumptions"]["uprate"] is True


def test_the_two_cases_by_hand(cases):
    _, data = cases["parts", "internal"]
    wholes = {row["case"]: row for row in data["cases"] if row["value_type"] is None}
    # As printed in docs/explanation/worked_example.md; the fiscal case is the ambulance calls.
    assert wholes["public value"]["present_value"] == pytest.approx(82290.32, abs=PENNY)
    assert wholes["fiscal"]["present_value"] == pytest.approx(1404.72, abs=PENNY)
    net = wholes["fiscal"]["net_present_value"]
    assert net == pytest.approx(1404.72 - 9743.49, abs=2 * PENNY)
    assert wholes["fiscal"]["payback_years"] is None
    assert wholes["fiscal"]["reason_missing"].startswith("no internal rate of return")


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_parts_of_each_case_add_up_to_it(cases, case):
    _, data = cases[case]
    for which in ("public value", "fiscal"):
        rows = [row for row in data["cases"] if row["case"] == which]
        whole = [row["present_value"] for row in rows if row["value_type"] is None]
        parts = [row["present_value"] for row in rows if row["value_type"] is not None]
        assert len(whole) == 1
        assert sum(parts) == pytest.approx(whole[0] or 0.0, abs=PENNY)


def test_what_one_of_each_cost_by_hand(cases):
    _, data = cases["parts", "internal"]
    found = {row["what"]: row for row in data["cost_effectiveness"]}
    # 9,743.49 / (20 x 0.684): the cost is known to half a penny.
    assert found["Keeps active"]["cost_per_unit"] == pytest.approx(9743.49 / 13.68, abs=PENNY)
    assert found["Makes new friends"]["present_quantity"] is None
    assert found["a person reached"]["quantity"] is None


def test_surveys_in_both_profiles(cases):
    shown, hidden = (
        cases["parts", each][1]["survey_change"][0] for each in ("internal", "publish")
    )
    assert (shown["pairs"], shown["improvement"]) == (6, 1)
    assert (shown["improved"], shown["unchanged"], shown["worsened"]) == (5, 1, 0)
    # One person unchanged could be known, and would follow from the other two.
    assert hidden["pairs"] == 6
    assert hidden["improved"] is hidden["unchanged"] is hidden["worsened"] is None
    assert cases["worked", "internal"][1]["survey_change"] == []


def test_conventions_are_there_where_they_were_asked_for(cases):
    _, data = cases["parts", "publish"]
    found = {(row["setting"], row["choice"]): row for row in data["conventions"]}
    # The value of 2024-25 alone, as printed.
    year = found["horizon_years", "1"]
    assert year["present_value"] == pytest.approx(6876.72, abs=PENNY)
    assert year["used"] is False
    assert cases["worked", "publish"][1]["conventions"] is None


def test_points_are_there_where_importance_was_stated(cases):
    _, data = cases["parts", "internal"]
    points = {row["outcome"]: row["points"] for row in data["weighted"]["outcomes"]}
    # 20 x 0.684 x (1 + 0.7 + 0.7 x 0.7 / 2) x 8; -3 x 10; 14 x 0.95 x 0.9 x 5.
    assert points["Keeps active"] == pytest.approx(212.8608)
    assert points["Hurt on a walk"] == pytest.approx(-30)
    assert points["Makes new friends"] == pytest.approx(59.85)
    assert points["Finishes a course"] is None
    for rows in data["weighted"]["by"].values():
        assert sum(row["points"] for row in rows) == pytest.approx(242.7108)
    assert cases["worked", "internal"][1]["weighted"] is None


def test_a_key_that_was_asked_for_has_its_list_once(cases):
    _, data = cases["parts", "internal"]
    found = {row["category"]: row["present_value"] for row in data["by"]["outcome"]}
    assert found["Fewer ambulance calls"] == pytest.approx(1404.72, abs=PENNY)
    assert "outcome" not in cases["worked", "internal"][1]["by"]


def test_nothing_priced_has_null_values(assess):
    data = to_json(assess({"proxy_id": None, "unit": "meal"}))
    VALIDATOR.validate(data)
    names = ("gross_value", "net_value", "present_value", "harm_present_value")
    assert [data["totals"][name] for name in names] == [None] * 4


def test_a_simulated_range_says_what_it_is_made_of(cases):
    result = programmes.network()
    simulation = result.simulate(320, 7)
    ranged = result.with_range(simulation)
    for shown in (ranged, ranged.for_output()):
        data = to_json(shown)
        VALIDATOR.validate(data)
        said = data["simulation"]
        assert (said["draws"], said["seed"], said["level"]) == (320, 7, 0.95)
        row = next(each for each in said["totals"] if each["total"] == "present_value")
        assert row["low"] == data["range"]["present_value"]["low"]
        names = {each["parameter"] for each in said["parameters"]}
        assert names == {"unit_value: wb_wellby", "unit_value: env_carbon_tco2e"}
    assert cases["network", "publish"][1]["simulation"] is None
