"""The tables that cross from part to part, as schemas over Arrow types, and a check that names what differs.

Times are UTC, microseconds, without a zone. Speeds are knots, angles degrees, distances metres. Integers are
signed, because Spark and Delta know no others. A null means "not given", never "zero".
"""

from __future__ import annotations

import polars as pl

_Type = pl.DataType | type[pl.DataType]


def _schema(columns: dict[str, _Type]) -> pl.Schema:
    # the parameter's type is what lets a type checker accept a mix of types and instances of types
    return pl.Schema(columns)


TIME = pl.Datetime("us")

CITATION = pl.Struct({"source": pl.String, "first_row": pl.Int64, "last_row": pl.Int64})
"""Where a statement comes from: a source's sha256 and its rows, 1 for the first line of the file, both ends in."""

POSITIONS = _schema(
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

IDENTITIES = _schema(
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

SHIPS = _schema(
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

EVENTS = _schema(
    {
        "id": pl.String,  # made from the content, see evidence.content_id
        "kind": pl.String,  # the detector's kind
        "ship": pl.Int64,
        "other": pl.Int64,  # the second ship, where there is one
        "start": TIME,
        "end": TIME,  # null: still open when the data ended
        "start_lat": pl.Float64,
        "start_lon": pl.Float64,
        "end_lat": pl.Float64,
        "end_lon": pl.Float64,
        "details": pl.String,  # the kind's own numbers, canonical JSON
        "sources": pl.List(CITATION),  # the rows that the event rests on
    }
)
"""Something that a detector saw; sorted by ship, start, kind, id."""

SEGMENTS = _schema(
    {
        "ship": pl.Int64,
        "time": TIME,
        "source": pl.String,
        "row": pl.Int64,
        "track": pl.String,  # the ship's track that this position belongs to; one MMSI may have several
    }
)
"""Which track each position belongs to, where several ships send one MMSI; sorted by ship, time, source, row."""

SIDES = _schema(
    {
        "event": pl.String,  # the gap's id
        "before": pl.String,  # the track that its start belongs to
        "after": pl.String,  # the track that its end belongs to; null where the gap is open
        "same": pl.Boolean,  # whether the two are one ship as far as the positions tell; null where they do not
        "says": pl.String,  # one sentence on why, empty where they are the same
    }
)
"""Whether the two ends of a gap belong to one ship; one row a gap."""

RECEPTION = _schema(
    {
        "cell": pl.Int64,  # geo.cell of the size that made the table
        "hour": TIME,  # the hour that begins then
        "ais_class": pl.String,
        "present": pl.Int64,  # ships known to be there, because their own messages bracket the hour
        "heard": pl.Int64,  # of those, how many were heard in that hour
    }
)
"""How well the water was heard; sorted by cell, hour, ais_class."""

AROUND = _schema(
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

SILENCES = _schema(
    {
        "event": pl.String,  # the gap's id
        "verdict": pl.String,  # a word of events.silence.VERDICTS
        "says": pl.String,  # the sentence with its counts
        "passages": pl.Int64,  # passages by other ships of the class through the same water
        "ships": pl.Int64,  # by how many other ships
        "unheard_as_long": pl.Int64,  # of those passages, how many were unheard as long
        "p": pl.Float64,  # (unheard_as_long + 1) / (passages + 1); null where it cannot be told
        "details": pl.String,  # every other number that the test used, canonical JSON
    }
)
"""What a gap means: one row a gap, beside the gap and never instead of it."""

PORTS = _schema(
    {
        "port": pl.String,  # UN/LOCODE where there is one, else an id made from the content
        "name": pl.String,
        "country": pl.String,  # ISO 3166-1 alpha-2
        "lat": pl.Float64,
        "lon": pl.Float64,
    }
)
"""Places where ships call; one port may have many points (anchorages, terminals)."""

VOYAGES = _schema(
    {
        "id": pl.String,
        "ship": pl.Int64,
        "from_port": pl.String,  # null: the track starts at sea
        "from_name": pl.String,
        "from_country": pl.String,
        "departed": TIME,  # the last position in port, or the first position of the track
        "to_port": pl.String,  # null: the track ends at sea
        "to_name": pl.String,
        "to_country": pl.String,
        "arrived": TIME,  # the first position in port, or the last position of the track
        "from_call": pl.String,  # event ids of the calls at both ends
        "to_call": pl.String,
        "gaps": pl.List(pl.String),  # event ids of the gaps that begin in this leg
        "dark_h": pl.Float64,  # hours of those gaps that fall in this leg
        "sources": pl.List(CITATION),
    }
)
"""A leg from port to port; sorted by ship, departed."""

CHAINS = _schema(
    {
        "ship": pl.Int64,
        "voyages": pl.List(pl.String),  # ids of consecutive legs, the first from one end, the last to the other
        "departed": TIME,
        "arrived": TIME,
        "from_port": pl.String,
        "from_name": pl.String,
        "from_country": pl.String,
        "to_port": pl.String,
        "to_name": pl.String,
        "to_country": pl.String,
        "via": pl.List(pl.String),  # names of the ports called at on the way, in order
        "dark_h": pl.Float64,
    }
)
"""A voyage from one end of a corridor to the other, with any calls between; sorted by departed, ship."""

REACH = _schema(
    {
        "event": pl.String,  # the gap's id
        "ship": pl.Int64,
        "port": pl.String,
        "name": pl.String,
        "country": pl.String,
        "there_m": pl.Float64,  # from where the gap began to the port, never more than the true way
        "back_m": pl.Float64,  # from the port to where the gap ended
        "slack_h": pl.Float64,  # hours of the gap left over at `speed_kn`, for the call itself and any detour
        "speed_kn": pl.Float64,  # the speed that was allowed to the ship
    }
)
"""Ports that a ship could have called at in a gap; sorted by event, slack_h from high to low, port."""

FEATURE = pl.Struct(
    {
        "feature": pl.String,  # what was compared, such as "imo" or "name"
        "weight": pl.Float64,  # signed: negative for a contradiction
        "asked": pl.String,  # the value that was asked for
        "listed": pl.String,  # the list's value that it met
        "says": pl.String,  # one sentence on how they met
    }
)

HITS = _schema(
    {
        "id": pl.String,
        "ship": pl.Int64,  # null where the subject is not a ship of the store
        "asked": pl.String,  # what was asked, as one readable line
        "entry": pl.String,  # the list's own number of the entry
        "list": pl.String,  # the list's name, such as "OFAC SDN"
        "list_date": pl.Date,
        "name": pl.String,  # the entry's primary name
        "programmes": pl.List(pl.String),
        "score": pl.Float64,  # orders the hits; 0 to 1
        "rank": pl.String,  # a word of screening.match.RANKS
        "features": pl.List(FEATURE),
        "listed_from": pl.Date,  # first day in force as far as the list tells; null where it does not
        "sources": pl.List(CITATION),
    }
)
"""Where a subject met a list entry; sorted by score from high to low, then id."""


def problems(table: pl.DataFrame, schema: pl.Schema) -> list[str]:
    """What keeps `table` from having `schema`: one sentence each, none where it fits.

    Column order counts: a table that is written, hashed or concatenated must not depend on it.
    """
    found = [f"column {name!r} is missing" for name in schema if name not in table.schema]
    found += [f"column {name!r} is not in the schema" for name in table.schema if name not in schema]
    for name, want in schema.items():
        got = table.schema.get(name)
        if got is not None and got != want:
            found.append(f"column {name!r} is {got}, not {want}")
    if not found and list(table.schema) != list(schema):
        found.append(f"columns stand in the order {list(table.schema)}, not {list(schema)}")
    return found


def in_order(positions: pl.DataFrame) -> pl.DataFrame:
    """POSITIONS in the one order of a store, each position once.

    Two sources often carry the same message; the first by source and row stands for all. Every reader of a store's
    files goes through here, so that neither the split into files nor the order of adding shows.
    """
    one = ["ship", "time", "lat", "lon"]
    return (
        positions.sort([*one, "source", "row"]).unique(one, keep="first", maintain_order=True).select(list(POSITIONS))
    )


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A table of that schema without rows."""
    return pl.DataFrame(schema=schema)
