"""What would an assessor challenge? Every rule of the claims audit, in order.

A finding never stops an assessment. Each rule is one small function in a module named after what it
reads (`claims_on_value`, `claims_on_evidence` ...); add a rule by adding one, naming it in `RULES`
and saying what it is called in `finding_rules`.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from socialvalue.claims_on_discounting import base_year_after_outcomes, next_to_no_discounting
from socialvalue.claims_on_double_counting import (
    more_people_than_there_are,
    more_than_one_person_can,
    recorded_twice,
    shares_beyond_whole,
    volunteer_hour_paid_twice,
)
from socialvalue.claims_on_duration import long_duration
from socialvalue.claims_on_evidence import (
    answers_lost,
    evidence_not_stated,
    not_yet_happened,
    one_proxy_carries_most,
    small_sample,
    weak_evidence_carries_most,
)
from socialvalue.claims_on_harms import harms_reduced_more, no_harms
from socialvalue.claims_on_inputs import (
    costs_missing_from_inputs,
    inputs_at_later_prices,
    inputs_dated_ahead,
    inputs_outside_ratio,
)
from socialvalue.claims_on_overlaps import values_of_one_effect
from socialvalue.claims_on_proxies import (
    old_prices,
    past_review,
    recorded_crimes,
    savings_not_cashable,
    transfers,
)
from socialvalue.claims_on_records import (
    inputs_for_all_projects,
    no_ratio,
    protection_not_applied,
    stated_for_nothing,
)
from socialvalue.claims_on_reductions import (
    jobs_without_displacement,
    zero_taken_off,
)
from socialvalue.claims_on_scope import (
    everything_priced,
    inputs_without_in_kind,
    nobody_involved,
    stakeholders_left_out,
)
from socialvalue.claims_on_value import (
    adjustment_stated_nowhere,
    drop_off_not_taken,
    forecast_prices,
    no_published_range,
    not_priced,
    outside_perspective,
    source_missing,
    superseded_proxy,
)
from socialvalue.claims_on_volunteers import (
    volunteer_hours_and_inputs,
    volunteer_time_missing_from_inputs,
)
from socialvalue.claims_on_wellbys import more_wellbys_than_a_life_has
from socialvalue.findings import COLUMNS, Claim, finding, in_order


def audit(claim: Claim) -> tuple[pd.DataFrame, list[list[int]]]:
    """All findings on a claim, the most severe and valuable first.

    Returns
    -------
    findings : DataFrame
        rule, severity (high, medium, low), message, value_at_stake [money; nan where none can be
        put on it], rows (of the impact map), why, what_to_do, accepted_because (the reason given in
        ``accepted_findings``; null where the finding is open).
    rows : list of list of int
        For each finding, the row_id of the rows it concerns.
    """
    found = [finding for rule in RULES for finding in rule(claim)]
    reasons = dict(claim.assumptions.accepted_findings)
    keys = [_accepted_by(reasons, each) for each in found]
    found += _accepted_for_nothing(claim, set(keys))
    told = [_told(reasons, key, keys.count(key)) for key in keys]
    told += [None] * (len(found) - len(told))
    for each, reason in zip(found, told, strict=True):
        each["accepted_because"] = reason
    order = in_order(pd.DataFrame(found, columns=[*COLUMNS, "row_ids"]))
    ids = [each if isinstance(each, list) else [] for each in order["row_ids"]]
    return order[list(COLUMNS)].astype({"accepted_because": object}), ids


def _accepted_by(reasons: Mapping[str, str], found: Mapping[str, Any]) -> str | None:
    """The key of the reason that accepts a finding: the one that says most about it."""
    fits = []
    for key in reasons:
        rule, _, words = (part.strip() for part in key.partition(":"))
        if rule == found["rule"] and words.casefold() in found["message"].casefold():
            fits.append(key)
    return max(fits, key=len, default=None)


def _told(reasons: Mapping[str, str], key: str | None, times: int) -> str | None:
    """A reason as it is printed: that it stands for several findings is said with each."""
    if key is None:
        return None
    return reasons[key] + (f" (one reason for {times} findings)" if times > 1 else "")


def _accepted_for_nothing(claim: Claim, used: set[str | None]) -> list[dict]:
    """Reasons for accepting what was not found: out of date, and never to be carried on unseen."""
    unused = [key for key, _ in claim.assumptions.accepted_findings if key not in used]
    if not unused:
        return []
    return [
        finding(
            "stated_for_nothing",
            "low",
            f"accepted_findings gives reasons for what was not found: {', '.join(unused)}.",
            claim.rows.iloc[0:0],
            why="A reason kept for what is not there would silence it unseen when it comes.",
            what_to_do="Take it out of accepted_findings.",
        )
    ]


RULES = (
    adjustment_stated_nowhere,
    zero_taken_off,
    jobs_without_displacement,
    long_duration,
    drop_off_not_taken,
    base_year_after_outcomes,
    next_to_no_discounting,
    recorded_twice,
    more_than_one_person_can,
    more_wellbys_than_a_life_has,
    values_of_one_effect,
    volunteer_hour_paid_twice,
    volunteer_hours_and_inputs,
    more_people_than_there_are,
    shares_beyond_whole,
    one_proxy_carries_most,
    weak_evidence_carries_most,
    evidence_not_stated,
    small_sample,
    answers_lost,
    not_yet_happened,
    no_published_range,
    source_missing,
    superseded_proxy,
    past_review,
    old_prices,
    transfers,
    recorded_crimes,
    savings_not_cashable,
    forecast_prices,
    not_priced,
    everything_priced,
    no_harms,
    harms_reduced_more,
    stakeholders_left_out,
    nobody_involved,
    outside_perspective,
    protection_not_applied,
    no_ratio,
    inputs_outside_ratio,
    inputs_for_all_projects,
    inputs_without_in_kind,
    costs_missing_from_inputs,
    volunteer_time_missing_from_inputs,
    inputs_dated_ahead,
    inputs_at_later_prices,
    stated_for_nothing,
)
