"""Which columns do records take from their activity and their proxy?"""

from collections.abc import Mapping
from difflib import get_close_matches

import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.frameworks import assign_link_sets

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
    "unit",
    "people",
    "starts",
    "duration_years",
    "drop_off",
    "deadweight",
    "displacement",
    "attribution_to_others",
)


def with_activities(outcomes: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Outcome records with their activity's columns; what an outcome states itself wins."""
    outcomes = outcomes.copy()
    if activities.empty:
        return outcomes
    by_id = activities.set_index("activity_id")
    for column in by_id.columns:
        joined = outcomes["activity_id"].map(by_id[column])
        if column not in outcomes:
            outcomes[column] = joined
        elif column in _FROM_ACTIVITY:
            outcomes[column] = outcomes[column].fillna(joined)
    return outcomes


def with_projects(inputs: pd.DataFrame, activities: pd.DataFrame) -> pd.DataFrame:
    """Inputs with the project of their activity where they name none."""
    if activities.empty:
        return inputs
    projects = activities.set_index("activity_id")["project"]
    return inputs.assign(project=inputs["project"].fillna(inputs["activity_id"].map(projects)))


def with_units(outcomes: pd.DataFrame, proxies: pd.DataFrame) -> pd.DataFrame:
    """Outcome records with their proxy's unit where they state none."""
    units = proxies.drop_duplicates("proxy_id").set_index("proxy_id")["unit"]
    return outcomes.assign(unit=outcomes["unit"].fillna(outcomes["proxy_id"].map(units)))


def with_breakdowns(outcomes: pd.DataFrame, breakdowns: tuple[str, ...]) -> pd.DataFrame:
    """Outcome records whose declared breakdowns exist; whole numbers stay whole.

    Raises
    ------
    SettingsError
        If a column does not exist, or names people.
    """
    taken = [name for name in _FROM_THE_PROXY if name in outcomes]
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
        if column not in outcomes or column in _PRIVATE:
            known = [c for c in outcomes if c not in (*_PRIVATE, *_OF_THE_MAP)]
            near = get_close_matches(column, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            why = "names people" if column in _PRIVATE else "is no column of outcomes or activities"
            raise SettingsError(f"Cannot break down by {column!r}: it {why}.{hint}")
        values = outcomes[column]
        if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
            outcomes = outcomes.assign(**{column: values.astype("Int64")})
    return outcomes


def prepared_outcomes(
    tables: Mapping[str, pd.DataFrame], proxies: pd.DataFrame, breakdowns: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Outcome records with all that the impact map needs beside them.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed tables of records.
    proxies : DataFrame
        Proxies by proxy_id, with their unit.
    breakdowns : tuple of str

    Returns
    -------
    outcomes : DataFrame
        With the columns of their activity, their unit and ``link_set``.
    link_sets : DataFrame
        link_set, framework, category, share.
    """
    outcomes = with_activities(tables["outcomes"], tables["activities"])
    outcomes = with_breakdowns(with_units(outcomes, proxies), breakdowns)
    link_set, link_sets = assign_link_sets(outcomes, tables["links"])
    return outcomes.assign(link_set=link_set), link_sets
