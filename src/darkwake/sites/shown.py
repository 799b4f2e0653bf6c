"""A building's series as numbers: standard deviations from its own first stretch, and what noise the scene has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.sites import segments
from darkwake.sites.scan import LEAST_SIDE, Block, block_of, prior_of

Array = npt.NDArray[np.float64]

STRUCTURE = ("vv_db", "vh_db", "texture", "edges")
"""Features in which a building stands out from open ground."""
_MOST_LEVEL = 10.0
_COUNTS = 0.7
"""What evidence counts beside what is usual."""
_FEW = 20
"""Fewer places do not make a scene; they are believed to be as most scenes are:"""
_USUAL_SLOW, _USUAL_WEIGHT, _USUAL_FRESH = 0.3, 0.5, 0.6
_BASE = 8
"""Dates of the first stretch at least, where there are as many before the first break."""
_STANDS_ALONE = 3.0
"""How far a value may lie outside its two neighbours in time, standard deviations, before it is drawn back."""
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
    own = np.nan_to_num(own)
    # where nothing is said to have broken, a change that was missed must not pass for noise
    still = np.array([name not in since for name in block.buildings])
    steps = freedom * _own_steps(base) * (1.0 if few else _ratio(quiet))
    own = np.where(still[:, None], np.minimum(own, steps), own)
    variance = (prior.weight * prior.variance + own) / (prior.weight + freedom)
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


def _own_steps(values: Array) -> Array:
    """The variance of noise by the steps from date to date, which a lasting change hardly touches; 0 for none."""
    found = np.zeros((values.shape[0], values.shape[2]))
    for b in range(values.shape[0]):
        for f in range(values.shape[2]):
            row = values[b, np.isfinite(values[b, :, f]), f]
            if len(row) > LEAST_SIDE:
                steps = np.abs(np.diff(row))
                found[b, f] = 0.5 * float((np.minimum(steps, 4 * np.median(steps)) ** 2).mean())
    return found


def _ratio(quiet: Block) -> Array:
    """How much larger the whole variance of unchanged places is than their steps say: seasons move slowly."""
    steps = _own_steps(quiet.values)
    with np.errstate(all="ignore"):
        whole = _mean((quiet.values - _mean(quiet.values)[:, None]) ** 2)
        ratio = np.where(steps > 0, whole / steps, np.nan)
    told = np.isfinite(ratio)
    middle = [float(np.median(ratio[told[:, f], f])) if told[:, f].any() else 1.0 for f in range(ratio.shape[1])]
    return np.asarray(np.clip(np.array(middle), 0.5, 10.0), np.float64)


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
    total = np.nansum(values, axis=1)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0), np.float64)


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
    """Log chance of a level on open ground, over that among the site's buildings.

    Bare ground stands out of its ring no more than the ring does, but may well lie below it: grass and trees have
    more texture than a plot.
    """
    use = [place for place, name in enumerate(features) if name in STRUCTURE]
    if len(level) < 20 or not use:
        return np.zeros(len(level))
    own = level[:, use]
    middle = np.nanmedian(own, axis=0)
    spread = np.maximum(1.483 * np.nanmedian(np.abs(own - middle), axis=0), 0.5)
    told = 0.5 * ((own - middle) / spread) ** 2 + np.log(spread) - 0.5 * np.maximum(own, 0.0) ** 2
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
