"""Which months do outcome records cover?"""

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import fetch
from socialvalue.outcome_records import OutcomeRecords


def covered_months(records: OutcomeRecords) -> tuple[str, str] | None:
    """First and last month in which outcome records fall, asked of the engine that holds them.

    Parameters
    ----------
    records : OutcomeRecords

    Returns
    -------
    tuple of str or None
        Such as ``("2024-04", "2024-06")``; None where there are no records.
    """
    date = nw.col("date")
    ends = fetch(records.frame.select(date.min().alias("first"), date.max().alias("last")))
    first, last = (pd.Timestamp(day) for day in ends.iloc[0])
    return None if pd.isna(first) else (f"{first:%Y-%m}", f"{last:%Y-%m}")
