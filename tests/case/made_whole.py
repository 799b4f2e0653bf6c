"""The invented case with all that a case file can hold: ships, lists, articles, a site, hypotheses and notes."""

from __future__ import annotations

import copy
from typing import Any

import made_claims
import made_sites
from made_more import full_case

from darkwake.case import buildings, claimed
from darkwake.case.quantities import quantities
from darkwake.evidence import canonical, content_id

HOSTILE = "</script><b>A&B</b>\"'$[name]\u202egnp.exe\x00\x07\u200b=1+1]]>\U0001f6a2"
_FIXED = {
    "id", "event", "voyage", "hit", "cluster", "claim", "article", "source", "sha256", "kind", "ship", "other",
    "format", "format_version", "site", "png_base64", "from_call", "to_call", "unit", "port", "from_port", "to_port",
    "start", "end", "departed", "arrived", "first_seen", "last_seen", "on", "at", "time", "published",
}  # fmt: skip
"""Fields that tie a case together, which no file from outside fills."""


def whole_case() -> dict[str, Any]:
    """The case, as json.loads would give it."""
    case = full_case(fixes=1200)
    made = made_claims.made()
    tables = claimed.Claimed(made.articles, made.claims, made.clusters, made.origins, made.contradictions)
    case["claims"] = claimed.section(tables)
    case["quantities"] = quantities(made.claims, made.clusters, made.articles)
    case["sites"] = buildings.section([made_sites.made()])
    thread, proof = case["threads"][0], case["evidence"][0]["id"]
    thread |= {
        "kind": "voyage",
        "stations": [
            {"kind": "ship", "key": str(thread["ship"]), "label": "EXAMPLE HERON", "start": None, "end": None,
             "lat": None, "lon": None, "evidence": [proof], "joint": "identity", "how": "By its IMO number."},
            {"kind": "port", "key": "IRBND", "label": "Bandar Abbas", "start": None, "end": None, "lat": 27.08,
             "lon": 56.1, "evidence": [], "joint": "name", "how": "By its name."},
        ],
    }  # fmt: skip
    row = {
        "id": content_id("hypothesis", 1), "title": "The transmitter failed", "says": "Nothing was hidden.",
        "against": [{"evidence": proof, "says": "It was heard on both sides.", "weight": "decisive"}], "for": [],
        "neither": 3, "order": "Least speaks against it.", "would_change": ["A repair bill."],
    }  # fmt: skip
    thread["hypotheses"] = [row]
    case["hypotheses"] = {
        "question": "Why was it silent?", "rows": [row], "says": "One piece decides.",
        "matrix": [{"evidence": proof, "marks": {row["id"]: "against"}, "why": {row["id"]: "It was heard."}}],
    }  # fmt: skip
    case["missing"] = [{"what": "The log", "where": "The master", "threads": [thread["id"]], "would_change": "All."}]
    case["unused_why"] = {case["unused"][0]: "No thread is near it."}
    case["notes"] = [
        {"id": content_id("note", 1), "kind": "note", "about": {"kind": "ship", "key": str(thread["ship"])},
         "text": "Asked the port.", "author": "A. Reader", "at": "2025-10-22T08:00:00Z", "withdrawn": False},
        {"id": content_id("note", 2), "kind": "answer", "about": {}, "text": "No reply.", "author": "B. Writer",
         "at": "2025-10-23T08:00:00Z", "withdrawn": True},
    ]  # fmt: skip
    result: dict[str, Any] = canonical(case)
    return result


def hostile_case(text: str = HOSTILE) -> dict[str, Any]:
    """The same with every free text of it replaced."""

    def spoiled(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: spoiled(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return value if key in ("evidence", "unused", "claims", "events") and _are_ids(value) else [
                spoiled(one, key) for one in value
            ]  # fmt: skip
        ids = isinstance(value, str) and "-" in value and len(value.rpartition("-")[2]) == 16
        return text if isinstance(value, str) and key not in _FIXED and not ids else value

    spoilt: dict[str, Any] = spoiled(copy.deepcopy(whole_case()), "")
    return spoilt


def long_case(text: str) -> dict[str, Any]:
    """The case with one text of each kind replaced, for texts so long that a case holds few of them."""
    case = whole_case()
    case["evidence"][0] |= {"says": text, "because": text}
    case["ships"][0]["label"] = case["hits"][0]["name"] = case["threads"][0]["title"] = text
    case["claims"]["claims"][0]["text"] = case["sites"]["buildings"][0]["label"] = case["notes"][0]["text"] = text
    case["ports"][0]["name"] = text
    return case


def _are_ids(values: list[Any]) -> bool:
    return all(isinstance(one, str) for one in values)
