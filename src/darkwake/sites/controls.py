"""Controls: places of a scene that nobody says changed, as large as its buildings, and not among them.

What the statistic does where nothing happened can only be learnt from the scene itself: its speckle, its seasons, its
sensor's steps. Controls are squares on a lattice round and between the buildings, a ring's width off any of them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake import schema

Array = npt.NDArray[np.float64]

MOST = 600
"""Enough that a p-value of 1 % rests on six of them."""
_SHARE = 10
"""Of that many buildings one control at least: no p-value is under a tenth of what the controls can show, so with fewer
of them a score of changed cells among many thousands could never pass the false-discovery rate."""
_SIDES = (10.0, 400.0)
"""Least and greatest side of a control, metres."""
_M_PER_DEG = 111_195.0
_BEYOND = 1_000.0
"""How far outside the buildings' box controls may lie, metres: the same weather and the same pass."""


def controls(
    footprints: pl.DataFrame, *, apart_m: float, most: int | None = None, images: pl.DataFrame | None = None
) -> pl.DataFrame:
    """FOOTPRINTS, of the kind "control", near those footprints.

    Args:
        footprints: FOOTPRINTS of one site.
        apart_m: how far from any footprint a control lies at least, metres; the width of the ring.
        most: how many at most, spread evenly over what there is room for; else `MOST`, more where buildings are many.
        images: IMAGES; with them controls lie only where usable images reach, else some may lie where none does.
    """
    if footprints.is_empty():
        return schema.empty(schema.FOOTPRINTS)
    site = str(footprints["site"][0])
    most = max(MOST, footprints.height // _SHARE) if most is None else most
    lat_0 = float(footprints["lat"].to_numpy().mean())
    wide = _M_PER_DEG * math.cos(math.radians(lat_0))
    boxes = _boxes(footprints) * np.array([wide, _M_PER_DEG, wide, _M_PER_DEG])
    side = float(np.clip(math.sqrt(float(np.median(footprints["area_m2"].to_numpy()))), *_SIDES))
    west, south = boxes[:, 0].min() - _BEYOND, boxes[:, 1].min() - _BEYOND
    east, north = boxes[:, 2].max() + _BEYOND, boxes[:, 3].max() + _BEYOND
    reach = _reach(images, wide, apart_m)
    west, south, east, north = max(west, reach[0]), max(south, reach[1]), min(east, reach[2]), min(north, reach[3])
    if east - west <= side or north - south <= side:
        return schema.empty(schema.FOOTPRINTS)
    # no finer than what could be kept ten times over: a lattice over a whole city would be millions
    step = max(side, math.sqrt((east - west) * (north - south) / (10 * most)))
    lattice = np.meshgrid(np.arange(west, east - side, step), np.arange(south, north - side, step))
    xs, ys = lattice[0].ravel(), lattice[1].ravel()
    free = ~_meets(xs, ys, side, boxes, apart_m)
    xs, ys = xs[free], ys[free]
    if len(xs) > most:
        chosen = np.linspace(0, len(xs) - 1, most).round().astype(int)
        xs, ys = xs[chosen], ys[chosen]
    rows = []
    for number, (x, y) in enumerate(zip(xs.tolist(), ys.tolist(), strict=True)):
        left, low, right, high = x / wide, y / _M_PER_DEG, (x + side) / wide, (y + side) / _M_PER_DEG
        rows.append(
            {
                "building": f"control-{number:04d}",
                "site": site,
                "label": f"control {number + 1}",
                "lon": (left + right) / 2,
                "lat": (low + high) / 2,
                "area_m2": side**2,
                "rings": [[left, low, right, low, right, high, left, high, left, low]],
                "kind": "control",
            }
        )
    return pl.DataFrame(rows, schema=schema.FOOTPRINTS, orient="row")


def _reach(images: pl.DataFrame | None, wide: float, apart_m: float) -> tuple[float, float, float, float]:
    """West, south, east, north of the images, metres, less what a ring needs."""
    usable = images.filter(pl.col("usable") & pl.col("west").is_not_null()) if images is not None else None
    if usable is None or usable.is_empty():
        return -math.inf, -math.inf, math.inf, math.inf
    west, south = float(usable["west"].to_numpy().min()), float(usable["south"].to_numpy().min())
    east, north = float(usable["east"].to_numpy().max()), float(usable["north"].to_numpy().max())
    return (
        west * wide + apart_m, south * _M_PER_DEG + apart_m, east * wide - apart_m, north * _M_PER_DEG - apart_m,
    )  # fmt: skip


def _boxes(footprints: pl.DataFrame) -> Array:
    """West, south, east, north of each footprint, degrees."""
    found = []
    for rings in footprints["rings"].to_list():
        lons = [number for ring in rings for number in ring[0::2]]
        lats = [number for ring in rings for number in ring[1::2]]
        found.append((min(lons), min(lats), max(lons), max(lats)))
    return np.array(found)


def _meets(xs: Array, ys: Array, side: float, boxes: Array, apart: float) -> npt.NDArray[np.bool_]:
    """Whether a square comes nearer than `apart` to any box; each box is asked only of the squares beside it."""
    meets = np.zeros(len(xs), bool)
    order = np.argsort(ys, kind="stable")
    lows = ys[order]
    for west, south, east, north in boxes.tolist():
        begin, end = np.searchsorted(lows, [south - apart - side, north + apart])
        near = order[begin:end]
        hit = (xs[near] < east + apart) & (xs[near] + side > west - apart)
        meets[near[hit]] = True
    return meets
