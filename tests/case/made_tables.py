"""The tables of a small invented case: one ship, one voyage with a silence, articles, a site; or any part of that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import made_claims
import made_sites
import polars as pl

from darkwake import schema
from darkwake.case import findings
from darkwake.case.folder import Asked
from darkwake.case.tables import Tables, Told

HERON = 999100001
SOURCE = "a1" * 32
DAY = datetime(2026, 2, 1)
SITE = made_sites.SITE
GOODS = {
    "asked": {"description": "sodium nitrate, in bags", "cas": "7631-99-4"},
    "verdict": "not found in the lists checked",
    "says": "Sodium nitrate was not found in the lists checked.",
    "innocent": ["A civil use."],
    "findings": [],
    "made_by": "screening test",
}
KINDS = ("gap", "port_call", "encounter", "dark_encounter", "loitering", "false_identity", "false_position")
NAMES = (
    *KINDS,
    "silence",
    "port call",
    "voyage",
    "inferred call",
    "draught",
    "listing",
    "claim",
    "site status",
    "goods",
)
ASKED = Asked("made", question="What went to Bandar Abbas?", invented=True, from_=("CN",), to=("IR",))
INNOCENT = ("An invented innocent explanation.",)


def told() -> Told:
    """What the parts say of themselves, in short."""
    innocent = findings.Innocent(
        silence=dict.fromkeys(findings.STRENGTHS, INNOCENT), port_call=INNOCENT, hit=INNOCENT, voyage=INNOCENT,
        event=dict.fromkeys(KINDS, INNOCENT), inferred=INNOCENT, draught=INNOCENT,
    )  # fmt: skip
    return Told("test", dict.fromkeys(NAMES, "test"), innocent, "", (), ())


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def _cite(row: int) -> list[dict[str, Any]]:
    return [{"source": SOURCE, "first_row": row, "last_row": row}]


def _event(kind: str, key: str, begin: float, end: float, lat: float, lon: float, **details: Any) -> dict[str, Any]:
    return {
        "id": f"{kind}-{key}", "kind": kind, "ship": HERON, "other": None, "start": at(begin), "end": at(end),
        "start_lat": lat, "start_lon": lon, "end_lat": lat, "end_lon": lon, "details": json.dumps(details),
        "sources": _cite(1),
    }  # fmt: skip


def _frame(rows: Sequence[Mapping[str, Any]], wanted: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in wanted} for row in rows], schema=wanted)


def sailed(verdict: str = "likely switched off") -> dict[str, Any]:
    """A voyage from Zhuhai to Bandar Abbas, 2 to 16 February 2026, with one silence of 40 hours."""
    near = {"country": "CN", "name": "Zhuhai", "port": "CNZUH"}
    far = {"country": "IR", "name": "Bandar Abbas", "port": "IRBND"}
    events = [
        _event("port_call", "one", 0, 24, 21.9, 113.2, **near),
        _event("gap", "one", 200, 240, 24.0, 60.0, hours=40.0, open=False),
        _event("port_call", "two", 360, 400, 27.1, 56.1, **far),
    ]
    leg = {
        "id": "voyage-one", "ship": HERON, "departed": at(24), "arrived": at(360), "from_call": "port_call-one",
        "to_call": "port_call-two", "gaps": ["gap-one"], "dark_h": 40.0, "sources": _cite(2), "from_port": "CNZUH",
        "from_name": "Zhuhai", "from_country": "CN", "to_port": "IRBND", "to_name": "Bandar Abbas", "to_country": "IR",
    }  # fmt: skip
    chain = leg | {"voyages": ["voyage-one"], "from_inferred": False, "to_inferred": False, "inferred": [], "via": []}
    silence = {
        "event": "gap-one", "verdict": verdict, "says": "Weighed.", "p": 0.004,
        "details": json.dumps({"peers": 9, "peers_heard": 9, "b": {"start": {"passages": 90, "long": 0}}}),
    }  # fmt: skip
    ship = {"ship": HERON, "ais_class": "A", "positions": 900, "first_seen": at(0), "last_seen": at(400)}
    said = [
        {"ship": HERON, "field": name, "value": value, "first_seen": at(0), "last_seen": at(400), "messages": 9,
         "source": SOURCE, "row": 1} for name, value in (("name", "EXAMPLE HERON"), ("imo", "9999113"))
    ]  # fmt: skip
    return {
        "ships": _frame([ship], schema.SHIPS), "identities": _frame(said, schema.IDENTITIES),
        "events": _frame(events, schema.EVENTS), "silences": _frame([silence], schema.SILENCES),
        "voyages": _frame([leg], schema.VOYAGES), "corridor": _frame([chain], schema.CHAINS),
    }  # fmt: skip


def claimed() -> dict[str, Any]:
    """The invented articles of made_claims."""
    made = made_claims.made()
    return {name: getattr(made, name) for name in ("articles", "claims", "clusters", "origins", "contradictions")}


def moved_site(lat: float = 27.2, lon: float = 56.2, days: int = 400) -> Any:
    """The invented depot, laid beside Bandar Abbas, and its images that many days later."""
    seen = made_sites.made()
    where = pl.lit(lat).alias("lat"), pl.lit(lon).alias("lon")
    later = timedelta(days=days)
    times = ("start_after", "start_by", "end_after", "end_by")
    return replace(
        seen,
        footprints=seen.footprints.with_columns(*where),
        phases=seen.phases.with_columns(pl.col(times) + later),
        images=seen.images.with_columns(pl.col("time") + later),
        assessed=seen.assessed.with_columns(pl.col("first", "last") + later),
        statuses=seen.statuses.with_columns(pl.col("time") + later),
    )


def tables(**parts: Any) -> Tables:
    """Tables of a case that holds nothing but what is given."""
    empty: dict[str, Any] = {
        name: schema.empty(getattr(schema, name.upper()))
        for name in (
            "ships", "identities", "events", "silences", "voyages", "reach", "hits", "standings", "around",
            "interference", "inferred", "draughts", "draught_changes", "reach_area",
        )
    }  # fmt: skip
    empty |= {
        "corridor": schema.empty(schema.CHAINS), "unheard": schema.empty(schema.REACH), "goods": (), "decisions": (),
        "looked": (), "tracks": (), "reception_cell_deg": 0.25,
        "reception": pl.DataFrame(schema={"lat": pl.Float64, "lon": pl.Float64, "ais_class": pl.String,
                                          "present": pl.Float64, "heard": pl.Float64}),
    }  # fmt: skip
    return Tables(**(empty | parts))
