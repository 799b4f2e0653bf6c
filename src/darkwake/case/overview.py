"""The map without script, and on paper: land, tracks, silences and ports as one SVG drawing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from darkwake.case import coast, meetings, strips, text
from darkwake.case.index import Index, anchor, unpacked
from darkwake.case.sheet import Sheet, line, place_labels

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 1000.0, 560.0
_LETTER = 6.6  # width of a letter at the map's type size, for keeping labels apart
MOST_TRACKS = 120
MOST_SEEN = 200
MOST_LETTERS = 300_000
"""Of all tracks' paths together; where they would be longer, they are drawn with fewer points."""


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
        inside &= ~index.elsewhere(track["ship"], seconds)
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


def overview(index: Index, coastline: coast.Outlines) -> dict[str, Any]:
    """Paths, dots and labels of the drawing."""
    box = frame(index)
    sheet = Sheet(box, index.west, WIDTH, HEIGHT)
    ports = _ports(index, sheet)
    gaps = _gaps(index, sheet)
    seen, areas = _seen(index, sheet), _areas(index, sheet)
    marks = (
        [(*mark["at"], 7.0) for mark in seen]
        + [(*end, 4.0) for gap in gaps if gap["told"] for end in gap["ends"]]
        + [(*port["at"], 4.0) for port in ports]
    )
    place_labels([*gaps, *ports], sheet, letter=_LETTER, tall=12.0, marks=marks)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "land": sheet.land(coastline, margin=2.0, least=1.7),
        "tracks": _tracks(index, sheet),
        "gaps": gaps,
        "ports": ports,
        "seen": seen,
        "areas": areas,
        "box": [round(value, 3) for value in box],
        "says": _says(index, box),
    }


def _tracks(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    by_ship, order = index.gaps_by_ship(), {ship: place for place, ship in enumerate(index.order())}
    found = []
    for track in sorted(index.case.get("tracks", []), key=lambda row: order.get(row["ship"], 1 << 60))[:MOST_TRACKS]:
        seconds, lat, lon = unpacked(track)
        points = sheet.points(lat, lon)
        breaks = np.abs(np.diff(points[:, 0])) > math.pi * sheet.scale
        elsewhere = index.elsewhere(track["ship"], seconds)
        breaks |= np.diff(elsewhere)  # no line leads to a place where the ship was not
        for gap in by_ship.get(track["ship"], []):
            after = int(np.searchsorted(seconds, text.seconds(gap["start"]) or 0, side="right"))
            if 0 < after < len(seconds):
                breaks[after - 1] = True
        parts = np.split(points, np.flatnonzero(breaks) + 1)
        found.append((track["ship"], [part for part in parts if len(part) > 1]))
    told, finest = index.told, 1.0
    while True:
        paths = [
            Markup("").join(line(part, least=finest * (1.2 if ship in told else 6.0)) for part in parts)
            for ship, parts in found
        ]
        if sum(map(len, paths)) <= MOST_LETTERS or finest > 30:
            break
        finest *= 2
    return [
        {"anchor": anchor("ship", ship), "told": ship in told, "path": path}
        for (ship, _), path in zip(found[::-1], paths[::-1], strict=True)
    ]


def _gaps(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for gap in index.gaps:
        ends = [(gap["start_lat"], gap["start_lon"]), (gap.get("end_lat"), gap.get("end_lon"))]
        known = [(lat, lon) for lat, lon in ends if lat is not None and lon is not None]
        told = gap["id"] in index.told_gaps
        if not known or (not told and len(found) > 400):
            continue
        at = sheet.points(np.array([lat for lat, _ in known]), np.array([lon for _, lon in known])).round(1).tolist()
        if not any(sheet.inside(point) for point in at):
            continue
        middle = [sum(point[axis] for point in at) / len(at) for axis in (0, 1)]
        found.append(
            {
                "anchor": anchor("gap", gap["id"]),
                "ends": at,
                "told": told,
                "says": strips.gap_says(index, gap),
                "label": strips.gap_label(index, gap) if told else "",
                "at": middle,
            }
        )
    return sorted(found, key=lambda row: not row["told"])


def _seen(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    """Meetings and doubts of told ships, as far as they have a place on the sheet."""
    found: list[dict[str, Any]] = []
    for mark in meetings.packed(index)["marks"]:
        if not mark["told"] or mark["p"] is None or len(found) >= MOST_SEEN:
            continue
        at = sheet.points(np.array([mark["p"][0]]), np.array([mark["p"][1]]))[0].round(1).tolist()
        if sheet.inside(at):
            found.append({"at": at, "kind": mark["kind"], "says": mark["says"]})
    return found


def _areas(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    """Areas of interference as boxes of the drawing."""
    found = []
    for area in meetings.packed(index)["areas"]:
        west, south, east, north = area["box"]
        corner, other = sheet.points(np.array([north, south]), np.array([west, east])).round(1).tolist()
        if other[0] > corner[0]:
            box = {"x": corner[0], "y": corner[1], "w": other[0] - corner[0], "h": other[1] - corner[1]}
            found.append(box | {"says": area["says"]})
    return found


def _ports(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    first = {row[end] for row in index.voyage.values() if row.get("corridor") for end in ("from_port", "to_port")}
    found: list[dict[str, Any]] = []
    for port in sorted(index.case.get("ports", []), key=lambda row: (row["port"] not in first, row["port"])):
        x, y = sheet.points(np.array([port["lat"]]), np.array([port["lon"]]))[0].round(1).tolist()
        if sheet.inside((x, y)) and len(found) < 60:
            found.append({"at": [x, y], "label": port["name"], "main": port["port"] in first})
    return found


def _says(index: Index, box: tuple[float, float, float, float]) -> str:
    gaps, open_ = (sum(bool(gap.get("end")) is ended for gap in index.gaps) for ended in (True, False))
    return (
        f"Map from {text.position(box[1], box[0])} to {text.position(box[3], box[2])}: the tracks of "
        f"{len(index.ships):,} ships, {gaps:,} {'gap' if gaps == 1 else 'gaps'} as dashed lines between hollow dots, "
        f"{open_:,} {'ship' if open_ == 1 else 'ships'} not heard again as single ones, and the ports they "
        "called at. The tables below hold the same."
    )
