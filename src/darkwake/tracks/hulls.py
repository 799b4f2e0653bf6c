"""Which tracks of one transmitter may be of one ship, and which cannot: tracks laid one after another to hulls.

A hull is a row of tracks that one ship could have sailed. There are no more hulls than the messages force: two tracks
are of two ships only where one ship would have had to be in both places, at a speed that no ship makes. Among the ways
to lay them so, each track follows the one that it lies nearest to, measured by what could have been sailed in between.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.schema import POSITIONS, SEGMENTS, TIME, problems

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "ship": pl.Int64,
    "track": pl.String,  # as in SEGMENTS
    "hull": pl.Int64,  # 1 for the first of the transmitter; null for stray messages
    "sure": pl.Boolean,  # whether no other track could as well be the one before it
    "positions": pl.Int64,
    "first_seen": TIME,
    "first_lat": pl.Float64,
    "first_lon": pl.Float64,
    "last_seen": TIME,
    "last_lat": pl.Float64,
    "last_lon": pl.Float64,
}
HULLS = pl.Schema(_COLUMNS)
"""Each track with its ends and its hull; sorted by ship, first_seen, track."""

STRAY = 5
"""A track of fewer messages is taken for stray messages, and no ship is made out of it."""
IMPOSSIBLE_KN = 50.0
"""No ship in trade makes this over hours; AISdb and arktrace cut tracks at the same speed."""
_SLACK_NM = 3.0
"""What clocks and positions may be off."""
_MESSAGES = 2
"""Messages of each track that must be impossible for the other's ship: one may be a clock's or a receiver's fault."""
_MOST_HULLS = 64
"""How many hulls, those heard last, a new track is tried on: a number that whole fleets send has no end of them."""
_LINKS_BACK = 8
"""How many of a hull's last joints may be undone when a better track comes to light."""
_RIVAL = 3.0
_RIVAL_LEAST = 0.3
"""A joint is not sure where another is at most this much worse: by that factor, and this much on top."""
_NEW = 1e6
"""The cost of a hull more: above any joint's, so that there are as few hulls as can be."""


def hulls(positions: pl.DataFrame, segments: pl.DataFrame, *, stray: int = STRAY) -> pl.DataFrame:
    """HULLS: the tracks of SEGMENTS, each with its ends and its hull.

    Args:
        positions: POSITIONS that the segments were made from.
        segments: SEGMENTS of them.
        stray: tracks of fewer messages get no hull.

    Raises:
        WrongUse: the tables are not what they should be, or do not belong together.
    """
    for name, table, schema in (("positions", positions, POSITIONS), ("segments", segments, SEGMENTS)):
        if wrong := problems(table, schema):
            raise WrongUse(f"{name}: {wrong[0]}", where="hulls(...)", to_do="Give POSITIONS and their SEGMENTS")
    joined = segments.join(positions.select("source", "row", "time", "lat", "lon"), on=["source", "row", "time"])
    if len(joined) != len(segments):
        raise WrongUse(
            "the segments are not of these positions", where="hulls(...)", to_do="Make them from the same positions"
        )
    tracks = (
        joined.sort("ship", "time", "lat", "lon")
        .group_by("ship", "track", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("positions"),
            *(
                getattr(pl.col(column), end)().alias(f"{end}_{alias}")
                for end in ("first", "last")
                for column, alias in (("time", "seen"), ("lat", "lat"), ("lon", "lon"))
            ),
            *(getattr(pl.struct("time", "lat", "lon"), end)(2).alias(end) for end in ("head", "tail")),
        )
        .sort("ship", "first_seen", "track")
    )
    big = pl.col("positions") >= stray
    alone = big.sum().over("ship") == 1
    plain = tracks.with_columns(
        hull=pl.when(big & alone).then(pl.lit(1, pl.Int64)), sure=pl.when(big & alone).then(pl.lit(True))
    )
    several = plain.filter(big & ~alone)
    switches = _switches(joined.join(several.select("ship", "track"), on=["ship", "track"], how="semi"))
    laid = [_laid(group, switches) for _, group in several.group_by("ship", maintain_order=True)]
    whole = pl.concat([plain.filter(~(big & ~alone)), *laid])
    return whole.select(list(HULLS)).sort("ship", "first_seen", "track")


Switches = dict[frozenset[str], tuple[int, int]]
"""For each two tracks heard one right after the other: how often, and how many messages no ship could have sent so.

The second number is that of the track with fewer such messages: a single false position in one of the tracks makes
two switches impossible, there and back, but is one message.
"""


def _switches(messages: pl.DataFrame) -> Switches:
    """From the messages of tracks that are not stray, of ships that have several."""
    if messages.is_empty():
        return {}
    ordered = messages.sort("ship", "time", "lat", "lon").with_row_index("at")
    columns = ("track", "time", "lat", "lon", "at")
    pairs = ordered.select(
        "ship", *columns, *(pl.col(name).shift(-1).over("ship").alias(f"next_{name}") for name in columns)
    ).filter(pl.col("track") != pl.col("next_track"))
    hours = (pairs["next_time"] - pairs["time"]).to_physical().to_numpy() / 3.6e9
    apart = geo.distance_m(*(pairs[name].to_numpy() for name in ("lat", "lon", "next_lat", "next_lon")))
    cannot = pl.Series("cannot", apart / geo.METRES_PER_NM > IMPOSSIBLE_KN * hours + _SLACK_NM)
    turned = pl.col("next_track") < pl.col("track")
    counted = (
        pairs.with_columns(
            cannot,
            one=pl.min_horizontal("track", "next_track"),
            other=pl.max_horizontal("track", "next_track"),
            one_at=pl.when(turned).then("next_at").otherwise("at"),
            other_at=pl.when(turned).then("at").otherwise("next_at"),
        )
        .group_by("one", "other")
        .agg(pl.len(), pl.min_horizontal(pl.col("one_at", "other_at").filter("cannot").n_unique()).alias("bad"))
    )
    return {frozenset((one, other)): (count, bad) for one, other, count, bad in counted.iter_rows()}


Point = tuple[float, tuple[float, float]]
"""Hours since the ship's first message, and (lat, lon)."""


@dataclass(eq=False, slots=True)
class _Stretch:
    """Tracks that lie side by side in time and may yet be one ship's, mostly a single one; and its ends."""

    numbers: list[int]
    tracks: list[str]
    begins_h: float
    ends_h: float
    head: list[Point]
    tail: list[Point]
    """The first and the last two messages: one alone may be false."""

    def take_in(self, other: _Stretch) -> None:
        """Lay another beside; it begins no earlier."""
        self.numbers += other.numbers
        self.tracks += other.tracks
        if other.ends_h > self.ends_h:
            self.ends_h, self.tail = other.ends_h, other.tail


@dataclass(eq=False)
class _Hull:
    tracks: list[_Stretch] = field(default_factory=list)


def apart_nm(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two (lat, lon) in nautical miles."""
    phi1, phi2 = math.radians(one[0]), math.radians(other[0])
    half = math.radians(other[1] - one[1]) / 2
    chord = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half) ** 2
    return 2 * geo.EARTH_RADIUS_M / geo.METRES_PER_NM * math.asin(math.sqrt(min(chord, 1.0)))


def _cost(before: _Stretch, after: _Stretch) -> float:
    """How far-fetched it is that one track goes on as the other; infinite where it cannot.

    The distance over what a ship may be off after that time (as in `continuity`), and a little for the time itself.
    """
    if after.begins_h < before.ends_h:
        return math.inf
    return min(_step(one, other) for one in before.tail for other in after.head)


def _step(before: Point, after: Point) -> float:
    hours = after[0] - before[0]
    distance = apart_nm(before[1], after[1])
    if distance > IMPOSSIBLE_KN * hours + _SLACK_NM:
        return math.inf
    reach = 25.0 * math.hypot(hours, 0.25) / (1.0 + math.sqrt(hours))
    return distance / reach + hours / (30 * 24)


def _laid(tracks: pl.DataFrame, switches: Switches) -> pl.DataFrame:
    """The tracks of one ship, none of them stray, with their hulls."""
    start = tracks["first_seen"][0]

    def points(messages: list[dict[str, Any]]) -> list[Point]:
        return [((one["time"] - start).total_seconds() / 3600, (one["lat"], one["lon"])) for one in messages]

    stretches = []
    for number, row in enumerate(tracks.iter_rows(named=True)):
        begins, ends = ((row[end] - start).total_seconds() / 3600 for end in ("first_seen", "last_seen"))
        stretches.append(_Stretch([number], [row["track"]], begins, ends, points(row["head"]), points(row["tail"])))
    found: list[_Hull] = []
    for stretch in stretches:
        if not _lay_beside(found, stretch, switches):
            _lay_after(found, stretch)
    found.sort(key=lambda hull: hull.tracks[0].numbers[0])
    hull, sure = [0] * len(stretches), [True] * len(stretches)
    for number, one in enumerate(found, start=1):
        for stretch in one.tracks:
            for track in stretch.numbers:
                hull[track] = number
        for before, after in zip(one.tracks, one.tracks[1:], strict=False):
            sure[after.numbers[0]] = not any(True for _ in _rivals(found, one, before, after))
    return tracks.with_columns(hull=pl.Series(hull, dtype=pl.Int64), sure=pl.Series(sure))


def _lay_beside(found: list[_Hull], new: _Stretch, switches: Switches) -> bool:
    """Lay a track into the hull in whose last stretch it falls, if one ship could have sent both in turns."""
    most, home = 0, None
    for hull in found[-_MOST_HULLS:]:
        last = hull.tracks[-1]
        if last.ends_h <= new.begins_h:
            continue
        counts = [switches.get(frozenset((one, new.tracks[0])), (0, 0)) for one in last.tracks]
        turns = sum(count for count, _ in counts)
        if turns > most and all(bad < _MESSAGES for _, bad in counts):
            most, home = turns, last
    if home is not None:
        home.take_in(new)
    return home is not None


def _lay_after(found: list[_Hull], new: _Stretch) -> None:
    """Lay a track, which begins no earlier than all laid before it, after the hull that it follows best."""
    recent = found[-_MOST_HULLS:]
    costs = [(_cost(hull.tracks[-1], new), hull) for hull in recent]
    cheapest, home = min(costs, key=lambda one: one[0], default=(math.inf, None))
    if home is None or math.isinf(cheapest):
        cheapest, home = _NEW, _Hull()
    best, undo = 0.0, None
    for hull in recent:
        if hull is home:
            continue
        first = max(1, len(hull.tracks) - _LINKS_BACK)
        for joint in range(first, len(hull.tracks)):
            before, after = hull.tracks[joint - 1], hull.tracks[joint]
            instead = _cost(home.tracks[-1], after) if home.tracks else _NEW
            gained = _cost(before, after) + cheapest - _cost(before, new) - instead
            if gained > best:
                best, undo = gained, (hull, joint)
    if home.tracks:
        found.remove(home)
    found.append(home)  # the hulls heard last stand last
    if undo is None:
        home.tracks.append(new)
        return
    hull, joint = undo
    found.remove(hull)
    found.append(hull)
    home.tracks += hull.tracks[joint:]
    hull.tracks[joint:] = [new]


def _rivals(found: list[_Hull], own: _Hull, before: _Stretch, after: _Stretch) -> Iterator[_Stretch]:
    """Tracks of other hulls that could as well come before `after`, or after `before`."""
    worst = _cost(before, after) * _RIVAL + _RIVAL_LEAST
    for hull in found:
        if hull is own:
            continue
        earlier = bisect_right(hull.tracks, after.begins_h, key=lambda one: one.ends_h)
        if earlier and _cost(hull.tracks[earlier - 1], after) <= worst:
            yield hull.tracks[earlier - 1]
        later = bisect_left(hull.tracks, before.ends_h, key=lambda one: one.begins_h)
        if later < len(hull.tracks) and _cost(before, hull.tracks[later]) <= worst:
            yield hull.tracks[later]
