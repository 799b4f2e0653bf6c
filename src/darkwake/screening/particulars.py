"""What else people and companies are known by: documents, births, countries, owners and those they are linked to.

Each function compares one thing of a subject with that of an entry and says whether and how they met; `features` holds
their weights. What one side does not tell says nothing, and a contradiction never adds.
"""

from __future__ import annotations

from collections.abc import Iterable

from darkwake import country
from darkwake.screening import births, documents
from darkwake.screening.alike import LEAD, alike
from darkwake.screening.meeting import SHIPS, Meeting, Met
from darkwake.screening.names import shown

_MOST_SHOWN = 3
"""Linked parties that a hit names; the rest are counted."""
_LONGEST = 64
"""Characters of a country's name that are read."""


def same_document(meeting: Meeting) -> Met | None:
    """The same number of a passport, identity card or register: by itself fair, as each country numbers for itself."""
    wanted = meeting.subject.documents
    if not wanted or meeting.listed.entry.kind in SHIPS:
        return None
    for mark in meeting.listed.entry.identifiers:
        if not wanted.isdisjoint(documents.listed_values(mark)):
            asked = next(text for text in meeting.subject.asked.numbers if documents.values(text) & wanted
                         & documents.listed_values(mark))  # fmt: skip
            of = f" of {mark.country}" if mark.country else ""
            says = f"The same number, which the list gives as {shown(mark.kind)}{of}; countries give the same numbers."
            return Met(1.0, shown(asked), mark.raw, says)
    return None


def same_birth(meeting: Meeting) -> Met | None:
    """Dates of birth that agree, as far as both are told."""
    met = _births(meeting)
    return None if met is None or met[0] < 0 else Met(met[0], shown(meeting.subject.asked.born), *met[1:])


def other_birth(meeting: Meeting) -> Met | None:
    """Every date of birth that the list gives is another one."""
    met = _births(meeting)
    return None if met is None or met[0] >= 0 else Met(-met[0], shown(meeting.subject.asked.born), *met[1:])


def _births(meeting: Meeting) -> tuple[float, str, str] | None:
    asked = meeting.subject.asked.born
    if not asked or meeting.listed.entry.kind != "person":
        return None
    return births.closest(asked, meeting.listed.entry.born)


def same_country(meeting: Meeting) -> Met | None:
    """One country in common, by nationality or address; it adds a little."""
    asked, listed = _countries(meeting)
    both = [code for code in asked if code in listed]
    if not both:
        return None
    says = "The same country, by nationality or address; many others have it too."
    return Met(1.0, shown(asked[both[0]]), listed[both[0]], says)


def other_country(meeting: Meeting) -> Met | None:
    """No country in common, of a person whose date of birth was asked for too; it takes a little away."""
    if meeting.listed.entry.kind != "person" or births.born(meeting.subject.asked.born) is None:
        return None
    asked, listed = _countries(meeting)
    if not asked or not listed or not asked.keys().isdisjoint(listed):
        return None
    says = "Other countries; people move, and lists name only some of the countries that they know of."
    return Met(1.0, shown(", ".join(asked.values())), ", ".join(listed.values()), says)


def _countries(meeting: Meeting) -> tuple[dict[str, str], dict[str, str]]:
    entry = meeting.listed.entry
    if not meeting.subject.asked.countries or entry.kind in SHIPS:
        return {}, {}
    return _codes(meeting.subject.asked.countries), _codes((*entry.nationalities, *entry.countries))


def _codes(texts: Iterable[str]) -> dict[str, str]:
    """Each country's code, or its words where they are no country's that we know, with the text as written."""
    seen = ((text[:_LONGEST].strip(), text) for text in texts)
    return {country.code(word) or word.casefold(): text for word, text in seen if word}


def owner_listed(meeting: Meeting) -> Met | None:
    """An owner asked for with the subject bears the name of this entry: a lead on the owner, not on the subject."""
    owners, entry = meeting.subject.owner_parts, meeting.listed.entry
    if not owners or entry.kind in SHIPS or meeting.closest is not None:
        return None
    best: tuple[float, str, str, str] | None = None
    for text, as_person, as_company in owners:
        own = as_person if entry.kind == "person" else as_company
        for name, other in meeting.parts:
            near, how = alike(own, other)
            points = near * min(own.distinct, other.distinct) * (1.0 if own.numbers == other.numbers else 0.6)
            if near >= LEAD and (best is None or points > best[0]):
                best = points, text, name.text, how
    if best is None:
        return None
    points, text, listed, how = best
    says = (
        f"The owner given for the subject is listed under such a name: the names {how}. The subject itself is not met."
    )
    return Met(round(points, 6), shown(text), listed, says)


def linked_parties(meeting: Meeting) -> Met | None:
    """Owners and other parties that the list names with the entry: shown, one step far, and never scored."""
    links = meeting.listed.entry.links
    if not links:
        return None
    named = [
        f"{shown(link.name)} ({link.kind if link.standing == 'current' else f'{link.standing} {link.kind}'}"
        f"{f', entry {link.number}' if link.number else ''})"
        for link in links[:_MOST_SHOWN]
    ]
    more = f" and {len(links) - _MOST_SHOWN} more" if len(links) > _MOST_SHOWN else ""
    known = any(link.number for link in links)
    says = "The list names other parties with this entry" + (
        "; those with a number are entries of the same list." if known else "."
    )
    asked = meeting.subject.asked
    return Met(0.0, shown(next(iter((*asked.names, asked.imo or "the subject")))), ", ".join(named) + more, says)
