"""Busy water and what is planted in it: the plants are what they say, and the truth is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from darkwake import country, geo, ports, schema, shore, synth
from darkwake.synth import Planted, World, busy, disguises, lies, plants
from darkwake.synth.said import statements

DAYS = 4.0
SEEDS = (1, 2)  # off Fujairah, and across the antimeridian


@cache
def laid(seed: int) -> World:
    return plants.lay(seed, DAYS)


@cache
def clean(seed: int) -> World:
    return busy.clean(seed, DAYS)


@cache
def told(seed: int) -> pl.DataFrame:
    return laid(seed).identities


def of_kind(world: World, kind: str, pattern: str | None = None) -> list[Planted]:
    return [one for one in world.planted if one.kind == kind and pattern in (None, one.pattern)]


def track(table: pl.DataFrame, ship: int | None, one: Planted) -> pl.DataFrame:
    return table.filter(pl.col("ship") == ship, pl.col("time").is_between(one.start, one.end)).sort("time")


def knots(part: pl.DataFrame, hours: float = 0.5) -> np.ndarray:
    thin = part.group_by(pl.col("time").dt.truncate(f"{round(hours * 60)}m"), maintain_order=True).first()
    metres = geo.distance_m(thin["lat"][:-1], thin["lon"][:-1], thin["lat"][1:], thin["lon"][1:])
    seconds = (thin["time"][1:] - thin["time"][:-1]).dt.total_seconds().to_numpy()
    return np.asarray(metres / seconds / geo.KNOT_MS)


@pytest.mark.parametrize(
    ("asked", "messages", "phases"),
    [
        ({"seed": 1}, "3167308453c3d581", "2239af7b94b72429"),
        (
            {"seed": 7, "days": 3, "ships": 12, "switch_offs": 3, "class_b": True},
            "2c02c64e953d6a32",
            "b712b930ffba687f",
        ),
    ],
)
def test_a_plain_world_is_what_it_was_before_there_were_plants(
    asked: dict[str, float], messages: str, phases: str
) -> None:
    world = synth.make(**asked)  # type: ignore[arg-type]
    got = [hashlib.sha256(table.write_csv().encode()).hexdigest()[:16] for table in (world.messages, world.phases)]
    assert got == [messages, phases]


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_the_same_seed_gives_the_same_world(seed: int) -> None:
    again = plants.lay(seed, DAYS)
    assert again.messages.equals(laid(seed).messages)
    assert again.planted == laid(seed).planted
    assert again.identities.equals(told(seed))
    assert not again.truth.equals(clean(seed).truth)


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_have_their_schemas_and_every_heard_row_is_one_of_the_truth(seed: int) -> None:
    assert schema.problems(told(seed), schema.IDENTITIES) == []
    for world in (laid(seed), clean(seed)):
        assert schema.problems(world.heard, schema.POSITIONS) == []
        assert schema.problems(world.truth, schema.POSITIONS) == []
        assert world.truth["row"].is_unique().all()
        assert len(world.truth) == len(world.messages)
        met = world.heard.join(world.truth, on="row", suffix="_true")
        assert len(met) == len(world.heard)
        assert met["receiver_true"].null_count() == 0
        assert world.truth.filter(pl.col("receiver").is_not_null()).height == len(world.heard)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nobody_lied_and_nothing_went_wrong_what_was_heard_is_true(seed: int) -> None:
    world = clean(seed)
    met = world.heard.join(world.truth, on="row", suffix="_true")
    wrong = met.filter(
        (pl.col("lat") != pl.col("lat_true")) | (pl.col("lon") != pl.col("lon_true"))
        | (pl.col("time") != pl.col("time_true")) | (pl.col("ship") != pl.col("ship_true"))
    )  # fmt: skip
    assert 0 < len(wrong) < 0.01 * len(met)
    assert clean(seed).planted == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_truth_of_the_world_with_plants_holds_the_truth_of_the_one_without(seed: int) -> None:
    keys = ["ship", "time", "lat", "lon"]
    both = laid(seed).truth.join(clean(seed).truth, on=keys, how="inner")
    assert len(both) == len(clean(seed).truth)


@pytest.mark.parametrize("seed", SEEDS)
def test_ships_that_meet_lie_close_and_slow_for_hours_far_from_ports(seed: int) -> None:
    world = laid(seed)
    found = of_kind(world, "encounter") + of_kind(world, "dark_encounter")
    assert len(found) == 11
    table = ports.default()
    for one in found:
        first, second = track(world.truth, one.ship, one), track(world.truth, one.other, one)
        assert 2.4 <= (one.end - one.start) / timedelta(hours=1) <= 8.1
        assert max(np.max(knots(first)), np.max(knots(second))) < 2.0
        met = first.join_asof(second.select("time", "lat", "lon"), on="time", strategy="nearest", suffix="_2")
        apart = geo.distance_m(met["lat"], met["lon"], met["lat_2"], met["lon_2"])
        assert 40.0 < np.median(apart) < 420.0
        assert np.max(apart) < 500.0
        assert np.min(geo.distance_m(one.lat, one.lon, table["lat"], table["lon"])) > 10_000


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_dark_meeting_one_is_unheard_from_before_to_after_and_heard_on_both_sides(seed: int) -> None:
    world = laid(seed)
    for one in of_kind(world, "dark_encounter"):
        hour = timedelta(hours=1)
        own = world.heard.filter(pl.col("ship") == one.other)
        assert own.filter(pl.col("time").is_between(one.start - hour, one.end + hour)).is_empty()
        assert own.filter(pl.col("time") < one.start).height > 3
        assert own.filter(pl.col("time") > one.end).height > 3
        assert track(world.heard, one.ship, one).height > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_loitering_ships_drift_where_they_are_said_to(seed: int) -> None:
    world = laid(seed)
    for one in of_kind(world, "loitering"):
        part = track(world.truth, one.ship, one)
        far_km = shore.shore_m(part["lat"], part["lon"]) / 1000
        assert np.max(knots(part, 1.0)) < 2.0
        assert np.min(far_km) > 37.04 if one.pattern == "offshore" else 3.7 < np.min(far_km) < 37.04


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clone_is_heard_under_the_number_while_its_owner_is_heard_elsewhere(seed: int) -> None:
    world = laid(seed)
    for one in of_kind(world, "false_identity", "clone"):
        both = world.heard.join(world.truth.select("row", hull="ship"), on="row")
        both = track(both, one.ship, one)
        turns = int((both["hull"] != both["hull"].shift()).sum())
        assert set(both["hull"]) == {one.ship, one.other}
        assert turns > 20
        owner, thief = (both.filter(pl.col("hull") == hull) for hull in (one.ship, one.other))
        met = owner.join_asof(thief.select("time", "lat", "lon"), on="time", strategy="nearest", suffix="_2")
        assert np.median(geo.distance_m(met["lat"], met["lon"], met["lat_2"], met["lon_2"])) > 20_000


def runs(world: World, ship: int | None, field: str) -> list[tuple[str, int]]:
    if ship is None:
        return []
    table = told(world.seed).filter(pl.col("ship") == ship, pl.col("field") == field)
    return list(table.filter(pl.col("messages") > 2).select("value", "messages").iter_rows())


@pytest.mark.parametrize("seed", SEEDS)
def test_what_disguised_ships_said_is_what_was_planted(seed: int) -> None:
    world = laid(seed)
    ships = {one.mmsi: one for one in world.ships}
    kinds: dict[str | None, int] = {}
    for one in of_kind(world, "false_identity"):
        kinds[one.pattern] = kinds.get(one.pattern, 0) + 1
        assert one.ship is not None
        assert one.start < one.end
        own = ships[one.ship]
        imos = [{value for value, _ in runs(world, ship, "imo")} for ship in (one.ship, one.other)]
        if one.pattern == "renumbered":
            assert imos == [{str(own.imo)}, {str(own.imo)}]
            assert one.other is not None
            assert country.flag_of_mmsi(one.other) != country.flag_of_mmsi(one.ship)
            assert {value for value, _ in runs(world, one.other, "name")} != {own.name}
        elif one.pattern == "renumbered without IMO":
            assert imos == [set(), set()]
        elif one.pattern == "wrong check digit":
            (said,) = imos[0]
            total = sum(int(digit) * weight for digit, weight in zip(said, range(7, 1, -1), strict=False))
            assert total % 10 != int(said[6])
        elif one.pattern == "size":
            assert len({value for value, _ in runs(world, one.ship, "length_m")}) == 2
        elif one.pattern == "shared IMO":
            assert len(imos[0] & imos[1]) == 1
        elif one.pattern == "call sign":
            assert {value for value, _ in runs(world, one.ship, "callsign")} != {own.callsign}
    assert kinds == {"clone": 2, "renumbered": 4, "renumbered without IMO": 2, "wrong check digit": 2, "call sign": 2,
                     "size": 2, "shared IMO": 2}  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_false_positions_are_false_and_the_truth_has_where_the_ship_was(seed: int) -> None:
    world = laid(seed)
    for one in of_kind(world, "false_position"):
        said = track(world.heard, one.ship, one).filter(pl.col("row").is_not_null())
        met = said.join(world.truth, on="row", suffix="_true")
        off_m = geo.distance_m(met["lat"], met["lon"], met["lat_true"], met["lon_true"])
        assert len(met) >= 3
        assert np.median(off_m) > 5_000
        if one.pattern == "land":
            assert shore.on_land(said["lat"], said["lon"]).all()
        if one.pattern == "circle":
            middle = said["lat"].to_numpy().mean(), said["lon"].to_numpy().mean()
            radius = geo.distance_m(*middle, said["lat"], said["lon"])
            assert np.ptp(radius) < 0.8 * np.mean(radius)
        if one.pattern == "straight":
            ahead = geo.bearing_deg(said["lat"][0], said["lon"][0], said["lat"], said["lon"])[10:]
            assert np.ptp(ahead) < 1.0
    assert sorted({str(one.pattern) for one in of_kind(world, "false_position")}) == [
        "burst", "circle", "land", "offset", "straight"
    ]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_interference_displaces_many_ships_at_once_and_none_elsewhere(seed: int) -> None:
    world = laid(seed)
    for one in of_kind(world, "interference"):
        during = world.heard.filter(pl.col("time").is_between(one.start, one.end))
        met = during.join(world.truth, on="row", suffix="_true")
        off = pl.Series(geo.distance_m(met["lat"], met["lon"], met["lat_true"], met["lon_true"]) > 1_500)
        away = pl.Series(geo.distance_m(met["lat_true"], met["lon_true"], one.lat, one.lon) > (one.radius_m or 0))
        assert met.filter(off)["ship"].n_unique() >= 8
        assert (off & away).sum() < 0.005 * len(met)  # single bad fixes, as everywhere


@pytest.mark.parametrize("seed", SEEDS)
def test_busy_water_is_as_full_as_it_is_said_to_be(seed: int) -> None:
    full = busy.density(clean(seed).truth, busy.of_seed(seed).box)
    assert full.per_1000_km2 > (3.5 if seed == 1 else 0.5)
    assert set(clean(seed).roles.values()) >= {"passing", "fishing pair", "tow", "survey", "circling"}


def test_lies_leave_the_world_they_are_told_of_alone() -> None:
    world = synth.make(3, days=2, ships=4)
    before = world.messages.clone()
    ship = world.ships[0].mmsi
    disguises.wrong_imo(world, ship)
    mute = lies.silenced(world, ship, world.start, world.end)
    assert world.messages.equals(before)
    assert ship not in mute.heard["ship"].to_list()
    assert mute.truth.drop("receiver").equals(world.truth.drop("receiver"))


def test_statements_of_a_plain_world_are_its_ships_own() -> None:
    world = synth.make(4, days=1, ships=6, class_b=True)
    heard = statements(world.messages.filter("heard"), world.ships, world.phases, world.claims)
    for one in world.ships:
        said = heard.filter(pl.col("ship") == one.mmsi)
        assert set(said["name"]) <= {one.name}
        assert set(said["imo"]) <= ({None} if one.ais_class == "B" else {str(one.imo)})
    runs_of = world.identities
    assert set(runs_of["field"]) == set(schema.IDENTITY_FIELDS)
    names = runs_of.filter(pl.col("field") == "name")
    assert names["messages"].sum() == len(world.heard)
