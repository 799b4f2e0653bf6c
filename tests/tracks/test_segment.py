"""Messages laid to tracks, and tracks to hulls, on ways made by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from made_ways import SHIP, every, sailing, together

from darkwake import geo
from darkwake.errors import WrongUse
from darkwake.schema import SEGMENTS, empty, problems
from darkwake.tracks.continuity import Continuity, Motion, score_one
from darkwake.tracks.hulls import HULLS, hulls
from darkwake.tracks.segment import _labels, _pieces, segment
from made_positions import frame


def names(positions: pl.DataFrame) -> list[str]:
    return segment(positions)["track"].to_list()


def groups(labels: list[str]) -> list[int]:
    seen: dict[str, int] = {}
    return [seen.setdefault(label, len(seen)) for label in labels]


def test_a_ship_that_sails_is_one_track_named_for_its_first_message() -> None:
    found = segment(sailing(every(5, 0, 48), 10, 20, knots=14))
    assert not problems(found, SEGMENTS)
    assert found["track"].unique().to_list() == [f"{SHIP}-20310301T000000Z"]


def test_nothing_gives_nothing_and_one_message_one_track() -> None:
    one = sailing(np.array([0.0]), 10, 20)
    assert segment(one.head(0)).equals(empty(SEGMENTS))
    assert len(segment(one)) == 1
    assert hulls(one, segment(one))["hull"].to_list() == [None]


def test_two_ships_in_turns_50_km_apart_are_told_apart() -> None:
    north = sailing(every(7, 0, 72), 10.45, 20, knots=11)
    south = sailing(every(9, 0.02, 72), 10, 20, knots=11)
    positions, origin = together(north, south)
    assert groups(names(positions)) == origin
    assert hulls(positions, segment(positions))["hull"].to_list() == [1, 2]


def test_a_clone_across_the_sea_for_a_week_is_another_hull() -> None:
    ship = sailing(every(20, 0, 24 * 20), 26, 56, knots=0)
    clone = sailing(every(30, 24 * 5, 24 * 12), -5, 80, knots=9)
    positions, origin = together(ship, clone)
    segments = segment(positions)
    assert groups(segments["track"].to_list()) == origin
    laid = hulls(positions, segments)
    assert not problems(laid, HULLS)
    assert laid.select("hull", "sure", "positions").rows() == [(1, True, len(ship)), (2, True, len(clone))]


def test_a_clone_that_takes_over_while_the_ship_is_silent_does_not_become_the_ship() -> None:
    """The clone could have come from the ship, until the ship is heard again where it was."""
    ship = pl.concat([sailing(every(20, 0, 24), 26, 56), sailing(every(20, 24 * 8, 24 * 9), 26, 56)])
    clone = sailing(every(30, 24 * 5, 24 * 12), 15, 66, knots=4)
    positions, origin = together(ship, clone)
    laid = hulls(positions, segment(positions))
    assert laid["hull"].to_list() == [1, 2, 1]
    assert set(origin) == {0, 1}


def test_a_berth_is_the_same_ship_after_two_days_and_a_new_track_after_three() -> None:
    for days, tracks in ((2, 1), (3, 2)):
        positions, _ = together(sailing(every(10, 0, 6), 26, 56), sailing(every(10, days * 24, days * 24 + 6), 26, 56))
        segments = segment(positions)
        assert segments["track"].n_unique() == tracks
        assert hulls(positions, segments)["hull"].unique().to_list() == [1]


def test_speed_and_course_carry_on_for_eight_hours_and_not_for_longer() -> None:
    for silent_h, tracks in ((7.5, 1), (9.0, 2)):
        hours = np.concatenate([every(10, 0, 5), every(10, 5 + silent_h, 15 + silent_h)])
        positions = sailing(hours, 10, 20, knots=20)
        segments = segment(positions)
        assert segments["track"].n_unique() == tracks
        assert hulls(positions, segments)["hull"].unique().to_list() == [1]


def test_a_stray_message_is_its_own_track_and_no_ship() -> None:
    ship = sailing(every(10, 0, 48), 10, 20, knots=12)
    positions, origin = together(ship, sailing(np.array([20.05]), 14, 20))
    segments = segment(positions)
    assert groups(segments["track"].to_list()) == origin
    assert hulls(positions, segments)["hull"].to_list() == [1, None]


def test_where_two_ships_meet_a_third_track_begins_and_nothing_is_claimed_of_it() -> None:
    east = sailing(every(10, 0, 10), 10, 20, knots=12, course=90)
    # meets the first after ten hours: 120 nautical miles east of where it began
    lat, lon = geo.destination([10.0], [20.0], 90.0, 240 * geo.METRES_PER_NM)
    west = sailing(every(10, 0.05, 10), float(lat[0]), float(lon[0]), knots=12, course=270)
    lat, lon = geo.destination([10.0], [20.0], 90.0, 120 * geo.METRES_PER_NM)
    middle = sailing(every(10, 10.1, 20), float(lat[0]), float(lon[0]))
    positions, _ = together(east, west, middle)
    laid = hulls(positions, segment(positions))
    assert laid["hull"].n_unique() == 2
    assert laid["sure"].to_list()[:2] == [True, True]
    assert False in laid["sure"].to_list()[2:]


def test_antimeridian_and_poles_are_no_seams() -> None:
    across = sailing(every(10, 0, 30), 5, 179, knots=13)
    assert across["lon"].min() < -179  # type: ignore[operator]  # a number
    over_pole = sailing(every(10, 0, 30), 88, 30, knots=13, course=0).with_columns(cog=pl.lit(None, pl.Float32))
    assert over_pole["lat"].max() > 89.9  # type: ignore[operator]  # a number
    for positions in (across, over_pole):
        assert segment(positions)["track"].n_unique() == 1


def test_without_speed_and_course_a_ship_is_still_one_track() -> None:
    bare = sailing(every(10, 0, 48), 10, 20, knots=16).with_columns(
        sog=pl.lit(None, pl.Float32), cog=pl.lit(None, pl.Float32)
    )
    assert segment(bare)["track"].n_unique() == 1


def test_messages_all_over_the_world_leave_a_bounded_number_of_tracks_open() -> None:
    dice = np.random.default_rng(7)
    count = 3000
    positions = frame(
        np.full(count, SHIP), np.sort(dice.uniform(0, 40, count)), dice.uniform(-80, 80, count),
        dice.uniform(-180, 180, count), np.zeros(count),
    )  # fmt: skip
    found = segment(positions)
    assert len(found) == count
    assert found["track"].n_unique() > 2000


def test_pieces_are_whole_ships() -> None:
    ship = np.repeat(np.arange(5), [1, 900_000, 3, 400_000, 2])
    pieces = list(_pieces(ship))
    assert [low for low, _ in pieces[1:]] == [high for _, high in pieces[:-1]]
    assert (pieces[0][0], pieces[-1][1]) == (0, len(ship))
    assert all(high == len(ship) or ship[high] != ship[high - 1] for _, high in pieces)


def test_one_pair_scores_as_in_the_table() -> None:
    dice = np.random.default_rng(3)
    count = 400
    positions = frame(
        np.full(count, SHIP), np.sort(dice.uniform(0, 40, count)), dice.normal(80, 0.5, count),
        dice.normal(180, 2, count) % 360 - 180, np.where(dice.random(count) < 0.2, np.nan, dice.uniform(0, 30, count)),
    )  # fmt: skip
    course = np.where(dice.random(count) < 0.3, np.nan, dice.uniform(0, 360, count))
    positions = positions.with_columns(
        pl.col("sog").fill_nan(None), cog=pl.Series(course).cast(pl.Float32).fill_nan(None)
    )
    motion, rule = Motion.of(positions), Continuity()
    before, after = np.triu_indices(count, 1)
    table = rule.scores(motion, before, after)
    assert 0.02 < (table > 0).mean() < 0.9
    rows = [
        (float(h), tuple(p.tolist()), float(s), tuple(v.tolist()))
        for h, p, s, v in zip(motion.hours, motion.points, motion.speed, motion.velocity, strict=True)
    ]
    single = [score_one(rule, rows[a], rows[b]) for a, b in zip(before, after, strict=True)]
    assert np.allclose(single, table, rtol=1e-9, atol=1e-300)


def test_wrong_tables_are_turned_away() -> None:
    good = sailing(every(10, 0, 5), 10, 20, knots=12)
    with pytest.raises(WrongUse, match="not POSITIONS"):
        segment(good.drop("lat"))
    with pytest.raises(WrongUse, match="not in order"):
        segment(good.reverse())
    with pytest.raises(WrongUse, match="threshold"):
        segment(good, max_h=0)
    with pytest.raises(WrongUse, match="not of these positions"):
        hulls(good.head(3), segment(good))


def test_calm_ships_cost_no_loop() -> None:
    """The labels of ships without any conflict come from columns: each is the first row of its track."""
    both = pl.concat([sailing(every(10, 0, 5), 10, 20, knots=12, ship=SHIP + at) for at in range(3)])
    assert _labels(both, Continuity()).tolist() == np.repeat([0, 30, 60], 30).tolist()
