"""Dates of birth as lists and papers write them: a day, a month, a year, about a year, between two years."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 64
"""Characters of a date of birth that are read."""

_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()  # noqa: SIM905 - reads best as prose
_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])")
_ISO = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}[-./]([0-9]{1,2})(?:[-./]([0-9]{1,2}))?(?![0-9])")
_DAY_FIRST = re.compile(r"(?<![0-9])([0-9]{1,2})[-./]([0-9]{1,2})[-./](?:1[89]|20)[0-9]{2}(?![0-9])")
_NAMED = re.compile(rf"(?:(?<![0-9])([0-9]{{1,2}})[ .-]*)?({'|'.join(_MONTHS)})[A-Z]*\b")
_NAMED_FIRST = re.compile(rf"({'|'.join(_MONTHS)})[A-Z]*\.? ([0-9]{{1,2}})(?![0-9])")
_ABOUT = re.compile(r"\b(?:CIRCA|CA|C|ABOUT|APPROX[A-Z]*|AROUND|BETWEEN)\b|[~?%]")
_DECADE = re.compile(r"(?<![0-9])(1[89][0-9]|20[0-9])X(?![0-9A-Z])")
_ABOUT_YEARS = 3
"""How far "about" a year may be off: our own choice."""


@dataclass(frozen=True, slots=True)
class Born:
    """A date of birth as far as it is told."""

    first: int
    """The first year that it may be."""
    last: int
    """The last year that it may be."""
    month: int | None = None
    day: int | None = None


@lru_cache(maxsize=1 << 14)
def born(text: str) -> Born | None:
    """What a date of birth tells; None where there is no year in it. Days and months of nought are not told.

    EDTF is read too, as far as years go: "1975-03", "1975~", "1975?", "197X", "1975/1977".
    """
    seen = _DECADE.sub(r"\g<1>0/\g<1>9", text[:LONGEST].upper())
    years = sorted(map(int, _YEAR.findall(seen)))
    if not years:
        return None
    if years[0] != years[-1]:
        return Born(years[0], years[-1])
    if _ABOUT.search(seen):
        return Born(years[0] - _ABOUT_YEARS, years[0] + _ABOUT_YEARS)
    month, day = _month_and_day(seen)
    return Born(years[0], years[0], month, day if month else None)


def _month_and_day(seen: str) -> tuple[int | None, int | None]:
    if found := _ISO.search(seen):
        month, day = int(found[1]), int(found[2] or 0)
    elif found := _DAY_FIRST.search(seen):
        day, month = int(found[1]), int(found[2])
    elif found := _NAMED_FIRST.search(seen):
        month, day = _MONTHS.index(found[1]) + 1, int(found[2])
    elif found := _NAMED.search(seen):
        month, day = _MONTHS.index(found[2]) + 1, int(found[1] or 0)
    else:
        return None, None
    if month > 12 >= day:  # the American order
        month, day = day, month
    return month if 1 <= month <= 12 else None, day if 1 <= day <= 31 else None


def agreement(asked: Born, listed: Born) -> tuple[float, str]:
    """How far two dates of birth agree: from 1 for the same day to 0 where nothing can be told, below 0 for another.

    Returns:
        The share, from -1 to 1 and the same from both sides, and one sentence.
    """
    apart = max(asked.first - listed.last, listed.first - asked.last, 0)
    if apart:
        if apart == 1:
            return -0.4, "The years of birth are one apart."
        same_day = asked.month and asked.day and (asked.month, asked.day) == (listed.month, listed.day)
        if same_day and sorted(str(asked.first)) == sorted(str(listed.first)):
            return -0.4, "The same day and month; the years have the same digits in another order."
        return -1.0, f"The years of birth are {apart} apart."
    if asked.first != asked.last or listed.first != listed.last:
        return 0.3, "The years of birth can be the same; one of them is not exact."
    if not (asked.month and listed.month):
        return 0.5, "The same year of birth."
    if not (asked.day and listed.day):
        return (
            (0.7, "The same month of birth.") if asked.month == listed.month else (-0.4, "Another month of one year.")
        )
    if (asked.month, asked.day) == (listed.month, listed.day):
        return 1.0, "The same date of birth."
    if (asked.month, asked.day) == (listed.day, listed.month):
        return 0.7, "The same date of birth, with day and month in another order."
    return -0.4, "Another day of the same year; dates of birth are often known by the year alone."


def closest(asked: str, listed: Iterable[str]) -> tuple[float, str, str] | None:
    """The best agreement with any listed date: its share, that date and one sentence; None where none is told."""
    own = born(asked)
    if own is None:
        return None
    met = [(*agreement(own, other), text) for text in listed if (other := born(text)) is not None]
    if not met:
        return None
    share, says, text = max(met, key=lambda one: one[0])
    return share, text, says
