"""An export on disk: whole or not at all, as one file, a folder or a zip, and what is said where it cannot be."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from darkwake.errors import WrongUse

_STAMP = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold: the same files are the same zip on every day."""


def write_file(path: Path, data: bytes) -> None:
    """Write a file: beside its place, synced, then renamed over it.

    Raises:
        WrongUse: there is no such folder, it may not be written, or the disk is full; what stood there stays.
    """
    with said(path):
        _in_a_folder(path)
        held = _beside(path)
        try:
            with held.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            held.chmod(0o644)
            held.replace(path)
        finally:
            held.unlink(missing_ok=True)


def write_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files as a folder, or as one zip where the path ends so; a folder that an export made is replaced.

    Raises:
        WrongUse: as `write_file`; or something stands there that is no such export.
    """
    if path.suffix.lower() == ".zip":
        write_file(path, zipped(files))
        return
    with said(path):
        _in_a_folder(path)
        if path.exists() and not _is_ours(path, files):
            raise WrongUse(
                "something else stands there", where=str(path), to_do="Name a new folder, or a file that ends in .zip"
            )
        made = Path(tempfile.mkdtemp(dir=path.parent, prefix=".writing-"))
        old = made.with_name(f"{made.name}-before")
        try:
            for name, data in files.items():
                with (made / name).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            made.chmod(0o755)
            if path.exists():
                path.rename(old)
            try:
                made.rename(path)
            except OSError:
                if old.exists():
                    old.rename(path)
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
            if path.exists():
                shutil.rmtree(old, ignore_errors=True)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip: the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name, data in files.items():
            about = zipfile.ZipInfo(name, _STAMP)
            about.compress_type, about.create_system, about.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(about, data)
    return out.getvalue()


@contextmanager
def said(path: Path) -> Iterator[None]:
    """What the disk refuses, said as an error of ours."""
    try:
        yield
    except OSError as error:
        raise WrongUse(
            f"it could not be written ({error.strerror or error}), and nothing was left half done",
            where=str(path),
            to_do="Make room or choose a place that you may write to, and export again",
        ) from error


def _in_a_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise WrongUse("there is no such folder", where=str(path.parent), to_do="Make it first, or name another")


def _beside(path: Path) -> Path:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    os.close(number)
    return Path(name)


def _is_ours(path: Path, files: Mapping[str, bytes]) -> bool:
    """Whether a folder is empty, or holds what an export of this kind wrote and nothing else."""
    if path.is_symlink() or not path.is_dir():
        return False
    ends = {Path(name).suffix for name in files}
    found = list(path.iterdir())
    first = next(iter(files))
    return not found or (
        all(one.is_file() and not one.is_symlink() and one.suffix in ends for one in found) and (path / first).exists()
    )
