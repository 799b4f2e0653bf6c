"""The sites' chain end to end on invented scenes: what it finds of planted histories, and where there is none."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from darkwake import schema
from darkwake.sites import change, controls, footprints, guards, images, series
from darkwake.synth import scenes

DEV, REPORT = range(4), range(100, 108)
"""Scenes looked at while building, and scenes that were not."""
_NEAR = 2
"""Acquisitions that a break may lie off the change it tells of."""
_BINS = 10


def run(seed: int, folder: Path, *, buildings: int = 60) -> dict[str, pl.DataFrame]:
    """One scene, written and watched: its truth, and what the chain says of it."""
    planted = scenes.write(folder, seed=seed, buildings=buildings)
    found = images.find(planted.images, site=f"scene {seed}")
    places, _ = footprints.read(planted.footprints, site=f"scene {seed}")
    quiet = controls.controls(places, apart_m=90.0, images=found)
    both = series.series(found, pl.concat([places, quiet]))
    own = pl.col("building").is_in(places["building"].implode())
    told, control = guards.guard(both.filter(own), both.filter(~own))
    breaks, scene = change.breaks(told, controls=control, site=f"scene {seed}")
    seen = told.filter(pl.col("value").is_not_null())
    return {
        "truth": planted.buildings.join(seen.select("building").unique(), on="building", how="semi"),
        "unseen": planted.buildings.join(seen.select("building").unique(), on="building", how="anti"),
        "dates": seen.select("building", "sensor", "time").unique().sort("building", "sensor", "time"),
        "breaks": breaks,
        "scene": scene,
        "statuses": _statuses(told, breaks, places),
        "true": planted.statuses.select("building", "time", true="status"),
    }


def _statuses(told: pl.DataFrame, breaks: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    try:
        timeline: Any = importlib.import_module("darkwake.sites.timeline")
    except ModuleNotFoundError:
        return schema.empty(schema.STATUSES)
    found: pl.DataFrame = timeline.timeline(told, breaks, places, schema.empty(schema.READINGS))[0]
    return found


def figures(seeds: Iterable[int]) -> dict[str, Any]:
    """Over several scenes."""
    every = []
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            every.append(
                {name: table.with_columns(seed=pl.lit(seed)) for name, table in run(seed, Path(folder)).items()}
            )
    all_of = {name: pl.concat([one[name] for one in every]) for name in every[0]}
    return {
        "scenes": len(every),
        "too_small": all_of["unseen"].height,
        "alarms": _alarms(all_of),
        "changes": _changes(all_of),
        "by_scene": all_of["scene"].select(
            "seed", "sensor", "usable", "controls", "false_alarms_5", "false_alarms_1", "smallest_seen", "unit"
        ).to_dicts(),
        "status": _status(all_of),
    }  # fmt: skip


def _alarms(every: dict[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Of buildings to which nothing happened: how many have a break, by kind and sensor."""
    still = every["truth"].filter(pl.col("changes").list.len() == 0)
    broken = every["breaks"].select("seed", "building", "sensor").unique()
    rows = []
    for (kind,), group in still.group_by(["kind"], maintain_order=True):
        hit = group.join(broken, on=["seed", "building"])
        row: dict[str, Any] = {"kind": kind, "buildings": group.height}
        row |= {sensor: hit.filter(pl.col("sensor") == sensor).height for sensor in ("s1", "s2")}
        rows.append(row | {"either": hit.select("seed", "building").unique().height})
    return sorted(rows, key=lambda row: (row["kind"] != "nothing", row["kind"]))


def _changes(every: dict[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Of planted changes: the share with a break near, by either sensor, and how far off it lies."""
    wanted = every["truth"].select("seed", "building", "kind", "changes").explode("changes").drop_nulls()
    dates = {
        key: group["time"].to_numpy()
        for key, group in every["dates"].group_by(["seed", "building", "sensor"], maintain_order=True)
    }
    told = {key: group["by"].to_numpy() for key, group in every["breaks"].group_by(["seed", "building", "sensor"])}
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for row in wanted.iter_rows(named=True):
        status = row["changes"]["status"]
        off = {}
        for sensor in ("s1", "s2"):
            key = (row["seed"], row["building"], sensor)
            if key in dates:
                since = np.datetime64(row["changes"]["since"])
                right = np.searchsorted(dates[key], since)
                places = np.searchsorted(dates[key], told.get(key, np.empty(0, "datetime64[us]")))
                off[sensor] = float(np.abs(places - right).min()) if len(places) else np.inf
        found.setdefault((row["kind"], status), []).append(off)
    return [{"kind": kind, "status": status, **_found(offs)} for (kind, status), offs in sorted(found.items())]


def _found(offs: list[dict[str, float]]) -> dict[str, Any]:
    row: dict[str, Any] = {"changes": len(offs)}
    for sensor in ("s1", "s2"):
        own = [off[sensor] for off in offs if sensor in off]
        near = [off for off in own if off <= _NEAR]
        row[sensor] = len(near) / len(own) if own else None
        row[f"{sensor}_off"] = float(np.median(near)) if near else None
    row["either"] = float(np.mean([min(off.values(), default=np.inf) <= _NEAR for off in offs]))
    return row


def _status(every: dict[str, pl.DataFrame]) -> dict[str, Any] | None:
    """How often the status of a date is right, by history, and how far its posterior is from that."""
    if every["statuses"].is_empty():
        return None
    true = every["true"].unique(["seed", "building", "time"])
    judged = (
        every["statuses"].select("seed", "building", "time", "status", "posterior")
        .join(true, on=["seed", "building", "time"])
        .join(every["truth"].select("seed", "building", "kind"), on=["seed", "building"])
        .with_columns(right=pl.col("status") == pl.col("true"), bin=(pl.col("posterior") * _BINS).floor())
    )  # fmt: skip
    if judged.is_empty():
        return None
    bins = judged.group_by("bin").agg(pl.len(), pl.col("right").mean(), pl.col("posterior").mean())
    error = float((bins["len"] * (bins["right"] - bins["posterior"]).abs()).sum() / judged.height)
    by_kind = judged.group_by("kind").agg(pl.len().alias("dates"), pl.col("right").mean()).sort("kind")
    confused = judged.group_by("true", "status").len().sort("true", "len", descending=[False, True])
    return {
        "dates": judged.height,
        "right": float(judged["right"].to_numpy().mean()),
        "calibration": error,
        "by_kind": by_kind.to_dicts(),
        "confused": confused.to_dicts(),
    }
