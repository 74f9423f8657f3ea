"""What does it all come to? Totals, ratio, payback, range, and the steps to present value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from socialvalue import formulas
from socialvalue.summary import MEASURES, bounds_by_proxy, has_range, natural_order

RANGE_KIND = "scenario band from published lows and highs"
WITH_QUANTITIES = " of proxies and recorded ranges of quantities"


@dataclass(frozen=True)
class Range:
    """Low and high of the headline, with what they are, or why there is none.

    Attributes
    ----------
    kind : str
        What the range is.
    level : float or None
        Confidence level of a simulated interval; a scenario band has none. [share]
    present_value_low, present_value_high : float
        [money]; nan where missing.
    sroi_ratio_low, sroi_ratio_high : float
        [ratio]; nan where missing.
    missing : str or None
        Why there is no range.
    share_without_range : float
        Share of present value, in size, whose proxies publish no range. [share]
    ratio_missing : str or None
        Why the ratio has no range although the present value has one.
    """

    kind: str
    level: float | None
    present_value_low: float
    present_value_high: float
    sroi_ratio_low: float
    sroi_ratio_high: float
    missing: str | None
    share_without_range: float
    ratio_missing: str | None = None


def totals(
    lines: pd.DataFrame, rows: pd.DataFrame, inputs: pd.DataFrame, years: Sequence[int]
) -> tuple[pd.Series, str | None, pd.Series]:
    """Totals of value, inputs, ratio and payback.

    The ratio, net present value and payback cover the projects that have both outcomes and
    inputs. What a project cost counts there whether its outcomes are priced or not, and whether
    the perspective counts them or not. Inputs that name no project are taken to serve all of them.

    Parameters
    ----------
    lines : DataFrame
        From `counted_lines`.
    rows : DataFrame
        All rows of the valued map.
    inputs : DataFrame
        From `value_inputs`.
    years : sequence of int
        Years from the base year, from the first with inputs or outcomes to the last.

    Returns
    -------
    totals : Series
        gross_value, net_value, present_value, harm_present_value, input_value, net_present_value
        [money], sroi_ratio [ratio], payback_years [years]; values are nan where no outcome was
        priced.
    missing : str or None
        Why there is no ratio.
    in_ratio : Series of bool
        Which of the lines the ratio covers.
    """
    in_ratio, _ = _in_ratio(lines, rows, inputs)
    present = lines["present_value"]
    compared, spent = present[in_ratio].sum(), inputs_in_ratio(lines, rows, inputs)
    missing = _why_no_ratio(lines, rows, inputs, float(spent))
    flow = lines[in_ratio].groupby("t")["present_value"].sum().reindex(list(years)).fillna(0.0)
    result = {
        "gross_value": lines["gross_value"].sum(),
        "net_value": lines["net_value"].sum(),
        "present_value": present.sum(),
        "harm_present_value": present.clip(upper=0.0).sum(),
        "input_value": inputs["present_value"].sum() if len(inputs) else np.nan,
        "net_present_value": np.nan if missing else compared - spent,
        "sroi_ratio": np.nan if missing else formulas.ratio_of_return(compared, spent),
        "payback_years": np.nan if missing else formulas.payback_years(flow, spent),
    }
    if rows["proxy_id"].isna().all():
        # Where nothing was priced the value is not known, which is not the same as nought.
        result |= dict.fromkeys([*MEASURES, "harm_present_value"], np.nan)
    return pd.Series(result, dtype="float64"), missing, in_ratio


def inputs_in_ratio(lines: pd.DataFrame, rows: pd.DataFrame, inputs: pd.DataFrame) -> float:
    """Present value of the inputs that the ratio compares with value [money]."""
    return float(_in_ratio(lines, rows, inputs)[1]["present_value"].sum())


def projects_in_ratio(lines: pd.DataFrame, inputs: pd.DataFrame) -> pd.Series:
    """Which lines belong to a project with inputs; inputs that name none serve all."""
    shared = bool(inputs["project"].isna().any())
    return lines["project"].isin(set(inputs["project"].dropna())) | shared


def inputs_of_projects(rows: pd.DataFrame, inputs: pd.DataFrame) -> pd.Series:
    """Which inputs belong to a project with outcomes, priced or not, or to none in particular."""
    return inputs["project"].isna() | inputs["project"].isin(set(rows["project"].dropna()))


def _in_ratio(
    lines: pd.DataFrame, rows: pd.DataFrame, inputs: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame]:
    return projects_in_ratio(lines, inputs), inputs[inputs_of_projects(rows, inputs)]


def _why_no_ratio(
    lines: pd.DataFrame, rows: pd.DataFrame, inputs: pd.DataFrame, spent: float
) -> str | None:
    if inputs.empty:
        return "no inputs were recorded, so there is nothing to compare the value with"
    if lines.empty:
        priced = rows["proxy_id"].notna().any()
        return "no priced outcome counts in this view" if priced else "no outcome was priced"
    if not _in_ratio(lines, rows, inputs)[0].any():
        return "no project has both outcomes and inputs"
    if spent <= 0:
        return "the inputs come to nothing"
    return None


def headline_range(lines: pd.DataFrame, in_ratio: pd.Series, input_value_in_ratio: float) -> Range:
    """Range of the total and the ratio from lows and highs of proxies and of quantities."""
    size = lines["present_value"].abs()
    unranged = ~has_range(lines)
    whole = size.sum()
    # Merged rows of which only a part has a range do not say which part: none of it is counted.
    ranged = lines["share_with_range"].where(~unranged).fillna(0.0)
    without = float((size * (1 - ranged)).sum() / whole) if whole > 0 else 1.0
    if lines.empty or unranged.all():
        why = (
            "no priced outcome counts in the years and the view of this assessment"
            if lines.empty
            else "no proxy used here publishes a low and a high, and no record states a range of "
            "its quantity (100% of the value has no range)"
        )
        nan = float("nan")
        return Range(RANGE_KIND, None, nan, nan, nan, nan, why, 1.0)
    kind = RANGE_KIND + (WITH_QUANTITIES if lines["has_quantity_range"].any() else "")
    low, high = _ends(lines)
    ratio_low = ratio_high = float("nan")
    if input_value_in_ratio > 0:
        compared_low, compared_high = _ends(lines[in_ratio])
        ratio_low = formulas.ratio_of_return(compared_low, input_value_in_ratio)
        ratio_high = formulas.ratio_of_return(compared_high, input_value_in_ratio)
    bare = input_value_in_ratio > 0 and np.isnan(ratio_low)
    no_ratio_range = "nothing that the ratio covers has a range" if bare else None
    return Range(kind, None, low, high, ratio_low, ratio_high, None, without, no_ratio_range)


def _ends(lines: pd.DataFrame) -> tuple[float, float]:
    if not has_range(lines).any():
        # Nothing here can be moved: that is no range, and never one of no width.
        return float("nan"), float("nan")
    bounds = bounds_by_proxy(lines, [])
    return float(bounds["present_value_low"].sum()), float(bounds["present_value_high"].sum())


STEPS = {
    "gross_value": "gross_value",
    "deadweight": "after_deadweight",
    "displacement": "after_displacement",
    "attribution_to_others": "after_attribution",
    "drop_off": "after_drop_off",
    "optimism_bias": "after_optimism",
    "small_groups": "net_value",
    "net_value": "net_value",
    "discounting": "present_value",
    "present_value": "present_value",
}
"""Steps from gross to present value, in order, each with the column of what it leaves."""
STEPS_LEAVE = tuple(dict.fromkeys(STEPS.values()))


def with_every_step(lines: pd.DataFrame) -> pd.DataFrame:
    """Value by row and year as the waterfall reads it.

    Of small groups that were merged the value between gross and net is not known: they stay at
    their gross value until a step of their own, ``small_groups``, takes all reductions at once.
    """
    unknown = lines["after_drop_off"].isna()
    lines = lines.assign(after_optimism=lines["net_value"].mask(unknown))
    between = [name for name in STEPS_LEAVE if name not in MEASURES]
    filled = {name: lines[name].fillna(lines["gross_value"]) for name in between}
    return lines.assign(**filled)


def waterfall(
    lines: pd.DataFrame, keys: Sequence[str] = (), *, small_groups: bool, withheld: bool = False
) -> pd.DataFrame:
    """Steps from gross to present value, in order; the changes sum exactly.

    Parameters
    ----------
    lines : DataFrame
        From `with_every_step`, over the categories of any framework among the keys.
    keys : sequence of str
        Columns of the lines; each combination gets steps of its own.
    small_groups : bool
        Whether there is a step of what was taken off merged small groups.
    withheld : bool
        Whether only the last step may be shown.

    Returns
    -------
    DataFrame
        The keys, step, value (after the step) [money], change [money]. Gross, net and present
        value are totals: their change is their value.
    """
    left = list(STEPS_LEAVE)
    if keys:
        sums = lines.groupby(list(keys), dropna=False)[left].sum().reset_index()
        sums = sums.sort_values(list(keys), key=natural_order, ignore_index=True)
    else:
        sums = lines[left].sum().to_frame().T
    value = sums[list(STEPS.values())].to_numpy(float)
    change = np.diff(value, axis=1, prepend=0.0)
    whole = [place for place, step in enumerate(STEPS) if step in MEASURES]
    change[:, whole] = value[:, whole]
    table = sums.loc[sums.index.repeat(len(STEPS)), list(keys)].reset_index(drop=True)
    table = table.assign(step=list(STEPS) * len(sums), value=value.ravel(), change=change.ravel())
    if not small_groups:
        table = table[table["step"] != "small_groups"].reset_index(drop=True)
    if withheld:
        hidden = table["step"] != "present_value"
        table = table.assign(**{c: table[c].mask(hidden) for c in ("value", "change")})
    return table[[*keys, "step", "value", "change"]]
