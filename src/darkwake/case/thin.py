"""Tracks thin enough for a page: fewer positions, the same line, and both ends of every silence kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import schema
from darkwake.geo import EARTH_RADIUS_M, Floats
from darkwake.schema.shards import by_ships

DEGREE_STEPS = 10_000
"""A track on the page is in steps of 1e-4 degrees, at most 11 m."""
_ROUNDS = 8
_WITHIN_M, _WIDEST_M = 60.0, 20_000.0


def for_page(shards: Sequence[Sequence[str]], *, most: int, silent_s: float) -> list[dict[str, Any]]:
    """Every ship's line from the shards of a store, thinned shard by shard until all of them hold `most` positions.

    The line is off by 60 m or less in a round (see `thin`), and by three times as much in each next try.
    """
    within_m = _WITHIN_M
    while True:
        thinned, held = [], 0
        for part in (part for shard in shards for part in by_ships(shard)):
            thinned.append(thin(schema.in_order(part.collect()), within_m=within_m, silent_s=silent_s))
            held += thinned[-1].height
            if held > most and within_m <= _WIDEST_M:
                break  # whatever the others hold, it is too much
        else:
            return packed(pl.concat([schema.empty(schema.POSITIONS), *thinned]).sort("ship", "time"))
        within_m *= 3


def thin(positions: pl.DataFrame, *, within_m: float, silent_s: float) -> pl.DataFrame:
    """Drop the positions of POSITIONS that the line between their neighbours shows as well.

    Round by round every other position is dropped if it lies within `within_m` of where the ship would have been,
    at that moment, on the straight way between its two neighbours: so the line keeps its shape and its speed. The
    first and the last position of a ship stay, and so do the two ends of every stretch longer than `silent_s`.

    Args:
        positions: sorted by ship, time.
        within_m: how far the line may be off in one round; the rounds add up, so the line is off by at most
            `within_m` times their number, and in practice by far less.
        silent_s: seconds from which on a stretch is a silence.
    """
    for _ in range(_ROUNDS):
        before = positions.height
        positions = positions.filter(pl.Series(_kept(positions, within_m, silent_s)))
        if positions.height > 0.95 * before:
            break
    return positions


def _kept(positions: pl.DataFrame, within_m: float, silent_s: float) -> NDArray[np.bool_]:
    ship = positions["ship"].to_numpy()
    seconds = positions["time"].to_physical().to_numpy() / 1e6
    lat, lon = positions["lat"].to_numpy(), positions["lon"].to_numpy()
    keep = np.ones(len(ship), dtype=np.bool_)
    if len(ship) < 3:
        return keep
    step = np.diff(seconds)
    one_ship = ship[2:] == ship[:-2]
    short = (step[1:] <= silent_s) & (step[:-1] <= silent_s)
    whole = seconds[2:] - seconds[:-2]
    part = np.divide(step[:-1], whole, out=np.zeros_like(whole), where=whole > 0)
    # a flat map between neighbours will do: they lie close, or the step is a silence and stays
    off_lat = np.radians(lat[:-2] + part * (lat[2:] - lat[:-2]) - lat[1:-1])
    across = _turn(lon[2:] - lon[:-2])
    off_lon = np.radians(_turn(part * across - _turn(lon[1:-1] - lon[:-2]))) * np.cos(np.radians(lat[1:-1]))
    near = EARTH_RADIUS_M * np.hypot(off_lat, off_lon) <= within_m
    every_other = np.arange(1, len(ship) - 1) % 2 == 1
    keep[1:-1] = ~(one_ship & short & near & every_other)
    return keep


def _turn(degrees: Floats) -> Floats:
    """Differences of longitude the short way round."""
    result: Floats = (degrees + 180.0) % 360.0 - 180.0
    return result


def packed(positions: pl.DataFrame) -> list[dict[str, Any]]:
    """Thinned positions as the page's tracks: per ship the first time and position, then differences, all integers."""
    tracks = []
    for (ship,), track in positions.group_by("ship", maintain_order=True):
        seconds = track["time"].dt.epoch("s").to_numpy()
        lat = np.rint(track["lat"].to_numpy() * DEGREE_STEPS).astype(np.int64)
        lon = np.rint(track["lon"].to_numpy() * DEGREE_STEPS).astype(np.int64)
        tracks.append(
            {
                "ship": ship,
                "start": int(seconds[0]),
                "t": np.diff(seconds, prepend=seconds[0]).tolist(),
                "lat": np.diff(lat, prepend=0).tolist(),
                "lon": np.diff(lon, prepend=0).tolist(),
            }
        )
    return tracks
