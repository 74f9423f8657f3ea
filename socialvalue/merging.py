"""Which rows of the map become one, so that no small group shows, and what is left of them?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialvalue.errors import OutputError
from socialvalue.people import SMALL_ROW
from socialvalue.results import Result
from socialvalue.summary import MERGED
from socialvalue.tables import stacked
from socialvalue.told_apart import SUMS, alike, amounts_of, tells_few
from socialvalue.valuation import STATED_ENDS, ValuedMap
from socialvalue.value_by_year import BOUNDS, COUNTED, PER_UNIT, QUANTITIES, STEPS

LEVELS = ("evidence", "outcome", "project", "stakeholder_group")

MERGED_LABEL = "small groups, merged"

_SAME = ("proxy_id", "unit", "year", "starts", "duration_years", "drop_off", "is_harm", "counted")

_SAME_PROXY = ("proxy_id", "unit", "is_harm", "counted")

_TEXTS = (
    "proxy_id",
    "proxy_name",
    "theme",
    "value_type",
    "payer",
    "unit",
    "price_year",
    "value_covers",
    "discount_class",
    "uprating",
    "year",
)

_AMOUNTS = (*STEPS, *COUNTED, *BOUNDS)

_SHARES_LEFT = ("deadweight", "displacement", "attribution_to_others", "net_share")

_TIMING = ("drop_off", "duration_years", "starts")

_ENDS = ("present_value_low", "present_value_high")

_OF_ONE = ("left_unstated", *PER_UNIT, *STATED_ENDS, *STATED_ENDS.values())
"""What is of one part of a row, and no figure of the row."""

_BETWEEN = (*[step for step in STEPS if step not in SUMS], *COUNTED, *BOUNDS)
"""Amounts that are not published of rows that are not alike: only one of them may move in each."""

_TRIED = 30
"""How many of the smallest groups are tried, before one is taken that is not enough alone."""


def distinct_people(result: Result, row_ids: list[int]) -> float:
    """People behind several small rows together: named ones once, the others as stated."""
    if result.small_rows is None:
        raise ValueError("a published result no longer knows who is in a row")
    small = result.small_rows.table
    inside = small[small["row_id"].isin(row_ids)]
    rows = result.valued.rows.set_index("row_id")
    named = inside.groupby("row_id")["person"].nunique()
    stated = rows.loc[row_ids, "people"].fillna(0).sum() - named.sum()
    return float(inside["person"].nunique() + stated)


@dataclass(frozen=True)
class Merging:
    """What rows are merged by.

    Attributes
    ----------
    result : Result
    fewest : int
        Fewest distinct people a published group may have.
    rows : DataFrame
        Of the map, by row_id.
    amounts : DataFrame
        From `socialvalue.told_apart.amounts_of`.
    """

    result: Result
    fewest: int
    rows: pd.DataFrame
    amounts: pd.DataFrame

    def people(self, ids: list[int]) -> float:
        """Distinct people behind rows; where not all are known, as many as are asked for."""
        unknown = self.rows.loc[ids, "people"].isna().any()
        return max(distinct_people(self.result, ids), self.fewest if unknown else 0)

    def tells_few(self, ids: list[int]) -> bool:
        """Whether what is published of these rows as one tells how many a few of them are."""
        same = len(self.rows.loc[ids, list(_SAME_PROXY)].drop_duplicates()) == 1
        sums = ("quantity", *SUMS) if same else SUMS
        return tells_few(self.amounts.loc[ids], sums, self.fewest, self.people)

    def has_enough(self, ids: list[int]) -> bool:
        """Whether these rows are several and rest on enough people."""
        return len(ids) > 1 and self.people(ids) >= self.fewest

    def is_safe(self, ids: list[int]) -> bool:
        """Whether these rows can be published as one."""
        return self.has_enough(ids) and not self.tells_few(ids)

    def are_alike(self, ids: list[int]) -> bool:
        """Whether all figures of these rows as one follow from their quantity together."""
        same = self.rows.loc[ids, list(_SAME)].nunique(dropna=False).max() == 1
        return bool(same) and alike(self.amounts.loc[ids])


def merging_of(result: Result, fewest: int) -> Merging:
    """What the rows of a result are merged by."""
    rows = result.valued.rows.set_index("row_id", drop=False)
    return Merging(result, fewest, rows, amounts_of(result))


def new_row_ids(by: Merging) -> tuple[pd.Series, set[int]]:
    """New id of each row, and the ids of merged rows whose figures must be withheld."""
    rows = by.rows
    new_ids = pd.Series(rows.index, index=rows.index)
    small = rows.index[(rows["people"] < by.fewest).to_numpy(bool)]
    for kept in _levels(rows):
        for _, group in rows.loc[small].groupby(kept, dropna=False):
            ids = group.index.tolist()
            if by.is_safe(ids):
                new_ids[ids] = min(ids)
                small = small.difference(ids)
    rest = rows.loc[small]
    # What is in no total can be withheld without anything failing to add up.
    withheld = {
        int(min(ids.index))
        for _, ids in rest[~rest["counted"]].groupby(rest["proxy_id"].isna())
        if len(ids)
    }
    for _, ids in rest[~rest["counted"]].groupby(rest["proxy_id"].isna()):
        new_ids[ids.index] = min(ids.index)
    counted = rest[rest["counted"]]
    harms, others = (counted.index[counted["is_harm"] == harm].tolist() for harm in (True, False))
    left = _merge_rest(by, new_ids, harms)
    # Harms too few to stand alone join the benefits, and a finding says so.
    if _merge_rest(by, new_ids, [*others, *left], any_sign=True):
        raise OutputError(
            f"Fewer than {by.fewest} people are behind all the valued records together, so nothing "
            "can be published without showing who they are. Use the internal profile (--internal) "
            "and keep its outputs to yourselves."
        )
    return new_ids, withheld


def _levels(rows: pd.DataFrame) -> list[list[str]]:
    """What merged rows have in common, from most to least; the proxy stays longest."""
    links = ["link_set"] if "link_set" in rows else []
    steps = [[*_SAME, *links, *LEVELS[level:]] for level in range(1, len(LEVELS) + 1)]
    return [*steps, [*_SAME_PROXY, *links]]


def _merge_rest(
    by: Merging, new_ids: pd.Series, ids: list[int], *, any_sign: bool = False
) -> list[int]:
    """Merge what is still small with the smallest safe rows; returns what could not be merged."""
    if not ids:
        return []
    rows, own = by.rows, ids
    safe = rows[rows["counted"] & ~rows.index.isin(ids)].sort_values("people", na_position="last")
    if not any_sign:
        safe = safe[safe["is_harm"]]
    groups = [new_ids.index[new_ids == new].tolist() for new in new_ids[safe.index].unique()]
    enough = own
    while groups and not by.is_safe(ids):
        taken = _next_to_take(by, ids, groups)
        groups.remove(taken)
        ids = [*ids, *taken]
        enough = enough if by.has_enough(enough) else ids
    if not by.is_safe(ids):
        # Where the totals tell of few people whatever is merged, no more is merged than without.
        if not (any_sign and by.has_enough(enough)):
            return own
        ids = enough
    new_ids[ids] = min(ids)
    return []


def _next_to_take(by: Merging, ids: list[int], groups: list[list[int]]) -> list[int]:
    """The smallest of the groups with which the rows are safe; if none is enough, the smallest."""
    for group in groups[:_TRIED]:
        if by.is_safe([*ids, *group]):
            return group
    return groups[0]


def merged_map(by: Merging, new_ids: pd.Series, withheld: set[int]) -> ValuedMap:
    """The map and its values with each row under its new id, and withheld figures blank."""
    result = by.result
    old = result.valued.rows.assign(new_id=result.valued.rows["row_id"].map(new_ids))
    size = old.groupby("new_id")["row_id"].transform("size")
    merged = [_one_row(by, group) for _, group in old[size > 1].groupby("new_id")]
    lone = old[size == 1]
    hide = lone["row_id"].isin(withheld)
    lone = lone.copy()
    lone.loc[hide, "merged"] = True
    # As objects: what is blank in all merged rows would else decide a column's type.
    parts = [lone.astype(object), *[each.to_frame().T.astype(object) for each in merged]]
    table = pd.concat([part for part in parts if len(part)])
    kinds = result.valued.rows.dtypes
    free = (*_TEXTS, "records")
    table = table.astype({c: kinds[c] for c in table if c in kinds and c not in free})
    gone = table["row_id"].isin(withheld)
    table["records"] = table["records"].astype(float).mask(gone)
    money = ["gross_value", "net_value", "present_value"]
    money += ["present_value_low", "present_value_high"]
    table.loc[gone, ["people", *QUANTITIES, *COUNTED, *money]] = np.nan
    table = table.drop(columns="new_id").sort_values("row_id").reset_index(drop=True)
    values = result.valued.values
    values = _with_still_parts(values.assign(row_id=values["row_id"].map(new_ids)))
    values = values[~values["row_id"].isin(withheld)]
    unlike = unlike_rows(by, new_ids)
    values = values.assign(k=values["k"].where(~values["row_id"].isin(unlike), -1))
    values = _without_mixed_years(values, _mixed_years(by, new_ids, unlike))
    keys = ["row_id", "year", "t", "k"]
    sums = values.groupby(keys, dropna=False)[list(_AMOUNTS)].sum(min_count=1).reset_index()
    sums.loc[sums["row_id"].isin(unlike), list(_BETWEEN)] = np.nan
    return ValuedMap(table, sums)


def unlike_rows(by: Merging, new_ids: pd.Series) -> set[int]:
    """New ids of rows merged of parts that are not alike: of these only sums are published."""
    groups = new_ids.groupby(new_ids).groups
    return {int(new) for new, ids in groups.items() if len(ids) > 1 and not by.are_alike(list(ids))}


def _mixed_years(by: Merging, new_ids: pd.Series, unlike: set[int]) -> set[int]:
    """Merged rows of which a year would show a part alone, or tell more than their sums do."""
    years = by.result.valued.values.groupby("row_id")["t"].agg(frozenset)
    found = years.reindex(new_ids.index).groupby(new_ids).agg(["nunique", "first"])
    several = found["first"].map(lambda each: isinstance(each, frozenset) and len(each) > 1)
    return set(found.index[(found["nunique"] > 1) | (several & found.index.isin(list(unlike)))])


def _without_mixed_years(values: pd.DataFrame, mixed: set[int]) -> pd.DataFrame:
    hidden = values["row_id"].isin(mixed)
    return values.assign(
        year=values["year"].mask(hidden, MERGED_LABEL),
        t=values["t"].astype(float).mask(hidden),
        k=values["k"].mask(hidden, -1),
    )


def _with_still_parts(values: pd.DataFrame) -> pd.DataFrame:
    """Values in which rows without a range stand still beside merged rows that have one."""
    some = values[list(BOUNDS)].notna().any(axis=1).groupby(values["row_id"]).transform("any")
    still = {bound: values[bound].fillna(values["present_value"].where(some)) for bound in BOUNDS}
    return values.assign(**still)


def _one_row(by: Merging, group: pd.DataFrame) -> pd.Series:
    """Several rows as one; what they do not share is named as merged, or blank."""
    row = group.iloc[0].copy()
    links = ["link_set"] if "link_set" in group else []
    # Rows with other goals of the user's own do not share their goals, whatever their proxy.
    same_proxy = group[[*_SAME_PROXY, *links]].nunique(dropna=False).max() == 1
    for column in LEVELS:
        row[column] = _shared(group[column], MERGED_LABEL)
    for column in [c for c in group if str(c).endswith("_from")]:
        # From when a value holds is a date; the others say in words where a number is from.
        otherwise = pd.NaT if column == "valid_from" else "several"
        row[column] = _shared(group[column], otherwise)
    sums = ("records", *QUANTITIES, *COUNTED, "gross_value", "net_value", "present_value")
    for column in sums:
        row[column] = group[column].sum(min_count=1)
    for bound in ("present_value_low", "present_value_high"):
        # Rows without a range stand still beside those that have one.
        still = group[bound].fillna(group["present_value"])
        row[bound] = still.sum() if group[bound].notna().any() else np.nan
    for share in ("share_with_range", "quantity_share_with_range"):
        # Of parts of which some have a range it is not told how many.
        row[share] = _shared(group[share], np.nan)
    row["has_quantity_range"] = bool(group["has_quantity_range"].any())
    people = distinct_people(by.result, group["row_id"].tolist())
    row["people"] = people if group["people"].lt(SMALL_ROW).all() else np.nan
    row["merged"], row["row_id"] = True, group["new_id"].iloc[0]
    if not same_proxy:
        _blank(row, group)
        return row
    _effective_shares(row)
    if not by.are_alike(group["row_id"].tolist()):
        _blank_formula(row, group)
    return row


def _shared(values: pd.Series, otherwise: object) -> object:
    return otherwise if len(values.drop_duplicates()) > 1 else values.iloc[0]


def _blank_formula(row: pd.Series, group: pd.DataFrame) -> None:
    """One proxy, but several years, durations or shares: no single formula gives the value."""
    row["value_covers"], row["has_quantity_range"] = None, False
    row["year"] = _shared(group["year"], MERGED_LABEL)
    for column in (*_TIMING, *_SHARES_LEFT, *QUANTITIES[1:], *COUNTED, *_ENDS, *_OF_ONE):
        row[column] = np.nan
    for column in ("unit_value", "price_factor", "unit_value_repriced"):
        row[column] = _shared(group[column], np.nan)


def _effective_shares(row: pd.Series) -> None:
    before = row["quantity"]
    shares = ("deadweight", "displacement", "attribution_to_others")
    for share, step in zip(shares, QUANTITIES[1:], strict=True):
        if before:
            row[share] = 1 - row[step] / before
        before = row[step]
    row["net_share"] = before / row["quantity"] if row["quantity"] else np.nan


def _blank(row: pd.Series, group: pd.DataFrame) -> None:
    for column in LEVELS:
        row[column] = MERGED_LABEL
    for column in _TEXTS:
        row[column] = MERGED_LABEL if column in ("theme", "value_type", "payer", "year") else None
    # With the value and the values of the proxies, counts could be solved for who is inside.
    numbers = ("unit_value", "price_factor", "unit_value_repriced", "records", "people")
    for column in (*numbers, *_SHARES_LEFT, *_TIMING, *QUANTITIES, *COUNTED, *_ENDS, *_OF_ONE):
        row[column] = np.nan
    row["is_harm"], row["has_quantity_range"] = bool(group["is_harm"].all()), False


def merged_allocation(
    allocation: pd.DataFrame, new_ids: pd.Series, rows: pd.DataFrame, frameworks: list[str]
) -> pd.DataFrame:
    """Allocation of the merged map; rows of several proxies belong to the category `merged`."""
    blank = rows.loc[rows["merged"] & rows["proxy_id"].isna() & rows["counted"], "row_id"]
    moved = allocation.assign(row_id=allocation["row_id"].map(new_ids))
    moved = moved[~moved["row_id"].isin(blank)].drop_duplicates()
    whole = [
        {"row_id": row_id, "framework": framework, "category": MERGED, "share": 1.0}
        for row_id in blank
        for framework in frameworks
    ]
    return stacked(moved, pd.DataFrame(whole, columns=list(allocation)))
