"""Which pictures does a result have? Each takes a result and gives Axes; none needs its colour."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from socialvalue.files import replace_whole
from socialvalue.report import labels
from socialvalue.results import Result
from socialvalue.summary import MERGED, UNALLOCATED

INK, GREY, PALE = "#222222", "#8A8A8A", "#C8C8C8"
BAR, HARM = "#1F5A85", "#B3541E"
SHORT = {"sdg": "SDG", "marmot": "Marmot", "marmot-8": "Marmot"}


def by_category(result: Result, framework: str, ax: Axes | None = None) -> Axes:
    """Present value for each category of a framework that has some, with its range.

    Every bar carries the category's number, title and value; colours only help. Categories without
    value, and those that no proxy serves, are named below the bars.

    Parameters
    ----------
    result : Result
    framework : str
        ``sdg``, ``marmot`` or another of the result's frameworks.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    table = result.by(framework)
    shown = table[table["present_value"].notna() & (table["present_value"] != 0)]
    colours = result.frameworks[framework].set_index("category")["colour"]
    paint = [colours.get(category, PALE) for category in shown[framework]]
    names = [_category_name(row, framework) for row in shown.to_dict("records")]
    title = f"Estimated social value by {labels.WORDS.get(framework, framework)}"
    ax = _bars(result, shown, names, paint, title, ax)
    _say_absent(ax, table, framework)
    return ax


def _category_name(row: dict[str, Any], framework: str) -> str:
    title = row[f"{framework}_title"]
    if row[framework] in (UNALLOCATED, MERGED):
        return str(title)
    return f"{SHORT.get(framework, framework)} {row[framework]}: {title}"


def _say_absent(ax: Axes, table: pd.DataFrame, framework: str) -> None:
    lines = []
    for status, words in (
        ("no records", "No records"),
        ("no proxy", "No proxy, so not valued"),
        ("merged", "None, or merged with other small groups"),
    ):
        rows = table[(table["status"] == status) & ~table[framework].isin([MERGED, UNALLOCATED])]
        rows = rows[rows["present_value"].isna() | (rows["present_value"] == 0)]
        if len(rows):
            lines.append(f"{words}: {', '.join(rows[framework])}.")
    if lines:
        text = "  ".join(lines)
        ax.annotate(
            text,
            (0, 0),
            (0, -38),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=8,
            color=INK,
            va="top",
            annotation_clip=False,
        )


def by_year(result: Result, ax: Axes | None = None) -> Axes:
    """Present value by year, one bar a year."""
    table = result.by("year")
    names = [str(year) for year in table["year"]]
    title = "Estimated social value by year in which it falls"
    return _bars(result, table, names, [BAR] * len(table), title, ax)


def stakeholder_group(result: Result, ax: Axes | None = None) -> Axes:
    """Present value by stakeholder group, largest first."""
    table = result.by("stakeholder_group").sort_values("present_value", ascending=False)
    names = [labels.name(group) for group in table["stakeholder_group"]]
    title = "Estimated social value by stakeholder group"
    return _bars(result, table, names, [BAR] * len(table), title, ax)


def waterfall(result: Result, ax: Axes | None = None) -> Axes:
    """Steps from gross value to present value: what each reduction takes off."""
    table = result.waterfall()
    table = table[(table["change"] != 0) | table["step"].isin(["gross_value", "present_value"])]
    totals = table["step"].isin(["gross_value", "net_value", "present_value"]).to_numpy()
    left = np.where(totals, 0.0, table["value"] - table["change"])
    ax = _axes(ax, len(table))
    places = np.arange(len(table))
    paint = [
        BAR if total else (HARM if change < 0 else GREY)
        for total, change in zip(totals, table["change"], strict=True)
    ]
    bars = ax.barh(places, table["change"], left=left, color=paint, edgecolor=INK, linewidth=0.6)
    for bar, total in zip(bars, totals, strict=True):
        if not total:
            bar.set_hatch("///")
    currency = labels.currency_of(result)
    ends = np.maximum(left, left + table["change"].to_numpy())
    for place, end, change in zip(places, ends, table["change"], strict=True):
        ax.annotate(
            labels.money(change, currency),
            (max(end, 0), place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
        )
    names = [labels.STEPS[step] for step in table["step"]]
    _finish(result, ax, names, "From gross value to present value")
    return ax


def _bars(
    result: Result,
    table: pd.DataFrame,
    names: list[str],
    paint: list[str],
    title: str,
    ax: Axes | None,
) -> Axes:
    ax = _axes(ax, len(table))
    places = np.arange(len(table))
    values = table["present_value"].to_numpy(float)
    bars = ax.barh(places, values, color=paint, edgecolor=INK, linewidth=0.6)
    for bar, value in zip(bars, values, strict=True):
        if value < 0:
            bar.set_hatch("xxx")
    low, high = (table[f"present_value_{end}"].to_numpy(float) for end in ("low", "high"))
    ranged = ~np.isnan(low) & ~np.isnan(high)
    if ranged.any():
        spread = np.abs(np.vstack([values - low, high - values]))[:, ranged]
        ax.errorbar(
            values[ranged],
            places[ranged],
            xerr=spread,
            fmt="none",
            ecolor=INK,
            elinewidth=1.2,
            capsize=3,
        )
    currency = labels.currency_of(result)
    for place, value, end in zip(places, values, np.where(ranged, high, values), strict=True):
        ax.annotate(
            labels.money(value, currency),
            (max(value, end, 0), place),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
        )
    _finish(result, ax, names, title, ranged=bool(ranged.any()))
    return ax


def _axes(ax: Axes | None, bars: int) -> Axes:
    if ax is not None:
        return ax
    figure = Figure(figsize=(9, 1.9 + 0.42 * max(bars, 1)), layout="constrained")
    return figure.subplots()


def _finish(
    result: Result, ax: Axes, names: list[str], title: str, *, ranged: bool = False
) -> None:
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.invert_yaxis()
    currency = labels.currency_of(result)
    ax.xaxis.set_major_formatter(lambda value, _: labels.money(value, currency))
    ax.tick_params(axis="x", labelsize=8)
    ax.tick_params(axis="y", length=0)
    prices = f"Present value, {result.assumptions.price_year} prices"
    ax.set_xlabel(f"{prices}; lines show the published range" if ranged else prices, fontsize=9)
    ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.grid(axis="x", color=PALE, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.margins(x=0.16)
    if not names:
        ax.text(0.5, 0.5, "Nothing was valued", transform=ax.transAxes, ha="center")


def charts_of(result: Result) -> dict[str, Axes]:
    """All charts of a result, by the name of their file."""
    drawn = {framework: by_category(result, framework) for framework in result.frameworks}
    drawn["year"] = by_year(result)
    drawn["stakeholder_group"] = stakeholder_group(result)
    drawn["waterfall"] = waterfall(result)
    return drawn


def alt_text(chart: str, result: Result) -> str:
    """What a chart shows, in words, for those who cannot see it."""
    currency = labels.currency_of(result)
    if chart == "waterfall":
        table = result.waterfall()
        parts = [
            f"{labels.STEPS[r.step]} {labels.money(r.change, currency)}"
            for r in table.itertuples()
            if r.change
        ]
    else:
        table = result.by(chart)
        table = table[table["present_value"].notna() & (table["present_value"] != 0)]
        column = f"{chart}_title" if f"{chart}_title" in table else chart
        parts = [
            f"{labels.name(n)} {labels.money(v, currency)}"
            for n, v in zip(table[column], table["present_value"], strict=True)
        ]
    about = labels.WORDS.get(chart, "step from gross to present value").lower()
    return f"Bar chart of estimated present value by {about}: {'; '.join(parts)}."


def save_charts(result: Result, folder: str | Path) -> None:
    """Write every chart as PNG and SVG."""
    for name, ax in charts_of(result).items():
        figure = ax.get_figure()
        for suffix in ("png", "svg"):
            with replace_whole(Path(folder) / f"{name}.{suffix}") as made:
                save(figure, made)


def save(figure: Any, path: Any, kind: str | None = None) -> None:
    """Write a figure so that the same result gives the same file, SVG text staying text."""
    import matplotlib as mpl

    metadata = {"Date": None} if (kind or Path(path).suffix) in ("svg", ".svg") else {}
    with mpl.rc_context({"svg.hashsalt": "socialvalue", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=150, facecolor="white", metadata=metadata, format=kind)
