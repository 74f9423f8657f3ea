"""Does a proxy set hold together? Rules that one cell alone cannot show."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from socialvalue.columns import Table
from socialvalue.proxy_schemas import FRAMEWORK, PROXIES, PROXY_LINKS
from socialvalue.records import PROBLEM_COLUMNS, did_you_mean
from socialvalue.schemas import OUTCOMES
from socialvalue.table_checks import problem

_NET_OF = ("deadweight", "displacement", "attribution_to_others", "drop_off")
_SAME = ("unit", "value_covers", "value_type", "currency")
_CURRENCY = re.compile(r"[A-Z]{3}")
_TAKEN = ("unallocated", "merged")
_KEYS = {*OUTCOMES.names, *PROXIES.names, "year"}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def problems_across(
    tables: Mapping[str, pd.DataFrame], frameworks: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Rules that one cell alone cannot show.

    Parameters
    ----------
    tables : mapping of DataFrame
        proxies, links and sources, typed.
    frameworks : mapping
        Categories of each framework that links may name.

    Returns
    -------
    DataFrame
        table, row, column, value, rule, what_to_do, source.
    """
    proxies, links = tables["proxies"], tables["links"]
    found = []
    if proxies.empty:
        rule, todo = "a set has at least one proxy", "Write a row below the column names."
        found.append(problem(PROXIES, None, "proxy_id", None, rule, todo))
    found += [
        *_values(proxies),
        *_codes(proxies),
        *_durations(proxies),
        *_periods(proxies),
        *_sources(proxies, tables["sources"]),
        *_links(links, proxies, frameworks),
    ]
    return _as_problems(found)


def framework_problems(framework: pd.DataFrame, name: str, source: str) -> pd.DataFrame:
    """Rules of a framework that its declaration cannot state: names and colours of use to results.

    Parameters
    ----------
    framework : DataFrame
        Typed.
    name : str
        The framework's: that of its file.
    source : str
        What messages call the file.

    Returns
    -------
    DataFrame
        table, row, column, value, rule, what_to_do, source.
    """
    found = []
    if name in _KEYS:
        rule, todo = "results are split by a column of this name", "Give the file another name."
        found.append(problem(FRAMEWORK, None, "", name, rule, todo))
    taken = framework["category"].isin(_TAKEN)
    rule, todo = "results use this word for what has no category", "Write another code."
    found += _each(FRAMEWORK, framework[taken], "category", rule, todo)
    colours = framework["colour"].dropna()
    for row, colour in colours[~colours.map(lambda c: bool(_COLOUR.fullmatch(c)))].items():
        rule, todo = "a colour is written #rrggbb", "Write it as #0072B2, or leave it blank."
        found.append(problem(FRAMEWORK, row, "colour", colour, rule, todo))
    return _as_problems(found).assign(source=source)


def _as_problems(found: list[dict]) -> pd.DataFrame:
    rows = [{**each, "source": f"{each['table']}.csv"} for each in found]
    return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS), dtype=object)


def _each(
    table: Table, rows: pd.DataFrame, column: str, rule: str, what_to_do: str
) -> Iterator[dict]:
    for row, value in rows[column].items():
        yield problem(table, row, column, value, rule, what_to_do)


def _values(proxies: pd.DataFrame) -> Iterator[dict]:
    value = proxies["unit_value"]
    outside = (proxies["low"] > value) | (proxies["high"] < value)
    yield from _each(
        PROXIES,
        proxies[outside],
        "unit_value",
        "low <= unit_value <= high",
        "Put the smaller published value in low and the larger in high.",
    )
    income = (proxies["uprating"] == "income").fillna(False).astype(bool)
    yield from _each(
        PROXIES,
        proxies[income & proxies["income_elasticity"].isna()],
        "income_elasticity",
        "income uprating needs an elasticity",
        "Write the elasticity of the source (1.3 for WELLBY and QALY).",
    )
    yield from _each(
        PROXIES,
        proxies[~income & proxies["income_elasticity"].notna()],
        "income_elasticity",
        "an elasticity acts only with income uprating",
        "Write income in uprating, or leave income_elasticity blank.",
    )


def _codes(proxies: pd.DataFrame) -> Iterator[dict]:
    named = proxies["currency"].dropna()
    strange = named[~named.map(lambda text: bool(_CURRENCY.fullmatch(text)))]
    yield from _each(
        PROXIES,
        proxies.loc[strange.index],
        "currency",
        "a currency is its three-letter code",
        "Write GBP, EUR, NZD or the like.",
    )
    for row, text in proxies["already_net_of"].dropna().items():
        for word in re.findall(r"\w+", text):
            if word not in _NET_OF:
                todo = f"Write any of: {', '.join(_NET_OF)}.{did_you_mean(word, _NET_OF)}"
                rule = "already_net_of names reductions"
                yield problem(PROXIES, row, "already_net_of", word, rule, todo)


def _durations(proxies: pd.DataFrame) -> Iterator[dict]:
    lasting = proxies["duration_years"].fillna(1)
    yield from _each(
        PROXIES,
        proxies[(proxies["value_covers"] == "once") & (lasting != 1)],
        "duration_years",
        "a value per event, hour or item has a duration of 1",
        "Leave duration_years blank, or write year or duration in value_covers.",
    )
    yield from _each(
        PROXIES,
        proxies[(proxies["unit"] == "person_year") & (lasting > 1)],
        "duration_years",
        "a value per person_year has a duration of at most 1",
        "The years would count twice: leave duration_years blank.",
    )


def _periods(proxies: pd.DataFrame) -> Iterator[dict]:
    backwards = proxies["valid_to"] < proxies["valid_from"]
    yield from _each(
        PROXIES,
        proxies[backwards],
        "valid_to",
        "a row ends on or after the day it begins",
        "Correct valid_from or valid_to.",
    )
    yield from _each(
        PROXIES,
        _overlapping(proxies[~backwards]),
        "valid_from",
        "periods of one proxy overlap",
        "End the older row with a valid_to before the newer one's valid_from.",
    )
    first = proxies.drop_duplicates("proxy_id").set_index("proxy_id")
    known = proxies[proxies["proxy_id"].notna()]
    for column in _SAME:
        differs = known[column] != known["proxy_id"].map(first[column])
        yield from _each(
            PROXIES,
            known[differs.fillna(False).astype(bool)],
            column,
            f"all rows of one proxy have the same {column}",
            "Give the row a proxy_id of its own: records could not tell which one holds.",
        )


def _overlapping(proxies: pd.DataFrame) -> pd.DataFrame:
    """Rows that start before the row before them, of the same proxy, has ended."""
    start = proxies["valid_from"].fillna(pd.Timestamp("1800-01-01"))
    end = proxies["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    table = proxies.assign(_start=start, _end=end).sort_values(["proxy_id", "_start"])
    before = table.groupby("proxy_id")["_end"].shift()
    return table[before.notna() & (table["_start"] <= before)]


def _sources(proxies: pd.DataFrame, sources: pd.DataFrame) -> Iterator[dict]:
    # A set without a list of sources is not held to it.
    named = proxies[proxies["source_id"].notna() & (len(sources) > 0)]
    yield from _each(
        PROXIES,
        named[~named["source_id"].isin(sources["source_id"])],
        "source_id",
        "source not in sources.csv",
        "Add the source, with its title, publisher, year, url and licence.",
    )


def _links(
    links: pd.DataFrame, proxies: pd.DataFrame, frameworks: Mapping[str, Sequence[str]]
) -> Iterator[dict]:
    named = links[links["proxy_id"].notna()]
    yield from _each(
        PROXY_LINKS,
        named[~named["proxy_id"].isin(proxies["proxy_id"])],
        "proxy_id",
        "proxy not in proxies.csv",
        "Correct the proxy_id or remove the link.",
    )
    for framework, group in links.groupby("framework"):
        name = str(framework)
        if name not in frameworks:
            hint = did_you_mean(name, frameworks)
            todo = f"Write one of: {', '.join(frameworks)}.{hint} Or add frameworks/{name}.csv."
            rule = "there is no framework of this name"
            yield from _each(PROXY_LINKS, group, "framework", rule, todo)
            continue
        # A category that is left blank is a problem of its own list, told there.
        categories = [category for category in frameworks[name] if category]
        yield from _each(
            PROXY_LINKS,
            group[group["category"].notna() & ~group["category"].isin(categories)],
            "category",
            f"the framework {name} has no such category",
            f"Write one of: {', '.join(categories)}.",
        )
    totals: Any = links.groupby(["proxy_id", "framework"])["share"].transform("sum")
    yield from _each(
        PROXY_LINKS,
        links[totals > 1 + 1e-9],
        "share",
        "shares of one proxy over one framework sum to at most 1",
        "Lower the shares; what they leave over is shown as unallocated.",
    )
