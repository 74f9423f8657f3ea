"""What does a program read? assessment.json, by its published schema."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.files import replace_whole
from socialvalue.report.csv_tables import keys_of
from socialvalue.report.labels import before_unstated, headline
from socialvalue.report.said import has_importance
from socialvalue.results import Result
from socialvalue.summary import UNALLOCATED

SCHEMA_VERSION = "1.1"
FRAMEWORKS = ("sdg", "marmot")
"""Frameworks that are in every file, so that a program that reads it need not ask."""
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
        "totals": {name: _plain(value) for name, value in result.totals.items()},
        "ratio_missing": result.ratio_missing,
        "range": _range(result),
        "range_missing": result.range.missing,
        "share_without_range": _plain(result.range.share_without_range),
        "people": _plain(result.total_people),
        "by": _by(result),
        "cases": _rows(result.cases()),
        "cost_effectiveness": _rows(result.cost_effectiveness()),
        "survey_change": _rows(result.survey_change),
        "conventions": _conventions(result),
        "weighted": _weighted(result),
        "unpriced": _unpriced(result),
        "findings": _rows(result.findings),
        "assumptions": _settings(result),
        "adjustments": _rows(result.adjustments),
        "read_otherwise": _rows(result.coerced),
        "provenance": _provenance(result),
    }


def write_json(result: Result, path: str | Path) -> None:
    """Write assessment.json."""
    text = json.dumps(to_json(result), indent=2, ensure_ascii=False, allow_nan=False)
    with replace_whole(path) as made:
        made.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
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
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _range(result: Result) -> dict[str, Any] | None:
    found = result.range
    if found.missing:
        return None
    return {
        "kind": found.kind,
        "level": found.level,
        "present_value": {
            "low": _plain(found.present_value_low),
            "high": _plain(found.present_value_high),
        },
        "sroi_ratio": {"low": _plain(found.sroi_ratio_low), "high": _plain(found.sroi_ratio_high)},
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
        category = _plain(row[key])
        low, high = _plain(row["present_value_low"]), _plain(row["present_value_high"])
        title = _plain(row.get(f"{key}_title", category))
        rows.append(
            {
                "category": None if category is None else str(category),
                "title": "not stated" if title is None else str(title),
                "status": row["status"],
                **{name: _plain(row[name]) for name in _VALUES},
                "range": None if low is None or high is None else {"low": low, "high": high},
                "quantity": _plain(row["quantity"]),
                "unit": _plain(row["unit"]),
                "people": _plain(row["people"]),
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
