from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from darkwake import synth
from darkwake.synth import compare_parts

OFF = synth.Planted("switch_off", 7, datetime(2025, 9, 2), datetime(2025, 9, 3), 25.0, 57.0, "seven switched off")
OUT = synth.Planted(
    "receiver_outage", None, datetime(2025, 9, 5), datetime(2025, 9, 6), 25.0, 56.0, "a station was down", 80_000.0
)
LISTED = synth.Planted(
    "listed_ship", 8, datetime(2025, 9, 1), datetime(2025, 9, 30), 30.0, 120.0, "eight is on the list"
)
CALL = synth.Planted(
    "dark_port_call", 7, datetime(2025, 9, 2, 8), datetime(2025, 9, 2, 20), 27.0, 56.0, "seven called in the dark"
)


def gap(ship: int, start: str, end: str | None, lat: float = 25.0, lon: float = 57.0) -> dict[str, Any]:
    return {"id": f"gap-{ship}-{start}", "kind": "gap", "ship": ship, "start": start, "end": end,
            "start_lat": lat, "start_lon": lon}  # fmt: skip


def case(events: list[dict[str, Any]], verdict: str, hits: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    silences = [{"event": event["id"], "verdict": verdict} for event in events if event["kind"] == "gap"]
    return {"events": events, "silences": silences, "hits": hits or []}


@pytest.mark.parametrize(
    ("events", "verdict", "outcome"),
    [
        ([gap(7, "2025-09-01T23:50:00Z", "2025-09-03T00:10:00Z")], "likely switched off", "found"),
        ([gap(7, "2025-09-01T23:50:00Z", "2025-09-03T00:10:00Z")], "cannot tell", "found otherwise"),
        ([gap(7, "2025-09-02T20:00:00Z", "2025-09-03T00:10:00Z")], "likely switched off", "missed"),
        ([gap(9, "2025-09-01T23:50:00Z", "2025-09-03T00:10:00Z")], "likely switched off", "missed"),
        ([], "", "missed"),
    ],
)
def test_a_switch_off_is_found_when_its_gap_is_there_and_read_so(
    events: list[dict[str, Any]], verdict: str, outcome: str
) -> None:
    (row,) = synth.compare([OFF], case(events, verdict))
    assert (row.planted, row.outcome) == ("seven switched off", outcome)


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("receiver outage", "found"), ("area-wide silence", "found"), ("likely switched off", "found otherwise")],
)
def test_an_outage_is_found_when_no_ship_is_blamed_for_it(verdict: str, outcome: str) -> None:
    events = [gap(ship, "2025-09-04T23:50:00Z", "2025-09-06T00:10:00Z", 25.1, 56.1) for ship in (1, 2, 3)]
    (row,) = synth.compare([OUT], case(events, verdict))
    assert row.outcome == outcome
    assert "3 gaps of 3 ships" in row.found


def test_an_outage_elsewhere_is_missed() -> None:
    far = [gap(1, "2025-09-04T23:50:00Z", "2025-09-06T00:10:00Z", 10.0, 80.0)]
    assert synth.compare([OUT], case(far, "receiver outage"))[0].outcome == "missed"


def test_a_listed_ship_is_found_by_its_imo_number_and_only_half_by_a_name() -> None:
    hit = {"ship": 8, "name": "LISTED LANTERN", "score": 0.9, "rank": "strong"}
    by_imo = hit | {"features": [{"feature": "imo", "weight": 1.0}]}
    by_name = hit | {"features": [{"feature": "name", "weight": 0.5}, {"feature": "imo", "weight": -1.0}]}
    assert [synth.compare([LISTED], case([], "", [one]))[0].outcome for one in (by_imo, by_name)] == [
        "found",
        "found otherwise",
    ]
    assert synth.compare([LISTED], case([], ""))[0].outcome == "missed"


def test_a_dark_call_is_found_only_when_the_port_is_named_as_within_reach() -> None:
    dark = gap(7, "2025-09-01T23:50:00Z", "2025-09-03T00:10:00Z")
    reach = [{"event": dark["id"], "port": "IRBSR", "name": "Shahid Rajaee", "slack_h": 20.0}]
    elsewhere = [{"event": dark["id"], "port": "AEJEA", "name": "Jebel Ali", "slack_h": 20.0}]
    off = case([dark], "likely switched off")
    assert synth.compare([CALL], off | {"reach": reach})[0].outcome == "found"
    assert synth.compare([CALL], case([dark], "cannot tell") | {"reach": reach})[0].outcome == "found otherwise"
    assert synth.compare([CALL], off | {"reach": elsewhere})[0].outcome == "found otherwise"
    assert synth.compare([CALL], off)[0].outcome == "found otherwise"
    assert synth.compare([CALL], case([], ""))[0].outcome == "missed"


def test_the_demos_table_ends_with_its_false_alarms() -> None:
    wrong = gap(9, "2025-09-02T00:00:00Z", "2025-09-02T09:00:00Z")
    rows = synth.demo.compare([OFF], case([wrong], "likely switched off"))
    assert [row["result"] for row in rows] == ["missed", "false alarms"]
    assert rows[-1]["found"].startswith("1 of 1 silences, of 1 ships")
    assert synth.demo.compare([], case([], ""))[-1]["result"] == "no false alarm"


MET = synth.Planted(
    "encounter", 7, datetime(2025, 9, 2), datetime(2025, 9, 2, 5), 25.0, 58.0, "seven met eight", 2000.0, 8, "heard"
)


def meeting(ship: int, other: int, start: str, kind: str = "encounter") -> dict[str, Any]:
    return {"id": f"{kind}-{start}", "kind": kind, "ship": ship, "other": other, "start": start,
            "end": start.replace("T0", "T1")}  # fmt: skip


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (meeting(8, 7, "2025-09-02T01:00:00Z"), "found"),
        (meeting(7, 9, "2025-09-02T01:00:00Z"), "found otherwise"),
        (meeting(8, 7, "2025-09-03T01:00:00Z"), "missed"),
        (meeting(8, 7, "2025-09-02T01:00:00Z", "dark_encounter"), "missed"),
    ],
)
def test_a_meeting_is_found_by_its_kind_its_time_and_both_ships(event: dict[str, Any], outcome: str) -> None:
    assert synth.compare([MET], case([event], ""))[0].outcome == outcome
    others: dict[str, Any] = {"goods": {}, "papers": None, "site": None}
    alarm = compare_parts.false_alarms([MET], others, case([event], ""))[0]
    assert (alarm.outcome == "false alarms") == (outcome == "missed")


def building(name: str, *changes: tuple[str, str, str]) -> dict[str, Any]:
    told = [{"status": status, "after": after, "by": by} for status, after, by in changes]
    return {"building": name, "assessable": True, "changes": told}


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ([("destroyed", "2025-01-01", "2025-01-20")], "found"),
        ([("cleared", "2025-01-01", "2025-01-20")], "found otherwise"),
        ([("destroyed", "2025-05-01", "2025-05-20")], "found otherwise"),
        ([("destroyed", "2025-01-01", "2025-01-20"), ("cleared", "2025-02-01", "2025-02-20")], "found otherwise"),
        ([], "missed"),
    ],
)
def test_a_building_is_found_by_its_changes_and_their_days(changes: list[tuple[str, str, str]], outcome: str) -> None:
    truth = [
        {"building": "b-1", "kind": "destroyed", "decoy": False,
         "changes": [{"status": "destroyed", "since": "2025-01-10"}]},
        {"building": "b-2", "kind": "nothing", "decoy": False, "changes": []},
    ]  # fmt: skip
    told = case([], "") | {"sites": {"buildings": [building("b-1", *changes), building("b-2")]}}
    rows = compare_parts.compare({"site": {"buildings": truth}}, told)
    assert [row.outcome for row in rows] == [outcome, "found"]


def test_a_false_alarm_is_a_blamed_gap_in_which_nobody_switched_off() -> None:
    right, wrong = gap(7, "2025-09-01T23:50:00Z", "2025-09-03T00:10:00Z"), gap(9, "2025-09-02T00:00:00Z", None)
    blamed = case([right, wrong], "likely switched off")
    assert [event["ship"] for event in synth.false_alarms([OFF], blamed)] == [9]
    assert synth.false_alarms([OFF], case([right, wrong], "cannot tell")) == []
