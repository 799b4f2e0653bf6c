"""Reception: who is known to be there and how many of those were heard; laws, bad input, and the truth of synth."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import geo, schema, synth
from darkwake.errors import WrongUse
from darkwake.synth import Outage
from darkwake.tracks import Columns, Store, baseline, current, ingest, reception
from darkwake.tracks.reception import BRACKET, CELL_DEG
from made_positions import DAY, Files, frame

SHIP = 911000001


def track(hour: list[float], lat: list[float] | float = 24.6, lon: list[float] | float = 59.1) -> pl.DataFrame:
    count = len(hour)
    lats, lons = (list(one) if isinstance(one, list) else [one] * count for one in (lat, lon))
    return frame([SHIP] * count, hour, lats, lons, [None] * count)


def hours_of(table: pl.DataFrame) -> list[tuple[float, int, int]]:
    since = (pl.col("hour") - DAY) / timedelta(hours=1)
    return table.sort("hour").select(since, "present", "heard").rows()


def test_a_ship_is_known_by_what_it_sent_before_the_hour_and_after_it() -> None:
    """Heard in the hours 0, 1, 3 and 4: known in 1 to 3, unheard in 2; the first and the last hour are open ended."""
    table = reception(track([0.2, 0.8, 1.5, 3.4, 4.9]))
    assert schema.problems(table, schema.RECEPTION) == []
    assert hours_of(table) == [(1.0, 1, 1), (2.0, 1, 0), (3.0, 1, 1)]
    assert table["cell"].unique().to_list() == geo.cell([24.6], [59.1], CELL_DEG).tolist()


def test_the_place_is_that_of_the_middle_of_the_hour_on_the_way() -> None:
    table = reception(track([0.5, 2.5, 4.5], 24.6, [59.0, 59.2, 60.0]))
    cells = dict(table.select((pl.col("hour") - DAY) / timedelta(hours=1), "cell").iter_rows())
    want = {1.0: 59.1, 2.0: 59.5, 3.0: 59.6}  # the way to hour 2 is taken from 0.5 to 4.5, without its own message
    assert cells == {hour: int(geo.cell(24.6, lon, CELL_DEG)) for hour, lon in want.items()}


@pytest.mark.parametrize(
    ("hour", "lon", "why"),
    [
        ([0.0, 0.1, 14.2, 14.3], [59.1, 59.1, 59.1, 59.1], "the messages lie farther apart than the bracket"),
        ([0.0, 2.2], [59.1, 61.4], "no ship sails so fast: a shared number, or a clock that jumped"),
        ([0.0, 12.9], [59.1, 63.5], "the way is too long to know the place in between"),
        ([0.9, 1.1, 1.9], [59.1, 59.1, 59.1], "nothing after the last hour and nothing before the first"),
        ([5.0], [59.1], "one message"),
    ],
)
def test_who_is_not_known_is_not_counted(hour: list[float], lon: list[float], why: str) -> None:
    assert reception(track(hour, 24.6, lon)).is_empty(), why


def test_a_straight_way_over_land_is_no_way() -> None:
    """From the Persian Gulf to the Gulf of Oman over the Musandam peninsula."""
    assert reception(track([0.0, 9.0], [25.9, 25.4], [55.7, 56.9])).is_empty()
    assert not reception(track([0.0, 9.0], [25.0, 24.4], [58.0, 59.2])).is_empty()


def test_across_the_antimeridian_and_the_pole() -> None:
    table = reception(track([0.5, 1.6, 2.5], 30.0, [179.9, 179.0, -179.9]))
    assert table["cell"].to_list() == geo.cell([30.0], [-180.0], CELL_DEG).tolist()
    table = reception(track([0.5, 4.5], 89.5, [0.0, 180.0]))
    assert table.height == 3
    assert (np.asarray(geo.cell_centre(table["cell"].to_numpy(), CELL_DEG)[0]) > 89).all()


def test_the_class_is_that_of_most_positions_and_may_be_unknown() -> None:
    known = track([0.0, 1.0, 2.0]).with_columns(pl.Series("ais_class", ["B", None, "B"]))
    unknown = known.with_columns(pl.col("ship") + 1, pl.lit(None, pl.String).alias("ais_class"))
    table = reception(pl.concat([known, unknown]))
    assert table["ais_class"].to_list() == ["B", None]
    assert baseline(table)["ais_class"].to_list() == ["B", None]
    assert current(table, DAY, DAY + timedelta(hours=9))["ais_class"].to_list() == ["B", None]


def test_nothing_gives_nothing_and_nonsense_is_refused() -> None:
    table = reception(schema.empty(schema.POSITIONS))
    assert table.is_empty()
    assert schema.problems(table, schema.RECEPTION) == []
    assert baseline(table).is_empty()
    assert current(table, DAY, DAY + timedelta(hours=1)).is_empty()
    for wrong in ({"bracket": timedelta(hours=1)}, {"cell_deg": 0.7}, {"cell_deg": 0.0}, {"farthest_m": 0.0}):
        with pytest.raises(WrongUse):
            reception(track([0.0, 1.0]), **wrong)
    with pytest.raises(WrongUse, match="is not POSITIONS"):
        reception(pl.DataFrame({"ship": [1]}))
    with pytest.raises(WrongUse, match="is not RECEPTION"):
        baseline(pl.DataFrame({"ship": [1]}))
    with pytest.raises(WrongUse, match="is no period"):
        current(table, DAY, DAY)


# --- laws ---


def wandering(seed: int) -> pl.DataFrame:
    """A few ships in a small sea, heard in some hours and not in others; some messages twice, some clocks wrong."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 200))
    ship = SHIP + rng.integers(0, 7, count)
    hour = rng.uniform(0, 40, count)
    hour[rng.random(count) < 0.02] += 1e5
    lat, lon = 24.4 + rng.normal(0, 0.3, count), 59.5 + rng.normal(0, 0.3, count)
    table = frame(ship, hour, lat, lon, [None] * count, [("A", "B", None)[k % 3] for k in range(count)])
    return pl.concat([table, table[: count // 5]])


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 3))
def test_any_split_by_ship_and_any_order_give_the_same_table(seed: int, shards: int, files: int) -> None:
    table = wandering(seed)
    whole = reception(table)
    assert schema.problems(whole, schema.RECEPTION) == []
    assert (whole["heard"] <= whole["present"]).all()
    assert (whole["heard"] >= 0).all()
    assert (whole["present"] >= 1).all()
    assert whole.select("cell", "hour", "ais_class").is_duplicated().sum() == 0
    mixed = table.sample(fraction=1.0, shuffle=True, seed=seed % 1000)
    piece = pl.Series(np.random.default_rng(seed).integers(0, files, mixed.height))
    parts = [
        [mixed.filter((pl.col("ship") % shards == at) & (piece == number)) for number in range(files)]
        for at in range(shards)
    ]
    with TemporaryDirectory() as folder:
        assert reception(Files(Path(folder), parts)).equals(whole)
    assert reception(mixed).equals(whole)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(0, 10**6))
def test_what_is_sent_in_an_hour_does_not_decide_whether_and_where_the_ship_is_known_in_it(
    seed: int, pick: int
) -> None:
    """Take all messages of a ship in one hour away: it is as present there as before, and now unheard."""
    table = wandering(seed)
    if table.is_empty():
        return
    ship, when = table.row(pick % table.height)[:2]
    hour = when.replace(minute=0, second=0, microsecond=0)
    mine = table.filter(pl.col("ship") == ship).with_columns(ais_class=pl.lit("A"))
    left = mine.filter(~((pl.col("time") >= hour) & (pl.col("time") < hour + timedelta(hours=1))))
    before, after = (reception(one).filter(pl.col("hour") == hour) for one in (mine, left))
    assert before.drop("heard").equals(after.drop("heard"))
    assert after["heard"].sum() == 0
    assert before["heard"].sum() == before["present"].sum()


# --- against the truth ---


def true_shares(world: synth.World) -> pl.DataFrame:
    """cell, true, true_share: of all hours that ships spent in a cell, in how many they were heard."""
    hour = pl.col("time").dt.truncate("1h").alias("hour")
    middle = (pl.col("time") - hour - timedelta(minutes=30)).abs()
    there = world.truth.sort("ship", "time").group_by("ship", hour).agg(pl.col("lat", "lon").sort_by(middle).first())
    heard = world.heard.select("ship", hour, heard=pl.lit(1)).unique()
    cell = pl.Series("cell", geo.cell(there["lat"].to_numpy(), there["lon"].to_numpy(), CELL_DEG))
    both = there.with_columns(cell).join(heard, on=["ship", "hour"], how="left")
    return both.group_by("cell").agg(pl.len().alias("true"), pl.col("heard").fill_null(0).mean().alias("true_share"))


@pytest.mark.parametrize(
    ("chance", "most_bias", "most_error"), [(0.9, 0.01, 0.02), (0.05, 0.04, 0.06)], ids=["well heard", "1 in 20"]
)
def test_the_share_by_cell_is_near_the_true_one(chance: float, most_bias: float, most_error: float) -> None:
    """Where each message has its own luck; docs/tracks.md says how far it is off where losses come in runs."""
    coast = tuple(synth.Station(one.name, one.lat, one.lon, 70, chance) for one in synth.world.STATIONS)
    world = synth.make(31, days=10, ships=40, stations=coast, satellites=())
    usual = baseline(reception(world.heard)).filter(pl.col("present") >= 30)
    both = usual.join(true_shares(world), on="cell")
    hours, off = both["true"].to_numpy(), (both["share"] - both["true_share"]).to_numpy()
    assert hours.sum() > 4_000
    assert abs(off @ hours) / hours.sum() <= most_bias
    assert np.abs(off) @ hours / hours.sum() <= most_error
    assert ((both["low"] <= both["share"]) & (both["share"] <= both["high"])).all()


def test_an_outage_shows_against_what_is_usual_and_no_outage_shows_nothing() -> None:
    down = datetime(2025, 9, 5, 6), datetime(2025, 9, 5, 14)
    names = tuple(one.name for one in synth.world.STATIONS)
    world = synth.make(32, days=9, ships=40, satellites=(), outages=[Outage(*down, names)])
    then = current(reception(world.heard), *down)
    worse = then.filter(pl.col("differs") == "worse")
    assert worse["present"].to_numpy().sum() > 0.6 * then["present"].to_numpy().sum()
    assert (worse["share"] < worse["usual_share"]).all()
    assert not (then["differs"] == "better").any()
    quiet = current(reception(synth.make(32, days=9, ships=40, satellites=()).heard), *down)
    assert quiet.filter(pl.col("differs") != "").height <= 0.1 * quiet.height


def test_sums_over_hours_are_kept() -> None:
    table = reception(synth.make(33, days=4, ships=12).heard)
    middle = DAY.replace(year=2025, month=9, day=3)
    usual, then = baseline(table), current(table, middle, middle + timedelta(hours=12))
    assert usual["present"].sum() == table["present"].sum()
    assert usual["heard"].sum() == table["heard"].sum()
    inside = table.filter(pl.col("hour").is_between(middle, middle + timedelta(hours=12), closed="left"))
    assert then["present"].sum() == inside["present"].sum()
    parts = then.select("cell", "ais_class", all=pl.col("present") + pl.col("usual_present").fill_null(0))
    assert parts.join(usual, on=["cell", "ais_class"]).filter(pl.col("all") != pl.col("present")).is_empty()
    lat, lon = geo.cell_centre(usual["cell"].to_numpy(), CELL_DEG)
    assert np.array_equal(usual["lat"].to_numpy(), lat)
    assert np.array_equal(usual["lon"].to_numpy(), lon)


# --- real tracks ---


def pooled(usual: pl.DataFrame) -> float:
    return float(usual["heard"].to_numpy().sum() / usual["present"].to_numpy().sum())


@pytest.mark.shared
def test_the_kattegat_is_well_heard_where_ships_are_known(shared: Path, tmp_path: Path) -> None:
    file = shared / "ais/dma-kattegat-2025-11/pre_processed_df_test.parquet"
    ingest(
        file, tmp_path / "store", columns=Columns.parse("time=Timestamp,ship=MMSI,lat=Latitude,lon=Longitude,sog=SOG")
    )
    table = reception(Store(tmp_path / "store"))
    usual = baseline(table)
    assert usual["present"].sum() > 400
    assert 0.7 < pooled(usual) <= 1.0
    assert usual["lat"].is_between(57.0, 57.8).all()
    assert usual["lon"].is_between(10.4, 12.1).all()
    assert (table["hour"] >= datetime(2025, 11, 1)).all()
    assert reception(Store(tmp_path / "store").positions().collect()).equals(table)


@pytest.mark.shared
def test_an_hour_and_a_half_in_the_solent_knows_nobody_and_slowed_down_it_does(shared: Path, tmp_path: Path) -> None:
    """13:02 to 14:26: no clock hour has messages before it and after it. With the clock slowed 12 times, hours have."""
    file = shared / "ais/solent-2016-01-12/SolentAIS_20160112_130211.csv"
    columns = Columns.parse("time=Time,ship=MMSI,lat=Latitude_degrees,lon=Longitude_degrees")
    ingest(file, tmp_path / "store", columns=columns)
    table = Store(tmp_path / "store").positions().collect()
    assert reception(table).is_empty()
    slow = table.with_columns(pl.col("time").min() + (pl.col("time") - pl.col("time").min()) * 12)
    usual = baseline(reception(slow.cast(schema.POSITIONS)))
    assert usual["present"].sum() > 500
    assert pooled(usual) > 0.8


def test_the_defaults_are_what_the_docs_say() -> None:
    assert CELL_DEG == 0.25
    assert timedelta(hours=13) == BRACKET
