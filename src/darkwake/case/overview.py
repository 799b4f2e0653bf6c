"""The map without script, and on paper: land, tracks, silences and ports as one SVG drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from darkwake.case import coast, strips, text
from darkwake.case.index import Index, anchor

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 1000.0, 560.0
_LETTER = 6.6  # width of a letter at the map's type size, for keeping labels apart
MOST_TRACKS = 120


def frame(index: Index) -> tuple[float, float, float, float]:
    """West, south, east, north of what the map opens on: the threads' voyages, or everything where there are none."""
    lats, lons = [np.empty(0)], [np.empty(0)]
    windows: dict[int, list[tuple[int, int]]] = {}
    for row in index.threads:
        voyage = index.voyage.get(row.get("voyage") or "", row)
        begins = text.seconds(voyage.get("departed", row.get("start")))
        windows.setdefault(row["ship"], []).append(
            (
                index.span[0] if begins is None else begins,
                index.end(voyage, "arrived" if "arrived" in voyage else "end"),
            )
        )
    for track in index.case.get("tracks", []):
        if windows and track["ship"] not in windows:
            continue
        seconds, lat, lon = unpacked(track)
        inside = np.zeros(len(seconds), dtype=np.bool_)
        for begins, ends in windows.get(track["ship"], [index.span]):
            inside |= (seconds >= begins) & (seconds <= ends)
        lats.append(lat[inside])
        lons.append(lon[inside])
    lat, lon = np.concatenate(lats), np.concatenate(lons)
    if not len(lat):
        lat = np.array([row["lat"] for row in index.case.get("ports", [])] or [-50.0, 65.0])
        lon = np.array([row["lon"] for row in index.case.get("ports", [])] or [-170.0, 170.0])
    lon = (lon - index.west) % 360.0 + index.west
    pad = max(float(np.ptp(lon)) * 0.05, float(np.ptp(lat)) * 0.05, 0.15)
    return (
        float(lon.min()) - pad,
        max(float(lat.min()) - pad, -80.0),
        float(lon.max()) + pad,
        min(float(lat.max()) + pad, 82.0),
    )


def unpacked(track: Any) -> tuple[Floats, Floats, Floats]:
    """Seconds, latitudes and longitudes of one packed track."""
    seconds = track["start"] + np.cumsum(np.array(track["t"], dtype=np.float64))
    lat = np.cumsum(np.array(track["lat"], dtype=np.int64)) / 1e4
    lon = np.cumsum(np.array(track["lon"], dtype=np.int64)) / 1e4
    return seconds, lat, lon


class _Sheet:
    """A Mercator projection that fits a box into the drawing."""

    def __init__(self, box: tuple[float, float, float, float], west: float) -> None:
        self.west = west
        low, high = _north(box[1]), _north(box[3])
        wide, tall = math.radians(box[2] - box[0]), high - low
        self.scale = min(WIDTH / max(wide, 1e-9), HEIGHT / max(tall, 1e-9))
        self.left = (math.radians(box[0] + box[2]) - WIDTH / self.scale) / 2
        self.top = (low + high + HEIGHT / self.scale) / 2
        self.shown = (
            math.degrees(self.left), _south(self.top - HEIGHT / self.scale),
            math.degrees(self.left + WIDTH / self.scale), _south(self.top),
        )  # fmt: skip

    def points(self, lat: Floats, lon: Floats, *, turn: bool = True) -> Floats:
        """Positions as drawing coordinates, shape (n, 2)."""
        if turn and self.west != -180:
            lon = (lon - self.west) % 360.0 + self.west
        y = np.log(np.tan(np.pi / 4 + np.radians(np.clip(lat, -85, 85)) / 2))
        return np.column_stack([(np.radians(lon) - self.left) * self.scale, (self.top - y) * self.scale])


def _north(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def _south(y: float) -> float:
    return math.degrees(2 * math.atan(math.exp(y)) - math.pi / 2)


def _line(points: Floats, *, least: float = 1.2, close: bool = False) -> Markup:
    """Points as path data in tenths of a unit, relative, without steps shorter than `least`."""
    tenths = np.rint(points * 10).astype(np.int64)
    kept = [tenths[0]]
    for point in tenths[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least * 10:
            kept.append(point)
    kept.append(tenths[-1])
    steps = np.diff(np.array(kept), axis=0)
    steps = steps[steps.any(axis=1)]
    tail = "".join(f"l{_tenth(x)} {_tenth(y)}" for x, y in steps.tolist())
    head = f"M{_tenth(int(kept[0][0]))} {_tenth(int(kept[0][1]))}"
    return Markup(f"{head}{tail}{'z' if close else ''}")  # noqa: S704  digits and letters of path data only


def _tenth(value: int) -> str:
    return f"{value / 10:g}"


def overview(index: Index, coastline: list[Floats]) -> dict[str, Any]:
    """Paths, dots and labels of the drawing."""
    box = frame(index)
    sheet = _Sheet(box, index.west)
    west, south, east, north = sheet.shown
    wide = (west - 2, max(south - 2, -84.0), east + 2, min(north + 2, 84.0))
    land = []
    for ring in coastline:
        for turn in (-360.0, 0.0, 360.0):
            part = ring + np.array([turn, 0.0])
            if part[:, 0].max() < wide[0] or part[:, 0].min() > wide[2]:
                continue
            part = coast.cut(part, wide)
            if len(part) > 3 and np.ptp(sheet.points(part[:, 1], part[:, 0], turn=False), axis=0).max() > 2.5:
                land.append(_line(sheet.points(part[:, 1], part[:, 0], turn=False), least=1.7, close=True))
    ports = _ports(index, sheet)
    gaps = _gaps(index, sheet)
    _place_labels([*gaps, *ports])
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "land": Markup("").join(land),
        "tracks": _tracks(index, sheet),
        "gaps": gaps,
        "ports": ports,
        "box": [round(value, 3) for value in box],
        "says": _says(index, box),
    }


def _tracks(index: Index, sheet: _Sheet) -> list[dict[str, Any]]:
    by_ship, order = index.gaps_by_ship(), {ship: place for place, ship in enumerate(index.order())}
    found = []
    for track in sorted(index.case.get("tracks", []), key=lambda row: order.get(row["ship"], 1 << 60))[:MOST_TRACKS]:
        seconds, lat, lon = unpacked(track)
        points = sheet.points(lat, lon)
        breaks = np.abs(np.diff(points[:, 0])) > math.pi * sheet.scale
        for gap in by_ship.get(track["ship"], []):
            after = int(np.searchsorted(seconds, text.seconds(gap["start"]) or 0, side="right"))
            if 0 < after < len(seconds):
                breaks[after - 1] = True
        parts = np.split(points, np.flatnonzero(breaks) + 1)
        least = 1.2 if track["ship"] in index.told else 6.0
        found.append(
            {
                "anchor": anchor("ship", track["ship"]),
                "told": track["ship"] in index.told,
                "path": Markup("").join(_line(part, least=least) for part in parts if len(part) > 1),
            }
        )
    return found[::-1]


def _inside(point: Iterable[float]) -> bool:
    x, y = point
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT


def _gaps(index: Index, sheet: _Sheet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for gap in index.gaps:
        ends = [(gap["start_lat"], gap["start_lon"]), (gap.get("end_lat"), gap.get("end_lon"))]
        known = [(lat, lon) for lat, lon in ends if lat is not None and lon is not None]
        told = gap["id"] in index.told_gaps
        if not known or (not told and len(found) > 400):
            continue
        at = sheet.points(np.array([lat for lat, _ in known]), np.array([lon for _, lon in known])).round(1).tolist()
        if not any(_inside(point) for point in at):
            continue
        middle = [sum(point[axis] for point in at) / len(at) for axis in (0, 1)]
        found.append(
            {
                "anchor": anchor("gap", gap["id"]),
                "ends": at,
                "told": told,
                "says": strips.gap_says(index, gap),
                "label": strips.gap_hours(index, gap) if told else "",
                "at": middle,
            }
        )
    return sorted(found, key=lambda row: not row["told"])


def _ports(index: Index, sheet: _Sheet) -> list[dict[str, Any]]:
    first = {row[end] for row in index.voyage.values() if row.get("corridor") for end in ("from_port", "to_port")}
    found: list[dict[str, Any]] = []
    for port in sorted(index.case.get("ports", []), key=lambda row: (row["port"] not in first, row["port"])):
        x, y = sheet.points(np.array([port["lat"]]), np.array([port["lon"]]))[0].round(1).tolist()
        if _inside((x, y)) and len(found) < 60:
            found.append({"at": [x, y], "label": port["name"], "main": port["port"] in first})
    return found


def _place_labels(things: list[dict[str, Any]]) -> None:
    """Give each label the first of four places that is free; a label without one stays away."""
    taken: list[tuple[float, float, float, float]] = []
    for thing in things:
        label = text.visible(str(thing["label"]), most=40)
        x, y = thing["at"]
        wide = len(label) * _LETTER
        for left, base, side in ((x + 8, y + 4, "start"), (x - 8 - wide, y + 4, "end"), (x - wide / 2, y - 9, "middle"),
                                 (x - wide / 2, y + 18, "middle")):  # fmt: skip
            box = (left, base - 11, left + wide, base + 3)
            free = all(box[2] < o[0] or box[0] > o[2] or box[3] < o[1] or box[1] > o[3] for o in taken)
            if label and free and box[0] > 0 and box[2] < WIDTH and box[1] > 0 and box[3] < HEIGHT:
                taken.append(box)
                anchor_x = {"start": left, "end": left + wide, "middle": left + wide / 2}[side]
                thing["text"] = {"label": label, "x": round(anchor_x, 1), "y": round(base, 1), "side": side}
                break


def _says(index: Index, box: tuple[float, float, float, float]) -> str:
    return (
        f"Map from {text.position(box[1], box[0])} to {text.position(box[3], box[2])}: the tracks of "
        f"{len(index.ships):,} ships, {len(index.gaps):,} gaps as dashed lines between hollow dots, and the ports they "
        "called at. The tables below hold the same."
    )
