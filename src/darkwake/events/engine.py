"""The engine: split by what a stage must see, run here, in processes or elsewhere, lay together, in one order.

A source comes in shards by ship, so a stage that sees whole ships runs on one shard at a time. Small shards are laid
together and large ones taken by ranges of ships, so that memory is some rows a worker and the store may have any size.
Stages follow each other on the same shard as long as what they see lies whole in it. Where the key changes, each
shard's rows are scattered by the new key to Parquet files in a temporary folder, and the files are the next stage's
shards. No file is written twice under one name, and only those count that a finished piece of work names: what is done
again after a worker was lost changes nothing.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import compress, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import coverage, reading
from darkwake.events.coverage import Coverage, Stretches
from darkwake.events.reading import ShipRange
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
Shard = reading.Shard
read = reading.read
Work = Shard | ShipRange | Share
"""What is taken at once."""
Progress = Callable[[int, int], None]
Workers = int | Pool
"""So many processes of this machine (1: this one), or a pool."""

ORDER = ["ship", "start", "kind", "id"]
"""The order of EVENTS."""

MOST_ROWS = 2_000_000
"""Rows that are taken at once where it is for the engine to say: bounds memory, changes no event."""
LARGE_BYTES = 3 * reading.SMALL_BYTES
"""Parquet beyond which a shard is taken by ranges of ships."""
MOST_LOTS = 128
"""Lots in which shards go on to another key, and as many buckets: files between two keys grow with their square."""
THREADS = 4
"""Shards at most that one process works on at a time: each holds its rows, and Polars spreads over the cores anyway."""

_LATE_ROWS = 50_000
_BUCKET = "to which bucket"


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
    with processes(workers) as pool:
        works = cut(whole, workers, most_rows)
        late = stages[0].late if len(stages) == 1 else None
        if late is not None:
            found = _late(stages[0], late, works, pool, progress)
        else:
            until = covered(whole, workers) if any(stage.until for stage in stages) else None
            found = _chained(stages, works, until, workers, pool, progress, most_rows)
    events = pl.concat([part for part in found if part.height] or [schema.empty(schema.EVENTS)])
    problems = schema.problems(events, schema.EVENTS)
    if problems:
        raise WrongUse(
            f"the last stage did not return EVENTS: {problems[0]}",
            where=f"detector {kind!r}",
            to_do="Return the columns of schema.EVENTS in their order",
        )
    return events.sort(ORDER)


def _late(
    stage: Stage,
    late: Callable[..., pl.DataFrame],
    works: Sequence[Shard | ShipRange],
    pool: Executor | Pool,
    progress: Progress | None,
) -> list[pl.DataFrame]:
    """The events of each shard by a stage that is told the Coverage last."""
    parts = each(partial(_before, stage=stage), works, pool, progress)
    until = coverage.of(stretches for _, stretches in parts)
    # what is left is little, and to begin costs more than some thousand rows
    tables = list(_joined([table for table, _ in parts], _LATE_ROWS))
    with processes(1) as threads:
        return each(partial(late, until=until), tables, threads)


def _joined(tables: Sequence[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in tables of at least so many, but for the last."""
    held: list[pl.DataFrame] = []
    for table in tables:
        held.append(table)
        if sum(part.height for part in held) >= rows:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _before(shard: Shard | ShipRange, *, stage: Stage) -> tuple[pl.DataFrame, Stretches]:
    """What such a stage makes of a shard, and what the shard covers."""
    positions = read(shard, stage.reads, rising=False)
    table = pl.concat([made] if isinstance(made := stage.do(positions), pl.DataFrame) else made)
    return reading.own(table), coverage.stretches(positions["time"].to_physical().to_numpy())


def _chained(
    stages: Sequence[Stage],
    works: Sequence[Shard | ShipRange],
    until: Coverage | None,
    workers: Workers,
    pool: Executor | Pool,
    progress: Progress | None,
    most_rows: int,
) -> list[pl.DataFrame]:
    """The events of each shard of the last key."""
    shards: list[Work] = list(works)
    chains = _chains(stages)
    with handed_on(workers) as folder:
        for step, ((_, part), (key, _)) in enumerate(pairwise(chains)):
            lots = _lots(shards, workers)
            scatter = partial(
                _scatter,
                stages=part,
                until=until,
                key=key,
                folder=f"{folder}/{step}",
                raw=step == 0,
                into=buckets(len(lots), workers),
            )
            written = [paths for part in each(scatter, list(enumerate(lots)), pool, progress) for paths in part]
            shards = shares(written, key, most_rows)
        last = partial(through, stages=chains[-1][1], until=until, raw=len(chains) == 1)
        return each(last, shards, pool, progress)


def buckets(shards: int, workers: Workers) -> int:
    """How many buckets the rows of so many shards are scattered to: no fewer than can be worked on at a time."""
    return max(shards, 1, 0 if isinstance(workers, int) else workers.at_once)


def _lots(shards: Sequence[Work], workers: Workers) -> list[Sequence[Work]]:
    """The shards in lots of neighbours, no more than are worth the files that each writes."""
    at_once = workers if isinstance(workers, int) else workers.at_once
    lots = min(len(shards), max(MOST_LOTS, at_once))
    return [shards[len(shards) * at // lots : len(shards) * (at + 1) // lots] for at in range(lots)]


def shards_of(source: Source, workers: Workers = 1) -> list[Shard]:
    """The shards of a store, or those made of a table, whole ships in each: one a process, or stretches for threads.

    Raises:
        WrongUse: the table is not POSITIONS, or is to be sent to a pool.
    """
    if not isinstance(source, pl.DataFrame):
        at_once = workers if isinstance(workers, int) else workers.at_once
        return list(reading.together([paths for paths in source.shards() if paths], at_once))
    problems = schema.problems(source, schema.POSITIONS)
    if problems:
        raise WrongUse(
            f"the table is not POSITIONS: {problems[0]}",
            where="source",
            to_do="Hand in a table with the columns of schema.POSITIONS, or a store",
        )
    if not isinstance(workers, int):
        raise WrongUse("a cluster is sent paths, not a table", where="source", to_do="Hand in a store, or run it here")
    if workers == 1:
        return list(reading.stretches_of(source, MOST_ROWS))
    # the remainder keeps neighbours apart and is the same on every machine
    return [part for at in range(workers) if (part := source.filter(pl.col("ship") % workers == at)).height]


def cut(shards: Sequence[Shard], workers: Workers = 1, most_rows: int = MOST_ROWS) -> list[Shard | ShipRange]:
    """The same shards, with ranges of ships in place of those that are too large to be taken at once."""
    too_large = [isinstance(one, list) and reading.size(one) > LARGE_BYTES for one in shards]
    # as in `covered`: one column is read sooner than a process starts
    pool = None if isinstance(workers, int) else workers
    found = each(partial(reading.ranges, most_rows=most_rows), list(compress(shards, too_large)), pool)
    ranges = iter(found)
    return [part for one, large in zip(shards, too_large, strict=True) for part in (next(ranges) if large else [one])]


def covered(shards: Sequence[Shard], workers: Workers = 1) -> Coverage | None:
    """The times that all shards together cover. None where there is no position."""
    # times alone are read sooner than a process starts, or than a cluster has begun with each shard by itself
    with processes(1 if isinstance(workers, int) else workers) as pool:
        lots = len(shards) if isinstance(workers, int) else min(len(shards), 2 * workers.at_once)
        return coverage.of(each(_stretches, [shards[at::lots] for at in range(lots)], pool))


def _stretches(shards: Sequence[Shard]) -> Stretches:
    return coverage.joined(coverage.stretches(times) for shard in shards for times in reading.times(shard))


@contextmanager
def handed_on(workers: Workers) -> Iterator[str]:
    """A folder for what goes from stage to stage, gone at the end: of this machine, or within the pool's."""
    within = None if isinstance(workers, int) else workers.folder
    with tempfile.TemporaryDirectory(
        prefix="darkwake-", dir=within, ignore_cleanup_errors=within is not None
    ) as folder:
        yield folder


@contextmanager
def processes(workers: Workers) -> Iterator[Executor | Pool]:
    """`workers` fresh processes, or the pool; for one, which is this process, a few threads of it.

    They are spawned, because a forked child of a process that has run polars can hang on its thread pool.
    """
    if not isinstance(workers, int):
        yield workers
    elif workers > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        # numpy and polars let go of the interpreter: one shard is read while another is worked on
        threads = ThreadPoolExecutor(min(pl.thread_pool_size(), THREADS))
        try:
            yield threads
        finally:
            threads.shutdown(cancel_futures=True)


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


def shares(written: Sequence[tuple[int, str, int]], key: tuple[str, ...], most_rows: int) -> list[Work]:
    """The files of each bucket as the next stage's shards, those with too many rows in several shares."""
    shares: list[Work] = []
    for bucket in sorted({at for at, _, _ in written}):
        paths = sorted(path for at, path, _ in written if at == bucket)
        of = -(-sum(rows for at, _, rows in written if at == bucket) // most_rows)
        shares += [paths] if of <= 1 else [Share(paths, key, number, of) for number in range(of)]
    return shares


def through(shard: Work, *, stages: Sequence[Stage], until: Coverage | None, raw: bool) -> pl.DataFrame:
    """One shard through the stages of a chain; `raw` where it holds the source's positions."""
    return reading.own(pl.concat(_pieces(shard, stages=stages, until=until, raw=raw)))


def _pieces(shard: Work, *, stages: Sequence[Stage], until: Coverage | None, raw: bool) -> Iterator[pl.DataFrame]:
    """The same in the pieces in which the last stage gives it."""
    if isinstance(shard, Share):
        # another seed than the buckets', which would leave all of a bucket in one share
        mine = pl.struct(shard.key).hash(seed=1) % shard.of == shard.number
        table = pl.scan_parquet(shard.paths).filter(mine).collect()
    elif raw:
        table = read(shard, stages[0].reads if stages else None, rising=False)
    else:
        table = reading.lazy(shard).collect()
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
    numbered: tuple[int, Sequence[Work]],
    *,
    stages: Sequence[Stage],
    until: Coverage | None,
    key: tuple[str, ...],
    folder: str,
    raw: bool,
    into: int,
) -> list[tuple[int, str, int]]:
    """Shards, one after the other, through their stages and on to files by the next key; see `scattered`."""
    number, shards = numbered
    pieces = (piece for shard in shards for piece in _pieces(shard, stages=stages, until=until, raw=raw))
    return scattered(_large(pieces), number, key=key, folder=folder, into=into)


def _large(pieces: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in tables that are worth a file for each bucket."""
    held: list[pl.DataFrame] = []
    for piece in pieces:
        if piece.height:
            held.append(piece)
        if sum(table.height for table in held) >= MOST_ROWS // 2:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def scattered(
    pieces: Iterable[pl.DataFrame], number: int, *, key: tuple[str, ...], folder: str, into: int
) -> list[tuple[int, str, int]]:
    """A shard's tables as files by that key: (bucket, path, rows) of each, in the order of their names."""
    attempt = uuid.uuid4().hex  # a second attempt of a lost worker's shard never writes over the first
    written = []
    for piece, table in enumerate(pieces):
        bucket = (pl.struct(key).hash(seed=0) % into).cast(pl.Int64).alias(_BUCKET)
        parts = table.with_columns(bucket).partition_by(_BUCKET, as_dict=True, include_key=False)
        for (at,), part in sorted(parts.items()):
            path = Path(folder) / str(at) / f"{number:06}-{piece:06}-{attempt}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_parquet(path)
            written.append((int(at), str(path), part.height))
    return written
