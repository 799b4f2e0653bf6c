"""Laws of tracks and hulls: no message lost, no split, name or clock shows, and one ship alone is one ship."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
from bench.segment import planted, rand_index
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo
from darkwake.tracks.continuity import Continuity, Motion
from darkwake.tracks.hulls import hulls
from darkwake.tracks.segment import _labels, _Ship, _Track, segment
from made_positions import frame

QUIET = settings(deadline=None, max_examples=15)
FIRST = 999_000_000

seeds = st.integers(0, 10**6)


def wild(seed: int, ships: int = 3, each: int = 80) -> pl.DataFrame:
    """Ships under shared numbers, near each other and far, with jumping clocks, silences and strays."""
    dice = np.random.default_rng(seed)
    rows = []
    for ship in range(ships):
        for _ in range(dice.integers(1, 4)):
            count = int(dice.integers(1, each))
            steps = dice.exponential(dice.choice([0.02, 0.3, 2.0]), count)
            steps[dice.random(count) < 0.03] += dice.uniform(5, 90)
            hours = np.cumsum(steps) + dice.choice([0.0, 8.0, 30.0])
            hours[dice.random(count) < 0.02] += dice.uniform(-3, 3)
            knots = float(dice.choice([0.0, 5.0, 14.0, 22.0]))
            course = float(dice.uniform(0, 360))
            lat, lon = geo.destination(
                dice.normal(10, 0.3, 1), dice.normal(179.9, 0.5, 1), course, knots * hours * geo.METRES_PER_NM
            )
            lat = lat + np.where(dice.random(count) < 0.02, dice.uniform(-5, 5), 0.0)
            silent = dice.random(count) < 0.2
            table = frame(np.full(count, FIRST + ship), hours, lat, lon, np.where(silent, np.nan, knots))
            rows.append(table.with_columns(pl.col("sog").fill_nan(None), cog=pl.lit(course, pl.Float32)))
    both = pl.concat(rows).unique(["ship", "time", "lat", "lon"], keep="first", maintain_order=True)
    return both.sort("ship", "time", "lat", "lon").with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


class OneByOne(_Ship):
    """Without the short cut over calm runs."""

    def _calm_until(self, current: _Track, at: int, stop: int, chunk: int) -> int:  # noqa: ARG002  as overridden
        return at


@QUIET
@given(seeds)
def test_each_message_is_in_one_track_and_the_short_cuts_do_not_show(seed: int) -> None:
    positions = wild(seed, ships=1)
    rule, motion = Continuity(), Motion.of(positions)
    at = np.arange(1, len(positions))
    steps = np.append(0.0, rule.scores(motion, at - 1, at))
    slow = OneByOne(motion, steps, rule).labels()
    fast = _labels(positions, rule)
    assert slow.tolist() == fast.tolist()
    found = segment(positions)
    assert found.select("row").sort("row").equals(positions.select("row").sort("row"))


@QUIET
@given(seeds)
def test_any_split_by_ship_gives_the_same(seed: int) -> None:
    positions = wild(seed)
    parts = [segment(group) for _, group in positions.group_by("ship", maintain_order=True)]
    assert segment(positions).equals(pl.concat(parts))
    laid = [
        hulls(group, part)
        for (_, group), part in zip(positions.group_by("ship", maintain_order=True), parts, strict=True)
    ]
    assert hulls(positions, segment(positions)).equals(pl.concat(laid))


@QUIET
@given(seeds, st.integers(1, 1000), st.integers(-(10**12), 10**12))
def test_names_and_clocks_change_nothing_else(seed: int, more: int, micros: int) -> None:
    positions = wild(seed)
    moved = positions.with_columns(pl.col("ship") + more, pl.col("time") + timedelta(microseconds=micros))
    here, there = segment(positions), segment(moved)
    assert _numbers(here) == _numbers(there)
    laid, shifted = hulls(positions, here), hulls(moved, there)
    assert laid["hull"].to_list() == shifted["hull"].to_list()
    assert laid["sure"].to_list() == shifted["sure"].to_list()
    assert (laid["first_seen"] + timedelta(microseconds=micros)).to_list() == shifted["first_seen"].to_list()


def _numbers(segments: pl.DataFrame) -> list[int]:
    return segments["track"].rle_id().to_list() if segments.is_empty() else _first_rows(segments)


def _first_rows(segments: pl.DataFrame) -> list[int]:
    """Each track by its first row, so that names do not count."""
    return segments.with_columns(first=pl.col("row").min().over("track"))["first"].to_list()


@settings(deadline=None, max_examples=25, derandomize=True)  # noise by chance: one in thousands may be a ship
@given(seeds, st.booleans())
def test_one_ship_alone_is_never_two(seed: int, speeds: bool) -> None:
    """Whatever it does within its speed, however badly it is heard, and with stray messages."""
    dice = np.random.default_rng(seed)
    count = 400
    steps = dice.exponential(float(dice.choice([0.05, 0.5, 3.0])), count)
    steps[dice.random(count) < 0.03] += dice.uniform(5, 200)
    hours = np.cumsum(steps)
    legs = np.cumsum(dice.random(count) < 0.05)
    knots = dice.choice([0.0, 0.3, 6.0, 14.0, 22.0], legs[-1] + 1)[legs]
    course = dice.uniform(0, 360, legs[-1] + 1)[legs]
    lat, lon = [float(dice.uniform(-60, 60))], [float(dice.uniform(-180, 180))]
    for hour, knot, way in zip(steps[1:], knots[1:], course[1:], strict=True):
        north, east = geo.destination(lat[-1], lon[-1], way, hour * knot * geo.METRES_PER_NM)
        lat.append(float(north))
        lon.append(float(east))
    noisy, away = geo.destination(lat, lon, dice.uniform(0, 360, count), np.abs(dice.normal(0, 60, count)))
    noisy = np.where(dice.random(count) < 0.01, dice.uniform(-80, 80, count), noisy)
    positions = frame(np.full(count, FIRST), hours, noisy, away, knots if speeds else np.full(count, np.nan))
    if speeds:
        positions = positions.with_columns(cog=pl.Series(course).cast(pl.Float32))
    positions = positions.with_columns(pl.col("sog").fill_nan(None))
    assert hulls(positions, segment(positions))["hull"].drop_nulls().unique().to_list() in ([], [1])


@settings(deadline=None, max_examples=6)
@given(seeds)
def test_two_ships_50_km_apart_are_two_hulls(seed: int) -> None:
    positions, _ = planted(2, 72, 27, seed)
    bare = positions.drop("segment")
    segments = segment(bare)
    both = segments.join(positions.select("row", "segment"), on="row").join(
        hulls(bare, segments).select("ship", "track", "hull"), on=["ship", "track"]
    )
    for _, group in both.group_by("ship"):
        assert rand_index(group["segment"].to_list(), group["hull"].to_list()) > 0.99
