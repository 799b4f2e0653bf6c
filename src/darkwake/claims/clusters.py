"""Claims -> CLUSTERS: which claims tell the same happening.

Candidates are pairs that share a family of predicates and two keys (a name and a place, a thing and a date ...), so
nothing is compared with everything. The pairs that are like enough are laid together, the likest first, and only where
no claim of the one side has a veto against any of the other: two shipments that a vague third claim fits both are never
joined through it. The same rows in any order give the same clusters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations

import polars as pl

from darkwake import schema
from darkwake.claims import name_keys, predicates
from darkwake.claims.facts import Facts, facts
from darkwake.claims.sameness import Weights, kinds_related, likeness, veto
from darkwake.evidence import content_id

_KEYS = 6
"""Keys of a claim that make pairs, the rarest."""
_PLAIN = "cdu"
"""First letters of keys that many claims share (a common noun, a month, a unit): two of these find no pair."""
_CROWD = 12
"""Claims under one pair of keys that are all compared with one another; in a larger crowd each with its neighbours."""
_NEIGHBOURS = 3

Why = tuple[str, str, str]


def clusters(claims: pl.DataFrame, articles: pl.DataFrame, *, weights: Weights | None = None) -> pl.DataFrame:
    """Lay claims together that tell the same happening.

    Args:
        claims: CLAIMS, in any order.
        articles: ARTICLES that hold them.
        weights: what speaks how much for sameness; those of `sameness.Weights` if not given.

    Returns:
        CLUSTERS: every claim in exactly one, sorted by id; `why` has one line for each joining.
    """
    every = facts(claims, articles)
    by_id = {one.id: one for one in every}
    rows = []
    for members, why in gather(every, weights or Weights()):
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


def gather(every: Sequence[Facts], weights: Weights) -> list[tuple[list[str], list[Why]]]:
    """Groups of ids, each with why its members are together."""
    heads, ids, why_alike = _units(every)
    group_of = list(range(len(heads)))
    members: dict[int, list[int]] = {place: [place] for place in group_of}
    why: dict[int, list[Why]] = {place: why_alike.get(one.id, []) for place, one in enumerate(heads)}
    edges = []
    for a, b in _candidates(heads):
        like = likeness(heads[a], heads[b], weights)
        if like.score >= weights.enough and not veto(heads[a], heads[b]):
            edges.append((-round(like.score, 6), a, b, like.because))
    for _, a, b, because in sorted(edges):
        one, other = group_of[a], group_of[b]
        if one == other or any(veto(heads[x], heads[y]) for x in members[one] for y in members[other]):
            continue
        if len(members[one]) < len(members[other]):
            one, other = other, one
        for place in members[other]:
            group_of[place] = one
        members[one] += members.pop(other)
        why[one] += [*why.pop(other), (heads[a].id, heads[b].id, because)]
    return [([claim for place in places for claim in ids[place]], why[group]) for group, places in members.items()]


def _units(every: Sequence[Facts]) -> tuple[list[Facts], list[list[str]], dict[str, list[Why]]]:
    """Claims of the very same words and marks as one, under the earliest; those of few words stay apart."""
    seen: dict[tuple[object, ...], int] = {}
    heads: list[Facts] = []
    members: list[list[Facts]] = []
    why: dict[str, list[Why]] = defaultdict(list)
    for one in every:
        place = seen.get(one.mark) if len(one.shingles) >= 6 else None
        if place is None:
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
    found = {f"n:{word}" for name in one.named | one.ships for word in name_keys.telling(name)}
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
        for pair in combinations(sorted(usable), 2):
            if not (pair[0][0] in _PLAIN and pair[1][0] in _PLAIN):
                blocks[label, *pair].append(place)
        for number in sorted(one.shingles)[:4] if len(one.shingles) >= 6 else ():
            blocks[label, f"w:{number}"].append(place)
        if one.lemma:
            blocks[f"={one.lemma}", one.article].append(place)
            for key in usable[:4]:
                blocks[f"={one.lemma}", key].append(place)
    pairs: set[tuple[int, int]] = set()
    sorting = [_sorting(one) for one in heads]
    related = {(a, b) for a in {one.kind for one in heads} for b in {one.kind for one in heads} if kinds_related(a, b)}
    for places in blocks.values():
        if len(places) < 2:
            continue
        if len(places) <= _CROWD:
            pairs.update(combinations(places, 2))
            continue
        ordered = sorted(places, key=lambda place: (sorting[place], place))
        for at, place in enumerate(ordered):
            pairs.update((min(place, near), max(place, near)) for near in ordered[at + 1 : at + 1 + _NEIGHBOURS])
    for a, b in sorted(pairs):
        one, other = heads[a], heads[b]
        if one.lemma == other.lemma or (one.kind, other.kind) in related:
            yield a, b


def _sorting(one: Facts) -> tuple[str, str]:
    """Likes lie side by side: by amount, then by date."""
    return "|".join(amount.text for amount in one.amounts), "|".join(when.edtf for when in one.when)
