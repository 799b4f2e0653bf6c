"""Rows of the parts' tables as evidence: one sentence each, with its strength, its innocent explanations, its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from darkwake.case import words
from darkwake.case.edges import Edges
from darkwake.evidence import Citation, Evidence, Place, Strength, Subject, canonical_json

Row = dict[str, Any]

STRENGTHS: dict[str, tuple[Strength, str]] = {
    "likely switched off": ("fair", "other ships were heard in the same water in the same hours, and this one was not"),
    "poor reception": ("weak", "ships in this water often go unheard as long"),
    "receiver outage": ("weak", "the other ships in this water went unheard in the same hours"),
    "area-wide silence": ("weak", "all ships of the area fell silent in the same hours"),
    "identity change": ("fair", "the two sides of the silence belong to different ships"),
    "cannot tell": ("weak", "too few other ships were heard there to compare with"),
}
_RANK_STRENGTH: dict[str, Strength] = {"certain": "strong", "strong": "strong", "fair": "fair"}


@dataclass(frozen=True, slots=True)
class Innocent:
    """The explanations that need no guilt, as each part gives them."""

    silence: Mapping[str, tuple[str, ...]]
    """By verdict."""
    port_call: tuple[str, ...]
    hit: tuple[str, ...]
    voyage: tuple[str, ...]
    event: Mapping[str, tuple[str, ...]]
    """By a detector's kind: those of meetings, loitering, and identities and positions in doubt."""
    inferred: tuple[str, ...]
    draught: tuple[str, ...]


class Labels:
    """What a ship is called in sentences: its name, its MMSI, its IMO number."""

    def __init__(self, ships: pl.DataFrame, identities: pl.DataFrame) -> None:
        said: dict[int, dict[str, str]] = {}
        # the value that most messages carried stands for the ship; the rest of its history is shown beside it
        best = (
            identities.filter(pl.col("field").is_in(["name", "imo"]))
            .group_by("ship", "field", "value")
            .agg(pl.col("messages").sum(), pl.col("last_seen").max())
            .sort(["ship", "field", "messages", "last_seen", "value"], descending=[False, False, True, True, False])
            .unique(["ship", "field"], keep="first", maintain_order=True)
        )
        for ship, field, value in best.select("ship", "field", "value").iter_rows():
            said.setdefault(ship, {})[field] = value
        self._said = said
        self._class = dict(ships.select("ship", "ais_class").iter_rows())

    def long(self, ship: int) -> str:
        """Such as "AMBER HERON (MMSI 352990001, IMO 9999993)"."""
        said = self._said.get(ship, {})
        numbers = f"MMSI {ship:09d}" + (f", IMO {said['imo']}" if "imo" in said else "")
        return f"{said['name']} ({numbers})" if "name" in said else numbers

    def short(self, ship: int) -> str:
        """Such as "AMBER HERON"."""
        return self._said.get(ship, {}).get("name", f"MMSI {ship:09d}")

    def subject(self, ship: int) -> Subject:
        """The ship as what a piece of evidence is about."""
        return Subject("ship", f"{ship:09d}", self.long(ship))


LEFT = "It left the area that the data cover, and went on sending where these sources do not hear."
"""The first innocent explanation of a silence that no later position ends."""


def of_gap(
    gap: Row, silence: Row | None, labels: Labels, innocent: Innocent, made_by: str, around: Edges | None = None
) -> Evidence:
    """A gap, and what it means where it was weighed; `around` are the edges of what the sources cover."""
    details = json.loads(gap["details"])
    name = labels.short(gap["ship"])
    if gap["end"] is None:
        before = words.hours(details["hours"])
        says = f"{name} was last heard on {words.moment(gap['start'])}, {before} before the data end"
    else:
        says = (
            f"{name} was not heard for {words.hours(details['hours'])}, from {words.moment(gap['start'])} "
            f"to {words.moment(gap['end'])}"
        )
    says += f", after {words.position(gap['start_lat'], gap['start_lon'])}."
    unended = gap["end"] is None
    far = around.metres(gap["start_lat"], gap["start_lon"]) if around is not None and unended else None
    if far is not None:
        says += f" That is {far / 1000:.1f} km from the edge of what the sources cover at all: it may have sailed out."
    verdict = silence["verdict"] if silence is not None else "cannot tell"
    strength, because = STRENGTHS[verdict]
    if (side := decided_by(verdict, json.loads(silence["details"]) if silence is not None else {})) is not None:
        because = f"{because}: {side['long']:,} of {words.count(side['passages'], 'passage')} {side['where']}"
    if silence is not None:
        says = f"{says} {silence['says']}"
        details = details | {
            "silence": json.loads(silence["details"]),
            "verdict": silence["verdict"],
            "p": silence["p"],
        }
    return Evidence(
        kind="silence",
        subjects=(labels.subject(gap["ship"]),),
        start=gap["start"],
        end=gap["end"],
        place=Place(gap["start_lat"], gap["start_lon"], gap["end_lat"], gap["end_lon"]),
        says=says,
        strength=strength,
        because=because,
        innocent=((LEFT,) if unended else ()) + tuple(innocent.silence[verdict]),
        sources=citations(gap["sources"]),
        made_by=made_by,
        details=canonical_json(details | {"event": gap["id"]}),
    )


def of_port_call(call: Row, labels: Labels, innocent: Innocent, made_by: str) -> Evidence:
    """A stop in a port."""
    details = json.loads(call["details"])
    name = labels.short(call["ship"])
    until = f"to {words.moment(call['end'])}" if call["end"] else "and was still there when the data ended"
    return Evidence(
        kind="port call",
        subjects=(labels.subject(call["ship"]), Subject("port", details["port"], details["name"])),
        start=call["start"],
        end=call["end"],
        place=Place(call["start_lat"], call["start_lon"], name=details["name"]),
        says=f"{name} was at {details['name']} ({details['country']}) from {words.moment(call['start'])} {until}.",
        strength="strong",
        because="its own positions lay within the port's limits and it stopped there",
        innocent=innocent.port_call,
        sources=citations(call["sources"]),
        made_by=made_by,
        details=canonical_json(details | {"event": call["id"]}),
    )


def of_voyage(voyage: Row, labels: Labels, innocent: Innocent, made_by: str) -> Evidence:
    """A leg from port to port."""
    name = labels.short(voyage["ship"])
    dark = f"; it was unheard for {words.hours(voyage['dark_h'])} of that" if voyage["gaps"] else ""
    return Evidence(
        kind="voyage",
        subjects=(labels.subject(voyage["ship"]),),
        start=voyage["departed"],
        end=voyage["arrived"],
        place=None,
        says=(
            f"{name} went from {port_name(voyage, 'from')} ({words.moment(voyage['departed'])}) "
            f"to {port_name(voyage, 'to')} ({words.moment(voyage['arrived'])}){dark}."
        ),
        strength="strong" if voyage["from_port"] and voyage["to_port"] else "fair",
        because=(
            "it was heard stopping at both ends"
            if voyage["from_port"] and voyage["to_port"]
            else "one end of the leg was not heard, so the port there is unknown"
        ),
        innocent=innocent.voyage,
        sources=citations(voyage["sources"]),
        made_by=made_by,
        details=canonical_json({"voyage": voyage["id"], "dark_h": voyage["dark_h"]}),
    )


def of_hit(hit: Row, labels: Labels, innocent: Innocent, made_by: str) -> Evidence:
    """A meeting with a list entry."""
    met = [feature["says"].rstrip(".") for feature in hit["features"]]
    about = [Subject("party", f"{hit['list']}:{hit['entry']}", hit["name"])]
    who = hit["asked"]
    if hit["ship"] is not None:
        about.insert(0, labels.subject(hit["ship"]))
        who = labels.short(hit["ship"])
    return Evidence(
        kind="listing",
        subjects=tuple(about),
        start=None,
        end=None,
        place=None,
        says=(
            f"{who} met entry {hit['entry']} ({hit['name']}) of {hit['list']} of {hit['list_date']}: "
            f"{'; '.join(met)}. Match: {hit['rank']}."
        ),
        strength=_RANK_STRENGTH.get(hit["rank"], "weak"),
        because=f"the match is {hit['rank']}: {met[0][0].lower() + met[0][1:] if met else 'no feature met'}",
        innocent=innocent.hit,
        sources=citations(hit["sources"]),
        made_by=made_by,
        details=canonical_json(
            {"hit": hit["id"], "listed": f"{hit['name']} ({hit['list']})", "rank": hit["rank"], "score": hit["score"]}
        ),
    )


SIDES: Mapping[str, str] = {
    "start": "where it fell silent", "end": "where it was heard again", "way": "on the way between",
}  # fmt: skip
"""The sides of a silence that are compared with other ships, in words."""


def decided_by(verdict: str, details: Mapping[str, Any]) -> dict[str, Any] | None:
    """The side of a silence on which ships often go unheard as long: what "poor reception" rests on.

    Returns:
        `side`, `where` (in words), `long` and `passages`; None for other verdicts and where no side holds its numbers.
    """
    compared = details.get("b") or details.get("B")
    if verdict != "poor reception" or not isinstance(compared, Mapping):
        return None
    found = [
        {"side": side, "where": where, "long": one["long"], "passages": one["passages"]}
        for side, where in SIDES.items()
        if isinstance(one := compared.get(side), Mapping) and one.get("passages") and one.get("long") is not None
    ]
    return max(found, key=lambda one: one["long"] / one["passages"]) if found else None


def port_name(voyage: Mapping[str, Any], end: str) -> str:
    """One end of a leg in words: "Zhuhai (CN)", or "an unknown place"."""
    if voyage[f"{end}_port"] is None:
        return "an unknown place"
    return f"{voyage[f'{end}_name']} ({voyage[f'{end}_country']})"


def citations(structs: Sequence[Mapping[str, Any]] | None) -> tuple[Citation, ...]:
    """A table's list of citations as evidence holds them."""
    return tuple(Citation(struct["source"], struct["first_row"], struct["last_row"]) for struct in structs or ())
