"""A table with a place to each row as GeoParquet 1.1: WKB in the column `geometry`, degrees, longitude first.

A geometry is what GeoJSON says of it: a mapping with `type` and `coordinates`, of two numbers a position. The same
table and the same geometries give the same bytes.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import polars as pl

Geometry = Mapping[str, Any]
KINDS = {
    "Point": 1, "LineString": 2, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6,
}  # fmt: skip
"""Type of a geometry -> its number in WKB (OGC 06-103r4, table 7)."""
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


def as_geoparquet(table: pl.DataFrame, geometry: Sequence[Geometry | None]) -> bytes:
    """The file's bytes.

    Args:
        table: The columns beside the geometry; none of them is called `geometry`.
        geometry: One a row; None where a row has no place. Outer rings run counter-clockwise.
    """
    known = [one for one in geometry if one is not None]
    corners = list(chain.from_iterable(positions(one) for one in known))
    about = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": sorted({str(one["type"]) for one in known}),
                "orientation": "counterclockwise",
            }
            | ({"bbox": _box(corners)} if corners else {})
        },
    }
    cells = [None if one is None else wkb(one) for one in geometry]
    told = table.with_columns(pl.Series("geometry", cells, dtype=pl.Binary))
    out = io.BytesIO()
    told.write_parquet(out, compression="zstd", metadata={"geo": json.dumps(about, sort_keys=True)})
    return out.getvalue()


def wkb(geometry: Geometry) -> bytes:
    """A geometry as WKB, little-endian."""
    kind, inner = str(geometry["type"]), geometry["coordinates"]
    head = struct.pack("<BI", 1, KINDS[kind])
    if kind in _PARTS:
        parts = [wkb({"type": _PARTS[kind], "coordinates": one}) for one in inner]
        return head + struct.pack("<I", len(parts)) + b"".join(parts)
    if kind == "Point":
        return head + struct.pack("<2d", *inner)
    if kind == "LineString":
        return head + _line(inner)
    return head + struct.pack("<I", len(inner)) + b"".join(_line(ring) for ring in inner)


def positions(geometry: Geometry) -> Iterator[Sequence[float]]:
    """Every position of a geometry, longitude first."""

    def within(inner: Any) -> Iterator[Sequence[float]]:
        if isinstance(inner[0], int | float):
            yield inner
        else:
            for one in inner:
                yield from within(one)

    return within(geometry["coordinates"])


def _line(line: Sequence[Sequence[float]]) -> bytes:
    numbers = [number for point in line for number in point]
    return struct.pack(f"<I{len(numbers)}d", len(line), *numbers)


def _box(corners: Sequence[Sequence[float]]) -> list[float]:
    lons, lats = [one[0] for one in corners], [one[1] for one in corners]
    return [min(lons), min(lats), max(lons), max(lats)]
