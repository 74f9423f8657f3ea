"""Who could be recognised? Merges small groups before anything is published.

Rows of the impact map that rest on fewer distinct people than the policy allows are merged with
rows like them: first over grades of evidence, then outcomes, projects and stakeholder groups,
keeping the proxy, so that goals stay exact; what is still small is merged into one row. Every
published table is built from the merged map, so totals still add up and no two tables can be
subtracted to find a group that was merged.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from socialvalue.claims import in_order
from socialvalue.cost_benefit import published_cases
from socialvalue.errors import SettingsError
from socialvalue.merging import MERGED_LABEL, merged_allocation, merged_map, new_row_ids
from socialvalue.people import SMALL_ROW
from socialvalue.results import Result
from socialvalue.summary import counted_lines
from socialvalue.survey_change import published_change
from socialvalue.valuation import ValuedMap


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
    new_ids, withheld = new_row_ids(result, fewest)
    valued = merged_map(result, new_ids, withheld)
    allocation = merged_allocation(result.allocation, new_ids, valued.rows, list(result.frameworks))
    breakdowns, people = _merged_breakdowns(result, fewest)
    totals, findings = _harms_left(result, valued, _findings_left(result, new_ids))
    return replace(
        result,
        profile="publish",
        disclosure=policy,
        valued=valued,
        allocations={**result.allocations, "": allocation},
        breakdowns=breakdowns,
        people=_people_left(result, people, new_ids, fewest),
        total_people=result.total_people if result.total_people >= fewest else float("nan"),
        totals=totals,
        findings=findings,
        small_rows=pd.DataFrame(),
        basis=None,
        survey_change=published_change(result.survey_change, fewest),
        shown_cases=published_cases(result.cases(), valued),
    )


def _merged_breakdowns(
    result: Result, fewest: int
) -> tuple[dict[str, ValuedMap], dict[str, pd.DataFrame]]:
    """Breakdown maps whose small categories are one, with the smallest safe one if need be."""
    breakdowns, people = {}, {}
    for name, valued in result.breakdowns.items():
        counts = result.people[name].sort_values("people", na_position="last")
        small = counts.loc[counts["people"] < fewest, name].tolist()
        # One small category alone would follow from the total, so the next smallest joins it.
        enough = counts.loc[counts[name].isin(small), "people"].max() if small else 0
        if small and (len(small) == 1 or enough < fewest):
            small += counts.loc[~counts[name].isin(small), name].head(1).tolist()
        hidden = valued.rows[name].isin(small)
        label = valued.rows[name].astype("string").astype(object).mask(hidden, MERGED_LABEL)
        breakdowns[name] = replace(valued, rows=valued.rows.assign(**{name: label}))
        left = counts[~counts[name].isin(small)]
        people[name] = left.assign(**{name: left[name].astype("string").astype(object)})
    return breakdowns, people


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


def _findings_left(result: Result, new_ids: pd.Series) -> pd.DataFrame:
    """Findings with the value of small groups left out of what is at stake."""
    together = new_ids.groupby(new_ids).groups
    values = result.valued.rows.set_index("row_id")["present_value"].abs()
    findings = result.findings.copy()
    for position, ids in enumerate(result.finding_rows):
        # A merged group that the finding concerns as a whole shows nobody; a part of one would.
        whole = [row_id for row_id in ids if set(together[new_ids[row_id]]) <= set(ids)]
        if len(whole) < len(ids):
            column = findings.columns.get_loc("value_at_stake")
            findings.iloc[position, column] = values[whole].sum() if whole else np.nan
            message = findings.columns.get_loc("message")
            findings.iloc[position, message] += (
                " (Small groups are left out of the value at stake.)"
            )
    return findings


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
    }
    both = pd.concat([findings, pd.DataFrame([said])], ignore_index=True)
    return totals, in_order(both)
