"""Who was around a gap: the other ships near by in the hours of the silence, heard and unheard, for a map."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.events import engine, peers, trials
from darkwake.events.detector import hours
from darkwake.events.hearing import HOUR_US, Hearing, ranges, runs
from darkwake.events.scales import Scales
from darkwake.schema import AROUND, EVENTS, empty, problems

_US = timedelta(microseconds=1)
_LOT = 20


def around(
    gaps: pl.DataFrame,
    source: engine.Source,
    *,
    near_m: float = 50_000.0,
    bracket: timedelta = hours(3),  # noqa: B008  a timedelta cannot change
    same_hours: timedelta = hours(6),  # noqa: B008
    workers: engine.Workers = 1,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """AROUND: for each of a few gaps the other ships near by, sorted by event, ship.

    The hours are those in which `weigh` listens: from when the ship's own longest recent silence is over, for
    `same_hours` at most, and no nearer to the end of the gap. A ship is heard when it was heard within `near_m` of
    where the gap began in those hours (its row is the first hour of that); unheard when it was heard there within
    `bracket` before the gap and nowhere in those hours (its row is where it was last heard). Ships of every class
    count, and the circle is wider than a water, so the numbers are not those of the sentence.

    Args:
        gaps: EVENTS; those of kind "gap" are looked at. Meant for tens of them, not for thousands.
        source: the POSITIONS or the store in which they were found.
        near_m: how far from where the gap began.
        bracket: see above.
        same_hours: see above.
        workers: processes that read the shards, or a pool.
        progress: called with (shards done, shards in all).

    Raises:
        WrongUse: `gaps` is not EVENTS.
    """
    wrong = problems(gaps, EVENTS)
    if wrong:
        raise WrongUse(
            f"the table is not EVENTS: {wrong[0]}", where="around(gaps)", to_do="Hand in what gap().run() gave"
        )
    gaps = gaps.filter(pl.col("kind") == "gap")
    shards = engine.shards_of(source, workers)
    until = engine.covered(shards, workers)
    if gaps.is_empty() or until is None:
        return empty(AROUND)
    table = trials.asked(gaps, until)
    shortest = max(int(table["lasted"].to_numpy().min()), 1)
    scales = Scales.plain(
        step=max(min(HOUR_US, shortest // 6), 1_000_000), bracket=bracket // _US, listen=same_hours // _US
    )
    hearing, _, _ = trials.hear(table, shards, until, scales, None, workers, progress)
    table = trials.own(table, hearing, scales)
    order = np.argsort(hearing.anywhere["first"].to_numpy(), kind="stable")
    found = [_near(few, hearing, order, scales, near_m) for few in table.iter_slices(_LOT)]
    return pl.concat([empty(AROUND), *found]).sort("event", "ship")


def _near(
    gaps: pl.DataFrame, hearing: Hearing, order: np.ndarray[tuple[int], np.dtype[np.int64]], scales: Scales,
    near_m: float,
) -> pl.DataFrame:  # fmt: skip
    start, lasted = gaps["start"].to_numpy(), gaps["lasted"].to_numpy()
    wait = np.minimum(gaps["own"].to_numpy(), lasted // 3)
    begin, since = start + wait, start - scales.bracket
    end = np.minimum(begin + scales.listen, start + lasted - wait)
    of = {name: hearing.anywhere[name].to_numpy()[order] for name in ("ship", "first", "last", "lat", "lon")}
    low = np.searchsorted(of["first"], since - scales.step)
    which, row = ranges(low, np.searchsorted(of["first"], end, side="right"))
    place = gaps["start_lat"].to_numpy()[which], gaps["start_lon"].to_numpy()[which]
    near = geo.distance_m(*place, of["lat"][row], of["lon"][row]) <= near_m
    near &= of["ship"][row] != gaps["ship"].to_numpy()[which]
    which, row = which[near], row[near]
    first, last, ship = of["first"][row], of["last"][row], of["ship"][row]
    heard = (last > begin[which]) & (first <= end[which])
    shortly = (last >= since[which]) & (first <= start[which])
    which, row, ship, heard = (column[heard | shortly] for column in (which, row, ship, heard))
    # of each ship the first time it was heard in those hours, else the last before
    rank = np.where(heard, of["last"][row], -of["last"][row])
    by = np.lexsort((rank, ~heard, ship, which))
    chosen = by[runs([which[by], ship[by]])[0]]
    which, row, ship, heard = (column[chosen] for column in (which, row, ship, heard))
    left = ~heard
    left[left] = peers.heard_anywhere(hearing, ship[left], begin[which[left]], end[which[left]])
    which, row, ship, heard = (column[~left] for column in (which, row, ship, heard))
    return pl.DataFrame(
        {
            "event": gaps["event"].gather(which),
            "ship": ship,
            "time": pl.Series(of["last"][row]).cast(AROUND["time"]),
            "lat": of["lat"][row],
            "lon": of["lon"][row],
            "heard": heard,
        },
        schema=AROUND,
    )
