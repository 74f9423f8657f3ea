"""Which deadweight, displacement, attribution, drop-off and duration holds for a row, and why?

Field by field the record's own value wins; then the row of the adjustments table whose scope fits
with most columns stated; then the proxy set's published default; what is stated nowhere counts as
nothing taken off (duration 1), and is said.
"""

import re
from itertools import combinations

import numpy as np
import pandas as pd

from socialvalue.errors import InputError
from socialvalue.impact_map import PRODUCTS, SHARES

FIELDS = (*SHARES, "drop_off", "duration_years", "starts")
SCOPE = ("proxy_id", "project", "stakeholder_group", "year")
NOWHERE = "stated nowhere"
RECORD = "record"
IN_PROXY = "already in the proxy"
WHOLE_DURATION = "the value covers the whole duration"
"""Of a duration that is stated nowhere, where the value is for all of it."""
_WRITTEN, _MISSED = 9, 1e-12
"""Decimals that a share is written with at most, and by how much a sum may miss it."""
_NEUTRAL = dict.fromkeys(FIELDS, 0.0) | {"duration_years": 1.0}


def settle(rows: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """Give each row of the impact map its adjustments, each with where it came from.

    Parameters
    ----------
    rows : DataFrame
        Collapsed records joined to their proxies: the proxies' defaults are in columns named
        ``default_<field>``, ``already_net_of`` and ``value_covers``; ``year`` is the year label.
    adjustments : DataFrame
        The adjustments table (may be empty).

    Returns
    -------
    DataFrame
        With the columns of `FIELDS` filled and ``<field>_from`` (text) beside each. A share that
        the records state themselves stays null here: its effect is in the sums.

    Raises
    ------
    InputError
        If two rows of the adjustments fit equally well, or take what a proxy is already net of.
    """
    settled = rows.copy()
    whole_or_once = rows["value_covers"].isin(["duration", "once"]).to_numpy(bool)
    stated = rows["drop_off"].fillna(0.0).to_numpy(float) != 0
    settled["drop_off_ignored"] = whole_or_once & stated
    already = _already_net_of(rows)
    found = {}
    for field in FIELDS:
        barred = already.map(lambda names, field=field: field in names).to_numpy(bool)
        found[field], found[f"{field}_from"] = _settle_field(rows, adjustments, field, barred)
    return settled.assign(**found)


def _settle_field(
    rows: pd.DataFrame, adjustments: pd.DataFrame, field: str, barred: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    own = rows.get(field, pd.Series(np.nan, index=rows.index)).to_numpy(dtype=float, copy=True)
    stated = (
        rows[f"states_{field}"].to_numpy(dtype=bool, copy=True)
        if field in SHARES
        else ~np.isnan(own)
    )
    value = own
    origin = np.where(stated, RECORD, "").astype(object)
    value[stated & np.isin(field, SHARES)] = np.nan

    table = _best_adjustment(rows, adjustments, field, open_rows=~stated, barred=barred)
    chosen = ~stated & ~np.isnan(table.value) & ~barred
    value[chosen], origin[chosen] = table.value[chosen], table.origin[chosen]

    default = rows.get(f"default_{field}", pd.Series(np.nan, index=rows.index)).to_numpy(float)
    published = ~stated & ~chosen & ~barred & ~np.isnan(default)
    value[published] = default[published]
    origin[published] = "proxy: " + rows["default_source"].fillna("").to_numpy(object)[published]

    rest = ~stated & ~chosen & ~published
    value[rest] = _NEUTRAL[field]
    origin[rest] = np.where(barred, IN_PROXY, NOWHERE)[rest]
    if field in ("drop_off", "duration_years"):
        _apply_cover(rows, field, value, origin)
    return value, origin


def _already_net_of(rows: pd.DataFrame) -> pd.Series:
    """What the proxy of each row is already net of, which must not be taken again."""
    stated = rows["already_net_of"].fillna("").astype(str)
    return stated.map({each: frozenset(re.split(r"[;,\s]+", each)) for each in stated.unique()})


def _apply_cover(rows: pd.DataFrame, field: str, value: np.ndarray, origin: np.ndarray) -> None:
    covers = rows["value_covers"].fillna("").to_numpy(object)
    once, whole = covers == "once", covers == "duration"
    if field == "duration_years":
        value[once] = 1.0
        origin[once & (origin != RECORD)] = "the value covers one use"
        unset = whole & (origin == NOWHERE)
        origin[unset] = WHOLE_DURATION
    else:
        value[once | whole] = 0.0
        origin[once] = "the value covers one use"
        origin[whole] = f"{WHOLE_DURATION}, drop-off included"


class _Best:
    def __init__(self, size: int) -> None:
        self.value = np.full(size, np.nan)
        self.origin = np.full(size, "", dtype=object)
        self.scope = np.full(size, -1)
        self.line = np.full(size, "", dtype=object)
        self.tied_with = np.full(size, "", dtype=object)


def _best_adjustment(
    rows: pd.DataFrame,
    adjustments: pd.DataFrame,
    field: str,
    *,
    open_rows: np.ndarray,
    barred: np.ndarray,
) -> _Best:
    best = _Best(len(rows))
    if field not in adjustments:
        return best
    for line, adjustment in adjustments[adjustments[field].notna()].iterrows():
        scope = [column for column in SCOPE if pd.notna(adjustment.get(column))]
        fits = open_rows.copy()
        for column in scope:
            fits = fits & (rows[column].fillna("") == adjustment[column]).to_numpy(bool)
        if "proxy_id" in scope and adjustment[field] and (fits & barred).any():
            raise InputError(
                f"adjustments, row {line}: {adjustment['proxy_id']} is already net of {field}, "
                f"which this row takes off again. Leave {field} blank for that proxy."
            )
        # A tie matters only where no more specific row decides, wherever that row stands.
        tied = fits & (best.scope == len(scope)) & ~barred
        best.tied_with[tied] = line
        better = fits & (len(scope) > best.scope)
        best.value[better] = adjustment[field]
        best.origin[better] = f"adjustments, row {line}: {adjustment['reason']}"
        best.scope[better], best.line[better] = len(scope), line
        best.tied_with[better] = ""
    tied = best.tied_with != ""
    if tied.any():
        raise InputError(
            f"adjustments, rows {best.line[tied][0]} and {best.tied_with[tied][0]}: both state "
            f"{field} for the same records with equally many scope columns. Make one of them more "
            "specific, or leave one out."
        )
    return best


def remaining_quantities(rows: pd.DataFrame) -> pd.DataFrame:
    """Quantity of each row before and after each of the three reductions, exact.

    Uses the sums of quantity and its products with the shares that the records stated, and the
    settled shares where they stated none.

    Returns
    -------
    DataFrame
        Columns quantity, quantity_after_deadweight, quantity_after_displacement,
        quantity_after_attribution [units], and the effective shares deadweight, displacement,
        attribution_to_others, net_share.
    """
    sums = {stated: rows[name].to_numpy(float) for name, stated in PRODUCTS.items()}
    stated = {share: rows[f"states_{share}"].to_numpy(bool) for share in SHARES}
    settled = {share: np.nan_to_num(rows[share].to_numpy(float)) for share in SHARES}
    taken = {subset: _moment(subset, sums, stated, settled) for subset in PRODUCTS.values()}
    dead, moved, others = SHARES
    quantity = taken[()]
    after_deadweight = quantity - taken[(dead,)]
    after_displacement = after_deadweight - taken[(moved,)] + taken[(dead, moved)]
    lost_to_others = (
        taken[(others,)] - taken[(dead, others)] - taken[(moved, others)] + taken[SHARES]
    )
    after_attribution = after_displacement - lost_to_others
    found = {
        "quantity": quantity,
        "quantity_after_deadweight": after_deadweight,
        "quantity_after_displacement": after_displacement,
        "quantity_after_attribution": after_attribution,
    }
    steps = (
        (dead, quantity, after_deadweight),
        (moved, after_deadweight, after_displacement),
        (others, after_displacement, after_attribution),
    )
    left = np.ones(len(rows))
    for share, before, after in steps:
        effective = _share_taken(before, after, taken[(share,)], quantity)
        found[share] = np.where(stated[share], _as_stated(effective), rows[share].to_numpy(float))
        left = left * (1 - np.where(stated[share], effective, found[share]))
    return pd.DataFrame({**found, "net_share": left}, index=rows.index)


def _moment(
    subset: tuple[str, ...],
    sums: dict[tuple[str, ...], np.ndarray],
    stated: dict[str, np.ndarray],
    settled: dict[str, np.ndarray],
) -> np.ndarray:
    """Sum over the records of each row of quantity times the shares in ``subset``.

    Shares that the records state are in the sums; the others are the row's settled ones.
    """
    total = np.zeros(len(sums[()]))
    for size in range(len(subset) + 1):
        for own in combinations(subset, size):
            term, applies = sums[own], np.ones(len(total), dtype=bool)
            for share in subset:
                if share in own:
                    applies = applies & stated[share]
                else:
                    applies, term = applies & ~stated[share], term * settled[share]
            total += np.where(applies, term, 0.0)
    return total


def _share_taken(
    before: np.ndarray, after: np.ndarray, product: np.ndarray, quantity: np.ndarray
) -> np.ndarray:
    # Where an earlier step left nothing, the share is shown as stated: it takes nothing from 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.where(quantity != 0, product / quantity, 0.0)
        return np.where(before != 0, 1 - after / before, plain)


def _as_stated(share: np.ndarray) -> np.ndarray:
    """A share as it was written, where sums of many products miss it by rounding alone."""
    near = np.round(share, _WRITTEN) + 0.0
    return np.where(np.abs(share - near) <= _MISSED, near, share)
