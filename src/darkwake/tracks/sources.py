"""What lies at a path: its hash, its container (plain, zip, zstd, gzip), its members, and what kind each is.

Containers are told by their first bytes, never by the name. Everything streams: no file is held whole.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import polars as pl
import zstandard

from darkwake.errors import DarkwakeError, Unreadable, WrongUse
from darkwake.tracks import nmea
from darkwake.tracks.dialects import Columns, Dialect, recognise

HEAD_BYTES = 65_536
"""How much of the start of a file is looked at to tell its kind."""
BLOCK_BYTES = 16 << 20
LONGEST_LINE_BYTES = 1 << 20

Shape = Literal["csv", "parquet", "nmea"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file or a member of an archive is read as."""

    shape: Shape
    dialect: Dialect | None = None
    separator: str = ","

    @property
    def name(self) -> str:
        """Such as "dma-csv", "table-parquet", "nmea"."""
        return "nmea" if self.dialect is None else f"{self.dialect.name}-{self.shape}"


@dataclass(frozen=True, slots=True)
class Member:
    """A stream of rows: the file itself, or one member of a zip."""

    name: str
    kind: Kind | None
    """None: nothing that we read."""
    open: Callable[[], IO[bytes]]


class Hashing:
    """The sha256 of a file's bytes, taken beside other work; used as a context, at whose end it stops."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done = 0
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._digest = self._pool.submit(self._hash)

    def __enter__(self) -> Hashing:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._pool.shutdown()

    def wait(self, tell: Callable[[int], None] = lambda _: None) -> str:
        """64 hex digits, once they are known; until then `tell` is called with the bytes done."""
        with reading(self._path):
            while True:
                done, _ = wait([self._digest], timeout=0.1)
                tell(self._done)
                if done:
                    return self._digest.result()

    def _hash(self) -> str:
        digest = hashlib.sha256()
        with self._path.open("rb") as file:
            while not self._stop.is_set() and (block := file.read(1 << 20)):
                digest.update(block)
                self._done += len(block)
        return digest.hexdigest()


def kind_of(head: bytes, columns: Columns | None = None) -> Kind | None:
    """The kind of a text by its first bytes; None where it is nothing that we read."""
    if not head or b"\0" in head:
        return None
    if nmea.looks_like(head):
        return Kind("nmea")
    for separator in sorted(",;\t|", key=lambda sign: -first_line(head).count(sign.encode())):
        names = header(head, separator)
        dialect = recognise(names, columns) if len(names) > 1 else None
        if dialect is not None:
            return Kind("csv", dialect, separator)
    return None


def header(head: bytes, separator: str = ",") -> list[str]:
    """The column names in the first line that is not empty."""
    text = first_line(head).decode("utf-8", "replace")
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return []


def first_line(head: bytes) -> bytes:
    """The first line that is not empty, without a byte order mark."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r")


def members(path: Path, columns: Columns | None = None) -> list[Member]:
    """The streams of rows in a file, in the order in which their rows are numbered.

    Raises:
        Unreadable: the file is empty or its container is damaged.
    """
    with reading(path):
        with path.open("rb") as file:
            magic = file.read(4)
        if not magic:
            raise Unreadable("the file is empty", where=str(path), to_do="Fetch or export it again")
        if magic == b"PAR1":
            dialect = recognise(pl.read_parquet_schema(path), columns)
            return [Member(path.name, Kind("parquet", dialect) if dialect else None, lambda: path.open("rb"))]
        if magic[:2] == b"PK":
            return _zip_members(path, columns)
        opener = _opener(path, magic)
        return [Member(path.name, kind_of(_head(opener), columns), opener)]


def _zip_members(path: Path, columns: Columns | None) -> list[Member]:
    found = []
    with zipfile.ZipFile(path) as archive:
        for item in archive.infolist():
            if item.is_dir() or item.filename.startswith("__MACOSX/"):
                continue

            def opened(name: str = item.filename) -> IO[bytes]:
                # the member keeps its own handle on the archive open for as long as it is read
                return zipfile.ZipFile(path).open(name)

            found.append(Member(item.filename, kind_of(_head(opened), columns), opened))
    if not found:
        raise Unreadable("the zip holds no file", where=str(path), to_do="Fetch or export it again")
    return found


def _opener(path: Path, magic: bytes) -> Callable[[], IO[bytes]]:
    if magic == b"\x28\xb5\x2f\xfd":
        return lambda: io.BufferedReader(_Zstd(path), 1 << 20)
    if magic[:2] == b"\x1f\x8b":
        return lambda: io.BufferedReader(gzip.open(path), 1 << 20)
    return lambda: path.open("rb")


def _head(opener: Callable[[], IO[bytes]]) -> bytes:
    with opener() as stream:
        return stream.read(HEAD_BYTES)


class _Zstd(io.RawIOBase):
    """A zstd file as a stream; unlike the library's own reader it notices a file that is cut short."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._pieces = self._decompressed()
        self._ready = b""

    def _decompressed(self) -> Iterator[bytes]:
        frame = None
        while piece := self._file.read(16_384):
            while piece:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(piece)
                piece = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
        if frame is not None:
            raise EOFError("the zstd stream is cut short")

    def readable(self) -> bool:
        """It can only be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next decompressed bytes; 0 at the end."""
        view = memoryview(buffer)
        while not self._ready:
            following = next(self._pieces, None)
            if following is None:
                return 0
            self._ready = following
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        """Close the file beneath too."""
        self._file.close()
        super().close()


def blocks(stream: IO[bytes], where: str, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The stream in blocks of whole lines that end in a line feed alone, the last line completed if need be.

    Raises:
        Unreadable: a line is longer than a line of any such file.
    """
    while piece := stream.read(size):
        if not piece.endswith(b"\n"):
            begun = len(piece) - 1 - piece.rfind(b"\n")
            tail = stream.readline(max(LONGEST_LINE_BYTES + 1 - begun, 1))
            if begun + len(tail) > LONGEST_LINE_BYTES and not tail.endswith(b"\n"):
                raise Unreadable("a line is longer than 1 MiB", where=where, to_do="Check that it is a text file")
            # the last line of a file may have no end
            piece += tail if tail.endswith(b"\n") else tail + b"\n"
        yield piece.replace(b"\r\n", b"\n") if b"\r" in piece else piece


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever a broken file makes a library raise comes out as `Unreadable`, with the file's name."""
    try:
        yield
    except DarkwakeError:
        raise
    except IsADirectoryError as error:
        raise WrongUse("it is a folder", where=str(path), to_do="Name the files in it") from error
    except FileNotFoundError as error:
        raise WrongUse("there is no such file", where=str(path), to_do="Check the path") from error
    except PermissionError as error:
        raise Unreadable("reading it is not allowed", where=str(path), to_do="Change its permissions") from error
    except (
        OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zlib.error, zipfile.BadZipFile,
        zstandard.ZstdError, pl.exceptions.PolarsError, pl.exceptions.PanicException,
    ) as error:  # fmt: skip
        raise Unreadable(
            f"it cannot be read to its end ({str(error).splitlines()[0] if str(error) else type(error).__name__})",
            where=str(path),
            to_do="It is damaged, cut short, encrypted, or not what its name says: fetch or export it again",
        ) from error


def sniff(path: str | Path, *, columns: Columns | None = None) -> str | None:
    """What the file would be read as, such as "dma-csv", "marinecadastre-parquet", "nmea" or, by a map, "table-csv".

    None where it is nothing that we read, is empty, damaged, or no file. Reads at most the first 64 KiB of each
    member, and never raises.
    """
    try:
        names = [member.kind.name for member in members(Path(path), columns) if member.kind]
    except (DarkwakeError, Exception):  # hostile bytes: whatever they provoke, they are no track file
        return None
    return "+".join(dict.fromkeys(names)) or None
