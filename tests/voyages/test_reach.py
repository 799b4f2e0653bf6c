"""What could have been reached unheard: never too little, and never over land."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from darkwake import geo, ports, schema
from darkwake.sea import Sea
from darkwake.voyages import may_have_called, top_speeds, within_reach

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
    assert row["there_m"] > 2 * straight
    assert row["speed_kn"] == 12.0
    assert within_reach(table(gap(begin, begin, 2 * straight / (12 * geo.KNOT_MS * 3600) + 1)), dubai, {}).is_empty()


def test_open_gaps_and_far_ports_are_left_out() -> None:
    assert within_reach(table(gap(OFF_MUSCAT, OFF_MUSCAT, None)), IRAN, {}).is_empty()
    far = ports.default().filter(pl.col("country") == "CN")
    assert within_reach(table(gap(OFF_MUSCAT, OFF_MUSCAT, 24)), far, {}).is_empty()


def test_across_the_antimeridian_the_straight_way_bounds() -> None:
    fiji = ports.default().filter(pl.col("port") == "FJSUV")
    found = within_reach(table(gap((-18.0, 179.5), (-18.0, -179.5), 48)), fiji, {1: 14.0})
    assert found["port"].to_list() == ["FJSUV"]
    assert found["there_m"][0] == pytest.approx(float(geo.distance_m(-18.0, 179.5, fiji["lat"][0], fiji["lon"][0])))


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
    positions = pl.DataFrame({"ship": [1] * 100 + [2] * 3, "sog": [10.0] * 94 + [14.0] * 5 + [50.0] + [0.1] * 3}).lazy()
    assert top_speeds(positions, [1, 2]) == {1: 14.0}
