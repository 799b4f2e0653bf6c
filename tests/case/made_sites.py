"""An invented site of twelve buildings with a history, as the tables of schema.watched, and pictures made here.

Example Depot does not exist; its images are drawn, its figures are made up. Each building has one story in `PLAN`.
"""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake import schema
from darkwake.case.buildings import Watched

SITE = "Example Depot"
FIRST = datetime(2025, 1, 6, 10, 20)
EVERY = timedelta(days=12)
DATES = 16
CLOUDED = (3, 8, 9)
"""Dates whose optical image was under cloud."""
PLAN: dict[str, list[tuple[str, int, float]]] = {
    "North hall": [("intact", 0, 0.99), ("destroyed", 5, 0.97), ("cleared", 10, 0.93)],
    "Boiler house": [("intact", 0, 0.98), ("destroyed", 5, 0.96)],
    "Long shed": [("intact", 0, 0.99), ("destroyed", 5, 0.88)],
    "Old office": [("intact", 0, 0.97), ("cleared", 2, 0.91), ("under construction", 6, 0.9), ("rebuilt", 12, 0.86)],
    "Gate house": [("intact", 0, 0.95), ("unknown", 5, 0.5), ("repaired", 7, 0.74)],
    "New plot": [("cleared", 0, 0.96), ("under construction", 4, 0.94)],
    "East hall": [("intact", 0, 0.99)],
    "West hall": [("intact", 0, 0.99)],
    "Canteen": [("intact", 0, 0.98)],
    "Garage <b>A&B</b>": [("intact", 0, 0.97)],
}
"""Label -> the statuses with the place of their first date and their least posterior."""
UNABLE = {"Kiosk": "too small: under 2 by 2 pixels", "Pump": "never seen without cloud"}


class Page(HTMLParser):
    """What a browser finds in a page: tags with their attributes, and the words."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._raw = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  the parser's own signature
        self._raw = False

    def handle_data(self, data: str) -> None:
        self.words += "" if self._raw else data

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.tags for key, value in attrs.items() if key == name and value is not None]


def when(place: int) -> datetime:
    """The time of a date by its place."""
    return FIRST + place * EVERY


def png(rgb: NDArray[np.uint8]) -> str:
    """An array of height, width and three colours as base64 of a PNG."""
    height, width, _ = rgb.shape
    raw = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    raw[:, 1:] = rgb.reshape(height, -1)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw.tobytes(), 9)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def seen_from_above(status: str, seed: int, side: int = 96) -> NDArray[np.uint8]:
    """A drawn square of ground with a building of that status in its middle."""
    random = np.random.default_rng(seed)
    ground = np.array([118, 122, 96]) + random.normal(0, 6, (side, side, 1)) * np.ones(3)
    ground[:, side // 8 : side // 6] = [150, 146, 138]
    top, left, low, right = side // 3, side // 4, side * 2 // 3, side * 3 // 4
    roof = {"intact": [176, 170, 164], "rebuilt": [96, 128, 168], "repaired": [190, 120, 96]}.get(status)
    inside = (slice(top, low), slice(left, right))
    if roof:
        ground[inside] = np.array(roof) + random.normal(0, 3, (low - top, right - left, 1))
        ground[low : low + 4, left:right] *= 0.45
    elif status == "destroyed":
        ground[inside] = 90 + random.normal(0, 46, (low - top, right - left, 1)) * np.ones(3)
    elif status == "cleared":
        ground[inside] = np.array([186, 168, 132]) + random.normal(0, 5, (low - top, right - left, 1))
    elif status == "under construction":
        ground[inside] = [186, 168, 132]
        ground[top:low:6, left:right] = 70
        ground[top:low, left:right:8] = 70
    return np.clip(ground, 0, 255).astype(np.uint8)


def _sha(name: str) -> str:
    return (f"{zlib.crc32(name.encode()):08x}" * 8)[:64]


def _images() -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for place in range(DATES):
        time = when(place)
        for sensor, bands in (("s2", ("B04", "B03", "B02")), ("s1", ("vv", "vh"))):
            at = time if sensor == "s2" else time + timedelta(hours=7)
            clouded = sensor == "s2" and place in CLOUDED
            name = f"{sensor.upper()}_{at:%Y%m%dT%H%M}"
            paths = [f"/somewhere/{name}_{band}.tif" if sensor == "s1" else f"/somewhere/{name}.tif" for band in bands]
            rows.append(
                {
                    "image": name, "site": SITE, "sensor": sensor, "orbit": "137" if sensor == "s1" else "", "time": at,
                    "bands": [
                        {"band": band, "path": path, "at": 1 if sensor == "s1" else number, "sha256": _sha(path)}
                        for number, (band, path) in enumerate(zip(bands, paths, strict=True), 1)
                    ],
                    "crs": "EPSG:32631", "gsd_m": 10.0, "west": 3.0, "south": 0.99, "east": 3.01, "north": 1.0,
                    "baseline": "05.10" if sensor == "s2" else "", "credit": "drawn for a test", "usable": not clouded,
                    "why": "cloud over every building" if clouded else "",
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.IMAGES).sort("site", "time", "sensor", "image")


def _footprints() -> pl.DataFrame:
    metre = 1 / 111_320
    rows = []
    for place, label in enumerate([*PLAN, *UNABLE]):
        across, down = place % 4, place // 4
        wide, tall = ((46, 26), (24, 24), (60, 14), (30, 18))[across]
        if label in UNABLE:
            wide, tall = (6, 6) if label == "Kiosk" else (14, 10)
        west, north = 3.0 + (across * 72 + 8 * down) * metre, 1.0 - down * 52 * metre
        east, south = west + wide * metre, north - tall * metre
        ring = [west, north, east, north, east, south, west, south, west, north]
        if label == "North hall":  # with a yard in its middle
            yard = 8 * metre
            hole = [west + yard, north - yard, east - yard, north - yard, east - yard, south + yard, west + yard,
                    south + yard, west + yard, north - yard]  # fmt: skip
        rows.append(
            {"building": f"b{place:02d}", "site": SITE, "label": label, "lon": (west + east) / 2,
             "lat": (north + south) / 2, "area_m2": float(wide * tall),
             "rings": [ring, hole] if label == "North hall" else [ring], "kind": "building"}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.FOOTPRINTS).sort("site", "building")


def _phases() -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for place, (_, story) in enumerate(PLAN.items()):
        for number, (status, first, sure) in enumerate(story):
            last = story[number + 1][1] if number + 1 < len(story) else None
            edges = [first - 1, first, (last or DATES) - 1, *([] if last is None else [last])]
            rows.append(
                {
                    "id": f"phase-{place}-{number}", "building": f"b{place:02d}", "status": status,
                    "start_after": when(first - 1) if first else None, "start_by": when(first),
                    "end_after": when((last or DATES) - 1), "end_by": None if last is None else when(last),
                    "posterior": sure, "by": "machine",
                    "images": [f"S2_{when(at):%Y%m%dT%H%M}" for at in edges if at >= 0], "says": "",
                    "innocent": ["A roof that was being renewed looked the same."] if number else [],
                }
            )  # fmt: skip
    rows.append(
        rows[0] | {"id": "phase-read", "building": "b02", "status": "cleared", "start_after": when(4),
                   "start_by": when(6), "end_after": when(DATES - 1), "end_by": None, "posterior": None,
                   "by": "Jo Example", "images": [], "innocent": []}
    )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.PHASES).sort("building", "start_by", "by")


def _statuses() -> pl.DataFrame:
    rows = []
    for place, story in enumerate(PLAN.values()):
        for at in range(DATES):
            if at in CLOUDED and place % 2:
                continue  # seen by radar only on some buildings
            status, _, sure = [one for one in story if one[1] <= at][-1]
            rest = {"status": "intact" if status != "intact" else "unknown", "posterior": 1 - sure}
            rows.append(
                {"building": f"b{place:02d}", "time": when(at), "status": status, "posterior": sure,
                 "all": [{"status": status, "posterior": sure}, rest], "images": [f"S2_{when(at):%Y%m%dT%H%M}"]}
            )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.STATUSES).sort("building", "time")


def _series() -> pl.DataFrame:
    random = np.random.default_rng(7)
    level = {"intact": 0.0, "destroyed": -3.4, "cleared": -4.4, "under construction": 1.4, "rebuilt": 1.0}
    rows = []
    for place, story in enumerate(PLAN.values()):
        for at in range(DATES):
            status = [one for one in story if one[1] <= at][-1][0]
            for sensor, feature in (("s1", "vv_db"), ("s1", "vh_db"), ("s2", "brightness")):
                gone = sensor == "s2" and at in CLOUDED
                scale = 0.02 if sensor == "s2" else 1.0
                value = None if gone else (level.get(status, 0.4) + float(random.normal(0, 0.45))) * scale
                rows.append(
                    {"building": f"b{place:02d}", "image": "", "sensor": sensor,
                     "orbit": "137" if sensor == "s1" else "", "time": when(at), "feature": feature, "value": value,
                     "inside": value, "ring": None if gone else 0.0, "pixels": 12, "ring_pixels": 60,
                     "why": "cloud" if gone else ""}
                )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.SERIES).sort("building", "sensor", "orbit", "time", "feature")


def _breaks() -> pl.DataFrame:
    rows = []
    for place, story in enumerate(PLAN.values()):
        for status, first, _ in story[1:]:
            if status != "unknown":
                rows.append(
                    {"id": f"break-{place}-{first}", "building": f"b{place:02d}", "sensor": "s1",
                     "after": when(first - 1), "by": when(first), "statistic": 6.1, "p": 0.0008, "q": 0.004,
                     "features": [{"feature": "vv_db", "before": 0.1, "after": -3.3}],
                     "says": "VV fell by 3.4 dB against the ring between the two images."}
                )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.BREAKS).sort("building", "by", "sensor")


def _assessed() -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for place, story in enumerate(PLAN.values()):
        dates = DATES - (len(CLOUDED) if place % 2 else 0)
        rows.append(
            {"building": f"b{place:02d}", "site": SITE, "assessable": True, "why": "", "dates": dates,
             "first": when(0), "last": when(DATES - 1), "status": story[-1][0], "posterior": story[-1][2]}
        )  # fmt: skip
    for place, why in enumerate(UNABLE.values(), len(PLAN)):
        rows.append({"building": f"b{place:02d}", "site": SITE, "assessable": False, "why": why, "dates": 0})
    return pl.DataFrame(rows, schema=schema.ASSESSED).sort("site", "building")


def _scenes() -> pl.DataFrame:
    rows = [
        {"site": SITE, "sensor": "s1", "orbit": "137", "images": DATES, "usable": DATES, "controls": 420,
         "false_alarms_5": 0.052, "false_alarms_1": 0.011, "smallest_seen": 1.8, "unit": "dB",
         "says": "The rate was measured on places of this scene that nobody says changed."},
        {"site": SITE, "sensor": "s2", "orbit": "", "images": DATES, "usable": DATES - len(CLOUDED), "controls": 0,
         "says": "No unchanged places were known for these images."},
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.SCENES).sort("site", "sensor", "orbit")


def _readings() -> pl.DataFrame:
    rows = [
        {"building": "b02", "time": when(6), "status": "cleared", "by": "Jo Example", "at": datetime(2025, 8, 1, 9),
         "because": "the rubble was gone and the floor lay bare"},
        {"building": "b07", "time": when(11), "status": "intact", "by": "Sam Sample", "at": datetime(2025, 8, 2, 9),
         "because": ""},
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.READINGS).sort("building", "time", "at")


def _pictures() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for place, story in enumerate(PLAN.values()):
        if len(story) < 2:
            continue
        status, first, _ = story[1] if story[1][0] != "unknown" else story[2]
        sides = {"before": (story[0][0], first - 1), "after": (status, first)}
        seen = [at for at in range(DATES) if at not in CLOUDED]
        tiles = [seen_from_above([one for one in story if one[1] <= at][-1][0], place * 99 + at, 48) for at in seen]
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 12)
        strip = np.concatenate([np.concatenate(tiles[at : at + 12], axis=1) for at in range(0, len(tiles), 12)])
        found[f"b{place:02d}"] = {
            **{f"{side}_png_base64": png(seen_from_above(what, place * 99 + at)) for side, (what, at) in sides.items()},
            **{
                side: {"date": f"{when(at):%Y-%m-%dT%H:%M:%SZ}", "sensor": "s2", "credit": "drawn for a test",
                       "sha256": _sha(f"{side}{place}")}
                for side, (_, at) in sides.items()
            },
            "metres_per_pixel": 1.0,
            "outline": [[24, 32], [72, 32], [72, 64], [24, 64]],
            "strip": {"png_base64": png(strip), "tile_px": 48, "dates": [f"{when(at):%Y-%m-%d}" for at in seen]},
            "says": "B04, B03, B02; the same stretch on both sides; a pixel is 1 m; north is up.",
        }  # fmt: skip
    found["b04"] |= {"metres_per_pixel": None, "registered": False, "outline": []}
    return found


def made() -> Watched:
    """The site."""
    return Watched(
        SITE, _footprints(), _images(), _statuses(), _phases(), _assessed(), _series(), _breaks(), _scenes(),
        _readings(), _pictures(),
    )  # fmt: skip


def crowd(many: int, dates: int = 40) -> Watched:
    """A site of many buildings in rows, a twentieth of them destroyed: for what a page can hold."""
    metre, times = 1 / 111_320, [when(at) for at in range(dates)]
    keys = [f"c{place:05d}" for place in range(many)]
    hit = {key for place, key in enumerate(keys) if place % 20 == 3}
    rows = []
    for place, key in enumerate(keys):
        west, north = 3.0 + (place % 40) * 30 * metre, 1.0 - (place // 40) * 30 * metre
        east, south = west + 18 * metre, north - 14 * metre
        rows.append(
            {"building": key, "site": "Example Town", "label": f"House {place + 1}", "lon": west, "lat": north,
             "area_m2": 252.0, "rings": [[west, north, east, north, east, south, west, south, west, north]],
             "kind": "building"}
        )  # fmt: skip
    statuses: list[dict[str, Any]] = [
        {"building": key, "time": time, "status": "destroyed" if key in hit and at >= dates // 2 else "intact",
         "posterior": 0.97, "all": [], "images": []}
        for key in keys for at, time in enumerate(times)
    ]  # fmt: skip
    turn, plain = dates // 2, {"posterior": 0.97, "by": "machine", "images": [], "says": "", "innocent": []}
    phases: list[dict[str, Any]] = []
    for key in keys:
        halves = [("intact", 0, turn), ("destroyed", turn, dates)] if key in hit else [("intact", 0, dates)]
        for status, first, last in halves:
            phases.append(
                plain
                | {"id": f"{key}-{first}", "building": key, "status": status,
                   "start_after": times[first - 1] if first else None, "start_by": times[first],
                   "end_after": times[last - 1], "end_by": times[last] if last < dates else None}
            )  # fmt: skip
    assessed = [
        {"building": key, "site": "Example Town", "assessable": True, "why": "", "dates": dates, "first": times[0],
         "last": times[-1], "status": "destroyed" if key in hit else "intact", "posterior": 0.97}
        for key in keys
    ]  # fmt: skip
    return Watched(
        "Example Town", pl.DataFrame(rows, schema=schema.FOOTPRINTS), schema.empty(schema.IMAGES),
        pl.DataFrame(statuses, schema=schema.STATUSES), pl.DataFrame(phases, schema=schema.PHASES),
        pl.DataFrame(assessed, schema=schema.ASSESSED),
    )  # fmt: skip
