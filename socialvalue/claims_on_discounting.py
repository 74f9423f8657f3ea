"""What would an assessor challenge in the discounting: from which year, and at which rate?"""

from collections.abc import Iterator
from math import inf

import numpy as np
import pandas as pd

from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.findings import Claim, by_stake, finding
from socialvalue.prices import Schedule, discount_factors, schedules
from socialvalue.tables import lookup

LEAST_RATE = 0.005
"""Yearly rate below which value is as good as not discounted: every schedule that the Green Book
has stays above it on average for 125 years, those for health without time preference too. [share
per year]"""
PENNY = 0.005
"""Less than half a penny is rounding. [money]"""


def base_year_after_outcomes(claim: Claim) -> Iterator[dict]:
    """A base year after the first year with value: the years before it are not discounted."""
    lines = _counted(claim)
    early = lines[lines["t"] < 0]
    if early.empty:
        return
    # The base year that would have been taken, had none been stated.
    first = int(min(lines["t"].min(), claim.inputs["t"].min() if len(claim.inputs) else 0))
    stake = _less(lines, lines["t"] - first, schedules(claim.assumptions), claim.assumptions)
    if stake < PENNY:
        return
    rows = claim.counted[claim.counted["row_id"].isin(early["row_id"])]
    yield {
        **finding(
            "base_year_after_outcomes",
            by_stake(claim, stake, "low"),
            f"The base year {claim.assumptions.base_year} lies after years with value: those "
            "before it are not discounted.",
            rows,
            why="A base year put later discounts less, down to nothing, at the same rate.",
            what_to_do="Leave base_year out: it is then the first year with inputs or outcomes. "
            "Where an evaluation looks back on purpose, accept this finding and say so.",
        ),
        "value_at_stake": stake,
    }


def next_to_no_discounting(claim: Claim) -> Iterator[dict]:
    """Value of years after the base year that is discounted at a rate of next to nothing."""
    lines = _counted(claim)
    lines = lines[(lines["t"] > 0) & (lines["net_value"] != 0)]
    factor = lines["present_value"] / lines["net_value"]
    lines = lines[factor > (1 + LEAST_RATE) ** -lines["t"].astype(float)]
    usual = Assumptions()
    stake = _less(lines, lines["t"], schedules(usual), usual)
    if stake < PENNY:
        return
    rows = claim.counted[claim.counted["row_id"].isin(lines["row_id"])]
    yield {
        **finding(
            "next_to_no_discounting",
            by_stake(claim, stake, "low"),
            f"Value of years after {claim.assumptions.base_year} is discounted at less than "
            f"{LEAST_RATE:.1%} a year.",
            rows,
            why="Lasting outcomes are then worth more here than in any appraisal by the Green "
            "Book, which discounts what comes later.",
            what_to_do='Use discount_rate = "green-book", or the rate that your reader uses; where '
            "none is right, accept this finding and say why.",
        ),
        "value_at_stake": stake,
    }


def _counted(claim: Claim) -> pd.DataFrame:
    """Value by year of counted rows, with their class of discounting."""
    lines = claim.values[claim.values["row_id"].isin(claim.counted["row_id"])]
    classes = claim.counted[["row_id", "discount_class"]]
    return lookup(lines, classes, "row_id", "rows of the impact map")


def _less(
    lines: pd.DataFrame,
    times: pd.Series,
    used: tuple[Schedule, Schedule],
    assumptions: Assumptions,
) -> float:
    """How much less lines come to, in size, at other times from a base year and other rates."""
    offset = TIMING_OFFSET[assumptions.timing]
    health = (lines["discount_class"] == "health").to_numpy(bool)
    standard, of_health = (
        discount_factors(_for_ever(each), times.astype(int).tolist(), offset) for each in used
    )
    value = lines["net_value"] * np.where(health, of_health, standard)
    return float((lines["present_value"].abs() - value.abs()).sum())


def _for_ever(schedule: Schedule) -> Schedule:
    """A schedule whose last rate goes on, for years that it was never asked about."""
    bands = sorted(schedule.bands)
    return Schedule(schedule.name, (*bands[:-1], (bands[-1][0], inf, bands[-1][2])))
