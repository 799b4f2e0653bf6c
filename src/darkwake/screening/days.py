"""Days as papers and spreadsheets write them: one day, or both readings where there are two."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from darkwake.screening.phrases import plain
from darkwake.screening.sheet import Cell

_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[ ,].*)?")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([a-z]{3,9})\.?[-/., ]*(\d{4})(?:[ ,].*)?", re.IGNORECASE)
_WORDS_FIRST = re.compile(r"([a-z]{3,9})\.?[ -]*(\d{1,2})(?:st|nd|rd|th)?,?[ -]*(\d{4})(?:[ ,].*)?", re.IGNORECASE)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's count, as it stands for days from March 1900 on."""
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 73_050
"""1970-01-01 and 2099-12-31 in that count."""


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether dates such as 03/04/2025 have the day first, as far as others of the column tell; None where not."""
    seen = set()
    for text in texts:
        if match := _SLASHED.fullmatch(plain(text).strip()):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                seen.add(True)
            elif second > 12 >= first:
                seen.add(False)
    return seen.pop() if len(seen) == 1 else None


def days(cell: Cell, *, day_first: bool | None = None) -> tuple[tuple[date, ...], list[str]]:
    """The day in a cell, or two where it has two readings, or none; and what must be said of that.

    Args:
        cell: The cell.
        day_first: How the other cells of the column write it.
    """
    if cell.day:
        return (cell.day,), []
    text = plain(cell.text)[:60].strip()
    if cell.number is not None or _SERIAL.fullmatch(text):
        number = cell.number if cell.number is not None else float(text)
        if _FIRST_SERIAL <= number <= _LAST_SERIAL:
            day = _EPOCH + timedelta(days=int(number))
            return (day,), [f"The date {text} was read as a spreadsheet's count of days, {day.isoformat()}."]
    for pattern in (_ISO, _COMPACT):
        if match := pattern.fullmatch(text):
            found = _date(match[1], match[2], match[3])
            return ((found,), []) if found else ((), [_none(text)])
    if match := _WORDS.fullmatch(text) or _WORDS_FIRST.fullmatch(text):
        word, number_of_day = (match[2], match[1]) if match[1].isdigit() else (match[1], match[2])
        month = next((at for at, name in enumerate(_MONTHS, start=1) if word.casefold().startswith(name)), 0)
        found = _date(match[3], str(month), number_of_day)
        return ((found,), []) if found else ((), [_none(text)])
    if match := _SLASHED.fullmatch(text):
        return _slashed(text, match, day_first)
    return (), [_none(text)]


def _slashed(text: str, match: re.Match[str], first: bool | None) -> tuple[tuple[date, ...], list[str]]:
    by_day, by_month = _date(match[3], match[2], match[1]), _date(match[3], match[1], match[2])
    if by_day and by_month and by_day != by_month:
        if first is not None:
            return (by_day if first else by_month,), []
        both = sorted((by_day, by_month))
        said = f"The date {text} may be {both[0].isoformat()} or {both[1].isoformat()}; both were asked about."
        return tuple(both), [said]
    found = by_day or by_month
    return ((found,), []) if found else ((), [_none(text)])


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _none(text: str) -> str:
    return f"The date {text!r} could not be read for sure, so no day was asked about."
