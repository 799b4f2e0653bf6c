"""Ships at even times: where each was every few minutes, so that ships can be laid beside each other.

The times are counted from the first position of the whole source: every ship is asked for the same moments, in every
split, and clocks that are all shifted shift the moments with them. Between two positions a ship is placed on the great
circle, in the space round the sphere, where neither the antimeridian nor a pole is anything special.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events.coverage import Coverage
from darkwake.events.track import BLOCK, Floats, steps_m
from darkwake.events.track import beyond as farther
from darkwake.nearest import positions as places
from darkwake.nearest import spread, vectors
from darkwake.schema import CITATION

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TOO_FAST_KN = 60.0
"""No ship is placed between two positions that would need more: they belong to two ships, or one of them is wrong."""
_JITTER_M = 1000.0  # two positions within a second may lie this far apart for no reason but the receiver's
READS = ("ship", "time", "lat", "lon", "source", "row")
"""The columns of POSITIONS that slots are made of."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Slots:
    """Moments `every_us` microseconds apart; a ship that goes unheard longer than `across_us` has none in between."""

    every_us: int
    across_us: int

    @classmethod
    def of(cls, every: timedelta, across: timedelta, where: str) -> Slots:
        """The same from spans of time.

        Raises:
            WrongUse: less than a second, or silences too short to hold a moment.
        """
        if not timedelta(seconds=1) <= every <= across:
            raise WrongUse(
                f"ships cannot be placed every {every} across silences of {across}",
                where=where,
                to_do="Give a second or more, and let `not_across` be no shorter than `resample`",
            )
        return cls(every // _MICROSECOND, across // _MICROSECOND)

    def count(self, span: timedelta) -> int:
        """How many moments in a row span at least that time, from the first to the last."""
        return -(-(span // _MICROSECOND) // self.every_us) + 1

    def time(self, number: pl.Expr, until: Coverage | None) -> pl.Expr:
        """The time of the moment with that number; `until` is what the engine tells a stage."""
        return (number * self.every_us + _origin_us(until)).cast(pl.Datetime("us"))

    def at(self, positions: pl.DataFrame, until: Coverage | None) -> pl.DataFrame:
        """Where each ship was at each moment: one row a ship and slot, in that order.

        Columns: ship, slot (number of the moment), lat, lon, way_m (to the ship's next slot, null where there is none
        in the stretch), stretch (a number for each unbroken row of slots, rising), unheard_us (between the positions
        that the slot lies between), and at and next_at, the rows of those two positions. `positions` stand in the order
        of a store.
        """
        ship = positions["ship"].to_numpy()
        time = positions["time"].to_physical().to_numpy() - _origin_us(until)
        lat, lon = positions["lat"].to_numpy(), positions["lon"].to_numpy()
        low = -(-time // self.every_us)
        bridged = np.append((ship[1:] == ship[:-1]) & (np.diff(time) <= self.across_us), False)[: len(ship)]
        high = np.where(bridged, np.append(low[1:], 0)[: len(low)], low + (time % self.every_us == 0))
        begin = np.flatnonzero(high > low)
        end = np.where(bridged[begin], begin + 1, begin)
        limit = (time[end] - time[begin]) * (TOO_FAST_KN * geo.KNOT_MS / 1e6) + _JITTER_M
        real = ~farther(limit, lat[begin], lon[begin], lat[end], lon[end])
        begin, end = begin[real], end[real]
        which, slot = spread(low[begin], high[begin])
        begin, end = begin[which], end[which]
        span = time[end] - time[begin]
        share = np.divide(slot * self.every_us - time[begin], span, out=np.zeros(len(slot)), where=span > 0)
        slot_lat, slot_lon = _on_the_way(lat, lon, begin, end, share)
        same = (ship[begin][1:] == ship[begin][:-1]) & (np.diff(slot) == 1)
        way = np.append(steps_m(slot_lat, slot_lon), np.nan)[: len(slot)]
        same &= way[:-1] <= self.every_us * (TOO_FAST_KN * geo.KNOT_MS / 1e6) + _JITTER_M
        follows = np.append(False, same)[: len(slot)]
        way[:-1][~same] = np.nan
        return pl.DataFrame(
            {"ship": ship[begin], "slot": slot, "lat": slot_lat, "lon": slot_lon, "way_m": way,
             "stretch": np.cumsum(~follows), "unheard_us": span, "at": begin, "next_at": end}
        )  # fmt: skip

    def knots(self, slots: pl.DataFrame, over: timedelta) -> geo.Floats:
        """The mean speed in knots over a time round each slot: the way from slot to slot, cut at ends of stretches.

        Speeds that ships send are not asked: they are missing in some sources, and a ship can set them.
        """
        half = max(1, (over // _MICROSECOND) // (2 * self.every_us))
        stretch, way = slots["stretch"].to_numpy(), slots["way_m"].fill_null(np.nan).to_numpy()
        total, count = np.zeros(len(way)), np.zeros(len(way), np.int64)
        known = ~np.isnan(way)
        for shift in range(-half, half):  # a few additions a row, in the same order wherever the table is cut
            here = slice(max(0, -shift), max(len(way) - max(0, shift), 0))
            there = slice(max(0, shift), max(len(way) - max(0, -shift), 0))
            inside = (stretch[there] == stretch[here]) & known[there]
            total[here] += np.where(inside, way[there], 0.0)
            count[here] += inside
        seconds = count * (self.every_us / 1e6)
        knots: geo.Floats = np.divide(total, seconds * geo.KNOT_MS, out=np.full(len(way), np.inf), where=count > 0)
        return knots

    def nearest_knots(self, slots: pl.DataFrame) -> geo.Floats:
        """The lower of the speeds from the slot before and to the slot after: what an end of a stop is known by."""
        stretch, way = slots["stretch"].to_numpy(), slots["way_m"].fill_null(np.nan).to_numpy()
        before = np.where(np.append(False, stretch[1:] == stretch[:-1])[: len(way)], np.roll(way, 1), np.nan)
        knots: geo.Floats = np.fmin(before, way) / (self.every_us / 1e6 * geo.KNOT_MS)
        return np.nan_to_num(knots, nan=np.inf)


def _on_the_way(lat: Floats, lon: Floats, begin: Ints, end: Ints, share: Floats) -> tuple[Floats, Floats]:
    """The places at those shares of the ways from row to row.

    The chord is as good as the arc: within an hour's way they differ by centimetres.
    """
    found = np.empty(len(share)), np.empty(len(share))
    for few in (slice(low, low + BLOCK) for low in range(0, len(share), BLOCK)):
        one, two = (vectors(lat[rows[few]], lon[rows[few]]) for rows in (begin, end))
        found[0][few], found[1][few] = places(one + (two - one) * share[few, None])
    return found


def with_sources(slots: pl.DataFrame, positions: pl.DataFrame) -> pl.DataFrame:
    """With source, row, next_source and next_row of the positions that each slot lies between, for at and next_at."""
    sides = [
        positions[slots[at].to_numpy()].select(pl.col("source", "row").name.prefix(side))
        for side, at in (("", "at"), ("next_", "next_at"))
    ]
    return slots.drop("at", "next_at").hstack(sides[0]).hstack(sides[1])


def _origin_us(until: Coverage | None) -> int:
    if until is None:  # there is no position
        return 0
    first = until.first if until.first is not None else until.ends[0]
    return int(pl.Series([first], dtype=pl.Datetime("us")).to_physical()[0])


def cited(*sides: str) -> pl.Expr:
    """The rows in the columns source and row with those prefixes, each once, as the citations of an event."""
    structs = [
        pl.struct(
            pl.col(f"{side}source").alias("source"),
            pl.col(f"{side}row").alias("first_row"),
            pl.col(f"{side}row").alias("last_row"),
        ).cast(CITATION)
        for side in sides
    ]
    return pl.concat_list(structs).list.unique(maintain_order=True)


def in_a_row(slots: pl.DataFrame) -> Ints:
    """A number for each unbroken row of slots of one stretch, from 0; slots may have been left out."""
    stretch, slot = slots["stretch"].to_numpy(), slots["slot"].to_numpy()
    new = (stretch[1:] != stretch[:-1]) | (np.diff(slot) != 1)
    return np.cumsum(np.append(False, new))[: len(slot)].astype(np.int64)


def long_enough(runs: Ints, least: int) -> Bools:
    """Which slots stand in a run of at least so many."""
    result: Bools = np.bincount(runs)[runs] >= least if len(runs) else np.zeros(0, np.bool_)
    return result
