"""A folder that feeds a case: what is ready is taken once, what cannot be used is named once, and no kill loses any."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner

import made_papers_case as made
from darkwake import arrivals, steps
from darkwake.arrivals import Round, Watcher
from darkwake.case import folder
from darkwake.cli import app
from darkwake.errors import WrongUse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return made.case(tmp_path / "case", "calmere.txt")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def look(path: Path, inbox: Path) -> Round:
    """One round of a program that has just been started."""
    watcher = Watcher(path, inbox, settle_s=0.0, invented=True)
    found = watcher.once(wait=lambda _: None)
    if found.told:
        watcher.said()
    return found


def names(path: Path) -> list[str]:
    return sorted(one.name for one in folder.find(path).sources())


def test_what_arrives_is_taken_run_and_told_and_the_files_stay(path: Path, inbox: Path) -> None:
    assert look(path, inbox).is_quiet
    (inbox / "deep").mkdir()
    made.write(inbox / "deep", "tern.txt")
    found = look(path, inbox)
    assert found.taken == ["deep/tern.txt"]
    assert found.told is not None
    assert "1 source is new" in found.told.heading()
    assert (inbox / "deep" / "tern.txt").read_text(encoding="utf-8") == made.TEXTS["tern.txt"]
    assert look(path, inbox).is_quiet
    (inbox / "copy.txt").write_text(made.TEXTS["tern.txt"], encoding="utf-8")
    assert look(path, inbox).is_quiet
    assert names(path) == ["calmere.txt", "tern.txt"]


def test_what_cannot_be_used_is_named_once_and_stays_in_the_list(
    path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "what.bin").write_bytes(b"\0\1\2\3")
    rows = "Timestamp,Type of mobile,MMSI,Latitude,Longitude\n01/10/2025 00:00:00,Class A,219000001,55.0,11.0\n"
    (inbox / "cut.csv.gz").write_bytes(gzip.compress(rows.encode() * 400)[:80])
    made.write(inbox, "tern.txt")
    found = look(path, inbox)
    assert sorted(name for name, _ in found.aside) == ["cut.csv.gz", "what.bin"]
    assert "no reader recognises" in dict(found.aside)["what.bin"]
    assert found.taken == ["tern.txt"]
    assert look(path, inbox).is_quiet
    (inbox / "again.bin").write_bytes(b"\0\1\2\3")
    assert look(path, inbox).is_quiet
    assert len(arrivals.aside(path)) == 3
    (inbox / "what.bin").write_text(made.TEXTS["gull.txt"], encoding="utf-8")
    monkeypatch.setattr(arrivals, "__version__", "99")
    assert len(look(path, inbox).aside) + len(names(path)) >= 4  # another content and a newer version: judged again


def test_a_file_that_grows_and_one_that_is_named_unfinished_wait(path: Path, inbox: Path) -> None:
    text = made.TEXTS["tern.txt"]
    file = inbox / "tern.txt"
    watcher = Watcher(path, inbox, settle_s=0.05)
    (inbox / "gull.txt.part").write_text(made.TEXTS["gull.txt"])
    (inbox / ".hidden.txt").write_text(made.TEXTS["gull.txt"])
    (inbox / "empty.txt").touch()
    for end in (40, 80, len(text)):
        file.write_text(text[:end], encoding="utf-8")
        found = watcher.round()
        assert (found.taken, sorted(found.growing)) == ([], ["empty.txt", "tern.txt"])
    time.sleep(0.06)
    assert watcher.round().taken == ["tern.txt"]
    assert names(path) == ["calmere.txt", "tern.txt"]


def test_a_reader_that_fails_and_a_busy_case_end_no_watch(
    path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.write(inbox, "tern.txt")
    with folder.find(path).lock():
        found = look(path, inbox)
    assert "another run" in found.problem
    assert found.aside == []

    def fails(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    with monkeypatch.context() as patched:
        patched.setattr(steps, "try_out", fails)
        assert "RecursionError" in look(path, inbox).aside[0][1]
    (path / arrivals.STATE).unlink()
    assert look(path, inbox).taken == ["tern.txt"]


def test_what_was_run_and_not_told_is_told_after_a_restart(path: Path, inbox: Path) -> None:
    look(path, inbox)
    made.write(inbox, "tern.txt")
    killed = Watcher(path, inbox, settle_s=0.0)
    assert killed.once(wait=lambda _: None).told is not None  # and ended before it could say so
    found = look(path, inbox)
    assert found.taken == []
    assert found.told is not None
    assert "1 source is new" in found.told.heading()
    assert look(path, inbox).is_quiet


def test_a_source_that_was_added_by_a_run_that_was_killed_is_run(path: Path, inbox: Path) -> None:
    look(path, inbox)
    steps.add(path, made.write(inbox, "gull.txt"))
    found = look(path, inbox)
    assert found.told is not None


def test_a_folder_in_the_case_or_nowhere_is_refused(path: Path, tmp_path: Path) -> None:
    for where in (path, path / "sources", tmp_path / "nowhere"):
        with pytest.raises(WrongUse):
            Watcher(path, where)


def test_the_command_writes_a_summary_and_with_nothing_new_says_nothing(path: Path, inbox: Path) -> None:
    words = ["watch", str(path), str(inbox), "--once", "--settle", "0", "--summary", "-"]
    assert CliRunner().invoke(app, words).stdout == ""
    made.write(inbox, "tern.txt")
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("Subject: [INVENTED] case: ")
    assert len(ran.stdout.splitlines()) <= 25
    assert CliRunner().invoke(app, words).stdout == ""


def test_a_watch_sees_what_arrives_while_it_runs_and_ends_when_it_is_told(path: Path, inbox: Path) -> None:
    stop, told = Event(), []

    def watch() -> None:
        for found in Watcher(path, inbox, settle_s=0.1).rounds(every_s=0.5, stop=stop):
            told.extend(found.taken)
            if told:
                stop.set()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    time.sleep(0.3)
    made.write(inbox, "tern.txt")
    thread.join(30)
    assert told == ["tern.txt"]
    assert not thread.is_alive()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_watch_that_is_killed_at_any_moment_ends_in_the_case_that_it_would_have_made(
    path: Path, inbox: Path, tmp_path: Path, seed: int
) -> None:
    (tmp_path / "other").mkdir()
    whole = made.case(tmp_path / "other" / "case", "calmere.txt")
    steps.add(whole, made.write(tmp_path / "given", "gull.txt", "tern.txt"), invented=True)
    before, after = (path / "case.json").read_bytes(), steps.run(whole).case_json.read_bytes()
    made.write(inbox, "gull.txt", "tern.txt")
    words = [sys.executable, "-m", "darkwake", "watch", str(path), str(inbox), "--once", "--settle", "0", "--invented"]
    chance = random.Random(seed)
    for _ in range(3):
        ran = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.5, 4.0))
        os.kill(ran.pid, signal.SIGKILL)
        ran.wait()
        assert (path / "case.json").read_bytes() in (before, after)
        assert {one.result for one in steps.verify(path) if one.what.startswith("source ")} == {"holds"}
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    assert (path / "case.json").read_bytes() == after
    assert names(path) == ["calmere.txt", "gull.txt", "tern.txt"]
    assert not list((path / "sources").glob(".*"))
