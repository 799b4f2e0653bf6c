"""False positions: what a ship sends of where it is, while it is elsewhere; and areas where nobody's can be believed.

Each takes a world and gives a new one, in which some messages give another place; `World.truth` stays as it was.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.land import Box
from darkwake.synth import lies, receivers, ways
from darkwake.synth.ways import Place
from darkwake.synth.world import Planted, World

_BURST_H = 5.0
"""A shorter one is called a burst, a longer one an offset."""


def burst(world: World, ship: int, start: datetime, end: datetime, *, bearing: float, km: float) -> World:
    """The ship's own way so far off in a direction, and back again: a jump out and a jump home."""
    which = lies.of(world, ship, start, end)
    own = lies.marked(world).messages.filter(which)
    lat, lon = geo.destination(own["true_lat"], own["true_lon"], bearing, km * 1000.0)
    says = f"{_name(world, ship)} was shown {km:.0f} km from where it was, from {start:%d %B %H:%M} to {end:%H:%M}"
    pattern = "burst" if _hours(start, end) < _BURST_H else "offset"
    return _placed(world, which, ship, lat, lon, start, end, says, pattern)


def standing(
    world: World, ship: int, start: datetime, end: datetime, *, at: Place, seed: int, noise_m: float = 40.0
) -> World:
    """At a place on land, with a receiver's noise."""
    which = lies.of(world, ship, start, end)
    count = int(which.sum())
    off = np.random.default_rng([seed, 41, ship]).normal(0, noise_m, (2, count))
    lat, lon = ways.shifted(np.full(count, at[0]), np.full(count, at[1]), 0.0, off[0])
    lat, lon = ways.shifted(lat, lon, 90.0, off[1])
    says = f"{_name(world, ship)} was shown on land for {_hours(start, end):.1f} h"
    return _placed(world, which, ship, lat, geo.wrap_lon(lon), start, end, says, "land", sog=np.zeros(count))


def circling(
    world: World, ship: int, start: datetime, end: datetime, *, centre: Place, radius_m: float, knots: float
) -> World:
    """Round and round a place at an even speed, its course along the circle."""
    which = lies.of(world, ship, start, end)
    own = lies.marked(world).messages.filter(which)
    seconds = (own["true_time"] - start).dt.total_seconds().to_numpy().astype(float)
    turned = np.degrees(seconds * knots * geo.KNOT_MS / radius_m)
    count = len(own)
    lat, lon = ways.shifted(np.full(count, centre[0]), np.full(count, centre[1]), turned, radius_m)
    says = f"{_name(world, ship)} was shown on a circle of {radius_m:.0f} m for {_hours(start, end):.1f} h"
    return _placed(
        world, which, ship, lat, geo.wrap_lon(lon), start, end, says, "circle", sog=np.full(count, knots),
        cog=(turned + 90.0) % 360.0,
    )  # fmt: skip


def ruled(
    world: World, ship: int, start: datetime, end: datetime, *, begin: Place, bearing: float, knots: float
) -> World:
    """On an invented track: a great circle at one speed and without any noise."""
    which = lies.of(world, ship, start, end)
    own = lies.marked(world).messages.filter(which)
    seconds = (own["true_time"] - start).dt.total_seconds().to_numpy().astype(float)
    count = len(own)
    lat, lon = geo.destination(
        np.full(count, begin[0]), np.full(count, begin[1]), np.full(count, bearing), seconds * knots * geo.KNOT_MS
    )
    says = f"{_name(world, ship)} was shown on a ruled line for {_hours(start, end):.1f} h while it was elsewhere"
    return _placed(
        world, which, ship, lat, lon, start, end, says, "straight", sog=np.full(count, knots),
        cog=np.full(count, bearing % 360.0),
    )  # fmt: skip


def interfered(
    world: World, start: datetime, end: datetime, box: Box, *, seed: int, towards: Place | None, share: float = 0.7,
    scatter_km: float = 30.0,
) -> World:  # fmt: skip
    """Most messages sent from within a box are displaced: to one place, or each somewhere within `scatter_km`."""
    messages = lies.marked(world).messages
    rng = np.random.default_rng([seed, 42, int((start - world.start).total_seconds())])
    lon = messages["true_lon"].to_numpy()
    lon = np.where((box[2] > 180.0) & (lon < 0), lon + 360.0, lon)
    inside = (
        receivers.inside(box, messages["true_lat"].to_numpy(), lon)
        & messages.select(pl.col("true_time").is_between(start, end)).to_series().to_numpy()
    )
    which = pl.Series(inside & (rng.random(len(messages)) < share))
    own = messages.filter(which)
    count = len(own)
    if towards is not None:
        lat, lon2 = geo.destination(np.full(count, towards[0]), np.full(count, towards[1]), rng.uniform(0, 360, count),
                                    np.abs(rng.normal(0, 300.0, count)))  # fmt: skip
    else:
        lat, lon2 = geo.destination(own["true_lat"], own["true_lon"], rng.uniform(0, 360, count),
                                    1000.0 * rng.uniform(3.0, scatter_km, count))  # fmt: skip
    middle = (box[1] + box[3]) / 2, float(geo.wrap_lon((box[0] + box[2]) / 2))
    how = "towards one place" if towards is not None else "each to another place"
    one = Planted(
        "interference", None, start, end, *middle,
        f"{own['hull'].n_unique()} ships in one area were displaced {how} for {_hours(start, end):.1f} h",
        float(geo.distance_m(box[1], box[0], box[3], box[2])) / 2,
        pattern="point" if towards is not None else "scatter",
    )  # fmt: skip
    return lies.told(world, which, {"lat": lat, "lon": lon2}, one)


def _placed(
    world: World, which: pl.Series, ship: int, lat: geo.Floats, lon: geo.Floats, start: datetime, end: datetime,
    says: str, pattern: str, *, sog: geo.Floats | None = None, cog: geo.Floats | None = None,
) -> World:  # fmt: skip
    first, last = lies.span(lies.heard_of(world, ship, start, end)) or (start, end)
    middle = float(np.mean(lat)), float(lon[len(lon) // 2])
    one = Planted("false_position", ship, first, last, *middle, says, pattern=pattern)
    more = {name: value for name, value in (("sog", sog), ("cog", cog)) if value is not None}
    return lies.told(world, which, {"lat": np.round(lat, 6), "lon": np.round(lon, 6), **more}, one)


def _name(world: World, ship: int) -> str:
    return next(one.name for one in world.ships if one.mmsi == ship)


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600
