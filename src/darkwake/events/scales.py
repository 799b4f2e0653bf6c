"""The lengths and shares that the tests of silence work with."""

from __future__ import annotations

from dataclasses import dataclass

from darkwake.events.hearing import HOUR_US


@dataclass(frozen=True, slots=True)
class Scales:
    """The lengths that the tests work with, see `silence.weigh`; times in microseconds."""

    near_m: float
    here_m: float
    wide_m: float
    apart: int
    bracket: int
    listen: int
    within: int
    step: int
    threshold: int
    weaker: float
    min_passages: int
    min_ships: int
    outage_peers: int
    poor_share: float
    outage_share: float
    seldom: float

    @classmethod
    def plain(cls, *, step: int, bracket: int, listen: int) -> Scales:
        """What is needed to hear and to listen, without a comparison: only the gaps' own cells are kept."""
        return cls(0.0, 0.0, 0.0, 6 * HOUR_US, bracket, listen, 0, step, 0, 0.0, 0, 0, 0, 0.0, 0.0, 0.0)
