"""Which gaps are worth the search for what was in reach: those of which anything can speak for a port of a corridor."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from darkwake.schema import EVENTS
from darkwake.voyages.corridor import on_side, side
from darkwake.voyages.destinations import destinations, ports_named
from darkwake.voyages.inferred import NEAR_M, near
from darkwake.voyages.silences import silences

MOST_GAPS = 500
"""Searches take a twentieth to a third of a second each."""


def may_hide_calls(
    voyages: pl.DataFrame,
    events: pl.DataFrame,
    ships: pl.DataFrame,
    ports: pl.DataFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    on_corridor: pl.DataFrame | None = None,
    identities: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    near_m: float = NEAR_M,
    most: int = MOST_GAPS,
) -> pl.DataFrame:
    """EVENTS: the closed gaps to hand to `within_reach` before `inferred` is asked for a corridor.

    Those that begin or end within `near_m` of a port of either side, that follow on a destination that names one, or
    over which the draught changed; of more than `most` the longest. Gaps of voyages that were heard from end to end are
    left out.

    Args:
        voyages: VOYAGES.
        events: EVENTS, at least the gaps of those voyages.
        ships: SHIPS.
        ports: PORTS of all countries.
        from_: countries or ports of one side, as for `corridor`.
        to: those of the other.
        on_corridor: CHAINS that were heard from end to end, both ways; None knows none.
        identities: IDENTITIES, for the destinations.
        changes: DRAUGHT_CHANGES over gaps.
        near_m: as for `inferred`.
        most: how many gaps at most.
    """
    wanted = ports.filter(on_side(side(from_, "from_")) | on_side(side(to, "to")))
    if on_corridor is not None:
        told = on_corridor["voyages"].explode(empty_as_null=True).drop_nulls()
        voyages = voyages.filter(~pl.col("id").is_in(told.implode()))
    quiet = silences(voyages, events, ships).filter(pl.col("kind") == "gap")
    ids = [
        near(quiet.with_columns(lat_here=f"{end}_lat", lon_here=f"{end}_lon"), wanted, near_m)["event"]
        for end in ("since", "until")
    ]
    if identities is not None:
        ids.append(ports_named(destinations(quiet, identities), wanted)["event"])
    if changes is not None:
        ids.append(changes.filter(pl.col("said").is_in(["deeper", "shallower"]))["event"])
    known = pl.concat([pl.Series("event", [], pl.String), *ids]).unique()
    found = events.filter(pl.col("id").is_in(known.implode()) & pl.col("id").is_in(quiet["event"].implode()))
    longest = found.sort(pl.col("end") - pl.col("start"), "id", descending=[True, False]).head(most)
    return longest.select(list(EVENTS)).sort("ship", "start", "kind", "id")
