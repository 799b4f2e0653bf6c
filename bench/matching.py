"""How what a detector says is laid beside what was planted: when a plant counts as found, and an event as false.

Found: an event of the kind names the plant's ships (both of them where there are two; one of its numbers for a false
identity), overlaps it in time (widened by an hour each way), and where the plant has a true place, begins or ends
within 30 km of it. A false identity's event also has the pattern that the plant is of.

Every other event is one of
    true       not planted, but so in the truth: the ships did lie together or drift as the event says
    another    of a ship to which another plant happened in that time (a clone's number jumps; a ship that meets drifts)
    note       a stray fix or a wrong clock, which the detector itself says to mean little
    false      all the rest
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from darkwake import geo
from darkwake.synth import Planted, World

PATTERNS = {
    "clone": ("two_places",),
    "renumbered": ("changed",),
    "renumbered without IMO": ("changed", "continued"),
    "wrong check digit": ("impossible_imo",),
    "call sign": ("flag_mismatch",),
    "size": ("size_changed",),
    "shared IMO": ("one_imo_two_ships",),
}
"""A planted false identity -> the detector's words for it."""
NOTES = ("stray_fix", "wrong_time")
NEAR_M = 30_000.0
SLACK = timedelta(hours=1)
_LIES = ("false_identity", "false_position", "interference")


@dataclass(frozen=True, slots=True)
class Event:
    """One row of EVENTS, or of INTERFERENCE with its area as places."""

    kind: str
    ship: int | None
    other: int | None
    start: datetime
    end: datetime
    places: tuple[tuple[float, float], ...]
    pattern: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """An event, and what it is: "found", "true", "another", "note" or "false"; `why` names plant, role or pattern."""

    event: Event
    outcome: str
    why: str


def of_events(table: pl.DataFrame, until: datetime) -> list[Event]:
    """Rows of EVENTS; an open end is the end of the data."""
    found = []
    for row in table.iter_rows(named=True):
        details = json.loads(row["details"]) if row["details"] else {}
        places = tuple(
            (row[f"{end}_lat"], row[f"{end}_lon"]) for end in ("start", "end") if row[f"{end}_lat"] is not None
        )
        pattern = str(details.get("pattern", ""))
        found.append(
            Event(row["kind"], row["ship"], row["other"], row["start"], row["end"] or until, places, pattern, details)
        )
    return found


def of_areas(table: pl.DataFrame) -> list[Event]:
    """Rows of INTERFERENCE."""
    return [
        Event("interference", None, None, row["start"], row["end"], ((row["south"], row["west"]),
              (row["north"], row["east"])), "", row)
        for row in table.iter_rows(named=True)
    ]  # fmt: skip


def recalled(kind: str, planted: list[Planted], events: list[Event]) -> list[tuple[Planted, bool]]:
    """Each plant of a kind, and whether it was found."""
    return [(one, any(matches(one, event) for event in events)) for one in planted if one.kind == kind]


def matches(one: Planted, event: Event) -> bool:
    """Whether an event is what was planted."""
    if event.kind != one.kind or not _overlap(one, event):
        return False
    if one.kind == "interference":
        return _in_area(one, event)
    named = {event.ship, event.other} - {None}
    if one.kind in ("encounter", "dark_encounter"):
        return named == {one.ship, one.other} and _near(one, event)
    if one.kind == "loitering":
        return event.ship == one.ship and _near(one, event)
    if one.kind == "false_identity":
        fits = not event.pattern or event.pattern in PATTERNS[one.pattern or ""]
        return bool(named & {one.ship, one.other}) and fits
    return event.ship == one.ship and event.pattern not in NOTES


def judged(world: World, kind: str, events: list[Event]) -> Iterator[Judged]:
    """What each event is, see the head of this file."""
    mine = [one for one in world.planted if one.kind == kind]
    others = [one for one in world.planted if one.kind != kind or kind == "dark_encounter"]
    truth = _Truth(world)
    for event in events:
        hit = next((one for one in mine if matches(one, event)), None)
        role = "/".join(sorted({world.roles.get(ship, "nobody's number")
                                for ship in (event.ship, event.other) if ship is not None}))  # fmt: skip
        if hit is not None:
            yield Judged(event, "found", hit.pattern or "")
        elif event.pattern in NOTES:
            yield Judged(event, "note", f"{event.pattern}: {role}")
        elif truth.bears_out(event):
            yield Judged(event, "true", role)
        elif any(_touched(one, event) for one in others) or any(_same_ship(one, event) for one in mine):
            yield Judged(event, "another", f"{event.pattern or kind}: {role}")
        else:
            yield Judged(event, "false", f"{event.pattern or kind}: {role}")


def _overlap(one: Planted, event: Event) -> bool:
    return event.start <= one.end + SLACK and event.end >= one.start - SLACK


def _near(one: Planted, event: Event) -> bool:
    return any(float(geo.distance_m(one.lat, one.lon, *place)) <= NEAR_M for place in event.places)


def _in_area(one: Planted, event: Event) -> bool:
    (south, west), (north, east) = event.places
    lat = min(max(one.lat, south), north)
    span = (east - west) % 360.0
    lon = one.lon if (one.lon - west) % 360.0 <= span else west
    ends = [float(geo.distance_m(one.lat, one.lon, lat, at)) for at in (lon, east)]
    return min(ends) <= (one.radius_m or 0.0) + NEAR_M


def _same_ship(one: Planted, event: Event) -> bool:
    return bool({event.ship, event.other} & {one.ship, one.other} - {None}) and _overlap(one, event)


def _touched(one: Planted, event: Event) -> bool:
    """Whether a plant of another kind befell one of the event's ships, or its area while it was there."""
    if one.kind == "interference" and event.kind != "interference":
        reach = (one.radius_m or 0.0) + 60_000.0
        return _overlap(one, event) and any(
            float(geo.distance_m(one.lat, one.lon, *place)) <= reach for place in event.places
        )
    return _same_ship(one, event)


class _Truth:
    """What the ships really did."""

    def __init__(self, world: World) -> None:
        table = world.truth.sort("ship", "time")
        ships, first = np.unique(table["ship"].to_numpy(), return_index=True)
        ends = np.append(first[1:], len(table))
        self._rows = dict(zip(ships.tolist(), zip(first.tolist(), ends.tolist(), strict=True), strict=True))
        self._time = table["time"].to_physical().to_numpy()
        self._lat, self._lon = table["lat"].to_numpy(), table["lon"].to_numpy()

    def bears_out(self, event: Event) -> bool:
        """Whether a meeting or a drift was one, though nobody planted it."""
        if event.kind == "loitering":
            return self._slow(event.ship, event)
        if event.kind == "encounter":
            return self._close(event) and self._slow(event.ship, event) and self._slow(event.other, event)
        return False

    def _during(self, ship: int | None, event: Event) -> tuple[Any, Any, Any]:
        """Microseconds and places every ten minutes of an event, as far as the ship was about."""
        first, after = self._rows.get(ship or -1, (0, 0))
        own = slice(first, after)
        since, until = (
            int((one - datetime(1970, 1, 1)) / timedelta(microseconds=1)) for one in (event.start, event.end)
        )
        time = np.arange(since, until + 1, 600_000_000)
        if after <= first:
            return time[:0], np.zeros(0), np.zeros(0)
        time = time[(time >= self._time[first]) & (time <= self._time[after - 1])]
        return time, *(np.interp(time, self._time[own], column[own]) for column in (self._lat, self._lon))

    def _slow(self, ship: int | None, event: Event) -> bool:
        """Under 2.3 kn over half an hour, most of the time."""
        time, lat, lon = self._during(ship, event)
        if len(time) < 4:
            return False
        knots = geo.distance_m(lat[:-3], lon[:-3], lat[3:], lon[3:]) / 1_800 / geo.KNOT_MS
        return float(np.median(knots)) < 2.3

    def _close(self, event: Event) -> bool:
        one, two = self._during(event.ship, event), self._during(event.other, event)
        if len(one[0]) < 4 or len(one[0]) != len(two[0]):
            return False
        return float(np.median(geo.distance_m(*one[1:], *two[1:]))) < 600.0
