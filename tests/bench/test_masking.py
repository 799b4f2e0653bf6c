"""Masks take what they say and nothing else, gaps are traced to them, and the figures count as they should."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench import __main__ as dispatcher
from bench import grounds, masking, peer_rules, scoring, silence, tables
from darkwake import synth
from darkwake.events import gap, hours
from made_positions import DAY, Files, frame

HOUR = timedelta(hours=1)
END = DAY + 48 * HOUR


def fleet(count: int = 12, days: float = 2.0, every_min: float = 10.0) -> pl.DataFrame:
    """Ships at anchor a few miles apart, each heard every ten minutes."""
    each = np.arange(0, days * 24, every_min / 60)
    ship = np.repeat(np.arange(900_000_000, 900_000_000 + count), len(each))
    east = (ship - 900_000_000) * 0.05
    return frame(ship, np.tile(each, count), np.full(len(ship), 10.0), 50.0 + east, [0.0] * len(ship))


def offs_of(table: pl.DataFrame, each: int = 3, share: float = 0.5) -> pl.DataFrame:
    placed = masking.place_offs(table, (2.0, 6.0), each=each, usual=HOUR, lead=3 * HOUR, seed=1, share=share)
    return masking.snapped(table, placed)


def test_a_switch_off_takes_one_ships_messages_and_makes_the_gap_it_is_labelled_by() -> None:
    table = fleet()
    offs = offs_of(table)
    assert sorted(offs["hours"]) == [2.0] * 3 + [6.0] * 3
    assert offs["ship"].n_unique() == offs.height
    left = masking.without_offs(table, offs)
    gone = table.join(left, on=["ship", "time"], how="anti").join(offs, on="ship")
    assert gone.filter((pl.col("time") <= pl.col("since")) | (pl.col("time") >= pl.col("until"))).is_empty()
    assert set(gone["ship"]) == set(offs["ship"])
    find = gap(longer_than=hours(1))
    found = find.run(left)
    labels = masking.label(found, find.run(table), cause=masking.SWITCH_OFF, masks=offs, until=END)
    assert labels["cause"].to_list() == [masking.SWITCH_OFF] * 6
    lasted = found.select("id", (pl.col("end") - pl.col("start")).alias("lasted")).join(
        labels, left_on="id", right_on="event"
    )
    # a gap is its mask and at most one message more
    assert ((lasted["lasted"] / HOUR - lasted["hours"]).is_between(0, 0.2)).all()


def test_masks_leave_most_ships_of_a_water_alone() -> None:
    offs = offs_of(fleet(count=20, days=0.75), each=20, share=0.1)
    # ships within half a degree are at most the 20 of the fleet, so never more than two at once
    at_once = max(offs.filter(pl.col("since") <= one, pl.col("until") >= one).height for one in offs["since"])
    assert 1 <= at_once <= 2


def test_an_outage_takes_everybody_in_its_box_and_knows_who_was_at_its_edge() -> None:
    table = fleet()
    moving = frame([900_000_900] * 96, np.arange(96) / 2, [10.0] * 96, np.linspace(47.0, 56.0, 96), [10.0] * 96)
    table = pl.concat([table, moving]).sort("ship", "time")
    since = DAY + 10 * HOUR
    box = pl.DataFrame([(since, since + 5 * HOUR, 5.0, 49.5, 9.5, 50.32, 10.5)], schema=masking.OUTAGES, orient="row")
    left = masking.without_outages(table, box)
    inside = left.filter(pl.col("time").is_between(since, since + 5 * HOUR, closed="left"), pl.col("lon") <= 50.32)
    assert inside.filter(pl.col("lon") >= 49.5).is_empty()
    find = gap(longer_than=hours(1))
    labels = masking.label(find.run(left), find.run(table), cause=masking.OUTAGE, masks=box, until=END)
    assert labels["cause"].to_list() == [masking.OUTAGE] * 8
    assert labels["edge"].sum() == 1  # the one that sails


def test_outages_leave_most_of_the_time_alone() -> None:
    hourly = masking.ship_hours(fleet(days=4))
    runs = masking.place_outages(hourly, (2, 8, 16, 24, 48, 72), half_deg=0.2, seed=3)
    assert sorted(pl.concat(runs)["hours"]) == [2, 8, 16, 24]
    for run in runs:
        assert run["hours"].sum() <= 0.4 * 96
        in_turn = run.sort("since")
        assert (in_turn["since"][1:] >= in_turn["until"][:-1]).all()


def test_gaps_that_were_there_before_are_natural_whatever_was_done() -> None:
    table = fleet()
    hole = (pl.col("ship") == 900_000_003) & pl.col("time").is_between(DAY + 5 * HOUR, DAY + 12 * HOUR)
    table = table.filter(~hole)
    find = gap(longer_than=hours(2))
    thin = masking.thinned(table, 0.05, seed=1)
    assert 0.03 < thin.height / table.height < 0.07
    offs = offs_of(table.filter(pl.col("ship") != 900_000_003))
    left = masking.without_offs(table, offs)
    labels = masking.label(find.run(left), find.run(table), cause=masking.SWITCH_OFF, masks=offs, until=END)
    assert labels["cause"].value_counts().sort("cause").rows() == [("natural", 1), ("switch-off", labels.height - 1)]
    labels = masking.label(find.run(thin), find.run(table), cause=masking.THINNING, masks=offs.clear(), until=END)
    assert set(labels["cause"]) <= {masking.THINNING, masking.NATURAL}


def test_a_store_is_masked_as_a_table_is(tmp_path: Path) -> None:
    table = fleet()
    shards = [[table.filter(pl.col("ship") % 2 == at)] for at in range(2)]
    store = Files(tmp_path, shards)
    offs = offs_of(table)
    assert offs_of_store(store).equals(offs)
    left = masking.masked(store, lambda part, _: masking.without_offs(part, offs), tmp_path / "left")
    found = gap(longer_than=hours(1)).run(left)
    assert found.equals(gap(longer_than=hours(1)).run(masking.without_offs(table, offs)))


def offs_of_store(store: Files) -> pl.DataFrame:
    placed = masking.place_offs(store, (2.0, 6.0), each=3, usual=HOUR, lead=3 * HOUR, seed=1, share=0.5)
    return masking.snapped(store, placed)


def test_the_peers_rules_say_what_their_makers_say() -> None:
    # 10, 11 and 13 h; the last in the open Arabian Sea, the others by the coast; one message every half hour
    lasts, lat, lon = (10.0, 11.0, 13.0), (25.3, 25.3, 16.0), (57.0, 57.0, 64.0)
    parts = []
    for number, (lasted, north, east) in enumerate(zip(lasts, lat, lon, strict=True)):
        hour = np.concatenate([np.arange(0, 20, 0.5), np.arange(19.5 + lasted, 48, 0.5)])
        parts.append(frame([900_000_100 + number] * len(hour), hour, [north] * len(hour), [east] * len(hour),
                           [9.0] * len(hour)))  # fmt: skip
    table = pl.concat(parts)
    found = gap(longer_than=hours(6)).run(table)
    said = peer_rules.judged(found, table)
    assert said["arktrace"].to_list() == [True, True, True]
    assert said["pipe_gaps"].to_list() == [False, False, True]
    assert said["welch"].to_list() == [False, False, True]
    by_coast = peer_rules.off_shore_nm(np.array([25.3, 16.0]), np.array([57.0, 64.0]))
    assert 30 < by_coast[0] < 36
    assert by_coast[1] > 100


def test_pairs_won_count_ties_and_the_untold_half() -> None:
    assert scoring.wins(pl.Series([3, 2]), pl.Series([1, 2])) == (3.5, 4.0)
    off = pl.DataFrame({"told": [True, False], "score": [0.9, 0.0]})
    innocent = pl.DataFrame({"told": [True, False], "score": [-1.0, 0.0]})
    assert scoring.wins_told(off, innocent) == ((1.0, 1.0), (2.5, 4.0))
    assert scoring.area([(1.0, 1.0), (2.5, 4.0)]) == 0.7
    assert scoring.area([]) is None


def test_a_verdict_of_outage_ranks_below_a_rare_silence_and_that_below_a_rarer() -> None:
    silences = pl.DataFrame(
        {
            "event": ["a", "b", "c", "d", "e"],
            "verdict": ["receiver outage", "poor reception", "likely switched off", "cannot tell", "cannot tell"],
            "details": [
                '{"suspicion":0.9,"peers":9}', '{"suspicion":0.4,"peers":9}', '{"suspicion":0.9,"peers":9}',
                '{"suspicion":0.9,"peers":2}', '{"suspicion":null,"peers":9}',
            ],
        }
    )  # fmt: skip
    said = scoring.scored(silences)
    assert said["told"].to_list() == [True, True, True, False, False]
    assert said["score"][0] < said["score"][1] < said["score"][2]


def test_fading_takes_spells_of_single_ships_and_always_the_same() -> None:
    table = fleet(count=40, every_min=2.0)
    left = grounds.faded(table, grounds.FITTED, seed=5)
    assert left.equals(grounds.faded(table, grounds.FITTED, seed=5))
    assert left.join(table, on=["ship", "time"], how="anti").is_empty()
    before, after = grounds.loss(table), grounds.loss(left)
    assert before["over_15_min_an_hour"] == 0
    # 0.35 spells an hour of 11 min on average: a quarter of them, about, over 15 min
    assert 0.03 < after["over_15_min_an_hour"] < 0.2
    assert left["ship"].n_unique() == 40


def test_a_small_world_is_masked_weighed_and_told_in_tables(tmp_path: Path) -> None:
    kind = grounds.Kind("a small one", 12)
    ground = grounds.invented(kind, 5, days=4.0)
    table = pl.concat([*silence.runs_of(ground, 5, tmp_path), *silence.stations_down(ground, 5, kind.stations[:1])])
    assert {masking.SWITCH_OFF, masking.OUTAGE, masking.THINNING} <= set(table["cause"])
    assert not (table["called_1"] & ~table["called_5"]).any()
    text = tables.printed(silence.figures_of(table, ground.name))
    assert "thinned by nine tenths" in text
    assert max(map(len, text.splitlines())) <= 100
    thin = silence.too_thin(ground, 5)
    assert not thin["called_5"].any()
    aims = silence.targets(table, thin, [])
    assert [set(one) for one in aims] == [{"name", "want", "got", "meets"}] * len(aims)


def test_the_users_own_store_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from darkwake.tracks import Columns, ingest

    world = synth.make(seed=3, days=8, ships=25, moving_s=600.0)
    world.heard.select("ship", "time", "lat", "lon", "sog").write_csv(tmp_path / "invented.csv")
    columns = Columns.parse("time=time,ship=ship,lat=lat,lon=lon,sog=sog")
    ingest(tmp_path / "invented.csv", tmp_path / "store", columns=columns, invented=True, buckets=3)
    assert silence.main(["--store", str(tmp_path / "store")]) == 0
    said = capsys.readouterr().out
    assert "switched off for" in said
    assert "store" in said


def test_every_measurement_is_found_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert {"silence", "screening"} <= set(dispatcher.names())
    assert dispatcher.main(["nothing of that name"]) == 2
    assert "silence" in capsys.readouterr().out
