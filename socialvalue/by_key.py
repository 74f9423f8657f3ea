"""What does a result come to by goal, group, year or breakdown? Values, and the steps to them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from socialvalue import summary
from socialvalue import totals as steps
from socialvalue.errors import SettingsError

if TYPE_CHECKING:
    from socialvalue.results import Result

# Public functions are methods of the result.

_WITHHELD = (
    "gross_value",
    "net_value",
    "harm_present_value",
    "present_value_low",
    "present_value_high",
)


def by(result: "Result", *keys: str) -> pd.DataFrame:
    """Value by goal, group, year or declared breakdown, as one long frame.

    Parameters
    ----------
    *keys : str
        Any of project, stakeholder_group, outcome, proxy_id, theme, value_type, payer,
        evidence, year, the name of a framework (``sdg``, ``marmot``), or one declared
        breakdown. Two frameworks cross by the product of their shares.

    Returns
    -------
    DataFrame
        The keys (a framework also with its title), gross_value, net_value, present_value,
        harm_present_value, present_value_low, present_value_high, quantity and unit (where
        units agree), people (where counted), status. The parts add up to the total. In a
        published result a declared breakdown has present value and people only.

    Raises
    ------
    SettingsError
        If the result cannot be split by a key.
    """
    if keys not in result.tables_by_key:
        table = _summed(result, keys)
        # Every range of a result is of one kind.
        if result.simulation is not None:
            table = result.simulation.ranges_on(table, keys)
        result.tables_by_key[keys] = table
    return result.tables_by_key[keys].copy()


def waterfall(result: "Result", *keys: str) -> pd.DataFrame:
    """Steps from gross value to present value, in total or for each category.

    The changes sum exactly, and so do the categories of a key: what no category takes stands
    under ``unallocated``, small groups under ``merged``. What was taken off small groups of several
    kinds that were merged is one step, ``small_groups``: each reduction alone could tell how many
    they are.

    Parameters
    ----------
    *keys : str
        As for `by`; none gives the steps of the whole.

    Returns
    -------
    DataFrame
        The keys (a framework also with its title), step, value (after the step) [money],
        change [money]. Categories without a counted outcome are not in it. In a published
        result a declared breakdown has its present value only.

    Raises
    ------
    SettingsError
        If the result cannot be split by a key.

    Examples
    --------
    >>> import socialvalue as sv
    >>> result = sv.assess(sv.datasets.load_network(), "uk-public")
    >>> goals = result.waterfall("sdg")
    >>> whole = result.waterfall().set_index("step")["value"]
    >>> bool((abs(goals.groupby("step")["value"].sum() - whole) < 0.005).all())
    True
    """
    name = _map_for(result, keys)
    found = summary.counted_lines(result.breakdowns.get(name, result.valued))
    lines, merged = steps.with_every_step(found), bool(found["after_drop_off"].isna().any())
    shared = (keys, result.allocations[name], result.frameworks, steps.STEPS_LEAVE)
    parts = summary.over_categories(lines, lines["row_id"].drop_duplicates(), *shared)
    hidden = bool(name) and result.profile == "publish"
    return _with_titles(
        result, steps.waterfall(parts, keys, small_groups=merged, withheld=hidden), keys
    )


def _summed(result: "Result", keys: tuple[str, ...]) -> pd.DataFrame:
    name = _map_for(result, keys)
    valued = result.breakdowns.get(name, result.valued)
    lines = summary.counted_lines(valued)
    rows = valued.rows[valued.rows["counted"]]
    table = summary.summarise(lines, rows, keys, result.allocations[name], result.frameworks)
    if len(keys) == 1 and keys[0] in result.frameworks:
        table = summary.with_all_categories(
            table,
            keys[0],
            result.frameworks[keys[0]],
            result.served[keys[0]],
            _unpriced_categories(result, keys[0]),
        )
    else:
        table = _with_titles(result, table, keys).assign(status="valued")
    table = _with_people(result, table, keys)
    if name and result.profile == "publish":
        # Several sums over one category can be solved for the few people behind one proxy.
        withheld = [*_WITHHELD, "quantity"]
        table = table.assign(**dict.fromkeys(withheld, float("nan")), unit=None)
    order = [key for key in table if key.removesuffix("_title") in keys]
    rest = [*summary.MEASURES, "harm_present_value", "present_value_low", "present_value_high"]
    return table[[*order, *rest, "quantity", "unit", "people", "status"]]


def _map_for(result: "Result", keys: Sequence[str]) -> str:
    """The breakdown whose map can be split by the keys; empty for the main map."""
    summary.check_keys(keys, list(result.frameworks), list(result.breakdowns))
    declared = [key for key in keys if key in result.breakdowns]
    if declared and len(keys) > 1 and result.profile == "publish":
        raise SettingsError(
            f"A published result cannot cross {declared[0]!r} with another key: its cells "
            "could rest on very few people. Ask for one key, or ask the assessment itself."
        )
    return declared[0] if declared else ""


def _unpriced_categories(result: "Result", framework: str) -> set[str]:
    rows = result.valued.rows
    told = rows.loc[rows["proxy_id"].isna() & ~rows["counted"], "row_id"]
    links = result.allocation
    return set(
        links.loc[links["row_id"].isin(told) & (links["framework"] == framework), "category"]
    )


def _with_titles(result: "Result", table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    for key in keys:
        if key in result.frameworks:
            table = summary.with_titles(table, key, result.frameworks[key])
    return table


def _with_people(result: "Result", table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    if not keys:
        return table.assign(people=result.total_people)
    if len(keys) > 1 or keys[0] not in result.people:
        return table.assign(people=float("nan"))
    counts = result.people[keys[0]].set_index(keys[0])["people"]
    return table.assign(people=table[keys[0]].map(counts).astype(float))
