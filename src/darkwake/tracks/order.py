"""Rows of one bucket put in the order of ship and time, exact duplicates left out."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

_KEYS = ["ship", "time", "lat", "lon", "row"]

Numbers = NDArray[np.int64]


def in_order_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Sorted by ship, time, latitude, longitude and row; of rows that are equal but for the row, the first.

    A position that is null equals nothing, so messages without one are never duplicates.
    """
    order = _by_ship_and_time(rows)
    ship, time, lat, lon = (
        rows[name].to_physical().to_numpy()[order] for name in ("ship", "time", "lat", "lon")
    )  # null positions come as nan
    tied = (ship[1:] == ship[:-1]) & (time[1:] == time[:-1])
    again = tied & (lat[1:] == lat[:-1]) & (lon[1:] == lon[:-1])
    other = np.flatnonzero(tied & ~again)
    if other.size:  # several places at one time: only those few rows are sorted by place too
        group = np.concatenate([[0], np.cumsum(~tied)])
        unsettled = np.flatnonzero(np.isin(group, group[other]))
        part = rows[order[unsettled]].select(_KEYS).with_columns(pl.Series("at", order[unsettled])).sort(_KEYS)
        order[unsettled] = part["at"].to_numpy()
        lat, lon = (rows[name].to_numpy()[order] for name in ("lat", "lon"))
        again = tied & (lat[1:] == lat[:-1]) & (lon[1:] == lon[:-1])
    return rows[order[np.concatenate([[True], ~again])] if again.any() else order]


def _by_ship_and_time(rows: pl.DataFrame) -> Numbers:
    """The row numbers in the order of ship, time, and of the rows themselves."""
    if not rows["row"].is_sorted():
        return rows.select(pl.arg_sort_by("ship", "time", "row")).to_series().cast(pl.Int64).to_numpy(writable=True)
    ship, time = rows["ship"].to_numpy(), rows["time"].to_physical().to_numpy()
    known = rows["ship"].unique().sort().to_numpy()
    time = time - time.min()
    if not (time % 1_000_000).any():
        time = time // 1_000_000
    count = rows.height
    span, digits = int(time.max()) + 1, count.bit_length()
    key = np.searchsorted(known, ship) * span + time if known.size * span < 1 << 62 else None
    if key is None:
        return np.lexsort((time, ship))
    if known.size * span << digits < 1 << 62:  # sorting numbers that hold their own place beats sorting places by far
        packed = (key << digits) | np.arange(count)
        packed.sort()
        order: Numbers = packed & ((1 << digits) - 1)
        return order
    return np.argsort(key, kind="stable")
