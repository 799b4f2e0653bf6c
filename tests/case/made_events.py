"""Meetings, drifting, and identities and positions in doubt of the invented case, each with its sentence."""

from __future__ import annotations

from typing import Any

from made_case import AIS, stamp

from darkwake.evidence import content_id

HERON, LANTERN, JUNIPER, PEARL, MERIDIAN = 999100001, 999100002, 999100003, 999100005, 999100006


def event(
    kind: str,
    ship: int,
    other: int | None,
    begin: float,
    long: float | None,
    at: tuple[float, float] | None,
    **details: Any,
) -> dict[str, Any]:
    """One event, from an hour of the case on; `long` None is still open."""
    lat, lon = at or (None, None)
    return {
        "id": content_id(kind, ship, other, begin),
        "kind": kind,
        "ship": ship,
        "other": other,
        "start": stamp(begin),
        "end": None if long is None else stamp(begin + long),
        "start_lat": lat,
        "start_lon": lon,
        "end_lat": None if lat is None else lat + 0.02,
        "end_lon": lon,
        "details": details,
        "sources": [{"source": AIS, "first_row": 7000, "last_row": 7040}],
    }


def events(gap: dict[str, Any]) -> list[tuple[dict[str, Any], str, str]]:
    """Events of told ships and of others, each with its sentence and its strength."""
    changes = [
        {
            "field": "name",
            "before": "INVENTED KESTREL",
            "after": "EXAMPLE HERON",
            "last_seen": stamp(74),
            "first_seen": stamp(78),
        },
        {"field": "flag", "before": "KM", "after": "PA", "last_seen": stamp(74), "first_seen": stamp(78)},
        {"field": "callsign", "before": "D6XX1", "after": "3EXX1", "last_seen": stamp(74), "first_seen": stamp(78)},
    ]
    found: list[tuple[dict[str, Any], str, str]] = [
        (
            event(
                "encounter",
                HERON,
                PEARL,
                320,
                5.5,
                (16.9, 66.2),
                hours=5.5,
                together_h=5.1,
                distance_m={"least": 31.0, "median": 88.0},
                ship_kn=0.6,
                other_kn=0.9,
                anchorage={"port": "OMSOH", "name": "Port Of Sohar", "country": "OM", "distance_m": 412_000.0},
            ),
            "EXAMPLE HERON and FICTION PEARL lay 88 m apart (31 m at the closest) for 5.1 hours, from 2025-09-15 16:00 "
            "UTC to 2025-09-15 21:30 UTC, 412 km from Port Of Sohar (OM); neither made more than 0.9 knots by "
            "the median.",
            "fair",
        ),
        (
            event(
                "dark_encounter",
                PEARL,
                HERON,
                379,
                9.0,
                (24.5, 58.4),
                hours=9.0,
                others=2,
                silent_hours=63.4,
                speed_kn=14.0,
                gap=gap["id"],
                candidate=True,
            ),
            "FICTION PEARL drifted at 24°30.0'N 058°24.0'E while EXAMPLE HERON was unheard for 63.4 hours (2.6 "
            "days); at "
            "14 knots EXAMPLE HERON could have lain beside it for up to 9.0 hours; 2 other silent ships could "
            "have too. A "
            "candidate: nothing shows that they met.",
            "weak",
        ),
        (
            event("loitering", HERON, None, 318, 22.0, (9.9, 73.1), hours=22.0, mean_kn=0.8, shore_m=61_000.0),
            "EXAMPLE HERON made 0.8 knots on average for 22.0 hours, 61 km from the shore.",
            "weak",
        ),
        (
            event(
                "false_identity",
                HERON,
                None,
                74,
                4.0,
                None,
                pattern="changed",
                hull="IMO 9999113",
                changes=changes,
                reflagged=True,
                says="The ship IMO 9999113 gave other particulars.",
            ),
            "EXAMPLE HERON: The ship IMO 9999113 gave other particulars from 2025-09-04 06:00 UTC than up to "
            "02:00 UTC: "
            "name INVENTED KESTREL, then EXAMPLE HERON; flag Comoros, then Panama; call sign D6XX1, then 3EXX1.",
            "weak",
        ),
        (
            event(
                "false_position",
                LANTERN,
                None,
                505,
                15.0,
                (15.4, 67.6),
                pattern="jump",
                positions=9,
                hours=15.0,
                says="9 positions lay up to 8,911 km from its track.",
                false=[-33.0, 151.0],
                stretches=[[stamp(505), stamp(512)], [stamp(513), stamp(520)]],
            ),
            "PRETEND LANTERN, from 2025-09-22 01:00 UTC to 2025-09-22 16:00 UTC: 9 positions lay up to 8,911 km from "
            "its track; no ship goes there and back in 15 hours.",
            "fair",
        ),
        (
            event(
                "false_position",
                LANTERN,
                None,
                560,
                None,
                (21.0, 61.9),
                pattern="frozen",
                positions=70,
                hours=6.0,
                says="70 positions were one place to the digit.",
            ),
            "PRETEND LANTERN, from 2025-09-24 08:00 UTC until the data ended: 70 positions were one place to the digit "
            "while it said that it made 11 knots.",
            "weak",
        ),
    ]
    found += [
        (
            event("loitering", MERIDIAN, None, 20 + 14 * n, 6.0, (5.8, 85.0 + 0.1 * n), hours=6.0, mean_kn=1.1),
            f"PAPER MERIDIAN made 1.1 knots on average for 6.0 hours; number {n + 1} of these.",
            "weak",
        )
        for n in range(70)
    ]
    return found
