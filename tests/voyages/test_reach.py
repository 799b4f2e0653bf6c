"""What could have been reached unheard: never too little, and never over land."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, ports, schema
from darkwake.sea import Sea
from darkwake.voyages import may_have_called, reach_area, top_speeds, within_reach

DAY = datetime(2025, 9, 1)
OFF_MUSCAT = (24.2, 58.6)


def gap(begin: tuple[float, float], end: tuple[float, float], hours: float | None, ship: int = 1) -> dict[str, Any]:
    return {
        "id": f"gap-{ship}-{hours}", "kind": "gap", "ship": ship, "other": None, "start": DAY,
        "end": None if hours is None else DAY + timedelta(hours=hours), "start_lat": begin[0], "start_lon": begin[1],
        "end_lat": end[0], "end_lon": end[1], "details": "{}", "sources": [],
    }  # fmt: skip


def table(*gaps: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(gaps), schema=schema.EVENTS)


IRAN = ports.default().filter(pl.col("country") == "IR")


def test_more_hours_reach_no_fewer_ports() -> None:
    reached = [set(within_reach(table(gap(OFF_MUSCAT, OFF_MUSCAT, h)), IRAN, {1: 14.0})["port"]) for h in (12, 36, 72)]
    assert reached[0] < reached[1] < reached[2]
    assert "IRBND" in reached[1]


def test_the_true_port_is_always_in_the_set() -> None:
    """Voyages there and back at a known speed, with only the hours of the voyage itself: nothing may be lost."""
    sea = Sea((47.0, 22.0, 64.0, 31.0), 0.05)
    random = np.random.default_rng(7)
    sizes = []
    for port in IRAN.filter(pl.col("port").is_in(["IRBND", "IRBSR", "IRJAK", "IRZBR", "IRBUZ"])).iter_rows(named=True):
        begin = (24.0 + random.random(), 58.5 + 2 * random.random())
        end = (24.0 + random.random(), 58.5 + 2 * random.random())
        there, back = (sea.distance_m(point, (port["lat"], port["lon"])) for point in (begin, end))
        hours = (there + back) / (13.0 * geo.KNOT_MS * 3600) * 1.001
        found = within_reach(table(gap(begin, end, hours)), IRAN, {1: 13.0})
        assert port["port"] in set(found["port"])
        sizes.append(found.height)
    assert max(sizes) < IRAN.height, "a set of everything says nothing"


def test_a_port_across_land_takes_the_way_round() -> None:
    """From off Fujairah to Dubai is 110 km straight over Musandam and more than twice that by sea."""
    dubai = pl.DataFrame(
        [{"port": "AEDXB", "name": "Dubai", "country": "AE", "lat": 25.30, "lon": 55.25}], schema.PORTS
    )
    begin = (25.2, 56.6)
    (row,) = within_reach(table(gap(begin, begin, 96)), dubai, {}).iter_rows(named=True)
    straight = float(geo.distance_m(*begin, 25.30, 55.25))
    assert 1.7 * straight < row["there_m"] < 2.2 * straight
    assert row["speed_kn"] == 12.0
    assert within_reach(table(gap(begin, begin, 2 * straight / (12 * geo.KNOT_MS * 3600) + 1)), dubai, {}).is_empty()


def test_open_gaps_and_far_ports_are_left_out() -> None:
    assert within_reach(table(gap(OFF_MUSCAT, OFF_MUSCAT, None)), IRAN, {}).is_empty()
    far = ports.default().filter(pl.col("country") == "CN")
    assert within_reach(table(gap(OFF_MUSCAT, OFF_MUSCAT, 24)), far, {}).is_empty()


def test_the_antimeridian_changes_nothing() -> None:
    fiji = ports.default().filter(pl.col("port") == "FJSUV")
    found = within_reach(table(gap((-18.0, 179.5), (-18.0, -179.5), 48)), fiji, {1: 14.0})
    assert found["port"].to_list() == ["FJSUV"]
    straight = float(geo.distance_m(-18.0, 179.5, fiji["lat"][0], fiji["lon"][0]))
    assert straight <= found["there_m"][0] < 1.3 * straight
    area = reach_area(table(gap((-18.0, 179.5), (-18.0, -179.5), 48)), {1: 14.0})
    assert (area["west"] < area["east"]).all()
    assert area["west"].min() == -180.0
    assert area["east"].max() == 180.0


def test_canals_are_open_and_no_strait_is_too_narrow() -> None:
    """Suez for a ship off Port Said, and the Sound at Helsingborg, four kilometres wide, for one in the Kattegat."""
    suez = pl.DataFrame([("EGSUZ", "Suez", "EG", 29.95, 32.55)], schema.PORTS, orient="row")
    assert within_reach(table(gap((31.6, 32.4), (31.6, 32.4), 24)), suez, {})["port"].to_list() == ["EGSUZ"]
    malmo = pl.DataFrame([("SEMMA", "Malmo", "SE", 55.62, 12.99)], schema.PORTS, orient="row")
    (row,) = within_reach(table(gap((56.5, 12.2), (56.5, 12.2), 24)), malmo, {}).iter_rows(named=True)
    assert row["there_m"] < 1.4 * float(geo.distance_m(56.5, 12.2, 55.62, 12.99))


def test_a_port_up_a_river_takes_the_straight_way_and_one_on_another_sea_is_not_named() -> None:
    known = [("CNNKG", "Nanjing", "CN", 32.08, 118.75), ("IRANZ", "Bandar Anzali", "IR", 37.47, 49.46)]
    rivers = pl.DataFrame(known, schema.PORTS, orient="row")
    off_shanghai, in_the_gulf = (31.0, 122.8), (29.3, 49.5)
    assert within_reach(table(gap(off_shanghai, off_shanghai, 96)), rivers, {})["port"].to_list() == ["CNNKG"]
    assert within_reach(table(gap(in_the_gulf, in_the_gulf, 96)), rivers, {}).is_empty()


def cells(area: pl.DataFrame, lat: float, lon: float) -> pl.DataFrame:
    near = (pl.col("lat") - lat).abs() <= pl.col("cell_deg") / 2 + 1e-9
    return area.filter(near & (pl.col("west") <= lon + 1e-9) & (pl.col("east") >= lon - 1e-9))


@settings(deadline=None, max_examples=8)
@given(st.floats(57.0, 58.4), st.floats(57.0, 58.4), st.floats(3.0, 20.0), st.integers(1, 4))
def test_every_port_in_reach_lies_in_the_area_and_the_area_is_bounded(
    lon: float, other: float, hours: float, bands: int
) -> None:
    one = table(gap((24.8, lon), (24.7, other), hours))
    area = reach_area(one, {1: 13.0}, most_runs=300, bands=bands)
    assert area.height <= 300
    assert schema.problems(area, schema.REACH_AREA) == []
    # from where it was last heard to where it was heard again it went through the area
    if area.height:
        assert cells(area, 24.8, lon).height >= 1
    for port in within_reach(one, IRAN, {1: 13.0}).iter_rows(named=True):
        wide = pl.col("cell_deg") * 2  # a port on land stands for the water before it
        near = area.filter((pl.col("lat") - port["lat"]).abs() <= wide)
        assert near.filter((pl.col("west") - wide <= port["lon"]) & (pl.col("east") + wide >= port["lon"])).height, port


def test_the_area_of_more_hours_holds_that_of_less() -> None:
    less, more = (reach_area(table(gap(OFF_MUSCAT, OFF_MUSCAT, h)), {1: 13.0}, bands=1) for h in (20, 30))
    for run in less.iter_rows(named=True):
        middle = (run["west"] + run["east"]) / 2
        assert cells(more, run["lat"], middle).height >= 1, run
    assert reach_area(table(gap(OFF_MUSCAT, OFF_MUSCAT, None)), {}).is_empty()


def leg(number: int, start: str | None, end: str | None, gaps: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(schema.VOYAGES)
    return row | {
        "id": f"voyage-{number}", "ship": 1, "from_port": start and f"{start}AAA", "from_country": start,
        "to_port": end and f"{end}AAA", "to_country": end, "departed": DAY + timedelta(days=number),
        "arrived": DAY + timedelta(days=number + 1), "gaps": gaps, "dark_h": 1.0, "sources": [],
    }  # fmt: skip


def test_only_gaps_between_the_two_ends_may_hide_a_call() -> None:
    gaps = [gap(OFF_MUSCAT, OFF_MUSCAT, h) for h in (10, 20, 30, 40, 50)]
    ids = [one["id"] for one in gaps]
    legs = pl.DataFrame(
        [
            leg(0, None, "CN", ids[:1]),  # before it was in China
            leg(1, "CN", "SG", ids[1:2]),  # after China, not yet in Iran
            leg(2, "SG", "IR", ids[2:3]),  # on a voyage that was heard to the end
            leg(3, "IR", "AE", ids[3:4]),  # after Iran
            leg(4, "AE", "CN", ids[4:]),
        ],
        schema.VOYAGES,
    )
    chain = dict.fromkeys(schema.CHAINS) | {"ship": 1, "voyages": ["voyage-2"]}
    chains = pl.DataFrame([chain], schema.CHAINS)
    found = may_have_called(legs, table(*gaps), on_corridor=chains, from_=["CN"], to=["IR"])
    assert found["id"].to_list() == [ids[1]]
    assert may_have_called(legs, table(*gaps), on_corridor=chains, from_=["CN"], to=[]).is_empty()


def test_the_speed_that_a_ship_has_shown() -> None:
    sog = [10.0] * 94 + [14.0] * 5 + [50.0] + [0.1] * 3
    columns = {"ship": [1] * 100 + [2] * 3, "sog": sog, "lat": [24.0] * 103, "lon": [58.0] * 103}
    time = [DAY + timedelta(minutes=10 * k) for k in range(103)]
    positions = pl.DataFrame(columns | {"time": time})
    assert top_speeds(positions.lazy(), [1, 2]) == {1: 14.0}
    # where no speed was sent, the way from position to position tells: a mile in ten minutes is six knots
    moving = positions.with_columns(lat=24.0 + pl.int_range(pl.len()) / 60, sog=pl.lit(None, pl.Float32))
    assert top_speeds(moving.lazy(), [1])[1] == pytest.approx(6.0, rel=0.01)
