"""What was fetched, from where, when, and under which licence: a line of JSON for each, only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from darkwake import __version__
from darkwake.errors import Unreadable
from darkwake.fetch.polite import Before, Got

FILE = "fetched.jsonl"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line."""

    name: str
    """What was asked for, such as "ofac-sdn"."""
    day: str
    """The day asked for; empty where the publication has no days."""
    file: str
    address: str
    at: str
    sha256: str
    bytes: int
    etag: str
    modified: str
    licence: str
    publisher: str
    made_by: str = f"fetch {__version__}"

    @staticmethod
    def of(got: Got, *, name: str, day: str, licence: str, publisher: str) -> Receipt:
        """From what arrived."""
        return Receipt(
            name, day, got.path.name, got.address, got.at, got.sha256, got.bytes, got.etag, got.modified, licence,
            publisher,
        )  # fmt: skip

    def as_dict(self) -> Mapping[str, object]:
        """Plain types."""
        return asdict(self)


def read(folder: Path) -> list[Receipt]:
    """Every receipt of a folder, from first to last; a line that was never finished does not count.

    Raises:
        Unreadable: a finished line is no receipt.
    """
    file = folder / FILE
    if not file.exists():
        return []
    found = []
    lines = file.read_bytes().split(b"\n")[:-1]
    for number, line in enumerate(lines, start=1):
        try:
            found.append(Receipt(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise Unreadable(
                f"line {number} is no receipt", where=str(file), to_do="Restore the file, or take it away"
            ) from error
    return found


def write(folder: Path, receipt: Receipt) -> None:
    """Add one line, whole and synced."""
    line = json.dumps(receipt.as_dict(), sort_keys=True, ensure_ascii=False).encode() + b"\n"
    with (folder / FILE).open("ab+") as file:
        file.seek(0)
        before = file.read()
        if before and not before.endswith(b"\n"):
            file.truncate(before.rfind(b"\n") + 1)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def last(folder: Path, name: str, day: str) -> Before | None:
    """The file of last time, where it still lies in the folder."""
    for one in reversed(read(folder)):
        path = folder / one.file
        if (one.name, one.day) == (name, day) and path.is_file() and path.stat().st_size == one.bytes:
            return Before(path, one.sha256, one.etag, one.modified)
    return None
