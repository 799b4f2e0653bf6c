"""The break statistic on real Sentinel-1 series in which nobody knows of any event, and PWTT's beside it.

Seven land patches of OPERA RTC-S1 in California, 22 dates, cut into cells of 60 m that stand in for buildings. A
checkerboard of blocks of cells parts them: controls on one half, everything reported on the other, and then the halves
exchanged. Changes are planted by adding decibels to both polarisations from a date on.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from darkwake.sites import footprints, guards, images, scan, series

Array = npt.NDArray[np.float64]

LAND = ("292319-IW2", "292320-IW2", "292321-IW2", "292322-IW2", "292323-IW2", "292324-IW2", "292325-IW1")
"""Bursts of track 137 that show land; the others are open sea."""
CELL_M = 60.0
"""Two by two pixels of 30 m."""
_BLOCK = 5
"""Cells along a block of the checkerboard."""
_EDGE_DEG = 0.002
_PWTT = 3.3
"""PWTT's threshold on its T (Ballinger, RSE 2025)."""
BEFORE = (8, 10, 12, 14, 16)
"""Images before a planted change of known date; besides, all 20 there are before the last two."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The cells of one patch, those with a value on every date."""

    name: str
    controls: scan.Block
    ringed: Array
    """The other half's series as `guards.guard` leaves them: cells x dates x 2."""
    plain: Array
    """The same cells without their ring."""
    orbits: npt.NDArray[np.int64]


def patches(data: Path) -> Iterator[Patch]:
    """Every land patch, read and guarded as `darkwake sites` does it."""
    found = images.find(data / "s1_rtc_california" / "cropped")
    for name in LAND:
        one = found.filter(pl.col("orbit") == f"T137-{name}")
        both = series.series(one, _cells(one, name))
        parts = both["building"].str.split("-")
        line, column = (parts.list.get(at).cast(pl.Int64) // _BLOCK for at in (-2, -1))
        for half in (0, 1):
            yield _patch(name, both, (line + column) % 2 == half)


def _patch(name: str, both: pl.DataFrame, control: pl.Series) -> Patch:
    reported, quiet = guards.guard(both.filter(~control), both.filter(control))
    ringed, raw = scan.block_of(reported), scan.block_of(reported.with_columns(value=pl.col("inside")))
    whole = np.isfinite(ringed.values).all(axis=(1, 2)) & np.isfinite(raw.values).all(axis=(1, 2))
    own = scan.block_of(quiet)
    told = np.isfinite(own.values).all(axis=(1, 2))
    names = tuple(np.array(own.buildings)[told].tolist())
    controls = scan.Block(names, own.features, own.times, own.orbits, own.values[told])
    return Patch(name, controls, ringed.values[whole], raw.values[whole], ringed.orbits)


def _cells(images_of: pl.DataFrame, name: str) -> pl.DataFrame:
    west, south, east, north = images_of.select("west", "south", "east", "north").row(0)
    west, south, east, north = west + _EDGE_DEG, south + _EDGE_DEG, east - _EDGE_DEG, north - _EDGE_DEG
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    shape = json.dumps({"type": "Feature", "properties": {"id": name}, "geometry": geometry})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "area.geojson"
        path.write_text(shape, encoding="utf-8")
        area, _ = footprints.read(path)
    return footprints.cells(area, size_m=CELL_M)


# --- statistics of a change at a known date ---


def welch(values: Array, before: int) -> Array:
    """PWTT's: the greatest of both polarisations' absolute Welch t."""
    first, second = values[:, :before], values[:, before:]
    spread = first.var(axis=1, ddof=1) / first.shape[1] + second.var(axis=1, ddof=1) / second.shape[1]
    found: Array = (np.abs(second.mean(axis=1) - first.mean(axis=1)) / np.sqrt(spread)).max(axis=1)
    return found


def _ours(prior: scan.Prior, orbits: npt.NDArray[np.int64]) -> Callable[[Array, int], Array]:
    def statistic(values: Array, before: int) -> Array:
        return scan.scan(values, orbits[: values.shape[1]], prior)[0][:, before - 1]

    return statistic


def auc(changed: Array, unchanged: Array) -> float:
    """The chance that a changed one scores higher."""
    ranks = np.concatenate([changed, unchanged]).argsort(kind="stable").argsort(kind="stable") + 1
    number = len(changed)
    return float((ranks[:number].sum() - number * (number + 1) / 2) / number / len(unchanged))


def _planted(values: Array, before: int, db: float) -> Array:
    found = values.copy()
    found[:, before:] += db
    return found


# --- what is reported ---


def figures(data: Path) -> dict[str, Any]:
    """Everything measured on the patches: means over them, and false alarms of each."""
    every = [_of(patch) for patch in patches(data)]
    plain = [key for key in every[0] if key not in ("patch", "cells")]
    return {
        "cells": sum(one["cells"] for one in every),
        "by_patch": [[one["patch"], one["false_5"], one["false_1"]] for one in every],
        **{key: float(np.mean([one[key] for one in every])) for key in plain},
    }


def _of(patch: Patch) -> dict[str, Any]:
    prior = scan.prior_of(patch.controls)
    bare = scan.prior_of(_unringed(patch))
    null = scan.null_of(patch.controls, prior, len(patch.controls.times))
    p = null.p(scan.strongest(patch.ringed, patch.orbits, prior)[0])
    found: dict[str, Any] = {
        "patch": patch.name, "cells": len(patch.ringed),
        "false_5": float((p < 0.05).mean()), "false_1": float((p < 0.01).mean()),
    }  # fmt: skip
    rng = np.random.default_rng(7)
    total = len(patch.controls.times)
    for db in (2, 3):
        at = rng.integers(3, total - 3, len(patch.ringed))
        values = patch.ringed + db * (np.arange(total)[None, :, None] >= at[:, None, None])
        _, where = scan.strongest(values, patch.orbits, prior)
        found[f"within_one_{db}"] = float((np.abs(where - at) <= 1).mean())
    tests = {
        "pwtt": (welch, patch.plain), "shrunken": (_ours(bare, patch.orbits), patch.plain),
        "ours": (_ours(prior, patch.orbits), patch.ringed),
    }  # fmt: skip
    for after in (2, 5):
        for name, (statistic, values) in tests.items():
            runs = [(before, values[:, : before + after]) for before in (*BEFORE, total - after)]
            scores = [
                auc(statistic(_planted(run, before, 2.0), before), statistic(run, before)) for before, run in runs
            ]
            found[f"auc_{name}_{after}"], found[f"auc_{name}_{after}_last"] = float(np.mean(scores)), scores[-1]
        alarms = [welch(patch.plain[:, : before + after], before) > _PWTT for before in (*BEFORE, total - after)]
        found[f"pwtt_alarms_{after}"] = float(np.mean([alarm.mean() for alarm in alarms]))
    return found


def _unringed(patch: Patch) -> scan.Block:
    """The reported half as its own controls for the statistic without a ring, which has no other."""
    own = patch.controls
    return scan.Block(tuple(map(str, range(len(patch.plain)))), own.features, own.times, own.orbits, patch.plain)
