"""Spark: what our gap detection costs over a bare scan of the same columns of the same files by Spark.

    python -m bench spark [--size small|full] [--master local-cluster[2,1,1024]] [--runs 5] [--json]

Both are a function over shards' paths that Spark's executors call (mapInArrow), and both read the same columns of the
same sorted Parquet; the scan does nothing else. Coverage (one more look at the times) belongs to detection. Runs take
turns, the first of each is not counted (Java and Python start), and the middle of the others is reported: "warm".
Processor time is that of this process and all its children. The events are compared with those of the local engine
before anything is printed.

A pass that changes the key is measured beside it, for the plan in docs/spark.md: encounters, with the bytes that went
from stage to stage.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from bench.tracks_made import Files, made
from darkwake.events import encounter, engine, gap, spark

SIZES = {"small": (2_000_000, 2_000, 8), "full": (20_000_000, 20_000, 16)}
"""Rows, ships, shards."""
_READS = ("ship", "time", "lat", "lon", "receiver", "source", "row")
"""What gap detection reads."""


def scanned(shard: engine.Shard) -> int:
    """The bare scan of one shard."""
    return 0 if isinstance(shard, pl.DataFrame) else pl.read_parquet(shard, columns=list(_READS)).height


def processor_s() -> float:
    """Processor seconds of this process and all that it started, Java and its Pythons among them."""
    stats = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        stats[int(path.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while fresh := {process for process, (parent, _) in stats.items() if parent in mine} - mine:
        mine |= fresh
    return sum(stats[process][1] for process in mine) / os.sysconf("SC_CLK_TCK")


def measured(store: Files, pool: spark.Cluster, runs: int) -> dict[str, float]:
    """Seconds of the scan and of detection, warm, in turns; the middle of `runs`; and their processor seconds."""
    whole = engine.shards_of(store, pool)
    work: dict[str, Callable[[], object]] = {
        "scan": lambda: sum(engine.each(scanned, whole, pool)),
        "gap": partial(gap().run, store, pool),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    spent: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(runs + 1):
        for name, do in work.items():
            begin, before = time.perf_counter(), processor_s()
            do()
            times[name].append(time.perf_counter() - begin)
            spent[name].append(processor_s() - before)
    found = {f"{name}_s": statistics.median(seconds[1:]) for name, seconds in times.items()}
    found |= {f"{name}_least_s": min(seconds[1:]) for name, seconds in times.items()}
    found |= {f"{name}_cold_s": seconds[0] for name, seconds in times.items()}
    found |= {f"{name}_cpu_s": statistics.median(seconds[1:]) for name, seconds in spent.items()}
    turns = [ours / bare for ours, bare in zip(times["gap"][1:], times["scan"][1:], strict=True)]
    here = time.process_time()
    gap().run(store)
    here = time.process_time() - here
    return {**found, "ratio": statistics.median(turns), "ratio_cpu": found["gap_cpu_s"] / found["scan_cpu_s"],
            "here_cpu_s": here}  # fmt: skip


class Watched:
    """The most bytes that lay in a folder while something ran."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.most, self._over = folder, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.most = max(self.most, sum(_size(path) for path in self.folder.rglob("*.parquet")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def figures(size: str, master: str, runs: int, folder: Path) -> dict[str, Any]:
    """Everything that is printed."""
    rows, ships, shards = SIZES[size]
    (folder / "store").mkdir()
    store = made(folder / "store", rows, ships, shards)
    stored = sum(_size(Path(path)) for shard in store.shards() for path in shard)
    session = spark.session(master, folder, settings={"spark.driver.memory": "512m"})
    try:
        pool = spark.Cluster.of(session, folder / "work")
        here = gap().run(store)
        if not gap().run(store, pool).equals(here):
            raise AssertionError("Spark gave other events than the local engine")
        found = measured(store, pool, runs)
        met = encounter()
        with Watched(folder / "work") as watched:
            begin = time.perf_counter()
            meetings = met.run(store, pool)
            seconds = time.perf_counter() - begin
    finally:
        session.stop()
    return {
        "rows": rows, "ships": ships, "shards": shards, "tasks": len(engine.shards_of(store, pool)),
        "store_bytes": stored, "gaps": here.height, **found,
        "encounters": meetings.height, "encounter_s": seconds, "handed_on_bytes": watched.most,
        "load": os.getloadavg()[0], "cores": os.cpu_count(), "master": master,
    }  # fmt: skip


def said(found: dict[str, Any]) -> str:
    """The figures as text."""
    rows = found["rows"]
    lines = [
        f"{rows:,} rows of {found['ships']:,} ships in {found['shards']} shards ({found['store_bytes'] / 2**20:,.0f} "
        f"MiB), {found['tasks']} tasks, {found['master']}, {found['cores']} cores, load {found['load']:.1f}",
        "",
        f"{'':14}{'warm s':>9}{'least s':>9}{'M rows/s':>10}{'cold s':>9}{'CPU s':>8}",
    ]
    for name, title in (("scan", "bare scan"), ("gap", "gap detection")):
        warm, least, cold, cpu = (found[f"{name}_{of}"] for of in ("s", "least_s", "cold_s", "cpu_s"))
        lines.append(f"{title:14}{warm:9.2f}{least:9.2f}{rows / warm / 1e6:10.1f}{cold:9.2f}{cpu:8.2f}")
    lines += [
        "",
        f"detection over scan: {found['ratio']:.2f} by the clock (target 2.00), {found['ratio_cpu']:.2f} "
        "by processor time",
        f"detection here, without Spark: {found['here_cpu_s']:.2f} s of processor time; {found['gaps']:,} gaps, "
        "the same",
        f"encounters: {found['encounter_s']:.1f} s, {found['encounters']:,} found, "
        f"{found['handed_on_bytes'] / rows:.1f} bytes a row of the store handed from stage to stage",
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="bench spark", description=__doc__.partition("\n")[0])
    asked.add_argument("--size", choices=SIZES, default="small")
    asked.add_argument("--master", default="local[2]")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="darkwake-bench-") as folder:
        found = figures(given.size, given.master, given.runs, Path(folder))
    print(json.dumps(found, indent=1) if given.json else said(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
