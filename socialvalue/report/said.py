"""What did people say? Answers before and after, and how much each change matters to them."""

import pandas as pd

from socialvalue.merging import MERGED_LABEL
from socialvalue.report import labels
from socialvalue.report.shown import BELOW, Column, Section, Shown
from socialvalue.results import Result
from socialvalue.summary import MERGED, UNALLOCATED

_SURVEYS = (
    Column("name", "Scale", "text"),
    Column("pairs", "Answered both times", "count"),
    Column("asked", "Asked", "count"),
    Column("mean_before", "Mean before", "number"),
    Column("mean_after", "Mean after", "number"),
    Column("improvement", "Improve\u00adment", "number"),
    Column("low", "Low", "number"),
    Column("high", "High", "number"),
    Column("improved", "Im\u00adproved", "count"),
    Column("unchanged", "Un\u00adchanged", "count"),
    Column("worsened", "Wors\u00adened", "count"),
    Column("caution", "Caution", BELOW),
)
_POINTS = (
    Column("outcome", "Outcome", "name"),
    Column("stakeholder_group", "Who", "name"),
    Column("quantity_over_years", "Left, over its years", "number"),
    Column("unit", "Unit", "unit"),
    Column("importance", "Importance (0 to 10)", "number"),
    Column("points", "Points", "points"),
    Column("share_of_points", "Share of points", "share"),
)


def has_importance(result: Result) -> bool:
    """Whether anybody said how much some outcome matters, so that there are points."""
    return bool(result.weighted()["points"].notna().any())


def adjustments(result: Result) -> pd.DataFrame:
    """The adjustments with their row, by which the impact map says where a reduction is from."""
    table = result.adjustments
    return table.assign(row=table.index)[["row", *table.columns]]


def surveys(result: Result) -> Section | None:
    """Change from before to after on each scale; nothing where there were no surveys."""
    table = result.survey_change
    if table.empty:
        return None
    level = labels.share(float(table["confidence"].iloc[0]))
    notes = (
        "Answers of the same people before and after, each in pairs; the improvement counts "
        f"upwards whichever way the scale runs. Low and high are its {level} interval, which "
        "speaks of chance only.",
        "This is no proof of what caused the change: without people who took no part, nobody "
        "knows what would have happened anyway.",
    )
    named = table.assign(name=table["name"].fillna(table["instrument"]))
    shown = Shown("Change from before to after, people who answered both times", _SURVEYS, named)
    return Section("surveys", "Before and after", notes, [shown])


def all_surveys(result: Result) -> Shown | None:
    """The same with every figure, as a workbook holds it."""
    if result.survey_change.empty:
        return None
    more = (
        Column("instrument", "Instrument", "text"),
        *(each for each in _SURVEYS if each.kind != BELOW),
        Column("confidence", "Confidence (share)", "share"),
        Column("effect_size_dz", "Effect size (dz)", "number"),
        Column("meaningful_change", "Meaningful change", "number"),
        Column("share_meaningfully_improved", "Share improved by that", "share"),
        Column("mean_before_only", "Mean before, no answer after", "number"),
        Column("method", "Method of the interval", "text"),
        Column("caution", "Caution", "text"),
    )
    plain = [each._replace(heading=each.heading.replace("\u00ad", "")) for each in more]
    return Shown("", plain, result.survey_change)


def importance(result: Result) -> Section | None:
    """What mattered most to people, in points; nothing where no importance was stated."""
    if not has_importance(result):
        return None
    weighted = result.weighted()
    notes = [
        "Points are what is left of each outcome over its years, times how much it matters to "
        "those it happens to. They are not money, are not discounted and have no ratio. Where "
        "units differ they compare roughly, and points of one programme say nothing of another's. "
        "Shares are of all points in size; a harm has points below nought.",
        *_left_out(weighted),
    ]
    tables = [Shown("Outcomes by importance", _POINTS, by_outcome(weighted))]
    tables += [_goals(result, framework) for framework in result.frameworks]
    return Section("importance", "What mattered most to people", notes, tables)


def by_outcome(weighted: pd.DataFrame) -> pd.DataFrame:
    """Points of each outcome of each group, years and projects together, the most first."""
    known = weighted[weighted["points"].notna()]
    keys = ["outcome", "stakeholder_group", "unit", "importance"]
    sums = ["quantity_over_years", "points", "share_of_points"]
    table = known.groupby(keys, dropna=False)[sums].sum().reset_index()
    return table.sort_values("share_of_points", ascending=False, kind="stable", ignore_index=True)


def _left_out(weighted: pd.DataFrame) -> list[str]:
    """What has no points, with the reason."""
    without = weighted[weighted["points"].isna()]
    small = without["outcome"].eq(MERGED_LABEL) | without["quantity_over_years"].isna()
    unstated = without.loc[~small, "outcome"].map(labels.name).drop_duplicates()
    said = []
    if len(unstated):
        said.append(f"No importance is stated for: {'; '.join(unstated)}.")
    if small.any():
        said.append("Small groups of people are left out.")
    return said


def _goals(result: Result, framework: str) -> Shown:
    known = result.frameworks[framework].set_index("category")["title"]
    points = result.weighted_by(framework).set_index(framework)
    order = [code for code in (*known.index, MERGED, UNALLOCATED) if code in points.index]
    rest = {MERGED: "Small groups, merged", UNALLOCATED: "Not allocated to a category"}
    titles = [rest[code] if code in rest else f"{code} {known[code]}" for code in order]
    table = points.loc[order].reset_index().assign(category=titles)
    title = labels.WORDS.get(framework, framework)
    heads = (
        Column("category", title, "text"),
        Column("points", "Points", "points"),
        Column("share_of_points", "Share of points", "share"),
    )
    return Shown(f"Points by {title}", heads, table)


def all_points(result: Result) -> Shown | None:
    """Points of each row of the impact map, as a workbook holds them."""
    if not has_importance(result):
        return None
    heads = (
        Column("row_id", "Row", "count"),
        Column("outcome", "Outcome", "text"),
        Column("project", "Project", "text"),
        *(each for each in _POINTS[1:]),
        Column("reason_missing", "Why there are none", "text"),
    )
    return Shown("", heads, result.weighted())
