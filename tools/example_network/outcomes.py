"""What changed for the people of the example network? Their outcome records and surveys."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from people import FIRST_DAY, LAST_DAY, Row, full
from plan import PROJECTS

OUTCOME_RECORDS = 1500
SHARES = ("deadweight", "displacement", "attribution_to_others")
QUARTER_ENDS = [
    date(year, month, day)
    for year in (2024, 2025, 2026)
    for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
    if FIRST_DAY < date(year, month, day) <= LAST_DAY
]


class Log:
    """Outcome records as they are written down, each beside an activity of its project."""

    def __init__(self, rng: Random, activities: list[Row]) -> None:
        self.rng, self.activities, self.rows = rng, activities, []

    def add(self, project: str, outcome: str, day: date, quantity: float, **more: object) -> None:
        """Write one record down under the project's latest activity to have begun."""
        plan = PROJECTS[project]["outcomes"][outcome]
        begun = [
            row for row in self.activities if row["project"] == full(project) and _begun(row, day)
        ]
        activity = begun[-1 - self.rng.randrange(min(2, len(begun)))]
        self.rows.append(
            {
                "outcome_id": "",
                "activity_id": activity["activity_id"],
                "project": full(project),
                "outcome": outcome,
                "quantity": round(quantity, 3),
                "date": day,
                "nation": "England",
                **plan,
                **more,
            }
        )


def _begun(activity: Row, day: date) -> bool:
    return activity["start_date"] <= day


def some_day(rng: Random, quarter_end: date) -> date:
    """A day in the last eight weeks of a quarter."""
    return quarter_end - timedelta(days=rng.randint(0, 55))


def _about(person: Row) -> Row:
    kept = {key: person[key] for key in ("person_id", "age_band", "gender", "imd_decile")}
    return {**kept, "imd_edition": "IoD2025"}


def members(people: list[Row], project: str, role: str = "participants") -> list[Row]:
    """People of one role in one project."""
    return [row for row in people if (row["project"], row["role"]) == (project, role)]


def measured_wellbeing(log: Log, people: list[Row], surveys: list[Row]) -> None:
    """Life satisfaction before and after: each quarter attended is a quarter of the change."""
    rng = log.rng
    groups = [
        ("Community garden", "participants", "Higher life satisfaction"),
        ("Peer support", "participants", "Higher life satisfaction"),
        ("Peer support", "carers", "Carers: higher life satisfaction"),
    ]
    for project, role, outcome in groups:
        for person in members(people, project, role):
            first = rng.randint(0, 4)
            quarters = QUARTER_ENDS[first : first + rng.randint(3, 5)]
            before = rng.randint(3, 7)
            change = rng.choices([-1, 0, 1, 2], [10, 40, 34, 16])[0]
            answered = rng.random() > 0.12
            after = before + change if answered else None
            instrument = "ons4_life_satisfaction"
            _survey(log, surveys, person, instrument, (before, after), (quarters[0], quarters[-1]))
            for quarter in quarters if answered else []:
                log.add(project, outcome, some_day(rng, quarter), change / 4, **_about(person))


def _survey(
    log: Log,
    surveys: list[Row],
    person: Row,
    instrument: str,
    scores: tuple[int | None, int | None],
    quarters: tuple[date, date],
) -> None:
    for wave, score, quarter in zip(("before", "after"), scores, quarters, strict=True):
        day = quarter - timedelta(days=85 if wave == "before" else 3)
        activities = [row for row in log.activities if row["project"] == full(person["project"])]
        held = [row for row in activities if _begun(row, day)] or activities
        surveys.append(
            {
                "person_id": person["person_id"],
                "activity_id": held[-1 if _begun(held[0], day) else 0]["activity_id"],
                "instrument": instrument,
                "wave": wave,
                "date": day,
                "score": "" if score is None else score,
            }
        )


def ended_loneliness(log: Log, people: list[Row], surveys: list[Row]) -> None:
    """Befriending: everyone is asked twice; the few no longer chronically lonely are counted."""
    rng = log.rng
    for turn, person in enumerate(members(people, "Befriending")):
        quarters = (QUARTER_ENDS[turn % 4], QUARTER_ENDS[turn % 4 + 3])
        ended = turn % 5 == 0
        scores = (9, rng.randint(3, 5)) if ended else (rng.randint(6, 8), rng.randint(5, 8))
        _survey(log, surveys, person, "ucla3_loneliness", scores, quarters)
        if ended:
            day = some_day(rng, quarters[1])
            log.add("Befriending", "Chronic loneliness ended", day, 1, **_about(person))


def harms(log: Log, people: list[Row]) -> None:
    """What went wrong: negative quantities, some on very few people."""
    rng = log.rng
    plans = [
        ("Befriending", "Upset when a match ended early", [8, 3], (-0.08, -0.02)),
        ("Community garden", "Injury treated at A&E", [3, 0], (-1, -1)),
        ("Job club", "Job ended within three months", [6, 2], (-0.06, -0.03)),
        ("Digital inclusion", "Money lost to an online scam", [0, 2], (-1, -1)),
    ]
    for project, outcome, counts, (low, high) in plans:
        for year, count in enumerate(counts):
            for person in rng.sample(members(people, project), count):
                day = some_day(rng, QUARTER_ENDS[4 * year + rng.randint(0, 3)])
                log.add(project, outcome, day, rng.uniform(low, high), **_about(person))
    for quarter in QUARTER_ENDS * 2:
        amount, whole = -rng.uniform(0.01, 0.04), dict.fromkeys(SHARES, 0)
        day = some_day(rng, quarter)
        log.add("Community garden", "Emissions of van trips", day, amount, **whole)


def counted(log: Log, people: list[Row], role: str, plan: tuple, size: Callable) -> None:
    """A fixed number of records of one outcome, over the people of a role and all quarters."""
    project, outcome, count = plan
    everyone = members(people, project, role)
    for turn in range(count):
        person = everyone[(turn * 13 + turn // len(everyone)) % len(everyone)]
        day = some_day(log.rng, QUARTER_ENDS[turn % len(QUARTER_ENDS)])
        log.add(project, outcome, day, size(log.rng), **_about(person))


def jobs(log: Log, people: list[Row]) -> None:
    """Quarters in work; each person said how likely the job was without the club."""
    rng = log.rng
    for turn, person in enumerate(rng.sample(members(people, "Job club"), 24)):
        own = {"deadweight": rng.choice([0.5, 0.55, 0.6, 0.65, 0.7, 0.75])}
        start = turn % 6
        for quarter in QUARTER_ENDS[start : start + rng.randint(2, 3)]:
            log.add("Job club", "Job held", some_day(rng, quarter), 0.25, **own, **_about(person))


def of_everyone(log: Log) -> None:
    """What happens to nobody in particular: compost and shared meals."""
    rng = log.rng
    for turn in range(24):
        day = some_day(rng, QUARTER_ENDS[turn % 8])
        log.add("Community garden", "Food waste composted", day, rng.uniform(0.02, 0.09))
    for turn in range(60):
        day = some_day(rng, QUARTER_ENDS[turn % 8])
        first = {"people": rng.randint(1, 6), "note": "People: those who came for the first time"}
        meals = rng.randint(10, 40)
        log.add("Community garden", "Meals shared from the garden", day, meals, **first)


def make_outcomes(rng: Random, people: list[Row], activities: list[Row]) -> tuple[list, list]:
    """All outcome records, and the surveys behind the measured ones."""
    log, surveys = Log(rng, activities), []
    measured_wellbeing(log, people, surveys)
    ended_loneliness(log, people, surveys)
    harms(log, people)
    jobs(log, people)
    of_everyone(log)
    for role, *plan, size in (
        ("participants", "Befriending", "Feels less lonely at the check-in", 200, _one),
        ("volunteers", "Befriending", "Volunteers' own wellbeing", 36, _part_of_a_year),
        ("participants", "Job club", "More confident about finding work", 120, _one),
        ("participants", "Job club", "Started an English or maths course", 25, _one),
        ("participants", "Digital inclusion", "Does everyday tasks online alone", 100, _one),
        ("participants", "Peer support", "A&E attendance avoided", 20, _one),
        ("participants", "Peer support", "Talking therapy contact not needed", 30, _few),
        ("participants", "Peer support", "Felt able to talk about it", 100, _one),
    ):
        counted(log, people, role, tuple(plan), size)
    rest = OUTCOME_RECORDS - len(log.rows)
    plan = ("Digital inclusion", "Time saved by going online", rest)
    counted(log, people, "participants", plan, lambda rng: rng.randrange(2, 13) / 2)
    rows = sorted(log.rows, key=lambda row: (row["date"], row["project"], row["outcome"]))
    for number, row in enumerate(rows, start=1):
        row["outcome_id"] = f"SYN-O{number:04d}"
    return rows, surveys


def _one(rng: Random) -> float:
    return 1


def _few(rng: Random) -> float:
    return rng.randint(1, 3)


def _part_of_a_year(rng: Random) -> float:
    return rng.choice([0.5, 0.75, 1])
