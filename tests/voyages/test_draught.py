"""Laden or in ballast by the ship's own draughts, what changed over an event, and who tells nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.voyages import changes, draughts
from made_positions import DAY

SHIP = 911000001


def told(*runs: tuple[float, float, str], ship: int = SHIP) -> pl.DataFrame:
    """Runs of (first hour, last hour, draught) as IDENTITIES."""
    rows = [
        {"ship": ship, "field": "draught_m", "value": value, "first_seen": DAY + timedelta(hours=first),
         "last_seen": DAY + timedelta(hours=last), "messages": 2, "source": "1" * 64, "row": 1}
        for first, last, value in runs
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.IDENTITIES)


def events(*rows: tuple[str, float, float | None], kind: str = "gap", ship: int = SHIP) -> pl.DataFrame:
    known: list[dict[str, Any]] = [
        {"id": name, "kind": kind, "ship": ship, "start": DAY + timedelta(hours=start),
         "end": None if end is None else DAY + timedelta(hours=end), "details": "{}", "sources": []}
        for name, start, end in rows
    ]  # fmt: skip
    return pl.DataFrame(known, schema=schema.EVENTS)


def said(identities: pl.DataFrame, table: pl.DataFrame, calls: pl.DataFrame | None = None) -> list[tuple[Any, ...]]:
    found = changes(draughts(identities), table, calls=calls)
    assert schema.problems(found, schema.DRAUGHT_CHANGES) == []
    return found.select("event", "said", "change_m").rows()


def test_laden_and_ballast_are_the_ends_of_its_own_range() -> None:
    found = draughts(told((0, 9, "12.1"), (10, 19, "6.3"), (20, 29, "9.0"), (30, 39, "11.8"), (40, 49, "25.6e9")))
    assert found["state"].to_list() == ["laden", "ballast", "between", "laden"]
    assert found["because"][1] == "It reported 6.3 m; its own draughts run from 6.3 to 12.1 m."
    assert schema.problems(found, schema.DRAUGHTS) == []


def test_one_draught_or_a_narrow_range_is_unknown() -> None:
    one, few = draughts(told((0, 9, "8.0"))), draughts(told((0, 9, "8.0"), (10, 19, "8.6")))
    assert (one["state"][0], one["because"][0]) == ("unknown", "It has reported 8.0 m and nothing else.")
    assert set(few["state"]) == {"unknown"}
    assert "too little apart" in few["because"][0]


def test_what_changed_over_a_silence() -> None:
    history = told((0, 10, "12.0"), (31, 60, "7.5"), (61, 90, "7.3"), (100, 120, "12.0"))
    table = events(("dark", 11, 30), ("retyped", 60.2, 60.8), ("loaded", 91, 99), ("open", 121, None))
    assert said(history, table) == [
        ("dark", "shallower", -4.5),
        ("loaded", "deeper", 4.7),
        ("open", "nothing", None),
        ("retyped", "the same", -0.2),
    ]
    dark = changes(draughts(history), table)
    assert dark["says"][0] == "Its draught was 12.0 m before and 7.5 m after, 4.5 m shallower."
    assert (dark["before_state"][0], dark["after_state"][0]) == ("laden", "ballast")


def test_a_crew_that_never_updates_tells_nothing() -> None:
    assert said(told((0, 90, "9.0")), events(("dark", 11, 30))) == [("dark", "nothing", 0.0)]
    assert said(told((0, 40, "9.0"), (41, 90, "9.2")), events(("dark", 11, 30)))[0][1] == "nothing"
    assert said(told((0, 90, "9.0"), ship=2), events(("dark", 11, 30))) == [("dark", "nothing", None)]


def test_a_crew_that_seldom_updates_in_port_tells_nothing_by_the_same() -> None:
    """Four calls and one draught, another one a month later: that it did not change over the silence tells nothing."""
    history = told((0, 500, "9.0"), (600, 700, "5.0"))
    calls = events(*((f"call-{k}", 50.0 * k, 50.0 * k + 20) for k in range(1, 6)), kind="port_call")
    dark = events(("dark", 325, 345))
    assert said(history, dark) == [("dark", "the same", 0.0)]
    assert said(history, dark, calls) == [("dark", "nothing", 0.0)]
    assert "as in 5 of its 5 calls" in changes(draughts(history), dark, calls=calls)["says"][0]


def test_a_crew_that_was_late_before_tells_nothing_soon_after_a_call() -> None:
    """After its first call it typed the draught in five hours late; the silence begins two hours after the second."""
    history = told((0, 24, "12.0"), (25, 48, "7.0"), (55, 90, "12.0"))
    calls = events(("one", 10, 20), ("two", 40, 44), kind="port_call")
    soon, later = events(("dark", 46, 54)), events(("dark", 50, 54))
    assert said(history, soon) == [("dark", "deeper", 5.0)]
    assert said(history, soon, calls) == [("dark", "nothing", 5.0)]
    # a call at which it was on time gives no reason for doubt
    on_time = told((0, 15, "12.0"), (16, 48, "7.0"), (55, 90, "12.0"))
    assert said(on_time, soon, calls) == [("dark", "deeper", 5.0)]
    assert said(history, later, events(("one", 10, 20), kind="port_call")) == [("dark", "deeper", 5.0)]


@given(
    st.lists(st.integers(20, 140), min_size=1, max_size=9),
    st.integers(0, 80),
    st.integers(1, 40),
    st.sampled_from([0.1, 0.3, 1.0]),
)
def test_a_change_is_never_within_the_noise_and_order_does_not_matter(
    tenths: list[int], start: int, long: int, noise_m: float
) -> None:
    history = told(*((10.0 * k, 10.0 * k + 8, str(value / 10)) for k, value in enumerate(tenths)))
    table = events(("dark", start, start + long))
    found = changes(draughts(history, noise_m=noise_m), table, noise_m=noise_m).row(0, named=True)
    if found["said"] in ("deeper", "shallower"):
        assert abs(found["change_m"]) > noise_m
        assert (found["change_m"] > 0) == (found["said"] == "deeper")
    if found["said"] == "the same":
        assert abs(found["change_m"]) <= noise_m + 1e-9
    again = changes(draughts(history.reverse(), noise_m=noise_m), table, noise_m=noise_m).row(0, named=True)
    assert again == found


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(WrongUse, match="not IDENTITIES"):
        draughts(schema.empty(schema.EVENTS))
    with pytest.raises(WrongUse, match="neither EVENTS nor VOYAGES"):
        changes(schema.empty(schema.DRAUGHTS), schema.empty(schema.PORTS))
