"""The page on large cases: seconds to draw and to open, longest frames under the brush and the hand, megabytes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from bench.page_case import made
from darkwake.case import html

SIZES = {"small": [(100_000, 1_000)], "full": [(100_000, 1_000), (200_000, 10_000), (1_000_000, 10_000)]}
"""Track points and pieces of evidence of the cases that are measured."""
TARGETS = {"open_s": 3.0, "file_mb": 15.0, "brush_ms": 200.0, "pan_ms": 200.0}
"""Issue 8 gives seconds and megabytes; 200 ms is what Interaction to Next Paint calls good."""
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1440,900",
)  # fmt: skip
_FRAMES = """
window.frames_ = []; let last = performance.now(); window.counting_ = true;
const step = (now) => { frames_.push(now - last); last = now; if (counting_) requestAnimationFrame(step); };
requestAnimationFrame(step);
"""
_OPEN = """
const done = arguments[0], wait = () => 'ready' in document.documentElement.dataset
  ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))) : setTimeout(wait, 5); wait();
"""


def main(argv: list[str]) -> int:
    """Print the figures of each size with their targets; with --json as one object a size."""
    parser = argparse.ArgumentParser(prog="python -m bench page", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--points", type=int, help="track points of one case, instead of a size")
    parser.add_argument("--pieces", type=int, default=1_000, help="pieces of evidence beside --points")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        print("chromium or chromedriver is absent: apt-get install chromium-driver", file=sys.stderr)
        return 2
    sizes = [(given.points, given.pieces)] if given.points else SIZES[given.size]
    found = [measured(points, pieces) for points, pieces in sizes]
    print(json.dumps(found) if given.json else printed(found))
    return 0


def printed(found: list[dict[str, Any]]) -> str:
    """A table, one column a size, the targets beside."""
    names = {
        "points": "track points", "pieces": "pieces of evidence", "render_s": "drawing the file, s",
        "file_mb": "file, MB", "open_s": "opened, s", "brush_ms": "longest frame, brush, ms",
        "brush_mid_ms": "middle frame, brush", "pan_ms": "longest frame, pan, ms", "pan_mid_ms": "middle frame, pan",
        "zoom_ms": "longest frame, zoom, ms", "heap_mb": "script memory, MB", "resident_mb": "tab's memory, MB",
        "elements": "elements",
    }  # fmt: skip
    lines = []
    for key, label in names.items():
        target = f"  <= {TARGETS[key]:g}" if key in TARGETS else ""
        lines.append(f"{label:26}" + "".join(f"{_cell(row[key]):>12}" for row in found) + target)
    return "\n".join(lines)


def _cell(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if value < 20 else f"{value:.0f}"


def measured(points: int, pieces: int) -> dict[str, Any]:
    """Draw one invented case, open it, drag the brush, pan and zoom the map."""
    case = made(points, pieces)
    html.render(made(1_000, 10))  # the world's coast is read once in a process
    begun = time.perf_counter()
    page = html.render(case)
    drawn = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.html"
        path.write_text(page, encoding="utf-8")
        figures = opened(path, Path(folder) / "profile")
    mb = len(page.encode()) / 1e6
    return {"points": points, "pieces": pieces, "render_s": round(drawn, 2), "file_mb": round(mb, 2), **figures}


def opened(path: Path, profile: Path) -> dict[str, Any]:
    """What a browser needs for the page: seconds, milliseconds of frames, megabytes."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    window = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
    try:
        window.set_script_timeout(120)
        window.get("about:blank")
        window.execute_cdp_cmd("Performance.enable", {})
        window.get(path.as_uri())
        ready = float(window.execute_async_script(_OPEN)) / 1000
        box = _box(window, "hist")
        brush = _dragged(window, box["x"] + box["w"] * 0.1, box["y"] + box["h"] / 2, box["w"] * 0.5, 0)
        window.execute_script("document.getElementById('reset').click()")
        area = _box(window, "map")
        pan = _dragged(window, area["x"] + area["w"] * 0.6, area["y"] + area["h"] * 0.6, -area["w"] * 0.3, -60)
        zoom = _zoomed(window, area["x"] + area["w"] / 2, area["y"] + area["h"] / 2)
        held = {row["name"]: row["value"] for row in window.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
        return {
            "open_s": round(ready, 2), "brush_ms": max(brush), "brush_mid_ms": sorted(brush)[len(brush) // 2],
            "pan_ms": max(pan), "pan_mid_ms": sorted(pan)[len(pan) // 2], "zoom_ms": max(zoom),
            "heap_mb": round(held["JSHeapUsedSize"] / 1e6, 1), "resident_mb": _resident(window.service.process.pid),
            "elements": int(window.execute_script("return document.querySelectorAll('*').length")),
        }  # fmt: skip
    finally:
        window.quit()


def _box(window: Any, name: str) -> dict[str, float]:
    found: dict[str, float] = window.execute_script(
        "const b = document.getElementById(arguments[0]).getBoundingClientRect(); "
        "return {x: b.x, y: b.y, w: b.width, h: b.height}",
        name,
    )
    return found


def _mouse(window: Any, kind: str, x: float, y: float, **more: Any) -> None:
    window.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})


def _counted(window: Any) -> list[float]:
    """Milliseconds of each frame since `_FRAMES`, once what was asked for has been drawn."""
    window.execute_async_script("setTimeout(arguments[0], 600)")
    return [round(float(frame), 1) for frame in window.execute_script("counting_ = false; return frames_")[1:]]


def _dragged(window: Any, x: float, y: float, across: float, down: float, steps: int = 40) -> list[float]:
    window.execute_script(_FRAMES)
    _mouse(window, "mousePressed", x, y, button="left", clickCount=1)
    for step in range(1, steps + 1):
        _mouse(window, "mouseMoved", x + across * step / steps, y + down * step / steps, button="left", buttons=1)
    _mouse(window, "mouseReleased", x + across, y + down, button="left", clickCount=1)
    return _counted(window)


def _zoomed(window: Any, x: float, y: float) -> list[float]:
    window.execute_script(_FRAMES)
    for turn in (-240, -240, -240, 240, 240, 240):
        _mouse(window, "mouseWheel", x, y, deltaX=0, deltaY=turn)
        window.execute_async_script("setTimeout(arguments[0], 150)")
    return _counted(window)


def _resident(driver: int) -> int:
    """Megabytes that the largest renderer of this driver's browser holds, 0 where the system does not say."""
    parents, found = {driver}, []
    for place in sorted(Path("/proc").glob("[0-9]*"), key=lambda one: int(one.name)):
        try:
            status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines() if ":" in line)
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status["PPid"]) in parents:
            parents.add(int(place.name))
            if b"--type=renderer" in words:
                found.append(int(status.get("VmRSS", "0 kB").split()[0]) // 1000)
    return max(found, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
