"""All voyages from one set of countries or ports to another, heard from end to end or with an end only inferred."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from darkwake import country, schema
from darkwake.errors import WrongUse
from darkwake.schema import CHAINS, INFERRED, VOYAGES

Side = tuple[list[str], list[str]]
"""The countries and the ports that a side names."""
_PLACE = ("port", "name", "country")


def corridor(
    voyages: pl.DataFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    start: datetime | None = None,
    end: datetime | None = None,
    both_ways: bool = False,
    inferred: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """CHAINS: the voyages from one side to the other, also those with calls elsewhere on the way.

    A chain runs from the last call on the one side to the first call on the other after it. A ship that went from
    China by Singapore to Iran made one voyage from China to Iran via Singapore.

    With `inferred`, a call that was not heard but that something speaks for ends a voyage too, where no voyage was
    heard from end to end. Such a voyage departed at the latest, or arrived at the earliest, when the row says. Of one
    silence the best grounded port of either side stands for the call; that side's others are in `inferred` as well.

    Args:
        voyages: VOYAGES, as `legs` gave them.
        from_: countries (a code or an English name) or ports (the `port` of PORTS), any of which counts.
        to: the other side, likewise.
        start: leave out voyages that arrived before this.
        end: leave out voyages that departed at this time or later.
        both_ways: also the voyages from `to` to `from_`.
        inferred: INFERRED, as `inferred` gave them for those voyages.
        events: EVENTS with the gaps of those voyages. Where an end is inferred, a leg may be run in part only: with
            them `dark_h` counts what falls between departure and arrival, without them all of the leg.

    Raises:
        WrongUse: a side is empty, or a table does not have its schema.
    """
    for table, want, name in ((voyages, VOYAGES, "VOYAGES"), (inferred, INFERRED, "INFERRED")):
        wrong = schema.problems(table, want) if table is not None else []
        if wrong:
            raise WrongUse(f"the table is not {name}: {wrong[0]}", where="corridor", to_do="Hand in what legs() gave")
    one, other = side(from_, "from_"), side(to, "to")
    legs = voyages.select(list(VOYAGES)).with_columns(_no_ids("from_inferred"), _no_ids("to_inferred"))
    there, back = _chains(legs, one, other), _chains(legs, other, one)
    found = [there, back] if both_ways else [there]
    if inferred is not None and inferred.height:
        told = pl.concat([there, back])["voyages"].explode(empty_as_null=True).drop_nulls()
        cut = _cut(legs, inferred.filter(~pl.col("voyage").is_in(told.implode())), one, other)
        for a, b in ((one, other), (other, one))[: len(found)]:
            chains = _chains(cut, a, b).filter(pl.col("from_inferred") | pl.col("to_inferred"))
            found.append(chains if events is None else _dark(chains, legs, events))
    chains = pl.concat(found)
    if start is not None:
        chains = chains.filter(pl.col("arrived") >= start)
    if end is not None:
        chains = chains.filter(pl.col("departed") < end)
    # where the two sides overlap, a leg within the overlap runs both ways; it is one voyage
    return chains.unique(["ship", "voyages", "inferred"], keep="first", maintain_order=True).sort(
        "departed", "ship", "arrived"
    )


def back_and_forth(
    voyages: pl.DataFrame,
    *,
    from_: Sequence[str],
    to: Sequence[str],
    start: datetime | None = None,
    end: datetime | None = None,
    inferred: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """How often each ship ran a corridor each way, the busiest first; parameters as for `corridor`.

    Returns:
        Columns ship, out (voyages from `from_` to `to`), back (the other way), first_departed, last_arrived, dark_h,
        and with_inferred (how many of them have an end that was not heard).
    """
    ways = [
        corridor(voyages, from_=a, to=b, start=start, end=end, inferred=inferred, events=events)
        for a, b in ((from_, to), (to, from_))
    ]
    both = pl.concat(way.with_columns(back=pl.lit(back)) for way, back in zip(ways, (False, True), strict=True))
    counted = both.group_by("ship").agg(
        (~pl.col("back")).sum().cast(pl.Int64).alias("out"),
        pl.col("back").sum().cast(pl.Int64),
        pl.col("departed").min().alias("first_departed"),
        pl.col("arrived").max().alias("last_arrived"),
        pl.col("dark_h").sum(),
        (pl.col("from_inferred") | pl.col("to_inferred")).sum().cast(pl.Int64).alias("with_inferred"),
    )
    return counted.sort([pl.col("out") + pl.col("back"), "ship"], descending=[True, False])


def side(words: Sequence[str], name: str) -> Side:
    """The countries and the ports that a side names; `name` is what the error calls it.

    Raises:
        WrongUse: it names none.
    """
    if not words or isinstance(words, str):
        raise WrongUse(
            f"{name} names no place", where=f"corridor({name}=...)", to_do='Give countries or ports, such as ("CN",)'
        )
    codes = {word: country.code(word) for word in words}
    return [code for code in codes.values() if code], [word for word, code in codes.items() if not code]


def on_side(where: Side, prefix: str = "") -> pl.Expr:
    """Whether the place in the columns {prefix}country and {prefix}port is on that side."""
    countries, ports = where
    return (pl.col(f"{prefix}country").is_in(countries) | pl.col(f"{prefix}port").is_in(ports)).fill_null(False)


def _dark(chains: pl.DataFrame, legs: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The chains with the hours of their legs' gaps that fall between departure and arrival."""
    gaps = events.filter(pl.col("kind") == "gap").select("id", "start", "end").drop_nulls("end")
    own = legs.select(pl.col("id").alias("voyages"), pl.col("gaps").alias("id")).explode("id", empty_as_null=True)
    each = chains.with_row_index("chain").select("chain", "departed", "arrived", "voyages")
    each = each.explode("voyages", empty_as_null=True).join(own.drop_nulls("id"), on="voyages").join(gaps, on="id")
    spent = pl.min_horizontal("end", "arrived") - pl.max_horizontal("start", "departed")
    hours = each.group_by("chain").agg((spent.dt.total_microseconds().clip(0).sum() / 3.6e9).alias("dark_h"))
    found = chains.with_row_index("chain").drop("dark_h").join(hours, on="chain", how="left", maintain_order="left")
    return found.with_columns(pl.col("dark_h").fill_null(0.0)).select(list(CHAINS))


def _cut(legs: pl.DataFrame, inferred: pl.DataFrame, one: Side, other: Side) -> pl.DataFrame:
    """The legs cut where a call on either side is inferred, as if it had been heard; the parts keep the leg's id."""
    marks = _marks(inferred, one, other).join(legs.select("id", "to_port", "arrived"), on="id", maintain_order="left")
    # of a gap so long that it ended the leg nothing tells when the ship left the port again
    over = pl.col("to_port").is_null() & (pl.col("comes") >= pl.col("arrived"))
    marks = marks.with_columns(pl.when(~over.fill_null(False)).then("leaves").alias("leaves")).drop(
        "to_port", "arrived"
    )
    touched = legs.filter(pl.col("id").is_in(marks["id"].implode()))
    ends = [
        _nodes(touched, "from", leaves="departed", comes=None, at=0),
        marks.with_columns(at=pl.lit(1)),
        _nodes(touched, "to", leaves=None, comes="arrived", at=2),
    ]
    nodes = pl.concat(ends, how="diagonal_relaxed").sort("id", "at", pl.coalesce("comes", "leaves"))
    # what is inferred before a track was first heard stands for its nameless first end, likewise after its last
    nodes = nodes.filter(
        ~((pl.col("at") == 0) & pl.col("id").is_in(marks.filter(pl.col("comes").is_null())["id"].implode()))
        & ~((pl.col("at") == 2) & pl.col("id").is_in(marks.filter(pl.col("leaves").is_null())["id"].implode()))
    )
    after = pl.col("id", *_PLACE, "comes", "inferred").shift(-1).name.prefix("to_")
    parts = nodes.with_columns(after).filter(pl.col("id") == pl.col("to_id"))
    parts = parts.rename({name: f"from_{name}" for name in (*_PLACE, "inferred")} | {"leaves": "departed"})
    known = touched.select("id", "ship", "dark_h")
    parts = parts.rename({"to_comes": "arrived"}).join(known, on="id")
    return pl.concat([legs.filter(~pl.col("id").is_in(marks["id"].implode())), parts], how="diagonal_relaxed").select(
        legs.columns
    )


def _nodes(legs: pl.DataFrame, end: str, *, leaves: str | None, comes: str | None, at: int) -> pl.DataFrame:
    """One end of each leg as a place that is left at a time, or come to."""
    place = {name: pl.col(f"{end}_{name}") for name in (*_PLACE, "inferred")}
    times = {name: pl.lit(None) if column is None else pl.col(column) for name, column in
             (("leaves", leaves), ("comes", comes))}  # fmt: skip
    return legs.select("id", **place, **times, at=pl.lit(at))


def _marks(inferred: pl.DataFrame, one: Side, other: Side) -> pl.DataFrame:
    """One place for each silence with an inferred call on either side: id (of the leg), the place, and its times."""
    here = inferred.with_columns(on_side(one).alias("one"), on_side(other).alias("other"))
    silence = ("voyage", "kind", "event")
    here = here.filter(pl.col("one") | pl.col("other")).with_columns(
        pl.col("one", "other").first().over(silence).name.suffix("_best")
    )
    same = (pl.col("one") & pl.col("one_best")) | (pl.col("other") & pl.col("other_best"))
    return (
        here.filter(same)
        .group_by(silence, maintain_order=True)
        .agg(pl.col(*_PLACE, "earliest", "latest").first(), pl.col("id").alias("inferred"))
        .select(pl.col("voyage").alias("id"), *_PLACE, "inferred", comes="earliest", leaves="latest")
    )


def _chains(legs: pl.DataFrame, from_: Side, to: Side) -> pl.DataFrame:
    """The voyages from one side to the other: each leg that arrives, and the last leg up to it that departed.

    `legs` has from_inferred and to_inferred, the ids of what stands for a call that was not heard.
    """
    legs = (
        legs.sort("ship", "departed", "arrived", "id").with_row_index("leg").with_columns(pl.col("leg").cast(pl.Int64))
    )
    # a leg that begins in no port follows on none: it is the first of a track, or comes after a long silence
    run = pl.col("from_port").is_null().cum_sum().over("ship").alias("run")
    legs = legs.with_columns(run)
    leaves = pl.when(on_side(from_, "from_")).then("leg").forward_fill().over("ship", "run")
    comes = on_side(to, "to_")
    came = pl.when(comes).then("leg").forward_fill().shift(1).over("ship")
    ends = legs.with_columns(leaves.alias("first"), came.fill_null(-1).alias("came"))
    ends = ends.filter(comes & (pl.col("first") > pl.col("came")))
    chains = ends.select(chain="leg", leg=pl.int_ranges("first", pl.col("leg") + 1)).explode("leg", empty_as_null=True)
    once = pl.col("id").is_first_distinct()  # a leg that was cut counts once
    both = pl.concat_list(pl.col("from_inferred").first(), pl.col("to_inferred").last())
    return (
        chains.join(legs, on="leg")
        .sort("chain", "leg")
        .group_by("chain", maintain_order=True)
        .agg(
            pl.col("ship", "departed", "from_port", "from_name", "from_country").first(),
            pl.col("arrived", "to_port", "to_name", "to_country").last(),
            pl.col("id").filter(once).alias("voyages"),
            pl.col("from_name").slice(1).alias("via"),
            pl.col("dark_h").filter(once).sum(),
            (pl.col("from_inferred").first().list.len() > 0).alias("from_inferred"),
            (pl.col("to_inferred").last().list.len() > 0).alias("to_inferred"),
            both.alias("inferred"),
        )
        .select(list(CHAINS))
    )


def _no_ids(name: str) -> pl.Expr:
    return pl.lit([], pl.List(pl.String)).alias(name)
