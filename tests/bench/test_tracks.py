"""The table of detection: what it races with is right, what it makes is believable, and what it says has its shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bench import gfw_encounters, gfw_gaps, scale, scale_one, tracks, tracks_made, tracks_one, tracks_table
from darkwake import geo
from darkwake import tracks as heard
from darkwake.events import encounter, gap, hours

TINY = tracks.Size(4_000, 8, 2, runs=1, part=2_000, few=500, long=1_000, coast=20_000)


def message(second: float, lat: float = 10.0, receiver: str = "terrestrial") -> gfw_gaps.Message:
    return {"ssvid": 900_000_001, "timestamp": second, "lat": lat, "lon": 20.0, "receiver_type": receiver}


def test_the_core_of_gfw_counts_what_was_heard_in_the_twelve_hours_before_by_receiver() -> None:
    hour = 3600.0
    sent = [message(0), message(hour, receiver="satellite"), message(12 * hour), message(13 * hour),
            message(13 * hour, lat=11.0), message(25 * hour), message(37 * hour + 1)]  # fmt: skip
    found = gfw_gaps.gaps(sent[::-1], 12 * hour)
    assert [(one["off_timestamp"], one["on_timestamp"]) for one in found] == [(25 * hour, 37 * hour + 1)]
    assert (found[0]["heard_before"], found[0]["heard_before_satellite"]) == (3, 0)  # two at 13 h, and its own
    assert [one["heard_before"] for one in gfw_gaps.gaps(sent, 6 * hour)] == [2, 3, 3]
    assert [one["heard_before_satellite"] for one in gfw_gaps.gaps(sent, 6 * hour)] == [1, 1, 0]
    assert found[0]["hours"] == pytest.approx(12 + 1 / 3600)
    two = gfw_gaps.gaps([message(0), message(10 * hour, lat=11.0)], hour)[0]
    assert two["distance_m"] == pytest.approx(geo.distance_m(10.0, 20.0, 11.0, 20.0))
    assert two["knots"] == pytest.approx(two["distance_m"] / 1852 / 10)


def beside(ship: int, minutes: range, lat: float, knots: float = 0.5) -> list[gfw_encounters.Place]:
    degrees = knots / 60 / 60
    return [gfw_encounters.Place(ship, minute * 60.0, lat, 20.0 + minute * degrees) for minute in minutes]


def test_gfws_encounters_are_two_slow_hours_within_half_a_kilometre_far_from_anchorages() -> None:
    first = beside(1, range(0, 600, 5), 0.0)
    near, far = 0.004, 0.006
    long, short = range(60, 200, 5), range(60, 170, 5)
    assert gfw_encounters.encounters([first, beside(2, long, near)], []) == [(1, 2, 3600, 11400)]
    assert gfw_encounters.encounters([first, beside(2, short, near)], []) == []
    assert gfw_encounters.encounters([first, beside(2, long, far)], []) == []
    assert gfw_encounters.encounters([first, beside(2, long, near)], [(0.05, 20.0)]) == []
    fast = [beside(ship, range(0, 300, 5), lat, 3.0) for ship, lat in ((1, 0.0), (2, near))]
    assert gfw_encounters.encounters(fast, []) == []
    again = [*beside(2, long, near), *beside(2, range(400, 560, 5), near)]
    assert gfw_encounters.encounters([first, again], []) == [(1, 2, 3600, 33000)]  # less than four hours apart: one


def test_made_ships_sail_without_jumps_and_fall_silent_and_meet(tmp_path: Path) -> None:
    store = tracks_made.made(tmp_path, 20_000, 20, 2, lanes=tracks_made.COAST, beside=1.0)
    table = pl.concat([pl.read_parquet(path) for shard in store.paths for path in shard])
    assert table.height == 20_000
    assert table["ship"].n_unique() == 20
    before, after = table[:-1], table[1:]
    same = (before["ship"] == after["ship"]).to_numpy()
    apart_s = (after["time"] - before["time"]).dt.total_seconds().to_numpy()
    ends = [part[name].to_numpy() for part in (before, after) for name in ("lat", "lon")]
    knots = (geo.distance_m(*ends) - 10) / np.maximum(apart_s, 1) / geo.KNOT_MS
    assert knots[same].max() < 20
    assert (apart_s[same] >= 0).all()
    silent = (apart_s[same] > 6 * 3600).mean()
    assert 0.002 < silent < 0.01
    assert encounter(preset="gfw").run(store).height >= 5
    sailing = tracks_made.fleet(5, tracks_made.COAST, 1)
    who, when = np.arange(5), np.linspace(0.0, 4e5, 5)
    whole = np.array(sailing.at(who, when))
    assert (whole[:, 3:4] == np.array(sailing.at(who[3:4], when[3:4]))).all(), "a place is a function of ship and time"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> tracks_table.Figures:
    folder = tmp_path_factory.mktemp("tracks")
    one = tracks.measured(TINY, 1, folder, tracks_one.done, lambda _: None)
    machine = {"date": "2031-03-01", "cores": 2, "processor": "invented", "load_before": 0.0, "load_after": 0.0}
    return {"machine": {**machine, "versions": tracks.versions([one])}, "sizes": [one], "growth": []}


def test_every_contender_runs_and_all_gaps_and_encounters_are_those_of_gfw(figures: tracks_table.Figures) -> None:
    turns = {name: runs[0] for name, runs in figures["sizes"][0]["turns"].items()}
    checked = {name: turn["identical"] for name, turn in turns.items() if name.startswith("gfw_gap")}
    assert checked == {f"gfw_gap:{which}:{hours}": True for which in ("part", "long") for hours in (12, 6, 1)}
    assert turns["gfw_gap:part:1"]["found"] > turns["gfw_gap:part:12"]["found"] > 0
    met = turns["gfw_encounter:coast"]
    assert met["agree"] == met["found"] == met["ours"] > 0
    assert {turns[f"ours:{kind}:store"]["rows"] for kind in tracks_table.KINDS} == {4_000}
    assert turns["difference"]["found"] == turns["ours:gap:store:6"]["found"]


def test_the_table_fits_a_hundred_columns_and_small_sizes_are_not_timed(figures: tracks_table.Figures) -> None:
    aims = tracks_table.targets(figures)
    assert aims == [{"name": "0.004 M rows: gaps identical to GFW's core at every threshold", "want": "yes",
                     "got": True, "meets": True}]  # fmt: skip
    text = tracks_table.said(figures, aims)
    assert max(map(len, text.splitlines())) <= 100
    assert all(f"{kind}()" in text for kind in tracks_table.KINDS)
    json.dumps({"figures": figures, "targets": aims})


def test_large_sizes_are_held_against_every_target(figures: tracks_table.Figures) -> None:
    small = figures["sizes"][0]
    turn = {"wall_s": 1.0, "cpu_s": 1.0, "peak_mb": 500.0, "rows": 1_000_000, "found": 1, "read_wall_s": 1.0,
            "read_cpu_s": 1.0, "identical": True, "version": "0", "agree": 1, "overlap": 1, "ours": 1,
            "metres": "sphere"}  # fmt: skip
    first = {**small, "rows": 1_000_000, "turns": {name: [turn] for name in small["turns"]}}
    second = {**small, "rows": 10_000_000, "turns": {name: [{**turn, "wall_s": 12.0}] for name in small["turns"]}}
    made: dict[str, Any] = {**figures, "sizes": [first, second], "growth": tracks_table.grown([first, second])}
    aims = tracks_table.targets(made)
    assert all(set(aim) == {"name", "want", "got", "meets"} for aim in aims)
    by_name = {aim["name"]: aim for aim in aims}
    assert by_name["1 M rows: gap() over a bare scan of its columns, by the clock"]["meets"]
    assert by_name["1 M rows: times GFW's core, 6 h, from Parquet to gaps"]["got"] == 2.0
    assert not by_name["1 M rows: times GFW's encounters"]["meets"]
    grown = [aim for aim in aims if aim["name"].startswith("gap: growth")]
    assert [(aim["want"], aim["got"], aim["meets"]) for aim in grown] == [("<= 11", 12.0, False), ("<= 11", 1.0, True)]
    assert max(map(len, tracks_table.said(made, aims).splitlines())) <= 100


def test_a_contender_runs_in_a_process_of_its_own_and_one_that_fails_is_told(tmp_path: Path) -> None:
    for name in ("store", "warm"):
        (tmp_path / name).mkdir()
        tracks_made.made(tmp_path / name, 200, 2, 1)
    assert tracks.alone("difference", tmp_path)["rows"] == 200
    with pytest.raises(RuntimeError, match="scan:nothing failed"):
        tracks.alone("scan:nothing", tmp_path)


def test_days_go_through_ingest_all_detectors_and_the_weighing(tmp_path: Path) -> None:
    store = tmp_path / "store"
    stages = {"ingest": scale.ingested(store, 8_000, 4_000, lambda _: None, 4)}
    assert not list(tmp_path.glob("*.csv"))
    assert stages["ingest"]["found"] == heard.Store(store).positions().select(pl.len()).collect().item() > 5_000
    assert stages["ingest"]["peak_mb"] > 50
    for name in scale_one.STAGES[1:]:
        stages[name] = scale_one.done(name, str(store), tmp_path, 1)
    gaps = gap().run(heard.Store(store))
    assert stages["gap"]["found"] == stages["weigh"]["found"] == gaps.height > 0
    found = {"date": "2031-03-01", "cores": 2, "load_before": 0.0, "load_after": 0.0, "rows": 8_000, "workers": 1,
             "buckets": 4, "stages": stages}  # fmt: skip
    assert [set(aim) for aim in scale.targets(found)] == [{"name", "want", "got", "meets"}] * 2
    assert max(map(len, scale.said(found).splitlines())) <= 110


def test_a_day_of_the_feed_sails_on_where_the_day_before_ended(tmp_path: Path) -> None:
    store = tmp_path / "store"
    scale.ingested(store, 40_000, 20_000, lambda _: None, 2)
    table = heard.Store(store).positions().collect().sort("ship", "time")
    both = table.group_by("ship").agg((pl.col("time").dt.day().n_unique() == 2).alias("both"))
    assert both["both"].all()
    before, after = table[:-1], table[1:]
    ends = [part[name].to_numpy() for part in (before, after) for name in ("lat", "lon")]
    apart_s = (after["time"] - before["time"]).dt.total_seconds().to_numpy()
    same = (before["ship"] == after["ship"]).to_numpy()
    knots = (geo.distance_m(*ends) - 50) / np.maximum(apart_s, 1) / geo.KNOT_MS
    assert knots[same].max() < 25
    assert gap(longer_than=hours(1)).run(table.select(list(heard.Store(store).positions().collect_schema()))).height


@pytest.mark.slow
def test_the_command_makes_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert tracks.main(["--size", "small", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"figures", "targets"}
    assert all(aim["meets"] for aim in told["targets"])
