"""Who has one value for a year under several outcomes? Asked where the records lie, never by name.

A year of a job is one year of a job, whether it is recorded as "moved into work" or as "stayed in
work": under both, it is counted twice.
"""

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.counted_twice import COLUMNS, PERSON_UNITS, ROUNDING
from socialvalue.engines import Frame, fetch
from socialvalue.records_behind import beside, worth_of_a_unit

_VALUE = ["proxy_id", "first_year"]
_WHOSE = ["code_", "person_id"]


def beyond_over_outcomes(placed: Frame, rows: pd.DataFrame) -> pd.DataFrame:
    """People who add up to more than one person in a year only where outcomes are put together.

    What is beyond one person within an outcome is left out: `socialvalue.counted_twice.repeats`
    says it. Wellbeing is left out too: `socialvalue.people_in_both_values` follows it by outcome.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    rows : DataFrame
        All rows of the valued map.

    Returns
    -------
    DataFrame
        As `socialvalue.counted_twice.repeats`, one row for each proxy and year with something to
        say, without repeats.
    """
    several = rows_of_several_outcomes(rows)
    if several.empty or "person_id" not in placed.collect_schema():
        return pd.DataFrame(columns=[*COLUMNS])
    asked = pd.DataFrame(
        {
            "row_id": several["row_id"].astype("int64"),
            "code_": several["code_"],
            "outcome_": pd.factorize(several["outcome"])[0].astype("int64"),
            "worth_": worth_of_a_unit(several),
        }
    )
    told = fetch(_beyond(placed, asked)).sort_values("code_")
    ids = asked.groupby("code_")["row_id"].agg(list)
    behind = rows.set_index("row_id")["records"]
    return pd.DataFrame(
        {
            "row_ids": [ids[code] for code in told["code_"]],
            "named": True,
            "records": [int(behind[ids[code]].sum()) for code in told["code_"]],
            "repeats": 0.0,
            "repeats_value": 0.0,
            "beyond": told["people_"].to_numpy(float),
            "beyond_value": told["value_"].to_numpy(float),
        }
    )[[*COLUMNS]]


def rows_of_several_outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    """Counted gains of a whole person for a year, of proxies with several outcomes in that year.

    Returns
    -------
    DataFrame
        row_id, code_ (a number of each proxy and year), outcome and what is in the map.
    """
    whole = rows["unit"].isin(PERSON_UNITS) & rows["value_covers"].isin(["year", "duration"])
    gains = rows["counted"].astype(bool) & ~rows["is_harm"].astype(bool)
    gains &= (rows["present_value"] > 0) & (rows["value_type"] != "wellbeing")
    chosen = rows[whole & gains]
    outcomes = chosen["outcome"].fillna("").groupby([chosen[key] for key in _VALUE])
    chosen = chosen[outcomes.transform("nunique") > 1]
    codes = chosen.groupby(_VALUE, sort=False).ngroup().astype("int64")
    first = chosen[["row_id"]].astype("int64").assign(code_=codes)
    return first.join(chosen.drop(columns="row_id"))


def _beyond(placed: Frame, asked: pd.DataFrame) -> Frame:
    """People beyond one in each code, and what they are worth there, by code."""
    lines = beside(placed.filter(~nw.col("person_id").is_null()), asked)
    by_outcome = lines.group_by([*_WHOSE, "outcome_"]).agg(
        nw.col("quantity").sum().alias("own_"),
        nw.col("quantity").max().alias("largest_"),
        nw.col("worth_").min(),
    )
    at_most_one = nw.when(nw.col("own_") > 1).then(nw.lit(1.0)).otherwise(nw.col("own_"))
    people = (
        by_outcome.with_columns(at_most_one.alias("own_"))
        .group_by(_WHOSE)
        .agg(nw.col("own_").sum(), nw.col("largest_").max(), nw.col("worth_").min())
    )
    # A record of several people names one of them: then it is no count of that one.
    more = people.filter((nw.col("largest_") <= 1) & (nw.col("own_") > 1 + ROUNDING))
    value = ((nw.col("own_") - 1.0) * nw.col("worth_")).alias("value_")
    by_code = more.with_columns(value).group_by("code_")
    return by_code.agg(nw.len().alias("people_"), nw.col("value_").sum())
