"""An invented site on disk, and a stand-in for the timeline: two statuses told from the first break."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from made_images import raster, square

from darkwake import schema


def site_on_disk(folder: Path, *, days: int = 8, change: int = 4, seed: int = 3) -> tuple[Path, Path]:
    """A folder of radar images, where from one day on one of three squares is brighter, and the squares' file."""
    rng = np.random.default_rng(seed)
    for day in range(days):
        for band in ("VV", "VH"):
            data = 0.03 * rng.gamma(20, 1 / 20, (160, 180))
            if day >= change:
                data[20:26, 30:36] *= 4
            name = f"OPERA_L2_RTC-S1_T137-292318-IW1_202401{day + 1:02d}T015854Z_S1A_30_v1.0_{band}.tif"
            raster(folder / "images" / name, data.astype(np.float32), nodata=float("nan"))
    return folder / "images", buildings(folder / "houses.geojson", (30, 20, 6), (60, 50, 6), (70, 10, 1))


def buildings(path: Path, *squares: tuple[int, int, int]) -> Path:
    told = [
        {
            "type": "Feature",
            "id": f"h{n}",
            "properties": {"name": f"Hall {n + 1}"},
            "geometry": {"type": "Polygon", "coordinates": [square(*one)]},
        }
        for n, one in enumerate(squares)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": told}))
    return path


def two_statuses(
    series: pl.DataFrame, breaks: pl.DataFrame, footprints: pl.DataFrame, _readings: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Intact before the first break and destroyed after it."""
    statuses, phases, assessed = [], [], []
    for building, site in footprints.select("building", "site").iter_rows():
        told = series.filter((pl.col("building") == building) & pl.col("value").is_not_null()).sort("time")
        times, seen = told["time"].unique().sort().to_list(), dict(told.select("time", "image").iter_rows())
        found = breaks.filter(pl.col("building") == building).sort("by")
        by = found["by"][0] if found.height else None
        words = ["destroyed" if by and time >= by else "intact" for time in times]
        for time, word in zip(times, words, strict=True):
            statuses.append((building, time, word, 0.9, [{"status": word, "posterior": 0.9}], [seen[time]]))
        for word in sorted(set(words), reverse=True):
            own = [time for time, one in zip(times, words, strict=True) if one == word]
            before, after = [t for t in times if t < own[0]], [t for t in times if t > own[-1]]
            phases.append((
                f"ph-{building}-{word}", building, word, before[-1] if before else None, own[0], own[-1],
                after[0] if after else None, 0.9, "machine", [seen[own[0]], seen[own[-1]]],
                f"{building} was {word}.", ["a change of surface"],
            ))  # fmt: skip
        why = "" if times else (series.filter(pl.col("building") == building)["why"].to_list() or ["no image"])[0]
        assessed.append((building, site, bool(times), why, len(times), times[0] if times else None,
                         times[-1] if times else None, words[-1] if times else "unknown", 0.9))  # fmt: skip

    def table(rows: Sequence[tuple[object, ...]], columns: pl.Schema, *by: str) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=columns, orient="row").sort(*by)

    return (
        table(statuses, schema.STATUSES, "building", "time"),
        table(phases, schema.PHASES, "building", "start_by", "by"),
        table(assessed, schema.ASSESSED, "site", "building"),
    )


def killed_at(
    series: pl.DataFrame, breaks: pl.DataFrame, footprints: pl.DataFrame, _readings: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Dies as a process does that has no memory left, for the site called that."""
    if footprints["site"][0] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return two_statuses(series, breaks, footprints, _readings)
