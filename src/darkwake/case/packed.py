"""A case as one file, to be opened elsewhere: a zip that says what is in it, made the same way every time.

The first entry, `darkwake-pack.json`, lists every file with its size and hash. The same case folder gives the same
bytes: entries are sorted, their times are fixed. `unpack` believes nothing: names, sizes and hashes have to be those of
the list, nothing leaves the folder, and that folder appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from darkwake.case import folder, history, opened
from darkwake.case.folder import CaseFolder, Progress
from darkwake.errors import Refused, Unreadable, WrongUse

LISTED = "darkwake-pack.json"
FORMAT = "darkwake-pack"
FORMAT_VERSION = 1
FILES = ("case.toml", "sources.jsonl", "decisions.jsonl", "claims.jsonl", "notes.jsonl", "case.json", "case.html")
FOLDERS = ("sources", history.FOLDER)
DERIVED = "derived"
MOST_BYTES = 200 << 30
"""Unpacked: more is no case of ours."""
MOST_FILES = 200_000
_MOST_LIST = 64 << 20
_TIME = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_PACKED = (".zip", ".gz", ".zst", ".bz2", ".xz", ".parquet", ".pdf", ".xlsx", ".png", ".jpg", ".jpeg")
"""Names of files that do not get smaller."""
# on Windows a colon, a star or a dot at the end would name something else
_UNSAFE = re.compile(r'[\x00-\x1f\\:*?"<>|]|[ .](?:/|$)' if os.name == "nt" else r"[\x00-\x1f\\]")


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds."""

    path: Path
    files: Mapping[str, tuple[int, str]]
    """Name -> bytes and sha256."""
    left_out: tuple[str, ...] = ()
    """What lies in the case folder and is no part of a case."""

    @property
    def bytes(self) -> int:
        """Of all files, unpacked."""
        return sum(size for size, _ in self.files.values())


# --- packing ---


def pack(case: CaseFolder, out: Path, *, with_derived: bool = False, progress: Progress | None = None) -> Pack:
    """The case as one file at `out`; the case's lock is held meanwhile.

    Args:
        case: The case.
        out: The file to make; nothing stands there yet.
        with_derived: Take the store and the tables too, so that the case need not be run again elsewhere.
        progress: Told of every file.

    Raises:
        WrongUse: Something stands at `out`, or the disk has no room.
        Unreadable: A source is not as it was added, or a newer version wrote the case.
    """
    if out.exists():
        raise WrongUse("something stands there already", where=str(out), to_do="Name another file, or move it away")
    if not out.parent.is_dir():
        raise WrongUse("there is no such folder", where=str(out.parent), to_do="Make it, or name another one")
    with case.lock():
        opened.not_newer(case.path / "case.json")
        names, left_out = _names(case.path, with_derived=with_derived)
        expected = {f"sources/{case.source_path(one).name}": one.sha256 for one in case.sources()}
        if lacking := sorted(set(expected) - set(names)):
            raise Unreadable("a source is missing", where=lacking[0], to_do="See: darkwake verify " + str(case.path))
        files = {}
        for number, name in enumerate(names):
            if progress:
                progress(f"hashing {name}", number, len(names))
            path = case.path / name
            files[name] = (path.stat().st_size, history.hash_of(path))
            if expected.get(name, files[name][1]) != files[name][1]:
                raise Unreadable(
                    "the source is not as it was added", where=name, to_do=f"See: darkwake verify {case.path}"
                )
        made = Pack(out, files, tuple(left_out))
        folder.room_for(out.parent, made.bytes // 4)
        _write(case.path, made, progress)
    return made


def _names(path: Path, *, with_derived: bool) -> tuple[list[str], list[str]]:
    """The files of a case, sorted, and what else lies in its folder."""
    folders = (*FOLDERS, DERIVED) if with_derived else FOLDERS
    found, left_out = [], []
    for item in sorted(path.iterdir()):
        if item.name in FILES and item.is_file():
            found.append(item.name)
        elif item.name in folders and item.is_dir():
            every = [file for file in item.rglob("*") if file.is_file() or file.is_symlink()]
            # what a kill left half written begins with a dot, as do locks
            found += [file.relative_to(path).as_posix() for file in every if not _hidden(file.relative_to(item))]
        elif not item.name.startswith(".") and item.name not in (DERIVED, "arrivals.json"):
            left_out.append(item.name + ("/" if item.is_dir() else ""))
    for name in found:
        if (path / name).is_symlink():
            raise Unreadable("a link is no part of a case", where=name, to_do="Put the file itself there")
        _check_name(name, name)
    return sorted(found), left_out


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _write(root: Path, made: Pack, progress: Progress | None) -> None:
    """The zip, beside its place and then put there; a file that changed since it was hashed stops it."""
    listed = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "files": [{"name": name, "bytes": size, "sha256": sha256} for name, (size, sha256) in made.files.items()],
    }
    with tempfile.NamedTemporaryFile(dir=made.path.parent, prefix=".packing-", delete=False) as file:
        held = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w") as archive:
                text = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True).encode()
                archive.writestr(_info(LISTED, len(text)), text)
                for number, (name, (size, sha256)) in enumerate(made.files.items()):
                    if progress:
                        progress(f"packing {name}", number, len(made.files))
                    with (root / name).open("rb") as source, archive.open(_info(name, size), "w") as target:
                        if _copied(source, target, size) != sha256:
                            raise Unreadable("the file changed while it was packed", where=name, to_do="Pack it again")
            file.flush()
            os.fsync(file.fileno())
            held.chmod(0o644)
            if made.path.exists():
                raise WrongUse("something stands there already", where=str(made.path), to_do="Name another file")
            held.replace(made.path)
        except OSError as error:
            raise _no_disk(error, made.path) from error
        finally:
            held.unlink(missing_ok=True)


def _no_disk(error: OSError, where: Path) -> Refused:
    return Refused(f"the disk did not take it ({error.strerror})", where=str(where), to_do="Make room; nothing is left")


def _info(name: str, size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(_PACKED) else zipfile.ZIP_DEFLATED
    info.file_size = size
    return info


def _copied(source: IO[bytes], target: IO[bytes], size: int) -> str:
    """Copy at most `size` bytes and one more; the hash of what was there."""
    digest, left = hashlib.sha256(), size + 1
    while chunk := source.read(min(_CHUNK, left)):
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
        if not left:
            return "longer than its list says"
    return digest.hexdigest()


# --- unpacking ---


def look(path: Path) -> Pack:
    """What a pack holds, before anything of it is written.

    Raises:
        Unreadable: It is no pack, a newer version made it, or it holds what a pack never holds: links, files outside
            its folder, files that its list does not name or that are longer than it says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _looked(archive, path)
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise Unreadable(
            f"this is no pack of a case, or it is damaged: {error}", where=str(path), to_do="Fetch it again"
        ) from error


def unpack(path: Path, into: Path, *, progress: Progress | None = None) -> Pack:
    """A pack as a case folder at `into`, which is not there yet or empty.

    Raises:
        WrongUse: Something stands there, or the disk has no room.
        Unreadable: As `look`; or a file is not what the list says. Nothing is left behind then.
    """
    if into.is_symlink() or (into.exists() and (not into.is_dir() or any(into.iterdir()))):
        raise WrongUse("something stands there already", where=str(into), to_do="Choose another folder")
    held = look(path)
    into.parent.mkdir(parents=True, exist_ok=True)
    folder.room_for(into.parent, held.bytes)
    place = Path(tempfile.mkdtemp(dir=into.parent, prefix=".unpacking-"))
    try:
        with zipfile.ZipFile(path) as archive:
            for number, (name, (size, sha256)) in enumerate(held.files.items()):
                if progress:
                    progress(f"unpacking {name}", number, len(held.files))
                _unpack_one(archive, name, size, sha256, place / name)
        opened.not_newer(place / "case.json")
        folder.find(place).sources()
        place.chmod(0o755)
        if into.exists():
            into.rmdir()
        place.rename(into)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(f"the pack is damaged: {error}", where=str(path), to_do="Fetch it again") from error
    except OSError as error:
        raise _no_disk(error, into) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return held


def _looked(archive: zipfile.ZipFile, path: Path) -> Pack:
    infos = archive.infolist()
    where = str(path)
    if not infos or infos[0].filename != LISTED or infos[0].file_size > _MOST_LIST or len(infos) > MOST_FILES:
        raise ValueError(f"{LISTED} is not its first entry")
    with archive.open(infos[0]) as file:
        listed: Any = json.loads(file.read(_MOST_LIST))
    if listed["format"] != FORMAT:
        raise ValueError("another format")
    if int(listed["format_version"]) > FORMAT_VERSION:
        raise opened.newer(int(listed["format_version"]), where)
    files = {str(one["name"]): (int(one["bytes"]), str(one["sha256"])) for one in listed["files"]}
    for name in files:
        _check_name(name, where)
    if len({name.casefold() for name in files}) != len(listed["files"]):
        raise Unreadable("two of its files have one name", where=where, to_do="Do not trust it")
    if [info.filename for info in infos[1:]] != list(files):
        raise Unreadable("it holds other files than its list names", where=where, to_do="Do not trust it")
    for info in infos[1:]:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.flag_bits & 1 or kind not in (0, stat.S_IFREG):
            raise Unreadable("it holds a link or a locked file", where=info.filename, to_do="Do not trust it")
        if info.file_size != files[info.filename][0]:
            raise Unreadable("a file is not as long as its list says", where=info.filename, to_do="Do not trust it")
    if "case.toml" not in files:
        raise ValueError("there is no case.toml in it")
    found = Pack(path, files)
    if found.bytes > MOST_BYTES:
        raise Unreadable(f"it unpacks to {found.bytes:,} bytes", where=where, to_do="Do not trust it")
    return found


def _check_name(name: str, where: str) -> None:
    """That a name is one of a case's files, and stays in its folder."""
    parts = PurePosixPath(name).parts
    sound = (
        name == "/".join(parts)
        and not _UNSAFE.search(name)
        and not any(part.startswith(".") for part in parts)
        and (name in FILES if len(parts) == 1 else parts[0] in (*FOLDERS, DERIVED))
    )
    if not sound:
        raise Unreadable(f"{name[:200]!r} is no file of a case", where=where, to_do="Do not trust it")


def _unpack_one(archive: zipfile.ZipFile, name: str, size: int, sha256: str, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, to.open("xb") as target:
        found = _copied(source, target, size)
        target.flush()
        os.fsync(target.fileno())
    if found != sha256:
        raise Unreadable("a file is not what the list says", where=name, to_do="Fetch the pack again")
    to.chmod(0o444 if name.startswith("sources/") else 0o644)
