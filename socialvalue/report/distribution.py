"""How do draws of a total spread? Their histogram, with the assessment, the range and the cost."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from socialvalue.errors import SettingsError
from socialvalue.report import labels
from socialvalue.report.bars import BAR, HARM, INK, PALE, say_below, wrapped
from socialvalue.simulation import Simulation

TITLES = {
    "present_value": "How far the present value may be off",
    "net_present_value": "How far value may exceed cost, or fall short of it",
    "sroi_ratio": "How far the ratio may be off",
}
"""Totals that can be drawn, and what their pictures are called."""
_BINS, _NARROW_BINS = 48, 24
_ROOM = 1.34
"""Height of the axes, of that of the tallest bar: two lines of words stand above it."""


def distribution(
    simulation: Simulation,
    ax: Axes | None = None,
    *,
    of: str = "present_value",
    narrow: bool = False,
) -> Axes:
    """Histogram of the draws of a total: what lies in its range, where it was assessed, and cost.

    Bars outside the range are hatched. The cost is a dashed line: the inputs for the present value
    (where the ratio covers all of it), 0 for the net present value, 1 for the ratio.

    Parameters
    ----------
    simulation : Simulation
        From ``result.simulate()``.
    ax : Axes, optional
    of : {"present_value", "net_present_value", "sroi_ratio"}
    narrow : bool
        Whether the picture is as narrow as a telephone.

    Returns
    -------
    Axes

    Raises
    ------
    SettingsError
        If there is no such total, or it does not vary.
    """
    if of not in TITLES:
        raise SettingsError(f"of = {of!r}: choose one of {', '.join(TITLES)}.")
    row = simulation.totals.set_index("total").loc[of]
    if pd.isna(row["low"]):
        why = simulation.ratio_missing if of != "present_value" else None
        raise SettingsError(f"There is no distribution of {of}: {why or 'nothing in it varies'}.")
    ax = ax if ax is not None else _axes(narrow)
    draws = simulation.draws[of].to_numpy(float)
    ends = (float(row["low"]), float(row["high"]))
    tallest = _bars(ax, draws, ends, _NARROW_BINS if narrow else _BINS)
    ax.set_ylim(0, tallest * _ROOM)
    currency = simulation.assumptions.currency
    written = _written(of, currency)
    lines = [(float(row["central"]), f"assessed {written(row['central'])}", INK, "-")]
    cost = _cost(simulation, of)
    if cost is not None:
        said = f"cost {written(cost)}" if of == "present_value" else "value = cost"
        lines.append((cost, said, HARM, "--"))
    _finish(ax, simulation, of, narrow)
    _lines(ax, lines, tallest)
    say_below(ax, _notes(simulation, row, written), narrow)
    return ax


def _axes(narrow: bool) -> Axes:
    size = (4.1, 3.9) if narrow else (9, 4.0)
    return Figure(figsize=size, layout="constrained").subplots()


def _bars(ax: Axes, draws: np.ndarray, ends: tuple[float, float], bins: int) -> float:
    """Bars with an edge at both ends of the range; returns the height of the tallest."""
    low, high = ends
    width = (high - low) / max(1, round(bins * (high - low) / np.ptp(draws)))
    # So many whole bins on either side that every draw is in one.
    before, after = np.ceil((low - draws.min()) / width), np.ceil((draws.max() - low) / width)
    edges = low + width * np.arange(-before, after + 1)
    edges[-1] = max(edges[-1], draws.max())
    shares = np.histogram(draws, edges)[0] / len(draws)
    inside = (edges[:-1] >= low - width / 2) & (edges[1:] <= high + width / 2)
    drawn = ax.bar(
        edges[:-1],
        shares,
        np.diff(edges),
        align="edge",
        color=[BAR if each else PALE for each in inside],
        edgecolor=INK,
        linewidth=0.4,
    )
    for bar, each in zip(drawn, inside, strict=True):
        if not each:
            bar.set_hatch("////")
    return float(shares.max())


def _cost(simulation: Simulation, of: str) -> float | None:
    """What the total is to be held against; None where the inputs are not those of all of it."""
    if simulation.ratio_missing:
        return None
    if of != "present_value":
        return 0.0 if of == "net_present_value" else 1.0
    central = simulation.totals.set_index("total")["central"]
    spent = central["present_value"] - central["net_present_value"]
    return float(spent) if np.isclose(spent, central["input_value"], rtol=1e-9) else None


def _written(of: str, currency: str) -> Any:
    if of == "sroi_ratio":
        return lambda amount: labels.ratio(float(amount))
    return lambda amount: labels.money(float(amount), currency)


def _lines(ax: Axes, lines: list[tuple[float, str, str, str]], tallest: float) -> None:
    """Upright lines, each with its words above the bars, one line of words for each."""
    left, right = ax.get_xlim()
    for place, (at, said, paint, style) in enumerate(lines):
        top = tallest * (1.07 + 0.12 * (len(lines) - 1 - place))
        # A pale edge shows the line on dark bars, too.
        ax.plot([at, at], [0, top], color="white", linewidth=2.8, zorder=2.9)
        ax.plot([at, at], [0, top], color=paint, linestyle=style, linewidth=1.6, zorder=3)
        # Words run towards the side on which there is more room.
        before = at > (left + right) / 2
        ax.annotate(
            said,
            (at, top),
            (-4 if before else 4, 0),
            textcoords="offset points",
            ha="right" if before else "left",
            va="center",
            fontsize=9,
            color=paint,
            parse_math=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


def _finish(ax: Axes, simulation: Simulation, of: str, narrow: bool) -> None:
    currency = simulation.assumptions.currency
    what = "Ratio" if of == "sroi_ratio" else labels.heading(of)
    prices = "" if of == "sroi_ratio" else f", {simulation.assumptions.price_year} prices"
    cost = _cost(simulation, of)
    if cost is not None:
        # A cost far from all of the draws is worth seeing, and so is nought.
        left, right = ax.get_xlim()
        room = 0.04 * (max(right, cost) - min(left, cost))
        ax.set_xlim(min(left, cost - room), max(right, cost + room))
    title = TITLES[of]
    ax.set_title(
        wrapped(title, 42) if narrow else title,
        loc="left",
        fontsize=11,
        fontweight="bold",
        color=INK,
    )
    what = f"{what}{prices}; the higher a bar, the more draws"
    ax.set_xlabel(wrapped(what, 44) if narrow else what, fontsize=9)
    ax.xaxis.set_major_locator(MaxNLocator(4 if narrow else 6))
    if of == "sroi_ratio":
        ax.xaxis.set_major_formatter("{x:g}")
    else:
        largest = max(map(abs, ax.get_xlim()))
        ax.xaxis.set_major_formatter(lambda x, _: labels.scale_money(x, largest, currency))
    ax.tick_params(axis="x", labelsize=8)
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_axisbelow(True)


def _notes(simulation: Simulation, row: pd.Series, written: Any) -> list[str]:
    said = [
        f"{simulation.level:.0%} of {len(simulation.draws):,} draws lie between "
        f"{written(row['low'])} and {written(row['high'])}; hatched: the rest."
    ]
    if not simulation.ratio_missing:
        said.append(f"Value exceeds cost in {simulation.chance_in_words} of the draws.")
    fixed = labels.share(simulation.share_fixed)
    said.append(f"Only what has a stated spread varies; {fixed} of the value has none.")
    return said
