from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_images import raster
from watched_sites import buildings, killed_at, site_on_disk, two_statuses

from darkwake import schema
from darkwake.errors import Unreadable, WrongUse
from darkwake.sites import hashes, site_tables, watching
from darkwake.sites.watching import SiteAsked, watch


def test_a_site_goes_from_images_to_tables_and_counts_all(tmp_path: Path) -> None:
    folder, houses = site_on_disk(tmp_path)
    (folder / "undated_VV.tif").write_bytes(b"no raster")
    # the next burst of the same pass lies beside the site
    beside = np.ones((20, 20), np.float32)
    name = "OPERA_L2_RTC-S1_T137-292319-IW1_20240101T015854Z_S1A_30_v1.0"
    for band in ("VV", "VH"):
        raster(folder / f"{name}_{band}.tif", beside, shift=50_000)
    found = watch(SiteAsked("works", str(folder), houses), tmp_path / "out", timeline=two_statuses)
    for name, want in site_tables.TABLES.items():
        assert schema.problems(getattr(found, name), want) == []
    assert found.breaks["building"].to_list() == ["h0"]
    assert found.assessed["assessable"].to_list() == [True, True, False]
    row = found.row().row(0, named=True)
    assert (row["images"], row["usable"], row["buildings"], row["changed"]) == (10, 8, 3, 1)
    assert {"word": "no footprint lies in it", "number": 1} in row["refused"]
    assert len(row["refused"]) == 2
    assert row["not_assessable"] == [{"word": "too few pixels", "number": 1}]
    assert row["last"] == [{"word": "destroyed", "number": 1}, {"word": "intact", "number": 1}]
    # the controls are no buildings
    assert set(found.series["building"]) == {"h0", "h1", "h2"}
    assert found.scenes["controls"][0] >= 60
    for band in found.images.filter("usable")["bands"].explode():
        assert band["sha256"] == hashes.of_file(Path(band["path"]))


def test_a_second_run_does_nothing_and_any_new_input_makes_it_again(tmp_path: Path) -> None:
    folder, houses = site_on_disk(tmp_path)
    out = tmp_path / "out"
    asked = SiteAsked("works", str(folder), houses)
    first = watch(asked, out, timeline=two_statuses)

    def never(*_: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        raise AssertionError("made again")

    again = watch(asked, out, timeline=never)
    assert again.again
    assert not first.again
    for name in site_tables.TABLES:
        assert getattr(again, name).equals(getattr(first, name))
    buildings(houses, (30, 20, 6), (60, 50, 6))
    changed = watch(asked, out, timeline=two_statuses)
    assert not changed.again
    assert changed.footprints.height == 2
    image = min(folder.glob("*.tif"))
    image.write_bytes(image.read_bytes() + b"\0")
    assert watch(asked, out, timeline=two_statuses).key != changed.key


def test_two_runs_in_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    folder, houses = site_on_disk(tmp_path)
    asked = SiteAsked("works", str(folder), houses)
    for name in ("a", "b"):
        watch(asked, tmp_path / name, timeline=two_statuses)
    one, other = (sorted((tmp_path / name / "works").iterdir()) for name in ("a", "b"))
    assert [file.name for file in one] == [file.name for file in other]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, other, strict=True))


def test_a_killed_run_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, houses = site_on_disk(tmp_path)
    out = tmp_path / "out"
    asked = SiteAsked("works", str(folder), houses)
    first = watch(asked, out, timeline=two_statuses)
    buildings(houses, (30, 20, 6))
    real, done = os.replace, []

    def killed_between(old: str, new: str) -> None:
        real(old, new)
        if Path(old).name == "works":
            done.append(new)
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", killed_between)
        with pytest.raises(KeyboardInterrupt):
            watch(asked, out, timeline=two_statuses)
    assert done
    assert site_tables.read("works", out).assessed.equals(first.assessed)
    assert watch(asked, out, timeline=two_statuses).footprints.height == 1
    assert sorted(path.name for path in out.iterdir()) == [".hashes", "works"]


def test_without_footprints_the_area_is_cut_and_with_them_it_chooses(tmp_path: Path) -> None:
    folder, houses = site_on_disk(tmp_path)
    area = buildings(tmp_path / "area.geojson", (24, 14, 18))
    cut = watch(SiteAsked("a", str(folder), area=area, cell_m=60.0), tmp_path / "out", timeline=two_statuses)
    assert set(cut.footprints["kind"]) == {"cell"}
    rose = cut.breaks.filter(pl.col("features").list.first().struct.field("after") > 3)
    assert rose["building"].to_list() == ["h0-001-001"]
    assert cut.assessed.height == cut.footprints.height == 9
    both = watch(SiteAsked("b", str(folder), houses, area), tmp_path / "out", timeline=two_statuses)
    assert both.footprints["building"].to_list() == ["h0"]
    assert both.refused_shapes == {"outside the site's area": 2}
    with pytest.raises(WrongUse, match="neither footprints nor an area"):
        watch(SiteAsked("c", str(folder)), tmp_path / "out", timeline=two_statuses)


def test_many_sites_are_rows_and_a_failed_one_stops_none(tmp_path: Path) -> None:
    _, houses = site_on_disk(tmp_path)
    far = buildings(tmp_path / "far.geojson", (90_000, 20, 6))
    table = tmp_path / "sites.csv"
    lines = [f"works {n},images,houses.geojson" for n in range(2)]
    table.write_text(
        "\n".join(
            ["site,images,footprints", *lines, "far,images,far.geojson", "bare,images,", "gone,nowhere,far.geojson"]
        )
    )
    found = watching.watch_all(table, tmp_path / "out", workers=1, timeline=two_statuses)
    assert schema.problems(found, site_tables.SITES) == []
    assert found["site"].to_list() == ["bare", "far", "gone", "works 0", "works 1"]
    assert found.filter(pl.col("problem") == "")["site"].to_list() == ["works 0", "works 1"]
    problems = dict(found.select("site", "problem").iter_rows())
    assert "neither footprints nor an area" in problems["bare"]
    assert "no image overlaps" in problems["far"]
    assert "no such folder" in problems["gone"]
    assert pl.read_parquet(tmp_path / "out" / "sites.parquet").equals(found)
    assert far.exists()
    assert houses.exists()
    assert watching.watch_all(table, tmp_path / "out", workers=1, timeline=two_statuses)["again"].sum() == 2


@pytest.mark.slow
def test_a_process_that_is_killed_is_a_row_and_the_others_are_done(tmp_path: Path) -> None:
    folder, houses = site_on_disk(tmp_path)
    asked = [SiteAsked(name, str(folder), houses) for name in ("one", "killed", "two", "three")]
    found = watching.watch_all(asked, tmp_path / "out", workers=2, timeline=killed_at)
    assert found.filter(pl.col("problem") == "")["site"].to_list() == ["one", "three", "two"]
    assert "was killed" in found.filter(pl.col("site") == "killed")["problem"][0]


def test_a_table_of_sites_as_geojson_and_names_that_are_no_file_names(tmp_path: Path) -> None:
    folder, _ = site_on_disk(tmp_path)
    area = buildings(tmp_path / "sites.geojson", (24, 14, 12))
    text = area.read_text().replace('"name": "Hall 1"', '"name": "../../Hall", "images": "images", "cell_m": 60')
    area.write_text(text)
    (one,) = watching.asked_in(area)
    assert (one.name, one.images, one.cell_m) == ("../../Hall", str(folder), 60.0)
    watch(one, tmp_path / "out", timeline=two_statuses)
    assert {path.parent for path in (tmp_path / "out").iterdir()} == {tmp_path / "out"}
    assert len(list((tmp_path / "out").iterdir())) == 2
    with pytest.raises(WrongUse, match="two sites are called"):
        watching.watch_all([one, one], tmp_path / "out")
    (tmp_path / "bad.geojson").write_text("{}")
    with pytest.raises(Unreadable, match="no table of sites"):
        watching.asked_in(tmp_path / "bad.geojson")
