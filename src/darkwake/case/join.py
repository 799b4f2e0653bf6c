"""Evidence from anyone, joined by ship, place and time into threads: a voyage, a cargo, a site, a claim.

A thread holds its chain of stations, the reasons for and against, rival explanations, the innocent ones and what is
missing. Threads stand in the order of the evidence that decides it, and each says so in words; there is no total score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from darkwake.case import loose, meeting_points, missing, stations, weighing, words
from darkwake.case.hypotheses import RANK
from darkwake.case.journeys import Journey, journeys
from darkwake.case.known import Known
from darkwake.case.meeting_points import Met, Port
from darkwake.case.missing import Missing
from darkwake.case.thread import Pool, Reason, Thread
from darkwake.case.unused import unused
from darkwake.evidence import Evidence, content_id

__all__ = ("Journey", "Known", "Missing", "Pool", "Reason", "Thread", "journeys", "threads")

_RANKS = ("certain", "strong", "fair")
"""Matches that are worth a thread of their own; a weak lead alone is listed, not told as a story."""


def threads(journeys: Iterable[Journey], pool: Pool, known: Known | None = None) -> tuple[list[Thread], dict[str, str]]:
    """The threads in their order; and the evidence that none uses, with the reason.

    A thread a journey, by what its evidence decides; then those that no ship's voyage carries: cargoes that are told
    of, sites that changed, claims that contradict each other.
    """
    known = replace(known or Known(), goods_said={item.subjects[0].key: item for item in pool.kind("goods")})
    told = [_thread(journey, pool, known) for journey in journeys]
    told.sort(key=lambda thread: (*(-part for part in thread.rank), thread.start or datetime.min, thread.ship or 0))
    told += loose.threads(told, pool, known)
    return told, unused(told, pool, known)


def _thread(journey: Journey, pool: Pool, known: Known) -> Thread:
    journey = _to_its_end(journey, pool.along(journey, known))
    evidence = pool.along(journey, known)
    silences = [item for item in evidence if item.kind == "silence"]
    off = [item for item in silences if _verdict(item) == "likely switched off"]
    listed = [item for item in evidence if item.kind == "listing"]
    strong = [item for item in listed if item.data()["rank"] in _RANKS]
    dark_h = sum(item.data()["hours"] for item in silences)
    for_, against = _sides(journey, evidence)
    calls = meeting_points.ports(journey, evidence, known)
    met = _met(journey, evidence, calls, pool, known)
    innocent: dict[str, None] = {}
    for item in (*off, *silences, *listed):
        innocent |= dict.fromkeys(item.innocent)
    rank = (
        float(any(item.data()["rank"] == "certain" for item in listed)),
        float(len(off)),
        float(bool(journey.could_have)),
        float(bool(strong)),
        dark_h,
    )
    where = journey.way if journey.legs else "no voyage between ports was heard"
    about = content_id("thread", journey.ship, journey.start, journey.end)
    return Thread(
        kind="voyage" if journey.legs else "ship",
        key="",
        ship=journey.ship,
        voyage=journey.legs[0]["id"] if journey.legs else None,
        title=f"{journey.label}: {where}, {_days(journey)}",
        start=journey.start,
        end=journey.end,
        summary=_summary(journey, silences, off, strong),
        order=_order(listed, off, journey, dark_h),
        rank=rank,
        for_=for_,
        against=against,
        innocent=tuple(innocent),
        missing=_missing(journey, silences, listed, met),
        stations=stations.chain(journey, evidence, calls, met, known),
        weighed=weighing.of_journey(about, journey, evidence, calls, known),
        late=frozenset(one.item.id for one in met if one.late),
    )


def _to_its_end(journey: Journey, evidence: Sequence[Evidence]) -> Journey:
    """A ship told along its whole track: to the end of the silence that it ended in, which may still be open."""
    if journey.legs or journey.end is None:
        return journey
    ends = [item.end for item in evidence if item.kind == "silence"]
    closed = [end for end in ends if end is not None]
    return replace(journey, end=None if len(closed) < len(ends) else max([journey.end, *closed]))


def _days(journey: Journey) -> str:
    """The first and the last day; what is open goes on until the data end."""
    if journey.end is None and journey.start is not None:
        return f"{words.day(journey.start)} until the data end"
    return f"{words.day(journey.start)} to {words.day(journey.end)}"


def _met(journey: Journey, evidence: Sequence[Evidence], calls: Sequence[Port], pool: Pool, known: Known) -> list[Met]:
    """What meets the journey without being about its ship: claims, and the sites that they or the ports lead to."""
    own = {item.id for item in evidence}
    parties = [one.key for item in evidence if item.kind == "listing" for one in item.subjects if one.kind == "party"]
    others = [item for item in pool.kind("claim") if item.id not in own]
    own_claims = [item for item in evidence if item.kind == "claim"]
    said = meeting_points.claims(journey, calls, parties, others, known, own_claims)
    named = [Met(item, "name", "") for item in own_claims]
    return [*said, *meeting_points.sites(calls, [*named, *said], pool.kind("site status"), known)]


def _verdict(item: Evidence) -> str:
    return str(item.data().get("verdict", ""))


def _sides(journey: Journey, evidence: Sequence[Evidence]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What speaks for the story that something was hidden, and what against it; of each the strongest first."""
    for_: list[Reason] = []
    against: list[Reason] = []
    for item in sorted(evidence, key=lambda one: (-RANK[one.strength], one.start or datetime.min, one.id)):
        hidden = item.kind != "silence" or _verdict(item) in ("likely switched off", "identity change")
        weak = item.kind == "listing" and item.strength == "weak"
        others_too = bool(item.data().get("disturbed"))
        denied = item.kind == "claim" and bool(item.data().get("denied"))
        (for_ if hidden and not weak and not others_too and not denied else against).append(Reason(item.id, item.says))
    if journey.could_have:
        best = journey.could_have[0]
        ports = words.listing([f"{row['name']} ({row['country']})" for row in journey.could_have])
        for_.append(
            Reason(
                "",
                f"In the silence it could have called at {ports} and come back: at {best['speed_kn']:.0f} knots "
                f"{words.hours(best['slack_h'])} were left over at the nearest. That it could is no sign that it did.",
            )
        )
    if not any(item.kind == "listing" for item in evidence):
        against.append(Reason("", "The ship was not found in the lists checked; that is not the same as clear."))
    return tuple(for_), tuple(against)


def _went(journey: Journey) -> str:
    """Where it went, as sure as it is known: an end that was only inferred is a "may"."""
    match journey.guessed:
        case (True, True):
            return f"may have come from {journey.from_} and gone on to {journey.to}, both calls unheard,"
        case (True, False):
            return f"may have come from {journey.from_}, a call that nobody heard, and went to {journey.to}"
        case (False, True):
            return f"left {journey.from_} and may have gone on to {journey.to}, a call that nobody heard"
    return f"went from {journey.from_} to {journey.to}"


def _summary(
    journey: Journey, silences: Sequence[Evidence], off: Sequence[Evidence], listed: Sequence[Evidence]
) -> str:
    parts = []
    if journey.legs:
        calls = f" in {words.count(len(journey.legs), 'leg')}" if len(journey.legs) > 1 else ""
        parts.append(f"{_went(journey)}{calls}")
    last = next((item for item in silences if item.end is None), None)
    every, silences = silences, [item for item in silences if item.end is not None]
    off = [item for item in off if item.end is not None]
    if silences:
        dark = words.hours(sum(item.data()["hours"] for item in silences))
        looked = f" ({len(off):,} of them looked switched off)" if off and len(silences) > 1 else ""
        looked = " (it looked switched off)" if off and len(silences) == 1 else looked
        parts.append(f"was silent {words.times(len(silences))}, {dark} in all{looked}")
    if last is not None:
        looked = " (it looked switched off)" if _verdict(last) == "likely switched off" else ""
        parts.append(f"was not heard again after {words.moment(last.start)}{looked}")
    if not every:
        parts.append("was heard throughout" + (" while it was in the data" if any(journey.guessed) else ""))
    if listed:
        parts.append(f"met {words.listing(sorted({item.data()['listed'] for item in listed}))}")
    return f"{journey.label} {words.listing(parts)}."


def _order(listed: Sequence[Evidence], off: Sequence[Evidence], journey: Journey, dark_h: float) -> str:
    """Why the thread stands where it does, in words."""
    best = next((rank for rank in _RANKS if any(item.data()["rank"] == rank for item in listed)), "")
    reasons = [f"a list entry met it ({best})"] if best else []
    if off:
        reasons.append(f"{words.count(len(off), 'silence')} looked switched off")
    if journey.could_have:
        reasons.append("it could have called at a port of the corridor unheard")
    if dark_h:
        reasons.append(f"it was unheard for {words.hours(dark_h)}")
    return f"Stands here because {words.listing(reasons)}." if reasons else "Stands last: nothing sets it apart."


def _missing(
    journey: Journey, silences: Sequence[Evidence], listed: Sequence[Evidence], met: Sequence[Met]
) -> tuple[Missing, ...]:
    found = [missing.POSITIONS] if silences else []
    if journey.could_have or any(leg["to_port"] is None or leg["from_port"] is None for leg in journey.legs):
        found.append(missing.CALL)
    if journey.legs:
        found.append(missing.CARGO)
    if listed:
        found.append(missing.ENTRY)
    if any(one.item.kind == "site status" for one in met):
        found.append(missing.WAY_TO_SITE)
    return tuple(found)
