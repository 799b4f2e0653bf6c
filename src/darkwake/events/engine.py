"""The engine: split by what a stage must see, run here, in processes or elsewhere, lay together, in one order.

A source comes in shards by ship, so a stage that sees whole ships runs on one shard at a time: memory is one shard a
worker. Stages follow each other on the same shard as long as what they see lies whole in it. Where the key changes,
each shard's rows are scattered by the new key to Parquet files in a temporary folder, and the files are the next
stage's shards. No file is written twice under one name, and only those count that a finished piece of work names: what
is done again after a worker was lost changes nothing.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import coverage
from darkwake.events.coverage import Coverage
from darkwake.events.stage import Stage

Item = TypeVar("Item")
Result = TypeVar("Result")


class Sharded(Protocol):
    """A store: its positions as Parquet files, no ship in two shards."""

    def shards(self) -> list[list[str]]:
        """The paths of each shard's files."""
        ...


class Pool(Protocol):
    """Where shards are worked on that is neither this process nor one of its children: a cluster, see spark.py."""

    @property
    def at_once(self) -> int:
        """How many pieces of work run at a time."""
        ...

    @property
    def folder(self) -> str:
        """A folder that every worker and this process see: what is handed from stage to stage lies there."""
        ...

    def map(self, work: Callable[[Item], Result], items: Sequence[Item], /) -> Iterable[Result]:
        """`work` on each item, results in the items' order."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """One of several shares of files that are too large to be taken at once, by a key that each holds whole."""

    paths: list[str]
    key: tuple[str, ...]
    number: int
    of: int


Source = pl.DataFrame | Sharded
Shard = pl.DataFrame | list[str]
Progress = Callable[[int, int], None]
Workers = int | Pool
"""So many processes of this machine (1: this one), or a pool."""

ORDER = ["ship", "start", "kind", "id"]
"""The order of EVENTS."""

MOST_ROWS = 2_000_000
"""Rows between two stages that are taken at once: bounds memory, changes no event."""
SMALL_BYTES = 32 << 20
"""Parquet up to which shards are taken together: about two million positions."""


def run(
    kind: str,
    stages: Sequence[Stage],
    source: Source,
    *,
    workers: Workers = 1,
    progress: Progress | None = None,
    most_rows: int = MOST_ROWS,
) -> pl.DataFrame:
    """The EVENTS of a detector of that kind with those stages; see `Detector.run`."""
    whole = shards_of(source, workers)
    shards: list[Shard | Share] = list(whole)
    until = covered(whole, workers) if any(stage.until for stage in stages) else None
    chains = _chains(stages)
    with handed_on(workers) as folder, processes(workers) as pool:
        for step, ((_, part), (key, _)) in enumerate(pairwise(chains)):
            scatter = partial(
                _scatter,
                stages=part,
                until=until,
                key=key,
                folder=f"{folder}/{step}",
                raw=step == 0,
                into=buckets(len(whole), workers),
            )
            written = [paths for part in each(scatter, list(enumerate(shards)), pool, progress) for paths in part]
            shards = shares(written, key, most_rows)
        last = partial(through, stages=chains[-1][1], until=until, raw=len(chains) == 1)
        found = [part for part in each(last, shards, pool, progress) if part.height]
    events = pl.concat(found) if found else schema.empty(schema.EVENTS)
    problems = schema.problems(events, schema.EVENTS)
    if problems:
        raise WrongUse(
            f"the last stage did not return EVENTS: {problems[0]}",
            where=f"detector {kind!r}",
            to_do="Return the columns of schema.EVENTS in their order",
        )
    return events.sort(ORDER)


def buckets(shards: int, workers: Workers) -> int:
    """How many buckets the rows of so many shards are scattered to: no fewer than can be worked on at a time."""
    return max(shards, 1, 0 if isinstance(workers, int) else workers.at_once)


def shards_of(source: Source, workers: Workers = 1) -> list[Shard]:
    """The shards of a store, or those made of a table: one for each worker, whole ships in each.

    Raises:
        WrongUse: the table is not POSITIONS, or is to be sent to a pool.
    """
    if not isinstance(source, pl.DataFrame):
        at_once = workers if isinstance(workers, int) else workers.at_once
        return list(_together([paths for paths in source.shards() if paths], at_once))
    problems = schema.problems(source, schema.POSITIONS)
    if problems:
        raise WrongUse(
            f"the table is not POSITIONS: {problems[0]}",
            where="source",
            to_do="Hand in a table with the columns of schema.POSITIONS, or a store",
        )
    if not isinstance(workers, int):
        raise WrongUse("a cluster is sent paths, not a table", where="source", to_do="Hand in a store, or run it here")
    if workers == 1 or source.is_empty():
        return [source]
    # the remainder keeps neighbours apart and is the same on every machine
    return [part for at in range(workers) if (part := source.filter(pl.col("ship") % workers == at)).height]


def _together(shards: Sequence[list[str]], workers: int) -> Iterator[list[str]]:
    """Shards so small that the start of each costs more than its rows, laid together; as many as there are workers."""
    size = [sum(Path(path).stat().st_size for path in shard) for shard in shards]
    most = min(SMALL_BYTES, -(-sum(size) // workers))
    held: list[str] = []
    holds = 0
    for shard, its in zip(shards, size, strict=True):
        if held and holds + its > most:
            yield held
            held, holds = [], 0
        held, holds = [*held, *shard], holds + its
    if held:
        yield held


def read(shard: Shard, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """A shard's positions in the one order of `schema.in_order`, with `columns` (None: all) in the schema's order.

    Files that a store has compacted stand in that order already. Then only the wanted columns are read and nothing
    is sorted, which is what keeps a run near the speed of reading. Several such files (of several days, or shards laid
    together) are whole runs of ships that only stand in another order, and are moved as such.
    """
    wanted = [name for name in schema.POSITIONS if columns is None or name in columns]
    key = ["ship", "time", "lat", "lon"]
    few = [name for name in schema.POSITIONS if name in {*wanted, *key}]
    table = shard.select(few) if isinstance(shard, pl.DataFrame) else pl.read_parquet(shard, columns=few)
    if not _ascends(table, key):
        table = _runs_in_order(table)
    if _ascends(table, key):
        return table.select(wanted)
    whole = shard if isinstance(shard, pl.DataFrame) else pl.read_parquet(shard, columns=list(schema.POSITIONS))
    return schema.in_order(whole).select(wanted)


def covered(shards: Sequence[Shard], workers: Workers = 1) -> Coverage | None:
    """The times that all shards together cover. None where there is no position."""
    # times alone are read sooner than a process starts, or than a cluster has begun with each shard by itself
    pool = None if isinstance(workers, int) else workers
    lots = len(shards) if pool is None else min(len(shards), 2 * pool.at_once)
    return coverage.of(each(_hours, [shards[at::lots] for at in range(lots)], pool))


def _hours(shards: Sequence[Shard]) -> pl.DataFrame:
    lazy = (shard.lazy() if isinstance(shard, pl.DataFrame) else pl.scan_parquet(shard) for shard in shards)
    return pl.concat([coverage.hours_heard(positions) for positions in lazy])


@contextmanager
def handed_on(workers: Workers) -> Iterator[str]:
    """A folder for what goes from stage to stage, gone at the end: of this machine, or within the pool's."""
    within = None if isinstance(workers, int) else workers.folder
    with tempfile.TemporaryDirectory(
        prefix="darkwake-", dir=within, ignore_cleanup_errors=within is not None
    ) as folder:
        yield folder


@contextmanager
def processes(workers: Workers) -> Iterator[Executor | Pool | None]:
    """`workers` fresh processes, or the pool; None for one, which is this process.

    They are spawned, because a forked child of a process that has run polars can hang on its thread pool.
    """
    if not isinstance(workers, int):
        yield workers
        return
    if workers == 1:
        yield None
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: Executor | Pool | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """`work` on each item, results in the items' order, in this process or in the pool's."""
    results: list[Result] = []
    for result in map(work, items) if pool is None else pool.map(work, items):
        results.append(result)
        if progress is not None:
            progress(len(results), len(items))
    return results


def _chains(stages: Sequence[Stage]) -> list[tuple[tuple[str, ...], list[Stage]]]:
    """Stages that can follow each other on one shard, with the key that the shards are split by."""
    chains: list[tuple[tuple[str, ...], list[Stage]]] = [(("ship",), [])]
    for stage in stages:
        if not set(chains[-1][0]) <= set(stage.sees.columns):
            chains.append((stage.sees.columns, []))
        chains[-1][1].append(stage)
    return chains


def shares(written: Sequence[tuple[int, str, int]], key: tuple[str, ...], most_rows: int) -> list[Shard | Share]:
    """The files of each bucket as the next stage's shards, those with too many rows in several shares."""
    shares: list[Shard | Share] = []
    for bucket in sorted({at for at, _, _ in written}):
        paths = sorted(path for at, path, _ in written if at == bucket)
        of = -(-sum(rows for at, _, rows in written if at == bucket) // most_rows)
        shares += [paths] if of <= 1 else [Share(paths, key, number, of) for number in range(of)]
    return shares


def through(shard: Shard | Share, *, stages: Sequence[Stage], until: Coverage | None, raw: bool) -> pl.DataFrame:
    """One shard through the stages of a chain; `raw` where it holds the source's positions."""
    return pl.concat(_pieces(shard, stages=stages, until=until, raw=raw))


def _pieces(
    shard: Shard | Share, *, stages: Sequence[Stage], until: Coverage | None, raw: bool
) -> Iterator[pl.DataFrame]:
    """The same in the pieces in which the last stage gives it."""
    if isinstance(shard, Share):
        # another seed than the buckets', which would leave all of a bucket in one share
        mine = pl.struct(shard.key).hash(seed=1) % shard.of == shard.number
        table = pl.scan_parquet(shard.paths).filter(mine).collect()
    elif raw:
        table = read(shard, stages[0].reads if stages else None)
    else:
        table = shard if isinstance(shard, pl.DataFrame) else pl.read_parquet(shard)
    pieces = iter([table])
    for number, stage in enumerate(stages):
        table = table if number == 0 else pl.concat(pieces)
        if not (raw and number == 0 and stage.sees.columns == ("ship",)):
            plain = [name for name, kind in table.schema.items() if not kind.is_nested()]
            table = table.sort([*stage.sees.columns, *(name for name in plain if name not in stage.sees.columns)])
        told: dict[str, Any] = {"until": until} if stage.until else {}
        made = stage.do(table, **told)
        pieces = iter([made]) if isinstance(made, pl.DataFrame) else made
    yield from pieces


def _scatter(
    numbered: tuple[int, Shard | Share],
    *,
    stages: Sequence[Stage],
    until: Coverage | None,
    key: tuple[str, ...],
    folder: str,
    raw: bool,
    into: int,
) -> list[tuple[int, str, int]]:
    """One shard through its stages and on to files by the next key: (bucket, path, rows) of each file written."""
    number, shard = numbered
    return scattered(_pieces(shard, stages=stages, until=until, raw=raw), number, key=key, folder=folder, into=into)


def scattered(
    pieces: Iterable[pl.DataFrame], number: int, *, key: tuple[str, ...], folder: str, into: int
) -> list[tuple[int, str, int]]:
    """A shard's tables as files by that key: (bucket, path, rows) of each, in the order of their names."""
    attempt = uuid.uuid4().hex  # a second attempt of a lost worker's shard never writes over the first
    written = []
    for piece, table in enumerate(pieces):
        bucket = table.select((pl.struct(key).hash(seed=0) % into).cast(pl.Int64).alias("bucket"))["bucket"]
        for at in bucket.unique().sort():
            path = Path(folder) / str(at) / f"{number:06}-{piece:06}-{attempt}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            part = table.filter(bucket == at)
            part.write_parquet(path)
            written.append((int(at), str(path), part.height))
    return written


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


def _ascends(table: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether the rows stand in strictly rising order of `key`: sorted, and none twice."""
    rises = pl.lit(False)
    for name in reversed(key):
        before = pl.col(name).shift(1)
        rises = (pl.col(name) > before) | ((pl.col(name) == before) & rises)
    return bool(table.select(rises.slice(1).all()).item())
