"""Dates that are only known as intervals: EDTF in, EDTF out.

A newspaper says "in February", a list says "circa 1961", a case asks for "1 September to 15 October". Each is a first
day and a last day, both included, and neither is ever made narrower than what was said. The text form is the Extended
Date/Time Format (EDTF, ISO 8601-2:2019): all of level 0 that has no time of day, and of level 1 the signs for
uncertain (`?`), approximate (`~`) and both (`%`), unspecified digits (`X`), seasons, and open or unknown ends.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"(?P<year>\d{2}XX|\d{3}X|\d{4}|XXXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<sign>[?~%]?)")
_SEASON_MONTHS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (12, 14)}
"""EDTF 21 to 24, spring to winter, on the northern hemisphere; winter reaches into the next year."""


@dataclass(frozen=True, slots=True)
class Dates:
    """A first and a last day, both included; None where that end is open or unknown."""

    first: date | None
    last: date | None
    edtf: str
    """The text that says so; kept as given, because `2025-02~` says more than its two ends."""

    def __contains__(self, day: date) -> bool:
        """Whether that day may lie within: open ends hold every day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def before(self, other: Dates) -> bool:
        """Whether every day of this one surely lies before every day of the other."""
        return self.last is not None and other.first is not None and self.last < other.first

    def meets(self, other: Dates) -> bool:
        """Whether the two may share a day."""
        return not self.before(other) and not other.before(self)


def parse(text: str) -> Dates:
    """Read an EDTF date or interval.

    Raises:
        ValueError: the text is no EDTF of the levels above, a day does not exist, or the ends stand in the wrong order.
    """
    text = text.strip()
    if "/" not in text:
        first, last = _ends(text)
        return Dates(first, last, text)
    start, _, stop = text.partition("/")
    first = None if start in ("", "..") else _ends(start)[0]
    last = None if stop in ("", "..") else _ends(stop)[1]
    if first and last and last < first:
        raise ValueError(f"{text!r} ends before it begins")
    return Dates(first, last, text)


def of(first: date | None, last: date | None) -> Dates:
    """The interval between two days, written in the shortest EDTF that says exactly that."""
    if first and last:
        if last < first:
            raise ValueError(f"{last} lies before {first}")
        for shorter in (first.isoformat(), first.isoformat()[:7], first.isoformat()[:4]):
            if _ends(shorter) == (first, last):
                return Dates(first, last, shorter)
    return Dates(first, last, f"{first or '..'}/{last or '..'}")


def _ends(text: str) -> tuple[date | None, date | None]:
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no EDTF date; write 2025, 2025-02, 2025-02-14 or 2025-02-01/2025-03-15")
    year, month, day = match["year"], match["month"], match["day"]
    if year == "XXXX":
        return None, None
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        raise ValueError(f"{text!r}: the year 0000 is not supported")
    if month is None or month == "XX" or first_year != last_year:
        return date(first_year, 1, 1), date(last_year, 12, 31)
    if month in _SEASON_MONTHS:
        begins, ends = _SEASON_MONTHS[month]
        return date(first_year, begins, 1), _month_end(first_year + (ends > 12), (ends - 1) % 12 + 1)
    if day is None or day == "XX":
        return date(first_year, int(month), 1), _month_end(first_year, int(month))
    whole = date(first_year, int(month), int(day))
    return whole, whole


def _month_end(year: int, month: int) -> date:
    return date(year, month, 1) + timedelta(days=calendar.monthrange(year, month)[1] - 1)
