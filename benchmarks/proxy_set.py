"""What are the made-up records worth? A seeded set of 200 proxies with three links each.

The figures mean nothing. Their kinds do: price years that need re-pricing by either deflator or by
real income, values that cover a year, a whole life or one use, both discount classes, published
ranges, and defaults for every reduction, so that valuing them takes every step of a real valuation.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PROXIES = 200
GOALS = tuple(str(goal) for goal in range(1, 18))
PRIORITIES = tuple("ABCDEF")
PRICE_YEARS = ("2018-19", "2019", "2020-21", "2021", "2022-23", "2024-25")
VALUE_TYPES = ("fiscal", "economic", "wellbeing", "environmental")
DURATIONS = {6: 1.0, 7: 2.0, 8: 3.0, 9: 2.5}
"""Years that an outcome lasts, by the last digit of its proxy; the other digits last one year."""


def proxy_id(number: int) -> str:
    """Identifier of the proxy of a number, as records name it."""
    return f"P-{number:03d}"


def write_proxy_set(folder: Path, seed: int = 1) -> Path:
    """Write proxies.csv, links.csv and sources.csv, as `socialvalue.load_proxies` reads them.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    seed : int

    Returns
    -------
    Path
        The folder.
    """
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    proxies = [_proxy(number, draw) for number in range(PROXIES)]
    links = [link for number in range(PROXIES) for link in _links(number, draw)]
    source = {"source_id": "made_up", "title": "Made up for benchmarks", "publisher": "nobody"}
    _write(folder / "proxies.csv", proxies)
    _write(folder / "links.csv", links)
    _write(folder / "sources.csv", [source])
    return folder


def _proxy(number: int, draw: random.Random) -> dict[str, Any]:
    value = round(draw.uniform(5, 5_000), 2)
    kind = number % 10
    wellbeing = kind == 9
    return {
        "proxy_id": proxy_id(number),
        "theme": f"theme {number % 12}",
        "name": f"Made-up value {number}",
        "unit": "person",
        "unit_value": value,
        "low": "" if kind == 3 else round(value * 0.7, 2),
        "high": "" if kind == 3 else round(value * 1.4, 2),
        "currency": "GBP",
        "price_year": "2019" if wellbeing else PRICE_YEARS[draw.randrange(len(PRICE_YEARS))],
        "value_type": "wellbeing" if wellbeing else VALUE_TYPES[number % len(VALUE_TYPES)],
        "value_covers": "once" if kind < 4 else "duration" if kind < 6 else "year",
        "discount_class": "health" if wellbeing else "standard",
        "uprating": "income" if wellbeing else "none" if kind == 0 else "deflator",
        "income_elasticity": 1.3 if wellbeing else "",
        "deadweight": round(draw.uniform(0, 0.4), 2),
        "displacement": round(draw.uniform(0, 0.2), 2),
        "attribution_to_others": round(draw.uniform(0, 0.5), 2),
        "drop_off": round(draw.uniform(0.1, 0.35), 2) if kind > 6 else "",
        "duration_years": DURATIONS.get(kind, ""),
        "defaults_source": "made up",
        "source_id": "made_up",
    }


def _links(number: int, draw: random.Random) -> Iterator[dict[str, Any]]:
    """Two goals and one priority; some leave a part unallocated, as real sets do."""
    first, second = draw.sample(GOALS, 2)
    shares = ((first, 0.6), (second, 0.4 if number % 3 else 0.25))
    for goal, share in shares:
        yield _link(number, "sdg", goal, share)
    yield _link(number, "marmot", draw.choice(PRIORITIES), 1.0 if number % 4 else 0.75)


def _link(number: int, framework: str, category: str, share: float) -> dict[str, Any]:
    return {
        "proxy_id": proxy_id(number),
        "framework": framework,
        "category": category,
        "share": share,
        "rationale": "made up",
    }


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
