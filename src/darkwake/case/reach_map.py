"""Where a ship could have been in a silence: the map of the water in reach, and the calls that nobody heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkwake.case import area, around, coast, text
from darkwake.case.area import Area
from darkwake.case.index import Index, Row, anchor
from darkwake.case.sections import citations, cites
from darkwake.case.sheet import Box, Sheet, label_box, place_labels, scale_bar

WIDTH, HEIGHT = around.WIDTH, 320.0
MOST_PORTS = 80
"""Ports in reach that are drawn, those of inferred calls and those with the most hours to spare first."""


def drawn(index: Index, gap: Row) -> dict[str, Any] | None:
    """The map of a gap's area, as paths and labels; None where the case holds none."""
    row = index.area.get(str(gap["id"]))
    if row is None or gap.get("start_lat") is None or abs(gap["start_lat"]) > 83:
        return None
    held = Area(row, float(gap["start_lon"]) - 180.0)
    if not held.fits:
        return None
    sheet = Sheet(_box(held, gap), float(gap["start_lon"]) - 180.0, WIDTH, HEIGHT)
    ends = [
        around.end_mark(
            sheet.points(np.array([lat]), np.array([lon]))[0], f"{what} {text.moment(time, zone=False)[5:]}"
        )
        for lat, lon, time, what in (
            (gap["start_lat"], gap["start_lon"], gap["start"], "last heard"),
            (gap.get("end_lat"), gap.get("end_lon"), gap.get("end"), "next heard"),
        )
        if lat is not None and lon is not None
    ]
    ports = _ports(index, gap, sheet)
    bar = scale_bar(sheet, float(gap["start_lat"]))
    marks = [(*end["at"], 6.0) for end in ends] + [(*port["at"], 4.5) for port in ports]
    corner: Box = (0.0, HEIGHT - 30.0, bar["w"] + 140.0, HEIGHT)
    for things, off in ((ends, 10.0), (ends, 30.0), (ports[:12], 9.0)):
        bare = [thing for thing in things if "text" not in thing]
        taken = [
            corner,
            *(label_box(thing, around.LETTER, around.LINE) for thing in [*ends, *ports] if "text" in thing),
        ]
        place_labels(bare, sheet, letter=around.LETTER, tall=around.LINE, off=off, marks=marks, taken=taken)
    steps = area.drawn(held, sheet)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "land": sheet.land(coast.outlines(), margin=0.3, least=1.2),
        "steps": steps,
        "way": [value for end in ends for value in end["at"]] if len(ends) == 2 else None,
        "ends": ends,
        "ports": ports,
        "bar": bar,
        "cell": f"{held.cell:g}°",
        "label": f"Map of the water that the ship could have been in between two positions that were heard: "
        f"{text.position(held.box[1], held.box[0])} to {text.position(held.box[3], held.box[2])}, in "
        f"{len(steps)} step{'s' if len(steps) != 1 else ''} of hours to spare, with {len(ports)} ports in reach.",
    }


def _box(held: Area, gap: Row) -> Box:
    """The area with a margin; the ends of the gap lie in it."""
    west, south, east, north = held.box
    for lat, lon in ((gap["start_lat"], gap["start_lon"]), (gap.get("end_lat"), gap.get("end_lon"))):
        if lat is not None and lon is not None:
            turned = (float(lon) - float(gap["start_lon"]) + 180.0) % 360.0 - 180.0 + float(gap["start_lon"])
            west, south, east, north = min(west, turned), min(south, lat), max(east, turned), max(north, lat)
    pad = max(east - west, north - south) * 0.05
    return (west - pad, max(south - pad, -84.0), east + pad, min(north + pad, 84.0))


def _ports(index: Index, gap: Row, sheet: Sheet) -> list[dict[str, Any]]:
    """The ports in reach that have a place; those that something speaks for first, and marked so."""
    meant = {row["port"] for row in index.inferred if row.get("event") == gap["id"]}
    rows = [row for row in index.reach.get(gap["id"], []) if row.get("lat") is not None and row.get("lon") is not None]
    rows.sort(key=lambda row: (row["port"] not in meant, -row["slack_h"], str(row["port"])))
    found = []
    for row in rows[:MOST_PORTS]:
        at = sheet.points(np.array([row["lat"]]), np.array([row["lon"]]))[0].round(1).tolist()
        if sheet.inside(at):
            found.append({"at": at, "label": row["name"], "meant": row["port"] in meant})
    return found


def inferred(index: Index, rows: list[Row]) -> list[dict[str, Any]]:
    """Calls that nobody heard, each with its grounds and with how many other ports were in reach."""
    ports = {row["port"] for row in index.case.get("ports", [])}
    found = []
    for row in rows:
        keys = index.of_thing.get(str(row["id"]), [])
        item: Mapping[str, Any] = index.evidence[keys[0]] if keys else {}
        found.append(
            {
                "anchor": anchor("call", row["id"]),
                "name": row["name"],
                "country": row.get("country"),
                "port_anchor": anchor("port", row["port"]) if row["port"] in ports else None,
                "when": _when(row),
                "slack": text.hours(row["slack_h"]) if row.get("slack_h") is not None else "",
                "others": row.get("others"),
                "grounds": row.get("grounds") or [],
                "innocent": item.get("innocent") or [],
                "strength": item.get("strength"),
                "steps": 0,
                "cites": cites(index, keys),
                "sources": citations(index, item.get("sources")),
            }
        )
    return found


def _when(row: Row) -> str:
    """Between which times a call can have been, in words."""
    if row.get("earliest") and row.get("latest"):
        return f"between {text.moment(row['earliest'], zone=False)} and {text.moment(row['latest'])}"
    if row.get("latest") or row.get("until"):
        return f"before {text.moment(row.get('latest') or row.get('until'))}"
    return f"after {text.moment(row.get('earliest') or row.get('since'))}"


def on_strip(index: Index, voyage: Row, span: tuple[int, int], end: int) -> list[dict[str, Any]]:
    """The calls that nobody heard on one voyage: one hollow berth a silence, with what it may have been."""
    groups: dict[str, list[Row]] = {}
    for row in index.inferred:
        if row.get("voyage") == voyage["id"]:
            groups.setdefault(str(row.get("event") or row["kind"]), []).append(row)
    found = []
    for rows in groups.values():
        row, more = rows[0], len(rows) - 1
        times = [text.seconds(row.get(key)) for key in ("earliest", "latest")]
        known = [min(max(time, span[0]), end) for time in times if time is not None]
        at = sum(known) / len(known) if len(known) == 2 else (span[0] if row["kind"] == "begin" else end)
        says = (
            f"{row['name']} ({row.get('country')}) may have been called at unheard, {_when(row)}"
            f"{f'; {more} more port{chr(115) * (more > 1)} that something speaks for' if more else ''}; "
            f"{row.get('others') or 0} other ports in reach"
        )
        keys = index.of_thing.get(str(row["id"]), [])
        to = anchor("gap", row["event"]) if row.get("event") in index.gap else ""
        found.append(
            {
                "x": round(min(max((at - span[0]) / max(span[1] - span[0], 1) * 100, 1.6), 98.4), 3),
                "anchor": anchor("ev", keys[0]) if keys else to or anchor("voyage", voyage["id"]),
                "mark": to,
                "says": says,
                "label": f"{row['name']}{f' +{more}' if more else ''}?",
            }
        )
    return found
