"""Time as horizontal strips: the time line of all ships, and each voyage from berth to berth.

Everything is in percent of a strip's width, so that the page's plain SVG fits any screen and needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from darkwake.case import text
from darkwake.case.index import Index, Row, anchor

MOST_ROWS = 60
"""Ships on the time line; the others are in the table of ships."""
MOST_STRIPS = 40
_MOST_JOINED, _TOUCH = 3, 2.0
"""So many bars nearer than this, in percent, share one label."""
_LOOKS = (("on-wide", 430), ("on-narrow", 300))
"""A strip is at least so many pixels wide from 40 rem of screen on, and below."""
BINS = 176
_STEPS_H = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 2160, 4380, 8766)


def percent(time: float, start: float, end: float) -> float:
    """Where a time lies on a strip, 0 to 100, to a thousandth."""
    return round(min(max((time - start) / max(end - start, 1) * 100, 0.0), 100.0), 3)


def ticks(start: int, end: int, most: int = 8) -> list[dict[str, Any]]:
    """Round UTC times on a strip, at most `most`, with their labels."""
    step = next((h * 3600 for h in _STEPS_H if (end - start) / (h * 3600) <= most), _STEPS_H[-1] * 3600)
    found: list[dict[str, Any]] = []
    for at in range(-(-start // step) * step, end + 1, step):
        when = datetime.fromtimestamp(at, UTC)
        label = f"{when.day} {when:%b}" if step >= 86_400 or (when.hour, when.minute) == (0, 0) else f"{when:%H:%M}"
        found.append({"x": percent(at, start, end), "label": label})
    return [tick for tick in found if 1 < tick["x"] < 97]


def _bar(start: int, end: int, span: tuple[int, int]) -> dict[str, Any]:
    left = percent(start, *span)
    return {"x": left, "w": round(percent(end, *span) - left, 3)}


def _heard(begins: int, ends: int, gaps: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """From `begins` to `ends` without the gaps."""
    parts, at = [], begins
    for start, end in sorted(gaps):
        if start > at:
            parts.append((at, min(start, ends)))
        at = max(at, end)
    if at < ends:
        parts.append((at, ends))
    return parts


def timeline(index: Index) -> dict[str, Any]:
    """The rows of the time line, how many ships were unheard in each part of it, and its ticks."""
    span, by_ship, calls = index.span, index.gaps_by_ship(), index.calls
    rows, order = [], index.order()
    change = np.zeros(BINS + 1, dtype=np.int64)
    for place, ship in enumerate(order):
        row = index.ships[ship]
        begins, ends = text.seconds(row.get("first_seen")), text.seconds(row.get("last_seen"))
        silent = [(text.seconds(gap["start"]) or 0, index.end(gap), gap) for gap in by_ship.get(ship, [])]
        if begins is None or ends is None:
            continue
        heard = _heard(begins, ends, [(start, end) for start, end, _ in silent])
        for start, end, _ in silent:
            first, last = (int(percent(at, *span) / 100 * BINS) for at in (start, end))
            change[min(first, BINS - 1)] += 1
            change[min(last, BINS - 1) + 1] -= 1
        if place >= MOST_ROWS:
            continue
        rows.append(
            {
                "ship": ship,
                "name": index.short(ship),
                "anchor": anchor("ship", ship),
                "told": ship in index.told,
                "listed": ship in index.listed,
                "heard": [_bar(start, end, span) for start, end in heard],
                "gaps": [
                    _bar(start, end, span) | {"anchor": anchor("gap", gap["id"]), "hours": gap_hours(index, gap)}
                    for start, end, gap in silent
                ],
                "calls": [
                    _bar(text.seconds(call["start"]) or 0, index.end(call), span) | {"says": call_says(call)}
                    for call in calls
                    if call["ship"] == ship
                ],
            }
        )
    counts = np.cumsum(change[:-1])
    most = max(int(counts.max(initial=0)), 1)
    wide = round(100 / BINS, 4)
    bars = [
        {"x": round(place * 100 / BINS, 3), "w": wide, "h": round(count / most * 100, 2), "n": int(count)}
        for place, count in enumerate(counts.tolist())
    ]
    return {"rows": rows, "bars": bars, "most": most, "ticks": ticks(*span), "more": max(len(order) - MOST_ROWS, 0)}


def gap_says(index: Index, gap: Row) -> str:
    """One line on a gap, for a tooltip and a screen reader."""
    verdict = (index.silence.get(gap["id"]) or {}).get("verdict", "not weighed")
    ends = text.moment(gap["end"], zone=False) if gap.get("end") else "the end of the data"
    return (
        f"{index.short(gap['ship'])} unheard for {gap_hours(index, gap)}, {text.moment(gap['start'], zone=False)} to "
        f"{ends} UTC: {verdict}"
    )


def gap_hours(index: Index, gap: Row) -> str:
    """How long a gap lasted: its own figure, else its two ends; open gaps with a plus."""
    given = (gap.get("details") or {}).get("hours")
    lasted = given if isinstance(given, int | float) else (index.end(gap) - (text.seconds(gap["start"]) or 0)) / 3600
    return text.hours(lasted) + ("" if gap.get("end") else " or more")


def call_says(call: Row) -> str:
    """One line on a port call."""
    details = call.get("details") or {}
    ends = text.moment(call["end"], zone=False) if call.get("end") else "the end of the data"
    return f"{details.get('name') or 'a port'}, {text.moment(call['start'], zone=False)} to {ends} UTC"


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
        _bar(a, b, span)
        | {
            "anchor": anchor("gap", gap["id"]),
            "says": gap_says(index, gap),
            "hours": gap_hours(index, gap),
            "middle": round((percent(a, *span) + percent(b, *span)) / 2, 3),
        }
        for a, b, gap in silent
    ]
    return _listed(index, row) | {
        "start": start,
        "end": end,
        "right": percent(end, *span),
        "wide": max(-int(-percent(end, *span) // 5) * 5, 50),  # the stylesheet has a class for every fifth percent
        "heard": [_bar(a, b, span) for a, b in _heard(start, end, [(a, b) for a, b, _ in silent])],
        "gaps": bars,
        "labels": {look: _labels(bars, pixels) for look, pixels in _LOOKS},
        "ticks": [tick for tick in ticks(*span, most=14) if tick["x"] < percent(end, *span) - 0.5],
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
        "start": text.seconds(row.get("departed")) or index.span[0],
        "end": index.end(row, "arrived"),
        "lasted": text.lasting(_length(index, row)),
        "dark": text.hours(row["dark_h"]) if row.get("dark_h") else None,
        "gap_count": len(row["gaps"]),
        "thread": anchor("thread", thread["id"]) if thread else None,
        "corridor": bool(row.get("corridor")),
    }
