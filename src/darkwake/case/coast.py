"""The coast as a page needs it: fine where ships called or fell silent, plain elsewhere, and never torn between.

One set of outlines serves every zoom. Points are dropped by the area of the triangle that each makes with its
neighbours (Visvalingam and Whyatt 1993), with a limit that depends on the place; all outlines at once, in rounds
that drop only points whose neighbours stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from darkwake import geo, land

Floats = NDArray[np.float64]
FINE_DEG, PLAIN_DEG, COARSE_DEG = 0.002, 0.014, 0.07
"""Detail kept beside the places that matter, in the box of the case, and elsewhere: about 0.2, 1.6 and 8 km."""
_AROUND = [row + column for row in (-360, 0, 360) for column in (-1, 0, 1)]  # neighbours in a grid of 1° cells


class Outlines(tuple[Floats, ...]):
    """Rings of (lon, lat), each with its box, which is reckoned once: a page's small maps ask some thirty times."""

    @cached_property
    def _boxes(self) -> Floats:
        found = [[*ring.min(axis=0), *ring.max(axis=0)] for ring in self]
        return np.array(found, dtype=np.float64).reshape(-1, 4)

    def that_meet(self, box: land.Box) -> list[Floats]:
        """The rings whose boxes meet a box of west, south, east and north."""
        west, south, east, north = self._boxes.T
        meets = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        return [self[place] for place in np.flatnonzero(meets).tolist()]


def graded(box: land.Box, places: Floats) -> Outlines:
    """The world's land in rings of (lon, lat), detailed by place.

    Args:
        box: west, south, east, north of the case; east may exceed 180.
        places: shape (n, 2), lat and lon of ports and of the ends of gaps.
    """
    rings = outlines()
    points = np.concatenate(rings)
    lon, lat = points[:, 0], points[:, 1]
    limit = np.full(len(points), COARSE_DEG)
    inside = (lat >= box[1]) & (lat <= box[3]) & ((lon - box[0]) % 360.0 <= box[2] - box[0])
    limit[inside] = PLAIN_DEG
    if len(places):
        near = np.unique((geo.cell(places[:, 0], places[:, 1], 1.0)[:, None] + np.array(_AROUND)).ravel())
        limit[inside & np.isin(geo.cell(lat, lon, 1.0), near)] = FINE_DEG
    return Outlines(thinned(rings, limit))


@cache
def outlines() -> Outlines:
    """Each outline once: the ground hands on a copy of those that cross 180°, and here the drawing turns the world."""
    once: dict[tuple[int, float, float, float], Floats] = {}
    for ring in land.rings("10m"):
        south, north = ring[:, 1].min(), ring[:, 1].max()
        once.setdefault((len(ring), round(float(ring[0, 0]) % 360.0, 6), float(south), float(north)), ring)
    return Outlines(once.values())


def thinned(rings: Sequence[Floats], limit: Floats) -> list[Floats]:
    """Rings with fewer points; `limit` in degrees for each point of all rings, laid end to end."""
    points = np.concatenate(rings)
    number = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    flat = np.column_stack([points[:, 0] * np.cos(np.radians(points[:, 1])), points[:, 1]])
    least = limit**2
    while True:
        area = np.full(len(flat), np.inf)
        a, b, c = flat[:-2], flat[1:-1], flat[2:]
        one = (number[:-2] == number[1:-1]) & (number[1:-1] == number[2:])
        cross = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        area[1:-1][one] = np.abs(cross[one]) / 2
        drop = area < least
        # of two neighbours only the smaller goes, and of equals the first, so that the next round measures anew
        drop[1:] &= (area[1:] < area[:-1]) | ~drop[:-1]
        drop[:-1] &= (area[:-1] <= area[1:]) | ~(area[1:] < least[1:])
        if not drop.any():
            break
        keep = ~drop
        points, flat, number, least = points[keep], flat[keep], number[keep], least[keep]
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    sizes = np.sqrt(np.minimum.reduceat(least, starts))
    parts = np.split(points, starts[1:])
    return [
        part
        for part, smallest in zip(parts, sizes, strict=True)
        if len(part) > 3 and np.ptp(part, axis=0).max() > smallest
    ]


def cut(ring: Floats, box: land.Box) -> Floats:
    """The part of a ring inside `box` (Sutherland and Hodgman 1974), closed along the box's edge."""
    for axis, bound, sign in ((0, box[0], 1.0), (0, box[2], -1.0), (1, box[1], 1.0), (1, box[3], -1.0)):
        if len(ring) < 3:
            break
        after = np.roll(ring, -1, axis=0)
        here, there = (ring[:, axis] - bound) * sign, (after[:, axis] - bound) * sign
        crosses = (here >= 0) != (there >= 0)
        share = np.divide(here, here - there, out=np.zeros_like(here), where=crosses)
        meets = ring + share[:, None] * (after - ring)
        both = np.stack([ring, meets], axis=1).reshape(-1, 2)
        ring = both[np.column_stack([here >= 0, crosses]).ravel()]
    return ring
