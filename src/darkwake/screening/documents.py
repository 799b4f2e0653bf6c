"""Numbers of papers and registers: passports, identity cards, tax and company numbers, as they are compared."""

from __future__ import annotations

import re
from functools import lru_cache

from darkwake.screening.lists import Identifier

LONGEST = 64
"""Characters of a number that are read."""

_NOT_NUMBERS = re.compile(
    "date|phone|fax|mail|website|order|sanction|gender|model|imo|mmsi|callsign|call sign|prohibited|risk|phrase",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"[^A-Z0-9]+")
_FEWEST, _MOST, _DIGITS = 5, 30, 4


@lru_cache(maxsize=1 << 15)
def values(text: str) -> frozenset[str]:
    """The numbers in a text, letters and digits alone: the whole, its words with digits as one, and each of them.

    So "Passport AB12 3456" is met by "AB123456", as nobody knows which of the words belong to the number.
    """
    words = text[:LONGEST].upper().split()
    numbered = [word for word in words if any(map(str.isdecimal, word))]
    found = {_OTHERS.sub("", part) for part in ("".join(words), "".join(numbered), *numbered)}
    return frozenset(one for one in found if _FEWEST <= len(one) <= _MOST and sum(map(str.isdecimal, one)) >= _DIGITS)


def listed_values(mark: Identifier) -> frozenset[str]:
    """The same of an entry's number; empty for what is no number of a paper or register."""
    return frozenset() if _NOT_NUMBERS.search(mark.kind) else values(mark.raw)
