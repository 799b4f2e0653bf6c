"""The gap detector against its own rule, and against the rule of Global Fishing Watch told plainly."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import DETECTORS, HEADINGS, gap, hours, sections
from darkwake.evidence import canonical_json
from darkwake.geo import distance_m
from made_positions import DAY, positions

SHIP = 911000001


def by_the_rule(table: pl.DataFrame, longer_than: timedelta) -> list[tuple[int, datetime, datetime, int]]:
    """The core rule as a plain loop: consecutive positions, strictly more; positions in the 12 h before."""
    found = []
    for (ship,), track in sorted(table.partition_by("ship", as_dict=True).items()):
        times = sorted(track["time"])
        for off, on in pairwise(times):
            if on - off > longer_than:
                found.append((int(ship), off, on, sum(off - timedelta(hours=12) <= time < off for time in times)))
    return found


def closed(events: pl.DataFrame) -> list[tuple[int, datetime, datetime, int]]:
    ended = events.filter(pl.col("end").is_not_null())
    before = [json.loads(text)["positions_12h_before"] for text in ended["details"]]
    return [(*row, count) for row, count in zip(ended.select("ship", "start", "end").iter_rows(), before, strict=True)]


def test_a_silence_of_exactly_the_threshold_is_none_and_a_microsecond_more_is_one() -> None:
    microsecond = 1 / 3.6e9
    assert gap().run(positions([(SHIP, 0, 0, 0, 0), (SHIP, 6, 0, 0, 0)])).is_empty()
    assert gap().run(positions([(SHIP, 0, 0, 0, 0), (SHIP, 6 + microsecond, 0, 0, 0)])).height == 1


def test_two_ships_one_after_the_other_make_no_gap_between_them() -> None:
    found = gap(with_open=False).run(positions([(SHIP, 0, 0, 0, 0), (SHIP + 1, 30, 0, 0, 0), (SHIP + 1, 31, 0, 0, 0)]))
    assert found.is_empty()


def test_the_numbers_of_a_gap_can_be_checked_by_hand_and_its_rows_are_cited() -> None:
    rows = [
        (SHIP, 0.0, 10.0, 20.0, 5.0),
        (SHIP, 1.0, 10.0, 20.1, 5.0),
        (SHIP, 1.5, 10.0, 20.2, 5.0),
        (SHIP, 11.5, 11.0, 20.2, 5.0),
    ]
    event = gap().run(positions(rows)).row(0, named=True)
    details = json.loads(event["details"])
    far = float(distance_m(10.0, 20.2, 11.0, 20.2))
    assert (event["start"], event["end"]) == (DAY + timedelta(hours=1.5), DAY + timedelta(hours=11.5))
    assert details == {
        "hours": 10.0,
        "distance_m": round(far, 1),
        "implied_kn": round(far / 1852 / 10, 3),
        "positions_12h_before": 2,
        "heard_12h_before": {"satellite": 0, "terrestrial": 0, "unknown": 2},
        "open": False,
    }
    assert [(cited["first_row"], cited["last_row"]) for cited in event["sources"]] == [(3, 3), (4, 4)]


def test_a_last_position_long_before_the_end_of_the_data_is_an_open_gap() -> None:
    table = positions(
        [(SHIP, 0, 1, 2, 0), (SHIP, 1, 1, 2, 0), (SHIP + 1, 0, 0, 0, 0), (SHIP + 1, 5, 0, 0, 0), (SHIP + 1, 9, 0, 0, 0)]
    )
    event = gap().run(table).row(0, named=True)
    assert (event["ship"], event["end"], event["end_lat"]) == (SHIP, None, None)
    assert json.loads(event["details"]) == {
        "hours": 8.0, "distance_m": None, "implied_kn": None, "positions_12h_before": 1, "open": True,
        "heard_12h_before": {"satellite": 0, "terrestrial": 0, "unknown": 1},
    }  # fmt: skip
    assert len(event["sources"]) == 1
    assert gap(with_open=False).run(table).is_empty()
    assert gap(until=DAY + timedelta(hours=16)).run(table)["ship"].to_list() == [SHIP, SHIP + 1]


def test_an_open_gap_that_closes_later_keeps_its_id() -> None:
    first = [(SHIP, 0.0, 1.0, 2.0, 0.0), (SHIP + 1, 20.0, 0.0, 0.0, 0.0)]
    later = [*first, (SHIP, 30.0, 1.0, 2.0, 0.0)]
    before, after = (gap().run(positions(rows)).filter(pl.col("ship") == SHIP) for rows in (first, later))
    assert before["id"].to_list() == after["id"].to_list()
    assert before["end"].null_count() == 1
    assert after["end"].null_count() == 0


def test_positions_of_the_same_second_neither_break_nor_double_a_gap() -> None:
    rows = [
        (SHIP, 0.0, 1.0, 2.0, 0.0),
        (SHIP, 0.0, 1.1, 2.0, 0.0),
        (SHIP, 9.0, 1.0, 2.0, 0.0),
        (SHIP, 9.0, 1.2, 2.0, 0.0),
    ]
    events = gap().run(positions(rows))
    assert closed(events) == [(SHIP, DAY, DAY + timedelta(hours=9), 0)]


def test_details_are_canonical_json() -> None:
    rows = [(SHIP + k, hour, 0.1 * k, 0.3 * hour, 1.0) for k in range(9) for hour in (0.0, 1.0 + k / 7, 30.0 + k / 3)]
    for text in gap().run(positions(rows))["details"]:
        assert text == canonical_json(json.loads(text))


def test_nothing_in_gives_events_without_rows() -> None:
    events = gap().run(schema.empty(schema.POSITIONS))
    assert events.is_empty()
    assert schema.problems(events, schema.EVENTS) == []


@pytest.mark.parametrize("factory", DETECTORS)
def test_every_detector_tells_the_reader_the_five_things(factory) -> None:  # type: ignore[no-untyped-def]
    detector = factory()
    found = sections(detector.about)
    assert tuple(found) == HEADINGS
    assert all(found.values())
    assert len(detector.innocent) >= 4
    assert all(point.endswith(".") for point in detector.innocent)
    assert detector.made_by.startswith(f"events.{detector.kind} ")
    words = {line.split(":")[0] for line in found["Parameters"].splitlines() if not line.startswith(" ")}
    assert words == set(factory.__kwdefaults__), "the docstring names the parameters that there are"


def test_a_threshold_of_nothing_is_refused_with_what_to_do() -> None:
    with pytest.raises(WrongUse, match="Give a minute or more"):
        gap(longer_than=hours(0))


@pytest.mark.shared
@pytest.mark.parametrize("threshold_h", [1, 6])
def test_real_gaps_equal_the_rule_of_global_fishing_watch(shared: Path, threshold_h: float) -> None:
    kattegat = pl.read_parquet(shared / "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet").select(
        ship=pl.col("MMSI").cast(pl.Int64), time=pl.col("Timestamp").cast(schema.TIME), lat="Latitude", lon="Longitude",
        sog=pl.col("SOG").cast(pl.Float32),
    )  # fmt: skip
    raw = pl.read_csv(shared / "ais/gfw-positions-2018/position_messages.csv", infer_schema=False)
    gfw = raw.select(
        ship=pl.col("ssvid").cast(pl.Int64),
        time=pl.col("timestamp").str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"),
        lat=pl.col("lat").cast(pl.Float64),
        lon=pl.col("lon").cast(pl.Float64),
        sog=pl.col("speed").cast(pl.Float32),
    )
    for part in (kattegat, gfw):
        lacking = [
            pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in part.columns
        ]
        table = part.with_columns(lacking).with_columns(source=pl.lit("2" * 64), row=pl.int_range(1, pl.len() + 1))
        table = schema.in_order(table.select(list(schema.POSITIONS)))
        want = by_the_rule(table, hours(threshold_h))
        assert closed(gap(longer_than=hours(threshold_h)).run(table)) == want
        assert want, "the real data hold gaps to compare"
