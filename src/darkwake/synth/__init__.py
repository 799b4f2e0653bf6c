"""Planted truth: invented ships on real water, what was heard of them, an invented list, and what there is to find.

For tests, for measuring the silence test, and for the demo. Nothing in it is real but the water, the land and the
ports. docs/synth.md says how it is made and what it leaves out.

    world = synth.make(seed=1, days=7, ships=30, switch_offs=3)
    world.truth, world.heard, world.planted
    synth.demo.write(folder); synth.compare(planted, case)
    synth.busy.clean(seed=1), synth.plants.lay(seed=1)      busy water, and meetings, drifts and lies in it
    synth.papers.write(folder, seed=1)                      invented articles, and who said what in them
"""

from __future__ import annotations

from darkwake.synth import busy, demo, draughts, papers, plants
from darkwake.synth.compare import Compared, compare, false_alarms
from darkwake.synth.fleet import Ship
from darkwake.synth.receivers import Crowded, Outage, Reception, Satellite, Station
from darkwake.synth.sailing import Route, route
from darkwake.synth.world import Planted, SwitchOff, World, build, make

__all__ = [
    "Compared",
    "Crowded",
    "Outage",
    "Planted",
    "Reception",
    "Route",
    "Satellite",
    "Ship",
    "Station",
    "SwitchOff",
    "World",
    "build",
    "busy",
    "compare",
    "demo",
    "draughts",
    "false_alarms",
    "make",
    "papers",
    "plants",
    "route",
]
