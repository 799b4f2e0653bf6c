"""A case with all parts in which every text is an attack: markup, scripts, hidden letters, a string of a megabyte."""

from __future__ import annotations

import copy
from typing import Any

from made_claims import made as made_claims
from made_more import full_case
from made_sites import made as made_sites

from darkwake.case import buildings, claimed
from darkwake.case.quantities import quantities

HOSTILE = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=2>\"'{{7*7}}\u202egnp.exe\x00\x1b[31m"
)
LONG = HOSTILE + "x" * 1_000_000
# what names another row or a moment, is one word of a closed list, or is no text: the program's own, not a source's
OWN = {
    "id", "event", "voyage", "hit", "ship", "other", "kind", "start", "end", "since", "until", "earliest",
    "latest", "on", "at", "list_date", "date", "dates", "source", "port", "sha256", "stretches", "pattern",
    "state", "first_seen", "last_seen", "events", "departed", "arrived", "from_call", "to_call", "from_port",
    "to_port", "gaps", "key", "format", "format_version", "strength", "evidence", "unused", "time", "around_of",
    "claim", "claims", "cluster", "clusters", "article", "articles", "origin", "published", "unit", "png", "data",
    "image", "letters", "building", "watched", "site", "threads", "about", "joint", "order_of", "weight", "sensor",
    "status", "statuses", "polygon", "phases", "mark", "marks", "one", "two", "a", "b", "of", "through", "day",
    "first", "last", "members", "copies", "parent", "lower", "upper", "grade",
}  # fmt: skip


def whole_case() -> dict[str, Any]:
    """Ships, lists, goods, sites, claims, quantities, stations, hypotheses, notes: all that a page can show."""
    case = copy.deepcopy(full_case(fixes=1000))
    found = made_claims()
    tables = claimed.Claimed(found.articles, found.claims, found.clusters, found.origins, found.contradictions)
    case |= {
        "claims": claimed.section(tables),
        "quantities": quantities(found.claims, found.clusters, found.articles),
        "sites": buildings.section([made_sites()]),
        "list_notes": ["The list is older than the voyage."],
    }
    thread, proof = case["threads"][0], case["evidence"][0]["id"]
    thread["kind"] = "voyage"
    thread["stations"] = [
        {"kind": kind, "key": f"k{place}", "label": "A station", "start": None, "end": None, "lat": None, "lon": None,
         "evidence": [proof], "joint": "name", "how": "It stands here loosely."}
        for place, kind in enumerate(("goods", "party", "ship", "silence", "port", "site", "claim", "meeting"))
    ]  # fmt: skip
    row = {"id": "hy-1", "title": "It was a fault", "says": "The transmitter failed.", "neither": 0, "order": "First.",
           "against": [{"evidence": proof, "says": "It speaks against.", "weight": "some"}],
           "for": [{"evidence": proof, "says": "It speaks for."}], "would_change": ["A log book."]}  # fmt: skip
    thread |= {"hypotheses": [row], "decides": [proof]}
    case["hypotheses"] = {
        "question": "What explains it?", "rows": [row], "says": "Two explanations stand.",
        "matrix": [{"evidence": proof, "marks": {"hy-1": "against"}, "why": {"hy-1": "Because."}}],
    }  # fmt: skip
    case["missing"] = [{"what": "A log", "where": "The owner", "threads": [thread["id"]], "would_change": "Much."}]
    case["unused_why"] = dict.fromkeys(case["unused"], "No thread tells of it.")
    case["notes"] = [
        {"id": f"note-{kind}", "kind": kind, "about": {"kind": "thread", "key": thread["id"]}, "text": "A thought.",
         "author": "A. Reader", "at": "2025-11-01T10:00:00Z", "withdrawn": False}
        for kind in ("note", "decision", "answer")
    ]  # fmt: skip
    return case


def spoiled(case: dict[str, Any], attack: str, *, only: str = "") -> dict[str, Any]:
    """The case with `attack` in place of every text, or of every one under the key `only`."""

    def turned(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: turned(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [turned(one, key) for one in value]
        if not isinstance(value, str) or key in OWN or (only and key != only):
            return value
        return attack

    return {key: turned(value, key) for key, value in case.items()}
