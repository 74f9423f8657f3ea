"""How sure is a range that records state? The level of the intervals behind each change."""

from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import fetch

if TYPE_CHECKING:
    from socialvalue.outcome_records import OutcomeRecords

CHANGE_KEYS = ("project", "stakeholder_group", "outcome", "proxy_id")
"""What one measured change is, beside whether it is a harm."""
_ENDS = ("quantity_low", "quantity_high")


def recorded_levels(records: "OutcomeRecords") -> dict[tuple[str, ...], float]:
    """Level of the range of each measured change whose records all state one and the same.

    Looked up where the records lie, and only where they have a level at all.

    Parameters
    ----------
    records : OutcomeRecords

    Returns
    -------
    dict
        By the keys of a change, blanks as empty text: the share of chance that lies within its
        range. [share]
    """
    there = records.frame.collect_schema().names()
    ends = [nw.col(name) for name in _ENDS if name in there]
    if "quantity_level" not in there or not ends:
        return {}
    ranged = ~ends[0].is_null()
    for end in ends[1:]:
        ranged = ranged | ~end.is_null()
    keys = [key for key in CHANGE_KEYS if key in there]
    level = nw.col("quantity_level").cast(nw.Float64)
    stated = records.frame.filter(ranged).with_columns(
        level.alias("level_"), level.is_null().cast(nw.Int64).alias("silent_")
    )
    table = fetch(
        stated.group_by(keys, drop_null_keys=False).agg(
            nw.col("level_").min().alias("least_"),
            nw.col("level_").max().alias("most_"),
            nw.col("silent_").sum(),
        )
    )
    table = table[(table["silent_"] == 0) & (table["least_"] == table["most_"])]
    table = table.assign(**{key: None for key in CHANGE_KEYS if key not in table})
    named = change_keys(table)
    return dict(zip(named, table["least_"].astype(float), strict=True))


def change_keys(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """The change that each row is of, blanks as empty text."""
    texts = [table[key].astype("string").fillna("").astype(object) for key in CHANGE_KEYS]
    return list(zip(*texts, strict=True))
