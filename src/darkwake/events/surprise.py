"""How surprising each gap is: by the passages at both ends, by the whole store, and by the ship's own record."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.events import chance, peers, tail, way
from darkwake.events.hearing import HOUR_US, Hearing, Ints
from darkwake.events.scales import Scales

Columns = dict[str, pl.Series]
_HALF_DAY_US = 12 * HOUR_US
_RARE = 0.2
"""Gaps that are no rarer than this are not called anyway, and need not be looked at one by one."""


def of(gaps: pl.DataFrame, ends: dict[str, Ints], hearing: Hearing, scales: Scales) -> Columns:
    """The p's of both ends, of the store and of the ship's own habit; `surprise`, the largest.

    `near` is the largest of those of this water and of the 12 h before, without the store's and the whole record's.

    Also `fell` (how likely others' silence in the same hours), and how badly heard both ends and the way between are.

    Args:
        gaps: with the counts of both ends.
        ends: the cells of both, 0 and more where a gap has that end.
        hearing: all runs.
        scales: see there.
    """
    lost = tail.Lost.of(hearing, scales.threshold)
    lone = tail.lone(hearing, lost, scales.threshold)
    store, mean, reach = tail.by_class(gaps, hearing, lone, scales.threshold)
    found = _own(gaps, store, np.isinf(reach), hearing, lone, scales) | _lost(gaps, ends, lost, scales)
    for name, values in (("p_store", store), ("tail", mean), ("reach", reach)):
        found[name] = pl.Series(values).fill_nan(None)
    worst, fell = found["p_own"].to_numpy(), np.ones(gaps.height)
    lasted, unknown = gaps["lasted"].to_numpy(), np.full(gaps.height, np.nan)
    # to rank gaps that cannot be accused too, only what is near in place and time: see `suspicion`
    near = chance.own_habit(gaps["own"].to_numpy(), np.full(gaps.height, _HALF_DAY_US), lasted, scales.threshold)
    for side in ends:
        if f"{side}_n" not in gaps.columns:
            continue
        counts = _counts_of(gaps, side)
        p, added = _side(gaps, side, counts, store, scales)
        found |= added
        worst, fell = np.maximum(worst, p), np.minimum(fell, _fell(gaps, side, counts))
        near = np.maximum(near, _side(gaps, side, counts, unknown, scales)[0])
    return found | {"surprise": pl.Series(worst), "near": pl.Series(near), "fell": pl.Series(fell)}


def _own(
    gaps: pl.DataFrame, store: peers.Floats, usual: NDArray[np.bool_], hearing: Hearing, lone: Ints, scales: Scales
) -> Columns:
    """What the ship's own lone silences say: those below the threshold, because longer ones are gaps.

    A ship that often switches off must not clear itself. Only where reaching the threshold is `usual` for ships of the
    class, and the gap is rare among all, own silences up to half of the gap count too.
    """
    lasted = gaps["lasted"].to_numpy()
    below = np.where(usual & (store < _RARE), np.maximum(lasted // 2, scales.threshold), scales.threshold)
    times, longest, known, by_tail = tail.habits(gaps, below, hearing, lone, scales.step, scales.threshold)
    p = np.maximum(chance.own_habit(longest, known, lasted, scales.threshold), by_tail)
    return {"own_times": pl.Series(times), "own_lone": pl.Series(longest), "own_known": pl.Series(known),
            "p_own": pl.Series(p)}  # fmt: skip


def _lost(gaps: pl.DataFrame, ends: dict[str, Ints], lost: tail.Lost, scales: Scales) -> Columns:
    found = {f"{side}_lost": pl.Series(lost.share(np.maximum(cells, 0))) for side, cells in ends.items()}
    at = way.points(gaps, scales.near_m)
    worst = np.zeros(gaps.height)
    np.maximum.at(worst, at["gap"].to_numpy(), lost.share(at["cell"].to_numpy()))
    found["way_lost"] = pl.Series(worst)
    gap, cells = way.ahead(gaps, scales.near_m)
    steps, worst = np.full(gaps.height, -1), np.zeros(gaps.height)
    steps[gap] = np.iinfo(np.int64).max
    np.minimum.at(steps, gap, lost.heard(cells))
    np.maximum.at(worst, gap, lost.share(cells))
    return found | {"ahead_heard": pl.Series(steps), "ahead_lost": pl.Series(worst)}


def _side(
    gaps: pl.DataFrame, side: str, counts: dict[str, peers.Floats], store: peers.Floats, scales: Scales
) -> tuple[peers.Floats, Columns]:
    """P where it is known, else 0; and the numbers of that end."""
    ranked = chance.rank(counts["k0"], counts["n"])
    like = chance.rank(counts["k_like"], counts["n_like"])
    enough = gaps[f"{side}_like"].fill_null(0).to_numpy() >= scales.min_passages
    lasting = chance.lasting(counts, gaps["lasted"].to_numpy(), scales.threshold, store)
    # where the store knows how long silences last, a rank of 1 / (n + 1) only says how few passages there were
    alone = np.isnan(store)
    p = np.maximum(lasting, np.where(alone | (counts["k0"] > 0), ranked, 0.0))
    p = np.maximum(p, np.where(enough & (alone | (counts["k_like"] > 0)), like, 0.0))
    # too few passages where it was heard again say nothing for or against; whether more is asked then, judging.py
    missing = gaps[f"{side}_n"].is_null().to_numpy()
    few = gaps[f"{side}_passages"].fill_null(0).to_numpy() < scales.min_passages
    missing |= few & (side == "end")
    gap_share = chance.rank(counts["k_gap"], counts["n"])
    named = (("rank", ranked), ("lasting", lasting), ("p", p), ("gap_share", gap_share))
    found = {f"{side}_{name}": pl.Series(np.where(missing, np.nan, values)).fill_nan(None) for name, values in named}
    return np.where(missing, 0.0, p), found


def _fell(gaps: pl.DataFrame, side: str, counts: dict[str, peers.Floats]) -> peers.Floats:
    """The chance that as many of the others were unheard in the same hours, by how often passages are for that long."""
    usual = np.minimum(chance.rank(counts["k_span"], counts["n"]), 1.0)
    known, heard = (gaps[f"{side}_{name}"].fill_null(-1).to_numpy() for name in ("peers", "peers_heard"))
    return np.array([
        chance.at_least(int(k), int(n), float(share)) if k >= 2 else 1.0
        for k, n, share in zip(known - heard, known, usual, strict=True)
    ])  # fmt: skip


def _counts_of(gaps: pl.DataFrame, side: str) -> dict[str, peers.Floats]:
    names = ("n", "k_span", "k_gap", "n_like", "k_like", *(f"k{at}" for at in range(len(peers.PARTS))))
    return {name: gaps[f"{side}_{name}"].fill_null(0.0).to_numpy() for name in names}
