"""Where do records lie, and how does a small table reach them, or come back?

A frame of any engine is used where it lies, through narwhals. Two things cross over: a small table
of ours goes to the engine (`carry`), and a small answer comes back (`fetch`).
"""

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.errors import EngineError, SocialValueError
from socialvalue.progress import step

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


def is_frame(value: object) -> bool:
    """Whether a value is a frame of an engine that can be used where it lies.

    Examples
    --------
    >>> is_frame(pd.DataFrame({"a": [1]})), is_frame([1])
    (True, False)
    """
    return isinstance(nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame)


def frame_of(native: Any) -> Frame:
    """A native frame as narwhals sees it."""
    try:
        return nw.from_native(native)
    except TypeError as error:
        raise EngineError(
            f"A {type(native).__name__} is no frame that can be read. Give a pandas, Polars, Dask "
            "or PySpark frame, a DuckDB relation, an Ibis table, or the path of files."
        ) from error


def engine_of(frame: Frame) -> str:
    """Name of the engine a frame lies on, such as ``duckdb``."""
    return str(frame.implementation).lower().removeprefix("implementation.")


def fetch(frame: Frame) -> pd.DataFrame:
    """An answer from an engine as a pandas frame; only for what is small.

    Raises
    ------
    EngineError
        If the engine cannot work it out.
    """
    step()
    try:
        if isinstance(frame, nw.DataFrame):
            return frame.to_pandas().reset_index(drop=True)
        native = frame.collect(backend="pandas").to_native()
        return native.reset_index(drop=True)
    except SocialValueError:
        raise
    except Exception as error:
        raise refused(frame, error) from error


def refused(frame: Frame, error: Exception) -> EngineError:
    """What to do when an engine refuses a step: engines say so with errors of every kind."""
    lines = str(error).splitlines()
    said = lines[0][:300] if lines else type(error).__name__
    return EngineError(
        f"{engine_of(frame)} could not work this out: {said} If it says that something is missing "
        "or not implemented, bring narwhals up to date, or use an earlier release of the engine."
    )


def carry(small: pd.DataFrame, beside: Frame) -> Frame:
    """A small table of ours, brought to the engine that holds another.

    Parameters
    ----------
    small : DataFrame
        Text, numbers and truth values; no nulls, for it is there to be joined by.
    beside : narwhals frame
        On the engine where it is needed.

    Returns
    -------
    narwhals frame
        Lazy where ``beside`` is.
    """
    plain = small.astype({name: object for name in small if small[name].dtype == "string"})
    engine = engine_of(beside)
    if engine == "pandas":
        return nw.from_native(plain)
    try:
        return _carried(plain, beside, engine)
    except ImportError as error:
        raise refused(beside, error) from error


def _carried(small: pd.DataFrame, beside: Frame, engine: str) -> Frame:
    native: Any = beside.to_native()
    if engine == "duckdb":
        # DuckDB finds the frame by its name here, and keeps hold of it.
        return nw.from_native(native.query("records", "SELECT * FROM small"))
    if engine == "pyspark":
        rows = list(small.itertuples(index=False, name=None))
        return nw.from_native(
            native.sparkSession.createDataFrame([tuple(map(_plain, r)) for r in rows], _ddl(small))
        )
    if engine == "dask":
        import dask.dataframe

        return nw.from_native(dask.dataframe.from_pandas(small, npartitions=1))
    if engine == "ibis":
        import ibis

        return nw.from_native(ibis.memtable(small))
    lists = {name: small[name].tolist() for name in small}
    found = nw.from_dict(lists, schema=_schema(small), backend=beside.implementation)
    return found.lazy() if isinstance(beside, nw.LazyFrame) else found


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _kind(dtype: Any) -> str:
    if pd.api.types.is_bool_dtype(dtype):
        return "bool"
    if pd.api.types.is_integer_dtype(dtype):
        return "int"
    return "float" if pd.api.types.is_float_dtype(dtype) else "text"


def _ddl(small: pd.DataFrame) -> str:
    names = {"bool": "boolean", "int": "bigint", "float": "double", "text": "string"}
    return ", ".join(f"`{name}` {names[_kind(small[name].dtype)]}" for name in small)


def _schema(small: pd.DataFrame) -> dict[str, Any]:
    types = {"bool": nw.Boolean, "int": nw.Int64, "float": nw.Float64, "text": nw.String}
    return {name: types[_kind(small[name].dtype)]() for name in small}


def not_nan(column: nw.Expr) -> nw.Expr:
    """A number, null where it is not a number: both mean missing."""
    return nw.when(~column.is_nan()).then(column)


def quoted(column: str) -> str:
    """The name of a column as it stands in SQL.

    Examples
    --------
    >>> quoted('my "own" ward')
    '"my ""own"" ward"'
    """
    return '"' + column.replace('"', '""') + '"'
