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
from darkwake.sites import pixel_sums, stack
from darkwake.sites.stack import Floats, Grid, Ints, Labels

Progress = Callable[[str, int, int | None], None]

RING_M = {"s1": 90.0, "s2": 60.0, "landsat": 120.0, "optical": 30.0}
"""Width of the ring by sensor, metres: some pixels of ground, within what one shower or one field covers."""
LEAST_PIXELS = 4
"""A footprint of fewer pixels, about two by two, is told nothing of (design figure; smaller ones are mostly mixed)."""
LEAST_SHARE = 0.5
"""Of the pixels inside, and in the ring, that must be valid."""
LEAST_RING = 8
BLOCK = 2_000
"""Buildings, at least, of which an image is read at once; each such block opens the images again."""
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
    middle: bool
    """Whether a ring is told by the middle of its pixels, not by their mean."""


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
    # cells lie in one another's rings: the mean would hand a changed cell's step on to its neighbours
    middle = not (footprints["kind"] == "building").any()
    for (sensor, _), group in usable.group_by(["sensor", "orbit"], maintain_order=True):
        sensor = str(sensor)  # noqa: PLW2901
        chips = stack.grids_of(_in_reach(footprints, group), group, ring_m=RING_M[sensor])
        blocks = _blocks(chips)
        for block in blocks:
            made = [
                _Chip(grid, labels, [[] for _ in labels.buildings], middle)
                for grid, placed in block
                for labels in [stack.labels(placed, grid, ring_m=RING_M[sensor])]
            ]
            found: list[list[_Found]] = [[] for _ in made]
            for number, image in enumerate(group.iter_rows(named=True)):
                if progress:
                    again = f", part {len(parts)}" if len(blocks) > 1 else ""
                    progress(f"reading {sensor} of {image['time']:%Y-%m-%d}{again}", done + number, usable.height)
                for place, chip in enumerate(made):
                    found[place] += _found(image, chip)
            told = [_table(chip, seen) for chip, seen in zip(made, found, strict=True) if seen]
            parts.append(pl.concat([schema.empty(schema.SERIES), *told], rechunk=True))
        done += group.height
    return pl.concat(parts).sort("building", "sensor", "orbit", "time", "feature", "image")


def _blocks(chips: list[tuple[Grid, pl.DataFrame]]) -> list[list[tuple[Grid, pl.DataFrame]]]:
    """Chips that are read together: whole ones, until they hold `BLOCK` buildings.

    Where its pixels lie is the most that a building costs, some kilobytes. A chip's series is the same in any block.
    """
    blocks: list[list[tuple[Grid, pl.DataFrame]]] = []
    held = BLOCK
    for chip in chips:
        if held >= BLOCK:
            blocks.append([])
            held = 0
        blocks[-1].append(chip)
        held += chip[1].height
    return blocks


def _in_reach(footprints: pl.DataFrame, images: pl.DataFrame) -> pl.DataFrame:
    """The footprints that an image of the series covers; all where none does, so that the reason can be told."""
    west, south = images["west"].min(), images["south"].min()
    east, north = images["east"].max(), images["north"].max()
    covered = footprints.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
    return covered if covered.height else footprints


def _found(image: Mapping[str, Any], chip: _Chip) -> list[_Found]:
    """Each feature of the buildings of a chip on one image; all without a value where the image cannot be used."""
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
    return [_Found(image, name, values, problem) for name, values in found]


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A feature of each building of a chip on one image."""

    image: Mapping[str, Any]
    feature: str
    values: _Values
    problem: str


def _table(chip: _Chip, found: list[_Found]) -> pl.DataFrame:
    """SERIES of a chip: one row a building, image and feature; one table for all images, as each table costs."""
    number = len(chip.labels.buildings)
    inside, ring, pixels, ring_pixels, whole, whole_ring = (
        np.stack([getattr(one.values, name) for one in found])
        for name in ("inside", "ring", "pixels", "ring_pixels", "whole", "whole_ring")
    )
    problems = sorted({one.problem for one in found if one.problem})
    reasons = ["", "too few pixels", "cloud or no data", "no ring to compare with", "no value", *problems]
    broken = np.array([reasons.index(one.problem) if one.problem else 0 for one in found])[:, None]
    few = whole < LEAST_PIXELS
    covered = pixels < LEAST_SHARE * whole
    bare = (whole_ring < LEAST_RING) | (ring_pixels < np.maximum(LEAST_RING, LEAST_SHARE * whole_ring))
    value = inside - ring
    # the first that holds is told
    why = np.select(
        [broken > 0, few, covered, bare, ~np.isfinite(value)], [np.broadcast_to(broken, few.shape), 1, 2, 3, 4], 0
    )
    value = np.where(why == 0, value, np.nan)
    at = np.repeat(np.arange(len(found)), number)

    def each(name: str) -> pl.Series:
        return pl.Series([one.image[name] for one in found], dtype=schema.SERIES[name]).gather(at)

    def numbers(values: npt.NDArray[np.float32]) -> pl.Series:
        return pl.Series(values.ravel().astype(np.float64)).fill_nan(None)

    return pl.DataFrame(
        {
            "building": pl.Series(list(chip.labels.buildings), dtype=pl.String).gather(
                np.tile(np.arange(number), len(found))
            ),
            "image": each("image"),
            "sensor": each("sensor"),
            "orbit": each("orbit"),
            "time": each("time"),
            "feature": pl.Series([one.feature for one in found]).gather(at),
            "value": numbers(value),
            "inside": numbers(inside),
            "ring": numbers(ring),
            "pixels": pixels.ravel(),
            "ring_pixels": ring_pixels.ravel(),
            "why": pl.Series(reasons).gather(why.ravel()),
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
    around = ring.middle if chip.middle else ring.mean
    if sensor == "s1":
        for name in ("VV", "VH"):
            if name in layers:
                data = layers[name].ravel()
                both = _decibels(inside.mean(data)), _decibels(around(data))
                yield f"{name.lower()}_db", _values(inside, ring, data, *both)
        return
    visible = [layers[name] for name in ("red", "green", "blue", _GRAY) if name in layers]
    if not visible:
        return
    bright: Floats = np.stack(visible).mean(axis=0, dtype=np.float32)
    flat = bright.ravel()
    means = inside.mean(flat), ring.mean(flat)
    yield "brightness", _values(inside, ring, flat, means[0], around(flat) if chip.middle else means[1])
    if {"red", "blue"} <= layers.keys():
        colour = (layers["red"] - layers["blue"]).ravel()
        yield "colour", _values(inside, ring, colour, inside.mean(colour), around(colour))
    if {"red", "nir"} <= layers.keys():
        total = layers["nir"] + layers["red"]
        ndvi = np.divide(layers["nir"] - layers["red"], total, out=np.full_like(total, np.nan), where=total > 0)
        ndvi = ndvi.ravel()
        yield "greenness", _values(inside, ring, ndvi, inside.mean(ndvi), around(ndvi))
    spread = tuple(
        np.sqrt(np.maximum(pixels.mean(flat**2) - mean**2, 0))
        for pixels, mean in zip((inside, ring), means, strict=True)
    )
    yield "texture", _values(inside, ring, flat, *spread)
    steps = _steps(bright).ravel()
    yield "edges", _values(inside, ring, steps, inside.mean(steps), around(steps))
    likeness = _likeness(chip, flat)
    yield "likeness", _values(inside, ring, flat, likeness, np.zeros_like(likeness))


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

    def mean(self, data: Floats) -> Floats:
        """The mean of the valid pixels of each; NaN where there is none."""
        found: Floats = pixel_sums.means(data, self.places, self.starts, self.counts)[0]
        return found

    def middle(self, data: Floats) -> Floats:
        """The median of the valid pixels of each; NaN where there is none."""
        found: Floats = pixel_sums.medians(data, self.places, self.starts, self.counts)
        return found

    def valid(self, data: Floats) -> Ints:
        """How many pixels of each are valid."""
        found: Ints = pixel_sums.means(data, self.places, self.starts, self.counts)[1]
        return found
