"""What holds of every invented world, whatever is asked of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, schema, synth
from darkwake.synth.world import SATELLITES, START, STATIONS

DOWN = synth.Outage(START + timedelta(hours=3), START + timedelta(hours=15), ("Fujairah", "Sohar"))
UNHEARD = synth.Outage(START + timedelta(hours=6), START + timedelta(hours=16), box=(55.0, 22.0, 60.0, 27.0))

worlds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "days": st.floats(1.0, 4.0),
        "ships": st.integers(1, 8),
        "switch_offs": st.integers(0, 3),
        "stations": st.sampled_from([(), STATIONS]),
        "satellites": st.sampled_from([(), SATELLITES]),
        "outages": st.sampled_from([(), (DOWN,), (UNHEARD,), (DOWN, UNHEARD)]),
        "class_b": st.booleans(),
    }
).map(lambda asked: asked if asked["stations"] else asked | {"outages": (UNHEARD,)})
few = settings(max_examples=15, deadline=None)


@few
@given(worlds)
def test_equal_seeds_give_equal_worlds(asked: dict[str, Any]) -> None:
    one, two = synth.make(**asked), synth.make(**asked)
    assert one.messages.equals(two.messages)
    assert one.planted == two.planted
    assert one.ships == two.ships


@few
@given(worlds)
def test_what_is_heard_is_part_of_the_truth_row_for_row(asked: dict[str, Any]) -> None:
    world = synth.make(**asked)
    assert schema.problems(world.truth, schema.POSITIONS) == []
    assert schema.problems(world.heard, schema.POSITIONS) == []
    assert world.heard.join(world.truth, on=list(schema.POSITIONS), nulls_equal=True, how="anti").is_empty()
    assert world.heard["receiver"].null_count() == 0
    assert world.truth.equals(world.truth.sort("ship", "time"))
    assert world.truth.select("ship", "time").is_duplicated().sum() == 0


@few
@given(worlds)
def test_ships_move_as_ships_can(asked: dict[str, Any]) -> None:
    truth = synth.make(**asked).truth.with_columns(
        *(pl.col(name).shift().over("ship").alias(f"{name}_before") for name in ("time", "lat", "lon"))
    )
    truth = truth.drop_nulls("time_before")
    seconds = (truth["time"] - truth["time_before"]).dt.total_seconds().to_numpy()
    metres = geo.distance_m(truth["lat_before"], truth["lon_before"], truth["lat"], truth["lon"])
    knots = (metres - 60.0) / seconds / geo.KNOT_MS  # 60 m: the noise of two fixes
    assert knots.max(initial=0.0) < 18.0
    # what a ship says of its speed is the speed that it makes
    moving = (truth["status"].is_null() | (truth["status"] == 0)).to_numpy() & (seconds < 400)
    said = truth["sog"].to_numpy()[moving].astype(float)
    if moving.any():
        assert np.median(np.abs(said - metres[moving] / seconds[moving] / geo.KNOT_MS)) < 0.5


@few
@given(worlds)
def test_only_what_was_planted_is_planted_and_it_shows(asked: dict[str, Any]) -> None:
    world = synth.make(**asked)
    assert len(world.planted) == min(asked["switch_offs"], asked["ships"]) + len(asked["outages"])
    for one in world.planted:
        then = world.heard.filter(pl.col("time").is_between(one.start, one.end))
        if one.kind == "switch_off":
            assert then.filter(pl.col("ship") == one.ship).is_empty()
            assert not world.truth.filter(
                pl.col("ship") == one.ship, pl.col("time").is_between(one.start, one.end)
            ).is_empty()
        if one.kind == "area_outage":
            assert then.filter(pl.col("lon").is_between(55, 60), pl.col("lat").is_between(22, 27)).is_empty()


@few
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_a_switch_off_changes_what_is_heard_of_that_ship_then_and_nothing_else(seed: int, ships: int) -> None:
    plain, dark = (synth.make(seed, days=3, ships=ships, switch_offs=count) for count in (0, 1))
    assert plain.truth.drop("receiver").equals(dark.truth.drop("receiver"))
    off = dark.planted[0]
    silenced = (pl.col("ship") == off.ship) & pl.col("time").is_between(off.start, off.end)
    assert plain.heard.filter(~silenced).equals(dark.heard)


@few
@given(st.integers(0, 2**32))
def test_no_receiver_hears_nothing(seed: int) -> None:
    world = synth.make(seed, days=1, ships=3, stations=(), satellites=())
    assert world.heard.is_empty()
    assert not world.truth.is_empty()
