"""What stands behind the rows of the map? Records beside their row, activities and samples."""

from datetime import date

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, carry, fetch

FEW_ANSWERS = 30
"""Fewer pairs or people asked than this are few: below it the interval of a mean rests on the
normal shape of what was measured (the common rule of 25 or 30, as in Hogg and Tanis, Probability
and Statistical Inference)."""
COLUMNS = ("date", "quantity", "activity_id", "sample_size")
"""Columns of the records that questions to them take, beside who and where."""


def beside(placed: Frame, small: pd.DataFrame) -> Frame:
    """Records with columns of their row of the map; those of other rows are left out.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    small : DataFrame
        ``row_id`` and numbers. A row may stand there more than once.
    """
    return placed.join(carry(small, placed), on="row_id", how="inner")  # type: ignore[arg-type]


def worth_of_named(placed: Frame, small: pd.DataFrame) -> Frame:
    """Records of people who are named beside lines of their row, each with what it is worth.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    small : DataFrame
        ``row_id``, ``worth_`` (of a unit [money]) and numbers.

    Returns
    -------
    narwhals frame
        row_id, person_id, the numbers, and ``worth_`` of the whole record [money].
    """
    named = placed.filter(~nw.col("person_id").is_null()).select("row_id", "person_id", "quantity")
    lines = beside(named, small).with_columns(
        (nw.col("quantity") * nw.col("worth_")).alias("worth_")
    )
    return lines.drop("quantity")


def worth_of_a_unit(rows: pd.DataFrame) -> pd.Series:
    """Mean present value of a unit of each row; nought where the quantities come to nought."""
    quantity = rows["quantity"].where(rows["quantity"] != 0)
    return (rows["present_value"] / quantity).fillna(0.0).astype("float64")


def value_of_activities(placed: Frame, rows: pd.DataFrame, activities: list[str]) -> pd.DataFrame:
    """Which rows of the map some activities are in, and what their records there are worth.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.
    activities : list of str
        activity_id of the activities asked about.

    Returns
    -------
    DataFrame
        activity_id, row_id, value [money]: quantity times the mean value of a unit of the row.
    """
    counted = rows[rows["counted"].astype(bool)]
    if not activities or "activity_id" not in placed.collect_schema() or counted.empty:
        return pd.DataFrame(columns=["activity_id", "row_id", "value"])
    asked = counted[["row_id"]].astype("int64").assign(worth_=worth_of_a_unit(counted))
    names = carry(pd.DataFrame({"activity_id": sorted(activities)}), placed)
    known = placed.filter(~nw.col("activity_id").is_null())
    chosen = known.join(names, on="activity_id", how="inner")  # type: ignore[arg-type]
    worth = (nw.col("quantity") * nw.col("worth_")).alias("value")
    lines = beside(chosen, asked).with_columns(worth)
    found = fetch(lines.group_by(["activity_id", "row_id"]).agg(nw.col("value").sum()))
    return found.sort_values(["activity_id", "row_id"], ignore_index=True)


def dated_after(
    placed: Frame, rows: pd.DataFrame, day: date, year_start_month: int
) -> pd.DataFrame:
    """Records dated after a day, by their row of the map, and what they are worth.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map. Only those of the year that the day lies in, and of later
        years, are asked about; where there are none, nothing is.
    day : date
    year_start_month : int

    Returns
    -------
    DataFrame
        row_id, records, value [money]: quantity times the mean value of a unit of the row.
    """
    running = day.year - (day.month < year_start_month)
    counted = rows[rows["counted"].astype(bool)]
    counted = counted[counted["first_year"].astype(int) >= running]
    if counted.empty:
        return pd.DataFrame(columns=["row_id", "records", "value"])
    asked = counted[["row_id"]].astype("int64").assign(worth_=worth_of_a_unit(counted))
    # As a number a day compares alike on every engine, whether it has a time or not.
    when = nw.col("date").dt
    number = when.year().cast(nw.Int64) * 10_000 + when.month().cast(nw.Int64) * 100
    number = number + when.day().cast(nw.Int64)
    ahead = placed.filter(number > day.year * 10_000 + day.month * 100 + day.day)
    worth = (nw.col("quantity") * nw.col("worth_")).alias("value")
    lines = beside(ahead, asked).with_columns(worth).group_by("row_id")
    found = fetch(lines.agg(nw.len().alias("records"), nw.col("value").sum()))
    return found.sort_values("row_id", ignore_index=True)


def samples(placed: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """What the records of each row are worth that state a sample of few people.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        row_id, value [money]: quantity times the mean value of a unit of the row; nought where all
        samples are large. Rows of which no record states a sample are left out.
    """
    counted = rows[rows["counted"].astype(bool)]
    if "sample_size" not in placed.collect_schema() or counted.empty:
        return pd.DataFrame(columns=["row_id", "value"]).astype("float64")
    asked = counted[["row_id"]].astype("int64").assign(worth_=worth_of_a_unit(counted))
    stated = beside(placed.filter(~nw.col("sample_size").is_null()), asked)
    few = nw.when(nw.col("sample_size") < FEW_ANSWERS).then(nw.col("quantity")).otherwise(0.0)
    lines = stated.with_columns((few * nw.col("worth_")).alias("value"))
    found = fetch(lines.group_by("row_id").agg(nw.col("value").sum()))
    return found.sort_values("row_id", ignore_index=True)
