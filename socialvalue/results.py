"""What does an assessment say? The plain, frozen result that reports and comparisons read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from socialvalue import cost_benefit, summary, what_if
from socialvalue import totals as steps
from socialvalue.appraisal import Basis
from socialvalue.assumptions import Assumptions
from socialvalue.errors import SettingsError
from socialvalue.importance import weighted, weighted_by
from socialvalue.simulation import Simulation
from socialvalue.totals import Range
from socialvalue.uncertainty import simulate
from socialvalue.valuation import MAP_COLUMNS, ValuedMap

_WITHHELD = (
    "gross_value",
    "net_value",
    "harm_present_value",
    "present_value_low",
    "present_value_high",
)


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
    small_rows: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
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

    def by(self, *keys: str) -> pd.DataFrame:
        """Value by goal, group, year or declared breakdown, as one long frame.

        Parameters
        ----------
        *keys : str
            Any of project, stakeholder_group, outcome, proxy_id, theme, value_type, payer,
            evidence, year, the name of a framework (``sdg``, ``marmot``), or one declared
            breakdown. Two frameworks cross by the product of their shares.

        Returns
        -------
        DataFrame
            The keys (a framework also with its title), gross_value, net_value, present_value,
            harm_present_value, present_value_low, present_value_high, quantity and unit (where
            units agree), people (where counted), status. The parts add up to the total. In a
            published result a declared breakdown has present value and people only.

        Raises
        ------
        SettingsError
            If the result cannot be split by a key.
        """
        if keys not in self._tables:
            table = self._by(keys)
            # Every range of a result is of one kind.
            if self.simulation is not None:
                table = self.simulation.ranges_on(table, keys)
            self._tables[keys] = table
        return self._tables[keys].copy()

    @cached_property
    def _tables(self) -> dict[tuple[str, ...], pd.DataFrame]:
        # Every output asks for the same few tables; a changed result is another, with its own.
        return {}

    def _by(self, keys: tuple[str, ...]) -> pd.DataFrame:
        name = self._map_for(keys)
        valued = self.breakdowns.get(name, self.valued)
        lines = summary.counted_lines(valued)
        rows = valued.rows[valued.rows["counted"]]
        table = summary.summarise(lines, rows, keys, self.allocations[name], self.frameworks)
        if len(keys) == 1 and keys[0] in self.frameworks:
            table = summary.with_all_categories(
                table,
                keys[0],
                self.frameworks[keys[0]],
                self.served[keys[0]],
                self._unpriced_categories(keys[0]),
            )
        else:
            table = self._with_titles(table, keys).assign(status="valued")
        table = self._with_people(table, keys)
        if name and self.profile == "publish":
            # Several sums over one category can be solved for the few people behind one proxy.
            withheld = [*_WITHHELD, "quantity"]
            table = table.assign(**dict.fromkeys(withheld, float("nan")), unit=None)
        order = [key for key in table if key.removesuffix("_title") in keys]
        rest = [*summary.MEASURES, "harm_present_value", "present_value_low", "present_value_high"]
        return table[[*order, *rest, "quantity", "unit", "people", "status"]]

    def _map_for(self, keys: Sequence[str]) -> str:
        """The breakdown whose map can be split by the keys; empty for the main map."""
        summary.check_keys(keys, list(self.frameworks), list(self.breakdowns))
        declared = [key for key in keys if key in self.breakdowns]
        if declared and len(keys) > 1 and self.profile == "publish":
            raise SettingsError(
                f"A published result cannot cross {declared[0]!r} with another key: its cells "
                "could rest on very few people. Ask for one key, or ask the assessment itself."
            )
        return declared[0] if declared else ""

    def _unpriced_categories(self, framework: str) -> set[str]:
        rows = self.valued.rows
        told = rows.loc[rows["proxy_id"].isna() & ~rows["counted"], "row_id"]
        links = self.allocation
        return set(
            links.loc[links["row_id"].isin(told) & (links["framework"] == framework), "category"]
        )

    def _with_titles(self, table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
        for key in keys:
            if key in self.frameworks:
                table = summary.with_titles(table, key, self.frameworks[key])
        return table

    def _with_people(self, table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
        if not keys:
            return table.assign(people=self.total_people)
        if len(keys) > 1 or keys[0] not in self.people:
            return table.assign(people=float("nan"))
        counts = self.people[keys[0]].set_index(keys[0])["people"]
        return table.assign(people=table[keys[0]].map(counts).astype(float))

    # Each is a function of a result, with its own page of words, in the module of its idea.
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
        return replace(self, range=simulation.range, simulation=simulation)

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

    def waterfall(self, *keys: str) -> pd.DataFrame:
        """Steps from gross value to present value, in total or for each category.

        The changes sum exactly, and so do the categories of a key: what no category takes stands
        under ``unallocated``, small groups under ``merged``.

        Parameters
        ----------
        *keys : str
            As for `by`; none gives the steps of the whole.

        Returns
        -------
        DataFrame
            The keys (a framework also with its title), step, value (after the step) [money],
            change [money]. Categories without a counted outcome are not in it. In a published
            result a declared breakdown has its present value only.

        Raises
        ------
        SettingsError
            If the result cannot be split by a key.

        Examples
        --------
        >>> import socialvalue as sv
        >>> result = sv.assess(sv.datasets.load_network(), "uk-public")
        >>> goals = result.waterfall("sdg")
        >>> whole = result.waterfall().set_index("step")["value"]
        >>> bool((abs(goals.groupby("step")["value"].sum() - whole) < 0.005).all())
        True
        """
        name = self._map_for(keys)
        lines = summary.counted_lines(self.breakdowns.get(name, self.valued))
        shared = (keys, self.allocations[name], self.frameworks, steps.STEPS_LEAVE)
        parts = summary.over_categories(lines, lines["row_id"].drop_duplicates(), *shared)
        hidden = bool(name) and self.profile == "publish"
        return self._with_titles(steps.waterfall(parts, keys, withheld=hidden), keys)
