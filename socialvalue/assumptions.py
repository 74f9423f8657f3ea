"""Which choices does a valuation rest on? One frozen object, printed with every result."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.finding_rules import RULE_NAMES
from socialvalue.years import parse_year

AS_THE_OTHERS = "as the others"
TIMING_OFFSET = {"start": 0.0, "mid": 0.5, "end": 1.0}

CHOICES = {
    "timing": tuple(TIMING_OFFSET),
    "input_timing": tuple(TIMING_OFFSET),
    "drop_off_from": ("second_year", "first_year", "end_of_activity"),
    "part_years": ("prorata", "up", "down"),
    "allocation": ("shares", "primary"),
    "perspective": ("public", "fiscal"),
}

MEANING = {
    "currency": "Money is in this currency; currencies are never mixed",
    "price_year": "All money is at the prices of this year",
    "base_year": "Year to which value is discounted",
    "discount_rate": "Yearly rate, or the schedule of rates, for outcomes and inputs",
    "health_discount_rate": "Rate or schedule for WELLBY and QALY lines",
    "timing": "When in its year an outcome is discounted from",
    "input_timing": "When in its year an input is discounted from",
    "drop_off_from": "The year of an outcome from which drop-off is taken",
    "part_years": "What a last part-year counts",
    "horizon_years": "Years counted from the base year; empty means all",
    "year_start_month": "Month in which a year starts; 1 gives calendar years",
    "uprate": "Whether values are re-priced to the price year",
    "price_series": "Folder of the deflators and incomes used; empty means the shipped UK ones",
    "allocation": "How a proxy's value is shared over goals",
    "perspective": "Whose gain is counted: the public's, or the public purse's",
    "payers": "In the fiscal view, the payers counted; empty means all",
    "optimism_bias": "Cut in benefits by grade of evidence, and rise in costs",
    "accepted_findings": "Findings that are accepted, each with the reason",
}


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """The choices behind a valuation, each with a default and a place in every output.

    Parameters
    ----------
    currency : str
        Currency of all money.
    price_year : str
        Prices everything is stated in: ``2024-25`` (financial) or ``2024`` (calendar).
    base_year : str, optional
        Year to which value is discounted. By default the first year with inputs or outcomes.
    discount_rate : float or str
        A yearly rate [share per year], a schedule's name, or the path of a CSV with a schedule.
    health_discount_rate : float, str or None
        The same for discount class ``health``; None, or ``as the others``, is as the others.
    timing, input_timing : {"start", "mid", "end"}
        When in its year an outcome or input falls.
    drop_off_from : {"second_year", "first_year", "end_of_activity"}
        From which of its years an outcome drops off.
    part_years : {"prorata", "up", "down"}
        What a last part-year of an outcome counts.
    horizon_years : int, optional
        Keep years fewer than this many after the base year. [years]
    year_start_month : int
        Month a year starts in; 4 is the UK financial year, 1 the calendar year.
    uprate : bool
        Whether proxies and inputs are re-priced to ``price_year``.
    price_series : str, optional
        Folder of deflators and real income per head of your own, shaped like ``proxies/prices``; by
        default the shipped UK series.
    allocation : {"shares", "primary"}
        ``primary`` gives all of a proxy to its first category.
    perspective : {"public", "fiscal"}
        ``public`` leaves out transfers; ``fiscal`` counts fiscal value only, transfers included.
    payers : sequence of str
        In the fiscal view, count only the value of these payers.
    optimism_bias : DataFrame, path or None
        A table with columns evidence, benefits_down, costs_up [shares]; a row with a blank evidence
        gives the rise in costs. None takes nothing off.
    accepted_findings : mapping of str to str
        Rules of the claims audit whose findings are accepted, each with the reason, which is
        printed beside the finding. A published rule (``docs/reference/claims_audit.md``) only.

    Raises
    ------
    SettingsError
        If a value is outside what its setting allows.

    Examples
    --------
    >>> Assumptions(price_year="2024-25").timing
    'start'
    """

    currency: str = "GBP"
    price_year: str = "2024-25"
    base_year: str | None = None
    discount_rate: float | str = "green-book"
    health_discount_rate: float | str | None = "green-book-health"
    timing: str = "start"
    input_timing: str = "start"
    drop_off_from: str = "second_year"
    part_years: str = "prorata"
    horizon_years: int | None = None
    year_start_month: int = 4
    uprate: bool = True
    price_series: str | None = None
    allocation: str = "shares"
    perspective: str = "public"
    payers: Sequence[str] = ()
    optimism_bias: Any = None
    accepted_findings: Any = ()

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise SettingsError(
                    f"{name} = {getattr(self, name)!r}: choose one of {', '.join(allowed)}."
                )
        object.__setattr__(self, "price_year", str(self.price_year))
        parse_year(self.price_year)
        if self.base_year is not None:
            object.__setattr__(self, "base_year", str(self.base_year))
            self._check_base_year()
        self._check_numbers()
        if self.health_discount_rate == AS_THE_OTHERS:
            # A settings file has no word for nothing.
            object.__setattr__(self, "health_discount_rate", None)
        if self.price_series is not None:
            object.__setattr__(self, "price_series", str(self.price_series))
        if isinstance(self.payers, str):
            object.__setattr__(self, "payers", (self.payers,))
        object.__setattr__(self, "payers", tuple(self.payers))
        object.__setattr__(self, "accepted_findings", accepted(self.accepted_findings))
        if self.payers and self.perspective != "fiscal":
            raise SettingsError('payers narrow the fiscal view: set perspective = "fiscal" too.')

    def _check_base_year(self) -> None:
        if parse_year(self.base_year).financial != self.financial_years:
            form = "2024-25" if self.financial_years else "2024"
            raise SettingsError(
                f"base_year {self.base_year!r} does not fit year_start_month = "
                f"{self.year_start_month}: write it as {form}."
            )

    def _check_numbers(self) -> None:
        if not _is_whole(self.year_start_month) or self.year_start_month not in range(1, 13):
            raise SettingsError(
                f"year_start_month = {self.year_start_month!r}: write the number of a month, 1 to "
                "12."
            )
        horizon = self.horizon_years
        if horizon is not None and (not _is_whole(horizon) or horizon < 1):
            raise SettingsError(
                f"horizon_years = {horizon!r}: write a whole number of years of at least 1, or "
                "leave it out to count every year."
            )
        if not isinstance(self.uprate, bool):
            raise SettingsError(f"uprate = {self.uprate!r}: write true or false.")
        for name in ("discount_rate", "health_discount_rate"):
            _check_rate(name, getattr(self, name))

    @property
    def financial_years(self) -> bool:
        """Whether years are labelled 2024-25; False means calendar years."""
        return self.year_start_month != 1

    @classmethod
    def from_toml(cls, path: str | Path) -> "Assumptions":
        """Read the settings from a TOML file; an unknown key is an error.

        Raises
        ------
        SettingsError
            If the file cannot be read, or holds a key that is no setting.
        """
        try:
            settings = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise SettingsError(
                f"The assumptions file {path} cannot be read ({error.strerror})."
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not a TOML file: {error}.") from error
        _refuse_unknown(settings, f"{path}: ")
        return cls(**settings)

    def changed(self, **settings: Any) -> "Assumptions":
        """The same assumptions with some settings changed; an unknown one is an error.

        Raises
        ------
        SettingsError
            If there is no setting of a name, or it does not take the value.

        Examples
        --------
        >>> Assumptions().changed(timing="mid").timing
        'mid'
        """
        _refuse_unknown(settings)
        return replace(self, **settings)

    def to_rows(self) -> pd.DataFrame:
        """Every setting with its value and meaning, one row each (text)."""
        rows = [(name, _shown(getattr(self, name)), meaning) for name, meaning in MEANING.items()]
        if self.health_discount_rate is None:
            rows = [(n, AS_THE_OTHERS if n == "health_discount_rate" else v, m) for n, v, m in rows]
        return pd.DataFrame(rows, columns=["setting", "value", "meaning"])


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _check_rate(name: str, rate: Any) -> None:
    if rate is None and name == "health_discount_rate":
        return
    if isinstance(rate, str | Path) and str(rate):
        return
    if not isinstance(rate, Real) or isinstance(rate, bool):
        raise SettingsError(
            f"{name} = {rate!r}: write a rate such as 0.035, the name of a schedule, or the path "
            "of a CSV file with one."
        )
    if not 0 <= float(rate) < 1:
        raise SettingsError(
            f"{name} = {rate}: a rate is a share per year from 0 up to 1, so 3.5% is 0.035."
        )


def accepted(reasons: Any) -> tuple[tuple[str, str], ...]:
    """Rules with the reason why their findings are accepted, by name.

    Parameters
    ----------
    reasons : mapping of str to str, or pairs of them
        By rule; a rule with words behind a colon is of the findings whose message has them.

    Raises
    ------
    SettingsError
        If there is no such rule, or no reason.

    Examples
    --------
    >>> accepted({"no_harms": "We asked all 40 participants, and nobody named one."})
    (('no_harms', 'We asked all 40 participants, and nobody named one.'),)
    """
    try:
        pairs = sorted(dict(reasons).items())
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"accepted_findings = {reasons!r}: write each rule with its reason, as in "
            '{"no_harms": "We asked, and nobody named one."}, or a table [accepted_findings] in '
            "the settings file."
        ) from error
    for key, reason in pairs:
        rule, colon, words = (part.strip() for part in str(key).partition(":"))
        if colon and not words:
            raise SettingsError(
                f"accepted_findings: {key!r} names nothing behind its colon. Write words of the "
                "finding's message there, such as Displacement, or leave the colon out."
            )
        if rule not in RULE_NAMES:
            raise SettingsError(f"accepted_findings: {_no_rule(rule)}")
        if not isinstance(reason, str) or not reason.strip():
            raise SettingsError(
                f"accepted_findings: {key} has no reason. Write why it is right here; the reason "
                "is printed beside the finding."
            )
    return tuple((str(rule), reason.strip()) for rule, reason in pairs)


def _no_rule(rule: str) -> str:
    """What is wrong with a name that is no rule: it may be a setting below the wrong heading."""
    near = get_close_matches(rule, RULE_NAMES, n=1)
    if rule in _settings():
        return (
            f"there is no rule {rule!r}: it is a setting. In a settings file all that "
            "stands below the line [accepted_findings] belongs to it, so write settings above it."
        )
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"there is no rule {rule!r}.{hint} The rules are {', '.join(RULE_NAMES)}."


def _settings() -> list[str]:
    return [field.name for field in fields(Assumptions)]


def _no_setting(key: str) -> str:
    """What is wrong with a name that is no setting: it may be a rule without its heading."""
    rule = key.partition(":")[0].strip()
    if rule in RULE_NAMES:
        return (
            f"There is no setting called {key!r}: it is a rule of the claims audit. To accept what "
            "it finds, write it with its reason below a line [accepted_findings] at the end of the "
            f'settings file; in Python, accepted_findings={{"{key}": "the reason"}}.'
        )
    near = get_close_matches(key, _settings(), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no setting called {key!r}.{hint}"


def _refuse_unknown(settings: Iterable[str], where: str = "") -> None:
    known = _settings()
    for key in settings:
        if key not in known:
            raise SettingsError(f"{where}{_no_setting(key)}")


def _shown(value: object) -> str:
    if isinstance(value, pd.DataFrame):
        return "; ".join(
            f"{row.evidence}: benefits -{row.benefits_down}, costs +{row.costs_up}"
            for row in value.itertuples()
        )
    if value is None or value == ():
        return ""
    if isinstance(value, tuple) and not isinstance(value[0], str):
        return "; ".join(": ".join(pair) for pair in value)
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
