"""The EU's consolidated list of financial sanctions as XML (xmlFullSanctionsList, version 1.1).

Written from the public layout; no file of the Commission's was at hand, so only invented files have been read with it.
The list has no count of entries, so only its closing tags and `lists.shortfall` tell whether it is whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from darkwake.errors import Unreadable
from darkwake.screening import identifiers
from darkwake.screening.formats import marks
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.tree import ALTERED, Element, Layout, stream
from darkwake.screening.lists import Entry, EntryKind, Identifier, ListedName, SanctionsList

NAME = "EU Financial Sanctions List"
"""The list's name, whichever format it comes in."""

AGAIN = "Download the full list again from the Commission's financial sanctions files"
_LAYOUT = Layout("export", {"sanctionEntity"}, AGAIN, "the EU's xmlFullSanctionsList")


class EuXml:
    """The reader of the EU's XML."""

    kind = "eu-xml"
    reads = "EU financial sanctions as XML (xmlFullSanctionsList 1.1)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By its root element and namespace in the first bytes; the file's name does not count."""
        del name
        plain = head.replace(b"\0", b"")
        return re.search(rb"<(?:\w+:)?export\b[^>]*fsd/export", plain) is not None

    def read(self, path: str | Path, *, dated: date | None = None) -> SanctionsList:
        """The whole list, streamed.

        Raises:
            UnknownKind: The root is another element.
            Unreadable: Cut short, altered, without a date, or with a document type declaration.
        """
        del dated  # the list has its own date
        path = Path(path)
        entries: list[Entry] = []
        refused: Counter[str] = Counter()
        numbers: set[str] = set()

        def take(element: Element) -> None:
            entry = _entry_of(element)
            if isinstance(entry, Entry) and entry.number in numbers:
                entry = "its number was given to an entry before"
            if isinstance(entry, str):
                refused[entry] += 1
            else:
                numbers.add(entry.number)
                entries.append(entry)

        root = stream(path, _LAYOUT, take)
        published = marks.day(root.mark("generationDate"))
        if published is None:
            raise Unreadable(
                f"the list gives {root.mark('generationDate')[:40]!r} as its generationDate, where a day is needed: it "
                f"is {ALTERED}",
                where=path.name,
                to_do=AGAIN,
            )
        return SanctionsList(
            name=NAME,
            date=published,
            declared=len(entries) + sum(refused.values()),
            sha256=sha256_of(path),
            file=path.name,
            entries=tuple(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
        )


def _entry_of(element: Element) -> Entry | str:
    """The entry, or the reason for which it is refused."""
    number = element.mark("logicalId")
    subject = next(element.all("subjectType"), None)
    names = tuple(_names(element))
    kind = kind_of(subject.mark("code") or subject.mark("classificationCode") if subject else "")
    if not number:
        return "no number"
    if kind is None:
        return "a kind that is neither person nor enterprise"
    if not names:
        return "no name"
    found = [
        mark_of(one.mark("identificationTypeCode"), one.mark("identificationTypeDescription"),
                one.mark("number") or one.mark("latinNumber"), one.mark("countryDescription"))
        for one in element.all("identification") if one.mark("number") or one.mark("latinNumber")
    ]  # fmt: skip
    acts = [days for one in element.all("regulation") if (days := marks.day(one.mark("publicationDate")))]
    return Entry(
        number=number,
        kind="vessel" if kind == "entity" and is_ship(found) else kind,
        names=names,
        row=element.row,
        last_row=element.last_row,
        identifiers=tuple(dict.fromkeys(found)),
        programmes=marks.each(one.mark("programme") for one in element.all("regulation")),
        countries=marks.each(one.mark("countryDescription") for one in element.all("address")),
        born=tuple(_born(element)),
        remarks=" · ".join(marks.each([*element.texts("remark"), element.mark("designationDetails")])),
        listed_from=marks.day(element.mark("designationDate")),
        reference=element.mark("euReferenceNumber"),
        nationalities=marks.each(one.mark("countryDescription") for one in element.all("citizenship")),
        amended=tuple(sorted(set(acts))),
    )


def kind_of(word: str) -> EntryKind | None:
    """The kind for the list's word or letter; None for one that is not known."""
    return {"person": "person", "p": "person", "enterprise": "entity", "e": "entity"}.get(word.casefold())  # type: ignore[return-value]


def mark_of(code: str, description: str, number: str, country: str) -> Identifier:
    """One identification. A number under "imo" that is no sound ship's number is kept as typed: companies have some."""
    if code.casefold() == "imo":
        sound = not identifiers.imo_fault(identifiers.imo_digits(number))
        return marks.imo(number, country) if sound else Identifier("IMO number", number, country=country)
    return Identifier(description or code or "Other", number, country=country)


def is_ship(found: list[Identifier]) -> bool:
    """Whether an enterprise of the list is a ship: the list has no kind for ships, and only they have such a number."""
    return any(mark.kind == "imo" for mark in found)


def _names(element: Element) -> Iterator[ListedName]:
    """The first strong name is the primary one; the list does not mark it otherwise."""
    written = [
        (text, one.mark("strong").casefold() != "false")
        for one in element.all("nameAlias")
        if (
            text := one.mark("wholeName")
            or " ".join(filter(None, map(one.mark, ("firstName", "middleName", "lastName"))))
        )
    ]
    written.sort(key=lambda one: not one[1])
    for at, (text, strong) in enumerate(dict.fromkeys(written)):
        yield ListedName(text, "a.k.a." if at else "primary", weak=not strong)


def _born(element: Element) -> Iterator[str]:
    for one in element.all("birthdate"):
        written = one.mark("birthdate") or "-".join(filter(None, map(one.mark, ("year", "monthOfYear", "dayOfMonth"))))
        span = f"{one.mark('yearRangeFrom')} to {one.mark('yearRangeTo')}" if one.mark("yearRangeFrom") else ""
        if written or span:
            yield ("circa " if one.mark("circa").casefold() == "true" else "") + (written or span)
