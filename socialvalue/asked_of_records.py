"""What does the claims audit ask of the records themselves? Each question once, and only if needed.

The audit reads the impact map. What a map cannot show (who is counted twice, which activity a
record is of) is asked of the records where they lie; only small tables without names come back.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from socialvalue.counted_twice import (
    hours_valued_twice,
    repeats,
    rows_of_repeats,
    without_repeats,
)
from socialvalue.engines import Frame
from socialvalue.findings import Answers
from socialvalue.later_answers import LONG_YEARS, later_answers
from socialvalue.one_value_under_outcomes import (
    beyond_over_outcomes,
    rows_of_several_outcomes,
)
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
    of_several: Frame,
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
    of_several : narwhals frame
        Those of people with several records of one kin (`kin_of_rows`), and perhaps of others.
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
    again = repeats(placed, of_several, rows)
    once_each = without_repeats(of_several, rows, again) if len(sets) else of_several
    claimed = tables["partner_claims"]["activity_id"].dropna().unique().tolist()
    return Answers(
        sets=sets,
        repeats=stacked(again, beyond_over_outcomes(of_several, rows)),
        both=people_in_both(once_each, sets),
        unnamed=rows_without_names(placed, may_overlap.drop_duplicates().tolist()),
        volunteer_hours=hours_valued_twice(placed, rows),
        claimed=value_of_activities(placed, rows, claimed),
        ahead=dated_after(placed, rows, day, year_start_month),
        samples=samples(placed, rows),
        wellbys=wellbys_of_people(placed, rows),
        followed=later_answers(placed, _lasting(valued), tables),
    )


def kin_of_rows(valued: ValuedMap) -> list[pd.Series]:
    """Rows of the map whose records are looked at beside one another, person by person.

    Whoever has no two records of one kin has no repeats, is no more than one person, and is in no
    two values that may be one: of most people nothing more need be asked.

    Returns
    -------
    list of Series
        One way of telling kin after another. By row_id: a number of each kin. Rows that are looked
        at beside no other are left out.
    """
    rows = valued.rows
    told = [(rows_of_repeats(rows), "kind_"), (rows_of_several_outcomes(rows), "code_")]
    sets = sets_that_may_overlap(rows, valued.values)
    told += [(of_kind, "set_") for _, of_kind in sets.groupby("kind")]
    return [_connected(each["row_id"], each[by]) for each, by in told if len(each)]


def _connected(row_ids: pd.Series, groups: pd.Series) -> pd.Series:
    """A number for the rows of each group, one for all of those that share rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    row, of_row = pd.factorize(row_ids.astype("int64"))
    group = pd.factorize(groups)[0] + len(of_row)
    nodes = int(group.max()) + 1
    joined = coo_array((np.ones(len(row), dtype=bool), (row, group)), shape=(nodes, nodes))
    kin = connected_components(joined, directed=False)[1]
    return pd.Series(kin[: len(of_row)], index=of_row).astype("int64")


def _lasting(valued: ValuedMap) -> pd.DataFrame:
    """Counted rows that last long enough for it to matter whether people were asked again."""
    later = valued.values.loc[valued.values["k"] >= LONG_YEARS, "row_id"]
    return valued.rows[valued.rows["counted"].astype(bool) & valued.rows["row_id"].isin(later)]
