"""The sha256 of image files, each file read once for it: what a picture or a status rests on is named by content.

A file's hash is kept beside the results under its path, size and time of change, so that a second run over the same
files reads none of them. What lies behind an address is read in windows only and never whole: it has no hash here.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

_PIECE = 1 << 20


def of_files(paths: Iterable[str], folder: Path) -> dict[str, str]:
    """The sha256 of each path that is a file on this disk; what is gone, or lies behind an address, is left out.

    Args:
        paths: files and addresses.
        folder: where hashes are kept, one small file a path, so that processes beside each other do not meet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for path in sorted(set(paths)):
        try:
            about = Path(path).stat()
        except OSError:
            continue
        whole = str(Path(path).resolve())
        stamp: list[str | int] = [whole, about.st_size, about.st_mtime_ns]
        kept = folder / f"{hashlib.sha256(whole.encode()).hexdigest()[:24]}.json"
        digest = _kept(kept, stamp)
        if not digest:
            digest = of_file(Path(path))
            write_whole(kept, json.dumps({"file": stamp, "sha256": digest}).encode())
        found[path] = digest
    return found


def of_file(path: Path) -> str:
    """The sha256 of a file, read a piece at a time."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary one beside it, then renamed over it."""
    handle, held = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(held).chmod(0o644)
        os.replace(held, path)
    finally:
        Path(held).unlink(missing_ok=True)


def _kept(path: Path, stamp: Sequence[str | int]) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return str(told["sha256"]) if told["file"] == stamp else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
