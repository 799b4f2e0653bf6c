"""Whether two claims tell the same happening: what speaks for it, and what forbids it.

`veto` forbids: two claims of which it names a reason never share a cluster. Differing numbers or dates mark another
happening unless something else pins both claims to one:

- both dates and numbers differ: another ("1,000 tons in February", "over 2,000 tons in October"), but for one named
  ship with one place, actor or cargo, within a week and with numbers of one size: a ship is not unloaded twice in
  three days, and two offices that count 45 and 51 containers counted the same ones;
- only the numbers differ: one happening where both name the same days (a week at most) and share besides a place, a
  name or a source; or the same month, and two of these; or no days, but a name and a place; or where one repeats the
  other's words; or another number of the same is shared ("700 tons, enough for 280", "700 tons, enough for 590");
- only the dates differ: one happening where two of name, place and number are the same (or the words), and the dates
  lie at most three days apart, a week where both name the same ship;
- inside one article, and where one calls itself "another" or "a second", no difference is excused, but for two speakers
  of one article who tell differently of one ship's call;
- in different places no difference is excused either;
- a sum over several happenings ("in all", "taken together") is none of them; and an arrival that is still to come is
  not the voyage that was made.

`likeness` speaks for: a sum of small weights, each with its words. A ship's name says most: sharing it, with the class
of what was done, is enough where nothing forbids it.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import NamedTuple

from darkwake.claims import name_keys, predicates
from darkwake.claims.facts import Amount, Facts, When

NEAR = 3
WEEK = 7
MONTH = 31
ONE_SIZE = 1.5
"""How many times the lesser of two numbers the greater may be, for both to be of one ship's call."""
COPIED = 0.6
"""Share of the shorter's runs of three words from which on one claim repeats the other's words."""
_FEW = 6
"""Runs of three words below which likeness of wording says nothing."""


WEAK = frozenset({"say", "think", "plan", "need", "continue", "show"})
"""Classes of words that every article has many of: sharing one says little."""


class Weights(NamedTuple):
    """What each agreement adds, each conflict takes, and from where on two claims are laid together.

    Set by hand on the written worlds of tests/claims; bench/clusters.py has some set on MEANTIME for single mentions.
    """

    lemma: float = 1.0
    kind: float = 0.8
    stage: float = 0.5
    ship: float = 2.0
    name: float = 1.2
    actor: float = 0.5
    place: float = 0.7
    thing: float = 0.9
    day: float = 1.3
    month: float = 0.8
    year: float = 0.2
    amount: float = 1.4
    source: float = 0.5
    article: float = 0.5
    near: float = 0.3
    wording: float = 2.0
    other_names: float = -0.8
    other_things: float = -0.5
    other_places: float = -0.6
    weak: float = -0.8
    slots: float = 1
    enough: float = 3.0


class Likeness(NamedTuple):
    """How much speaks for two claims being one happening, and in which words."""

    score: float
    because: str


def wording(one: Facts, other: Facts) -> float:
    """Share of the shorter's runs of three words that the other has too; 0 where too short to tell."""
    fewest = min(len(one.shingles), len(other.shingles))
    if fewest < _FEW:
        return 1.0 if fewest > 2 and one.shingles == other.shingles else 0.0
    if one.shingles.isdisjoint(other.shingles):
        return 0.0
    return len(one.shingles & other.shingles) / fewest


def related(one: Facts, other: Facts) -> bool:
    """Whether the two predicates may tell one happening."""
    return one.lemma == other.lemma or kinds_related(one.kind, other.kind)


@cache
def kinds_related(one: str, other: str) -> bool:
    """Whether two classes are one, stages of one happening, or framings of it."""
    if not one or not other:
        return False
    return one == other or predicates.together(one, other) or predicates.framed(one, other) is not None


def dates_apart(one: Facts, other: Facts) -> tuple[When, When] | None:
    """A pair of dates that cannot be the same day, where all pairs are so: the nearest of them."""
    if not one.when or not other.when or one.when == other.when:
        return None
    if any(a.meets(b) for a in one.when for b in other.when):
        return None
    return min(((a, b) for a in one.when for b in other.when), key=lambda pair: (pair[0].gap_days(pair[1]), str(pair)))


def amounts_apart(one: Facts, other: Facts) -> tuple[Amount, Amount] | None:
    """A pair of amounts of the same that differ, where all such pairs differ; a rounded number is no other number."""
    if not one.amounts or not other.amounts or one.amounts == other.amounts:
        return None
    pairs = [(a, b) for a in one.amounts for b in other.amounts if a.same_subject(b)]
    if not pairs or any(not a.apart(b) or a.rounded(b) for a, b in pairs):
        return None
    return pairs[0]


def same_amount(one: Facts, other: Facts) -> Amount | None:
    """An amount that both name: the same number, or one rounded, or bounds that meet."""
    for a in one.amounts:
        for b in other.amounts:
            if a.same_subject(b) and (not a.apart(b) or a.rounded(b)) and _telling(a) and _telling(b):
                return a
    return None


def _telling(amount: Amount) -> bool:
    return not (amount.low in (1.0, 2.0) and not amount.unit and amount.exact)


def same_when(one: Facts, other: Facts) -> When | None:
    """A date that both may mean, the wider of the two that meet; of several the narrowest."""
    met = [max(a, b, key=_width) for a in one.when for b in other.when if a.meets(b) and _known(a) and _known(b)]
    return min(met, key=_width) if met else None


def _width(when: When) -> tuple[int, str]:
    return when.days or (1 if when.day else MONTH), when.edtf


def _known(when: When) -> bool:
    return bool(when.days or when.month)


def veto(one: Facts, other: Facts) -> str:
    """Why the two cannot be one happening; empty where nothing forbids it."""
    if not related(one, other):
        return f"“{one.lemma}” and “{other.lemma}” tell different happenings"
    if one.ships and other.ships and not name_keys.any_shared(one.ships, other.ships):
        return "they name different ships"
    if unlike := _other_sort(one, other):
        return unlike
    late = _told_before(one, other) or _told_before(other, one)
    if late:
        return late
    when, much = dates_apart(one, other), amounts_apart(one, other)
    if not when and not much:
        return ""
    said = " and ".join(f"{pair[0].text} against {pair[1].text}" for pair in (when, much) if pair)
    same_article = bool(one.articles & other.articles)
    if same_article and (one.correction != other.correction or _two_voices(one, other, when, much)):
        return ""
    if same_article:
        return f"one article tells both: {said}"
    if one.another != other.another:
        return f"one calls itself another: {said}"
    if one.places and other.places and one.kind == other.kind and not one.places & other.places:
        return f"{said}, in different places"
    if when and much:
        excused = _one_call(one, other, when, much)
    else:
        excused = _same_but_day(one, other, when) if when else _same_but_number(one, other)
    return "" if excused else f"{said}, and nothing else pins them to one happening"


def _other_sort(one: Facts, other: Facts) -> str:
    """Whether only one of the two is still to come, done as a rule, or a sum of several."""
    if one.due != other.due and one.kind != other.kind:
        return "one is still to come, the other was done"
    if (one.habit and other.when) or (other.habit and one.when):
        return "one tells what is done as a rule"
    if one.habit and other.habit and one.agents & one.named and other.agents & other.named:
        return "" if one.agents & other.agents else "they tell what others do as a rule"
    if one.total != other.total and not _same_numbers(one, other):
        return "one sums over several"
    return ""


def _same_numbers(one: Facts, other: Facts) -> bool:
    """Whether both state the very same number, or none."""
    ones = {(a.low, a.high) for a in one.amounts}
    return ones == {(a.low, a.high) for a in other.amounts}


def _two_voices(one: Facts, other: Facts, when: tuple[When, When] | None, much: tuple[Amount, Amount] | None) -> bool:
    """Two speakers of one article who differ on one ship's call: a dispute, and no second call."""
    if not one.speaker or not other.speaker or one.speaker == other.speaker or one.another or other.another:
        return False
    return _one_call(one, other, when, much)


def _same_but_day(one: Facts, other: Facts, when: tuple[When, When]) -> bool:
    gap = when[0].gap_days(when[1])
    if gap > WEEK:
        return False
    named, place, _ = _pins(one, other)
    held = sum((named, place, same_amount(one, other) is not None))
    sailed = bool(_ship(one, other))
    return (sailed and held >= 2) or (gap <= NEAR and (held >= 2 or wording(one, other) >= COPIED))


def _same_but_number(one: Facts, other: Facts) -> bool:
    if wording(one, other) >= COPIED:
        return True
    named, place, source = _pins(one, other)
    day = same_when(one, other)
    if day is None:
        return named and place and not (one.when or other.when)
    pins, width = sum((named, place, source)), _width(day)[0]
    return (width <= WEEK and pins >= 1) or (width <= MONTH and pins >= 2)


def _one_call(one: Facts, other: Facts, when: tuple[When, When] | None, much: tuple[Amount, Amount] | None) -> bool:
    """A named ship, with one place, actor or cargo, within a week: told with other days and numbers, still one call."""
    if when is None:
        day = same_when(one, other)
        if day is None or _width(day)[0] > WEEK:
            return False
    elif when[0].gap_days(when[1]) > WEEK:
        return False
    if not _ship(one, other) or (much and not _one_size(*much)):
        return False
    _, place, _ = _pins(one, other)
    return place or any(name_keys.same_thing(a, b) for a in _goods(one) for b in _goods(other))


def _goods(one: Facts) -> frozenset[str]:
    """Cargo that is counted: "containers of pellite" and "pellite" are of one good."""
    return frozenset(amount.thing for amount in one.amounts if amount.thing)


def _one_size(a: Amount, b: Amount) -> bool:
    low, high = sorted(max(one.low or 0.0, one.high or 0.0) for one in (a, b))
    return low > 0 and high <= ONE_SIZE * low


def _ship(one: Facts, other: Facts) -> frozenset[str]:
    """Ships that both name: as a ship the one, by its name the other."""
    if not one.ships and not other.ships:
        return frozenset()
    return (one.ships & (other.ships | other.named)) | (other.ships & (one.ships | one.named))


def _pins(one: Facts, other: Facts) -> tuple[bool, bool, bool]:
    """Whether both name the same ship, person or organisation; besides it the same place; the same source.

    A parser takes the name of a port for a company now and then: a second shared name counts as a place.
    """
    ship = _ship(one, other)
    name = min(ship) if ship else name_keys.any_shared(one.named, other.named)
    where = (one.places | one.named) & (other.places | other.named)
    return bool(name), bool(where - {name}), bool(one.sources & other.sources)


def _told_before(one: Facts, other: Facts) -> str:
    """Whether `one` had appeared before what `other` tells can have happened; or long after it and without its day.

    An amount that is told as news, with no day, is of those days; a denial may come late.
    """
    if one.published_last is None or one.when or one.planned or one.correction or not other.when:
        return ""
    firsts = [when.first for when in other.when]
    if any(first is None for first in firsts):
        return ""
    first = min(day for day in firsts if day)
    if one.published_last + timedelta(days=1) < first:
        return f"one appeared on {one.published_last}, before the other's day ({first})"
    lasts = [when.last for when in other.when if when.last]
    if one.denied or not lasts or not one.amounts or one.published is None or wording(one, other) >= COPIED:
        return ""
    if max(lasts) + timedelta(days=MONTH) < one.published:
        return f"one appeared on {one.published}, long after the other's day ({max(lasts)}), and names no day"
    return ""


def likeness(one: Facts, other: Facts, weights: Weights) -> Likeness:
    """What speaks for the two being one happening."""
    if one.lemma == other.lemma:
        score, words = weights.lemma, [f"both “{one.lemma}”"]
    elif one.kind and one.kind == other.kind:
        score, words = weights.kind, [f"“{one.lemma}” and “{other.lemma}” are both “{one.kind}”"]
    else:
        score, words = weights.stage, [f"“{one.lemma}” and “{other.lemma}” may tell one happening"]
    if one.kind in WEAK or one.lemma in predicates.LIGHT:
        score += weights.weak
    agreements = _agreements(one, other, weights)
    if sum(points > 0 for points, _ in agreements) < weights.slots:
        return Likeness(0.0, "")
    if one.articles & other.articles:
        agreements.append((weights.article, "one article tells both"))
    elif one.published and other.published and abs((one.published - other.published).days) <= NEAR:
        agreements.append((weights.near, "told within three days"))
    score += sum(points for points, _ in agreements)
    return Likeness(score, ", ".join(words + [said for points, said in agreements if points > 0]))


def _agreements(one: Facts, other: Facts, weights: Weights) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    ship = one.ships & other.ships
    named = name_keys.any_shared(one.named, other.named)
    if ship:
        found.append((weights.ship, f"both name the ship {min(ship)}"))
    if named:
        found.append((weights.name, f"both name {named}"))
    elif not ship and one.named and other.named:
        found.append((weights.other_names, ""))
    both = ((one.agents | one.targets) - one.named) & ((other.agents | other.targets) - other.named)
    if both:
        found.append((weights.actor, f"both have “{min(both)}”"))
    places = one.places & other.places
    if places:
        found.append((min(2, len(places)) * weights.place, f"the same place ({', '.join(sorted(places)[:2])})"))
    elif one.places and other.places:
        found.append((weights.other_places, ""))
    thing = next((a for a in sorted(one.things) if any(name_keys.same_thing(a, b) for b in other.things)), "")
    if thing:
        found.append((weights.thing, f"the same thing ({thing})"))
    elif one.things and other.things:
        found.append((weights.other_things, ""))
    day = same_when(one, other)
    if day:
        near = _width(day)[0]
        points = weights.day if near <= WEEK else weights.month if near <= MONTH + 31 else weights.year
        found.append((points, f"the same date ({day.text})"))
    amount = same_amount(one, other)
    if amount:
        found.append((weights.amount, f"the same number ({amount.text})"))
    sources = one.sources & other.sources
    if sources:
        found.append((weights.source, f"the same source ({min(sources)})"))
    alike = wording(one, other)
    if alike >= 0.3:
        found.append((weights.wording * alike, f"{round(100 * alike)} % of the same wording"))
    return found
