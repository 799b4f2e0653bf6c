"""Lays what was planted beside what a case found: one row each, and the alarms that nothing planted explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from darkwake import geo, ports
from darkwake.synth.world import Planted

Outcome = Literal["found", "found otherwise", "missed", "left out", "false alarms", "no false alarm"]
SWITCHED_OFF = "likely switched off"
NOT_THE_SHIP = ("poor reception", "receiver outage", "area-wide silence")
_NEAR_PORT_M = 30_000.0
_AT_SEA = ("encounter", "dark_encounter", "false_identity", "false_position", "loitering")
"""Planted kinds that an event of the same kind finds."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One row: what was planted, what the case holds of it, and whether the two agree."""

    planted: str
    found: str
    outcome: Outcome


def compare(planted: Sequence[Planted], case: Mapping[str, Any]) -> list[Compared]:
    """What was planted against a case (the content of case.json), in the order of `planted`.

    "found": the case says what was planted. "found otherwise": it saw the silence and read it differently.
    "missed": it has nothing. A planted silence counts as seen when a gap overlaps at least half of it.
    """
    gaps = _gaps(case)
    offs = [one for one in planted if one.kind == "switch_off"]
    return [_row(one, gaps, case, offs) for one in planted]


def false_alarms(planted: Sequence[Planted], case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The case's gaps read as "likely switched off" in which nobody switched off, in the order of the case.

    A number that a ship gave up for another one is no longer sent: its silence is none of these.
    """
    gave_up = [one for one in planted if one.kind == "false_identity" and str(one.pattern).startswith("renumbered")]
    offs = [one for one in planted if one.kind == "switch_off"] + gave_up
    return [
        gap.event
        for gap in _gaps(case)
        if gap.verdict == SWITCHED_OFF
        and not any(off.ship == gap.event["ship"] and _overlap_h(off, gap) > 0 for off in offs)
    ]


@dataclass(frozen=True, slots=True)
class _Gap:
    event: Mapping[str, Any]
    verdict: str
    start: datetime
    end: datetime


def _gaps(case: Mapping[str, Any]) -> list[_Gap]:
    verdicts = {silence["event"]: silence["verdict"] for silence in case["silences"]}
    last = max((_moment(event["end"]) for event in case["events"] if event["end"]), default=datetime.max)
    return [
        _Gap(event, verdicts.get(event["id"], "not weighed"), _moment(event["start"]),
             _moment(event["end"]) if event["end"] else max(last, _moment(event["start"])))
        for event in case["events"]
        if event["kind"] == "gap"
    ]  # fmt: skip


def _row(one: Planted, gaps: Sequence[_Gap], case: Mapping[str, Any], offs: Sequence[Planted]) -> Compared:
    if one.kind == "listed_ship":
        return _listed(one, case)
    if one.kind in _AT_SEA:
        return _at_sea(one, case)
    if one.kind in ("receiver_outage", "area_outage"):
        # a ship that switched off itself was not silenced by the outage
        own = {
            gap.event["id"] for off in offs for gap in gaps if gap.event["ship"] == off.ship and _overlap_h(off, gap)
        }
        return _outage(one, [gap for gap in gaps if gap.event["id"] not in own])
    hours = (one.end - one.start).total_seconds() / 3600
    mine = [gap for gap in gaps if gap.event["ship"] == one.ship]
    # a long poor stretch is heard now and then, so it falls into several gaps that count together
    seen = [gap for gap in mine if _overlap_h(one, gap) > 0]
    if sum(_overlap_h(one, gap) for gap in seen) < hours / 2:
        return Compared(one.says, "no gap of this ship at that time", "missed")
    longest = max(seen, key=lambda gap: _overlap_h(one, gap))
    length = (longest.end - longest.start).total_seconds() / 3600
    what = f"gap of {length:.1f} h from {longest.start:%Y-%m-%d %H:%M}: {longest.verdict}"
    if one.kind == "dark_port_call":
        return _dark_call(one, longest, what, case)
    if one.kind == "switch_off":
        right = longest.verdict == SWITCHED_OFF
    else:  # of the gaps that poor reception tears, some may be too little to tell; none may be blamed on the ship
        verdicts = [gap.verdict for gap in seen]
        right = any(verdict in NOT_THE_SHIP for verdict in verdicts) and SWITCHED_OFF not in verdicts
        what = f"{what} ({len(seen)} gaps: {', '.join(sorted(set(verdicts)))})" if len(seen) > 1 else what
    return Compared(one.says, what, "found" if right else "found otherwise")


def met(one: Planted, event: Mapping[str, Any]) -> bool:
    """Whether an event tells of that plant: its kind, one of its ships, and its time, give or take an hour."""
    if event["kind"] != one.kind or not {one.ship, one.other} & {event["ship"], event.get("other")} - {None}:
        return False
    start, end = _moment(event["start"]), _moment(event["end"] or event["start"])
    return start - _NEAR_TIME <= one.end and one.start <= end + _NEAR_TIME


def _at_sea(one: Planted, case: Mapping[str, Any]) -> Compared:
    found = [event for event in case["events"] if met(one, event)]
    if not found:
        return Compared(one.says, f"no {one.kind.replace('_', ' ')} of these ships at that time", "missed")
    both = [event for event in found if {one.ship, one.other} <= {event["ship"], event.get("other")}]
    best = (both or found)[0]
    words = one.kind.replace("_", " ")
    what = f"{words} from {_moment(best['start']):%Y-%m-%d %H:%M}"
    what += f" to {_moment(best['end']):%H:%M}" if best["end"] and one.kind != "false_identity" else ""
    return Compared(one.says, what if both else f"{what}, of one ship alone", "found" if both else "found otherwise")


def _dark_call(one: Planted, gap: _Gap, what: str, case: Mapping[str, Any]) -> Compared:
    """A call that no position shows can only be found as possible: the port within reach, and the ship switched off."""
    known = {port: (lat, lon) for port, lat, lon in ports.default().select("port", "lat", "lon").iter_rows()}
    away = [
        (float(geo.distance_m(one.lat, one.lon, *known[row["port"]])), row)
        for row in case.get("reach", ())
        if row["event"] == gap.event["id"] and row["port"] in known
    ]
    near = [(metres, row) for metres, row in away if metres <= _NEAR_PORT_M]
    if not near:
        return Compared(one.says, f"{what}; no port named", "found otherwise")
    _, best = min(near, key=lambda pair: pair[0])
    says = f"{what}; {best['name']} was within reach, with {best['slack_h']:.0f} h to spare"
    return Compared(one.says, says, "found" if gap.verdict == SWITCHED_OFF else "found otherwise")


def _outage(one: Planted, gaps: Sequence[_Gap]) -> Compared:
    """What the case made of the silences that fall into an outage's hours and place."""
    hours = (one.end - one.start).total_seconds() / 3600
    seen = [
        gap
        for gap in gaps
        if _overlap_h(one, gap) >= hours / 2
        and float(geo.distance_m(one.lat, one.lon, gap.event["start_lat"], gap.event["start_lon"]))
        <= (one.radius_m or 0)
    ]
    if not seen:
        return Compared(one.says, "no gap there at that time", "missed")
    blamed = sum(gap.verdict == SWITCHED_OFF for gap in seen)
    excused = sum(gap.verdict in NOT_THE_SHIP for gap in seen)
    ships = len({gap.event["ship"] for gap in seen})
    what = f"{len(seen)} gaps of {ships} ships: {excused} read as reception, {blamed} as switched off"
    return Compared(one.says, what, "found" if excused * 2 > len(seen) and not blamed else "found otherwise")


def _listed(one: Planted, case: Mapping[str, Any]) -> Compared:
    hits = [hit for hit in case["hits"] if hit["ship"] == one.ship]
    if not hits:
        return Compared(one.says, "no hit on this ship", "missed")
    best = max(hits, key=lambda hit: float(hit["score"]))
    met = ", ".join(str(feature["feature"]) for feature in best["features"] if feature["weight"] > 0)
    what = f"hit on {best['name']!r} ({best['rank']}), by {met}"
    return Compared(one.says, what, "found" if "imo" in met else "found otherwise")


_NEAR_TIME = timedelta(hours=1)


def _overlap_h(one: Planted, gap: _Gap) -> float:
    return max((min(one.end, gap.end) - max(one.start, gap.start)).total_seconds() / 3600, 0.0)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)
