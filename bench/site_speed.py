"""A whole site, from its files to the breaks of every building: seconds and peak memory, beside xarray and dask.

    python -m bench site_speed [--size small|full] [--layout site|scene] [--json]

An invented scene of 60 dates x 1000 x 1000 float32, VV and VH, as tiled GeoTIFFs of 10 m (480 MB), 300 footprints and
up to 600 controls. Layout "site": the footprints lie in 2.5 x 2.5 km, as those of a works do. Layout "scene": they are
spread over the whole image, so that nearly every tile must be decoded by anybody. Beside it xarray + dask make the same
series and one scan over the same pixels, in an environment made for it (uv venv; nothing of it is in the package);
where that cannot be made, the bench says so. Twice: "plain", a window a building as the documentation has it, and
"skilled", whole images in chunks of one date and a numpy function over all buildings. Their values are compared with
ours before their seconds are printed.
The bare bound is opening each file once and decoding the windows that are needed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import transform
from rasterio.windows import Window

from darkwake import schema
from darkwake.sites import controls, footprints, hashes, images, stack, watching

SIZES = {"small": (20, 500, 60), "full": (60, 1000, 300)}
"""Dates, pixels along a side, footprints."""
LAYOUTS = {"site": 0.25, "scene": 0.94}
"""The share of the image's side that the footprints lie in."""
WEST, NORTH, PIXEL = 500_000.0, 2_000_000.0, 10.0
RING_M = 90.0
PEERS = ("skilled", "plain")
NEEDED = ("xarray", "dask", "rioxarray")


def make(folder: Path, dates: int, side: int) -> None:
    """The images: speckle of 20 looks on a ground of patches, every date its own weather."""
    rng = np.random.default_rng(20251122)
    ground = np.kron(rng.normal(-12, 3, (side // 20, side // 20)), np.ones((20, 20)))
    days = np.datetime64("2023-01-03") + np.arange(dates) * np.timedelta64(12, "D")
    for day in days:
        text = str(day).replace("-", "")
        weather = rng.normal(0, 1)
        for band, lower in (("VV", 0.0), ("VH", -7.0)):
            power = 10 ** ((ground + weather + lower) / 10) * rng.gamma(20, 1 / 20, ground.shape)
            name = f"OPERA_L2_RTC-S1_T137-292318-IW1_{text}T015854Z_{text}T120000Z_S1A_30_v1.0_{band}.tif"
            with rasterio.open(
                folder / name, "w", driver="GTiff", width=side, height=side, count=1, dtype="float32", nodata=np.nan,
                crs="EPSG:32631", transform=from_origin(WEST, NORTH, PIXEL, PIXEL), tiled=True, blockxsize=256,
                blockysize=256, compress="deflate", predictor=3,
            ) as out:  # fmt: skip
                out.write(power.astype(np.float32), 1)


def buildings(path: Path, side: int, number: int, share: float) -> None:
    """Squares of 40 m at random in the middle of the image."""
    rng = np.random.default_rng(7)
    low = side * (1 - share) / 2
    corners = low + rng.uniform(0, side * share - 4, (number, 2))
    features = []
    for place, (column, row) in enumerate(corners.round().tolist()):
        left, top = WEST + column * PIXEL, NORTH - row * PIXEL
        xs, ys = [left, left + 40, left + 40, left, left], [top - 40, top - 40, top, top, top - 40]
        ring = [list(pair) for pair in zip(*transform("EPSG:32631", "EPSG:4326", xs, ys), strict=True)]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "id": f"b{place:04d}", "properties": {}, "geometry": geometry})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


# --- each way, in a process of its own: `python site_speed.py --way NAME FOLDER` prints one line of JSON ---


def _nothing(*_: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """No timeline: what is compared ends at the breaks."""
    return schema.empty(schema.STATUSES), schema.empty(schema.PHASES), schema.empty(schema.ASSESSED)


def _ours(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    paths = [str(path) for path in (folder / "images").glob("*.tif")]
    hashes.of_files(paths, folder / "out" / ".hashes")
    hashed = time.perf_counter()
    asked = watching.SiteAsked("site", str(folder / "images"), folder / "houses.geojson")
    watched = watching.watch(asked, folder / "out", timeline=_nothing)
    done = time.perf_counter()
    again = watching.watch(asked, folder / "out", timeline=_nothing)
    assert again.again
    ended = time.perf_counter()
    watched.series.select("building", "time", "feature", "value", "inside", "ring").write_parquet(
        folder / "ours.parquet"
    )
    return {
        "seconds": done - hashed,
        "hashing": hashed - began,
        "again": ended - done,
        "breaks": watched.breaks.height,
        "controls": int(watched.scenes["controls"][0]),
    }


def _bound(folder: Path) -> dict[str, Any]:
    """Open every file once and decode the windows of the chips; nothing else."""
    windows = np.load(folder / "windows.npy")
    began = time.perf_counter()
    pixels = 0
    for path in sorted((folder / "images").glob("*.tif")):
        with rasterio.open(path) as image:
            for left, top, wide, high in windows.tolist():
                pixels += image.read(1, window=Window(left, top, wide, high)).size
    return {"seconds": time.perf_counter() - began, "megapixels": pixels / 1e6}


_PEER = """
import json, resource, sys, time
from pathlib import Path
import dask, numpy as np, rioxarray, xarray as xr

def main():
    folder = Path(sys.argv[1])
    places = np.load(folder / "places.npz")
    boxes, inside, ring, starts = (places[name] for name in ("boxes", "inside", "ring", "starts"))
    began = time.perf_counter()
    skilled = sys.argv[2] == "skilled"
    size = {"x": -1, "y": -1} if skilled else {"x": 512, "y": 512}
    def stack(band):
        files = sorted((folder / "images").glob(f"*_{band}.tif"))
        opened = [rioxarray.open_rasterio(file, chunks=size).squeeze("band", drop=True) for file in files]
        days = [np.datetime64(f"{t[:4]}-{t[4:6]}-{t[6:8]}") for t in (file.name.split("_")[4] for file in files)]
        return xr.concat(opened, xr.DataArray(days, dims="time", name="time"))
    images = xr.Dataset({band: stack(band) for band in ("VV", "VH")})
    wanted = []
    if skilled:
        wide = images.sizes["x"]
        def flat(masks):
            parts = []
            for (left, top, right, bottom), start in zip(boxes, starts):
                shape = (bottom - top, right - left)
                rows, columns = np.nonzero(masks[start : start + shape[0] * shape[1]].reshape(shape))
                parts.append((rows + top) * wide + columns + left)
            counts = np.array([len(part) for part in parts])
            return np.concatenate(parts), np.concatenate([[0], counts.cumsum()[:-1]]), counts
        own, around = flat(inside), flat(ring)
        def decibels(image, places, first, counts):
            return 10 * np.log10(np.add.reduceat(image.ravel()[places].astype(float), first) / counts)
        def each(block):
            return np.stack([decibels(one, *own) - decibels(one, *around) for one in block])
        wanted = [
            xr.apply_ufunc(each, images[band], input_core_dims=[["y", "x"]], output_core_dims=[["place"]],
                           dask="parallelized", output_dtypes=[float],
                           dask_gufunc_kwargs={"output_sizes": {"place": len(starts)}})
            for band in ("VV", "VH")
        ]
    for (left, top, right, bottom), start in zip(boxes, starts) if not skilled else ():
        size = (bottom - top) * (right - left)
        shape = (bottom - top, right - left)
        window = images.isel(x=slice(left, right), y=slice(top, bottom))
        within = xr.DataArray(inside[start : start + size].reshape(shape), dims=("y", "x"))
        around = xr.DataArray(ring[start : start + size].reshape(shape), dims=("y", "x"))
        means = [window.where(mask).mean(("x", "y")) for mask in (within, around)]
        wanted.append(10 * np.log10(means[0]) - 10 * np.log10(means[1]))
    graphed = time.perf_counter()
    done = dask.compute(*wanted)
    whole = xr.concat(done, "feature") if skilled else xr.concat(done, "place").to_array("feature")
    values = whole.transpose("place", "time", "feature")
    read = time.perf_counter()
    data = values.values.astype(float)
    n = data.shape[1]
    before = np.arange(1, n)[None, :, None]
    total, squares = data.cumsum(1), (data**2).cumsum(1)
    one, two = total[:, :-1] / before, (total[:, -1:] - total[:, :-1]) / (n - before)
    left_over = squares[:, -1:] - before * one**2 - (n - before) * two**2
    t = (two - one) * np.sqrt(before * (n - before) / n / (left_over / (n - 2)))
    best = (t**2).sum(2).max(1)
    ended = time.perf_counter()
    np.save(folder / "peer.npy", data)
    versions = {one.__name__: one.__version__ for one in (xr, dask, rioxarray)}
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": ended - began, "graph": graphed - began, "read": read - graphed,
                      "best": float(best.max()), "peak_mb": peak_mb, "cpu": time.process_time(), "versions": versions}))

main()
"""


def places(folder: Path) -> None:
    """The pixels of each building, as our own labels have them, so that the peer is given the very same ones."""
    asked, _ = footprints.read(folder / "houses.geojson", site="site")
    every = pl.concat([asked, controls.controls(asked, apart_m=RING_M)])
    found = images.find(folder / "images")
    box = [found[name][0] for name in ("west", "south", "east", "north")]
    covered = every.filter(pl.col("lon").is_between(box[0], box[2]) & pl.col("lat").is_between(box[1], box[3]))
    names, boxes, inside, ring, starts, windows = [], [], [], [], [], []
    at = 0
    side = rasterio.open(found["bands"][0][0]["path"]).width
    for grid, group in stack.grids_of(covered, found, ring_m=RING_M):
        labels = stack.labels(group, grid, ring_m=RING_M)
        left, top = round((grid.transform[2] - WEST) / PIXEL), round((NORTH - grid.transform[5]) / PIXEL)
        low = max(left, 0), max(top, 0)
        windows.append((*low, min(left + grid.width, side) - low[0], min(top + grid.height, side) - low[1]))
        for name, own, around in zip(labels.buildings, labels.inside, labels.ring, strict=True):
            masks = np.zeros((2, *grid.shape), bool)
            masks[0].ravel()[own], masks[1].ravel()[around] = True, True
            rows, columns = np.nonzero(masks.any(axis=0))
            rows, columns = rows[(rows + top >= 0) & (rows + top < side)], columns[(columns + left >= 0)]
            if not len(own) or not len(rows) or not len(columns):
                continue
            one = (max(columns.min(), -left), max(rows.min(), -top), columns.max() + 1, rows.max() + 1)
            one = (one[0], one[1], min(one[2], side - left), min(one[3], side - top))
            part = masks[:, one[1] : one[3], one[0] : one[2]]
            if not part[0].any() or not part[1].any():
                continue
            names.append(name)
            boxes.append((one[0] + left, one[1] + top, one[2] + left, one[3] + top))
            inside.append(part[0].ravel())
            ring.append(part[1].ravel())
            starts.append(at)
            at += part[0].size
    np.savez(folder / "places.npz", names=np.array(names), boxes=np.array(boxes), inside=np.concatenate(inside),
             ring=np.concatenate(ring), starts=np.array(starts))  # fmt: skip
    np.save(folder / "windows.npy", np.array(windows))


def same(folder: Path) -> tuple[int, float]:
    """How many values both ways have, and the greatest difference between them, dB."""
    peer = np.load(folder / "peer.npy")
    names = np.load(folder / "places.npz")["names"].tolist()
    # before the scene's own step is taken away: the plain script has no such guard
    ours = pl.read_parquet(folder / "ours.parquet").with_columns(value=pl.col("inside") - pl.col("ring"))
    days = sorted(ours["time"].unique().to_list())
    widest, number = 0.0, 0
    for place, name in enumerate(names):
        own = ours.filter((pl.col("building") == name) & pl.col("value").is_not_null())
        for at, feature in enumerate(("vv_db", "vh_db")):
            part = own.filter(pl.col("feature") == feature).sort("time")
            if part.height == len(days):
                number += part.height
                widest = max(widest, float(np.abs(part["value"].to_numpy() - peer[place, :, at]).max()))
    return number, widest


def _environment(folder: Path) -> Path | None:
    """A Python that has xarray and dask: an environment of its own, gone with the folder."""
    uv = Path(sys.executable).with_name("uv")
    found = str(uv) if uv.exists() else shutil.which("uv")
    if not found:
        return None
    where = folder / "peer-env"
    python = where / "bin" / "python"
    try:
        subprocess.run([found, "venv", "-q", "-p", sys.executable, str(where)], check=True, capture_output=True)
        subprocess.run(
            [found, "pip", "install", "-q", "--python", str(python), *NEEDED], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def measure(size: str, layout: str, folder: Path, peers: Sequence[str]) -> dict[str, Any]:
    """All ways on one invented scene."""
    dates, side, number = SIZES[size]
    (folder / "images").mkdir(parents=True)
    make(folder / "images", dates, side)
    buildings(folder / "houses.geojson", side, number, LAYOUTS[layout])
    places(folder)
    own = [sys.executable, str(Path(__file__).resolve()), "--way"]
    told: dict[str, Any] = {"size": size, "layout": layout, "dates": dates, "side": side, "footprints": number}
    for way in ("bound", "ours"):
        told[way] = _run([*own, way, str(folder)])
    python = _environment(folder)
    if python is None:
        return told | {"peer": None}
    script = folder / "peer.py"
    script.write_text(_PEER)
    told["peer"] = {}
    for way in peers:
        told["peer"][way] = _run([str(python), str(script), str(folder), way])
        told["peer"][way]["compared"], told["peer"][way]["apart_db"] = same(folder)
    return told


def show(told: dict[str, Any]) -> str:
    """The figures as lines."""
    ours, bound, peer = told["ours"], told["bound"], told["peer"]
    lines = [
        f"{told['dates']} dates x {told['side']} x {told['side']} float32, VV and VH; {told['footprints']} footprints "
        f"({told['layout']}), {ours['controls']} controls; {os.cpu_count()} cores",
        f"  decoding those windows, nothing else   {bound['seconds']:7.2f} s   ({bound['megapixels']:.0f} megapixels)",
        f"  ours, files to breaks and tables       {ours['seconds']:7.2f} s   peak {ours['peak_mb']:.0f} MB   "
        f"(processor, with its start, {ours['cpu']:.1f} s)",
        f"    hashing every file, once             {ours['hashing']:7.2f} s",
        f"    a second run, nothing new            {ours['again']:7.2f} s",
    ]
    if peer is None:
        return "\n".join([*lines, "  xarray + dask: ABSENT, no environment could be made, so nothing was compared"])
    for way, one in peer.items():
        named = ", ".join(f"{name} {version}" for name, version in one["versions"].items())
        ratio, whole = one["seconds"] / ours["seconds"], one["seconds"] / (ours["seconds"] + ours["hashing"])
        lines += [
            f"  xarray + dask, {way:22} {one['seconds']:9.2f} s   peak {one['peak_mb']:.0f} MB   "
            f"(processor {one['cpu']:.1f} s; {named})",
            f"    ratio {ratio:.1f} (with hashing {whole:.1f}); {one['compared']:,} values compared, "
            f"at most {one['apart_db']:.1e} dB apart",
        ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="python -m bench site_speed", description=__doc__.partition("\n")[0])
    asked.add_argument("--size", choices=SIZES, default="full")
    asked.add_argument("--layout", choices=LAYOUTS, default="site")
    asked.add_argument("--peer", action="append", choices=PEERS, help="only that one; plain takes many minutes in full")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--way", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args(argv)
    if given.way:
        way, folder = given.way
        told = {"ours": _ours, "bound": _bound}[way](Path(folder))
        told["cpu"] = time.process_time()
        told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(told))
        return 0
    with tempfile.TemporaryDirectory(prefix="site-speed-") as held:
        told = measure(given.size, given.layout, Path(held) / "work", given.peer or PEERS)
    print(json.dumps(told, indent=1) if given.json else show(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
