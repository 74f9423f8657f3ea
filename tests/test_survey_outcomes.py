"""From change in scores to WELLBYs to outcome records: by hand, and two published studies."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import SettingsError
from socialvalue.instruments import LIFE_SATISFACTION as LIFE
from socialvalue.survey_outcomes import outcome_rows, product_standard_error, wellbys
from socialvalue.surveys import difference_in_change, paired_change

PUBLISHED = Path(__file__).parent / "published"


def study(instrument=LIFE, **figures):
    row = {
        "instrument": instrument,
        "pairs": 40,
        "improvement": 0.5,
        "standard_error": 0.2,
        "low": 0.1,
        "high": 0.9,
        "confidence": 0.95,
    }
    return pd.DataFrame([{**row, **figures}])


def end_points(found, name="wellbys"):
    return found[[name, f"{name}_low", f"{name}_high"]].iloc[0].tolist()


def test_life_satisfaction_by_hand():
    found = wellbys(study(), people="pairs", duration_years=2)
    # 40 people x 0.5 x 1 = 20 a year, 0.1 to 0.9 of a point: 4 to 36; over two years 40, 8 to 72.
    assert end_points(found, "wellbys_per_year") == pytest.approx([20, 4, 36])
    assert end_points(found) == pytest.approx([40, 8, 72])
    assert found["people_note"].tolist() == ["counted for the 40 pairs only"]


def test_another_scale_by_a_published_factor():
    found = wellbys(
        study("swemwbs", improvement=2.5, low=1.0, high=4.0),
        people="pairs",
        duration_years=1,
        factor="swemwbs_pbe_fbb_2024",
    )
    # 40 x 2.5 x 0.24 = 24; 1.0 and 4.0 points: 9.6 and 38.4.
    assert end_points(found) == pytest.approx([24, 9.6, 38.4])
    assert found["factor_source"].tolist() == ["conversion swemwbs_pbe_fbb_2024"]


def test_a_factors_own_error_widens_the_range_by_hand():
    found = wellbys(
        study("swemwbs", improvement=2.0, standard_error=0.5, low=1.0, high=3.0),
        people="pairs",
        duration_years=1,
        factor=0.25,
        factor_standard_error=0.1,
        factor_source="a study",
    )
    # Product 0.5. Variance 2^2 x 0.1^2 + 0.25^2 x 0.5^2 + 0.5^2 x 0.1^2 = 0.04 + 0.015625 +
    # 0.0025 = 0.058125, error 0.241091. t(39 df, 97.5%) = 2.0227 in tables; margin 0.48766.
    # For 40 people: 20 +- 19.506.
    assert product_standard_error(2.0, 0.5, 0.25, 0.1) == pytest.approx(0.241091, abs=5e-7)
    assert end_points(found) == pytest.approx([20, 20 - 19.506, 20 + 19.506], abs=0.002)


def test_a_factor_known_for_certain_adds_nothing():
    certain = wellbys(
        study("swemwbs"), people=10, duration_years=1, factor=0.25, factor_source="a study"
    )
    nearly = wellbys(
        study("swemwbs", low=0.5 - 2.022691 * 0.2, high=0.5 + 2.022691 * 0.2),
        people=10,
        duration_years=1,
        factor=0.25,
        factor_standard_error=1e-9,
        factor_source="a study",
    )
    # 10 x 0.25 x (0.5 +- 2.022691 x 0.2); the interval of the row itself is 0.1 to 0.9.
    margin = 10 * 0.25 * 2.022691 * 0.2
    assert end_points(nearly) == pytest.approx([1.25, 1.25 - margin, 1.25 + margin], abs=1e-5)
    assert end_points(certain) == pytest.approx([1.25, 0.25, 2.25])


def test_no_interval_stays_none():
    found = wellbys(study(low=np.nan, high=np.nan), people="pairs", duration_years=1)
    assert math.isnan(found["wellbys_low"].iloc[0])
    widened = wellbys(
        study("swemwbs", low=np.nan, high=np.nan),
        people="pairs",
        duration_years=1,
        factor=0.2,
        factor_standard_error=0.1,
        factor_source="a study",
    )
    assert math.isnan(widened["wellbys_high"].iloc[0])


def test_more_people_than_were_seen_is_a_choice_that_is_written_down():
    found = wellbys(study(), people=632, duration_years=1)
    assert "mean change of 40 pairs is taken for 632 people" in found["people_note"].iloc[0]
    assert "most of whom were not seen" in found["people_note"].iloc[0]


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        (study("swemwbs"), {}, "State factor.*no default"),
        (study("swemwbs"), {"factor": 0.2}, "State factor_source"),
        (study("swemwbs"), {"factor": -0.2, "factor_source": "x"}, "more than 0"),
        (study("swemwbs"), {"factor": "wemwbs_wellworth"}, "is for wemwbs, not for swemwbs"),
        (study("swemwbs"), {"factor": "wembws"}, "no conversion"),
        (study(), {"factor": 0.2, "factor_source": "x"}, "factor is 1"),
        (study(), {"people": "everybody"}, '"pairs" or a number'),
        (study(), {"people": [1, 2]}, "1 rows of change and 2 numbers"),
        (study(), {"people": -1}, "0 or more"),
        (study(), {"duration_years": 0}, "say how long"),
        (pd.concat([study(), study("gad7")]), {}, "more than one instrument"),
        (study().drop(columns="low"), {}, "lacks low"),
    ],
)
def test_what_is_not_stated_is_asked_for(changes, options, words):
    with pytest.raises(SettingsError, match=words):
        wellbys(changes, **{"people": "pairs", "duration_years": 1, **options})


def test_people_has_no_default():
    with pytest.raises(TypeError, match="people"):
        wellbys(study(), duration_years=1)


# ---- outcome records -----------------------------------------------------------------------

RECORD = {"proxy_id": "wb_wellby", "date": "2024-07-01", "stakeholder_group": "participants"}


def survey():
    """Two activities: choir gains 1 to 3 points, walks change little and either way."""
    rows = []
    for activity, before, after in (
        ("choir", [4, 5, 6, 3], [6, 8, 7, 5]),
        ("walks", [5, 6, 7, 5], [6, 5, 7, 6]),
    ):
        for wave, scores in (("before", before), ("after", after)):
            rows += [
                (f"{activity}{n}", activity, LIFE, wave, score) for n, score in enumerate(scores)
            ]
    names = ["person_id", "activity_id", "instrument", "wave", "score"]
    return pd.DataFrame(rows, columns=names)


def records():
    changes = paired_change(survey(), by=["activity_id"])
    return outcome_rows(wellbys(changes, people="pairs", duration_years=1), **RECORD)


def test_records_by_hand():
    rows = records()
    # Choir: 2, 3, 1, 2 = 8 points over 4 people. Walks: 1, -1, 0, 1 = 1.
    assert rows["quantity"].tolist() == pytest.approx([8.0, 1.0])
    assert rows["activity_id"].tolist() == ["choir", "walks"]
    assert (rows["evidence"] == "before_after").all()
    assert (rows["unit"] == "wellby").all()
    assert rows["sample_size"].tolist() == rows["people"].tolist() == [4, 4]
    # Walks: changes with mean 0.25 and s 0.9574 over 4: the interval spans nought.
    assert rows["quantity_low"].iloc[1] < 0 < rows["quantity_high"].iloc[1]
    # The ends are those of the interval of the change, which is at 95% unless asked otherwise.
    assert rows["quantity_level"].tolist() == [0.95, 0.95]
    assert not {"deadweight", "displacement", "attribution_to_others"} & set(rows)
    assert "Only 4 pairs" in rows["note"].iloc[0]
    assert "asked as life satisfaction" in rows["note"].iloc[0]


def test_records_pass_the_check_and_carry_their_range():
    assert sv.check(sv.Records(outcomes=records()), sv.load_proxies("uk-public")).empty


def test_the_valuation_takes_the_years_and_not_twice():
    valued = wellbys(study(), people="pairs", duration_years=2)
    rows = outcome_rows(valued, **RECORD)
    assert rows["quantity"].tolist() == pytest.approx([20])
    assumptions = sv.Assumptions(
        price_year="2019", discount_rate=0.0, health_discount_rate=0.0, year_start_month=1
    )
    result = sv.assess(sv.Records(outcomes=rows), sv.load_proxies("uk-public"), assumptions)
    # 40 people x 0.5 x 2 years = 40 WELLBYs at 13,000 pounds of 2019, undiscounted.
    assert result.totals["present_value"] == pytest.approx(40 * 13_000)


def test_a_fall_is_a_harm():
    rows = outcome_rows(
        wellbys(study(improvement=-0.5, low=-0.9, high=-0.1), people="pairs", duration_years=1),
        **RECORD,
    )
    assert rows[["quantity", "quantity_low", "quantity_high"]].iloc[0].tolist() == pytest.approx(
        [-20, -36, -4]
    )
    assert sv.check(sv.Records(outcomes=rows), sv.load_proxies("uk-public")).empty


def test_a_comparison_group_says_so():
    choir, walks = (row for _, row in paired_change(survey(), by=["activity_id"]).iterrows())
    found = pd.DataFrame([difference_in_change(choir, walks)])
    rows = outcome_rows(wellbys(found, people="pairs", duration_years=1), **RECORD)
    # 2 - 0.25 points for the 4 of the choir.
    assert rows["quantity"].tolist() == pytest.approx([7.0])
    assert rows["evidence"].tolist() == ["comparison_group"]


def test_groups_may_come_from_the_survey():
    table = survey().assign(stakeholder_group=lambda rows: rows["activity_id"] + " members")
    changes = paired_change(table, by=["stakeholder_group"])
    valued = wellbys(changes, people="pairs", duration_years=1)
    rows = outcome_rows(valued, proxy_id="wb_wellby", date="2024-07-01")
    assert rows["stakeholder_group"].tolist() == ["choir members", "walks members"]


@pytest.mark.parametrize(
    ("valued", "options", "words"),
    [
        (study(), RECORD, "what wellbys returns"),
        (
            wellbys(study(improvement=np.nan), people="pairs", duration_years=1),
            RECORD,
            "have no change",
        ),
        (wellbys(study(), people=2.5, duration_years=1), RECORD, "whole number"),
        (
            wellbys(study(), people=2, duration_years=1),
            {**RECORD, "stakeholder_group": ""},
            "who changed",
        ),
    ],
)
def test_rows_that_cannot_be_records(valued, options, words):
    with pytest.raises(SettingsError, match=words):
        outcome_rows(valued, **options)


# ---- published studies ---------------------------------------------------------------------


def read(case, name):
    return pd.read_csv(PUBLISHED / case / name, dtype=str, keep_default_na=False)


def inputs_of(case):
    return {row["name"]: float(row["value"]) for row in read(case, "inputs.csv").to_dict("records")}


def lines(case):
    table = read(case, "expected.csv").to_dict("records")
    return [pytest.param(row, id=": ".join(list(row.values())[:3])) for row in table]


def agrees(found, line):
    within = abs(found - float(line["value"])) <= float(line["tolerance"])
    assert within == (line["agrees"] == "yes"), f"{found} against {line['value']}: {line['note']}"


FBB = "pbe_football_beyond_borders_survey"


def fbb(variant):
    """Value per at-risk pupil of a row of the report's table."""
    given = inputs_of(FBB)
    changes = study(
        pairs=int(given["pairs"]),
        improvement=given["gain"],
        low=given["gain_low"],
        high=given["gain_high"],
    )
    found = wellbys(changes, people=1, duration_years=1).iloc[0]
    price = {"4a low WELLBY": given["wellby_low"], "4b high WELLBY": given["wellby_high"]}
    end = {"1a lower end": "_low", "1b upper end": "_high"}.get(variant, "")
    value = found[f"wellbys_per_year{end}"] * price.get(variant, given["wellby"])
    if variant == "3 a second year":
        value *= 1 + 1 / (1 + given["discount_rate"])
    return value


@pytest.mark.parametrize("line", lines(FBB))
def test_football_beyond_borders(line):
    given = inputs_of(FBB)
    value = fbb(line["variant"])
    per_pupil = value * given["at_risk_pupils"] / given["pupils"]
    if line["variant"] == "5 with GCSEs":
        per_pupil += given["gcse_per_pupil"]
    measures = {
        "per_at_risk_pupil": value,
        "per_pupil": per_pupil,
        "total": per_pupil * given["pupils"],
        "ratio": per_pupil / given["cost_per_pupil"],
    }
    agrees(measures[line["measure"]], line)


def test_football_beyond_borders_from_its_survey_points():
    given = inputs_of(FBB)
    changes = study("swemwbs", improvement=given["gain_swemwbs"], pairs=46)
    found = wellbys(changes, people=1, duration_years=1, factor="swemwbs_pbe_fbb_2024").iloc[0]
    # Printed 0.58 (two decimals); 2.4 x 0.24 = 0.576.
    assert found["wellbys"] == pytest.approx(0.58, abs=0.005)
    # 0.576 x 15,253 = 8,786 against 8,771 printed: 2.4 and 0.24 are rounded, and half a unit of
    # each is 0.05 x 0.24 + 2.4 x 0.005 = 0.024 of a point, 366 pounds.
    assert found["wellbys"] * given["wellby"] == pytest.approx(8771, abs=366)


LYR = "lyr_active_row_survey"


@pytest.mark.parametrize("line", lines(LYR))
def test_london_youth_rowing(line):
    given = inputs_of(LYR)
    people = np.mean([given[f"participants_{y}"] for y in ("2017_18", "2018_19", "2019_20")])
    if line["people"] == "rounded":
        people = round(people)
    changes = study(improvement=given["gain"], low=np.nan, high=np.nan)
    found = wellbys(changes, people=people, duration_years=given["years"]).iloc[0]
    measures = {
        "participants": found["people_counted"],
        "wellbys_per_year": found["wellbys_per_year"],
        "value_per_year": found["wellbys_per_year"] * given["wellby"],
        "value": found["wellbys"] * given["wellby"],
        "ratio": found["wellbys"]
        * given["wellby"]
        / (given["funding_tideway"] + given["funding_sport_england"]),
    }
    agrees(measures[line["measure"]], line)


@pytest.mark.parametrize("case", [FBB, LYR])
def test_every_printed_figure_says_where_and_what_contradicts_is_explained(case):
    table = read(case, "expected.csv")
    assert (table["printed_where"] != "").all()
    assert (table.loc[table["agrees"] == "no", "note"] != "").all()
    assert (PUBLISHED / case / "SOURCE.md").is_file()
