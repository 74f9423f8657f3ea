"""What would an assessor challenge because it is counted more often than it happened?"""

from collections.abc import Iterator

import pandas as pd

from socialvalue.counted_twice import volunteer_hours
from socialvalue.findings import MANY, Claim, by_stake, finding, first_three, names_of, size_of

_TOLERANCE = 1e-9


def recorded_twice(claim: Claim) -> Iterator[dict]:
    """Records of one person, outcome, proxy, day and quantity: one change, recorded twice."""
    found = claim.answers.repeats
    found = found[found["repeats"] > 0]
    for named in (True, False):
        part = found[found["named"].astype(bool) == named]
        if part.empty:
            continue
        rows = _rows_of(claim, part)
        stake = float(part["repeats_value"].abs().sum())
        names = names_of(rows)
        # Groups that look alike are often different groups: where nobody is named it is a question.
        message = f"Records of {names} repeat others: the same person, day and quantity."
        if not named:
            message = (
                f"Records of {names} that name nobody may repeat others: the same day, activity "
                "and quantity."
            )
        yield {
            "rule": "recorded_twice",
            "severity": by_stake(claim, stake) if named else "medium",
            "message": message,
            "value_at_stake": stake,
            "rows": len(rows),
            "why": "One change that is recorded twice is counted twice.",
            "what_to_do": "Take the repeats out. Where they are different changes, say in which "
            "way they differ (another day, another activity), or write one record of the whole.",
            "row_ids": rows["row_id"].tolist(),
        }


def more_than_one_person_can(claim: Claim) -> Iterator[dict]:
    """A value of one person for a year, claimed for one person more than once in a year."""
    found = claim.answers.repeats
    found = found[found["beyond"] > 0]
    if found.empty:
        return
    rows = _rows_of(claim, found)
    stake = float(found["beyond_value"].abs().sum())
    yield {
        "rule": "more_than_one_person_can",
        "severity": by_stake(claim, stake),
        "message": f"Some people add up to more than one person in a year in {names_of(rows)}, "
        "whose values are for a person and a year.",
        "value_at_stake": stake,
        "rows": len(rows),
        "why": "The value is for the whole year of a person; a second record adds nothing to it.",
        "what_to_do": "Record each person once a year, or the part of the year as the quantity: "
        "0.25 for a quarter.",
        "row_ids": rows["row_id"].tolist(),
    }


def _rows_of(claim: Claim, found: pd.DataFrame) -> pd.DataFrame:
    ids = set().union(*found["row_ids"])
    return claim.rows[claim.rows["row_id"].isin(ids)]


def volunteer_hour_paid_twice(claim: Claim) -> Iterator[dict]:
    """Hours of volunteers that two proxies value: at one activity, or in one project and year."""
    hours = volunteer_hours(claim.rows)
    twice = claim.answers.volunteer_hours
    sure = len(twice) > 0
    by_place = hours.groupby(["project", "year"], dropna=False)["proxy_id"].nunique()
    knows = not claim.tables["activities"].empty
    if not sure and (knows or not (by_place > 1).any()):
        return
    worth = hours.groupby("proxy_id")["present_value"].sum()
    stake = float(twice["value"].sum()) if sure else float(worth.sum() - worth.max())
    yield {
        "rule": "volunteer_hour_paid_twice",
        "severity": by_stake(claim, stake, "medium" if sure else "low"),
        "message": f"Hours of volunteers are valued by {first_three(hours['proxy_id'])}"
        + (" at the same activity." if sure else " in the same project and year."),
        "value_at_stake": stake,
        "rows": len(hours),
        "why": "An hour that is given has one value, whichever rate is chosen for it.",
        "what_to_do": "Keep one rate for each hour; two only where the hours are different ones.",
        "row_ids": hours["row_id"].tolist(),
    }


def more_people_than_there_are(claim: Claim) -> Iterator[dict]:
    """More people of a group than it has, or more of a project than ever took part in it."""
    stakeholders = claim.tables["stakeholders"]
    known = stakeholders.dropna(subset=["number"]).set_index("stakeholder_group")["number"]
    activities = claim.tables["activities"]
    attended = activities.groupby("project")["people"].agg(lambda n: n.sum(skipna=False))
    # Where a project is for several groups, some may be of people who took no part themselves.
    groups = claim.counted.groupby("project")["stakeholder_group"].nunique()
    attended = attended.dropna()
    attended = attended[attended.index.isin(groups.index[groups == 1])]
    limits = (
        ("stakeholder_group", known, "the stakeholders table says there are", "medium"),
        ("project", attended, "the people of all its activities together", "low"),
    )
    for key, limit, where, least in limits:
        behind = claim.people.get(key)
        if behind is None or limit.empty:
            continue
        counts = behind.dropna(subset=[key]).set_index(key)["people"].astype(float)
        over = counts[counts > counts.index.map(limit).astype(float) + _TOLERANCE]
        for name, people in over.items():
            rows = claim.counted[claim.counted[key] == name]
            # A number so small that publishing would hide it is not told.
            more = f"{people:,.0f} people are" if people >= MANY else "People are"
            yield finding(
                "more_people_than_there_are",
                by_stake(claim, size_of(rows) * (1 - float(limit[name]) / people), least),
                f"{more} counted for {name}: more than {where}.",
                rows,
                why="People who are counted more often than they exist are value that nobody had.",
                what_to_do="Record person_id, so that people are counted once; or correct the "
                "number, or the people of the records.",
            )


def shares_beyond_whole(claim: Claim) -> Iterator[dict]:
    """Partners whose shares of one activity, with what is claimed here, are more than all of it."""
    claims = claim.tables["partner_claims"]
    if claims.empty:
        return
    shares = claims.groupby("activity_id")["share"].sum()
    net = claim.rows.set_index("row_id")["attribution_to_others"]
    of_activity = claim.answers.claimed
    lines = of_activity.assign(
        partners=of_activity["activity_id"].map(shares),
        own=1.0 - of_activity["row_id"].map(net),
    )
    # What is claimed here is valued at the share kept; only what stands beyond the whole is wrong.
    lines["beyond"] = (lines["partners"] + lines["own"] - 1.0).clip(upper=lines["own"])
    gains = (lines["value"] > 0) & (lines["own"] > 0)
    over = lines[gains & (lines["beyond"] > _TOLERANCE)]
    alone = shares[shares > 1 + _TOLERANCE]
    if over.empty and alone.empty:
        return
    stake = float((over["value"] * over["beyond"] / over["own"]).sum())
    rows = claim.rows[claim.rows["row_id"].isin(over["row_id"])]
    many = len(set(over["activity_id"]) | set(alone.index))
    yield {
        "rule": "shares_beyond_whole",
        "severity": by_stake(claim, stake),
        "message": f"Partners' claims and what is claimed here come to more than the whole of "
        f"{many} {'activities' if many != 1 else 'activity'}.",
        "value_at_stake": stake,
        "rows": len(rows),
        "why": "Shares of one change cannot come to more than the change: somebody's is too high.",
        "what_to_do": "Agree the shares with the partners, and state attribution_to_others of at "
        "least what they claim.",
        "row_ids": rows["row_id"].tolist(),
    }
