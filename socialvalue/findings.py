"""What is a finding? What the rules read, what they say, and in which order it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.totals import Range

COLUMNS = (
    "rule",
    "severity",
    "message",
    "value_at_stake",
    "rows",
    "why",
    "what_to_do",
    "accepted_because",
)
UNSTATED = "adjustment_stated_nowhere"
PARTS_OF_ROWS = frozenset(
    {
        "recorded_twice",
        "more_than_one_person_can",
        "claimed_by_two_projects",
        "recorded_again_while_it_lasts",
        "overlapping_values",
        "fiscal_inside_societal",
        "lifetime_with_yearly",
        "two_wellbeing_values",
        "volunteer_hour_paid_twice",
        "shares_beyond_whole",
        "long_duration",
        "not_yet_happened",
        "more_wellbys_than_a_life_has",
        "base_year_after_outcomes",
        "next_to_no_discounting",
        "harms_reduced_more",
        "small_sample",
    }
)
"""Rules whose value at stake is a part of their rows, which may be that of a few people."""
MATERIAL = 0.05
"""Share of the headline from which a mistake misleads: the 5% that auditors of accounts start from.

A choice, as theirs is: ISA 320 leaves the percentage to judgement and 5% is the usual one.
"""
MOST = 0.5
"""Share of the value from which the headline stands or falls with one thing: more than half."""
MANY = 50
"""So many people may be told as a number in a message: no disclosure policy asks for more."""
_ORDER = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Answers:
    """What was asked of the records where they lie: small tables, without a name of anybody.

    Attributes
    ----------
    sets : DataFrame
        From `socialvalue.people_in_both_values.sets_that_may_overlap`.
    repeats : DataFrame
        From `socialvalue.counted_twice.repeats`, and from
        `socialvalue.one_value_under_outcomes.beyond_over_outcomes`.
    both : DataFrame
        From `socialvalue.people_in_both_values.people_in_both`.
    unnamed : frozenset of int
        row_id of rows that may overlap and of which some record names nobody.
    volunteer_hours : DataFrame
        From `socialvalue.counted_twice.hours_valued_twice`.
    claimed : DataFrame
        From `socialvalue.records_behind.value_of_activities`.
    ahead : DataFrame
        From `socialvalue.records_behind.dated_after`.
    samples : DataFrame
        From `socialvalue.records_behind.samples`.
    followed : DataFrame
        From `socialvalue.later_answers.later_answers`.
    wellbys : DataFrame
        From `socialvalue.wellbys_of_people.wellbys_of_people`.
    """

    sets: pd.DataFrame
    repeats: pd.DataFrame
    both: pd.DataFrame
    unnamed: frozenset[int]
    volunteer_hours: pd.DataFrame
    claimed: pd.DataFrame
    ahead: pd.DataFrame
    samples: pd.DataFrame
    followed: pd.DataFrame
    wellbys: pd.DataFrame


@dataclass(frozen=True)
class Claim:
    """What the rules read: the valued map, and the records behind it.

    Attributes
    ----------
    rows : DataFrame
        All rows of the valued map.
    values : DataFrame
        Their value by year: row_id, k [year of the outcome], present_value [money].
    inputs : DataFrame
        Re-priced and discounted.
    tables : mapping of str to DataFrame
        Typed tables of records.
    people : mapping of str to DataFrame
        Distinct people by key.
    survey_change : DataFrame
    answers : Answers
    range : Range
    ratio_missing : str or None
    outside_ratio : Series of int
        row_id of the rows that the ratio leaves out.
    assumptions : Assumptions
    proxies : DataFrame
        The proxies in use.
    sources : frozenset of str
        source_id of every source that the proxy set describes.
    fits_nothing : DataFrame
        table, row, what: rows of the links table that fit no record and no activity.
    day : date
        The day of the assessment.
    """

    rows: pd.DataFrame
    values: pd.DataFrame
    inputs: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    people: Mapping[str, pd.DataFrame]
    survey_change: pd.DataFrame
    answers: Answers
    range: Range
    ratio_missing: str | None
    outside_ratio: pd.Series
    assumptions: Assumptions
    proxies: pd.DataFrame
    sources: frozenset[str]
    fits_nothing: pd.DataFrame
    day: date

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Rows of the map that count."""
        return self.rows[self.rows["counted"].astype(bool)]

    @cached_property
    def size(self) -> float:
        """Present value of the counted rows, each in its size [money]."""
        return float(self.counted["present_value"].abs().sum())

    def share(self, value: float) -> float:
        """Share of the value in size that an amount is; nought where there is no value."""
        return value / self.size if self.size > 0 else 0.0


def in_order(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with the most severe first, and of those the most valuable.

    To the penny, for engines add up in another order: equals stand in the order of the rules.
    """
    keys = findings.assign(
        _severity=findings["severity"].map(_ORDER),
        _size=-pd.to_numeric(findings["value_at_stake"]).fillna(0.0).round(2),
    )
    keys = keys.sort_values(["_severity", "_size"], kind="stable")
    return findings.loc[keys.index].reset_index(drop=True)


def open_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings that nobody has accepted with a reason."""
    return findings[findings["accepted_because"].isna()]


def finding(
    rule: str, severity: str, message: str, rows: pd.DataFrame, *, why: str, what_to_do: str
) -> dict:
    """A finding on rows of the map, the value at stake being theirs in size."""
    stake = rows["present_value"].abs().sum() if len(rows) else float("nan")
    return {
        "rule": rule,
        "severity": severity,
        "message": message,
        "value_at_stake": float(stake),
        "rows": len(rows),
        "why": why,
        "what_to_do": what_to_do,
        "row_ids": rows["row_id"].tolist(),
    }


def size_of(rows: pd.DataFrame) -> float:
    """Present value of rows, each in its size [money]."""
    return float(rows["present_value"].abs().sum())


def by_stake(claim: Claim, stake: float, least: str = "medium") -> str:
    """How severe a mistake of an amount is: high where it moves the headline noticeably."""
    if claim.share(stake) < MATERIAL:
        return least
    return "high" if least == "medium" else "medium"


def by_share_of_inputs(claim: Claim, cost: float) -> str:
    """How severe costs that the ratio lacks are: by what they are beside the inputs there are."""
    return "high" if cost >= MATERIAL * float(claim.inputs["present_value"].sum()) else "medium"


def count_of(number: int, what: str) -> str:
    """How many there are, with the verb: one outcome is, two outcomes are."""
    return f"{number} {what}{'s are' if number != 1 else ' is'}"


def names_of(rows: pd.DataFrame) -> str:
    """The outcomes of some rows: the first three by name."""
    return first_three(rows["outcome"].fillna(rows["proxy_id"]).astype(str))


def first_three(values: pd.Series) -> str:
    """Different values in words: the first three, and how many more."""
    names = list(dict.fromkeys(values.dropna().astype(str)))
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


def with_simulated_range(
    findings: pd.DataFrame, rows: list[list[int]], share_still: float, value: float
) -> tuple[pd.DataFrame, list[list[int]]]:
    """Findings beside a simulated range: what stands fixed in it is what no spread is stated for.

    Parameters
    ----------
    findings : DataFrame
        From the audit, where what has no published range is a finding.
    rows : list of list of int
        For each finding, the row_id of the rows it concerns.
    share_still : float
        Share of the value, in size, whose unit value and quantity nothing moves. [share]
    value : float
        The value in size. [money]

    Returns
    -------
    findings : DataFrame
    rows : list of list of int
    """
    unranged = findings["rule"] == "no_published_range"
    if not share_still:
        kept = (~unranged).to_numpy(bool)
        left = [ids for ids, keep in zip(rows, kept, strict=True) if keep]
        return findings[kept].reset_index(drop=True), left
    message = (
        f"{share_still:.0%} of the value rests on unit values and quantities of which neither a "
        "published range nor a spread is stated: they stand fixed in the simulated range."
    )
    findings = findings.assign(
        message=findings["message"].mask(unranged, message),
        value_at_stake=findings["value_at_stake"].mask(unranged, share_still * value),
    )
    return findings, rows
