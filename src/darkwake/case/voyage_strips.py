"""Each voyage as a strip from berth to berth: dark parts, meetings, calls that nobody heard, and the draught line.

Everything is in percent of a strip's width, so that the page's plain SVG fits any screen and needs no script.
"""

from __future__ import annotations

from typing import Any

from darkwake.case import draughts, meetings, reach_map, strips, text
from darkwake.case.index import Index, Row, anchor

MOST_STRIPS = 40
_MOST_JOINED, _TOUCH = 3, 2.0
"""So many bars nearer than this, in percent, share one label."""
_LOOKS = (("on-wide", 430), ("on-narrow", 300))
"""A strip is at least so many pixels wide from 40 rem of screen on, and below."""
_YEAR_S = 366 * 86_400
_LANE_PX, _DRAUGHT_PX = 15, 36
"""Height of a row of marks under a strip, and of the draught line with its labels."""


def voyages(index: Index) -> dict[str, Any]:
    """The voyages to draw as strips, and those that are only listed.

    Drawn are those on the corridor and those of threads, in the threads' order; all, where the case asks for neither.
    """
    every = list(index.voyage.values())
    told = {row.get("voyage"): place for place, row in enumerate(index.threads)}
    chosen = [row for row in every if row.get("corridor") or row["id"] in told]
    chosen.sort(key=lambda row: (told.get(row["id"], len(told)), str(row.get("departed")), row["id"]))
    if not chosen and not index.case["case"].get("corridor", {}).get("from"):
        chosen = every
    drawn = chosen[:MOST_STRIPS]
    shown = {row["id"] for row in drawn}
    longest = max((_length(index, row) for row in drawn), default=1)
    return {
        "drawn": [_strip(index, row, longest) for row in drawn],
        "listed": [_listed(index, row) for row in every if row["id"] not in shown],
    }


def _length(index: Index, row: Row) -> int:
    return max(index.end(row, "arrived") - (text.seconds(row.get("departed")) or index.span[0]), 1)


def _strip(index: Index, row: Row, longest: int) -> dict[str, Any]:
    start = text.seconds(row.get("departed")) or index.span[0]
    end = index.end(row, "arrived")
    span = (start, start + longest)
    gaps = [index.gap[gap] for gap in row["gaps"] if gap in index.gap]
    silent = [(text.seconds(gap["start"]) or 0, min(index.end(gap), end), gap) for gap in gaps]
    bars = [
        strips.bar(a, b, span)
        | {
            "anchor": anchor("gap", gap["id"]),
            "says": strips.gap_says(index, gap),
            "hours": strips.gap_hours(index, gap),
            "middle": round((strips.percent(a, *span) + strips.percent(b, *span)) / 2, 3),
        }
        for a, b, gap in silent
    ]
    seen = meetings.on_strip(index, row["ship"], span, end)
    depth = draughts.line(index, row["ship"], span, end, _LOOKS)
    years = index.span[1] - index.span[0] > _YEAR_S
    top = 48 + seen["lanes"] * _LANE_PX
    return _listed(index, row) | {
        "seen": seen,
        "calls": reach_map.on_strip(index, row, span, end),
        "draught": depth,
        "marks_at": 38,
        "words_at": top - 3,
        "draught_at": top,
        "height": top + (_DRAUGHT_PX if depth else 0),
        "start": start,
        "end": end,
        "right": strips.percent(end, *span),
        "wide": max(
            -int(-strips.percent(end, *span) // 5) * 5, 50
        ),  # the stylesheet has a class for every fifth percent
        "heard": [strips.bar(a, b, span) for a, b in strips.heard_parts(start, end, [(a, b) for a, b, _ in silent])],
        "gaps": bars,
        "labels": {look: _labels(bars, pixels) for look, pixels in _LOOKS},
        "ticks": [
            tick for tick in strips.ticks(*span, most=14, years=years) if tick["x"] < strips.percent(end, *span) - 0.5
        ],
    }


def _labels(bars: list[dict[str, Any]], pixels: int) -> list[dict[str, Any]]:
    """The hours over a strip at least `pixels` wide, none on another: "29.4 + 9.4 h" for bars that touch.

    The longest have the first choice; what finds no room stays in the bar's title.
    """

    def width(words: str) -> float:
        return (len(words) * 7.4 + 8) / pixels * 100

    groups: list[list[dict[str, Any]]] = []
    for bar in sorted(bars, key=lambda bar: bar["x"]):
        last = groups[-1][-1] if groups else None
        plain = last is not None and "more" not in last["hours"] + bar["hours"]
        if last is not None and plain and bar["x"] - last["x"] - last["w"] < _TOUCH and len(groups[-1]) < _MOST_JOINED:
            groups[-1].append(bar)
        else:
            groups.append([bar])
    placed: list[dict[str, Any]] = []
    for group in sorted(groups, key=lambda group: (-sum(bar["w"] for bar in group), group[0]["x"])):
        longest = max(group, key=lambda bar: bar["w"])
        every = " + ".join(bar["hours"].removesuffix(" h") for bar in group) + " h" if len(group) > 1 else ""
        middle = (group[0]["x"] + group[-1]["x"] + group[-1]["w"]) / 2
        for words, at in [(every, middle), (longest["hours"], longest["middle"])][not every :]:
            half = width(words) / 2
            x = round(min(max(at, half), 100 - half), 3)
            if all(abs(x - other["x"]) >= half + other["half"] for other in placed):
                placed.append({"x": x, "half": half, "label": words})
                break
    return sorted(placed, key=lambda label: float(label["x"]))


def _listed(index: Index, row: Row) -> dict[str, Any]:
    thread = next((thread for thread in index.threads if thread.get("voyage") == row["id"]), None)
    return {
        "anchor": anchor("voyage", row["id"]),
        "ship": index.short(row["ship"]),
        "ship_anchor": anchor("ship", row["ship"]),
        "listed": row["ship"] in index.listed,
        "from": row.get("from_name"),
        "from_country": row.get("from_country"),
        "to": row.get("to_name"),
        "to_country": row.get("to_country"),
        "departed": row.get("departed"),
        "arrived": row.get("arrived"),
        "from_sure": row.get("from_confidence"),
        "to_sure": row.get("to_confidence"),
        "start": text.seconds(row.get("departed")) or index.span[0],
        "end": index.end(row, "arrived"),
        "lasted": text.lasting(_length(index, row)),
        "dark": text.hours(row["dark_h"]) if row.get("dark_h") else None,
        "gap_count": len(row["gaps"]),
        "thread": anchor("thread", thread["id"]) if thread else None,
        "corridor": bool(row.get("corridor")),
    }
