"""What is a Monte Carlo simulation worth beside the same draws valued by hand? Rows times draws.

By hand every row of the map, in every year, is valued in every draw and added up by category and
year. The library values each distinct product once. The draws are the same, so the answers are.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

import socialvalue as sv
from benchmarks.library import FRAMEWORKS, UNALLOCATED, records_at, settings

DRAWS, SEED, LEVEL = 10_000, 1, 0.95
_ROWS_AT_ONCE = 200


def assessed(path: Any, proxies: Any) -> tuple[Any]:
    """The assessment whose value is drawn, with its own tables; not timed."""
    result = sv.assess(records_at(path), proxies, settings(), progress=False)
    for name in FRAMEWORKS:
        result.by(name, "year")
    return (result,)


def with_draws(path: Any, proxies: Any) -> tuple[Any, Any]:
    """The same with the values that the parameters take; not timed."""
    (result,) = assessed(path, proxies)
    return result, result.simulate(DRAWS, SEED)


def library_simulate(result: Any) -> dict[str, pd.DataFrame]:
    """Draw, value, and add up by goal or priority and year."""
    simulation = result.simulate(DRAWS, SEED, level=LEVEL)
    parts = {
        name: simulation.by(name, "year")[[name, "year", "mean", "low", "high"]]
        for name in FRAMEWORKS
    }
    return {"draws": _stacked(parts)}


def numpy_draws(result: Any, simulation: Any) -> dict[str, pd.DataFrame]:
    """Every row and year in every draw, with the draws at hand."""
    lines = result.values.merge(result.valued.rows[["row_id", "proxy_id"]], on="row_id")
    ratios = _ratios(simulation, lines["proxy_id"])
    present = lines["present_value"].to_numpy(float)
    parts = {}
    for name in FRAMEWORKS:
        shares = result.allocation[result.allocation["framework"] == name]
        beside = lines.reset_index(names="line").merge(
            shares[["row_id", "category", "share"]], on="row_id"
        )
        groups = beside.groupby(["category", "year"])
        weights = np.zeros((len(lines), groups.ngroups))
        np.add.at(weights, (beside["line"], groups.ngroup()), beside["share"])
        found = np.concatenate(
            [(part * present) @ weights for part in _in_parts(ratios, lines["proxy_id"])]
        )
        keys = pd.DataFrame(list(groups.groups), columns=[name, "year"])
        tails = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        parts[name] = keys.assign(mean=found.mean(axis=0), low=tails[0], high=tails[1])
    return {"draws": _stacked(parts)}


def _ratios(simulation: Any, proxies: pd.Series) -> dict[str, np.ndarray]:
    """What each proxy's value is in each draw, as a ratio to what it is taken to be."""
    numbers = simulation.parameters[simulation.parameters["distribution"] != "fixed"]
    found = {
        name.removeprefix("unit_value: "): simulation.values[:, column] / central
        for column, (name, central) in enumerate(
            zip(numbers["parameter"], numbers["central"], strict=True)
        )
    }
    still = np.ones(len(simulation.values))
    return {proxy: found.get(proxy, still) for proxy in proxies.unique()}


def _in_parts(ratios: Mapping[str, np.ndarray], proxies: pd.Series) -> Any:
    columns, names = pd.factorize(proxies)
    table = np.column_stack([ratios[name] for name in names])
    for start in range(0, len(table), _ROWS_AT_ONCE):
        yield table[start : start + _ROWS_AT_ONCE][:, columns]


def _stacked(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several frameworks as one, without categories that do not vary."""
    tables = [
        table.rename(columns={name: "category"}).assign(framework=name)
        for name, table in parts.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    varies = table["high"] - table["low"] > 1e-9 * table["mean"].abs()
    table = table[varies & (table["category"] != UNALLOCATED)]
    return table[["framework", "category", "year", "mean", "low", "high"]].reset_index(drop=True)
