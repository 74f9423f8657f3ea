"""What is the answer under each convention? By hand, and against a run of its own."""

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import SettingsError

# 1000 a year for 2.5 years from 2024-25, a fifth of it lost each year: 1000, 800, half of 640.
LASTING = {"duration_years": 2.5, "drop_off": 0.2}
RATE = {"discount_rate": 0.25}


@pytest.fixture
def spent():
    row = {"input_id": "i1", "amount": 500, "date": "2024-05-01", "input_type": "cash"}
    return pd.DataFrame([row, {**row, "input_id": "i2", "date": "2025-05-01", "amount": 250}])


@pytest.fixture
def result(assess, spent):
    return assess(LASTING, assumptions=RATE, inputs=spent)


@pytest.fixture
def table(result):
    return result.side_by_side().set_index(["setting", "choice"])


def test_each_row_by_hand(table):
    by_hand = {
        # 1000 + 800 / 1.25 + 320 / 1.25^2
        ("timing", "start"): 1000 + 640 + 204.8,
        # The same a year later: everything over 1.25.
        ("timing", "end"): (1000 + 640 + 204.8) / 1.25,
        ("timing", "mid"): (1000 + 640 + 204.8) / 1.25**0.5,
        # 800, 640 and half of 512.
        ("drop_off_from", "first_year"): 800 + 512 + 256 / 1.5625,
        ("drop_off_from", "end_of_activity"): 1000 + 640 + 204.8,
        ("part_years", "up"): 1000 + 640 + 640 / 1.5625,
        ("part_years", "down"): 1000 + 640,
        ("discount_rate", "0.25"): 1000 + 640 + 204.8,
        ("discount_rate", "0"): 1000 + 800 + 320,
        ("discount_rate", "0.035"): 1000 + 800 / 1.035 + 320 / 1.035**2,
        ("horizon_years", "1"): 1000,
        ("horizon_years", "all years"): 1000 + 640 + 204.8,
    }
    found = table["present_value"]
    assert {row: found[row] for row in by_hand} == pytest.approx(by_hand)


def test_the_row_in_use_is_marked_and_the_change_is_from_it(table, result):
    used = table[table["used"]]
    # One row of each setting is the one in use.
    assert used.index.get_level_values("setting").is_unique
    assert set(used.index.get_level_values("setting")) == set(table.index.get_level_values(0))
    assert (used["change"] == 0).all()
    assert (used["sroi_ratio"] == result.totals["sroi_ratio"]).all()
    assert table.loc[("timing", "end"), "change"] == pytest.approx(-1844.8 * 0.2)


def test_inputs_have_a_timing_of_their_own(result):
    table = result.side_by_side([{"input_timing": "start"}, {"input_timing": "end"}])
    # 2025-26 prices are re-priced by 100 / 103.2388, the deflator, to those of 2024-25.
    second = 250 * 100 / 103.23883115679686
    by_hand = [500 + second / 1.25, 500 / 1.25 + second / 1.25**2]
    assert table["input_value"].tolist() == pytest.approx(by_hand)
    assert table["present_value"].tolist() == pytest.approx([1844.8, 1844.8])


@pytest.mark.parametrize(
    "choice",
    [
        {"timing": "end", "health_discount_rate": None},
        {"year_start_month": 1},
        {"uprate": False, "discount_rate": 0.1},
    ],
)
def test_a_row_is_what_assess_gives_under_it(assess, spent, choice):
    dated = {**LASTING, "date": "2024-02-01"}
    result = assess(dated, assumptions=RATE, inputs=spent)
    [row] = result.side_by_side([choice]).to_dict("records")
    alone = assess(dated, assumptions={**RATE, **choice}, inputs=spent)
    for name in ("present_value", "input_value", "net_present_value", "sroi_ratio"):
        assert row[name] == pytest.approx(alone.totals[name], rel=1e-12)
    assert row["setting"] == ", ".join(choice)


def test_a_choice_that_cannot_be_valued_says_why(assess, tmp_path):
    short = tmp_path / "short.csv"
    short.write_text("year_from,year_to,rate\n0,1,0.03\n", encoding="utf-8")
    [row] = assess(LASTING).side_by_side([{"discount_rate": str(short)}]).to_dict("records")
    assert pd.isna(row["present_value"])
    assert "year 2" in row["reason_missing"]


def test_an_unknown_setting_is_an_error(result):
    with pytest.raises(SettingsError, match="Did you mean timing"):
        result.side_by_side([{"timimg": "end"}])


def test_optimism_is_shown_with_and_without_its_table(assess):
    cut = pd.DataFrame([{"evidence": None, "benefits_down": 0.4, "costs_up": 0.0}])
    table = assess({}, assumptions={"optimism_bias": cut}).side_by_side()
    table = table[table["setting"] == "optimism_bias"].set_index("choice")["present_value"]
    assert table.to_dict() == pytest.approx({"the table given": 600, "none": 1000})


def test_a_published_result_shows_the_table_it_was_assessed_with(assess, outcomes, proxy_set):
    people = [{"person_id": f"p{i}"} for i in range(6)]
    plain = assess(*people)
    with pytest.raises(SettingsError, match="conventions=True"):
        plain.for_output().side_by_side()
    records = sv.Records(outcomes=outcomes(*people))
    shown = sv.assess(records, proxy_set(), conventions=True).for_output().side_by_side()
    assert (shown.loc[shown["used"], "present_value"] == 6000).all()


def test_a_base_year_that_was_stated_is_kept_under_calendar_years(assess):
    settings = {"discount_rate": 0.25, "base_year": "2020-21"}
    result = assess({"date": "2024-05-01"}, assumptions=settings)
    [row] = result.side_by_side([{"year_start_month": 1}]).to_dict("records")
    # Four years on either way: 1000 / 1.25^4.
    assert row["present_value"] == pytest.approx(1000 / 1.25**4)
    assert row["change"] == pytest.approx(0)


@pytest.mark.parametrize("choice", [{"foo": None}, {"foo": 1}])
def test_an_unknown_setting_is_an_error_whatever_its_value(result, choice):
    with pytest.raises(SettingsError, match="no setting called 'foo'"):
        result.side_by_side([choice])
