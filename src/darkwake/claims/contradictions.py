"""CLUSTERS -> CONTRADICTIONS: where two claims about the same happening do not agree. Shown, never decided.

Hard: both cannot be true as stated. Soft: they can, read kindly. The rules, one a kind:

=============== ============================================================= =========================================
kind            found where                                                   hard
=============== ============================================================= =========================================
date            no day fits both                                              yes; not 3 days beside "late in May"
date scope      the periods share days, and neither lies within the other     no
count           two exact numbers differ                                      yes; not where one is the other rounded
quantity bound  a bound or a span leaves out what the other says              yes; not where only the end is left out
framing         two classes of `predicates.FRAMES` ("seized", "handed over")  as the table says
actor           both name who acts, and none is the same; one target          where one alone does it: EXCLUSIVE
extent          all, a part, none                                             yes; all against a bare "part of" is soft
denial          one says that it was not so                                   yes
=============== ============================================================= =========================================

A plan, a question or a mere possibility contradicts nothing. What a correction of the article itself replaces is always
soft, and is told as replaced. Of many claims that say the same, the earliest stands for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import polars as pl

from darkwake import schema
from darkwake.claims import name_keys, predicates
from darkwake.claims.facts import Amount, Facts, When, facts
from darkwake.claims.sameness import dates_apart
from darkwake.evidence import content_id


class Difference(NamedTuple):
    """How two claims differ."""

    kind: str
    hard: bool
    words: str
    one: str
    """What stands for the value of either side, so that a thousand equal differences are one row."""
    other: str


EXCLUSIVE = frozenset({"seize", "arrest", "buy", "kill", "attack", "hand over"})
"""Classes of what one alone does to one target, unless they are told to have done it together."""
_ALL = re.compile(r"\b(?:all|the whole|whole|entire|entirely|every|fully|completely|total(?:ly)?)\b", re.IGNORECASE)
_PART = re.compile(r"\b(?:parts? of|a part|partly|partially|some of|half|most of|a third|quarter)\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:only|just|merely|barely|no more than|not all|not every)\b[^.]{0,20}$", re.IGNORECASE)
_NONE = re.compile(r"\b(?:none of|no|nothing)\b", re.IGNORECASE)
_NOT_EXTENT = re.compile(
    r"\b(?:all (?:over|along|but|told)|at all|after all|in all|first of all|half-\w+)\b", re.IGNORECASE
)
_SAYS = "{a} says “{one}”; {b} says “{other}”. {words}"


def contradictions(clusters: pl.DataFrame, claims: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    """Lay bare what claims of one cluster do not agree in.

    Args:
        clusters: CLUSTERS over these claims.
        claims: CLAIMS.
        articles: ARTICLES that hold them.

    Returns:
        CONTRADICTIONS, sorted by cluster and id; `a` is the claim that appeared first.
    """
    every = {one.id: one for one in facts(claims, articles)}
    outlets = dict(articles.select("id", "outlet").iter_rows())
    rows = []
    for cluster in clusters.iter_rows(named=True):
        if len(cluster["claims"]) < 2:
            continue
        members = sorted((every[one] for one in cluster["claims"]), key=lambda one: (one.order, one.id))
        rows += [_row(cluster["id"], a, b, found, outlets) for a, b, found in _differences(members)]
    return pl.DataFrame(rows, schema=schema.CONTRADICTIONS, orient="row").sort("cluster", "id")


def _differences(members: Sequence[Facts]) -> Iterator[tuple[Facts, Facts, Difference]]:
    """Each difference once, between the earliest claims that show it."""
    kept: dict[tuple[object, ...], Facts] = {}
    for one in members:
        mark = (one.when, one.amounts, one.kind or one.lemma, one.agents, one.denied, extent(one.text), one.correction)
        kept.setdefault((mark, one.planned, one.targets, one.article if one.correction else ""), one)
    seen: set[tuple[str, frozenset[str]]] = set()
    corrected = {one.article for one in members if one.correction}
    for a, b in combinations(kept.values(), 2):
        if a.planned or b.planned:
            continue
        for found in between(a, b):
            values = (found.kind, frozenset((found.one, found.other)))
            if values in seen and not (a.article == b.article and a.article in corrected):
                continue
            seen.add(values)
            yield a, b, _replaced(a, b, found)


def _replaced(a: Facts, b: Facts, found: Difference) -> Difference:
    """What a publisher corrected itself is soft."""
    if a.correction == b.correction or a.article != b.article:
        return found
    return found._replace(hard=False, words=f"{found.words} The publisher's correction replaces what the article said.")


def between(a: Facts, b: Facts) -> Iterator[Difference]:
    """Every way in which two claims of a cluster do not agree."""
    if a.denied != b.denied:
        yield Difference("denial", True, "One says that it was not so.", f"{a.denied}", f"{b.denied}")
        return  # "did not unload 58 containers" says no other number
    for rule in _RULES:
        found = rule(a, b)
        if found:
            yield found


_ROUGH = 3
"""Days by which "late in February" may miss the day."""


def _date(a: Facts, b: Facts) -> Difference | None:
    apart = dates_apart(a, b)
    if not apart or _stages(a, b):
        return None
    one, other = apart
    words = f"They give different dates: {one.text} and {other.text}."
    rough = "~" in one.edtf + other.edtf and one.gap_days(other) <= _ROUGH
    if rough:
        words += " One is told only roughly."
    return Difference("date", not rough, words, one.edtf, other.edtf)


def _date_scope(a: Facts, b: Facts) -> Difference | None:
    if not a.when or not b.when or a.when == b.when or _stages(a, b):
        return None
    pairs = [(one, other) for one in a.when for other in b.when]
    if any(not one.meets(other) or _within(one, other) or _within(other, one) for one, other in pairs):
        return None
    one, other = pairs[0]
    words = f"The periods overlap only in part: {one.text} and {other.text}."
    return Difference("date scope", False, words, one.edtf, other.edtf)


def _within(inner: When, outer: When) -> bool:
    if not (inner.first or inner.last) or not (outer.first or outer.last):
        return True  # without a year nothing can be told but the month, and `meets` has told that
    after = outer.first is None or (inner.first is not None and inner.first >= outer.first)
    before = outer.last is None or (inner.last is not None and inner.last <= outer.last)
    return after and before


_OUT = frozenset({"ship", "depart"})
"""Classes that tell one day: what was shipped out of a port left it."""


def _stages(a: Facts, b: Facts) -> bool:
    """Loaded and unloaded have each their day."""
    return a.kind != b.kind and predicates.together(a.kind, b.kind) and not {a.kind, b.kind} <= _OUT


def _quantity(a: Facts, b: Facts) -> Difference | None:
    """Of what both count, the first of which no two numbers agree."""
    for one in a.amounts:
        others = [other for other in b.amounts if one.same_subject(other)]
        same = [first for first in a.amounts if first.same_subject(one)]
        if others and all(first.apart(other) for first in same for other in others):
            pairs = [(first, other) for first in same for other in others]
            return _numbers(*next((pair for pair in pairs if pair[0].rounded(pair[1])), pairs[0]))
    return None


def _numbers(one: Amount, other: Amount) -> Difference:
    kind = "count" if one.exact and other.exact else "quantity bound"
    hard = not one.rounded(other)
    thing = one.thing or other.thing
    words = f"They give different numbers{f' of {thing}' if thing else ''}: {one.text} and {other.text}."
    if not hard:
        words += " One may be the other, rounded or without its hedge."
    return Difference(kind, hard, words, _value(one), _value(other))


def _value(one: Amount) -> str:
    return f"{one.low} {one.high} {one.low_in} {one.high_in} {one.comparator} {one.unit}"


def _framing(a: Facts, b: Facts) -> Difference | None:
    hard = predicates.framed(a.kind, b.kind)
    if hard is None:
        return None
    words = f"They tell it in different terms: “{a.lemma}” and “{b.lemma}”."
    return Difference("framing", hard, words, a.kind, b.kind)


def _actor(a: Facts, b: Facts) -> Difference | None:
    if a.kind != b.kind or not a.agents or not b.agents:
        return None
    one, other = a.agents & a.named, b.agents & b.named
    if not one or not other or _one_actor(one, other) or a.ships & one or b.ships & other:
        return None
    met = (a.targets | a.ships | a.named) - a.agents, (b.targets | b.ships | b.named) - b.agents
    targets = name_keys.any_shared(*met) or (a.things & b.things and a.places & b.places)
    if not targets:
        return None
    hard = a.kind in EXCLUSIVE
    words = f"They name different actors: {', '.join(sorted(one))} and {', '.join(sorted(other))}"
    words += "." if hard else "; both may have acted."
    return Difference("actor", hard, words, "|".join(sorted(one)), "|".join(sorted(other)))


_CORPS = frozenset({"police", "coastguard", "guard", "navy", "army", "customs", "authority", "ministry"})


def _one_actor(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether any of some may be one of the others; a coastguard and a police are two, though of one place."""
    pairs = [(a, b) for a in some for b in others if name_keys.may_be_one(a, b)]
    return any(not (a_corps and b_corps) or a_corps & b_corps for a_corps, b_corps in map(_corps, pairs))


def _corps(pair: tuple[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of two names that say which corps each is."""
    return _CORPS.intersection(pair[0].split()), _CORPS.intersection(pair[1].split())


def extent(text: str) -> str:
    """How much of it, in the words of a claim: "all", "only part", "part", "none" or ""."""
    plain = _NOT_EXTENT.sub(" ", text)
    part = _PART.search(plain)
    if part:
        return "only part" if _ONLY.search(plain[: part.start()]) else "part"
    if re.search(r"\bnone of\b", plain, re.IGNORECASE):
        return "none"
    return "all" if _ALL.search(plain) else ""


def _extent(a: Facts, b: Facts) -> Difference | None:
    one, other = extent(a.text), extent(b.text)
    if not one or not other or one == other or {one, other} == {"part", "only part"}:
        return None
    hard = {one, other} != {"all", "part"}
    return Difference("extent", hard, f"One tells of {one}, the other of {other} of it.", one, other)


_RULES: tuple[Callable[[Facts, Facts], Difference | None], ...] = (
    _date,
    _date_scope,
    _quantity,
    _framing,
    _actor,
    _extent,
)


def _row(cluster: str, a: Facts, b: Facts, found: Difference, outlets: Mapping[str, str]) -> dict[str, Any]:
    says = _SAYS.format(
        a=_who(a, outlets), one=a.text.strip(), b=_who(b, outlets), other=b.text.strip(), words=found.words
    )
    return {
        "id": content_id("contra", a.id, b.id, found.kind),
        "cluster": cluster,
        "a": a.id,
        "b": b.id,
        "kind": found.kind,
        "hard": found.hard,
        "says": says,
    }


def _who(one: Facts, outlets: Mapping[str, str]) -> str:
    name = outlets.get(one.article) or "an article of an unknown outlet"
    name = f"A correction in {name}" if one.correction else name
    return f"{name} ({one.published})" if one.published else name
