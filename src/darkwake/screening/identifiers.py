"""IMO numbers, MMSIs and call signs: the value in a text, and what is wrong with it.

An identifier with a fault is never dropped: it keeps its text, says its fault, and offers the numbers that a slip of
the fingers could have made it from.
"""

from __future__ import annotations

import re
import unicodedata

from darkwake import marks
from darkwake.country import flag_of_mmsi

LONGEST = 64
"""Characters of an identifier that are read; no scheme has half as many."""

_RUN = re.compile(r"[0-9]+")

imo_fault = marks.imo_fault
"""What is wrong with the digits of an IMO ship number; "" for a sound one."""


def _plain(text: str) -> str:
    """The first `LONGEST` characters in upper case, with every script's digits as 0 to 9."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).upper()
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)


def imo_digits(text: str) -> str:
    """The digits of an IMO ship number in `text`: the first run of seven, else the longest run; "" where there is none.

    Nought alone is what a transponder sends for "not given" (ITU-R M.1371, message 5), so it counts as none.
    """
    runs = _RUN.findall(_plain(text))
    best = next((run for run in runs if len(run) == 7), max(runs, key=len, default=""))
    return "" if best.strip("0") == "" else best


def imo_repairs(digits: str) -> tuple[str, ...]:
    """Sound IMO numbers that two swapped neighbours could have turned into `digits`; empty where `digits` is sound.

    Swaps only: one wrong digit has seven or so sound repairs for every number, which would be a guess.
    """
    if len(digits) != 7 or not imo_fault(digits):
        return ()
    swapped = {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(6)}
    return tuple(sorted(number for number in swapped if not imo_fault(number)))


def mmsi_digits(text: str) -> str:
    """The digits of an MMSI in `text`: the first run of nine, else the longest run; "" where there is none."""
    runs = _RUN.findall(_plain(text))
    return next((run for run in runs if len(run) == 9), max(runs, key=len, default=""))


def mmsi_fault(digits: str) -> str:
    """What is wrong with the digits of a ship's MMSI; "" for a sound one (ITU-R M.585: nine digits, 2 to 7 first)."""
    if len(digits) != 9:
        return f"has {len(digits)} digits, not 9"
    return "" if flag_of_mmsi(int(digits)) else "begins with digits that no country has for its ships"


def callsign_letters(text: str) -> str:
    """A call sign's letters and digits without spaces; "" where there is no letter or under three characters."""
    found = "".join(re.findall(r"[A-Z0-9]", _plain(text)))
    return found if len(found) >= 3 and re.search(r"[A-Z]", found) else ""
