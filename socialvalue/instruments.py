"""Which scales can a survey use? Range, direction and meaningful change of each, as data."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.columns import Table, code, ident, number, required, text
from socialvalue.errors import InputError, SettingsError
from socialvalue.parse import parse_table
from socialvalue.read import read_csv_as_text
from socialvalue.records import Origin, did_you_mean
from socialvalue.schemas import INSTRUMENTS
from socialvalue.shipped import data_root
from socialvalue.table_checks import as_frame, of_one_table, problem

LIFE_SATISFACTION = "ons4_life_satisfaction"
CHECKED = ("official_page", "transcribed", "secondary", "derived")

_SHIPPED = Table(
    "instruments",
    "Scales that come with the library.",
    (
        *INSTRUMENTS.columns[:-1],
        ident("source_id", "Source", "As in sources.csv"),
        text("page", "Page", "Where in the source"),
        code("evidence", "Evidence", "How the row was checked", CHECKED),
        text("licence_note", "Licence", "What to mind before using the questions"),
        text("notes", "Notes", "Cautions"),
    ),
    key=("instrument",),
)
_CONVERSIONS = Table(
    "conversions",
    "Factors from points of a scale to points of another.",
    (
        required(ident("conversion_id", "Conversion", "Identifier")),
        required(ident("from_instrument", "From", "Scale that was asked")),
        required(ident("to_instrument", "To", "Scale it is turned into")),
        required(number("factor", "Factor", "Points for one point of improvement")),
        number("standard_error", "Standard error", "Of the factor, if published", minimum=0),
        ident("source_id", "Source", "As in sources.csv"),
        text("page", "Page", "Where in the source"),
        code("evidence", "Evidence", "How the row was checked", CHECKED),
        text("notes", "Notes", "Cautions"),
    ),
    key=("conversion_id",),
)


@cache
def _kept() -> pd.DataFrame:
    file = data_root() / "instruments" / "instruments.csv"
    return _read(file, _SHIPPED).assign(origin="shipped")


def _shipped() -> pd.DataFrame:
    """The scales that come with the library; a copy, so that nobody changes another's."""
    return _kept().copy()


def load_instruments(
    declared: pd.DataFrame | None = None, path: str | Path | None = None
) -> pd.DataFrame:
    """Every scale there is: those shipped, and the user's own.

    Parameters
    ----------
    declared : DataFrame, optional
        The user's table ``instruments``: instrument, minimum, maximum, whole_numbers,
        higher_is_better and, if known, name, meaningful_change, meaningful_change_source, notes.
    path : str or Path, optional
        A CSV file to read in place of the shipped one.

    Returns
    -------
    DataFrame
        One row an instrument: the columns of ``instruments.csv``, and ``origin`` (shipped or own).

    Raises
    ------
    InputError
        If a row breaks a rule, such as a minimum that is not below its maximum, or a code of the
        user's that is taken already; every problem is listed.

    Examples
    --------
    >>> shipped = load_instruments().set_index("instrument")
    >>> float(shipped.loc["phq9", "minimum"]), float(shipped.loc["phq9", "maximum"])
    (0.0, 27.0)
    """
    shipped = _shipped() if path is None else _read(Path(path), _SHIPPED).assign(origin="shipped")
    if declared is None:
        return shipped
    typed, found, _ = parse_table(declared, INSTRUMENTS, Origin())
    problems = [found, of_one_table(typed, INSTRUMENTS, found).assign(source=str(Origin()))]
    across = as_frame(instrument_problems(typed, taken=shipped["instrument"]))
    _refuse([*problems, across.assign(source=str(Origin()))], "Your instruments cannot be used.")
    return beside_shipped(typed, shipped)


def beside_shipped(own: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """The user's scales beside the shipped ones, even where a row of theirs is not right yet.

    For `check`, which reports a broken scale once and must not report every answer on it as well:
    a bound that is missing bounds nothing. What is used in arithmetic comes from
    `load_instruments`, which refuses such rows.

    Parameters
    ----------
    own : DataFrame
        The table ``instruments``, typed.
    shipped : DataFrame
        From `load_instruments` without an argument.

    Returns
    -------
    DataFrame
        One row a code; a code that is taken is the shipped one.
    """
    named = own[own["instrument"].notna() & ~own["instrument"].isin(shipped["instrument"])]
    rows = named.drop_duplicates("instrument")[INSTRUMENTS.names]
    rows = rows.assign(whole_numbers=rows["whole_numbers"].fillna(False))
    rows = rows.reindex(columns=shipped.columns).assign(origin="own")
    # Columns that are empty on one side would lose their type.
    rows = rows.astype({name: shipped[name].dtype for name in rows if name != "origin"})
    return pd.concat([shipped, rows], ignore_index=True)


def instrument_problems(instruments: pd.DataFrame, taken: Any = ()) -> list[dict[str, Any]]:
    """Rules of the table ``instruments`` that take more than one cell.

    Parameters
    ----------
    instruments : DataFrame
        Typed; the index is the row shown.
    taken : iterable of str
        Codes that are in use already.

    Returns
    -------
    list of dict
        In the shape of `socialvalue.table_checks.problem`.
    """
    problems = []
    known = set(taken)
    for row, each in instruments.iterrows():
        low, high, change = each["minimum"], each["maximum"], each["meaningful_change"]
        if each["instrument"] in known:
            todo = "That code is shipped with the library. Give yours a code of its own."
            problems.append(_said(row, "instrument", each, "instrument must be a new code", todo))
        if low >= high:
            todo = f"The maximum is {high:g}. Correct one of the two."
            problems.append(_said(row, "minimum", each, "minimum must be below maximum", todo))
        if change <= 0:
            todo = "Write its size, whichever way is better; leave it blank if none is known."
            rule = "meaningful_change must be more than 0"
            problems.append(_said(row, "meaningful_change", each, rule, todo))
        elif change > high - low:
            todo = f"The scale is only {high - low:g} points long. Correct it."
            rule = "meaningful_change must fit in the range"
            problems.append(_said(row, "meaningful_change", each, rule, todo))
    return problems


def _said(row: Any, column: str, each: pd.Series, rule: str, what_to_do: str) -> dict[str, Any]:
    return problem(INSTRUMENTS, row, column, each[column], rule, what_to_do)


def _read(file: Path, table: Table) -> pd.DataFrame:
    if not file.is_file():
        raise InputError(f"There is no file {file.name} at {file.parent}.")
    raw = read_csv_as_text(file, [])
    raw.index = pd.RangeIndex(2, len(raw) + 2)
    typed, found, _ = parse_table(raw, table, Origin(file.name), dates="iso")
    problems = [found, of_one_table(typed, table, found).assign(source=file.name)]
    if table is _SHIPPED:
        problems.append(as_frame(instrument_problems(typed)).assign(source=file.name))
    _refuse(problems, f"{file.name} cannot be used.")
    return typed[table.names].reset_index(drop=True)


def _refuse(problems: list[pd.DataFrame], message: str) -> None:
    filled = [each for each in problems if len(each)]
    if filled:
        raise InputError(message, pd.concat(filled, ignore_index=True))


def instrument(instruments: pd.DataFrame, name: str) -> pd.Series:
    """The row of one instrument.

    Raises
    ------
    SettingsError
        If there is none of that code, with the nearest one.
    """
    rows = instruments[instruments["instrument"] == name]
    if rows.empty:
        hint = did_you_mean(name, instruments["instrument"])
        raise SettingsError(
            f"There is no instrument {name!r}.{hint} Declare a scale of your own in a table "
            "instruments."
        )
    return rows.iloc[0]


def load_conversions() -> pd.DataFrame:
    """Published factors from points of a scale to points of life satisfaction.

    Returns
    -------
    DataFrame
        conversion_id, from_instrument, to_instrument, factor, standard_error, source_id, page,
        evidence, notes.

    Examples
    --------
    >>> table = load_conversions().set_index("conversion_id")
    >>> float(table.loc["swemwbs_pbe_fbb_2024", "factor"])
    0.24
    """
    return _read(data_root() / "instruments" / "conversions.csv", _CONVERSIONS)


def conversion(conversion_id: str) -> pd.Series:
    """One published factor.

    Raises
    ------
    SettingsError
        If there is none of that name, with the nearest one.
    """
    table = load_conversions()
    rows = table[table["conversion_id"] == conversion_id]
    if rows.empty:
        hint = did_you_mean(conversion_id, table["conversion_id"])
        known = ", ".join(table["conversion_id"])
        raise SettingsError(f"There is no conversion {conversion_id!r}.{hint} There are: {known}.")
    return rows.iloc[0]


def rescaling_rules() -> pd.DataFrame:
    """Named rules from one range to another; multiplier and offset as the source states them."""
    file = data_root() / "instruments" / "rescaling.csv"
    rules = pd.read_csv(file, dtype=str, keep_default_na=False)
    return rules.astype(dict.fromkeys(rules.columns[1:5], float))


def rescaled(scores: Any, multiplier: Fraction, offset: Fraction) -> Any:
    """Scores on another range: multiplier x score + offset [points].

    Divided once and last, so that the ends of the range meet exactly.

    Examples
    --------
    >>> rescaled(4, Fraction(10, 6), Fraction(-10, 6))
    5.0
    """
    over = multiplier.denominator * offset.denominator
    up, add = multiplier * over, offset * over
    return (scores * int(up) + int(add)) / over


def rescale(scores: Any, rule: str, *, differences: bool = False) -> Any:
    """Scores, or differences between scores, on another range by a named rule.

    Parameters
    ----------
    scores : float, array or Series
        On the range the rule starts from; nan stays nan. [points]
    rule : str
        A name in ``rescaling.csv``.
    differences : bool
        True where ``scores`` are differences between two scores: the offset falls out.

    Returns
    -------
    float, array or Series
        [points]

    Raises
    ------
    SettingsError
        If there is no such rule, or it states no offset, so that it serves for differences only.
    InputError
        If a score, or difference, lies outside the range the rule starts from.

    Notes
    -----
    multiplier x score + offset. From 1-7 to 0-10, (score - 1) x 10/6 takes both ends along; 11/7
    is eleven points over seven. The two differ by 6% in every change.

    Examples
    --------
    >>> rescale(7, "life_satisfaction_1_7_to_0_10_by_10_6")
    10.0
    """
    rules = rescaling_rules()
    if rule not in set(rules["rule"]):
        known = ", ".join(rules["rule"])
        raise SettingsError(
            f"There is no rescaling rule {rule!r}.{did_you_mean(rule, rules['rule'])} "
            f"There are: {known}."
        )
    stated = rules[rules["rule"] == rule].iloc[0]
    if not differences and not stated["offset"]:
        raise SettingsError(
            f"The rule {rule} states no offset: it rescales differences between scores, not "
            "scores. Pass differences=True for a change, or take another rule."
        )
    low, high = stated["from_minimum"], stated["from_maximum"]
    if differences:
        low, high = low - high, high - low
    values = pd.Series(scores, dtype="float64")
    if ((values < low) | (values > high)).any():
        raise InputError(
            f"{rule} takes values from {low:g} to {high:g}, but there are some from "
            f"{values.min():g} to {values.max():g}. Correct them, or check which scale they are on."
        )
    offset = Fraction(0) if differences else Fraction(stated["offset"])
    return rescaled(scores, Fraction(stated["multiplier"]), offset)
