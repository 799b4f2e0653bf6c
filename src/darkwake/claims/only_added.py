"""A file of lines that is only ever added to: read within bounds, written under a lock, synced, or left as it was."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from darkwake.errors import CaseBusy, Unreadable

_CHUNK = 1 << 20
_WAIT_S = 10.0
_FAR = 1 << 40
"""Where Windows locks a byte: a lock there keeps others from reading what it covers, and nothing lies that far out."""


class Line(NamedTuple):
    """A line as it lies in the file."""

    number: int
    """1 for the first."""
    content: bytes | None
    """Without its line end; None where it is longer than was asked for."""
    end: int
    """Bytes of the file up to its end, with its line end."""
    finished: bool
    """Whether its line end is there."""


def lines(file: BinaryIO, *, longest: int) -> Iterator[Line]:
    """Every line from the beginning; no more than `longest` bytes and a little of one are ever in memory."""
    file.seek(0)
    end = number = 0
    while content := file.readline(longest + 2):
        number += 1
        end += len(content)
        finished = content.endswith(b"\n")
        if finished or len(content) <= longest:
            yield Line(number, content.removesuffix(b"\n"), end, finished)
            continue
        while not finished and (content := file.readline(_CHUNK)):
            end += len(content)
            finished = content.endswith(b"\n")
        yield Line(number, None, end, finished)


@dataclass(slots=True)
class Written:
    """A file that is open and locked."""

    file: BinaryIO

    def write_at(self, end: int, text: bytes) -> None:
        """Cut the file off at `end` and write there, synced.

        Raises:
            OSError: The disk did not take it. What was written of it is cut off again.
        """
        # past the buffer of reading: what is told written is with the system, and nothing is written at the closing
        to = self.file.fileno()
        os.ftruncate(to, end)
        os.lseek(to, end, os.SEEK_SET)
        try:
            left = memoryview(text)
            while left:
                left = left[os.write(to, left) :]
            os.fsync(to)
        except OSError:
            os.ftruncate(to, end)
            raise


@contextmanager
def written(path: Path, *, held: AbstractContextManager[Any] | None = None) -> Iterator[Written]:
    """A file, made where there is none, that nobody else writes meanwhile.

    The lock is the system's own on the open file, so one that was killed leaves none behind.

    Raises:
        CaseBusy: Another holds it, and went on holding it.
        Unreadable: There is no such folder, or the file cannot be written.
    """
    with held or nullcontext():
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            raise Unreadable(
                f"it cannot be written ({error.strerror})", where=str(path), to_do="Name a file in a folder of yours"
            ) from error
        with os.fdopen(descriptor, "r+b") as file, _locked(file, path):
            is_new = os.fstat(descriptor).st_size == 0
            yield Written(file)
            if is_new:
                _sync_folder(path.parent)


@contextmanager
def _locked(file: BinaryIO, path: Path) -> Iterator[None]:
    until = time.monotonic() + _WAIT_S
    while not _lock(file.fileno(), on=True):
        if time.monotonic() > until:
            raise CaseBusy(
                "another program is writing this file", where=str(path), to_do="Wait until it has ended, and try again"
            )
        time.sleep(0.02)
    try:
        yield
    finally:
        _lock(file.fileno(), on=False)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, on: bool) -> bool:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK if on else msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
        return True

    def _sync_folder(folder: Path) -> None:
        """Windows keeps a folder's entries by itself."""

else:
    import fcntl

    def _lock(descriptor: int, *, on: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if on else fcntl.LOCK_UN)
        except OSError:
            return False
        return True

    def _sync_folder(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
