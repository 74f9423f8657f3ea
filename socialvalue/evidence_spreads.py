"""How far off may a figure of a given grade of evidence be? As the user's own table states it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.fitted_shapes import BY_LEVEL, KINDS
from socialvalue.spreads import DEFAULT_KIND, PUBLISHED_LEVEL, Spread, unvaried


class GradeSpread(NamedTuple):
    """How much smaller and larger a value of one grade may be, as shares of it, and the kind."""

    down: float
    up: float
    kind: str


def grade_spreads(table: pd.DataFrame | str | Path) -> dict[str, GradeSpread]:
    """Spreads by grade of evidence, checked.

    Parameters
    ----------
    table : DataFrame or path of a CSV file
        evidence, down, up (how much smaller and larger a value may be, as shares of it; the same
        for the size of a harm) and where wanted kind. A blank kind is the default of
        `socialvalue.spreads`; of normal, lognormal and beta 95% lies between the ends. A row with
        a blank evidence stands for records that state none.

    Returns
    -------
    dict of str to GradeSpread
        By grade; ``""`` for no grade.

    Raises
    ------
    SettingsError
        If the table cannot be read, lacks a column, has a grade twice, or a number that is no such
        share.

    Examples
    --------
    >>> grade_spreads(pd.DataFrame({"evidence": ["trial"], "down": [0.1], "up": [0.1]}))
    {'trial': GradeSpread(down=0.1, up=0.1, kind='triangular')}
    """
    if not isinstance(table, pd.DataFrame):
        try:
            table = pd.read_csv(table)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The table of spreads by evidence cannot be read: {error}."
            ) from error
    missing = {"evidence", "down", "up"} - set(table.columns)
    if missing:
        raise SettingsError(
            f"The table of spreads by evidence lacks: {', '.join(sorted(missing))}."
        )
    grades = table["evidence"].fillna("").astype(str).str.strip()
    repeated = sorted(set(grades[grades.duplicated()]))
    if repeated:
        names = ", ".join(name or "(blank)" for name in repeated)
        raise SettingsError(
            f"The table of spreads by evidence has several rows for {names}: keep one."
        )
    lower, upper = (_shares(table, column) for column in ("down", "up"))
    rows = zip(grades, lower, upper, _kinds(table), strict=True)
    return {grade: GradeSpread(down, up, kind) for grade, down, up, kind in rows}


def from_grade(
    central: float,
    grade: str | None,
    table: pd.DataFrame | str | Path | Mapping[str, GradeSpread],
    **about: Any,
) -> Spread:
    """Spread of a value by the grade of its evidence.

    Parameters
    ----------
    central : float
    grade : str or None
        As in the column ``evidence`` of records.
    table : DataFrame, path or mapping
        As for `grade_spreads`, or what that gives. A grade that is not in it leaves the value
        fixed: nothing is made up for it.
    **about
        least, most and source, as for `Spread`. An end beyond a bound is cut off there.

    Returns
    -------
    Spread

    Raises
    ------
    SettingsError
        As `grade_spreads` says.

    Examples
    --------
    >>> stated = pd.DataFrame({"evidence": ["self_report"], "down": [0.5], "up": [0.25]})
    >>> spread = from_grade(100.0, "self_report", stated)
    >>> spread.low, spread.high
    (50.0, 125.0)
    >>> from_grade(100.0, "trial", stated).fixed
    True
    """
    stated = table if isinstance(table, Mapping) else grade_spreads(table)
    grade = grade.strip() if isinstance(grade, str) else ""
    named = f"evidence {grade!r}" if grade else "no grade of evidence"
    what = about.pop("source", "") or "A value"
    if grade not in stated:
        return unvaried(central, f"{what}: no spread is stated for {named}")
    down, up, kind = stated[grade]
    words = f"{what}: stated for {named}, {down:.0%} down and {up:.0%} up"
    low, high = sorted((central * (1 - down), central * (1 + up)))
    if kind == "fixed" or low == high:
        return unvaried(central, words)
    level = PUBLISHED_LEVEL if kind in BY_LEVEL else None
    return Spread(kind, float(central), low, high, **{"level": level, "source": words} | about)


def refuse_unknown(stated: Mapping[str, GradeSpread], known: Sequence[str]) -> None:
    """Refuse grades that no record can have: their rows would be ignored in silence.

    Parameters
    ----------
    stated : mapping of GradeSpread
        From `grade_spreads`. ``""`` stands for records that state no grade.
    known : sequence of str
        Grades that records can have.

    Raises
    ------
    SettingsError
        Naming the unknown words, the nearest grades and all of them.
    """
    unknown = [grade for grade in stated if grade and grade not in known]
    if not unknown:
        return
    said = []
    for grade in unknown:
        near = get_close_matches(grade.lower(), known, n=1, cutoff=0.6)
        said.append(repr(grade) + (f" (did you mean {near[0]}?)" if near else ""))
    raise SettingsError(
        f"grades, evidence: there is no grade {', '.join(said)}. Grades of evidence are "
        f"{', '.join(known)}; a blank stands for records that state none. Correct the word, or "
        "leave the row out."
    )


def _shares(table: pd.DataFrame, column: str) -> list[float]:
    shares = pd.to_numeric(table[column], errors="coerce").astype(float)
    most = 1.0 if column == "down" else float("inf")
    if not shares.between(0, most).all() or (shares == float("inf")).any():
        reach = "between 0 and 1" if column == "down" else "of 0 or more"
        raise SettingsError(
            f"spreads by evidence, {column}: write shares {reach} in every row, so 20% is 0.2."
        )
    return [float(share) for share in shares]


def _kinds(table: pd.DataFrame) -> list[str]:
    if "kind" not in table:
        return [DEFAULT_KIND] * len(table)
    kinds = table["kind"].fillna("").astype(str).str.strip().replace("", DEFAULT_KIND)
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise SettingsError(
            f"spreads by evidence, kind: there is no {', '.join(unknown)}. Choose one of "
            f"{', '.join(KINDS)}."
        )
    return list(kinds)
