"""Where evidence that names no ship meets a journey: by a name, by place and time, or only by what is said.

Days are compared as intervals (darkwake.interval): two that may share a day may meet, and no more is ever concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from darkwake import geo, interval
from darkwake.case import words
from darkwake.case.journeys import Journey
from darkwake.case.known import Known, Spot
from darkwake.evidence import Evidence, Subject

Joint = Literal["identity", "name", "place and time", "stated"]
JOINTS: tuple[Joint, ...] = ("identity", "name", "place and time", "stated")
NEAR_KM = 50.0
"""How far a site may lie from a port to join it by place: an hour by lorry, and past the spread of a port's own points
(anchorages and berths of one port lie up to some 30 km apart); beyond it any site of the country would join."""
REPORTED_DAYS = 3
"""Days that a claim's interval is widened by: a day that is named can be that of the report and not of the event."""


@dataclass(frozen=True, slots=True)
class Met:
    """A piece of evidence that meets a thread, and by what."""

    item: Evidence
    joint: Joint
    how: str
    late: bool | None = None
    """Of a site's status: whether what it shows may lie after the arrival; None where no arrival is known, or no usable
    image is later."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port of a journey: called at, or within reach while unheard. Both ends of the time are an interval."""

    spot: Spot
    first: datetime | None
    last: datetime | None
    evidence: tuple[str, ...]
    joint: Joint
    how: str
    far: bool
    """Whether it lies at the corridor's far end."""
    slack_h: float | None = None


def days(start: datetime | None, end: datetime | None, wider: int = 0) -> interval.Dates:
    """The days of a stretch of time, as an interval; an end that is not known stays open."""
    more = timedelta(days=wider)
    return interval.of(_moved(start, -more), _moved(end, more))


def _moved(time: datetime | None, by: timedelta) -> date | None:
    if time is None:
        return None
    try:
        return (time + by).date()
    except OverflowError:
        return time.date()


def ports(journey: Journey, own: Sequence[Evidence], known: Known) -> tuple[Port, ...]:
    """The ports of a journey: heard calls, calls that something speaks for, and ports in reach, each port once."""
    found: dict[str, Port] = {}
    for item in own:
        key = next((one.key for one in item.subjects if one.kind == "port"), None)
        if item.kind == "port call" and key is not None:
            details = item.data()
            land = str(details.get("country") or "")
            spot = Spot(key, str(details.get("name") or key), *_at(item), land)
            how = "The ship's own positions: it stopped there."
            before = found.get(key)
            ids = (*(before.evidence if before else ()), item.id)
            first = before.first if before else item.start
            found[key] = Port(spot, first, item.end, ids, "identity", how, known.at_far_end(key, land))
    for item in own:
        if item.kind == "inferred call":
            details = item.data()
            key, land = str(details["port"]), str(details.get("country") or "")
            spot = Spot(key, str(details.get("name") or key), *_at(item), land)
            grounds = words.count(len(details.get("grounds") or ()), "ground")
            how = f"A call that nobody heard; {grounds} for it, by place and time."
            if key not in found:
                found[key] = Port(
                    spot, item.start, item.end, (item.id,), "place and time", how, known.at_far_end(key, land),
                    details.get("slack_h"),
                )  # fmt: skip
    silences = {item.data().get("event"): item for item in own if item.kind == "silence"}
    for row in journey.could_have:
        gap = silences.get(row.get("event")) if row.get("event") else next(iter(silences.values()), None)
        if row["port"] in found:
            continue
        spot = Spot(row["port"], row["name"], row.get("lat"), row.get("lon"), row["country"])
        how = (
            f"In reach while the ship was unheard, with {words.hours(row['slack_h'])} to spare; that it could have "
            "called there is no sign that it did."
        )
        found[row["port"]] = Port(
            spot, gap.start if gap else None, gap.end if gap else None, (gap.id,) if gap else (), "place and time",
            how, True, row["slack_h"],
        )  # fmt: skip
    return tuple(found.values())


def _at(item: Evidence) -> tuple[float | None, float | None]:
    return (item.place.lat, item.place.lon) if item.place else (None, None)


# --- claims ---


def claims(
    journey: Journey,
    calls: Sequence[Port],
    parties: Iterable[str],
    pool: Sequence[Evidence],
    known: Known,
    own: Sequence[Evidence] = (),
) -> list[Met]:
    """The clusters of claims that name no ship and may be about this journey.

    One that names a party of the thread joins by name. One that names a port of it, or a country at the far end, and
    tells of a shipment or of the goods asked about, joins where its days may meet the journey's. Goods alone, in the
    same weeks, join as stated. Without a stated day a party's name joins; and, as stated, what tells of a cargo and a
    watched site in an article that tells of this ship and of no other (`own`: the claims that name the ship). Neither
    does where it was published long before the journey.
    """
    wanted = set(parties)
    beside = _articles(journey, own, pool, known)
    ours = {port.spot.key: port for port in calls}
    span = days(journey.start, journey.end)
    found = []
    for item in pool:
        if any(one.kind == "ship" for one in item.subjects):
            continue
        told = days(item.start, item.end, REPORTED_DAYS) if item.start or item.end else None
        if told is None and known.over_before(item, journey.start):
            continue
        met = _claim(item, told, span, wanted, ours, known) or _beside(item, told, beside, known)
        if met is not None:
            found.append(met)
    return found


def _articles(journey: Journey, own: Sequence[Evidence], pool: Sequence[Evidence], known: Known) -> set[str]:
    """The articles whose claims name this ship, and no other that the case knows."""
    key = f"{journey.ship:09d}"
    hull = {key, *known.siblings(key)}
    ours, others = set[str](), set[str]()
    for item in (*own, *pool):
        ships = {one.key for one in item.subjects if one.kind == "ship"}
        cluster = known.clusters.get(str(item.data().get("cluster"))) if ships else None
        if cluster is not None:
            (others if ships - hull else ours).update(cluster.articles)
    return ours - others


def _beside(item: Evidence, told: interval.Dates | None, articles: set[str], known: Known) -> Met | None:
    cluster = known.clusters.get(str(item.data().get("cluster")))
    site = next((one for one in item.subjects if one.kind == "site"), None)
    if told is not None or site is None or cluster is None or not cluster.cargo or not cluster.articles & articles:
        return None
    how = (
        f"An article that tells of this ship tells of a cargo and {site.label}, without a day; the sentence does not "
        "name the ship."
    )
    return Met(item, "stated", how)


def _claim(
    item: Evidence,
    told: interval.Dates | None,
    span: interval.Dates,
    parties: set[str],
    ours: Mapping[str, Port],
    known: Known,
) -> Met | None:
    by: dict[str, list[Subject]] = {}
    for one in item.subjects:
        by.setdefault(one.kind, []).append(one)
    meets = told is not None and told.meets(span)
    party = next((one for one in by.get("party", ()) if one.key in parties), None)
    if party is not None and (meets or told is None):
        when = "and its days meet the journey" if meets else "it states no day"
        return Met(item, "name", f"This claim names {party.label}, a list entry that the ship met; {when}.")
    cluster = known.clusters.get(str(item.data().get("cluster")))
    shipment = (cluster is not None and cluster.moved) or bool(by.get("goods"))
    if not meets or not shipment:
        return None
    port = next((ours[one.key] for one in by.get("port", ()) if one.key in ours), None)
    if port is not None and days(port.first, port.last, REPORTED_DAYS).meets(told or span):
        how = f"May be about this: it names {port.spot.label} and falls into the same weeks; it does not name the ship."
        return Met(item, "place and time", how)
    land = sorted(known.far_names & cluster.places) if cluster else []
    goods = [one.label for one in by.get("goods", ())]
    if goods or (land and cluster and cluster.moved):
        what = goods[0] if goods else "a shipment to the country at the far end"
        how = f"May be about this: it speaks of {what} in the same weeks; it names neither the ship nor a port of it."
        return Met(item, "stated", how)
    return None


# --- sites ---


def sites(calls: Sequence[Port], said: Sequence[Met], pool: Sequence[Evidence], known: Known) -> list[Met]:
    """All statuses of the sites near a far port or named by the thread's claims, and which may follow the arrival."""
    far = [port for port in calls if port.far]
    found = []
    for name, site in sorted(known.sites.items()):
        near = min(
            (
                (away_km(port.spot, site.spot), port.spot.key, port)
                for port in far
                if away_km(port.spot, site.spot) <= NEAR_KM
            ),
            default=None,
        )  # fmt: skip
        naming = next((one for one in said if any(s.kind == "site" and s.key == name for s in one.item.subjects)), None)
        if near is None and naming is None:
            continue
        port = near[2] if near else min(far, key=lambda one: one.first or datetime.max, default=None)
        since = port.first if port else None
        joint: Joint = "name" if naming and naming.joint in ("identity", "name") else "place and time"
        if naming and not near:
            where = "A claim of this thread names the site"
            joint = "name" if naming.joint in ("identity", "name") else "stated"
        else:
            where = f"It lies {near[0]:,.0f} km from {near[2].spot.label}, in a straight line" if near else ""
            where += ", and a claim of this thread names it" if naming else ""
        shown = [item for item in pool if item.data().get("site") == name]
        seen = since and any(item.end is None or item.end >= since for item in shown)
        own = [(item, _late(item, since) if seen else None) for item in shown]
        how = f"{where}. {_after(own, since)} Nothing shows that a cargo went there."
        found += [Met(item, joint, how, late) for item, late in own]
    return found


def _late(item: Evidence, since: datetime | None) -> bool | None:
    """Whether one of the changes that a status shows may lie after a moment."""
    if since is None or "changes" not in item.data():
        return None
    ends = [moment(one.get("by")) for one in item.data()["changes"]]
    return any(end is None or end >= since for end in ends)


def _after(own: Sequence[tuple[Evidence, bool | None]], since: datetime | None) -> str:
    """What changed at a site, counted before and after the arrival."""
    changed = [(item, late) for item, late in own if "changes" in item.data()]
    still = sum(item.data().get("unchanged") or 0 for item, _ in own)
    rest = f", and {still:,} showed no change" if still else ""
    if not changed:
        return f"No building was found changed there{rest}."
    many = words.count(len(changed), "building")
    if since is None:
        return f"{many} changed{rest}."
    late = sum(bool(one) for _, one in changed)
    arrival = f"the arrival ({words.day(since)} at the earliest)"
    last = max((item.end for item, _ in own if item.end), default=None)
    if last and last < since:
        return f"{many} changed before {arrival}{rest}; no usable image is later, so what came after is not known."
    if not late:
        return f"{many} changed, none of them after {arrival}{rest}."
    return f"{many} changed, of which {late:,} may have changed after {arrival}{rest}."


def moment(said: object) -> datetime | None:
    """A time as details hold it, without its zone (UTC); None where there is none."""
    try:
        return datetime.fromisoformat(str(said)).replace(tzinfo=None) if said else None
    except ValueError:
        return None


def away_km(one: Spot, other: Spot) -> float:
    """Kilometres between two places; endless where one of them is not known."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return float("inf")
    return float(geo.distance_m(one.lat, one.lon, other.lat, other.lon)) / 1000.0
