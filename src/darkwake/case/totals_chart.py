"""A total over time as a plain picture: each shipment as an interval of days and amounts, and under it their sum.

Across is in percent, so that the picture fits any screen without its words shrinking. An open end runs out of the
picture with an arrow; what is drawn above the highest number that anybody stated means nothing more than "open".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from darkwake.case import amounts, strips

Row = Mapping[str, Any]

PLOT = 120
"""Height of one of the two plots, in pixels."""
_HEAD, _BETWEEN, _FOOT = 20, 34, 20
_LEAST = 0.9
"""The least width of a mark, in percent: a single day of a long time is still seen."""


def chart(total: Row) -> dict[str, Any] | None:
    """What to draw for a total; None where none of its shipments has a day."""
    parts = [_with_days(part) for part in total["parts"]]
    dated = [part for part in parts if part["from"] or part["to"]]
    if not dated:
        return None
    ends = [day for part in dated for day in (part["from"], part["to"]) if day]
    pad = max(round((max(ends) - min(ends)).days * 0.06), 4)
    span = (_seconds(min(ends) - timedelta(days=pad)), _seconds(max(ends) + timedelta(days=pad + 1)))
    single = _scale([end for part in parts for end in (part["low"], part["high"]) if end is not None])
    summed = _scale([end for step in total["series"] for end in (step["low"], step["high"]) if end is not None])
    top, under = _HEAD, _HEAD + PLOT + _BETWEEN
    several = len(parts) > 1
    bottom = (under if several else top) + PLOT
    return {
        "height": bottom + _FOOT,
        "bottom": bottom,
        "each": {"y": top, "grid": _grid(single, top)},
        "sum": {"y": under, "grid": _grid(summed, under)} if several else None,
        "marks": [_mark(part, span, single, top) for part in dated],
        "steps": _steps(total["series"], span, summed, under) if several else [],
        "ticks": strips.ticks(*span, most=12),
        "undated": [part["shipment"] for part in parts if part not in dated],
        "open": any(part["high"] is None or part["from"] is None or part["to"] is None for part in parts),
    }


def _with_days(part: Row) -> dict[str, Any]:
    return dict(part) | {"from": _day(part["first"]), "to": _day(part["last"])}


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _scale(ends: Sequence[float]) -> dict[str, Any]:
    """The highest value of an axis, a third above the highest number, and its round ticks."""
    highest = max([*ends, 0.0]) or 1.0
    rough = highest / 3
    step = 10 ** math.floor(math.log10(rough))
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor >= rough * 0.999)
    ticks = [step * place for place in range(int(highest // step) + 1)]
    return {"top": highest * 1.35, "ticks": ticks}


def _y(value: float | None, scale: Row, top: int) -> float:
    """Pixels from above; an open end is the top of the plot."""
    if value is None:
        return float(top)
    return round(top + PLOT - value / float(scale["top"]) * PLOT, 1)


def _grid(scale: Row, top: int) -> list[dict[str, Any]]:
    return [{"y": _y(value, scale, top), "label": amounts.number(value)} for value in scale["ticks"]]


def _mark(part: Row, span: tuple[int, int], scale: Row, top: int) -> dict[str, Any]:
    """A box from the first to the last day and from the least to the most; its open sides carry arrows."""
    left = strips.percent(_seconds(part["from"]), *span) if part["from"] else 0.0
    right = strips.percent(_seconds(part["to"] + timedelta(days=1)), *span) if part["to"] else 100.0
    if right - left < _LEAST:
        left = max(0.0, (left + right - _LEAST) / 2)
        right = left + _LEAST
    high, low = _y(part["high"], scale, top), _y(part["low"] or 0.0, scale, top)
    return {
        "shipment": part["shipment"],
        "cluster": part["cluster"],
        "x": left,
        "w": round(right - left, 3),
        "middle": round((left + right) / 2, 3),
        "y": min(high, low - 3),
        "h": max(round(low - high, 1), 3),
        "up": part["high"] is None,
        "left": part["from"] is None,
        "right": part["to"] is None,
        "label_y": max(min(high, low - 3) - 5, top + (14 if part["high"] is None else 4)),
    }


def _steps(series: Sequence[Row], span: tuple[int, int], scale: Row, top: int) -> list[dict[str, Any]]:
    """The sum between two days: a box from what surely had come to what can have come."""
    found = []
    for place, step in enumerate(series):
        left = strips.percent(_seconds(date.fromisoformat(step["day"])), *span)
        later = series[place + 1]["day"] if place + 1 < len(series) else None
        right = strips.percent(_seconds(date.fromisoformat(later)), *span) if later else 100.0
        high, low = _y(step["high"], scale, top), _y(step["low"], scale, top)
        found.append(
            {"x": left, "w": round(right - left, 3), "right": right, "y": high, "h": round(max(low - high, 0.0), 1),
             "low": low, "up": step["high"] is None}
        )  # fmt: skip
    return found
