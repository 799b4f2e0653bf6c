"""What each section of the page shows, as plain rows for the template: no markup here, no thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from darkwake.case import strips, text
from darkwake.case.index import Index, Row, anchor

_STEPS = {"weak": 1, "fair": 2, "strong": 3}


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


def hits(index: Index) -> list[dict[str, Any]]:
    """Each meeting with a list entry, with the two values that met in each feature."""
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
            "cites": cites(index, index.of_thing.get(row["id"], [])),
            "sources": citations(index, row.get("sources")),
        }
        for row in index.hits
    ]


def lists_checked(index: Index) -> list[str]:
    """The lists that were searched, with their dates, for the sentence on those who were not found."""
    ships = {"dma-csv", "nmea", "marinecadastre", "csv", "parquet", "ports"}
    named = {(str(row["list"]), str(row.get("list_date") or "undated")) for row in index.hits}
    found = [f"{name} of {day}" for name, day in sorted(named)]
    for row in index.case.get("sources", []):
        kind = str(row.get("kind", ""))
        listing = any(word in kind for word in ("sdn", "ofac", "list", "sanction", "ftm")) and kind not in ships
        if listing and not any(str(row.get("dated") or "undated") == day for _, day in named):
            found.append(f"{row['name']} of {row.get('dated') or 'no stated date'}")
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


def gaps(index: Index) -> dict[str, list[dict[str, Any]]]:
    """Gaps of the threads as panels, the others as rows."""
    told = list(dict.fromkeys(gap for row in index.threads for gap in index.thread_gaps[row["id"]]))
    rest = sorted((gap for gap in index.gaps if gap["id"] not in index.told_gaps), key=_longest)
    return {"told": [_panel(index, index.gap[gap]) for gap in told], "rest": [_gap_row(index, gap) for gap in rest]}


def _longest(gap: Row) -> tuple[float, str]:
    given = (gap.get("details") or {}).get("hours")
    return (-given if isinstance(given, int | float) else 0.0, str(gap["id"]))


def _gap_row(index: Index, gap: Row) -> dict[str, Any]:
    silence = index.silence.get(gap["id"]) or {}
    return {
        "anchor": anchor("gap", gap["id"]),
        "ship": index.short(gap["ship"]),
        "ship_anchor": anchor("ship", gap["ship"]),
        "start": text.seconds(gap["start"]) or index.span[0],
        "end": index.end(gap),
        "open": not gap.get("end"),
        "hours": strips.gap_hours(index, gap),
        "hours_sort": -_longest(gap)[0],
        "verdict": silence.get("verdict", "not weighed"),
        "says": silence.get("says", "This gap was not weighed."),
        "cites": cites(index, index.of_thing.get(gap["id"], [])),
    }


def _panel(index: Index, gap: Row) -> dict[str, Any]:
    silence, details = index.silence.get(gap["id"]) or {}, dict(gap.get("details") or {})
    evidence = [index.evidence[key] for key in index.of_thing.get(gap["id"], [])]
    innocent = list(dict.fromkeys(line for item in evidence for line in item.get("innocent") or []))
    known = {"hours", "distance_m", "implied_kn", "open"}
    figures = [("Unheard", strips.gap_hours(index, gap))]
    if isinstance(details.get("distance_m"), int | float):
        figures.append(("Between its ends", f"{details['distance_m'] / 1852:,.0f} nautical miles"))
    if isinstance(details.get("implied_kn"), int | float):
        figures.append(("Straight-line speed", f"{details['implied_kn']:.1f} knots"))
    for key, label in (("passages", "Passages by others"), ("ships", "Ships that made them"),
                       ("unheard_as_long", "Unheard as long")):  # fmt: skip
        if silence.get(key) is not None:
            figures.append((label, text.number(silence[key])))
    if silence.get("p") is not None:
        figures.append(("p, by rank", text.decimal(silence["p"])))
    more = [*((key, value) for key, value in details.items() if key not in known),
            *(silence.get("details") or {}).items()]  # fmt: skip
    first = evidence[0] if evidence else {}
    return _gap_row(index, gap) | {
        "figures": figures,
        "more": [(text.words(key), _plain(value)) for key, value in more],
        "innocent": innocent,
        "strength": first.get("strength"),
        "because": first.get("because"),
        "from": (gap["start"], text.position(gap["start_lat"], gap["start_lon"])),
        "to": (gap.get("end"), text.position(gap.get("end_lat"), gap.get("end_lon"))),
        "share": _share(silence),
        "sources": citations(index, gap.get("sources")),
        "threads": [
            {"anchor": anchor("thread", row["id"]), "title": row["title"]}
            for row in index.threads
            if gap["id"] in index.thread_gaps[row["id"]]
        ],
    }


def _share(silence: Row) -> dict[str, Any] | None:
    """How many passages of others were unheard as long, of how many: drawn as a bar."""
    passages, as_long = silence.get("passages"), silence.get("unheard_as_long")
    if not passages or as_long is None:
        return None
    return {"passages": passages, "as_long": as_long, "w": round(min(as_long / passages * 100, 100.0), 3)}


def _plain(value: Any) -> str:
    """A number of a test, or a list or table of them, as one readable line."""
    if isinstance(value, dict):
        return "; ".join(f"{text.words(str(key))}: {_plain(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value[:12]) + (f" … ({len(value)})" if len(value) > 12 else "")
    return str(text.shown(value))


def citations(index: Index, rows: Iterable[Row] | None) -> list[dict[str, Any]]:
    """Where in the sources: file name, rows, link to the source."""
    names = {row["sha256"]: row["name"] for row in index.case.get("sources", [])}
    found = []
    for row in rows or []:
        first, last = row.get("first_row"), row.get("last_row")
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
        "steps": _STEPS.get(item["strength"], 0),
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
