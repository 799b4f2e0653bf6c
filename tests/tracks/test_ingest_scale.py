"""Input that is large, lopsided or hostile: bounded pieces, the same store, a clear word where it cannot be done."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from deltalake import DeltaTable

from darkwake.errors import Unreadable, WrongUse
from darkwake.schema import in_order
from darkwake.schema.shards import by_ships
from darkwake.tracks import Columns, Store, ingest, scatter, sources
from darkwake.tracks.order import in_order_once
from darkwake.tracks.several import in_turn
from darkwake.tracks.store import writing

PLACES = "time=time,ship=ship,lat=lat,lon=lon"
MAP = Columns.parse(f"{PLACES},name=name")
START = datetime(2025, 10, 1)


def table(path: Path, ships: np.ndarray, seconds: np.ndarray, *, order: int | None = None) -> Path:
    """Positions of ships at seconds of a day, each with a name that changes once; shuffled where `order` says so."""
    frame = pl.DataFrame({"ship": ships, "s": seconds}).select(
        time=pl.lit(START) + pl.duration(seconds="s"),
        ship=pl.col("ship") + 200_000_000,
        lat=(pl.col("s") % 1000) / 100,
        lon=(pl.col("ship") % 1000) / 10,
        name=pl.format("INVENTED {} {}", "ship", pl.col("s") > 40_000),
    )
    (frame if order is None else frame.sample(fraction=1, shuffle=True, seed=order)).write_csv(path)
    return path


def contents(store: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    one = Store(store)
    return in_order(one.positions().collect()), one.identities()


def without_source(tables: tuple[pl.DataFrame, pl.DataFrame]) -> list[pl.DataFrame]:
    return [one.drop("source", "row") for one in tables]


def test_one_ship_that_sends_most_of_a_day_is_sorted_in_pieces_to_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = np.arange(86_400)
    others = np.arange(3_000)
    ships = np.concatenate([np.zeros(busy.size, np.int64), others % 300 + 1])
    path = table(tmp_path / "a.csv", ships, np.concatenate([busy, others * 28]), order=1)
    ingest(path, tmp_path / "whole", columns=MAP, buckets=2)
    seen: list[int] = []
    plain = in_order_once

    def counted(rows: pl.DataFrame) -> pl.DataFrame:
        seen.append(rows.height)
        return plain(rows)

    monkeypatch.setattr(scatter, "in_order_once", counted)
    monkeypatch.setattr(scatter, "MOST_AT_ONCE_ROWS", 1_000)
    monkeypatch.setattr(scatter, "IN_MEMORY_BYTES", 0)
    ingest(path, tmp_path / "pieces", columns=MAP, buckets=2)
    assert sum(seen) == ships.size
    assert max(seen) <= 1_000
    assert len(seen) > 80
    assert all(a.equals(b) for a, b in zip(contents(tmp_path / "whole"), contents(tmp_path / "pieces"), strict=True))
    for shard in Store(tmp_path / "pieces").shards():
        assert len(shard) == 1
        found = pl.read_parquet(shard)
        assert found.equals(in_order(found))


def test_a_moment_with_more_rows_than_a_piece_stays_in_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.csv", np.zeros(500, np.int64), np.repeat([7, 9], [450, 50]))
    monkeypatch.setattr(scatter, "MOST_AT_ONCE_ROWS", 100)
    (added,) = ingest(path, tmp_path / "store", columns=MAP, buckets=1)
    assert added.positions == 2
    assert added.source.refused == {"exact duplicate": 498}


def test_rows_in_any_order_make_the_same_positions_and_identities(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    ships, seconds = rng.integers(0, 50, 5_000), rng.integers(0, 86_400, 5_000)
    found = []
    for order in (None, 1, 2):
        ingest(table(tmp_path / f"{order}.csv", ships, seconds, order=order), tmp_path / f"store-{order}", columns=MAP)
        found.append(without_source(contents(tmp_path / f"store-{order}")))
    for other in found[1:]:
        assert all(a.equals(b) for a, b in zip(found[0], other, strict=True))


@pytest.mark.slow
def test_two_hundred_thousand_ships_go_in_once_each(tmp_path: Path) -> None:
    ships = np.tile(np.arange(200_000), 2)
    path = table(tmp_path / "a.csv", ships, np.repeat([10, 50_000], 200_000), order=5)
    (added,) = ingest(path, tmp_path / "store", columns=MAP)
    assert (added.positions, added.identities) == (400_000, 400_000)
    assert Store(tmp_path / "store").ships().select(pl.len(), pl.col("positions").sum()).row(0) == (200_000, 400_000)


def test_rows_are_ordered_as_a_plain_sort_orders_them() -> None:
    lucky = random.Random(7)
    for _ in range(150):
        count = lucky.randrange(1, 40)
        frame = pl.DataFrame(
            {
                "row": lucky.sample(range(1000), count) if lucky.random() < 0.3 else list(range(count)),
                "ship": [lucky.choice([200_000_001, 200_000_002, 799_999_999]) for _ in range(count)],
                "time": [START + timedelta(microseconds=lucky.choice([0, 1, 1_000_000, 10**16])) for _ in range(count)],
                "lat": [lucky.choice([None, 0.0, 1.5]) for _ in range(count)],
                "lon": [lucky.choice([-1.0, 2.5]) for _ in range(count)],
            },
            schema_overrides={"time": pl.Datetime("us"), "lat": pl.Float64},
        )
        wanted = frame.sort("ship", "time", "lat", "lon", "row")
        same = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in ("ship", "time", "lat", "lon"))
        assert in_order_once(frame).equals(wanted.filter(~same.fill_null(False)))


def test_a_line_without_end_is_told_and_never_held_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LONGEST_LINE_BYTES", 100_000)
    monkeypatch.setattr(sources.blocks, "__defaults__", (100_000,))
    path = tmp_path / "endless.csv"
    path.write_bytes(b"time,ship,lat,lon,name\n2025-10-01 00:00:00,200000001,1,2,A\n" + b"9" * 1_000_000)
    with pytest.raises(Unreadable, match=r"endless\.csv: a line is longer"):
        ingest(path, tmp_path / "store", columns=MAP)
    assert not list((tmp_path / "store").rglob("*.parquet"))
    assert not list((tmp_path / "store").glob(".scatter-*"))


# a limit on the size of any file is what an ordinary user can make a disk's end of
LIMITED = """
import resource, signal, sys
import darkwake.errors
from darkwake.tracks import Columns, ingest, scatter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
scatter.IN_MEMORY_BYTES = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)
try:
    ingest(sys.argv[1], sys.argv[2], columns=Columns.parse(sys.argv[5]))
except darkwake.errors.WrongUse as error:
    print(error.message())
"""


def test_a_disk_that_takes_no_more_is_said_and_the_store_is_as_before(tmp_path: Path) -> None:
    first = table(tmp_path / "a.csv", np.arange(50), np.arange(50))
    store = tmp_path / "store"
    ingest(first, store, columns=MAP, buckets=2)
    before = contents(store)
    rng = np.random.default_rng(1)
    second = table(tmp_path / "b.csv", np.arange(60_000) % 900, rng.integers(0, 86_400, 60_000))
    for held in (0, 1 << 30):  # in the first pass, and in the second
        run = subprocess.run(
            [sys.executable, "-c", LIMITED, second, store, str(held), "100000", f"{PLACES},name=name"],
            check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert "the disk is full" in run.stdout
        assert str(store) in run.stdout
        assert all(a.equals(b) for a, b in zip(before, contents(store), strict=True))
        assert not list(store.glob(".scatter-*"))
    ingest(second, store, columns=MAP)
    assert len(Store(store).sources()) == 2


def test_a_disk_that_is_full_at_the_commit_leaves_the_store_as_before(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(table(tmp_path / "a.csv", np.arange(50), np.arange(50)), store, columns=MAP, buckets=64)
    before = contents(store)
    second = table(tmp_path / "b.csv", np.arange(900), np.arange(900))
    # each file of a bucket is smaller than that, the commit that names all of them is larger
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, second, store, str(1 << 30), "12000", PLACES],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "the disk is full" in run.stdout
    placed = list((store / "positions").rglob("bucket=*/*.parquet"))
    assert len({path.stem for path in placed}) == 2  # it had come to the commit
    assert all(a.equals(b) for a, b in zip(before, contents(store), strict=True))
    ingest(second, store, columns=MAP)
    assert len(Store(store).sources()) == 2


def test_a_full_disk_is_told_where_a_library_does_not_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unclear = pl.exceptions.ComputeError("parquet: invalid thrift: transport error")
    with pytest.raises(pl.exceptions.ComputeError), writing(tmp_path):
        raise unclear

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("darkwake.tracks.store.os.fsync", no_room)
    with pytest.raises(WrongUse, match="disk is full"), writing(tmp_path):
        raise unclear


def test_what_ships_say_is_kept_however_little_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    path = table(tmp_path / "a.csv", rng.integers(0, 300, 20_000), np.sort(rng.integers(0, 86_400, 20_000)))
    monkeypatch.setattr(sources.blocks, "__defaults__", (50_000,))
    ingest(path, tmp_path / "much", columns=MAP)
    monkeypatch.setattr(scatter, "_KNOWN", 2)
    ingest(path, tmp_path / "little", columns=MAP)
    assert Store(tmp_path / "much").identities().height == 600
    both = zip(contents(tmp_path / "much"), contents(tmp_path / "little"), strict=True)
    assert all(a.equals(b) for a, b in both)


def test_ships_are_summed_up_alike_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [table(tmp_path / f"{day}.csv", np.arange(400) % 40, np.arange(400) * 100 + day) for day in range(3)]
    ingest(days, tmp_path / "store", columns=MAP, buckets=2)
    whole = Store(tmp_path / "store").ships()
    monkeypatch.setattr("darkwake.tracks.ships.by_ships", partial(by_ships, most_rows=70))
    assert Store(tmp_path / "store").ships().equals(whole)


def test_the_cost_of_a_day_does_not_grow_with_the_days_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = DeltaTable.transaction_version

    def counted(self: DeltaTable, app: str) -> int | None:
        asked.append(app)
        return plain(self, app)

    monkeypatch.setattr(DeltaTable, "transaction_version", counted)
    store = tmp_path / "store"
    counts = []
    for day in range(12):
        before = len(asked)
        ingest(table(tmp_path / "a.csv", np.arange(20) + day, np.arange(20)), store, columns=MAP, buckets=1)
        counts.append(len(asked) - before)
    assert len(Store(store).sources()) == 12
    assert max(counts) <= counts[0] + 1  # a source of a size that is there is asked for once more
    for name in ("identities", "positions", "sources"):  # a table is opened from there, not from its beginning
        assert json.loads((store / name / "_delta_log" / "_last_checkpoint").read_text())["version"] >= 9


def test_other_faults_than_a_full_disk_are_not_called_one(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="disk is full"), writing(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(PermissionError), writing(tmp_path):
        raise PermissionError(13, "Permission denied")


def test_tasks_come_back_in_their_order_and_few_are_fetched_ahead() -> None:
    fetched: list[int] = []

    def done(number: int) -> int:
        return number if number != 17 else 1 // 0

    def tasks() -> Iterator[Callable[[], int]]:
        for number in range(20):
            fetched.append(number)
            yield partial(done, number)

    results = in_turn(tasks(), workers=3)
    assert [next(results) for _ in range(10)] == list(range(10))
    assert len(fetched) <= 14
    with pytest.raises(ZeroDivisionError):
        list(results)


def test_a_new_day_touches_no_file_of_the_days_before(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(table(tmp_path / "a.csv", np.arange(50), np.arange(50)), store, columns=MAP, buckets=4)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.parquet")}
    ingest(table(tmp_path / "b.csv", np.arange(50), np.arange(50) + 60_000), store, columns=MAP)
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert len(Store(store).sources()) == 2
