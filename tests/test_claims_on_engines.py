"""Does the claims audit ask every engine the same, and get the same answers?"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from engines import QUICK_ENGINES, on_engine

import socialvalue as sv
from socialvalue import provenance

BASE = {
    "outcome": "Less lonely",
    "proxy_id": "lonely_chronic_loneliness_year",
    "stakeholder_group": "all",
    "activity_id": "a1",
    "project": "Walks",
    "quantity": 1.0,
    "date": "2024-05-01",
    "duration_years": 2.0,
    "sample_size": 20.0,
    "deadweight": 0.2,
}
HOURS = {"outcome": "Hours", "duration_years": np.nan, "quantity": 4.0, "person_id": None}
WORK = {"outcome": "Work", "quantity": 0.5, "duration_years": 1.0}
TODAY = date(2025, 6, 1)
LIFETIME = "edu_english_maths_course_npv"
DAYS = ("2025-05-01", "2025-06-01", "2025-06-02")
CHANGES = [
    *[{"person_id": f"p{i}"} for i in range(8)],
    # The same again; once more in the year; and in another project.
    {"person_id": "p1"},
    {"person_id": "p2", "date": "2024-07-01"},
    {"person_id": "p3", "date": "2024-08-01", "project": "Choir"},
    # A second value of wellbeing for two of them.
    *[{"person_id": f"p{i}", "proxy_id": "wb_wellby", "outcome": "Calmer"} for i in (6, 7, 8)],
    *[{**HOURS, "proxy_id": "vol_hour_professional"} for _ in range(3)],
    {**HOURS, "proxy_id": "vol_hour_median_wage"},
    # An hourly and a yearly value of one person's work; two yearly ones of nobody named.
    {**WORK, "person_id": "p1", "proxy_id": "emp_job_year_median_full_time"},
    {**WORK, "person_id": "p1", "proxy_id": "emp_hour_median_all", "duration_years": np.nan},
    {**WORK, "person_id": None, "proxy_id": "emp_disabled_full_time_societal"},
    {**WORK, "person_id": None, "proxy_id": "emp_disabled_part_time_societal"},
    # A year of work, and a lifetime of it recorded the year before.
    {**WORK, "person_id": "p4", "proxy_id": "emp_job_year_median_full_time", "date": "2025-04-02"},
    {**WORK, "person_id": "p4", "proxy_id": LIFETIME, "duration_years": np.nan},
    # One of them, of three, after the day of the assessment, in the year that it lies in.
    *[{"person_id": "p9", "date": day, "outcome": "Safer"} for day in DAYS],
]
EXPECTED = {
    "recorded_twice",
    "more_than_one_person_can",
    "claimed_by_two_projects",
    "two_wellbeing_values",
    "lifetime_with_yearly",
    "overlapping_values",
    "volunteer_hour_paid_twice",
    "shares_beyond_whole",
    "small_sample",
    "not_yet_happened",
}


@pytest.fixture(scope="module", autouse=True)
def on_a_fixed_day():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "today", lambda: TODAY)
        yield


def outcomes() -> pd.DataFrame:
    table = pd.DataFrame([{**BASE, **change} for change in CHANGES])
    ids = [f"o{i}" for i in range(len(table))]
    return table.assign(outcome_id=ids, date=pd.to_datetime(table["date"]))


def findings(frame: object) -> pd.DataFrame:
    activities = pd.DataFrame(
        {"activity_id": ["a1"], "activity_type": "training", "start_date": "2024-05-01"}
    )
    claims = pd.DataFrame({"activity_id": ["a1"], "partner": ["Library"], "share": [0.3]})
    records = sv.Records(outcomes=frame, activities=activities, partner_claims=claims)
    return sv.assess(records, progress=False).findings


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return findings(outcomes())


def test_the_records_are_a_case_of_every_rule_that_asks_them(expected):
    assert set(expected["rule"]) >= EXPECTED


@pytest.mark.parametrize("engine", QUICK_ENGINES)
def test_every_engine_gives_the_same_findings(engine, expected):
    found = findings(on_engine(engine, outcomes()))
    # To 1e-9: engines add up in another order.
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9, atol=1e-9)
