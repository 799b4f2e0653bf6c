"""Threads that no ship's voyage carries: a cargo that is told of, a site that changed, claims that contradict.

They are few: only what meets the goods, ports, countries, ships and sites that the case asks about. Where a case asks
about none of these (articles alone), what most outlets told stands for the question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from darkwake.case import meeting_points, missing, rated_facts, stations, words
from darkwake.case.hypotheses import Weighed, compete
from darkwake.case.known import Known, Spot
from darkwake.case.meeting_points import REPORTED_DAYS, Met, Port, days
from darkwake.case.ratings import Mark, cut, rated
from darkwake.case.stations import Station, station
from darkwake.case.thread import Kind, Pool, Reason, Thread
from darkwake.case.told_amounts import fold
from darkwake.evidence import Evidence, content_id

MOST: Mapping[Kind, int] = {"cargo": 6, "site": 8, "claim": 6}
"""Threads of each kind; what is left over stands among the unused evidence with that reason."""
_NONE = {"ports": "a port", "when": "those days", "statuses": "changed"}


def threads(told: Sequence[Thread], pool: Pool, known: Known) -> list[Thread]:
    """The further threads: cargoes, then sites, then claims; each kind in the order that its function says."""
    found = _cargoes(told, pool, known)
    taken = {one.evidence for thread in found for one in thread.for_ + thread.against}
    found += _sites(pool, known)
    return [*found, *_claims(told, taken, pool, known)]


def _asks(known: Known) -> bool:
    return bool(known.goods or known.near or known.far or known.sites)


def _meets_question(item: Evidence, told: Sequence[Thread], known: Known) -> bool:
    """Whether a cluster of claims names goods, a place, a ship or a site that the case asks about."""
    if not _asks(known):
        return True
    ships = {f"{thread.ship:09d}" for thread in told if thread.ship is not None}
    ports = {one.key for thread in told for one in thread.stations if one.kind == "port"}
    for one in item.subjects:
        spot = known.ports.get(one.key)
        if one.kind in ("goods", "site", "party") or (one.kind == "ship" and one.key in ships):
            return True
        at_end = spot is not None and {one.key, spot.country} & {*known.near, *known.far}
        if one.kind == "port" and (one.key in ports or at_end):
            return True
    cluster = known.clusters.get(str(item.data().get("cluster")))
    return cluster is not None and bool(known.far_names & cluster.places) and cluster.moved


def _width(item: Evidence) -> tuple[int, int]:
    details = item.data()
    return len(details.get("outlets") or ()), details.get("least") or 0


# --- a cargo that is told of ---


def _cargoes(told: Sequence[Thread], pool: Pool, known: Known) -> list[Thread]:
    """A thread a kind of goods that claims say was moved, on no ship that a thread tells of; the most told first."""
    groups: dict[str, list[Evidence]] = {}
    label: dict[str, str] = {}
    for item in pool.kind("claim"):
        cluster = known.clusters.get(str(item.data().get("cluster")))
        on_told_ship = any(
            one.kind == "claim" and item.id in one.evidence and one.joint in ("identity", "name")
            for thread in told
            for one in thread.stations
        )
        if cluster is None or not cluster.moved or on_told_ship or not _meets_question(item, told, known):
            continue
        goods = next((one for one in item.subjects if one.kind == "goods"), None)
        key = goods.key if goods else next((fold(thing) for thing in cluster.things), "")
        if not key:
            continue
        label.setdefault(key, goods.label if goods else cluster.things[0])
        groups.setdefault(key, []).append(item)
    ranked = sorted(groups, key=lambda key: (key not in known.goods, -sum(_width(one)[0] for one in groups[key]), key))
    return [_cargo(key, label[key], groups[key], told, pool, known) for key in ranked[: MOST["cargo"]]]


def _cargo(key: str, label: str, items: Sequence[Evidence], told: Sequence[Thread], pool: Pool, known: Known) -> Thread:
    label = cut(label)
    named = _named_ports(items, known)
    carriers: dict[str, list[Station]] = {}
    marks: list[Mark] = []
    keys = ("one report", "unheard ship", *(["carried here"] if any(one.ship is not None for one in told) else []))
    about = content_id("thread", "cargo", key)
    for item in items:
        ports = [port for port in named if item.id in port.evidence]
        fitting = _carriers(item, ports, told)
        for one in fitting:
            carriers.setdefault(one.key, []).append(one)
        stated = bool(ports) and bool(item.start or item.end)
        facts = rated_facts.of_claim(item, known)
        for kind in ("claim", "origins"):
            marks += rated(item.id, kind, facts, keys)
        place = words.listing([port.spot.label for port in ports], most=3) or "a place that is not stated"
        ships = words.listing(list(dict.fromkeys(one.label for one in fitting)), most=3)
        if "carried here" in keys:
            covered = not stated or days(*known.heard).meets(days(item.start, item.end, REPORTED_DAYS))
            over = known.over_by(item) if known.over_before(item, known.heard[0]) else None
            facts = {"ships": ships, "place": place, "stated": stated, "covered": covered, "over": over}
            marks += rated(item.id, "carrier", facts, keys)
    said = [
        Met(item, "name", f"This claim speaks of {label}; it names no ship that is told of here.") for item in items
    ]
    near = meeting_points.sites([replace(port, far=True) for port in named], said, pool.kind("site status"), known)
    goods = station(
        "goods", key, label, "name", "The claims of this thread name these goods; no paper of a cargo was given.",
        [*stations.listed(key, known), *items],
        lat=None, lon=None,
    )  # fmt: skip
    ships_met = [own[0] for _, own in sorted(carriers.items())]
    return _told(
        "cargo", key, f"{label}: a shipment that is told of, on no ship that is named here", items,
        stations_=(
            goods, *ships_met, *(_port(port) for port in named), *stations.sites(near, known), *stations.claims(said)
        ),
        weighed=compete(about, keys, marks, _NONE, items),
        missing_=(missing.SHIP_OF_CARGO, missing.ORIGIN, *((missing.WAY_TO_SITE,) if near else ())),
        order="Stands here because articles tell of goods that were moved, and no ship told of above is named so.",
    )  # fmt: skip


def _named_ports(items: Sequence[Evidence], known: Known) -> list[Port]:
    found: dict[str, Port] = {}
    for item in items:
        for one in item.subjects:
            if one.kind == "port":
                before = found.get(one.key)
                ids = (*(before.evidence if before else ()), item.id)
                spot = known.ports.get(one.key) or Spot(one.key, one.label, None, None)
                starts = [time for time in (before.first if before else None, item.start) if time]
                ends = [time for time in (before.last if before else None, item.end) if time]
                how = "Claims of this thread name the port."
                found[one.key] = Port(spot, min(starts, default=None), max(ends, default=None), ids, "name", how, True)
    return list(found.values())


def _port(port: Port) -> Station:
    return Station(
        "port", port.spot.key, port.spot.label, port.first, port.last, port.spot.lat, port.spot.lon, port.evidence,
        port.joint, port.how,
    )  # fmt: skip


def _carriers(item: Evidence, ports: Sequence[Port], told: Sequence[Thread]) -> list[Station]:
    """The ships of threads that were at a port that a claim names, or could have been, in the days that it states."""
    if not ports or not (item.start or item.end):
        return []
    span, keys = days(item.start, item.end, REPORTED_DAYS), {port.spot.key for port in ports}
    found = []
    for thread in told:
        ship = next((one for one in thread.stations if one.kind == "ship"), None)
        for one in thread.stations:
            if ship and one.kind == "port" and one.key in keys and days(one.start, one.end).meets(span):
                heard = "was heard" if one.joint == "identity" else "could have been, unheard,"
                how = f"It {heard} at {one.label} in the days that a claim states; the claim does not name it."
                found.append(replace(ship, joint="place and time", how=how, evidence=one.evidence))
                break
    return found


# --- a site that changed ---


def _sites(pool: Pool, known: Known) -> list[Thread]:
    """A thread a site with a building that changed; the one with the most such buildings first."""
    groups: dict[str, list[Evidence]] = {}
    for item in pool.kind("site status"):
        groups.setdefault(str(item.data().get("site")), []).append(item)
    changed = {site: sum("changes" in item.data() for item in items) for site, items in groups.items()}
    ranked = sorted((site for site in groups if changed[site]), key=lambda site: (-changed[site], site))
    return [_site(site, groups[site], pool, known) for site in ranked[: MOST["site"]]]


def _site(site: str, items: Sequence[Evidence], pool: Pool, known: Known) -> Thread:
    keys = ("surface", "not told", "changed")
    facts = {item.id: rated_facts.of_site(item, known) for item in items}
    marks = [mark for item in items for mark in rated(item.id, "site status", facts[item.id], keys)]
    statuses = dict.fromkeys(str(one["status"]) for item in items for one in item.data().get("changes") or ())
    names = {**_NONE, "statuses": words.listing(sorted(statuses)) or "changed"}
    how = "The case asks about this site; its own images show it."
    own = [Met(item, "identity", how) for item in items]
    naming = [
        Met(item, "name", "This claim names the site.")
        for item in pool.kind("claim")
        if any(one.kind == "site" and one.key == site for one in item.subjects)
    ]
    about = content_id("thread", "site", site)
    spot = known.sites[site].spot if site in known.sites else None
    one = "cell" if all(item.data().get("cell") for item in items) else "building"
    return _told(
        "site", site, f"{site}: {words.count(sum('changes' in item.data() for item in items), one)} changed",
        items,
        stations_=(*(_near(spot, known) if spot else ()), *stations.sites(own, known), *stations.claims(naming)),
        weighed=compete(about, keys, marks, names, items),
        missing_=(missing.IMAGES, missing.WAY_TO_SITE),
        order=f"Stands here because images show that {one}s changed at a site that the case asks about.",
        against_=[item for item in items if "changes" not in item.data()],
    )  # fmt: skip


def _near(spot: Spot, known: Known) -> tuple[Station, ...]:
    """The ports near a site, the nearest first; three of them."""
    away = sorted(
        (metres, port.key, port)
        for port in known.ports.values()
        if (metres := meeting_points.away_km(port, spot)) <= meeting_points.NEAR_KM
    )
    return tuple(
        Station(
            "port", port.key, f"{port.label} ({port.country})" if port.country else port.label, None, None, port.lat,
            port.lon, (), "place and time", f"It lies {km:,.0f} km from the site, in a straight line.",
        )
        for km, _, port in away[:3]
    )  # fmt: skip


# --- claims that contradict each other ---


def _claims(told: Sequence[Thread], taken: set[str], pool: Pool, known: Known) -> list[Thread]:
    """A thread a cluster whose tellings contradict each other; in a case of articles alone also those told widest."""
    alone = not any(thread.ship is not None for thread in told) and not _asks(known)
    wanted = [
        item
        for item in pool.kind("claim")
        if item.id not in taken
        and (item.data().get("contradicted") or (alone and _width(item)[0] > 1))
        and _meets_question(item, told, known)
    ]
    wanted.sort(key=lambda item: (not item.data().get("contradicted"), *(-one for one in _width(item)), item.id))
    return [_claim(item, known) for item in wanted[: MOST["claim"]]]


def _claim(item: Evidence, known: Known) -> Thread:
    cluster = str(item.data().get("cluster") or item.id)
    keys = ("retold", "otherwise", "as told")
    facts = rated_facts.of_claim(item, known)
    marks = [*rated(item.id, "claim", facts, keys), *rated(item.id, "origins", facts, ("one report", *keys))]
    # the rule of origins speaks of one report, whatever the question is
    marks = [replace(mark, hypothesis="retold") if mark.hypothesis == "one report" else mark
             for mark in marks if mark.hypothesis != "retold" or mark.speaks != "neither"]  # fmt: skip
    said = [Met(item, "name", "The thread is told along this cluster of claims.")]
    apart = bool(item.data().get("contradicted"))
    why = "its tellings contradict each other" if apart else "more outlets than one told it"
    return _told(
        "claim", cluster, f"Claimed: {stations.told_words(item)}", [item], stations_=stations.claims(said),
        weighed=compete(content_id("thread", "claim", cluster), keys, marks, _NONE, [item]), missing_=(missing.ORIGIN,),
        order=f"Stands here because {why}.",
    )  # fmt: skip


def _told(
    kind: Kind,
    key: str,
    title: str,
    items: Sequence[Evidence],
    *,
    stations_: Iterable[Station],
    weighed: Weighed,
    missing_: tuple[missing.Missing, ...],
    order: str,
    against_: Sequence[Evidence] = (),
) -> Thread:
    """A thread without a ship."""
    denied = {item.id for item in items if item.data().get("denied")} | {item.id for item in against_}
    starts = [item.start for item in items if item.start]
    ends = [end for item in items if (end := item.end or item.start)]
    innocent = dict.fromkeys(line for item in items for line in item.innocent)
    return Thread(
        kind=kind, key=key, ship=None, voyage=None, title=title,
        start=min(starts, default=None), end=max(ends, default=None),
        summary=_summary(kind, items), order=order, rank=(),
        for_=tuple(Reason(item.id, item.says) for item in items if item.id not in denied),
        against=tuple(Reason(item.id, item.says) for item in items if item.id in denied),
        innocent=tuple(innocent), missing=missing_, stations=tuple(stations_),
        weighed=weighed,
    )  # fmt: skip


def _summary(kind: Kind, items: Sequence[Evidence]) -> str:
    if kind == "site":
        changed = sum("changes" in item.data() for item in items)
        return f"Images showed that {words.count(changed, 'building')} changed; no image says who did it or why."
    outlets = {name for item in items for name in item.data().get("outlets") or ()}
    happenings = words.count(len(items), "happening")
    apart = sum(bool(item.data().get("contradicted")) for item in items)
    tail = f"; in {apart:,} of them the tellings contradict each other" if apart else ""
    return f"{words.count(len(outlets), 'outlet')} told of {happenings}{tail}."
