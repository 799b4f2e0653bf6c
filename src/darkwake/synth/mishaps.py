"""What goes wrong in every feed without anybody's doing: bad fixes, wrong clocks, wrong numbers, lost messages.

None of it is planted, because none of it should be found.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.synth import lies
from darkwake.synth.said import CLAIMS, own_claims
from darkwake.synth.world import World

BAD_FIXES = 2e-4
"""Share of positions with one wrong bit in latitude or longitude."""
GARBLED = 1e-4
"""Share of messages that give the name with one wrong letter."""
FADES_AN_HOUR, FADE_MIN = 0.35, 11.0
"""Spells in which one ship goes unheard, and their mean length: as bench.grounds fitted them to the Solent set."""


def all_of(world: World) -> World:
    """Everything below, in one order."""
    return no_values(garbled(wrong_numbers(wrong_clocks(bad_fixes(faded(world))))))


def faded(world: World, *, an_hour: float = FADES_AN_HOUR, minutes: float = FADE_MIN) -> World:
    """Each ship goes unheard for spells of some minutes, most ships seldom and a few often."""
    rng = np.random.default_rng([world.seed, 31])
    world = lies.marked(world)
    ships = world.messages["hull"].unique().sort().to_numpy()
    hours = (world.end - world.start).total_seconds() / 3600
    count = rng.poisson(rng.gamma(0.5, an_hour / 0.5, len(ships)) * hours)
    since = rng.random(count.sum()) * hours * 3600
    spells = pl.DataFrame(
        {"hull": np.repeat(ships, count), "since": since, "over": since + rng.exponential(minutes * 60, count.sum())}
    ).sort("hull", "since")
    spells = spells.with_columns(pl.col("over").cum_max().over("hull"))
    at = world.messages.select(
        "hull", pl.int_range(pl.len()).alias("place"),
        ((pl.col("true_time") - world.start).dt.total_milliseconds() / 1000).alias("since"),
    )  # fmt: skip
    met = at.sort("since").join_asof(spells.sort("since"), on="since", by="hull", check_sortedness=False).sort("place")
    lost = met.select((pl.col("since") < pl.col("over")).fill_null(value=False)).to_series()
    return lies.told(world, lost, {"heard": False, "receiver": pl.lit(None, pl.String)})


def bad_fixes(world: World, share: float = BAD_FIXES) -> World:
    """Single positions with one wrong bit: up to 28 degrees off in latitude or longitude, and right again after."""
    world = lies.marked(world)
    rng = np.random.default_rng([world.seed, 32])
    bad = pl.Series(rng.random(len(world.messages)) < share)
    rows = world.messages.filter(bad)
    step = 2.0 ** rng.integers(14, 25, len(rows)) / 600_000.0  # message 1 counts in ten-thousandths of a minute
    step *= rng.choice([-1.0, 1.0], len(rows))
    north = rng.random(len(rows)) < 0.5
    lat = np.clip(rows["lat"].to_numpy() + np.where(north, step, 0.0), -89.9, 89.9)
    return lies.told(world, bad, {"lat": lat, "lon": geo.wrap_lon(rows["lon"].to_numpy() + np.where(north, 0.0, step))})


def wrong_clocks(world: World, times: int = 3) -> World:
    """For half an hour each, half of what comes in round a station bears a time up to a quarter of an hour too early.

    As when a second receiver there has a wrong clock: the ships seem to run to and fro.
    """
    rng = np.random.default_rng([world.seed, 33])
    hours = (world.end - world.start).total_seconds() / 3600
    for _ in range(times if world.stations else 0):
        world = lies.marked(world)
        since = world.start + timedelta(hours=float(rng.uniform(1, hours - 1)))
        station = world.stations[int(rng.integers(len(world.stations)))]
        late_s = round(float(rng.uniform(60, 900)))
        hit = world.messages.select(
            pl.col("time").is_between(since, since + timedelta(minutes=30))
            & ((pl.col("lat") - station.lat).abs() < 0.6)
            & ((pl.col("true_lon") - station.lon).abs() < 0.6)
        ).to_series() & pl.Series(rng.random(len(world.messages)) < 0.5)
        world = lies.told(world, hit, {"time": pl.col("time") - pl.duration(seconds=late_s)})
    return world


def wrong_numbers(world: World, ships: int = 4, most: int = 4) -> World:
    """One to four messages in a row under a wrong number: half of them another ship's here, half nobody's."""
    rng = np.random.default_rng([world.seed, 34])
    for turn in range(ships):
        world = lies.marked(world)
        heard = world.messages.select(pl.col("heard").arg_true()).to_series()
        first = int(heard[int(rng.integers(len(heard)))])
        hull = int(world.messages["hull"][first])
        other = int(world.messages["ship"][int(rng.integers(len(world.messages)))])
        count = int(rng.integers(1, most + 1))
        number = other if turn % 2 else hull + int(rng.integers(1, 9)) * 10 ** int(rng.integers(3, 5))
        hit = world.messages.select(
            (pl.int_range(pl.len()) >= first) & (pl.col("hull") == hull)
            & (((pl.int_range(pl.len()) >= first) & (pl.col("hull") == hull)).cum_sum() <= count)
        ).to_series()  # fmt: skip
        world = lies.told(world, hit, {"ship": number})
    return world


def garbled(world: World, share: float = GARBLED) -> World:
    """Single messages in which the name's first letter is another one, and three ships that put their size right."""
    rng = np.random.default_rng([world.seed, 35])
    world = lies.marked(world)
    ships = {one.mmsi: one for one in world.ships}
    bad = pl.Series(rng.random(len(world.messages)) < share) & world.messages["heard"]
    own = own_claims(world.ships).with_columns(hull="claim")
    rows = world.messages.filter(bad).select("hull").join(own, on="hull", how="left", maintain_order="left")
    first = len(world.claims) if world.claims is not None else 0
    letters = pl.Series("letter", rng.choice(list("QXZJ"), len(rows)), dtype=pl.String)
    new = rows.with_columns(
        (letters + pl.col("name").str.slice(1)).alias("name"), pl.int_range(first, first + pl.len()).alias("claim")
    ).select(list(CLAIMS))
    known = world.claims if world.claims is not None else CLAIMS.to_frame()
    world = replace(world, claims=pl.concat([known, new.cast(CLAIMS)]))
    world = lies.told(world, bad, {"claim": new["claim"].to_numpy()})
    for hull in rng.choice(sorted(ships), 3, replace=False):
        half = world.start + (world.end - world.start) * float(rng.uniform(0.2, 0.8))
        which = world.messages.select((pl.col("hull") == int(hull)) & (pl.col("time") < half)).to_series()
        ship = ships[int(hull)]
        world = lies.claiming(world, which, {"length_m": ship.length_m + 1, "width_m": ship.width_m + 1}, int(hull))
    return world


def no_values(world: World, share: float = 0.005) -> World:
    """Messages without a speed, a course or a heading, each by itself."""
    rng = np.random.default_rng([world.seed, 36])
    for name in ("sog", "cog", "heading"):
        which = pl.Series(rng.random(len(world.messages)) < share)
        world = lies.told(world, which, {name: pl.lit(None, pl.Float32)})
    return world
