"""Does the page on conventions print what is right? Every row by hand, then from the library."""

from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv

PAGE = Path(__file__).parents[1] / "docs/explanation/conventions.md"
# Half a penny and half of a ratio's last digit: what a print can be off by.
PENNY, DIGIT = 0.005, 0.005

R, H = 1.035, 1.015
CALL = 100 * 100 / 80.8738
ACTIVE = 1000 / R + 800 / R**2 + 0.5 * 640 / R**3
LIFE = 500 + 500 / H
SPENT = 600 + 400 / R

BY_HAND = {
    ("as assessed", ""): (ACTIVE + LIFE + CALL, SPENT),
    ("timing", "mid"): ((ACTIVE + CALL) / R**0.5 + LIFE / H**0.5, SPENT),
    ("timing", "end"): ((ACTIVE + CALL) / R + LIFE / H, SPENT),
    ("input_timing", "mid"): (ACTIVE + LIFE + CALL, SPENT / R**0.5),
    ("input_timing", "end"): (ACTIVE + LIFE + CALL, SPENT / R),
    ("drop_off_from", "first_year"): (
        800 / R + 640 / R**2 + 0.5 * 512 / R**3 + LIFE + CALL,
        SPENT,
    ),
    ("drop_off_from", "end_of_activity"): (0.8 * ACTIVE + LIFE + CALL, SPENT),
    ("part_years", "up"): (1000 / R + 800 / R**2 + 640 / R**3 + LIFE + CALL, SPENT),
    ("part_years", "down"): (1000 / R + 800 / R**2 + LIFE + CALL, SPENT),
    ("discount_rate", "0"): (1000 + 800 + 320 + LIFE + CALL, 1000),
    ("health_discount_rate", "none"): (ACTIVE + 500 + 500 / R + CALL, SPENT),
    ("horizon_years", "1"): (500 + CALL, SPENT),
    ("year_start_month", "1"): (ACTIVE + 500 / H + 500 / H**2 + CALL, SPENT),
    ("uprate", "no"): (ACTIVE + LIFE + 100, SPENT),
}
SETTINGS = {
    ("as assessed", ""): {},
    ("discount_rate", "0"): {"discount_rate": 0.0},
    ("health_discount_rate", "none"): {"health_discount_rate": None},
    ("horizon_years", "1"): {"horizon_years": 1},
    ("year_start_month", "1"): {"year_start_month": 1, "base_year": None},
    ("uprate", "no"): {"uprate": False},
}


def printed():
    """Rows of the page's table: setting, choice, and the amounts as text."""
    rows = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[2].startswith("£"):
            rows[(cells[0], cells[1])] = cells[2:5]
    return rows


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    common = {
        "unit": "person",
        "currency": "GBP",
        "price_year": "2024-25",
        "value_type": "wellbeing",
        "value_covers": "year",
        "discount_class": "standard",
        "uprating": "deflator",
    }
    proxies = [
        {"proxy_id": "active", "name": "Active", "unit_value": 1000},
        {"proxy_id": "life", "name": "Life", "unit_value": 500, "discount_class": "health"},
        {
            "proxy_id": "call",
            "name": "Call",
            "unit_value": 100,
            "price_year": "2019-20",
            "value_covers": "once",
        },
    ]
    rows = pd.DataFrame([common | each for each in proxies])
    rows.to_csv(folder / "proxies.csv", index=False)
    change = {"stakeholder_group": "all", "quantity": 1, "drop_off": 0}
    change |= dict.fromkeys(["deadweight", "displacement", "attribution_to_others"], 0)
    outcomes = [
        {"proxy_id": "active", "date": "2024-06-01", "duration_years": 2.5, "starts": 1},
        {"proxy_id": "life", "date": "2025-02-01", "duration_years": 2},
        {"proxy_id": "call", "date": "2024-06-01"},
    ]
    outcomes = [change | {"outcome_id": each["proxy_id"]} | each for each in outcomes]
    outcomes[0]["drop_off"] = 0.2
    inputs = [
        {"input_id": "a", "amount": 600, "date": "2024-06-01"},
        {"input_id": "b", "amount": 400, "date": "2025-06-01"},
    ]
    inputs = pd.DataFrame(inputs).assign(input_type="cash", price_year="2024-25")
    records = sv.Records(outcomes=pd.DataFrame(outcomes), inputs=inputs)
    return sv.assess(records, folder)


def test_the_page_prints_what_is_worked_by_hand():
    found = printed()
    assert set(found) == set(BY_HAND)
    for row, (value, spent) in BY_HAND.items():
        assert found[row] == [f"£{value:,.2f}", f"£{spent:,.2f}", f"{value / spent:.2f}"], row


def test_the_library_gives_what_the_page_prints(result):
    choices = [SETTINGS.get(row, {row[0]: row[1]}) for row in BY_HAND]
    table = result.side_by_side(choices)
    for (value, spent), row in zip(BY_HAND.values(), table.itertuples(), strict=True):
        assert row.present_value == pytest.approx(value, abs=PENNY)
        assert row.input_value == pytest.approx(spent, abs=PENNY)
        assert row.sroi_ratio == pytest.approx(value / spent, abs=DIGIT)


def test_the_page_names_every_setting_that_changes_value():
    page = PAGE.read_text(encoding="utf-8")
    aside = {"currency", "allocation", "perspective", "payers", "accepted_findings"}
    for name in set(sv.Assumptions.__dataclass_fields__) - aside:
        assert f"`{name}`" in page, name
