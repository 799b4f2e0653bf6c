"""A table as people send it, CSV or XLSX, as rows of cells: what each cell shows, and what it is.

Values only: a formula is never worked out, its saved value is read, and a formula without one is said. Nothing in a
workbook is followed: no links, no macros, no entities.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from darkwake.errors import UnknownKind, Unreadable, WrongUse
from darkwake.screening.formats.packed import chunks, sha256_of

LONGEST_CELL = 32_767
"""Characters that Excel lets a cell hold; a longer one in a CSV is most often a quotation that was never closed."""
_MOST_BYTES = 300_000_000
"""A workbook unpacked; a manifest has some megabytes."""
_MOST_MERGED = 50_000
_AGAIN = "Save it again, as .xlsx or as CSV in UTF-8"
_ENCODING = "Give its encoding, such as gb18030 or windows-1256, or save it as UTF-8"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DOCTYPE = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ZEROS = re.compile(r"(0+)(?:\.(0+))?")
_UNIT = re.compile(r'"\s*([A-Za-z]{1,12})\s*"')


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell."""

    text: str
    """What it shows, as far as that can be told; without spaces at its ends."""
    number: float | None = None
    """Its value, where the workbook holds it as a number: then noughts at either end may have been dropped."""
    day: date | None = None
    """Its value, where the workbook holds it as a date."""
    fault: str = ""
    """Why it shows nothing where something was meant, such as a formula without a saved value."""
    merged: bool = False
    """True where its value stands in another cell that it was merged with."""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not empty."""

    row: int
    """Its first line in the file, or its number in the sheet; 1 for the first."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one table."""

    file: str
    sha256: str
    name: str
    """The sheet's name; empty for CSV."""
    rows: tuple[SheetRow, ...]
    empty: tuple[int, ...]
    """The numbers of the rows between others that have nothing in them."""
    notes: tuple[str, ...]


def read(path: str | Path, *, sheet: str = "", encoding: str = "") -> Sheet:
    """A table from its file.

    Args:
        path: CSV (comma, semicolon, tab or bar; plain, .gz or alone in a .zip) or XLSX.
        sheet: Which sheet of a workbook; the first where none is named.
        encoding: Of a CSV that is neither UTF-8 nor UTF-16 with its mark.

    Raises:
        WrongUse: There is no such file or sheet, or the encoding is unknown.
        UnknownKind: It is a workbook of another format.
        Unreadable: It is empty, cut short, altered, unsafe or in another encoding.
    """
    path = Path(path)
    if not path.is_file():
        raise WrongUse("there is no such file", where=str(path), to_do="Check the path")
    with path.open("rb") as file:
        magic = file.read(8)
    if not magic:
        raise Unreadable("the file is empty", where=path.name, to_do=_AGAIN)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnknownKind("is an old or encrypted workbook", where=path.name, to_do=_AGAIN)
    if magic.startswith(b"PK") and zipfile.is_zipfile(path) and _is_workbook(path):
        return _workbook(path, sheet)
    return _csv(path, encoding)


def _whole(path: Path, name: str, rows: Iterator[tuple[int, tuple[Cell, ...]]], notes: Sequence[str]) -> Sheet:
    """Rows sorted into those with something in them and those without; empty ones at the end are none."""
    kept: list[SheetRow] = []
    empty: list[int] = []
    waiting: list[int] = []
    for number, cells in rows:
        if any(cell.text or cell.fault for cell in cells):
            empty += waiting
            waiting = []
            kept.append(SheetRow(number, cells))
        elif kept:
            waiting.append(number)
    if not kept:
        raise Unreadable("the table is empty", where=path.name, to_do=_AGAIN)
    return Sheet(path.name, sha256_of(path), name, tuple(kept), tuple(empty), tuple(notes))


# --- CSV ---


def _csv(path: Path, encoding: str) -> Sheet:
    raw = b"".join(chunks(path))
    text, note = _text(raw, path, encoding)
    first = "\n".join(islice((line for line in text.splitlines() if line.strip()), 20))
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    # the limit is one for the whole process, so it is put back; rows with a cell too long are refused one by one later
    before = csv.field_size_limit(max(len(text), 1))
    rows, end = [], 0
    try:
        for cells in reader:
            begins, end = end + 1, reader.line_num
            rows.append((begins, tuple(Cell(cell.strip()) for cell in cells)))
    except csv.Error as error:
        raise Unreadable(
            f"is cut short or altered at line {end + 1:,} ({error})", where=path.name, to_do=_AGAIN
        ) from error
    finally:
        csv.field_size_limit(before)
    return _whole(path, "", iter(rows), [note] if note else [])


def _text(raw: bytes, path: Path, encoding: str) -> tuple[str, str]:
    """The text, and what must be said of its encoding."""
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise WrongUse(f"{encoding!r} is no encoding", to_do="Use one such as gb18030") from error
        tries = [encoding]
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    else:
        tries = ["utf-8-sig", "cp1252"]
    for one in tries:
        try:
            text = raw.decode(one)
        except (UnicodeDecodeError, ValueError) as error:
            fault = error
            continue
        if "\x00" in text:
            raise Unreadable("is no text: it has NUL bytes", where=path.name, to_do=_ENCODING)
        note = (
            "The file is not UTF-8 and was read as Windows-1252. Where names look wrong, they were not searched as "
            "written: give the encoding."
        )
        return text, note if one == "cp1252" else ""
    raise Unreadable(f"cannot be read as {tries[-1]} ({fault})", where=path.name, to_do=_ENCODING)


# --- XLSX ---


def _is_workbook(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise UnknownKind("is a workbook of another format", where=path.name, to_do=_AGAIN)
    return "xl/workbook.xml" in names


def _workbook(path: Path, sheet: str) -> Sheet:
    try:
        members = _members(path)
        if sheet and sheet not in members:
            raise WrongUse(
                f"there is no sheet {sheet!r}", where=path.name, to_do=f"Its sheets are: {', '.join(members)}"
            )
        name = sheet or next(iter(members))
        merged, formulas = _scan(path, members[name])
        rows = list(_cells(path, name, formulas=formulas))
    except (zipfile.BadZipFile, InvalidFileException, ElementTree.ParseError, KeyError, ValueError, OSError) as error:
        raise Unreadable(f"the workbook is cut short or altered ({error})", where=path.name, to_do=_AGAIN) from error
    notes = []
    others = [one for one in members if one != name]
    if others:
        notes.append(f"Only the sheet {name!r} was read; the workbook also has: {', '.join(others)}.")
    filled = _filled(rows, merged)
    if formulas:
        notes.append("Formulas were not worked out; the values saved with them were read.")
    return _whole(path, name, iter(filled), notes)


def _members(path: Path) -> dict[str, str]:
    """The sheets of a workbook and where each lies in it, after everything in it was found safe to read."""
    with zipfile.ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > _MOST_BYTES:
            raise Unreadable(f"unpacks to more than {_MOST_BYTES:,} bytes", where=path.name, to_do=_AGAIN)
        for one in archive.infolist():
            if one.filename.endswith((".xml", ".rels")):
                with archive.open(one) as part:
                    _no_entities(part, path)
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - has no entities, see above
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    targets = {one.get("Id"): str(one.get("Target")) for one in links}
    found = {}
    for tag in book.iter():
        if tag.tag.endswith("}sheet") and (target := targets.get(tag.get(_REL))):
            found[str(tag.get("name"))] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    if not found:
        raise Unreadable("the workbook has no sheet", where=path.name, to_do=_AGAIN)
    return found


def _no_entities(part: Any, path: Path) -> None:
    held = b""
    while chunk := part.read(1 << 16):
        window = held + chunk
        if any(mark in window for mark in _DOCTYPE):
            raise Unreadable(
                "has a document type declaration, which no workbook has and an attack may",
                where=path.name,
                to_do=_AGAIN,
            )
        held = window[-32:]


def _scan(path: Path, member: str) -> tuple[list[tuple[int, int, int, int]], bool]:
    """Which cells are merged (first and last row, first and last column), and whether there are formulas."""
    merged: list[tuple[int, int, int, int]] = []
    formulas = False
    with zipfile.ZipFile(path) as archive, archive.open(member) as part:
        held = b""
        while chunk := part.read(1 << 20):
            window = held + chunk
            end = window.rfind(b">") + 1
            whole, held = window[:end], window[end:]
            formulas = formulas or bool(_FORMULA.search(whole))
            merged += [
                (int(top), int(bottom), _column(left), _column(right))
                for left, top, right, bottom in _MERGE.findall(whole)
            ]
    return merged[:_MOST_MERGED], formulas


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _cells(path: Path, name: str, *, formulas: bool) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    values = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    written = openpyxl.load_workbook(path, read_only=True, keep_links=False) if formulas else None
    try:
        sheet = values[name]
        sheet.reset_dimensions()  # the size that a file claims may be wrong, and then rows would be left out
        behind: Iterator[tuple[Any, ...]] = iter(())
        if written:
            other = written[name]
            other.reset_dimensions()
            behind = other.iter_rows()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            as_written = next(behind, ())
            cells = [_cell(one) for one in row]
            for at, one in enumerate(as_written):
                if one.data_type == "f" and at < len(cells) and not cells[at].text and not cells[at].fault:
                    cells[at] = Cell("", fault="a formula without a saved value")
            yield number, tuple(cells)
    finally:
        values.close()
        if written:
            written.close()


def _cell(one: Any) -> Cell:
    value = one.value
    if value is None:
        return EMPTY
    if one.data_type == "e":
        return Cell("", fault=f"the error {value}")
    if isinstance(value, datetime):
        return Cell(value.date().isoformat(), day=value.date())
    if isinstance(value, date):
        return Cell(value.isoformat(), day=value)
    if isinstance(value, bool | time | timedelta):
        return Cell(str(value))
    if isinstance(value, int | float):
        return Cell(_shown(value, str(one.number_format or "")), number=float(value))
    return Cell(str(value).strip())


def _shown(value: float, form: str) -> str:
    """A number as the sheet shows it, as far as noughts and a unit go; never with fewer digits than it has."""
    plain = str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    if (match := _ZEROS.fullmatch(form)) and value >= 0 and "e" not in plain:
        whole, _, rest = plain.partition(".")
        places = len(match.group(2) or "")
        rest = rest.ljust(places, "0")
        plain = whole.zfill(len(match.group(1))) + (f".{rest}" if rest else "")
    unit = _UNIT.search(form)
    return f"{plain} {unit.group(1)}" if unit else plain


def _filled(
    rows: Sequence[tuple[int, tuple[Cell, ...]]], merged: Sequence[tuple[int, int, int, int]]
) -> list[tuple[int, tuple[Cell, ...]]]:
    """The rows with the value of each cell that was merged downwards in all the rows that it spans, as it is seen.

    Cells merged sideways are titles and headings, and stay where they are.
    """
    cells = {number: list(row) for number, row in rows}
    for top, bottom, left, _ in merged:
        first = cells.get(top, [])
        if left >= len(first) or not first[left].text:
            continue
        value = replace(first[left], merged=True)
        for number in range(top + 1, min(bottom, top + _MOST_MERGED) + 1):
            row = cells.get(number)
            if row is not None and any(cell.text for cell in row):
                row += [EMPTY] * (left + 1 - len(row))
                row[left] = row[left] if row[left].text else value
    return [(number, tuple(row)) for number, row in cells.items()]
