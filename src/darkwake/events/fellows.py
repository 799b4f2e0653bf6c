"""Silences that began or ended together: the mark of a receiver that failed, seen even at the edge of its water.

Ships switch off one by one. Where several fall silent in the same hour and are heard again in the same hour, something
befell them together: a receiver, the feed, or the whole area. That shows also where a neighbouring receiver still
hears some of the ships near by, which the comparison within one water does not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events.hearing import Hearing, Ints, first_from, ranges, runs

Floats = NDArray[np.float64]

_OPEN = np.iinfo(np.int64).max // 4
_SQUARE_DEG = 0.5
_LOT = 200
"""Gaps looked at in one go."""


@dataclass(frozen=True, slots=True)
class Silences:
    """All silences of some length, of all ships: arrays, by `start`; times in microseconds."""

    ship: Ints
    start: Ints
    end: Ints
    """`_OPEN` where it lasts to the end of the data."""
    lasted: Ints
    lat: Floats
    lon: Floats
    data_us: int
    """From the first to the last position of all."""

    @classmethod
    def of(cls, hearing: Hearing, at_least: int) -> Silences:
        """Those that lasted `at_least` microseconds."""
        runs = hearing.anywhere
        ship = runs["ship"].to_numpy()
        still = np.append(ship[1:] != ship[:-1], np.ones(min(len(ship), 1), bool))
        long = np.flatnonzero(runs["after"].to_numpy() >= at_least)
        long = long[np.lexsort((ship[long], runs["last"].to_numpy()[long]))]
        start, lasted = runs["last"].to_numpy()[long], runs["after"].to_numpy()[long]
        data = int(runs["last"].to_numpy().max() - runs["first"].to_numpy().min()) if len(ship) else 0
        end = np.where(still[long], _OPEN, start + lasted)
        return cls(ship[long], start, end, lasted, runs["lat"].to_numpy()[long], runs["lon"].to_numpy()[long], data)


@dataclass(frozen=True, slots=True)
class Asked:
    """The gaps: arrays; `end` is `_OPEN` for an open one."""

    ship: Ints
    start: Ints
    end: Ints
    lasted: Ints
    lat: Floats
    lon: Floats


def open_ended(end: Ints, is_open: NDArray[np.bool_]) -> Ints:
    """Ends as this module wants them."""
    result: Ints = np.where(is_open, _OPEN, end)
    return result


def fellows(gaps: Asked, silences: Silences, near_m: float, within: int) -> dict[str, NDArray[Any]]:
    """For each gap the other ships near by whose silences, at least half as long, began or ended with it.

    Returns:
        `with_start` and `with_end`: other ships' silences that began (ended) within `within` of when the gap did;
        `with_both`: both; `expected`: how many of either would, were such silences spread evenly over the data.
    """
    by_end = np.argsort(silences.end, kind="stable")
    counts = {name: np.zeros(len(gaps.ship), np.int64) for name in ("with_start", "with_end", "with_both")}
    for lot in range(0, len(gaps.ship), _LOT):
        few = slice(lot, lot + _LOT)
        began = _near(gaps, few, silences, silences.start, None, gaps.start, near_m, within)
        ended = _near(gaps, few, silences, silences.end, by_end, gaps.end, near_m, within)
        both = np.abs(silences.end[began[1]] - gaps.end[few][began[0]]) <= within
        shut = gaps.end[few][ended[0]] < _OPEN
        for name, which in (("with_start", began[0]), ("with_end", ended[0][shut]), ("with_both", began[0][both])):
            counts[name][few] = np.bincount(which, minlength=len(gaps.ship[few]))
    return {**counts, "expected": _expected(gaps, silences, within)}


def _near(
    gaps: Asked, few: slice, silences: Silences, times: Ints, order: Ints | None, wanted: Ints, near_m: float,
    within: int,
) -> tuple[Ints, Ints]:  # fmt: skip
    """(gap, silence): silences of others near by, half as long at least, whose time is that of the gap."""
    rising = times if order is None else times[order]
    low = np.searchsorted(rising, wanted[few] - within)
    high = np.searchsorted(rising, wanted[few] + within, side="right")
    which, row = ranges(low, high)
    row = row if order is None else order[row]
    keep = (silences.ship[row] != gaps.ship[few][which]) & (2 * silences.lasted[row] >= gaps.lasted[few][which])
    which, row = which[keep], row[keep]
    far = geo.distance_m(gaps.lat[few][which], gaps.lon[few][which], silences.lat[row], silences.lon[row])
    return which[far <= near_m], row[far <= near_m]


def _expected(gaps: Asked, silences: Silences, within: int) -> Floats:
    """By the silences half as long of the nine squares of half a degree round the gap, over all of the data."""
    across = geo.columns(_SQUARE_DEG)
    square = geo.cell(silences.lat, silences.lon, _SQUARE_DEG)
    order = np.lexsort((silences.lasted, square))
    square, lasted = square[order], silences.lasted[order]
    own = geo.cell(gaps.lat, gaps.lon, _SQUARE_DEG)
    row, column = np.divmod(own, across)
    count = np.zeros(len(own))
    for up in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = (row + up) * across + (column + right) % across
            begin, end = np.searchsorted(square, there), np.searchsorted(square, there, side="right")
            count += end - first_from(lasted, begin, end, (gaps.lasted + 1) // 2)
    # the gap itself is one of them; a silence is met by its start or by its end
    others = np.maximum(count - 1, 0)
    result: Floats = others * 4 * within / max(silences.data_us, 1)
    return result


def spread_m(start: Ints, lat: Floats, lon: Floats, within: int, link_m: float) -> Floats:
    """How far apart the ends of each outage lie: for each of its gaps, the widest distance in its group.

    Two gaps are of one group when they began within `within` of each other and lie within `link_m`, or are linked by
    others that do.
    """
    count = len(start)
    group, members = np.arange(count), {one: [one] for one in range(count)}
    order = np.argsort(start, kind="stable")
    stop = np.searchsorted(start[order], start[order] + within, side="right")
    for place, one in enumerate(order.tolist()):
        later = order[place + 1 : stop[place]]
        later = later[geo.distance_m(lat[one], lon[one], lat[later], lon[later]) <= link_m]
        for other in np.unique(group[later]).tolist():
            own = int(group[one])
            if other == own or other not in members:
                continue
            # the smaller group takes the name of the larger, so that no gap is renamed more often than there are powers
            small, large = sorted((other, own), key=lambda name: len(members[name]))
            group[members[small]] = large
            members[large] += members.pop(small)
    by_group = np.argsort(group, kind="stable")
    spread = np.zeros(count)
    for first, last in zip(*runs([group[by_group]]), strict=True):
        rows = by_group[first : last + 1]
        # the farthest from any one is at least half as far as the farthest two; twice over finds them nearly
        far = rows[np.argmax(geo.distance_m(lat[rows[0]], lon[rows[0]], lat[rows], lon[rows]))]
        spread[rows] = geo.distance_m(lat[far], lon[far], lat[rows], lon[rows]).max()
    return spread
