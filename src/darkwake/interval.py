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

    def apart(self, other: Dates) -> bool:
        """Whether the two surely share no day; unlike `meets` it also holds `XXXX-11-08` against other days of a year.

        Only single days, months and ranges within a year are compared so; whatever else has open ends may share a
        day with anything.
        """
        if not self.meets(other):
            return True
        ones, others = _year_days(self), _year_days(other)
        if ones is None or others is None or not ("XXXX" in self.edtf or "XXXX" in other.edtf):
            return False
        return all(last < start or stop < first for first, last in ones for start, stop in others)


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
        if month not in (None, "XX") and month not in _SEASON_MONTHS:
            date(
                2000, int(month), 1 if day in (None, "XX") else int(day)
            )  # a leap year: whether there can be such a day
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


_Stretch = tuple[tuple[int, int], tuple[int, int]]
"""First and last as month and day."""


def _year_days(dates: Dates) -> list[_Stretch] | None:
    """Which days of a year the dates are, from 1 January on; None where that says nothing."""
    if dates.first and dates.last:
        return _within_year((dates.first.month, dates.first.day), (dates.last.month, dates.last.day), dates)
    start, _, stop = dates.edtf.partition("/")
    one, other = _YEARLESS.fullmatch(start), _YEARLESS.fullmatch(stop or start)
    if not one or not other:
        return None
    first = int(one["month"]), int(one["day"] or 1)
    last = int(other["month"]), int(other["day"] or 31)
    return [(first, last)] if first <= last else [(first, (12, 31)), ((1, 1), last)]


def _within_year(first: tuple[int, int], last: tuple[int, int], dates: Dates) -> list[_Stretch] | None:
    if dates.first is None or dates.last is None or (dates.last - dates.first).days >= 365:
        return None
    return [(first, last)] if first <= last else [(first, (12, 31)), ((1, 1), last)]


_YEARLESS = re.compile(r"XXXX-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?[?~%]?")
