"""What would each row be worth with what the other assessment says of its like?"""

import numpy as np
import pandas as pd

from socialvalue.compared_rows import ADJUSTMENTS, BREAKDOWN, Rows, Side, position_near
from socialvalue.counterparts import LEVELS, Level, counterparts
from socialvalue.proxy_picks import validity_of
from socialvalue.tables import stacked

_SAME_PROXY = (Level(("proxy_id", "unit")),)


def places_of(side: str, row_ids: pd.Series) -> pd.Series:
    """Names under which the rows of a side are known beside those of the other."""
    return side + " " + row_ids.astype(str)


def own_rows(table: pd.DataFrame, side: str) -> pd.DataFrame:
    """Rows with what they are adjusted and valued by on their own side."""
    renamed = {name: f"{side}_{name}" for name in (*ADJUSTMENTS, "position")}
    found = table.drop(columns="present_value").rename(columns=renamed)
    return found.assign(**{f"{side}_place": places_of(side, table["row_id"])})


def paired(sides: tuple[Side, Side], rows: tuple[Rows, Rows]) -> pd.DataFrame:
    """Records of this time, but of periods that both cover last time's, each beside its like.

    A row whose like are several stands in pieces, in their proportions.

    Parameters
    ----------
    sides : tuple of Side
        Last and this.
    rows : tuple of Rows
        Of each, with ``in_both``.

    Returns
    -------
    DataFrame
        Keys, first_year and quantity; then, for each side by name, the adjustments, the proxy
        (``set`` and ``position`` in it) and the ``place`` whose links to goals hold.
    """
    last, this = (each.table[each.table["whole"]] for each in rows)
    kept, new = last[last["in_both"]], this[~this["in_both"]]
    levels: tuple[Level, ...] = LEVELS
    if BREAKDOWN in this:
        # Alike rows of the same category come before those of any other.
        levels = (*(Level((BREAKDOWN, *each.alike), each.kind) for each in LEVELS), *levels)
    return stacked(_beside((kept, this), sides, levels), _beside((new, last), sides[::-1], levels))


def _beside(
    rows: tuple[pd.DataFrame, pd.DataFrame],
    sides: tuple[Side, Side],
    levels: tuple[Level, ...],
) -> pd.DataFrame:
    """Rows of the first side with what their like on the second is adjusted and valued by."""
    (table, others), (own, other) = rows, (side.name for side in sides)
    pairs = counterparts(table, others, levels)
    found = own_rows(table, own).merge(pairs, on="row_id", how="left")
    like = own_rows(others, other).rename(columns={"row_id": "other"})
    taken = ["other", *(f"{other}_{name}" for name in (*ADJUSTMENTS, "position", "place"))]
    found = found.merge(like[taken], on="other", how="left")
    alone = found["other"].isna()
    for name in (*ADJUSTMENTS, "place"):
        found[f"{other}_{name}"] = found[f"{other}_{name}"].where(~alone, found[f"{own}_{name}"])
    position = found[f"{other}_position"].astype(float)
    elsewhere = _valued_elsewhere(table, others, sides[1])
    position = position.where(~alone, found["row_id"].map(elsewhere).astype(float))
    # What the other side has no value for, and no unpriced like of, keeps its own.
    found[f"{other}_set"] = np.where(alone & (position < 0), own, other)
    found[f"{other}_position"] = position.where(
        found[f"{other}_set"] == other, found[f"{own}_position"]
    ).astype(int)
    # Goals of what was not priced say nothing of where its value would have gone.
    unpriced = found[f"{other}_position"] < 0
    found[f"{other}_place"] = found[f"{other}_place"].where(~unpriced, found[f"{own}_place"])
    weight = found["weight"].fillna(1.0)
    return found.assign(quantity=found["quantity"] * weight, **{f"{own}_set": own})


def _valued_elsewhere(table: pd.DataFrame, others: pd.DataFrame, side: Side) -> pd.Series:
    """For rows without a like: where their proxy stands on the other side; -1 if nowhere."""
    priced = table[table["position"] >= 0]
    pairs = counterparts(priced, others[others["position"] >= 0], _SAME_PROXY)
    pairs = pairs.drop_duplicates("row_id").set_index("row_id")["other"]
    used = pairs.map(others.set_index("row_id")["position"])
    validity = validity_of(side.proxies)
    month = side.assumptions.year_start_month
    asked = zip(priced["row_id"], priced["proxy_id"], priced["first_year"], strict=True)
    in_set = {row: position_near(validity, str(proxy), year, month) for row, proxy, year in asked}
    return pd.Series(in_set | used.to_dict(), dtype=float).reindex(table["row_id"]).fillna(-1.0)
