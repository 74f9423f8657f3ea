"""Which files does a path, a pattern or a folder stand for, and what are they called?"""

import os
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from socialvalue.errors import InputError

SUFFIXES = (".csv", ".parquet")


def names_of(files: Sequence[Path]) -> list[str]:
    """What files are called: by their name, and where several have the same by their folder too.

    Examples
    --------
    >>> names_of([Path("data/a/1.csv"), Path("data/b/1.csv")])
    ['a/1.csv', 'b/1.csv']
    """
    names = [file.name for file in files]
    if len(set(names)) == len(names):
        return names
    whole = [file.resolve() for file in files]
    shared = os.path.commonpath([file.parent for file in whole])
    return [file.relative_to(shared).as_posix() for file in whole]


def files_of(given: Any) -> list[Path]:
    """Files that a path, a pattern or a folder stands for, in order.

    Raises
    ------
    InputError
        If there is none, or one is neither CSV nor Parquet.
    """
    path = Path(given)
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if _is_read(each, path))
    elif has_magic(str(given)) and not path.is_file():
        start = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(path.anchor) if path.is_absolute() else path)
        found = sorted(each for each in start.glob(pattern) if each.is_file())
    else:
        found = [path] if path.is_file() else []
    if not found:
        raise InputError(
            f"There is no CSV or Parquet file {given}. Check the name and where you are."
        )
    for each in found:
        if each.suffix.lower() not in SUFFIXES:
            raise InputError(f"{each} is neither a CSV nor a Parquet file.")
    return found


def _is_read(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    hidden = any(part.startswith(("_", ".")) for part in parts)
    return file.is_file() and file.suffix.lower() in SUFFIXES and not hidden
