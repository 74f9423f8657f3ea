"""What changed between two assessments? The change, its parts, and what else differs."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from socialvalue.compared import Compared
from socialvalue.compared_rows import BREAKDOWN
from socialvalue.comparison_tables import (
    both_totals,
    differing_findings,
    differing_proxies,
    differing_settings,
)
from socialvalue.errors import SettingsError, SocialValueError
from socialvalue.replacement import Replaced, replaced
from socialvalue.summary import ROW_KEYS, natural_order, over_categories, with_titles
from socialvalue.tables import stacked

PARTS = {
    "volume": "more or less of each unit of outcome, at last time's mix and values",
    "mix": "which outcomes, groups, projects and years make up the amounts",
    "prices": "the value of one unit, and another proxy taken for the same outcome",
    "adjustments": "deadweight, displacement, attribution, drop-off, duration and start",
    "method": "assumptions such as rates, timing, price year, perspective; links to goals",
    "data_corrections": "records of months that both cover, and that now say something else",
}
"""The parts of a change, in the order in which one after another is replaced."""
NOT_SPLIT = "not_split"
_WHAT_IS_NOT_SPLIT = "what cannot be valued again or told apart, such as small groups merged"


@dataclass(frozen=True, repr=False)
class Comparison:
    """What changed between two assessments, with its parts.

    Every table is worked out when it is asked for. Money is in the currency of both, each total
    at the price year of its own assessment; nothing is rounded.

    Attributes
    ----------
    last, this : Compared
        What is known of each.
    months : tuple of str or None
        First and last month that both cover; None where there is none.
    notes : tuple of str
        What cannot be split, and why.
    """

    last: Compared
    this: Compared
    months: tuple[str, str] | None
    notes: tuple[str, ...]
    both: frozenset[int] = field(repr=False, default=frozenset())
    corrections_known: bool = True

    def __repr__(self) -> str:
        from socialvalue.report.change_words import in_words

        return in_words(self)

    @property
    def parts(self) -> pd.DataFrame:
        """The change of present value by what caused it; the parts sum to the change.

        Returns
        -------
        DataFrame
            part, change [money], what_it_is; in the order of replacement. A part that cannot be
            told from others is null, and `notes` says why; ``not_split`` is there only where some
            of the change could not be split.
        """
        whole = self.whole.iloc[0]
        words = {**PARTS, NOT_SPLIT: _WHAT_IS_NOT_SPLIT}
        names = [name for name in words if name in whole.index]
        return pd.DataFrame(
            {
                "part": names,
                "change": [float(whole[name]) for name in names],
                "what_it_is": [words[name] for name in names],
            }
        )

    @property
    def whole(self) -> pd.DataFrame:
        """One row: last, this, change and the parts [money]."""
        return self._changes(None).drop(columns="whole", errors="ignore")

    @property
    def totals(self) -> pd.DataFrame:
        """Every total of both: total, last, this, change; with range, inputs, ratio and people."""
        return both_totals(self.last, self.this)

    @cached_property
    def _stages(self) -> dict[str, Replaced]:
        return {}

    @property
    def settings(self) -> pd.DataFrame:
        """Assumptions that differ: setting, last, this, meaning."""
        return differing_settings(self.last, self.this)

    @property
    def proxies(self) -> pd.DataFrame:
        """Proxies that were added, removed, changed, or shown in one only: `comparison_tables`."""
        return differing_proxies(self.last, self.this)

    @property
    def findings(self) -> pd.DataFrame:
        """Findings that were opened, closed, or are open still, the first ones first."""
        return differing_findings(self.last, self.this)

    def by(self, key: str) -> pd.DataFrame:
        """The change of each category, with its parts.

        Parameters
        ----------
        key : str
            project, stakeholder_group, outcome, proxy_id, theme, value_type, payer, evidence,
            year, the name of a framework, or a breakdown that both declared.

        Returns
        -------
        DataFrame
            The key (a framework also with its title), last, this, change, and the parts [money].
            Categories add up to the totals. Where a breakdown of a published result or of a file
            cannot be split, its parts are null.

        Raises
        ------
        SettingsError
            If the two cannot both be split by the key.
        """
        self._check(key)
        frameworks = {**self.last.frameworks, **self.this.frameworks}
        table = self._known_sums(key) if self._only_sums(key) else self._changes(key)
        table = table.assign(**{key: table[key].convert_dtypes()})
        table = table.sort_values(key, key=natural_order, ignore_index=True)
        return with_titles(table, key, frameworks[key]) if key in frameworks else table

    @property
    def keys(self) -> list[str]:
        """Keys by which both can be split."""
        rows = [*ROW_KEYS, "year"] if self.last.side and self.this.side else []
        last, this = (
            {*each.frameworks, *each.breakdowns, *each.sums} for each in (self.last, self.this)
        )
        return list(dict.fromkeys([*rows, *sorted(last & this)]))

    def _check(self, key: str) -> None:
        if key not in self.keys:
            raise SettingsError(
                f"The two cannot both be split by {key!r}. They can be by {', '.join(self.keys)}. "
                "A breakdown must be declared for both: assess(..., breakdowns=[...])."
            )

    def _only_sums(self, key: str) -> bool:
        if not (self.last.side and self.this.side):
            return True
        split = {*ROW_KEYS, "year", *self.last.frameworks, *self.this.frameworks}
        declared = set(self.last.breakdowns) & set(self.this.breakdowns)
        return key not in split | declared

    def _known_sums(self, key: str) -> pd.DataFrame:
        sums = [_sums_of(each, key) for each in (self.last, self.this)]
        table = pd.DataFrame({"last": sums[0], "this": sums[1]}).fillna(0.0)
        table = table.assign(change=table["this"] - table["last"])
        return table.assign(**dict.fromkeys(PARTS, float("nan"))).rename_axis(key).reset_index()

    def _replaced(self, breakdown: str) -> Replaced:
        if breakdown not in self._stages:
            sides = self.last.side, self.this.side
            assert sides[0] is not None and sides[1] is not None
            rows = sides[0].rows(self.both, breakdown), sides[1].rows(self.both, breakdown)
            try:
                self._stages[breakdown] = replaced((sides[0], sides[1]), rows)
            except SocialValueError as error:
                raise SettingsError(
                    "The change cannot be split, because the records of one cannot be valued with "
                    f"what the other was valued with: {error}"
                ) from error
        return self._stages[breakdown]

    def _changes(self, key: str | None) -> pd.DataFrame:
        """Value of each category at each stage, as changes; of the whole where there is no key."""
        if not (self.last.side and self.this.side):
            return self._unsplit()
        declared = key if key is not None and key in self.last.breakdowns else ""
        stages = self._replaced(declared)
        values = pd.concat([self._value(lines, key) for lines in stages.stages], axis=1)
        held = [self._value(lines, key) for lines in (stages.whole_last, stages.whole_this)]
        held = pd.concat(held, axis=1)
        index = values.index.union(held.index)
        stage = values.reindex(index).fillna(0.0).to_numpy(float)
        apart = held.reindex(index).fillna(0.0).to_numpy(float)
        table = pd.DataFrame({"last": stage[:, 0] + apart[:, 0]}, index=index)
        table["this"] = stage[:, -1] + apart[:, 1]
        table["change"] = table["this"] - table["last"]
        for place, part in enumerate(PARTS):
            table[part] = stage[:, place + 1] - stage[:, place]
        if not self.corrections_known:
            table["data_corrections"] = float("nan")
        if len(stages.whole_last) or len(stages.whole_this):
            table[NOT_SPLIT] = apart[:, 1] - apart[:, 0]
        if self.last.merged or self.this.merged:
            table = _without_what_merging_moves(table, bool(self.both))
        return table.rename_axis(key or "whole").reset_index()

    def _unsplit(self) -> pd.DataFrame:
        last, this = (each.totals["present_value"] for each in (self.last, self.this))
        row = {"last": last, "this": this, "change": this - last}
        row |= dict.fromkeys(PARTS, float("nan")) | {NOT_SPLIT: this - last}
        return pd.DataFrame([row])

    def _value(self, lines: pd.DataFrame, key: str | None) -> pd.Series:
        frameworks = {**self.last.frameworks, **self.this.frameworks}
        if key is None:
            return lines[["present_value"]].sum().set_axis(["all"])
        parts = lines.rename(columns={"place": "row_id"})
        if key in frameworks:
            ids = parts["row_id"].drop_duplicates()
            parts = over_categories(
                parts, ids, [key], self._allocation, frameworks, ["present_value"]
            )
        name = BREAKDOWN if key in self.last.breakdowns else key
        categories = parts[name].astype(object).where(parts[name].notna(), None)
        return parts["present_value"].groupby(categories, dropna=False).sum()

    @cached_property
    def _allocation(self) -> pd.DataFrame:
        found = []
        for each in (self.last, self.this):
            assert each.side is not None
            table = each.side.rows(self.both).allocation
            found.append(table.assign(row_id=each.side.name + " " + table["row_id"].astype(str)))
        return stacked(*found)

    def to_json(self) -> dict[str, Any]:
        """The comparison as plain data: what is not known is null, and nothing is rounded."""
        from socialvalue.report.change_words import to_json

        return to_json(self)


def _without_what_merging_moves(table: pd.DataFrame, both: bool) -> pd.DataFrame:
    """Changes with one part for volume, mix and what is merged, which cannot be told apart.

    A group that was merged in one of the two leaves or joins the rows that are shown although
    nothing changed in the records. In months that both cover that looks like a correction, too.
    """
    mixed = ["volume", "mix", *(["data_corrections"] if both else [])]
    held = table.get(NOT_SPLIT, 0.0)
    rest = held + table[mixed].sum(axis=1)
    return table.assign(**dict.fromkeys(mixed, float("nan")), **{NOT_SPLIT: rest})


def _sums_of(each: Compared, key: str) -> pd.Series:
    if key in each.sums:
        return each.sums[key]
    assert each.side is not None
    rows = each.side.rows(frozenset(), key).table
    return rows.groupby(rows[BREAKDOWN].astype("string").astype(object), dropna=False)[
        "present_value"
    ].sum()
