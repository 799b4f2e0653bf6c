"""Positions in, events out: the detectors, and what a silence means.

    gaps = darkwake.events.gap(longer_than=hours(6)).run(store)

A detector is a file with a factory, and one line in `DETECTORS`.
"""

from darkwake.events.around import around
from darkwake.events.believable import believed, unbelievable
from darkwake.events.dark_encounter import dark_encounter
from darkwake.events.detector import HEADINGS, Detector, hours, sections
from darkwake.events.encounter import PRESETS as ENCOUNTER_PRESETS
from darkwake.events.encounter import encounter
from darkwake.events.engine import Sharded, Source, Workers
from darkwake.events.false_identity import false_identity
from darkwake.events.false_position import false_position
from darkwake.events.gap import gap
from darkwake.events.interference import interference
from darkwake.events.loitering import PRESETS as LOITERING_PRESETS
from darkwake.events.loitering import loitering
from darkwake.events.places import facts
from darkwake.events.port_call import port_call
from darkwake.events.silence import INNOCENT, LIMITS, VERDICTS, weigh
from darkwake.events.stage import By, Stage
from darkwake.events.water import reception

DETECTORS = (gap, port_call, encounter, dark_encounter, loitering, false_identity, false_position)
"""The factories, in the order in which they run; each called without arguments gives its defaults."""

__all__ = [
    "DETECTORS",
    "ENCOUNTER_PRESETS",
    "HEADINGS",
    "INNOCENT",
    "LIMITS",
    "LOITERING_PRESETS",
    "VERDICTS",
    "By",
    "Detector",
    "Sharded",
    "Source",
    "Stage",
    "Workers",
    "around",
    "believed",
    "dark_encounter",
    "encounter",
    "facts",
    "false_identity",
    "false_position",
    "gap",
    "hours",
    "interference",
    "loitering",
    "port_call",
    "reception",
    "sections",
    "unbelievable",
    "weigh",
]
