"""The invented case with all that stands beside silences: meetings, doubts, draughts, reach, standings, goods."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from made_case import AIS, PORTS, START, made_case, stamp
from made_events import HERON, LANTERN, events
from made_lists import decisions, goods, standings

from darkwake import geo
from darkwake.evidence import Citation, Evidence, Place, Subject, content_id

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}\u202egnp.exe\x00\x1b[31m"
KINDS = {
    "encounter": "meeting",
    "dark_encounter": "possible meeting",
    "loitering": "loitering",
    "false_identity": "identity in doubt",
    "false_position": "position in doubt",
}
INNOCENT = [
    "Stores, crew or a pilot were handed over, which ships do every day.",
    "Both waited for a berth or a tide.",
    "One helped the other after an engine failed.",
]


def _said(
    row: dict[str, Any], kind: str, says: str, strength: Any, innocent: list[str], **details: Any
) -> dict[str, Any]:
    ships = [ship for ship in (row["ship"], row.get("other")) if ship is not None]
    start, end = (datetime.fromisoformat(time.rstrip("Z")) if time else None for time in (row["start"], row.get("end")))
    place = None if row.get("start_lat") is None else Place(row["start_lat"], row["start_lon"])
    made = Evidence(
        kind,
        tuple(Subject("ship", str(ship), f"ship {ship}") for ship in ships),
        start,
        end,
        place,
        says,
        strength,
        "what was done there is not known",
        tuple(innocent),
        (Citation(AIS, 7000, 7040),),
        "events 0.2.0",
    )
    return {"id": made.id, **made.as_dict(), "details": details}


def area(gap: dict[str, Any], room_m: float = 260_000.0, cell: float = 0.1) -> dict[str, Any]:
    """The cells of an ellipse round both ends of a gap, as runs in four bands: what the way to and from them leaves."""
    ends = [(gap["start_lat"], gap["start_lon"]), (gap["end_lat"], gap["end_lon"])]
    south, west = (np.floor(min(end[axis] for end in ends)) - 3 for axis in (0, 1))
    lat = south + (np.arange(int((max(end[0] for end in ends) + 3 - south) / cell)) + 0.5) * cell
    lon = west + (np.arange(int((max(end[1] for end in ends) + 3 - west) / cell)) + 0.5) * cell
    grid = np.meshgrid(lat, lon, indexing="ij")
    way = np.add(*(geo.distance_m(*end, *grid) for end in ends))
    slack = (float(geo.distance_m(*ends[0], *ends[1])) + room_m - way) / (14.0 * 1852)
    band = np.where(slack >= 0, np.minimum(np.floor(slack / slack.max() * 4), 3), -1)
    runs = []
    for row in range(len(lat)):
        edges = np.flatnonzero(np.diff(band[row], prepend=-2, append=-2))
        for first, last in pairwise(edges.tolist()):
            if band[row, first] >= 0:
                runs.append(
                    [
                        round(float(lat[row]), 4),
                        round(float(west + first * cell), 4),
                        round(float(west + last * cell), 4),
                        round(float(slack[row, first:last].max()), 1),
                    ]
                )
    return {"event": gap["id"], "cell_deg": cell, "runs": runs}


def _inferred(gap: dict[str, Any], voyage: str) -> list[dict[str, Any]]:
    rows = [
        (
            "IRBND",
            ["It had said that it was bound for BND.", "Its draught was 3.4 m less after the silence than before."],
        ),
        ("OMSOH", ["Its last course before the silence led there, to within 4 nautical miles."]),
    ]
    return [
        {
            "id": content_id("call", gap["id"], port),
            "kind": "gap",
            "voyage": voyage,
            "event": gap["id"],
            "ship": HERON,
            "port": port,
            "name": PORTS[port][0],
            "country": PORTS[port][1],
            "lat": PORTS[port][2],
            "lon": PORTS[port][3],
            "since": gap["start"],
            "until": gap["end"],
            "earliest": stamp(381),
            "latest": stamp(386),
            "slack_h": 17.5,
            "others": 9,
            "grounds": grounds,
        }
        for port, grounds in rows
    ]


def _displace(case: dict[str, Any]) -> None:
    """Put some of LANTERN's positions to the far side of the world, where its event says that they were."""
    track = next(row for row in case["tracks"] if row["ship"] == LANTERN)
    first = int(START.replace(tzinfo=UTC).timestamp())
    seconds = track["start"] + np.cumsum(track["t"]) - first
    columns = {key: np.cumsum(track[key]) for key in ("lat", "lon")}
    for begin, end in ((505, 512), (513, 520)):
        away = (seconds >= begin * 3600) & (seconds <= end * 3600)
        columns["lat"][away], columns["lon"][away] = -330_000, 1_510_000
    for key, column in columns.items():
        track[key] = np.diff(column, prepend=0).tolist()


def full_case(*, fixes: int = 20_000, extra_gaps: int = 0) -> dict[str, Any]:
    """The invented case with every table that the page can show."""
    case = made_case(fixes=fixes, extra_gaps=extra_gaps)
    gap = next(row for row in case["events"] if row["id"] == case["reach"][0]["event"])
    voyage = next(row for row in case["voyages"] if gap["id"] in row["gaps"])
    found = events(gap)
    for row, says, strength in found:
        case["evidence"].append(_said(row, KINDS[row["kind"]], says, strength, INNOCENT, event=row["id"]))
    case["events"] = sorted(
        [*case["events"], *(row for row, _, _ in found)], key=lambda row: (row["ship"], row["start"])
    )
    displaced = [row["id"] for row, _, _ in found if row["details"].get("pattern") == "jump"]
    case["interference"] = [
        {
            "id": content_id("interference", 1),
            "start": stamp(500),
            "end": stamp(511),
            "south": 13.0,
            "west": 62.0,
            "north": 19.0,
            "east": 70.0,
            "ships": 14,
            "positions": 381,
            "events": [*displaced, "false_position-unknown"],
            "says": "From 2025-09-21 20:00 to 2025-09-22 07:00 UTC, 14 ships whose tracks lay between 13.00° N and "
            "19.00° N, 62.00° E and 70.00° E sent 381 positions that could not be true; satellite navigation "
            "there was not to be "
            "believed, and no one ship did that.",
        }
    ]
    calls = _inferred(gap, voyage["id"])
    for call in calls:
        says = f"EXAMPLE HERON may have called at {call['name']} unheard. {' '.join(call['grounds'])}"
        case["evidence"].append(
            _said(
                gap,
                "inferred call",
                says,
                "weak",
                ["The crew never changed what it had typed in."],
                inferred=call["id"],
                event=gap["id"],
                voyage=voyage["id"],
            )
        )
    case["inferred"] = calls
    case["draughts"] = [
        {
            "ship": ship,
            "start": stamp(a),
            "end": stamp(b),
            "draught_m": metres,
            "state": state,
            "because": "Near the deepest that this ship has said."
            if state == "laden"
            else "Near the shallowest, or nothing to tell.",
        }
        for ship, a, b, metres, state in (
            (HERON, 40, 210, 12.4, "laden"),
            (HERON, 214, 372, 12.3, "laden"),
            (HERON, 445, 600, 9.0, "between"),
            (HERON, 640, 900, 7.2, "ballast"),
            (LANTERN, 100, 900, 9.8, "unknown"),
        )
    ]
    case["draught_changes"] = [
        {
            "event": gap["id"],
            "ship": HERON,
            "before_m": 12.3,
            "after_m": 9.0,
            "before_state": "laden",
            "after_state": "between",
            "change_m": -3.3,
            "said": "shallower",
            "says": "It said 12.3 m before and 9.0 m after, 3.3 m less; changes up to 0.3 m are no change.",
        }
    ]
    case["evidence"].append(
        _said(
            gap,
            "draught",
            "EXAMPLE HERON said 12.3 m before and 9.0 m after.",
            "weak",
            ["The crew entered the draught late, early or wrongly."],
            event=gap["id"],
        )
    )
    case["reach"] = [
        row | {"lat": PORTS[row["port"]][2], "lon": PORTS[row["port"]][3]}
        for row in case["reach"]
        if row["port"] in ("IRBND", "OMSOH", "PKKHI", "INMUN")
    ] + [
        {
            "event": gap["id"],
            "ship": HERON,
            "port": f"XX{n:03}",
            "name": f"Made-up Roads {n}",
            "country": "OM",
            "lat": 23.2 + 0.11 * n,
            "lon": 58.9 - 0.12 * n,
            "there_m": 90_000.0,
            "back_m": 120_000.0,
            "slack_h": 3.0 + n,
            "speed_kn": 14.5,
        }
        for n in range(14)
    ]
    case["reach_area"] = [area(gap)]
    for n, row in enumerate(case["voyages"]):
        row |= {"from_confidence": 4 - n % 3, "to_confidence": 4}
    case |= {"standings": standings(case["hits"]), "goods": goods(), "decisions": decisions(case["hits"])}
    used = {item["evidence"] for t in case["threads"] for item in [*t["for"], *t["against"]]}
    case["unused"] = [item["id"] for item in case["evidence"] if item["id"] not in used]
    _displace(case)
    return case


def hostile_case(case: dict[str, Any]) -> dict[str, Any]:
    """The case with every text of the new tables turned into an attack, or into a very long string."""
    bad = copy.deepcopy(case)
    keep = {
        "id",
        "event",
        "voyage",
        "hit",
        "ship",
        "other",
        "kind",
        "start",
        "end",
        "since",
        "until",
        "earliest",
        "latest",
        "on",
        "at",
        "list_date",
        "date",
        "source",
        "port",
        "sha256",
        "stretches",
        "pattern",
        "state",
        "first_seen",
        "last_seen",
        "events",
    }

    def spoiled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoiled(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return value if key in keep else [spoiled(one, key) for one in value]
        if not isinstance(value, str) or key in keep:
            return value
        return HOSTILE if len(value) % 2 else HOSTILE + "x" * 5000

    for table in (
        "interference",
        "inferred",
        "draughts",
        "draught_changes",
        "reach",
        "standings",
        "goods",
        "decisions",
    ):
        bad[table] = spoiled(bad[table])
    for row in bad["events"]:
        if row["kind"] in KINDS:
            row["details"] = spoiled(row["details"])
    for row in bad["evidence"]:
        row |= {"says": HOSTILE, "because": HOSTILE, "innocent": [HOSTILE], "strength": HOSTILE}
    bad["draughts"][0]["state"] = bad["standings"][0]["standing"] = bad["goods"][0]["verdict"] = HOSTILE
    bad["events"][0]["details"][HOSTILE] = HOSTILE
    return bad
