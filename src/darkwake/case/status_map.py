"""A map of a site's footprints, drawn by status: colour, hatch and a letter, so that none of them stands alone.

North is up; the scale is true at the site's middle. Each footprint carries its letters of all dates, of which the
script shows one; without it the last date stands.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from darkwake.case import site_pictures, text, words
from darkwake.case.buildings import NOT_YET
from darkwake.case.index import anchor

Row = Mapping[str, Any]

WIDTH, _PAD = 660, 18
_TALLEST, _LOWEST = 560.0, 120.0
"""Pixels of the picture; it is drawn to the width of its column."""
_LEAST = 6.0
"""A footprint smaller than this is drawn as a square of this side: it is seen, and not to scale."""
_ROOM, _ROOM_NARROW = 13.0, 24.0
"""The least side of a footprint that has room for its letter, on a wide screen and on a narrow one."""
_DEGREE_M = 111_320.0


def drawing(site: Row, rows: Sequence[Row], letters: Mapping[str, str]) -> dict[str, Any] | None:
    """What to draw of a site; None where none of its buildings has an outline.

    Args:
        site: A row of the section's "sites".
        rows: Its buildings.
        letters: Status -> letter.
    """
    drawn = [(row, _rings(row)) for row in rows]
    points = [point for _, rings in drawn for ring in rings for point in ring]
    if not points:
        return None
    west, east = min(lon for lon, _ in points), max(lon for lon, _ in points)
    south, north = min(lat for _, lat in points), max(lat for _, lat in points)
    shrink = math.cos(math.radians((south + north) / 2))
    wide, tall = max((east - west) * shrink, 1e-5), max(north - south, 1e-5)
    scale = min((WIDTH - 2 * _PAD) / wide, (_TALLEST - 2 * _PAD - 34) / tall)
    height = max(tall * scale + 2 * _PAD + 34, _LOWEST)
    left = (WIDTH - wide * scale) / 2

    def at(lon: float, lat: float) -> tuple[float, float]:
        return left + (lon - west) * shrink * scale, _PAD + (north - lat) * scale

    named = {letter: status for status, letter in letters.items()}
    shapes = [_shape(row, [[at(*point) for point in ring] for ring in rings], named) for row, rings in drawn]
    return {
        "width": WIDTH,
        "height": round(height, 1),
        "shapes": shapes,
        "bar": site_pictures.bar(_DEGREE_M / scale, WIDTH),
        "dates": [{"iso": date, "says": day(date)} for date in site["dates"]],
        "last": day(site["dates"][-1]) if site["dates"] else "no date",
        "counts": count_words(rows, named),
        "legend": [{"letter": letter, "status": status} for status, letter in letters.items() if _used(rows, letter)],
        "small": any(shape["small"] for shape in shapes),
    }


def day(time: str) -> str:
    """A date of the case in words: 3 March 2025."""
    at = text.seconds(time)
    return words.date(None if at is None else datetime.fromtimestamp(at, UTC))


def count_words(rows: Sequence[Row], named: Mapping[str, str]) -> str:
    """How many buildings had which status on the last date: "8 intact, 3 destroyed"."""
    counts = Counter(last_letter(row) for row in rows)
    return ", ".join(f"{counts[letter]:,} {word}" for letter, word in named.items() if counts[letter])


def last_letter(row: Row) -> str:
    """The letter of a building on the last date."""
    letters = str(row["letters"])[-1:] or "X"
    return "X" if letters == NOT_YET else letters.upper()


def _used(rows: Sequence[Row], letter: str) -> bool:
    return any(letter in row["letters"].upper().replace(NOT_YET, "X") for row in rows)


def _rings(row: Row) -> list[list[tuple[float, float]]]:
    """The rings of a footprint as lon and lat; a building without an outline is where its point is."""
    found = []
    for ring in row["rings"] or ():
        pairs = list(zip(ring[::2], ring[1::2], strict=False))
        if len(pairs) >= 3 and all(lon is not None and lat is not None for lon, lat in pairs):
            found.append(pairs)
    if not found and row["lon"] is not None and row["lat"] is not None:
        return [[(row["lon"], row["lat"])]]
    return found


def _extent(rings: Sequence[Sequence[tuple[float, float]]]) -> dict[str, Any]:
    """The box of a footprint in pixels."""
    across, down = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]
    if not across:
        return {"x": 0.0, "y": 0.0, "w": 0.0, "h": 0.0, "small": True}
    wide, tall = max(across) - min(across), max(down) - min(down)
    return {
        "x": (max(across) + min(across)) / 2,
        "y": (max(down) + min(down)) / 2,
        "w": wide,
        "h": tall,
        "small": max(wide, tall) < _LEAST,
    }


def _shape(row: Row, rings: Sequence[Sequence[tuple[float, float]]], named: Mapping[str, str]) -> dict[str, Any]:
    box = _extent(rings)
    half = _LEAST / 2
    if box["small"]:
        path = f"M{box['x'] - half:.1f} {box['y'] - half:.1f}h{_LEAST:g}v{_LEAST:g}h-{_LEAST:g}z"
    else:
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "z" for ring in rings)
    letter = last_letter(row)
    room = min(box["w"], box["h"])
    status = named.get(letter, "unknown")
    return {
        "d": Markup(path),  # noqa: S704  digits only
        "anchor": anchor("building", row["id"]),
        "letter": letter,
        "small": box["small"],
        "letters": str(row["letters"]).replace(NOT_YET, "X").upper(),
        "x": round(box["x"], 1),
        "y": round(box["y"] + 4, 1),
        "look": "" if room >= _ROOM_NARROW else "on-wide" if room >= _ROOM else "no-room",
        "label": row["label"],
        "says": f"{row['label']}: {status}" + (f", {row['why']}" if status == "not assessable" and row["why"] else ""),
    }
