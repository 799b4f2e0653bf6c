"""Calls that nobody heard: only with a ground, beside their neighbours, and marked so in the corridor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from darkwake import ports as known_ports
from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import gap, hours, port_call
from darkwake.tracks import Columns, Store, ingest
from darkwake.voyages import (
    back_and_forth,
    corridor,
    inferred,
    legs,
    may_hide_calls,
    top_speeds,
    why_none,
    within_reach,
)
from made_positions import DAY, positions, ships

# on the open Arabian Sea, a degree of longitude being 105 km
PORTS = pl.DataFrame(
    [
        ("FJAAA", "Invented Harbour", "FJ", 15.0, 60.0),
        ("TOBBB", "Invented Haven", "TO", 15.0, 62.0),
        ("TOCCC", "Invented Quay", "TO", 15.5, 62.0),
    ],
    schema=schema.PORTS,
    orient="row",
)
SHIP = 911000001
Row = tuple[int, float, float, float, float | None]


def sail(west: float, east: float, hour: float, until: float, knots: float = 10.0) -> list[Row]:
    """Positions every ten minutes along the parallel of 15 degrees."""
    count = round((until - hour) * 6) + 1
    return [(SHIP, hour + k / 6, 15.0, west + (east - west) * k / max(count - 1, 1), knots) for k in range(count)]


def voyage(
    *rows: Sequence[Row], identities: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    table = positions([row for part in rows for row in part])
    events = pl.concat([gap(longer_than=hours(6)).run(table), port_call(ports=PORTS).run(table)])
    runs, speeds = legs(events, ships(table)), top_speeds(table.lazy(), [SHIP])
    reach = within_reach(events.filter(pl.col("kind") == "gap"), PORTS, speeds)
    found = inferred(runs, events, ships(table), reach, PORTS, table.lazy(), identities=identities, top_kn=speeds)
    assert schema.problems(found, schema.INFERRED) == []
    return runs, found, events


IN_PORT: list[Row] = [(SHIP, 0.0, 15.0, 60.0, 0.0), (SHIP, 2.0, 15.0, 60.0, 0.0)]
OUT = sail(60.05, 61.8, 2.5, 12.5)
BACK = sail(61.8, 60.05, 40.0, 50.0)
HOME: list[Row] = [(SHIP, 50.5, 15.0, 60.0, 0.0), (SHIP, 55.0, 15.0, 60.0, 0.0)]


def said(destination: str) -> pl.DataFrame:
    run = {"ship": SHIP, "field": "destination", "value": destination, "first_seen": DAY,
           "last_seen": DAY + timedelta(hours=60), "messages": 9, "source": "1" * 64, "row": 1}  # fmt: skip
    return pl.DataFrame([run], schema=schema.IDENTITIES)


def test_a_ship_that_fell_silent_before_a_port_and_came_back_from_it_may_have_called_there() -> None:
    runs, found, events = voyage(IN_PORT, OUT, BACK, HOME)
    (haven,) = found.iter_rows(named=True)
    assert (haven["port"], haven["kind"], haven["others"]) == ("TOBBB", "gap", 2)
    assert len(haven["grounds"]) == 2
    assert haven["grounds"][0] == "It was last heard 21.5 km from Invented Haven, and its course led there."
    assert haven["since"] < haven["earliest"] < haven["latest"] < haven["until"]
    assert haven["event"] in runs.explode("gaps")["gaps"].to_list()

    asked = {"from_": ["FJ"], "to": ["TO"], "inferred": found, "events": events}
    (there,) = corridor(runs, **asked).iter_rows(named=True)  # type: ignore[arg-type]
    assert (there["from_port"], there["to_port"]) == ("FJAAA", "TOBBB")
    assert (there["from_inferred"], there["to_inferred"], there["inferred"]) == (False, True, [haven["id"]])
    assert there["arrived"] == haven["earliest"]
    assert there["dark_h"] == pytest.approx((haven["earliest"] - haven["since"]).total_seconds() / 3600)
    (counted,) = back_and_forth(runs, **asked).iter_rows(named=True)  # type: ignore[arg-type]
    assert (counted["out"], counted["back"], counted["with_inferred"]) == (1, 1, 2)
    assert corridor(runs, from_=["FJ"], to=["TO"]).is_empty(), "nothing is inferred unless asked"


def test_only_gaps_that_anything_can_speak_of_are_asked() -> None:
    runs, _, events = voyage(IN_PORT, OUT, BACK, HOME)
    own = ships(positions([*IN_PORT, *OUT, *BACK, *HOME]))
    dark = events.filter((pl.col("kind") == "gap") & pl.col("end").is_not_null() & (pl.col("start_lon") > 61))["id"]
    assert may_hide_calls(runs, events, own, PORTS, from_=["FJ"], to=["TO"])["id"].to_list() == dark.to_list()
    elsewhere = {"from_": ["FR"], "to": ["TOCCC"]}
    assert may_hide_calls(runs, events, own, PORTS, **elsewhere).is_empty()  # type: ignore[arg-type]
    bound = may_hide_calls(runs, events, own, PORTS, identities=said("TO CCC"), **elsewhere)  # type: ignore[arg-type]
    assert set(dark) <= set(bound["id"])


def test_in_reach_alone_is_no_ground() -> None:
    """It fell silent 100 km off on another course; all three ports are in reach, and nothing speaks for any."""
    aside = [(SHIP, 9.0 + k / 6, 15.0 - k / 60, 61.0, 10.0) for k in range(20)]
    again = [(SHIP, 60.0 + k / 6, 14.6 - k / 60, 61.0, 10.0) for k in range(20)]
    _, found, _ = voyage(IN_PORT, sail(60.05, 61.0, 2.5, 8.8), aside, again)
    assert found.is_empty()


@pytest.mark.parametrize("word", ["INVENTED QUAY", "TO CCC", "FJAAA>TOCCC", "Invented  Quay / NAPLES"])
def test_the_destination_names_its_port_and_no_other(word: str) -> None:
    _, found, _ = voyage(IN_PORT, OUT, BACK, HOME, identities=said(word))
    by_port = {row["port"]: row["grounds"] for row in found.iter_rows(named=True)}
    assert f"The destination that it last sent, {word}, names the port." in by_port["TOCCC"]
    assert len(by_port["TOBBB"]) == 2
    assert found["port"].to_list() == ["TOBBB", "TOCCC"], "the most grounds first"


def test_half_a_name_is_no_name() -> None:
    _, found, _ = voyage(IN_PORT, OUT, BACK, HOME, identities=said("QUAY"))
    assert found["port"].to_list() == ["TOBBB"]


def test_a_track_that_ends_before_a_port_may_have_gone_there_and_one_that_passed_it_has_not() -> None:
    runs, found, _ = voyage(IN_PORT, OUT)
    (end,) = found.iter_rows(named=True)
    assert (end["kind"], end["port"], end["until"], end["latest"], end["slack_h"]) == ("end", "TOBBB", None, None, None)
    (there,) = corridor(runs, from_=["FJ"], to=["TO"], inferred=found).iter_rows(named=True)
    assert there["to_inferred"]
    past = [(SHIP, 13.0 + k / 6, 14.8, 61.9 + k / 60, 10.0) for k in range(12)]  # 22 km off and sailing on
    _, found, _ = voyage(IN_PORT, OUT, past)
    assert found.is_empty()


def test_a_track_that_begins_off_a_port_may_have_come_from_it() -> None:
    home: list[Row] = [(SHIP, 10.5, 15.0, 60.0, 0.0), (SHIP, 14.0, 15.0, 60.0, 0.0)]
    runs, found, _ = voyage(sail(61.8, 60.05, 0.0, 10.0), home)
    (begin,) = found.iter_rows(named=True)
    assert (begin["kind"], begin["port"], begin["since"], begin["earliest"]) == ("begin", "TOBBB", None, None)
    (there,) = corridor(runs, from_=["TO"], to=["FJ"], inferred=found).iter_rows(named=True)
    assert (there["from_port"], there["from_inferred"], there["to_inferred"]) == ("TOBBB", True, False)
    assert there["departed"] == begin["latest"] <= DAY


def test_what_was_heard_to_the_end_stays_as_it_was_heard() -> None:
    called: list[Row] = [(SHIP, 24.0, 15.5, 62.0, 0.0), (SHIP, 26.0, 15.5, 62.0, 0.0)]
    runs, found, _ = voyage(IN_PORT, OUT, called)
    heard = corridor(runs, from_=["FJ"], to=["TO"])
    assert heard["to_port"].to_list() == ["TOCCC"]
    assert "TOBBB" in found["port"].to_list()
    assert corridor(runs, from_=["FJ"], to=["TO"], inferred=found).equals(heard)


def test_why_a_corridor_is_empty() -> None:
    runs, found, _ = voyage(IN_PORT, OUT)
    table = positions([*IN_PORT, *OUT])
    told = why_none(runs, PORTS, table.lazy(), from_=["FJ"], to=["TO"], inferred=found)
    assert (
        told[0] == "FJ: of 1 ports known, 1 lies where ships were heard (Invented Harbour); 1 calls were heard there; "
        "0 more may have been made unheard."
    )
    assert told[1].startswith(
        "TO: of 2 ports known, none lies where ships were heard; 0 calls were heard there; 1 more"
    )
    assert told[2].startswith("The data do not reach both sides")
    assert (
        why_none(runs, PORTS, table.lazy(), from_=["FJ"], to=["ZZCCC"])[1] == "ZZCCC: none of the ports that are known."
    )


def test_wrong_tables_and_distances_are_refused() -> None:
    runs, _, events = voyage(IN_PORT, OUT)
    table, reach = positions([*IN_PORT, *OUT]), schema.empty(schema.REACH)
    with pytest.raises(WrongUse, match="does not fit"):
        inferred(runs, events, ships(table), reach.drop("lat"), PORTS, table.lazy())
    with pytest.raises(WrongUse, match="in no order"):
        inferred(runs, events, ships(table), reach, PORTS, table.lazy(), near_m=1.0, miss_m=2.0)
    with pytest.raises(WrongUse, match="not INFERRED"):
        corridor(runs, from_=["FJ"], to=["TO"], inferred=events)


@pytest.mark.shared
def test_the_ferries_across_the_kattegat_are_seen_though_neither_end_is(shared: Path, tmp_path: Path) -> None:
    """Two ferries ply between Gothenburg and Frederikshavn; the data end some kilometres before both."""
    columns = Columns.parse("time=Timestamp,ship=MMSI,lat=Latitude,lon=Longitude,sog=SOG")
    ingest(shared / "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet", tmp_path / "store", columns=columns)
    store, known = Store(tmp_path / "store"), known_ports.read(shared / "ais/anchorages/anchorage_overrides.csv")[0]
    both = store.positions().filter(pl.col("ship").is_in([265410000, 265177000])).collect()
    own = store.ships().filter(pl.col("ship").is_in(both["ship"].implode()))
    near = known.filter(pl.col("lat").is_between(55, 60) & pl.col("lon").is_between(8, 14))
    events = pl.concat([gap(longer_than=hours(1)).run(both), port_call(ports=near).run(both)])
    runs, speeds = legs(events, own), top_speeds(both.lazy(), own["ship"].to_list())
    reach = within_reach(events.filter(pl.col("kind") == "gap"), near, speeds)
    found = inferred(runs, events, own, reach, near, both.lazy(), top_kn=speeds)
    assert corridor(runs, from_=["DK"], to=["SE"]).is_empty(), "no voyage is heard from end to end"
    counted = back_and_forth(runs, from_=["DK"], to=["SE"], inferred=found, events=events)
    assert counted.select("ship", "out", "back").rows() == [(265410000, 6, 5), (265177000, 4, 3)]
    assert (counted["first_departed"] > datetime(2025, 11, 1)).all()
