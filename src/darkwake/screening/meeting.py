"""What is compared: one subject beside one entry, each made ready once, and the closest pair of their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from darkwake.screening import documents, identifiers
from darkwake.screening.alike import LEAD, alike, misspelled_word
from darkwake.screening.asked import Asked
from darkwake.screening.lists import Entry, Identifier, ListedName, SanctionsList
from darkwake.screening.names import MISSPELLED, Form, fold, likeness, numbers_agree
from darkwake.screening.parts import Parts, parts

SHIPS = ("vessel", "aircraft")
"""Kinds of entries whose names are compared as ships' names are."""

WEAK_ALIAS = 0.8
"""What is left of a name's points where the list itself calls the alias weak."""
OTHER_NUMBER = 0.15
"""What is left of a name's points where the numbers in ships' names differ; too little for a lead by itself."""
OTHER_NUMBER_OF_COMPANY = 0.6
"""The same for companies, whose branches and funds have such names: a weak lead."""

ONE_WORD = 0.7
"""The most of a name's points that a misspelled name of one word gives: a weak lead, until something else agrees."""


@dataclass(frozen=True)
class Subject:
    """What was asked, prepared once for all comparisons."""

    asked: Asked

    @cached_property
    def names(self) -> tuple[tuple[str, bool], ...]:
        """Each name once, and whether it is a former one."""
        asked = self.asked
        return tuple(
            dict.fromkeys([(name, False) for name in asked.names] + [(name, True) for name in asked.former_names])
        )

    @cached_property
    def only_names(self) -> bool:
        """True where there is nothing to look for but names."""
        asked = self.asked
        return not (asked.imo or asked.mmsi or asked.callsign or asked.numbers or asked.owners)

    @cached_property
    def forms(self) -> tuple[tuple[str, Form, bool], ...]:
        """Each name with its form, and whether it is a former one; names that leave nothing to compare are out."""
        return tuple((name, form, former) for name, former in self.names if not (form := fold(name)).empty)

    @cached_property
    def person_parts(self) -> tuple[tuple[str, Parts, bool], ...]:
        """Each name as a person's, and whether it is a former one."""
        read = ((name, parts(name, of_person=True), former) for name, former in self.names)
        return tuple(one for one in read if not one[1].empty)

    @cached_property
    def company_parts(self) -> tuple[tuple[str, Parts, bool], ...]:
        """Each name as a company's, and whether it is a former one."""
        read = ((name, parts(name, of_person=False), former) for name, former in self.names)
        return tuple(one for one in read if not one[1].empty)

    @cached_property
    def owner_parts(self) -> tuple[tuple[str, Parts, Parts], ...]:
        """The owners' names, each as a person's and as a company's."""
        read = ((name, parts(name, of_person=True), parts(name, of_person=False)) for name in self.asked.owners)
        return tuple(one for one in read if not one[2].empty)

    @cached_property
    def documents(self) -> frozenset[str]:
        """The numbers of papers and registers that were asked for."""
        return frozenset(value for text in self.asked.numbers for value in documents.values(text))

    @cached_property
    def imo(self) -> str:
        """The digits of the IMO number, sound or not."""
        return identifiers.imo_digits(self.asked.imo)

    @property
    def comparable(self) -> bool:
        """True where something is left to look for: a name with letters or digits, or a number of any kind."""
        return bool(
            self.forms or self.person_parts or self.company_parts or self.owner_parts or self.documents
            or self.imo or self.mmsi or self.callsign
        )  # fmt: skip

    @cached_property
    def imo_fault(self) -> str:
        """What is wrong with the IMO number; "" where it is sound or not given."""
        return identifiers.imo_fault(self.imo) if self.imo else ""

    @cached_property
    def mmsi(self) -> str:
        """The digits of a sound MMSI, else ""."""
        digits = identifiers.mmsi_digits(self.asked.mmsi)
        return "" if identifiers.mmsi_fault(digits) else digits

    @cached_property
    def callsign(self) -> str:
        """The letters and digits of the call sign."""
        return identifiers.callsign_letters(self.asked.callsign)


@dataclass(frozen=True)
class Listed:
    """An entry, prepared once for all comparisons."""

    entry: Entry
    of: SanctionsList

    @cached_property
    def forms(self) -> tuple[tuple[ListedName, Form], ...]:
        """Each name of a ship with its form; names that leave nothing to compare are out."""
        return tuple((name, form) for name in self.entry.names if not (form := fold(name.text)).empty)

    @cached_property
    def imos(self) -> tuple[Identifier, ...]:
        """Its IMO numbers."""
        return self.entry.values("imo")

    @cached_property
    def sound_imos(self) -> tuple[Identifier, ...]:
        """Its IMO numbers without a fault."""
        return tuple(mark for mark in self.imos if not mark.fault)

    @cached_property
    def parts(self) -> tuple[tuple[ListedName, Parts], ...]:
        """Each name of a person or company with its parts; names that leave nothing to compare are out."""
        of_person = self.entry.kind == "person"
        read = ((name, parts(name.text, of_person=of_person)) for name in self.entry.names)
        return tuple(one for one in read if not one[1].empty)


class Closest(NamedTuple):
    """The pair of names that gives most."""

    points: float
    """Share of the name's weight before the number guard."""
    agree: float
    """1 where the numbers agree, 0.8 where one name has "1" and the other none, 0 where they differ."""
    kept: float
    """What is left of the points by the numbers."""
    asked: str
    former: bool
    listed: ListedName
    how: str
    numbers: tuple[str, str]
    distinct: float
    """How much the asked name tells."""
    cut: bool


class Met(NamedTuple):
    """How two values met: the share of the feature's weight, 0 to 1, both values, and one sentence."""

    share: float
    asked: str
    listed: str
    says: str


@dataclass(frozen=True)
class Meeting:
    """One subject beside one entry."""

    subject: Subject
    listed: Listed
    places: tuple[int, ...] | None = None
    """Places among `Listed.forms` or `Listed.parts` of the names to compare; None for all of them.

    The index hands out those that come near to a lead, by a rule that looks at the two names alone.
    """

    @property
    def forms(self) -> Sequence[tuple[ListedName, Form]]:
        """The names of a ship to compare."""
        listed = self.listed.forms
        return listed if self.places is None else [listed[place] for place in self.places]

    @property
    def parts(self) -> Sequence[tuple[ListedName, Parts]]:
        """The names of a person or company to compare."""
        listed = self.listed.parts
        return listed if self.places is None else [listed[place] for place in self.places]

    @cached_property
    def closest(self) -> Closest | None:
        """The pair of names that gives most; of equals, the first asked and the first listed."""
        return self._closest_ship if self.listed.entry.kind in SHIPS else self._closest_party

    @property
    def other_numbers(self) -> bool:
        """True for ships whose names all carry other numbers than those asked for, as in a fleet of one name."""
        if self.listed.entry.kind not in SHIPS:
            return False
        forms = self.forms
        return not any(numbers_agree(form, other) for _, form, _ in self.subject.forms for _, other in forms)

    @property
    def _closest_ship(self) -> Closest | None:
        best: Closest | None = None
        for text, form, former in self.subject.forms:
            for name, other in self.forms:
                if (near := likeness(form, other, of_ship=True)) is None:
                    continue
                points = near[0] * min(form.distinct, other.distinct) * (WEAK_ALIAS if name.weak else 1.0)
                agree = numbers_agree(form, other)
                one_word = len(form.words) == len(other.words) == 1 and not (form.numbers and agree == 1.0)
                if one_word and near[1].startswith(MISSPELLED):
                    points = min(points, ONE_WORD)
                kept = agree or OTHER_NUMBER
                if best is None or points * kept > best.points * best.kept:
                    numbers = (" ".join(form.numbers), " ".join(other.numbers))
                    best = Closest(points, agree, kept, text, former, name, near[1], numbers, form.distinct, form.cut)
        return best

    @property
    def _closest_party(self) -> Closest | None:
        best: Closest | None = None
        of_person = self.listed.entry.kind == "person"
        for text, own, former in self.subject.person_parts if of_person else self.subject.company_parts:
            known: dict[Parts, tuple[float, str]] = {}  # aliases are often one name with other marks
            for name, other in self.parts:
                if other not in known:
                    known[other] = alike(own, other)
                near, how = known[other]
                if near < LEAD:
                    continue
                points = near * min(own.distinct, other.distinct) * (WEAK_ALIAS if name.weak else 1.0)
                same = own.numbers == other.numbers or own.whole == other.whole
                if not (own.numbers and same) and misspelled_word(own, other):
                    points = min(points, ONE_WORD)
                kept = 1.0 if same else OTHER_NUMBER_OF_COMPANY
                if best is None or points * kept > best.points * best.kept:
                    numbers = (" ".join(own.numbers), " ".join(other.numbers))
                    best = Closest(points, float(same), kept, text, former, name, how, numbers, own.distinct, own.cut)
        return best
