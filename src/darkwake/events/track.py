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
BLOCK = 1 << 14
"""Rows of arithmetic at a time: what lies between stays in the processor, and no number changes."""
_DEG_M = np.radians(1.0) * geo.EARTH_RADIUS_M
_ROUNDING_M = 0.1
"""Far more than a distance on the globe is rounded by."""


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
        """Those rows, none twice; all of them are the track itself."""
        if len(rows) == len(self.ship):
            return self
        parts = (self.ship, self.time, self.lat, self.lon, self.sog, self.cog)
        return Track(*(part[rows] for part in parts))  # type: ignore[arg-type]  # the columns in their order

    def apart(self, one: Ints, two: Ints) -> Floats:
        """Metres between rows."""
        return geo.distance_m(self.lat[one], self.lon[one], self.lat[two], self.lon[two])

    def steps_m(self) -> Floats:
        """Metres from each row to the next."""
        return steps_m(self.lat, self.lon)

    def out_of_reach(self, one: Ints, two: Ints, knots: float) -> Bools:
        """Whether no ship of that speed can have come from a row to a later one."""
        limit = reach_m(self.time[two] - self.time[one], knots)
        return beyond(limit, self.lat[one], self.lon[one], self.lat[two], self.lon[two])

    def impossible(self, knots: float) -> Bools:
        """Whether no ship of that speed can have come from each row to the next."""
        limit = reach_m(np.diff(self.time), knots)
        return beyond(limit, self.lat[:-1], self.lon[:-1], self.lat[1:], self.lon[1:])

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


def reach_m(lasted_us: Ints, knots: float) -> Floats:
    """How far a ship of that speed can have come in a time, clocks and receivers allowed for."""
    result: Floats = NOISE_M + knots * geo.KNOT_MS * (np.abs(lasted_us) / 1e6 + CLOCK_S)
    return result


def beyond(limit_m: Floats, lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Bools:
    """Whether positions lie farther apart than a limit each: `geo.distance_m` of those of which it is not plain.

    The way is never shorter than the difference in latitude, nor longer than that and the one in longitude together.
    """
    up, right = np.abs(lat2 - lat1), np.abs(lon2 - lon1)
    up *= _DEG_M
    result: Bools = up > limit_m + _ROUNDING_M
    right *= _DEG_M
    right += up
    at = np.flatnonzero((right > limit_m - _ROUNDING_M) & ~result)
    for few in (at[low : low + BLOCK] for low in range(0, len(at), BLOCK)):
        result[few] = geo.distance_m(lat1[few], lon1[few], lat2[few], lon2[few]) > limit_m[few]
    return result


def steps_m(lat: Floats, lon: Floats) -> Floats:
    """Metres from each position to the next: `geo.distance_m` to the digit, in blocks that stay in the processor."""
    found = np.zeros(max(len(lat) - 1, 0))
    for low in range(0, len(found), BLOCK):
        here = slice(low, low + BLOCK + 1)
        phi = np.radians(lat[here])
        cos = np.cos(phi)
        half_dphi = np.diff(phi) / 2
        half_dlam = np.radians(np.diff(lon[here])) / 2
        chord = np.sin(half_dphi) ** 2 + cos[:-1] * cos[1:] * np.sin(half_dlam) ** 2
        found[low : low + BLOCK] = 2 * geo.EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return found


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of `false_position` that tell a jump; see its docstring."""

    fastest_kn: float
    farther_than_m: float
    longest_us: int
    second_us: int
    inland_m: float
