"""What crews say of their draught, each by its habit, and calls in the dark."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import polars as pl

from darkwake.synth import World, draughts


@cache
def world() -> World:
    return draughts.lay(1, days=14, ships=8)


def said(ship: int | None) -> pl.DataFrame:
    table = world().messages.filter(pl.col("hull") == ship).join(world().phases, on="phase")
    return table.select("true_time", "status", "draught_m", "true_draught_m").sort("true_time")


def test_each_crew_says_what_its_habit_is() -> None:
    habits = {one.ship: one.pattern for one in world().planted if one.kind == "draught"}
    assert sorted(str(one) for one in set(habits.values())) == sorted(draughts.HABITS)
    for ship, habit in habits.items():
        table = said(ship)
        wrong = (table["draught_m"] - table["true_draught_m"]).abs()
        assert table["true_draught_m"].n_unique() == 2
        if habit == "updates":
            assert wrong.max() == 0
        elif habit == "never updates":
            assert table["draught_m"].n_unique() == 1
        elif habit == "noisy":
            assert table["draught_m"].n_unique() > 3
            assert wrong.max() < 1.0  # type: ignore[operator]
        else:
            assert 0 < (wrong > 0.5).mean() < 0.4  # type: ignore[operator]


def test_a_late_crew_is_right_in_the_end() -> None:
    ship = next(one.ship for one in world().planted if one.pattern == "late")
    table = said(ship)
    changed = table.filter(pl.col("true_draught_m").diff() != 0)["true_time"]
    for moment in changed:
        hours = (table["true_time"] - moment).dt.total_minutes() / 60
        after = table.filter((hours >= 0) & (hours < 4.9))
        assert (after["draught_m"] != after["true_draught_m"]).all()
        right = table.filter((hours > 5.1) & (hours < 5.6))
        assert (right["draught_m"] == right["true_draught_m"]).all()


def test_a_call_in_the_dark_changes_the_draught_while_nobody_hears() -> None:
    calls = [one for one in world().planted if one.kind == "dark_port_call"]
    assert len(calls) == draughts.DARK
    for one in calls:
        own = world().heard.filter(pl.col("ship") == one.ship).sort("time")
        assert own.filter(pl.col("time").is_between(one.start - timedelta(minutes=55), one.end)).is_empty()
        before = said(one.ship).filter(pl.col("true_time") < one.start)["draught_m"][-1]
        after = said(one.ship).filter(pl.col("true_time") > one.end)["draught_m"][0]
        assert (after > before) == (one.pattern == "loaded")
        assert after != before
        spoken = world().identities.filter(pl.col("ship") == one.ship, pl.col("field") == "draught_m")
        assert spoken["value"].n_unique() == 2
