"""Every number of tests A, B and C, one row a gap: the work between reading a store and judging.

Memory is bounded by the runs (a row a ship, cell and step, in the gaps' waters only) and by a lot of waters at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events import chance, engine, peers, surprise, way
from darkwake.events.coverage import Coverage
from darkwake.events.fellows import Asked, Silences, fellows, open_ended
from darkwake.events.hearing import (
    CELL_DEG,
    HOUR_US,
    Hearing,
    Ints,
    Thinned,
    first_from,
    ranges,
    stretches,
    thinned,
    waters,
)
from darkwake.events.scales import Scales
from darkwake.events.welch import welch

_DAY_US = 24 * HOUR_US
_BATCH = 64
"""Waters weighed at a time: bounds memory, changes no number."""
_TOGETHER = 0.005
"""So small must the chance be that silences which began or ended together did so by themselves."""


Counts = dict[str, NDArray[Any]]


def asked(gaps: pl.DataFrame, until: Coverage) -> pl.DataFrame:
    """One row a gap: what it says of itself; times in microseconds, `end` null for an open one."""
    number = partial(_detail, kind=pl.Float64)
    closed = gaps["end"].fill_null(until.end_of(gaps["start"]))
    return gaps.select(
        pl.col("id").alias("event"),
        "ship",
        pl.col("start", "end").to_physical(),
        "start_lat",
        "start_lon",
        "end_lat",
        "end_lon",
        (closed - gaps["start"]).to_physical().alias("lasted"),
        until.uncovered(gaps["start"], gaps["end"].fill_null(gaps["start"])).to_physical(),
        _detail("positions_12h_before", pl.Int64).alias("before"),
        number("start_shore_m").alias("shore_m"),
        number("implied_kn").alias("implied_kn"),
        number("distance_m").alias("distance_m"),
    )


def _detail(name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    return pl.col("details").str.json_path_match(f"$.{name}").cast(kind, strict=False)


def hear(
    gaps: pl.DataFrame,
    shards: list[engine.Shard],
    until: Coverage,
    scales: Scales,
    ships: pl.DataFrame | None,
    workers: engine.Workers,
    progress: engine.Progress | None,
) -> tuple[Hearing, list[Thinned], tuple[Ints, Ints]]:
    """The shards read once: what was heard in the gaps' waters, the parts it was made of, and `stretches`."""
    on_way = way.points(gaps, scales.near_m)["cell"].to_numpy()
    wanted = waters(np.append(_ends(gaps), on_way), scales.near_m)["cell"].unique().sort().to_numpy()
    here = None if isinstance(workers, int) else workers
    first = min(time for time in engine.each(_first, shards, here) if time is not None)
    covered = stretches(until, first)
    # a silence that would be a gap is what is asked about, and says nothing of how well the ship is usually heard
    there = min(scales.apart, scales.threshold) or scales.apart
    named = gaps.select("event", "ship", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon")
    thin = partial(thinned, cells=wanted, covered=covered, step=scales.step, there=there, gaps=named)
    with engine.processes(workers) as pool:
        parts = engine.each(thin, engine.cut(shards, workers), pool, progress)
    return Hearing.of(parts, ships), parts, covered


def _first(shard: engine.Shard) -> int | None:
    lazy = shard.lazy() if isinstance(shard, pl.DataFrame) else pl.scan_parquet(shard)
    first: int | None = lazy.select(pl.col("time").min().to_physical()).collect().item()
    return first


def _cells(gaps: pl.DataFrame, side: str) -> Ints:
    """The cells of one end of the gaps; -1 where there is none."""
    lat, lon = (gaps[f"{side}_{name}"].cast(pl.Float64).fill_null(0.0).to_numpy() for name in ("lat", "lon"))
    result: Ints = np.where(gaps[f"{side}_lat"].is_null().to_numpy(), -1, geo.cell(lat, lon, CELL_DEG))
    return result


def _ends(gaps: pl.DataFrame) -> Ints:
    both = np.append(_cells(gaps, "start"), _cells(gaps, "end"))
    return both[both >= 0]


def weighed(
    gaps: pl.DataFrame, hearing: Hearing, parts: list[Thinned], covered: tuple[Ints, Ints], scales: Scales
) -> pl.DataFrame:
    """`asked` with every number of the tests; the names are those of docs/silence.md."""
    gaps = gaps.join(hearing.classes, on="ship", how="left", maintain_order="left").with_columns(
        pl.col("class").fill_null("unknown")
    )
    gaps = own(gaps, hearing, scales)
    gaps = gaps.join(
        welch(gaps, pl.concat([part.heard_from_above for part in parts])), on="event", how="left", maintain_order="left"
    )
    motion = pl.concat([part.motion for part in parts]).unique("event", keep="first", maintain_order=True)
    gaps = gaps.join(motion, on="event", how="left", maintain_order="left")
    # at the speed it had it would have left the water before it was heard again; unknown counts as so
    gone_m = pl.col("own_kn") * geo.METRES_PER_NM * pl.col("lasted") / HOUR_US
    gaps = gaps.with_columns(sailing=(gone_m > scales.near_m).fill_null(value=True))
    gaps = _with_fellows(gaps, hearing, scales)
    gaps = _both_ends(gaps, hearing, covered, scales)
    gaps = gaps.with_columns(**_on_the_way(gaps, hearing, scales))
    return gaps.with_columns(
        **surprise.of(gaps, {side: _cells(gaps, side) for side in ("start", "end")}, hearing, scales)
    )


def own(gaps: pl.DataFrame, hearing: Hearing, scales: Scales) -> pl.DataFrame:
    """own: how long the ship itself went unheard in the 12 h before; quiet: its share of the day before; span.

    Listening begins when the ship's own longest recent silence is over, because until then nobody could have known
    that anything had changed, and ends as long before the gap does. A gap that leaves less than a step of it is not
    listened to: a step is what runs can resolve.
    """
    ship, start = gaps["ship"].to_numpy(), gaps["start"].to_numpy()
    of = {
        name: hearing.anywhere[name].to_numpy()
        for name in ("ship", "first", "last", "after", "before", "quiet", "known")
    }
    begin, end = np.searchsorted(of["ship"], ship), np.searchsorted(of["ship"], ship, side="right")
    day = first_from(of["last"], begin, end, start - _DAY_US)
    upto = first_from(of["last"], begin, end, start)  # the run that the gap follows
    half = start - _DAY_US // 2
    which, row = ranges(day, upto)
    own = np.full(len(ship), scales.step)
    recent = of["last"][row] >= half[which]
    np.maximum.at(own, which[recent], of["after"][row[recent]])
    # of a silence that reaches into the half day, what lies in it; before a ship's first run nothing is known of it
    inner = np.minimum(of["before"][row], of["first"][row] - half[which])
    inner = np.where((of["first"][row] >= half[which]) & (row > begin[which]), inner, 0)
    np.maximum.at(own, which, inner)
    last = np.minimum(upto, max(len(of["ship"]) - 1, 0))
    inner = np.minimum(of["before"][last], of["first"][last] - half)
    own = np.maximum(own, np.where((of["first"][last] >= half) & (last > begin), inner, 0))
    quiet = np.bincount(which, of["quiet"][row].astype(float), minlength=len(ship))
    known = np.bincount(which, of["known"][row].astype(float), minlength=len(ship))
    lasted = gaps["lasted"].to_numpy()
    span = np.minimum(lasted - 2 * own, scales.listen)
    return gaps.with_columns(
        own=pl.Series(own),
        quiet=pl.Series(quiet / np.maximum(known, 1)),
        span=pl.Series(np.where(span >= scales.step, span, 0)),
    )


def _with_fellows(gaps: pl.DataFrame, hearing: Hearing, scales: Scales) -> pl.DataFrame:
    lasted = gaps["lasted"].to_numpy()
    silences = Silences.of(hearing, max(int(lasted.min()) // 2, scales.step))
    is_open = gaps["end"].is_null().to_numpy()
    end = open_ended(gaps["end"].fill_null(0).to_numpy(), is_open)
    names = ("ship", "start", "lasted", "start_lat", "start_lon")
    ship, start, lasted, lat, lon = (gaps[name].to_numpy() for name in names)
    found = fellows(Asked(ship, start, end, lasted, lat, lon), silences, scales.wide_m, 2 * scales.step)
    met = found["with_start"].astype(np.int64) + found["with_end"] - found["with_both"]
    by_chance = [
        chance.poisson_at_least(int(seen), float(expected))
        for seen, expected in zip(met, found["expected"].astype(float), strict=True)
    ]
    together = (met >= 2) & (np.array(by_chance) <= _TOGETHER)
    return gaps.with_columns(
        **{name: pl.Series(values) for name, values in found.items()},
        together=pl.Series(together),
        shut_with=pl.Series(together & (found["with_both"] >= 2)),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of the gaps: those that have it, and their view."""

    name: str
    rows: Ints
    view: peers.View
    rules: peers.Rules


def _sides(gaps: pl.DataFrame, covered: tuple[Ints, Ints], scales: Scales) -> list[_Side]:
    found = []
    for name, time, ends in (
        ("start", gaps["start"].to_numpy(), covered[1]),
        ("end", -gaps["end"].fill_null(0).to_numpy(), -covered[0][::-1]),
    ):
        cells = _cells(gaps, name)
        rows = np.flatnonzero(cells >= 0)
        rows = rows[np.argsort(cells[rows], kind="stable")]
        few = gaps[rows]
        view = peers.View(
            name == "end",
            cells[rows],
            few["ship"].to_numpy(),
            peers.kind(few["class"]),
            time[rows],
            few["lasted"].to_numpy(),
            few["own"].to_numpy(),
            few["quiet"].to_numpy(),
            few["span"].to_numpy(),
            few[f"{name}_lat"].to_numpy(),
            few[f"{name}_lon"].to_numpy(),
            few["end"].is_not_null().to_numpy(),
        )
        found.append(
            _Side(
                name,
                rows,
                view,
                peers.Rules(scales.bracket, scales.within, ends, scales.threshold, scales.near_m / 4, scales.weaker),
            )
        )
    return found


def _both_ends(gaps: pl.DataFrame, hearing: Hearing, covered: tuple[Ints, Ints], scales: Scales) -> pl.DataFrame:
    """The passages and the same hours at both ends, first with all passages, then without those that an outage cut.

    A passage that an outage cut says nothing about how well the water is heard while the receiver works. Outages are
    found by the first count, so that they do not depend on each other.
    """
    sides = _sides(gaps, covered, scales)
    listened = _listened(sides, gaps.height, hearing, scales)
    gaps = gaps.with_columns(**listened, **_counted(sides, gaps.height, hearing, scales, [set(), set()]))
    outage = _outage(gaps, scales)
    gaps = gaps.with_columns(outage=outage)
    struck = gaps.filter("outage")
    if struck.is_empty():
        return gaps
    starts = set(struck.select("ship", "start").iter_rows())
    ends = {(ship, -end) for ship, end in struck.drop_nulls("end").select("ship", "end").iter_rows()}
    again = _counted(sides, gaps.height, hearing, scales, [starts, ends])
    # an outage keeps the count of all passages: without those that it cut itself, too few may be left to speak of
    kept = pl.col("outage")
    return gaps.with_columns(
        pl.when(kept & pl.lit(not name.endswith("_cut"))).then(pl.col(name)).otherwise(values).alias(name)
        for name, values in again.items()
    )


def _counted(
    sides: list[_Side], count: int, hearing: Hearing, scales: Scales, cut: list[set[tuple[int, int]]]
) -> dict[str, pl.Series]:
    """The passages close by; where these are too few to tell, those of the whole water."""
    found: dict[str, pl.Series] = {}
    for side, struck in zip(sides, cut, strict=True):

        def tally(here: peers.Water, view: peers.View, side: _Side = side, struck: Any = struck) -> Counts:
            return peers.counted(here, view, side.rules, struck)

        near = _over(side, np.arange(len(side.rows)), hearing, scales, scales.here_m, tally)
        few = (near["passages"] < scales.min_passages) | (near["ships"] < scales.min_ships)
        near["within_m"] = np.where(few, scales.near_m, scales.here_m)
        wide = _over(side, np.flatnonzero(few), hearing, scales, scales.near_m, tally)
        for name, values in wide.items():
            near[name][few] = values
        found |= _placed(side, near, count)
    return found


def _listened(sides: list[_Side], count: int, hearing: Hearing, scales: Scales) -> dict[str, pl.Series]:
    """The same hours at both ends."""

    def listen(here: peers.Water, view: peers.View) -> Counts:
        return peers.same_hours(here, view, hearing, scales.bracket, scales.step)

    found: dict[str, pl.Series] = {}
    for side in sides:
        all_of = np.arange(len(side.rows))
        there = _over(side, all_of, hearing, scales, scales.near_m, listen, with_passages=False)
        found |= _placed(side, there, count)
    return found


def _over(
    side: _Side, rows: Ints, hearing: Hearing, scales: Scales, within_m: float,
    do: Callable[[peers.Water, peers.View], Counts], *, with_passages: bool = True,
) -> Counts:  # fmt: skip
    """`do` for those rows of a side, in their order, some waters at a time."""
    water = side.view.water[rows]
    wanted = np.unique(water)
    parts = []
    for at in range(0, max(len(wanted), 1), _BATCH):
        few = wanted[at : at + _BATCH]
        some = rows[:0] if not len(few) else rows[np.arange(*np.searchsorted(water, [few[0], few[-1] + 1]))]
        here = peers.in_waters(waters(few, within_m), hearing, scales.apart, with_passages=with_passages)
        parts.append(do(here, side.view.some(some)))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _placed(side: _Side, found: Counts, count: int) -> dict[str, pl.Series]:
    """The numbers of one side by their names with the end before them; null where a gap has no such end."""
    placed = {}
    blank = np.ones(count, bool)
    blank[side.rows] = False
    for name, values in found.items():
        whole = np.zeros(count, values.dtype)
        whole[side.rows] = values
        placed[f"{side.name}_{name}"] = pl.select(
            pl.when(pl.Series(blank)).then(None).otherwise(pl.Series(whole))
        ).to_series()
    return placed


def _on_the_way(gaps: pl.DataFrame, hearing: Hearing, scales: Scales) -> dict[str, pl.Series]:
    at = way.points(gaps, scales.near_m)
    view = way.view(at, gaps, scales.step)
    known, heard = np.zeros(at.height, np.int64), np.zeros(at.height, np.int64)
    cells = np.unique(view.water)
    for lot in range(0, len(cells), _BATCH):
        few = cells[lot : lot + _BATCH]
        rows = np.arange(*np.searchsorted(view.water, [few[0], few[-1] + 1]))
        here = peers.in_waters(waters(few, scales.near_m), hearing, scales.apart, with_passages=False)
        known[rows], heard[rows] = way.same_hours(
            here, view.some(rows), hearing, scales.bracket, scales.step, scales.seldom
        )
    return way.heard(at, known, heard, gaps.height)


def _outage(gaps: pl.DataFrame, scales: Scales) -> pl.Series:
    """Others were unheard in the same hours, in water that is well heard at other times; or fell silent together."""
    near = pl.lit(False)
    for side in ("start", "end"):
        if f"{side}_peers" not in gaps.columns:
            continue
        known, heard = pl.col(f"{side}_peers"), pl.col(f"{side}_peers_heard")
        other, long = pl.col(f"{side}_other"), pl.col(f"{side}_other_long")
        # the others all but gone, or heard so seldom that one more may well have gone unheard
        rarely = (pl.col(f"{side}_as_often").fill_nan(None) < 1 - scales.outage_share).fill_null(value=False)
        silent = (known >= scales.outage_peers) & ((known - heard >= scales.outage_share * known) | rarely)
        usually = (other >= scales.min_passages) & (long <= scales.poor_share * other)
        near = near | (silent & usually).fill_null(False)
    return gaps.select((near | pl.col("shut_with")).alias("outage")).to_series()
