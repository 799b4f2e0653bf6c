"""Stated equivalences ("N tons, enough for about M") and rates ("N tons a month"): each stays somebody's claim.

A ratio is held against another speaker's, interval against interval; which of them is right is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from darkwake.case import amounts, words
from darkwake.case.amounts import Amount
from darkwake.case.told_amounts import Equivalent, Telling, fold
from darkwake.evidence import content_id

MOST_PAIRS = 200
"""Pairs of claims held against each other; the rest is counted."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """One speaker's figure in one cluster."""

    key: tuple[str, ...]
    """What may be compared at all."""
    thing: str
    """Of what, as compared; empty where it is not named, which fits any."""
    cluster: str
    speaker: str
    figure: Amount
    plain: dict[str, Any]


def equivalences(found: Sequence[Equivalent]) -> dict[str, Any]:
    """Each equivalence with its ratio, and the pairs of them that can be held against each other."""
    groups: dict[tuple[str, ...], list[Equivalent]] = {}
    for one in found:
        key = (one.base.cluster, fold(one.base.speaker), *(fold(x) for x in (one.base.unit, one.base.thing)),
               *(fold(x) for x in (one.of.unit, one.of.thing)))  # fmt: skip
        groups.setdefault(key, []).append(one)
    stated = [_equivalence(groups[key]) for key in sorted(groups)]
    return {"stated": [one.plain for one in stated], **_pairs(stated, _held_equivalences)}


def rates(found: Sequence[Telling]) -> dict[str, Any]:
    """Each rate, and the pairs of them that can be held against each other."""
    groups: dict[tuple[str, ...], list[Telling]] = {}
    for one in found:
        key = (one.cluster, fold(one.speaker), fold(one.unit), fold(one.thing), fold(one.per))
        groups.setdefault(key, []).append(one)
    stated = [_rate(groups[key]) for key in sorted(groups)]
    return {"stated": [one.plain for one in stated], **_pairs(stated, _held_rates, strict=True)}


def _equivalence(group: Sequence[Equivalent]) -> _Stated:
    first = min(group, key=lambda one: (one.base.claim, one.of.text))
    base, of = amounts.hull(one.base.amount for one in group), amounts.hull(one.of.amount for one in group)
    each = amounts.hull(one.of.amount.over(one.base.amount) for one in group)
    back = amounts.hull(one.base.amount.over(one.of.amount) for one in group)
    unit, thing = first.base.unit or first.base.thing, f"{first.of.unit} {first.of.thing}".strip()
    claims = sorted({one.base.claim for one in group} | {one.of.claim for one in group})
    of_what = f" of {first.base.thing}" if first.base.thing and first.base.unit else ""
    divided = f"{amounts.number(of.low)} / {amounts.number(base.high)}"
    if of.low != of.high or base.low != base.high:
        divided += f" to {amounts.number(of.high)} / {amounts.number(base.low)}"
    says = (
        f"{first.base.speaker}: “{first.base.text[:80]}”{of_what} enough for “{first.of.text[:80]}”; "
        f"{divided} = {each.words()} {thing} for one {unit}, or {back.words(unit)} for one of them."
    )
    plain = {
        "id": content_id("equivalence", first.base.cluster, fold(first.base.speaker), claims),
        "cluster": first.base.cluster,
        "speaker": first.base.speaker,
        "claims": claims,
        "amount": base.as_dict() | {"unit": first.base.unit, "thing": first.base.thing},
        "enough_for": of.as_dict() | {"unit": first.of.unit, "thing": first.of.thing},
        "for_one": each.as_dict(),
        "one_needs": back.as_dict(),
        "says": says,
    }
    key = (fold(first.base.unit), fold(first.of.unit), fold(first.of.thing))
    return _Stated(key, fold(first.base.thing), first.base.cluster, first.base.speaker, each, plain)


def _rate(group: Sequence[Telling]) -> _Stated:
    first = min(group, key=lambda one: (one.claim, one.text))
    figure = amounts.hull(one.amount for one in group)
    what = f"{figure.words(first.unit)} {f'of {first.thing}' if first.unit and first.thing else first.thing}".strip()
    claims = sorted({one.claim for one in group})
    plain = {
        "id": content_id("rate", first.cluster, fold(first.speaker), first.per, claims),
        "cluster": first.cluster,
        "speaker": first.speaker,
        "claims": claims,
        **figure.as_dict(),
        "unit": first.unit,
        "thing": first.thing,
        "per": first.per,
        "says": f"{first.speaker}: {what} per {first.per or 'time that is not named'}.",
    }
    return _Stated((fold(first.unit), fold(first.per)), fold(first.thing), first.cluster, first.speaker, figure, plain)


def _pairs(
    stated: Sequence[_Stated], held: Callable[[_Stated, _Stated], str], *, strict: bool = False
) -> dict[str, Any]:
    """Figures of the same kind by different speakers, or by one speaker of different happenings.

    `strict` asks that both name the same thing: "200 a month" of nothing that is named can be anything.
    """
    by_key: dict[tuple[str, ...], list[_Stated]] = {}
    for one in stated:
        by_key.setdefault(one.key, []).append(one)
    found: list[dict[str, Any]] = []
    more = 0
    for key in sorted(by_key):
        for a, b in combinations(by_key[key], 2):
            if (a.thing or b.thing) and a.thing != b.thing and (strict or (a.thing and b.thing)):
                continue
            if strict and not a.thing and a.cluster != b.cluster:
                continue
            if len(found) >= MOST_PAIRS:
                more += 1
                continue
            found.append(
                {
                    "a": a.plain["id"],
                    "b": b.plain["id"],
                    "claims": sorted({*a.plain["claims"], *b.plain["claims"]}),
                    "meet": a.figure.meets(b.figure),
                    "apart": a.figure.apart(b.figure),
                    "says": held(a, b),
                }
            )
    return {"pairs": found, "more_pairs": more}


def _held_equivalences(a: _Stated, b: _Stated) -> str:
    """Two ratios, and what the one would make of the other's amount."""
    thing = f"{b.plain['enough_for']['unit']} {b.plain['enough_for']['thing']}".strip()
    unit = b.plain["amount"]["unit"] or b.plain["amount"]["thing"]
    base = amounts.read(b.plain["amount"])
    low = None if a.figure.low is None or base.low is None else a.figure.low * base.low
    high = None if a.figure.high is None or base.high is None else a.figure.high * base.high
    by_a = Amount(
        low, high, a.figure.low_in and base.low_in, a.figure.high_in and base.high_in, a.figure.about or base.about
    )
    text = (
        f"{a.speaker}: {a.figure.words()} for one {unit}. {b.speaker}: {b.figure.words()}. {_met(a.figure, b.figure)}"
    )
    if low is not None or high is not None:
        text += (
            f" By the ratio of {a.speaker}, the {base.words(unit)} of {b.speaker} would be enough for "
            f"{by_a.words(thing)}; {b.speaker} said {amounts.read(b.plain['enough_for']).words()}."
        )
    return text


def _held_rates(a: _Stated, b: _Stated) -> str:
    per = f"{a.plain['unit'] or a.plain['thing']} a {a.plain['per'] or 'time'}"
    return f"{a.speaker}: {a.figure.words()} {per}. {b.speaker}: {b.figure.words()}. {_met(a.figure, b.figure)}"


def _met(a: Amount, b: Amount) -> str:
    if a.meets(b):
        return "The two can both hold."
    apart = a.apart(b)
    far = "" if apart is None else f": their nearest ends lie {words.share(apart)} apart"
    soft = ", and “about” stands with one of them" if a.about or b.about else ""
    return f"As stated they do not meet{far}{soft}."
