"""From breaks and series to a status a date: intact, destroyed, cleared, under construction, rebuilt, repaired.

A hidden semi-Markov model in explicit durations: left to right but for what can happen again, irregular dates, open at
both ends. What a stretch of dates shows under each status stands in `evidence_model`, how long each lasts in
`durations`, the sums in `segments`. The posterior of the model is the confidence.

A building in whose series no break passed the false-discovery rate stays intact, whatever the model would rather say,
with the posterior that the model gives that. What analysts read stands beside it and is never put into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake import schema
from darkwake.evidence import content_id
from darkwake.sites import evidence_model, segments
from darkwake.sites.durations import LENGTHS, Length
from darkwake.sites.scan import LEAST_SIDE
from darkwake.sites.shown import Scene, Shown, scene_of

Array = npt.NDArray[np.float64]

STATUSES = ("intact", "destroyed", "cleared", "under construction", "rebuilt", "repaired", "unknown")
LEAST_DATES = 2 * LEAST_SIDE + 1
"""Usable dates that a building must have: a break wants two on each side, and one to spare."""
_AT_ONCE = 500
"""Buildings whose rows become one table together: a table of its own for each costs over 100 kB."""
_NOT_TOLD = (0, 2)
"""What a building without a break can be: intact, or a plot that stayed one."""
_INNOCENT: dict[str, tuple[str, ...]] = {
    "destroyed": ("demolition for redevelopment", "a roof taken off for repair", "a flood, or snow that lay on",
                  "lorries or goods parked there", "a shadow or a season that the ring did not share"),
    "cleared": ("ordinary demolition for redevelopment", "a crop cut, or a season", "goods or lorries moved away"),
    "under construction": ("ordinary building", "repair or a new roof", "a yard whose use changed from day to day"),
    "rebuilt": ("an ordinary new building", "goods or lorries that stayed", "a new surface or coat of paint"),
    "repaired": ("the change before was a season, a flood or goods, and passed",),
    "unknown": ("a crop, a car park or water that changes from day to day", "clouds that no mask knew"),
}  # fmt: skip


def posterior(
    log_likelihood: Array,
    days: Array,
    *,
    lengths: Sequence[Length] | None = None,
    first: Array | None = None,
    change: Array | None = None,
) -> Array:
    """The chance of each status on each date, from anyone's own classifier of single dates.

    Args:
        log_likelihood: of what each date shows under each status, buildings x dates x statuses; zeros where a date
            shows nothing.
        days: of the dates, rising; the same for all buildings.
        lengths: how long each status lasts; those of `durations` for `STATUSES` where none are given.
        first: chance of each status at the first date; alike where none is given.
        change: chance of each status after each; alike where none is given.

    Returns:
        Buildings x dates x statuses, summing to 1 over statuses.

    Raises:
        ValueError: days that do not rise, or tables that do not fit the likelihoods.
    """
    logs = np.ascontiguousarray(log_likelihood, np.float64)
    number = logs.shape[2]
    told = [LENGTHS[name] for name in STATUSES] if lengths is None else list(lengths)
    if len(told) != number or logs.shape[1] != len(days):
        raise ValueError(f"likelihoods {logs.shape} do not fit {len(told)} lengths and {len(days)} days")
    if len(days) == 0:
        return logs
    if np.any(np.diff(days) <= 0):
        raise ValueError("days must rise from date to date")
    begin = np.full(number, 1.0 / number) if first is None else np.asarray(first, np.float64)
    if change is None:
        change = (1.0 - np.eye(number)) / max(number - 1, 1)
    table = segments.durations(
        np.asarray(days, np.float64) - float(days[0]),
        np.log([length.median_days for length in told]),
        np.array([length.spread for length in told]),
        np.array([length.counted for length in told]),
    )
    return np.asarray(segments.by_date(logs, begin, np.asarray(change, np.float64), table), np.float64)


def timeline(
    series: pl.DataFrame,
    breaks: pl.DataFrame,
    footprints: pl.DataFrame,
    readings: pl.DataFrame,
    *,
    controls: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """STATUSES, PHASES and ASSESSED of a site.

    Args:
        series: SERIES of its buildings, guarded.
        breaks: BREAKS.
        footprints: FOOTPRINTS of all its buildings.
        readings: READINGS of analysts.
        controls: SERIES of the controls, guarded, for the noise; else the buildings themselves tell it.
    """
    series = series.filter(pl.col("building").is_in(footprints["building"].implode()))
    cells = frozenset(footprints.filter(pl.col("kind") == "cell")["building"])
    scene = scene_of(series, breaks, controls, cells)
    found = _posteriors(scene)
    seen = _images(series)
    radar_only = _radar_only(series)
    statuses, phases = [schema.empty(schema.STATUSES)], [schema.empty(schema.PHASES), _read(readings)]
    for start in range(0, len(scene.shown), _AT_ONCE):
        rows: list[dict[str, Any]] = []
        stretches: list[dict[str, Any]] = []
        for one in scene.shown[start : start + _AT_ONCE]:
            chance = found.pop(one.building, None)
            rows += _statuses(one, chance, seen)
            if chance is not None:
                stretches += _phases(one, chance, seen, radar_only=one.building in radar_only)
        statuses.append(pl.DataFrame(rows, schema=schema.STATUSES, orient="row"))
        phases.append(pl.DataFrame(stretches, schema=schema.PHASES, orient="row"))
    days = pl.concat(statuses).sort("building", "time")
    return days, pl.concat(phases).sort("building", "start_by", "by"), _assessed(series, footprints, days)


def _posteriors(scene: Scene) -> dict[str, Array]:
    """Dates x statuses of every building that has enough dates."""
    if not scene.shown:
        return {}
    parts = evidence_model.model(scene)
    tables: dict[bytes, Array] = {}
    found = {}
    for one in scene.shown:
        if len(one.times) < LEAST_DATES:
            continue
        days = np.array([(time - one.times[0]).total_seconds() / 86_400 for time in one.times])
        key = days.tobytes()
        if key not in tables:
            if len(tables) > 64:  # clouds differ from building to building: kept tables would be without bound
                tables.clear()
            tables[key] = np.log(
                segments.durations(days, parts.mean_logs, parts.length_spreads, parts.counted)
                + 1e-300  # dates that are no segment
            )
        inner = evidence_model.inner_posterior(one, scene, parts, days, tables[key])
        told = np.zeros((len(days), len(STATUSES)))
        for place, status in enumerate(evidence_model.TOLD):
            told[:, status] += inner[:, place]
        found[one.building] = evidence_model.calibrated(told, broken=one.broken)
    return found


def _chosen(one: Shown, chance: Array) -> npt.NDArray[np.int64]:
    """The status of each date; without a break the one that it had all along."""
    if one.broken:
        return np.asarray(chance.argmax(axis=1), np.int64)
    kept = chance[0, _NOT_TOLD].argmax()
    return np.full(len(chance), _NOT_TOLD[int(kept)], np.int64)


def _images(series: pl.DataFrame) -> dict[str, dict[datetime, list[str]]]:
    """The images that showed a building anything, by time."""
    told = series.filter(pl.col("value").is_not_null()).select("building", "time", "image").unique()
    found: dict[str, dict[datetime, list[str]]] = {}
    for building, time, image in told.sort("building", "time", "image").iter_rows():
        found.setdefault(building, {}).setdefault(time, []).append(image)
    return found


def _radar_only(series: pl.DataFrame) -> set[str]:
    told = series.filter(pl.col("value").is_not_null())
    return set(told.group_by("building").agg((pl.col("sensor") == "s1").all().alias("only")).filter("only")["building"])


def _statuses(
    one: Shown, chance: Array | None, seen: Mapping[str, Mapping[datetime, list[str]]]
) -> list[dict[str, Any]]:
    if chance is None:  # too few dates: nothing is told, and each date says so
        chance = np.zeros((len(one.times), len(STATUSES)))
        chance[:, -1] = 1.0
        chosen = np.full(len(one.times), len(STATUSES) - 1)
    else:
        chosen = _chosen(one, chance)
    return [
        {
            "building": one.building,
            "time": time,
            "status": STATUSES[place],
            "posterior": float(row[place]),
            "all": [{"status": name, "posterior": float(p)} for name, p in zip(STATUSES, row, strict=True)],
            "images": seen[one.building][time],
        }
        for time, place, row in zip(one.times, chosen.tolist(), chance, strict=True)
    ]


# --- stretches ---


def _phases(
    one: Shown, chance: Array, seen: Mapping[str, Mapping[datetime, list[str]]], *, radar_only: bool
) -> list[dict[str, Any]]:
    chosen = _chosen(one, chance)
    edges = (np.flatnonzero(np.diff(chosen)) + 1).tolist()
    images = seen[one.building]
    rows = []
    for i, j in zip([0, *edges], [*edges, len(chosen)], strict=True):
        place, last = int(chosen[i]), j == len(chosen)
        times = {
            "start_after": one.times[i - 1] if i else None,
            "start_by": one.times[i],
            "end_after": one.times[j - 1],
            "end_by": None if last else one.times[j],
        }
        least = float(chance[i:j, place].min())
        shows = [images[time][-1] for time in times.values() if time is not None]
        rows.append(
            {
                "id": content_id("phase", one.building, STATUSES[place], "machine", *times.values()),
                "building": one.building,
                "status": STATUSES[place],
                **times,
                "posterior": least,
                "by": "machine",
                "images": list(dict.fromkeys(shows)),
                "says": _sentence(one, STATUSES[place], times, j - i, least)
                + (_shared(chance[i:j]) if radar_only and STATUSES[place] in ("destroyed", "cleared") else ""),
                "innocent": list(_INNOCENT.get(STATUSES[place], ())),
            }
        )
    return rows


def _sentence(one: Shown, status: str, times: Mapping[str, datetime | None], dates: int, least: float) -> str:
    after, by, last, end = (times[name] for name in ("start_after", "start_by", "end_after", "end_by"))
    told = f"{one.building} was {status}"
    what = f"What stood at {one.building} could not be told" if status == "unknown" else told
    begun = f"from the first usable image ({by:%d %B %Y}) on" if after is None else (
        f"from a day between {after:%d %B %Y} and {by:%d %B %Y} on"
    )  # fmt: skip
    ended = f"still so in the last usable image ({last:%d %B %Y})" if end is None else (
        f"until a day between {last:%d %B %Y} and {end:%d %B %Y}"
    )  # fmt: skip
    no_break = "" if one.broken else " No break in its series passed the false-discovery rate."
    number = f"{dates:,} usable date{'s' if dates != 1 else ''}"
    return f"{what} {begun}, {ended}; {number}, at least {100 * least:.0f} % likely on each.{no_break}"


def _shared(chance: Array) -> str:
    both = chance[:, 1] + chance[:, 2]
    return (
        " Only radar saw it, and radar alone cannot tell destroyed from cleared: the split between the two is what is "
        f"usual, not what was seen; together they were at least {100 * both.min():.0f} % likely on each date."
    )


def _read(readings: pl.DataFrame) -> pl.DataFrame:
    """What analysts read as stretches; readings of one person that agree and follow one another are one."""
    rows: list[dict[str, Any]] = []
    order = readings.sort("building", "by", "time", "at").unique(
        ["building", "by", "time"], keep="last", maintain_order=True
    )
    for (building, by), group in order.group_by(["building", "by"], maintain_order=True):
        read = group.to_dicts()
        starts = [k for k in range(len(read)) if k == 0 or read[k]["status"] != read[k - 1]["status"]]
        for i, j in zip(starts, [*starts[1:], len(read)], strict=True):
            times = {
                "start_after": read[i - 1]["time"] if i else None,
                "start_by": read[i]["time"],
                "end_after": read[j - 1]["time"],
                "end_by": read[j]["time"] if j < len(read) else None,
            }
            reasons = "; ".join(dict.fromkeys(one["because"] for one in read[i:j] if one["because"]))
            dates = ", ".join(f"{one['time']:%d %B %Y}" for one in read[i:j])
            rows.append(
                {
                    "id": content_id("phase", building, read[i]["status"], by, *times.values()),
                    "building": building,
                    "status": read[i]["status"],
                    **times,
                    "posterior": None,
                    "by": by,
                    "images": [],
                    "says": f"{by} read {building} as {read[i]['status']} in the image"
                    f"{'s' if j - i > 1 else ''} of {dates}" + (f": {reasons}" if reasons else "."),
                    "innocent": list(_INNOCENT.get(read[i]["status"], ())),
                }
            )
    return pl.DataFrame(rows, schema=schema.PHASES, orient="row")


def _assessed(series: pl.DataFrame, footprints: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """One row a footprint; why nothing is told of it, where nothing is."""
    reasons = (
        series.filter(pl.col("value").is_null())
        .group_by("building", "why")
        .len()
        .sort("building", "len", "why", descending=[False, True, False])
        .group_by("building", maintain_order=True)
        .agg(pl.col("why").first().alias("_why"))
    )
    covered = series.select("building").unique().with_columns(_covered=True)
    told = statuses.sort("time").group_by("building", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("dates"), pl.col("time").first().alias("first"),
        pl.col("time").last().alias("last"), pl.col("status").last(), pl.col("posterior").last(),
    )  # fmt: skip
    dates = pl.col("dates")
    why = (
        pl.when(pl.col("_covered").is_null())
        .then(pl.lit("no image covers it"))
        .when(dates >= LEAST_DATES)
        .then(pl.lit(""))
        .when(dates == 0)
        .then(pl.format("no usable date: {}", pl.col("_why").fill_null("no value")))
        .otherwise(pl.format("fewer than {} usable dates", pl.lit(LEAST_DATES)))
    )
    table = footprints.select("building", "site").join(covered, on="building", how="left")
    table = table.join(reasons, on="building", how="left").join(told, on="building", how="left")
    return (
        table.with_columns(dates=dates.fill_null(0))
        .with_columns(why=why)
        .with_columns(assessable=pl.col("why") == "")
        .with_columns(
            status=pl.when("assessable").then("status").otherwise(pl.lit("unknown")),
            posterior=pl.when("assessable").then("posterior"),
        )
        .select(list(schema.ASSESSED))
        .sort("site", "building")
    )
