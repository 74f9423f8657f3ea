"""How does the value of last time become that of this time, one thing replaced after another?

Each step replaces one thing and keeps the rest, as in the analysis of price, volume and mix: first
the amounts, then what they are made of, then values, adjustments and method, and last the records
of periods that both assessments cover. Each part is the difference of two whole valuations, so the
parts add up to the change whatever happens.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.compared_rows import (
    ADJUSTMENTS,
    BREAKDOWN,
    KEYS,
    SHOWN,
    Rows,
    Side,
    set_of,
)
from socialvalue.impact_map import PRODUCTS, RANGED, RANGED_LEFT, SHARES, STATES
from socialvalue.merging import MERGED_LABEL
from socialvalue.paired_rows import own_rows, paired, places_of
from socialvalue.proxies import ProxySet
from socialvalue.summary import MERGED
from socialvalue.tables import stacked
from socialvalue.valuation import value_map
from socialvalue.years import year_label

LAST, THIS = "last", "this"
_TEXT = ("project", "stakeholder_group", "outcome", "unit", "evidence")


@dataclass(frozen=True)
class Replaced:
    """Value at each stage, and what could not be taken through them.

    Attributes
    ----------
    stages : list of DataFrame
        Seven: as assessed last time; at this time's volume, then its mix, prices, adjustments and
        method; as assessed this time. Each with the keys of rows, ``place`` (whose links hold),
        year and present_value.
    whole_last, whole_this : DataFrame
        The same for rows that have no formula of their own: small groups that were merged.
    """

    stages: list[pd.DataFrame]
    whole_last: pd.DataFrame
    whole_this: pd.DataFrame


def replaced(sides: tuple[Side, Side], rows: tuple[Rows, Rows]) -> Replaced:
    """Take the value of last time to that of this time, stage by stage.

    Parameters
    ----------
    sides : tuple of Side
        Last and this.
    rows : tuple of Rows
        Of each, with ``in_both``; both, or neither, of a declared breakdown.

    Returns
    -------
    Replaced
    """
    last, this = sides
    if any(side.assumptions.optimism_bias is not None for side in sides):
        rows = _by_grade(rows[0]), _by_grade(rows[1])
    proxies, names, real = _both_sets(sides)
    more = [BREAKDOWN] if BREAKDOWN in rows[1].table else []
    job = _Job(proxies, names, real, [*KEYS, *more])
    before, after = (_as_assessed(job, side, each) for side, each in zip(sides, rows, strict=True))
    pieces = paired(sides, rows)
    then, now = _settings_then(last, this), this.assumptions
    mixed, counted = _valued(job, pieces, (LAST, LAST), then)
    priced, _ = _valued(job, pieces, (THIS, LAST), then)
    # What does not differ is not valued again.
    adjusted = priced
    if not _adjusted_alike(pieces):
        adjusted, _ = _valued(job, pieces, (THIS, THIS), then)
    settled = adjusted
    if not (then.to_rows().equals(now.to_rows()) and then.optimism_bias is now.optimism_bias):
        settled, _ = _valued(job, pieces, (THIS, THIS), now)
    between = [_placed(job, lines, pieces, LAST) for lines in (mixed, priced, adjusted)]
    between.append(_placed(job, settled, pieces, THIS))
    grown = _grown(before[0], rows[0].table, counted)
    return Replaced([before[0], grown, *between, after[0]], before[1], after[1])


def _adjusted_alike(pieces: pd.DataFrame) -> bool:
    last, this = (
        pieces[[f"{side}_{name}" for name in ADJUSTMENTS]].to_numpy(float) for side in (LAST, THIS)
    )
    return bool(np.array_equal(last, this))


def _placed(job: "_Job", lines: pd.DataFrame, pieces: pd.DataFrame, side: str) -> pd.DataFrame:
    """Value of pieces with the places whose links hold on one side."""
    places = pieces[f"{side}_place"].to_numpy()[lines["piece"].to_numpy(int)]
    return lines.assign(place=places)[_columns(job)]


@dataclass(frozen=True)
class _Job:
    proxies: ProxySet
    names: dict[str, dict[int, str | None]]
    real: dict[str | None, str]
    keys: list[str]


def _by_grade(rows: Rows) -> Rows:
    """Rows of which those merged over grades of evidence have no one cut for optimism."""
    mixed = rows.table["evidence"].eq(MERGED_LABEL).fillna(False).to_numpy(bool)
    return replace(rows, table=rows.table.assign(whole=rows.table["whole"] & ~mixed))


def _settings_then(last: Side, this: Side) -> Assumptions:
    """Last time's assumptions for this time's records.

    Where both discount to their first year, that this is another year is no change of method.
    """
    settings = last.assumptions
    first = [int(str(s.assumptions.base_year)[:4]) == s.first_year for s in (last, this)]
    if not all(first):
        return settings
    return settings.changed(base_year=year_label(this.first_year, settings.financial_years))


def _both_sets(
    sides: tuple[Side, Side],
) -> tuple[ProxySet, dict[str, dict[int, str | None]], dict[str | None, str]]:
    """Both sets of proxies as one, each dated row a proxy of its own that holds for ever."""
    tables: list[pd.DataFrame] = []
    names: dict[str, dict[int, str | None]] = {}
    real: dict[str | None, str] = {}
    for side in sides:
        table = side.proxies.proxies.reset_index(drop=True)
        path = table["uprating"] == "carbon"
        dated = side.name + " " + table["proxy_id"].astype(str)
        # A tonne takes the value of the year it is emitted in, so its rows stay one path.
        ids = dated.where(path, side.name + " " + pd.Series(table.index.astype(str)))
        begins, ends = table["valid_from"], table["valid_to"]
        # A path goes on before its first and after its last row; other rows hold for ever.
        begins = begins.where(path & (begins > begins.groupby(ids).transform("min")))
        ends = ends.where(path & (ends < ends.groupby(ids).transform("max")))
        tables.append(table.assign(proxy_id=ids, valid_from=begins, valid_to=ends))
        names[side.name] = dict(enumerate(ids)) | {-1: None}
        real |= dict(zip(ids, table["proxy_id"].astype(str), strict=True))
    return set_of(stacked(*tables)), names, real


def _as_assessed(job: _Job, side: Side, rows: Rows) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Value by row and year as it was assessed; apart, that of rows without a formula."""
    table = rows.table.assign(place=places_of(side.name, rows.table["row_id"]))
    table = table[table["counted"].astype(bool)]
    whole, held = table[table["whole"]], table[~table["whole"]]
    if rows.values is None:
        # A file has the sum of each row, which its formula splits over the years again.
        own = own_rows(rows.table[rows.table["whole"]], side.name)
        found, _ = _valued(job, own, (side.name, side.name), side.assumptions)
        found = _placed(job, found, own, side.name)
        return found, held.assign(year=MERGED)[_columns(job)]
    apart = [
        each.drop(columns="present_value").merge(rows.values, on="row_id")[_columns(job)]
        for each in (whole, held)
    ]
    return apart[0], apart[1]


def _columns(job: _Job) -> list[str]:
    return [*job.keys, *SHOWN, "place", "year", "present_value"]


def _valued(
    job: _Job,
    pieces: pd.DataFrame,
    by: tuple[str, str],
    assumptions: Assumptions,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Value pieces by the proxies and the adjustments of one side each.

    Returns
    -------
    lines : DataFrame
        Keys, ``piece`` (its place among the pieces), year and present_value, of what counts.
    counted : DataFrame
        unit and quantity of what counts.
    """
    prices, adjustments = by
    columns = [*job.keys, *SHOWN, "piece", "year", "present_value"]
    if pieces.empty:
        nothing = pd.DataFrame(columns=[*columns, "quantity"], dtype=object)
        nothing = nothing.astype({"present_value": float, "quantity": float})
        return nothing[columns], nothing[["unit", "quantity"]]
    sets = pieces.get(f"{prices}_set", pd.Series(prices, index=pieces.index))
    places_in_sets = zip(sets, pieces[f"{prices}_position"], strict=True)
    ids = [job.names[side][int(position)] for side, position in places_in_sets]
    made = _as_records(pieces, adjustments).assign(proxy_id=pd.Series(ids, dtype="string"))
    valued = value_map(made, job.proxies, pd.DataFrame(), assumptions)
    rows = valued.rows.assign(
        proxy_id=valued.rows["proxy_id"].map(job.real),
        piece=range(len(pieces)),
        **{name: pieces[name].to_numpy() for name in job.keys if name not in valued.rows},
    )
    rows = rows[rows["counted"]]
    lines = valued.values[["row_id", "year", "present_value"]]
    lines = lines.merge(rows[["row_id", "piece", *job.keys, *SHOWN]], on="row_id")
    return lines[columns], rows[["unit", "quantity"]]


def _as_records(pieces: pd.DataFrame, side: str) -> pd.DataFrame:
    """Pieces as a map of records that state every adjustment of one side themselves."""
    quantity = pieces["quantity"].to_numpy(float)
    taken = {name: pieces[f"{side}_{name}"].to_numpy(float) for name in ADJUSTMENTS}
    made = {name: pieces[name].astype("string").to_numpy(object) for name in _TEXT}
    made |= {"first_year": pieces["first_year"].to_numpy("int64"), "is_harm": quantity < 0}
    made |= {name: taken[name] for name in ADJUSTMENTS if name not in SHARES}
    left = quantity
    for share in SHARES:
        left = left * (1 - taken[share])
    for name, shares in PRODUCTS.items():
        product = quantity
        for share in shares:
            product = product * taken[share]
        made[name] = product
    made |= dict.fromkeys(RANGED, left) | dict.fromkeys(STATES, True)
    table = pd.DataFrame({**made, "records": 1, RANGED_LEFT: 0.0, "records_with_range": 0})
    return table.astype(dict.fromkeys(_TEXT, "string"))


def _grown(lines: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Last time's value at this time's amounts, unit by unit; units of one time only stand still.

    Quantities of different units never add, and neither do goods and harms.
    """
    then = before[before["counted"].astype(bool) & before["whole"]]
    amounts = []
    for table in (then, after):
        kind = [table["unit"].astype("string"), table["quantity"] < 0]
        amounts.append(table["quantity"].groupby(kind).sum())
    growth = (amounts[1] / amounts[0]).replace([np.inf, -np.inf], np.nan)
    found = dict(growth[(growth > 0)])
    kinds = zip(before["unit"].astype("string"), before["quantity"] < 0, strict=True)
    of_row = dict(zip(places_of(LAST, before["row_id"]), kinds, strict=True))
    factor = np.array([found.get(of_row[place], 1.0) for place in lines["place"]])
    return lines.assign(present_value=lines["present_value"] * factor)
