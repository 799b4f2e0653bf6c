"""The grammar of dates: which words of a sentence name a time, and what they say.

Every rule is one bounded pattern and one function that makes a `Moment` of it (or none, where the words mean something
else). All rules look at the whole sentence; of those that overlap, the one that begins first holds, then the longest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from darkwake.claims import dated, placed, reckoned
from darkwake.claims.calendar import Moment
from darkwake.claims.gaps import tight

_RULES = (*dated.RULES, *reckoned.RULES, *placed.RULES)
LONGEST = 20_000
"""Letters of a sentence that are read, for dates and amounts; prose has no longer ones, tables without line ends do."""
_ANY = {
    "month": "jan feb mar apr may jun jul aug sep oct nov dec",
    "season": "spring summer autumn fall winter",
    "century": "century",
    "day": "day night morning evening noon morrow",
    "unit": "day night week month quarter year decade centur hour minute second",
    "feast": "christmas|new year|valentine|halloween|boxing|may day|of july|bastille|patrick|veterans|armistice|anzac"
    "|fool|saints|fawkes|bonfire|women|earth day|epiphany|labor|memorial|wednesday|palm|good friday|easter|whit",
    "often": "every each once twice ly annual biennial",
}
_PATTERNS = {
    "figures": tight(r"\d\d"),
    "figure": tight(r"\d"),
    "quarter": tight(r"Q[1-4]|[1-4]Q|H[12]|quarter|half"),
    "tens": tight(r"0['’]?s\b|ties\b"),
    "short": tight(r"['’]\d\d|9/11"),
}
"""Cheap looks at a sentence, at its letters made small: a rule is not tried where its gate finds nothing."""
_WORDS = {name: tuple(words.split("|") if "|" in words else words.split()) for name, words in _ANY.items()}


def _gates(words: str) -> set[str]:
    small = " ".join(words.lower().split())
    opened = {name for name, any_of in _WORDS.items() if any(word in small for word in any_of)}
    return opened | {name for name, pattern in _PATTERNS.items() if pattern.search(words)}


class Named(NamedTuple):
    """A moment and the words that name it, as offsets into the sentence."""

    start: int
    end: int
    moment: Moment


@lru_cache(maxsize=64)
def moments(words: str) -> tuple[Named, ...]:
    """The moments that a sentence names, in order, none overlapping another."""
    opened = _gates(words)
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
