"""Down to the row: what stands in a source at the place that a piece of evidence cites.

    found = cited(case, parsed_case_json, "ev-d55f0054fa96ba76")   # one Passage a citation

Rows are numbered as the readers number them: the lines of the unpacked text, those of a zip's files one after the
other; the records of a Parquet file. A source is read as a stream, up to the row and no further, and never written.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl
import zstandard

from darkwake.case.folder import Added, CaseFolder
from darkwake.case.index import anchor
from darkwake.errors import DarkwakeError
from darkwake.evidence import PACKAGE_TABLE

MOST_ROWS = 40
"""Rows of one citation that are shown."""
MOST_CITATIONS = 24
LONGEST_ROW = 4_000
"""Characters of one row that are shown."""
CONTEXT = 400
"""Characters of an article on either side of what is cited."""
MOST_BYTES = 16 << 30
"""Unpacked bytes that are read in search of a row: ten days of all ships of Denmark; a packed bomb ends here."""
_CHUNK = 1 << 20
_LONGEST_LINE = 8 << 20
_FAULTS = (
    OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zlib.error, zipfile.BadZipFile,
    zstandard.ZstdError, pl.exceptions.PolarsError, DarkwakeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """One place in one source."""

    name: str
    sha256: str
    where: str
    """Which rows, characters or bands, in words."""
    head: tuple[str, ...] = ()
    """The names of the columns, where the source has some."""
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Number and cells of each row; one cell where the source has no columns."""
    before: str = ""
    text: str = ""
    """What is cited of an article, and what stands before and after it."""
    after: str = ""
    note: str = ""
    """Why nothing is shown, or what is left out."""


def cited(case: CaseFolder, plain: Mapping[str, Any], about: str) -> list[Passage] | None:
    """What a thing of the case cites, as it stands in the sources; None where the page names no such thing.

    Args:
        case: The case.
        plain: Its case.json, parsed.
        about: The anchor of a piece of evidence, of an event or of a hit; or of a source, for its first rows.
    """
    tables = (("ev", "evidence"), ("hit", "hits"), ("event", "events"))
    prefix = about.partition("-")[0]
    if prefix == "source":
        found = next((row for row in plain.get("sources", []) if anchor("source", row["sha256"][:16]) == about), None)
        return None if found is None else [passage(case, plain, found["sha256"], 1, 12, "row")]
    kind, table = next(((kind, table) for kind, table in tables if kind == prefix), ("gap", "events"))
    rows = (row for row in plain.get(table, []) if anchor(kind, row["id"]) == about)
    thing = next(rows, None)
    if thing is None:
        return None
    places = thing.get("sources") or []
    shown = [
        passage(case, plain, row["source"], row["first_row"], row["last_row"], row.get("unit", "row"))
        for row in places[:MOST_CITATIONS]
    ]
    if len(places) > MOST_CITATIONS:
        shown.append(Passage("", "", "", note=f"{len(places) - MOST_CITATIONS:,} more places are not shown."))
    return shown


def passage(case: CaseFolder, plain: Mapping[str, Any], source: str, first: int, last: int, unit: str) -> Passage:
    """One place: rows `first` to `last` of the source with that hash, both ends in, 1 for the first."""
    added = next((one for one in case.sources() if one.sha256 == source), None)
    if unit == "band":
        where = f"band {first:,}" if first == last else f"bands {first:,} to {last:,}"
        return Passage(_image(plain, source), source, where, note="An image: named by its hash, and not shown here.")
    what = "character" if unit == "character" else "row"
    where = f"{what} {first:,}" if first == last else f"{what}s {first:,} to {last:,}"
    own: Mapping[str, Any] = next((one for one in plain.get("sources", []) if one["sha256"] == source), {})
    if added is None and own.get("kind") == PACKAGE_TABLE:
        return Passage(own["name"], source, where, note="A table of the package itself, in its folder `data`.")
    if added is None or not case.source_path(added).is_file():
        return Passage(f"source {source[:12]}", source, where, note="The file is not in the case's folder of sources.")
    if first < 1 or last < first:
        return Passage(added.name, source, where, note="There is no such place in a file.")
    try:
        if unit == "character":
            return _characters(case, added, first, last, where)
        return _rows(case.source_path(added), added, first, last, where)
    except _FAULTS as error:
        return Passage(added.name, source, where, note=f"The file could not be read there: {str(error)[:300]}")


def _image(plain: Mapping[str, Any], source: str) -> str:
    for site in (plain.get("sites") or {}).get("sites", []):
        for image in site.get("images", []):
            for file in image.get("files", []):
                if file.get("sha256") == source:
                    return str(file["name"])
    return f"image {source[:12]}"


def _characters(case: CaseFolder, added: Added, first: int, last: int, where: str) -> Passage:
    articles = pl.scan_parquet(case.derived / "articles.parquet").filter(pl.col("source") == added.sha256)
    texts = articles.select("text").collect()["text"].to_list()
    if not texts:
        return Passage(
            added.name, added.sha256, where, note="The text of this article is not there: run the case anew."
        )
    text = texts[0]
    last = min(last, first + LONGEST_ROW)
    return Passage(
        added.name,
        added.sha256,
        where,
        before=text[max(first - 1 - CONTEXT, 0) : first - 1],
        text=text[first - 1 : last],
        after=text[last : last + CONTEXT],
    )


def _rows(path: Path, added: Added, first: int, last: int, where: str) -> Passage:
    most = min(last, first + MOST_ROWS - 1)
    note = f"{last - most:,} more rows are not shown." if last > most else ""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        table = pl.scan_parquet(path).slice(first - 1, most - first + 1).collect()
        cells = [(first + i, tuple(_cut(str(cell)) for cell in row)) for i, row in enumerate(table.iter_rows())]
        return Passage(added.name, added.sha256, where, tuple(table.columns), tuple(cells), note=note)
    if magic[:2] == b"PK" and not _is_text(path):
        return Passage(added.name, added.sha256, where, note="A workbook: open the file itself at that row.")
    head, found = _lines(path, magic, first, most)
    if not found:
        return Passage(added.name, added.sha256, where, note="The file ends before that row.")
    if "csv" not in added.kind:
        return Passage(added.name, added.sha256, where, (), tuple((n, (_cut(line),)) for n, line in found), note=note)
    mark = max(",;\t|", key=head.count)
    names, *cells_of = csv.reader([head, *(line for _, line in found)], delimiter=mark)
    rows = tuple((n, tuple(map(_cut, cells))) for (n, _), cells in zip(found, cells_of, strict=False))
    return Passage(added.name, added.sha256, where, tuple(map(_cut, names)), rows, note=note)


def _is_text(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return "[Content_Types].xml" not in archive.namelist()


def _lines(path: Path, magic: bytes, first: int, last: int) -> tuple[str, list[tuple[int, str]]]:
    """The first line of the file that holds the rows, and the rows with their numbers."""
    begins, left = 1, MOST_BYTES
    for opened in _streams(path, magic):
        with opened as stream:
            head, found, following, left = _of_stream(stream, begins, first, last, left)
        if found:
            return head, found
        begins = following
    return "", []


def _of_stream(
    stream: IO[bytes], begins: int, first: int, last: int, left: int
) -> tuple[str, list[tuple[int, str]], int, int]:
    """Head, rows, the number of the line after the last, and how many bytes may still be read."""
    head: bytes | None = None
    found: list[tuple[int, str]] = []
    rest, number = b"", begins
    while piece := stream.read(_CHUNK):
        left -= len(piece)
        if left < 0 or len(rest) > _LONGEST_LINE:
            raise ValueError("it lies too deep in the file, or a line before it is too long")
        piece = rest + piece
        if head is None and b"\n" in piece:
            head = piece.partition(b"\n")[0]
        count = piece.count(b"\n")
        if number + count > first or found:  # the last line of a piece may go on in the next one
            *whole, rest = piece.split(b"\n")
            found += [(number + i, _plain(line)) for i, line in enumerate(whole) if first <= number + i <= last]
        else:
            rest = piece[piece.rfind(b"\n") + 1 :]
        number += count
        if number > last:
            return _plain(head or b""), found, number, left
    if rest:
        if first <= number <= last:
            found.append((number, _plain(rest)))
        number += 1
    return _plain(head if head is not None else rest), found, number, left


def _streams(path: Path, magic: bytes) -> Iterator[IO[bytes]]:
    """The files of rows in a source, each open; whoever takes one closes it."""
    if magic[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            names = [item.filename for item in archive.infolist() if not item.is_dir()]
        for name in names:
            if not name.startswith("__MACOSX/"):
                yield zipfile.ZipFile(path).open(name)  # noqa: SIM115  closed by whoever takes it
    elif magic == b"\x28\xb5\x2f\xfd":
        reader = zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True, closefd=True)
        yield io.BufferedReader(reader, _CHUNK)
    elif magic[:2] == b"\x1f\x8b":
        yield io.BufferedReader(gzip.open(path), _CHUNK)  # noqa: SIM115  likewise
    else:
        yield path.open("rb")


def _plain(line: bytes) -> str:
    return line.removeprefix(b"\xef\xbb\xbf").rstrip(b"\r").decode("utf-8", "replace")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_ROW else f"{text[:LONGEST_ROW]} … ({len(text):,} characters in all)"


def told(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """The same as the page's template takes it."""
    return [{name: getattr(one, name) for name in one.__slots__} for one in passages]
