"""Threads with their chains and rivals, and the rivals of the whole case, as plain values for the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from darkwake.case import buildings, notes_shown, strips, text
from darkwake.case.index import Index, Row, anchor
from darkwake.case.sections import cites, reasons

JOINTS: Mapping[str, str] = {
    "identity": "the same hull, number or list entry",
    "name": "a text or a list uses its name",
    "place and time": "it lies near and its days meet; a weak link",
    "stated": "somebody speaks of such a thing; nothing ties it to this thread",
}
"""Each joint, from the surest to the loosest, and what it rests on."""
KINDS: Mapping[str, str] = {
    "voyage": "a voyage", "ship": "a ship", "cargo": "a cargo", "site": "a site", "claim": "a claim",
}  # fmt: skip
SIGNS: Mapping[str, str] = {"against": "−", "for": "+", "neither": "·"}
WEIGHTS: Mapping[str, str] = {"decisive": "decisive", "some": "some weight"}
MOST_MATRIX = 60
"""Rows of the matrix that the page shows; the case file holds more."""


def threads(index: Index) -> list[dict[str, Any]]:
    """Each thread with its chain, its four sides and its rivals."""
    return [_thread(index, place, row) for place, row in enumerate(index.every_thread, 1)]


def _thread(index: Index, place: int, row: Row) -> dict[str, Any]:
    voyage, ship = row.get("voyage"), row.get("ship")
    start, end = text.seconds(row.get("start")), text.seconds(row.get("end"))
    return {
        "number": place,
        "anchor": anchor("thread", row["id"]),
        "kind": KINDS.get(str(row.get("kind") or "voyage"), "a thread"),
        "title": row["title"],
        "ship": index.short(ship) if ship is not None else None,
        "ship_anchor": anchor("ship", ship) if ship in index.ships else None,
        "voyage_anchor": anchor("voyage", voyage) if voyage in index.voyage else None,
        "start": index.span[0] if start is None else start,
        "end": index.span[1] if end is None else end,
        "summary": row["summary"],
        "order": row["order"],
        "stations": [_station(index, one) for one in row.get("stations") or []],
        "for": reasons(index, row.get("for", [])),
        "against": reasons(index, row.get("against", [])),
        "innocent": row.get("innocent", []),
        "missing": row.get("missing", []),
        "questions": _questions(index, row.get("hypotheses") or []),
        "decides": cites(index, row.get("decides") or []),
        "gaps": [
            {"anchor": anchor("gap", gap), "label": strips.gap_hours(index, index.gap[gap])}
            for gap in index.thread_gaps.get(row["id"], [])
        ],
        "listed": ship in index.listed,
    }


def _station(index: Index, row: Row) -> dict[str, Any]:
    joint = str(row.get("joint") or "stated")
    when = text.between(row.get("start"), row.get("end")) if row.get("start") or row.get("end") else ""
    return {
        "kind": str(row["kind"]),
        "label": row["label"],
        "anchor": _leads_to(index, str(row["kind"]), str(row["key"])),
        "joint": joint,
        "look": (list(JOINTS).index(joint) if joint in JOINTS else len(JOINTS) - 1) + 1,
        "how": row.get("how") or "",
        "when": when,
        "cites": cites(index, row.get("evidence") or []),
    }


def _leads_to(index: Index, kind: str, key: str) -> str | None:
    """The place of the page where the station's thing stands; None where it has none."""
    if kind == "ship" and key.isdecimal() and int(key) in index.ships:
        return anchor("ship", int(key))
    if kind == "voyage" and key in index.voyage:
        return anchor("voyage", key)
    if kind == "silence" and key in index.gap:
        return anchor("gap", key)
    if kind == "port" and any(row["port"] == key for row in index.case.get("ports", [])):
        return anchor("port", key)
    watched = {row["site"]: row["id"] for row in (index.case.get("sites") or {}).get("sites", [])}
    if kind == "site" and key in watched and watched[key] == buildings.site_id(key):
        return anchor("watched", watched[key])
    return None


def _questions(index: Index, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rivals by question, numbered through, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for place, row in enumerate(rows, 1):
        found.setdefault(str(row.get("question") or ""), []).append(_rival(index, place, row))
    return [{"says": question, "rivals": own} for question, own in found.items()]


def _rival(index: Index, place: int, row: Row) -> dict[str, Any]:
    against = row.get("against") or []
    pieces = len({one.get("evidence") for one in against})
    return {
        "anchor": anchor("hypothesis", row["id"]),
        "letter": f"H{place}",
        "title": row["title"],
        "says": row.get("says") or "",
        "order": row.get("order") or "",
        "against": _spoken(index, against),
        "for": _spoken(index, row.get("for") or []),
        "pieces": pieces,
        "pieces_for": len({one.get("evidence") for one in row.get("for") or []}),
        "neither": row.get("neither") or 0,
        "would_change": row.get("would_change") or [],
    }


def _spoken(index: Index, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What speaks for or against, each sentence once with all the evidence that says it."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((str(row["says"]), WEIGHTS.get(str(row.get("weight")), "")), []).append(row["evidence"])
    return [{"says": says, "weight": weight, "cites": cites(index, keys)} for (says, weight), keys in found.items()]


def whole(index: Index) -> dict[str, Any]:
    """The rivals of the whole case, the matrix and what is missing; each empty where there is none."""
    case = index.case.get("hypotheses") or {}
    missing = [_missing(index, row) for row in index.case.get("missing") or []]
    questions = _questions(index, case.get("rows") or [])
    rivals = [row for question in questions for row in question["rivals"]]
    ids = [row["id"] for row in case.get("rows") or []]
    matrix = [row for row in case.get("matrix") or [] if row["evidence"] in index.evidence]
    return {
        "question": case.get("question") or "",
        "says": case.get("says") or "",
        "questions": questions,
        "rivals": rivals,
        "matrix": [_line(index, row, ids) for row in matrix[:MOST_MATRIX]],
        "more": max(0, len(matrix) - MOST_MATRIX),
        "missing": missing,
    }


def _line(index: Index, row: Row, ids: list[str]) -> dict[str, Any]:
    item = index.evidence[row["evidence"]]
    marks = [str(row["marks"].get(key, "neither")) for key in ids]
    why = dict.fromkeys(str(row["why"][key]) for key in ids if row.get("why", {}).get(key))
    return {
        "cites": cites(index, [row["evidence"]]),
        "kind": str(item["kind"]).replace("_", " "),
        "about": ", ".join(dict.fromkeys(
            index.bare(str(one.get("label") or one.get("key"))) for one in (item.get("subjects") or [])[:2]
        )),
        "why": list(why),
        "cells": [{"word": mark, "sign": SIGNS.get(mark, "·")} for mark in marks],
    }  # fmt: skip


def _missing(index: Index, row: Row) -> dict[str, Any]:
    titles = {thread["id"]: (place, thread["title"]) for place, thread in enumerate(index.every_thread, 1)}
    return {
        "anchor": anchor("missing", notes_shown.missing(row)),
        "what": row["what"],
        "where": row["where"],
        "would_change": row.get("would_change") or "",
        "threads": [
            {"anchor": anchor("thread", key), "number": titles[key][0], "title": titles[key][1]}
            for key in row.get("threads") or []
            if key in titles
        ],
    }
