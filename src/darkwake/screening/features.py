"""The matcher: a visible list of small weighted features, each of which says which two values met.

A positive feature adds its weight, or a part of it. A contradiction takes away a share of what the others gave: of
the name's points alone for another number in the name, of everything for another sound IMO number. So the score is the
sum of the points shown, and the weights of all that can come together make 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from darkwake import country
from darkwake.screening import identifiers
from darkwake.screening.asked import Asked
from darkwake.screening.lists import Entry, Identifier, ListedName, SanctionsList
from darkwake.screening.names import Form, fold, likeness, numbers_agree, shown


@dataclass(frozen=True)
class Subject:
    """What was asked, prepared once for all comparisons."""

    asked: Asked

    @cached_property
    def forms(self) -> tuple[tuple[str, Form, bool], ...]:
        """Each name with its form, and whether it is a former one; names that leave nothing to compare are out."""
        both = [(name, False) for name in self.asked.names] + [(name, True) for name in self.asked.former_names]
        return tuple((name, form, former) for name, former in dict.fromkeys(both) if not (form := fold(name)).empty)

    @cached_property
    def imo(self) -> str:
        """The digits of the IMO number, sound or not."""
        return identifiers.imo_digits(self.asked.imo)

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
        """Each name with its form; names that leave nothing to compare are out."""
        return tuple((name, form) for name in self.entry.names if not (form := fold(name.text)).empty)


class _Closest(NamedTuple):
    points: float  # share of the name's weight before the number guard
    agree: float  # share that the numbers leave
    asked: str
    former: bool
    listed: ListedName
    how: str
    numbers: tuple[str, str]


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

    @cached_property
    def closest(self) -> _Closest | None:
        """The pair of names that gives most; of equals, the first asked and the first listed."""
        of_ship = self.listed.entry.kind in ("vessel", "aircraft")
        best: _Closest | None = None
        for text, form, former in self.subject.forms:
            for name, other in self.listed.forms:
                if (alike := likeness(form, other, of_ship=of_ship)) is None:
                    continue
                points = alike[0] * min(form.distinct, other.distinct) * (_WEAK_ALIAS if name.weak else 1.0)
                agree = numbers_agree(form, other)
                if best is None or points * (agree or _OTHER_NUMBER) > best.points * (best.agree or _OTHER_NUMBER):
                    numbers = (" ".join(form.numbers), " ".join(other.numbers))
                    best = _Closest(points, agree, text, former, name, alike[1], numbers)
        return best

    def sound_imos(self) -> tuple[Identifier, ...]:
        """The entry's IMO numbers without a fault."""
        return tuple(mark for mark in self.listed.entry.values("imo") if not mark.fault)


_WEAK_ALIAS = 0.8
"""What is left of a name's points where the list itself calls the alias weak."""

_OTHER_NUMBER = 0.15
"""What is left of a name's points where the numbers differ; too little for a lead by itself."""


@dataclass(frozen=True)
class Feature:
    """One comparison: its name, its weight, and the function that says whether and how two values met."""

    name: str
    weight: float
    """The most that it adds; negative: the share that it takes away."""
    meet: Callable[[Meeting], Met | None]
    takes_from: tuple[str, ...] = ()
    """For a contradiction: the features whose points it takes from; empty for all."""

    def points(self, share: float, so_far: dict[str, float]) -> float:
        """The points it adds (or takes) at this share, given those before it."""
        if self.weight >= 0:
            return round(self.weight * share, 6)
        of = [points for name, points in so_far.items() if not self.takes_from or name in self.takes_from]
        return round(self.weight * share * sum(of), 6)


def same_imo(meeting: Meeting) -> Met | None:
    """The same sound IMO number: it stays with the hull for life, whatever the name and flag."""
    subject = meeting.subject
    mark = next((one for one in meeting.sound_imos() if one.value == subject.imo), None)
    if mark is None:
        return None
    return Met(1.0, shown(subject.asked.imo), mark.raw, "The same IMO number, with a sound check digit.")


def same_faulty_imo(meeting: Meeting) -> Met | None:
    """The same IMO number, but with a wrong check digit on both sides."""
    subject = meeting.subject
    if not subject.imo_fault:
        return None
    mark = next((one for one in meeting.listed.entry.values("imo") if one.value == subject.imo), None)
    if mark is None:
        return None
    says = f"The same digits stand in both, but {subject.imo} {subject.imo_fault}: the number itself is in doubt."
    return Met(1.0, shown(subject.asked.imo), mark.raw, says)


def repaired_imo(meeting: Meeting) -> Met | None:
    """One side's IMO number is faulty, and swapping two neighbours makes it the other's."""
    subject, marks = meeting.subject, meeting.listed.entry.values("imo")
    for mark in marks:
        if not mark.fault and mark.value in identifiers.imo_repairs(subject.imo):
            says = f"{subject.imo} {subject.imo_fault}; with two neighbouring digits swapped it is {mark.value}."
            return Met(1.0, shown(subject.asked.imo), mark.raw, says)
        if mark.fault and subject.imo in identifiers.imo_repairs(mark.value):
            says = f"The list's {mark.value} {mark.fault}; with two neighbouring digits swapped it is {subject.imo}."
            return Met(1.0, shown(subject.asked.imo), mark.raw, says)
    return None


def same_name(meeting: Meeting) -> Met | None:
    """The closest pair of names: the more alike and the more telling, the more points."""
    best = meeting.closest
    if best is None:
        return None
    kind = "name" if best.listed.kind == "primary" else f"name ({best.listed.kind})"
    weak = ", which the list calls a weak alias" if best.listed.weak else ""
    form = fold(best.asked)
    few = "" if form.distinct >= 0.8 else " It is a commonplace or very short name."
    cut = "" if not form.cut else " Only the first part of the name asked was compared."
    left = " One has the number 1 and the other none." if best.agree == 0.8 else ""
    points = best.points * (best.agree or 1.0)
    says = f"The {'former ' * best.former}name asked and the listed {kind}{weak} {best.how}.{left}{few}{cut}"
    return Met(round(points, 6), shown(best.asked), shown(best.listed.text), says)


def other_number(meeting: Meeting) -> Met | None:
    """Another number in the name: SNOW STORM 1 is not SNOW STORM 2."""
    best = meeting.closest
    if best is None or best.agree:
        return None
    asked, listed = (one or "no number" for one in best.numbers)
    return Met(1.0, asked, listed, "The names carry different numbers, as sister ships do.")


def same_callsign(meeting: Meeting) -> Met | None:
    """The same call sign; it changes with the flag, so another one says nothing."""
    subject = meeting.subject
    mark = next(
        (one for one in meeting.listed.entry.values("callsign") if one.value and one.value == subject.callsign), None
    )
    if mark is None:
        return None
    return Met(1.0, shown(subject.asked.callsign), mark.raw, "The same call sign; call signs are given again.")


def same_mmsi(meeting: Meeting) -> Met | None:
    """The same MMSI; it changes with the flag and is given again, so it is weak and another one says nothing."""
    subject = meeting.subject
    mark = next((one for one in meeting.listed.entry.values("mmsi") if one.value and one.value == subject.mmsi), None)
    if mark is None:
        return None
    return Met(1.0, shown(subject.asked.mmsi), mark.raw, "The same MMSI; MMSIs are given again and can be set by hand.")


def same_flag(meeting: Meeting) -> Met | None:
    """The same flag, now or before, adds a little; another flag takes nothing away."""
    flags = meeting.listed.entry.flags
    wanted = country.code(meeting.subject.asked.flag[: identifiers.LONGEST]) if meeting.subject.asked.flag else None
    if not wanted or not any(flag.country for flag in flags):
        return None
    for flag in flags:
        if flag.country == wanted:
            return Met(
                1.0, shown(meeting.subject.asked.flag), flag.text, f"The same flag ({flag.standing} in the list)."
            )
    listed = ", ".join(flag.text for flag in flags)
    return Met(
        0.0, shown(meeting.subject.asked.flag), listed, "Another flag; ships change flag, so nothing is taken away."
    )


def other_imo(meeting: Meeting) -> Met | None:
    """Another sound IMO number on each side: two hulls, whatever else they share."""
    subject, marks = meeting.subject, meeting.sound_imos()
    if not subject.imo or subject.imo_fault or not marks or any(mark.value == subject.imo for mark in marks):
        return None
    listed = ", ".join(mark.raw for mark in marks)
    says = "Different IMO numbers, both sound: by these numbers they are two ships."
    return Met(1.0, shown(subject.asked.imo), listed, says)


def on_the_day(meeting: Meeting) -> Met | None:
    """Whether the list tells that the entry stood on the day asked about; it never changes the score."""
    on, entry, of = meeting.subject.asked.on, meeting.listed.entry, meeting.listed.of
    if on is None:
        return None
    if entry.listed_from is None and entry.listed_to is None:
        listed = f"list of {of.date.isoformat()}"
        if on == of.date:
            return Met(0.0, on.isoformat(), listed, "The list is of the day asked about.")
        when = "a later" if of.date > on else "an earlier"
        says = (
            f"The list is of {when} day and gives no date for the entry: whether it stood on the day asked about "
            "cannot be told."
        )
        return Met(0.0, on.isoformat(), listed, says)
    begin = entry.listed_from.isoformat() if entry.listed_from else "unknown"
    end = entry.listed_to.isoformat() if entry.listed_to else "open"
    outside = (entry.listed_from is not None and on < entry.listed_from) or (
        entry.listed_to is not None and on > entry.listed_to
    )
    says = f"By the list's own dates the entry was {'not ' * outside}in force on that day."
    return Met(0.0, on.isoformat(), f"{begin} to {end}", says)


FEATURES: tuple[Feature, ...] = (
    Feature("imo", 0.60, same_imo),
    Feature("imo, faulty", 0.13, same_faulty_imo),
    Feature("imo, repaired", 0.06, repaired_imo),
    Feature("name", 0.25, same_name),
    Feature("callsign", 0.06, same_callsign),
    Feature("mmsi", 0.06, same_mmsi),
    Feature("flag", 0.03, same_flag),
    Feature("number", _OTHER_NUMBER - 1, other_number, takes_from=("name",)),
    Feature("other imo", -0.60, other_imo),
    Feature("on", 0.0, on_the_day),
)
"""In this order; a contradiction takes from the points of those before it."""
