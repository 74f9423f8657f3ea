"""Which assumption drives the answer? Shares of its variance, by Sobol's indices."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from socialvalue.draws import draw
from socialvalue.errors import SettingsError
from socialvalue.sensitivity import ABOUT, check_answer
from socialvalue.spreads import Spread

if TYPE_CHECKING:
    from socialvalue.value_model import ValueModel


class Indices(NamedTuple):
    """Sobol's indices of each parameter, with their standard errors.

    Attributes
    ----------
    first_order : ndarray
        Share of the variance that would go if the parameter alone were known. [share]
    total : ndarray
        Share that would be left if all the others were known: its own and what it does together
        with others. [share]
    first_order_error, total_error : ndarray
        Standard errors of both.
    """

    first_order: np.ndarray
    total: np.ndarray
    first_order_error: np.ndarray
    total_error: np.ndarray


def indices(
    function: Callable[[np.ndarray], np.ndarray], spreads: Sequence[Spread], draws: int, seed: int
) -> Indices:
    """Sobol's indices of a function of independent parameters.

    Parameters
    ----------
    function : callable
        Values, shape (draws, parameters), to the answer, shape (draws,).
    spreads : sequence of Spread
        None of them fixed.
    draws : int
        A power of two. The function is worked out draws x (parameters + 2) times, a parameter at a
        time, so that memory stays flat.
    seed : int

    Returns
    -------
    Indices

    Raises
    ------
    SettingsError
        If draws is no power of two, or the answer does not vary.

    References
    ----------
    Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer
    Physics Communications 181(2), as in `scipy.stats.sobol_indices`. The standard errors are those
    of the means that estimate the indices, for independent draws; a Sobol sequence is closer.

    Examples
    --------
    The variance of x + 2 y, alike and independent, is 1/5 from the first and 4/5 from the second.

    >>> alike = [Spread("uniform", 0.5, 0.0, 1.0)] * 2
    >>> found = indices(lambda values: values @ [1.0, 2.0], alike, draws=1_024, seed=1)
    >>> found.first_order.round(2).tolist(), found.total.round(2).tolist()
    ([0.2, 0.8], [0.2, 0.8])
    """
    from scipy.stats import sobol_indices

    both = draw([*spreads, *spreads], draws, seed, "sobol")
    size = len(spreads)
    one, other = both[:, :size].copy(order="F"), both[:, size:]
    of_one, of_other = function(one), function(other)
    swapped = np.empty((size + 1, 1, draws))
    for place in range(size):
        own = one[:, place].copy()
        one[:, place] = other[:, place]
        swapped[place, 0] = function(one)
        one[:, place] = own
    # A parameter that does nothing stands last: scipy needs two.
    swapped[size, 0] = of_one
    if not np.isfinite(swapped).all() or np.ptp([of_one, of_other]) == 0:
        raise SettingsError(
            "The answer does not vary within the ranges that are stated, or is not known in all of "
            "them, so no parameter has a share of its variance."
        )
    found = sobol_indices(
        func={"f_A": of_one[None], "f_B": of_other[None], "f_AB": swapped}, n=draws
    )
    errors = _errors(of_one, of_other, swapped[:size, 0])
    return Indices(found.first_order[:size], found.total_order[:size], *errors)


def _errors(one: np.ndarray, other: np.ndarray, swapped: np.ndarray) -> tuple[Any, Any]:
    variance, middle = np.var([one, other]), np.mean([one, other])
    first = (other - middle) * (swapped - one)
    total = (one - swapped) ** 2 / 2
    root = np.sqrt(len(one)) * variance
    return first.std(axis=1) / root, total.std(axis=1) / root


def variance_shares(
    model: "ValueModel", of: str = "", draws: int = 1_024, seed: int = 1
) -> pd.DataFrame:
    """Shares of the answer's variance that each parameter's spread brings.

    Parameters
    ----------
    model : ValueModel
    of : {"present_value", "net_present_value", "sroi_ratio"}, optional
        By default the net present value, or the present value where there is none.
    draws : int
        A power of two.
    seed : int

    Returns
    -------
    DataFrame
        A row a parameter that has a spread, the largest total first: parameter, kind, what, unit,
        central, share_of, first_order, first_order_error, total, total_error [shares of variance].
        Parameters are taken to vary independently. An index near nought may come out below it, by
        about its error.

    Raises
    ------
    SettingsError
        If no parameter has a spread, the result has no such answer, or an argument does not fit.
    """
    model = model.with_tables()
    of = of or ("present_value" if model.result.ratio_missing else "net_present_value")
    check_answer(model, of)
    moving = [int(place) for place in model.moving]
    if not moving:
        raise SettingsError(
            "No parameter has a range, so there is no variance to share out: no proxy used here "
            "publishes one and no record states one. State spreads, or a table of them by grade."
        )
    column = model.outputs["measure"].tolist().index(of)
    found = indices(
        lambda values: model.evaluate(values, moving)[:, column],
        [model.spreads[place] for place in moving],
        draws,
        seed,
    )
    table = model.parameters.loc[moving, list(ABOUT)].assign(share_of=of)
    for name in ("first_order", "first_order_error", "total", "total_error"):
        table[name] = getattr(found, name)
    return table.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)
