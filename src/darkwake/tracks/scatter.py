"""The two passes: scatter the rows of a source by bucket, then sort each bucket and write its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.schema import IDENTITIES, POSITIONS, empty
from darkwake.tracks import identities
from darkwake.tracks.dialects import Dialect
from darkwake.tracks.fields import Sayings, keyed
from darkwake.tracks.order import in_order_once
from darkwake.tracks.several import in_turn
from darkwake.tracks.store import bucket_of

IN_MEMORY_BYTES = 128 << 20
"""How much of a source's rows (some two million of them) is held back from the disk in the first pass."""
_GROUP_BYTES = 48 << 20
"""Rows are put in the order of their buckets this many at a time: fewer, and cutting a bucket out takes long."""
_KNOWN = 1 << 20
"""Pairs of a ship and what it says that are remembered (8 MiB)."""
MOST_AT_ONCE_ROWS = 4_000_000
"""A bucket with more rows is sorted in pieces (some 0.3 GB and what sorting takes), each written as it is done."""
_SIDE_BY_SIDE_ROWS = 2_000_000
"""Buckets are sorted at the same time where the largest has no more rows than this."""


_Bounds = Mapping[int, tuple[int, int]]
"""Where the rows of each bucket begin in a table, and how many they are; buckets without rows are left out."""


@dataclass(frozen=True, slots=True)
class _Slices:
    """A table in the order of buckets, on disk uncompressed, so that a bucket can be cut out and no more be read."""

    table: pl.LazyFrame
    slices: _Bounds

    @staticmethod
    def of(tables: list[tuple[pl.DataFrame, _Bounds]], path: Path | None) -> _Slices:
        """Several tables in the order of buckets as one, written to `path`, or held where there is none."""
        pieces: list[pl.DataFrame] = []
        slices: dict[int, tuple[int, int]] = {}
        at = 0
        for bucket in sorted({bucket for _, bounds in tables for bucket in bounds}):
            own = [table.slice(*bounds[bucket]) for table, bounds in tables if bucket in bounds]
            count = sum(table.height for table in own)
            slices[bucket] = at, count
            at += count
            pieces += own
        ordered = pl.concat(pieces, rechunk=True)
        if path is None:
            return _Slices(ordered.lazy(), slices)
        ordered.write_ipc(path, compression="uncompressed")
        return _Slices(pl.scan_ipc(path), slices)

    def scan(self, bucket: int) -> pl.LazyFrame | None:
        """The rows of a bucket; None where it has none."""
        return self.table.slice(*self.slices[bucket]) if bucket in self.slices else None


class Known:
    """Which pairs of a ship and what it says were met before, as far as a fixed room remembers.

    A ship says the same in row after row and block after block, so that only what is new need be taken apart.
    """

    def __init__(self) -> None:
        # threads may write at the same time: each place is one number, and what is forgotten is merely met anew
        self._last = np.zeros(_KNOWN, np.uint64)

    def fresh(self, ships: NDArray[np.int64], said: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """True for pairs that are not remembered; from now on they are."""
        pairs = said ^ (ships.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        places = pairs >> np.uint64(64 - _KNOWN.bit_length() + 1)
        fresh: NDArray[np.bool_] = self._last[places] != pairs
        self._last[places[fresh]] = pairs[fresh]
        return fresh


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk made ready for the first pass, in the order of the buckets."""

    rows: pl.DataFrame
    bounds: _Bounds
    said: pl.DataFrame
    """What each ship said, every distinct set of values once, but for what is known to be in an earlier part."""
    said_bounds: _Bounds
    first: str
    last: str
    """Days; empty where there are no rows."""

    @staticmethod
    def of(kept: pl.DataFrame, sayings: Sayings | None, buckets: int, known: Known) -> Part:
        """From the kept rows of a chunk, and what ships say of themselves where that is not in them."""
        if sayings is None:
            parted = keyed(kept)
            kept, sayings = parted.rows, parted.said
        assert sayings is not None  # noqa: S101  # keyed() gives it
        who = kept.select("ship", "said")
        who = who.drop_nulls() if who["said"].null_count() else who
        who = who.filter(pl.Series(known.fresh(who["ship"].to_numpy(), who["said"].to_numpy()))).unique()
        said = who.join(sayings(who["said"].unique()), on="said", how="inner")
        days = (str(kept["time"].min())[:10], str(kept["time"].max())[:10]) if kept.height else ("", "")
        return Part(*_by_bucket(kept, buckets), *_by_bucket(said, buckets), *days)


def _by_bucket(table: pl.DataFrame, buckets: int) -> tuple[pl.DataFrame, _Bounds]:
    """A table with a "ship" in the order of the buckets, and within them as it was."""
    each = table.select(bucket_of(pl.col("ship"), buckets).cast(pl.UInt8)).to_series().to_numpy()
    lengths = np.bincount(each)
    starts = np.cumsum(lengths) - lengths
    bounds = {int(at): (int(starts[at]), int(lengths[at])) for at in np.flatnonzero(lengths)}
    # a stable sort of small numbers is a count of them
    return table[np.argsort(each, kind="stable")], bounds


class Scatter:
    """The first pass: rows sorted by bucket, on disk but for the first; what ships say of themselves kept apart.

    A row's identity fields are the same as in the row before in nearly every case, so the rows hold a hash of them
    and each distinct set of values is written once a group.
    """

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder = folder
        self.buckets = buckets
        self._waiting: list[Part] = []
        self._bytes = 0
        self._chunks: list[_Slices] = []
        self._said: list[_Slices] = []
        self._days: list[str] = []
        self._held = 0

    def take(self, part: Part) -> None:
        """Take in one chunk."""
        if part.rows.is_empty():
            return
        self._waiting.append(part)
        self._bytes += int(part.rows.estimated_size() + part.said.estimated_size())
        self._days += [part.first, part.last]
        if self._bytes > min(_GROUP_BYTES, IN_MEMORY_BYTES):
            self.settle()

    def settle(self) -> None:
        """Put what waits in the order of the buckets; to be called once more when all is taken."""
        if not self._waiting:
            return
        waiting, number = self._waiting, len(self._chunks)
        self._held += sum(int(part.rows.estimated_size()) for part in waiting)
        self._waiting, self._bytes = [], 0
        spilled = None if self._held <= IN_MEMORY_BYTES else self.folder / f"chunk-{number}.arrow"
        self._chunks.append(_Slices.of([(part.rows, part.bounds) for part in waiting], spilled))
        if told := [(part.said, part.said_bounds) for part in waiting if part.said_bounds]:
            # always to disk: in memory each text would hold on to the whole block that it was read from
            self._said.append(_Slices.of(told, self.folder / f"said-{number}.arrow"))

    def largest(self) -> int:
        """How many rows the largest bucket has."""
        return max((self.rows(bucket) for bucket in range(self.buckets)), default=0)

    def rows(self, bucket: int) -> int:
        """How many rows a bucket has."""
        return sum(chunk.slices.get(bucket, (0, 0))[1] for chunk in self._chunks)

    def said(self, bucket: int) -> pl.DataFrame:
        """The distinct identity values in a bucket, by ship."""
        parts = [part for chunk in self._said if (part := chunk.scan(bucket)) is not None]
        return pl.concat(parts).collect().unique(["ship", "said"]) if parts else pl.DataFrame()

    def pieces(self, bucket: int) -> Iterator[pl.DataFrame]:
        """All rows of a bucket: whole, or where there are too many, piece by piece in the order of ship and time."""
        parts = [part for chunk in self._chunks if (part := chunk.scan(bucket)) is not None]
        if self.rows(bucket) <= MOST_AT_ONCE_ROWS:
            yield pl.concat(parts).collect()
            return
        for within in _ranges(parts):
            yield pl.concat([part.filter(within).collect() for part in parts])

    def dated(self) -> str:
        """The days of the kept rows, as EDTF; empty where nothing was kept."""
        if not self._days:
            return ""
        first, last = min(self._days), max(self._days)
        return first if first == last else f"{first}/{last}"


@dataclass(slots=True)
class Sorted:
    """The second pass's outcome."""

    files: dict[str, dict[int, Path]] = field(default_factory=lambda: {"positions": {}, "identities": {}})
    kept: int = 0
    positions: int = 0
    runs: int = 0
    duplicates: int = 0


def sort(scatter: Scatter, source: str, dialect: Dialect | None, tell: Callable[[int], None]) -> Sorted:
    """Sort each bucket, refuse exact duplicates, and write its files."""
    found = Sorted()
    tasks = (
        (lambda bucket=bucket: (bucket, _sorted(scatter, bucket, source, dialect)))
        for bucket in range(scatter.buckets)
        if scatter.rows(bucket)
    )
    workers = None if scatter.largest() <= _SIDE_BY_SIDE_ROWS else 1
    with closing(in_turn(tasks, workers=workers)) as done:
        for bucket, one in done:
            found.kept += one.kept
            found.duplicates += one.duplicates
            found.positions += one.positions
            found.runs += one.runs
            for name in found.files:
                found.files[name] |= one.files[name]
            tell(bucket + 1)
    return found


def _sorted(scatter: Scatter, bucket: int, source: str, dialect: Dialect | None) -> Sorted:
    """One bucket."""
    found = Sorted()
    observed: list[pl.DataFrame] = []
    written: list[Path] = []
    for rows in scatter.pieces(bucket):
        once = in_order_once(rows)
        kept = int(once["lines"].sum())
        found.kept += kept
        found.duplicates += int(rows["lines"].sum()) - kept
        observed.append(_observed(once))
        positions = (once if once["position"].all() else once.filter("position")).select(
            pl.lit(source).alias(name) if name == "source" else pl.col(name).cast(dtype)
            for name, dtype in POSITIONS.items()
        )
        found.positions += positions.height
        if positions.height:
            path = scatter.folder / f"positions-{bucket}-{len(written)}.parquet"
            written.append(_written(positions, path))
    said = scatter.said(bucket)
    history = identities.runs(pl.concat(observed), said, dialect, source) if said.height else empty(IDENTITIES)
    found.runs = history.height
    if written:
        found.files["positions"][bucket] = _as_one(written, scatter.folder / f"positions-{bucket}.parquet")
    if history.height:
        found.files["identities"][bucket] = _written(history, scatter.folder / f"identities-{bucket}.parquet")
    return found


def _written(table: pl.DataFrame, path: Path) -> Path:
    table.write_parquet(path, compression="zstd", compression_level=1)
    return path


def _as_one(paths: list[Path], path: Path) -> Path:
    """Several files as one, in their order; never held whole."""
    if len(paths) == 1:
        return paths[0].rename(path)
    whole = pl.scan_parquet(paths, glob=False, hive_partitioning=False)
    whole.sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True)
    for part in paths:
        part.unlink()
    return path


def _ranges(parts: list[pl.LazyFrame]) -> Iterator[pl.Expr]:
    """What holds for the rows of each piece: whole ships, or of a ship with too many rows whole moments, in order."""
    counts = pl.concat([part.group_by("ship").len().collect() for part in parts])
    counts = counts.group_by("ship").agg(pl.col("len").sum()).sort("ship")
    low, high, held = None, None, 0
    for ship, count in counts.iter_rows():
        if held and held + count > MOST_AT_ONCE_ROWS:
            yield pl.col("ship").is_between(low, high)
            low, held = None, 0
        if count > MOST_AT_ONCE_ROWS:
            of_ship = pl.col("ship") == ship
            times = pl.concat([part.filter(of_ship).select("time").collect() for part in parts])["time"].sort()
            edges = times.gather_every(MOST_AT_ONCE_ROWS).unique().sort().to_list()
            for since, until in zip(edges, [*edges[1:], None], strict=True):
                before = pl.col("time") < until if until is not None else pl.lit(True)
                yield of_ship & (pl.col("time") >= since) & before
            continue
        low, high, held = ship if low is None else low, ship, held + count
    if held:
        yield pl.col("ship").is_between(low, high)


def _observed(rows: pl.DataFrame) -> pl.DataFrame:
    """Unbroken stretches of rows that say the same in every identity field: "ship", "said", times, count, first row."""
    rows = rows.select("ship", "time", "row", "said")
    rows = rows if rows["said"].null_count() == 0 else rows.filter(pl.col("said").is_not_null())
    ship, said = rows["ship"].to_numpy(), rows["said"].to_numpy()
    starts: NDArray[np.int64] = np.flatnonzero(
        np.concatenate([[True] * bool(ship.size), (ship[1:] != ship[:-1]) | (said[1:] != said[:-1])])
    )
    ends = np.append(starts, ship.size)[1:]
    begin = rows[starts]
    return begin.select("ship", "said", pl.col("time").alias("first_seen"), "row").with_columns(
        rows["time"][ends - 1].alias("last_seen"), pl.Series("messages", ends - starts, dtype=pl.Int64)
    )
