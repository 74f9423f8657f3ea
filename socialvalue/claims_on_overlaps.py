"""What would an assessor challenge because two values may be of one effect?

People who are named are followed: a finding of theirs rests on somebody who is counted twice. Where
records name nobody, two values of one project, group and year may be of the same people, which is
said as no more than that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from socialvalue.counted_twice import VOLUNTEER_UNIT
from socialvalue.findings import MANY, Claim, by_stake
from socialvalue.people_in_both_values import (
    GROUP,
    LASTING,
    OF_NAMED,
    OUTCOME,
    PROJECT,
    WELLBEING,
)
from socialvalue.values_over_years import BY_YEAR

_AGAIN, _TWO_PROJECTS, _FISCAL, _LIFETIME, _WELLBEING, _OVERLAP = (
    "recorded_again_while_it_lasts",
    "claimed_by_two_projects",
    "fiscal_inside_societal",
    "lifetime_with_yearly",
    "two_wellbeing_values",
    "overlapping_values",
)
_WHY = {
    _AGAIN: "A change that was counted for several years is counted again in those of them in "
    "which it is recorded anew.",
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
_WHAT_TO_DO = {
    _AGAIN: "Count one year where an outcome is recorded every year, or record again only what is "
    "new; where the later record is a further change, accept this finding and say so.",
    _TWO_PROJECTS: "Let one project claim it, or split the change between them on their records.",
    _FISCAL: "Use the societal value in the public view and the saving in the fiscal one, or take "
    "the saving out of the societal value and say so.",
    _LIFETIME: "Keep one of them for each person.",
    _WELLBEING: "Keep the value that your evidence measures, one for each person and year.",
    _OVERLAP: "Keep one of them for each person and year.",
}


_READ = ("overlap_group", "value_type", "value_covers", "unit")


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
    for rule in (_OVERLAP, _FISCAL, _LIFETIME, _WELLBEING, _TWO_PROJECTS, _AGAIN):
        for sure in (True, False):
            told = [hit for hit in hits if (hit.rule, hit.sure) == (rule, sure)]
            if told:
                yield _finding(claim, rule, told)


def _finding(claim: Claim, rule: str, hits: list[_Hit]) -> dict:
    # To the penny, for engines add up in another order: equals stand as they are found.
    hits = sorted(hits, key=lambda hit: -round(hit.value, 2))
    value = sum(hit.value for hit in hits)
    ids = sorted(set().union(*[hit.row_ids for hit in hits]))
    sure = hits[0].sure
    stated = any(hit.stated for hit in hits)
    # What the set itself says must not be added is a mistake where somebody is in both; that
    # people may be in both, or values may be of one effect, is a question; both at once is less.
    severity = by_stake(claim, value, "medium" if sure and stated else "low")
    severity = severity if sure or stated else "low"
    words = list(dict.fromkeys(hit.words for hit in hits))
    pairs = "; ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
    many = sum(hit.people for hit in hits)
    who = f"{many:,} times a person is" if many >= MANY else "Some people are"
    start = f"{who} counted under both of" if sure else "The same people may be counted under both"
    return {
        "rule": rule,
        "severity": severity,
        "message": f"{start} {pairs}.",
        "value_at_stake": value,
        "rows": len(ids),
        "why": _WHY[rule],
        "what_to_do": _WHAT_TO_DO[rule]
        if sure
        else f"{_WHAT_TO_DO[rule]} Record person_id, so that it can be seen who is in both.",
        "row_ids": ids,
    }


def _of_people(claim: Claim) -> Iterator[_Hit]:
    if claim.answers.both.empty:
        return
    known = _Known(claim)
    for each in claim.answers.both.itertuples():
        hit = known.hit(each.set_, (each.low_, each.high_), int(each.people), float(each.value))
        if hit is not None:
            yield hit


def _of_nobody_named(claim: Claim) -> Iterator[_Hit]:
    sets = claim.answers.sets
    unnamed = sets[sets["row_id"].isin(claim.answers.unnamed) & ~sets["kind"].isin(OF_NAMED)]
    if unnamed.empty:
        return
    about = claim.rows.set_index("row_id")[["project", "stakeholder_group", "present_value"]]
    lines = unnamed.join(about, on="row_id")
    keys = ["set_", "project", "stakeholder_group"]
    lines["cell"] = lines.groupby(keys, dropna=False, sort=False).ngroup()
    # Cells with one side alone, as most are, have nothing to meet.
    lines = lines[lines.groupby("cell")["side_"].transform("nunique") > 1]
    known = _Known(claim)
    sides = lines.groupby(["cell", "side_"])
    worth = sides[["present_value"]].sum().reset_index()
    worth = worth.assign(
        set_=sides["set_"].first().to_numpy(),
        ids=sides["row_id"].agg(frozenset).to_numpy(),
        pence=worth["present_value"].round(2),
    ).sort_values("pence", ascending=False, kind="stable")
    for _, cell in worth.groupby("cell", sort=False):
        two, value = cell.iloc[:2], float(cell["present_value"].iloc[1:].sum())
        low, high = two["side_"]
        number = two["set_"].iloc[0]
        hit = known.hit(number, (low, high), 0, value, frozenset().union(*two["ids"]))
        if hit is not None:
            yield hit


class _Known:
    """What is known of sets and proxies, looked up once for all the hits."""

    def __init__(self, claim: Claim) -> None:
        sets = self.sets = claim.answers.sets
        self.about = sets.drop_duplicates("set_").set_index("set_")
        self.about = self.about[["kind", "name", "year"]].to_dict("index")
        self.sides = sets.groupby(["set_", "side_"])["side"].first().to_dict()
        self.proxy = sets.groupby(["set_", "side_"])["proxy_id"].first().to_dict()
        columns = ["proxy_id", *_READ]
        proxies = claim.rows.dropna(subset=["proxy_id"]).drop_duplicates("proxy_id")
        self.proxies = proxies[columns].set_index("proxy_id").to_dict("index")

    @cached_property
    def ids(self) -> dict[tuple[int, int], frozenset[int]]:
        """Rows of each side of each set."""
        return self.sets.groupby(["set_", "side_"])["row_id"].agg(frozenset).to_dict()

    def hit(
        self,
        number: int,
        sides: tuple[int, int],
        people: int,
        value: float,
        ids: frozenset[int] | None = None,
    ) -> _Hit | None:
        """Two sides of a set as a hit of the rule they are a case of; None of no rule.

        Where the rows are given, they are of people who are not named.
        """
        kind, name, year = self.about[number].values()
        first, second = sorted(self.sides[number, side] for side in sides)
        what = f" ({name.partition(chr(10))[0]})" if kind in (PROJECT, LASTING) else ""
        rule = _AGAIN if kind == LASTING else _TWO_PROJECTS
        if kind not in (PROJECT, LASTING):
            of_sides = [self.proxy[number, side] for side in sides]
            rule = _rule_of(kind, *[self.proxies[each] for each in of_sides])
            # Under one proxy two outcomes are two sides: of WELLBYs and of years of a person.
            rule = _WELLBEING if len(set(of_sides)) == 1 else rule
        if not rule:
            return None
        when = "the same years" if kind == BY_YEAR else year
        words = f"{first} and {second}{what} in {when}"
        sure = ids is None
        if ids is None:
            ids = frozenset().union(*[self.ids[number, side] for side in sides])
        return _Hit(rule, sure, kind in (GROUP, BY_YEAR, LASTING), words, people, value, ids)


def _rule_of(kind: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> str:
    """Which rule two proxies of a set are a case of; empty where they are a case of none."""
    same_group = pd.notna(first["overlap_group"]) and (
        first["overlap_group"] == second["overlap_group"]
    )
    in_group = kind in (GROUP, BY_YEAR)
    if not in_group and same_group:
        return ""
    types = {first["value_type"], second["value_type"]}
    covers = {first["value_covers"], second["value_covers"]}
    if first["unit"] == second["unit"] == VOLUNTEER_UNIT:
        # One volunteer may give hours of two kinds: the same hour is looked for by activity.
        return ""
    if kind == WELLBEING:
        return _WELLBEING
    if "fiscal" in types and len(types) > 1 and (in_group or "economic" in types):
        return _FISCAL
    if "year" in covers and len(covers) > 1 and (in_group or "duration" in covers):
        return _LIFETIME
    if kind == OUTCOME or covers == {"once"}:
        # Uses and events of one group are of different hours, crimes or stays unless said.
        return ""
    return _WELLBEING if types == {"wellbeing"} else _OVERLAP
