"""Runs that are kept: one for each change, none of them touched again, none of them needed by anything else."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

import made_papers_case as made
from darkwake import steps
from darkwake.case import diff, folder, history, opened
from darkwake.case import file as case_file
from darkwake.case.folder import Asked
from darkwake.claims.remembered import Remembered
from darkwake.cli import app
from darkwake.errors import Unreadable, WrongUse


def say(*words: object) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "80"})
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_run_that_changes_the_case_is_kept_and_others_are_not(tmp_path: Path) -> None:
    path = made.case(tmp_path / "case", "calmere.txt")
    case = folder.find(path)
    (first,) = history.kept(case)
    steps.run(path)
    assert history.kept(case) == [first]
    assert "The case was run once" in say("diff", path)
    steps.add(path, made.write(tmp_path / "given", "tern.txt"))
    whole = first.path.read_bytes()
    steps.run(path)
    assert [one.number for one in history.kept(case)] == [1, 2]
    assert first.path.read_bytes() == whole
    said = say("diff", path)
    assert "1 source is new" in said
    assert "Tern Bay Gazette" in said
    assert json.loads(say("diff", path, "--json"))["counts"]["article"]["new"] == 1
    assert "2  " in say("diff", path, "--runs")
    mail = tmp_path / "mail.txt"
    say("diff", path, "--mail", mail)
    assert mail.read_text(encoding="utf-8").startswith("Subject: [INVENTED] case: ")


def test_case_json_hangs_on_no_history_and_without_it_nothing_is_new(tmp_path: Path) -> None:
    path = made.case(tmp_path / "case", "calmere.txt")
    steps.add(path, made.write(tmp_path / "given", "tern.txt"))
    before = steps.run(path).case_json.read_bytes()
    shutil.rmtree(path / history.FOLDER)
    assert "The case was run once" in say("diff", path)
    shutil.rmtree(path / "derived")
    assert steps.run(path).case_json.read_bytes() == before
    assert len(history.kept(folder.find(path))) == 1


def test_the_run_before_a_day_the_first_of_all_and_one_by_name(tmp_path: Path) -> None:
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    runs = [history.Kept(tmp_path, start + timedelta(days=day), day + 1, f"{day:012x}") for day in range(4)]
    assert history.since(runs, "") == runs[2]
    assert history.since(runs, "2026-03-02") == runs[0]
    assert history.since(runs, "2026-03-02T18:00") == runs[1]
    assert history.since(runs, "2026-03-02T18:00+07:00") == runs[0]
    assert history.since(runs, "3") == runs[2]
    assert history.since(runs, runs[1].name) == runs[1]
    assert history.since(runs, "2026-03-01") is None
    assert history.since(runs[:1], "") is None
    with pytest.raises(WrongUse, match="neither a day nor a run"):
        history.since(runs, "yesterday")


def test_a_day_before_all_runs_is_compared_with_the_first_and_that_is_said(tmp_path: Path) -> None:
    path = made.case(tmp_path / "case", "calmere.txt")
    steps.add(path, made.write(tmp_path / "given", "tern.txt"))
    steps.run(path)
    assert "No run as old as 2001-01-01 was kept" in " ".join(diff.since(folder.find(path), "2001-01-01").takes_note)


@pytest.mark.parametrize("damage", ["cut", "other", "newer", "empty"])
def test_a_damaged_kept_run_is_named_and_stops_no_run(tmp_path: Path, damage: str) -> None:
    path = made.case(tmp_path / "case", "calmere.txt")
    (one,) = history.kept(folder.find(path))

    newer = zstandard.ZstdCompressor().compress(b'{"format": "darkwake-run", "format_version": 99, "found": {}}')
    packed = one.path.read_bytes()
    one.path.write_bytes({"cut": packed[:40], "other": b"<html>", "newer": newer, "empty": b""}[damage])
    with pytest.raises(Unreadable, match="newer version" if damage == "newer" else "damaged"):
        one.read()
    steps.add(path, made.write(tmp_path / "given", "tern.txt"))
    steps.run(path)
    assert len(history.kept(folder.find(path))) == 2


def test_a_case_of_a_newer_format_is_refused_everywhere_and_left_alone(tmp_path: Path) -> None:
    assert case_file.FORMAT_VERSION == opened.FORMAT_VERSION
    path = made.case(tmp_path / "case", "calmere.txt")
    file = path / "case.json"
    text = file.read_text(encoding="utf-8").replace('"format_version": 1', '"format_version": 99')
    file.write_text(text, encoding="utf-8")
    for words in (("run", path), ("diff", path), ("pack", path, tmp_path / "out.zip")):
        with pytest.raises(Unreadable, match="newer version of Darkwake"):
            say(*words)
    assert file.read_text(encoding="utf-8") == text
    assert not (tmp_path / "out.zip").exists()
    file.write_text("{", encoding="utf-8")
    with pytest.raises(Unreadable, match="damaged"):
        opened.read(file)


def test_an_article_that_was_read_once_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made.case(tmp_path / "case", "calmere.txt", "gull.txt")
    read: list[int] = []
    forget = Remembered.forget_others

    def noted(self: Remembered) -> None:
        read.append(self.read_anew)
        forget(self)

    monkeypatch.setattr(Remembered, "forget_others", noted)
    steps.add(path, made.write(tmp_path / "given", "tern.txt"), invented=True)
    steps.run(path)
    assert read == [1]
    remembered = sorted((path / "derived" / "read").iterdir())
    assert len(remembered) == 3
    # what is remembered is checked, not trusted: a damaged file is read anew, and the case is the same
    for file, content in zip(remembered, (b"", b"\x28\xb5\x2f\xfd no", file_of_another(remembered)), strict=True):
        file.write_bytes(content)
    before = (path / "case.json").read_bytes()
    steps_file = path / "derived" / "steps.json"
    steps_file.unlink()
    steps.run(path)
    assert (path / "case.json").read_bytes() == before
    fresh = steps.new(tmp_path / "fresh", Asked("case", "Who said what?", invented=True)).path
    shutil.copyfile(path / "case.toml", fresh / "case.toml")
    steps.add(fresh, made.write(tmp_path / "given", *made.TEXTS), invented=True)
    steps.run(fresh)
    assert (fresh / "case.json").read_bytes() == before


def file_of_another(files: list[Path]) -> bytes:
    """A frame that says it is a terabyte long."""
    return b"\x28\xb5\x2f\xfd\xe0" + (1 << 40).to_bytes(8, "little") + files[0].name.encode()
