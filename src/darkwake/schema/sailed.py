"""Where ships went: ports, voyages, what was in reach unheard, and draughts."""

from __future__ import annotations

import polars as pl

from darkwake.schema.base import CITATION, TIME, columns

PORTS = columns(
    {
        "port": pl.String,  # UN/LOCODE where there is one, else an id made from the content
        "name": pl.String,
        "country": pl.String,  # ISO 3166-1 alpha-2
        "lat": pl.Float64,
        "lon": pl.Float64,
    }
)
"""Places where ships call; one port may have many points (anchorages, terminals)."""

VOYAGES = columns(
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
        "from_confidence": pl.Int8,  # 1 to 4, of the calls at both ends; see events.md, port_call
        "to_confidence": pl.Int8,
        "gaps": pl.List(pl.String),  # event ids of the gaps that begin in this leg
        "dark_h": pl.Float64,  # hours of those gaps that fall in this leg
        "sources": pl.List(CITATION),
    }
)
"""A leg from port to port; sorted by ship, departed."""

CHAINS = columns(
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
        "from_inferred": pl.Boolean,  # that call was not heard; `departed` is then the latest it can have been
        "to_inferred": pl.Boolean,  # likewise; `arrived` is then the earliest
        "inferred": pl.List(pl.String),  # ids of the INFERRED that stand for such ends, the best grounded first
    }
)
"""A voyage from one end of a corridor to the other, with any calls between; sorted by departed, ship."""

REACH = columns(
    {
        "event": pl.String,  # the gap's id
        "ship": pl.Int64,
        **PORTS,  # the port's point that leaves the most slack
        "there_m": pl.Float64,  # from where the gap began to the port, never more than the true way
        "back_m": pl.Float64,  # from the port to where the gap ended
        "slack_h": pl.Float64,  # hours of the gap left over at `speed_kn`, for the call itself and any detour
        "speed_kn": pl.Float64,  # the speed that was allowed to the ship
    }
)
"""Ports that a ship could have called at in a gap; sorted by event, slack_h from high to low, port."""

REACH_AREA = columns(
    {
        "event": pl.String,  # the gap's id
        "lat": pl.Float64,  # middle of the row of cells
        "west": pl.Float64,  # edges of the run of cells; west below east, runs across 180° stand as two
        "east": pl.Float64,
        "slack_h": pl.Float64,  # the most hours that were left over at any place of the run
        "cell_deg": pl.Float64,  # height of the row; one size an event
    }
)
"""The water that a ship could have been in during a gap, as runs of cells; sorted by event, lat, west."""

INFERRED = columns(
    {
        "id": pl.String,  # made from the content
        "kind": pl.String,  # "gap", or "begin" before a track was first heard, or "end" after it was last heard
        "voyage": pl.String,  # the leg that it lies in
        "event": pl.String,  # the gap's id; null where the leg begins or ends without one
        "ship": pl.Int64,
        **PORTS,
        "since": TIME,  # when it was last heard before; null before a track was first heard
        "until": TIME,  # when it was heard again; null after a track was last heard
        "earliest": TIME,  # the earliest that it can have arrived; null before a track was first heard
        "latest": TIME,  # the latest that it can have left; null after it was last heard
        "slack_h": pl.Float64,  # hours left over for the call; null at the ends of a track
        "others": pl.Int64,  # how many other ports were in reach as well
        "grounds": pl.List(pl.String),  # one sentence each: why this port
    }
)
"""Calls that nobody heard and something speaks for; of each silence the best grounded first; sorted by ship, time."""

DRAUGHTS = columns(
    {
        "ship": pl.Int64,
        "start": TIME,  # first and last message of the run that said so
        "end": TIME,
        "draught_m": pl.Float64,
        "state": pl.String,  # laden, ballast, between or unknown
        "because": pl.String,  # one sentence
    }
)
"""What a ship said of its draught and what that means for this ship; sorted by ship, start."""

DRAUGHT_CHANGES = columns(
    {
        "event": pl.String,  # id of the gap, call, meeting or leg
        "ship": pl.Int64,
        "before_m": pl.Float64,  # as said last before it; null where nothing was said
        "after_m": pl.Float64,  # as said first after it
        "before_state": pl.String,
        "after_state": pl.String,
        "change_m": pl.Float64,  # after less before
        "said": pl.String,  # deeper, shallower, the same, or nothing where the draughts tell nothing
        "says": pl.String,  # one sentence
    }
)
"""What a ship's draught says about an event; one row an event; sorted by ship, event."""
