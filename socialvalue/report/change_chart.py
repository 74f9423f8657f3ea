"""How does a change look? Steps from the value of last time to that of this time."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from socialvalue.errors import SettingsError
from socialvalue.report import labels
from socialvalue.report.bars import steps
from socialvalue.report.change_words import PARTS, signed

if TYPE_CHECKING:
    from socialvalue.comparison import Comparison


def change(
    comparison: "Comparison",
    ax: Axes | None = None,
    *,
    of: tuple[str, str] | None = None,
    narrow: bool = False,
) -> Axes:
    """Steps from the present value of last time to that of this time, by what caused them.

    Parameters
    ----------
    comparison : Comparison
    ax : Axes, optional
    of : tuple of str, optional
        A key and one of its categories, such as ``("sdg", "3")``, for the change of that category.
    narrow : bool
        Whether names stand above their bars.

    Returns
    -------
    Axes

    Raises
    ------
    SettingsError
        If there is no such key or category, or its change cannot be split.
    """
    last, this = comparison.last, comparison.this
    row, title = comparison.whole.iloc[0], "What changed in the estimated value"
    if of is not None:
        row = _change_of(comparison, *of)
        title = f"{title}: {labels.WORDS.get(of[0], labels.heading(of[0]))} {labels.name(of[1])}"
    parts = [name for name in PARTS if name in row.index and pd.notna(row[name])]
    moves = np.array([row["last"], *(row[name] for name in parts), row["this"]], dtype=float)
    left = np.concatenate([[0.0], row["last"] + np.cumsum([0.0, *moves[1:-2]]), [0.0]])
    currency = last.assumptions.currency
    years = list(dict.fromkeys(each.assumptions.price_year for each in (last, this)))
    moved = [signed(float(row[name]), currency) for name in parts]
    ends = [labels.money(float(row[name]), currency) for name in ("last", "this")]
    names = [f"Last: {last.period}", *(PARTS[name] for name in parts), f"This: {this.period}"]
    return steps(
        ax,
        names,
        (left, moves, np.array([True, *([False] * len(parts)), True])),
        (title, currency, f"Present value, {' and '.join(years)} prices"),
        narrow,
        [ends[0], *moved, ends[1]],
    )


def _change_of(comparison: "Comparison", key: str, category: str) -> pd.Series:
    table = comparison.by(key)
    names = table[key].astype("string").fillna("not stated")
    found = table[names == str(category)]
    if found.empty:
        raise SettingsError(
            f"There is no category {category!r} of {key} in either. There is: {', '.join(names)}."
        )
    row = found.iloc[0]
    if all(pd.isna(row[name]) for name in PARTS if name in row.index):
        raise SettingsError(
            f"The change of each {key} cannot be split from files or published results. Draw it "
            "from the assessments themselves."
        )
    return row
