"""How many distinct people are behind each figure? Counted where the records lie, never added."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import distinct_people
from socialvalue.engines import Frame, carry, engine_of
from socialvalue.joined_columns import whole_numbers
from socialvalue.people_on_duckdb import people_of_each_row, people_of_parts
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap

SMALL_ROW = 50
"""Rows with fewer people are kept with who is in them, so that small groups can be merged."""
_COUNTED_BY = ("project", "stakeholder_group", "outcome")
_OF_THE_MAP = (*_COUNTED_BY, "first_year")
_ROW, _TOTAL = "row_id", "total"


@dataclass(frozen=True)
class People:
    """Distinct people behind a map.

    Attributes
    ----------
    of_rows : Series
        By row_id; null where none are recorded.
    behind : dict of DataFrame
        By key or framework: its values, and the people behind the counted rows of each.
    total : float
        Behind all counted rows.
    """

    of_rows: pd.Series
    behind: dict[str, pd.DataFrame]
    total: float


def count_people(
    valued: ValuedMap, placed: Frame, allocation: pd.DataFrame, breakdowns: list[str]
) -> People:
    """Distinct people behind each row, and behind the counted rows by key and by category.

    Parameters
    ----------
    valued : ValuedMap
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    allocation : DataFrame
        row_id, framework, category, share.
    breakdowns : list of str
    """
    counted = valued.rows[valued.rows["counted"]]
    parts = _parts(counted, allocation)
    behind = _by_parts(placed, parts, breakdowns)
    total = behind.pop(_TOTAL)["people"]
    rest = [name for name in breakdowns if name not in behind]
    if rest:
        of_counted = _of_rows(placed, counted)
        behind |= {name: _by(of_counted, [name]) for name in rest}
    return People(
        of_rows=_of_each_row(placed).set_index(_ROW)["people"],
        behind=behind,
        total=float(total.iloc[0]) if len(total) else float("nan"),
    )


def _parts(counted: pd.DataFrame, allocation: pd.DataFrame) -> pd.DataFrame:
    """Which rows of the map belong to which part of it: row_id, split, part."""
    shares = allocation[(allocation["share"] > 0) & allocation[_ROW].isin(counted[_ROW])]
    splits = [
        (_TOTAL, counted[[_ROW]], pd.Series("", index=counted.index)),
        *[(key, counted[[_ROW]], counted[key]) for key in _COUNTED_BY],
        *[
            (str(name), each[[_ROW]], each["category"])
            for name, each in shares.groupby("framework")
        ],
    ]
    tables = [ids.assign(split=name, part=part.astype(object)) for name, ids, part in splits]
    return pd.concat(tables, ignore_index=True).drop_duplicates()


def _by_parts(placed: Frame, parts: pd.DataFrame, breakdowns: list[str]) -> dict[str, pd.DataFrame]:
    """People of each part, and of breakdowns as far as they are counted in the same go."""
    # A part is a number on its way to the engine.
    codes = parts.groupby(["split", "part"], dropna=False, sort=False).ngroup()
    named = parts[["split", "part"]].drop_duplicates().reset_index(drop=True)
    small = pd.DataFrame({_ROW: parts[_ROW].to_numpy("int64"), "part_": codes.to_numpy("int64")})
    counts, of_values = _of_many(placed, small, breakdowns)
    found = named.loc[counts["part_"]].reset_index(drop=True)
    found = found.assign(people=counts["people"].to_numpy())
    behind = {
        str(name): found.loc[found["split"] == name, ["part", "people"]]
        .rename(columns={"part": name})
        .reset_index(drop=True)
        for name in dict.fromkeys([_TOTAL, *_COUNTED_BY, *parts["split"]])
    }
    return {**behind, **of_values}


def _of_each_row(placed: Frame) -> pd.DataFrame:
    if not _on_duckdb(placed):
        return distinct_people.count_people(placed, [_ROW])
    named = people_of_each_row(placed.to_native())
    stated = distinct_people.count_people(_unnamed(placed), [_ROW])
    return _added(named, stated, _ROW)


def _of_many(
    placed: Frame, small: pd.DataFrame, breakdowns: list[str]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """People of parts of which a row of the map belongs to several, and of breakdowns."""
    if not _on_duckdb(placed) or small.empty:
        of_parts = placed.join(carry(small, placed), on=_ROW, how="inner")  # type: ignore[arg-type]
        return distinct_people.count_people(of_parts, ["part_"]), {}
    there = placed.collect_schema()
    named, of_values = people_of_parts(
        placed.to_native(), small, [name for name in breakdowns if name in there]
    )
    unnamed = _unnamed(placed)
    # People without a name are numbers of each row, which add up.
    stated = distinct_people.count_people(unnamed, [_ROW]).merge(small, on=_ROW)
    counted = _of_rows(unnamed, small.drop_duplicates(_ROW))
    by_value = {
        name: _added(table, distinct_people.count_people(counted, [name]), name)
        for name, table in of_values.items()
    }
    with_numbers = {
        name: table.assign(**{name: whole_numbers(table[name])}) for name, table in by_value.items()
    }
    return _added(named, stated, "part_"), with_numbers


def _on_duckdb(placed: Frame) -> bool:
    return engine_of(placed) == "duckdb" and "person_id" in placed.collect_schema()


def _unnamed(placed: Frame) -> Frame:
    return placed.filter(nw.col("person_id").is_null()).drop("person_id")


def _added(named: pd.DataFrame, stated: pd.DataFrame, key: str) -> pd.DataFrame:
    """People with a name and people without one, by a key of which a value may be missing."""
    both = stacked(named[[key, "people"]], stated[[key, "people"]])
    return both.groupby(key, as_index=False, dropna=False)["people"].sum()


def _of_rows(placed: Frame, rows: pd.DataFrame, *more: str) -> Frame:
    ids = carry(rows[[_ROW, *more]].astype("int64").reset_index(drop=True), placed)
    return placed.join(ids, on=_ROW, how="inner")  # type: ignore[arg-type]


def _by(behind: Frame, keys: list[str]) -> pd.DataFrame:
    """People by columns of the records; a column without a value anywhere is one blank category."""
    there = behind.collect_schema()
    counts = distinct_people.count_people(behind, [key for key in keys if key in there])
    missing = {key: pd.Series(None, index=counts.index, dtype="string") for key in keys}
    counts = counts.assign(**{k: blank for k, blank in missing.items() if k not in there})
    return counts.assign(**{key: whole_numbers(counts[key]) for key in keys})[[*keys, "people"]]


class PeopleInBoth(Mapping[tuple[str, str], pd.DataFrame]):
    """Distinct people in each pair of a breakdown's category and another split's.

    Needed to see which categories lie inside one another, so that no difference of two published
    figures shows few people. Each pair is counted, where the records lie, when it is first asked
    for: only what is published needs it.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    valued : ValuedMap
    breakdowns : list of str
    """

    def __init__(self, placed: Frame, valued: ValuedMap, breakdowns: list[str]) -> None:
        counted = valued.rows[valued.rows["counted"]]
        self._placed, self._counted = placed, counted
        others = [*_OF_THE_MAP, *breakdowns]
        self._pairs = [(name, other) for name in breakdowns for other in others if other != name]
        self._counts: dict[tuple[str, str], pd.DataFrame] = {}

    def __getitem__(self, pair: tuple[str, str]) -> pd.DataFrame:
        if pair not in self._pairs:
            raise KeyError(pair)
        if pair not in self._counts:
            self._counts[pair] = self._count(*pair)
        return self._counts[pair]

    def _count(self, name: str, other: str) -> pd.DataFrame:
        if other not in _OF_THE_MAP:
            return _by(_of_rows(self._placed, self._counted), [name, other])
        # A key of the map is a number on its way to the engine, which knows the row alone.
        codes, values = pd.factorize(self._counted[other], use_na_sentinel=False)
        keys = self._counted[[_ROW]].assign(key_=codes)
        counts = _by(_of_rows(self._placed, keys, "key_"), [name, "key_"])
        of_keys = pd.Series(values)[counts["key_"].astype("int64")]
        return counts.assign(**{other: of_keys.to_numpy()})[[name, other, "people"]]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


class PeopleInSmallRows:
    """Who is in each small row of a map, so that small groups can be merged before publishing.

    Asked where the records lie when it is first needed: an assessment that is not published keeps
    nobody.

    Parameters
    ----------
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    valued : ValuedMap
        With the people of each row.
    """

    def __init__(self, placed: Frame, valued: ValuedMap) -> None:
        self._placed = placed
        self._rows = valued.rows.loc[valued.rows["people"] < SMALL_ROW, _ROW].tolist()

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each person in each small row: row_id and a code for the person."""
        return distinct_people.people_of_rows(self._placed, self._rows)
