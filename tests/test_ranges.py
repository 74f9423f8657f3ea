"""What range do published lows and highs and recorded ranges of quantity give? By hand."""

import pandas as pd
import pytest

BAND = {"low": 80.0, "high": 150.0}


def ends(result):
    return result.range.present_value_low, result.range.present_value_high


def test_a_quantity_with_a_range_widens_the_band(assess, proxy_set):
    # 8 x 80 x 0.5 = 320 and 13 x 150 x 0.5 = 975; central 10 x 100 x 0.5 = 500.
    change = {"quantity_low": 8, "quantity_high": 13, "deadweight": 0.5}
    result = assess(change, proxies=proxy_set(BAND))
    assert ends(result) == pytest.approx((320, 975))
    assert result.totals["present_value"] == pytest.approx(500)
    assert "recorded ranges of quantities" in result.range.kind


def test_a_quantity_range_alone_is_a_range(assess):
    # The proxy publishes none: 8 x 100 and 13 x 100.
    result = assess({"quantity_low": 8, "quantity_high": 13})
    assert ends(result) == pytest.approx((800, 1300))
    assert result.range.share_without_range == 0
    assert not (result.findings["rule"] == "no_published_range").any()


def test_one_end_alone_leaves_the_other_at_the_quantity(assess):
    assert ends(assess({"quantity_low": 8})) == pytest.approx((800, 1000))


def test_records_without_a_range_stand_still_beside_those_with_one(assess):
    # Collapsed into one row: 8 + 10 to 13 + 10, at 100 each, less the records' own 0.5 and 0.2.
    result = assess(
        {"quantity_low": 8, "quantity_high": 13, "deadweight": 0.5}, {"deadweight": 0.2}
    )
    assert len(result.impact_map) == 1
    assert ends(result) == pytest.approx((800 * 0.5 + 800, 1300 * 0.5 + 800))


def test_a_harm_moves_the_other_way(assess, proxy_set):
    # One proxy for both. At 80: 800 with a harm of 400 to 160; at 150: 1500 with 750 to 300.
    harm = {"quantity": -3, "quantity_low": -5, "quantity_high": -2}
    result = assess({}, harm, proxies=proxy_set(BAND))
    assert ends(result) == pytest.approx((800 - 400, 1500 - 300))


def test_a_share_of_the_table_is_taken_off_the_ends_too(assess):
    table = pd.DataFrame([{"deadweight": 0.5, "reason": "because"}])
    change = {"deadweight": None, "quantity_low": 8, "quantity_high": 13}
    assert ends(assess(change, adjustments=table)) == pytest.approx((400, 650))


def test_optimism_cuts_benefits_and_not_harms(assess):
    table = pd.DataFrame([{"evidence": None, "benefits_down": 0.2, "costs_up": 0.0}])
    result = assess({}, {"quantity": -3}, assumptions={"optimism_bias": table})
    # 1000 x 0.8 - 300
    assert result.totals["net_value"] == pytest.approx(500)
    assert result.totals["harm_present_value"] == pytest.approx(-300)
