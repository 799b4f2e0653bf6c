"""False positions: each pattern is found with its numbers, and what only looks like one is left in peace."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darkwake import geo, schema, synth
from darkwake.errors import WrongUse
from darkwake.events import HEADINGS, hours, sections
from darkwake.events.believable import believed, unbelievable
from darkwake.events.false_position import INNOCENT, PATTERNS, false_position
from darkwake.evidence import canonical_json
from made_false import SHIP, between, circled, held, moved, offset, track
from made_positions import DAY, Files

INLAND = (23.5, 48.0)  # in the middle of Arabia


def found(table: pl.DataFrame, **parameters: Any) -> list[dict[str, Any]]:
    events = false_position(**parameters).run(table)
    assert schema.problems(events, schema.EVENTS) == []
    return [{**row, **json.loads(row["details"])} for row in events.iter_rows(named=True)]


def patterns(table: pl.DataFrame) -> list[str]:
    return [event["pattern"] for event in found(table)]


def test_a_ship_that_sails_on_has_no_false_position() -> None:
    assert found(track()) == []
    assert false_position().run(schema.empty(schema.POSITIONS)).is_empty()


def test_a_burst_is_one_event_with_its_numbers_drawn_where_the_track_was() -> None:
    table = offset(track(), 8, 11)
    (event,) = found(table)
    own = track().filter(between(track(), 8, 11))
    assert (event["pattern"], event["positions"], event["held"], event["returned"]) == (
        "jump",
        len(own),
        "offset",
        True,
    )
    assert event["far_m"] == pytest.approx(80_000, rel=0.01)
    assert (event["start"], event["end"]) == (own["time"][0], own["time"][-1])
    before = track().filter(between(track(), 0, 8)).row(-1, named=True)
    assert (event["start_lat"], event["start_lon"]) == (before["lat"], before["lon"])
    assert event["stretches"] == [["2031-03-01T08:00:00Z", "2031-03-01T10:55:00Z"]]
    assert "36 positions within 2.9 hours lay up to 80 km from where the ship's track was" in event["says"]
    cited = table.filter(pl.col("time").is_in([event["start"], event["end"]]))["row"].to_list()
    assert [one["first_row"] for one in event["sources"]] == cited


def test_details_are_canonical_json_and_name_innocent_explanations() -> None:
    events = false_position().run(pl.concat([offset(track(), 3, 6), circled(track(ship=SHIP + 1), 3, 8)]))
    for text in events["details"]:
        assert text == canonical_json(json.loads(text))
        assert json.loads(text)["innocent"] == list(INNOCENT[json.loads(text)["pattern"]])
    assert set(INNOCENT) == set(PATTERNS)


@pytest.mark.parametrize(("count", "pattern"), [(1, "stray_fix"), (2, "stray_fix"), (3, "jump")])
def test_few_positions_away_are_a_stray_fix(count: int, pattern: str) -> None:
    (event,) = found(offset(track(), 7.99, 7.99 + count * 5 / 60))
    assert (event["pattern"], event["positions"]) == (pattern, count)


def test_scattered_places_are_one_jump_and_not_many() -> None:
    table, which = track(), between(track(), 6, 12)
    rng, count = np.random.default_rng(3), int(which.sum())
    lat, lon = geo.destination(25.0, 62.0, rng.uniform(0, 360, count), rng.uniform(0, 60_000, count))
    (event,) = found(moved(table, which, lat, lon))
    assert event["pattern"] == "jump"
    assert event["positions"] >= 70
    assert event["held"] is None


def test_places_inland_that_were_jumped_to_are_on_land() -> None:
    (event,) = found(held(track(), 5, 9, INLAND))
    assert event["pattern"] == "on_land"
    assert event["inland_m"] > 100_000
    assert "km inland" in event["says"]


def test_a_vessel_that_stays_on_a_river_or_lake_is_not_on_land() -> None:
    rhine = track(start=(51.43, 6.72), course=320, knots=6, hours=10)  # in no outline: all of it counts as land
    superior = track(start=(47.5, -87.5), course=90, hours=10, ship=SHIP + 1)
    assert found(pl.concat([rhine, superior])) == []


def test_places_on_the_ships_own_way_are_a_wrong_time() -> None:
    table = track(knots=20)
    late = table.filter(between(table, 5, 5.5)).with_columns(pl.col("time") + timedelta(hours=3, seconds=77))
    (event,) = found(schema.in_order(pl.concat([table, late])))
    assert (event["pattern"], event["positions"]) == ("wrong_time", 6)


def test_a_burst_that_a_ship_could_have_sailed_to_but_not_from_is_taken_out_as_far_as_the_silence() -> None:
    table = offset(track(), 6, 12, km=60)
    silent = between(table, 4, 8)
    (event,) = found(table.filter(~silent))
    assert (event["pattern"], event["positions"]) == ("jump", 48)


@pytest.mark.parametrize("radius_m", [700.0, 2500.0])
def test_a_circle_round_a_place_while_speed_and_course_say_otherwise(radius_m: float) -> None:
    (event,) = found(circled(track(), 6, 14, radius_m=radius_m, knots=15))
    assert event["pattern"] == "circle"
    assert event["radius_m"] == pytest.approx(radius_m, rel=0.02)
    assert event["start"] < DAY + hours(7)
    assert event["end"] > DAY + hours(13)


def test_a_ship_at_anchor_that_swings_and_one_that_searches_are_no_circles() -> None:
    hour = np.arange(0, 48, 1 / 12)
    anchored = track(knots=0.2, hours=48)
    lat, lon = geo.destination(24.0, 60.0, (hour * 29) % 360, 280.0)
    rng = np.random.default_rng(5)
    searching = track(ship=SHIP + 1, hours=48, knots=5)
    turned = np.cumsum(rng.normal(20, 35, len(hour)))
    step = 5 * geo.METRES_PER_NM / 12
    north, east = np.cumsum(np.cos(np.radians(turned))) * step, np.cumsum(np.sin(np.radians(turned))) * step
    everywhere = pl.Series(np.full(len(hour), True))
    tables = [
        moved(anchored, everywhere, lat, lon),
        moved(searching, everywhere, 20 + north / 111_120, 62 + east / 104_000),
    ]
    assert found(pl.concat(tables)) == []


def test_one_place_to_the_digit_while_under_way_is_frozen_and_while_lying_still_is_not() -> None:
    table, which = track(), between(track(), 6, 12)
    here = table.filter(which)[:1]
    still = moved(table, which, here["lat"].to_numpy(), here["lon"].to_numpy())
    assert "frozen" in patterns(still)
    moored = moved(track(knots=0.1), between(table, 0, 24), np.full(len(table), 24.1), np.full(len(table), 61.2))
    assert patterns(moored) == []


def test_a_line_without_noise_is_no_ship() -> None:
    table = track()
    lat, lon = geo.destination(24.0, 60.0, 80.0, 12 * geo.METRES_PER_NM * np.arange(0, 24, 1 / 12))
    (event,) = found(moved(table, between(table, 0, 24), np.round(lat, 6), np.round(lon, 6)))
    assert event["pattern"] == "straight_line"
    assert event["off_m"] < 1
    assert event["shown_kn"] == pytest.approx(12, abs=0.1)


def test_a_speed_that_contradicts_the_way_is_told_and_a_short_one_is_not() -> None:
    table = track()
    for first, last, wanted in ((5, 9, ["contradiction"]), (5, 6.5, [])):
        which = between(table, first, last)
        said = table.with_columns(sog=pl.when(which).then(0.0).otherwise("sog").cast(pl.Float32))
        assert patterns(said) == wanted


def test_two_ships_under_one_number_are_no_jumps() -> None:
    one, other = track(minutes=7), track(start=(22.0, 61.0), course=150, knots=9, minutes=11, seed=2)
    assert patterns(schema.in_order(pl.concat([one, other]))) == []
    moored = track(start=(22.0, 61.0), knots=0.02, minutes=31, seed=2)
    assert patterns(schema.in_order(pl.concat([one, moored]))) == []


def test_a_ship_across_the_antimeridian_jumps_only_where_it_jumps() -> None:
    table = track(start=(10.0, 178.5), course=90)
    assert found(table) == []
    (event,) = found(offset(table, 6, 10, km=60, bearing=0))
    assert event["far_m"] == pytest.approx(60_000, rel=0.02)


def test_what_is_unbelievable_is_dropped_and_nothing_else() -> None:
    true = pl.concat([track(), track(ship=SHIP + 1, start=(15.0, 65.0))])
    table = schema.in_order(
        pl.concat([offset(true.filter(pl.col("ship") == SHIP), 8, 11), true.filter(pl.col("ship") > SHIP)])
    )
    events = false_position().run(table)
    kept = believed(table, events)
    assert kept.equals(
        table.filter((pl.col("ship") > SHIP) | ~pl.col("time").is_between(DAY + hours(8), DAY + hours(10.99)))
    )
    assert unbelievable(events).select("ship", "pattern").rows() == [(SHIP, "jump")]
    assert believed(table, events.clear()).equals(table)


def test_the_docstring_tells_the_five_things() -> None:
    detector = false_position()
    assert tuple(sections(detector.about)) == HEADINGS
    words = {
        line.split(":")[0] for line in sections(detector.about)["Parameters"].splitlines() if not line.startswith(" ")
    }
    assert words == set(false_position.__kwdefaults__ or {})
    with pytest.raises(WrongUse, match="not above 0"):
        false_position(fastest_kn=0)


# --- laws ---


def lying(seed: int) -> pl.DataFrame:
    """A few ships, most of which lie in some way at some time."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(int(rng.integers(1, 7))):
        table = track(
            ship=911000000 + number, start=(float(rng.uniform(5, 20)), float(rng.uniform(62, 66))),
            course=float(rng.uniform(0, 360)), minutes=float(rng.choice([5, 10, 20])), seed=seed % 1000,
        )  # fmt: skip
        first = float(rng.uniform(1, 22))
        last = first + float(rng.uniform(0.5, 23 - first))
        lie = int(rng.integers(0, 5))
        if lie == 0:
            table = offset(table, first, last, km=float(rng.uniform(20, 400)), bearing=float(rng.uniform(0, 360)))
        elif lie == 1:
            table = held(table, first, last, INLAND)
        elif lie == 2:
            table = circled(table, first, last)
        elif lie == 3:
            table = table.sample(fraction=0.5, seed=seed % 100).sort("time")
        parts.append(table)
    return schema.in_order(pl.concat(parts))


def named(events: pl.DataFrame) -> pl.DataFrame:
    return events.drop("id").sort("ship", "start", "start_lat", "kind")


@settings(deadline=None, max_examples=10)
@example(seed=66, shards=1)  # a circle whose windows see two middles
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_any_split_and_any_order_give_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, seed: int, shards: int
) -> None:
    table = lying(seed)
    whole = false_position().run(table)
    assert whole["id"].n_unique() == whole.height
    mixed = table.sample(fraction=1.0, shuffle=True, seed=seed % 1000)
    store = Files(tmp_path_factory.mktemp("s"), [[mixed.filter(pl.col("ship") % shards == at)] for at in range(shards)])
    assert false_position().run(store).equals(whole)
    assert false_position().run(mixed).equals(whole)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(1, 80_000_000), st.integers(-(10**9), 10**9))
def test_renaming_ships_and_shifting_clocks_change_nothing_else(seed: int, rename: int, shift_s: int) -> None:
    table, shift = lying(seed), timedelta(seconds=shift_s)
    before = false_position().run(table)
    after = false_position().run(table.with_columns(pl.col("ship") - rename, pl.col("time") + shift))
    told = ["ship", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon"]
    again = after.with_columns(pl.col("ship") + rename, pl.col("start", "end") - shift)
    assert named(again).select(told).equals(named(before).select(told))
    assert [json.loads(text)["says"] for text in named(again)["details"]] == [
        json.loads(text)["says"] for text in named(before)["details"]
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_found_in_an_honest_world(seed: int) -> None:
    heard = synth.make(seed, days=7, ships=30, class_b=True).heard
    assert false_position().run(heard).is_empty()


# --- real files ---


@pytest.mark.shared
def test_the_solent_has_one_stray_fix_and_the_kattegat_one_burst(shared: Path) -> None:
    raw = pl.read_csv(shared / "ais/solent-2016-01-12/SolentAIS_20160112_130211.csv", infer_schema=False)
    solent = _positions(
        raw.select(
            ship=pl.col("MMSI").cast(pl.Int64),
            time=pl.col("Time").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us"),
            lat=pl.col("Latitude_degrees").cast(pl.Float64), lon=pl.col("Longitude_degrees").cast(pl.Float64),
            sog=pl.col("SOG_knots").cast(pl.Float32), cog=pl.col("COG_degrees").cast(pl.Float32),
        )
    )  # fmt: skip
    (stray,) = found(solent)
    assert (stray["pattern"], stray["ship"]) == ("stray_fix", 245188000)
    table = pl.read_parquet(shared / "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet")
    kattegat = _positions(
        table.select(
            ship=pl.col("MMSI").cast(pl.Int64), time=pl.col("Timestamp").cast(schema.TIME),
            lat="Latitude", lon="Longitude",
            sog=(pl.col("SOG") / geo.KNOT_MS).cast(pl.Float32),  # the file gives metres a second
        )
    )  # fmt: skip
    (burst,) = found(kattegat)
    assert (burst["pattern"], burst["positions"], burst["ship"]) == ("jump", 7, 219009229)


def _positions(table: pl.DataFrame) -> pl.DataFrame:
    lacking = [pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in table.columns]
    whole = table.with_columns(lacking).with_columns(source=pl.lit("1" * 64), row=pl.int_range(1, pl.len() + 1))
    return schema.in_order(whole.select(list(schema.POSITIONS)).cast(schema.POSITIONS).drop_nulls(["lat", "lon"]))
