"""What was heard: positions, what ships said of themselves, and how well the water was heard."""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import CITATION, TIME, columns

POSITIONS = columns(
    {
        "ship": pl.Int64,  # the transmitter's MMSI, nine digits
        "time": TIME,
        "lat": pl.Float64,  # degrees north, -90 to 90
        "lon": pl.Float64,  # degrees east, -180 to 180
        "sog": pl.Float32,  # knots over ground; null where the sentinel 102.3 stood
        "cog": pl.Float32,  # degrees over ground, 0 to under 360; null where the sentinel 360 stood
        "heading": pl.Float32,  # degrees true; null where the sentinel 511 stood
        "status": pl.Int8,  # navigational status of ITU-R M.1371, 0 to 15
        "ais_class": pl.String,  # "A", "B" or null
        "receiver": pl.String,  # "terrestrial", "satellite" or null where the source does not say
        "source": pl.String,  # sha256 of the source file, 64 hex digits
        "row": pl.Int64,  # line (text) or record (Parquet) in the source, 1 for the first
    }
)
"""One heard position of one transmitter; sorted by ship, time wherever a store hands it out."""

IDENTITIES = columns(
    {
        "ship": pl.Int64,
        "field": pl.String,  # one of IDENTITY_FIELDS
        "value": pl.String,
        "first_seen": TIME,
        "last_seen": TIME,
        "messages": pl.Int64,  # how many messages in a row said so
        "source": pl.String,
        "row": pl.Int64,  # the first row that said so
    }
)
"""What a transmitter said of itself, as runs: one row for each unbroken stretch of one value of one field."""

IDENTITY_FIELDS = (
    "imo",
    "name",
    "callsign",
    "ship_type",  # ITU-R M.1371 number, 0 to 99, as text; or the source's own word
    "length_m",
    "width_m",
    "draught_m",
    "destination",
    "eta",
)

HISTORY = columns(
    {
        "hull": pl.String,  # "IMO n" where a sound number was given, else "MMSI n": the first of those joined by a link
        "by": pl.String,  # what says so: "imo", "mmsi" or "continuity"
        "ship": pl.Int64,  # the transmitter that said so
        "field": pl.String,  # one of IDENTITY_FIELDS, or "mmsi", or "flag" as its first digits say
        "value": pl.String,
        "first_seen": TIME,
        "last_seen": TIME,
        "messages": pl.Int64,
        "sources": pl.List(CITATION),  # the first row that said so, and of a later run the last one that began so
    }
)
"""What each hull said of itself over time, under whatever numbers; sorted by hull, field, first_seen, ship, value."""

SHIPS = columns(
    {
        "ship": pl.Int64,
        "ais_class": pl.String,  # the class of most of its positions; null where none says
        "positions": pl.Int64,
        "first_seen": TIME,
        "first_lat": pl.Float64,
        "first_lon": pl.Float64,
        "last_seen": TIME,
        "last_lat": pl.Float64,
        "last_lon": pl.Float64,
        "sources": pl.List(CITATION),  # its first and its last position
    }
)
"""Each transmitter of a store, as far as the data reach; sorted by ship."""

SEGMENTS = columns(
    {
        "ship": pl.Int64,
        "time": TIME,
        "source": pl.String,
        "row": pl.Int64,
        "track": pl.String,  # the ship's track that this position belongs to; one MMSI may have several
    }
)
"""Which track each position belongs to, where several ships send one MMSI; sorted by ship, time, source, row."""

SIDES = columns(
    {
        "event": pl.String,  # the gap's id
        "before": pl.String,  # the track that its start belongs to
        "after": pl.String,  # the track that its end belongs to; null where the gap is open
        "same": pl.Boolean,  # whether the two are one ship as far as the positions tell; null where they do not
        "says": pl.String,  # one sentence on why, empty where they are the same
    }
)
"""Whether the two ends of a gap belong to one ship; one row a gap."""

RECEPTION = columns(
    {
        "cell": pl.Int64,  # geo.cell of the size that made the table
        "hour": TIME,  # the hour that begins then
        "ais_class": pl.String,
        "present": pl.Int64,  # ships known to be there, because their own messages bracket the hour
        "heard": pl.Int64,  # of those, how many were heard in that hour
    }
)
"""How well the water was heard; sorted by cell, hour, ais_class."""

AROUND = columns(
    {
        "event": pl.String,  # the gap's id
        "ship": pl.Int64,  # another ship that was there in the hours of the silence
        "time": TIME,  # when it was heard there, or last heard before
        "lat": pl.Float64,
        "lon": pl.Float64,
        "heard": pl.Boolean,  # whether it was heard in the hours of the silence
    }
)
"""Who was around a gap, heard and unheard; sorted by event, ship."""


def in_order(positions: pl.DataFrame) -> pl.DataFrame:
    """POSITIONS in the one order of a store, each position once.

    Two sources often carry the same message; the first by source and row stands for all. Every reader of a store's
    files goes through here, so that neither the split into files nor the order of adding shows.
    """
    one = ["ship", "time", "lat", "lon"]
    return (
        positions.sort([*one, "source", "row"]).unique(one, keep="first", maintain_order=True).select(list(POSITIONS))
    )
