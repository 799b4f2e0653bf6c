"""One row a building, image and feature: what a footprint shows, minus what the ground round it shows.

The ring is a control: rain, season, angle of view and the sensor's own drift move both, and the difference keeps what
happened to the building. Every building has a row for every image of its site, also where no value can be told; the row
then says why.

Features
    s1        vv_db, vh_db       decibels of the mean backscatter
    s2        brightness, colour, greenness    reflectance; red minus blue; NDVI
              texture, edges     spread and mean step of brightness inside
              likeness           correlation of the pixels with those of the building's own first clear images
    optical, landsat             the same, greenness where there is an infrared band
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake import schema
from darkwake.errors import Unreadable
from darkwake.sites import stack
from darkwake.sites.stack import Floats, Grid, Ints, Labels

Progress = Callable[[str, int, int | None], None]

RING_M = {"s1": 90.0, "s2": 60.0, "landsat": 120.0, "optical": 30.0}
"""Width of the ring by sensor, metres: some pixels of ground, within what one shower or one field covers."""
LEAST_PIXELS = 4
"""A footprint of fewer pixels, about two by two, is told nothing of (design figure; smaller ones are mostly mixed)."""
LEAST_SHARE = 0.5
"""Of the pixels inside, and in the ring, that must be valid."""
LEAST_RING = 8
_FIRST = 5
"""Clear images that make a building's own likeness."""
_OFFSET_FROM = "04.00"
_OFFSET, _SCALE = 1000.0, 10_000.0
"""From baseline 04.00 on (25 January 2022) Sentinel-2's numbers are reflectance x 10,000 + 1,000 (ESA)."""
_CLOUDY = (0, 1, 3, 8, 9, 10, 11)
"""SCL classes: no data, saturated, cloud shadow, cloud (two kinds), cirrus, snow."""
_COLOURS = {
    "s2": {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08"},
    "landsat": {"blue": "B02", "green": "B03", "red": "B04", "nir": "B05"},
    "optical": {"blue": "blue", "green": "green", "red": "red", "nir": "nir"},
}
_GRAY = "gray"


@dataclass(frozen=True, slots=True)
class _Chip:
    """The buildings of one chip and what their pixels showed on the first clear dates."""

    grid: Grid
    labels: Labels
    first: list[list[Floats]]
    """For each building the values of its pixels on its first clear images."""


def series(images: pl.DataFrame, footprints: pl.DataFrame, *, progress: Progress | None = None) -> pl.DataFrame:
    """SERIES of every building of a site and every image that may be used.

    Args:
        images: IMAGES.
        footprints: FOOTPRINTS.
        progress: told of every image.

    Raises:
        Unreadable: no image overlaps the footprints, or a file that was found is gone.
    """
    usable = images.filter(pl.col("usable")).sort("time", "image")
    parts = [schema.empty(schema.SERIES)]
    done = 0
    for (sensor, _), group in usable.group_by(["sensor", "orbit"], maintain_order=True):
        sensor = str(sensor)  # noqa: PLW2901
        chips = stack.grids_of(_in_reach(footprints, group), group, ring_m=RING_M[sensor])
        made = [
            _Chip(grid, labels, [[] for _ in labels.buildings])
            for grid, placed in chips
            for labels in [stack.labels(placed, grid, ring_m=RING_M[sensor])]
        ]
        for image in group.iter_rows(named=True):
            if progress:
                progress(f"reading {sensor} of {image['time']:%Y-%m-%d}", done, usable.height)
            done += 1
            parts += [_rows(image, chip) for chip in made]
    return pl.concat(parts).sort("building", "sensor", "orbit", "time", "feature", "image")


def _in_reach(footprints: pl.DataFrame, images: pl.DataFrame) -> pl.DataFrame:
    """The footprints that an image of the series covers; all where none does, so that the reason can be told."""
    west, south = images["west"].min(), images["south"].min()
    east, north = images["east"].max(), images["north"].max()
    covered = footprints.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
    return covered if covered.height else footprints


def _rows(image: Mapping[str, Any], chip: _Chip) -> pl.DataFrame:
    try:
        layers = _layers(image, chip.grid)
        problem = ""
    except Unreadable as error:
        layers, problem = {}, error.what
    found = list(_features(image["sensor"], layers, chip)) if layers else []
    if not found:
        problem = problem or "no band that is known"
        nothing = _Values.none(len(chip.labels.buildings))
        found = [(name, nothing) for name in _names(image["sensor"])]
    return pl.concat([_table(image, chip, name, values, problem) for name, values in found])


def _names(sensor: str) -> tuple[str, ...]:
    return ("vv_db", "vh_db") if sensor == "s1" else ("brightness", "colour", "texture", "edges", "likeness")


@dataclass(frozen=True, slots=True)
class _Values:
    """A feature of each building of a chip."""

    inside: Floats
    ring: Floats
    pixels: Ints
    ring_pixels: Ints
    whole: Ints
    """Pixels of the footprint, valid or not."""
    whole_ring: Ints

    @staticmethod
    def none(number: int) -> _Values:
        nan, zero = np.full(number, np.nan, np.float32), np.zeros(number, np.int64)
        return _Values(nan, nan, zero, zero, zero, zero)


def _table(image: Mapping[str, Any], chip: _Chip, name: str, found: _Values, problem: str) -> pl.DataFrame:
    number = len(chip.labels.buildings)
    few = found.whole < LEAST_PIXELS
    covered = found.pixels < LEAST_SHARE * found.whole
    bare = (found.whole_ring < LEAST_RING) | (
        found.ring_pixels < np.maximum(LEAST_RING, LEAST_SHARE * found.whole_ring)
    )
    value = found.inside - found.ring
    why = np.select(
        [np.full(number, bool(problem)), few, covered, bare, ~np.isfinite(value)],
        [problem, "too few pixels", "cloud or no data", "no ring to compare with", "no value"],
        "",
    )
    value = np.where(why == "", value, np.nan)
    return pl.DataFrame(
        {
            "building": list(chip.labels.buildings),
            "image": [image["image"]] * number,
            "sensor": [image["sensor"]] * number,
            "orbit": [image["orbit"]] * number,
            "time": pl.Series([image["time"]] * number, dtype=pl.Datetime("us")),
            "feature": [name] * number,
            "value": pl.Series(value.astype(np.float64)).fill_nan(None),
            "inside": pl.Series(found.inside.astype(np.float64)).fill_nan(None),
            "ring": pl.Series(found.ring.astype(np.float64)).fill_nan(None),
            "pixels": found.pixels,
            "ring_pixels": found.ring_pixels,
            "why": why.tolist(),
        },
        schema=schema.SERIES,
    )


# --- bands ---


def _layers(image: Mapping[str, Any], grid: Grid) -> dict[str, Floats]:
    """The bands that are needed, in their units, clouds as NaN."""
    bands, sensor = image["bands"], image["sensor"]
    if sensor == "s1":
        found = {name: stack.read(bands, name, grid) for name in ("VV", "VH")}
        return {name: np.where(data > 0, data, np.nan) for name, data in found.items() if data is not None}
    names = _COLOURS[sensor]
    if all(one["band"] in ("red", "green", "blue", "nir", _GRAY) for one in bands):
        names = _COLOURS["optical"]
    colours = {colour: stack.read(bands, band, grid) for colour, band in names.items()}
    layers = {colour: data for colour, data in colours.items() if data is not None}
    if not layers:
        gray = stack.read(bands, _GRAY, grid)
        layers = {_GRAY: gray} if gray is not None else {}
    if sensor == "s2":
        layers = {colour: _reflectance(data, image["baseline"], image["time"]) for colour, data in layers.items()}
        classes = stack.read(bands, "SCL", grid)
        if classes is not None:
            cloud = np.isin(classes, _CLOUDY) | np.isnan(classes)
            layers = {colour: np.where(cloud, np.nan, data) for colour, data in layers.items()}
    return layers


def _reflectance(data: Floats, baseline: str, time: datetime) -> Floats:
    """Sentinel-2's numbers as reflectance; without a baseline told, by whether the numbers carry the offset."""
    valid = np.where(data == 0, np.nan, data)
    if float(np.nanmax(valid, initial=0.0)) <= 2.0:
        return valid  # reflectance already
    if not baseline:
        # reprocessed archives carry the offset also before its day, so the numbers themselves are asked: without it the
        # darkest pixels of any scene lie far below 0.1
        darkest = np.nanquantile(valid, 0.01) if np.isfinite(valid).any() else 0.0
        shifted = darkest >= _OFFSET * 0.95 and time >= datetime(2015, 1, 1)
    else:
        shifted = baseline >= _OFFSET_FROM
    return ((valid - _OFFSET if shifted else valid) / _SCALE).astype(np.float32)


# --- features ---


def _features(sensor: str, layers: Mapping[str, Floats], chip: _Chip) -> Iterator[tuple[str, _Values]]:
    inside, ring = _Pixels.of(chip.labels.inside), _Pixels.of(chip.labels.ring)
    if sensor == "s1":
        for name in ("VV", "VH"):
            if name in layers:
                data = layers[name].ravel()
                within, around = inside.mean(data), ring.mean(data)
                yield f"{name.lower()}_db", _values(inside, ring, data, _decibels(within), _decibels(around))
        return
    visible = [layers[name] for name in ("red", "green", "blue", _GRAY) if name in layers]
    if not visible:
        return
    bright: Floats = np.stack(visible).mean(axis=0, dtype=np.float32)
    flat = bright.ravel()
    means = inside.mean(flat), ring.mean(flat)
    yield "brightness", _values(inside, ring, flat, *means)
    if {"red", "blue"} <= layers.keys():
        yield "colour", _both(inside, ring, (layers["red"] - layers["blue"]).ravel())
    if {"red", "nir"} <= layers.keys():
        total = layers["nir"] + layers["red"]
        ndvi = np.divide(layers["nir"] - layers["red"], total, out=np.full_like(total, np.nan), where=total > 0)
        yield "greenness", _both(inside, ring, ndvi.ravel())
    spread = tuple(
        np.sqrt(np.maximum(pixels.mean(flat**2) - mean**2, 0))
        for pixels, mean in zip((inside, ring), means, strict=True)
    )
    yield "texture", _values(inside, ring, flat, *spread)
    yield "edges", _both(inside, ring, _steps(bright).ravel())
    likeness = _likeness(chip, flat)
    yield "likeness", _values(inside, ring, flat, likeness, np.zeros_like(likeness))


def _both(inside: _Pixels, ring: _Pixels, data: Floats) -> _Values:
    return _values(inside, ring, data, inside.mean(data), ring.mean(data))


def _values(inside: _Pixels, ring: _Pixels, data: Floats, within: Floats, around: Floats) -> _Values:
    return _Values(within, around, inside.valid(data), ring.valid(data), inside.counts, ring.counts)


def _decibels(power: Floats) -> Floats:
    result: Floats = np.full(power.shape, np.nan, np.float32)
    np.log10(power, out=result, where=power > 0)
    result *= 10
    return result


def _steps(bright: Floats) -> Floats:
    """The mean step to the neighbours below and to the right."""
    down, right = np.full_like(bright, np.nan), np.full_like(bright, np.nan)
    down[:-1] = np.abs(np.diff(bright, axis=0))
    right[:, :-1] = np.abs(np.diff(bright, axis=1))
    mean: Floats = (down + right) * np.float32(0.5)
    return mean


def _likeness(chip: _Chip, flat: Floats) -> Floats:
    """How alike each building's pixels are to their mean on its first clear images: a correlation, 1 for the same.

    The images that make the mean are told nothing of: they would only be alike to themselves.
    """
    found = np.full(len(chip.labels.buildings), np.nan, np.float32)
    for place, pixels in enumerate(chip.labels.inside):
        values = flat[pixels]
        if len(values) < LEAST_PIXELS or not np.isfinite(values).all():
            continue
        first = chip.first[place]
        if len(first) < _FIRST:
            first.append(values)
            continue
        base = np.mean(first, axis=0)
        a, b = values - values.mean(), base - base.mean()
        scale = float(np.sqrt((a**2).sum() * (b**2).sum()))
        found[place] = float((a * b).sum()) / scale if scale > 0 else np.nan
    return found


@dataclass(frozen=True, slots=True)
class _Pixels:
    """The pixels of many buildings, laid end to end, so that one pass over an image gives all their means."""

    places: Ints
    starts: Ints
    counts: Ints

    @staticmethod
    def of(each: Iterable[Ints]) -> _Pixels:
        parts = list(each)
        counts = np.array([len(part) for part in parts], np.int64)
        places = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return _Pixels(places, np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64), counts)

    def mean(self, data: npt.NDArray[np.float32]) -> Floats:
        """The mean of the valid pixels of each; NaN where there is none."""
        values = data[self.places]
        number = self._sums(np.isfinite(values).astype(np.float64))
        total = self._sums(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float64))
        result: Floats = np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0).astype(np.float32)
        return result

    def valid(self, data: npt.NDArray[np.float32]) -> Ints:
        """How many pixels of each are valid."""
        return self._sums(np.isfinite(data[self.places]).astype(np.float64)).astype(np.int64)

    def _sums(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        ends = np.concatenate([[0.0], np.cumsum(values)])
        sums: npt.NDArray[np.float64] = ends[self.starts + self.counts] - ends[self.starts]
        return sums
