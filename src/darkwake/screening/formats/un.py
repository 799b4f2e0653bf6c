"""The UN Security Council's Consolidated List as XML (`consolidated.xml`).

The list has no count of entries, so only its closing tags and `lists.shortfall` tell whether it is whole. LISTED_ON is
the day of the first listing, and LAST_DAY_UPDATED the days of amendments; neither tells when an entry was taken off and
put back, which `regimes` has to know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from darkwake.errors import Unreadable
from darkwake.screening.formats import marks
from darkwake.screening.formats.packed import sha256_of
from darkwake.screening.formats.tree import ALTERED, Element, Layout, stream
from darkwake.screening.lists import Entry, Identifier, Link, ListedName, NameKind, SanctionsList, with_links_found

NAME = "UN Security Council Consolidated List"

_AGAIN = "Download consolidated.xml again from the Security Council's site"
_LAYOUT = Layout("CONSOLIDATED_LIST", {"INDIVIDUAL", "ENTITY"}, _AGAIN, "the UN's consolidated.xml")
_NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_FORMER = re.compile(r"\b(?:previous|former)", re.IGNORECASE)


class UnList:
    """The reader of the UN's consolidated XML."""

    kind = "un-consolidated"
    reads = "UN Security Council Consolidated List as XML (consolidated.xml)"

    def recognises(self, head: bytes, name: str) -> bool:
        """By its root element in the first bytes; the file's name does not count."""
        del name
        return re.search(rb"[<:\s]CONSOLIDATED_LIST[\s>/]", head.replace(b"\0", b"")) is not None

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
        published = marks.day(root.mark("dateGenerated"))
        if published is None:
            raise Unreadable(
                f"the list gives {root.mark('dateGenerated')[:40]!r} as its dateGenerated, where a day is needed: it "
                f"is {ALTERED}",
                where=path.name,
                to_do=_AGAIN,
            )
        return SanctionsList(
            name=NAME,
            date=published,
            declared=len(entries) + sum(refused.values()),
            sha256=sha256_of(path),
            file=path.name,
            entries=with_links_found(entries),
            refused=dict(sorted(refused.items())),
            own_count=False,
        )


def _entry_of(element: Element) -> Entry | str:
    """The entry, or the reason for which it is refused."""
    number = element.first("DATAID")
    names = tuple(_names(element))
    if not number:
        return "no number"
    if not names or names[0].kind != "primary":
        return "no name"
    person = element.tag == "INDIVIDUAL"
    says = [*element.texts("DESIGNATION", "VALUE"), element.first("COMMENTS1")]
    return Entry(
        number=number,
        kind="person" if person else "entity",
        names=names,
        row=element.row,
        last_row=element.last_row,
        identifiers=tuple(_documents(element)),
        programmes=element.texts("UN_LIST_TYPE"),
        countries=element.texts(f"{element.tag}_ADDRESS", "COUNTRY"),
        born=tuple(_born(element)),
        remarks=" · ".join(part for part in says if part),
        listed_from=marks.day(element.first("LISTED_ON")),
        reference=element.first("REFERENCE_NUMBER"),
        nationalities=element.texts("NATIONALITY", "VALUE"),
        amended=tuple(sorted({day for text in element.texts("LAST_DAY_UPDATED", "VALUE") if (day := marks.day(text))})),
        links=tuple(_links(element.first("COMMENTS1"))),
    )


def _names(element: Element) -> Iterator[ListedName]:
    primary = " ".join(filter(None, (element.first(part) for part in _NAME_PARTS)))
    if primary:
        yield ListedName(primary)
    for script in element.texts("NAME_ORIGINAL_SCRIPT"):
        yield ListedName(script, "a.k.a.")
    for alias in element.all(f"{element.tag}_ALIAS"):
        quality = alias.first("QUALITY").casefold()
        former = quality == "f.k.a." or _FORMER.search(alias.first("NOTE"))
        kind: NameKind = "f.k.a." if former else "a.k.a."
        for text in marks.each(alias.first("ALIAS_NAME").split(";")):
            yield ListedName(text, kind, weak=quality == "low")


def _documents(element: Element) -> Iterator[Identifier]:
    for one in element.all("INDIVIDUAL_DOCUMENT"):
        kind = one.first("TYPE_OF_DOCUMENT") or one.first("TYPE_OF_DOCUMENT2") or "Document"
        country = one.first("ISSUING_COUNTRY") or one.first("COUNTRY_OF_ISSUE")
        if number := one.first("NUMBER"):
            yield Identifier(kind, number, country=country)
    # the numbers in remarks are those of shipping companies, which share the scheme's name with ships and no more
    for number in re.findall(r"\bIMO(?: [Nn]umber)?:?\s*([0-9]{7})\b", element.first("COMMENTS1")):
        yield Identifier("IMO number in the remarks", number)


def _born(element: Element) -> Iterator[str]:
    for one in element.all("INDIVIDUAL_DATE_OF_BIRTH"):
        about = "circa " if one.first("TYPE_OF_DATE").upper().startswith("APPROX") else ""
        if one.first("FROM_YEAR"):
            yield f"{one.first('FROM_YEAR')} to {one.first('TO_YEAR')}".strip()
        elif written := one.first("DATE") or one.first("YEAR"):
            yield about + written


def _links(remarks: str) -> Iterator[Link]:
    """Owners that the remarks name in the list's own short form; the wordings are free, so most stay remarks only."""
    for name in re.findall(r"\b(?:owned|controlled)(?: or controlled)? by ([A-Z][\w'&() -]{3,80}?)[.,;]", remarks):
        yield Link("linked to", name.strip())
