"""What lies behind a result? Its years, rates, proxies, files and releases."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from socialvalue import prices
from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.price_tables import price_series
from socialvalue.prices import schedules
from socialvalue.proxies import ProxySet
from socialvalue.records import Records
from socialvalue.years import year_label


def today() -> date:
    """The day of an assessment, by which days of review are judged."""
    return datetime.now(UTC).date()


def span(lines: pd.DataFrame, spent: pd.DataFrame) -> list[int]:
    """Years from the base year, from the first with inputs or outcomes to the last."""
    times = pd.concat([lines["t"], spent["t"]]).dropna()
    return list(range(int(times.min()), int(times.max()) + 1)) if len(times) else []


def discount_table(assumptions: Assumptions, span: list[int]) -> pd.DataFrame:
    """Rates and cumulative factors of each year, for both discount classes.

    Returns
    -------
    DataFrame
        year, t, rate_standard, factor_standard, rate_health, factor_health.
    """
    offset = TIMING_OFFSET[assumptions.timing]
    base = int(str(assumptions.base_year)[:4])
    table = pd.DataFrame({"t": span})
    table["year"] = [year_label(base + t, assumptions.financial_years) for t in span]
    for name, schedule in zip(("standard", "health"), schedules(assumptions), strict=True):
        # A year's rate is what separates it from the year before; the past is not discounted.
        table[f"rate_{name}"] = [schedule.rate(max(t, 0)) for t in span]
        table[f"factor_{name}"] = prices.discount_factors(schedule, span, offset)
    columns = ["year", "t", "rate_standard", "factor_standard", "rate_health", "factor_health"]
    return table[columns]


def period(spent: pd.DataFrame, rows: pd.DataFrame, assumptions: Assumptions) -> str:
    """Years in which records fall, first to last."""
    years = sorted({*rows["first_year"].astype(int), *(int(y[:4]) for y in spent["year"])})
    labels = [year_label(year, assumptions.financial_years) for year in years]
    if not labels:
        return ""
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def provenance(
    records: Records, proxies: ProxySet, assumptions: Assumptions, package_version: str
) -> dict[str, Any]:
    """Files, proxy set, releases and version behind a result, with their hashes."""
    inputs = []
    for table in records:
        origin = records.origin(table)
        where = {"table": table, "file": origin.file, "sheet": origin.sheet}
        inputs.append({**where, "sha256": records.sha256(table)})
    return {
        "inputs": inputs,
        "proxy_set": proxies.identity,
        "package_version": package_version,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "prices": prices.vintages(price_series(assumptions.price_series)),
    }


def proxies_used(rows: pd.DataFrame, proxies: ProxySet) -> pd.DataFrame:
    """The proxies behind a map, with their sources."""
    used = proxies.proxies[proxies.proxies["proxy_id"].isin(rows["proxy_id"])]
    sources = proxies.sources.add_prefix("source_").rename(
        columns={"source_source_id": "source_id"}
    )
    return used.merge(sources, on="source_id", how="left").reset_index(drop=True)
