"""The two passes: scatter the rows of a source by bucket, then sort each bucket and write its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from darkwake.schema import IDENTITIES, IDENTITY_FIELDS, POSITIONS, empty
from darkwake.tracks import identities
from darkwake.tracks.dialects import Dialect
from darkwake.tracks.store import bucket_of

IN_MEMORY_BYTES = 128 << 20
"""How much of a source's rows (some two million of them) is held back from the disk in the first pass."""


@dataclass(frozen=True, slots=True)
class _Slices:
    """A table sorted by bucket, on disk uncompressed, so that a bucket can be cut out without reading the rest."""

    table: pl.LazyFrame
    slices: Mapping[int, tuple[int, int]]

    @staticmethod
    def of(table: pl.DataFrame, path: Path | None) -> _Slices:
        """Sort `table`, which has a "bucket", and write it to `path`, or hold it where there is none."""
        ordered = table.sort("bucket")
        lengths = ordered.group_by("bucket", maintain_order=True).len()
        starts = lengths["len"].cum_sum() - lengths["len"]
        slices = dict(zip(lengths["bucket"], zip(starts, lengths["len"], strict=True), strict=True))
        if path is None:
            return _Slices(ordered.lazy(), slices)
        ordered.write_ipc(path, compression="uncompressed")
        return _Slices(pl.scan_ipc(path), slices)

    def scan(self, bucket: int) -> pl.LazyFrame | None:
        """The rows of a bucket; None where it has none."""
        return self.table.slice(*self.slices[bucket]) if bucket in self.slices else None


class Scatter:
    """The first pass: chunks sorted by bucket, on disk but for the first; what ships say of themselves kept apart.

    A row's identity fields are the same as in the row before in nearly every case, so the chunk holds a hash of them
    and each distinct set of values is written once a chunk.
    """

    def __init__(self, folder: Path, buckets: int) -> None:
        self.folder = folder
        self.buckets = buckets
        self._chunks: list[_Slices] = []
        self._said: list[_Slices] = []
        self._days: list[str] = []
        self._held = 0

    def take(self, kept: pl.DataFrame) -> None:
        """Take in one chunk."""
        if kept.is_empty():
            return
        anything = pl.any_horizontal(pl.col(name).is_not_null() for name in IDENTITY_FIELDS)
        keyed = kept.with_columns(
            bucket_of(pl.col("ship"), self.buckets).alias("bucket"),
            pl.when(anything).then(pl.struct(IDENTITY_FIELDS).hash()).alias("said"),
        )
        number = len(self._chunks)
        said = keyed.filter(pl.col("said").is_not_null()).select("bucket", "ship", "said", *IDENTITY_FIELDS)
        rows = keyed.drop(IDENTITY_FIELDS)
        self._held += int(rows.estimated_size())
        spilled = None if self._held <= IN_MEMORY_BYTES else self.folder / f"chunk-{number}.arrow"
        self._chunks.append(_Slices.of(rows, spilled))
        # always to disk: in memory each text would hold on to the whole block that it was read from
        self._said.append(_Slices.of(said.unique(["ship", "said"]), self.folder / f"said-{number}.arrow"))
        self._days += [str(kept["time"].min())[:10], str(kept["time"].max())[:10]]

    def bucket(self, bucket: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """All rows of a bucket, and the distinct identity values in it."""
        rows = [part for chunk in self._chunks if (part := chunk.scan(bucket)) is not None]
        said = [part for chunk in self._said if (part := chunk.scan(bucket)) is not None]
        if not rows:
            return pl.DataFrame(), pl.DataFrame()
        values = pl.concat(said).collect().unique(["ship", "said"]) if said else None
        return pl.concat(rows).collect(), pl.DataFrame() if values is None else values.drop("bucket")

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
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in ("ship", "time", "lat", "lon"))
    for bucket in range(scatter.buckets):
        rows, said = scatter.bucket(bucket)
        if rows.is_empty():
            continue
        # a null position equals nothing, so messages without one are never duplicates
        rows = rows.sort("ship", "time", "lat", "lon", "row").with_columns(same.fill_null(False).alias("again"))
        once = rows.filter(~pl.col("again"))
        total, kept = int(rows["lines"].sum()), int(once["lines"].sum())
        found.kept += kept
        found.duplicates += total - kept
        positions = once.filter("position").select(
            pl.lit(source).alias(name) if name == "source" else pl.col(name).cast(dtype)
            for name, dtype in POSITIONS.items()
        )
        history = identities.runs(_observed(once, said), dialect, source) if said.height else empty(IDENTITIES)
        found.positions += positions.height
        found.runs += history.height
        for name, table in (("positions", positions), ("identities", history)):
            if table.height:
                path = scatter.folder / f"{name}-{bucket}.parquet"
                table.write_parquet(path, compression="zstd", compression_level=1)
                found.files[name][bucket] = path
        tell(bucket + 1)
    return found


def _observed(rows: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Unbroken stretches of rows that say the same in every identity field, with what they say."""
    change = ~((pl.col("ship") == pl.col("ship").shift()) & (pl.col("said") == pl.col("said").shift())).fill_null(False)
    return (
        rows.select("ship", "time", "row", "said")
        .filter(pl.col("said").is_not_null())
        .with_columns(change.cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("ship", "said").first(),
            pl.col("time").first().alias("first_seen"),
            pl.col("time").last().alias("last_seen"),
            pl.len().cast(pl.Int64).alias("messages"),
            pl.col("row").first(),
        )
        .join(said, on=["ship", "said"], how="left", maintain_order="left")
    )
