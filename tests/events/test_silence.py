"""Planted worlds: what the peers' test must tell apart, and when it must say that it cannot."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import INNOCENT, VERDICTS, gap, hours, weigh
from darkwake.events.hearing import CELL_DEG, waters
from darkwake.geo import cell, cell_centre, distance_m
from made_positions import DAY, Files, frame

DAYS, EVERY_H = 10, 0.25
DARK, FROM_H, TO_H = 911000000, 100.0, 116.0
OUTAGE_H = (150.0, 160.0)


def traffic(seed: int, ships: int = 30, lat: float = 25.0) -> pl.DataFrame:
    """Ships that go to and fro through one strait for ten days, two of them at anchor, heard every quarter of an hour.

    Each is in the strait's water for some hours of every day, and anywhere near it the receivers reach it.
    """
    rng = np.random.default_rng(seed)
    hour = np.arange(0, DAYS * 24, EVERY_H)
    parts = []
    for number in range(ships):
        phase, speed = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.4)
        reach = 0.05 if number < 2 else 1.2  # degrees east and west of the middle
        lon = 56.0 + reach * np.sin(phase + speed * hour * 2 * np.pi / 18)
        parts.append(
            frame(np.full(len(hour), DARK + number), hour + rng.uniform(0, EVERY_H), lat + 0.0 * lon, lon, 0 * hour)
        )
    return pl.concat(parts)


def between(low: float, high: float) -> pl.Expr:
    return (pl.col("time") > DAY + hours(low)) & (pl.col("time") < DAY + hours(high))


def verdicts(table: pl.DataFrame, **parameters: float) -> pl.DataFrame:
    gaps = gap().run(table)
    weighed = weigh(gaps, table, **parameters)  # type: ignore[arg-type]
    assert schema.problems(weighed, schema.SILENCES) == []
    assert weighed["event"].to_list() == gaps["id"].to_list()
    return weighed.with_columns(gaps["ship"], gaps["start"])


def in_the_strait(table: pl.DataFrame) -> float:
    """The hour in which the ship to be silenced is in the middle of the strait, some days in."""
    own = table.filter((pl.col("ship") == DARK + 2) & (pl.col("time") > DAY + hours(FROM_H)))
    middle = own.filter((pl.col("lon") - 56.0).abs() < 0.05).row(0, named=True)
    return float((middle["time"] - DAY) / hours(1))


def test_one_ship_silent_among_many_that_were_heard_was_likely_switched_off() -> None:
    table = traffic(1)
    begin = in_the_strait(table)
    table = table.filter(~(between(begin, begin + 16) & (pl.col("ship") == DARK + 2)))
    (row,) = verdicts(table).iter_rows(named=True)
    numbers = json.loads(row["details"])
    assert row["verdict"] == "likely switched off"
    assert (row["unheard_as_long"], row["p"]) == (0, pytest.approx(1 / (row["passages"] + 1)))
    assert row["passages"] > 100
    assert row["ships"] == 29  # the two at anchor among them, once a day
    assert numbers["peers"] == numbers["peers_heard"] > 3
    assert row["says"] == (
        f"Of {row['passages']} passages by 29 other class-A ships through this water, 0 were unheard for 16 hours or "
        f"more; in the same hours {numbers['peers']} of {numbers['peers']} ships were heard; of "
        f"{numbers['b']['end']['passages']} passages where it was heard again, 0 had been unheard as long before."
    )


def test_a_receiver_that_fails_is_blamed_and_no_ship() -> None:
    rows = verdicts(traffic(2).filter(~between(*OUTAGE_H)))
    assert rows.height == 30
    assert set(rows["verdict"]) == {"receiver outage"}
    assert rows["says"].str.contains("not this ship alone").all()
    assert rows["says"].str.contains("in the same hours 0 of|fell silent and were heard again at the same time").all()
    assert rows["says"].str.contains("in the same hours 0 of").sum() > 20


def test_a_switch_off_is_found_beside_an_outage_in_the_same_water() -> None:
    table = traffic(3).filter(~between(*OUTAGE_H))
    begin = in_the_strait(table)
    rows = verdicts(table.filter(~(between(begin, begin + 16) & (pl.col("ship") == DARK + 2))))
    dark = rows.filter(pl.col("verdict") == "likely switched off")
    assert dark["ship"].to_list() == [DARK + 2]
    assert json.loads(dark["details"][0])["b"]["start"]["cut"] > 0
    assert set(rows["verdict"]) == {"likely switched off", "receiver outage"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("heard", [0.3, 0.06, 0.02])
def test_where_reception_is_thin_no_silence_is_called_a_switch_off(seed: int, heard: float) -> None:
    table = traffic(seed)
    kept = np.random.default_rng(seed + 100).random(table.height) < heard
    rows = verdicts(table.filter(pl.Series(kept)))
    assert "likely switched off" not in set(rows["verdict"])
    if heard == 0.02:
        assert rows.height > 100
        assert (rows["verdict"] == "poor reception").mean() > 0.5  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(4))
def test_ships_that_sail_out_of_range_are_not_called_switched_off(seed: int) -> None:
    rows = verdicts(traffic(seed).filter(pl.col("lon") < 56.1))
    assert rows.height > 50
    assert "likely switched off" not in set(rows["verdict"])


def test_three_ships_cannot_tell() -> None:
    table = traffic(5, ships=5)
    begin = in_the_strait(table)
    table = table.filter(~(between(begin, begin + 16) & (pl.col("ship") == DARK + 2)))
    (row,) = verdicts(table).iter_rows(named=True)
    assert (row["verdict"], row["p"]) == ("cannot tell", None)
    assert row["says"] == "Cannot be told: passages by 4 other ships, 5 needed."
    (row,) = verdicts(table.filter((pl.col("ship") == DARK + 2) | (pl.col("time") > DAY + hours(210)))).iter_rows(
        named=True
    )
    assert row["says"] == f"Cannot be told: {row['passages']} other ships' passages, 20 needed."


def test_another_class_is_no_peer() -> None:
    table = traffic(1)
    begin = in_the_strait(table)
    table = table.filter(~(between(begin, begin + 16) & (pl.col("ship") == DARK + 2)))
    table = table.with_columns(ais_class=pl.when(pl.col("ship") == DARK + 2).then(pl.lit("B")).otherwise("ais_class"))
    (row,) = verdicts(table).iter_rows(named=True)
    assert (row["verdict"], row["passages"]) == ("cannot tell", 0)


def test_a_passage_with_less_future_than_the_gap_is_no_trial_and_is_counted() -> None:
    table = traffic(1)
    begin = in_the_strait(table)
    table = table.filter(~((pl.col("time") > DAY + hours(begin)) & (pl.col("ship") == DARK + 2)))
    (row,) = verdicts(table).iter_rows(named=True)
    numbers = json.loads(row["details"])
    assert numbers["hours"] == pytest.approx(240 - begin, abs=0.6)
    assert numbers["b"]["start"]["censored"] > row["passages"] > 20


def test_a_store_in_shards_gives_the_same_as_a_table(tmp_path) -> None:  # type: ignore[no-untyped-def]
    table = traffic(2, ships=12).filter(~between(*OUTAGE_H))
    gaps = gap().run(table)
    store = Files(tmp_path, [[table.filter(pl.col("ship") % 3 == at)] for at in range(3)])
    assert weigh(gaps, store).equals(weigh(gaps, table))


def test_every_verdict_that_is_given_has_its_innocent_explanations() -> None:
    assert set(INNOCENT) <= set(VERDICTS)
    assert all(len(points) >= 4 for points in INNOCENT.values())


def test_what_is_no_table_of_events_is_refused() -> None:
    with pytest.raises(WrongUse, match="not EVENTS"):
        weigh(pl.DataFrame({"id": []}), traffic(1, ships=2))
    with pytest.raises(WrongUse, match="too short"):
        weigh(schema.empty(schema.EVENTS), traffic(1, ships=2), bracket=hours(0.5))
    assert weigh(schema.empty(schema.EVENTS), traffic(1, ships=2)).is_empty()


@settings(deadline=None, max_examples=40)
@given(st.floats(-89.99, 89.99), st.floats(-180, 179.99))
def test_a_water_holds_exactly_the_cells_within_the_distance(lat: float, lon: float) -> None:
    own = int(cell(lat, lon, CELL_DEG))
    found = waters(np.array([own]), 20_000.0)
    rows = np.arange(max(own // 3600 - 3, 0), min(own // 3600 + 4, round(180 / CELL_DEG)))
    near = (rows[:, None] * 3600 + np.arange(3600)).ravel()
    far = distance_m(*cell_centre(own, CELL_DEG), *cell_centre(near, CELL_DEG))
    assert found["water"].unique().to_list() == [own]
    assert np.array_equal(np.sort(found["cell"].to_numpy()), near[far <= 20_000.0])
