"""An invented site on disk: footprints, image series of radar and colour, and what really happened to each building.

    planted = synth.scenes.write(folder, seed=1)
    planted.images, planted.footprints, planted.truth

The place is open water in the Gulf of Guinea, the town on it, its weather and what befalls its buildings are drawn.
Appearances are beliefs, in ranges wide enough that some changes are too small to be seen; `scene_radar` and
`scene_colours` say which. Same seed, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from darkwake.synth import scene_files, scene_ground, scene_histories
from darkwake.synth.scene_colours import OFFSET_SINCE, Colours, Sky
from darkwake.synth.scene_files import GUINEA, Corner
from darkwake.synth.scene_ground import Ground
from darkwake.synth.scene_histories import History
from darkwake.synth.scene_radar import Radar, Weather

START = date(2021, 6, 3)
"""So that the change of Sentinel-2's baseline and the loss of one radar satellite fall into the series."""
_LOST = date(2021, 12, 23)
"""From this day on the second radar satellite is gone: passes every 12 days only (as Sentinel-1B was)."""
_PASSES = ((44, 5, 8), (95, 17, 2))
"""Radar: track, hour, first day. The second track has both satellites while there are two: 6 days apart."""
_S2_EVERY = 10
_SNOW_SHARE = 0.35
"""Of winter images."""
CREDIT = "Invented images, made by darkwake.synth.scenes"
"""To be named beside pictures of them (`images.find(..., credit=scenes.CREDIT)`): no satellite took them."""
_SAYS = "INVENTED. A made site for tests and measuring; no such town, no such events."


@dataclass(frozen=True, slots=True)
class Planted:
    """What was written, and what there is to find."""

    folder: Path
    images: Path
    """The folder of the images."""
    footprints: Path
    truth: Path
    statuses: pl.DataFrame
    """One row a building and image: building, time, sensor, status; sorted by building, time."""
    buildings: pl.DataFrame
    """One row a building: building, kind, decoy, area_m2, pixels, changes (status, since, before, by)."""


@dataclass(frozen=True, slots=True)
class _Image:
    name: str
    time: datetime
    sensor: str
    orbit: str
    about: Mapping[str, Any]


def write(
    folder: Path,
    *,
    seed: int,
    buildings: int = 60,
    days: int = 720,
    start: date = START,
    sensors: Sequence[str] = ("s1", "s2"),
    histories: Mapping[str, int] | None = None,
    step: bool = True,
    fates: Sequence[History] | None = None,
    corner: Corner = GUINEA,
    tracks: Sequence[int] = (44, 95),
    sides_m: tuple[float, float] | None = None,
) -> Planted:
    """Write an invented site.

    Args:
        folder: where; it is made. footprints.geojson, truth.json, INVENTED.txt and images/ are written to it.
        seed: of everything that is drawn.
        buildings: how many.
        days: length of the series. 720 days of 60 buildings are about 210 images, 25 MB and four seconds.
        start: its first day.
        sensors: "s1", "s2" or both.
        histories: how many buildings have which history or decoy (`scene_histories.HISTORIES`, `DECOYS`); the rest
            has "nothing". Without it a mixture, half of it nothing.
        step: whether a new processing lifts all radar images from some day on.
        fates: what happens to each building, in their order, where nothing is to be drawn; `buildings` and
            `histories` are then passed over.
        corner: where the place lies.
        tracks: the radar's passes: 44, 95 or both.
        sides_m: least and greatest length of a building's side.

    Raises:
        ValueError: a history or sensor that is not known.
    """
    strange = sorted(set(sensors) - {"s1", "s2"})
    if strange:
        raise ValueError(f"no such sensor: {', '.join(strange)}; there are s1, s2")
    rng = np.random.default_rng([seed, 60])
    if fates is None:
        fates = scene_histories.draw(rng, scene_histories.counts(buildings, histories), start, days)
    ground = scene_ground.lay(rng, fates, **({"sides_m": sides_m} if sides_m else {}))
    reprocessed = start + timedelta(days=int(rng.uniform(0.3, 0.7) * days)) if step else None
    images_folder = folder / "images"
    images_folder.mkdir(parents=True, exist_ok=True)
    images: list[_Image] = []
    if "s1" in sensors:
        images += _radar(images_folder, ground, seed, start, days, reprocessed, corner, tracks)
    if "s2" in sensors:
        images += _colours(images_folder, ground, seed, start, days, corner)
    images.sort(key=lambda image: (image.time, image.name))
    (folder / "INVENTED.txt").write_text(_SAYS + "\n", encoding="utf-8")
    footprints = _write_footprints(folder / "footprints.geojson", ground, corner)
    statuses, truth = _truth(ground, images)
    told = {"says": _SAYS, "seed": seed, "step": str(reprocessed) if reprocessed else None} | truth
    path = folder / "truth.json"
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return Planted(folder, images_folder, footprints, path, statuses, _about(truth["buildings"]))


# --- images ---


def season(day: date) -> float:
    """-1 in midwinter, 1 in midsummer."""
    return float(np.cos((day.timetuple().tm_yday - 196) / 365.25 * 2 * np.pi))


def _weather(seed: int, start: date, days: int) -> tuple[Any, Any]:
    """Of every day: soil moisture, which fades over a fortnight, and whether snow lies."""
    rng = np.random.default_rng([seed, 64])
    moist = np.empty(days + 1)
    moist[0] = rng.normal()
    for day in range(1, days + 1):
        moist[day] = 0.9 * moist[day - 1] + np.sqrt(1 - 0.81) * rng.normal()
    cold = np.array([season(start + timedelta(days=day)) < -0.6 for day in range(days + 1)])
    spells = np.repeat(rng.random(days // 8 + 1) < _SNOW_SHARE, 8)[: days + 1]
    return moist, cold & np.resize(spells, days + 1)


def _radar(
    folder: Path, ground: Ground, seed: int, start: date, days: int, reprocessed: date | None, corner: Corner,
    tracks: Sequence[int],
) -> list[_Image]:  # fmt: skip
    moist, snow = _weather(seed, start, days)
    rng = np.random.default_rng([seed, 65])
    found = []
    for track, hour, first in _PASSES:
        if track not in tracks:
            continue
        radar = Radar(ground, seed, track, reprocessed)
        for number, (day, satellite, absolute) in enumerate(_passes(track, first, start, days)):
            at = (day - start).days
            weather = Weather(day, float(rng.normal(0, 0.4)), float(moist[at]), season(day), bool(snow[at]))
            time = datetime(day.year, day.month, day.day, hour, 4, track % 60)
            name = f"INVENTED_{satellite}_IW_RTC_{time:%Y%m%dT%H%M%S}_{absolute:06d}_00F{track:03d}_VVVH.tif"
            scene_files.write(folder / name, radar.image(number, weather), nodata=float("nan"), corner=corner)
            stepped = reprocessed is not None and day >= reprocessed
            found.append(_Image(name, time, "s1", str(track), {"snow": weather.snow, "reprocessed": stepped}))
    return found


def _passes(track: int, first: int, start: date, days: int) -> Iterator[tuple[date, str, int]]:
    """Day, satellite and absolute orbit of each pass; the orbit gives the track, by the shift of each satellite."""
    both = track == _PASSES[1][0]
    for at in range(first, days + 1, 6):
        cycle, second = divmod(at - first, 12)
        day = start + timedelta(days=at)
        if second and (not both or day >= _LOST):
            continue
        shift = 27 if second else 73
        yield day, "S1B" if second else "S1A", 30_100 + (track - 1 + shift - 30_100) % 175 + 175 * cycle


def _colours(folder: Path, ground: Ground, seed: int, start: date, days: int, corner: Corner) -> list[_Image]:
    moist, snow = _weather(seed, start, days)
    rng = np.random.default_rng([seed, 74])
    colours = Colours(ground, seed)
    found = []
    for number, at in enumerate(range(0, days + 1, _S2_EVERY)):
        day = start + timedelta(days=at)
        sky = _sky(rng, day, float(moist[at]), bool(snow[at]))
        baseline = "0400" if day >= OFFSET_SINCE else "0301"
        time = datetime(day.year, day.month, day.day, 10, 10, 31)
        name = f"INVENTED_S2{'AB'[number % 2]}_MSIL2A_{time:%Y%m%dT%H%M%S}_N{baseline}_R108_{corner.tile}.tif"
        scene_files.write(folder / name, colours.image(number, sky), nodata=0, corner=corner)
        about = {"cloud": round(sky.cover, 3), "missed": sky.missed, "haze": round(sky.haze, 4), "snow": sky.snow}
        found.append(_Image(name, time, "s2", "", about))
    return found


def _sky(rng: np.random.Generator, day: date, moisture: float, snow: bool) -> Sky:
    kind, share = rng.random(), float(rng.uniform(0.1, 0.7))
    clear = 0.5 + 0.1 * season(day)
    return Sky(
        day=day,
        season=season(day),
        moisture=moisture,
        cover=0.0 if kind < clear else share if kind < clear + 0.3 else 1.0,
        missed=bool(rng.random() < 0.12),
        haze=float(rng.exponential(0.008)),
        snow=snow,
        shift=(float(np.clip(rng.normal(0, 0.15), -0.5, 0.5)), float(np.clip(rng.normal(0, 0.15), -0.5, 0.5))),
    )


# --- what there is to find ---


def _write_footprints(path: Path, ground: Ground, corner: Corner) -> Path:
    features = []
    for number, building in enumerate(ground.buildings, start=1):
        outline = scene_files.degrees(*building.corners(), corner)[::-1]
        features.append(
            {
                "type": "Feature",
                "properties": {"id": building.name, "label": f"Invented building {number}", "invented": True},
                "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in outline]]},
            }
        )
    told = {"type": "FeatureCollection", "says": _SAYS, "features": features}
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return path


def _truth(ground: Ground, images: Sequence[_Image]) -> tuple[pl.DataFrame, dict[str, Any]]:
    rows, buildings = [], []
    for building, stand in zip(ground.buildings, ground.stands, strict=True):
        history = building.history
        statuses = [history.status(image.time.date()) for image in images]
        rows += [
            (building.name, image.time, image.sensor, status) for image, status in zip(images, statuses, strict=True)
        ]
        decoy = history.kind in scene_histories.DECOYS
        buildings.append(
            {
                "building": building.name,
                "kind": history.kind,
                "decoy": decoy,
                "damage": round(history.damage, 3) if history.since("destroyed") else None,
                "area_m2": round(building.area_m2, 1),
                "pixels": round(float(stand.cover.sum()), 2),
                "days": [str(day) for day in history.days],
                "changes": [_change(phase, images) for phase in history.phases[1:]],
                "statuses": statuses,
            }
        )
    told = [
        {
            "file": image.name,
            "time": image.time.isoformat(),
            "sensor": image.sensor,
            "orbit": image.orbit,
            **image.about,
        }
        for image in images
    ]
    columns: dict[str, Any] = {
        "building": pl.String,
        "time": pl.Datetime("us"),
        "sensor": pl.String,
        "status": pl.String,
    }
    table = pl.DataFrame(rows, schema=columns, orient="row").sort("building", "time", "sensor")
    return table, {"images": told, "buildings": buildings}


def _change(phase: scene_histories.Phase, images: Sequence[_Image]) -> dict[str, Any]:
    """A change with the last image before it and the first after it, of any sensor."""
    before = [image.time for image in images if image.time.date() < phase.since]
    after = [image.time for image in images if image.time.date() >= phase.since]
    return {
        "status": phase.status,
        "since": str(phase.since),
        "before": max(before).isoformat() if before else None,
        "by": min(after).isoformat() if after else None,
    }


def _about(buildings: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    change = pl.Struct({"status": pl.String, "since": pl.Date, "before": pl.Datetime("us"), "by": pl.Datetime("us")})
    rows = [
        {
            **{name: one[name] for name in ("building", "kind", "decoy", "area_m2", "pixels")},
            "changes": [
                {
                    "status": change["status"],
                    "since": date.fromisoformat(change["since"]),
                    **{end: datetime.fromisoformat(change[end]) if change[end] else None for end in ("before", "by")},
                }
                for change in one["changes"]
            ],
        }
        for one in buildings
    ]
    columns: dict[str, Any] = {
        "building": pl.String, "kind": pl.String, "decoy": pl.Boolean, "area_m2": pl.Float64, "pixels": pl.Float64,
        "changes": pl.List(change),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row").sort("building")
