"""Port calls against a state machine told plainly, and the lookup of ports against asking each of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import hours, port_call
from darkwake.events.port_call import Places
from darkwake.geo import destination, distance_m
from made_positions import DAY, frame, positions

SHIP = 911000002
HARBOUR = ("ZZAAA", "Invented Harbour", "ZZ", 30.0, 50.0)
HAVEN = ("ZZBBB", "Invented Haven", "ZZ", 30.0, 51.0)
PORTS = pl.DataFrame([HARBOUR, HAVEN], schema=schema.PORTS, orient="row")


def off(metres: float, lat: float = 30.0, lon: float = 50.0, bearing: float = 90.0) -> tuple[float, float]:
    north, east = destination(lat, lon, bearing, metres)
    return float(north), float(east)


def track(*steps: tuple[float, float, float | None]) -> pl.DataFrame:
    """(hours, metres east of the harbour, sog) of one ship."""
    return positions((SHIP, hour, *off(metres), sog) for hour, metres, sog in steps)


def calls(table: pl.DataFrame, **parameters: object) -> list[dict[str, object]]:
    events = port_call(ports=PORTS, **parameters).run(table)  # type: ignore[arg-type]
    assert schema.problems(events, schema.EVENTS) == []
    return [{**row, **json.loads(str(row["details"]))} for row in events.iter_rows(named=True)]


def test_a_ship_that_comes_stops_and_goes_makes_one_call() -> None:
    table = track(
        (0, 9000, 9.0), (1, 2900, 4.0), (2, 500, 0.1), (3, 500, 0.3), (4, 500, 0.0), (5, 3900, 6.0), (6, 9000, 9.0)
    )
    (call,) = calls(table)
    assert (call["start"], call["end"]) == (DAY + timedelta(hours=1), DAY + timedelta(hours=5))
    assert (call["port"], call["name"], call["country"], call["also"]) == (*HARBOUR[:3], [])
    assert (call["stopped_h"], call["heard_h"], call["gap_h"], call["distance_m"]) == (3.0, 4.0, 0.0, 500.0)
    assert call["parts"] == ["entry", "stop", "exit"]


def test_a_ship_that_sails_past_within_the_distance_makes_none() -> None:
    assert calls(track((0, 9000, 12.0), (1, 2500, 12.0), (2, 1000, 12.0), (3, 9000, 12.0))) == []


def test_a_silence_in_port_counts_as_a_call_from_four_hours_on() -> None:
    shape = [(0.0, 9000.0, 9.0), (1.0, 1000.0, 9.0)]
    assert calls(track(*shape, (4.9, 9000.0, 9.0))) == []
    (call,) = calls(track(*shape, (5.0, 9000.0, 9.0)))
    assert (call["parts"], call["gap_h"]) == (["entry", "gap", "exit"], 4.0)


def test_a_ship_still_in_port_at_its_last_position_has_no_end() -> None:
    (call,) = calls(track((0, 9000, 9.0), (1, 500, 0.0), (2, 500, 0.0)))
    assert (call["end"], call["end_lat"], call["parts"]) == (None, None, ["entry", "stop"])
    assert [cited["first_row"] for cited in call["sources"]] == [2, 3]  # type: ignore[attr-defined]


def test_between_three_and_four_kilometres_a_ship_stays_where_it_was() -> None:
    assert calls(track((0, 3500, 0.0), (1, 3500, 0.0))) == []
    (call,) = calls(track((0, 500, 0.0), (1, 3500, 0.0), (2, 4500, 9.0)))
    assert call["end"] == DAY + timedelta(hours=1)


def test_where_no_speed_was_sent_the_way_between_positions_tells() -> None:
    (call,) = calls(track((0, 9000, None), (1, 600, None), (2, 600, None), (3, 9000, None)))
    assert "stop" in call["parts"]  # type: ignore[operator]
    assert calls(track((0, 9000, None), (0.5, 2000, None), (1, 9000, None))) == []


def test_an_unheard_move_between_two_ports_is_two_calls_and_not_one() -> None:
    rows = [(SHIP, float(k), *off(500), 0.0) for k in range(3)]
    rows += [(SHIP, 20.0 + k, *off(3500 if k == 0 else 700, lon=51.0), 0.0) for k in range(3)]
    first, second = calls(positions(rows))
    assert (first["port"], first["end"]) == ("ZZAAA", DAY + timedelta(hours=2))
    assert (second["port"], second["start"], second["end"]) == ("ZZBBB", DAY + timedelta(hours=21), None)


def test_the_port_of_a_call_is_where_the_ship_stopped_not_what_it_passed() -> None:
    near = pl.DataFrame([HARBOUR, ("ZZCCC", "Invented Quay", "ZZ", *off(2500))], schema=schema.PORTS, orient="row")
    table = track((0, -9000, 9.0), (1, 0, 5.0), (2, 1900, 0.0), (5, 1900, 0.0), (6, 9000, 9.0))
    (event,) = port_call(ports=near).run(table).iter_rows(named=True)
    assert json.loads(event["details"])["port"] == "ZZCCC"


def test_nonsense_thresholds_and_tables_are_refused() -> None:
    with pytest.raises(WrongUse, match="leave before it came"):
        port_call(enter_m=4000, leave_m=3000)
    with pytest.raises(WrongUse, match="not PORTS"):
        port_call(ports=pl.DataFrame({"port": ["ZZAAA"]}))


def by_the_rule(table: pl.DataFrame) -> list[tuple[datetime, datetime | None, bool]]:
    """Global Fishing Watch's states as a plain loop over one ship: start, end, stopped, of visits that count."""
    until = table["time"].max()
    assert isinstance(until, datetime)
    found, visit, state = [], [], "sea"
    rows = list(table.select("time", "lat", "lon", "sog").iter_rows())
    for number, (time, lat, lon, sog) in enumerate(rows):
        distance = min(float(distance_m(lat, lon, port[3], port[4])) for port in (HARBOUR, HAVEN))
        inside = distance <= 3000 or (distance < 4000 and state != "sea")
        stopped = inside and (round(sog, 3) <= 0.2 or (round(sog, 3) < 0.5 and state == "stopped"))
        state = "stopped" if stopped else "port" if inside else "sea"
        if inside:
            following = rows[number + 1][0] if number + 1 < len(rows) else until
            visit.append((time, stopped, following - time >= hours(4)))
        if visit and (not inside or number + 1 == len(rows)):
            if any(stop or silent for _, stop, silent in visit):
                found.append((visit[0][0], None if inside else visit[-1][0], any(stop for _, stop, _ in visit)))
            visit = []
    return found


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_random_walks_round_a_port_equal_the_plain_state_machine(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 60))
    away = np.abs(np.cumsum(rng.normal(0, 1200, count)) + rng.uniform(0, 6000))
    lat, lon = destination(np.full(count, 30.0), np.full(count, 50.0), rng.uniform(0, 360, count), away)
    hour = np.cumsum(rng.choice([0.1, 0.5, 3.9, 4.0, 7.0], count))
    table = frame(np.full(count, SHIP), hour, lat, lon, rng.choice([0.0, 0.2, 0.3, 0.5, 8.0], count))
    got = [(call["start"], call["end"], "stop" in call["parts"]) for call in calls(table)]  # type: ignore[operator]
    assert got == by_the_rule(table)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 179.99, -180.0]), st.sampled_from([0.0, 60.0, -85.0, 89.98]))
def test_the_lookup_finds_what_asking_every_port_finds(seed: int, mid_lon: float, mid_lat: float) -> None:
    rng = np.random.default_rng(seed)
    bearing, away = rng.uniform(0, 360, 40), rng.uniform(0, 30_000, 40)
    lat, lon = destination(np.full(40, mid_lat), np.full(40, mid_lon), bearing, away)
    ports = pl.DataFrame(
        {"port": [f"ZZ{k:03}" for k in range(15)], "name": "x", "country": "ZZ", "lat": lat[:15], "lon": lon[:15]}
    )
    places = Places.of(ports, within_m=4000)
    found, distance = places.nearest(lat[15:], lon[15:])
    table = places.table
    every = distance_m(lat[15:, None], lon[15:, None], table["lat"].to_numpy()[None], table["lon"].to_numpy()[None])
    close = every.min(axis=1) <= 4000
    assert np.array_equal(found[close], every.argmin(axis=1)[close])
    assert np.allclose(distance[close], every.min(axis=1)[close])
    assert (distance[~close] > 4000).all()
