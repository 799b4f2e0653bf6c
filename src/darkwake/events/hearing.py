"""Who was heard where, run by run: the positions thinned to what a comparison of silences needs.

A run is an unbroken stretch of one ship's positions in one cell and one step of time (an hour, for gaps of six hours or
more). Runs are made shard by shard, so what is kept does not grow with how often a ship reports. A silence of a step
or more begins at the end of a run and ends at the beginning of one, so nothing of interest is lost. Steps are counted
back from the last position of all: clocks that are all wrong by as much give the same runs.

Times in here are microseconds since 1970, because most of the work is done on arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events import engine
from darkwake.events.coverage import Coverage

CELL_DEG = 0.1
"""Side of the cells that water is counted in: 11 km north to south."""
HOUR_US = 3_600_000_000
KINDS = {"A": 0, "B": 1, "unknown": 2}
"""Numbers of the classes."""
SLOTS = 12
"""Slots in a step: five minutes of an hour. A ship at anchor sends every three minutes, one under way every few
seconds; counted in slots, both are heard as often."""
Ints = NDArray[np.int64]

_RUN = ("ship", "first", "last", "after", "before", "quiet", "known", "count")


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard, run by run, as far as the gaps' waters need it; times in microseconds."""

    inside: pl.DataFrame
    """cell, ship, kind (number of its class), first, last, after, before, quiet, known, count (slots heard).

    And lat_first, lon_first, lat_last, lon_last. Runs in the waters' cells, by cell, ship, first.

    `after` is the silence that follows the run, as far as the data cover it, `before` the one that precedes it. `known`
    is the time for which the ship was there or thereabouts: to its next position, where that is not far off; `quiet`
    the part of it that lies beyond a step of its last position.
    """
    anywhere: pl.DataFrame
    """ship, first, last, after, before, quiet, known, count, lat, lon (of the last position): runs of a step, by ship,
    first."""
    classes: pl.DataFrame
    """ship, class: the class of most of its positions, "unknown" where none says; sorted by ship."""
    by_ship: Ints = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)
    """The place of each run of `inside` by ship, first; and by first, ship: one number sorts faster than several."""
    by_time: Ints = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    @classmethod
    def of(cls, parts: list[Thinned], ships: pl.DataFrame | None) -> Hearing:
        """The shards' parts laid together (no ship is in two of them), with the classes of SHIPS where given."""
        classes = pl.concat([part.classes for part in parts])
        if ships is not None:
            classes = classes.select("ship").join(ships.select("ship", "ais_class"), on="ship", how="left")
        classes = classes.select("ship", pl.col("ais_class").fill_null("unknown").alias("class")).sort("ship")
        kinds = classes.select("ship", pl.col("class").replace_strict(KINDS, return_dtype=pl.Int64).alias("kind"))
        inside = pl.concat([part.inside for part in parts]).join(kinds, on="ship", how="left")
        anywhere = pl.concat([part.anywhere for part in parts])
        inside, anywhere = inside.sort("cell", "ship", "first"), anywhere.sort("ship", "first")
        ship, first = inside["ship"].to_numpy(), inside["first"].to_numpy()
        by_ship = _places(np.lexsort((first, ship)))
        return cls(inside, anywhere, classes, by_ship, _places(np.lexsort((by_ship, first))))


def _places(order: Ints) -> Ints:
    """Where each row stands in that order of rows."""
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places


@dataclass(frozen=True, slots=True)
class Thinned:
    """One shard's part of a `Hearing`, and what is counted of it on the way."""

    inside: pl.DataFrame
    anywhere: pl.DataFrame
    classes: pl.DataFrame
    heard_from_above: pl.DataFrame
    """degree (cell of a degree), class, positions (by satellite), told (positions whose receiver is known), days (of
    ships known there): for the Welch rule."""
    motion: pl.DataFrame
    """event, sog_kn, cog_deg, off_m: how the ship of each gap of this shard moved before it, see `motion`."""


def stretches(until: Coverage, first_us: int) -> tuple[Ints, Ints]:
    """Beginnings and ends of the stretches that the data cover, in microseconds."""
    ends = pl.Series(until.ends, dtype=pl.Datetime("us")).to_physical().to_numpy()
    after = pl.Series(until.after, dtype=pl.Datetime("us")).to_physical().to_numpy()
    return np.append(np.int64(first_us), after), ends


def runs(key: list[NDArray[np.int64]]) -> tuple[Ints, Ints]:
    """First and last row of each stretch in which all of `key` stay the same."""
    new = np.zeros(len(key[0]), bool)
    new[:1] = True
    for column in key:
        new[1:] |= column[1:] != column[:-1]
    begin = np.flatnonzero(new)
    return begin, np.append(begin[1:], len(new))[: len(begin)] - 1


def silences_around(ship: Ints, time: Ints, begins: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """For each position of a table by ship, time: the silence after and before it, as far as the data cover them."""
    at = np.minimum(np.searchsorted(ends, time, side="left"), len(ends) - 1)
    same = ship[1:] == ship[:-1]
    following, prior = ends[at], np.minimum(begins[at], time)
    following[:-1] = np.where(same, np.minimum(time[1:], following[:-1]), following[:-1])
    prior[1:] = np.where(same, np.maximum(time[:-1], prior[1:]), prior[1:])
    return np.maximum(following - time, 0), np.maximum(time - prior, 0)


def thinned(
    shard: engine.Shard,
    *,
    cells: Ints,
    covered: tuple[Ints, Ints],
    step: int,
    there: int,
    gaps: pl.DataFrame,
) -> Thinned:
    """One shard's positions, thinned to runs.

    Args:
        shard: the positions.
        cells: the cells whose runs are kept one by one; sorted.
        covered: `stretches`.
        step: microseconds.
        there: a silence up to this long, in microseconds, counts as time in which the ship was known to be there.
        gaps: event, ship, start, end (microseconds, null: open), start_lat, start_lon, end_lat, end_lon.
    """
    table = engine.read(shard, ("ship", "time", "lat", "lon", "sog", "cog", "ais_class", "receiver"))
    ship, time = table["ship"].to_numpy(), table["time"].to_physical().to_numpy()
    lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    after, before = silences_around(ship, time, *covered)
    cell = geo.cell(lat, lon, CELL_DEG)
    known = np.where(after <= there, after, 0)
    each = {"after": after, "before": before, "known": known, "quiet": np.maximum(known - step, 0)}
    slot = (covered[1][-1] - time) // max(step // SLOTS, 1)
    new = np.ones(len(time), np.int64)
    new[1:] = (ship[1:] != ship[:-1]) | (slot[1:] != slot[:-1])
    each["count"] = new
    bin_ = (covered[1][-1] - time) // step
    wanted = np.zeros(geo.columns(CELL_DEG) * (round(180.0 / CELL_DEG) + 1), bool)
    wanted[cells] = True
    begin, end = runs([ship, cell, bin_])
    inside = _rows(ship, time, each, begin, end)
    ends = {
        f"{name}_{side}": values[rows]
        for side, rows in (("last", end), ("first", begin))
        for name, values in (("lat", lat), ("lon", lon))
    }
    inside = inside.with_columns(pl.Series("cell", cell[begin]), **ends).filter(pl.Series(wanted[cell[begin]]))
    begin, end = runs([ship, bin_])
    anywhere = _rows(ship, time, each, begin, end).with_columns(lat=pl.Series(lat[end]), lon=pl.Series(lon[end]))
    return Thinned(
        inside.select("cell", *_RUN, *ends),
        anywhere,
        _classes(table),
        _from_above(table, known, gaps),
        motion(table, gaps),
    )


def _rows(ship: Ints, time: Ints, each: dict[str, Ints], begin: Ints, end: Ints) -> pl.DataFrame:
    added = {
        name: np.add.reduceat(each[name], begin) if len(begin) else each[name][:0]
        for name in ("quiet", "known", "count")
    }
    return pl.DataFrame(
        {
            "ship": ship[begin],
            "first": time[begin],
            "last": time[end],
            "after": each["after"][end],
            "before": each["before"][begin],
            **added,
        }
    )


def _classes(table: pl.DataFrame) -> pl.DataFrame:
    named = table.drop_nulls("ais_class").group_by("ship", "ais_class").len()
    named = named.sort(["ship", "len", "ais_class"], descending=[False, True, False]).unique("ship", keep="first")
    return table.select(pl.col("ship").unique()).join(named.drop("len"), on="ship", how="left")


def _from_above(table: pl.DataFrame, known: Ints, gaps: pl.DataFrame) -> pl.DataFrame:
    """Positions by satellite in the degrees in which gaps begin."""
    wanted = np.unique(geo.cell(gaps["start_lat"].to_numpy(), gaps["start_lon"].to_numpy(), 1.0))
    empty = pl.DataFrame(
        schema={"degree": pl.Int64, "class": pl.String, "positions": pl.Int64, "told": pl.Int64, "days": pl.Float64}
    )
    if table["receiver"].null_count() == table.height:
        return empty
    return (
        table.select(
            pl.Series("degree", geo.cell(table["lat"].to_numpy(), table["lon"].to_numpy(), 1.0)),
            pl.col("ais_class").fill_null("unknown").alias("class"),
            "receiver",
            pl.Series("known", known),
        )
        .filter(pl.col("degree").is_in(wanted))
        .group_by("degree", "class")
        .agg(
            (pl.col("receiver") == "satellite").sum().cast(pl.Int64).alias("positions"),
            pl.col("receiver").count().cast(pl.Int64).alias("told"),
            (pl.col("known").sum() / (24 * HOUR_US)).alias("days"),
        )
        .select(list(empty.schema))
    )


def motion(table: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """event, own_kn, course_deg, off_m: how the gaps' ships moved before, and how far off their course they came back.

    `own_kn` and the course are those between the position one to three hours before the gap and its start; `off_m` is
    the distance from where they would have led by the gap's end to where the ship was heard again. Null where there is
    no such position, or no end.
    """
    mine = gaps.filter(pl.col("ship").is_in(table["ship"].unique().implode())).with_columns(
        (pl.col("start") - HOUR_US).alias("time")
    )
    earlier = table.select("ship", pl.col("time").to_physical(), "lat", "lon").with_columns(pl.col("time").alias("at"))
    found = mine.sort("time").join_asof(
        earlier.sort("time"), on="time", by="ship", strategy="backward", tolerance=2 * HOUR_US, check_sortedness=False
    )
    names = ("lat", "lon", "start_lat", "start_lon", "end_lat", "end_lon")
    lat, lon, start_lat, start_lon, end_lat, end_lon = (
        found[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names
    )
    passed = (found["start"] - found["at"]).cast(pl.Float64).fill_null(np.nan).to_numpy() / HOUR_US
    lasted = (found["end"] - found["start"]).cast(pl.Float64).fill_null(np.nan).to_numpy() / HOUR_US
    knots = geo.distance_m(lat, lon, start_lat, start_lon) / geo.METRES_PER_NM / passed
    course = geo.bearing_deg(lat, lon, start_lat, start_lon)
    led = geo.destination(start_lat, start_lon, course, knots * lasted * geo.METRES_PER_NM)
    off = geo.distance_m(*led, end_lat, end_lon)
    return found.select(
        "event",
        *(
            pl.Series(name, values).fill_nan(None)
            for name, values in (("own_kn", knots), ("course_deg", course), ("off_m", off))
        ),
    )


def waters(cells: Ints, near_m: float) -> pl.DataFrame:
    """water, cell: for each of those cells, the cells of its water, itself among them; sorted by both."""
    own = np.unique(cells)
    lat, lon = geo.cell_centre(own, CELL_DEG)
    arc, across = near_m / geo.EARTH_RADIUS_M, geo.columns(CELL_DEG)
    tall = int(np.degrees(arc) / CELL_DEG) + 1
    # the widest that a circle gets in longitude; one that holds a pole touches every column
    polar = np.abs(lat) + np.degrees(arc) >= 90.0
    ratio = np.sin(arc) / np.where(polar, 1.0, np.cos(np.radians(lat)))
    wide = np.where(polar, 180.0, np.degrees(np.arcsin(np.clip(ratio, 0.0, 1.0))))
    sides = np.minimum((wide / CELL_DEG).astype(np.int64) + 1, across // 2)
    found = [pl.DataFrame(schema={"water": pl.Int64, "cell": pl.Int64})]
    for water, at_lat, at_lon, side in zip(own, lat, lon, sides, strict=True):
        row, column = np.divmod(water, across)
        rows = np.arange(max(row - tall, 0), min(row + tall + 1, round(180.0 / CELL_DEG)))
        around = np.unique(rows[:, None] * across + (column + np.arange(-side, side + 1)) % across)
        near = geo.distance_m(at_lat, at_lon, *geo.cell_centre(around, CELL_DEG)) <= near_m
        around = np.unique(np.append(around[near], water))
        found.append(pl.DataFrame({"water": np.full(len(around), water), "cell": around}))
    return pl.concat(found)


def first_from(values: Ints, low: Ints, high: Ints, wanted: Ints) -> Ints:
    """In each range of rows low..high (high out) of rising values, the first that is not below `wanted`."""
    low, high = low.copy(), high.copy()
    while (wide := low < high).any():
        middle = (low + high) // 2
        early = wide & (values[np.minimum(middle, len(values) - 1)] < wanted)
        low, high = np.where(early, middle + 1, low), np.where(wide & ~early, middle, high)
    return low


def ranges(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """All rows of the ranges begin..end (end out), one after the other: (which range, row)."""
    length = np.maximum(end - begin, 0)
    which = np.repeat(np.arange(len(begin)), length)
    row = np.arange(len(which)) - np.repeat(np.cumsum(length) - length, length) + np.repeat(begin, length)
    return which, row
