"""The SDN list of the US Treasury's OFAC as classic XML (`sdn.xml`), plain, gzipped or zipped.

Two namespaces are about for the same elements (tempuri.org before 2024, sanctionslistservice.ofac.treas.gov since), so
only local names are read.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from darkwake.errors import Unreadable
from darkwake.screening.formats import marks
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.tree import ALTERED, Element, Layout, stream
from darkwake.screening.lists import (
    Entry,
    EntryKind,
    Flag,
    Identifier,
    Link,
    ListedName,
    NameKind,
    SanctionsList,
    with_links_found,
)

NAME = "OFAC SDN"
"""The list's name, whichever format it comes in."""

KINDS: dict[str, EntryKind] = {
    "vessel": "vessel", "entity": "entity", "individual": "person", "aircraft": "aircraft",
}  # fmt: skip
_IMO, _MMSI, _CALL_SIGN = "vessel registration identification", "mmsi", "other vessel call sign"
_FLAGS: dict[str, Literal["former", "other"]] = {"former vessel flag": "former", "other vessel flag": "other"}

_AGAIN = "Download sdn.xml again from OFAC's Sanctions List Service and compare its Record_Count"
_LAYOUT = Layout("sdnList", {"sdnEntry", "publshInformation"}, _AGAIN, "OFAC's classic sdn.xml")  # their own spelling


class OfacSdn:
    """The reader of classic SDN XML."""

    kind = "ofac-sdn"
    reads = "OFAC SDN as classic XML (sdn.xml, plain, .gz or .zip)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By its root element in the first bytes; the file's name does not count."""
        del name
        return re.search(rb"[<:\s]sdnList[\s>/\[]", head.replace(b"\0", b"")) is not None

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list, streamed: memory grows with the entries kept and with nothing else.

        Raises:
            UnknownKind: The root is another element.
            Unreadable: Cut short, altered, without date or count, or with a document type declaration.
        """
        del dated  # the list has its own date
        path = Path(path)
        entries: list[Entry] = []
        refused: Counter[str] = Counter()
        numbers: set[str] = set()
        head: list[Element] = []

        def take(element: Element) -> None:
            if element.tag != "sdnEntry":
                head.append(element)
                return
            entry = _entry_of(element)
            if isinstance(entry, str):
                refused[entry] += 1
            elif entry.number in numbers:
                refused["its number was given to an entry before"] += 1
            else:
                numbers.add(entry.number)
                entries.append(entry)

        stream(path, _LAYOUT, take)
        published, declared = _declared(head[-1] if head else None, path.name)
        seen = len(entries) + sum(refused.values())
        if seen != declared:
            raise Unreadable(
                f"the list declares {declared:,} entries and holds {seen:,}: it is {ALTERED}",
                where=path.name,
                to_do=_AGAIN,
            )
        return SanctionsList(
            name=NAME,
            date=published,
            declared=declared,
            sha256=sha256_of(path),
            file=path.name,
            entries=with_links_found(entries),
            refused=dict(sorted(refused.items())),
        )


def _declared(words: Element | None, where: str) -> tuple[date, int]:
    """The list's own date and count."""
    day = words.first("Publish_Date") if words else ""
    count = (words.first("Record_Count") if words else "").replace(",", "")
    try:
        published = datetime.strptime(day, "%m/%d/%Y").date()
    except ValueError as error:
        raise Unreadable(
            f"the list gives {day!r} as its Publish_Date, where a month/day/year is needed: it is {ALTERED}",
            where=where,
            to_do=_AGAIN,
        ) from error
    if re.fullmatch(r"[0-9]{1,9}", count) is None:
        raise Unreadable(
            f"the list gives {count!r} as its Record_Count, so nobody can tell whether it is whole",
            where=where,
            to_do=_AGAIN,
        )
    return published, int(count)


def _entry_of(element: Element) -> Entry | str:
    """The entry, or the reason for which it is refused."""
    number = element.first("uid")
    kind = KINDS.get(element.first("sdnType").casefold())
    names = _names(element)
    if not number:
        return "no number"
    if kind is None:
        return "a kind that is not vessel, entity, individual or aircraft"
    if not names or names[0].kind != "primary":
        return "no name"
    found, flags = _marks_and_flags(element, kind)
    owner, remarks = element.first("vesselInfo", "vesselOwner"), element.first("remarks")
    return Entry(
        number=number,
        kind=kind,
        names=names,
        row=element.row,
        last_row=element.last_row,
        identifiers=found,
        flags=flags,
        vessel_type=element.first("vesselInfo", "vesselType"),
        owner=owner,
        tonnage=element.first("vesselInfo", "tonnage"),
        gross_tonnage=element.first("vesselInfo", "grossRegisteredTonnage"),
        programmes=element.texts("programList", "program"),
        countries=element.texts("addressList", "address", "country"),
        born=element.texts("dateOfBirthList", "dateOfBirthItem", "dateOfBirth"),
        remarks=remarks,
        nationalities=tuple(
            dict.fromkeys(
                [
                    *element.texts("nationalityList", "nationality", "country"),
                    *element.texts("citizenshipList", "citizenship", "country"),
                ]
            )
        ),
        links=links_of(owner, remarks),
    )


def links_of(owner: str, remarks: str) -> tuple[Link, ...]:
    """The owner, and every party that the remarks call linked. OFAC does not say how they are linked."""
    told = re.findall(r"Linked To:\s*(.+?)(?=\)?;|\)?\.?$|\)\s*\(Linked To:)", remarks)
    links = [Link("owner", owner)] if owner else []
    return tuple(dict.fromkeys([*links, *(Link("linked to", name.strip(" .")) for name in told)]))


def _name_text(element: Element) -> str:
    return ", ".join(part for part in (element.first("lastName"), element.first("firstName")) if part)


def _names(element: Element) -> tuple[ListedName, ...]:
    found = [ListedName(_name_text(element))] if _name_text(element) else []
    for aka in element.all("akaList", "aka"):
        written = aka.first("type").casefold()
        kind: NameKind = next((one for one in get_args(NameKind) if one == written), "a.k.a.")
        if text := _name_text(aka):
            found.append(ListedName(text, kind, weak=aka.first("category").casefold() == "weak"))
    return tuple(found)


def _marks_and_flags(element: Element, of: EntryKind) -> tuple[tuple[Identifier, ...], tuple[Flag, ...]]:
    found: list[Identifier] = []
    flags = [marks.flag(text) for text in element.texts("vesselInfo", "vesselFlag")]
    for one in element.all("idList", "id"):
        made = mark_or_flag(one.first("idType"), one.first("idNumber"), one.first("idCountry"), of)
        if isinstance(made, Flag):
            flags.append(made)
        else:
            found.append(made)
    found += [marks.callsign(text) for text in element.texts("vesselInfo", "callSign")]
    found += marks.mmsi_in(element.first("remarks"), found)
    return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(flags))


def mark_or_flag(kind: str, raw: str, where: str, of: EntryKind) -> Identifier | Flag:
    """What stands under one of OFAC's labels.

    A company's IMO number has another check digit and is no ship's: it is kept as typed and never compared as one.
    """
    folded = kind.casefold()
    if folded in _FLAGS:
        return marks.flag(raw, _FLAGS[folded])
    if folded == _IMO and of == "vessel":
        return marks.imo(raw, where)
    if folded == _MMSI:
        return marks.mmsi(raw, where)
    if folded == _CALL_SIGN:
        return marks.callsign(raw, where)
    return Identifier(kind, raw, country=where)
