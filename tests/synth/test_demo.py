from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from darkwake import geo, land, ports, schema
from darkwake.synth import World, demo, waters


@cache
def world() -> World:
    return demo.world()


def test_no_ship_of_the_demo_is_ever_on_land_but_close_to_a_port() -> None:
    box = (46.0, -8.0, 128.0, 42.0)
    dry = land.mask(box, 0.02)
    truth = world().truth
    lat, lon = truth["lat"].to_numpy(), truth["lon"].to_numpy()
    on_land = dry[((lat - box[1]) / 0.02).astype(int), ((lon - box[0]) / 0.02).astype(int)]
    places = np.unique(np.round(np.column_stack([lat[on_land], lon[on_land]]), 3), axis=0)
    table = ports.default()
    nearest = np.min(
        [geo.distance_m(places[:, 0], places[:, 1], *row) for row in table.select("lat", "lon").iter_rows()], axis=0
    )
    assert nearest.max() < 4_000.0


def test_ships_of_the_demo_sail_at_the_speed_of_ships() -> None:
    truth = (
        world()
        .truth.with_columns(
            *(pl.col(name).shift().over("ship").alias(f"{name}_before") for name in ("time", "lat", "lon"))
        )
        .drop_nulls("time_before")
    )
    seconds = (truth["time"] - truth["time_before"]).dt.total_seconds().to_numpy()
    metres = geo.distance_m(truth["lat_before"], truth["lon_before"], truth["lat"], truth["lon"])
    assert ((metres - 60.0) / seconds / geo.KNOT_MS).max() < 18.0
    assert seconds.max() < 3_600  # the truth has no gaps


def test_the_demo_has_the_size_it_promises() -> None:
    made = world()
    assert schema.problems(made.heard, schema.POSITIONS) == []
    assert 300_000 < len(made.heard) < 900_000
    assert len(made.ships) == 152


def test_every_planted_silence_is_silent_and_its_ship_is_heard_before_and_after() -> None:
    heard = world().heard
    for one in world().planted:
        if one.kind not in ("switch_off", "dark_port_call"):
            continue
        mine = heard.filter(pl.col("ship") == one.ship)
        assert mine.filter(pl.col("time").is_between(one.start, one.end)).is_empty()
        near = timedelta(hours=30)
        assert not mine.filter(pl.col("time").is_between(one.start - near, one.start)).is_empty()
        assert not mine.filter(pl.col("time").is_between(one.end, one.end + near)).is_empty()


def test_the_call_in_the_dark_is_a_call_and_covered_by_a_switch_off() -> None:
    calls = [one for one in world().planted if one.kind == "dark_port_call"]
    assert len(calls) == 2
    for call in calls:
        there = world().truth.filter(
            pl.col("ship") == call.ship, pl.col("time").is_between(call.start, call.end, closed="none")
        )
        assert geo.distance_m(there["lat"], there["lon"], call.lat, call.lon).max() < 1_500.0
        assert any(
            off.kind == "switch_off" and off.ship == call.ship and off.start < call.start and off.end > call.end
            for off in world().planted
        )


def test_a_plain_ship_calls_at_the_same_berth_and_is_heard_there() -> None:
    near = world().heard.filter(pl.col("lat").is_between(27.09, 27.11), pl.col("lon").is_between(56.05, 56.08))
    assert near["ship"].n_unique() >= 10


def test_in_the_quiet_water_all_ships_are_hardly_heard() -> None:
    west, south, east, north = waters.QUIET
    inside = world().messages.filter(pl.col("lon").is_between(west, east), pl.col("lat").is_between(south, north))
    assert inside["ship"].n_unique() >= 20
    assert inside["heard"].mean() < 0.02  # type: ignore[operator]


@pytest.mark.slow
def test_the_demo_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    planted = demo.write(tmp_path / "one")
    demo.write(tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["invented-ais-2025-09.zip", "invented-ais-2025-10.zip", "invented-sdn.xml", "planted.json"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    told = json.loads((tmp_path / "one" / "planted.json").read_text())
    assert told["invented"] is True
    assert told["planted"] == [one.as_dict() for one in planted]
    assert demo.planted(tmp_path / "one") == [
        replace(one, lat=round(one.lat, 4), lon=round(one.lon, 4)) for one in planted
    ]
    assert len(demo.sources(tmp_path / "one")) == 3
