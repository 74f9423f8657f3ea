"""Outcome records where they lie: joined to their activities, collapsed, and found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue import impact_map
from socialvalue.columns import OWN
from socialvalue.engines import Frame, frame_of
from socialvalue.file_tables import FileTable
from socialvalue.frameworks import SCOPES, assign_link_sets
from socialvalue.impact_map import KEYS, RANGED, SHARES, SUMS
from socialvalue.joined_columns import refuse_breakdowns, whole_numbers, with_activities

_LINK = f"{OWN}link_"
_PEOPLE = ("person_id", "people")


@dataclass(frozen=True)
class Collapsed:
    """An impact map before it is valued, and what it takes to find the records of a row again.

    Attributes
    ----------
    rows : DataFrame
        The map: keys, ``row_key``, ``records`` and sums, in a fixed order. A row's ``row_id`` is
        its place, from 1.
    found : DataFrame
        Keys as the engine found them, with the ``row_id`` of the row they belong to.
    link_sets : DataFrame
        The links of the user's own: link_set, framework, category, share.
    year_start_month : int
    extra : tuple of str
        Keys of ``found`` beside the map's own.
    """

    rows: pd.DataFrame
    found: pd.DataFrame
    link_sets: pd.DataFrame
    year_start_month: int
    extra: tuple[str, ...]

    def names_in(self, column: str) -> set[str]:
        """What records say in a key, or in a scope of links, of which only names in links count."""
        there = [name for name in (column, _LINK + column) if name in self.found]
        return set().union(*[set(self.found[name].dropna()) for name in there])


@dataclass(frozen=True)
class OutcomeRecords:
    """Typed outcome records with what they take from their activity, on the engine that holds them.

    Attributes
    ----------
    frame : narwhals frame
    links : DataFrame
        Typed: the links of the user's own.
    units : Series
        Unit of each proxy, by proxy_id.
    link_columns : tuple of str
        Columns of ``frame`` by which links are told apart: null where no link names the value.
    source : object
        What must live as long as the frame does: the files that it reads.
    """

    frame: Frame
    links: pd.DataFrame
    units: pd.Series
    link_columns: tuple[str, ...]
    source: Any = None

    def collapse(self, year_start_month: int) -> Collapsed:
        """Collapse the records into an impact map."""
        extra = self.link_columns
        keyed = impact_map.keyed(self.frame, year_start_month, extra)
        found = impact_map.collapse(keyed, extra)
        rows = found.assign(
            unit=found["unit"].fillna(found["proxy_id"].map(self.units).astype("string")),
            **{name.removeprefix(_LINK): found[name] for name in extra},
        )
        numbers, link_sets = assign_link_sets(rows, self.links)
        keys = [*KEYS, *(["link_set"] if len(link_sets) else [])]
        rows = impact_map.with_row_keys(rows.assign(link_set=numbers), keys)
        table = _regrouped(rows, keys)
        ids = pd.Series(range(1, len(table) + 1), index=table["row_key"])
        found = found.assign(row_id=rows["row_key"].map(ids).astype("int64"))
        return Collapsed(table, found, link_sets, year_start_month, extra)

    def placed(self, collapsed: Collapsed, more: pd.DataFrame | None = None) -> Frame:
        """The records with the ``row_id`` of their row of a map.

        Parameters
        ----------
        collapsed : Collapsed
        more : DataFrame, optional
            By row_id: further columns of the rows, without nulls. Records of other rows are left
            out.
        """
        keyed = impact_map.keyed(
            self.frame, collapsed.year_start_month, collapsed.extra, to_join=True
        )
        found, columns = collapsed.found, ["row_id"]
        if more is not None:
            found = found.merge(more, on="row_id", validate="many_to_one")
            columns = list(dict.fromkeys(["row_id", *more.columns]))
        return impact_map.with_rows(keyed, found, collapsed.extra, columns)

    def narrowly(
        self, collapsed: Collapsed, breakdowns: Sequence[str] = (), more: Sequence[str] = ()
    ) -> Frame:
        """The records with their ``row_id`` and no more than breakdowns and people are made of.

        Further columns come along as far as they are there. Of records in files it is kept beside
        them, for it is asked again and again.
        """
        extra = collapsed.extra
        further = (*extra, *breakdowns)
        keyed = impact_map.keyed(self.frame, collapsed.year_start_month, further, to_join=True)
        placed = impact_map.with_rows(keyed, collapsed.found, extra, ["row_id"])
        amounts = ("quantity", *SHARES, *RANGED.values()) if breakdowns else ()
        wanted = ("row_id", *breakdowns, *_PEOPLE, *amounts, *more)
        there = placed.collect_schema().names()
        narrow = placed.select(*[name for name in dict.fromkeys(wanted) if name in there])
        asked_again = breakdowns or set(_PEOPLE) & set(there)
        return self.kept(narrow, int(collapsed.rows["records"].sum())) if asked_again else narrow

    def kept(self, frame: Frame, records: int) -> Frame:
        """A question to records in files, answered once; to others it is put each time anew.

        Parameters
        ----------
        frame : narwhals frame
        records : int
            How many it has at most.
        """
        if not isinstance(self.source, FileTable):
            return frame
        return frame_of(self.source.kept(frame.to_native(), records))


def collapse_rows(narrow: Frame, column: str) -> pd.DataFrame:
    """Collapse the records of each row of a map by one more column.

    Parameters
    ----------
    narrow : narwhals frame
        From `OutcomeRecords.narrowly`, with the column among its breakdowns.
    column : str

    Returns
    -------
    DataFrame
        row_id (of the row of the map), the column, records and sums, in order of the rows.
    """
    table = impact_map.collapse_rows(narrow, column)
    table = table.assign(**{column: whole_numbers(table[column])})
    # Engines return groups in any order; a fixed one makes results repeatable.
    order = pd.DataFrame({"row": table["row_id"], "key": impact_map.as_row_key(table[column])})
    return table.loc[order.sort_values(["row", "key"]).index].reset_index(drop=True)


def _regrouped(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """One row a key: records that name their unit lie with those that take it from the proxy."""
    columns = [*keys, "row_key", "records", *SUMS]
    if rows["row_key"].duplicated().any():
        firsts = rows.drop_duplicates("row_key").set_index("row_key")[list(keys)]
        sums = rows.groupby("row_key")[["records", *SUMS]].sum()
        rows = firsts.join(sums).reset_index()
    # Engines return groups in any order; a fixed one makes results repeatable.
    return rows[columns].sort_values("row_key", kind="stable").reset_index(drop=True)


def outcome_records(
    tables: Mapping[str, pd.DataFrame],
    units: pd.Series,
    breakdowns: Sequence[str] = (),
    outcomes: Any = None,
) -> OutcomeRecords:
    """Outcome records with all that the impact map needs beside them.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed tables of records.
    units : Series
        Unit of each proxy, by proxy_id.
    breakdowns : sequence of str
        Columns that must be there to break down by.
    outcomes : frame of any engine, optional
        Typed outcome records, where they are not among the tables.

    Raises
    ------
    SettingsError
        If a breakdown cannot be made.
    """
    activities, links = tables["activities"], tables["links"]
    if outcomes is None:
        outcomes = tables["outcomes"]
        names = [*outcomes.columns, *(activities.columns if len(activities) else [])]
        # A column in which nothing is written is no key and no part of a sum.
        empty = [n for n in outcomes if n != "date" and outcomes[n].isna().all()]
        outcomes = outcomes.drop(columns=[name for name in empty if name not in _NEEDED])
        frame = frame_of(outcomes)
    else:
        frame = frame_of(outcomes)
        names = [*frame.collect_schema().names(), *(activities.columns if len(activities) else [])]
    refuse_breakdowns(names, breakdowns)
    scopes = [name for name in SCOPES if name in links and links[name].notna().any()]
    frame = with_activities(frame, activities, ("project", *scopes, *breakdowns))
    there = frame.collect_schema().names()
    chosen = [name for name in scopes if name in there and name not in KEYS]
    if chosen:
        frame = frame.with_columns(*[_only_named(name, links[name]) for name in chosen])
    return OutcomeRecords(frame, links, units, tuple(_LINK + name for name in chosen))


_NEEDED = ("outcome_id", "quantity", "date")


def _only_named(name: str, stated: pd.Series) -> nw.Expr:
    """A scope of links, null where no link names it: only the values named are keys."""
    values = [str(value) for value in stated.dropna().unique()]
    return nw.when(nw.col(name).is_in(values)).then(nw.col(name)).alias(_LINK + name)
