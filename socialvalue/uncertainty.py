"""How far may the value be off? A distribution of every total and category, by Monte Carlo.

Each uncertain number is drawn once in a draw and shared by all that rests on it; numbers of which
no spread is known stand still, and the share of the value that they alone make is said. The range
covers what is stated to be uncertain, and nothing else.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from socialvalue.correlation import CorrelationGroup, still_members
from socialvalue.draw_statistics import BATCHES, STATISTICS, standard_error, statistics
from socialvalue.draws import draw
from socialvalue.errors import SettingsError
from socialvalue.simulation import SHOWN, Simulation
from socialvalue.spread_files import GivenTable
from socialvalue.spreads import Spread
from socialvalue.uncertain_numbers import shares_on_records
from socialvalue.value_model import ValueModel, value_model
from socialvalue.value_outputs import TOTALS

if TYPE_CHECKING:
    from socialvalue.results import Result

FEWEST = 160
"""Fewest draws: ten in each sample."""
MOST = 10_000_000
"""Most draws: more are no better known, and of 100 numbers these are 8 GB."""


def simulate(  # noqa: PLR0913
    result: "Result",
    draws: int = 10_000,
    seed: int = 1,
    *,
    sampler: str = "latin-hypercube",
    level: float = 0.95,
    spreads: GivenTable | None = None,
    grades: GivenTable | None = None,
    correlations: Sequence[CorrelationGroup] = (),
) -> Simulation:
    """Distribution of every total and category, from draws of the numbers that are uncertain.

    Parameters
    ----------
    draws : int
        At least 160; of a Sobol sequence a power of two.
    seed : int
        The same seed gives the same draws.
    sampler : {"latin-hypercube", "sobol", "random"}
    level : float
        Share of the draws between low and high: 0.95 leaves one draw in forty on either side.
        [share]
    spreads : DataFrame or path of a CSV file, optional
        Spreads of your own: ``field`` (unit_value, quantity, deadweight, displacement,
        attribution_to_others, drop_off, duration_years, input_value), narrowed by proxy_id, theme,
        value_type, project, stakeholder_group, outcome or evidence (inputs by input_type), or
        ``parameter``, a name in ``parameters``; and low and high, down and up (shares of the
        value), or standard_error; where wanted distribution, level and source. A share that records
        state themselves is in their sums, is no parameter and cannot be varied.
    grades : DataFrame or path of a CSV file, optional
        evidence, down, up: spreads of the quantities of records that state no range, by the grade
        of their evidence. A grade that no record here has is passed over, and the simulation says
        so; a word that is no grade is refused.
    correlations : sequence of CorrelationGroup
        Parameters that move together, by name; by default each moves by itself. Of each group at
        least two must move; the simulation names those that do not.

    Returns
    -------
    Simulation
        `Result.with_range` carries it into the headline and every output.

    Raises
    ------
    SettingsError
        If the result is published, no number has a spread, or a setting does not fit.

    Notes
    -----
    What varies: unit values whose proxy set publishes a low or a high (all versions of a proxy, and
    the years of a value of carbon, in proportion); the size of each measured change whose records
    state quantity_low or quantity_high, all its records together; and what ``spreads`` and
    ``grades`` state. Nothing is made up for the rest. The average of the draws differs from the
    assessment where a range is lopsided.

    References
    ----------
    McKay, M., Beckman, R. and Conover, W. (1979), Technometrics 21(2), Latin hypercube sampling;
    HM Treasury, The Green Book (2022), annex A5, on Monte Carlo analysis.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network())
    >>> simulation = result.simulate(draws=1_600, seed=1)
    >>> low, high = simulation.range.present_value_low, simulation.range.present_value_high
    >>> bool(low < result.totals["present_value"] < high)
    True
    """
    _check(draws, sampler, level)
    _check_groups(correlations)
    model = value_model(result, spreads, grades, by=())
    moving = model.moving
    if not len(moving):
        raise SettingsError(
            "Nothing can be drawn: no proxy used here publishes a low or a high, and no record "
            "states a range of its quantity. State spreads, or grades, if you know any."
        )
    names = model.parameters["parameter"].tolist()
    still = still_members(correlations, [each.fixed for each in model.spreads], names)
    values = _values(model, (draws, seed, sampler), correlations, names)[:, moving]
    found = model.evaluate(values, moving)
    table = pd.DataFrame(found, columns=list(TOTALS))
    exceeds = np.where(table["net_present_value"].isna(), np.nan, table["net_present_value"] > 0)
    own = {"compared_value": result.compared_value, "compared_inputs": result.compared_inputs}
    central = [{**result.totals, **own}[name] for name in TOTALS]
    told = statistics(found, level).assign(total=TOTALS, central=central)
    told = told[told["total"].isin(SHOWN)].reset_index(drop=True)
    return Simulation(
        assumptions=result.assumptions,
        draws=table[list(SHOWN)],
        totals=told[["total", "central", *STATISTICS]],
        parameters=model.parameters,
        level=level,
        seed=seed,
        sampler=sampler,
        share_fixed=model.share_fixed,
        probability_value_exceeds_cost=float(exceeds.mean()),
        probability_error=float(
            standard_error(exceeds[:, None], lambda part: part.mean(axis=0))[0]
        ),
        ratio_missing=result.ratio_missing,
        grades=model.uncertain.grades,
        still_members=still,
        shares_on_records=shares_on_records(model.uncertain.rows),
        model=model,
        values=values,
    )


def _check_groups(correlations: Any) -> None:
    alone = isinstance(correlations, str | CorrelationGroup)
    if alone or not all(isinstance(each, CorrelationGroup) for each in correlations):
        raise SettingsError(
            "correlations is a list of groups: "
            '[sv.CorrelationGroup("one method", ["unit_value: a", "unit_value: b"], 0.5)].'
        )


def _check(draws: Any, sampler: str, level: Any) -> None:
    if isinstance(draws, bool) or (isinstance(draws, int) and draws > MOST):
        raise SettingsError(f"draws = {draws}: take a whole number from {FEWEST} to {MOST:,}.")
    if isinstance(draws, int | np.integer) and draws < FEWEST:
        raise SettingsError(
            f"draws = {draws}: take at least {FEWEST}, which is ten in each of {BATCHES} "
            "independent samples; how far those differ is how the error of the draws is estimated. "
            "10,000 are usual."
        )
    if not isinstance(level, float) or not 0 < level < 1:
        raise SettingsError(f"level = {level!r}: write a share between 0 and 1, such as 0.95.")
    if sampler == "sobol" and isinstance(draws, int | np.integer) and draws & (draws - 1):
        below = 1 << (int(draws).bit_length() - 1)
        raise SettingsError(
            f"draws = {draws:,}: a Sobol sequence is even only over a power of two. Take "
            f"{below:,} or {2 * below:,}."
        )


def _values(
    model: ValueModel,
    how: tuple[int, int, str],
    correlations: Sequence[CorrelationGroup],
    names: Sequence[str],
) -> np.ndarray:
    """Values of all parameters in independent samples, one below another."""
    draws, seed, sampler = how
    evenly = [each if each.fixed else Spread("uniform", 0.5, 0.0, 1.0) for each in model.spreads]
    if (
        not isinstance(seed, int | np.integer)
        or seed < 0
        or not isinstance(draws, int | np.integer)
    ):
        draw(evenly, draws, seed, sampler)
    seeds = np.random.SeedSequence(int(seed)).generate_state(BATCHES, np.uint64)
    sizes = [len(part) for part in np.array_split(np.arange(draws), BATCHES)]
    values = np.empty((draws, len(evenly)), order="F")
    place = 0
    for size, own in zip(sizes, seeds, strict=True):
        shares = draw(evenly, size, int(own), sampler, correlations, names)
        values[place : place + size] = shares
        place += size
    for column, spread in enumerate(model.spreads):
        if not spread.fixed:
            values[:, column] = spread.quantile(values[:, column])
    return values
