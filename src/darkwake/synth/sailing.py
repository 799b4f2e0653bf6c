"""How an invented ship moves: a log of stays and legs, and the positions that it would send.

A leg follows a route at a speed that wavers by a few per cent and falls near its ends; each ship keeps to its own
side of the route. At a berth the position wanders by some metres, at anchor the ship swings round it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from darkwake import geo
from darkwake.sea import Line, Sea
from darkwake.synth.fleet import Ship

SPACING_M = 2_500.0
UNDER_WAY, AT_ANCHOR, MOORED = 0, 1, 5
"""Navigational status of ITU-R M.1371."""
Timed = tuple[geo.Floats, geo.Floats, geo.Floats]
"""Seconds from the world's start, latitude and longitude of the points of a track."""


@dataclass(frozen=True, slots=True)
class Route:
    """A line in points about `SPACING_M` apart; `room_m`: how far one may keep aside of it, at each point."""

    lat: geo.Floats
    lon: geo.Floats
    room_m: geo.Floats
    ends: tuple[float, float] = (1.0, 1.0)
    """How far apart ships lie at its start and its end: 1 for berths, some 200 m; 20 for roads, some 4 km."""

    def back(self) -> Route:
        """The same water the other way."""
        return Route(self.lat[::-1], self.lon[::-1], self.room_m[::-1], self.ends[::-1])

    def then(self, other: Route) -> Route:
        """This and, from where it ends, `other`."""
        return Route(
            np.concatenate([self.lat, other.lat[1:]]),
            np.concatenate([self.lon, other.lon[1:]]),
            np.concatenate([self.room_m, other.room_m[1:]]),
            (self.ends[0], other.ends[1]),
        )


def route(line: Line, sea: Sea | None = None, *, ends: tuple[float, float] = (1.0, 1.0)) -> Route:
    """A line cut into even pieces. With a `sea`, the room aside is half the way to land; without, 4 km."""
    lat, lon = np.asarray(line[0], float), np.asarray(line[1], float)
    metres = geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    parts = np.maximum(1, np.ceil(metres / SPACING_M)).astype(np.int64)
    edge = np.repeat(np.arange(len(parts)), parts)
    along = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[edge]
    lat = np.append(lat[edge] + along * (lat[edge + 1] - lat[edge]), lat[-1])
    lon = np.append(lon[edge] + along * (lon[edge + 1] - lon[edge]), lon[-1])
    if sea is None:
        return Route(lat, lon, np.full(len(lat), 4_000.0), ends)
    # the least within 15 km either way, so that a ship is already back on the line where the water narrows
    wide = np.lib.stride_tricks.sliding_window_view(np.pad(sea.off_land_m(lat, lon), 6, mode="edge"), 13).min(axis=1)
    return Route(lat, lon, 0.5 * _smooth(wide, 13), ends)


def _smooth(values: geo.Floats, width: int) -> geo.Floats:
    half = width // 2
    padded = np.pad(values, half, mode="edge")
    result: geo.Floats = np.convolve(padded, np.ones(width) / width, mode="valid")
    return result


@dataclass(slots=True)
class Phase:
    """A stretch of a log in which what a ship says of its voyage stays the same; seconds from the world's start."""

    start_s: float
    end_s: float
    status: int
    destination: str
    draught_m: float


@dataclass(slots=True)
class Log:
    """What one ship does, one thing after the other; times in seconds from the world's start."""

    ship: Ship
    rng: np.random.Generator
    now_s: float = 0.0
    phases: list[Phase] = field(default_factory=list)
    _knots: list[tuple[geo.Floats, geo.Floats, geo.Floats]] = field(default_factory=list)
    _side: float = 0.0
    _berth: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        self._side = float(self.rng.uniform(-0.9, 0.9))
        self._berth = float(self.rng.uniform(-0.0018, 0.0018)), float(self.rng.uniform(-0.0018, 0.0018))

    def stay(self, at: tuple[float, float], hours: float, *, destination: str, draught_m: float,
             moored: bool = True, apart: float = 1.0) -> Phase:  # fmt: skip
        """Lies at a berth or at anchor, where the leg before ended: `apart` is what `Route.ends` said of the place."""
        end_s = self.now_s + hours * 3600
        lat, lon = at[0] + apart * self._berth[0], at[1] + apart * self._berth[1]
        self._knots.append((np.array([self.now_s, end_s]), np.full(2, lat), np.full(2, lon)))
        return self._note(end_s, MOORED if moored else AT_ANCHOR, destination, draught_m)

    def sail(self, way: Route, knots: float, *, destination: str, draught_m: float, skip_m: float = 0.0) -> Phase:
        """Follows a route, from `skip_m` along it for a ship that is already at sea when the world begins."""
        lat, lon = self._aside(way)
        metres = geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
        done = np.concatenate([[0.0], np.cumsum(metres)])
        first = int(np.searchsorted(done, skip_m)) if skip_m else 0
        first = min(first, len(done) - 2)
        middle = (done[:-1] + done[1:]) / 2
        end_m = np.minimum(middle, done[-1] - middle)
        ease = np.clip(0.35 + 0.65 * end_m / 15_000.0, 0.35, 1.0)
        waver = 1 + 0.05 * np.clip(_smooth(self.rng.standard_normal(len(metres)) * 3, 25), -1.5, 1.5)
        seconds = metres / (knots * geo.KNOT_MS * ease * waver)
        times = self.now_s + np.concatenate([[0.0], np.cumsum(seconds[first:])])
        self._knots.append((times, lat[first:], lon[first:]))
        return self._note(float(times[-1]), UNDER_WAY, destination, draught_m)

    def follow(self, line: Timed, *, destination: str, draught_m: float, status: int = UNDER_WAY) -> Phase:
        """Keeps to a line of seconds and places, to be joined straight, as `ways` makes them.

        The line begins no earlier than where the log ends; the time between is spent on the way to it. A log that is
        still empty begins with the line, be it before the world does.
        """
        self.now_s = float(line[0][0]) if not self.phases else self.now_s
        self._knots.append(line)
        return self._note(float(line[0][-1]), status, destination, draught_m)

    def knots(self, phase: Phase) -> tuple[geo.Floats, geo.Floats, geo.Floats]:
        """The points of one phase's track: seconds, latitude, longitude, to be joined straight."""
        return self._knots[next(number for number, one in enumerate(self.phases) if one is phase)]

    def _note(self, end_s: float, status: int, destination: str, draught_m: float) -> Phase:
        phase = Phase(self.now_s, end_s, status, destination, draught_m)
        self.phases.append(phase)
        self.now_s = end_s
        return phase

    def _aside(self, way: Route) -> Line:
        """The route as this ship sails it: on its own side of the line, and from berth to berth."""
        north = _smooth(np.gradient(way.lat), 15)
        east = _smooth(np.gradient(way.lon) * np.cos(np.radians(way.lat)), 15)
        length = np.maximum(np.hypot(north, east), 1e-12)
        from_end = np.minimum(np.arange(len(way.lat)), np.arange(len(way.lat))[::-1]) * SPACING_M
        off_deg = self._side * way.room_m * np.clip(from_end / 30_000.0, 0, 1) / (60 * geo.METRES_PER_NM)
        points = np.arange(len(way.lat)) * SPACING_M
        close = sum(
            apart * np.clip(1 - off / (SPACING_M * max(2.0, apart / 2)), 0, 1)
            for apart, off in zip(way.ends, (points, points[::-1]), strict=True)
        )
        lat = way.lat - east / length * off_deg + close * self._berth[0]
        lon = way.lon + north / length * off_deg / np.cos(np.radians(way.lat)) + close * self._berth[1]
        return lat, lon

    def positions(self, end_s: float, *, moving_s: float, still_s: float) -> dict[str, geo.Floats]:
        """What the ship would send until `end_s`: columns time (whole s), lat, lon, sog, cog, heading, status, phase.

        `phase` is the place in `phases`. A ship under way sends every `moving_s`, one that lies every `still_s`,
        give or take a fifth.
        """
        times, numbers = [], []
        for number, phase in enumerate(self.phases):
            step = moving_s if phase.status == UNDER_WAY else still_s
            at = np.arange(phase.start_s + step * 0.5, min(phase.end_s, end_s), step)
            times.append(np.minimum(at + self.rng.uniform(-0.2, 0.2, len(at)) * step, phase.end_s - 1))
            numbers.append(np.full(len(at), number))
        time, number_ = np.floor(np.concatenate(times)), np.concatenate(numbers)
        keep = (time >= 0) & (time < end_s)
        time, number_ = time[keep], number_[keep]
        knots = [np.concatenate(column) for column in zip(*self._knots, strict=True)]
        return self._sent(time, number_, knots)

    def _sent(self, time: geo.Floats, number: geo.Floats, knots: list[geo.Floats]) -> dict[str, geo.Floats]:
        count = len(time)
        lat, lon = np.interp(time, knots[0], knots[1]), np.interp(time, knots[0], knots[2])
        before = np.interp(time - 30, knots[0], knots[1]), np.interp(time - 30, knots[0], knots[2])
        after = np.interp(time + 30, knots[0], knots[1]), np.interp(time + 30, knots[0], knots[2])
        status = np.array([phase.status for phase in self.phases])[number.astype(np.int64)]
        still = status != UNDER_WAY
        sog = geo.distance_m(*before, *after) / 60.0 / geo.KNOT_MS + self.rng.normal(0, 0.1, count)
        sog = np.where(still, np.abs(self.rng.normal(0, 0.06, count)), sog)
        swing = np.radians((time / 43_200.0 * 360.0) % 360.0 + 40 * np.sin(time / 9_000.0))
        radius = np.where(status == AT_ANCHOR, 140.0, 0.0)
        noise = self.rng.normal(0, 6.0, (2, count))
        deg_m = 60 * geo.METRES_PER_NM
        course = np.where(still, self.rng.uniform(0, 360, count), geo.bearing_deg(*before, *after))
        lies = np.where(status == AT_ANCHOR, np.degrees(swing) + 180, self._berth[0] * 1e5 % 360)
        return {
            "time": time,
            "lat": np.round(lat + (radius * np.cos(swing) + noise[0]) / deg_m, 6),
            "lon": np.round(lon + (radius * np.sin(swing) + noise[1]) / deg_m / np.cos(np.radians(lat)), 6),
            "sog": np.round(np.clip(sog, 0, 30), 1),
            "cog": np.round(course + self.rng.normal(0, 1.0, count), 1) % 360,
            "heading": np.round(np.where(still, lies, course) + self.rng.normal(0, 2.0, count)) % 360,
            "status": status.astype(float),
            "phase": number.astype(float),
        }
