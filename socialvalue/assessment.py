"""How are records assessed? The steps in order, and the assessment with its writers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue import __version__, claims, disclosure, impact_map, provenance, summary, totals
from socialvalue.assumptions import Assumptions
from socialvalue.errors import InputError, SettingsError
from socialvalue.frameworks import allocate, used_frameworks
from socialvalue.input_costs import value_inputs
from socialvalue.joined_columns import prepared_outcomes, with_projects
from socialvalue.parse import Parsed, parse_records
from socialvalue.people import people_behind, small_rows, with_row_people
from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.records import Records
from socialvalue.results import Result
from socialvalue.valuation import ValuedMap, value_map, with_base_year
from socialvalue.years import year_of_dates


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
        """Write the workbook, page, data, charts and tables into a folder; returns the folder."""
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
    >>> bool(abs(parts - result.totals["present_value"]) < 0.005)
    True
    """
    from socialvalue.checks import check

    assumptions = assumptions or Assumptions()
    if not isinstance(proxies, ProxySet):
        proxies = load_proxies(proxies)
    problems = check(records, proxies, assumptions)
    if len(problems):
        raise InputError("The records were not valued.", problems)
    parsed = parse_records(records)
    return _assess_tables(_Job(records, parsed, proxies, assumptions, tuple(breakdowns)))


@dataclass(frozen=True)
class _Job:
    """What every step of one assessment needs."""

    records: Records
    parsed: Parsed
    proxies: ProxySet
    assumptions: Assumptions
    breakdowns: tuple[str, ...]


def _assess_tables(job: _Job) -> Assessment:
    tables, assumptions = job.parsed.tables, job.assumptions
    month = assumptions.year_start_month
    outcomes, link_sets = prepared_outcomes(tables, job.proxies.proxies, job.breakdowns)
    inputs = with_projects(tables["inputs"], tables["activities"])
    inputs = inputs.assign(year_start=year_of_dates(inputs["date"], month))
    years = pd.concat([year_of_dates(outcomes["date"], month), inputs["year_start"]])
    job = replace(job, assumptions=with_base_year(assumptions, years))

    extra = ["link_set"] if len(link_sets) else []
    prepared = impact_map.prepare(outcomes, month, extra)
    valued = with_row_people(_valued(prepared, extra, job), prepared)
    maps = {}
    for column in job.breakdowns:
        keys = [*extra, column]
        maps[column] = _valued(impact_map.prepare(outcomes, month, keys), keys, job)
    spent = value_inputs(inputs, job.assumptions)
    return _assemble(job, {"": valued, **maps}, spent, prepared, link_sets)


def _valued(prepared: Any, extra: list[str], job: _Job) -> ValuedMap:
    collapsed = impact_map.collapse(prepared, extra)
    valued = value_map(collapsed, job.proxies, job.parsed.tables["adjustments"], job.assumptions)
    return ValuedMap(valued.rows.assign(merged=False), valued.values)


def _assemble(
    job: _Job,
    maps: dict[str, ValuedMap],
    spent: pd.DataFrame,
    prepared: Any,
    link_sets: pd.DataFrame,
) -> Assessment:
    valued, breakdowns = maps[""], {name: each for name, each in maps.items() if name}
    named = pd.concat([job.proxies.links, link_sets])[["framework", "category"]]
    frameworks = used_frameworks(named, job.proxies.frameworks)
    allocations = {
        name: allocate(each.rows, job.proxies.links, link_sets, job.assumptions.allocation)
        for name, each in maps.items()
    }
    served = {
        name: set(named.loc[named["framework"] == name, "category"].astype(str))
        for name in frameworks
    }
    lines = summary.counted_lines(valued)
    span = provenance.span(lines, spent)
    sums, ratio_missing, in_ratio = totals.totals(lines, spent, span)
    compared = float(lines.loc[in_ratio, "present_value"].sum())
    compared_inputs = totals.inputs_in_ratio(lines, spent)
    band = totals.headline_range(lines, in_ratio, 0.0 if ratio_missing else compared_inputs)
    claim = claims.Claim(
        rows=valued.rows,
        inputs=spent,
        activities=job.parsed.tables["activities"],
        range=band,
        ratio_missing=ratio_missing,
        outside_ratio=lines.loc[~in_ratio, "row_id"].drop_duplicates(),
        assumptions=job.assumptions,
    )
    findings, finding_rows = claims.audit(claim)
    people, total_people = people_behind(valued, prepared, allocations[""], list(breakdowns))
    return Assessment(
        assumptions=job.assumptions,
        profile="internal",
        disclosure=None,
        totals=sums,
        ratio_missing=ratio_missing,
        compared_value=compared,
        compared_inputs=compared_inputs,
        range=band,
        valued=valued,
        breakdowns=breakdowns,
        allocations=allocations,
        frameworks=frameworks,
        served=served,
        people=people,
        total_people=total_people,
        inputs=spent,
        findings=findings,
        finding_rows=finding_rows,
        adjustments=job.parsed.tables["adjustments"],
        proxies_used=provenance.proxies_used(valued.rows, job.proxies),
        coerced=job.parsed.coerced,
        discount_factors=provenance.discount_table(job.assumptions, span),
        provenance=provenance.provenance(job.records, job.proxies, __version__),
        period=provenance.period(spent, valued.rows, job.assumptions),
        small_rows=small_rows(valued, prepared),
    )
