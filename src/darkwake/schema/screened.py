"""What lists say of ships, parties and goods, and how it stood on a day."""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import CITATION, columns

FEATURE = pl.Struct(
    {
        "feature": pl.String,  # what was compared, such as "imo" or "name"
        "weight": pl.Float64,  # signed: negative for a contradiction
        "asked": pl.String,  # the value that was asked for
        "listed": pl.String,  # the list's value that it met
        "says": pl.String,  # one sentence on how they met
    }
)

HITS = columns(
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

SEEN = pl.Struct({"view": pl.String, "word": pl.String, "says": pl.String})

STANDINGS = columns(
    {
        "hit": pl.String,  # the hit's id
        "ship": pl.Int64,
        "on": pl.Date,  # the day asked about, such as that of a departure
        "standing": pl.String,  # "in force", "not in force", "cannot tell" or "contested"
        "standing_says": pl.String,  # every view in sentences
        "views": pl.List(SEEN),
    }
)
"""The standing of each hit on each day asked about; sorted by hit, on."""

GOODS_HITS = columns(
    {
        "id": pl.String,  # made from the content
        "asked": pl.String,  # what was asked, as one readable line
        "verdict": pl.String,  # a word of screening.goods_asked.VERDICTS
        "list": pl.String,  # the list's name, such as "EU Annex I"; empty where the finding is of no list
        "list_date": pl.Date,  # of the version that was used
        "entry": pl.String,  # the list's own number, down to the line
        "text": pl.String,  # the line's own words, or the substance's name
        "words": pl.List(pl.String),  # what met, the weightiest first
        "in_force_from": pl.Date,  # as far as the list tells; null where it does not
        "in_force_to": pl.Date,
        "standing": pl.String,  # how the version stands to the day asked about
        "says": pl.String,
        "innocent": pl.List(pl.String),
        "rules": pl.List(pl.String),  # catch-all rules of the route, both views where one is disputed
        "sources": pl.List(CITATION),
    }
)
"""Where goods met a line of a control list, or a stated relation; sorted by verdict as in VERDICTS."""
