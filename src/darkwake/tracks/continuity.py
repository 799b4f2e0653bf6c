"""How well one position continues another: the one rule by which messages are laid to tracks.

After Global Fishing Watch's gpsdio-segment: a ship is expected where its speed and course put it, and how far it may
be from there grows with the time unheard, but more slowly than the time, since ships turn, slow down and stop.
All distances here are nautical miles and all times hours; positions are points on a sphere in three dimensions, so
there is no seam at the antimeridian and none at the poles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

RADIUS_NM = geo.EARTH_RADIUS_M / geo.METRES_PER_NM
_HOUR_US = 3_600_000_000
_BUFFER_H = 5 / 60
"""Time that clocks and positions may be off: that of gpsdio-segment in 2020."""
_SHARP = 5.0
"""How sharply a score falls towards the edge of the reach: gpsdio-segment's 25 kn over its penalty speed of 5 kn."""
_DETOUR = 4.0
"""How much worse than "where it was expected" it is to have stayed, or stopped on the way: gpsdio-segment's factor."""
_TURNED = 2.0
"""How much worse it is to have sailed at the speed given but another way than the course given; our own."""
_CRUISE_KN = 15.0
"""What a ship that gives no speed is supposed to make: the usual speed of a laden merchant ship."""
_SOFT_NM = 3.0
"""Differences well below this say nothing of who it is; chosen on the set of 2014, see docs/tracks.md."""
_FASTEST_SOG = 60.0
"""A reported speed above this is no speed of a ship, and counts as not given."""


@dataclass(frozen=True)
class Continuity:
    """What a ship is allowed to do between two messages."""

    max_kn: float = 25.0
    """How fast the reach grows at first, in knots; gpsdio-segment's."""
    reckon_h: float = 8.0
    """For how long speed and course foretell a position; gpsdio-segment's limit in use since 2021."""
    max_h: float = 60.0
    """After how long unheard nothing is continued any more; gpsdio-segment's limit in 2020."""

    def reach_nm(self, hours: Floats) -> Floats:
        """How far from where it was expected a ship may be: at first max_kn x hours, later with the root of them."""
        reach: Floats = self.max_kn * _effective(hours)
        return reach

    def scores(self, motion: Motion, before: Rows, after: Rows) -> Floats:
        """How well each row of `after` continues its row of `before`: 0 where it cannot, and more the better it does.

        Both are row numbers, of which one may be a single number; no row of `after` is earlier than its other.
        """
        hours = motion.hours[after] - motion.hours[before]
        way = motion.points[after] - motion.points[before]
        distance = np.sqrt((way * way).sum(-1))
        ends = []
        stays = _DETOUR * distance
        for row in (before, after):
            run = motion.velocity[row] * hours[..., None]
            known = ~np.isnan(run[..., 0])
            run = np.where(known[..., None], run, 0.0)
            off = np.sqrt(((way - run) ** 2).sum(-1))
            gone = np.abs(distance - motion.speed[row] * hours)
            ends.append(np.where(known, np.fmin(off, _TURNED * gone), gone))
            length = (run * run).sum(-1)
            along = np.clip((way * run).sum(-1) / np.where(length > 0, length, 1.0), 0.0, 1.0)
            stays = np.minimum(stays, _DETOUR * np.sqrt(((way - along[..., None] * run) ** 2).sum(-1)))
        mean = np.where(np.isnan(ends[0]), ends[1], np.where(np.isnan(ends[1]), ends[0], (ends[0] + ends[1]) / 2))
        mean = np.where(np.isnan(mean), np.maximum(distance - _CRUISE_KN * hours, 0.0), mean)
        off = np.where(hours > self.reckon_h, distance, np.minimum(mean, stays))
        off = np.hypot(_SOFT_NM, off) - _SOFT_NM
        effective = _effective(hours)
        part = off / (self.max_kn * effective)
        score = np.exp(-((_SHARP * part) ** 2)) / effective**2
        result: Floats = np.where((part > 1.0) | (hours > self.max_h), 0.0, score)
        return result


@dataclass(frozen=True)
class Motion:
    """Positions as numbers to reckon with; row i of each belongs to row i of the table they came from."""

    hours: Floats
    """(n) hours since the ship's first message, so that no shift of all clocks shows in their last digits."""
    points: Floats
    """(n, 3) nautical miles from the middle of the Earth."""
    speed: Floats
    """(n) knots; nan where not given."""
    velocity: Floats
    """(n, 3) knots; nan where speed or course is not given."""

    @staticmethod
    def of(positions: pl.DataFrame) -> Motion:
        """The motion of POSITIONS of whole ships, in order."""
        lat, lon = (np.radians(positions[name].to_numpy()) for name in ("lat", "lon"))
        sog, cog = (positions[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("sog", "cog"))
        speed = np.where(sog <= _FASTEST_SOG, sog, np.nan)
        sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
        points = RADIUS_NM * np.column_stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat])
        north = np.column_stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat])
        east = np.column_stack([-sin_lon, cos_lon, np.zeros_like(lon)])
        course = np.radians(cog)[:, None]
        velocity = speed[:, None] * (np.cos(course) * north + np.sin(course) * east)
        time = positions.select(pl.col("time") - pl.col("time").first().over("ship"))["time"].to_physical()
        hours = time.to_numpy() / _HOUR_US
        return Motion(hours, points, speed, velocity)

    def only(self, low: int, high: int) -> Motion:
        """Rows `low` up to, not with, `high`."""
        cut = slice(low, high)
        return Motion(self.hours[cut], self.points[cut], self.speed[cut], self.velocity[cut])


def _effective(hours: Floats) -> Floats:
    effective: Floats = np.hypot(hours, _BUFFER_H) / (1.0 + np.sqrt(hours))
    return effective


Row = tuple[float, tuple[float, float, float], float, tuple[float, float, float]]
"""One row of a Motion as plain numbers: hours, point, speed, velocity."""


def score_one(rule: Continuity, before: Row, after: Row) -> float:
    """`Continuity.scores` of one pair, in plain numbers: ten times as fast as an array of one."""
    hours = after[0] - before[0]
    if hours > rule.max_h:
        return 0.0
    (x1, y1, z1), (x2, y2, z2) = before[1], after[1]
    x, y, z = x2 - x1, y2 - y1, z2 - z1
    distance = math.sqrt(x * x + y * y + z * z)
    effective = math.hypot(hours, _BUFFER_H) / (1.0 + math.sqrt(hours))
    if distance > _FASTEST_SOG * hours + rule.max_kn * effective + _SOFT_NM:
        return 0.0  # too far at whatever speed: most pairs of two ships
    if hours > rule.reckon_h:
        off = distance
    else:
        total, ends, stays = 0.0, 0, _DETOUR * distance
        for row in (before, after):
            u, v, w = row[3]
            if not math.isnan(u):
                u, v, w = u * hours, v * hours, w * hours
                off = math.sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2)
                total, ends = total + min(off, _TURNED * abs(distance - row[2] * hours)), ends + 1
                length = u * u + v * v + w * w
                along = min(max((x * u + y * v + z * w) / length, 0.0), 1.0) if length > 0 else 0.0
                u, v, w = x - along * u, y - along * v, z - along * w
                stays = min(stays, _DETOUR * math.sqrt(u * u + v * v + w * w))
            elif not math.isnan(row[2]):
                total, ends = total + abs(distance - row[2] * hours), ends + 1
        off = min(total / ends if ends else max(distance - _CRUISE_KN * hours, 0.0), stays)
    off = math.hypot(_SOFT_NM, off) - _SOFT_NM
    part = off / (rule.max_kn * effective)
    return 0.0 if part > 1.0 else math.exp(-((_SHARP * part) ** 2)) / effective**2
