"""Encounters against the rule told plainly, pair by pair; the places where cells have edges; what a crowd costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from inspect import signature
from itertools import combinations
from statistics import median, median_low
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import HEADINGS, company, hours, near, sections
from darkwake.events.beyond import Anchorages, beyond
from darkwake.events.encounter import encounter
from darkwake.events.paired import MOST_COUNTED
from darkwake.geo import METRES_PER_NM, bearing_deg, destination, distance_m
from made_positions import DAY, frame, positions

ONE, TWO, THREE = 911000001, 911000002, 911000003
NOWHERE = schema.empty(schema.PORTS)
HARBOUR = pl.DataFrame([("ZZAAA", "Invented Harbour", "ZZ", 10.0, 60.0)], schema=schema.PORTS, orient="row")
MINUTES = timedelta(minutes=1)


def lying(
    ship: int, lat: float, lon: float, since: float, until: float, every: float = 0.25
) -> Iterator[tuple[int, float, float, float, float]]:
    """A ship that lies at a place, heard every quarter of an hour."""
    yield from ((ship, float(hour), lat, lon, 0.1) for hour in np.arange(since, until + 1e-9, every))


def found(table: pl.DataFrame, **parameters: Any) -> list[dict[str, Any]]:
    events = encounter(**({"anchorages": NOWHERE} | parameters)).run(table)
    assert schema.problems(events, schema.EVENTS) == []
    return [{**row, **json.loads(str(row["details"]))} for row in events.iter_rows(named=True)]


def beside(lat: float, lon: float, metres: float, bearing: float = 90.0) -> tuple[float, float]:
    north, east = destination(lat, lon, bearing, metres)
    return float(north), float(east)


def test_two_ships_close_for_two_hours_are_one_encounter_with_its_numbers() -> None:
    table = positions([*lying(TWO, 10.0, 61.0, 0, 6), *lying(ONE, *beside(10.0, 61.0, 300), 2, 4)])
    (event,) = found(table, anchorages=HARBOUR)
    assert (event["ship"], event["other"]) == (ONE, TWO)
    assert (event["start"], event["end"]) == (DAY + hours(2), DAY + hours(4))
    assert (event["hours"], event["together_h"], event["slots"], event["meetings"]) == (2.0, 2.0, 13, 1)
    assert event["distance_m"] == {"least": 300.0, "median": 300.0}
    assert event["company"] == 0
    assert (event["ship_kn"], event["other_kn"]) == (0.0, 0.0)
    assert event["anchorage"]["name"] == "Invented Harbour"
    assert event["anchorage"]["distance_m"] == pytest.approx(distance_m(10.0, 60.0, *beside(10.0, 61.0, 150)), abs=1)
    cited = {item["first_row"] for item in event["sources"]}
    whose = dict(table.select("row", "ship").iter_rows())
    assert {whose[row] for row in cited} == {ONE, TWO}


@pytest.mark.parametrize(
    "rows",
    [
        [*lying(ONE, 10, 61, 0, 1.9), *lying(TWO, *beside(10, 61, 300), 0, 1.9)],
        [*lying(ONE, 10, 61, 0, 5), *lying(TWO, *beside(10, 61, 510), 0, 5)],
        [*lying(ONE, 10, 60.05, 0, 5), *lying(TWO, *beside(10, 60.05, 300), 0, 5)],
        [(ship, k / 4, *beside(10, 61 + apart, k / 4 * 3 * METRES_PER_NM), 3.0)
         for ship, apart in ((ONE, 0.0), (TWO, 0.001)) for k in range(20)],
    ],
    ids=["too short", "too far", "at an anchorage", "under way"],
)  # fmt: skip
def test_what_is_short_far_at_anchor_or_under_way_is_none(rows: list[tuple[int, float, float, float, float]]) -> None:
    assert found(positions(rows), anchorages=HARBOUR) == []


def test_meetings_less_than_four_hours_apart_are_one_encounter() -> None:
    rows = [*lying(ONE, 10, 61, 0, 12), *lying(TWO, *beside(10, 61, 100), 0, 3)]
    rows += [*lying(TWO, *beside(10, 61, 5000), 3.25, 5.75), *lying(TWO, *beside(10, 61, 100), 6, 9)]
    (event,) = found(positions(rows))
    assert (event["hours"], event["together_h"], event["meetings"]) == (9.0, 6.0, 2)
    assert [event["hours"] for event in found(positions(rows), merge_within=hours(2))] == [3.0, 3.0]


def test_no_ship_is_placed_in_a_silence_of_more_than_an_hour() -> None:
    rows = [*lying(ONE, 10, 61, 0, 6), *lying(TWO, *beside(10, 61, 100), 0, 6, every=1.0)]
    assert len(found(positions(rows))) == 1
    rows = [*lying(ONE, 10, 61, 0, 6), *lying(TWO, *beside(10, 61, 100), 0, 6, every=1.01)]
    assert found(positions(rows)) == []


def crowd(ships: int, until: float) -> list[tuple[int, float, float, float, float]]:
    """Two ships side by side, and so many others that lie 2 to 4 km from them and far from each other."""
    rows = [*lying(ONE, 10, 61, 0, 6), *lying(TWO, *beside(10, 61, 300), 0, 6)]
    for number in range(ships):
        rows += lying(THREE + number, *beside(10, 61, 2000 + 1000 * (number % 3), number * 30.0), 0, until)
    return rows


def test_two_ships_in_company_are_told_by_gfw_and_left_out_by_default() -> None:
    assert [event["company"] for event in found(positions(crowd(3, 6.0)), preset="gfw")] == [3]
    assert found(positions(crowd(3, 6.0))) == []
    assert [event["company"] for event in found(positions(crowd(2, 6.0)))] == [2]
    assert [event["company"] for event in found(positions(crowd(3, 6.0)), most_company=3)] == [3]
    assert [event["company"] for event in found(positions(crowd(3, 6.0)), company_m=2500.0)] == [1]


def test_company_for_less_than_half_of_the_time_is_none() -> None:
    assert [event["company"] for event in found(positions(crowd(5, 2.75)))] == [0]
    assert found(positions(crowd(5, 3.25))) == []


def test_ships_that_pass_are_no_company_and_ships_close_to_an_anchorage_are() -> None:
    way = [(THREE + n, 6 + k / 4, *beside(10, 61 + n / 100, k / 4 * 6 * METRES_PER_NM, 0.0), 6.0)
           for n in range(5) for k in range(-24, 25)]  # fmt: skip
    pair = [*lying(ONE, 10, 61, 0, 12), *lying(TWO, *beside(10, 61, 300), 0, 12)]
    (event,) = found(positions([*pair, *way]))
    assert (event["company"], event["hours"]) == (0, 12.0)
    lat, lon = beside(10.0, 60.0, 10_500)
    rows = [*lying(ONE, lat, lon, 0, 6), *lying(TWO, *beside(lat, lon, 300, 0.0), 0, 6)]
    for number in range(3):  # 6.5 km from the harbour, for moments that are too few for a meeting
        for since in (0, 1.5, 3, 4.5):
            rows += lying(THREE + number, *beside(10.0, 60.0, 6500 + number), since, since + 1.0, every=0.5)
    table = positions(rows)
    assert [event["company"] for event in found(table, anchorages=HARBOUR, preset="gfw")] == [3]


def test_more_company_than_is_counted_is_told_as_so_many() -> None:
    assert [event["company"] for event in found(positions(crowd(12, 6.0)), preset="gfw")] == [MOST_COUNTED]


def test_starboard_counts_very_close_ships_sooner() -> None:
    near_by, farther = beside(10, 61, 40), beside(10, 61, 150)
    short = positions([*lying(ONE, 10, 61, 0, 0.25, 0.05), *lying(TWO, *near_by, 0, 0.25, 0.05)])
    (event,) = found(short, preset="starboard")
    assert event["hours"] == pytest.approx(14 / 60, abs=1e-4)
    longer = [*lying(ONE, 10, 61, 0, 0.6, 0.05), *lying(TWO, *farther, 0, 0.25, 0.05)]
    assert found(positions(longer), preset="starboard") == []
    assert len(found(positions([*longer, *lying(TWO, *farther, 0.3, 0.6, 0.05)]), preset="starboard")) == 1
    assert found(short) == []


def test_a_parameter_replaces_the_presets() -> None:
    table = positions([*lying(ONE, 10, 61, 0, 1), *lying(TWO, *beside(10, 61, 700), 0, 1)])
    assert found(table) == found(table, within_m=800.0) == found(table, for_at_least=hours(1)) == []
    assert len(found(table, within_m=800.0, for_at_least=hours(1))) == 1
    assert len(found(table, preset="starboard", within_m=800.0)) == 1


@pytest.mark.parametrize(
    ("lat", "lon"), [(0, 180), (0, -180), (60, 179.9999), (89.9999, 20), (-90, 0), (0, 0), (45, 90)]
)
@pytest.mark.parametrize("bearing", [0.0, 45.0, 90.0, 225.0])
def test_a_meeting_across_any_edge_is_one_meeting(lat: float, lon: float, bearing: float) -> None:
    """Both drift over the edge in six hours, across midnight, 400 m apart all the while."""
    rows = []
    for k in range(25):
        here = destination(lat, lon, bearing, abs(k - 12) * 250.0) if k >= 12 else destination(
            lat, lon, bearing + 180, (12 - k) * 250.0)  # fmt: skip
        rows.append((ONE, 21 + k / 4, float(here[0]), float(here[1]), 0.5))
        rows.append((TWO, 21 + k / 4, *beside(float(here[0]), float(here[1]), 400, bearing), 0.5))
    (event,) = found(positions(rows))
    assert (event["hours"], event["meetings"]) == (6.0, 1)
    assert event["distance_m"]["median"] == pytest.approx(400, abs=15)


def test_three_ships_make_three_encounters_and_renaming_swaps_the_sides() -> None:
    rows = [*lying(ONE, 10, 61, 0, 4), *lying(TWO, *beside(10, 61, 200), 0, 4)]
    rows += [*lying(THREE, *beside(10, 61, 100), 0, 3)]
    table = positions(rows)
    assert [(event["ship"], event["other"]) for event in found(table)] == [(ONE, TWO), (ONE, THREE), (TWO, THREE)]
    turned = found(schema.in_order(table.with_columns(ship=5 * TWO - pl.col("ship"))))
    assert sorted((5 * TWO - event["other"], 5 * TWO - event["ship"], event["hours"]) for event in turned) == sorted(
        (event["ship"], event["other"], event["hours"]) for event in found(table)
    )


def test_two_ships_under_one_number_are_not_placed_between_each_other() -> None:
    rows = [(ONE, k / 10, 10.0, 61.0 + (k % 2), 0.0) for k in range(60)]
    middle = [*lying(TWO, 10.0, 61.5, 0, 6, 0.1)]
    assert found(positions([*rows, *middle]), within_m=60_000.0) == []


Track = dict[int, tuple[float, float]]


STEP = 10 * MINUTES


def placed(table: pl.DataFrame, start: datetime) -> Track:
    """Where one ship was every ten minutes from `start`, as a loop over its positions."""
    track: Track = {}
    rows = list(table.sort("time").select("time", "lat", "lon").iter_rows())
    for (time, lat, lon), after in zip(rows, [*rows[1:], None], strict=True):
        slot = -((start - time) // STEP)
        if after is None or after[0] - time > hours(1):
            if start + slot * STEP == time:
                track[slot] = (lat, lon)
            continue
        far, way = float(distance_m(lat, lon, *after[1:])), bearing_deg(lat, lon, *after[1:])
        while start + slot * STEP < after[0]:
            moved = destination(lat, lon, way, far * ((start + slot * STEP - time) / (after[0] - time)))
            track[slot] = (float(moved[0]), float(moved[1]))
            slot += 1
    return track


def knots(track: Track, slot: int) -> float:
    """The mean speed over the ways to the slots before and after."""
    pairs = [(k, k + 1) for k in (slot - 1, slot) if k in track and k + 1 in track]
    ways = [float(distance_m(*track[one], *track[two])) for one, two in pairs]
    return sum(ways) / len(ways) / METRES_PER_NM * 6 if ways else float("inf")


def plainly(
    table: pl.DataFrame, within_m: float, least: timedelta, merge: timedelta, away_m: float, company_m: float
) -> list[Any]:
    """The rule as loops over pairs and slots: (ship, other, start, end, slots, company, median distance)."""
    start = table["time"].min()
    assert isinstance(start, datetime)
    where = {int(str(ship)): placed(part, start) for (ship,), part in table.group_by("ship")}
    result = []
    for pair in combinations(sorted(where), 2):
        one, two = (where[ship] for ship in pair)
        meetings: list[list[int]] = []
        for k in sorted(set(one) & set(two)):
            at_sea = min(float(distance_m(*track[k], 10.0, 60.0)) for track in (one, two)) >= away_m
            if at_sea and distance_m(*one[k], *two[k]) <= within_m:
                if not (meetings and k - meetings[-1][-1] == 1):
                    meetings.append([])
                meetings[-1].append(k)
        merged: list[list[int]] = []
        for meeting in meetings:
            slow = all(median(knots(track, k) for k in meeting) < 2.0 for track in (one, two))
            if slow and (meeting[-1] - meeting[0]) * STEP >= least:
                if not (merged and (meeting[0] - merged[-1][-1]) * STEP < merge):
                    merged.append([])
                merged[-1].extend(meeting)
        for run in merged:
            apart = median(float(distance_m(*one[k], *two[k])) for k in run)
            others = [where[ship] for ship in where if ship not in pair]
            round_each = [
                max(sum(k in track and knots(track, k) < 2.0 and distance_m(*own[k], *track[k]) <= company_m
                        for track in others) for own in (one, two))
                for k in run
            ]  # fmt: skip
            times = (start + run[0] * STEP, start + run[-1] * STEP)
            result.append((*pair, *times, len(run), median_low(round_each), round(apart, 1)))
    return result


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_random_worlds_equal_the_plain_rule(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = []
    middle = (10.0, float(rng.choice([60.07, 60.2, 180.0])))
    for number in range(5):
        hour = np.cumsum(rng.choice([0.05, 0.2, 0.5, 0.95, 1.3], 60, p=[0.3, 0.3, 0.2, 0.15, 0.05]))
        step = rng.normal(0, 150, (2, 60)) * (1 + 15 * (rng.random(60) < 0.05))
        east, north = np.cumsum(step, axis=1) * rng.choice([0.2, 1.0]) + rng.normal(0, 500, (2, 1))
        lat, lon = destination(
            np.full(60, middle[0]), np.full(60, middle[1]), np.degrees(np.arctan2(east, north)), np.hypot(east, north)
        )
        parts.append(frame(np.full(60, ONE + number), hour, lat, lon, np.zeros(60)))
    table = schema.in_order(pl.concat(parts))
    rule = {"within_m": 600.0, "for_at_least": hours(1), "merge_within": hours(2), "company_m": 1000.0}
    got = [
        (event["ship"], event["other"], event["start"], event["end"], event["slots"], event["company"],
         event["distance_m"]["median"])
        for event in found(table, preset="gfw", anchorages=HARBOUR, **rule)
    ]  # fmt: skip
    wanted = plainly(table, 600.0, hours(1), hours(2), 10_000.0, 1000.0)
    assert [row[:6] for row in sorted(got)] == [row[:6] for row in sorted(wanted)]
    assert [row[6] for row in sorted(got)] == pytest.approx([row[6] for row in sorted(wanted)], abs=0.2)
    alone = found(table, anchorages=HARBOUR, most_company=1, **rule)
    assert [event["company"] for event in alone] == [row[5] for row in got if row[5] <= 1]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(0.0, 180.0), (90.0, 0.0), (-89.9, 10.0), (30.0, 50.0), (0, 0)]))
def test_pairs_are_those_that_asking_every_pair_finds(seed: int, middle: tuple[float, float]) -> None:
    rng = np.random.default_rng(seed)
    lat, lon = destination(
        np.full(60, middle[0]), np.full(60, middle[1]), rng.uniform(0, 360, 60), rng.uniform(0, 1500, 60)
    )
    group = rng.integers(0, 3, 60) * 10**6
    every = distance_m(lat[:, None], lon[:, None], lat[None], lon[None]) <= 500
    every &= group[:, None] == group[None]
    where = near.Places.of(group, lat, lon)
    pairs = [(int(a), int(b)) for one, two, _ in near.among(where, 500.0) for a, b in zip(one, two, strict=True)]
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) == {(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(every, 1)), strict=True)}
    left, right = near.Places.of(group[:25], lat[:25], lon[:25]), near.Places.of(group[25:], lat[25:], lon[25:])
    pairs = [
        (int(a), int(b)) for one, two, _ in near.between(left, right, 500.0) for a, b in zip(one, two, strict=True)
    ]
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) == {(int(a), int(b)) for a, b in zip(*np.nonzero(every[:25, 25:]), strict=True)}


def test_two_thousand_ships_in_one_place_come_in_pieces() -> None:
    where = near.Places.of(np.zeros(2000, np.int64), np.full(2000, 10.0), np.linspace(61.0, 61.0002, 2000))
    pieces = [len(one) for one, _, _ in near.among(where, 500.0)]
    assert sum(pieces) == 2000 * 1999 // 2
    assert max(pieces) <= near.CANDIDATES + 2000


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(0.0, 180.0), (90.0, 0.0), (30.0, 50.0)]), st.integers(1, 40))
def test_company_is_what_asking_every_pair_counts(seed: int, middle: tuple[float, float], most: int) -> None:
    rng = np.random.default_rng(seed)
    lat, lon = destination(
        np.full(90, middle[0]), np.full(90, middle[1]), rng.uniform(0, 360, 90), rng.exponential(1500, 90)
    )
    group, who = rng.integers(0, 2, 90), rng.random(90) < 0.7
    close = (distance_m(lat[:, None], lon[:, None], lat[None], lon[None]) <= 1000) & (group[:, None] == group[None])
    close &= who[None] & ~np.eye(90, dtype=bool)
    whose = np.flatnonzero(rng.random(90) < 0.8)
    got = company.counted(near.Places.of(group, lat, lon), whose, who, 1000.0, most)
    assert got.tolist() == np.minimum(close.sum(axis=1), most)[whose].tolist()


def test_a_crowd_is_counted_without_laying_it_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    real = near.between

    def watched(*asked: Any) -> Iterator[Any]:
        for one, two, metres in real(*asked):
            measured.append(len(one))
            yield one, two, metres

    monkeypatch.setattr(near, "between", watched)
    rng = np.random.default_rng(3)
    lat, lon = destination(np.full(4000, 10.0), np.full(4000, 61.0), rng.uniform(0, 360, 4000),
                           3000 * np.sqrt(rng.random(4000)))  # fmt: skip
    every = np.arange(4000)
    got = company.counted(near.Places.of(every * 0, lat, lon), every, every >= 0, 5000.0, 11)
    assert set(got.tolist()) == {11}
    assert sum(measured) < 100 * 4000


def test_far_from_anchorages_is_what_asking_for_every_distance_says() -> None:
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(-90, 90, 3000), rng.uniform(-180, 180, 3000)
    lat[:1500], lon[:1500] = destination(10.0, 60.0, rng.uniform(0, 360, 1500), rng.uniform(5000, 15_000, 1500))
    around = Anchorages.of(HARBOUR, "here")
    far = around.beyond(lat, lon, 10_000.0)
    assert np.array_equal(far, around.distance_m(lat, lon) >= 10_000.0)
    assert 500 < int((~far).sum()) < 1000
    asked: list[int] = []

    def counted(lat: np.ndarray[Any, Any], lon: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        asked.append(len(lat))
        return around.distance_m(lat, lon)

    many = np.repeat(lat[:20] + 1, 1000), np.repeat(lon[:20], 1000)
    assert beyond(counted, *many, 10_000.0).all()
    assert sum(asked) <= 20


def test_the_docstring_has_the_headings_and_names_every_parameter() -> None:
    detector = encounter()
    text = sections(detector.about)
    assert tuple(text) == HEADINGS
    assert len(detector.innocent) >= 8
    for name in signature(encounter).parameters:
        assert f"{name}:" in text["Parameters"]


def test_nonsense_is_refused_in_words() -> None:
    wrong: Any = "windward"
    with pytest.raises(WrongUse, match="no preset 'windward'"):
        encounter(preset=wrong)
    with pytest.raises(WrongUse, match="cannot be placed every 2:00:00"):
        encounter(resample=hours(2))
    with pytest.raises(WrongUse, match="closer than nothing"):
        encounter(within_m=0)
    with pytest.raises(WrongUse, match="company cannot be 10 ships within 5000 m"):
        encounter(most_company=10)
    with pytest.raises(WrongUse, match="company cannot be 2 ships within 0 m"):
        encounter(company_m=0)
    with pytest.raises(WrongUse, match="not PORTS"):
        encounter(anchorages=pl.DataFrame({"port": ["ZZAAA"]}))
