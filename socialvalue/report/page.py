"""What does a reader open? One self-contained page, without anything fetched from elsewhere."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from socialvalue.files import replace_whole
from socialvalue.report import charts, labels
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
        unpriced=_unpriced(result),
        impact_map=_impact_map(result),
        findings=_findings(result),
        inputs=_inputs(result),
        assumptions=result.assumptions.to_rows().to_dict("records"),
        adjustments=_texts(result.adjustments),
        proxies=_proxies(result),
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


def _unpriced(result: Result) -> list[dict[str, str]]:
    return [
        {
            "outcome": labels.name(row["outcome"], "(unnamed)"),
            "group": labels.name(row["stakeholder_group"]),
            "year": labels.name(row["first_year"]),
            "quantity": f"{labels.number(row['quantity'])} {labels.name(row['unit'], '')}".strip(),
            "people": labels.number(row["people"], 0),
            "goals": "; ".join(
                f"{charts.SHORT.get(framework, framework)} {row[framework]}"
                for framework in result.frameworks
                if row[framework]
            ),
        }
        for row in result.unpriced.to_dict("records")
    ]


def _impact_map(result: Result) -> list[dict[str, Any]]:
    currency = labels.currency_of(result)
    rows = result.impact_map[result.impact_map["proxy_id"].notna() | result.impact_map["counted"]]
    return [
        {
            "outcome": labels.name(row["outcome"]),
            "group": labels.name(row["stakeholder_group"]),
            "year": labels.name(row["first_year"]),
            "quantity": f"{labels.number(row['quantity'])} {labels.name(row['unit'], '')}".strip(),
            "proxy": labels.name(row["proxy_name"], "several"),
            "unit_value": labels.pence(row["unit_value_repriced"], currency),
            "shares": [
                (labels.share(row[share]), labels.name(row[f"{share}_from"]))
                for share in ("deadweight", "displacement", "attribution_to_others", "drop_off")
            ],
            "duration": labels.number(row["duration_years"]),
            "present_value": labels.pence(row["present_value"], currency),
            "note": "" if row["counted"] else f"not counted: {row['not_counted_because']}",
        }
        for row in rows.to_dict("records")
    ]


def _findings(result: Result) -> list[dict[str, str]]:
    currency = labels.currency_of(result)
    return [
        {
            **{key: str(value) for key, value in row.items()},
            "value_at_stake": labels.money(row["value_at_stake"], currency),
        }
        for row in result.findings.to_dict("records")
    ]


def _inputs(result: Result) -> list[dict[str, str]]:
    currency = labels.currency_of(result)
    keys = ["project", "payer", "input_type", "year"]
    if result.inputs.empty:
        return []
    sums = result.inputs.groupby(keys, dropna=False)[["amount", "present_value"]].sum()
    return [
        {
            **{key: labels.name(row[key]) for key in keys},
            "amount": labels.pence(row["amount"], currency),
            "present_value": labels.pence(row["present_value"], currency),
        }
        for row in sums.reset_index().to_dict("records")
    ]


def _proxies(result: Result) -> list[dict[str, str]]:
    currency = labels.currency_of(result)
    rows = []
    for row in result.proxies_used.to_dict("records"):
        bounds = [labels.money(row[end], currency) for end in ("low", "high")]
        one = labels.pence(row["unit_value"], currency)
        rows.append(
            {
                "name": labels.name(row["name"]),
                "id": row["proxy_id"],
                "value": f"{one} per {labels.name(row['unit'])}",
                "range": " to ".join(bounds) if bounds != ["–", "–"] else "none published",
                "prices": labels.name(row["price_year"]),
                "evidence": labels.name(row["evidence"]),
                "source": ", ".join(
                    labels.name(row[f"source_{part}"], "")
                    for part in ("title", "publisher", "year")
                    if pd.notna(row[f"source_{part}"])
                ),
                "page": labels.name(row["page"], ""),
                "licence": labels.name(row["source_licence"], ""),
                "notes": labels.name(row["notes"], ""),
            }
        )
    return rows


def _texts(table: pd.DataFrame) -> dict[str, Any]:
    filled = table.dropna(axis=1, how="all")
    rows = [
        [labels.number(cell) if isinstance(cell, float) else labels.name(cell, "") for cell in row]
        for row in filled.itertuples(index=False)
    ]
    return {"columns": [labels.heading(column) for column in filled], "rows": rows}
