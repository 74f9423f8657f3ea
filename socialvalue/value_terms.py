"""Which products of parameters are there? Each distinct one once, and how to work it out.

Numbers that do not move are multiplied into the weights beforehand, so that there are only as many
terms as there are distinct products of what moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.impact_map import SHARES
from socialvalue.uncertain_numbers import SLOTS

_BESIDE = {"quantity": "piece", "duration_years": "k", "drop_off": "exponent"}
"""What else an effect depends on."""
_OF_GROSS = ("unit_value", "quantity", "duration_years")
"""Numbers that gross value depends on; net and present value depend on all."""
_CODES = (*SLOTS, "piece", "k", "exponent")


@dataclass(frozen=True)
class Terms:
    """Distinct products, and which line uses which with what fixed multiplier.

    Attributes
    ----------
    codes : DataFrame
        A row a term: for each slot the column of the number among those that move, or -1; piece, k
        and exponent, each -1 where it makes no difference.
    of_lines : dict of ndarray of int
        For ``net`` and ``gross`` the term of each line.
    fixed : dict of ndarray of float
        For each the product of what does not move.
    part_years : str
    central : ndarray
        Central values of the numbers that move.
    """

    codes: pd.DataFrame
    of_lines: Mapping[str, np.ndarray]
    fixed: Mapping[str, np.ndarray]
    part_years: str
    central: np.ndarray

    def factors(self, values: np.ndarray) -> np.ndarray:
        """The products at given values.

        Parameters
        ----------
        values : ndarray, shape (numbers that move, draws)

        Returns
        -------
        ndarray, shape (terms, draws)
        """
        found = np.ones((len(self.codes), values.shape[1]))
        for slot in SLOTS:
            self._multiply(found, values, slot, _BESIDE.get(slot))
        return found

    def _multiply(
        self, found: np.ndarray, values: np.ndarray, slot: str, extra: str | None
    ) -> None:
        used = np.flatnonzero(self.codes[slot].to_numpy() >= 0)
        if not len(used):
            return
        columns = self.codes[[slot, extra] if extra else [slot]].to_numpy()[used]
        # Many terms share a number: what is done to it is done once.
        distinct, which = np.unique(columns, axis=0, return_inverse=True)
        moved = np.empty((len(distinct), values.shape[1]))
        for line, (of, *about) in zip(moved, distinct, strict=True):
            more = about[0] if about else 0
            line[:] = effect(slot, values[of], self.central[of], more, self.part_years)
        for term, place in zip(used, which.ravel(), strict=True):
            found[term] *= moved[place]


def effect(slot: str, values: np.ndarray, central: Any, about: Any, part_years: str) -> np.ndarray:
    """What a number does to the value of a line.

    Parameters
    ----------
    slot : str
        One of `SLOTS`.
    values : ndarray, shape (draws,)
    central : float, or ndarray as values
    about : int, or ndarray as values
        Piece of a quantity, year k of a duration, or exponent of a drop-off.
    part_years : str

    Returns
    -------
    ndarray, shape (draws,)

    Examples
    --------
    >>> effect("deadweight", np.array([0.0, 0.25]), 0.25, 0, "prorata").tolist()
    [1.0, 0.75]
    >>> effect("duration_years", np.array([1.5, 2.5]), 1.0, 1, "prorata").tolist()
    [0.5, 1.0]
    """
    if slot in SHARES:
        return 1 - values
    if slot == "drop_off":
        return formulas.remaining_after_drop_off(values, about)
    if slot == "duration_years":
        return formulas.part_year_weight(about, values, part_years)
    if slot == "quantity":
        change = values - central
        moved = np.where(about == 1, np.maximum(change, 0.0), np.minimum(change, 0.0))
        return np.where(about == 0, values, moved)
    return values


def terms_of(
    lines: pd.DataFrame, central: np.ndarray, moving: np.ndarray, part_years: str
) -> Terms:
    """The terms of lines when some numbers move and the others stand at their central values.

    Parameters
    ----------
    lines : DataFrame
        From `socialvalue.value_lines.value_lines`.
    central : ndarray, shape (parameters,)
    moving : ndarray of int
        Positions of the parameters that move, in the order of the values to come.
    part_years : str
    """
    place = np.full(len(central) + 1, -1)
    place[moving] = np.arange(len(moving))
    codes, fixed = {}, {}
    for block, slots in (("net", SLOTS), ("gross", _OF_GROSS)):
        codes[block], fixed[block] = _block(lines, central, place, slots, part_years)
    both = np.concatenate([codes["net"], codes["gross"]])
    distinct, which = _distinct(both)
    halves = np.split(which, 2)
    return Terms(
        codes=pd.DataFrame(distinct, columns=list(_CODES)),
        of_lines=dict(zip(codes, halves, strict=True)),
        fixed=fixed,
        part_years=part_years,
        central=central[moving],
    )


def _block(
    lines: pd.DataFrame,
    central: np.ndarray,
    place: np.ndarray,
    slots: tuple[str, ...],
    part_years: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Codes of every line, and the product of its numbers that stand still."""
    codes = pd.DataFrame(-1, index=lines.index, columns=list(_CODES))
    fixed = np.ones(len(lines))
    for slot in slots:
        of, more = lines[f"{slot}_is"].to_numpy(int), _BESIDE.get(slot)
        about = lines[more].to_numpy(int) if more else np.zeros(len(lines), dtype=int)
        codes[slot] = place[of]
        if more:
            codes[more] = np.where(place[of] >= 0, about, -1)
        still = (of >= 0) & (place[of] < 0)
        stood = central[of[still]]
        fixed[still] *= effect(slot, stood, stood, about[still], part_years)
    return codes.to_numpy(int), fixed


def _distinct(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct rows, and which of them each row is."""
    if not len(codes):
        return codes, np.empty(0, dtype=int)
    shifted = codes - codes.min(axis=0)
    sizes = shifted.max(axis=0) + 1
    if np.log2(sizes.astype(float)).sum() < 62:
        # One whole number for each row is told apart far sooner than a row is.
        one = np.ravel_multi_index(tuple(shifted.T), tuple(sizes))
        _, first, which = np.unique(one, return_index=True, return_inverse=True)
        return codes[first], which.ravel()
    distinct, which = np.unique(codes, axis=0, return_inverse=True)
    return distinct, which.ravel()
