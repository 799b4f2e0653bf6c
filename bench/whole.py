"""A whole run: `darkwake new, add, run, diff, export, verify` on invented feeds, step by step, by time and memory.

    python -m bench whole --rows 1 3 10           # millions of rows
    python -m bench whole --rows 3 --every-voyage # without a corridor in the question

Each size runs in a process of its own. Seconds are the processor's, of the process and its children; megabytes are the
most that process and children held at once while the step went on, looked at twenty times a second.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from darkwake import steps
from darkwake.case import diff, exports
from darkwake.case.derived import Derived
from darkwake.case.folder import find

SHIPS, MILLION = 1_000, 1_000_000
A_DAY = 420.0
"""Messages of a ship a day; a fifth of them go unheard. A thousand ships send a million in three days."""
MOST_DAYS = 30
"""After a month there are more ships, not more days."""
_LOOK_S = 0.05
_MOST_MB = 3_000


def main(argv: list[str]) -> int:
    """Print a table with a line a step and a column a size; with --json one object a size."""
    parser = argparse.ArgumentParser(prog="python -m bench whole", description=__doc__)
    parser.add_argument("--rows", type=float, nargs="+", default=[1.0], help="millions of rows, about")
    parser.add_argument("--ships", type=int, help="ships, instead of a thousand for up to 10 million rows")
    parser.add_argument("--days", type=int)
    parser.add_argument("--corridor", nargs=2, default=["LT", "NL"], help="two countries")
    parser.add_argument("--every-voyage", action="store_true", help="ask about no corridor")
    parser.add_argument("--exports", nargs="*", default=["csv", "geojson"], choices=sorted(exports.FORMATS))
    parser.add_argument("--keep", type=Path, help="a folder for the case, which is not deleted then")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.here:
        print(json.dumps(measured(given, given.rows[0])))
        return 0
    found = []
    for rows in given.rows:
        again = [item for item in argv if item != "--json"]
        if len(given.rows) > 1:
            at = again.index("--rows")
            del again[at : at + 1 + len(given.rows)]
            again += ["--rows", str(rows)]
        done = subprocess.run(
            [sys.executable, "-m", "bench", "whole", *again, "--here"], check=True, stdout=subprocess.PIPE, text=True
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
        if not given.json:
            print(printed(found[-1]), flush=True)
    aims = [_bounded(one) for one in found]
    if given.json:
        print(json.dumps({"figures": {"sizes": found}, "targets": aims}))
        return 0
    for aim in aims:
        print(f"{'meets ' if aim['meets'] else 'MISSES'} {aim['name']}: {aim['got']:,.0f} (wanted {aim['want']})")
    return 0


def _bounded(figures: dict[str, Any]) -> dict[str, Any]:
    most = max(one["peak_mb"] for one in figures["steps"])
    return {"name": f"{figures['rows']:,} rows, most memory of any step, MB", "want": f"< {_MOST_MB:,}", "got": most,
            "meets": most < _MOST_MB}  # fmt: skip


def printed(figures: dict[str, Any]) -> str:
    """A size as a table."""
    lines = [
        f"{figures['rows']:,} rows, {figures['ships']:,} ships, {figures['days']} days, {figures['events']:,} events"
    ]
    lines += [
        f"  {one['step']:24} {one['cpu_s']:9.1f} s {one['peak_mb']:9,.0f} MB  {one['says']}" for one in figures["steps"]
    ]
    return "\n".join(lines)


class _Meter:
    """What each step took."""

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._most = 0
        self.after = ""

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        told: dict[str, Any] = {"step": name, "says": ""}
        stop = threading.Event()
        self._most = 0
        looks = threading.Thread(target=self._look, args=(stop,), daemon=True)
        looks.start()
        began, clock = _cpu(), time.monotonic()
        try:
            yield told
        finally:
            stop.set()
            looks.join()
            self._most = max(self._most, _held())
            told |= {"cpu_s": _cpu() - began, "wall_s": time.monotonic() - clock, "peak_mb": self._most / 1e6}
            self.found.append(told)
            print(
                f"{name:24} {told['cpu_s']:8.1f} s {told['peak_mb']:8,.0f} MB {told['says']}",
                file=sys.stderr,
                flush=True,
            )

    def _look(self, stop: threading.Event) -> None:
        while not stop.wait(_LOOK_S):
            self._most = max(self._most, _held())


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _held() -> int:
    """Bytes in memory of this process and those that it started."""
    children = Path("/proc/self/task").glob("*/children")
    numbers = {"self"}
    for file in children:
        try:
            numbers |= set(file.read_text().split())
        except OSError:  # a thread that has just ended
            continue
    total = 0
    for number in numbers:
        try:
            text = Path(f"/proc/{number}/status").read_text()
        except OSError:  # a process that has just ended
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) * 1024
    return total


def measured(given: argparse.Namespace, rows: float) -> dict[str, Any]:
    """One size, from nothing to the last export."""
    days = given.days or int(min(MOST_DAYS, max(1, round(rows * 3))))
    ships = given.ships or max(SHIPS, round(rows * MILLION / (MOST_DAYS * SHIPS / 3) / 1000) * 1000)
    a_day = rows * MILLION / (ships * days) * A_DAY / 333
    meter = _Meter()
    with tempfile.TemporaryDirectory() as temp:
        feed = [str(number) for number in (ships, days, a_day)]
        # in a process of its own, because its memory is none of the run's
        made = int(subprocess.check_output([sys.executable, "-m", "bench.whole_feed", temp, *feed], text=True))
        files, listed = sorted(Path(temp).glob("*.zip")), Path(temp) / "sdn.xml"
        case = (given.keep or Path(temp)) / "case"
        near, far = ((), ()) if given.every_voyage else ((given.corridor[0],), (given.corridor[1],))
        steps.new(case, steps.Asked(name="case", question="Invented.", invented=True, from_=near, to=far))
        with meter.step("add"):
            steps.add(case, [*files, listed], invented=True)
        for file in files:
            file.unlink()  # the case has its own copy
        _with_meter(meter)
        report = steps.run(case)
        with meter.step("run again, nothing new"):
            steps.run(case)
        with meter.step("verify"):
            steps.verify(case)
        for name in given.exports:
            with meter.step(f"export {name}") as told:
                out = steps.export(case, name, Path(temp) / f"exported-{name}")
                told["says"] = f"{_bytes(out) / 1e6:,.1f} MB"
        toml = case / "case.toml"
        toml.write_text(toml.read_text().replace('"Invented."', '"Invented, asked anew."'))
        meter.after = " again"
        steps.run(case)
        with meter.step("diff") as told:
            told["says"] = diff.since(find(case), "").counted()
        sizes = {name: (case / name).stat().st_size for name in ("case.json", "case.html")}
        counts = report.case["counts"]
    return {"rows": made, "ships": ships, "days": days, "events": counts["gaps"] + counts.get("port_calls", 0),
            "steps": meter.found, "bytes": sizes, "counts": counts}  # fmt: skip


def _with_meter(meter: _Meter) -> None:
    """Every step of a run under the meter."""
    plain = Derived.step

    def step(self: Derived, name: str, key: str, outputs: Any, make: Callable[[], str]) -> None:
        def metered() -> str:
            with meter.step(name + meter.after) as told:
                told["says"] = make()
                return str(told["says"])

        plain(self, name, key, outputs, metered)

    Derived.step = step  # type: ignore[method-assign]


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size
