"""The chain that a thread is told along: parties, the ship, its legs and silences, ports, sites, claims, goods.

Goods that a claim ties to the ship by name stand first; those that nothing ties to it stand last, as one station.

Each station says by what it stands there. From the surest to the loosest: `identity` (the same hull, number or list
entry), `name` (a text or a list uses its name), `place and time` (it lies near and its days meet), `stated` (somebody
speaks of such a thing; neither a name nor a place ties it to this thread). No station is a link that was found between
its neighbours: two that stand side by side have each its own reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from darkwake.case import words
from darkwake.case.journeys import Journey
from darkwake.case.known import Known
from darkwake.case.meeting_points import Joint, Met, Port
from darkwake.evidence import Evidence

Kind = Literal["goods", "party", "ship", "voyage", "silence", "port", "site", "claim", "meeting"]
KINDS: tuple[Kind, ...] = ("goods", "party", "ship", "voyage", "silence", "meeting", "port", "site", "claim")
MOST_SILENCES = 8
"""Silences that have a station each, those that looked switched off and the longest first; the rest share one."""
MOST_OTHERS = 6
"""Ports that could have been called at, parties that claims name, and goods: as many of each as a reader takes in."""


@dataclass(frozen=True, slots=True)
class Station:
    """One station of a thread."""

    kind: Kind
    key: str
    label: str
    start: datetime | None
    end: datetime | None
    lat: float | None
    lon: float | None
    evidence: tuple[str, ...]
    joint: Joint
    how: str
    """One sentence: why it stands in this thread, and how loosely."""


def station(
    kind: Kind, key: str, label: str, joint: Joint, how: str, items: Sequence[Evidence], **more: Any
) -> Station:
    """A station that rests on evidence: where not said otherwise its days are those of the evidence together."""
    dated = [item for item in items if item.start or item.end]
    starts = [item.start for item in dated if item.start]
    ends = [item.end for item in dated if item.end]
    place = items[0].place if items else None
    given: dict[str, Any] = {
        # one end that is open or unknown leaves the whole open there
        "start": min(starts) if starts and len(starts) == len(dated) else None,
        "end": max(ends) if ends and len(ends) == len(dated) else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
    } | more
    return Station(kind, key, label, evidence=tuple(item.id for item in items), joint=joint, how=how, **given)


def chain(
    journey: Journey, own: Sequence[Evidence], ports: Sequence[Port], met: Sequence[Met], known: Known
) -> tuple[Station, ...]:
    """The stations of a journey, in the order of the story: what, who, on which ship, from where to where, and then.

    Args:
        journey: what the thread is told along.
        own: the evidence about its ship that meets it in time.
        ports: the ports that it called at or could have called at.
        met: claims and site statuses that meet it by name, or by place and time.
        known: look-ups.
    """
    by_kind: dict[str, list[Evidence]] = {}
    for item in own:
        by_kind.setdefault(item.kind, []).append(item)
    way = [*_legs(journey, by_kind), *_silences(by_kind), *_meetings(journey, by_kind), *_ports(ports)]
    way.sort(key=lambda one: (one.start or datetime.min, KINDS.index(one.kind), one.key))
    said = [*_own_claims(by_kind), *(one for one in met if one.item.kind == "claim")]
    goods = _goods(said, known, ship=journey.label)
    tied = [one for one in goods if one.joint == "name"]
    return (
        *tied,
        *_parties(by_kind, said, known),
        _ship(journey, by_kind),
        *way,
        *sites([one for one in met if one.item.kind == "site status"], known),
        *claims(said),
        *_folded([one for one in goods if one.joint != "name"]),
    )


def _own_claims(by_kind: dict[str, list[Evidence]]) -> list[Met]:
    dated = {True: "names the ship, and its days meet the journey", False: "names the ship; it states no day"}
    return [
        Met(item, "name", f"This claim {dated[item.start is not None or item.end is not None]}. Ships share names.")
        for item in by_kind.get("claim", ())
    ]


def _ship(journey: Journey, by_kind: dict[str, list[Evidence]]) -> Station:
    doubts = [*by_kind.get("identity in doubt", ()), *by_kind.get("position in doubt", ())]
    how = "The thread is told along this ship, by the number that its own messages carried."
    if doubts:
        how += f" {words.count(len(doubts), 'piece')} of evidence put its identity or its positions in doubt."
    return station(
        "ship", f"{journey.ship:09d}", journey.label, "identity", how, doubts,
        start=journey.start, end=journey.end, lat=None, lon=None,
    )  # fmt: skip


def _legs(journey: Journey, by_kind: dict[str, list[Evidence]]) -> list[Station]:
    items = {item.data().get("voyage"): item for item in by_kind.get("voyage", ())}
    slow = by_kind.get("loitering", [])
    found = []
    for leg in journey.legs:
        ends = [leg.get(f"{end}_name") or "an unknown place" for end in ("from", "to")]
        mine = [item for item in slow if _within(item, leg["departed"], leg["arrived"])]
        rest = [items[leg["id"]]] if leg["id"] in items else []
        how = "The ship's own positions, from port to port" if leg["to_port"] and leg["from_port"] else (
            "The ship's own positions; one end of the leg was not heard"
        )  # fmt: skip
        found.append(
            station(
                "voyage", leg["id"], f"{ends[0]} to {ends[1]}", "identity", f"{how}.", [*rest, *mine],
                start=leg["departed"], end=leg["arrived"], lat=None, lon=None,
            )
        )  # fmt: skip
    if not journey.legs and slow:
        how = "The ship's own positions: it was slow, far from port."
        found.append(station("voyage", slow[0].id, "slow at sea", "identity", how, slow))
    return found


def _within(item: Evidence, first: datetime | None, last: datetime | None) -> bool:
    return (item.start or datetime.min) <= (last or datetime.max) and (item.end or datetime.max) >= (
        first or datetime.min
    )


def _silences(by_kind: dict[str, list[Evidence]]) -> list[Station]:
    """A station a silence, with the draught sent around it; the many short ones of a long track share one."""
    drawn: dict[Any, list[Evidence]] = {}
    for item in by_kind.get("draught", ()):
        drawn.setdefault(item.data().get("event"), []).append(item)
    told = by_kind.get("silence", [])
    ranked = sorted(told, key=lambda one: (not _off(one), -float(one.data().get("hours") or 0.0), one.id))
    found = []
    for item in ranked[:MOST_SILENCES]:
        verdict = str(item.data().get("verdict") or "not weighed")
        how = f"This ship's own silence, between two of its messages; weighed against other ships: {verdict}."
        found.append(
            station(
                "silence", str(item.data().get("event") or item.id), words.hours(item.data()["hours"]) + " unheard",
                "identity", how, [item, *drawn.pop(item.data().get("event"), [])],
            )
        )  # fmt: skip
    rest = sorted(ranked[MOST_SILENCES:], key=lambda one: (one.start or datetime.min, one.id))
    other = [*rest, *(item for items in drawn.values() for item in items)]
    if other:
        hours = words.hours(sum(item.data().get("hours", 0.0) for item in rest))
        label = f"{words.count(len(rest), 'more silence')}, {hours}" if rest else "draught"
        how = "This ship's own messages: its shorter silences together, and what it sent of its draught."
        found.append(station("silence", other[0].id, label, "identity", how, other))
    return found


def _off(item: Evidence) -> bool:
    return item.data().get("verdict") in ("likely switched off", "identity change")


def _meetings(journey: Journey, by_kind: dict[str, list[Evidence]]) -> list[Station]:
    key = f"{journey.ship:09d}"
    found = []
    for item in (*by_kind.get("meeting", ()), *by_kind.get("possible meeting", ())):
        other = next((one for one in item.subjects if one.kind == "ship" and one.key != key), None)
        heard = item.kind == "meeting"
        how = (
            "Both ships were heard side by side, each by its own number."
            if heard
            else "It drifted where this ship could have been while unheard; nothing shows that they met."
        )
        label = f"{'beside' if heard else 'perhaps beside'} {other.label if other else 'another ship'}"
        found.append(station("meeting", item.id, label, "identity" if heard else "place and time", how, [item]))
    return found


def _ports(ports: Sequence[Port]) -> list[Station]:
    heard = [port for port in ports if port.joint == "identity"]
    unheard = [port for port in ports if port.joint != "identity"]
    return [
        Station(
            "port", port.spot.key, f"{port.spot.label} ({port.spot.country})" if port.spot.country else port.spot.label,
            port.first, port.last, port.spot.lat, port.spot.lon, port.evidence, port.joint, port.how,
        )
        for port in (*heard, *unheard[:MOST_OTHERS])
    ]  # fmt: skip


def _parties(by_kind: dict[str, list[Evidence]], said: Sequence[Met], known: Known) -> list[Station]:
    """The list entries that the ship met, and whom the claims name as acting."""
    found = []
    for item in by_kind.get("listing", ()):
        party = next((one for one in item.subjects if one.kind == "party"), None)
        rank = item.data().get("rank")
        same = any(row["feature"] == "imo" and row["weight"] > 0 for row in _features(item, known))
        how = (
            "The list gives the hull's own IMO number." if same
            else f"The list and the ship's messages meet by name or other particulars; the match is {rank}."
        )  # fmt: skip
        label = party.label if party else "a list entry"
        key = party.key if party else item.id
        found.append(station("party", key, label, "identity" if same else "name", how, [item]))
    taken = {one.label.casefold() for one in found}
    acting: dict[str, list[Evidence]] = {}
    for one in said:
        cluster = known.clusters.get(str(one.item.data().get("cluster")))
        for name in cluster.actors if cluster and one.joint in ("identity", "name") else ():
            if name.casefold() not in taken and not any(
                name.casefold() in subject.label.casefold() for subject in one.item.subjects
            ):
                acting.setdefault(name, []).append(one.item)
    how = "Claims of this thread name it as acting; nothing here shows that it owned, sent or received anything."
    return [
        *found,
        *(station("party", name, name, "stated", how, items) for name, items in sorted(acting.items())[:MOST_OTHERS]),
    ]


def _features(item: Evidence, known: Known) -> Iterable[Any]:
    row = known.hits.get(str(item.data().get("hit")))
    return (row["features"] or ()) if row else ()


def _goods(said: Sequence[Met], known: Known, *, ship: str) -> list[Station]:
    """The goods that the case asks about, and no others: how a claim of the thread speaks of them, if any does."""
    found = []
    for key in known.goods[:MOST_OTHERS]:
        naming = [one for one in said if any(s.kind == "goods" and s.key == key for s in one.item.subjects)]
        sure = [one for one in naming if one.joint in ("identity", "name")]
        if sure:
            how = "A claim that names a ship or a party of this thread names these goods; no paper of a cargo does."
        elif naming:
            how = "Claims of the same weeks name these goods; none of them names this ship."
        else:
            how = f"The case asks about these goods; nothing here tells that they were on board {ship}."
        items = [*listed(key, known), *(one.item for one in (sure or naming))]
        found.append(station("goods", key, key, "name" if sure else "stated", how, items, lat=None, lon=None))
    return found


def _folded(goods: Sequence[Station]) -> list[Station]:
    """Goods that nothing ties to the thread as one station, so that they do not stand before what does."""
    if len(goods) < 2:
        return list(goods)
    how = (
        "The case asks about these goods; no claim of this thread ties any of them to its ship, and nothing here tells "
        "that they were on board."
    )
    once = tuple(dict.fromkeys(key for one in goods for key in one.evidence))
    label = words.listing([one.label for one in goods], most=3)
    return [replace(goods[0], label=label, how=how, evidence=once, start=None, end=None)]


def listed(goods: str, known: Known) -> list[Evidence]:
    """What the control lists say of these goods, where the case asks about them."""
    return [known.goods_said[goods]] if goods in known.goods_said else []


def sites(met: Sequence[Met], known: Known) -> list[Station]:
    """A station a site, with all its statuses that meet the thread."""
    by_site: dict[str, list[Met]] = {}
    for one in met:
        by_site.setdefault(str(one.item.data().get("site")), []).append(one)
    found = []
    for name, own in by_site.items():
        spot = known.sites[name].spot if name in known.sites else None
        changed = sum("changes" in one.item.data() for one in own)
        kind = "cell" if all(one.item.data().get("cell") for one in own) else "building"
        label = f"{name}: {words.count(changed, kind)} changed" if changed else f"{name}: no change found"
        if changed and any(one.late is not None for one in own):
            late = sum(bool(one.late) for one in own)
            label += f", {late:,} of them perhaps after the arrival" if late else ", none after the arrival"
        place = {"lat": spot.lat, "lon": spot.lon} if spot else {}
        first = min(own, key=lambda one: "changes" not in one.item.data())
        found.append(station("site", name, label, first.joint, first.how, [one.item for one in own], **place))
    return found


def claims(said: Sequence[Met]) -> list[Station]:
    """A station a cluster of claims, by its days."""
    ordered = sorted(said, key=lambda one: (one.item.start or datetime.max, one.item.id))
    return [
        station(
            "claim",
            str(one.item.data().get("cluster") or one.item.id),
            told_words(one.item),
            one.joint,
            one.how,
            [one.item],
        )
        for one in ordered
    ]


def told_words(item: Evidence) -> str:
    """The words of a cluster, cut, with how many told it."""
    outlets = len(item.data().get("outlets") or ())
    origins = item.data().get("least") or 0
    words_of = item.says.partition("“")[2].rpartition("”")[0] or item.says
    cut = words_of if len(words_of) <= 90 else f"{words_of[:90]} …"
    return f"“{cut}” ({words.count(outlets, 'outlet')}, {words.count(origins, 'origin')} at least)"
