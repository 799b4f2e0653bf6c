"""The layers of a case as KML 2.2, a folder a layer, for Google Earth and its kin.

Nothing is told by colour alone: a silence is drawn as dashes, a track as a whole line, an area as a surface; each
name begins with what it is. There are no pictures from elsewhere, so nothing is fetched when the file is opened.

Names and descriptions are text. Google Earth reads a description as HTML, so its signs are escaped twice; controls and
bidi marks are written out, for XML 1.0 cannot hold them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from darkwake.case.exports.layers import LAYERS, Layer
from darkwake.case.exports.reading import Case, cited, plain, source_names
from darkwake.case.exports.shapes import Shape

SPACE = "http://www.opengis.net/kml/2.2"
DASHES = 15
"""Parts of the line that a silence is drawn as; every second one is left out."""
_NAME, _TEXT = 200, 4_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_LEFT_OUT = ("times", "details", "sources", "phases", "readings", "subjects", "innocent")
"""Fields that a balloon does not show; the sources are shown in words."""

# aabbggrr, width of a line, opacity of a surface: told apart by width and by form as well
_STYLES: Mapping[str, tuple[str, float, str]] = {
    "tracks": ("ffb06a1f", 2.0, "00"), "gaps": ("ff2f6fe0", 4.0, "00"), "port_calls": ("ff6b8f2a", 1.5, "00"),
    "inferred_calls": ("ff8a4fb5", 3.0, "00"), "events": ("ffa05a8c", 5.0, "00"), "ports": ("ff555555", 1.0, "00"),
    "voyages": ("ff9a9a9a", 1.0, "00"), "sites": ("ff3a3a8c", 1.5, "00"), "buildings": ("ff1f4fb0", 2.5, "66"),
    "evidence": ("ff404040", 1.0, "00"), "stations": ("ff2a7fa0", 3.5, "00"),
    "interference": ("ff5f9ae0", 1.0, "33"), "reach": ("ff7a7a3a", 1.0, "00"), "reach_area": ("ffc08a5a", 0.5, "40"),
    "around": ("ff8c8c8c", 0.5, "00"), "reception": ("ff9ab08a", 0.5, "33"),
}  # fmt: skip
_SIZES = {"gaps": 1.2, "ports": 0.7, "around": 0.5, "evidence": 0.6, "reach": 0.6, "inferred_calls": 1.1}
_CALLED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "tracks": lambda row: f"Track: {row['label']}",
    "gaps": lambda row: f"Silence ({row['verdict'] or 'not weighed'}): {row['label']}",
    "port_calls": lambda row: f"Port call: {row['label']} at {row['name']}",
    "inferred_calls": lambda row: f"Call that nobody heard: {row['name']}",
    "events": lambda row: f"{str(row['kind']).replace('_', ' ').capitalize()}: {row['label']}",
    "ports": lambda row: f"Port: {row['name']}",
    "voyages": lambda row: f"Voyage: {row['label']}, {row['from_name'] or '?'} to {row['to_name'] or '?'}",
    "sites": lambda row: f"Site: {row['site']}",
    "buildings": lambda row: f"Building ({row['status'] or 'unknown'}): {row['label']}",
    "evidence": lambda row: f"Evidence ({row['strength']}): {row['kind']}",
    "stations": lambda row: f"Station: {row['label']}",
    "interference": lambda row: f"Interference: {row['ships']} ships",
    "reach": lambda row: f"In reach: {row['name']}",
    "around": lambda row: f"Near a silence, {'heard' if row['heard'] else 'not heard'}: MMSI {row['ship']}",
}


def as_kml(case: Case) -> str:
    """The file's text."""
    asked = case.get("case") or {}
    names = source_names(case)
    about = f"{asked.get('question') or ''} {'An invented case. ' if asked.get('invented') else ''}"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<kml xmlns="{SPACE}"><Document>',
        f"<name>{_text(asked.get('name') or 'case', _NAME)}</name>",
        "<open>1</open>",
        f"<description>{_html(about + 'Made by ' + str(case.get('made_by')))}</description>",
        *(_style(layer.name) for layer in LAYERS),
    ]
    for layer in LAYERS:
        lines += _folder(layer, case, names)
    return "\n".join([*lines, "</Document></kml>"]) + "\n"


def _folder(layer: Layer, case: Case, names: Mapping[str, str]) -> Iterator[str]:
    found = [(row, shape) for row, shape in layer.of(case) if shape is not None]
    if not found:
        return
    shown = int(layer.shown)
    yield f"<Folder><name>{_text(layer.says, _NAME)}</name><visibility>{shown}</visibility><open>0</open>"
    if layer.name in ("reach_area", "reception"):
        yield from _together(layer, found)
    else:
        for row, shape in found:
            yield _placemark(layer, row, shape, names)
    yield "</Folder>"


def _together(layer: Layer, found: Sequence[tuple[dict[str, Any], Shape]]) -> Iterator[str]:
    """The cells of one silence, or of one band of reception, as one thing, for there are thousands."""
    own: dict[str, list[Shape]] = {}
    for row, shape in found:
        if layer.name == "reception":
            known, heard = row["present"] or 0, row["heard"] or 0
            key = f"Reception: {'under half' if 2 * heard < known else 'half or more'} of the ship-hours heard"
        else:
            key = f"Water in reach in the silence {row['event']}"
        own.setdefault(key, []).append(shape)
    for key, shapes in own.items():
        inner = "".join(_geometry(shape) for shape in shapes)
        yield (
            f"<Placemark><name>{_text(key, _NAME)}</name><visibility>{int(layer.shown)}</visibility>"
            f"<styleUrl>#{layer.name}</styleUrl><MultiGeometry>{inner}</MultiGeometry></Placemark>"
        )


def _placemark(layer: Layer, row: Mapping[str, Any], shape: Shape, names: Mapping[str, str]) -> str:
    told = {name: value for name, value in row.items() if value is not None and name not in _LEFT_OUT}
    where = cited({"sources": json.loads(row["sources"])}, names) if row.get("sources") else []
    lines = [f"{name.replace('_', ' ')}: {value}" for name, value in told.items() if name != "says"]
    words = [*([row["says"]] if row.get("says") else []), *lines, *(f"source: {one}" for one in where)]
    data = "".join(
        f'<Data name="{name}"><value>{_text(row[name], _TEXT)}</value></Data>'
        for name in ("id", "event", "thread", "ship")
        if row.get(name) is not None
    )
    drawn = _dashed(shape) if layer.name == "gaps" else _geometry(shape)
    return (
        f"<Placemark><name>{_text(_CALLED[layer.name](row), _NAME)}</name><visibility>{int(layer.shown)}</visibility>"
        f"<description>{'&lt;br/&gt;'.join(_html(word) for word in words)}</description>{_span(row)}"
        f"<styleUrl>#{layer.name}</styleUrl>"
        + (f"<ExtendedData>{data}</ExtendedData>" if data else "")
        + f"{drawn}</Placemark>"
    )


def _span(row: Mapping[str, Any]) -> str:
    """When it was, for the time slider; nothing where that is not known."""
    pairs = (("start", "end"), ("since", "until"), ("time", "time"))
    begin, end = next(((row.get(a), row.get(b)) for a, b in pairs if row.get(a) or row.get(b)), (None, None))
    inner = "".join(
        f"<{name}>{time}</{name}>" for name, time in (("begin", begin), ("end", end)) if _TIME.fullmatch(str(time))
    )
    return f"<TimeSpan>{inner}</TimeSpan>" if inner else ""


def _style(name: str) -> str:
    colour, width, opacity = _STYLES[name]
    size = _SIZES.get(name, 0.9)
    return (
        f'<Style id="{name}"><IconStyle><color>{colour}</color><scale>{size}</scale></IconStyle>'
        f"<LabelStyle><scale>{min(size, 0.8)}</scale></LabelStyle>"
        f"<LineStyle><color>{colour}</color><width>{width}</width></LineStyle>"
        f"<PolyStyle><color>{opacity}{colour[2:]}</color><fill>{int(opacity != '00')}</fill><outline>1</outline>"
        "</PolyStyle><BalloonStyle><text>$[description]</text></BalloonStyle></Style>"
    )


def _geometry(shape: Shape) -> str:
    kind, inner = shape["type"], shape["coordinates"]
    if kind == "Point":
        return f"<Point>{_coordinates([inner])}</Point>"
    if kind == "LineString":
        return f"<LineString><tessellate>1</tessellate>{_coordinates(inner)}</LineString>"
    if kind == "Polygon":
        sides = [f"<LinearRing>{_coordinates(ring)}</LinearRing>" for ring in inner]
        return (
            f"<Polygon><tessellate>1</tessellate><outerBoundaryIs>{sides[0]}</outerBoundaryIs>"
            + "".join(f"<innerBoundaryIs>{side}</innerBoundaryIs>" for side in sides[1:])
            + "</Polygon>"
        )
    of = kind.removeprefix("Multi")
    parts = "".join(_geometry({"type": of, "coordinates": one}) for one in inner)
    return f"<MultiGeometry>{parts}</MultiGeometry>"


def _dashed(shape: Shape) -> str:
    """The two ends of a silence and dashes between them; KML has no dashed line of its own."""
    if shape["type"] == "Point":
        return _geometry(shape)
    lines = shape["coordinates"] if shape["type"] == "MultiLineString" else [shape["coordinates"]]
    drawn = [_geometry({"type": "Point", "coordinates": end}) for end in (lines[0][0], lines[-1][-1])]
    for line in lines:
        for (x, y), (to_x, to_y) in pairwise(line):
            steps = [[x + (to_x - x) * at / DASHES, y + (to_y - y) * at / DASHES] for at in range(DASHES + 1)]
            parts = [steps[at : at + 2] for at in range(0, DASHES, 2)]
            drawn += [_geometry({"type": "LineString", "coordinates": part}) for part in parts]
    return f"<MultiGeometry>{''.join(drawn)}</MultiGeometry>"


def _coordinates(spots: Sequence[Sequence[float]]) -> str:
    return f"<coordinates>{' '.join(f'{x:.9g},{y:.9g}' for x, y in spots)}</coordinates>"


def _text(value: Any, most: int) -> str:
    return html.escape(plain(value, most=most), quote=True)


def _html(value: Any) -> str:
    """Text within a description: as HTML within XML, and without the marks that call in other fields."""
    return html.escape(html.escape(plain(value, most=_TEXT)).replace("$[", "&#36;["))
