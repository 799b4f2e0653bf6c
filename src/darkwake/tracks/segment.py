"""One transmitter's messages, laid to tracks: what cannot be one ship's way is laid to several.

A ship whose every message continues the one before it (nearly all ships) is done by columns. Only where something
does not fit are messages gone through one by one, and there too only round the places where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.errors import WrongUse
from darkwake.schema import POSITIONS, SEGMENTS, empty, in_order, problems
from darkwake.tracks.continuity import Continuity, Floats, Motion, Row, Rows, score_one

_LOOK_BACK = 5
"""How many of a track's last messages may be the one that is continued; gpsdio-segment's."""
_LOOK_BACK_COST = 1.2
"""By how much a continuation must be better for each message that it leaves out; gpsdio-segment's of 2020."""
_SHORT = 10
"""Tracks of fewer messages weigh less, in proportion: a stray message is no rival of a ship; gpsdio-segment's."""
_RIVAL = 5.0
"""Two tracks that a message continues about equally well, within this factor, are rivals for it."""
_MOST_OPEN = 20
"""How many tracks of one transmitter are followed at a time; gpsdio-segment's."""
_PIECE = 500_000
"""Rows that are worked on at once, unless one ship has more."""
_TABLE = 200_000
"""Pairs of messages that are compared at once."""


def segment(
    positions: pl.DataFrame, *, max_kn: float = 25.0, reckon_h: float = 8.0, max_h: float = 60.0
) -> pl.DataFrame:
    """SEGMENTS: which track each position belongs to.

    A track is an unbroken way of one ship: each message lies where the ship could have come to since the last. One
    ship may have many tracks, one after another; two ships under one number have tracks that lie side by side in
    time. Where a message continues two tracks about equally well, both end and a third begins: from there on the
    positions do not tell which is which. Which tracks may be of one ship is the question of `hulls.hulls`.

    Args:
        positions: POSITIONS in `schema.in_order`; any set of whole ships.
        max_kn: how fast a ship may be other than its speed and course foretell, at first; see `Continuity`.
        reckon_h: for how many hours speed and course foretell where a ship is; beyond, only its last place counts.
        max_h: after how many hours unheard a track ends in any case.

    Raises:
        WrongUse: the table is not POSITIONS in order, or a threshold is not above 0.
    """
    if wrong := problems(positions, POSITIONS):
        raise WrongUse(f"the table is not POSITIONS: {wrong[0]}", where="segment(positions)", to_do="Give POSITIONS")
    if not min(max_kn, reckon_h, max_h) > 0:
        raise WrongUse("a threshold is not above 0", where="segment(...)", to_do="Give knots and hours above 0")
    ship, time = positions["ship"].to_numpy(), positions["time"].to_physical().to_numpy()
    if ((ship[1:] < ship[:-1]) | ((ship[1:] == ship[:-1]) & (time[1:] < time[:-1]))).any():
        raise WrongUse("the positions are not in order", where="segment(positions)", to_do="Call schema.in_order first")
    if positions.is_empty():
        return empty(SEGMENTS)
    rule = Continuity(max_kn=max_kn, reckon_h=reckon_h, max_h=max_h)
    label = np.concatenate([_labels(positions[low:high], rule) + low for low, high in _pieces(ship)])
    return _named(positions, label)


def segments(shards: list[list[str]], **thresholds: float) -> Iterator[pl.DataFrame]:
    """SEGMENTS of a store, a bucket at a time: of `Store.shards()`, with the thresholds of `segment`."""
    for files in shards:
        yield segment(in_order(pl.read_parquet(files, glob=False, hive_partitioning=False)), **thresholds)


def _pieces(ship: Rows) -> Iterator[tuple[int, int]]:
    """Ranges of whole ships of about `_PIECE` rows."""
    ends = np.flatnonzero(np.append(ship[1:] != ship[:-1], True)) + 1
    low = 0
    while low < len(ship):
        at = int(np.searchsorted(ends, low + _PIECE, side="left"))
        high = int(ends[min(at, len(ends) - 1)])
        yield low, high
        low = high


def _labels(positions: pl.DataFrame, rule: Continuity) -> NDArray[np.int64]:
    """A number for each row's track: that of a row in it."""
    ship = positions["ship"].to_numpy()
    motion = Motion.of(positions)
    same = ship[1:] == ship[:-1]
    steps = np.zeros(len(ship))
    at = np.flatnonzero(same) + 1
    for low in range(0, len(at), _TABLE):
        chunk = at[low : low + _TABLE]
        steps[chunk] = rule.scores(motion, chunk - 1, chunk)
    fresh = np.append(True, ~same)
    silent = np.append(np.inf, np.diff(motion.hours)) > rule.max_h
    odd = np.flatnonzero((steps == 0) & ~fresh & ~silent)
    label = np.maximum.accumulate(np.where(steps > 0, 0, np.arange(len(ship))))
    opens = np.flatnonzero(fresh)
    which = np.unique(np.searchsorted(opens, odd, side="right") - 1)
    ends = np.append(opens[1:], len(ship))
    for low, high in zip(opens[which].tolist(), ends[which].tolist(), strict=True):
        label[low:high] = _Ship(motion.only(low, high), steps[low:high], rule).labels() + low
    return label


@dataclass(eq=False, slots=True)
class _Track:
    """An open track: its last messages and how well each continued the one before."""

    number: int
    count: int
    at: list[int]
    rows: list[Row]
    scores: list[float]

    def add(self, at: int, row: Row, score: float) -> None:
        self.count += 1
        for values, value in ((self.at, at), (self.rows, row), (self.scores, score)):
            values.append(value)  # type: ignore[arg-type]  # three lists of three kinds, each with its own
            if len(values) > _LOOK_BACK:
                del values[0]


@dataclass(eq=False)
class _Ship:
    """One transmitter's messages on their way to tracks."""

    motion: Motion
    steps: Floats
    """How well each message continues the one before it."""
    rule: Continuity
    label: NDArray[np.int64] = field(init=False)
    open: list[_Track] = field(init=False, default_factory=list)

    def labels(self) -> NDArray[np.int64]:
        total = len(self.steps)
        self.label = np.zeros(total, np.int64)
        # where a run of messages, each of which continues the one before, ends
        breaks = np.append(np.flatnonzero(self.steps == 0), total).tolist()
        next_break, at, chunk, alone = 0, 0, 64, 0
        current: _Track | None = None
        while at < total:
            while breaks[next_break] <= at:
                next_break += 1
                if next_break == len(breaks):
                    break
            stop = breaks[next_break] if next_break < len(breaks) else total
            if current is not None and self.steps[at] > 0 and stop - at >= 16 and alone == 0:
                to = self._calm_until(current, at, stop, chunk)
                if to > at:
                    self._extend(current, at, to)
                hit = to < min(stop, at + chunk)
                # rivals at every message: look at them one by one for a while, and again later
                alone, chunk = (0, min(chunk * 2, 1 << 17)) if not hit else ((16 if to == at else 0), 64)
                at = to
                if not hit:
                    continue
            if at < total:
                current = self._lay(at)
                alone = max(alone - 1, 0)
                at += 1
        return self.label

    def _calm_until(self, current: _Track, at: int, stop: int, chunk: int) -> int:
        """The first message from `at` on that might continue another open track, or the end of the chunk."""
        others = [p for track in self.open if track is not current for p in track.at]
        if not others:
            return stop if chunk >= stop - at else at + chunk
        width = min(stop - at, chunk, max(_TABLE // len(others), 1))
        found = self.rule.scores(self.motion, np.array(others)[:, None], np.arange(at, at + width)[None, :]) > 0
        hits = np.flatnonzero(found.any(axis=0))
        return at + (int(hits[0]) if len(hits) else width)

    def _extend(self, track: _Track, low: int, high: int) -> None:
        self.label[low:high] = track.number
        first = max(low, high - _LOOK_BACK)
        track.count += first - low
        for at in range(first, high):
            track.add(at, self._row(at), float(self.steps[at]))

    def _lay(self, at: int) -> _Track:
        """Lay one message to the track that it continues best, or to a new one."""
        row = self._row(at)
        self.open = [track for track in self.open if row[0] - track.rows[-1][0] <= self.rule.max_h]
        found = []
        for track in self.open:
            score, left_out = self._continues(track, row)
            if score > 0:
                found.append((score * min(track.count / _SHORT, 1.0), score, left_out, track))
        if not found:
            return self._begin(at, [at], [row], [0.0])
        best = max(found, key=lambda one: one[0])
        rivals = [one[3] for one in found if one[0] * _RIVAL >= best[0]]
        if len(rivals) > 1:
            self.open = [track for track in self.open if not any(track is one for one in rivals)]
            return self._begin(at, [at], [row], [0.0])
        _, score, left_out, track = best
        if left_out:
            strays = track.at[-left_out:], track.rows[-left_out:], track.scores[-left_out:]
            for values in (track.at, track.rows, track.scores):
                del values[-left_out:]
            track.count -= left_out
            self._begin(strays[0][0], *strays)
        track.add(at, row, score)
        self.label[at] = track.number
        return track

    def _continues(self, track: _Track, row: Row) -> tuple[float, int]:
        """How well a message continues a track, and how many of its last messages must be left out for it."""
        score = score_one(self.rule, track.rows[-1], row)
        if score > 0:
            return score, 0
        best, left_out = 0.0, 0
        for back in range(1, len(track.rows)):
            score = score_one(self.rule, track.rows[-1 - back], row) * _LOOK_BACK_COST**-back
            # what is left out must have fitted less well than this does
            if score > best and score > track.scores[-back]:
                best, left_out = score, back
        return best, left_out

    def _begin(self, number: int, at: list[int], rows: list[Row], scores: list[float]) -> _Track:
        if len(self.open) >= _MOST_OPEN:
            stalest = min(self.open, key=lambda track: track.rows[-1][0])
            self.open = [track for track in self.open if track is not stalest]
        track = _Track(number, len(at), at, rows, scores)
        self.label[at] = number
        self.open.append(track)
        return track

    def _row(self, at: int) -> Row:
        motion = self.motion
        return (
            float(motion.hours[at]),
            tuple(motion.points[at].tolist()),
            float(motion.speed[at]),
            tuple(motion.velocity[at].tolist()),
        )


def _named(positions: pl.DataFrame, label: NDArray[np.int64]) -> pl.DataFrame:
    """SEGMENTS, each track named for its number and the time of its first message."""
    table = positions.select("ship", "time", "source", "row").with_columns(label=pl.Series(label))
    first = table.group_by("label", maintain_order=True).agg(pl.col("ship", "time").first())
    stem = pl.format("{}-{}", "ship", pl.col("time").dt.strftime("%Y%m%dT%H%M%SZ"))
    again = pl.int_range(pl.len()).over("stem")
    named = first.with_columns(stem=stem).select(
        "label",
        track=pl.when(again == 0).then("stem").otherwise(pl.format("{}-{}", "stem", again + 1)),
    )
    return table.join(named, on="label", how="left").select(list(SEGMENTS)).sort("ship", "time", "source", "row")
