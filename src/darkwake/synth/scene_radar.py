"""Sentinel-1-like images of an invented site: linear power in VV and VH.

Speckle is the mean of nine squared normals (ENL 4.5) alike over about one pixel. On it lie the weather of the day over
all of the scene, soil moisture, season, a field of the day that differs from place to place, each pass's own look at
each building, and from one day on a new processing that lifts everything. The field's spread makes what is left after
the ring as lively as on real land: measured on OPERA RTC-S1 of California, 60 m cells, a temporal spread of 0.97 dB in
VV and 1.08 in VH, its quarters at 0.8 and 1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from darkwake.synth.scene_ground import BARE, CROP, GRASS, TREES, Building, Floats, Ground, smooth

_LEVEL_DB = {BARE: (-12.5, -20.5), GRASS: (-11.5, -18.0), TREES: (-8.5, -14.0), CROP: (-12.0, -19.0)}
_SEASON_DB = {BARE: (0.0, 0.0), GRASS: (0.4, 0.7), TREES: (0.2, 0.5), CROP: (2.0, 3.0)}
_MOIST = {BARE: 1.0, GRASS: 0.7, TREES: 0.3, CROP: 0.9}
_LOOKS = 9
_FIELD_DB = (0.8, 0.9)
"""Spread of the day's own field in VV and VH."""
_FIELD_PX = 4.0
_STEP_DB = (0.8, 0.5)
_FLOOD_DB = (-19.0, -26.5)
_FLOOD_PX = 9
_LEAST = 1e-5


@dataclass(frozen=True, slots=True)
class Weather:
    """Of one pass: the same over the whole scene."""

    day: date
    all_db: float
    moisture: float
    """Standard deviations from usual."""
    season: float
    """-1 in midwinter to 1 in midsummer."""
    snow: bool


@dataclass(frozen=True, slots=True)
class _Levels:
    """What one building returns to one pass, decibels of VV and VH, by status."""

    intact: Floats
    destroyed: Floats
    cleared: Floats
    rebuilt: Floats
    repaired: Floats
    pattern: Floats
    """Pixel by pixel, of the building that stands."""


class Radar:
    """One pass over a site, always from the same side."""

    def __init__(self, ground: Ground, seed: int, orbit: int, reprocessed: date | None) -> None:
        self.ground, self.seed, self.orbit, self.reprocessed = ground, seed, orbit, reprocessed
        rng = np.random.default_rng([seed, orbit, 61])
        self._static = rng.normal(0, 1.2, (2, *ground.shape)).astype(np.float32)
        self._lively = np.exp(0.35 * smooth(rng, ground.shape, 10.0))
        # what a building is belongs to it, and each pass adds its own view of it
        self._levels = [
            _levels(np.random.default_rng([seed, number, 62]), rng, building, stand.cover.shape)
            for number, (building, stand) in enumerate(zip(ground.buildings, ground.stands, strict=True))
        ]

    def image(self, number: int, weather: Weather) -> dict[str, Floats]:
        """Linear power in VV and VH."""
        rng = np.random.default_rng([self.seed, self.orbit, number, 63])
        found = {}
        levels = [self._shown(rng, place, weather) for place in range(len(self.ground.buildings))]
        for at, name in enumerate(("VV", "VH")):
            db = self._ground(rng, at, weather)
            power = 10 ** (db / 10)
            for place, (stand, level) in enumerate(zip(self.ground.stands, levels, strict=True)):
                own = 10 ** ((level[at] + self._levels[place].pattern) / 10)
                power[stand.window] += stand.cover * (own - power[stand.window])
            power *= 10 ** (self._common(at, weather) / 10)
            found[name] = rounded(np.maximum(power * speckle(rng, self.ground.shape), _LEAST))
        return found

    def _common(self, at: int, weather: Weather) -> float:
        stepped = self.reprocessed is not None and weather.day >= self.reprocessed
        return weather.all_db + (_STEP_DB[at] if stepped else 0.0)

    def _ground(self, rng: np.random.Generator, at: int, weather: Weather) -> Floats:
        classes = self.ground.classes
        field = _FIELD_DB[at] * self._lively * smooth(rng, self.ground.shape, _FIELD_PX)
        by_class = np.array(
            [
                _LEVEL_DB[kind][at] + _SEASON_DB[kind][at] * weather.season + _MOIST[kind] * weather.moisture
                - (1.5 if weather.snow else 0.0)
                for kind in (BARE, GRASS, TREES, CROP)
            ], np.float32,
        )  # fmt: skip
        db: Floats = by_class[classes] + self._static[at] + field
        for building in self.ground.buildings:
            days = building.history.days
            if building.history.kind == "flooded yard" and days[0] <= weather.day <= days[1]:
                db[disc(building, self.ground.shape, _FLOOD_PX)] = _FLOOD_DB[at]
        return db

    def _shown(self, rng: np.random.Generator, place: int, weather: Weather) -> Floats:
        """Decibels of a building on a day, VV and VH."""
        building, levels = self.ground.buildings[place], self._levels[place]
        history = building.history
        db = np.zeros(2, np.float32)
        for status, share in history.mixture(weather.day).items():
            if status == "under construction":
                part = history.progress(weather.day)
                level = levels.cleared + part * (levels.rebuilt - levels.cleared)
                level = level + rng.normal(0, (2.0, 1.5))  # cranes, lorries and heaps that move
            else:
                level = {
                    "intact": levels.intact, "destroyed": levels.destroyed, "cleared": levels.cleared,
                    "rebuilt": levels.rebuilt, "repaired": levels.repaired,
                }[status]  # fmt: skip
                if status == "cleared":
                    level = level + weather.moisture
            db += share * level
        if history.kind == "green roof":
            db += np.array([0.8, 1.2], np.float32) * weather.season
        if history.kind == "lorries" and weather.day in history.days:
            db += rng.uniform(1.0, 4.0, 2)
        steady = history.status(weather.day) in ("intact", "rebuilt", "repaired")
        return db + rng.normal(0, 0.35 if steady else 0.6, 2).astype(np.float32)


def _levels(own: np.random.Generator, view: np.random.Generator, building: Building, shape: tuple[int, int]) -> _Levels:
    def new() -> Floats:
        vv = own.normal(-5.0, 2.0)
        return (np.array([vv, vv - own.uniform(5.5, 8.5)]) + view.normal(0, 1.0, 2)).astype(np.float32)

    intact, rebuilt = new(), new()
    # walls and ground no longer answer together: mostly less comes back; one in six returns more, from heaps of metal
    fall = np.array([own.uniform(1.0, 5.0), own.uniform(0.5, 3.0)]) * building.history.damage
    fall *= -1.0 if own.random() > 1 / 6 else 0.6
    cleared = np.array([own.normal(-12.5, 1.0), own.normal(-20.0, 1.0)]) + view.normal(0, 0.4, 2)
    return _Levels(
        intact=intact,
        destroyed=(intact + fall + view.normal(0, 0.5, 2)).astype(np.float32),
        cleared=cleared.astype(np.float32),
        rebuilt=rebuilt,
        repaired=(intact + own.normal(0, 0.5, 2)).astype(np.float32),
        pattern=view.normal(0, 1.5, shape).astype(np.float32),
    )


def disc(building: Building, shape: tuple[int, int], radius: float) -> npt.NDArray[np.bool_]:
    """The pixels within so many of a building's middle."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    near: npt.NDArray[np.bool_] = (rows - building.row) ** 2 + (columns - building.column) ** 2 <= radius**2
    return near


def speckle(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Mean 1, ENL 4.5, alike from one pixel to the next: the pixels are finer than what the sensor tells apart."""
    noise = rng.standard_normal((_LOOKS, shape[0] + 1, shape[1] + 1), np.float32)
    near = noise[:, 1:, 1:] + 0.5 * (noise[:, :-1, 1:] + noise[:, 1:, :-1]) + 0.25 * noise[:, :-1, :-1]
    power: Floats = (near**2).mean(axis=0) / np.float32(1 + 2 * 0.25 + 0.0625)
    return power


def rounded(values: Floats) -> Floats:
    """The same to three digits or so, which a file packs far tighter."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + np.uint32(0x4000)) & np.uint32(0xFFFF8000)).view(np.float32)
