"""What would an assessor challenge in the harms: were they looked for, and cut like the gains?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.adjustments import IN_PROXY, RECORD
from socialvalue.claims_on_reductions import COUNTERFACTUAL
from socialvalue.findings import MATERIAL, MOST, Claim, finding, names_of, size_of
from socialvalue.impact_map import SHARES

TRIFLING = 0.001
"""Share of the value below which priced harms are next to none: they move no figure of three
digits. A choice; the one published case restated here that prices harms has ten times as much
(CTBC 2018: 1.0%). [share]"""
REDUCED_MORE = 0.2
"""Share that may be taken off harms beyond what is taken off gains before somebody asks why.

A choice, for no source was found that fixes it: shares are mostly stated in tenths, so that two
which mean the same may stand a tenth apart in deadweight, and another in attribution. [share]
"""


def no_harms(claim: Claim) -> Iterator[dict]:
    """No harm among the records, priced or told, or next to none: perhaps nobody looked."""
    if claim.counted.empty:
        return
    harms = claim.rows[claim.rows["is_harm"].astype(bool)]
    priced = harms[harms["counted"].astype(bool)]
    # A harm that is told without a price has no size to judge it by.
    if len(priced) < len(harms) or claim.share(size_of(priced)) >= TRIFLING:
        return
    yield finding(
        "no_harms",
        "medium",
        f"The harms that are recorded come to less than {TRIFLING:.1%} of the value: next to none."
        if len(harms)
        else "No harm is recorded, priced or told: nothing says that anybody looked for one.",
        priced,
        why="Most programmes do some harm to somebody; leaving it out makes the value too high.",
        what_to_do="Ask people what got worse, and record it with a negative quantity. Where you "
        "looked and found no more, accept this finding with that as the reason.",
    )


def harms_reduced_more(claim: Claim) -> Iterator[dict]:
    """Much more taken off the harms of a project than off its gains."""
    rows = _reduced_by_hand(claim)
    harm = rows["is_harm"].astype(bool)
    for project, part in rows.groupby("project", dropna=False):
        harms, gains = part[harm[part.index]], part[~harm[part.index]]
        if not (size := float(harms["before"].sum())) or not gains["before"].sum():
            continue
        kept = [float(side["kept"].sum() / side["before"].sum()) for side in (harms, gains)]
        if kept[1] - kept[0] < REDUCED_MORE:
            continue
        stake = size * (kept[1] - kept[0])
        yield {
            **finding(
                "harms_reduced_more",
                _severity(claim, harms, stake),
                f"{1 - kept[0]:.0%} is taken off the harms"
                + ("" if pd.isna(project) else f" of {project}")
                + f", and {1 - kept[1]:.0%} off the gains: {names_of(harms)}.",
                harms,
                why="What would have happened anyway, or is the work of others, is so of harms and "
                "gains alike unless there are grounds; taking more off harms flatters the total.",
                what_to_do="Take the same shares off both, or state the harms' own in the "
                "adjustments table with the reason.",
            ),
            "value_at_stake": stake,
        }


def _reduced_by_hand(claim: Claim) -> pd.DataFrame:
    """Counted rows with their present value before and after the three shares, in size.

    Left out: what is measured against people who took no part, or is net already in the proxy.
    """
    rows = claim.counted[~claim.counted["evidence"].isin(COUNTERFACTUAL)]
    net_already = (rows[[f"{field}_from" for field in SHARES]] == IN_PROXY).any(axis=1)
    rows = rows[~net_already.astype(bool)]
    # What one unit is worth in all the years it counts, before any share is taken off.
    of_one = claim.values.groupby("row_id")["unit_present"].sum()
    before = (rows["quantity"] * rows["row_id"].map(of_one).fillna(0.0)).abs()
    return rows.assign(before=before.astype(float), kept=rows["present_value"].abs())


def _severity(claim: Claim, harms: pd.DataFrame, stake: float) -> str:
    if claim.share(stake) < MATERIAL:
        return "low"
    on_records = (harms[[f"{field}_from" for field in SHARES]] == RECORD).any(axis=1)
    reasoned = harms.loc[~on_records, "before"].sum() > MOST * harms["before"].sum()
    return "medium" if reasoned else "high"
