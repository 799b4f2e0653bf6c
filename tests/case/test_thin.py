"""Thinned tracks keep their shape, their ends and both sides of every silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo, schema
from darkwake.case import thin

Floating = NDArray[np.floating[Any]]


def track(ship: int, seconds: Floating, lat: Floating, lon: Floating) -> pl.DataFrame:
    table = pl.DataFrame({"lat": lat, "lon": lon}).with_columns(
        (pl.lit(datetime(2025, 9, 1)) + pl.Series(seconds).cast(pl.Int64) * timedelta(seconds=1)).alias("time"),
        pl.lit(ship, pl.Int64).alias("ship"),
        *(pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in _GIVEN),
    )
    return table.select(pl.col(name).cast(kind) for name, kind in schema.POSITIONS.items())


_GIVEN = {"ship", "time", "lat", "lon"}


def circle_and_silence() -> pl.DataFrame:
    angle = np.linspace(0, 6, 2_000)
    seconds = np.arange(2_000) * 60.0
    seconds[1_000:] += 20 * 3600
    turn = track(1, seconds, 26 + 0.3 * np.sin(angle), 56 + 0.3 * np.cos(angle))
    straight = track(2, np.arange(2_000) * 60.0, np.linspace(20, 22, 2_000), np.full(2_000, 179.999))
    return pl.concat([turn, straight])


def test_far_fewer_positions_close_to_the_line() -> None:
    whole = circle_and_silence()
    few = thin.thin(whole, within_m=50, silent_s=6 * 3600)
    assert few.height < whole.height / 20
    for ship in (1, 2):
        one, rest = whole.filter(pl.col("ship") == ship), few.filter(pl.col("ship") == ship)
        assert rest[0].equals(one[0])
        assert rest[-1].equals(one[-1])
        at = [table["time"].to_physical().to_numpy() for table in (one, rest)]
        lat, lon = (np.interp(at[0], at[1], rest[name].to_numpy()) for name in ("lat", "lon"))
        off = geo.distance_m(one["lat"].to_numpy(), one["lon"].to_numpy(), lat, lon)
        assert off.max() < 8 * 50


def test_both_ends_of_a_silence_stay() -> None:
    whole = circle_and_silence()
    few = thin.thin(whole, within_m=1e9, silent_s=6 * 3600)
    one = few.filter(pl.col("ship") == 1)
    assert one["time"].diff().max() == timedelta(hours=20, minutes=1)


def test_packed_tracks_unpack() -> None:
    few = thin.thin(circle_and_silence(), within_m=50, silent_s=6 * 3600)
    for packed, (_, one) in zip(thin.packed(few), few.group_by("ship", maintain_order=True), strict=True):
        assert np.abs(np.cumsum(packed["lat"]) / 1e4 - one["lat"].to_numpy()).max() <= 0.5e-4 + 1e-9
        assert np.abs(np.cumsum(packed["lon"]) / 1e4 - one["lon"].to_numpy()).max() <= 0.5e-4 + 1e-9
        assert (packed["start"] + np.cumsum(packed["t"]) == one["time"].dt.epoch("s").to_numpy()).all()


def test_nothing_to_thin() -> None:
    none = schema.empty(schema.POSITIONS)
    assert thin.packed(thin.thin(none, within_m=50, silent_s=1)) == []
