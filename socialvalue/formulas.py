"""What is the arithmetic of social value? Pure functions: numbers in, numbers out.

Each takes scalars, numpy arrays or pandas Series alike and knows nothing of tables. The words are
those of the glossary; shares are in [0, 1], money is in one currency at one price year.
"""

from typing import Any

import numpy as np

Numeric = Any
"""A float, a numpy array or a pandas Series; several of them broadcast."""


def net_share(
    deadweight: Numeric, displacement: Numeric, attribution_to_others: Numeric
) -> Numeric:
    """Share of an outcome that is left after the three reductions, multiplied and never added.

    Parameters
    ----------
    deadweight, displacement, attribution_to_others : numeric
        Shares to take away. [share]

    Returns
    -------
    numeric
        [share]

    References
    ----------
    A Guide to Social Return on Investment (2012), stage 4.

    Examples
    --------
    >>> round(net_share(0.4, 0.0, 0.3), 2)
    0.42
    """
    return (1 - deadweight) * (1 - displacement) * (1 - attribution_to_others)


def part_year_weight(k: Numeric, duration_years: Numeric, part_years: str) -> Numeric:
    """Part of its k-th year (k = 0, 1, ...) in which an outcome still lasts [share].

    ``part_years`` says what a last part-year counts: ``prorata`` its length, ``up`` a whole year,
    ``down`` nothing.

    Examples
    --------
    >>> [float(part_year_weight(k, 2.5, "prorata")) for k in range(4)]
    [1.0, 1.0, 0.5, 0.0]
    """
    if part_years == "up":
        duration_years = np.ceil(duration_years)
    elif part_years == "down":
        duration_years = np.floor(duration_years)
    return np.clip(duration_years - k, 0.0, 1.0)


def drop_off_exponent(k: Numeric, starts: Numeric, drop_off_from: str) -> Numeric:
    """How many years of drop-off the k-th year of an outcome has seen [years].

    ``second_year``: none in its first year. ``first_year``: one already in its first year.
    ``end_of_activity``: an outcome that starts a year after the activity has lost one year's.

    Examples
    --------
    >>> drop_off_exponent(0, 1, "second_year"), drop_off_exponent(0, 1, "end_of_activity")
    (0, 1)
    """
    if drop_off_from == "first_year":
        return k + 1
    if drop_off_from == "end_of_activity":
        return k + starts
    return k + 0 * starts


def remaining_after_drop_off(drop_off: Numeric, exponent: Numeric) -> Numeric:
    """Share of an outcome left after ``exponent`` years of drop-off [share].

    Examples
    --------
    >>> round(remaining_after_drop_off(0.22, 2), 4)
    0.6084
    """
    return (1 - drop_off) ** exponent


def gross_value(quantity: Numeric, unit_value: Numeric, weight: Numeric) -> Numeric:
    """Quantity x unit value x the part of the year it lasts, before any reduction [money].

    Examples
    --------
    >>> gross_value(12, 100.0, 0.5)
    600.0
    """
    return quantity * unit_value * weight


def repriced(value: Numeric, price_factor: Numeric) -> Numeric:
    """Value at the prices of another year [money].

    Examples
    --------
    >>> repriced(200.0, 1.25)
    250.0
    """
    return value * price_factor


def real_income_factor(income_to: float, income_from: float, elasticity: float) -> float:
    """Uplift of a wellbeing or health value for growth in real income per head [ratio].

    References
    ----------
    HM Treasury, Wellbeing Guidance for Appraisal (2021): elasticity 1.3.

    Examples
    --------
    >>> real_income_factor(110.0, 100.0, 1.0)
    1.1
    """
    return (income_to / income_from) ** elasticity


def ratio_of_return(present_value: float, input_value: float) -> float:
    """Present value of outcomes per unit of money put in; nan where nothing was put in [ratio].

    Examples
    --------
    >>> ratio_of_return(300.0, 120.0)
    2.5
    """
    return float(present_value / input_value) if input_value > 0 else float("nan")


def payback_years(present_values: Numeric, input_value: float) -> float:
    """First time at which the running total of present value reaches the inputs [years].

    Linear within a year. ``present_values`` holds one amount for each year in order, from the
    first year with inputs or outcomes. nan if the inputs are never reached.

    Examples
    --------
    >>> payback_years([100.0, 100.0], 150.0)
    1.5
    """
    reached = 0.0
    for year, amount in enumerate(np.asarray(present_values, dtype=float)):
        if amount > 0 and reached + amount >= input_value:
            return year + max(input_value - reached, 0.0) / float(amount)
        reached += float(amount)
    return float("nan")
