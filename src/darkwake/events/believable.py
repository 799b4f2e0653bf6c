"""Which positions cannot be believed, told from events alone: for a map's frame, and for the parts that follow."""

from __future__ import annotations

import json

import polars as pl

from darkwake.events.false_position import UNBELIEVED
from darkwake.schema import TIME

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ship": pl.Int64,
    "start": TIME,
    "end": TIME,
    "pattern": pl.String,
    "event": pl.String,
}
UNBELIEVABLE = pl.Schema(_COLUMNS)
"""Spans in which no position of a ship is believed, both ends in; sorted by ship, start, end, event."""
_READ = pl.Schema({"ship": pl.Int64, "start": pl.String, "end": pl.String, "pattern": pl.String, "event": pl.String})


def unbelievable(events: pl.DataFrame) -> pl.DataFrame:
    """UNBELIEVABLE from the false_position events among EVENTS: one row for each unbroken stretch of false places.

    Only patterns that say that the ship was not there then (jump, stray_fix, wrong_time, on_land, circle).
    """
    rows = []
    told = events.filter(pl.col("kind") == "false_position").select("id", "ship", "details")
    for event, ship, text in told.iter_rows():
        details = json.loads(text)
        if details["pattern"] in UNBELIEVED:
            rows += [(ship, *stretch, details["pattern"], event) for stretch in details["stretches"]]
    table = pl.DataFrame(rows, schema=_READ, orient="row")
    read = pl.col("start", "end").str.strip_suffix("Z").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    return table.with_columns(read).select(list(UNBELIEVABLE)).sort("ship", "start", "end", "event")


def believed(positions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """`positions` (any columns with ship and time) without those in spans of `unbelievable(events)`, in their order."""
    spans = unbelievable(events)
    if spans.is_empty() or positions.is_empty():
        return positions
    numbered = positions.select("ship", "time").with_row_index("at")
    here = numbered.filter(pl.col("ship").is_in(spans["ship"].unique().implode())).sort("time", "at")
    # spans may touch or overlap: up to a time, what counts is the latest end among those that have begun
    ends = spans.sort("start").with_columns(until=pl.col("end").cum_max().over("ship"))
    met = here.join_asof(
        ends.select("ship", "start", "until"), left_on="time", right_on="start", by="ship", check_sortedness=False
    )
    false = met.filter(pl.col("time") <= pl.col("until"))["at"]
    return positions.filter(~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(false.implode()))
