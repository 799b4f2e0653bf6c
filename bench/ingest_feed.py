"""Invented days in the layout of the Danish Maritime Authority, made fast, for `bench.ingest`.

Nothing in it is a real ship. What is like the real files: 26 columns, rows in the order of time, exact duplicates, base
stations and aids to navigation between the ships, positions and headings that are not available, words such as
"Unknown" and "Undefined", and what ships say of themselves repeated in every row. Ships sail as `bench.tracks_made` has
them, on from day to day, and more than half of them fall silent now and then; so detectors have something to find.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from bench.tracks_made import COAST, OFF_DEG, Fleet, Floats, Ints, fleet

DAY_US = 86_400_000_000
_BEGIN = datetime(2025, 1, 1)
_SPAN = 500_000
"""Rows that are made at once."""
DUPLICATES = 0.25
"""Share of rows that repeat an earlier one; in dense water of the real files it is more."""

_MOBILES = ("Class A", "Class B", "Base Station", "AtoN")
_STATUS = ("Under way using engine", "At anchor", "Moored", "Engaged in fishing", "Unknown value")
_TYPES = ("Cargo", "Tanker", "Fishing", "Passenger", "Undefined", "Sailing", "Tug")


def ships_of(count: int, seed: int) -> pl.DataFrame:
    """A row a transmitter: what it is, where it begins, how it moves, and what it says of itself."""
    rng = np.random.default_rng(seed)
    mobile = rng.choice(4, count, p=[0.72, 0.22, 0.03, 0.03])
    number = 200_000_000 + rng.choice(500_000_000, count, replace=False)
    number = np.where(mobile == 2, 2_000_000 + np.arange(count) % 1_000_000, number)
    number = np.where(mobile == 3, 992_000_000 + np.arange(count) % 1_000_000, number)
    ordinal = pl.Series(np.arange(count)).cast(pl.String)
    large = pl.Series(mobile == 0)
    imo = pl.Series(1_000_000 + 7 * np.arange(count) % 8_999_999).cast(pl.String)
    names = pl.select(pl.lit("INVENTED ") + ordinal, ("XX" + ordinal).alias("call"))
    return pl.DataFrame(
        {
            "mmsi": number,
            "mobile": pl.Series([_MOBILES[at] for at in mobile]),
            "lat0": rng.uniform(53.5, 58.5, count),
            "lon0": rng.uniform(3.5, 16.5, count),
            "every_s": rng.uniform(12, 150, count) * 3600,
            "silent_s": np.where(rng.random(count) < 0.6, np.exp(rng.uniform(-0.5, 3.2, count)) * 3600, 0.0),
            "status": pl.Series([_STATUS[at] for at in rng.integers(0, 5, count)]),
            "imo": pl.select(pl.when(large).then(imo).otherwise(pl.lit("Unknown"))).to_series(),
            "call": names["call"],
            "name": names.to_series(0),
            "type": pl.Series([_TYPES[at] for at in rng.integers(0, 7, count)]),
            "width": rng.integers(5, 60, count),
            "length": rng.integers(15, 400, count),
            "draught": pl.select(pl.when(large).then(pl.Series(rng.uniform(3, 15, count)).round(1))).to_series(),
            "port": pl.select(pl.when(large).then("PORT " + pl.Series(rng.integers(0, 300, count)).cast(pl.String))
                              ).to_series(),
        }
    )  # fmt: skip


def _rows(ships: pl.DataFrame, sailing: Fleet, first: int, count: int, total: int, start: datetime, seed: int
          ) -> pl.DataFrame:  # fmt: skip
    """Rows `first` to `first + count` of the file."""
    since = (start - _BEGIN).total_seconds()
    rng = np.random.default_rng((seed, first, int(since)))
    at = np.arange(first, first + count)
    seconds = pl.Series(at * (DAY_US / 1e6) / total).cast(pl.Int64)
    when = seconds.to_numpy() + since
    who = _heard(ships, rng.integers(0, ships.height, count), when)
    # a repeated row stands soon after the one that it repeats, as receivers with one ear for the same water make it
    again = rng.random(count) < DUPLICATES
    again[0] = False
    origin = np.maximum.accumulate(np.where(again, 0, np.arange(count)))
    who, when, seconds = who[origin], when[origin], seconds.gather(origin)
    luck = np.random.default_rng((seed, first, int(since), 1)).random((count, 4))[origin]
    frame = ships[who]
    is_ship = frame["mobile"].str.starts_with("Class")
    lat, lon, knots, course = sailing.at(who, when)
    fixed = ~is_ship.to_numpy()
    lost = luck[:, 0] < 0.004
    lat = np.where(fixed, frame["lat0"], lat + 4 * OFF_DEG * (luck[:, 1] - 0.5))
    lon = np.where(fixed, frame["lon0"], lon + 4 * OFF_DEG * (luck[:, 2] - 0.5))
    lat, lon = np.where(lost, 91.0, lat).round(6), np.where(lost, 0.0, lon).round(6)
    hour = seconds // 3600
    said_at = pl.lit(start) + pl.duration(seconds=pl.lit(seconds))
    told = is_ship & pl.Series(luck[:, 3] > 0.01)  # now and then nothing is known yet of a ship

    def said(name: str, otherwise: str | None) -> pl.Expr:
        return pl.when(told).then(pl.col(name)).otherwise(pl.lit(otherwise))

    number = pl.when(is_ship).then
    arrival = pl.lit(start) + pl.duration(hours=pl.lit(24 + hour // 8 * 8))
    speed = pl.lit(pl.Series(np.where(knots > 1, knots + luck[:, 1], knots).round(1)))
    turn = pl.lit(pl.Series((course + 5 * luck[:, 2]).round(1) % 360))
    heading = pl.when(pl.lit(luck[:, 0]) > 0.2).then(pl.lit(pl.Series(course.astype(np.int64))))
    return frame.select(
        said_at.dt.strftime("%d/%m/%Y %H:%M:%S").alias("# Timestamp"),
        pl.col("mobile").alias("Type of mobile"), pl.col("mmsi").alias("MMSI"),
        pl.lit(pl.Series(lat)).alias("Latitude"), pl.lit(pl.Series(lon)).alias("Longitude"),
        pl.when(is_ship).then("status").otherwise(pl.lit("Unknown value")).alias("Navigational status"),
        number(pl.lit(pl.Series(np.round(luck[:, 3] * 4, 1)))).alias("ROT"), number(speed).alias("SOG"),
        number(turn).alias("COG"), number(heading).alias("Heading"), said("imo", "Unknown").alias("IMO"),
        said("call", "Unknown").alias("Callsign"), said("name", None).alias("Name"),
        said("type", "Undefined").alias("Ship type"), pl.lit(None).alias("Cargo type"),
        said("width", None).alias("Width"), said("length", None).alias("Length"),
        pl.when(told).then(pl.lit("GPS")).otherwise(pl.lit("Undefined")).alias("Type of position fixing device"),
        said("draught", None).alias("Draught"),
        pl.when(told).then(pl.col("port").str.slice(0, 6) + (hour // 8).cast(pl.String))
        .otherwise(pl.lit("Unknown")).alias("Destination"),
        pl.when(told & pl.col("port").is_not_null())
        .then(arrival.dt.strftime("%d/%m/%Y %H:%M:%S")).alias("ETA"),
        pl.lit("AIS").alias("Data source type"),
        *(said("width", None).alias(name) for name in "ABCD"),
    )  # fmt: skip


def _heard(ships: pl.DataFrame, who: Ints, when: Floats) -> Ints:
    """Others in the place of those that are silent at that moment: a feed is no emptier for it."""
    every, silent = ships["every_s"].to_numpy(), ships["silent_s"].to_numpy()
    for _ in range(4):  # of four in a row hardly any are all silent
        who = np.where((when + 977.0 * who) % every[who] < silent[who], (who + 1) % ships.height, who)
    return who


def write(path: Path, rows: int, *, ships: int | None = None, start: datetime = datetime(2025, 10, 1),
          seed: int = 0) -> None:  # fmt: skip
    """A day of `rows` rows; equal for equal arguments. The same ships sail on where `start` is another day."""
    known = ships_of(ships or max(50, min(20_000, rows // 300)), seed)
    sailing = fleet(known.height, COAST, seed)
    with path.open("wb") as file:
        for first in range(0, rows, _SPAN):
            part = _rows(known, sailing, first, min(_SPAN, rows - first), rows, start, seed)
            part.write_csv(file, include_header=first == 0)
