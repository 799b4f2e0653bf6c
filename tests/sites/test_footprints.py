from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import Unreadable
from darkwake.sites import footprints

RING = [[3.0, 18.0], [3.001, 18.0], [3.001, 18.001], [3.0, 18.001], [3.0, 18.0]]


def collection(*geometries: object, **properties: object) -> str:
    features = [{"type": "Feature", "properties": properties, "geometry": one} for one in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


def polygon(ring: list[list[float]]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [ring]}


def test_each_shape_is_a_footprint_or_a_counted_refusal(tmp_path: Path) -> None:
    file = tmp_path / "works.geojson"
    file.write_text(
        collection(
            polygon(RING), polygon(RING), polygon(RING[:-1]), {"type": "Point", "coordinates": [3, 18]}, None,
            polygon([[18.0, 103.0], [18.1, 103.0], [18.1, 103.1], [18.0, 103.0]]),
            polygon([[500000.0, 0.0], [500010.0, 0.0], [500010.0, 10.0], [500000.0, 0.0]]),
        )
    )  # fmt: skip
    found, refused = footprints.read(file)
    assert schema.problems(found, schema.FOOTPRINTS) == []
    assert found.height + sum(refused.values()) == 7
    assert found["site"].to_list() == ["works"]
    assert found["area_m2"][0] == pytest.approx(111.195 * 111.195 * 0.951, rel=0.01)
    assert refused["latitude first (GeoJSON wants longitude first)"] == 1
    assert refused["not in degrees"] == 1


@pytest.mark.parametrize("text", ["", "[1, 2", '{"type": "FeatureCollection"}', "\x00\x01", '{"a": ' * 3000])
def test_what_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.geojson"
    file.write_text(text)
    with pytest.raises(Unreadable, match=r"GeoJSON|no footprint"):
        footprints.read(file)


def test_geoparquet_reads_as_geojson_does(tmp_path: Path) -> None:
    corners = [number for point in RING for number in point]
    wkb = struct.pack("<BIII", 1, 3, 1, 5) + struct.pack("<10d", *corners)
    high = struct.pack(">BIII", 0, 1003, 1, 5) + b"".join(struct.pack(">3d", *point, 7.0) for point in RING)
    table = pl.DataFrame({"id": ["a", "b", "c"], "geometry": [wkb, high, wkb[:-3]]})
    geo = json.dumps({"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}})
    table.write_parquet(tmp_path / "f.parquet", metadata={"geo": geo})
    (tmp_path / "f.geojson").write_text(collection(polygon(RING), id="a"))
    found, refused = footprints.read(tmp_path / "f.parquet")
    assert found["building"].to_list() == ["a", "b"]
    assert refused == {"no polygon": 1}
    assert found["rings"][0].to_list() == footprints.read(tmp_path / "f.geojson")[0]["rings"][0].to_list()


@given(st.integers(3, 40), st.floats(-170, 170), st.floats(-70, 70), st.floats(0.0005, 0.01), st.booleans())
def test_area_and_middle_hold_whichever_way_a_ring_runs(
    corners: int, lon: float, lat: float, size: float, backwards: bool
) -> None:
    ring = [
        [lon + size * math.cos(2 * math.pi * k / corners), lat + size * math.sin(2 * math.pi * k / corners)]
        for k in range(corners)
    ]
    ring.append(ring[0])
    (rings,) = (footprints._rings_of(polygon(ring[::-1] if backwards else ring)),)
    area, x, y = footprints._centre(rings)
    want = corners / 2 * size**2 * math.sin(2 * math.pi / corners) * 111_195**2 * math.cos(math.radians(lat))
    assert area == pytest.approx(want, rel=0.02)
    assert x == pytest.approx(lon, abs=size / 50)
    assert y == pytest.approx(lat, abs=size / 50)
    assert footprints.inside(rings, x, y)
    assert footprints.as_geojson(rings)["type"] == "Polygon"
