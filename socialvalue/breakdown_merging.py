"""Which categories of a breakdown become one, so that no figure or difference shows few people?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from socialvalue.merging import MERGED_LABEL
from socialvalue.results import Result
from socialvalue.valuation import ValuedMap

BLANK = "(blank)"
"""Stands for a category that is not stated, while categories are compared."""


def merged_breakdowns(
    result: Result, fewest: int
) -> tuple[dict[str, ValuedMap], dict[str, pd.DataFrame]]:
    """Breakdown maps whose unsafe categories are one, and the people of those that are left.

    Parameters
    ----------
    result : Result
        As assessed.
    fewest : int
        Fewest distinct people a published category, or difference of two, may rest on.

    Returns
    -------
    breakdowns : dict of ValuedMap
    people : dict of DataFrame
        Distinct people of each category that was not merged.
    """
    hidden = {name: _small(result, name, fewest) for name in result.breakdowns}
    # Hiding a category of one breakdown can bare a difference with another, so until nothing moves.
    while any(_hide_more(result, name, hidden, fewest) for name in result.breakdowns):
        continue
    breakdowns, people = {}, {}
    for name, valued in result.breakdowns.items():
        merged = _labels(valued.rows[name]).isin(hidden[name])
        label = valued.rows[name].astype("string").astype(object).mask(merged, MERGED_LABEL)
        breakdowns[name] = replace(valued, rows=valued.rows.assign(**{name: label}))
        counts = result.people[name]
        left = counts[~_labels(counts[name]).isin(hidden[name])]
        people[name] = left.assign(**{name: left[name].astype("string").astype(object)})
    return breakdowns, people


def _labels(values: pd.Series) -> pd.Series:
    return values.astype("string").fillna(BLANK).astype(object)


def _counts(result: Result, name: str) -> pd.Series:
    """People of every category of a breakdown, smallest first; null where none are recorded."""
    counts = result.people[name]
    known = pd.Series(counts["people"].to_numpy(float), index=_labels(counts[name]))
    valued = result.breakdowns[name].rows
    there = _labels(valued.loc[valued["counted"], name]).unique()
    return known.reindex(there).sort_values(na_position="last")


def _small(result: Result, name: str, fewest: int) -> set[str]:
    counts = _counts(result, name)
    small = set(counts.index[counts < fewest])
    return _with_enough(counts, small, fewest) if small else small


def _with_enough(counts: pd.Series, hidden: set[str], fewest: int) -> set[str]:
    """Hidden categories with the next smallest, until they are several and some is large enough.

    One alone would follow from the total, and small ones together may still be the same few people.
    """
    for name in counts.index[~counts.index.isin(hidden)]:
        if len(hidden) > 1 and counts[list(hidden)].max() >= fewest:
            break
        hidden = {*hidden, name}
    return hidden


def _hide_more(result: Result, name: str, hidden: dict[str, set[str]], fewest: int) -> bool:
    """Hide one more category of a breakdown if a difference with another split shows few people."""
    for (first, other), cells in result.in_both.items():
        if first != name:
            continue
        labelled = cells.assign(**{c: _labels(cells[c]) for c in (name, other)})
        shown_whole = hidden.get(other, set())
        for inside in _bare_differences(labelled, (name, other), hidden[name], fewest):
            if inside["whole"] in shown_whole:
                continue
            counts = _counts(result, name)
            more = _with_enough(counts, {*hidden[name], inside["part"]}, fewest)
            if more != hidden[name]:
                hidden[name] = more
                return True
    return False


def _bare_differences(
    cells: pd.DataFrame, keys: tuple[str, str], hidden: set[str], fewest: int
) -> Iterator[dict[str, Any]]:
    """Categories that, taken from one they all lie in, leave fewer people than allowed.

    A category lies in another if it meets no other. What is left over rests on at least as many
    people as its largest cell, and is taken to rest on no more.
    """
    name, other = keys
    met = cells.groupby(name)[other].nunique()
    within = cells[name].map(met == 1) & ~cells[name].isin(hidden)
    for whole, group in cells.groupby(other):
        inside = within[group.index]
        rest = group.loc[~inside, "people"]
        if inside.any() and len(rest) and 0 < rest.max() < fewest:
            part = group.loc[inside].sort_values("people")[name].iloc[0]
            yield {"whole": whole, "part": part}
