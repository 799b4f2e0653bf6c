"""Meetings, drifting, and identities and positions in doubt, as the page tells them: cards, tables, marks on strips.

Nothing is judged here: sentences, strengths and innocent explanations are those of the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from darkwake.case import gaps, text
from darkwake.case.index import FURTHER, Index, Row, anchor
from darkwake.case.sections import STEPS, citations, cites

NAMES: dict[str, tuple[str, str, str]] = {
    "encounter": ("meeting", "Meetings", "Two ships lay side by side, slow and away from ports."),
    "dark_encounter": (
        "possible meeting",
        "Possible meetings",
        "One ship drifted while another was unheard and had the time to come and go. That it could is no sign that "
        "it did.",
    ),
    "loitering": ("loitering", "Loitering", "A ship was slow for hours away from the shore."),
    "false_identity": ("identity", "Identities in doubt", "What a ship said of itself changed, or cannot all be true."),
    "false_position": ("position", "Positions in doubt", "Positions were heard at which the ship cannot have been."),
}
"""Kind of event -> the word for one, the heading of all, and what it is."""
MOST_CARDS = 30
"""Events of one kind that are told of in full; the others stand in the table."""
LANES, MARK = 3, 5.0
"""Rows of marks under a strip, and how wide a mark is, in percent of the narrowest strip."""
_TOLD = {"says", "innocent", "changes", "disturbed", "event", "stretches", "gap", "candidate"}
_WORDS = {
    "imo": "IMO number",
    "mmsi": "MMSI",
    "callsign": "call sign",
    "length_m": "length (m)",
    "width_m": "width (m)",
}


def told(index: Index) -> dict[str, Any] | None:
    """The section: a group for each kind, the other events, the areas of interference; None where there is nothing."""
    areas = interference(index)
    if not index.further and not areas:
        return None
    mine = [row for row in index.further.values() if index.tells_of(row)]
    mine.sort(key=lambda row: (str(row["start"]), str(row["id"])))
    groups, carded = [], set()
    for kind in FURTHER:
        rows = [row for row in mine if row["kind"] == kind]
        word, heading, means = NAMES[kind]
        if rows:
            shown = sorted(rows, key=lambda row: -_steps(index, row))[:MOST_CARDS]  # the strongest where there are many
            shown = [row for row in rows if row in shown]
            carded |= {row["id"] for row in shown}
            groups.append(
                {"kind": kind, "word": word, "heading": heading, "means": means, "all": len(rows),
                 "cards": [_card(index, row) for row in shown], "more": len(rows) - len(shown)}
            )  # fmt: skip
    rest = [_row(index, row) for row in index.further.values() if row["id"] not in carded]
    rest.sort(key=lambda row: (not row["told"], row["start"], row["anchor"]))
    return {"groups": groups, "rest": rest, "areas": areas, "mine": bool(groups)}


def _steps(index: Index, row: Row) -> int:
    found = index.of_thing.get(str(row["id"]), [])
    return max((STEPS.get(str(index.evidence[key].get("strength")), 0) for key in found), default=0)


def _first(index: Index, row: Row) -> Row:
    """The evidence that an event is; what draughts say of it is another piece."""
    found = [index.evidence[key] for key in index.of_thing.get(str(row["id"]), [])]
    return next((item for item in found if item["kind"] != "draught"), {})


def says(index: Index, row: Row) -> str:
    """The sentence of an event."""
    details = row.get("details") or {}
    own = details.get("says")
    given = _first(index, row).get("says")
    return str(given or (f"{index.short(row['ship'])}: {own}" if own else f"{NAMES[row['kind']][0]}, see its numbers."))


def _row(index: Index, row: Row) -> dict[str, Any]:
    details = row.get("details") or {}
    ships = [row["ship"], *([row["other"]] if row.get("other") is not None else [])]
    return {
        "anchor": anchor("event", row["id"]),
        "kind": row["kind"],
        "word": NAMES[row["kind"]][0],
        "pattern": text.words(str(details["pattern"])) if details.get("pattern") else "",
        "ships": [
            {"name": index.short(ship), "anchor": anchor("ship", ship) if ship in index.ships else None}
            for ship in ships
        ],
        "start": text.seconds(row.get("start")) or index.span[0],
        "end": index.end(row),
        "open": not row.get("end"),
        "says": says(index, row),
        "told": index.tells_of(row),
        "cites": cites(index, index.of_thing.get(str(row["id"]), [])),
    }


def _card(index: Index, row: Row) -> dict[str, Any]:
    item, details = _first(index, row), dict(row.get("details") or {})
    change = index.draught_changes.get(str(row["id"]))
    return _row(index, row) | {
        "strength": item.get("strength"),
        "steps": STEPS.get(str(item.get("strength")), 0),
        "because": item.get("because"),
        "innocent": item.get("innocent") or details.get("innocent") or [],
        "changes": changes(details.get("changes")),
        "where": text.position(row.get("start_lat"), row.get("start_lon")),
        "draught": change["says"] if change else "",
        "numbers": [
            (_name(key), gaps.written(key, value, _name)) for key, value in details.items() if key not in _TOLD
        ],
        "sources": citations(index, row.get("sources")),
    }


def _name(key: str) -> str:
    """A key of an event's numbers in words; lengths are written in nautical miles, so their unit goes."""
    return text.words(key[:-2] if key.endswith("_m") else key)


def changes(rows: Sequence[Row] | None) -> list[dict[str, Any]]:
    """What a ship said of itself before and after, a row for each field."""
    return [
        {
            "field": _WORDS.get(str(row["field"]), str(row["field"])),
            "before": row.get("before"),
            "after": row.get("after"),
            "until": row.get("last_seen"),
            "since": row.get("first_seen"),
        }
        for row in rows or []
    ]


def interference(index: Index) -> list[dict[str, Any]]:
    """Areas and hours in which many ships were displaced at once."""
    return [
        {
            "anchor": anchor("area", row["id"]),
            "start": text.seconds(row.get("start")) or index.span[0],
            "end": index.end(row),
            "south": text.position(row["south"], row["west"]),
            "north": text.position(row["north"], row["east"]),
            "ships": row["ships"],
            "positions": row["positions"],
            "says": row["says"],
            "events": [
                {"anchor": anchor("event", key), "label": index.short(index.further[key]["ship"])}
                for key in row.get("events") or []
                if key in index.further
            ],
            "unseen": sum(key not in index.further for key in row.get("events") or []),
        }
        for row in index.case.get("interference") or []
    ]


def on_strip(index: Index, ship: int, span: tuple[int, int], end: int) -> dict[str, Any]:
    """The marks of a voyage from span[0] to `end`, each in the first row that has room; what has none is counted."""
    wide = max(span[1] - span[0], 1)
    rows = [row for row in index.further.values() if ship in (row["ship"], row.get("other"))]
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    found: list[dict[str, Any]] = []
    more = 0
    for row in sorted(rows, key=lambda row: (str(row["start"]), str(row["id"]))):
        begins, ends = text.seconds(row.get("start")) or index.span[0], index.end(row)
        if begins > end or ends < span[0]:
            continue
        left, right = ((min(max(at, span[0]), end) - span[0]) / wide * 100 for at in (begins, ends))
        middle = min(max((left + right) / 2, MARK / 2), 100 - MARK / 2)
        low, high = min(middle - MARK / 2, left), max(middle + MARK / 2, right)
        lane = next((n for n, held in enumerate(taken) if all(high <= a or low >= b for a, b in held)), None)
        if lane is None:
            more += 1
            continue
        taken[lane].append((low, high))
        found.append(
            {"kind": row["kind"], "x": round(middle, 3), "left": round(left, 3), "w": round(right - left, 3),
             "lane": lane, "anchor": anchor("event", row["id"]), "word": NAMES[row["kind"]][0],
             "says": says(index, row)}
        )  # fmt: skip
    return {"marks": found, "more": more, "lanes": max((row["lane"] + 1 for row in found), default=0)}


def packed(index: Index) -> dict[str, Any]:
    """What the map draws of them: marks of told ships, areas of interference, stretches of positions elsewhere."""
    order = {ship: place for place, ship in enumerate(index.order())}
    marks = [
        {
            "a": anchor("event", row["id"]),
            "kind": row["kind"],
            "ships": [order[ship] for ship in (row["ship"], row.get("other")) if ship in order],
            "s": text.seconds(row.get("start")) or index.span[0],
            "e": index.end(row),
            "p": _place(row),
            "told": index.tells_of(row),
            "says": text.visible(says(index, row), most=300),
        }
        for row in index.further.values()
    ]
    areas = [
        {
            "a": anchor("area", row["id"]),
            "s": text.seconds(row.get("start")) or index.span[0],
            "e": index.end(row),
            "box": [row["west"], row["south"], row["east"], row["north"]],
            "n": row["ships"],
            "says": text.visible(str(row["says"]), most=300),
        }
        for row in index.case.get("interference") or []
    ]
    elsewhere = {str(order[ship]): rows for ship, rows in index.displaced.items() if ship in order}
    return {"marks": marks, "areas": areas, "elsewhere": elsewhere}


def _place(row: Row) -> list[float] | None:
    """Where a mark stands: the middle of its start, as far as the event has a place that can be believed."""
    lat, lon = row.get("start_lat"), row.get("start_lon")
    return None if lat is None or lon is None else [lat, lon]


def kinds(index: Index) -> list[dict[str, str]]:
    """The kinds of marks that the map shows of told ships, for its legend."""
    shown = {row["kind"] for row in index.further.values() if index.tells_of(row) and _place(row)}
    return _named(shown)


def strip_kinds(strips: Iterable[Row]) -> list[dict[str, str]]:
    """The kinds of marks on these strips, for the words above them."""
    return _named({mark["kind"] for strip in strips for mark in strip["seen"]["marks"]})


def _named(wanted: set[str]) -> list[dict[str, str]]:
    return [{"kind": kind, "word": NAMES[kind][0]} for kind in FURTHER if kind in wanted]
