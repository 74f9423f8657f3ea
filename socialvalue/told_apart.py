"""Could a small group be worked out of what it was merged with? Sums that tell its part alone.

Of a merged row its gross, net and present value are published, because the grand totals are, and
anybody can subtract the rows that are shown. Each of them is a sum over the parts of the row, whose
value per unit, reductions and discounting are public. If one part is reduced or discounted as none
of the others is, a weighted difference of the sums is a multiple of its quantity alone: where only
it has a drop-off, gross less net value is. So such parts are merged with more rows until no
weighted sum of what is published rests on fewer people, behind one value, than the policy allows.

Whole numbers that happen to fit are not looked for: with few values to choose from, a sum can have
only one solution in whole people.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from socialvalue.results import Result
from socialvalue.value_by_year import QUANTITIES, STEPS

SUMS = ("gross_value", "net_value", "present_value")
"""What is published of every merged row, whatever was merged in it."""
_SETS = 4
"""Sets of parts that are looked for, of which one at least is seldom touched by a few parts."""
_CLOSE = 1e-8
"""Directions nearer than this cannot be told apart from rounding."""
_MANY, _TOO_MANY = 10, 40
"""Small parts of one value beyond which they are looked at alone, in twos and all together; and
beyond which twos are left out, too. With so many, others are reduced and discounted as they are."""


def amounts_of(result: Result) -> pd.DataFrame:
    """Quantities and the value after every step of each row, by row_id; nought where not priced."""
    rows = result.valued.rows.set_index("row_id")
    sums = result.valued.values.groupby("row_id")[list(STEPS)].sum()
    amounts = rows[list(QUANTITIES)].astype(float).join(sums).fillna(0.0)
    return amounts.assign(proxy_id=rows["proxy_id"], people=rows["people"])


def alike(parts: pd.DataFrame) -> bool:
    """Whether rows of one value and year keep the same share at every step.

    Then every figure of them together is a multiple of their quantity together, and tells no more.
    """
    amounts = parts[[*QUANTITIES, *STEPS]].to_numpy(float)
    quantity = amounts[:, :1]
    amounts = amounts[quantity[:, 0] != 0] / quantity[quantity[:, 0] != 0]
    if not len(amounts):
        return True
    size = np.maximum(np.abs(amounts).max(axis=0), 1e-12)
    return bool((np.ptp(amounts, axis=0) <= _CLOSE * size).all())


def tells_few(
    parts: pd.DataFrame,
    sums: Sequence[str],
    fewest: int,
    people_of: Callable[[list[int]], float],
) -> bool:
    """Whether a weighted sum of published sums rests on few people behind one value.

    Parameters
    ----------
    parts : DataFrame
        Rows that would be one, by row_id: proxy_id, people (null where none are recorded), and
        the amounts.
    sums : sequence of str
        Amounts of which the sum over the parts is published.
    fewest : int
        Fewest distinct people it may rest on.
    people_of : callable
        Distinct people behind some of the rows.
    """
    amounts = _measured(parts, sums)
    length = np.linalg.norm(amounts, axis=1)
    there = length > 0
    if not there.any():
        return False
    parts, ways = parts[there], amounts[there] / length[there, None]
    rank, others = _rank(ways), _spanning(ways)
    for chosen in _small_sets(parts, ways, fewest):
        # A sum that leaves out all other parts exists if these reach where the others do not.
        if any(not chosen[each].any() for each in others):
            continue
        if _rank(ways[~chosen]) < rank and people_of(parts.index[chosen].tolist()) < fewest:
            return True
    return False


def adds_to(parts: pd.DataFrame, sums: Sequence[str], more: Sequence[str]) -> bool:
    """Whether further amounts of the parts do not follow from the sums, whatever the parts are."""
    known, all_of_them = _measured(parts, sums), _measured(parts, [*sums, *more])
    length = np.linalg.norm(all_of_them, axis=1)
    there = length > 0
    ways = [each[there] / length[there, None] for each in (known, all_of_them)]
    return _rank(ways[1]) > _rank(ways[0])


def _measured(parts: pd.DataFrame, sums: Sequence[str]) -> np.ndarray:
    """Amounts, each in a measure of its own, or pounds would drown what a share tells."""
    amounts = parts[list(sums)].to_numpy(float)
    size = np.abs(amounts).max(axis=0, initial=0.0)
    return amounts[:, size > 0] / size[size > 0]


def _rank(ways: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(ways, tol=_CLOSE)) if len(ways) else 0


def _spanning(ways: np.ndarray) -> list[list[int]]:
    """A few sets of parts, no part in two, each of which reaches as far as all parts do."""
    rank, left = _rank(ways), list(range(len(ways)))
    found: list[list[int]] = []
    while len(found) < _SETS:
        chosen: list[int] = []
        for place in left:
            if len(chosen) < rank and _rank(ways[[*chosen, place]]) > len(chosen):
                chosen.append(place)
        if len(chosen) < rank:
            break
        found.append(chosen)
        left = [place for place in left if place not in chosen]
    return found


def _small_sets(parts: pd.DataFrame, ways: np.ndarray, fewest: int) -> Iterator[np.ndarray]:
    """Sets of parts behind one value, each of fewer people than allowed, that could stand alone."""
    few = (parts["people"] < fewest).to_numpy(bool)
    proxies = parts["proxy_id"].astype("string").fillna("").to_numpy(object)
    way = _classes(ways)
    for proxy in dict.fromkeys(proxies[few]):
        of_proxy = proxies == proxy
        # What is reduced and discounted alike stands together in every sum.
        classes = [of_proxy & (way == each) for each in dict.fromkeys(way[of_proxy])]
        small = [each for each in classes if few[each].all()]
        most = len(small) if len(small) <= _MANY else 2 if len(small) <= _TOO_MANY else 1
        for size in range(1, most + 1):
            for several in combinations(small, size):
                yield np.any(several, axis=0)
        if len(small) > most:
            yield np.any(small, axis=0)


def _classes(ways: np.ndarray) -> np.ndarray:
    """A number for each part, the same where parts point the same way, or the opposite one."""
    first = np.take_along_axis(ways, (np.abs(ways) > _CLOSE).argmax(axis=1)[:, None], axis=1)
    return np.unique(np.round(ways * np.sign(first), 7), axis=0, return_inverse=True)[1].ravel()
