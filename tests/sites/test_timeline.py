from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkwake import schema
from darkwake.sites import change, durations, evidence_model, segments, shown, timeline

FEATURES = ("brightness", "edges", "likeness", "texture")
BUILDING = {"brightness": 4.0, "edges": 4.0, "likeness": 8.0, "texture": 4.0}
RUIN = {"brightness": 1.0, "edges": 8.0, "likeness": 0.0, "texture": 9.0}
GROUND = {"brightness": 0.0, "edges": 0.0, "likeness": 0.0, "texture": 0.0}
NEW = {"brightness": 9.0, "edges": 5.0, "likeness": 1.0, "texture": 3.0}
DAYS = 12
START = datetime(2022, 1, 1)
Stretches = list[tuple[int, dict[str, float], dict[str, float]]]
"""Dates, and the mean of each feature at the first and at the last of them."""


def stands(dates: int, levels: dict[str, float]) -> tuple[int, dict[str, float], dict[str, float]]:
    return dates, levels, levels


HISTORIES: dict[str, Stretches] = {
    "still": [stands(60, BUILDING)],
    "ruin": [stands(25, BUILDING), stands(35, RUIN)],
    "again": [stands(9, BUILDING), stands(8, RUIN), stands(8, GROUND), (13, GROUND, NEW), stands(22, NEW)],
    "mended": [stands(20, BUILDING), stands(12, RUIN), stands(28, BUILDING)],
    "new": [stands(20, GROUND), (20, GROUND, BUILDING), stands(20, BUILDING)],
}


def planted(histories: dict[str, Stretches], *, seed: int = 0, sensor: str = "s2", shift_days: int = 0) -> pl.DataFrame:
    """SERIES of those histories, noise of standard deviation 1."""
    rng = np.random.default_rng(seed)
    rows = []
    names = FEATURES if sensor == "s2" else ("vh_db", "vv_db")
    for building, stretches in histories.items():
        means = [
            {f: a[f] + (b[f] - a[f]) * k / max(dates - 1, 1) for f in FEATURES}
            for dates, a, b in stretches
            for k in range(dates)
        ]
        for t, mean in enumerate(means):
            for feature, of in zip(names, FEATURES, strict=False):
                value = mean[of] + rng.normal()
                rows.append(
                    {
                        "building": building, "image": f"i{t:03d}", "sensor": sensor, "orbit": "",
                        "time": START + timedelta(days=DAYS * t + shift_days), "feature": feature, "value": value,
                        "inside": value, "ring": 0.0, "pixels": 9, "ring_pixels": 60, "why": "",
                    }
                )  # fmt: skip
    return pl.DataFrame(rows, schema=schema.SERIES, orient="row").sort("building", "sensor", "orbit", "time", "feature")


def drawn(*names: str) -> pl.DataFrame:
    rows = [
        {
            "building": name, "site": "works", "label": name, "lon": 3.0, "lat": 18.0, "area_m2": 900.0,
            "rings": [], "kind": "building",
        }
        for name in names
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema.FOOTPRINTS, orient="row")


QUIET = planted({f"c{n:03d}": [stands(60, BUILDING)] for n in range(80)}, seed=9)
QUIET_RADAR = planted({f"c{n:03d}": [stands(60, BUILDING)] for n in range(80)}, seed=9, sensor="s1")
NONE = schema.empty(schema.READINGS)


def told(
    series: pl.DataFrame, *, quiet: pl.DataFrame = QUIET, readings: pl.DataFrame = NONE, also: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    breaks, _ = change.breaks(series, controls=quiet)
    places = drawn(*series["building"].unique().sort().to_list(), *also)
    found = timeline.timeline(series, breaks, places, readings, controls=quiet)
    for table, wanted in zip(found, (schema.STATUSES, schema.PHASES, schema.ASSESSED), strict=True):
        assert schema.problems(table, wanted) == []
    return found


def path(phases: pl.DataFrame, building: str) -> list[str]:
    return phases.filter((pl.col("building") == building) & (pl.col("by") == "machine"))["status"].to_list()


def test_planted_histories_are_told_in_order_and_near_their_dates() -> None:
    neighbours = {f"near{n:02d}": HISTORIES["still"] for n in range(20)}  # what buildings look like here
    statuses, phases, assessed = told(planted(HISTORIES | neighbours))
    assert path(phases, "still") == ["intact"]
    assert path(phases, "ruin") == ["intact", "destroyed"]
    assert path(phases, "again") == ["intact", "destroyed", "cleared", "under construction", "rebuilt"]
    assert path(phases, "mended") == ["intact", "destroyed", "repaired"]
    assert path(phases, "new") == ["cleared", "under construction", "rebuilt"]
    ruin = phases.filter((pl.col("building") == "ruin") & (pl.col("status") == "destroyed")).row(0, named=True)
    assert ruin["start_after"] < START + timedelta(days=DAYS * 25) <= ruin["start_by"] + timedelta(days=1)
    assert ruin["end_by"] is None
    assert ruin["posterior"] > 0.5
    assert ruin["innocent"]
    assert assessed["assessable"].all()
    # one status a building and date, and chances that sum to one
    assert statuses.height == 25 * 60 == statuses.select("building", "time").unique().height
    sums = statuses.explode("all").unnest("all", separator="_").group_by("building", "time").agg(
        pl.col("all_posterior").sum()
    )["all_posterior"]  # fmt: skip
    assert sums.to_numpy() == pytest.approx(1.0, abs=1e-6)


def test_a_plot_smoother_than_the_grass_round_it_is_like_a_plot_still() -> None:
    bare = {"brightness": 2.0, "edges": -3.0, "likeness": 8.0, "texture": -7.0}
    drawn_levels = np.random.default_rng(5).normal(0.0, 5.0, (40, 2)).tolist()
    town = {
        f"near{n:02d}": [stands(60, BUILDING | {"edges": edges, "texture": texture})]
        for n, (edges, texture) in enumerate(drawn_levels)
    }
    series = planted({"bare": [stands(60, bare)], "green": [stands(60, GROUND)], "ruin": [stands(60, RUIN)]} | town)
    like = {one.building: one.plot_like for one in shown.scene_of(series, schema.empty(schema.BREAKS), None).shown}
    assert min(like["bare"], like["green"]) > 0 > like["ruin"]


def test_what_goes_with_the_year_is_no_change() -> None:
    series = planted({"green": HISTORIES["still"]}, seed=3)
    day = (pl.col("time") - START).dt.total_days() * (2 * np.pi / 365.25)
    series = series.with_columns(value=pl.col("value") + 4.0 * day.sin())
    breaks, _ = change.breaks(series, controls=QUIET)
    assert breaks.height  # the break test does not know of years
    _, phases, _ = told(series)
    assert path(phases, "green") == ["intact"]


@given(st.integers(0, 10_000), st.booleans())
def test_calibrated_chances_keep_their_order_and_none_is_sure(seed: int, broken: bool) -> None:
    chance = np.random.default_rng(seed).dirichlet(np.full(7, 0.2), 5)
    found = evidence_model.calibrated(chance, broken=broken)
    assert found.sum(axis=1) == pytest.approx(1.0)
    assert np.all(np.diff(np.take_along_axis(found, chance.argsort(axis=1), axis=1)) >= 0)
    assert 0 < found.min() <= found.max() < 1


def test_shifted_dates_shift_the_phases_and_nothing_else() -> None:
    one, other = (told(planted(HISTORIES, shift_days=days), quiet=QUIET)[1] for days in (0, 400))
    times = ["start_after", "start_by", "end_after", "end_by"]
    moved = one.with_columns(pl.col(times) + timedelta(days=400))
    assert moved.select("building", "status", *times).equals(other.select("building", "status", *times))


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random: object) -> None:
    series = planted(HISTORIES)
    order = list(range(series.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    for one, other in zip(told(series), told(series[order]), strict=True):
        assert one.equals(other)


def test_equal_buildings_have_equal_histories() -> None:
    series = planted({"again": HISTORIES["again"]})
    twin = series.with_columns(building=pl.lit("twin"))
    statuses, _, _ = told(pl.concat([series, twin]))
    one, other = (statuses.filter(pl.col("building") == name).drop("building") for name in ("again", "twin"))
    assert one.equals(other)


def test_radar_alone_says_that_it_cannot_tell_destroyed_from_cleared() -> None:
    _, phases, _ = told(planted({"ruin": HISTORIES["ruin"]}, sensor="s1"), quiet=QUIET_RADAR)
    last = phases.row(-1, named=True)
    assert last["status"] in ("destroyed", "cleared")
    assert "cannot tell destroyed from cleared" in last["says"]
    assert last["posterior"] < 0.9


def test_without_a_break_a_building_stays_what_it_was() -> None:
    series = planted({"ruin": HISTORIES["ruin"]})
    none = schema.empty(schema.BREAKS)
    statuses, phases, _ = timeline.timeline(series, none, drawn("ruin"), NONE, controls=QUIET)
    assert set(statuses["status"]) == {"intact"}
    assert statuses["posterior"][-1] < 0.5  # what the model thinks is not hidden
    assert "No break" in phases["says"][0]


def test_every_footprint_is_assessed_or_has_its_reason() -> None:
    gone = planted({"gone": HISTORIES["still"]}).with_columns(value=None, why=pl.lit("too few pixels"))
    brief = planted({"brief": [stands(3, BUILDING)]})
    statuses, phases, assessed = told(
        pl.concat([gone.cast(pl.Schema(schema.SERIES)), brief, planted({"still": HISTORIES["still"]})]),
        also=("beyond",),
    )
    why = dict(assessed.select("building", "why").iter_rows())
    assert why["still"] == ""
    assert "too few pixels" in why["gone"]
    assert "fewer than" in why["brief"]
    assert "no image" in why["beyond"]
    assert statuses.filter(pl.col("building") == "brief")["status"].to_list() == ["unknown"] * 3
    assert phases["building"].unique().to_list() == ["still"]


def test_nothing_at_all_is_no_error() -> None:
    empty = schema.empty(schema.SERIES)
    statuses, phases, assessed = timeline.timeline(empty, schema.empty(schema.BREAKS), drawn("a"), NONE)
    assert statuses.is_empty()
    assert phases.is_empty()
    assert assessed["why"].to_list() == ["no image covers it"]


def test_what_an_analyst_read_stands_beside_the_machine_and_changes_nothing_of_it() -> None:
    series = planted({"still": HISTORIES["still"]})
    rows = [
        {"building": "still", "time": START + timedelta(days=day), "status": status, "by": "A. Reader",
         "at": datetime(2025, 1, 1), "because": "the roof is gone" if status == "destroyed" else ""}
        for day, status in ((0, "intact"), (240, "destroyed"), (480, "destroyed"))
    ]  # fmt: skip
    read = pl.DataFrame(rows, schema=schema.READINGS, orient="row")
    without, beside = told(series), told(series, readings=read)
    assert without[0].equals(beside[0])
    own = beside[1].filter(pl.col("by") == "A. Reader")
    assert own["status"].to_list() == ["intact", "destroyed"]
    assert own["start_after"].to_list() == [None, START]
    assert "the roof is gone" in own["says"][1]
    assert beside[1].filter(pl.col("by") == "machine").equals(without[1])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 7), st.integers(0, 10_000))
def test_the_sums_are_those_over_every_single_path(dates: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    days = np.cumsum(rng.integers(1, 90, dates)).astype(float)
    logs = rng.normal(0, 2, (1, dates, 3))
    lengths = [durations.Length(50, 0.8), durations.Length(200, 0.5, counted=True), durations.Length(20, 1.2)]
    found = timeline.posterior(logs, days, lengths=lengths)[0]
    table = segments.durations(
        days - days[0], np.log([one.median_days for one in lengths]), np.array([one.spread for one in lengths]),
        np.array([one.counted for one in lengths]),
    )  # fmt: skip
    want = np.zeros((dates, 3))
    for path_ in np.ndindex(*(3,) * dates):
        edges = [0, *(k for k in range(1, dates) if path_[k] != path_[k - 1]), dates]
        weight = np.exp(sum(logs[0, t, s] for t, s in enumerate(path_))) / 3 * 0.5 ** (len(edges) - 2)
        for i, j in pairwise(edges):
            weight *= table[path_[i], i, j]
        for t, s in enumerate(path_):
            want[t, s] += weight
    assert found == pytest.approx(want / want.sum(axis=1, keepdims=True), abs=1e-9)


def test_lengths_are_learnt_from_intervals() -> None:
    rng = np.random.default_rng(4)
    true = 300 * np.exp(rng.normal(0, 0.6, 400))
    least, most = np.floor(true / 60) * 60, np.ceil(true / 60) * 60
    most[true > 500] = np.inf
    least[true > 500] = 500
    found = durations.fitted(np.stack([least, most], axis=1))
    assert found.median_days == pytest.approx(300, rel=0.1)
    assert found.spread == pytest.approx(0.6, abs=0.08)


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="fit"):
        timeline.posterior(np.zeros((1, 4, 3)), np.arange(4.0))
    with pytest.raises(ValueError, match="rise"):
        timeline.posterior(np.zeros((1, 2, 7)), np.array([3.0, 3.0]))
