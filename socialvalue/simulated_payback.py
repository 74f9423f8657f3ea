"""When does value reach what was put in, draw by draw? And in which share of the draws never?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.draw_statistics import standard_error
from socialvalue.totals import projects_in_ratio
from socialvalue.value_model import Shown, ValueModel
from socialvalue.value_outputs import TOTALS
from socialvalue.years import parse_year

_YEAR = ("year",)


def paybacks(model: ValueModel, values: np.ndarray) -> np.ndarray:
    """Payback in each draw, of what the ratio compares; nan where value never reaches inputs.

    Parameters
    ----------
    model : ValueModel
        Of an assessment that has a ratio.
    values : ndarray, shape (draws, moving parameters)

    Returns
    -------
    ndarray
        [years]
    """
    rows = model.uncertain.rows[model.uncertain.rows["map"] == ""]
    covered = rows[projects_in_ratio(rows, model.result.inputs)]
    shown = Shown(rows=covered, years={}, allocation=model.result.allocation)
    by_year = replace(model, shown=shown, by=(_YEAR,))
    found, outputs = by_year.evaluate(values, model.moving), by_year.outputs
    start = parse_year(model.result.assumptions.base_year).start
    labels = outputs.loc[outputs["table"] == _YEAR[0], "year"]
    first = int(model.result.discount_factors["t"].min())
    place = np.array([parse_year(label).start - start - first for label in labels], dtype=int)
    # A year without value counts as one all the same.
    flows = np.zeros((len(values), int(place.max()) + 1))
    flows[:, place] = found[:, len(TOTALS) :]
    spent = found[:, TOTALS.index("compared_inputs")]
    return np.array(
        [formulas.payback_years(flow, cost) for flow, cost in zip(flows, spent, strict=True)]
    )


def told(years: np.ndarray, central: float, level: float) -> pd.Series:
    """The distribution of paybacks; a draw that never pays back stands after all that do.

    Parameters
    ----------
    years : ndarray
        A payback a draw, nan for never. [years]
    central : float
        Of the assessment. [years]
    level : float
        Share of the draws between low and high. [share]

    Returns
    -------
    Series
        central, low, median, high [years], nan for never; share_never and share_never_error, its
        Monte Carlo standard error [share].

    Examples
    --------
    >>> told(np.array([1.0, 2.0, 3.0, float("nan")] * 40), 2.0, 0.5).round(2).tolist()[:5]
    [2.0, 1.0, 2.0, 3.0, 0.25]
    """
    never = np.isnan(years)
    # (1 - 0.95) / 2 is a little more than 0.025, and would take the next draw.
    tails = np.round([(1 - level) / 2, 0.5, (1 + level) / 2], 12)
    # An end is a payback of some draw: between a year and never there is none.
    ends = np.quantile(np.where(never, np.inf, years), tails, method="inverted_cdf")
    low, median, high = np.where(np.isinf(ends), np.nan, ends)
    error = standard_error(never[:, None], lambda part: part.mean(axis=0))[0]
    return pd.Series(
        {
            "central": central,
            "low": low,
            "median": median,
            "high": high,
            "share_never": float(never.mean()),
            "share_never_error": float(error),
        }
    )
