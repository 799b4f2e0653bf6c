"""A text inside a file: plain, gzipped, or alone of its kind in a zip; read as a stream, its faults as our errors."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from darkwake.errors import Unreadable, WrongUse

_CHUNK = 1 << 16

_MOST_BYTES = 1 << 30
"""A list unpacks to some tens of megabytes; what unpacks to more than a gigabyte was made to fill a disk."""

_AGAIN = "Download it again, or take the file from the publisher's site"

LEADS = "sdn.csv"
"""A zip with a file of this name is a set of which that file leads; see `ofac_csv`."""

_TEXTS = (".xml", ".csv", ".json", ".jsonl", ".ndjson")
"""Names of lists in a zip, by their ends; the first of these ends that occurs is the one looked for."""


def sha256_of(path: Path) -> str:
    """The sha256 of the file as it lies on disk, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def chunks(path: Path, member: str = "") -> Iterator[bytes]:
    """The unpacked bytes, in order.

    Args:
        path: The file.
        member: Which file of a zip, by its whole name; else the only one that may be a list.

    Raises:
        WrongUse: There is no such file.
        Unreadable: The packing is broken, cut short, or holds not exactly one list.
    """
    if not path.is_file():
        what = "is a folder, not a list" if path.is_dir() else "there is no such file"
        raise WrongUse(what, where=str(path), to_do="Check the path")
    seen = 0
    try:
        for chunk in _unpacked(path, member):
            seen += len(chunk)
            if seen > _MOST_BYTES:
                raise Unreadable(
                    f"unpacks to more than {_MOST_BYTES:,} bytes, which no sanctions list does",
                    where=path.name,
                    to_do=_AGAIN,
                )
            yield chunk
    except EOFError as error:
        raise Unreadable("the packed file is cut short", where=path.name, to_do=_AGAIN) from error
    except (gzip.BadGzipFile, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        # zipfile raises RuntimeError for an encrypted member, NotImplementedError for a packing that it does not know
        raise Unreadable(f"cannot be unpacked ({error})", where=path.name, to_do=_AGAIN) from error


def head(path: Path, size: int = 4096) -> bytes:
    """The first `size` unpacked bytes, or what there is of them."""
    found = b""
    for chunk in chunks(path):
        found += chunk
        if len(found) >= size:
            break
    return found[:size]


def _unpacked(path: Path, member: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        with gzip.open(path) as packed:
            yield from iter(lambda: packed.read(_CHUNK), b"")
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive, archive.open(member or _only(archive, path.name)) as text:
            yield from iter(lambda: text.read(_CHUNK), b"")
    else:
        with path.open("rb") as plain:
            yield from iter(lambda: plain.read(_CHUNK), b"")


def _only(archive: zipfile.ZipFile, where: str) -> str:
    """The one file of an archive that may be a list, or that leads a set."""
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    leads = [name for name in names if name.rpartition("/")[2].lower() == LEADS]
    if len(leads) == 1:
        return leads[0]
    end = next((end for end in _TEXTS if any(name.lower().endswith(end) for name in names)), ".xml")
    found = [name for name in names if name.lower().endswith(end)]
    if len(found) != 1:
        raise Unreadable(
            f"the archive holds {len(found)} {end[1:].upper()} files, where one is needed",
            where=where,
            to_do="Unpack it and give the list's own file",
        )
    return found[0]
