"""Tables of the Danish Authority to a committed store, against the bare engine's way from CSV to sorted Parquet.

    python -m bench ingest [--size small|full] [--rows N ...] [--json]

The table is invented (`bench.ingest_feed`). The bare engine is Polars alone, in two passes as ours: it reads the CSV
with the types given and the time parsed, writes the rows apart by bucket, sorts each bucket by ship and time and writes
it with the same compression. It cleans nothing, takes out no duplicates, counts nothing, hashes nothing and commits
nothing. Once it reads only the columns that a position has, and once those of identities too, which we store as well.

Each run is a process of its own; in each round all are run one after another, and the middle of the rounds is told:
wall time, processor time of all threads, and the highest memory. What our store holds is compared with what a plain
Polars query says it must hold. `--size full` also adds a hundred million rows, as ten days of ten million.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from bench import ingest_feed, scale
from darkwake.tracks import Store

SIZES = {"small": (20_000, 200_000), "full": (1_000_000, 10_000_000)}
ROUNDS = 3
DAYS = 10
_WORTH_TIMING = 1_000_000
"""Fewer rows time the start of a process."""

_MEASURED = """
import json, sys, time
since, spent = time.perf_counter(), time.process_time()
{body}
held = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # not its parent's, as ru_maxrss is
print(json.dumps({{"wall_s": time.perf_counter() - since, "cpu_s": time.process_time() - spent,
                  "peak_gb": int(held.split()[1]) * 1024 / 1e9}}))
"""

_OURS = "from darkwake.tracks import ingest\nsince, spent = time.perf_counter(), time.process_time()\n" + (
    "ingest(sys.argv[1], sys.argv[2])"
)

_BARE = """
import polars as pl
from pathlib import Path
since, spent = time.perf_counter(), time.process_time()
source, folder, columns = sys.argv[1], sys.argv[2], sys.argv[3].split("|")
types = {"MMSI": pl.Int64, "Latitude": pl.Float64, "Longitude": pl.Float64, "SOG": pl.Float32, "COG": pl.Float32,
         "Heading": pl.Float32, "IMO": pl.String, "Width": pl.Float32, "Length": pl.Float32, "Draught": pl.Float32}
bucket = (pl.col("MMSI").cast(pl.UInt64) * 2_654_435_761) % (1 << 32) // (1 << 16) % 16
read = pl.scan_csv(source, schema_overrides=types, glob=False).select(columns).with_columns(
    pl.col("# Timestamp").str.to_datetime("%d/%m/%Y %H:%M:%S"), bucket=bucket.cast(pl.Int32))
by_bucket = pl.PartitionBy(folder, key="bucket", include_key=False, approximate_bytes_per_file=1 << 40)
read.sink_parquet(by_bucket, mkdir=True, compression="zstd", compression_level=1)
for part in sorted(Path(folder).glob("bucket=*")):
    pl.read_parquet(f"{part}/*.parquet").sort("MMSI", "# Timestamp").write_parquet(
        f"{folder}/{part.name}.parquet", compression="zstd", compression_level=1)
"""

_POSITION = "# Timestamp|Type of mobile|MMSI|Latitude|Longitude|Navigational status|SOG|COG|Heading"
_ALL = f"{_POSITION}|IMO|Callsign|Name|Ship type|Width|Length|Draught|Destination|ETA"

WAYS = {"ours": (_OURS, []), "bare": (_BARE, [_POSITION]), "bare, identities too": (_BARE, [_ALL])}


def run(way: str, table: Path, folder: Path) -> dict[str, float]:
    """One way in a process of its own."""
    body, more = WAYS[way]
    command = [sys.executable, "-c", _MEASURED.format(body=body), str(table), str(folder), *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows_as_expected(table: Path, store: Path) -> bool:
    """Whether the store holds the distinct sound positions of the table: as many, and with the same sums."""
    sound = (
        pl.scan_csv(table, glob=False, infer_schema=False)
        .select("# Timestamp", "Type of mobile", pl.col("MMSI").cast(pl.Int64),
                pl.col("Latitude", "Longitude").cast(pl.Float64))
        .filter(pl.col("Type of mobile").str.starts_with("Class"), pl.col("Latitude") <= 90)
        .unique(["# Timestamp", "MMSI", "Latitude", "Longitude"])
    )  # fmt: skip
    names = ["ship", "lat", "lon"]
    want = sound.select(pl.len(), pl.col("MMSI", "Latitude", "Longitude").sum()).collect(engine="streaming").row(0)
    got = Store(store).positions().select(pl.len(), pl.col(names).sum()).collect(engine="streaming").row(0)
    near = all(abs(one - other) <= 1e-6 * abs(one) for one, other in zip(want[2:], got[2:], strict=True))
    return bool(want[:2] == got[:2] and near)


def measured(rows: int, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """The middle of some rounds at one size."""
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        table = Path(folder) / "day.csv"
        tell(f"making {rows:,} rows")
        ingest_feed.write(table, rows)
        found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        equal = True
        for number in range(rounds):
            for way, runs in found.items():
                tell(f"{rows:,} rows, round {number + 1} of {rounds}: {way}")
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    runs.append(run(way, table, Path(place)))
                    if way == "ours" and not number:
                        equal = rows_as_expected(table, Path(place))
        size = table.stat().st_size
    ways = {way: {key: median(one[key] for one in runs) for key in runs[0]} for way, runs in found.items()}
    ratios = {
        f"{way}, {key[:-2]}": median(a[key] / b[key] for a, b in zip(found["ours"], found[way], strict=True))
        for way in list(WAYS)[1:]
        for key in ("wall_s", "cpu_s")
    }
    return {"rows": rows, "bytes": size, "rows_equal": equal, "ways": ways, "ratios": ratios,
            "rows_a_second": rows / ways["ours"]["wall_s"]}  # fmt: skip


def many_days(rows: int, days: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """So many days one after another into one store, by one process: see `bench.scale`."""
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        told = scale.ingested(Path(folder) / "store", rows * days, rows, tell)
    return {"rows": told["found"], "sources": told["days"], "peak_gb": told["peak_mb"] / 1000,
            "cpu_s": told["cpu_s"], "bytes": told["stored"]}  # fmt: skip


def targets(figures: Sequence[dict[str, Any]], many: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What issue 9 asks of ingest, and what was measured."""
    largest = figures[-1]
    aims: list[tuple[str, str, Any, bool]] = []
    if largest["rows"] >= _WORTH_TIMING:
        aims += [(f"ingest of {largest['rows']:,} rows, times the bare engine's {word} time", "<= 2",
                  largest["ratios"][f"bare, {key}"], largest["ratios"][f"bare, {key}"] <= 2)
                 for key, word in (("wall", "wall"), ("cpu", "processor"))]  # fmt: skip
    aims += [
        ("the store holds what it must", "yes", all(one["rows_equal"] for one in figures),
         all(one["rows_equal"] for one in figures)),
    ]  # fmt: skip
    if len(figures) > 1:
        first = figures[0]
        grown = largest["ways"]["ours"]["cpu_s"] / first["ways"]["ours"]["cpu_s"]
        bound = 1.1 * largest["rows"] / first["rows"]
        aims.append((f"processor time grows from {first['rows']:,} to {largest['rows']:,} rows by", f"<= {bound:g}",
                     grown, grown <= bound))  # fmt: skip
    if many:
        aims.append((f"peak memory of {many['rows']:,} rows, GB", "< 3", many["peak_gb"], many["peak_gb"] < 3))
    return [{"name": name, "want": want, "got": got, "meets": bool(meets)} for name, want, got, meets in aims]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, or with --json the figures and targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--rows", type=int, nargs="+", help="these sizes instead")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--days", type=int, help="so many days of the largest size into one store; 10 with --size full")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)

    def tell(what: str) -> None:
        print(what, file=sys.stderr, flush=True)

    sizes = options.rows or SIZES[options.size]
    figures = [measured(rows, options.rounds, tell) for rows in sizes]
    days = options.days if options.days is not None else DAYS * (options.size == "full")
    many = many_days(max(sizes), days, tell) if days else None
    aims = targets(figures, many)
    if options.json:
        print(json.dumps({"figures": {"sizes": figures, "many": many}, "targets": aims}))
        return 0
    for one in figures:
        print(f"{one['rows']:,} rows, {one['bytes'] / 1e6:,.0f} MB; ours {one['rows_a_second'] / 1e6:.2f} M rows/s")
        for way, told in one["ways"].items():
            print(f"  {way:22} {told['wall_s']:7.2f} s  {told['cpu_s']:7.2f} s of processors  {told['peak_gb']:.2f} GB")
        print("  ours over " + "; ".join(f"{name} {ratio:.2f}" for name, ratio in one["ratios"].items()))
    if many:
        print(f"{many['rows']:,} rows in {many['sources']} days: {many['cpu_s']:.0f} s of processors, "
              f"{many['peak_gb']:.2f} GB at most, {many['bytes'] / 1e6:,.0f} MB of Parquet")  # fmt: skip
    for aim in aims:
        got = f"{aim['got']:.2f}" if isinstance(aim["got"], float) else aim["got"]
        print(f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {got} (wanted {aim['want']})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
