"""Which numbers were in two places of which one is the same for many of them at once: displaced, not two ships.

Where satellite navigation is jammed or led astray, the receivers of many ships show the same place, off and on. Each
of their numbers is then heard in turns from where its ship is and from there, as if a second ship sent it.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import numpy as np
import polars as pl

from darkwake import geo

WITHIN_M = 5_000.0
"""Receivers led astray show the same place, or circles of a few kilometres round it."""
OTHERS = 3
"""So many other numbers at the same spot in the same hours are no chance: two ships under one number are rare."""
AROUND_M, AROUND_OTHERS = 100_000.0, 5
BRIEF = timedelta(hours=24)
"""Nor are so many in the same waters, where none lasts longer: receivers that are jammed scatter. Clones go on."""

SIDES = ("of", "ship", "since", "until", "lat", "lon")
"""One row for each place of each event: the event's id, its number, from when to when, and the place."""


def shared(sides: pl.DataFrame) -> list[str]:
    """The events of which one place is also that of many other numbers' events in overlapping hours."""
    brief = sides.filter(pl.col("until") - pl.col("since") <= BRIEF)
    return sorted({*_crowded(sides, WITHIN_M, OTHERS), *_crowded(brief, AROUND_M, AROUND_OTHERS)})


def _crowded(sides: pl.DataFrame, within_m: float, others: int) -> list[str]:
    phi, lam = np.radians(sides["lat"].to_numpy()), np.radians(sides["lon"].to_numpy())
    ball = [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]
    boxes = [np.floor(one * geo.EARTH_RADIUS_M / within_m).astype(np.int64) for one in ball]
    table = sides.select(SIDES).with_columns(x=pl.Series(boxes[0]), y=pl.Series(boxes[1]), z=pl.Series(boxes[2]))
    near = pl.concat(
        [
            table.with_columns(pl.col("x") + x, pl.col("y") + y, pl.col("z") + z)
            for x, y, z in product((-1, 0, 1), repeat=3)
        ]
    )
    pairs = table.join(near, on=["x", "y", "z"], suffix="_other").filter(
        pl.col("ship") != pl.col("ship_other"),
        pl.col("since") <= pl.col("until_other"),
        pl.col("since_other") <= pl.col("until"),
    )
    apart = geo.distance_m(*(pairs[name].to_numpy() for name in ("lat", "lon", "lat_other", "lon_other")))
    counted = (
        pairs.filter(pl.Series(apart <= within_m, dtype=pl.Boolean))
        .group_by("of", "lat", "lon")
        .agg(pl.col("ship_other").n_unique().alias("others"))
    )
    found: list[str] = counted.filter(pl.col("others") >= others)["of"].unique().sort().to_list()
    return found
