from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
from made_images import raster
from test_stack import drawn

from darkwake import schema
from darkwake.sites import controls, images, scan


def test_controls_lie_off_every_building_and_within_the_images(tmp_path: Path) -> None:
    raster(
        tmp_path / "i" / "OPERA_L2_RTC-S1_T137-292318-IW1_20240101T015854Z_S1A_30_v1.0_VV.tif",
        np.ones((120, 120), np.float32),
    )
    places = drawn(tmp_path / "f.geojson", (50, 50, 6), (70, 50, 6))
    found = images.find(tmp_path / "i")
    anywhere = controls.controls(places, apart_m=90.0)
    here = controls.controls(places, apart_m=90.0, images=found)
    assert schema.problems(here, schema.FOOTPRINTS) == []
    west, south, east, north = found.select("west", "south", "east", "north").row(0)
    inside = pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north)
    assert here.height == here.filter(inside).height >= 60
    assert anywhere.filter(inside).height < anywhere.height
    for control in here.iter_rows(named=True):
        for building in places.iter_rows(named=True):
            x = (control["lon"] - building["lon"]) * 111_195 * math.cos(math.radians(building["lat"]))
            y = (control["lat"] - building["lat"]) * 111_195
            assert max(abs(x), abs(y)) >= 90 + 30 + 29


def test_the_greatest_of_few_controls_does_not_bound_what_can_be_told() -> None:
    null = scan.Null(np.sort(np.random.default_rng(1).gumbel(10, 3, 40)))
    assert null.p(np.array([100.0]))[0] < 0.01
    assert null.p(np.array([10.0]))[0] > 0.3


def test_many_cells_have_a_tenth_as_many_controls(tmp_path: Path) -> None:
    (area,) = drawn(tmp_path / "f.geojson", (50, 50, 6)).partition_by("site")
    cells = pl.concat([area.with_columns(building=pl.lit(f"c{number}")) for number in range(8_000)])
    assert controls.controls(area, apart_m=90.0).height <= controls.MOST
    assert controls.controls(cells, apart_m=90.0).height == 800
