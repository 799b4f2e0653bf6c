"""A claim made ready to be compared: its slots as keys, its dates and amounts as intervals, its words as shingles."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from darkwake import interval
from darkwake.claims import name_keys

ABOUT = 0.1
"""How far "about 2,000" reaches to each side where the grammar of quantities gave it no interval."""
TON_SPREAD = 0.13
"""A short ton is 0.907 and a long ton 1.016 metric tons: how far apart an unqualified ton and another may lie."""
_TONS = frozenset({"ton", "tonne", "metric ton", "metric tonne", "short ton", "long ton", "t"})
_COUNTED = frozenset({"amount", "share", "price"})
_WORD = re.compile(r"\w+")
_ANOTHER = re.compile(
    r"\b(?:another|a (?:second|third|fourth|fifth|further|separate|new)|additional|the (?:second|third|latest|next)"
    r"|more shipments|new shipments?|separate)\b",
    re.IGNORECASE,
)
_SHIP = re.compile(
    r"\b(?:ships?|vessels?|tankers?|freighters?|carriers?|dhows?|barges?|boats?|containerships?|MV|M/V|MT|M/T|SS|USS|USCGC|HMS)"
    r" (?:named |called )?[“\"‘']?(?P<name>[A-Z][\w’-]*(?: [A-Z\d][\w’-]*){0,3})"
    r"(?:[”\"’']? and (?:the )?[“\"‘']?(?P<second>[A-Z][\w’-]*(?: [A-Z][\w’-]*){0,3}))?"
)
_ABOARD = re.compile(r"\b(?:aboard|on board) (?:the )?(?P<name>[A-Z][\w’-]*(?: [A-Z\d][\w’-]*){0,3})")
_QUOTED_SHIP = re.compile(r"\b(?:[Ss]hip|[Vv]essel|[Tt]anker|[Ff]reighter)s? [“\"‘'](?P<name>[^”\"’']{2,40})[”\"’']")


class When(NamedTuple):
    """A date of an event: days where the year is known, else a month and perhaps a day."""

    first: date | None
    last: date | None
    month: int
    day: int
    edtf: str
    text: str

    @property
    def days(self) -> int:
        """How many days it may be; 0 where an end is open or the year unknown."""
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    def meets(self, other: When) -> bool:
        """Whether both may be the same day; without years, the month (and day) decide."""
        if (self.first or self.last) and (other.first or other.last):
            return not (
                (self.last is not None and other.first is not None and self.last < other.first)
                or (other.last is not None and self.first is not None and other.last < self.first)
            )
        if self.month and other.month:
            return self.month == other.month and (not self.day or not other.day or self.day == other.day)
        return True

    def gap_days(self, other: When) -> int:
        """Days between the two where they do not meet; very many where that cannot be told."""
        ends = [
            (late.first - early.last).days
            for early, late in ((self, other), (other, self))
            if early.last is not None and late.first is not None
        ]
        if ends:
            return max(0, *ends)
        if self.month and other.month and self.day and other.day and self.month == other.month:
            return abs(self.day - other.day)
        return 9999


class Amount(NamedTuple):
    """How much of what; ends None where open."""

    low: float | None
    high: float | None
    low_in: bool
    high_in: bool
    comparator: str
    unit: str
    thing: str
    text: str

    @property
    def exact(self) -> bool:
        """One number, without "over" or "about"."""
        return self.low is not None and self.low == self.high and self.comparator in ("exactly", "")

    def same_subject(self, other: Amount) -> bool:
        """Whether both count the same: the same unit (tons of any sort) and things that may be one."""
        unit = self.unit == other.unit or (self.unit in _TONS and other.unit in _TONS)
        if not unit:
            return False
        if not self.thing or not other.thing:
            return bool(self.unit)  # "1,000 tons" may be of anything; a bare number counts nothing known
        return name_keys.same_thing(self.thing, other.thing)

    def ends(self, other: Amount) -> tuple[float, float]:
        """Lowest and highest it may be when held against the other."""
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if self.comparator == "about" and low == high:
            low, high = low * (1 - ABOUT), high * (1 + ABOUT)
        if self.unit != other.unit and self.unit in _TONS:
            low, high = low * (1 - TON_SPREAD), high * (1 + TON_SPREAD)
        return low, high

    def apart(self, other: Amount) -> bool:
        """Whether no number is in both."""
        low, high = self.ends(other)
        low2, high2 = other.ends(self)
        if high < low2 or high2 < low:
            return True
        if high == low2 and not (self.high_in and other.low_in):
            return True
        return high2 == low and not (other.high_in and self.low_in)

    def rounded(self, other: Amount) -> bool:
        """Whether one exact number is the other, rounded: 2,000 for 2,050; or the very end that "over" leaves out."""
        numbers = [one for one in (self.low, self.high) if one is not None]
        others = [one for one in (other.low, other.high) if one is not None]
        if not (self.exact and other.exact):
            return bool(set(numbers) & set(others))
        return _rounds(numbers[0], others[0]) or _rounds(others[0], numbers[0])


def _rounds(fine: float, coarse: float) -> bool:
    """Whether `coarse` is `fine` rounded to as many digits as `coarse` shows, of three digits or more."""
    if coarse != int(coarse) or abs(coarse) < 100:
        return False
    digits = len(str(int(abs(coarse)))) - len(str(int(abs(coarse))).rstrip("0"))
    return digits > 0 and round(fine, -digits) == coarse


@dataclass(frozen=True, slots=True)
class Facts:
    """One claim, or several with the very same words, ready to be compared."""

    id: str
    article: str
    articles: frozenset[str]
    """Every article that tells it in these words."""
    at: int
    published: date | None
    published_last: date | None
    text: str
    lemma: str
    kind: str
    agents: frozenset[str]
    targets: frozenset[str]
    named: frozenset[str]
    """Of both, those with a proper name."""
    ships: frozenset[str]
    places: frozenset[str]
    things: frozenset[str]
    when: tuple[When, ...]
    amounts: tuple[Amount, ...]
    sources: frozenset[str]
    """Named stations below the publisher."""
    shingles: frozenset[int]
    another: bool
    """Whether it calls itself another, a second, a further one."""
    correction: bool
    planned: bool
    denied: bool

    @property
    def mark(self) -> tuple[object, ...]:
        """Everything that two claims of the very same words must share to be told apart by their articles only."""
        said = (self.lemma, self.kind, self.when, self.amounts, self.agents, self.targets, self.named, self.places)
        return (self.shingles, *said, self.things, self.ships, self.sources, self.denied, self.planned, self.correction)

    @property
    def order(self) -> tuple[date, str, int]:
        """The earliest published first, the undated last."""
        return (self.published or date.max, self.article, self.at)


def shingles(text: str, size: int) -> frozenset[int]:
    """Every run of `size` words as a stable number; of a shorter text the whole."""
    words = _WORD.findall(text.lower())
    if len(words) <= size:
        return frozenset({zlib.crc32(" ".join(words).encode())}) if words else frozenset()
    return frozenset(zlib.crc32(" ".join(words[at : at + size]).encode()) for at in range(len(words) - size + 1))


def whens(said: Iterable[Mapping[str, Any]]) -> tuple[When, ...]:
    """The dates of the event itself, not of its report, its length or its repetition."""
    found = []
    for one in said:
        if one["role"] != "event":
            continue
        parts = re.fullmatch(r"(?:\d{4}|XXXX|\d{2}XX|\d{3}X)-(\d\d)(?:-(\d\d))?[?~%]?", one["edtf"] or "")
        month, day = (int(parts[1]), int(parts[2] or 0)) if parts else (0, 0)
        if one["first"] or one["last"] or 1 <= month <= 12:
            found.append(When(one["first"], one["last"], month if month <= 12 else 0, day, one["edtf"], one["text"]))
    return tuple(sorted(found, key=lambda one: (one.first or date.min, one.last or date.max, one.edtf)))


def amounts(said: Iterable[Mapping[str, Any]]) -> tuple[Amount, ...]:
    """What is counted or measured; rates, equivalents and ordinals are no amounts of the happening."""
    found = [
        Amount(
            one["low"],
            one["high"],
            bool(one["low_in"]),
            bool(one["high_in"]),
            one["comparator"],
            one["unit"],
            name_keys.thing_key(one["thing"]),
            one["text"],
        )
        for one in said
        if one["role"] in _COUNTED and (one["low"] is not None or one["high"] is not None)
    ]
    return tuple(sorted(found, key=lambda one: (one.unit, one.thing, one.low or 0.0, one.high or 0.0, one.text)))


def ship_names(text: str) -> frozenset[str]:
    """Ships that are named as such: "the tanker Grey Petrel"."""
    found = set()
    for match in _SHIP.finditer(text):
        found |= {name_keys.key(one) for one in match.group("name", "second") if one}
    found |= {name_keys.key(match["name"]) for match in _QUOTED_SHIP.finditer(text)}
    found |= {name_keys.key(match["name"]) for match in _ABOARD.finditer(text)}
    return frozenset(found)


def published(article: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """First and last day on which an article may have appeared; None where unknown."""
    try:
        dates = interval.parse(article["published"]) if article["published"] else None
    except ValueError:
        return None, None
    return (dates.first, dates.last) if dates else (None, None)


def publisher(chain: list[Mapping[str, Any]], outlet: str) -> int:
    """How many links at the head of a chain are the publisher itself: 1 or 0."""
    if not chain:
        return 0
    first = chain[0]
    same = bool(outlet) and name_keys.key(first["name"]) == name_keys.key(outlet)
    return int(same or (not first["stated"] and first["start"] is None))


def facts(claims: pl.DataFrame, articles: pl.DataFrame) -> list[Facts]:
    """Every claim of CLAIMS as `Facts`, in an order that does not depend on the order of the rows."""
    known: dict[str, tuple[date | None, date | None, str, list[tuple[int, int]]]] = {}
    for row in articles.select("id", "published", "outlet", "blocks").iter_rows(named=True):
        corrected = [(one["start"], one["end"]) for one in row["blocks"] if one["kind"] == "correction"]
        known[row["id"]] = (*published(row), row["outlet"], corrected)
    found = [_fact(row, *known.get(row["article"], (None, None, "", []))) for row in claims.iter_rows(named=True)]
    return sorted(found, key=lambda one: (one.order, one.id))


def _fact(
    row: Mapping[str, Any], first: date | None, last: date | None, outlet: str, corrected: list[tuple[int, int]]
) -> Facts:
    names: dict[str, set[str]] = {"agent": set(), "target": set()}
    named = set()
    for actor in row["actors"]:
        key = name_keys.key(actor["name"])
        names.setdefault(actor["role"], set()).add(key)
        if any(word[:1].isupper() for word in actor["name"].split()[-2:]):
            named.add(key)
    # "aboard the Grey Petrel": a name that neither acts nor is acted on
    named |= {name_keys.key(one) for one in row["things"] if all(word[:1].isupper() for word in one.split())}
    links = row["chain"][publisher(row["chain"], outlet) :]
    return Facts(
        id=row["id"],
        article=row["article"],
        articles=frozenset({row["article"]}),
        at=row["at"],
        published=first,
        published_last=last,
        text=row["text"],
        lemma=row["predicate"],
        kind=row["predicate_class"],
        agents=frozenset(names["agent"]),
        targets=frozenset(names["target"]),
        named=frozenset(named),
        ships=ship_names(row["text"]),
        places=frozenset(place_key(one) for one in row["places"]),
        things=frozenset(one for one in map(name_keys.thing_key, row["things"]) if one),
        when=whens(row["dates"]),
        amounts=amounts(row["quantities"]),
        sources=frozenset(name_keys.key(one["name"]) for one in links if one["kind"] not in ("unnamed", "unknown")),
        shingles=shingles(row["text"], 3),
        another=bool(_ANOTHER.search(row["text"])),
        correction=any(start <= row["start"] < end for start, end in corrected),
        planned=row["modality"] in ("planned", "asked", "possible"),
        denied=row["modality"] == "denied" or bool(row["negated"]),
    )


_PLACE_WORDS = re.compile(r"\b(?:the|port|city|town|village|province|harbou?r|of)\b ?")


def place_key(place: str) -> str:
    """A place without "the port of"; "Gulf of Oman" stays itself."""
    plain = name_keys.key(place)
    return (
        _PLACE_WORDS.sub("", plain).strip() or plain
        if plain.startswith(("port", "city", "town", "the")) or plain.endswith("port")
        else plain
    )
