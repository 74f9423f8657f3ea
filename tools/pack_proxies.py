"""Does datapackage.json describe its tables? Sizes, hashes, rows, fields and sources, written anew.

Run ``python tools/pack_proxies.py proxies/uk-public`` after a change of a table; with ``--check``
it only says whether the file is up to date. Name, title, version, licences and descriptions of
fields are kept as they stand: they are written by hand.
"""

import csv
import hashlib
import io
import json
import sys
from pathlib import Path

NUMBERS = {"integer": int, "number": float}


def package_of(folder: Path) -> dict:
    """What datapackage.json of a folder should say."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    package.setdefault("name", folder.resolve().name)
    package.setdefault("version", "1")
    known = {resource["path"]: resource for resource in package.get("resources", [])}
    # Tables already described keep their order; new ones follow.
    names = list(known) + sorted({p.name for p in folder.glob("*.csv")} - set(known))
    there = [name for name in names if (folder / name).is_file()]
    package["resources"] = [resource_of(folder / name, known.get(name, {})) for name in there]
    if (folder / "sources.csv").is_file():
        package["sources"] = sources_of(folder / "sources.csv")
    return package


def resource_of(path: Path, known: dict) -> dict:
    """One table: its bytes, hash, rows and fields, with what was said of it kept."""
    content = path.read_bytes()
    reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    rows, header = list(reader), list(reader.fieldnames or ())
    fields = {field["name"]: field for field in known.get("schema", {}).get("fields", [])}
    described = [fields.get(name, {"name": name, "type": kind(rows, name)}) for name in header]
    return {
        "name": path.stem.replace("_", "-"),
        "path": path.name,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **{key: value for key, value in known.items() if key != "schema"},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": len(rows),
        "schema": known.get("schema", {}) | {"fields": described},
    }


def kind(rows: list[dict], column: str) -> str:
    """Type of a new column: the narrowest that fits all its cells."""
    cells = [row[column] for row in rows if row[column]]
    for name, parse in NUMBERS.items():
        try:
            if [parse(cell) for cell in cells]:
                return name
        except ValueError:
            continue
    return "string"


def sources_of(path: Path) -> list[dict]:
    """Each source with its title, publisher, year and address."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {"title": f"{row['title']} ({row['publisher']}, {row['year']})", "path": row["url"]}
            for row in csv.DictReader(file)
        ]


def main(arguments: list[str]) -> int:
    """Write or check the packages of the folders named; 1 if one was out of date."""
    check = "--check" in arguments
    stale = []
    for folder in (Path(each) for each in arguments if each != "--check"):
        path = folder / "datapackage.json"
        text = json.dumps(package_of(folder), indent=2, ensure_ascii=False) + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if not check:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path}")
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
