"""What crews say of their draught: coasters that load and unload, each with its crew's habit, and calls in the dark.

    world = synth.draughts.lay(seed=1, days=21)

`world.phases` has what each crew said (draught_m) and what was true (true_draught_m).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from darkwake.synth import busy, lies, traffic
from darkwake.synth.sailing import MOORED, Log
from darkwake.synth.traffic import Crew
from darkwake.synth.world import START, Planted, World, build

HABITS = ("updates", "never updates", "noisy", "late")
"""Gives the right draught when it leaves a berth; one and the same always; the right one give or take two tenths of a
metre; the right one some hours after it left."""
DARK = 3
"""Calls in the dark, of ships whose crews update."""


def lay(seed: int, days: float = 21.0, ships: int = 16) -> World:
    """Coasters off Fujairah and Sohar whose crews have HABITS in turn; some calls are dark."""
    water = replace(busy.GULF_OF_OMAN, coasters=ships)
    crew = Crew(seed, 0)
    logs = traffic.coasters(water, days * traffic.DAY_S, crew, np.random.default_rng([seed, 61]))[:ships]
    heard_by = busy.reception(water)
    world = build(seed, logs, heard_by, start=START, days=days, moving_s=busy.MOVING_S, still_s=busy.STILL_S)
    world = replace(world, roles=crew.roles, phases=world.phases.with_columns(true_draught_m="draught_m"))
    rng = np.random.default_rng([seed, 62])
    for number, log in enumerate(logs):
        world = spoken(world, log.ship.mmsi, HABITS[number % len(HABITS)], rng)
    honest = [log for number, log in enumerate(logs) if HABITS[number % len(HABITS)] == "updates"]
    for number in range(DARK):
        log = honest[number % len(honest)]
        world = dark_call(world, log, turn=2 + 2 * (number // len(honest)))
    return world


def spoken(world: World, ship: int, habit: str, rng: np.random.Generator, *, late_h: float = 5.0) -> World:
    """The world in which that ship's crew has that habit; what was true stays beside it."""
    world = lies.marked(world)
    own = world.messages.filter(pl.col("hull") == ship)["phase"].unique().sort()
    mine = pl.col("phase").is_in(own.implode())
    first = float(world.phases.filter(mine)["draught_m"][0])
    noise = pl.Series(np.round(rng.normal(0, 0.2, len(world.phases)), 1))
    said = {"never updates": pl.lit(first), "noisy": (pl.col("draught_m") + noise).round(1)}.get(habit)
    if said is not None:
        told = pl.when(mine).then(said).otherwise("draught_m").alias("draught_m")
        world = replace(world, phases=world.phases.with_columns(told))
    if habit == "late":
        world = _late(world, ship, timedelta(hours=late_h))
    says = f"the crew of {_name(world, ship)}: {habit}"
    row = world.messages.filter(pl.col("hull") == ship).row(0, named=True)
    one = Planted("draught", ship, world.start, world.end, row["true_lat"], row["true_lon"], says, pattern=habit)
    return replace(world, planted=(*world.planted, one))


def _late(world: World, ship: int, late: timedelta) -> World:
    """For some hours after each change the ship says what it said before: those messages get a phase of their own."""
    mine = world.messages.filter(pl.col("hull") == ship).group_by("phase").agg(pl.col("true_time").min())
    mine = mine.join(world.phases, on="phase", how="left").sort("true_time")
    before = pl.col("draught_m").shift()
    mine = mine.with_columns(before=before).filter(pl.col("draught_m") != pl.col("before"))
    new = mine.with_columns(draught_m="before", old="phase", phase=pl.int_range(pl.len()) + len(world.phases))
    old = dict(zip(new["old"], new["phase"], strict=True))
    since = new.select(phase="old", since="true_time")
    messages = world.messages.join(since, on="phase", how="left", maintain_order="left")
    hit = messages.select(
        ((pl.col("hull") == ship) & (pl.col("true_time") < pl.col("since") + late)).fill_null(value=False)
    ).to_series()
    world = replace(world, phases=pl.concat([world.phases, new.select(world.phases.columns)]))
    return lies.told(world, hit, {"phase": pl.col("phase").replace_strict(old, default=pl.col("phase"))})


def dark_call(world: World, log: Log, *, turn: int = 2) -> World:
    """Nobody hears the ship from an hour before one of its stays in port until an hour and a half after."""
    stay = [phase for phase in log.phases if phase.status == MOORED][turn]
    after = next(phase for phase in log.phases if phase.start_s >= stay.end_s)
    start, end = (lies.moment(world, seconds) for seconds in (stay.start_s, stay.end_s))
    dark: tuple[datetime, datetime] = start - timedelta(hours=1), end + timedelta(hours=1.5)
    _, lat, lon = log.knots(stay)
    did = "loaded" if after.draught_m > stay.draught_m else "unloaded"
    says = f"{log.ship.name} {did} in port while its transmitter was off, {stay.draught_m} m to {after.draught_m} m"
    one = Planted("dark_port_call", log.ship.mmsi, start, end, float(lat[0]), float(lon[0]), says, pattern=did)
    world = lies.silenced(world, log.ship.mmsi, *dark)
    return replace(world, planted=(*world.planted, one))


def _name(world: World, ship: int) -> str:
    return next(one.name for one in world.ships if one.mmsi == ship)
