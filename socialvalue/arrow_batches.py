"""The answer of a DuckDB a batch at a time, for numpy to look at."""

from collections.abc import Iterator
from typing import Any

from socialvalue.engines import frame_of, refused
from socialvalue.progress import step

BATCH = 1 << 18
"""Records in one batch."""


def batches_of(relation: Any) -> Iterator[Any]:
    """The rows of a DuckDB relation, as Arrow record batches.

    Parameters
    ----------
    relation : DuckDB relation

    Yields
    ------
    pyarrow.RecordBatch

    Raises
    ------
    EngineError
        If DuckDB cannot work it out.
    """
    step()
    # Releases of DuckDB before 2.0 call it by another name.
    read = getattr(relation, "to_arrow_reader", None) or relation.fetch_record_batch
    try:
        yield from read(BATCH)
    except Exception as error:
        raise refused(frame_of(relation), error) from error
