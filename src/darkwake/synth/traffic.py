"""Who is about in busy water on an ordinary day: each role a function that gives the logs of its ships.

What they do is innocent, and each does something that a pattern may trip over: ships at anchor side by side, boats that
fish in pairs, tugs with their tows, pilots who come alongside, lines of a survey, circles of one who waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from darkwake import geo
from darkwake.land import Box
from darkwake.synth import fleet, ways
from darkwake.synth.receivers import Satellite, Station
from darkwake.synth.sailing import AT_ANCHOR, MOORED, Log, Timed
from darkwake.synth.ways import Place

DAY_S, HOUR_S = 86_400.0, 3_600.0
FISHES = 7
"""Navigational status of ITU-R M.1371: engaged in fishing."""


@dataclass(frozen=True, slots=True)
class Water:
    """A stretch of sea, who listens there, and how many of each role are about; places are (lat, lon)."""

    name: str
    box: Box
    """Where ships are about, and plants are laid; its east may lie beyond 180."""
    stations: tuple[Station, ...]
    satellites: tuple[Satellite, ...]
    lanes: tuple[tuple[Place, ...], ...]
    passing_a_day: float
    """Ships that go through on one of the lanes."""
    fishing: tuple[Place, ...]
    pairs: int
    """Pairs of boats that fish together; half as many fish alone."""
    tows: int
    airport: Place
    """Where displaced receivers believe themselves to be."""
    inland: Place
    jammed: Place
    """The middle of an area that many ships are in."""
    roads: tuple[tuple[Place, int, float], ...] = ()
    """Anchorages: middle, places in it, metres from place to place."""
    gates: tuple[tuple[Place, ...], ...] = ()
    """Ways from the open sea to the first of the roads, without their last point."""
    coast: tuple[tuple[Place, ...], ...] = ()
    """Ways from berth to berth along the coast, for coasters and ferries."""
    coasters: int = 0
    pilots: tuple[Place, Place] | None = None
    """Their berth and where they meet ships."""
    survey: Place | None = None
    hove_to: Place | None = None


def callsign(flag: str, number: int) -> str:
    """An invented call sign of a form that real ones have: two signs of the country, a Z, four digits."""
    return f"{fleet.CALL[flag]}Z{2_000 + number % 8_000}"


class Crew:
    """Hands out invented ships one after the other; the number settles name, MMSI and IMO."""

    def __init__(self, seed: int, first: int) -> None:
        self._seed, self.number = seed, first
        self.roles: dict[int, str] = {}

    def log(self, role: str, kind: int = fleet.CARGO, *, small: bool = False) -> Log:
        """An empty log of the next ship."""
        rng = np.random.default_rng([self._seed, 21, self.number])
        flag = tuple(fleet.FLAGS)[int(rng.integers(len(fleet.FLAGS)))]
        ship = fleet.invent(rng, self.number, kind=kind, flag=flag, small=small)
        ship = replace(ship, callsign=callsign(flag, self.number))
        if small and role != "fishing alone":  # only those may have a weak transmitter of class B here
            ship = replace(ship, ais_class="A", power=0.9)
        self.number += 1
        self.roles[ship.mmsi] = role
        return Log(ship, rng)


def ordinary(seed: int, water: Water, days: float, crew: Crew) -> list[Log]:
    """All logs of an ordinary time in that water."""
    end_s = days * DAY_S
    roles: tuple[Callable[[Water, float, Crew, np.random.Generator], list[Log]], ...] = (
        _passing, _at_anchor, coasters, _fishing, _tows, _pilots, _bunkers, _others,
    )  # fmt: skip
    logs: list[Log] = []
    for number, role in enumerate(roles):
        logs += role(water, end_s, crew, np.random.default_rng([seed, 22, number]))
    return logs


def _draught(log: Log) -> float:
    return log.ship.laden_m if log.rng.random() < 0.5 else log.ship.ballast_m


def _aside(way: Sequence[Place], rng: np.random.Generator, spread_m: float) -> list[Place]:
    """The way as one of many ships sails it: beside the middle of the lane."""
    lat, lon = (np.array(column) for column in zip(*way, strict=True))
    ahead = geo.bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    lat, lon = ways.shifted(lat, lon, np.append(ahead, ahead[-1]) + 90.0, float(rng.normal(0, spread_m)))
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def _passing(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    logs = []
    for start_s in np.sort(rng.uniform(-8 * HOUR_S, end_s, int(water.passing_a_day * end_s / DAY_S))):
        log = crew.log("passing", (fleet.CARGO, fleet.TANKER)[int(rng.integers(2))])
        lane = water.lanes[int(rng.integers(len(water.lanes)))]
        way = _aside(lane if rng.random() < 0.5 else lane[::-1], rng, 1_500.0)
        line = ways.under_way(log.rng, way, float(rng.uniform(9, 16)), from_s=float(start_s), ease=(False, False))
        draught = _draught(log)
        if rng.random() < 0.04:  # an engine that stops for an hour
            cut = len(line[0]) // 2
            pause = ways.adrift(log.rng, (float(line[1][cut]), float(line[2][cut])), float(rng.uniform(0.6, 1.5)),
                                from_s=float(line[0][cut]), knots=0.8)  # fmt: skip
            rest = [(float(pause[1][-1]), float(pause[2][-1])), way[-1]]
            after = ways.under_way(log.rng, rest, 11.0, from_s=float(pause[0][-1]) + 60, ease=(True, False))
            line = ways.joined(tuple(part[:cut] for part in line), pause, after)  # type: ignore[arg-type]
            crew.roles[log.ship.mmsi] = "engine stopped"
        log.follow(line, destination="FOR ORDERS", draught_m=draught)
        logs.append(log)
    return logs


def berths(middle: Place, count: int, apart_m: float, rng: np.random.Generator) -> list[Place]:
    """Places to anchor: a grid of that spacing, each somewhat out of line."""
    side = int(np.ceil(np.sqrt(count)))
    steps = (np.arange(side) - (side - 1) / 2) * apart_m
    north, east = (part.ravel()[:count] for part in np.meshgrid(steps, steps))
    off = rng.normal(0, 0.12 * apart_m, (2, count))
    lat = middle[0] + (north + off[0]) / 111_120.0
    lon = middle[1] + (east + off[1]) / 111_120.0 / np.cos(np.radians(middle[0]))
    return list(zip(lat.tolist(), lon.tolist(), strict=True))


def _at_anchor(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """In the roads, each place taken by one ship after another; nearly always full."""
    logs = []
    for middle, count, apart_m in water.roads:
        for place in berths(middle, count, apart_m, rng):
            free_s = float(rng.uniform(-5 * DAY_S, 0.0))
            while free_s < end_s:
                log = crew.log("at anchor", (fleet.TANKER, fleet.CARGO)[int(rng.integers(2))])
                leaves_s = free_s + float(rng.uniform(1.0, 7.0)) * DAY_S
                gate, out = (water.gates[int(rng.integers(len(water.gates)))] for _ in range(2))
                knots, draught = float(rng.uniform(9, 13)), _draught(log)
                inward = ways.under_way(log.rng, [*gate, place], knots, until_s=free_s, ease=(False, True))
                log.follow(inward, destination="FOR ORDERS", draught_m=draught)
                log.follow(ways.still(place, free_s, leaves_s), destination="FOR ORDERS", draught_m=draught,
                           status=AT_ANCHOR)  # fmt: skip
                outward = ways.under_way(log.rng, [place, *gate[::-1][:1], *out[::-1][1:]], knots, from_s=leaves_s,
                                         ease=(True, False))  # fmt: skip
                log.follow(outward, destination="FOR ORDERS", draught_m=draught)
                if leaves_s > 0:
                    logs.append(log)
                free_s = leaves_s + float(rng.uniform(1, 8)) * HOUR_S
    return logs


def coasters(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """Coasters that load at one end of a way and unload at the other, and on the last of the ways two ferries.

    A coaster's crew gives the new draught when it leaves the berth.
    """
    logs = []
    for number in range(water.coasters + 2 * bool(water.coast)):
        ferry = number >= water.coasters
        log = crew.log("ferry" if ferry else "coaster", fleet.PASSENGER if ferry else fleet.CARGO, small=not ferry)
        way = list(water.coast[-1] if ferry else water.coast[number % len(water.coast)])
        way = way if rng.random() < 0.5 else way[::-1]
        knots = float(rng.uniform(15, 18)) if ferry else float(rng.uniform(7, 10))
        stay_h = (0.7, 2.0) if ferry else (5.0, 30.0)
        berth = tuple(log.rng.normal(0, 0.0009, 2))
        now_s, laden = -float(rng.uniform(0, 20)) * HOUR_S, bool(log.rng.random() < 0.5)
        while now_s < end_s:
            here = (way[0][0] + berth[0], way[0][1] + berth[1])
            there = (way[-1][0] + berth[0], way[-1][1] + berth[1])
            leaves_s = now_s + float(log.rng.uniform(*stay_h)) * HOUR_S
            says = log.ship.laden_m if laden else log.ship.ballast_m
            log.follow(ways.still(here, now_s, leaves_s), destination="COAST", draught_m=says, status=MOORED)
            laden = laden if ferry else not laden
            says = log.ship.laden_m if laden else log.ship.ballast_m
            line = ways.under_way(log.rng, [here, *way[1:-1], there], knots, from_s=leaves_s)
            log.follow(line, destination="COAST", draught_m=says)
            now_s, way = float(line[0][-1]), way[::-1]
        logs.append(log)
    return logs


def _fishing(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """Hauls of some hours at 2.5 to 4 knots, half an hour of hardly any speed between; two boats abreast in a pair."""
    logs = []
    for number in range(water.pairs + water.pairs // 2):
        middle = water.fishing[number % len(water.fishing)]
        at = middle[0] + float(rng.uniform(-0.12, 0.12)), middle[1] + float(rng.uniform(-0.12, 0.12))
        pair = number < water.pairs
        log = crew.log("fishing pair" if pair else "fishing alone", fleet.FISHING, small=True)
        line, now_s = [], -float(rng.uniform(0, 5)) * HOUR_S
        while now_s < end_s:
            home = float(geo.bearing_deg(*at, *middle))
            ahead = home + float(log.rng.uniform(-70, 70))
            metres = float(log.rng.uniform(2.0, 5.0)) * 3.1 * geo.METRES_PER_NM
            there = tuple(float(part) for part in ways.shifted(*at, ahead, metres))  # type: ignore[arg-type]
            haul = ways.under_way(log.rng, [at, (there[0], there[1])], float(log.rng.uniform(2.5, 4.0)), from_s=now_s,
                                  ease=(False, False))  # fmt: skip
            pause = ways.adrift(log.rng, (there[0], there[1]), float(log.rng.uniform(0.4, 0.8)),
                                from_s=float(haul[0][-1]) + 30, knots=0.8)  # fmt: skip
            line += [haul, pause]
            at, now_s = (float(pause[1][-1]), float(pause[2][-1])), float(pause[0][-1]) + 30
        whole = ways.joined(*line)
        log.follow(whole, destination="FISHING", draught_m=log.ship.laden_m, status=0)
        logs.append(log)
        if pair:
            second = crew.log("fishing pair", fleet.FISHING, small=True)
            abreast = ways.beside(whole, float(rng.uniform(0, 360)), float(rng.uniform(220, 450)), turns_deg=500.0)
            second.follow(abreast, destination="FISHING", draught_m=second.ship.laden_m)
            logs.append(second)
    return logs


def _tows(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """A tug and, some hundred metres astern, the barge with a transmitter of its own."""
    logs = []
    for _ in range(water.tows):
        now_s = -float(rng.uniform(0, 30)) * HOUR_S
        while now_s < end_s:
            tug, barge = crew.log("tow", fleet.TUG, small=True), crew.log("tow", fleet.CARGO, small=True)
            lane = water.lanes[int(rng.integers(len(water.lanes)))]
            way = _aside(lane if rng.random() < 0.5 else lane[::-1], rng, 4_000.0)
            knots = float(rng.uniform(4.2, 6.5))
            line = ways.under_way(tug.rng, way, knots, from_s=now_s, ease=(False, False))
            late_s = float(rng.uniform(180, 450)) / (knots * geo.KNOT_MS)
            for log, behind_s in ((tug, 0.0), (barge, late_s)):
                log.follow((line[0] + behind_s, line[1], line[2]), destination="TOW", draught_m=3.0)
            logs += [tug, barge]
            now_s = float(line[0][-1]) + float(rng.uniform(2, 20)) * HOUR_S
    return logs


def _pilots(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """One boat, and the ships that it meets: each waits for it with hardly any speed, for twenty minutes alongside."""
    if water.pilots is None:
        return []
    berth, ground = water.pilots
    boat, logs, now_s = crew.log("pilot", fleet.TUG, small=True), [], 0.0
    while now_s < end_s:
        met_s = now_s + float(rng.uniform(2.5, 6)) * HOUR_S
        ship = crew.log("pilot", fleet.TANKER)
        at = ground[0] + float(rng.normal(0, 0.006)), ground[1] + float(rng.normal(0, 0.006))
        gate = water.gates[int(rng.integers(len(water.gates)))]
        inward = ways.under_way(ship.rng, [*gate, at], 11.0, until_s=met_s - 900, ease=(False, True))
        pause = ways.adrift(ship.rng, at, 0.6, from_s=met_s - 840, knots=1.3, step_s=300)
        near = float(np.interp(met_s, pause[0], pause[1])), float(np.interp(met_s, pause[0], pause[2]))
        away = ways.under_way(ship.rng, [(float(pause[1][-1]), float(pause[2][-1])), *gate[::-1]], 11.0,
                              from_s=float(pause[0][-1]) + 30, ease=(True, False))  # fmt: skip
        ship.follow(ways.joined(inward, pause, away), destination="PILOT", draught_m=_draught(ship))
        out = ways.under_way(boat.rng, [berth, near], 14.0, until_s=met_s)
        home = ways.under_way(boat.rng, [near, berth], 14.0, from_s=met_s + 1_200)
        beside = ways.beside(tuple(part[pause[0] >= met_s][:4] for part in pause), 90.0, 60.0)  # type: ignore[arg-type]
        boat.follow(ways.still(berth, now_s, float(out[0][0]) - 60), destination="PILOTS", draught_m=2.0, status=MOORED)
        boat.follow(ways.joined(out, beside, home) if beside[0][-1] < met_s + 1_200 else ways.joined(out, home),
                    destination="PILOTS", draught_m=2.0)  # fmt: skip
        now_s = float(home[0][-1]) + 60
        logs.append(ship)
    return [*logs, boat]


def _bunkers(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """A small tanker that lies alongside ships in the roads, some hours each: meetings, but in a harbour's water."""
    if not water.roads or water.pilots is None:
        return []
    (middle, count, apart_m), berth = water.roads[0], water.pilots[0]
    log, now_s = crew.log("bunkers", fleet.TANKER, small=True), -float(rng.uniform(0, 9)) * HOUR_S
    places = berths(middle, count, apart_m, rng)
    while now_s < end_s:
        place = places[int(rng.integers(count))]
        leaves_s = now_s + float(rng.uniform(3, 9)) * HOUR_S
        out = ways.under_way(log.rng, [berth, place], 8.0, from_s=leaves_s)
        over_s = float(out[0][-1]) + float(rng.uniform(3, 7)) * HOUR_S
        home = ways.under_way(log.rng, [place, berth], 8.0, from_s=over_s)
        log.follow(ways.still(berth, now_s, leaves_s), destination="BUNKERS", draught_m=4.0, status=MOORED)
        log.follow(out, destination="BUNKERS", draught_m=4.0)
        log.follow(ways.still(place, float(out[0][-1]), over_s), destination="BUNKERS", draught_m=4.0, status=AT_ANCHOR)
        log.follow(home, destination="BUNKERS", draught_m=3.0)
        now_s = float(home[0][-1])
    return [log]


def _others(water: Water, end_s: float, crew: Crew, rng: np.random.Generator) -> list[Log]:
    """The straight lines of a survey, and the wide circles of a ship that waits under way."""
    logs = []
    if water.survey is not None:
        log = crew.log("survey", fleet.TUG)
        lines: list[Timed] = []
        for number in range(int(end_s / HOUR_S / 2) + 2):
            row = number % 60 if number % 60 < 30 else 59 - number % 60  # over the field, and back
            south = water.survey[0] + 0.006 * row, water.survey[1]
            pair = [south, (south[0], south[1] + 0.15)][:: 1 if number % 2 == 0 else -1]
            from_s = float(lines[-1][0][-1]) + 420 if lines else 0.0
            lines.append(ways.under_way(log.rng, pair, 4.8, from_s=from_s, stray_m=8.0, ease=(False, False)))
        log.follow(ways.joined(*lines), destination="SURVEY", draught_m=5.0)
        logs.append(log)
    if water.hove_to is not None:
        log = crew.log("circling", fleet.CARGO)
        begin = float(rng.uniform(0.1, 0.4)) * end_s
        ring = ways.around(water.hove_to, 3_500.0, 5.5, 10.0, from_s=begin)
        into = [water.lanes[0][0], (float(ring[1][0]), float(ring[2][0]))]
        out = [(float(ring[1][-1]), float(ring[2][-1])), water.lanes[0][-1]]
        log.follow(
            ways.joined(
                ways.under_way(log.rng, into, 11.0, until_s=begin - 60, ease=(False, False)), ring,
                ways.under_way(log.rng, out, 11.0, from_s=float(ring[0][-1]) + 60, ease=(False, False)),
            ),
            destination="FOR ORDERS", draught_m=_draught(log),
        )  # fmt: skip
        logs.append(log)
    return logs
