"""What the case file holds of all that was found, and what it only counts: no page of more is read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from darkwake.case import seen, words
from darkwake.case.journeys import Journey

WORTH = pl.any_horizontal(pl.col("from_port", "to_port").is_not_null()) | (pl.col("gaps").list.len() > 0)
"""A leg that says something: a port at one end at least, or a silence; a ship that only passed by has neither."""
MOST_GAPS = 2_000
"""More gaps than these are counted, and the longest of them shown."""
MOST_FIRST = 2 * MOST_GAPS
"""More than these are not held of the ships that are told of, and of silences that looked switched off, either."""
MOST_OTHERS = 200
"""Events of each further kind of ships that no thread tells of; the first of them are shown, the rest counted."""


MOST_POSSIBLE = 50
"""Possible meetings of ships that no thread tells of: those where no other silent ship could have been, then the
longest; the rest is counted."""

MOST_JOURNEYS = 200
"""Threads that are told along a ship; of more journeys those that would stand first, the others are counted."""
MOST_CALLS = 2_000
MOST_VOYAGES = 2_000
"""Port calls, and voyages: those of the ships that are told of, then the longest; the rest is counted."""
MOST_SHIPS = 2_000
"""Ships that nothing is shown of are rows of the case file up to here, those heard most first."""
_STRONG = ("certain", "strong", "fair")
_HOURS = pl.col("details").str.json_path_match("$.hours").cast(pl.Float64)


def shown_journeys(
    journeys: Sequence[Journey], events: pl.DataFrame, silences: pl.DataFrame, hits: pl.DataFrame
) -> list[Journey]:
    """All journeys, or of too many those that would stand first, in their order.

    What decides is what orders the threads: a certain match, silences that looked switched off, a call that could have
    been made unheard, another match, hours in the dark. It is looked up in the tables, before evidence is made of them.
    """
    if len(journeys) <= MOST_JOURNEYS:
        return list(journeys)
    ships = pl.Series([journey.ship for journey in journeys]).unique()
    of = events.filter((pl.col("kind") == "gap") & pl.col("ship").is_in(ships.implode())).join(
        silences.select(pl.col("event").alias("id"), off=pl.col("verdict") == "likely switched off"),
        on="id",
        how="left",
    )
    gaps: dict[int, list[tuple[datetime, datetime, float, bool]]] = {}
    for ship, *gap in of.select(
        "ship", "start", pl.col("end").fill_null(datetime.max), _HOURS, pl.col("off").fill_null(value=False)
    ).iter_rows():
        gaps.setdefault(ship, []).append((gap[0], gap[1], gap[2], gap[3]))
    met = [{*hits.filter(pl.col("rank").is_in(ranks))["ship"].drop_nulls()} for ranks in (["certain"], _STRONG)]

    def rank(place: int) -> tuple[Any, ...]:
        journey = journeys[place]
        start, end = journey.start or datetime.min, journey.end or datetime.max
        own = [gap for gap in gaps.get(journey.ship, ()) if gap[0] <= end and gap[1] >= start]
        off, dark_h = sum(gap[3] for gap in own), sum(gap[2] for gap in own)
        certain, strong = (journey.ship in ships for ships in met)
        return (not certain, -off, not journey.could_have, not strong, -dark_h, start, journey.ship, place)

    return [journeys[place] for place in sorted(sorted(range(len(journeys)), key=rank)[:MOST_JOURNEYS])]


def shown_calls(events: pl.DataFrame, told: set[int], wanted: set[str]) -> pl.Series:
    """Ids of the port calls that the case file holds: those wanted, those of the ships told of, then the longest."""
    calls = events.filter(pl.col("kind") == "port_call")
    if calls.height <= MOST_CALLS:
        return calls["id"]
    first = [pl.col("id").is_in(sorted(wanted)), pl.col("ship").is_in(sorted(told)), pl.col("end") - pl.col("start")]
    ranked = calls.sort([*first, "id"], descending=[True, True, True, False], nulls_last=True)
    return ranked["id"].head(max(MOST_CALLS, len(wanted)))


def shown_voyages(voyages: pl.DataFrame, told: set[int], wanted: set[str], corridor: set[str]) -> pl.DataFrame:
    """The voyages that the case file holds, in order: those wanted, on the corridor, of ships told of, the longest."""
    worth = voyages.filter(WORTH)
    if worth.height <= MOST_VOYAGES:
        return worth
    first = [pl.col("id").is_in(sorted(wanted)), pl.col("id").is_in(sorted(corridor))]
    first += [pl.col("ship").is_in(sorted(told)), pl.col("arrived") - pl.col("departed")]
    ranked = worth.sort([*first, "id"], descending=[True, True, True, True, False], nulls_last=True)
    kept = ranked["id"].head(max(MOST_VOYAGES, len(wanted)))
    return worth.filter(pl.col("id").is_in(kept.implode()))


def shown_ships(ships: pl.DataFrame, wanted: set[int]) -> pl.DataFrame:
    """The ships that the case file holds, in their order: all that something is shown of, then those heard most."""
    if ships.height <= MOST_SHIPS:
        return ships
    ranked = ships.sort([pl.col("ship").is_in(sorted(wanted)), "positions", "ship"], descending=[True, True, False])
    kept = ranked["ship"].head(max(MOST_SHIPS, ships.filter(pl.col("ship").is_in(sorted(wanted))).height))
    return ships.filter(pl.col("ship").is_in(kept.implode()))


def shown_gaps(events: pl.DataFrame, silences: pl.DataFrame, told: set[int]) -> pl.Series:
    """Ids of the gaps that the case file holds: those of the ships that it tells of, then the longest."""
    gaps = events.filter(pl.col("kind") == "gap").join(
        silences.select(pl.col("event").alias("id"), "verdict"), on="id", how="left"
    )
    first = pl.col("ship").is_in(sorted(told)) | (pl.col("verdict") == "likely switched off")
    ranked = gaps.sort([first, _HOURS, "id"], descending=[True, True, False])
    return ranked["id"].head(min(max(MOST_GAPS, gaps.select(first.sum()).item() or 0), MOST_FIRST))


def shown_others(events: pl.DataFrame, told: set[int]) -> pl.DataFrame:
    """The events of the further kinds that the case file holds: all of the ships that it tells of, some of others.

    A single position that was off is of use beside a ship's other evidence and of none alone. Of meetings that are
    only possible the strongest few are held, so that the page can point to them.
    """
    others = events.filter(pl.col("kind").is_in(list(seen.KINDS)))
    mine = pl.any_horizontal(pl.col("ship", "other").is_in(sorted(told)).fill_null(value=False))
    slight = (pl.col("details").str.json_path_match("$.pattern") == "stray_fix").fill_null(value=False)
    possible = pl.col("kind") == "dark_encounter"
    rest = others.filter(~mine & ~slight & ~possible)
    first = rest.sort("start", "id").group_by("kind", maintain_order=True).head(MOST_OTHERS).select(others.columns)
    rivals, length = (
        pl.col("details").str.json_path_match(f"$.{name}").cast(pl.Float64, strict=False).fill_null(0.0)
        for name in ("others", "hours")
    )
    perhaps = others.filter(~mine & possible).sort([rivals, length, "id"], descending=[False, True, False])
    return pl.concat([others.filter(mine), first, perhaps.head(MOST_POSSIBLE)]).sort("ship", "start", "kind", "id")


_STRONGER = f"; the {MOST_POSSIBLE} that fewest other silent ships could explain, and the longest, are shown"
_NAMES = {"loitering": ("slow stay", ""), "false_identity": ("identity in doubt", "identities in doubt"),
          "false_position": ("position in doubt", "positions in doubt")}  # fmt: skip


def _of_kind(number: int, kind: str) -> str:
    return words.count(number, *_NAMES.get(kind, (seen.KINDS[kind], "")))


def cut(*, journeys: int, calls: int, voyages: int, ships: int) -> list[str]:
    """What is said of so many things that were left out because a page of all of them could not be read."""
    found = []
    if journeys:
        found.append(
            f"{words.count(journeys, 'more journey')} (voyages on the corridor, or ships that would be told of) "
            f"{'is' if journeys == 1 else 'are'} counted, not told: the {MOST_JOURNEYS:,} with the matches, the "
            "silences that looked switched off and the most hours unheard are. What is said of silences and of "
            "explanations is said of these."
        )
    for number, what in ((calls, "more port call"), (voyages, "more voyage")):
        if number:
            said = f"{words.count(number, what)} {'is' if number == 1 else 'are'} counted, not shown"
            found.append(f"{said}: those that threads tell of and the longest are.")
    if ships:
        nothing = f"{words.count(ships, 'ship')} of which nothing is shown {'has' if ships == 1 else 'have'}"
        found.append(f"{nothing} no row and no track here.")
    if found:
        found.append("The tables in the case's folder `derived` hold all of them.")
    return found


def left_out(events: pl.DataFrame, voyages: pl.DataFrame, shown: pl.Series, others: pl.DataFrame) -> list[str]:
    """One sentence for each kind of thing that is counted and not shown."""
    gaps = events.filter(pl.col("kind") == "gap").height - shown.len()
    passing = voyages.height - voyages.filter(WORTH).height
    further = events.filter(pl.col("kind").is_in(list(seen.KINDS)) & ~pl.col("id").is_in(others["id"].implode()))
    found = [
        f"{_of_kind(number, kind)} of ships that no thread tells of {'is' if number == 1 else 'are'} counted, not "
        f"shown{_STRONGER if kind == 'dark_encounter' else ''}."
        for kind, number in further.group_by("kind").len().sort("kind").iter_rows()
    ]
    if gaps:
        found.append(f"{gaps:,} shorter silences of ships that no thread tells of are counted, not shown.")
    if passing:
        found.append(f"{passing:,} ships or parts of tracks without a port or a silence are no voyages here.")
    return found
