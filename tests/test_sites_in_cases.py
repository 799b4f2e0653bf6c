"""Sites through the commands: alone, many, and in a case."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from darkwake.cli import app
from darkwake.errors import Unreadable, WrongUse
from darkwake.sites import png
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


def test_what_an_analyst_read_and_names_with_html_reach_the_page_as_text(made: scenes.Planted, tmp_path: Path) -> None:
    shapes = json.loads(made.footprints.read_text(encoding="utf-8"))
    building = shapes["features"][0]["properties"]["id"]
    shapes["features"][0]["properties"]["label"] = "<script>alert(1)</script>"
    places, read, page = tmp_path / "f.geojson", tmp_path / "read.csv", tmp_path / "p.html"
    places.write_text(json.dumps(shapes), encoding="utf-8")
    day = json.loads(say("sites", made.images, "--footprints", places, "-o", tmp_path / "k", "--json"))["images"][3][
        "time"
    ]
    read.write_text(
        f"building,time,status,by,at,because\n{building},{day},destroyed,A. Quill <b>,2025-01-01T00:00:00Z,roof gone\n",
        encoding="utf-8",
    )
    say("sites", made.images, "--footprints", places, "-o", tmp_path / "k", "--readings", read, "--page", page)
    text = page.read_text(encoding="utf-8")
    assert "<script>alert(1)" not in text
    assert "A. Quill &lt;b&gt;" in text
    assert "roof gone" in text


@pytest.mark.parametrize("damage", ["empty", "cut", "other"])
def test_a_damaged_image_is_a_counted_refusal(made: scenes.Planted, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "images"
    shutil.copytree(made.images, folder)
    file = sorted(folder.rglob("*.tif"))[4]
    whole = file.read_bytes()
    file.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "other": b"MMSI,lat,lon\n1,2,3\n"}[damage])
    said = say("sites", folder, "--footprints", made.footprints, "-o", tmp_path / "kept")
    assert "1 refused" in said
    assert "cut short" in said or "cannot be read" in said


def test_two_pictures_without_coordinates_are_a_page_for_looking_only(tmp_path: Path) -> None:
    names = ["<b>before.png", "after.png"]
    for shade, name in enumerate(names):
        picture = np.full((40, 50 + shade, 3), 80 * (shade + 1), np.uint8)
        (tmp_path / name).write_bytes(png.encode(picture))
    before, after = (tmp_path / name for name in names)
    page = tmp_path / "pair.html"
    said = say("sites", "--pair", before, after, "--page", page, "--credit", "the <i>archive</i>")
    assert "nothing was measured" in said
    text = page.read_text(encoding="utf-8")
    assert "Not co-registered, for looking only." in text
    assert text.count("data:image/png;base64,") == 2
    assert "<b>before" not in text
    assert "<i>archive" not in text
    assert "<script" not in text
    assert hashlib.sha256(after.read_bytes()).hexdigest() in text
    first = page.read_bytes()
    say("sites", "--pair", before, after, "--page", page, "--credit", "the <i>archive</i>")
    assert page.read_bytes() == first
    (tmp_path / "words.jpg").write_text("no picture")
    with pytest.raises(Unreadable, match="no picture"):
        say("sites", "--pair", before, tmp_path / "words.jpg", "--page", tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()
    with pytest.raises(WrongUse, match="no page"):
        say("sites", "--pair", before, after)
    with pytest.raises(WrongUse, match="by itself"):
        say("sites", tmp_path, "--pair", before, after, "--page", page)
