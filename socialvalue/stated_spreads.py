"""Which spreads does the user state? A table of them, matched to the numbers of an assessment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.impact_map import SHARES
from socialvalue.spread_files import GivenTable, given_table
from socialvalue.spreads import Spread, from_ends, from_standard_error

INPUT = "input_value"
FIELDS = ("unit_value", "quantity", *SHARES, "drop_off", "duration_years", INPUT)
"""Numbers of an assessment that a spread can be stated for."""
OF_PROXY = ("proxy_id", "theme", "value_type")
SCOPE = (*OF_PROXY, "project", "stakeholder_group", "outcome", "evidence")
"""Columns by which a statement is narrowed to some rows of the impact map; blank: any."""
LARGEST_UP = 9.0
"""What is more above a value than this share of it is taken for a percentage."""
_NUMBERS = ("low", "high", "down", "up", "standard_error", "level")
_TEXTS = ("parameter", "field", *SCOPE, "input_type", "distribution", "source")


@dataclass(frozen=True)
class Stated:
    """One row of a table of spreads.

    Attributes
    ----------
    table : str
        What messages call it.
    row : int
        From 1; of a file, where the headings are row 1.
    parameter, field : str
        One of them is blank: the name of a parameter, or the field of several.
    scope : dict of str
    numbers : dict of float
        Those that are stated.
    kind, source : str
        Blank where they are not stated.
    """

    table: str
    row: int
    parameter: str
    field: str
    scope: Mapping[str, str]
    numbers: Mapping[str, float]
    kind: str = ""
    source: str = ""

    @property
    def where(self) -> str:
        """Its table and row, for messages."""
        return f"{self.table}, row {self.row}"

    @property
    def has_ends(self) -> bool:
        """Whether it says how wide the spread is, and not only of what shape."""
        return bool(set(self.numbers) - {"level"})

    @property
    def about(self) -> str:
        """Where the spread comes from, in words."""
        return self.source or self.where

    def spread(self, central: float, own: tuple[float, float], **bounds: float) -> Spread:
        """The spread of a parameter.

        Parameters
        ----------
        central : float
        own : tuple of float
            The ends that are published, recorded or of the grade; nan where there is none. They
            hold where the statement has no ends.
        **bounds
            least and most.

        Raises
        ------
        SettingsError
            If there is no such spread about the central value; it names the row.
        """
        try:
            return self._spread(central, own, bounds)
        except SettingsError as error:
            if not self.source:
                raise
            raise SettingsError(f"{self.where}: {error}") from error

    def _spread(
        self, central: float, own: tuple[float, float], bounds: Mapping[str, float]
    ) -> Spread:
        numbers: Mapping[str, float] = self.numbers
        about: dict[str, Any] = {"source": self.about, **bounds}
        if "standard_error" in numbers:
            return from_standard_error(
                central, numbers["standard_error"], self.kind or "normal", **about
            )
        low, high = numbers.get("low", np.nan), numbers.get("high", np.nan)
        if "down" in numbers or "up" in numbers:
            low = central - numbers.get("down", 0.0) * abs(central)
            high = central + numbers.get("up", 0.0) * abs(central)
        if not self.has_ends:
            low, high = own
        if "level" in numbers:
            about["level"] = numbers["level"]
        return from_ends(central, low, high, self.kind, **about)


def stated_spreads(table: GivenTable | None) -> tuple[Stated, ...]:
    """Rows of a table of spreads, checked.

    Parameters
    ----------
    table : DataFrame, path of a CSV file or None
        For each spread ``parameter`` (a name) or ``field`` (one of `FIELDS`) with scope columns of
        `SCOPE` (for inputs input_type); the width as low and high in the parameter's own unit, down
        and up as shares of its size, or standard_error; and distribution, level and source.

    Raises
    ------
    SettingsError
        If a file cannot be read, a column is unknown, or a row states nothing, or two widths.

    Examples
    --------
    >>> table = pd.DataFrame({"field": ["deadweight"], "low": [0.1], "high": [0.3]})
    >>> stated_spreads(table)[0].spread(0.2, (float("nan"),) * 2, least=0.0, most=1.0).kind
    'triangular'
    """
    if table is None:
        return ()
    given = given_table(table, "spreads", (*_TEXTS, *_NUMBERS))
    records = given.table.to_dict("records")
    return tuple(
        _one(given.name, row, record) for row, record in zip(given.rows, records, strict=True)
    )


def _one(table: str, row: int, record: Mapping[str, Any]) -> Stated:
    said = {key: value for key, value in record.items() if not pd.isna(value) and value != ""}
    numbers = {
        key: _number(said[key], f"{table}, row {row}: {key}") for key in _NUMBERS if key in said
    }
    texts = {key: str(said[key]) for key in _TEXTS if key in said}
    stated = Stated(
        table=table,
        row=row,
        parameter=texts.get("parameter", ""),
        field=texts.get("field", ""),
        scope={key: texts[key] for key in (*SCOPE, "input_type") if key in texts},
        numbers=numbers,
        kind=texts.get("distribution", ""),
        source=texts.get("source", ""),
    )
    for problem in _problems(stated):
        raise SettingsError(f"{stated.where}: {problem}")
    return stated


def _number(value: Any, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not np.isfinite(number):
        raise SettingsError(f"{what} is {value!r}. Write a number, such as 0.2 for 20%.")
    return number


def _problems(stated: Stated) -> list[str]:
    """What is wrong with a row, each with what to do."""
    found = []
    if bool(stated.parameter) == bool(stated.field):
        found.append("name either a parameter or a field, and not both.")
    if stated.field and stated.field not in FIELDS:
        found.append(f"there is no field {stated.field!r}. There are {', '.join(FIELDS)}.")
    if stated.parameter and stated.scope:
        found.append("a parameter is one number and has no scope. Leave the scope columns blank.")
    wrong = set(stated.scope) - set(_scopes_of(stated.field))
    if stated.field and wrong:
        found.append(
            f"{stated.field} cannot be narrowed by {', '.join(sorted(wrong))}. It can be by "
            f"{', '.join(_scopes_of(stated.field))}."
        )
    return [*found, *_problems_of_width(stated)]


def _problems_of_width(stated: Stated) -> list[str]:
    found = []
    ways = [{"low", "high"}, {"down", "up"}, {"standard_error"}]
    if sum(bool(way & set(stated.numbers)) for way in ways) > 1:
        found.append("state low and high, or down and up, or standard_error, and not two of them.")
    if not stated.numbers and not stated.kind:
        found.append("it states nothing. Give low and high, down and up, or standard_error.")
    if any(stated.numbers.get(way, 0.0) < 0 for way in ("down", "up")):
        found.append("down and up are shares of the value and cannot be below 0.")
    if stated.numbers.get("down", 0.0) > 1 or stated.numbers.get("up", 0.0) > LARGEST_UP:
        found.append(
            "down and up are shares of the value, so 20% is 0.2. Where a number may pass nought or "
            f"be more than {LARGEST_UP + 1:g} times as large, state low and high."
        )
    return found


def _scopes_of(name: str) -> Sequence[str]:
    if name == INPUT:
        return ("input_type",)
    # A proxy's unit value is one number, whoever uses it.
    return OF_PROXY if name == "unit_value" else SCOPE


def statements_for(stated: Sequence[Stated], name: str, rows: pd.DataFrame) -> np.ndarray:
    """Position of the statement that holds for each row, the most specific; -1 where none does.

    Raises
    ------
    SettingsError
        If two fit equally well.
    """
    best, strength = np.full(len(rows), -1), np.full(len(rows), -1)
    for position, each in enumerate(stated):
        if each.field != name:
            continue
        fits = _fits(each, rows)
        tied = fits & (strength == len(each.scope))
        if tied.any():
            other = stated[best[tied][0]]
            raise SettingsError(
                f"{each.table}, rows {other.row} and {each.row}: both state {name} for the same "
                "rows of the map with equally many scope columns. Make one more specific, or leave "
                "it out."
            )
        better = fits & (strength < len(each.scope))
        best[better], strength[better] = position, len(each.scope)
    return best


def _fits(stated: Stated, rows: pd.DataFrame) -> np.ndarray:
    """Which rows have every value of a statement's scope."""
    fits = np.ones(len(rows), dtype=bool)
    for column, value in stated.scope.items():
        fits &= (rows[column].astype("string") == value).fillna(False).to_numpy(bool)
    return fits


def refuse_unused(stated: Sequence[Stated], used: Collection[int], rows: pd.DataFrame) -> None:
    """Refuse statements that fit nothing: they would be ignored in silence.

    Parameters
    ----------
    stated : sequence of Stated
    used : collection of int
        Positions of those that some number takes its spread from.
    rows : DataFrame
        Counted rows of the map: which of their shares the records state says why one fits nothing.

    Raises
    ------
    SettingsError
        Naming the rows.
    """
    idle = [each for place, each in enumerate(stated) if place not in used]
    if not idle:
        return
    on_records = [each for each in idle if _is_on_records(each, rows)]
    said = [
        f"{each.where}: {each.field} cannot be varied here. The records that it fits "
        f"state their {each.field} themselves, each its own, so it is in their sums. Leave that "
        "column of theirs blank and put the share into the table adjustments: there it is one "
        "number, which this row then varies."
        for each in on_records
    ]
    others = [each for each in idle if each not in on_records]
    if others:
        said.append(
            f"{others[0].table}, row {', '.join(str(each.row) for each in others)}: fits no number "
            "of this assessment. Look at simulate().parameters for the names there are, or leave "
            "the row out."
        )
    raise SettingsError("\n".join(said))


def _is_on_records(stated: Stated, rows: pd.DataFrame) -> bool:
    """Whether a statement is of a share that records it fits state themselves."""
    if stated.field not in SHARES:
        return False
    return bool((_fits(stated, rows) & rows[f"states_{stated.field}"].to_numpy(bool)).any())
