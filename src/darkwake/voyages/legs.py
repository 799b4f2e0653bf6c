"""Port to port: the legs between a ship's calls, the gaps that lie in each, and the corridor between two countries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from darkwake import country, schema
from darkwake.errors import WrongUse
from darkwake.evidence import content_id
from darkwake.schema import CHAINS, EVENTS, SHIPS, VOYAGES

INNOCENT = (
    "The voyage is ordinary trade; most voyages on any corridor are.",
    "The ship was in ballast, or carried something else.",
)
"""What else than a cargo of concern a voyage may be."""
LIMITS = (
    "A port call is seen only where positions were heard in the port; a call in the dark is at most possible.",
    "Ports are points: a ship at a terminal far from its port's point, or at an unlisted one, made no call here.",
    "Ways by sea know no depth, no canals and no straits narrower than two cells of 3 nautical miles.",
)

_HOUR_US = 3_600_000_000


def legs(events: pl.DataFrame, ships: pl.DataFrame, *, shift: timedelta = timedelta(hours=2)) -> pl.DataFrame:
    """VOYAGES: what lies between the calls of each ship, and before the first and after the last.

    Two calls in a row at one port less than `shift` apart are one stay, unless a gap began in between: a move from
    the anchorage to the berth is no voyage. A longer trip out and back to the same port is one. A ship without calls
    has one leg without ports. A gap belongs to the leg that it begins in; a gap inside a call belongs to none.

    Args:
        events: EVENTS, of which "port_call" and "gap" are used.
        ships: SHIPS, for where each track begins and ends; a ship that is missing there has no legs.
        shift: how short a stay outside may be to count as a move inside the port.

    Raises:
        WrongUse: a table does not have its schema.
    """
    for table, want, name in ((events, EVENTS, "EVENTS"), (ships, SHIPS, "SHIPS")):
        wrong = schema.problems(table, want)
        if wrong:
            raise WrongUse(f"the table is not {name}: {wrong[0]}", where="legs", to_do=f"Hand in {name} of this store")
    gaps = events.filter(pl.col("kind") == "gap").sort("start", "ship", "id")
    stays = _stays(events.filter(pl.col("kind") == "port_call"), gaps, shift)
    found = _between(stays, ships)
    found = _with_gaps(found, gaps)
    ids = [content_id("voyage", *key) for key in found.select("ship", "departed", "from_call", "to_call").iter_rows()]
    return (
        found.with_columns(pl.Series("id", ids, dtype=pl.String)).select(list(VOYAGES)).sort("ship", "departed", "id")
    )


def _stays(calls: pl.DataFrame, gaps: pl.DataFrame, shift: timedelta) -> pl.DataFrame:
    """The calls, those that are one stay laid together: the first one's start and id, the last one's end and id."""
    named = [pl.col("details").str.json_path_match(f"$.{name}").alias(name) for name in ("port", "name", "country")]
    calls = calls.select("ship", "start", "end", "id", "sources", *named).sort("ship", "start")
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
        pl.col("id").first().alias("first_call"),
        pl.col("id").last().alias("last_call"),
        pl.col("sources").first().list.first().alias("first_cited"),
        pl.col("sources").last().list.last().alias("last_cited"),
    )


def _between(stays: pl.DataFrame, ships: pl.DataFrame) -> pl.DataFrame:
    """The legs without their gaps: each ship's ends of track and stays in a row, and what lies between neighbours."""
    end = {"port": None, "name": None, "country": None, "first_call": None, "last_call": None}
    begin_cited, end_cited = pl.col("sources").list.first(), pl.col("sources").list.last()
    edges = [
        ships.select("ship", leaves=pl.col("first_seen"), comes=None, last_cited=begin_cited, first_cited=None, at=0),
        stays.select("ship", *end, "last_cited", "first_cited", leaves="end", comes="start", at=1),
        ships.select("ship", leaves=None, comes=pl.col("last_seen"), last_cited=None, first_cited=end_cited, at=2),
    ]
    known = pl.concat(edges, how="diagonal_relaxed").join(ships.select("ship"), on="ship", how="semi")
    known = known.sort("ship", "at", "comes", nulls_last=True)
    after = pl.col("ship", "port", "name", "country", "first_call", "comes", "first_cited").shift(-1)
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
        sources=pl.concat_list("last_cited", "to_first_cited").list.drop_nulls(),
    )


def _with_gaps(found: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
    """The legs with the ids of the gaps that begin in each, and the hours of them that fall in it.

    An open gap begins with the last position of a track, where its last leg ends: it belongs to that leg, and none of
    its hours fall in it.
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


def corridor(
    voyages: pl.DataFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    start: datetime | None = None,
    end: datetime | None = None,
    both_ways: bool = False,
) -> pl.DataFrame:
    """CHAINS: the voyages from one side to the other, also those with calls elsewhere on the way.

    A chain runs from the last call on the one side to the first call on the other after it. A ship that went from
    China by Singapore to Iran made one voyage from China to Iran via Singapore.

    Args:
        voyages: VOYAGES, as `legs` gave them.
        from_: countries (a code or an English name) or ports (the `port` of PORTS), any of which counts.
        to: the other side, likewise.
        start: leave out voyages that arrived before this.
        end: leave out voyages that departed at this time or later.
        both_ways: also the voyages from `to` to `from_`.

    Raises:
        WrongUse: a side is empty, or `voyages` is not VOYAGES.
    """
    wrong = schema.problems(voyages, VOYAGES)
    if wrong:
        raise WrongUse(f"the table is not VOYAGES: {wrong[0]}", where="corridor", to_do="Hand in what legs() gave")
    one, other = _side(from_, "from_"), _side(to, "to")
    found = [_chains(voyages, one, other)]
    if both_ways:
        found.append(_chains(voyages, other, one))
    chains = pl.concat(found)
    if start is not None:
        chains = chains.filter(pl.col("arrived") >= start)
    if end is not None:
        chains = chains.filter(pl.col("departed") < end)
    # where the two sides overlap, a leg within the overlap runs both ways; it is one voyage
    return chains.unique(["ship", "voyages"], keep="first", maintain_order=True).sort("departed", "ship", "arrived")


def back_and_forth(
    voyages: pl.DataFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    start: datetime | None = None,
    end: datetime | None = None,
) -> pl.DataFrame:
    """How often each ship ran a corridor each way, the busiest first; parameters as for `corridor`.

    Returns:
        Columns ship, out (voyages from `from_` to `to`), back (the other way), first_departed, last_arrived, dark_h.
    """
    ways = [corridor(voyages, from_=a, to=b, start=start, end=end) for a, b in ((from_, to), (to, from_))]
    both = pl.concat(way.with_columns(back=pl.lit(back)) for way, back in zip(ways, (False, True), strict=True))
    counted = both.group_by("ship").agg(
        (~pl.col("back")).sum().cast(pl.Int64).alias("out"),
        pl.col("back").sum().cast(pl.Int64),
        pl.col("departed").min().alias("first_departed"),
        pl.col("arrived").max().alias("last_arrived"),
        pl.col("dark_h").sum(),
    )
    return counted.sort([pl.col("out") + pl.col("back"), "ship"], descending=[True, False])


def _side(words: Sequence[str], name: str) -> tuple[list[str], list[str]]:
    """The countries and the ports that a side names."""
    if not words or isinstance(words, str):
        raise WrongUse(
            f"{name} names no place", where=f"corridor({name}=...)", to_do='Give countries or ports, such as ("CN",)'
        )
    codes = {word: country.code(word) for word in words}
    return [code for code in codes.values() if code], [word for word, code in codes.items() if not code]


def _at(side: tuple[list[str], list[str]], end: str) -> pl.Expr:
    countries, ports = side
    return (pl.col(f"{end}_country").is_in(countries) | pl.col(f"{end}_port").is_in(ports)).fill_null(False)


def _chains(voyages: pl.DataFrame, from_: tuple[list[str], list[str]], to: tuple[list[str], list[str]]) -> pl.DataFrame:
    """The voyages from one side to the other: each leg that arrives, and the last leg up to it that departed."""
    legs = voyages.sort("ship", "departed", "id").with_row_index("leg").with_columns(pl.col("leg").cast(pl.Int64))
    leaves = pl.when(_at(from_, "from")).then("leg").forward_fill().over("ship")
    comes = _at(to, "to")
    came = pl.when(comes).then("leg").forward_fill().shift(1).over("ship")
    ends = legs.with_columns(leaves.alias("first"), came.fill_null(-1).alias("came"))
    ends = ends.filter(comes & (pl.col("first") > pl.col("came")))
    chains = ends.select(chain="leg", leg=pl.int_ranges("first", pl.col("leg") + 1)).explode("leg", empty_as_null=True)
    return (
        chains.join(legs, on="leg")
        .sort("chain", "leg")
        .group_by("chain", maintain_order=True)
        .agg(
            pl.col("ship", "departed", "from_port", "from_name", "from_country").first(),
            pl.col("arrived", "to_port", "to_name", "to_country").last(),
            pl.col("id").alias("voyages"),
            pl.col("from_name").slice(1).alias("via"),
            pl.col("dark_h").sum(),
        )
        .select(list(CHAINS))
    )
