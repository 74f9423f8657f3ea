"""What may a number be? The spread of a parameter about the value an assessment gives it.

A spread comes from what is published or measured: the ends of a proxy's range, an interval, a
standard error, or a table of spreads by grade of evidence that the user states. None is invented:
a number of which nothing is known is fixed.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, isnan, nan
from typing import Any

import numpy as np

from socialvalue.distributions import Shape, truncated
from socialvalue.errors import SettingsError
from socialvalue.fitted_shapes import BY_LEVEL, fitted, from_moments, problems

DEFAULT_KIND = "triangular"
"""Kind of a published range whose source says nothing of its shape.

A low, a central value and a high say no more than a triangle does: straight lines to two ends. The
PERT distribution trusts the central value four times as much as an end, a weight made in 1959 for
the schedules of a development programme that no publisher of a proxy states, and so is narrower:
for the WELLBY at 10,000, 13,000 and 16,000 pounds its standard deviation is 1,134, the triangle's
1,225. Its advantage, a mean that lopsided ends move less, has no effect on ranges that are even
about their central value, as all that ship with this library are.
"""
PUBLISHED_LEVEL = 0.95
"""Share taken to lie within a published range that is said to be normal, lognormal or beta."""


@dataclass(frozen=True)
class Spread:
    """How a parameter may differ from its central value.

    A value never leaves ``least`` to ``most``: a distribution that would is cut off there and the
    rest scaled up, by drawing between the shares that lie below the two bounds. No draw is moved.

    Parameters
    ----------
    kind : str
        One of ``fixed``, ``uniform``, ``triangular``, ``pert``, ``normal``, ``lognormal`` and
        ``beta``.
    central : float
        The value of the assessment itself: the likeliest of a triangular or PERT, the mean of a
        normal or beta, mean or median of a lognormal distribution.
    low, high : float
        Ends, or the limits between which ``level`` lies; nan for fixed.
    level : float or None
        Share of the distribution between low and high; None where they are hard ends.
    least, most : float
        Bounds of what the parameter can be at all: 0 and 1 of a share.
    source : str
        Where the spread comes from, in words.

    Raises
    ------
    SettingsError
        If the numbers do not fit each other or the kind.

    Examples
    --------
    >>> wellby = Spread("triangular", 13_000.0, 10_000.0, 16_000.0)
    >>> wellby.quantile([0.0, 0.5, 1.0]).tolist()
    [10000.0, 13000.0, 16000.0]
    >>> round(wellby.standard_deviation)
    1225
    """

    kind: str
    central: float
    low: float = nan
    high: float = nan
    level: float | None = None
    least: float = -inf
    most: float = inf
    source: str = ""

    def __post_init__(self) -> None:
        for problem in problems(self):
            raise SettingsError(f"{self.source or 'A spread'}: {problem}")
        if self.kind == "beta":
            # Whether there is such a distribution is known only once it is looked for.
            _ = self.shape

    @property
    def fixed(self) -> bool:
        """Whether the parameter does not vary."""
        return self.kind == "fixed"

    @cached_property
    def shape(self) -> Shape:
        """The distribution, within its bounds."""
        whole = fitted(self)
        return whole if self.fixed else truncated(whole, self.least, self.most)

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high within the bounds: where a one-way test moves the parameter to."""
        return max(self.low, self.least), min(self.high, self.most)

    @property
    def mean(self) -> float:
        """Mean of the distribution."""
        return self.shape.mean

    @property
    def standard_deviation(self) -> float:
        """Standard deviation of the distribution."""
        return self.shape.standard_deviation

    def quantile(self, p: Any) -> np.ndarray:
        """Values below which given shares of the distribution lie.

        Parameters
        ----------
        p : array of float
            [share]

        Returns
        -------
        ndarray
            As the parameter, shaped as ``p``.
        """
        return np.asarray(self.shape.quantile(np.asarray(p, dtype=float)))


def unvaried(central: float, source: str = "") -> Spread:
    """A parameter of which no spread is stated.

    Examples
    --------
    >>> unvaried(4.0).fixed
    True
    """
    return Spread("fixed", float(central), source=source)


def from_ends(
    central: float,
    low: float = nan,
    high: float = nan,
    kind: str = "",
    **about: Any,
) -> Spread:
    """Spread of a published value from its published low and high.

    Parameters
    ----------
    central, low, high : float
        As published. An end that is missing (nan) stays at the central value; with neither, or with
        both ends at the central value, the parameter is fixed.
    kind : str
        As the proxy's ``distribution``; blank is `DEFAULT_KIND`. Of normal, lognormal and beta 95%
        lies within the ends unless ``level`` says otherwise.
    **about
        level, least, most and source, as for `Spread`.

    Raises
    ------
    SettingsError
        If the numbers do not fit.

    Examples
    --------
    >>> from_ends(13_000, 10_000, 16_000).kind
    'triangular'
    >>> from_ends(13_000, high=16_000).low
    13000.0
    """
    kind = kind if isinstance(kind, str) and kind else DEFAULT_KIND
    low, high = (float("nan" if end is None else end) for end in (low, high))
    nowhere = isnan(low) and isnan(high)
    low, high = (central if isnan(end) else end for end in (low, high))
    if kind == "fixed" or nowhere or low == central == high:
        return unvaried(central, about.get("source", ""))
    if kind in BY_LEVEL:
        about = {"level": PUBLISHED_LEVEL} | about
    return _within(Spread(kind, float(central), float(low), float(high), **about))


def from_interval(
    central: float,
    low: float,
    high: float,
    level: float = 0.95,
    kind: str = "normal",
    **about: Any,
) -> Spread:
    """Spread from a confidence interval.

    Parameters
    ----------
    central, low, high : float
        Estimate and limits.
    level : float
        Level of the interval. [share]
    kind : {"normal", "lognormal", "beta"}
        ``lognormal`` for ratios and what is always above zero, ``beta`` for shares.
    **about
        least, most and source, as for `Spread`.

    Raises
    ------
    SettingsError
        If the numbers do not fit, such as a normal interval that is not even about its estimate.

    Examples
    --------
    The limits of a 95% interval lie 1.96 standard deviations from the estimate.

    >>> round(from_interval(10.0, 8.04, 11.96).standard_deviation, 3)
    1.0
    """
    if kind not in BY_LEVEL:
        raise SettingsError(
            f"{about.get('source') or 'An interval'}: kind {kind!r} has no level. Choose one of "
            f"{', '.join(BY_LEVEL)}, or state the ends with from_ends."
        )
    return _within(Spread(kind, float(central), float(low), float(high), level, **about))


def from_standard_error(
    central: float, standard_error: float, kind: str = "normal", **about: Any
) -> Spread:
    """Spread from an estimate and its standard error, which are its mean and standard deviation.

    Parameters
    ----------
    central, standard_error : float
    kind : {"normal", "lognormal", "beta"}
    **about
        least, most and source, as for `Spread`.

    Returns
    -------
    Spread
        Low and high are the limits of 95%.

    Raises
    ------
    SettingsError
        If the standard error is not above zero, or is larger than the kind allows.

    Examples
    --------
    >>> spread = from_standard_error(0.2, 0.05, "beta", least=0.0, most=1.0)
    >>> round(spread.mean, 6), round(spread.standard_deviation, 6)
    (0.2, 0.05)
    """
    source = about.get("source") or "A standard error"
    if not (isfinite(standard_error) and standard_error > 0):
        raise SettingsError(
            f"{source}: a standard error of {standard_error} is no error. Write one above zero, or "
            "leave the parameter fixed."
        )
    if kind not in BY_LEVEL:
        raise SettingsError(
            f"{source}: kind {kind!r} does not fit a standard error. Choose one of "
            f"{', '.join(BY_LEVEL)}."
        )
    whole = from_moments(float(central), float(standard_error), kind, source)
    low, high = whole.quantile(np.array([0.025, 0.975]))
    return _within(Spread(kind, float(central), float(low), float(high), 0.95, **about))


def from_share(
    central: float, low: float, high: float, level: float = 0.95, source: str = ""
) -> Spread:
    """Spread of a share from an interval: the beta distribution with that mean and that coverage.

    Parameters
    ----------
    central, low, high : float
        0 <= low < central < high <= 1. [share]
    level : float
        Share of the distribution between low and high.
    source : str

    Raises
    ------
    SettingsError
        If the numbers do not fit, or no beta distribution fits them.

    Examples
    --------
    >>> spread = from_share(0.3, 0.2, 0.42)
    >>> round(spread.mean, 9)
    0.3
    """
    return from_interval(central, low, high, level, "beta", least=0.0, most=1.0, source=source)


def _within(spread: Spread) -> Spread:
    """The spread, if its ends are values that the parameter can take."""
    outside = [end for end in (spread.low, spread.high) if not spread.least <= end <= spread.most]
    for end in outside:
        kind = "beta" if isfinite(spread.most) else "lognormal"
        raise SettingsError(
            f"{spread.source or 'A spread'}: {end:g} is not between {spread.least:g} and "
            f"{spread.most:g}, which is all that it can be. Check the figure; where an error "
            f"reaches beyond a bound, choose kind {kind!r}."
        )
    return spread
