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


def hours_heard(positions: pl.LazyFrame) -> pl.DataFrame:
    """first, last: the times of the first and the last position in each clock hour in which any ship was heard."""
    hour = pl.col("time").dt.truncate("1h").alias("hour")
    first_last = (pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    return positions.select("time").group_by(hour).agg(*first_last).select("first", "last").collect()


def of(parts: Iterable[pl.DataFrame]) -> Coverage | None:
    """The coverage of all parts together, each as `hours_heard` gives it; None where there is no position."""
    whole = pl.concat([pl.DataFrame(schema={"first": pl.Datetime("us"), "last": pl.Datetime("us")}), *parts])
    if whole.is_empty():
        return None
    # hours of several parts overlap, so what counts is the latest time that was reached so far
    ordered = whole.sort("first").with_columns(pl.col("last").cum_max())
    hole = ordered["first"].shift(-1) - ordered["last"] > HOLE
    after = ordered["first"].shift(-1).filter(hole.fill_null(value=False))
    return Coverage(tuple(ordered.filter(hole.fill_null(value=True))["last"]), tuple(after), ordered["first"][0])
