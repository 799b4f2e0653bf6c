"""Rows of two runs laid side by side: what is the same thing, what is new, what is gone, and what moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

Row = Mapping[str, Any]
Key = Callable[[Row], Hashable]
"""What a row is known by; None where it cannot be known that way."""


class Matched(NamedTuple):
    """The rows of two runs."""

    pairs: list[tuple[Row, Row]]
    """The same thing before and after, in the order of the later run."""
    new: list[Row]
    gone: list[Row]


def match(before: Sequence[Row], after: Sequence[Row], *keys: Key, overlapping: bool = False) -> Matched:
    """Pair rows by the first key under which one of each side is alone, then by the next.

    Args:
        before: Rows of the earlier run.
        after: Rows of the later run.
        keys: From the surest to the loosest.
        overlapping: At last pair rows of one ship whose times overlap, the earliest first: a silence that
            new messages shortened, a voyage whose end came to be known.
    """
    left, right = dict(enumerate(before)), dict(enumerate(after))
    found: dict[int, int] = {}
    for key in keys:
        theirs = _alone(left, key)
        for value, place in _alone(right, key).items():
            if value in theirs:
                found[place] = theirs[value]
        for place, other in found.items():
            right.pop(place, None)
            left.pop(other, None)
    if overlapping:
        for place, other in _overlapping(left, right):
            found[place] = other
            del right[place], left[other]
    pairs = [(before[found[place]], after[place]) for place in sorted(found)]
    return Matched(pairs, list(right.values()), list(left.values()))


def moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Of what is in both, what has to be moved to come from one order to the other: as few as can be."""
    places = {key: place for place, key in enumerate(before)}
    both = [key for key in after if key in places]
    stays = _longest_rising([places[key] for key in both])
    return [key for at, key in enumerate(both) if at not in stays]


def _alone(rows: Mapping[int, Row], key: Key) -> dict[Hashable, int]:
    found: dict[Hashable, int] = {}
    several = set()
    for place, row in rows.items():
        value = key(row)
        if value is None:
            continue
        if value in found:
            several.add(value)
        found[value] = place
    return {value: place for value, place in found.items() if value not in several}


def _overlapping(left: Mapping[int, Row], right: Mapping[int, Row]) -> list[tuple[int, int]]:
    """Places of (right, left) whose rows are of one ship and overlap in time; each row at most once."""
    by_ship: dict[Any, list[int]] = {}
    for place, row in left.items():
        by_ship.setdefault(row.get("ship"), []).append(place)
    shared = []
    for place, row in right.items():
        for other in by_ship.get(row.get("ship"), ()):
            start = max(_start(row), _start(left[other]))
            end = min(_end(row), _end(left[other]))
            if row.get("ship") is not None and start < end:
                shared.append((end, start, place, other))
    # in the order of time, so that the result does not hang on that of the rows
    shared.sort(key=lambda one: (one[1], -one[2], -one[3]))
    found: list[tuple[int, int]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, _, place, other in shared:
        if place not in taken[0] and other not in taken[1]:
            found.append((place, other))
            taken[0].add(place)
            taken[1].add(other)
    return found


def _start(row: Row) -> str:
    return str(row.get("start") or row.get("departed") or "")


def _end(row: Row) -> str:
    # what is still open ends after everything
    return str(row.get("end") or row.get("arrived") or "9999")


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """The places of a longest rising run of numbers (patience sorting)."""
    tops: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        before.append(places[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(number)
            places.append(place)
        else:
            tops[pile], places[pile] = number, place
    found: set[int] = set()
    at = places[-1] if places else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return found
