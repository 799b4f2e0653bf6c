"""Footprints: a GeoJSON or GeoParquet file of buildings, or the area of a site cut into cells.

Coordinates are degrees, longitude first, as GeoJSON has them (RFC 7946). A file with latitude first is refused where
that can be told from the numbers; where it cannot, `stack.grid_of` says so when no image lies there.
"""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from darkwake import schema
from darkwake.errors import Unreadable
from darkwake.evidence import content_id

_LABELS = ("label", "name", "Name", "title")
_IDS = ("building", "id", "ID", "osm_id", "fid", "full_plus_code", "OBJECTID")
_M_PER_DEG = 111_195.0
"""Metres in a degree of latitude on a sphere of 6,371 km."""
MOST_VERTICES = 10_000
"""Vertices of one footprint; one with more is no building."""
MOST_CELLS = 250_000

Ring = list[float]


def read(path: Path, *, site: str = "") -> tuple[pl.DataFrame, dict[str, int]]:
    """FOOTPRINTS of a file, and how many of its shapes were refused, by reason.

    Args:
        path: .geojson, .json or .parquet (GeoParquet with WKB in the column `geometry`).
        site: the site's name; a property `site` of a shape goes before it; else the file's name.

    Raises:
        Unreadable: no GeoJSON or GeoParquet, in another system of coordinates, latitude first, or without a polygon.
    """
    shapes = _from_parquet(path) if path.suffix == ".parquet" else _from_geojson(path)
    refused: Counter[str] = Counter()
    rows: dict[str, dict[str, Any]] = {}
    for properties, rings in shapes:
        problem = _problem(rings)
        if problem:
            refused[problem] += 1
            continue
        row = _row(properties, rings, str(properties.get("site") or site or path.stem))
        if row["building"] in rows:
            if rows[row["building"]]["rings"] == row["rings"]:
                refused["the same footprint again"] += 1
                continue
            row["building"] = content_id("b", row["building"], row["rings"])
        rows[row["building"]] = row
    if not rows:
        reasons = "; ".join(f"{number:,} {reason}" for reason, number in sorted(refused.items())) or "it holds none"
        raise Unreadable(
            f"no footprint can be used: {reasons}",
            where=str(path),
            to_do="Give polygons in degrees, longitude first (GeoJSON, RFC 7946)",
        )
    table = pl.DataFrame(list(rows.values()), schema=schema.FOOTPRINTS, orient="row").sort("site", "building")
    return table, dict(refused)


def cells(area: pl.DataFrame, *, size_m: float = 30.0) -> pl.DataFrame:
    """The area of a site cut into squares that stand in for footprints, where nobody has any.

    Args:
        area: FOOTPRINTS of the site's outline.
        size_m: the width of a square, metres. A cell whose middle lies outside the outline is left out.

    Raises:
        Unreadable: the area would give more than `MOST_CELLS`.
    """
    rows = []
    for shape in area.iter_rows(named=True):
        outer = shape["rings"][0]
        lons, lats = outer[0::2], outer[1::2]
        high = size_m / _M_PER_DEG
        wide = high / math.cos(math.radians(shape["lat"]))
        columns, lines = math.ceil((max(lons) - min(lons)) / wide), math.ceil((max(lats) - min(lats)) / high)
        if columns * lines > MOST_CELLS:
            raise Unreadable(
                f"{shape['site']} would be cut into {columns * lines:,} cells",
                to_do=f"Draw a smaller area, or choose cells wider than {size_m:g} m",
            )
        for line in range(lines):
            for column in range(columns):
                west, south = min(lons) + column * wide, min(lats) + line * high
                if not inside(shape["rings"], west + wide / 2, south + high / 2):
                    continue
                ring = [west, south, west + wide, south, west + wide, south + high, west, south + high, west, south]
                name = f"{shape['building']}-{line:03d}-{column:03d}"
                rows.append(
                    _row({"id": name, "label": f"cell {line + 1}, {column + 1}"}, [ring], shape["site"])
                    | {"kind": "cell"}
                )
    return pl.DataFrame(rows, schema=schema.FOOTPRINTS, orient="row").sort("site", "building")


def inside(rings: Sequence[Sequence[float]], lon: float, lat: float) -> bool:
    """Whether a point lies in the rings, by the even-odd rule, so that holes count."""
    within = False
    for ring in rings:
        xs, ys = ring[0::2], ring[1::2]
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:], strict=False):
            if (y0 > lat) != (y1 > lat) and lon < (x1 - x0) * (lat - y0) / (y1 - y0) + x0:
                within = not within
    return within


def as_geojson(rings: Sequence[Sequence[float]]) -> dict[str, Any]:
    """The geometry of those rings; a ring that runs clockwise is a hole of the one before."""
    polygons: list[list[list[list[float]]]] = []
    for ring in rings:
        points = [list(pair) for pair in zip(ring[0::2], ring[1::2], strict=True)]
        if polygons and _signed(ring) < 0:
            polygons[-1].append(points)
        else:
            polygons.append([points])
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _row(properties: Mapping[str, Any], rings: list[Ring], site: str) -> dict[str, Any]:
    area, lon, lat = _centre(rings)
    given = next((str(properties[key]) for key in _IDS if properties.get(key) not in (None, "")), "")
    building = given or content_id("b", rings)
    label = next((str(properties[key]) for key in _LABELS if properties.get(key)), "") or building
    return {
        "building": building,
        "site": site,
        "label": label,
        "lon": lon,
        "lat": lat,
        "area_m2": area,
        "rings": rings,
        "kind": "building",
    }


def _problem(rings: list[Ring]) -> str:
    if not rings:
        return "no polygon"
    numbers = [number for ring in rings for number in ring]
    if any(len(ring) < 8 or ring[:2] != ring[-2:] for ring in rings):
        return "a ring that is not closed"
    if len(numbers) > 2 * MOST_VERTICES:
        return f"more than {MOST_VERTICES:,} corners"
    if not all(math.isfinite(number) for number in numbers):
        return "a corner that is no number"
    if any(abs(number) > 180 for number in numbers):
        return "not in degrees"
    if any(abs(lat) > 90 for ring in rings for lat in ring[1::2]):
        return "latitude first (GeoJSON wants longitude first)"
    if sum(_signed(ring) for ring in rings) == 0:
        return "no area"
    return ""


def _signed(ring: Sequence[float]) -> float:
    xs, ys = ring[0::2], ring[1::2]
    return sum(x0 * y1 - x1 * y0 for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:], strict=False)) / 2


def _centre(rings: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Area in square metres (a sphere laid flat at the shape), and its centre of mass."""
    total = x = y = 0.0
    x_0, y_0 = rings[0][0], rings[0][1]
    for ring in rings:
        xs, ys = [lon - x_0 for lon in ring[0::2]], [lat - y_0 for lat in ring[1::2]]
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:], strict=False):
            cross = x0 * y1 - x1 * y0
            total += cross / 2
            x, y = x + (x0 + x1) * cross / 6, y + (y0 + y1) * cross / 6
    lat = y_0 + y / total
    return abs(total) * _M_PER_DEG**2 * math.cos(math.radians(lat)), x_0 + x / total, lat


# --- GeoJSON ---


def _from_geojson(path: Path) -> Iterator[tuple[Mapping[str, Any], list[Ring]]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unreadable(f"no GeoJSON: {error}", where=str(path), to_do="Give a .geojson file in UTF-8") from error
    crs = json.dumps(told.get("crs", "")) if isinstance(told, dict) else ""
    if crs not in ('""', "null", "") and not any(word in crs for word in ("CRS84", "4326")):
        raise Unreadable(f"its coordinates are {crs}", where=str(path), to_do="Reproject it to degrees (EPSG:4326)")
    features = told.get("features") if isinstance(told, dict) and told.get("type") == "FeatureCollection" else [told]
    for feature in features or []:
        if not isinstance(feature, dict):
            yield {}, []
            continue
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        properties = dict(feature.get("properties") or {})
        if "id" in feature:
            properties.setdefault("id", feature["id"])
        yield properties, _rings_of(geometry)


def _rings_of(geometry: Any) -> list[Ring]:
    try:
        polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}[geometry["type"]]
        found = [[float(number) for point in ring for number in point[:2]] for part in polygons for ring in part]
        starts = [place for part in polygons for place, _ in enumerate(part)]
    except (KeyError, TypeError, ValueError, IndexError):
        return []
    return [_turned(ring, outer=place == 0) for ring, place in zip(found, starts, strict=True)]


def _turned(ring: Ring, *, outer: bool) -> Ring:
    """Outer rings run counter-clockwise, holes clockwise, whatever the file does."""
    if (_signed(ring) > 0) == outer:
        return ring
    pairs = list(zip(ring[0::2], ring[1::2], strict=False))[::-1]
    return [number for pair in pairs for number in pair]


# --- GeoParquet ---


def _from_parquet(path: Path) -> Iterator[tuple[Mapping[str, Any], list[Ring]]]:
    try:
        table = pl.read_parquet(path)
        about = json.loads(pl.read_parquet_metadata(path).get("geo", "{}"))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise Unreadable(f"no Parquet: {error}", where=str(path), to_do="Give a GeoParquet file") from error
    column = about.get("primary_column", "geometry")
    if column not in table.columns or table.schema[column] != pl.Binary:
        raise Unreadable(
            f"it has no column {column!r} of WKB", where=str(path), to_do="Write it as GeoParquet with WKB geometries"
        )
    crs = json.dumps(about.get("columns", {}).get(column, {}).get("crs", "")) or ""
    if crs not in ('""', "null") and not any(word in crs for word in ("CRS84", "4326")):
        raise Unreadable("its coordinates are not in degrees", where=str(path), to_do="Reproject it to EPSG:4326")
    for row in table.iter_rows(named=True):
        yield {key: value for key, value in row.items() if key != column}, _wkb(row[column])


def _wkb(data: bytes | None) -> list[Ring]:
    """The rings of a WKB polygon or multipolygon (2D or with heights); none for any other shape."""
    try:
        polygons, _ = _wkb_polygons(data or b"", 0)
    except (struct.error, ValueError):
        return []
    return [_turned(ring, outer=place == 0) for part in polygons for place, ring in enumerate(part)]


def _wkb_polygons(data: bytes, at: int) -> tuple[list[list[Ring]], int]:
    order = {0: ">", 1: "<"}[data[at]] if at < len(data) and data[at] in (0, 1) else ""
    if not order:
        raise ValueError("no WKB")
    kind, count = struct.unpack_from(order + "II", data, at + 1)
    at += 9
    # ISO adds 1000 for heights; PostGIS sets the highest bit
    high = bool(kind & 0x80000000) or kind % 10_000 >= 1000
    kind = (kind & 0x0FFFFFFF) % 1000
    width = 3 if high else 2
    if kind == 6:
        parts: list[list[Ring]] = []
        for _ in range(count):
            inner, at = _wkb_polygons(data, at)
            parts += inner
        return parts, at
    if kind != 3:
        raise ValueError("no polygon")
    rings = []
    for _ in range(count):
        (points,) = struct.unpack_from(order + "I", data, at)
        if points > MOST_VERTICES:
            raise ValueError("too many corners")
        numbers = struct.unpack_from(f"{order}{points * width}d", data, at + 4)
        rings.append([number for place in range(0, len(numbers), width) for number in numbers[place : place + 2]])
        at += 4 + 8 * points * width
    return [rings], at
