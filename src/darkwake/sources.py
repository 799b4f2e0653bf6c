"""What a file is and what it is for: the readers of all parts, asked in turn."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from darkwake import claims, ports, screening, tracks
from darkwake.case.change import said
from darkwake.case.folder import Added, CaseFolder
from darkwake.case.unaltered import unaltered
from darkwake.errors import UnknownKind, Unreadable
from darkwake.port_merging import merged
from darkwake.tracks.sources import members

LISTS = tuple(reader.kind for reader in screening.formats.FORMATS)
"""The kinds of source that are lists of parties."""
GOODS = (
    *(reader.kind for reader in screening.formats.controls.CONTROL_FORMATS),
    *(reader.kind for reader in screening.formats.hs.CODE_FORMATS),
)
"""The kinds of source that tell of goods: control lists, and tables of customs codes."""


MOST_COLUMNS = 12
"""Columns that are named of a table that nobody can read."""
_HEAD_BYTES = 1 << 16


def kind_of(file: Path, columns: str = "") -> str:
    """What a file is: the name of the reader that recognises it.

    Raises:
        Unreadable: there is no such file, or it is empty.
        UnknownKind: no reader recognises it.
    """
    if not file.is_file():
        raise Unreadable("there is no such file", where=str(file), to_do="Check the path")
    if file.stat().st_size == 0:
        raise Unreadable("the file is empty", where=str(file), to_do="Fetch it again; nothing was added")
    mapped = tracks.Columns.parse(columns) if columns else None
    kind = (
        screening.formats.sniff(file)
        or screening.formats.controls.sniff_controls(file)
        or screening.formats.hs.sniff_codes(file)
        or ports.sniff(file)
        or tracks.sniff(file, columns=mapped)
        or claims.sniff(file)
    )
    if kind is None:
        raise UnknownKind(
            "no reader recognises this file" + _columns_said(file),
            where=str(file),
            to_do="Positions in a table of your own need --columns, such as "
            "'time=Time,ship=MMSI,lat=Latitude,lon=Longitude'; darkwake add --help says what is read",
        )
    return kind


def _columns_said(file: Path) -> str:
    """The columns of a table that no reader knows, as the end of a sentence; empty where it is no table."""
    try:
        names = _columns_of(file)
    except Exception:  # hostile bytes: whatever they provoke, they are no table
        return ""
    if len(names) < 2:
        return ""
    shown = ", ".join(said(name, 40) for name in names[:MOST_COLUMNS])
    more = len(names) - MOST_COLUMNS
    return f", whose columns are {shown}{f' and {more:,} more' if more > 0 else ''}"


def _columns_of(file: Path) -> list[str]:
    """By the schema of a Parquet file, or by the first line of text, of a zip's first file too."""
    with file.open("rb") as stream:
        if stream.read(4) == b"PAR1":
            return list(pl.read_parquet_schema(file))
    with members(file)[0].open() as stream:
        head = stream.read(_HEAD_BYTES)
    first, ended, _ = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")
    # a first line that does not end here, or with what no text has, is no head of a table
    line = first.rstrip(b"\r").decode("utf-8", "replace")
    if not ended or any(letter < " " for letter in line.replace("\t", "")):
        return []
    mark = max(",;\t|", key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=mark), [])]
    return names if all(0 < len(name) <= 80 for name in names) else []


@dataclass(frozen=True, slots=True)
class Known:
    """A file that a reader recognises, and as what."""

    file: Path
    kind: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A file of a folder that no reader recognises, so that it was passed over."""

    file: Path
    why: str


def recognised(items: Iterable[Path], columns: str = "") -> tuple[list[Known], list[Passed]]:
    """What each file is; a folder may hold others beside, which are passed over, while a file that is named is meant.

    Raises:
        Unreadable: a named file is not there, or is empty.
        UnknownKind: no reader recognises a named file, or any file of a folder.
    """
    known: list[Known] = []
    passed: list[Passed] = []
    for item in items:
        if not item.is_dir():
            known.append(Known(item, kind_of(item, columns)))
            continue
        before = len(known), len(passed)
        for file in files_in(item):
            try:
                known.append(Known(file, kind_of(file, columns)))
            except (UnknownKind, Unreadable) as error:
                passed.append(Passed(file, error.what))
        if before[0] == len(known) and before[1] < len(passed):
            first, many = passed[before[1]], len(passed) - before[1]
            raise UnknownKind(
                f"no reader recognises any of its {many:,} files; of {said(first.file.name, 120)}: {first.why}",
                where=str(item),
                to_do="darkwake add --help says what is read",
            )
    return known, passed


def files_in(item: Path) -> list[Path]:
    """The file itself, or every file in a folder, sorted, without hidden ones and what stands beside articles."""
    if not item.is_dir():
        return [item]
    return sorted(
        file
        for file in item.rglob("*")
        if file.is_file() and not file.name.startswith(".") and not file.name.endswith(claims.SIDECARS)
    )


def said_beside(file: Path, kind: str) -> str:
    """What a file beside an article says of it, as JSON; empty where there is none, or it is no article."""
    said = {one.field: one.value for one in claims.beside(file)} if kind in claims.KINDS else {}
    return json.dumps(said, sort_keys=True, ensure_ascii=False) if said else ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """A case's sources by what they are for."""

    heard: tuple[Added, ...]
    ports: tuple[Added, ...]
    lists: tuple[Added, ...]
    goods: tuple[Added, ...]
    articles: tuple[Added, ...]

    @staticmethod
    def of(sources: Sequence[Added]) -> Sorted:
        """By kind, each in the order given."""
        lists = tuple(source for source in sources if source.kind in LISTS)
        places = tuple(source for source in sources if source.kind in ports.LAYOUTS)
        goods = tuple(source for source in sources if source.kind in GOODS)
        articles = tuple(source for source in sources if source.kind in claims.KINDS)
        heard = tuple(source for source in sources if source not in (*lists, *places, *goods, *articles))
        return Sorted(heard, places, lists, goods, articles)


def day_of_list(file: Path, kind: str) -> date | None:
    """The day that a list of parties gives as its own, read to its end; None where the file is no such list.

    Raises:
        Refused: the list is cut short, or not what its head says.
    """
    return screening.formats.read(file).date if kind in LISTS else None


def look_through(file: Path, kind: str) -> None:
    """Read a list or a file of ports to its end, so that one that cannot be read is never taken."""
    if kind in LISTS:
        screening.formats.read(file)
    elif kind in GOODS:
        screening.index_of([file])
    elif kind in ports.LAYOUTS:
        ports.read(file)
    elif kind in claims.KINDS:
        claims.read(file)


def ports_of(case: CaseFolder, given: Sequence[Added]) -> pl.DataFrame:
    """The user's ports where there are any, else the package's."""
    if not given:
        return ports.default()
    return merged([ports.read(unaltered(case, source))[0] for source in given])[0]
