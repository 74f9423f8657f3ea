"""What is each record worth? Its quantity x its own shares x the factor of its row of the map."""

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.checks import engine_outcomes
from socialvalue.engines import fetch
from socialvalue.errors import InputError
from socialvalue.file_tables import ROW
from socialvalue.impact_map import PRODUCTS, SHARES
from socialvalue.large_frames import LargeFrame
from socialvalue.outcome_records import outcome_records
from socialvalue.parse import parse_records
from socialvalue.records import Records
from socialvalue.results import Result

_DIGITS = 1e-9
_GIVE = "Give the records it was assessed from, and the result as assessed."
_MEASURES = {"gross_value": "unit_gross", "net_value": "unit_net", "present_value": "unit_present"}


def value_records(records: Records, result: Result) -> Any:
    """Value of each counted record, for drill-down; the values add up to the totals.

    Only the impact map is worked out here; the value of a record is one product, worked out by
    the engine that holds the records when its answer is asked for.

    Parameters
    ----------
    records : Records
        Those that the result was assessed from.
    result : Result
        As it was assessed, not as published.

    Returns
    -------
    DataFrame, or frame of the records' own engine
        outcome_id, row_id (of the impact map), gross_value, net_value, present_value [money].
        Records that are not priced, or outside the perspective, are left out. Of a pandas frame
        it is a frame in the order of the records; of a lazy engine it is lazy, in any order; of
        files it is a DuckDB relation, which lives as long as the records do.

    Raises
    ------
    InputError
        If the records are not those that the result came from.

    Notes
    -----
    The records are collapsed again and compared with the rows of the result's map: how many there
    are of each row, and the sums of their quantities and of those times the shares that they state,
    to nine digits. Not compared is what stays the same in those sums: identifiers, people, places,
    and which of the records of one row has how much of its quantity.

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
    units = result.proxies_used.drop_duplicates("proxy_id").set_index("proxy_id")["unit"]
    parsed = parse_records(records)
    engine = engine_outcomes(records, parsed, units, result.assumptions)
    if engine is not None:
        placed_by, collapsed = engine.records, engine.collapsed
    else:
        placed_by = outcome_records(parsed.tables, units)
        collapsed = placed_by.collapse(result.assumptions.year_start_month)
    _refuse_others(collapsed.rows, rows)
    # Rows are the result's own: a map of fewer records would number them otherwise.
    own_id = collapsed.rows["row_key"].map(rows.set_index("row_key")["row_id"])
    here = pd.DataFrame({"row_id": range(1, len(own_id) + 1), "result_row": own_id})
    counted = rows.loc[rows["counted"], ["row_id", "left_unstated", *_MEASURES.values()]]
    factors = here.merge(counted.rename(columns={"row_id": "result_row"}), on="result_row")
    lines = placed_by.placed(collapsed, factors)
    there = lines.collect_schema()
    left = nw.col("left_unstated")
    for share in SHARES:
        left = left * (1 - nw.col(share).fill_null(0.0)) if share in there else left
    values = {name: nw.col("quantity") * nw.col(factor) for name, factor in _MEASURES.items()}
    taken = {n: value if n == "gross_value" else value * left for n, value in values.items()}
    columns = [nw.col("result_row").alias("row_id")]
    columns += [value.alias(name) for name, value in taken.items()]
    if isinstance(records.held.get("outcomes"), LargeFrame):
        ordered = fetch(lines.select("outcome_id", *columns, ROW).sort(ROW))
        return ordered.drop(columns=ROW)
    return lines.select("outcome_id", *columns).to_native()


def _refuse_others(given: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Refuse records that collapse into other rows than those of the result."""
    names = ["records", *PRODUCTS]
    ours = rows.set_index("row_key")[names].astype(float)
    theirs = given.set_index("row_key")[names].astype(float)
    missing = int(theirs.loc[~theirs.index.isin(ours.index), "records"].sum())
    if missing:
        raise InputError(f"{missing:,} records have no row in this result. {_GIVE}")
    theirs = theirs.reindex(ours.index).fillna(0.0)
    count = theirs["records"] != ours["records"]
    # Engines add up in another order; where signs differ, a small sum is off by more.
    room = _DIGITS * (ours.abs() + ours.abs().max())
    other = ((theirs - ours).abs() > room).any(axis=1)
    if count.any():
        raise InputError(
            f"{int(theirs['records'].sum()):,} records were given where this result has "
            f"{int(ours['records'].sum()):,}; they differ in {int(count.sum())} of its "
            f"{len(ours)} rows. {_GIVE}"
        )
    if other.any():
        first = rows.set_index("row_key").loc[other[other].index[0]]
        raise InputError(
            f"These records have other quantities or shares than this result: they differ in "
            f"{int(other.sum())} of its {len(ours)} rows, the first row {first['row_id']} with "
            f"{theirs.loc[first.name, 'q']:g} in place of {first['q']:g}. {_GIVE}"
        )
