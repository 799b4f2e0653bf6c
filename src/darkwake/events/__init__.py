"""Positions in, events out: the detectors, and what a silence means.

    gaps = darkwake.events.gap(longer_than=hours(6)).run(store)

A detector is a file with a factory, and one line in `DETECTORS`.
"""

from darkwake.events.around import around
from darkwake.events.detector import HEADINGS, Detector, hours, sections
from darkwake.events.engine import Sharded, Source
from darkwake.events.gap import gap
from darkwake.events.places import facts
from darkwake.events.port_call import port_call
from darkwake.events.silence import INNOCENT, LIMITS, VERDICTS, weigh
from darkwake.events.stage import By, Stage

DETECTORS = (gap, port_call)
"""The factories, in the order in which they run; each called without arguments gives its defaults."""

__all__ = [
    "DETECTORS",
    "HEADINGS",
    "INNOCENT",
    "LIMITS",
    "VERDICTS",
    "By",
    "Detector",
    "Sharded",
    "Source",
    "Stage",
    "around",
    "facts",
    "gap",
    "hours",
    "port_call",
    "sections",
    "weigh",
]
