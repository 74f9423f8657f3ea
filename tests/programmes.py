"""Whole programmes, assessed once for all the tests of a process that read them."""

from functools import cache
from pathlib import Path

import pandas as pd

import socialvalue as sv

WORKED = Path(__file__).parent / "published" / "worked_example"


@cache
def network():
    """The synthetic network, with two breakdowns."""
    return sv.assess(sv.datasets.load_network(), breakdowns=["imd_decile", "age_band"])


@cache
def network_published():
    return network().for_output()


@cache
def worked_example():
    """The programme that docs/explanation/worked_example.md works by hand."""
    return worked_example_of(sv.read_records(WORKED))


def worked_example_of(records):
    """The worked example's settings and values, with other records."""
    settings = sv.Assumptions(price_year="2024-25", base_year="2024-25")
    return sv.assess(records, WORKED / "proxies", settings)


IMPORTANCE = pd.DataFrame(
    [("Keeps active", 8), ("Hurt on a walk", 10), ("Makes new friends", 5)],
    columns=["outcome", "importance"],
)
ACTIVITIES = pd.DataFrame(
    {
        "activity_id": ["open", "close"],
        "activity_type": "training",
        "start_date": ["2024-05-01", "2025-05-01"],
        "project": "Walks",
    }
)
# Changes 1, 1, 1, 2, 0 and 1 in six people, and one who was not asked again.
ANSWERS = ((5, 6), (4, 5), (6, 7), (5, 7), (5, 5), (5, 6), (3, None))
WAVES = (("before", "open", "2024-05-01"), ("after", "close", "2025-05-01"))
SURVEYS = pd.DataFrame(
    {
        "person_id": f"p{number}",
        "activity_id": activity,
        "instrument": "ons4_life_satisfaction",
        "wave": wave,
        "date": date,
        "score": answers[place],
    }
    for number, answers in enumerate(ANSWERS)
    for place, (wave, activity, date) in enumerate(WAVES)
)


@cache
def all_parts():
    """The worked example with importance, surveys, other conventions, and by outcome."""
    records = sv.read_records(WORKED).tables
    outcomes = records["outcomes"].assign(activity_id="open")
    tables = {**records, "outcomes": outcomes, "activities": ACTIVITIES}
    asked = sv.Records(**tables, importance=IMPORTANCE, surveys=SURVEYS)
    settings = sv.Assumptions(price_year="2024-25", base_year="2024-25")
    chosen = {"breakdowns": ["outcome", "project", "outcome"], "conventions": True}
    return sv.assess(asked, WORKED / "proxies", settings, **chosen)


@cache
def diabetes():
    """A published analysis in which no value has a range."""
    case = sv.datasets.diabetes_path()
    settings = sv.Assumptions.from_toml(case.parent / "assumptions.toml")
    return sv.assess(sv.read_records(case), case.parent / "proxies", settings)
