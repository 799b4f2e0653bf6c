"""How the case file says things: times, places, lengths of time, counts. One way for each, everywhere."""

from __future__ import annotations

import re
from datetime import datetime

_PERCENT = re.compile(r"(?<=\d)%(?!\w)")


def moment(time: datetime | None) -> str:
    """A time to the minute: "2025-10-01 04:05 UTC"; "an unknown time" where there is none."""
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else "an unknown time"


def day(time: datetime | None) -> str:
    """A day: "2025-10-01"."""
    return f"{time:%Y-%m-%d}" if time else "an unknown day"


def date(time: datetime | None) -> str:
    """A day in words: "3 March 2025"; "an unknown day" where there is none."""
    return f"{time.day} {time:%B %Y}" if time else "an unknown day"


def between(after: datetime | None, by: datetime | None) -> str:
    """Both ends of an interval: "between 3 and 15 March 2025"; where one is open: "by ...", "after ..."."""
    if after is None or by is None:
        return f"by {date(by)}" if after is None else f"after {date(after)}"
    if after.date() == by.date():
        return f"on {date(by)}"
    first = date(after)
    if after.year == by.year:
        first = f"{after.day}" if after.month == by.month else f"{after.day} {after:%B}"
    return f"between {first} and {date(by)}"


def hours(amount: float) -> str:
    """A length of time in hours, in days as well from two days on: "31.2 hours", "96.0 hours (4.0 days)"."""
    if amount >= 48:
        return f"{amount:,.1f} hours ({amount / 24:,.1f} days)"
    return f"{amount:,.1f} hours"


def position(lat: float | None, lon: float | None) -> str:
    """A position in degrees and minutes, as charts give it: "26°34.1'N 056°12.0'E"."""
    if lat is None or lon is None:
        return "an unknown position"
    return f"{_angle(lat, 2)}{'N' if lat >= 0 else 'S'} {_angle(lon, 3)}{'E' if lon >= 0 else 'W'}"


def _angle(degrees: float, width: int) -> str:
    tenths = round(abs(degrees) * 600)
    return f"{tenths // 600:0{width}d}°{tenths % 600 / 10:04.1f}'"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 ship", "1,240 ships"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def times(number: int) -> str:
    """How often: "once", "twice", "7 times"."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def listing(words: list[str], most: int = 6) -> str:
    """Words in a row: "a, b and c"; the rest is counted where there are many."""
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1:,} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def spaced(says: str) -> str:
    """A sentence of another part, with its percentages as `share` writes them."""
    return _PERCENT.sub(" %", says)


def share(part: float) -> str:
    """A share in percent: "4.2 %", "150 %"."""
    return f"{part * 100:.1f} %" if part < 0.995 else f"{part * 100:,.0f} %"
