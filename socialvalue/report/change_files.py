"""How is a comparison written? As one table, or as data."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from socialvalue.errors import OutputError, SettingsError
from socialvalue.files import replace_whole
from socialvalue.report.change_words import internal, to_json
from socialvalue.report.csv_tables import harmless

if TYPE_CHECKING:
    from socialvalue.comparison import Comparison


def write_comparison(
    comparison: "Comparison",
    path: str | Path,
    keys: Sequence[str] = (),
    protect: Sequence[Path] = (),
) -> Path:
    """Write a comparison: its parts as .csv, or all that is known of it as .json.

    Parameters
    ----------
    comparison : Comparison
    path : str or Path
        Ends in .csv or .json.
    keys : sequence of str
        Of a .csv, keys to split the change by below the whole.
    protect : sequence of Path
        Files, or folders with one, that must not be overwritten.

    Returns
    -------
    Path

    Raises
    ------
    SettingsError
        If the name of the file ends otherwise.
    OutputError
        If the file cannot be written, or one of the two would be overwritten.
    """
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".json"):
        raise SettingsError(f"{path} ends in neither .csv nor .json: name a file of one of these.")
    inputs = {file.resolve() for each in protect for file in (each, each / "assessment.json")}
    if path.resolve() in inputs:
        raise OutputError(f"{path} is one of the two that are compared. Write to another file.")
    with replace_whole(path) as made:
        if path.suffix.lower() == ".csv":
            harmless(_table(comparison, keys)).to_csv(
                made, index=False, encoding="utf-8-sig", quoting=csv.QUOTE_NONNUMERIC
            )
        else:
            text = json.dumps(to_json(comparison), indent=2, ensure_ascii=False, allow_nan=False)
            made.write_text(text + "\n", encoding="utf-8")
    return path


def _table(comparison: "Comparison", keys: Sequence[str]) -> pd.DataFrame:
    """A row for the whole and for each category: key, category, last, this, change, parts."""
    tables = [comparison.whole.assign(key="whole", category="")]
    for key in keys:
        table = comparison.by(key)
        tables.append(table.rename(columns={key: "category"}).assign(key=key))
    table = pd.concat([table.astype({"category": object}) for table in tables], ignore_index=True)
    first = ["key", "category", "last", "this", "change"]
    titles = [name for name in table if str(name).endswith("_title")]
    table = table[[*first, *[name for name in table if name not in (*first, *titles)]]]
    return table.assign(profile="internal" if internal(comparison) else "publish")
