"""What does a program read? assessment.json, by its published schema."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.adjustments import RECORD
from socialvalue.compared_rows import ADJUSTMENTS, KEYS, months_of
from socialvalue.files import replace_whole
from socialvalue.impact_map import SHARES
from socialvalue.merging import MERGED_LABEL
from socialvalue.optimism import optimism_table
from socialvalue.proxies import DEFAULTS
from socialvalue.report.csv_tables import keys_of
from socialvalue.report.labels import before_unstated, headline
from socialvalue.report.said import adjustments, has_importance
from socialvalue.results import Result
from socialvalue.summary import UNALLOCATED

SCHEMA_VERSION = "1.2"
FRAMEWORKS = ("sdg", "marmot")
"""Frameworks that are in every file, so that a program that reads it need not ask."""
_ENDS = ("first_month", "last_month")
_OF_ROWS = (
    "row_id",
    *KEYS,
    "theme",
    "value_type",
    "payer",
    "first_year",
    *ADJUSTMENTS,
    "shares_stated",
    "quantity",
    "counted",
    "merged",
    "present_value",
)
_OF_PROXIES = (
    "proxy_id",
    "name",
    "theme",
    "unit",
    "unit_value",
    "low",
    "high",
    "currency",
    "price_year",
    "value_type",
    "value_covers",
    "discount_class",
    "transfer",
    "payer",
    "overlap_group",
    "uprating",
    "income_elasticity",
    "already_net_of",
    *DEFAULTS,
    "defaults_source",
    "source_id",
    "valid_from",
    "valid_to",
    "review_by",
    "superseded_by",
)
_VALUES = ("gross_value", "net_value", "present_value", "harm_present_value")


def to_json(result: Result) -> dict[str, Any]:
    """A result as plain data: what is not known is null, and nothing is rounded.

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict
        By ``docs/reference/assessment.schema.json``.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "profile": result.profile,
        "disclosure": result.disclosure,
        "headline": headline(result),
        "before_unstated_adjustments": before_unstated(result),
        "period": result.period,
        "totals": {name: plain(value) for name, value in result.totals.items()},
        "ratio_missing": result.ratio_missing,
        "range": _range(result),
        "range_missing": result.range.missing,
        "share_without_range": plain(result.range.share_without_range),
        "simulation": _simulation(result),
        "people": plain(result.total_people),
        "by": _by(result),
        "cases": _rows(result.cases()),
        "cost_effectiveness": _rows(result.cost_effectiveness()),
        "survey_change": _rows(result.survey_change),
        "conventions": _conventions(result),
        "weighted": _weighted(result),
        "unpriced": _unpriced(result),
        "findings": _rows(result.findings),
        "assumptions": _settings(result),
        "adjustments": _rows(adjustments(result)),
        "read_otherwise": _rows(result.coerced),
        **_valued_again(result),
        "provenance": _provenance(result),
    }


def write_json(result: Result, path: str | Path) -> None:
    """Write assessment.json."""
    text = json.dumps(to_json(result), indent=2, ensure_ascii=False, allow_nan=False)
    with replace_whole(path) as made:
        made.write_text(text + "\n", encoding="utf-8")


def plain(value: Any) -> Any:
    """A value that JSON knows; what is missing or not a number is null."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _simulation(result: Result) -> dict[str, Any] | None:
    """What the simulated range is made of; null where the range is none."""
    found = result.simulation
    if found is None:
        return None
    return {
        "draws": len(found.draws),
        "seed": int(found.seed),
        "sampler": found.sampler,
        "level": found.level,
        "share_fixed": found.share_fixed,
        "probability_value_exceeds_cost": plain(found.probability_value_exceeds_cost),
        "probability_error": plain(found.probability_error),
        "totals": _rows(found.totals),
        "parameters": _rows(found.spreads),
    }


def _range(result: Result) -> dict[str, Any] | None:
    found = result.range
    if found.missing:
        return None
    return {
        "kind": found.kind,
        "level": found.level,
        "present_value": {
            "low": plain(found.present_value_low),
            "high": plain(found.present_value_high),
        },
        "sroi_ratio": {"low": plain(found.sroi_ratio_low), "high": plain(found.sroi_ratio_high)},
    }


def _provenance(result: Result) -> dict[str, Any]:
    """Where the result came from; a data frame has no file, sheet or hash."""
    inputs = [
        {key: value or None for key, value in each.items()} for each in result.provenance["inputs"]
    ]
    return {**result.provenance, "inputs": inputs}


def _by(result: Result) -> dict[str, list[dict[str, Any]]]:
    """Lists by category; a framework that nothing links to is unallocated as a whole."""
    found = {}
    for framework in FRAMEWORKS:
        if framework not in result.frameworks:
            table = result.by().assign(
                **{framework: UNALLOCATED, f"{framework}_title": "Not allocated to a category"},
                status=UNALLOCATED,
            )
            found[framework] = _categories(table, framework)
    for key in keys_of(result):
        found[key] = _categories(result.by(key), key)
    return found


def _conventions(result: Result) -> list[dict[str, Any]] | None:
    table = result.shown_conventions
    return None if table is None else _rows(table)


def _valued_again(result: Result) -> dict[str, Any]:
    """What it takes to value the rows again, such as to compare them with another assessment's."""
    rows = result.valued.rows
    origins = zip(*(rows[f"{share}_from"] for share in SHARES), strict=True)
    stated = [
        [share for share, origin in zip(SHARES, each, strict=True) if origin == RECORD]
        for each in origins
    ]
    # What was merged over years has none to show.
    year = rows["first_year"].astype("Int64").mask(rows["year"] == MERGED_LABEL)
    table = rows.assign(first_year=year, shares_stated=stated)
    months, bias = months_of(result), optimism_table(result.assumptions)
    return {
        "covers": None if months is None else dict(zip(_ENDS, months, strict=True)),
        "impact_map": _rows(table[[*_OF_ROWS]]),
        "allocation": _rows(result.allocation),
        "proxies": _rows(result.proxies_used[[*_OF_PROXIES]]),
        "optimism_bias": None if bias is None else _rows(bias),
    }


def _weighted(result: Result) -> dict[str, Any] | None:
    """Points of outcomes and of categories; null where nobody said what matters."""
    if not has_importance(result):
        return None
    by = {
        framework: _rows(result.weighted_by(framework).rename(columns={framework: "category"}))
        for framework in result.frameworks
    }
    return {"outcomes": _rows(result.weighted()), "by": by}


def _unpriced(result: Result) -> list[dict[str, Any]]:
    rows = _rows(result.unpriced)
    for row in rows:
        named = {framework: row.pop(framework) or "" for framework in result.frameworks}
        row["goals"] = {key: text.split("; ") for key, text in named.items() if text}
    return rows


def _categories(table: pd.DataFrame, key: str) -> list[dict[str, Any]]:
    rows = []
    for row in table.to_dict("records"):
        category = plain(row[key])
        low, high = plain(row["present_value_low"]), plain(row["present_value_high"])
        title = plain(row.get(f"{key}_title", category))
        rows.append(
            {
                "category": None if category is None else str(category),
                "title": "not stated" if title is None else str(title),
                "status": row["status"],
                **{name: plain(row[name]) for name in _VALUES},
                "range": None if low is None or high is None else {"low": low, "high": high},
                "quantity": plain(row["quantity"]),
                "unit": plain(row["unit"]),
                "people": plain(row["people"]),
            }
        )
    return rows


def _settings(result: Result) -> dict[str, Any]:
    table = result.assumptions.to_rows()
    raw = {name: getattr(result.assumptions, name) for name in table["setting"]}
    plain = {name: value for name, value in raw.items() if not isinstance(value, pd.DataFrame)}
    shown = dict(zip(table["setting"], table["value"], strict=True))
    return {
        name: [each if isinstance(each, str) else ": ".join(each) for each in plain[name]]
        if isinstance(plain.get(name), tuple)
        else plain.get(name, words)
        for name, words in shown.items()
    }
