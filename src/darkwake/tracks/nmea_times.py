"""The times that stand in and round NMEA sentences, read one by one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1)
_UNIX = re.compile(rb"(?<![0-9A-Za-z.])([0-9]{9,10}(?:\.[0-9]+)?|[0-9]{12,13})(?![0-9.])")
_ISO = re.compile(
    rb"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,6})?[0-9]*([+-][0-9]{2}:?[0-9]{2})?"
)


def unix(text: bytes) -> datetime | None:
    """Seconds or milliseconds since 1970, told apart by size (see `clean._since_1970`)."""
    try:
        number = float(text)
        return EPOCH + timedelta(seconds=number / 1000 if abs(number) >= 1e11 else number)
    except (ValueError, OverflowError):
        return None


def time_in(text: bytes) -> datetime | None:
    """The first ISO time or Unix time in the text round a sentence."""
    iso = _ISO.search(text)
    if iso is not None:
        fraction = iso[2].decode().ljust(7, "0") if iso[2] else ""
        zone = iso[3].decode() if iso[3] else "+00:00"
        try:
            stamp = datetime.fromisoformat(iso[1].decode().replace(" ", "T") + fraction + zone)
        except ValueError:
            return None
        return stamp.astimezone(UTC).replace(tzinfo=None)
    number = _UNIX.search(text)
    return unix(number[1]) if number is not None else None


def wrapper_time(text: bytes) -> datetime | None:
    """The time of a $PGHP sentence: year, month, day, hour, minute, second, millisecond, in UTC."""
    try:
        year, month, day, hour, minute, second, millisecond = (int(piece) for piece in text.split(b",")[2:9])
        return datetime(year, month, day, hour, minute, second, millisecond * 1000)
    except ValueError:
        return None
