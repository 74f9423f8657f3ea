"""How many distinct people are in some records, and who? Asked on whichever engine holds them."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, fetch


def count_people(records: Frame, keys: Sequence[str]) -> pd.DataFrame:
    """Distinct people for each combination of keys, counted where the records lie.

    People with a ``person_id`` count once; records without one count their ``people``. Where a
    group states neither, the count is null.

    Parameters
    ----------
    records : narwhals frame
        With the columns ``keys`` and, where they are recorded, ``person_id`` and ``people``.
    keys : sequence of str
        Columns such as ``row_id``. Empty for the total.

    Returns
    -------
    DataFrame
        The keys and ``people`` (float, null where unknown).
    """
    there = records.collect_schema()
    if not keys:
        records, keys = records.with_columns(nw.lit(0).alias("all_")), ["all_"]
    recorded = [name for name in ("person_id", "people") if name in there]
    if not recorded:
        return pd.DataFrame(columns=[*keys, "people"]).astype({"people": "float64"})
    # Group by person first and count afterwards: a plain distinct count takes null for a person.
    # Those without a name are one group, whose people are added up.
    people = nw.col("people") if "people" in there else nw.lit(None, dtype=nw.Float64)
    stated = nw.when(~people.is_null()).then(people).otherwise(0.0).alias("people_")
    known = (~people.is_null()).cast(nw.Int64).alias("known_")
    by = [*keys, *(["person_id"] if "person_id" in there else [])]
    grouped = records.with_columns(stated, known).group_by(by, drop_null_keys=False)
    pairs = grouped.agg(nw.col("people_").sum(), nw.col("known_").sum())
    if "person_id" in there:
        named = ~nw.col("person_id").is_null()
        pairs = pairs.with_columns(
            nw.when(named).then(nw.lit(1.0)).otherwise(nw.col("people_")).alias("people_"),
            nw.when(named).then(nw.lit(1)).otherwise(nw.col("known_")).alias("known_"),
        )
    counts = pairs.group_by(list(keys), drop_null_keys=False)
    table = fetch(counts.agg(nw.col("people_").sum(), nw.col("known_").sum()))
    table = table[table["known_"] > 0].rename(columns={"people_": "people"})
    table = table[[*keys, "people"]].astype({"people": "float64"})
    return table.sort_values(list(keys)).reset_index(drop=True)


def people_of_rows(records: Frame, row_ids: Sequence[int]) -> pd.DataFrame:
    """Who is behind some rows of the map: distinct (row_id, person), as codes and not names.

    Needed to merge small groups before anything is published. Few rows, few people in each.
    """
    if "person_id" not in records.collect_schema() or not len(row_ids):
        return pd.DataFrame({"row_id": pd.Series(dtype="int64"), "person": pd.Series(dtype="int")})
    chosen = records.filter(nw.col("row_id").is_in(list(row_ids)))
    chosen = chosen.filter(~nw.col("person_id").is_null()).select("row_id", "person_id")
    pairs = fetch(chosen.unique(["row_id", "person_id"])).sort_values(["row_id", "person_id"])
    people = pd.factorize(pairs["person_id"])[0]
    return pd.DataFrame({"row_id": pairs["row_id"].to_numpy("int64"), "person": people})
