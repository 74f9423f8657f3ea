"""Does a proxy set hold together? Rules that one row alone cannot show."""

import pandas as pd


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


def problems_across(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Rules that one row alone cannot show."""
    proxies, links, sources = tables["proxies"], tables["links"], tables["sources"]
    found = []
    bounds = proxies[
        (proxies["low"] > proxies["unit_value"]) | (proxies["high"] < proxies["unit_value"])
    ]
    for row, each in bounds.iterrows():
        found.append(
            _problem(
                "proxies",
                row,
                "unit_value",
                each["unit_value"],
                "low <= unit_value <= high",
                "Put the smaller published value in low and the larger in high.",
            )
        )
    grown = proxies[(proxies["uprating"] == "income") & proxies["income_elasticity"].isna()]
    for row, _ in grown.iterrows():
        found.append(
            _problem(
                "proxies",
                row,
                "income_elasticity",
                None,
                "income uprating needs an elasticity",
                "Write the elasticity of the source (1.3 for WELLBY and QALY).",
            )
        )
    for row, each in _overlapping(proxies).iterrows():
        found.append(
            _problem(
                "proxies",
                row,
                "valid_from",
                each["valid_from"],
                "periods of one proxy overlap",
                "End the older row with a valid_to before the newer one's valid_from.",
            )
        )
    unknown = proxies[
        proxies["source_id"].notna() & ~proxies["source_id"].isin(sources["source_id"])
    ]
    for row, each in unknown[: len(unknown) if len(sources) else 0].iterrows():
        found.append(
            _problem(
                "proxies",
                row,
                "source_id",
                each["source_id"],
                "source not in sources.csv",
                "Add the source, with its title, publisher, year, url and licence.",
            )
        )
    strange = links[~links["proxy_id"].isin(proxies["proxy_id"])]
    for row, each in strange.iterrows():
        found.append(
            _problem(
                "links",
                row,
                "proxy_id",
                each["proxy_id"],
                "proxy not in proxies.csv",
                "Correct the proxy_id or remove the link.",
            )
        )
    totals = links.groupby(["proxy_id", "framework"])["share"].transform("sum")
    for row, each in links[totals > 1 + 1e-9].iterrows():
        found.append(
            _problem(
                "links",
                row,
                "share",
                each["share"],
                "shares of one proxy over one framework sum to at most 1",
                "Lower the shares; what they leave over is shown as unallocated.",
            )
        )
    columns = ["table", "row", "column", "value", "rule", "what_to_do", "source"]
    return pd.DataFrame(found, columns=columns)


def _overlapping(proxies: pd.DataFrame) -> pd.DataFrame:
    """Rows that start before the row before them, of the same proxy, has ended."""
    start = proxies["valid_from"].fillna(pd.Timestamp("1800-01-01"))
    end = proxies["valid_to"].fillna(pd.Timestamp("2200-01-01"))
    table = proxies.assign(_start=start, _end=end).sort_values(["proxy_id", "_start"])
    before = table.groupby("proxy_id")["_end"].shift()
    return table[before.notna() & (table["_start"] <= before)]
