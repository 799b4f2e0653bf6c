from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from darkwake import geo, land
from darkwake.errors import WrongUse
from darkwake.sea import Line, Point, Sea

GULF = (50.0, 22.8, 60.9, 28.0)
ASIA = (46.0, -8.0, 128.0, 42.0)
FUJAIRAH, JEBEL_ALI, RAJAEE = (25.1731, 56.3692), (25.0167, 55.05), (27.1, 56.0667)
GATE, TIANJIN, ZHUHAI, COLOMBO = (25.35, 57.3), (38.9667, 117.8333), (22.2333, 113.5833), (6.95, 79.85)
KARACHI, MUSCAT, AT_SEA = (24.7833, 66.9833), (23.6333, 58.5833), (24.4, 59.9)


@cache
def gulf() -> Sea:
    return Sea(GULF, 0.03)


@cache
def asia() -> Sea:
    return Sea(ASIA, 0.05)


@cache
def to_china() -> list[Line]:
    return asia().paths(GATE, [TIANJIN, ZHUHAI, COLOMBO])


def sampled(line: Line, every_deg: float = 0.01) -> Line:
    lat, lon = line
    parts = np.maximum(1, np.ceil(np.hypot(np.diff(lat), np.diff(lon)) / every_deg)).astype(int)
    along = np.concatenate([number + np.arange(count) / count for number, count in enumerate(parts)] + [[len(parts)]])
    return np.interp(along, range(len(lat)), lat), np.interp(along, range(len(lat)), lon)


def on_land(line: Line, box: land.Box, cell_deg: float = 0.02) -> NDArray[np.bool_]:
    lat, lon = line
    rows, columns = ((lat - box[1]) / cell_deg).astype(int), ((lon - box[0]) / cell_deg).astype(int)
    found: NDArray[np.bool_] = land.mask(box, cell_deg)[rows, columns]
    return found


def nautical_miles(line: Line) -> float:
    lat, lon = line
    return float(geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum() / geo.METRES_PER_NM)


def test_a_route_to_china_stays_off_the_land_but_for_the_last_kilometres_to_the_berth() -> None:
    for line, port in zip(to_china(), (TIANJIN, ZHUHAI, COLOMBO), strict=True):
        lat, lon = sampled(line)
        dry = on_land((lat, lon), ASIA)
        assert geo.distance_m(lat[dry], lon[dry], *port).max(initial=0.0) < 3_000.0


def test_a_route_along_a_coast_stays_off_it_too() -> None:
    """Both ends in open water near land, or on land: the way to the first turn once cut corners here."""
    ends = [(25.42, 57.25), (26.75, 56.7), FUJAIRAH, MUSCAT, RAJAEE]
    for number, one in enumerate(ends):
        for two, line in zip(ends[number + 1 :], gulf().paths(one, ends[number + 1 :]), strict=True):
            lat, lon = sampled(line)
            dry = on_land((lat, lon), GULF)
            away = [geo.distance_m(lat[dry], lon[dry], *end) for end in (one, two)]
            assert np.minimum(*away).max(initial=0.0) < 2_500.0


def test_the_straits_that_ships_use_are_open() -> None:
    tianjin, zhuhai, _ = to_china()
    for line in (tianjin, zhuhai):
        lat, lon = sampled(line)
        for strait in ((3.0, 100.6), (1.2, 103.9)):  # Malacca, Singapore
            assert geo.distance_m(lat, lon, *strait).min() < 40_000.0
    lat, lon = sampled(tianjin)
    assert geo.distance_m(lat, lon, 24.8, 119.6).min() < 150_000.0  # Taiwan
    assert geo.distance_m(lat, lon, 38.4, 121.0).min() < 60_000.0  # Bohai
    lat, lon = sampled(gulf().path(FUJAIRAH, JEBEL_ALI))
    assert geo.distance_m(lat, lon, 26.5, 56.45).min() < 25_000.0  # Hormuz, round Musandam


def test_a_route_is_hardly_longer_than_great_circles_from_cape_to_cape() -> None:
    capes = [GATE, (5.8, 80.5), (6.0, 95.1), (1.2, 103.5), (1.3, 104.5), ZHUHAI]
    least = sum(float(geo.distance_m(*one, *two)) for one, two in pairwise(capes)) / geo.METRES_PER_NM
    assert 0.99 * least < nautical_miles(to_china()[1]) < 1.03 * least


def test_a_route_has_few_turns_and_both_its_ends() -> None:
    lat, lon = to_china()[0]
    assert len(lat) < 80
    assert (lat[0], lon[0]) == GATE
    assert (lat[-1], lon[-1]) == TIANJIN


@pytest.mark.parametrize(("one", "two"), [(FUJAIRAH, JEBEL_ALI), (RAJAEE, MUSCAT), (AT_SEA, RAJAEE)])
def test_by_sea_is_never_nearer_than_as_the_crow_flies_and_the_same_both_ways(one: Point, two: Point) -> None:
    there, back = gulf().distance_m(one, two), gulf().distance_m(two, one)
    assert there >= float(geo.distance_m(*one, *two))
    assert there == pytest.approx(back, rel=0.02)


def test_where_nothing_is_in_the_way_the_route_is_the_straight_line() -> None:
    lat, lon = gulf().path((24.6, 58.2), AT_SEA)
    assert lat.tolist() == [24.6, AT_SEA[0]]
    assert lon.tolist() == [58.2, AT_SEA[1]]


def test_one_search_gives_the_distances_to_many_ports_and_never_too_short() -> None:
    near = Sea(GULF, 0.03, keep_off_m=0.0)
    ports = [FUJAIRAH, JEBEL_ALI, RAJAEE, MUSCAT]
    lat, lon = np.array(ports).T
    many = near.distances_from(AT_SEA, lat, lon)
    for port, metres in zip(ports, many, strict=True):
        exact = near.distance_m(AT_SEA, port)
        assert exact * 0.99 - 5_000 < metres < exact * 1.03 + 12_000


def test_water_that_no_water_joins_is_infinitely_far_and_has_no_route() -> None:
    caspian, gulf_of_oman = (41.5, 51.0), (24.5, 59.0)
    sea = Sea((48.0, 22.0, 62.0, 44.0), 0.1)
    assert sea.distance_m(gulf_of_oman, caspian) == np.inf
    assert sea.distances_from(gulf_of_oman, [caspian[0]], [caspian[1]]).tolist() == [np.inf]
    with pytest.raises(WrongUse, match="no water joins"):
        sea.path(gulf_of_oman, caspian)


def test_a_place_far_inland_is_refused_with_what_to_do() -> None:
    with pytest.raises(WrongUse, match=r"no open water within 120 km.*Give a place on the sea"):
        Sea((50.0, 22.8, 60.9, 34.0), 0.05).path((33.0, 57.0), AT_SEA)


def test_a_box_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(WrongUse, match="west, south, east, north"):
        Sea((60.0, 22.0, 50.0, 28.0))


def test_off_land_grows_from_the_coast_and_is_nothing_on_it() -> None:
    off = gulf().off_land_m([24.0, 25.35, 24.4], [56.0, 56.42, 59.9])
    assert off[0] == 0.0
    assert 0.0 < off[1] < off[2]
