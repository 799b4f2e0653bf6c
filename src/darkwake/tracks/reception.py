"""How well the water was heard: of the ships known to be in a cell in an hour, how many were heard in that hour.

That a ship was in a cell in an hour is known from what it sent before that hour and after it, never from what it sent
in it. So being known does not depend on being heard, and the share that was heard is a fair count of trials: a count
that also took ships for known because they were heard would find that all were. docs/tracks.md says how far it is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo, shore
from darkwake.errors import WrongUse
from darkwake.nearest import positions, spread, vectors
from darkwake.schema import POSITIONS, RECEPTION, empty, problems
from darkwake.schema.shards import by_ships

CELL_DEG = 0.25
"""Side of the cells: 28 km north to south, about what a ship sails in an hour."""
BRACKET = timedelta(hours=13)
"""Longest time between the last message before an hour and the first after it that makes a ship known in that hour.

This and `FARTHEST_M` were chosen among six pairs on synth worlds of seeds 1 to 3: `python -m bench.reception --tune`.
"""
FASTEST_KN = 50.0
"""Two messages farther apart than this speed allows are no way of one ship: a shared number, or a clock that jumped."""
FARTHEST_M = 400_000.0
"""Longest way between the two messages: on a longer one the ship's place in between is not known."""
_ROUND_M = 50_000.0  # longer straight ways over land are no ways: the ship went round, and nobody knows where

_HOUR_US = 3_600_000_000
_READS = ("ship", "time", "lat", "lon", "ais_class")
_KEY = ("cell", "hour", "ais_class")
_LOOKS = pl.Schema(
    {
        "cell": pl.Int64,
        "lat": pl.Float64,  # the middle of the cell
        "lon": pl.Float64,
        "ais_class": pl.String,
        "present": pl.Int64,  # ship-hours known
        "heard": pl.Int64,
        "hours": pl.Int64,  # different hours in which a ship was known there
        "share": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)


class Sharded(Protocol):
    """A store: its positions as Parquet files, no ship in two shards."""

    def shards(self) -> list[list[str]]:
        """The paths of each shard's files."""
        ...


def reception(
    source: pl.DataFrame | Sharded,
    *,
    cell_deg: float = CELL_DEG,
    bracket: timedelta = BRACKET,
    farthest_m: float = FARTHEST_M,
) -> pl.DataFrame:
    """RECEPTION: for each cell, hour and class how many ships were known there, and how many of those were heard.

    For each ship and each clock hour take its last message before the hour and its first one after it. Where they lie
    within `bracket` of each other, and the straight way between them is short enough and at sea, the ship is known. It
    counts as present in the one cell that holds the middle of the hour on that way (great circle) at a steady speed,
    and as heard where any message of it falls in the hour. The first and the last hour of a track are never known.

    The class is that of most of the ship's positions, null where none says. The result does not depend on the order
    of rows, or on how ships are split over shards. Memory is a shard, or a part of it
    where it is large, and the table.

    Args:
        source: POSITIONS in any order, or a store.
        cell_deg: side of the cells in degrees; a part of 360.
        bracket: the longest time from the message before to the one after, at least two hours.
        farthest_m: the longest way between the two.

    Raises:
        WrongUse: the table is not POSITIONS, or a parameter makes no sense.
    """
    if bracket < timedelta(hours=2) or farthest_m <= 0:
        raise WrongUse(
            f"a bracket of {bracket} and {farthest_m:g} m can hold no hour",
            where="reception(...)",
            to_do="Give two hours or more, and metres above 0",
        )
    if not 0.01 <= cell_deg <= 30 or abs(360 / cell_deg - round(360 / cell_deg)) > 1e-9:
        raise WrongUse(
            f"cells of {cell_deg:g}° do not fit round the world", where="reception(cell_deg)", to_do="Use 0.1, 0.25, 1"
        )
    table = empty(RECEPTION)
    for positions_of in _parts(source):
        table = _summed([table, _known(positions_of, cell_deg, bracket // timedelta(microseconds=1), farthest_m)])
    return table.sort(_KEY, nulls_last=True)


def baseline(reception: pl.DataFrame, *, cell_deg: float = CELL_DEG, sure: float = 0.95) -> pl.DataFrame:
    """How well each cell is usually heard, by class: all hours of the table together.

    Returns:
        cell, lat, lon (its middle), ais_class, present, heard, hours, share and the interval low to high, sorted by
        cell and class. The interval is Wilson's (1927), widened by how much the hours differ among themselves: hours
        in which a receiver is down come in runs, and a hundred ships in one such hour are not a hundred trials. Where
        fewer than two hours are known it is 0 to 1.

    Args:
        reception: RECEPTION.
        cell_deg: the cells' side that it was made with.
        sure: how sure the interval is meant to be.

    Raises:
        WrongUse: the table is not RECEPTION.
    """
    return _looked(_checked(reception), cell_deg, sure)


def current(
    reception: pl.DataFrame, start: datetime, end: datetime, *, cell_deg: float = CELL_DEG, sure: float = 0.95
) -> pl.DataFrame:
    """How well each cell was heard from `start` to before `end`, beside all other hours of the table.

    Returns:
        As `baseline`, of the hours that begin in the period; and usual_present, usual_heard, usual_share, usual_low,
        usual_high of the hours that do not (null where there are none), and `differs`: "worse" or "better" where the
        two intervals do not meet, "" where they do or where nothing is usual. Cells in which no ship was known in the
        period are left out: that nobody was known there is no sign of bad reception.

    Raises:
        WrongUse: the table is not RECEPTION, or the period is none.
    """
    if start >= end:
        raise WrongUse(
            f"{start} to {end} is no period", where="current(start, end)", to_do="Give the earlier one first"
        )
    then = (pl.col("hour") >= start) & (pl.col("hour") < end)
    table = _checked(reception)
    usual = _looked(table.filter(~then), cell_deg, sure).select(
        "cell", "ais_class", pl.col("present", "heard", "share", "low", "high").name.prefix("usual_")
    )
    both = _looked(table.filter(then), cell_deg, sure).join(
        usual, on=["cell", "ais_class"], how="left", nulls_equal=True, maintain_order="left"
    )
    worse, better = pl.col("high") < pl.col("usual_low"), pl.col("low") > pl.col("usual_high")
    differs = pl.when(worse).then(pl.lit("worse")).when(better).then(pl.lit("better")).otherwise(pl.lit(""))
    return both.with_columns(differs.alias("differs"))


def _parts(source: pl.DataFrame | Sharded) -> list[pl.LazyFrame]:
    if not isinstance(source, pl.DataFrame):
        return [part.select(_READS) for paths in source.shards() if paths for part in by_ships(paths)]
    wrong = problems(source, POSITIONS)
    if wrong:
        raise WrongUse(
            f"the table is not POSITIONS: {wrong[0]}",
            where="reception(source)",
            to_do="Hand in a table with the columns of schema.POSITIONS, or a store",
        )
    return [source.lazy().select(_READS)]


def _known(part: pl.LazyFrame, cell_deg: float, bracket_us: int, farthest_m: float) -> pl.DataFrame:
    """One shard's RECEPTION, in no order."""
    hourly, classes = _ship_hours(part)
    if hourly.is_empty():
        return empty(RECEPTION)
    known = _bracketed(hourly, bracket_us, farthest_m)
    cell = geo.cell(known["lat"].to_numpy(), known["lon"].to_numpy(), cell_deg)
    table = known.select(
        pl.Series("cell", cell), "hour", "ship", pl.lit(1, pl.Int64).alias("present"), pl.col("heard").cast(pl.Int64)
    )
    return _summed([table.join(classes, on="ship", how="left").select(list(RECEPTION))])


def _ship_hours(part: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a ship and hour in which it was heard, with its first and last message; and ship, ais_class."""
    table = part.collect()
    order = ["ship", "time", "lat", "lon"]
    if not _rises(table):
        table = table.sort(order)
    ends = [
        getattr(pl.col(name), end)().alias(f"{end}_{name}")
        for end in ("first", "last")
        for name in ("time", "lat", "lon")
    ]
    hour = (pl.col("time").dt.epoch("us") // _HOUR_US).alias("hour")
    hourly = table.group_by("ship", hour, maintain_order=True).agg(ends)
    named = table.drop_nulls("ais_class").group_by("ship", "ais_class").len()
    named = named.sort(["ship", "len", "ais_class"], descending=[False, True, False]).unique("ship", keep="first")
    return hourly, named.drop("len")


def _rises(table: pl.DataFrame) -> bool:
    """Whether the rows stand by ship, time, lat, lon already, as files that a store wrote do."""
    rises = pl.lit(True)
    for name in ("lon", "lat", "time", "ship"):
        before = pl.col(name).shift(1)
        rises = (pl.col(name) > before) | ((pl.col(name) == before) & rises)
    return bool(table.select(rises.slice(1).all()).item())


def _bracketed(hourly: pl.DataFrame, bracket_us: int, farthest_m: float) -> pl.DataFrame:
    """ship, hour, lat, lon, heard: each ship in each hour in which it is known, at the middle of the hour."""
    ship, hour = hourly["ship"].to_numpy(), hourly["hour"].to_numpy()
    row = np.arange(len(ship))
    # hours in which it was heard: between the row before and the row after
    inner = np.flatnonzero(ship[2:] == ship[:-2]) + 1
    # hours in which it was not: between two rows; far apart ones are dropped before they are written out
    idle = np.flatnonzero((ship[1:] == ship[:-1]) & (hour[1:] - hour[:-1] > 1))
    last, first = (hourly[f"{end}_time"].to_physical().to_numpy() for end in ("last", "first"))
    idle = idle[first[idle + 1] - last[idle] <= bracket_us]
    which, at_hour = spread(hour[idle] + 1, hour[idle + 1])
    before, after = np.concatenate([row[inner] - 1, idle[which]]), np.concatenate([row[inner] + 1, idle[which] + 1])
    hours = np.concatenate([hour[inner], at_hour])
    heard = np.append(np.ones(len(inner), np.bool_), np.zeros(len(at_hour), np.bool_))
    span = first[after] - last[before]
    lat, lon = (hourly[f"last_{axis}"].to_numpy()[before] for axis in ("lat", "lon"))
    to_lat, to_lon = (hourly[f"first_{axis}"].to_numpy()[after] for axis in ("lat", "lon"))
    far = geo.distance_m(lat, lon, to_lat, to_lon)
    fits = (span <= bracket_us) & (far <= farthest_m) & (far <= FASTEST_KN * geo.KNOT_MS * span / 1e6)
    long = np.flatnonzero(fits & (far > _ROUND_M))
    fits[long] = ~shore.crosses_land(lat[long], lon[long], to_lat[long], to_lon[long])
    share = (hours * _HOUR_US + _HOUR_US // 2 - last[before]) / np.maximum(span, 1)
    lat, lon = _between(lat[fits], lon[fits], to_lat[fits], to_lon[fits], share[fits])
    return pl.DataFrame(
        {
            "ship": ship[before[fits]],
            "hour": pl.Series(hours[fits] * _HOUR_US).cast(pl.Datetime("us")),
            "lat": lat,
            "lon": lon,
            "heard": heard[fits],
        }
    )


def _between(
    lat: geo.Floats, lon: geo.Floats, to_lat: geo.Floats, to_lon: geo.Floats, share: geo.Floats
) -> tuple[geo.Floats, geo.Floats]:
    """The place that far along the great circle; on the chord, which is the same to a few metres for short ways."""
    one, two = vectors(lat, lon), vectors(to_lat, to_lon)
    return positions(one + (two - one) * share[:, None])


def _summed(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat(tables)
    return whole.group_by(_KEY).agg(pl.col("present", "heard").sum()).select(list(RECEPTION))


def _checked(reception: pl.DataFrame) -> pl.DataFrame:
    wrong = problems(reception, RECEPTION)
    if wrong:
        raise WrongUse(
            f"the table is not RECEPTION: {wrong[0]}", where="reception", to_do="Hand in what reception() gave"
        )
    return reception


def _looked(table: pl.DataFrame, cell_deg: float, sure: float) -> pl.DataFrame:
    """Sums over the hours, with shares and intervals."""
    share = pl.col("heard").sum() / pl.col("present").sum()
    # how far the hours are from the common share: what they differ by, taken as clusters
    off = (pl.col("heard") - pl.col("present") * share) ** 2
    looked = (
        table.group_by("cell", "ais_class")
        .agg(
            pl.col("present", "heard").sum(),
            pl.len().cast(pl.Int64).alias("hours"),
            share.alias("share"),
            off.sum().alias("off"),
        )
        .sort("cell", "ais_class", nulls_last=True)
    )
    lat, lon = geo.cell_centre(looked["cell"].to_numpy(), cell_deg)
    low, high = _interval(looked, sure)
    return looked.with_columns(
        pl.Series("lat", lat), pl.Series("lon", lon), pl.Series("low", low), pl.Series("high", high)
    ).select(list(_LOOKS))


def _interval(looked: pl.DataFrame, sure: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson's interval for as many trials as the hours are worth: their number over the design effect of clusters."""
    trials, hours, share, off = (looked[name].to_numpy().astype(float) for name in ("present", "hours", "share", "off"))
    spread_out = trials * share * (1 - share) * np.maximum(hours - 1, 0) / np.maximum(hours, 1)
    worse = np.maximum(np.divide(off, spread_out, out=np.ones(len(off)), where=spread_out > 0), 1.0)
    z = NormalDist().inv_cdf(0.5 + sure / 2)
    worth = trials / worse
    middle = (share + z**2 / (2 * worth)) / (1 + z**2 / worth)
    half = z / (1 + z**2 / worth) * np.sqrt(share * (1 - share) / worth + z**2 / (4 * worth**2))
    few = hours < 2
    low = np.where(few, 0.0, np.clip(middle - half, 0.0, share))
    high = np.where(few, 1.0, np.clip(middle + half, share, 1.0))
    return low, high
