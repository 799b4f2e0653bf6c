"""The sites' chain end to end on invented scenes: what it finds of planted histories, and where there is none."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench import phases
from darkwake import schema
from darkwake.sites import (
    change,
    controls,
    footprints,
    guards,
    image_names,
    images,
    pixel_sums,
    scan,
    series,
    stack,
    timeline,
)
from darkwake.synth import scene_colours, scene_files, scene_ground, scene_histories, scene_radar, scenes

TUNED, LOOKED_AT, REPORT = range(8), range(100, 104), range(104, 108)
"""Scenes that beliefs, weights and the calibration were chosen on; looked at before; and looked at once, to report."""
_NEAR = 2
"""Acquisitions that a break may lie off the change it tells of."""
_BINS = 10
_LIKELY = 0.5
"""Posterior below which a status might as well be told as unknown."""
_MAKERS = (change, controls, footprints, guards, image_names, images, pixel_sums, scan, series, stack, scene_colours,
           scene_files, scene_ground, scene_histories, scene_radar, scenes)  # fmt: skip
"""What the tables of a scene depend on before the timeline: where any changes, a kept scene is made anew."""
Tables = dict[str, pl.DataFrame]


def watched(seed: int, folder: Path, *, buildings: int = 60) -> Tables:
    """One scene, written and watched as far as its breaks; series, places and truth."""
    planted = scenes.write(folder, seed=seed, buildings=buildings)
    found = images.find(planted.images, site=f"scene {seed}")
    places, _ = footprints.read(planted.footprints, site=f"scene {seed}")
    quiet = controls.controls(places, apart_m=90.0, images=found)
    both = series.series(found, pl.concat([places, quiet]))
    own = pl.col("building").is_in(places["building"].implode())
    told, control = guards.guard(both.filter(own), both.filter(~own))
    breaks, scene = change.breaks(told, controls=control, site=f"scene {seed}")
    true = planted.statuses.select("building", "time", true="status")
    return {"series": told, "breaks": breaks, "scene": scene, "places": places, "planted": planted.buildings,
            "true": true}  # fmt: skip


def kept(seed: int, cache: Path | None) -> Tables:
    """`watched`, from the cache where the same code has left it there."""
    if cache is None:
        with tempfile.TemporaryDirectory() as folder:
            return watched(seed, Path(folder))
    code = hashlib.sha256(b"".join(Path(str(one.__file__)).read_bytes() for one in _MAKERS)).hexdigest()[:12]
    place = cache / f"scene_{seed}_{code}"
    if not place.is_dir():
        made = kept(seed, None)
        part = cache / f"{place.name}.part"
        part.mkdir(parents=True, exist_ok=True)
        for name, table in made.items():
            table.write_parquet(part / f"{name}.parquet")
        part.rename(place)
    return {file.stem: pl.read_parquet(file) for file in sorted(place.glob("*.parquet"))}


def judged(tables: Tables) -> Tables:
    """What the timeline says of a watched scene, beside its truth."""
    seen = tables["series"].filter(pl.col("value").is_not_null())
    planted, covered = tables["planted"], seen.select("building").unique()
    none = schema.empty(schema.READINGS)
    return {
        "truth": planted.join(covered, on="building", how="semi"),
        "unseen": planted.join(covered, on="building", how="anti"),
        "dates": seen.select("building", "sensor", "time").unique().sort("building", "sensor", "time"),
        "breaks": tables["breaks"],
        "scene": tables["scene"],
        "statuses": timeline.timeline(tables["series"], tables["breaks"], tables["places"], none)[0],
        "true": tables["true"],
    }


def figures(seeds: Iterable[int], *, cache: Path | None = None) -> dict[str, Any]:
    """Over several scenes; watched scenes are kept in the cache, if one is given, and what they say is not."""
    every = []
    for seed in seeds:
        told = judged(kept(seed, cache))
        every.append({name: table.with_columns(seed=pl.lit(seed)) for name, table in told.items()})
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


def _alarms(every: Tables) -> list[dict[str, Any]]:
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


def _changes(every: Tables) -> list[dict[str, Any]]:
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


def _status(every: Tables) -> dict[str, Any] | None:
    """How often the status of a date is right, by history, and how far its posterior is from that.

    A date that is told as unknown counts as wrong in the share right; among those told it is left out. The calibration
    is that of the posterior of the status that was told, of every date that has one, over ten bins of equal width and
    over ten of equal mass (as `bench phases` has it).
    """
    true = every["true"].unique(["seed", "building", "time"])
    both = (
        every["statuses"].select("seed", "building", "time", "status", "posterior")
        .join(true, on=["seed", "building", "time"])
        .join(every["truth"].select("seed", "building", "kind"), on=["seed", "building"])
        .with_columns(
            right=pl.col("status") == pl.col("true"),
            bin=(pl.col("posterior") * _BINS).floor().clip(0, _BINS - 1),
            told=pl.col("status") != "unknown",
        )
    )  # fmt: skip
    if both.is_empty():
        return None
    told = both.filter("told")
    bins = told.group_by("bin").agg(pl.len(), pl.col("right", "posterior").mean()).sort("bin")
    error = float((bins["len"] * (bins["right"] - bins["posterior"]).abs()).sum() / told.height)
    confused = both.group_by("true", "status").len().sort("true", "len", descending=[False, True])
    return {
        "dates": both.height,
        "right": _share(both),
        "told": told.height / both.height,
        "right of told": _share(told),
        "likely": told.filter(pl.col("posterior") >= _LIKELY).height / both.height,
        "right of likely": _share(told.filter(pl.col("posterior") >= _LIKELY)),
        "by_seed": both.group_by("seed").agg(pl.col("right").mean()).sort("seed").to_dicts(),
        "calibration": error,
        "calibration, equal mass": phases.calibration(told["posterior"].to_numpy(), told["right"].to_numpy()),
        "bins": bins.to_dicts(),
        "by_kind": both.group_by("kind").agg(
            pl.len().alias("dates"), pl.col("right").mean(), pl.col("told").mean(),
            pl.col("right").filter("told").mean().alias("right of told"),
        ).sort("kind").to_dicts(),
        "confused": confused.to_dicts(),
    }  # fmt: skip


def _share(table: pl.DataFrame) -> float:
    return float(table["right"].to_numpy().mean())
