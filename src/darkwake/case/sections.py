"""What each section of the page shows, as plain rows for the template: no markup here, no thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from darkwake.case import strips, text
from darkwake.case.index import Index, Row, anchor

STEPS = {"weak": 1, "fair": 2, "strong": 3}


def numbers(index: Index) -> list[dict[str, Any]]:
    """The strip of figures under the answer."""
    case, counts = index.case["case"], index.case.get("counts", {})
    longer = case.get("longer_than_h")
    asked = bool(case.get("corridor", {}).get("from") or case.get("corridor", {}).get("to"))
    found = [
        ("positions", "positions kept", "sources"),
        ("ships", "ships", "ships"),
        ("gaps", f"silences over {longer:g} h" if isinstance(longer, int | float) else "silences", "silence"),
        ("corridor_voyages", "voyages on the corridor", "voyages")
        if asked
        else ("voyages", "voyages, port to port", "voyages"),
        ("hits", "meetings with list entries", "listed"),
    ]
    return [{"n": counts[key], "label": label, "to": to} for key, label, to in found if key in counts]


def cites(index: Index, keys: Iterable[str | None]) -> list[dict[str, str]]:
    """Links to evidence, by its short number."""
    return [
        {"label": index.number[key], "anchor": anchor("ev", key), "says": str(index.evidence[key]["says"])}
        for key in keys
        if key and key in index.number
    ]


def reasons(index: Index, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Reasons of a thread, each with its link to the evidence where it rests on one."""
    return [{"says": row["says"], "cites": cites(index, [row.get("evidence")])} for row in rows]


def threads(index: Index) -> list[dict[str, Any]]:
    """Each thread with its four sides."""
    found = []
    for place, row in enumerate(index.threads, 1):
        voyage = row.get("voyage")
        found.append(
            {
                "number": place,
                "anchor": anchor("thread", row["id"]),
                "title": row["title"],
                "ship": index.short(row["ship"]),
                "ship_anchor": anchor("ship", row["ship"]),
                "voyage_anchor": anchor("voyage", voyage) if voyage in index.voyage else None,
                "start": text.seconds(row.get("start")),
                "end": text.seconds(row.get("end")),
                "summary": row["summary"],
                "order": row["order"],
                "for": reasons(index, row.get("for", [])),
                "against": reasons(index, row.get("against", [])),
                "innocent": row.get("innocent", []),
                "missing": row.get("missing", []),
                "gaps": [
                    {"anchor": anchor("gap", gap), "label": strips.gap_hours(index, index.gap[gap])}
                    for gap in index.thread_gaps[row["id"]]
                ],
                "listed": row["ship"] in index.listed,
            }
        )
    return found


def ships(index: Index) -> list[dict[str, Any]]:
    """The ships of the data, with what each said of itself over time."""
    gaps = index.gaps_by_ship()
    return [
        {
            "anchor": anchor("ship", ship),
            "name": index.short(ship),
            "label": row.get("label"),
            "mmsi": f"{ship:09d}",
            "flag": row.get("flag"),
            "ais_class": row.get("ais_class"),
            "positions": row.get("positions"),
            "first_seen": row.get("first_seen"),
            "last_seen": row.get("last_seen"),
            "start": text.seconds(row.get("first_seen")),
            "end": text.seconds(row.get("last_seen")),
            "gap_count": len(gaps.get(ship, [])),
            "told": ship in index.told,
            "listed": ship in index.listed,
            "identities": row.get("identities") or [],
        }
        for ship in index.order()
        for row in [index.ships[ship]]
    ]


def citations(index: Index, rows: Iterable[Row] | None) -> list[dict[str, Any]]:
    """Where in the sources: file name, rows, link to the source."""
    names = index.file_names
    found = []
    for row in rows or []:
        first, last = row.get("first_row"), row.get("last_row")
        if row.get("unit") == "character":
            where = f"characters {first:,} to {last:,}"
        elif row.get("unit") == "band":
            where = f"band {first:,}" if first == last else f"bands {first:,}–{last:,}"
        else:
            where = f"row {first:,}" if first == last else f"rows {first:,}–{last:,}"
        found.append(
            {
                "name": names.get(row["source"], f"source {str(row['source'])[:12]}…"),
                "rows": where,
                "anchor": anchor("source", str(row["source"])[:16]),
            }
        )
    return found


def evidence(index: Index) -> dict[str, Any]:
    """The register: what threads or the answer use, and the rest by kind, each in the order of its number.

    What many pieces share (their innocent explanations) stands once at the head of their group.
    """
    unused = set(index.case.get("unused") or [])
    used = [_entry(index, index.evidence[key]) for key in index.number if key not in unused]
    groups: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for key in index.number:
        if key in unused:
            row = _entry(index, index.evidence[key])
            groups.setdefault((row["kind"], tuple(row["innocent"])), []).append(row)
    rest = [{"kind": kind, "innocent": innocent, "rows": rows} for (kind, innocent), rows in groups.items()]
    return {"total": len(index.number), "used": used, "unused": rest}


def _entry(index: Index, item: Row) -> dict[str, Any]:
    place = item.get("place") or {}
    where = text.position(place.get("lat"), place.get("lon")) if place else None
    if place.get("name"):
        where = f"{place['name']}, {where}"
    subjects = [
        {
            "label": subject.get("label") or subject.get("key"),
            "anchor": anchor("ship", int(subject["key"]))
            if subject.get("kind") == "ship" and str(subject["key"]).isdecimal() and int(subject["key"]) in index.ships
            else None,
        }
        for subject in item.get("subjects") or []
    ]
    return {
        "anchor": anchor("ev", item["id"]),
        "id": item["id"],
        "number": index.number[item["id"]],
        "kind": str(item["kind"]).replace("_", " "),
        "says": item["says"],
        "strength": item["strength"],
        "steps": STEPS.get(item["strength"], 0),
        "because": item.get("because"),
        "innocent": item.get("innocent") or [],
        "subjects": subjects,
        "start": text.seconds(item.get("start")),
        "end": text.seconds(item.get("end")) or text.seconds(item.get("start")),
        "when": (item.get("start"), item.get("end")),
        "span": text.between(item.get("start"), item.get("end")),
        "where": where,
        "made_by": item.get("made_by"),
        "sources": citations(index, item.get("sources")),
        "rows": "; ".join(f"{row['name']} {row['rows']}" for row in citations(index, item.get("sources"))),
        "threads": [
            {"anchor": anchor("thread", row["id"]), "title": row["title"]} for row in index.cited.get(item["id"], [])
        ],
    }


def sources(index: Index) -> list[dict[str, Any]]:
    """The files of the case with their hashes and what became of their rows."""
    return [
        {
            "anchor": anchor("source", str(row["sha256"])[:16]),
            "name": row["name"],
            "kind": row.get("kind"),
            "sha256": row["sha256"],
            "bytes": text.size(row.get("bytes") or 0),
            "rows": row.get("rows"),
            "kept": row.get("kept"),
            "refused": sum((row.get("refused") or {}).values()),
            "reasons": sorted((row.get("refused") or {}).items(), key=lambda pair: (-pair[1], pair[0])),
            "dated": row.get("dated"),
            "invented": bool(row.get("invented")),
        }
        for row in index.case.get("sources", [])
    ]
