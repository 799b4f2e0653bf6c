"""When a plant counts as found, and what an event is that is no plant."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from bench.matching import Event

from bench import matching
from darkwake import synth
from darkwake.synth import Planted, disguises, displaced

START = datetime(2025, 9, 1, 12)
MET = Planted("encounter", 1, START, START + timedelta(hours=4), 10.0, 20.0, "", other=2, pattern="heard")


def event(kind: str = "encounter", ship: int = 1, other: int | None = 2, *, after_h: float = 1.0, lat: float = 10.1,
          pattern: str = "") -> Event:  # fmt: skip
    start = START + timedelta(hours=after_h)
    return Event(kind, ship, other, start, start + timedelta(hours=2), ((lat, 20.0),), pattern, {})


@pytest.mark.parametrize(
    ("found", "one"),
    [
        (True, event()),
        (True, event(ship=2, other=1)),
        (False, event(other=3)),
        (False, event(after_h=5.5)),
        (False, event(lat=11.0)),
        (False, event(kind="dark_encounter")),
    ],
)
def test_a_meeting_is_found_by_both_ships_its_time_and_its_place(found: bool, one: Event) -> None:
    assert matching.matches(MET, one) == found


@pytest.mark.parametrize(("pattern", "found"), [("two_places", True), ("changed", False)])
def test_a_false_identity_is_found_by_its_pattern(pattern: str, found: bool) -> None:
    clone = Planted("false_identity", 1, START, START + timedelta(hours=4), 0.0, 0.0, "", other=2, pattern="clone")
    assert matching.matches(clone, event("false_identity", other=None, pattern=pattern)) == found


def test_each_event_is_sorted_by_what_was_planted_and_what_is_true() -> None:
    world = synth.make(1, days=3, ships=6)
    one, two, three = (ship.mmsi for ship in world.ships[:3])
    start = world.start + timedelta(hours=20)
    world = displaced.burst(world, one, start, start + timedelta(hours=2), bearing=90.0, km=100.0)
    world = disguises.wrong_imo(world, two)
    events = [
        Event("false_position", ship, None, start, start + timedelta(hours=1), ((24.0, 58.0),), pattern, {})
        for ship, pattern in ((one, "jump"), (two, "jump"), (three, "jump"), (three, "stray_fix"))
    ]
    outcomes = [judged.outcome for judged in matching.judged(world, "false_position", events)]
    assert outcomes == ["found", "another", "false", "note"]


def test_a_drift_that_nobody_planted_is_true_and_a_passage_is_not() -> None:
    world = synth.make(1, days=3, ships=6)
    rows = world.truth.partition_by("ship", "status", maintain_order=True)
    lies_still = next(part for part in rows if part["status"][0] == 1 and len(part) > 20)
    sails = next(part for part in rows if part["status"][0] == 0)
    found = [
        Event("loitering", part["ship"][0], None, part["time"][2], part["time"][12], ((0.0, 0.0),), "", {})
        for part in (lies_still, sails)
    ]
    assert [judged.outcome for judged in matching.judged(world, "loitering", found)] == ["true", "false"]
