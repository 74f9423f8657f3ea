"""Do records fit the proxies they name? Known, in its unit, valid in the year, not net twice."""

from typing import Any

import numpy as np
import pandas as pd

from socialvalue.adjustments import FIELDS
from socialvalue.columns import EARLIEST, LATEST
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import validity_of
from socialvalue.records import did_you_mean
from socialvalue.schemas import OUTCOMES
from socialvalue.table_checks import problem
from socialvalue.years import year_label, year_of_dates


def _problem(row: Any, column: str, value: Any, rule: str, what_to_do: str) -> dict:
    return problem(OUTCOMES, row, column, value, rule, what_to_do)


def proxy_problems(outcomes: pd.DataFrame, proxies: ProxySet, month: int) -> list[dict]:
    """Every problem of outcome records with the proxies they name."""
    table = proxies.proxies
    known = table["proxy_id"].unique()
    problems = []
    named = outcomes[outcomes["proxy_id"].notna()]
    strange = named[~named["proxy_id"].isin(known)]
    for value, group in strange.groupby("proxy_id"):
        hint = did_you_mean(str(value), known)
        todo = f"Correct it, or leave it blank to keep the outcome unpriced.{hint}"
        rule = f"there is no such proxy in the set {proxies.name}"
        problems += [_problem(r, "proxy_id", value, rule, todo) for r in group.index]
    named = named[named["proxy_id"].isin(known)]
    about = table.drop_duplicates("proxy_id").set_index("proxy_id")
    units, covers = (
        named["proxy_id"].map(about["unit"]),
        named["proxy_id"].map(about["value_covers"]),
    )
    for row in named.index[named["unit"].notna() & (named["unit"] != units)]:
        problems.append(
            _problem(
                row,
                "unit",
                named.loc[row, "unit"],
                "unit must equal the proxy's unit",
                f"{named.loc[row, 'proxy_id']} is per {units[row]}: state the quantity in it.",
            )
        )
    # A duration that no outcome can have is said to be wrong already.
    lasting = named["duration_years"].where(named["duration_years"].between(0, 100)).fillna(1)
    lasting = lasting.where(lasting > 0, 1)
    for row in named.index[(covers == "once") & (lasting != 1)]:
        problems.append(
            _problem(
                row,
                "duration_years",
                named.loc[row, "duration_years"],
                "a value per event, hour or item has a duration of 1",
                f"{named.loc[row, 'proxy_id']} is worth its value once: leave duration_years blank "
                "and put every event into quantity.",
            )
        )
    for row in named.index[(units == "person_year") & (lasting > 1)]:
        problems.append(
            _problem(
                row,
                "duration_years",
                named.loc[row, "duration_years"],
                "a value per person_year has a duration of at most 1",
                "The years would count twice: put all the years into quantity.",
            )
        )
    held = _held(named, proxies, month)
    return problems + _already_net(held, table) + _validity(held, month)


def _held(named: pd.DataFrame, proxies: ProxySet, month: int) -> pd.DataFrame:
    """Records with a date, their year, and the position of the proxy's row valid in it, or null."""
    dated = named[named["date"].between(EARLIEST, LATEST)]
    held = dated[["proxy_id", *FIELDS[:4]]].assign(year=year_of_dates(dated["date"], month))
    validity = validity_of(proxies)
    positions = np.full(len(held), np.nan)
    for (proxy_id, year), rows in held.groupby(["proxy_id", "year"]).indices.items():
        position = validity.position_in(str(proxy_id), int(year), month)
        if position is not None:
            positions[rows] = position
    return held.assign(position=positions)


def rows_net_of(outcomes: pd.DataFrame, proxies: ProxySet, month: int) -> dict[str, pd.Index]:
    """Records whose proxy has a reduction taken off already, by the reduction.

    Parameters
    ----------
    outcomes : DataFrame
        Typed outcome records.
    proxies : ProxySet
    month : int
        Month in which a year starts.
    """
    named = outcomes[outcomes["proxy_id"].isin(proxies.proxies["proxy_id"])]
    return _net_of(_held(named, proxies, month), proxies.proxies)


def _net_of(held: pd.DataFrame, table: pd.DataFrame) -> dict[str, pd.Index]:
    valid = held[held["position"].notna()]
    at = valid["position"].to_numpy("int64")
    stated = table["already_net_of"].fillna("").astype(str)
    nets = {field: stated.str.contains(rf"\b{field}\b").to_numpy(bool) for field in FIELDS[:4]}
    return {field: valid.index[net[at]] for field, net in nets.items()}


def _already_net(held: pd.DataFrame, table: pd.DataFrame) -> list[dict]:
    """Reductions stated again that the proxy's row of the year has taken off already."""
    problems = []
    for field, rows in _net_of(held, table).items():
        valid = held.loc[rows]
        for row in valid.index[valid[field].fillna(0) != 0]:
            problems.append(
                _problem(
                    row,
                    field,
                    valid.loc[row, field],
                    f"the proxy is already net of {field}",
                    f"Leave {field} blank: {valid.loc[row, 'proxy_id']} has it taken off already.",
                )
            )
    return problems


def _validity(held: pd.DataFrame, month: int) -> list[dict]:
    problems = []
    none = held[held["position"].isna()]
    for (proxy_id, year), group in none.groupby(["proxy_id", "year"]):
        label = year_label(int(year), month != 1)
        rule = f"the proxy must be valid in the year of the record ({label})"
        todo = f"{proxy_id} holds for other years: use the proxy of that year, or add a dated row."
        problems += [_problem(r, "proxy_id", proxy_id, rule, todo) for r in group.index]
    return problems
