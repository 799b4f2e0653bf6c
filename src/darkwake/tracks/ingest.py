"""From files to the store: read in chunks, clean, scatter by bucket, then sort each bucket and commit.

Two passes, so that memory is that of a chunk in the first and of a bucket in the second. Exact duplicates are found
in the second pass, where all rows of a ship lie together.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from darkwake.errors import TooManyRefused, UnknownKind, Unreadable
from darkwake.evidence import Source
from darkwake.tracks import nmea
from darkwake.tracks.clean import clean
from darkwake.tracks.dialects import BY_MAP, Columns, Dialect, missing_of_map
from darkwake.tracks.fields import Chunk
from darkwake.tracks.scatter import Known, Part, Scatter, sort
from darkwake.tracks.several import in_turn
from darkwake.tracks.sources import HEAD_BYTES, Hashing, Kind, Member, blocks, header, members, reading
from darkwake.tracks.store import BUCKETS, Store, writing
from darkwake.tracks.tables import Block, read_csv, read_parquet

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much (None where that is not known)."""

_SCRATCH = ".scatter-"
_UNKNOWN_MEMBER = "zip member of unknown kind"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one path."""

    source: Source
    new: bool
    """False: the store had it already, and nothing was changed."""
    positions: int
    identities: int
    """How many runs."""
    messages: Mapping[str, int] = field(default_factory=dict)
    """NMEA: complete messages by type, kept or not."""
    blanked: Mapping[str, int] = field(default_factory=dict)
    """Side values of kept rows that were set to null, by cause."""
    members: Mapping[str, int] = field(default_factory=dict)
    """The first row of each member of a zip."""

    def says(self) -> str:
        """One readable line."""
        one = self.source
        if not self.new:
            return f"{one.name}: already there, nothing changed"
        head = f"{one.name}: {one.kind}, {one.rows:,} rows, {one.kept:,} kept, {self.positions:,} positions"
        if one.rows and not one.kept:
            head = f"{one.name}: NOTHING WAS KEPT of {one.rows:,} rows ({one.kind})"
        if not one.rows:
            head = f"{one.name}: THERE ARE NO ROWS in it ({one.kind})"
        refused = ", ".join(f"{count:,} {reason}" for reason, count in one.refused.items())
        return f"{head}; refused: {refused}" if refused else head


def ingest(
    paths: Iterable[str | Path] | str | Path,
    store: str | Path,
    *,
    columns: Columns | None = None,
    invented: bool = False,
    progress: Progress | None = None,
    buckets: int = BUCKETS,
    allow_refused: float = 1.0,
) -> list[Added]:
    """Add files to a store, each exactly once by its content; the store is made if there is none.

    Args:
        paths: the files.
        store: the store's folder.
        columns: a column map for tables that have its columns; other tables are read by their dialect.
        invented: mark the sources as made up.
        progress: see `Progress`.
        buckets: of a new store; one that exists keeps its own.
        allow_refused: the largest share of a source's rows that may be refused, lines without any message left out.

    Returns:
        What became of each path, in the order given.

    Raises:
        WrongUse: a path is no file, the store's folder holds other things, another run is writing to it.
        UnknownKind, Unreadable, MissingColumn: a file cannot be used. Files before it in the order are in the store,
            nothing of it is, and of an unknown kind among them all are told before the first is read.
        TooManyRefused: more than `allow_refused` of a file's rows were refused; nothing of it was taken.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    streams = {path: _streams(path, columns) for path in files}
    opened = Store.opened(store, buckets=buckets)
    tell = progress or (lambda *_: None)
    with opened.lock():
        for left in opened.path.glob(_SCRATCH + "*"):  # of a run that was killed
            shutil.rmtree(left)
        sizes = {source.bytes for source in opened.sources()}
        return [_add(path, streams[path], opened, sizes, invented, tell, allow_refused) for path in files]


def _streams(path: Path, columns: Columns | None) -> list[Member]:
    """The members of a file, at least one of which we can read."""
    found = members(path, columns)
    if any(member.kind for member in found):
        return found
    with reading(path):
        with path.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
        if is_parquet:
            names = list(pl.read_parquet_schema(path))
        else:
            with found[0].open() as stream:
                head = stream.read(HEAD_BYTES).lstrip()
            table = head[:1] not in (b"", b"<", b"{", b"[") and b"\0" not in head and head.isascii()
            names = max((header(head, sign) for sign in ",;\t|"), key=len) if table else []
    if len(names) > 1:
        lacking = missing_of_map(names, columns) if columns else []
        cause = f"the column map names {', '.join(lacking)}, which it has not" if lacking else "no dialect fits"
        to_do = "give a column map, such as --columns time=Time,ship=MMSI,lat=Latitude,lon=Longitude"
        raise UnknownKind(
            f"the table's layout is not known ({cause})",
            where=str(path),
            to_do=f"Its columns are {', '.join(names)[:600]}; {to_do}",
        )
    raise UnknownKind(
        "it holds no ship positions that we can read",
        where=str(path),
        to_do="Known are the tables of the Danish Maritime Authority, MarineCadastre and Global Fishing Watch (CSV, "
        "also zip, zst, gz; Parquet), NMEA (AIVDM), and any other table by a column map",
    )


def _add(
    path: Path, streams: list[Member], store: Store, sizes: set[int], invented: bool, tell: Progress, allowed: float
) -> Added:
    """One file into the store; `sizes` are those of the sources that are in it, in bytes."""
    with reading(path):
        before = path.stat()
    with Hashing(path) as hashing:
        if before.st_size in sizes:  # it may be there: nothing else is worth doing before that is known
            digest = hashing.wait(lambda done: tell(f"hashing {path.name}", done, before.st_size))
            if store.has(digest):
                return _known(store, digest)
        with (
            writing(store.path),
            tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=store.path, ignore_cleanup_errors=True) as scratch,
            writing(store.path),  # once more, so that it is asked before the scratch is gone whether the disk is full
        ):
            scatter = Scatter(Path(scratch), store.buckets)
            read = _Reader(path, streams, store.buckets)
            with closing(read.parts()) as parts:
                for part in parts:
                    scatter.take(part)
                    tell(f"reading {path.name}", read.rows, None)
            scatter.settle()
            digest = hashing.wait(lambda done: tell(f"hashing {path.name}", done, before.st_size))
            if store.has(digest):
                return _known(store, digest)
            with reading(path):
                after = path.stat()
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise Unreadable("the file was changed while it was read", where=str(path), to_do="Add it again")
            sorted_ = sort(scatter, digest, read.dialect, lambda n: tell(f"sorting {path.name}", n, store.buckets))
            refused = read.refused + Counter({"exact duplicate": sorted_.duplicates} if sorted_.duplicates else {})
            source = Source(
                sha256=digest,
                name=path.name,
                kind=read.kind,
                bytes=before.st_size,
                rows=sorted_.kept + refused.total(),
                kept=sorted_.kept,
                refused=dict(sorted(refused.items())),
                dated=scatter.dated(),
                invented=invented,
            )
            _check_share(source, path, allowed)
            details: dict[str, Any] = {
                "positions": sorted_.positions,
                "identities": sorted_.runs,
                "messages": {str(kind): count for kind, count in sorted(read.tally.messages.items())},
                "blanked": dict(sorted(read.blanked.items())),
                "members": read.first_rows if len(streams) > 1 else {},
            }
            store.commit(source, details, sorted_.files)
            sizes.add(before.st_size)
    return Added(source=source, new=True, **details)


def _known(store: Store, digest: str) -> Added:
    """What became of a source when it was added before."""
    known = next(one for one in store.sources() if one.sha256 == digest)
    return Added(source=known, new=False, **store.details()[digest])


def _check_share(source: Source, path: Path, allowed: float) -> None:
    """Raise where more was refused than the caller allows."""
    aside = sum(count for reason, count in source.refused.items() if reason.startswith(nmea.NO_MESSAGE))
    rows, refused = source.rows - aside, source.rows - source.kept - aside
    if rows and refused / rows > allowed:
        most = sorted(source.refused.items(), key=lambda item: -item[1])[:5]
        raise TooManyRefused(
            f"{refused:,} of {rows:,} rows were refused, more than the {allowed:.0%} allowed "
            f"({', '.join(f'{reason} {count:,}' for reason, count in most)})",
            where=str(path),
            to_do="Look at the reasons; then mend the file or the column map, or allow more",
        )


@dataclass(slots=True)
class _Reader:
    """The cleaned chunks of one file, and what was counted on the way."""

    path: Path
    streams: list[Member]
    buckets: int
    rows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    blanked: Counter[str] = field(default_factory=Counter)
    tally: nmea.Tally = field(default_factory=nmea.Tally)
    first_rows: dict[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kinds of the members that can be read."""
        return "+".join(dict.fromkeys(member.kind.name for member in self.streams if member.kind))

    @property
    def dialect(self) -> Dialect | None:
        """Whose words for "not given" hold for the identities."""
        found = [member.kind.dialect for member in self.streams if member.kind]
        return found[0]

    def parts(self) -> Generator[Part]:
        """Kept rows, made ready; the rows of a zip's members are numbered on from one to the next."""
        with closing(in_turn(self._tasks())) as ready:
            for cleaned, part, following in ready:
                self.refused += cleaned[0]
                self.blanked += cleaned[1]
                self.rows = following - 1
                yield part
        self.refused += self.tally.refused

    def _tasks(self) -> Iterator[Callable[[], _Ready]]:
        """What is to be done with each piece of the file; reading it is done here, the rest where there is time."""
        following, known = 1, Known()
        for member in self.streams:
            self.first_rows[member.name] = following
            if member.kind is None:
                self.refused[_UNKNOWN_MEMBER] += 1
                continue
            raw = _raw(self.path, member, member.kind, self.tally, following)
            plain = Columns() if member.kind.dialect is None else member.kind.dialect.columns
            while True:
                with reading(self.path):  # only what the reader raises is the file's fault
                    step = next(raw, None)
                if step is None:
                    break
                piece, following = step
                yield partial(_ready, self.path, piece, plain, self.buckets, known, following)


_Ready = tuple[tuple[Counter[str], Counter[str]], Part, int]


def _ready(
    path: Path, piece: Block | pl.DataFrame, columns: Columns, buckets: int, known: Known, following: int
) -> _Ready:
    """One piece of a file, cleaned: what was refused and blanked, the kept rows, and the next row's number."""
    with reading(path):
        chunk = piece.read() if isinstance(piece, Block) else Chunk(piece)
    cleaned = clean(chunk.rows, columns)
    return (cleaned.refused, cleaned.blanked), Part.of(cleaned.kept, chunk.said, buckets, known), following


def _raw(
    path: Path, member: Member, kind: Kind, tally: nmea.Tally, first: int
) -> Iterator[tuple[Block | pl.DataFrame, int]]:
    if kind.shape == "parquet":
        yield from read_parquet(path, kind.dialect or BY_MAP)
        return
    with member.open() as stream:
        if kind.shape == "nmea":
            yield from nmea.read(stream, tally, lambda text: blocks(text, str(path)), first_row=first)
            return
        for block in read_csv(stream, kind, where=str(path), first_row=first):
            yield block, block.following
