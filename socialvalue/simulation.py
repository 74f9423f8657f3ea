"""What does a simulation say? Distributions of totals and categories, with what they leave out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.draw_statistics import keys_as_text
from socialvalue.errors import SettingsError
from socialvalue.simulated_payback import paybacks, told
from socialvalue.simulated_tables import Keys, tables_by
from socialvalue.totals import Range
from socialvalue.value_model import ValueModel
from socialvalue.value_outputs import TOTALS

SHOWN = tuple(name for name in TOTALS if not name.startswith("compared"))
"""Totals that a simulation shows."""
MIDDLE = (0.25, 0.75)
"""Shares of draws below the assessed value between which it lies in the middle half of them."""
_WORDS = {"latin-hypercube": "Latin hypercube", "sobol": "Sobol", "random": "random"}


@dataclass(frozen=True, eq=False, repr=False)
class Simulation:
    """Distributions of the totals and categories of an assessment.

    Ranges lie between the quantiles that leave half of what ``level`` leaves on either side. Values
    are in the assumptions' currency at their price year.

    Attributes
    ----------
    assumptions : Assumptions
    draws : DataFrame
        A row a draw: gross_value, net_value, present_value, harm_present_value, input_value,
        net_present_value [money], sroi_ratio [ratio].
    totals : DataFrame
        A row a total: total, central (the assessment's own), mean, sd, low, median, high, and
        mean_error, low_error, high_error: their Monte Carlo standard errors. Low and high are null
        where nothing in the total varies. [money, ratio]
    parameters : DataFrame
        Every number that could be uncertain, with its spread, as
        `socialvalue.parameters.Uncertain` says. Deadweight, displacement and attribution that
        records state themselves are in their sums and are none of these: see
        ``shares_on_records``.
    level : float
        [share]
    seed : int
    sampler : str
    share_fixed : float
        Share of present value, in size, that no spread moves. [share]
    probability_value_exceeds_cost, probability_error : float
        Share of draws in which the value that the ratio compares is more than its inputs, and its
        Monte Carlo standard error; nan where there is no ratio. [share]
    ratio_missing : str or None
        Why there is no ratio.
    grades : DataFrame
        A row a row of the ``grades`` that were stated: evidence, and quantities, how many numbers
        take their spread from it. A published simulation has none: it could show whose.
    still_members : dict of str to tuple of str
        Members of correlation groups that stand still, by the name of the group; of a published
        simulation none.
    shares_on_records : dict of str to float
        Share of present value, in size, whose records state their own deadweight, displacement or
        attribution_to_others, which therefore stands still; of a published simulation none. [share]
    one_way : DataFrame or None
        Of a published simulation, each number that is published moved to its own low and high, as
        `socialvalue.published_sensitivity` says. Of an assessment it is worked out when asked for.
    """

    assumptions: Assumptions
    draws: pd.DataFrame
    totals: pd.DataFrame
    parameters: pd.DataFrame
    level: float
    seed: int
    sampler: str
    share_fixed: float
    probability_value_exceeds_cost: float
    probability_error: float
    ratio_missing: str | None
    grades: pd.DataFrame = field(default_factory=pd.DataFrame)
    still_members: Mapping[str, Keys] = field(default_factory=dict)
    shares_on_records: Mapping[str, float] = field(default_factory=dict)
    one_way: pd.DataFrame | None = None
    model: ValueModel | None = None
    values: np.ndarray | None = None
    tables: dict[Keys, pd.DataFrame] = field(default_factory=dict)

    def by(self, *keys: str) -> pd.DataFrame:
        """Distribution of the present value by goal, group, year or declared breakdown.

        Parameters
        ----------
        *keys : str
            As for `socialvalue.results.Result.by`.

        Returns
        -------
        DataFrame
            The keys (a framework also with its title), present_value (the assessment's own), mean,
            sd, low, median, high, mean_error, low_error, high_error [money]. Low and high are null
            where nothing in a category varies. Years that only a longer duration reaches have a
            present_value of nought.

        Raises
        ------
        SettingsError
            If the result cannot be split by a key, or a published simulation has no such table.

        Examples
        --------
        >>> import socialvalue as sv
        >>> simulation = sv.assess(sv.datasets.load_network()).simulate(draws=1_600, seed=1)
        >>> table = simulation.by("sdg").dropna(subset="low")
        >>> bool(((table["low"] < table["mean"]) & (table["mean"] < table["high"])).all())
        True
        """
        if keys not in self.tables:
            if self.model is None or self.values is None:
                known = "; ".join(", ".join(each) for each in self.tables)
                raise SettingsError(
                    f"A published simulation has no table by {', '.join(keys)}. It has: {known}. "
                    "Ask the simulation of the assessment itself."
                )
            # Worked out from the same draws of the same numbers, so it agrees with the totals.
            split, told = self.model.with_tables(keys), {keys: self.model.result.by(*keys)}
            self.tables.update(tables_by(split, self.values, self.level, told))
        return self.tables[keys].copy()

    @property
    def spreads(self) -> pd.DataFrame:
        """The spreads that were drawn from: of the ``parameters`` those that vary.

        Its ``source`` is whoever judged or published how far each may be off.
        """
        varied = self.parameters[self.parameters["distribution"] != "fixed"]
        less = ["least", "most", "value_behind"]
        return varied.drop(columns=less, errors="ignore").reset_index(drop=True)

    def payback(self) -> pd.Series:
        """Distribution of the payback: when value reaches what was put in, if ever.

        Of the same draws, and defined as in ``totals`` of a result: the first time at which the
        running present value of what the ratio compares reaches its inputs, linear within a year.

        Returns
        -------
        Series
            central (the assessment's own), low, median, high [years]; share_never, the share of
            draws in which value never reaches the inputs, with share_never_error [share]. Such
            draws stand after all others: where an end falls among them, it is null.

        Raises
        ------
        SettingsError
            If there is no ratio, or the simulation is published: value by year of merged groups is
            not shown, and a payback would be one more figure of it.

        Examples
        --------
        >>> import socialvalue as sv
        >>> simulation = sv.assess(sv.datasets.load_network()).simulate(draws=320, seed=1)
        >>> found = simulation.payback()
        >>> bool(found["low"] <= found["median"] <= found["high"]), float(found["share_never"])
        (True, 0.0)
        """
        if self.ratio_missing:
            raise SettingsError(f"There is no payback: {self.ratio_missing}.")
        if self.model is None or self.values is None:
            raise SettingsError(
                "A published simulation has no payback: the years of merged groups are not shown. "
                "Ask the simulation of the assessment itself."
            )
        central = float(self.model.result.totals["payback_years"])
        return told(paybacks(self.model, self.values), central, self.level)

    @property
    def convergence_error(self) -> pd.Series:
        """Monte Carlo standard errors of the present value's mean, low and high [money].

        From the independent samples that the draws are made of, as
        `socialvalue.draw_statistics.standard_error` says.
        """
        row = self.totals.set_index("total").loc["present_value"]
        return pd.Series({name: row[f"{name}_error"] for name in ("mean", "low", "high")})

    @property
    def range(self) -> Range:
        """Low and high of the present value and the ratio, as results carry them."""
        totals = self.totals.set_index("total")
        low, high = totals.loc["present_value", ["low", "high"]]
        ratio_low, ratio_high = totals.loc["sroi_ratio", ["low", "high"]]
        bare = self.ratio_missing is None and pd.isna(ratio_low)
        return Range(
            kind=f"simulated from {len(self.draws):,} draws{self._off_the_middle}",
            level=self.level,
            present_value_low=float(low),
            present_value_high=float(high),
            sroi_ratio_low=float(ratio_low),
            sroi_ratio_high=float(ratio_high),
            missing="nothing that counts in the value varies" if pd.isna(low) else None,
            share_without_range=self.share_fixed,
            ratio_missing="nothing that the ratio covers has a range" if bare else None,
        )

    @property
    def _off_the_middle(self) -> str:
        """Where the value lies among the draws, in words; blank in the middle half of them."""
        row = self.totals.set_index("total").loc["present_value"]
        if "present_value" not in self.draws or np.isnan(row["low"]):
            return ""
        below = float((self.draws["present_value"] < row["central"]).mean())
        low, high = MIDDLE
        if low <= below <= high:
            return ""
        side, share = ("below", below) if below > high else ("above", 1 - below)
        return f" ({share:.0%} of them {side} the value assessed)"

    @property
    def chance_in_words(self) -> str:
        """In which share of the draws value exceeds cost, never more certain than they are."""
        chance = self.probability_value_exceeds_cost
        if np.isnan(chance) or chance in (0.0, 1.0):
            return {0.0: "none", 1.0: "all"}.get(chance, "an unknown share")
        if not 0.005 <= chance < 0.995:
            return "less than 1%" if chance < 0.5 else "more than 99%"
        return f"{chance:.0%}"

    def __repr__(self) -> str:
        row = self.totals.set_index("total").loc["present_value"]
        currency, still = self.assumptions.currency, (self.parameters["distribution"] == "fixed")
        error = max(row["low_error"], row["high_error"])
        chance = (
            f"no probability that value exceeds cost: {self.ratio_missing}"
            if self.ratio_missing
            else f"value exceeds cost in {self.chance_in_words} of the draws"
        )
        drawn = (
            f"Present value {currency} {row['low']:,.0f} to {row['high']:,.0f} at {self.level:.0%} "
            f"(assessed: {row['central']:,.0f})"
        )
        noise = f"; Monte Carlo error of an end: about {error:,.0f}"
        if np.isnan(row["low"]):
            drawn = f"Present value {currency} {row['central']:,.0f}, which nothing moves"
            noise = ""
        return (
            f"{drawn}, from {len(self.draws):,} draws "
            f"({_WORDS[self.sampler]}, seed {self.seed}{noise}). {_vary(~still)}; "
            f"{_stand(still)} for want of a stated spread, and {self.share_fixed:.0%} of the value "
            f"rests on those alone.{self._shares_in_words()} "
            f"{chance[0].upper()}{chance[1:]}.{self._grades_in_words()}{self._groups_in_words()}"
        )

    def _shares_in_words(self) -> str:
        """Which shares cannot vary, since the records state them."""
        said = [
            f"the {name.replace('_', ' ')} of {_part(of_value)} of the value"
            for name, of_value in self.shares_on_records.items()
        ]
        if not said:
            return ""
        return (
            f" Records state {' and '.join(filter(None, [', '.join(said[:-1]), said[-1]]))} "
            "themselves, which no spread can vary."
        )

    def _groups_in_words(self) -> str:
        """Which members of correlation groups go with none, since they stand still."""
        return "".join(
            f" In the correlation group {name!r} {', '.join(still)} stand"
            f"{'s' if len(still) == 1 else ''} still and go{'es' if len(still) == 1 else ''} with "
            "no other."
            for name, still in self.still_members.items()
        )

    def _grades_in_words(self) -> str:
        """How many rows of the stated grades were used, and which were not."""
        if self.grades.empty:
            return ""
        idle = self.grades.loc[self.grades["quantities"] == 0, "evidence"]
        of_all = f" {len(self.grades) - len(idle)} of {len(self.grades)} rows of grades were used"
        if idle.empty:
            return f"{of_all}."
        named = ", ".join(grade or "(blank)" for grade in idle)
        return f"{of_all}; no quantity takes its spread from {named}."

    def ranges_on(self, table: pd.DataFrame, keys: Keys) -> pd.DataFrame:
        """A result's table by keys with the simulated low and high; null where there is none."""
        if keys not in self.tables and self.model is None:
            return table.assign(present_value_low=np.nan, present_value_high=np.nan)
        found = self.by(*keys) if keys else self.totals[self.totals["total"] == "present_value"]
        ends = found.set_index(keys_as_text(found, keys))[["low", "high"]]
        at = keys_as_text(table, keys)
        return table.assign(
            present_value_low=ends["low"].reindex(at).to_numpy(float),
            present_value_high=ends["high"].reindex(at).to_numpy(float),
        )


def _part(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "less than 1%"


def _vary(which: pd.Series) -> str:
    count = int(which.sum())
    return f"{count} number{'s vary' if count != 1 else ' varies'}"


def _stand(which: pd.Series) -> str:
    count = int(which.sum())
    return f"{count} {'stand' if count != 1 else 'stands'} still"
