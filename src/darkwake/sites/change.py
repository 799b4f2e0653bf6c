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
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake import schema
from darkwake.evidence import content_id
from darkwake.sites.scan import (
    LEAST_SIDE,
    Array,
    Block,
    Null,
    Prior,
    block_of,
    discovery_rate,
    null_of,
    prior_of,
    strongest,
)

LEVEL = 0.05
"""False-discovery rate up to which a break is told."""
LEAST_CONTROLS = 60
"""Fewer say too little of the tail; then the buildings themselves are the controls, most of them being unchanged."""
_DEEPEST = 4
"""Searches inside one another: up to 15 breaks a building."""
_UNITS = {"s1": ("vv_db", "dB")}


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
        rows += [_row(block, one, rate, sensor, prior) for one, rate in kept]
        inner: dict[tuple[int, int], list[int]] = {}
        for (place, begin, end, at_time, _, _), _ in kept:
            for low, high in ((begin, at_time), (at_time, end)):
                if high - low >= 2 * LEAST_SIDE + 1:
                    inner.setdefault((low, high), []).append(place)
        parts = [(low, high, np.array(sorted(places))) for (low, high), places in sorted(inner.items())]
        if not parts or depth + 1 == _DEEPEST:
            break
    return pl.DataFrame(rows, schema=schema.BREAKS, orient="row")


def _row(
    block: Block, one: tuple[int, int, int, int, float, float], q: float, sensor: str, prior: Prior
) -> dict[str, object]:
    place, begin, end, at, statistic, p = one
    values = block.values[place]
    told = np.flatnonzero(np.isfinite(values).any(axis=1))
    after = block.times[int(told[told < at].max())] if (told < at).any() else None
    by = block.times[int(told[told >= at].min())] if (told >= at).any() else None
    means = [
        {"feature": name, "before": _plain(values[begin:at, place_f]), "after": _plain(values[at:end, place_f])}
        for place_f, name in enumerate(block.features)
    ]
    main = _most_moved(means, prior)
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
        "says": f"Between {after:%d %B %Y} and {by:%d %B %Y} the series of {building} broke: {main}"
        f"against the ground round it (p = {p:.2g} of the scene's own controls; false-discovery rate {q:.2g}).",
    }


def _most_moved(means: list[dict[str, Any]], prior: Prior) -> str:
    """The feature that moved most, in standard deviations; one without a value on one side moved nowhere."""
    both = [(mean, spread) for mean, spread in zip(means, np.sqrt(prior.variance), strict=True)
            if mean["before"] is not None and mean["after"] is not None]  # fmt: skip
    if not both:
        return ""
    most, _ = max(both, key=lambda one: abs(one[0]["after"] - one[0]["before"]) / one[1])
    return f"{most['feature']} went from {most['before']:.2f} to {most['after']:.2f} "


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
            f"{used}. On {whose}, where nobody says that anything happened, a test at 5 % fired on "
            f"{100 * alarms[0.05]:.1f} % and one at 1 % on {100 * alarms[0.01]:.1f} %. A lasting change of "
            f"{smallest:.1f} {unit} in the middle of the series would have been found in half of the places."
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
