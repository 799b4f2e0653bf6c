from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pystac
import pytest
from hypothesis import given
from hypothesis import strategies as st
from watched_sites import site_on_disk, two_statuses

from darkwake.sites import footprints, hashes, outputs, stac, stac_out, watching
from darkwake.sites.site_tables import Watched


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder, houses = site_on_disk(tmp_path_factory.mktemp("site"))
    asked = watching.SiteAsked("works", str(folder), houses)
    return watching.watch(asked, tmp_path_factory.mktemp("out"), timeline=two_statuses)


def test_every_format_holds_every_building_and_can_be_read_again(watched: Watched, tmp_path: Path) -> None:
    written = outputs.write(watched, tmp_path)
    assert [path.name for path in written] == [
        f"{name}.{ending}" for name in ("timeline", "buildings") for ending in ("parquet", "geojson", "csv")
    ] + ["site.csv"]
    for ending in ("parquet", "geojson"):
        again, refused = footprints.read(tmp_path / f"buildings.{ending}")
        assert refused == {}
        assert again["building"].to_list() == ["h0", "h1", "h2"]
        assert again["rings"].to_list() == watched.footprints["rings"].to_list()
    about = json.loads(pl.read_parquet_metadata(tmp_path / "timeline.parquet")["geo"])
    assert about["columns"]["geometry"]["geometry_types"] == ["Polygon"]
    rows = list(csv.DictReader((tmp_path / "timeline.csv").read_text().splitlines()))
    assert [(row["building"], row["status"]) for row in rows] == [
        ("h0", "intact"), ("h0", "destroyed"), ("h1", "intact"), ("h2", "unknown")
    ]  # fmt: skip
    assert rows[1]["start_after"] == "2024-01-04T01:58:54Z"
    assert rows[1]["start_by"] == "2024-01-05T01:58:54Z"
    assert rows[3]["why"] == "too few pixels"
    days = list(csv.DictReader((tmp_path / "site.csv").read_text().splitlines()))
    assert sum(int(row["buildings"]) for row in days) == 2 * 8
    text = json.loads((tmp_path / "timeline.geojson").read_text())
    assert [one["properties"]["status"] for one in text["features"]] == [row["status"] for row in rows]


def test_the_same_tables_give_the_same_bytes(watched: Watched, tmp_path: Path) -> None:
    results = [outputs.write(watched, tmp_path / name) for name in ("a", "b")]
    for name, files in zip(("a", "b"), results, strict=True):
        stac_out.write(watched, tmp_path / name, files, software={"darkwake": "1"})
    one, other = (sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert len(one) == 8
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, other, strict=True))


def test_stac_names_every_image_that_was_used_with_its_checksum(watched: Watched, tmp_path: Path) -> None:
    files = outputs.write(watched, tmp_path)
    path = stac_out.write(watched, tmp_path, files, software={"darkwake": "1"})
    read = pystac.ItemCollection.from_file(str(path))
    assert len(read) == 1 + 8
    results = next(item for item in read if item.id == "works results")
    assert results.properties["darkwake:not_assessable"] == {"too few pixels": 1}
    for name, asset in results.assets.items():
        assert asset.extra_fields["file:checksum"] == "1220" + hashes.of_file(tmp_path / name)
    # what was written is itself a source of images, the same ones
    again = stac.rasters(str(path))
    assert {one.path for one in again} == {band["path"] for band in watched.images["bands"].explode()}
    assert {one.time for one in again} == set(watched.images["time"])


def test_a_cell_is_never_taken_for_a_formula() -> None:
    table = pl.DataFrame({"label": ["=1+1", "-2", "plain"], "number": [-1.5, 2.0, 3.0]})
    assert outputs.as_csv(table).splitlines()[1:] == ["'=1+1,-1.5", "'-2,2", "plain,3"]


@given(st.lists(st.tuples(st.floats(-170, 170), st.floats(-80, 80), st.booleans()), min_size=1, max_size=4))
def test_wkb_is_read_as_it_was_written(corners: list[tuple[float, float, bool]]) -> None:
    rings: list[list[float]] = []
    for west, south, hole in corners:
        rings.append([west, south, west + 1, south, west + 1, south + 1, west, south + 1, west, south])
        if hole:
            low, left = south + 0.25, west + 0.25
            rings.append([left, low, left, low + 0.5, left + 0.5, low + 0.5, left + 0.5, low, left, low])
    assert footprints._wkb(outputs.wkb(rings)) == rings
