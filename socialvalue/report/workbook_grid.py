"""How do the cells of the impact map work? Columns, and the formulas that turn rows into value."""

from typing import Any, NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from socialvalue.assumptions import Assumptions
from socialvalue.results import Result

MAP, GROSS, NET, PRESENT = "Impact map", "Gross by year", "Net by year", "Present value by year"
HEADER = 2
"""Row (from 0) of the headings of the impact map and the grids; records start below it."""

TEXT, INPUT, SHARE, MONEY, NUMBER, FORMULA, FORMULA_SHARE = (
    "text",
    "input",
    "share",
    "money",
    "number",
    "formula",
    "formula_share",
)


class MapColumn(NamedTuple):
    """A column of the impact map sheet: field of the result, heading, style and width."""

    field: str
    heading: str
    style: str
    width: int


COLUMNS = (
    MapColumn("row_id", "Row", TEXT, 6),
    MapColumn("counted", "Counted", TEXT, 9),
    MapColumn("project", "Project", TEXT, 22),
    MapColumn("stakeholder_group", "Stakeholder group", TEXT, 18),
    MapColumn("outcome", "Outcome", TEXT, 30),
    MapColumn("proxy_id", "Proxy", TEXT, 24),
    MapColumn("proxy_name", "Value of what", TEXT, 36),
    MapColumn("value_type", "Type of value", TEXT, 13),
    MapColumn("evidence", "Evidence", TEXT, 14),
    MapColumn("people", "People", NUMBER, 9),
    MapColumn("quantity", "Quantity", INPUT, 11),
    MapColumn("unit", "Unit", TEXT, 12),
    MapColumn("unit_value", "Value for one, as published", INPUT, 14),
    MapColumn("price_year", "Prices of", TEXT, 10),
    MapColumn("price_factor", "Price factor", INPUT, 10),
    MapColumn("unit_value_repriced", "Value for one, re-priced", MONEY, 14),
    MapColumn("value_covers", "One value covers", TEXT, 10),
    MapColumn("discount_class", "Discount class", TEXT, 10),
    MapColumn("first_year", "Year", TEXT, 10),
    MapColumn("first_year_start", "Year starts in", NUMBER, 8),
    MapColumn("starts", "Starts after (years)", INPUT, 9),
    MapColumn("duration_years", "Lasts (years)", INPUT, 9),
    MapColumn("deadweight", "Deadweight (share)", SHARE, 11),
    MapColumn("displacement", "Displacement (share)", SHARE, 12),
    MapColumn("attribution_to_others", "Attribution to others (share)", SHARE, 12),
    MapColumn("drop_off", "Drop-off (share a year)", SHARE, 11),
    MapColumn("optimism_bias", "Optimism bias (share)", SHARE, 10),
    MapColumn("net_share", "Share left", FORMULA_SHARE, 9),
    MapColumn("gross_value", "Gross value", MONEY, 14),
    MapColumn("after_deadweight", "After deadweight", MONEY, 14),
    MapColumn("after_displacement", "After displacement", MONEY, 14),
    MapColumn("after_attribution", "After attribution", MONEY, 14),
    MapColumn("after_drop_off", "After drop-off", MONEY, 14),
    MapColumn("net_value", "Net value", MONEY, 14),
    MapColumn("present_value", "Present value", MONEY, 14),
    MapColumn("harm_present_value", "of which harm", MONEY, 14),
    MapColumn("beyond", "Check", TEXT, 14),
    MapColumn("deadweight_from", "Deadweight from", TEXT, 34),
    MapColumn("displacement_from", "Displacement from", TEXT, 34),
    MapColumn("attribution_to_others_from", "Attribution from", TEXT, 34),
    MapColumn("drop_off_from", "Drop-off from", TEXT, 34),
    MapColumn("duration_years_from", "Duration from", TEXT, 34),
    MapColumn("not_counted_because", "Not counted because", TEXT, 34),
)
_PLACE = {column.field: place for place, column in enumerate(COLUMNS)}


def cell(field: str, row: int) -> str:
    """Address of a field of the impact map in a row (from 0), its column fixed."""
    return xl_rowcol_to_cell(row, _PLACE[field], col_abs=True)


def whole_column(field: str, rows: int, sheet: str = MAP) -> str:
    """Address of all records of a field, with its sheet."""
    name = xl_col_to_name(_PLACE[field])
    return f"'{sheet}'!${name}${HEADER + 2}:${name}${HEADER + 1 + rows}"


def map_rows(result: Result) -> pd.DataFrame:
    """Priced rows of the impact map, with what the sheet needs beside its own columns."""
    rows = result.valued.rows
    rows = rows[rows["proxy_id"].notna() | rows["counted"]].reset_index(drop=True)
    values = result.valued.values
    steps = ["after_deadweight", "after_displacement", "after_attribution", "after_drop_off"]
    sums = values.groupby("row_id")[[*steps, "net_value"]].sum()
    rows = rows.assign(first_year_start=rows["first_year"], first_year=rows["year"])
    for step in steps:
        rows[step] = rows["row_id"].map(sums[step])
    harms = values.assign(harm=values["present_value"].clip(upper=0.0))
    rows["harm_present_value"] = rows["row_id"].map(harms.groupby("row_id")["harm"].sum())
    kept = rows["net_value"] / rows["after_drop_off"].where(rows["after_drop_off"] != 0)
    # Without an optimism-bias table nothing is taken, whatever rounding leaves of the quotient.
    asked = result.assumptions.optimism_bias is not None
    rows["optimism_bias"] = (1 - kept).fillna(0.0) if asked else 0.0
    rows["live"] = rows["value_covers"].notna() & rows["quantity"].notna()
    return rows


def carbon_ratios(result: Result, rows: pd.DataFrame) -> dict[tuple[int, int], float]:
    """For values that differ by year of emission: the year's value over the row's own."""
    carbon = rows[(rows["uprating"] == "carbon") & rows["live"]].set_index("row_id")
    ratios = {}
    for line in result.valued.values[
        result.valued.values["row_id"].isin(carbon.index)
    ].itertuples():
        row = carbon.loc[line.row_id]
        weight = _weight(row, int(line.k), result.assumptions)
        base = row["quantity"] * row["unit_value_repriced"] * weight
        if base:
            ratios[(int(line.row_id), int(line.t))] = line.gross_value / base
    return ratios


def _weight(row: pd.Series, k: int, assumptions: Assumptions) -> float:
    from socialvalue.formulas import part_year_weight

    if row["value_covers"] != "year":
        return 1.0
    return float(part_year_weight(k, row["duration_years"], assumptions.part_years))


def _lasting(row: int, assumptions: Assumptions) -> str:
    duration = f"'{MAP}'!{cell('duration_years', row)}"
    whole = {"up": f"ROUNDUP({duration},0)", "down": f"ROUNDDOWN({duration},0)"}
    return whole.get(assumptions.part_years, duration)


def gross_formula(covers: str, row: int, year_cell: str, assumptions: Assumptions) -> str:
    """Gross value of a row in the year of a column."""
    k = _k(row, year_cell)
    amount = f"'{MAP}'!{cell('quantity', row)}*'{MAP}'!{cell('unit_value_repriced', row)}"
    if covers != "year":
        return f"=IF({k}=0,{amount},0)"
    lasting = _lasting(row, assumptions)
    return f"=IF({k}<0,0,MAX(0,MIN(1,{lasting}-{k}))*{amount})"


def _k(row: int, year_cell: str) -> str:
    first = f"'{MAP}'!{cell('first_year_start', row)}+'{MAP}'!{cell('starts', row)}"
    return f"({year_cell}-({first}))"


def net_formula(
    covers: str, row: int, year_cell: str, gross_cell: str, assumptions: Assumptions
) -> str:
    """Net value of a row in the year of a column, from its gross value."""
    left = f"'{MAP}'!{cell('net_share', row)}*(1-'{MAP}'!{cell('optimism_bias', row)})"
    if covers != "year":
        return f"={gross_cell}*{left}"
    k, starts = _k(row, year_cell), f"'{MAP}'!{cell('starts', row)}"
    exponent = {"first_year": f"({k}+1)", "end_of_activity": f"({k}+{starts})"}.get(
        assumptions.drop_off_from, k
    )
    drop = f"'{MAP}'!{cell('drop_off', row)}"
    # A spreadsheet calls 0 to the power of 0 an error.
    return f"=IF({gross_cell}=0,0,{gross_cell}*{left}*IF({exponent}=0,1,(1-{drop})^{exponent}))"


def map_formulas(row: int, years: int) -> dict[str, str]:
    """Formulas of a row of the impact map, by field."""
    last = xl_col_to_name(years)
    steps = ("deadweight", "displacement", "attribution_to_others")
    names = ("after_deadweight", "after_displacement", "after_attribution")
    before, chain = "gross_value", {}
    for share, name in zip(steps, names, strict=True):
        chain[name] = f"={cell(before, row)}*(1-{cell(share, row)})"
        before = name
    shares = "*".join(f"(1-{cell(share, row)})" for share in steps)
    bias = cell("optimism_bias", row)
    drop = f"IF({bias}=1,0,{cell('net_value', row)}/(1-{bias}))"
    return {
        "unit_value_repriced": f"={cell('unit_value', row)}*{cell('price_factor', row)}",
        "net_share": f"={shares}",
        "gross_value": f"=SUM('{GROSS}'!$B{row + 1}:${last}{row + 1})",
        **chain,
        "after_drop_off": f"={drop}",
        "net_value": f"=SUM('{NET}'!$B{row + 1}:${last}{row + 1})",
        "present_value": f"=SUM('{PRESENT}'!$B{row + 1}:${last}{row + 1})",
        "harm_present_value": f"=MIN(0,{cell('present_value', row)})",
    }


def value_of(row: dict[str, Any], field: str) -> Any:
    """What a cell of the impact map holds, as a spreadsheet would."""
    value = row.get(field)
    if field == "counted":
        return "yes" if value else "no"
    return None if value is None or pd.isna(value) else value
