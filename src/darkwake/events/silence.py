"""What a silence means: each gap weighed against the other ships that passed through the same water.

Three tests, each kept with its numbers: A, the rule of Welch et al. where it applies (welch.py); B, the peers, in the
same water in the weeks around and in the same hours, at both ends of the gap and on the way (peers.py, fellows.py,
way.py, chance.py); C, where the ship could have been, as far as the gap itself tells (hearing.motion). docs/silence.md
says how each number is made and what it cannot see. A verdict stands beside the gap and never replaces it.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from darkwake.errors import WrongUse
from darkwake.events import engine, out_of_place
from darkwake.events.detector import hours
from darkwake.events.fellows import spread_m
from darkwake.events.hearing import HOUR_US, Hearing
from darkwake.events.judging import judged
from darkwake.events.scales import Scales
from darkwake.events.trials import asked, hear, weighed
from darkwake.events.verdict import INNOCENT, LIMITS, VERDICTS, Thresholds
from darkwake.schema import EVENTS, INTERFERENCE, SIDES, SILENCES, empty, problems

__all__ = ["INNOCENT", "LIMITS", "VERDICTS", "weigh"]

_US = timedelta(microseconds=1)
_LINK_M = 100_000.0
"""Two silences of one outage, or of two that hang together, lie no farther apart than this."""


def weigh(
    gaps: pl.DataFrame,
    source: engine.Source,
    *,
    ships: pl.DataFrame | None = None,
    sides: pl.DataFrame | None = None,
    interference: pl.DataFrame | None = None,
    longer_than: timedelta | None = None,
    near_m: float = 20_000.0,
    here_m: float = 8_000.0,
    wide_m: float = 60_000.0,
    area_m: float = 200_000.0,
    apart: timedelta = hours(6),  # noqa: B008  a timedelta cannot change
    bracket: timedelta = hours(3),  # noqa: B008
    same_hours: timedelta = hours(6),  # noqa: B008
    within: timedelta = hours(15 * 24),  # noqa: B008
    step: timedelta | None = None,
    weaker: float = 0.2,
    min_passages: int = 20,
    min_ships: int = 5,
    min_before: int = 14,
    min_peers: int = 4,
    outage_peers: int = 3,
    alpha: float = 0.05,
    poor_share: float = 0.2,
    heard_share: float = 0.9,
    outage_share: float = 0.8,
    seldom: float = 0.5,
    gap_share: float = 0.1,
    lost_share: float = 0.04,
    workers: engine.Workers = 1,
    progress: engine.Progress | None = None,
) -> pl.DataFrame:
    """SILENCES: one row for each gap in `gaps`, in the gaps' order.

    Args:
        gaps: EVENTS; those of kind "gap" are weighed, others are passed over.
        source: the POSITIONS or the store in which the gaps were found.
        ships: SHIPS, for the class of each ship; None counts the classes in the positions.
        sides: SIDES, whether the two ends of a gap belong to one ship; None takes it that they do.
        interference: INTERFERENCE, areas and hours in which positions cannot be believed: a gap that begins or ends in
            one is never likely switched off. None knows of none.
        longer_than: the threshold that the gaps were found with; None takes 6 h, or the shortest gap if shorter.
        near_m: a water is the cells whose middle lies within this distance of the middle of the gap's cell.
        here_m: passages are counted in the water within this distance; where they are too few, in all of `near_m`.
        wide_m: how far off other silences that began or ended with the gap count.
        area_m: an outage whose ships lie farther apart is wider than one receiver's.
        apart: a ship that is not heard in the water for longer than this comes back on a new passage.
        bracket: a ship heard in the water this long before the silence, and nowhere during it, was there unheard.
        same_hours: how long others are listened for, after the silence began and before it ended.
        within: passages count in this time before and after the gap.
        step: the shortest time that is told apart; None takes an hour, or a sixth of the shortest gap if that is less.
        weaker: others count as heard no better than the ship when they go unheard for at least its own share of the
            time less this.
        min_passages: fewer passages by others cannot tell anything.
        min_ships: nor can passages by fewer other ships.
        min_before: positions of the ship itself in the 12 h before (14: Welch et al. 2022).
        min_peers: other ships known to be there in the same hours, before a silence is the ship's own.
        outage_peers: the same before it is an outage.
        alpha: bound of the false-discovery rate over the gaps that could be told (Benjamini and Hochberg 1995).
        poor_share: water from which a larger share goes unheard as long is badly heard.
        heard_share: the share of others that must be heard in the same hours before a silence is the ship's own.
        outage_share: the share of others that must be unheard then before it is an outage.
        seldom: others who were heard in the same hours, but less often than this share of what is usual for the same
            ships in the same water, are no proof that reception was as usual.
        gap_share: water in which more of the passages bring a gap of any length is too badly heard to accuse anybody of
            one. It looks at the water and not at the gap's own length, so the rate stays controlled.
        lost_share: so does water from which ships are lost, for half of `longer_than` or more, after a larger share of
            the times at which they are heard there; at both ends and, for a ship under way, on the way.
        workers: processes that read the shards, or a pool.
        progress: called with (shards done, shards in all).

    Raises:
        WrongUse: `gaps` is not EVENTS, `sides` not SIDES, or a length is too short.
    """
    _fits(gaps, EVENTS, "gaps", "Hand in what gap().run() gave")
    if sides is not None:
        _fits(sides, SIDES, "sides", "Hand in what says whether both ends of each gap are one ship")
    if interference is not None:
        _fits(interference, INTERFERENCE, "interference", "Hand in what interference() gave")
    if bracket < timedelta(hours=1) and step is None:
        raise WrongUse(f"a bracket of {bracket} is too short", where="weigh(bracket)", to_do="Give an hour or more")
    if step is not None and not timedelta(seconds=1) <= step <= bracket:
        raise WrongUse(
            f"a step of {step} is no step", where="weigh(step)", to_do="Give from a second up to the bracket"
        )
    gaps = gaps.filter(pl.col("kind") == "gap")
    shards = engine.shards_of(source, workers)
    until = engine.covered(shards, workers)
    if gaps.is_empty() or until is None:
        return empty(SILENCES)
    table = asked(gaps, until)
    shortest = max(int(table["lasted"].to_numpy().min()), 1)
    fine = step // _US if step is not None else max(min(HOUR_US, shortest // 6), 1_000_000)
    limit = longer_than // _US if longer_than is not None else min(6 * HOUR_US, shortest)
    scales = Scales(
        near_m, here_m, wide_m, apart // _US, bracket // _US, same_hours // _US, within // _US, fine, limit, weaker,
        min_passages, min_ships, outage_peers, poor_share, outage_share, seldom,
    )  # fmt: skip
    hearing, parts, covered = hear(table, shards, until, scales, ships, workers, progress)
    table = _extent(weighed(table, hearing, parts, covered, scales), hearing, fine)
    table = table.hstack(out_of_place.met(table, empty(INTERFERENCE) if interference is None else interference))
    asks = Thresholds(
        min_passages,
        min_ships,
        min_before,
        min_peers,
        outage_share,
        alpha,
        poor_share,
        heard_share,
        seldom,
        gap_share,
        lost_share,
        area_m,
        here_m,
    )
    return judged(table, sides, asks)


def _fits(table: pl.DataFrame, schema: pl.Schema, name: str, to_do: str) -> None:
    wrong = problems(table, schema)
    if wrong:
        title = name.upper() if name != "gaps" else "EVENTS"
        raise WrongUse(f"the table is not {title}: {wrong[0]}", where=f"weigh({name})", to_do=to_do)


def _extent(table: pl.DataFrame, hearing: Hearing, step: int) -> pl.DataFrame:
    """spread_m: how far apart the ships of an outage lie; heard_elsewhere: whether anybody was heard in its hours."""
    struck = np.flatnonzero(table["outage"].to_numpy())
    some = table[struck]
    spread = np.full(table.height, np.nan)
    start, lasted = some["start"].to_numpy(), some["lasted"].to_numpy()
    where = some["start_lat"].to_numpy(), some["start_lon"].to_numpy()
    # a ship that sails into water that is not heard falls silent later than the others, and comes back with them
    together = [spread_m(time, *where, step, _LINK_M) for time in (start, start + lasted)]
    spread[struck] = np.maximum(*together)
    lasts = np.sort(hearing.anywhere["last"].to_numpy())
    begin, end = start + lasted // 3, start + lasted - lasted // 3
    heard = np.zeros(table.height, bool)
    heard[struck] = np.searchsorted(lasts, end, side="right") > np.searchsorted(lasts, begin, side="right")
    return table.with_columns(spread_m=pl.Series(spread).fill_nan(None), heard_elsewhere=pl.Series(heard))
