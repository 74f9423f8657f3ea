"""What do the tables of the page hold? Each from a result, written out as text."""

from typing import Any

import pandas as pd

from socialvalue.report import charts, labels
from socialvalue.report.sources import values_in_force
from socialvalue.results import Result


def unpriced(result: Result) -> list[dict[str, str]]:
    """Outcomes counted and told, not priced, with the goals they are linked to."""
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


def impact_map(result: Result) -> dict[str, Any]:
    """Rows of the map, and notes that say where each share came from, numbered from 1."""
    currency = labels.currency_of(result)
    rows = result.impact_map[result.impact_map["proxy_id"].notna() | result.impact_map["counted"]]
    notes: dict[str, int] = {}
    shares = ("deadweight", "displacement", "attribution_to_others", "drop_off")
    shown = [
        {
            "outcome": labels.name(row["outcome"]),
            "group": labels.name(row["stakeholder_group"]),
            "year": labels.name(row["first_year"]),
            "quantity": f"{labels.number(row['quantity'])} {labels.name(row['unit'], '')}".strip(),
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
            "present_value": labels.pence(row["present_value"], currency),
            "note": "" if row["counted"] else f"not counted: {row['not_counted_because']}",
        }
        for row in rows.to_dict("records")
    ]
    return {"rows": shown, "notes": list(notes)}


def findings(result: Result) -> list[dict[str, str]]:
    """Findings, with the value at stake as money."""
    currency = labels.currency_of(result)
    return [
        {
            **{key: str(value) for key, value in row.items()},
            "value_at_stake": labels.money(row["value_at_stake"], currency),
        }
        for row in result.findings.to_dict("records")
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
            "amount": labels.pence(row["amount"], currency),
            "present_value": labels.pence(row["present_value"], currency),
        }
        for row in sums.reset_index().to_dict("records")
    ]


def proxies(result: Result) -> list[dict[str, str]]:
    """Values used, with their ranges, sources and cautions."""
    currency = labels.currency_of(result)
    rows = []
    for row in values_in_force(result).to_dict("records"):
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


def texts(table: pd.DataFrame) -> dict[str, Any]:
    """A table as it is, without its empty columns."""
    filled = table.dropna(axis=1, how="all")
    rows = [
        [labels.number(cell) if isinstance(cell, float) else labels.name(cell, "") for cell in row]
        for row in filled.itertuples(index=False)
    ]
    return {"columns": [labels.heading(column) for column in filled], "rows": rows}
