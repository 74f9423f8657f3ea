"""What is known of each of two assessments that are compared?"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.compared_rows import Side, side_of
from socialvalue.errors import SettingsError
from socialvalue.results import Result
from socialvalue.totals import Range

RANGE_ENDS = ("present_value_low", "present_value_high", "sroi_ratio_low", "sroi_ratio_high")


@dataclass(frozen=True)
class Compared:
    """An assessment as a comparison knows it, from a result or from its file.

    Attributes
    ----------
    assumptions : Assumptions
    period : str
    profile : str
        ``internal`` or ``publish``.
    totals : Series
        Totals as in `Result.totals`, the ends of the range, and people.
    ratio_missing : str or None
    findings : DataFrame
    frameworks : mapping of str to DataFrame
        Categories of each, in order: category, title.
    sums : mapping of str to Series
        Present value by category, of each key of a file or a published breakdown; what a result
        can split by itself is not in it.
    side : Side or None
        What can be valued again; None where a file holds no impact map.
    breakdowns : tuple of str
        Declared breakdowns that can be split.
    level : float or None
        Confidence level of a simulated range. [share]
    """

    assumptions: Assumptions
    period: str
    profile: str
    totals: pd.Series
    ratio_missing: str | None
    findings: pd.DataFrame
    frameworks: Mapping[str, pd.DataFrame]
    sums: Mapping[str, pd.Series]
    side: Side | None
    breakdowns: tuple[str, ...] = ()
    level: float | None = None

    @property
    def merged(self) -> bool:
        """Whether small groups that are in its totals were merged."""
        if self.side is None:
            return False
        rows = self.side.rows(frozenset()).table
        return bool((rows["merged"].astype(bool) & rows["counted"].astype(bool)).any())

    @property
    def used(self) -> pd.DataFrame:
        """Dated rows of proxies that hold for its records, each once."""
        if self.side is None:
            return pd.DataFrame({"proxy_id": pd.Series(dtype=str)})
        rows = self.side.rows(frozenset()).table
        places = sorted(set(rows.loc[rows["position"] >= 0, "position"]))
        return self.side.proxies.proxies.iloc[places].reset_index(drop=True)


def of_result(result: Result, name: str, covers: tuple[str, str] | None) -> Compared:
    """A result as one of two that are compared.

    Parameters
    ----------
    result : Result
    name : {"last", "this"}
    covers : tuple of str, optional
        First and last month it covers; by default those of its records.
    """
    sums = {}
    if result.basis is None:
        sums = {key: result.by(key).set_index(key)["present_value"] for key in result.breakdowns}
    return Compared(
        assumptions=result.assumptions,
        period=result.period,
        profile=result.profile,
        totals=with_range(result.totals, result.range, result.total_people),
        ratio_missing=result.ratio_missing,
        findings=result.findings,
        frameworks=result.frameworks,
        sums=sums,
        side=side_of(result, name, covers),
        breakdowns=tuple(result.breakdowns) if result.basis else (),
        level=result.range.level,
    )


def with_range(totals: pd.Series, found: Range | None, people: float) -> pd.Series:
    """Totals with the ends of their range and the people behind them."""
    ends = {end: getattr(found, end, float("nan")) for end in RANGE_ENDS}
    return pd.concat([totals, pd.Series({**ends, "people": people}, dtype=float)])


def refuse_unlike(last: Compared, this: Compared) -> None:
    """Refuse what has no common measure.

    Raises
    ------
    SettingsError
        If currencies, or the months in which years start, differ.
    """
    then, now = last.assumptions, this.assumptions
    if then.currency != now.currency:
        raise SettingsError(
            f"The two are in {then.currency} and {now.currency}. Currencies are never mixed: "
            "assess both with proxies in one currency, then compare."
        )
    if then.year_start_month != now.year_start_month:
        raise SettingsError(
            f"Years start in month {then.year_start_month} in one and in month "
            f"{now.year_start_month} in the other, so no record lies in the same year in both. "
            f"Assess last time's records again with year_start_month = {now.year_start_month} and "
            "compare that; what the month alone is worth, result.side_by_side() shows."
        )
