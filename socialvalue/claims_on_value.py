"""What would an assessor challenge in the values and what was taken off them?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.adjustments import NOWHERE
from socialvalue.findings import UNSTATED, Claim, count_of, finding, names_of
from socialvalue.impact_map import SHARES


def adjustment_stated_nowhere(claim: Claim) -> Iterator[dict]:
    """A reduction that neither records, adjustments nor proxies state, so nothing was taken off."""
    counted = claim.rows[claim.rows["counted"]]
    for field in (*SHARES, "drop_off", "duration_years"):
        rows = counted[counted[f"{field}_from"] == NOWHERE]
        if field == "drop_off":
            rows = rows[(rows["duration_years"] > 1) & (rows["value_covers"] == "year")]
        if rows.empty:
            continue
        if field == "duration_years":
            yield _duration_unstated(rows)
            continue
        words = field.replace("_", " ").capitalize()
        yield finding(
            UNSTATED,
            "high",
            f"{words} is stated nowhere for {names_of(rows)}: nothing was taken off.",
            rows,
            why="Leaving a reduction out claims all of a change that would partly have happened "
            "anyway or was partly caused by others.",
            what_to_do=f"State {field} on the records or, with a reason, in the adjustments table; "
            "write 0 where you have grounds for 0.",
        )


def _duration_unstated(rows: pd.DataFrame) -> dict:
    return finding(
        UNSTATED,
        "medium",
        f"How long they last is stated nowhere for {names_of(rows)}: one year was counted.",
        rows,
        why="A change that fades sooner is worth less, and one that lasts is worth more.",
        what_to_do="State duration_years on the records or, with a reason, in the adjustments "
        "table; write 1 where a year is right.",
    )


def no_published_range(claim: Claim) -> Iterator[dict]:
    """Value without a range of its proxy or its quantity, so that it stands fixed in the range."""
    counted = claim.rows[claim.rows["counted"]]
    fixed = counted[counted["share_with_range"] < 1]
    # Of a row whose records state a range in part, the rest stands fixed.
    stake = float((fixed["present_value"].abs() * (1 - fixed["share_with_range"])).sum())
    if stake > 0:
        told = finding(
            "no_published_range",
            "medium" if claim.range.missing else "low",
            f"{claim.range.share_without_range:.0%} of the value has no published range and stands "
            "fixed in the range of the total.",
            fixed,
            why="The true range is wider than the one printed.",
            what_to_do="Say so beside the range, or use a proxy set that states low and high.",
        )
        yield {**told, "value_at_stake": stake}


def drop_off_not_taken(claim: Claim) -> Iterator[dict]:
    """Drop-off that records state and that cannot be taken, because of what the value covers."""
    counted = claim.rows[claim.rows["counted"]]
    rows = counted[counted["drop_off_ignored"].astype(bool)]
    if len(rows):
        yield finding(
            "drop_off_not_taken",
            "low",
            f"Records state a drop-off for {names_of(rows)}, whose values cover one use or the "
            "whole duration: none was taken.",
            rows,
            why="Such a value counts once, so there is no later year to take drop-off in.",
            what_to_do="Leave drop_off blank there, or use a proxy whose value is for a year.",
        )


def not_priced(claim: Claim) -> Iterator[dict]:
    """Outcomes kept whole: counted and told, not priced."""
    rows = claim.rows[claim.rows["proxy_id"].isna()]
    if len(rows):
        yield finding(
            "not_priced",
            "low",
            f"{count_of(rows['outcome'].fillna('(unnamed)').nunique(), 'outcome')} counted and not "
            "priced.",
            rows.iloc[0:0],
            why="The total leaves them out; they are no less real.",
            what_to_do="Report them beside the money.",
        )


def outside_perspective(claim: Claim) -> Iterator[dict]:
    """Priced outcomes that the perspective leaves out."""
    priced = claim.rows[claim.rows["proxy_id"].notna()]
    for reason, rows in priced[~priced["counted"]].groupby("not_counted_because"):
        yield finding(
            "outside_perspective",
            "low",
            f"{names_of(rows)} left out of the {claim.assumptions.perspective} view: {reason}.",
            rows,
            why="Money that only changes hands is no gain to the public as a whole.",
            what_to_do="Nothing, if the perspective is the one your reader needs.",
        )


def source_missing(claim: Claim) -> Iterator[dict]:
    """Value that rests on a proxy whose set does not say who published it."""
    counted = claim.rows[claim.rows["counted"] & claim.rows["proxy_id"].notna()]
    rows = counted[~counted["source_id"].isin(claim.sources)]
    if len(rows):
        yield finding(
            "source_missing",
            "high",
            "Some values name no source: "
            f"{', '.join(sorted(rows['proxy_id'].astype(str).unique())[:5])}.",
            rows,
            why="A value that nobody is known to have published cannot be audited.",
            what_to_do="Give each proxy a source_id, and each source a row in sources.csv.",
        )


def superseded_proxy(claim: Claim) -> Iterator[dict]:
    """Value that rests on a proxy its publisher has replaced."""
    counted = claim.rows[claim.rows["counted"]]
    rows = counted[counted["superseded_by"].notna()]
    if len(rows):
        yield finding(
            "superseded_proxy",
            "medium",
            f"Superseded proxies are in use ({rows['proxy_id'].nunique()}): "
            f"{', '.join(sorted(rows['proxy_id'].unique())[:5])}.",
            rows,
            why="A newer figure exists and may differ.",
            what_to_do="Use the newer figure, or say why the older one is right here.",
        )


def forecast_prices(claim: Claim) -> Iterator[dict]:
    """Value re-priced with a deflator that is a forecast, or with real income held."""
    counted = claim.rows[claim.rows["counted"]]
    guessed = counted[counted["forecast_prices"].astype(bool)]
    if len(guessed):
        yield finding(
            "forecast_prices",
            "low",
            "Some values are re-priced with a forecast deflator.",
            guessed,
            why="The figure will move when the outturn is published.",
            what_to_do="Choose a price year with an outturn, or update when it is out.",
        )
    held = counted[counted["income_held"].astype(bool)]
    if len(held):
        yield finding(
            "real_income_held",
            "low",
            "Growth in real income per head after the last year of data is taken as zero.",
            held,
            why="Wellbeing and health values grow with real income.",
            what_to_do="Say so, or use a newer release of the series.",
        )
