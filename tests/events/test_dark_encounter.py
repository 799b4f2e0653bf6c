"""Dark encounters: whom a drifting ship could have met unheard, and how little that says."""

from __future__ import annotations

import json
from datetime import timedelta
from inspect import signature
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import HEADINGS, gap, hours, sections
from darkwake.events.dark_encounter import dark_encounter
from darkwake.geo import METRES_PER_NM, destination, distance_m
from made_positions import DAY, positions

DRIFTER, SILENT = 911000001, 911000002
OCEAN = (10.0, 180.0)
NOWHERE = schema.empty(schema.PORTS)
Rows = list[tuple[int, float, float, float, float | None]]


def off(nm: float, bearing: float = 90.0) -> tuple[float, float]:
    lat, lon = destination(*OCEAN, bearing, nm * METRES_PER_NM)
    return float(lat), float(lon)


def drift(since: float = 10.0, until: float = 20.0, east_nm: float = 0.0, ship: int = DRIFTER) -> Rows:
    """Comes from the north at 12 kn, lies still, goes north again; heard every half hour."""
    steps, lon = [k / 2 for k in range(81)], off(east_nm)[1]
    away = [off(12 * max(since - hour, hour - until, 0.0), 0.0)[0] for hour in steps]
    return [(ship, hour, lat, lon, 0.0) for hour, lat in zip(steps, away, strict=True)]


def silence(start: float, nm: float, end: float, end_nm: float, ship: int = SILENT) -> Rows:
    """Heard until `start`, `nm` west of the drift, and again from `end` on, `end_nm` east of it."""
    before = [(ship, start - k, *off(nm + 12 * k, 270), 12.0) for k in range(3)]
    return [*before, *((ship, end + k, *off(end_nm + 12 * k, 90), 12.0) for k in range(3))]


def found(rows: Rows, **parameters: Any) -> list[dict[str, Any]]:
    events = dark_encounter(**({"anchorages": NOWHERE} | parameters)).run(positions(rows))
    assert schema.problems(events, schema.EVENTS) == []
    return [{**row, **json.loads(str(row["details"]))} for row in events.iter_rows(named=True)]


def test_a_silence_that_leaves_time_to_come_stay_and_go_is_a_candidate() -> None:
    rows = [*drift(), *silence(9, 36, 24, 48)]
    (event,) = found(rows)
    assert (event["ship"], event["other"], event["candidate"], event["others"]) == (DRIFTER, SILENT, True, 0)
    # 36 miles at 12 kn from 9:00 on, 48 miles at 12 kn before 24:00
    assert event["start"] == pytest.approx(DAY + hours(12), abs=timedelta(seconds=1))
    assert event["end"] == pytest.approx(DAY + hours(20), abs=timedelta(minutes=11))
    assert event["there_m"] == pytest.approx(36 * METRES_PER_NM, rel=1e-3)
    assert event["away_m"] == pytest.approx(48 * METRES_PER_NM, rel=1e-3)
    assert (event["silent_hours"], event["speed_kn"]) == (15.0, 12.0)
    assert event["detour_m"] == pytest.approx(0, abs=100)
    assert (event["start_lat"], abs(event["start_lon"])) == pytest.approx(OCEAN, abs=1e-3)
    gaps = gap(with_open=False).run(positions(rows))
    assert event["gap"] in gaps["id"].to_list()


@pytest.mark.parametrize(
    ("rows", "parameters"),
    [
        ([*drift(), *silence(9, 36, 14.5, 30)], {}),
        ([*drift(), *silence(9, 36, 16.4, 48)], {}),
        ([*drift(), *silence(9, 120, 40, 36)], {}),
        ([*drift(), *silence(22, 36, 38, 36)], {}),
        ([*drift(), *silence(9, 36, 90, 36)], {}),
        ([*drift(until=11.5), *silence(9, 12, 24, 12)], {}),
        ([*drift(), *silence(9, 36, 24, 48)], {"within_m": 80_000}),
        ([*drift(), *silence(9, 36, 24, 48)], {"speed_kn": 6.0}),
        ([*drift(), *silence(9, 36, 24, 48)], {"away_from_shore_m": 3_000_000}),
        (drift(), {}),
    ],
    ids=["too short a silence", "no time to stay", "too far", "after the drift", "too long a silence",
         "too short a drift", "ends too far", "too slow a ship", "too near the shore", "nobody silent"],
)  # fmt: skip
def test_what_could_not_have_been_is_none(rows: Rows, parameters: dict[str, Any]) -> None:
    assert found(rows, **parameters) == []


def test_too_far_out_of_the_way_is_none() -> None:
    back = [(SILENT, 32.0 + k, *off(70 + 12 * k, 270), 12.0) for k in range(3)]
    there = [row for row in silence(9, 70, 32, 0) if row[1] <= 9]
    assert found([*drift(), *there, *back], within_m=250_000) == []
    (event,) = found([*drift(), *there, *back], detour_m=300_000)
    assert event["detour_m"] == pytest.approx(140 * METRES_PER_NM, rel=1e-3)


def test_its_own_speed_counts_where_it_has_shown_one() -> None:
    rows = [*drift(), *silence(9, 36, 24, 48)]
    rows += [(SILENT, 30 + k / 10, *off(90 + 2 * k, 90), 18.0) for k in range(40)]
    (event,) = found(rows)
    assert event["speed_kn"] == 18.0
    assert event["start"] == pytest.approx(DAY + hours(11), abs=timedelta(seconds=1))


def test_how_many_others_would_fit_is_said_and_too_many_are_no_event() -> None:
    rows = [*drift(), *(row for k in range(4) for row in silence(9, 36 + k, 24, 48, SILENT + k))]
    assert [event["others"] for event in found(rows)] == [3, 3, 3, 3]
    assert found(rows, most_others=2) == []
    later = silence(1, 36, 13.5, 12, SILENT + 9)  # gone before the others could come
    counts = {event["other"]: event["others"] for event in found([*drift(), *later, *silence(12, 36, 24, 48)])}
    assert counts == {SILENT: 0, SILENT + 9: 0}


def test_how_many_other_drifts_a_silence_fits_is_said_and_too_many_are_no_event() -> None:
    lone = [row for k in range(4) for row in drift(east_nm=5 * k, ship=DRIFTER + 10 + k)]
    rows = [*lone, *silence(9, 36, 24, 48)]
    assert [(event["other_drifts"], event["others"]) for event in found(rows)] == [(3, 0)] * 4
    assert len(found(rows, most_drifts=3)) == 4
    assert found(rows, most_drifts=2) == []


def test_a_drift_in_two_parts_is_one_ship_and_keeps_itself_no_company() -> None:
    twice = [row for row in drift(10, 13) if row[1] <= 14] + [row for row in drift(18, 22) if row[1] > 16]
    events = found([*twice, *silence(6, 36, 28, 48)], most_drifts=0)
    assert [event["other_drifts"] for event in events] == [0, 0]


@pytest.mark.parametrize(("apart_nm", "count"), [(0.05, 1), (1.0, 1), (2.6, 1), (2.8, 3)])
def test_ships_in_company_are_no_candidates_and_hide_no_others(apart_nm: float, count: int) -> None:
    """5 km are 2.7 miles; a third ship lies alone, and a crowd does not use up the drifts that its silence may fit."""
    rows = [*drift(), *drift(east_nm=apart_nm, ship=DRIFTER + 10), *drift(east_nm=20, ship=DRIFTER + 11)]
    rows += silence(9, 36, 24, 48)
    assert [event["ship"] for event in found(rows, most_drifts=0 if count == 1 else 5)][-1] == DRIFTER + 11
    assert len(found(rows)) == count
    assert len(found(rows, alone_m=0)) == 3


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(st.floats(0, 15), st.floats(0, 15)), min_size=2, max_size=12), st.floats(0.5, 9))
def test_who_lies_alone_is_what_plain_loops_over_all_pairs_say(
    places: list[tuple[float, float]], near_nm: float
) -> None:
    at = [(lat / 60, lon / 60) for lat, lon in places]
    rows: Rows = [(DRIFTER + 10 + k, hour / 2, 10 + lat, 179.9 + lon, 0.0)
                  for k, (lat, lon) in enumerate(at) for hour in range(20, 41)]  # fmt: skip
    apart = [[float(distance_m(*one, *two)) for two in places_of(rows)] for one in places_of(rows)]
    within = near_nm * METRES_PER_NM
    lone = [DRIFTER + 10 + k for k, row in enumerate(apart) if sum(metres <= within for metres in row) == 1]
    if all(abs(metres - within) > 1 for row in apart for metres in row):
        events = found([*rows, *silence(4, 36, 30, 48)], alone_m=within, most_drifts=99)
        assert [event["ship"] for event in events] == lone


def places_of(rows: Rows) -> list[tuple[float, float]]:
    return list({ship: (lat, lon) for ship, _, lat, lon, _ in rows}.values())


def test_a_drift_and_a_silence_over_several_midnights_are_one_candidate() -> None:
    (event,) = found([*drift(1, 39), *silence(0, 12, 60, 12)])
    assert event["hours"] > 36


@settings(deadline=None, max_examples=25)
@given(st.floats(2, 12), st.floats(2, 100), st.floats(7, 40), st.floats(2, 100), st.floats(8, 20))
def test_the_time_that_it_could_have_been_there_is_what_arithmetic_says(
    start: float, nm: float, lasted: float, end_nm: float, knots: float
) -> None:
    rows = [*drift(), *silence(start, nm, start + lasted, end_nm)]
    events = found(rows, speed_kn=knots)
    there = max(10.0, start + nm / knots)
    back = min(20.0, start + lasted - end_nm / knots)
    ends = float(distance_m(*off(nm, 270), *OCEAN)), float(distance_m(*off(end_nm), *OCEAN))
    if abs(back - there - 2.0) > 0.5 and max(ends) < 199_000:
        assert len(events) == (back - there >= 2.0)
    for event in events:
        assert event["hours"] == pytest.approx(back - there, abs=0.4)


def test_the_docstring_says_candidate_and_names_every_parameter() -> None:
    detector = dark_encounter()
    text = sections(detector.about)
    assert tuple(text) == HEADINGS
    assert "a candidate, not a finding" in detector.about.splitlines()[0]
    assert detector.innocent[0].startswith("Nobody was there")
    for name in signature(dark_encounter).parameters:
        assert f"{name}:" in text["Parameters"]
    with pytest.raises(WrongUse, match="no silence could be"):
        dark_encounter(silent_for=hours(80))
