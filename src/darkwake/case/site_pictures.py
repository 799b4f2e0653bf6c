"""Pictures of a building as the case keeps them: only what is a PNG, with its size, and what can be drawn over it.

A picture comes as base64 inside plain data. It is laid into a page as an address, so nothing that is not base64 of a
PNG gets there; what is refused is said on the page.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]

MOST_BYTES = 4_000_000
"""Characters of one picture's base64; a larger one would make the page slow to open."""
_HEAD = b"\x89PNG\r\n\x1a\n"
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
BAR_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Lengths of a scale bar, in metres."""


def size(encoded: Any) -> tuple[int, int] | None:
    """Width and height in pixels of base64 of a PNG; None where it is none, or too large."""
    if not isinstance(encoded, str) or len(encoded) > MOST_BYTES or not _BASE64.fullmatch(encoded):
        return None
    try:
        head = base64.b64decode(encoded[:64] if len(encoded) > 64 else encoded)
    except (binascii.Error, ValueError):
        return None
    if len(head) < 24 or not head.startswith(_HEAD) or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return (width, height) if 0 < width <= 10_000 and 0 < height <= 10_000 else None


def kept(picture: Row | None) -> dict[str, Any] | None:
    """A building's pictures as the case keeps them; None where none is a PNG.

    Two of different size, or said not to be registered, are for looking at side by side only.
    """
    if not picture:
        return None
    sizes = {side: size(picture.get(f"{side}_png_base64")) for side in ("before", "after")}
    strip = _strip(picture.get("strip"))
    problem = str(picture.get("problem") or "")
    if not all(sizes.values()):
        given = any(picture.get(f"{side}_png_base64") for side in sizes)
        problem = problem or ("what came as a picture is not one, or is too large" if given else "none were made")
        return {"sides": None, "strip": strip, "problem": problem}
    metres = picture.get("metres_per_pixel")
    scaled = isinstance(metres, int | float) and 0 < metres < 1e5
    registered = bool(picture.get("registered", scaled)) and sizes["before"] == sizes["after"]
    sides = {
        side: {
            "png_base64": picture[f"{side}_png_base64"],
            "width": (sizes[side] or (0, 0))[0],
            "height": (sizes[side] or (0, 0))[1],
            **{name: (picture.get(side) or {}).get(name) for name in ("date", "sensor", "credit", "sha256")},
        }
        for side in sizes
    }
    outline = [[float(x), float(y)] for x, y in picture.get("outline") or ()] if registered else []
    return {
        "sides": sides,
        "registered": registered,
        "metres_per_pixel": float(metres) if scaled and metres is not None else None,
        "outline": outline,
        "strip": strip,
        "says": str(picture.get("says") or ""),
        "problem": problem,
    }


def weight(picture: Row | None) -> int:
    """Characters of a building's pictures as kept."""
    if not picture:
        return 0
    parts = [*(picture["sides"] or {}).values(), *([picture["strip"]] if picture["strip"] else [])]
    return sum(len(one["png_base64"]) for one in parts)


def _strip(strip: Row | None) -> dict[str, Any] | None:
    if not strip or not strip.get("dates"):
        return None
    found = size(strip.get("png_base64"))
    tile = strip.get("tile_px")
    if found is None or not isinstance(tile, int) or tile < 8 or found[0] < tile:
        return None
    return {
        "png_base64": strip["png_base64"],
        "width": found[0],
        "height": found[1],
        "tile_px": tile,
        "dates": list(strip["dates"]),
    }


def bar(metres_per_pixel: float, width: float) -> dict[str, Any] | None:
    """The scale bar of a picture: the longest round length under a third of its width."""
    most = width * metres_per_pixel / 3
    fit = [length for length in BAR_M if length <= most]
    if not fit:
        return None
    far = fit[-1]
    return {"w": round(far / metres_per_pixel, 2), "label": f"{far} m" if far < 1000 else f"{far // 1000} km"}
