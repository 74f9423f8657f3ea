"""Which row of the other assessment does a row of this one answer to?

Alike rows are looked for first, then rows that differ in what is taken off, in their grade of
evidence, and at last in their proxy. A row that has found its like is no longer there for others.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Level(NamedTuple):
    """What two rows must share to answer to each other.

    Attributes
    ----------
    alike : tuple of str
        Columns that must be the same.
    kind : tuple of str
        Columns of what may differ. Two kinds that both times have are two kinds, of which one
        grew and one shrank, and not one that was changed into the other. Empty where nothing may.
    """

    alike: tuple[str, ...]
    kind: tuple[str, ...] = ()


_WHO = ("project", "stakeholder_group", "outcome", "unit", "negative")
_WHAT = ("outcome", "unit", "proxy_id")
_TAKEN = ("starts", "duration_years", "drop_off", "stated")
LEVELS = (
    Level((*_WHO, "proxy_id", "evidence", *_TAKEN)),
    Level((*_WHO, "proxy_id", "evidence"), (*_WHAT, *_TAKEN)),
    Level((*_WHO, "proxy_id"), (*_WHAT, "evidence")),
    Level(_WHO, _WHAT),
)
"""From most to least."""
_AFTER = 10_000
"""A later year is only taken where there is none before. [years]"""


def counterparts(
    rows: pd.DataFrame, others: pd.DataFrame, levels: tuple[Level, ...] = LEVELS
) -> pd.DataFrame:
    """Rows of another assessment that each row answers to, with their weights.

    Several rows of one kind stand in proportion to their quantities. Of several years the same
    year is taken, else the nearest before, else the nearest after.

    Parameters
    ----------
    rows, others : DataFrame
        row_id, first_year, quantity, and the columns of the levels but ``negative``.
    levels : tuple of Level

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
    all_rows, all_others = rows, others
    found = []
    for level in levels:
        known = _known(rows, all_others, level.kind), _known(others, all_rows, level.kind)
        pairs = _pairs(rows.assign(known=known[0]), others.assign(known=known[1]), level.alike)
        found.append(pairs)
        rows = rows[~rows["row_id"].isin(pairs["row_id"])]
        others = others[~others["row_id"].isin(pairs["other"])]
    return _weighted(_of_nearest_year(pd.concat(found, ignore_index=True)))


def _known(rows: pd.DataFrame, others: pd.DataFrame, kind: tuple[str, ...]) -> list[bool]:
    """Which rows are of a kind that the others have, too."""
    if not kind:
        return [False] * len(rows)
    kinds = set(_key(others, kind))
    return [each in kinds for each in _key(rows, kind)]


def _pairs(rows: pd.DataFrame, others: pd.DataFrame, alike: tuple[str, ...]) -> pd.DataFrame:
    columns = ["key", "row_id", "first_year", "known"]
    left = rows.assign(key=_key(rows, alike))[columns]
    right = others.assign(key=_key(others, alike))[[*columns, "quantity"]]
    names = {"row_id": "other", "first_year": "other_year", "known": "other_known"}
    pairs = left.merge(right.rename(columns=names), on="key")
    pairs = pairs[~(pairs["known"].astype(bool) & pairs["other_known"].astype(bool))]
    return pairs[["row_id", "first_year", "other", "other_year", "quantity"]]


def _key(rows: pd.DataFrame, names: tuple[str, ...]) -> list[tuple]:
    columns = [rows[name].astype(object).where(rows[name].notna(), None) for name in names]
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
