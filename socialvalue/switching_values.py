"""At which value of a parameter would the work no longer be worth what it cost?"""

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
_AT_ONCE = 20
"""Drop-offs or durations tried together: all the years of each are held at once."""
_Curve = tuple[np.ndarray, np.ndarray]


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
    side of the central value, durations as the straight lines they are between whole years. The
    nearest change of sign of a drop-off is closed in on by Brent's method, as in
    `scipy.optimize.brentq`.
    """
    model = model.with_tables()
    if model.result.ratio_missing:
        raise SettingsError(
            "There is no net present value that could turn: "
            f"{model.result.ratio_missing}. Add what the work cost in the table inputs."
        )
    table = model.parameters[[*ABOUT, "least", "most"]].reset_index(drop=True)
    bounds = np.array([bounds_of(row) for row in table.to_dict("records")]).reshape(-1, 2)
    straight = np.flatnonzero(~table["kind"].isin([DURATION, DROP_OFF]))
    found = dict(zip(straight.tolist(), _straight(model, straight, bounds[straight]), strict=True))
    for kind in (DROP_OFF, DURATION):
        places = np.flatnonzero(table["kind"] == kind).tolist()
        found |= zip(places, _bent(model, places, bounds[places]), strict=True)
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


def _bent(model: "ValueModel", places: list[int], bounds: np.ndarray) -> list[Switch]:
    """Switches of drop-offs, or of durations, a few at a time."""
    found: list[Switch] = []
    for start in range(0, len(places), _AT_ONCE):
        here = slice(start, start + _AT_ONCE)
        try:
            curves = _curves(model, places[here], bounds[here])
        except SocialValueError:
            # A schedule that ends, or a proxy without a row for later years: one by one.
            found += [
                _shortened(model, *each) for each in zip(places[here], bounds[here], strict=True)
            ]
            continue
        found += [
            _nearest(model, place, curve) for place, curve in zip(places[here], curves, strict=True)
        ]
    return found


def _curves(model: "ValueModel", places: list[int], bounds: np.ndarray) -> list[list[_Curve]]:
    """For each parameter its values towards each bound, and the net present value there."""
    central = model.central[places]
    tried = [
        [_towards(model, place, bound) for bound in ends]
        for place, ends in zip(places, bounds, strict=True)
    ]
    tests = []
    for column, sides in enumerate(tried):
        of_one = np.tile(central, (sum(map(len, sides)), 1))
        of_one[:, column] = np.concatenate(sides)
        tests.append(of_one)
    net = answers(model, np.concatenate(tests), places)["net_present_value"].to_numpy(float)
    ends = np.cumsum([len(side) for sides in tried for side in sides])[:-1]
    values = iter(np.split(net, ends))
    return [[(side, next(values)) for side in sides] for sides in tried]


def _towards(model: "ValueModel", place: int, bound: float) -> np.ndarray:
    """Values from the central one to a bound; of a duration every whole year."""
    central = float(model.central[place])
    if model.parameters["kind"].iloc[place] == DROP_OFF:
        return np.linspace(central, bound, _GRID)
    low, high = sorted((central, float(bound)))
    years = np.unique([low, *np.arange(np.ceil(low), np.floor(high) + 1), high])
    return years if bound > central else years[::-1]


def _nearest(model: "ValueModel", place: int, curve: list[_Curve]) -> Switch:
    """The change of sign nearest to the central value."""
    from scipy.optimize import brentq

    def net(value: float) -> float:
        return float(answers(model, np.array([[value]]), [place])["net_present_value"].iloc[0])

    central, found = float(model.central[place]), []
    for at, values in curve:
        turn = np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1]))[:1]
        for first in turn.tolist():
            (a, b), (of_a, of_b) = at[first : first + 2], values[first : first + 2]
            straight = a - of_a * (b - a) / (of_b - of_a)
            bends = model.parameters["kind"].iloc[place] == DROP_OFF
            root = brentq(net, a, b, xtol=1e-15, rtol=1e-14) if bends else straight
            found.append((abs(root - central), float(root), float(min(a, b)), float(max(a, b))))
    if not found:
        bound, last = (np.array([each[i][-1] for each in curve]) for i in (0, 1))
        effect = np.ptp(np.concatenate([values for _, values in curve])) != 0
        return Switch(np.nan, np.nan, _never(bound, last) if effect else NO_EFFECT)
    _, value, low, high = min(found)
    left = net(value)
    if abs(left) < PENNY:
        return Switch(value, left, "")
    note = "cannot switch exactly: part-years count whole or not at all, and net present value "
    return Switch(np.nan, np.nan, f"{note}jumps over nought between {low:g} and {high:g} years")


def _shortened(model: "ValueModel", place: int, bounds: np.ndarray) -> Switch:
    """The switch of a duration among those that can be valued at all."""
    works, fails, why = float(model.central[place]), float(bounds[1]) + 1, ""
    while fails - works > 1:
        years = float(bounds[1]) if not why else float(np.floor((works + fails) / 2))
        if not works < years < fails:
            break
        try:
            answers(model, np.array([[years]]), [place])
            works = years
        except SocialValueError as error:
            fails, why = years, str(error)
    [curve] = _curves(model, [place], np.array([[bounds[0], works]]))
    found = _nearest(model, place, curve)
    if why and np.isnan(found.value):
        note = f"{found.note}; tried up to {works:g} years, as of more: {why}"
        return found._replace(note=note)
    return found
