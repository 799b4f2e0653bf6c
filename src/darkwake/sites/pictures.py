"""Pictures that a reader believes: before and after on one grid with one stretch, and a strip of every usable date.

Nothing is drawn into a picture and nothing smoothed: pixels as they were taken, each magnified to a square; where there
is no data it is hatched. Radar is grey, the mean of VV and VH in decibels, over 12 dB at least so that speckle does not
look like change; one pass, not a mean of several. Outline, scale bar, dates and credit are handed on beside it.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from darkwake.errors import Unreadable, WrongUse
from darkwake.evidence import canonical
from darkwake.sites import hashes, png, stack, stretch
from darkwake.sites import series as site_series
from darkwake.sites.stack import Floats, Grid

READABLE_PX = 300
"""About how wide a picture is shown, and a strip's tile a sixth of it."""
LEAST_PX, MOST_PX = 24, 400
"""Native pixels along a side: fewer show no surroundings, more are averaged down."""
TILE_LEAST_PX, TILE_MOST_PX = 12, 24
_ACROSS = 12
"""Tiles in a row of a strip."""
BAR_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_SURE = ("optical", "s2", "landsat", "s1")
"""Of several sensors the one that people read best is shown."""
_COLOURS = {
    "s2": (("B04", "B03", "B02"), ("red", "green", "blue")),
    "landsat": (("B04", "B03", "B02"), ("red", "green", "blue")),
    "optical": (("red", "green", "blue"), ("gray",)),
}
_LEAST_RANGE = {"s1": 12.0}
"""From black to white at least, in the sensor's units: decibels."""
LOOSE = "not co-registered, for looking only"
_HEADS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How png, jpg and tif begin: other files that can be opened as rasters may name further files, and are not asked."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One side of a pair, with what its caption must say."""

    png: bytes
    width: int
    height: int
    image: str
    time: datetime | None
    """UTC; None where nobody knows."""
    sensor: str
    bands: tuple[str, ...]
    credit: str
    sha256: tuple[str, ...]
    """Of each file it was made of."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Before and after. North is up, as far as the grid's own north goes."""

    before: Picture
    after: Picture
    registered: bool
    """Whether a pixel of one lies on the same ground as that of the other, by their own coordinates."""
    metres_per_pixel: float | None
    """Of the pictures as they are, magnified."""
    bar_m: int | None
    bar_px: float | None
    outline: tuple[tuple[tuple[float, float], ...], ...]
    """The footprint's rings as x, y in pixels of the pictures, from the upper left corner."""
    magnified: int
    says: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Every usable date of a building as tiles of one picture, row by row."""

    png: bytes
    tile_px: int
    across: int
    images: tuple[str, ...]
    times: tuple[datetime, ...]
    places: tuple[tuple[int, int], ...]
    """Upper left corner of each tile, pixels."""
    sensor: str


def pair(before: Mapping[str, Any], after: Mapping[str, Any], rings: Sequence[Sequence[float]]) -> Pair:
    """A building, or a site, on two images of one sensor: one grid, one stretch.

    Args:
        before: a row of IMAGES.
        after: another.
        rings: of the footprint, degrees.

    Raises:
        WrongUse: the images are of different sensors, or without coordinates.
        Unreadable: pixels cannot be read, or neither image covers the place.
    """
    if before["sensor"] != after["sensor"]:
        raise WrongUse("a picture before and one after must be of one sensor", to_do="Choose two of the same")
    grid = grid_round(after, rings, least_px=LEAST_PX, most_px=MOST_PX)
    names = _bands(before, after)
    layers = [_layers(row, names, grid) for row in (before, after)]
    if not any(np.isfinite(one).any() for one in layers):
        raise Unreadable("neither image shows that place", where=after["image"], to_do="Choose other images")
    times = max(1, round(READABLE_PX / max(grid.shape)))
    between = stretch.limits(layers, least=_LEAST_RANGE.get(before["sensor"], 0.0))
    sides = []
    for row, data in zip((before, after), layers, strict=True):
        drawn = stretch.magnified(stretch.stretched(data, between), stretch.shown(data), times)
        sides.append(_side(row, drawn, names))
    width_m = _pixel_m(grid, rings)
    bar_m, bar_px = bar(width_m / times, grid.width * times)
    return Pair(
        sides[0],
        sides[1],
        registered=True,
        metres_per_pixel=width_m / times,
        bar_m=bar_m,
        bar_px=bar_px,
        outline=outline(rings, grid, times),
        magnified=times,
        says=_says(before, after, names, width_m),
    )


def loose(before: str, after: str, *, credit: str = "") -> Pair:
    """Two pictures that have no coordinates, or no date: side by side, for looking only.

    Raises:
        Unreadable: one is gone, no png, jpg or tif, or cut short.
    """
    for path in (before, after):
        _is_picture(path)
    data = [stack.plain(path, most_px=2 * MOST_PX) for path in (before, after)]
    data = [one[:3] if len(one) >= 3 else one[:1] for one in data]
    same = data[0].shape == data[1].shape
    if len({len(one) for one in data}) > 1:
        data = [one[:1] for one in data]
    eight = all(float(np.nanmax(one, initial=0)) <= 255 and float(np.nanmin(one, initial=0)) >= 0 for one in data)
    between = [(0.0, 255.0)] * len(data[0]) if eight else stretch.limits(data)
    sides = []
    for path, one in zip((before, after), data, strict=True):
        drawn = stretch.magnified(stretch.stretched(one, between), stretch.shown(one), 1)
        bands = [{"band": "", "sha256": hashes.of_file(Path(path))}]
        about: dict[str, Any] = {"image": path, "time": None, "sensor": "", "credit": credit, "bands": bands}
        sides.append(_side(about, drawn, ("",)))
    size = "of one size" if same else "of different size"
    return Pair(sides[0], sides[1], registered=False, metres_per_pixel=None, bar_m=None, bar_px=None, outline=(),
                magnified=1, says=f"Two pictures {size}, {LOOSE}.")  # fmt: skip


def strips(images: pl.DataFrame, footprints: pl.DataFrame, series: pl.DataFrame) -> dict[str, Strip]:
    """A strip for each building that has a usable date: every image is opened once for all of them.

    Args:
        images: IMAGES.
        footprints: FOOTPRINTS of the buildings that are wanted.
        series: SERIES; a date is usable where it has a value.
    """
    chosen = {name: _usable(series, name) for name in footprints["building"].to_list()}
    rows = {row["image"]: row for row in images.iter_rows(named=True)}
    rings = dict(footprints.select("building", "rings").iter_rows())
    wanted: dict[str, list[str]] = {}
    for name, told in chosen.items():
        for image in told:
            wanted.setdefault(image, []).append(name)
    grids: dict[str, Grid] = {}
    tiles: dict[str, dict[str, Floats]] = {name: {} for name in chosen}
    with stack.kept_open():
        for image in sorted(wanted):
            row = rows[image]
            for name in wanted[image]:
                if name not in grids:
                    first = rows[chosen[name][0]]
                    grids[name] = grid_round(first, rings[name], least_px=TILE_LEAST_PX, most_px=TILE_MOST_PX)
                names = _bands(*(rows[one] for one in chosen[name]))
                try:
                    tiles[name][image] = _layers(row, names, grids[name])
                except Unreadable:  # gone since: its tile is hatched
                    number = 1 if rows[image]["sensor"] == "s1" else len(names)
                    tiles[name][image] = np.full((number, *grids[name].shape), np.nan, np.float32)
    return {
        name: _strip([rows[image] for image in told], [tiles[name][image] for image in told], grids[name])
        for name, told in chosen.items()
        if told
    }


def choose(series: pl.DataFrame, breaks: pl.DataFrame, building: str) -> tuple[str, str] | None:
    """Which images to show of a building: the last usable before its strongest break and the first after it.

    Without a break the first and the last usable image; None where fewer than two of one series can be used.
    """
    images = _usable(series, building)
    if len(images) < 2:
        return None
    found = breaks.filter(pl.col("building") == building).sort("statistic", "by", descending=[True, False])
    if found.is_empty():
        return images[0], images[-1]
    after, by = found["after"][0], found["by"][0]
    times = dict(series.filter(pl.col("building") == building).select("image", "time").unique().iter_rows())
    early = [image for image in images if times[image] <= after]
    late = [image for image in images if times[image] >= by]
    return (early[-1] if early else images[0], late[0] if late else images[-1])


def of_site(
    images: pl.DataFrame, footprints: pl.DataFrame, series: pl.DataFrame, breaks: pl.DataFrame, *, most: int = 40
) -> dict[str, dict[str, Any]]:
    """Pictures by building as the case page takes them: those with breaks first, the strongest first, up to `most`.

    Keys: before_png_base64, after_png_base64; before and after {date, sensor, credit, sha256}; metres_per_pixel,
    outline, registered, bar_m, bar_px, says; strip {png_base64, tile_px, dates}; problem, where there is no pair.
    """
    ranked = (
        footprints.join(breaks.group_by("building").agg(pl.col("statistic").max()), on="building", how="left")
        .sort("statistic", "building", descending=[True, False], nulls_last=True)
        .head(most)
    )
    rows = {row["image"]: row for row in images.iter_rows(named=True)}
    told: dict[str, dict[str, Any]] = {}
    drawn = strips(images, ranked.drop("statistic"), series)
    for building, rings in ranked.select("building", "rings").iter_rows():
        found = choose(series, breaks, building)
        both, problem = None, "" if found else "fewer than two usable images"
        if found:
            try:
                both = pair(rows[found[0]], rows[found[1]], rings)
            except (Unreadable, WrongUse) as error:
                problem = error.what
        told[building] = as_row(both, drawn.get(building)) | ({"problem": problem} if problem else {})
    return told


def as_row(both: Pair | None, tiles: Strip | None = None) -> dict[str, Any]:
    """A pair and a strip as plain JSON types."""
    row: dict[str, Any] = {}
    if both:
        for side, one in (("before", both.before), ("after", both.after)):
            row[f"{side}_png_base64"] = base64.b64encode(one.png).decode()
            row[side] = canonical({"date": one.time, "sensor": one.sensor, "credit": one.credit, "image": one.image,
                                   "sha256": " ".join(one.sha256), "bands": list(one.bands)})  # fmt: skip
        row |= {"metres_per_pixel": both.metres_per_pixel, "registered": both.registered, "says": both.says,
                "bar_m": both.bar_m, "bar_px": both.bar_px, "magnified": both.magnified,
                "outline": [list(point) for point in both.outline[0]] if both.outline else []}  # fmt: skip
    if tiles:
        row["strip"] = {
            "png_base64": base64.b64encode(tiles.png).decode(),
            "tile_px": tiles.tile_px,
            "dates": canonical(list(tiles.times)),
            "images": list(tiles.images),
        }
    return row


def _is_picture(path: str) -> None:
    try:
        with Path(path).open("rb") as file:
            head = file.read(8)
    except OSError as error:
        what = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be opened: {error}"
        raise Unreadable(what, where=path, to_do="Name a png, jpg or tif") from error
    if not head.startswith(_HEADS):
        what = "the file is empty" if not head else "it is no picture: it begins like no png, jpg or tif"
        raise Unreadable(what, where=path, to_do="Give a png, jpg or tif")


# --- grids ---


def grid_round(image: Mapping[str, Any], rings: Sequence[Sequence[float]], *, least_px: int, most_px: int) -> Grid:
    """A square of an image's own pixels round a footprint, three times as wide as it; coarser where it is too many."""
    if not image["crs"]:
        raise WrongUse("an image without coordinates shows no certain place", where=image["image"])
    with stack.opened(image["bands"][0]["path"]) as raster:
        base = raster.transform
    points = [number for ring in rings for number in ring]
    xs, ys = stack.project(points[0::2], points[1::2], image["crs"])
    columns, rows = (np.array(xs) - base.c) / base.a, (np.array(ys) - base.f) / base.e
    size = max(float(np.ptp(columns)), float(np.ptp(rows)))
    side = max(least_px, math.ceil(3 * size))
    every = math.ceil(side / most_px)
    number = math.ceil(side / every)
    left = round((columns.max() + columns.min()) / 2 - number * every / 2)
    top = round((rows.max() + rows.min()) / 2 - number * every / 2)
    west, north = base.c + left * base.a, base.f + top * base.e
    return Grid(image["crs"], (base.a * every, 0.0, west, 0.0, base.e * every, north), number, number)


def outline(rings: Sequence[Sequence[float]], grid: Grid, times: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Rings in degrees as x, y in pixels of a picture on that grid, magnified."""
    found = []
    for ring in rings:
        xs, ys = stack.project(ring[0::2], ring[1::2], grid.crs)
        wide, _, west, _, high, north = grid.transform
        found.append(tuple(
            (round((x - west) / wide * times, 1), round((y - north) / high * times, 1))
            for x, y in zip(xs, ys, strict=True)
        ))  # fmt: skip
    return tuple(found)


def bar(metres_per_pixel: float, width_px: float) -> tuple[int | None, float | None]:
    """The longest round length under a third of a picture's width: metres, and pixels."""
    fit = [length for length in BAR_M if length <= metres_per_pixel * width_px / 3]
    return (fit[-1], round(fit[-1] / metres_per_pixel, 2)) if fit else (None, None)


# --- pixels ---


def _layers(row: Mapping[str, Any], names: Sequence[str], grid: Grid) -> Floats:
    """The bands that are shown, bands x rows x columns, in units that can be compared from date to date."""
    found = [stack.read(row["bands"], name, grid) for name in names]
    layers = [np.full(grid.shape, np.nan, np.float32) if one is None else one for one in found]
    if row["sensor"] == "s1":
        with np.errstate(all="ignore"):
            layers = [10 * np.log10(np.where(one > 0, one, np.nan)) for one in layers]
        layers = [np.mean(layers, axis=0, dtype=np.float32)]
    elif row["sensor"] == "s2" and row["baseline"]:
        layers = [site_series._reflectance(one, row["baseline"], row["time"]) for one in layers]
    stacked: Floats = np.stack(layers).astype(np.float32)
    return stacked


def _bands(*rows: Mapping[str, Any]) -> tuple[str, ...]:
    """The bands to show that all of the images have."""
    have = set.intersection(*({band["band"] for band in row["bands"]} for row in rows))
    if rows[0]["sensor"] == "s1":
        return tuple(name for name in ("VV", "VH") if name in have)
    for names in _COLOURS[rows[0]["sensor"]]:
        if set(names) <= have:
            return names
    return tuple(sorted(have)[:1])


def _strip(rows: Sequence[Mapping[str, Any]], layers: Sequence[Floats], grid: Grid) -> Strip:
    times = max(1, round(READABLE_PX / 6 / max(grid.shape)))
    tile = times * max(grid.shape)
    across = min(_ACROSS, len(rows))
    between = stretch.limits(layers, least=_LEAST_RANGE.get(rows[0]["sensor"], 0.0))
    sheet: stretch.Bytes = np.full((-(-len(rows) // across) * tile, across * tile, 3), 255, np.uint8)
    places = []
    for number, data in enumerate(layers):
        x, y = number % across * tile, number // across * tile
        drawn = stretch.magnified(stretch.stretched(data, between), stretch.shown(data), times)
        sheet[y : y + drawn.shape[0], x : x + drawn.shape[1]] = drawn
        places.append((x, y))
    return Strip(
        png=png.encode(sheet), tile_px=tile, across=across, images=tuple(row["image"] for row in rows),
        times=tuple(row["time"] for row in rows), places=tuple(places), sensor=rows[0]["sensor"],
    )  # fmt: skip


def _side(row: Mapping[str, Any], drawn: stretch.Bytes, names: Sequence[str]) -> Picture:
    files = sorted({band["sha256"] for band in row["bands"] if band["band"] in names and band["sha256"]})
    return Picture(
        png=png.encode(drawn), width=drawn.shape[1], height=drawn.shape[0], image=row["image"], time=row["time"],
        sensor=row["sensor"], bands=tuple(names), credit=row["credit"], sha256=tuple(files),
    )  # fmt: skip


def _usable(series: pl.DataFrame, building: str) -> list[str]:
    """The images, in order of time, of the best sensor and orbit that has at least two usable ones of a building."""
    told = series.filter((pl.col("building") == building) & pl.col("value").is_not_null())
    groups = told.group_by("sensor", "orbit").agg(pl.col("image").n_unique().alias("number"))
    ranked = sorted(groups.iter_rows(), key=lambda one: (one[2] < 2, _SURE.index(one[0]), -one[2], one[1]))
    if not ranked:
        return []
    sensor, orbit = ranked[0][:2]
    own = told.filter((pl.col("sensor") == sensor) & (pl.col("orbit") == orbit))
    images: list[str] = own.select("time", "image").unique().sort("time", "image")["image"].to_list()
    return images


def _pixel_m(grid: Grid, rings: Sequence[Sequence[float]]) -> float:
    if grid.crs == "EPSG:4326":
        return abs(grid.transform[0]) * 111_195.0 * math.cos(math.radians(rings[0][1]))
    return abs(grid.transform[0])


def _says(before: Mapping[str, Any], after: Mapping[str, Any], names: Sequence[str], width_m: float) -> str:
    days = " and ".join(f"{row['time']:%d %B %Y %H:%M} UTC" for row in (before, after))
    shown = f"{' and '.join(names)} in decibels, one pass" if before["sensor"] == "s1" else ", ".join(names)
    return f"{days}; {shown}; the same stretch on both sides; a pixel is {width_m:g} m; north is up."
