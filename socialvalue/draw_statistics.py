"""What do draws say? Their mean, spread and range, and how far those are off for want of draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

BATCHES = 16
"""Independent samples that draws are made of, by which their error is known."""
STATISTICS = ("mean", "sd", "low", "median", "high", "mean_error", "low_error", "high_error")
_STILL = 1e-12
"""A spread this small beside its size is the rounding of equal sums."""


def statistics(found: np.ndarray, level: float) -> pd.DataFrame:
    """Mean, spread and range of each column of draws, with Monte Carlo errors.

    Parameters
    ----------
    found : ndarray, shape (draws, outputs)
    level : float
        [share]

    Returns
    -------
    DataFrame
        mean, sd, low, median, high, mean_error, low_error, high_error; a row a column.
    """
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, median, high = np.quantile(found, tails, axis=0)
    still = np.ptp(found, axis=0) <= _STILL * np.abs(found).max(axis=0, initial=0.0)
    table = pd.DataFrame(
        {
            "mean": found.mean(axis=0),
            "sd": np.where(still, 0.0, found.std(axis=0, ddof=1)),
            "low": np.where(still, np.nan, low),
            "median": median,
            "high": np.where(still, np.nan, high),
            "mean_error": standard_error(found, lambda part: part.mean(axis=0)),
        }
    )
    ends = standard_error(found, lambda part: np.quantile(part, [tails[0], tails[2]], axis=0))
    table = table.assign(low_error=ends[0], high_error=ends[1])
    errors = ["mean_error", "low_error", "high_error"]
    return table.assign(**{name: np.where(still, 0.0, table[name]) for name in errors})


def standard_error(found: np.ndarray, statistic: Any) -> np.ndarray:
    """Monte Carlo standard error of a statistic, from its values in each independent sample.

    The plain formula, the standard deviation of the draws over the root of their number, is too
    large for a Latin hypercube or a Sobol sequence, whose draws fill the space more evenly than
    chance does.

    Parameters
    ----------
    found : ndarray, shape (draws, outputs)
        `BATCHES` samples, one below another.
    statistic : callable
        From draws to an array.

    References
    ----------
    Iman, R. and Conover, W. (1980), Small sample sensitivity analysis techniques for computer
    models, Communications in Statistics A9(17): replicated Latin hypercube samples.

    Examples
    --------
    >>> same = np.ones((160, 1))
    >>> standard_error(same, lambda part: part.mean(axis=0)).tolist()
    [0.0]
    """
    parts = [statistic(part) for part in np.array_split(found, BATCHES)]
    return np.std(parts, axis=0, ddof=1) / np.sqrt(BATCHES)


def keys_as_text(table: pd.DataFrame, keys: Sequence[str]) -> pd.Index:
    """The keys of each row as one text, whatever types the columns have."""
    if not keys:
        return pd.Index(["all"] * len(table))
    parts = [table[key].astype("string").fillna("\x00").astype(object) for key in keys]
    return pd.Index(["\x1f".join(each) for each in zip(*parts, strict=True)])
