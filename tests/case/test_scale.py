"""What a huge case may cost: sizes and counts, never seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import made_tables
import numpy as np
import polars as pl
import pytest

from darkwake import geo, schema
from darkwake.case import file, html, shown, thin
from darkwake.case.known import Known
from darkwake.case.tables import Tables
from darkwake.events import fellows
from darkwake.schema.shards import by_ships

HERON = made_tables.HERON


def _fleet(ships: int, calls: int = 1) -> Tables:
    """The invented voyage of made_tables, sailed by so many ships, each with so many calls more at its first port."""
    one = made_tables.sailed()
    own = ("id", "event", "from_call", "to_call")
    found: dict[str, Any] = {}
    for name, table in one.items():
        every = table.join(pl.DataFrame({"number": range(ships)}), how="cross")
        tail = pl.format("-{}", "number")
        lists = [column for column in ("gaps", "voyages") if column in table.columns and table.height]
        every = every.with_columns(
            pl.col("ship") + pl.col("number") if "ship" in table.columns else pl.lit(0).alias("_"),
            *(pl.col(column) + tail for column in own if column in table.columns),
            *(pl.concat_list(pl.col(column).list.first() + tail).alias(column) for column in lists),
        )
        found[name] = every.select(list(table.columns)).cast(table.schema)
    more = found["events"].filter(pl.col("id").str.starts_with("port_call-one"))
    again = [more.with_columns(pl.col("id") + f"-{n}", pl.col("start") - timedelta(days=n)) for n in range(1, calls)]
    found["events"] = pl.concat([found["events"], *again]).sort("ship", "start", "kind", "id")
    track = {"start": 1_770_000_000, "t": [0, 60, 60], "lat": [270_000, 9, 9], "lon": [560_000, 9, 9]}
    return made_tables.tables(**found, tracks=[{"ship": HERON + number} | track for number in range(ships)])


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds of the case file, small enough to be reached by a test."""
    for name in ("MOST_GAPS", "MOST_FIRST", "MOST_JOURNEYS", "MOST_CALLS", "MOST_VOYAGES", "MOST_SHIPS"):
        monkeypatch.setattr(shown, name, 20)


@pytest.mark.usefixtures("small_bounds")
def test_beyond_the_bounds_neither_the_case_file_nor_the_page_grows() -> None:
    cases = [file.build(made_tables.ASKED, [], _fleet(ships), made_tables.told()) for ships in (60, 240)]
    for name in ("threads", "events", "voyages", "silences", "evidence"):
        assert len(cases[0][name]) == len(cases[1][name]) > 0, name
    # of every ship that anything is shown of there is a row: no more than the bounds together
    assert all(20 <= len(case[name]) <= 60 for case in cases for name in ("ships", "tracks"))
    small, large = (len(file.dump(case)) for case in cases)
    assert large < 1.2 * small
    small, large = (len(html.render(json.loads(file.dump(case)))) for case in cases)
    assert large < 1.2 * small


@pytest.mark.usefixtures("small_bounds")
def test_what_is_not_shown_is_counted_and_said() -> None:
    case = file.build(made_tables.ASKED, [], _fleet(60, calls=2), made_tables.told())
    assert case["counts"]["ships"] == case["counts"]["gaps"] == case["counts"]["corridor_voyages"] == 60
    assert case["counts"]["port_calls"] == 180
    said = " ".join(case["method"]["limits"])
    assert "40 more journeys" in said
    assert "140 more port calls" in said
    assert "40 more voyages" in said
    assert f"{60 - len(case['ships'])} ships of which nothing is shown" in said
    assert "`derived`" in said
    told = {thread["ship"] for thread in case["threads"]}
    assert told < {row["ship"] for row in case["ships"]}
    assert {row["ship"] for row in case["events"]} == {row["ship"] for row in case["ships"]}
    assert {item["id"] for item in case["evidence"]} >= {key for row in case["threads"] for key in _cited(row)}


def _cited(thread: dict[str, Any]) -> set[str]:
    return {one["evidence"] for one in (*thread["for"], *thread["against"])} - {""}


@pytest.mark.usefixtures("small_bounds")
def test_the_journeys_that_are_told_are_those_that_would_stand_first() -> None:
    tables = _fleet(60)
    off = pl.Series([f"gap-one-{number}" for number in range(33, 53)])
    verdict = pl.when(pl.col("event").is_in(off.implode())).then("verdict").otherwise(pl.lit("cannot tell"))
    tables.silences.replace_column(tables.silences.get_column_index("verdict"), tables.silences.select(verdict=verdict)[
        "verdict"
    ])  # fmt: skip
    case = file.build(made_tables.ASKED, [], tables, made_tables.told())
    assert sorted(thread["ship"] for thread in case["threads"]) == [HERON + number for number in range(33, 53)]


def test_a_case_within_the_bounds_says_nothing_of_them() -> None:
    case = file.build(made_tables.ASKED, [], _fleet(5), made_tables.told())
    assert len(case["threads"]) == 5
    assert not any("counted, not told" in line or "`derived`" in line for line in case["method"]["limits"])


def test_the_numbers_of_a_hull_are_found_without_a_look_at_every_ship() -> None:
    class Counting(dict[str, str]):
        looks = 0

        def items(self) -> Any:
            Counting.looks += len(self)
            return super().items()

    known = Known(hulls=Counting({f"{ship:09d}": str(ship // 2) for ship in range(2_000)}))
    for ship in range(2_000):
        assert known.siblings(f"{ship:09d}") == (f"{ship ^ 1:09d}",)
    assert Counting.looks == 0


def _distances(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> int:
    """Between how many pairs of places `work` measures."""
    counted, plain = 0, geo.distance_m

    def distance_m(*places: Any) -> Any:
        nonlocal counted
        found = plain(*places)
        counted += np.size(found)
        return found

    monkeypatch.setattr(geo, "distance_m", distance_m)
    work()
    monkeypatch.setattr(geo, "distance_m", plain)
    return counted


def test_outages_are_linked_in_pairs_that_grow_as_the_gaps_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(count: int) -> Callable[[], object]:
        rng = np.random.default_rng(count)
        start, lat, lon = rng.integers(0, 60 * count, count), rng.uniform(50, 60, count), rng.uniform(0, 20, count)
        return lambda: fellows.spread_m(start, lat, lon, 300, 100_000.0)

    few, many = (_distances(monkeypatch, work(count)) for count in (500, 2_000))
    assert many < 4.6 * few


def test_a_large_shard_is_taken_by_ships_and_gives_the_same(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    count = 4_000
    made = {
        "ship": np.sort(rng.integers(200_000_000, 200_000_030, count)), "lat": rng.uniform(55, 56, count).round(5),
        "lon": rng.uniform(10, 11, count).round(5), "time": pl.Series(rng.integers(0, 10**12, count)),
    }  # fmt: skip
    rows = pl.DataFrame(made).with_columns(pl.col("time").cast(schema.TIME))
    others = [pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in made]
    table = schema.in_order(rows.with_columns(others).select(list(schema.POSITIONS)).cast(schema.POSITIONS))
    files = [str(tmp_path / f"{number}.parquet") for number in range(2)]
    for number, path in enumerate(files):
        table.gather_every(2, number).write_parquet(path)
    parts = [part.collect() for part in by_ships(files, most_rows=500)]
    assert len(parts) > 5
    assert max(part.height for part in parts) < 500 + table["ship"].value_counts()["count"].max()  # type: ignore[operator]
    for one, other in pairwise(parts):
        assert one["ship"].max() < other["ship"].min()  # type: ignore[operator]
    assert schema.in_order(pl.concat(parts)).equals(table)
    whole = thin.for_page([files], most=10**6, silent_s=3600)
    assert thin.packed(thin.thin(table, within_m=60.0, silent_s=3600).sort("ship", "time")) == whole
