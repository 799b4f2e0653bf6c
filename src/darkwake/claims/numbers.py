"""Numbers as newspapers write them: in figures, in words, and loosely.

A `Number` is an interval. Loose numbers are read as wide as the words allow:

- dozens, scores, hundreds, thousands of: at least two dozen, 40, 200, 2,000, and no upper end;
- a few or several hundred: from 200 up to, but not, 1,000; so with dozen (24 to 144), thousand, million;
- a couple of: two or three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from darkwake.claims.gaps import listed

_SMALL = {
    name: number
    for number, name in enumerate(
        listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen"
        )
    )
}
_SMALL |= {
    name: 10 * number
    for number, name in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
    "score": 20.0,
}
_SHORT = {"bn": 1e9, "mn": 1e6, "mln": 1e6, "m": 1e6, "k": 1e3, "tn": 1e12}
_NEXT = {
    "hundred": 1e3,
    "thousand": 1e4,
    "million": 1e7,
    "billion": 1e10,
    "trillion": 1e13,
    "dozen": 144.0,
    "score": 200.0,
}
"""Up to where "a few" and "several" of them reach."""
_PARTS = {"half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2}
_PARTS |= {"tenth": 0.1, "tenths": 0.1, "sixth": 1 / 6, "eighth": 0.125}

_S = "|".join(sorted(_SMALL, key=len, reverse=True))
_C = "hundred|thousand|million|billion|trillion"
_FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.\d{1,6})?(?!,?\d)"
NUMBER = (
    rf"(?:(?P<many>tens\s+of\s+(?:thousands|millions|billions)|hundreds\s+of\s+(?:thousands|millions|billions)"
    rf"|(?:dozens|scores|hundreds|thousands|millions|billions|trillions))(?=\s+of\b|\s+more\b)"
    rf"|(?P<few>(?:a\s+few|several|some\s+few)\s+(?P<fews>dozen|{_C})|a\s+couple\s+of\s+(?P<pairs>dozen|{_C}))"
    rf"|(?P<pair>a\s+couple\s+of|a\s+pair\s+of)"
    rf"|(?P<halfof>(?:half\s+an?|a\s+quarter\s+of\s+a)\s+(?P<halfs>dozen|{_C}))"
    rf"|(?P<oneof>(?:one|two|three|nine|1|2|3|9)\s+(?:in|out\s+of)\s+(?:every\s+)?(?:\d{{1,3}}\b|(?:{_S})))"
    rf"|(?P<part>(?:(?:an?|one|two|three|nine)[\s-])?(?:half|thirds?|quarters?|fifths?|tenths?|sixth|eighth)(?=\s+(?:of|the|its|their)\b))"
    rf"|(?P<mixed>(?:{_FIGURE}|(?:{_S}))\s+and\s+a\s+(?:half|quarter))(?:\s+(?P<mixeds>{_C}))?"
    rf"|(?P<figure>{_FIGURE})(?:(?:\s|-)?(?P<scale>{_C}|dozen)\b|\s?(?P<short>bn|mn|mln|tn)\b|(?P<glued>m|k)\b)?"
    rf"|(?P<words>(?:an?\s+(?={_C}|dozen|score\s+of)|(?:{_S}|{_C}|dozen)\b)(?:(?:[\s-]|(?<=ed|nd|on)\s+and\s+)?(?:{_S}|{_C}|dozen|score)\b){{0,12}}))"
)


@dataclass(frozen=True, slots=True)
class Number:
    """What a number says."""

    low: float
    high: float | None
    """The same as low where it is exact; None where it has no upper end."""
    kind: Literal["exact", "loose", "many", "share"]
    high_in: bool = True
    scale: float = 1.0
    """By what the figure before it was multiplied: 1e6 in "5 million"."""

    def times(self, scale: float) -> Number:
        """As in "5" of "5 to 6 million"."""
        return Number(
            self.low * scale, None if self.high is None else self.high * scale, self.kind, self.high_in, scale
        )


def number(match: re.Match[str]) -> Number | None:
    """What a match of `NUMBER` says; None where it is no number after all."""
    groups = match.groupdict()
    if groups["figure"]:
        scale = _SCALES.get((groups["scale"] or "").lower()) or _SHORT.get(
            (groups["short"] or groups["glued"] or "").lower(), 1.0
        )
        value = round(float(groups["figure"].replace(",", "")) * scale, 6)
        return Number(value, value, "exact", scale=scale)
    for name, read in _READERS:
        if groups[name]:
            return read(groups)
    return None


def _words(groups: dict[str, str]) -> Number | None:
    total, current, largest = 0.0, 0.0, 1.0
    last = ""
    for word in re.split(r"[\s-]+", groups["words"].lower()):
        if word in ("and", "a", "an"):
            continue
        if word in _SMALL:
            if last in _SMALL and not (_SMALL[last] >= 20 and _SMALL[word] < 10):
                return None  # "two three" is no number
            current += _SMALL[word]
        elif _SCALES[word] in (100.0, 12.0, 20.0):
            current = (current or 1) * _SCALES[word]
        else:
            total, current, largest = total + (current or 1) * _SCALES[word], 0.0, _SCALES[word]
        last = word
    value = total + current
    return Number(value, value, "exact", scale=largest if not current else 1.0)


def _many(groups: dict[str, str]) -> Number:
    words = groups["many"].lower().split()
    scale = 1.0
    for word in words:
        singular = word.removesuffix("s")
        scale *= {"ten": 10.0}.get(singular) or _SCALES.get(singular, 1.0)
    return Number(2 * scale, None, "many")


def _few(groups: dict[str, str]) -> Number:
    word = (groups["fews"] or groups["pairs"]).lower()
    if groups["pairs"]:
        return Number(2 * _SCALES[word], 3 * _SCALES[word], "loose")
    return Number(2 * _SCALES[word], _NEXT[word], "loose", high_in=False)


def _pair(groups: dict[str, str]) -> Number:
    return Number(2.0, 2.0, "exact") if "pair" in groups["pair"].lower() else Number(2.0, 3.0, "loose")


def _half_of(groups: dict[str, str]) -> Number:
    value = _SCALES[groups["halfs"].lower()] * (0.5 if groups["halfof"].lower().startswith("half") else 0.25)
    return Number(value, value, "exact")


def _one_of(groups: dict[str, str]) -> Number | None:
    words = groups["oneof"].lower().split()
    over, under = (float(word) if word.isdecimal() else float(_SMALL[word]) for word in (words[0], words[-1]))
    return Number(over / under, over / under, "share") if 1 < under > over else None


def _part(groups: dict[str, str]) -> Number:
    words = re.split(r"[\s-]+", groups["part"].lower())
    value = round(_PARTS[words[-1]] * (_SMALL.get(words[0], 1) if len(words) > 1 else 1), 6)
    return Number(value, value, "share")


def _mixed(groups: dict[str, str]) -> Number:
    first, last = re.split(r"\s+and\s+a\s+", groups["mixed"].lower())
    value = float(first.replace(",", "")) if first[0].isdigit() else float(_SMALL[first])
    scale = _SCALES.get((groups["mixeds"] or "").lower(), 1.0)
    value = (value + _PARTS[last]) * scale
    return Number(value, value, "exact", scale=scale)


_READERS = (
    ("many", _many), ("few", _few), ("pair", _pair), ("halfof", _half_of), ("oneof", _one_of), ("part", _part),
    ("mixed", _mixed), ("words", _words),
)  # fmt: skip
ORDINALS = {
    name: place
    for place, name in enumerate(
        listed("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
        1,
    )
}
