"""The ground of an invented site: where what grows, where the buildings stand, and how much of each pixel they fill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darkwake.synth.scene_files import PIXEL_M
from darkwake.synth.scene_histories import History

Floats = npt.NDArray[np.float32]

BARE, GRASS, TREES, CROP = range(4)
APART = 12
"""Pixels from the middle of one building's place to the next."""
MARGIN = 36
"""Pixels of open ground round all buildings, where a scene's own controls find room."""
_SIDES_M = (14.0, 85.0)
_FINE = 4
"""A pixel's cover is counted on so many by so many points."""


@dataclass(frozen=True, slots=True)
class Building:
    """One building: where it stands, in pixels from the corner, and what happens to it."""

    name: str
    column: float
    row: float
    wide: float
    high: float
    angle: float
    history: History

    @property
    def area_m2(self) -> float:
        """Of its footprint."""
        return self.wide * self.high * PIXEL_M**2

    def corners(self) -> tuple[list[float], list[float]]:
        """Columns and rows of the closed outline."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        x = np.array([-1, 1, 1, -1, -1]) * self.wide / 2
        y = np.array([-1, -1, 1, 1, -1]) * self.high / 2
        return (self.column + c * x - s * y).tolist(), (self.row + s * x + c * y).tolist()


@dataclass(frozen=True, slots=True)
class Stand:
    """The pixels that a building fills, whole or in part."""

    window: tuple[slice, slice]
    cover: Floats
    """Share of each pixel of the window, 0 to 1."""
    shadow: Floats
    """The same for its shadow at noon in midwinter, to the north of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A site."""

    classes: npt.NDArray[np.int8]
    """Of each pixel: BARE, GRASS, TREES or CROP."""
    buildings: tuple[Building, ...]
    stands: tuple[Stand, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.classes.shape[0], self.classes.shape[1]


def smooth(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Floats:
    """A field of mean 0 and spread 1 that is alike over `scale` pixels: coarse noise, drawn out between its points."""
    coarse = (int(shape[0] / scale) + 3, int(shape[1] / scale) + 3)
    points = rng.standard_normal(coarse, np.float32)
    rows, columns = _between(shape[0], coarse[0]), _between(shape[1], coarse[1])
    field = rows @ points @ columns.T
    even: Floats = ((field - field.mean()) / max(float(field.std()), 1e-6)).astype(np.float32)
    return even


def _between(fine: int, coarse: int) -> Floats:
    at = np.linspace(0.5, coarse - 1.5, fine)
    low = np.floor(at).astype(int)
    part = (at - low).astype(np.float32)
    weights = np.zeros((fine, coarse), np.float32)
    weights[np.arange(fine), low] = 1 - part
    weights[np.arange(fine), np.minimum(low + 1, coarse - 1)] += part
    return weights


def lay(rng: np.random.Generator, histories: Sequence[History], *, sides_m: tuple[float, float] = _SIDES_M) -> Ground:
    """Buildings of many sizes on a loose lattice, on a ground of grass, trees, bare earth and fields."""
    across = int(np.ceil(np.sqrt(len(histories) * 1.4)))
    down = int(np.ceil(len(histories) / across))
    shape = down * APART + 2 * MARGIN, across * APART + 2 * MARGIN
    buildings = [_building(rng, number, across, history, sides_m) for number, history in enumerate(histories)]
    classes = _classes(rng, shape)
    for building in buildings:
        yard = 2 if building.history.kind != "crop field" else 10
        reach = int(max(building.wide, building.high) / 2) + yard
        row, column = int(building.row), int(building.column)
        box = slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1)
        classes[box] = CROP if building.history.kind == "crop field" else BARE
    stands = [_stand(building, shape) for building in buildings]
    return Ground(classes, tuple(buildings), tuple(stands))


def _classes(rng: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.int8]:
    growth = smooth(rng, shape, 18.0) + 0.5 * smooth(rng, shape, 6.0)
    classes = np.full(shape, GRASS, np.int8)
    classes[growth < -0.9] = BARE
    classes[growth > 1.0] = TREES
    classes[(smooth(rng, shape, 30.0) > 1.2) & (classes == GRASS)] = CROP
    return classes


def _building(
    rng: np.random.Generator, number: int, across: int, history: History, sides_m: tuple[float, float]
) -> Building:
    low, high = np.log(sides_m[0]), np.log(sides_m[1])
    side = float(np.exp(rng.uniform(low, high))) / PIXEL_M
    stretch = float(np.sqrt(rng.uniform(1.0, 1.8)))
    free = max(0.0, (APART - 3 - side * stretch) / 2)
    off = rng.uniform(-min(free, 2.0), min(free, 2.0), 2)
    wide, tall = (side * stretch, side / stretch) if rng.random() < 0.5 else (side / stretch, side * stretch)
    return Building(
        name=f"invented-{number + 1:03d}",
        column=MARGIN + (number % across + 0.5) * APART + float(off[0]),
        row=MARGIN + (number // across + 0.5) * APART + float(off[1]),
        wide=wide,
        high=tall,
        angle=float(rng.uniform(-0.25, 0.25)),
        history=history,
    )


def _stand(building: Building, shape: tuple[int, int]) -> Stand:
    reach = int(np.hypot(building.wide, building.high) / 2) + 4
    top, left = max(0, int(building.row) - reach), max(0, int(building.column) - reach)
    bottom, right = min(shape[0], int(building.row) + reach + 1), min(shape[1], int(building.column) + reach + 1)
    fine = (
        (np.arange((bottom - top) * _FINE) + 0.5) / _FINE + top,
        (np.arange((right - left) * _FINE) + 0.5) / _FINE + left,
    )
    rows, columns = fine[0][:, None] - building.row, fine[1][None, :] - building.column
    cover = _filled(rows, columns, building)
    shade = np.maximum(_filled(rows + 1.0, columns, building), _filled(rows + 2.0, columns, building)) - cover
    return Stand((slice(top, bottom), slice(left, right)), cover, np.clip(shade, 0.0, 1.0).astype(np.float32))


def _filled(rows: npt.NDArray[np.float64], columns: npt.NDArray[np.float64], building: Building) -> Floats:
    c, s = np.cos(building.angle), np.sin(building.angle)
    x, y = c * columns + s * rows, c * rows - s * columns
    hit = (np.abs(x) <= building.wide / 2) & (np.abs(y) <= building.high / 2)
    share: Floats = (
        hit.reshape(hit.shape[0] // _FINE, _FINE, hit.shape[1] // _FINE, _FINE).mean(axis=(1, 3)).astype(np.float32)
    )
    return share
