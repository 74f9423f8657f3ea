"""What would the value be at other numbers? Every total and category as a function of parameters.

Value is a sum of products of a few uncertain numbers, each product with a fixed weight. A parameter
is the same in every row that uses it, so each distinct product is worked out once, and one matrix
product reaches every total, goal, group and year. Nothing depends on how many records there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.parameters import Uncertain, uncertain
from socialvalue.spread_files import GivenTable
from socialvalue.spreads import Spread
from socialvalue.stated_spreads import INPUT
from socialvalue.summary import ROW_KEYS
from socialvalue.totals import inputs_in_ratio
from socialvalue.uncertain_numbers import SLOTS
from socialvalue.value_lines import value_lines
from socialvalue.value_outputs import COMPARED, LINEAR, TOTALS, Members, table_of, totals_of
from socialvalue.value_terms import Terms, terms_of

if TYPE_CHECKING:
    from socialvalue.results import Result

Reach = tuple[float, ...]
"""Longest duration of each parameter that is one, in years that count."""
_AT_ONCE = 4_000_000
"""Numbers held at once while draws are valued: 32 megabytes."""
_MOST_HELD = 32
"""Lines, terms, plans and members of tables that are kept, of each at most."""
_LAST = 1 - 2.0**-53
"""The largest share that is drawn."""
_SPARSE = 0.02
"""Share of weights that are not nothing, below which only those are multiplied."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The main map as it is published: what each of its counted rows is called there.

    Attributes
    ----------
    rows : DataFrame
        The counted rows of the main map under their published keys and ``row_id``.
    years : dict of int to str
        Label of the year for rows, by their place, that do not show theirs.
    allocation : DataFrame
        row_id, framework, category, share.
    """

    rows: pd.DataFrame
    years: Mapping[int, str]
    allocation: pd.DataFrame


@dataclass(frozen=True)
class _Plan:
    """Terms and weights for one set of numbers that move."""

    terms: Terms
    weights: Any


@dataclass(frozen=True, eq=False)
class ValueModel:
    """An assessment as a function of its parameters.

    Attributes
    ----------
    result : Result
    uncertain : Uncertain
    by : tuple of tuple of str
        Keys of the tables whose present values are outputs, beside the totals.
    shown : Shown, optional
        Where tables are to be those of a published result.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network())
    >>> model = value_model(result)
    >>> totals = model.evaluate(model.central[None, :])[0]
    >>> bool(abs(totals[2] - result.totals["present_value"]) < 0.005)
    True
    """

    result: "Result"
    uncertain: Uncertain
    by: tuple[tuple[str, ...], ...] = ()
    shown: Shown | None = None
    held: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter, as `socialvalue.parameters.Uncertain` says."""
        return self.uncertain.parameters.drop(columns=["own_low", "own_high"])

    @property
    def spreads(self) -> tuple[Spread, ...]:
        """Spread of each parameter."""
        return self.uncertain.spreads

    @property
    def central(self) -> np.ndarray:
        """Values of the parameters in the assessment, shape (parameters,)."""
        return self.uncertain.parameters["central"].to_numpy(float)

    @property
    def moving(self) -> np.ndarray:
        """Positions of the parameters that have a spread."""
        return np.flatnonzero([not each.fixed for each in self.spreads])

    @cached_property
    def outputs(self) -> pd.DataFrame:
        """One row an output, in order: table (blank for totals), measure, and the keys' values.

        Years reach as far as the longest duration that a spread allows.
        """
        totals = pd.DataFrame({"table": "", "measure": TOTALS})
        tables = [
            self._members(keys, self._longest).outputs.assign(table=", ".join(keys))
            for keys in self.by
        ]
        return pd.concat([totals, *tables], ignore_index=True)

    @cached_property
    def share_fixed(self) -> float:
        """Share of present value, in size, that no spread moves [share]."""
        return self._share_still(SLOTS)

    @cached_property
    def share_of_still_amounts(self) -> float:
        """Share of present value, in size, whose unit value and quantity no spread moves [share].

        Something else in it may move: a share that is taken off says nothing of what a unit is
        worth, nor of how many there were.
        """
        return self._share_still(("unit_value", "quantity"))

    def _share_still(self, slots: Sequence[str]) -> float:
        rows, parameters = self.uncertain.rows, self.uncertain.parameters
        moves = np.zeros(len(self.spreads) + 1, dtype=bool)
        moves[self.moving] = True
        still = np.ones(len(rows))
        for slot in slots:
            place = rows[f"{slot}_is"].to_numpy(int)
            moved = moves[place].astype(float)
            if slot == "quantity":
                # Of a change of which some records state a range the others stand still.
                recorded = parameters["low"] == parameters["own_low"]
                recorded = recorded & (parameters["high"] == parameters["own_high"])
                of_records = np.append(recorded.to_numpy(bool), False)[place]
                moved *= np.where(of_records, rows["quantity_share_with_range"], 1.0)
            still = np.minimum(still, 1.0 - moved)
        size = rows["present_value"].abs().where(rows["map"] == "", 0.0).to_numpy(float)
        return float((size * still).sum() / size.sum()) if size.sum() > 0 else 1.0

    def with_tables(self, *by: Sequence[str]) -> "ValueModel":
        """The same model with other tables beside the totals; none for the totals alone."""
        return replace(self, by=tuple(tuple(keys) for keys in by))

    def evaluate(
        self, values: np.ndarray, of: Sequence[int] | np.ndarray | None = None
    ) -> np.ndarray:
        """Every output at given values of the parameters.

        Parameters
        ----------
        values : ndarray, shape (draws, parameters)
            In the parameters' own units.
        of : sequence of int, optional
            Positions of the parameters that the columns of ``values`` are; the others stand at
            their central values. By default all, in order.

        Returns
        -------
        ndarray, shape (draws, outputs)
            nan for the net present value and the ratio where the assessment has none.

        Raises
        ------
        SettingsError
            If values have another shape, are not finite, or last into years that are no outputs.
        """
        moved = np.arange(len(self.spreads)) if of is None else np.asarray(of, dtype=int)
        values = np.atleast_2d(np.asarray(values, dtype=float))
        if values.shape[1] != len(moved) or not np.isfinite(values).all():
            raise SettingsError(
                f"values must be finite, with a column for each of {len(moved)} parameters; they "
                f"have {values.shape[1]} columns."
            )
        reach = np.maximum(self._longest, self._reach(values, moved))
        plan = self._plan(moved, tuple(reach))
        found = np.empty((len(values), len(self.outputs)))
        step = max(1, _AT_ONCE // (len(plan.terms.codes) + found.shape[1]))
        for start in range(0, len(values), step):
            here = slice(start, start + step)
            sums = plan.weights @ plan.terms.factors(np.ascontiguousarray(values[here].T))
            self._complete(found[here], sums.T, self._inputs(values[here], moved))
        return found

    def _complete(
        self, found: np.ndarray, sums: np.ndarray, inputs: tuple[np.ndarray, np.ndarray]
    ) -> None:
        linear, put_in, compared = len(LINEAR), *inputs
        found[:, :linear], found[:, len(TOTALS) :] = sums[:, :linear], sums[:, linear:]
        value = sums[:, LINEAR.index(COMPARED)]
        ratio = np.full(len(sums), np.nan)
        if not self.result.ratio_missing:
            np.divide(value, compared, out=ratio, where=compared > 0)
        none = np.nan if self.result.ratio_missing else 0.0
        found[:, linear : len(TOTALS)] = np.column_stack(
            [put_in, compared, value - compared + none, ratio]
        )

    def _inputs(self, values: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What was put in, and what of it the ratio compares, at each draw."""
        inputs, numbers = self.result.inputs, self.uncertain.parameters
        place = {int(parameter): column for column, parameter in enumerate(of)}
        totals = np.zeros((2, len(values)))
        if inputs.empty:
            return np.full(len(values), np.nan), totals[1]
        rows = self.result.valued.rows
        for position in np.flatnonzero(numbers["kind"] == INPUT):
            part = inputs[inputs["input_type"] == numbers["what"].iloc[position]]
            column = place.get(int(position))
            ratio = 1.0 if column is None else values[:, column]
            totals[0] += part["present_value"].sum() * ratio
            totals[1] += inputs_in_ratio(rows, rows, part) * ratio
        return totals[0], totals[1]

    @cached_property
    def _longest(self) -> Reach:
        lasts = (self.uncertain.parameters["kind"] == "duration_years").to_numpy(bool)
        ends = [
            max(each.central, float(each.quantile(_LAST))) if last else 0.0
            for last, each in zip(lasts, self.spreads, strict=True)
        ]
        return self._reach(np.array([ends]), np.arange(len(ends)))

    def _reach(self, values: np.ndarray, of: np.ndarray) -> Reach:
        """Longest duration of each parameter that is one, in years that count."""
        lasts = (self.uncertain.parameters["kind"] == "duration_years").to_numpy(bool)
        longest = np.where(lasts, self.central, 0.0)
        np.maximum.at(longest, of, np.where(lasts[of], values.max(axis=0, initial=0.0), 0.0))
        down = self.result.assumptions.part_years == "down"
        return tuple(np.floor(longest) if down else np.ceil(longest))

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        # What one set of moving numbers takes is asked for again by every table and every test.
        if key not in self.held:
            alike = [each for each in self.held if each[0] == key[0]]
            # One test after another moves other numbers: only the last few are kept.
            for each in alike[: max(0, len(alike) - _MOST_HELD + 1)]:
                del self.held[each]
            self.held[key] = make()
        return self.held[key]

    def _lines(self, reach: Reach) -> pd.DataFrame:
        made = partial(value_lines, self.result, self.uncertain, np.array(reach))
        return self._once(("lines", reach), made)

    def _plan(self, of: np.ndarray, reach: Reach) -> _Plan:
        key = ("plan", tuple(of), reach, self.by, self.shown)
        return self._once(key, partial(self._planned, of, reach))

    def _planned(self, of: np.ndarray, reach: Reach) -> _Plan:
        from scipy.sparse import coo_array

        lines, part_years = self._lines(reach), self.result.assumptions.part_years
        made = partial(terms_of, lines, self.central, of, part_years)
        terms: Terms = self._once(("terms", tuple(of), reach), made)
        placed, first = [], 0
        for members in (totals_of(lines, self.result), *self._tables(reach)):
            for output, term, weight in members.weights(lines, terms.of_lines, terms.fixed):
                placed.append((output + first, term, weight))
            first += len(members.outputs)
        output, term, weight = (np.concatenate(each) for each in zip(*placed, strict=True))
        weights = coo_array((weight, (output, term)), shape=(first, len(terms.codes))).tocsr()
        weights.sum_duplicates()
        filled = weights.nnz / max(1, weights.shape[0] * weights.shape[1])
        return _Plan(terms, weights if filled < _SPARSE else weights.toarray())

    def _tables(self, reach: Reach) -> list[Members]:
        found = [self._members(keys, reach) for keys in self.by]
        if sum(len(each.outputs) for each in found) != len(self.outputs) - len(TOTALS):
            raise SettingsError(
                "A duration is longer than any that its spread allows, and reaches years that are "
                "no outputs. Ask for totals alone: with_tables()."
            )
        return found

    def _members(self, keys: tuple[str, ...], reach: Reach) -> Members:
        key = ("members", keys, reach, self.shown)
        return self._once(key, partial(self._belonging, keys, reach))

    def _belonging(self, keys: tuple[str, ...], reach: Reach) -> Members:
        lines, frameworks = self._lines(reach), list(self.result.frameworks)
        declared = [key for key in keys if key in self.result.breakdowns]
        name = declared[0] if declared else ""
        if self.shown is not None and not name:
            years = lines["year"].astype(object).copy()
            hidden = lines["line_of"].isin(list(self.shown.years))
            years[hidden] = [self.shown.years[place] for place in lines.loc[hidden, "line_of"]]
            lines = lines.assign(year=years)
            return table_of(lines, self.shown.rows, keys, self.shown.allocation, frameworks)
        rows = self.uncertain.rows[self.uncertain.rows["map"] == name]
        return table_of(lines, rows, keys, self.result.allocations[name], frameworks)


def value_model(
    result: "Result",
    spreads: GivenTable | None = None,
    grades: GivenTable | None = None,
    by: Sequence[Sequence[str]] | None = None,
) -> ValueModel:
    """An assessment as a function of its parameters, each with its spread.

    Parameters
    ----------
    result : Result
        Not published.
    spreads, grades : DataFrame or path of a CSV file, optional
        As `socialvalue.parameters.uncertain` says.
    by : sequence of sequence of str, optional
        Keys of the tables whose present values are outputs; by default every table of the result:
        frameworks, alone and by year, keys of the map, years and declared breakdowns.

    Returns
    -------
    ValueModel

    Raises
    ------
    SettingsError
        If the result is published, nothing is valued, or a statement does not fit.
    """
    found = uncertain(result, spreads, grades)
    if by is None:
        frameworks = list(result.frameworks)
        single = [*frameworks, *ROW_KEYS, "year", *result.breakdowns]
        by = [*[(key,) for key in dict.fromkeys(single)], *[(name, "year") for name in frameworks]]
    return ValueModel(result, found, tuple(tuple(keys) for keys in by))
