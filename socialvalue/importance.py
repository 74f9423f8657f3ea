"""What mattered most to people, without money? Outcomes weighted by their relative importance.

For those who refuse to price: stakeholders say how much each change matters, from 0 to 10, and the
same deadweight, displacement, attribution and drop-off are taken off. Points are not money, are not
discounted, and have no ratio: they compare outcomes of one programme with each other.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.summary import check_keys, with_rest
from socialvalue.tables import split
from socialvalue.value_by_year import lasting, year_grid

if TYPE_CHECKING:
    from socialvalue.results import Result

HIGHEST = 10
COLUMNS = (
    "row_id",
    "project",
    "stakeholder_group",
    "outcome",
    "unit",
    "quantity",
    "quantity_left",
    "quantity_over_years",
    "importance",
    "points",
    "share_of_points",
    "reason_missing",
)


def weigh(rows: pd.DataFrame, importance: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Weight each row of the impact map by what the outcome matters to those it happens to.

    points = quantity left over the years x importance, where the quantity left is after
    deadweight, displacement and attribution to others, and each further year of the outcome has
    its drop-off taken.

    Parameters
    ----------
    rows : DataFrame
        All rows of a valued map, priced or not, with settled adjustments.
    importance : DataFrame
        stakeholder_group (blank: all groups), outcome, importance (0 to 10).
    assumptions : Assumptions
        With ``base_year`` set; for part-years, drop-off and horizon.

    Returns
    -------
    DataFrame
        row_id, project, stakeholder_group, outcome, unit, quantity, quantity_left [units],
        quantity_over_years [unit-years], importance, points, share_of_points (of all, in size),
        reason_missing.

    References
    ----------
    Social Value UK, Value Map: the sheet without money, which weights outcomes by their relative
    importance to stakeholders and has no discounting and no ratio.
    """
    table = rows[["row_id", "project", "stakeholder_group", "outcome", "unit", "quantity"]].copy()
    table["quantity_left"] = rows["quantity_after_attribution"]
    table["quantity_over_years"] = rows["row_id"].map(_over_years(rows, assumptions))
    table["importance"] = _of_rows(rows, importance)
    table["points"] = table["quantity_over_years"] * table["importance"]
    whole = table["points"].abs().sum()
    table["share_of_points"] = table["points"].abs() / whole if whole > 0 else np.nan
    table["reason_missing"] = None
    table.loc[table["importance"].isna(), "reason_missing"] = "its importance is stated nowhere"
    merged = rows["merged"].to_numpy(bool) & table["importance"].isna().to_numpy(bool)
    table.loc[table["quantity_over_years"].isna() | merged, "reason_missing"] = (
        "too few people to show"
    )
    return table[list(COLUMNS)].reset_index(drop=True)


def _over_years(rows: pd.DataFrame, assumptions: Assumptions) -> pd.Series:
    """Quantity left in each row, added up over the years the outcome lasts [unit-years]."""
    timed = rows["duration_years"].notna() & rows["quantity"].notna()
    # How a proxy happens to be priced says nothing of how long a change lasts.
    grid = year_grid(rows[timed].assign(value_covers="year"), assumptions)
    weight, kept = lasting(grid, assumptions)
    left = grid["quantity_after_attribution"] * weight * kept
    # An outcome all of whose years lie past the horizon comes to nothing, which is known.
    sums = left.groupby(grid["row_id"]).sum().reindex(rows.loc[timed, "row_id"]).fillna(0.0)
    return sums


def _of_rows(rows: pd.DataFrame, importance: pd.DataFrame) -> pd.Series:
    """Importance of each row: what its own group says, else what is said for all groups."""
    own = importance[importance["stakeholder_group"].notna()]
    by_group = own.set_index(["stakeholder_group", "outcome"])["importance"]
    for_all = importance[importance["stakeholder_group"].isna()].set_index("outcome")["importance"]
    asked = pd.MultiIndex.from_frame(rows[["stakeholder_group", "outcome"]])
    said = pd.Series(by_group.reindex(asked).to_numpy(float), index=rows.index)
    return said.fillna(rows["outcome"].map(for_all).astype(float))


def weighed_by(table: pd.DataFrame, allocation: pd.DataFrame, framework: str) -> pd.DataFrame:
    """Points for each category of a framework, what is left over being unallocated.

    Parameters
    ----------
    table : DataFrame
        From `weigh`.
    allocation : DataFrame
        row_id, framework, category, share.
    framework : str

    Returns
    -------
    DataFrame
        The framework's column, points, share_of_points. The parts add up to the whole.
    """
    known = table[table["points"].notna()]
    shares = allocation[allocation["framework"] == framework]
    parts = split(
        known[["row_id", "points", "share_of_points"]],
        with_rest(known["row_id"], shares),
        "row_id",
        ["points", "share_of_points"],
    )
    sums = parts.groupby("category")[["points", "share_of_points"]].sum().reset_index()
    return sums.rename(columns={"category": framework})


def weighted(result: "Result") -> pd.DataFrame:
    """Outcomes weighted by their importance to people, in points and without money.

    Returns
    -------
    DataFrame
        As `socialvalue.importance.weigh` says, a row for each row of the impact map.
    """
    return weigh(result.valued.rows, result.importance, result.assumptions)


def weighted_by(result: "Result", framework: str) -> pd.DataFrame:
    """Points for each category of a framework: its code, points and share_of_points.

    Raises
    ------
    SettingsError
        If the result has no such framework.
    """
    check_keys([framework], list(result.frameworks), [])
    return weighed_by(result.weighted(), result.allocation, framework)
