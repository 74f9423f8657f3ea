"""How are records assessed? The steps in order, and the assessment with its writers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue import __version__, claims, disclosure, provenance
from socialvalue.appraisal import Appraisal, Basis, appraise, basis_of
from socialvalue.asked_of_records import answers_of, kin_of_rows
from socialvalue.assumptions import Assumptions
from socialvalue.claims_on_records import links_for_nothing
from socialvalue.engines import Frame
from socialvalue.errors import InputError, SettingsError
from socialvalue.findings import Claim
from socialvalue.frameworks import allocate, shipped_frameworks, used_frameworks
from socialvalue.outcome_records import collapse_rows
from socialvalue.parse import Parsed, parse_records
from socialvalue.people import (
    People,
    PeopleInBoth,
    PeopleInSmallRows,
    are_told_apart,
    count_people,
)
from socialvalue.people_on_duckdb import of_people
from socialvalue.progress import progress_bar
from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.records import Records
from socialvalue.records_behind import COLUMNS as RECORD_COLUMNS
from socialvalue.results import Result
from socialvalue.summary import ROW_KEYS
from socialvalue.survey_change import survey_change
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap, value_parts


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
        if profile not in ("publish", "internal"):
            raise SettingsError(f"profile = {profile!r}: choose publish or internal.")
        if self.profile == "publish" and (profile, disclosure_policy) != (
            "publish",
            self.disclosure,
        ):
            raise SettingsError(
                f"This result was published already, {self.disclosure}: what was merged cannot be "
                "taken apart, nor merged again. Ask the assessment itself."
            )
        if profile == self.profile:
            return self
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
    conventions: bool = False,
    progress: bool = True,
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
    conventions : bool
        Whether to value the records under each convention of the field too, for every output; see
        `Assessment.side_by_side`.
    progress : bool
        Whether to show a bar where it takes longer than two seconds.

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
    _refuse_wrong_kinds(records, assumptions)
    assumptions = assumptions or Assumptions()
    if not isinstance(proxies, ProxySet):
        proxies = load_proxies(proxies)
    asked = (breakdowns,) if isinstance(breakdowns, str) else tuple(map(str, breakdowns))
    # What is a key of every impact map needs no map of its own.
    known = (*ROW_KEYS, "year", *shipped_frameworks(), *proxies.frameworks)
    breakdowns = tuple(name for name in dict.fromkeys(asked) if name not in known)
    with progress_bar("Assessing", progress):
        result = _assessed(records, proxies, assumptions, breakdowns)
    also = dict.fromkeys(name for name in asked if name not in breakdowns)
    result = replace(result, also_by=tuple(also))
    return replace(result, shown_conventions=result.side_by_side()) if conventions else result


def _assessed(
    records: Records, proxies: ProxySet, assumptions: Assumptions, breakdowns: tuple[str, ...]
) -> Assessment:
    from socialvalue.checks import check_parsed, engine_outcomes

    parsed = parse_records(records)
    engine = engine_outcomes(records, parsed, proxies.units, assumptions, breakdowns)
    problems = check_parsed(parsed, records, proxies, assumptions, engine)
    if len(problems):
        raise InputError("The records were not valued.", problems)
    ready = None if engine is None else (engine.records, engine.collapsed)
    if engine is not None:
        parsed = replace(parsed, coerced=stacked(parsed.coerced, engine.held.notes))
    basis = basis_of(parsed.tables, proxies, assumptions, breakdowns, ready)
    appraisal = appraise(basis, assumptions)
    return _assembled(_Job(records, parsed, basis, appraisal, breakdowns))


def _refuse_wrong_kinds(records: Any, assumptions: Any) -> None:
    if isinstance(records, pd.DataFrame):
        raise InputError("Give the frame a name: sv.assess(sv.Records(outcomes=frame)).")
    if not isinstance(records, Records):
        raise InputError(
            f"{type(records).__name__} is no set of records: give what sv.read_records returns, or "
            "sv.Records(outcomes=frame)."
        )
    if assumptions is not None and not isinstance(assumptions, Assumptions):
        raise SettingsError(
            f"assumptions is a {type(assumptions).__name__}: give sv.Assumptions(...), or "
            "sv.Assumptions.from_toml(path)."
        )


@dataclass(frozen=True)
class _Job:
    """What every step of one assessment needs."""

    records: Records
    parsed: Parsed
    basis: Basis
    appraisal: Appraisal
    breakdowns: tuple[str, ...]


def _assembled(job: _Job) -> Assessment:
    basis, appraisal = job.basis, job.appraisal
    assumptions, proxies = appraisal.assumptions, basis.proxies
    placed = basis.records.narrowly(basis.collapsed, job.breakdowns, RECORD_COLUMNS)
    valued = _unmerged(appraisal.valued)
    breakdowns = {column: _broken_down(job, placed, column) for column in job.breakdowns}
    named = stacked(proxies.links, basis.link_sets)[["framework", "category"]]
    frameworks = used_frameworks(named, proxies.frameworks)
    allocations = {
        name: allocate(each.rows, proxies.links, basis.link_sets, assumptions.allocation)
        for name, each in {"": valued, **breakdowns}.items()
    }
    served = {
        name: set(named.loc[named["framework"] == name, "category"].astype(str))
        for name in frameworks
    }
    values = {name: each.rows[name] for name, each in breakdowns.items()}
    kin = kin_of_rows(valued) if are_told_apart(placed) else []
    people = count_people(valued, placed, allocations[""], values, kin)
    of_rows = valued.rows["row_id"].map(people.of_rows).astype(float)
    valued = ValuedMap(valued.rows.assign(people=of_rows), valued.values)
    claim = _claim(job, valued, people, placed)
    findings, finding_rows = claims.audit(claim)
    return Assessment(
        assumptions=assumptions,
        profile="internal",
        disclosure=None,
        totals=appraisal.totals,
        ratio_missing=appraisal.ratio_missing,
        compared_value=appraisal.compared_value,
        compared_inputs=appraisal.compared_inputs,
        range=appraisal.range,
        valued=valued,
        breakdowns=breakdowns,
        allocations=allocations,
        frameworks=frameworks,
        served=served,
        people=people.behind,
        total_people=people.total,
        inputs=appraisal.spent,
        findings=findings,
        finding_rows=finding_rows,
        adjustments=basis.adjustments,
        proxies_used=claim.proxies,
        coerced=job.parsed.coerced,
        discount_factors=provenance.discount_table(assumptions, appraisal.span),
        provenance=provenance.provenance(job.records, proxies, assumptions, __version__),
        period=provenance.period(appraisal.spent, valued.rows, assumptions),
        small_rows=PeopleInSmallRows(placed, valued),
        basis=basis,
        importance=job.parsed.tables["importance"],
        survey_change=claim.survey_change,
        in_both=PeopleInBoth(placed, valued, list(breakdowns)),
    )


def _unmerged(valued: ValuedMap) -> ValuedMap:
    return ValuedMap(valued.rows.assign(merged=False), valued.values)


def _broken_down(job: _Job, placed: Frame, column: str) -> ValuedMap:
    """The map with one more key, valued in the same way."""
    appraisal = job.appraisal
    parts = collapse_rows(placed, column)
    return _unmerged(value_parts(appraisal.valued, parts, job.basis.proxies, appraisal.assumptions))


def _claim(job: _Job, valued: ValuedMap, people: People, placed: Frame) -> Claim:
    appraisal, told_apart = job.appraisal, people.several
    of_several = placed
    if told_apart is not None:
        records = int(valued.rows["records"].sum())
        of_several = job.basis.records.kept(of_people(placed, told_apart), records)
    tables, day = job.parsed.tables, provenance.today()
    month = appraisal.assumptions.year_start_month
    return Claim(
        rows=valued.rows,
        inputs=appraisal.spent,
        values=valued.values,
        tables=tables,
        people=people.behind,
        survey_change=survey_change(tables),
        answers=answers_of(placed, of_several, valued, tables, day=day, year_start_month=month),
        range=appraisal.range,
        ratio_missing=appraisal.ratio_missing,
        outside_ratio=appraisal.lines.loc[~appraisal.in_ratio, "row_id"].drop_duplicates(),
        assumptions=appraisal.assumptions,
        sources=frozenset(job.basis.proxies.sources["source_id"].dropna()),
        proxies=provenance.proxies_used(valued.rows, job.basis.proxies),
        day=day,
        fits_nothing=links_for_nothing(job.basis.collapsed, tables["activities"], tables["links"]),
    )
