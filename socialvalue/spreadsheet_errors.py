"""Which cells of a workbook does the fast reader show as blank? Errors, and formulas never saved.

A cell with an error such as #REF! and a formula without its result (as programs write them that
are no spreadsheet) would pass for blank; merged cells and cells far from the table are found too.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from openpyxl.utils.cell import coordinate_to_tuple

from socialvalue.errors import InputError

MAX_CELLS = 100_000_000
_ODS_ERROR = b'value-type="error"'
# A pattern of fixed letters is found twice as fast as the same letters by `in`.
_XLSX_ERROR = re.compile(rb't="e"')
_FORMULA, _PREFIXED_FORMULA = re.compile(rb"<f"), re.compile(rb":f")
# No name has a prefix unless one is bound somewhere to the namespace of spreadsheets.
_PREFIX = re.compile(rb"xmlns:[^=\s]+\s*=\s*[\"'][^\"']*spreadsheetml/(?:2006/)?main")
_NO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
)
# Patterns that begin with fixed letters are searched for many times faster than others.
_ROW = re.compile(rb'<row\b[^>]*?\sr="(\d+)"')
_PREFIXED_ROW = re.compile(rb':row\b[^>]*?\sr="(\d+)"')
_WIDE = re.compile(rb'r="([A-Z]{2,3})\d+"')
# An error, a formula, a prefix or a column of two letters; none is longer than the overlap.
_MARKS = (_XLSX_ERROR, _FORMULA, _PREFIX, _WIDE)
_PIECE, _OVERLAP = 1 << 18, 256
_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    # Of a strict workbook.
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
# Forbidden XML is a ValueError; what has a password, a RuntimeError.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,
    SyntaxError,
    ValueError,
)

Place = tuple[int, int, str]


def unread_cells(path: Path) -> dict[str, list[Place]]:
    """Cells that would pass for blank, by sheet: row and column from 1, and what they hold.

    Raises
    ------
    InputError
        If the file is damaged; if a sheet reaches further than a computer can hold; or if an .ods
        workbook has errors: they cannot be located in one.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if path.suffix.lower() == ".ods":
                return _refuse_errors(path, archive)
            found = {}
            for sheet, part in _sheet_parts(archive).items():
                if not _is_marked(archive, part):
                    continue
                content = archive.read(part)
                prefixed = _PREFIX.search(content) is not None
                _refuse_far_cells(path, sheet, content, prefixed=prefixed)
                if _XLSX_ERROR.search(content) or _has_no_result(content, prefixed=prefixed):
                    with archive.open(part) as stream:
                        found[sheet] = list(_places(stream))
            return found
    except _DAMAGED as error:
        raise InputError(
            f"{path} is damaged or has a password. Open it in a spreadsheet program and save it "
            "again as .xlsx."
        ) from error


def _is_marked(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether there is anything in a sheet that must be looked at as a whole; mostly there is not.

    It is read a piece at a time, and the end of each piece again with the next.
    """
    before = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            content = before + piece
            if any(mark.search(content) for mark in _MARKS):
                return True
            before = content[-_OVERLAP:]
    return False


def _has_no_result(content: bytes, *, prefixed: bool) -> bool:
    """Whether a sheet has a formula without its result; most have no formula at all."""
    formulas = _FORMULA.search(content) or (prefixed and _PREFIXED_FORMULA.search(content))
    return bool(formulas) and _NO_RESULT.search(content) is not None


def _refuse_errors(path: Path, archive: zipfile.ZipFile) -> dict[str, list[Place]]:
    if _ODS_ERROR in archive.read("content.xml"):
        raise InputError(
            f"{path} has cells with spreadsheet errors, which would be read as blank. Mend them, "
            "or save it as .xlsx: then each of them can be named."
        )
    return {}


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of the archive that holds each worksheet, by the sheet's name."""
    from defusedxml import ElementTree

    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): str(each.get("Target")) for each in relations}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    parts = {}
    for sheet in book.iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        named = [sheet.get(relation) for relation in _RELATIONS if sheet.get(relation)]
        target = targets.get(named[0], "") if named else ""
        if "worksheets/" in target:
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[str(sheet.get("name"))] = name
    return parts


def _refuse_far_cells(path: Path, sheet: str, content: bytes, *, prefixed: bool) -> None:
    """Refuse a sheet with a stray cell so far out that all up to it would fill the memory."""
    wide = set(_WIDE.findall(content))
    if not wide:
        # No sheet has rows enough to be too large with columns of one letter.
        return
    rows = [*_ROW.findall(content), *(_PREFIXED_ROW.findall(content) if prefixed else [])]
    last = max(map(int, rows), default=0)
    width = max((coordinate_to_tuple(f"{each.decode()}1")[1] for each in wide), default=0)
    if width * last > MAX_CELLS:
        raise InputError(
            f"{path}, sheet {sheet} reaches to column {width:,} and row {last:,}. Delete the "
            "empty columns and rows beyond the table, and save it again."
        )


def _places(stream: IO[bytes]) -> Iterator[Place]:
    from defusedxml import ElementTree

    for _, element in ElementTree.iterparse(stream):
        name = element.tag.rpartition("}")[2]
        if name == "c":
            shown = _held(element)
            if shown and element.get("r"):
                row, column = coordinate_to_tuple(element.get("r"))
                yield row, column, shown
        if name in ("c", "row"):
            element.clear()


def _held(cell: object) -> str:
    """The error in a cell, or its formula if it has no result; empty if neither."""
    parts = {child.tag.rpartition("}")[2]: child.text for child in cell}  # type: ignore[attr-defined]
    kind = cell.get("t")  # type: ignore[attr-defined]
    if kind == "e":
        return parts.get("v") or "#N/A"
    # A formula whose result is text may well be empty: ="".
    if "f" in parts and not parts.get("v") and kind != "str":
        return f"={parts['f'] or 'A1'}"
    return ""
