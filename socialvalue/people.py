"""How many distinct people are behind each figure? Counted where the records lie, never added."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from socialvalue import distinct_people
from socialvalue.engines import Frame, carry, engine_of
from socialvalue.joined_columns import whole_numbers
from socialvalue.people_on_duckdb import count_on_duckdb
from socialvalue.sorted_people import BITS, Parts
from socialvalue.tables import stacked
from socialvalue.valuation import ValuedMap

SMALL_ROW = 50
"""Rows with fewer people are kept with who is in them, so that small groups can be merged."""
_COUNTED_BY = ("project", "stakeholder_group", "outcome")
_OF_THE_MAP = (*_COUNTED_BY, "first_year")
_ROW, _TOTAL = "row_id", ""


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
    several : numpy.ndarray of uint64, optional
        DuckDB's hash of whoever has several records of one kin; None where nobody was told apart.
    """

    of_rows: pd.Series
    behind: dict[str, pd.DataFrame]
    total: float
    several: np.ndarray | None = None


def are_told_apart(placed: Frame) -> bool:
    """Whether people are told apart on their way to being counted, so that kin are asked about."""
    return engine_of(placed) == "duckdb" and "person_id" in placed.collect_schema()


def count_people(
    valued: ValuedMap,
    placed: Frame,
    allocation: pd.DataFrame,
    breakdowns: Mapping[str, pd.Series],
    kin: Sequence[pd.Series],
) -> People:
    """Distinct people behind each row, and behind the counted rows by key and by category.

    Parameters
    ----------
    valued : ValuedMap
    placed : narwhals frame
        The records with the ``row_id`` of their row.
    allocation : DataFrame
        row_id, framework, category, share.
    breakdowns : mapping of str to Series
        By column of the records to break down by: its values.
    kin : sequence of Series
        By row_id, of some rows: a number of those whose records are looked at beside theirs. Only
        asked about where people are told apart.
    """
    counted = valued.rows[valued.rows["counted"]]
    parts = _parts(counted, allocation)
    if are_told_apart(placed) and len(parts):
        found = _on_duckdb(placed, valued, parts, breakdowns, kin)
        if found is not None:
            return found
    return _on_any_engine(placed, counted, parts, breakdowns)


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
    parts = pd.concat(tables, ignore_index=True).drop_duplicates()
    return parts.assign(part_=parts.groupby(["split", "part"], dropna=False, sort=False).ngroup())


def _behind(parts: pd.DataFrame, people: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """People of each part, by split, from people of part_."""
    named = parts.drop_duplicates("part_").set_index("part_")[["split", "part"]]
    found = named.loc[people["part_"]].assign(people=people["people"].to_numpy("float64"))
    return {
        name: found.loc[found["split"] == name, ["part", "people"]]
        .rename(columns={"part": name})
        .reset_index(drop=True)
        for name in dict.fromkeys([_TOTAL, *_COUNTED_BY, *parts["split"]])
    }


def _on_any_engine(
    placed: Frame, counted: pd.DataFrame, parts: pd.DataFrame, breakdowns: Mapping[str, pd.Series]
) -> People:
    small = parts[[_ROW, "part_"]].astype("int64").reset_index(drop=True)
    beside = placed.join(carry(small, placed), on=_ROW, how="inner")  # type: ignore[arg-type]
    behind = _behind(parts, distinct_people.count_people(beside, ["part_"]))
    of_counted = _of_rows(placed, counted) if breakdowns else placed
    behind |= {name: _by(of_counted, [name]) for name in breakdowns}
    of_rows = distinct_people.count_people(placed, [_ROW]).set_index(_ROW)["people"]
    return People(of_rows, behind, _of_all(behind))


def _of_all(behind: dict[str, pd.DataFrame]) -> float:
    total = behind.pop(_TOTAL)["people"]
    return float(total.iloc[0]) if len(total) else float("nan")


def _on_duckdb(
    placed: Frame,
    valued: ValuedMap,
    parts: pd.DataFrame,
    breakdowns: Mapping[str, pd.Series],
    kin: Sequence[pd.Series],
) -> People | None:
    rows, records = valued.rows, int(valued.rows["records"].sum())
    there = {name: values for name, values in breakdowns.items() if name in placed.collect_schema()}
    there = {name: values.dropna().drop_duplicates() for name, values in there.items()}
    asked = _numbered(rows, parts, there, kin)
    counts = count_on_duckdb(placed.to_native(), asked, records)
    if counts is None:
        return None
    of_rows = _filled(pd.DataFrame({_ROW: range(len(counts.rows)), "people": counts.rows}))
    of_parts = pd.concat([_of_split(parts, *split) for split in counts.parts.items()])
    of_values = {
        name: _filled(pd.DataFrame({name: _and_none(values), "people": counts.values[name]}))
        for name, values in there.items()
    }
    if counts.records < records:
        # People without a name are numbers of each row, which add up.
        unnamed = placed.filter(nw.col("person_id").is_null()).drop("person_id")
        stated = distinct_people.count_people(unnamed, [_ROW])
        of_rows = _added(of_rows, stated, _ROW)
        of_parts = _added(of_parts, stated.merge(parts, on=_ROW), "part_")
        of_counted = _of_rows(unnamed, rows[rows["counted"]])
        of_values = {
            name: _added(table, distinct_people.count_people(of_counted, [name]), name)
            for name, table in of_values.items()
        }
    behind = _behind(parts, of_parts)
    behind |= {n: each.assign(**{n: whole_numbers(each[n])}) for n, each in of_values.items()}
    total = _of_all(behind)
    # A column in which nothing is written is one blank category.
    blank = pd.DataFrame({"value": pd.array([None], "string"), "people": total})
    blank = blank.dropna(subset="people")
    behind |= {n: blank.rename(columns={"value": n}) for n in breakdowns if n not in there}
    of_rows = of_rows.set_index(_ROW)["people"]
    return People(of_rows, behind, total, counts.several)


def _numbered(
    rows: pd.DataFrame,
    parts: pd.DataFrame,
    values: Mapping[str, pd.Series],
    kin: Sequence[pd.Series],
) -> Parts:
    """What people are counted by, as arrays with a place for each row of the map."""
    last = int(rows[_ROW].max()) if len(rows) else 0

    def by_row(row_ids: pd.Series, numbers: pd.Series) -> np.ndarray:
        found = np.full(last + 1, -1, dtype="int64")
        found[row_ids.to_numpy("int64")] = numbers.to_numpy("int64")
        return found

    one, several = {}, {}
    for name, split in parts.groupby("split", sort=False):
        numbers = split["part_"] - split["part_"].min()
        if split[_ROW].is_unique and numbers.max() >= BITS:
            one[str(name)] = by_row(split[_ROW], numbers)
            continue
        is_in = np.zeros((last + 1, numbers.max() + 1), dtype=bool)
        is_in[split[_ROW].to_numpy("int64"), numbers.to_numpy("int64")] = True
        several[str(name)] = is_in
    counted = np.zeros(last + 1, dtype=bool)
    counted[rows.loc[rows["counted"], _ROW].to_numpy("int64")] = True
    kin_of = [by_row(each.index.to_series(), each) for each in kin]
    return Parts(last, one, several, values, counted, kin_of)


def _of_split(parts: pd.DataFrame, name: str, people: np.ndarray) -> pd.DataFrame:
    """People of the parts of a split, whose numbers follow one another."""
    first = parts.loc[parts["split"] == name, "part_"].min()
    return _filled(pd.DataFrame({"part_": range(first, first + len(people)), "people": people}))


def _and_none(values: pd.Series) -> pd.Series:
    """Values and, behind them, that there is none; of the type of the values."""
    return pd.Series([*values, None], dtype=values.dtype)


def _filled(counts: pd.DataFrame) -> pd.DataFrame:
    return counts[counts["people"] > 0].astype({"people": "float64"})


def _added(named: pd.DataFrame, stated: pd.DataFrame, key: str) -> pd.DataFrame:
    """People with a name and people without one, by a key of which a value may be missing."""
    stated = stated[[key, "people"]].astype({key: named[key].dtype})
    both = stacked(named[[key, "people"]], stated)
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
