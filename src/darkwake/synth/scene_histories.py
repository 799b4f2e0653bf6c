"""What happens to the buildings of an invented site, and when: planted histories, and decoys that are none.

A history is a row of phases. Statuses are words of the sites' own list: a plot on which nothing stands yet counts as
"cleared", a building with part of it gone as "destroyed" until it is "repaired".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

STATUSES = ("intact", "destroyed", "cleared", "under construction", "rebuilt", "repaired")
HISTORIES: dict[str, tuple[str, ...]] = {
    "nothing": ("intact",),
    "destroyed": ("intact", "destroyed"),
    "rebuilt": ("intact", "destroyed", "cleared", "under construction", "rebuilt"),
    "demolished": ("intact", "cleared"),
    "built": ("cleared", "under construction", "rebuilt"),
    "repaired": ("intact", "destroyed", "repaired"),
}
DECOYS = ("green roof", "lorries", "repainted", "flooded yard", "crop field", "unknown cloud")
"""What looks like something and is nothing: each stays "intact" from the first image to the last."""
_SHARES = {"destroyed": 0.08, "rebuilt": 0.12, "demolished": 0.06, "built": 0.08, "repaired": 0.06}
"""Of the buildings, where nobody says how many; each decoy 0.04, the rest nothing."""
_DECOY_SHARE = 0.04
_LENGTHS = {"destroyed": (0.08, 0.22), "cleared": (0.08, 0.2), "under construction": (0.16, 0.3)}
"""Least and greatest share of all days that a phase in the middle lasts; the last one takes what is left."""
_CLEARING_DAYS = 12


@dataclass(frozen=True, slots=True)
class Phase:
    """A status from a day on."""

    status: str
    since: date
    """The first day on which it is so; of the first phase the first day of the series."""


@dataclass(frozen=True, slots=True)
class History:
    """One building's."""

    kind: str
    """A key of HISTORIES, or one of DECOYS."""
    phases: tuple[Phase, ...]
    damage: float
    """The share of the building that is gone while it is "destroyed"; below 1 where it is repaired later."""
    days: tuple[date, ...]
    """A decoy's own: the day it is repainted, the days a lorry stands there, the first and last of a flood."""

    def status(self, day: date) -> str:
        """On that day."""
        return [phase for phase in self.phases if phase.since <= day][-1].status

    def mixture(self, day: date) -> dict[str, float]:
        """What is to be seen on that day, summing to 1: a plot is cleared over the days before it counts as cleared."""
        now = self.status(day)
        cleared = self.since("cleared")
        if cleared and now != "cleared" and cleared > day:
            part = 1.0 - (cleared - day).days / _CLEARING_DAYS
            if part > 0:
                return {now: 1.0 - part, "cleared": part}
        return {now: 1.0}

    def progress(self, day: date) -> float:
        """How much of the new building stands, 0 to 1."""
        begun, done = self.since("under construction"), self.since("rebuilt")
        if not begun or not done or day < begun:
            return 0.0
        return min(1.0, (day - begun).days / max((done - begun).days, 1))

    def since(self, status: str) -> date | None:
        """The first day of it."""
        return next((phase.since for phase in self.phases if phase.status == status), None)


def counts(buildings: int, asked: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many buildings have which history or decoy; what is left over has "nothing".

    Raises:
        ValueError: a history that is not known, or more of them than buildings.
    """
    found = dict(asked) if asked is not None else {
        **{kind: round(share * buildings) for kind, share in _SHARES.items()},
        **{kind: round(_DECOY_SHARE * buildings) for kind in DECOYS},
    }  # fmt: skip
    strange = sorted(set(found) - set(HISTORIES) - set(DECOYS))
    if strange:
        raise ValueError(f"no such history: {', '.join(strange)}; there are {', '.join((*HISTORIES, *DECOYS))}")
    left = buildings - sum(number for kind, number in found.items() if kind != "nothing")
    if left < 0:
        raise ValueError(f"{buildings} buildings cannot have {buildings - left} histories")
    return found | {"nothing": left}


def draw(rng: np.random.Generator, numbers: Mapping[str, int], first: date, days: int) -> list[History]:
    """That many of each, in an order that is drawn too."""
    kinds = [kind for kind in (*HISTORIES, *DECOYS) for _ in range(numbers.get(kind, 0))]
    return [_history(rng, kinds[place], first, days) for place in rng.permutation(len(kinds))]


def _history(rng: np.random.Generator, kind: str, first: date, days: int) -> History:
    statuses = HISTORIES.get(kind, ("intact",))
    lengths = [days * float(rng.uniform(*_LENGTHS[status])) for status in statuses[1:-1]]
    begin = float(rng.uniform(0.2, max(0.21, 0.8 - sum(lengths) / days))) * days
    since = [0.0, begin, *(begin + np.cumsum(lengths))] if len(statuses) > 1 else [0.0]
    phases = [Phase(status, first + timedelta(days=round(at))) for status, at in zip(statuses, since, strict=True)]
    damage = float(rng.uniform(0.35, 0.7) if kind == "repaired" else rng.uniform(0.5, 1.0))
    return History(kind, tuple(phases), damage, _decoy_days(rng, kind, first, days))


def _decoy_days(rng: np.random.Generator, kind: str, first: date, days: int) -> tuple[date, ...]:
    if kind == "repainted":
        return (first + timedelta(days=int(rng.uniform(0.25, 0.75) * days)),)
    if kind == "flooded yard":
        begin = first + timedelta(days=int(rng.uniform(0.2, 0.8) * days))
        return begin, begin + timedelta(days=int(rng.integers(8, 30)))
    if kind == "lorries":
        stays = np.flatnonzero(rng.random(days) < 0.04)
        return tuple(first + timedelta(days=int(at + more)) for at in stays for more in range(int(rng.integers(1, 5))))
    if kind == "unknown cloud":
        at = int(rng.uniform(0.2, 0.8) * days)
        return tuple(first + timedelta(days=at + more) for more in range(6))
    return ()
