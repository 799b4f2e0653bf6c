"""The grammar of dates: which words of a sentence name a time, and what they say.

Every rule is one bounded pattern and one function that makes a `Moment` of it (or none, where the words mean something
else). All rules look at the whole sentence; of those that overlap, the one that begins first holds, then the longest.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from darkwake.claims import dated, reckoned
from darkwake.claims.calendar import Moment
from darkwake.claims.gaps import tight

_RULES = (*dated.RULES, *reckoned.RULES)
_GATES = {
    "month": tight(r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"),
    "figures": tight(r"\d\d"),
    "figure": tight(r"\d"),
    "season": tight(r"spring|summer|autumn|fall|winter", re.IGNORECASE),
    "quarter": tight(r"Q[1-4]|H[12]|quarter|half"),
    "tens": tight(r"0['’]?s\b|ties\b"),
    "century": tight(r"century", re.IGNORECASE),
    "day": tight(r"day|night|morning|evening|noon|morrow", re.IGNORECASE),
    "unit": tight(r"day|night|week|month|quarter|year|decade|centur|hour|minute|second", re.IGNORECASE),
    "feast": tight(r"Christmas|New\s+Year|Valentine|Halloween"),
    "often": tight(r"\b(?:every|each|once|twice)\b|ly\b|annual|biennial", re.IGNORECASE),
}
"""Cheap looks at a sentence: a rule is not tried where its gate finds nothing."""


class Named(NamedTuple):
    """A moment and the words that name it, as offsets into the sentence."""

    start: int
    end: int
    moment: Moment


@lru_cache(maxsize=64)
def moments(words: str) -> tuple[Named, ...]:
    """The moments that a sentence names, in order, none overlapping another."""
    opened = {name for name, gate in _GATES.items() if gate.search(words)}
    if not opened:
        return ()
    found = []
    for gate, pattern, make in _RULES:
        if gate not in opened:
            continue
        for match in pattern.finditer(words):
            moment = make(match)
            if moment:
                found.append(Named(match.start(), match.end(), moment))
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Named] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)
