"""Settings and corners of the valuation, by hand arithmetic."""

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import InputError, SettingsError

FRAME = {"reason": "because"}


def by_year(result):
    return result.by("year").set_index("year")["net_value"].to_dict()


def test_one_record_one_year(assess):
    # 10 x 100
    result = assess({})
    assert result.totals["present_value"] == 1000
    assert by_year(result) == {"2024-25": 1000}


def test_reductions_multiply(assess):
    # 1000 x 0.6 x 0.9 x 0.5 = 270
    result = assess({"deadweight": 0.4, "displacement": 0.1, "attribution_to_others": 0.5})
    assert result.totals["net_value"] == pytest.approx(270, abs=1e-9)
    assert result.totals["gross_value"] == 1000


def test_record_shares_are_exact_after_the_collapse(assess):
    # Two records of one row: 10 x 100 x 0.5 x 0.9 = 450 and 20 x 100 x 0.8 x 0.7 = 1120.
    result = assess(
        {"deadweight": 0.5, "attribution_to_others": 0.1},
        {"deadweight": 0.2, "attribution_to_others": 0.3, "quantity": 20},
    )
    assert len(result.impact_map) == 1
    assert result.totals["net_value"] == pytest.approx(1570, abs=1e-9)
    row = result.impact_map.iloc[0]
    # Effective deadweight: (10 x 0.5 + 20 x 0.2) / 30 = 0.3
    assert row["deadweight"] == pytest.approx(0.3)
    assert row["net_share"] == pytest.approx(1570 / 3000)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        # 1000 a year for 2.5 years at drop-off 0.2: 1000, 800, half of 640.
        ({}, {"2024-25": 1000, "2025-26": 800, "2026-27": 320}),
        ({"part_years": "up"}, {"2024-25": 1000, "2025-26": 800, "2026-27": 640}),
        ({"part_years": "down"}, {"2024-25": 1000, "2025-26": 800}),
        ({"drop_off_from": "first_year"}, {"2024-25": 800, "2025-26": 640, "2026-27": 256}),
        ({"horizon_years": 2}, {"2024-25": 1000, "2025-26": 800}),
    ],
)
def test_years_and_drop_off(assess, setting, expected):
    result = assess({"duration_years": 2.5, "drop_off": 0.2}, assumptions=setting)
    assert by_year(result) == pytest.approx(expected)


def test_an_outcome_that_starts_the_year_after(assess):
    late = {"starts": 1, "duration_years": 2, "drop_off": 0.5}
    assert by_year(assess(late)) == {"2025-26": 1000, "2026-27": 500}
    lost = assess(late, assumptions={"drop_off_from": "end_of_activity"})
    assert by_year(lost) == {"2025-26": 500, "2026-27": 250}


@pytest.mark.parametrize(
    ("timing", "expected"),
    # 1000 each in years 0 and 1 at 25% a year.
    [("start", 1000 + 800), ("end", 800 + 640), ("mid", 1000 / 1.25**0.5 + 1000 / 1.25**1.5)],
)
def test_timing(assess, timing, expected):
    result = assess({"duration_years": 2}, assumptions={"discount_rate": 0.25, "timing": timing})
    assert result.totals["present_value"] == pytest.approx(expected)


def test_the_past_is_neither_discounted_nor_offset(assess):
    settings = {"discount_rate": 0.25, "timing": "end", "base_year": "2025-26"}
    # 2024-25 is before the base year: 1000; 2025-26 at its end: 1000 / 1.25.
    result = assess({"duration_years": 2}, assumptions=settings)
    assert result.totals["present_value"] == pytest.approx(1800)


def test_health_lines_have_a_schedule_of_their_own(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "calm", "discount_class": "health"})
    settings = {"discount_rate": 0.25, "health_discount_rate": 0.0, "base_year": "2023-24"}
    result = assess({}, {"proxy_id": "calm"}, proxies=proxies, assumptions=settings)
    rows = result.impact_map.set_index("proxy_id")["present_value"]
    assert rows.to_dict() == {"tea": 800.0, "calm": 1000.0}


def test_value_covers(assess, proxy_set):
    proxies = proxy_set(
        {},
        {"proxy_id": "course", "value_covers": "duration"},
        {"proxy_id": "call", "value_covers": "once", "unit": "incident"},
    )
    result = assess(
        {"proxy_id": "course", "duration_years": 3, "drop_off": 0.5},
        {"proxy_id": "call", "drop_off": None},
        proxies=proxies,
    )
    rows = result.impact_map.set_index("proxy_id")["net_value"]
    # Once each: the whole duration is in the value, drop-off too.
    assert rows.to_dict() == {"course": 1000.0, "call": 1000.0}


def test_harms_are_kept_apart_and_subtracted(assess):
    result = assess({}, {"quantity": -4})
    assert len(result.impact_map) == 2
    assert result.totals["present_value"] == 600
    assert result.totals["harm_present_value"] == -400


def test_a_negative_proxy_is_a_harm(assess, proxy_set):
    proxies = proxy_set({"unit_value": -100.0})
    result = assess({}, proxies=proxies)
    assert result.totals["harm_present_value"] == -1000


def test_unpriced_outcomes_are_kept(assess):
    result = assess({}, {"proxy_id": None, "unit": "meal", "quantity": 7, "outcome": "Fed"})
    assert result.totals["present_value"] == 1000
    assert result.unpriced[["outcome", "quantity", "unit"]].to_numpy().tolist() == [
        ["Fed", 7, "meal"]
    ]


def test_transfers_count_in_the_fiscal_view_only(assess, proxy_set):
    proxies = proxy_set(
        {}, {"proxy_id": "benefit", "value_type": "fiscal", "transfer": "yes", "payer": "DWP / NHS"}
    )
    changes = ({}, {"proxy_id": "benefit"})
    public = assess(*changes, proxies=proxies)
    assert public.totals["present_value"] == 1000
    assert public.impact_map.set_index("proxy_id").loc["benefit", "not_counted_because"] == (
        "a transfer, which the public view leaves out"
    )
    fiscal = assess(*changes, proxies=proxies, assumptions={"perspective": "fiscal"})
    assert fiscal.by("proxy_id")["proxy_id"].tolist() == ["benefit"]
    settings = {"perspective": "fiscal", "payers": ["council"]}
    other = assess(*changes, proxies=proxies, assumptions=settings)
    assert other.totals["present_value"] == 0


def test_precedence_of_adjustments(assess):
    adjustments = pd.DataFrame(
        [
            {"proxy_id": None, "stakeholder_group": None, "deadweight": 0.1, **FRAME},
            {"proxy_id": "tea", "stakeholder_group": None, "deadweight": 0.2, **FRAME},
            {"proxy_id": "tea", "stakeholder_group": "old", "deadweight": 0.3, **FRAME},
        ]
    )
    result = assess(
        {"deadweight": None, "outcome": "by proxy"},
        {"deadweight": None, "stakeholder_group": "old", "outcome": "by both"},
        {"deadweight": 0.4, "outcome": "own"},
        adjustments=adjustments,
    )
    rows = result.impact_map.set_index("outcome")["deadweight"]
    assert rows.to_dict() == pytest.approx({"by proxy": 0.2, "by both": 0.3, "own": 0.4})


def test_a_tie_is_an_error(assess):
    adjustments = pd.DataFrame(
        [
            {"proxy_id": "tea", "stakeholder_group": None, "deadweight": 0.2, **FRAME},
            {"proxy_id": None, "stakeholder_group": "all", "deadweight": 0.3, **FRAME},
        ]
    )
    with pytest.raises(InputError, match="more specific"):
        assess({"deadweight": None}, adjustments=adjustments)


def test_a_default_of_the_proxy_and_what_is_stated_nowhere(assess, proxy_set):
    proxies = proxy_set({"deadweight": 0.25, "defaults_source": "Table 1"})
    result = assess({"deadweight": None, "displacement": None}, proxies=proxies)
    row = result.impact_map.iloc[0]
    assert (row["deadweight"], row["deadweight_from"]) == (0.25, "proxy: Table 1")
    assert (row["displacement"], row["displacement_from"]) == (0.0, "stated nowhere")
    high = result.findings.query("rule == 'adjustment_stated_nowhere'")
    # 10 x 100 x 0.75
    assert high[["severity", "value_at_stake"]].to_numpy().tolist() == [["high", 750.0]]


def test_already_net_of_is_never_taken_again(assess, proxy_set):
    proxies = proxy_set({"already_net_of": "deadweight; drop_off"})
    general = pd.DataFrame([{"proxy_id": None, "deadweight": 0.5, **FRAME}])
    blank = {"deadweight": None, "drop_off": None}
    result = assess(blank, proxies=proxies, adjustments=general)
    assert result.totals["net_value"] == 1000
    assert result.impact_map.iloc[0]["deadweight_from"] == "already in the proxy"
    with pytest.raises(InputError, match="already net of deadweight"):
        assess({"deadweight": 0.5, "drop_off": None}, proxies=proxies)
    named = pd.DataFrame([{"proxy_id": "tea", "deadweight": 0.5, **FRAME}])
    with pytest.raises(InputError, match="already net of deadweight"):
        assess(blank, proxies=proxies, adjustments=named)


def test_a_dated_row_holds_for_its_year(assess, proxy_set):
    proxies = proxy_set(
        {"valid_to": "2025-03-31"}, {"unit_value": 150.0, "valid_from": "2025-04-01"}
    )
    result = assess({}, {"date": "2025-05-01"}, proxies=proxies)
    assert by_year(result) == {"2024-25": 1000, "2025-26": 1500}


def test_carbon_takes_the_value_of_each_year(assess, proxy_set):
    def carbon(year, value):
        return {
            "uprating": "carbon",
            "unit_value": value,
            "valid_from": f"{year}-04-01",
            "valid_to": f"{year + 1}-03-31",
        }

    proxies = proxy_set(carbon(2024, 100.0), carbon(2025, 120.0))
    result = assess({"duration_years": 2}, proxies=proxies)
    assert by_year(result) == {"2024-25": 1000, "2025-26": 1200}


def test_no_uprating_leaves_a_statutory_rate_alone(assess, proxy_set):
    proxies = proxy_set({"uprating": "none", "price_year": "2010-11"})
    assert assess({}, proxies=proxies).totals["gross_value"] == 1000


def test_uprate_false_re_prices_nothing(assess, proxy_set):
    proxies = proxy_set({"price_year": "2010-11"})
    result = assess({}, proxies=proxies, assumptions={"uprate": False})
    assert result.totals["gross_value"] == 1000


def test_currencies_are_never_mixed(assess, proxy_set):
    with pytest.raises(SettingsError, match="EUR.*GBP"):
        assess({}, proxies=proxy_set({"currency": "EUR"}))


def test_calendar_years(assess, proxy_set):
    proxies = proxy_set({"price_year": "2024"})
    settings = {"year_start_month": 1, "price_year": "2024"}
    result = assess({"date": "2024-01-15"}, proxies=proxies, assumptions=settings)
    assert by_year(result) == {"2024": 1000}


def test_optimism_bias_by_grade_of_evidence(assess):
    table = pd.DataFrame(
        {"evidence": ["trial", ""], "benefits_down": [0.1, 0.4], "costs_up": [0.0, 0.2]}
    )
    inputs = pd.DataFrame(
        [{"input_id": "i", "amount": 100, "date": "2024-05-01", "input_type": "cash"}]
    )
    settings = {"optimism_bias": table}
    result = assess({"evidence": "trial"}, {}, inputs=inputs, assumptions=settings)
    # 1000 x 0.9 + 1000 x 0.6; 100 x 1.2
    assert result.totals["net_value"] == pytest.approx(1500)
    assert result.totals["input_value"] == pytest.approx(120)


def test_inputs_are_repriced_and_discounted_by_their_own_timing(assess):
    inputs = pd.DataFrame(
        [
            {"input_id": "a", "amount": 100, "date": "2024-05-01", "input_type": "cash"},
            {
                "input_id": "b",
                "hours": 10,
                "rate": 5,
                "date": "2025-05-01",
                "input_type": "in_kind",
            },
            {
                "input_id": "c",
                "amount": 7,
                "date": "2025-05-01",
                "input_type": "cash",
                "already_present_value": "yes",
            },
        ]
    )
    settings = {"discount_rate": 0.25, "uprate": False, "timing": "end"}
    result = assess({}, inputs=inputs, assumptions=settings)
    # 100 + 50 / 1.25 + 7
    assert result.totals["input_value"] == pytest.approx(147)


@pytest.mark.parametrize(
    ("projects", "funded", "ratio"),
    [
        # Only A has both: 1000 / 500.
        (["A", "B"], ["A"], 2.0),
        # Inputs that name no project serve all: 2000 / 500.
        (["A", "B"], [None], 4.0),
        # Inputs of a project without outcomes are left out: 1000 / 500.
        (["A"], ["A", "C"], 2.0),
    ],
)
def test_the_ratio_covers_projects_with_both(assess, projects, funded, ratio):
    inputs = pd.DataFrame(
        [
            {
                "input_id": f"i{i}",
                "amount": 500,
                "date": "2024-05-01",
                "input_type": "cash",
                "project": project,
            }
            for i, project in enumerate(funded)
        ]
    )
    result = assess(*({"project": project} for project in projects), inputs=inputs)
    assert result.totals["sroi_ratio"] == pytest.approx(ratio)


def test_no_ratio_says_why(assess):
    result = assess({})
    assert pd.isna(result.totals["sroi_ratio"])
    assert "no inputs were recorded" in result.ratio_missing
    assert "No ratio" in result.headline


def test_an_unknown_setting_is_an_error(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("discuont_rate = 0.03\n")
    with pytest.raises(SettingsError, match="Did you mean discount_rate"):
        sv.Assumptions.from_toml(path)


@pytest.mark.parametrize(
    "setting",
    [
        {"timing": "late"},
        {"discount_rate": 3.5},
        {"price_year": "24/25"},
        {"base_year": "2024"},
        {"year_start_month": 13},
        {"horizon_years": 0},
        {"payers": ["NHS"]},
    ],
)
def test_settings_out_of_bounds_are_refused(setting):
    with pytest.raises(SettingsError):
        sv.Assumptions(**setting)


def test_the_cost_of_a_project_counts_whether_its_outcomes_are_priced_or_not(assess):
    # 1000 of value, and 500 + 300 of inputs: the second project did something, unpriced.
    records = {"project": "a"}, {"project": "b", "proxy_id": None}
    result = assess(*records, inputs=spent_on({"a": 500, "b": 300}))
    assert result.totals["sroi_ratio"] == pytest.approx(1000 / 800)
    # In the fiscal view nothing of either counts as value, and the cost stays what it was.
    fiscal = assess(
        *records, inputs=spent_on({"a": 500, "b": 300}), assumptions={"perspective": "fiscal"}
    )
    assert fiscal.compared_inputs == 800
    assert fiscal.ratio_missing == "no priced outcome counts in this view"


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_a_tie_that_a_more_specific_row_decides_is_none(assess, order):
    # Two rows of one scope column each, and one of two that fits better: 1000 x (1 - 0.3).
    rows = [
        {"proxy_id": "tea", "deadweight": 0.1},
        {"project": "a", "deadweight": 0.2},
        {"proxy_id": "tea", "project": "a", "deadweight": 0.3},
    ]
    table = pd.DataFrame([{**FRAME, **rows[i]} for i in order])
    result = assess({"project": "a", "deadweight": None}, adjustments=table)
    assert result.totals["net_value"] == pytest.approx(700)


def test_drop_off_that_cannot_be_taken_is_said(assess, proxy_set):
    once = proxy_set({"value_covers": "once"})
    result = assess({"drop_off": 0.5, "duration_years": None}, proxies=once)
    assert result.totals["net_value"] == 1000
    assert "drop_off_not_taken" in set(result.findings["rule"])
    quiet = assess({"drop_off": 0, "duration_years": None}, proxies=once)
    assert "drop_off_not_taken" not in set(quiet.findings["rule"])


def test_a_value_without_a_source_is_a_high_finding(assess, proxy_set):
    result = assess({}, proxies=proxy_set({"source_id": None}))
    [found] = result.findings.query("rule == 'source_missing'").to_dict("records")
    assert (found["severity"], found["value_at_stake"]) == ("high", 1000)
    assert "source_missing" not in set(assess({}).findings["rule"])


@pytest.mark.parametrize("key", ["project", "outcome", "stakeholder_group", "evidence", "year"])
def test_a_key_of_the_map_can_be_asked_for_as_a_breakdown(assess, key):
    result = assess({"project": "a"}, breakdowns=[key, "gender"])
    assert result.also_by == (key,)
    assert result.by(key)["present_value"].tolist() == [1000]
    assert list(result.breakdowns) == ["gender"]


@pytest.mark.parametrize("column", ["quantity", "people", "unit", "deadweight", "t", "counted"])
def test_a_figure_of_the_map_cannot_be_a_breakdown(assess, column):
    with pytest.raises(SettingsError, match="a figure of its own"):
        assess({}, breakdowns=[column])


def test_a_column_by_the_name_of_one_of_ours_is_refused_not_replaced(assess):
    with pytest.raises(SettingsError, match="Give your column another name"):
        assess({"theme": "u"}, breakdowns=["theme"])


def test_a_framework_can_be_asked_for_too(assess):
    assert assess({}, breakdowns=["sdg"]).also_by == ("sdg",)


@pytest.mark.parametrize("quantity", [1e300, -1e16])
def test_a_number_that_cannot_be_meant_is_a_problem(assess, quantity):
    with pytest.raises(InputError, match="larger than anything that can be meant"):
        assess({"quantity": quantity})


def test_controls_in_a_text_are_left_out(assess):
    result = assess({"project": "P\x1fall\x00"}, {"project": "Pall"})
    assert result.by("project")["project"].tolist() == ["Pall"]


def test_one_breakdown_may_be_named_without_a_list(assess):
    assert list(assess({"gender": "f"}, breakdowns="gender").breakdowns) == ["gender"]


def test_what_is_no_set_of_records_says_what_to_give(outcomes, proxy_set):
    with pytest.raises(InputError, match=r"sv\.Records\(outcomes=frame\)"):
        sv.assess(outcomes(), proxy_set())
    with pytest.raises(InputError, match="no set of records"):
        sv.assess("hub.xlsx", proxy_set())
    with pytest.raises(InputError, match="Name each table"):
        sv.Records(outcomes())
    with pytest.raises(SettingsError, match=r"sv\.Assumptions"):
        sv.assess(sv.Records(outcomes=outcomes()), proxy_set(), {"price_year": "2024-25"})


def test_frames_given_and_got_are_ones_own(outcomes, proxy_set):
    frame = outcomes({"quantity": 10})
    records = sv.Records(outcomes=frame)
    frame["quantity"] = 0
    got, again = records.outcomes, records.tables["outcomes"]
    got["quantity"], again["quantity"] = 0, 0
    assert sv.assess(records, proxy_set()).totals["gross_value"] == 1000
    assert "outcomes" in dir(records)


def test_where_nothing_was_priced_the_value_is_unknown_and_not_nought(assess):
    result = assess({"proxy_id": None}, inputs=spent_on({"a": 500}))
    values = ["gross_value", "net_value", "present_value", "harm_present_value", "sroi_ratio"]
    assert result.totals[values].isna().all()
    assert result.totals["input_value"] == 500
    assert result.ratio_missing == "no outcome was priced"
    # A view that counts none of what was priced knows that there is none.
    assert assess({}, assumptions={"perspective": "fiscal"}).totals["present_value"] == 0


def test_adjustments_and_links_that_fit_nothing_are_said(assess):
    adjustments = pd.DataFrame(
        [
            {**FRAME, "project": "a", "displacement": 0.1},
            {**FRAME, "project": "nowhere", "displacement": 0.5},
            {**FRAME, "project": "a", "year": "2023-24", "displacement": 0.5},
        ]
    )
    links = pd.DataFrame(
        [{"project": "elsewhere", "framework": "sdg", "category": "4", "share": 1.0}]
    )
    record = {"project": "a", "displacement": None}
    result = assess(record, adjustments=adjustments, links=links)
    [found] = result.findings.query("rule == 'stated_for_nothing'")["message"]
    assert "adjustments, row 1 (project nowhere)" in found
    assert "adjustments, row 2 (project a, year 2023-24)" in found
    assert "links, row 0 (project elsewhere)" in found
    assert "row 0 (project a)" not in found
    quiet = assess(record, adjustments=adjustments.head(1))
    assert "stated_for_nothing" not in set(quiet.findings["rule"])


def spent_on(projects):
    rows = [
        {"input_id": name, "project": name, "amount": amount, "date": "2024-05-01"}
        for name, amount in projects.items()
    ]
    return pd.DataFrame(rows).assign(input_type="cash")


def test_prices_of_ones_own(assess, proxy_set, tmp_path):
    # 100 at 2020-21 prices, when the index was 80, is 125 at 2024-25 prices, when it was 100.
    (tmp_path / "gdp_deflator_financial.csv").write_text("year,index\n2020-21,80\n2024-25,100\n")
    inputs = spent_on({"a": 50}).assign(price_year="2020-21")
    settings = {"price_series": tmp_path}
    older = proxy_set({"price_year": "2020-21"})
    result = assess({}, proxies=older, inputs=inputs, assumptions=settings)
    assert result.totals["present_value"] == pytest.approx(1250)
    assert result.totals["input_value"] == pytest.approx(62.5)
    assert list(result.provenance["prices"]) == ["gdp_deflator_financial"]


def test_another_currency_is_not_re_priced_by_the_british_deflator(assess, proxy_set):
    euros = proxy_set({"currency": "EUR", "price_year": "2020"})
    with pytest.raises(SettingsError, match="EUR"):
        assess({}, proxies=euros, assumptions={"currency": "EUR"})
    result = assess({}, proxies=euros, assumptions={"currency": "EUR", "uprate": False})
    assert result.totals["present_value"] == 1000


def test_the_ratio_has_no_range_where_nothing_it_covers_has_one(assess, proxy_set):
    # The value with a range is in a project without inputs.
    proxies = proxy_set({}, {"proxy_id": "wide", "low": 50.0, "high": 150.0})
    records = {"project": "a"}, {"project": "b", "proxy_id": "wide"}
    result = assess(*records, proxies=proxies, inputs=spent_on({"a": 500}))
    assert result.range.present_value_low == pytest.approx(1500)
    assert pd.isna([result.range.sroi_ratio_low, result.range.sroi_ratio_high]).all()
    assert result.range.ratio_missing == "nothing that the ratio covers has a range"
    assert "no range: nothing that the ratio covers has a range" in result.headline


@pytest.mark.parametrize(("net_first", "refused"), [(True, False), (False, True)])
def test_already_net_is_judged_by_the_row_of_the_records_year(
    assess, proxy_set, net_first, refused
):
    older = {"valid_to": "2023-03-31", "already_net_of": "deadweight" if net_first else None}
    newer = {"valid_from": "2023-04-01", "already_net_of": None if net_first else "deadweight"}
    proxies = proxy_set(older, newer)
    if refused:
        with pytest.raises(InputError, match="already net of deadweight"):
            assess({"deadweight": 0.5}, proxies=proxies)
    else:
        assert assess({"deadweight": 0.5}, proxies=proxies).totals["net_value"] == 500


def test_records_past_the_horizon_are_worth_nothing_each(assess, outcomes, proxy_set):
    frame = outcomes({}, {"date": "2027-05-01"})
    records, settings = sv.Records(outcomes=frame), sv.Assumptions(horizon_years=2)
    result = sv.assess(records, proxy_set(), settings)
    assert sv.value_records(records, result)["present_value"].tolist() == [1000, 0]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.35, 0.7, 1.0])
def test_a_share_of_records_is_shown_as_it_was_written(assess, share):
    # 1 - 8 / 10 is 0.19999999999999996 in doubles.
    records = [{"deadweight": share, "quantity": each} for each in (10, 0.1, 7.3)]
    shown = assess(*records).impact_map.iloc[0]
    assert (shown["deadweight"], shown["displacement"]) == (share, 0.0)
    assert shown["net_share"] == pytest.approx(1 - share, abs=1e-12)


def test_a_share_that_differs_between_records_is_their_average(assess):
    # 0.2 of 10 and 0.35 of 20 are 9 of 30; a third of both has no end of digits to go by.
    shown = assess({"deadweight": 0.2}, {"deadweight": 0.35, "quantity": 20}).impact_map.iloc[0]
    assert shown["deadweight"] == 0.3
    third = assess({"deadweight": 1 / 3}, {"deadweight": 1 / 3, "quantity": 0.7}).impact_map
    assert third.iloc[0]["deadweight"] == pytest.approx(1 / 3, abs=1e-15)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"quantity": 99}, "differ in 2 of its 2 rows, the first row 1 with 198 in place of 20"),
        ({"deadweight": 0.5}, "have other quantities or shares than this result"),
        # A record more of what is there, and one of what is not.
        ("more", "4 records were given where this result has 3; they differ in 1 of its 2 rows"),
        ("fewer", "2 records were given where this result has 3; they differ in 1 of its 2 rows"),
        ({"outcome": "Another"}, "3 records have no row in this result"),
    ],
)
def test_values_of_other_records_are_refused(assess, outcomes, proxy_set, change, says):
    frame = outcomes({"outcome": "Awake"}, {}, {"outcome": "Awake"})
    result = sv.assess(sv.Records(outcomes=frame), proxy_set())
    # In another order, and with other names, they are the same for all that is compared.
    same = frame.iloc[::-1].assign(outcome_id=["x", "y", "z"])
    assert sv.value_records(sv.Records(outcomes=same), result)["present_value"].sum() == 3000
    if isinstance(change, dict):
        other = frame.assign(**change)
    else:
        again = frame.iloc[[0]].assign(outcome_id="o9")
        other = pd.concat([frame, again]) if change == "more" else frame.iloc[1:]
    with pytest.raises(InputError, match=says):
        sv.value_records(sv.Records(outcomes=other), result)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("trial", 0.1, 0), ("trial", 0.5, 0)], "several rows for trial"),
        ([(None, 0.1, 0), ("", 0.5, 0)], r"several rows for \(blank\)"),
        ([("trial", None, 0)], "write shares between 0 and 1 in every row"),
        ([("trial", 0.1, 0.3)], "inputs have no grade of evidence"),
    ],
)
def test_an_optimism_table_is_read_without_choices_of_ours(assess, rows, says):
    table = pd.DataFrame(rows, columns=["evidence", "benefits_down", "costs_up"])
    with pytest.raises(SettingsError, match=says):
        assess({"evidence": "trial"}, assumptions={"optimism_bias": table})


def test_what_is_a_present_value_already_is_not_raised(assess):
    table = pd.DataFrame([{"evidence": None, "benefits_down": 0.0, "costs_up": 0.2}])
    inputs = spent_on({"a": 100, "b": 100}).assign(already_present_value=["yes", "no"])
    result = assess({}, inputs=inputs, assumptions={"optimism_bias": table})
    assert result.totals["input_value"] == pytest.approx(100 + 120)
