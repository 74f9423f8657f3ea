"""Which problems can a check find? A frame with a few bad cells of each declared kind."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

EACH = 20
"""Bad cells of each kind, whatever the number of records."""


def with_bad_rows(frame: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """A copy of a typed frame of records in which some cells break a rule.

    Parameters
    ----------
    frame : DataFrame
        With the columns that `benchmarks.generate` writes for people; at least 200 rows.
    seed : int

    Returns
    -------
    DataFrame
        Repeated and missing identifiers, missing groups, numbers that are missing, infinite or too
        large, days out of bounds, unknown codes and proxies, and deciles out of bounds.
    """
    kinds: list[tuple[str, Any]] = [
        ("outcome_id", frame["outcome_id"].iloc[0]),
        ("outcome_id", None),
        ("stakeholder_group", None),
        ("quantity", np.nan),
        ("quantity", np.inf),
        ("quantity", 1e16),
        ("date", pd.Timestamp("1890-01-01")),
        ("evidence", "hearsay"),
        ("proxy_id", "P-999"),
        ("imd_decile", 11),
    ]
    # The first row keeps the identifier that others repeat.
    rows = np.random.default_rng(seed).permutation(np.arange(1, len(frame)))
    bad = frame.copy()
    for kind, (column, value) in enumerate(kinds):
        chosen = rows[kind * EACH : (kind + 1) * EACH]
        bad.iloc[chosen, bad.columns.get_loc(column)] = value
    return bad


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Records with the types that the library's declaration gives them, for both checks."""
    texts = [name for name in frame if pd.api.types.is_string_dtype(frame[name].dtype)]
    types: dict[str, Callable | str] = dict.fromkeys(texts, "string")
    numbers = {"quantity": "float64", "imd_decile": "float64", "date": "datetime64[us]"}
    return frame.astype(types | numbers)
