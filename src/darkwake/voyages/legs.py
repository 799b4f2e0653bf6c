"""Port to port: the legs between a ship's calls, and the gaps that lie in each."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import content_id
from darkwake.schema import EVENTS, SHIPS, VOYAGES

INNOCENT = (
    "The voyage is ordinary trade; most voyages on any corridor are.",
    "The ship was in ballast, or carried something else.",
)
"""What else than a cargo of concern a voyage may be."""
LIMITS = (
    "A port call is seen only where positions were heard in the port; a call in the dark is at most possible.",
    "Ports are points: a ship at a terminal far from its port's point, or at an unlisted one, made no call here.",
    "What could have been reached knows no depth, no ice, no locks and no queue; it is what cannot be ruled out.",
)

LONGEST = timedelta(days=90)
"""A silence longer than this ends a leg: at ten knots it is long enough to sail once round the world, so that what lies
on either side of it is no one voyage."""
_HOUR_US = 3_600_000_000


def legs(
    events: pl.DataFrame,
    ships: pl.DataFrame,
    *,
    shift: timedelta = timedelta(hours=2),
    at_least: int = 2,
    longest: timedelta = LONGEST,
) -> pl.DataFrame:
    """VOYAGES: what lies between the calls of each ship, and before the first and after the last.

    Two calls in a row at one port less than `shift` apart are one stay, unless a gap began in between: a move from
    the anchorage to the berth is no voyage. A longer trip out and back to the same port is one. A ship without calls
    has one leg without ports. A gap belongs to the leg that it begins in; a gap inside a call belongs to none.

    A leg also ends, without a port, where its ship was last heard before a gap longer than `longest`, and the next one
    begins where it was heard again. That gap stands in the leg that it ends, and none of its hours fall in it.

    Args:
        events: EVENTS, of which "port_call" and "gap" are used.
        ships: SHIPS, for where each track begins and ends; a ship that is missing there has no legs.
        shift: how short a stay outside may be to count as a move inside the port.
        at_least: calls of less confidence (1 to 4, see port_call) are no ends of voyages; 1 takes those that only
            sailed past, where the events hold any. A call that says nothing of its confidence counts.
        longest: the longest silence that a leg runs through.

    Raises:
        WrongUse: a table does not have its schema.
    """
    for table, want, name in ((events, EVENTS, "EVENTS"), (ships, SHIPS, "SHIPS")):
        wrong = schema.problems(table, want)
        if wrong:
            raise WrongUse(f"the table is not {name}: {wrong[0]}", where="legs", to_do=f"Hand in {name} of this store")
    gaps = events.filter(pl.col("kind") == "gap").sort("start", "ship", "id")
    sure = pl.col("details").str.json_path_match("$.confidence").cast(pl.Int8)
    calls = events.filter(pl.col("kind") == "port_call").with_columns(sure.alias("confidence"))
    stays = _stays(calls.filter((pl.col("confidence") >= at_least).fill_null(True)), gaps, shift)
    found = _between(stays, _breaks(gaps, stays, longest), ships)
    found = _with_gaps(found, gaps)
    ids = [content_id("voyage", *key) for key in found.select("ship", "departed", "from_call", "to_call").iter_rows()]
    return (
        found.with_columns(pl.Series("id", ids, dtype=pl.String)).select(list(VOYAGES)).sort("ship", "departed", "id")
    )


def _stays(calls: pl.DataFrame, gaps: pl.DataFrame, shift: timedelta) -> pl.DataFrame:
    """The calls, those that are one stay laid together: the first one's start and id, the last one's end and id."""
    named = [pl.col("details").str.json_path_match(f"$.{name}").alias(name) for name in ("port", "name", "country")]
    calls = calls.select("ship", "start", "end", "id", "sources", "confidence", *named).sort("ship", "start")
    before = pl.col("ship", "port", "end").shift(1).name.suffix("_before")
    began = gaps.select("ship", gap_start="start").sort("gap_start")
    calls = (
        calls.with_columns(before)
        .sort("start")
        .join_asof(
            began, left_on="start", right_on="gap_start", by="ship", check_sortedness=False, allow_exact_matches=False
        )
    )
    silent = (pl.col("gap_start") >= pl.col("end_before")).fill_null(False)
    same = (pl.col("ship") == pl.col("ship_before")) & (pl.col("port") == pl.col("port_before"))
    short = (pl.col("start") - pl.col("end_before") < shift) & ~silent
    calls = calls.sort("ship", "start").with_columns((~(same & short).fill_null(False)).cum_sum().alias("stay"))
    return calls.group_by("stay", maintain_order=True).agg(
        pl.col("ship", "port", "name", "country", "start").first(),
        pl.col("end").last(),
        pl.col("confidence").max(),
        pl.col("id").first().alias("first_call"),
        pl.col("id").last().alias("last_call"),
        pl.col("sources").first().list.first().alias("first_cited"),
        pl.col("sources").last().list.last().alias("last_cited"),
    )


def _breaks(gaps: pl.DataFrame, stays: pl.DataFrame, longest: timedelta) -> pl.DataFrame:
    """The closed gaps too long for a leg, those inside a stay left out: where they come and where they leave again."""
    long = gaps.filter(pl.col("end") - pl.col("start") > longest).select(
        "ship", comes="start", leaves="end", first_cited=pl.col("sources").list.first(),
        last_cited=pl.col("sources").list.last(),
    )  # fmt: skip
    since = stays.select("ship", came=pl.col("start"), left=pl.col("end")).sort("came")
    long = long.sort("comes").join_asof(since, left_on="comes", right_on="came", by="ship", check_sortedness=False)
    inside = pl.col("came").is_not_null() & (pl.col("left").is_null() | (pl.col("comes") < pl.col("left")))
    return long.filter(~inside).drop("came", "left")


def _between(stays: pl.DataFrame, breaks: pl.DataFrame, ships: pl.DataFrame) -> pl.DataFrame:
    """The legs without their gaps: each ship's ends of track, stays and breaks in a row, and what lies between."""
    end = ("port", "name", "country", "first_call", "last_call", "confidence")
    begin_cited, end_cited = pl.col("sources").list.first(), pl.col("sources").list.last()
    edges = [
        ships.select("ship", leaves=pl.col("first_seen"), comes=None, last_cited=begin_cited, first_cited=None, at=0),
        stays.select("ship", *end, "last_cited", "first_cited", leaves="end", comes="start", at=1),
        breaks.with_columns(at=pl.lit(1)),
        ships.select("ship", leaves=None, comes=pl.col("last_seen"), last_cited=None, first_cited=end_cited, at=2),
    ]
    known = pl.concat(edges, how="diagonal_relaxed").join(ships.select("ship"), on="ship", how="semi")
    known = known.sort("ship", "at", "comes", "leaves", nulls_last=True)
    after = pl.col("ship", "port", "name", "country", "first_call", "comes", "first_cited", "confidence").shift(-1)
    legs = known.with_columns(after.name.prefix("to_")).filter(
        (pl.col("ship") == pl.col("to_ship")) & (pl.col("leaves") < pl.col("to_comes"))
    )
    return legs.select(
        "ship",
        from_port="port",
        from_name="name",
        from_country="country",
        departed="leaves",
        to_port="to_port",
        to_name="to_name",
        to_country="to_country",
        arrived="to_comes",
        from_call="last_call",
        to_call="to_first_call",
        from_confidence="confidence",
        to_confidence="to_confidence",
        sources=pl.concat_list("last_cited", "to_first_cited").list.drop_nulls(),
    )


def _with_gaps(found: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """The legs with the ids of the gaps that begin in each, and the hours of them that fall in it.

    An open gap begins with the last position of a track, where its last leg ends: it belongs to that leg, and none of
    its hours fall in it. So with one that is so long that it ends a leg.
    """
    found = found.sort("departed", "ship").with_row_index("leg")
    begun = gaps.select("id", "ship", "start", "end").join_asof(
        found.select("leg", "ship", "departed", "arrived", "to_call"),
        left_on="start",
        right_on="departed",
        by="ship",
        check_sortedness=False,
    )
    still_out = pl.col("to_call").is_null() & (pl.col("start") == pl.col("arrived"))
    begun = begun.filter((pl.col("start") < pl.col("arrived")) | still_out)
    inside = pl.min_horizontal(pl.col("end").fill_null(pl.col("arrived")), "arrived") - pl.col("start")
    by_leg = begun.group_by("leg").agg(
        pl.col("id").sort_by("start", "id").alias("gaps"),
        (inside.dt.total_microseconds().sum() / _HOUR_US).alias("dark_h"),
    )
    found = found.join(by_leg, on="leg", how="left").drop("leg")
    nothing = pl.lit([], pl.List(pl.String))
    return found.with_columns(pl.col("gaps").fill_null(nothing), pl.col("dark_h").fill_null(0.0))
