"""How is a table in large files read? By an embedded DuckDB, out of core, never into memory.

A Parquet file is used where it lies. A CSV file is parsed once into a typed copy beside the
system's temporary files, which is gone when its records are; line numbers are kept.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.columns import EARLIEST, LATEST, NUMERIC, OWN, Table
from socialvalue.csv_files import (
    MEND,
    headings_of,
    in_utf8,
    refuse_other_separators,
    refuse_what_is_no_text,
    too_long,
)
from socialvalue.engines import quoted
from socialvalue.errors import InputError
from socialvalue.progress import step

ROW = f"{OWN}row_"
"""Number of a record, as a spreadsheet would show it; of several files with the file before it."""
_ROWS_OF_A_FILE = 1 << 40
MEMORY = "1GB"
_UNNAMED = "column "
SUFFIXES = (".csv", ".parquet")
_KEPT = ("file_index", "file_row_number", ROW)
_TOO_LONG = re.compile(
    r"Line: (?P<line>\d+).*Expected Number of Columns: (?P<width>\d+) Found: (?P<cells>\d+)",
    re.DOTALL,
)
"""How DuckDB says that a line of a CSV file has more cells than there are headings."""


class FileTable:
    """A table in one or more files, all CSV or all Parquet.

    Parameters
    ----------
    paths : str, Path or sequence of them
        Files, patterns such as ``outcomes-*.parquet``, or folders of files; a folder may be
        partitioned as Hive does it (``year=2024/``).
    table : Table

    Raises
    ------
    InputError
        If there is no such file, or files of both kinds.
    """

    def __init__(self, paths: Any, table: Table) -> None:
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        self.table = table
        self.files = [file for path in given for file in _files_of(path)]
        self.hive = any("=" in part for file in self.files for part in file.parts)
        kinds = {file.suffix.lower() for file in self.files}
        if len(kinds) != 1:
            raise InputError(
                f"{table.name} has files of several kinds ({', '.join(sorted(kinds))}): give all "
                "of them as CSV or all as Parquet."
            )
        self.is_csv = kinds == {".csv"}
        self.notes: list[str] = []
        self._opened: tuple[Any, Any, Any, Path] | None = None

    def __repr__(self) -> str:
        return self.files[0].name if len(self.files) == 1 else f"{len(self.files)} files"

    @property
    def sha256(self) -> str:
        """Hash of the file; of several, the hash of their names and hashes."""
        hashes = {str(file): _sha256(file) for file in self.files}
        if len(hashes) == 1:
            return next(iter(hashes.values()))
        return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()

    def relation(self) -> Any:
        """The table as a DuckDB relation, with the number of each record in ``row_``."""
        state = [(file.stat().st_mtime_ns, file.stat().st_size) for file in self.files]
        if self._opened is None or self._opened[0] != state:
            self._opened = state, *self._open()
        return self._opened[1]

    def row_names(self, numbers: pd.Series) -> list[Any]:
        """What rows are called: their number; of several files ``3 of april.csv``."""
        if len(self.files) == 1:
            return numbers.astype("int64").tolist()
        names = [file.name for file in self.files]
        if len(set(names)) < len(names):
            shared = os.path.commonpath([file.parent for file in self.files])
            names = [file.relative_to(shared).as_posix() for file in self.files]
        places = [divmod(int(number), _ROWS_OF_A_FILE) for number in numbers]
        return [f"{row} of {names[file]}" for file, row in places]

    def kept(self, relation: Any) -> Any:
        """The answer to a question to the table, kept beside it and read from there."""
        if self._opened is None:
            raise ValueError("the table has not been opened")
        _, _, connection, folder = self._opened
        step()
        file = folder / f"kept-{len(list(folder.glob('kept-*')))}.parquet"
        relation.write_parquet(str(file))
        return connection.query(f"SELECT * FROM read_parquet({_quoted(file)})")

    def frame(self) -> pd.DataFrame:
        """The table in memory, as it was found; for small tables."""
        import duckdb

        try:
            found = self.relation().df()
        except duckdb.Error as error:
            raise self._unreadable(error) from error
        # The rows of a file have numbers of their own, from 2 below the headings.
        return (
            found.set_index(ROW).rename_axis(None)
            if len(self.files) == 1
            else found.drop(columns=ROW)
        )

    def _open(self) -> tuple[Any, Any, Path]:
        import duckdb

        connection, folder = connect(self)
        try:
            files = self._typed_copies(connection, folder) if self.is_csv else self.files
            # Rows may come in any order from here: they have their numbers.
            connection.execute("SET preserve_insertion_order = false")
            return connection.query(self._query(connection, files)), connection, folder
        except duckdb.Error as error:
            raise self._unreadable(error) from error

    def _query(self, connection: Any, files: Sequence[Path]) -> str:
        names = ", ".join(_file(file) for file in files)
        hive = "true" if self.hive and not self.is_csv else "false"
        source = f"read_parquet([{names}], union_by_name = true, hive_partitioning = {hive})"
        columns = connection.query(f"SELECT * FROM {source}").columns
        taken = [name for name in columns if name.lower() in _KEPT]
        if taken:
            raise InputError(
                f"{self}: the column {taken[0]!r} has a name that is kept for the place of a "
                "record in its file. Give it another name."
            )
        left_out = ", ".join(map(quoted, self._unnamed(connection, source, columns)))
        every = f"* EXCLUDE ({left_out})" if left_out else "*"
        row = f"file_index::BIGINT * {_ROWS_OF_A_FILE} + file_row_number + 2"
        return f"SELECT {every}, {row} AS {ROW} FROM {source}"

    def _unnamed(self, connection: Any, source: str, columns: Sequence[str]) -> list[str]:
        """Columns of a CSV file without a name, in which nothing may be written."""
        if not self.is_csv:
            return []
        unnamed = [name for name in columns if name.startswith(_UNNAMED)]
        for name in unnamed:
            query = f"SELECT 1 FROM {source} WHERE {quoted(name)} IS NOT NULL LIMIT 1"
            if connection.execute(query).fetchone():
                raise InputError(
                    f"{self}: {name} has values and no name. Give it a name in the first row, or "
                    "clear it."
                )
        return unnamed

    def _typed_copies(self, connection: Any, folder: Path) -> list[Path]:
        import duckdb

        files = self.files
        for file in files:
            refuse_what_is_no_text(file)
            refuse_other_separators(file)
        for _ in range(2):
            try:
                copies = self._copies(connection, folder, files, typed=True)
                if not self._not_numbers(connection, copies):
                    return copies
            except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
                if "unicode" in str(error) and files is self.files:
                    files = [in_utf8(file, folder, self.notes) for file in files]
                    continue
                # What is no CSV is refused now: read less strictly, it would lose its records.
                if "unterminated" in str(error):
                    raise
            break
        # A cell does not fit its column: all cells as text, for our own parsers.
        return self._copies(connection, folder, files, typed=False)

    def _copies(
        self, connection: Any, folder: Path, files: Sequence[Path], *, typed: bool
    ) -> list[Path]:
        copies = []
        for at, file in enumerate(files):
            copy = folder / f"{at}.parquet"
            headings = headings_of(file, self.table)
            kinds = [self._type(name) if typed else "VARCHAR" for name in headings]
            # Names of our own, for headings may be blank, or hold anything.
            read = ["VARCHAR" if kind == "DOUBLE" else kind for kind in kinds]
            columns = ", ".join(f"c{n}: '{kind}'" for n, kind in enumerate(read))
            named = [name or f"{_UNNAMED}{n + 1}" for n, name in enumerate(headings)]
            chosen = ", ".join(
                f"{_cell(n, kind)} AS {quoted(name)}"
                for n, (kind, name) in enumerate(zip(kinds, named, strict=True))
            )
            padding = "" if typed else ", null_padding = true, parallel = false"
            connection.execute(
                f"COPY (SELECT {chosen} FROM read_csv({_file(file)}, header = true, "
                "delim = ',', quote = '\"', escape = '\"', auto_detect = false, "
                f"dateformat = '%Y-%m-%d', columns = {{{columns}}}{padding})) "
                f"TO {_quoted(copy)} (FORMAT parquet)"
            )
            copies.append(copy)
        return copies

    def _type(self, heading: str) -> str:
        name = self.table.name_of(heading)
        kind = self.table[name].kind if name in self.table.names else "text"
        if kind in NUMERIC:
            return "DOUBLE"
        return "DATE" if kind == "date" else "VARCHAR"

    def _not_numbers(self, connection: Any, copies: Sequence[Path]) -> bool:
        """Whether a word such as nan, or infinity as a day, was taken for a number or a date."""
        headings = {
            name: self._type(name) for file in self.files for name in headings_of(file, self.table)
        }
        odd = [f"NOT isfinite({quoted(n)})" for n, kind in headings.items() if kind == "DOUBLE"]
        span = f"DATE '{EARLIEST:%Y-%m-%d}' AND DATE '{LATEST:%Y-%m-%d}'"
        days = [name for name, kind in headings.items() if kind == "DATE"]
        odd += [f"{quoted(name)} NOT BETWEEN {span}" for name in days]
        if not odd:
            return False
        files, any_odd = ", ".join(_file(copy) for copy in copies), " OR ".join(odd)
        query = (
            f"SELECT 1 FROM read_parquet([{files}], union_by_name = true) WHERE {any_odd} LIMIT 1"
        )
        return connection.execute(query).fetchone() is not None

    def _unreadable(self, error: Exception) -> InputError:
        said = re.sub(r"\s+", " ", str(error).partition("Possible")[0])[:300].strip()
        found = _TOO_LONG.search(str(error))
        if found and int(found["cells"]) > int(found["width"]):
            # DuckDB stops at the first cell too many: how many there are it does not say.
            line = f"line {found['line']} has more cells than the headings, which are"
            why = too_long(f"{line} {found['width']}")
            return InputError(f"{self} cannot be read as CSV: {why}")
        kind = "CSV" if self.is_csv else "Parquet"
        mend = f" {MEND}" if self.is_csv else ""
        return InputError(f"{self} cannot be read as {kind}: {said}.{mend}")


def connect(owner: object) -> tuple[Any, Path]:
    """A DuckDB of our own, with a folder for what spills from memory; both go with their owner."""
    import duckdb

    folder = Path(tempfile.mkdtemp(prefix="socialvalue-"))
    settings: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": str(folder),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    connection = duckdb.connect(config=settings)
    # There is one bar, of `socialvalue.progress`, and none where it is not wanted.
    connection.execute("SET enable_progress_bar = false")
    weakref.finalize(owner, _close, connection, folder)
    return connection, folder


def _files_of(given: Any) -> list[Path]:
    """Files that a path, a pattern or a folder stands for, in order."""
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


def _cell(column: int, kind: str) -> str:
    """A cell as its column's type; a conversion fails where it is not written as such."""
    if kind != "DOUBLE":
        return f"c{column}"
    # DuckDB takes 1_000 for a thousand, and nobody else does: written so, it must fail.
    written = f"nullif(c{column}, '')"
    return f"CAST(CASE WHEN contains(c{column}, '_') THEN '_' ELSE {written} END AS DOUBLE)"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _file(path: Path) -> str:
    """The path of a file for DuckDB, which would take it for a pattern."""
    return _quoted(re.sub(r"([*?\[])", r"[\1]", str(path)))


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _close(connection: Any, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
