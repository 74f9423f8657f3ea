"""How many distinct people are behind each figure? Counted, never added up."""

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.valuation import ValuedMap

SMALL_ROW = 50
"""Rows with fewer people are kept with who is in them, so that small groups can be merged."""
_COUNTED_BY = ("project", "stakeholder_group", "outcome")


def with_row_people(valued: ValuedMap, placed: Any) -> ValuedMap:
    """The map with the distinct people behind each row; null where none are recorded."""
    counts = impact_map.count_people(placed, ["row_key"]).set_index("row_key")["people"]
    rows = valued.rows.assign(people=valued.rows["row_key"].map(counts).astype(float))
    return ValuedMap(rows, valued.values)


def people_behind(
    valued: ValuedMap, placed: Any, allocation: pd.DataFrame, breakdowns: list[str]
) -> tuple[dict[str, pd.DataFrame], float]:
    """Distinct people behind the counted rows: in total, by key and by category."""
    counted = valued.rows[valued.rows["counted"]]
    behind = placed.filter(nw.col("row_key").is_in(counted["row_key"].tolist()))
    total = impact_map.count_people(behind, [])
    keys = [*_COUNTED_BY, *breakdowns]
    people = {key: impact_map.count_people(behind, [key]) for key in keys}
    return _with_goals(people, behind, counted, allocation), _total(total)


def people_in_both(
    placed: Any, valued: ValuedMap, breakdowns: list[str]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Distinct people in each pair of a breakdown's category and another split's.

    Needed to see which categories lie inside one another, so that no difference of two published
    figures shows few people.
    """
    counted = valued.rows[valued.rows["counted"]]
    behind = placed.filter(nw.col("row_key").is_in(counted["row_key"].tolist()))
    others = [*_COUNTED_BY, "first_year", *breakdowns]
    return {
        (name, other): impact_map.count_people(behind, [name, other])
        for name in breakdowns
        for other in others
        if other != name
    }


def _total(counts: pd.DataFrame) -> float:
    return float(counts["people"].iloc[0]) if len(counts) else float("nan")


def _with_goals(
    people: dict[str, pd.DataFrame], behind: Any, counted: pd.DataFrame, allocation: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    lines = behind.select("row_key", "person_id", "people").to_native()
    for framework, shares in allocation[allocation["share"] > 0].groupby("framework"):
        rows = counted[["row_id", "row_key"]].merge(shares, on="row_id")
        of_category = nw.from_native(lines.merge(rows[["row_key", "category"]], on="row_key"))
        counts = impact_map.count_people(of_category, ["category"])
        people[str(framework)] = counts.rename(columns={"category": str(framework)})
    return people


def small_rows(valued: ValuedMap, placed: Any) -> pd.DataFrame:
    """Who is behind each small row: row_id and a code for each person."""
    few = valued.rows[valued.rows["people"] < SMALL_ROW]
    pairs = impact_map.people_of_small_rows(placed, few["row_key"].tolist())
    return pairs.merge(few[["row_key", "row_id"]], on="row_key")[["row_id", "person"]]
