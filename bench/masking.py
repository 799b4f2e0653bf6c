"""Masking: parts of real tracks taken away, so that it is known why a ship went unheard.

Three hands take messages away. A *switch-off* takes one ship's for some hours. An *outage* takes everybody's in a box
for some hours. *Thinning* takes each message with the same chance. `label` then says of each gap which hand made it,
and calls those that were there before "natural". Masks are settled from ship-hours and applied shard by shard, so a
store of months needs no more memory than one shard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.events import engine
from darkwake.events.engine import Shard, Source
from darkwake.schema import POSITIONS, TIME

SWITCH_OFF, OUTAGE, THINNING, NATURAL, MIXED = "switch-off", "outage", "thinning", "natural", "mixed"

_SPAN: dict[str, pl.DataType | type[pl.DataType]] = {"since": TIME, "until": TIME, "hours": pl.Float64}
_OFF: dict[str, pl.DataType | type[pl.DataType]] = {"ship": pl.Int64, **_SPAN}
_OUTAGE: dict[str, pl.DataType | type[pl.DataType]] = {
    **_SPAN,
    **dict.fromkeys(("west", "south", "east", "north"), pl.Float64),
}
OFFS = pl.Schema(_OFF)
"""One row a switch-off: positions with since < time < until are gone; `since` is a message that was heard."""
OUTAGES = pl.Schema(_OUTAGE)
"""One row an outage: positions in the box with since <= time < until are gone, whoever sent them."""
_HOUR = timedelta(hours=1)
_NEAR_DEG = 0.5
"""Ships within half a degree and in the same hours count as the same water where masks must leave others alone."""


@dataclass(frozen=True, slots=True)
class Files:
    """Masked positions as Parquet files, one a shard."""

    paths: tuple[str, ...]

    def shards(self) -> list[list[str]]:
        """One file a shard."""
        return [[path] for path in self.paths]


def masked(source: Source, take: Callable[[pl.DataFrame, int], pl.DataFrame], folder: Path | None = None) -> Source:
    """The source with `take(positions, shard number)` applied: a table stays a table, a store goes to `folder`."""
    if isinstance(source, pl.DataFrame):
        return take(source, 0)
    if folder is None:
        raise ValueError("a store is masked into a folder")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, shard in enumerate(engine.shards_of(source)):
        path = folder / f"{number}.parquet"
        take(engine.read(shard, None), number).write_parquet(path)
        paths.append(str(path))
    return Files(tuple(paths))


def without_offs(positions: pl.DataFrame, offs: pl.DataFrame) -> pl.DataFrame:
    """Positions less those of the switch-offs; at most one switch-off a ship."""
    own = positions.join(offs.select("ship", "since", "until"), on="ship", how="left", maintain_order="left")
    inside = (pl.col("time") > pl.col("since")) & (pl.col("time") < pl.col("until"))
    return own.filter(~inside.fill_null(value=False)).select(list(POSITIONS))


def without_outages(positions: pl.DataFrame, outages: pl.DataFrame) -> pl.DataFrame:
    """Positions less everything that was sent from the boxes in those hours."""
    gone = pl.lit(value=False)
    for one in outages.iter_rows(named=True):
        gone |= (
            pl.col("time").is_between(one["since"], one["until"], closed="left")
            & pl.col("lat").is_between(one["south"], one["north"])
            & pl.col("lon").is_between(one["west"], one["east"])
        )
    return positions.filter(~gone)


def thinned(positions: pl.DataFrame, keep: float, seed: int) -> pl.DataFrame:
    """Each position kept with the same chance, whoever sent it."""
    return positions.filter(pl.Series(np.random.default_rng(seed).random(positions.height) < keep))


# --- where masks go ---


def ship_hours(source: Source) -> pl.DataFrame:
    """ship, hour, lat, lon: each ship in each clock hour in which it was heard, where it was first heard then."""

    def hourly(shard: Shard) -> pl.DataFrame:
        table = engine.read(shard, ("ship", "time", "lat", "lon"))
        hour = pl.col("time").dt.truncate("1h").alias("hour")
        return table.group_by("ship", hour, maintain_order=True).agg(pl.col("lat", "lon").first())

    return pl.concat([hourly(shard) for shard in engine.shards_of(source)]).sort("hour", "ship")


def stretches(source: Source, *, usual: timedelta) -> pl.DataFrame:
    """ship, first, last: the times in which each ship was heard with no silence longer than `usual`."""

    def of(shard: Shard) -> pl.DataFrame:
        table = engine.read(shard, ("ship", "time"))
        new = (pl.col("ship") != pl.col("ship").shift(1)) | (pl.col("time").diff() > usual)
        table = table.with_columns(new.fill_null(value=True).cum_sum().alias("stretch"))
        kept = table.group_by("ship", "stretch").agg(first=pl.col("time").min(), last=pl.col("time").max())
        return kept.filter(pl.col("last") - pl.col("first") > usual).drop("stretch")

    return pl.concat([of(shard) for shard in engine.shards_of(source)]).sort("ship", "first")


def place_offs(
    source: Source, hours: Sequence[float], *, each: int, usual: timedelta, lead: timedelta, seed: int,
    share: float = 0.1, hourly: pl.DataFrame | None = None,
) -> pl.DataFrame:  # fmt: skip
    """OFFS: for each length up to `each` switch-offs, at most one a ship, at random ships and times.

    A ship must have been heard for `lead` before, and again within `usual` after, without a silence longer than
    `usual` in all that time: so it is known that nothing but the mask silences it. At most `share` of the ships heard
    within half a degree in the same hours are masked (always one), so that masks are not each other's evidence.

    Args:
        source: where to mask.
        hours: the lengths; long ones are placed first, because few tracks can take them.
        each: how many of each length.
        usual: the longest silence that counts as being heard.
        lead: how long the ship must be heard before.
        seed: of the choice.
        share: of the ships in the same water and hours.
        hourly: `ship_hours(source)`, where it is known already.
    """
    rng = np.random.default_rng([seed, 11])
    whole = stretches(source, usual=usual)
    hourly = ship_hours(source) if hourly is None else hourly
    moments = hourly["hour"].to_physical().to_numpy()
    chosen: list[tuple[int, datetime, datetime, float]] = []
    used: set[int] = set()
    for length in sorted(hours, reverse=True):
        span = timedelta(hours=length)
        fits = whole.filter(pl.col("last") - pl.col("first") > lead + span + usual)
        placed = 0
        for at in rng.permutation(fits.height):
            ship, first, last = fits.row(int(at))
            since = first + lead + (last - usual - span - first - lead) * float(rng.random())
            if placed == each:
                break
            if ship in used or not _leaves_others(hourly, moments, ship, since, span, used, share):
                continue
            used.add(ship)
            chosen.append((ship, since, since + span, length))
            placed += 1
    return pl.DataFrame(chosen, schema=OFFS, orient="row")


def _leaves_others(
    hourly: pl.DataFrame, moments: NDArray[np.int64], ship: int, since: datetime, span: timedelta, used: set[int],
    share: float,
) -> bool:  # fmt: skip
    """Whether few enough of the ships of that water and those hours would be masked."""
    begin = pl.Series([since], dtype=TIME)
    low, high = (begin - 2 * _HOUR).to_physical()[0], (begin + span + _HOUR).to_physical()[0]
    then = hourly[int(np.searchsorted(moments, low)) : int(np.searchsorted(moments, high))]
    own = then.filter(pl.col("ship") == ship)
    if own.is_empty():
        return False
    near = then.filter(
        (pl.col("lat") - own["lat"][0]).abs() < _NEAR_DEG, (pl.col("lon") - own["lon"][0]).abs() < _NEAR_DEG
    )["ship"].unique()
    return near.is_in(list(used | {ship})).sum() <= max(1.0, share * len(near))


def snapped(source: Source, offs: pl.DataFrame) -> pl.DataFrame:
    """OFFS that begin at the ship's last message before, so that a gap is as long as its mask or a little longer."""
    parts = []
    for shard in engine.shards_of(source):
        times = engine.read(shard, ("ship", "time")).join(offs.select("ship"), on="ship", how="semi")
        here = offs.join(times.select("ship").unique(), on="ship", how="semi").sort("since")
        met = here.join_asof(times.sort("time"), left_on="since", right_on="time", by="ship", check_sortedness=False)
        moved = met.with_columns(until=pl.col("time") + (pl.col("until") - pl.col("since")), since=pl.col("time"))
        parts.append(moved.select(list(OFFS)))
    return pl.concat(parts).sort("ship")


def place_outages(
    hourly: pl.DataFrame, hours: Sequence[float], *, half_deg: float, seed: int, most: float = 0.4
) -> list[pl.DataFrame]:
    """OUTAGES, a table a run: each length once, one after the other in random order, round a random ship-hour.

    Within a run outages take at most `most` of the time, so that the water is known at other times; what does not fit
    goes to the next run, and a length that alone takes more than that is left out.

    Args:
        hourly: `ship_hours` of the source.
        hours: the lengths.
        half_deg: half the height of the box; its width is the same in metres.
        seed: of the choice.
        most: share of the time that is lost in a run.
    """
    rng = np.random.default_rng([seed, 12])
    begin, end = hourly["hour"].min(), hourly["hour"].max()
    assert isinstance(begin, datetime)
    assert isinstance(end, datetime)
    span_h = (end - begin) / _HOUR
    runs: list[list[float]] = [[]]
    for length in rng.permutation([one for one in hours if one <= most * span_h]):
        if sum(runs[-1]) + length > most * span_h:
            runs.append([])
        runs[-1].append(float(length))
    return [_in_turn(rng, hourly, run, begin, span_h, half_deg) for run in runs if run]


def _in_turn(
    rng: np.random.Generator, hourly: pl.DataFrame, run: list[float], begin: datetime, span_h: float, half_deg: float
) -> pl.DataFrame:
    slack = span_h - sum(run)
    cuts = np.sort(rng.random(len(run))) * slack
    rows = []
    for number, length in enumerate(run):
        since_h = float(cuts[number]) + sum(run[:number])
        since = begin + timedelta(hours=since_h)
        there = hourly.filter(pl.col("hour").is_between(since - _HOUR, since + _HOUR))
        there = there if there.height else hourly
        _, _, lat, lon = there.row(int(rng.integers(there.height)))
        wide = half_deg / np.cos(np.radians(lat))
        rows.append((since, since + timedelta(hours=length), length,
                     lon - wide, lat - half_deg, lon + wide, lat + half_deg))  # fmt: skip
    return pl.DataFrame(rows, schema=OUTAGES, orient="row")


# --- which gap is whose ---


def label(
    gaps: pl.DataFrame, natural: pl.DataFrame, *, cause: str, masks: pl.DataFrame, until: datetime
) -> pl.DataFrame:
    """event, cause, hours (of the mask), edge: why each gap is there.

    Args:
        gaps: those found after masking.
        natural: those found before.
        cause: what was done.
        masks: OFFS or OUTAGES; a table without rows where messages were thinned.
        until: the end of the data, as far as open gaps are counted.

    Returns:
        `cause` is "natural" where at least half of the gap was there before, and "mixed" where neither that nor the
        mask makes up half of it. `edge` is true where a ship sailed into an outage from outside its box, or out of it.
    """
    table = gaps.select(
        "ship", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon",
        pl.col("end").fill_null(until).alias("over"), event="id",
    )  # fmt: skip
    table = table.join(_known(table, natural, until), on="event", how="left", maintain_order="left")
    table = table.with_columns(pl.col("known").fill_null(value=False))
    if masks.is_empty():
        why = pl.when("known").then(pl.lit(NATURAL)).otherwise(pl.lit(cause))
        return table.select("event", why.alias("cause"), pl.lit(None, pl.Float64).alias("hours"), edge=pl.lit(False))
    if "ship" in masks.schema:
        met = table.join(masks, on="ship", how="left", maintain_order="left")
        shared = pl.min_horizontal("over", "until") - pl.max_horizontal("start", "since")
        enough = (shared * 2 >= pl.col("over") - pl.col("start")).fill_null(value=False)
        met = met.with_columns(enough.alias("own"), edge=pl.lit(False))
    else:
        met = _in_outage(table, masks)
    why = pl.when("known").then(pl.lit(NATURAL)).when("own").then(pl.lit(cause)).otherwise(pl.lit(MIXED))
    return met.select("event", why.alias("cause"), "hours", "edge")


def _known(table: pl.DataFrame, natural: pl.DataFrame, until: datetime) -> pl.DataFrame:
    """event, known: which gaps were there before, or at least half of them."""
    before = natural.select("ship", since="start", until=pl.col("end").fill_null(until))
    met = table.select("event", "ship", "start", "over").join(before, on="ship")
    shared = pl.min_horizontal("over", "until") - pl.max_horizontal("start", "since")
    met = met.filter(shared * 2 >= pl.col("over") - pl.col("start"))
    return met.select("event", known=pl.lit(value=True)).unique("event")


def _in_outage(table: pl.DataFrame, outages: pl.DataFrame) -> pl.DataFrame:
    """Each gap with the outage that it overlaps longest."""
    met = table.join(outages, how="cross").with_columns(
        (pl.min_horizontal("over", "until") - pl.max_horizontal("start", "since")).alias("shared")
    )
    longest = pl.col("shared") == pl.col("shared").max().over("event")
    met = met.filter(longest).unique("event", keep="first", maintain_order=True)

    def inside(side: str) -> pl.Expr:
        return pl.col(f"{side}_lat").is_between("south", "north") & pl.col(f"{side}_lon").is_between("west", "east")

    return met.with_columns(
        own=pl.col("shared") * 2 >= pl.col("over") - pl.col("start"),
        edge=~inside("start") | ~inside("end").fill_null(value=False),
    )
