"""What was on board: the goods that the case asks about, with what was found of each and what limits that."""

from __future__ import annotations

from typing import Any

from darkwake.case.index import Index, Row, anchor
from darkwake.case.sections import citations

_ASKED = (
    ("description", ""), ("cas", "CAS"), ("hs", "HS"), ("cn", "CN"), ("entry", "entry"), ("from_", "from"),
    ("to", "to"), ("on", "on"),
)  # fmt: skip
_KINDS = {
    "listed": "listed",
    "listed under conditions": "listed",
    "not listed, stated precursor": "stated",
    "not found in the lists checked": "none",
}
"""Verdict -> class of its mark; all others are leads."""


def goods(index: Index) -> list[dict[str, Any]]:
    """Each answer on goods, in the case's order."""
    return [_answer(index, place, row) for place, row in enumerate(index.case.get("goods") or [], 1)]


def _answer(index: Index, place: int, row: Row) -> dict[str, Any]:
    asked = row.get("asked") or {}
    found = [_finding(index, one) for one in row.get("findings") or []]
    parts = [f"{label} {asked[key]}".strip() for key, label in _ASKED if asked.get(key)]
    met = [one for one in found if one["list"] or one["words"]]
    return {
        "anchor": anchor("goods", place),
        "asked": " · ".join(parts) or "goods of which nothing is said",
        "verdict": row["verdict"],
        "kind": _KINDS.get(str(row["verdict"]), "lead"),
        "says": row["says"],
        "found": met,
        "rules": row.get("rules") or [],
        "notes": row.get("notes") or [],
        "innocent": row.get("innocent") or [],
        "limits": row.get("limits") or [],
        "lists": [
            {"said": one.get("said") or one.get("name"), "sha256": one.get("sha256"), "whole": one.get("whole", True)}
            for one in row.get("lists") or []
        ],
    }


def _finding(index: Index, row: Row) -> dict[str, Any]:
    return {
        "verdict": row["verdict"],
        "kind": _KINDS.get(str(row["verdict"]), "lead"),
        "list": row.get("list") or "",
        "list_date": row.get("list_date"),
        "entry": row.get("entry") or "",
        "text": row.get("text") or "",
        "words": row.get("words") or [],
        "from": row.get("in_force_from"),
        "to": row.get("in_force_to"),
        "standing": row.get("standing") or "",
        "says": row.get("says") or "",
        "sources": citations(index, row.get("sources")),
    }
