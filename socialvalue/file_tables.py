"""How is a table in large files read? By an embedded DuckDB, out of core, never into memory.

A Parquet file is used where it lies. A CSV file is parsed once into a typed copy beside the
system's temporary files, which is gone when its records are; line numbers are kept.
"""

import hashlib
import itertools
import json
import re
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from socialvalue.columns import EARLIEST, LATEST, NUMERIC, OWN, Table
from socialvalue.csv_files import (
    headings_of,
    in_utf8,
    refuse_other_separators,
    refuse_what_is_no_text,
    why_not_read,
)
from socialvalue.engines import quoted
from socialvalue.errors import InputError
from socialvalue.file_columns import (
    of_folders,
    refuse_twice,
    refuse_what_differs,
    without_zones,
)
from socialvalue.file_paths import files_of, names_of
from socialvalue.progress import step

ROW = f"{OWN}row_"
"""Number of a record, as a spreadsheet would show it; of several files with the file before it."""
_ROWS_OF_A_FILE = 1 << 40
MEMORY = "1GB"
_UNNAMED = "column "
_KEPT_IN_MEMORY = 1 << 24
"""Records of which what is asked of them is kept in memory: there it is asked again sooner."""
_numbers = itertools.count()
_KEPT = ("file_index", "file_row_number", ROW)


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
        self.files = [file for path in given for file in files_of(path)]
        self.hive = any("=" in part for file in self.files for part in file.parts)
        kinds = {file.suffix.lower() for file in self.files}
        if len(kinds) != 1:
            raise InputError(
                f"{table.name} has files of several kinds ({', '.join(sorted(kinds))}): give all "
                "of them as CSV or all as Parquet."
            )
        self.is_csv = kinds == {".csv"}
        self._names = names_of(self.files)
        self.notes: list[str] = []
        self._reading = ""
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
        try:
            state = [(file.stat().st_mtime_ns, file.stat().st_size) for file in self.files]
        except FileNotFoundError as error:
            raise InputError(f"{error.filename} is not there any more. Put it back.") from error
        if self._opened is None or self._opened[0] != state:
            self._opened = state, *self._open()
        return self._opened[1]

    def row_names(self, numbers: pd.Series) -> list[Any]:
        """What rows are called: their number; of several files ``3 of april.csv``."""
        if len(self.files) == 1:
            return numbers.astype("int64").tolist()
        places = [divmod(int(number), _ROWS_OF_A_FILE) for number in numbers]
        return [f"{row} of {self._names[file]}" for file, row in places]

    def kept(self, relation: Any, records: int) -> Any:
        """The answer to a question to the table, kept beside it and read from there.

        Parameters
        ----------
        relation : DuckDB relation
        records : int
            How many records it has: few are kept in memory, as far as there is room.
        """
        if self._opened is None:
            raise ValueError("the table has not been opened")
        _, _, connection, folder = self._opened
        step()
        name = f"{OWN}kept_{next(_numbers)}"
        if records <= _KEPT_IN_MEMORY:
            relation.create(name)
            return connection.table(name)
        file = folder / f"{name}.parquet"
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
        if not self.is_csv:
            self._refuse_what_differs(connection)
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
        zones = without_zones(connection, source, self.table, str(self))
        if zones:
            changed = ", ".join(f"{expr} AS {quoted(name)}" for name, expr in zones.items())
            every += f" REPLACE ({changed})"
        row = f"file_index::BIGINT * {_ROWS_OF_A_FILE} + file_row_number + 2"
        return f"SELECT {every}, {row} AS {ROW} FROM {source}"

    def _refuse_what_differs(self, connection: Any) -> None:
        found = []
        for name, file in zip(self._names, self.files, strict=True):
            self._reading = name
            one = connection.query(
                f"SELECT * FROM read_parquet([{_file(file)}], hive_partitioning = false)"
            )
            found.append(dict(zip(one.columns, map(str, one.types), strict=True)))
            refuse_twice(name, one.columns, of_folders(file))
        self._reading = ""
        refuse_what_differs(self._names, found, self.table)

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
        headings = [dict.fromkeys(headings_of(file, self.table), "VARCHAR") for file in files]
        refuse_what_differs(self._names, headings, self.table)
        typed = True
        while True:
            try:
                copies = self._copies(connection, folder, files, typed=typed)
                if not typed or not self._not_numbers(connection, copies):
                    return copies
            except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
                if "unicode" in str(error) and files is self.files:
                    files = [in_utf8(file, folder, self.notes) for file in files]
                    continue
                # What is no CSV is refused now: read less strictly, it would lose its records.
                if "unterminated" in str(error) or not typed:
                    raise
            # A cell does not fit its column: all cells as text, for our own parsers.
            typed = False

    def _copies(
        self, connection: Any, folder: Path, files: Sequence[Path], *, typed: bool
    ) -> list[Path]:
        copies = []
        for at, file in enumerate(files):
            copy = folder / f"{at}.parquet"
            self._reading = self._names[at]
            headings, folders = headings_of(file, self.table), of_folders(self.files[at])
            refuse_twice(self._reading, headings, folders)
            kinds = [self._type(name) if typed else "VARCHAR" for name in headings]
            # Names of our own, for headings may be blank, or hold anything.
            read = ["VARCHAR" if kind == "DOUBLE" else kind for kind in kinds]
            columns = ", ".join(f"c{n}: '{kind}'" for n, kind in enumerate(read))
            named = [name or f"{_UNNAMED}{n + 1}" for n, name in enumerate(headings)]
            chosen = ", ".join(
                f"{_cell(n, kind)} AS {quoted(name)}"
                for n, (kind, name) in enumerate(zip(kinds, named, strict=True))
            )
            for key, value in folders.items():
                said = "NULL::VARCHAR" if value is None else _quoted(value)
                chosen += f", {said} AS {quoted(key)}"
            padding = "" if typed else ", null_padding = true, parallel = false"
            connection.execute(
                f"COPY (SELECT {chosen} FROM read_csv({_file(file)}, header = true, "
                "delim = ',', quote = '\"', escape = '\"', auto_detect = false, "
                f"dateformat = '%Y-%m-%d', columns = {{{columns}}}{padding})) "
                f"TO {_quoted(copy)} (FORMAT parquet)"
            )
            copies.append(copy)
        self._reading = ""
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
        file = self._reading or str(self)
        if self.is_csv:
            return InputError(f"{file} cannot be read as CSV: {why_not_read(str(error))}")
        return InputError(
            f"{file} cannot be read as Parquet. It may be damaged, or not be there as a whole: "
            "export it again, or copy it once more."
        )


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
