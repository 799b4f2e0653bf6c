"""Rasters of invented scenes on disk: the only file of synth that imports rasterio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio import warp
from rasterio.transform import from_origin

PIXEL_M = 10.0
_SAYS = "INVENTED: made by darkwake.synth.scenes, no place on Earth looks like this"


@dataclass(frozen=True, slots=True)
class Corner:
    """Where the north-western corner of a scene lies: metres of a projection, and the tile that names give."""

    crs: str
    west: float
    north: float
    tile: str


GUINEA = Corner("EPSG:32630", 500_000.0, 110_600.0, "T30NXX")
"""One degree north, three degrees west, open water in the Gulf of Guinea."""


def write(path: Path, bands: Mapping[str, npt.NDArray[np.generic]], *, nodata: float, corner: Corner = GUINEA) -> None:
    """One GeoTIFF of several bands, named; what it says of itself is that it is invented."""
    first = next(iter(bands.values()))
    floats = first.dtype.kind == "f"
    with rasterio.open(
        path, "w", driver="GTiff", width=first.shape[1], height=first.shape[0], count=len(bands), dtype=first.dtype,
        crs=corner.crs, transform=from_origin(corner.west, corner.north, PIXEL_M, PIXEL_M), nodata=nodata,
        compress="deflate", zlevel=1, predictor=3 if floats else 2, interleave="band",
    ) as out:  # fmt: skip
        out.update_tags(TIFFTAG_IMAGEDESCRIPTION=_SAYS)
        for at, (name, data) in enumerate(bands.items(), start=1):
            out.write(data, at)
            out.set_band_description(at, name)


def degrees(columns: Sequence[float], rows: Sequence[float], corner: Corner = GUINEA) -> list[tuple[float, float]]:
    """Longitude and latitude of places given in pixels from the corner."""
    xs = [corner.west + column * PIXEL_M for column in columns]
    ys = [corner.north - row * PIXEL_M for row in rows]
    lons, lats = warp.transform(corner.crs, "EPSG:4326", xs, ys)
    return [(round(lon, 7), round(lat, 7)) for lon, lat in zip(lons, lats, strict=True)]


def corner_round(lat: float, lon: float, crs: str, size_m: tuple[float, float], tile: str) -> Corner:
    """The corner of a scene so wide and so high, in whole pixels, with that place in its middle."""
    xs, ys = warp.transform("EPSG:4326", crs, [lon], [lat])
    return Corner(crs, round(xs[0] - size_m[0] / 2, -1), round(ys[0] + size_m[1] / 2, -1), tile)
