"""Worlds whose truth is known: switch-offs are found, and what reception does is blamed on no ship."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from darkwake import synth
from darkwake.events import gap, weigh
from darkwake.synth.world import START, World, open_box

OFF = "likely switched off"


def weighed(heard: pl.DataFrame) -> pl.DataFrame:
    gaps = gap().run(heard)
    return weigh(gaps, heard).with_columns(
        gaps["ship"], gaps["start"], gaps["end"], gaps["start_lat"], gaps["start_lon"]
    )


def guilty(world: World, rows: pl.DataFrame) -> pl.Series:
    """Which gaps overlap a switch-off of their ship."""
    offs = [one for one in world.planted if one.kind == "switch_off"]
    return pl.Series(
        [
            any(off.ship == ship and off.start < (end or world.end) and off.end > start for off in offs)
            for ship, start, end in rows.select("ship", "start", "end").iter_rows()
        ],
        dtype=pl.Boolean,
    )


def outage(day: float, length_h: float, *stations: str) -> synth.Outage:
    begin = START + timedelta(days=day)
    return synth.Outage(begin, begin + timedelta(hours=length_h), stations)


def thinned(heard: pl.DataFrame, part: int, seed: int) -> pl.DataFrame:
    return heard.filter(pl.Series(np.random.default_rng(seed).random(heard.height) < 1 / part))


def test_switch_offs_are_found_and_nobody_else_is_accused() -> None:
    world = synth.make(1, days=21, ships=60, switch_offs=12, off_h=(7, 30), satellites=())
    rows = weighed(world.heard)
    rows = rows.with_columns(off=guilty(world, rows))
    accused = rows.filter(pl.col("verdict") == OFF)
    assert rows.filter(~pl.col("off")).height > 200
    assert accused["off"].all()
    assert accused.height >= 4
    ranked = rows.with_columns(pl.col("details").str.json_path_match("$.suspicion").cast(pl.Float64)).drop_nulls(
        "details"
    )
    on, null = (ranked.filter(pl.col("off") == off)["details"].to_numpy() for off in (True, False))
    assert (on[:, None] > null[None, :]).mean() > 0.95


def test_an_outage_is_the_receivers_also_for_the_ships_at_its_edge() -> None:
    """The neighbouring stations still hear some of the ships that lie off the dead ones."""
    dead = outage(6, 20, "Fujairah", "Sohar", "Jask")
    rows = weighed(synth.make(2, days=14, ships=60, satellites=(), outages=[dead]).heard)
    hour = timedelta(hours=1)
    began = pl.col("start").is_between(dead.start - hour, dead.start + hour)
    ended = pl.col("end").is_between(dead.end - hour, dead.end + hour)
    hit = rows.filter(began | ended, pl.col("end") - pl.col("start") > 12 * hour)
    assert hit.height >= 8
    assert (hit["verdict"] == "receiver outage").mean() >= 0.8  # type: ignore[operator]
    peers = hit["details"].str.json_path_match("$.peers_heard").cast(pl.Int64)
    assert (peers > 0).any()
    assert OFF not in set(rows["verdict"])


def test_silence_wider_than_a_receiver_hears_is_area_wide() -> None:
    begin = START + timedelta(days=10)
    box = synth.Outage(begin, begin + timedelta(hours=15), box=open_box(24.5, 58.5, 2.0))
    rows = weighed(synth.make(2, days=21, ships=60, outages=[box]).heard)
    struck = rows.filter(pl.col("start") < begin + timedelta(hours=1), pl.col("end") > begin + timedelta(hours=14))
    assert struck.height > 20
    assert (struck["verdict"] == "area-wide silence").mean() > 0.8  # type: ignore[operator]
    assert struck["says"].str.contains("farther than one receiver hears").any()
    assert OFF not in set(rows["verdict"])


@pytest.mark.parametrize("part", [2, 3, 10])
def test_a_feed_that_lost_most_messages_accuses_nobody(part: int) -> None:
    heard = thinned(synth.make(3, days=10, ships=40, satellites=()).heard, part, 3)
    rows = weighed(heard)
    assert rows.height > 100
    assert OFF not in set(rows["verdict"])


def test_a_weak_transmitter_is_not_called_switched_off() -> None:
    world = synth.make(4, days=14, ships=50)
    weak = world.heard["ship"].unique().sort()[7]
    lost = (pl.col("ship") == weak) & pl.Series(np.random.default_rng(4).random(world.heard.height) > 0.03)
    rows = weighed(world.heard.filter(~lost))
    mine = rows.filter(pl.col("ship") == weak)
    assert mine.height > 10
    assert OFF not in set(mine["verdict"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_where_nobody_switches_off_nobody_is_accused(seed: int) -> None:
    outages = [outage(3, 10, "Muscat"), outage(6, 18, "Fujairah"), outage(9, 8, "Jask", "Sohar")]
    dry = synth.make(seed, days=14, ships=50, satellites=()).heard
    worlds = [
        dry,
        thinned(dry, 2, seed),
        thinned(dry, 3, seed),
        thinned(dry, 10, seed),
        synth.make(seed, days=14, ships=50, stations=()).heard,
        synth.make(seed, days=14, ships=50, satellites=(), class_b=True, outages=outages).heard,
    ]
    accused = [row for heard in worlds for row in weighed(heard).filter(pl.col("verdict") == OFF).iter_rows(named=True)]
    assert accused == []


def test_two_sides_that_are_two_ships_are_an_identity_change() -> None:
    heard = synth.make(1, days=7, ships=20, switch_offs=2).heard
    gaps = gap().run(heard)
    sides = pl.DataFrame(
        {"event": gaps["id"][:1], "before": ["a"], "after": ["b"], "same": [False], "says": ["they are 900 km apart"]}
    )
    rows = weigh(gaps, heard, sides=sides)
    assert rows["verdict"][0] == "identity change"
    assert "900 km apart" in rows["says"][0]
    assert json.loads(rows["details"][0])["tested"] is False
    assert "identity change" not in set(rows["verdict"][1:])
