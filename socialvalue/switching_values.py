"""At which value of a parameter would the work no longer be worth what it cost?"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError, SocialValueError
from socialvalue.sensitivity import ABOUT, answers

if TYPE_CHECKING:
    from socialvalue.value_model import ValueModel

DURATION, DROP_OFF = "duration_years", "drop_off"
"""Parameters in which net present value bends; in all others it is a straight line to each side."""
PENNY = 0.005
NO_EFFECT = "cannot switch: net present value does not depend on it"
_GRID = 101
"""Drop-offs tried between the central value and a bound, to find the first change of sign."""
_Net = Callable[[Any], np.ndarray]


class Switch(NamedTuple):
    """Where net present value is nought and what it is there, or why it never is."""

    value: float
    net: float
    note: str


def switching_values(model: "ValueModel") -> pd.DataFrame:
    """The value of each parameter at which net present value is nought, the others kept.

    Parameters
    ----------
    model : ValueModel

    Returns
    -------
    DataFrame
        A row a parameter, the nearest switch first: parameter, kind, what, unit, central, least,
        most (what it can be: shares from 0 to 1, durations up to 100 years, values, quantities and
        inputs not past nought), switching_value, change (from the central value, as a share of its
        size), within_range (whether it lies within the range that is stated; null where none is),
        net_present_value (at the switching value) [money], note: blank, or why it cannot switch.

    Raises
    ------
    SettingsError
        If there is no net present value.

    Notes
    -----
    Unit values, shares, inputs and quantities are solved as the straight lines they are on each
    side of the central value. For drop-off and durations the nearest change of sign is closed in
    on by Brent's method, as in `scipy.optimize.brentq`.
    """
    model = model.with_tables()
    if model.result.ratio_missing:
        raise SettingsError(
            "There is no net present value that could turn: "
            f"{model.result.ratio_missing}. Add what the work cost in the table inputs."
        )
    table = model.parameters[[*ABOUT, "least", "most"]].reset_index(drop=True)
    bounds = np.array([bounds_of(row) for row in table.to_dict("records")]).reshape(-1, 2)
    bends = table["kind"].isin([DURATION, DROP_OFF]).to_numpy(bool)
    straight = np.flatnonzero(~bends)
    found = dict(zip(straight.tolist(), _straight(model, straight, bounds[straight]), strict=True))
    for place in np.flatnonzero(bends).tolist():
        found[place] = _bent(model, place, (bounds[place, 0], bounds[place, 1]))
    table[["least", "most"]] = bounds
    told = [_told(model, place, found[place]) for place in range(len(table))]
    table = table.join(pd.DataFrame(told, index=table.index))
    order = table.assign(nearest=table["change"].abs(), never=table["switching_value"].isna())
    order = order.sort_values(["never", "nearest"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def bounds_of(parameter: Any) -> tuple[float, float]:
    """What a parameter can be: within its bounds, and on its own side of nought.

    Examples
    --------
    >>> bounds_of({"central": -20.0, "least": float("-inf"), "most": float("inf")})
    (-inf, 0.0)
    """
    least, most = float(parameter["least"]), float(parameter["most"])
    # A benefit that turned into a harm would be another outcome.
    if parameter["central"] >= 0:
        return max(least, 0.0), most
    return least, min(most, 0.0)


def _told(model: "ValueModel", place: int, found: Switch) -> dict[str, Any]:
    central, spread = float(model.central[place]), model.spreads[place]
    low, high = spread.ends
    there = not np.isnan(found.value)
    return {
        "switching_value": found.value,
        "change": (found.value - central) / abs(central) if central and there else np.nan,
        "within_range": bool(low <= found.value <= high) if there and not spread.fixed else None,
        "net_present_value": found.net,
        "note": found.note,
    }


def _straight(model: "ValueModel", places: np.ndarray, bounds: np.ndarray) -> list[Switch]:
    """Switches of parameters that move net present value along a straight line to each side."""
    central = model.central[places]

    def net(values: np.ndarray) -> np.ndarray:
        # Each parameter at its own value in a test of its own, the others central.
        tests = np.tile(central, (len(places), 1))
        np.fill_diagonal(tests, values)
        return answers(model, tests, places)["net_present_value"].to_numpy(float)

    now, best = net(central), np.full(len(places), np.nan)
    slopes = []
    for side in (-1.0, 1.0):
        step = np.clip(central + side * np.maximum(np.abs(central), 1.0), *bounds.T)
        moved = step - central
        rise = np.divide(net(step) - now, moved, out=np.zeros(len(places)), where=moved != 0)
        slopes.append(rise)
        root = central - np.divide(now, rise, out=np.full(len(places), np.nan), where=rise != 0)
        reached = (root >= bounds[:, 0]) & (root <= bounds[:, 1]) & ((root - central) * side >= 0)
        for _ in range(3):
            # The line is exact; going over it again takes out what rounding left.
            off = net(np.where(reached, root, central))
            root = root - np.where(reached, np.divide(off, rise, out=off * 0, where=rise != 0), 0)
        nearer = reached & ~(np.abs(best - central) <= np.abs(root - central))
        best = np.where(nearer, root, best)
    best = np.where(now == 0, central, best)
    at_switch, at_bounds = net(np.where(np.isnan(best), central, best)), []
    for bound in bounds.T:
        finite = np.isfinite(bound)
        at_bounds.append(np.where(finite, net(np.where(finite, bound, central)), np.inf))
    return [
        _settled(best[i], at_switch[i], bounds[i], np.array(at_bounds)[:, i], any_slope)
        for i, any_slope in enumerate(np.any(slopes, axis=0))
    ]


def _settled(
    value: float, net: float, bounds: np.ndarray, at_bounds: np.ndarray, has_slope: bool
) -> Switch:
    if not np.isnan(value):
        return Switch(float(value), float(net), "")
    note = _never(bounds, at_bounds) if has_slope else NO_EFFECT
    return Switch(np.nan, np.nan, note)


def _never(bounds: np.ndarray, at_bounds: np.ndarray) -> str:
    nearest = int(np.abs(at_bounds).argmin())
    return (
        "cannot switch: net present value comes no nearer to nought than "
        f"{at_bounds[nearest]:,.0f}, at {bounds[nearest]:g}"
    )


def _bent(model: "ValueModel", place: int, bounds: tuple[float, float]) -> Switch:
    def net(values: Any) -> np.ndarray:
        column = np.atleast_1d(np.asarray(values, dtype=float))[:, None]
        return answers(model, column, [place])["net_present_value"].to_numpy(float)

    central = float(model.central[place])
    if model.parameters["kind"].iloc[place] == DROP_OFF:
        return _nearest(net, central, bounds, _shares)
    most, why = _longest(net, central, bounds[1])
    found = _nearest(net, central, (bounds[0], most), _years)
    if why and np.isnan(found.value):
        note = f"{found.note}; tried up to {most:g} years, as of more: {why}"
        return found._replace(note=note)
    return found


def _nearest(
    net: _Net,
    central: float,
    bounds: tuple[float, float],
    between: Callable[[float, float], np.ndarray],
) -> Switch:
    """The change of sign nearest to the central value."""
    from scipy.optimize import brentq

    found, reached = [], []
    for bound in bounds:
        at = between(central, bound)
        values = net(at)
        reached.append(values)
        turn = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))
        if len(turn):
            ends = at[turn[0]], at[turn[0] + 1]
            found.append(float(brentq(lambda x: net(x)[0], *ends, xtol=1e-15, rtol=1e-14)))
    if not found:
        effect = np.ptp(np.concatenate(reached)) != 0
        last = np.array([values[-1] for values in reached])
        return Switch(np.nan, np.nan, _never(np.array(bounds), last) if effect else NO_EFFECT)
    value = min(found, key=lambda root: abs(root - central))
    left = float(net(value)[0])
    if abs(left) < PENNY:
        return Switch(value, left, "")
    note = "cannot switch exactly: part-years count whole or not at all, and net present value "
    return Switch(np.nan, np.nan, f"{note}jumps over nought at {value:.6g}")


def _shares(central: float, bound: float) -> np.ndarray:
    return np.linspace(central, bound, _GRID)


def _years(central: float, bound: float) -> np.ndarray:
    """A duration and every whole year between it and a bound: value is straight between them."""
    low, high = sorted((central, bound))
    years = np.unique([low, *np.arange(np.ceil(low), np.floor(high) + 1), high])
    return years if bound > central else years[::-1]


def _longest(net: _Net, central: float, most: float) -> tuple[float, str]:
    """The longest duration that can be valued, and why none beyond it."""
    why = ""
    works, fails = central, most + 1
    while fails - works > 1:
        years = most if not why else float(np.ceil((works + fails) / 2))
        if years >= fails:
            break
        try:
            net(years)
            works = years
        except SocialValueError as error:
            # A schedule that ends, or a proxy that has no row for later years.
            fails, why = years, str(error)
    return float(works), why
