"""Who is counted in two values that may be one? Asked where the records lie, never by name."""

from collections.abc import Iterator

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.counted_twice import PERSON_UNITS
from socialvalue.engines import Frame, fetch
from socialvalue.records_behind import worth_of_a_unit, worth_of_named
from socialvalue.values_over_years import (
    BY_YEAR,
    FLAGS,
    lines_by_counted_year,
    people_over_years,
)

GROUP, OUTCOME, WELLBEING, PROJECT = "overlap_group", "outcome", "wellbeing", "project"
LASTING = "lasting"
OF_NAMED = (PROJECT, LASTING, BY_YEAR)
"""Kinds that say nothing where nobody is named: others may come each time."""
WELLBY = "wellby"
_SET = ["kind", "name", "year", "row_id", "proxy_id", "side", "worth"]
_BOTH = ["set_", "low_", "high_", "people", "value"]


def sets_that_may_overlap(rows: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Rows of the map of which two might be of one effect, if one person is in both.

    Parameters
    ----------
    rows : DataFrame
        All rows of the valued map. Only gains that count are looked at: a harm beside a gain
        takes off and adds nothing twice.
    values : DataFrame
        Value of the rows by year.

    Returns
    -------
    DataFrame
        set_ (number), kind, name, year, row_id, proxy_id, side, worth (of a unit [money]) and
        side_ (number of the side), cell_ (number of a year of a set) and what is known of lines by
        year. A side is the proxy; of WELLBYs and years of a person with their outcome; for kind
        ``project`` the project; for ``lasting`` the year of the record. Sets have at least two:
        proxies of one overlap group and year; where something of the group lasts, also of one
        group in all years that are counted, by which named people are followed; of one outcome and
        year, where one is fiscal and one economic or one yearly and one for a duration; valuations
        of wellbeing in one year; projects that claim one outcome and yearly value; records of
        several years of one outcome and yearly value that is still counted when it is recorded
        again.
    """
    gains = rows[rows["counted"].astype(bool) & ~rows["is_harm"] & (rows["present_value"] > 0)]
    gains = gains.assign(worth=worth_of_a_unit(gains))
    by_year = lines_by_counted_year(gains, values)
    parts = [part for part in (*_sets(gains), _lasting(gains, values), by_year) if len(part)]
    if not parts:
        return pd.DataFrame(columns=["set_", *_SET, "side_", "cell_", *FLAGS])
    found = pd.concat(parts, ignore_index=True)
    keys = ["kind", "name", "year"]
    found = found[found.groupby(keys)["side"].transform("nunique") > 1]
    found = found.sort_values([*keys, "row_id"], ignore_index=True)
    sides = found.groupby("kind")["side"].transform(lambda side: pd.factorize(side)[0])
    # All years of a group are one set, in which a person is told once.
    together = found["year"].mask(found["kind"] == BY_YEAR, "")
    return found.assign(
        set_=found.groupby(["kind", "name", together], sort=False).ngroup(),
        cell_=found.groupby(keys, sort=False).ngroup(),
        side_=sides.astype("int64"),
    )


def _sets(gains: pd.DataFrame) -> Iterator[pd.DataFrame]:
    grouped = gains[gains["overlap_group"].notna()]
    yield _set(grouped, GROUP, grouped["overlap_group"], "proxy_id")
    named = gains[gains["outcome"].notna()]
    mixed = named[
        _both(named, "value_type", "fiscal", "economic")
        | _both(named, "value_covers", "year", "duration")
    ]
    yield _set(mixed, OUTCOME, mixed["outcome"], "proxy_id")
    states = gains[(gains["value_type"] == "wellbeing") & (gains["value_covers"] == "year")]
    # One scale of life satisfaction, or a state of a person for a year that the set says overlaps
    # with others: what is valued is one change, whatever it is called.
    outcome = states["outcome"].fillna("no outcome named").astype(str)
    called = states["proxy_id"].astype(str) + " (" + outcome + ")"
    of_person = states["unit"].isin(PERSON_UNITS) & states["overlap_group"].notna()
    one = (states["unit"] == WELLBY) | of_person
    states = states.assign(side=called.where(one, states["proxy_id"].astype(str)))
    yield _set(states, WELLBEING, pd.Series("", index=states.index), "side")
    claimed = named[named["project"].notna() & (named["value_covers"] != "once")]
    what = claimed["outcome"].astype(str) + "\n" + claimed["proxy_id"].astype(str)
    yield _set(claimed, PROJECT, what, "project")


def _lasting(gains: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Yearly values by the years that they are counted in, with the year they were recorded in."""
    yearly = gains[(gains["value_covers"] == "year") & gains["outcome"].notna()]
    what = yearly["outcome"].astype(str) + "\n" + yearly["proxy_id"].astype(str)
    about = pd.DataFrame(
        {
            "row_id": yearly["row_id"],
            "proxy_id": yearly["proxy_id"],
            "quantity": yearly["quantity"],
            "side": "what was recorded in " + yearly["year"].astype(str),
            "name": what,
        }
    )
    if not (yearly["duration_years"] > 1).any():
        return pd.DataFrame(columns=_SET)
    lines = values[["row_id", "year", "present_value"]].merge(about, on="row_id")
    return lines.assign(kind=LASTING, worth=worth_of_a_unit(lines))[_SET]


def _both(rows: pd.DataFrame, column: str, one: str, other: str) -> pd.Series:
    """Rows of whose outcome and year some say one thing and some the other."""
    keys = [rows["outcome"], rows["year"]]
    said = [(rows[column] == word).groupby(keys).transform("any") for word in (one, other)]
    return (said[0] & said[1]).astype(bool)


def _set(rows: pd.DataFrame, kind: str, names: pd.Series, side: str) -> pd.DataFrame:
    columns = ["row_id", "year", "proxy_id", "worth"]
    found = rows[columns].assign(kind=kind, side=rows[side].astype(str))
    return found.assign(name=names.astype(str))[_SET]


def people_in_both(placed: Frame, sets: pd.DataFrame) -> pd.DataFrame:
    """People who are counted on two sides of a set, and what the lesser side is worth.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    sets : DataFrame
        From `sets_that_may_overlap`; a unit counts for its mean value in its row.

    Returns
    -------
    DataFrame
        set_, low_, high_ (numbers of two sides), people, value [money]: all that these people are
        counted for but their side of most value. Of three sides two are named.
    """
    if sets.empty or "person_id" not in placed.collect_schema():
        return pd.DataFrame(columns=_BOTH).astype({"people": "int64", "value": "float64"})
    by_year = sets[sets["kind"] == BY_YEAR]
    # Where something of a group lasts, who is named is followed by counted year, and so once.
    followed = (sets["kind"] == GROUP) & sets["name"].isin(by_year["name"])
    others = sets[(sets["kind"] != BY_YEAR) & ~followed]
    found = [_people_in_sets(placed, others)] if len(others) else []
    found += [people_over_years(placed, by_year)] if len(by_year) else []
    told = pd.concat([part[_BOTH] for part in found], ignore_index=True)
    return told.sort_values(["set_", "low_", "high_"], ignore_index=True)


def _people_in_sets(placed: Frame, sets: pd.DataFrame) -> pd.DataFrame:
    small = sets[["row_id", "set_", "side_"]].astype("int64")
    small = small.assign(worth_=sets["worth"].astype("float64"))
    lines = worth_of_named(placed, small)
    # Most people are on one side of a set: only those on several are added up by side.
    whose = ["set_", "person_id"]
    ends = lines.group_by(whose).agg(
        nw.col("side_").min().alias("low_"), nw.col("side_").max().alias("high_")
    )
    met = lines.join(ends.filter(nw.col("low_") != nw.col("high_")), on=whose, how="inner")  # type: ignore[arg-type]
    by_pair = [*whose, "low_", "high_"]
    sides = met.group_by([*by_pair, "side_"]).agg(nw.col("worth_").sum())
    people = sides.group_by(by_pair).agg(
        nw.col("worth_").sum().alias("total_"), nw.col("worth_").max().alias("best_")
    )
    people = people.with_columns((nw.col("total_") - nw.col("best_")).alias("value"))
    counts = people.group_by(["set_", "low_", "high_"])
    return fetch(counts.agg(nw.len().alias("people"), nw.col("value").sum()))


def rows_without_names(placed: Frame, row_ids: list[int]) -> frozenset[int]:
    """Which of some rows of the map have a record that names nobody."""
    if not row_ids:
        return frozenset()
    if "person_id" not in placed.collect_schema():
        return frozenset(row_ids)
    unnamed = placed.filter(nw.col("person_id").is_null() & nw.col("row_id").is_in(row_ids))
    found = fetch(unnamed.group_by("row_id").agg(nw.len().alias("n_")))
    return frozenset(int(each) for each in found["row_id"])
