"""Which shapes may a range have? Distributions as their inverse, their share below, their moments.

Each maker takes numbers and returns a `Shape`. The formulas are the textbook ones; the special
functions behind them are scipy's, called directly, because a draw asks for millions of quantiles.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from math import exp, expm1, sqrt
from typing import Any, NamedTuple

import numpy as np

PERT_WEIGHT = 4.0
"""How much more a PERT distribution trusts the central value than each of its ends."""
_NODES, _FAR = 161, 5.0
_TABLE_FROM, _TABLE_ERROR = 2_000, 1e-8


class Shape(NamedTuple):
    """A distribution: its inverse, the share below a value, its mean and standard deviation.

    Attributes
    ----------
    quantile : callable
        Array of shares to array of values.
    below : callable
        A value to the share of the distribution that lies below it.
    moments : callable
        Nothing to the mean and the standard deviation.
    """

    quantile: Callable[[Any], Any]
    below: Callable[[float], float]
    moments: Callable[[], tuple[float, float]]

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.moments()[0]

    @property
    def standard_deviation(self) -> float:
        """Its standard deviation."""
        return self.moments()[1]


def constant(value: float) -> Shape:
    """A value that does not vary.

    Examples
    --------
    >>> constant(3.0).standard_deviation
    0.0
    """
    return Shape(
        lambda p: np.full(np.shape(p), value), lambda x: float(x >= value), lambda: (value, 0.0)
    )


def uniform(low: float, high: float) -> Shape:
    """Every value between two ends alike.

    Examples
    --------
    >>> uniform(2.0, 4.0).mean
    3.0
    """
    width = high - low
    return Shape(
        lambda p: low + width * np.asarray(p),
        lambda x: float(np.clip((x - low) / width, 0.0, 1.0)),
        lambda: ((low + high) / 2, width / sqrt(12.0)),
    )


def triangular(low: float, mode: float, high: float) -> Shape:
    """Straight lines from two ends, which are never passed, up to the likeliest value.

    References
    ----------
    Johnson, N., Kotz, S. and Balakrishnan, N. (1995), Continuous Univariate Distributions
    2, chapter 26.

    Examples
    --------
    >>> triangular(0.0, 0.0, 3.0).mean
    1.0
    """
    width = high - low
    left = (mode - low) / width

    def quantile(p: Any) -> Any:
        p = np.asarray(p, dtype=float)
        rising = low + np.sqrt(p * width * (mode - low))
        falling = high - np.sqrt((1 - p) * width * (high - mode))
        return np.where(p < left, rising, falling)

    def below(x: float) -> float:
        # With the likeliest value at an end there is one line, and nothing to divide by beyond it.
        if x <= low or x >= high:
            return float(x >= high)
        if x <= mode:
            return (x - low) ** 2 / (width * (mode - low))
        return 1 - (high - x) ** 2 / (width * (high - mode))

    def moments() -> tuple[float, float]:
        squares = (high - low) ** 2 + (mode - low) ** 2 + (high - mode) ** 2
        return (low + mode + high) / 3, sqrt(squares / 36)

    return Shape(quantile, below, moments)


def normal(mean: float, standard_deviation: float) -> Shape:
    """The bell curve.

    Examples
    --------
    >>> float(normal(10.0, 2.0).quantile(0.5))
    10.0
    """
    from scipy.special import ndtr, ndtri

    return Shape(
        lambda p: mean + standard_deviation * ndtri(p),
        lambda x: float(ndtr((x - mean) / standard_deviation)),
        lambda: (mean, standard_deviation),
    )


def lognormal(log_mean: float, log_standard_deviation: float) -> Shape:
    """A value whose logarithm follows the bell curve; it is always above zero.

    Examples
    --------
    >>> float(lognormal(0.0, 1.0).quantile(0.5))
    1.0
    """
    from scipy.special import ndtr, ndtri

    variance = log_standard_deviation**2
    mean = exp(log_mean + variance / 2)
    return Shape(
        lambda p: np.exp(log_mean + log_standard_deviation * ndtri(p)),
        lambda x: float(ndtr((np.log(x) - log_mean) / log_standard_deviation)) if x > 0 else 0.0,
        lambda: (mean, mean * sqrt(expm1(variance))),
    )


def beta(a: float, b: float, low: float = 0.0, high: float = 1.0) -> Shape:
    """The distribution of a share, or of any value between two ends that are never passed.

    Parameters
    ----------
    a, b : float
        Its two exponents, above zero.
    low, high : float
        Its ends.

    Notes
    -----
    scipy inverts the incomplete beta function in about a microsecond, which is seconds for a
    simulation. Arrays of 2,000 shares or more are therefore read from a cubic Hermite spline of the
    logit through 161 exact quantiles and their exact slopes. Halfway between its nodes, where it is
    worst, the spline is held against the incomplete beta function itself: if a share is off by more
    than one in a hundred million, it is not used.

    References
    ----------
    Johnson, N., Kotz, S. and Balakrishnan, N. (1995), Continuous Univariate Distributions
    2, chapter 25.

    Examples
    --------
    >>> beta(2.0, 2.0).mean
    0.5
    """
    from scipy.special import betainc

    width = high - low
    return Shape(
        lambda p: low + width * _beta_quantile(a, b, np.asarray(p, dtype=float)),
        lambda x: float(betainc(a, b, np.clip((x - low) / width, 0.0, 1.0))),
        lambda: (low + width * a / (a + b), width * sqrt(a * b / (a + b + 1)) / (a + b)),
    )


def pert(low: float, mode: float, high: float) -> Shape:
    """A beta distribution between two ends that trusts the likeliest value four times as much.

    References
    ----------
    Malcolm, D., Roseboom, J., Clark, C. and Fazar, W. (1959), Application of a technique for
    research and development program evaluation, Operations Research 7(5).

    Examples
    --------
    The mean is (low + 4 mode + high) / 6.

    >>> pert(0.0, 1.0, 8.0).mean
    2.0
    """
    width = high - low
    a = 1 + PERT_WEIGHT * (mode - low) / width
    b = 1 + PERT_WEIGHT * (high - mode) / width
    return beta(a, b, low, high)


def truncated(shape: Shape, least: float, most: float) -> Shape:
    """A distribution with what lies outside two bounds taken off, and the rest scaled up.

    Nothing is moved onto a bound: shares are taken between the shares below the two bounds, so that
    what is left keeps its form.

    Examples
    --------
    >>> round(truncated(uniform(0.0, 4.0), 2.0, 9.0).mean, 9)
    3.0
    """
    under, over = shape.below(least), shape.below(most)
    if under <= 0 and over >= 1:
        return shape
    kept = over - under

    def quantile(p: Any) -> Any:
        return shape.quantile(under + kept * np.asarray(p, dtype=float))

    def moments() -> tuple[float, float]:
        from scipy.integrate import quad

        mean = quad(quantile, 0, 1, limit=200)[0]
        return float(mean), sqrt(quad(lambda p: (quantile(p) - mean) ** 2, 0, 1, limit=200)[0])

    below = shape.below
    return Shape(quantile, lambda x: float(np.clip((below(x) - under) / kept, 0, 1)), moments)


def _beta_quantile(a: float, b: float, p: np.ndarray) -> np.ndarray:
    from scipy.special import betaincinv, expit, ndtri

    table = _logit_table(a, b) if p.size >= _TABLE_FROM else None
    if table is None:
        return betaincinv(a, b, p)
    score = ndtri(p)
    found = expit(table(score))
    # Beyond the table a draw is one in two million: work it out.
    far = ~(np.abs(score) < _FAR)
    if far.any():
        found[far] = betaincinv(a, b, p[far])
    return found


@lru_cache(maxsize=1024)
def _logit_table(a: float, b: float) -> Callable[[Any], Any] | None:
    """Logit of the quantile against the normal score of the share; None where it is not exact."""
    from scipy.interpolate import CubicHermiteSpline
    from scipy.special import betainc, betaincinv, betaln, expit, ndtr

    score = np.linspace(-_FAR, _FAR, _NODES)
    lower = score < 0
    x, rest = np.empty(_NODES), np.empty(_NODES)
    # Each half from its own end, where small numbers keep their digits.
    x[lower] = betaincinv(a, b, ndtr(score[lower]))
    rest[~lower] = betaincinv(b, a, ndtr(-score[~lower]))
    x[~lower], rest[lower] = 1 - rest[~lower], 1 - x[lower]
    if not (x > 0).all() or not (rest > 0).all():
        return None
    log_density = a * np.log(x) + b * np.log(rest) - betaln(a, b)
    slope = np.exp(-(score**2) / 2 - np.log(2 * np.pi) / 2 - log_density)
    table = CubicHermiteSpline(score, np.log(x) - np.log(rest), slope)
    halfway = (score[1:] + score[:-1]) / 2
    error = np.abs(betainc(a, b, expit(table(halfway))) - ndtr(halfway))
    return partial(table) if error.max() <= _TABLE_ERROR else None
