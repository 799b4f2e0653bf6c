"""What each status would show: a building's series as standard deviations from its own first stretch.

Every expectation is of the mean of a whole segment, and wide: statuses are told by whether a mean is new, stays, comes
back or keeps moving, and by which way it went only weakly. What stood there lay above or below the ground of its ring
(the level of the first stretch); cleared ground is expected to lie nearer to that ground.

    intact              the first stretch goes on
    destroyed           a new mean; radar as cleared; of colours rougher (texture, edges), unlike itself
    cleared             a new mean, nearer to the ground around; smoother, unlike itself
    under construction  a mean that moves, and more noise
    rebuilt             a new mean that stays
    repaired            after destroyed, back to the mean of the first stretch
    unknown             much noise about any mean: a field, a car park, water

A plot on which nothing stood at first has the same statuses with its ground as first stretch ("plot" and after).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.sites import segments
from darkwake.sites.durations import LENGTHS
from darkwake.sites.scan import LEAST_SIDE, Block, block_of, prior_of

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

INNER = (
    "intact", "destroyed", "cleared", "under construction", "rebuilt", "repaired", "unknown",
    "plot", "built on a plot", "new", "left empty", "repainted",
)  # fmt: skip
"""The model's own statuses; the last five are told as cleared, under construction, rebuilt, cleared and intact."""
TOLD = (0, 1, 2, 3, 4, 5, 6, 2, 3, 4, 2, 0)
"""Place in `timeline.STATUSES` of each."""
_INTACT, _PLOT = INNER.index("intact"), INNER.index("plot")

# Beliefs, as chances; everything not named cannot follow.
_AFTER: dict[str, dict[str, float]] = {
    "intact": {"destroyed": 0.45, "cleared": 0.15, "left empty": 0.15, "under construction": 0.03, "repainted": 0.2,
               "unknown": 0.02},
    "destroyed": {"cleared": 0.3, "left empty": 0.15, "under construction": 0.2, "repaired": 0.35},
    "cleared": {"under construction": 0.95, "rebuilt": 0.05},
    "under construction": {"rebuilt": 0.9, "cleared": 0.1},
    "rebuilt": {"destroyed": 0.5, "cleared": 0.5},
    "repaired": {"destroyed": 0.5, "cleared": 0.5},
    "unknown": {"intact": 0.6, "destroyed": 0.2, "cleared": 0.2},
    "plot": {"built on a plot": 0.95, "new": 0.05},
    "built on a plot": {"new": 0.95, "cleared": 0.05},
    "new": {"destroyed": 0.5, "cleared": 0.5},
    "left empty": {"under construction": 1.0},
    "repainted": {"destroyed": 0.6, "cleared": 0.2, "left empty": 0.2},
}  # fmt: skip
_AFTER_GROUND = {"cleared": 0.5, "left empty": 0.1, "under construction": 0.15, "destroyed": 0.1, "repainted": 0.1,
                 "unknown": 0.05}  # fmt: skip
"""After "intact" where no building is known, but a cell of a site's area: there is less to destroy."""
_FIRST = {"intact": 0.88, "plot": 0.1, "built on a plot": 0.01, "unknown": 0.005}
_NOISE = {"intact": 1.0, "plot": 1.0, "repainted": 1.0, "under construction": 2.5, "built on a plot": 2.5, "unknown": 4.0}
_NEW_NOISE = 2.0
"""Variance of noise of anything new, in that of the first stretch: bare ground and ruins have weather of their own."""
_SLOPE = {"under construction": 20.0, "built on a plot": 20.0}
"""Variance of the change over a whole stretch of building, in that of the noise."""
_SPREAD = {"intact": 0.3, "repaired": 0.6, "plot": 0.3, "repainted": 0.3, "unknown": 4.0}
_NEW_SPREAD = 12.0
"""Variance of a new mean: half of them within 2.3 standard deviations of what is expected."""
_OWN_SPREAD = {"destroyed": {"edges": 8.0, "texture": 8.0},
               "cleared": {"edges": 6.0, "texture": 6.0}, "left empty": {"edges": 6.0, "texture": 6.0},
               "repaired": {"likeness": 12.0},
               "repainted": {"brightness": 20.0, "colour": 20.0, "greenness": 20.0, "edges": 4.0, "texture": 4.0}}  # fmt: skip
_TOWARD_GROUND = {"destroyed": 0.2, "cleared": 0.8, "left empty": 0.8, "under construction": 0.5}
"""How much of a building's level over its ring is expected to be gone, of colours."""
_RADAR_TOWARD_GROUND = {"destroyed": 0.5, "cleared": 0.5, "left empty": 0.5, "under construction": 0.5}
"""Of radar: alike, so that radar alone leaves destroyed and cleared to what is usual."""
_TOWARD_USUAL = {"rebuilt": 0.6, "new": 0.6, "built on a plot": 0.4}
"""How far what is built is expected to be like the site's other buildings, in backscatter, texture and edges."""
_STRUCTURE = ("vv_db", "vh_db", "texture", "edges")
_MOST_LEVEL = 10.0
_DIRECTIONS: dict[str, dict[str, float]] = {
    "destroyed": {"texture": 1.0, "edges": 1.0, "likeness": -3.0},
    "cleared": {"likeness": -3.0},
    "left empty": {"likeness": -3.0},
    "under construction": {"likeness": -3.0},
    "rebuilt": {"likeness": -3.0},
    "repaired": {"likeness": -1.5},
    "unknown": {"likeness": -1.0},
    "built on a plot": {"likeness": -2.0, "vv_db": 1.0, "vh_db": 0.7},
    "new": {"brightness": 0.7, "greenness": -1.0, "likeness": -3.0},
}  # fmt: skip
_COUNTS = 0.7
"""What evidence counts beside what is usual."""
_SURE = 0.5
"""The power that a posterior is raised to, where something broke: weather, shadows and season make dates that say the
same count as if they did not. It, the weights and the noises were chosen on invented scenes 0 to 3 (`bench sites`)."""
_FEW = 20
"""Fewer places do not make a scene; they are believed to be as most scenes are:"""
_USUAL_SLOW, _USUAL_WEIGHT, _USUAL_FRESH = 0.3, 0.5, 0.6
_BASE = 8
"""Dates of the first stretch at least, where there are as many before the first break."""
_STANDS_ALONE = 3.0
_UNBROKEN = 4.0
"""Log of how much likelier an unchanged building is where no break passed the false-discovery rate."""
_PLOT_LIKE = 3.0
"""The most, in logs, that a level like the ground's speaks for a plot, and one unlike it against."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a building showed, on the dates that showed anything."""

    building: str
    times: tuple[datetime, ...]
    values: Array
    """Dates x features, in standard deviations from the first stretch."""
    level: Array
    """Of the first stretch over the ring, in standard deviations, by feature; 0 where it says nothing."""
    uncertain: Array
    """Variance of the first stretch's mean."""
    plot_like: float
    """Log chance of such a level on open ground over that of the site's buildings."""
    broken: bool
    ground: bool
    """Whether it is a cell of an area, not a building."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the buildings of a site have in common."""

    features: tuple[str, ...]
    slow: Array
    """Variance of the mean of a quarter of the dates beyond what noise makes it, by feature."""
    weigh: Array
    """What each feature counts."""
    fresh: Array
    """What each date counts, by feature."""
    shown: tuple[Shown, ...]


def scene_of(
    series: pl.DataFrame, breaks: pl.DataFrame, controls: pl.DataFrame | None, cells: frozenset[str] = frozenset()
) -> Scene:
    """The series of a site as numbers; buildings without any value are left out.

    Args:
        series: SERIES of the buildings.
        breaks: BREAKS.
        controls: SERIES of the controls; without them the buildings, most of which are unchanged, tell the noise.
        cells: which of the buildings are cells of an area.
    """
    told = series.filter(pl.col("value").is_not_null())
    since = dict(breaks.group_by("building").agg(pl.col("by").min()).iter_rows())
    parts = []
    for (sensor,), part in told.sort("sensor").group_by(["sensor"], maintain_order=True):
        own = controls.filter(pl.col("sensor") == sensor) if controls is not None else None
        parts.append(_sensor(block_of(part), block_of(own) if own is not None and own.height else None, since))
    if not parts:
        return Scene((), np.empty(0), np.empty(0), np.empty(0), ())
    features = tuple(name for part in parts for name in part.features)
    buildings = sorted({name for part in parts for name in part.places})
    shown = tuple(_joined(name, parts, name in since, name in cells) for name in buildings)
    return Scene(
        features,
        np.concatenate([part.slow for part in parts]),
        np.concatenate([part.weigh * part.fresh for part in parts]),
        np.concatenate([part.fresh for part in parts]),
        shown,
    )


@dataclass(frozen=True, slots=True)
class _Sensor:
    block: Block
    places: dict[str, int]
    features: tuple[str, ...]
    values: Array
    level: Array
    uncertain: Array
    plot_like: Array
    slow: Array
    weigh: Array
    fresh: Array


def _sensor(block: Block, quiet: Block | None, since: dict[str, datetime]) -> _Sensor:
    if quiet is None or quiet.features != block.features or len(quiet.buildings) < _FEW:
        quiet = _unbroken(block, since)
    few = len(quiet.buildings) < _FEW
    prior = prior_of(quiet)
    if few:  # too few places for a scene: their own steps from date to date are the noise
        quiet = block
        prior = replace(prior, variance=_steps(quiet), weight=4.0)
    base = _base(block, since)
    centred, own, level, count = _centred(block, base)
    # a building's own noise, drawn to the scene's as far as it has few dates of its own
    freedom = np.maximum(count - len(np.unique(block.orbits)), 0)
    variance = (prior.weight * prior.variance + np.nan_to_num(own)) / (prior.weight + freedom)
    noise = np.sqrt(np.maximum(variance, 1e-12))
    values = centred / noise[:, None, :]
    scaled = level / noise
    quiet_base = _centred(quiet, quiet.values)
    usual = np.sqrt(np.maximum(prior.variance, 1e-12))
    features = len(block.features)
    return _Sensor(
        block,
        {name: place for place, name in enumerate(block.buildings)},
        block.features,
        np.stack([segments.calmed(one, _STANDS_ALONE) for one in values]) if len(values) else values,
        np.clip(np.nan_to_num(scaled), -_MOST_LEVEL, _MOST_LEVEL),
        1.0 / np.maximum(count, 1.0),
        _plot_like(scaled, block.features),
        np.full(features, _USUAL_SLOW) if few else _slow(quiet_base[0] / usual),
        np.full(features, _USUAL_WEIGHT) if few else _weights(quiet_base[0] / usual),
        np.full(features, _USUAL_FRESH) if few else _each_fresh(quiet_base[0] / usual),
    )


def _base(block: Block, since: dict[str, datetime]) -> Array:
    """The values that a building is held against: all where nothing broke, else the first half of those before.

    Only half, because a slow beginning comes before the break that it makes.
    """
    base = block.values.copy()
    for place, name in enumerate(block.buildings):
        if name not in since:
            continue
        before = sum(time < since[name] for time in block.times)
        told = np.flatnonzero(np.isfinite(block.values[place]).any(axis=1))
        told = told[told < before]
        keep = max(_BASE, (len(told) + 1) // 2)
        if len(told) >= LEAST_SIDE:
            base[place, min(told[min(keep, len(told)) - 1] + 1, before) :] = np.nan
    # a feature that says nothing so early, as likeness on its first images, is held against all of it
    few = np.isfinite(base).sum(axis=1) < LEAST_SIDE
    return np.asarray(np.where(few[:, None, :], block.values, base), np.float64)


def _unbroken(block: Block, since: dict[str, datetime]) -> Block:
    """The buildings without a break."""
    places = [place for place, name in enumerate(block.buildings) if name not in since]
    return replace(block, buildings=tuple(block.buildings[place] for place in places), values=block.values[places])


def _steps(block: Block) -> Array:
    found = np.ones(len(block.features))
    for f in range(len(block.features)):
        rows = [row[np.isfinite(row)] for row in block.values[:, :, f]]
        own = [float(np.median(np.diff(row) ** 2)) / 0.91 for row in rows if len(row) > LEAST_SIDE]  # 0.455 x 2 s^2
        found[f] = max(float(np.median(own)), 1e-12) if own else 1.0
    return found


def _centred(block: Block, base: Array) -> tuple[Array, Array, Array, Array]:
    """Values less each orbit's own mean of the base; the base's squares, its level and count."""
    centred = np.full_like(block.values, np.nan)
    squares = np.zeros((len(block.buildings), len(block.features)))
    level, count = np.zeros_like(squares), np.zeros_like(squares)
    every = _mean(base)
    for orbit in np.unique(block.orbits):
        of = block.orbits == orbit
        mean = _mean(base[:, of])
        mean = np.where(np.isfinite(mean), mean, every)
        centred[:, of] = block.values[:, of] - mean[:, None]
        valid = np.isfinite(base[:, of])
        squares += np.where(valid, centred[:, of] ** 2, 0.0).sum(axis=1)
        number = valid.sum(axis=1)
        level += np.nan_to_num(mean) * number
        count += number
    return centred, squares, level / np.maximum(count, 1), count


def _mean(values: Array) -> Array:
    count = np.isfinite(values).sum(axis=1)
    return np.divide(np.nansum(values, axis=1), count, out=np.full(count.shape, np.nan), where=count > 0)


def _slow(values: Array) -> Array:
    """How far the means of quarters of the dates spread beyond what independent noise would make them."""
    found = []
    for quarter in np.array_split(np.arange(values.shape[1]), 4):
        count = np.isfinite(values[:, quarter]).sum(axis=1)
        found.append(np.where(count >= 2, _mean(values[:, quarter]) ** 2 - 1.0 / np.maximum(count, 1), np.nan))
    each = np.array(found)
    told = np.isfinite(each)
    total = np.where(told, np.clip(each, -1.0, 4.0), 0.0).sum(axis=(0, 1)) / np.maximum(told.sum(axis=(0, 1)), 1)
    return np.asarray(np.clip(total, 0.05, 2.0), np.float64)


def _weights(values: Array) -> Array:
    """What each feature counts: those that move together say one thing."""
    features = values.shape[2]
    flat = np.clip(values.reshape(-1, features), -3, 3)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if len(flat) < 30 or features == 1:
        return np.full(features, _COUNTS)
    with np.errstate(all="ignore"):
        alike = np.nan_to_num(np.corrcoef(flat, rowvar=False))
    return np.asarray(_COUNTS / (alike**2).sum(axis=1).clip(1.0), np.float64)


def _each_fresh(values: Array) -> Array:
    return np.array([_fresh(values[:, :, f]) for f in range(values.shape[2])])


def _fresh(values: Array) -> float:
    """The root of how many independent dates a date is, (1 - r) / (1 + r) of the correlation r from date to date.

    Its root, because it is counted twice: such a feature has more noise, and what its mean says is less sure as well,
    since a season moves means too.
    """
    both, square = 0.0, 0.0
    for row in values:
        own = np.clip(row[np.isfinite(row)], -4, 4)
        if len(own) >= 2 * LEAST_SIDE:
            both += float((own[1:] * own[:-1]).mean())
            square += float((own**2).mean())
    r = min(max(both / square, 0.0), 0.9) if square > 0 else 0.0
    return math.sqrt((1 - r) / (1 + r))


def _plot_like(level: Array, features: Sequence[str]) -> Array:
    """Log chance of a level on open ground, which is like its ring, over that among the site's buildings."""
    use = [place for place, name in enumerate(features) if name in _STRUCTURE]
    if len(level) < 20 or not use:
        return np.zeros(len(level))
    own = level[:, use]
    middle = np.nanmedian(own, axis=0)
    spread = np.maximum(1.483 * np.nanmedian(np.abs(own - middle), axis=0), 0.5)
    told = 0.5 * ((own - middle) / spread) ** 2 + np.log(spread) - 0.5 * own**2
    return np.asarray(np.clip(np.nanmean(told, axis=1), -_PLOT_LIKE, _PLOT_LIKE), np.float64)


def _joined(building: str, parts: Sequence[_Sensor], broken: bool, ground: bool) -> Shown:
    """One building's sensors on one row of dates."""
    times: dict[datetime, int] = {}
    rows: list[tuple[datetime, int, Array]] = []
    level, uncertain, plot, at = [], [], 0.0, 0
    for part in parts:
        width = len(part.features)
        place = part.places.get(building)
        if place is not None:
            usable = np.flatnonzero(np.isfinite(part.values[place]).any(axis=1))
            rows += [(part.block.times[t], at, part.values[place, t]) for t in usable]
            level.append(part.level[place])
            uncertain.append(part.uncertain[place])
            plot += float(part.plot_like[place])
        else:
            level.append(np.zeros(width))
            uncertain.append(np.ones(width))
        at += width
    for time in sorted({time for time, _, _ in rows}):
        times[time] = len(times)
    values = np.full((len(times), at), np.nan)
    for time, start, own in rows:
        row = values[times[time], start : start + len(own)]
        values[times[time], start : start + len(own)] = np.where(np.isfinite(own), own, row)
    bound = float(np.clip(plot, -_PLOT_LIKE, _PLOT_LIKE))
    return Shown(
        building, tuple(times), values, np.concatenate(level), np.concatenate(uncertain), bound, broken, ground
    )  # fmt: skip


# --- the model ---


def model(scene: Scene) -> dict[str, Any]:
    """The parts that every building of a scene shares."""
    number, features = len(INNER), len(scene.features)
    spreads = np.full((number, features), _NEW_SPREAD)
    directions = np.zeros((number, features))
    ground, usual = np.zeros((number, features)), np.zeros((number, features))
    for s, name in enumerate(INNER):
        if name in _SPREAD:
            spreads[s] = np.maximum(_SPREAD[name], scene.slow if name != "unknown" else 0.0)
        for f, feature in enumerate(scene.features):
            directions[s, f] = _DIRECTIONS.get(name, {}).get(feature, 0.0)
            spreads[s, f] = _OWN_SPREAD.get(name, {}).get(feature, spreads[s, f])
            toward = _RADAR_TOWARD_GROUND if feature.endswith("_db") else _TOWARD_GROUND
            ground[s, f] = -toward.get(name, 0.0) if feature != "likeness" else 0.0
            usual[s, f] = _TOWARD_USUAL.get(name, 0.0) if feature in _STRUCTURE else 0.0
    change = np.array([[_AFTER[one].get(other, 0.0) for other in INNER] for one in INNER])
    of_ground = change.copy()
    of_ground[_INTACT] = [_AFTER_GROUND.get(other, 0.0) for other in INNER]
    first = np.array([_FIRST.get(name, 0.0) for name in INNER])
    lengths = [LENGTHS[_name(place)] for place in range(number)]
    with np.errstate(divide="ignore"):
        return {
            "spreads": spreads,
            "directions": directions,
            "ground": ground - usual,
            "usual": usual * (np.median([one.level for one in scene.shown], axis=0) if scene.shown else 0.0),
            "change": np.log(change),
            "change of ground": np.log(of_ground),
            "first": np.log(first),
            "noises": np.array([_NOISE.get(name, _NEW_NOISE) for name in INNER]),
            "slopes": np.array([_SLOPE.get(name, 0.0) for name in INNER]),
            "mean_logs": np.log([length.median_days for length in lengths]),
            "length_spreads": np.array([length.spread for length in lengths]),
            "counted": np.array([length.counted for length in lengths]),
        }


def _name(place: int) -> str:
    """The word of `durations.LENGTHS` for an inner status; an empty plot may stay one for as long as a house."""
    words = {"plot": "intact", "built on a plot": "under construction", "new": "rebuilt"} | {
        "left empty": "intact", "repainted": "intact"
    }  # fmt: skip
    return words.get(INNER[place], INNER[place])


def inner_posterior(one: Shown, scene: Scene, parts: dict[str, Any], days: Array, lengths: Array) -> Array:
    """The chance of each inner status on each date: dates x statuses.

    Args:
        one: what the building showed.
        scene: its scene.
        parts: of `model`.
        days: of the building's dates.
        lengths: log of `segments.durations` over those days.
    """
    shown = segments.shown(
        one.values,
        days,
        parts["directions"] + parts["usual"] + parts["ground"] * one.level,
        parts["spreads"],
        one.uncertain + scene.slow,
        parts["noises"],
        parts["slopes"],
        scene.weigh,
        scene.fresh,
    )
    first = parts["first"].copy()
    first[_PLOT] += one.plot_like
    if not one.broken:
        shown[0, -1, _INTACT] += _UNBROKEN
        shown[0, -1, _PLOT] += _UNBROKEN
    change = parts["change of ground" if one.ground else "change"]
    found = np.asarray(segments.by_segment(shown, first, change, lengths)[0], np.float64)
    if one.broken:
        found **= _SURE
        found /= found.sum(axis=1, keepdims=True)
    return found
