"""Feasts: those with a fixed day, and those that are reckoned.

Only such as fall on one day wherever English is written: Thanksgiving (two countries, two days) and the many
independence days are not read. Easter is the western one.
"""

from __future__ import annotations

from datetime import date, timedelta

FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "boxing day": (12, 26),
    "new year's day": (1, 1),
    "new year's eve": (12, 31),
    "valentine's day": (2, 14),
    "halloween": (10, 31),
    "may day": (5, 1),
    "fourth of july": (7, 4),
    "4th of july": (7, 4),
    "bastille day": (7, 14),
    "st patrick's day": (3, 17),
    "veterans day": (11, 11),
    "armistice day": (11, 11),
    "anzac day": (4, 25),
    "april fools' day": (4, 1),
    "april fool's day": (4, 1),
    "all saints' day": (11, 1),
    "guy fawkes night": (11, 5),
    "bonfire night": (11, 5),
    "international women's day": (3, 8),
    "earth day": (4, 22),
    "epiphany": (1, 6),
}
_FROM_EASTER = {
    "ash wednesday": -46,
    "palm sunday": -7,
    "good friday": -2,
    "easter": 0,
    "easter sunday": 0,
    "easter monday": 1,
    "whit monday": 50,
}
MOVED = ("labor day", "memorial day", *_FROM_EASTER)


def feast(name: str, year: int) -> date:
    """Its day in that year; Labor Day and Memorial Day as in the United States."""
    if name == "labor day":
        return date(year, 9, 1 + (-date(year, 9, 1).weekday()) % 7)
    if name == "memorial day":
        return date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    return _easter(year) + timedelta(days=_FROM_EASTER[name])


def _easter(year: int) -> date:
    """Gregorian, as reckoned by the anonymous rule of 1876."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, over = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leaps - shift + 15) % 30
    quarter, left = divmod(rest, 4)
    sunday = (32 + 2 * over + 2 * quarter - moon - left) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
