"""Who was around a silence: one small map for each gap that is shown in full, without script, for screen and paper.

The map shows the water where the silence began: the land, the gap as a dashed line between hollow dots, every other
ship known to be there in those hours as a solid dot where it was heard and a hollow one where it was not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from darkwake import geo
from darkwake.case import coast, strips, text
from darkwake.case.index import Index, Row
from darkwake.case.sheet import Box, Sheet, label_box, place_labels, scale_bar

WIDTH, HEIGHT = 620.0, 280.0
LETTER, LINE = 8.6, 15.5
"""Room that a label is given: that of the larger type which narrow screens use."""
MOST_DOTS = 200
"""Ships drawn on one map: those that were not heard first, then the nearest; the others are counted."""
MOST_MAPS = 100
MOST_ROWS = 20_000
"""Ships around all gaps that the script is given for the large map."""
LEAST_M, FAR_M = 30_000.0, 150_000.0
"""The map reaches at least and at most this far from where the silence began."""
_POINTS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def told(index: Index, gap: Row) -> dict[str, Any] | None:
    """The counts of who was around a gap, in words; None where the case did not look."""
    if gap["id"] not in index.looked:
        return None
    rows = index.around.get(gap["id"], [])
    heard = sum(bool(row["heard"]) for row in rows)
    ships = "1 other ship" if len(rows) == 1 else f"{len(rows):,} other ships"
    if not rows:
        says = "No other ship is known to have been in this water in those hours."
    else:
        counted = f"{heard:,} heard (solid), {len(rows) - heard:,} not heard (hollow)"
        says = f"{ships} known to be there in those hours: {counted}."
    return {"all": len(rows), "heard": heard, "unheard": len(rows) - heard, "says": says}


def chosen(rows: Sequence[Row], gap: Row, most: int = MOST_DOTS) -> list[Row]:
    """At most `most` of the ships around a gap: those not heard first, then the nearest to where it began."""
    if len(rows) <= most:
        return list(rows)
    far = _far(rows, gap)
    order = sorted(range(len(rows)), key=lambda at: (bool(rows[at]["heard"]), far[at], rows[at]["ship"]))
    return [rows[at] for at in sorted(order[:most])]


def _far(rows: Sequence[Row], gap: Row) -> list[float]:
    """Metres of each ship from where the gap began."""
    lat, lon = (np.array([row[key] for row in rows], dtype=np.float64) for key in ("lat", "lon"))
    return [float(value) for value in geo.distance_m(gap["start_lat"], gap["start_lon"], lat, lon)]


def drawn(index: Index, gap: Row) -> dict[str, Any] | None:
    """The small map of a gap, as paths and labels; None where there is nothing to draw it from."""
    counts = told(index, gap)
    if counts is None or gap.get("start_lat") is None or abs(gap["start_lat"]) > 83:
        return None
    rows = index.around.get(gap["id"], [])
    near = [row for row, far in zip(rows, _far(rows, gap), strict=True) if far <= FAR_M]
    kept = chosen(near, gap)
    sheet = Sheet(_box(gap, kept), float(gap["start_lon"]) - 180.0, WIDTH, HEIGHT)
    dots = sheet.points(*(np.array([row[key] for row in kept], dtype=np.float64) for key in ("lat", "lon")))
    heard = np.array([bool(row["heard"]) for row in kept], dtype=np.bool_)
    ends, way = _ends(index, gap, sheet)
    ports = _ports(index, sheet)
    bar = scale_bar(sheet, float(gap["start_lat"]))
    marks = [(*end["at"], 6.0) for end in ends] + [(*port["at"], 4.0) for port in ports]
    crowd = [(float(x), float(y), 3.5) for x, y in dots]
    corner: Box = (0.0, HEIGHT - 30.0, bar["w"] + 140.0, HEIGHT)
    for off in (10.0, 22.0, 36.0, 54.0):  # farther off where it is crowded: no word covers a ship
        bare = [row for row in (ends if off > 10 else [*ends, *ports]) if "text" not in row]
        held = [label_box(row, LETTER, LINE) for row in [*ends, *ports] if "text" in row]
        place_labels(bare, sheet, letter=LETTER, tall=LINE, off=off, marks=[*marks, *crowd], taken=[corner, *held])
    left_out = [f"{len(near) - len(kept):,} more are not drawn"] if len(near) > len(kept) else []
    left_out += [f"{len(rows) - len(near):,} were farther off than this map reaches"] if len(rows) > len(near) else []
    return counts | {
        "width": WIDTH,
        "height": HEIGHT,
        "land": sheet.land(coast.outlines(), margin=0.3, least=0.9),
        "solid": _dots(dots[heard]),
        "hollow": _dots(dots[~heard]),
        "way": way,
        "ends": ends,
        "ports": ports,
        "bar": bar,
        "left_out": "; ".join(left_out),
        "label": f"Map of the water round {text.position(gap['start_lat'], gap['start_lon'])}, where the silence "
        f"began. {counts['says']}",
    }


def _box(gap: Row, kept: Sequence[Row]) -> Box:
    """West, south, east, north: the least reach round the start, its neighbours, and the far end where it is near."""
    lat, lon = float(gap["start_lat"]), float(gap["start_lon"])
    up = math.degrees(LEAST_M / geo.EARTH_RADIUS_M)
    side = up / math.cos(math.radians(lat))
    lats, lons = [lat - up, lat + up], [-side, side]
    places = [(row["lat"], row["lon"]) for row in kept]
    end_lat, end_lon = gap.get("end_lat"), gap.get("end_lon")
    if end_lat is not None and end_lon is not None and float(geo.distance_m(lat, lon, end_lat, end_lon)) <= FAR_M:
        places.append((end_lat, end_lon))
    for other_lat, other_lon in places:
        lats.append(float(other_lat))
        lons.append((float(other_lon) - lon + 180.0) % 360.0 - 180.0)
    pad_lat, pad_lon = (max(lats) - min(lats)) * 0.08, (max(lons) - min(lons)) * 0.08
    return (
        lon + min(lons) - pad_lon, max(min(lats) - pad_lat, -84.0), lon + max(lons) + pad_lon,
        min(max(lats) + pad_lat, 84.0),
    )  # fmt: skip


def _dots(points: Any) -> Markup:
    """Dots as strokes without length, which round caps turn into discs: a tenth of the bytes of circles."""
    tenths = np.rint(np.asarray(points).reshape(-1, 2) * 10) / 10
    return Markup("".join(f"M{x:g} {y:g}h0" for x, y in tenths.tolist()))  # noqa: S704  digits and letters only


def _ends(index: Index, gap: Row, sheet: Sheet) -> tuple[list[dict[str, Any]], list[float] | None]:
    """The ends of the silence that the map holds, each with its words, and the line between them."""
    lat, lon = float(gap["start_lat"]), float(gap["start_lon"])
    start = sheet.points(np.array([lat]), np.array([lon]))[0]
    ends = [end_mark(start, f"last heard {text.moment(gap['start'], zone=False)[5:]}")]
    if gap.get("end_lat") is None or gap.get("end_lon") is None:
        return ends, None
    end = sheet.points(np.array([float(gap["end_lat"])]), np.array([float(gap["end_lon"])]))[0]
    way = [round(float(value), 1) for value in (*start, *end)]
    when = f"next heard {text.moment(gap['end'], zone=False)[5:]}"
    if sheet.inside(end):
        return [*ends, end_mark(end, when)], way
    far = float(geo.distance_m(lat, lon, gap["end_lat"], gap["end_lon"]))
    bearing = float(geo.bearing_deg(lat, lon, gap["end_lat"], gap["end_lon"]))
    edge = _leaves(start, end, sheet)
    miles = text.miles(far).replace("nautical miles", "nm")
    where = f"{strips.gap_hours(index, gap)} later, {miles} {_POINTS[round(bearing / 45) % 8]}"
    return [*ends, end_mark(edge, where) | {"edge": True}], [*way[:2], *(round(float(v), 1) for v in edge)]


def end_mark(at: Any, label: str) -> dict[str, Any]:
    """An end of a silence at a point of the drawing, with its words."""
    return {"at": [round(float(value), 1) for value in at], "label": label, "edge": False}


def _leaves(start: Any, end: Any, sheet: Sheet, inset: float = 7.0) -> Any:
    """Where the way from `start`, which lies on the sheet, reaches the sheet's edge."""
    shares = [1.0]
    for axis, size in ((0, sheet.width), (1, sheet.height)):
        step = float(end[axis] - start[axis])
        if step:
            shares.append(max(((size - inset if step > 0 else inset) - float(start[axis])) / step, 0.0))
    return start + (end - start) * min(shares)


def _ports(index: Index, sheet: Sheet) -> list[dict[str, Any]]:
    found = []
    for port in index.case.get("ports", []):
        if port["lat"] is None or port["lon"] is None:
            continue
        at = sheet.points(np.array([port["lat"]]), np.array([port["lon"]]))[0].round(1).tolist()
        if sheet.inside(at):
            found.append({"at": at, "label": port["name"]})
    return found[:12]


def packed(index: Index) -> dict[str, dict[str, Any]]:
    """The same ships for the large map: by gap, columns of thousandths of a degree, seconds and whether heard."""
    order = [*(gap for gap in index.gaps if gap["id"] in index.told_gaps),
             *(gap for gap in index.gaps if gap["id"] not in index.told_gaps)]  # fmt: skip
    room, found = MOST_ROWS, {}
    for gap in order:
        rows = index.around.get(gap["id"], [])
        kept = chosen(rows, gap) if rows and gap.get("start_lat") is not None else []
        if not kept or len(kept) > room:
            continue
        room -= len(kept)
        found[str(gap["id"])] = {
            "n": [text.visible(index.short(row["ship"]), most=60) for row in kept],
            "ship": [row["ship"] for row in kept],
            "lat": [round(row["lat"] * 1000) for row in kept],
            "lon": [round(row["lon"] * 1000) for row in kept],
            "t": [text.seconds(row.get("time")) for row in kept],
            "h": [int(bool(row["heard"])) for row in kept],
            "says": (told(index, gap) or {}).get("says", ""),
        }
    return found
