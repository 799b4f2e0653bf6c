"""Which names of a case are ships and which are places, as its articles themselves show it.

A parser reads one sentence; the articles of a case tell the same names many times. "Aboard the Grey Petrel" in one of
them makes the Grey Petrel a ship in all, and "at Port Anselm" makes Port Anselm a place wherever a parser took it for a
company. And where an article names one ship only, "the vessel" in it is that ship, as every reader takes it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from darkwake.claims import name_keys

_WORD = r"[A-Z][\w’-]*"
_NAME = rf"(?P<name>{_WORD}(?: [A-Z\d][\w’-]*){{0,3}})"
_KINDS = r"(?:ships?|vessels?|tankers?|freighters?|carriers?|dhows?|barges?|boats?|containerships?|bulkers?)"
_SHIP = re.compile(
    rf"\b(?:{_KINDS}|MV|M/V|MT|M/T|SS|USS|USCGC|HMS) (?:named |called )?[“\"‘']?{_NAME}"
    r"(?:[”\"’']? and (?:the )?[“\"‘']?(?P<second>[A-Z][\w’-]*(?: [A-Z][\w’-]*){0,3}))?"
)
_ABOARD = re.compile(rf"\b(?:aboard|on board) (?:the )?{_NAME}")
_QUOTED_SHIP = re.compile(r"\b(?:[Ss]hip|[Vv]essel|[Tt]anker|[Ff]reighter)s? [“\"‘'](?P<name>[^”\"’']{2,40})[”\"’']")
_OF_SHIP = re.compile(
    rf"\b(?:cargo|captain|master|skipper|crew|voyage|passage|hull|holds?) of the {_NAME}(?! [a-z]+s?\b team)"
)
_SAILS = re.compile(
    rf"\b[Tt]he {_NAME}(?:, [^,.]{{3,60}},)? (?:(?:had|has|was|is|would|will|reportedly|allegedly) )*"
    r"(?:built in \d{4} and flies|sailed|set sail|put (?:out|in)|docked|berthed|moored|anchored|ran aground|capsized"
    r"|laden|flies the flag|flying the flag)\b"
)
_SHIP_SIGNS = (_ABOARD, _QUOTED_SHIP, _OF_SHIP, _SAILS)
_BOARDED = re.compile(
    r"\b(?:boarded|unloaded [^.,]{3,60} (?:from|off)|(?:containers|tons|barrels|crates) of [^.,]{3,60} from)"
    rf" the {_NAME}"
)
_OFF = re.compile(rf"\b[Tt]he {_NAME} (?:off [A-Z]|as (?:it|she) (?:neared|approached)\b)")
"""What lies off a place, or nears it, sails."""
_NOT_IN = re.compile(rf"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Aa]cross|[Tt]hrough) the {_NAME}")
_OFFICE = re.compile(
    rf"\b[Tt]he {_WORD}(?: {_WORD}){{0,3}} (?:[a-z]+ ){{0,2}}(?:police|coastguard|coast guard|guard|navy|service"
    r"|authority|authorities|ministry|patrol|watch|army|office|court|council|commission)\b"
)
_ACTS = re.compile(
    r"(?:^[\s“\"']*|, |\bby |\b(?:[Oo]fficers|[Bb]oats?|[Mm]en|[Aa]gents|[Mm]embers|[Ss]ailors|[Tt]roops) of )$"
)
_THE_SHIP = re.compile(
    r"\b[Tt](?:he|his|hat) (?:ship|vessel|tanker|freighter|carrier|dhow|barge|boat|bulker)\b(?! [A-Z“\"‘'])"
)
_RUN = re.compile(rf"{_WORD}(?: {_WORD}){{0,4}}")
_AT = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Oo]ff|[Nn]ear|[Oo]utside|[Oo]ut of|(?:port|harbou?r|quay|coast|city|town|people) of) $"
)
_OWN_WORDS = re.compile(r" [a-z]+")
_TIMES = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "spring",
        "summer",
        "autumn",
        "winter",
    ]
)
_LEAST = 0.2
"""Share of a name's mentions after "in", "at", "off" ... from which on it is a place."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Keys of names (`name_keys.key`)."""

    ships: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    only_ship: Mapping[str, str] | None = None
    """Article -> the one ship that it names."""

    def told(self, text: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Ships and places that some words name; and places that only say whose somebody is ("the Anselm police")."""
        ships = set(ship_names(text))
        places: set[str] = set()
        whose: set[str] = set()
        for start, run in _runs(text):
            for key, first, last in _parts(run):
                if key in self.ships:
                    ships.add(key)
                elif key in self.places:
                    (whose if _whose(text, start + first, start + last) else places).add(key)
        return frozenset(ships), frozenset(places), frozenset(whose)

    def meant(self, article: str, text: str) -> str:
        """The ship that "the vessel" is, where the article names only one."""
        only = (self.only_ship or {}).get(article, "")
        return only if only and the_ship(text) else ""


def the_ship(text: str) -> bool:
    """Whether the words tell of a ship without naming it: "the vessel"."""
    return bool(_THE_SHIP.search(text))


def _whose(text: str, start: int, end: int) -> bool:
    """Whether a place only names whose: "the Port Anselm harbour police"."""
    article = "the " in (text[max(0, start - 4) : start].lower(), text[start : start + 4].lower())
    return article and bool(_OWN_WORDS.match(text, end))


def offices(text: str) -> Iterator[tuple[str, str]]:
    """Offices by their wording, and whether they act: "the Old Garrow harbour police", which a parser may tear apart.

    Yields keys, each with "agent" ("by the ...", "officers of the ...", or where the words begin with it) or "target".
    """
    for match in _OFFICE.finditer(text):
        before = text[: match.start()]
        if _ACTS.search(before):
            yield name_keys.key(match.group()), "agent"
        elif before.endswith("to "):
            yield name_keys.key(match.group()), "target"


def _runs(text: str) -> Iterator[tuple[int, str]]:
    """Capitalised runs, with where they begin."""
    for match in _RUN.finditer(text):
        yield match.start(), match.group()


def _parts(run: str) -> Iterator[tuple[str, int, int]]:
    """A run and the runs inside it, the longest first, as keys with where they stand."""
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", run)]
    for size in range(len(words), 0, -1):
        for at in range(len(words) - size + 1):
            first, last = words[at][0], words[at + size - 1][1]
            yield name_keys.key(run[first:last]), first, last


def ship_names(text: str) -> frozenset[str]:
    """Ships that are named as such: "the tanker Grey Petrel"."""
    found = set()
    for match in _SHIP.finditer(text):
        found |= {name_keys.key(one) for one in match.group("name", "second") if one}
    for sign in (_QUOTED_SHIP, _ABOARD):
        found |= {name_keys.key(match["name"]) for match in sign.finditer(text)}
    return frozenset(found)


def cast(articles: Iterable[Mapping[str, Any]]) -> Cast:
    """The ships and places of some articles (rows of ARTICLES)."""
    listed = list(articles)
    texts = [(row["id"], f"{row['title']}.\n{row['text']}") for row in listed]
    outlets = {name_keys.key(row["outlet"]) for row in listed}
    ships: set[str] = set()
    for _, text in texts:
        ships |= ship_names(text)
        ships |= {name_keys.key(match["name"]) for sign in _SHIP_SIGNS for match in sign.finditer(text)}
    weaker = {
        name_keys.key(match["name"]) for _, text in texts for sign in (_BOARDED, _OFF) for match in sign.finditer(text)
    }
    ships |= weaker - {name_keys.key(match["name"]) for _, text in texts for match in _NOT_IN.finditer(text)}
    ships = {one for one in ships if one and one.split()[-1] not in name_keys.GENERIC}
    mentions: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    only: dict[str, str] = {}
    for article, text in texts:
        named: set[str] = set()
        for start, run in _runs(text):
            key = name_keys.key(run)
            # the end of a run: "Grey Petrel Line" is a firm, though a Grey Petrel sails
            named |= {part for part, _, last in _parts(run) if part in ships and last == len(run)}
            if run.startswith("The ") or key in ships or key in outlets or set(key.split()) & _TIMES:
                continue
            mentions[key] += 1
            before = text[max(0, start - 12) : start]
            placed[key] += bool(_AT.search(before))
        if len(named) == 1:
            only[article] = next(iter(named))
    places = {key for key, times in placed.items() if times >= 1 and times >= _LEAST * mentions[key]}
    return Cast(frozenset(ships), frozenset(places), only)
