"""The world's land, from the Natural Earth polygons in the package: its outlines for a map, and a mask for routes.

Two scales: "50m" for the world at a glance, "10m" for straits and ports. Rings are arrays of (lon, lat) in degrees.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["50m", "10m"]
Ring = NDArray[np.float64]
"""A closed outline, shape (points, 2), columns lon and lat in degrees."""
Box = tuple[float, float, float, float]
"""west, south, east, north in degrees."""


@cache
def rings(scale: Scale) -> tuple[Ring, ...]:
    """Every outline of land and of the lakes in it, in the file's order; even-odd filling gives the land.

    An outline that crosses 180° runs on beyond it, and stands a second time shifted by 360°, so that each map between
    180° west and 180° east finds its part. Antarctica is closed along the pole.
    """
    packed = files("darkwake").joinpath("data", f"land-{scale}.json.gz").read_bytes()
    topology = json.loads(gzip.decompress(packed))
    zoom, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc, dtype=np.int64), axis=0) * zoom + shift for arc in topology["arcs"]]
    found: list[Ring] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for outline in polygon:
                # a negative number is the arc ~number walked backwards; the joint point stands twice
                parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in outline]
                found += _unrolled(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))
    return tuple(found)


def _unrolled(ring: Ring) -> list[Ring]:
    """An outline without jumps at 180°, and its copies for the maps that it reaches into."""
    step = np.diff(ring[:, 0])
    lon = np.concatenate([ring[:1, 0], ring[0, 0] + np.cumsum((step + 180.0) % 360.0 - 180.0)])
    one = np.column_stack([lon, ring[:, 1]])
    if abs(lon[-1] - lon[0]) > 180.0:  # it goes round the pole
        pole = np.copysign(90.0, ring[:, 1].mean())
        one = np.vstack([one, [lon[-1], pole], [lon[0], pole], one[:1]])
    copies = [one]
    if one[:, 0].max() > 180.0:
        copies.append(one - np.array([360.0, 0.0]))
    if one[:, 0].min() < -180.0:
        copies.append(one + np.array([360.0, 0.0]))
    return copies


def rings_in(box: Box, scale: Scale) -> list[Ring]:
    """The outlines that may reach into `box`: whole, not cut, so that they can still be filled."""
    bounds = _bounds(scale)
    meets = ((bounds[:, :2] <= box[2:]) & (bounds[:, 2:] >= box[:2])).all(axis=1)
    return [rings(scale)[number] for number in np.flatnonzero(meets)]


@cache
def _bounds(scale: Scale) -> NDArray[np.float64]:
    """West, south, east, north of each outline, shape (outlines, 4)."""
    return np.array([[*ring.min(axis=0), *ring.max(axis=0)] for ring in rings(scale)])


def mask(box: Box, size_deg: float, scale: Scale = "10m") -> NDArray[np.bool_]:
    """Land (True) by cell over `box`: shape (rows, columns), row 0 in the south; a cell counts by its centre.

    Each outline is crossed with the line of cell centres of each row; between an odd and the next even crossing
    is land.
    """
    west, south, east, north = box
    height, width = round((north - south) / size_deg), round((east - west) / size_deg)
    flips = np.zeros((height, width + 1), dtype=np.int64)
    for ring in rings_in(box, scale):
        x1, y1 = ring[:-1, 0], (ring[:-1, 1] - south) / size_deg - 0.5
        x2, y2 = ring[1:, 0], (ring[1:, 1] - south) / size_deg - 0.5
        first = np.clip(np.ceil(np.minimum(y1, y2)), 0, height).astype(np.int64)
        after = np.clip(np.ceil(np.maximum(y1, y2)), 0, height).astype(np.int64)
        edge = np.repeat(np.arange(len(x1)), after - first)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(after - first) - (after - first), after - first)
        row = row + first[edge]
        x = x1[edge] + (row - y1[edge]) / (y2[edge] - y1[edge]) * (x2[edge] - x1[edge])
        column = np.clip(np.ceil((x - west) / size_deg - 0.5), 0, width).astype(np.int64)
        np.add.at(flips, (row, column), 1)
    result: NDArray[np.bool_] = (np.cumsum(flips, axis=1)[:, :width] % 2).astype(np.bool_)
    return result
