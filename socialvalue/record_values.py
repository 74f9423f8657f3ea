"""What is each record worth? Its quantity x its own shares x the factor of its row of the map."""

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.errors import InputError
from socialvalue.impact_map import SHARES
from socialvalue.joined_columns import prepared_outcomes
from socialvalue.parse import parse_records
from socialvalue.records import Records
from socialvalue.results import Result

_MEASURES = {"gross_value": "unit_gross", "net_value": "unit_net", "present_value": "unit_present"}


def value_records(records: Records, result: Result) -> pd.DataFrame:
    """Value of each counted record, for drill-down; the values add up to the totals.

    Parameters
    ----------
    records : Records
        Those that the result was assessed from.
    result : Result
        As it was assessed, not as published.

    Returns
    -------
    DataFrame
        outcome_id, row_id (of the impact map), gross_value, net_value, present_value [money], in
        the order of the records. Records that are not priced, or outside the perspective, are
        left out.

    Raises
    ------
    InputError
        If a record has no row in the result, because the records are not those it came from.

    Examples
    --------
    >>> import socialvalue as sv
    >>> network = sv.datasets.load_network()
    >>> result = sv.assess(network)
    >>> values = sv.value_records(network, result)
    >>> bool(abs(values["present_value"].sum() - result.totals["present_value"]) < 0.005)
    True
    """
    rows = result.valued.rows
    tables = parse_records(records).tables
    outcomes, _ = prepared_outcomes(tables, result.proxies_used, ())
    extra = ["link_set"] if "link_set" in rows else []
    prepared = impact_map.prepare(outcomes, result.assumptions.year_start_month)
    collapsed = impact_map.collapse(prepared, extra)
    missing = collapsed.loc[~collapsed["row_key"].isin(rows["row_key"]), "records"].sum()
    if missing:
        raise InputError(
            f"{missing} records have no row in this result. Give the records it was assessed "
            "from, and the result as assessed."
        )
    placed = impact_map.with_row_keys(prepared, collapsed, extra)
    own = nw.lit(1.0)
    for share in SHARES:
        own = own * (1 - nw.col(f"_{share}"))
    lines = placed.select("outcome_id", "row_key", "quantity", own.alias("own")).to_native()
    counted = rows[rows["counted"]]
    columns = ["row_key", "row_id", "left_unstated", *_MEASURES.values()]
    joined = lines.merge(counted[columns], on="row_key", how="inner", validate="many_to_one")
    left = joined["own"] * joined["left_unstated"]
    values = joined[["outcome_id", "row_id"]].copy()
    for measure, factor in _MEASURES.items():
        values[measure] = joined["quantity"] * joined[factor]
        if measure != "gross_value":
            values[measure] *= left
    return values
