"""How are records assessed? The steps in order, and the assessment with its writers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from socialvalue import __version__, claims, disclosure, impact_map, prices, summary
from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.errors import InputError, OutputError, SettingsError
from socialvalue.frameworks import allocate, assign_link_sets, used_frameworks
from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.records import Records
from socialvalue.results import Result
from socialvalue.valuation import ValuedMap, schedules, value_inputs, value_map, with_base_year
from socialvalue.years import year_label, year_of_dates

_FROM_ACTIVITY = ("project", "activity_type", "place", "lsoa", "organisation", "partners")
_COUNTED_BY = ("project", "stakeholder_group", "outcome")
_PRIVATE = ("person_id",)


@dataclass(frozen=True, repr=False)
class Assessment(Result):
    """A result with its writers.

    Every writer publishes by default: small groups are merged first. ``profile="internal"`` writes
    everything, marked not for publication. Frames in your own session are not touched.
    """

    def __repr__(self) -> str:
        return self.headline

    @property
    def headline(self) -> str:
        """The result in one sentence, with its range, period, perspective and open findings."""
        from socialvalue.report.labels import headline

        return headline(self)

    def for_output(self, profile: str = "publish", disclosure_policy: str = "under-5") -> Result:
        """The result as it is written under a profile.

        Parameters
        ----------
        profile : {"publish", "internal"}
        disclosure_policy : str
            ``under-N``: groups of fewer than N distinct people are merged.

        Raises
        ------
        SettingsError
            If there is no such profile or policy.
        OutputError
            If too few people are behind the records for anything to be published.
        """
        if profile == "internal":
            return self
        if profile != "publish":
            raise SettingsError(f"profile = {profile!r}: choose publish or internal.")
        return disclosure.publish(self, disclosure_policy)

    def write_workbook(
        self, path: str | Path, *, profile: str = "publish", disclosure: str = "under-5"
    ) -> Path:
        """Write the impact map as a workbook with live formulas; returns its path."""
        from socialvalue.report.workbook import write_workbook

        write_workbook(self.for_output(profile, disclosure), path)
        return Path(path)

    def write_report(
        self, path: str | Path, *, profile: str = "publish", disclosure: str = "under-5"
    ) -> Path:
        """Write the report as one self-contained page; returns its path."""
        from socialvalue.report.page import write_report

        write_report(self.for_output(profile, disclosure), path)
        return Path(path)

    def write_json(
        self, path: str | Path, *, profile: str = "publish", disclosure: str = "under-5"
    ) -> Path:
        """Write assessment.json; returns its path."""
        from socialvalue.report.json_file import write_json

        write_json(self.for_output(profile, disclosure), path)
        return Path(path)

    def write_folder(
        self, folder: str | Path, *, profile: str = "publish", disclosure: str = "under-5"
    ) -> Path:
        """Write assessment.json, impact_map.xlsx, report.html, charts and tables; returns the folder."""
        from socialvalue.report.folder import write_folder

        return write_folder(self.for_output(profile, disclosure), Path(folder))


def assess(
    records: Records,
    proxies: ProxySet | str | Path = "uk-public",
    assumptions: Assumptions | None = None,
    *,
    breakdowns: Sequence[str] = (),
) -> Assessment:
    """Check records, collapse them into an impact map, and value it.

    Parameters
    ----------
    records : Records
        At least the table ``outcomes``.
    proxies : ProxySet, or name or folder of one
    assumptions : Assumptions, optional
        The defaults are the Green Book's.
    breakdowns : sequence of str
        Columns of outcomes or activities to split the result by.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If the records break a rule; ``.problems`` lists every one.
    SettingsError
        If an assumption, a price year or a breakdown does not fit.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network(), "uk-public")
    >>> parts = result.by("sdg")["present_value"].sum()
    >>> abs(parts - result.totals["present_value"]) < 0.005
    True
    """
    from socialvalue.checks import check
    from socialvalue.parse import parse_records

    assumptions = assumptions or Assumptions()
    if not isinstance(proxies, ProxySet):
        proxies = load_proxies(proxies)
    problems = check(records, proxies, assumptions)
    if len(problems):
        raise InputError("The records were not valued.", problems)
    parsed = parse_records(records)
    return _assess_tables(parsed, records, proxies, assumptions, tuple(breakdowns))


def _assess_tables(
    parsed: Any,
    records: Records,
    proxies: ProxySet,
    assumptions: Assumptions,
    breakdowns: tuple[str, ...],
) -> Assessment:
    tables = parsed.tables
    outcomes = _with_activities(tables["outcomes"], tables["activities"])
    outcomes = _with_units(outcomes, proxies)
    outcomes = _with_breakdowns(outcomes, breakdowns)
    inputs = _with_projects(tables["inputs"], tables["activities"])
    month = assumptions.year_start_month
    inputs = inputs.assign(year_start=year_of_dates(inputs["date"], month))
    years = pd.concat([year_of_dates(outcomes["date"], month), inputs["year_start"]])
    assumptions = with_base_year(assumptions, years)

    outcomes["link_set"], link_sets = assign_link_sets(outcomes, tables["links"])
    extra = ["link_set"] if len(link_sets) else []
    prepared = impact_map.prepare(outcomes, month, extra)
    adjustments = tables["adjustments"]
    valued = _valued(prepared, extra, proxies, adjustments, assumptions)
    valued = _with_row_people(valued, prepared)
    maps = {}
    for column in breakdowns:
        split = impact_map.prepare(outcomes, month, [*extra, column])
        maps[column] = _valued(split, [*extra, column], proxies, adjustments, assumptions)
    spent = value_inputs(inputs, assumptions)
    return _assemble(
        valued, maps, spent, prepared, link_sets, proxies, assumptions, parsed, records
    )


def _valued(
    prepared: Any,
    extra: list[str],
    proxies: ProxySet,
    adjustments: pd.DataFrame,
    assumptions: Assumptions,
) -> ValuedMap:
    valued = value_map(impact_map.collapse(prepared, extra), proxies, adjustments, assumptions)
    return ValuedMap(valued.rows.assign(merged=False), valued.values)


def _with_activities(outcomes: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Outcome records with their activity's columns; what an outcome states itself wins."""
    outcomes = outcomes.copy()
    if activities.empty:
        return outcomes
    by_id = activities.set_index("activity_id")
    for column in by_id.columns:
        joined = outcomes["activity_id"].map(by_id[column])
        if column not in outcomes:
            outcomes[column] = joined
        elif column in _FROM_ACTIVITY:
            outcomes[column] = outcomes[column].fillna(joined)
    return outcomes


def _with_projects(inputs: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    if activities.empty:
        return inputs
    projects = activities.set_index("activity_id")["project"]
    return inputs.assign(project=inputs["project"].fillna(inputs["activity_id"].map(projects)))


def _with_units(outcomes: pd.DataFrame, proxies: ProxySet) -> pd.DataFrame:
    units = proxies.proxies.drop_duplicates("proxy_id").set_index("proxy_id")["unit"]
    return outcomes.assign(unit=outcomes["unit"].fillna(outcomes["proxy_id"].map(units)))


def _with_breakdowns(outcomes: pd.DataFrame, breakdowns: tuple[str, ...]) -> pd.DataFrame:
    for column in breakdowns:
        if column not in outcomes or column in _PRIVATE:
            near = get_close_matches(column, [c for c in outcomes if c not in _PRIVATE], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            why = "names people" if column in _PRIVATE else "is no column of outcomes or activities"
            raise SettingsError(f"Cannot break down by {column!r}: it {why}.{hint}")
        values = outcomes[column]
        if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
            outcomes = outcomes.assign(**{column: values.astype("Int64")})
    return outcomes


def _with_row_people(valued: ValuedMap, prepared: Any) -> ValuedMap:
    counts = impact_map.count_people(prepared, ["row_key"]).set_index("row_key")["people"]
    rows = valued.rows.assign(people=valued.rows["row_key"].map(counts).astype(float))
    return ValuedMap(rows, valued.values)


def _assemble(
    valued: ValuedMap,
    maps: dict[str, ValuedMap],
    spent: pd.DataFrame,
    prepared: Any,
    link_sets: pd.DataFrame,
    proxies: ProxySet,
    assumptions: Assumptions,
    parsed: Any,
    records: Records,
) -> Assessment:
    links = proxies.links
    all_links = pd.concat([links[["framework", "category"]], link_sets[["framework", "category"]]])
    frameworks = used_frameworks(all_links, proxies.frameworks)
    allocations = {
        name: allocate(each.rows, links, link_sets, assumptions.allocation)
        for name, each in {"": valued, **maps}.items()
    }
    served = {
        name: set(all_links.loc[all_links["framework"] == name, "category"].astype(str))
        for name in frameworks
    }
    lines = summary.counted_lines(valued)
    span = _span(lines, spent)
    totals, ratio_missing, in_ratio = summary.totals(lines, spent, span)
    in_money = totals["present_value"] if ratio_missing else lines.loc[in_ratio, "present_value"].sum()
    compared = 0.0 if ratio_missing else in_money - totals["net_present_value"]
    band = summary.headline_range(lines, in_ratio, compared)
    outside = lines.loc[~in_ratio, "row_id"].drop_duplicates()
    claim = claims.Claim(
        valued.rows, spent, parsed.tables["activities"], parsed.tables["outcomes"], band,
        ratio_missing, outside, assumptions,
    )
    findings, finding_rows = claims.audit(claim)
    people, total_people = _people(valued, prepared, allocations[""], list(maps))
    return Assessment(
        assumptions=assumptions,
        profile="internal",
        disclosure=None,
        totals=totals,
        ratio_missing=ratio_missing,
        range=band,
        valued=valued,
        breakdowns=maps,
        allocations=allocations,
        frameworks=frameworks,
        served=served,
        people=people,
        total_people=total_people,
        inputs=spent,
        findings=findings,
        finding_rows=finding_rows,
        adjustments=parsed.tables["adjustments"],
        proxies_used=_proxies_used(valued.rows, proxies),
        coerced=parsed.coerced,
        discount_factors=_discount_table(assumptions, span),
        provenance=_provenance(records, proxies),
        period=_period(lines, spent, valued.rows, assumptions),
        small_rows=_small_rows(valued, prepared),
    )


def _span(lines: pd.DataFrame, spent: pd.DataFrame) -> list[int]:
    """Years from the base year, from the first with inputs or outcomes to the last."""
    times = pd.concat([lines["t"], spent["t"]])
    return list(range(int(times.min()), int(times.max()) + 1)) if len(times) else []


def _people(
    valued: ValuedMap, prepared: Any, allocation: pd.DataFrame, breakdowns: list[str]
) -> tuple[dict[str, pd.DataFrame], float]:
    """Distinct people behind the counted rows: in total, by key and by category."""
    import narwhals.stable.v2 as nw

    counted = valued.rows[valued.rows["counted"]]
    behind = prepared.filter(nw.col("row_key").is_in(counted["row_key"].tolist()))
    total = impact_map.count_people(behind, [])
    keys = [*_COUNTED_BY, *breakdowns]
    people = {key: impact_map.count_people(behind, [key]) for key in keys}
    lines = behind.select("row_key", "person_id", "people").to_native()
    for framework, shares in allocation[allocation["share"] > 0].groupby("framework"):
        rows = counted[["row_id", "row_key"]].merge(shares, on="row_id")
        of_category = nw.from_native(lines.merge(rows[["row_key", "category"]], on="row_key"))
        counts = impact_map.count_people(of_category, ["category"])
        people[str(framework)] = counts.rename(columns={"category": str(framework)})
    return people, float(total["people"].iloc[0]) if len(total) else float("nan")


def _small_rows(valued: ValuedMap, prepared: Any) -> pd.DataFrame:
    few = valued.rows[valued.rows["people"] < disclosure.SMALL_ROW]
    pairs = impact_map.people_of_small_rows(prepared, few["row_key"].tolist())
    return pairs.merge(few[["row_key", "row_id"]], on="row_key")[["row_id", "person"]]


def _proxies_used(rows: pd.DataFrame, proxies: ProxySet) -> pd.DataFrame:
    used = proxies.proxies[proxies.proxies["proxy_id"].isin(rows["proxy_id"])]
    sources = proxies.sources.add_prefix("source_").rename(columns={"source_source_id": "source_id"})
    return used.merge(sources, on="source_id", how="left").reset_index(drop=True)


def _discount_table(assumptions: Assumptions, span: list[int]) -> pd.DataFrame:
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


def _period(
    lines: pd.DataFrame, spent: pd.DataFrame, rows: pd.DataFrame, assumptions: Assumptions
) -> str:
    """Years in which records fall, first to last."""
    years = sorted({*rows["first_year"].astype(int), *(int(y[:4]) for y in spent["year"])})
    labels = [year_label(year, assumptions.financial_years) for year in years]
    if not labels:
        return ""
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def _provenance(records: Records, proxies: ProxySet) -> dict[str, Any]:
    inputs = []
    for table in records.tables:
        origin = records.origin(table)
        inputs.append({"table": table, "file": origin.file, "sheet": origin.sheet, "sha256": origin.sha256})
    return {
        "inputs": inputs,
        "proxy_set": {"name": proxies.name, "version": proxies.version, "sha256": proxies.sha256},
        "package_version": __version__,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "prices": prices.vintages(),
    }
