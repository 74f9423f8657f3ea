"""What else differs between two assessments? Totals, settings, proxies, findings, side by side."""

import numpy as np
import pandas as pd

from socialvalue.compared import Compared

_OF_A_PROXY = (
    "unit_value",
    "price_year",
    "value_type",
    "value_covers",
    "discount_class",
    "transfer",
    "payer",
    "uprating",
    "income_elasticity",
)
_PRICE = ("unit_value", "price_year", "unit")
_STATUSES = ("opened", "closed", "accepted", "still open")
_SEVERITIES = {"high": 0, "medium": 1, "low": 2}


def both_totals(last: Compared, this: Compared) -> pd.DataFrame:
    """Every total of both, with the ends of its range, and what it changed by.

    Returns
    -------
    DataFrame
        total, last, this, change [money, ratio, years or people]; nan where there is none.
    """
    table = pd.DataFrame({"last": last.totals, "this": this.totals}).reindex(this.totals.index)
    table["change"] = table["this"] - table["last"]
    return table.rename_axis("total").reset_index()


def differing_settings(last: Compared, this: Compared) -> pd.DataFrame:
    """Assumptions that differ: setting, last, this, meaning (all text).

    A base year that is the first year of each is the same choice, whichever year that is.
    """
    then, now = (each.assumptions.to_rows() for each in (last, this))
    table = then.rename(columns={"value": "last"}).assign(this=now["value"])
    differs = table["last"] != table["this"]
    if all(each.period.startswith(str(each.assumptions.base_year)) for each in (last, this)):
        differs &= table["setting"] != "base_year"
    return table.loc[differs, ["setting", "last", "this", "meaning"]].reset_index(drop=True)


def differing_proxies(last: Compared, this: Compared) -> pd.DataFrame:
    """Proxies that differ, by the dated row that holds for the latest records of each.

    Returns
    -------
    DataFrame
        proxy_id, what (``added``, ``removed`` or ``changed``; ``shown this time only`` or ``shown
        last time only`` where it may be among small groups that the other merged), changed (names
        of what did), last and this unit value, price year and unit.
    """
    then, now = (_latest(each.used) for each in (last, this))
    rows = []
    for proxy_id in sorted({*then.index, *now.index}):
        before, after = (
            each.loc[proxy_id] if proxy_id in each.index else None for each in (then, now)
        )
        names = _changed(before, after)
        if before is None or after is None or names:
            what = "changed"
            if before is None:
                what = "shown this time only" if last.merged else "added"
            elif after is None:
                what = "shown last time only" if this.merged else "removed"
            row = {"proxy_id": proxy_id, "what": what, "changed": ", ".join(names)}
            for name in _PRICE:
                row[f"last_{name}"] = None if before is None else before[name]
                row[f"this_{name}"] = None if after is None else after[name]
            rows.append(row)
    ends = [f"{side}_{name}" for name in _PRICE for side in ("last", "this")]
    table = pd.DataFrame(rows, columns=["proxy_id", "what", "changed", *ends])
    return table.astype({"last_unit_value": float, "this_unit_value": float})


def _latest(used: pd.DataFrame) -> pd.DataFrame:
    if used.empty:
        return used.set_index("proxy_id")
    return (
        used.sort_values("valid_from", na_position="first")
        .groupby("proxy_id")
        .tail(1)
        .set_index("proxy_id")
    )


def _changed(before: pd.Series | None, after: pd.Series | None) -> list[str]:
    if before is None or after is None:
        return []
    return [name for name in _OF_A_PROXY if not _same(before[name], after[name])]


def _same(before: object, after: object) -> bool:
    return bool(pd.isna(before) and pd.isna(after)) or bool(before == after)


def differing_findings(last: Compared, this: Compared) -> pd.DataFrame:
    """Findings of both: which were opened, closed or accepted, and which are open still.

    A finding is the same one if its rule and its words are; of one rule the rest are paired in
    their order, so that a finding whose figures moved is not taken for a new one. One that is
    accepted with a reason this time is ``accepted``; one whose reason was withdrawn is opened.

    Returns
    -------
    DataFrame
        status (``opened``, ``closed``, ``accepted``, ``still open``), rule, severity, message,
        value_at_stake_last, value_at_stake_this [money], accepted_because.
    """
    then, now = (_with_reasons(each.findings) for each in (last, this))
    then, now = then.assign(nth=_nth(then, now)), now.assign(nth=_nth(now, then))
    both = then.merge(now, on=["rule", "nth"], how="outer", suffixes=("_last", "_this"))
    before = both["message_last"].notna() & both["accepted_because_last"].isna()
    is_there, accepted = both["message_this"].notna(), both["accepted_because_this"].notna()
    status = np.select(
        [accepted, ~is_there, ~before], ["accepted", "closed", "opened"], "still open"
    )
    table = both.assign(
        status=pd.Categorical(status, list(_STATUSES), ordered=True),
        severity=both["severity_this"].fillna(both["severity_last"]),
        message=both["message_this"].fillna(both["message_last"]),
        accepted_because=both["accepted_because_this"],
    )
    table = table.assign(order=table["severity"].map(_SEVERITIES)).sort_values(
        ["status", "order", "rule", "nth"], kind="stable"
    )
    columns = ["status", "rule", "severity", "message"]
    columns += ["value_at_stake_last", "value_at_stake_this", "accepted_because"]
    return table[columns].astype({"status": str}).reset_index(drop=True)


def _with_reasons(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings with the reason they are accepted for; older files know of none."""
    if "accepted_because" in findings:
        return findings
    return findings.assign(accepted_because=pd.Series(None, index=findings.index, dtype=object))


def _nth(findings: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """A name for each finding within its rule, which the same one has on the other side."""
    ours = list(zip(findings["rule"], findings["message"], strict=True))
    theirs = set(zip(others["rule"], others["message"], strict=True))
    alike = pd.Series([pair in theirs for pair in ours], index=findings.index, dtype=bool)
    place = findings.groupby([findings["rule"], alike]).cumcount().astype(str)
    return findings["message"].where(alike, "number " + place)
