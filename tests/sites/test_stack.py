from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_images import raster, square

from darkwake import schema
from darkwake.errors import Unreadable
from darkwake.sites import footprints, images, stack

RNG = np.random.default_rng(5)
PLAIN = RNG.uniform(0.01, 0.2, (80, 90)).astype(np.float32)


def drawn(path: Path, *squares: tuple[int, int, int], swap: bool = False) -> pl.DataFrame:
    shapes = [[point[::-1] for point in square(*one)] if swap else square(*one) for one in squares]
    told = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": f"h{n}", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            for n, ring in enumerate(shapes)
        ],
    }
    path.write_text(json.dumps(told))
    return footprints.read(path, site="works")[0]


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_files_of_one_pass_are_one_image_and_a_refused_one_says_why(tmp_path: Path) -> None:
    for day in ("20240101", "20240113"):
        for band in ("VV", "VH"):
            raster(tmp_path / f"OPERA_L2_RTC-S1_T137-292318-IW1_{day}T015854Z_S1A_30_v1.0_{band}.tif", PLAIN)
    raster(tmp_path / "undated_VV.tif", PLAIN)
    raster(tmp_path / "20240202_nowhere.tif", PLAIN, crs=None)
    cut = raster(tmp_path / "20240303_cut.tif", PLAIN)
    cut.write_bytes(cut.read_bytes()[:9000])
    found = images.find(tmp_path, site="works")
    assert schema.problems(found, schema.IMAGES) == []
    assert found.filter("usable")["orbit"].to_list() == ["T137-292318-IW1"] * 2
    assert [band["band"] for band in found.filter("usable")["bands"][0]] == ["VH", "VV"]
    reasons = found.filter(~pl.col("usable"))["why"].to_list()
    assert len(reasons) == 3
    assert all(any(word in why for why in reasons) for word in ("no date", "unreferenced", "cut short"))


def test_eight_bits_among_sixteen_and_other_bands_are_told(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        raster(tmp_path / f"2024010{day}.tif", {"red": (PLAIN * 9000).astype(np.uint16)})
    raster(tmp_path / "20240104.tif", {"red": (PLAIN * 900).astype(np.uint8)})
    raster(tmp_path / "20240105.tif", {"blue": (PLAIN * 9000).astype(np.uint16)})
    found = images.find(tmp_path)
    assert found["usable"].to_list() == [True, True, True, False, False]
    assert "red of uint8, those of the series are red of uint16" in found["why"][3]


def test_a_window_holds_the_very_pixels_and_nothing_beyond(tmp_path: Path) -> None:
    raster(tmp_path / "20240101.tif", {"red": PLAIN})
    found = images.find(tmp_path)
    places = drawn(tmp_path / "f.geojson", (10, 12, 4), (86, 76, 3))
    for grid, group in stack.grids_of(places, found, ring_m=60):
        data = stack.read(found["bands"][0], "red", grid)
        assert data is not None
        labels = stack.labels(group, grid, ring_m=60)
        column = round((grid.transform[2] - 500_000) / 10)
        row = round((2_000_000 - grid.transform[5]) / 10)
        whole = np.full((row + grid.height + 9, column + grid.width + 9), np.nan, np.float32)
        whole[: PLAIN.shape[0], : PLAIN.shape[1]] = PLAIN
        want = whole[max(row, 0) : row + grid.height, max(column, 0) : column + grid.width]
        got = data[max(-row, 0) :, max(-column, 0) :]
        assert np.array_equal(got, want, equal_nan=True)
        for name, inside, ring in zip(labels.buildings, labels.inside, labels.ring, strict=True):
            assert len(inside) == (16 if name == "h0" else 9)
            assert not set(inside.tolist()) & set(ring.tolist())
            assert len(ring) > 60


def test_another_system_of_coordinates_is_warped_onto_the_grid(tmp_path: Path) -> None:
    from rasterio.warp import calculate_default_transform, reproject

    smooth = np.add.outer(np.arange(80), np.arange(90)).astype(np.float32)
    raster(tmp_path / "a" / "20240101.tif", {"red": smooth})
    import rasterio

    with rasterio.open(tmp_path / "a" / "20240101.tif") as image:
        to, width, height = calculate_default_transform(image.crs, "EPSG:4326", 90, 80, *image.bounds)
        bent = np.zeros((height, width), np.float32)
        reproject(smooth, bent, src_transform=image.transform, src_crs=image.crs, dst_transform=to, dst_crs="EPSG:4326",
                  dst_nodata=-1)  # fmt: skip
    with rasterio.open(tmp_path / "b.tif", "w", driver="GTiff", width=width, height=height, count=1, dtype="float32",
                       crs="EPSG:4326", transform=to, nodata=-1) as out:  # fmt: skip
        out.write(bent, 1)
    found = images.find(tmp_path / "a")
    ((grid, _),) = stack.grids_of(drawn(tmp_path / "f.geojson", (40, 40, 4)), found, ring_m=50)
    own = stack.read(found["bands"][0], "red", grid)
    other = stack.read([{"band": "red", "path": str(tmp_path / "b.tif"), "at": 1}], "red", grid)
    assert own is not None
    assert other is not None
    assert np.nanmax(np.abs(own - other)) < 1.5  # two bilinear steps on a slope of one a pixel


def test_latitude_first_is_told(tmp_path: Path) -> None:
    raster(tmp_path / "20240101.tif", {"red": PLAIN})
    places = drawn(tmp_path / "f.geojson", (10, 12, 4), swap=True)
    with pytest.raises(Unreadable, match="exchanged 1 of them"):
        stack.grids_of(places, images.find(tmp_path), ring_m=60)


def test_cells_fill_a_site_and_their_rings_are_not_empty(tmp_path: Path) -> None:
    raster(tmp_path / "20240101.tif", {"red": PLAIN})
    area = drawn(tmp_path / "f.geojson", (10, 10, 30))
    cut = footprints.cells(area, size_m=30)
    assert 90 <= cut.height <= 121
    assert abs(float(cut["area_m2"].sum()) / float(area["area_m2"].sum()) - 1) < 0.15
    ((grid, group),) = stack.grids_of(cut, images.find(tmp_path), ring_m=60)
    assert min(len(ring) for ring in stack.labels(group, grid, ring_m=60).ring) > 10


def test_a_stac_collection_by_http_and_an_item_whose_file_is_gone(tmp_path: Path) -> None:
    raster(tmp_path / "scene.tif", {"B04": PLAIN})
    items: list[dict[str, object]] = []
    for number, (name, href) in enumerate([("here", "scene.tif"), ("gone", "gone.tif")], start=1):
        items.append(
            {
                "type": "Feature", "stac_version": "1.0.0", "id": name, "geometry": None, "links": [],
                "properties": {"datetime": f"2024-01-0{number}T10:00:00Z", "constellation": "sentinel-2",
                               "s2:processing_baseline": "04.00"},
                "assets": {"red": {"href": href, "eo:bands": [{"name": "B04"}]}},
            }
        )  # fmt: skip
    (tmp_path / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for where in (tmp_path / "items.json", f"http://127.0.0.1:{server.server_port}/items.json"):
            found = images.find(where, site="works")
            assert found["image"].to_list() == ["here", "gone"]
            assert found["usable"].to_list() == [True, False]
            assert found["sensor"].to_list() == ["s2", "s2"]
            assert found["baseline"][0] == "04.00"
            ((grid, _),) = stack.grids_of(drawn(tmp_path / "f.geojson", (10, 12, 4)), found, ring_m=40)
            data = stack.read(found["bands"][0], "B04", grid)
            assert data is not None
            assert np.isfinite(data).all()
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.shared
def test_the_real_null_series_is_read(shared: Path) -> None:
    found = images.find(shared / "imagery" / "s1_rtc_california" / "cropped")
    assert found.filter("usable").height == found.height == 315
    assert set(found["sensor"]) == {"s1"}
    assert found["orbit"].n_unique() == 15
