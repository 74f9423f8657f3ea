"""Do all engines give one answer? The same records, checked and valued where they lie."""

import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from tests.engines import ENGINES, on_engine

ACTIVITIES = pd.DataFrame(
    {
        "activity_id": ["A-1", "A-2", "A-3"],
        "activity_type": ["training", "community_event", "training"],
        "start_date": ["2023-05-01", "2023-06-01", "2024-06-01"],
        "project": ["Walks", "Kitchen", None],
        "place": ["North", "South", "North"],
    }
)
STATED = ("O-0007", "O-0123")
LINKS = pd.DataFrame(
    {
        "outcome_id": [STATED[0], None, None, None],
        "activity_type": [None, "training", None, None],
        "outcome": [None, None, "told", None],
        "activity_id": [None, None, None, "A-2"],
        "framework": ["sdg", "sdg", "marmot", "marmot"],
        "category": ["3", "8", "A", "C"],
        "share": [1.0, 0.5, 1.0, 0.5],
    }
)
ADJUSTMENTS = pd.DataFrame(
    {
        "project": ["Walks", None],
        "stakeholder_group": [None, "young people"],
        "deadweight": [0.2, np.nan],
        "attribution_to_others": [np.nan, 0.3],
        "drop_off": [0.1, np.nan],
        "reason": ["a survey", "agreed with partners"],
    }
)
BREAKDOWNS = ["imd_decile", "place", "ward"]


def outcomes(records: int = 400) -> pd.DataFrame:
    """Records with nulls in every key that may be null, and NaN beside null."""
    draw = np.random.default_rng(7)

    def some(values: list, missing: float = 0.2) -> np.ndarray:
        chosen = draw.choice(np.array(values, dtype=object), records)
        return np.where(draw.random(records) < missing, None, chosen)

    proxies = ["wb_wellby", "emp_job_year_median_full_time", "health_ae_attendance"]
    quantity = draw.integers(-2, 9, records).astype(float)
    frame = pd.DataFrame(
        {
            "outcome_id": [f"O-{at:04d}" for at in range(records)],
            "activity_id": some(["A-1", "A-2", "A-3"], 0.0),
            "project": some(["Walks", "Own"], 0.5),
            "outcome": some(["told", "counted"]),
            "proxy_id": some(proxies),
            "stakeholder_group": some(["young people", "carers"], 0.0),
            "quantity": np.where(quantity == 0, 1.0, quantity),
            "quantity_high": np.where(draw.random(records) < 0.5, np.nan, 20.0),
            "unit": None,
            "people": np.where(draw.random(records) < 0.5, np.nan, 3.0),
            "date": pd.to_datetime("2022-04-01")
            + pd.to_timedelta(draw.integers(0, 900, records), unit="D"),
            "starts": np.where(draw.random(records) < 0.5, np.nan, -0.0),
            "deadweight": np.where(draw.random(records) < 0.5, np.nan, 0.25),
            "displacement": np.where(draw.random(records) < 0.9, np.nan, 0.1),
            "person_id": some([f"P{at}" for at in range(60)], 0.3),
            "evidence": some(["trial", "estimate"]),
            "imd_decile": np.where(draw.random(records) < 0.2, np.nan, draw.integers(1, 5, records)),
            "ward": some(["Abbey", "Bridge"]),
        }
    )
    return frame


def records_of(frame: object, **more: pd.DataFrame) -> sv.Records:
    return sv.Records(
        outcomes=frame, activities=ACTIVITIES, links=LINKS, adjustments=ADJUSTMENTS, **more
    )


@pytest.fixture(scope="module")
def expected() -> sv.Assessment:
    return sv.assess(records_of(outcomes()), breakdowns=BREAKDOWNS)


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Equal to 1e-9: engines add up in another order."""
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_result(engine, expected):
    result = sv.assess(records_of(on_engine(engine, outcomes())), breakdowns=BREAKDOWNS)
    same(result.totals.to_frame(), expected.totals.to_frame())
    same(result.impact_map, expected.impact_map)
    for key in ("sdg", "marmot", "stakeholder_group", "year", *BREAKDOWNS):
        same(result.by(key), expected.by(key))
    assert result.total_people == expected.total_people
    same(result.findings, expected.findings)
    for pair, counts in expected.in_both.items():
        same(result.in_both[pair], counts)
