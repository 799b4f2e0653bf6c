"""The SDN list of the US Treasury's OFAC as classic XML (`sdn.xml`), plain, gzipped or zipped.

Two namespaces are about for the same elements (tempuri.org before 2024, sanctionslistservice.ofac.treas.gov since), so
only local names are read. The parser is expat itself, because nothing else gives the line of each entry; a document
type declaration, and with it every entity, ends the reading at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args
from xml.parsers import expat

from darkwake import country
from darkwake.errors import UnknownKind, Unreadable
from darkwake.screening import identifiers
from darkwake.screening.formats.packed import chunks, sha256_of
from darkwake.screening.lists import Entry, EntryKind, Flag, Identifier, ListedName, NameKind, SanctionsList

_KINDS: dict[str, EntryKind] = {
    "vessel": "vessel", "entity": "entity", "individual": "person", "aircraft": "aircraft",
}  # fmt: skip
_IMO, _MMSI, _CALL_SIGN = "vessel registration identification", "mmsi", "other vessel call sign"
_FLAGS: dict[str, Literal["former", "other"]] = {"former vessel flag": "former", "other vessel flag": "other"}

_MOST_TEXT = 100_000
"""Characters in one field; the longest remark in the list of 2021 has under 3,000."""
_MOST_FIELDS = 50_000
"""Elements in one entry; the largest entry of 2021 has under 1,000."""
_DEEPEST = 12
"""Levels of elements; the format has six."""

_ALTERED = "cut short or altered"
_AGAIN = "Download sdn.xml again from OFAC's Sanctions List Service and compare its Record_Count"


@dataclass(slots=True)
class _Element:
    """One element of an entry: enough of a tree to look things up by local name."""

    tag: str
    row: int
    last_row: int = 0
    pieces: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def all(self, *path: str) -> Iterator[_Element]:
        here = [self]
        for tag in path:
            here = [child for parent in here for child in parent.children if child.tag == tag]
        return iter(here)

    def first(self, *path: str) -> str:
        return next((found.text for found in self.all(*path)), "")

    def texts(self, *path: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found.text for found in self.all(*path) if found.text))


class OfacSdn:
    """The reader of classic SDN XML."""

    kind = "ofac-sdn"
    reads = "OFAC SDN as classic XML (sdn.xml, plain, .gz or .zip)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By its root element in the first bytes; the file's name does not count."""
        del name
        return re.search(rb"[<:\s]sdnList[\s>/\[]", head.replace(b"\0", b"")) is not None

    def read(self, path: str | Path) -> SanctionsList:
        """The whole list, streamed: memory grows with the entries kept and with nothing else.

        Raises:
            UnknownKind: The root is another element.
            Unreadable: Cut short, altered, without date or count, or with a document type declaration.
        """
        path = Path(path)
        reading = _Reading(path.name)
        for chunk in chunks(path):
            reading.feed(chunk)
        reading.close()
        published, declared = reading.declared()
        seen = len(reading.entries) + sum(reading.refused.values())
        if seen != declared:
            raise Unreadable(
                f"the list declares {declared:,} entries and holds {seen:,}: it is {_ALTERED}",
                where=path.name,
                to_do=_AGAIN,
            )
        return SanctionsList(
            name="OFAC SDN",
            date=published,
            declared=declared,
            sha256=sha256_of(path),
            file=path.name,
            entries=tuple(reading.entries),
            refused=dict(sorted(reading.refused.items())),
        )


class _Reading:
    """One pass of expat over one file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.entries: list[Entry] = []
        self.refused: Counter[str] = Counter()
        self._numbers: set[str] = set()
        self._open: list[_Element] = []
        self._fields = 0
        self._text = 0
        self._published: _Element | None = None
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        self._parser = parser

    def feed(self, chunk: bytes, last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._unreadable(
                f"the XML is {_ALTERED} ({expat.errors.messages[error.code]})", error.lineno
            ) from error

    def close(self) -> None:
        self.feed(b"", last=True)

    def declared(self) -> tuple[date, int]:
        """The list's own date and count."""
        words = self._published
        day = words.first("Publish_Date") if words else ""
        count = (words.first("Record_Count") if words else "").replace(",", "")
        try:
            published = datetime.strptime(day, "%m/%d/%Y").date()
        except ValueError as error:
            raise Unreadable(
                f"the list gives {day!r} as its Publish_Date, where a month/day/year is needed: it is {_ALTERED}",
                where=self.name,
                to_do=_AGAIN,
            ) from error
        if re.fullmatch(r"[0-9]{1,9}", count) is None:
            raise Unreadable(
                f"the list gives {count!r} as its Record_Count, so nobody can tell whether it is whole",
                where=self.name,
                to_do=_AGAIN,
            )
        return published, int(count)

    def _unreadable(self, what: str, row: int | None = None) -> Unreadable:
        line = self._parser.CurrentLineNumber if row is None else row
        return Unreadable(what, where=f"{self.name}, line {line:,}", to_do=_AGAIN)

    def _doctype(self, *_: object) -> None:
        raise self._unreadable(
            "the file has a document type declaration or an entity, which the list never has and which can be an attack"
        )

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        row = self._parser.CurrentLineNumber
        if not self._open and local != "sdnList":
            raise UnknownKind(
                f"the root element is <{local[:80]}>, not <sdnList>",
                where=f"{self.name}, line {row:,}",
                to_do="This reader takes OFAC's classic sdn.xml",
            )
        self._fields += 1
        if len(self._open) >= _DEEPEST or self._fields > _MOST_FIELDS:
            raise self._unreadable(f"elements are nested or repeated as in no SDN entry: the file is {_ALTERED}")
        element = _Element(local, row)
        if len(self._open) > 1:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._text = 0

    def _characters(self, text: str) -> None:
        if len(self._open) > 2:
            self._text += len(text)
            if self._text > _MOST_TEXT:
                raise self._unreadable(f"one field has more than {_MOST_TEXT:,} characters: the file is {_ALTERED}")
            self._open[-1].pieces.append(text)

    def _end(self, _tag: str) -> None:
        element = self._open.pop()
        element.last_row = self._parser.CurrentLineNumber
        if len(self._open) != 1:
            return
        self._fields = 0  # the bound is per entry
        if element.tag == "sdnEntry":
            self._entry(element)
        elif element.tag == "publshInformation":  # the list's own spelling
            self._published = element

    def _entry(self, element: _Element) -> None:
        entry = _entry_of(element)
        reason = entry if isinstance(entry, str) else ""
        if isinstance(entry, Entry) and entry.number in self._numbers:
            reason = "its number was given to an entry before"
        if reason:
            self.refused[reason] += 1
        elif isinstance(entry, Entry):
            self._numbers.add(entry.number)
            self.entries.append(entry)


def _entry_of(element: _Element) -> Entry | str:
    """The entry, or the reason for which it is refused."""
    number = element.first("uid")
    kind = _KINDS.get(element.first("sdnType").casefold())
    names = _names(element)
    if not number:
        return "no number"
    if kind is None:
        return "a kind that is not vessel, entity, individual or aircraft"
    if not names or names[0].kind != "primary":
        return "no name"
    marks, flags = _marks_and_flags(element, kind)
    return Entry(
        number=number,
        kind=kind,
        names=names,
        row=element.row,
        last_row=element.last_row,
        identifiers=marks,
        flags=flags,
        vessel_type=element.first("vesselInfo", "vesselType"),
        owner=element.first("vesselInfo", "vesselOwner"),
        tonnage=element.first("vesselInfo", "tonnage"),
        gross_tonnage=element.first("vesselInfo", "grossRegisteredTonnage"),
        programmes=element.texts("programList", "program"),
        countries=element.texts("addressList", "address", "country"),
        born=element.texts("dateOfBirthList", "dateOfBirthItem", "dateOfBirth"),
        remarks=element.first("remarks"),
    )


def _name_text(element: _Element) -> str:
    return ", ".join(part for part in (element.first("lastName"), element.first("firstName")) if part)


def _names(element: _Element) -> tuple[ListedName, ...]:
    found = [ListedName(_name_text(element))] if _name_text(element) else []
    for aka in element.all("akaList", "aka"):
        written = aka.first("type").casefold()
        kind: NameKind = next((one for one in get_args(NameKind) if one == written), "a.k.a.")
        if text := _name_text(aka):
            found.append(ListedName(text, kind, weak=aka.first("category").casefold() == "weak"))
    return tuple(found)


def _marks_and_flags(element: _Element, of: EntryKind) -> tuple[tuple[Identifier, ...], tuple[Flag, ...]]:
    marks: list[Identifier] = []
    flags = [_flag(text, "current") for text in element.texts("vesselInfo", "vesselFlag")]
    for one in element.all("idList", "id"):
        kind, raw = one.first("idType"), one.first("idNumber")
        folded = kind.casefold()
        if folded in _FLAGS:
            flags.append(_flag(raw, _FLAGS[folded]))
        elif folded == _IMO and of != "vessel":
            # a company's IMO number has another check digit and is no ship's: kept as typed, never compared as one
            marks.append(Identifier(kind, raw, country=one.first("idCountry")))
        else:
            marks.append(_mark(folded, kind, raw, one.first("idCountry")))
    marks += [_mark(_CALL_SIGN, "", text, "") for text in element.texts("vesselInfo", "callSign")]
    known = {mark.value for mark in marks if mark.kind == "mmsi"}
    for number in re.findall(r"MMSI[\s:#]*([0-9]{9})\b", element.first("remarks")):
        if number not in known:
            marks.append(_mark(_MMSI, "", number, ""))
    return tuple(dict.fromkeys(marks)), tuple(dict.fromkeys(flags))


def _mark(folded: str, kind: str, raw: str, where: str) -> Identifier:
    if folded == _IMO:
        digits = identifiers.imo_digits(raw)
        return Identifier("imo", raw, digits, identifiers.imo_fault(digits), where)
    if folded == _MMSI:
        digits = identifiers.mmsi_digits(raw)
        return Identifier("mmsi", raw, digits, identifiers.mmsi_fault(digits), where)
    if folded == _CALL_SIGN:
        letters = identifiers.callsign_letters(raw)
        return Identifier("callsign", raw, letters, "" if letters else "has no letter or under 3 characters", where)
    return Identifier(kind, raw, country=where)


def _flag(text: str, standing: Literal["current", "former", "other"]) -> Flag:
    spelled = re.sub(r"\bSt\.?\s", "Saint ", text).replace("&", "and")
    return Flag(text, country.code(text) or country.code(spelled), standing)
