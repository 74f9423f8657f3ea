"""What does a reader open? One self-contained page, without anything fetched from elsewhere."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from socialvalue.files import replace_whole
from socialvalue.report import labels, moved, said, worth
from socialvalue.report import page_parts as parts
from socialvalue.report import page_tables as tables
from socialvalue.report.shown import on_page
from socialvalue.results import Result


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
    environment.filters["marked"] = marked
    template = environment.get_template("report.html.j2")
    return template.render(
        result=result,
        headline=labels.headline(result),
        totals=_totals(result),
        range_words=labels.range_words(result),
        ratio_words=labels.ratio_words(result),
        simulated=_simulated(result),
        unstated=labels.before_unstated(result),
        missing=labels.nothing_priced(result),
        harms=labels.harms(result),
        goals=parts.goals(result),
        others=parts.others(result),
        breakdowns=parts.breakdowns(result),
        sections=_sections(result),
        unpriced=tables.unpriced(result),
        impact_map=tables.impact_map(result),
        findings=tables.findings(result),
        accepted=tables.findings(result, accepted=True),
        inputs=tables.inputs(result),
        assumptions=result.assumptions.to_rows().to_dict("records"),
        adjustments=tables.texts(said.adjustments(result)),
        proxies=tables.proxies(result),
        re_pricing=tables.re_pricing(result),
        provenance=result.provenance,
    )


def _simulated(result: Result) -> str:
    """What a simulated range is made of, in words; empty where the range is none."""
    found = result.simulation
    if found is None:
        return ""
    chance = (
        ""
        if found.ratio_missing
        else f" Value exceeds cost in {found.chance_in_words} of the draws."
    )
    return (
        f"It is drawn: {len(found.draws):,} times (seed {found.seed}) every number with a stated "
        "spread took a value within it, the same wherever the number is used, and "
        f"{labels.share(found.level)} of the answers lie in the range.{chance}"
    )


def marked(text: str) -> Markup:
    """Text for the page, in which what stands between backticks is code.

    Examples
    --------
    >>> marked("see `wb_wellby` & <b>")
    Markup('see <code>wb_wellby</code> &amp; &lt;b&gt;')
    """
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    # The text was escaped before the only tags in it were put there.
    return Markup(shown)  # noqa: S704


def _sections(result: Result) -> list[dict[str, Any]]:
    """Parts of the report that are one or a few plain tables, those there are."""
    currency = labels.currency_of(result)
    priced = not labels.nothing_priced(result)
    found = [
        moved.numbers(result) if priced else None,
        worth.cases(result) if priced else None,
        worth.unit_costs(result) if len(result.inputs) else None,
        worth.conventions(result) if priced else None,
        said.surveys(result),
        said.importance(result),
    ]
    return [on_page(section, currency) for section in found if section is not None]


def _totals(result: Result) -> list[tuple[str, str, str]]:
    totals, currency = result.totals, labels.currency_of(result)
    sign = labels.symbol(currency)
    meanings = (
        ("gross_value", "Gross value", "before any reduction"),
        ("net_value", "Net value", "after every reduction"),
        ("present_value", "Present value", "discounted"),
        ("harm_present_value", labels.harms(result), "already subtracted above"),
    )
    unknown = labels.nothing_priced(result)
    rows = [
        (label, labels.money(totals[name], currency), unknown or meaning)
        for name, label, meaning in meanings
    ]
    spent = labels.money(totals["input_value"], currency)
    rows.append(("Inputs", spent, "present value of what was put in"))
    if result.ratio_missing:
        return [*rows, ("Ratio", "none", result.ratio_missing)]
    net = labels.money(totals["net_present_value"], currency)
    back = f"of value for each {sign}1 put in"
    return [
        *rows,
        ("Net present value", net, "present value less inputs, of projects that have both"),
        (
            "Ratio",
            labels.pence(totals["sroi_ratio"], currency),
            f"{back}; {labels.ratio_range_words(result)}",
        ),
        _payback(totals["payback_years"]),
    ]


def _payback(years: float) -> tuple[str, str, str]:
    if pd.isna(years):
        return ("Payback", "–", "value never reaches inputs")
    return ("Payback", f"{years:.1f} years", "until value reaches inputs")
