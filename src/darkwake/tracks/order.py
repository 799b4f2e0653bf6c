"""Rows of one bucket put in the order of ship and time, exact duplicates left out."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

_KEYS = ["ship", "time", "lat", "lon", "row"]

Numbers = NDArray[np.int64]
Degrees = NDArray[np.float64]


def in_order_once(rows: pl.DataFrame) -> pl.DataFrame:
    """Sorted by ship, time, latitude, longitude and row; of rows that are equal but for the row, the first.

    A position that is null equals nothing, so messages without one are never duplicates.
    """
    order, tied = _by_ship_and_time(rows)
    lat, lon = (rows[name].to_numpy() for name in ("lat", "lon"))  # null positions come as nan
    again = _again(tied, order, lat, lon)
    other = tied[~again]
    if other.size:  # several places at one time: only those few rows are sorted by place too
        group = np.ones(rows.height, np.int64)
        group[tied + 1] = 0
        group = np.cumsum(group)
        unsettled = np.flatnonzero(np.isin(group, group[other]))
        part = rows[order[unsettled]].select(_KEYS).with_columns(pl.Series("at", order[unsettled])).sort(_KEYS)
        order[unsettled] = part["at"].to_numpy()
        again = _again(tied, order, lat, lon)
    return rows[np.delete(order, tied[again] + 1) if again.any() else order]


def _again(tied: Numbers, order: Numbers, lat: Degrees, lon: Degrees) -> NDArray[np.bool_]:
    """Which of the rows that share ship and time with the next share the place too."""
    one, other = order[tied], order[tied + 1]
    same: NDArray[np.bool_] = (lat[one] == lat[other]) & (lon[one] == lon[other])
    return same


def _by_ship_and_time(rows: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """The row numbers in the order of ship, time, and of the rows themselves; and which share both with the next."""
    ship, time = rows["ship"].to_numpy(), rows["time"].to_physical().to_numpy()
    if not rows["row"].is_sorted():
        order = rows.select(pl.arg_sort_by("ship", "time", "row")).to_series().cast(pl.Int64).to_numpy(writable=True)
        return order, _tied(ship[order], time[order])
    number = rows["ship"].rank("dense").to_numpy().astype(np.int64)
    time = time - time.min()
    if not (time % 1_000_000).any():
        time = time // 1_000_000
    count = rows.height
    span, digits = int(time.max()) + 1, count.bit_length()
    numbers = int(number.max()) + 1
    if numbers * span >= 1 << 62:
        order = np.lexsort((time, ship))
        return order, _tied(ship[order], time[order])
    key = number * span + time
    if numbers * span << digits < 1 << 62:  # sorting numbers that hold their own place beats sorting places by far
        packed = (key << digits) | np.arange(count)
        packed.sort()
        return packed & ((1 << digits) - 1), _tied(packed >> digits)
    order = np.argsort(key, kind="stable")
    return order, _tied(key[order])


def _tied(*keys: Numbers) -> Numbers:
    """Where all keys are as in the next place."""
    same = keys[0][1:] == keys[0][:-1]
    for key in keys[1:]:
        same &= key[1:] == key[:-1]
    return np.flatnonzero(same)
