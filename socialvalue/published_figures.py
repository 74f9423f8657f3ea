"""What may ranges, conventions and times say beside merged rows? Nothing that tells a part alone.

Every figure that moves with some of the merged parts only, and not with the others, is one more
weighted sum of them (see `socialvalue.told_apart`). Ranges are worked out from the published map,
in which merged rows of several kinds stand still; other conventions are left out where they tell.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialvalue.appraisal import appraise
from socialvalue.conventions import alternatives, fitting
from socialvalue.errors import SocialValueError
from socialvalue.merging import MERGED_LABEL, Merging, unlike_rows
from socialvalue.results import Result
from socialvalue.summary import counted_lines
from socialvalue.told_apart import SUMS, adds_to, tells_few
from socialvalue.totals import Range, headline_range, projects_in_ratio
from socialvalue.valuation import ValuedMap

ALL_MERGED = "all that has one is in small groups that were merged"
WITHHELD = "with the other figures it would show the value of too few people"
_FIGURES = (
    "present_value",
    "change",
    "input_value",
    "net_present_value",
    "sroi_ratio",
    "payback_years",
)
_TIMES = {"payback_years": 1, "internal_rate_of_return": 2}
"""Decimals that pages print, which are all that is published where years were merged."""


def hidden_parts(by: Merging, new_ids: pd.Series) -> pd.DataFrame:
    """Counted rows that are in merged rows of several kinds, with the ``group`` each is in."""
    unlike = unlike_rows(by, new_ids)
    counted = by.rows["counted"].astype(bool) & new_ids.isin(list(unlike))
    parts = by.amounts[counted.to_numpy(bool)]
    return parts.assign(group=new_ids[parts.index])


def totals_tell(by: Merging, parts: pd.DataFrame) -> bool:
    """Whether gross, net and present value of some merged row tell of few people in it."""
    groups = [group for _, group in parts.groupby("group")]
    return any(tells_few(group, SUMS, by.fewest, by.people) for group in groups)


def ratio_tells(by: Merging, new_ids: pd.Series) -> bool:
    """Whether the value that the ratio compares tells which few of a merged row are in it."""
    inside = projects_in_ratio(by.rows, by.result.inputs)
    for _, ids in new_ids.groupby(new_ids).groups.items():
        within = inside[ids]
        if not within.any() or within.all() or not by.rows.loc[ids, "counted"].all():
            continue
        parts = by.amounts.loc[ids]
        parts = parts.assign(compared=parts["present_value"].where(within, 0.0))
        if tells_few(parts, [*SUMS, "compared"], by.fewest, by.people):
            return True
    return False


def published_range(result: Result, valued: ValuedMap, parts: pd.DataFrame) -> Range:
    """The range of a result from its published map; merged rows of several kinds stand still.

    Parameters
    ----------
    result : Result
        Without what may not be published of its ratio.
    valued : ValuedMap
        With small groups merged.
    parts : DataFrame
        From `hidden_parts`.
    """
    own = result.range
    if parts.empty or own.missing:
        return own
    lines = counted_lines(valued)
    shown = lines[lines["after_drop_off"].notna()]
    covered = projects_in_ratio(shown, result.inputs) | (shown["project"] == MERGED_LABEL)
    found = headline_range(lines, covered.reindex(lines.index, fill_value=False), 0.0)
    if found.missing:
        return replace(found, missing=ALL_MERGED)
    of_ratio = headline_range(shown, covered, result.compared_inputs)
    low = high = float("nan")
    if own.ratio_missing is None and result.compared_inputs > 0:
        still = result.compared_value - shown.loc[covered, "present_value"].sum()
        low = of_ratio.sroi_ratio_low + still / result.compared_inputs
        high = of_ratio.sroi_ratio_high + still / result.compared_inputs
    bare = own.ratio_missing is None and np.isnan(low)
    nothing = "nothing that the ratio covers and that is shown has a range" if bare else None
    return replace(
        found,
        sroi_ratio_low=float(low),
        sroi_ratio_high=float(high),
        ratio_missing=own.ratio_missing or nothing,
    )


def published_conventions(result: Result, by: Merging, parts: pd.DataFrame) -> pd.DataFrame | None:
    """Other conventions, without figures of those that would tell a hidden part from the others."""
    table = result.shown_conventions
    if table is None or parts.empty:
        return table
    table, known = table.copy(), _Known(by, parts)
    table["payback_years"] = table["payback_years"].round(_TIMES["payback_years"])
    inside = projects_in_ratio(by.rows, by.result.inputs)[parts.index]
    choices = list(alternatives(result.assumptions))
    for place, choice in enumerate(choices):
        if table["used"].iloc[place]:
            continue
        values = _values_under(result, choice, parts.index)
        if values is not None:
            tried = known.beside(values, values.where(inside, 0.0))
            if not tried.tells():
                known = tried
                continue
        table.iloc[place, [table.columns.get_loc(name) for name in _FIGURES]] = np.nan
        table.iloc[place, table.columns.get_loc("reason_missing")] = WITHHELD
    return table


@dataclass(frozen=True)
class _Known:
    """Hidden parts, and figures that are published of all of them together.

    Attributes
    ----------
    by : Merging
    parts : DataFrame
        From `hidden_parts`.
    figures : tuple of Series
        By row_id: what each part is of a figure.
    """

    by: Merging
    parts: pd.DataFrame
    figures: tuple[pd.Series, ...] = ()

    def beside(self, *figures: pd.Series) -> "_Known":
        """The same with more figures."""
        return replace(self, figures=(*self.figures, *figures))

    def tells(self) -> bool:
        """Whether these figures, beside the sums of each merged row, tell of few people.

        A figure of which a merged row's part follows from its sums says nothing more of that row.
        Each figure can cancel what one row adds: of more rows than that something always remains.
        """
        names = [f"figure {place}" for place in range(len(self.figures))]
        parts = self.parts.assign(**dict(zip(names, self.figures, strict=True)))
        moved = [group for _, group in parts.groupby("group") if adds_to(group, SUMS, names)]
        if not moved or len(moved) >= self.by.fewest + len(names):
            return False
        parts = pd.concat(moved)
        sums = {
            f"{name} of {group}": parts[name].where(parts["group"] == group, 0.0)
            for group in parts["group"].unique()
            for name in SUMS
        }
        beside = parts.assign(**sums)
        return tells_few(beside, [*sums, *names], self.by.fewest, self.by.people)


def _values_under(result: Result, choice: dict, ids: pd.Index) -> pd.Series | None:
    """Present value of rows under another convention; None where it makes other rows."""
    assert result.basis is not None
    if "year_start_month" in choice:
        return None
    changed = result.assumptions.changed(**fitting(result.basis, result.assumptions, choice))
    try:
        rows = appraise(result.basis, changed).valued.rows
    except SocialValueError:
        return None
    return rows.set_index("row_id")["present_value"].reindex(ids).fillna(0.0)


def published_times(table: pd.DataFrame | pd.Series, valued: ValuedMap) -> pd.DataFrame | pd.Series:
    """Payback and rate of return as they are printed, where rows were merged over years.

    They are worked out from the value of single years: to the last digit, they would tell what of
    a merged row falls in one.
    """
    if not (valued.values["year"] == MERGED_LABEL).any():
        return table
    table = table.copy()
    for name in [name for name in _TIMES if name in table]:
        table[name] = np.round(table[name], _TIMES[name])
    return table
