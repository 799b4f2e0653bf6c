"""Days as EDTF."""

from __future__ import annotations

from datetime import date, timedelta

from darkwake.claims.calendar import Days


def written(days: Days) -> str:
    """The EDTF of those days; XXXX for a year that nobody said, ~ where the ends are a reading."""
    sign = "~" if days.rough else ""
    if days.first is None or days.last is None:
        return f"{_one(days.first, days.yearless, sign)}/{_one(days.last, days.yearless, sign)}"
    if days.first == days.last:
        return _one(days.first, days.yearless, sign)
    for shorter in _shorter(days):
        return shorter + sign
    return f"{_one(days.first, days.yearless, sign)}/{_one(days.last, days.yearless, sign)}"


def _shorter(days: Days) -> list[str]:
    """The one sign that says exactly those days: a month, a season, a year, a decade, a century."""
    first, last = days.first, days.last
    if first is None or last is None or first.day != 1 or (last + timedelta(days=1)).day != 1:
        return []
    year = "XXXX" if days.yearless else f"{first.year:04}"
    size = (last.year - first.year) * 12 + last.month - first.month + 1
    if size == 1:
        return [f"{year}-{first.month:02}"]
    if size == 3 and first.month % 3 == 0:
        return [f"{year}-{20 + first.month // 3}"]
    if first.month != 1 or days.yearless:
        return []
    if size == 12:
        return [year]
    if size == 120 and first.year % 10 == 0:
        return [f"{year[:3]}X"]
    return [f"{year[:2]}XX"] if size == 1200 and first.year % 100 == 0 else []


def _one(day: date | None, yearless: bool, sign: str) -> str:
    if day is None:
        return ".."
    return (f"XXXX-{day.month:02}-{day.day:02}" if yearless else day.isoformat()) + sign
