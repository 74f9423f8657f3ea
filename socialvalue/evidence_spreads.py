"""How far off may a figure of a given grade of evidence be? As the user's own table states it."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.fitted_shapes import BY_LEVEL, KINDS
from socialvalue.spread_files import Given, GivenTable, given_table
from socialvalue.spreads import DEFAULT_KIND, PUBLISHED_LEVEL, Spread, unvaried

_COLUMNS = ("evidence", "down", "up", "kind", "source")


class GradeSpread(NamedTuple):
    """How much smaller and larger a value of one grade may be, as shares of it, and the kind.

    Its ``source`` is who judged it, and ``where`` its table and row, for messages.
    """

    down: float
    up: float
    kind: str
    source: str = ""
    where: str = ""


def grade_spreads(table: GivenTable) -> dict[str, GradeSpread]:
    """Spreads by grade of evidence, checked.

    Parameters
    ----------
    table : DataFrame or path of a CSV file
        evidence, down, up (how much smaller and larger a value may be, as shares of it; the same
        for the size of a harm) and where wanted kind and source. A blank kind is the default of
        `socialvalue.spreads`; of normal, lognormal and beta 95% lies between the ends. A row with
        a blank evidence stands for records that state none.

    Returns
    -------
    dict of str to GradeSpread
        By grade; ``""`` for no grade.

    Raises
    ------
    SettingsError
        If the table cannot be read, lacks a column or has one that means nothing, has a grade
        twice, or a number that is no such share.

    Examples
    --------
    >>> grade_spreads(pd.DataFrame({"evidence": ["trial"], "down": [0.1], "up": [0.1]}))["trial"]
    GradeSpread(down=0.1, up=0.1, kind='triangular', source='', where='grades, row 1')
    """
    given = given_table(table, "grades", _COLUMNS)
    missing = {"evidence", "down", "up"} - set(given.table.columns)
    if missing:
        raise SettingsError(f"{given.name} lacks: {', '.join(sorted(missing))}.")
    grades = _texts(given.table, "evidence")
    repeated = grades[grades.duplicated(keep=False)].groupby(grades, sort=True)
    for grade, rows in repeated:
        at = ", ".join(str(given.rows[place]) for place in rows.index)
        raise SettingsError(
            f"{given.name}, row {at}: several rows for {grade or '(blank)'}. Keep one."
        )
    lower, upper = (_shares(given, column) for column in ("down", "up"))
    where = [given.row(place) for place in range(len(grades))]
    about = (_kinds(given), _texts(given.table, "source"), where)
    rows = zip(lower, upper, *about, strict=True)
    return {grade: GradeSpread(*row) for grade, row in zip(grades, rows, strict=True)}


def from_grade(
    central: float,
    grade: str | None,
    table: GivenTable | Mapping[str, GradeSpread],
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
    down, up, kind = stated[grade][:3]
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
        hint = f" (did you mean {near[0]}?)" if near else ""
        said.append(f"{stated[grade].where}, evidence: there is no grade {grade!r}{hint}.")
    raise SettingsError(
        f"{' '.join(said)} Grades of evidence are {', '.join(known)}; a blank stands for records "
        "that state none. Correct the word, or leave the row out."
    )


def _texts(table: pd.DataFrame, column: str) -> pd.Series:
    """A column of words, blank where nothing is written, numbered from 0."""
    if column not in table:
        return pd.Series("", index=range(len(table)), dtype=object)
    words = table[column].astype(object).where(table[column].notna(), "")
    return words.astype(str).str.strip().reset_index(drop=True)


def _shares(given: Given, column: str) -> list[float]:
    most = 1.0 if column == "down" else float("inf")
    reach = "between 0 and 1" if column == "down" else "of 0 or more"
    shares = pd.to_numeric(given.table[column], errors="coerce").astype(float).to_numpy()
    for place, share in enumerate(shares):
        if not 0 <= share <= most or share == float("inf"):
            raise SettingsError(
                f"{given.row(place)}, {column}: write shares {reach} in every row, so 20% is 0.2."
            )
    return [float(share) for share in shares]


def _kinds(given: Given) -> list[str]:
    kinds = _texts(given.table, "kind").replace("", DEFAULT_KIND).tolist()
    for place, kind in enumerate(kinds):
        if kind not in KINDS:
            raise SettingsError(
                f"{given.row(place)}, kind: there is no {kind}. Choose one of {', '.join(KINDS)}."
            )
    return kinds
