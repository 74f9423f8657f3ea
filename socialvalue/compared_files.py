"""What can a comparison take from an assessment.json? Its rows, and what they were valued with."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.adjustments import RECORD
from socialvalue.assumptions import Assumptions
from socialvalue.compared import RANGE_ENDS, Compared
from socialvalue.compared_rows import (
    COLUMNS,
    Rows,
    Side,
    comparable,
    first_year,
    set_of,
    with_positions,
)
from socialvalue.covered_months import covering
from socialvalue.errors import InputError
from socialvalue.impact_map import SHARES
from socialvalue.proxy_schemas import PROXIES
from socialvalue.summary import MERGED, UNALLOCATED

_NUMBERS = (
    "quantity",
    *SHARES,
    "starts",
    "duration_years",
    "drop_off",
    "present_value",
)
_DATES = ("valid_from", "valid_to", "review_by")
_OF_A_PROXY = ("unit_value", "low", "high", "income_elasticity", *SHARES, "drop_off")


def of_file(path: str | Path, name: str, covers: tuple[str, str] | None) -> Compared:
    """An assessment.json as one of two that are compared.

    Parameters
    ----------
    path : str or Path
        The file, or the folder it is in.
    name : {"last", "this"}
    covers : tuple of str, optional
        First and last month it covers; by default what the file says.

    Raises
    ------
    InputError
        If the file cannot be read, or is no assessment.
    """
    data = read_assessment(path)
    assumptions = _assumptions(data)
    totals = {**data["totals"], **_range_ends(data["range"]), "people": data["people"]}
    frameworks = {key: _categories(data["by"][key]) for key in _frameworks(data)}
    return Compared(
        assumptions=assumptions,
        period=data["period"],
        profile=data["profile"],
        totals=pd.Series(totals, dtype=float),
        ratio_missing=data["ratio_missing"],
        findings=pd.DataFrame(data["findings"], columns=_columns_of(data["findings"])),
        frameworks=frameworks,
        sums={key: _sums(rows) for key, rows in data["by"].items()},
        side=_side(data, assumptions, name, covers),
        level=None if data["range"] is None else data["range"]["level"],
    )


def read_assessment(path: str | Path) -> dict[str, Any]:
    """An assessment.json as plain data.

    Raises
    ------
    InputError
        If the file cannot be read, or is no assessment of a form that is known.
    """
    path = Path(path)
    path = path / "assessment.json" if path.is_dir() else path
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). Give the assessment.json that "
            "`socialvalue assess INPUT --out DIR` writes, or the folder it is in."
        ) from error
    except ValueError as error:
        raise InputError(f"{path} is not a JSON file: {error}.") from error
    version = str(data.get("schema_version", "")) if isinstance(data, dict) else ""
    if not version.startswith("1."):
        raise InputError(
            f"{path} is no assessment of form 1: it says schema_version {version or 'nowhere'}. "
            "Give an assessment.json that `socialvalue assess` has written."
        )
    return data


def _assumptions(data: dict[str, Any]) -> Assumptions:
    settings = {key: value for key, value in data["assumptions"].items() if value != ""}
    if data.get("optimism_bias") is not None:
        settings["optimism_bias"] = pd.DataFrame(data["optimism_bias"])
    if "accepted_findings" in settings:
        accepted = [each.split(": ", 1) for each in settings["accepted_findings"]]
        settings["accepted_findings"] = dict(accepted)
    return Assumptions().changed(**settings)


def _range_ends(found: dict[str, Any] | None) -> dict[str, float | None]:
    if found is None:
        return dict.fromkeys(RANGE_ENDS)
    return {end: found[end.rsplit("_", 1)[0]][end.rsplit("_", 1)[1]] for end in RANGE_ENDS}


def _columns_of(rows: list[dict[str, Any]]) -> list[str]:
    return list(rows[0]) if rows else ["rule", "severity", "message", "value_at_stake"]


def _frameworks(data: dict[str, Any]) -> list[str]:
    """Keys of which some of the value is, or could be, unallocated."""
    return [
        key for key, rows in data["by"].items() if any(r["category"] == UNALLOCATED for r in rows)
    ]


def _categories(rows: list[dict[str, Any]]) -> pd.DataFrame:
    kept = [row for row in rows if row["category"] not in (UNALLOCATED, MERGED)]
    return pd.DataFrame(kept, columns=["category", "title"])


def _sums(rows: list[dict[str, Any]]) -> pd.Series:
    return pd.Series({row["category"]: row["present_value"] for row in rows}, dtype=float)


def _side(
    data: dict[str, Any], assumptions: Assumptions, name: str, covers: tuple[str, str] | None
) -> Side | None:
    if "impact_map" not in data:
        return None
    told = data["covers"]
    found = None if told is None else (told["first_month"], told["last_month"])
    proxies = set_of(_proxies(data["proxies"]))
    table = with_positions(comparable(_rows(data)), proxies, assumptions.year_start_month)
    allocation = pd.DataFrame(
        data["allocation"], columns=["row_id", "framework", "category", "share"]
    )
    return Side(
        name=name,
        assumptions=assumptions,
        proxies=proxies,
        months=covering(covers, found),
        first_year=first_year(data["period"], assumptions),
        basis=None,
        stored=Rows(table[[*COLUMNS]], None, allocation),
    )


def _rows(data: dict[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame(data["impact_map"])
    rows = rows.astype(dict.fromkeys(_NUMBERS, float))
    for share in SHARES:
        stated = rows["shares_stated"].map(lambda names, share=share: share in names)
        rows[f"{share}_from"] = stated.map({True: RECORD, False: ""})
    return rows


def _proxies(rows: list[dict[str, Any]]) -> pd.DataFrame:
    # Where all that is valued was merged, the file names no value.
    table = pd.DataFrame(rows, columns=None if rows else PROXIES.names)
    for column in _DATES:
        table[column] = pd.to_datetime(table[column])
    for column in (*_OF_A_PROXY, "duration_years"):
        table[column] = table[column].astype(float)
    return table
