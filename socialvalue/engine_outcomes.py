"""Outcome records on an engine: read, collapsed, and ready to be checked and valued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.date_cells import TIME_LEFT_OUT
from socialvalue.engine_tables import HeldTable
from socialvalue.engines import carry, fetch
from socialvalue.identifiers import Identifiers, plain_identifiers
from socialvalue.impact_map import TEXT_KEYS
from socialvalue.odd_cells import MOST_ODD, mended, odd_cells
from socialvalue.outcome_records import Collapsed, OutcomeRecords, outcome_records
from socialvalue.schemas import OUTCOMES
from socialvalue.text_screen import screen


@dataclass(frozen=True)
class EngineOutcomes:
    """Outcome records on an engine, with the impact map they collapse into.

    Attributes
    ----------
    held : HeldTable
    records : OutcomeRecords
    collapsed : Collapsed
    strange : DataFrame
        value, records: activities that records name and the activities table does not.
    identifiers : Identifiers or None
        What there is to say of them; None where cells must be read before they can be counted.
    """

    held: HeldTable
    records: OutcomeRecords
    collapsed: Collapsed
    strange: pd.DataFrame
    identifiers: Identifiers | None = None


def read_outcomes(
    held: HeldTable,
    tables: Mapping[str, pd.DataFrame],
    units: pd.Series,
    assumptions: Assumptions,
    breakdowns: Sequence[str] = (),
) -> EngineOutcomes:
    """Read outcome records where they lie, and collapse them.

    Parameters
    ----------
    held : HeldTable
        As it was opened.
    tables : mapping of str to DataFrame
        The other tables, typed.
    units : Series
        Unit of each proxy, by proxy_id.
    assumptions : Assumptions
        For the month in which a year starts.
    breakdowns : sequence of str
    """
    activities = tables["activities"]
    # Keys are read from the map, in which each of them stands once.
    read_later = (*TEXT_KEYS, *(["activity_id"] if len(activities) else []))
    columns = [*[name for name in OUTCOMES.names if name not in read_later], *breakdowns]
    if held.source is None:
        identifiers = plain_identifiers(held, "outcome_id")
        plain = frozenset() if identifiers is None else frozenset(["outcome_id"])
    else:
        plain, identifiers = screen(held, columns, "outcome_id")
    held = mended(held, odd_cells(held, [name for name in columns if name not in plain]))
    timed = _with_times(held)
    held = held.noted([TIME_LEFT_OUT], timed) if timed else held
    strange = _strange_activities(held, activities)
    if len(strange) and "activity_id" in held.text:
        held = mended(held, {"activity_id": strange})
        strange = _strange_activities(held, activities)
    records = outcome_records(tables, units, breakdowns, held.with_all_required)
    collapsed = records.collapse(assumptions.year_start_month)
    again = mended(held, _keys_as_found(held, collapsed))
    blank = _blank_rows(again, identifiers)
    if blank:
        again = again.without_blank_rows().noted(["blank rows passed over"], blank)
    if again.frame is not held.frame:
        records = outcome_records(tables, units, breakdowns, again.with_all_required)
        collapsed = records.collapse(assumptions.year_start_month)
    records = replace(records, source=held.source)
    return EngineOutcomes(again, records, collapsed, strange, identifiers)


def _with_times(held: HeldTable) -> int:
    """Records whose date has a time of day: the day is what counts."""
    schema = held.frame.collect_schema()
    if "date" in held.text or not isinstance(schema.get("date"), nw.Datetime):
        return 0
    day = nw.col("date").dt
    timed = (day.hour() + day.minute() + day.second()) > 0
    return _count(held, timed & ~nw.col("date").is_null())


def _blank_rows(held: HeldTable, identifiers: Identifiers | None) -> int:
    # A look at one column is quick; only where a record has no identifier is all of it looked at.
    if "outcome_id" not in held.names:
        return 0
    if identifiers is None:
        without = _count(held, nw.col("outcome_id").is_null())
    else:
        without = identifiers.blank
    if not without:
        return 0
    nameless = held.frame.filter(nw.col("outcome_id").is_null())
    return _count(replace(held, frame=nameless), held.blank())


def _count(held: HeldTable, which: nw.Expr) -> int:
    lines = held.frame.select(which.cast(nw.Int64).sum())
    return int(fetch(lines).fillna(0).iloc[0, 0])


def _keys_as_found(held: HeldTable, collapsed: Collapsed) -> dict[str, pd.DataFrame]:
    """Text of each key, and in how many records it stands."""
    found = {}
    for name in [key for key in TEXT_KEYS if key in held.text]:
        counts = collapsed.found.groupby(name)["records"].sum()
        if len(counts):
            found[name] = counts.rename_axis("value").reset_index()
    return found


def _strange_activities(held: HeldTable, activities: pd.DataFrame) -> pd.DataFrame:
    """Activities that records name and the table does not, as they are written."""
    if activities.empty or "activity_id" not in held.names:
        return pd.DataFrame({"value": [], "records": []})
    known = pd.DataFrame({"join_": activities["activity_id"].dropna().unique(), "known_": 1})
    named = held.frame.filter(~nw.col("activity_id").is_null()).select(
        nw.col("activity_id").alias("join_")
    )
    beside = named.join(carry(known, held.frame), on="join_", how="left")  # type: ignore[arg-type]
    strange = beside.filter(nw.col("known_").is_null()).group_by("join_")
    counts = fetch(strange.agg(nw.len().alias("records")).head(MOST_ODD + 1))
    return counts.rename(columns={"join_": "value"})
