"""How many ships lie round each of many, counted up to a limit: a crowd is not laid pair by pair."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import geo
from darkwake.events import near

Bools = NDArray[np.bool_]


def counted(places: near.Places, whose: near.Ints, who: Bools, within_m: float, most: int) -> near.Ints:
    """For each of the rows `whose`, how many other rows of `who` of its group lie within that distance; `most` at most.

    Whoever shares a cube with a diagonal of that distance is that near for certain. Only rows of cubes with too few for
    `most` are measured, so each row is measured against a bounded number of them however many lie together.
    """
    if not len(whose):
        return np.zeros(0, np.int64)
    side = 2 * np.sin(min(within_m / geo.EARTH_RADIUS_M, np.pi) / 2) / np.sqrt(3.0) * (1 - 1e-9)
    x, y, z = np.floor(places.point / side).astype(np.int64).T
    cubes = pl.DataFrame({"group": places.group, "x": x, "y": y, "z": z, "who": who})
    inside = cubes.select(pl.col("who").cast(pl.Int64).sum().over("group", "x", "y", "z"))[:, 0].to_numpy()
    result: near.Ints = (inside - who)[whose]
    rest = np.flatnonzero(result < most)
    result[rest] = -who[whose[rest]].astype(np.int64)  # each is near itself
    some = near.Places(places.group[whose[rest]], places.point[whose[rest]])
    for one, _, _ in near.between(some, near.Places(places.group[who], places.point[who]), within_m):
        result[rest] += np.bincount(one, minlength=len(rest))
    return np.minimum(result, most)
