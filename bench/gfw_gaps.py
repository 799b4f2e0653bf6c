"""The core of Global Fishing Watch's gap detection, written anew from what it is published to do, to be raced with.

It takes the messages of one ship as dictionaries. They are sorted by time; of each two that follow each other and lie
strictly more than the threshold apart a gap is made. For each gap the ship's messages are gone through from the first
one on, until that of the gap itself, and those of the 12 hours before it are counted by receiver, the gap's own first
message among them. So a ship costs its messages times its gaps: the step that is quadratic on long tracks. A gap gets
an id hashed from number, time and place, its length, the distance between its ends, and the speed over it.

Theirs takes the distance on an ellipsoid, by geopy; on a sphere, as here where geopy is not installed, it is cheaper.

Source: github.com/GlobalFishingWatch/pipe-gaps, `GapDetector` in `pipe_gaps/core`, as of 2025. No code is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from operator import itemgetter
from typing import Any

Message = dict[str, Any]
"""ssvid, timestamp (seconds), lat, lon, receiver_type."""
Metres = Callable[[Message, Message], float]

BEFORE_S = 12 * 3600.0
_RADIUS_M = 6_371_008.8
_METRES_PER_NM = 1852.0


def on_a_sphere(one: Message, other: Message) -> float:
    """Metres between two messages."""
    lat, lat2 = radians(one["lat"]), radians(other["lat"])
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin(radians(other["lon"] - one["lon"]) / 2) ** 2
    return 2 * _RADIUS_M * asin(min(1.0, sqrt(half)))


def gaps(messages: list[Message], threshold_s: float, metres: Metres = on_a_sphere) -> list[Message]:
    """The gaps of one ship; sorts the messages in place, as theirs does."""
    messages.sort(key=itemgetter("timestamp"))
    return [
        _gap(off, on, _heard(messages, off), metres(off, on))
        for off, on in pairwise(messages)
        if on["timestamp"] - off["timestamp"] > threshold_s
    ]


def _heard(messages: list[Message], off: Message) -> Iterator[Message]:
    until = off["timestamp"]
    since = until - BEFORE_S
    for one in messages:
        when = one["timestamp"]
        if when >= until:
            break
        if when >= since:
            yield one
    yield off


def _gap(off: Message, on: Message, heard: Iterator[Message], metres: float) -> Message:
    counts = {"terrestrial": 0, "satellite": 0, "dynamic": 0}
    for one in heard:
        counts[one["receiver_type"]] = counts.get(one["receiver_type"], 0) + 1
    hours = (on["timestamp"] - off["timestamp"]) / 3600
    name = f"{off['ssvid']}|{off['timestamp']}|{off['lat']}|{off['lon']}"
    found = {
        "gap_id": hashlib.md5(name.encode()).hexdigest(),
        "ssvid": off["ssvid"],
        "heard_before": sum(counts.values()),
        **{f"heard_before_{receiver}": count for receiver, count in counts.items()},
        "distance_m": metres,
        "hours": hours,
        "knots": metres / hours / _METRES_PER_NM,
    }
    for side, message in (("off", off), ("on", on)):
        found |= {f"{side}_{name}": value for name, value in message.items() if name != "ssvid"}
    return found
