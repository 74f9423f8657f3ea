"""How far does the answer move when one or two numbers do? One-way tests and two-way grids."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError

if TYPE_CHECKING:
    from socialvalue.value_model import ValueModel

ANSWERS = ("present_value", "net_present_value", "sroi_ratio")
"""Totals that a test of sensitivity shows [money, money, ratio]."""
NO_RANGE = "no range stated"
ABOUT = ("parameter", "kind", "what", "unit", "central")


def one_way(model: "ValueModel", of: str = "") -> pd.DataFrame:
    """Each parameter moved to its own low and to its own high, the others at their central values.

    Parameters
    ----------
    model : ValueModel
    of : {"present_value", "net_present_value", "sroi_ratio"}, optional
        The answer whose swing puts the parameters in order. By default the net present value, which
        inputs move too, or the present value where there is none.

    Returns
    -------
    DataFrame
        A row a parameter, the largest swing first: parameter, kind, what, unit, central, low, high
        (ends, or the limits of ``level``), distribution, level, each answer ``_as_assessed``,
        ``_at_low`` and ``_at_high`` of the parameter, swing_of, swing (distance between the two),
        note. A parameter of which no range is stated is not moved, and says so; those stand last,
        by the value behind them.

    Raises
    ------
    SettingsError
        If the result has no such answer.
    """
    model = model.with_tables()
    of = of or ("present_value" if model.result.ratio_missing else "net_present_value")
    check_answer(model, of)
    moving = np.asarray(model.moving, dtype=int)
    ends = np.array([model.spreads[place].ends for place in moving]).reshape(-1, 2)
    tables = []
    for column, end in enumerate(("low", "high")):
        values = np.tile(model.central[moving], (len(moving), 1))
        np.fill_diagonal(values, ends[:, column])
        moved = answers(model, values, moving)
        tables.append(moved.add_suffix(f"_at_{end}").set_axis(moving))
    about = model.parameters
    table = about[[*ABOUT, "low", "high", "distribution", "level"]].copy()
    table.loc[moving, ["low", "high"]] = ends
    assessed = answers(model, model.central[None, moving], moving).iloc[0]
    table = table.assign(**assessed.add_suffix("_as_assessed").to_dict())
    table = table.join(tables[0]).join(tables[1])
    table["swing_of"] = of
    table["swing"] = (table[f"{of}_at_high"] - table[f"{of}_at_low"]).abs()
    table["note"] = np.where(table.index.isin(moving), "", NO_RANGE)
    order = table.assign(behind=about["value_behind"], still=~table.index.isin(moving))
    order = order.sort_values(
        ["still", "swing", "behind"], ascending=[True, False, False], kind="stable"
    )
    return table.loc[order.index].reset_index(drop=True)


def two_way(
    model: "ValueModel",
    first: str,
    second: str,
    first_values: Sequence[float] | None = None,
    second_values: Sequence[float] | None = None,
) -> pd.DataFrame:
    """The answer at every pair of values of two parameters.

    Parameters
    ----------
    model : ValueModel
    first, second : str
        Names of two parameters, as in the column ``parameter`` of `one_way`.
    first_values, second_values : sequence of float, optional
        In the parameters' own units. By default low, central and high, and what
        is halfway between them.

    Returns
    -------
    DataFrame
        A row a pair: first, second (the values), present_value, net_present_value [money],
        sroi_ratio [ratio]. ``frame.pivot(index="first", columns="second", values="sroi_ratio")``
        lays it out as a grid.

    Raises
    ------
    SettingsError
        If there is no such parameter, it has no range and no values are given, or a value is
        outside what it can be.
    """
    model = model.with_tables()
    places = np.array([place_of(model, name) for name in (first, second)])
    if places[0] == places[1]:
        raise SettingsError(f"A grid takes two parameters, not {first!r} twice.")
    sides = [
        _values(model, int(place), values)
        for place, values in zip(places, (first_values, second_values), strict=True)
    ]
    pairs = np.array(np.meshgrid(*sides, indexing="ij")).reshape(2, -1).T
    found = answers(model, pairs, places)
    found.insert(0, "first", pairs[:, 0])
    found.insert(1, "second", pairs[:, 1])
    return found


def answers(
    model: "ValueModel", values: np.ndarray, of: Sequence[int] | np.ndarray
) -> pd.DataFrame:
    """The answers at values of some parameters, a row each; the others at their central values.

    Parameters
    ----------
    model : ValueModel
    values : ndarray, shape (tests, parameters)
    of : sequence of int
        Positions of the parameters that the columns are.
    """
    measures = model.outputs["measure"].tolist()
    columns = [measures.index(measure) for measure in ANSWERS]
    found = model.evaluate(values, [int(place) for place in of])[:, columns]
    return pd.DataFrame(found, columns=list(ANSWERS))


def check_answer(model: "ValueModel", of: str) -> None:
    """Refuse an answer that there is not.

    Raises
    ------
    SettingsError
    """
    if of not in ANSWERS:
        raise SettingsError(f"of = {of!r}: choose one of {', '.join(ANSWERS)}.")
    if of != "present_value" and model.result.ratio_missing:
        raise SettingsError(
            f"There is no {of} here: {model.result.ratio_missing}. Add what the work cost in the "
            'table inputs, or ask of = "present_value".'
        )


def place_of(model: "ValueModel", name: str) -> int:
    """Position of a parameter by its name.

    Raises
    ------
    SettingsError
        If there is none of that name.
    """
    names = model.parameters["parameter"].tolist()
    if name in names:
        return names.index(name)
    near = get_close_matches(str(name), names, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise SettingsError(
        f"There is no parameter {name!r}.{hint} result.sensitivity() lists all of them by name."
    )


def checked_values(model: "ValueModel", place: int, values: Sequence[float]) -> np.ndarray:
    """Values of a parameter, each of which it can be.

    Raises
    ------
    SettingsError
        If there are none, or one is no number or outside the parameter's bounds.
    """
    about = model.parameters.iloc[place]
    least, most = float(about["least"]), float(about["most"])
    try:
        given = np.asarray(values, dtype=float).ravel()
    except (TypeError, ValueError):
        given = np.array([np.nan])
    fits = np.isfinite(given) & (given >= least) & (given <= most)
    if not len(given) or not fits.all():
        between = f" from {least:g} to {most:g}" if np.isfinite([least, most]).any() else ""
        raise SettingsError(f"{about['parameter']}: write numbers{between}, one or more.")
    return given


def _values(model: "ValueModel", place: int, values: Sequence[float] | None) -> np.ndarray:
    if values is not None:
        return checked_values(model, place, values)
    spread = model.spreads[place]
    if spread.fixed:
        raise SettingsError(
            f"{model.parameters['parameter'].iloc[place]}: no range is stated. Give the values to "
            "try, or state a spread."
        )
    (low, high), central = spread.ends, spread.central
    return np.unique([low, (low + central) / 2, central, (central + high) / 2, high])
