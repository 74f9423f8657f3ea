"""Which pictures does a result have? Each takes a result and gives Axes; none needs its colour."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from socialvalue.errors import SettingsError
from socialvalue.files import replace_whole
from socialvalue.report import labels
from socialvalue.report.bars import BAR, Bars, draw, say_below, steps
from socialvalue.report.change_chart import change as change
from socialvalue.report.distribution import distribution as distribution
from socialvalue.report.tornado import in_words, is_drawn
from socialvalue.report.tornado import tornado as tornado
from socialvalue.results import Result
from socialvalue.summary import MERGED, UNALLOCATED

SHORT = {"sdg": "SDG", "marmot": "Marmot", "marmot-8": "Marmot"}
MOST_GROUPS = 30
"""Bars of a chart of groups; what is smaller stands together in one more."""
_PLAIN = "#C8C8C8"


def by_category(
    result: Result, framework: str, ax: Axes | None = None, *, narrow: bool = False
) -> Axes:
    """Present value for each category of a framework that has some, with its range.

    Every bar carries the category's number, title and value; colours only help. Harms are hatched.
    Categories without value are named below the bars, with the reason.

    Parameters
    ----------
    result : Result
    framework : str
        ``sdg``, ``marmot`` or another of the result's frameworks.
    ax : Axes, optional
    narrow : bool
        Whether names stand above their bars, for a picture as narrow as a telephone.

    Returns
    -------
    Axes

    Raises
    ------
    SettingsError
        If the result has no such framework.
    """
    if framework not in result.frameworks:
        raise SettingsError(
            f"There is no framework {framework!r} in this result. It has "
            f"{', '.join(result.frameworks)}; charts.by_year, charts.stakeholder_group and "
            "result.by(...) split by other keys."
        )
    table = result.by(framework)
    shown = table[table["present_value"].notna() & (table["present_value"] != 0)]
    colours = result.frameworks[framework].set_index("category")["colour"]
    found = [colours.get(category) for category in shown[framework]]
    paint = [colour if isinstance(colour, str) else _PLAIN for colour in found]
    names = [_category_name(row, framework) for row in shown.to_dict("records")]
    title = f"Estimated social value by {labels.WORDS.get(framework, framework)}"
    ax = _bars(result, shown, (names, paint, title), ax, narrow)
    say_below(ax, _absent(table, framework), narrow)
    return ax


def _category_name(row: dict[str, Any], framework: str) -> str:
    title = row[f"{framework}_title"]
    if row[framework] in (UNALLOCATED, MERGED):
        return str(title)
    return f"{SHORT.get(framework, framework)} {row[framework]}: {title}"


def _absent(table: pd.DataFrame, framework: str) -> list[str]:
    """Categories without a bar, by the reason; what came to nothing is said too."""
    empty = table["present_value"].isna() | (table["present_value"] == 0)
    left = table[empty & ~table[framework].isin([MERGED, UNALLOCATED])]
    words = {**labels.STATUS, "valued": "Came to nothing"}
    return [
        f"{words[status]}: {', '.join(rows[framework])}."
        for status, rows in left.groupby("status", sort=False)
    ]


def by_year(result: Result, ax: Axes | None = None, *, narrow: bool = False) -> Axes:
    """Present value by year, one bar a year."""
    table = result.by("year")
    names = [str(year) for year in table["year"]]
    title = "Estimated social value by year in which it falls"
    return _bars(result, table, (names, [BAR] * len(table), title), ax, narrow)


def stakeholder_group(result: Result, ax: Axes | None = None, *, narrow: bool = False) -> Axes:
    """Present value by stakeholder group, largest first."""
    table = result.by("stakeholder_group").sort_values("present_value", ascending=False)
    names = [labels.name(group) for group in table["stakeholder_group"]]
    if len(table) > MOST_GROUPS:
        size = table["present_value"].abs().rank(method="first", ascending=False)
        rest = (size > MOST_GROUPS).to_numpy(bool)
        sums = table[rest][["present_value", "harm_present_value"]].sum()
        kept = [name for name, small in zip(names, rest, strict=True) if not small]
        names = [*kept, f"{int(rest.sum())} other groups together"]
        table = pd.concat([table[~rest], sums.to_frame().T], ignore_index=True)
    title = "Estimated social value by stakeholder group"
    return _bars(result, table, (names, [BAR] * len(table), title), ax, narrow)


def waterfall(
    result: Result,
    ax: Axes | None = None,
    *,
    of: tuple[str, str] | None = None,
    narrow: bool = False,
) -> Axes:
    """Steps from gross value to present value: what each reduction takes off.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
    of : tuple of str, optional
        A key and one of its categories, such as ``("sdg", "3")``, for the steps of that category.
    narrow : bool
        Whether names stand above their bars.

    Returns
    -------
    Axes

    Raises
    ------
    SettingsError
        If the result has no such key, nothing of value in the category, or withholds its steps.
    """
    table, title = result.waterfall(), "From gross value to present value"
    if of is not None:
        table = _steps_of(result, *of)
        about = f"{labels.WORDS.get(of[0], labels.heading(of[0]))} {labels.name(of[1])}"
        title = f"{title}: {about}"
    table = table[(table["change"] != 0) | table["step"].isin(["gross_value", "present_value"])]
    totals = table["step"].isin(["gross_value", "net_value", "present_value"]).to_numpy()
    change = table["change"].to_numpy(float)
    return steps(
        ax,
        [labels.STEPS[step] for step in table["step"]],
        (np.where(totals, 0.0, table["value"] - change), change, totals),
        (title, labels.currency_of(result), f"Money, {result.assumptions.price_year} prices"),
        narrow,
    )


def _steps_of(result: Result, key: str, category: str) -> pd.DataFrame:
    table = result.waterfall(key)
    found = table[table[key].astype("string").fillna("not stated") == str(category)]
    if found.empty:
        there = ", ".join(table[key].astype("string").fillna("not stated").unique())
        raise SettingsError(
            f"Nothing of value is in the category {category!r} of {key}. There is: {there}."
        )
    if found["change"].isna().any():
        raise SettingsError(
            f"A published result has only the present value of each {key}: its steps could be "
            "solved for the few people behind one value. Draw them from the assessment itself."
        )
    return found


def _bars(
    result: Result,
    table: pd.DataFrame,
    words: tuple[list[str], list[str], str],
    ax: Axes | None,
    narrow: bool,
) -> Axes:
    names, paint, title = words
    low, high = (table[f"present_value_{end}"].to_numpy(float) for end in ("low", "high"))
    bars = Bars(
        names=names,
        values=table["present_value"].to_numpy(float),
        harms=table["harm_present_value"].fillna(0.0).to_numpy(float),
        low=low,
        high=high,
        paint=paint,
    )
    prices = f"Present value, {result.assumptions.price_year} prices"
    return draw(ax, bars, title, (labels.currency_of(result), prices), narrow)


def chart(result: Result, name: str, *, narrow: bool = False) -> Axes:
    """One chart of a result, by the name of its file."""
    others = {"year": by_year, "stakeholder_group": stakeholder_group, "waterfall": waterfall}
    if name == "tornado":
        return tornado(result, narrow=narrow)
    if name in others:
        return others[name](result, narrow=narrow)
    return by_category(result, name, narrow=narrow)


def charts_of(result: Result) -> dict[str, Axes]:
    """All charts of a result, by the name of their file."""
    names = (*result.frameworks, "year", "stakeholder_group", "waterfall")
    found = {name: chart(result, name) for name in names}
    if result.simulation is not None and not result.range.missing:
        found["distribution"] = distribution(result.simulation)
    if is_drawn(result):
        found["tornado"] = chart(result, "tornado")
    return found


def alt_text(chart: str, result: Result) -> str:
    """What a chart shows, in words, for those who cannot see it."""
    currency = labels.currency_of(result)
    if chart == "tornado":
        return in_words(result)
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
        names = (
            [_category_name(row, chart) for row in table.to_dict("records")]
            if chart in result.frameworks
            else [labels.name(each) for each in table[chart]]
        )
        parts = [
            f"{name} {labels.money(value, currency)}"
            for name, value in zip(names, table["present_value"], strict=True)
        ]
    about = labels.WORDS.get(chart, "step from gross to present value")
    said = "; ".join(parts) if parts else "nothing was valued"
    return f"Bar chart of estimated present value by {about}: {said}."


def save_charts(result: Result, folder: str | Path) -> None:
    """Write every chart as PNG and SVG; those of the internal profile say so."""
    for name, ax in charts_of(result).items():
        figure: Any = ax.get_figure()
        if result.profile == "internal":
            figure.suptitle(
                labels.NOT_FOR_PUBLICATION, fontsize=9, fontweight="bold", color="#B3261E"
            )
        for suffix in ("png", "svg"):
            with replace_whole(Path(folder) / f"{name}.{suffix}") as made:
                save(figure, made)


def save(figure: Any, path: Any, kind: str | None = None) -> None:
    """Write a figure so that the same result gives the same file, SVG text staying text."""
    import matplotlib as mpl

    metadata = {"Date": None} if (kind or Path(path).suffix) in ("svg", ".svg") else {}
    with mpl.rc_context({"svg.hashsalt": "socialvalue", "svg.fonttype": "none"}):
        figure.savefig(path, dpi=150, facecolor="white", metadata=metadata, format=kind)
