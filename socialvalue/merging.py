"""Which rows of the map become one, so that no small group shows, and what is left of them?"""

import numpy as np
import pandas as pd

from socialvalue.errors import OutputError
from socialvalue.people import SMALL_ROW
from socialvalue.results import Result
from socialvalue.summary import MERGED
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap
from socialvalue.value_by_year import BOUNDS, COUNTED, QUANTITIES, STEPS

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


def new_row_ids(result: Result, fewest: int) -> tuple[pd.Series, set[int]]:
    """New id of each row, and the ids of merged rows whose figures must be withheld."""
    rows = result.valued.rows.set_index("row_id", drop=False)
    new_ids = pd.Series(rows.index, index=rows.index)
    small = rows.index[(rows["people"] < fewest).to_numpy(bool)]
    for kept in _levels(rows):
        for _, group in rows.loc[small].groupby(kept, dropna=False):
            ids = group.index.tolist()
            if len(ids) > 1 and distinct_people(result, ids) >= fewest:
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
    left = _merge_rest(result, rows, new_ids, harms, fewest)
    # Harms too few to stand alone join the benefits, and a finding says so.
    if _merge_rest(result, rows, new_ids, [*others, *left], fewest, any_sign=True):
        raise OutputError(
            f"Fewer than {fewest} people are behind all the valued records together, so nothing "
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
    result: Result,
    rows: pd.DataFrame,
    new_ids: pd.Series,
    ids: list[int],
    fewest: int,
    *,
    any_sign: bool = False,
) -> list[int]:
    """Merge what is still small with the smallest safe rows; returns what could not be merged."""
    if not ids:
        return []
    people = distinct_people(result, ids)
    safe = rows[rows["counted"] & ~rows.index.isin(ids)].sort_values("people", na_position="last")
    if not any_sign:
        safe = safe[safe["is_harm"]]
    for new_id in new_ids[safe.index].drop_duplicates():
        if len(ids) > 1 and people >= fewest:
            break
        ids = [*ids, *new_ids.index[new_ids == new_id]]
        people = max(people, float(fewest))
    if len(ids) == 1 or people < fewest:
        return ids
    new_ids[ids] = min(ids)
    return []


def merged_map(result: Result, new_ids: pd.Series, withheld: set[int]) -> ValuedMap:
    """The map and its values with each row under its new id, and withheld figures blank."""
    old = result.valued.rows.assign(new_id=result.valued.rows["row_id"].map(new_ids))
    size = old.groupby("new_id")["row_id"].transform("size")
    merged = [_one_row(result, group) for _, group in old[size > 1].groupby("new_id")]
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
    several = set(old.loc[size > 1, "new_id"]) & set(
        table.loc[table["value_covers"].isna(), "row_id"]
    )
    values = values.assign(k=values["k"].where(~values["row_id"].isin(several), -1))
    values = _without_mixed_years(values, _mixed_years(result, new_ids))
    keys = ["row_id", "year", "t", "k"]
    sums = values.groupby(keys, dropna=False)[list(_AMOUNTS)].sum(min_count=1)
    return ValuedMap(table, sums.reset_index())


def _mixed_years(result: Result, new_ids: pd.Series) -> set[int]:
    """Merged rows whose parts fall in different years, so that a year would show a part alone."""
    years = result.valued.values.groupby("row_id")["t"].agg(frozenset)
    spans = years.reindex(new_ids.index).groupby(new_ids).nunique()
    return set(spans.index[spans > 1])


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


def _one_row(result: Result, group: pd.DataFrame) -> pd.Series:
    """Several rows as one; what they do not share is named as merged, or blank."""
    row = group.iloc[0].copy()
    links = ["link_set"] if "link_set" in group else []
    alike = group[[*_SAME]].nunique(dropna=False).max() == 1
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
    row["share_with_range"] = row["quantity_share_with_range"] = np.nan
    row["has_quantity_range"] = bool(group["has_quantity_range"].any())
    people = distinct_people(result, group["row_id"].tolist())
    row["people"] = people if group["people"].lt(SMALL_ROW).all() else np.nan
    row["merged"], row["row_id"] = True, group["new_id"].iloc[0]
    if not same_proxy:
        _blank(row, group)
        return row
    _effective_shares(row)
    if not alike:
        _blank_timing(row)
    return row


def _shared(values: pd.Series, otherwise: str) -> object:
    return otherwise if len(values.drop_duplicates()) > 1 else values.iloc[0]


def _blank_timing(row: pd.Series) -> None:
    """One proxy, but several years or durations: no single formula gives the value."""
    row["year"], row["value_covers"] = MERGED_LABEL, None
    for column in ("duration_years", "drop_off", "starts"):
        row[column] = np.nan


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
    numbers: tuple[str, ...] = (
        "unit_value",
        "price_factor",
        "unit_value_repriced",
        "deadweight",
        "displacement",
    )
    numbers += ("attribution_to_others", "net_share", "drop_off", "duration_years", "starts")
    # With the value and the values of the proxies, counts could be solved for who is inside.
    numbers += ("records", "people")
    for column in (*numbers, *QUANTITIES, *COUNTED):
        row[column] = np.nan
    row["is_harm"] = bool(group["is_harm"].all())


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
