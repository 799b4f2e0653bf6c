"""What was altered, what is missing, what nobody registered: each is named, and a sound case holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import made_papers_case as made
from darkwake import steps
from darkwake.case import history
from darkwake.cli import app
from darkwake.errors import WrongUse
from darkwake.synth import scenes


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.case(tmp_path_factory.mktemp("sound") / "case", *made.TEXTS)


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "case", copy_function=shutil.copyfile))


def wrong(path: Path, *, again: bool = False) -> dict[str, str]:
    return {one.what: one.says for one in steps.verify(path, again=again) if one.result == "does not hold"}


def test_a_sound_case_holds_also_when_it_is_computed_again_and_is_left_as_it_was(path: Path) -> None:
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    checks = steps.verify(path, again=True)
    assert {one.result for one in checks} == {"holds"}, [one for one in checks if one.result != "holds"]
    assert "came out the same, to the byte" in checks[-1].says
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before
    assert [item.name for item in path.parent.iterdir()] == ["case"]
    ran = CliRunner().invoke(app, ["verify", str(path), "--json"])
    assert ran.exit_code == 0
    assert {one["result"] for one in json.loads(ran.stdout)} == {"holds"}


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def do(path: Path) -> None:
        file = path / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return do


def source(path: Path) -> Path:
    return min((path / "sources").iterdir())


DAMAGE: dict[str, tuple[Callable[[Path], object], set[str], str]] = {
    "a byte of a source": (
        lambda path: source(path).write_bytes(source(path).read_bytes().replace(b"1,200", b"1,300")),
        {"source"}, "of the same length"),
    "a source cut short": (lambda path: source(path).write_bytes(b"x"), {"source"}, "1 bytes where"),
    "a source gone": (lambda path: source(path).unlink(), {"source"}, "It is missing"),
    "a file more": (lambda path: (path / "sources" / "more.txt").write_text("x"), {"other files"}, "more.txt"),
    "a line of the register": (replaced("sources.jsonl", '"bytes"', '"bites"'), {"register"}, "is no source"),
    "a source struck from the register": (
        lambda path: (path / "sources.jsonl").write_text((path / "sources.jsonl").read_text().partition("\n")[2]),
        {"sources of case.json"}, "does not name"),
    "a sentence of case.json": (replaced("case.json", "2 outlets told", "9 outlets told"),
                                {"evidence", "case.html", "kept runs"}, "do not give their own id"),
    "case.json cut short": (lambda path: (path / "case.json").write_text("{"), {"case.json"}, "damaged"),
    "a word of the page": (replaced("case.html", "Who said what?", "Who did what?"), {"case.html"}, "draws to"),
    "a line of the ledger": (replaced("claims.jsonl", "Nettlehithe", "Quillhaven"), {"claims.jsonl"}, "line"),
    "a decision": (lambda path: (path / "decisions.jsonl").write_text("{}\n"), {"decisions.jsonl"}, "line 1"),
    "a note": (lambda path: (path / "notes.jsonl").write_text("{}\n"), {"notes.jsonl"}, "line 1"),
    "a kept run": (
        lambda path: next((path / history.FOLDER).iterdir()).write_bytes(b""), {"kept runs"}, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_each_damage_is_named(path: Path, what: str) -> None:
    do, where, says = DAMAGE[what]
    do(path)
    found = wrong(path)
    assert where <= {one.partition(" ")[0] if one.startswith("source ") else one for one in found}, found
    assert says in " ".join(found.values())
    ran = CliRunner().invoke(app, ["verify", str(path)])
    assert ran.exit_code == 1
    assert "does not hold" in ran.output


def test_a_number_that_no_id_guards_is_found_when_all_is_computed_again(path: Path) -> None:
    replaced("case.json", '"rows":3', '"rows":4')(path)
    assert "of case.json counts" in wrong(path, again=True)["the case, computed again"]


def test_a_source_that_waits_for_its_run_is_no_damage(path: Path, tmp_path: Path) -> None:
    (tmp_path / "late.txt").write_text("Outlet: Late Post\n\nThe Wicker Avocet sank, its owner said.\n")
    steps.add(path, [tmp_path / "late.txt"])
    assert wrong(path) == {}
    assert "late.txt" in next(one.says for one in steps.verify(path) if one.what == "sources of case.json")


def test_an_image_of_a_site_that_was_altered_or_lost_is_named(tmp_path: Path) -> None:
    planted = scenes.write(tmp_path / "site", seed=3, buildings=6, days=120, sensors=("s1",))
    path = made.case(tmp_path / "case")
    toml = path / "case.toml"
    images = "../" + str(planted.images.relative_to(tmp_path))
    toml.write_text(
        toml.read_text() + f'\n[[sites]]\nname = "works"\nimages = "{images}"\nfootprints = "{planted.footprints}"\n'
    )
    steps.run(path)
    assert {one.result for one in steps.verify(path, again=True)} == {"holds"}
    first, second = sorted(planted.images.rglob("*.tif"))[:2]
    first.write_bytes(first.read_bytes() + b" ")
    second.unlink()
    says = wrong(path)["images of works"]
    assert f"altered: {first.name}; missing: {second.name}" in says


def test_options_of_the_other_kind_are_refused(path: Path, tmp_path: Path) -> None:
    for words in (["verify", str(path), "--lists", "x"], ["verify", str(tmp_path / "r.json"), "--again"]):
        with pytest.raises(WrongUse, match="belongs to a"):
            CliRunner().invoke(app, words, catch_exceptions=False)
