"""Which records say the same thing twice? Found where the records lie; only counts come back."""

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
HOUR_UNIT, PAID_WORK_GROUP = "hour", "employment_of_person"
_ALIKE, _SAME = ["outcome", "proxy_id", "first_year", "is_harm"], ["date", "quantity", "same_"]
_TOLD = ["code_", "again_", "again_value_", "beyond_", "beyond_value_"]


def volunteer_hours(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted rows that value the hours that volunteers give, as such or as hours of paid work."""
    hours = (rows["unit"] == VOLUNTEER_UNIT) | (rows["overlap_group"] == VOLUNTEER_GROUP)
    paid = (rows["unit"] == HOUR_UNIT) & (rows["overlap_group"] == PAID_WORK_GROUP)
    named = rows["outcome"].fillna("") + " " + rows["stakeholder_group"].fillna("")
    given = named.str.contains(r"\bvolunt", case=False)
    given &= ~named.str.contains(r"\b(?:paid|jobs?|employ\w*|into work)\b", case=False)
    hours = hours.fillna(False).astype(bool) | (paid.fillna(False) & given).astype(bool)
    return rows[rows["counted"].astype(bool) & hours]


def repeats(placed: Frame, of_several: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """Records of the same person, outcome, proxy and year that repeat one another.

    Repeats are records of one person, outcome, proxy, day and quantity; of values for a use
    (an hour, a meal) the activity must be the same as well. Where nobody is named they are records
    of one row, day, quantity and activity, looked for in rows of few records. A person
    who adds up to more than one person in a year is counted in ``beyond``.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    of_several : narwhals frame
        Those of people with several records of a kind, and perhaps of others.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        One row for each outcome, proxy and year with something to say: row_ids (list), named,
        records (behind it), repeats [records], repeats_value [money], beyond [people],
        beyond_value [money].
    """
    asked = _asked(rows[rows["counted"].astype(bool)])
    few = asked[asked["few_"] == 1]
    behind = rows.set_index("row_id")["records"]
    of_code = asked.groupby("code_")["row_id"].agg(list)
    lines = []
    if len(asked) and "person_id" in placed.collect_schema():
        told = fetch(_of_people(of_several, asked.drop(columns="few_"))).sort_values("code_")
        lines += [
            (of_code[each[0]], True, *each[1:]) for each in told[_TOLD].itertuples(index=False)
        ]
    if len(few):
        told = fetch(_of_nobody(placed, few[["row_id", "worth_"]])).sort_values("row_id")
        lines += [([row], False, *each, 0.0, 0.0) for row, *each in told.itertuples(index=False)]
    found = pd.DataFrame(lines, columns=[name for name in COLUMNS if name != "records"])
    return found.assign(records=[int(behind[ids].sum()) for ids in found["row_ids"]])[[*COLUMNS]]


def without_repeats(of_several: Frame, rows: pd.DataFrame, found: pd.DataFrame) -> Frame:
    """Records of people who are named, of those that repeat one another only one.

    What `recorded_twice` charges is so charged by no rule on two values or two projects again.

    Parameters
    ----------
    of_several : narwhals frame
        The records with the ``row_id`` of their row, of people with several records of a kind.
    rows : DataFrame
        All rows of the valued map.
    found : DataFrame
        From `repeats`. Where no record of anybody named repeats another, nothing is asked.

    Returns
    -------
    narwhals frame
        row_id, person_id and quantity of the records; a repeat stands in the first of its rows.
    """
    if not (found["named"].astype(bool) & (found["repeats"] > 0)).any():
        return of_several
    counted = rows[rows["counted"].astype(bool)]
    codes = counted.groupby(_ALIKE, dropna=False, sort=False).ngroup()
    small = (
        counted[["row_id"]]
        .astype("int64")
        .assign(
            code_=codes.astype("int64"), once_=(counted["value_covers"] == "once").astype("int64")
        )
    )
    lines = beside(of_several.filter(~nw.col("person_id").is_null()), small)
    first = lines.with_columns(_same(of_several)).group_by(["code_", "person_id", *_SAME])
    return first.agg(nw.col("row_id").min()).select("row_id", "person_id", "quantity")


def rows_of_repeats(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the map in which `repeats` looks for people: row_id and ``kind_``, a number."""
    asked = _asked(rows[rows["counted"].astype(bool)])
    return asked[["row_id"]].assign(kind_=asked["code_"])


def _asked(rows: pd.DataFrame) -> pd.DataFrame:
    """What a record needs to know of its row, as numbers."""
    # What is recorded once repeats nothing.
    rows = rows[rows.groupby(_ALIKE, dropna=False)["records"].transform("sum") > 1]
    yearly = rows["value_covers"].isin(["year", "duration"]) & (rows["present_value"] > 0)
    return pd.DataFrame(
        {
            "row_id": rows["row_id"].astype("int64"),
            "code_": rows.groupby(_ALIKE, dropna=False, sort=False).ngroup().astype("int64"),
            "worth_": worth_of_a_unit(rows),
            "whole_": (rows["unit"].isin(PERSON_UNITS) & yearly).astype("int64"),
            "once_": (rows["value_covers"] == "once").astype("int64"),
            "few_": rows["records"].between(2, FEW_RECORDS).astype("int64"),
        }
    )


def _activity(placed: Frame) -> nw.Expr:
    known = "activity_id" in placed.collect_schema()
    return nw.col("activity_id").fill_null("") if known else nw.lit("")


def _same(placed: Frame) -> nw.Expr:
    """The activity of a record where it tells uses apart: of values for a use alone."""
    activity = _activity(placed)
    return nw.when(nw.col("once_") == 1).then(activity).otherwise(nw.lit("")).alias("same_")


def _of_people(placed: Frame, asked: pd.DataFrame) -> Frame:
    """Repeats of people who are named, and what is beyond one of them, by outcome and year."""
    known = placed.filter(~nw.col("person_id").is_null())
    marked = beside(known, asked)
    # Most people have one record of a kind: only those with more are looked at closely.
    whose = ["code_", "person_id"]
    several = marked.group_by(whose).agg(nw.len().alias("n_")).filter(nw.col("n_") > 1)
    marked = marked.join(several.select(*whose), on=whose, how="semi")  # type: ignore[arg-type]
    alike = marked.with_columns(_same(placed)).group_by([*whose, *_SAME])
    told = alike.agg(nw.len().alias("n_"), nw.col("worth_", "whole_").max())
    again = _again(told).with_columns(
        nw.col("quantity").alias("left_"), nw.col("quantity").alias("largest_")
    )
    people = again.group_by(whose).agg(
        nw.col("again_", "again_value_", "left_").sum(),
        nw.col("worth_", "whole_", "largest_").max(),
    )
    # A record of several people names one of them: then it is no count of that one.
    more = (nw.col("whole_") == 1) & (nw.col("largest_") <= 1) & (nw.col("left_") > 1 + ROUNDING)
    beyond = (nw.col("left_") - 1.0) * nw.col("worth_")
    people = people.with_columns(
        nw.when(more).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias("beyond_"),
        nw.when(more).then(beyond).otherwise(nw.lit(0.0)).alias("beyond_value_"),
    )
    people = people.filter((nw.col("again_") > 0) | (nw.col("beyond_") > 0))
    return people.group_by("code_").agg(nw.col(*_TOLD[1:]).sum())


def _of_nobody(placed: Frame, few: pd.DataFrame) -> Frame:
    """Repeats among the records of each row that name nobody."""
    if "person_id" in placed.collect_schema():
        placed = placed.filter(nw.col("person_id").is_null())
    marked = beside(placed.with_columns(_activity(placed).alias("same_")), few)
    alike = marked.group_by(["row_id", *_SAME])
    again = _again(alike.agg(nw.len().alias("n_"), nw.col("worth_").max()))
    rows = again.group_by("row_id").agg(nw.col("again_", "again_value_").sum())
    return rows.filter(nw.col("again_") > 0).select("row_id", "again_", "again_value_")


def _again(alike: Frame) -> Frame:
    """Records beyond the first of those that are alike, and what they are worth."""
    again = nw.col("n_").cast(nw.Float64) - 1.0
    return alike.with_columns(
        again.alias("again_"),
        (again * nw.col("quantity") * nw.col("worth_")).alias("again_value_"),
    )


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
