"""What would cost a detector the square of its input: crowds, a flood of one number, a number of many transmitters."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from darkwake import geo, schema
from darkwake.events import Detector, engine, jumps, own_way, paired, track
from darkwake.events.dark_encounter import dark_encounter
from darkwake.events.details import texts
from darkwake.events.encounter import encounter
from darkwake.events.false_identity import false_identity
from darkwake.events.false_position import false_position
from darkwake.events.loitering import loitering
from darkwake.events.port_call import port_call
from darkwake.events.track import Track
from darkwake.evidence import canonical_json
from made_positions import DAY, frame

NOWHERE = schema.empty(schema.PORTS)
SHIP = 911000001
ALL: list[Detector] = [
    encounter(anchorages=NOWHERE),
    dark_encounter(anchorages=NOWHERE),
    loitering(ports=NOWHERE),
    port_call(ports=NOWHERE),
    false_position(),
    false_identity(),
]


def flood(rows: int, transmitters: int, hours: float = 1.0) -> pl.DataFrame:
    """One number that is heard `rows` times, from so many ships far apart that each sail straight on."""
    rng = np.random.default_rng(3)
    seconds = np.sort(rng.uniform(0, hours * 3600, rows))
    which = rng.integers(0, transmitters, rows)
    lat = 20.0 + which % 7 + 5.0 * seconds / 111_000
    lon = -40.0 + which // 7 * 1.5
    table: pl.DataFrame = frame(np.full(rows, SHIP), seconds / 3600, lat, lon, np.full(rows, 5 / geo.KNOT_MS))
    return table


def crowd(ships: int, hours: int, across_m: float) -> pl.DataFrame:
    """Ships that lie at anchor within so many metres, heard every ten minutes."""
    rng = np.random.default_rng(5)
    place = rng.uniform(-0.5, 0.5, (2, ships, 1)) * across_m / 111_000
    hour = np.broadcast_to(np.arange(hours * 6 + 1) / 6, (ships, hours * 6 + 1))
    still = np.zeros_like(hour)
    ship = np.broadcast_to(SHIP + np.arange(ships)[:, None], hour.shape)
    lat, lon = 35.0 + place[0] + still, -40.0 + place[1] + still
    table: pl.DataFrame = frame(ship.ravel(), hour.ravel(), lat.ravel(), lon.ravel(), still.ravel())
    return table


def test_a_ship_that_sends_without_end_is_nothing_but_a_ship() -> None:
    table = flood(100_000, 1)
    assert [found.run(table).height for found in ALL] == [0] * len(ALL)


def test_a_number_of_many_transmitters_is_told_in_pieces_of_bounded_size() -> None:
    positions = flood(8_000, 40)
    sent = Track.of(positions)
    runs = jumps._runs(sent, 50.0)
    nexts = jumps._links(sent, runs, 50.0)
    runs = runs.with_columns(chain=pl.Series(jumps._chains(nexts)))
    assert runs.height > 6_000
    assert sum(part.height for part in jumps._between_links(runs, nexts)) < 64 * runs.height
    assert false_position().run(positions).height <= 1


def test_a_crowd_at_anchor_is_counted_and_not_laid_pair_by_pair() -> None:
    table = crowd(400, 3, 400.0)
    thin, quiet, *_ = encounter(anchorages=NOWHERE).stages
    until = engine.covered([table])
    sides = engine.through(table, stages=[thin], until=until, raw=True)
    parts = [engine.through(sides, stages=[quiet], until=until, raw=False)]
    assert sides.height == 400 * 19
    assert sum(part.height for part in parts) == sides.height
    assert encounter(anchorages=NOWHERE).run(table).is_empty()


def test_two_ships_that_meet_before_a_crowd_comes_are_told_with_all_their_time() -> None:
    many = crowd(30, 4, 400.0).with_columns(pl.col("time") + timedelta(hours=6), pl.col("ship") + 10)
    two = crowd(2, 10, 400.0)
    found = encounter(anchorages=NOWHERE).run(schema.in_order(pl.concat([many, two])))
    (event,) = found.to_dicts()
    assert (event["ship"], event["other"], event["start"]) == (SHIP, SHIP + 1, DAY)
    assert event["end"] == DAY + timedelta(hours=10)
    assert json.loads(event["details"])["company"] == 0


def test_what_is_handed_on_of_a_pair_is_cut_where_no_encounter_spans() -> None:
    here = pl.struct(pl.lit(1.0).alias("lat"))
    sides = pl.DataFrame({"ship": [1] * 4, "slot": [0, 1, 40, 41], "other": pl.Series([None] * 4, dtype=pl.Int64)})
    met = pl.DataFrame({"ship": [1], "slot": [41], "other": [2]})
    table = pl.concat([sides, met]).with_columns(here.alias("here"))
    parts = pl.concat(paired.by_pair(table, every_us=600_000_000, merge=timedelta(hours=4)))
    assert parts.select("one", "two", "slot", "first").rows() == [(1, 2, 40, True), (1, 2, 41, True)]


# --- arithmetic that was taken apart ---

PLACES = st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=40)


@given(PLACES, st.floats(0, 3e7))
def test_steps_and_limits_are_those_of_the_distance(places: list[tuple[float, float]], limit: float) -> None:
    lat, lon = np.array(places).T
    metres = geo.distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert (track.steps_m(lat, lon) == metres).all()
    for bound in (limit, float(metres[0])):
        told = track.beyond(np.full(len(metres), bound), lat[:-1], lon[:-1], lat[1:], lon[1:])
        assert (told == (metres > bound)).all()


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.floats(), st.datetimes(),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False), max_size=3),
)  # fmt: skip


@given(st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_texts_are_to_the_byte_what_canonical_json_writes(rows: list[tuple[object, object]]) -> None:
    columns = {"b": [row[0] for row in rows], "a\n": [row[1] for row in rows]}
    assert texts(columns) == [canonical_json({"b": one, "a\n": two}) for one, two in rows]


@given(st.integers(0, 2**32 - 1))
def test_a_false_place_is_on_the_own_way_where_one_of_its_places_says_so(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = 60
    ship = np.sort(rng.integers(0, 3, count))
    time = np.sort(rng.integers(0, 30 * 3_600_000_000, count))
    lat, lon = 10.0 + rng.integers(0, 12, count) / 100, 20.0 + rng.integers(0, 12, count) / 100
    every = Track(ship, time, lat, lon, lat, lat)
    rows = np.sort(rng.choice(count, 15, replace=False))
    told = own_way.beside(every, rows, 0)  # nothing between positions: the positions themselves
    kept: dict[tuple[int, int, int], int] = {}
    first = {one: int(time[ship == one].min()) for one in np.unique(ship).tolist()}
    hour = [(int(time[at]) - first[int(ship[at])]) // 3_600_000_000 for at in range(count)]
    cell = geo.cell(lat, lon, 0.025)
    own = [at for at in range(count) if at not in rows and ship[at] in ship[rows]]
    for at in own[:-1]:  # the last one begins no step
        kept.setdefault((int(ship[at]), int(cell[at]), hour[at]), at)
    for row, is_near in zip(rows.tolist(), told.tolist(), strict=True):
        near = [
            at
            for (whose, _, then), at in kept.items()
            if whose == ship[row] and abs(then - hour[row]) <= 6
            and float(geo.distance_m(lat[row], lon[row], lat[at], lon[at])) <= 2_500.0
        ]  # fmt: skip
        assert is_near == bool(near)
