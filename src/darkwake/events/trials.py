"""Every number of tests A, B and C, one row a gap: the work between reading a store and judging.

Memory is bounded by the runs (a row a ship, cell and step, in the gaps' waters only) and by a lot of waters at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events import chance, engine, peers, way
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
from darkwake.events.welch import welch

_DAY_US = 24 * HOUR_US
_BATCH = 64
"""Waters weighed at a time: bounds memory, changes no number."""
_TOGETHER = 0.005
"""So small must the chance be that silences which began or ended together did so by themselves."""


@dataclass(frozen=True, slots=True)
class Scales:
    """The lengths that the tests work with, see `silence.weigh`; times in microseconds."""

    near_m: float
    wide_m: float
    apart: int
    bracket: int
    listen: int
    within: int
    step: int
    threshold: int
    weaker: float
    min_passages: int
    outage_peers: int
    poor_share: float
    outage_share: float
    seldom: float

    @classmethod
    def plain(cls, *, step: int, bracket: int, listen: int) -> Scales:
        """What is needed to hear and to listen, without a comparison: only the gaps' own cells are kept."""
        return cls(0.0, 0.0, 6 * HOUR_US, bracket, listen, 0, step, 0, 0.0, 0, 0, 0.0, 0.0, 0.0)


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
    workers: int,
    progress: engine.Progress | None,
) -> tuple[Hearing, list[Thinned], tuple[Ints, Ints]]:
    """The shards read once: what was heard in the gaps' waters, the parts it was made of, and `stretches`."""
    first = min(time for shard in shards if (time := _first(shard)) is not None)
    covered = stretches(until, first)
    on_way = way.points(gaps, scales.near_m)["cell"].to_numpy()
    wanted = waters(np.append(_ends(gaps), on_way), scales.near_m)["cell"].unique().sort().to_numpy()
    named = gaps.select("event", "ship", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon")
    thin = partial(thinned, cells=wanted, covered=covered, step=scales.step, there=scales.apart, gaps=named)
    with engine.processes(workers) as pool:
        parts = engine.each(thin, shards, pool, progress)
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
    # by the time its silence could be noticed, such a ship may have left the water where it began; unknown counts as so
    gone_m = pl.col("own_kn") * geo.METRES_PER_NM * (pl.col("own") + scales.step) / HOUR_US
    gaps = gaps.with_columns(sailing=(gone_m > scales.near_m).fill_null(value=True))
    gaps = _with_fellows(gaps, hearing, scales)
    gaps = _both_ends(gaps, hearing, covered, scales)
    gaps = gaps.with_columns(**_on_the_way(gaps, hearing, scales))
    return gaps.with_columns(**_surprise(gaps, scales))


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
    found = _pass(sides, gaps.height, hearing, scales, [set(), set()], listen=True)
    gaps = gaps.with_columns(**found)
    outage = _outage(gaps, scales)
    gaps = gaps.with_columns(outage=outage)
    struck = gaps.filter("outage")
    if struck.is_empty():
        return gaps
    starts = set(struck.select("ship", "start").iter_rows())
    ends = {(ship, -end) for ship, end in struck.drop_nulls("end").select("ship", "end").iter_rows()}
    again = _pass(sides, gaps.height, hearing, scales, [starts, ends], listen=False)
    # an outage keeps the count of all passages: without those that it cut itself, too few may be left to speak of
    kept = pl.col("outage")
    return gaps.with_columns(
        pl.when(kept & pl.lit(not name.endswith("_cut"))).then(pl.col(name)).otherwise(values).alias(name)
        for name, values in again.items()
    )


def _pass(
    sides: list[_Side], count: int, hearing: Hearing, scales: Scales, cut: list[set[tuple[int, int]]], *, listen: bool
) -> dict[str, pl.Series]:
    """The counts of both ends by their names with the end before them; null where a gap has no such end."""
    gathered: dict[str, NDArray[np.generic]] = {}
    blank: dict[str, NDArray[np.bool_]] = {}
    for lot, here in _lots(sides, hearing, scales):
        for (side, struck), some in zip(zip(sides, cut, strict=True), lot, strict=True):
            view = side.view.some(some)
            found = dict(peers.counted(here, view, side.rules, struck))
            if listen:
                found |= peers.same_hours(here, view, hearing, scales.bracket, scales.step)
            for name, values in found.items():
                whole = gathered.setdefault(f"{side.name}_{name}", np.zeros(count, values.dtype))
                whole[side.rows[some]] = values
                blank.setdefault(side.name, np.ones(count, bool))[side.rows[some]] = False
    return {
        name: pl.select(
            pl.when(pl.Series(blank[name.split("_")[0]])).then(None).otherwise(pl.Series(values))
        ).to_series()
        for name, values in gathered.items()
    }


def _lots(sides: list[_Side], hearing: Hearing, scales: Scales) -> Iterator[tuple[list[Ints], peers.Water]]:
    """Some waters at a time: for each side the rows of its view in them, and who was heard there."""
    wanted = np.unique(np.concatenate([side.view.water for side in sides]))
    for at in range(0, len(wanted), _BATCH):
        few = wanted[at : at + _BATCH]
        here = peers.in_waters(waters(few, scales.near_m), hearing, scales.apart)
        rows = []
        for side in sides:
            low, high = np.searchsorted(side.view.water, [few[0], few[-1] + 1])
            rows.append(np.arange(low, high))
        yield rows, here


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


def _surprise(gaps: pl.DataFrame, scales: Scales) -> dict[str, pl.Series]:
    """The p's of both ends and of the ship's own habit; `surprise`, the largest; `fell`: how likely others' silence."""
    lasted = gaps["lasted"].to_numpy()
    found: dict[str, pl.Series] = {}
    worst = chance.own_habit(gaps["own"].to_numpy(), lasted, scales.threshold, _DAY_US)
    found["p_own"] = pl.Series(worst)
    fell = np.ones(len(lasted))
    for side in ("start", "end"):
        if f"{side}_n" not in gaps.columns:
            continue
        missing = gaps[f"{side}_n"].is_null().to_numpy()
        names = ("n", "k_span", "k_gap", "n_like", "k_like", *(f"k{at}" for at in range(len(peers.PARTS))))
        counts = {name: gaps[f"{side}_{name}"].fill_null(0.0).to_numpy() for name in names}
        ranked = chance.rank(counts["k0"], counts["n"])
        like = chance.rank(counts["k_like"], counts["n_like"])
        enough = gaps[f"{side}_like"].fill_null(0).to_numpy() >= scales.min_passages
        lasting = chance.lasting(counts, lasted, scales.threshold)
        p = np.maximum(np.maximum(ranked, lasting), np.where(enough, like, 0.0))
        # too few passages where it was heard again say nothing for or against; whether more is asked then, verdict.py
        few = gaps[f"{side}_passages"].fill_null(0).to_numpy() < scales.min_passages
        missing |= few & (side == "end")
        usual = np.minimum(chance.rank(counts["k_span"], counts["n"]), 1.0)
        known, heard = (gaps[f"{side}_{name}"].fill_null(-1).to_numpy() for name in ("peers", "peers_heard"))
        fell = np.minimum(fell, [
            chance.at_least(int(k), int(n), float(share)) if k >= 2 else 1.0
            for k, n, share in zip(known - heard, known, usual, strict=True)
        ])  # fmt: skip
        gap_share = chance.rank(counts["k_gap"], counts["n"])
        for name, values in (("rank", ranked), ("lasting", lasting), ("p", p), ("gap_share", gap_share)):
            found[f"{side}_{name}"] = pl.Series(np.where(missing, np.nan, values)).fill_nan(None)
        worst = np.maximum(worst, np.where(missing, 0.0, p))
    return found | {"surprise": pl.Series(worst), "fell": pl.Series(fell)}
