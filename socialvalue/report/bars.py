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
_NARROW_LINE, _NARROW_NOTE = 46, 60
"""The same where names stand above their bars."""
_THICK = 0.8
"""Thickness of a bar, of the room of one row."""
_LETTER = 5.0
"""Width of a letter of a name or a number, about [points]."""


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


def draw(
    ax: Axes | None, bars: Bars, title: str, about: tuple[str, str], narrow: bool = False
) -> Axes:
    """Draw bars with their numbers, harms hatched, ranges as lines.

    Parameters
    ----------
    ax : Axes or None
        None makes a figure of a height that suits.
    bars : Bars
    title : str
    about : tuple of str
        Currency, and what the amounts are.
    narrow : bool
        Whether names stand above their bars.
    """
    names = [wrapped(name, _NARROW_LINE if narrow else _LINE) for name in bars.names]
    ax = _axes(ax, names, narrow)
    currency, what = about
    places = np.arange(len(names))
    thick = _thickness(names, narrow)
    drawn = ax.barh(places, bars.values, thick, color=bars.paint, edgecolor=INK, linewidth=0.6)
    for bar, value in zip(drawn, bars.values, strict=True):
        if value < 0:
            bar.set_hatch("xxx")
    # Where good and harm net out, the harm shows as a hatched bar of its own.
    mixed = (bars.harms < 0) & (bars.harms != bars.values)
    if mixed.any():
        ax.barh(
            places[mixed],
            bars.harms[mixed],
            height=0.62 * thick,
            color="white",
            edgecolor=HARM,
            linewidth=0.6,
            hatch="xxx",
            zorder=0.9,
        )
    if (bars.harms < 0).any():
        what = f"{what}; hatched: harms, already subtracted"
    after = np.where(mixed, bars.harms, np.nan)
    ranged = ~np.isnan(bars.low) & ~np.isnan(bars.high)
    if ranged.any():
        _lines(ax, places[ranged], bars.low[ranged], bars.high[ranged])
        what = f"{what}; lines show the range"
    ends = np.fmax(bars.values, np.fmax(bars.low, bars.high))
    _numbers(ax, ends, _amounts(bars.values, after, currency, narrow))
    _finish(ax, names, (title, currency, what), narrow)
    return ax


def steps(
    ax: Axes | None,
    names: Sequence[str],
    bars: tuple[np.ndarray, np.ndarray, np.ndarray],
    about: tuple[str, str, str],
    narrow: bool = False,
    amounts: Sequence[str] | None = None,
) -> Axes:
    """Draw steps from one total to the next: where each starts, its change, and which are totals.

    Parameters
    ----------
    ax : Axes or None
    names : sequence of str
    bars : tuple of array
        Left end [money], change [money], whether it is a total.
    about : tuple of str
        Title, currency, and what the amounts are.
    narrow : bool
        Whether names stand above their bars.
    amounts : sequence of str, optional
        What each bar says; by default its change.
    """
    left, change, totals = bars
    title, currency, what = about
    ax = _axes(ax, names, narrow)
    paint = [
        BAR if total else (HARM if each < 0 else GREY)
        for total, each in zip(totals, change, strict=True)
    ]
    places = np.arange(len(names))
    thick = _thickness(names, narrow)
    drawn = ax.barh(places, change, thick, left=left, color=paint, edgecolor=INK, linewidth=0.6)
    for bar, total in zip(drawn, totals, strict=True):
        if not total:
            bar.set_hatch("///")
    nothing = np.full(len(change), np.nan)
    said = _amounts(change, nothing, currency, narrow) if amounts is None else amounts
    _numbers(ax, np.maximum(left, left + change), said)
    what = f"{what}; hatched: what each step takes off or adds"
    _finish(ax, names, (title, currency, what), narrow)
    return ax


def spans(
    ax: Axes | None,
    names: Sequence[str],
    bars: tuple[np.ndarray, np.ndarray, Sequence[str]],
    about: tuple[str, str, str],
    narrow: bool = False,
) -> Axes:
    """Draw to where an answer moves from the middle line: plain at one end, hatched at the other.

    Parameters
    ----------
    ax : Axes or None
    names : sequence of str
    bars : tuple
        Change at the low end and at the high end of each [money or ratio], and what each bar says.
    about : tuple of str
        Title, currency (blank for a ratio), and what the changes are.
    narrow : bool
        Whether names stand above their bars.
    """
    at_low, at_high, said = bars
    title, currency, what = about
    names = [wrapped(name, _NARROW_LINE if narrow else _LINE) for name in names]
    ax = _axes(ax, names, narrow)
    places, thick = np.arange(len(names)), _thickness(names, narrow)
    # Where both ends lie on one side, the thinner bar shows inside the other.
    for change, paint, size in ((at_high, BAR, 1.0), (at_low, PALE, 0.62)):
        inside = np.where(np.sign(at_low) * np.sign(at_high) > 0, size, 1.0)
        drawn = ax.barh(places, change, thick * inside, color=paint, edgecolor=INK, linewidth=0.6)
        for bar in drawn if paint == PALE else ():
            bar.set_hatch("///")
    _numbers(ax, np.maximum(at_low, at_high), said)
    _finish(ax, names, (title, currency, what), narrow)
    if not currency:
        ax.xaxis.set_major_formatter("{x:g}")
    return ax


def wrapped(name: str, line: int = _LINE) -> str:
    """A name on at most three lines of so many characters."""
    lines = textwrap.wrap(" ".join(name.split()), line, max_lines=3, placeholder=" …")
    return "\n".join(lines)


def say_below(ax: Axes, lines: Sequence[str], narrow: bool = False) -> int:
    """Notes below the axis, wrapped to the width of the picture; returns their number of lines."""
    width = _NARROW_NOTE if narrow else _NOTE
    parts = [part for line in lines for part in textwrap.wrap(line, width)]
    if parts:
        ax.annotate(
            "\n".join(parts),
            (0, 0),
            # Below the label of the axis, which takes more lines in a narrow picture.
            (0, -52 if narrow else -38),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=8,
            color=INK,
            va="top",
            annotation_clip=False,
            parse_math=False,
        )
    return len(parts)


def _axes(ax: Axes | None, names: Sequence[str], narrow: bool) -> Axes:
    if ax is not None:
        return ax
    if narrow:
        height = 1.4 + _row(names) * max(len(names), 1)
        return Figure(figsize=(4.1, height), layout="constrained").subplots()
    lines = sum(max(1, 0.55 * (1 + name.count("\n"))) for name in names)
    figure = Figure(figsize=(9, 1.9 + 0.42 * max(lines, 1)), layout="constrained")
    return figure.subplots()


def _row(names: Sequence[str]) -> float:
    """Height of a row in which the name stands above the bar [inches]."""
    return 0.5 + 0.15 * max((1 + name.count("\n") for name in names), default=1)


def _thickness(names: Sequence[str], narrow: bool) -> float:
    """Thickness of bars, the same in narrow pictures however many lines the names take."""
    return 0.3 / _row(names) if narrow else _THICK


def _lines(ax: Axes, places: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    # A pale edge shows the line on a dark bar, too.
    for end in (low, high):
        ax.plot(end, places, "|", color="white", markersize=9, markeredgewidth=3.4)
    edge = [withStroke(linewidth=3.4, foreground="white")]
    ax.hlines(places, low, high, color=INK, linewidth=1.2, path_effects=edge, zorder=2.5)
    for end in (low, high):
        ax.plot(end, places, "|", color=INK, markersize=7, zorder=3)


def _amounts(values: np.ndarray, harms: np.ndarray, currency: str, narrow: bool) -> list[str]:
    """What each bar says: its value and, where a harm was taken from it, how much."""
    written = labels.pence if 0 < np.abs(values).max(initial=0.0) < 100 else labels.money
    said = []
    for value, harm in zip(values, harms, strict=True):
        words = written(float(value), currency)
        gap = "\n" if narrow else " "
        after = "" if np.isnan(harm) else f"{gap}(after harms of {written(-float(harm), currency)})"
        said.append(words + after)
    return said


def _numbers(ax: Axes, ends: np.ndarray, said: Sequence[str]) -> None:
    """The number of each bar, to the right of all that is drawn for it."""
    for place, (end, words) in enumerate(zip(ends, said, strict=True)):
        ax.annotate(
            words,
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


def _finish(ax: Axes, names: Sequence[str], about: tuple[str, str, str], narrow: bool) -> None:
    title, currency, what = about
    if narrow:
        title, what = wrapped(title, 42), wrapped(what, _NARROW_NOTE)
    ax.set_yticks(range(len(names)), list(names), fontsize=9)
    _as_written([*ax.get_yticklabels(), ax.title, ax.xaxis.label])
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(4 if narrow else 6))
    ax.xaxis.set_major_formatter(_scale(ax, currency))
    ax.tick_params(axis="x", labelsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(what, fontsize=9)
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    if not narrow:
        ax.axvline(0, color=INK, linewidth=0.8)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    if narrow:
        _names_above(ax, names)
    _make_room(ax, names, narrow)
    if not names:
        ax.text(0.5, 0.5, "Nothing was valued", transform=ax.transAxes, ha="center")


def _names_above(ax: Axes, names: Sequence[str]) -> None:
    """Put each name above its bar, from the left edge of the picture."""
    half = _thickness(names, True) / 2
    above = half + 0.05
    ax.set_yticks([place - above for place in range(len(names))], list(names), fontsize=9)
    ax.tick_params(axis="y", pad=0)
    for label in ax.get_yticklabels():
        label.set(ha="left", va="bottom", parse_math=False)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    for place in range(len(names)):
        ax.plot([0, 0], [place - half, place + half], color=INK, linewidth=0.8, zorder=1)
    ax.set_ylim(len(names) - 0.7, -1 + above)


def _make_room(ax: Axes, names: Sequence[str], narrow: bool) -> None:
    """Widen the scale until every number fits to the right of its bar."""
    ax.use_sticky_edges = False
    ax.margins(x=0.03)
    low, high = ax.get_xlim()
    low = low if low < 0 and _reaches_left(ax) else 0.0
    figure: Any = ax.get_figure()
    whole = 72 * figure.get_size_inches()[0]
    longest = max((len(line) for name in names for line in name.split("\n")), default=0)
    beside = 20 if narrow else 40 + _LETTER * longest
    width = min(whole - beside, whole * (1 if narrow else ax.get_position().width))
    found: list[Any] = list(ax.texts)
    for text in found:
        letters = max(len(line) for line in text.get_text().split("\n"))
        left = max(width - 12 - _LETTER * letters, 0.3 * width)
        high = max(high, low + (text.xy[0] - low) * width / left)
    ax.set_xlim(low, high)


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
