"""What does a reader open? One self-contained page, without anything fetched from elsewhere."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from socialvalue.files import replace_whole
from socialvalue.report import charts, labels
from socialvalue.report import page_tables as tables
from socialvalue.results import Result
from socialvalue.summary import MERGED, UNALLOCATED

_CHARTS = ("waterfall", "year", "stakeholder_group")
_MONEY = ("gross_value", "net_value", "present_value", "harm_present_value")


def write_report(result: Result, path: str | Path) -> None:
    """Write the report as one HTML page: charts, tables, assumptions, findings, sources.

    Parameters
    ----------
    result : Result
        As it is to be shown: published or internal.
    path : str or Path
    """
    with replace_whole(path) as made:
        made.write_text(render(result), encoding="utf-8")


def render(result: Result) -> str:
    """The page as text."""
    environment = Environment(
        loader=PackageLoader("socialvalue.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.j2")
    return template.render(
        result=result,
        headline=labels.headline(result),
        totals=_totals(result),
        range_words=labels.range_words(result),
        ratio_words=labels.ratio_words(result),
        unstated=labels.before_unstated(result),
        goals=[_goal(result, framework) for framework in result.frameworks],
        others=[_other(result, chart) for chart in _CHARTS],
        breakdowns=[_breakdown(result, key) for key in result.breakdowns],
        unpriced=tables.unpriced(result),
        impact_map=tables.impact_map(result),
        findings=tables.findings(result),
        inputs=tables.inputs(result),
        assumptions=result.assumptions.to_rows().to_dict("records"),
        adjustments=tables.texts(result.adjustments),
        proxies=tables.proxies(result),
        provenance=result.provenance,
    )


def _totals(result: Result) -> list[tuple[str, str, str]]:
    totals, currency = result.totals, labels.currency_of(result)
    sign = labels.symbol(currency)
    rows = [
        ("Gross value", labels.pence(totals["gross_value"], currency), "before any reduction"),
        ("Net value", labels.pence(totals["net_value"], currency), "after every reduction"),
        ("Present value", labels.pence(totals["present_value"], currency), "discounted"),
        (
            "of which harms",
            labels.pence(totals["harm_present_value"], currency),
            "already subtracted above",
        ),
        (
            "Inputs",
            labels.pence(totals["input_value"], currency),
            "present value of what was put in",
        ),
    ]
    if result.ratio_missing:
        return [*rows, ("Ratio", "none", result.ratio_missing)]
    return [
        *rows,
        (
            "Net present value",
            labels.pence(totals["net_present_value"], currency),
            "present value less inputs, of projects that have both",
        ),
        (
            "Ratio",
            labels.ratio(totals["sroi_ratio"]),
            f"{sign.strip()} of value for each {sign}1 put in; {labels.ratio_range_words(result)}",
        ),
        _payback(totals["payback_years"]),
    ]


def _payback(years: float) -> tuple[str, str, str]:
    if pd.isna(years):
        return ("Payback", "–", "value never reaches inputs")
    return ("Payback", f"{years:.1f} years", "until value reaches inputs")


def _svg(chart: str, ax: Any) -> Markup:
    buffer = io.StringIO()
    charts.save(ax.get_figure(), buffer, "svg")
    drawn = buffer.getvalue()
    # The picture is ours, drawn from escaped text; only its XML preamble is left out. Identifiers
    # are made unlike those of the page's other pictures.
    drawn = drawn[drawn.index("<svg") :]
    for mark in ('id="', 'href="#', "url(#"):
        drawn = drawn.replace(mark, f"{mark}{chart}-")
    return Markup(drawn)  # noqa: S704


def _goal(result: Result, framework: str) -> dict[str, Any]:
    table = result.by(framework)
    rows = [
        {"name": _goal_name(row, framework), **_figures(result, row)}
        for row in table.to_dict("records")
    ]
    return {
        "title": labels.WORDS.get(framework, framework),
        "anchor": framework,
        "chart": _svg(framework, charts.by_category(result, framework)),
        "alt": charts.alt_text(framework, result),
        "rows": rows,
        "total": _sums(result, table),
    }


def _goal_name(row: dict[str, Any], framework: str) -> str:
    title = str(row[f"{framework}_title"])
    return title if row[framework] in (UNALLOCATED, MERGED) else f"{row[framework]} {title}"


def _figures(result: Result, row: dict[str, Any]) -> dict[str, str]:
    currency = labels.currency_of(result)
    shown = {name: labels.pence(row[name], currency) for name in _MONEY}
    low, high = row["present_value_low"], row["present_value_high"]
    has_range = pd.notna(low) and pd.notna(high)
    ends = f"{labels.money(low, currency)} to {labels.money(high, currency)}"
    valued = pd.notna(row["present_value"]) and row["present_value"] != 0
    return {
        **shown,
        "range": ends if has_range else "none" if valued else "–",
        "people": labels.number(row["people"], 0),
        # What has no figure says why across the row, in place of figures.
        "instead": labels.STATUS[row["status"]] if pd.isna(row["present_value"]) else "",
    }


def _sums(result: Result, table: pd.DataFrame) -> dict[str, str]:
    """Sums of the columns that add up; people and ranges do not."""
    currency = labels.currency_of(result)
    return {name: labels.pence(table[name].sum(min_count=1), currency) for name in _MONEY}


def _other(result: Result, chart: str) -> dict[str, Any]:
    currency = labels.currency_of(result)
    if chart == "waterfall":
        rows = [
            {
                "name": labels.STEPS[row.step],
                "change": labels.pence(row.change, currency),
                "value": labels.pence(row.value, currency),
            }
            for row in result.waterfall().itertuples()
        ]
        title, drawn, total = "From gross to present value", charts.waterfall(result), {}
    else:
        table = result.by(chart)
        rows = [
            {"name": labels.name(row[chart]), **_figures(result, row)}
            for row in table.to_dict("records")
        ]
        title, total = labels.WORDS[chart], _sums(result, table)
        drawn = charts.by_year(result) if chart == "year" else charts.stakeholder_group(result)
    return {
        "title": title,
        "anchor": chart,
        "rows": rows,
        "total": total,
        "chart": _svg(chart, drawn),
        "alt": charts.alt_text(chart, result),
    }


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
