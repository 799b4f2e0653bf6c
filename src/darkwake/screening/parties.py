"""Parties as papers name them: a name with an address behind it, "same as consignee", "to the order of"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from darkwake.screening.phrases import plain

_SAME = re.compile(r"^(?:same|as above|idem|ditto)\b(?:.*\b(shipper|consignee|notify)\b)?.*$", re.IGNORECASE)
_ORDER_OF = re.compile(r"^(?:to\s+)?(?:the\s+)?order\s+of\s+(?:the\s+)?(?=\S)", re.IGNORECASE)
_NOBODY = re.compile(
    r"^(?:[\W_]*|n\.?\s?/?\s?a\.?|nil|none|unknown|tbd|tba|to (?:the )?order|to (?:the )?bearer|bearer)$", re.IGNORECASE
)
_LEGAL = re.compile(
    r"\b(?:ltd|limited|llc|llp|inc|corp|corporation|co|company|plc|gmbh|ag|sa|s\.a|sarl|srl|bv|b\.v|nv|n\.v|fze|fzco|"
    r"fzc|dmcc|pjsc|jsc|ooo|pte|pty|sdn bhd|kg|oy|ab|as|spa|s\.p\.a)\b\.?",
    re.IGNORECASE,
)
_PIECES = re.compile(r"\s*(?:[\n\r;|]+|,(?=\s))\s*")
_MOST_NAMES = 3


def of_cells(cells: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The names to look for in each role, and what must be said of cells that name nobody.

    Args:
        cells: Role -> cell, such as "notify" -> "SAME AS CONSIGNEE".
    """
    found: dict[str, tuple[str, ...]] = {}
    notes = []
    for role, cell in cells.items():
        text = cell.strip()
        if not text:
            continue
        if match := _SAME.match(" ".join(plain(text[:200]).split())):
            other = (match[1] or "consignee").casefold()
            if other != role and cells.get(other, "").strip():
                notes.append(f"The {role} is given as {text[:60]!r}.")
            else:
                notes.append(f"The {role} is given as {text[:60]!r}, which names nobody.")
        elif _NOBODY.match(" ".join(plain(text[:200]).split())):
            notes.append(f"The {role} is given as {text[:60]!r}, which names nobody.")
        else:
            found[role] = names(text)
    return found, notes


def names(text: str) -> tuple[str, ...]:
    """What may be the name in a cell that goes on with an address: the whole, its first line, up to the legal form."""
    whole = " ".join(_ORDER_OF.sub("", text.strip()).split())
    lines = [piece for piece in re.split(r"[\n\r;|]+", _ORDER_OF.sub("", text.strip())) if piece.strip()]
    candidates = [whole]
    first = " ".join(lines[0].split()) if lines else whole
    candidates.append(first)
    pieces = _PIECES.split(first)
    if len(pieces) > 1:
        kept = pieces[0]
        for piece in pieces[1:]:
            if not _LEGAL.fullmatch(piece.strip(" .")):
                break
            kept = f"{kept}, {piece}"
        candidates.append(kept)
    return tuple(dict.fromkeys(one for one in candidates if one))[:_MOST_NAMES]
