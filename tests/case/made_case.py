"""An invented case as parsed case.json: eight ships that do not exist on real seas, a list that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkwake import geo
from darkwake.evidence import Citation, Evidence, Place, Subject, content_id

START = datetime(2025, 9, 1)
END = datetime(2025, 10, 15)
AIS = "a1" * 32
LIST = "b2" * 32
PORTS = {
    "CNZUH": ("Zhuhai", "CN", 21.9, 113.2), "CNTXG": ("Tianjin Xin Gang", "CN", 38.93, 117.95),
    "CNDAL": ("Dalian", "CN", 38.93, 121.75), "CNQIN": ("Qingdao Gang", "CN", 35.98, 120.36),
    "IRBND": ("Bandar Abbas", "IR", 27.08, 56.1), "OMSOH": ("Port Of Sohar", "OM", 24.55, 56.67),
    "LKCMB": ("Colombo", "LK", 6.95, 79.78), "SGKEP": ("Keppel", "SG", 1.2, 103.8),
    "PKKHI": ("Karachi", "PK", 24.7, 66.9), "INMUN": ("Mundra", "IN", 22.7, 69.5),
}  # fmt: skip
_CHINA_SEA = [(18.0, 112.0), (10.5, 109.9), (4.5, 105.9), (1.45, 104.6), (1.2, 103.8)]
_INDIA = [(1.15, 103.5), (2.6, 101.2), (4.3, 99.5), (5.9, 96.5), (6.1, 94.0), (5.6, 80.6), (7.6, 76.2)]
_GULF = [(15.0, 68.0), (22.6, 60.8), (24.6, 58.6), (25.6, 57.0), (26.4, 56.65), (26.7, 56.3), (27.08, 56.1)]
_BOHAI = [(38.93, 117.95), (38.6, 119.5), (38.45, 120.95), (37.9, 122.95), (36.5, 123.2), (31.0, 123.4), (27.0, 122.0)]
ROUTES: dict[str, list[tuple[float, float]]] = {
    "zuh-bnd": [(21.9, 113.2), *_CHINA_SEA, *_INDIA, *_GULF],
    "txg-bnd": [*_BOHAI, (24.6, 119.7), (22.0, 116.5), (18.0, 112.3), *_CHINA_SEA[1:], *_INDIA, *_GULF],
    "txg-dal": [(38.93, 117.95), (38.7, 119.0), (38.55, 120.6), (38.75, 121.6), (38.93, 121.75)],
    "bnd-soh": [(27.08, 56.1), (26.7, 56.3), (26.4, 56.65), (25.6, 57.0), (24.8, 56.85), (24.55, 56.67)],
    "cmb-kep": [(6.95, 79.78), (5.75, 80.0), *[(5.6, 80.6), (6.1, 94.0), (5.9, 96.5), (4.3, 99.5)], (2.6, 101.2),
                (1.15, 103.5), (1.2, 103.8)],
    "qin-txg": [(35.98, 120.36), (35.9, 121.0), (36.7, 122.9), (37.8, 122.9), (38.45, 120.95), (38.6, 119.5),
                (38.93, 117.95)],
    "khi-mun": [(24.7, 66.9), (23.4, 67.3), (22.4, 68.6), (22.7, 69.5)],
}  # fmt: skip
# ship -> name, flag, legs (route, "-" for the way back), hour it leaves, knots; gaps as (start hour, hours, verdict)
FLEET: dict[int, dict[str, Any]] = {
    999100001: {"name": "EXAMPLE HERON", "imo": "9999113", "flag": "PA",
                "legs": [("zuh-bnd", 52, 14.2), ("-zuh-bnd", 620, 13.6)],
                "gaps": [(378, 63.4, "likely switched off"), (196, 9.2, "poor reception")]},
    999100002: {"name": "PRETEND LANTERN", "imo": "9999125", "flag": "KM", "legs": [("txg-bnd", 130, 13.1)],
                "gaps": [(580, 41.7, "likely switched off")]},
    999100003: {"name": "SAMPLE JUNIPER", "imo": "9999137", "flag": "LR", "legs": [("zuh-bnd", 300, 15.0)],
                "gaps": [(470, 12.5, "cannot tell")]},
    999100004: {"name": "MADE-UP ALMOND", "imo": "9999149", "flag": "CN",
                "legs": [("txg-dal", 40 + 120 * i, 11.0) if i % 2 == 0 else ("-txg-dal", 40 + 120 * i, 11.0)
                         for i in range(8)], "gaps": []},
    999100005: {"name": "FICTION PEARL", "imo": "9999151", "flag": "OM",
                "legs": [("bnd-soh", 30 + 90 * i, 9.5) if i % 2 == 0 else ("-bnd-soh", 30 + 90 * i, 9.5)
                         for i in range(11)], "gaps": [(580, 14.0, "receiver outage")]},
    999100006: {"name": "PAPER MERIDIAN", "imo": "9999163", "flag": "MH",
                "legs": [("cmb-kep", 80, 13.0), ("-cmb-kep", 420, 13.0), ("cmb-kep", 700, 13.4)],
                "gaps": [(118, 17.3, "poor reception"), (748, 22.8, "poor reception")]},
    999100007: {"name": "MOCK HARBOUR", "imo": "9999175", "flag": "HK",
                "legs": [("qin-txg", 60, 12.0), ("-qin-txg", 260, 12.0), ("qin-txg", 500, 12.0),
                         ("-qin-txg", 760, 12.0)], "gaps": [(292, 7.1, "cannot tell")]},
    999100008: {"name": "DUMMY SWIFT", "imo": "9999187", "flag": "IN",
                "legs": [("khi-mun", 20 + 130 * i, 10.0) if i % 2 == 0 else ("-khi-mun", 20 + 130 * i, 10.0)
                         for i in range(8)], "gaps": [(416, 8.8, "cannot tell")]},
}  # fmt: skip
INNOCENT = {
    "gap": ["The receivers heard this water badly in those hours.", "The transmitter failed or lost power.",
            "The master switched it off where piracy was feared, which the rules allow.",
            "Another ship's messages crowded the channel."],
    "port_call": ["A stop for fuel, crew, repair or weather looks the same."],
    "hit": ["Two ships can share a name.", "The entry can have ended or been corrected since the list's date."],
}  # fmt: skip
SAYS = {
    "likely switched off": "Of {passages:,} passages by other class-A ships through this water in the period, {k} were "
    "unheard for {hours:.0f} hours or more; in those same hours 41 of 43 ships were heard.",
    "poor reception": "Of {passages:,} passages by other class-A ships through this water, {k} were unheard as long: "
    "silence is usual here.",
    "receiver outage": "In those hours 0 of 17 ships in this water were heard; before and after, 17 of 17 were.",
    "cannot tell": "Cannot be told: {k} other ships heard in this water, 20 needed.",
}
P = {"likely switched off": (1240, 212, 3), "poor reception": (488, 97, 161), "receiver outage": (902, 140, 11)}


def stamp(hour: float) -> str:
    """The time `hour` hours after the start, as in case.json."""
    return (START + timedelta(seconds=round(hour * 3600))).isoformat(timespec="seconds") + "Z"


def _path(legs: list[tuple[str, float, float]]) -> tuple[NDArray[np.float64], list[tuple[str, str, float, float]]]:
    """Knots of (hour, lat, lon) for an itinerary, and its legs as (from, to, departed, arrived)."""
    knots: list[tuple[float, float, float]] = []
    voyages = []
    for route, leaves, knot in legs:
        points = np.array(ROUTES[route.lstrip("-")][:: -1 if route[0] == "-" else 1])
        steps = geo.distance_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1]) / (knot * 1852)
        hours = leaves + np.concatenate([[0.0], np.cumsum(steps)])
        names = route.lstrip("-").split("-")[:: -1 if route[0] == "-" else 1]
        ends = [next(port for port in PORTS if port.endswith(name.upper())) for name in names]
        voyages.append((ends[0], ends[1], float(hours[0]), float(hours[-1])))
        knots += [(float(h), float(lat), float(lon)) for h, (lat, lon) in zip(hours, points, strict=True)]
    return np.array(knots), voyages


def _ship(mmsi: int, fixes: int, rng: np.random.Generator) -> dict[str, Any]:
    plan = FLEET[mmsi]
    knots, legs = _path(plan["legs"])
    last = min(legs[-1][3] + 40, (END - START).total_seconds() / 3600 - 2)
    hours = np.sort(np.round(np.linspace(max(legs[0][2] - 36, 1), last, fixes) * 3600)) / 3600
    for begin, long, _ in plan["gaps"]:
        hours = hours[(hours <= begin) | (hours >= begin + long)]
    lat = np.interp(hours, knots[:, 0], knots[:, 1]) + np.convolve(rng.normal(0, 0.01, len(hours)), [0.2] * 5, "same")
    lon = np.interp(hours, knots[:, 0], knots[:, 2]) + np.convolve(rng.normal(0, 0.01, len(hours)), [0.2] * 5, "same")
    return {"hours": hours, "lat": lat, "lon": lon, "legs": legs, "plan": plan}


def _coded(mmsi: int, ship: dict[str, Any]) -> dict[str, Any]:
    seconds = np.round(ship["hours"] * 3600).astype(int)
    start = int(START.replace(tzinfo=UTC).timestamp()) + int(seconds[0])

    def delta(values: NDArray[np.int64]) -> list[int]:
        return [int(values[0]), *np.diff(values).tolist()]

    return {
        "ship": mmsi, "start": start, "t": delta(seconds - seconds[0]),
        "lat": delta(np.round(ship["lat"] * 1e4).astype(int)), "lon": delta(np.round(ship["lon"] * 1e4).astype(int)),
    }  # fmt: skip


def _gap(mmsi: int, ship: dict[str, Any], begin: float, long: float, row: int) -> dict[str, Any]:
    before = int(np.searchsorted(ship["hours"], begin, side="right")) - 1
    at = {end: (float(ship["lat"][i]), float(ship["lon"][i]), float(ship["hours"][i]))
          for end, i in (("start", before), ("end", before + 1))}  # fmt: skip
    far = float(geo.distance_m(*at["start"][:2], *at["end"][:2]))
    hours = at["end"][2] - at["start"][2]
    return {
        "id": content_id("gap", mmsi, begin, long), "kind": "gap", "ship": mmsi, "other": None,
        "start": stamp(at["start"][2]), "end": stamp(at["end"][2]), "start_lat": at["start"][0],
        "start_lon": at["start"][1], "end_lat": at["end"][0], "end_lon": at["end"][1],
        "details": {
            "hours": hours, "distance_m": far, "implied_kn": far / 1852 / hours, "open": False, "sea_m": far * 1.05,
            "positions_12h_before": 31, "heard_12h_before": {"terrestrial": 28, "satellite": 3, "unknown": 0},
            "start_shore_m": 22_224.0, "start_port": {"name": "Made-up Roads", "country": "IR", "distance_m": 33_336.0},
            "end_shore_m": 0.0, "end_port": None,
        },
        "sources": [{"source": AIS, "first_row": row, "last_row": row + 1}],
    }  # fmt: skip


def _silence(gap: dict[str, Any], verdict: str) -> dict[str, Any]:
    passages, ships, k = P.get(verdict, (7, 3, 3))
    told = verdict in P
    return {
        "event": gap["id"], "verdict": verdict, "passages": passages, "ships": ships, "unheard_as_long": k,
        "says": SAYS[verdict].format(passages=passages, k=k, hours=gap["details"]["hours"]),
        "p": (k + 1) / (passages + 1) if told else None,
        "details": {
            "A": {"applies": False, "why": "It began 12 nautical miles from shore, and the rule holds from 50 on."},
            "B": {"passages": passages, "unheard_as_long": k, "peers": 43, "peers_heard": 41, "q": 0.0132},
            "C": {"ports_in_reach": 8, "longest_slack_h": 17.5}, "cells": 18, "needed": 20,
        },
    }  # fmt: skip


def _around(gap: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Other ships round a gap's start, every fifth unheard; none of them is a ship of the case but the first."""
    turn = np.arange(count) * 2.4
    lat, lon = geo.destination(gap["start_lat"], gap["start_lon"], np.degrees(turn), 4000.0 + 500.0 * np.arange(count))
    return [
        {"event": gap["id"], "ship": 999100004 if i == 0 else 999200000 + i, "time": gap["start"],
         "lat": float(lat[i]), "lon": float(lon[i]), "heard": i % 5 != 4}
        for i in range(count)
    ]  # fmt: skip


def _reach(gap: dict[str, Any]) -> list[dict[str, Any]]:
    """Every port of the case, as if it could have been called at, those with the most hours to spare first."""
    return [
        {"event": gap["id"], "ship": gap["ship"], "port": port, "name": name, "country": country, "there_m": 90_000.0,
         "back_m": 120_000.0, "slack_h": 40.0 - 3.0 * place, "speed_kn": 14.5}
        for place, (port, (name, country, _, _)) in enumerate(sorted(PORTS.items(), reverse=True))
    ]  # fmt: skip


def _reception(ships: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Squares that the ships passed, the worse heard the farther east."""
    lat, lon = (np.concatenate([ship[key] for ship in ships.values()]) for key in ("lat", "lon"))
    cells, present = np.unique(geo.cell(lat, lon, 0.25), return_counts=True)
    lat, lon = geo.cell_centre(cells, 0.25)
    share = np.clip((125.0 - lon) / 60.0, 0.0, 1.0)
    return {"cell_deg": 0.25, "cells": [
        {"lat": float(a), "lon": float(b), "present": int(n), "heard": int(n * s)}
        for a, b, n, s in zip(lat, lon, present, share, strict=True)
    ]}  # fmt: skip


def _evidence(kind: str, mmsi: int, start: str | None, end: str | None, place: Place | None, says: str,
              strength: Any, because: str, event: str, source: str, row: int) -> dict[str, Any]:  # fmt: skip
    found = Evidence(
        kind, (Subject("ship", str(mmsi), FLEET[mmsi]["name"]),),
        datetime.fromisoformat(start.rstrip("Z")) if start else None,
        datetime.fromisoformat(end.rstrip("Z")) if end else None,
        place, says, strength, because, tuple(INNOCENT.get(kind, INNOCENT["gap"])), (Citation(source, row, row + 1),),
        f"events.{kind} 0.1.0 longer_than_h=6.0",
    )  # fmt: skip
    plain = found.as_dict()
    return {"id": found.id, **plain, "details": {"event": event}}


def _hits() -> list[dict[str, Any]]:
    def feature(name: str, weight: float, asked: str, listed: str, says: str) -> dict[str, Any]:
        return {"feature": name, "weight": weight, "asked": asked, "listed": listed, "says": says}

    heron = [
        feature("imo", 1.0, "9999113", "9999113", "The IMO numbers are equal, and the check digit fits."),
        feature("name", 0.0, "EXAMPLE HERON", "INVENTED KESTREL", "The names differ."),
        feature("former name", 0.3, "INVENTED KESTREL (heard until 2025-09-02)", "INVENTED KESTREL",
                "A name that this ship used earlier equals the entry's name."),
        feature("flag", 0.0, "PA", "IR", "The flags differ, which is usual after a change of flag."),
    ]  # fmt: skip
    lantern = [
        feature("name", 0.6, "PRETEND LANTERN", "PRETEND LANTERN I", "The names differ by one number."),
        feature("imo", -0.5, "9999125", "9999888", "Both IMO numbers are valid and differ: another ship."),
    ]
    rows = [(999100001, "77001", "INVENTED KESTREL", 0.97, "same ship", heron, ["MADE-UP-PROGRAMME", "EXAMPLE-2"]),
            (999100002, "77044", "PRETEND LANTERN I", 0.31, "namesake", lantern, ["MADE-UP-PROGRAMME"])]  # fmt: skip
    return [
        {"id": content_id("hit", ship, entry), "ship": ship, "entry": entry, "list": "Invented list of ships",
         "asked": f"{FLEET[ship]['name']}, IMO {FLEET[ship]['imo']}", "list_date": "2025-08-31", "name": name,
         "programmes": programmes, "score": score, "rank": rank, "features": features, "listed_from": "2020-06-08",
         "sources": [{"source": LIST, "first_row": 4000, "last_row": 4031}]}
        for ship, entry, name, score, rank, features, programmes in rows
    ]  # fmt: skip


def _identities(mmsi: int) -> list[dict[str, Any]]:
    plan = FLEET[mmsi]
    rows = [("name", plan["name"], 30, 1000), ("imo", plan["imo"], 2, 1000),
            ("callsign", f"XX{mmsi % 1000:03}", 2, 1000), ("destination", "FOR ORDERS", 40, 900),
            ("draught_m", "9.8", 40, 500)]  # fmt: skip
    if mmsi == 999100001:
        rows.insert(0, ("name", "INVENTED KESTREL", 2, 29))
    return [{"field": field, "value": value, "first_seen": stamp(a), "last_seen": stamp(b), "messages": 40 + b,
             "source": AIS, "row": 100 + a} for field, value, a, b in rows]  # fmt: skip


def _thread(mmsi: int, voyage: dict[str, Any], gaps: list[dict[str, Any]], proof: dict[str, list[dict[str, Any]]],
            order: str) -> dict[str, Any]:  # fmt: skip
    name = FLEET[mmsi]["name"]
    mine = [item for gap in gaps for item in proof[gap["id"]]]
    dark = sum(gap["details"]["hours"] for gap in gaps)
    against = [{"evidence": None, "says": "No message, paper or image in the case says what was on board."}]
    against += [{"evidence": item["id"], "says": "In part of this water ships of this class go unheard as long."}
                for gap in gaps if gap["id"] in proof for item in proof[gap["id"]][1:2]]  # fmt: skip
    if mmsi == 999100003:
        against.append({"evidence": mine[-1]["id"], "says": "Too few other ships passed to say what the gap means."})
    return {
        "id": content_id("thread", mmsi, voyage["id"]), "ship": mmsi, "voyage": voyage["id"],
        "title": f"{name}: {voyage['from_name']} to {voyage['to_name']}, {voyage['departed'][:10]} to "
        f"{voyage['arrived'][:10]}",
        "start": voyage["departed"], "end": voyage["arrived"], "order": order,
        "summary": f"{name} sailed from {voyage['from_name']} to {voyage['to_name']} and was unheard for {dark:.0f} "
        f"hours of the way in {len(gaps)} gap{'s' if len(gaps) != 1 else ''}.",
        "for": [{"evidence": item["id"], "says": item["says"]} for item in [*mine, *proof.get(f"hit {mmsi}", [])]],
        "against": against, "innocent": INNOCENT["gap"][:3],
        "missing": [
            {"what": "The draught on arrival at the far end", "where": "Type 5 messages of a nearer receiver"},
            {"what": "The ship's last 24 months", "where": "An archive of positions, such as a national authority's"},
            {"what": "What was loaded", "where": "The bill of lading; the port's customs declaration"},
        ],
    }  # fmt: skip


def made_case(*, fixes: int = 20_000, extra_gaps: int = 0, invented: bool = True) -> dict[str, Any]:
    """The whole case; `extra_gaps` short gaps are strewn over the local ships, to try large pages."""
    rng = np.random.default_rng(7)
    ships = {mmsi: _ship(mmsi, fixes // len(FLEET), rng) for mmsi in FLEET}
    gaps, silences, calls, voyages, proof, evidence = [], [], [], [], {}, []
    row = 1000
    for mmsi, ship in ships.items():
        plan = [*ship["plan"]["gaps"]]
        if mmsi > 999100003 and extra_gaps:
            every = max(int(len(ship["hours"]) * 5 / extra_gaps), 1)
            plan += [(float(h), 6.0, "cannot tell") for h in ship["hours"][every:-every:every]]
        for begin, long, verdict in plan:
            row += 10
            gap = _gap(mmsi, ship, begin, long, row)
            silence = _silence(gap, verdict)
            gaps.append(gap)
            silences.append(silence)
            place = Place(gap["start_lat"], gap["start_lon"], gap["end_lat"], gap["end_lon"])
            hours = gap["details"]["hours"]
            says = f"{ship['plan']['name']} was unheard for {hours:.1f} hours and was next heard " \
                   f"{gap['details']['distance_m'] / 1852:.0f} nautical miles on."  # fmt: skip
            proof[gap["id"]] = [
                _evidence("gap", mmsi, gap["start"], gap["end"], place, says, "fair",
                          "Both ends are rows of the source; what happened between them is not.", gap["id"], AIS, row),
                _evidence("silence", mmsi, gap["start"], gap["end"], place, silence["says"],
                          {"likely switched off": "strong", "cannot tell": "weak"}.get(verdict, "fair"),
                          f"p = {silence['p']:.4f}" if silence["p"] else "Too few passages to weigh it.", gap["id"],
                          AIS, row),
            ]  # fmt: skip
            evidence += proof[gap["id"]]
        edges = [(ship["legs"][0][0], float(ship["hours"][0]), ship["legs"][0][2])]
        edges += [(a[1], a[3], b[2]) for a, b in zip(ship["legs"], ship["legs"][1:], strict=False)]
        edges.append((ship["legs"][-1][1], ship["legs"][-1][3], float(ship["hours"][-1])))
        mine = []
        for port, begin, end in edges:
            name, country, lat, lon = PORTS[port]
            mine.append({
                "id": content_id("port_call", mmsi, begin), "kind": "port_call", "ship": mmsi, "other": None,
                "start": stamp(begin), "end": stamp(end), "start_lat": lat, "start_lon": lon, "end_lat": lat,
                "end_lon": lon, "sources": [{"source": AIS, "first_row": row, "last_row": row + 40}],
                "details": {"port": port, "name": name, "country": country, "stopped_h": end - begin},
            })  # fmt: skip
        calls += mine
        for (a, b, leaves, arrives), before, after in zip(ship["legs"], mine, mine[1:], strict=False):
            inside = [g for g in gaps if g["ship"] == mmsi and stamp(leaves) <= g["start"] < stamp(arrives)]
            voyages.append({
                "id": content_id("voyage", mmsi, leaves), "ship": mmsi, "from_port": a, "from_name": PORTS[a][0],
                "from_country": PORTS[a][1], "departed": stamp(leaves), "to_port": b, "to_name": PORTS[b][0],
                "to_country": PORTS[b][1], "arrived": stamp(arrives), "from_call": before["id"], "to_call": after["id"],
                "gaps": [g["id"] for g in inside], "dark_h": sum(g["details"]["hours"] for g in inside),
                "sources": before["sources"], "corridor": {PORTS[a][1], PORTS[b][1]} == {"CN", "IR"}
                and PORTS[a][1] == "CN",
            })  # fmt: skip
    hits = _hits()
    for hit in hits:
        found = _evidence("hit", hit["ship"], None, None, None,
                          f"{hit['asked']} met {hit['name']}, entry {hit['entry']} of the {hit['list']} of "
                          f"{hit['list_date']}.", "strong" if hit["score"] > 0.9 else "weak",
                          hit["features"][0]["says"], hit["id"], LIST, 4000)  # fmt: skip
        proof[f"hit {hit['ship']}"] = [found]
        evidence.append(found)
    corridor = [v for v in voyages if v["corridor"]]
    threads = [
        _thread(v["ship"], v, [g for g in gaps if g["id"] in v["gaps"]], proof, order)
        for v, order in zip(corridor, [
            "First: a dark leg that other ships did not share, by a ship whose IMO number is on a list.",
            "Second: a dark leg that other ships did not share; the list entry is of another ship.",
            "Third: the gap cannot be weighed, because too few ships passed.",
        ], strict=False)
    ]  # fmt: skip
    used = {item["evidence"] for t in threads for item in [*t["for"], *t["against"]]}
    positions = sum(len(s["hours"]) for s in ships.values())
    return {
        "format": "darkwake-case", "format_version": 1, "made_by": "darkwake 0.1.0",
        "case": {
            "name": "strait-2025", "invented": invented, "corridor": {"from": ["CN"], "to": ["IR"]},
            "question": "Which ships sailed from China to Iran in September 2025 and fell silent on the way?",
            "period": {"start": stamp(0), "end": stamp(44 * 24)}, "longer_than_h": 6.0,
        },
        "answer": {
            "sentences": [
                "Three ships sailed from Chinese to Iranian ports, and two of them fell silent in water where other "
                "ships of their class were heard.",
                "EXAMPLE HERON was unheard for 63 hours before the Strait of Hormuz; its IMO number is that of an "
                "entry of the invented list of 2025-08-31.",
                "PRETEND LANTERN was unheard for 42 hours in the Arabian Sea; the entry that its name resembles is of "
                "another ship.",
            ],
            "against": "A transmitter that fails looks the same as one that is switched off, and nothing in this case "
            "says what either ship carried.",
            "evidence": [proof[gaps[0]["id"]][1]["id"], proof["hit 999100001"][0]["id"]],
        },
        "counts": {
            "positions": positions, "ships": len(ships), "rows": positions + 1203, "refused": 1203,
            "gaps": len(gaps), "port_calls": len(calls), "voyages": len(voyages), "corridor_voyages": len(corridor),
            "hits": len(hits), "entries": 1204,
        },
        "sources": [
            {"sha256": AIS, "name": "invented-positions.csv", "kind": "dma-csv", "bytes": 2_480_112,
             "rows": positions + 1203, "kept": positions,
             "refused": {"exact duplicate": 1100, "position out of range": 103},
             "dated": "2025-09-01/2025-10-14", "invented": True},
            {"sha256": LIST, "name": "invented-list.xml", "kind": "ofac-sdn", "bytes": 410_022, "rows": 1204,
             "kept": 1204, "refused": {}, "dated": "2025-08-31", "invented": True},
        ],
        "ships": [
            {"ship": mmsi, "label": f"{ship['plan']['name']} (MMSI {mmsi}, IMO {ship['plan']['imo']})",
             "ais_class": "A", "flag": ship["plan"]["flag"], "positions": len(ship["hours"]),
             "first_seen": stamp(ship["hours"][0]),
             "last_seen": stamp(ship["hours"][-1]), "identities": _identities(mmsi)}
            for mmsi, ship in ships.items()
        ],
        "tracks": [_coded(mmsi, ship) for mmsi, ship in ships.items()],
        "ports": [{"port": port, "name": name, "country": country, "lat": lat, "lon": lon}
                  for port, (name, country, lat, lon) in sorted(PORTS.items())],
        "events": sorted([*gaps, *calls], key=lambda e: (e["ship"], e["start"], e["kind"], e["id"])),
        "around": [row for gap, count in zip(gaps, (28, 260), strict=False) for row in _around(gap, count)],
        "reception": _reception(ships), "reach": _reach(gaps[0]),
        "searched": "Invented list of ships of 2025-08-31, 1,204 entries",
        "silences": silences, "voyages": voyages, "hits": hits, "evidence": evidence, "threads": threads,
        "unused": [item["id"] for item in evidence if item["id"] not in used],
        "method": {
            "parameters": [
                {"name": "longer_than_h", "value": 6.0, "says": "A silence counts as a gap when it lasts longer."},
                {"name": "needed", "value": 20, "says": "Passages of other ships below which nothing is said."},
            ],
            "limits": ["Positions of one thin feed: absence in it is not darkness.",
                       "The path of a ship in a gap is not known; the dashed line joins its two ends and is no path."],
        },
    }  # fmt: skip
