"""What does an assessment say? The plain, frozen result that reports and comparisons read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from socialvalue import by_key, cost_benefit, what_if
from socialvalue.appraisal import Basis
from socialvalue.assumptions import Assumptions
from socialvalue.errors import SettingsError
from socialvalue.findings import with_simulated_range
from socialvalue.importance import weighted, weighted_by
from socialvalue.people import PeopleInSmallRows
from socialvalue.simulation import Simulation
from socialvalue.totals import Range
from socialvalue.uncertainty import simulate
from socialvalue.valuation import MAP_COLUMNS, ValuedMap


@dataclass(frozen=True)
class Result:
    """An assessment's figures and everything behind them.

    The profile ``internal`` holds everything; ``publish`` has small groups merged. Money is in the
    assumptions' currency at their price year; nothing is rounded.

    Attributes
    ----------
    assumptions : Assumptions
    profile : str
        ``internal`` or ``publish``.
    disclosure : str or None
        The disclosure policy of a published result.
    totals : Series
        gross_value, net_value, present_value, harm_present_value, input_value, net_present_value
        [money], sroi_ratio [ratio], payback_years [years]; nan where there is none.
    ratio_missing : str or None
        Why there is no ratio.
    compared_value, compared_inputs : float
        Present value of the outcomes and inputs that the ratio compares. [money]
    range : Range
    valued : ValuedMap
        The impact map with its value by year.
    breakdowns : dict of ValuedMap
        One map more for each declared breakdown, its column among the keys.
    allocation : dict of DataFrame
        For the main map (``""``) and each breakdown: row_id, framework, category, share.
    frameworks : dict of DataFrame
    served : dict of set
        Categories that some proxy or link serves, by framework.
    also_by : tuple of str
        Keys of the map that were asked for as breakdowns: every result can be split by them.
    people : dict of DataFrame
        Distinct people by key, where they were counted.
    survey_change : DataFrame
        Change from before to after on each scale of the surveys, in pairs.
    """

    assumptions: Assumptions
    profile: str
    disclosure: str | None
    totals: pd.Series
    ratio_missing: str | None
    compared_value: float
    compared_inputs: float
    range: Range
    valued: ValuedMap
    breakdowns: Mapping[str, ValuedMap]
    allocations: Mapping[str, pd.DataFrame]
    frameworks: Mapping[str, pd.DataFrame]
    served: Mapping[str, set[str]]
    people: Mapping[str, pd.DataFrame]
    total_people: float
    inputs: pd.DataFrame
    findings: pd.DataFrame
    adjustments: pd.DataFrame
    proxies_used: pd.DataFrame
    coerced: pd.DataFrame
    discount_factors: pd.DataFrame
    provenance: Mapping[str, Any]
    period: str
    finding_rows: list[list[int]] = field(repr=False, default_factory=list)
    small_rows: PeopleInSmallRows | None = field(repr=False, default=None)
    importance: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    survey_change: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    basis: Basis | None = field(repr=False, default=None)
    also_by: tuple[str, ...] = ()
    in_both: Mapping[tuple[str, str], pd.DataFrame] = field(repr=False, default_factory=dict)
    shown_cases: pd.DataFrame | None = field(repr=False, default=None)
    shown_conventions: pd.DataFrame | None = field(repr=False, default=None)
    simulation: Simulation | None = field(repr=False, default=None)
    shown_months: tuple[str, str] | None = field(repr=False, default=None)

    @property
    def impact_map(self) -> pd.DataFrame:
        """The table behind everything: a row for each kind of outcome, with its value."""
        rows = self.valued.rows
        extra = [key for key in ("link_set",) if key in rows]
        table = rows.assign(first_year=rows["year"])[[*MAP_COLUMNS, *extra]]
        return table.reset_index(drop=True)

    @property
    def unpriced(self) -> pd.DataFrame:
        """Outcomes that are counted and told, not priced, with the goals they are linked to.

        outcome, stakeholder_group, project, first_year, quantity, unit, records, people, then for
        each framework the categories as text.
        """
        rows = self.valued.rows
        rows = rows[rows["proxy_id"].isna() & ~rows["counted"]].assign(first_year=rows["year"])
        columns = ["outcome", "stakeholder_group", "project", "first_year"]
        columns += ["quantity", "unit", "records", "people"]
        table = rows[["row_id", *columns]].copy()
        for framework in self.frameworks:
            shares = self.allocation[self.allocation["framework"] == framework]
            named = shares.groupby("row_id")["category"].agg("; ".join)
            table[framework] = [named.get(row_id, "") for row_id in table["row_id"]]
        return table.drop(columns="row_id").reset_index(drop=True)

    @property
    def values(self) -> pd.DataFrame:
        """Value of each counted row by year, from gross to present value."""
        counted = self.valued.rows.loc[self.valued.rows["counted"], "row_id"]
        values = self.valued.values
        return values[values["row_id"].isin(counted)].reset_index(drop=True)

    @property
    def allocation(self) -> pd.DataFrame:
        """Shares of each row of the map over categories: row_id, framework, category, share."""
        return self.allocations[""]

    @cached_property
    def tables_by_key(self) -> dict[tuple[str, ...], pd.DataFrame]:
        """Tables that were asked for; every output asks for the same few."""
        # A changed result is another, with its own.
        return {}

    # Each is a function of a result, with its own page of words, in the module of its idea.
    by = by_key.by
    waterfall = by_key.waterfall
    simulate = simulate
    sensitivity = what_if.sensitivity
    two_way = what_if.two_way
    switching_values = what_if.switching_values
    variance_shares = what_if.variance_shares
    scenarios = what_if.scenarios
    side_by_side = what_if.side_by_side
    weighted = weighted
    weighted_by = weighted_by

    def with_range(self, simulation: Simulation) -> Self:
        """The same result with a simulated range in place of the scenario band, everywhere.

        Parameters
        ----------
        simulation : Simulation
            From `simulate` of this result.

        Returns
        -------
        Result
            Headline, tables and every output carry the simulated ranges; where nothing in a
            category varies, it has none.

        Raises
        ------
        SettingsError
            If the simulation is of another result, or of a published one.
        """
        central = simulation.totals.set_index("total")["central"]
        own = self.totals.reindex(central.index)
        if simulation.model is None or not np.allclose(central, own, rtol=1e-9, equal_nan=True):
            raise SettingsError(
                "The simulation is of another result. Simulate this one: "
                "result.with_range(result.simulate()); publish it afterwards."
            )
        value = float(self.impact_map.query("counted")["present_value"].abs().sum())
        findings, rows = with_simulated_range(
            self.findings, self.finding_rows, simulation.model.share_of_still_amounts, value
        )
        return replace(
            self,
            range=simulation.range,
            simulation=simulation,
            findings=findings,
            finding_rows=rows,
        )

    def cases(self) -> pd.DataFrame:
        """The public-value and the fiscal case beside each other, with parts by type and payer.

        Returns
        -------
        DataFrame
            As `socialvalue.cost_benefit.cases` says.
        """
        if self.shown_cases is not None:
            return self.shown_cases
        span = self.discount_factors["t"].tolist()
        return cost_benefit.cases(self.valued, self.inputs, span)

    def cost_effectiveness(self) -> pd.DataFrame:
        """What one person, one outcome and one WELLBY cost, all the inputs set against each.

        Returns
        -------
        DataFrame
            As `socialvalue.cost_benefit.cost_effectiveness` says.
        """
        return cost_benefit.cost_effectiveness(
            self.valued.rows, self.inputs, self.compared_inputs, self.total_people
        )
