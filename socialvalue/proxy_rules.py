"""Do records fit the proxies they name? Known, in its unit, valid in the year, not net twice."""

from typing import Any

import pandas as pd

from socialvalue.adjustments import FIELDS
from socialvalue.columns import EARLIEST, LATEST
from socialvalue.proxies import ProxySet
from socialvalue.proxy_picks import valid_positions
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
    problems += _already_net(named, proxies, month)
    return problems + _validity(named, proxies, month)


def _already_net(named: pd.DataFrame, proxies: ProxySet, month: int) -> list[dict]:
    net_of = _net_of_in_year(named, proxies, month)
    problems = []
    for field in FIELDS[:4]:
        again = net_of.str.contains(rf"\b{field}\b") & (named[field].fillna(0) != 0)
        for row in named.index[again]:
            problems.append(
                _problem(
                    row,
                    field,
                    named.loc[row, field],
                    f"the proxy is already net of {field}",
                    f"Leave {field} blank: {named.loc[row, 'proxy_id']} has it taken off already.",
                )
            )
    return problems


def _net_of_in_year(named: pd.DataFrame, proxies: ProxySet, month: int) -> pd.Series:
    """What the proxy of each record is already net of, by the row valid in the record's year."""
    dated = named[named["date"].between(EARLIEST, LATEST)]
    years = year_of_dates(dated["date"], month)
    net_of = pd.Series("", index=named.index, dtype=object)
    stated = proxies.proxies["already_net_of"].fillna("").astype(str)
    for (proxy_id, year), group in dated.groupby(["proxy_id", years]):
        positions = valid_positions(proxies, str(proxy_id), int(year), month)
        if positions:
            net_of[group.index] = stated.iloc[positions[0]]
    return net_of


def _validity(named: pd.DataFrame, proxies: ProxySet, month: int) -> list[dict]:
    dated = named[named["date"].between(EARLIEST, LATEST)]
    years = year_of_dates(dated["date"], month)
    problems = []
    for (proxy_id, year), group in dated.groupby(["proxy_id", years]):
        if valid_positions(proxies, str(proxy_id), int(year), month):
            continue
        label = year_label(int(year), month != 1)
        rule = f"the proxy must be valid in the year of the record ({label})"
        todo = f"{proxy_id} holds for other years: use the proxy of that year, or add a dated row."
        problems += [_problem(r, "proxy_id", proxy_id, rule, todo) for r in group.index]
    return problems
