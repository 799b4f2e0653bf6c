"""A text of a table: its encoding, its delimiter, its rows with their lines, and whether it was cut short."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from darkwake.errors import MissingColumn, Unreadable
from darkwake.screening.formats.packed import chunks

_AGAIN = "Download or save it again, whole, as UTF-8"
_REMARK = re.compile(r"^#\s*([a-z ]+?)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_MOST_FIELD = 1_000_000
"""Characters in one field; the longest text of a control list has under 10,000."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, and its first and last line."""

    cells: dict[str, str]
    first: int
    last: int
    short: bool
    """True where it has fewer cells than the head has columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns, rows and remarks ("# rows: 12")."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    remarks: dict[str, str]


def text_of(path: Path, *, otherwise: str | None = None) -> str:
    """The unpacked text: UTF-8, UTF-16 with its mark, or, where that is given, another encoding.

    Raises:
        Unreadable: It is in another encoding, or it is binary.
    """
    raw = b"".join(chunks(path))
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", *([otherwise] if otherwise else [])]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            fault = error
            continue
        if "\x00" in text:
            raise Unreadable("is no text: it has NUL bytes", where=path.name, to_do=_AGAIN)
        return text
    line = raw.count(b"\n", 0, fault.start) + 1
    raise Unreadable(f"is not UTF-8 (byte {fault.start + 1:,}, line {line:,})", where=path.name, to_do=_AGAIN)


def table_of(path: Path, *, needs: tuple[str, ...], otherwise: str | None = None) -> Table:
    """The table in a file; columns in lower case, delimiter comma, semicolon or tab as its head has it.

    Raises:
        MissingColumn: One of `needs` is not there.
        Unreadable: It is empty, or ends within a row or a quotation.
    """
    text = text_of(path, otherwise=otherwise)
    if not text.strip():
        raise Unreadable("the file is empty", where=path.name, to_do=_AGAIN)
    remarks: dict[str, str] = {}
    lines = _lines(text, remarks)
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(_MOST_FIELD)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    columns: tuple[str, ...] = ()
    rows = []
    end = 0
    try:
        for cells in reader:
            first, end = end + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = tuple(cell.strip().casefold() for cell in cells)
                _check(columns, needs, path)
                continue
            padded = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
            rows.append(Row(dict(zip(columns, padded, strict=False)), first, end, len(cells) < len(columns)))
    except csv.Error as error:
        raise Unreadable(
            f"is cut short or altered at line {end + 1:,} ({error})", where=path.name, to_do=_AGAIN
        ) from error
    if not rows:
        raise Unreadable("has a head but no rows", where=path.name, to_do=_AGAIN)
    if rows[-1].short:
        raise Unreadable(f"is cut short within line {rows[-1].last:,}, its last", where=path.name, to_do=_AGAIN)
    return Table(columns, tuple(rows), remarks)


def _lines(text: str, remarks: dict[str, str]) -> Iterator[str]:
    """The lines for the reader of CSV, remarks as blank ones so that line numbers stay."""
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            match = _REMARK.match(line)
            if match:
                remarks[match.group(1).casefold()] = match.group(2)
            yield "\n"
        else:
            yield line


def _check(columns: tuple[str, ...], needs: tuple[str, ...], path: Path) -> None:
    missing = [name for name in needs if name not in columns]
    if missing:
        raise MissingColumn(
            f"has no column {', '.join(map(repr, missing))}; it has {', '.join(columns)}",
            where=path.name,
            to_do=f"It needs the columns {', '.join(needs)}",
        )
