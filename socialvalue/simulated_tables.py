"""What do draws say of each goal, group and year? Distributions beside a result's own tables."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from socialvalue.draw_statistics import STATISTICS, keys_as_text, statistics
from socialvalue.value_model import ValueModel

Keys = tuple[str, ...]


def tables_by(
    model: ValueModel, values: np.ndarray, level: float, told: Mapping[Keys, pd.DataFrame]
) -> dict[Keys, pd.DataFrame]:
    """Distribution of the present value by each of the model's tables.

    Parameters
    ----------
    model : ValueModel
    values : ndarray, shape (draws, moving parameters)
    level : float
        [share]
    told : mapping of DataFrame
        What the result says, by the keys of each table.

    Returns
    -------
    dict of DataFrame
        Below the rows that the result has stand those that only some draws reach.
    """
    found, outputs = model.evaluate(values, model.moving), model.outputs
    tables = {}
    for keys in model.by:
        here = (outputs["table"] == ", ".join(keys)).to_numpy(bool)
        spread = statistics(found[:, here], level)
        tables[keys] = _beside(told[keys], outputs[here], spread, keys)
    return tables


def _beside(
    told: pd.DataFrame, outputs: pd.DataFrame, spread: pd.DataFrame, keys: Keys
) -> pd.DataFrame:
    shown = [name for name in told if name.removesuffix("_title") in keys]
    known = keys_as_text(outputs, keys)
    later = outputs.loc[~known.isin(keys_as_text(told, keys)), list(keys)]
    table = told[[*shown, "present_value"]]
    if len(later):
        table = pd.concat([table, later.assign(present_value=0.0)], ignore_index=True)
    beside = spread.set_index(known).reindex(keys_as_text(table, keys)).reset_index(drop=True)
    nothing = beside["mean"].isna() & (table["present_value"] == 0)
    beside.loc[nothing, ["mean", "sd", "median"]] = 0.0
    return pd.concat([table, beside[list(STATISTICS)]], axis=1)
