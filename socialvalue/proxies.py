"""What is one unit of an outcome worth, and who says so? Load, check and pick a proxy set."""

import hashlib
import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from socialvalue.errors import InputError
from socialvalue.shipped import data_root

DEFAULTS = (
    "deadweight",
    "displacement",
    "attribution_to_others",
    "drop_off",
    "duration_years",
)
_PICKED = (
    "theme",
    "unit_value",
    "low",
    "high",
    "currency",
    "price_year",
    "value_type",
    "value_covers",
    "discount_class",
    "transfer",
    "payer",
    "overlap_group",
    "uprating",
    "income_elasticity",
    "already_net_of",
    "source_id",
    "valid_from",
    "review_by",
    "superseded_by",
)
_NOT_SETS = ("prices", "frameworks")


@dataclass(frozen=True)
class ProxySet:
    """A set of proxies with its links to goals and its sources.

    Attributes
    ----------
    name, version : str
    proxies : DataFrame
        One row for each proxy and period of validity.
    links : DataFrame
        proxy_id, framework, category, share, rationale.
    sources : DataFrame
        source_id, title, publisher, year, url, licence.
    sha256 : str
        Hash of the three tables, for provenance.
    frameworks : dict of DataFrame
        Frameworks of the set's own, by name.
    """

    name: str
    version: str
    proxies: pd.DataFrame
    links: pd.DataFrame
    sources: pd.DataFrame
    sha256: str
    frameworks: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __repr__(self) -> str:
        count = self.proxies["proxy_id"].nunique()
        return f"ProxySet({self.name!r}, version {self.version}, {count} proxies)"

    def describe(self, proxy_id: str) -> list[str]:
        """Everything the set says of one proxy, a line each: figures, source, links.

        Raises
        ------
        InputError
            If the proxy is not in the set.
        """
        rows = self.proxies[self.proxies["proxy_id"] == proxy_id]
        if rows.empty:
            raise InputError(_no_such_proxy(self, proxy_id))
        sourced = rows.merge(self.sources.add_prefix("source_"), how="left",
                             left_on="source_id", right_on="source_source_id")
        lines = []
        for row in sourced.drop(columns="source_source_id").to_dict("records"):
            lines += [f"{key}: {value}" for key, value in row.items() if pd.notna(value)]
        for link in self.links[self.links["proxy_id"] == proxy_id].itertuples():
            lines.append(f"{link.framework} {link.category}: {link.share:g} ({link.rationale})")
        return lines


def shipped_sets() -> tuple[str, ...]:
    """Names of the proxy sets that come with the library."""
    folders = [path for path in data_root().iterdir() if (path / "proxies.csv").is_file()]
    return tuple(sorted(path.name for path in folders if path.name not in _NOT_SETS))


def load_proxies(name_or_path: str | Path = "uk-public") -> ProxySet:
    """Load a proxy set by the name of a shipped one, or from a folder of the same shape.

    Parameters
    ----------
    name_or_path : str or Path
        ``"uk-public"``, ``"gmca-ucd-1.4"``, or a folder with proxies.csv and, if there are any,
        links.csv, sources.csv and datapackage.json.

    Returns
    -------
    ProxySet

    Raises
    ------
    InputError
        If there is no such set, or a row of it breaks a rule; every problem is listed.

    Examples
    --------
    >>> load_proxies("uk-public").proxies.query("proxy_id == 'wb_wellby'")["unit_value"].tolist()
    [13000.0]
    """
    folder = Path(name_or_path)
    shipped = str(name_or_path) in shipped_sets()
    if shipped:
        folder = data_root() / str(name_or_path)
    if not (folder / "proxies.csv").is_file():
        near = get_close_matches(str(name_or_path), shipped_sets(), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(
            f"There is no proxy set called {str(name_or_path)!r}, and no folder of that name with a "
            f"proxies.csv in it.{hint} Shipped: {', '.join(shipped_sets())}."
        )
    return _read_set(folder)


def _read_set(folder: Path) -> ProxySet:
    from socialvalue.proxy_schemas import read_proxy_tables

    tables, problems = read_proxy_tables(folder)
    problems = pd.concat([problems, _problems_across(tables)], ignore_index=True)
    if len(problems):
        raise InputError(f"The proxy set in {folder} cannot be used.", problems)
    package = folder / "datapackage.json"
    about = json.loads(package.read_text(encoding="utf-8")) if package.is_file() else {}
    own = {
        path.stem: pd.read_csv(path, dtype=str)[["category", "title", "wording", "colour"]]
        for path in sorted((folder / "frameworks").glob("*.csv"))
    }
    return ProxySet(
        name=str(about.get("name", folder.resolve().name)),
        version=str(about.get("version", "")),
        proxies=tables["proxies"],
        links=tables["links"],
        sources=tables["sources"],
        sha256=_hash(folder),
        frameworks=own,
    )


def _hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("proxies.csv", "links.csv", "sources.csv"):
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _problem(table: str, row: object, column: str, value: object, rule: str, todo: str) -> dict:
    return {
        "table": table,
        "row": row,
        "column": column,
        "value": value,
        "rule": rule,
        "what_to_do": todo,
        "source": f"{table}.csv",
    }


def _problems_across(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rules that one row alone cannot show."""
    proxies, links, sources = tables["proxies"], tables["links"], tables["sources"]
    found = []
    bounds = proxies[(proxies["low"] > proxies["unit_value"]) | (proxies["high"] < proxies["unit_value"])]
    for row, each in bounds.iterrows():
        found.append(
            _problem(
                "proxies", row, "unit_value", each["unit_value"], "low <= unit_value <= high",
                "Put the smaller published value in low and the larger in high.",
            )
        )
    grown = proxies[(proxies["uprating"] == "income") & proxies["income_elasticity"].isna()]
    for row, _ in grown.iterrows():
        found.append(
            _problem(
                "proxies", row, "income_elasticity", None, "income uprating needs an elasticity",
                "Write the elasticity of the source (1.3 for WELLBY and QALY).",
            )
        )
    for row, each in _overlapping(proxies).iterrows():
        found.append(
            _problem(
                "proxies", row, "valid_from", each["valid_from"], "periods of one proxy overlap",
                "End the older row with a valid_to before the newer one's valid_from.",
            )
        )
    unknown = proxies[proxies["source_id"].notna() & ~proxies["source_id"].isin(sources["source_id"])]
    for row, each in unknown[: len(unknown) if len(sources) else 0].iterrows():
        found.append(
            _problem(
                "proxies", row, "source_id", each["source_id"], "source not in sources.csv",
                "Add the source, with its title, publisher, year, url and licence.",
            )
        )
    strange = links[~links["proxy_id"].isin(proxies["proxy_id"])]
    for row, each in strange.iterrows():
        found.append(
            _problem(
                "links", row, "proxy_id", each["proxy_id"], "proxy not in proxies.csv",
                "Correct the proxy_id or remove the link.",
            )
        )
    totals = links.groupby(["proxy_id", "framework"])["share"].transform("sum")
    for row, each in links[totals > 1 + 1e-9].iterrows():
        found.append(
            _problem(
                "links", row, "share", each["share"],
                "shares of one proxy over one framework sum to at most 1",
                "Lower the shares; what they leave over is shown as unallocated.",
            )
        )
    columns = ["table", "row", "column", "value", "rule", "what_to_do", "source"]
    return pd.DataFrame(found, columns=columns)


def _overlapping(proxies: pd.DataFrame) -> pd.DataFrame:
    """Rows that start before the row before them, of the same proxy, has ended."""
    start = proxies["valid_from"].fillna(pd.Timestamp.min.floor("D") + pd.Timedelta(days=1))
    end = proxies["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    table = proxies.assign(_start=start, _end=end).sort_values(["proxy_id", "_start"])
    before = table.groupby("proxy_id")["_end"].shift()
    return table[before.notna() & (table["_start"] <= before)]


def pick(
    proxies: ProxySet, proxy_ids: pd.Series, years: pd.Series, year_start_month: int
) -> pd.DataFrame:
    """The row of each proxy that is valid in a year, in the order asked for.

    A row holds for a year if it is valid on the year's first day; where none is, the first one
    that becomes valid during the year holds.

    Parameters
    ----------
    proxies : ProxySet
    proxy_ids : Series of str
        Null for what is not priced: all columns are null there.
    years : Series of int
        Calendar year in which each year starts.
    year_start_month : int

    Returns
    -------
    DataFrame
        Positions 0..n-1; the proxy's columns, its defaults as ``default_<field>``.

    Raises
    ------
    InputError
        If a proxy is not in the set or has no row valid in the year.
    """
    asked = pd.DataFrame(
        {"proxy_id": proxy_ids.to_numpy(object), "year": years.to_numpy(dtype="int64")}
    )
    distinct = asked.dropna().drop_duplicates()
    positions = [
        _valid_position(proxies, str(each.proxy_id), int(each.year), year_start_month)
        for each in distinct.itertuples()
    ]
    distinct = distinct.assign(position=positions)
    # Rows that are not priced stay in, with nothing beside them.
    at = asked.merge(distinct, on=["proxy_id", "year"], how="left")["position"]
    table = proxies.proxies
    renamed = {f: f"default_{f}" for f in DEFAULTS} | {"name": "proxy_name", "unit": "proxy_unit"}
    table = table[[*_PICKED, *DEFAULTS, "defaults_source", "name", "unit"]].rename(columns=renamed)
    table = table.rename(columns={"defaults_source": "default_source"}).reset_index(drop=True)
    return table.reindex(at.fillna(-1).astype("int64")).reset_index(drop=True)


def _valid_position(proxies: ProxySet, proxy_id: str, year: int, year_start_month: int) -> int:
    positions = valid_positions(proxies, proxy_id, year, year_start_month)
    if positions:
        return positions[0]
    table = proxies.proxies
    rows = table[table["proxy_id"] == proxy_id]
    if rows.empty:
        raise InputError(_no_such_proxy(proxies, proxy_id))
    raise InputError(
        f"Proxy {proxy_id!r} of the set {proxies.name} has no row valid in the year that starts in "
        f"{year}: it is valid {_validity(rows)}. Use a proxy of that year, or add a dated row."
    )


def _no_such_proxy(proxies: ProxySet, proxy_id: str) -> str:
    near = get_close_matches(proxy_id, proxies.proxies["proxy_id"].unique().tolist(), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no proxy {proxy_id!r} in the set {proxies.name}.{hint}"


def valid_positions(
    proxies: ProxySet, proxy_id: str, year: int, year_start_month: int
) -> list[int]:
    """Positions of the rows of a proxy valid at some time in a year, the one that holds first."""
    table = proxies.proxies
    first = pd.Timestamp(year, year_start_month, 1)
    last = first + pd.DateOffset(years=1) - pd.Timedelta(days=1)
    fits = (
        (table["proxy_id"] == proxy_id)
        & (table["valid_from"].isna() | (table["valid_from"] <= last))
        & (table["valid_to"].isna() | (table["valid_to"] >= first))
    ).to_numpy(dtype=bool)
    starts = table["valid_from"].fillna(first).clip(lower=first)
    return sorted(np.flatnonzero(fits).tolist(), key=lambda position: starts.iloc[position])


def _validity(rows: pd.DataFrame) -> str:
    def shown(date: pd.Timestamp) -> str:
        return "open" if pd.isna(date) else f"{date:%Y-%m-%d}"

    spans = [f"{shown(r.valid_from)} to {shown(r.valid_to)}" for r in rows.itertuples()]
    return "; ".join(spans[:3]) + (" and more" if len(spans) > 3 else "")
