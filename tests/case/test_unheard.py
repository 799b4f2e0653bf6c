"""Calls that nobody heard: where a track begins or ends, one end of their time stays open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
from made_tables import ASKED, HERON, at, sailed, tables, told

from darkwake import schema
from darkwake.case import exports, html
from darkwake.case.file import build

TIMES = {
    "begin": {"until": 0, "latest": -3},  # hours; the latest that it can have left lies before it was first heard
    "end": {"since": 400, "earliest": 403},
    "gap": {"since": 200, "until": 240, "earliest": 203, "latest": 237},
}


def rows() -> pl.DataFrame:
    found: list[dict[str, Any]] = []
    for number, (kind, hours) in enumerate(TIMES.items()):
        times = {name: at(hour) for name, hour in hours.items()}
        found.append(
            {
                "id": f"inferred-{kind}", "kind": kind, "voyage": "voyage-one", "event": "gap-one" if kind == "gap" else
                None, "ship": HERON, "port": f"AEEX{number}", "name": f"Haven {number}", "country": "AE", "lat": 25.0,
                "lon": 55.0 + number / 10, "others": 0, "grounds": ["It was heard near it."],
                **times,
            }
        )  # fmt: skip
    return pl.DataFrame([{name: row.get(name) for name in schema.INFERRED} for row in found], schema=schema.INFERRED)


def test_what_may_have_been_called_at_before_or_after_a_track_stays_open_on_one_side() -> None:
    case = build(ASKED, [], tables(**sailed(), inferred=rows()), told())
    calls = {row["details"]["inferred"]: row for row in case["evidence"] if row["kind"] == "inferred call"}
    span = {kind: (calls[f"inferred-{kind}"]["start"], calls[f"inferred-{kind}"]["end"]) for kind in TIMES}
    iso = {hour: (at(0) + timedelta(hours=hour)).isoformat(timespec="seconds") + "Z" for hour in (-3, 403, 203, 237)}
    assert span == {"begin": (None, iso[-3]), "end": (iso[403], None), "gap": (iso[203], iso[237])}
    (thread,) = case["threads"]
    stations = {row["label"]: (row["start"], row["end"]) for row in thread["stations"] if row["kind"] == "port"}
    assert {label: stations[label] for label in stations if "Haven" in label} == {
        "Haven 0 (AE)": span["begin"], "Haven 1 (AE)": span["end"], "Haven 2 (AE)": span["gap"],
    }  # fmt: skip


def test_the_page_and_every_export_take_a_call_without_a_beginning_or_an_end() -> None:
    case = build(ASKED, [], tables(**sailed(), inferred=rows()), told())
    page = html.render(dict(case))
    calls = [row for row in case["evidence"] if row["kind"] == "inferred call"]
    assert all(f'id="{row["id"]}"' in page for row in calls)
    assert 'data-s="None"' not in page
    for form, one in exports.FORMATS.items():
        if one.made is not None:
            assert exports.as_data(case, form), form
