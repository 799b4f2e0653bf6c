"""Sites through the commands: alone, many, and in a case."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from darkwake.cli import app
from darkwake.errors import Unreadable, WrongUse
from darkwake.synth import scenes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> scenes.Planted:
    return scenes.write(tmp_path_factory.mktemp("site"), seed=3, buildings=12, days=240, sensors=("s1",))


def say(*words: object) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "80"})
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_one_site_its_page_and_its_files(made: scenes.Planted, tmp_path: Path) -> None:
    page, export = tmp_path / "works.html", tmp_path / "out"
    words = ("sites", made.images, "--footprints", made.footprints, "-o", tmp_path / "kept", "--name", "works")
    said = say(*words, "--page", page, "--export", export)
    assert "12 buildings" in said
    assert "fired on" in said
    text = page.read_text(encoding="utf-8")
    assert "of 12 buildings" in text.lower()
    assert pl.read_parquet(export / "timeline.parquet").height >= 12
    assert json.loads((export / "items.json").read_text())["type"] == "FeatureCollection"
    told = json.loads(say(*words, "--json"))
    assert len(told["assessed"]) == 12


def test_many_sites_with_one_that_cannot_be(made: scenes.Planted, tmp_path: Path) -> None:
    table = tmp_path / "sites.csv"
    table.write_text(
        f"site,images,footprints\ngood,{made.images},{made.footprints}\nbad,{tmp_path / 'nowhere'},{made.footprints}\n"
    )
    rows = {row["site"]: row for row in json.loads(say("sites", "--table", table, "-o", tmp_path / "kept", "--json"))}
    assert rows["good"]["buildings"] == 12
    assert not rows["good"]["problem"]
    assert "no such folder" in rows["bad"]["problem"]


def test_a_site_in_a_case_is_watched_once_and_answers(made: scenes.Planted, tmp_path: Path) -> None:
    case = tmp_path / "case"
    say("new", case, "--question", "What changed?")
    toml = case / "case.toml"
    toml.write_text(
        toml.read_text() + f'\n[[sites]]\nname = "works"\nimages = "{made.images}"\nfootprints = "{made.footprints}"\n'
    )
    say("run", case)
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    assert told["answer"]["sentences"][1] == told["sites"]["sites"][0]["says"][0]
    assert {one["kind"] for one in told["evidence"]} == {"site status"}
    assert 'id="sites"' in (case / "case.html").read_text(encoding="utf-8")
    assert not any(step["new"] for step in json.loads(say("run", case, "--json"))["steps"])


def test_what_cannot_be_is_said(made: scenes.Planted, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no images"):
        say("sites")
    with pytest.raises(WrongUse, match=r"footprints|area"):
        say("sites", made.images, "-o", tmp_path)
    with pytest.raises(Unreadable, match="no such folder"):
        say("sites", tmp_path / "nowhere", "--footprints", made.footprints, "-o", tmp_path)
