"""Sentinel-2-like images of an invented site: numbers of L2A in B02, B03, B04 and B08, and SCL.

Every surface is a spectrum times a pattern that stays: roofs keep theirs from year to year, rubble has a rough one, a
building site a new one on every date. Over it come the season of what grows, the sun, shadows, haze, snow, clouds and
their shadows, a shift of some metres from image to image, and from 25 January 2022 on the offset of baseline 04.00.
Spectra are plain round figures of an ordinary town, no measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from darkwake.synth.scene_ground import BARE, CROP, GRASS, TREES, Building, Floats, Ground, smooth
from darkwake.synth.scene_radar import disc

OFFSET_SINCE = date(2022, 1, 25)
BANDS = ("B02", "B03", "B04", "B08")
_SOIL = np.array([0.08, 0.11, 0.14, 0.21], np.float32)
_LEAVES = np.array([0.03, 0.06, 0.04, 0.36], np.float32)
_STRAW = np.array([0.08, 0.12, 0.16, 0.25], np.float32)
_WATER = np.array([0.06, 0.07, 0.06, 0.03], np.float32)
_SNOW = np.array([0.75, 0.75, 0.74, 0.70], np.float32)
_CLOUD = np.array([0.62, 0.62, 0.62, 0.65], np.float32)
_DEBRIS = np.array([0.13, 0.15, 0.17, 0.21], np.float32)
_BARE_PLOT = np.array([0.10, 0.13, 0.17, 0.24], np.float32)
_LORRY = np.array([0.35, 0.36, 0.36, 0.38], np.float32)
_ROOFS = np.array(
    [[0.26, 0.27, 0.27, 0.29], [0.07, 0.09, 0.17, 0.23], [0.17, 0.18, 0.19, 0.22], [0.06, 0.06, 0.07, 0.08],
     [0.14, 0.19, 0.24, 0.27], [0.16, 0.14, 0.10, 0.14]], np.float32,
)  # fmt: skip
"""Sheet metal, red tiles, concrete, bitumen, sand, blue sheet."""
_FLOOD_PX = 9
_VEGETATION, _SOIL_CLASS, _CLOUD_CLASS, _SHADOW_CLASS, _SNOW_CLASS = 4, 5, 9, 3, 11


@dataclass(frozen=True, slots=True)
class Sky:
    """Of one image."""

    day: date
    season: float
    moisture: float
    cover: float
    """Share of the sky that is cloud."""
    missed: bool
    """SCL finds only the thickest of it, and none of its shadows."""
    haze: float
    """Reflectance added in the blue."""
    snow: bool
    shift: tuple[float, float]
    """Rows and columns that the image lies off."""


@dataclass(frozen=True, slots=True)
class _Coats:
    """What one building shows: a spectrum and a pattern, by status."""

    intact: Floats
    rebuilt: Floats
    repaired: Floats
    rubble: Floats
    paint: Floats
    smooth_pattern: Floats
    new_pattern: Floats
    rough_pattern: Floats


class Colours:
    """The site from above."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        rng = np.random.default_rng([seed, 71])
        self._grain = (1 + 0.08 * rng.standard_normal((1, *ground.shape), np.float32)).astype(np.float32)
        self._green = np.clip(0.6 + 0.15 * smooth(rng, ground.shape, 5.0), 0, 1)
        self._coats = [
            _coats(np.random.default_rng([seed, number, 72]), building, stand.cover.shape)
            for number, (building, stand) in enumerate(zip(ground.buildings, ground.stands, strict=True))
        ]

    def image(self, number: int, sky: Sky) -> dict[str, npt.NDArray[np.uint16]]:
        """The four bands and SCL; zero is no data."""
        rng = np.random.default_rng([self.seed, number, 73])
        seen = self._ground(sky)
        for place in range(len(self.ground.buildings)):
            self._building(rng, seen, place, sky)
        if sky.snow:
            lying = np.clip(0.75 + 0.3 * smooth(rng, self.ground.shape, 8.0), 0, 1)
            seen += lying * (_SNOW[:, None, None] - seen)
        seen *= 1.0 + 0.08 * sky.season
        seen = _shifted(seen, *sky.shift)
        seen += sky.haze * np.array([1.0, 0.75, 0.55, 0.2], np.float32)[:, None, None]
        classes = np.full(self.ground.shape, _SOIL_CLASS, np.uint16)
        classes[seen[3] > 2 * seen[2]] = _VEGETATION
        if sky.snow:
            classes[seen[0] > 0.35] = _SNOW_CLASS
        self._clouds(rng, seen, classes, sky)
        seen *= 1 + 0.012 * rng.standard_normal(seen.shape, np.float32)
        numbers = np.clip(np.rint(seen * 10_000), 1, 20_000) + (1000 if sky.day >= OFFSET_SINCE else 0)
        found = {name: numbers[at].astype(np.uint16) for at, name in enumerate(BANDS)}
        return found | {"SCL": classes}

    def _ground(self, sky: Sky) -> Floats:
        """Reflectance of what grows and what does not, four bands."""
        leafy = {
            BARE: 0.05, GRASS: 0.55 + 0.3 * sky.season, TREES: 0.75 + 0.2 * sky.season, CROP: _crop(sky.day),
        }  # fmt: skip
        green = np.array([leafy[kind] for kind in (BARE, GRASS, TREES, CROP)], np.float32)[self.ground.classes]
        green = green * (0.55 + 0.75 * self._green)
        soil = (_SOIL * (1 - 0.12 * np.clip(sky.moisture, -1, 2)))[:, None, None]
        dry = np.where(self.ground.classes == CROP, _STRAW[:, None, None], soil)
        seen: Floats = ((dry + green * (_LEAVES[:, None, None] - dry)) * self._grain).astype(np.float32)
        for building in self.ground.buildings:
            days = building.history.days
            if building.history.kind == "flooded yard" and days[0] <= sky.day <= days[1]:
                seen[:, disc(building, self.ground.shape, _FLOOD_PX)] = _WATER[:, None]
        return seen

    def _building(self, rng: np.random.Generator, seen: Floats, place: int, sky: Sky) -> None:
        building, stand, coats = self.ground.buildings[place], self.ground.stands[place], self._coats[place]
        part = seen[:, *stand.window]
        stands = building.history.status(sky.day) in ("intact", "rebuilt", "repaired")
        if stands:
            part *= 1 - (0.35 - 0.2 * sky.season) * stand.shadow
        own = self._shown(rng, building, coats, sky)
        part += stand.cover * (own - part)
        if building.history.kind == "lorries" and sky.day in building.history.days:
            row, column = (int(rng.integers(0, max(1, size - 2))) for size in stand.cover.shape)
            spot = part[:, row : row + 2, column : column + 1]
            spot += 0.5 * (_LORRY[:, None, None] - spot)

    def _shown(self, rng: np.random.Generator, building: Building, coats: _Coats, sky: Sky) -> Floats:
        """Four bands over the building's window."""
        history, total = building.history, np.zeros((4, *coats.smooth_pattern.shape), np.float32)
        for status, share in history.mixture(sky.day).items():
            if status == "intact":
                roof = coats.paint if history.kind == "repainted" and sky.day >= history.days[0] else coats.intact
                shown = roof * (1 + coats.smooth_pattern)
                if history.kind == "green roof":
                    shown = shown + (0.35 + 0.3 * sky.season) * (_LEAVES[:, None, None] - shown)
            elif status == "destroyed":
                shown = coats.rubble * (1 + coats.rough_pattern)
            elif status == "cleared":
                plot = _BARE_PLOT[:, None, None] * (1 - 0.12 * np.clip(sky.moisture, -1, 2))
                shown = plot * (1 + 0.05 * coats.smooth_pattern)
            elif status == "under construction":
                shown = _site(rng, coats, history.progress(sky.day))
            else:
                roof = coats.rebuilt if status == "rebuilt" else coats.repaired
                shown = roof * (1 + coats.new_pattern)
            total += np.float32(share) * shown
        return np.maximum(total, np.float32(0.01))

    def _clouds(self, rng: np.random.Generator, seen: Floats, classes: npt.NDArray[np.uint16], sky: Sky) -> None:
        shape = self.ground.shape
        thick = np.zeros(shape, np.float32)
        if sky.cover > 0:
            field = smooth(rng, shape, 25.0) + 0.4 * smooth(rng, shape, 7.0)
            edge = float(np.quantile(field, 1 - sky.cover)) if sky.cover < 1 else -9.0
            thick = np.clip((field - edge) / 0.5, 0, 1).astype(np.float32)
            shade = np.roll(thick, (-12, 9), (0, 1))
            seen *= 1 - 0.5 * shade
            if not sky.missed:
                classes[shade > 0.4] = _SHADOW_CLASS
        for building in self.ground.buildings:
            if building.history.kind == "unknown cloud" and sky.day in building.history.days:
                thick = np.maximum(thick, 0.7 * disc(building, shape, 12.0)).astype(np.float32)
        known = np.clip(thick, 0, 1) > (0.9 if sky.missed else 0.3)
        seen += 0.95 * thick * (_CLOUD[:, None, None] * (1 + 0.05 * self._grain) - seen)
        for building in self.ground.buildings:
            if building.history.kind == "unknown cloud" and sky.day in building.history.days:
                known &= ~disc(building, shape, 13.0)
        classes[known] = _CLOUD_CLASS


def _crop(day: date) -> float:
    """How green a field is: sown in March, ripe in July, cut within days, stubble after."""
    at = day.timetuple().tm_yday
    if at < 75 or at > 205:
        return 0.08
    return float(np.clip((at - 75) / 50, 0.08, 0.95) * np.clip((205 - at) / 25, 0.1, 1.0))


def _coats(rng: np.random.Generator, building: Building, shape: tuple[int, int]) -> _Coats:
    def roof() -> Floats:
        spectrum: Floats = (_ROOFS[int(rng.integers(len(_ROOFS)))] * rng.uniform(0.8, 1.2)).astype(np.float32)
        return spectrum[:, None, None]

    def pattern(low: float, high: float) -> Floats:
        grain = 0.6 * smooth(rng, shape, 2.0) + 0.8 * rng.standard_normal(shape, np.float32)
        return (rng.uniform(low, high) * np.clip(grain, -2.5, 2.5)).astype(np.float32)

    intact, rebuilt, paint = roof(), roof(), roof()
    smooth_pattern, new_pattern = pattern(0.06, 0.16), pattern(0.06, 0.16)
    left = 1 - building.history.damage
    rubble = left * intact + (1 - left) * _DEBRIS[:, None, None] * rng.uniform(0.8, 1.15)
    rough = building.history.damage * pattern(0.2, 0.4) + left * smooth_pattern
    repaired = intact * rng.uniform(0.9, 1.15) if rng.random() < 0.7 else roof()
    return _Coats(
        intact, rebuilt, repaired.astype(np.float32), rubble.astype(np.float32), paint,
        smooth_pattern, new_pattern, rough.astype(np.float32),
    )  # fmt: skip


def _site(rng: np.random.Generator, coats: _Coats, progress: float) -> Floats:
    """A building site on one day: earth and concrete, more and more of the new roof, and no two dates alike."""
    shape = coats.smooth_pattern.shape
    base = (1 - progress) * _BARE_PLOT[:, None, None] + progress * coats.rebuilt
    heaps = rng.uniform(0.15, 0.35) * np.clip(rng.standard_normal(shape, np.float32), -2, 2)
    concrete = (rng.random(shape) < 0.25 * rng.random()).astype(np.float32)
    shown = base * (1 + heaps) * rng.uniform(0.85, 1.2)
    shown = shown + 0.6 * concrete * (np.float32(0.28) - shown)
    return np.asarray(shown + 0.5 * progress * base * coats.new_pattern, np.float32)


def _shifted(seen: Floats, down: float, across: float) -> Floats:
    """The image a part of a pixel off, between its neighbours."""
    for axis, by in ((1, down), (2, across)):
        other = np.roll(seen, 1 if by > 0 else -1, axis)
        seen = seen + abs(np.float32(by)) * (other - seen)
    return seen
