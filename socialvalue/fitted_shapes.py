"""Which distribution has these ends? Fitting a shape to a low, a central value and a high."""

from collections.abc import Iterator
from math import exp, isfinite, log, log1p, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from socialvalue import distributions as shapes
from socialvalue.distributions import Shape
from socialvalue.errors import SettingsError

if TYPE_CHECKING:
    from socialvalue.spreads import Spread

HARD_ENDS = ("uniform", "triangular", "pert")
"""Kinds whose low and high are the ends: nothing lies beyond them."""
BY_LEVEL = ("normal", "lognormal", "beta")
"""Kinds of which a stated share lies between low and high."""
KINDS = ("fixed", *HARD_ENDS, *BY_LEVEL)

OFF_CENTRE = 0.1
"""How far, as a share of half its width, a central value may be off for the rounding of figures."""


def beta_from_mean_and_coverage(mean: float, low: float, high: float, level: float) -> Shape | None:
    """The beta distribution with a given mean of which a given share lies between two values.

    Parameters
    ----------
    mean, low, high : float
        0 <= low < mean < high <= 1. [share]
    level : float
        Share of the distribution between low and high.

    Returns
    -------
    Shape or None
        None if there is no such distribution. Where there are several, the most concentrated.

    Examples
    --------
    >>> found = beta_from_mean_and_coverage(0.5, 0.25, 0.75, 0.95)
    >>> round(found.below(0.75) - found.below(0.25), 6)
    0.95
    """
    from scipy.optimize import brentq
    from scipy.special import betainc

    def lacking(log_size: Any) -> Any:
        a, b = mean * np.exp(log_size), (1 - mean) * np.exp(log_size)
        return betainc(a, b, high) - betainc(a, b, low) - level

    # Every share from 1 in 1,000 to 1 in a million million can be told apart on this grid.
    grid = np.linspace(-7.0, 28.0, 141)
    short = np.flatnonzero(lacking(grid) < 0)
    if not len(short) or short[-1] == len(grid) - 1:
        return None
    size = exp(brentq(lacking, grid[short[-1]], grid[short[-1] + 1], xtol=1e-13))
    return shapes.beta(mean * size, (1 - mean) * size)


def from_moments(mean: float, deviation: float, kind: str, source: str) -> Shape:
    """The normal, lognormal or beta distribution with a mean and a standard deviation.

    Raises
    ------
    SettingsError
        If there is none.

    Examples
    --------
    >>> round(from_moments(2.0, 0.5, "lognormal", "").standard_deviation, 9)
    0.5
    """
    if kind == "normal":
        return shapes.normal(mean, deviation)
    if kind == "lognormal":
        if not mean > 0:
            raise SettingsError(f"{source}: {mean:g} is not above zero, as a lognormal needs.")
        variance = log1p((deviation / mean) ** 2)
        return shapes.lognormal(log(mean) - variance / 2, sqrt(variance))
    if not (0 < mean < 1 and deviation**2 < mean * (1 - mean)):
        raise SettingsError(
            f"{source}: no share has a mean of {mean:g} and a standard error of {deviation:g}. "
            "Check both; a share is between 0 and 1, so 35% is 0.35."
        )
    size = mean * (1 - mean) / deviation**2 - 1
    return shapes.beta(mean * size, (1 - mean) * size)


def _half_width(level: float, low: float, high: float) -> float:
    """Standard deviation of a bell curve of which ``level`` lies between two values."""
    from scipy.special import ndtri

    return (high - low) / (2 * float(ndtri((1 + level) / 2)))


def fitted(spread: "Spread") -> Shape:
    """The distribution that a spread's numbers state, before its bounds.

    Raises
    ------
    SettingsError
        If no beta distribution has these numbers.
    """
    central, low, high, level = spread.central, spread.low, spread.high, spread.level
    if spread.kind == "uniform":
        return shapes.uniform(low, high)
    if spread.kind in ("triangular", "pert"):
        return getattr(shapes, spread.kind)(low, central, high)
    if level is None:
        return shapes.constant(central)
    if spread.kind == "normal":
        return shapes.normal(central, _half_width(level, low, high))
    if spread.kind == "lognormal":
        deviation = _half_width(level, log(low), log(high))
        return shapes.lognormal((log(low) + log(high)) / 2, deviation)
    share = beta_from_mean_and_coverage(central, low, high, level)
    if share is None:
        raise SettingsError(
            f"{spread.source or 'A spread'}: no beta distribution with a mean of {central:g} has "
            f"{level:.0%} of itself between {low:g} and {high:g}. Check the three numbers, "
            "or state the range as triangular."
        )
    return share


def problems(spread: "Spread") -> Iterator[str]:
    """What is wrong with a spread, and what to do about it."""
    kind, central, low, high = spread.kind, spread.central, spread.low, spread.high
    if kind not in KINDS:
        yield f"there is no kind {kind!r}. Choose one of {', '.join(KINDS)}."
    if not isfinite(central) or not spread.least <= central <= spread.most:
        yield (
            f"its central value is {central}, which is not a number between {spread.least:g} and "
            f"{spread.most:g}. Check the value; a share is between 0 and 1, so 35% is 0.35."
        )
    if kind == "fixed":
        return
    if not (isfinite(low) and isfinite(high)):
        yield f"a {kind} spread needs a low and a high. State both, or leave it fixed."
    if not low <= central <= high or low == high:
        yield (
            f"low {low:g}, central {central:g} and high {high:g} are not in this order. Check the "
            "three figures; the ends may not be the same."
        )
    yield from _level_problems(spread)


def _level_problems(spread: "Spread") -> Iterator[str]:
    kind, level, low, high = spread.kind, spread.level, spread.low, spread.high
    if kind in HARD_ENDS:
        if level is not None:
            yield f"the ends of a {kind} spread are hard, so it has no level. Leave level out."
        return
    if level is None or not 0 < level < 1:
        yield f"level = {level}: write the share that lies between low and high, such as 0.95."
    elif kind == "normal":
        yield from _off_centre(spread.central, low, high, 0.0, "a normal")
    elif kind == "lognormal" and not low > 0:
        yield f"low {low:g} is not above zero, as a lognormal spread needs. Choose another kind."
    elif kind == "lognormal":
        # From the median, the middle of the logarithms, to the mean.
        room = _half_width(level, log(low), log(high)) ** 2 / 2
        yield from _off_centre(log(spread.central), log(low), log(high), room, "a lognormal")
    elif not (0 <= low < spread.central < high <= 1):
        yield (
            f"a beta spread needs 0 <= low < central < high <= 1, not {low:g}, {spread.central:g} "
            f"and {high:g}. Shares are not percentages: 35% is 0.35."
        )


def _off_centre(central: float, low: float, high: float, room: float, kind: str) -> Iterator[str]:
    off, rounding = central - (low + high) / 2, OFF_CENTRE * (high - low) / 2
    if not -rounding <= off <= room + rounding:
        yield (
            f"the central value is not in the middle of its low and high, as {kind} spread has it. "
            "Choose the kind triangular or pert, or check the figures."
        )
