"""Which records say the same thing twice? Found where the records lie; only counts come back."""

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, fetch
from socialvalue.records_behind import beside, worth_of_a_unit

PERSON_UNITS = (
    "person",
    "participant",
    "claimant",
    "volunteer",
    "pupil",
    "learner",
    "child",
    "victim",
    "patient",
    "prisoner",
    "service_user",
    "job",
)
"""Units of which one person is at most one in a year. Years of persons, WELLBYs and QALYs are not
among them: their quantity may hold several years."""
FEW_RECORDS = 12
"""Rows of at most so many records are looked through for repeats where nobody is named: a value map
has one record, or one a month, of each kind, and a log of sessions has hundreds that look alike."""
ROUNDING = 1e-9
"""Thirds of a year add up to a year and some 1e-16, which is rounding."""
COLUMNS = ("row_ids", "named", "records", "repeats", "repeats_value", "beyond", "beyond_value")
VOLUNTEER_UNIT, VOLUNTEER_GROUP = "volunteer_hour", "volunteer_time"
_EMPTY = pd.DataFrame(columns=list(COLUMNS))


def volunteer_hours(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted rows that value the hours that volunteers give."""
    hours = (rows["unit"] == VOLUNTEER_UNIT) | (rows["overlap_group"] == VOLUNTEER_GROUP)
    return rows[rows["counted"].astype(bool) & hours.fillna(False).astype(bool)]


def repeats(placed: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """Records of the same person, outcome, proxy and year that repeat one another.

    Repeats are records of one person, outcome, proxy, day and quantity; of values for a use
    (an hour, a meal) the activity must be the same as well. Where nobody is named they are records
    of one row, day, quantity and activity, looked for in rows of few records. A person
    who adds up to more than one person in a year is counted in ``beyond``.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        One row for each outcome, proxy and year with something to say: row_ids (list), named,
        records (behind it), repeats [records], repeats_value [money], beyond [people],
        beyond_value [money].
    """
    there = placed.collect_schema().names()
    asked = _asked(rows[rows["counted"].astype(bool)])
    if "person_id" not in there:
        asked = asked[asked["few_"] == 1]
    if asked.empty:
        return _EMPTY
    marked = _marked(beside(placed, asked), there)
    # Most people have one record of a kind: only those with more are looked at closely.
    whose = ["code_", "place_", "person_"]
    several = marked.group_by(whose).agg(nw.len().alias("n_")).filter(nw.col("n_") > 1)
    marked = marked.join(several.select(*whose), on=whose, how="semi")  # type: ignore[arg-type]
    alike = marked.group_by([*whose, "date", "quantity", "same_"]).agg(
        nw.len().alias("n_"), nw.col("worth_", "whole_").max()
    )
    found = fetch(_of_people(alike))
    return _with_rows(found, asked, rows)


def _asked(rows: pd.DataFrame) -> pd.DataFrame:
    """What a record needs to know of its row, as numbers."""
    keys = ["outcome", "proxy_id", "first_year", "is_harm"]
    # What is recorded once repeats nothing.
    rows = rows[rows.groupby(keys, dropna=False)["records"].transform("sum") > 1]
    yearly = rows["value_covers"].isin(["year", "duration"]) & (rows["present_value"] > 0)
    return pd.DataFrame(
        {
            "row_id": rows["row_id"].astype("int64"),
            "code_": rows.groupby(keys, dropna=False, sort=False).ngroup().astype("int64"),
            "worth_": worth_of_a_unit(rows),
            "whole_": (rows["unit"].isin(PERSON_UNITS) & yearly).astype("int64"),
            "once_": (rows["value_covers"] == "once").astype("int64"),
            "few_": rows["records"].between(2, FEW_RECORDS).astype("int64"),
        }
    )


def _marked(placed: Frame, there: list[str]) -> Frame:
    """Records with whom they name, and what else must be the same for two to be one."""
    nobody = nw.lit("")
    person = nw.col("person_id").fill_null("") if "person_id" in there else nobody
    activity = nw.col("activity_id").fill_null("") if "activity_id" in there else nobody
    placed = placed.with_columns(person.alias("person_"), activity.alias("activity_"))
    unnamed = nw.col("person_") == ""
    placed = placed.filter(~unnamed | (nw.col("few_") == 1))
    strict = unnamed | (nw.col("once_") == 1)
    return placed.with_columns(
        nw.when(strict).then(nw.col("activity_")).otherwise(nobody).alias("same_"),
        nw.when(unnamed).then(nw.col("row_id")).otherwise(nw.lit(0)).alias("place_"),
    )


def _of_people(alike: Frame) -> Any:
    """Repeats, and what is beyond a person's most, added up by outcome, proxy and year."""
    n, again = nw.col("n_").cast(nw.Float64), nw.col("again_")
    alike = alike.with_columns(n.alias("n_"), (n - 1.0).alias("again_")).with_columns(
        (again * nw.col("quantity") * nw.col("worth_")).alias("again_value_"),
        nw.col("quantity").alias("left_"),
        nw.col("quantity").alias("largest_"),
    )
    people = alike.group_by(["code_", "place_", "person_"]).agg(
        nw.col("again_", "again_value_", "left_").sum(),
        nw.col("worth_", "whole_", "largest_").max(),
    )
    # A record of several people names one of them: then it is no count of that one.
    counts = (nw.col("person_") != "") & (nw.col("whole_") == 1) & (nw.col("largest_") <= 1)
    more = counts & (nw.col("left_") > 1 + ROUNDING)
    people = people.with_columns(
        nw.when(more).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias("beyond_"),
        nw.when(more)
        .then((nw.col("left_") - 1.0) * nw.col("worth_"))
        .otherwise(nw.lit(0.0))
        .alias("beyond_value_"),
        nw.when(nw.col("person_") != "").then(nw.lit(1)).otherwise(nw.lit(0)).alias("named_"),
    )
    people = people.filter((nw.col("again_") > 0) | (nw.col("beyond_") > 0))
    sums = ("again_", "again_value_", "beyond_", "beyond_value_")
    return people.group_by(["code_", "place_", "named_"]).agg(nw.col(*sums).sum())


def _with_rows(found: pd.DataFrame, asked: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    behind = rows.set_index("row_id")["records"]
    of_code = asked.groupby("code_")["row_id"].agg(list)
    lines = []
    for each in found.sort_values(["code_", "place_"]).itertuples():
        ids = [int(each.place_)] if each.place_ else of_code[each.code_]
        told = (each.again_, each.again_value_, each.beyond_, each.beyond_value_)
        lines.append((ids, bool(each.named_), int(behind[ids].sum()), *map(float, told)))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def hours_valued_twice(placed: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """Hours of volunteers that two proxies value at one activity.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        activities (how many), value [money]: of each activity all but the proxy with most value;
        one row where there are any, none otherwise.
    """
    hours = volunteer_hours(rows)
    there = placed.collect_schema().names()
    if hours["proxy_id"].nunique() < 2 or "activity_id" not in there:
        return pd.DataFrame(columns=["activities", "value"])
    asked = pd.DataFrame(
        {
            "row_id": hours["row_id"].astype("int64"),
            "side_": pd.factorize(hours["proxy_id"])[0].astype("int64"),
            "worth_": worth_of_a_unit(hours),
        }
    )
    placed = beside(placed.filter(~nw.col("activity_id").is_null()), asked)
    placed = placed.with_columns((nw.col("quantity") * nw.col("worth_")).alias("value_"))
    sides = placed.group_by(["activity_id", "side_"]).agg(nw.col("value_").sum())
    found = sides.group_by("activity_id").agg(
        nw.len().alias("sides_"),
        nw.col("value_").sum(),
        nw.col("value_").max().alias("best_"),
    )
    twice = found.filter(nw.col("sides_") > 1).with_columns(
        (nw.col("value_") - nw.col("best_")).alias("value_"), nw.lit(0).alias("all_")
    )
    told = fetch(twice.group_by("all_").agg(nw.len().alias("activities"), nw.col("value_").sum()))
    return told.rename(columns={"value_": "value"})[["activities", "value"]]
