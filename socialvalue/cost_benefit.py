"""Was it worth what it cost, to whom? The public and the fiscal case, and what one change cost.

Both cases are added up from one valued map. In a published result a case that would give a small
group away is left out and says so.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.tables import stacked
from socialvalue.totals import inputs_in_ratio, projects_in_ratio
from socialvalue.valuation import ValuedMap

PUBLIC, FISCAL = "public value", "fiscal"
CASE_COLUMNS = (
    "case",
    "value_type",
    "payer",
    "present_value",
    "input_value",
    "net_present_value",
    "benefit_cost_ratio",
    "payback_years",
    "internal_rate_of_return",
    "reason_missing",
)
UNIT_COLUMNS = (
    "what",
    "unit",
    "quantity",
    "quantity_left",
    "present_quantity",
    "input_value",
    "cost_per_unit",
    "cost_per_present_unit",
    "reason_missing",
)
_OF_THE_RATIO = (
    "net_present_value",
    "benefit_cost_ratio",
    "payback_years",
    "internal_rate_of_return",
)
PERSON = "a person reached"
MERGED_OUT = "small groups that were merged are not in it"
"""Of unit costs, what holds for every outcome where small groups were merged."""
OVER_YEARS = "over its years: "
"""How a reason begins that is of the cost over the years alone."""
_MERGED = "small groups of different kinds were merged, so it cannot be shown"


def cases(valued: ValuedMap, spent: pd.DataFrame, span: Sequence[int]) -> pd.DataFrame:
    """The public-value case and the fiscal case, each with its parts by type of value and payer.

    The public case counts every type of value and leaves out transfers. The fiscal case counts
    fiscal value only, transfers included: what public bodies gain or save. They overlap and are
    never added. Both are set against all the inputs of the projects that have outcomes.

    Parameters
    ----------
    valued : ValuedMap
        As assessed, rows that the perspective leaves out included.
    spent : DataFrame
        From `socialvalue.input_costs.value_inputs`.
    span : sequence of int
        Years from the base year that anything falls in.

    Returns
    -------
    DataFrame
        case, value_type and payer (blank in the row of the whole case), present_value, input_value,
        net_present_value [money], benefit_cost_ratio [ratio], payback_years [years],
        internal_rate_of_return [share per year], reason_missing. Parts have a present value only.

    References
    ----------
    HM Treasury, New Economy (2014), Supporting public service transformation: cost benefit analysis
    guidance for local partnerships: the financial and the public value case.
    """
    found = []
    for case, part in _rows_of_cases(valued).items():
        lines = valued.values.merge(part[["row_id", "project"]], on="row_id")
        if part.empty:
            found.append(_none(case, "no outcome of this case was priced"))
            continue
        found += [_whole(case, lines, valued.rows, spent, span), *_parts(case, part)]
    return pd.DataFrame(found, columns=list(CASE_COLUMNS))


def _rows_of_cases(valued: ValuedMap) -> dict[str, pd.DataFrame]:
    rows = valued.rows[valued.rows["proxy_id"].notna() | valued.rows["counted"]]
    transfer = rows["transfer"].astype("boolean").fillna(False).to_numpy(bool)
    fiscal = (rows["value_type"] == "fiscal").to_numpy(bool)
    return {PUBLIC: rows[~transfer], FISCAL: rows[fiscal]}


def published_cases(
    table: pd.DataFrame, merged: ValuedMap, no_ratio: str | None = None
) -> pd.DataFrame:
    """Cases as they can be published: none that a merged small group could be worked out from.

    A case whose rows were merged with rows of another type of value would give the group away by
    subtraction; so would one some of whose rows are withheld.

    Parameters
    ----------
    table : DataFrame
        From `cases`.
    merged : ValuedMap
        The map with small groups merged.
    no_ratio : str or None
        Why no ratio may be shown; then none of a case is.
    """
    table = table.copy()
    if no_ratio is not None:
        whole = table["value_type"].isna()
        table.loc[whole, list(_OF_THE_RATIO)] = np.nan
        table.loc[whole, "reason_missing"] = no_ratio
    rows = merged.rows
    across = bool((rows["merged"] & rows["counted"] & rows["proxy_id"].isna()).any())
    found = []
    for case, part in _rows_of_cases(merged).items():
        whole = table[(table["case"] == case) & table["value_type"].isna()].iloc[0].to_dict()
        if part["present_value"].isna().any() or (case == FISCAL and across):
            found.append(_none(case, _MERGED))
        else:
            found += [whole, *_parts(case, part)]
    return pd.DataFrame(found, columns=list(CASE_COLUMNS))


def _none(case: str, why: str) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(CASE_COLUMNS, np.nan)
    return {**blank, "case": case, "value_type": None, "payer": None, "reason_missing": why}


def _whole(
    case: str, lines: pd.DataFrame, rows: pd.DataFrame, spent: pd.DataFrame, span: Sequence[int]
) -> dict[str, Any]:
    """The row of a whole case; ``lines`` are its values by year."""
    covered = projects_in_ratio(lines, spent)
    compared = lines[covered]
    row = _none(case, "") | {"present_value": lines["present_value"].sum()}
    row["reason_missing"] = None
    if spent.empty:
        return row | {"reason_missing": "no inputs were recorded"}
    if compared.empty:
        late = "none of it falls in the years counted"
        return row | {"reason_missing": late if lines.empty else "no project has both"}
    cost = inputs_in_ratio(lines, rows, spent)
    gained = float(compared["present_value"].sum())
    flow = compared.groupby("t")["present_value"].sum().reindex(list(span)).fillna(0.0)
    rate, why = internal_rate(cash_flow(compared, rows, spent, span))
    if cost <= 0:
        return row | {"input_value": cost, "reason_missing": "the inputs come to nothing"}
    return row | {
        "input_value": cost,
        "net_present_value": gained - cost,
        "benefit_cost_ratio": formulas.ratio_of_return(gained, cost),
        "payback_years": formulas.payback_years(flow, cost),
        "internal_rate_of_return": rate,
        "reason_missing": why,
    }


def _parts(case: str, part: pd.DataFrame) -> list[dict[str, Any]]:
    named = part.assign(payer=part["payer"].fillna("not stated"))
    sums = named.groupby(["value_type", "payer"], dropna=False)["present_value"].sum()
    return [
        _none(case, "")
        | {"value_type": kind, "payer": payer, "present_value": amount, "reason_missing": None}
        for (kind, payer), amount in sums.items()
    ]


def cash_flow(
    lines: pd.DataFrame, rows: pd.DataFrame, spent: pd.DataFrame, span: Sequence[int]
) -> np.ndarray:
    """Net value less inputs in each year, undiscounted, at prices of the price year [money].

    Parameters
    ----------
    lines : DataFrame
        Value by year of what is compared.
    rows : DataFrame
        All rows of the map, for the projects that have outcomes.
    spent : DataFrame
    span : sequence of int
        Years from the base year.
    """
    counted = spent[spent["project"].isna() | spent["project"].isin(rows["project"].dropna())]
    real = counted["amount"] * (1 + counted["costs_up"]) * counted["price_factor"]
    out = real.groupby(counted["t"]).sum().reindex(list(span)).fillna(0.0)
    gained = lines.groupby("t")["net_value"].sum().reindex(list(span)).fillna(0.0)
    return (gained - out).to_numpy(float)


def internal_rate(flow: np.ndarray) -> tuple[float, str | None]:
    """Rate at which a cash flow has a present value of zero, or why there is none.

    Parameters
    ----------
    flow : ndarray, shape (n,)
        Net amount of each year in order. [money]

    Returns
    -------
    rate : float
        [share per year]; nan where there is none, or more than one.
    reason : str or None

    Examples
    --------
    >>> rate, _ = internal_rate(np.array([-100.0, 60.0, 60.0]))
    >>> round(rate, 4)
    0.1307
    >>> internal_rate(np.array([100.0, 60.0]))
    (nan, 'no internal rate of return: the yearly flow never turns from cost to gain')
    """
    import numpy_financial

    signs = np.sign(flow[flow != 0])
    turns = int((np.diff(signs) != 0).sum()) if len(signs) else 0
    if turns == 0 or signs[0] > 0:
        what = "the yearly flow never turns from cost to gain"
        return float("nan"), f"no internal rate of return: {what}"
    if turns > 1:
        what = "the yearly flow turns more than once, so several rates would fit"
        return float("nan"), f"no internal rate of return: {what}"
    return float(numpy_financial.irr(flow)), None


def cost_effectiveness(
    rows: pd.DataFrame, inputs: pd.DataFrame, input_value: float, people: float
) -> pd.DataFrame:
    """What one person, one outcome and one WELLBY cost, all the inputs set against each.

    Rows are alternatives to one another, never to be added: each divides the same cost. Only
    outcomes of projects with inputs are in them; those of others are named with the reason.

    Parameters
    ----------
    rows : DataFrame
        All rows of the valued map.
    inputs : DataFrame
        From `socialvalue.input_costs.value_inputs`.
    input_value : float
        Present value of the inputs of projects with outcomes. [money]
    people : float
        Distinct people; nan where they were not counted.

    Returns
    -------
    DataFrame
        what (person, an outcome, or all outcomes in a unit), unit, quantity as recorded,
        quantity_left after deadweight, displacement and attribution [units], present_quantity (over
        the years it lasts, discounted; priced outcomes only), input_value, cost_per_unit (of what
        is left), cost_per_present_unit [money], reason_missing.

    References
    ----------
    HM Treasury, The Green Book (2022), social cost-effectiveness analysis; Frijters and others
    (2024), doi:10.1057/s41599-024-03229-5, for the cost of a WELLBY.
    """
    good = rows[~rows["is_harm"].astype(bool)]
    # What was merged over projects is of projects with inputs and without, and cannot be divided.
    covered = projects_in_ratio(good, inputs) | good["merged"].astype(bool)
    # What is left of rows that were merged of several kinds is not known.
    shown = good["quantity_after_attribution"].notna()
    known = good[covered & shown & good["unit"].notna()]
    hidden = bool((good["merged"] & ~shown).any())
    everybody = people if bool(covered.all()) else np.nan
    found = [_unit_row(PERSON, "person", everybody, everybody, np.nan)]
    named = known.assign(outcome=known["outcome"].fillna(known["proxy_id"]).fillna("not named"))
    for (outcome, unit), group in named.groupby(["outcome", "unit"], sort=True):
        found.append(_sum_row(str(outcome), str(unit), group))
    for unit, group in named.groupby("unit", sort=True):
        if len(group["outcome"].unique()) > 1:
            found.append(_sum_row(f"all outcomes in {unit}", str(unit), group))
    table = pd.DataFrame(found, columns=list(UNIT_COLUMNS))
    input_missing = None if input_value > 0 else "no inputs to divide"
    table["input_value"] = np.nan if input_missing else input_value
    table["cost_per_unit"] = _cost(table["input_value"], table["quantity_left"])
    table["cost_per_present_unit"] = _cost(table["input_value"], table["present_quantity"])
    nobody = (
        "people were not counted" if covered.all() else "some belong to projects without inputs"
    )
    table["reason_missing"] = _reasons(table, input_missing, nobody, hidden)
    return stacked(table, _not_divided(good, covered, input_missing))


def _not_divided(good: pd.DataFrame, covered: pd.Series, input_missing: str | None) -> pd.DataFrame:
    """Outcomes that no cost is divided by, each with the reason."""
    bare = covered & good["quantity"].notna() & good["unit"].isna()
    outside = ~covered & (input_missing is None)
    why = pd.Series(None, index=good.index, dtype=object)
    why[bare], why[outside] = "no unit was recorded", "its project has no inputs"
    left = good.assign(
        what=good["outcome"].fillna(good["proxy_id"]).fillna("not named"), reason_missing=why
    )
    left = left[why.notna()].drop_duplicates(["what", "unit", "reason_missing"])
    return left[["what", "unit", "reason_missing"]].reindex(columns=list(UNIT_COLUMNS))


def _unit_row(what: str, unit: str, quantity: float, left: float, present: float) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(UNIT_COLUMNS)
    named = {"what": what, "unit": unit, "quantity": quantity}
    return row | named | {"quantity_left": left, "present_quantity": present}


def _sum_row(what: str, unit: str, group: pd.DataFrame) -> dict[str, Any]:
    priced = group["proxy_id"].notna()
    present = group["present_quantity"].sum() if priced.all() else np.nan
    left = group["quantity_after_attribution"].sum()
    row = _unit_row(what, unit, group["quantity"].sum(), left, present)
    if not priced.all():
        part = f"{OVER_YEARS}not all of it is priced"
        row["reason_missing"] = part if priced.any() else "it is not priced"
    return row


def _cost(amount: pd.Series, quantity: pd.Series) -> pd.Series:
    numbers = quantity.astype(float)
    return amount / numbers.where(numbers > 0)


def _reasons(
    table: pd.DataFrame, input_missing: str | None, nobody: str, hidden: bool
) -> list[str | None]:
    why: list[str | None] = []
    for row in table.itertuples():
        if input_missing:
            why.append(input_missing)
        elif pd.isna(row.quantity):
            why.append(nobody)
        elif pd.isna(row.cost_per_unit):
            why.append("nothing is left after the reductions")
        elif isinstance(row.reason_missing, str):
            why.append(row.reason_missing)
        elif row.what != PERSON and row.present_quantity <= 0:
            why.append(f"{OVER_YEARS}none falls in the years counted")
        else:
            # All the people were counted before anything was merged.
            why.append(MERGED_OUT if hidden and row.what != PERSON else None)
    return why
