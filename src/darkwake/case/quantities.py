"""What articles say of amounts, as shipments and totals over time: intervals of amount and of date.

Start at `quantities`. The same shipment told twice (one cluster) counts once, two clusters stay two. Units are added as
they were stated and never converted silently: a ton and a tonne are two units unless the user says what one is of the
other. Every number carries the claim that it comes from, and the arithmetic is kept line by line in plain words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from darkwake.case import amounts, ratios, words
from darkwake.case.amounts import Amount
from darkwake.case.told_amounts import FAMILIES, UNKNOWN, Days, Telling, Told, fold, told
from darkwake.evidence import canonical, content_id

Equal = Mapping[str, tuple[float, str]]
"""What the user says of units: unit -> how many of another unit it is, such as {"ton": (1.0, "tonne")}."""

NAMES = {"moved": "Shipment", "seized": "Seizure"}
"""What one happening of a family is called."""
_WORDS = 80
"""Characters of an amount's own words that a line quotes."""
_TERMS = 12
"""Numbers of a sum that a line writes out."""


@dataclass(frozen=True, slots=True)
class Lot:
    """An amount of one thing in one unit, of one shipment: all its tellings, from the least told to the most told."""

    cluster: str
    label: str
    family: str
    thing: str
    unit: str
    amount: Amount
    agreed: Amount | None
    """What every telling allows; None where they differ so far that no number lies in all."""
    days: Days
    tellings: tuple[Telling, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """What may be added up: family, thing and unit, as they are compared."""
        return self.family, fold(self.thing), fold(self.unit)

    def surely_in(self, first: date | None, last: date | None) -> bool:
        """Whether it lies within a stretch whatever its day was."""
        after = first is None or (self.days.first is not None and self.days.first >= first)
        return after and (last is None or (self.days.last is not None and self.days.last <= last))

    def maybe_in(self, first: date | None, last: date | None) -> bool:
        """Whether it can lie within a stretch."""
        before = first is not None and self.days.last is not None and self.days.last < first
        return not before and not (last is not None and self.days.first is not None and self.days.first > last)


def quantities(
    claims: pl.DataFrame, clusters: pl.DataFrame, articles: pl.DataFrame, *, equal: Equal | None = None
) -> dict[str, Any]:
    """The section "quantities" of a case file, as plain JSON types. The order of rows changes nothing.

    Args:
        claims: Rows of schema.CLAIMS.
        clusters: Rows of schema.CLUSTERS; claims in none of them are not read.
        articles: Rows of schema.ARTICLES.
        equal: What the user says one unit is of another; none, and no unit is ever turned into another.
    """
    found = told(claims, clusters, articles)
    lots = _lots(found)
    order = {cluster: place for place, cluster in enumerate(dict.fromkeys(lot.cluster for lot in lots), 1)}
    groups = _groups(lots, equal or {})
    totals = [_total(key, group, order, equal or {}) for key, group in groups.items()]
    stated = [_stated(group, found, groups, order, equal or {}) for group in _stated_totals(found)]
    by_cluster: dict[str, list[Lot]] = {}
    for lot in lots:
        by_cluster.setdefault(lot.cluster, []).append(lot)
    reasons = Counter(because for _, because in found.left_out)
    result: dict[str, Any] = canonical(
        {
            "shipments": [_shipment(cluster, place, by_cluster[cluster]) for cluster, place in order.items()],
            "totals": totals,
            "stated_totals": stated,
            "equivalences": ratios.equivalences(found.equivalents),
            "rates": ratios.rates(found.rates),
            "left_out": [{"claim": one.claim, "text": one.text, "because": because} for one, because in found.left_out],
            "left_out_reasons": [{"because": because, "amounts": many} for because, many in sorted(reasons.items())],
            "units_equal": [
                {"unit": unit, "is": factor, "of": other} for unit, (factor, other) in sorted((equal or {}).items())
            ],
        }
    )
    return result


def _lots(found: Told) -> list[Lot]:
    """Tellings of shipments, laid together by cluster, unit and, where one claim tells apart several, thing."""
    totals = {one.cluster for one in found.amounts if one.total}
    by_unit: dict[tuple[str, str], list[Telling]] = {}
    for one in found.amounts:
        if one.cluster not in totals:
            by_unit.setdefault((one.cluster, fold(one.unit)), []).append(one)
    lots = [
        _lot(cluster, group, found)
        for (cluster, unit), tellings in by_unit.items()
        for group in _by_thing(tellings, counted=not unit)
    ]
    last = date.max
    return sorted(lots, key=lambda lot: (lot.days.first or lot.days.last or last, lot.cluster, lot.key))


def _by_thing(tellings: Sequence[Telling], *, counted: bool) -> list[list[Telling]]:
    """One group, unless a claim names several things in that unit, or bare things are counted: then one a thing."""
    things: dict[str, set[str]] = {}
    for one in tellings:
        things.setdefault(one.claim, set()).add(fold(one.thing))
    if not counted and all(len(named) == 1 for named in things.values()):
        return [list(tellings)]
    groups: dict[str, list[Telling]] = {}
    for one in tellings:
        groups.setdefault(fold(one.thing), []).append(one)
    return [groups[thing] for thing in sorted(groups)]


def _lot(cluster: str, tellings: Sequence[Telling], found: Told) -> Lot:
    families = {one.family for one in tellings}
    own = sorted(tellings, key=lambda one: (one.claim, one.text, one.amount.low or 0.0, one.amount.high or 0.0))
    return Lot(
        cluster=cluster,
        label=found.labels.get(cluster, ""),
        family=next(name for name in FAMILIES if name in families),
        thing=_most_told(one.thing for one in own),
        unit=_most_told(one.unit for one in own),
        amount=amounts.hull(one.amount for one in own),
        agreed=amounts.agreed(one.amount for one in own),
        days=found.days.get(cluster, UNKNOWN),
        tellings=tuple(own),
    )


def _most_told(said: Iterable[str]) -> str:
    """The wording told most often; of equals the longest, then the first of the alphabet; a named one before none."""
    many = Counter(said)
    return min(many, key=lambda one: (not one, -many[one], -len(one), one))


def _groups(lots: Sequence[Lot], equal: Equal) -> dict[tuple[str, str, str], list[Lot]]:
    """Lots that may be added up."""
    groups: dict[tuple[str, str, str], list[Lot]] = {}
    for lot in lots:
        family, thing, _ = lot.key
        groups.setdefault((family, thing, fold(_in_unit(lot, equal)[1])), []).append(lot)
    return {key: groups[key] for key in sorted(groups, key=lambda key: (list(FAMILIES).index(key[0]), key))}


def _in_unit(lot: Lot, equal: Equal) -> tuple[Amount, str]:
    """A lot's amount, in the unit that the user says it can be told in, else as stated."""
    said = next((pair for unit, pair in sorted(equal.items()) if fold(unit) == fold(lot.unit)), None)
    return (lot.amount.times(said[0]), said[1]) if said else (lot.amount, lot.unit)


def _total(key: tuple[str, str, str], lots: Sequence[Lot], order: Mapping[str, int], equal: Equal) -> dict[str, Any]:
    """The lots added up, now and day by day, with each step in words."""
    parts = [_in_unit(lot, equal)[0] for lot in lots]
    unit = _most_told(_in_unit(lot, equal)[1] for lot in lots)
    whole = amounts.total(parts)
    lines = [_line(lot, part, order, unit) for lot, part in zip(lots, parts, strict=True)]
    return {
        "id": content_id("total", *key, sorted(lot.cluster for lot in lots)),
        "family": key[0],
        "thing": _most_told(lot.thing for lot in lots),
        "unit": unit,
        "amount": whole.as_dict(),
        "says": whole.words(unit),
        "shipments": [order[lot.cluster] for lot in lots],
        "parts": [
            {"shipment": order[lot.cluster], "cluster": lot.cluster, "first": lot.days.first, "last": lot.days.last,
             "claims": [one.claim for one in lot.tellings], **part.as_dict()}
            for lot, part in zip(lots, parts, strict=True)
        ],
        "series": _series(list(zip(lots, parts, strict=True))),
        "lines": [*lines, *_sums(parts, lots, order, unit)],
    }  # fmt: skip


def _line(lot: Lot, part: Amount, order: Mapping[str, int], unit: str) -> dict[str, Any]:
    """What one shipment adds, in words, with its claims."""
    said: dict[str, list[str]] = {}
    for one in lot.tellings:
        said.setdefault(f"“{one.text[:_WORDS]}”", []).append(one.speaker)
    who = [f"{plain} ({words.listing(sorted(set(names)), 4)})" for plain, names in sorted(said.items())]
    times = words.times(len(lot.tellings))
    text = f"{NAMES[lot.family]} {order[lot.cluster]}, {day_words(lot.days)}: {words.listing(who, 5)}; told "
    if len(lot.tellings) == 1:
        text += "once"
    else:
        text += f"{times}, counted once, as {lot.amount.words(lot.unit)}"
        text += "" if lot.amount.low == lot.amount.high else f", {lot.amount.bracket()}"
    if lot.agreed is None:
        text += "; no number lies in all tellings, so from the least told to the most told"
    if fold(unit) != fold(lot.unit):
        text += f"; in the unit that the user states, {part.bracket()} {amounts.plural(unit)}"
    claims = list(dict.fromkeys(one.claim for one in lot.tellings))
    return {"kind": "shipment", "says": f"{text.strip()}.", "claims": claims}


def _sums(parts: Sequence[Amount], lots: Sequence[Lot], order: Mapping[str, int], unit: str) -> list[dict[str, Any]]:
    """The addition itself: lower ends, upper ends."""
    if len(parts) < 2:
        return []
    whole, shown, many = amounts.total(parts), parts[:_TERMS], amounts.plural(unit)
    more = f" + {len(parts) - _TERMS} more" if len(parts) > _TERMS else ""
    least = " + ".join(amounts.number(part.low or 0.0) for part in shown) + more
    most = " + ".join(amounts.number(part.high) for part in shown) + more
    unbound = [order[lot.cluster] for lot, part in zip(lots, parts, strict=True) if part.low is None]
    unclosed = [order[lot.cluster] for lot, part in zip(lots, parts, strict=True) if part.high is None]
    under = f"{least} = {amounts.number(whole.low or 0.0)} {many}".strip()
    if unbound:
        under += f"; of number {words.listing([str(one) for one in unbound])} the lower end is open and counts as 0"
    over = f"{most} = {amounts.number(whole.high)} {many}".strip()
    if unclosed:
        over = f"{most}: open, because number {words.listing([str(one) for one in unclosed])} has no upper end"
    return [
        {"kind": "sum", "says": f"Lower ends: {under}.", "claims": []},
        {"kind": "sum", "says": f"Upper ends: {over}.", "claims": []},
        {"kind": "sum", "says": f"Sum: {whole.words(unit)}, {whole.bracket()}.", "claims": []},
    ]


def _series(parts: Sequence[tuple[Lot, Amount]]) -> list[dict[str, Any]]:
    """What can have come together by each day: at least what surely was by then, at most what can have been.

    A shipment is sure from its last possible day on, and possible from its first. One without days is possible from the
    start and sure at no day.
    """
    days = sorted({day for lot, _ in parts for day in (lot.days.first, lot.days.last) if day is not None})
    sure = sorted((lot.days.last, part.low or 0.0) for lot, part in parts if lot.days.last is not None)
    maybe = sorted((lot.days.first or date.min, math.inf if part.high is None else part.high) for lot, part in parts)
    steps, low, high, at, to = [], 0.0, 0.0, 0, 0
    for day in days:
        while at < len(sure) and sure[at][0] <= day:
            low, at = low + sure[at][1], at + 1
        while to < len(maybe) and maybe[to][0] <= day:
            high, to = high + maybe[to][1], to + 1
        steps.append({"day": day, "low": low, "high": high if math.isfinite(high) else None})
    return steps


def _shipment(cluster: str, number: int, own: Sequence[Lot]) -> dict[str, Any]:
    return {
        "id": content_id("shipment", cluster),
        "number": number,
        "cluster": cluster,
        "label": own[0].label,
        "name": f"{NAMES[own[0].family]} {number}",
        "family": own[0].family,
        "days": own[0].days.as_dict(),
        "amounts": [
            {
                "thing": lot.thing,
                "unit": lot.unit,
                **lot.amount.as_dict(),
                "says": lot.amount.words(lot.unit),
                "agreed": lot.agreed.as_dict() if lot.agreed else None,
                "tellings": [one.as_dict() for one in lot.tellings],
            }
            for lot in own
        ],
    }


def _stated_totals(found: Told) -> list[list[Telling]]:
    """Totals that somebody states: the tellings of a cluster of which one at least says that it is a total."""
    totals = {one.cluster for one in found.amounts if one.total}
    groups: dict[tuple[str, str, str], list[Telling]] = {}
    for one in found.amounts:
        if one.cluster in totals:
            groups.setdefault((one.cluster, fold(one.unit), fold(one.thing)), []).append(one)
    return [groups[key] for key in sorted(groups)]


def _stated(
    tellings: Sequence[Telling],
    found: Told,
    groups: Mapping[tuple[str, str, str], Sequence[Lot]],
    order: Mapping[str, int],
    equal: Equal,
) -> dict[str, Any]:
    """A stated total beside the sum of the shipments that can be meant by it. Compared, never added."""
    lot = _lot(tellings[0].cluster, tellings, found)
    amount, unit = _in_unit(lot, equal)
    days = lot.days
    until = [found.published[one.claim] for one in lot.tellings if one.claim in found.published]
    last = days.last or max(until, default=None)
    same = [(other, _in_unit(other, equal)[0]) for other in groups.get((lot.family, fold(lot.thing), fold(unit)), ())]
    sure = [(other, part) for other, part in same if other.surely_in(days.first, last)]
    maybe = [(other, part) for other, part in same if other.maybe_in(days.first, last)]
    least, most = amounts.total([part for _, part in sure]), amounts.total([part for _, part in maybe])
    summed = Amount(least.low or 0.0, most.high, least.low_in, most.high_in, most.about) if maybe else None
    stretch = f"{f'from {days.first}' if days.first else 'from no stated day'} {f'to {last}' if last else 'on'}"
    claims = list(dict.fromkeys(one.claim for one in lot.tellings))
    who = words.listing(sorted({one.speaker for one in lot.tellings}), 4)
    says = f"{who} stated {amount.words(unit)}{f' of {lot.thing}' if lot.thing else ''} as a total, {stretch}"
    return {
        "id": content_id("stated", lot.cluster, lot.key),
        "cluster": lot.cluster,
        "family": lot.family,
        "thing": lot.thing,
        "unit": unit,
        "amount": amount.as_dict(),
        "first": days.first,
        "last": last,
        "because": sorted({one.total for one in lot.tellings if one.total}),
        "claims": claims,
        "shipments": [order[other.cluster] for other, _ in maybe],
        "sum": summed.as_dict() if summed else None,
        "says": f"{says}. {_compared(amount, summed, unit, [order[other.cluster] for other, _ in maybe])}",
    }


def _compared(stated: Amount, summed: Amount | None, unit: str, shipments: Sequence[int]) -> str:
    if summed is None:
        return "No single shipment of it in that time is told of, so it stands alone."
    numbers = words.listing([str(one) for one in shipments])
    plural = "shipments" if len(shipments) > 1 else "shipment"
    sums = f"The {plural} told of in that time ({numbers}) come to {summed.words(unit)}, {summed.bracket()}"
    if stated.meets(summed):
        return f"{sums}: both can be true at once."
    if summed.below(stated):
        return f"{sums}: less than the total. There can be shipments that no claim here tells of, or a figure is off."
    return f"{sums}: more than the total. One of the figures is off, or they do not count the same."


def day_words(days: Days) -> str:
    """Such as "2025-02-14", "2025-02-01 to 2025-02-28", "from 2025-02-01", "day not known"."""
    if days.first and days.last:
        return f"{days.first}" if days.first == days.last else f"{days.first} to {days.last}"
    if days.first:
        return f"on or after {days.first}"
    return f"on or before {days.last}" if days.last else "day not known"
