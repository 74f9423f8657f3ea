"""Which pandas frames are too large to be read in pandas? Those go to an embedded DuckDB.

Only frames whose columns each hold one kind of value go there: the others are read cell by cell,
whatever their size.
"""

from importlib.util import find_spec
from typing import Any

import pandas as pd

from socialvalue.file_tables import ROW, connect

LARGE = 250_000
"""Rows from which an embedded DuckDB is faster."""


class LargeFrame:
    """A pandas frame that an embedded DuckDB reads where it lies.

    Parameters
    ----------
    frame : DataFrame
        One for which `is_large` is true.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.notes: list[str] = []
        self._opened: tuple[Any, Any] | None = None

    def relation(self) -> Any:
        """The frame as a DuckDB relation, with the label of each row in ``row_``."""
        if self._opened is None:
            import pyarrow as pa

            connection, _ = connect(self)
            numbered = self.frame.assign(**{ROW: self.frame.index})
            table = pa.Table.from_pandas(numbered, preserve_index=False)
            connection.register("given", table)
            connection.execute("SET preserve_insertion_order = false")
            self._opened = connection, connection.query("SELECT * FROM given")
        return self._opened[1]


def is_large(frame: pd.DataFrame) -> bool:
    """Whether a frame is large, and each of its columns of one kind.

    Examples
    --------
    >>> is_large(pd.DataFrame({"a": [1]}))
    False
    """
    if len(frame) < LARGE or find_spec("pyarrow") is None:
        return False
    index = frame.index
    numbered = index.nlevels == 1 and index.name is None and index.is_unique
    if not numbered or not pd.api.types.is_integer_dtype(index):
        return False
    names = [name for name in frame.columns if isinstance(name, str)]
    unique = len(set(names)) == len(frame.columns) and ROW not in names
    return unique and all(_of_one_kind(frame[name]) for name in frame)


def _of_one_kind(values: pd.Series) -> bool:
    dtype = values.dtype
    if pd.api.types.is_numeric_dtype(dtype) or isinstance(dtype, pd.StringDtype):
        return not pd.api.types.is_complex_dtype(dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return False
    if pd.api.types.is_datetime64_dtype(dtype):
        return True
    kind = pd.api.types.infer_dtype(values, skipna=True)
    return pd.api.types.is_object_dtype(dtype) and kind in ("string", "date", "empty")
