"""Rasters of invented scenes on disk: the only file of synth that imports rasterio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio import warp
from rasterio.transform import from_origin

CRS = "EPSG:32630"
WEST, NORTH = 500_000.0, 110_600.0
"""The corner of every scene: one degree north, three degrees west, open water in the Gulf of Guinea."""
PIXEL_M = 10.0
_SAYS = "INVENTED: made by darkwake.synth.scenes, no place on Earth looks like this"


def write(path: Path, bands: Mapping[str, npt.NDArray[np.generic]], *, nodata: float) -> None:
    """One GeoTIFF of several bands, named; what it says of itself is that it is invented."""
    first = next(iter(bands.values()))
    floats = first.dtype.kind == "f"
    with rasterio.open(
        path, "w", driver="GTiff", width=first.shape[1], height=first.shape[0], count=len(bands), dtype=first.dtype,
        crs=CRS, transform=from_origin(WEST, NORTH, PIXEL_M, PIXEL_M), nodata=nodata,
        compress="deflate", zlevel=1, predictor=3 if floats else 2, interleave="band",
    ) as out:  # fmt: skip
        out.update_tags(TIFFTAG_IMAGEDESCRIPTION=_SAYS)
        for at, (name, data) in enumerate(bands.items(), start=1):
            out.write(data, at)
            out.set_band_description(at, name)


def degrees(columns: Sequence[float], rows: Sequence[float]) -> list[tuple[float, float]]:
    """Longitude and latitude of places given in pixels from the corner."""
    xs = [WEST + column * PIXEL_M for column in columns]
    ys = [NORTH - row * PIXEL_M for row in rows]
    lons, lats = warp.transform(CRS, "EPSG:4326", xs, ys)
    return [(round(lon, 7), round(lat, 7)) for lon, lat in zip(lons, lats, strict=True)]
