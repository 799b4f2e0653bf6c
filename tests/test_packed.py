"""A case as one file: the same bytes, the same case elsewhere, and nothing that a hostile file asks for."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import made_papers_case as made
from darkwake import steps
from darkwake.case import folder, packed
from darkwake.cli import app
from darkwake.errors import Refused, Unreadable, WrongUse


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.case(tmp_path_factory.mktemp("packed") / "case", *made.TEXTS)


@pytest.fixture(scope="module")
def pack(path: Path) -> Path:
    out = path.parent / "case.zip"
    packed.pack(folder.find(path), out)
    return out


def say(*words: object) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "80"})
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_packed_and_unpacked_it_is_the_same_case_and_runs_to_the_same_bytes(
    path: Path, pack: Path, tmp_path: Path
) -> None:
    (path / "my own notes.docx").write_text("not of the case")
    out, to = tmp_path / "again.zip", tmp_path / "else" / "where"
    assert "Left out, as it is no part of a case: my own notes.docx" in say("pack", path, out)
    assert out.read_bytes() == pack.read_bytes()
    said = say("unpack", out, to)
    assert "3 sources" in said
    assert "the case holds together" in said
    names = {file.relative_to(to).as_posix() for file in to.rglob("*") if file.is_file()} - {".lock"}
    assert names == set(packed.look(out).files)
    for name in names:
        assert (to / name).read_bytes() == (path / name).read_bytes(), name
    assert not any(step.new for step in steps.run(path).steps)
    steps.run(to)
    assert (to / "case.json").read_bytes() == (path / "case.json").read_bytes()
    assert all(not stat.S_IMODE(file.stat().st_mode) & 0o222 for file in (to / "sources").iterdir())


def test_with_what_was_derived_nothing_has_to_be_run_again(path: Path, tmp_path: Path) -> None:
    packed.pack(folder.find(path), tmp_path / "whole.zip", with_derived=True)
    packed.unpack(tmp_path / "whole.zip", tmp_path / "there")
    assert not any(step.new for step in steps.run(tmp_path / "there").steps)


def test_nothing_is_written_over(path: Path, pack: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    before = pack.read_bytes()
    with pytest.raises(WrongUse, match="something stands there"):
        packed.unpack(pack, there)
    with pytest.raises(WrongUse, match="something stands there"):
        packed.pack(folder.find(path), pack)
    assert pack.read_bytes() == before
    assert [file.name for file in there.iterdir()] == ["mine.txt"]


def test_a_source_that_was_altered_is_not_packed(tmp_path: Path) -> None:
    path = made.case(tmp_path / "case", "calmere.txt")
    (source,) = (path / "sources").iterdir()
    source.chmod(0o644)
    source.write_text(made.TEXTS["gull.txt"])
    with pytest.raises(Unreadable, match="not as it was added"):
        packed.pack(folder.find(path), tmp_path / "out.zip")
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".packing-*"))


def test_a_full_disk_leaves_nothing_behind(
    path: Path, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="No space left"):
        packed.pack(folder.find(path), tmp_path / "out.zip")
    with pytest.raises(Refused, match="No space left"):
        packed.unpack(pack, tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


# --- files that somebody made ---


def listing(**changes: Any) -> dict[str, Any]:
    text = b"[x]"
    one = {"name": "case.toml", "bytes": 3, "sha256": hashlib.sha256(text).hexdigest()}
    return {"format": packed.FORMAT, "format_version": 1, "files": [one]} | changes


def write(to: Path, listed: Any, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(packed.LISTED, json.dumps(listed))
        for name, content in entries:
            archive.writestr(name, content)
    return to


def named(name: str, content: bytes = b"[x]") -> Callable[[Path], Path]:
    """A pack whose list names a second file, as it lies in the zip."""
    first = listing()["files"][0]
    second = {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    listed = listing(files=[first, second])
    return lambda to: write(to, listed, ("case.toml", b"[x]"), (name, content))


def link(to: Path) -> Path:
    info = zipfile.ZipInfo("case.toml")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return write(to, listing(), (info, b"[x]"))


def bomb(to: Path) -> Path:
    """Ten megabytes of nothing, told as three bytes."""
    write(to, listing(), ("case.toml", b"\0" * 10_000_000))
    return to


def great(to: Path) -> Path:
    one = listing()["files"][0] | {"bytes": packed.MOST_BYTES + 1}
    return write(to, listing(files=[one]), ("case.toml", b"[x]"))


def cut(to: Path) -> Path:
    whole = write(to, listing(), ("case.toml", b"[x]")).read_bytes()
    to.write_bytes(whole[: len(whole) // 2])
    return to


HOSTILE = {
    "up": (named("sources/../../evil.txt"), "no file of a case"),
    "absolute": (named("/etc/evil.txt"), "no file of a case"),
    "other folder": (named("evil/evil.txt"), "no file of a case"),
    "other file": (named("evil.txt"), "no file of a case"),
    "backslash": (named("sources\\..\\evil.txt"), "no file of a case"),
    "hidden": (named("derived/.lock"), "no file of a case"),
    "doubled slash": (named("sources//evil.txt"), "no file of a case"),
    "twice": (named("CASE.TOML"), "no file of a case"),
    "letters that a disk takes for one": (
        lambda to: write(
            to,
            listing(
                files=[*listing()["files"], *({**listing()["files"][0], "name": f"sources/{one}"} for one in "aA")]
            ),
            ("case.toml", b"[x]"),
            ("sources/a", b"[x]"),
            ("sources/A", b"[x]"),
        ),
        "one name",
    ),
    "link": (link, "a link"),
    "bomb": (bomb, "as long as its list says"),
    "too great": (great, "as long as its list says|unpacks to"),
    "other bytes": (lambda to: write(to, listing(), ("case.toml", b"[y]")), "not what the list says"),
    "not in the list": (lambda to: write(to, listing(), ("case.toml", b"[x]"), ("case.json", b"{}")), "other files"),
    "newer": (lambda to: write(to, listing(format_version=99), ("case.toml", b"[x]")), "newer version"),
    "no list": (lambda to: write(to, [], ("case.toml", b"[x]")), "no pack"),
    "no question": (lambda to: write(to, listing(files=[])), "no pack"),
    "cut": (cut, "no pack"),
    "no zip": (lambda to: Path(to.write_text("hello") and to), "no pack"),
    "newer case": (named("case.json", b'{"format":"darkwake-case","format_version": 99}'), "newer version"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_pack_holds_is_refused_and_leaves_nothing(what: str, tmp_path: Path) -> None:
    make, match = HOSTILE[what]
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    file = make(inside / "hostile.zip")
    with pytest.raises(Unreadable, match=match):
        packed.unpack(file, inside / "out")
    assert [found.name for found in tmp_path.rglob("*") if found.is_file()] == ["hostile.zip"]
    assert [found.name for found in inside.iterdir()] == ["hostile.zip"]
