"""Positions of many ships as columns, and how far a ship can have come between two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOISE_M = 1_000.0
CLOCK_S = 30.0
"""Two honest positions may be this much farther apart, or their times this much wrong: receivers, rounding, relays."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Positions of many ships as columns, sorted by ship and time; degrees, microseconds, knots (NaN: not given)."""

    ship: Ints
    time: Ints
    lat: Floats
    lon: Floats
    sog: Floats
    cog: Floats

    @classmethod
    def of(cls, positions: pl.DataFrame) -> Track:
        """From POSITIONS in the order of a store."""
        nan = float("nan")
        sog, cog = (positions[name].cast(pl.Float64).fill_null(nan).to_numpy() for name in ("sog", "cog"))
        ship, time = positions["ship"].to_numpy(), positions["time"].to_physical().to_numpy()
        return cls(ship, time, positions["lat"].to_numpy(), positions["lon"].to_numpy(), sog, cog)

    def only(self, rows: Ints) -> Track:
        """Those rows."""
        parts = (self.ship, self.time, self.lat, self.lon, self.sog, self.cog)
        return Track(*(part[rows] for part in parts))  # type: ignore[arg-type]  # the columns in their order

    def apart(self, one: Ints, two: Ints) -> Floats:
        """Metres between rows."""
        return geo.distance_m(self.lat[one], self.lon[one], self.lat[two], self.lon[two])

    def out_of_reach(self, one: Ints, two: Ints, knots: float) -> Bools:
        """Whether no ship of that speed can have come from a row to a later one."""
        seconds = np.abs(self.time[two] - self.time[one]) / 1e6 + CLOCK_S
        result: Bools = self.apart(one, two) > NOISE_M + knots * geo.KNOT_MS * seconds
        return result

    def foretold(self, one: Ints, two: Ints, knots: float) -> Bools:
        """Whether each later row lies where speed and course of either row foretell, to within a kilometre and `knots`.

        Where no course was sent only the distance is compared; False where no speed was.
        """
        seconds = np.abs(self.time[two] - self.time[one]) / 1e6
        made = self.apart(one, two)
        bearing = geo.bearing_deg(self.lat[one], self.lon[one], self.lat[two], self.lon[two])
        off = np.full(len(one), np.inf)
        for end in (one, two):
            way, askew = self.sog[end] * geo.KNOT_MS * seconds, np.radians(np.nan_to_num(bearing - self.cog[end]))
            off = np.fmin(off, np.sqrt(np.maximum(made**2 + way**2 - 2 * made * way * np.cos(askew), 0.0)))
        result: Bools = off <= NOISE_M + knots * geo.KNOT_MS * seconds
        return result


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of `false_position` that tell a jump; see its docstring."""

    fastest_kn: float
    farther_than_m: float
    longest_us: int
    second_us: int
    inland_m: float
