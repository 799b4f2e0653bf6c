"""What the whole store knows of lone silences, a ship's own record, and gaps where positions cannot be believed."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from test_silence import DARK, between, in_the_strait, traffic, verdicts

from darkwake import schema
from darkwake.errors import WrongUse
from darkwake.events import gap, hours, tail, way, weigh
from darkwake.events.hearing import CELL_DEG, HOUR_US, Hearing
from darkwake.geo import cell, cell_centre, distance_m
from made_positions import DAY

OFF = "likely switched off"
LIMIT = 6 * HOUR_US


def lone(rng: np.random.Generator, count: int, mean_h: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Silences of over an hour that end at a steady rate."""
    return ((1 + rng.exponential(mean_h, count)) * HOUR_US).astype(np.int64)


@pytest.mark.parametrize("mean_h", [0.5, 1.5, 3.0])
def test_from_silences_below_the_threshold_it_is_told_how_long_those_above_last(mean_h: float) -> None:
    """The mean is bounded from above as often as said, so a gap is called too surprising no more often than said."""
    rng = np.random.default_rng(3)
    means, reached = [], []
    for _ in range(300):
        silent = lone(rng, 400, mean_h)
        mean, reach = tail.outlasting(silent[silent < LIMIT], LIMIT, LIMIT)
        means.append(mean / HOUR_US)
        reached.append(reach / max((silent >= LIMIT).sum(), 1) if mean_h > 1 else 1.0)
    assert np.mean(np.array(means) >= mean_h) >= 0.93
    assert np.median(means) <= 3 * mean_h
    assert np.median(reached) >= 1.0
    over = rng.exponential(mean_h, 20_000)
    for nominal in (0.05, 0.01):
        assert np.mean(np.exp(-over / np.resize(means, len(over))) <= nominal) <= 1.3 * nominal


def test_a_tail_that_gets_heavier_is_believed_and_a_flat_one_says_nothing() -> None:
    rng = np.random.default_rng(4)
    mixed = np.append(lone(rng, 2000, 0.2), lone(rng, 200, 2.0))
    assert tail.outlasting(mixed[mixed < LIMIT], LIMIT, LIMIT)[0] >= 1.9 * HOUR_US
    flat = (rng.uniform(1, 6, 300) * HOUR_US).astype(np.int64)
    assert tail.outlasting(flat, LIMIT, LIMIT)[0] == np.inf
    assert np.isnan(tail.outlasting(flat[:5], LIMIT, LIMIT)[0])


def silenced(length_h: float = 16.0) -> tuple[pl.DataFrame, float]:
    """The strait with one switch-off, and the hour in which it begins."""
    table = traffic(1)
    begin = in_the_strait(table)
    return table.filter(~(between(begin, begin + length_h) & (pl.col("ship") == DARK + 2))), begin


def test_a_ship_that_often_goes_unheard_for_hours_is_not_accused_of_one_silence_more() -> None:
    """Every other day it alone goes unheard for three, four or five hours, while the others are heard."""
    table, begin = silenced(13.0)
    (plain,) = verdicts(table).iter_rows(named=True)
    assert plain["verdict"] == OFF
    spells = ((15, 3.2), (40, 4.1), (62, 5.2), (130, 4.6), (160, 3.5), (185, 5.5), (205, 2.4))
    for since, length in spells:
        table = table.filter(~(between(since, since + length) & (pl.col("ship") == DARK + 2)))
    (row,) = verdicts(table).filter(pl.col("start") > DAY + hours(begin - 1)).iter_rows(named=True)
    numbers = json.loads(row["details"])["b"]
    assert numbers["own_lone_silences"] >= 5
    assert numbers["p_own"] > 0.05
    assert row["verdict"] == "cannot tell"


def test_a_ship_that_comes_back_where_it_left_may_have_sailed_on_and_its_way_ahead_is_looked_at() -> None:
    """Ships under way to the east: one comes back where it left, one never, one far off; the last lay still before."""
    gaps = pl.DataFrame(
        {
            "start_lat": [0.0, 0.0, 0.0, 0.0],
            "start_lon": [10.0, 10.0, 10.0, 10.0],
            "end_lat": [0.0, None, 0.0, 0.0],
            "end_lon": [10.05, None, 12.0, 10.05],
            "own_kn": [10.0, 10.0, 10.0, 0.1],
            "course_deg": [90.0, 90.0, 90.0, 90.0],
            "lasted": [12 * HOUR_US, 5 * HOUR_US, 12 * HOUR_US, 12 * HOUR_US],
        }
    )
    gap_of, cells = way.ahead(gaps, 20_000.0)
    lat, lon = cell_centre(cells, CELL_DEG)
    assert sorted(gap_of.tolist()) == [0, 0, 0, 1, 1]  # in 2.5 h of the second, 46 km; the last lies still
    assert np.allclose(lat, 0.0, atol=0.06)
    assert np.allclose(np.sort(distance_m(0.0, 10.0, lat, lon)[gap_of == 0]), [20e3, 40e3, 60e3], atol=8_000)


def hearing_of(rows: list[tuple[int, float, float]]) -> Hearing:
    """Runs of (ship, degrees east, hours unheard after it), an hour each, all of class A."""
    ships, lon, after = (np.array(column) for column in zip(*rows, strict=True))
    anywhere = pl.DataFrame(
        {"ship": ships, "after": (after * HOUR_US).astype(np.int64), "lat": 0.05 + 0.0 * lon, "lon": lon}
    )
    classes = pl.DataFrame({"ship": np.unique(ships), "class": "A"})
    return Hearing(pl.DataFrame(), anywhere, classes)


def test_water_from_which_ships_are_lost_is_told_from_water_where_they_are_heard() -> None:
    inner = [(ship, 10.05, 0.1) for ship in range(1, 6) for _ in range(20)]
    edge = [(ship, 10.45, 5.0 if step == 0 else 0.1) for ship in range(1, 6) for step in range(12)]
    lost = tail.Lost.of(hearing_of(sorted(inner + edge)), LIMIT)
    at = cell(np.array([0.05, 0.05, 0.05]), np.array([10.05, 10.45, 30.05]), CELL_DEG)
    assert lost.share(at).tolist() == [0.0, 5 / 60, 0.0]
    assert lost.heard(at).tolist() == [100, 60, 0]


def test_silences_where_ships_are_lost_are_no_lone_silences() -> None:
    inner = [(ship, 10.05, 2.0 if step == 0 else 0.1) for ship in range(1, 6) for step in range(20)]
    edge = [(ship, 10.45, 5.0 if step == 0 else 0.1) for ship in range(6, 11) for step in range(12)]
    hearing = hearing_of(sorted(inner + edge, key=lambda row: row[0]))
    rows = tail.lone(hearing, tail.Lost.of(hearing, LIMIT), LIMIT)
    assert set(hearing.anywhere["lon"].to_numpy()[rows]) == {10.05}
    assert len(rows) == 5


def area(start_h: float, end_h: float, box: tuple[float, float, float, float], ships: int = 7) -> pl.DataFrame:
    """INTERFERENCE in a box: south, west, north, east."""
    south, west, north, east = box
    return pl.DataFrame(
        {
            "id": ["interference-1"],
            "start": [DAY + hours(start_h)],
            "end": [DAY + hours(end_h)],
            "south": [south],
            "west": [west],
            "north": [north],
            "east": [east],
            "ships": [ships],
            "positions": [40],
            "events": [["false_position-1"]],
            "says": ["Seven ships were displaced."],
        },
        schema=schema.INTERFERENCE,
    )


STRAIT = (24.0, 54.0, 26.0, 58.0)


@pytest.mark.parametrize(
    ("since", "until", "box", "side"),
    [
        (-2.0, 3.0, STRAIT, "start"),
        (-5.0, -0.9, STRAIT, "start"),  # within the hour's margin
        (14.0, 20.0, STRAIT, "end"),
        (-5.0, -1.5, STRAIT, None),
        (4.0, 12.0, STRAIT, None),  # nowhere near either end in time
        (-2.0, 3.0, (24.0, 58.5, 26.0, 60.0), None),  # elsewhere
        (-2.0, 3.0, (24.0, 170.0, 26.0, 58.0), "start"),  # round the antimeridian to 58 degrees east
    ],
)
def test_a_gap_where_positions_could_not_be_believed_cannot_be_told(
    since: float, until: float, box: tuple[float, float, float, float], side: str | None
) -> None:
    table, begin = silenced()
    gaps = gap().run(table)
    areas = area(begin + since, begin + until, box)
    (row,) = weigh(gaps, table, interference=areas).iter_rows(named=True)
    numbers = json.loads(row["details"])
    if side is None:
        assert (row["verdict"], numbers["interference"], numbers["tested"]) == (OFF, None, True)
        return
    assert (row["verdict"], numbers["tested"], numbers["q"]) == ("cannot tell", False, None)
    assert numbers["interference"] == {"area": "interference-1", "ships": 7, "side": side}
    word = "fell silent" if side == "start" else "was heard again"
    first, last = (f"{at.day} {at:%B %Y %H:%M}" for at in (areas["start"][0], areas["end"][0]))
    assert row["says"].startswith(
        f"Cannot be told: where this ship {word}, satellite navigation could not be believed from {first} to {last} "
        "UTC (7 ships displaced there), so where this ship was is not known. Of "
    )


def test_no_interference_changes_nothing_and_another_table_is_refused() -> None:
    table, _ = silenced()
    gaps = gap().run(table)
    assert weigh(gaps, table, interference=schema.empty(schema.INTERFERENCE)).equals(weigh(gaps, table))
    with pytest.raises(WrongUse, match="not INTERFERENCE"):
        weigh(gaps, table, interference=gaps)


def test_of_several_areas_the_one_with_the_most_ships_is_named() -> None:
    table, begin = silenced()
    gaps = gap().run(table)
    few, many = area(begin - 2, begin + 2, STRAIT, 4), area(begin - 2, begin + 2, STRAIT, 31)
    both = pl.concat([many.with_columns(id=pl.lit("interference-2")), few])
    (row,) = weigh(gaps, table, interference=both).iter_rows(named=True)
    assert json.loads(row["details"])["interference"]["area"] == "interference-2"
    assert "31 ships displaced there" in row["says"]


def test_two_ships_of_one_number_hide_each_others_silences() -> None:
    """What docs/silence.md states as a limit: while one of them is heard, the other's silence is no gap."""
    table, _ = silenced()
    other = traffic(9).filter(pl.col("ship") == DARK + 7).with_columns(ship=pl.lit(DARK + 2, pl.Int64))
    assert gap().run(schema.in_order(pl.concat([table, other]))).filter(pl.col("ship") == DARK + 2).is_empty()
