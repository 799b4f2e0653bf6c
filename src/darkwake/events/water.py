"""The reception table of a store, made shard by shard wherever the engine's work is done, and laid together by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl

from darkwake.events import engine
from darkwake.events.stage import By, Stage
from darkwake.schema import RECEPTION, empty

_CELL_KEY = ["cell", "hour", "ais_class"]


def reception(
    make: Callable[[engine.Sharded], pl.DataFrame],
    store: engine.Sharded,
    *,
    workers: engine.Workers = 1,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """RECEPTION of a store: what `make(store)` gives.

    Each shard's table is scattered by cell, summed cell by cell, and sorted here.

    Args:
        make: `tracks.reception`, or `functools.partial` of it; handed in, because a part does not know another.
        store: whose positions are asked; no ship stands in two of its shards.
        workers: processes that read the shards, or a pool.
        progress: called with (shards done, shards in all).
    """
    shards = engine.shards_of(store, workers)
    if workers == 1 or not shards:
        return make(store)
    summed = (Stage(By("cell"), _summed),)
    with engine.handed_on(workers) as within, engine.processes(workers) as pool:
        heard = partial(_heard, make=make, folder=within, into=engine.buckets(len(shards), workers))
        written = [one for part in engine.each(heard, list(enumerate(shards)), pool, progress) for one in part]
        cells = engine.shares(written, ("cell",), engine.MOST_ROWS)
        found = engine.each(partial(engine.through, stages=summed, until=None, raw=False), cells, pool, progress)
    return pl.concat([empty(RECEPTION), *found]).sort(_CELL_KEY, nulls_last=True)


@dataclass(frozen=True, slots=True)
class _One:
    """A store of one shard."""

    paths: list[str]

    def shards(self) -> list[list[str]]:
        return [self.paths]


def _heard(
    numbered: tuple[int, list[str]], *, make: Callable[[engine.Sharded], pl.DataFrame], folder: str, into: int
) -> list[tuple[int, str, int]]:
    """RECEPTION of one shard, scattered by cell."""
    number, paths = numbered
    return engine.scattered([make(_One(paths))], number, key=("cell",), folder=folder, into=into)


def _summed(table: pl.DataFrame) -> pl.DataFrame:
    return table.group_by(_CELL_KEY).agg(pl.col("present", "heard").sum()).select(list(RECEPTION))
