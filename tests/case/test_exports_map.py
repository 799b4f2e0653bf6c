"""GeoJSON, GeoParquet and KML: shapes as their standards have them, and every value led back to the case."""

from __future__ import annotations

import io
import json
import re
import struct
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_whole import HOSTILE, hostile_case, whole_case

from darkwake import geoparquet
from darkwake.case.exports import geojson, kml, map_tables, shapes
from darkwake.case.exports.layers import LAYERS, iso

CASE = whole_case()
KML = f"{{{kml.SPACE}}}"


def features(case: dict[str, Any]) -> list[dict[str, Any]]:
    made = json.loads(geojson.as_geojson(case))
    assert made["type"] == "FeatureCollection"
    found: list[dict[str, Any]] = made["features"]
    return found


def of(layer: str, case: dict[str, Any] = CASE) -> list[dict[str, Any]]:
    return [one for one in features(case) if one["properties"]["layer"] == layer]


def fixes_of(case: dict[str, Any]) -> dict[int, list[tuple[str, float, float]]]:
    """The fixes of each ship, decoded here and not by the code that is tested."""
    found: dict[int, list[tuple[str, float, float]]] = {}
    for track in case["tracks"]:
        at, lat, lon = track["start"], 0, 0
        for step in zip(track["t"], track["lat"], track["lon"], strict=True):
            at, lat, lon = at + step[0], lat + step[1], lon + step[2]
            found.setdefault(track["ship"], []).append((iso(at), lat / 1e4, lon / 1e4))
    return found


def crossing() -> dict[str, Any]:
    """A ship that sails over the antimeridian and back, silent on its second crossing."""
    lons = [1_798_000, 1_799_000, -1_799_500, -1_798_000, 1_798_500]
    steps = [lons[0], *(b - a for a, b in pairwise(lons))]
    gap = {"id": "gap-1", "kind": "gap", "ship": 1, "start": iso(10_800), "end": iso(40_000), "start_lat": 10.0,
           "start_lon": -179.8, "end_lat": 11.0, "end_lon": 179.85, "details": {}, "sources": []}  # fmt: skip
    return {
        "case": {"name": "over"}, "events": [gap], "ships": [{"ship": 1, "label": "OVER"}],
        "tracks": [{"ship": 1, "start": 0, "t": [0, 3600, 3600, 3600, 29_200],
                    "lat": [100_000, 0, 1000, 1000, 0], "lon": steps}],
    }  # fmt: skip


def test_tracks_are_cut_at_silences_and_hold_every_fix() -> None:
    back: dict[int, list[tuple[str, float, float]]] = {}
    for one in of("tracks"):
        shape, times = one["geometry"], one["properties"]["times"]
        spots = [shape["coordinates"]] if shape["type"] == "Point" else shape["coordinates"]
        back.setdefault(one["properties"]["ship"], []).extend(
            (time, spot[1], spot[0]) for time, spot in zip(times, spots, strict=True)
        )
        begin, end = one["properties"]["start"], one["properties"]["end"]
        for gap in of("gaps"):
            told = gap["properties"]
            if told["ship"] == one["properties"]["ship"]:
                assert end <= told["start"] or begin >= told["end"]
    assert back == fixes_of(CASE)
    assert len(of("tracks")) > len(CASE["tracks"])


def test_a_line_over_the_antimeridian_is_two_lines_that_meet_it_at_one_latitude() -> None:
    first, last = of("tracks", crossing())
    assert first["geometry"]["type"] == "MultiLineString"
    west, east = first["geometry"]["coordinates"]
    assert west[-1] == [180.0, pytest.approx(10.0667, abs=1e-3)]
    assert east[0] == [-180.0, west[-1][1]]
    assert first["properties"]["times"][0][-1] is None
    assert last["geometry"]["type"] == "Point"
    (gap,) = of("gaps", crossing())
    assert [len(part) for part in gap["geometry"]["coordinates"]] == [2, 2]


@given(
    west=st.floats(-180, 179), wide=st.floats(0.01, 300), south=st.floats(-89, 88), tall=st.floats(0.01, 60),
)  # fmt: skip
def test_a_box_is_counter_clockwise_and_within_the_world(west: float, wide: float, south: float, tall: float) -> None:
    shape = shapes.box(south, west, south + tall, west + wide)
    assert shape
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for (ring,) in parts:
        assert ring[0] == ring[-1]
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) >= -1e-6
        assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring)
    assert sum(ring[1][0] - ring[0][0] for (ring,) in parts) == pytest.approx(wide)


def test_every_row_of_the_case_is_a_feature_with_its_values() -> None:
    for layer, rows in (
        ("ports", CASE["ports"]), ("inferred_calls", CASE["inferred"]), ("evidence", CASE["evidence"]),
        ("reach", CASE["reach"]), ("around", CASE["around"]), ("interference", CASE["interference"]),
        ("buildings", CASE["sites"]["buildings"]), ("voyages", CASE["voyages"]),
    ):  # fmt: skip
        found = of(layer)
        assert len(found) == len(rows)
        for one, row in zip(found, rows, strict=True):
            told = one["properties"]
            assert all(told[name] == row[name] for name in told if name in row), layer
    assert len(of("reach_area")) == sum(len(row["runs"]) for row in CASE["reach_area"])
    assert len(of("stations")) == 2
    yard = next(one for one in of("buildings") if one["properties"]["label"] == "North hall")
    assert len(yard["geometry"]["coordinates"]) == 2


def read_wkb(data: bytes, at: int = 0) -> tuple[dict[str, Any], int]:
    """WKB as OGC 06-103r4 has it, read by hand."""
    order, kind = struct.unpack_from("<BI", data, at)
    assert order == 1
    name = {number: name for name, number in geoparquet.KINDS.items()}[kind]
    at += 5

    def spot(at: int) -> tuple[list[float], int]:
        return list(struct.unpack_from("<2d", data, at)), at + 16

    def line(at: int) -> tuple[list[Any], int]:
        (many,) = struct.unpack_from("<I", data, at)
        at += 4
        found = []
        for _ in range(many):
            one, at = spot(at)
            found.append(one)
        return found, at

    inner: list[Any] = []
    if name == "Point":
        inner, at = spot(at)
    elif name == "LineString":
        inner, at = line(at)
    else:
        (many,) = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(many):
            if name == "Polygon":
                one, at = line(at)
            else:
                shape, at = read_wkb(data, at)
                one = shape["coordinates"]
            inner.append(one)
    return {"type": name, "coordinates": inner}, at


def test_geoparquet_holds_what_geojson_holds_with_valid_metadata() -> None:
    for case in (CASE, crossing(), {}):
        files = map_tables.as_files(case)
        assert list(files) == [f"{layer.name}.parquet" for layer in LAYERS]
        for name, data in files.items():
            table = pl.read_parquet(io.BytesIO(data))
            geo = json.loads(pl.read_parquet_metadata(io.BytesIO(data))["geo"])
            assert geo["version"] == "1.1.0"
            assert geo["primary_column"] == "geometry"
            (about,) = geo["columns"].values()
            assert about["encoding"] == "WKB"
            found = of(name.removesuffix(".parquet"), case)
            shapes_ = [None if one is None else read_wkb(one)[0] for one in table["geometry"]]
            assert shapes_ == [one["geometry"] for one in found]
            assert about["geometry_types"] == sorted({one["type"] for one in shapes_ if one})
            for row, one in zip(table.drop("geometry").iter_rows(named=True), found, strict=True):
                for field, value in row.items():
                    told = one["properties"][field]
                    if isinstance(told, list | dict):
                        assert json.loads(value) == told
                    elif hasattr(value, "isoformat"):
                        assert value.isoformat().replace("+00:00", "Z") == told.replace(".000Z", "Z")
                    else:
                        assert value == told


# Child elements of each element in the order of the OGC's schema (07-147r2), those that an export can write.
FEATURE = ["name", "visibility", "open", "description", "TimeSpan", "styleUrl", "Style", "ExtendedData"]
GEOMETRY = ["Point", "LineString", "Polygon", "MultiGeometry"]
ORDER: dict[str, list[str]] = {
    "kml": ["Document"], "Document": [*FEATURE, "Folder"], "Folder": [*FEATURE, "Placemark"],
    "Placemark": [*FEATURE, *GEOMETRY], "TimeSpan": ["begin", "end"],
    "Style": ["IconStyle", "LabelStyle", "LineStyle", "PolyStyle", "BalloonStyle"],
    "IconStyle": ["color", "scale"], "LabelStyle": ["scale"], "LineStyle": ["color", "width"],
    "PolyStyle": ["color", "fill", "outline"], "BalloonStyle": ["text"], "ExtendedData": ["Data"], "Data": ["value"],
    "MultiGeometry": [], "Point": ["coordinates"], "LineString": ["tessellate", "coordinates"],
    "Polygon": ["tessellate", "outerBoundaryIs", "innerBoundaryIs"], "outerBoundaryIs": ["LinearRing"],
    "innerBoundaryIs": ["LinearRing"], "LinearRing": ["coordinates"],
}  # fmt: skip


@pytest.mark.parametrize("case", [CASE, hostile_case(), crossing(), {}], ids=["whole", "hostile", "crossing", "empty"])
def test_kml_is_well_formed_and_in_the_order_of_its_schema(case: dict[str, Any]) -> None:
    root = ET.fromstring(kml.as_kml(case))  # noqa: S314  made here
    styles = {one.get("id") for one in root.iter(f"{KML}Style")}
    for element in root.iter():
        name = element.tag.removeprefix(KML)
        inner = [child.tag.removeprefix(KML) for child in element]
        if name == "MultiGeometry":
            assert inner
            assert set(inner) <= set(GEOMETRY)
        else:
            places = [ORDER.get(name, []).index(child) for child in inner]
            assert places == sorted(places), name
        if name == "coordinates":
            for spot in (element.text or "").split():
                lon, lat = map(float, spot.split(","))
                assert -180 <= lon <= 180
                assert -90 <= lat <= 90
        if name == "styleUrl":
            assert (element.text or "").removeprefix("#") in styles
        if name in ("begin", "end"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", element.text or "")


def test_kml_tells_kinds_apart_by_more_than_colour_and_shows_no_text_as_html() -> None:
    text = kml.as_kml(hostile_case())
    root = ET.fromstring(text)  # noqa: S314  made here
    for element in root.iter(f"{KML}description"):
        assert "<b>" not in (element.text or "")
        assert "<script" not in (element.text or "").replace("<br/>", "")
        assert "$[" not in (element.text or "")
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "⟨U+202E⟩gnp" in text
    (folder,) = [one for one in root.iter(f"{KML}Folder") if (one.findtext(f"{KML}name") or "").startswith("Silences")]
    for one in folder.iter(f"{KML}Placemark"):
        assert len(list(one.iter(f"{KML}LineString"))) == 8
        assert len(list(one.iter(f"{KML}Point"))) == 2
    widths = {one.get("id"): one.findtext(f"{KML}LineStyle/{KML}width") for one in root.iter(f"{KML}Style")}
    assert len({widths[name] for name in ("tracks", "gaps", "events", "buildings")}) == 4
    assert "href" not in text


def test_hostile_and_wrong_values_reach_the_map_as_data() -> None:
    assert any(one["properties"]["name"] == HOSTILE for one in of("ports", hostile_case()))
    wild = {"ports": [{"port": 5, "lat": "x", "lon": 900}, {"lat": 91, "lon": 0}, {"lat": 1, "lon": 190}],
            "reach": [{"ship": "no number", "slack_h": True}]}  # fmt: skip
    assert [one["geometry"] for one in of("ports", wild)] == [None, None, {"type": "Point", "coordinates": [-170, 1]}]
    (told,) = (one["properties"] for one in of("reach", wild))
    assert (told["ship"], told["slack_h"]) == (None, None)
    assert map_tables.as_files(wild)


@pytest.mark.parametrize("made", [geojson.as_geojson, kml.as_kml, map_tables.as_files])
def test_equal_cases_give_equal_bytes(made: Any) -> None:
    assert made(CASE) == made(json.loads(json.dumps(CASE)))
