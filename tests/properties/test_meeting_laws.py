"""Laws 2 and 3 of the house for encounters, dark encounters and loitering."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.events import Detector, hours
from darkwake.events.dark_encounter import dark_encounter
from darkwake.events.encounter import encounter
from darkwake.events.loitering import loitering
from darkwake.geo import destination
from made_positions import Files, frame

PORTS = pl.DataFrame([("ZZAAA", "Invented Harbour", "ZZ", 10.05, 179.9)], schema=schema.PORTS, orient="row")
DETECTING: list[Detector] = [
    encounter(preset="gfw", anchorages=PORTS),
    encounter(preset="starboard", anchorages=PORTS, away_from_anchorage_m=1000),
    loitering(ports=PORTS, for_at_least=hours(2)),
    loitering(preset="coastal", ports=PORTS, for_at_least=hours(2)),
    dark_encounter(anchorages=PORTS, alone_m=100, most_drifts=8, most_others=8),
    encounter(anchorages=PORTS, most_company=1),
]
FIRST = 911000000
SEEDS = st.integers(0, 2**32 - 1)


def world(seed: int) -> pl.DataFrame:
    """A dozen invented ships that lie in three clusters round 10° N 180°, drift, go away at times and fall silent."""
    rng = np.random.default_rng(seed)
    parts = []
    for number in range(12):
        count = 80
        hour = rng.uniform(0, 5) + np.cumsum(
            rng.choice([0.1, 0.3, 0.9, 1.5, 8.0], count, p=[0.4, 0.3, 0.2, 0.07, 0.03])
        )
        away = rng.normal(0, 100, (2, 1)) + np.cumsum(rng.normal(0, 40, (2, count)), axis=1)
        away[0] += (number % 3) * 9000 + np.where(rng.random(count) < 0.03, 8000, 0)
        bearing, metres = np.degrees(np.arctan2(away[0], away[1])), np.hypot(*away)
        lat, lon = destination(np.full(count, 10.0), np.full(count, 179.95), bearing, metres)
        parts.append(frame(np.full(count, FIRST + number), hour, lat, lon, rng.choice([0.0, 8.0], count)))
    return schema.in_order(pl.concat(parts))


def plain(events: pl.DataFrame) -> list[tuple[object, ...]]:
    """Without what is made from names and rows, in an order that does not lean on them."""
    rows = events.drop("id", "sources").with_columns(pl.col("details").map_elements(gapless, return_dtype=pl.String))
    return sorted(rows.rows(), key=str)


def gapless(text: str) -> str:
    """Details without what names another event or a clock."""
    return json.dumps({name: value for name, value in json.loads(text).items() if name not in ("gap", "drift_start")})


def test_every_detector_finds_something_in_these_worlds() -> None:
    for detector in DETECTING:
        assert sum(detector.run(world(seed)).height for seed in range(3)) > 2, detector.made_by


@settings(deadline=None, max_examples=3)
@given(SEEDS, st.integers(1, 5), st.integers(1, 3))
def test_any_split_and_any_order_give_the_same_events(seed: int, shards: int, files: int) -> None:
    table = world(seed)
    rng = np.random.default_rng(seed + 1)
    where, piece = rng.integers(0, shards, 12), rng.integers(0, files, table.height)
    mixed = table.with_columns(shard=pl.Series(where).gather(table["ship"] - FIRST), piece=pl.Series(piece))
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


@pytest.mark.parametrize(
    "detector",
    [DETECTING[0], *(pytest.param(one, marks=pytest.mark.slow) for one in (DETECTING[2], DETECTING[4]))],
    ids=lambda detector: detector.kind,
)
def test_processes_give_the_same_events_in_the_same_order(detector: Detector) -> None:
    table = world(1)
    alone = detector.run(table)
    assert not alone.is_empty()
    assert detector.run(table, workers=2).equals(alone)


@settings(deadline=None, max_examples=3)
@given(SEEDS, st.integers(1, 80_000_000))
def test_renaming_ships_renames_events_and_changes_nothing_else(seed: int, shift: int) -> None:
    table = world(seed)
    renamed = table.with_columns(pl.col("ship") - shift)
    for detector in DETECTING:
        before, after = detector.run(table), detector.run(renamed)
        assert plain(after.with_columns(pl.col("ship", "other") + shift)) == plain(before)
        assert not set(after["id"]) & set(before["id"])


@settings(deadline=None, max_examples=3)
@given(SEEDS)
def test_names_in_another_order_change_sides_and_no_more(seed: int) -> None:
    table = world(seed)
    turned = schema.in_order(table.with_columns(ship=2 * FIRST - pl.col("ship")))
    before, after = encounter(anchorages=PORTS).run(table), encounter(anchorages=PORTS).run(turned)
    back = after.with_columns(ship=2 * FIRST - pl.col("other"), other=2 * FIRST - pl.col("ship"))
    columns = ["ship", "other", "start", "end", "start_lat", "start_lon", "end_lat", "end_lon"]
    assert back.select(columns).sort(columns).equals(before.select(columns).sort(columns))


@settings(deadline=None, max_examples=3)
@given(SEEDS, st.integers(-(10**9), 10**9))
@example(0, 321_565_675)  # of microseconds since 1970 a float loses the last
def test_shifting_all_clocks_shifts_all_events(seed: int, shift_s: int) -> None:
    table, shift = world(seed), timedelta(seconds=shift_s)
    shifted = table.with_columns(pl.col("time") + shift)
    for detector in DETECTING:
        before, after = detector.run(table), detector.run(shifted)
        assert plain(after.with_columns(pl.col("start", "end") - shift)) == plain(before)


@settings(deadline=None, max_examples=5)
@given(SEEDS, st.integers(0, 4))
def test_a_limit_of_company_leaves_events_out_and_changes_none(seed: int, most: int) -> None:
    table = world(seed)
    every = encounter(preset="gfw", anchorages=PORTS).run(table)
    company = every["details"].map_elements(lambda text: json.loads(text)["company"], pl.Int64)
    assert encounter(anchorages=PORTS, most_company=most).run(table).equals(every.filter(company <= most))


def test_in_these_worlds_some_company_is_above_a_limit_and_some_below() -> None:
    found = [encounter(preset="gfw", anchorages=PORTS).run(world(seed))["details"].to_list() for seed in range(5)]
    company = {json.loads(text)["company"] for texts in found for text in texts}
    assert min(company) <= 1
    assert max(company) > 1
