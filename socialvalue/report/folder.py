"""How does everything reach one folder? All files are made first, then put in place."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from socialvalue.errors import OutputError
from socialvalue.report.charts import save_charts
from socialvalue.report.csv_tables import write_tables
from socialvalue.report.json_file import write_json
from socialvalue.report.page import write_report
from socialvalue.report.workbook import write_workbook
from socialvalue.results import Result


def write_folder(result: Result, folder: Path, protect: Sequence[Path] = ()) -> Path:
    """Write assessment.json, impact_map.xlsx, report.html, charts/ and tables/.

    Everything is made beside the folder first, so that a failure leaves what was there untouched.

    Parameters
    ----------
    result : Result
        As it is to be written: published or internal.
    folder : Path
        Made if it does not exist.
    protect : sequence of Path
        Files that must not be overwritten: the inputs.

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
        made = Path(tempfile.mkdtemp(prefix=".socialvalue-", dir=folder.parent))
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another with --out."
        ) from error
    try:
        _make(result, made)
        _put_in_place(made, folder, protect)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def _make(result: Result, folder: Path) -> None:
    write_json(result, folder / "assessment.json")
    write_workbook(result, folder / "impact_map.xlsx")
    save_charts(result, folder / "charts")
    write_tables(result, folder / "tables")
    write_report(result, folder / "report.html")


def _put_in_place(made: Path, folder: Path, protect: Sequence[Path]) -> None:
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    kept = {Path(path).resolve() for path in protect}
    clash = [str(folder / name) for name in files if (folder / name).resolve() in kept]
    if clash:
        raise OutputError(
            f"{clash[0]} is an input and is never overwritten. Choose another folder with --out."
        )
    for name in files:
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(13, "Permission denied")
            os.replace(made / name, target)
        except OSError as error:
            raise OutputError(
                f"{target} cannot be written ({error.strerror}). It may be open elsewhere: "
                "close it, run again, or choose another folder with --out."
            ) from error
