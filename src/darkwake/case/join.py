"""Evidence from anyone, joined by ship, place and time into threads: "this ship, this voyage".

A thread holds the reasons for, the reasons against, the innocent explanations and what is missing. Threads stand in
the order of the evidence that decides it, and each says so in words; there is no total score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from darkwake.case import words
from darkwake.evidence import Evidence, content_id

_RANKS = ("certain", "strong", "fair")
"""Matches that are worth a thread of their own; a weak lead alone is listed, not told as a story."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence in a thread; `evidence` is the id of what it rests on, empty where it rests on none."""

    evidence: str
    says: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What would be needed to tell, and where it could be found."""

    what: str
    where: str


@dataclass(frozen=True, slots=True)
class Thread:
    """One story, with all its sides."""

    ship: int
    voyage: str | None
    title: str
    start: datetime | None
    end: datetime | None
    summary: str
    order: str
    rank: tuple[float, ...]
    """What decides the order, highest first; never shown as a number."""
    for_: tuple[Reason, ...]
    against: tuple[Reason, ...]
    innocent: tuple[str, ...]
    missing: tuple[Missing, ...]

    @property
    def id(self) -> str:
        """Made from what the thread is about, so that it stays the same when evidence is added."""
        return content_id("thread", self.ship, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Journey:
    """What a thread is told along: a chain of legs of one ship, or its whole track where there is none."""

    ship: int
    label: str
    start: datetime | None
    end: datetime | None
    legs: tuple[Mapping[str, Any], ...] = ()
    from_: str = ""
    to: str = ""
    could_have: tuple[Mapping[str, Any], ...] = ()
    """Ports of the corridor that it could have called at unheard: rows of REACH."""


@dataclass(frozen=True, slots=True)
class Pool:
    """All evidence of the case, found by ship."""

    evidence: tuple[Evidence, ...]
    by_ship: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)

    @staticmethod
    def of(evidence: Iterable[Evidence]) -> Pool:
        """Sort evidence by kind, start and id, each once."""
        once = {item.id: item for item in evidence}
        ordered = sorted(once.values(), key=lambda item: (item.kind, item.start or datetime.min, item.id))
        by_ship: dict[str, list[Evidence]] = {}
        for item in ordered:
            for subject in item.subjects:
                if subject.kind == "ship":
                    by_ship.setdefault(subject.key, []).append(item)
        return Pool(tuple(ordered), {ship: tuple(items) for ship, items in by_ship.items()})

    def along(self, journey: Journey) -> tuple[Evidence, ...]:
        """The evidence about that ship which meets the journey in time; undated evidence always does."""

        def meets(item: Evidence) -> bool:
            begins, ends = item.start or datetime.min, item.end or item.start or datetime.max
            return begins <= (journey.end or datetime.max) and ends >= (journey.start or datetime.min)

        return tuple(item for item in self.by_ship.get(f"{journey.ship:09d}", ()) if meets(item))


def threads(journeys: Iterable[Journey], pool: Pool) -> tuple[list[Thread], list[str]]:
    """A thread a journey that has something to tell, in their order; and the ids of the evidence that none uses."""
    told = [_thread(journey, pool.along(journey)) for journey in journeys]
    told.sort(key=lambda thread: (*(-part for part in thread.rank), thread.start or datetime.min, thread.ship))
    used = {reason.evidence for thread in told for reason in (*thread.for_, *thread.against)}
    return told, [item.id for item in pool.evidence if item.id not in used]


def _thread(journey: Journey, evidence: Sequence[Evidence]) -> Thread:
    silences = [item for item in evidence if item.kind == "silence"]
    off = [item for item in silences if _verdict(item) == "likely switched off"]
    listed = [item for item in evidence if item.kind == "listing"]
    strong = [item for item in listed if item.data()["rank"] in _RANKS]
    dark_h = sum(item.data()["hours"] for item in silences)
    for_, against = _sides(journey, evidence)
    innocent: dict[str, None] = {}
    for item in (*off, *silences, *listed):
        innocent |= dict.fromkeys(item.innocent)
    rank = (
        float(any(item.data()["rank"] == "certain" for item in listed)),
        float(len(off)),
        float(bool(journey.could_have)),
        float(bool(strong)),
        dark_h,
    )
    where = f"{journey.from_} to {journey.to}" if journey.legs else "no voyage between ports was heard"
    return Thread(
        ship=journey.ship,
        voyage=journey.legs[0]["id"] if journey.legs else None,
        title=f"{journey.label}: {where}, {words.day(journey.start)} to {words.day(journey.end)}",
        start=journey.start,
        end=journey.end,
        summary=_summary(journey, silences, off, strong),
        order=_order(listed, off, journey, dark_h),
        rank=rank,
        for_=for_,
        against=against,
        innocent=tuple(innocent),
        missing=_missing(journey, silences, listed),
    )


def _verdict(item: Evidence) -> str:
    return str(item.data().get("verdict", ""))


def _sides(journey: Journey, evidence: Sequence[Evidence]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Which evidence speaks for the story that something was hidden, and which against it."""
    for_: list[Reason] = []
    against: list[Reason] = []
    for item in evidence:
        hidden = item.kind != "silence" or _verdict(item) in ("likely switched off", "identity change")
        weak = item.kind == "listing" and item.strength == "weak"
        others_too = bool(item.data().get("disturbed"))
        denied = item.kind == "claim" and bool(item.data().get("denied"))
        (for_ if hidden and not weak and not others_too and not denied else against).append(Reason(item.id, item.says))
    if journey.could_have:
        best = journey.could_have[0]
        ports = words.listing([f"{row['name']} ({row['country']})" for row in journey.could_have])
        for_.append(
            Reason(
                "",
                f"In the silence it could have called at {ports} and come back: at {best['speed_kn']:.0f} knots "
                f"{words.hours(best['slack_h'])} were left over at the nearest. That it could is no sign that it did.",
            )
        )
    if not any(item.kind == "listing" for item in evidence):
        against.append(Reason("", "The ship was not found in the lists checked; that is not the same as clear."))
    return tuple(for_), tuple(against)


def _summary(
    journey: Journey, silences: Sequence[Evidence], off: Sequence[Evidence], listed: Sequence[Evidence]
) -> str:
    parts = []
    if journey.legs:
        calls = f" in {words.count(len(journey.legs), 'leg')}" if len(journey.legs) > 1 else ""
        parts.append(f"went from {journey.from_} to {journey.to}{calls}")
    if silences:
        dark = words.hours(sum(item.data()["hours"] for item in silences))
        looked = f" ({len(off):,} of them looked switched off)" if off and len(silences) > 1 else ""
        looked = " (it looked switched off)" if off and len(silences) == 1 else looked
        parts.append(f"was silent {words.times(len(silences))}, {dark} in all{looked}")
    else:
        parts.append("was heard throughout")
    if listed:
        parts.append(f"met {words.listing(sorted({item.data()['listed'] for item in listed}))}")
    return f"{journey.label} {words.listing(parts)}."


def _order(listed: Sequence[Evidence], off: Sequence[Evidence], journey: Journey, dark_h: float) -> str:
    """Why the thread stands where it does, in words."""
    best = next((rank for rank in _RANKS if any(item.data()["rank"] == rank for item in listed)), "")
    reasons = [f"a list entry met it ({best})"] if best else []
    if off:
        reasons.append(f"{words.count(len(off), 'silence')} looked switched off")
    if journey.could_have:
        reasons.append("it could have called at a port of the corridor unheard")
    if dark_h:
        reasons.append(f"it was unheard for {words.hours(dark_h)}")
    return f"Stands here because {words.listing(reasons)}." if reasons else "Stands last: nothing sets it apart."


def _missing(journey: Journey, silences: Sequence[Evidence], listed: Sequence[Evidence]) -> tuple[Missing, ...]:
    found = []
    if silences:
        found.append(
            Missing(
                "Positions in the hours of the silence from another receiver, satellite radar or optical images of "
                "the area",
                "another AIS provider; Sentinel-1 and Sentinel-2 of the days in question",
            )
        )
    if journey.could_have or any(leg["to_port"] is None or leg["from_port"] is None for leg in journey.legs):
        found.append(
            Missing("Whether the ship called at a port in that time", "port authority, agent or terminal records")
        )
    if journey.legs:
        found.append(Missing("What was on board", "bill of lading, manifest, customs records of both ends"))
    if listed:
        found.append(
            Missing(
                "Whether the entry was in force and named this hull on the day of the voyage",
                "the list's publication of that day; the ship's register and classification society",
            )
        )
    return tuple(found)


def journeys(
    corridor: Sequence[Mapping[str, Any]],
    possible: Sequence[Journey],
    ships: Iterable[int],
    label: Callable[[int], str],
    extents: Mapping[int, tuple[datetime, datetime]],
) -> list[Journey]:
    """The stories to tell: voyages on the corridor, legs that may have been one unheard, and ships of note.

    `corridor` are chains of legs, each a mapping with `ship`, `legs`, `from_`, `to`; a ship of note is told along its
    whole track only where no journey of it is told already.
    """
    told = [
        Journey(
            ship=chain["ship"],
            label=label(chain["ship"]),
            start=chain["legs"][0]["departed"],
            end=chain["legs"][-1]["arrived"],
            legs=tuple(chain["legs"]),
            from_=chain["from_"],
            to=chain["to"],
        )
        for chain in corridor
    ]
    told += [journey for journey in possible if not any(_same(journey, other) for other in told)]
    seen = {journey.ship for journey in told}
    told += [Journey(ship, label(ship), *extents[ship]) for ship in sorted(set(ships) - seen)]
    return told


def _same(one: Journey, other: Journey) -> bool:
    """Whether two journeys of one ship share time, so that telling both would tell one thing twice."""
    if one.ship != other.ship:
        return False
    low, high = datetime.min, datetime.max
    return (one.start or low) < (other.end or high) and (other.start or low) < (one.end or high)
