"""Busy water with something to find in it: so many of each kind, laid at places and times that the seed draws.

    world = synth.plants.lay(seed=1, days=7)
    world.planted

The world of the same seed without plants is `synth.busy.clean(seed, days)`; every message of it that no lie touches is
in this one too. In the last day navigation fails in two areas, and nothing else is laid there then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from darkwake import geo, shore
from darkwake.synth import busy, disguises, displaced, fleet, lies, meetings, mishaps
from darkwake.synth.busy import Places
from darkwake.synth.meetings import Cast
from darkwake.synth.sailing import Log
from darkwake.synth.traffic import HOUR_S, Crew, Water, callsign
from darkwake.synth.ways import Place
from darkwake.synth.world import START, World

FIRST = 5_000
"""The number of the first ship that is there because of a plant."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each are laid."""

    encounters: int = 6
    dark_encounters: int = 5
    offshore: int = 4
    coastal: int = 3
    each_identity: int = 2
    each_position: int = 2
    interference: bool = True


def lay(seed: int, days: float = 7.0, *, water: Water | None = None, counts: Counts = Counts()) -> World:
    """The busy water of that seed with plants, see `Counts`."""
    sea = water or busy.of_seed(seed)
    stage = _Stage(seed, days, sea)
    stage.meet(counts)
    misplaced, disguised = stage.visitors(5 * counts.each_position), stage.disguised(counts.each_identity)
    apart = stage.cast.world(seed + 500_000, busy.reception(sea), days, moving_s=busy.MOVING_S, still_s=busy.STILL_S)
    world = lies.together(busy.clean(seed, days, water=sea), mishaps.all_of(apart))
    world = stage.misplace(world, misplaced)
    world = stage.disguise(world, disguised)
    return stage.interfere(world) if counts.interference else world


class _Stage:
    """Draws places and times, and lays things there."""

    def __init__(self, seed: int, days: float, water: Water) -> None:
        self.seed, self.days, self.water = seed, days, water
        self.cast = Cast(START, Crew(seed, FIRST))
        self.places, self.rng = Places(water), np.random.default_rng([seed, 51])
        self._taken: list[tuple[Place, float]] = []

    # --- ships that meet and drift ---

    def meet(self, counts: Counts) -> None:
        for number in range(counts.encounters + counts.dark_encounters):
            dark = number >= counts.encounters
            hours = float(self.rng.uniform(3.5 if dark else 2.5, 8.0))
            where, when_s = self._free(hours, (12.0 if dark else 6.0, 1e9))
            meetings.meeting(
                self.cast, self.rng, where, when_s, hours, apart_m=float(self.rng.uniform(50, 400)),
                ends=(self._edge(where), self._edge(where), self._edge(where), self._edge(where)),
                dark=dark,
            )  # fmt: skip
        for number in range(counts.offshore + counts.coastal):
            hours = float(self.rng.uniform(6.0, 20.0))
            coastal = number >= counts.offshore
            if coastal and not self.water.roads:
                continue
            where, when_s = self._free(hours, (9.0, 30.0) if coastal else (46.0, 1e9))
            ends = self._edge(where), self._edge(where)
            meetings.loitering(self.cast, self.rng, where, when_s, hours, ends=ends, coastal=coastal)

    def _free(self, hours: float, shore_km: tuple[float, float]) -> tuple[Place, float]:
        """A place and a time with no other plant within 25 km and 30 h, before the last day."""
        for _ in range(500):
            where = self.places.draw(self.rng, shore_km=shore_km)
            when_s = float(self.rng.uniform(9.0, max(10.0, self.days * 24 - 30.0 - hours))) * HOUR_S
            if all(abs(when_s - other_s) > 30 * HOUR_S or _km(where, other) > 25.0 for other, other_s in self._taken):
                break
        self._taken.append((where, when_s))
        return where, when_s

    def _edge(self, near: Place) -> Place:
        """A place 75 to 150 km off, where ships are still well heard, to which the way is clear."""
        for _ in range(500):
            place = self.places.draw(self.rng, shore_km=(8.0, 1e9))
            if 75.0 <= _km(near, place) <= 150.0 and _clear(near, place):
                break
        return place

    # --- ships of which lies are told ---

    def visitors(self, count: int) -> list[Log]:
        """Ships that cross the water to and fro for a day or two."""
        return [self._visitor(number, count) for number in range(count)]

    def _visitor(self, number: int, count: int) -> Log:
        latest = max(1.0, self.days * 24 - 24.0 - 40.0)
        from_s = (latest * (number + float(self.rng.random())) / count - 4.0) * HOUR_S
        return meetings.visitor(self.cast, self.rng, self._way(), from_s, role="visitor")

    def _way(self, legs: int = 4) -> list[Place]:
        way = [self.places.draw(self.rng, shore_km=(12.0, 1e9))]
        while len(way) <= legs:
            there = self.places.draw(self.rng, shore_km=(12.0, 1e9))
            if _km(way[-1], there) > 70.0 and _clear(way[-1], there):
                way.append(there)
        return way

    def disguised(self, each: int) -> list[list[Log]]:
        """Two ships for a clone and for a shared IMO number, one each for the others, `each` times over."""
        return [self._crowd() for _ in range(each)]

    def _crowd(self) -> list[Log]:
        latest = max(1.0, self.days * 24 - 24.0 - 40.0)
        since = [float(self.rng.uniform(0, latest)) * HOUR_S for _ in range(8)]
        since += [since[0] + HOUR_S, since[7] + 2 * HOUR_S]  # the one that clones, and the one that shares a number
        return [meetings.visitor(self.cast, self.rng, self._way(), one, role="visitor") for one in since]

    # --- the lies ---

    def misplace(self, world: World, logs: Sequence[Log]) -> World:
        """Bursts, offsets, land, circles and ruled lines in turn."""
        for number, log in enumerate(logs):
            kind = ("burst", "offset", "land", "circle", "straight")[number % 5]
            hours = {"burst": (0.5, 3.0), "offset": (6.0, 20.0), "land": (1.0, 6.0), "circle": (2.0, 10.0),
                     "straight": (6.0, 16.0)}[kind]  # fmt: skip
            start, end = self._part(log, float(self.rng.uniform(*hours)))
            world = self._misplaced(world, kind, log, start, end)
        return world

    def _misplaced(self, world: World, kind: str, log: Log, start: datetime, end: datetime) -> World:
        ship, rng = log.ship.mmsi, self.rng
        if kind in ("burst", "offset"):
            far = (50.0, 400.0) if kind == "burst" else (20.0, 80.0)
            bearing, km = float(rng.uniform(0, 360)), float(rng.uniform(*far))
            return displaced.burst(world, ship, start, end, bearing=bearing, km=km)
        if kind == "land":
            at = self.water.inland[0] + float(rng.normal(0, 0.05)), self.water.inland[1] + float(rng.normal(0, 0.05))
            return displaced.standing(world, ship, start, end, at=at, seed=self.seed)
        here = lies.heard_of(world, ship, start, end)
        begin = float(here["true_lat"][0]), float(here["true_lon"][0])
        if kind == "circle":
            centre = _off(begin, float(rng.uniform(0, 360)), float(rng.uniform(20_000, 90_000)))
            radius_m, fast = float(rng.uniform(400, 4_000)), float(rng.uniform(7, 20))
            return displaced.circling(world, ship, start, end, centre=centre, radius_m=radius_m, knots=fast)
        knots = float(rng.uniform(9, 14))
        metres = knots * geo.KNOT_MS * (end - start).total_seconds()
        ways_on = [float(one) for one in rng.permutation(np.arange(0, 360, 5))]
        bearing = next((one for one in ways_on if _clear(begin, _off(begin, one, metres))), 90.0)
        return displaced.ruled(world, ship, start, end, begin=begin, bearing=bearing, knots=knots)

    def _part(self, log: Log, hours: float) -> tuple[datetime, datetime]:
        """A part of a ship's time, a few hours from both of its ends."""
        first_s, last_s = max(log.phases[0].start_s, 0.0) + 3 * HOUR_S, log.phases[-1].end_s - 3 * HOUR_S
        start_s = float(self.rng.uniform(first_s, max(first_s + 60, last_s - hours * HOUR_S)))
        return self.cast.at(start_s), self.cast.at(min(start_s + hours * HOUR_S, last_s))

    def disguise(self, world: World, groups: Sequence[Sequence[Log]]) -> World:
        """Every disguise once for each group."""
        for turn, group in enumerate(groups):
            ships = [log.ship.mmsi for log in group]
            met = max(group[0].phases[0].start_s, group[8].phases[0].start_s) + 2 * HOUR_S
            ends = [group[place].phases[-1].end_s for place in (0, 8)]
            over = min(met + float(self.rng.uniform(8, 30)) * HOUR_S, *ends)
            world = disguises.clone(world, ships[0], ships[8], self.cast.at(met), self.cast.at(over))
            for place, silent_h, imo in ((1, 0.0, True), (2, float(self.rng.uniform(3, 8)), True), (3, 0.0, False)):
                at, _ = self._part(group[place], 10.0)
                new = self._new(group[place].ship)
                world = disguises.renumbered(world, ships[place], at, new, silent_h=silent_h, imo=imo)
            world = disguises.wrong_imo(world, ships[4])
            world = disguises.foreign_callsign(world, ships[5], _other_callsign(group[5].ship, turn))
            world = disguises.resized(world, ships[6], self._part(group[6], 6.0)[0], float(self.rng.uniform(1.4, 2.0)))
            world = disguises.shared_imo(world, ships[7], ships[9])
        return world

    def _new(self, ship: fleet.Ship) -> fleet.Ship:
        flags = [flag for flag in fleet.FLAGS if flag != ship.flag]
        crew = self.cast.crew
        crew.number += 1
        new = fleet.invent(self.rng, crew.number, flag=flags[int(self.rng.integers(len(flags)))])
        return replace(new, callsign=callsign(new.flag, crew.number))

    def interfere(self, world: World) -> World:
        """In the last day: to one place for some hours, later each to another place, and half the area of it."""
        lat, lon = self.water.jammed
        half = 0.35 if self.water.roads else 0.6
        last = world.end - timedelta(hours=22)
        for after_h, towards, part in ((1.0, self.water.airport, 1.0), (12.0, None, 0.8)):
            start = last + timedelta(minutes=round(60 * (after_h + float(self.rng.uniform(0, 1)))))
            end = start + timedelta(minutes=round(60 * float(self.rng.uniform(2.0, 8.0))))
            box = lon - half * part, lat - half * part, lon + half * part, lat + half * part
            world = displaced.interfered(world, start, end, box, seed=self.seed, towards=towards)
        return world


def _other_callsign(ship: fleet.Ship, turn: int) -> str:
    flags = [flag for flag in ("PA", "LR", "MH", "SG") if flag != ship.flag]
    return callsign(flags[turn % len(flags)], 7_000 + turn)


def _wrapped(place: Place) -> Place:
    return place[0], float(geo.wrap_lon(place[1]))


def _clear(one: Place, two: Place) -> bool:
    return not shore.crosses_land(*_wrapped(one), *_wrapped(two))[0]


def _off(place: Place, bearing: float, metres: float) -> Place:
    lat, lon = geo.destination(*place, bearing, metres)
    return float(lat), float(lon)


def _km(one: Place, two: Place) -> float:
    return float(geo.distance_m(*one, *two)) / 1000.0
