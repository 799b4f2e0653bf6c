from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.sites import change, guards, scan


def table(
    values: np.ndarray, *, names: str = "b", orbits: tuple[str, ...] = ("44",), drop: float = 0.0
) -> pl.DataFrame:
    """SERIES of buildings x times x 2 (vv_db, vh_db); the orbits take turns."""
    rng = np.random.default_rng(3)
    rows = []
    for b, building in enumerate(values):
        for t, pair in enumerate(building):
            for feature, value in zip(("vv_db", "vh_db"), pair, strict=True):
                gone = rng.random() < drop
                rows.append(
                    {
                        "building": f"{names}{b:03d}", "image": f"i{t:03d}", "sensor": "s1",
                        "orbit": orbits[t % len(orbits)], "time": datetime(2024, 1, 1) + timedelta(days=12 * t),
                        "feature": feature, "value": None if gone else float(value), "inside": float(value),
                        "ring": 0.0, "pixels": 9, "ring_pixels": 60, "why": "cloud or no data" if gone else "",
                    }
                )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.SERIES, orient="row").sort("building", "sensor", "orbit", "time", "feature")


def noise(buildings: int, times: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(8, (buildings, times, 2))


QUIET = table(noise(200, 24, 1), names="c")


def test_a_planted_step_is_found_on_its_date_and_the_rest_is_left_alone() -> None:
    values = noise(60, 24)
    values[:6, 14:] += 3
    found, scenes = change.breaks(table(values), controls=QUIET, site="works")
    assert schema.problems(found, schema.BREAKS) == []
    assert schema.problems(scenes, schema.SCENES) == []
    planted = {f"b{n:03d}" for n in range(6)}
    assert planted <= set(found["building"])
    assert len(set(found["building"]) - planted) <= 1  # one in twenty may be false
    found = found.filter(pl.col("building").is_in(planted))
    days = (found["by"] - datetime(2024, 1, 1)).dt.total_days() // 12
    assert sorted(abs(days - 14).to_list())[-2] <= 1
    row = scenes.row(0, named=True)
    assert row["controls"] == 200
    assert row["false_alarms_5"] < 0.15
    assert 0.5 < row["smallest_seen"] < 3


def test_two_orbits_that_see_different_things_are_each_held_against_themselves() -> None:
    values = noise(40, 24)
    values[:, 1::2] += 7  # the other pass looks at the other side of the roof
    quiet = noise(200, 24, 1)
    quiet[:, 1::2] += 7
    values[0, 12:] += 3
    found, _ = change.breaks(table(values, orbits=("44", "95")), controls=table(quiet, names="c", orbits=("44", "95")))
    assert found["building"].unique().to_list() == ["b000"]


def test_a_second_break_is_found_inside_a_part() -> None:
    values = noise(40, 40)
    values[0, 12:] -= 4
    values[0, 28:] += 4
    found, _ = change.breaks(table(values), controls=table(noise(200, 40, 1), names="c"))
    days = ((found["by"] - datetime(2024, 1, 1)).dt.total_days() // 12).sort().to_list()
    assert [round(day / 4) for day in days] == [3, 7]


def test_an_image_that_all_places_share_is_no_change() -> None:
    values, quiet = noise(60, 24), noise(200, 24, 1)
    values[:, 12:] += 2
    quiet[:, 12:] += 2
    series, controls = guards.guard(table(values), table(quiet, names="c"))
    assert change.breaks(series, controls=controls)[0].height <= 2
    assert series.height == 60 * 24 * 2


def test_a_hazy_image_is_nulled_with_its_reason() -> None:
    rows = table(noise(40, 8)).with_columns(feature=pl.lit("likeness")).unique(["building", "image"], keep="first")
    rows = rows.with_columns(value=pl.when(pl.col("image") == "i004").then(0.05).otherwise(0.9))
    series, _ = guards.guard(rows, rows)
    hidden = series.filter(pl.col("value").is_null())
    assert hidden["image"].unique().to_list() == ["i004"]
    assert hidden["why"].str.contains("controls").all()


def test_a_roof_that_does_not_follow_the_seasons_of_its_ground_is_no_change() -> None:
    year = 2 * np.sin(np.arange(48) / 12 * 2 * np.pi)[None, :, None]
    still, quiet = noise(60, 48), noise(200, 48, 1)
    still[0, 24:] += 4
    # the ground round all moves with the year; controls are ground themselves, buildings are not
    buildings = table(still).sort("building", "time", "feature")
    buildings = buildings.with_columns(ring=pl.Series(np.repeat(np.tile(year[0, :, 0], 60), 2)))
    buildings = buildings.with_columns(value=pl.col("inside") - pl.col("ring"))
    grounds = table(quiet, names="c").sort("building", "time", "feature")
    grounds = grounds.with_columns(ring=pl.Series(np.repeat(np.tile(year[0, :, 0], 200), 2)))
    grounds = grounds.with_columns(inside=pl.col("value") + pl.col("ring"))
    assert change.breaks(buildings, controls=grounds)[0]["building"].n_unique() > 30
    series, controls = guards.guard(buildings, grounds)
    found, _ = change.breaks(series, controls=controls)
    assert "b000" in set(found["building"])
    assert found["building"].n_unique() <= 4


def test_a_step_that_all_roofs_share_is_taken_away_and_a_town_that_falls_is_not() -> None:
    shared_step, fallen = noise(60, 24), noise(60, 24)
    shared_step[:, 12:] += 0.8
    fallen[:45, 12:] -= 4
    for values, broken in ((shared_step, range(5)), (fallen, range(40, 49))):
        series, controls = guards.guard(table(values), QUIET)
        found, _ = change.breaks(series, controls=controls)
        assert found["building"].n_unique() in broken


def test_too_few_dates_and_no_controls_are_no_error() -> None:
    found, scenes = change.breaks(table(noise(3, 3)), controls=schema.empty(schema.SERIES))
    assert found.is_empty()
    assert "too few" in scenes["says"][0]


@settings(max_examples=20)
@given(st.permutations(range(12)), st.floats(0.0, 0.3))
def test_the_order_of_rows_changes_nothing(order: list[int], drop: float) -> None:
    values = noise(12, 16)
    values[2, 9:] += 4
    series = table(values, drop=drop)
    shuffled = pl.concat([series.filter(pl.col("building") == f"b{n:03d}") for n in order])
    one, other = (change.breaks(each, controls=QUIET)[0] for each in (series, shuffled))
    assert one.equals(other)


def test_q_is_that_of_benjamini_and_hochberg() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.8])
    assert scan.discovery_rate(p) == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.8])
