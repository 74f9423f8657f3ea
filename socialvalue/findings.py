"""What is a finding? What the rules read, what they say, and in which order it is told."""

from dataclasses import dataclass

import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.totals import Range

COLUMNS = ("rule", "severity", "message", "value_at_stake", "rows", "why", "what_to_do")
UNSTATED = "adjustment_stated_nowhere"
_ORDER = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Claim:
    """What the rules read: the valued map, and the records behind it.

    Attributes
    ----------
    rows : DataFrame
        All rows of the valued map.
    inputs : DataFrame
        Re-priced and discounted.
    activities, adjustments : DataFrame
        Typed tables.
    range : Range
    ratio_missing : str or None
    outside_ratio : Series of int
        row_id of the rows that the ratio leaves out.
    assumptions : Assumptions
    sources : frozenset of str
        source_id of every source that the proxy set describes.
    fits_nothing : DataFrame
        table, row, what: rows of the links table that fit no record and no activity.
    """

    rows: pd.DataFrame
    inputs: pd.DataFrame
    activities: pd.DataFrame
    adjustments: pd.DataFrame
    range: Range
    ratio_missing: str | None
    outside_ratio: pd.Series
    assumptions: Assumptions
    sources: frozenset[str]
    fits_nothing: pd.DataFrame


def in_order(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with the most severe first, and of those the most valuable."""
    keys = findings.assign(
        _severity=findings["severity"].map(_ORDER),
        _size=-pd.to_numeric(findings["value_at_stake"]).fillna(0.0),
    )
    keys = keys.sort_values(["_severity", "_size"], kind="stable")
    return findings.loc[keys.index].reset_index(drop=True)


def finding(
    rule: str, severity: str, message: str, rows: pd.DataFrame, *, why: str, what_to_do: str
) -> dict:
    """A finding on rows of the map, the value at stake being theirs in size."""
    stake = rows["present_value"].abs().sum() if len(rows) else float("nan")
    return {
        "rule": rule,
        "severity": severity,
        "message": message,
        "value_at_stake": float(stake),
        "rows": len(rows),
        "why": why,
        "what_to_do": what_to_do,
        "row_ids": rows["row_id"].tolist(),
    }


def count_of(number: int, what: str) -> str:
    """How many there are, with the verb: one outcome is, two outcomes are."""
    return f"{number} {what}{'s are' if number != 1 else ' is'}"


def names_of(rows: pd.DataFrame) -> str:
    """The outcomes of some rows: the first three by name."""
    names = list(dict.fromkeys(rows["outcome"].fillna(rows["proxy_id"]).astype(str)))
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")
