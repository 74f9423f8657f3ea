"""What is written down beside the outcomes? Attendance, money, grants and stories."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from people import Row, full
from plan import FUNDERS, PROJECTS, STORY_WORDS, SYNTHETIC


def make_participation(rng: Random, records: list[Row]) -> Iterator[Row]:
    """Each person was at the activity their outcome or survey was written under."""
    seen = set()
    for row in records:
        key = (row.get("person_id"), row["activity_id"])
        if key[0] and key not in seen:
            seen.add(key)
            yield {
                "person_id": key[0],
                "activity_id": key[1],
                "date": row["date"],
                "hours": rng.choice([1, 1.5, 2, 2.5, 3]),
            }


def make_inputs(activities: list[Row]) -> list[Row]:
    """Cash by grant, goods in kind, and the volunteer hours that the activities state."""
    inputs: list[Row] = []

    def put(**row: object) -> None:
        inputs.append({"input_id": f"SYN-I{len(inputs) + 1:03d}", **row})

    for grant_id, funder, project, yearly in FUNDERS:
        shared = {"payer": f"{funder} {SYNTHETIC}", "project": full(project), "grant_id": grant_id}
        for start in (2024, 2025):
            for day in (date(start, 4, 15), date(start, 10, 15)):
                put(amount=yearly / 2, date=day, input_type="cash", **shared)
    for project, plan in PROJECTS.items():
        for start in (2024, 2025):
            day = date(start, 9, 30)
            amount = {"amount": plan["in_kind"], "input_type": "in_kind"}
            put(**amount, date=day, payer=f"Partners {SYNTHETIC}", project=full(project))
            year = [row for row in activities if row["project"] == full(project)]
            hours = sum(row["volunteer_hours"] for row in year if _year_of(row) == start)
            time = {"hours": hours, "rate": 12, "input_type": "volunteer_time"}
            put(**time, date=day, payer=f"Volunteers {SYNTHETIC}", project=full(project))
    return inputs


def _year_of(activity: Row) -> int:
    start = activity["start_date"]
    return start.year - (start.month < 4)


def make_grants(activities: list[Row]) -> Iterator[Row]:
    """Which grant each activity was paid from, in proportion to the project's grants."""
    for activity in activities:
        grants = [
            (g, money) for g, _, project, money in FUNDERS if activity["project"] == full(project)
        ]
        whole = sum(money for _, money in grants)
        for grant_id, money in grants:
            share = round(money / whole, 4)
            yield {"activity_id": activity["activity_id"], "grant_id": grant_id, "share": share}


def make_stories(rng: Random, outcomes: list[Row]) -> Iterator[Row]:
    """Short invented stories in every state of consent."""
    consents = ["public", "internal", "none", "public", "public", "internal"]
    number = 0
    for project, texts in STORY_WORDS.items():
        told = [row for row in outcomes if row["project"] == full(project) and row.get("person_id")]
        for text in texts:
            row, consent = rng.choice(told), consents[number % len(consents)]
            number += 1
            withdrawn = row["date"] + timedelta(days=40) if number in (4, 13) else ""
            yield {
                "story_id": f"SYN-S{number:02d}",
                "activity_id": row["activity_id"],
                "text": f"{SYNTHETIC} {text}",
                "consent": consent,
                "withdrawn_on": withdrawn,
                "outcome_id": row["outcome_id"],
            }
