"""What would an assessor challenge? Every rule of the claims audit, in order.

A finding never stops an assessment. Each rule is one small function in `claims_on_value` or
`claims_on_records`; add a rule by adding one and naming it in `RULES`.
"""

import pandas as pd

from socialvalue.claims_on_records import (
    costs_missing_from_inputs,
    inputs_for_all_projects,
    no_ratio,
    protection_not_applied,
    stated_for_nothing,
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
from socialvalue.findings import COLUMNS, Claim, in_order


def audit(claim: Claim) -> tuple[pd.DataFrame, list[list[int]]]:
    """All findings on a claim, the most severe and valuable first.

    Returns
    -------
    findings : DataFrame
        rule, severity (high, medium, low), message, value_at_stake [money; nan where none can be
        put on it], rows (of the impact map), why, what_to_do.
    rows : list of list of int
        For each finding, the row_id of the rows it concerns.
    """
    found = [finding for rule in RULES for finding in rule(claim)]
    order = in_order(pd.DataFrame(found, columns=[*COLUMNS, "row_ids"]))
    ids = [each if isinstance(each, list) else [] for each in order["row_ids"]]
    return order[list(COLUMNS)], ids


RULES = (
    adjustment_stated_nowhere,
    no_published_range,
    drop_off_not_taken,
    not_priced,
    outside_perspective,
    source_missing,
    superseded_proxy,
    forecast_prices,
    protection_not_applied,
    no_ratio,
    inputs_for_all_projects,
    costs_missing_from_inputs,
    stated_for_nothing,
)
