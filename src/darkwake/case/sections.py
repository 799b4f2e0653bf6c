"""What each section of the page shows, as plain rows for the template: no markup here, no thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from darkwake.case import text
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
        ("gaps_open", "ship{s} not heard again before the data end", "silence"),
        *(
            (
                ("corridor_voyages", "voyages on the corridor", "voyages"),
                ("corridor_inferred", "corridor voyages that may have been made, a call unheard", "voyages"),
            )
            if asked
            else (("voyages", "voyages, port to port", "voyages"),)
        ),
        ("hits", "meetings with list entries", "listed"),
    ]
    counts = apart(counts)
    shown = [
        {"n": counts[key], "label": label.format(s="" if counts[key] == 1 else "s"), "to": to}
        for key, label, to in found
        if key in counts and index.sails and (counts[key] or key not in _OF_OTHERS)
    ]
    claims, sites = case_part(index, "claims"), case_part(index, "sites")
    watched = [site for site in sites.get("sites", []) if site.get("buildings")]
    others = [
        (len(claims.get("clusters", [])), "happenings told of", "claims"),
        (len(claims.get("articles", [])), "articles", "claims"),
    ]
    for one in ("building", "cell"):
        own = [site for site in watched if (site.get("one") or "building") == one]
        others += [
            (sum(int(site["buildings"]) for site in own), f"{one}s watched", "sites"),
            (sum(int(site.get("changed") or 0) for site in own), f"{one}s that changed", "sites"),
        ]
    room = 8 - len(shown)  # two lines of figures, at most
    return shown + [{"n": n, "label": label, "to": to} for n, label, to in others if n][:room]


_OF_OTHERS: Mapping[str, str] = {"gaps_open": "gaps", "corridor_inferred": "corridor_voyages"}
"""Counts that stand apart on the page -> the count of the case file that holds them too."""


def apart(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts without what stands apart: silences that ended, voyages heard at both ends."""
    found = dict(counts)
    for part, whole in _OF_OTHERS.items():
        if part in found and whole in found:
            found[whole] -= found[part]
    return found


def case_part(index: Index, name: str) -> Row:
    """A part of the case that may be absent or empty."""
    found: Row = index.case.get(name) or {}
    return found


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

    What many pieces share (strength, reason, innocent explanations, what made them) stands once, at the head of their
    group; and what their sentence says already (the ship's name, the times) is not said again below it.
    """
    unused = set(index.case.get("unused") or [])
    used = [_entry(index, index.evidence[key]) for key in index.number if key not in unused]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for key in index.number:
        if key in unused:
            row = _brief(index, index.evidence[key])
            shared = (row["kind"], row["strength"], row["because"], row["made_by"], tuple(row["innocent"]))
            groups.setdefault(shared, []).append(row)
    names = ("kind", "strength", "because", "made_by", "innocent")
    rest = [dict(zip(names, shared, strict=True)) | {"rows": rows} for shared, rows in groups.items()]
    return {"total": len(index.number), "used": used, "unused": rest}


def _brief(index: Index, item: Row) -> dict[str, Any]:
    """An entry with one line of what its sentence does not say: ships not named in it, times, place, rows."""
    row, says = _entry(index, item), str(item["says"])
    named = [str(one["label"]) for one in row["subjects"]]
    line = [label for label in named if index.bare(label) not in says]
    times = [text.moment(time, zone=False) for time in row["when"] if time]
    if times and not all(time in says for time in times):
        line.append(row["span"])
    line += [part for part in (row["where"], row["rows"]) if part]
    return row | {"line": line}


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
