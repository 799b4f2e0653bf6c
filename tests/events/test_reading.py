"""Reading a source: ranges of ships, ships in any order, and nothing that stands in no order unnoticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from darkwake import schema
from darkwake.events import By, Detector, Stage, engine, gap, hours, reading
from made_positions import Files, positions

SHIP = 900000001
TABLE = positions([(SHIP + k % 7, k / 10, 1.0 + (k % 3), 2.0, 1.0) for k in range(720)])


def of_days(table: pl.DataFrame) -> list[pl.DataFrame]:
    return [table.filter(pl.col("time").dt.day() == day) for day in (2, 1, 3, 4)]


@pytest.mark.parametrize("most_rows", [1, 150, 250, 10**6])
def test_ranges_of_ships_hold_every_ship_whole_and_about_so_many_rows(tmp_path: Path, most_rows: int) -> None:
    paths = Files(tmp_path, [of_days(TABLE)]).shards()[0]
    ranges = reading.ranges(paths, most_rows)
    parts = [reading.read(one) for one in ranges]
    assert pl.concat(parts).equals(TABLE)
    assert sum(part["ship"].n_unique() for part in parts) == 7
    largest = max(TABLE["ship"].value_counts()["count"])
    assert all(0 < part.height <= most_rows + largest for part in parts)
    assert len(parts) == min(7, -(-TABLE.height // most_rows))


@pytest.mark.parametrize("most_rows", [1, 100, 150, 10**6])
def test_a_table_is_shared_out_by_stretches_of_whole_ships(most_rows: int) -> None:
    parts = list(reading.stretches_of(TABLE, most_rows))
    assert pl.concat(parts).equals(TABLE)
    assert sum(part["ship"].n_unique() for part in parts) == 7
    assert (len(parts) > 1) == (most_rows < TABLE.height)
    mixed = TABLE.sample(fraction=1.0, shuffle=True, seed=5)
    (whole,) = reading.stretches_of(mixed, most_rows)
    assert whole.equals(mixed)


def test_events_do_not_hold_on_to_the_texts_of_the_rows_that_they_came_from(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")  # only it tells what lies behind a column
    named = [f"{'a' * 60}{row}" for row in range(10_000)]
    path = tmp_path / "named.parquet"
    pl.DataFrame({"source": named, "row": range(10_000)}).write_parquet(path)
    few = pl.read_parquet(path)[[0, 5]].with_columns(cited=pl.struct("source", "row"))
    own = reading.own(few)
    assert own.equals(few)
    assert own.schema == few.schema

    def held(table: pl.DataFrame) -> int:
        return int(table["source"].to_arrow(compat_level=pl.CompatLevel.newest()).nbytes)

    assert held(few) > 500_000
    assert held(own) < 1_000


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bucket_too_large_to_be_taken_at_once_gives_the_same_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    mixed = TABLE.sample(fraction=0.9, shuffle=True, seed=5)
    store = Files(tmp_path, [[mixed.filter(pl.col("ship") % 2 == at), TABLE.filter(pl.col("ship") % 2 == at)]
                             for at in range(2)])  # fmt: skip
    quiet = gap(longer_than=hours(0.5))
    whole = quiet.run(TABLE)
    monkeypatch.setattr(engine, "LARGE_BYTES", 0)
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    done: list[tuple[int, int]] = []
    found = engine.run(
        "gap", quiet.stages, store, workers=workers, most_rows=150, progress=lambda *told: done.append(told)
    )
    assert whole.height
    assert found.equals(whole)
    assert done == [(at, 7) for at in range(1, 8)]  # each ship alone has more than a hundred rows


def test_ships_that_stand_together_are_left_where_they_are_unless_they_are_to_rise(tmp_path: Path) -> None:
    parts = [TABLE.filter(pl.col("ship") % 3 == at) for at in (2, 0, 1)]
    paths = Files(tmp_path, [parts]).shards()[0]
    assert reading.read(paths, rising=False).equals(pl.concat(parts))
    assert reading.read(paths).equals(TABLE)
    # a ship in two files is no longer together, and is put so
    days = Files(tmp_path, [of_days(TABLE)]).shards()[0]
    assert reading.read(days, rising=False).equals(TABLE)


@pytest.mark.parametrize(
    "swapped",
    [
        {"time": [2, 1]},
        {"lat": [2.0, 1.0]},
        {"lon": [2.0, 1.0]},
        {"lon": [1.0, 1.0]},
    ],
)
def test_two_rows_out_of_order_or_doubled_are_seen_by_every_column_of_the_order(
    swapped: dict[str, list[float]],
) -> None:
    plain = {"ship": [7, 7], "time": [1, 1], "lat": [1.0, 1.0], "lon": [1.0, 2.0]} | swapped
    table = pl.DataFrame(plain).cast({"time": schema.TIME, "ship": pl.Int64})
    lacking = [pl.lit(None, kind).alias(name) for name, kind in schema.POSITIONS.items() if name not in plain]
    table = table.with_columns(lacking).select(list(schema.POSITIONS)).with_columns(row=pl.Series([1, 2]))
    assert reading.read(table).equals(schema.in_order(table))
    assert not reading.read(table).equals(table)


def test_times_are_read_in_lots_and_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TIMES", 50)
    paths = Files(tmp_path, [[TABLE[:100], TABLE[100:]]]).shards()[0]
    wanted = TABLE["time"].to_physical().to_numpy()
    for shard in (paths, TABLE):
        lots = list(reading.times(shard))
        assert all(len(lot) <= 50 for lot in lots)
        assert np.array_equal(np.concatenate(lots), wanted)


def breaks(table: pl.DataFrame) -> pl.DataFrame:
    raise ValueError(f"ship {table['ship'][0]}")


def test_what_breaks_in_one_shard_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    store = Files(tmp_path, [[TABLE.filter(pl.col("ship") % 3 == at)] for at in range(3)])
    with pytest.raises(ValueError, match=r"^ship 900000003$"):
        Detector("broken", (Stage(By("ship"), breaks),), about="").run(store)
