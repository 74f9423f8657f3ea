"""Was it worth its cost? Two cases beside each other, what one of each cost, other conventions."""

from typing import Any

import numpy as np
import pandas as pd

from socialvalue.cost_benefit import FISCAL, MERGED_OUT, OVER_YEARS, PERSON, PUBLIC
from socialvalue.report import labels
from socialvalue.report.shown import BELOW, Column, Section, Shown, differs, written
from socialvalue.results import Result

CASES = {PUBLIC: "Public value", FISCAL: "Fiscal"}
_FIGURES = (
    Column("present_value", "Present value", "money"),
    Column("input_value", "Inputs", "money"),
    Column("net_present_value", "Net present value", "money"),
    Column("benefit_cost_ratio", "Benefit-cost ratio", "ratio"),
    Column("payback_years", "Payback (years)", "years"),
    Column("internal_rate_of_return", "Internal rate of return (a year)", "share"),
)
_COSTS = (
    Column("what", "What", "text"),
    Column("unit", "Unit", "unit"),
    Column("quantity", "How many", "number"),
    Column("quantity_left", "Left after reductions", "number"),
    Column("cost_per_unit", "Cost of one that is left", "cost"),
    Column("cost_per_present_unit", "Cost of one over its years, discounted", "cost"),
    Column("reason_missing", "Note", BELOW),
)
_CONVENTIONS = (
    Column("setting", "Setting", "name"),
    Column("choice", "Choice", "text"),
    Column("present_value", "Present value", "money"),
    Column("change", "Change", "money"),
    Column("input_value", "Inputs", "money"),
    Column("sroi_ratio", "Ratio", "ratio"),
    Column("payback_years", "Payback (years)", "years"),
    Column("reason_missing", "Why there is no figure", BELOW),
)
_NO_RATIO_RANGE = "no range: it was worked out for the headline only"


def cases(result: Result) -> Section:
    """The public-value and the fiscal case beside each other, never added up."""
    table = result.cases()
    wholes = table[table["value_type"].isna()].set_index("case")
    currency = labels.currency_of(result)
    told = {CASES[case]: _told(wholes.loc[case].to_dict(), currency) for case in wholes.index}
    rows = [
        {"figure": each.heading, **{name: cells[each.field] for name, cells in told.items()}}
        for each in _FIGURES
    ]
    ranges = {CASES[case]: _ratio_range(result, case, wholes.loc[case]) for case in wholes.index}
    rows.insert(4, {"figure": "Range of that ratio", **ranges})
    heads = [Column("figure", "Figure", "text"), *(Column(name, name, "figure") for name in told)]
    notes = (
        "The public-value case counts every type of value and leaves out transfers, which only "
        "move money between people. The fiscal case counts what public bodies gain or save. They "
        "overlap, so they stand beside each other and are never added. Both are set against all "
        "the inputs of the projects that have outcomes.",
    )
    beside = Shown("The two cases beside each other", heads, pd.DataFrame(rows))
    return Section("cases", "Public value and fiscal case", notes, (beside, _parts(table, wholes)))


def _told(row: dict[str, Any], currency: str) -> dict[str, str]:
    """Figures of one case as text; the reason stands in place of the first that is missing."""
    why = row["reason_missing"] if isinstance(row["reason_missing"], str) else ""
    said = False
    cells = {}
    for each in _FIGURES:
        value = row[each.field]
        if pd.notna(value):
            cells[each.field] = written(value, each.kind, currency)
        elif each.field == "payback_years" and pd.notna(row["benefit_cost_ratio"]):
            cells[each.field] = "value never reaches the inputs"
        else:
            cells[each.field] = "–" if said or not why else why
            said = True
    return cells


def _ratio_range(result: Result, case: str, whole: pd.Series) -> str:
    """The headline's range where the case is the headline's; else why there is none."""
    ratio = whole["benefit_cost_ratio"]
    if pd.isna(ratio):
        return "–"
    if np.isclose(float(ratio), result.totals["sroi_ratio"], rtol=1e-9, atol=0):
        return labels.ratio_range_words(result)
    return _NO_RATIO_RANGE


def _parts(table: pd.DataFrame, wholes: pd.DataFrame) -> Shown:
    """Parts by type of value and who gains, with the whole of each case below its own."""
    parts = table[table["value_type"].notna()]
    keys = ["value_type", "payer"]
    rows = parts.pivot_table(index=keys, columns="case", values="present_value", sort=False)
    rows = rows.reindex(columns=list(CASES)).reset_index().rename(columns=CASES)
    rows = rows.sort_values(keys, kind="stable").assign(strong=False)
    last = {"value_type": "The whole case", "payer": "", "strong": True}
    last |= {CASES[case]: wholes.loc[case, "present_value"] for case in wholes.index}
    rows = pd.DataFrame([*rows.to_dict("records"), last])
    heads = [Column("value_type", "Type of value", "name")]
    heads += [Column("payer", "Who gains or saves", "name")]
    heads += [Column(name, f"{name}, present value", "money") for name in CASES.values()]
    return Shown("Parts of each case, by type of value and who gains or saves", heads, rows)


def all_cases(result: Result) -> Shown:
    """Both cases and their parts below each other, as a workbook holds them."""
    table = result.cases()
    whole = table["value_type"].isna()
    named = table.assign(
        case=table["case"].map(CASES),
        value_type=table["value_type"].map(labels.name).mask(whole, "the whole case"),
    )
    heads = [Column("case", "Case", "text"), Column("value_type", "Type of value", "text")]
    heads += [Column("payer", "Who gains or saves", "text"), *_FIGURES]
    heads += [Column("reason_missing", "Why a figure is missing", "text")]
    return Shown("", heads, named)


def unit_costs(result: Result) -> Section:
    """What one of each cost; a reason that several rows share is said once, above them."""
    table = result.cost_effectiveness()
    cost = table["input_value"].max()
    amount = labels.money(cost, labels.currency_of(result))
    about = (
        f"Each line divides the whole cost, {amount}, by one thing. The lines are alternatives and "
        "no parts: the same money brought all of them, so costs of one are never added, and a line "
        "is dear where much else was achieved too."
        if pd.notna(cost)
        else "What was put in for these outcomes comes to nothing, so nothing can be divided."
    )
    about = f"{about}{_left_out(result)}"
    left, said = _said_once(table)
    table = _named(table.assign(reason_missing=left))
    shown = Shown("What one of each cost: alternatives, not parts", _COSTS, table)
    return Section("unit-costs", "What one of each cost", [about, *said], [shown])


def _left_out(result: Result) -> str:
    """Who is not among the people reached, where there may be such people."""
    if result.valued.rows["counted"].all() or pd.isna(result.total_people):
        return ""
    return (
        " People reached are those with an outcome that counts in the value: whoever has none but "
        "outcomes that are not priced, or not in this view, is left out."
    )


def _said_once(table: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Reasons that stay in the rows, and notes with those that several rows share."""
    why = table["reason_missing"]
    if why.notna().all() and (why == why.iloc[0]).all():
        return why.mask(why.notna()), [f"For every line: {why.iloc[0]}."]
    merged = why == MERGED_OUT
    notes = [f"For every outcome: {MERGED_OUT}."] if merged.any() else []
    why = why.mask(merged)
    no_cost = table["cost_per_unit"].isna()
    # A person has no cost over the years, and no reason why: nobody asks for one.
    no_years = ~no_cost & table["cost_per_present_unit"].isna() & (table["what"] != PERSON)
    for where, rows in (
        ("a line has no cost", no_cost),
        ("an outcome has no cost over its years", no_years),
    ):
        times = why[rows].value_counts()
        if len(times) and times.iloc[0] > 1:
            notes.append(f"Where {where} and no note: {times.index[0].removeprefix(OVER_YEARS)}.")
            why = why.mask(rows & (why == times.index[0]))
    return why, notes


def all_unit_costs(result: Result) -> Shown:
    """What one of each cost with the reason in each row, as a workbook holds them."""
    return Shown("", _COSTS, _named(result.cost_effectiveness()))


def _named(table: pd.DataFrame) -> pd.DataFrame:
    whole = "all outcomes in "
    what = [
        f"All outcomes in {labels.unit(row.unit)}" if row.what.startswith(whole) else row.what
        for row in table.itertuples()
    ]
    return table.assign(what=[f"{each[:1].upper()}{each[1:]}" for each in what])


def conventions(result: Result) -> Section | None:
    """The answer under other conventions, where they were asked for: those that change it."""
    table = result.shown_conventions
    if table is None:
        return None
    used = table["used"].astype(bool)
    base = table[used].iloc[0]
    changed = table["present_value"].isna() & ~used
    for field in ("present_value", "input_value", "sroi_ratio"):
        changed |= differs(table[field], base[field])
    shown = table[changed | (used & table["setting"].isin(table.loc[changed, "setting"]))]
    same = int((~changed & ~used).sum())
    choices = f"{same} other choice{'s' * (same != 1)}"
    notes = [
        "One setting at a time is changed and all else is kept. Rows in bold are the choices in "
        "use. The range of the ratio was worked out for these only, and stands with the headline.",
        f"{choices} of these and other settings change neither value, inputs nor ratio here."
        if same
        else "Every other choice changes value, inputs or ratio here.",
    ]
    marked = _in_use(shown).assign(strong=shown["used"].astype(bool))
    about = Shown("Value under other conventions", _CONVENTIONS, marked)
    return Section("conventions", "Under other conventions", notes, [about])


def all_conventions(result: Result) -> Shown | None:
    """The answer under every convention, those that change nothing too."""
    table = result.shown_conventions
    return None if table is None else Shown("", _CONVENTIONS, _in_use(table))


def _in_use(table: pd.DataFrame) -> pd.DataFrame:
    used = table["used"].astype(bool)
    choice = table["choice"].map(labels.name)
    return table.assign(choice=choice.mask(used, choice + " (in use)"))
