"""What the page looks up: when things ended that were still open."""

from __future__ import annotations

from typing import Any

from darkwake.case import text
from darkwake.case.index import Index


def event(kind: str, start: str, **details: Any) -> dict[str, Any]:
    where = {"start_lat": 57.0, "start_lon": 11.0, "end_lat": None, "end_lon": None}
    return where | {"id": kind, "kind": kind, "ship": 1, "start": start, "end": None, "details": details}


def test_a_stay_without_an_end_lasts_until_its_ship_was_last_heard() -> None:
    """Two sources years apart: neither a stay nor a silence of the first is drawn into the second."""
    call, gap = event("port_call", "2010-06-11T10:00:00Z"), event("gap", "2010-06-11T12:00:00Z", hours=8)
    index = Index(
        {
            "case": {"period": {"start": "2010-06-11T00:00:00Z", "end": "2016-01-12T00:00:00Z"}},
            "ships": [{"ship": 1, "first_seen": "2010-06-11T09:00:00Z", "last_seen": "2010-06-11T12:00:00Z"}],
            "events": [call, gap],
        }
    )
    assert index.end(call) == text.seconds("2010-06-11T12:00:00Z")
    assert index.end(gap) == text.seconds("2010-06-11T20:00:00Z")
    assert index.end(call | {"ship": 2}) == text.seconds("2016-01-12T00:00:00Z")
    assert index.end(call | {"end": "2010-06-11T11:00:00Z"}) == text.seconds("2010-06-11T11:00:00Z")
