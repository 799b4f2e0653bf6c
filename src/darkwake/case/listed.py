"""Who is listed: each meeting with a list entry, what was in force on each voyage day in whose view, what was decided.

Views are never mixed: where holders differ, each stands for itself beside the others, and no mean is made of them. A
decision never hides a hit; it stands beside it, and one that has expired says what changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from darkwake.case.index import Index, Row, anchor
from darkwake.case.sections import citations, cites

MOST_DAYS = 6
"""Days of one hit that stand open; the others are folded away."""


def hits(index: Index) -> list[dict[str, Any]]:
    """Each meeting with a list entry, with the two values that met in each feature."""
    days: dict[str, list[Row]] = defaultdict(list)
    for row in index.case.get("standings") or []:
        days[str(row["hit"])].append(row)
    made = index.case.get("decisions") or []
    return [
        {
            "anchor": anchor("hit", row["id"]),
            "ship": index.short(row.get("ship")),
            "ship_anchor": anchor("ship", row["ship"]) if row.get("ship") in index.ships else None,
            "asked": row["asked"],
            "entry": row["entry"],
            "list": row["list"],
            "list_date": row.get("list_date"),
            "name": row["name"],
            "programmes": row.get("programmes") or [],
            "rank": row["rank"],
            "listed_from": row.get("listed_from"),
            "features": row.get("features") or [],
            "standing": standing(days.get(str(row["id"]), [])),
            "decisions": [_decision(one) for one in made if _meant(one, row)],
            "cites": cites(index, index.of_thing.get(row["id"], [])),
            "sources": citations(index, row.get("sources")),
        }
        for row in index.hits
    ]


def standing(rows: Sequence[Row]) -> dict[str, Any] | None:
    """The standing of one hit on the days of its ship's voyages; None where the case has none."""
    if not rows:
        return None
    days = [
        {
            "on": row["on"],
            "word": row["standing"],
            "kind": _kind(str(row["standing"])),
            "says": row.get("standing_says") or "",
            "views": [dict(view) | {"kind": _kind(str(view["word"]))} for view in row.get("views") or []],
        }
        for row in sorted(rows, key=lambda row: str(row["on"]))
    ]
    # two views or more stand side by side; a single one is the sentence itself
    for day in days:
        if len(day["views"]) < 2:
            day["views"] = []
    return {"first": days[:MOST_DAYS], "rest": days[MOST_DAYS:], "n": len(days)}


def _kind(word: str) -> str:
    """The class of a word of standing, for its mark."""
    return {"in force": "force", "not in force": "out", "contested": "contested"}.get(word, "cannot")


def _meant(decision: Row, hit: Row) -> bool:
    if decision.get("hit"):
        return bool(decision["hit"] == hit["id"])
    return all(decision.get(key) == hit.get(key) for key in ("ship", "list", "entry"))


def _decision(row: Row) -> dict[str, Any]:
    changed = row.get("changed") or []
    return {
        "word": row.get("word") or "known false hit",
        "because": str(row.get("because") or "").rstrip("."),
        "author": row.get("author"),
        "at": row.get("at"),
        "expired": bool(row.get("expired")),
        "changed": [changed] if isinstance(changed, str) else list(changed),
    }
