"""Which columns do records take from their activity, and which may they be broken down by?"""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

import narwhals.stable.v2 as nw
import pandas as pd

from socialvalue.engines import Frame, carry
from socialvalue.errors import SettingsError

_FROM_ACTIVITY = ("project", "activity_type", "place", "lsoa", "organisation", "partners")

_PRIVATE = ("person_id",)
_FROM_THE_PROXY = ("theme", "value_type", "payer", "year")
# Names that the impact map and its values have for figures of their own.
_OF_THE_MAP = (
    "row_id",
    "row_key",
    "records",
    "first_year",
    "is_harm",
    "counted",
    "merged",
    "link_set",
    "t",
    "k",
    "gross_value",
    "net_value",
    "present_value",
    "unit_value",
    "price_factor",
    "price_year",
    "net_share",
    "q",
    "quantity",
    "quantity_low",
    "quantity_high",
    "quantity_level",
    "unit",
    "people",
    "starts",
    "duration_years",
    "drop_off",
    "deadweight",
    "displacement",
    "attribution_to_others",
    "qd",
    "qp",
    "qa",
    "qdp",
    "qda",
    "qpa",
    "qdpa",
    "quantity_low_left",
    "quantity_high_left",
    "quantity_ranged_left",
    "records_with_range",
)


def with_activities(records: Frame, activities: pd.DataFrame, wanted: Collection[str]) -> Frame:
    """Outcome records with columns of their activity; what an outcome states itself wins.

    Parameters
    ----------
    records : narwhals frame
        Typed outcome records, on the engine that holds them.
    activities : DataFrame
        Typed, one row an activity.
    wanted : collection of str
        Columns that are needed.
    """
    there = records.collect_schema().names()
    taken = [
        name
        for name in activities.columns
        if name in wanted
        and name != "activity_id"
        and (name not in there or name in _FROM_ACTIVITY)
        and activities[name].notna().any()
    ]
    if not taken or "activity_id" not in there:
        return records
    joined = {f"activity_{name}_": _plain(activities[name]) for name in taken}
    small = pd.DataFrame({"join_activity": activities["activity_id"].astype("string"), **joined})
    beside = records.with_columns(nw.col("activity_id").fill_null("").alias("join_activity"))
    beside = beside.join(carry(small, records), on="join_activity", how="left")  # type: ignore[arg-type]
    found = {name: _or_null(f"activity_{name}_", small) for name in taken}
    own = {
        name: nw.coalesce(_or_null(name), e) if name in there else e for name, e in found.items()
    }
    columns = [expr.alias(name) for name, expr in own.items()]
    return beside.with_columns(*columns).drop("join_activity", *joined)


def _plain(values: pd.Series) -> pd.Series:
    """Values without nulls, for the way to an engine: numbers stay numbers, the rest is text."""
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return values.astype("float64") if is_number else values.astype("string").fillna("")


def _or_null(name: str, small: pd.DataFrame | None = None) -> nw.Expr:
    column = nw.col(name)
    if small is not None and pd.api.types.is_float_dtype(small[name]):
        return nw.when(~column.is_nan()).then(column)
    return nw.when(column != "").then(column)


def with_projects(inputs: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Inputs with the project of their activity where they name none."""
    if activities.empty:
        return inputs
    projects = activities.set_index("activity_id")["project"]
    return inputs.assign(project=inputs["project"].fillna(inputs["activity_id"].map(projects)))


def refuse_breakdowns(names: Sequence[str], breakdowns: Sequence[str]) -> None:
    """Refuse breakdowns that cannot be made.

    Parameters
    ----------
    names : sequence of str
        Columns of outcomes and of activities.
    breakdowns : sequence of str

    Raises
    ------
    SettingsError
        If a column does not exist, or names people, or the impact map has one of that name.
    """
    taken = [name for name in _FROM_THE_PROXY if name in names]
    if taken:
        raise SettingsError(
            f"The records have a column {taken[0]!r}, which the impact map takes from the proxy. "
            "Give your column another name."
        )
    for column in breakdowns:
        if column in _OF_THE_MAP:
            raise SettingsError(
                f"Cannot break down by {column!r}: the impact map has it as a figure of its own. "
                "Break down by a column that names a group, a place or a kind."
            )
        if column not in names or column in _PRIVATE:
            known = [name for name in names if name not in (*_PRIVATE, *_OF_THE_MAP)]
            near = get_close_matches(column, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            why = "names people" if column in _PRIVATE else "is no column of outcomes or activities"
            raise SettingsError(f"Cannot break down by {column!r}: it {why}.{hint}")


def whole_numbers(values: pd.Series) -> pd.Series:
    """Numbers as whole ones, where all of them are.

    Examples
    --------
    >>> whole_numbers(pd.Series([1.0, None])).tolist()
    [1, <NA>]
    """
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        return values.astype("Int64")
    return values
