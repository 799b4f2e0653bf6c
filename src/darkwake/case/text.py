"""How a case's values are written on the page: hostile text made plain, numbers with units, times as UTC.

Every string that the page shows goes through `visible`: nothing in a case can hide, turn round or flood the text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

MOST_SHOWN = 1200
"""Characters of one string that the page shows; the rest is counted."""
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PLAIN = re.compile(r"[\x20-\x7e\u00a0-\u02af]*")


def visible(text: str, *, most: int = MOST_SHOWN) -> str:
    """`text` with every control, bidi and unassigned character written as ⟨U+202E⟩, cut where it is too long."""
    cut = text[:most]
    if not _PLAIN.fullmatch(cut) or "\u00ad" in cut:
        cut = "".join(
            f"⟨U+{ord(letter):04X}⟩" if letter not in "\n\t" and unicodedata.category(letter) in _HIDDEN else letter
            for letter in cut
        )
    return cut if len(text) <= most else f"{cut} … ({len(text):,} characters in all)"


def shown(value: Any) -> Any:
    """What Jinja prints for a value: Markup as it is, None as a dash, strings made visible, numbers with commas."""
    if isinstance(value, Markup):
        return value
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        return decimal(value)
    return visible(str(value))


def name(text: Any, most: int = 200) -> Markup:
    """A name from outside, isolated so that its writing direction cannot reach its surroundings."""
    return Markup(f"<bdi>{escape(visible(str(text), most=most))}</bdi>")  # noqa: S704  escaped here


def number(value: int) -> str:
    """12345 as 12,345."""
    return f"{value:,}"


def decimal(value: float) -> str:
    """Four significant digits: 1,234 · 63.86 · 0.0032."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def exact(value: float | None) -> Markup:
    """A number for a machine: no commas, no rounding that shows; nothing where there is none."""
    return Markup("" if value is None else format(value, ".12g"))  # noqa: S704  digits only


def hours(value: float) -> str:
    """63.9 h; whole hours from 100 on."""
    return f"{value:,.0f} h" if abs(value) >= 99.95 else f"{value:.1f} h"


def miles(metres: float) -> str:
    """7.4 nautical miles; whole miles from 10 on."""
    far = metres / 1852
    return "under 0.1 nautical miles" if 0 < far < 0.05 else f"{far:,.{0 if far >= 9.95 else 1}f} nautical miles"


def lasting(seconds: float) -> str:
    """A length of time: hours below two days, days above."""
    return hours(seconds / 3600) if seconds < 172_800 else f"{seconds / 86_400:,.1f} days"


def seconds(moment: str | None) -> int | None:
    """A time of the case as seconds since 1970, None where there is none or it is no time."""
    if not moment:
        return None
    try:
        time = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())


def moment(time: str | int | None, *, zone: bool = True) -> str:
    """2025-09-03 04:12 UTC; a dash where there is none."""
    at = seconds(time) if isinstance(time, str) else time
    if at is None:
        return "–"
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" + (" UTC" if zone else "")


def stamp(time: str | int | None, *, zone: bool = True) -> Markup:
    """`moment` as an element of the page, which keeps it on one line."""
    plain = moment(time, zone=False)
    if plain == "–":
        return Markup(plain)  # noqa: S704  a dash
    return Markup(f"<time>{plain}</time>{'&nbsp;UTC' if zone else ''}")  # noqa: S704  digits only


def between(start: str | None, end: str | None) -> str:
    """2025-09-03 04:12 to 2025-09-05 10:00 UTC, or the one of them that is known."""
    known = [moment(time, zone=False) for time in (start, end) if seconds(time) is not None]
    return " to ".join(dict.fromkeys(known)) + " UTC" if known else "–"


def day(time: str | int | None) -> str:
    """3 Sep 2025."""
    at = seconds(time) if isinstance(time, str) else time
    if at is None:
        return "–"
    when = datetime.fromtimestamp(at, UTC)
    return f"{when.day} {when:%b %Y}"


def position(lat: float | None, lon: float | None) -> str:
    """24.84°N 58.22°E."""
    if lat is None or lon is None:
        return "–"
    return f"{abs(lat):.2f}°{'N' if lat >= 0 else 'S'} {abs(lon):.2f}°{'E' if lon >= 0 else 'W'}"


def size(amount: int) -> str:
    """2.48 MB."""
    for unit, least in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if amount >= least:
            return f"{amount / least:.3g} {unit}"
    return f"{amount} bytes"


def words(key: str) -> str:
    """A key of a table as words: same_hours_ships as "same hours ships"; a unit at its end in brackets."""
    units = {"h": "hours", "m": "metres", "kn": "knots", "km": "km", "s": "seconds", "nm": "nautical miles", "deg": "°"}
    stem, _, last = key.rpartition("_")
    return f"{stem.replace('_', ' ')} ({units[last]})" if stem and last in units else key.replace("_", " ")
