"""The command line: words, exit codes, JSON, and one paragraph for each error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from darkwake import synth
from darkwake.cli import app
from darkwake.synth import feeds, lists


def darkwake(*words: object) -> subprocess.CompletedProcess[str]:
    """As a person runs it, so that errors pass through `main`."""
    said = [str(word) for word in words]
    return subprocess.run(
        [sys.executable, "-m", "darkwake", *said], capture_output=True, text=True, check=False, timeout=120
    )


def invoke(*words: object) -> str:
    """The same in this process, for what must succeed."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    world = synth.make(seed=5, days=3, ships=8, switch_offs=1)
    feeds.write_dma(world, folder)
    entry = lists.Entry("Vessel", "PLAINLY INVENTED", imo=world.ships[0].imo, flag="PA")
    lists.write_sdn(folder / "invented-sdn.xml", [entry], published=world.start.date())
    return folder


def test_a_case_from_new_to_export(files: Path, tmp_path: Path) -> None:
    case = tmp_path / "strait"
    assert "darkwake add" in invoke("new", case, "--from", "OM", "--to", "Iran", "--period", "2025-09")
    assert invoke("add", case, files).count("added") == len(list(files.iterdir()))
    assert invoke("add", case, files).count("there already") == len(list(files.iterdir()))
    said = invoke("run", case)
    assert "Against:" in said
    assert all(len(line) <= 80 for line in said.splitlines() if " = " in line or line.startswith(" "))
    told = json.loads(invoke("run", case, "--json"))
    assert [step["new"] for step in told["steps"]] == [False] * 11
    for source in told["sources"]:
        assert source["rows"] == source["kept"] + sum(source["refused"].values())
    out = tmp_path / "handed-on.html"
    invoke("export", case, "--to", "html", "--out", out)
    assert out.read_bytes() == (case / "case.html").read_bytes()


def test_each_part_alone(files: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    zips = sorted(files.glob("*.zip"))
    first = json.loads(invoke("tracks", *zips, "-o", store, "--json"))
    assert json.loads(invoke("tracks", *zips, "-o", store, "--json")) == first
    gaps = json.loads(invoke("events", store, "--only", "gap", "--longer-than", "6", "--json"))
    assert {gap["kind"] for gap in gaps} <= {"gap"}
    assert all(gap["hours"] > 6 for gap in gaps)
    assert "in all" in invoke("events", store, "--rows", "1000")
    legs = json.loads(invoke("voyages", store, "--json"))
    assert len({leg["ship"] for leg in legs}) == 8, "a ship without a port call has one leg, its whole track"
    assert {gap["ship"] for gap in gaps} <= {leg["ship"] for leg in legs}
    assert {gap["id"] for gap in gaps} == {gap for leg in legs for gap in leg["gaps"]}
    invoke("voyages", store, "--from", "OM", "--to", "IR", "--json")


def test_a_name_that_is_listed_and_one_that_is_not(files: Path) -> None:
    xml = files / "invented-sdn.xml"
    found = json.loads(invoke("screen", "Plainly Invented", "--lists", xml, "--json"))
    assert found["hits"][0]["name"] == "PLAINLY INVENTED"
    assert {"asked", "listed"} <= set(found["hits"][0]["features"][0])
    said = invoke("screen", "Nobody Of That Name", "--lists", xml)
    assert said.startswith("Not found in the lists checked (OFAC SDN of")
    assert "not the same as clear" in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("run", "no-such-case"), 2, ("no such case folder", "darkwake new")),
        (("add", "no-such-case", "README.md"), 2, ("no such case folder",)),
        (("new", "x", "--from", "Atlantis"), 2, ("neither a country nor a UN/LOCODE",)),
        (("new", "x", "--period", "soon"), 2, ("no EDTF date",)),
        (("tracks", "no-such-file.csv", "-o", "store"), 2, ("no-such-file.csv",)),
        (("events", "no-such-store"), 1, ("no store", "darkwake tracks")),
        (("events", ".", "--longer-than", "-1"), 2, ("longer than nothing",)),
        (("screen", "SOMEBODY"), 2, ("--lists",)),
        (("screen", "SOMEBODY", "--lists", "none.xml"), 2, ("none.xml",)),
        (("export", "no-such-case"), 2, ("no such case folder",)),
        (("nonsense",), 2, ("No such command",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_sentence_and_its_code(
    words: tuple[str, ...], code: int, says: tuple[str, ...], tmp_path: Path
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "darkwake", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    for part in says:
        assert part in " ".join(ran.stderr.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == [], "nothing may be left behind"


def test_a_refused_file_names_itself(files: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    invoke("new", case)
    xml = (files / "invented-sdn.xml").read_bytes()
    cut = tmp_path / "cut.xml"
    cut.write_bytes(xml[: len(xml) // 2])
    ran = darkwake("add", case, cut)
    assert ran.returncode == 1
    assert "cut.xml" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (case / "sources.jsonl").exists()


def test_the_version_and_a_call_without_words() -> None:
    assert darkwake("--version").stdout.startswith("darkwake 0.")
    assert "demo" in darkwake().stdout + darkwake().stderr
