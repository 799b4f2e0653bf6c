"""One stage of `bench.scale`, in a process of its own: `python -m bench.scale_one STAGE STORE FOLDER WORKERS`.

It prints a line of JSON at its end. The stage "ingest" first takes the days' files from its input, one a line, and
answers each with a line when it is in the store.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import events, tracks


def ingested(store: str, folder: Path, buckets: int) -> dict[str, Any]:
    """Each file that is named on the input goes into the store; only that is timed, not the waiting."""
    del folder
    wall, rows, refused = 0.0, 0, 0
    for line in sys.stdin:
        begin = time.perf_counter()
        added = tracks.ingest(line.strip(), store, buckets=buckets)[0]
        wall += time.perf_counter() - begin
        rows += added.source.rows
        refused += sum(added.source.refused.values())
        print(added.says(), flush=True)
    return {"wall_s": wall, "found": rows - refused, "says": f"{rows:,} rows read, {refused:,} refused"}


def detected(store: str, folder: Path, workers: int, *, kind: str) -> dict[str, Any]:
    """A detector with its defaults."""
    detector = next(factory for factory in events.DETECTORS if factory.__name__ == kind)()
    found = detector.run(tracks.Store(store), workers)
    found.write_parquet(folder / f"{kind}.parquet")
    return {"found": found.height, "says": "events"}


def received(store: str, folder: Path, workers: int) -> dict[str, Any]:
    """The reception table."""
    del workers
    table = tracks.reception(tracks.Store(store))
    table.write_parquet(folder / "reception.parquet")
    return {"found": table.height, "says": "hours of water"}


def weighed(store: str, folder: Path, workers: int) -> dict[str, Any]:
    """The gaps weighed, with the ships' classes and the sides of each gap, as the whole run does it."""
    here = tracks.Store(store)
    gaps = pl.read_parquet(folder / "gap.parquet")
    jammed = events.interference(pl.read_parquet(folder / "false_position.parquet"))
    sides = tracks.sides_of(here.shards(), gaps, identities=here.identities())
    table = events.weigh(gaps, here, ships=here.ships(), sides=sides, interference=jammed, workers=workers)
    counts = table.group_by("verdict").len().sort(["len", "verdict"], descending=[True, False]).iter_rows()
    return {"found": table.height, "says": ", ".join(f"{number:,} {verdict}" for verdict, number in counts)}


KINDS = tuple(factory.__name__ for factory in events.DETECTORS)
STAGES = ("ingest", *KINDS, "reception", "weigh")


def done(stage: str, store: str, folder: Path, number: int) -> dict[str, Any]:
    """A stage by its name; `number` is of workers, or of a new store's buckets."""
    begin = time.perf_counter()
    if stage in KINDS:
        told = detected(store, folder, number, kind=stage)
    else:
        work: dict[str, Callable[[str, Path, int], dict[str, Any]]]
        work = {"ingest": ingested, "reception": received, "weigh": weighed}
        told = work[stage](store, folder, number)
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"wall_s": time.perf_counter() - begin, "cpu_s": sum(one.ru_utime + one.ru_stime for one in spent),
            "peak_mb": int(held.split()[1]) * 1024 / 1e6, **told}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(done(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
