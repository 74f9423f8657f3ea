"""Which numbers move a published value most? One-way tests over published rows, and no others.

What a number does to all the rows that use it, less what it does to the rows that are shown, would
be what it does to a small group. So every test is over published rows that are whole: whoever reads
the published map could work it out from there.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from socialvalue.results import Result
from socialvalue.sensitivity import ABOUT, ANSWERS, NO_RANGE
from socialvalue.stated_spreads import INPUT
from socialvalue.totals import projects_in_ratio
from socialvalue.uncertain_numbers import RELATIVE, SLOTS
from socialvalue.value_model import ValueModel
from socialvalue.value_outputs import TOTALS

PUBLISHED_ROW = "published_row"
"""Key of the rows of the published map, among those of a model that shows them."""
_OF_TIME = ("drop_off", "duration_years")
"""Numbers whose effect on a sum depends on what is in it."""


def published_one_way(
    model: ValueModel, published: Result, parameters: pd.DataFrame
) -> pd.DataFrame:
    """Each parameter that is published moved to its own low and high, over whole published rows.

    Parameters
    ----------
    model : ValueModel
        That shows the published map, its rows under `PUBLISHED_ROW`.
    published : Result
    parameters : DataFrame
        Those that are published.

    Returns
    -------
    DataFrame
        As `socialvalue.sensitivity.one_way` says. What a number does to merged groups is in none of
        its figures; one that touches nothing else is left out.
    """
    about = model.parameters
    named = about["parameter"].isin(parameters["parameter"]).to_numpy(bool)
    moving = np.array([place for place in model.moving if named[place]], dtype=int)
    split = model.with_tables((PUBLISHED_ROW,))
    touched = _touched(split, published, moving)
    of_inputs = (about["kind"].iloc[moving] == INPUT).to_numpy(bool)
    kept = touched.any(axis=1) | of_inputs
    moving, touched = moving[kept], touched[kept]
    ends = np.array([model.spreads[place].ends for place in moving]).reshape(-1, 2)
    table = about.iloc[moving][[*ABOUT, "distribution", "level"]].reset_index(drop=True)
    table.insert(len(ABOUT), "low", ends[:, 0])
    table.insert(len(ABOUT) + 1, "high", ends[:, 1])
    table = table.assign(**{f"{name}_as_assessed": published.totals[name] for name in ANSWERS})
    for column, end in enumerate(("low", "high")):
        found = _answers(split, published, (moving, ends[:, column]), touched)
        table = table.assign(**{f"{name}_at_{end}": each for name, each in found.items()})
    of = "present_value" if published.ratio_missing else "net_present_value"
    swing = (table[f"{of}_at_high"] - table[f"{of}_at_low"]).abs()
    table = table.assign(swing_of=of, swing=swing, note="")
    table = table.sort_values("swing", ascending=False, kind="stable")
    still = parameters[parameters["distribution"] == "fixed"]
    still = still[[*ABOUT, "low", "high", "distribution", "level"]]
    # In no order of the value behind them, which is not published.
    still = still.assign(**{f"{name}_as_assessed": published.totals[name] for name in ANSWERS})
    return _stacked(table, still.assign(swing_of=of, note=NO_RANGE))


def without_small_ratios(
    model: ValueModel, published: Result, parameters: pd.DataFrame
) -> pd.DataFrame:
    """The parameters less ratios to several published values that merged rows use too.

    The ends of such a ratio are weighed by the value behind each version: those of merged rows
    would show in them.

    Parameters
    ----------
    model : ValueModel
        That shows the published map, its rows under `PUBLISHED_ROW`.
    published : Result
    parameters : DataFrame
    """
    rows = _rows(model)
    open_ = rows[PUBLISHED_ROW].isin(_open(published))
    hidden = model.parameters["parameter"].iloc[
        [place for place in rows.loc[~open_, "unit_value_is"].unique() if place >= 0]
    ]
    return parameters[~((parameters["unit"] == RELATIVE) & parameters["parameter"].isin(hidden))]


def _rows(model: ValueModel) -> pd.DataFrame:
    assert model.shown is not None
    return model.shown.rows


def _open(published: Result) -> pd.Index:
    """Published rows that show their value and what it is made of."""
    rows = published.valued.rows
    shown = rows["counted"] & rows["proxy_id"].notna() & rows["present_value"].notna()
    return pd.Index(rows.loc[shown, "row_id"])


def _in_ratio(model: ValueModel) -> pd.Series:
    """Share of the rows behind each published row that the ratio covers: 0, 1, or in between."""
    # By the projects as recorded: a published row may be of several.
    recorded = model.uncertain.rows.loc[_rows(model).index]
    covered = projects_in_ratio(recorded, model.result.inputs).astype(float)
    return covered.groupby(_rows(model)[PUBLISHED_ROW]).mean()


def _touched(
    model: ValueModel, published: Result, moving: Sequence[int] | np.ndarray
) -> np.ndarray:
    """Which published rows each parameter may be seen to move, parameters x rows."""
    rows, about = _rows(model), model.parameters
    at = model.outputs[model.outputs["table"] == PUBLISHED_ROW][PUBLISHED_ROW]
    groups = rows.groupby(PUBLISHED_ROW)
    covered = _in_ratio(model).reindex(at).to_numpy(float)
    whole = at.isin(_open(published)).to_numpy(bool) & np.isin(covered, (0.0, 1.0))
    alone = (groups.size().reindex(at) == 1).to_numpy(bool)
    found = np.zeros((len(moving), len(at)), dtype=bool)
    for line, place in enumerate(moving):
        kind = str(about["kind"].iloc[place])
        if kind in SLOTS:
            uses = (rows[f"{kind}_is"] == place).groupby(rows[PUBLISHED_ROW]).all()
            found[line] = uses.reindex(at).to_numpy(bool) & whole
            found[line] &= alone | (kind not in _OF_TIME)
    return found


def _answers(
    model: ValueModel,
    published: Result,
    tests: tuple[np.ndarray, np.ndarray],
    touched: np.ndarray,
) -> Mapping[str, np.ndarray]:
    """The answers with each parameter at one value, the others at their central ones."""
    moving, ends = tests
    values = np.tile(model.central[moving], (len(moving) + 1, 1))
    values[np.arange(len(moving)), np.arange(len(moving))] = ends
    found = model.evaluate(values, moving)
    parts = found[:, len(TOTALS) :]
    change = np.where(touched, parts[:-1] - parts[-1], 0.0)
    at = model.outputs[model.outputs["table"] == PUBLISHED_ROW][PUBLISHED_ROW]
    compared = change @ _in_ratio(model).reindex(at).to_numpy(float) + published.compared_value
    inputs = found[:-1, TOTALS.index("compared_inputs")]
    none = np.nan if published.ratio_missing else 0.0
    return {
        "present_value": published.totals["present_value"] + change.sum(axis=1),
        "net_present_value": compared - inputs + none,
        "sroi_ratio": np.divide(
            compared + none, inputs, out=np.full(len(inputs), np.nan), where=inputs > 0
        ),
    }


def _stacked(table: pd.DataFrame, still: pd.DataFrame) -> pd.DataFrame:
    both = [part for part in (table, still.reindex(columns=table.columns)) if len(part)]
    return pd.concat(both, ignore_index=True) if both else table
