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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darkwake.sites import segments
from darkwake.sites.durations import LENGTHS, YEAR
from darkwake.sites.shown import STRUCTURE, Scene, Shown

Array = npt.NDArray[np.float64]

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
    "destroyed": {"cleared": 0.35, "left empty": 0.15, "under construction": 0.05, "repaired": 0.45},
    "cleared": {"under construction": 0.95, "rebuilt": 0.05},
    "under construction": {"rebuilt": 0.98, "cleared": 0.02},
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
_NOISE = {
    "intact": 1.0,
    "plot": 1.0,
    "repainted": 1.0,
    "under construction": 2.5,
    "built on a plot": 2.5,
    "unknown": 4.0,
}
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
               "repainted": {"brightness": 20.0, "colour": 20.0, "greenness": 20.0, "edges": 4.0, "texture": 4.0},
               }  # fmt: skip
_TOWARD_GROUND = {"destroyed": 0.2, "cleared": 0.8, "left empty": 0.8, "under construction": 0.5}
"""How much of a building's level over its ring is expected to be gone, of colours."""
_RADAR_TOWARD_GROUND = {"destroyed": 0.5, "cleared": 0.5, "left empty": 0.5, "under construction": 0.5}
"""Of radar: alike, so that radar alone leaves destroyed and cleared to what is usual."""
_TOWARD_USUAL = {"rebuilt": 0.6, "new": 0.6, "built on a plot": 0.4}
"""How far what is built is expected to be like the site's other buildings, in backscatter, texture and edges."""
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
_SURE = 0.7
"""The power that a posterior is raised to, where something broke: weather, shadows and season make dates that say the
same count as if they did not."""
_SURPRISE, _UNSEEN = 0.02, 0.01
"""Chance that a building was as the model does not hold it possible, where something broke and where nothing did."""
_UNBROKEN = 4.0
"""Log of how much likelier an unchanged building is where no break passed the false-discovery rate."""
_STAYED_EMPTY = 0.2
"""How much rarer, among footprints, a plot is that stayed one: maps draw what stands or came to stand."""
_YEARLY = 0.05
"""Chance that what an unchanged building shows goes with the year: a green roof, trees over it, sun and shadow."""
_YEARLY_SPREAD = 4.0
"""Variance of the height of such a year, in that of the noise."""
_YEARLY_DAYS = 1.5 * YEAR
"""A shorter series shows no season twice, and what comes once is not told from damage and repair."""


# --- the model ---


@dataclass(frozen=True, slots=True)
class Parts:
    """What every building of a scene shares; statuses are those of `INNER`."""

    directions: Array
    """Where the mean of each status is expected by itself, statuses x features."""
    by_level: Array
    """And for every standard deviation of the first stretch's level."""
    spreads: Array
    first: Array
    """Logs of chances, as the two that follow."""
    change: Array
    change_of_ground: Array
    noises: Array
    slopes: Array
    mean_logs: Array
    length_spreads: Array
    counted: npt.NDArray[np.bool_]


def model(scene: Scene) -> Parts:
    """The beliefs above, for the features of a scene."""
    number, features = len(INNER), len(scene.features)
    spreads = np.full((number, features), _NEW_SPREAD)
    directions, ground, usual = (np.zeros((number, features)) for _ in range(3))
    for s, name in enumerate(INNER):
        if name in _SPREAD:
            spreads[s] = np.maximum(_SPREAD[name], scene.slow if name != "unknown" else 0.0)
        for f, feature in enumerate(scene.features):
            directions[s, f] = _DIRECTIONS.get(name, {}).get(feature, 0.0)
            spreads[s, f] = _OWN_SPREAD.get(name, {}).get(feature, spreads[s, f])
            toward = _RADAR_TOWARD_GROUND if feature.endswith("_db") else _TOWARD_GROUND
            ground[s, f] = -toward.get(name, 0.0) if feature != "likeness" else 0.0
            usual[s, f] = _TOWARD_USUAL.get(name, 0.0) if feature in STRUCTURE else 0.0
    change = np.array([[_AFTER[one].get(other, 0.0) for other in INNER] for one in INNER])
    of_ground = change.copy()
    of_ground[_INTACT] = [_AFTER_GROUND.get(other, 0.0) for other in INNER]
    lengths = [LENGTHS[_name(place)] for place in range(number)]
    level = np.median([one.level for one in scene.shown], axis=0) if scene.shown else np.zeros(features)
    with np.errstate(divide="ignore"):  # what cannot follow has no chance
        return Parts(
            directions + usual * level,
            ground - usual,
            spreads,
            np.log([_FIRST.get(name, 0.0) for name in INNER]),
            np.log(change),
            np.log(of_ground),
            np.array([_NOISE.get(name, _NEW_NOISE) for name in INNER]),
            np.array([_SLOPE.get(name, 0.0) for name in INNER]),
            np.log([length.median_days for length in lengths]),
            np.array([length.spread for length in lengths]),
            np.array([length.counted for length in lengths]),
        )


def _name(place: int) -> str:
    """The word of `durations.LENGTHS` for an inner status; an empty plot may stay one for as long as a house."""
    words = {"plot": "intact", "built on a plot": "under construction", "new": "rebuilt"} | {
        "left empty": "intact", "repainted": "intact"
    }  # fmt: skip
    return words.get(INNER[place], INNER[place])


def inner_posterior(one: Shown, scene: Scene, parts: Parts, days: Array, lengths: Array) -> Array:
    """The chance of each inner status on each date: dates x statuses.

    Args:
        one: what the building showed.
        scene: its scene.
        parts: of `model`.
        days: of the building's dates.
        lengths: log of `segments.durations` over those days.
    """
    at_first = one.uncertain + scene.slow
    shown = segments.shown(
        one.values,
        days,
        parts.directions + parts.by_level * one.level,
        parts.spreads,
        at_first,
        parts.noises,
        parts.slopes,
        scene.weigh,
        scene.fresh,
    )
    if days[-1] - days[0] >= _YEARLY_DAYS:
        yearly = math.log(_YEARLY) + _with_a_year(one.values, days, at_first, scene.weigh, scene.fresh)
        shown[0, -1, _INTACT] = np.logaddexp(shown[0, -1, _INTACT], yearly)
    first = parts.first.copy()
    first[_PLOT] += one.plot_like
    if not one.broken:
        shown[0, -1, _INTACT] += _UNBROKEN
        shown[0, -1, _PLOT] += _UNBROKEN + (0.0 if one.ground else math.log(_STAYED_EMPTY))
    change = parts.change_of_ground if one.ground else parts.change
    return np.asarray(segments.by_segment(shown, first, change, lengths)[0], np.float64)


def calibrated(chance: Array, *, broken: bool) -> Array:
    """Chances as often right as they say: a power and a floor, which leave the order of statuses as it was.

    The three numbers were fitted on invented scenes 0 to 7, by the log likelihood of the likeliest status being right.

    Args:
        chance: of each status on each date, dates x statuses, of the building.
        broken: whether a break in its series passed the false-discovery rate.
    """
    power, floor = (_SURE, _SURPRISE) if broken else (1.0, _UNSEEN)
    found = chance**power
    found /= found.sum(axis=1, keepdims=True)
    return np.asarray((1.0 - floor) * found + floor / chance.shape[1], np.float64)


def _with_a_year(values: Array, days: Array, at_first: Array, weigh: Array, fresh: Array) -> float:
    """Log likelihood of a whole series whose mean goes with the year, as `segments.shown` has that of a steady one."""
    turn = 2 * np.pi * days / YEAR
    waves = np.stack([np.ones_like(turn), np.cos(turn), np.sin(turn)], axis=1)
    total = 0.0
    for f in range(values.shape[1]):
        told = np.isfinite(values[:, f])
        if not told.any():
            continue
        own, wave = values[told, f], waves[told]
        prior = np.diag([1.0 / at_first[f], 1.0 / _YEARLY_SPREAD, 1.0 / _YEARLY_SPREAD])
        known = prior + fresh[f] * wave.T @ wave
        pull = fresh[f] * wave.T @ own
        width = 0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(known)[1])
        fit = float(pull @ np.linalg.solve(known, pull))
        total += float(weigh[f]) * (float(width) + 0.5 * (fit - fresh[f] * float((own**2).sum())))
    return total
