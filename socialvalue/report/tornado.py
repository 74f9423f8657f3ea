"""Which numbers move the answer most? The chart of a one-way test, the widest bar on top."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from socialvalue.errors import SettingsError
from socialvalue.report import labels
from socialvalue.report.bars import say_below, spans
from socialvalue.results import Result
from socialvalue.sensitivity import NO_RANGE

MOST_SPANS = 15
"""Bars of a chart, unless more or fewer are asked for."""
ANSWERS = {
    "present_value": "present value",
    "net_present_value": "net present value",
    "sroi_ratio": "the ratio",
}
_NAME = 80
"""Characters of a parameter's name; what follows is its range."""


def tornado(
    result: Result | pd.DataFrame,
    ax: Axes | None = None,
    *,
    most: int = MOST_SPANS,
    currency: str = "GBP",
    narrow: bool = False,
) -> Axes:
    """How far the answer moves when each parameter is moved to its own low and to its own high.

    The middle line is the assessment itself. Every bar says the parameter, the range it was moved
    over, and what the answer was at both ends. What has no range is counted below the bars.

    Parameters
    ----------
    result : Result or DataFrame
        A result, or the table of its ``sensitivity``.
    ax : Axes, optional
    most : int
        Bars to draw, the widest first; a name takes up to three lines, so that an axes of 15 bars
        wants some 25 cm. How many smaller ones there are is said below.
    currency : str
        Of a table; a result has its own.
    narrow : bool
        Whether names stand above their bars, for a picture as narrow as a telephone.

    Returns
    -------
    Axes

    Raises
    ------
    SettingsError
        If no parameter has a range, or a result is published.
    """
    if isinstance(result, Result):
        table, currency = result.sensitivity(), labels.currency_of(result)
    else:
        table = result
    moved = table[table["note"] != NO_RANGE]
    if moved.empty:
        raise SettingsError(
            "No parameter has a range that is stated, so there is nothing to draw. State spreads, "
            "or a table of them by grade of evidence."
        )
    of = str(moved["swing_of"].iloc[0])
    shown = moved.head(most)
    at_low, at_high = (shown[f"{of}_at_{end}"].to_numpy(float) for end in ("low", "high"))
    central = _central(table, of)
    written = labels.ratio if of == "sroi_ratio" else _money(currency)
    said = [
        f"{written(min(ends))} to {written(max(ends))}"
        for ends in zip(at_low, at_high, strict=True)
    ]
    changes = (at_low - central, at_high - central, said)
    what = f"Change of {ANSWERS[of]} from {written(central)}, as assessed"
    about = (
        f"What moves {ANSWERS[of]} most, one number at a time",
        "" if of == "sroi_ratio" else currency,
        what,
    )
    ax = spans(ax, [_name(row) for row in shown.to_dict("records")], changes, about, narrow)
    say_below(ax, _notes(table, len(moved) - len(shown)), narrow)
    return ax


def _central(table: pd.DataFrame, of: str) -> float:
    return float(table[f"{of}_as_assessed"].iloc[0])


def _money(currency: str) -> Any:
    return lambda amount: labels.money(float(amount), currency)


def _name(row: dict[str, Any]) -> str:
    kind = labels.heading(row["kind"])
    name = textwrap.shorten(f"{kind}: {row['what']}", _NAME, placeholder=" …")
    low, high = (_figure(row[end]) for end in ("low", "high"))
    unit = "" if row["unit"] == "share" else f" {row['unit'].split(',')[0]}"
    return f"{name} ({low} to {high}{unit})"


def _figure(amount: float) -> str:
    """A figure as it stands in a table: no more than four digits after the first."""
    if abs(amount) >= 1_000:
        return f"{amount:,.0f}"
    return np.format_float_positional(float(f"{amount:.3g}"), trim="-")


def _notes(table: pd.DataFrame, smaller: int) -> list[str]:
    still = int((table["note"] == NO_RANGE).sum())
    words = ["Hatched: at the low end of a number's range. Plain: at its high end."]
    if smaller:
        words.append(
            f"{smaller} more moved it less and {'is' if smaller == 1 else 'are'} not shown."
        )
    if still:
        words.append(
            f"{still} number{'s' * (still != 1)} of which no range is stated "
            f"{'was' if still == 1 else 'were'} not moved."
        )
    return words
