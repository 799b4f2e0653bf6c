"""Windows of images on one grid: the only file that knows how rasters are read and written.

A series is never loaded whole. Buildings are gathered in chips, small grids aligned with the images' own pixels, and of
each image only those windows are read; what lies in another system of coordinates, or on another lattice, is warped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import rasterio
from rasterio import features, vrt, warp
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.transform import Affine
from rasterio.windows import Window

from darkwake.errors import Unreadable
from darkwake.sites import hashes, png
from darkwake.sites.footprints import as_geojson

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

CHIP = 256
"""Pixels along the side of a chip, without its margin: 60 dates of two bands are 31 MB."""
_CATEGORIES = frozenset({"SCL", "QA_PIXEL", "UDM2"})
"""Bands whose numbers are names: their nearest pixel is taken, never a mean of several."""
_AGAIN = "Fetch it again"
_OPENING: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_TIMEOUT": "60",
    "GDAL_HTTP_MAX_RETRY": "3",
    "GDAL_HTTP_RETRY_DELAY": "2",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif,.tiff,.jp2,.vrt",
}
_MOST_OPEN = 16
"""Files that `kept_open` holds: the bands of one image."""
_HELD: ContextVar[dict[str, Any] | None] = ContextVar("_HELD", default=None)


@dataclass(frozen=True, slots=True)
class Header:
    """What a raster says of itself."""

    crs: str
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north in degrees; None where it is unreferenced."""
    gsd_m: float
    width: int
    height: int
    bands: tuple[str, ...]
    """The bands' own names; empty strings where they have none."""
    dtype: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A lattice of pixels, north up."""

    crs: str
    transform: tuple[float, float, float, float, float, float]
    """Affine: width, 0, west, 0, -height, north, in units of the CRS."""
    width: int
    height: int

    @property
    def affine(self) -> Affine:
        """The same for the library."""
        return Affine(*self.transform)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class Labels:
    """Which pixels of a grid lie in each building, and which in the ring round it: flat places, row by row."""

    buildings: tuple[str, ...]
    inside: tuple[Ints, ...]
    ring: tuple[Ints, ...]


def header(path: str) -> Header:
    """What a raster says of itself. Of a file on disk the last pixel is read, which one that was cut short has not.

    Raises:
        Unreadable: no raster, or it is cut short.
    """
    with opened(path) as image:
        crs = image.crs
        bounds = None
        if Path(path).exists():
            try:
                image.read(window=Window(image.width - 1, image.height - 1, 1, 1))
            except RasterioError as error:
                raise Unreadable("it is cut short: its last pixels are missing", where=path, to_do=_AGAIN) from error
        width_m = 0.0
        if crs and not image.transform.is_identity:
            try:
                bounds = warp.transform_bounds(crs, "EPSG:4326", *image.bounds)
            except RasterioError as error:
                raise Unreadable(
                    f"its coordinates cannot be used: {error}", where=path, to_do="Reproject it"
                ) from error
            unit = crs.linear_units_factor[1] if crs.is_projected else 111_195.0
            width_m = abs(image.transform.a) * unit
        return Header(
            crs=_name(crs) if bounds else "",
            bounds=bounds,
            gsd_m=width_m,
            width=image.width,
            height=image.height,
            bands=tuple(text or "" for text in image.descriptions),
            dtype=image.dtypes[0],
            tags=image.tags(),
        )


def grids_of(footprints: pl.DataFrame, images: pl.DataFrame, *, ring_m: float) -> list[tuple[Grid, pl.DataFrame]]:
    """Chips that together hold every footprint with its ring, each with the footprints whose middle lies in it.

    The lattice is that of the images that most share; footprints that no image can cover are in no chip.

    Raises:
        Unreadable: no usable image overlaps the footprints; says so where longitude and latitude seem exchanged.
    """
    usable = images.filter(pl.col("usable") & (pl.col("crs") != ""))
    if usable.is_empty() or footprints.is_empty():
        return []
    _overlap(footprints, usable)
    lattices = usable.group_by("crs", "gsd_m").len().sort(["len", "gsd_m", "crs"], descending=[True, False, False])
    crs, gsd_m = lattices.row(0)[:2]
    first = usable.filter((pl.col("crs") == crs) & (pl.col("gsd_m") == gsd_m)).sort("image").row(0, named=True)
    with opened(first["bands"][0]["path"]) as image:
        base = image.transform
    xs, ys = project(footprints["lon"].to_list(), footprints["lat"].to_list(), crs)
    columns = np.floor((np.array(xs) - base.c) / base.a / CHIP).astype(np.int64)
    rows = np.floor((np.array(ys) - base.f) / base.e / CHIP).astype(np.int64)
    unit = base.a if gsd_m == 0 else gsd_m
    margin = math.ceil(ring_m / unit) + 2
    placed = footprints.with_columns(pl.Series("_row", rows), pl.Series("_column", columns))
    chips = []
    for _, group in placed.group_by(["_row", "_column"], maintain_order=True):
        low, high = _extent(group, crs, base)
        left, top, right, bottom = low[0] - margin, low[1] - margin, high[0] + margin + 1, high[1] + margin + 1
        moved = base @ Affine.translation(left, top)
        grid = Grid(crs, tuple(moved)[:6], right - left, bottom - top)
        chips.append((grid, group.drop("_row", "_column").sort("building")))
    return sorted(chips, key=lambda chip: (chip[0].transform[5], chip[0].transform[2]))


def read(bands: Sequence[Mapping[str, Any]], band: str, grid: Grid) -> Floats | None:
    """One band of an image on a grid, NaN where there is no data; None where the image has no such band.

    Raises:
        Unreadable: the file is gone or cut short.
    """
    found = next((one for one in bands if one["band"] == band), None)
    if found is None:
        return None
    nearest = band in _CATEGORIES
    with opened(found["path"]) as image:
        try:
            data = _window(image, int(found["at"]), grid, nearest)
        except (RasterioError, RasterioIOError) as error:
            raise Unreadable(
                f"pixels cannot be read: {error}",
                where=found["path"],
                to_do=_AGAIN,
            ) from error
    return data


@contextmanager
def kept_open() -> Iterator[None]:
    """Within it, the few files read last stay open, so that the next chip of an image need not open it again."""
    held: dict[str, Any] = {}
    before = _HELD.set(held)
    try:
        with rasterio.Env(**_OPENING):
            yield
    finally:
        _HELD.reset(before)
        for image in held.values():
            image.close()


def labels(footprints: pl.DataFrame, grid: Grid, *, ring_m: float) -> Labels:
    """The pixels inside each footprint and in its ring.

    A pixel is inside where its middle is. The ring is `ring_m` wide, starts one pixel off, and leaves out every other
    footprint with a pixel round it, so that a neighbour's change is not taken for the ground's. Cells that stand in for
    footprints lie side by side: only their nearest neighbours are left out.
    """
    shapes = [warp.transform_geom("EPSG:4326", grid.crs, as_geojson(rings)) for rings in footprints["rings"].to_list()]
    built = np.zeros(grid.shape, dtype=bool)
    buildings = [shape for shape, kind in zip(shapes, footprints["kind"], strict=True) if kind == "building"]
    if buildings:
        built = features.rasterize(buildings, grid.shape, transform=grid.affine, all_touched=True, dtype="uint8") > 0
    pixel = abs(grid.transform[0]) * (1.0 if grid.crs != "EPSG:4326" else 111_195.0)
    reach = max(2, round(ring_m / pixel) + 1)
    near = _grown(built, 1)
    inside, ring = [], []
    for shape in shapes:
        (top, left, bottom, right) = _box(shape, grid, reach)
        window = (bottom - top, right - left)
        if window[0] <= 0 or window[1] <= 0:
            inside.append(np.empty(0, np.int64))
            ring.append(np.empty(0, np.int64))
            continue
        moved = grid.affine @ Affine.translation(left, top)
        own = features.rasterize([shape], window, transform=moved, all_touched=False, dtype="uint8") > 0
        touched = features.rasterize([shape], window, transform=moved, all_touched=True, dtype="uint8") > 0
        around = _grown(touched, reach) & ~_grown(touched, 1) & ~near[top:bottom, left:right]
        inside.append(_flat(own, top, left, grid.width))
        ring.append(_flat(around, top, left, grid.width))
    return Labels(tuple(footprints["building"].to_list()), tuple(inside), tuple(ring))


def plain(path: str, *, most_px: int) -> Floats:
    """All bands of a picture, bands x rows x columns, with or without coordinates; averaged down to that size.

    Raises:
        Unreadable: no picture, or cut short.
    """
    # a jpg that was cut short is otherwise filled up with grey, which looks like a picture
    with rasterio.Env(GDAL_ERROR_ON_LIBJPEG_WARNING=True), opened(path) as image:
        every = max(1, math.ceil(max(image.width, image.height) / most_px))
        shape = (image.count, math.ceil(image.height / every), math.ceil(image.width / every))
        try:
            if image.colorinterp[0] == ColorInterp.palette:  # its numbers are names of colours
                names = image.read(1, out_shape=shape[1:], resampling=Resampling.nearest)
                table = np.array([image.colormap(1).get(number, (0, 0, 0))[:3] for number in range(256)], np.float32)
                return np.ascontiguousarray(np.moveaxis(table[names.astype(np.int64) % 256], 2, 0))
            data: Floats = image.read(out_shape=shape, out_dtype="float32", resampling=Resampling.average)
        except RasterioError as error:
            raise Unreadable(f"pixels cannot be read: {error}", where=path, to_do=_AGAIN) from error
    return data


def write_png(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write rows x columns x 3 as a PNG, whole or not at all."""
    hashes.write_whole(path, png.encode(picture))


# --- within ---


@contextmanager
def opened(path: str) -> Iterator[Any]:
    """A raster, open for reading; what goes wrong with it is told in plain words."""
    import warnings  # noqa: PLC0415

    held = _HELD.get()
    if held is not None and path in held:
        yield held[path]
        return
    try:
        if held is not None:
            while len(held) >= _MOST_OPEN:
                held.pop(next(iter(held))).close()
            with rasterio.Env(**_OPENING):
                held[path] = rasterio.open(path)
            yield held[path]
            return
        with rasterio.Env(**_OPENING), warnings.catch_warnings():
            # an unreferenced picture is told as such by its header
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path) as image:
                yield image
    except RasterioIOError as error:
        gone = not path.startswith(("http://", "https://", "/vsi")) and not Path(path).exists()
        what = "the file is gone" if gone else f"it cannot be read as an image: {error}"
        raise Unreadable(what, where=path, to_do=_AGAIN) from error


def _name(crs: Any) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def project(lons: Sequence[float], lats: Sequence[float], crs: str) -> tuple[list[float], list[float]]:
    """Degrees as coordinates of that system."""
    xs, ys = warp.transform("EPSG:4326", crs, list(lons), list(lats))
    return list(xs), list(ys)


def _overlap(footprints: pl.DataFrame, images: pl.DataFrame) -> None:
    def covered(lon: str, lat: str) -> int:
        west, south, east, north = (images[name].min() if name in ("west", "south") else images[name].max()
                                    for name in ("west", "south", "east", "north"))  # fmt: skip
        return footprints.filter(pl.col(lon).is_between(west, east) & pl.col(lat).is_between(south, north)).height

    if covered("lon", "lat"):
        return
    exchanged = covered("lat", "lon")
    what = "no image overlaps the footprints"
    if exchanged:
        what += f"; with longitude and latitude exchanged {exchanged:,} of them would lie in one"
    raise Unreadable(
        what,
        where=", ".join(footprints["site"].unique().sort().to_list()[:3]),
        to_do="Write the footprints longitude first" if exchanged else "Check that both are of the same place",
    )


def _extent(group: pl.DataFrame, crs: str, base: Affine) -> tuple[tuple[int, int], tuple[int, int]]:
    """Columns and rows, on the images' lattice, of all corners of those footprints: the least and the greatest."""
    corners = group["rings"].explode().explode().to_list()
    xs, ys = project(corners[0::2], corners[1::2], crs)
    columns = np.floor((np.array(xs) - base.c) / base.a).astype(np.int64)
    rows = np.floor((np.array(ys) - base.f) / base.e).astype(np.int64)
    return (int(columns.min()), int(rows.min())), (int(columns.max()), int(rows.max()))


def _window(image: Any, at: int, grid: Grid, nearest: bool) -> Floats:
    same = _name(image.crs) == grid.crs and math.isclose(image.transform.a, grid.transform[0], rel_tol=1e-9)
    column, row = (
        (grid.transform[2] - image.transform.c) / image.transform.a,
        ((grid.transform[5] - image.transform.f) / image.transform.e),
    )
    if same and abs(column - round(column)) < 0.01 and abs(row - round(row)) < 0.01:
        return _cut(image, at, grid, round(column), round(row))
    with vrt.WarpedVRT(
        image, crs=grid.crs, transform=grid.affine, width=grid.width, height=grid.height,
        resampling=Resampling.nearest if nearest else Resampling.bilinear, add_alpha=image.nodata is None,
    ) as warped:  # fmt: skip
        data: Floats = warped.read(at, masked=True, out_dtype="float32").filled(np.nan)
        data[warped.dataset_mask() == 0] = np.nan
    return data


def _cut(image: Any, at: int, grid: Grid, column: int, row: int) -> Floats:
    """The window whose corner is that pixel of the image; what lies beyond the image is NaN."""
    data: Floats = np.full(grid.shape, np.nan, np.float32)
    left, top = max(column, 0), max(row, 0)
    right, bottom = min(column + grid.width, image.width), min(row + grid.height, image.height)
    if left < right and top < bottom:
        window = Window(left, top, right - left, bottom - top)
        part = _pixels(image, at, window)
        data[top - row : bottom - row, left - column : right - column] = part
    return data


def _pixels(image: Any, at: int, window: Window) -> Floats:
    """Pixels as float32, NaN where there is none; a mask is made only where the file has more than a number for it."""
    flags = image.mask_flag_enums[at - 1]
    if flags not in ([MaskFlags.all_valid], [MaskFlags.nodata]) or np.dtype(image.dtypes[at - 1]).itemsize > 4:
        masked: Floats = image.read(at, window=window, masked=True, out_dtype="float32").filled(np.nan)
        return masked
    part: Floats = image.read(at, window=window, out_dtype="float32")
    if flags == [MaskFlags.nodata] and image.nodatavals[at - 1] is not None:
        part[part == np.float32(image.nodatavals[at - 1])] = np.nan
    return part


def _box(shape: Mapping[str, Any], grid: Grid, reach: int) -> tuple[int, int, int, int]:
    """Rows and columns round a shape, cut to the grid."""
    west, south, east, north = features.bounds(shape)
    left, top = ~grid.affine @ (west, north)
    right, bottom = ~grid.affine @ (east, south)
    return (
        max(0, math.floor(top) - reach - 1),
        max(0, math.floor(left) - reach - 1),
        min(grid.height, math.ceil(bottom) + reach + 1),
        min(grid.width, math.ceil(right) + reach + 1),
    )


def _grown(mask: npt.NDArray[np.bool_], by: int) -> npt.NDArray[np.bool_]:
    """The mask with every pixel within `by` rows and columns."""
    for axis in (0, 1):
        grown = mask.copy()
        for step in range(1, by + 1):
            ahead, behind = [slice(None)] * 2, [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= mask[tuple(behind)]
            grown[tuple(behind)] |= mask[tuple(ahead)]
        mask = grown
    return mask


def _flat(mask: npt.NDArray[np.bool_], top: int, left: int, width: int) -> Ints:
    rows, columns = np.nonzero(mask)
    return ((rows + top) * width + columns + left).astype(np.int64)
