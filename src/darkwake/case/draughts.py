"""The draught line under a voyage: what the ship said of its draught, in steps, as deep as it said.

Laden and ballast are told by label and by weight of line, never by colour. Where nothing was said, between one run and
the next and in silences, the line is dotted: when the draught changed is not known there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from darkwake.case import text
from darkwake.case.index import Index, Row

HIGH, LOW = 4.0, 14.0
"""Where the shallowest and the deepest of a ship's draughts are drawn, in pixels under the strip."""
_LETTER = 6.3  # pixels of a letter of the labels, kept apart by it
_STATES = {"laden": "laden", "ballast": "in ballast", "between": "between laden and ballast"}
_LOOKS = {"laden": "laden", "ballast": "ballast", "between": "half"}
_LEAST = 0.35  # percent: a run that is shorter is drawn so long, to be seen


def line(
    index: Index, ship: int, span: tuple[int, int], end: int, looks: Sequence[tuple[str, int]]
) -> dict[str, Any] | None:
    """The line of one voyage in percent of its strip; None where the ship said nothing of its draught then.

    Args:
        index: the case.
        ship: its number.
        span: first and last second of the strip.
        end: the second in which the voyage ended.
        looks: names of widths, and how many pixels a strip has at least in each.
    """
    every = index.draughts.get(ship, [])
    deep = [row["draught_m"] for row in every]
    runs = [run for row in every if (run := _run(row, span, end)) is not None]
    if not runs:
        return None
    low, high = min(deep), max(deep)
    for run in runs:
        share = (run["m"] - low) / (high - low) if high > low else 0.5
        run["y"] = round(HIGH + share * (LOW - HIGH), 2)
    between = [
        {"x1": round(one["x"] + one["w"], 3), "y1": one["y"], "x2": two["x"], "y2": two["y"]}
        for one, two in pairwise(runs)
        if two["x"] > one["x"] + one["w"] or two["y"] != one["y"]
    ]
    told = "; ".join(dict.fromkeys(run["label"] for run in runs))
    return {
        "runs": runs,
        "between": between,
        "labels": {look: labels(runs, pixels) for look, pixels in looks},
        "says": f"Draught as it said: {told}",
    }


def _run(row: Row, span: tuple[int, int], end: int) -> dict[str, Any] | None:
    """One run as far as it lies in the voyage."""
    begins = text.seconds(row.get("start"))
    ends = text.seconds(row.get("end")) or begins
    if begins is None or ends is None or begins > end or ends < span[0]:
        return None
    wide = max(span[1] - span[0], 1)
    left, right = ((min(max(at, span[0]), end) - span[0]) / wide * 100 for at in (begins, ends))
    state = _STATES.get(str(row.get("state")), "")
    metres = f"{row['draught_m']:.1f} m"
    left = min(left, 100 - _LEAST)
    return {
        "x": round(left, 3),
        "w": round(max(right - left, _LEAST), 3),
        "m": row["draught_m"],
        "state": _LOOKS.get(str(row.get("state")), "unknown"),
        "label": f"{metres} {state}".strip(),
        "short": metres,
        "says": f"{text.between(row.get('start'), row.get('end'))}: {metres}"
        f"{f', {state}' if state else ''}. {row.get('because') or ''}".strip(),
    }


def labels(runs: Sequence[Mapping[str, Any]], pixels: int) -> list[dict[str, Any]]:
    """The words over a line at least `pixels` wide, none on another: the longest runs have the first choice.

    A run whose draught the label before it already tells needs none.
    """
    placed: list[dict[str, Any]] = []
    for at in sorted(range(len(runs)), key=lambda at: (-runs[at]["w"], at)):
        run = runs[at]
        if any(word["for"] == run["label"] and abs(word["at"] - at) == 1 for word in placed):
            continue
        for words in (run["label"], run["short"]):
            half = (len(words) * _LETTER + 8) / pixels * 50
            x = round(min(max(run["x"] + run["w"] / 2, half), 100 - half), 3)
            if all(abs(x - other["x"]) >= half + other["half"] for other in placed):
                placed.append({"x": x, "half": half, "label": words, "for": run["label"], "at": at})
                break
    return sorted(placed, key=lambda label: float(label["x"]))
