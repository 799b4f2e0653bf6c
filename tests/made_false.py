"""Tracks of invented ships with a lie in them, for the tests of false positions and of interference."""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake import geo, schema
from made_positions import frame

SHIP = 911000001
NOISE_DEG = 5e-5


def track(
    *, ship: int = SHIP, start: tuple[float, float] = (24.0, 60.0), course: float = 80.0, knots: float = 12.0,
    hours: float = 24.0, minutes: float = 5.0, seed: int = 1,
) -> pl.DataFrame:  # fmt: skip
    """A ship that sails straight on with a receiver's noise; speed and course as sailed, in the open Arabian Sea."""
    rng = np.random.default_rng([seed, ship])
    hour = np.arange(0, hours, minutes / 60)
    metres = knots * geo.METRES_PER_NM * hour
    lat, lon = geo.destination(start[0], start[1], course, metres)
    lat, lon = lat + rng.normal(0, NOISE_DEG, len(hour)), geo.wrap_lon(lon + rng.normal(0, NOISE_DEG, len(hour)))
    table = frame(np.full(len(hour), ship), hour, lat, lon, np.full(len(hour), knots))
    return table.with_columns(cog=pl.lit(course).cast(pl.Float32))


def between(table: pl.DataFrame, first_h: float, last_h: float) -> pl.Series:
    """Which positions lie between two hours after the first."""
    hour = (pl.col("time") - pl.col("time").min()).dt.total_microseconds() / 3.6e9
    return table.select((hour >= first_h) & (hour < last_h)).to_series()


def moved(table: pl.DataFrame, which: pl.Series, lat: geo.Floats, lon: geo.Floats) -> pl.DataFrame:
    """The table with other places at the chosen rows."""
    at = np.flatnonzero(which.to_numpy())
    lats, lons = table["lat"].to_numpy().copy(), table["lon"].to_numpy().copy()
    lats[at], lons[at] = lat, geo.wrap_lon(lon)
    return schema.in_order(table.with_columns(pl.Series("lat", lats), pl.Series("lon", lons)))


def offset(
    table: pl.DataFrame, first_h: float, last_h: float, *, km: float = 80.0, bearing: float = 190.0
) -> pl.DataFrame:
    """The ship's own way, so many kilometres off, between two hours."""
    which = between(table, first_h, last_h)
    own = table.filter(which)
    return moved(table, which, *geo.destination(own["lat"], own["lon"], bearing, km * 1000))


def held(table: pl.DataFrame, first_h: float, last_h: float, place: tuple[float, float], seed: int = 2) -> pl.DataFrame:
    """All at one place with a receiver's noise."""
    which = between(table, first_h, last_h)
    noise = np.random.default_rng(seed).normal(0, NOISE_DEG, (2, int(which.sum())))
    return moved(table, which, place[0] + noise[0], place[1] + noise[1])


def circled(
    table: pl.DataFrame, first_h: float, last_h: float, *, radius_m: float = 1500.0, knots: float = 15.0
) -> pl.DataFrame:
    """Round and round the place where the ship was at first; speed and course stay those of the true way."""
    which = between(table, first_h, last_h)
    own = table.filter(which)
    seconds = (own["time"] - own["time"][0]).dt.total_microseconds().to_numpy() / 1e6
    turned = np.degrees(seconds * knots * geo.KNOT_MS / radius_m) % 360
    return moved(table, which, *geo.destination(own["lat"][0], own["lon"][0], turned, radius_m))
