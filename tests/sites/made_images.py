"""Small invented rasters on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

EAST, NORTH, PIXEL = 500_000.0, 2_000_000.0, 10.0
"""The corner of every raster here, in EPSG:32631 (3 degrees east, in the sea off nowhere in particular)."""


def raster(
    path: Path,
    bands: dict[str, np.ndarray] | np.ndarray,
    *,
    crs: str | None = "EPSG:32631",
    pixel: float = PIXEL,
    shift: float = 0.0,
    nodata: float | None = None,
) -> Path:
    """A GeoTIFF of those bands; a plain array is one band without a name."""
    named = bands if isinstance(bands, dict) else {"": bands}
    first = next(iter(named.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=first.shape[1], height=first.shape[0], count=len(named), dtype=first.dtype,
        crs=crs, transform=from_origin(EAST + shift, NORTH, pixel, pixel) if crs else None, nodata=nodata,
    ) as out:  # fmt: skip
        for at, (name, data) in enumerate(named.items(), start=1):
            out.write(data, at)
            if name:
                out.set_band_description(at, name)
    return path


def square(column: int, row: int, size: int) -> list[list[float]]:
    """The corners, in degrees, of a square of pixels."""
    from rasterio.warp import transform

    left, top = EAST + column * PIXEL, NORTH - row * PIXEL
    right, bottom = left + size * PIXEL, top - size * PIXEL
    xs, ys = [left, right, right, left, left], [bottom, bottom, top, top, bottom]
    return [list(pair) for pair in zip(*transform("EPSG:32631", "EPSG:4326", xs, ys), strict=True)]
