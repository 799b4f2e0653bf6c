"""The matcher: a visible list of small weighted features, each of which says which two values met.

A positive feature adds its weight, or a part of it. A contradiction takes away a share of what the others gave: of
the name's points alone for another number in the name, of everything for another sound IMO number. So the score is the
sum of the points shown, and the weights of all that can come together make 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from darkwake import country
from darkwake.screening import identifiers
from darkwake.screening.asked import Asked
from darkwake.screening.meeting import OTHER_NUMBER, Listed, Meeting, Met, Subject
from darkwake.screening.names import shown
from darkwake.screening.particulars import (
    linked_parties,
    other_birth,
    other_country,
    owner_listed,
    same_birth,
    same_country,
    same_document,
)

__all__ = ["FEATURES", "Feature", "Listed", "Meeting", "Met", "Subject"]


@dataclass(frozen=True)
class Feature:
    """One comparison: its name, its weight, and the function that says whether and how two values met."""

    name: str
    weight: float
    """The most that it adds; negative: the share that it takes away."""
    meet: Callable[[Meeting], Met | None]
    of: tuple[str, ...] = ()
    """The fields of `Asked` that it looks at; where none of them is given, it has nothing to compare. Empty for any."""
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
    mark = next((one for one in meeting.listed.sound_imos if one.value == subject.imo), None)
    if mark is None:
        return None
    return Met(1.0, shown(subject.asked.imo), mark.raw, "The same IMO number, with a sound check digit.")


def same_faulty_imo(meeting: Meeting) -> Met | None:
    """The same IMO number, but with a wrong check digit on both sides."""
    subject = meeting.subject
    if not subject.imo_fault:
        return None
    mark = next((one for one in meeting.listed.imos if one.value == subject.imo), None)
    if mark is None:
        return None
    says = f"The same digits stand in both, but {subject.imo} {subject.imo_fault}: the number itself is in doubt."
    return Met(1.0, shown(subject.asked.imo), mark.raw, says)


def repaired_imo(meeting: Meeting) -> Met | None:
    """One side's IMO number is faulty, and swapping two neighbours makes it the other's."""
    subject, marks = meeting.subject, meeting.listed.imos
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
    few = "" if best.distinct >= 0.8 else " It is a commonplace or very short name."
    cut = "" if not best.cut else " Only the first part of the name asked was compared."
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
    alike = "branches and funds of one house" if best.kept != OTHER_NUMBER else "sister ships"
    share = round((1 - best.kept) / (1 - OTHER_NUMBER), 6)
    return Met(share, asked, listed, f"The names carry different numbers, as {alike} do.")


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
    subject, marks = meeting.subject, meeting.listed.sound_imos
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
    return Met(0.0, on.isoformat(), f"{begin} to {end}", _own_dates(on, entry.listed_from, entry.listed_to))


def _own_dates(on: date, begin: date | None, end: date | None) -> str:
    """A list's own dates beside a day. They do not tell what was in force: an entry can come back on an old date."""
    told = " and ".join(
        part
        for part in (
            f"listed since {begin.isoformat()}" if begin else "",
            f"listed until {end.isoformat()}" if end else "",
        )
        if part
    )
    if begin and on < begin:
        where = "which is after the day asked about"
    elif end and on > end:
        where = "which is before the day asked about"
    else:
        where = "so the day asked about lies within its own dates"
    return f"By the list's own dates it was {told}, {where}. Whether it was in force on that day, its standing tells."


_NAMES = ("names", "former_names")

FEATURES: tuple[Feature, ...] = (
    Feature("imo", 0.60, same_imo, of=("imo",)),
    Feature("imo, faulty", 0.13, same_faulty_imo, of=("imo",)),
    Feature("imo, repaired", 0.06, repaired_imo, of=("imo",)),
    Feature("name", 0.25, same_name, of=_NAMES),
    Feature("callsign", 0.06, same_callsign, of=("callsign",)),
    Feature("mmsi", 0.06, same_mmsi, of=("mmsi",)),
    Feature("flag", 0.03, same_flag, of=("flag",)),
    Feature("document", 0.24, same_document, of=("numbers",)),
    Feature("born", 0.06, same_birth, of=("born",)),
    Feature("country", 0.02, same_country, of=("countries",)),
    Feature("owner", 0.12, owner_listed, of=("owners",)),
    Feature("number", OTHER_NUMBER - 1, other_number, of=_NAMES, takes_from=("name",)),
    Feature("other imo", -0.60, other_imo, of=("imo",)),
    Feature("other birth", -0.60, other_birth, of=("born",), takes_from=("name", "country")),
    Feature("other country", -0.10, other_country, of=("countries",), takes_from=("name",)),
    Feature("linked", 0.0, linked_parties),
    Feature("on", 0.0, on_the_day, of=("on",)),
)
"""In this order; a contradiction takes from the points of those before it."""

_FIELDS = tuple(dict.fromkeys(field for feature in FEATURES for field in feature.of))


def features_for(asked: Asked) -> tuple[Feature, ...]:
    """The features that have something of the subject to compare, in their order."""
    return _features_for(tuple(field for field in _FIELDS if getattr(asked, field)))


@cache
def _features_for(given: tuple[str, ...]) -> tuple[Feature, ...]:
    return tuple(feature for feature in FEATURES if not feature.of or not set(given).isdisjoint(feature.of))
