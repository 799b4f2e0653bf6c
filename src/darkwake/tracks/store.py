"""The store: three Delta tables in a folder, positions and identities bucketed by ship.

    store.json     the number of buckets, written last when a store is made
    sources/       one row a source: what was read, kept and refused
    identities/    schema.IDENTITIES, a file a bucket a source
    positions/     schema.POSITIONS, a file a bucket a source, sorted by ship and time

A source goes in by three commits in that order: identities, sources, positions; each carries the source's sha256 as
its application transaction, and the commit to positions is the one that counts. Until it stands, readers see nothing
of the source; a run that was killed before is simply done again and makes up the commits that are missing.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction
from filelock import FileLock, Timeout

from darkwake.errors import DarkwakeError, Refused, WrongUse
from darkwake.evidence import Source, canonical_json
from darkwake.schema import IDENTITIES, POSITIONS, SHIPS, empty
from darkwake.tracks.identities import coalesced
from darkwake.tracks.ships import summed

BUCKETS = 16
MOST_BUCKETS = 128
"""More make many small files and no reader faster."""

SOURCES = pl.Schema(
    {
        "sha256": pl.String,
        "name": pl.String,
        "kind": pl.String,
        "bytes": pl.Int64,
        "rows": pl.Int64,
        "kept": pl.Int64,
        "refused": pl.String,  # JSON: rows by reason
        "dated": pl.String,
        "invented": pl.Boolean,
        "details": pl.String,  # JSON: what else was counted, see ingest.Added
    }
)

_SETTINGS = {"delta.checkpointInterval": "10"}
"""A table is opened from its last checkpoint and the commits after it, each a file, so that they had better be few."""

_TABLES: Mapping[str, pl.Schema] = {"identities": IDENTITIES, "sources": SOURCES, "positions": POSITIONS}
_DELTA = {pl.Int64: "long", pl.Int8: "byte", pl.Float64: "double", pl.Float32: "float", pl.String: "string",
          pl.Boolean: "boolean", pl.Datetime: "timestamp_ntz"}  # fmt: skip


def bucket_of(ship: pl.Expr, buckets: int) -> pl.Expr:
    """The bucket of a ship, 0 to `buckets` - 1, as Int32.

    The multiplicative hash of Knuth (The Art of Computer Programming 3, 6.4): 32 bits of the MMSI times 2654435761,
    of which the upper half is used; so the numbers of one country or one yard's fleet spread evenly.
    """
    mixed = (ship.cast(pl.UInt64) * 2_654_435_761) % (1 << 32) // (1 << 16)
    return (mixed % buckets).cast(pl.Int32)


class Store:
    """A store that stands at `path`."""

    def __init__(self, path: str | Path) -> None:
        """Open the store.

        Raises:
            WrongUse: there is no store at that path.
            Refused: its store.json cannot be read.
        """
        self.path = Path(path)
        try:
            about = json.loads((self.path / "store.json").read_text(encoding="utf-8"))
            self.buckets = int(about["buckets"])
        except (FileNotFoundError, NotADirectoryError) as error:
            raise WrongUse(
                "there is no store of tracks",
                where=str(self.path),
                to_do="Make one with `darkwake tracks FILES -o STORE`",
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(
                "store.json is damaged", where=str(self.path), to_do="Delete the store and add the sources again"
            ) from error

    @staticmethod
    def opened(path: str | Path, *, buckets: int = BUCKETS) -> Store:
        """The store at `path`, made if there is none; one that exists keeps its own number of buckets.

        Raises:
            WrongUse: the number of buckets is not 1 to 128, or `path` holds other things.
        """
        folder = Path(path)
        if not 1 <= buckets <= MOST_BUCKETS:
            raise WrongUse(f"{buckets} buckets are not possible", to_do=f"Choose 1 to {MOST_BUCKETS}")
        if not (folder / "store.json").exists():
            others = _others(folder)
            if others:
                raise WrongUse(
                    f"the folder is no store and holds other things, such as {others[0]}",
                    where=str(folder),
                    to_do="Name a new or an empty folder",
                )
            folder.mkdir(parents=True, exist_ok=True)
            for name in _TABLES:
                bucketed = ["bucket"] if name != "sources" else []
                DeltaTable.create(
                    folder / name, _delta_schema(name), mode="ignore", partition_by=bucketed, configuration=_SETTINGS
                )
                _sync_log(folder / name, 0)
            _write_synced(folder / "store.json", canonical_json({"buckets": buckets, "format": 1}) + "\n")
        return Store(folder)

    def lock(self) -> FileLock:
        """The lock that a writer holds; entering it raises `WrongUse` while another run has it."""
        return _WriterLock(str(self.path / ".lock"), timeout=0)

    def has(self, sha256: str) -> bool:
        """Whether that source is in the store, whole."""
        return self._table("positions").transaction_version(sha256) is not None

    def commit(self, source: Source, details: Mapping[str, Any], files: Mapping[str, Mapping[int, Path]]) -> None:
        """Move a source's files in and commit them.

        Args:
            source: the register's row.
            details: the other counts.
            files: for "identities" and "positions", the file of each bucket that has rows, on the store's own disk.
        """
        register = self.path / "sources" / f"{source.sha256}.parquet"
        fresh = register.with_suffix(".new")
        _record(source, details).write_parquet(fresh)
        for name in ("identities", "sources", "positions"):
            written = {None: fresh} if name == "sources" else files[name]
            moved = [self._moved(name, bucket, path, source.sha256) for bucket, path in written.items()]
            table = self._table(name)
            # a run that was killed between two commits has left this one done
            if table.transaction_version(source.sha256) is None:
                self._commit(name, table, source.sha256, moved)

    def _moved(self, name: str, bucket: int | None, path: Path, sha256: str) -> Path:
        """The file in its place in the table, and on the disk."""
        folder = self.path / name if bucket is None else self.path / name / f"bucket={bucket}"
        folder.mkdir(exist_ok=True)
        _sync(path)
        place = folder / f"{sha256}.parquet"
        os.replace(path, place)
        _sync(folder)
        return place

    def _commit(self, name: str, table: DeltaTable, sha256: str, placed: list[Path]) -> None:
        actions: list[AddAction | RemoveAction] = [
            AddAction(
                path=path.relative_to(self.path / name).as_posix(),
                size=path.stat().st_size,
                partition_values={} if name == "sources" else {"bucket": str(_bucket_in(path))},
                modification_time=int(time.time() * 1000),
                data_change=True,
                stats=json.dumps(
                    {
                        "numRecords": pl.scan_parquet(path, glob=False, hive_partitioning=False)
                        .select(pl.len())
                        .collect()
                        .item()
                    }
                ),
            )
            for path in placed
        ]
        table.create_write_transaction(
            actions,
            mode="append",
            schema=_delta_schema(name),
            partition_by=["bucket"] if name != "sources" else [],
            commit_properties=CommitProperties(app_transactions=[Transaction(sha256, 1)]),
        )
        _sync_log(self.path / name, table.version() + 1)

    def shards(self) -> list[list[str]]:
        """The Parquet files of each bucket that has any, in bucket order, with exactly the columns of POSITIONS.

        A bucket's files are read together and put into `schema.in_order`; no ship is in two buckets.
        """
        return self._by_bucket("positions")

    def positions(self) -> pl.LazyFrame:
        """POSITIONS of the whole store, in no order and with what two sources both carry; see `schema.in_order`."""
        files = [path for shard in self.shards() for path in shard]
        if not files:
            return empty(POSITIONS).lazy()
        return pl.scan_parquet(files, glob=False, hive_partitioning=False).select(list(POSITIONS))

    def identities(self) -> pl.DataFrame:
        """IDENTITIES of the whole store, sorted by ship, field, first_seen; equal neighbours are one run."""
        counted = self._counted()
        parts = [
            pl.read_parquet(shard, glob=False, hive_partitioning=False).filter(pl.col("source").is_in(counted))
            for shard in self._by_bucket("identities")
        ]
        return coalesced(pl.concat([empty(IDENTITIES), *parts]))

    def sources(self) -> list[Source]:
        """Every source that is in the store whole, sorted by name."""
        return [source for source, _ in self._register()]

    def details(self) -> dict[str, dict[str, Any]]:
        """What else was counted of each source, by its sha256: see `ingest.Added`."""
        return {source.sha256: details for source, details in self._register()}

    def ships(self) -> pl.DataFrame:
        """SHIPS: each transmitter with its class, the count of its positions, the first and the last of them.

        Held at a time: some millions of rows, or those of one ship where it has more.
        """
        return pl.concat([empty(SHIPS), *(part for shard in self.shards() for part in summed(shard))]).sort("ship")

    def _table(self, name: str) -> DeltaTable:
        return DeltaTable(self.path / name)

    def _by_bucket(self, name: str) -> list[list[str]]:
        buckets: dict[int, list[str]] = {}
        for uri in self._table(name).file_uris():
            path = Path(uri.removeprefix("file://"))
            buckets.setdefault(_bucket_in(path), []).append(str(path))
        return [sorted(buckets[bucket]) for bucket in sorted(buckets)]

    def _counted(self) -> list[str]:
        return [source.sha256 for source, _ in self._register()]

    def _register(self) -> list[tuple[Source, dict[str, Any]]]:
        files = sorted(uri.removeprefix("file://") for uri in self._table("sources").file_uris())
        if not files:
            return []
        positions = self._table("positions")
        # asking Delta for a transaction takes as long as there are sources, a name of a file nothing
        placed = {Path(uri).stem for uri in positions.file_uris()}
        rows = pl.read_parquet(files, glob=False, hive_partitioning=False).sort("name", "sha256").to_dicts()
        found = []
        for row in rows:
            if row["sha256"] in placed or positions.transaction_version(row["sha256"]) is not None:
                details = json.loads(row.pop("details"))
                found.append((Source(**{**row, "refused": json.loads(row["refused"])}), details))
        return found


class _WriterLock(FileLock):
    """A file lock whose refusal is a sentence of ours."""

    def __enter__(self) -> _WriterLock:
        try:
            self.acquire()
        except Timeout as error:
            raise WrongUse(
                "another run is writing to this store",
                where=str(Path(self.lock_file).parent),
                to_do="Wait for it to end, then run again",
            ) from error
        return self


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """A disk that takes no more comes out as `WrongUse`, whatever library meets it."""
    try:
        yield
    except DarkwakeError:
        raise
    except (OSError, DeltaError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        number = error.errno if isinstance(error, OSError) else None
        said = str(error).lower()
        # a library may tell of the file that it could not end, and not of why
        unclear = number is None and _full(store)
        if number in _FULL or any(words in said for words in _FULL_WORDS) or unclear:
            raise WrongUse(
                "the disk is full, or takes no more of this user",
                where=str(store),
                to_do="Make room, or name a store on another disk, then run again; the store is as it was before",
            ) from error
        raise


def _full(folder: Path) -> bool:
    """Whether nothing more can be written there."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            written = file.write(bytes(_PROBE_BYTES))
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno in _FULL
    return written < _PROBE_BYTES  # where there is room for a part, that part is written


_PROBE_BYTES = 1 << 16
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = tuple(os.strerror(number).lower() for number in _FULL)


def _bucket_in(path: Path) -> int:
    return int(path.parent.name.removeprefix("bucket="))


def _others(folder: Path) -> list[str]:
    """What lies in a folder beside what a run leaves that was killed while it made a store."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [folder.name]
    return sorted({item.name for item in folder.iterdir()} - {*_TABLES, ".lock", "store.json.new"})


def _delta_schema(name: str) -> Schema:
    fields = [Field(column, PrimitiveType(_DELTA[dtype.base_type()])) for column, dtype in _TABLES[name].items()]
    return Schema(fields if name == "sources" else [*fields, Field("bucket", PrimitiveType("integer"))])


def _record(source: Source, details: Mapping[str, Any]) -> pl.DataFrame:
    row = {name: getattr(source, name, None) for name in SOURCES}
    row |= {"refused": canonical_json(source.refused), "details": canonical_json(details)}
    return pl.DataFrame([row], schema=SOURCES)


def _write_synced(path: Path, text: str) -> None:
    """Replace a file whole, and have it on the disk."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    _sync(fresh)
    os.replace(fresh, path)
    _sync(path.parent)


def _sync_log(table: Path, version: int) -> None:
    """Have a commit on the disk: Delta itself does not ask for it."""
    log = table / "_delta_log"
    _sync(log / f"{version:020d}.json")
    _sync(log)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
