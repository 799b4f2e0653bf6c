"""When a series broke, and how surely.

One statistic asks, for every date, how far the images after it differ from those before: for each feature the mean
step, each orbit against itself, over a standard deviation that is shrunken toward that of the scene; the features
together by their correlation on the scene's controls, and by how they move together where something did happen. The
greatest over all dates is the break, and what the same search finds on the controls, where nobody says that anything
happened, is its p-value. Inside each part the search goes on.

PWTT (Ballinger, RSE 2025) takes the plain Welch t of each polarisation, no control, the absolute value and a fixed
threshold; `bench sites` holds the two against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake import schema
from darkwake.evidence import content_id

Array = npt.NDArray[np.float64]

LEVEL = 0.05
"""False-discovery rate up to which a break is told."""
LEAST_SIDE = 2
"""Images on each side of a break; one alone could be a lorry, a flood, a cloud that no mask knew."""
LEAST_CONTROLS = 60
"""Fewer say too little of the tail; then the buildings themselves are the controls, most of them being unchanged."""
_DEEPEST = 4
"""Searches inside one another: up to 15 breaks a building."""
_CHUNK = 512
_TOGETHER = {("vh_db", "vv_db"): 0.8}
"""How alike two features step when a building changes: both polarisations mostly rise or fall together. A belief, set
below what would find most planted steps (0.95), because those are equal in both and real ones are not."""
_STEP = 6.0
"""The variance of a step that is worth finding, in those of its own noise: about the square of 2.5."""
_UNITS = {"s1": ("vv_db", "dB")}


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
        found: Array = np.where(rank < 0.02, np.clip(tail, 0.1 / (number + 1), rank), rank)
        return found


def breaks(
    series: pl.DataFrame, *, controls: pl.DataFrame, site: str = "", level: float = LEVEL
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """BREAKS of the buildings, and SCENES: how far each sensor can be believed here.

    Args:
        series: SERIES of the buildings.
        controls: SERIES of the scene's controls.
        site: its name, for SCENES.
        level: the false-discovery rate up to which a break is told.
    """
    found, scenes = [schema.empty(schema.BREAKS)], [schema.empty(schema.SCENES)]
    for (sensor,), part in series.group_by(["sensor"], maintain_order=True):
        block = block_of(part)
        own = controls.filter(pl.col("sensor") == sensor) if controls.height else controls
        quiet = block_of(own, like=block) if own.height else block
        borrowed = len(_told(quiet)) < LEAST_CONTROLS
        if borrowed:
            quiet = block
        prior = prior_of(quiet)
        found.append(_breaks(block, quiet, prior, str(sensor), level))
        scenes.append(_scene(part, quiet, prior, site, str(sensor), borrowed))
    return (
        pl.concat(found).sort("building", "by", "sensor"),
        pl.concat(scenes).sort("site", "sensor", "orbit"),
    )


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


# --- within ---


def _breaks(block: Block, quiet: Block, prior: Prior, sensor: str, level: float) -> pl.DataFrame:
    """All breaks of a block: the whole series first, then inside each part, each search against its own null."""
    nulls: dict[int, Null] = {}
    rows = []
    parts = [(0, len(block.times), np.arange(len(block.buildings)))]
    for depth in range(_DEEPEST):
        tested: list[tuple[int, int, int, int, float, float]] = []
        for begin, end, of in parts:
            best, at = strongest(block.values[of, begin:end], block.orbits[begin:end], prior)
            told = np.isfinite(best)
            if not told.any():
                continue
            null = nulls.setdefault(end - begin, null_of(quiet, prior, end - begin))
            if not len(null.sorted):
                continue
            p = null.p(best)
            tested += [
                (int(of[place]), begin, end, begin + int(at[place]), float(best[place]), float(p[place]))
                for place in np.flatnonzero(told)
            ]
        if not tested:
            break
        q = discovery_rate(np.array([one[5] for one in tested]))
        kept = [(one, float(rate)) for one, rate in zip(tested, q, strict=True) if rate <= level]
        rows += [_row(block, one, rate, sensor) for one, rate in kept]
        inner: dict[tuple[int, int], list[int]] = {}
        for (place, begin, end, at_time, _, _), _ in kept:
            for low, high in ((begin, at_time), (at_time, end)):
                if high - low >= 2 * LEAST_SIDE + 1:
                    inner.setdefault((low, high), []).append(place)
        parts = [(low, high, np.array(sorted(places))) for (low, high), places in sorted(inner.items())]
        if not parts or depth + 1 == _DEEPEST:
            break
    return pl.DataFrame(rows, schema=schema.BREAKS, orient="row")


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


def _row(block: Block, one: tuple[int, int, int, int, float, float], q: float, sensor: str) -> dict[str, object]:
    place, begin, end, at, statistic, p = one
    values = block.values[place]
    told = np.flatnonzero(np.isfinite(values).any(axis=1))
    after = block.times[int(told[told < at].max())] if (told < at).any() else None
    by = block.times[int(told[told >= at].min())] if (told >= at).any() else None
    means = [
        {"feature": name, "before": _plain(values[begin:at, place_f]), "after": _plain(values[at:end, place_f])}
        for place_f, name in enumerate(block.features)
    ]
    main = max(means, key=lambda mean: abs((mean["after"] or 0.0) - (mean["before"] or 0.0)))  # type: ignore[operator]
    building = block.buildings[place]
    return {
        "id": content_id("break", building, sensor, after, by),
        "building": building,
        "sensor": sensor,
        "after": after,
        "by": by,
        "statistic": statistic,
        "p": p,
        "q": q,
        "features": means,
        "says": f"Between {after:%d %B %Y} and {by:%d %B %Y} the series of {building} broke: {main['feature']} went "
        f"from {main['before']:.2f} to {main['after']:.2f} against the ground round it "
        f"(p = {p:.2g} of the scene's own controls; false-discovery rate {q:.2g}).",
    }


def _plain(values: Array) -> float | None:
    good = values[np.isfinite(values)]
    return float(good.mean()) if len(good) else None


def _told(block: Block) -> npt.NDArray[np.int64]:
    """Places of the buildings that have enough dates to be searched at all."""
    return np.flatnonzero(np.isfinite(block.values).any(axis=2).sum(axis=1) >= 2 * LEAST_SIDE)


def _scene(part: pl.DataFrame, quiet: Block, prior: Prior, site: str, sensor: str, borrowed: bool) -> pl.DataFrame:
    """How far a sensor can be believed at a site: false alarms on the half of the controls that set no threshold."""
    told = _told(quiet)
    even, odd = told[0::2], told[1::2]
    alarms = {0.05: math.nan, 0.01: math.nan}
    smallest = math.nan
    unit = _UNITS.get(sensor, (quiet.features[0], "standard deviations"))[1]
    if len(even) >= LEAST_CONTROLS // 2:
        null = Null(np.sort(strongest(quiet.values[even], quiet.orbits, prior)[0]))
        p = null.p(strongest(quiet.values[odd], quiet.orbits, prior)[0])
        alarms = {nominal: float((p < nominal).mean()) for nominal in alarms}
        smallest = _smallest(quiet, odd, null, prior, sensor)
    images = part.select("image", "orbit", "why").unique()
    usable = part.filter(pl.col("value").is_not_null())["image"].n_unique()
    whose = "the buildings themselves, for want of room for controls" if borrowed else f"{len(told):,} controls"
    used = f"Of {images['image'].n_unique():,} images {usable:,} could be used"
    says = f"{used}; there are too few places to measure how often the test is wrong here."
    if math.isfinite(smallest):
        says = (
            f"{used}. On {whose}, where nobody says that anything happened, a test at 5 % fired on {alarms[0.05]:.1%} "
            f"and one at 1 % on {alarms[0.01]:.1%}. A lasting change of {smallest:.1f} {unit} in the middle of the "
            "series would have been found in half of the places."
        )
    row = {
        "site": site,
        "sensor": sensor,
        "orbit": "+".join(sorted(part["orbit"].unique().to_list())),
        "images": images["image"].n_unique(),
        "usable": usable,
        "controls": 0 if borrowed else len(told),
        "false_alarms_5": alarms[0.05],
        "false_alarms_1": alarms[0.01],
        "smallest_seen": smallest,
        "unit": unit,
        "says": says,
    }
    return pl.DataFrame([row], schema=schema.SCENES, orient="row").with_columns(
        pl.col("false_alarms_5", "false_alarms_1", "smallest_seen").fill_nan(None)
    )


def _smallest(quiet: Block, of: npt.NDArray[np.int64], null: Null, prior: Prior, sensor: str) -> float:
    """The step in every feature at which half of the controls are found at 1 %, planted in the middle of the series."""
    middle = len(quiet.times) // 2
    scale = np.ones(len(quiet.features)) if sensor in _UNITS else np.sqrt(prior.variance)
    for size in np.arange(0.25, 12.01, 0.25):
        planted = quiet.values[of].copy()
        planted[:, middle:] += size * scale
        found = null.p(strongest(planted, quiet.orbits, prior)[0]) < 0.01
        if found.mean() >= 0.5:
            return float(size)
    return math.nan


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
