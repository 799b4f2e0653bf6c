"""The slots of a claim from its words alone: where there is no parse.

Capitalised runs are names, the first verb of the lexicon that is no saying is the predicate, and prepositions tell
places. Rougher than a parse, and never more certain than what the words show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from darkwake.claims import predicates
from darkwake.claims.article import Span
from darkwake.claims.slot import MEASURES, PEOPLE_AND_SHIPS, PLACE_WORDS, Actor, Slots, place_spans, places_in
from darkwake.claims.tokens import Sentence

_WORD = re.compile(r"[^\W\d_][\w’'.-]*[\w]|[^\W_]|\d[\d,.]*")
_FUNCTION_WORDS = """
the a an this that these those its his her their our my it he she they we i you in on at of to from by with for
after before since during until as and or but if when while where who which what there some many most all no none
every each several two three four five six seven eight nine ten more less than over about under nearly around only
at least up early late mid last next yesterday today monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december jan feb mar apr jun jul aug
sep sept oct nov dec is are was were be been being has have had will would could should might not
"""
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_PLACING_WORDS = """
in at near off from to into toward towards via through outside around across
"""
_PLACING = frozenset(_PLACING_WORDS.split())
_BE_WORDS = """
is are was were be been being get got
"""
_BE = frozenset(_BE_WORDS.split())
_SHIPS_WORDS = """
ship vessel tanker freighter boat dhow barge
"""
_SHIPS = frozenset(_SHIPS_WORDS.split())


class _Run(NamedTuple):
    """A capitalised run: places of its first and last word, and the word before it."""

    first: int
    last: int
    before: str


def slots_of_words(sentence: Sentence, content: Span, text: str) -> Slots:
    """The slots of the words of `content`, from the words alone."""
    words = list(_WORD.finditer(text, content.start, content.end))
    if not words:
        return Slots()
    low = [one.group().lower().replace("’", "'").removesuffix("'s") for one in words]
    at, predicate = _predicate(low, [one.group()[:1].isupper() for one in words])
    placed = place_spans(content, text)
    if at is None:
        return Slots(places=places_in(content, text))
    passive = any(word in _BE for word in low[max(0, at - 2) : at]) and low[at].endswith(("ed", "en", "t", "d", "n"))
    starts = {sentence.span.start, content.start}
    actors: list[Actor] = []
    located: list[Span] = []
    for run in _runs(words, low, starts):
        span = Span(words[run.first].start(), words[run.last].end())
        name = span.of(text).removesuffix("’s").removesuffix("'s")
        if any(span.meets(one) for one in placed):
            continue
        if run.before in _PLACING:
            located.append(Span(span.start, span.start + len(name)))
            continue
        agent = run.before == "by" or ((run.last < at) != passive and run.before != "of")
        actors.append(Actor(name, "agent" if agent else "target", span.start, span.start + len(name)))
    capital = [one.group()[:1].isupper() and one.start() not in starts for one in words]
    after = _things(low[at + 1 :], capital[at + 1 :])
    things = tuple(dict.fromkeys([*(_things(low[:at], capital[:at]) if passive else ()), *after]))
    actors += _common(words, low, at, passive, text, actors)
    return Slots(
        actors=tuple(sorted(actors, key=lambda one: (one.role, one.start))),
        places=places_in(content, text, located),
        things=things,
        predicate=predicate.lemma,
        predicate_class=predicate.kind,
        negated=any(word in ("not", "never", "no", "none") or word.endswith("n't") for word in low[max(0, at - 4) : at])
        or (at + 1 < len(low) and low[at + 1] == "no"),
    )


def _predicate(low: list[str], capital: list[bool]) -> tuple[int | None, predicates.Predicate]:
    best: tuple[int, int, predicates.Predicate] | None = None
    for place, word in enumerate(low):
        entry = predicates.LEXICON.get(word)
        if entry is None or (capital[place] and place > 0):
            continue
        lemma, is_verb = entry
        if is_verb:
            found = predicates.of_verb(lemma, low[place + 1] if place + 1 < len(low) else "")
        else:
            found = predicates.of_noun(lemma) or predicates.Predicate(lemma, "")
        deferring = lemma in predicates.DEFERRING or lemma in predicates.LIGHT
        # a verb that tells something, then a noun that does, then a saying, then a verb that lends itself
        rank = (
            3 if deferring and not found.kind else 2 if found.kind in ("say", "think", "plan") else 0 if is_verb else 1
        )
        if best is None or rank < best[0]:
            best = (rank, place, found)
    return (None, predicates.Predicate("", "")) if best is None else (best[1], best[2])


def _runs(words: list[re.Match[str]], low: list[str], starts: set[int]) -> Iterator[_Run]:
    place = 0
    while place < len(words):
        word = words[place].group()
        common = low[place] in _FUNCTION or (words[place].start() in starts and low[place] in predicates.LEXICON)
        if not word[:1].isupper() or common:
            place += 1
            continue
        last = place
        while (
            last + 1 < len(words)
            and words[last + 1].group()[:1].isupper()
            and low[last + 1] not in _FUNCTION
            and words[last + 1].start() - words[last].end() == 1
            and not words[last].group().endswith(("’s", "'s"))
        ):
            last += 1
        before = low[place - 1] if place else ""
        if before in ("the", "a", "an") and place > 1:
            before = low[place - 2]
        yield _Run(place, last, before)
        place = last + 1


def _common(
    words: list[re.Match[str]], low: list[str], at: int, passive: bool, text: str, named: list[Actor]
) -> list[Actor]:
    """Ships and people that are named by a common noun: "the fishing vessel", "customs officers"."""
    found = []
    for place, word in enumerate(low):
        single = word.removesuffix("s")
        taken = any(one.start <= words[place].start() < one.end for one in named)
        if taken or single in PLACE_WORDS or (single not in PEOPLE_AND_SHIPS and word not in PEOPLE_AND_SHIPS):
            continue
        if place + 1 < len(low) and words[place + 1].group()[:1].isupper() and single in _SHIPS:
            continue  # "the tanker Grey Petrel": the name stands for it
        first = place
        if place and low[place - 1] not in _FUNCTION and low[place - 1] not in predicates.LEXICON:
            first -= 1
        role = "agent" if (place < at) != passive else "target"
        start, end = words[first].start(), words[place].end()
        found.append(Actor(text[start:end], role, start, end))
    return found


def _things(low: list[str], capital: list[bool]) -> Iterator[str]:
    """Runs of plain words, up to a preposition and again after an "of": numbers, measures and small words end them."""
    run: list[str] = []
    reading = True
    for word, name in zip(low, capital, strict=True):
        single = word.removesuffix("s")
        stops = word in _PLACING or word in ("by", "after", "before", "on", "as")
        small = name or word in _FUNCTION or word[0].isdigit() or single in MEASURES or single in PLACE_WORDS
        if stops or small or word in predicates.LEXICON or word in ("any", "including", "another", "such"):
            if run:
                yield " ".join(run)
            run = []
            reading = not stops and (reading or word in ("of", "with"))
        elif reading and len(run) < 3:
            run.append(word)
    if run:
        yield " ".join(run)
