"""What a transmitter said of itself just before and just after a silence, from its runs of values."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from darkwake.errors import WrongUse
from darkwake.schema import IDENTITIES, problems

_WITHIN = timedelta(days=7)
"""A value that was last said longer than this before the silence, or first said as long after it, does not count."""
_IN_TURNS = timedelta(hours=24)
"""Where other values were said in so short a time, it is not known which of them belongs to the silence."""
_SIZE_M = 10.0
_SIZE_PART = 0.1
"""Lengths that differ by no more than both are one ship's, measured or typed in twice."""


class Said:
    """Runs of IDENTITIES by ship and field, to be asked about a moment."""

    def __init__(self, identities: pl.DataFrame | None, ships: list[int]) -> None:
        """Keep what is needed of those ships; None knows nothing.

        Raises:
            WrongUse: the table is not IDENTITIES.
        """
        self._runs: dict[tuple[int, str], tuple[NDArray[np.int64], NDArray[np.int64], list[str]]] = {}
        if identities is None:
            return
        if wrong := problems(identities, IDENTITIES):
            raise WrongUse(f"the table is not IDENTITIES: {wrong[0]}", where="identities", to_do="Give IDENTITIES")
        asked = pl.col("field").is_in(["imo", "name", "callsign", "length_m"]) & pl.col("ship").is_in(ships)
        for (ship, field), runs in identities.filter(asked).group_by("ship", "field", maintain_order=True):
            values = runs["value"].to_list()
            first, last = (runs[name].to_physical().to_numpy() for name in ("first_seen", "last_seen"))
            if field == "imo":
                good = [at for at, value in enumerate(values) if _is_imo(value)]
                first, last, values = first[good], last[good], [values[at] for at in good]
            self._runs[(int(str(ship)), str(field))] = first, last, values

    def both(self, field: str, ship: int, start: datetime, end: datetime) -> tuple[str | None, str | None]:
        """The value said last before `start` and the one said first after `end`; None where it is not known."""
        runs = self._runs.get((ship, field))
        if runs is None:
            return None, None
        first, last, values = runs
        at, until = _us(start), _us(end)
        # time runs backwards for the second, so that both are "the last before"
        return _latest(first, last, values, at), _latest(-last, -first, values, -until)

    def same(self, field: str, ship: int, start: datetime, end: datetime) -> str | None:
        """The value that both sides gave, or None."""
        one, other = self.both(field, ship, start, end)
        return one if one == other else None

    def particulars(self, ship: int, start: datetime, end: datetime) -> tuple[list[str], list[str]]:
        """Of name, call sign and size, what differs between the sides and what is alike, in words."""
        differ: list[str] = []
        alike: list[str] = []
        for field, word in (("name", "name"), ("callsign", "call sign"), ("length_m", "size")):
            one, other = self.both(field, ship, start, end)
            if one is None or other is None:
                continue
            unit = " m" if field == "length_m" else ""
            equal = _same_length(one, other) if field == "length_m" else one == other
            (alike if equal else differ).append(f"{word} {one}{unit}, then {other}{unit}")
        return differ, alike


def _latest(first: NDArray[np.int64], last: NDArray[np.int64], values: list[str], at: int) -> str | None:
    """The value said last at or before `at`, if it is recent and no other was said about then."""
    begun = first <= at
    if not begun.any():
        return None
    near = int(np.minimum(last[begun], at).max())
    if at - near > _WITHIN // timedelta(microseconds=1):
        return None
    about = np.flatnonzero(begun & (last >= near - _IN_TURNS // timedelta(microseconds=1)))
    said = {values[number] for number in about.tolist()}
    return said.pop() if len(said) == 1 else None


def _us(time: datetime) -> int:
    return (time - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def _is_imo(value: str) -> bool:
    """Seven digits whose last is the check digit of IMO Resolution A.1117(30)."""
    if len(value) != 7 or not (value.isascii() and value.isdecimal()):
        return False
    return sum(int(digit) * (7 - at) for at, digit in enumerate(value[:6])) % 10 == int(value[6])


def _same_length(one: str, other: str) -> bool:
    try:
        a, b = float(one), float(other)
    except ValueError:
        return one == other
    return abs(a - b) <= max(_SIZE_M, _SIZE_PART * max(a, b))
