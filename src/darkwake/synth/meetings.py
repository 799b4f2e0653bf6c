"""Ships that meet at sea, and ships that drift: further ships for a world, with what they plant.

Two ships come from afar, lie side by side and drift with wind and tide for some hours, and part. In a dark meeting one
of them is switched off from well before to well after. A loitering ship stops and drifts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from darkwake import geo
from darkwake.synth import fleet, ways
from darkwake.synth.receivers import Outage, Reception
from darkwake.synth.sailing import Log, Timed
from darkwake.synth.traffic import HOUR_S, Crew
from darkwake.synth.ways import Place
from darkwake.synth.world import Planted, SwitchOff, World, build


@dataclass(slots=True)
class Cast:
    """The further ships, what they plant, and when one of them is switched off."""

    start: datetime
    crew: Crew
    logs: list[Log] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    offs: list[SwitchOff] = field(default_factory=list)

    def world(self, seed: int, reception: Reception, days: float, *, moving_s: float, still_s: float,
              outages: Sequence[Outage] = ()) -> World:  # fmt: skip
        """The ships alone; `lies.together` adds them to others. The switch-offs are done but not planted again."""
        made = build(
            seed, self.logs, reception, start=self.start, days=days, switch_offs=self.offs, outages=outages,
            moving_s=moving_s, still_s=still_s,
        )  # fmt: skip
        return replace(made, planted=tuple(self.planted), roles=self.crew.roles)

    def at(self, seconds: float) -> datetime:
        """A second of the world as a time."""
        return self.start + timedelta(seconds=round(seconds))


def meeting(
    cast: Cast, rng: np.random.Generator, where: Place, met_s: float, hours: float, *, apart_m: float,
    ends: tuple[Place, Place, Place, Place], dark: bool = False,
) -> Planted:  # fmt: skip
    """Two tankers side by side from `met_s` on for `hours`, `apart_m` metres from each other.

    Args:
        cast: takes the ships.
        rng: draws the rest.
        where: the place at which they meet.
        met_s: when the second is alongside, seconds of the world.
        hours: how long.
        apart_m: 50 to 400.
        ends: where the two come from, and where they go.
        dark: whether the second is switched off, from up to 5 h before until up to 5 h after.
    """
    first, second = (cast.crew.log("meeting", fleet.TANKER) for _ in range(2))
    for log in (first, second):
        log.ship = _strong(log.ship)
    early_s = float(rng.uniform(0.2, 1.5)) * HOUR_S
    whole_h, knots = hours + early_s / HOUR_S + 0.5, float(rng.uniform(0.3, 1.1))
    line = ways.adrift(rng, where, whole_h, from_s=met_s - early_s, knots=knots)
    alongside = ways.beside(line, float(rng.uniform(0, 360)), apart_m, turns_deg=float(rng.uniform(-60, 60)))
    over_s = met_s + hours * HOUR_S
    later_s = float(rng.uniform(0.1, 0.4)) * HOUR_S
    _come_and_go(first, _during(line, met_s - early_s, over_s + later_s), ends[0], ends[2], laden=True)
    _come_and_go(second, _during(alongside, met_s, over_s), ends[1], ends[3], laden=False)
    cast.logs += [first, second]
    kind, words = "encounter", "both heard"
    if dark:
        # heard for an hour and a half at least on the way there and on the way on
        ways_s = met_s - second.phases[0].start_s, second.phases[-1].end_s - over_s
        before, after = (min(float(rng.uniform(1.5, 5.0)) * HOUR_S, way_s - 1.5 * HOUR_S) for way_s in ways_s)
        cast.offs.append(SwitchOff(second.ship.mmsi, cast.at(met_s - before), cast.at(over_s + after)))
        kind, words = "dark_encounter", "the second switched off from before to after"
    one = Planted(
        kind, first.ship.mmsi, cast.at(met_s), cast.at(over_s), *_middle(line, met_s, over_s),
        f"{first.ship.name} and {second.ship.name} lay {apart_m:.0f} m from each other for {hours:.1f} h, {words}",
        2_000.0, second.ship.mmsi, "dark" if dark else "heard",
    )  # fmt: skip
    cast.planted.append(one)
    return one


def loitering(
    cast: Cast, rng: np.random.Generator, where: Place, from_s: float, hours: float, *, ends: tuple[Place, Place],
    coastal: bool = False,
) -> Planted:  # fmt: skip
    """One ship that comes, drifts for `hours` with half a knot to one and a half, and goes."""
    log = cast.crew.log("loitering", (fleet.TANKER, fleet.CARGO)[int(rng.integers(2))])
    log.ship = _strong(log.ship)
    line = ways.adrift(rng, where, hours, from_s=from_s, knots=float(rng.uniform(0.3, 1.0)))
    _come_and_go(log, line, *ends, laden=True)
    cast.logs.append(log)
    over_s = from_s + hours * HOUR_S
    one = Planted(
        "loitering", log.ship.mmsi, cast.at(from_s), cast.at(over_s), *_middle(line, from_s, over_s),
        f"{log.ship.name} drifted {'near the coast' if coastal else 'offshore'} for {hours:.1f} h", 15_000.0,
        pattern="coastal" if coastal else "offshore",
    )  # fmt: skip
    cast.planted.append(one)
    return one


def visitor(cast: Cast, rng: np.random.Generator, way: list[Place], from_s: float, *, role: str) -> Log:
    """A ship that sails a way and does nothing else; lies may be told of it."""
    log = cast.crew.log(role, (fleet.TANKER, fleet.CARGO)[int(rng.integers(2))])
    log.ship = _strong(log.ship)
    line = ways.under_way(rng, way, float(rng.uniform(7, 12)), from_s=from_s, ease=(False, False))
    log.follow(line, destination="FOR ORDERS", draught_m=log.ship.laden_m)
    cast.logs.append(log)
    return log


def _strong(ship: fleet.Ship) -> fleet.Ship:
    return replace(ship, power=1.0)


def _during(line: Timed, from_s: float, until_s: float) -> Timed:
    """A part of a track, cut to the second."""
    time = np.unique(np.concatenate([[from_s], line[0][(line[0] > from_s) & (line[0] < until_s)], [until_s]]))
    return time, np.interp(time, line[0], line[1]), np.interp(time, line[0], line[2])


def _middle(line: Timed, from_s: float, until_s: float) -> Place:
    part = _during(line, from_s, until_s)
    return float(part[1].mean()), float(geo.wrap_lon(part[2].mean()))


def _come_and_go(log: Log, line: Timed, come: Place, go: Place, *, laden: bool) -> None:
    """The way there, the drift, the way on; the draught changes with the drift as it does when cargo passes over."""
    here, there = (float(line[1][0]), float(line[2][0])), (float(line[1][-1]), float(line[2][-1]))
    knots = float(log.rng.uniform(9.5, 14))
    full, empty = log.ship.laden_m, log.ship.ballast_m
    into = ways.under_way(log.rng, [come, here], knots, until_s=float(line[0][0]), ease=(False, True))
    log.follow(ways.joined(into, line), destination="FOR ORDERS", draught_m=full if laden else empty)
    away = ways.under_way(log.rng, [there, go], knots, from_s=float(line[0][-1]), ease=(True, False))
    log.follow(away, destination="FOR ORDERS", draught_m=empty if laden else full)
