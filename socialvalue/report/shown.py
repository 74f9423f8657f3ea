"""How is a table shown? Columns with their headings and kinds, for the page and the workbook."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from socialvalue.report import labels

BELOW = "below"
"""Kind of a column whose text stands below its row, over the whole width."""
_MONEY: dict[str, Callable[[float, str], str]] = {
    "money": labels.money,
    "cost": labels.cost_of_one,
}
# A "figure" is written out where the table is made, because its column holds several kinds.
_NUMBERS: dict[str, Callable[[float], str]] = {
    "ratio": labels.ratio,
    "share": labels.share,
    "number": labels.number,
    "points": lambda value: labels.number(value, 1),
    "count": lambda value: labels.number(value, 0),
    "years": lambda value: "–" if pd.isna(value) else f"{value:.1f}",
}
_TEXTS: dict[str, Callable[[Any], str]] = {
    "name": labels.name,
    "unit": labels.unit,
    "text": lambda value: "" if value is None or pd.isna(value) else str(value),
}
_STYLES = {
    "money": "money",
    "cost": "money",
    "ratio": "two_decimals",
    "share": "plain_share",
    "number": "two_decimals",
    "points": "two_decimals",
    "count": "count",
    "years": "years",
}


class Column(NamedTuple):
    """A column to show: its field, its heading, and what kind of value it holds."""

    field: str
    heading: str
    kind: str


class Shown(NamedTuple):
    """A table to show.

    Attributes
    ----------
    caption : str
    columns : sequence of Column
    table : DataFrame
        The columns' fields, unrounded; where ``strong`` is a column, its rows stand out.
    folds : bool
        Whether the reader of the page can fold it away, as it may be long.
    """

    caption: str
    columns: Sequence[Column]
    table: pd.DataFrame
    folds: bool = False


class Section(NamedTuple):
    """A part of the report: its anchor, title, what must be said with it, tables and picture."""

    anchor: str
    title: str
    notes: Sequence[str]
    tables: Sequence[Shown]
    figure: dict[str, Any] | None = None


def on_page(section: Section, currency: str) -> dict[str, Any]:
    """A section with its tables written out as text."""
    tables = [_table(shown, currency) for shown in section.tables]
    about = {"anchor": section.anchor, "title": section.title, "notes": list(section.notes)}
    return {**about, "figure": section.figure, "tables": tables}


def _table(shown: Shown, currency: str) -> dict[str, Any]:
    beside = [column for column in shown.columns if column.kind != BELOW]
    below = [column.field for column in shown.columns if column.kind == BELOW]
    rows = []
    for row in shown.table.to_dict("records"):
        rows.append(
            {
                "cells": [written(row[each.field], each.kind, currency) for each in beside],
                "below": [
                    _TEXTS["text"](row[field]) for field in below if _TEXTS["text"](row[field])
                ],
                "strong": bool(row.get("strong", False)),
            }
        )
    heads = [(each.heading, _look(each.kind)) for each in beside]
    return {"caption": shown.caption, "heads": heads, "rows": rows, "folds": shown.folds}


def _look(kind: str) -> str:
    """Classes of a column's cells on the page: numbers to the right, words that may wrap."""
    return "" if kind in _TEXTS else "n figure" if kind == "figure" else "n"


def written(value: Any, kind: str, currency: str) -> str:
    """A value as text; words in place of a figure stay as they are.

    Examples
    --------
    >>> written(1234.5, "money", "GBP"), written("none", "money", "GBP")
    ('£1,234', 'none')
    """
    if isinstance(value, str) and kind not in _TEXTS:
        return value
    if kind in _MONEY:
        return _MONEY[kind](value, currency)
    return _NUMBERS[kind](value) if kind in _NUMBERS else _TEXTS[kind](value)


def in_workbook(shown: Shown) -> tuple[pd.DataFrame, dict[str, str]]:
    """The table with its headings as names of columns, and the style of each of its numbers."""
    table = pd.DataFrame(
        {column.heading: shown.table[column.field].to_numpy() for column in shown.columns}
    )
    for column in shown.columns:
        if column.kind in ("name", "unit"):
            words = _TEXTS[column.kind]
            table[column.heading] = [words(value) for value in table[column.heading]]
        elif column.kind in _STYLES:
            numbers = pd.to_numeric(table[column.heading], errors="coerce")
            table[column.heading] = numbers.astype(float)
    styles = {each.heading: _STYLES[each.kind] for each in shown.columns if each.kind in _STYLES}
    return table, styles


def differs(values: pd.Series, from_: float) -> pd.Series:
    """Which figures are other than one, beyond what adding up in another order does to it."""
    same = np.isclose(values.astype(float), float(from_), rtol=1e-9, atol=0, equal_nan=True)
    return pd.Series(~same, index=values.index)
