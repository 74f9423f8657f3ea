"""The programme that docs/explanation/worked_example.md works by hand, to the penny it prints."""

from pathlib import Path

import pytest

import socialvalue as sv

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "explanation" / "worked_example.md").read_text(encoding="utf-8")
# The page prints pennies, so half a penny is its rounding.
PENNY = 0.005

TOTALS = {
    "gross_value": 131859.70,
    "net_value": 83757.46,
    "present_value": 82290.32,
    "harm_present_value": -3478.26,
    "input_value": 9743.49,
    "net_present_value": 72546.83,
}
ROWS = {
    # outcome: gross, net, present value
    "Keeps active": (20000.00, 10643.04, 10424.37),
    "More satisfied with life": (96369.15, 61796.72, 60883.47),
    "Fewer ambulance calls": (3285.89, 1404.72, 1404.72),
    "Finishes a course": (15804.67, 13512.99, 13056.03),
    "Hurt on a walk": (-3600.00, -3600.00, -3478.26),
}
SDG = {"3": 66106.98, "4": 13056.03, "11": 3127.31, "unallocated": 0.00}
MARMOT = {"B": 43497.76, "E": -3478.26, "F": 11829.09, "unallocated": 30441.73}
YEARS = {"2024-25": 6876.72, "2025-26": 74162.10, "2026-27": 1251.50}
RANGE = (65634.20, 98946.44)
STEPS = {
    "deadweight": -29735.23,
    "displacement": -5286.22,
    "attribution_to_others": -10043.82,
    "drop_off": -3036.96,
    "discounting": -1467.14,
}
RATIO, PAYBACK, SHARE_WITHOUT_RANGE = 8.4457, 1.0387, 0.201


@pytest.fixture(scope="module")
def result():
    folder = ROOT / "tests" / "published" / "worked_example"
    assumptions = sv.Assumptions(price_year="2024-25", base_year="2024-25")
    return sv.assess(sv.read_records(folder), folder / "proxies", assumptions)


@pytest.mark.parametrize(("name", "amount"), TOTALS.items())
def test_totals(result, name, amount):
    assert result.totals[name] == pytest.approx(amount, abs=PENNY)


@pytest.mark.parametrize(("outcome", "amounts"), ROWS.items())
def test_rows_of_the_impact_map(result, outcome, amounts):
    row = result.impact_map.set_index("outcome").loc[outcome]
    found = [row["gross_value"], row["net_value"], row["present_value"]]
    assert found == pytest.approx(list(amounts), abs=PENNY)


@pytest.mark.parametrize(("key", "amounts"), [("sdg", SDG), ("marmot", MARMOT), ("year", YEARS)])
def test_parts(result, key, amounts):
    found = result.by(key).set_index(key)["present_value"]
    for category, amount in amounts.items():
        assert found[category] == pytest.approx(amount, abs=PENNY)
    assert found.sum() == pytest.approx(TOTALS["present_value"], abs=PENNY)


def test_ratio_and_payback(result):
    # Printed to four decimals.
    assert result.totals["sroi_ratio"] == pytest.approx(RATIO, abs=0.00005)
    assert result.totals["payback_years"] == pytest.approx(PAYBACK, abs=0.00005)


def test_range(result):
    found = (result.range.present_value_low, result.range.present_value_high)
    assert found == pytest.approx(RANGE, abs=PENNY)
    # Printed as a percentage to one decimal.
    assert result.range.share_without_range == pytest.approx(SHARE_WITHOUT_RANGE, abs=0.0005)


def test_steps_sum_exactly(result):
    found = result.waterfall().set_index("step")
    for step, amount in STEPS.items():
        assert found.loc[step, "change"] == pytest.approx(amount, abs=PENNY)
    between = found.drop(["gross_value", "net_value", "present_value"])["change"].sum()
    total = found.loc["gross_value", "change"] + between
    assert total == pytest.approx(found.loc["present_value", "value"], abs=1e-6)


def test_where_each_adjustment_came_from(result):
    rows = result.impact_map.set_index("outcome")
    assert rows.loc["Keeps active", "deadweight_from"] == "proxy: Invented"
    assert rows.loc["More satisfied with life", "deadweight_from"] == "record"
    assert rows.loc["Fewer ambulance calls", "deadweight_from"].startswith("adjustments, row 3")
    assert rows.loc["Finishes a course", "deadweight_from"] == "stated nowhere"
    assert "before unstated adjustments" in result.headline


def test_the_unpriced_outcome_is_kept_with_its_goals(result):
    [row] = result.unpriced.to_dict("records")
    assert (row["outcome"], row["quantity"], row["unit"]) == ("Makes new friends", 14, "person")
    assert (row["sdg"], row["marmot"]) == ("11", "E")


def test_the_page_prints_what_is_tested():
    amounts = [*TOTALS.values(), *SDG.values(), *MARMOT.values(), *YEARS.values(), *RANGE]
    amounts += [amount for row in ROWS.values() for amount in row] + list(STEPS.values())
    for amount in amounts:
        printed = f"{'-' if amount < 0 else ''}£{abs(amount):,.2f}"
        assert printed in PAGE, printed
    assert f"{RATIO:.4f}" in PAGE
    assert f"{PAYBACK:.4f} years" in PAGE
