"""Who is near whom among many: pairs of places of one moment, found through cells with their neighbours.

The cells are cubes of the space round the sphere, as wide as the distance asked for. A pair across an edge, a corner,
the antimeridian or a pole lies in neighbouring cubes like any other. What a crowded cell gives comes in pieces, so that
memory does not grow with the square of the crowd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from darkwake import geo
from darkwake.nearest import spread, vectors

Ints = NDArray[np.int64]

CANDIDATES = 500_000
"""Pairs measured at a time: bounds memory, changes no pair."""
_GROUP, _X, _Y = 7_046_029_254_386_353_087, 68_719_476_767, 262_147
"""Odd numbers that spread cubes over 64 bits. Cubes that share a number are told apart when pairs are measured."""

_STEPS = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
"""From a cube to itself and its neighbours."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of groups (moments, days): only places of one group are near each other."""

    group: Ints
    point: geo.Floats
    """On the sphere of radius 1, shape (places, 3)."""

    @classmethod
    def of(cls, group: Ints, lat: geo.Floats, lon: geo.Floats) -> Places:
        """The same from degrees."""
        return cls(np.asarray(group, np.int64), vectors(lat, lon))


def among(places: Places, within_m: float) -> Iterator[tuple[Ints, Ints, geo.Floats]]:
    """Each pair of places of one group within that distance: the lower row, the higher row, metres; in pieces."""
    yield from _pairs(places, places, within_m, [step for step in _STEPS if step >= (0, 0, 0)], among=True)


def between(one: Places, two: Places, within_m: float) -> Iterator[tuple[Ints, Ints, geo.Floats]]:
    """Each pair of a place of `one` and a place of `two` of the same group: row, row, metres; in pieces."""
    yield from _pairs(one, two, within_m, _STEPS, among=False)


def _pairs(
    one: Places, two: Places, within_m: float, steps: list[tuple[int, int, int]], *, among: bool
) -> Iterator[tuple[Ints, Ints, geo.Floats]]:
    if not len(one.group) or not len(two.group):
        return
    side = within_m / geo.EARTH_RADIUS_M * (1 + 1e-9)  # a chord is never longer than its arc
    at_one = _Cubes.of(one, side)
    at_two = at_one if two is one else _Cubes.of(two, side)
    most = (2 * np.sin(min(within_m / geo.EARTH_RADIUS_M, np.pi) / 2)) ** 2 * (1 + 1e-9)
    for step in steps:
        # numbers that rise are looked up far sooner than numbers in any order
        moved = at_one.cells + _key(np.zeros(1, np.int64), np.array([step]))
        slot = np.minimum(np.searchsorted(at_two.cells, moved), len(at_two.cells) - 1)
        met = np.flatnonzero(at_two.cells[slot] == moved)
        its, row = spread(at_one.opens[met], at_one.opens[met + 1])
        row = at_one.order[row]
        begin, end = at_two.opens[slot[met]][its], at_two.opens[slot[met] + 1][its]
        upto = np.cumsum(end - begin)
        cuts = np.searchsorted(upto, np.arange(0, upto[-1] if len(upto) else 0, CANDIDATES))
        for low, high in pairwise(np.unique([*cuts, len(row)]) if len(row) else []):
            which, at = spread(begin[low:high], end[low:high])
            a, b = row[low + which], at_two.order[at]
            apart = [of_one[a] - of_two[b] for of_one, of_two in zip(at_one.axes, at_two.axes, strict=True)]
            square = apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2]
            close = np.flatnonzero(square <= most)
            a, b, chord = a[close], b[close], np.sqrt(square[close])
            metres = 2 * geo.EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))
            # cubes of other steps or groups may have the same number
            real = (metres <= within_m) & (one.group[a] == two.group[b])
            real &= (at_one.cube[a] + step == at_two.cube[b]).all(axis=1)
            if among and step == (0, 0, 0):
                real &= a < b
            a, b, metres = a[real], b[real], metres[real]
            if len(a):
                yield (np.minimum(a, b), np.maximum(a, b), metres) if among else (a, b, metres)


@dataclass(frozen=True, slots=True, eq=False)
class _Cubes:
    """Places by the numbers of their cubes."""

    cube: Ints
    """Shape (places, 3)."""
    axes: list[geo.Floats]
    cells: Ints
    """The numbers of cubes with places, rising."""
    opens: Ints
    """Where the places of each begin in `order`; one longer than `cells`."""
    order: Ints

    @classmethod
    def of(cls, places: Places, side: float) -> _Cubes:
        cube = np.floor(places.point / side).astype(np.int64)
        key = _key(places.group, cube)
        order = np.argsort(key, kind="stable")
        key = key[order]
        opens = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        axes = [np.ascontiguousarray(axis) for axis in places.point.T]
        return cls(cube, axes, key[opens], np.append(opens, len(order)), order)


def _key(group: Ints, cubes: Ints) -> Ints:
    # 64 bits that run over are meant: the sum stays linear in each step
    with np.errstate(over="ignore"):
        result: Ints = group * np.int64(_GROUP) + cubes[:, 0] * _X + cubes[:, 1] * _Y + cubes[:, 2]
    return result
