"""Which values do uncertain parameters take together? Seeded draws from their spreads.

A parameter is drawn once for everything that rests on it. Draws are evenly laid (a Latin hypercube
or a Sobol sequence) unless plain random ones are asked for, and parameters of one group go up and
down together.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from socialvalue.correlation import CorrelationGroup, check_groups, correlated
from socialvalue.errors import SettingsError
from socialvalue.spreads import Spread

SAMPLERS = ("latin-hypercube", "sobol", "random")
_SOBOL_BITS = 30


def draw(
    spreads: Sequence[Spread],
    draws: int,
    seed: int,
    sampler: str = "latin-hypercube",
    groups: Sequence[CorrelationGroup] = (),
    names: Sequence[str] = (),
) -> np.ndarray:
    """Values of every parameter in every draw.

    Parameters
    ----------
    spreads : sequence of Spread
        One for each parameter. Those that are fixed take no dimension of the sample.
    draws : int
        How many. A Sobol sequence takes a power of two.
    seed : int
        The same seed gives the same values.
    sampler : {"latin-hypercube", "sobol", "random"}
        ``latin-hypercube`` puts one value of each parameter into each of ``draws`` slices of equal
        probability; ``sobol`` is a scrambled Sobol sequence, even in many dimensions together;
        ``random`` is plain pseudo-random numbers.
    groups : sequence of CorrelationGroup
        Parameters that move together. A parameter belongs to one group at most; one that is fixed
        takes no part.
    names : sequence of str
        Names of the parameters, where groups name their members.

    Returns
    -------
    ndarray
        draws x parameters, eight bytes each, each parameter's values beside each other in memory:
        10,000 draws of 200 parameters are 16 MB. What values them may do so in slices of rows.

    Raises
    ------
    SettingsError
        If a number, sampler or group does not fit.

    References
    ----------
    McKay, M., Beckman, R. and Conover, W. (1979), A comparison of three methods for selecting
    values of input variables, Technometrics 21(2). Owen, A. (1998), Scrambling Sobol' and
    Niederreiter-Xing points, Journal of Complexity 14(4). Both as in `scipy.stats.qmc`.

    Examples
    --------
    >>> from socialvalue.spreads import Spread, unvaried
    >>> wellby = Spread("triangular", 13_000.0, 10_000.0, 16_000.0)
    >>> values = draw([wellby, unvaried(5.0)], draws=1_000, seed=1)
    >>> values.shape, set(values[:, 1].tolist())
    ((1000, 2), {5.0})
    >>> round(values[:, 0].mean(), -1)
    np.float64(13000.0)
    """
    _check(draws, seed, sampler)
    if names and len(names) != len(spreads):
        raise SettingsError(f"There are {len(names)} names for {len(spreads)} parameters.")
    members = check_groups(groups, [spread.fixed for spread in spreads], names)
    free = [i for i, spread in enumerate(spreads) if not spread.fixed]
    shares = _sample(len(free), int(draws), int(seed), sampler)
    values = np.empty((int(draws), len(spreads)), order="F")
    place = {parameter: column for column, parameter in enumerate(free)}
    for group, positions in members:
        columns = [place[position] for position in positions]
        shares[:, columns] = correlated(shares[:, columns], group)
    for i, spread in enumerate(spreads):
        values[:, i] = spread.central if spread.fixed else spread.quantile(shares[:, place[i]])
    return values


def _sample(dimensions: int, draws: int, seed: int, sampler: str) -> np.ndarray:
    """Shares strictly between 0 and 1, draws x dimensions, a column's beside each other."""
    if not dimensions:
        return np.empty((draws, 0))
    generator = np.random.default_rng(seed)
    if sampler == "random":
        shares = generator.random((draws, dimensions))
    else:
        shares = _evenly(dimensions, draws, generator, sampler)
    # A share of exactly 0 or 1 has no value on a curve without ends.
    return np.asfortranarray(np.clip(shares, 2.0**-54, 1 - 2.0**-53))


def _evenly(dimensions: int, draws: int, generator: np.random.Generator, sampler: str) -> Any:
    from scipy.stats import qmc

    if sampler == "latin-hypercube":
        return qmc.LatinHypercube(dimensions, seed=generator).random(draws)
    if dimensions > qmc.Sobol.MAXDIM:
        raise SettingsError(
            f"A Sobol sequence has {qmc.Sobol.MAXDIM:,} dimensions at most, not {dimensions:,}. "
            'Choose sampler "latin-hypercube".'
        )
    lattice = qmc.Sobol(dimensions, bits=_SOBOL_BITS, seed=generator).random(draws)
    # Its points are the lower corners of cells; the middles are as even, and never 0.
    return lattice + 0.5**_SOBOL_BITS / 2


def _check(draws: Any, seed: Any, sampler: str) -> None:
    if sampler not in SAMPLERS:
        raise SettingsError(f"sampler = {sampler!r}: choose one of {', '.join(SAMPLERS)}.")
    for name, number, least in (("draws", draws, 1), ("seed", seed, 0)):
        if not isinstance(number, Integral) or isinstance(number, bool) or number < least:
            raise SettingsError(f"{name} = {number!r}: write a whole number of {least} or more.")
    if sampler == "sobol" and draws & (draws - 1):
        above = 1 << int(draws).bit_length()
        raise SettingsError(
            f"draws = {draws:,}: a Sobol sequence is even only over a power of two. Take "
            f"{above // 2:,} or {above:,}."
        )
