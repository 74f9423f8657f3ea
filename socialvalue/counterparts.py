"""Which row of the other assessment does a row of this one answer to?

Alike rows are looked for first, then rows that differ in what is taken off, in their grade of
evidence, and at last in their proxy. A row that has found its like is no longer there for others.
"""

import numpy as np
import pandas as pd

_WHO = ("project", "stakeholder_group", "outcome", "unit", "negative")
LEVELS = (
    (*_WHO, "proxy_id", "evidence", "starts", "duration_years", "drop_off", "stated"),
    (*_WHO, "proxy_id", "evidence"),
    (*_WHO, "proxy_id"),
    _WHO,
)
"""What two rows must share to answer to each other, from most to least."""
_AFTER = 10_000
"""A later year is only taken where there is none before. [years]"""


def counterparts(
    rows: pd.DataFrame, others: pd.DataFrame, levels: tuple[tuple[str, ...], ...] = LEVELS
) -> pd.DataFrame:
    """Rows of another assessment that each row answers to, with their weights.

    Several rows of one kind stand in proportion to their quantities. Of several years the same
    year is taken, else the nearest before, else the nearest after.

    Parameters
    ----------
    rows, others : DataFrame
        row_id, first_year, quantity, and the columns of the levels but ``negative``.
    levels : tuple of tuple of str
        What two rows must share, level after level.

    Returns
    -------
    DataFrame
        row_id, other (row_id of the other row), weight [share; sums to 1 for each row]. Rows that
        answer to none are not in it.

    Examples
    --------
    >>> last = pd.DataFrame({"row_id": [7], "first_year": [2023], "quantity": [10.0],
    ...     "project": ["hub"], "stakeholder_group": ["all"], "outcome": ["Calmer"],
    ...     "unit": ["person"], "proxy_id": ["tea"], "evidence": [None], "starts": [0.0],
    ...     "duration_years": [1.0], "drop_off": [0.0], "stated": ["000"]})
    >>> this = last.assign(row_id=1, first_year=2024, duration_years=2.0)
    >>> counterparts(this, last).values.tolist()
    [[1.0, 7.0, 1.0]]
    """
    rows, others = (each.assign(negative=each["quantity"] < 0) for each in (rows, others))
    found = []
    for level in levels:
        pairs = _pairs(rows, others, level)
        found.append(pairs)
        rows = rows[~rows["row_id"].isin(pairs["row_id"])]
        others = others[~others["row_id"].isin(pairs["other"])]
    return _weighted(_of_nearest_year(pd.concat(found, ignore_index=True)))


def _pairs(rows: pd.DataFrame, others: pd.DataFrame, level: tuple[str, ...]) -> pd.DataFrame:
    columns = ["key", "row_id", "first_year"]
    left = rows.assign(key=_key(rows, level))[columns]
    right = others.assign(key=_key(others, level))[[*columns, "quantity"]]
    right = right.rename(columns={"row_id": "other", "first_year": "other_year"})
    pairs = left.merge(right, on="key")
    return pairs[["row_id", "first_year", "other", "other_year", "quantity"]]


def _key(rows: pd.DataFrame, level: tuple[str, ...]) -> list[tuple]:
    columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in level]
    return list(zip(*columns, strict=True))


def _of_nearest_year(pairs: pd.DataFrame) -> pd.DataFrame:
    back = pairs["first_year"] - pairs["other_year"]
    far = back.where(back >= 0, _AFTER - back)
    return pairs[far == far.groupby(pairs["row_id"]).transform("min")]


def _weighted(pairs: pd.DataFrame) -> pd.DataFrame:
    size = pairs["quantity"].abs()
    whole = size.groupby(pairs["row_id"]).transform("sum")
    count = size.groupby(pairs["row_id"]).transform("size")
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(whole > 0, size / whole, 1 / count)
    return pairs.assign(weight=weight)[["row_id", "other", "weight"]].reset_index(drop=True)
