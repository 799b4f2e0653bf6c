"""CSV lists as records with their lines: decoded strictly, bounded, and refused where they break off."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from darkwake.errors import Unreadable
from darkwake.screening.formats.packed import chunks

_MOST_TEXT = 100_000
"""Characters in one field; the statements of reasons that lists carry have some thousands."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; a quoted field may run over several lines."""

    cells: tuple[str, ...]
    row: int
    last_row: int


def text_of(path: Path, again: str, member: str = "") -> tuple[str, str]:
    """The whole text and the encoding that it was read as.

    UTF-8 (with or without its mark) and UTF-16 with its mark are read as such. Bytes that are no UTF-8 are read as
    Windows-1252, in which British and American agencies have published, where all of them are letters there.

    Raises:
        Unreadable: It is neither.
    """
    data = b"".join(chunks(path, member))
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding.removesuffix("-sig")
    raise Unreadable("the text is in no encoding that the list comes in", where=path.name, to_do=again)


def records(text: str, where: str, again: str, *, delimiter: str = ",") -> Iterator[Record]:
    """The records in order, empty lines out.

    Raises:
        Unreadable: A quoted field is still open at the end, or one field has more than a hundred thousand characters.
    """
    before = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line = reader.line_num
            raise Unreadable(
                f"the table is cut short or altered ({error})", where=f"{where}, line {line:,}", to_do=again
            ) from error
        first, before = before + 1, reader.line_num
        if any(len(cell) > _MOST_TEXT for cell in cells):
            raise Unreadable(
                f"one field has more than {_MOST_TEXT:,} characters: the table is altered",
                where=f"{where}, line {first:,}",
                to_do=again,
            )
        if any(cells):
            yield Record(tuple(cells), first, before)


def ends_whole(text: str) -> bool:
    """Whether the last line ends as a line does. A file that breaks off within a line does not."""
    return text.rstrip("\x1a").endswith(("\n", "\r"))


def named(record: Record, heading: Mapping[str, int], name: str) -> str:
    """The cell under a heading with single spaces; "" where the table has no such column or the row is short."""
    at = heading.get(name)
    return " ".join(record.cells[at].split()) if at is not None and at < len(record.cells) else ""
