"""Tracks by hand, for ships that do more than follow a route: under way, adrift, waiting, hand in hand.

Each gives seconds, latitude and longitude of the points of a track, to be joined straight (`Log.follow`). A helmsman
and the sea keep no ship on a ruler's line: what is under way strays some tens of metres, over some kilometres.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darkwake import geo
from darkwake.synth.sailing import Timed

Place = tuple[float, float]
"""Latitude and longitude in degrees; a longitude may run on beyond 180."""
_PIECE_M = 1_500.0
_EASE_M = 3_000.0
"""Over so much of its way a ship gathers and loses its speed."""


def under_way(
    rng: np.random.Generator, points: Sequence[Place], knots: float, *, from_s: float | None = None,
    until_s: float | None = None, stray_m: float = 70.0, ease: tuple[bool, bool] = (True, True),
) -> Timed:  # fmt: skip
    """From point to point, beginning at `from_s` or ending at `until_s`; slow at the ends where `ease` says so."""
    lat, lon, gone = _cut(points)
    ahead = geo.bearing_deg(lat[:-1], lon[:-1], lat[1:], lon[1:])
    ahead = np.append(ahead, ahead[-1])
    end = np.minimum(gone, gone[-1] - gone)
    aside = stray_m * _wander(rng, len(lat), 9) * np.clip(end / 5_000.0, 0, 1)
    lat, lon = shifted(lat, lon, ahead + 90.0, aside)
    steps = geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    middle = (gone[:-1] + gone[1:]) / 2
    easing = np.ones(len(steps))
    for slow, left in zip(ease, (middle, gone[-1] - middle), strict=True):
        easing = np.minimum(easing, np.clip(0.3 + 0.7 * left / _EASE_M, 0.3, 1.0)) if slow else easing
    waver = 1 + 0.04 * np.clip(_wander(rng, len(steps), 15), -2, 2)
    seconds = np.concatenate([[0.0], np.cumsum(steps / (knots * geo.KNOT_MS * easing * waver))])
    first = float(from_s) if from_s is not None else float(until_s or 0.0) - float(seconds[-1])
    return first + seconds, lat, lon


def adrift(
    rng: np.random.Generator, start: Place, hours: float, *, from_s: float, knots: float = 0.7, step_s: float = 600.0
) -> Timed:
    """With wind and tide: `knots` on average, the way of it turning slowly."""
    count = max(2, round(hours * 3600 / step_s) + 1)
    time = from_s + np.linspace(0.0, hours * 3600, count)
    bearing = rng.uniform(0, 360) + 50.0 * np.sin(2 * np.pi * (time / 44_700.0 + rng.random()))
    bearing += 15.0 * _wander(rng, count, 9)
    speed = knots * geo.KNOT_MS * np.clip(1 + 0.25 * _wander(rng, count, 9), 0.3, 1.5)
    metres = speed[:-1] * np.diff(time)
    north = np.concatenate([[0.0], np.cumsum(metres * np.cos(np.radians(bearing[:-1])))])
    east = np.concatenate([[0.0], np.cumsum(metres * np.sin(np.radians(bearing[:-1])))])
    return time, *_moved(start, north, east)


def still(place: Place, from_s: float, until_s: float) -> Timed:
    """At one place; the swing round an anchor is the log's."""
    return np.array([from_s, until_s]), np.full(2, place[0]), np.full(2, place[1])


def beside(line: Timed, bearing: float, metres: float, *, turns_deg: float = 0.0) -> Timed:
    """The same way at the same time, so far off in a direction that may turn by so much from its start to its end."""
    turning = bearing + turns_deg * np.linspace(0.0, 1.0, len(line[0]))
    return line[0], *shifted(line[1], line[2], turning, metres)


def around(
    centre: Place, radius_m: float, knots: float, hours: float, *, from_s: float, first_deg: float = 0.0
) -> Timed:
    """In a circle, with the clock."""
    time = from_s + np.linspace(0.0, hours * 3600, max(8, round(hours * 40)))
    turned = np.degrees((time - from_s) * knots * geo.KNOT_MS / radius_m)
    full = np.full(len(time), centre[0]), np.full(len(time), centre[1])
    return time, *shifted(*full, first_deg + turned, radius_m)


def joined(*lines: Timed) -> Timed:
    """One track after the other; each begins where, and not before, the one before it ends."""
    time, lat, lon = (np.concatenate(column) for column in zip(*lines, strict=True))
    return time, lat, lon


def shifted(lat: geo.Floats, lon: geo.Floats, bearing: geo.Floats | float, metres: geo.Floats | float) -> tuple[
    geo.Floats, geo.Floats
]:  # fmt: skip
    """Places moved by some metres in a direction, longitudes not wrapped: a track may run on beyond 180."""
    way = np.radians(np.asarray(bearing, float))
    return _moved((lat, lon), metres * np.cos(way), metres * np.sin(way))


def _moved(at: tuple[geo.Floats | float, geo.Floats | float], north_m: geo.Floats, east_m: geo.Floats) -> tuple[
    geo.Floats, geo.Floats
]:  # fmt: skip
    degree = 60 * geo.METRES_PER_NM
    return at[0] + north_m / degree, at[1] + east_m / degree / np.cos(np.radians(at[0]))


def _cut(points: Sequence[Place]) -> tuple[geo.Floats, geo.Floats, geo.Floats]:
    """Points at most `_PIECE_M` apart along a line, and the metres from its start to each."""
    lat, lon = (np.asarray(column, float) for column in zip(*points, strict=True))
    far = np.concatenate([[0.0], np.cumsum(geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]))])
    count = max(8, int(np.ceil(far[-1] / _PIECE_M)) + 1)
    gone = np.union1d(np.linspace(0.0, far[-1], count), far)
    return np.interp(gone, far, lat), np.interp(gone, far, lon), gone


def _wander(rng: np.random.Generator, count: int, width: int) -> geo.Floats:
    """Smooth noise of mean 0 and spread about 1."""
    raw = np.convolve(rng.standard_normal(count + width - 1), np.ones(width) / np.sqrt(width), mode="valid")
    result: geo.Floats = np.asarray(raw, float)
    return result
