"""One number heard in turns from places that no one ship could have changed between.

Positions under one number are laid to strands, each of which one ship could have sailed; then it is counted how often
the number was heard first on one strand and next on another, too far off to be the same ship. A single stray fix, a
burst of displaced positions and a receiver whose clock is wrong make two or three such turns, or a second strand that
follows the first one's way at a fixed delay; two ships that both go on sending make many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo

IMPOSSIBLE_KN = 50.0
"""No ship in trade makes this over hours; AISdb and arktrace cut tracks at the same speed, as tracks.hulls does."""
SLACK_M = 3 * geo.METRES_PER_NM
"""What clocks and positions may be off."""
_ODD_KN, _ODD_M = 25.0, 1.5 * geo.METRES_PER_NM
"""A step faster than this is looked at: it may be a fast ship, which then goes on as the same strand."""
_FORGET_US = 60 * 3_600_000_000
"""After this long unheard a strand ends; as in tracks.segment."""
_MOST_OPEN = 8
"""Strands that are followed at a time."""
_STRAY = 5
"""A strand of fewer messages is stray positions, not a ship; as in tracks.hulls."""
_PLACES = 3
"""A strand of fewer different places is a position that a receiver is stuck at or starts from: a ship's wander."""
_MAIN_TURNS = 4
_MESSAGES = 3
"""Turns between the two strands that are quoted, and different messages of each that take part in them."""
_SHARE = 0.1
"""Turns to messages of the strand heard less: bursts make few, as a jammed receiver's, two senders many."""
_PAUSE = timedelta(hours=48)
"""Turns farther apart than this are two events."""
LAG = timedelta(hours=14)
"""The most that a clock is taken to be off: the widest time zones."""
_LAG_SAMPLE, _LAG_MOST = 64, 4000
"""Messages and steps of the two strands that are compared: enough for any way, and bounded."""
_LAG_NEAR_M = 0.25 * geo.METRES_PER_NM
_LAG_SHARE, _LAG_SAME = 0.7, 0.5
"""So near to the other's way, and so many of the messages, are on it; or so many at one and the same delay."""
_LAG_OFF_US = 600_000_000
_LAG_DRIFT = 0.1
"""How far a delay may scatter about a steady one, and how fast a steady one may drift, hours in the hour."""
_MOVING_KN, _WAY_H = 2.0, 2.0
"""Only a ship that moves shows when it was where; steps longer than this do not show the way between."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_CITED = ("time", "lat", "lon", "source", "row")


@dataclass(frozen=True, slots=True)
class Often:
    """How often, and for how long, counts."""

    turns: int = 6
    lasting: timedelta = timedelta(hours=1)


def strands(positions: pl.DataFrame) -> pl.DataFrame:
    """The messages of the numbers that may be two ships', with a column `strand`; stray messages are left out.

    Args:
        positions: POSITIONS in order, at least ship, time, lat, lon, source, row.
    """
    ship, time = positions["ship"].to_numpy(), positions["time"].to_physical().to_numpy()
    lat, lon = positions["lat"].to_numpy(), positions["lon"].to_numpy()
    apart, same = _steps(lat, lon), ship[1:] == ship[:-1]
    hours = np.diff(time) / 3.6e9
    cannot = same & (apart > IMPOSSIBLE_KN * hours * geo.METRES_PER_NM + SLACK_M)
    opens = np.flatnonzero(np.append(True, ~same)) if len(ship) else np.zeros(0, np.int64)
    closes = np.append(opens[1:], len(ship))
    upto = np.append(0, np.cumsum(np.append(False, cannot))) if len(ship) else np.zeros(1, np.int64)
    few = upto[closes] - upto[opens] < _MAIN_TURNS
    odd = np.append(True, ~same | (apart > _ODD_KN * hours * geo.METRES_PER_NM + _ODD_M))
    chosen = [
        (low, high, _laid(time[low:high], lat[low:high], lon[low:high], odd[low:high]))
        for low, high in zip(opens[~few].tolist(), closes[~few].tolist(), strict=True)
    ]
    rows = np.concatenate([np.arange(low, high) for low, high, _ in chosen]) if chosen else np.zeros(0, np.int64)
    label = np.concatenate([one for *_, one in chosen]) if chosen else np.zeros(0, np.int64)
    found = positions[rows].select("ship", *_CITED, strand=pl.Series(label, dtype=pl.Int64))
    places = pl.struct("lat", "lon").n_unique().over("ship", "strand")
    return found.filter(pl.len().over("ship", "strand") >= _STRAY, places >= _PLACES)


def _steps(lat: Floats, lon: Floats) -> Floats:
    return geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])


def _laid(time: Ints, lat: Floats, lon: Floats, odd: Bools) -> Ints:
    """The strand of each message of one number; runs between odd steps go whole to the strand that they follow best.

    The loop is over runs, and only for numbers that were heard where one ship cannot have been.
    """
    begins = np.flatnonzero(odd)
    if not len(begins) or begins[0] != 0:
        begins = np.append(0, begins)
    ends = np.append(begins[1:], len(time)) - 1
    label = np.zeros(len(begins), np.int64)
    point = _points(lat, lon)
    heads, tails = point[begins].tolist(), point[ends].tolist()
    opens, closes = time[begins].tolist(), time[ends].tolist()
    open_: list[tuple[int, int, list[float]]] = []  # strand, time and place last heard; the latest last
    count = 0
    for at, (now, (x, y, z)) in enumerate(zip(opens, heads, strict=True)):
        best, own = np.inf, -1
        for which, (_, since, (u, v, w)) in enumerate(open_):
            hours = (now - since) / 3.6e9
            away = float(((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2) ** 0.5)
            if hours > _FORGET_US / 3.6e9 or away > IMPOSSIBLE_KN * hours * geo.METRES_PER_NM + SLACK_M:
                continue
            cost = away / (_ODD_M + _ODD_KN * geo.METRES_PER_NM * hours / (1.0 + hours**0.5)) + hours / 720.0
            if cost < best:
                best, own = cost, which
        if own >= 0:
            number = open_.pop(own)[0]
        else:
            number, count = count, count + 1
            if len(open_) == _MOST_OPEN:
                del open_[0]
        open_.append((number, closes[at], tails[at]))
        label[at] = number
    return np.repeat(label, np.diff(np.append(begins, len(time))))


def _points(lat: Floats, lon: Floats) -> Floats:
    """Metres from the middle of the Earth, so that there is no seam; shape (n, 3)."""
    phi, lam = np.radians(lat), np.radians(lon)
    ball: Floats = geo.EARTH_RADIUS_M * np.column_stack(
        [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]
    )
    return ball


def turns(messages: pl.DataFrame) -> pl.DataFrame:
    """Each turn: a message, and the next of the same key, of another strand, where no ship gets to in the time between.

    Args:
        messages: key, strand, time, lat, lon, source, row.

    Returns:
        key, and for both messages strand, time, lat, lon, source, row, nth (of its strand), the second ones with
        `_next` after their names; `distance_m`, and `episode`, which numbers the stretches of each key.
    """
    ordered = messages.sort("key", "time", "lat", "lon", "strand", "source", "row").with_columns(
        nth=pl.int_range(pl.len(), dtype=pl.Int64).over("key", "strand")
    )
    columns = ("strand", *_CITED, "nth")
    pairs = ordered.select(
        "key", *columns, *(pl.col(name).shift(-1).over("key").alias(f"{name}_next") for name in columns)
    ).filter(pl.col("strand") != pl.col("strand_next"))
    hours = (pairs["time_next"] - pairs["time"]).to_physical().to_numpy() / 3.6e9
    apart = geo.distance_m(*(pairs[name].to_numpy() for name in ("lat", "lon", "lat_next", "lon_next")))
    pairs = pairs.with_columns(distance_m=pl.Series(apart, dtype=pl.Float64)).filter(
        pl.Series(apart > IMPOSSIBLE_KN * hours * geo.METRES_PER_NM + SLACK_M, dtype=pl.Boolean)
    )
    late = (pl.col("time") - pl.col("time_next").shift().over("key") > _PAUSE).fill_null(value=False)
    return pairs.with_columns(episode=late.cast(pl.Int64).cum_sum().over("key"))


def pairs_of(found: pl.DataFrame, often: Often) -> pl.DataFrame:
    """The two strands most often heard in turns in each episode that lasted, where they were heard so often enough.

    Returns:
        key, episode, one, other (strands, the lower first), between (turns of the two), turns (of all), begins, ends
        (of the turns of the two); sorted by key and episode, and there by most turns.
    """
    turned = pl.col("strand_next") < pl.col("strand")
    sides = found.with_columns(
        one=pl.min_horizontal("strand", "strand_next"),
        other=pl.max_horizontal("strand", "strand_next"),
        one_nth=pl.when(turned).then("nth_next").otherwise("nth"),
        other_nth=pl.when(turned).then("nth").otherwise("nth_next"),
    )
    messages = pl.min_horizontal(*(pl.col(f"{name}_nth").max() - pl.col(f"{name}_nth").min() for name in _TWO)) + 1
    pairs = (
        sides.group_by("key", "episode", "one", "other")
        .agg(
            pl.len().cast(pl.Int64).alias("between"),
            pl.min_horizontal(*(pl.col(f"{name}_nth").n_unique() for name in _TWO)).alias("taking_part"),
            messages.alias("fewer"),
            pl.col("time").min().alias("begins"),
            pl.col("time_next").max().alias("ends"),
        )
        .filter(
            pl.col("between") >= _MAIN_TURNS,
            pl.col("taking_part") >= _MESSAGES,
            pl.col("between") >= _SHARE * pl.col("fewer"),
        )
    )
    whole = found.group_by("key", "episode").agg(
        pl.len().cast(pl.Int64).alias("turns"),
        pl.col("time").min().alias("start"),
        pl.col("time_next").max().alias("end"),
    )
    lasting = whole.filter(pl.col("turns") >= often.turns, pl.col("end") - pl.col("start") >= often.lasting)
    order = ["key", "episode", "between", "begins", "one", "other"]
    return (
        pairs.join(lasting, on=["key", "episode"])
        .sort(order, descending=[False, False, True, False, False, False])
        .select("key", "episode", "one", "other", "between", "turns", "begins", "ends")
    )


_TWO = ("one", "other")


def side_by_side(found: pl.DataFrame) -> pl.DataFrame:
    """How many strands of each key and episode were in use at once at most: key, episode, at_once."""
    ends = pl.concat(
        [
            found.select("key", "episode", "strand", "time"),
            found.select("key", "episode", strand="strand_next", time="time_next"),
        ]
    )
    spans = ends.group_by("key", "episode", "strand").agg(
        pl.col("time").min().alias("begins"), pl.col("time").max().alias("ends")
    )
    steps = pl.concat(
        [
            spans.select("key", "episode", time="begins", step=pl.lit(1)),
            spans.select("key", "episode", time="ends", step=pl.lit(-1)),
        ]
    ).sort("key", "episode", "time", "step")
    return (
        steps.with_columns(open=pl.col("step").cum_sum().over("key", "episode"))
        .group_by("key", "episode")
        .agg(pl.col("open").max().cast(pl.Int64).alias("at_once"))
    )


def follows(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether one strand is the other's way over again at a steady delay: a clock is wrong, not a second ship.

    Args:
        one: time, lat, lon of one strand while both were heard in turns, in order.
        other: the same of the other, and of as long before and after as a clock may be off.
    """
    (a, ta), (b, tb) = (
        (_points(each["lat"].to_numpy(), each["lon"].to_numpy()), each["time"].to_physical().to_numpy())
        for each in (one, other)
    )
    moved, moves = _moving(a, ta), _moving(b, tb)
    at = np.flatnonzero(moved) + 1
    at = at[:: len(at) // _LAG_SAMPLE + 1]
    way = np.flatnonzero(moves & (np.diff(tb) <= _WAY_H * 3.6e9))
    way = way[:: len(way) // _LAG_MOST + 1]
    if len(at) < _STRAY or not len(way):
        return False
    step, took = b[way + 1] - b[way], (tb[way + 1] - tb[way]).astype(float)
    off = a[at][:, None, :] - b[way][None, :, :]
    along = np.clip((off * step).sum(-1) / (step * step).sum(-1), 0.0, 1.0)
    apart = np.sqrt(((off - along[..., None] * step) ** 2).sum(-1))
    lag = np.abs(ta[at][:, None] - (tb[way] + along * took))
    apart[lag > LAG // timedelta(microseconds=1)] = np.inf
    near = apart <= _LAG_NEAR_M
    if not near.any():
        return False
    return _one_delay(near, lag) or _drifting_delay(apart, lag, ta[at] / 1.0)


def _one_delay(near: Bools, lag: Floats) -> bool:
    """Whether half of the messages lie on the other's way at delays that are the same within ten minutes or so."""
    row, column = np.nonzero(near)
    slot = (lag[row, column] // _LAG_OFF_US).astype(np.int64)
    seen = np.unique(np.concatenate([np.column_stack([row, slot]), np.column_stack([row, slot + 1])]), axis=0)
    most = int(np.bincount(seen[:, 1]).max())
    return most >= max(_STRAY - 1, _LAG_SAME * len(near))


def _drifting_delay(apart: Floats, lag: Floats, when: Floats) -> bool:
    """Whether nearly all lie on it, at a delay that drifts slowly, as that of a clock that runs too slow."""
    nearest = apart.argmin(axis=1)
    row = np.arange(len(apart))
    near = apart[row, nearest] <= _LAG_NEAR_M
    if near.mean() < _LAG_SHARE or near.sum() < _STRAY:
        return False
    delay, since = lag[row, nearest][near], (when - when.mean())[near]
    drift, middle = np.polyfit(since, delay, 1)
    scatter = np.median(np.abs(delay - middle - drift * since))
    return bool(abs(drift) <= _LAG_DRIFT and scatter <= _LAG_OFF_US)


def _moving(points: Floats, time: Ints) -> Bools:
    """Of each step whether the ship moved."""
    away = np.sqrt(((points[1:] - points[:-1]) ** 2).sum(-1))
    moves: Bools = away > np.maximum(_MOVING_KN * geo.KNOT_MS * np.diff(time) / 1e6, 1.0)
    return moves
