"""An invented case of any size for the measurement of the page: straight columns, no ship of this world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from darkwake.evidence import content_id

SHIP, START_S, DAYS = 999_200_000, 1_756_684_800, 44
AIS = "a1" * 32
_WORDS = [
    "AMBER",
    "COBALT",
    "CINDER",
    "HOLLOW",
    "LINDEN",
    "MARBLE",
    "OCHRE",
    "PAPER",
    "QUARTZ",
    "SAFFRON",
    "TEAL",
    "UM",
]
_BIRDS = [
    "AVOCET",
    "BITTERN",
    "CURLEW",
    "DUNLIN",
    "EIDER",
    "FULMAR",
    "GANNET",
    "HERON",
    "IBIS",
    "KNOT",
    "LINNET",
    "OWL",
]
_CAN = ("cannot tell", "poor reception", "receiver outage", "likely switched off")
_INNOCENT = (
    "The ship was out of range, behind land, or its antenna was badly placed or low.",
    "Weather or the state of the air changed how far signals carried.",
    "A receiver, its line or the feed behind it was down.",
    "The transmitter or its power failed, or was under repair.",
    "The master switched off for safety, as SOLAS regulation V/19 lets him where piracy or attack threatens.",
)


def made(points: int, pieces: int, seed: int = 8) -> dict[str, Any]:
    """A parsed case.json with `points` positions and `pieces` of evidence.

    Half of the evidence tells of silences, the rest of port calls and of meetings. Ships hold about a thousand
    positions each, a few minutes to hours apart as thinning leaves them, and sail smooth ways in the Arabian Sea.
    """
    rng = np.random.default_rng(seed)
    count = max(points // 1000, 8)
    sizes = np.full(count, points // count)
    sizes[: points - int(sizes.sum())] += 1
    names = [f"{_WORDS[n % 12]} {_BIRDS[n // 12 % 12]} {n // 144 + 1}" for n in range(count)]
    tracks = [_track(SHIP + n, int(size), rng) for n, size in enumerate(sizes)]
    gaps = [_gap(place, tracks[place % count], rng) for place in range(pieces // 2)]
    silences = [_silence(gap, rng) for gap in gaps]
    evidence = [_of_gap(gap, told, names) for gap, told in zip(gaps, silences, strict=True)]
    calls = [_call(place, tracks[place % count], names, rng) for place in range(pieces - len(evidence))]
    evidence += [item for _, item in calls]
    voyages = [_voyage(gap) for gap in gaps[:40]]
    threads = [_thread(voyage, item, names) for voyage, item in zip(voyages, evidence, strict=False)]
    used = {row["evidence"] for thread in threads for row in thread["for"]}
    return {
        "format": "darkwake-case", "format_version": 1, "made_by": "darkwake bench",
        "case": {"name": "bench", "question": "Does a case of this size open at once?", "invented": True,
                 "corridor": {"from": [], "to": []}, "period": {"start": _at(0), "end": _at(DAYS * 86_400)},
                 "longer_than_h": 6.0},
        "answer": {"sentences": ["This case was invented to measure the page."], "against": "", "evidence": []},
        "counts": {"rows": points * 4, "refused": 0, "positions": points * 4, "ships": count, "gaps": len(gaps),
                   "port_calls": len(calls), "voyages": len(voyages), "corridor_voyages": 0, "hits": 0},
        "sources": [{"name": "invented.csv", "sha256": AIS, "kind": "AIS", "bytes": points * 90, "rows": points * 4,
                     "kept": points * 4, "refused": {}, "invented": True}],
        "ships": [{"ship": SHIP + n, "label": f"{name} (MMSI {SHIP + n})", "ais_class": "A", "flag": "XX",
                   "positions": int(size) * 4, "first_seen": _at(0), "last_seen": _at(DAYS * 86_400), "identities": []}
                  for n, (name, size) in enumerate(zip(names, sizes, strict=True))],
        "tracks": tracks, "ports": [], "events": [*gaps, *(call for call, _ in calls)], "silences": silences,
        "voyages": voyages, "hits": [], "searched": "", "evidence": evidence, "threads": threads,
        "unused": [item["id"] for item in evidence if item["id"] not in used],
        "method": {"parameters": [], "limits": []},
    }  # fmt: skip


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(START_S + round(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _track(ship: int, size: int, rng: np.random.Generator) -> dict[str, Any]:
    wait = rng.lognormal(7.3, 1.3, size)
    seconds = np.rint(np.cumsum(wait) * (DAYS * 86_400 / wait.sum())).astype(np.int64)
    course = np.cumsum(rng.normal(0, 0.25, size)) + rng.uniform(0, 6.28)
    far = np.diff(seconds, prepend=0) * rng.uniform(4, 8) / 111_000
    # a ship that reaches the edge of the sea turns round: its way is folded back into the box
    lat = 8 + 12 * _folded(rng.uniform(0, 2) + np.cumsum(far * np.cos(course)) / 12)
    lon = 56 + 14 * _folded(rng.uniform(0, 2) + np.cumsum(far * np.sin(course)) / 14)
    steps = [np.rint(side * 1e4).astype(np.int64) for side in (lat, lon)]
    return {"ship": ship, "start": START_S + int(seconds[0]), "t": np.diff(seconds, prepend=seconds[0]).tolist(),
            "lat": np.diff(steps[0], prepend=0).tolist(), "lon": np.diff(steps[1], prepend=0).tolist()}  # fmt: skip


def _folded(way: Any) -> Any:
    """A way folded into 0 to 1, as light between two mirrors."""
    return 1 - np.abs(way % 2 - 1)


def _gap(place: int, track: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    at = int(rng.integers(1, len(track["t"]) - 1))
    start = int(np.sum(track["t"][:at])) + track["start"] - START_S
    end = start + max(track["t"][at], 60)
    lat, lon = ([float(np.sum(track[key][: at + n])) / 1e4 for n in (0, 1)] for key in ("lat", "lon"))
    return {
        "id": content_id("gap", "bench", place), "kind": "gap", "ship": track["ship"], "other": None,
        "start": _at(start), "end": _at(end), "start_lat": lat[0], "start_lon": lon[0], "end_lat": lat[1],
        "end_lon": lon[1], "details": {"hours": (end - start) / 3600, "distance_m": 40_000.0, "open": False},
        "sources": [{"source": AIS, "first_row": place * 7, "last_row": place * 7 + 1}],
    }  # fmt: skip


def _silence(gap: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    passages, few = int(rng.integers(2, 400)), int(rng.integers(0, 30))
    says = f"Of {passages} passages by other class-A ships through this water, {few} were unheard as long; 20 needed."
    verdict = _CAN[int(rng.choice(4, p=[0.6, 0.25, 0.1, 0.05]))]
    return {"event": gap["id"], "verdict": verdict, "says": says, "passages": passages, "ships": passages // 2,
            "unheard_as_long": few, "p": None, "details": {}}  # fmt: skip


def _piece(kind: str, event: dict[str, Any], name: str, says: str, because: str) -> dict[str, Any]:
    return {
        "id": content_id("ev", event["id"]), "kind": kind,
        "subjects": [{"kind": "ship", "key": str(event["ship"]), "label": f"{name} (MMSI {event['ship']})"}],
        "start": event["start"], "end": event["end"], "says": says, "strength": "weak", "because": because,
        "place": {"lat": event["start_lat"], "lon": event["start_lon"], "name": ""}, "innocent": list(_INNOCENT),
        "sources": event["sources"], "made_by": "events.gap 0.1.0 longer_than=6h with_open=true; events.silence 0.1.0",
        "details": {"event": event["id"]},
    }  # fmt: skip


def _of_gap(gap: dict[str, Any], told: dict[str, Any], names: list[str]) -> dict[str, Any]:
    name = names[gap["ship"] - SHIP]
    says = (
        f"{name} was not heard for {gap['details']['hours']:.1f} hours, from {gap['start'][:16].replace('T', ' ')} UTC "
        f"to {gap['end'][:16].replace('T', ' ')} UTC. {told['says']}"
    )
    return _piece("silence", gap, name, says, "too few other ships were heard there to compare with")


def _call(
    place: int, track: dict[str, Any], names: list[str], rng: np.random.Generator
) -> tuple[dict[str, Any], dict[str, Any]]:
    event = _gap(place, track, rng)
    event |= {"id": content_id("call", "bench", place), "kind": "port_call",
              "details": {"name": f"Made-up Roads {place % 50}", "country": "XX", "confidence": 4}}  # fmt: skip
    name = names[event["ship"] - SHIP]
    says = f"{name} was at Made-up Roads {place % 50} (XX) from {event['start'][:16]} to {event['end'][:16]} UTC."
    return event, _piece("port call", event, name, says, "it was heard entering, lying still and leaving")


def _voyage(gap: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": content_id("voyage", gap["id"]), "ship": gap["ship"], "from_port": None, "from_name": "Made-up Roads",
        "from_country": "XX", "departed": _at(86_400), "to_port": None, "to_name": "Pretend Quay", "to_country": "YY",
        "arrived": _at(30 * 86_400), "from_call": None, "to_call": None, "gaps": [gap["id"]],
        "dark_h": gap["details"]["hours"], "corridor": False, "sources": gap["sources"],
    }  # fmt: skip


def _thread(voyage: dict[str, Any], item: dict[str, Any], names: list[str]) -> dict[str, Any]:
    name = names[voyage["ship"] - SHIP]
    return {
        "id": content_id("thread", voyage["id"]), "ship": voyage["ship"], "voyage": voyage["id"],
        "title": f"{name}: Made-up Roads to Pretend Quay", "start": voyage["departed"], "end": voyage["arrived"],
        "summary": f"{name} went from Made-up Roads to Pretend Quay and was silent once.", "order": "Invented.",
        "for": [{"evidence": item["id"], "says": item["says"]}], "against": [], "innocent": list(_INNOCENT),
        "missing": [],
    }  # fmt: skip
