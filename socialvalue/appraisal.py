"""What do the records come to under given assumptions? Value, inputs, totals and range in one go.

The same records can be appraised again and again: conventions side by side, the fiscal case beside
the public one. Only the impact map is touched, never the records, unless years start elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from socialvalue import provenance, summary, totals
from socialvalue.assumptions import Assumptions
from socialvalue.input_costs import value_inputs
from socialvalue.joined_columns import with_projects
from socialvalue.outcome_records import Collapsed, OutcomeRecords, outcome_records
from socialvalue.proxies import ProxySet
from socialvalue.totals import Range
from socialvalue.valuation import ValuedMap, value_map, with_base_year
from socialvalue.years import year_of_dates


@dataclass(frozen=True)
class Basis:
    """What is appraised: records by table, their proxies, and the map they collapse into.

    Attributes
    ----------
    records : OutcomeRecords
        Outcome records with all that the impact map needs beside them.
    inputs, adjustments : DataFrame
        Typed tables.
    proxies : ProxySet
    base_year : str or None
        As the user stated it; None where it is to be found.
    collapsed : Collapsed
        The impact map before it is valued.
    """

    records: OutcomeRecords
    inputs: pd.DataFrame
    adjustments: pd.DataFrame
    proxies: ProxySet
    base_year: str | None
    collapsed: Collapsed

    @property
    def link_sets(self) -> pd.DataFrame:
        """The links of the user's own: link_set, framework, category, share."""
        return self.collapsed.link_sets


@dataclass(frozen=True)
class Appraisal:
    """A valued map with what it comes to.

    Attributes
    ----------
    assumptions : Assumptions
        With the base year that was used.
    valued : ValuedMap
    spent : DataFrame
        Inputs, re-priced and discounted.
    lines : DataFrame
        Value of counted rows by year.
    span : list of int
        Years from the base year that anything falls in.
    totals : Series
    ratio_missing : str or None
    in_ratio : Series of bool
        Which of the lines the ratio covers.
    compared_value, compared_inputs : float
        What the ratio compares. [money]
    range : Range
    """

    assumptions: Assumptions
    valued: ValuedMap
    spent: pd.DataFrame
    lines: pd.DataFrame
    span: list[int]
    totals: pd.Series
    ratio_missing: str | None
    in_ratio: pd.Series
    compared_value: float
    compared_inputs: float
    range: Range


def basis_of(
    tables: Mapping[str, pd.DataFrame],
    proxies: ProxySet,
    assumptions: Assumptions,
    breakdowns: tuple[str, ...] = (),
    ready: tuple[OutcomeRecords, Collapsed] | None = None,
) -> Basis:
    """Join typed tables of records and collapse them into an impact map.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Every typed table, as from `socialvalue.parse.parse_records`.
    proxies : ProxySet
    assumptions : Assumptions
        For the month in which a year starts.
    breakdowns : tuple of str
        Columns that must be there to break down by.
    ready : tuple of OutcomeRecords and Collapsed, optional
        Outcome records that are on an engine, and their map, where they are not among the tables.
    """
    if ready is None:
        records = outcome_records(tables, proxies.units, breakdowns)
        ready = records, records.collapse(assumptions.year_start_month)
    records, collapsed = ready
    return Basis(
        records=records,
        inputs=with_projects(tables["inputs"], tables["activities"]),
        adjustments=tables["adjustments"],
        proxies=proxies,
        base_year=assumptions.base_year,
        collapsed=collapsed,
    )


def appraise(basis: Basis, assumptions: Assumptions) -> Appraisal:
    """Value the map of a basis under assumptions, and add it up.

    Parameters
    ----------
    basis : Basis
    assumptions : Assumptions
        A base year of None becomes the first year with inputs or outcomes.

    Returns
    -------
    Appraisal

    Raises
    ------
    InputError, SettingsError
        If a proxy, price year, schedule or adjustment does not fit.
    """
    month = assumptions.year_start_month
    collapsed = basis.collapsed
    if month != collapsed.year_start_month:
        collapsed = basis.records.collapse(month)
    inputs = basis.inputs.assign(year_start=year_of_dates(basis.inputs["date"], month))
    years = pd.concat([collapsed.rows["first_year"], inputs["year_start"]])
    assumptions = with_base_year(assumptions, years)
    valued = value_map(collapsed.rows, basis.proxies, basis.adjustments, assumptions)
    spent = value_inputs(inputs, assumptions)
    lines = summary.counted_lines(valued)
    span = provenance.span(lines, spent)
    sums, missing, in_ratio = totals.totals(lines, valued.rows, spent, span)
    compared_inputs = totals.inputs_in_ratio(lines, valued.rows, spent)
    return Appraisal(
        assumptions=assumptions,
        valued=valued,
        spent=spent,
        lines=lines,
        span=span,
        totals=sums,
        ratio_missing=missing,
        in_ratio=in_ratio,
        compared_value=float(lines.loc[in_ratio, "present_value"].sum()),
        compared_inputs=compared_inputs,
        range=totals.headline_range(lines, in_ratio, 0.0 if missing else compared_inputs),
    )
