"""One number falls silent and another, of a ship of exactly the same size, begins there soon after: one hull perhaps.

Only for numbers that give no IMO number, by which a hull is known; length and width are stored in the transmitter and
stay when number and name are typed in anew.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from darkwake import geo, marks
from darkwake.events import identity_runs
from darkwake.schema import IDENTITIES

WITHIN = timedelta(hours=6)
"""The longest silence between the two numbers; after longer ones another ship of the size may have come."""
_MAX_KN, _SLACK_M, _MOST_M = 20.0, 2 * geo.METRES_PER_NM, 50_000.0
"""How far the ship may have gone in it."""
_ALIKE = ("name", "callsign")


def sizes(identities: pl.DataFrame, *, said_at_least: int) -> pl.DataFrame:
    """ship, key, said: ships without a sound IMO number that gave one length and one width, and what else they said.

    `key` is the size; `said` their names and call signs, the ones most said.
    """
    known = identity_runs.believable(marks.with_hull(identities).drop("hull").select(list(IDENTITIES)))
    sound = [
        value for value in known.filter(pl.col("field") == "imo")["value"].unique().to_list() if marks.is_imo(value)
    ]
    with_imo = known.filter((pl.col("field") == "imo") & pl.col("value").is_in(sound)).select("ship").unique()
    counted = (
        known.join(with_imo, on="ship", how="anti")
        .filter(pl.col("field").is_in(["length_m", "width_m", *_ALIKE]))
        .group_by("ship", "field", "value")
        .agg(pl.col("messages").sum())
        .filter(pl.col("messages") >= said_at_least)
        .sort("ship", "field", "messages", "value", descending=[False, False, True, False])
    )
    sized = counted.filter(pl.col("field").is_in(["length_m", "width_m"]))
    one = sized.group_by("ship", "field").agg(pl.col("value").first(), pl.len().alias("values"))
    keyed = (
        one.filter(pl.col("values") == 1)
        .sort("ship", "field")
        .group_by("ship", maintain_order=True)
        .agg(pl.col("value"))
        .filter(pl.col("value").list.len() == 2)
        .select("ship", key=pl.format("size {}", pl.col("value").list.join(" x ")))
    )
    return keyed.filter(pl.len().over("key") > 1).sort("ship")


def pairs(points: pl.DataFrame) -> list[dict[str, Any]]:
    """The pairs of an end and a beginning that nobody rivals, as rows of both points.

    Args:
        points: part ("first" or "last" of a number), key (its size), ship, time, lat, lon, source, row.
    """
    columns = ("ship", "time", "lat", "lon", "source", "row")
    ends = points.filter(pl.col("part") == "last").select("key", *columns)
    begins = points.filter(pl.col("part") == "first").select(
        "key", *(pl.col(name).alias(f"{name}_next") for name in columns)
    )
    # slots of time, so that a common size is not tried all against all
    slot = WITHIN // timedelta(microseconds=1)
    when = pl.col("time").to_physical() // slot
    ends = ends.with_columns(slot=pl.concat_list(when, when + 1)).explode("slot")
    begins = begins.with_columns(slot=pl.col("time_next").to_physical() // slot)
    near = ends.join(begins, on=["key", "slot"]).filter(
        pl.col("ship") != pl.col("ship_next"),
        pl.col("time_next") >= pl.col("time"),
        pl.col("time_next") - pl.col("time") <= WITHIN,
    )
    apart = geo.distance_m(*(near[name].to_numpy() for name in ("lat", "lon", "lat_next", "lon_next")))
    hours = (pl.col("time_next") - pl.col("time")).dt.total_microseconds() / 3.6e9
    near = near.with_columns(distance_m=pl.Series(apart, dtype=pl.Float64), hours=hours).filter(
        pl.col("distance_m") <= pl.min_horizontal(_SLACK_M + _MAX_KN * geo.METRES_PER_NM * pl.col("hours"), _MOST_M)
    )
    alone = near.filter(pl.len().over("key", "ship") == 1, pl.len().over("key", "ship_next") == 1)
    return alone.sort("time", "ship").to_dicts()
