"""A small grammar of news sentences: the same happening said in many ways, by whoever says it, through whomever.

A wording is a text with `{slots}` and `(one|other)` choices; `<` and `>` stand round the words that are claimed. The
choices fall by the seed. What a sentence names as a date or an amount is kept beside it, as the truth to measure by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

One = TypeVar("One")

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_CLAIMED = re.compile(r"<([^>]*)>")
_TIDY = ((re.compile(r" {2,}"), " "), (re.compile(r" +([,.])"), r"\1"), (re.compile(r",(>?)([,.])"), r"\1\2"))


@dataclass(frozen=True, slots=True)
class When:
    """A day as somebody told it."""

    text: str
    """With its preposition, where it has one."""
    edtf: str
    """Empty where the words are vaguer than one EDTF says, such as "early in May": then only the ends count."""
    first: date
    last: date
    role: str = "event"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as somebody told it."""

    text: str
    """Hedge, number and unit."""
    value: float
    comparator: str
    unit: str
    thing: str = ""
    high: float | None = None
    """The other end, of "between"."""
    role: str = "amount"

    @property
    def phrase(self) -> str:
        """With its thing."""
        return f"{self.text} of {self.thing}" if self.thing else self.text


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who may be cited: a person, an office, people without a name, a paper."""

    name: str
    """As a resolved chain has it."""
    kind: str
    first: tuple[str, ...]
    """Ways to bring it in."""
    again: tuple[str, ...]
    """Ways to name it after that."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, and the truth of it."""

    text: str
    claimed: tuple[str, ...]
    dates: tuple[When, ...] = ()
    amounts: tuple[Amount, ...] = ()
    mode: str = "indirect"


@dataclass(slots=True)
class _Said:
    dates: list[When] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)


def pick(rng: np.random.Generator, many: Sequence[One]) -> One:
    """One of them, as the seed has it."""
    return many[int(rng.integers(len(many)))]


def worded(rng: np.random.Generator, wording: str) -> str:
    """A wording with its choices made."""
    while found := _CHOICE.search(wording):
        wording = wording[: found.start()] + pick(rng, found[1].split("|")) + wording[found.end() :]
    return wording


Slots = Mapping[str, "str | When | Amount"]


def clause(
    rng: np.random.Generator, event: str, slots: Slots, *, needs: frozenset[str], wordings: Mapping[str, Sequence[str]]
) -> str:
    """A clause about that happening which has all slots of `needs` and no date or amount beside them."""
    told = {"when", "amount"}
    fit = [one for one in wordings[event] if set(_SLOT.findall(one)) & told == needs & told]
    fit = [one for one in fit if all(name in slots or name == "had" for name in _SLOT.findall(one))]
    return worded(rng, pick(rng, fit))


def told(rng: np.random.Generator, frame: str, inner: str, slots: Slots, *, mode: str, had: str = "had ") -> Told:
    """A sentence: the clause inside a frame that says who says it. `had` stands before a verb of the clause."""
    said = _Said()
    opens = frame.startswith("“{C}") or ": “{C}" in frame or ". “{C}" in frame
    frame, inner = worded(rng, frame), inner.replace("{had}", had)
    inner = _filled(inner, slots, said)
    if opens:
        inner = inner[0].upper() + inner[1:]
    text = _filled(frame, slots, said, keep="C").replace("{C}", f"<{inner}>")
    for pattern, better in _TIDY:
        text = pattern.sub(better, text)
    at = 1 if text.startswith("<") else 0
    text = text[:at] + text[at].upper() + text[at + 1 :]
    claimed = tuple(one.removesuffix(",") for one in _CLAIMED.findall(text))
    return Told(text.replace("<", "").replace(">", ""), claimed, tuple(said.dates), tuple(said.amounts), mode)


def _filled(wording: str, slots: Slots, said: _Said, keep: str = "") -> str:
    def fill(found: re.Match[str]) -> str:
        if found[1] == keep:
            return found[0]
        value = slots[found[1]]
        if isinstance(value, When):
            said.dates.append(value)
            return value.text
        if isinstance(value, Amount):
            said.amounts.append(value)
            return value.phrase
        return value

    return _SLOT.sub(fill, wording)


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_SHORT = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_told(rng: np.random.Generator, day: date, published: date, *, role: str = "event") -> When:
    """A day in full sharpness, as a paper of that date would write it."""
    month, apart = _MONTHS[day.month - 1], (published - day).days
    ways = [f"on {day.day} {month}", f"on {month} {day.day}", f"on {_SHORT[day.month - 1]} {day.day}"]
    ways += [f"on the (morning|evening) of {day.day} {month}"]
    if apart > 150 or day.year != published.year:
        ways = [f"on {day.day} {month} {day.year}", f"on {month} {day.day}, {day.year},"]
    elif 0 < apart < 6:
        ways = [ways[0], f"on {_DAYS[day.weekday()]}", f"on {_DAYS[day.weekday()]}"]
        ways += ["yesterday"] if apart == 1 else [f"early on {_DAYS[day.weekday()]}"]

    elif apart == 0:
        ways = [f"on {_DAYS[day.weekday()]}", "today"]
    return When(worded(rng, pick(rng, ways)), day.isoformat(), day, day, role)


def month_told(rng: np.random.Generator, day: date, published: date) -> When:
    """Only the month, or a part of it."""
    month = _MONTHS[day.month - 1]
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    year = "" if day.year == published.year else f" {day.year}"
    if rng.random() < 0.35:
        part = "early" if day.day <= 10 else "mid" if day.day <= 20 else "late"
        text = (
            f"in mid-{month}{year}"
            if part == "mid"
            else pick(rng, (f"in {part} {month}{year}", f"{part} in {month}{year}"))
        )
        return When(text, "", first, last)
    text = f"in {month}{year}" if published.year - day.year <= 1 or year else f"in {month} {day.year}"
    return When(text, f"{day.year}-{day.month:02d}", first, last)


_HEDGES: Mapping[str, tuple[str, ...]] = {
    "exactly": ("",),
    "about": ("about ", "some ", "around ", "roughly ", "approximately "),
    "over": ("over ", "more than "),
    "at least": ("at least ", "no fewer than ", "no less than "),
    "under": ("fewer than ", "under ", "less than "),
}
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def amount_told(
    rng: np.random.Generator, value: int, comparator: str, unit: str, thing: str = "", *, role: str = "amount"
) -> Amount:
    """An amount with a hedge that means the comparator."""
    number = _WORDS[value] if value < 10 else f"{value:,}"
    hedge = pick(rng, [one for one in _HEDGES[comparator] if (unit == "ton") or not one.endswith("less than ")])
    plural = unit if value == 1 else f"{unit}s"
    return Amount(f"{hedge}{number} {plural}", float(value), comparator, unit, thing, role=role)
