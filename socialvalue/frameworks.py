"""Towards which goals? SDG, Marmot or any list of categories, and how value is shared over them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from socialvalue.errors import InputError, SettingsError
from socialvalue.parse import parse_table
from socialvalue.proxy_checks import framework_problems
from socialvalue.proxy_schemas import FRAMEWORK
from socialvalue.read import read_csv_as_text
from socialvalue.records import Origin, no_problems
from socialvalue.shipped import data_root
from socialvalue.table_checks import of_one_table
from socialvalue.tables import stacked

SCOPES = ("outcome_id", "outcome", "activity_id", "activity_type", "project", "challenge_id")
"""Scopes of the links table, most specific first."""


_COLUMNS = ["category", "title", "wording", "colour"]


def shipped_frameworks() -> tuple[str, ...]:
    """Names of the frameworks that come with the library."""
    return tuple(sorted(path.stem for path in (data_root() / "frameworks").glob("*.csv")))


def load_framework(name: str) -> pd.DataFrame:
    """Categories of a shipped framework, in order: category, title, wording, colour.

    Raises
    ------
    SettingsError
        If no framework has that name.

    Examples
    --------
    >>> load_framework("sdg").shape[0], load_framework("marmot")["category"].tolist()
    (17, ['A', 'B', 'C', 'D', 'E', 'F'])
    """
    if name not in shipped_frameworks():
        raise SettingsError(
            f"There is no framework called {name!r}. Shipped: {', '.join(shipped_frameworks())}."
        )
    # A copy, because a frame that several callers share is one that any of them can change.
    return _shipped(name).copy()


@cache
def _shipped(name: str) -> pd.DataFrame:
    framework, problems = read_framework(data_root() / "frameworks" / f"{name}.csv")
    if len(problems):
        raise InputError(f"The shipped framework {name} cannot be used.", problems)
    return framework


def read_framework(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Categories of a framework in a CSV file, and every problem of the file.

    Parameters
    ----------
    path : Path
        A CSV with columns category and title, and, if wanted, wording, colour (#rrggbb), source
        and found_at. The file's name is the framework's.

    Returns
    -------
    framework : DataFrame
        category, title, wording, colour, in the order of the file.
    problems : DataFrame
        table, row, column, value, rule, what_to_do, source; empty if there are none.
    """
    raw = read_csv_as_text(path, [])
    raw.index = pd.RangeIndex(2, len(raw) + 2)
    source = f"{path.parent.name}/{path.name}"
    typed, found, _ = parse_table(raw, FRAMEWORK, Origin(source), dates="iso")
    broken = of_one_table(typed, FRAMEWORK, found).assign(source=source)
    unusable = framework_problems(typed, path.stem, source)
    problems = [each for each in (found, broken, unusable) if not each.empty]
    plain = typed[_COLUMNS].astype(object).reset_index(drop=True)
    return plain.where(plain.notna(), None), pd.concat(problems) if problems else no_problems()


def assign_link_sets(outcomes: pd.DataFrame, links: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Which links of the user's own override the proxy's, for each record.

    For each framework the links with the most specific scope that fits a record win.

    Parameters
    ----------
    outcomes : DataFrame
        Outcome records with the activity's columns joined.
    links : DataFrame
        The links table.

    Returns
    -------
    link_set : Series of int
        0 where nothing overrides the proxy.
    sets : DataFrame
        link_set, framework, category, share.
    """
    chosen: dict[str, pd.Series] = {}
    for framework, group in links.groupby("framework"):
        chosen[str(framework)] = _best_links(outcomes, group)
    table = pd.DataFrame(chosen, index=outcomes.index).fillna("")
    nothing = ("",) * table.shape[1]
    # Sorted, so that the number of a set does not hang on the order of the records.
    codes, combinations = pd.factorize(
        pd.Series(list(map(tuple, table.to_numpy())), index=table.index), sort=True
    )
    numbers = [0 if tuple(each) == nothing else i + 1 for i, each in enumerate(combinations)]
    parts = []
    for number, each in zip(numbers, combinations, strict=True):
        for framework, scope_key in zip(table.columns, each, strict=True):
            if scope_key:
                rows = links[(links["framework"] == framework) & (_scope_key(links) == scope_key)]
                parts.append(rows[["framework", "category", "share"]].assign(link_set=number))
    columns = ["link_set", "framework", "category", "share"]
    sets = pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)
    return pd.Series(np.array(numbers)[codes], index=outcomes.index), sets.reset_index(drop=True)


def _scope_key(links: pd.DataFrame) -> pd.Series:
    """Scope of each link as one text: which columns it states, and what."""
    parts = [
        (scope + "=" + links[scope].astype("string")).fillna("")
        for scope in SCOPES
        if scope in links
    ]
    key = parts[0]
    for part in parts[1:]:
        key = key + "\x1f" + part
    return key


def _best_links(outcomes: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    best = pd.Series("", index=outcomes.index, dtype=object)
    weight = pd.Series(0, index=outcomes.index)
    rows = links.assign(_key=_scope_key(links)).drop_duplicates("_key")
    stated = rows[[scope for scope in SCOPES if scope in rows]].notna()
    # Several scope columns narrow one another; the earlier a column, the more it weighs.
    for scopes, group in rows.groupby([stated[scope] for scope in stated]):
        columns = [c for c, used in zip(stated.columns, np.atleast_1d(scopes), strict=True) if used]
        if not columns or not set(columns) <= set(outcomes.columns):
            continue
        strength = sum(2 ** (len(SCOPES) - SCOPES.index(column)) for column in columns)
        keys = group.set_index(columns)["_key"]
        if len(columns) == 1:
            found = outcomes[columns[0]].map(keys)
        else:
            index = pd.MultiIndex.from_frame(outcomes[columns])
            found = pd.Series(keys.reindex(index).to_numpy(), index=outcomes.index)
        wins = found.notna() & (strength > weight)
        best[wins], weight[wins] = found[wins], strength
    return best


def allocate(
    rows: pd.DataFrame, proxy_links: pd.DataFrame, link_sets: pd.DataFrame, allocation: str
) -> pd.DataFrame:
    """Shares of each map row over the categories of each framework.

    Parameters
    ----------
    rows : DataFrame
        Map rows: row_id, proxy_id and, where the user's links override some, link_set.
    proxy_links : DataFrame
        proxy_id, framework, category, share: the proxy set's links.
    link_sets : DataFrame
        From `assign_link_sets`.
    allocation : {"shares", "primary"}
        ``primary`` gives what a row's links allocate to the first category alone.

    Returns
    -------
    DataFrame
        row_id, framework, category, share. What is left over is unallocated.
    """
    columns = ["row_id", "framework", "category", "share"]
    from_proxy = rows[["row_id", "proxy_id"]].dropna().merge(proxy_links, on="proxy_id")[columns]
    if "link_set" in rows and len(link_sets):
        own = rows[["row_id", "link_set"]].merge(link_sets, on="link_set")[columns]
        overridden = pd.MultiIndex.from_frame(own[["row_id", "framework"]])
        proxied = pd.MultiIndex.from_frame(from_proxy[["row_id", "framework"]])
        from_proxy = stacked(from_proxy[~proxied.isin(overridden)], own)
    table = from_proxy.astype({"category": str, "share": float}).reset_index(drop=True)
    if allocation == "primary" and len(table):
        groups = table.groupby(["row_id", "framework"], sort=False)
        first = groups.head(1).set_index(["row_id", "framework"])
        table = first.assign(share=groups["share"].sum()).reset_index()[columns]
    return table


def used_frameworks(
    links: pd.DataFrame, own: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, pd.DataFrame]:
    """Frameworks to report on: sdg, marmot, then every other one that a link names."""
    names = ["sdg", "marmot"]
    names += [name for name in dict.fromkeys(links["framework"].astype(str)) if name not in names]
    found = {}
    for name in names:
        if own and name in own:
            found[name] = own[name]
        else:
            found[name] = load_framework(name)
    return found
