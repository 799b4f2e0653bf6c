"""Shapes as GeoJSON has them (RFC 7946): longitude first, cut at the antimeridian, outer rings counter-clockwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from darkwake.case.exports.reading import Case, Row, number, rows, spot
from darkwake.case.text import seconds

Shape = dict[str, Any]
Spot = tuple[float, float]
"""Longitude and latitude, degrees."""
UNIT = 10_000
"""Parts of a degree that a track counts in."""


def point(lat: Any, lon: Any) -> Shape | None:
    """A point; None where the position is none."""
    here = spot(lat, lon)
    return None if here is None else {"type": "Point", "coordinates": list(here)}


def line(spots: Iterable[Spot | None]) -> Shape | None:
    """The way through those spots; a point where it is one spot, and None where it is none."""
    return timed([(here, None) for here in spots if here is not None])[0]


def timed(fixes: Sequence[tuple[Spot, Any]]) -> tuple[Shape | None, list[Any]]:
    """The way through fixes, and the time of each of its corners, in lists as the coordinates are.

    It is cut where it crosses the antimeridian (RFC 7946, 3.1.9); a corner made by the cut has no time.
    """
    if not fixes:
        return None, []
    parts: list[list[list[float]]] = [[list(fixes[0][0])]]
    times: list[list[Any]] = [[fixes[0][1]]]
    for (before, _), (here, time) in pairwise(fixes):
        if abs(here[0] - before[0]) > 180:
            side = 180.0 if before[0] > 0 else -180.0
            far = here[0] + 2 * side
            share = 0.5 if far == before[0] else (side - before[0]) / (far - before[0])
            north = before[1] + share * (here[1] - before[1])
            parts[-1].append([side, north])
            times[-1].append(None)
            parts.append([[-side, north]])
            times.append([None])
        parts[-1].append(list(here))
        times[-1].append(time)
    if len(parts) > 1:
        return {"type": "MultiLineString", "coordinates": parts}, times
    if len(parts[0]) == 1:
        return {"type": "Point", "coordinates": parts[0][0]}, times[0]
    return {"type": "LineString", "coordinates": parts[0]}, times[0]


def box(south: Any, west: Any, north: Any, east: Any) -> Shape | None:
    """The area between two parallels and two meridians; it crosses the antimeridian where it runs from east to west."""
    sides = [number(one) for one in (south, west, north, east)]
    if any(one is None for one in sides):
        return None
    low, left, high, right = (one for one in sides if one is not None)
    low, high = max(low, -90.0), min(high, 90.0)
    if low > high or abs(left) > 540 or abs(right) > 540:
        return None
    if right - left >= 360:
        return {"type": "Polygon", "coordinates": [_ring(low, -180.0, high, 180.0)]}
    turns = 360 * ((left + 180) // 360)
    left, right = left - turns, right - turns
    right = right + 360 if right < left else right
    if right <= 180:
        return {"type": "Polygon", "coordinates": [_ring(low, left, high, right)]}
    parts = [[_ring(low, left, high, 180.0)], [_ring(low, -180.0, high, right - 360)]]
    return {"type": "MultiPolygon", "coordinates": parts}


def rings(flat: Any) -> Shape | None:
    """The outline of a building from its rings [lon, lat, ...]; a clockwise ring is a hole of the last one."""
    polygons: list[list[list[list[float]]]] = []
    for ring in flat or ():
        corners = [spot(lat, lon) for lon, lat in zip(ring[0::2], ring[1::2], strict=False)]
        ring_of = [list(one) for one in corners if one is not None]
        if len(ring_of) < 4 or len(ring_of) != len(corners) or ring_of[0] != ring_of[-1]:
            continue
        clockwise = _signed(ring_of) < 0
        if clockwise and polygons:
            polygons[-1].append(ring_of)
        else:
            polygons.append([ring_of[::-1] if clockwise else ring_of])
    if not polygons:
        return None
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def fixes(track: Row) -> list[tuple[Spot, int]]:
    """A track's fixes: where, and seconds since 1970."""
    start = track.get("start") or 0
    found, at, lat, lon = [], 0, 0, 0
    for later, north, east in zip(track.get("t") or (), track.get("lat") or (), track.get("lon") or (), strict=False):
        at, lat, lon = at + later, lat + north, lon + east
        here = spot(lat / UNIT, lon / UNIT)
        if here is not None:
            found.append((here, int(start + at)))
    return found


def stretches(case: Case) -> list[tuple[Row, list[tuple[Spot, int]]]]:
    """Every track in stretches between the gaps of its ship: the ship's row and the fixes of each stretch."""
    ships = {row.get("ship"): row for row in rows(case, "ships")}
    middles: dict[Any, list[float]] = {}
    for event in rows(case, "events"):
        if event.get("kind") == "gap":
            begin, end = seconds(event.get("start")), seconds(event.get("end"))
            if begin is not None and end is not None:
                middles.setdefault(event.get("ship"), []).append((begin + end) / 2)
    found: list[tuple[Row, list[tuple[Spot, int]]]] = []
    for track in rows(case, "tracks"):
        ship = track.get("ship")
        cuts = sorted(middles.get(ship, ()))
        own: list[tuple[Spot, int]] = []
        for fix in fixes(track):
            # the fixes on both sides of a gap are kept when a track is thinned, so its middle lies between them
            while cuts and cuts[0] < fix[1]:
                cuts.pop(0)
                if own:
                    found.append((ships.get(ship, {"ship": ship}), own))
                    own = []
            own.append(fix)
        if own:
            found.append((ships.get(ship, {"ship": ship}), own))
    return found


def _ring(south: float, west: float, north: float, east: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _signed(ring: Sequence[Sequence[float]]) -> float:
    """Twice the area, above zero where it runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
