"""How do the cells of the impact map work? Columns, and the formulas that turn rows into value."""

from typing import Any, NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from socialvalue.assumptions import Assumptions
from socialvalue.formulas import part_year_weight
from socialvalue.merging import MERGED_LABEL
from socialvalue.optimism import benefits_down_by, optimism_table
from socialvalue.report import labels
from socialvalue.results import Result

MAP, GROSS, NET, PRESENT = "Impact map", "Gross by year", "Net by year", "Present value by year"
HEADER = 2
"""Row (from 0) of the headings of the impact map and the grids; records start below it."""

FIRST_YEAR = 2
"""Column (from 0) of the first year in the grids; the row and its outcome stand before it."""


class MapColumn(NamedTuple):
    """A column of the impact map sheet: field of the result, heading, style and width."""

    field: str
    heading: str
    style: str
    width: int


COLUMNS = (
    MapColumn("row_id", "Row", "row", 6),
    MapColumn("outcome", "Outcome", "text", 34),
    MapColumn("counted", "Counted", "text", 9),
    MapColumn("in_ratio", "In the ratio", "text", 9),
    MapColumn("project", "Project", "text", 24),
    MapColumn("stakeholder_group", "Stakeholder group", "text", 22),
    MapColumn("proxy_id", "Proxy", "text", 26),
    MapColumn("proxy_name", "Value of what", "text", 40),
    MapColumn("value_type", "Type of value", "text", 14),
    MapColumn("evidence", "Evidence", "text", 18),
    MapColumn("people", "People", "count", 9),
    MapColumn("quantity", "Quantity", "input", 12),
    MapColumn("unit", "Unit", "text_after_number", 14),
    MapColumn("unit_value", "Value for one, as published", "money_input", 15),
    MapColumn("price_year", "Prices of", "text_after_number", 10),
    MapColumn("price_factor", "Price factor", "factor_input", 11),
    MapColumn("unit_value_repriced", "Value for one, re-priced", "money", 15),
    MapColumn("value_covers", "One value covers", "text_after_number", 11),
    MapColumn("discount_class", "Discount class", "text", 11),
    MapColumn("first_year", "Year", "text", 12),
    MapColumn("first_year_start", "Year starts in", "whole", 8),
    MapColumn("starts", "Starts after (years)", "input", 9),
    MapColumn("duration_years", "Lasts (years)", "input", 9),
    MapColumn("deadweight", "Deadweight (share)", "share", 12),
    MapColumn("displacement", "Displacement (share)", "share", 14),
    MapColumn("attribution_to_others", "Attribution to others (share)", "share", 14),
    MapColumn("drop_off", "Drop-off (share a year)", "share", 12),
    MapColumn("optimism_bias", "Optimism bias (share)", "share", 12),
    MapColumn("net_share", "Share left", "plain_share", 9),
    MapColumn("gross_value", "Gross value", "money", 16),
    MapColumn("after_deadweight", "After deadweight", "money", 16),
    MapColumn("after_displacement", "After displacement", "money", 16),
    MapColumn("after_attribution", "After attribution", "money", 16),
    MapColumn("after_drop_off", "After drop-off", "money", 16),
    MapColumn("net_value", "Net value", "money", 16),
    MapColumn("present_value", "Present value", "money", 16),
    MapColumn("harm_present_value", "of which harm", "money", 16),
    MapColumn("beyond", "Check", "text_after_number", 20),
    MapColumn("deadweight_from", "Deadweight from", "text", 34),
    MapColumn("displacement_from", "Displacement from", "text", 34),
    MapColumn("attribution_to_others_from", "Attribution from", "text", 34),
    MapColumn("drop_off_from", "Drop-off from", "text", 34),
    MapColumn("duration_years_from", "Duration from", "text", 34),
    MapColumn("not_counted_because", "Not counted because", "text", 40),
)
_IN_WORDS = ("stakeholder_group", "value_type", "evidence")
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
    values = values.assign(harm_present_value=values["present_value"].clip(upper=0.0))
    sums = values.groupby("row_id")[[*steps, "harm_present_value"]].sum(min_count=1)
    rows = rows.assign(first_year_start=rows["first_year"], first_year=rows["year"])
    for step in sums:
        # A row whose years all fall outside the horizon has no lines, and is worth nothing; of
        # rows that were merged of several kinds no step is known.
        rows[step] = rows["row_id"].map(sums[step]).where(rows["row_id"].isin(sums.index), 0.0)
    rows["optimism_bias"] = _optimism(result, rows)
    rows["in_ratio"] = _in_ratio(result, rows)
    rows["live"] = rows["value_covers"].notna() & rows["quantity"].notna()
    return rows


def _optimism(result: Result, rows: pd.DataFrame) -> pd.Series:
    """Share taken off for optimism: what the table says, or what was taken of merged rows."""
    if optimism_table(result.assumptions) is None:
        return pd.Series(0.0, index=rows.index)
    before = rows["after_drop_off"]
    taken = (1 - rows["net_value"] / before.where(before != 0)).mask(before == 0, 0.0)
    whole = ~rows["merged"].astype(bool)
    taken[whole] = benefits_down_by(rows.loc[whole, "evidence"], result.assumptions)
    return taken.mask(rows["is_harm"].astype(bool) & whole, 0.0)


def _in_ratio(result: Result, rows: pd.DataFrame) -> pd.Series:
    """Which rows the ratio covers: those of projects that have inputs."""
    # Merged rows may hold projects of both kinds; the summary says what is then left over.
    funded = result.inputs["project"]
    covered = rows["project"].isin([*funded.dropna(), MERGED_LABEL]) | bool(funded.isna().any())
    return covered & (not result.ratio_missing)


def inputs_in_ratio(result: Result) -> pd.Series:
    """Which inputs the ratio covers: those of projects with outcomes, and those of all projects."""
    project, projects = result.inputs["project"], result.valued.rows["project"].dropna()
    # A project may stand among the merged rows; the summary says what is then left over.
    merged = bool((projects == MERGED_LABEL).any())
    return (project.isna() | project.isin(projects) | merged) & (not result.ratio_missing)


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


def map_formulas(row: int, years: int, cut_whole: float = 0.0) -> dict[str, str]:
    """Formulas of a row of the impact map, by field.

    ``cut_whole`` is what an optimism bias of 1 took away: nothing is left to work it out from.
    """
    first, last = xl_col_to_name(FIRST_YEAR), xl_col_to_name(FIRST_YEAR + years - 1)
    steps = ("deadweight", "displacement", "attribution_to_others")
    names = ("after_deadweight", "after_displacement", "after_attribution")
    before, chain = "gross_value", {}
    for share, name in zip(steps, names, strict=True):
        chain[name] = f"={cell(before, row)}*(1-{cell(share, row)})"
        before = name
    shares = "*".join(f"(1-{cell(share, row)})" for share in steps)
    bias = cell("optimism_bias", row)
    drop = f"IF({bias}=1,{float(cut_whole)!r},{cell('net_value', row)}/(1-{bias}))"
    return {
        "unit_value_repriced": f"={cell('unit_value', row)}*{cell('price_factor', row)}",
        "net_share": f"={shares}",
        "gross_value": f"=SUM('{GROSS}'!${first}{row + 1}:${last}{row + 1})",
        **chain,
        "after_drop_off": f"={drop}",
        "net_value": f"=SUM('{NET}'!${first}{row + 1}:${last}{row + 1})",
        "present_value": f"=SUM('{PRESENT}'!${first}{row + 1}:${last}{row + 1})",
        "harm_present_value": f"=MIN(0,{cell('present_value', row)})",
    }


def value_of(row: dict[str, Any], field: str) -> Any:
    """What a cell of the impact map holds, as a spreadsheet would."""
    value = row.get(field)
    if field in ("counted", "in_ratio"):
        return "yes" if value else "no"
    if field == "unit":
        return labels.unit(value)
    if field in _IN_WORDS:
        return labels.name(value, "")
    return None if value is None or pd.isna(value) else value
