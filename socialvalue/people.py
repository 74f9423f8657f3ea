"""How many distinct people are behind each figure? Counted, never added up."""

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.engines import Frame, carry
from socialvalue.joined_columns import whole_numbers
from socialvalue.valuation import ValuedMap

SMALL_ROW = 50
"""Rows with fewer people are kept with who is in them, so that small groups can be merged."""
_COUNTED_BY = ("project", "stakeholder_group", "outcome")


def with_row_people(valued: ValuedMap, placed: Frame) -> ValuedMap:
    """The map with the distinct people behind each row; null where none are recorded."""
    counts = impact_map.count_people(placed, ["row_id"]).set_index("row_id")["people"]
    rows = valued.rows.assign(people=valued.rows["row_id"].map(counts).astype(float))
    return ValuedMap(rows, valued.values)


def people_behind(
    valued: ValuedMap, placed: Frame, allocation: pd.DataFrame, breakdowns: list[str]
) -> tuple[dict[str, pd.DataFrame], float]:
    """Distinct people behind the counted rows: in total, by key and by category."""
    counted = valued.rows[valued.rows["counted"]]
    behind = _of_rows(placed, counted)
    total = impact_map.count_people(behind, [])
    people = {key: _by(behind, [key]) for key in (*_COUNTED_BY, *breakdowns)}
    return _with_goals(people, behind, counted, allocation), _total(total)


def people_in_both(
    placed: Frame, valued: ValuedMap, breakdowns: list[str]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Distinct people in each pair of a breakdown's category and another split's.

    Needed to see which categories lie inside one another, so that no difference of two published
    figures shows few people.
    """
    counted = valued.rows[valued.rows["counted"]]
    behind = _of_rows(placed, counted)
    others = [*_COUNTED_BY, "first_year", *breakdowns]
    return {
        (name, other): _by(behind, [name, other])
        for name in breakdowns
        for other in others
        if other != name
    }


def _of_rows(placed: Frame, rows: pd.DataFrame) -> Frame:
    ids = carry(pd.DataFrame({"row_id": rows["row_id"].to_numpy("int64")}), placed)
    return placed.join(ids, on="row_id", how="inner")  # type: ignore[arg-type]


def _by(behind: Frame, keys: list[str]) -> pd.DataFrame:
    """People by columns of the records; a column without a value anywhere is one blank category."""
    there = behind.collect_schema()
    missing = [nw.lit(None, dtype=nw.String).alias(key) for key in keys if key not in there]
    behind = behind.with_columns(*missing) if missing else behind
    counts = impact_map.count_people(behind, keys)
    return counts.assign(**{key: whole_numbers(counts[key]) for key in keys})


def _total(counts: pd.DataFrame) -> float:
    return float(counts["people"].iloc[0]) if len(counts) else float("nan")


def _with_goals(
    people: dict[str, pd.DataFrame],
    behind: Frame,
    counted: pd.DataFrame,
    allocation: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    for framework, shares in allocation[allocation["share"] > 0].groupby("framework"):
        rows = shares.loc[shares["row_id"].isin(counted["row_id"]), ["row_id", "category"]]
        of_category = behind.join(carry(rows, behind), on="row_id", how="inner")  # type: ignore[arg-type]
        counts = impact_map.count_people(of_category, ["category"])
        people[str(framework)] = counts.rename(columns={"category": str(framework)})
    return people


def small_rows(valued: ValuedMap, placed: Frame) -> pd.DataFrame:
    """Who is behind each small row: row_id and a code for each person."""
    few = valued.rows[valued.rows["people"] < SMALL_ROW]
    return impact_map.people_of_rows(placed, few["row_id"].tolist())
