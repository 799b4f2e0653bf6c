from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_images import raster
from test_stack import drawn
from watched_sites import buildings, site_on_disk

from darkwake import schema
from darkwake.sites import footprints, images, series, stack

RNG = np.random.default_rng(7)


def radar(folder: Path, days: int, change: int, db: float) -> None:
    """Ground of -15 dB with speckle and its own weather, and from one day on a square that is brighter."""
    for day in range(days):
        weather = RNG.normal(0, 2)
        for band in ("VV", "VH"):
            data = 10 ** ((-15 + weather) / 10) * RNG.gamma(20, 1 / 20, (80, 90))
            if day >= change:
                data[20:26, 30:36] *= 10 ** (db / 10)
            name = f"OPERA_L2_RTC-S1_T137-292318-IW1_202401{day + 1:02d}T015854Z_S1A_30_v1.0_{band}.tif"
            raster(folder / name, data.astype(np.float32), nodata=float("nan"))


def test_the_ring_takes_the_weather_away_and_leaves_the_change(tmp_path: Path) -> None:
    radar(tmp_path, 10, 5, 3.0)
    places = drawn(tmp_path / "f.geojson", (30, 20, 6), (60, 50, 6))
    found = series.series(images.find(tmp_path), places)
    assert schema.problems(found, schema.SERIES) == []
    assert found.height == 2 * 10 * 2
    vv = found.filter(pl.col("feature") == "vv_db")
    changed = vv.filter(pl.col("building") == "h0").sort("time")["value"].to_numpy()
    assert abs(changed[5:].mean() - changed[:5].mean() - 3) < 0.5
    still = vv.filter(pl.col("building") == "h1")
    assert float(np.std(still["value"].to_numpy())) < 0.5
    assert float(np.std(still["inside"].to_numpy())) > 1.0


def test_every_building_has_a_row_for_every_image_and_a_reason_for_no_value(tmp_path: Path) -> None:
    for day in range(1, 4):
        classes = np.full((80, 90), 4, np.uint8)
        if day == 2:
            classes[:, :45] = 9
        bands = {name: RNG.integers(500, 2000, (80, 90)).astype(np.uint16) for name in ("B02", "B03", "B04", "B08")}
        for name, data in (bands | {"SCL": classes}).items():
            raster(tmp_path / f"T31QDE_2024010{day}T101010_{name}_10m.tif", data)
    places = drawn(tmp_path / "f.geojson", (20, 20, 6), (70, 50, 6), (60, 10, 1))
    found = series.series(images.find(tmp_path), places)
    per = found.group_by("building", "image").len()
    assert per.height == 9
    assert found.filter(pl.col("value").is_null() == (pl.col("why") == "")).is_empty()
    reasons = dict(
        found.filter(pl.col("feature") == "brightness")
        .select("building", "why")
        .group_by("building")
        .agg("why")
        .iter_rows()
    )
    assert reasons["h0"] == ["", "cloud or no data", ""]
    assert reasons["h1"] == ["", "", ""]
    assert set(reasons["h2"]) == {"too few pixels"}


def test_the_offset_of_baseline_four_makes_no_change(tmp_path: Path) -> None:
    ground = RNG.integers(600, 1500, (80, 90))
    for day in range(1, 9):
        shifted = day > 4
        for name in ("B02", "B03", "B04"):
            data = (ground + RNG.integers(0, 40, ground.shape) + 1000 * shifted).astype(np.uint16)
            baseline = "0400" if shifted else "0301"
            raster(tmp_path / f"S2A_MSIL2A_2022010{day}T101010_N{baseline}_R108_T31QDE_{name}.tif", data)
    found = series.series(images.find(tmp_path), drawn(tmp_path / "f.geojson", (20, 20, 6)))
    bright = found.filter(pl.col("feature") == "brightness").sort("time")["inside"].to_numpy()
    assert abs(bright[4:].mean() / bright[:4].mean() - 1) < 0.05


def test_a_block_of_chips_at_a_time_gives_the_same_series(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, houses = site_on_disk(tmp_path)
    table, _ = footprints.read(houses, site="works")
    found = images.find(str(folder), site="works")
    monkeypatch.setattr(stack, "CHIP", 32)
    whole = series.series(found, table)
    monkeypatch.setattr(series, "BLOCK", 1)
    calls: list[str] = []
    parts = series.series(found, table, progress=lambda says, _done, _of: calls.append(says))
    assert any("part 2" in says for says in calls)
    assert parts.equals(whole)


def test_a_changed_cell_hardly_moves_the_cells_beside_it(tmp_path: Path) -> None:
    folder, _ = site_on_disk(tmp_path)  # from the fifth day on six by six pixels are four times as bright
    area, _ = footprints.read(buildings(tmp_path / "area.geojson", (24, 14, 18)), site="works")
    cells = footprints.cells(area, size_m=60.0)
    told = series.series(images.find(str(folder), site="works"), cells).filter(pl.col("feature") == "vv_db")
    late = pl.col("time") >= pl.col("time").unique().sort().get(4)
    steps = told.group_by("building").agg(
        step=pl.col("value").filter(late).mean() - pl.col("value").filter(~late).mean()
    )
    changed = pl.col("building") == "h0-001-001"
    assert steps.filter(changed)["step"][0] > 5.5
    # the mean of the ring would move them by about 0.7 dB
    assert float(steps.filter(~changed)["step"].abs().max()) < 0.35  # type: ignore[arg-type]
