"""Interference: many ships displaced at once are one area; few, or at other times or places, are none."""

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
from darkwake.events.false_position import false_position
from darkwake.events.interference import interference
from made_false import SHIP, offset, track
from made_positions import DAY

HOUR = timedelta(hours=1)


def fleet(count: int, *, step_h: float = 0.0, lon: float = 60.0, lat: float = 24.0) -> pl.DataFrame:
    """Ships side by side, 10 km apart, each displaced for three hours; `step_h` later than the one before."""
    ships = [
        offset(
            track(ship=SHIP + number, start=(lat + 0.09 * number, lon), course=90, knots=8),
            7.99 + step_h * number, 10.99 + step_h * number, bearing=30.0 + 25.0 * number,
        )
        for number in range(count)
    ]  # fmt: skip
    return schema.in_order(pl.concat(ships))


def areas(table: pl.DataFrame, **parameters: object) -> pl.DataFrame:
    found = interference(false_position().run(table), **parameters)  # type: ignore[arg-type]  # as a caller writes them
    assert schema.problems(found, schema.INTERFERENCE) == []
    return found


def test_five_ships_at_once_are_one_area_with_box_hours_and_events() -> None:
    table = fleet(5)
    area = areas(table).row(0, named=True)
    assert (area["ships"], area["positions"]) == (5, 5 * 36)
    assert abs(area["start"] - (DAY + 8 * HOUR)) < timedelta(minutes=1)
    assert abs(area["end"] - (DAY + 11 * HOUR)) < timedelta(minutes=10)
    assert area["events"] == sorted(false_position().run(table)["id"])
    assert 23.9 < area["south"] < area["north"] < 24.5
    assert 61 < area["west"] < area["east"] < 62.5
    assert "5 ships whose tracks lay between 23.99° N" in area["says"]
    assert areas(table).height == 1


def test_three_ships_are_none_and_how_many_are_needed_can_be_said() -> None:
    assert areas(fleet(3)).is_empty()
    assert areas(fleet(3), at_least_ships=3).height == 1
    assert areas(schema.empty(schema.POSITIONS)).is_empty()


def test_ships_displaced_one_after_the_other_are_none() -> None:
    assert areas(fleet(5, step_h=4)).is_empty()


def test_two_waters_are_two_areas() -> None:
    both = pl.concat([fleet(4), fleet(4, lon=75.0, lat=10.0).with_columns(pl.col("ship") + 100)])
    found = areas(schema.in_order(both))
    assert found["ships"].to_list() == [4, 4]
    assert not set(found["events"][0]) & set(found["events"][1])


def test_an_area_across_the_antimeridian_has_its_west_greater_than_its_east() -> None:
    area = areas(fleet(4, lon=178.55)).row(0, named=True)
    assert 179 < area["west"] <= 180
    assert -180 <= area["east"] < -179
    assert "E and" in area["says"]


def test_what_is_no_displacement_does_not_count() -> None:
    events = false_position().run(fleet(5))
    other = events.with_columns(
        pl.col("details").str.replace('"pattern":"jump"', '"pattern":"wrong_time"', literal=True)
    )
    assert interference(other).is_empty()
    assert interference(events.with_columns(kind=pl.lit("gap"))).is_empty()


def test_what_makes_no_sense_is_refused() -> None:
    events = schema.empty(schema.EVENTS)
    with pytest.raises(WrongUse, match="makes no sense"):
        interference(events, at_least_ships=1)
    with pytest.raises(WrongUse, match="not EVENTS"):
        interference(events.drop("id"))


EVENTS = false_position().run(pl.concat([fleet(6, step_h=0.5), fleet(5, lon=75).with_columns(pl.col("ship") + 100)]))


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(-(10**9), 10**9))
def test_any_order_gives_the_same_areas_and_clocks_shift_them(seed: int, shift_s: int) -> None:
    whole = interference(EVENTS)
    assert whole.height == 2
    mixed = EVENTS[np.random.default_rng(seed).permutation(EVENTS.height)]
    assert interference(mixed).equals(whole)
    shift = timedelta(seconds=shift_s)
    moved = EVENTS.with_columns(
        pl.col("start", "end") + shift,
        pl.col("details").map_elements(lambda text: _shifted(text, shift), return_dtype=pl.String),
    )
    found = interference(moved).with_columns(pl.col("start", "end") - shift)
    assert found.drop("id", "says").sort("west").equals(whole.drop("id", "says").sort("west"))


def _shifted(text: str, shift: timedelta) -> str:
    """Details with the times of their stretches moved."""
    details = json.loads(text)
    details["stretches"] = [
        [f"{(datetime.fromisoformat(word.removesuffix('Z')) + shift).isoformat()}Z" for word in pair]
        for pair in details["stretches"]
    ]
    return json.dumps(details)
