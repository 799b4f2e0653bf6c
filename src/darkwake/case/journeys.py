"""What threads are told along: voyages on the corridor, legs that may have been one unheard, and ships of note."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
    guessed: tuple[bool, bool] = (False, False)
    """Whether its first and its last port are calls that nobody heard, only inferred."""

    @property
    def way(self) -> str:
        """Where it went, such as "perhaps Skagen (DK) to Gothenburg (SE)"."""
        first, last = (
            f"perhaps {name}" if guess else name
            for name, guess in zip((self.from_, self.to), self.guessed, strict=True)
        )
        return f"{first} to {last}"


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
            guessed=chain.get("guessed", (False, False)),
        )
        for chain in corridor
    ]
    by_ship: dict[int, list[Journey]] = {}
    for journey in told:
        by_ship.setdefault(journey.ship, []).append(journey)
    told += [
        journey for journey in possible if not any(_same(journey, other) for other in by_ship.get(journey.ship, ()))
    ]
    seen = {journey.ship for journey in told}
    told += [Journey(ship, label(ship), *extents[ship]) for ship in sorted(set(ships) - seen)]
    return told


def _same(one: Journey, other: Journey) -> bool:
    """Whether two journeys of one ship share time, so that telling both would tell one thing twice."""
    low, high = datetime.min, datetime.max
    return (one.start or low) < (other.end or high) and (other.start or low) < (one.end or high)
