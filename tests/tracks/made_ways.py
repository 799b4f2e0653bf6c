"""Ships' ways made by hand, as POSITIONS: invented ships."""

from __future__ import annotations

import numpy as np
import polars as pl

from darkwake import geo
from made_positions import frame

SHIP = 999_000_001


def sailing(
    hours: np.ndarray, lat: float, lon: float, *, knots: float = 0.0, course: float = 90.0, ship: int = SHIP
) -> pl.DataFrame:
    """A ship that sails a great circle from (lat, lon) from its first hour on."""
    run = knots * (hours - hours[0]) * geo.METRES_PER_NM
    lats, lons = geo.destination(np.full(len(hours), lat), np.full(len(hours), lon), course, run)
    table = frame(np.full(len(hours), ship), hours, lats, lons, np.full(len(hours), knots))
    return table.with_columns(cog=pl.lit(course, pl.Float32) if knots else pl.lit(None, pl.Float32))


def together(*tables: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Their positions in order, and which table each came from."""
    marked = [table.with_columns(origin=pl.lit(number)) for number, table in enumerate(tables)]
    both = pl.concat(marked).sort("ship", "time", "lat", "lon").with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    return both.drop("origin"), both["origin"].to_list()


def every(minutes: float, start_h: float, end_h: float) -> np.ndarray:
    return np.arange(start_h, end_h, minutes / 60)
