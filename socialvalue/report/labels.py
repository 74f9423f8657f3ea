"""How is a figure written? The only place that rounds."""

import math
from typing import Any

import pandas as pd

from socialvalue.claims import UNSTATED
from socialvalue.results import Result

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
WORDS = {
    "project": "Project",
    "stakeholder_group": "Stakeholder group",
    "value_type": "Type of value",
    "year": "Year",
    "sdg": "Sustainable Development Goal",
    "marmot": "Marmot priority",
    "marmot-8": "Marmot principle (the eight)",
    "imd_decile": "Deprivation decile (1 = most deprived)",
}
STEPS = {
    "gross_value": "Gross value",
    "deadweight": "Deadweight",
    "displacement": "Displacement",
    "attribution_to_others": "Attribution to others",
    "drop_off": "Drop-off",
    "optimism_bias": "Optimism bias",
    "net_value": "Net value",
    "discounting": "Discounting",
    "present_value": "Present value",
}


def money(amount: float, currency: str = "GBP") -> str:
    """An amount in whole units of money, or a dash where there is none.

    Examples
    --------
    >>> money(-1234.5), money(float("nan"))
    ('-£1,234', '–')
    """
    if amount is None or math.isnan(amount):
        return "–"
    symbol = SYMBOLS.get(currency, currency + " ")
    whole = f"{abs(amount):,.0f}"
    return f"{'-' if amount < 0 and whole != '0' else ''}{symbol}{whole}"


def pence(amount: float, currency: str = "GBP") -> str:
    """An amount to the penny.

    Examples
    --------
    >>> pence(1234.5)
    '£1,234.50'
    """
    if amount is None or math.isnan(amount):
        return "–"
    symbol = SYMBOLS.get(currency, currency + " ")
    return f"{'-' if amount < 0 else ''}{symbol}{abs(amount):,.2f}"


def ratio(value: float) -> str:
    """A ratio to two decimals, as money back for one unit put in.

    Examples
    --------
    >>> ratio(5.8017)
    '5.80'
    """
    return "–" if math.isnan(value) else f"{value:,.2f}"


def share(value: float) -> str:
    """A share as a percentage.

    Examples
    --------
    >>> share(0.355), share(0.001)
    ('36%', '0.1%')
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.1%}" if 0 < abs(value) < 0.01 else f"{value:.0%}"


def number(value: float, decimals: int = 2) -> str:
    """A number with at most so many decimals, or a dash.

    Examples
    --------
    >>> number(12.0), number(0.256)
    ('12', '0.26')
    """
    if value is None or pd.isna(value):
        return "–"
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:,.0f}"


def name(value: Any, missing: str = "not stated") -> str:
    """A category as words."""
    return missing if value is None or pd.isna(value) else str(value).replace("_", " ")


def currency_of(result: Result) -> str:
    """Currency of a result."""
    return result.assumptions.currency


def range_words(result: Result) -> str:
    """The range of the present value in words, or why there is none."""
    if result.range.missing:
        return f"no range: {result.range.missing}"
    currency = currency_of(result)
    low = money(result.range.present_value_low, currency)
    high = money(result.range.present_value_high, currency)
    fixed = share(result.range.share_without_range)
    return f"range {low} to {high}, {result.range.kind}; {fixed} of the value has no range"


def ratio_words(result: Result) -> str:
    """The ratio with its range, or why there is none."""
    if result.ratio_missing:
        return f"No ratio: {result.ratio_missing}"
    symbol = SYMBOLS.get(currency_of(result), currency_of(result) + " ")
    found = f"{symbol}{ratio(result.totals['sroi_ratio'])} for each {symbol}1 put in"
    if math.isnan(result.range.sroi_ratio_low):
        return f"{found} (no range: {result.range.missing})"
    low, high = result.range.sroi_ratio_low, result.range.sroi_ratio_high
    return f"{found} (range {ratio(low)} to {ratio(high)})"


def before_unstated(result: Result) -> bool:
    """Whether some reduction is stated nowhere, so that the headline must say so."""
    return bool((result.findings["rule"] == UNSTATED).any())


def headline(result: Result) -> str:
    """The result in one sentence: never a figure without what it rests on.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
    """
    amount = money(result.totals["present_value"], currency_of(result))
    caveat = " before unstated adjustments" if before_unstated(result) else ""
    unpriced, findings = result.unpriced["outcome"].nunique(), len(result.findings)
    high = int((result.findings["severity"] == "high").sum())
    view = "public value" if result.assumptions.perspective == "public" else "fiscal value"
    return (
        f"Estimated social value{caveat}: {amount} present value ({range_words(result)}). "
        f"{ratio_words(result)}. "
        f"{result.period}, {view}, {result.assumptions.price_year} prices; "
        f"{unpriced} outcome{'s' * (unpriced != 1)} not priced; "
        f"{findings} open finding{'s' * (findings != 1)}, {high} high."
    )
