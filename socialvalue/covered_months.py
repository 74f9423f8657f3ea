"""Which months do outcome records cover?"""

import re

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import fetch
from socialvalue.errors import SettingsError
from socialvalue.outcome_records import OutcomeRecords


def covered_months(records: OutcomeRecords) -> tuple[str, str] | None:
    """First and last month in which outcome records fall, asked of the engine that holds them.

    Parameters
    ----------
    records : OutcomeRecords

    Returns
    -------
    tuple of str or None
        Such as ``("2024-04", "2024-06")``; None where there are no records.
    """
    date = nw.col("date")
    ends = fetch(records.frame.select(date.min().alias("first"), date.max().alias("last")))
    first, last = (pd.Timestamp(day) for day in ends.iloc[0])
    return None if pd.isna(first) else (f"{first:%Y-%m}", f"{last:%Y-%m}")


def month_number(month: str) -> int:
    """A month such as ``2024-04`` as a number that counts months.

    Examples
    --------
    >>> month_number("2024-04") - month_number("2023-12")
    4
    """
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def months_in_words(words: str) -> tuple[str, str] | None:
    """First and last month of words such as ``2024-04:2024-06``; None of none.

    Raises
    ------
    SettingsError
        If there are not two.

    Examples
    --------
    >>> months_in_words("2024-04:2024-06")
    ('2024-04', '2024-06')
    """
    if not words:
        return None
    first, colon, last = words.strip().partition(":")
    if not colon:
        raise SettingsError(_wrong(words))
    return first, last


def covering(
    stated: tuple[str, str] | None, found: tuple[str, str] | None
) -> tuple[int, int] | None:
    """Months an assessment covers, as numbers: as stated, else those its records fall in.

    Raises
    ------
    SettingsError
        If what is stated is no span of months, or leaves records out.
    """
    if stated is not None:
        months = [re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(month)) for month in stated]
        if len(months) != 2 or not all(months) or stated[0] > stated[1]:
            raise SettingsError(_wrong(":".join(map(str, stated))))
        if found is not None and (found[0] < stated[0] or found[1] > stated[1]):
            raise SettingsError(
                f"Records fall in {found[0]} to {found[1]}, which is more than the "
                f"{stated[0]} to {stated[1]} that is said to be covered. Say all of it."
            )
    months_there = stated or found
    return None if months_there is None else _numbers(months_there)


def _numbers(months: tuple[str, str]) -> tuple[int, int]:
    return month_number(months[0]), month_number(months[1])


def _wrong(words: str) -> str:
    return f"{words!r} is no span of months: write the first and the last as 2024-04:2024-06."
