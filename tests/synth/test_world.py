from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from darkwake import country, geo, land, synth
from darkwake.errors import WrongUse
from darkwake.synth import fleet
from darkwake.synth.world import LANES, START


def gaps_over(heard: pl.DataFrame, hours: float) -> pl.DataFrame:
    since = (pl.col("time") - pl.col("time").shift().over("ship")).dt.total_minutes() / 60
    return heard.with_columns(since.alias("hours")).filter(pl.col("hours") > hours)


def test_a_default_world_without_plants_has_no_long_silence() -> None:
    assert gaps_over(synth.make(1).heard, 6).is_empty()
    assert synth.make(1).planted == ()


def test_each_planted_switch_off_is_a_gap_of_its_ship_and_there_are_no_others() -> None:
    world = synth.make(2, switch_offs=5, off_h=(8, 20))
    found = gaps_over(world.heard, 6)
    assert sorted(found["ship"]) == sorted(one.ship for one in world.planted if one.ship is not None)


def test_exact_switch_offs_happen_as_asked() -> None:
    ship = synth.make(3, days=2, ships=2).ships[0].mmsi
    off = synth.SwitchOff(ship, START + timedelta(hours=10), START + timedelta(hours=25))
    world = synth.make(3, days=2, ships=2, switch_offs=[off])
    assert [(one.kind, one.ship, one.start, one.end) for one in world.planted] == [
        ("switch_off", ship, off.start, off.end)
    ]


def test_thinner_reception_hears_less() -> None:
    everything = synth.make(4, days=3)
    satellites_only = synth.make(4, days=3, stations=())
    crowded = synth.make(4, days=3, stations=(), crowded=[synth.Crowded(synth.world.open_box(24, 60, 9), 0.1)])
    assert len(everything.heard) > 3 * len(satellites_only.heard) > 9 * len(crowded.heard) > 0


def test_a_station_that_is_down_silences_the_water_round_it_and_only_then() -> None:
    name, since, until = "Muscat", START + timedelta(hours=20), START + timedelta(hours=40)
    asked = {"days": 3.0, "satellites": (), "stations": (synth.Station(name, 23.63, 58.58, 90),)}
    world = synth.make(5, **asked, outages=[synth.Outage(since, until, (name,))])  # type: ignore[arg-type]
    during = pl.col("time").is_between(since, until)
    assert world.heard.filter(during).is_empty()
    assert world.heard.equals(synth.make(5, **asked).heard.filter(~during))  # type: ignore[arg-type]
    assert [one.kind for one in world.planted] == ["receiver_outage"]


def test_an_outage_of_an_unknown_station_and_a_switch_off_of_nobody_are_refused() -> None:
    with pytest.raises(WrongUse, match=r"no station is called Nowhere.*Fujairah"):
        synth.make(1, days=1, ships=1, outages=[synth.Outage(START, START + timedelta(hours=9), ("Nowhere",))])
    with pytest.raises(WrongUse, match="sends nothing"):
        synth.make(1, days=1, ships=1, switch_offs=[synth.SwitchOff(1, START, START + timedelta(hours=9))])


def test_the_default_lanes_lie_in_open_water() -> None:
    for lane in LANES:
        dry = land.mask((55.0, 20.0, 64.0, 27.0), 0.02)
        near = [
            dry[((lane.lat + up - 20) / 0.02).astype(int), ((lane.lon + right - 55) / 0.02).astype(int)]
            for up, right in ((0, 0), (0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1))
        ]
        assert not np.any(near)


def test_invented_numbers_are_in_order_and_in_the_blocks_that_no_ship_has() -> None:
    ships = [fleet.invent(np.random.default_rng(n), n, flag=flag) for n, flag in enumerate([*fleet.FLAGS] * 50)]
    assert len({one.mmsi for one in ships}) == len({one.name for one in ships}) == len(ships)
    for one in ships:
        assert one.mmsi % 1_000_000 >= 990_000
        assert country.flag_of_mmsi(one.mmsi) == one.flag
        assert one.imo is not None
        digits = [int(digit) for digit in str(one.imo)]
        assert digits[0] == 3
        assert sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10 == digits[6]


def test_ships_of_one_lane_do_not_sail_in_one_line() -> None:
    truth = synth.make(6, days=2, ships=9, class_b=False, lanes=LANES[2:]).truth.filter(pl.col("status") == 0)
    middle = truth.filter(pl.col("lon").is_between(60.0, 60.2)).group_by("ship").agg(pl.col("lat").mean())
    assert float(middle["lat"].std()) * 111_000 > 500  # type: ignore[arg-type]


def test_an_anchored_ship_swings_within_a_few_hundred_metres() -> None:
    truth = synth.make(7, days=6, ships=3, class_b=False).truth.filter(pl.col("status") == 1)
    assert not truth.is_empty()
    stay = (pl.col("time").diff() > timedelta(hours=2)).fill_null(False).cum_sum().over("ship")
    spread = truth.with_columns(stay.alias("stay")).group_by("ship", "stay").agg(
        pl.col("lat").min().alias("south"), pl.col("lat").max().alias("north"),
        pl.col("lon").min().alias("west"), pl.col("lon").max().alias("east"),
    )  # fmt: skip
    wide = geo.distance_m(spread["south"], spread["west"], spread["north"], spread["east"])
    assert 100 < np.median(wide) < wide.max() < 600


def test_a_world_starts_when_it_is_told() -> None:
    world = synth.make(8, days=1, ships=2, start=datetime(2031, 3, 4))
    assert datetime(2031, 3, 4) <= world.truth["time"].min() < world.truth["time"].max() < datetime(2031, 3, 5)  # type: ignore[operator]
