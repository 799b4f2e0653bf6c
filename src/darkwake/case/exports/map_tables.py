"""The layers of a case as GeoParquet 1.1, a file each; a layer without rows is a file without rows."""

from __future__ import annotations

from typing import Any

import polars as pl

from darkwake import geoparquet
from darkwake.case.exports.layers import LAYERS, WHAT_TYPES, Layer
from darkwake.case.exports.reading import Case
from darkwake.case.exports.shapes import Shape


def as_files(case: Case) -> dict[str, bytes]:
    """File name -> its bytes."""
    return {f"{layer.name}.parquet": _file(layer, layer.of(case)) for layer in LAYERS}


def _file(layer: Layer, found: list[tuple[dict[str, Any], Shape | None]]) -> bytes:
    columns = {
        name: pl.Series(name, [row[name] for row, _ in found], dtype=WHAT_TYPES.get(kind, pl.String))
        for name, kind in layer.fields.items()
    }
    table = pl.DataFrame(columns).with_columns(_times(columns[name]) for name in _time_fields(layer))
    return geoparquet.as_geoparquet(table, [shape for _, shape in found])


def _time_fields(layer: Layer) -> list[str]:
    return [name for name, kind in layer.fields.items() if kind == "time"]


def _times(column: pl.Series) -> pl.Series:
    """Times as times where every one of them is one; else as they stand, for nothing may be lost."""
    read = column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    return read if read.null_count() == column.null_count() else column
