"""How is a bar drawn? Its name, its number, its harms and its range, none hidden by another."""

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from socialvalue.report import labels

INK, GREY, PALE = "#222222", "#8A8A8A", "#C8C8C8"
BAR, HARM = "#1F5A85", "#B3541E"
_LINE = 44
"""Characters of a name on one line; a longer one is wrapped, and cut after three lines."""
_NOTE = 96
"""Characters of a note below the bars on one line."""


class Bars(NamedTuple):
    """What a chart of bars shows, one of each for every bar.

    Attributes
    ----------
    names : sequence of str
    values, harms, low, high : array
        Value; the part of it that is harm (negative); its range, nan where it has none. [money]
    paint : sequence of str
        Colours.
    """

    names: Sequence[str]
    values: np.ndarray
    harms: np.ndarray
    low: np.ndarray
    high: np.ndarray
    paint: Sequence[str]


def draw(ax: Axes | None, bars: Bars, title: str, about: tuple[str, str]) -> Axes:
    """Draw bars with their numbers, harms hatched, ranges as lines.

    Parameters
    ----------
    ax : Axes or None
        None makes a figure of a height that suits.
    bars : Bars
    title : str
    about : tuple of str
        Currency, and what the amounts are.
    """
    names = [wrapped(name) for name in bars.names]
    ax = _axes(ax, names)
    currency, what = about
    places = np.arange(len(names))
    drawn = ax.barh(places, bars.values, color=bars.paint, edgecolor=INK, linewidth=0.6)
    for bar, value in zip(drawn, bars.values, strict=True):
        if value < 0:
            bar.set_hatch("xxx")
    # Where good and harm net out, the harm shows as a hatched bar of its own.
    mixed = (bars.harms < 0) & (bars.harms != bars.values)
    if mixed.any():
        ax.barh(
            places[mixed],
            bars.harms[mixed],
            height=0.5,
            color="white",
            edgecolor=HARM,
            linewidth=0.6,
            hatch="xxx",
            zorder=0.9,
        )
    if (bars.harms < 0).any():
        what = f"{what}; hatched: harms, already subtracted"
    ranged = ~np.isnan(bars.low) & ~np.isnan(bars.high)
    if ranged.any():
        _lines(ax, places[ranged], bars.low[ranged], bars.high[ranged])
        what = f"{what}; lines show the range"
    ends = np.fmax(bars.values, np.fmax(bars.low, bars.high))
    _numbers(ax, ends, bars.values, currency)
    _finish(ax, names, title, (currency, what))
    return ax


def steps(
    ax: Axes | None,
    names: Sequence[str],
    bars: tuple[np.ndarray, np.ndarray, np.ndarray],
    about: tuple[str, str],
) -> Axes:
    """Draw steps from one total to the next: where each starts, its change, and which are totals.

    Parameters
    ----------
    ax : Axes or None
    names : sequence of str
    bars : tuple of array
        Left end [money], change [money], whether it is a total.
    about : tuple of str
        Currency, and what the amounts are.
    """
    left, change, totals = bars
    ax = _axes(ax, names)
    paint = [
        BAR if total else (HARM if each < 0 else GREY)
        for total, each in zip(totals, change, strict=True)
    ]
    places = np.arange(len(names))
    drawn = ax.barh(places, change, left=left, color=paint, edgecolor=INK, linewidth=0.6)
    for bar, total in zip(drawn, totals, strict=True):
        if not total:
            bar.set_hatch("///")
    _numbers(ax, np.maximum(left, left + change), change, about[0])
    what = f"{about[1]}; hatched: what each step takes off or adds"
    _finish(ax, names, "From gross value to present value", (about[0], what))
    return ax


def wrapped(name: str) -> str:
    """A name on at most three lines."""
    lines = textwrap.wrap(" ".join(name.split()), _LINE, max_lines=3, placeholder=" …")
    return "\n".join(lines)


def say_below(ax: Axes, lines: Sequence[str]) -> None:
    """Notes below the axis, wrapped to the width of the picture."""
    parts = [part for line in lines for part in textwrap.wrap(line, _NOTE)]
    if parts:
        ax.annotate(
            "\n".join(parts),
            (0, 0),
            (0, -38),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=8,
            color=INK,
            va="top",
            annotation_clip=False,
            parse_math=False,
        )


def _axes(ax: Axes | None, names: Sequence[str]) -> Axes:
    if ax is not None:
        return ax
    lines = sum(max(1, 0.55 * (1 + name.count("\n"))) for name in names)
    figure = Figure(figsize=(9, 1.9 + 0.42 * max(lines, 1)), layout="constrained")
    return figure.subplots()


def _lines(ax: Axes, places: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    # A pale edge shows the line on a dark bar, too.
    for end in (low, high):
        ax.plot(end, places, "|", color="white", markersize=9, markeredgewidth=3.4)
    edge = [withStroke(linewidth=3.4, foreground="white")]
    ax.hlines(places, low, high, color=INK, linewidth=1.2, path_effects=edge, zorder=2.5)
    for end in (low, high):
        ax.plot(end, places, "|", color=INK, markersize=7, zorder=3)


def _numbers(ax: Axes, ends: np.ndarray, values: np.ndarray, currency: str) -> None:
    """The number of each bar, to the right of all that is drawn for it."""
    written = labels.pence if 0 < np.abs(values).max(initial=0.0) < 100 else labels.money
    for place, (end, value) in enumerate(zip(ends, values, strict=True)):
        ax.annotate(
            written(float(value), currency),
            (max(float(end), 0.0), place),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
            parse_math=False,
            # Lines of the grid must not cross a number.
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


def _finish(ax: Axes, names: Sequence[str], title: str, about: tuple[str, str]) -> None:
    currency, what = about
    ax.set_yticks(range(len(names)), list(names), fontsize=9)
    _as_written([*ax.get_yticklabels(), ax.title, ax.xaxis.label])
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(_scale(ax, currency))
    ax.tick_params(axis="x", labelsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(what, fontsize=9)
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.use_sticky_edges = False
    ax.margins(x=0.03)
    low, high = ax.get_xlim()
    # Room for the numbers, which stand to the right of the longest bar.
    ax.set_xlim(low if low < 0 and _reaches_left(ax) else 0.0, high + 0.13 * (high - low))
    if not names:
        ax.text(0.5, 0.5, "Nothing was valued", transform=ax.transAxes, ha="center")


def _scale(ax: Axes, currency: str) -> Callable[[float, float], str]:
    def written(value: float, _: float) -> str:
        return labels.scale_money(value, max(map(abs, ax.get_xlim())), currency)

    return written


def _reaches_left(ax: Axes) -> bool:
    bounds: Any = ax.dataLim
    return bool(bounds.x0 < 0)


def _as_written(texts: Sequence[Any]) -> None:
    """Dollar signs in records are dollars, not the start of a formula."""
    for text in texts:
        text.set_parse_math(False)
