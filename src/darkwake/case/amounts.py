"""Amounts that are only known as intervals: added, divided, laid over one another, and said in words.

An end that was left open stays open through every sum: "over 2,000" is (2,000, ..), and nothing closes it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MANY = 1e6


@dataclass(frozen=True, slots=True)
class Amount:
    """An interval; None where that end is open. Amounts are never negative."""

    low: float | None
    high: float | None
    low_in: bool = True
    """Whether the end itself belongs; without meaning where it is open."""
    high_in: bool = True
    about: bool = False
    """Whether "about" or "some" stood with a number in it: its ends are then softer than they look."""

    @staticmethod
    def of(said: Mapping[str, Any]) -> Amount:
        """A SAID_AMOUNT as an interval."""
        return Amount(
            said["low"], said["high"], bool(said["low_in"]), bool(said["high_in"]), said["comparator"] == "about"
        )

    @property
    def sane(self) -> bool:
        """Whether it says anything at all, and its ends stand in the right order."""
        ends = [end for end in (self.low, self.high) if end is not None]
        return bool(ends) and all(math.isfinite(end) and end >= 0 for end in ends) and ends == sorted(ends)

    def meets(self, other: Amount) -> bool:
        """Whether one number can lie in both."""
        return not self.below(other) and not other.below(self)

    def below(self, other: Amount) -> bool:
        """Whether every number of this one lies under every number of the other."""
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (self.high == other.low and not (self.high_in and other.low_in))

    def times(self, factor: float) -> Amount:
        """The amount in another unit, of which one of this one's is `factor`."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Amount(low, high, self.low_in, self.high_in, self.about)

    def over(self, other: Amount) -> Amount:
        """How much of this one comes on one of the other; an end that would need a division by nothing is open."""
        low = None if self.low is None or other.high is None else self.low / other.high if other.high else None
        high = None if self.high is None or not other.low else self.high / other.low
        about = self.about or other.about
        return Amount(low, high, self.low_in and other.high_in, self.high_in and other.low_in, about)

    def apart(self, other: Amount) -> float | None:
        """How far two that do not meet lie apart at their nearest ends, as a share of the lesser; else None."""
        if self.meets(other):
            return None
        under, above = (self, other) if self.below(other) else (other, self)
        if under.high is None or above.low is None or under.high == 0:
            return None
        return above.low / under.high - 1.0

    def words(self, unit: str = "") -> str:
        """Such as "about 1,000 tons", "more than 2,000 tons", "1,000 to 1,200 tons"; the unit as it was stated."""
        low, high = number(self.low), number(self.high)
        if self.low is not None and self.low == self.high:
            plain = f"{'about ' if self.about else ''}{low}"
        elif self.high is None:
            plain = f"{'at least' if self.low_in else 'more than'} {low}" if self.low is not None else "an open amount"
        elif self.low is None:
            plain = f"{'at most' if self.high_in else 'less than'} {high}"
        else:
            plain = f"{low} to {high}"
        one = self.low == self.high == 1
        return f"{plain} {unit if one else plural(unit)}".strip()

    def bracket(self) -> str:
        """As mathematics write it: "[1,000, 1,200]", "(2,000, ..)"."""
        low = f"{'[' if self.low_in else '('}{number(self.low)}" if self.low is not None else "(.."
        high = f"{number(self.high)}{']' if self.high_in else ')'}" if self.high is not None else "..)"
        return f"{low}, {high}"

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"low": self.low, "high": self.high, "low_in": self.low_in, "high_in": self.high_in, "about": self.about}


def read(plain: Mapping[str, Any]) -> Amount:
    """What `as_dict` wrote."""
    return Amount(plain["low"], plain["high"], plain["low_in"], plain["high_in"], plain["about"])


def plural(unit: str) -> str:
    """A unit's word for many of it: "tons", "boxes"; signs and currencies stay as they are."""
    if len(unit) < 3 or not unit.islower() or unit.endswith("s"):
        return unit
    return f"{unit}{'es' if unit.endswith(('x', 'ch', 'sh')) else 's'}"


def number(value: float | None) -> str:
    """1,000 · 2.5 · 0.26; as exact as it was stated for whole numbers, to four digits else."""
    if value is None:
        return ".."
    if value == round(value) or abs(value) >= _MANY:
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def hull(amounts: Iterable[Amount]) -> Amount:
    """From the least told to the most told. One open end leaves it open."""
    every = list(amounts)
    lows, highs = [one.low for one in every], [one.high for one in every]
    low = None if None in lows else min(end for end in lows if end is not None)
    high = None if None in highs else max(end for end in highs if end is not None)
    return Amount(
        low,
        high,
        any(one.low_in for one in every if one.low == low),
        any(one.high_in for one in every if one.high == high),
        any(one.about for one in every),
    )


def agreed(amounts: Iterable[Amount]) -> Amount | None:
    """What every telling allows; None where no number lies in all of them."""
    every = list(amounts)
    if any(one.below(other) for one in every for other in every):
        return None
    low = max((one.low for one in every if one.low is not None), default=None)
    high = min((one.high for one in every if one.high is not None), default=None)
    return Amount(
        low,
        high,
        all(one.low_in for one in every if one.low == low),
        all(one.high_in for one in every if one.high == high),
        any(one.about for one in every),
    )


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum: low with low, high with high. The order of the amounts changes nothing, also not the last digit.

    An open upper end leaves the sum's open. An open lower end counts as nothing, because no amount is negative: the
    others still stand under the sum.
    """
    every = list(amounts)
    lows = [one.low for one in every if one.low is not None]
    highs = [one.high for one in every if one.high is not None]
    return Amount(
        math.fsum(lows) if lows else None,
        math.fsum(highs) if len(highs) == len(every) else None,
        all(one.low_in for one in every if one.low is not None),
        all(one.high_in for one in every),
        any(one.about for one in every),
    )
