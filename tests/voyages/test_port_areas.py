"""Ports as areas: a polygon read from GeoJSON stands for the place within it and within a distance of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, ports, schema
from darkwake.errors import Unreadable
from darkwake.events import port_call
from darkwake.nearest import Nearest
from darkwake.sources import kind_of
from darkwake.voyages import legs
from made_positions import positions, ships

HARBOUR = {"name": "Invented Harbour", "country": "ZAF", "locode": "ZA AAA"}


def written(folder: Path, *features: tuple[dict[str, Any], Any]) -> Path:
    made = [{"type": "Feature", "properties": said, "geometry": geometry} for said, geometry in features]
    file = folder / "ports.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return file


def square(lat: float, lon: float, half: float) -> list[list[float]]:
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return [[float(geo.wrap_lon(lon + east)), lat + north] for east, north in corners]


def metres_to(table: pl.DataFrame, lat: float, lon: float) -> float:
    return float(Nearest(table["lat"].to_numpy(), table["lon"].to_numpy()).find([lat], [lon])[1][0])


def test_a_ship_far_from_the_middle_of_an_area_has_called_there(tmp_path: Path) -> None:
    """The area is 44 km wide; the ship stops 20 km off its middle, well inside, and never nears an edge by 2 km."""
    file = written(tmp_path, (HARBOUR, {"type": "Polygon", "coordinates": [square(-30.0, 20.0, 0.2)]}))
    assert kind_of(file) == "port-areas"
    table, refused = ports.read(file)
    assert (refused, schema.problems(table, schema.PORTS)) == ({}, [])
    assert set(table["port"]) == {"ZAAAA"}
    assert set(table["country"]) == {"ZA"}
    way = [(911000001, hour, -30.0, lon, 0.0 if hour else 9.0) for hour, lon in ((0, 19.0), (3, 19.85), (6, 19.85))]
    calls = port_call(ports=table).run(positions(way))
    assert calls["details"].str.json_path_match("$.port").to_list() == ["ZAAAA"]
    runs = legs(calls, ships(positions(way)))
    assert runs["to_port"].to_list() == ["ZAAAA"]


def test_holes_are_outside_and_points_and_several_areas_are_read(tmp_path: Path) -> None:
    rings = [square(-30.0, 20.0, 0.3), square(-30.0, 20.0, 0.15)]
    many = {"type": "MultiPolygon", "coordinates": [[square(-31.0, 21.0, 0.02)], [square(-31.2, 21.0, 0.02)]]}
    table, refused = ports.read(
        written(
            tmp_path,
            (HARBOUR, {"type": "Polygon", "coordinates": rings}),
            ({"NAME": "Invented Roads", "ISO3": "NAM"}, many),
            ({"label": "Invented Buoy", "iso3": "NAM"}, {"type": "Point", "coordinates": [14.0, -23.0]}),
            ({"name": "", "country": "NAM"}, {"type": "Point", "coordinates": [14.0, -23.0]}),
            ({"name": "Nowhere", "country": "Atlantis"}, {"type": "Polygon", "coordinates": [square(0, 0, 0.1)]}),
            ({"name": "Empty", "country": "NAM"}, None),
            ({"name": "A coast", "country": "NAM"}, {"type": "Polygon", "coordinates": [square(-25, 10, 5.0)]}),
        )
    )
    assert refused == {"no name": 1, "no position": 1, "too large for a port": 1, "unknown country": 1}
    harbour = table.filter(pl.col("port") == "ZAAAA")
    assert metres_to(harbour, -30.0, 20.0) > 14_000, "the middle of the hole"
    assert metres_to(harbour, -30.0, 20.22) < 710
    assert sorted(table["name"].unique()) == ["Invented Buoy", "Invented Harbour", "Invented Roads"]
    assert table.filter(pl.col("name") == "Invented Buoy").height == 1


@settings(deadline=None, max_examples=25)
@given(
    lat=st.floats(-60, 60),
    lon=st.sampled_from([-179.99, -60.0, 0.0, 179.95]),
    half=st.floats(0.02, 0.12),
    draw=st.integers(0, 9),
)
def test_within_an_area_is_within_its_points_and_as_far_off_as_they_are(
    lat: float, lon: float, half: float, draw: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Also across the antimeridian: points of the square lie within 710 m, those beside it as far off as the edge."""
    folder = tmp_path_factory.mktemp("area")
    table, _ = ports.read(written(folder, (HARBOUR, {"type": "Polygon", "coordinates": [square(lat, lon, half)]})))
    random = np.random.default_rng(draw)
    inside = random.uniform(-half, half, (20, 2))
    found = Nearest(table["lat"].to_numpy(), table["lon"].to_numpy())
    assert found.find(lat + inside[:, 0], geo.wrap_lon(lon + inside[:, 1]))[1].max() < 720
    north = lat + half + 0.02
    off = found.find(np.full(5, north), geo.wrap_lon(lon + random.uniform(-half, half, 5)))[1]
    straight = float(geo.distance_m(north, lon, lat + half, lon))
    assert np.all((off >= straight - 2) & (off <= straight + 12))


def test_what_is_no_geojson_of_ports_is_refused(tmp_path: Path) -> None:
    broken, other = tmp_path / "broken.geojson", tmp_path / "other.geojson"
    broken.write_text("{", encoding="utf-8")
    other.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"building": "yes"}, "geometry": None}]}), encoding="utf-8")  # fmt: skip
    assert ports.sniff(other) is None
    assert ports.sniff(broken) is None
    with pytest.raises(Unreadable, match="no GeoJSON"):
        ports.read(broken)
