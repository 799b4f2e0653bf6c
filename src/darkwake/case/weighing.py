"""Which rivals a journey has, and what each piece of its evidence says of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from darkwake.case import rated_facts, words
from darkwake.case.hypotheses import HEARD_ENDS, UNHEARD_ENDS, Weighed, compete
from darkwake.case.journeys import Journey
from darkwake.case.known import Known
from darkwake.case.meeting_points import Port
from darkwake.case.ratings import Mark, rated
from darkwake.evidence import Evidence

_APART = ("likely switched off", "identity change")
_LISTED = ("another ship", "not in force", "listed ship")


def of_journey(about: str, journey: Journey, own: Sequence[Evidence], ports: Sequence[Port], known: Known) -> Weighed:
    """The rivals for the silences of a journey, and for the list entries that its ship met.

    Where a silence looked switched off, or a port that is asked about could have been called at in it, the question is
    about those silences only; else about all.
    """
    silences = [item for item in own if item.kind == "silence"]
    focus = _focus(journey, silences, own)
    ends = [item for item in own if item.kind == "inferred call" and not item.data().get("event")]
    unheard = _unheard(focus, ports, known)
    kinds = {item.kind for item in own}
    keys: list[str] = []
    sure = any(item.data().get("verdict") in _APART for item in focus)
    if ends and not sure:
        keys, focus = ["not there", "called"], []
    elif focus:
        keys = ["badly heard", "other reason"]
        keys += ["called"] if unheard else []
        keys += ["met"] if kinds & {"meeting", "possible meeting"} else []
        doubts = [item for item in own if item.kind == "identity in doubt"]
        changed = any(item.data().get("verdict") == "identity change" for item in focus)
        keys += ["two ships"] if doubts or changed else []
    marks = _of_silences(tuple(keys), journey, focus, own, known) if keys else []
    listed = [item for item in own if item.kind == "listing"]
    if listed:
        keys += _LISTED if any(known.standings.get(str(item.data().get("hit"))) for item in listed) else (
            "another ship", "listed ship"
        )  # fmt: skip
        marks += _of_listings(tuple(key for key in keys if key in _LISTED), listed, known)
    names = _names(focus or ends, unheard or [_named(item) for item in ends])
    names["voyage"] = HEARD_ENDS if _both_heard(journey) else UNHEARD_ENDS
    return compete(about, keys, marks, names, own)


def _both_heard(journey: Journey) -> bool:
    legs = journey.legs
    return bool(legs) and not any(journey.guessed) and bool(legs[0]["from_port"] and legs[-1]["to_port"])


def _focus(journey: Journey, silences: Sequence[Evidence], own: Sequence[Evidence]) -> list[Evidence]:
    asked = {row.get("event") for row in journey.could_have} | {
        item.data().get("event") for item in own if item.kind == "inferred call"
    }
    chosen = [
        item for item in silences if item.data().get("event") in asked - {None} or item.data().get("verdict") in _APART
    ]
    return chosen or list(silences)


def _unheard(focus: Sequence[Evidence], ports: Sequence[Port], known: Known) -> list[str]:
    """The ports that could have been called at in those silences, by name: those asked about, or all where none is."""
    asked = [port.spot.label for port in ports if port.joint != "identity"]
    inside = [str(row["name"]) for item in focus for row in known.reach.get(str(item.data().get("event")), ())]
    return list(dict.fromkeys(asked or inside))


def _named(item: Evidence) -> str:
    return str(item.data().get("name") or "a port")


def _names(items: Sequence[Evidence], ports: Sequence[str]) -> dict[str, str]:
    starts = [item.start for item in items if item.start]
    ends = [end for item in items if (end := item.end or item.start)]
    when = f"{words.day(min(starts, default=None))} to {words.day(max(ends, default=None))}"
    several = " or ".join(ports[:2]) if len(ports) < 3 else f"{ports[0]}, {ports[1]} or {_more(len(ports) - 2)}"
    return {"ports": several or "a port", "when": when, "statuses": "changed"}


def _more(number: int) -> str:
    return "one more port" if number == 1 else f"one of {number:,} more ports"


def _of_silences(
    keys: tuple[str, ...], journey: Journey, focus: Sequence[Evidence], own: Sequence[Evidence], known: Known
) -> list[Mark]:
    """Marks in the order of the journey: each silence with what lies in it, then what stands beside."""
    marks: list[Mark] = []
    drawn = {item.data().get("event"): item for item in own if item.kind == "draught"}
    for item in focus:
        event = item.data().get("event")
        marks += rated(item.id, "silence", rated_facts.of_silence(item), keys)
        asked = [row for row in journey.could_have if row.get("event") == event]
        rows = asked or known.reach.get(str(event), ())
        if rows and "called" in keys:
            marks += rated(item.id, "reach", rated_facts.of_reach(rows[0]), keys)
        if event in drawn:
            marks += rated(drawn[event].id, "draught", rated_facts.of_draught(drawn[event].data()), keys)
        elif (row := known.draughts.get(str(event))) and row["said"] == "the same":
            marks += rated(item.id, "draught", rated_facts.of_draught(row), keys)
    # a port that was called at before everybody's ears says nothing of a call that nobody heard
    rows = [*journey.could_have, *(row for item in focus for row in known.reach.get(str(item.data().get("event")), ()))]
    calls = [item for item in own if item.kind == "inferred call"]
    ports = frozenset(str(row["port"]) for row in rows) | {
        one.key for item in calls for one in item.subjects if one.kind == "port"
    }
    inside = [(item.start or datetime.min, item.end or datetime.max) for item in focus]
    for item in own:
        if item.kind == "inferred call":
            marks += rated(item.id, item.kind, rated_facts.of_inferred(item), keys)
        elif item.kind in ("meeting", "possible meeting", "identity in doubt", "position in doubt"):
            marks += rated(item.id, item.kind, rated_facts.of_event(item), keys)
        elif item.kind == "claim" and (item.start is None or _shares(item, inside)):
            marks += rated(item.id, "claim of ship", rated_facts.of_claim(item, known, ports=ports), keys)
    return marks


def _shares(item: Evidence, stretches: Sequence[tuple[datetime, datetime]]) -> bool:
    begins, ends = item.start or datetime.min, item.end or datetime.max
    return any(begins <= last and first <= ends for first, last in stretches)


def _of_listings(keys: tuple[str, ...], listed: Sequence[Evidence], known: Known) -> list[Mark]:
    marks: list[Mark] = []
    for item in listed:
        marks += rated(item.id, "listing", rated_facts.of_listing(item, known), keys)
        rows = known.standings.get(str(item.data().get("hit")))
        if rows:
            marks += rated(item.id, "standing", rated_facts.of_standings(rows), keys)
    return marks
