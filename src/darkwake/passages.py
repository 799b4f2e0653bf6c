"""Voyages with all that speaks on them: what could be reached unheard, what a draught says, calls that nobody heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from darkwake import schema, tracks, voyages

MOST_DARK = 300
"""Silences whose reach is searched, the longest first: some tenths of a second each."""


@dataclass(frozen=True, slots=True)
class Passages:
    """The tables of schema.py on the voyages of a store."""

    legs: pl.DataFrame
    corridor: pl.DataFrame
    inferred: pl.DataFrame
    reach: pl.DataFrame
    """Every port that could have been called at in the silences that were searched."""
    unheard: pl.DataFrame
    """REACH: of those, the ports of the corridor's far end, in silences of ships that had called at its near end."""
    area: pl.DataFrame
    draughts: pl.DataFrame
    changes: pl.DataFrame


def passages(
    events: pl.DataFrame,
    ships: pl.DataFrame,
    store: tracks.Store,
    places: pl.DataFrame,
    *,
    from_: Sequence[str] = (),
    to: Sequence[str] = (),
    start: datetime | None = None,
    end: datetime | None = None,
    of_note: Sequence[str] = (),
) -> Passages:
    """The voyages of a store, and on the corridor where one is given.

    Args:
        events: EVENTS with gaps and port calls, and with meetings where there are any.
        ships: SHIPS.
        store: where the positions and identities lie.
        places: PORTS.
        from_: countries or ports of the near end.
        to: the same of the far end; with one end alone there is no corridor.
        start: of the period.
        end: of the period.
        of_note: ids of gaps that are searched besides those of ships on the corridor.
    """
    legs = voyages.legs(events, ships)
    said = voyages.draughts(store.identities())
    told = events.filter(pl.col("kind").is_in(["gap", "port_call", "encounter"]))
    changes = voyages.changes(said, told, calls=events.filter(pl.col("kind") == "port_call"))
    heard, may_hide, wanted = schema.empty(schema.CHAINS), schema.empty(schema.EVENTS), schema.empty(schema.EVENTS)
    if from_ and to:
        heard = voyages.corridor(legs, from_=from_, to=to, both_ways=True)
        may_hide = voyages.may_hide_calls(
            legs, events, ships, places, from_=from_, to=to, on_corridor=heard, identities=store.identities(),
            changes=changes, most=MOST_DARK,
        )  # fmt: skip
        out = voyages.corridor(legs, from_=from_, to=to, start=start, end=end)
        wanted = voyages.may_have_called(legs, events, on_corridor=out, from_=from_, to=to)
    listed = [*_of_chains(legs, heard), *may_hide["id"], *wanted["id"], *of_note]
    dark = _searched(events, listed)
    speeds = voyages.top_speeds(store.positions(), dark["ship"].unique().to_list())
    reach = voyages.within_reach(dark, places, speeds)
    guessed = voyages.inferred(
        legs, events, ships, reach, places, store.positions(), identities=store.identities(), changes=changes,
        top_kn=speeds,
    )  # fmt: skip
    chains, unheard = schema.empty(schema.CHAINS), schema.empty(schema.REACH)
    if from_ and to:
        chains = voyages.corridor(legs, from_=from_, to=to, start=start, end=end, inferred=guessed, events=events)
        countries, ports = voyages.side(to, "to")
        far = pl.col("country").is_in(countries) | pl.col("port").is_in(ports)
        unheard = reach.filter(far & pl.col("event").is_in(wanted["id"].implode()))
    drawn = dark.filter(pl.col("id").is_in([*_of_chains(legs, chains), *unheard["event"], *of_note]))
    return Passages(
        legs=legs,
        corridor=chains,
        inferred=guessed,
        reach=reach,
        unheard=unheard,
        area=voyages.reach_area(drawn, speeds),
        draughts=said,
        changes=changes,
    )


def _searched(events: pl.DataFrame, listed: Sequence[str]) -> pl.DataFrame:
    """The closed gaps among those, the longest where there are too many."""
    gaps = events.filter(pl.col("id").is_in(list(listed)) & (pl.col("kind") == "gap") & pl.col("end").is_not_null())
    longest = gaps.sort([pl.col("end") - pl.col("start"), "id"], descending=[True, False])
    return longest.head(MOST_DARK).sort("ship", "start", "id")


def _of_chains(legs: pl.DataFrame, chains: pl.DataFrame) -> pl.Series:
    """Ids of the gaps in the legs of those chains."""
    own = chains["voyages"].explode(empty_as_null=True).drop_nulls()
    return legs.filter(pl.col("id").is_in(own.implode()))["gaps"].explode(empty_as_null=True).drop_nulls()
