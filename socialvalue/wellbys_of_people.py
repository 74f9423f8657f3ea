"""For whom are more WELLBYs recorded in a year than life satisfaction has points?

One WELLBY is one point of life satisfaction, on its scale from 0 to 10, for one person and year
(HM Treasury, Wellbeing Guidance for Appraisal, 2021).
"""

from collections.abc import Iterator

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, fetch
from socialvalue.records_behind import beside, worth_of_a_unit

WELLBY = "wellby"
POINTS = 10.0
"""Points from the bottom of the scale to its top: more in a year is no change of one life."""
QUESTION = 3.0
"""Points in a year from which somebody asks: more than from the UK's mean to the top of the scale.

The mean was 7.45 in the year to March 2023, and 7.54 in the year before (Office for National
Statistics, Personal well-being in the UK: April 2022 to March 2023). Who starts lower can rise by
more, so that it is a question and no mistake.
"""
COLUMNS = ("code_", "impossible_", "people", "value")
_ROUNDING = 1e-9


def wellbys_of_people(placed: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """People for whom more than three WELLBYs are recorded in a year.

    A person who is named counts with all records of a year, gains and harms apart. A record of
    several people counts with what is recorded for each of them on average.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        One row for each year, for gains and for harms: row_ids (list), impossible_ (1 where there
        are more than ten), people, value [money] of all that is recorded for them.
    """
    wellbys = (rows["unit"] == WELLBY) & (rows["value_covers"] == "year")
    rows = rows[rows["counted"].astype(bool) & wellbys.fillna(False).astype(bool)]
    if rows.empty:
        return pd.DataFrame(columns=["row_ids", *COLUMNS[1:]])
    year = rows["first_year"].astype("int64") + rows["starts"].astype("int64")
    code = (2 * year + rows["is_harm"].astype("int64")).astype("int64")
    asked = rows[["row_id"]].astype("int64").assign(code_=code, worth_=worth_of_a_unit(rows))
    found = pd.concat([fetch(each)[list(COLUMNS)] for each in _asked(beside(placed, asked))])
    found = found.groupby(["code_", "impossible_"])[["people", "value"]].sum().reset_index()
    of_code = asked.groupby("code_")["row_id"].agg(list)
    return found.assign(row_ids=[of_code[each] for each in found["code_"]]).drop(columns="code_")


def _asked(marked: Frame) -> Iterator[Frame]:
    """Points of each person who is named, and of each of the people of a record."""
    there = marked.collect_schema().names()
    people = nw.col("people").cast(nw.Float64) if "people" in there else nw.lit(None, nw.Float64)
    points, value = nw.col("quantity").abs(), (nw.col("quantity") * nw.col("worth_")).abs()
    marked = marked.with_columns(
        people.fill_null(0.0).alias("people_"), points.alias("points_"), value.alias("value_")
    )
    if "person_id" in there:
        # A record of several people may name one of them: it is of all of them.
        one = marked.filter(~nw.col("person_id").is_null() & (nw.col("people_") <= 1))
        whose = one.group_by(["code_", "person_id"]).agg(nw.col("points_", "value_").sum())
        yield _told(whose.with_columns(nw.lit(1.0).alias("people_")))
    several = marked.filter(nw.col("people_") > 1)
    each = nw.col("points_") / nw.col("people_")
    yield _told(several.with_columns(each.alias("points_")))


def _told(people: Frame) -> Frame:
    many = people.filter(nw.col("points_") > QUESTION + _ROUNDING)
    impossible = nw.when(nw.col("points_") > POINTS + _ROUNDING).then(nw.lit(1)).otherwise(0)
    found = many.with_columns(impossible.alias("impossible_")).group_by(["code_", "impossible_"])
    return found.agg(nw.col("people_").sum().alias("people"), nw.col("value_").sum().alias("value"))
