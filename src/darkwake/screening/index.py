"""An index over lists, so that one screening looks at the entries that could answer and not at all of them.

Identifiers are dictionary look-ups. Ships' names are found by the pairs of neighbouring letters that they share, with a
bound that cannot miss what the typo rule of `names.likeness` accepts: one typo changes at most three pairs. Names of
people and companies are found by their words (`word_index`); those that are misspelled, joined and shortened all at
once may be missed, and bench/screening.py counts how many.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from darkwake.errors import WrongUse
from darkwake.screening import documents, identifiers
from darkwake.screening.letter_index import LetterIndex
from darkwake.screening.lists import SanctionsList
from darkwake.screening.meeting import SHIPS, Listed, Meeting, Subject
from darkwake.screening.parts import Parts
from darkwake.screening.vocabulary import Vocabulary
from darkwake.screening.word_index import WordIndex


def each_once(lists: Iterable[SanctionsList]) -> tuple[SanctionsList, ...]:
    """Each list once by its content, sorted by name, date and hash."""
    by_content = {one.sha256: one for one in lists}
    return tuple(sorted(by_content.values(), key=lambda one: (one.name, one.date, one.sha256)))


_MANY = 5_000
"""Entries from which on the collector is told of them."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Nothing here makes cycles of references, and one walk of the collector over 26,000 parties takes 0.5 seconds."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Index:
    """Lists made ready for `screen`. The order in which lists are given, and a list given twice, change nothing."""

    def __init__(self, lists: Sequence[SanctionsList]) -> None:
        """Build it; about five seconds for 26,000 entries.

        Raises:
            WrongUse: No list was given.
        """
        if not lists:
            raise WrongUse("no list was given to screen against", to_do="Add a sanctions list, such as OFAC's sdn.xml")
        self.lists = each_once(lists)
        """In the order of name and date."""
        self.listed = tuple(Listed(entry, one) for one in self.lists for entry in one.entries)
        """Every entry of every list, in that order."""
        self._imo: defaultdict[str, list[int]] = defaultdict(list)
        self._mmsi: defaultdict[str, list[int]] = defaultdict(list)
        self._callsign: defaultdict[str, list[int]] = defaultdict(list)
        self._document: defaultdict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self.listed):
            self._take_identifiers(at, one)
        with collector_paused():
            self._take_names()
        if len(self.listed) >= _MANY and gc.isenabled():
            gc.collect()  # once now, so that all this counts as old and is not walked in the midst of a screening

    def _take_names(self) -> None:
        self._ships = {kind: LetterIndex(self._of_kind(kind)) for kind in SHIPS}
        people, companies = self._of_kind("person"), self._of_kind("entity")
        words = Vocabulary(
            word.text for _, one in (*people, *companies) for _, name in one.parts for word in name.words
        )
        self._people, self._companies = WordIndex(people, words), WordIndex(companies, words)

    def _take_identifiers(self, at: int, one: Listed) -> None:
        for mark in one.entry.identifiers:
            if mark.kind == "imo":
                for value in (mark.value, *identifiers.imo_repairs(mark.value)):
                    self._imo[value].append(at)
            elif mark.kind == "mmsi":
                self._mmsi[mark.value].append(at)
            elif mark.kind == "callsign":
                self._callsign[mark.value].append(at)
            else:
                for value in documents.listed_values(mark):
                    self._document[value].append(at)

    def _of_kind(self, *kinds: str) -> list[tuple[int, Listed]]:
        return [(at, one) for at, one in enumerate(self.listed) if one.entry.kind in kinds]

    def candidates(self, subject: Subject) -> list[Listed]:
        """The entries that could answer, in the order of `listed`."""
        return [meeting.listed for meeting in self.meetings([subject])[0]]

    def meetings(self, subjects: Sequence[Subject]) -> list[list[Meeting]]:
        """Each subject beside the entries that could answer, in the order of `listed`, with the names to compare.

        Many subjects at once cost less than one after another; what is found for one does not depend on the others.
        """
        places: list[defaultdict[int, set[int]]] = [
            defaultdict(set, {at: set() for at in self._numbered(subject)}) for subject in subjects
        ]
        for kind, ships in self._ships.items():
            forms = [(of, form) for of, one in enumerate(subjects) if _is_met_by(one, kind) for _, form, _ in one.forms]
            for (of, _), names in zip(forms, ships.near([form for _, form in forms]), strict=True):
                for at, place in names:
                    places[of][at].add(place)
        people = [(of, one) for of, subject in enumerate(subjects) for one in _people_of(subject)]
        companies = [(of, one) for of, subject in enumerate(subjects) for one in _companies_of(subject)]
        for pool, asked in ((self._people, people), (self._companies, companies)):
            for (of, _), found in zip(asked, pool.near([one for _, one in asked]), strict=True):
                for at, place in found:
                    places[of][at].add(place)
        return [
            [Meeting(subject, self.listed[at], tuple(sorted(names[at]))) for at in sorted(names)]
            for subject, names in zip(subjects, places, strict=True)
        ]

    def _numbered(self, subject: Subject) -> set[int]:
        """Entries with a number that the subject has too, or could have been typed from."""
        found: set[int] = set()
        if subject.only_names:
            return found
        for imo in filter(None, (subject.imo, *identifiers.imo_repairs(subject.imo))):
            found.update(self._imo.get(imo, ()))
        found.update(self._mmsi.get(subject.mmsi, ()) if subject.mmsi else ())
        found.update(self._callsign.get(subject.callsign, ()) if subject.callsign else ())
        for value in subject.documents:
            found.update(self._document.get(value, ()))
        return found


def _is_met_by(subject: Subject, kind: str) -> bool:
    """Whether its names are compared with those of ships or aircraft: where its own kind is not given, with both."""
    asked = subject.asked
    return asked.kind is None or (kind == "vessel") == asked.is_vessel


def _people_of(subject: Subject) -> list[Parts]:
    """Its names and its owners' as people's."""
    own = [] if subject.asked.is_vessel else [one for _, one, _ in subject.person_parts]
    return own + [one for _, one, _ in subject.owner_parts] if subject.asked.owners else own


def _companies_of(subject: Subject) -> list[Parts]:
    """The same as companies'."""
    own = [] if subject.asked.is_vessel else [one for _, one, _ in subject.company_parts]
    return own + [one for _, _, one in subject.owner_parts] if subject.asked.owners else own
