"""What of a case lies on a map, in layers: what GeoJSON, GeoParquet and KML are written from.

A layer is a table: every row has the fields of its layer and a shape, or none where its place is not known. Values are
those of case.json; what is no text, number or yes and no stands there as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from darkwake.case.exports import shapes
from darkwake.case.exports.reading import Case, Row, number, rows, spot
from darkwake.case.exports.shapes import Shape
from darkwake.evidence import canonical_json

Found = Iterator[tuple[dict[str, Any], Shape | None]]
WHAT_TYPES: Mapping[str, Any] = {"text": pl.String, "whole": pl.Int64, "number": pl.Float64, "yes": pl.Boolean}
"""What a field holds -> the column's type; "json" is a text that holds JSON, "time" a text in ISO 8601, UTC."""
_ABOUT = {"id": "text", "ship": "whole", "label": "text", "start": "time", "end": "time"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of thing on the map."""

    name: str
    says: str
    """What a person reads of it."""
    fields: Mapping[str, str]
    """Field -> what it holds: a key of WHAT_TYPES, "time" or "json"."""
    made: Callable[[Case], Found]
    shown: bool = True
    """False where it hides others on a map: drawn, and off at first."""

    def of(self, case: Case) -> list[tuple[dict[str, Any], Shape | None]]:
        """Its rows, each with every field of it."""
        return [
            ({name: _value(row.get(name), kind) for name, kind in self.fields.items()}, shape)
            for row, shape in self.made(case)
        ]


def iso(time: int) -> str:
    """Seconds since 1970 as the case writes times."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _value(value: Any, kind: str) -> Any:
    """A value that its column can hold; None where it is something else."""
    if value is None:
        return None
    if kind in ("text", "time"):
        return str(value)
    if kind == "whole":
        right = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
        return value if right else None
    if kind == "number":
        return number(value)
    if kind == "yes":
        return value if isinstance(value, bool) else None
    return canonical_json(value)


def _ends(row: Row) -> Shape | None:
    ends = [spot(row.get(f"{end}_lat"), row.get(f"{end}_lon")) for end in ("start", "end")]
    return shapes.line(dict.fromkeys(ends))


def _labels(case: Case) -> dict[Any, str]:
    return {row.get("ship"): str(row.get("label") or row.get("ship")) for row in rows(case, "ships")}


def _tracks(case: Case) -> Found:
    for ship, fixes in shapes.stretches(case):
        shape, times = shapes.timed([(here, iso(time)) for here, time in fixes])
        about = {"start": iso(fixes[0][1]), "end": iso(fixes[-1][1]), "fixes": len(fixes), "times": times}
        yield {**ship, **about}, shape


def _gaps(case: Case) -> Found:
    weighed = {row.get("event"): row for row in rows(case, "silences")}
    labels = _labels(case)
    for row in rows(case, "events"):
        if row.get("kind") == "gap":
            meant = weighed.get(row.get("id"), {})
            told = {name: meant.get(name) for name in ("verdict", "says", "passages", "unheard_as_long", "p")}
            about = {"label": labels.get(row.get("ship")), "line": "dashed: it joins two ends and is no path"}
            yield {**row, **told, **about, "hours": (row.get("details") or {}).get("hours")}, _ends(row)


def _events(case: Case) -> Found:
    labels = _labels(case)
    for row in rows(case, "events"):
        if row.get("kind") not in ("gap", "port_call"):
            yield {**row, "label": labels.get(row.get("ship"))}, _ends(row)


def _calls(case: Case) -> Found:
    labels = _labels(case)
    for row in rows(case, "events"):
        if row.get("kind") == "port_call":
            at = row.get("details") or {}
            about = {
                "label": labels.get(row.get("ship")),
                **{name: at.get(name) for name in ("port", "name", "country")},
            }
            yield {**row, **about}, shapes.point(row.get("start_lat"), row.get("start_lon"))


def _points(table: str) -> Callable[[Case], Found]:
    def made(case: Case) -> Found:
        for row in rows(case, table):
            yield row, shapes.point(row.get("lat"), row.get("lon"))

    return made


def _voyages(case: Case) -> Found:
    ports = {row.get("port"): spot(row.get("lat"), row.get("lon")) for row in rows(case, "ports")}
    labels = _labels(case)
    for row in rows(case, "voyages"):
        both = [list(here) for end in ("from_port", "to_port") if (here := ports.get(row.get(end)))]
        shape = {"type": "MultiPoint", "coordinates": both} if both else None
        yield (
            {**row, "label": labels.get(row.get("ship")), "start": row.get("departed"), "end": row.get("arrived")},
            shape,
        )


def _areas(case: Case) -> Found:
    for row in rows(case, "reach_area"):
        half = (number(row.get("cell_deg")) or 0.0) / 2
        for lat, west, east, slack in row.get("runs") or ():
            if number(lat) is not None:
                yield {"event": row.get("event"), "slack_h": slack}, shapes.box(lat - half, west, lat + half, east)


def _interference(case: Case) -> Found:
    for row in rows(case, "interference"):
        yield row, shapes.box(*(row.get(side) for side in ("south", "west", "north", "east")))


def _reception(case: Case) -> Found:
    about = case.get("reception") or {}
    half = (number(about.get("cell_deg")) or 0.0) / 2
    for row in rows(case, "reception", "cells"):
        here = spot(row.get("lat"), row.get("lon"))
        yield row, here and shapes.box(here[1] - half, here[0] - half, here[1] + half, here[0] + half)


def _sites(case: Case) -> Found:
    own: dict[Any, list[tuple[float, float]]] = {}
    for row in rows(case, "sites", "buildings"):
        here = spot(row.get("lat"), row.get("lon"))
        if here:
            own.setdefault(row.get("site"), []).append(here)
    for row in rows(case, "sites", "sites"):
        spots = own.get(row.get("id"), [])
        shape = {"type": "MultiPoint", "coordinates": [list(one) for one in spots]} if spots else None
        yield {**row, "says": " ".join(str(one) for one in row.get("says") or ())}, shape


def _buildings(case: Case) -> Found:
    for row in rows(case, "sites", "buildings"):
        yield row, shapes.rings(row.get("rings")) or shapes.point(row.get("lat"), row.get("lon"))


def _evidence(case: Case) -> Found:
    for row in rows(case, "evidence"):
        place = row.get("place") or {}
        ends = [spot(place.get("lat"), place.get("lon")), spot(place.get("end_lat"), place.get("end_lon"))]
        yield row, shapes.line(dict.fromkeys(ends))


def _stations(case: Case) -> Found:
    for thread in rows(case, "threads"):
        for row in rows(thread, "stations"):
            yield {**row, "thread": thread.get("id")}, shapes.point(row.get("lat"), row.get("lon"))


_CALL = {"port": "text", "name": "text", "country": "text"}

LAYERS = (
    Layer("tracks", "Tracks, in stretches between silences; thinned", {
        "ship": "whole", "label": "text", "flag": "text", "ais_class": "text", "start": "time", "end": "time",
        "fixes": "whole", "times": "json"}, _tracks),
    Layer("gaps", "Silences: a dashed line joins the two ends and is no path", _ABOUT | {
        "hours": "number", "verdict": "text", "says": "text", "passages": "whole", "unheard_as_long": "whole",
        "p": "number", "line": "text", "details": "json", "sources": "json"}, _gaps),
    Layer("port_calls", "Port calls", _ABOUT | _CALL | {"details": "json", "sources": "json"}, _calls),
    Layer("inferred_calls", "Calls that nobody heard", {
        "id": "text", "kind": "text", "ship": "whole", **_CALL, "voyage": "text", "event": "text", "since": "time",
        "until": "time", "earliest": "time", "latest": "time", "slack_h": "number", "others": "whole",
        "grounds": "json"}, _points("inferred")),
    Layer("events", "Meetings, slow stays and positions in doubt", _ABOUT | {
        "kind": "text", "other": "whole", "details": "json", "sources": "json"}, _events),
    Layer("ports", "Ports called at", _CALL, _points("ports")),
    Layer("voyages", "Voyages: the two ports, without a path", _ABOUT | {
        "from_port": "text", "from_name": "text", "from_country": "text", "to_port": "text", "to_name": "text",
        "to_country": "text", "from_confidence": "whole", "to_confidence": "whole", "dark_h": "number",
        "corridor": "yes", "gaps": "json", "sources": "json"}, _voyages, shown=False),
    Layer("sites", "Watched sites: a point a building", {
        "id": "text", "site": "text", "says": "text", "buildings": "whole", "assessable": "whole", "changed": "whole",
        "dates": "json"}, _sites),
    Layer("buildings", "Buildings with their last status", {
        "id": "text", "site": "text", "building": "text", "label": "text", "kind": "text", "area_m2": "number",
        "assessable": "yes", "why": "text", "status": "text", "posterior": "number", "letters": "text",
        "changes": "json", "phases": "json", "readings": "json"}, _buildings),
    Layer("evidence", "Evidence with a place", {
        "id": "text", "kind": "text", "start": "time", "end": "time", "says": "text", "strength": "text",
        "because": "text", "innocent": "json", "subjects": "json", "made_by": "text", "details": "json",
        "sources": "json"}, _evidence, shown=False),
    Layer("stations", "Stations of threads", {
        "thread": "text", "kind": "text", "key": "text", "label": "text", "start": "time", "end": "time",
        "joint": "text", "how": "text", "evidence": "json"}, _stations),
    Layer("interference", "Areas and hours in which many ships jumped at once", {
        "id": "text", "start": "time", "end": "time", "ships": "whole", "positions": "whole", "says": "text",
        "events": "json"}, _interference),
    Layer("reach", "Ports that could have been called at in a silence", {
        "event": "text", "ship": "whole", **_CALL, "there_m": "number", "back_m": "number", "slack_h": "number",
        "speed_kn": "number"}, _points("reach"), shown=False),
    Layer("reach_area", "Water that a silent ship could have been in, in runs of cells", {
        "event": "text", "slack_h": "number"}, _areas, shown=False),
    Layer("around", "Who was near a silence", {
        "event": "text", "ship": "whole", "time": "time", "heard": "yes"}, _points("around"), shown=False),
    Layer("reception", "Ship-hours known and heard in each cell", {
        "present": "number", "heard": "number"}, _reception, shown=False),
)  # fmt: skip
"""Every layer, in the order in which it is drawn."""
