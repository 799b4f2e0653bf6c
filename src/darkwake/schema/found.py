"""What was found in it: events, what silences mean, and where positions are not to be believed."""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import CITATION, TIME, columns

EVENTS = columns(
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

SILENCES = columns(
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

INTERFERENCE = columns(
    {
        "id": pl.String,  # made from the content
        "start": TIME,
        "end": TIME,
        "south": pl.Float64,  # the box of true or last believable positions that the ships were displaced from
        "west": pl.Float64,  # greater than east where the box spans the antimeridian
        "north": pl.Float64,
        "east": pl.Float64,
        "ships": pl.Int64,  # how many ships were displaced there in those hours
        "positions": pl.Int64,  # how many positions of theirs were displaced
        "events": pl.List(pl.String),  # ids of the false_position events that make it up
        "says": pl.String,  # one sentence: the area, the hours, the counts
    }
)
"""Where and when satellite navigation is not to be believed, as many ships jumped at once; sorted by start, id."""
