from __future__ import annotations

import base64
import json
import math
import struct
import zlib
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from made_images import raster, square
from rasterio.transform import from_origin
from watched_sites import site_on_disk, two_statuses

from darkwake.errors import Unreadable, WrongUse
from darkwake.sites import hashes, images, pictures, png, watching
from darkwake.sites.site_tables import Watched


def decoded(data: bytes) -> npt.NDArray[np.uint8]:
    """A plain reader of what png.encode writes, by the standard's own rules."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    width, height, bits, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert bits == 8
    deep = {2: 3, 0: 1}[colour]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * deep)
    out = np.zeros((height, width, deep), np.uint8)
    for y in range(height):
        line = rows[y, 1:].reshape(width, deep)
        out[y] = line.cumsum(axis=0, dtype=np.uint8) if rows[y, 0] == 1 else line + out[y - 1]
    return out if deep == 3 else out[:, :, 0]


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 4), st.booleans(), st.randoms(use_true_random=False))
def test_a_png_holds_the_very_pixels(height: int, width: int, times: int, grey: bool, random: Random) -> None:
    shape = (height, width) if grey else (height, width, 3)
    pixels = np.array([random.choice((0, 7, 255)) for _ in range(math.prod(shape))], np.uint8).reshape(shape)
    large = pixels.repeat(times, axis=0).repeat(times, axis=1)
    assert np.array_equal(decoded(png.encode(large)), large)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder, houses = site_on_disk(tmp_path_factory.mktemp("site"))
    asked = watching.SiteAsked("works", str(folder), houses)
    return watching.watch(asked, tmp_path_factory.mktemp("out"), timeline=two_statuses)


def both_of(watched: Watched, building: str) -> pictures.Pair:
    rows = {row["image"]: row for row in watched.images.iter_rows(named=True)}
    found = pictures.choose(watched.series, watched.breaks, building)
    assert found is not None
    rings = watched.footprints.filter(pl.col("building") == building)["rings"][0].to_list()
    return pictures.pair(rows[found[0]], rows[found[1]], rings)


def test_before_and_after_stand_on_either_side_of_the_break_on_one_grid(watched: Watched) -> None:
    both = both_of(watched, "h0")
    assert (both.before.time, both.after.time) == (datetime(2024, 1, 4, 1, 58, 54), datetime(2024, 1, 5, 1, 58, 54))
    before, after = decoded(both.before.png), decoded(both.after.png)
    assert before.shape == after.shape == (both.before.height, both.before.width, 3)
    # the outline lies on the very pixels that grew brighter, and nothing else did
    (ring,) = both.outline
    (left, top), (right, bottom) = np.min(ring, axis=0).astype(int), np.max(ring, axis=0).astype(int)
    assert (right - left, bottom - top) == (6 * both.magnified, 6 * both.magnified)
    change = after[:, :, 0].astype(int) - before[:, :, 0]
    within = change[top:bottom, left:right].mean()
    outside = np.delete(change, np.s_[top:bottom], axis=0).mean()
    assert within > 50
    assert abs(outside) < 8
    assert both.metres_per_pixel == pytest.approx(10 / both.magnified)
    assert both.bar_m
    assert both.metres_per_pixel
    assert both.bar_px == pytest.approx(both.bar_m / both.metres_per_pixel, abs=0.01)
    assert "the same stretch" in both.says


def test_a_caption_names_the_hash_of_each_file_and_the_credit(watched: Watched) -> None:
    both = both_of(watched, "h0")
    row = watched.images.filter(pl.col("image") == both.after.image).row(0, named=True)
    assert set(both.after.sha256) == {band["sha256"] for band in row["bands"]}
    assert "Copernicus" in both.after.credit


def test_a_strip_has_a_tile_for_every_usable_date_and_forty_buildings_stay_small(watched: Watched) -> None:
    told = pictures.of_site(watched.images, watched.footprints, watched.series, watched.breaks)
    assert list(told) == ["h0", "h1", "h2"]
    strip = told["h0"]["strip"]
    assert strip["dates"] == [f"2024-01-0{day}T01:58:54Z" for day in range(1, 9)]
    sheet = decoded(base64.b64decode(strip["png_base64"]))
    assert sheet.shape[:2] == (strip["tile_px"], 8 * strip["tile_px"])
    tiles = sheet.reshape(strip["tile_px"], 8, strip["tile_px"], 3).mean(axis=(0, 2, 3))
    assert tiles[4:].min() > tiles[:4].max() + 5
    # 60 dates and 40 buildings of them in 6 MB of page
    assert len(strip["png_base64"]) / 8 * 60 + 2 * len(told["h0"]["after_png_base64"]) < 6e6 / 40
    assert told["h2"] == {"problem": "fewer than two usable images"}
    assert json.loads(json.dumps(told)) == told


def test_what_has_no_data_is_hatched_and_pictures_of_two_sensors_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    for day, hole in ((1, False), (2, True)):
        data = rng.uniform(200, 900, (80, 90)).astype(np.float32)
        if hole:
            data[:, 40:] = np.nan
        raster(tmp_path / f"2024010{day}.tif", {"gray": data}, nodata=float("nan"))
    found = images.find(tmp_path).to_dicts()
    ring = [number for point in square(36, 30, 8) for number in point]
    both = pictures.pair(found[0], found[1], [ring])
    after = decoded(both.after.png)
    right = after[:, after.shape[1] // 2 + 4 * both.magnified :]
    assert set(np.unique(right)) == {118, 168}
    with pytest.raises(WrongUse, match="of one sensor"):
        pictures.pair(found[0], found[1] | {"sensor": "s1"}, [ring])
    far = [number + 5 for number in ring]
    with pytest.raises(Unreadable, match="neither image shows that place"):
        pictures.pair(found[0], found[1], [far])


@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
def test_pictures_without_coordinates_are_for_looking_only(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    shapes = {"a": (40, 50), "b": (40, 50), "c": (30, 50)}
    for name, shape in shapes.items():
        colours: dict[str, np.ndarray] = {
            band: rng.integers(0, 255, shape).astype(np.uint8) for band in ("red", "green", "blue")
        }
        raster(tmp_path / f"{name}.tif", colours, crs=None)
    same = pictures.loose(str(tmp_path / "a.tif"), str(tmp_path / "b.tif"))
    other = pictures.loose(str(tmp_path / "a.tif"), str(tmp_path / "c.tif"))
    assert "of one size, not co-registered, for looking only" in same.says
    assert "of different size" in other.says
    assert not same.registered
    assert same.metres_per_pixel is None
    assert decoded(same.before.png).shape == (40, 50, 3)
    cut = tmp_path / "a.tif"
    cut.write_bytes(cut.read_bytes()[:3000])
    with pytest.raises(Unreadable):
        pictures.loose(str(cut), str(tmp_path / "b.tif"))


def test_a_loose_pair_names_its_files_and_takes_pictures_only(tmp_path: Path) -> None:
    table = [(10, 20, 200), (250, 240, 20)]  # a palette: its numbers are names of colours
    about: dict[str, Any] = {"dtype": "uint8", "transform": from_origin(0, 9, 1, 1)}
    with rasterio.open(tmp_path / "names.png", "w", driver="PNG", width=8, height=6, count=1, **about) as out:
        out.write(np.eye(6, 8, dtype=np.uint8), 1)
        out.write_colormap(1, dict(enumerate(table)))
    noise = np.random.default_rng(5).integers(0, 255, (3, 90, 120)).astype(np.uint8)
    with rasterio.open(tmp_path / "photo.jpg", "w", driver="JPEG", width=120, height=90, count=3, **about) as out:
        out.write(noise)
    both = pictures.loose(str(tmp_path / "names.png"), str(tmp_path / "photo.jpg"))
    drawn = decoded(both.before.png)
    assert tuple(drawn[0, 0]) == table[1]
    assert tuple(drawn[0, 1]) == table[0]
    assert both.after.sha256 == (hashes.of_file(tmp_path / "photo.jpg"),)
    whole = (tmp_path / "photo.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "words.png").write_text("no picture")
    (tmp_path / "points.vrt").write_text("<VRTDataset><SourceFilename>names.png</SourceFilename></VRTDataset>")
    (tmp_path / "empty.tif").touch()
    for name, why in {
        "cut.jpg": "cannot be read",
        "words.png": "no picture",
        "points.vrt": "no picture",
        "empty.tif": "empty",
        "none.png": "no such file",
    }.items():
        with pytest.raises(Unreadable, match=why):
            pictures.loose(str(tmp_path / "photo.jpg"), str(tmp_path / name))
