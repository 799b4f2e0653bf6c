"""The amounts that a sentence states: number, comparator, unit and thing, each as stated.

What the words leave open stays open: "over 2,000 tons" has no upper end and leaves 2,000 itself out. Words that bound
nothing need a reading, or no two of them could ever be held against each other:

- about, around, some, roughly, an estimated: a tenth to either side ("about 260": 234 to 286). Newspapers round to one
  or two figures, which is never further off than that, but for 1,000 and its like; so a rule that calls two amounts
  contrary because they are disjoint does not do so for a rounding;
- nearly, almost, close to: the tenth below, the number itself left out; just under, just over: the tenth to that side;
- only, just, merely, another, a total of: exactly; the word is kept in `hedge`.

Years, dates, lengths of time, times of day, ages, telephone numbers, pennants and models ("WPC 1146", "F-16"), ordinals
of names ("5th Fleet"), sections and the numbers of lists are no amounts. Of a sentence over `LONGEST` letters only so
many are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from darkwake.claims.article import Span
from darkwake.claims.counted import NO_AMOUNT, Hit, hits, numbers, ranged
from darkwake.claims.gaps import tight
from darkwake.claims.hedges import AS_MUCH, SUFFIX, comparator_of, ends_of, hedge_of, is_need, role_of
from darkwake.claims.moments import LONGEST, moments
from darkwake.claims.numbers import ORDINALS
from darkwake.claims.things import thing_after, thing_of


@dataclass(frozen=True, slots=True)
class SaidAmount:
    """An amount that a text states; the fields are those of schema.SAID_AMOUNT."""

    start: int
    end: int
    text: str
    low: float | None
    high: float | None
    low_in: bool
    high_in: bool
    comparator: str
    unit: str
    thing: str
    hedge: str
    role: str
    per: str


_FIRST = tight(r"\b(?:" + "|".join(ORDINALS) + r")\b|\d(?:st|nd|rd|th)\b")


def quantities(text: str, sentence: Span) -> list[SaidAmount]:
    """The amounts of a sentence, in order, none overlapping another; offsets into the text."""
    words = sentence.of(text)[:LONGEST]
    begins = list(numbers(words))
    if not begins and not _FIRST.search(words):
        return []
    taken = bytearray(len(words))  # one for each letter that is no amount, or already one
    for one in moments(words):
        _take(taken, one.start, one.end)
    for match in NO_AMOUNT.finditer(words):
        _take(taken, *match.span())
    counted = list(ranged(words, list(hits(words, begins, taken))))
    floors = [0, *(hit.end for hit in counted)]
    ceilings = [*(hit.start for hit in counted[1:]), len(words)]
    found: list[SaidAmount] = []
    for hit, floor, ceiling in zip(counted, floors, ceilings, strict=False):
        beyond = found[-1].end - sentence.start if found else floor
        found.append(_said(words, sentence.start, hit, max(floor, beyond), ceiling))
    for amount in found:
        _take(taken, amount.start - sentence.start, amount.end - sentence.start)
    found += list(_ordinals(words, sentence.start, taken))
    return sorted(found, key=lambda one: one.start)


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\1" * (end - start)


def _said(words: str, offset: int, hit: Hit, floor: int, ceiling: int) -> SaidAmount:
    """One amount; its words lie between those of its neighbours."""
    start, hedge = hedge_of(words, hit.start, floor)
    comparator, end = comparator_of(hedge), hit.end
    suffix = SUFFIX.match(words, end, ceiling) if hit.upto is None else None
    if suffix:
        comparator = (suffix.lastgroup or "").replace("_", " ")
        hedge, end = " ".join([*hedge.split(), *suffix[0].split()]), suffix.end()
    low, high, low_in, high_in = ends_of(hit, comparator, hedge)
    share = hit.number.kind == "share" or hit.unit in ("percent", "percentage point")
    if hit.unit or share:
        thing, after = thing_of(words, end)
    else:
        thing, after = thing_after(words, end, one=hit.number.high == 1)
        if after > ceiling:
            thing, after = "", end
        end = after if thing else end
    role, per = role_of(words, hit, start, (hit.end, after), share=share)
    if role == "equivalent" and is_need(words, hit, start, (hit.end, after)):
        comparator = comparator_of(AS_MUCH.sub("", hedge))
        low, high, low_in, high_in = ends_of(hit, comparator, hedge)
    if hit.upto is not None:
        comparator, hedge = "between", " ".join([*hedge.split(), *hit.between.split()])
    elif comparator == "exactly" and hit.number.kind in ("many", "loose"):
        comparator = "at least" if hit.number.kind == "many" else "about"
    place = (offset + start, offset + end, words[start:end])
    return SaidAmount(*place, low, high, low_in, high_in, comparator, hit.unit, thing, hedge, role, per)


_ORDINAL = tight(
    rf"\b(?:[Tt]he|[Ii]ts|their|his|her|our|a|this|that|[A-Za-z]+['’]s|[a-z]+s['’])\s+(?P<o>{'|'.join(ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th))\s+(?=[a-z])"
)
_NO_ORDINAL = tight(
    r"(?:time|place|half|party|person|lady|name|hand|thing|things|step|and|of|in|to|for|is|was|that|who|century|floor|day|days|since|on|at|"
    r"when|but|or|with|by|as|lady|such|ever)\b"
)


def _ordinals(words: str, offset: int, taken: bytearray) -> Iterator[SaidAmount]:
    """As in "the third shipment": its place among its like."""
    for match in _ORDINAL.finditer(words):
        start = match.start("o")
        thing, end = thing_after(words, match.end("o"), one=True)
        if not thing or any(taken[start:end]) or _NO_ORDINAL.match(words, match.end()):
            continue
        written = match["o"]
        place = float(ORDINALS[written] if written in ORDINALS else int(written[:-2]))
        text = words[start:end]
        yield SaidAmount(
            offset + start, offset + end, text, place, place, True, True, "exactly", "", thing, "", "ordinal", ""
        )
