"""Who is in the example network, and what do they do? Invented people and activities."""

from datetime import date, timedelta
from random import Random

from plan import ACTIVITY_WORDS, PLACES, PROJECTS, SYNTHETIC

Row = dict[str, object]

FIRST_DAY, LAST_DAY = date(2024, 4, 1), date(2026, 3, 31)


def full(project: str) -> str:
    """Name of a project as it stands in the tables."""
    return f"{project} {SYNTHETIC}"


def make_people(rng: Random) -> list[Row]:
    """Three hundred invented people, each at home in one project and in one role."""
    roles = [
        (project, role)
        for project, plan in PROJECTS.items()
        for role, count in plan["people"].items()
        for _ in range(count)
    ]
    people = []
    for number, (project, role) in enumerate(roles, start=1):
        place = rng.choice(list(PLACES))
        low, high = PLACES[place]
        ages = PROJECTS[project]["ages"] if role == "participants" else ["45-64", "65 and over"]
        people.append(
            {
                "person_id": f"SYN-P{number:03d}",
                "project": project,
                "role": role,
                "age_band": rng.choice(ages),
                "gender": rng.choices(["female", "male", "non-binary"], [58, 40, 2])[0],
                "imd_decile": rng.randint(low, high),
            }
        )
    return people


def make_activities(rng: Random) -> list[Row]:
    """Thirty activities a project, spread over the two years."""
    activities = []
    for project, plan in PROJECTS.items():
        for turn in range(30):
            start = FIRST_DAY + timedelta(days=turn * 23 + rng.randint(0, 6))
            end = min(start + timedelta(days=rng.randint(14, 70)), LAST_DAY)
            kind = plan["types"][turn % len(plan["types"])]
            activities.append(
                {
                    "activity_id": f"SYN-A{len(activities) + 1:03d}",
                    "title": f"{ACTIVITY_WORDS[kind]} {turn + 1}: {plan['what']}",
                    "activity_type": kind,
                    "start_date": start,
                    "end_date": end,
                    "organisation": f"Exampleton Voluntary Action {SYNTHETIC}",
                    "partners": rng.choice(plan["partners"]),
                    "project": full(project),
                    "place": rng.choice(list(PLACES)),
                    "people": rng.randint(8, 24),
                    "hours": rng.randint(6, 40),
                    "volunteer_hours": rng.randint(*plan["volunteer_hours"]),
                    "cost": rng.randrange(150, 900, 10),
                }
            )
    return activities
