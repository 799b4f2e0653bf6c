from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fetch_server import Served, serving
from typer.testing import CliRunner

from darkwake import fetch, screening, steps
from darkwake.case import folder
from darkwake.case.folder import Asked
from darkwake.cli import app
from darkwake.errors import DarkwakeError, Refused, Unreadable, WrongUse
from darkwake.fetch import Manners, Search, publications, receipts
from darkwake.synth import lists

NOW = date(2025, 11, 3)


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served()) as one:
        yield one


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invented lists are shorter than any real one."""
    less = tuple(replace(one, least_bytes=100) for one in publications.PUBLICATIONS)
    monkeypatch.setattr(publications, "PUBLICATIONS", less)


def manners(served: Served) -> Manners:
    return Manners(tries=2, pause_s=0.01, mirror=served.url)


def sdn(folder: Path, on: date = date(2025, 10, 29), seed: int = 5) -> bytes:
    file = folder / "made.xml"
    lists.write_sdn(file, lists.invent(seed), published=on)
    return file.read_bytes()


AIS = (
    b"# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,"
    b"Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,"
    b"A,B,C,D\n"
    b"01/10/2025 00:00:00,Class A,200000001,56.1,11.2,Under way using engine,,10.1,90.0,91,Unknown,,INVENTED,Cargo,,,,"
    b"GPS,,,,AIS,,,,\n"
)
OFAC = "/api/PublicationPreview/exports/SDN.XML"


@pytest.mark.usefixtures("small")
def test_a_list_arrives_with_its_receipt_and_is_asked_for_again_only_if_it_changed(
    tmp_path: Path, served: Served
) -> None:
    served.files[OFAC] = content = sdn(tmp_path)
    into = tmp_path / "lists"
    (one,) = fetch.fetch("ofac-sdn", into=into, manners=manners(served), today=NOW)
    assert one.got is not None
    assert one.got.path == into / "ofac-sdn-2025-10-29.xml"
    assert one.got.path.read_bytes() == content
    (kept,) = receipts.read(into)
    assert (kept.sha256, kept.file, kept.name) == (one.got.sha256, "ofac-sdn-2025-10-29.xml", "ofac-sdn")
    assert kept.licence
    (same,) = fetch.fetch("ofac-sdn", into=into, manners=manners(served), today=date(2025, 11, 4))
    assert same.got is not None
    assert same.got.unchanged
    assert len(receipts.read(into)) == 1
    # named for the list's own day, so that its reader finds no contradiction between the two
    assert screening.formats.read(one.got.path).notes == screening.formats.read(tmp_path / "made.xml").notes
    served.files[OFAC] = sdn(tmp_path, date(2025, 11, 4))
    (newer,) = fetch.fetch("ofac-sdn", into=into, manners=manners(served), today=date(2025, 11, 4))
    assert newer.got is not None
    assert not newer.got.unchanged
    assert sorted(file.name for file in into.iterdir()) == [
        "fetched.jsonl", "ofac-sdn-2025-10-29.xml", "ofac-sdn-2025-11-04.xml",
    ]  # fmt: skip
    served.files[OFAC] = again = sdn(tmp_path, date(2025, 11, 4), seed=6)
    (other,) = fetch.fetch("ofac-sdn", into=into, manners=manners(served), today=date(2025, 11, 5))
    assert other.got is not None
    assert other.got.path.name == f"{other.got.sha256[:8]}-ofac-sdn-2025-11-04.xml"
    assert other.got.path.read_bytes() == again
    assert (into / "ofac-sdn-2025-11-04.xml").read_bytes() != again


@pytest.mark.usefixtures("small")
def test_a_list_that_is_cut_short_is_refused(tmp_path: Path, served: Served) -> None:
    served.files[OFAC] = sdn(tmp_path)[:-400]
    (one,) = fetch.fetch("ofac-sdn", into=tmp_path / "lists", manners=manners(served), today=NOW)
    assert one.got is None
    assert list((tmp_path / "lists").iterdir()) == []


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><body>" + b"Access denied. " * 50 + b"</body></html>", "not Specially Designated"),
        (b"short", "5 bytes arrived"),
        (AIS, "is dma-csv, not"),
    ],
)
def test_what_is_not_the_list_is_refused_and_not_kept(
    tmp_path: Path, served: Served, content: bytes, says: str
) -> None:
    served.files[OFAC] = content
    (one,) = fetch.fetch("ofac-sdn", into=tmp_path / "lists", manners=manners(served), today=NOW)
    assert one.got is None
    assert isinstance(one.error, Unreadable)
    assert says in one.error.message()
    assert list((tmp_path / "lists").iterdir()) == []


@pytest.mark.usefixtures("small")
def test_days_are_fetched_one_by_one_and_a_missing_one_stops_no_other(tmp_path: Path, served: Served) -> None:
    served.files = {f"/2025/aisdk-2025-10-0{day}.zip": zipped(tmp_path, day) for day in (1, 3)}
    got = fetch.fetch("dma", into=tmp_path / "ais", period="2025-10-01/2025-10-03", manners=manners(served), today=NOW)
    assert [(one.day, one.got is not None) for one in got] == [
        ("2025-10-01", True), ("2025-10-02", False), ("2025-10-03", True),
    ]  # fmt: skip
    assert isinstance(got[1].error, fetch.NotThere)
    assert "aisdk-2025-10-02.zip" in got[1].error.message()


def zipped(folder: Path, day: int) -> bytes:
    import zipfile

    file = folder / f"made{day}.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"aisdk-2025-10-0{day}.csv", AIS.replace(b"01/10", b"%02d/10" % day))
    return file.read_bytes()


def test_months_before_march_2024_are_one_file_and_addresses_change_with_the_years() -> None:
    dma, noaa = fetch.named("dma"), fetch.named("noaa")
    days = fetch._days(dma, "2024-02-27/2024-03-02", NOW)
    assert [dma.file(day) for day, _ in days] == ["aisdk-2024-02.zip", "aisdk-2024-03-01.zip", "aisdk-2024-03-02.zip"]
    assert noaa.file(date(2024, 1, 2)) == "AIS_2024_01_02.zip"
    assert noaa.file(date(2025, 1, 2)) == "ais-2025-01-02.csv.zst"


def test_every_publication_has_an_address_and_a_reader() -> None:
    from darkwake import ports, sources

    known = {*sources.LISTS, *sources.GOODS, *ports.LAYOUTS, "dma-csv", "marinecadastre-csv"}
    for one in fetch.PUBLICATIONS:
        addresses = [*one.newest, *(one.of_day(NOW) if one.of_day else ())]
        assert addresses, one.name
        assert all(address.startswith(("https://", "http://aisdata.ais.dk/")) for address in addresses), one.name
        assert set(one.kind) <= known, one.name


@pytest.mark.parametrize(
    ("name", "period", "says"),
    [
        ("ofac", "", "nothing is published as"),
        ("dma", "", "published by the day"),
        ("ofac-sdn", "2025-10-01", "newest version alone"),
        ("dma", "2025-13-01", "is no day"),
        ("dma", "2025-10-01/..", "is open"),
        ("dma", "2025-11-04", "not over yet"),
        ("dma", "2015/2024", "more than 366 days"),
    ],
)
def test_what_cannot_be_fetched_is_said_before_the_network_is_asked(
    tmp_path: Path, name: str, period: str, says: str
) -> None:
    with pytest.raises(WrongUse, match=says):
        fetch.fetch(name, into=tmp_path, period=period, today=NOW)


# --- images ---


def item(number: int, cloud: float = 5.0) -> dict[str, Any]:
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": f"S2-{number:03}", "collection": "sentinel-2-l2a",
        "geometry": None, "bbox": [56, 26, 57, 27], "links": [{"rel": "self", "href": f"/items/S2-{number:03}"}],
        "properties": {"datetime": f"2025-01-{31 - number:02}T07:00:00Z", "eo:cloud_cover": cloud},
        "assets": {"red": {"href": f"files/S2-{number:03}.tif", "eo:bands": [{"name": "red"}]}},
    }  # fmt: skip


def test_a_search_follows_its_pages_and_writes_one_collection_by_time(tmp_path: Path, served: Served) -> None:
    again = {"rel": "next", "href": "/v1/search", "method": "POST", "body": {"token": "two"}, "merge": True}
    served.pages = {
        "/v1/search": {"type": "FeatureCollection", "features": [item(1), item(2)], "links": [again]},
        "/v1/search two": {"type": "FeatureCollection", "features": [item(2), item(3)], "links": [again]},
    }
    asked = Search((56.0, 26.0, 57.0, 27.0), "2025-01", catalogue=f"{served.url}/v1", cloud_cover=20.0)
    got, number = fetch.search(asked, tmp_path / "images.json", manners=Manners(tries=1))
    told = json.loads(got.path.read_text())
    assert number == 3
    assert [one["id"] for one in told["features"]] == ["S2-003", "S2-002", "S2-001"]
    assert told["features"][0]["assets"]["red"]["href"] == f"{served.url}/items/files/S2-003.tif"
    first = json.loads(served.asked[0][2]["body"])
    assert first["datetime"] == "2025-01-01T00:00:00Z/2025-01-31T23:59:59Z"
    assert first["query"] == {"eo:cloud_cover": {"lte": 20.0}}
    # the page that came twice ends the search
    assert len(served.asked) == 3


def test_what_is_searched_is_read_by_the_part_that_watches_sites(tmp_path: Path, served: Served) -> None:
    pytest.importorskip("pystac")
    from darkwake.sites import stac

    served.pages = {"/v1/search": {"type": "FeatureCollection", "features": [item(1)]}}
    asked = Search((56.0, 26.0, 57.0, 27.0), "2025-01", catalogue=f"{served.url}/v1")
    got, _ = fetch.search(asked, tmp_path / "images.json", manners=Manners(tries=1))
    (raster,) = stac.rasters(str(got.path))
    assert raster.path == f"{served.url}/items/files/S2-001.tif"


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "57,26,56,27", "26,56,27,190", "nan,1,2,3"])
def test_a_box_that_is_none_is_refused(box: str) -> None:
    with pytest.raises(WrongUse, match="is no box"):
        fetch.box_of(box)


def test_a_catalogue_that_is_none_is_refused(tmp_path: Path, served: Served) -> None:
    served.pages = {"/v1/search": {"message": "moved"}}
    asked = Search((56.0, 26.0, 57.0, 27.0), "2025-01", catalogue=f"{served.url}/v1")
    with pytest.raises(Unreadable, match="no list of items"):
        fetch.search(asked, tmp_path / "images.json", manners=Manners(tries=1))
    assert list(tmp_path.iterdir()) == []


# --- the command ---


@pytest.mark.usefixtures("small")
def test_the_command_takes_what_arrives_into_a_case(tmp_path: Path, served: Served) -> None:
    served.files[OFAC] = sdn(tmp_path)
    case = tmp_path / "case"
    steps.new(case, Asked(name="strait"))
    said = CliRunner().invoke(app, ["fetch", "ofac-sdn", "--case", str(case), "--mirror", served.url])
    assert said.exit_code == 0, said.output
    assert "public domain" in said.output
    (added,) = folder.find(case).sources()
    assert added.kind == "ofac-sdn"
    (kept,) = receipts.read(case / "fetched")
    assert kept.sha256 == added.sha256


@pytest.mark.usefixtures("small")
def test_the_command_says_what_failed_and_keeps_the_rest(tmp_path: Path, served: Served) -> None:
    served.files[OFAC] = sdn(tmp_path)
    out = str(tmp_path / "lists")
    said = CliRunner().invoke(app, ["fetch", "ofac-sdn", "un", "-o", out, "--mirror", served.url, "--json"])
    assert isinstance(said.exception, Refused)
    told = json.loads(said.output)
    assert [("sha256" in one, "error" in one) for one in told] == [(True, False), (False, True)]


def test_without_a_name_the_command_lists_what_there_is() -> None:
    said = CliRunner().invoke(app, ["fetch"])
    assert said.exit_code == 0
    for one in fetch.PUBLICATIONS:
        assert one.name in said.output
    assert max(map(len, said.output.splitlines())) <= 80
    assert len(json.loads(CliRunner().invoke(app, ["fetch", "--json"]).output)) == len(fetch.PUBLICATIONS)


def test_receipts_that_were_never_finished_do_not_count(tmp_path: Path) -> None:
    (tmp_path / receipts.FILE).write_bytes(b'{"half')
    assert receipts.read(tmp_path) == []
    (tmp_path / receipts.FILE).write_bytes(b"no receipt\n")
    with pytest.raises(DarkwakeError, match="line 1 is no receipt"):
        receipts.read(tmp_path)
