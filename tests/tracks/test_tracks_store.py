"""Each source exactly once, whatever is killed, repeated or run beside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from darkwake.errors import Refused, TooManyRefused, WrongUse
from darkwake.schema import in_order
from darkwake.tracks import Columns, Store, ingest, scatter
from darkwake.tracks.store import bucket_of

MAP = Columns.parse("time=time,ship=ship,lat=lat,lon=lon,name=name,draught_m=draught,ais_class=class")
START = datetime(2025, 10, 1)


def table(path: Path, *, ships: int = 40, hours: int = 6, start: datetime = START, names: str = "INVENTED") -> Path:
    rows = [
        (
            start + timedelta(hours=hour),
            200_000_000 + ship,
            ship / 2 - 10,
            hour / 4,
            f"{names} {ship}",
            5 + hour // 3,
            "A",
        )
        for hour in range(hours)
        for ship in range(ships)
    ]
    columns = ["time", "ship", "lat", "lon", "name", "draught", "class"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(path)
    return path


def contents(store: Path) -> tuple[pl.DataFrame, pl.DataFrame, list[object]]:
    one = Store(store)
    return in_order(one.positions().collect()), one.identities(), list(one.sources())


def same(one: Path, other: Path) -> bool:
    mine, yours = contents(one), contents(other)
    return mine[0].equals(yours[0]) and mine[1].equals(yours[1]) and mine[2] == yours[2]


def test_adding_a_file_twice_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv")
    copy = tmp_path / "other-name.csv"
    copy.write_bytes(path.read_bytes())
    (first,) = ingest(path, tmp_path / "store", columns=MAP, invented=True)
    before = sorted((item, item.stat().st_mtime_ns) for item in (tmp_path / "store").rglob("*.parquet"))
    again = ingest([path, copy], tmp_path / "store", columns=MAP)
    assert [one.new for one in (first, *again)] == [True, False, False]
    assert again[0].source == first.source
    assert again[0].source.invented
    assert "already there" in again[1].says()
    assert before == sorted((item, item.stat().st_mtime_ns) for item in (tmp_path / "store").rglob("*.parquet"))


def test_a_bucket_is_sorted_and_no_ship_is_in_two(tmp_path: Path) -> None:
    ingest(table(tmp_path / "a.csv"), tmp_path / "store", columns=MAP, buckets=5)
    shards = [pl.read_parquet(shard) for shard in Store(tmp_path / "store").shards()]
    assert 1 < len(shards) <= 5
    for shard in shards:
        assert shard.equals(in_order(shard))
    ships = [ship for shard in shards for ship in shard["ship"].unique()]
    assert len(ships) == len(set(ships)) == 40


def test_buckets_are_even_for_neighbouring_numbers() -> None:
    ships = pl.DataFrame({"ship": range(200_000_000, 200_016_000)})
    for buckets in (2, 16, 100, 128):
        counts = ships.select(bucket_of(pl.col("ship"), buckets).value_counts()).unnest("ship")["count"]
        assert counts.len() == buckets
        assert counts.min() > 0.8 * 16_000 / buckets  # type: ignore[operator]


def killing(at: int) -> Callable[..., None]:
    done = [0]
    plain = Store._commit

    def commit(self: Store, *args: object) -> None:
        done[0] += 1
        if done[0] == at:
            raise KeyboardInterrupt
        plain(self, *args)  # type: ignore[arg-type]

    return commit


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_run_killed_between_commits_shows_nothing_and_is_made_up_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    first, second = table(tmp_path / "a.csv"), table(tmp_path / "b.csv", start=START + timedelta(days=1), names="NEW")
    ingest([first, second], tmp_path / "whole", columns=MAP, buckets=3)
    ingest(first, tmp_path / "store", columns=MAP, buckets=3)
    before = contents(tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_commit", killing(at))
        with pytest.raises(KeyboardInterrupt):
            ingest(second, tmp_path / "store", columns=MAP)
    after = contents(tmp_path / "store")
    assert before[0].equals(after[0])
    assert before[1].equals(after[1])
    assert before[2] == after[2]
    (made_up,) = ingest(second, tmp_path / "store", columns=MAP)
    assert made_up.new
    assert same(tmp_path / "whole", tmp_path / "store")


def test_a_process_that_dies_in_the_middle_leaves_a_store_that_goes_on(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv")
    dying = (
        "import os, sys\n"
        "from darkwake.tracks import Columns, ingest, store\n"
        "plain = store.os.replace\n"
        "def replace(*paths):\n"
        "    plain(*paths)\n"
        "    if 'positions' in str(paths[1]): os._exit(9)\n"
        "store.os.replace = replace\n"
        "ingest(sys.argv[1], sys.argv[2], columns=Columns(time='time', ship='ship', lat='lat', lon='lon', name='name',"
        " draught_m='draught', ais_class='class'), buckets=3)\n"
    )
    run = subprocess.run([sys.executable, "-c", dying, path, tmp_path / "store"], check=False, timeout=120)
    assert run.returncode == 9
    assert Store(tmp_path / "store").shards() == []
    assert Store(tmp_path / "store").sources() == []
    assert list((tmp_path / "store").glob(".scatter-*"))
    ingest(path, tmp_path / "store", columns=MAP)
    ingest(path, tmp_path / "whole", columns=MAP, buckets=3)
    assert same(tmp_path / "whole", tmp_path / "store")
    assert not list((tmp_path / "store").glob(".scatter-*"))


def test_rows_that_go_by_way_of_the_disk_make_the_same_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "a.csv")
    ingest(path, tmp_path / "held", columns=MAP, buckets=3)
    monkeypatch.setattr(scatter, "IN_MEMORY_BYTES", 0)
    ingest(path, tmp_path / "spilled", columns=MAP, buckets=3)
    assert same(tmp_path / "held", tmp_path / "spilled")


def test_a_second_writer_is_turned_away(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv")
    with Store.opened(tmp_path / "store").lock(), pytest.raises(WrongUse, match="another run"):
        ingest(path, tmp_path / "store", columns=MAP)
    assert ingest(path, tmp_path / "store", columns=MAP)[0].new


def test_too_many_refusals_stop_a_file_before_anything_of_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "half.csv"
    path.write_text("time,ship,lat,lon\n2025-10-01 00:00:00,200000001,1,2\n2025-10-01 00:00:00,200000001,91,2\n")
    plain = Columns.parse("time=time,ship=ship,lat=lat,lon=lon")
    with pytest.raises(TooManyRefused, match=r"1 of 2 rows.*40%.*not available"):
        ingest(path, tmp_path / "store", columns=plain, allow_refused=0.4)
    assert not list((tmp_path / "store").rglob("*.parquet"))
    assert ingest(path, tmp_path / "store", columns=plain, allow_refused=0.5)[0].new


def test_a_source_of_which_nothing_is_kept_is_registered_and_says_it_loudly(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("time,ship,lat,lon\n2025-10-01 00:00:00,0,1,2\n")
    plain = Columns.parse("time=time,ship=ship,lat=lat,lon=lon")
    (added,) = ingest(path, tmp_path / "store", columns=plain)
    assert "NOTHING WAS KEPT" in added.says()
    assert Store(tmp_path / "store").sources() == [added.source]
    assert not ingest(path, tmp_path / "store", columns=plain)[0].new
    assert Store(tmp_path / "store").ships().is_empty()
    assert Store(tmp_path / "store").positions().collect().is_empty()


def test_identities_are_runs_that_join_across_sources(tmp_path: Path) -> None:
    store = tmp_path / "store"
    for day, names in enumerate(("OLD", "OLD", "NEW")):
        ingest(
            table(tmp_path / f"{day}.csv", ships=1, start=START + timedelta(days=day), names=names), store, columns=MAP
        )
    history = Store(store).identities()
    names_ = history.filter(pl.col("field") == "name").select("value", "first_seen", "last_seen", "messages").rows()
    assert names_ == [
        ("OLD 0", START, START + timedelta(days=1, hours=5), 12),
        ("NEW 0", START + timedelta(days=2), START + timedelta(days=2, hours=5), 6),
    ]
    draughts = history.filter(pl.col("field") == "draught_m")
    assert draughts["value"].to_list() == ["5", "6"] * 3
    assert draughts["row"].to_list() == [2, 5] * 3


def test_ships_sum_up_each_track_and_cite_its_ends(tmp_path: Path) -> None:
    (added,) = ingest(table(tmp_path / "a.csv"), tmp_path / "store", columns=MAP)
    ships = Store(tmp_path / "store").ships()
    assert ships.height == 40
    row = ships.row(1, named=True)
    assert (row["ship"], row["ais_class"], row["positions"]) == (200_000_001, "A", 6)
    assert (row["first_seen"], row["last_seen"]) == (START, START + timedelta(hours=5))
    assert (row["first_lat"], row["first_lon"], row["last_lon"]) == (-9.5, 0.0, 1.25)
    digest = added.source.sha256
    assert row["sources"] == [
        {"source": digest, "first_row": 3, "last_row": 3},
        {"source": digest, "first_row": 203, "last_row": 203},
    ]


def test_many_commits_do_not_lose_the_first_transaction(tmp_path: Path) -> None:
    store = Store.opened(tmp_path / "store")
    (added,) = ingest(table(tmp_path / "a.csv", ships=2), store.path, columns=MAP)
    for number in range(25):  # past two checkpoints
        store._commit("positions", store._table("positions"), f"{number:064}", [])
    assert store.has(added.source.sha256)
    assert not ingest(tmp_path / "a.csv", store.path, columns=MAP)[0].new


def test_progress_is_told_and_wrong_stores_are_named(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    path = table(tmp_path / "a.csv")
    ingest(path, tmp_path / "store", columns=MAP, progress=lambda *step: told.append(step))
    assert ("hashing a.csv", path.stat().st_size, path.stat().st_size) in told
    assert ("reading a.csv", 241, None) in told
    assert told[-1][0] == "sorting a.csv"
    with pytest.raises(WrongUse, match="no store"):
        Store(tmp_path / "nowhere")
    with pytest.raises(WrongUse, match="holds other things"):
        ingest(path, tmp_path, columns=MAP)
    with pytest.raises(WrongUse, match="buckets"):
        ingest(path, tmp_path / "third", columns=MAP, buckets=500)
    (tmp_path / "store" / "store.json").write_text("{")
    with pytest.raises(Refused, match="damaged"):
        Store(tmp_path / "store")
