"""Loitering: slow for hours, far from the shore or outside the ports, and what ends it."""

from __future__ import annotations

import json
from datetime import timedelta
from inspect import signature
from typing import Any

import numpy as np
import polars as pl
import pytest

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import HEADINGS, hours, sections
from darkwake.events.loitering import loitering
from darkwake.geo import METRES_PER_NM, destination
from made_positions import DAY, frame, positions

SHIP = 911000001
OCEAN = (10.0, 180.0)  # no land within 700 km
HARBOUR = pl.DataFrame([("ZZAAA", "Invented Harbour", "ZZ", 10.0, 179.0)], schema=schema.PORTS, orient="row")


def sailing(*legs: tuple[float, float], lat: float = OCEAN[0], lon: float = OCEAN[1], every: float = 0.25) -> Any:
    """A ship that sails east: (hours, knots) a leg, heard every quarter of an hour."""
    hour = np.arange(0, sum(leg[0] for leg in legs) + 1e-9, every)
    upto = np.cumsum([0.0, *(leg[0] for leg in legs)])
    way = np.cumsum([0.0, *(span * knots for span, knots in legs)])
    metres = np.interp(hour, upto, way) * METRES_PER_NM
    north, east = destination(np.full(len(hour), lat), np.full(len(hour), lon), np.full(len(hour), 90.0), metres)
    return frame(np.full(len(hour), SHIP), hour, north, east, np.zeros(len(hour)))


def found(table: pl.DataFrame, **parameters: Any) -> list[dict[str, Any]]:
    events = loitering(**({"ports": HARBOUR} | parameters)).run(table)
    assert schema.problems(events, schema.EVENTS) == []
    return [{**row, **json.loads(str(row["details"]))} for row in events.iter_rows(named=True)]


def test_six_slow_hours_in_the_open_sea_are_a_loitering_with_its_numbers() -> None:
    (event,) = found(sailing((5, 12), (6, 0.5), (5, 12)))
    assert abs(event["start"] - (DAY + hours(5))) <= timedelta(minutes=10)
    assert abs(event["end"] - (DAY + hours(11))) <= timedelta(minutes=10)
    assert event["mean_kn"] == pytest.approx(0.5, abs=0.1)
    assert event["sailed_m"] == pytest.approx(3 * METRES_PER_NM, rel=0.2)
    assert event["made_good_m"] == pytest.approx(event["sailed_m"], rel=1e-6)
    assert event["shore_m"] > 600_000
    assert (event["port"]["name"], event["longest_unheard_h"]) == ("Invented Harbour", 0.25)
    assert len(event["sources"]) == 2


@pytest.mark.parametrize(
    ("legs", "count"),
    [
        ([(20.0, 12.0)], 0),
        ([(20.0, 2.2)], 0),
        ([(20.0, 1.8)], 1),
        ([(5, 12), (3.8, 0), (5, 12)], 0),
        ([(5, 12), (4.2, 0), (5, 12)], 1),
        ([(5, 0), (2, 12), (5, 0)], 2),
    ],
    ids=["under way", "just too fast", "just slow enough", "too short", "long enough", "twice"],
)
def test_only_slow_and_long_enough_counts(legs: list[tuple[float, float]], count: int) -> None:
    assert len(found(sailing(*legs))) == count


def test_near_a_shore_it_counts_only_on_the_coastal_preset_and_near_a_port_on_neither() -> None:
    lat, lon = 43.0, 6.0  # eight kilometres south of Provence
    coast = sailing((10, 0.2), lat=lat, lon=lon)
    assert found(coast) == []
    (event,) = found(coast, preset="coastal")
    assert 1852 < event["shore_m"] < 20_000
    port = pl.DataFrame([("ZZBBB", "Invented Haven", "ZZ", lat, lon)], schema=schema.PORTS, orient="row")
    assert found(coast, preset="coastal", ports=port) == []
    assert len(found(coast, preset="coastal", ports=port, away_from_port_m=0.0)) == 1


def test_a_drift_over_the_line_twenty_miles_off_counts_from_the_line_on() -> None:
    """A ship drifts straight away from the shore of Provence; the part beyond 20 nautical miles is the event."""
    hour = np.arange(0, 30, 0.25)
    north, east = destination(np.full(120, 42.75), np.full(120, 6.0), np.full(120, 180.0), hour * METRES_PER_NM)
    (event,) = found(frame(np.full(120, SHIP), hour, north, east, np.zeros(120)))
    assert event["start"] > DAY + hours(2)
    assert 20 * METRES_PER_NM <= event["shore_m"] < 20 * METRES_PER_NM + 350


def test_a_silence_of_more_than_two_hours_ends_it() -> None:
    rows = [(SHIP, float(hour), *OCEAN, 0.0) for hour in (0, 1, 2, 3, 5, 6, 7)]
    (event,) = found(positions(rows))
    assert (event["hours"], event["longest_unheard_h"]) == (7.0, 2.0)
    rows = [(SHIP, float(hour), *OCEAN, 0.0) for hour in (0, 1, 2, 3, 5.1, 6, 7)]
    assert found(positions(rows)) == []


def test_across_midnight_and_the_antimeridian_it_is_one() -> None:
    (event,) = found(sailing((30, 0.5), lon=179.95))
    assert event["start_lon"] > 0 > event["end_lon"]
    assert event["hours"] == 30.0


def test_the_docstring_has_the_headings_and_names_every_parameter() -> None:
    detector = loitering()
    assert tuple(sections(detector.about)) == HEADINGS
    assert len(detector.innocent) >= 8
    for name in signature(loitering).parameters:
        assert f"{name}:" in sections(detector.about)["Parameters"]
    wrong: Any = "inland"
    with pytest.raises(WrongUse, match="no preset 'inland'"):
        loitering(preset=wrong)
