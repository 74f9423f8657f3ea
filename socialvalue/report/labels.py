"""How is a figure written? The only place that rounds."""

import math
import re
from typing import Any

import pandas as pd

from socialvalue.findings import UNSTATED, open_findings
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
UNITS = {"tonne_co2e": "tonne CO2e", "wellby": "WELLBY", "qaly": "QALY"}
"""Units whose code is not how they are written."""
STEPS = {
    "gross_value": "Gross value",
    "deadweight": "Deadweight",
    "displacement": "Displacement",
    "attribution_to_others": "Attribution to others",
    "drop_off": "Drop-off",
    "optimism_bias": "Optimism bias",
    "small_groups": "All taken off merged small groups",
    "net_value": "Net value",
    "discounting": "Discounting",
    "present_value": "Present value",
}


STATUS = {
    "valued": "Valued",
    "no records": "No records",
    "no proxy": "No proxy serves this, so it was not valued",
    "not priced": "Counted and told, not priced",
    "merged": "None, or merged with other small groups",
    "unallocated": "",
}
"""What the status of a category means, in words."""
HEADINGS = {
    "marmot-8": "Marmot (the eight)",
    "sdg": "SDG",
    "outcome": "Outcome",
    "what_to_do": "What to do",
    "why": "Why it matters",
    "message": "Finding",
    "rows": "Rows of the impact map",
    "first_year": "Year",
}
PENNY = 0.005
"""Less than half a penny is rounding. [money]"""
HARMS_MERGED = "harms_merged"
"""Finding of a published result some of whose harms rest on too few people to show."""
HARMS_SHOWN = "of which harms shown (some are merged)"
"""What the row of harms is called where some are merged with other outcomes."""
NOT_FOR_PUBLICATION = "Not for publication: small groups are shown"


def symbol(currency: str) -> str:
    """What is written before an amount: a sign, or the currency's code and a space.

    Examples
    --------
    >>> symbol("GBP"), symbol("CHF")
    ('£', 'CHF ')
    """
    return SYMBOLS.get(currency, f"{currency} ")


def heading(column: Any) -> str:
    """A column's name as the heading of a table.

    Examples
    --------
    >>> heading("drop_off"), heading("sdg")
    ('Drop off', 'SDG')
    """
    words = str(column).replace("_", " ")
    return HEADINGS.get(str(column), words[:1].upper() + words[1:])


def money(amount: float, currency: str = "GBP") -> str:
    """An amount in whole units of money, or a dash where there is none.

    What would round to nothing, and is not, is written to the penny.

    Examples
    --------
    >>> money(-1234.5), money(0.4), money(float("nan"))
    ('-£1,234', '£0.40', '–')
    """
    if amount is None or math.isnan(amount):
        return "–"
    if 0.005 <= abs(amount) < 0.5:
        return pence(amount, currency)
    return _signed(amount, f"{abs(amount):,.0f}", currency)


def pence(amount: float, currency: str = "GBP") -> str:
    """An amount to the penny.

    Examples
    --------
    >>> pence(1234.5), pence(-0.001)
    ('£1,234.50', '£0.00')
    """
    if amount is None or math.isnan(amount):
        return "–"
    return _signed(amount, f"{abs(amount):,.2f}", currency)


def cost_of_one(amount: float, currency: str = "GBP") -> str:
    """What one of something cost: pence say something only where pounds are few.

    Examples
    --------
    >>> cost_of_one(8.3), cost_of_one(31704.42)
    ('£8.30', '£31,704')
    """
    small = amount is not None and abs(amount) < 100
    return pence(amount, currency) if small else money(amount, currency)


def _signed(amount: float, size: str, currency: str) -> str:
    """A size with its sign, unless nothing is left of it after rounding."""
    nothing = not size.strip("0.,")
    return f"{'-' if amount < 0 and not nothing else ''}{symbol(currency)}{size}"


def scale_money(amount: float, largest: float, currency: str = "GBP") -> str:
    """An amount on a scale that goes up to a largest one: all in the same unit, none too long.

    Examples
    --------
    >>> scale_money(400_000, 1_600_000), scale_money(-2e9, 3e9), scale_money(20_000, 90_000)
    ('£0.4m', '-£2bn', '£20,000')
    >>> scale_money(0.25, 1), scale_money(0.0025, 0.01), scale_money(0, 1)
    ('£0.25', '£0.0025', '£0')
    """
    for size, word in ((1e9, "bn"), (1e6, "m")):
        if largest >= size:
            return _signed(amount, f"{number(abs(amount) / size)}{word * bool(amount)}", currency)
    decimals = max(0, 2 - math.floor(math.log10(largest))) if 0 < largest < 100 else 0
    shown = f"{abs(amount):,.{decimals}f}"
    if decimals > 2:
        shown = shown.rstrip("0").rstrip(".")
    return _signed(amount, shown if amount else "0", currency)


def ratio(value: float) -> str:
    """A ratio to two decimals, as money back for one unit put in.

    Examples
    --------
    >>> ratio(5.8017), ratio(-2), ratio(-0.001)
    ('5.80', '-2.00', '0.00')
    """
    shown = f"{value:,.2f}"
    return "–" if math.isnan(value) else shown if shown.strip("-0.") else shown.lstrip("-")


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
    >>> number(12.0), number(0.256), number(-0.001)
    ('12', '0.26', '0')
    """
    if value is None or pd.isna(value):
        return "–"
    shown = f"{value:,.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if decimals else shown
    return "0" if shown == "-0" else shown


def name(value: Any, missing: str = "not stated") -> str:
    """A category as words; what is more than one word is as it was written.

    Examples
    --------
    >>> name("older_people"), name("see `wb_wellby`"), name(None)
    ('older people', 'see `wb_wellby`', 'not stated')
    """
    if value is None or pd.isna(value):
        return missing
    text = str(value)
    return text.replace("_", " ") if re.fullmatch(r"\S+", text) else text


def unit(value: Any) -> str:
    """A unit as words.

    Examples
    --------
    >>> unit("check_in"), unit("tonne_co2e"), unit(None)
    ('check-in', 'tonne CO2e', '')
    """
    if value is None or pd.isna(value):
        return ""
    return UNITS.get(str(value), str(value).replace("_", "-"))


def quantity(amount: float, of: Any) -> str:
    """An amount of a unit; the sign of times needs no plural.

    Examples
    --------
    >>> quantity(100, "check_in"), quantity(0.7, "tonne_co2e"), quantity(12, None)
    ('100 × check-in', '0.7 × tonne CO2e', '12')
    """
    if amount is None or pd.isna(amount) or not unit(of):
        return number(amount)
    return f"{number(amount)} × {unit(of)}"


def harms(result: Result) -> str:
    """What the row of harms is called: some may be merged with other outcomes."""
    some = bool((result.findings["rule"] == HARMS_MERGED).any())
    return HARMS_SHOWN if some else "of which harms"


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
    return f"range {low} to {high}, {range_kind(result)}; {fixed} of the value has no range"


def range_kind(result: Result) -> str:
    """What the range is, with its level where it has one: a scenario band has none."""
    level = result.range.level
    return result.range.kind + ("" if level is None else f" at {share(level)}")


def ratio_words(result: Result) -> str:
    """The ratio with its range and the inputs it leaves out, or why there is none."""
    if result.ratio_missing:
        return f"No ratio: {result.ratio_missing}"
    currency = currency_of(result)
    back = pence(result.totals["sroi_ratio"], currency)
    found = f"{back} for each {symbol(currency)}1 put in"
    outside = result.totals["input_value"] - result.compared_inputs
    left_out = f"; {money(outside, currency)} of inputs left out" if outside >= PENNY else ""
    return f"{found} ({ratio_range_words(result)}{left_out})"


def ratio_range_words(result: Result) -> str:
    """The range of the ratio in words, or why it has none."""
    low, high = result.range.sroi_ratio_low, result.range.sroi_ratio_high
    if math.isnan(low):
        return f"no range: {result.range.ratio_missing or result.range.missing}"
    level = result.range.level
    return f"range {ratio(low)} to {ratio(high)}" + ("" if level is None else f" at {share(level)}")


def before_unstated(result: Result) -> bool:
    """Whether some reduction is stated nowhere, so that the headline must say so."""
    return bool((result.findings["rule"] == UNSTATED).any())


def nothing_priced(result: Result) -> str:
    """Why nothing has a money value here; empty where something has.

    An amount of nought would say that what was done is worth nothing, which nobody has found.
    """
    rows = result.valued.rows
    if rows["counted"].any():
        return ""
    priced = rows["proxy_id"].notna().any()
    return "no priced outcome counts in this view" if priced else "no outcome was priced"


def headline(result: Result) -> str:
    """The result in one sentence: never a figure without what it rests on.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
    """
    findings = open_findings(result.findings)
    high = int((findings["severity"] == "high").sum())
    accepted = len(result.findings) - len(findings)
    reasons = f", {accepted} accepted with a reason" if accepted else ""
    about = f"{result.period}, {perspective(result)}, {result.assumptions.price_year} prices; "
    told = result.unpriced["outcome"].nunique()
    missing = nothing_priced(result)
    said = "" if missing else f"{_many(told, 'outcome')} not priced; "
    start = _without_value(missing, told) if missing else _with_value(result)
    return f"{start}{about}{said}{_many(len(findings), 'open finding')}, {high} high{reasons}."


def perspective(result: Result) -> str:
    """Whose gain is counted, in words; of the fiscal view also which payers."""
    if result.assumptions.perspective == "public":
        return "public value"
    payers = ", ".join(result.assumptions.payers)
    return f"fiscal value of {payers} alone" if payers else "fiscal value"


def _with_value(result: Result) -> str:
    amount = money(result.totals["present_value"], currency_of(result))
    caveat = " before unstated adjustments" if before_unstated(result) else ""
    return (
        f"Estimated social value{caveat}: {amount} present value ({range_words(result)}). "
        f"{ratio_words(result)}. "
    )


def _without_value(missing: str, told: int) -> str:
    counted = f": {_many(told, 'outcome')} counted and told, without a money value" if told else ""
    return f"{missing.capitalize()}{counted}. There is no estimate of value and no ratio. "


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
