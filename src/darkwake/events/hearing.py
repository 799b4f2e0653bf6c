"""Who was heard in a water, hour by hour: the positions thinned to what a comparison of silences needs.

A water is the cells round the one in which a gap begins. Positions are thinned shard by shard to one row a ship, cell
and hour, so that what is kept does not grow with how often a ship reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events import engine
from darkwake.events.coverage import Coverage

CELL_DEG = 0.1
"""Side of the cells that water is counted in: 11 km north to south."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard, by ship and hour, as far as the gaps' waters need it."""

    inside: pl.DataFrame
    """ship, cell, hour, first, last, longest (silence that began there), longest_at: the waters' cells, by cell."""
    anywhere: pl.DataFrame
    """ship, hour, first, last, longest: everywhere."""
    classes: pl.DataFrame
    """ship, class: the class of most of its positions, "unknown" where none says."""

    @classmethod
    def of(cls, parts: list[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]], ships: pl.DataFrame | None) -> Hearing:
        """The shards' parts laid together (no ship is in two of them), with the classes of SHIPS where given."""
        inside, anywhere, classes = (pl.concat(part) for part in zip(*parts, strict=True))
        if ships is not None:
            classes = classes.select("ship").join(ships.select("ship", "ais_class"), on="ship", how="left")
        return cls(
            inside.sort("cell"),
            anywhere,
            classes.select("ship", pl.col("ais_class").fill_null("unknown").alias("class")),
        )


def heard(
    shard: engine.Shard, *, cells: NDArray[np.int64], until: Coverage
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One shard's positions, thinned to ship-hours: the parts of `Hearing`."""
    table = engine.read(shard, ("ship", "time", "lat", "lon", "ais_class"))
    following = pl.when(pl.col("ship").shift(-1) == pl.col("ship")).then(pl.col("time").shift(-1))
    # a silence that runs into a time that the data do not cover counts as far as they do
    table = table.with_columns(
        pl.col("time").dt.truncate("1h").alias("hour"),
        (pl.min_horizontal(following, until.end_of(table["time"])) - pl.col("time")).alias("silence"),
        pl.Series("cell", geo.cell(table["lat"].to_numpy(), table["lon"].to_numpy(), CELL_DEG)),
    )
    spell = (
        pl.col("time").min().alias("first"),
        pl.col("time").max().alias("last"),
        pl.col("silence").max().alias("longest"),
    )
    inside = (
        table.filter(pl.Series(np.isin(table["cell"].to_numpy(), cells)))
        .group_by("ship", "cell", "hour")
        .agg(*spell, pl.col("time").sort_by("silence", "time").last().alias("longest_at"))
    )
    named = table.drop_nulls("ais_class").group_by("ship", "ais_class").len()
    named = named.sort(["ship", "len", "ais_class"], descending=[False, True, False]).unique("ship", keep="first")
    classes = table.select(pl.col("ship").unique()).join(named.drop("len"), on="ship", how="left")
    return inside, table.group_by("ship", "hour").agg(*spell), classes


def waters(gaps: pl.DataFrame, near_m: float) -> pl.DataFrame:
    """water, cell: for each cell in which a gap begins, the cells of its water, itself among them."""
    own = np.unique(geo.cell(gaps["start_lat"].to_numpy(), gaps["start_lon"].to_numpy(), CELL_DEG))
    lat, lon = geo.cell_centre(own, CELL_DEG)
    arc, across = near_m / geo.EARTH_RADIUS_M, geo.columns(CELL_DEG)
    tall = int(np.degrees(arc) / CELL_DEG) + 1
    # the widest that a circle gets in longitude; one that holds a pole touches every column
    polar = np.abs(lat) + np.degrees(arc) >= 90.0
    ratio = np.sin(arc) / np.where(polar, 1.0, np.cos(np.radians(lat)))
    wide = np.where(polar, 180.0, np.degrees(np.arcsin(np.clip(ratio, 0.0, 1.0))))
    sides = np.minimum((wide / CELL_DEG).astype(np.int64) + 1, across // 2)
    found = []
    for water, at_lat, at_lon, side in zip(own, lat, lon, sides, strict=True):
        row, column = np.divmod(water, across)
        rows = np.arange(max(row - tall, 0), min(row + tall + 1, round(180.0 / CELL_DEG)))
        cells = np.unique(rows[:, None] * across + (column + np.arange(-side, side + 1)) % across)
        near = geo.distance_m(at_lat, at_lon, *geo.cell_centre(cells, CELL_DEG)) <= near_m
        cells = np.unique(np.append(cells[near], water))
        found.append(pl.DataFrame({"water": np.full(len(cells), water), "cell": cells}))
    return pl.concat(found)


def hourly(water: pl.DataFrame, hearing: Hearing) -> pl.DataFrame:
    """water, ship, class, hour, first, last, longest, longest_at: who was heard in each water in each hour."""
    # a lookup in the sorted cells: a join would go through all of them again for every few waters
    sought, cells = water["cell"].to_numpy(), hearing.inside["cell"].to_numpy()
    begin, end = np.searchsorted(cells, sought), np.searchsorted(cells, sought, side="right")
    which = np.repeat(np.arange(len(sought)), end - begin)
    row = np.arange(len(which)) - np.repeat(np.cumsum(end - begin) - end, end - begin)
    return (
        hearing.inside[row]
        .with_columns(water["water"].gather(which))
        .group_by("water", "ship", "hour")
        .agg(
            pl.col("first").min(),
            pl.col("last").max(),
            pl.col("longest").max(),
            pl.col("longest_at").sort_by("longest", "longest_at").last(),
        )
        .join(hearing.classes, on="ship")
        .sort("water", "ship", "hour")
    )


def passages(hourly: pl.DataFrame, apart: timedelta) -> pl.DataFrame:
    """water, ship, class, first, last, longest, longest_at: each unbroken visit of a ship to a water."""
    same = (pl.col("water") == pl.col("water").shift(1)) & (pl.col("ship") == pl.col("ship").shift(1))
    new = ~(same & (pl.col("first") - pl.col("last").shift(1) <= apart)).fill_null(False)
    return (
        hourly.with_columns(new.cum_sum().alias("passage"))
        .group_by("water", "ship", "class", "passage")
        .agg(
            pl.col("first").min(),
            pl.col("last").max(),
            pl.col("longest").max(),
            pl.col("longest_at").sort_by("longest", "longest_at").last(),
        )
        .drop("passage")
    )
