"""Global Fishing Watch's encounters, written anew from what is published of them, one ship and one pair at a time.

Each ship is placed every ten minutes between its positions, in a straight line of degrees, not across an hour or more.
At each moment ships are looked for in a ship's own cell of two kilometres and in those round it, which is their way
too; those within half a kilometre are together. An unbroken row of such moments that lasts two hours, in which the
median speed of both is under two knots, ten kilometres or more from every anchorage, is an encounter; those of one pair
less than four hours apart are one.

Theirs works on one day of UTC after another and lengthens tracks beyond their ends; here neither is done, which is what
the published description says (Miller et al. 2018).

Source: github.com/GlobalFishingWatch/pipe-encounters and Miller et al., Frontiers in Marine Science 5 (2018), 240. No
code is taken from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import asin, cos, floor, radians, sin, sqrt
from statistics import median
from typing import NamedTuple

EVERY_S, ACROSS_S = 600, 3600
WITHIN_M, AWAY_M = 500.0, 10_000.0
AT_LEAST_S, MERGE_S = 2 * 3600, 4 * 3600
UNDER_KN = 2.0
_RADIUS_M = 6_371_008.8
_KNOT_MS = 1852 / 3600
_CELL_DEG = 0.018


class Place(NamedTuple):
    """A position, or a ship placed at a moment."""

    ship: int
    second: float
    lat: float
    lon: float


class Encounter(NamedTuple):
    """Two ships, the lower number first, and the first and last moment together."""

    ship: int
    other: int
    start: int
    end: int


def encounters(tracks: Iterable[list[Place]], anchorages: list[tuple[float, float]]) -> list[Encounter]:
    """The encounters of ships whose positions are given track by track, each sorted by time."""
    moments: dict[int, list[Place]] = defaultdict(list)
    for track in tracks:
        for placed in _placed(track):
            moments[int(placed.second)].append(placed)
    together: dict[tuple[int, int], list[tuple[Place, Place]]] = defaultdict(list)
    for second in sorted(moments):
        for one, other in _near(moments[second]):
            together[one.ship, other.ship].append((one, other))
    cells = _by_cell(anchorages)
    return sorted(found for pair, met in together.items() for found in _merged(pair, _runs(met, cells)))


def _placed(track: list[Place]) -> Iterator[Place]:
    for before, after in pairwise(track):
        span = after.second - before.second
        if not 0 < span <= ACROSS_S:
            continue
        moment = -(-int(before.second) // EVERY_S) * EVERY_S
        while moment < after.second:
            share = (moment - before.second) / span
            yield Place(before.ship, moment, before.lat + share * (after.lat - before.lat),
                        before.lon + share * (after.lon - before.lon))  # fmt: skip
            moment += EVERY_S


def _near(placed: list[Place]) -> Iterator[tuple[Place, Place]]:
    cells: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for one in placed:
        cells[_cell(one.lat, one.lon)].append(one)
    for (row, column), here in cells.items():
        # cells grow narrow to the north, so as many stand to the side as half a kilometre needs
        wide = floor(WITHIN_M / (_CELL_DEG * 111_000 * max(0.02, cos(radians(abs(row * _CELL_DEG) + 1))))) + 1
        for up in (-1, 0, 1):
            for aside in range(-wide, wide + 1):
                for other in cells.get((row + up, column + aside), ()):
                    for one in here:
                        if one.ship < other.ship and _metres(one, other) <= WITHIN_M:
                            yield one, other


def _runs(met: list[tuple[Place, Place]], anchorages: dict[tuple[int, int], list[tuple[float, float]]]
          ) -> Iterator[tuple[int, int]]:  # fmt: skip
    """First and last moment of each unbroken row that is long, slow and far off enough; `met` stands by time."""
    run: list[tuple[Place, Place]] = []
    for both in met:
        if any(_at_anchorage(one.lat, one.lon, anchorages) for one in both):
            continue
        if run and both[0].second - run[-1][0].second > EVERY_S:
            yield from _long_and_slow(run)
            run = []
        run.append(both)
    yield from _long_and_slow(run)


def _long_and_slow(run: list[tuple[Place, Place]]) -> Iterator[tuple[int, int]]:
    if not run or run[-1][0].second - run[0][0].second < AT_LEAST_S:
        return
    for side in (0, 1):
        speeds = [_metres(one[side], two[side]) / EVERY_S / _KNOT_MS for one, two in pairwise(run)]
        if median(speeds) >= UNDER_KN:
            return
    yield int(run[0][0].second), int(run[-1][0].second)


def _merged(pair: tuple[int, int], runs: Iterable[tuple[int, int]]) -> Iterator[Encounter]:
    held: tuple[int, int] | None = None
    for start, end in runs:
        if held is not None and start - held[1] < MERGE_S:
            held = held[0], end
            continue
        if held is not None:
            yield Encounter(*pair, *held)
        held = start, end
    if held is not None:
        yield Encounter(*pair, *held)


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / _CELL_DEG), floor(lon / _CELL_DEG)


def _by_cell(anchorages: list[tuple[float, float]]) -> dict[tuple[int, int], list[tuple[float, float]]]:
    cells = defaultdict(list)
    for lat, lon in anchorages:
        cells[floor(lat), floor(lon)].append((lat, lon))
    return cells


def _at_anchorage(lat: float, lon: float, cells: dict[tuple[int, int], list[tuple[float, float]]]) -> bool:
    return any(
        _metres(Place(0, 0, lat, lon), Place(0, 0, *there)) < AWAY_M
        for row in (-1, 0, 1) for column in (-1, 0, 1)
        for there in cells.get((floor(lat) + row, floor(lon) + column), ())
    )  # fmt: skip


def _metres(one: Place, other: Place) -> float:
    lat, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * _RADIUS_M * asin(min(1.0, sqrt(half)))
