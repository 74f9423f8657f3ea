"""Which numbers move the answer most? The chart of a one-way test, the widest bar on top."""

import os
import re
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from socialvalue.errors import SettingsError
from socialvalue.report import labels
from socialvalue.report.bars import say_below, spans
from socialvalue.results import Result
from socialvalue.sensitivity import NO_RANGE, one_way

MOST_SPANS = 15
"""Bars of a chart, unless more or fewer are asked for."""
ANSWERS = {
    "present_value": "present value",
    "net_present_value": "net present value",
    "sroi_ratio": "the ratio",
}
LEFT_OUT = (
    "Left out, as they could show a small group: the sizes of changes, what records state "
    "themselves, and what any number does to groups that were merged."
)
"""Said of a published result."""
_LINE_OF_NOTES = 0.15
"""Height of a line of notes below the bars [inches]."""
_NAME = 80
"""Characters of a parameter's name; what follows is its range."""
_CUT = " …"
_MARKS, _JOINTS = (": ", ", ", " / "), " ,/:"
"""Where the parts of a name meet."""
_STATED = re.compile(r" \([^()]*, row \d+\)$")


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
        A result, or the table of its ``sensitivity``. A result with a simulated range is tested
        over the ranges of that simulation; where it is published, over the rows that it shows.
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
        If no parameter has a range, or a result is published without a simulated range.
    """
    notes: list[str] = []
    if isinstance(result, Result):
        table, currency = tested(result), labels.currency_of(result)
        notes = [LEFT_OUT] if result.profile == "publish" else []
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
    given = ax
    ax = spans(ax, _names(shown), changes, about, narrow)
    lines = say_below(ax, [*_notes(table, len(moved) - len(shown)), *notes], narrow)
    figure: Any = ax.get_figure()
    if given is None:
        # Notes must not take their room from the bars, least of all where those are few.
        figure.set_figheight(figure.get_figheight() + _LINE_OF_NOTES * (lines + 1))
    return ax


def tested(result: Result) -> pd.DataFrame:
    """The one-way test that belongs to a result: over the ranges of its simulation, if it has one.

    Raises
    ------
    SettingsError
        If the result is published without a simulated range.
    """
    simulation = result.simulation
    if simulation is None:
        return result.sensitivity()
    if simulation.one_way is not None:
        return simulation.one_way.copy()
    assert simulation.model is not None
    return one_way(simulation.model)


def is_drawn(result: Result) -> bool:
    """Whether the chart is among those of a result: ranges were drawn from, and one can be shown.

    Where no range is drawn the ranges are a scenario band, which moves everything at once.
    """
    return result.simulation is not None and bool((tested(result)["note"] != NO_RANGE).any())


def in_words(result: Result) -> str:
    """What the chart shows, for those who cannot see it."""
    table = tested(result)
    shown = table[table["note"] != NO_RANGE].head(MOST_SPANS)
    of = str(table["swing_of"].iloc[0])
    written = labels.ratio if of == "sroi_ratio" else _money(labels.currency_of(result))
    parts = [
        f"{name} {written(row[f'{of}_at_low'])} to {written(row[f'{of}_at_high'])}"
        for name, row in zip(_names(shown), shown.to_dict("records"), strict=True)
    ]
    return (
        f"Bar chart of how far {ANSWERS[of]} moves from {written(_central(table, of))} when one "
        f"number at a time goes to its own low and its own high: {'; '.join(parts)}."
    )


def _central(table: pd.DataFrame, of: str) -> float:
    return float(table[f"{of}_as_assessed"].iloc[0])


def _money(currency: str) -> Any:
    return lambda amount: labels.money(float(amount), currency)


def _names(shown: pd.DataFrame) -> list[str]:
    return [f"{name} ({ends})" for name, ends in said_of(shown)]


def said_of(table: pd.DataFrame) -> list[tuple[str, str]]:
    """What each row of the test calls its number, cut where long, and its range with the unit.

    Names that would be the same once cut keep what tells them apart.
    """
    rows = table.to_dict("records")
    whole = [_whole_name(row) for row in rows]
    names, longer = _cut(whole, _NAME), _cut(whole, 2 * _NAME)
    names = [
        more if names.count(name) > 1 else name for name, more in zip(names, longer, strict=True)
    ]
    return [(name, _ends(row)) for name, row in zip(names, rows, strict=True)]


def _whole_name(row: dict[str, Any]) -> str:
    """All that is known of a number, with what its parameter is called beyond it, as its grade."""
    parameter = str(row["parameter"])
    beyond = parameter.removeprefix(f"{row['kind']}: {row['what']}")
    if beyond == parameter:
        # One of several spreads that are stated for parts of one number.
        stated = _STATED.search(parameter)
        beyond = stated[0] if stated else ""
    return f"{labels.heading(row['kind'])}: {row['what']}{beyond}"


def _cut(whole: list[str], width: int) -> list[str]:
    cut = [textwrap.shorten(name, width, placeholder=_CUT) for name in whole]
    for name in {each for each in cut if cut.count(each) > 1}:
        same = [place for place, each in enumerate(cut) if each == name]
        apart = _told_apart([whole[place] for place in same], width)
        for place, each in zip(same, apart, strict=True):
            cut[place] = each
    return cut


def _told_apart(names: list[str], width: int) -> list[str]:
    """Names of one beginning, cut in the middle so that each keeps where it differs."""
    alike = os.path.commonprefix(names)
    at = max(alike.rfind(mark) + len(mark) for mark in _MARKS if mark in alike)
    bracket = alike.rfind(" (")
    if bracket >= 0 and ")" not in alike[bracket:]:
        at = bracket + 1
    begun = alike[:at].rstrip(_JOINTS)
    found = []
    for name in names:
        end = textwrap.shorten(name[at:], width // 2, placeholder=_CUT)
        room = width - len(end) - len(_CUT)
        found.append(f"{textwrap.shorten(begun, room, placeholder='').rstrip(_JOINTS)}{_CUT} {end}")
    return found


def _ends(row: dict[str, Any]) -> str:
    low, high = (_figure(row[end]) for end in ("low", "high"))
    unit = "" if row["unit"] == "share" else f" {row['unit'].split(',')[0]}"
    return f"{low} to {high}{unit}"


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
