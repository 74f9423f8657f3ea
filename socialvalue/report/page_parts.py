"""How is value split up on the page? By goals, groups, years and what else was asked for."""

import io
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from socialvalue.report import charts, labels
from socialvalue.results import Result
from socialvalue.summary import MERGED, UNALLOCATED

_MONEY = ("gross_value", "net_value", "present_value", "harm_present_value")
SPLITS = ("year", "stakeholder_group")
"""What every page splits value by, with a picture, beside goals."""


def goals(result: Result) -> list[dict[str, Any]]:
    """Value by the categories of each framework, those without value too.

    Where nothing was priced only the goals that something was counted for are left: what no
    category takes of no value at all would read as nought.
    """
    found = []
    for framework in result.frameworks:
        table = result.by(framework)
        if labels.nothing_priced(result):
            table = table[table["status"] == "not priced"]
        if len(table):
            found.append(_goal(result, framework, table))
    return found


def _goal(result: Result, framework: str, table: pd.DataFrame) -> dict[str, Any]:
    rows = [
        {"name": _goal_name(row, framework), **_figures(result, row)}
        for row in table.to_dict("records")
    ]
    return {
        "title": labels.WORDS.get(framework, framework),
        "anchor": framework,
        "figure": figure(result, framework),
        "rows": rows,
        "total": _sums(result, table),
    }


def _goal_name(row: dict[str, Any], framework: str) -> str:
    title = str(row[f"{framework}_title"])
    return title if row[framework] in (UNALLOCATED, MERGED) else f"{row[framework]} {title}"


def others(result: Result) -> list[dict[str, Any]]:
    """The steps to present value, and value by year and group; nothing where nothing was priced."""
    if labels.nothing_priced(result):
        return []
    return [_steps(result), *(_split(result, key) for key in SPLITS)]


def breakdowns(result: Result) -> list[dict[str, Any]]:
    """Value by each column that was asked for and stands nowhere else on the page."""
    if labels.nothing_priced(result):
        return []
    asked = dict.fromkeys([*result.breakdowns, *result.also_by])
    shown = (*result.frameworks, *SPLITS)
    return [_breakdown(result, key) for key in asked if key not in shown]


def figure(result: Result, chart: str) -> dict[str, Any] | None:
    """A picture for wide pages and one for narrow ones, with its words."""
    if labels.nothing_priced(result):
        return None
    return {
        "alt": charts.alt_text(chart, result),
        "wide": _svg(chart, charts.chart(result, chart)),
        "narrow": _svg(f"narrow-{chart}", charts.chart(result, chart, narrow=True)),
    }


def _svg(mark: str, ax: Axes) -> Markup:
    buffer = io.StringIO()
    charts.save(ax.get_figure(), buffer, "svg")
    drawn = buffer.getvalue()
    # The picture is ours, drawn from escaped text; only its XML preamble is left out. Identifiers
    # are made unlike those of the page's other pictures.
    drawn = drawn[drawn.index("<svg") :]
    for sign in ('id="', 'href="#', "url(#"):
        drawn = drawn.replace(sign, f"{sign}{mark}-")
    return Markup(drawn)  # noqa: S704


def _figures(result: Result, row: dict[str, Any]) -> dict[str, str]:
    currency = labels.currency_of(result)
    shown = {name: labels.money(row[name], currency) for name in _MONEY}
    low, high = row["present_value_low"], row["present_value_high"]
    has_range = pd.notna(low) and pd.notna(high)
    ends = f"{labels.money(low, currency)} to {labels.money(high, currency)}"
    # A range may be on two lines, but never a sign and its amount.
    ends = ends.replace("-", "\u2011")
    valued = pd.notna(row["present_value"]) and row["present_value"] != 0
    return {
        **shown,
        "range": ends if has_range else "none" if valued else "–",
        "people": labels.number(row["people"], 0),
        # What has no figure says why across the row, in place of figures.
        "instead": labels.STATUS[row["status"]] if pd.isna(row["present_value"]) else "",
    }


def _sums(result: Result, table: pd.DataFrame) -> dict[str, str]:
    """Sums of the columns that add up, rounded when added; people and ranges do not."""
    currency = labels.currency_of(result)
    return {name: labels.money(table[name].sum(min_count=1), currency) for name in _MONEY}


def _steps(result: Result) -> dict[str, Any]:
    currency = labels.currency_of(result)
    rows = [
        {
            "name": labels.STEPS[row.step],
            "change": labels.money(row.change, currency),
            "value": labels.money(row.value, currency),
        }
        for row in result.waterfall().itertuples()
    ]
    return {
        "title": "From gross to present value",
        "anchor": "waterfall",
        "figure": figure(result, "waterfall"),
        "rows": rows,
    }


def _split(result: Result, key: str) -> dict[str, Any]:
    return {**_breakdown(result, key), "anchor": key, "figure": figure(result, key)}


def _breakdown(result: Result, key: str) -> dict[str, Any]:
    table = result.by(key)
    rows = [
        {"name": labels.name(row[key]), **_figures(result, row)} for row in table.to_dict("records")
    ]
    return {
        "title": labels.WORDS.get(key, labels.heading(key)),
        "rows": rows,
        "total": _sums(result, table),
        # Several figures of one category can be solved for the few people behind one value.
        "withheld": bool(table["gross_value"].isna().all()),
    }
