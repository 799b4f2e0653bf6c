"""The shore against brute force, the poles and the antimeridian, and the waters of the design."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, land, shore
from darkwake.nearest import Nearest

NM50 = 50 * geo.METRES_PER_NM
WATERS = {  # west, south, east, north; share of sea farther than 50 nm from land: least and most that is plausible
    "Strait of Hormuz": ((55.5, 25.2, 57.2, 27.2), 0.0, 0.0),
    "Bohai": ((117.5, 37.0, 122.2, 41.0), 0.0, 0.006),
    "Persian Gulf": ((47.5, 24.0, 56.0, 30.5), 0.0, 0.11),
    "Red Sea": ((32.0, 12.6, 43.5, 28.0), 0.1, 0.2),  # the design says 2 %: see docs/events.md
    "Gulf of Oman": ((56.0, 22.5, 61.6, 26.0), 0.2, 0.4),
    "Malacca": ((98.0, 1.0, 103.0, 6.0), 0.03, 0.2),
}


def globe(seed: int, count: int) -> tuple[geo.Floats, geo.Floats]:
    rng = np.random.default_rng(seed)
    return np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)


@cache
def outline_points() -> tuple[geo.Floats, geo.Floats]:
    """Every outline by points less than 1 km apart, without the seams at the pole and at 180°."""
    lat, lon = [], []
    for ring in land.rings("10m"):
        count = np.maximum(1, np.ceil(geo.distance_m(ring[:-1, 1], ring[:-1, 0], ring[1:, 1], ring[1:, 0]) / 1_000))
        edge = np.repeat(np.arange(len(count)), count.astype(int))
        along = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count.astype(int))) / count[edge]
        point = ring[edge] + (ring[edge + 1] - ring[edge]) * along[:, None]
        real = (np.abs(np.abs(geo.wrap_lon(point[:, 0])) - 180) > 1e-6) & (point[:, 1] > -84.4)
        lat.append(point[real, 1])
        lon.append(point[real, 0])
    return np.concatenate(lat), np.concatenate(lon)


def land_by_scanning(lat: float, lon: float) -> bool:
    """Even-odd: how many outlines lie to the west on the same parallel."""
    x1, y1, x2, y2 = edges()
    spans = np.flatnonzero((y1 > lat) != (y2 > lat))
    x = x1[spans] + (lat - y1[spans]) / (y2[spans] - y1[spans]) * (x2[spans] - x1[spans])
    return int(((x < lon) & (x >= -180)).sum()) % 2 == 1


@cache
def edges() -> tuple[geo.Floats, ...]:
    both = np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in land.rings("10m")])
    return tuple(both.T.copy())


def test_distance_to_the_shore_equals_brute_force() -> None:
    far_lat, far_lon = globe(1, 20)
    rng = np.random.default_rng(2)
    near = rng.integers(0, len(outline_points()[0]), 30)
    lat = np.append(far_lat, np.clip(outline_points()[0][near] + rng.normal(0, 0.03, 30), -80, 85))
    lon = np.append(far_lon, outline_points()[1][near] + rng.normal(0, 0.03, 30))
    found = shore.shore_m(lat, lon)
    sea = ~shore.on_land(lat, lon)
    assert 20 < sea.sum() < 45
    assert (found[~sea] == 0).all()
    points = np.radians(outline_points())
    for one in np.flatnonzero(sea):
        phi = np.radians(lat[one])
        chord = np.sin((points[0] - phi) / 2) ** 2 + np.cos(points[0]) * np.cos(phi) * (
            np.sin((points[1] - np.radians(lon[one])) / 2) ** 2
        )
        brute = 2 * geo.EARTH_RADIUS_M * np.arcsin(np.sqrt(chord.min()))
        # the points are up to 1 km apart, so brute force is up to 500 m too long, and never too short
        assert brute - 501 <= found[one] <= brute + 3


def test_land_equals_even_odd_scanning() -> None:
    rng = np.random.default_rng(3)
    near = rng.integers(0, len(outline_points()[0]), 60)
    lat = np.append(globe(4, 20)[0], outline_points()[0][near] + rng.normal(0, 0.02, 60))
    lon = np.append(globe(4, 20)[1], geo.wrap_lon(outline_points()[1][near] + rng.normal(0, 0.02, 60)))
    want = [land_by_scanning(one, two) for one, two in zip(lat, lon, strict=True)]
    assert shore.on_land(lat, lon).tolist() == want
    assert 20 < sum(want) < 60


@pytest.mark.parametrize("name", WATERS)
def test_share_of_sea_beyond_fifty_miles_is_what_the_design_says(name: str) -> None:
    share, _ = beyond(name)
    assert WATERS[name][1] <= share <= WATERS[name][2]


def beyond(name: str) -> tuple[float, int]:
    """The share of the water in the box that is farther than 50 nm from land, by equal areas, and the points asked."""
    west, south, east, north = WATERS[name][0]
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(south, north, 8_000), rng.uniform(west, east, 8_000)
    kept = rng.random(8_000) < np.cos(np.radians(lat))
    far = shore.shore_m(lat[kept], lon[kept])
    return float((far[far > 0] > NM50).mean()), int((far > 0).sum())


def test_poles_antimeridian_and_longitudes_beyond_180_are_nothing_special() -> None:
    assert shore.shore_m(90.0, 13.0) == pytest.approx(geo.distance_m(90, 0, 83.63, 0), rel=0.02)  # Cape Morris Jesup
    assert shore.on_land(-90.0, 0.0)
    lat = np.linspace(-70, 70, 41)
    for lon in (179.9, -179.9):
        assert np.allclose(shore.shore_m(lat, np.full(41, lon)), shore.shore_m(lat, np.full(41, lon + 360)), atol=1.0)
    west, east = (shore.shore_m(lat, np.full(41, side)) for side in (-180.0, 179.999999))
    assert np.allclose(west, east, atol=2.0)


def test_shapes_are_kept_and_nothing_gives_nothing() -> None:
    assert shore.shore_m([[20.0, 21.0]], [[-150.0, -151.0]]).shape == (1, 2)
    assert shore.shore_m([], []).shape == (0,)
    assert shore.crosses_land([], [], [], []).shape == (0,)


@pytest.mark.parametrize(
    ("name", "line", "over"),
    [
        ("Gulf of Oman, open", (25.0, 58.0, 24.0, 60.0), False),
        ("across the Musandam peninsula", (26.0, 55.6, 25.6, 57.0), True),
        ("Panama, ocean to ocean", (10.0, -79.9, 8.5, -79.5), True),
        ("the Pacific across 180°", (35.0, 170.0, 40.0, -150.0), False),
        ("Fiji, across 180° and an island", (-16.8, 179.2, -16.8, -179.5), True),
        ("across Eurasia and 180°", (60.0, 30.0, 60.0, -170.0), True),
        ("over the north pole", (85.0, 0.0, 85.0, 180.0), False),
        ("over the south pole", (-65.0, -150.0, -65.0, 30.0), True),
        ("a ship that lies still at sea", (25.0, 58.0, 25.0, 58.0), False),
        ("a ship that lies still on what is drawn as land", (48.85, 2.35, 48.85, 2.36), False),
        ("from river to river", (48.85, 2.35, 49.4, 1.1), True),
        ("antipodes", (10.0, -30.0, -10.0, 150.0), True),
    ],
)  # fmt: skip
def test_lines_over_land(name: str, line: tuple[float, float, float, float], over: bool) -> None:
    assert shore.crosses_land(*([end] for end in line)).tolist() == [over], name


def test_lines_over_land_equal_a_line_of_points() -> None:
    """Points every 100 m along the line: whatever of them is on land, the line crosses land (out of harbours)."""
    rng = np.random.default_rng(6)
    lat1, lon1 = rng.uniform(54, 60, 400), rng.uniform(5, 14, 400)
    lat2, lon2 = lat1 + rng.normal(0, 0.4, 400), lon1 + rng.normal(0, 0.8, 400)
    water = np.flatnonzero(~shore.on_land(lat1, lon1) & ~shore.on_land(lat2, lon2))
    over = shore.crosses_land(lat1[water], lon1[water], lat2[water], lon2[water])
    assert 20 < over.sum() < len(over) - 20
    for number, one in enumerate(water):
        far = geo.distance_m(lat1[one], lon1[one], lat2[one], lon2[one])
        steps = np.linspace(0, 1, int(far / 100) + 2)
        lat, lon = geo.destination(
            lat1[one], lon1[one], geo.bearing_deg(lat1[one], lon1[one], lat2[one], lon2[one]), far * steps
        )
        dry = shore.on_land(lat, lon)
        # a spit narrower than the points are apart is seen by the lines alone
        assert over[number] or not dry.any()
        assert dry.any() or not over[number] or shore.shore_m(lat, lon).min() < 100


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.booleans())
def test_the_nearest_of_many_points_equals_brute_force(seed: int, count: int, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    lat, lon = globe(seed, count)
    if clustered:
        lat, lon = np.clip(lat[0] + rng.normal(0, 0.2, count), -90, 90), lon[0] + rng.normal(0, 0.4, count)
    at_lat, at_lon = np.append(globe(seed + 1, 50)[0], lat[:20]), np.append(globe(seed + 1, 50)[1], lon[:20])
    place, metres = Nearest(lat, lon).find(at_lat, at_lon)
    apart = geo.distance_m(at_lat[:, None], at_lon[:, None], lat, lon)
    assert np.allclose(metres, apart.min(axis=1), atol=2.0)
    assert np.allclose(apart[np.arange(len(place)), place], apart.min(axis=1), atol=2.0)


def test_without_any_place_nothing_is_near() -> None:
    place, metres = Nearest([], []).find([1.0], [2.0])
    assert (place.tolist(), metres.tolist()) == ([-1], [float("inf")])
