"""What a gap keeps beside its ends: who heard the ship before, the way by sea, the shore and the ports at both ends."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, schema, shore
from darkwake.errors import WrongUse
from darkwake.events import gap, port_call
from darkwake.events.places import facts
from darkwake.evidence import canonical_json
from made_positions import DAY, frame, positions

SHIP = 911000001
PORTS = pl.DataFrame(
    [("ZZAAA", 'Invented "Harbour"', "ZZ", 26.2, 56.0), ("ZZBBB", "Invented Haven", "ZZ", 25.2, 57.0)],
    schema=schema.PORTS,
    orient="row",
)


def details(events: pl.DataFrame) -> list[dict[str, Any]]:
    return [json.loads(text) for text in events["details"]]


def one_gap(lat1: float, lon1: float, lat2: float, lon2: float, hour: float = 20.0, **asked: Any) -> dict[str, Any]:
    gaps = gap(with_open=False).run(positions([(SHIP, 0, lat1, lon1, 1), (SHIP, hour, lat2, lon2, 1)]))
    (found,) = details(facts(gaps, ports=PORTS, **asked))
    return found


def test_a_gap_at_open_sea_and_its_numbers_by_hand() -> None:
    found = one_gap(25.0, 58.0, 24.5, 59.5)
    far = float(geo.distance_m(25.0, 58.0, 24.5, 59.5))
    assert found["over_land"] is False
    assert found["sea_m"] == found["distance_m"] == round(far, 1)
    assert found["implied_kn"] == round(round(far, 1) / 1852 / 20, 3)
    assert found["start_shore_m"] == pytest.approx(float(shore.shore_m(25.0, 58.0)), abs=0.1)
    assert found["end_shore_m"] == pytest.approx(float(shore.shore_m(24.5, 59.5)), abs=0.1)
    assert found["start_port"] == {
        "port": "ZZBBB", "name": "Invented Haven", "country": "ZZ",
        "distance_m": pytest.approx(float(geo.distance_m(25.0, 58.0, 25.2, 57.0)), abs=1.0),
    }  # fmt: skip


def test_round_a_peninsula_the_way_by_sea_counts_and_the_speed_follows_it() -> None:
    """From the Persian Gulf to the Gulf of Oman: straight over Musandam, by sea through the Strait of Hormuz."""
    found = one_gap(25.9, 55.7, 25.4, 56.9)
    assert found["over_land"] is True
    by_hand = [(25.9, 55.7), (26.45, 56.35), (26.45, 56.6), (25.4, 56.9)]
    way = sum(float(geo.distance_m(*one, *two)) for one, two in pairwise(by_hand))
    assert found["distance_m"] * 1.1 < found["sea_m"] < way * 1.1
    assert found["implied_kn"] == round(found["sea_m"] / 1852 / 20, 3)
    assert found["start_port"]["name"] == 'Invented "Harbour"'


def test_what_is_not_searched_is_null_and_the_speed_is_then_the_straight_lines() -> None:
    for found in (one_gap(25.9, 55.7, 25.4, 56.9, most_ways=0), one_gap(25.9, 55.7, 25.4, 56.9, widest_deg=2.0)):
        assert (found["over_land"], found["sea_m"]) == (True, None)
        assert found["implied_kn"] == round(found["distance_m"] / 1852 / 20, 3)
    lake = one_gap(42.5, -87.0, 41.5, -71.0)  # Lake Michigan and the Atlantic: no water joins them here
    assert (lake["over_land"], lake["sea_m"]) == (True, None)


def test_the_longest_silences_are_searched_first() -> None:
    rows = [
        row
        for at, hours in enumerate((10, 30, 20))
        for row in ((SHIP + at, 0, 25.9, 55.7, 1), (SHIP + at, hours, 25.4, 56.9, 1))
    ]
    found = details(facts(gap(with_open=False).run(positions(rows)), most_ways=2))
    assert [one["hours"] for one in found if one["sea_m"] is None] == [10]


def test_an_open_gap_has_its_start_only() -> None:
    gaps = gap(until=DAY + timedelta(hours=20)).run(positions([(SHIP, 0, 25.0, 58.0, 1)]))
    (found,) = details(facts(gaps))
    assert {found[name] for name in ("sea_m", "over_land", "implied_kn", "end_shore_m", "distance_m")} == {None}
    assert found["end_port"] is None
    assert found["start_shore_m"] > 30_000
    assert found["start_port"]["country"] in ("IR", "OM", "AE")
    assert found["open"] is True


def test_receivers_are_counted_where_the_source_names_them() -> None:
    """12 h before without its first moment; what a receiver is not named for is unknown."""
    hour = [0.0, 1.0, 2.0, 3.0, 12.0, 13.0, 14.0, 30.0]
    table = frame([SHIP] * 8, hour, [25.0] * 8, [58.0] * 8, [None] * 8)
    words = ["satellite", "terrestrial", "satellite", None, "terrestrial", "terrestrial", "satellite", "satellite"]
    table = table.with_columns(pl.Series("receiver", words, dtype=pl.String))
    last = gap(with_open=False).run(table).sort("start")
    counts = details(last)
    assert [one["hours"] for one in counts] == [9.0, 16.0]
    assert counts[0]["heard_12h_before"] == {"satellite": 2, "terrestrial": 1, "unknown": 0}
    assert counts[1]["heard_12h_before"] == {"satellite": 1, "terrestrial": 2, "unknown": 1}
    assert [one["positions_12h_before"] for one in counts] == [3, 4]


def test_only_details_of_gaps_change_and_twice_is_once() -> None:
    rows = [(SHIP, hour, 26.2, 56.0, 0.0) for hour in (0, 1, 2, 9)] + [(SHIP, 10, 25.5, 56.8, 9.0)]
    table = positions(rows)
    events = pl.concat([gap().run(table), port_call(ports=PORTS).run(table)])
    found = facts(events, ports=PORTS)
    assert schema.problems(found, schema.EVENTS) == []
    assert set(events["kind"]) == {"gap", "port_call"}
    assert found.drop("details").equals(events.drop("details"))
    calls = pl.col("kind") == "port_call"
    assert found.filter(calls).equals(events.filter(calls))
    for before, after in zip(details(events.filter(~calls)), details(found.filter(~calls)), strict=True):
        assert {name: after[name] for name in before if name != "implied_kn"} == {
            name: value for name, value in before.items() if name != "implied_kn"
        }
    assert all(text == canonical_json(json.loads(text)) for text in found["details"])
    assert facts(found, ports=PORTS).equals(found)


@pytest.mark.parametrize(
    ("ends", "sea"),
    [
        ((30.0, 179.5, 31.0, -179.0), True),  # across the antimeridian
        ((89.0, 0.0, 89.5, 180.0), True),  # over the north pole
        ((-65.0, 179.5, -65.0, -179.0), True),
        ((-16.8, 179.2, -16.8, -179.5), False),  # Fiji: over land, and a box would cross 180°
        ((25.0, 58.0, 25.0, 58.0), True),  # a ship that lay still
    ],
)
def test_the_antimeridian_the_poles_and_a_ship_that_lies_still(
    ends: tuple[float, float, float, float], sea: bool
) -> None:
    found = one_gap(*ends)
    assert found["over_land"] is not sea
    assert (found["sea_m"] == found["distance_m"]) is sea
    assert found["start_port"]["distance_m"] >= 0


def test_clocks_that_jump_and_doubled_messages_give_numbers_all_the_same() -> None:
    """A clock that was years wrong for one message, and the same second heard twice in two places."""
    hour = [0.0, 0.5, 0.5, 1.0, 87_600.0, 87_600.5]
    table = frame([SHIP] * 6, hour, [25.0, 25.0, 24.9, 25.0, -30.0, 25.0], [58.0] * 6, [None] * 6)
    found = details(facts(gap().run(pl.concat([table, table]))))
    assert len(found) == 1
    assert found[0]["hours"] == pytest.approx(87_599.0)
    assert found[0]["implied_kn"] < 0.1
    assert found[0]["positions_12h_before"] == 3


def test_without_ports_and_without_gaps_and_with_a_wrong_table() -> None:
    gaps = gap(with_open=False).run(positions([(SHIP, 0, 25.0, 58.0, 1), (SHIP, 9, 25.0, 58.1, 1)]))
    (found,) = details(facts(gaps, ports=schema.empty(schema.PORTS)))
    assert found["start_port"] is found["end_port"] is None
    assert facts(schema.empty(schema.EVENTS)).is_empty()
    with pytest.raises(WrongUse, match="does not fit"):
        facts(PORTS)


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_gaps_looked_at_in_parts_give_the_same_as_together(seed: int, parts: int) -> None:
    """Where no gap is left out for their number, what is found of one gap does not depend on the others."""
    rng = np.random.default_rng(seed)
    count = 24
    ship = np.repeat(SHIP + np.arange(count // 2), 2)
    lat, lon = rng.uniform(25, 26.3, count), rng.uniform(55.5, 57.5, count)
    gaps = gap().run(frame(ship, np.tile([0.0, 9.0], count // 2), lat, lon, [None] * count))
    whole = facts(gaps, ports=PORTS)
    split = [facts(gaps.filter(pl.col("ship") % parts == at), ports=PORTS) for at in range(parts)]
    assert pl.concat(split).sort("ship", "start", "kind", "id").equals(whole)
