"""Reading: a source's files as positions in one order, whole or by ranges of ships, and never more than is wanted.

Files that a store has written stand in the order of `schema.in_order` already. Then only the wanted columns are read
and nothing is sorted, which is what keeps a run near the speed of reading. Everything else is put into that order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import schema
from darkwake.schema import shards

_KEY = ("ship", "time", "lat", "lon")
SMALL_BYTES = 16 << 20
"""Parquet up to which shards are taken together: about a million positions."""
_TIMES = 4_000_000
"""Times that are read at once, where nothing else is."""


@dataclass(frozen=True, slots=True)
class ShipRange:
    """Some of the ships of files that are too large to be taken at once: all whose number lies in a range."""

    paths: list[str]
    first: int
    last: int
    """Of the range, both in it."""


Shard = pl.DataFrame | list[str]


def lazy(shard: Shard | ShipRange) -> pl.LazyFrame:
    """A shard's positions as its files have them, to be asked for a part of them."""
    if isinstance(shard, pl.DataFrame):
        return shard.lazy()
    if isinstance(shard, list):
        return shards.rows(shard)
    return lazy(shard.paths).filter(pl.col("ship").is_between(shard.first, shard.last))


def read(shard: Shard | ShipRange, columns: Sequence[str] | None = None, *, rising: bool = True) -> pl.DataFrame:
    """A shard's positions in the one order of `schema.in_order`, with `columns` (None: all) in the schema's order.

    Several files (of several days, or shards laid together) are whole runs of ships that only stand in another order,
    and are moved as such. Where each ship's rows stand together and it is not asked that the ships be `rising`, too,
    not even that.
    """
    wanted = [name for name in schema.POSITIONS if columns is None or name in columns]
    table = _taken(shard, [name for name in schema.POSITIONS if name in {*wanted, *_KEY}])
    if not _stands(table, rising=rising):
        table = _runs_in_order(table)
        if not _stands(table, rising=rising):
            table = schema.in_order(_taken(shard, list(schema.POSITIONS)))
    return table.select(wanted)


def times(shard: Shard) -> Iterator[NDArray[np.int64]]:
    """The times of a shard's rows in microseconds since 1970, some millions at once."""
    for one in [shard] if isinstance(shard, pl.DataFrame) else ([path] for path in shard):
        for at in count(0, _TIMES):
            part = lazy(one).select("time").slice(at, _TIMES).collect()["time"]
            yield part.to_physical().to_numpy()
            if len(part) < _TIMES:
                break


def size(paths: Sequence[str]) -> int:
    """How many bytes those files have."""
    return sum(Path(path).stat().st_size for path in paths)


def ranges(paths: list[str], most_rows: int) -> list[ShipRange]:
    """Those files by ranges of ships with about so many rows each; a ship is never cut, however many it has."""
    return [ShipRange(paths, first, last) for first, last in shards.ship_ranges(paths, most_rows)]


def stretches_of(table: pl.DataFrame, most_rows: int) -> Iterator[pl.DataFrame]:
    """A table by stretches of whole ships: threads share them, and what is made of one stays small.

    One that does not stand by ship is left whole, because it has to be put in order first.
    """
    ship = table["ship"]
    if table.height <= most_rows or not ship.is_sorted():
        yield table
        return
    every = ship.gather(pl.int_range(most_rows, table.height, most_rows, eager=True)).unique().sort()
    cuts = [0, *ship.search_sorted(every, side="left").to_list(), table.height]
    yield from (table.slice(low, high - low) for low, high in pairwise(cuts) if high > low)


def together(shards: Sequence[list[str]], workers: int) -> Iterator[list[str]]:
    """Shards so small that the start of each costs more than its rows, laid together; as many as there are workers."""
    sizes = [size(shard) for shard in shards]
    most = min(SMALL_BYTES, -(-sum(sizes) // workers))
    held: list[str] = []
    holds = 0
    for shard, its in zip(shards, sizes, strict=True):
        if held and holds + its > most:
            yield held
            held, holds = [], 0
        held, holds = [*held, *shard], holds + its
    if held:
        yield held


def own(table: pl.DataFrame) -> pl.DataFrame:
    """The same rows with texts of their own.

    The texts of rows that were taken from a shard are views of all that the shard held, and would keep it.
    """
    held = io.BytesIO()
    table.write_ipc_stream(held, compat_level=pl.CompatLevel.oldest())
    held.seek(0)
    return pl.read_ipc_stream(held)


def _taken(shard: Shard | ShipRange, columns: list[str]) -> pl.DataFrame:
    if isinstance(shard, pl.DataFrame):
        return shard.select(columns)
    if isinstance(shard, ShipRange):
        table = lazy(shard).select(columns).collect()
    else:
        table = pl.read_parquet(shard, columns=columns, glob=False, hive_partitioning=False)
    # row groups come as chunks, and whoever asks for an array would copy them together anew
    return table.with_columns(table["ship"].rechunk(), table["time"].rechunk())


def _stands(table: pl.DataFrame, *, rising: bool) -> bool:
    """Whether each ship's rows stand together in rising order of time, lat, lon, none twice; and the ships, too."""
    ship, time = table["ship"].to_numpy(), table["time"].to_physical().to_numpy()
    turns = np.flatnonzero(ship[1:] != ship[:-1])
    later = time[1:] > time[:-1]
    later[turns] = True
    at = np.flatnonzero(~later)
    if len(at):
        lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
        beside = (lat[at + 1] > lat[at]) | ((lat[at + 1] == lat[at]) & (lon[at + 1] > lon[at]))
        if not ((time[at + 1] == time[at]) & beside).all():
            return False
    if (ship[turns + 1] > ship[turns]).all():
        return True
    return not rising and len(np.unique(ship[np.append(turns, -1)])) == len(turns) + 1


def _runs_in_order(table: pl.DataFrame) -> pl.DataFrame:
    """The rows with their runs (one ship, in rising time) put by ship and first time; as they are if runs are short."""
    ship, time = table["ship"].to_numpy(), table["time"].to_physical().to_numpy()
    begin = np.flatnonzero(np.append(True, (ship[1:] != ship[:-1]) | (time[1:] < time[:-1])))
    if len(begin) * 8 > len(ship):
        return table
    length = np.diff(np.append(begin, len(ship)))
    order = np.lexsort((time[begin], ship[begin]))
    length = length[order]
    return table[np.repeat(begin[order] - (np.cumsum(length) - length), length) + np.arange(len(ship))]
