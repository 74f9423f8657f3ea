"""What do the tables of the page hold? Each from a result, written out as text."""

from typing import Any

import pandas as pd

from socialvalue.report import charts, labels, sources
from socialvalue.report.sources import values_in_force
from socialvalue.results import Result


def unpriced(result: Result) -> list[dict[str, str]]:
    """Outcomes counted and told, not priced, with the goals they are linked to."""
    return [
        {
            "outcome": labels.name(row["outcome"], "(unnamed)"),
            "group": labels.name(row["stakeholder_group"]),
            "year": labels.name(row["first_year"]),
            "quantity": labels.quantity(row["quantity"], row["unit"]),
            "people": labels.number(row["people"], 0),
            "goals": "; ".join(
                f"{charts.SHORT.get(framework, framework)} {row[framework]}"
                for framework in result.frameworks
                if row[framework]
            ),
        }
        for row in result.unpriced.to_dict("records")
    ]


def impact_map(result: Result) -> dict[str, Any]:
    """Rows of the map, and notes that say where each share came from, numbered from 1."""
    currency = labels.currency_of(result)
    rows = result.impact_map[result.impact_map["proxy_id"].notna() | result.impact_map["counted"]]
    notes: dict[str, int] = {}
    shares = ("deadweight", "displacement", "attribution_to_others", "drop_off")
    shown = [
        {
            "outcome": labels.name(row["outcome"]),
            "about": about,
            "quantity": labels.quantity(row["quantity"], row["unit"]),
            "proxy": labels.name(row["proxy_name"], "several"),
            "unit_value": labels.pence(row["unit_value_repriced"], currency),
            "shares": [
                (
                    labels.share(row[share]),
                    notes.setdefault(labels.name(row[f"{share}_from"]), len(notes) + 1),
                )
                for share in shares
            ],
            "duration": labels.number(row["duration_years"]),
            "present_value": labels.money(row["present_value"], currency),
            "note": "" if row["counted"] else f"not counted: {row['not_counted_because']}",
        }
        for row, about in zip(rows.to_dict("records"), _about(rows), strict=True)
    ]
    return {"rows": shown, "notes": list(notes)}


def _about(rows: pd.DataFrame) -> list[list[str]]:
    """Who and when each row is about, and what else tells it from rows that look the same."""
    keys = ["stakeholder_group", "first_year"]
    if len(rows["project"].dropna().unique()) > 1:
        keys.append("project")
    twins = rows.duplicated(["outcome", "proxy_id", *keys], keep=False)
    found = []
    for row, same in zip(rows.to_dict("records"), twins, strict=True):
        said = [labels.name(row[key], "" if key == "project" else "not stated") for key in keys]
        said.append(labels.name(row["evidence"], "") if same else "")
        # Merged rows have the same words for all.
        found.append(list(dict.fromkeys(words for words in said if words)))
    return found


def findings(result: Result, *, accepted: bool = False) -> list[dict[str, str]]:
    """Open findings, or those accepted with a reason, with the value at stake as money."""
    chosen = result.findings[result.findings["accepted_because"].notna() == accepted]
    currency = labels.currency_of(result)
    return [
        {
            **{key: str(value) for key, value in row.items()},
            # Nothing at stake is said of what has no value, which is not known to be nought.
            "value_at_stake": labels.money(row["value_at_stake"] or float("nan"), currency),
        }
        for row in chosen.to_dict("records")
    ]


def inputs(result: Result) -> list[dict[str, str]]:
    """Inputs by project, payer, kind and year."""
    currency = labels.currency_of(result)
    keys = ["project", "payer", "input_type", "year"]
    if result.inputs.empty:
        return []
    sums = result.inputs.groupby(keys, dropna=False)[["amount", "present_value"]].sum()
    return [
        {
            **{key: labels.name(row[key]) for key in keys},
            "amount": labels.money(row["amount"], currency),
            "present_value": labels.money(row["present_value"], currency),
        }
        for row in sums.reset_index().to_dict("records")
    ]


_DATED = ("unit_value", "low", "high", "valid_from", "valid_to", "review_by", "superseded_by")
"""Columns in which the dated rows of one series of values differ."""


def proxies(result: Result) -> list[dict[str, Any]]:
    """Values used, with their ranges, sources and cautions; a series of dated values is one."""
    used = values_in_force(result)
    same = [column for column in used if column not in _DATED]
    series = used.groupby(same, sort=False, dropna=False)
    return [_proxy(rows, labels.currency_of(result)) for _, rows in series]


def _proxy(rows: pd.DataFrame, currency: str) -> dict[str, Any]:
    row = rows.iloc[0]
    values, ranges = [], []
    for each in rows.to_dict("records"):
        when = _when(each) if len(rows) > 1 else ""
        one = labels.pence(each["unit_value"], currency)
        values.append(f"{when}{one} per {labels.unit(each['unit'])}")
        ends = [labels.pence(each[end], currency) for end in ("low", "high")]
        ranges.append("none published" if ends == ["–", "–"] else f"{when}{' to '.join(ends)}")
    source = [row[f"source_{part}"] for part in ("title", "publisher", "year")]
    return {
        "name": labels.name(row["name"]),
        "id": row["proxy_id"],
        "amounts": values,
        "ranges": list(dict.fromkeys(ranges)),
        "prices": labels.name(row["price_year"]),
        "evidence": labels.name(row["evidence"]),
        "source": ", ".join(labels.name(part) for part in source if pd.notna(part)),
        "page": labels.name(row["page"], ""),
        "licence": labels.name(row["source_licence"], ""),
        "notes": labels.name(row["notes"], ""),
    }


def _when(row: dict[str, Any]) -> str:
    """Dates between which a value holds, as words before it."""
    begins, ends = (pd.to_datetime(row[end]) for end in ("valid_from", "valid_to"))
    if pd.isna(begins) and pd.isna(ends):
        return ""
    if pd.notna(begins) and pd.notna(ends):
        year = begins.is_year_start and ends.is_year_end and begins.year == ends.year
        return f"{begins.year}: " if year else f"{begins:%Y-%m-%d} to {ends:%Y-%m-%d}: "
    return f"from {begins:%Y-%m-%d}: " if pd.notna(begins) else f"to {ends:%Y-%m-%d}: "


def re_pricing(result: Result) -> dict[str, Any]:
    """What each price factor is made of, with as many digits as it takes to work it out again."""
    table = sources.re_pricing(result)
    for name in table.select_dtypes("float"):
        written = table[name].map("{:.8g}".format)
        table[name] = written.where(table[name].notna(), None)
    return texts(table)


def texts(table: pd.DataFrame) -> dict[str, Any]:
    """A table as it is, without its empty columns."""
    filled = table.dropna(axis=1, how="all")
    rows = [
        [
            labels.number(cell) if isinstance(cell, float) else "" if pd.isna(cell) else str(cell)
            for cell in row
        ]
        for row in filled.itertuples(index=False)
    ]
    return {"columns": [labels.heading(column) for column in filled], "rows": rows}
