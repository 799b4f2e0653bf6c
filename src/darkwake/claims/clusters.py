"""Claims -> CLUSTERS: which claims tell the same happening.

Candidates are pairs that share a family of predicates and two keys (a name and a place, a thing and a date ...), so
nothing is compared with everything. The pairs that are like enough are laid together, the likest first, and only where
no claim of the one side has a veto against any of the other: two shipments that a vague third claim fits both are never
joined through it. The same rows in any order give the same clusters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING

import polars as pl

from darkwake import schema
from darkwake.claims import name_keys, predicates
from darkwake.claims.facts import Facts, facts
from darkwake.claims.sameness import WEEK, Weights, kinds_related, likeness, veto
from darkwake.evidence import content_id

if TYPE_CHECKING:
    from darkwake.claims.ledger import Pair

_KEYS = 6
"""Keys of a claim that make pairs, the rarest."""
_PLAIN = "cdu"
"""First letters of keys that many claims share (a common noun, a month, a unit): two of these find no pair."""
_CROWD = 12
"""Claims under one pair of keys that are all compared with one another; in a larger crowd each with its neighbours."""
_OF_SHIP = 40
"""Likewise, of claims about one ship."""
_NEIGHBOURS = 3

Why = tuple[str, str, str]


def clusters(
    claims: pl.DataFrame, articles: pl.DataFrame, *, weights: Weights | None = None, pairs: Sequence[Pair] = ()
) -> pl.DataFrame:
    """Lay claims together that tell the same happening.

    Args:
        claims: CLAIMS, in any order.
        articles: ARTICLES that hold them.
        weights: what speaks how much for sameness; those of `sameness.Weights` if not given.
        pairs: what people said of two claims, which is law: "same" puts them together even against a veto, "apart"
            keeps them from ever sharing a cluster. Where both are said round a ring of claims, "apart" holds. Of two
            that were put together so, a third claim joins neither where it has a veto against the other.

    Returns:
        CLUSTERS: every claim in exactly one, sorted by id; `why` has one line for each joining.
    """
    every = facts(claims, articles)
    by_id = {one.id: one for one in every}
    rows = []
    for members, why in gather(every, weights or Weights(), pairs):
        first = min((by_id[one] for one in members), key=lambda one: (one.order, one.id))
        ids = sorted(members)
        rows.append(
            {
                "id": content_id("cluster", ids),
                "label": first.text,
                "claims": ids,
                "why": [{"a": a, "b": b, "because": because} for a, b, because in sorted(why)],
            }
        )
    return pl.DataFrame(rows, schema=schema.CLUSTERS, orient="row").sort("id")


def gather(every: Sequence[Facts], weights: Weights, pairs: Sequence[Pair] = ()) -> list[tuple[list[str], list[Why]]]:
    """Groups of ids, each with why its members are together."""
    heads, ids, why_alike = _units(every, {one for pair in pairs for one in (pair.a, pair.b)})
    place_of = {claim: place for place, told in enumerate(ids) for claim in told}
    said = sorted((pair for pair in pairs if pair.a in place_of and pair.b in place_of), key=lambda one: one[:3])
    apart: dict[int, set[int]] = defaultdict(set)
    for pair in said:
        if pair.word == "apart":
            apart[place_of[pair.a]].add(place_of[pair.b])
            apart[place_of[pair.b]].add(place_of[pair.a])
    group_of = list(range(len(heads)))
    members: dict[int, list[int]] = {place: [place] for place in group_of}
    why: dict[int, list[Why]] = {place: why_alike.get(one.id, []) for place, one in enumerate(heads)}

    def join(a: int, b: int, because: str, *, law: bool) -> None:
        one, other = group_of[a], group_of[b]
        if one == other or any(not apart[x].isdisjoint(members[other]) for x in members[one] if x in apart):
            return
        if not law and any(veto(heads[x], heads[y]) for x in members[one] for y in members[other]):
            return
        if len(members[one]) < len(members[other]):
            one, other = other, one
        for place in members[other]:
            group_of[place] = one
        members[one] += members.pop(other)
        why[one] += [*why.pop(other), (heads[a].id, heads[b].id, because)]

    for pair in said:
        if pair.word == "same":
            reason = f"{pair.row.author} said so" + (f": {pair.row.because}" if pair.row.because else "")
            join(place_of[pair.a], place_of[pair.b], reason, law=True)
    edges = []
    for a, b in _candidates(heads):
        like = likeness(heads[a], heads[b], weights)
        if like.score >= weights.enough and not veto(heads[a], heads[b]):
            edges.append((-round(like.score, 6), a, b, like.because))
    for _, a, b, because in sorted(edges):
        join(a, b, because, law=False)
    return [([claim for place in places for claim in ids[place]], why[group]) for group, places in members.items()]


def _units(every: Sequence[Facts], alone: set[str]) -> tuple[list[Facts], list[list[str]], dict[str, list[Why]]]:
    """Claims of the very same words and marks as one, under the earliest; those of few words, and of `alone`, apart."""
    seen: dict[tuple[object, ...], int] = {}
    heads: list[Facts] = []
    members: list[list[Facts]] = []
    why: dict[str, list[Why]] = defaultdict(list)
    for one in every:
        own = len(one.shingles) < 6 or one.id in alone
        place = None if own else seen.get(one.mark)
        if place is None:
            if not own:
                seen[one.mark] = len(heads)
            heads.append(one)
            members.append([one])
        else:
            members[place].append(one)
            why[heads[place].id].append((heads[place].id, one.id, "the very same words"))
    widened = [
        replace(head, articles=frozenset(one.article for one in told)) if len(told) > 1 else head
        for head, told in zip(heads, members, strict=True)
    ]
    return widened, [[one.id for one in told] for told in members], why


@lru_cache(maxsize=1)
def _families() -> dict[str, str]:
    """Class -> the first of all classes that lead to one another as stages or framings."""
    family = {kind: kind for kind in predicates.CLASSES}
    groups = [*predicates.TOGETHER, *predicates.FRAMES]
    for _ in groups:
        for group in groups:
            least = min(family[kind] for kind in group)
            for kind in group:
                family[kind] = least
    return family


def keys_of(one: Facts) -> set[str]:
    """What a claim is looked up by."""
    found = {f"n:{word}" for name in one.named for word in name_keys.telling(name)}
    found |= {f"v:{ship}" for ship in one.ships}
    found |= {f"c:{name}" for name in (one.agents | one.targets) - one.named}
    found |= {f"p:{place}" for place in one.places}
    found |= {f"t:{thing.split()[-1]}" for thing in one.things}
    found |= {f"s:{source}" for source in one.sources}
    for when in one.when:
        days = {when.first, when.last} if when.days <= 62 else {when.first}
        found |= {f"d:{day.month}" for day in days if day}
        if when.month:
            found.add(f"d:{when.month}")
    for amount in one.amounts:
        found.add(f"u:{amount.unit or amount.thing}")
        found |= {f"a:{end:.1e}" for end in (amount.low, amount.high) if end}
    return found


def _candidates(heads: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """Pairs to compare, each once, in order."""
    family = _families()
    keyed = [keys_of(one) for one in heads]
    rarity = Counter(key for keys in keyed for key in keys)
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, one in enumerate(heads):
        label = family.get(one.kind, one.kind) or f"={one.lemma}"
        usable = sorted((key for key in keyed[place] if rarity[key] > 1), key=lambda key: (rarity[key], key))[:_KEYS]
        for ship in sorted(one.ships):
            blocks[label, f"v:{ship}"].append(place)
        for pair in combinations(sorted(usable), 2):
            if not (pair[0][0] in _PLAIN and pair[1][0] in _PLAIN):
                blocks[label, *pair].append(place)
        for number in sorted(one.shingles)[:4] if len(one.shingles) >= 6 else ():
            blocks[label, f"w:{number}"].append(place)
        if one.lemma:
            blocks[f"={one.lemma}", one.article].append(place)
            for key in usable[:4]:
                blocks[f"={one.lemma}", key].append(place)
    kinds = {one.kind for one in heads}
    related = {(a, b) for a in kinds for b in kinds if kinds_related(a, b)}
    for a, b in sorted(_side_by_side(heads, blocks)):
        one, other = heads[a], heads[b]
        if one.lemma == other.lemma or (one.kind, other.kind) in related:
            yield a, b


def _side_by_side(heads: Sequence[Facts], blocks: Mapping[tuple[str, ...], list[int]]) -> set[tuple[int, int]]:
    """Pairs that share a block, but for those that dates or ships rule out at a glance."""
    pairs: set[tuple[int, int]] = set()
    sorting = [_sorting(one) for one in heads]
    spans = [_span(one) for one in heads]
    for block, places in blocks.items():
        if len(places) < 2:
            continue
        ordered = sorted(places, key=sorting.__getitem__)
        reach = len(ordered)
        if reach > (_CROWD if len(block) > 2 or block[1][0] != "v" else _OF_SHIP):
            reach = _NEIGHBOURS
        for at, a in enumerate(ordered):
            first, last = spans[a]
            for b in ordered[at + 1 : at + 1 + reach]:
                other_first, other_last = spans[b]
                if other_first - last <= WEEK and first - other_last <= WEEK:
                    pairs.add((a, b) if a < b else (b, a))
    ships = [one.ships for one in heads]
    return {(a, b) for a, b in pairs if not ships[a] or not ships[b] or _one_ship(ships[a], ships[b])}


@lru_cache(maxsize=65536)
def _one_ship(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(name_keys.any_shared(one, other))


def _span(one: Facts) -> tuple[float, float]:
    """First and last day that it may be of; endless where that is open, and for a correction."""
    firsts = [when.first.toordinal() if when.first else -inf for when in one.when]
    lasts = [when.last.toordinal() if when.last else inf for when in one.when]
    return (min(firsts), max(lasts)) if one.when and not one.correction else (-inf, inf)


def _sorting(one: Facts) -> tuple[str, str, str]:
    """Likes lie side by side: by date, then by amount."""
    dates, much = "|".join(when.edtf for when in one.when), "|".join(amount.text for amount in one.amounts)
    return dates or str(one.published or ""), much, one.id
