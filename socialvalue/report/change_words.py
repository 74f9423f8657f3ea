"""How is a comparison told? In a few sentences, as plain data, and as text for a terminal."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from socialvalue.report import labels
from socialvalue.report.json_file import plain

if TYPE_CHECKING:
    from socialvalue.comparison import Comparison

PARTS = {
    "volume": "Volume",
    "mix": "Mix",
    "prices": "Prices",
    "adjustments": "Adjustments",
    "method": "Method",
    "data_corrections": "Data corrections",
    "not_split": "Not split",
}
STATUSES = ("opened", "closed", "accepted", "still open")
"""What became of a finding, in the order in which it is told."""
_TOTALS = {
    "gross_value": "Gross value",
    "net_value": "Net value",
    "present_value": "Present value",
    "present_value_low": "  its range, low",
    "present_value_high": "  its range, high",
    "harm_present_value": "  of which harms",
    "input_value": "Inputs",
    "net_present_value": "Net present value",
    "sroi_ratio": "Ratio",
    "sroi_ratio_low": "  its range, low",
    "sroi_ratio_high": "  its range, high",
    "payback_years": "Payback (years)",
    "people": "People",
}
_NO_MONEY = {"payback_years": 1, "people": 0, "sroi_ratio": 2} | {
    f"sroi_ratio_{end}": 2 for end in ("low", "high")
}
"""Totals that are no money, with their decimals."""
KEYS = ("stakeholder_group", "value_type", "year", "project")


def signed(amount: float, currency: str) -> str:
    """A change of money with its sign.

    Examples
    --------
    >>> signed(1234.4, "GBP"), signed(-0.001, "GBP"), signed(float("nan"), "GBP")
    ('+£1,234', '£0', 'not known')
    """
    if math.isnan(amount):
        return "not known"
    shown = labels.money(amount, currency)
    return f"+{shown}" if amount >= 0.005 else shown


def in_words(comparison: "Comparison") -> str:
    """A comparison in a few sentences: from what to what, and why."""
    last, this = comparison.last, comparison.this
    currency = this.assumptions.currency
    ends = [
        f"{labels.money(each.totals['present_value'], currency)} ({_about(each)})"
        for each in (last, this)
    ]
    change = this.totals["present_value"] - last.totals["present_value"]
    said = [
        f"Estimated present value went from {ends[0]} to {ends[1]}: {signed(change, currency)}."
    ]
    said.append(_parts_in_words(comparison, currency))
    said.append(_months_in_words(comparison))
    settings = comparison.settings["setting"].tolist()
    said.append(f"Settings that differ: {', '.join(settings)}." if settings else "")
    counts = comparison.findings["status"].value_counts()
    told = [each for each in STATUSES if each != "accepted" or each in counts]
    found = ", ".join(f"{counts.get(each, 0)} {each}" for each in told)
    said.append(f"Findings: {found}.")
    return " ".join([each for each in (*said, *comparison.notes) if each])


def _about(each: Any) -> str:
    currency, prices = each.assumptions.currency, each.assumptions.price_year
    low, high = (each.totals[f"present_value_{end}"] for end in ("low", "high"))
    level = "" if each.level is None else f" at {labels.share(each.level)}"
    ends = f"range {labels.money(low, currency)} to {labels.money(high, currency)}{level}"
    about = f"{each.period}, {labels.perspective(each)}, {prices} prices"
    return f"{about}, {'no range' if math.isnan(low) else ends}"


def _parts_in_words(comparison: "Comparison", currency: str) -> str:
    parts = comparison.parts
    moved = parts[parts["change"].abs() >= 0.005]
    if moved.empty:
        return "No part of it moved." if parts["change"].notna().all() else ""
    told = [
        f"{PARTS[row.part].lower()} {signed(row.change, currency)}" for row in moved.itertuples()
    ]
    return f"Of this: {', '.join(told)}."


def _months_in_words(comparison: "Comparison") -> str:
    if comparison.months is None:
        return "No month is covered by both." if comparison.corrections_known else ""
    first, last = comparison.months
    return f"Both cover {first}." if first == last else f"Both cover {first} to {last}."


def to_json(comparison: "Comparison") -> dict[str, Any]:
    """A comparison as plain data: what is not known is null, and nothing is rounded."""
    last, this = comparison.last, comparison.this
    wanted = dict.fromkeys([*this.frameworks, *KEYS, *this.breakdowns, *this.sums])
    keys = [key for key in wanted if key in comparison.keys]
    return {
        "summary": in_words(comparison),
        "not_for_publication": internal(comparison),
        "currency": this.assumptions.currency,
        "last": _side(last),
        "this": _side(this),
        "covered_by_both": comparison.months and list(comparison.months),
        "totals": _rows(comparison.totals),
        "parts": _rows(comparison.parts),
        "by": {key: _rows(comparison.by(key).rename(columns={key: "category"})) for key in keys},
        "settings": _rows(comparison.settings),
        "proxies": _rows(comparison.proxies),
        "findings": _rows(comparison.findings),
        "notes": list(comparison.notes),
    }


def internal(comparison: "Comparison") -> bool:
    """Whether small groups are shown on one side or both."""
    return "internal" in (comparison.last.profile, comparison.this.profile)


def _side(each: Any) -> dict[str, Any]:
    return {
        "period": each.period,
        "price_year": each.assumptions.price_year,
        "perspective": each.assumptions.perspective,
        "profile": each.profile,
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def as_text(comparison: "Comparison") -> str:
    """A comparison as it is printed: what changed, its parts, every total and what else differs."""
    currency = comparison.this.assumptions.currency
    parts = [
        (PARTS[row.part], signed(row.change, currency), row.what_it_is)
        for row in comparison.parts.itertuples()
    ]
    whole = comparison.totals.set_index("total").loc["present_value", "change"]
    parts.append(("Change", signed(whole, currency), "the sum of the parts"))
    mark = [labels.NOT_FOR_PUBLICATION] if internal(comparison) else []
    blocks = [*mark, in_words(comparison), _columns([("Part", "Change", "What it is"), *parts])]
    blocks.append(_columns([("Total", "Last", "This", "Change"), *_totals(comparison, currency)]))
    blocks += [_listed(title, lines) for title, lines in _others(comparison) if lines]
    return "\n\n".join(blocks)


def by_as_text(comparison: "Comparison", key: str) -> str:
    """The change by one key as it is printed, the parts beside each other."""
    table, currency = comparison.by(key), comparison.this.assumptions.currency
    names = [name for name in PARTS if name in table and table[name].notna().any()]
    title = f"{key}_title"
    head = (labels.heading(key), "Last", "This", "Change", *(PARTS[name] for name in names))
    lines = [head]
    for row in table.to_dict("records"):
        name = labels.name(row[key]) + (f" {row[title]}" if title in row else "")
        money = [labels.money(row[each], currency) for each in ("last", "this")]
        moved = [signed(row[each], currency) for each in ("change", *names)]
        lines.append((name, *money, *moved))
    return _columns(lines)


def _total_labels(comparison: "Comparison") -> dict[str, str]:
    """What each total is called; of published ones some harms may be merged with benefits."""
    both = (comparison.last, comparison.this)
    some = any((each.findings["rule"] == labels.HARMS_MERGED).any() for each in both)
    return {**_TOTALS, "harm_present_value": f"  {labels.HARMS_SHOWN}"} if some else _TOTALS


def _totals(comparison: "Comparison", currency: str) -> list[tuple[str, ...]]:
    rows = []
    table = comparison.totals.set_index("total")
    for name, label in _total_labels(comparison).items():
        row = table.loc[name]
        if name in _NO_MONEY:
            decimals = _NO_MONEY[name]
            shown = [
                "–" if math.isnan(row[c]) else f"{row[c]:,.{decimals}f}" for c in ("last", "this")
            ]
            change = "–" if math.isnan(row["change"]) else f"{row['change']:+,.{decimals}f}"
        else:
            shown = [labels.money(row[column], currency) for column in ("last", "this")]
            change = "–" if math.isnan(row["change"]) else signed(row["change"], currency)
        rows.append((label, *shown, change))
    return rows


def _others(comparison: "Comparison") -> list[tuple[str, list[str]]]:
    settings = [
        f"{row.setting}: {row.last or 'none'} -> {row.this or 'none'}"
        for row in comparison.settings.itertuples()
    ]
    proxies = [_proxy(row) for row in comparison.proxies.itertuples()]
    moved = comparison.findings[comparison.findings["status"] != "still open"]
    findings = [
        f"{row.status}, {row.severity}: {row.message}"
        + (f" ({row.accepted_because})" if row.status == "accepted" else "")
        for row in moved.itertuples()
    ]
    return [
        ("Settings that differ", settings),
        ("Proxies that differ", proxies),
        ("Findings opened, closed or accepted", findings),
    ]


def _proxy(row: Any) -> str:
    if row.what == "added":
        return f"{row.proxy_id}: added, {row.this_unit_value:,.2f} at {row.this_price_year} prices"
    if row.what == "removed":
        return f"{row.proxy_id}: no longer used"
    if row.what != "changed":
        return f"{row.proxy_id}: {row.what}; the other may have it among merged small groups"
    return (
        f"{row.proxy_id}: {row.last_unit_value:,.2f} at {row.last_price_year} prices -> "
        f"{row.this_unit_value:,.2f} at {row.this_price_year} prices ({row.changed})"
    )


def _listed(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"  {line}" for line in lines)])


def _columns(lines: list[tuple[str, ...]]) -> str:
    """Lines in columns: words to the left, figures to the right, the last words as they are."""
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    figures = [place for place in range(1, len(widths)) if lines[0][place] != "What it is"]
    shown = [
        "  ".join(
            cell.rjust(width) if place in figures else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join(shown)
