"""Invented ships for measurements: where each is at any moment, and a sorted store of what they sent, in bulk.

A ship lies in port, sails out to a place at sea, drifts there, and sails back, over and over. So its place is a
function of time alone, made for any rows in any order without a loop and without remembering; a track has no jumps,
and its own silences. Some ships lie beside another one while both drift. Ports and water are real, the ships are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo, ports, schema, shore

START_US = 1_930_089_600_000_000
"""1 March 2031."""
FIRST = 900_000_000
"""The first ship's number; no real ship's begins with a nine."""
HOUR_S = 3600.0
COAST = (
    (56.70, 8.217, 56.40, 5.80), (57.133, 8.60, 57.00, 5.90), (57.60, 9.967, 57.90, 8.70), (57.717, 10.6, 57.25, 11.25),
    (57.10, 12.233, 57.00, 11.55), (56.417, 10.933, 56.75, 11.50), (55.067, 15.133, 55.30, 16.60),
)  # fmt: skip
"""Latitude and longitude of a port, and of the middle of the water that its ships sail to: round Denmark."""
SHIPS_A_LANE = 50
_OUT_M, _OFF_SHORE_M = 170_000.0, 60_000.0
_BESIDE_M = 150.0
_DRIFT_KN = 0.3
OFF_DEG = 4e-5
"""Some metres: no helm and no receiver is more exact for hours, and a ship that seems so has a false position."""
_SILENT = 0.01
"""Share of messages after which a ship falls silent, for half an hour to two days: so, in GFW's published positions
and here, one message in two hundred stands before a silence of more than six hours."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def world(ships: int, seed: int = 9) -> list[tuple[float, float, float, float]]:
    """Lanes from ports all over the world out to open sea, as many as leave the water as dense for any number of ships.

    Else twice the ships would be four times the pairs of ships, and growth with rows could not be told from that.
    """
    count = max(4, ships // SHIPS_A_LANE)
    table = ports.default().unique("port", maintain_order=True).sample(fraction=1.0, shuffle=True, seed=seed)
    lat, lon = (np.repeat(table[name].to_numpy()[: 8 * count], 8) for name in ("lat", "lon"))
    sea_lat, sea_lon = geo.destination(lat, lon, np.tile(np.arange(0.0, 360.0, 45.0), len(lat) // 8), _OUT_M)
    open_sea = (np.abs(sea_lat) < 65) & (np.abs(sea_lon) < 175) & (shore.shore_m(sea_lat, sea_lon) > _OFF_SHORE_M)
    at = np.flatnonzero(open_sea)
    at = at[~shore.crosses_land(lat[at], lon[at], sea_lat[at], sea_lon[at])]
    at = at[np.unique(at // 8, return_index=True)[1]][:count]
    return list(zip(*(values[at].tolist() for values in (lat, lon, sea_lat, sea_lon)), strict=True))


@dataclass(frozen=True, slots=True)
class Files:
    """Shards as files."""

    paths: list[list[str]]

    def shards(self) -> list[list[str]]:
        """The paths of each shard's files."""
        return self.paths


@dataclass(frozen=True, slots=True)
class Fleet:
    """How each ship moves; arrays with one value a ship."""

    port: Floats
    """Latitude and longitude of its berth, two columns."""
    sea: Floats
    """The same of where it drifts."""
    knots: Floats
    sail_s: Floats
    """One way."""
    drift_s: Floats
    cycle_s: Floats
    """From drifting to drifting, the stay in port among it."""
    since_s: Floats
    """Where in its cycle it is when time begins."""
    bow: Floats
    """How far its way out is bent to the side, of the way's length."""
    current: Floats
    """Direction in which it drifts, radians from north."""

    def at(self, ship: Ints, second: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """lat, lon, speed in knots and course in degrees of those ships at those seconds; arrays of one length."""
        cycle, drift = self.cycle_s[ship], self.drift_s[ship] / 2
        when = (second + self.since_s[ship] + cycle / 2) % cycle - cycle / 2  # from the middle of drifting
        out = np.clip(1.0 - (np.abs(when) - drift) / self.sail_s[ship], 0.0, 1.0)  # 0 in port, 1 at sea
        port_lat, port_lon = self.port[ship, 0], self.port[ship, 1]
        north, east = self.sea[ship, 0] - port_lat, self.sea[ship, 1] - port_lon
        square = np.cos(np.radians(port_lat))
        drifted = np.clip(when, -drift, drift) * (_DRIFT_KN / HOUR_S / 60)  # degrees
        aside = self.bow[ship] * np.sin(np.pi * out)
        course = self.current[ship]
        lat = port_lat + out * (north + drifted * np.cos(course)) - aside * east * square
        lon = port_lon + out * (east + drifted * np.sin(course) / square) + aside * north / square
        under_way = (out > 0) & (out < 1)
        heading = np.degrees(np.arctan2(east * square, north)) + 180.0 * (when > 0)
        knots = np.where(under_way, self.knots[ship], np.where(out > 0, _DRIFT_KN, 0.0))
        return lat, lon, knots, np.where(under_way, heading, np.degrees(course)) % 360.0


def fleet(count: int, lanes: Sequence[tuple[float, float, float, float]], seed: int, beside: float = 0.06) -> Fleet:
    """So many ships on those lanes; of that share of them each lies beside the one before it while both drift."""
    rng = np.random.default_rng([seed, 1])
    lane = np.array(lanes)[rng.integers(0, len(lanes), count)]
    sea = lane[:, 2:] + rng.uniform(-0.4, 0.4, (count, 2))
    drift = rng.uniform(3, 30, count) * HOUR_S
    stay = rng.uniform(6, 60, count) * HOUR_S
    knots, since, current = rng.uniform(7, 16, count), rng.uniform(0, 200, count) * HOUR_S, rng.uniform(0, 6.28, count)
    two = np.flatnonzero(rng.random(count // 2) < beside) * 2 + 1
    one = two - 1
    lane[two], sea[two], since[two], current[two] = lane[one], sea[one], since[one], current[one]
    sea[two, 0] += _BESIDE_M / geo.METRES_PER_NM / 60
    drift[two], knots[two] = drift[one] * rng.uniform(0.7, 0.9, len(two)), knots[one]
    berth = lane[:, :2] + rng.normal(0, 0.004, (count, 2))
    sail = geo.distance_m(berth[:, 0], berth[:, 1], sea[:, 0], sea[:, 1]) / (knots * geo.KNOT_MS)
    cycle = stay + drift + 2 * sail
    cycle[two] = cycle[one]
    return Fleet(berth, sea, knots, sail, drift, cycle, since, rng.uniform(-0.04, 0.04, count), current)


def made(
    folder: Path,
    rows: int,
    ships: int,
    shards: int,
    *,
    lanes: Sequence[tuple[float, float, float, float]] | None = None,
    beside: float = 0.06,
    seed: int = 9,
) -> Files:
    """A sorted store: of each ship `rows / ships` positions, one every five minutes and now and then a silence."""
    sailing = fleet(ships, lanes or world(ships), seed, beside)
    paths = []
    for at in range(shards):
        rng = np.random.default_rng([seed, at])
        mine = np.arange(at, ships, shards)
        shape = (len(mine), rows // ships)
        step = rng.exponential(300.0, shape) + 10.0
        silent = rng.random(shape) < _SILENT
        step[silent] += np.exp(rng.uniform(np.log(0.5), np.log(48.0), silent.sum())) * HOUR_S
        step[:, 0] = rng.uniform(0, 600, len(mine))
        step[0, 0] *= at > 0  # time begins with a full hour, as that of tools that count from midnight
        second = np.cumsum(step, axis=1).round(0).ravel()
        table = _rows(sailing, np.repeat(mine, shape[1]), second, rng)
        row = pl.Series("row", np.arange(len(second), dtype=np.int64) * shards + at + 1)
        paths.append([str(folder / f"{at}.parquet")])
        schema.in_order(_filled(table.with_columns(row))).write_parquet(paths[-1][0])
    return Files(paths)


def one_long_track(path: Path, rows: int) -> Files:
    """All rows of one ship."""
    (path / "long").mkdir()
    return made(path / "long", rows, 1, 1, seed=10)


def _rows(sailing: Fleet, ship: Ints, second: Floats, rng: np.random.Generator) -> pl.DataFrame:
    lat, lon, knots, course = sailing.at(ship, second)
    off = rng.normal(0, OFF_DEG, (2, len(ship)))
    return pl.DataFrame(
        {
            "ship": FIRST + ship,
            "time": pl.Series(START_US + (second * 1e6).astype(np.int64)).cast(schema.TIME),
            "lat": (lat + off[0]).round(6),
            "lon": (lon + off[1]).round(6),
            "sog": knots.round(1).astype(np.float32),
            "cog": course.round(1).astype(np.float32) % 360,
        }
    )


def _filled(table: pl.DataFrame) -> pl.DataFrame:
    known = {"ais_class": pl.lit("A"), "receiver": pl.lit("terrestrial"), "source": pl.lit("1" * 64)}
    table = table.with_columns(**known)
    lacking = [name for name in schema.POSITIONS if name not in table.columns]
    missing = [pl.lit(None, schema.POSITIONS[name]).alias(name) for name in lacking]
    return table.with_columns(*missing).select(list(schema.POSITIONS)).cast(schema.POSITIONS)
