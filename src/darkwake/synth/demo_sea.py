"""What happens at sea in the demo besides the voyages: two meetings, one of them dark, and a ship with a new name.

All of it in the Gulf of Oman off Jask, where stations hear ships well and far from any port of the demo.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from darkwake.synth import disguises, fleet, lies, meetings
from darkwake.synth.meetings import Cast
from darkwake.synth.receivers import Outage, Reception
from darkwake.synth.traffic import DAY_S, Crew
from darkwake.synth.world import Planted, World

FIRST = 40
"""The number of the first of these ships in the fleet; no other ship of the demo has 40 to 99."""
_MET = ((25.05, 57.75), 12.3, 5.5)
_DARK = ((25.22, 57.90), 30.4, 6.0)
"""Where, on which day, for how many hours."""
_ENDS = ((25.20, 56.85), (24.60, 57.00), (24.75, 58.55), (25.30, 58.75))
_WAY = ((25.22, 57.05), (25.42, 57.95), (24.75, 57.40), (25.40, 58.10), (24.85, 57.10), (25.45, 57.90), (24.70, 57.30))
_SAILS_ON, _RENAMED_H, _SILENT_H = 21.2, 26.0, 3.0


def listed_imo() -> int:
    """The IMO number of the ship that is heard in the dark meeting, which the invented list holds."""
    return fleet.imo_number(300_000 + (FIRST + 2) * 37)


def with_meetings(world: World, seed: int, reception: Reception, *, moving_s: float, still_s: float,
                  outages: tuple[Outage, ...] = ()) -> World:  # fmt: skip
    """The world with these ships in it, and what they plant as far as its days reach."""
    days = (world.end - world.start) / timedelta(days=1)
    cast, rng = Cast(world.start, Crew(seed, FIRST)), np.random.default_rng([seed, 81])
    for (where, day, hours), dark, apart_m in ((_MET, False, 160.0), (_DARK, True, 120.0)):
        meetings.meeting(cast, rng, where, day * DAY_S, hours, apart_m=apart_m, ends=_ENDS, dark=dark)
    visitor = meetings.visitor(cast, rng, list(_WAY), _SAILS_ON * DAY_S, role="visitor")
    drifter = cast.logs[2].ship
    cast.planted.append(
        Planted("listed_ship", drifter.mmsi, cast.at(29 * DAY_S), cast.at(32 * DAY_S), *_DARK[0],
                f"{drifter.name}, which lay there when the other was off, is on the invented list")
    )  # fmt: skip
    cast.planted = [one for one in cast.planted if one.end <= world.end]
    cast.offs = [off for off in cast.offs if off.end < world.end]
    apart = cast.world(seed + 1, reception, days, moving_s=moving_s, still_s=still_s, outages=outages)
    both = lies.together(world, apart)
    at = cast.at(_SAILS_ON * DAY_S + _RENAMED_H * 3600)
    if at + timedelta(days=1) > world.end:
        return both
    new = fleet.invent(np.random.default_rng([seed, 82]), cast.crew.number, flag="KM")
    return disguises.renumbered(both, visitor.ship.mmsi, at, replace(new, power=1.0), silent_h=_SILENT_H)
