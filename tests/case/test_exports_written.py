"""`darkwake export` on disk: whole or not at all, told clearly where it cannot be, and the same bytes every time."""

from __future__ import annotations

import errno
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from made_whole import long_case, whole_case

from darkwake.case import folder
from darkwake.case.exports import FORMATS, csv_tables, pdf
from darkwake.case.folder import Asked
from darkwake.errors import Refused, Unreadable, WrongUse
from darkwake.steps.handed_on import export

MADE = [name for name, one in FORMATS.items() if one.made]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "made-up"
    folder.create(path, Asked("made-up"))
    (path / "case.json").write_text(json.dumps(whole_case()), encoding="utf-8")
    (path / "case.html").write_text("<!doctype html><title>Made up</title><p>A page.", encoding="utf-8")
    return path


def held(path: Path) -> dict[str, bytes]:
    """Everything below a folder, by its name."""
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def test_json_is_the_case_and_every_format_has_its_place(case: Path, tmp_path: Path) -> None:
    assert export(case, "html") == case / "case.html"
    out = export(case, "json", tmp_path / "out.json")
    assert json.loads(out.read_bytes()) == whole_case()
    before = held(case)
    for name in MADE:
        made = export(case, name)
        assert made.parent == case / "exports"
        assert made.is_dir() == (not FORMATS[name].ends)
    after = held(case)
    assert {name: data for name, data in after.items() if not name.startswith("exports")} == before
    for name in MADE:
        export(case, name)  # and again, over what stands there
    assert held(case) == after
    assert not [name for name in after if ".writing-" in name]


def test_a_folder_or_a_zip_and_the_zip_is_the_same_on_every_day(case: Path, tmp_path: Path) -> None:
    inside = export(case, "kml", tmp_path)
    assert inside == tmp_path / "made-up.kml"
    first = export(case, "csv", tmp_path / "a.zip").read_bytes()
    assert export(case, "csv", tmp_path / "b.ZIP").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    made = export(case, "csv", tmp_path / "folder")
    assert held(made) == files
    assert csv_tables.read(files)["ports"] == whole_case()["ports"]
    assert stat.S_IMODE(made.stat().st_mode) == 0o755


def test_what_stands_there_is_not_written_over(case: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.csv").write_text("mine", encoding="utf-8")
    for out in (mine, mine / "thesis.csv"):
        with pytest.raises(WrongUse, match="something else stands there"):
            export(case, "csv", out)
    assert (mine / "thesis.csv").read_text(encoding="utf-8") == "mine"
    with pytest.raises(WrongUse, match="no such folder"):
        export(case, "kml", tmp_path / "absent" / "x.kml")
    with pytest.raises(WrongUse, match="no such folder"):
        export(case, "csv", tmp_path / "absent" / "x")


@pytest.mark.parametrize("to", [*MADE, "json"])
def test_a_full_disk_leaves_what_was_there(
    case: Path, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    export(case, to, out)
    before = held(tmp_path)
    left = [1 if out.is_file() else 4]

    def full(_number: int) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WrongUse, match=r"No space left on device.*Make room"):
        export(case, to, out)
    assert held(tmp_path) == before
    assert not list(tmp_path.glob(".writing-*"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "damaged"), ('{"format": "darkwake-case", "format_ver', "damaged"), ("[1]", "no case file"),
        ("[" * 100_000, "damaged"), ('{"format": "darkwake-case", "format_version": 99}', "newer version.*99"),
        ('{"format": "darkwake-case", "format_version": 1, "ports": 5}', "holds no rows"),
        ('{"format": "darkwake-case", "format_version": 1, "ports": [5]}', "holds no rows"),
        ('{"format": "darkwake-case", "format_version": 1, "ships": [{"ship": NaN, "identities": 7}]}', "not what"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_read_is_said_to_be_so(case: Path, tmp_path: Path, text: str, says: str) -> None:
    (case / "case.json").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=says):
        export(case, "ftm", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_case_not_run_and_a_format_that_is_none(case: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"no format.*html, json, ftm"):
        export(case, "docx")
    (case / "case.json").unlink()
    with pytest.raises(WrongUse, match="not been run yet"):
        export(case, "kml", tmp_path / "x.kml")


def test_hostile_texts_of_a_megabyte_and_half_surrogates_are_written(case: Path, tmp_path: Path) -> None:
    for text in ("a\ud800b", "<b>\x00" * 200_000):
        (case / "case.json").write_text(json.dumps(long_case(text)), encoding="utf-8")
        for name in ("kml", "ftm", "stix"):
            data = export(case, name, tmp_path / f"{name}.out").read_bytes()
            data.decode("utf-8")
            assert b"\\u0000" not in data
            assert b"\x00" not in data


# --- PDF ---


def test_without_a_browser_a_pdf_says_what_to_do(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "PLACES", ())
    with pytest.raises(WrongUse, match=r"needs Chromium.*open case.html in any browser"):
        export(case, "pdf", tmp_path / "case.pdf")
    assert not (tmp_path / "case.pdf").exists()


HALF = 'for a; do case "$a" in --print-to-pdf=*) echo %PDF-1.4 > "${a#*=}";; esac; done'


@pytest.mark.parametrize(
    ("script", "says"), [("exit 1", "no whole PDF"), ("sleep 60", "had not printed"), (HALF, "no whole PDF")]
)
def test_a_browser_that_fails_leaves_no_half_file(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "browser", lambda: str(program))
    out = tmp_path / "case.pdf"
    out.write_bytes(b"the one before")
    with pytest.raises(Refused, match=says):
        pdf.write(case / "case.html", out, longest_s=1)
    assert out.read_bytes() == b"the one before"


@pytest.mark.browser
def test_a_browser_prints_the_page(case: Path, tmp_path: Path) -> None:
    try:
        pdf.browser()
    except WrongUse as absent:
        pytest.skip(f"BROWSER TESTS NOT RUN: {absent}")
    from pypdf import PdfReader

    page: Any = PdfReader(export(case, "pdf", tmp_path / "case.pdf")).pages[0]
    assert "A page." in page.extract_text()
