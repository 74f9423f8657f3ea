"""What may be published of a simulation? The groups that a published result shows, no others."""

from dataclasses import replace

import numpy as np
import pandas as pd

from socialvalue.draw_statistics import keys_as_text, statistics
from socialvalue.merging import MERGED_LABEL
from socialvalue.published_sensitivity import (
    PUBLISHED_ROW,
    published_one_way,
    without_small_ratios,
)
from socialvalue.results import Result
from socialvalue.simulated_tables import tables_by
from socialvalue.simulation import SHOWN, Simulation
from socialvalue.summary import ROW_KEYS
from socialvalue.value_model import Shown, ValueModel
from socialvalue.value_outputs import COMPARED, LINEAR, TOTALS

_OF_RATIO = ("net_present_value", "sroi_ratio")
_STATED = r"adjustments, row |stated nowhere"
"""Of adjustments, the numbers that are published anyway."""


def published_simulation(
    simulation: Simulation, published: Result, new_ids: pd.Series
) -> Simulation:
    """A simulation in which small groups are merged as they are in the published result.

    Every table is of the same draws, added up over the published rows. Merged rows of several kinds
    stand still in them: what only some of their parts vary with would tell those alone. What cannot
    be shown of the totals has none.

    Nor has a declared breakdown. Its groups are merged until each rests on enough people, but what
    is inside a group is not: two people may be behind all that one value comes to there. Present
    value alone is one sum of the quantities in the group, each times its value; every end of a
    range is another sum of the same quantities with other, known factors. Ten teas at 110 that may
    be 160, beside two coffees at 50 that stand still, are 1,200 and at the most 1,700: 500 more is
    ten teas times 50, and what is left is the two coffees of two people. To be safe every cell of
    group, row of the map and year would have to rest on enough people, and so would every
    difference of such cells from the rows of the map and from other breakdowns. People are counted
    by group and in pairs of keys, not in such cells; and few records would pass.

    Parameters
    ----------
    simulation : Simulation
        Of the assessment.
    published : Result
        Without a simulation.
    new_ids : Series
        Published row_id of each row of the map, by its own.
    """
    model, values = simulation.model, simulation.values
    assert model is not None and values is not None
    still = set(published.values.loc[published.values["after_drop_off"].isna(), "row_id"])
    hidden_too = _over_published_rows(model, new_ids, published)
    model, simulation = _standing_still(model, simulation, new_ids, still)
    rows = model.uncertain.rows[model.uncertain.rows["map"] == ""]
    told = published.valued.rows.set_index("row_id")
    new = rows["row_id"].map(new_ids)
    keys = {key: told[key].reindex(new).to_numpy(object) for key in ROW_KEYS}
    hidden = published.valued.values
    without = set(hidden.loc[hidden["year"] == MERGED_LABEL, "row_id"])
    shown = Shown(
        rows=rows.assign(row_id=new, **{PUBLISHED_ROW: new}, **keys),
        years=dict.fromkeys(rows.index[new.isin(without)], MERGED_LABEL),
        allocation=published.allocation,
    )
    frameworks = list(published.frameworks)
    wanted: list[tuple[str, ...]] = [(key,) for key in (*frameworks, *ROW_KEYS, "year")]
    wanted += [(name, "year") for name in frameworks]
    split = replace(model, shown=shown, by=tuple(dict.fromkeys(wanted)))
    known = {each: published.by(*each) for each in split.by}
    tables = tables_by(split, values, simulation.level, known)
    # A year that only some of the merged outcomes could last into would show them alone.
    tables = {each: table.iloc[: len(known[each])] for each, table in tables.items()}
    if still:
        apart = _only(published, still)
        tables = {each: _moved(table, apart.by(*each), each) for each, table in tables.items()}
    left = _totals_left(simulation, published)
    parameters = without_small_ratios(hidden_too, published, left.parameters)
    return replace(
        left,
        parameters=parameters.reset_index(drop=True),
        one_way=published_one_way(split, published, parameters),
        model=None,
        values=None,
        tables=tables,
    )


def _over_published_rows(model: ValueModel, new_ids: pd.Series, published: Result) -> ValueModel:
    """The model with all its rows under those of the published map."""
    rows = model.uncertain.rows[model.uncertain.rows["map"] == ""]
    shown = rows.assign(**{PUBLISHED_ROW: rows["row_id"].map(new_ids)})
    return replace(model, shown=Shown(rows=shown, years={}, allocation=published.allocation))


def _standing_still(
    model: ValueModel, simulation: Simulation, new_ids: pd.Series, still: set[int]
) -> tuple[ValueModel, Simulation]:
    """The model without the rows that stand still, and the totals with them at central values."""
    rows = model.uncertain.rows
    gone = (rows["map"] == "") & rows["row_id"].map(new_ids).isin(still)
    if not gone.any():
        return model, simulation
    left = replace(model.uncertain, rows=rows[~gone].reset_index(drop=True))
    moving = ValueModel(model.result, left, by=())
    values = simulation.values
    assert values is not None
    whole, part = (each.evaluate(model.central[None, :])[0] for each in (model, moving))
    linear = len(LINEAR)
    found = moving.evaluate(values, model.moving)
    found[:, :linear] += whole[:linear] - part[:linear]
    table = pd.DataFrame(found, columns=list(TOTALS))
    table["net_present_value"] = table["net_present_value"] + (whole - part)[LINEAR.index(COMPARED)]
    ratio = table[COMPARED] / table["compared_inputs"].where(table["compared_inputs"] > 0)
    table["sroi_ratio"] = ratio.where(table["sroi_ratio"].notna())
    told = statistics(table.to_numpy(float), simulation.level).assign(total=TOTALS)
    told = told.merge(simulation.totals[["total", "central"]], on="total")
    # Merged rows in the size that is published: that of their parts would tell of harms in them.
    seen = float(left.rows.loc[left.rows["map"] == "", "present_value"].abs().sum())
    merged = rows.loc[gone, "present_value"].groupby(rows["row_id"].map(new_ids)).sum().abs().sum()
    size = seen + float(merged)
    totals = told[list(simulation.totals)]
    return moving, replace(
        simulation,
        draws=table[list(SHOWN)],
        totals=totals,
        share_fixed=(float(merged) + moving.share_fixed * seen) / size if size > 0 else 1.0,
    )


def _only(published: Result, rows: set[int]) -> Result:
    """The published result with some of its rows alone."""
    valued = published.valued
    kept = [table[table["row_id"].isin(rows)] for table in (valued.rows, valued.values)]
    return replace(published, valued=replace(valued, rows=kept[0], values=kept[1]))


def _moved(table: pd.DataFrame, apart: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """Distributions of what varies, moved by the value of what stands still beside it."""
    fixed = apart.set_index(keys_as_text(apart, keys))["present_value"]
    here = fixed.reindex(keys_as_text(table, keys)).fillna(0.0).to_numpy(float)
    alone = table["mean"].isna() & table["present_value"].notna()
    table = table.assign(
        **{name: table[name].mask(alone, 0.0) for name in ("mean", "sd", "median")}
    )
    return table.assign(**{name: table[name] + here for name in ("mean", "low", "median", "high")})


def _totals_left(simulation: Simulation, published: Result) -> Simulation:
    """The simulation without totals that the published result does not show."""
    gone = list(_OF_RATIO) if published.ratio_missing else []
    totals = simulation.totals.set_index("total")
    own = totals["central"].reindex(published.totals.index).dropna()
    known = published.totals.reindex(own.index)
    gone += list(own.index[~np.isclose(own, known, rtol=1e-9) & ~own.index.isin(gone)])
    for name in gone:
        totals.loc[name] = np.nan
        totals.loc[name, "central"] = published.totals[name]
    chance = simulation.probability_value_exceeds_cost
    return replace(
        simulation,
        totals=totals.reset_index(),
        draws=simulation.draws.drop(columns=gone),
        parameters=_parameters_left(simulation.parameters, published),
        # How a few people's change is known may be known of nobody else.
        grades=simulation.grades.iloc[:0],
        # So may the name of a group of numbers.
        still_members={},
        # Whose records state their own may be one group that is merged.
        shares_on_records={},
        probability_value_exceeds_cost=np.nan if published.ratio_missing else chance,
        probability_error=np.nan if published.ratio_missing else simulation.probability_error,
        ratio_missing=published.ratio_missing,
    )


def _parameters_left(parameters: pd.DataFrame, published: Result) -> pd.DataFrame:
    """Numbers that are published anyway, without the value that rests on each.

    The size of a change, and what records state themselves, could be of a small group.
    """
    used = published.proxies_used["proxy_id"]
    of_proxy = parameters["what"].str.split(",").str[0].isin(used)
    values = (parameters["kind"] == "unit_value") & of_proxy
    stated = parameters["what"].astype("string").str.match(_STATED).to_numpy(bool)
    stated &= (parameters["kind"] != "quantity").to_numpy(bool)
    left = parameters[values | stated | (parameters["kind"] == "input_value")]
    return left.drop(columns="value_behind").reset_index(drop=True)
