"""Which numbers of a row can be uncertain? Each with its identity, and the ends that are known.

Rows with one identity share one number. What is known of its ends is published or recorded; where
nothing is, they are null.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from socialvalue.adjustments import IN_PROXY, RECORD, SCOPE, remaining_quantities
from socialvalue.impact_map import SHARES
from socialvalue.proxy_picks import pick
from socialvalue.recorded_levels import CHANGE_KEYS, change_keys

if TYPE_CHECKING:
    from socialvalue.results import Result

SLOTS = ("unit_value", "quantity", *SHARES, "drop_off", "duration_years")
"""Places of a value's product in which an uncertain number can stand, in order."""
CHANGE = (*CHANGE_KEYS, "is_harm")
"""What one measured change is: the rows of the map whose quantities move together.

A survey's mean is too high or too low for all the people it is taken for at once. Were each row of
the map drawn by itself, the errors of the rows would cancel, and the range of the total would be
far too narrow.
"""
RELATIVE = "ratio to the published values"
RECORDED, BY_GRADE, AS_STATED = "recorded", "grade", "stated"
"""Where the spread of a quantity is from."""
LONGEST = 100.0
_OF_PROXY = "proxy: "
_ADJUSTMENT = re.compile(r"^(adjustments, row [^:]*):.*", re.DOTALL)
BOUNDS = dict.fromkeys((*SHARES, "drop_off"), (0.0, 1.0)) | {
    "duration_years": (0.0, LONGEST),
    "input_value": (0.0, np.inf),
}
"""Least and most of the numbers that have bounds [shares; years; ratio to recorded inputs]."""


def counted_rows(result: "Result") -> pd.DataFrame:
    """Counted rows of the main map and of each breakdown's, one below another.

    Parameters
    ----------
    result : Result
        Not published: in merged rows numbers are blank.

    Returns
    -------
    DataFrame
        The rows with ``map`` (the breakdown's name, blank for the main map), and ``left``,
        ``left_low`` and ``left_high``: the quantity and its ends less the shares that the records
        state themselves. [units]
    """
    parts = []
    for name, valued in {"": result.valued, **result.breakdowns}.items():
        rows = valued.rows[valued.rows["counted"] & valued.rows["proxy_id"].notna()]
        parts.append(_with_amounts(rows).assign(map=name))
    return pd.concat(parts, ignore_index=True)


def _with_amounts(rows: pd.DataFrame) -> pd.DataFrame:
    untouched = rows.assign(**dict.fromkeys(SHARES, 0.0))
    left = remaining_quantities(untouched)["quantity_after_attribution"]
    return rows.assign(
        left=left,
        left_low=rows["quantity_low_of_records"],
        left_high=rows["quantity_high_of_records"],
    )


def unit_values(rows: pd.DataFrame, result: "Result") -> pd.DataFrame:
    """The unit value of each row: of one version in its own prices, of several as a ratio.

    Versions of a proxy are one estimate at several dates, and a value of carbon is one estimate for
    every year: they move together, in proportion. The ends of the ratio are those of the versions,
    each weighed by the value it carries. A version that publishes no range stands apart, fixed.

    Returns
    -------
    DataFrame
        In the order of ``rows``: key (null where there is none), what, unit, central, low, high,
        kind, source.
    """
    table = pd.DataFrame(
        {
            "key": rows["proxy_id"].astype(object),
            "what": rows["proxy_id"] + ", " + rows["proxy_name"].fillna(""),
            "unit": result.assumptions.currency + " of " + rows["price_year"].astype("string"),
            "central": rows["unit_value"].astype(float),
            "low": rows["low"].astype(float),
            "high": rows["high"].astype(float),
            "kind": _published_kinds(rows, result),
            "source": rows["source_id"].fillna("no source stated").astype(object),
        },
        index=rows.index,
    )
    several = _several_versions(rows)
    if several.any():
        table.loc[several, "unit"] = RELATIVE
        table.loc[several, "key"] += np.where(_has_range(rows[several]), "", ", without a range")
        table.loc[several, ["central", "low", "high"]] = _ratios(rows[several], result, table)
    return table


def _several_versions(rows: pd.DataFrame) -> pd.Series:
    versions = rows[["proxy_id", "valid_from"]].drop_duplicates()["proxy_id"].value_counts()
    several = versions.index[versions > 1]
    return rows["proxy_id"].isin(several) | (rows["uprating"] == "carbon")


def _has_range(rows: pd.DataFrame) -> pd.Series:
    return rows["low"].notna() | rows["high"].notna()


def _published_kinds(rows: pd.DataFrame, result: "Result") -> pd.Series:
    assert result.basis is not None
    proxies = result.basis.proxies.proxies
    keys = ["proxy_id", "valid_from"]
    kinds = proxies.drop_duplicates(keys).set_index(keys)["distribution"].astype(object)
    found = kinds.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy(object)
    return pd.Series(found, index=rows.index).fillna("")


def _ratios(rows: pd.DataFrame, result: "Result", table: pd.DataFrame) -> pd.DataFrame:
    """Central, low and high of ratios to the published values, by the value behind each version."""
    assert result.basis is not None
    main = rows[rows["map"] == ""]
    lines = main[["row_id", "proxy_id", "first_year", "uprating"]].merge(
        result.valued.values[["row_id", "t", "present_value"]], on="row_id"
    )
    year = lines["t"] + int(str(result.assumptions.base_year)[:4])
    # A tonne is worth what the year it is emitted in says; all else, what the year of its record.
    year = year.where(lines["uprating"] == "carbon", lines["first_year"]).astype(int)
    month = result.assumptions.year_start_month
    picked = pick(result.basis.proxies, lines["proxy_id"], year, month)
    central = picked["unit_value"].to_numpy(float)
    keys = lines["row_id"].map(table.loc[main.index, "key"].set_axis(main["row_id"]))
    found = pd.DataFrame({"central": 1.0}, index=rows.index)
    for end in ("low", "high"):
        published = picked[end].fillna(picked["unit_value"]).to_numpy(float)
        ratio = np.divide(published, central, out=np.ones(len(lines)), where=central != 0)
        # Where nothing is left of any version there is nothing to weigh them by.
        size = lines["present_value"].abs()
        size = size.where(size.groupby(keys).transform("sum") > 0, 1.0)
        ends = (size * ratio).groupby(keys).sum() / size.groupby(keys).sum()
        found[end] = table.loc[rows.index, "key"].map(ends)
    # Of a negative value the low end is the larger ratio.
    return pd.DataFrame(
        {"central": found["central"], "low": found[["low", "high"]].min(axis=1)}
    ).assign(high=found[["low", "high"]].max(axis=1))


def quantities(
    rows: pd.DataFrame,
    graded: set[str],
    stated: np.ndarray,
    levels: Mapping[tuple[str, ...], float],
) -> pd.DataFrame:
    """The size of each measured change of which a range is recorded or stated.

    Parameters
    ----------
    rows : DataFrame
    graded : set of str
        Grades of evidence that a spread is stated for.
    stated : ndarray of bool
        Rows whose range the user states.
    levels : mapping
        From `socialvalue.recorded_levels.recorded_levels`.
    """
    grade = rows["evidence"].astype("string").fillna("").astype(object)
    basis = pd.Series("", index=rows.index, dtype=object)
    basis[grade.isin(graded)] = BY_GRADE
    basis[rows["has_quantity_range"].astype(bool)] = RECORDED
    basis[stated] = AS_STATED
    there, by_grade = basis != "", basis == BY_GRADE
    what = pd.Series(None, index=rows.index, dtype=object)
    changes = rows.loc[there, list(CHANGE)].astype(object)
    what[there] = [
        " / ".join("not stated" if pd.isna(each) else str(each) for each in change[:-1])
        + (" (harm)" if change[-1] else "")
        for change in changes.itertuples(index=False)
    ]
    said = basis.where(~by_grade, basis + " " + grade)
    words = {RECORDED: "quantity_low and quantity_high of the records", AS_STATED: "stated"}
    level = pd.Series(np.nan, index=rows.index)
    if levels:
        level = pd.Series([levels.get(each, np.nan) for each in change_keys(rows)], rows.index)
    ends = {end: rows[f"left_{end}"].where(basis == RECORDED) for end in ("low", "high")}
    return pd.DataFrame(
        {
            "key": (what + ", " + said).where(there),
            "what": what,
            "unit": rows["unit"].astype(object) + ", less the shares that records state",
            "central": rows["left"],
            **ends,
            "kind": "",
            "source": basis.map(words).where(~by_grade, "grade of evidence " + grade),
            "grade": grade.where(by_grade),
            "level": level,
        },
        index=rows.index,
    )


def shares_on_records(rows: pd.DataFrame) -> dict[str, float]:
    """Share of present value, in size, whose records state each share themselves, where any do.

    Those differ from record to record and are in the sums, so that nothing can vary them.

    Parameters
    ----------
    rows : DataFrame
        From `counted_rows`.

    Returns
    -------
    dict of float
        By deadweight, displacement and attribution_to_others. [share]
    """
    size = rows["present_value"].abs().where(rows["map"] == "", 0.0).to_numpy(float)
    of_all = {name: size[rows[f"states_{name}"].to_numpy(bool)].sum() for name in SHARES}
    return {name: float(own / size.sum()) for name, own in of_all.items() if own > 0}


def adjustments(rows: pd.DataFrame, field: str, table: pd.DataFrame) -> pd.DataFrame:
    """A share, drop-off or duration that was settled for each row, by where it came from.

    Parameters
    ----------
    rows : DataFrame
    field : str
    table : DataFrame
        The adjustments table, whose scopes say what each of its rows is about.
    """
    origin = rows[f"{field}_from"].astype(object)
    if field in SHARES:
        # Shares that records state are in the sums, and differ from record to record.
        there = ~rows[f"states_{field}"].astype(bool)
    else:
        there = ~rows["value_covers"].isin(["duration", "once"])
    if field == "duration_years":
        # A value per person and year has its years in the quantity: it can have no more.
        there &= rows["unit"] != "person_year"
    there &= origin != IN_PROXY
    number = rows[field].astype(float)
    own = (origin == RECORD) | origin.isin([o for o in origin.unique() if o.startswith(_OF_PROXY)])
    what = origin.copy()
    whose = rows["proxy_id"].astype(object).copy()
    of_records = origin == RECORD
    outcome = rows.loc[of_records, "outcome"].astype(object).fillna("not named")
    whose[of_records] = outcome + ", " + whose[of_records]
    what[own] = [
        f"{each}, {of}, {value:g}"
        for each, of, value in zip(origin[own], whose[own], number[own], strict=True)
    ]
    # The number of its row tells an adjustment apart; its reason is for reading.
    short = {each: _ADJUSTMENT.sub(r"\1", each) for each in origin[~own].unique()}
    scopes = {f"adjustments, row {row}": _scope(each) for row, each in table.iterrows()}
    about = {
        each: each.replace(name, f"{name}, {scopes[name]}", 1) if name in scopes else each
        for each, name in short.items()
    }
    return pd.DataFrame(
        {
            "key": what.where(own, what.map(short)).where(there),
            "what": what.where(own, what.map(about)),
            "unit": "years" if field == "duration_years" else "share",
            "central": number,
            "low": np.nan,
            "high": np.nan,
            "kind": "",
            "source": origin,
        },
        index=rows.index,
    )


def _scope(row: pd.Series) -> str:
    """What a row of the adjustments table is about, in words."""
    said = [str(row[column]) for column in SCOPE if pd.notna(row.get(column))]
    return " / ".join(said) or "whatever no other row fits better"
