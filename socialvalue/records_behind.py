"""What stands behind the rows of the map? Records beside their row, activities and samples."""

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
