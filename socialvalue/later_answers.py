"""Who was asked again later, and when? Answers of follow-ups counted for each row of the map."""

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, carry, fetch
from socialvalue.records_behind import beside

LONG_YEARS = 3
"""Years after people were last asked from which an outcome is a forecast.

A choice, for no source was found that fixes it: the published diabetes case counts three years, and
those that count four, five and ten print no follow-up so late.
"""
COLUMNS = ("row_id", "day", "people", "behind")
_EPOCH = pd.Timestamp(1970, 1, 1)


def later_answers(
    placed: Frame, rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Follow-ups of the people behind some rows of the map.

    A follow-up is a score on a scale that the same person answered before or after in the same
    project. Where records of a row name people, it is theirs; else it is that of whoever answered a
    survey of its project.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        Those rows of the map that are asked about.
    tables : mapping of str to DataFrame
        Typed tables: surveys and activities.

    Returns
    -------
    DataFrame
        row_id, day (of their last follow-up, in days since 1970), people (whose last it was),
        behind (all the people of the row).
    """
    asked, again = _answers(tables)
    if rows.empty or again.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype("int64")
    # Without a table of activities nothing says which project a survey is of: it is of them all.
    of_rows = rows["project"].fillna("").astype(str)
    if tables["activities"].empty:
        of_rows = of_rows.map(lambda _: "")
    codes = pd.factorize(pd.concat([of_rows, asked["project"]]))[0].astype("int64")
    rows = rows[["row_id"]].astype("int64").assign(code_=codes[: len(rows)])
    asked = asked.assign(code_=codes[len(rows) :])
    again = again.merge(asked, on=["person_id", "project"])[["person_id", "code_", "day"]]
    named = _of_named(placed, rows, again)
    others = rows[~rows["row_id"].isin(named["row_id"])]
    behind = asked.groupby("code_")["person_id"].nunique().rename("behind")
    days = again.groupby(["code_", "day"])["person_id"].nunique().rename("people").reset_index()
    nobody = others.merge(days, on="code_").merge(behind.reset_index(), on="code_")
    found = pd.concat([named, nobody])[list(COLUMNS)].dropna().astype("int64")
    return found.sort_values(["row_id", "day"], ignore_index=True)


def _answers(tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Who answered a survey of each project, and the day of the last follow-up of whom."""
    surveys = tables["surveys"].dropna(subset=["score"])
    projects = tables["activities"].set_index("activity_id")["project"]
    surveys = surveys.assign(project=surveys["activity_id"].map(projects).fillna("").astype(str))
    later = (surveys["wave"] == "follow_up").to_numpy(bool)
    whose = ["person_id", "project", "instrument"]
    first = surveys.loc[~later, whose].drop_duplicates()
    pairs = surveys[later].merge(first, on=whose)
    days = (pd.to_datetime(pairs["date"]) - _EPOCH).dt.days
    again = pairs.assign(day=days).groupby(whose[:2])["day"].max().reset_index()
    return first[whose[:2]].drop_duplicates(), again


def _of_named(placed: Frame, rows: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """The same of the people whom records of the rows name; a row without a follow-up is there."""
    if "person_id" not in placed.collect_schema():
        return pd.DataFrame(columns=list(COLUMNS))
    named = placed.filter(~nw.col("person_id").is_null()).select("row_id", "person_id")
    people = beside(named, rows).group_by(["row_id", "person_id"]).agg(nw.col("code_").max())
    behind = fetch(people.group_by("row_id").agg(nw.len().alias("behind")))
    there = carry(again, placed)
    met = people.join(there, on=["person_id", "code_"], how="inner")  # type: ignore[arg-type]
    days = fetch(met.group_by(["row_id", "day"]).agg(nw.len().alias("people")))
    return behind.merge(days, on="row_id", how="left")
