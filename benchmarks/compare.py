"""Did two jobs find the same? Tables equal on their keys, numbers to 1e-9, before a time counts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

RELATIVE = 1e-9
"""Sums of ten million terms in another order differ by about 1e-13; a wrong formula by far more."""
SHOWN = 10


class ResultsDiffer(Exception):
    """Two jobs that should have found the same did not."""


def same(
    found: Mapping[str, pd.DataFrame], expected: Mapping[str, pd.DataFrame], what: str = "results"
) -> None:
    """Refuse results that differ from what was expected of them.

    Parameters
    ----------
    found, expected : mapping of str to DataFrame
        Tables by name, of which those that both have are compared. Columns of floating-point
        numbers are values; all others are keys.
    what : str
        What the message calls the two jobs.

    Raises
    ------
    ResultsDiffer
        With the rows that differ, or if there is no table in common.
    """
    common = [name for name in expected if name in found]
    if not common:
        raise ResultsDiffer(f"{what}: no table in common to compare.")
    for name in common:
        same_table(found[name], expected[name], f"{what}, {name}")


def same_table(found: pd.DataFrame, expected: pd.DataFrame, what: str = "table") -> None:
    """Refuse a table that differs from another in a key or, relatively, by more than 1e-9."""
    values = [name for name in expected if pd.api.types.is_float_dtype(expected[name].dtype)]
    keys = [name for name in expected if name not in values]
    if set(found) != set(expected):
        raise ResultsDiffer(f"{what}: columns {sorted(found)}, not {sorted(expected)}.")
    if found.duplicated(keys).any() or expected.duplicated(keys).any():
        raise ResultsDiffer(f"{what}: a key stands twice.")
    both = _keyed(found, keys).merge(
        _keyed(expected, keys), on=keys, how="outer", suffixes=("", "_expected"), indicator=True
    )
    wrong = np.array(both["_merge"] != "both")
    for name in values:
        left, right = both[name].to_numpy(float), both[f"{name}_expected"].to_numpy(float)
        wrong = wrong | ~np.isclose(left, right, rtol=RELATIVE, atol=0.0)
    if wrong.any():
        shown = both[wrong].head(SHOWN).to_string(index=False)
        raise ResultsDiffer(f"{what}: {wrong.sum()} of {len(both)} rows differ.\n{shown}")


def _keyed(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The table with its keys as plain text, whatever text or whole number they were."""
    return table.astype(dict.fromkeys(keys, str)).astype(dict.fromkeys(keys, object))
