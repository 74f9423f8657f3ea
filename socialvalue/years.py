"""Which year is it? Labels of financial (``2024-25``) and calendar (``2024``) years."""

import re
from typing import NamedTuple

import pandas as pd

from socialvalue.errors import SettingsError

_LABEL = re.compile(r"^(\d{4})(?:-(\d{2}))?$")


class Year(NamedTuple):
    """A year by the calendar year it starts in, and whether it is a financial year."""

    start: int
    financial: bool

    def __str__(self) -> str:
        return year_label(self.start, self.financial)


def year_label(start: int, financial: bool) -> str:
    """Label of the year that starts in calendar year ``start``.

    Examples
    --------
    >>> year_label(2024, True), year_label(1999, True), year_label(2024, False)
    ('2024-25', '1999-00', '2024')
    """
    return f"{start}-{(start + 1) % 100:02d}" if financial else str(start)


def labels_of(starts: pd.Series, financial: bool) -> pd.Series:
    """Label of each of many years, by the calendar year in which it starts.

    Examples
    --------
    >>> labels_of(pd.Series([2024, 2024]), financial=True).tolist()
    ['2024-25', '2024-25']
    """
    return starts.map({start: year_label(int(start), financial) for start in starts.unique()})


def parse_year(label: object) -> Year:
    """Year of a label such as ``2024-25`` (financial) or ``2024`` (calendar).

    Raises
    ------
    SettingsError
        If the label has neither form, or its two halves are not one year apart.

    Examples
    --------
    >>> parse_year("2024-25")
    Year(start=2024, financial=True)
    """
    match = _LABEL.match(str(label).strip())
    if match is None:
        raise SettingsError(
            f"{label!r} is not a year. Write a financial year as 2024-25, a calendar year as 2024."
        )
    start = int(match[1])
    if match[2] is None:
        return Year(start, False)
    if int(match[2]) != (start + 1) % 100:
        raise SettingsError(
            f"{label!r} is not a financial year: the one that starts in {start} is "
            f"{year_label(start, True)}."
        )
    return Year(start, True)


def year_of_dates(dates: pd.Series, year_start_month: int) -> pd.Series:
    """Calendar year in which the (financial) year of each date starts; null dates stay null.

    Examples
    --------
    >>> year_of_dates(pd.to_datetime(pd.Series(["2025-03-31", "2025-04-01"])), 4).tolist()
    [2024, 2025]
    """
    return dates.dt.year - (dates.dt.month < year_start_month).astype("int64")
