"""Who could be recognised? Merges small groups before anything is published.

Rows of the impact map that rest on fewer distinct people than the policy allows are merged with
rows like them: first over grades of evidence, then outcomes, projects and stakeholder groups,
keeping the proxy, so that goals stay exact; what is still small is merged into one row. Every
published table of the map is built from the merged map, so totals still add up and no two of
these can be subtracted to find a group that was merged. A breakdown is checked against every other
breakdown and against project, group, outcome and year: no difference of two categories may rest on
fewer people than the policy allows. Differences of three or more figures, and of two releases, are
not looked for.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from socialvalue.breakdown_merging import merged_breakdowns
from socialvalue.cost_benefit import published_cases
from socialvalue.covered_months import covered_months
from socialvalue.errors import SettingsError
from socialvalue.findings import PARTS_OF_ROWS, in_order
from socialvalue.merging import (
    Merging,
    distinct_people,
    merged_allocation,
    merged_map,
    merging_of,
    new_row_ids,
    unlike_rows,
)
from socialvalue.people import SMALL_ROW
from socialvalue.published_figures import (
    ALL_MERGED,
    hidden_parts,
    published_conventions,
    published_range,
    published_times,
    ratio_tells,
    totals_tell,
)
from socialvalue.published_simulation import published_simulation
from socialvalue.results import Result
from socialvalue.summary import counted_lines
from socialvalue.survey_change import published_change
from socialvalue.totals import projects_in_ratio
from socialvalue.valuation import ValuedMap

RANGE_ENDS = ("present_value_low", "present_value_high", "sroi_ratio_low", "sroi_ratio_high")

SMALL_GROUP = "a small group"
"""Stands in findings for the name of what was merged."""


def threshold(policy: str) -> int:
    """Fewest distinct people a published group may have under a policy such as ``under-5``.

    Raises
    ------
    SettingsError
        If the policy is not of the form under-N, N from 2 to 50.

    Examples
    --------
    >>> threshold("under-5")
    5
    """
    match = re.fullmatch(r"under-(\d+)", policy)
    if match is None or not 2 <= int(match[1]) <= SMALL_ROW:
        raise SettingsError(
            f"There is no disclosure policy {policy!r}. Write under-5 to merge groups of fewer "
            f"than 5 people; any number from 2 to {SMALL_ROW} can stand there."
        )
    return int(match[1])


def publish(result: Result, policy: str = "under-5") -> Result:
    """A copy of a result that is safe to publish: small groups are merged, totals unchanged.

    Parameters
    ----------
    result : Result
        With the profile ``internal``.
    policy : str
        ``under-N``: groups of fewer than N distinct people are merged.

    Returns
    -------
    Result
        With the profile ``publish``.

    Raises
    ------
    OutputError
        If all the records together rest on fewer people than the policy allows.
    """
    fewest = threshold(policy)
    by = merging_of(result, fewest)
    new_ids, withheld = new_row_ids(by)
    valued = merged_map(by, new_ids, withheld)
    allocation = merged_allocation(result.allocation, new_ids, valued.rows, list(result.frameworks))
    breakdowns, people = merged_breakdowns(result, fewest)
    safe = _with_safe_figures(result, by, new_ids, valued)
    kept_out = withheld | unlike_rows(by, new_ids)
    findings = _findings_left(safe, new_ids, valued, kept_out)
    findings = _without_small_names(findings, result, valued)
    totals, findings = _harms_left(safe, valued, findings)
    findings = _with_what_totals_tell(findings, by, hidden_parts(by, new_ids))
    used = set(valued.rows["proxy_id"].dropna())
    published = replace(
        safe,
        simulation=None,
        profile="publish",
        disclosure=policy,
        valued=valued,
        allocations={**result.allocations, "": allocation},
        breakdowns=breakdowns,
        people=_people_left(result, people, new_ids, fewest),
        total_people=result.total_people if result.total_people >= fewest else float("nan"),
        totals=totals,
        findings=findings,
        small_rows=None,
        basis=None,
        shown_months=None if result.basis is None else covered_months(result.basis.records),
        survey_change=published_change(result.survey_change, fewest),
        shown_cases=published_times(
            published_cases(result.cases(), valued, safe.ratio_missing), valued
        ),
        # A value that only merged rows use would help to work out who is in them.
        proxies_used=result.proxies_used[result.proxies_used["proxy_id"].isin(used)],
        in_both={},
    )
    if result.simulation is None:
        return _with_its_share(published)
    drawn = published_simulation(result.simulation, published, new_ids)
    ends = {end: getattr(drawn.range, end) for end in RANGE_ENDS}
    missing = ALL_MERGED if drawn.range.missing and not safe.range.missing else safe.range.missing
    share = drawn.share_fixed
    still = replace(safe.range, share_without_range=share, missing=missing, **ends)
    return _with_its_share(replace(published, simulation=drawn, range=still))


def _people_left(
    result: Result, breakdowns: dict[str, pd.DataFrame], new_ids: pd.Series, fewest: int
) -> dict[str, pd.DataFrame]:
    """Counts of people that remain: none for a category some of whose rows were merged."""
    moved = set(new_ids.index[new_ids.duplicated(keep=False)])
    rows = result.valued.rows
    left = dict(breakdowns)
    for key, counts in result.people.items():
        if key in left:
            continue
        if key in result.frameworks:
            shares = result.allocation[result.allocation["framework"] == key]
            touched = shares.loc[shares["row_id"].isin(moved), "category"]
        else:
            touched = rows.loc[rows["row_id"].isin(moved), key]
        safe = ~counts[key].isin(touched) & (counts["people"] >= fewest)
        left[key] = counts[safe]
    return left


def _findings_left(
    result: Result, new_ids: pd.Series, valued: ValuedMap, kept_out: set[int]
) -> pd.DataFrame:
    """Findings whose rows and value at stake are those of published rows.

    Parts of small groups are left out, and so are rows merged of several kinds: that a finding on
    some values concerns such a row says which values are in it.
    """
    together = new_ids.groupby(new_ids).groups
    rows = valued.rows.set_index("row_id")
    published = rows["present_value"].abs()
    # Of a row whose records state a range in part, the rest is at stake; of a merged one, unknown.
    unranged = published * (1 - rows["share_with_range"])
    findings = result.findings.copy()
    stake, message, count = map(findings.columns.get_loc, ("value_at_stake", "message", "rows"))
    for position, ids in enumerate(result.finding_rows):
        if not ids:
            continue
        # A merged group that the finding concerns as a whole shows nobody; a part of one would.
        new = {new_ids[row_id] for row_id in ids}
        whole = [each for each in new if set(together[each]) <= set(ids) and each not in kept_out]
        findings.iloc[position, count] = len(whole)
        if findings["rule"].iloc[position] in PARTS_OF_ROWS:
            findings.iloc[position, stake] = np.nan
            findings.iloc[position, message] += " (The value at stake is not published.)"
            continue
        worth = published
        if findings["rule"].iloc[position] == "no_published_range":
            worth = unranged
            whole = [each for each in whole if not np.isnan(unranged[each])]
        findings.iloc[position, stake] = worth[whole].sum() if whole else np.nan
        if len(whole) < len(new):
            findings.iloc[position, message] += (
                " (Small groups are left out of the value at stake.)"
            )
    return findings


def _without_small_names(findings: pd.DataFrame, result: Result, valued: ValuedMap) -> pd.DataFrame:
    """Findings that do not name what is merged everywhere else.

    That a few people had an outcome of that name is as much about them as its value.
    """
    hidden = set()
    for key in ("project", "stakeholder_group", "outcome", "proxy_id"):
        before, after = result.valued.rows[key], valued.rows[key]
        hidden |= set(before.dropna().astype(str)) - set(after.dropna().astype(str))
    # What the published inputs name is no secret.
    hidden -= set(result.inputs["project"].dropna().astype(str))
    if not hidden:
        return findings
    # Longest first: one name may begin another.
    names = sorted(hidden, key=lambda name: (-len(name), name))
    pattern = r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)"
    words = {
        column: findings[column].str.replace(pattern, SMALL_GROUP, regex=True)
        for column in ("message", "why", "what_to_do")
    }
    return findings.assign(**words)


def _with_safe_figures(
    result: Result, by: Merging, new_ids: pd.Series, valued: ValuedMap
) -> Result:
    """The result with figures that tell no part of a merged row from the others."""
    parts = hidden_parts(by, new_ids)
    safe = replace(result, shown_conventions=published_conventions(result, by, parts))
    safe = _with_a_safe_ratio(safe, by.fewest, told=ratio_tells(by, new_ids))
    safe = replace(safe, totals=published_times(safe.totals, valued))
    # A simulated range is that of the published draws.
    return safe if safe.simulation else replace(safe, range=published_range(safe, valued, parts))


def _with_a_safe_ratio(result: Result, fewest: int, *, told: bool) -> Result:
    """The result without its ratio where that would show what few people are worth.

    The ratio times the inputs is the value inside it, and what is left of the total is the value
    outside: neither may rest on too few people.
    """
    if result.ratio_missing:
        return result
    rows = result.valued.rows[result.valued.rows["counted"]]
    inside = projects_in_ratio(rows, result.inputs)
    parts = rows[inside], rows[~inside]
    if not told and not any(_too_few(result, part, fewest) for part in parts):
        return result
    why = "it would show the value of too few people"
    hidden = ["net_present_value", "sroi_ratio", "payback_years"]
    nan = float("nan")
    ranges = replace(result.range, sroi_ratio_low=nan, sroi_ratio_high=nan, ratio_missing=why)
    conventions = result.shown_conventions
    if conventions is not None:
        conventions = conventions.assign(**dict.fromkeys(hidden, nan), reason_missing=why)
    return replace(
        result,
        totals=result.totals.where(~result.totals.index.isin(hidden)),
        ratio_missing=why,
        range=ranges,
        compared_value=nan,
        shown_conventions=conventions,
        findings=_without_names_outside(result.findings),
    )


def _too_few(result: Result, rows: pd.DataFrame, fewest: int) -> bool:
    """Whether some people are behind rows, and fewer than the policy allows."""
    known = rows[rows["people"].notna()]
    if known.empty or (known["people"] >= fewest).any():
        return False
    return distinct_people(result, known["row_id"].tolist()) < fewest


def _without_names_outside(findings: pd.DataFrame) -> pd.DataFrame:
    plain = "The ratio leaves out projects with no inputs."
    named = findings["rule"] == "value_outside_ratio"
    return findings.assign(message=findings["message"].mask(named, plain))


def _with_its_share(published: Result) -> Result:
    """The result whose findings give the share of the value without a range as its range does."""
    share, findings = f"{published.range.share_without_range:.0%}", published.findings
    told = findings["rule"] == "no_published_range"
    words = findings["message"].str.replace(r"^\d+%", share, regex=True)
    said = findings.assign(message=findings["message"].where(~told, words))
    return replace(published, findings=said)


def _with_what_totals_tell(
    findings: pd.DataFrame, by: Merging, parts: pd.DataFrame
) -> pd.DataFrame:
    """Findings, with one where the totals tell of few people whatever is merged with them."""
    if not totals_tell(by, parts):
        return findings
    said = {
        "rule": "totals_tell_of_few",
        "severity": "high",
        "message": "Whoever knows the values and reductions can work out how many people a merged "
        "small group has: it is reduced or discounted as nothing else here is, so that gross, net "
        "and present value together tell.",
        "value_at_stake": np.nan,
        "rows": 0,
        "why": "The totals are published in full, and hiding more rows would not hide it.",
        "what_to_do": "Publish only after asking those people, or leave the outcome unpriced, or "
        "give the headline alone.",
        "accepted_because": None,
    }
    return in_order(pd.concat([findings, pd.DataFrame([said])], ignore_index=True))


def _harms_left(
    result: Result, valued: ValuedMap, findings: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame]:
    """Total of harms as far as it can be shown, with a finding where some were merged away."""
    shown = counted_lines(valued)["present_value"].clip(upper=0.0).sum()
    totals = result.totals.copy()
    if np.isclose(shown, totals["harm_present_value"], rtol=0, atol=0.005):
        return totals, findings
    totals["harm_present_value"] = shown
    said = {
        "rule": "harms_merged",
        "severity": "medium",
        "message": "Some harms rest on too few people to show and are merged with other outcomes.",
        "value_at_stake": np.nan,
        "rows": 0,
        "why": "They are subtracted in the total; the harms shown leave them out.",
        "what_to_do": "Look at them in the internal profile before you decide what to say.",
        "accepted_because": None,
    }
    both = pd.concat([findings, pd.DataFrame([said])], ignore_index=True)
    return totals, in_order(both)
