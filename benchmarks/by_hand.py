"""How would an expert write the same job by hand? In DuckDB, Polars and pandas, as fast as it goes.

Each takes the records' Parquet file and a loaded proxy set, values every record in each year that
its outcome lasts, splits the value by the proxy's links, and adds up by category and year. Row-wise
means that every record is joined to the money that one unit of it is worth: the ``_rows`` jobs join
a factor table into which the links are worked already, which was the fastest of the forms tried.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.factors import FIRST_YEARS, MEASURES, factor_table, slot_table

KEYS = ["framework", "category", "year"]
_STATED = ("deadweight", "displacement")
_FIRST_YEAR = "(year(date) - (month(date) < 4)::INT)::SMALLINT AS first_year"
_SUMS = ", ".join(f"sum(quantity * {name}) AS {name}" for name in MEASURES)


def duckdb_rows(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """One join of the records to a factor table with the links worked into it, in DuckDB."""
    return _duckdb(records, proxies)


def duckdb_shares(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """The same where each record states its own deadweight and displacement."""
    left = "quantity * (1 - deadweight) * (1 - displacement)"
    return _duckdb(records, proxies, left, _STATED)


def _duckdb(
    records: Path, proxies: Any, remaining: str = "", stated: tuple[str, ...] = ()
) -> dict[str, pd.DataFrame]:
    factors, slots = slot_table(proxies.proxies, proxies.links, stated)
    query = f"""
        SELECT slot, sum(quantity * gross_value) AS gross_value,
            sum(remaining * net_value) AS net_value,
            sum(remaining * present_value) AS present_value
        FROM (
            SELECT proxy_id, {_FIRST_YEAR}, quantity, {remaining or "quantity"} AS remaining
            FROM '{records}'
        ) JOIN factors USING (proxy_id, first_year)
        GROUP BY slot"""
    return _named(_asked(query, factors=factors), slots)


def duckdb_links_apart(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Two joins: the records to their value by year, and that to the links, in DuckDB."""
    factors = _plain(factor_table(proxies.proxies))
    links = _plain(proxies.links[["proxy_id", "framework", "category", "share"]])
    values = ", ".join(f"quantity * {name} AS {name}" for name in MEASURES)
    sums = ", ".join(f"sum({name} * share) AS {name}" for name in MEASURES)
    query = f"""
        WITH valued AS (
            SELECT proxy_id, year, {values} FROM (
                SELECT proxy_id, {_FIRST_YEAR}, quantity FROM '{records}'
            ) JOIN factors USING (proxy_id, first_year))
        SELECT framework, category, year, {sums}
        FROM valued JOIN links USING (proxy_id) GROUP BY ALL"""
    table = _asked(query, factors=factors, links=links)
    table["year"] = [f"{year}-{(year + 1) % 100:02d}" for year in table["year"]]
    return {"value": table}


def duckdb_collapsed(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Not row-wise: quantities are added up by proxy and year first, as the library does."""
    factors, slots = slot_table(proxies.proxies, proxies.links)
    query = f"""
        WITH collapsed AS (
            SELECT proxy_id, {_FIRST_YEAR}, sum(quantity) AS quantity FROM '{records}' GROUP BY ALL)
        SELECT slot, {_SUMS} FROM collapsed JOIN factors USING (proxy_id, first_year)
        GROUP BY slot"""
    return _named(_asked(query, factors=factors), slots)


def duckdb_people(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """Value of every record, and distinct people for each category and decile, in DuckDB."""
    links = _plain(proxies.links[["proxy_id", "framework", "category"]])
    query = f"""
        WITH pairs AS (SELECT DISTINCT proxy_id, imd_decile, person_id FROM '{records}')
        SELECT framework AS key, category, count(DISTINCT person_id)::DOUBLE AS people
        FROM pairs JOIN links USING (proxy_id) GROUP BY ALL
        UNION ALL
        SELECT 'imd_decile', imd_decile::VARCHAR, count(DISTINCT person_id)::DOUBLE FROM pairs
        GROUP BY ALL"""
    return {**duckdb_rows(records, proxies), "people": _asked(query, links=links)}


def _asked(query: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """Answer of DuckDB to a query that names small frames as tables."""
    import duckdb

    with duckdb.connect(config={"preserve_insertion_order": False}) as base:
        for name, table in tables.items():
            base.register(name, table)
        return base.execute(query).df()


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    years = {"first_year": "int16"} if "first_year" in table else {}
    return table.astype(dict.fromkeys(texts, object) | years)


def _named(sums: pd.DataFrame, slots: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"value": slots.merge(sums, on="slot")[[*KEYS, *MEASURES]]}


def polars_rows(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """One lazy join and group-by in Polars, on its streaming engine."""
    import polars as pl

    factors, slots = slot_table(proxies.proxies, proxies.links)
    date = pl.col("date")
    first_year = date.dt.year() - (date.dt.month() < 4).cast(pl.Int32)
    small = pl.DataFrame({name: factors[name].to_numpy() for name in factors if name != "proxy_id"})
    small = small.with_columns(pl.Series("proxy_id", factors["proxy_id"].tolist()))
    query = (
        pl.scan_parquet(records)
        .select("proxy_id", "quantity", first_year.cast(pl.Int16).alias("first_year"))
        .join(small.lazy(), on=["proxy_id", "first_year"])
        .group_by("slot")
        .agg([(pl.col("quantity") * pl.col(name)).sum().alias(name) for name in MEASURES])
    )
    found = query.collect(engine="streaming")
    return _named(pd.DataFrame(found.to_dict(as_series=False)).astype({"slot": "int16"}), slots)


def pandas_merge(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """One merge and group-by in pandas, of the three columns that are needed."""
    factors, slots = slot_table(proxies.proxies, proxies.links)
    frame = pd.read_parquet(records, columns=["proxy_id", "quantity", "date"])
    days = pd.to_datetime(frame["date"]).dt
    frame["first_year"] = (days.year - (days.month < 4)).astype("int16")
    joined = frame.drop(columns="date").merge(factors, on=["proxy_id", "first_year"])
    return _added_up(joined, slots)


def pandas_coded(records: Path, proxies: Any) -> dict[str, pd.DataFrame]:
    """The same with proxy and year turned into one whole number first, and Arrow's dates."""
    factors, slots = slot_table(proxies.proxies, proxies.links)
    columns = ["proxy_id", "quantity", "date"]
    frame = pd.read_parquet(records, columns=columns, dtype_backend="pyarrow")
    known = factors["proxy_id"].drop_duplicates().tolist()
    years = len(FIRST_YEARS)
    days = frame["date"].dt
    year = (days.year - (days.month < 4).astype("int32[pyarrow]")).to_numpy(dtype="int32")
    codes = pd.Categorical(frame["proxy_id"], categories=known).codes.astype("int32")
    keyed = pd.DataFrame(
        {"key": codes * years + year - FIRST_YEARS[0], "quantity": frame["quantity"].to_numpy()}
    )
    places = pd.Categorical(factors["proxy_id"], categories=known).codes.astype("int32")
    factors["key"] = places * years + factors["first_year"].astype("int32") - FIRST_YEARS[0]
    return _added_up(keyed.merge(factors[["key", "slot", *MEASURES]], on="key"), slots)


def _added_up(joined: pd.DataFrame, slots: pd.DataFrame) -> dict[str, pd.DataFrame]:
    for name in MEASURES:
        joined[name] = joined[name] * joined["quantity"]
    return _named(joined.groupby("slot")[list(MEASURES)].sum().reset_index(), slots)
