"""How was the example network made? By this script, from one seed: nobody in it exists.

Run ``python tools/example_network`` to write the tables of records again, the same to the letter.
The tables of choices (adjustments, links, stakeholders, targets, importance) are written by hand.
It uses Python's own generator, whose numbers do not change from one release to the next.
"""

import csv
import sys
from pathlib import Path
from random import Random

from outcomes import make_outcomes
from paperwork import make_grants, make_inputs, make_participation, make_stories
from people import Row, make_activities, make_people

SEED = 20240401
FOLDER = Path(__file__).parents[2] / "socialvalue" / "example_data" / "network"


def make_tables() -> dict[str, list[Row]]:
    """Every table with records in it; what is judged and not recorded is written by hand."""
    rng = Random(SEED)
    people, activities = make_people(rng), make_activities(rng)
    outcomes, surveys = make_outcomes(rng, people, activities)
    claimed = [row for row in activities if row["partners"]][::9]
    return {
        "activities": activities,
        "outcomes": outcomes,
        "inputs": make_inputs(activities),
        "participation": list(make_participation(rng, [*outcomes, *surveys])),
        "activity_grants": list(make_grants(activities)),
        "partner_claims": [
            {"activity_id": r["activity_id"], "partner": r["partners"], "share": 0.3}
            for r in claimed
        ],
        "surveys": surveys,
        "stories": list(make_stories(rng, outcomes)),
    }


def main() -> None:
    """Write each table as a CSV file, in the folder named or beside the package."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_tables().items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
