"""What stands behind the rows of the map? Activities that partners claim, and samples."""

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import carry, fetch
from socialvalue.outcome_records import Collapsed, OutcomeRecords


def value_of_activities(
    records: OutcomeRecords, collapsed: Collapsed, rows: pd.DataFrame, activities: list[str]
) -> pd.DataFrame:
    """Which rows of the map some activities are in, and what their records there are worth.

    Parameters
    ----------
    records : OutcomeRecords
    collapsed : Collapsed
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
    if not activities or "activity_id" not in records.frame.collect_schema() or counted.empty:
        return pd.DataFrame(columns=["activity_id", "row_id", "value"])
    quantity = counted["quantity"].where(counted["quantity"] != 0)
    asked = pd.DataFrame(
        {
            "row_id": counted["row_id"].astype("int64"),
            "worth_": (counted["present_value"] / quantity).fillna(0.0).astype("float64"),
        }
    )
    of_activity = records.placed(collapsed, asked)
    names = carry(pd.DataFrame({"activity_id": sorted(activities)}), of_activity)
    of_activity = of_activity.join(names, on="activity_id", how="inner")  # type: ignore[arg-type]
    of_activity = of_activity.with_columns((nw.col("quantity") * nw.col("worth_")).alias("value"))
    found = fetch(of_activity.group_by(["activity_id", "row_id"]).agg(nw.col("value").sum()))
    return found.sort_values(["activity_id", "row_id"], ignore_index=True)


def samples(records: OutcomeRecords, collapsed: Collapsed) -> pd.Series:
    """Largest sample that the records of each row state [people], by row_id."""
    if "sample_size" not in records.frame.collect_schema():
        return pd.Series(dtype="float64")
    stated = records.placed(collapsed).filter(~nw.col("sample_size").is_null())
    found = fetch(stated.group_by("row_id").agg(nw.col("sample_size").max()))
    return found.set_index("row_id")["sample_size"].astype("float64").sort_index()
