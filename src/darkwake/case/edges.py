"""Where the area that the sources cover ends: a ship last heard there may have sailed out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from darkwake import geo

NEAR_M = 5_000.0
"""Within these metres of an edge a ship last heard is said to have been near it: some ten minutes at 16 knots."""
LEAST_SHIPS = 5
"""Ships that were heard within NEAR_M of the outermost position, for that side to count as an edge of the sources: one
ship that strayed far makes none."""
_METRES_A_DEGREE = geo.EARTH_RADIUS_M * math.pi / 180
_TRACK_DEG = 1e-4


@dataclass(frozen=True, slots=True)
class Edges:
    """The sides of the box of all positions at which many ships came into sight or went; None where few did."""

    south: float | None = None
    north: float | None = None
    west: float | None = None
    east: float | None = None

    def metres(self, lat: float, lon: float) -> float | None:
        """How far a position lies from the nearest edge; None where it is not within NEAR_M of one."""
        wide = _METRES_A_DEGREE * math.cos(math.radians(lat))
        far = [abs(lat - side) * _METRES_A_DEGREE for side in (self.south, self.north) if side is not None]
        far += [abs(lon - side) * wide for side in (self.west, self.east) if side is not None]
        return min((one for one in far if one <= NEAR_M), default=None)


def edges(tracks: Sequence[Mapping[str, Any]], events: pl.DataFrame) -> Edges:
    """The edges of what the sources cover, from the thinned tracks and the ends of all events.

    Args:
        tracks: each with `ship`, and `lat` and `lon` as steps of ten-thousandths of a degree.
        events: EVENTS of all ships.
    """
    drawn = pl.DataFrame(
        [
            {"ship": int(row["ship"]), "lat": value_lat, "lon": value_lon}
            for row in tracks
            for value_lat, value_lon in _outermost(row["lat"], row["lon"])
        ],
        schema={"ship": pl.Int64, "lat": pl.Float64, "lon": pl.Float64},
    )
    ends = [
        events.select(pl.col("ship").cast(pl.Int64), lat=pl.col(f"{end}_lat"), lon=pl.col(f"{end}_lon"))
        for end in ("start", "end")
    ]
    heard = pl.concat([drawn, *ends]).drop_nulls()
    each = heard.group_by("ship").agg(
        south=pl.col("lat").min(), north=pl.col("lat").max(), west=pl.col("lon").min(), east=pl.col("lon").max()
    )
    if not each.height:
        return Edges()
    middle = heard["lat"].median()
    wide = _METRES_A_DEGREE * math.cos(math.radians(middle if isinstance(middle, float) else 0.0))
    found: dict[str, float | None] = {}
    for side, metres in (("south", _METRES_A_DEGREE), ("north", _METRES_A_DEGREE), ("west", wide), ("east", wide)):
        values = each[side]
        outer = values.min() if side in ("south", "west") else values.max()
        near = int(((values - outer).abs() * metres <= NEAR_M).sum())
        found[side] = float(outer) if near >= LEAST_SHIPS and isinstance(outer, float) else None
    return Edges(**found)


def _outermost(lat: Sequence[int], lon: Sequence[int]) -> list[tuple[float, float]]:
    """The two corners of the box of one track."""
    if not lat:
        return []
    lats, lons = pl.Series(lat, dtype=pl.Int64).cum_sum(), pl.Series(lon, dtype=pl.Int64).cum_sum()
    low, high = (lats.min(), lons.min()), (lats.max(), lons.max())
    return [(float(y) * _TRACK_DEG, float(x) * _TRACK_DEG) for y, x in (low, high)]  # type: ignore[arg-type]  # whole
