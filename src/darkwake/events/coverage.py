"""Which times the data cover at all: where nobody is heard for a day, they do not.

A case may hold a day of 2010 and a day of 2016. That a ship of the first is not heard in the second says nothing, so
what follows a ship's last position is weighed only up to the end of the stretch that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

HOLE = timedelta(hours=24)
"""Where no ship at all is heard for longer, the data have a hole: a feed of a day's file that is missing, or more."""
_HOLE_US = HOLE // timedelta(microseconds=1)

Stretches = NDArray[np.int64]
"""The first and the last time of each stretch without a hole, rising; microseconds since 1970, shape (stretches, 2)."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The ends of the stretches that the data cover, rising: the last position before each hole, and the very last."""

    ends: tuple[datetime, ...]
    after: tuple[datetime, ...] = ()
    """The first position after each hole: one fewer than the ends."""
    first: datetime | None = None
    """The very first position; None where only an end was given."""

    def uncovered(self, start: pl.Series, end: pl.Series) -> pl.Series:
        """For each span how much of it lies in holes, as durations."""
        total = pl.Series(np.zeros(len(start), np.int64))
        begins, ends = start.to_physical(), end.to_physical()
        for last, first in zip(self.ends, self.after, strict=False):
            hole = pl.Series([last, first], dtype=pl.Datetime("us")).to_physical()
            overlap = pl.select(pl.min_horizontal(ends, hole[1]) - pl.max_horizontal(begins, hole[0])).to_series()
            total = total + overlap.clip(lower_bound=0)
        return total.cast(pl.Duration("us")).alias("uncovered")

    def end_of(self, time: pl.Series) -> pl.Series:
        """For each time the end of its stretch; the last end for times after all."""
        known = pl.Series(self.ends, dtype=time.dtype)
        at = np.searchsorted(known.to_physical().to_numpy(), time.to_physical().to_numpy(), side="left")
        return known.gather(np.minimum(at, len(known) - 1)).alias(time.name)

    def end_us(self, time_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same for microseconds since 1970."""
        known = pl.Series(self.ends, dtype=pl.Datetime("us")).to_physical().to_numpy()
        result: NDArray[np.int64] = known[np.minimum(np.searchsorted(known, time_us, side="left"), len(known) - 1)]
        return result


def stretches(time_us: NDArray[np.int64]) -> Stretches:
    """What those times (microseconds since 1970, in any order) cover by themselves.

    Of times that stand ship by ship only the few after which a ship is not heard for long are looked at.
    """
    if not len(time_us):
        return np.zeros((0, 2), np.int64)
    # a step back reads as a vast one without its sign
    ends = np.flatnonzero(np.diff(time_us).view(np.uint64) > _HOLE_US)
    first, last = time_us[np.append(0, ends + 1)], time_us[np.append(ends, len(time_us) - 1)]
    return joined([np.column_stack([first, last])])


def joined(parts: Iterable[Stretches]) -> Stretches:
    """What all parts cover together."""
    whole = np.concatenate([np.zeros((0, 2), np.int64), *parts])
    whole = whole[np.argsort(whole[:, 0])]
    # parts overlap, so what counts is the latest time that was reached so far
    reached = np.maximum.accumulate(whole[:, 1])
    hole = np.flatnonzero(whole[1:, 0] - reached[:-1] > _HOLE_US)
    first = whole[np.append(np.zeros(min(len(whole), 1), np.int64), hole + 1), 0]
    return np.column_stack([first, reached[np.append(hole, np.arange(len(whole))[-1:])]])


def of(parts: Iterable[Stretches]) -> Coverage | None:
    """The coverage of all parts together, each as `stretches` gives it; None where there is no position."""
    first, last = (pl.Series(ends).cast(pl.Datetime("us")).to_list() for ends in joined(parts).T)
    return Coverage(tuple(last), tuple(first[1:]), first[0]) if first else None
