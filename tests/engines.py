"""Records on every engine: the same frame, in at least four parts, with nulls and NaN."""

import importlib.util
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

JAVA = "pyspark"
PARTS = 4


def _duckdb(frame: pd.DataFrame) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.register("given", _plain(frame))
    return connection.query("SELECT * FROM given")


def _polars(frame: pd.DataFrame) -> Any:
    import polars

    parts = np.array_split(np.arange(len(frame)), PARTS)
    whole = polars.from_pandas(_plain(frame), nan_to_null=False)
    return polars.concat([whole[part.tolist()] for part in parts], rechunk=False)


def _polars_lazy(frame: pd.DataFrame) -> Any:
    return _polars(frame).lazy()


def _dask(frame: pd.DataFrame) -> Any:
    import dask.dataframe

    return dask.dataframe.from_pandas(_plain(frame), npartitions=PARTS)


def _ibis(frame: pd.DataFrame) -> Any:
    import ibis

    plain = _plain(frame)
    types = {name: _IBIS[_kind(plain[name])] for name in plain}
    return ibis.memtable(plain, schema=ibis.schema(types))


_IBIS = {"number": "float64", "date": "timestamp", "yes_no": "boolean", "text": "string"}


@cache
def session() -> Any:
    """One short Spark session for all tests."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("socialvalue")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(PARTS),
        "spark.sql.session.timeZone": "UTC",
    }.items():
        builder = builder.config(name, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    return found


def _pyspark(frame: pd.DataFrame) -> Any:
    plain = _plain(frame)
    types = [_SPARK[_kind(plain[name])] for name in plain]
    schema = ", ".join(f"`{name}` {kind}" for name, kind in zip(plain, types, strict=True))
    rows = [tuple(_cell(value) for value in row) for row in plain.itertuples(index=False)]
    return session().createDataFrame(rows, schema).repartition(PARTS)


_SPARK = {"number": "double", "date": "timestamp", "yes_no": "boolean", "text": "string"}


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "yes_no"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    return "date" if pd.api.types.is_datetime64_any_dtype(values) else "text"


def _cell(value: Any) -> Any:
    # NaN stays NaN, beside null: both must be read as missing.
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Text as objects with None, which every engine takes in."""
    text = [name for name in frame if _kind(frame[name]) == "text"]
    plain = frame.astype(dict.fromkeys(text, object))
    for name in text:
        plain[name] = plain[name].where(plain[name].notna(), None)
    return plain.reset_index(drop=True)


MAKERS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "duckdb": _duckdb,
    "polars": _polars,
    "polars_lazy": _polars_lazy,
    "dask": _dask,
    "ibis": _ibis,
    "pyspark": _pyspark,
}


def _marks(name: str) -> list[Any]:
    module = name.removesuffix("_lazy")
    missing = importlib.util.find_spec(module) is None
    skipped = pytest.mark.skipif(missing, reason=f"{module} is not installed")
    return [skipped, *([pytest.mark.java] if name == JAVA else [])]


ENGINES = [pytest.param(name, marks=_marks(name), id=name) for name in MAKERS]
QUICK_ENGINES = [
    pytest.param(name, marks=[*_marks(name), *([pytest.mark.slow] if name == "dask" else [])])
    for name in MAKERS
]
"""For tests of many queries, which take Dask a minute: with it they run among the slow tests."""


def on_engine(name: str, frame: pd.DataFrame) -> Any:
    """The frame on an engine."""
    return MAKERS[name](frame)
