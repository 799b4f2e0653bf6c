"""One statistic over all dates: how far the images after each differ from those before.

For each feature the mean step, each orbit against itself, over a standard deviation that is shrunken toward that of the
scene; the features together by their correlation on the scene's controls, and by how they move together where something
did happen. What the same search finds on the controls is its null.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

Array = npt.NDArray[np.float64]

LEAST_SIDE = 2
"""Images on each side of a break; one alone could be a lorry, a flood, a cloud that no mask knew."""
_CHUNK = 512
_TOGETHER = {("vh_db", "vv_db"): 0.8}
"""How alike two features step when a building changes: both polarisations mostly rise or fall together. A belief, set
below what would find most planted steps (0.95), because those are equal in both and real ones are not."""
_STEP = 6.0
"""The variance of a step that is worth finding, in those of its own noise: about the square of 2.5."""


@dataclass(frozen=True, slots=True)
class Block:
    """The series of some buildings and one sensor as arrays."""

    buildings: tuple[str, ...]
    features: tuple[str, ...]
    times: tuple[datetime, ...]
    orbits: npt.NDArray[np.int64]
    """Number of the orbit of each time."""
    values: Array
    """Buildings x times x features; NaN where there is none."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What a scene's controls say of noise: the common variance of each feature, its weight, their correlation."""

    variance: Array
    weight: float
    """Degrees of freedom that the common variance counts as."""
    weigh: Array
    """Features x features: a row of steps in standard deviations times its transpose, squared, is the statistic."""


@dataclass(frozen=True, slots=True)
class Null:
    """What the search finds where nothing happened."""

    sorted: Array

    def p(self, statistic: Array) -> Array:
        """The share of controls with as much or more; beyond the last tenth an exponential tail is fitted to it.

        Maxima of many correlated t-like values fall off about exponentially; the tail never gives less than a tenth of
        what the controls alone could show.
        """
        number = len(self.sorted)
        above = number - np.searchsorted(self.sorted, statistic, side="left")
        rank = (above + 1) / (number + 1)
        start = self.sorted[int(0.9 * number)]
        beyond = self.sorted[self.sorted > start] - start
        scale = float(beyond.mean()) if len(beyond) else 1.0
        tail = 0.1 * np.exp(-(statistic - start) / max(scale, 1e-9))
        # of few controls the greatest alone is at 2 % or more, so that without the tail nothing could ever be told
        found: Array = np.where(rank < max(0.02, 2 / (number + 1)), np.clip(tail, 0.1 / (number + 1), rank), rank)
        return found


def block_of(series: pl.DataFrame, *, like: Block | None = None) -> Block:
    """SERIES of one sensor as arrays; with `like`, over that one's times and features."""
    images = series.select("time", "orbit", "image").unique().sort("time", "orbit", "image")
    orbits = sorted(images["orbit"].unique().to_list())
    keys = list(images.select("time", "orbit").unique(maintain_order=True).iter_rows())
    features = tuple(like.features) if like else tuple(sorted(series["feature"].unique().to_list()))
    buildings = series["building"].unique().sort().to_list()
    at = pl.DataFrame({"time": [key[0] for key in keys], "orbit": [key[1] for key in keys], "_t": range(len(keys))},
                      schema_overrides={"time": pl.Datetime("us")})  # fmt: skip
    names = pl.DataFrame({"building": buildings, "_b": range(len(buildings))})
    kinds = pl.DataFrame({"feature": list(features), "_f": range(len(features))})
    placed = series.filter(pl.col("value").is_not_null()).join(at, on=["time", "orbit"]).join(names, on="building")
    placed = placed.join(kinds, on="feature")
    values = np.full((len(buildings), len(keys), len(features)), np.nan)
    values[placed["_b"].to_numpy(), placed["_t"].to_numpy(), placed["_f"].to_numpy()] = placed["value"].to_numpy()
    return Block(
        buildings=tuple(buildings),
        features=features,
        times=tuple(key[0] for key in keys),
        orbits=np.array([orbits.index(key[1]) for key in keys], np.int64),
        values=values,
    )


def prior_of(quiet: Block) -> Prior:
    """What controls say of noise: robust against the few among them that did change.

    The weight comes from how far the controls' own variances differ from what chance alone would do (the moment
    estimator of Smyth 2004 for shrunken variances).
    """
    values = quiet.values
    residual = values.copy()
    for orbit in np.unique(quiet.orbits):
        of = quiet.orbits == orbit
        with np.errstate(all="ignore"):
            residual[:, of] -= _mean(values[:, of], axis=1)[:, None]
    counts = np.isfinite(residual).sum(axis=1)
    freedom = np.maximum(counts - len(np.unique(quiet.orbits)), 1)
    own = np.nansum(residual**2, axis=1) / freedom
    enough = (counts >= 2 * LEAST_SIDE + 1).all(axis=1) & (own > 0).all(axis=1)
    if enough.sum() < 3:
        return Prior(np.ones(values.shape[2]), 4.0, _weigh(quiet.features, np.eye(values.shape[2])))
    logs = np.log(own[enough])
    typical = float(np.median(freedom[enough]))
    spread = float(np.median(_robust_variance(logs)))
    weight = 2 * _inverse_trigamma(max(spread - _trigamma(typical / 2), 1e-3))
    variance = np.exp(np.median(logs, axis=0))
    scaled = residual[enough] / np.sqrt(own[enough])[:, None]
    flat = scaled.reshape(-1, values.shape[2])
    flat = np.clip(flat[np.isfinite(flat).all(axis=1)], -3, 3)
    correlation = np.corrcoef(flat, rowvar=False) if len(flat) > 3 else np.eye(values.shape[2])
    correlation = np.atleast_2d(correlation) * 0.95 + 0.05 * np.eye(values.shape[2])
    return Prior(variance, float(np.clip(weight, 2.0, 60.0)), _weigh(quiet.features, correlation))


def _weigh(features: tuple[str, ...], noise: Array) -> Array:
    """The likelihood ratio of a step to none, both normal: z'(N^-1 - (N + S)^-1)z, as a factor of that matrix."""
    step = np.eye(len(features))
    for (one, other), alike in _TOGETHER.items():
        if one in features and other in features:
            a, b = features.index(one), features.index(other)
            step[a, b] = step[b, a] = alike
    gain = np.asarray(np.linalg.inv(noise) - np.linalg.inv(noise + _STEP * step), np.float64)
    return np.asarray(np.linalg.cholesky(gain + 1e-9 * np.eye(len(features))), np.float64)


def scan(values: Array, orbits: npt.NDArray[np.int64], prior: Prior) -> tuple[Array, Array]:
    """The statistic of a break before each time but the first: buildings x (times - 1); and the steps it rests on.

    Args:
        values: buildings x times x features.
        orbits: of each time.
        prior: of the scene.

    Returns:
        The statistic, NaN where either side has fewer than `LEAST_SIDE` images; and the steps it rests on,
        buildings x (times - 1) x features.
    """
    shape = (values.shape[0], values.shape[1] - 1, values.shape[2])
    weight, lift, left_over, freedom = (np.zeros(shape) for _ in range(4))
    before_all, after_all = np.zeros(shape), np.zeros(shape)
    for orbit in np.unique(orbits):
        own = np.where((orbits == orbit)[None, :, None], values, np.nan)
        valid = np.isfinite(own)
        filled = np.where(valid, own, 0.0)
        count, total = np.cumsum(valid, axis=1, dtype=np.float64), np.cumsum(filled, axis=1)
        squares = (filled**2).sum(axis=1)[:, None]
        n_1, sum_1 = count[:, :-1], total[:, :-1]
        n_2, sum_2 = count[:, -1:] - n_1, total[:, -1:] - sum_1
        with np.errstate(all="ignore"):
            mean_1, mean_2 = np.where(n_1 > 0, sum_1 / n_1, 0.0), np.where(n_2 > 0, sum_2 / n_2, 0.0)
            both = np.where((n_1 > 0) & (n_2 > 0), n_1 * n_2 / (n_1 + n_2), 0.0)
        weight += both
        lift += both * (mean_2 - mean_1)
        left_over += np.maximum(squares - n_1 * mean_1**2 - n_2 * mean_2**2, 0.0)
        freedom += np.maximum(n_1 - 1, 0) + np.maximum(n_2 - 1, 0)
        before_all += n_1
        after_all += n_2
    with np.errstate(all="ignore"):
        step = lift / weight
        variance = (prior.weight * prior.variance + left_over) / (prior.weight + freedom)
        z = step * np.sqrt(weight / variance)
    few = np.minimum(before_all, after_all) < LEAST_SIDE
    z = np.where(few | ~np.isfinite(z), 0.0, z)
    statistic = ((z @ prior.weigh) ** 2).sum(axis=2)
    statistic[few.all(axis=2)] = np.nan
    return statistic, step


def strongest(values: Array, orbits: npt.NDArray[np.int64], prior: Prior) -> tuple[Array, npt.NDArray[np.int64]]:
    """The greatest statistic of each building over all dates, NaN where there are too few, and before which time."""
    best, at = np.full(len(values), np.nan), np.zeros(len(values), np.int64)
    if values.shape[1] < 2 * LEAST_SIDE:
        return best, at
    for start in range(0, len(values), _CHUNK):
        part = slice(start, start + _CHUNK)
        statistic, _ = scan(values[part], orbits, prior)
        filled = np.where(np.isnan(statistic), -np.inf, statistic)
        at[part] = filled.argmax(axis=1) + 1
        best[part] = filled.max(axis=1)
    return np.where(np.isfinite(best), best, np.nan), at


def null_of(quiet: Block, prior: Prior, length: int) -> Null:
    """What the search finds on controls over that many dates: over every stretch of that length, evenly spread."""
    total = len(quiet.times)
    length = min(length, total)
    starts = np.unique(np.linspace(0, total - length, min(total - length + 1, 4)).round().astype(int))
    found = [strongest(quiet.values[:, s : s + length], quiet.orbits[s : s + length], prior)[0] for s in starts]
    every = np.concatenate(found) if found else np.empty(0)
    return Null(np.sort(every[np.isfinite(every)]))


def discovery_rate(p: Array) -> Array:
    """Benjamini and Hochberg's q of each p."""
    number = len(p)
    order = np.argsort(p, kind="stable")
    ranked = p[order] * number / np.arange(1, number + 1)
    q = np.empty(number)
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    result: Array = np.minimum(q, 1.0)
    return result


# --- within ---


def _mean(values: Array, axis: int) -> Array:
    count = np.isfinite(values).sum(axis=axis)
    total = np.nansum(values, axis=axis)
    result: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return result


def _robust_variance(values: Array) -> Array:
    """From the middle half, which a few changed places cannot move."""
    low, high = np.quantile(values, [0.25, 0.75], axis=0)
    result: Array = ((high - low) / 1.349) ** 2
    return result


def _trigamma(x: float) -> float:
    """The second derivative of log gamma: recurrence up to 6, then the series of Abramowitz & Stegun 6.4.12."""
    total = 0.0
    while x < 6:
        total += 1 / x**2
        x += 1
    return total + 1 / x + 1 / (2 * x**2) + 1 / (6 * x**3) - 1 / (30 * x**5) + 1 / (42 * x**7)


def _inverse_trigamma(y: float) -> float:
    """Where trigamma is y; it falls steadily, so halving finds it."""
    low, high = 1e-3, 1e6
    for _ in range(80):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _trigamma(middle) > y else (low, middle)
    return math.sqrt(low * high)
