"""Who is counted in two values of one overlap group in one year, whenever they were recorded?

A yearly value that lasts is counted in years in which it was not recorded, and a value for a whole
duration holds years in which nothing of it is counted. Both are followed here by counted year.
"""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from socialvalue.adjustments import WHOLE_DURATION
from socialvalue.engines import Frame, fetch
from socialvalue.records_behind import worth_of_a_unit, worth_of_named
from socialvalue.years import parse_year, year_label

BY_YEAR = "overlap_group_by_year"
_WHERE, _PAIR = ["set_", "cell_", "person_id"], ["set_", "person_id", "low_", "high_"]
FLAGS = ("whole_", "later_", "yearly_")
"""Of a line: its value is for a whole duration; it is a later year of one; it is for a year."""


def lines_by_counted_year(gains: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Values of overlap groups in which something lasts, by the years that they are counted in.

    Parameters
    ----------
    gains : DataFrame
        Rows of the valued map that count as gains.
    values : DataFrame
        Value of the rows by year.

    Returns
    -------
    DataFrame
        kind, name (the group), year, row_id, proxy_id, side (the proxy), worth (of a unit
        [money]) and `FLAGS`. A value for a whole duration has its whole worth in each year that it
        holds: as many as its duration_years says, where that is stated, else all there are.
    """
    grouped = gains[gains["overlap_group"].notna()]
    lines = values.loc[values["present_value"] > 0, ["row_id", "year", "present_value"]]
    about = ["row_id", "proxy_id", "overlap_group", "value_covers", "quantity"]
    about += ["duration_years", "duration_years_from"]
    lines = lines.merge(grouped[about], on="row_id")
    lines = lines.assign(
        kind=BY_YEAR,
        name=lines["overlap_group"].astype(str),
        side=lines["proxy_id"].astype(str),
        worth=worth_of_a_unit(lines),
        whole_=(lines["value_covers"] == "duration").astype("int64"),
        yearly_=(lines["value_covers"] == "year").astype("int64"),
        later_=0,
    )
    lines = pd.concat([lines, _later_years(lines)], ignore_index=True)
    lasting = lines.loc[lines.duplicated("row_id", keep=False), "name"]
    columns = ["kind", "name", "year", "row_id", "proxy_id", "side", "worth", *FLAGS]
    return lines.loc[lines["name"].isin(lasting), columns].reset_index(drop=True)


def _later_years(lines: pd.DataFrame) -> pd.DataFrame:
    """The years after the first that values for a whole duration hold, up to the group's last."""
    if not lines["whole_"].any():
        return lines.iloc[0:0]
    starts = lines["year"].map({year: parse_year(year).start for year in lines["year"].unique()})
    financial = parse_year(lines["year"].iloc[0]).financial
    left = starts.groupby(lines["name"]).transform("max") - starts
    stated = lines["duration_years_from"] != WHOLE_DURATION
    held = np.ceil(lines["duration_years"].astype(float)) - 1
    more = left.where(~stated, np.minimum(left, held)).where(lines["whole_"] == 1, 0)
    times = more.clip(lower=0).astype(int).to_numpy()
    again = lines.loc[lines.index.repeat(times)]
    after = starts.loc[again.index].to_numpy() + again.groupby(level=0).cumcount().to_numpy() + 1
    return again.assign(year=[year_label(int(each), financial) for each in after], later_=1)


def people_over_years(placed: Frame, sets: pd.DataFrame) -> pd.DataFrame:
    """People who are counted under two proxies of a group in one year, each told once for a pair.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    sets : DataFrame
        Of kind `BY_YEAR`, from `socialvalue.people_in_both_values.sets_that_may_overlap`: a set is
        a group, and a cell one of its years.

    Returns
    -------
    DataFrame
        set_, low_, high_ (numbers of two sides), people, value [money]: in each year all that these
        people are counted for but their side of most value, and never more than all sides but one
        are worth in these years, where a value for a whole duration counts once.
    """
    # Only where a lifetime holds later years can a side be worth less than it is beside others.
    held = sets["set_"].isin(sets.loc[sets["later_"] == 1, "set_"])
    parts = [(_of_years, sets[~held]), (_of_lifetimes, sets[held])]
    found = [fetch(_counts(ask(placed, part))) for ask, part in parts if len(part)]
    return pd.concat(found, ignore_index=True)


def _counts(told: Frame) -> Frame:
    counts = told.group_by(["set_", "low_", "high_"])
    return counts.agg(nw.len().alias("people"), nw.col("value").sum())


def _cells(lines: Frame) -> Frame:
    """What is added up of each person and year under how many proxies, where it is several."""
    sides = lines.group_by([*_WHERE, "side_"]).agg(nw.col("worth_").sum())
    cells = sides.group_by(_WHERE).agg(
        nw.col("worth_").sum().alias("total_"),
        nw.col("worth_").max().alias("best_"),
        nw.col("side_").min().alias("low_"),
        nw.col("side_").max().alias("high_"),
    )
    return cells.filter(nw.col("low_") != nw.col("high_"))


def _of_years(placed: Frame, sets: pd.DataFrame) -> Frame:
    """By person and pair, where every value is counted in its own years."""
    value = (nw.col("total_") - nw.col("best_")).alias("value")
    cells = _cells(_beside(placed, sets)).with_columns(value)
    return cells.group_by(_PAIR).agg(nw.col("value").sum())


def _of_lifetimes(placed: Frame, sets: pd.DataFrame) -> Frame:
    """By person and pair, where a value for a whole duration stands in each of its years."""
    lines = _lines(placed, sets)
    # Joined to the lines again and not to their sums, for Dask loses columns of sums that are.
    met = lines.join(_cells(lines), on=_WHERE, how="inner")  # type: ignore[arg-type]
    sides = met.group_by([*_PAIR, "cell_", "side_"]).agg(
        nw.col("worth_").sum(), nw.col("whole_", "total_", "best_").max()
    )
    # A year's value is written beside one side of it, so that it is added up once.
    value = nw.col("total_") - nw.col("best_")
    first = nw.when(nw.col("side_") == nw.col("low_")).then(value).otherwise(nw.lit(0.0))
    each = sides.with_columns(first.alias("value")).group_by([*_PAIR, "side_"])
    own = each.agg(
        nw.col("worth_", "value").sum(),
        nw.col("worth_").max().alias("most_"),
        nw.col("whole_").max(),
    )
    once = nw.when(nw.col("whole_") == 1).then(nw.col("most_")).otherwise(nw.col("worth_"))
    by_pair = own.with_columns(once.alias("worth_")).group_by(_PAIR)
    told = by_pair.agg(nw.col("value", "worth_").sum(), nw.col("worth_").max().alias("best_"))
    lesser = nw.col("worth_") - nw.col("best_")
    at_most = nw.when(nw.col("value") > lesser).then(lesser).otherwise(nw.col("value"))
    return told.with_columns(at_most.alias("value"))


def _beside(placed: Frame, sets: pd.DataFrame) -> Frame:
    """Records of people who are named beside the lines of their row."""
    small = sets[["row_id", "set_", "cell_", "side_", *FLAGS]].astype("int64")
    small = small.assign(worth_=sets["worth"].astype("float64"))
    return worth_of_named(placed, small)


def _lines(placed: Frame, sets: pd.DataFrame) -> Frame:
    """The same, with later years of a value for a whole duration beside yearly values alone.

    An event in one of these years is an event of its own.
    """
    lines = _beside(placed, sets)
    yearly = lines.group_by(_WHERE).agg(nw.col("yearly_").max().alias("beside_"))
    lines = lines.join(yearly, on=_WHERE, how="inner")  # type: ignore[arg-type]
    kept = lines.filter((nw.col("beside_") == 1) | (nw.col("later_") == 0))
    return kept.select(*_WHERE, "side_", "worth_", "whole_")
