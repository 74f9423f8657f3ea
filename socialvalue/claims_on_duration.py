"""What would an assessor challenge in how long value was counted: did anybody look that late?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.claims_on_reductions import COUNTERFACTUAL
from socialvalue.findings import MOST, Claim, finding, names_of
from socialvalue.later_answers import LONG_YEARS
from socialvalue.records_behind import FEW_ANSWERS

FOLLOWED = 0.5
"""Share of the people behind a row who make a follow-up: half of them (or 30, from which a mean can
be told). A choice: one who was found again does not speak for forty. [share]"""


def long_duration(claim: Claim) -> Iterator[dict]:
    """Value counted beyond three years of an outcome and of the last follow-up that counts."""
    later = _unseen(claim)
    rows = claim.counted[claim.counted["row_id"].isin(later["row_id"])]
    if rows.empty:
        return
    stake = float(later["present_value"].abs().sum())
    yield {
        **finding(
            "long_duration",
            "high" if claim.share(stake) > MOST else "medium",
            f"{names_of(rows)}: value is counted for up to {rows['duration_years'].max():g} years, "
            "and no follow-up reaches the last of them.",
            rows,
            why="What people say at the end of a programme tells little of the fourth year after.",
            what_to_do="Ask again later (wave follow_up in surveys; half of the people, or "
            f"{FEW_ANSWERS}), count fewer years, or state a drop-off that a published follow-up "
            "supports.",
        ),
        "value_at_stake": stake,
    }


def _unseen(claim: Claim) -> pd.DataFrame:
    """Value by year that nobody has seen: later than the third year, and than a follow-up holds."""
    rows = claim.counted[~claim.counted["evidence"].isin(COUNTERFACTUAL)]
    lines = claim.values[claim.values["k"] >= LONG_YEARS]
    lines = lines[lines["row_id"].isin(rows["row_id"])]
    year = lines["t"] + int(str(claim.assumptions.base_year)[:4])
    asked = lines["row_id"].map(_last_asked(claim))
    beyond = asked.isna() | (year >= asked + LONG_YEARS)
    # A register has seen the years that are past, and none to come.
    registered = rows.loc[rows["evidence"] == "admin_record", "row_id"]
    past = year <= _year_of(claim, pd.Timestamp(claim.day))
    return lines[beyond & ~(lines["row_id"].isin(registered) & past)]


def _last_asked(claim: Claim) -> pd.Series:
    """Year of the last follow-up of each row that enough people answered, by row_id."""
    found = claim.answers.followed
    days = pd.Timestamp(1970, 1, 1) + pd.to_timedelta(found["day"], unit="D")
    found = found.assign(year=[_year_of(claim, day) for day in days])
    # A score of a day to come has been given by nobody.
    found = found[(days <= pd.Timestamp(claim.day)).to_numpy(bool)]
    found = found.sort_values("day", ascending=False)
    people = found.groupby("row_id")["people"].cumsum()
    enough = found[(people >= FEW_ANSWERS) | (people >= FOLLOWED * found["behind"])]
    return enough.groupby("row_id")["year"].max().astype(float)


def _year_of(claim: Claim, day: pd.Timestamp) -> int:
    return int(day.year - (day.month < claim.assumptions.year_start_month))
