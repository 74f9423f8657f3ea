"""What multiplies each uncertain number? The value of each row and year with those taken out.

The map is valued once more with every uncertain number at one that changes nothing. What is left,
prices, discounting, optimism and the years that count, is a fixed weight for each row and year.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.parameters import Uncertain
from socialvalue.uncertain_numbers import RELATIVE
from socialvalue.value_by_year import value_by_year

if TYPE_CHECKING:
    from socialvalue.results import Result

PIECES = ("whole", "above", "below")
"""Parts of a line by how its quantity moves it: in proportion, only above or only below central."""
_KEPT = ("map", "row_id", "line_of", "project", "is_harm", "starts")


def value_lines(result: "Result", found: Uncertain, reach: np.ndarray) -> pd.DataFrame:
    """The fixed weight of each row in each year, in the pieces by which its quantity moves it.

    Parameters
    ----------
    result : Result
    found : Uncertain
    reach : ndarray of float
        For each parameter the longest duration to allow for; read for durations only. [years]

    Returns
    -------
    DataFrame
        A line for each row of a map, year and piece: map, row_id, line_of (its place among the
        rows), project, is_harm, year, k, ``exponent`` [years of drop-off], the ``<slot>_is``
        columns, ``piece``, and the weights ``gross``, ``net`` and ``present`` [money, or money per
        unit of the parameters in the line].
    """
    rows = found.rows.assign(line_of=np.arange(len(found.rows)))
    lines = _neutral(result, found, rows, reach)
    lines["exponent"] = formulas.drop_off_exponent(
        lines["k"], lines["starts"].astype(int), result.assumptions.drop_off_from
    )
    return _in_pieces(lines, found)


def _neutral(
    result: "Result", found: Uncertain, rows: pd.DataFrame, reach: np.ndarray
) -> pd.DataFrame:
    """Value of one unit of each row and year with no uncertain number in it."""
    assert result.basis is not None
    lasts = rows["duration_years_is"].to_numpy(int)
    unit = found.parameters["unit"].to_numpy(object)[rows["unit_value_is"].to_numpy(int)]
    neutral = rows.assign(
        row_id=rows["line_of"],
        # An outcome that is never seen in full must still have the years that it could have.
        duration_years=np.where(lasts >= 0, np.maximum(np.ceil(reach[lasts]), 1.0), 1.0),
        drop_off=0.0,
        unit_value=np.where(unit == RELATIVE, rows["unit_value"], 1.0),
    )
    values = value_by_year(neutral, result.basis.proxies, result.assumptions)
    per_unit = values[["row_id", "year", "t", "k", "unit_gross", "unit_net", "unit_present"]]
    slots = [column for column in rows if column.endswith("_is")]
    amounts = ["left", "left_low", "left_high", "quantity"]
    kept = [*_KEPT, *slots, *amounts]
    beside = rows[kept].take(per_unit["row_id"].to_numpy(int)).reset_index(drop=True)
    units = per_unit.drop(columns="row_id").reset_index(drop=True)
    return pd.concat([beside, units], axis=1)


def _in_pieces(lines: pd.DataFrame, found: Uncertain) -> pd.DataFrame:
    """Lines times their quantity, split where a recorded range moves them.

    Between the ends that records state, each row moves from its own low over its central to its own
    high as the whole change does; beyond an end it goes on in the same line.
    """
    of = lines["quantity_is"].to_numpy(int)
    left, low, high = (lines[c].to_numpy(float) for c in ("left", "left_low", "left_high"))
    whole, whole_low, whole_high = (
        found.parameters[c].to_numpy(float)[of] for c in ("central", "own_low", "own_high")
    )
    ranged = (of >= 0) & ~np.isnan(whole_low)
    # Without an end of its own a change moves in proportion to what it is.
    in_proportion = _over(left, whole)
    above = np.where(whole_high > whole, _over(high - left, whole_high - whole), in_proportion)
    below = np.where(whole_low < whole, _over(left - low, whole - whole_low), in_proportion)
    share = np.where((of >= 0) & ~ranged, _over(np.ones(len(lines)), whole), 1.0)
    central = _weighed(lines, share, 0)
    central.loc[ranged, "quantity_is"] = -1
    moved = [
        _weighed(lines[ranged], _over(slope, left)[ranged], piece, slope[ranged])
        for piece, slope in ((1, above), (2, below))
    ]
    return pd.concat([central, *moved], ignore_index=True)


def _over(amount: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """One over the other; nothing where there is nothing to move."""
    return np.divide(amount, whole, out=np.zeros(len(whole)), where=whole != 0)


def _weighed(
    lines: pd.DataFrame, share: np.ndarray, piece: int, amount: np.ndarray | None = None
) -> pd.DataFrame:
    # What records leave of the gross quantity is taken to vary as the quantity itself does.
    amount = lines["left"].to_numpy(float) * share if amount is None else amount
    return lines.assign(
        piece=piece,
        gross=lines["unit_gross"] * lines["quantity"] * share,
        net=lines["unit_net"] * amount,
        present=lines["unit_present"] * amount,
    )
