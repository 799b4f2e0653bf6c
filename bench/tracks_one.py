"""One contender of `bench.tracks`, in a process of its own: `python -m bench.tracks_one NAME FOLDER`, JSON out.

Before the clock begins each has done its work once on a few ships, so that modules and tables of ports are loaded.
Then: wall time, processor time of all threads and children, and the most memory the process held.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from bench import gfw_encounters, gfw_gaps
from bench.tracks_made import Files
from darkwake import ports, schema
from darkwake.events import DETECTORS, Detector, encounter, engine, gap, hours

_IN_MEMORY = 9_000_000


@dataclass(slots=True)
class Run:
    """What one contender took and gave."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    rows: int = 0
    found: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Times what is done within."""
        begin, spent = time.perf_counter(), _spent()
        yield
        self.wall_s, self.cpu_s = time.perf_counter() - begin, _spent() - spent
        self.peak_mb = _peak_mb()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Times apart what another tool must be handed before it can begin."""
        begin, spent = time.perf_counter(), _spent()
        yield
        self.more |= {"read_wall_s": time.perf_counter() - begin, "read_cpu_s": _spent() - spent}


def _spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_mb() -> float:
    # ru_maxrss starts with what the parent held; this does not
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(held.split()[1]) * 1024 / 1e6


def files(folder: Path, name: str) -> Files:
    """The shards of one of the sets of `bench.tracks`."""
    return Files([[str(path)] for path in sorted((folder / name).glob("*.parquet"), key=lambda path: int(path.stem))])


def rows_of(store: Files) -> int:
    """Its rows."""
    return int(pl.scan_parquet([path for shard in store.paths for path in shard]).select(pl.len()).collect().item())


# --- bare engine ---


def scan(folder: Path, run: Run, columns: list[str]) -> None:
    """Reads those columns, shard by shard as the detectors do, and does nothing with them."""

    def read(store: Files) -> int:
        shards = [shard for shard in engine.shards_of(store) if isinstance(shard, list)]
        return sum([pl.read_parquet(shard, columns=columns).height for shard in shards])

    read(files(folder, "warm"))
    store = files(folder, "store")
    with run.clock():
        run.rows = read(store)


def difference(folder: Path, run: Run, _: list[str]) -> None:
    """The gaps of over six hours as nothing but a difference of two columns that are sorted already."""

    def count(store: Files) -> int:
        apart = (pl.col("time").diff() > timedelta(hours=6)) & (pl.col("ship").diff() == 0)
        paths = [path for shard in store.paths for path in shard]
        return sum(pl.scan_parquet(path).select(apart.sum()).collect().item() for path in paths)

    count(files(folder, "warm"))
    store = files(folder, "store")
    with run.clock():
        run.found = count(store)
    run.rows = rows_of(store)


def sort(folder: Path, run: Run, _: list[str]) -> None:
    """Reads positions in random order and sorts them by ship and time."""
    path = folder / "shuffled.parquet"
    pl.read_parquet(path, n_rows=1000).sort("ship", "time")
    with run.clock():
        run.rows = pl.read_parquet(path).sort("ship", "time").height


# --- ours ---


def ours(folder: Path, run: Run, asked: list[str]) -> None:
    """A detector over a set: kind, the set, and hours for gaps that are asked for without open ones."""
    kind, which, *threshold = asked
    detector = _detector(kind, *threshold)
    detector.run(files(folder, "warm"))
    store = files(folder, which)
    with run.clock():
        run.found = detector.run(store).height
    run.rows = rows_of(store)


def ours_in_memory(folder: Path, run: Run, asked: list[str]) -> None:
    """The same where the positions are a table in memory already, up to some ten million of them."""
    kind, which, *threshold = asked
    detector = _detector(kind, *threshold)
    detector.run(files(folder, "warm"))
    shards: list[pl.DataFrame] = []
    for shard in files(folder, which).paths:
        if sum(part.height for part in shards) < _IN_MEMORY:
            shards.append(pl.read_parquet(shard))
    table = schema.in_order(pl.concat(shards)).rechunk()
    with run.clock():
        run.found = detector.run(table).height
    run.rows = table.height


def _detector(kind: str, *threshold: str) -> Detector:
    if threshold:
        return gap(longer_than=hours(float(threshold[0])), with_open=False)
    if kind == "encounter_gfw":
        return encounter(preset="gfw")
    return next(factory for factory in DETECTORS if factory.__name__ == kind)()


# --- Global Fishing Watch's, written anew ---


def gfw_gap(folder: Path, run: Run, asked: list[str]) -> None:
    """Its core over the messages of each ship, in memory as dictionaries; and whether ours finds the same gaps."""
    which, threshold = asked
    store = files(folder, which)
    with run.reading():
        tracks = _messages(store)
    metres, run.more["metres"] = _metres()
    with run.clock():
        found = [one for track in tracks for one in gfw_gaps.gaps(track, float(threshold) * 3600, metres)]
    run.rows, run.found = sum(map(len, tracks)), len(found)
    # theirs counts the gap's own first message too
    theirs = [(one["ssvid"], one["off_timestamp"], one["on_timestamp"], one["heard_before"] - 1) for one in found]
    run.more["identical"] = theirs == _gaps_of(_detector("gap", threshold).run(store))


def _metres() -> tuple[Callable[[Any, Any], float], str]:
    """How far two messages lie apart: by geopy, as theirs has it, where that is installed."""
    try:
        geodesic = import_module("geopy.distance").geodesic
    except ImportError:
        return gfw_gaps.on_a_sphere, "sphere"
    return lambda one, two: geodesic((one["lat"], one["lon"]), (two["lat"], two["lon"])).meters, "geopy"


def _messages(store: Files) -> list[list[gfw_gaps.Message]]:
    names = {"ship": "ssvid", "time": "timestamp", "receiver": "receiver_type"}
    tracks: list[list[gfw_gaps.Message]] = []
    for shard in store.paths:
        read = pl.read_parquet(shard, columns=["ship", "time", "lat", "lon", "receiver"])
        rows = read.with_columns(_seconds("time")).rename(names).to_dicts()
        tracks += [list(track) for _, track in groupby(rows, key=itemgetter("ssvid"))]
    return sorted(tracks, key=lambda track: int(track[0]["ssvid"]))


def _seconds(name: str) -> pl.Expr:
    return pl.col(name).dt.epoch("us") / 1e6


def _gaps_of(events: pl.DataFrame) -> list[tuple[int, float, float, int]]:
    before = pl.col("details").str.json_path_match("$.positions_12h_before").cast(pl.Int64)
    return events.select("ship", _seconds("start"), _seconds("end"), before).rows()


def gfw_encounter(folder: Path, run: Run, asked: list[str]) -> None:
    """Its encounters over tracks in memory; and how many of them ours finds too, to the moment."""
    store = files(folder, asked[0])
    tracks = []
    with run.reading():
        for shard in store.paths:
            rows = pl.read_parquet(shard, columns=["ship", "time", "lat", "lon"]).with_columns(_seconds("time")).rows()
            tracks += [[gfw_encounters.Place(*row) for row in track] for _, track in groupby(rows, key=itemgetter(0))]
    anchorages = list(zip(*ports.default().select("lat", "lon").get_columns(), strict=True))
    with run.clock():
        found = gfw_encounters.encounters(tracks, anchorages)
    run.rows, run.found = sum(map(len, tracks)), len(found)
    mine = encounter(preset="gfw").run(store)
    exact = set(mine.select("ship", "other", _seconds("start"), _seconds("end")).rows())
    run.more |= {
        "agree": sum((ship, other, float(start), float(end)) in exact for ship, other, start, end in found),
        "overlap": sum(any(_meet(one, row) for row in exact) for one in found),
        "ours": mine.height,
    }


def _meet(one: gfw_encounters.Encounter, row: tuple[Any, ...]) -> bool:
    return (one.ship, one.other) == row[:2] and one.start <= row[3] and row[2] <= one.end


# --- movingpandas, where it is installed ---


def moving(folder: Path, run: Run, asked: list[str]) -> None:
    """A splitter of movingpandas over trajectories in memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            geopandas, movingpandas = import_module("geopandas"), import_module("movingpandas")
        except ImportError as lacking:
            run.more["absent"] = str(lacking)
            return
        _moved(geopandas, movingpandas, files(folder, asked[1]), asked[0], run)


def _moved(geopandas: Any, movingpandas: Any, store: Files, splitter: str, run: Run) -> None:
    with run.reading():
        table = pl.concat([pl.read_parquet(shard, columns=["ship", "time", "lat", "lon"]) for shard in store.paths])
        columns = table.to_dict(as_series=False)
        points = geopandas.points_from_xy(columns["lon"], columns["lat"])
        tracks = movingpandas.TrajectoryCollection(
            geopandas.GeoDataFrame(columns, geometry=points, crs=4326).set_index("time"), "ship"
        )
    with run.clock():
        if splitter == "gap":
            found = movingpandas.ObservationGapSplitter(tracks).split(gap=timedelta(hours=6))
        else:
            found = movingpandas.StopSplitter(tracks).split(max_diameter=1000, min_duration=timedelta(hours=2))
    run.rows, run.found = table.height, len(found)
    run.more["version"] = movingpandas.__version__


WAYS: dict[str, Callable[[Path, Run, list[str]], None]] = {
    "scan": scan, "difference": difference, "sort": sort, "ours": ours, "in_memory": ours_in_memory,
    "gfw_gap": gfw_gap, "gfw_encounter": gfw_encounter, "moving": moving,
}  # fmt: skip


def done(name: str, folder: Path) -> dict[str, Any]:
    """A contender's run; `name` is a way and what it is asked, such as "ours:gap:store"."""
    way, *asked = name.split(":")
    run = Run()
    WAYS[way](folder, run, asked)
    return {"wall_s": run.wall_s, "cpu_s": run.cpu_s, "peak_mb": run.peak_mb, "rows": run.rows, "found": run.found,
            **run.more}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(done(sys.argv[1], Path(sys.argv[2]))))
