from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from darkwake import geo, land, ports, schema, shore
from darkwake.synth import World, demo, demo_goods, demo_papers, demo_site, lists, waters


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
    assert len(made.ships) == 115


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


def test_what_is_said_of_the_cargo_fits_what_the_ship_did() -> None:
    (call, _) = (one for one in world().planted if one.kind == "dark_port_call")
    name = next(ship.name for ship in world().ships if ship.mmsi == call.ship)
    assert name == demo_papers.SHIP.upper()
    assert call.start.date() <= date(2025, 9, 20) <= call.end.date()  # the day that the papers name
    phases = world().phases.join(
        world().messages.filter(pl.col("ship") == call.ship).select("phase", "time"), on="phase"
    )
    draught = {
        when: phases.filter(mask)["draught_m"].mode()[0]
        for when, mask in (("before", pl.col("time") < call.start), ("after", pl.col("time") > call.end))
    }
    assert draught["after"] < draught["before"]
    owner = {entry.owner for entry in demo.entries(later=True) if entry.imo and entry.imo not in _imos(demo.entries())}
    assert owner == {"AMBER LINNET LINE (INVENTED) LTD"}


def test_the_meetings_and_the_new_name_are_heard_where_they_are_planted() -> None:
    planted = {one.kind: one for one in world().planted}
    met, dark, named = (planted[kind] for kind in ("encounter", "dark_encounter", "false_identity"))
    heard = world().heard
    for one, silent in ((met, False), (dark, True)):
        for ship, off in ((one.ship, False), (one.other, silent)):
            there = heard.filter(pl.col("ship") == ship, pl.col("time").is_between(one.start, one.end))
            assert there.is_empty() == off
            if not off:
                assert geo.distance_m(there["lat"], there["lon"], one.lat, one.lon).max() < 10_000.0
    both = heard.filter(pl.col("ship").is_in([named.ship, named.other])).sort("time")
    assert both.filter(pl.col("ship") == named.ship)["time"].max() == named.start
    assert both.filter(pl.col("ship") == named.other)["time"].min() == named.end


def test_the_papers_say_that_they_are_invented_and_go_back_to_one_report(tmp_path: Path) -> None:
    told = demo_papers.write(tmp_path)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) == told["outlets"] + 2
    assert all("Invented by darkwake.synth" in path.read_text(encoding="utf-8") for path in files)
    assert len(told["one_report"]) == 7
    first = [path.read_bytes() for path in files]
    demo_papers.write(tmp_path)
    assert first == [path.read_bytes() for path in files]


def test_the_works_stand_on_open_water() -> None:
    assert shore.shore_m(np.array([demo_site.LAT]), np.array([demo_site.LON]))[0] > 5_000.0
    assert not shore.on_land(np.array([demo_site.LAT]), np.array([demo_site.LON]))[0]
    kinds = {one.kind for one in demo_site.fates()}
    assert {"rebuilt", "destroyed", "repainted", "nothing"} <= kinds


def test_parts_whose_packages_are_missing_are_said_to_be_left_out() -> None:
    case: dict[str, list[object]] = {"events": [], "silences": [], "hits": [], "goods": [], "evidence": []}
    rows = demo.compare([], case, {"goods": demo_goods.planted(), "papers": {}, "site": {}})
    results = [(row["result"], row["found"]) for row in rows]
    assert [result for result, _ in results].count("left out") == 2
    assert any("darkwake[sites]" in found for _, found in results)
    assert not demo.asked("invented", site=False, papers=False)["sites"]


def _imos(entries: list[lists.Entry]) -> set[int | None]:
    return {entry.imo for entry in entries}


@pytest.mark.slow
def test_the_demo_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    planted = demo.write(tmp_path / "one")
    demo.write(tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [
        "invented-ais-2025-09.zip", "invented-ais-2025-10.zip", "invented-controls.csv", "invented-sdn.xml", "later",
        "papers", "planted.json", "site",
    ]  # fmt: skip
    for path in (one for one in (tmp_path / "one").rglob("*") if one.is_file()):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes(), path
    told = json.loads((tmp_path / "one" / "planted.json").read_text())
    assert told["invented"] is True
    assert told["planted"] == [one.as_dict() for one in planted]
    assert demo.planted(tmp_path / "one") == [
        replace(one, lat=round(one.lat, 4), lon=round(one.lon, 4)) for one in planted
    ]
    assert len(demo.sources(tmp_path / "one")) == 4 + 9
    assert len(demo.later_sources(tmp_path / "one")) == 2 + 2
    assert demo.later_images(tmp_path / "one")
