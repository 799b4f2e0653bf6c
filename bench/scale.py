"""A hundred million rows through ingest, all detectors, the reception table and the weighing of silences.

    python -m bench scale [--rows 100000000] [--day 5000000] [--workers 1] [--buckets 16] [--json]

Invented days in the layout of the Danish Maritime Authority (`bench.ingest_feed`) are made one after another, go
into one store and are deleted, so that there is never more than one. Ships sail on from day to day and fall silent.
Then each stage runs in a process of its own. Told are processor time of it and its children, wall time, rows of the
store a second, and the most memory that the process and its children held at once, looked at ten times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import bench
from bench import ingest_feed, scale_one

START = datetime(2025, 10, 1)
MOST_MB = 3000
_LOOK_S = 0.1
_SHIP_ROWS = 1_000
"""Rows of a ship a day."""


class Tree:
    """The most memory that a process and those that it started held at once."""

    def __init__(self, process: int) -> None:
        self.peak_mb = 0.0
        self._process, self._over = process, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Tree:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.peak_mb = max(self.peak_mb, sum(map(_held_mb, _tree(self._process))))


def _tree(process: int) -> Iterator[int]:
    yield process
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = path.read_text(encoding="ascii").split()
        except OSError:
            continue  # it ended meanwhile
        for child in children:
            yield from _tree(int(child))


def _held_mb(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def started(stage: str, store: Path, folder: Path, number: int) -> Iterator[tuple[subprocess.Popen[str], Tree]]:
    """A stage's process, watched until its end."""
    command = [sys.executable, "-m", "bench.scale_one", stage, str(store), str(folder), str(number)]
    here = Path(bench.__path__[0]).parent
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=here) as process,
        Tree(process.pid) as tree,
    ):
        yield process, tree


def _told(process: subprocess.Popen[str], tree: Tree) -> dict[str, Any]:
    """What a stage said at its end.

    Raises:
        RuntimeError: it failed.
    """
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a stage ended with {process.returncode}; what it said stands above")
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return {**told, "peak_mb": max(told["peak_mb"], tree.peak_mb)}


def ingested(store: Path, rows: int, a_day: int, tell: Callable[[str], None], buckets: int = 16) -> dict[str, Any]:
    """Days of so many rows into one store, by one process, each made only when the one before is in and gone."""
    days = -(-rows // a_day)
    made_s, read = 0.0, 0
    with started("ingest", store, store.parent, buckets) as (process, tree):
        assert process.stdin is not None
        assert process.stdout is not None
        for day in range(days):
            begin = time.perf_counter()
            table = store.parent / f"aisdk-{START + timedelta(days=day):%Y-%m-%d}.csv"
            count = min(a_day, rows - day * a_day)
            ingest_feed.write(table, count, ships=max(50, a_day // _SHIP_ROWS), start=START + timedelta(days=day))
            made_s, read = made_s + time.perf_counter() - begin, read + table.stat().st_size
            process.stdin.write(f"{table}\n")
            process.stdin.flush()
            tell(f"day {day + 1} of {days}: {process.stdout.readline().strip()}")
            table.unlink()
        told = _told(process, tree)
    stored = sum(path.stat().st_size for path in store.rglob("*.parquet"))
    return {**told, "rows": rows, "days": days, "made_s": made_s, "bytes": read, "stored": stored}


def stage(name: str, store: Path, folder: Path, workers: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """A stage over the store in a process of its own."""
    tell(name)
    with started(name, store, folder, workers) as (process, tree):
        return _told(process, tree)


def figures(rows: int, a_day: int, workers: int, buckets: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Everything that is printed."""
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="darkwake-bench-") as name:
        folder = Path(name)
        store = folder / "store"
        found = {"ingest": ingested(store, rows, a_day, tell, buckets)}
        for one in scale_one.STAGES[1:]:
            found[one] = stage(one, store, folder, workers, tell)
    loads = {"load_before": before, "load_after": os.getloadavg()[0]}
    return {"date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), **loads, "rows": rows, "workers": workers,
            "buckets": buckets, "stages": found}  # fmt: skip


def targets(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What issue 9 asks, and what was measured."""
    aims = []
    for name, chosen in (("ingest and all detectors", scale_one.STAGES[: 1 + len(scale_one.KINDS)]),
                         ("the reception table and the weighing", ("reception", "weigh"))):  # fmt: skip
        held = max(found["stages"][one]["peak_mb"] for one in chosen)
        aims.append({"name": f"{found['rows']:,} rows through {name}, peak memory, MB", "want": f"< {MOST_MB}",
                     "got": round(held, 1), "meets": held < MOST_MB})  # fmt: skip
    return aims


def said(found: dict[str, Any]) -> str:
    """The table, at most 100 columns."""
    first, kept = found["stages"]["ingest"], found["stages"]["ingest"]["found"]
    lines = [
        f"{found['date']}, {found['cores']} cores, load {found['load_before']:.1f} before and "
        f"{found['load_after']:.1f} after, {found['workers']} workers",
        f"{found['rows']:,} rows in {first['days']} days of CSV ({first['bytes'] / 1e9:.1f} GB, made in "
        f"{first['made_s']:,.0f} s), {kept:,} kept in {found['buckets']} buckets ({first['stored'] / 1e9:.2f} GB)",
        "",
        f"{'':16}{'processor s':>12}{'wall s':>10}{'M rows/s':>10}{'peak MB':>10}{'found':>13}",
    ]
    for name, one in found["stages"].items():
        rows = found["rows"] if name == "ingest" else kept
        lines.append(f"{name:16}{one['cpu_s']:12,.1f}{one['wall_s']:10,.1f}{rows / one['wall_s'] / 1e6:10.2f}"
                     f"{one['peak_mb']:10,.0f}{one['found']:13,}")  # fmt: skip
    total = {what: sum(one[what] for one in found["stages"].values()) for what in ("cpu_s", "wall_s")}
    most = max(one["peak_mb"] for one in found["stages"].values())
    lines.append(f"{'all of it':16}{total['cpu_s']:12,.1f}{total['wall_s']:10,.1f}"
                 f"{found['rows'] / total['wall_s'] / 1e6:10.2f}{most:10,.0f}")  # fmt: skip
    lines += ["", f"ingest: {first['says']}", f"weigh: {found['stages']['weigh']['says']}"]
    lines += [f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {aim['got']:,} (wanted {aim['want']})"
              for aim in targets(found)]  # fmt: skip
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(
        prog="python -m bench scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--day", type=int, default=5_000_000, help="rows of a day")
    parser.add_argument("--workers", type=int, default=1, help="processes of each stage after ingest")
    parser.add_argument("--buckets", type=int, default=16, help="of the store")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    tell = partial(print, file=sys.stderr, flush=True)
    found = figures(options.rows, options.day, options.workers, options.buckets, tell)
    print(json.dumps({"figures": found, "targets": targets(found)}) if options.json else said(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
