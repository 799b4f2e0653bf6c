"""The chances behind a verdict, the Welch rule, who was around, and input that is out of order."""

from __future__ import annotations

import json
from math import comb, exp, factorial

import numpy as np
import polars as pl
import pytest
from test_silence import DARK, between, in_the_strait, traffic, verdicts

from darkwake import schema
from darkwake.events import around, chance, gap, hours, weigh
from darkwake.events.hearing import HOUR_US
from darkwake.events.peers import PARTS
from made_positions import DAY, frame, positions


def test_the_chances_are_those_of_the_textbook() -> None:
    assert chance.at_least(3, 10, 0.2) == pytest.approx(
        sum(comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(3, 11))
    )
    assert chance.at_least(0, 5, 0.0) == chance.at_least(5, 5, 1.0) == 1.0
    assert chance.at_least(1, 5, 0.0) == 0.0
    assert chance.poisson_at_least(3, 1.5) == pytest.approx(
        1 - sum(exp(-1.5) * 1.5**k / factorial(k) for k in range(3))
    )
    assert chance.poisson_at_least(700, 600.0) < 1e-4 < chance.poisson_at_least(610, 600.0)
    p, tested = np.array([0.001, 0.5, 0.02, 0.9, 0.0001]), np.array([True, True, True, True, False])
    assert chance.discoveries(p, tested)[:4] == pytest.approx([0.004, 0.5 * 4 / 3, 0.04, 0.9])
    assert np.isnan(chance.discoveries(p, tested)[4])
    # where 2 of the 4 at most are innocent, the rate is half as high; never less than one is thought so
    assert chance.discoveries(p, tested, 2.0)[:4] == pytest.approx([0.002, 0.5 * 2 / 3, 0.02, 0.45])
    assert chance.discoveries(p, tested, 0.1)[0] == pytest.approx(0.001)


@pytest.mark.parametrize("mean_h", [0.8, 1.5, 3.0])
def test_of_silences_that_end_at_a_steady_rate_no_more_are_surprising_than_said(mean_h: float) -> None:
    """Each gap is weighed against 200 passages of its own kind; those that reach six hours are looked at."""
    rng = np.random.default_rng(7)
    passages, lasted = 200, 6 + rng.exponential(mean_h, 4000)  # what is left of such a silence has the same law
    others = rng.exponential(mean_h, (len(lasted), passages))
    counts = {f"k{at}": (others >= part * lasted[:, None]).sum(axis=1).astype(float) for at, part in enumerate(PARTS)}
    counts["n"] = np.full(len(lasted), float(passages))
    unknown = np.full(len(lasted), np.nan)
    length = (lasted * HOUR_US).astype(np.int64)
    p = np.maximum(chance.lasting(counts, length, 6 * HOUR_US, unknown), chance.rank(counts["k0"], counts["n"]))
    for nominal in (0.01, 0.05, 0.2):
        assert (p <= nominal).mean() <= 1.3 * nominal


def open_sea(hour: float, ship: int) -> pl.DataFrame:
    """A ship that lies still in the middle of nowhere for three days, heard by satellite every half hour but for `hour`
    hours."""
    at = np.arange(0, 72, 0.5)
    at = at[(at < 30) | (at >= 30 + hour)]
    made = frame(np.full(len(at), ship), at, 0 * at + 15.0, 0 * at + 64.0, 0 * at)
    return made.with_columns(receiver=pl.lit("satellite"))


def a_of(table: pl.DataFrame, shore_m: float | None) -> dict[str, object]:
    gaps = gap().run(table)
    details = {**json.loads(gaps["details"][0]), **({} if shore_m is None else {"start_shore_m": shore_m})}
    gaps = gaps.with_columns(details=pl.lit(json.dumps(details)))
    found: dict[str, object] = json.loads(weigh(gaps, table)["details"][0])["a"]
    return found


def test_the_welch_rule_says_yes_no_and_unknown() -> None:
    long, short = open_sea(14, 911000001), open_sea(9, 911000001)
    told = a_of(long, 300_000.0)
    assert (told["applies"], told["flagged"]) == (True, True)
    assert str(told["says"]).startswith("The rule of Welch et al. (2022) applies and flags this gap")
    assert str(a_of(short, 300_000.0)["says"]).endswith("does not flag this gap: it lasted 9.5 hours, 12 needed.")
    assert "this one began 27 from it" in str(a_of(long, 50_000.0)["says"])
    assert str(a_of(long, None)["says"]).endswith("applies is not known: the distance to shore is not known.")
    assert told["satellite_positions_a_day"] == pytest.approx(48, rel=0.1)
    assert (a_of(short, 300_000.0)["applies"], a_of(short, 300_000.0)["flagged"]) == (True, False)
    assert (a_of(long, 50_000.0)["applies"], a_of(long, 50_000.0)["flagged"]) == (False, False)
    assert (a_of(long, None)["applies"], a_of(long, None)["flagged"]) == (None, None)
    nobody = long.with_columns(receiver=pl.lit(None, pl.String))
    assert a_of(nobody, 300_000.0)["satellite_positions_a_day"] is None
    assert "no position there says that a satellite heard it" in str(a_of(nobody, 300_000.0)["says"])


def test_a_ship_that_comes_back_on_its_course_is_told_from_one_that_does_not() -> None:
    at = np.concatenate([np.arange(0, 24, 0.25), np.arange(36, 48, 0.25)])
    on = frame(np.full(len(at), 911000001), at, 20 + 0.2 * at, 0 * at + 60.0, 0 * at)
    stays = np.where(at < 24, at, 24.0)
    off = frame(np.full(len(at), 911000002), at, 20 + 0.2 * stays, 0 * at + 60.0, 0 * at)
    table = pl.concat([on, off])
    kept, came_back = (json.loads(text)["c"] for text in weigh(gap().run(table), table)["details"])
    assert kept["own_kn"] == pytest.approx(12.0, rel=0.01)
    assert kept["off_course_m"] < 1000
    assert came_back["off_course_m"] == pytest.approx(12 * 12 * 1852, rel=0.05)


def test_who_was_around_is_told_with_place_and_time() -> None:
    table = traffic(2)
    begin = in_the_strait(table)
    lost = table["ship"].is_in([DARK + 2, DARK, DARK + 1])  # the two at anchor fall silent with it
    table = table.filter(~(between(begin, begin + 16) & lost))
    gaps = gap().run(table).filter(pl.col("ship") == DARK + 2)
    found = around(gaps, table)
    assert schema.problems(found, schema.AROUND) == []
    assert DARK + 2 not in set(found["ship"])
    assert set(found.filter(~pl.col("heard"))["ship"]) == {DARK, DARK + 1}
    assert (found.filter(~pl.col("heard"))["time"] <= gaps["start"][0]).all()
    assert found.filter("heard").height > 5
    assert (found.filter("heard")["time"] > gaps["start"][0]).all()
    assert around(gaps[:0], table).is_empty()


def planted(lat: float = 25.0, turn: float = 0.0) -> pl.DataFrame:
    """The strait with one switch-off, moved in longitude."""
    table = traffic(1, lat=lat)
    begin = in_the_strait(table)
    table = table.filter(~(between(begin, begin + 16) & (pl.col("ship") == DARK + 2)))
    return table.with_columns(lon=(pl.col("lon") + turn + 180) % 360 - 180)


def test_at_the_antimeridian_as_anywhere() -> None:
    here, there = verdicts(planted()), verdicts(planted(turn=124.0))
    assert there["verdict"].to_list() == ["likely switched off"]
    assert there["says"].to_list() == here["says"].to_list()


def test_at_a_pole_nothing_breaks_and_all_are_near() -> None:
    (row,) = verdicts(planted(lat=89.95)).iter_rows(named=True)
    assert row["verdict"] in ("likely switched off", "cannot tell")
    assert row["ships"] == 29


def test_duplicates_and_another_order_change_nothing() -> None:
    table = planted()
    mixed = pl.concat([table, table.sample(fraction=0.5, seed=1)]).sample(fraction=1.0, shuffle=True, seed=2)
    assert weigh(gap().run(mixed), mixed).equals(weigh(gap().run(table), table))


def test_one_ship_alone_cannot_be_told() -> None:
    table = positions((911000001, float(hour), 25.0, 56.0, 0.0) for hour in (*range(30), *range(50, 70)))
    (row,) = verdicts(table).iter_rows(named=True)
    assert (row["verdict"], row["passages"], row["p"]) == ("cannot tell", 0, None)
    assert len(around(gap().run(table), table)) == 0


def test_a_clock_that_jumps_accuses_nobody_but_makes_gaps() -> None:
    """Some messages of one ship bear a time three days late: it seems to fall silent after them."""
    table = traffic(3)
    jump = (pl.col("ship") == DARK + 5) & between(80, 81)
    table = schema.in_order(table.with_columns(time=pl.when(jump).then(pl.col("time") + hours(72)).otherwise("time")))
    ahead = table.with_columns(
        time=pl.when((pl.col("ship") == DARK + 6) & between(200, 201))
        .then(pl.col("time") + hours(72))
        .otherwise("time")
    )
    rows = verdicts(schema.in_order(ahead))
    assert "likely switched off" not in set(rows["verdict"])


def test_a_feed_that_ends_or_starts_in_a_gap() -> None:
    table = planted()
    begin = (verdicts(table)["start"][0] - DAY) / hours(1)
    ended = verdicts(table.filter(pl.col("time") < DAY + hours(begin + 10)))
    assert ended["ship"].to_list() == [DARK + 2]
    assert json.loads(ended["details"][0])["hours"] == pytest.approx(10, abs=0.3)
    assert ended["verdict"][0] in ("likely switched off", "cannot tell")
    assert verdicts(table.filter(pl.col("time") > DAY + hours(begin + 10))).is_empty()


def test_a_store_that_holds_only_what_is_asked_of_it_is_enough() -> None:
    table = planted()
    gaps = gap().run(table)
    assert weigh(gaps.clear(), table).is_empty()
    assert weigh(gaps, table.clear()).is_empty()
