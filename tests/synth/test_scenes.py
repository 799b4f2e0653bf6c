from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import rasterio

from darkwake.synth import scene_ground, scene_histories, scenes
from darkwake.synth.scene_radar import speckle

FEW = {"rebuilt": 2, "demolished": 1, "repaired": 1, "built": 1, "repainted": 1, "lorries": 1, "flooded yard": 1}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> scenes.Planted:
    return scenes.write(tmp_path_factory.mktemp("scene"), seed=3, buildings=12, days=300, histories=FEW)


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    one, again, other = (
        scenes.write(tmp_path / name, seed=seed, buildings=4, days=40, histories={"demolished": 1})
        for name, seed in (("one", 5), ("again", 5), ("other", 6))
    )
    names = sorted(file.name for file in one.images.iterdir())
    assert names == sorted(file.name for file in again.images.iterdir())
    assert all((one.images / name).read_bytes() == (again.images / name).read_bytes() for name in names)
    assert one.truth.read_bytes() == again.truth.read_bytes()
    assert one.footprints.read_bytes() != other.footprints.read_bytes()


def test_every_building_has_one_status_at_every_image_and_they_follow_its_history(planted: scenes.Planted) -> None:
    told = json.loads(planted.truth.read_text())
    images = len(list(planted.images.iterdir()))
    assert len(told["images"]) == images
    assert planted.statuses.height == 12 * images
    for building in told["buildings"]:
        assert len(building["statuses"]) == images
        order = list(dict.fromkeys(building["statuses"]))
        assert order == list(scene_histories.HISTORIES.get(building["kind"], ("intact",)))[: len(order)]
        assert building["decoy"] == (building["kind"] in scene_histories.DECOYS)
        assert building["decoy"] <= (not building["changes"])
    counts = dict(planted.buildings.group_by("kind").len().iter_rows())
    assert counts == FEW | {"nothing": 4}
    for row in planted.buildings.explode("changes").drop_nulls("changes").iter_rows(named=True):
        change = row["changes"]
        assert change["before"].date() < change["since"] <= change["by"].date()


def test_everything_says_that_it_is_invented_and_lies_in_open_water(planted: scenes.Planted) -> None:
    for file in planted.images.iterdir():
        with rasterio.open(file) as image:
            assert "INVENTED" in image.tags()["TIFFTAG_IMAGEDESCRIPTION"]
            assert all(image.descriptions)
        assert file.name.startswith("INVENTED_")
    assert "INVENTED" in (planted.folder / "INVENTED.txt").read_text()
    for feature in json.loads(planted.footprints.read_text())["features"]:
        assert feature["properties"]["invented"]
        for lon, lat in feature["geometry"]["coordinates"][0]:
            assert -3.01 < lon < -2.9
            assert 0.9 < lat < 1.01
    assert sum(file.stat().st_size for file in planted.folder.rglob("*") if file.is_file()) < 12e6


def _brightness(planted: scenes.Planted, building: str) -> pl.DataFrame:
    """Mean of three bands over the pixels that lie wholly in a footprint, on images without a cloud."""
    told = json.loads(planted.truth.read_text())
    shape = next(
        one for one in json.loads(planted.footprints.read_text())["features"] if one["properties"]["id"] == building
    )
    from rasterio import features, warp

    geometry = warp.transform_geom("EPSG:4326", "EPSG:32630", shape["geometry"])
    rows = []
    for image in told["images"]:
        if image["sensor"] != "s2" or image["cloud"] or image["snow"]:
            continue
        with rasterio.open(planted.images / image["file"]) as opened:
            inside = features.rasterize([geometry], opened.shape, transform=opened.transform) > 0
            pixels = opened.read([1, 2, 3]).astype(float).mean(axis=0)[inside]
        offset = 1000 if "_N0400_" in image["file"] else 0
        rows.append((image["time"], (pixels.mean() - offset) / 1e4, pixels.std() / (pixels.mean() - offset)))
    return pl.DataFrame(rows, schema=["time", "mean", "rough"], orient="row")


def test_a_repainted_roof_changes_its_colour_on_its_day_and_nothing_else_steps_with_the_baseline(
    planted: scenes.Planted,
) -> None:
    told = {one["kind"]: one for one in json.loads(planted.truth.read_text())["buildings"]}
    still = _brightness(planted, told["nothing"]["building"])
    steady = still["mean"].to_numpy()
    assert steady.min() / steady.max() > 0.6  # not the step of 0.1 that the offset alone would make
    seen = _brightness(planted, told["repainted"]["building"])
    after = seen["time"] >= told["repainted"]["days"][0]
    assert after.any()
    assert not after.all()
    one, other = (seen.filter(part)["mean"].to_numpy() for part in (~after, after))
    assert abs(np.median(one) - np.median(other)) > 2 * max(one.std(), other.std())


def test_speckle_is_gamma_of_the_looks_it_claims() -> None:
    drawn = speckle(np.random.default_rng(1), (400, 400)).astype(float)
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert drawn.mean() ** 2 / drawn.var() == pytest.approx(4.5, abs=0.3)
    beside = np.corrcoef(drawn[:, :-1].ravel(), drawn[:, 1:].ravel())[0, 1]
    apart = np.corrcoef(drawn[:, :-3].ravel(), drawn[:, 3:].ravel())[0, 1]
    assert 0.1 < beside < 0.4
    assert abs(apart) < 0.02


def test_a_building_fills_as_much_as_it_is_large() -> None:
    histories = scene_histories.draw(np.random.default_rng(2), {"nothing": 40}, date(2022, 1, 1), 300)
    ground = scene_ground.lay(np.random.default_rng(2), histories)
    for building, stand in zip(ground.buildings, ground.stands, strict=True):
        assert float(stand.cover.sum()) * 100 == pytest.approx(building.area_m2, rel=0.15)
    sides = [building.area_m2**0.5 for building in ground.buildings]
    assert min(sides) < 20
    assert max(sides) > 60


def test_wrong_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such history: burnt"):
        scenes.write(tmp_path, seed=1, histories={"burnt": 1})
    with pytest.raises(ValueError, match="cannot have 6"):
        scenes.write(tmp_path, seed=1, buildings=4, histories={"rebuilt": 6})
    with pytest.raises(ValueError, match="no such sensor"):
        scenes.write(tmp_path, seed=1, sensors=("s3",))
