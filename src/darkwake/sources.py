"""What a file is and what it is for: the readers of all parts, asked in turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from darkwake import claims, ports, schema, screening, tracks
from darkwake.case.folder import Added, CaseFolder
from darkwake.errors import UnknownKind, Unreadable

LISTS = tuple(reader.kind for reader in screening.formats.FORMATS)
"""The kinds of source that are lists of parties."""
GOODS = (
    *(reader.kind for reader in screening.formats.controls.CONTROL_FORMATS),
    *(reader.kind for reader in screening.formats.hs.CODE_FORMATS),
)
"""The kinds of source that tell of goods: control lists, and tables of customs codes."""


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
            "no reader recognises this file",
            where=str(file),
            to_do="Positions in a table of your own need --columns, such as "
            "'time=Time,ship=MMSI,lat=Latitude,lon=Longitude'; darkwake add --help says what is read",
        )
    return kind


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
    tables = [ports.read(case.source_path(source))[0] for source in given]
    return pl.concat(tables).unique().sort(list(schema.PORTS))
