"""What is measured? Seeded outcome records of any number, written by DuckDB without holding them.

Run ``python -m benchmarks.generate --records 1_000_000`` to write one set of files. Each column of
a record is a hash of its number and the seed, so any part can be made alone, in any order.
"""

import argparse
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.proxy_set import PROXIES, write_proxy_set
from socialvalue.schemas import EVIDENCE

FIRST_DAY, DAYS = "2021-04-01", 1461
"""Four financial years, 2021-22 to 2024-25."""
YEARS, GROUPS = 4, 10
SEED_STEP = 1_000_000_000_000
"""Further apart than the numbers of any records, so that no two seeds share a draw."""
MEMORY = "1GB"
"""Limit of DuckDB while it writes: 100 million records must be possible on a small machine."""


@dataclass(frozen=True)
class Recipe:
    """What one set of records is made of; the same recipe always makes the same records.

    Attributes
    ----------
    records : int
    cells : int
        Different combinations of project, group, proxy and year, about: what the records collapse
        into.
    seed : int
    unit : bool
        Whether each record states its unit.
    people : bool
        Whether records have a person (a fifth as many as records), a decile and a place.
    shares : bool
        Whether records state their own deadweight (100 values) and displacement (20 values).
    """

    records: int
    cells: int = 8_000
    seed: int = 1
    unit: bool = False
    people: bool = False
    shares: bool = False

    @property
    def name(self) -> str:
        """Name of its files: everything that they depend on."""
        options = [word for word in ("unit", "people", "shares") if getattr(self, word)]
        return "-".join([f"{self.records}", f"{self.cells}", f"seed{self.seed}", *options])


def default_folder() -> Path:
    """Where data is kept between runs: the user's cache, never the project."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "socialvalue-benchmarks"


def records_file(recipe: Recipe, folder: Path, form: str = "parquet") -> Path:
    """Path of the records, written first if they are not there yet.

    Parameters
    ----------
    recipe : Recipe
    folder : Path
    form : {"parquet", "csv"}

    Returns
    -------
    Path
    """
    path = folder / f"{recipe.name}.{form}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        # The CSV is written from the Parquet file: both hold the same rows in the same order.
        source = f"'{records_file(recipe, folder)}'" if form == "csv" else query_of(recipe)
        options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet"
        _copy(f"COPY (FROM {source}) TO '{{path}}' ({options})", path)
    return path


def _copy(statement: str, path: Path) -> None:
    """Write a file whole or not at all: an interrupted run must not leave half of the data."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        part = Path(scratch) / path.name
        with duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": scratch}) as base:
            base.execute(statement.format(path=part))
        part.replace(path)


def query_of(recipe: Recipe) -> str:
    """SQL that makes the records of a recipe, in order of their number."""
    groups = max(1, min(GROUPS, recipe.cells // (PROXIES * YEARS)))
    projects = max(1, recipe.cells // (PROXIES * YEARS * groups))
    evidence = ", ".join(f"'{code}'" for code in EVIDENCE)
    columns = [
        "'O-' || lpad(i::VARCHAR, 9, '0') AS outcome_id",
        f"'A-' || lpad({_draw(recipe, 1, 100_000)}::VARCHAR, 6, '0') AS activity_id",
        f"'Project ' || {_draw(recipe, 2, projects)} AS project",
        "'group_' || stakeholder AS stakeholder_group",
        "'Change number ' || proxy AS outcome",
        "'P-' || lpad(proxy::VARCHAR, 3, '0') AS proxy_id",
        # One group in fifty of a proxy is harmed: the same cells, some of them below nothing.
        f"(CASE WHEN hash(proxy * 16 + stakeholder) % 50 = 0 THEN -1 ELSE 1 END)"
        f" * (1 + {_draw(recipe, 5, 99)}) / 10.0::DOUBLE AS quantity",
        f"DATE '{FIRST_DAY}' + {_draw(recipe, 6, DAYS)}::INT AS date",
        f"([{evidence}])[1 + proxy % {len(EVIDENCE)}] AS evidence",
        *_optional(recipe),
    ]
    return (
        f"(SELECT {', '.join(columns)} FROM (SELECT range AS i, "
        f"{_draw(recipe, 3, groups, 'range')} AS stakeholder, "
        f"{_draw(recipe, 4, PROXIES, 'range')} AS proxy FROM range({recipe.records})))"
    )


def _optional(recipe: Recipe) -> list[str]:
    columns = ["'person' AS unit"] if recipe.unit else []
    if recipe.people:
        persons = max(1, recipe.records // 5)
        columns += [
            f"'U-' || lpad({_draw(recipe, 7, persons)}::VARCHAR, 9, '0') AS person_id",
            f"1 + {_draw(recipe, 8, 10)} AS imd_decile",
            f"'Place ' || {_draw(recipe, 9, 20)} AS place",
        ]
    if recipe.shares:
        columns += [
            f"{_draw(recipe, 10, 100)} / 100.0::DOUBLE AS deadweight",
            f"{_draw(recipe, 11, 20)} / 50.0::DOUBLE AS displacement",
        ]
    return columns


def _draw(recipe: Recipe, column: int, size: int, number: str = "i") -> str:
    """SQL for a number from 0 below ``size``, drawn for each record.

    One whole number is hashed: hashes of several numbers share their low bits.
    """
    key = f"{number}::BIGINT * 64 + {column + recipe.seed * SEED_STEP}"
    return f"(hash({key}) % {size})::INT"


def workbook_file(recipe: Recipe, folder: Path) -> Path:
    """Path of a workbook with one sheet of outcomes, written first if it is not there yet."""
    path = folder / f"{recipe.name}.xlsx"
    if not path.is_file():
        import duckdb

        rows = duckdb.sql(f"FROM '{records_file(recipe, folder)}'")
        part = path.with_suffix(".part")
        _write_sheet(part, rows.columns, rows.fetchall())
        part.replace(path)
    return path


def _write_sheet(path: Path, heading: list[str], rows: list[tuple[Any, ...]]) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("outcomes")
        for number, row in enumerate([heading, *rows]):
            sheet.write_row(number, 0, row)


def proxy_folder(folder: Path, seed: int = 1) -> Path:
    """Folder of the proxy set, written first if it is not there yet."""
    place = folder / f"proxies-seed{seed}"
    return place if (place / "sources.csv").is_file() else write_proxy_set(place, seed)


def main() -> None:
    """Write one set of records and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--cells", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=default_folder(), help="folder to write to")
    parser.add_argument("--form", choices=("parquet", "csv", "xlsx"), default="parquet")
    for option in ("unit", "people", "shares"):
        parser.add_argument(f"--{option}", action="store_true")
    asked = vars(parser.parse_args())
    folder, form = asked.pop("data"), asked.pop("form")
    recipe = Recipe(**asked)
    made = workbook_file(recipe, folder) if form == "xlsx" else None
    print(made or records_file(recipe, folder, form))
    print(proxy_folder(folder, recipe.seed))


if __name__ == "__main__":
    main()
