"""Where a ship was not heard on its voyages: its gaps, before its track and after it; and its courses there."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.schema import TIME

MOST_POSITIONS = 5_000_000
"""Positions looked at in one go: bounds memory."""
STILL_M = 500.0
"""Who moved less in that time has no course."""


def silences(voyages: pl.DataFrame, events: pl.DataFrame, ships: pl.DataFrame) -> pl.DataFrame:
    """Each closed gap of a leg, and the ends of tracks that are in no port.

    Returns:
        kind (gap, begin, end), voyage, event (the gap's id; null where there is none), ship, since and until (when last
        and first heard; null before a track and after it), since_lat, since_lon, until_lat, until_lon.
    """
    gaps = events.filter(pl.col("kind") == "gap")
    of_leg = voyages.select(pl.col("id").alias("voyage"), pl.col("gaps").alias("id"))
    of_leg = of_leg.explode("id", empty_as_null=True).drop_nulls("id")
    here = gaps.join(of_leg, on="id")
    closed = here.filter(pl.col("end").is_not_null()).select(
        pl.lit("gap").alias("kind"),
        "voyage",
        pl.col("id").alias("event"),
        "ship",
        since="start",
        until="end",
        since_lat="start_lat",
        since_lon="start_lon",
        until_lat="end_lat",
        until_lon="end_lon",
    )
    nothing = {
        "until": pl.lit(None, TIME),
        "until_lat": pl.lit(None, pl.Float64),
        "until_lon": pl.lit(None, pl.Float64),
    }
    # a leg without a port can also end or begin at a long gap, which is told as a gap
    last = voyages.filter(pl.col("to_port").is_null()).join(ships, on="ship")
    last = last.filter(pl.col("arrived") == pl.col("last_seen"))
    still_out = here.filter(pl.col("end").is_null()).select("voyage", pl.col("id").alias("event"))
    last = last.rename({"id": "voyage"}).join(still_out, on="voyage", how="left")
    ends = last.select(
        pl.lit("end").alias("kind"), "voyage", "event", "ship", since="last_seen", since_lat="last_lat",
        since_lon="last_lon", **nothing,
    )  # fmt: skip
    first = voyages.filter(pl.col("from_port").is_null()).join(ships, on="ship")
    first = first.filter(pl.col("departed") == pl.col("first_seen"))
    begins = first.select(
        pl.lit("begin").alias("kind"), pl.col("id").alias("voyage"), pl.lit(None, pl.String).alias("event"), "ship",
        until="first_seen", until_lat="first_lat", until_lon="first_lon",
        **{name.replace("until", "since"): nothing[name].alias(name.replace("until", "since")) for name in nothing},
    )  # fmt: skip
    found = pl.concat([closed, ends.select(closed.columns), begins.select(closed.columns)])
    return found.sort("ship", pl.coalesce("since", "until"), "kind", "event")


def with_courses(
    table: pl.DataFrame, positions: pl.LazyFrame, ships: pl.DataFrame, *, within: timedelta = timedelta(hours=1)
) -> pl.DataFrame:
    """The silences with since_cog and until_cog: degrees made good in the last hour before, and in the first after.

    Null where the ship moved less than `STILL_M` in it.
    """
    known = ships.join(table.select("ship").unique(), on="ship", how="semi").sort("ship")
    parts = known.with_columns(part=pl.col("positions").cum_sum() // MOST_POSITIONS).partition_by("part")
    tables = []
    for part in parts:
        who = part["ship"].to_list()
        heard = positions.filter(pl.col("ship").is_in(who)).select("ship", "time", "lat", "lon").sort("time").collect()
        mine = table.filter(pl.col("ship").is_in(who))
        tables.append(_courses(mine, heard, within))
    lost = table.join(known, on="ship", how="anti")
    empty = _courses(lost, positions.select("ship", "time", "lat", "lon").head(0).collect(), within)
    return pl.concat([*tables, empty]).sort("ship", pl.coalesce("since", "until"), "kind", "event")


def _courses(table: pl.DataFrame, heard: pl.DataFrame, within: timedelta) -> pl.DataFrame:
    ways: tuple[tuple[str, timedelta, Literal["forward", "backward"]], ...]
    ways = (("since", -within, "forward"), ("until", within, "backward"))
    for side, shift, strategy in ways:
        asked = table.with_row_index("row").select("row", "ship", time=pl.col(side) + shift).drop_nulls("time")
        met = asked.sort("time").join_asof(heard, on="time", by="ship", strategy=strategy, check_sortedness=False)
        met = table.with_row_index("row").select("row").join(met, on="row", how="left", maintain_order="left")
        lat, lon = (table[f"{side}_{axis}"].to_numpy() for axis in ("lat", "lon"))
        other_lat, other_lon = met["lat"].to_numpy(), met["lon"].to_numpy()
        moved = geo.distance_m(lat, lon, other_lat, other_lon)
        cog = (
            geo.bearing_deg(other_lat, other_lon, lat, lon)
            if side == "since"
            else geo.bearing_deg(lat, lon, other_lat, other_lon)
        )
        cog = np.where(moved >= STILL_M, cog, np.nan)
        table = table.with_columns(pl.Series(f"{side}_cog", cog, dtype=pl.Float64).fill_nan(None))
    return table
