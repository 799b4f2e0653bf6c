"""The nearest of many places on the sphere, for many positions at once: points, or short lines such as a coast's.

The places are gathered in blocks (cells of 0.05°, 0.2°, 1° and 5°), each in a ball of the space round the sphere. The
positions are gathered in the same way, and from the largest blocks down, those that cannot hold the nearest place of
any position of a group are dropped. All of it is arithmetic on arrays, and straight lines through the earth know
neither poles nor an antimeridian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkwake import geo

Ints = NDArray[np.int64]

_FINEST_DEG = 0.05
_FOLDS = (4, 5, 5)  # cells of 0.05° make one of 0.2°, those one of 1°, those one of 5°
_CHUNK = 4096
"""Positions asked for at a time: bounds memory, changes no number."""


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Groups of one size; group k has the children first[k] to first[k + 1] - 1 of the level below."""

    centre: geo.Floats
    """Shape (groups, 3)."""
    radius: geo.Floats
    first: Ints

    def take(self, groups: Ints) -> tuple[Ints, Ints]:
        """The position in `groups` and the child, for each child of each of them."""
        return spread(self.first[groups], self.first[groups + 1])


class Nearest:
    """Places to look among; lines must be short (a few km), because they run straight through the earth."""

    def __init__(
        self, lat: ArrayLike, lon: ArrayLike, to_lat: ArrayLike | None = None, to_lon: ArrayLike | None = None
    ):
        """Points, or with `to_lat` and `to_lon` the lines from the points to those; degrees, all of one length."""
        one = vectors(lat, lon)
        two = one if to_lat is None or to_lon is None else vectors(to_lat, to_lon)
        middle, half = (one + two) / 2, np.linalg.norm(two - one, axis=1) / 2
        self._order, self._levels = _gathered(middle, half)
        # single precision: 0.4 m on the ground, and half the memory
        self._one = one[self._order].astype(np.float32)
        self._two = self._one if two is one else two[self._order].astype(np.float32)

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._order)

    def find(self, lat: ArrayLike, lon: ArrayLike) -> tuple[Ints, geo.Floats]:
        """The number of the nearest place to each position, and the metres to it; -1 and infinity without any place.

        Metres are right to about one; of places equally near (to that) any one is given, always the same.
        """
        asked = vectors(lat, lon)
        place, metres = np.full(len(asked), -1, np.int64), np.full(len(asked), np.inf)
        if not len(self) or not len(asked):
            return place, metres
        order, _ = _gathered(asked, np.zeros(len(asked)))
        for at in range(0, len(order), _CHUNK):
            few = order[at : at + _CHUNK]
            place[few], metres[few] = self._find(asked[few])
        return place, metres

    def _find(self, asked: geo.Floats) -> tuple[Ints, geo.Floats]:
        own_order, own = _gathered(asked, np.zeros(len(asked)))
        top, blocks = len(own[-1].radius), len(self._levels[-1].radius)
        # pairs of a group of positions and a block that may hold the nearest place of one of them, by group
        group, block = np.repeat(np.arange(top), blocks), np.tile(np.arange(blocks), top)
        for asking, holding in zip(own[::-1], self._levels[::-1], strict=True):
            apart = np.linalg.norm(asking.centre[group] - holding.centre[block], axis=1)
            most = apart + holding.radius[block]  # from the centre of the group to the nearest place, at most
            firsts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
            reach = np.minimum.reduceat(most, firsts)[np.cumsum(np.append(False, group[1:] != group[:-1]))]
            keep = apart - holding.radius[block] <= reach + 2 * asking.radius[group] + 1e-7
            group, block = group[keep], block[keep]
            # down to the children: those of the groups first, so that the pairs stay in their order
            opens = np.searchsorted(group, np.arange(len(asking.radius) + 1))
            parent, child = asking.take(np.arange(len(asking.radius)))
            which, pair = spread(opens[parent], opens[parent + 1])
            at, within = holding.take(block[pair])
            group, block = child[which[at]], within
        position, line = own_order[group], block
        one, two = self._one[line].astype(float), self._two[line].astype(float)
        way, off = two - one, asked[position] - one
        long = np.einsum("ij,ij->i", way, way)
        along = np.clip(np.einsum("ij,ij->i", way, off) / np.where(long > 0, long, 1.0), 0.0, 1.0)
        apart = np.linalg.norm(off - along[:, None] * way, axis=1)
        best = np.lexsort((self._order[line], apart, position))
        best = best[np.append(True, position[best][1:] != position[best][:-1])]
        return self._order[line[best]], 2 * geo.EARTH_RADIUS_M * np.arcsin(np.minimum(apart[best] / 2, 1.0))


def vectors(lat: ArrayLike, lon: ArrayLike) -> geo.Floats:
    """Positions in degrees as points of the sphere of radius 1, shape (positions, 3)."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def positions(points: geo.Floats) -> tuple[geo.Floats, geo.Floats]:
    """Latitude and longitude in degrees of the directions of points, shape (points, 3), of any length above 0."""
    flat = np.hypot(points[:, 0], points[:, 1])
    return np.degrees(np.arctan2(points[:, 2], flat)), np.degrees(np.arctan2(points[:, 1], points[:, 0]))


def spread(first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Every number of each range first[k] to after[k] - 1, and the k that each is of."""
    count = after - first
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]


def _gathered(points: geo.Floats, half: geo.Floats) -> tuple[Ints, list[_Level]]:
    """The order that lays neighbours together, and the levels from the smallest groups up; `half` widens each point."""
    lat, lon = positions(points)
    row = np.floor((lat + 90.0) / _FINEST_DEG).astype(np.int64)
    column = np.floor((lon + 180.0) / _FINEST_DEG).astype(np.int64)
    keys = []
    for fold in (1, *_FOLDS):
        row, column = row // fold, column // fold
        keys.append(row * 10_000 + column)
    order = np.lexsort(keys)
    centre, radius, levels = points[order], half[order], []
    new = np.ones(len(order), np.bool_)
    opens = np.arange(len(order))  # the first row of each group of the level below
    for number in range(len(keys)):
        inner = np.stack([key[order] for key in keys[number:]])
        new = np.append(True, (inner[:, 1:] != inner[:, :-1]).any(axis=0))[: len(order)]
        starts = np.flatnonzero(new)
        first = np.searchsorted(opens, starts)
        count = np.diff(np.append(first, len(centre)))
        middle = np.add.reduceat(centre, first, axis=0) / count[:, None] if len(first) else centre[:0]
        away = np.linalg.norm(centre - np.repeat(middle, count, axis=0), axis=1) + radius
        radius = np.maximum.reduceat(away, first) if len(first) else radius[:0]
        centre, opens = middle, starts
        levels.append(_Level(centre, radius, np.append(first, len(away)).astype(np.int64)))
    return order, levels
