"""What changed between two assessments, and why? For reporting quarter on quarter."""

import os
from pathlib import Path
from typing import Any

from socialvalue.compared import Compared, of_result, refuse_unlike
from socialvalue.compared_files import of_file
from socialvalue.comparison import Comparison
from socialvalue.errors import InputError
from socialvalue.results import Result

_MERGED = (
    "Small groups were merged before one of the two was published. Which groups are merged can "
    "change although nothing did in the records, so volume, mix and what is merged cannot be told "
    "apart, nor corrections of months that both cover: they stand under not split. Harms are those "
    "that are shown. Compare the assessments themselves to split the whole."
)
_NO_MAP = (
    "One of the files holds no impact map (its form is older than 1.2), so only totals can be "
    "compared. Write it again with this version, or compare the assessments themselves."
)


def compare(
    last: Result | str | Path,
    this: Result | str | Path,
    *,
    last_covers: tuple[str, str] | None = None,
    this_covers: tuple[str, str] | None = None,
) -> Comparison:
    """What changed between two assessments, split exactly into its causes.

    One thing after another is replaced, the others kept: volume, mix, prices, adjustments, method,
    data corrections. Each part is the difference of two whole valuations, so the parts sum to the
    change. Another order would give other parts: what two changes bring together goes to the later
    one (see ``docs/explanation/comparing_two_assessments.md``).

    Parameters
    ----------
    last, this : Result, str or Path
        The earlier and the later assessment, or the assessment.json of each.
    last_covers, this_covers : tuple of str, optional
        First and last month that each covers, as ``("2024-04", "2024-06")``. By default from the
        month of its first record to that of its last. Changes in months that both cover are data
        corrections.

    Returns
    -------
    Comparison

    Raises
    ------
    SettingsError
        If currencies or the starts of years differ, or one cannot be valued with what belongs to
        the other.
    InputError
        If a file cannot be read.

    References
    ----------
    Laspeyres, E. (1871), "Die Berechnung einer mittleren Waarenpreissteigerung", Jahrbücher für
    Nationalökonomie und Statistik 16: weights of the earlier period. Das Gupta, P. (1993),
    *Standardization and Decomposition of Rates*, US Bureau of the Census, P23-186: why the parts
    depend on the order, and what to do about it.

    Examples
    --------
    >>> import pandas as pd, socialvalue as sv
    >>> records = sv.datasets.load_network()
    >>> last = sv.assess(records, "uk-public")
    >>> this = sv.assess(records, "uk-public", sv.Assumptions(timing="end"))
    >>> parts = sv.compare(last, this).parts.set_index("part")["change"]
    >>> [part for part, change in parts.items() if abs(change) >= 0.005]
    ['method']
    """
    then, now = _compared(last, "last", last_covers), _compared(this, "this", this_covers)
    refuse_unlike(then, now)
    both, notes, known = _covered_by_both(then, now)
    months = (min(both), max(both)) if both else None
    years = then.assumptions.price_year, now.assumptions.price_year
    if years[0] != years[1]:
        notes.append(
            f"The two are at prices of {years[0]} and {years[1]}; what that changes is method."
        )
    comparison = Comparison(
        last=then,
        this=now,
        months=None if months is None else (_month(months[0]), _month(months[1])),
        notes=tuple(notes),
        both=both,
        corrections_known=known,
    )
    # Worked out at once, so that what cannot be valued is said here.
    _ = comparison.whole
    return comparison


def _compared(given: Any, name: str, covers: tuple[str, str] | None) -> Compared:
    if isinstance(given, Result):
        return of_result(given, name, covers)
    if isinstance(given, str | os.PathLike):
        return of_file(Path(given), name, covers)
    raise InputError(
        f"{type(given).__name__} is no assessment: give what sv.assess returns, or the path of an "
        "assessment.json."
    )


def _covered_by_both(last: Compared, this: Compared) -> tuple[frozenset[int], list[str], bool]:
    """Months that both cover, as far as records can be told apart by them, with what cannot."""
    sides = last.side, this.side
    if sides[0] is None or sides[1] is None:
        return frozenset(), [_NO_MAP], False
    notes = []
    both = wanted = sides[0].covered & sides[1].covered
    years = {year for side in sides if side for year in side.not_told_apart(both)}
    if years:
        both = frozenset(month for month in both if sides[0].year_of(month) not in years)
        notes.append(
            f"Both cover part of {', '.join(map(str, sorted(years)))}, and a file or a published "
            "result holds the year of an outcome, not its month. So corrections of that year "
            "cannot be told from volume and mix, and stand there. Compare the assessments "
            "themselves, or say which months each covers, if that is whole years."
        )
    if last.merged or this.merged:
        notes.append(_MERGED)
    return both, notes, bool(both) or not wanted


def _month(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02d}"
