"""Real cases, made as a person would, of what fits together in the shared data; the figures come from the files."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from darkwake.cli import app

pytestmark = [pytest.mark.shared, pytest.mark.slow]

POSITIONS = "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet"
COLUMNS = "time=Timestamp,ship=MMSI,lat=Latitude,lon=Longitude,sog=SOG"
PORTS = "ais/ports/wpi_UpdatedPub150.csv"
ANCHORAGES = "ais/anchorages/anchorage_overrides.csv"
OFAC = "lists/ofac_sdn_xml_2021-03/sdn.xml.gz"
UN = "lists/un_consolidated/UN_consolidated_2026-02-27.xml"
ANNEX = "lists/eu_annex1_2026-08/annex.json"
ARTICLES = "claims/gold_example"
PATCH = "T137-292319-IW2"
"""A patch of land without any known event."""
AREA = [[-119.768, 34.437], [-119.748, 34.437], [-119.748, 34.455], [-119.768, 34.455], [-119.768, 34.437]]
FORMATS = ("html", "json", "ftm", "geojson", "geoparquet", "kml", "csv", "prov", "stix")
NMEA = (
    "ais/nmea-dma-2010/stream_example.txt",
    "ais/nmea-mixed/timestamped.ais",
    "ais/nmea-malformed/errors.nmea",
    "ais/nmea-malformed/multi-part.nmea",
)


def say(*words: object, code: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == code, ran.output
    return ran.output


def told_by(case: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((case / "case.json").read_text(encoding="utf-8"))
    return told


def rows_of(case: Path) -> dict[str, int]:
    return {source["name"]: source["rows"] for source in told_by(case)["sources"]}


def cited(told: dict[str, Any]) -> set[str]:
    return {one["source"] for row in told["evidence"] for one in row["sources"]}


def images(told: dict[str, Any]) -> set[str]:
    sites = told["sites"].get("sites", [])
    return {file["sha256"] for site in sites for image in site["images"] for file in image["files"]}


@pytest.fixture(scope="module")
def kattegat(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of the Kattegat with ports, lists, goods, two articles and a patch of land."""
    folder = tmp_path_factory.mktemp("real")
    case, pictures, area = folder / "case", folder / "images", folder / "area.geojson"
    pictures.mkdir()
    for image in (shared / "imagery/s1_rtc_california/cropped").rglob(f"*{PATCH}*.tif"):
        shutil.copy(image, pictures)
    outline = {"type": "Polygon", "coordinates": [AREA]}
    area.write_text(json.dumps({"type": "Feature", "properties": {"id": "patch"}, "geometry": outline}))
    say("new", case, "--from", "DK", "--to", "SE", "--period", "2025-11-01/2025-11-03", "--question", "Who crossed?")
    with (case / "case.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[goods]]\ndescription = "urea fertilizer"\nhs = "310210"\n')
        toml.write(f'\n[[sites]]\nname = "patch"\nimages = "{pictures}"\narea = "{area}"\ncell_m = 240\n')
    say("add", case, shared / POSITIONS, "--columns", COLUMNS)
    say("add", case, *(shared / name for name in (PORTS, OFAC, UN, ANNEX)))
    say("add", case, *sorted((shared / ARTICLES).glob("M*.txt")))
    say("run", case)
    return case


def test_the_figures_of_a_real_case_are_those_of_its_files(kattegat: Path, shared: Path) -> None:
    told = told_by(kattegat)
    heard = pl.read_parquet(shared / POSITIONS)
    sdn = gzip.decompress((shared / OFAC).read_bytes())
    un = (shared / UN).read_bytes()
    with (shared / PORTS).open(encoding="utf-8-sig", newline="") as ports:
        in_index = sum(1 for _ in csv.DictReader(ports))
    expected = {
        Path(POSITIONS).name: heard.height,
        Path(PORTS).name: in_index,
        Path(OFAC).name: len(re.findall(rb"<sdnEntry>", sdn)),
        Path(UN).name: len(re.findall(rb"<INDIVIDUAL>|<ENTITY>", un)),
        **{file.name: 1 for file in (shared / ARTICLES).glob("M*.txt")},
    }
    rows = rows_of(kattegat)
    assert {name: rows[name] for name in expected} == expected
    assert all(one["rows"] == one["kept"] + sum(one["refused"].values()) for one in told["sources"])
    counts = told["counts"]
    assert counts["rows"] == sum(rows.values())
    assert (counts["positions"], counts["ships"]) == (heard.height, heard["MMSI"].n_unique())
    assert len(told["silences"]) == counts["gaps"]
    entries = {int(one.replace(",", "")) for one in re.findall(r"([\d,]+) entries", told["searched"])}
    assert entries == {expected[Path(OFAC).name], expected[Path(UN).name]}


def test_every_evidence_of_a_real_case_cites_a_registered_source(kattegat: Path) -> None:
    told = told_by(kattegat)
    known = {source["sha256"]: source["rows"] for source in told["sources"]}
    assert cited(told) - images(told) <= set(known)
    for row in told["evidence"]:
        for one in row["sources"]:
            if one["source"] in known and one.get("unit", "row") == "row":
                assert 1 <= one["first_row"] <= one["last_row"] <= known[one["source"]], row["says"]
    used = {id_ for thread in told["threads"] for station in thread["stations"] for id_ in station["evidence"]}
    assert used <= {row["id"] for row in told["evidence"]}


def test_a_real_case_verifies_packs_and_comes_back(kattegat: Path, tmp_path: Path) -> None:
    assert "does not hold" not in say("verify", kattegat)
    say("pack", kattegat, tmp_path / "case.zip")
    say("unpack", tmp_path / "case.zip", tmp_path / "back")
    assert "does not hold" not in say("verify", tmp_path / "back")
    assert (tmp_path / "back" / "case.json").read_bytes() == (kattegat / "case.json").read_bytes()


@pytest.mark.parametrize("form", FORMATS)
def test_a_real_case_is_handed_on(kattegat: Path, tmp_path: Path, form: str) -> None:
    place = tmp_path / (f"out.{form}" if form not in ("csv", "geoparquet") else "out")
    say("export", kattegat, "--to", form, "--out", place)
    written = [place] if place.is_file() else list(place.iterdir())
    assert written
    assert all(file.stat().st_size for file in written)


def test_goods_that_stand_in_the_packages_tables_cite_what_can_be_verified(shared: Path, tmp_path: Path) -> None:
    case = tmp_path / "goods"
    say("new", case)
    with (case / "case.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[[goods]]\ndescription = "ammonium perchlorate"\ncas = "7790-98-9"\n')
    say("add", case, shared / ANNEX, *sorted((shared / ARTICLES).glob("M*.txt"))[:1])
    say("run", case)
    assert "package table control_facts.csv" in say("verify", case)


def test_every_row_of_the_anchorages_is_counted(shared: Path, tmp_path: Path) -> None:
    case = tmp_path / "ports"
    say("new", case)
    say("add", case, shared / ANCHORAGES, shared / NMEA[0])
    say("run", case)
    with (shared / ANCHORAGES).open(encoding="utf-8", newline="") as file:
        assert rows_of(case)[Path(ANCHORAGES).name] == sum(1 for _ in csv.DictReader(file))


def test_the_order_of_adding_does_not_show(shared: Path, tmp_path: Path) -> None:
    made = []
    for name, files in (("one", NMEA), ("two", NMEA[::-1])):
        case = tmp_path / name / "nmea"
        case.parent.mkdir()
        say("new", case, "--question", "What is heard?")
        for file in files:
            say("add", case, shared / file)
        say("run", case)
        made.append([(case / written).read_bytes() for written in ("case.json", "case.html")])
    assert made[0] == made[1]
    rows = rows_of(tmp_path / "one" / "nmea")
    assert rows[Path(NMEA[0]).name] >= 4051
