"""How does everything reach one folder? All files are made first, then put in place together."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from socialvalue.errors import OutputError
from socialvalue.report.charts import save_charts
from socialvalue.report.csv_tables import write_tables
from socialvalue.report.json_file import write_json
from socialvalue.report.labels import NOT_FOR_PUBLICATION
from socialvalue.report.page import write_report
from socialvalue.report.workbook import write_workbook
from socialvalue.results import Result

LIST = "files.txt"
"""List of the files of a folder with their SHA-256, by which a later run knows its own."""


def write_folder(result: Result, folder: Path, protect: Sequence[Path] = ()) -> Path:
    """Write assessment.json, impact_map.xlsx, report.html, charts/, tables/ and files.txt.

    Everything is made beside the folder first and put in place together: if one file cannot be,
    none is. Files of an earlier run that this one does not make, such as the table of a breakdown
    no longer asked for, are removed if they are as that run left them; other files are untouched.

    Parameters
    ----------
    result : Result
        As it is to be written: published or internal.
    folder : Path
        Made if it does not exist.
    protect : sequence of Path
        Files, or folders of files, that must not be overwritten or removed: the inputs.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the folder cannot be written, or an input would be overwritten.
    """
    folder = Path(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".socialvalue-", dir=folder.parent))
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another with --out."
        ) from error
    try:
        made = work / "made"
        _make(result, made)
        _put_in_place(made, folder, work / "old", _files_of(protect))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def _make(result: Result, folder: Path) -> None:
    write_json(result, folder / "assessment.json")
    write_workbook(result, folder / "impact_map.xlsx")
    save_charts(result, folder / "charts")
    write_tables(result, folder / "tables")
    write_report(result, folder / "report.html")
    lines = [f"{_sha256(folder / name)}  {name.as_posix()}" for name in _names(folder)]
    if result.profile == "internal":
        lines = [f"# {NOT_FOR_PUBLICATION}", *lines]
    (folder / LIST).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _names(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files_of(protect: Sequence[Path]) -> list[Path]:
    """Files to protect; a folder of inputs stands for the files directly in it."""
    files: list[Path] = []
    for path in map(Path, protect):
        files += [each for each in path.iterdir() if each.is_file()] if path.is_dir() else [path]
    return [path for path in files if path.exists()]


def _is_any(path: Path, files: Sequence[Path]) -> bool:
    return path.exists() and any(path.samefile(each) for each in files)


def _put_in_place(made: Path, folder: Path, old: Path, inputs: Sequence[Path]) -> None:
    names = _names(made)
    for name in names:
        if _is_any(folder / name, inputs):
            raise OutputError(
                f"{folder / name} is an input and is never overwritten. Choose another folder "
                "with --out."
            )
    stale = [name for name in _left_by_earlier_run(folder) if name not in names]
    stale = [name for name in stale if not _is_any(folder / name, inputs)]
    _swap(made, folder, old, (names, stale))


def _left_by_earlier_run(folder: Path) -> list[Path]:
    """Files that an earlier run listed, as it left them; what was changed since is not ours."""
    try:
        lines = (folder / LIST).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in lines:
        digest, _, name = line.partition("  ")
        path = PurePosixPath(name)
        inside = name and not path.is_absolute() and ".." not in path.parts
        target = folder / path
        if inside and target.is_file() and _sha256(target) == digest:
            found.append(Path(path))
    return found


def _swap(made: Path, folder: Path, old: Path, files: tuple[list[Path], list[Path]]) -> None:
    """Move old files aside and new ones in; at the first failure, put everything back."""
    names, stale = files
    aside: list[Path] = []
    placed: list[Path] = []
    new_folders = [path for path in _parents(names, folder) if not path.exists()]
    name = Path()
    try:
        for name in [*names, *stale]:
            _check(folder / name)
        for name in [*names, *stale]:
            if (folder / name).exists():
                (old / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(folder / name, old / name)
                aside.append(name)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(made / name, folder / name)
            placed.append(name)
    except OSError as error:
        _put_back(folder, old, (aside, placed), new_folders)
        raise OutputError(
            f"{folder / name} cannot be written ({error.strerror}), so nothing was. It may be open "
            "elsewhere: close it, run again, or choose another folder with --out."
        ) from error


def _parents(names: Sequence[Path], folder: Path) -> list[Path]:
    """Folders that the files need, the innermost first."""
    parents = {(folder / name).parent for name in names} | {folder}
    return sorted(parents, key=lambda path: len(path.parts), reverse=True)


def _check(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(21, "A folder of that name is there")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")


def _put_back(
    folder: Path, old: Path, moved: tuple[list[Path], list[Path]], new_folders: Sequence[Path]
) -> None:
    aside, placed = moved
    for name in placed:
        (folder / name).unlink(missing_ok=True)
    for name in aside:
        os.replace(old / name, folder / name)
    for path in new_folders:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
