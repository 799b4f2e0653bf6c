"""Who hears an invented ship: stations on the coast, satellites overhead, and where and when they fail.

A station hears a message with a chance that falls smoothly with distance. A satellite hears in passes, and worse
where many ships speak at once. All of it is far simpler than radio; docs/synth.md says what is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from darkwake import geo
from darkwake.land import Box

TERRESTRIAL, SATELLITE, NOBODY = 0, 1, 2
RECEIVERS = ("terrestrial", "satellite", None)
"""The words of POSITIONS for the three numbers above."""


@dataclass(frozen=True, slots=True)
class Station:
    """A receiver on the coast: half of what it hears close by is heard at `range_km`, for a ship of power 1."""

    name: str
    lat: float
    lon: float
    range_km: float = 55.0
    chance: float = 0.9
    """The chance that it hears a message sent close by."""


@dataclass(frozen=True, slots=True)
class Satellite:
    """A receiver overhead: each `period_min` a pass of `window_min`, in the parts of the day when its path is near."""

    name: str
    phase_min: float = 0.0
    period_min: float = 97.0
    window_min: float = 12.0
    chance: float = 0.5


@dataclass(frozen=True, slots=True)
class Crowded:
    """Water where satellites hear only `share` of what they would hear elsewhere, all the time."""

    box: Box
    share: float


@dataclass(frozen=True, slots=True)
class Outage:
    """From `start` to `end`, the named stations are down; with a `box`, nothing is heard from within it at all."""

    start: datetime
    end: datetime
    stations: tuple[str, ...] = ()
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Reception:
    """Everybody who listens."""

    stations: tuple[Station, ...] = ()
    satellites: tuple[Satellite, ...] = ()
    crowded: tuple[Crowded, ...] = ()

    def hear(
        self,
        rng: np.random.Generator,
        seconds: geo.Floats,
        lat: geo.Floats,
        lon: geo.Floats,
        power: geo.Floats,
        *,
        start: datetime,
        outages: Sequence[Outage] = (),
    ) -> NDArray[np.int8]:
        """Who heard each message first: TERRESTRIAL, SATELLITE or NOBODY; `seconds` count from `start`."""
        luck = rng.random((2, len(seconds)))
        coast = luck[0] >= self._coast_misses(seconds, lat, lon, power, start, outages)
        above = luck[1] < self._satellites_hear(seconds, lat, lon, power)
        for outage in outages:
            if outage.box is not None:
                gone = inside(outage.box, lat, lon) & _during(outage, seconds, start)
                coast &= ~gone
                above &= ~gone
        return np.where(coast, TERRESTRIAL, np.where(above, SATELLITE, NOBODY)).astype(np.int8)

    def _coast_misses(
        self, seconds: geo.Floats, lat: geo.Floats, lon: geo.Floats, power: geo.Floats,
        start: datetime, outages: Sequence[Outage],
    ) -> geo.Floats:  # fmt: skip
        """The chance that no station hears each message."""
        misses = np.ones(len(seconds))
        for station in self.stations:
            reach = station.range_km * 1.9 / 111.0
            near = np.flatnonzero(
                (np.abs(lat - station.lat) < reach)
                & (np.abs(lon - station.lon) < reach / np.cos(np.radians(station.lat)))
            )
            if not len(near):
                continue
            far_km = geo.distance_m(station.lat, station.lon, lat[near], lon[near]) / 1000
            limit = station.range_km * power[near]
            chance = station.chance / (1 + np.exp(np.minimum((far_km - limit) / (0.1 * limit), 50)))
            for outage in outages:
                if station.name in outage.stations:
                    chance[_during(outage, seconds[near], start)] = 0.0
            misses[near] *= 1 - chance
        return misses

    def _satellites_hear(self, seconds: geo.Floats, lat: geo.Floats, lon: geo.Floats, power: geo.Floats) -> geo.Floats:
        misses = np.ones(len(seconds))
        for satellite in self.satellites:
            clock_min = seconds / 60 + satellite.phase_min + lon * 4 / 15
            over = (clock_min % satellite.period_min) < satellite.window_min
            near = np.abs(np.sin(np.pi * (seconds / 43_200) + np.radians(lon) + satellite.phase_min)) > 0.6
            misses *= 1 - np.where(over & near, satellite.chance, 0.0)
        share = np.minimum(power, 1.0) ** 2
        for crowd in self.crowded:
            share = np.where(inside(crowd.box, lat, lon), np.minimum(share, crowd.share), share)
        result: geo.Floats = (1 - misses) * share
        return result


def inside(box: Box, lat: geo.Floats, lon: geo.Floats) -> NDArray[np.bool_]:
    """Which positions lie in a box (west, south, east, north)."""
    west, south, east, north = box
    result: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return result


def _during(outage: Outage, seconds: geo.Floats, start: datetime) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = (seconds >= (outage.start - start).total_seconds()) & (
        seconds <= (outage.end - start).total_seconds()
    )
    return result
