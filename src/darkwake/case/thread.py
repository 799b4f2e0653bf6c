"""A thread of a case, and the pool of evidence that threads are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from darkwake.case.hypotheses import Hypothesis, Weighed
from darkwake.case.journeys import Journey
from darkwake.case.known import Known
from darkwake.case.missing import Missing
from darkwake.case.stations import Station
from darkwake.evidence import Evidence, content_id

Kind = Literal["voyage", "ship", "cargo", "site", "claim"]
OF_A_HULL = ("listing", "claim", "identity in doubt", "meeting")
"""Kinds of evidence about another number of the same hull (the same IMO number) that a thread takes in. A silence or a
position belongs to a transmitter and stays with its own number."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence in a thread; `evidence` is the id of what it rests on, empty where it rests on none."""

    evidence: str
    says: str


@dataclass(frozen=True, slots=True)
class Thread:
    """One story, with all its sides."""

    kind: Kind
    key: str
    """What it is told along where that is no ship: goods, a site, a cluster; empty for a ship."""
    ship: int | None
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
    stations: tuple[Station, ...] = ()
    weighed: Weighed = field(default_factory=lambda: Weighed((), (), ()))
    late: frozenset[str] = frozenset()
    """Ids of the statuses of sites that may lie after its arrival."""

    @property
    def id(self) -> str:
        """Made from what the thread is about, so that it stays the same when evidence is added."""
        if self.ship is not None:
            return content_id("thread", self.ship, self.start, self.end)
        return content_id("thread", self.kind, self.key)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Its rivals, in their order."""
        return self.weighed.rows

    def used(self) -> set[str]:
        """The ids of all evidence that it uses: for, against, in a station or weighed."""
        reasons = {reason.evidence for reason in (*self.for_, *self.against)}
        placed = {key for one in self.stations for key in one.evidence}
        return (reasons | placed | {mark.evidence for mark in self.weighed.marks}) - {""}


@dataclass(frozen=True, slots=True)
class Pool:
    """All evidence of the case, found by ship and by kind."""

    evidence: tuple[Evidence, ...]
    by_ship: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    by_kind: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)

    @staticmethod
    def of(evidence: Iterable[Evidence]) -> Pool:
        """Sort evidence by kind, start and id, each once."""
        once = {item.id: item for item in evidence}
        ordered = sorted(once.values(), key=lambda item: (item.kind, item.start or datetime.min, item.id))
        by_ship: dict[str, list[Evidence]] = {}
        by_kind: dict[str, list[Evidence]] = {}
        for item in ordered:
            by_kind.setdefault(item.kind, []).append(item)
            for key in dict.fromkeys(subject.key for subject in item.subjects if subject.kind == "ship"):
                by_ship.setdefault(key, []).append(item)
        return Pool(
            tuple(ordered),
            {ship: tuple(items) for ship, items in by_ship.items()},
            {kind: tuple(items) for kind, items in by_kind.items()},
        )

    def kind(self, *kinds: str) -> tuple[Evidence, ...]:
        """The evidence of these kinds."""
        return tuple(item for kind in kinds for item in self.by_kind.get(kind, ()))

    def along(self, journey: Journey, known: Known | None = None) -> tuple[Evidence, ...]:
        """The evidence about that ship which meets the journey in time; undated evidence always does.

        What is told of another number of the same hull belongs to it too, for the kinds of OF_A_HULL.
        """
        legs = {leg["id"] for leg in journey.legs}

        def meets(item: Evidence) -> bool:
            if item.kind == "inferred call" and item.data().get("voyage") in legs:
                return True  # it may lie after the last position that was heard
            begins, ends = item.start or datetime.min, item.end or item.start or datetime.max
            return begins <= (journey.end or datetime.max) and ends >= (journey.start or datetime.min)

        key = f"{journey.ship:09d}"
        own = [item for item in self.by_ship.get(key, ()) if meets(item)]
        for other in known.siblings(key) if known else ():
            own += [item for item in self.by_ship.get(other, ()) if item.kind in OF_A_HULL and meets(item)]
        return tuple({item.id: item for item in own}.values())
