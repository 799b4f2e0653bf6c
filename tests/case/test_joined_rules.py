"""Rules of the join that readers tripped over: weak evidence, ends of silences, claims beside claims, what is held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from test_join import DAY, evidence, journey, silence

from darkwake import schema
from darkwake.case import hypotheses, join, shown, words
from darkwake.case.known import Cluster, Known
from darkwake.case.ratings import Mark
from darkwake.evidence import Evidence, Subject, canonical_json

SITE = Subject("site", "Example Depot", "Example Depot")


# --- what is weak ---


def test_what_is_weak_is_never_decisive_and_reasons_stand_by_weight_then_strength_then_date() -> None:
    pieces = [
        replace(evidence("draught", 1, start), strength=strength)  # type: ignore[arg-type]  # of the three words
        for start, strength in ((9, "weak"), (5, "fair"), (1, "fair"), (3, "strong"))
    ]
    weak, later, earlier, strong = pieces
    marks = [Mark(item.id, "badly heard", "against", "decisive", "x") for item in (weak, later)]
    marks += [Mark(item.id, "called", "for", None, "x") for item in pieces]
    names = {"ports": "p", "when": "w", "statuses": "s"}
    rows = hypotheses.compete("a", ("badly heard", "called"), marks, names, pieces)
    by = {row.title: row for row in rows.rows}
    against = by["It was badly heard and went where it said"].against
    assert [(one.evidence, one.weight) for one in against] == [(later.id, "decisive"), (weak.id, "some")]
    called = by["It called at p unheard"].for_
    assert [one.evidence for one in called] == [strong.id, earlier.id, later.id, weak.id]


def test_a_possible_meeting_stands_after_what_is_surer() -> None:
    perhaps = replace(evidence("possible meeting", 1, 10, 5, others=0), strength="weak")
    drawn = evidence("draught", 1, 20, event="gap-1", before_m=6.0, after_m=10.0, before_state="ballast",
                     after_state="laden", said="deeper", change_m=4.0)  # fmt: skip
    gap = evidence("silence", 1, 5, 40, verdict="likely switched off", p=0.03, event="gap-1")
    told, _ = join.threads([journey(1)], join.Pool.of([perhaps, drawn, gap]))
    met = next(row for row in told[0].hypotheses if row.title == "It met another ship at sea")
    assert [one.evidence for one in met.for_] == [drawn.id, perhaps.id]
    assert [one.evidence for one in told[0].for_] == [gap.id, drawn.id, perhaps.id]


@pytest.mark.parametrize(("port", "speaks"), [("IRBND", True), ("CNZUH", False)])
def test_only_a_port_that_could_have_been_called_at_unheard_makes_a_claim_speak_for_such_a_call(
    port: str, speaks: bool
) -> None:
    reach = {
        "event": "gap-1",
        "port": "IRBND",
        "name": "Bandar Abbas",
        "country": "IR",
        "slack_h": 9.0,
        "speed_kn": 14.0,
    }
    gap = evidence("silence", 1, 5, 40, verdict="likely switched off", p=0.03, event="gap-1")
    said = claim("c1", ship(1), Subject("port", port, port), start_h=20)
    told, _ = join.threads([journey(1, could_have=(reach,))], join.Pool.of([gap, said]))
    called = next(row for row in told[0].hypotheses if row.title == "It called at Bandar Abbas unheard")
    assert (said.id in [one.evidence for one in called.for_]) is speaks


# --- where a thread ends ---


@pytest.mark.parametrize("is_open", [True, False])
def test_a_ship_that_fell_silent_is_told_to_the_end_of_its_silence(is_open: bool) -> None:
    gap = silence(1, 17, 315, "cannot tell")
    gap = replace(gap, end=None) if is_open else gap
    whole = join.Journey(1, "SHIP 1", DAY, DAY + timedelta(hours=17))
    told, _ = join.threads([whole], join.Pool.of([gap]))
    assert told[0].title.endswith("2025-09-01 until the data end" if is_open else "2025-09-01 to 2025-09-14")
    assert told[0].end == (None if is_open else gap.end)
    ship = next(one for one in told[0].stations if one.kind == "ship")
    assert (ship.start, ship.end) == (told[0].start, told[0].end)


# --- a claim beside a claim ---


def claim(key: str, *subjects: Subject, start_h: float | None = None) -> Evidence:
    item = evidence("claim", 1, start_h or 0, cluster=key)
    item = replace(item, subjects=subjects, details=canonical_json({"cluster": key}))
    return replace(item, start=None, end=None) if start_h is None else item


def ship(number: int) -> Subject:
    return Subject("ship", f"{number:09d}", f"SHIP {number}")


@pytest.mark.parametrize(
    ("cargo", "articles", "other", "joins"),
    [
        (True, "one", "two", True),
        (False, "one", "two", False),
        (True, "three", "two", False),
        (True, "one", "one", False),
    ],
    ids=["same article", "no cargo", "another article", "an article of two ships"],
)
def test_an_undated_claim_of_a_cargo_and_a_site_joins_the_one_ship_of_its_article(
    cargo: bool, articles: str, other: str, joins: bool
) -> None:
    named, bound, second = claim("c1", ship(1), start_h=10), claim("c2", SITE), claim("c3", ship(2), start_h=10)
    clusters = {"c1": Cluster(articles=frozenset({"one"})), "c3": Cluster(articles=frozenset({other})),
                "c2": Cluster(cargo=cargo, articles=frozenset({articles}))}  # fmt: skip
    told, _ = join.threads([journey(1)], join.Pool.of([named, bound, second]), Known(clusters=clusters))
    found = [one for one in told[0].stations if bound.id in one.evidence]
    assert [one.joint for one in found] == (["stated"] if joins else [])
    assert all("does not name the ship" in one.how for one in found)


# --- what the file holds ---


def perhaps(ship_: int, others: int, hours: float) -> dict[str, Any]:
    return {"id": f"{others}-{hours:05.1f}", "kind": "dark_encounter", "ship": ship_, "other": ship_ + 1, "start": DAY,
            "end": DAY, "details": json.dumps({"others": others, "hours": hours}), "sources": []}  # fmt: skip


def test_the_strongest_possible_meetings_of_other_ships_are_held_and_the_rest_is_counted() -> None:
    rows = [perhaps(10, others, float(hours)) for others in (1, 0) for hours in range(40)]
    rows.append(perhaps(1, 9, 0.5))
    events = pl.DataFrame([{name: row.get(name) for name in schema.EVENTS} for row in rows], schema=schema.EVENTS)
    held = shown.shown_others(events, {1})
    assert held.height == shown.MOST_POSSIBLE + 1
    kept = set(held["id"])
    assert "9-000.5" in kept
    assert {f"0-{hours:05.1f}" for hours in range(40)} <= kept
    assert {f"1-{hours:05.1f}" for hours in range(30, 40)} <= kept
    (says,) = shown.left_out(events, schema.empty(schema.VOYAGES), pl.Series([], dtype=pl.String), held)
    assert says.startswith("30 possible meetings of ships that no thread tells of are counted, not shown; the 50 ")


def test_percentages_are_written_one_way() -> None:
    assert words.spaced("at 5 % fired on 4.3% and (1.1%).") == "at 5 % fired on 4.3 % and (1.1 %)."
    assert words.spaced("100%25 of x%y") == "100%25 of x%y"
    assert words.share(0.043) == "4.3 %"
