"""What would an assessor challenge because two values may be of one effect?

People who are named are followed: a finding of theirs rests on somebody who is counted twice. Where
records name nobody, two values of one project, group and year may be of the same people, which is
said as no more than that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from socialvalue.counted_twice import VOLUNTEER_UNIT
from socialvalue.findings import MANY, Claim, by_stake
from socialvalue.people_in_both_values import GROUP, OUTCOME, PROJECT, WELLBEING

_TWO_PROJECTS, _FISCAL, _LIFETIME, _WELLBEING, _OVERLAP = (
    "claimed_by_two_projects",
    "fiscal_inside_societal",
    "lifetime_with_yearly",
    "two_wellbeing_values",
    "overlapping_values",
)
_WHY = {
    _TWO_PROJECTS: "A person's year can change by so much once; two projects that each claim the "
    "whole of it count it twice.",
    _FISCAL: "A value to society of the same effect usually holds the saving to public bodies "
    "already.",
    _LIFETIME: "A value for a whole duration or for one use holds what the yearly value adds for "
    "the same years.",
    _WELLBEING: "A WELLBY, a QALY and the value of taking part all price the same change in a "
    "person's life.",
    _OVERLAP: "Their publishers, or the set they are in, say that these values are not to be added "
    "for one person.",
}
_TODO = {
    _TWO_PROJECTS: "Let one project claim it, or split the change between them on their records.",
    _FISCAL: "Use the societal value in the public view and the saving in the fiscal one, or take "
    "the saving out of the societal value and say so.",
    _LIFETIME: "Keep one of them for each person.",
    _WELLBEING: "Keep the value that your evidence measures, one for each person and year.",
    _OVERLAP: "Keep one of them for each person and year.",
}


@dataclass(frozen=True)
class _Hit:
    """Two sides of one set that meet: in people who are named, or perhaps in people who are not."""

    rule: str
    sure: bool
    stated: bool
    words: str
    people: int
    value: float
    row_ids: frozenset[int]


def values_of_one_effect(claim: Claim) -> Iterator[dict]:
    """Two values that hold one another, for one person and year."""
    hits = [*_of_people(claim), *_of_nobody_named(claim)]
    for rule in (_OVERLAP, _FISCAL, _LIFETIME, _WELLBEING, _TWO_PROJECTS):
        for sure in (True, False):
            told = [hit for hit in hits if (hit.rule, hit.sure) == (rule, sure)]
            if told:
                yield _finding(claim, rule, told)


def _finding(claim: Claim, rule: str, hits: list[_Hit]) -> dict:
    hits = sorted(hits, key=lambda hit: -hit.value)
    value = sum(hit.value for hit in hits)
    ids = sorted(set().union(*[hit.row_ids for hit in hits]))
    sure = hits[0].sure
    # What the set itself says must not be added is a mistake; the rest is a question.
    least = "medium" if sure and any(hit.stated for hit in hits) else "low"
    words = list(dict.fromkeys(hit.words for hit in hits))
    pairs = "; ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
    many = sum(hit.people for hit in hits)
    who = f"{many:,} times a person is" if many >= MANY else "Some people are"
    start = f"{who} counted under both of" if sure else "The same people may be counted under both"
    return {
        "rule": rule,
        "severity": by_stake(claim, value, least),
        "message": f"{start} {pairs}.",
        "value_at_stake": value,
        "rows": len(ids),
        "why": _WHY[rule],
        "what_to_do": _TODO[rule]
        if sure
        else f"{_TODO[rule]} Record person_id, so that it can be seen who is counted in both.",
        "row_ids": ids,
    }


def _of_people(claim: Claim) -> Iterator[_Hit]:
    sets = claim.answers.sets
    for (number, low, high), found in claim.answers.both.groupby(["set_", "low_", "high_"]):
        lines = sets[(sets["set_"] == number) & sets["side_"].isin([low, high])]
        people, value = int(found["people"].sum()), float(found["value"].sum())
        yield from _hit(claim, lines, people, value, sure=True)


def _of_nobody_named(claim: Claim) -> Iterator[_Hit]:
    sets = claim.answers.sets
    unnamed = sets[sets["row_id"].isin(claim.answers.unnamed) & (sets["kind"] != PROJECT)]
    if unnamed.empty:
        return
    about = claim.rows.set_index("row_id")[["project", "stakeholder_group", "present_value"]]
    lines = unnamed.join(about, on="row_id")
    for _, cell in lines.groupby(["set_", "project", "stakeholder_group"], dropna=False):
        worth = cell.groupby("side_")["present_value"].sum().sort_values(ascending=False)
        if len(worth) > 1:
            two = cell[cell["side_"].isin(worth.index[:2])]
            yield from _hit(claim, two, 0, float(worth.iloc[1:].sum()), sure=False)


def _hit(
    claim: Claim, lines: pd.DataFrame, people: int, value: float, *, sure: bool
) -> Iterator[_Hit]:
    kind, year = lines["kind"].iloc[0], lines["year"].iloc[0]
    rows = claim.rows[claim.rows["row_id"].isin(lines["row_id"])]
    first, second = sorted(lines["side"].unique())
    if kind == PROJECT:
        rule, what = _TWO_PROJECTS, f" ({lines['name'].iloc[0].split(chr(10))[0]})"
    else:
        about = {str(name): part.iloc[0] for name, part in rows.groupby("proxy_id")}
        rule, what = _rule_of(kind, about[first], about[second]), ""
    if rule:
        words = f"{first} and {second}{what} in {year}"
        ids = frozenset(int(each) for each in lines["row_id"])
        yield _Hit(rule, sure, kind == GROUP, words, people, value, ids)


def _rule_of(kind: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Which rule two proxies of a set are a case of; empty where they are a case of none."""
    same_group = pd.notna(first["overlap_group"]) and (
        first["overlap_group"] == second["overlap_group"]
    )
    if kind != GROUP and same_group:
        return ""
    types = {first["value_type"], second["value_type"]}
    covers = {first["value_covers"], second["value_covers"]}
    if first["unit"] == second["unit"] == VOLUNTEER_UNIT:
        # One volunteer may give hours of two kinds: the same hour is looked for by activity.
        return ""
    if kind == WELLBEING:
        return _WELLBEING
    if "fiscal" in types and len(types) > 1 and (kind == GROUP or "economic" in types):
        return _FISCAL
    if "year" in covers and len(covers) > 1 and (kind == GROUP or "duration" in covers):
        return _LIFETIME
    if kind == OUTCOME or covers == {"once"}:
        # Uses and events of one group are of different hours, crimes or stays unless said.
        return ""
    return _WELLBEING if types == {"wellbeing"} else _OVERLAP
