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
from darkwake.claims import name_keys, predicates
from darkwake.claims.cast import Cast, cast, offices, the_ship
from darkwake.claims.name_keys import thing_key
from darkwake.claims.slot import PEOPLE_AND_SHIPS

ABOUT = 0.1
"""How far "about 2,000" reaches to each side where the grammar of quantities gave it no interval."""
TON_SPREAD = 0.13
"""A short ton is 0.907 and a long ton 1.016 metric tons: how far apart an unqualified ton and another may lie."""
_TONS = frozenset({"ton", "tonne", "metric ton", "metric tonne", "short ton", "long ton", "t"})
_COUNTED = frozenset({"amount", "share", "price", "equivalent", "reckoned"})
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_WORD = re.compile(r"\w+")
_ANOTHER = re.compile(
    r"\b(?:another|a (?:second|third|fourth|fifth|further|separate|new)|additional|the (?:second|third|latest|next)"
    r"|more shipments|new shipments?|separate)\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:in all(?=,)|in total|all told|altogether|(?:taken |all )?together|combined|brought the total"
    r"|total (?:shipped|sold|delivered|seized|imported|exported)"
    r"|the (?:two|three|four|five|six) (?:shipments|cargoes|deliveries|seizures))\b",
    re.IGNORECASE,
)
"""A sum over several happenings is another statement than any of them."""
_MADE = re.compile(
    r"\b(?:built|launched|founded|established|born|opened|registered|completed) (?:in|on)\s*$", re.IGNORECASE
)
"""Before a date that belongs to a thing's past, not to what is told: "the Grey Petrel, built in 1998, sailed"."""
_DUE = re.compile(
    r"\b(?:due|expected|awaited|next)\b[^.;]{0,20}\b(?:at|in|call|port|to (?:arrive|call|dock|berth|put in))\b"
    r"|\b(?:would|will) (?:put in|call|dock|berth|arrive) (?:at|in)\b"
    r"|\bnext (?:call|port)\b|\bport of (?:call|destination)\b",
    re.IGNORECASE,
)
"""An arrival that is still to come."""
_NO_DENIAL = re.compile(
    r"\b(?:no longer|any ?more|neither confirm\w*|not (?:confirm(?:ed)? or|respond|reply|answer|return|comment))\b",
    re.I,
)
_HABIT = re.compile(
    r"\b(?:is|are) (?:\w+ly )?(?:sold|made|produced|grown|traded|shipped|used|bought|loaded|stored|known)\b"
    r"|\b(?:employs?|sells?|makes?|produces?|owns?|operates?|handles?) "
)
_STOPPING = frozenset({"stop", "halt", "hold", "turn back", "block"})
"""To stop, halt or hold a ship is to detain it."""


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
        if self.first and self.last and other.first and other.last:
            return self.first <= other.last and other.first <= self.last
        return not _dates(self).apart(_dates(other))

    def gap_days(self, other: When) -> int:
        """Days between the two where they do not meet; very many where that cannot be told."""
        ends = [
            (late.first - early.last).days
            for early, late in ((self, other), (other, self))
            if early.last is not None and late.first is not None
        ]
        if ends:
            return max(0, *ends)
        if self.month and other.month and self.day and other.day:
            days = abs((date(2000, self.month, self.day) - date(2000, other.month, other.day)).days)
            return min(days, 366 - days)
        return 9999


def _dates(when: When) -> interval.Dates:
    return interval.Dates(when.first, when.last, when.edtf)


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
    role: str = "amount"

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
    speaker: str
    """Who says it in the end, named or not."""
    shingles: frozenset[int]
    another: bool
    """Whether it calls itself another, a second, a further one."""
    total: bool
    """Whether it sums over several happenings."""
    correction: bool
    due: bool
    """Whether it is still to come: planned, or a ship that is due."""
    planned: bool
    """Planned, asked or merely possible: it contradicts nothing."""
    denied: bool
    habit: bool  # what is done as a rule, on no day: "urea is sold by the firm in sacks"

    @property
    def mark(self) -> tuple[object, ...]:
        """Everything that two claims of the very same words must share to be told apart by their articles only."""
        said = (self.lemma, self.kind, self.when, self.amounts, self.agents, self.targets, self.named, self.places)
        return (
            self.shingles,
            *said,
            self.things,
            self.ships,
            self.sources,
            self.denied,
            self.planned,
            self.due,
            self.correction,
            self.total,
        )

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


def whens(said: Iterable[Mapping[str, Any]], text: str = "", start: int = 0) -> tuple[When, ...]:
    """The dates of the event itself, not of its report, its length or its repetition, nor of a thing's own past."""
    found = []
    for one in said:
        if one["role"] != "event" or _MADE.search(text[: max(0, one["start"] - start)]):
            continue
        parts = re.fullmatch(r"(?:\d{4}|XXXX|\d{2}XX|\d{3}X)-(\d\d)(?:-(\d\d))?[?~%]?", one["edtf"] or "")
        month, day = (int(parts[1]), int(parts[2] or 0)) if parts else (0, 0)
        if one["first"] or one["last"] or 1 <= month <= 12:
            found.append(When(one["first"], one["last"], month if month <= 12 else 0, day, one["edtf"], one["text"]))
    return tuple(sorted(found, key=lambda one: (one.first or date.min, one.last or date.max, one.edtf)))


_WITH = re.compile(
    r"^\W*(?:with|from|out of) (?P<load>[^;.]{3,60}?),? [^;.,]{0,40}\b(?:could|can|would|might) (?P<does>[^;.]+)",
    re.IGNORECASE,
)
"""A reckoning without "enough": "with 700 tons of it, growers could dress 280 orchards"."""


def amounts(said: Iterable[Mapping[str, Any]], text: str = "") -> tuple[Amount, ...]:
    """What is counted or measured, and what it is said to be enough for; rates and ordinals are no amounts of it."""
    reckoning = _WITH.search(text)
    for_what = reckoning["does"] if reckoning else ""
    found = [
        Amount(
            one["low"],
            one["high"],
            bool(one["low_in"]),
            bool(one["high_in"]),
            one["comparator"],
            _CURRENCIES.get(one["unit"], one["unit"]),
            thing_key(one["thing"]),
            one["text"],
            "equivalent" if one["role"] in ("equivalent", "reckoned") or one["text"] in for_what else "amount",
        )
        for one in said
        if one["role"] in _COUNTED and (one["low"] is not None or one["high"] is not None)
    ]
    return tuple(sorted(found, key=lambda one: (one.unit, one.thing, one.low or 0.0, one.high or 0.0, one.text)))


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
    listed = articles.select("id", "published", "outlet", "blocks", "title", "text").rows(named=True)
    for row in listed:
        corrected = [(one["start"], one["end"]) for one in row["blocks"] if one["kind"] == "correction"]
        known[row["id"]] = (*published(row), row["outlet"], corrected)
    who = cast(listed)
    found = [_fact(row, who, *known.get(row["article"], (None, None, "", []))) for row in claims.iter_rows(named=True)]
    return sorted(found, key=lambda one: (one.order, one.id))


def _fact(
    row: Mapping[str, Any],
    who: Cast,
    first: date | None,
    last: date | None,
    outlet: str,
    corrected: list[tuple[int, int]],
) -> Facts:
    text = row["text"]
    ships, places, whose = who.told(text)
    names: dict[str, set[str]] = {"agent": set(), "target": set()}
    named = set()
    for actor in row["actors"]:
        key = name_keys.key(actor["name"])
        if key in places or key in whose:
            continue
        names.setdefault(actor["role"], set()).add(key)
        if _is_name(actor["name"]):
            named.add(key)
    for key, role in offices(text):
        named.add(key)
        if not any(key in known for known in names.values()):
            names[role].add(key)
    # "aboard the Grey Petrel": a name that neither acts nor is acted on
    named |= {name_keys.key(one) for one in row["things"] if all(word[:1].isupper() for word in one.split())}
    said_places = {place_key(one) for one in row["places"]} - whose
    said_places -= {word for one in ships for word in one.split()}  # half a ship's name is no place
    meant = "" if ships else who.meant(row["article"], text)
    links = row["chain"][publisher(row["chain"], outlet) :]
    much = amounts(row["quantities"], text)
    lemma, kind, due = _predicate(row, much, bool(ships or meant) or the_ship(text))
    return Facts(
        id=row["id"],
        article=row["article"],
        articles=frozenset({row["article"]}),
        at=row["at"],
        published=first,
        published_last=last,
        text=text,
        lemma=lemma,
        kind=kind,
        agents=frozenset(names["agent"]),
        targets=frozenset(names["target"]),
        named=frozenset(named - places - who.ships),
        ships=ships | {meant} if meant else ships,
        places=(frozenset(said_places) | {place_key(one) for one in places}) - who.ships,
        things=frozenset(one for one in map(thing_key, row["things"]) if one) - who.ships - places,
        when=whens(row["dates"], text, row["start"]),
        amounts=much,
        sources=frozenset(name_keys.key(one["name"]) for one in links if one["kind"] not in ("unnamed", "unknown")),
        speaker=name_keys.key(links[-1]["name"]) if links else "",
        shingles=shingles(text, 3),
        another=bool(_ANOTHER.search(text)),
        total=bool(_TOTAL.search(text)),
        correction=any(start <= row["start"] < end for start, end in corrected),
        due=due or row["modality"] == "planned",
        planned=due or (row["modality"] in ("planned", "asked", "possible") and not _can(row, kind)),
        # "no longer sails" tells of an end, "did not respond" of silence: neither denies
        denied=row["modality"] == "denied" or (bool(row["negated"]) and not _NO_DENIAL.search(text)),
        habit=not row["dates"] and bool(_HABIT.search(text)),
    )


def _can(row: Mapping[str, Any], kind: str) -> bool:
    """Whether "could" tells what something is enough for, and not what may be so."""
    return kind == "suffice" and row["modality"] == "possible" and {one.lower() for one in row["hedges"]} == {"could"}


def _beside_office(text: str) -> tuple[str, str] | None:
    """The first verb of a known class, where a parser took a word of an office ("harbour police") for the verb."""
    verbs = (predicates.LEXICON.get(word) for word in _WORD.findall(text) if word.islower())
    found = (predicates.of_verb(one[0]) for one in verbs if one and one[1])
    return next(((one.lemma, one.kind) for one in found if one.kind), None)


def _is_name(name: str) -> bool:
    """Whether there is a proper name in it; a capital that only opens a sentence ("Officers") is none."""
    first, *rest = name.split() or [""]
    common = thing_key(first) in PEOPLE_AND_SHIPS
    return any(word[:1].isupper() for word in rest) or (first[:1].isupper() and not common)


def _predicate(row: Mapping[str, Any], much: tuple[Amount, ...], ship: bool) -> tuple[str, str, bool]:
    """Lemma and class, with what the whole claim adds to its verb; and whether it is still to come.

    What is said to be enough for something is a reckoning, whatever its verb; a ship that is due somewhere, or has
    it for its next call, is to arrive there; and to stop or hold a ship is to detain it.
    """
    lemma, kind = row["predicate"], row["predicate_class"]
    if lemma and not kind and any(lemma in key.split() for key, _ in offices(row["text"])):
        lemma, kind = _beside_office(row["text"]) or (lemma, kind)
    if any(one.role == "equivalent" for one in much):
        return lemma, "suffice", False
    if ship and _DUE.search(row["text"]):
        return lemma, "arrive", True
    if ship and lemma in _STOPPING:
        return lemma, "seize", False
    return lemma, kind, False


_PLACE_WORDS = re.compile(r"\b(?:the|port|city|town|village|province|harbou?r|of)\b ?")


def place_key(place: str) -> str:
    """A place without "the port of"; "Gulf of Oman" stays itself."""
    plain = name_keys.key(place)
    return (
        _PLACE_WORDS.sub("", plain).strip() or plain
        if plain.startswith(("port", "city", "town", "the")) or plain.endswith("port")
        else plain
    )
