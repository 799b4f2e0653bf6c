"""Detection beside what the field uses: one table of ratios, growth and peak memory.

    python -m bench tracks [--size small|1m|10m|100m|full] [--runs N] [--json]

Made here: a sorted store of invented ships, its rows in random order, one long track, and a coast with meetings. Run
here, each in a process of its own, so that memory is its own: every detector, a bare scan of the columns that it reads,
a bare sort, a bare difference, and written anew from their descriptions the core of Global Fishing Watch's gaps and
encounters; movingpandas where it is installed. All take turns; ratios are made within a turn, and the middle of the
turns is told. What took longer than half a minute at first is not run again. Tools that go row by row get whole ships
of the same store up to a number of rows, and are compared by rows a second. That the gaps are identical is asserted
before anything is printed.

`full` is 1, 10 and 100 million rows, and how time grows between them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

import bench
from bench import tracks_made, tracks_table
from bench.tracks_table import THRESHOLDS_H, Figures, grown, scan_of
from darkwake import schema
from darkwake.events import DETECTORS

Runner = Callable[[str, Path], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Size:
    """Rows, ships and files of a store; and of what the slow ones get."""

    rows: int
    ships: int
    shards: int
    runs: int = 5
    part: int = 500_000
    few: int = 50_000
    long: int = 300_000
    coast: int = 500_000


SIZES = {
    "small": Size(20_000, 40, 2, runs=1, part=5_000, few=1_000, long=2_000, coast=20_000),
    "1m": Size(1_000_000, 1_000, 8),
    "10m": Size(10_000_000, 4_000, 16, runs=3),
    "100m": Size(100_000_000, 20_000, 64, runs=3),
}
SORTED = 10_000_000
"""More rows are not sorted in memory."""
_ONCE_S = 30.0


def make(folder: Path, size: Size) -> None:
    """All sets of one size."""
    for name in ("store", "warm", "part", "few", "coast"):
        (folder / name).mkdir()
    store = tracks_made.made(folder / "store", size.rows, size.ships, size.shards)
    tracks_made.made(folder / "warm", 2_000, 4, 2)
    tracks_made.one_long_track(folder, size.long)
    # as many ships at a coast as make a thousand positions each
    ships = max(20, size.coast // 1_000)
    tracks_made.made(folder / "coast", size.coast, ships, 2, lanes=tracks_made.COAST, beside=0.3)
    paths = [path for shard in store.paths for path in shard]
    for name, rows in (("part", size.part), ("few", size.few)):
        first = tracks_made.FIRST + max(1, rows * size.ships // size.rows)
        whole = pl.scan_parquet(paths).filter(pl.col("ship") < first).collect()
        schema.in_order(whole).write_parquet(folder / name / "0.parquet")
    if size.rows <= SORTED:
        positions = pl.read_parquet(paths, columns=["ship", "time", "lat", "lon"])
        positions.sample(fraction=1.0, shuffle=True, seed=1).write_parquet(folder / "shuffled.parquet")


def contenders(size: Size) -> list[str]:
    """The names of all, scans that several share only once."""
    kinds = [factory.__name__ for factory in DETECTORS]
    names = ["difference", *(["sort"] if size.rows <= SORTED else []), "scan:ship:time", "scan:ship:time:lat:lon"]
    for kind in kinds:
        names += [scan_of(kind), f"ours:{kind}:store"]
    for hours in THRESHOLDS_H:
        names += [f"gfw_gap:part:{hours}", f"ours:gap:store:{hours}", f"in_memory:gap:store:{hours}"]
        names += [f"gfw_gap:long:{hours}", f"ours:gap:long:{hours}", f"in_memory:gap:long:{hours}"]
    names += ["gfw_encounter:coast", "ours:encounter_gfw:coast", "moving:gap:few", "moving:stop:few"]
    return list(dict.fromkeys(names))


def alone(name: str, folder: Path) -> dict[str, Any]:
    """A contender in a process of its own.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    command = [sys.executable, "-m", "bench.tracks_one", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(bench.__path__[0]).parent)
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measured(size: Size, runs: int, folder: Path, run: Runner, tell: Callable[[str], None]) -> Figures:
    """All turns of all contenders of one size.

    Raises:
        AssertionError: our gaps are not those of Global Fishing Watch's core.
    """
    begin = time.perf_counter()
    tell(f"{size.rows:,} rows: making them")
    make(folder, size)
    made_s = time.perf_counter() - begin
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders(size)}
    for turn in range(runs):
        for name, taken in turns.items():
            if turn and (taken[0].get("absent") or taken[0]["wall_s"] > _ONCE_S):
                continue
            tell(f"{size.rows:,} rows, turn {turn + 1} of {runs}: {name}")
            taken.append(run(name, folder))
            if taken[-1].get("identical") is False:
                raise AssertionError(f"{name}: our gaps are not those of Global Fishing Watch's core")
    stored = sum(path.stat().st_size for path in (folder / "store").glob("*.parquet"))
    return {"rows": size.rows, "ships": size.ships, "files": size.shards, "bytes": stored, "runs": runs,
            "made_s": made_s, "turns": turns}  # fmt: skip


def versions(figures: Sequence[Figures]) -> dict[str, str]:
    """Of what took part."""
    found = {name: version(name) for name in ("darkwake", "polars", "numpy")} | {"python": platform.python_version()}
    moving = figures[0]["turns"]["moving:gap:few"][0]
    return found | ({"movingpandas": moving["version"]} if "version" in moving else {})


def figures_of(names: Sequence[str], runs: int | None, run: Runner, tell: Callable[[str], None]) -> Figures:
    """Everything that is printed."""
    before = os.getloadavg()[0]
    sizes = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="darkwake-bench-") as folder:
            sizes.append(measured(SIZES[name], runs or SIZES[name].runs, Path(folder), run, tell))
    machine = {"date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "processor": _processor(),
               "load_before": before, "load_after": os.getloadavg()[0], "versions": versions(sizes)}  # fmt: skip
    return {"machine": machine, "sizes": sizes, "growth": grown(sizes)}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(
        prog="python -m bench tracks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=[*SIZES, "full"], default="small")
    parser.add_argument("--runs", type=int, help="turns of every contender")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    names = [name for name in SIZES if name != "small"] if options.size == "full" else [options.size]
    tell = partial(print, file=sys.stderr, flush=True)
    found = figures_of(names, options.runs, alone, tell)
    aims = tracks_table.targets(found)
    print(json.dumps({"figures": found, "targets": aims}) if options.json else tracks_table.said(found, aims))
    return 0


if __name__ == "__main__":
    sys.exit(main())
