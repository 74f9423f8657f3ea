"""What is one unit of an outcome worth, and who says so? Load, check and pick a proxy set."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.errors import InputError
from socialvalue.frameworks import load_framework, read_framework, shipped_frameworks
from socialvalue.parse import parse_table
from socialvalue.proxy_checks import problems_across
from socialvalue.proxy_schemas import TABLES
from socialvalue.read import read_csv_as_text
from socialvalue.records import Origin
from socialvalue.shipped import data_root
from socialvalue.table_checks import of_one_table

DEFAULTS = (
    "deadweight",
    "displacement",
    "attribution_to_others",
    "drop_off",
    "duration_years",
)
_NOT_SETS = ("prices", "frameworks")


@dataclass(frozen=True)
class ProxySet:
    """A set of proxies with its links to goals and its sources.

    Attributes
    ----------
    name, version : str
    proxies : DataFrame
        One row for each proxy and period of validity.
    links : DataFrame
        proxy_id, framework, category, share, rationale.
    sources : DataFrame
        source_id, title, publisher, year, url, licence.
    sha256 : str
        Hash of the three tables, for provenance.
    frameworks : dict of DataFrame
        Frameworks of the set's own, by name.
    as_read : str
        Hash of the frames as they were read, by which a later change of theirs is seen.
    """

    name: str
    version: str
    proxies: pd.DataFrame
    links: pd.DataFrame
    sources: pd.DataFrame
    sha256: str
    frameworks: dict[str, pd.DataFrame] = field(default_factory=dict)
    as_read: str = ""

    @property
    def identity(self) -> dict[str, str]:
        """Name, version and hash for provenance; of changed frames, that they were changed."""
        now = _hash_of_frames(self.proxies, self.links, self.sources)
        if self.as_read in ("", now):
            return {"name": self.name, "version": self.version, "sha256": self.sha256}
        changed = f"{self.version}, changed after it was read".removeprefix(", ")
        return {"name": self.name, "version": changed, "sha256": now}

    @property
    def units(self) -> pd.Series:
        """Unit of each proxy, by proxy_id."""
        return self.proxies.drop_duplicates("proxy_id").set_index("proxy_id")["unit"]

    def __repr__(self) -> str:
        count = self.proxies["proxy_id"].nunique()
        version = f", version {self.version}" if self.version else ""
        return f"ProxySet({self.name!r}{version}, {count} {'proxy' if count == 1 else 'proxies'})"

    def describe(self, proxy_id: str) -> list[str]:
        """Everything the set says of one proxy, a line each: figures, source, links.

        Raises
        ------
        InputError
            If the proxy is not in the set.
        """
        rows = self.proxies[self.proxies["proxy_id"] == proxy_id]
        if rows.empty:
            raise InputError(no_such_proxy(self, proxy_id))
        sourced = rows.merge(
            self.sources.add_prefix("source_"),
            how="left",
            left_on="source_id",
            right_on="source_source_id",
        )
        lines = []
        for row in sourced.drop(columns="source_source_id").to_dict("records"):
            lines += [f"{key}: {_shown(value)}" for key, value in row.items() if pd.notna(value)]
        for link in self.links[self.links["proxy_id"] == proxy_id].itertuples():
            lines.append(f"{link.framework} {link.category}: {link.share:g} ({link.rationale})")
        return lines


def shipped_sets() -> tuple[str, ...]:
    """Names of the proxy sets that come with the library."""
    folders = [path for path in data_root().iterdir() if (path / "proxies.csv").is_file()]
    return tuple(sorted(path.name for path in folders if path.name not in _NOT_SETS))


def load_proxies(name_or_path: str | Path = "uk-public") -> ProxySet:
    """Load a proxy set by the name of a shipped one, or from a folder of the same shape.

    Parameters
    ----------
    name_or_path : str or Path
        ``"uk-public"``, ``"gmca-ucd-1.4"``, or a folder with proxies.csv and, if there are any,
        links.csv, sources.csv and datapackage.json.

    Returns
    -------
    ProxySet

    Raises
    ------
    InputError
        If there is no such set, or a row of it breaks a rule; every problem is listed.

    Examples
    --------
    >>> load_proxies("uk-public").proxies.query("proxy_id == 'wb_wellby'")["unit_value"].tolist()
    [13000.0]
    """
    found = _read_set(*_folder_of(name_or_path))
    # Copies, because frames that several callers share are frames that any of them can change.
    return replace(
        found,
        proxies=found.proxies.copy(),
        links=found.links.copy(),
        sources=found.sources.copy(),
        frameworks={name: frame.copy() for name, frame in found.frameworks.items()},
    )


def _folder_of(name_or_path: str | Path) -> tuple[Path, str]:
    """Folder of a set, and a hash of all that is read from it."""
    folder = Path(name_or_path)
    here = (folder / "proxies.csv").is_file()
    if str(name_or_path) in shipped_sets():
        shipped = data_root() / str(name_or_path)
        mine = here and folder.resolve() != shipped.resolve()
        if mine and not isinstance(name_or_path, Path):
            raise InputError(
                f"{str(name_or_path)!r} is a shipped proxy set and a folder of yours. Write "
                f"'./{name_or_path}' for the folder, or give it another name."
            )
        folder = folder if mine else shipped
    elif not here:
        raise InputError(_no_such_set(str(name_or_path)))
    return folder.resolve(), _content(folder)


def _no_such_set(name: str) -> str:
    near = get_close_matches(name, shipped_sets(), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    if Path(name).is_file():
        hint = f" A set is a folder: did you mean {str(Path(name).parent)!r}?"
    return (
        f"There is no proxy set called {name!r}, and no folder of that name with a "
        f"proxies.csv in it.{hint} Shipped: {', '.join(shipped_sets())}."
    )


def _content(folder: Path) -> str:
    """Hash of every file that is read, so that a set that was changed is read again."""
    names = [f"{name}.csv" for name in TABLES] + ["datapackage.json"]
    names += [f"frameworks/{path.name}" for path in sorted((folder / "frameworks").glob("*.csv"))]
    digest = hashlib.sha256()
    for name in names:
        digest.update(f"{name}:{_hash([folder / name])};".encode())
    return digest.hexdigest()


@lru_cache(maxsize=16)
def _read_set(folder: Path, content: str) -> ProxySet:
    del content
    tables, problems = _read_tables(folder)
    own = {}
    for path in sorted((folder / "frameworks").glob("*.csv")):
        own[path.stem], found = read_framework(path)
        problems.append(found)
    frameworks = {name: load_framework(name) for name in shipped_frameworks()} | own
    categories = {name: each["category"].tolist() for name, each in frameworks.items()}
    problems = [each for each in [*problems, problems_across(tables, categories)] if len(each)]
    if problems:
        raise InputError(
            f"The proxy set in {folder} cannot be used.", pd.concat(problems, ignore_index=True)
        )
    name, version = _named(folder)
    return ProxySet(
        name=name,
        version=version,
        proxies=tables["proxies"],
        links=tables["links"],
        sources=tables["sources"],
        sha256=_hash([folder / name for name in ("proxies.csv", "links.csv", "sources.csv")]),
        frameworks=own,
        as_read=_hash_of_frames(tables["proxies"], tables["links"], tables["sources"]),
    )


def _shown(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _hash_of_frames(*frames: pd.DataFrame) -> str:
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(frame.to_csv(index=False).encode("utf-8"))
    return digest.hexdigest()


def _named(folder: Path) -> tuple[str, str]:
    """Name and version of a set; a changed copy does not go by the name of what it was copied from.

    The hashes in datapackage.json tell: where one differs, the set is called after its folder.
    """
    about = _package(folder / "datapackage.json")
    name, version = str(about.get("name", folder.name)), str(about.get("version", ""))
    for resource in about.get("resources", []):
        path, written = folder / str(resource.get("path")), str(resource.get("hash", ""))
        if path.is_file() and written and written.removeprefix("sha256:") != _hash([path]):
            return folder.name, f"changed from {name} {version}".rstrip()
    return name, version


def _read_tables(folder: Path) -> tuple[dict[str, pd.DataFrame], list[pd.DataFrame]]:
    tables: dict[str, pd.DataFrame] = {}
    problems: list[pd.DataFrame] = []
    for name, table in TABLES.items():
        path = folder / f"{name}.csv"
        given = path.is_file()
        raw = read_csv_as_text(path, []) if given else pd.DataFrame()
        raw.index = pd.RangeIndex(2, len(raw) + 2)
        tables[name], found, _ = parse_table(
            raw, table, Origin(path.name), dates="iso", given=given
        )
        if given:
            broken = of_one_table(tables[name], table, found)
            problems += [found, broken.assign(source=path.name)]
    return tables, problems


def _package(path: Path) -> dict[str, Any]:
    """What datapackage.json says of the set; nothing where there is none."""
    if not path.is_file():
        return {}
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is not JSON ({error}). Mend it, or take it away: the set is then called after "
            "its folder."
        ) from error
    if not isinstance(about, dict):
        raise InputError(
            f"{path} must hold one object with name and version, between braces. Mend it, or take "
            "it away: the set is then called after its folder."
        )
    return about


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def no_such_proxy(proxies: ProxySet, proxy_id: str) -> str:
    """Message for a proxy that is not in a set, with the nearest name."""
    near = get_close_matches(proxy_id, proxies.proxies["proxy_id"].unique().tolist(), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no proxy {proxy_id!r} in the set {proxies.name}.{hint}"
