"""Legs between calls, the gaps in them, and corridors that are run in one leg or in several."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.evidence import canonical_json
from darkwake.voyages import back_and_forth, corridor, legs

DAY = datetime(2031, 3, 1)
A, B = 911000001, 911000002
CITED = {"source": "1" * 64, "first_row": 1, "last_row": 1}


def at(hour: float | None) -> datetime | None:
    return None if hour is None else DAY + timedelta(hours=hour)


def event(kind: str, ship: int, start: float, end: float | None, **details: object) -> dict[str, object]:
    known = {"id": f"{kind}-{ship}-{start}", "kind": kind, "ship": ship, "start": at(start), "end": at(end)}
    return {**known, "details": canonical_json(details), "sources": [CITED]}


def call(ship: int, start: float, end: float | None, port: str) -> dict[str, object]:
    return event("port_call", ship, start, end, port=port, name=f"Invented {port[2:]}", country=port[:2])


def gap(ship: int, start: float, end: float | None) -> dict[str, object]:
    return event("gap", ship, start, end)


def sail(*rows: dict[str, object], seen: tuple[float, float] = (0.0, 100.0)) -> pl.DataFrame:
    events = pl.DataFrame(list(rows), schema=schema.EVENTS)
    ends = {"first_seen": at(seen[0]), "last_seen": at(seen[1]), "sources": [CITED, CITED], "positions": 9}
    ships = pl.DataFrame(
        [{"ship": ship, **ends} for ship in sorted({int(str(row["ship"])) for row in rows})], schema=schema.SHIPS
    )
    found = legs(events, ships)
    assert schema.problems(found, schema.VOYAGES) == []
    return found


def short(found: pl.DataFrame) -> list[tuple[object, ...]]:
    hour = [(pl.col(name) - DAY).dt.total_minutes() / 60 for name in ("departed", "arrived")]
    return found.select("from_port", "to_port", *hour, "dark_h").rows()


def test_what_lies_between_calls_and_round_them_is_legs() -> None:
    found = sail(call(A, 10, 20, "CNAAA"), call(A, 50, 60, "IRBBB"), gap(A, 25, 40))
    assert short(found) == [(None, "CNAAA", 0, 10, 0), ("CNAAA", "IRBBB", 20, 50, 15), ("IRBBB", None, 60, 100, 0)]
    middle = found.row(1, named=True)
    assert (middle["from_call"], middle["to_call"]) == ("port_call-911000001-10", "port_call-911000001-50")
    assert middle["gaps"] == ["gap-911000001-25"]
    assert (middle["from_name"], middle["to_country"]) == ("Invented AAA", "IR")


def test_a_ship_without_calls_has_one_leg_without_ports() -> None:
    assert short(sail(gap(A, 20, 30))) == [(None, None, 0, 100, 10)]


def test_a_track_that_begins_and_ends_in_port_has_no_legs_at_its_ends() -> None:
    assert short(sail(call(A, 0, 20, "CNAAA"), call(A, 50, None, "IRBBB"))) == [("CNAAA", "IRBBB", 20, 50, 0)]


def test_a_gap_from_berth_to_berth_is_in_the_leg_and_a_gap_in_a_call_is_in_none() -> None:
    found = sail(call(A, 0, 20, "CNAAA"), gap(A, 5, 15), gap(A, 20, 50), call(A, 50, None, "IRBBB"), gap(A, 90, None))
    assert short(found) == [("CNAAA", "IRBBB", 20, 50, 30)]
    assert found["gaps"].to_list() == [["gap-911000001-20"]]


def test_an_open_gap_stands_in_the_last_leg_with_no_hours() -> None:
    found = sail(call(A, 0, 20, "CNAAA"), gap(A, 100, None))
    assert short(found) == [("CNAAA", None, 20, 100, 0)]
    assert found["gaps"].to_list() == [["gap-911000001-100"]]


def test_a_short_move_within_a_port_is_no_leg_unless_it_was_silent() -> None:
    stay = [call(A, 0, 20, "CNAAA"), call(A, 21, None, "CNAAA")]
    assert short(sail(*stay)) == []
    assert short(sail(*stay, gap(A, 20, 21))) == [("CNAAA", "CNAAA", 20, 21, 1)]
    assert short(sail(call(A, 0, 20, "CNAAA"), call(A, 30, None, "CNAAA"))) == [("CNAAA", "CNAAA", 20, 30, 0)]
    assert short(sail(call(A, 0, 20, "CNAAA"), call(A, 21, None, "CNBBB"))) == [("CNAAA", "CNBBB", 20, 21, 0)]


def test_the_next_ship_is_not_the_next_port() -> None:
    found = sail(call(A, 10, 20, "CNAAA"), call(B, 50, 60, "IRBBB"))
    assert found.filter(pl.col("from_port").is_not_null() & pl.col("to_port").is_not_null()).is_empty()


ROUND = (
    call(A, 0, 10, "CNAAA"), call(A, 20, 25, "SGAAA"), gap(A, 30, 40), call(A, 50, 55, "IRAAA"),
    call(A, 60, 62, "IRBBB"), call(A, 80, 85, "CNBBB"), call(A, 90, None, "IRAAA"),
    call(B, 0, 10, "CNAAA"), call(B, 20, None, "SGAAA"),
)  # fmt: skip


def test_a_corridor_is_found_through_ports_on_the_way() -> None:
    found = corridor(sail(*ROUND), from_=["CN"], to=["Iran"])
    assert schema.problems(found, schema.CHAINS) == []
    assert found.select("ship", "from_port", "to_port", "via", "dark_h").rows() == [
        (A, "CNAAA", "IRAAA", ["Invented AAA"], 10.0),
        (A, "CNBBB", "IRAAA", [], 0.0),
    ]
    assert found["voyages"].list.len().to_list() == [2, 1]


def test_a_corridor_runs_from_the_last_call_to_the_first() -> None:
    rows = (call(A, 0, 5, "CNAAA"), call(A, 10, 15, "CNBBB"), call(A, 30, 35, "IRAAA"), call(A, 40, None, "IRBBB"))
    found = corridor(sail(*rows), from_=["CN"], to=["IR"])
    assert found.select("from_port", "to_port").rows() == [("CNBBB", "IRAAA")]
    assert corridor(sail(*rows), from_=["CNAAA"], to=["IRBBB"])["voyages"].list.len().to_list() == [3]


def test_dates_and_both_ways() -> None:
    voyages = sail(*ROUND)
    both = corridor(voyages, from_=["CN"], to=["IR"], both_ways=True)
    assert both.select("from_port", "to_port").rows() == [("CNAAA", "IRAAA"), ("IRBBB", "CNBBB"), ("CNBBB", "IRAAA")]
    assert corridor(voyages, from_=["CN"], to=["IR"], start=at(51)).height == 1
    assert corridor(voyages, from_=["CN"], to=["IR"], end=at(85)).height == 1
    assert corridor(voyages, from_=["CN"], to=["CN"], both_ways=True).height == 1


def test_back_and_forth_counts_each_way_by_ship() -> None:
    found = back_and_forth(sail(*ROUND), from_=["CN"], to=["IR"])
    assert found.rows() == [(A, 2, 1, at(10), at(90), 10.0, 0)]


def test_a_side_without_places_and_a_wrong_table_are_refused() -> None:
    voyages = sail(*ROUND)
    with pytest.raises(WrongUse, match="names no place"):
        corridor(voyages, from_=[], to=["IR"])
    with pytest.raises(WrongUse, match="names no place"):
        corridor(voyages, from_="CN", to=["IR"])
    with pytest.raises(WrongUse, match="not VOYAGES"):
        corridor(voyages.drop("dark_h"), from_=["CN"], to=["IR"])
    with pytest.raises(WrongUse, match="not SHIPS"):
        legs(schema.empty(schema.EVENTS), schema.empty(schema.EVENTS))


def test_calls_that_are_not_sure_enough_are_no_ends() -> None:
    past = {"port": "CNBBB", "name": "Invented BBB", "country": "CN", "confidence": 1}
    rows = (call(A, 0, 20, "CNAAA"), event("port_call", A, 30, 31, **past), call(A, 50, None, "IRBBB"))
    assert short(sail(*rows)) == [("CNAAA", "IRBBB", 20, 50, 0)]
    sure = {"port": "CNBBB", "name": "Invented BBB", "country": "CN", "confidence": 3}
    found = sail(rows[0], event("port_call", A, 30, 31, **sure), rows[2])
    assert found.select("from_confidence", "to_confidence").rows() == [(None, 3), (3, None)]


def test_nothing_gives_nothing() -> None:
    found = legs(schema.empty(schema.EVENTS), schema.empty(schema.SHIPS))
    assert found.is_empty()
    assert corridor(found, from_=["CN"], to=["IR"]).is_empty()
    assert back_and_forth(found, from_=["CN"], to=["IR"]).is_empty()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["CNAAA", "CNBBB", "SGAAA", "IRAAA", "IRBBB"]), max_size=9))
def test_chains_equal_a_plain_walk_along_the_calls(ports: list[str]) -> None:
    rows = [call(A, 10.0 * k, 10.0 * k + 5, port) for k, port in enumerate(ports)]
    walked, left = [], None
    for k, port in enumerate(ports):
        if port.startswith("IR") and left is not None:
            walked.append((left, k))
            left = None
        if port.startswith("CN"):
            left = k
    if not rows:
        return
    found = corridor(sail(*rows), from_=["CN"], to=["IR"])
    hour = [((pl.col(name) - DAY).dt.total_hours() // 10).cast(pl.Int64) for name in ("departed", "arrived")]
    assert found.select(hour).rows() == walked


def test_a_silence_longer_than_a_leg_can_be_ends_the_leg_and_the_next_begins_where_it_was_heard_again() -> None:
    years = 24 * 1_000.0
    rows = (call(A, 10, 20, "CNAAA"), gap(A, 25, years), call(A, years + 30, years + 40, "IRBBB"))
    found = sail(*rows, seen=(0.0, years + 50))
    assert short(found) == [
        (None, "CNAAA", 0, 10, 0),
        ("CNAAA", None, 20, 25, 0),
        (None, "IRBBB", years, years + 30, 0),
        ("IRBBB", None, years + 40, years + 50, 0),
    ]
    assert found["gaps"].to_list() == [[], ["gap-911000001-25"], [], []]
    assert corridor(found, from_=["CN"], to=["IR"]).height == 0


def test_a_long_silence_from_a_berth_or_inside_a_call_makes_no_empty_leg() -> None:
    years = 24 * 1_000.0
    ends = (0.0, years + 50)
    assert short(sail(call(A, 0, 20, "CNAAA"), gap(A, 20, years), call(A, years, None, "IRBBB"), seen=ends)) == []
    within = sail(call(A, 0, years + 40, "CNAAA"), gap(A, 20, years), seen=ends)
    assert short(within) == [("CNAAA", None, years + 40, years + 50, 0)]
    assert short(sail(gap(A, 20, 24 * 80.0), seen=(0, 24 * 80.0))) == [(None, None, 0, 24 * 80, 24 * 80 - 20)]
