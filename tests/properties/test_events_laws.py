"""Laws 2, 3 and 5 of the house, for every detector and for the weighing of silences."""

from __future__ import annotations

import json
import pickle
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.events import DETECTORS, Detector, engine, gap, hours, port_call, reading, weigh
from darkwake.voyages import legs
from made_positions import Files, frame, ships

PORTS = pl.DataFrame(
    [("ZZAAA", "Invented Harbour", "ZZ", 30.0, 50.0), ("ZZBBB", "Invented Haven", "ZZ", 30.1, 50.1)],
    schema=schema.PORTS,
    orient="row",
)
DETECTING: list[Detector] = [gap(), port_call(ports=PORTS)]
ELSEWHERE = {"encounter", "dark_encounter", "loitering", "false_identity", "false_position"}
"""Kinds that need worlds of their own: their laws stand in test_meeting_laws.py, test_false_identity_laws.py and
tests/events/test_false_position.py."""
SEEDS = st.integers(0, 2**32 - 1)


def world(seed: int) -> pl.DataFrame:
    """A few invented ships that drift near two ports and are heard now and then, some seconds twice."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 160))
    ship = np.sort(911000000 + rng.integers(0, 9, count))
    hour = np.cumsum(rng.choice([0.0, 0.25, 1.0, 4.0, 9.0], count)) % 90
    lat, lon = 30 + rng.normal(0, 0.03, count), 50 + rng.normal(0, 0.05, count)
    classes = [("A", "B", None)[number % 3] for number in ship]
    return frame(ship, hour, lat, lon, [None if k % 5 == 0 else float(k % 3) / 5 for k in range(count)], classes)


def named(events: pl.DataFrame) -> pl.DataFrame:
    """Without the ids, and in an order that does not lean on them where two events begin at once."""
    return events.drop("id").sort("ship", "start", "start_lat", "start_lon", "kind")


def test_the_list_of_detectors_and_these_laws_go_together() -> None:
    assert {factory().kind for factory in DETECTORS} == {detector.kind for detector in DETECTING} | ELSEWHERE


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(1, 6), st.integers(1, 3))
def test_any_split_and_any_order_give_the_same_events(seed: int, shards: int, files: int) -> None:
    table = world(seed)
    rng = np.random.default_rng(seed + 1)
    where, piece = rng.integers(0, shards, 9), rng.integers(0, files, table.height)
    mixed = table.with_columns(shard=pl.Series(where).gather(table["ship"] - 911000000), piece=pl.Series(piece))
    mixed = mixed.sample(fraction=1.0, shuffle=True, seed=seed % 1000)
    parts = [
        [mixed.filter((pl.col("shard") == at) & (pl.col("piece") == k)).drop("shard", "piece") for k in range(files)]
        for at in range(shards)
    ]
    with TemporaryDirectory() as folder:
        store = Files(Path(folder), parts)
        for detector in DETECTING:
            whole = detector.run(table)
            assert schema.problems(whole, schema.EVENTS) == []
            assert whole.equals(whole.sort("ship", "start", "kind", "id"))
            assert whole["id"].n_unique() == whole.height
            assert detector.run(store).equals(whole)
            assert detector.run(mixed.drop("shard", "piece")).equals(whole)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(reading, "SMALL_BYTES", 0)
                patch.setattr(engine, "LARGE_BYTES", 0)
                assert engine.run(detector.kind, detector.stages, store, most_rows=20).equals(whole)
        gaps = gap().run(table)
        assert weigh(gaps, store).equals(weigh(gaps, table))


def test_what_is_handed_to_processes_gives_the_same_events() -> None:
    """Real processes are started in tests/events/test_engine.py; here each detector is pickled as for them."""
    table = pl.concat([world(1), world(2).with_columns(pl.col("ship") + 100)])
    parts = engine.shards_of(table, workers=3)
    assert len(parts) == 3
    for detector in DETECTING:
        handed = pickle.loads(pickle.dumps(detector))  # noqa: S301  its own bytes
        stage, until = handed.stages[0], {"until": engine.covered([table])}
        pieces = [stage.do(engine.read(part), **(until if stage.until else {})) for part in parts]
        pieces = [stage.late(piece, **until) if stage.late else piece for piece in pieces]
        alone = detector.run(table)
        assert not alone.is_empty()
        assert pl.concat(pieces).sort(engine.ORDER).equals(alone)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(1, 80_000_000))
def test_renaming_ships_renames_events_and_changes_nothing_else(seed: int, shift: int) -> None:
    table = world(seed)
    renamed = table.with_columns(pl.col("ship") - shift)  # keeps the order of the ships
    for detector in DETECTING:
        before, after = detector.run(table), detector.run(renamed)
        assert named(after.with_columns(pl.col("ship") + shift)).equals(named(before))
        assert not set(after["id"]) & set(before["id"])
    before, after = (weigh(gap().run(part), part) for part in (table, renamed))
    assert sorted(after.drop("event").rows(), key=str) == sorted(before.drop("event").rows(), key=str)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(-(10**9), 10**9))
def test_shifting_all_clocks_shifts_all_events(seed: int, shift_s: int) -> None:
    table, shift = world(seed), timedelta(seconds=shift_s)
    shifted = table.with_columns(pl.col("time") + shift)
    for detector in DETECTING:
        before, after = detector.run(table), detector.run(shifted)
        assert named(after.with_columns(pl.col("start", "end") - shift)).equals(named(before))
    before, after = (weigh(gap().run(part), part) for part in (table, shifted))
    assert sorted(after.drop("event").rows(), key=str) == sorted(before.drop("event").rows(), key=str)


@settings(deadline=None, max_examples=15)
@given(SEEDS, st.integers(2, 20), st.floats(6.1, 200))
def test_planted_silences_are_found_and_nothing_else(seed: int, count: int, silent_h: float) -> None:
    rng = np.random.default_rng(seed)
    hour = np.arange(0, 48, 0.5)
    dark = rng.random(count) < 0.5
    at = rng.integers(1, len(hour) - 1, count)
    parts = []
    for number in range(count):
        heard = hour + np.where((np.arange(len(hour)) >= at[number]) & dark[number], silent_h, 0.0)
        parts.append(frame(np.full(len(hour), 911000000 + number), heard, 0 * hour, 0 * hour, 0 * hour))
    found = gap(with_open=False).run(pl.concat(parts))
    assert found["ship"].to_list() == [911000000 + number for number in range(count) if dark[number]]
    lasted = [json.loads(text)["hours"] for text in found["details"]]
    assert lasted == pytest.approx([silent_h + 0.5] * len(lasted), abs=1e-3)
    start = [datetime(2031, 3, 1) + hours(float(hour[at[number] - 1])) for number in range(count) if dark[number]]
    assert found["start"].to_list() == start


@settings(deadline=None, max_examples=15)
@given(SEEDS)
def test_every_gap_lies_in_one_leg_or_in_a_call(seed: int) -> None:
    table = world(seed)
    calls, gaps = port_call(ports=PORTS).run(table), gap(with_open=False).run(table)
    voyages = legs(pl.concat([calls, gaps]), ships(table))
    in_legs = voyages["gaps"].list.explode(keep_nulls=False, empty_as_null=False).to_list()
    assert len(in_legs) == len(set(in_legs))
    around = calls.select("ship", begin="start", stop=pl.col("end").fill_null(datetime(9999, 1, 1)))
    in_call = gaps.join(around, on="ship").filter(
        (pl.col("start") >= pl.col("begin")) & (pl.col("start") < pl.col("stop"))
    )
    assert sorted([*in_legs, *in_call["id"]]) == sorted(gaps["id"])
    spans = voyages.select("ship", "departed", "arrived").sort("ship", "departed")
    follows = spans.filter(pl.col("ship") == pl.col("ship").shift(1), pl.col("departed") < pl.col("arrived").shift(1))
    assert follows.is_empty()
