"""What do the values add up to? By goal, group, year or any declared breakdown, and in total."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.tables import lookup, split, stacked
from socialvalue.valuation import ValuedMap
from socialvalue.value_by_year import BOUNDS

MEASURES = ("gross_value", "net_value", "present_value")
ROW_KEYS = (
    "project",
    "stakeholder_group",
    "outcome",
    "proxy_id",
    "theme",
    "value_type",
    "payer",
    "evidence",
)
UNALLOCATED = "unallocated"
MERGED = "merged"


def counted_lines(valued: ValuedMap) -> pd.DataFrame:
    """Values by row and year, of the rows that count in the perspective, with the rows' keys."""
    rows = valued.rows[valued.rows["counted"]]
    keys = [key for key in rows if key not in valued.values or key == "row_id"]
    counted = valued.values[valued.values["row_id"].isin(rows["row_id"])]
    return lookup(counted, rows[keys], "row_id", "rows of the impact map")


def summarise(
    lines: pd.DataFrame,
    rows: pd.DataFrame,
    keys: Sequence[str],
    allocation: pd.DataFrame,
    frameworks: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Add values up by keys; any of them may be a framework.

    Parameters
    ----------
    lines : DataFrame
        From `counted_lines`.
    rows : DataFrame
        Counted map rows, for quantities.
    keys : sequence of str
        Columns of the rows, ``year``, or names of frameworks.
    allocation : DataFrame
        row_id, framework, category, share.
    frameworks : mapping of str to DataFrame

    Returns
    -------
    DataFrame
        Long: keys, gross_value, net_value, present_value, harm_present_value,
        present_value_low, present_value_high, quantity, unit.
    """
    amounts = [*MEASURES, *BOUNDS]
    own = [key for key in keys if key not in frameworks]
    lines = lines[list(dict.fromkeys(["row_id", "proxy_id", *own, *amounts]))]
    units = rows[
        [name for name in dict.fromkeys(["row_id", *own, "quantity", "unit"]) if name in rows]
    ]
    parts = over_categories(lines, rows["row_id"], keys, allocation, frameworks, amounts)
    units = over_categories(units, rows["row_id"], keys, allocation, frameworks, ["quantity"])
    return _add_up(parts, units, list(keys))


def over_categories(
    table: pd.DataFrame,
    row_ids: pd.Series,
    keys: Sequence[str],
    allocation: pd.DataFrame,
    frameworks: Mapping[str, pd.DataFrame],
    amounts: Sequence[str],
) -> pd.DataFrame:
    """A table with a line for each category of the frameworks among the keys.

    Parameters
    ----------
    table : DataFrame
        With ``row_id`` and the amounts.
    row_ids : Series of int
        All rows that the table can speak of.
    keys : sequence of str
    allocation : DataFrame
        row_id, framework, category, share.
    frameworks : mapping of str to DataFrame
    amounts : sequence of str
        Columns that are shared out; they add up to what they were.
    """
    parts = table
    for key in keys:
        if key in frameworks:
            shares = with_rest(row_ids, allocation[allocation["framework"] == key])
            shares = shares.rename(columns={"category": key})[["row_id", key, "share"]]
            parts = split(
                parts.drop(columns="share", errors="ignore"), shares, "row_id", list(amounts)
            )
    return parts


def with_rest(row_ids: pd.Series, allocation: pd.DataFrame) -> pd.DataFrame:
    """Allocation whose shares sum to 1: what the links leave over is `unallocated`."""
    given = allocation.groupby("row_id")["share"].sum().reindex(row_ids).fillna(0.0)
    rest = 1.0 - given
    # Thirds leave a rest of some 1e-17, which is rounding and not an unallocated value.
    rest = rest[rest > 1e-9]
    left = pd.DataFrame(
        {"row_id": rest.index, "category": UNALLOCATED, "share": rest.to_numpy(float)}
    )
    return stacked(allocation[["row_id", "category", "share"]], left)


def _add_up(parts: pd.DataFrame, units: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    parts = parts.assign(harm_present_value=parts["present_value"].clip(upper=0.0))
    by_parameter = bounds_by_proxy(parts, keys)
    if not keys:
        parts, units, by_parameter = (
            table.assign(_all=0) for table in (parts, units, by_parameter)
        )
    groups = keys or ["_all"]
    sums = parts.groupby(groups, dropna=False)[[*MEASURES, "harm_present_value"]].sum()
    bounds = by_parameter.groupby(groups, dropna=False)[["present_value_low", "present_value_high"]]
    result = sums.join(bounds.sum(min_count=1))
    if "year" not in keys:
        result = result.join(_quantities(units, groups))
    else:
        result = result.assign(quantity=np.nan, unit=None)
    result = result.reset_index().drop(columns="_all", errors="ignore")
    return result.sort_values(keys, key=natural_order, ignore_index=True) if keys else result


def natural_order(values: pd.Series) -> pd.Series:
    """Sort key under which 2 comes before 10, numbers before words and blanks last."""
    numbers = pd.to_numeric(values, errors="coerce")
    words = values.astype("string").fillna("\uffff")
    padded = numbers.map("{:020.6f}".format, na_action="ignore").astype("string")
    return padded.where(numbers.notna() & (numbers >= 0), words)


def has_range(lines: pd.DataFrame) -> pd.Series:
    """Which lines have a range, of their proxy or of their quantity."""
    return lines[list(BOUNDS)].notna().any(axis=1)


def bounds_by_proxy(parts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Low and high of each group: every proxy moved as one, to whichever end is lower or higher.

    Quantities that records state a range of stand where the value is least, then most. What has
    no range stays at its central value; a group in which nothing has one gets no range.
    """
    ends = list(BOUNDS)
    filled = {end: parts[end].fillna(parts["present_value"]) for end in ends}
    parts = parts.assign(ranged=has_range(parts), **filled)
    groups = list(dict.fromkeys([*keys, "proxy_id"]))
    sums = parts.groupby(groups, dropna=False)[ends].sum().reset_index()
    sums["present_value_low"] = sums[ends].min(axis=1)
    sums["present_value_high"] = sums[ends].max(axis=1)
    any_range = parts.groupby(keys or (lambda _: 0), dropna=False)["ranged"].any()
    if keys:
        has = sums.merge(any_range.reset_index(), on=keys)["ranged"].to_numpy(bool)
    else:
        has = np.full(len(sums), bool(any_range.any()))
    sums.loc[~has, ["present_value_low", "present_value_high"]] = np.nan
    return sums


def _quantities(units: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Quantity and unit of each group, where all its rows are in one unit."""
    grouped = units.groupby(groups, dropna=False)
    quantity = grouped["quantity"].sum(min_count=1)
    known = grouped["quantity"].apply(lambda values: values.notna().all())
    units_in_group = grouped["unit"].nunique(dropna=False)
    single = (units_in_group == 1) & known
    return pd.DataFrame(
        {"quantity": quantity.where(single), "unit": grouped["unit"].first().where(single, None)}
    )


def with_all_categories(
    table: pd.DataFrame,
    key: str,
    categories: pd.DataFrame,
    served: set[str],
    unpriced: set[str],
) -> pd.DataFrame:
    """Every category of a framework in its order, with a status; unallocated (and merged) last.

    A category that no proxy serves has the status ``no proxy`` and no value: it was not looked
    for, which is not the same as nothing. One that only outcomes without a price are linked to is
    ``not priced``.

    Parameters
    ----------
    table : DataFrame
        From `summarise` by ``key``.
    key : str
        Name of the framework.
    categories : DataFrame
    served : set of str
        Categories that some proxy or link serves.
    unpriced : set of str
        Categories that outcomes without a price are linked to.
    """
    order = [*categories["category"], UNALLOCATED]
    order += [MERGED] if MERGED in set(table[key]) else []
    full = table.set_index(key).reindex(order).rename_axis(key).reset_index()
    has_rows = full[key].isin(table[key])
    status = pd.Series("valued", index=full.index)
    status[~has_rows] = "no records"
    status[~has_rows & ~full[key].isin(served) & (full[key] != UNALLOCATED)] = "no proxy"
    status[full[key] == UNALLOCATED] = "unallocated"
    status[full[key] == MERGED] = "merged"
    # Where small groups were merged, a category without rows may be in the merged one.
    merged = MERGED in set(table[key])
    status[(status == "no records") & merged] = "merged"
    told = status.isin(["no records", "no proxy"]) & full[key].isin(unpriced)
    status[told] = "not priced"
    empty = ~has_rows & ~status.isin(["no proxy", "merged", "not priced"])
    full.loc[empty, [*MEASURES, "harm_present_value"]] = 0.0
    return with_titles(full.assign(status=status), key, categories)


def with_titles(table: pd.DataFrame, key: str, categories: pd.DataFrame) -> pd.DataFrame:
    """Put each category's title beside it, in a column ``<key>_title``."""
    titles = dict(zip(categories["category"], categories["title"], strict=True))
    titles |= {UNALLOCATED: "Not allocated to a category", MERGED: "Small groups, merged"}
    table.insert(list(table).index(key) + 1, f"{key}_title", table[key].map(titles))
    return table


def check_keys(keys: Sequence[str], frameworks: Sequence[str], breakdowns: Sequence[str]) -> None:
    """Refuse keys that a result cannot be split by.

    Raises
    ------
    SettingsError
        Naming the keys there are.
    """
    known = [*ROW_KEYS, "year", *frameworks, *breakdowns]
    unknown = [key for key in keys if key not in known]
    if unknown:
        raise SettingsError(
            f"The result cannot be split by {', '.join(map(repr, unknown))}. It can be by "
            f"{', '.join(known)}. Declare another column up front: "
            f"assess(..., breakdowns=[{unknown[0]!r}])."
        )
    both = [key for key in keys if key in breakdowns]
    if len(both) > 1:
        raise SettingsError(
            f"{' and '.join(both)} were each declared as a breakdown and cannot be crossed."
        )
