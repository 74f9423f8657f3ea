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


def test_a_range_of_no_width_is_none(assess, proxy_set):
    still = {"quantity_low": 10, "quantity_high": 10}
    result = assess(still, proxies=proxy_set({"low": 100.0, "high": 100.0}))
    assert result.range.missing
    assert result.range.share_without_range == 1
    assert (result.findings["rule"] == "no_published_range").any()
    beside = assess(still, {"quantity_low": 8}).simulate(160)
    # Of 2,000 pounds the 1,000 of the record that has its quantity at both ends stand still.
    assert beside.share_fixed == pytest.approx(0.5)


def test_one_record_with_a_range_is_no_range_of_the_others(assess):
    # One of four records says how far off it may be, less the half that it states itself:
    # 500 of 500 + 3 x 1,000.
    result = assess({"quantity_low": 8, "quantity_high": 12, "deadweight": 0.5}, {}, {}, {})
    assert ends(result) == pytest.approx((3400, 3600))
    assert result.range.share_without_range == pytest.approx(3000 / 3500)
    found = result.findings.set_index("rule").loc["no_published_range"]
    assert found["value_at_stake"] == pytest.approx(3000)
    assert found["message"].startswith("86% of the value has no published range")
    simulated = result.with_range(result.simulate(160))
    assert simulated.range.share_without_range == pytest.approx(3000 / 3500)
    assert simulated.findings.set_index("rule").loc["no_published_range", "value_at_stake"] == (
        pytest.approx(3000)
    )


def test_a_spread_of_something_else_is_no_range_of_the_proxy(assess):
    # Nothing is published: with a spread of the deadweight alone, the price of a cup stands still.
    table = pd.DataFrame([{"deadweight": 0.5, "reason": "because"}])
    result = assess({"deadweight": None}, adjustments=table)
    spreads = pd.DataFrame([{"field": "deadweight", "low": 0.499, "high": 0.501}])
    simulated = result.with_range(result.simulate(160, spreads=spreads))
    assert simulated.range.share_without_range == 0
    found = simulated.findings.set_index("rule").loc["no_published_range"]
    assert found["message"].startswith("100% of the value rests on unit values and quantities")
    assert found["value_at_stake"] == pytest.approx(500)


@pytest.mark.parametrize("end", ["quantity_low", "quantity_high"])
def test_one_end_is_drawn_from_although_sums_are_rounded(assess, end):
    # 0.3 x 0.7 three times over is not the same sum in every order.
    records = [{"quantity": 0.3, end: 0.3, "deadweight": 0.3}] * 3
    other = "quantity_high" if end == "quantity_low" else "quantity_low"
    records[0] = {**records[0], other: 0.2 if other == "quantity_low" else 0.4}
    result = assess(*records)
    drawn = result.simulate(160).draws["present_value"]
    central = result.totals["present_value"]
    assert (
        (drawn <= central + 1e-9).all()
        if other == "quantity_low"
        else (drawn >= central - 1e-9).all()
    )


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
