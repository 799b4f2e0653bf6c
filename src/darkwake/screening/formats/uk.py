"""The UK's lists as CSV: the UK Sanctions List (UK-Sanctions-List.csv) and, until January 2026, OFSI's ConList.csv.

Both begin with a line that tells their date, then the names of columns, then one row a name of an entry. Written from
the public layout; no file of the publisher's was at hand, so only invented files have been read with it. Neither table
has a count or a closing mark, so a last line without an end and `lists.shortfall` are what tells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from darkwake.errors import MissingColumn, Unreadable
from darkwake.screening.formats import marks
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.table import Record, ends_whole, named, records, text_of
from darkwake.screening.lists import (
    Entry,
    EntryKind,
    Identifier,
    Link,
    ListedName,
    NameKind,
    SanctionsList,
    with_links_found,
)

_AGAIN = "Download the list again from the UK government's site"

_KINDS: dict[str, EntryKind] = {"individual": "person", "entity": "entity", "ship": "vessel", "aircraft": "aircraft"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what; several where the publisher renamed one. Compared without case and punctuation."""

    name: str
    number: str
    kind: tuple[str, ...]
    name_type: str
    strength: str
    regime: tuple[str, ...]
    listed: tuple[str, ...]
    country: str
    born: str
    nationality: str
    documents: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    reference: str


_UK = _Layout(
    name="UK Sanctions List",
    number="unique id",
    kind=("designation type", "individual entity ship"),
    name_type="name type",
    strength="alias strength",
    regime=("regime name",),
    listed=("date designated",),
    country="address country",
    born="dob",
    nationality="nationality ies",
    documents=(
        ("National identifier", "national identifier number"),
        ("Passport", "passport number"),
        ("Business registration", "business registration number s"),
        ("Hull identification number", "hull identification number hin"),
    ),
    remarks=("other information", "uk statement of reasons"),
    reference="ofsi group id",
)
_OFSI = _Layout(
    name="UK OFSI Consolidated List",
    number="group id",
    kind=("group type",),
    name_type="alias type",
    strength="alias quality",
    regime=("regime",),
    listed=("uk sanctions list date designated", "listed on"),
    country="country",
    born="dob",
    nationality="nationality",
    documents=(
        ("National identification", "national identification number"),
        ("Passport", "passport number"),
    ),
    remarks=("other information",),
    reference="",
)
_NAME_PARTS = tuple(f"name {number}" for number in (1, 2, 3, 4, 5, 6))  # the family name is the sixth
_Get = Callable[[Record, str], str]


class UkList:
    """The reader of both."""

    kind = "uk-csv"
    reads = "UK Sanctions List (UK-Sanctions-List.csv) or OFSI's ConList.csv"

    def recognises(self, head: bytes, name: str) -> bool:
        """By the names of columns in the first lines; the file's name does not count."""
        del name
        lines = head.replace(b"\0", b"").lower().split(b"\n")[:3]
        return any(b"name 6" in line and (b"unique id" in line or b"group id" in line) for line in lines)

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list.

        Raises:
            MissingColumn: A column that is needed is not there.
            Unreadable: Cut short, altered, or without a date that the caller could have given.
        """
        path = Path(path)
        text, encoding = text_of(path, _AGAIN)
        if not ends_whole(text):
            raise Unreadable("the file ends within a line: it is cut short", where=path.name, to_do=_AGAIN)
        rows = records(text, path.name, _AGAIN)
        first = next(rows)
        told = None if _is_heading(first) else next(filter(None, map(_day_in, first.cells)), None)
        heading = _heading(first if _is_heading(first) else next(rows, first))
        published = told or dated
        if published is None:
            raise Unreadable(
                "the list's first line tells no date", where=path.name, to_do=f"{_AGAIN}, or say which day it is of"
            )
        layout = _UK if _UK.number in heading else _OFSI
        for column in (layout.number, "name 6", layout.name_type):
            if column not in heading:
                raise MissingColumn(f"there is no column {column!r}", where=path.name, to_do=_AGAIN)

        def get(record: Record, column: str) -> str:
            return named(record, heading, column)

        groups: dict[str, list[Record]] = {}
        for record in rows:
            if len(record.cells) > heading["#"]:
                raise Unreadable(
                    f"a row has {len(record.cells)} columns, not {heading['#']}: the file is altered",
                    where=f"{path.name}, line {record.row:,}",
                    to_do=_AGAIN,
                )
            groups.setdefault(get(record, layout.number), []).append(record)
        refused: Counter[str] = Counter()
        entries = []
        for group in groups.values():
            entry = _entry_of(group, layout, get)
            if isinstance(entry, str):
                refused[entry] += 1
            else:
                entries.append(entry)
        return SanctionsList(
            name=layout.name,
            date=published,
            declared=len(groups),
            sha256=sha256_of(path),
            file=path.name,
            entries=with_links_found(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
            notes=() if encoding == "utf-8" else (f"The file is no UTF-8 and was read as {encoding}.",),
        )


def _plain(word: str) -> str:
    """A column's name without case and punctuation: "Nationality(/ies)" is "nationality ies", "D.O.B" is "dob"."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=\b[a-z])\.", "", word.casefold())).split())


def _heading(record: Record) -> Mapping[str, int]:
    """Column -> place; under "#", which is no column, how many there are."""
    found: dict[str, int] = {"#": len(record.cells)}
    for at, word in enumerate(record.cells):
        found.setdefault(_plain(word), at)
    return found


def _is_heading(record: Record) -> bool:
    return "name 6" in map(_plain, record.cells)


def _day_in(cell: str) -> date | None:
    return marks.day(cell.rpartition(":")[2])


def _entry_of(rows: Sequence[Record], layout: _Layout, get: _Get) -> Entry | str:
    """The entry of all rows with one number, or the reason for which it is refused."""

    def each(*columns: str) -> tuple[str, ...]:
        return marks.each(get(row, column) for column in columns for row in rows)

    def first(*columns: str) -> str:
        return next(iter(each(*columns)), "")

    kind = _KINDS.get(first(*layout.kind).casefold())
    names = tuple(dict.fromkeys(_names(rows, layout, get)))
    if not first(layout.number):
        return "no number"
    if kind is None:
        return "a kind that is not individual, entity or ship"
    if not names:
        return "no name"
    found = [Identifier(label, number) for label, column in layout.documents for number in each(column)]
    ships = each("imo number")
    found += [marks.imo(number) if kind == "vessel" else Identifier("IMO number", number) for number in ships]
    days = [day for text in each(*layout.listed) if (day := marks.day(text))]
    changed = {day for text in each("last updated") if (day := marks.day(text))}
    return Entry(
        number=first(layout.number),
        kind=kind,
        names=names,
        row=min(row.row for row in rows),
        last_row=max(row.last_row for row in rows),
        identifiers=tuple(dict.fromkeys(found)),
        flags=(
            *(marks.flag(text) for text in _split(each("current believed flag of ship"))),
            *(marks.flag(text, "former") for text in _split(each("previous flags"))),
        ),
        vessel_type=first("type of ship"),
        owner=first("current owner operator s"),
        gross_tonnage=first("tonnage of ship"),
        programmes=each(*layout.regime),
        countries=each(layout.country),
        born=each(layout.born),
        remarks=" · ".join(each(*layout.remarks)),
        listed_from=min(days, default=None),
        reference=first(layout.reference) if layout.reference else "",
        nationalities=each(layout.nationality),
        amended=tuple(sorted(changed)),
        links=(
            *(Link("owner or operator", name) for name in _split(each("current owner operator s"))),
            *(Link("owner or operator", name, standing="former") for name in _split(each("previous owner operator s"))),
            *(Link("parent", name) for name in _split(each("parent company"))),
            *(Link("subsidiary", name) for name in _split(each("subsidiaries"))),
        ),
    )


def _split(texts: Sequence[str]) -> tuple[str, ...]:
    """Several names in one cell, as the list parts them: by semicolons, bars, or (1), (2)."""
    return marks.each(part for text in texts for part in re.split(r"[;|]|\(\d{1,2}\)", text))


def _names(rows: Sequence[Record], layout: _Layout, get: _Get) -> Iterator[ListedName]:
    """The row that is called primary first; where none is, the first row stands for it."""
    ordered = sorted(rows, key=lambda row: get(row, layout.name_type).casefold() != "primary name")
    primary = True
    for row in ordered:
        word = get(row, layout.name_type).casefold()
        former: NameKind = "f.k.a." if "fka" in word.replace(".", "") or "former" in word else "a.k.a."
        weak = get(row, layout.strength).casefold() in {"low", "weak"}
        if text := " ".join(filter(None, (get(row, part) for part in _NAME_PARTS))):
            yield ListedName(text, "primary" if primary else former, weak=weak and not primary)
            primary = False
    for row in ordered:
        if not primary and (text := get(row, "name non latin script")):
            yield ListedName(text, "a.k.a.")
