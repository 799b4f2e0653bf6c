"""Time as horizontal strips: the time line of all ships, its ticks, and the words for what lies on it.

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
BINS = 176
_STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 36, 60, 120)
_LONG_S = 400 * 86_400
_STEPS_H = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 2160, 4380, 8766)


def percent(time: float, start: float, end: float) -> float:
    """Where a time lies on a strip, 0 to 100, to a thousandth."""
    return round(min(max((time - start) / max(end - start, 1) * 100, 0.0), 100.0), 3)


def ticks(start: int, end: int, most: int = 8, *, years: bool = False) -> list[dict[str, Any]]:
    """Round UTC times on a strip, at most `most`, with their labels.

    Where they lie months apart, each has its year. Else the first one has it and each in another year, if the strip
    lies in two years or if `years` says that the whole case does.
    """
    years = years or datetime.fromtimestamp(start, UTC).year != datetime.fromtimestamp(end, UTC).year
    step, times = 0, _months(start, end, max(most * 5 // 8, 5))
    most = max(most // 2, 4) if years else most  # a label with its year takes twice the room
    if end - start <= _LONG_S:
        step = next((h * 3600 for h in _STEPS_H if (end - start) / (h * 3600) <= most), _STEPS_H[-1] * 3600)
        times = list(range(-(-start // step) * step, end + 1, step))
    found: list[dict[str, Any]] = []
    told = None
    for at in times:
        x, when = percent(at, start, end), datetime.fromtimestamp(at, UTC)
        if not 1 < x < 97:
            continue
        whole = step >= 86_400 or (when.hour, when.minute) == (0, 0)
        label = f"{when:%b %Y}" if not step else f"{when.day} {when:%b}" if whole else f"{when:%H:%M}"
        if step and whole and years and when.year != told:
            label, told = f"{label} {when.year}", when.year
        found.append({"x": x, "label": label})
    return found


def _months(start: int, end: int, most: int) -> list[int]:
    """The first days of months, as many months apart as leave at most `most` of them."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in (start, end))
    every = [(year, month) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    times = [(int(datetime(year, month, 1, tzinfo=UTC).timestamp()), month + 12 * year) for year, month in every]
    inside = [(at, number) for at, number in times if start <= at <= end]
    apart = next((n for n in _STEPS_MONTHS if len(inside) / n <= most), _STEPS_MONTHS[-1])
    return [at for at, number in inside if (number - 1) % apart == 0]


def bar(start: int, end: int, span: tuple[int, int]) -> dict[str, Any]:
    """A stretch of time as left edge and width in percent of a strip."""
    left = percent(start, *span)
    return {"x": left, "w": round(percent(end, *span) - left, 3)}


def heard_parts(begins: int, ends: int, gaps: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
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
        heard = heard_parts(begins, ends, [(start, end) for start, end, _ in silent])
        for start, end, gap in silent:
            if not gap.get("end"):
                continue  # a ship that is not heard again may have left; the band counts those that came back
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
                "heard": [bar(start, end, span) for start, end in heard],
                "gaps": [
                    bar(start, end, span)
                    | {"anchor": anchor("gap", gap["id"]), "hours": gap_hours(index, gap), "open": not gap.get("end")}
                    for start, end, gap in silent
                ],
                "calls": [
                    bar(text.seconds(call["start"]) or 0, index.end(call), span) | {"says": call_says(call)}
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
    if not gap.get("end"):
        return (
            f"{index.short(gap['ship'])} not heard again after {text.moment(gap['start'])}, "
            f"{gap_hours(index, gap).removesuffix(' or more')} before the data end: {verdict}"
        )
    return (
        f"{index.short(gap['ship'])} unheard for {gap_hours(index, gap)}, {text.moment(gap['start'], zone=False)} to "
        f"{text.moment(gap['end'])}: {verdict}"
    )


def gap_label(index: Index, gap: Row) -> str:
    """A gap on a map: how long it lasted, or that nothing ended it."""
    return gap_hours(index, gap) if gap.get("end") else "not heard again"


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
