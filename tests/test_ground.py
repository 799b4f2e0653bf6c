"""The ground: distances, cells, land, countries, ports, evidence."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import country, geo, land, ports, schema
from darkwake.errors import MissingColumn
from darkwake.evidence import Citation, Evidence, Place, Subject, canonical_json, content_id

LAT = st.floats(-89, 89)
LON = st.floats(-180, 180)


def test_distance_of_a_known_pair() -> None:
    # one degree of the equator on the mean sphere, by hand: 2 pi R / 360
    assert geo.distance_m(0, 0, 0, 1) == pytest.approx(111_195.08, abs=0.01)
    assert geo.distance_m(0, 179.5, 0, -179.5) == pytest.approx(111_195.08, abs=0.01)
    assert geo.bearing_deg(0, 0, 1, 0) == pytest.approx(0)
    assert geo.bearing_deg(0, 0, 0, -1) == pytest.approx(270)


@given(LAT, LON, st.floats(0, 359), st.floats(1, 5_000_000))
def test_one_arrives_where_one_went(lat: float, lon: float, bearing: float, metres: float) -> None:
    there = geo.destination(lat, lon, bearing, metres)
    assert geo.distance_m(lat, lon, *there) == pytest.approx(metres, rel=1e-6, abs=0.01)


@given(LAT, LON, st.sampled_from([0.05, 0.1, 0.25, 1.0]))
def test_a_cell_holds_its_positions(lat: float, lon: float, size: float) -> None:
    centre_lat, centre_lon = geo.cell_centre(geo.cell(lat, lon, size), size)
    assert abs(centre_lat - lat) <= size / 2 + 1e-9
    assert abs((centre_lon - lon + 180) % 360 - 180) <= size / 2 + 1e-9


def test_land_is_land_and_the_sea_is_sea() -> None:
    known = {"Tehran": (35.7, 51.4, True), "Gulf": (26.5, 52.0, False), "Hormuz": (26.55, 56.5, False),
             "Qeshm": (26.80, 55.9, True), "Bohai": (38.6, 119.5, False), "Beijing": (39.9, 116.4, True)}  # fmt: skip
    for name, (lat, lon, is_land) in known.items():
        box = (lon - 1, lat - 1, lon + 1, lat + 1)
        mask = land.mask((round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)), 0.02)
        assert bool(mask[mask.shape[0] // 2, mask.shape[1] // 2]) is is_land, name


def test_the_mask_agrees_with_the_area_of_the_land() -> None:
    """29.2 % of the Earth is land (CIA World Factbook); the mask weighed by cell area must say so."""
    mask = land.mask((-180, -90, 180, 90), 0.25, "50m")
    weight = np.cos(np.radians(np.arange(-90, 90, 0.25) + 0.125))
    assert (mask.mean(axis=1) * weight).sum() / weight.sum() == pytest.approx(0.292, abs=0.005)


def test_countries_by_code_and_name() -> None:
    assert [country.code(word) for word in ("ir", "IRN", "Iran", "Korea, North", "Atlantis", "")] == [
        "IR", "IR", "IR", "KP", None, None,
    ]  # fmt: skip
    assert country.flag_of_mmsi(422_000_001) == "IR"
    assert country.flag_of_mmsi(970_000_001) is None


def test_the_packages_own_ports() -> None:
    table = ports.default()
    assert schema.problems(table, schema.PORTS) == []
    assert table.height > 3_500
    assert table.filter(pl.col("port") == "IRBND")["name"].to_list() == ["Bandar Abbas"]


def test_ports_are_kept_or_refused_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "ports.csv"
    file.write_text("name,country,lat,lon\nEast Haven,NO,60,5\nNowhere,XX,1,1\nPole,NO,95,0\nNameless,NO,,\n,NO,1,1\n")
    table, refused = ports.read(file)
    assert table["name"].to_list() == ["East Haven"]
    assert refused == {"unknown country": 1, "position out of range": 1, "no position": 1, "no name": 1}
    file.write_text("a,b\n1,2\n")
    with pytest.raises(MissingColumn, match="no known layout"):
        ports.read(file)


@pytest.mark.shared
def test_real_files_of_ports(shared: Path) -> None:
    anchorages, refused = ports.read(shared / "ais" / "anchorages" / "anchorage_overrides.csv")
    assert (anchorages.height, refused["the same again"], sum(refused.values())) == (60_391, 16, 19)
    index, refused = ports.read(shared / "ais" / "ports" / "wpi_UpdatedPub150.csv")
    assert index.height + sum(refused.values()) == 3_768
    assert index.filter(pl.col("port") == "IRBSR").height == 1


def made(says: str = "A ship was heard.") -> Evidence:
    return Evidence(
        kind="silence",
        subjects=(Subject("ship", "999000001", "EXAMPLE"),),
        start=datetime(2025, 9, 1),
        end=None,
        place=Place(26.0, 56.0),
        says=says,
        strength="weak",
        because="a test",
        innocent=("range",),
        sources=(Citation("0" * 64, 1, 2),),
        made_by="test",
    )


def test_evidence_is_known_by_its_content() -> None:
    assert made().id == made().id
    assert made().id != made("Another sentence.").id


def test_canonical_json_is_one_text() -> None:
    one = {"b": [1.0, float("nan"), -0.0], "a": datetime(2025, 9, 1, 4), "c": date(2025, 9, 1)}
    assert canonical_json(one) == '{"a":"2025-09-01T04:00:00Z","b":[1.0,null,0.0],"c":"2025-09-01"}'
    assert content_id("x", one) == content_id("x", dict(reversed(one.items())))


def test_a_table_that_does_not_fit_is_told_why() -> None:
    table = schema.empty(schema.PORTS)
    assert schema.problems(table, schema.PORTS) == []
    assert schema.problems(table.drop("lat"), schema.PORTS) == ["column 'lat' is missing"]
    assert "is Int64" in schema.problems(table.with_columns(pl.col("name").cast(pl.Int64)), schema.PORTS)[0]
    assert "stand in the order" in schema.problems(table.select(reversed(table.columns)), schema.PORTS)[0]
