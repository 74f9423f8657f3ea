"""What does the claims audit ask of the records themselves? Each question once, and only if needed.

The audit reads the impact map. What a map cannot show (who is counted twice, which activity a
record is of) is asked of the records where they lie; only small tables without names come back.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from socialvalue.counted_twice import hours_valued_twice, repeats, without_repeats
from socialvalue.engines import Frame
from socialvalue.findings import Answers
from socialvalue.later_answers import LONG_YEARS, later_answers
from socialvalue.one_value_under_outcomes import beyond_over_outcomes
from socialvalue.people_in_both_values import (
    OF_NAMED,
    people_in_both,
    rows_without_names,
    sets_that_may_overlap,
)
from socialvalue.records_behind import dated_after, samples, value_of_activities
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap
from socialvalue.wellbys_of_people import wellbys_of_people


def answers_of(
    placed: Frame,
    valued: ValuedMap,
    tables: Mapping[str, pd.DataFrame],
    *,
    day: date,
    year_start_month: int,
) -> Answers:
    """Ask what the rules need to know.

    Parameters
    ----------
    placed : narwhals frame
        Who is behind the records, with the ``row_id`` of their row and the columns of
        `socialvalue.records_behind.COLUMNS` that are there.
    valued : ValuedMap
    tables : mapping of str to DataFrame
        Typed tables of records.
    day : date
        The day of the assessment.
    year_start_month : int
    """
    rows = valued.rows
    sets = sets_that_may_overlap(rows, valued.values)
    may_overlap = sets.loc[~sets["kind"].isin(OF_NAMED), "row_id"]
    again = repeats(placed, rows)
    once_each = without_repeats(placed, rows, again) if len(sets) else placed
    claimed = tables["partner_claims"]["activity_id"].dropna().unique().tolist()
    return Answers(
        sets=sets,
        repeats=stacked(again, beyond_over_outcomes(placed, rows)),
        both=people_in_both(once_each, sets),
        unnamed=rows_without_names(placed, may_overlap.drop_duplicates().tolist()),
        volunteer_hours=hours_valued_twice(placed, rows),
        claimed=value_of_activities(placed, rows, claimed),
        ahead=dated_after(placed, rows, day, year_start_month),
        samples=samples(placed, rows),
        wellbys=wellbys_of_people(placed, rows),
        followed=later_answers(placed, _lasting(valued), tables),
    )


def _lasting(valued: ValuedMap) -> pd.DataFrame:
    """Counted rows that last long enough for it to matter whether people were asked again."""
    later = valued.values.loc[valued.values["k"] >= LONG_YEARS, "row_id"]
    return valued.rows[valued.rows["counted"].astype(bool) & valued.rows["row_id"].isin(later)]
