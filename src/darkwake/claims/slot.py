"""What a claim is about, as slots; the nouns that fill none; and places that their wording tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from darkwake.claims.article import Span


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts or is acted on; the name as written, without its article. The fields are those of schema ACTOR."""

    name: str
    role: str
    """ "agent" or "target"."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Slots:
    """What a claim is about. All empty where the words tell nothing."""

    actors: tuple[Actor, ...] = ()
    places: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    predicate: str = ""
    predicate_class: str = ""
    negated: bool = False


_MEASURES_WORDS = """
ton tonne kilogram kilo gram pound barrel litre liter gallon percent per cent dollar euro number amount quantity
series lot bulk part rest half all some none most dozen hundred thousand million billion batch pair group total
majority third quarter share piece
"""
MEASURES = frozenset(_MEASURES_WORDS.split())
"""Nouns that measure another: the thing is what follows their "of"."""
_PLACE_WORDS_WORDS = """
port harbour harbor strait gulf bay coast island sea city town country area region
"""
PLACE_WORDS = frozenset(_PLACE_WORDS_WORDS.split())
"""Nouns that only stand for a place: no thing, and nobody."""
_PEOPLE_AND_SHIPS_WORDS = """
ship vessel tanker freighter carrier boat dhow barge bulker cargo-ship crew sailor captain master man woman people
person worker official officer soldier guard police company firm bank factory plant warehouse refinery government
ministry navy group maker manufacturer dealer owner operator airline supplier investor shareholder
"""
PEOPLE_AND_SHIPS = frozenset(_PEOPLE_AND_SHIPS_WORDS.split())
"""Common nouns that are acted on as somebody, not as something."""
_NAME = r"[A-Z][\w’'-]*(?: (?:al|el|bin|de|la)? ?[A-Z][\w’'-]*){0,3}"
_PLACE = re.compile(
    r"\b(?:[Pp]ort|[Ss]traits?|[Gg]ulf|[Bb]ay|[Ii]slands?|[Cc]ity|[Pp]rovince|[Tt]own|[Vv]illage|[Hh]arbou?r|[Cc]oast"
    r"|[Cc]ape)"
    rf" of (?:the )?(?P<of>{_NAME})"
    rf"|\b(?P<after>(?:Port|Cape|Mount|Lake|Fort) {_NAME})"
    rf"|\b(?P<before>{_NAME} (?:Port|Straits?|Gulf|Sea|Ocean|Bay|Islands?|Harbou?r|Airport|Canal|River|Province"
    r"|Terminal))\b"
)


def place_spans(content: Span, text: str) -> list[Span]:
    """Where places stand that can be told by their wording: "the port of X", "X Strait", "Port X"."""
    return [Span(*match.span()) for match in _PLACE.finditer(text, content.start, content.end)]


def places_in(content: Span, text: str, named: Sequence[Span] = ()) -> tuple[str, ...]:
    """Places by their wording ("the port of X", "X Strait"), and those named already, in their order."""
    words = place_spans(content, text)
    spans = sorted({*words, *(one for one in named if not any(word.meets(one) for word in words))})
    return tuple(dict.fromkeys(one.of(text).removesuffix("’s").removesuffix("'s") for one in spans))
